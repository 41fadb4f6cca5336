use std::{
    io::{self, Chain, Cursor, Read},
    sync::Arc,
};

use bytes::Bytes;
use parquet::{
    errors::{ParquetError, Result},
    file::reader::{ChunkReader, Length},
};

use crate::thrift::page_sizes;

/// What may be unpacked, whatever it was packed into.
const FREE: u64 = 64 << 20;

/// The most that gzip makes of a byte; what other codecs make of more is refused beyond [`FREE`].
const RATIO: u64 = 1032;

/// The head of a page that has its sizes.
const PAGE_HEAD: u64 = 32;

/// Whether so many bytes can come of `packed` ones.
pub(crate) fn can_unpack(unpacked: u64, packed: u64) -> bool {
    unpacked <= FREE.max(packed.saturating_mul(RATIO))
}

/// Bytes of a file; nothing is read past their end, and no page is unpacked to more than it can hold.
pub(crate) struct Guard<R>(pub(crate) Arc<R>);

impl<R> Clone for Guard<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R: Length> Length for Guard<R> {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl<R: ChunkReader> ChunkReader for Guard<R> {
    type T = Chain<Cursor<Vec<u8>>, R::T>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut rest = self.0.get_read(start)?;
        let mut head = Vec::new();
        rest.by_ref().take(PAGE_HEAD).read_to_end(&mut head)?;
        match page_sizes(&head) {
            Some((unpacked, packed)) if !can_unpack(unpacked, packed) => {
                Err(ParquetError::General(format!(
                    "a page of {packed} bytes claims to hold {unpacked}"
                )))
            }
            _ => Ok(Cursor::new(head).chain(rest)),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let end = start.saturating_add(length as u64);
        if end > self.len() {
            let what = format!("bytes up to {end} are needed, {} are there", self.len());
            return Err(ParquetError::General(what));
        }
        self.0.get_bytes(start, length)
    }
}

/// Reads exactly so many bytes; memory follows those that come.
pub(crate) fn read_bytes(source: &mut impl Read, n_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(n_bytes).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < n_bytes {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}
