use std::{collections::HashMap, io::Read, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::{
    MessageHeader, MetadataVersion, convert::fb_to_schema, reader::read_dictionary,
    reader::read_record_batch, root_as_message,
};
use arrow_schema::SchemaRef;
use parquet::file::reader::{ChunkReader, Length};

use crate::{
    Error,
    columnar_rows::Batches,
    error::{broken, cut_off, guarded},
    guard::{Guard, can_unpack, read_bytes},
};

/// What a file of Arrow IPC begins and ends with; it is a stream between them.
const MAGIC: &[u8] = b"ARROW1";

/// What a message begins with since Arrow 0.15.
const CONTINUATION: u32 = u32::MAX;

/// An Arrow IPC file or stream, whose schema was read.
pub(crate) struct IpcTable<R> {
    bytes: Guard<R>,
    schema: SchemaRef,
    /// Where the messages begin and end.
    start: u64,
    end: u64,
}

/// The messages of a table, from its schema on.
struct Messages {
    source: Box<dyn Read + Send>,
    /// The bytes that may be left of them.
    left: u64,
}

/// The metadata and the body of a message.
type Message = (Vec<u8>, Vec<u8>);

impl<R: ChunkReader + 'static> IpcTable<R>
where
    R::T: Send,
{
    pub(crate) fn open(bytes: Guard<R>) -> Result<Self, Error> {
        let (start, end) = bounds(&bytes)?;
        let (metadata, _) = Messages::new(&bytes, start, end)?
            .next()?
            .ok_or_else(|| cut_off("it has no schema"))?;
        let schema = guarded(|| {
            let message = root_as_message(&metadata).map_err(|error| error.to_string())?;
            let schema = message.header_as_schema().ok_or("its first message is no schema")?;
            if !schema.endianness().equals_to_target_endianness() {
                return Err("its bytes are in the other order".to_owned());
            }
            Ok(fb_to_schema(schema))
        })?;
        Ok(Self { bytes, schema: Arc::new(schema), start, end })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows, of these columns of the schema.
    pub(crate) fn batches(&self, roots: &[usize]) -> Result<Batches, Error> {
        let mut messages = Messages::new(&self.bytes, self.start, self.end)?;
        messages.next()?;
        let (schema, roots) = (Arc::clone(&self.schema), roots.to_vec());
        let mut dictionaries = HashMap::new();
        Ok(Box::new(move || {
            while let Some((metadata, body)) = messages.next()? {
                let body = Buffer::from_vec(body);
                let read =
                    guarded(|| decode(&metadata, &body, &schema, &roots, &mut dictionaries))?;
                if let Some(batch) = read {
                    return Ok(Some(batch));
                }
            }
            Ok(None)
        }))
    }
}

/// Where the messages are: all of a stream, or what is between the magic bytes of a file.
fn bounds<R: ChunkReader>(bytes: &Guard<R>) -> Result<(u64, u64), Error> {
    let n_bytes = bytes.len();
    let magic = |start: u64| guarded(|| bytes.get_bytes(start, MAGIC.len()));
    if n_bytes < 8 {
        return Err(cut_off("it has no schema"));
    }
    if magic(0)? != MAGIC {
        return Ok((0, n_bytes));
    }
    let end = n_bytes.saturating_sub(MAGIC.len() as u64);
    if n_bytes < 24 || magic(end)? != MAGIC {
        return Err(cut_off("its end is missing"));
    }
    // The magic bytes are followed by zeros up to a place that the writer likes, as 8 or 64.
    let head = guarded(|| {
        bytes.get_bytes(8, usize::try_from(end.saturating_sub(8)).map_or(120, |it| it.min(120)))
    })?;
    let zeros = head.iter().take_while(|byte| **byte == 0).count() as u64;
    Ok((8_u64.saturating_add(zeros & !7), end))
}

impl Messages {
    fn new<R: ChunkReader + 'static>(bytes: &Guard<R>, start: u64, end: u64) -> Result<Self, Error>
    where
        R::T: Send,
    {
        let source = guarded(|| bytes.0.get_read(start))?;
        Ok(Self { source: Box::new(source), left: end.saturating_sub(start) })
    }

    /// The next message; `None` at the end.
    fn next(&mut self) -> Result<Option<Message>, Error> {
        if self.left < 4 {
            return Ok(None);
        }
        let mut size = self.u32()?;
        if size == CONTINUATION {
            size = self.u32()?;
        }
        if size == 0 {
            return Ok(None);
        }
        let metadata = self.take(size.into())?;
        let n_bytes = guarded(|| root_as_message(&metadata).map(|message| message.bodyLength()))?;
        let body =
            self.take(u64::try_from(n_bytes).map_err(|_| broken("a message has a size below 0"))?)?;
        check_buffers(&metadata, &body)?;
        Ok(Some((metadata, body)))
    }

    fn u32(&mut self) -> Result<u32, Error> {
        let bytes = self.take(4)?;
        Ok(bytes.try_into().map_or(0, u32::from_le_bytes))
    }

    fn take(&mut self, n_bytes: u64) -> Result<Vec<u8>, Error> {
        let left = self.left.checked_sub(n_bytes).ok_or_else(|| {
            cut_off(format!("a message of {n_bytes} bytes where {} are left", self.left))
        })?;
        self.left = left;
        read_bytes(&mut self.source, n_bytes).map_err(cut_off)
    }
}

/// Holds what packed buffers claim to unpack to against what they are.
fn check_buffers(metadata: &[u8], body: &[u8]) -> Result<(), Error> {
    let message = root_as_message(metadata).map_err(broken)?;
    let dictionary = || message.header_as_dictionary_batch().and_then(|it| it.data());
    let Some(batch) = message.header_as_record_batch().or_else(dictionary) else { return Ok(()) };
    // A run may stand for many rows, but not for any number.
    let most = (body.len() as u64).saturating_add(1024).saturating_mul(1 << 16);
    if u64::try_from(batch.length()).map_or(true, |n_rows| n_rows > most) {
        return Err(broken(format!(
            "a batch of {} bytes claims {} rows",
            body.len(),
            batch.length()
        )));
    }
    for buffer in batch.buffers().into_iter().flatten() {
        let (start, length) = (usize::try_from(buffer.offset()), usize::try_from(buffer.length()));
        let (Ok(start), Ok(length)) = (start, length) else {
            return Err(broken("a buffer lies before its batch"));
        };
        let bytes = start.checked_add(length).and_then(|end| body.get(start..end));
        let bytes = bytes.ok_or_else(|| broken("a buffer lies outside of its batch"))?;
        let claim = bytes.first_chunk::<8>().map_or(-1, |it| i64::from_le_bytes(*it));
        if batch.compression().is_some()
            && u64::try_from(claim).is_ok_and(|claim| !can_unpack(claim, length as u64))
        {
            return Err(broken(format!("a buffer of {length} bytes claims to hold {claim}")));
        }
    }
    Ok(())
}

/// Takes over a dictionary, or gives a batch of rows.
fn decode(
    metadata: &[u8],
    body: &Buffer,
    schema: &SchemaRef,
    roots: &[usize],
    dictionaries: &mut HashMap<i64, ArrayRef>,
) -> Result<Option<RecordBatch>, String> {
    let message = root_as_message(metadata).map_err(|error| error.to_string())?;
    let version: MetadataVersion = message.version();
    match message.header_type() {
        MessageHeader::RecordBatch => {
            let batch = message.header_as_record_batch().ok_or("a message without its batch")?;
            let schema = Arc::clone(schema);
            read_record_batch(body, batch, schema, dictionaries, Some(roots), &version)
                .map(Some)
                .map_err(|error| error.to_string())
        }
        MessageHeader::DictionaryBatch => {
            let batch =
                message.header_as_dictionary_batch().ok_or("a message without its texts")?;
            read_dictionary(body, batch, schema, dictionaries, &version)
                .map(|()| None)
                .map_err(|error| error.to_string())
        }
        _ => Err("a message that is neither rows nor a dictionary".to_owned()),
    }
}
