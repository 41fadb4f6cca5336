use std::fmt;

/// A format that holds no text, as the first bytes of a file show it.
///
/// ```
/// use oddsift_records::{BinaryFormat, Error, ReadOptions, Reader};
///
/// let error = Reader::new("a.evtx", &b"ElfFile\0\0"[..], ReadOptions::new()).unwrap_err();
/// assert!(matches!(error, Error::Binary { format: BinaryFormat::Evtx, .. }));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BinaryFormat {
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC, a file or a stream, and so Feather.
    Arrow,
    /// A ZIP archive, and so a workbook of Excel.
    Zip,
    /// A log of the Windows Event Log.
    Evtx,
}

impl BinaryFormat {
    /// So many bytes show it.
    pub(crate) const HEAD: usize = 8;

    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        match head {
            // A header of CSV may begin with these letters, but not go on with the byte that begins
            // the first page of a column.
            [b'P', b'A', b'R', b'1', 0x15, ..] => Some(Self::Parquet),
            b"ARROW1\0\0" => Some(Self::Arrow),
            // A stream begins with the length of its schema, in eights; no text begins so.
            [0xff, 0xff, 0xff, 0xff, low, _, _, 0] if low % 8 == 0 => Some(Self::Arrow),
            [b'P', b'K', 3, 4, ..] => Some(Self::Zip),
            b"ElfFile\0" => Some(Self::Evtx),
            _ => None,
        }
    }

    /// What to do about it, for the end of a message.
    ///
    /// ```
    /// assert!(oddsift_records::BinaryFormat::Parquet.remedy().contains("CSV"));
    /// ```
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Parquet | Self::Arrow => "write it as CSV or NDJSON, as with duckdb or pandas",
            Self::Zip => "unpack it, or save a sheet of a workbook as CSV",
            Self::Evtx => "export it as CSV or NDJSON, as with Get-WinEvent or evtx_dump",
        }
    }
}

impl fmt::Display for BinaryFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parquet => "a Parquet file",
            Self::Arrow => "an Arrow or Feather file",
            Self::Zip => "a ZIP archive or an Excel workbook",
            Self::Evtx => "a Windows event log (EVTX)",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use crate::{Batch, Error, ReadOptions, Reader, TextSource};

    #[test]
    fn a_format_without_text_is_named_with_a_remedy_packed_or_not() {
        let starts = [
            &b"PAR1\x15\x04\x15\x10"[..],
            b"ARROW1\0\0",
            b"\xff\xff\xff\xff\x40\x01\0\0",
            b"PK\x03\x04\x14\0",
            b"ElfFile\0\0\0",
        ];
        for start in starts {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(start).unwrap();
            for bytes in [start.to_vec(), gzip.finish().unwrap()] {
                let error = TextSource::new("x", Cursor::new(bytes)).unwrap_err();
                let expected = match error {
                    Error::Packed { format, .. } => {
                        format!("x: is {format}, packed; unpack it first")
                    }
                    Error::Binary { format, .. } => {
                        format!("x: is {format}, not text; {}", format.remedy())
                    }
                    other => panic!("{other}"),
                };
                assert_eq!(error.to_string(), expected);
            }
        }
    }

    #[test]
    fn a_header_that_begins_like_one_is_a_header() {
        let mut reader =
            Reader::new("x", &b"PAR1,PK\nElfFile,1\n"[..], ReadOptions::new()).unwrap();
        assert_eq!(reader.columns(), ["PAR1", "PK"]);
        assert!(reader.next_batch(&mut Batch::new()).unwrap());
    }
}
