use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::Arc,
};

use evtx::{
    ChunkFlags, EvtxChunkData, EvtxParser, HeaderFlags, IntoIterChunks, ParserSettings,
    err::EvtxError,
};

use crate::{
    Error,
    columns::Columns,
    error::causes,
    events::{Events, Sink},
    flatten::flatten,
};

const HEADER: u64 = 4096;
const CHUNK: u64 = 65_536;

/// Bytes that can be read from any place.
pub(crate) trait Source: Read + Seek + Send {}
impl<R: Read + Seek + Send> Source for R {}

/// The chunks of a log from the oldest to the newest, checked.
pub(crate) struct Log {
    chunks: IntoIterChunks<Box<dyn Source>>,
    settings: Arc<ParserSettings>,
    /// The log was copied while Windows wrote to it: checksums may lag behind.
    is_dirty: bool,
    pub(crate) has_header_checksum: bool,
    /// The chunk in which the file ends, where it is not whole.
    cut_off: Option<u64>,
    pub(crate) n_bytes: u64,
}

/// A chunk that was read.
pub(crate) struct Chunk {
    pub(crate) number: u64,
    data: EvtxChunkData,
    /// Its checksums are wrong, and may be.
    pub(crate) is_stale: bool,
}

impl Log {
    pub(crate) fn open(mut source: Box<dyn Source>) -> Result<Self, io::Error> {
        let n_bytes = source.seek(SeekFrom::End(0))?;
        if n_bytes < HEADER {
            let what =
                format!("the header is cut off: {HEADER} bytes are expected, {n_bytes} are there");
            return Err(io::Error::new(io::ErrorKind::InvalidData, Error::Header { what }));
        }
        let cut_off = cut_off(&mut source, n_bytes)?;
        source.rewind()?;
        let parser = EvtxParser::from_read_seek(source).map_err(|error| {
            io::Error::new(io::ErrorKind::InvalidData, Error::Header { what: causes(&error) })
        })?;
        let header = parser.header();
        Ok(Self {
            is_dirty: header.flags.contains(HeaderFlags::DIRTY),
            has_header_checksum: header.validate_checksum(),
            chunks: parser.into_chunks(),
            settings: Arc::new(ParserSettings::new().indent(false)),
            cut_off,
            n_bytes,
        })
    }

    /// The next chunk; `None` at the end.
    pub(crate) fn next_chunk(&mut self) -> Option<Result<Chunk, Error>> {
        match self.chunks.next() {
            None => self.cut_off.take().map(|chunk| {
                let what = "the file ends within it".to_owned();
                Err(Error::Chunk { chunk, what })
            }),
            Some(Ok(data)) => Some(self.check(data)),
            Some(Err(EvtxError::FailedToParseChunk { chunk_id, source })) => {
                Some(Err(Error::Chunk { chunk: chunk_id, what: causes(&*source) }))
            }
            Some(Err(other)) => Some(Err(Error::Header { what: causes(&other) })),
        }
    }

    fn check(&self, data: EvtxChunkData) -> Result<Chunk, Error> {
        let number = data.number.unwrap_or_default();
        let what = if !data.validate_header_checksum() {
            "the checksum of its header is wrong"
        } else if !data.validate_data_checksum() {
            "the checksum of its events is wrong"
        } else {
            return Ok(Chunk { number, data, is_stale: false });
        };
        if self.is_dirty || data.header.flags.contains(ChunkFlags::DIRTY) {
            return Ok(Chunk { number, data, is_stale: true });
        }
        Err(Error::Chunk { chunk: number, what: what.to_owned() })
    }

    /// Adds the events of a chunk; `fault` is told of each that cannot be read and says whether to go on.
    pub(crate) fn read(
        &self,
        chunk: &mut Chunk,
        events: &mut Events,
        columns: &mut Columns,
        mut fault: impl FnMut(Error) -> bool,
    ) {
        let number = chunk.number;
        let mut parsed = match chunk.data.parse(Arc::clone(&self.settings)) {
            Ok(parsed) => parsed,
            Err(error) => {
                fault(Error::Chunk { chunk: number, what: causes(&error) });
                return;
            }
        };
        for record in parsed.iter() {
            let (mark, mut sink) = (events.begin(), Sink { events, columns, fault: None });
            match read_record(record, number, &mut sink) {
                Ok(record) => events.end(record),
                Err(error) => {
                    events.take_back(mark);
                    if !fault(error) {
                        return;
                    }
                }
            }
        }
    }
}

/// Adds the fields of one event, and gives its number.
fn read_record(
    record: Result<evtx::EvtxRecord<'_>, EvtxError>,
    chunk: u64,
    sink: &mut Sink<'_>,
) -> Result<u64, Error> {
    let record = record.map_err(|error| record_error(chunk, error))?;
    let number = record.event_record_id;
    let json = record.into_json_bytes().map_err(|error| record_error(chunk, error))?;
    flatten(&json.data, sink).map_err(|error| Error::Record {
        chunk,
        record: number,
        what: causes(&error),
    })?;
    sink.fault.take().map_or(Ok(number), Err)
}

fn record_error(chunk: u64, error: EvtxError) -> Error {
    match error {
        EvtxError::FailedToParseRecord { record_id: record, source } => {
            Error::Record { chunk, record, what: causes(&*source) }
        }
        other => Error::Chunk { chunk, what: causes(&other) },
    }
}

/// The number of a chunk that the file has a part of, unless Windows only made room for it.
fn cut_off(source: &mut Box<dyn Source>, n_bytes: u64) -> io::Result<Option<u64>> {
    let n_chunks = n_bytes.saturating_sub(HEADER).checked_div(CHUNK).unwrap_or_default();
    let start = n_chunks.saturating_mul(CHUNK).saturating_add(HEADER);
    source.seek(SeekFrom::Start(start))?;
    let mut rest = Vec::new();
    source.take(CHUNK).read_to_end(&mut rest)?;
    Ok(rest.iter().any(|byte| *byte != 0).then_some(n_chunks))
}
