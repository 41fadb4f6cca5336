//! What a set is made of.

/// An audit log of 1192 lines.
pub(crate) const SAMPLE: &str = include_str!("../../../../testdata/auditd_log.txt");

/// Rows or a log in a file, at some size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Data {
    /// Little-endian `f64`; the program of `benches` makes them by their family.
    Points { family: &'static str, n_rows: usize, n_columns: usize },
    /// The sample of an audit log, which is always whole.
    SampleLog,
    /// As `cargo xtask gen auditd` writes it.
    AuditLog { n_bytes: usize },
}

impl Data {
    pub(crate) const fn points(family: &'static str, n_rows: usize, n_columns: usize) -> Self {
        Self::Points { family, n_rows, n_columns }
    }

    /// A tenth of it, for instance.
    pub(crate) fn share(self, share: usize) -> Self {
        match self {
            Self::Points { family, n_rows, n_columns } => {
                Self::points(family, n_rows / share, n_columns)
            }
            Self::SampleLog => self,
            Self::AuditLog { n_bytes } => Self::AuditLog { n_bytes: n_bytes / share },
        }
    }

    /// How many rows, lines or bytes.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::Points { n_rows, .. } => n_rows,
            Self::SampleLog => SAMPLE.lines().count(),
            Self::AuditLog { n_bytes } => n_bytes,
        }
    }

    /// Where there are columns.
    pub(crate) fn n_columns(self) -> Option<usize> {
        match self {
            Self::Points { n_columns, .. } => Some(n_columns),
            Self::SampleLog | Self::AuditLog { .. } => None,
        }
    }

    /// `100k rows`, `1192 lines` or `1 GB`
    pub(crate) fn amount(self) -> String {
        match self {
            Self::Points { n_rows, .. } => format!("{} rows", short(n_rows)),
            Self::SampleLog => format!("{} lines", self.size()),
            Self::AuditLog { n_bytes: n_bytes @ 1_000_000_000.. } => {
                format!("{} GB", n_bytes as f64 / 1e9)
            }
            Self::AuditLog { n_bytes } => format!("{} MB", n_bytes as f64 / 1e6),
        }
    }

    /// `100k x 3`, and of a log its amount
    pub(crate) fn shape(self) -> String {
        match self {
            Self::Points { n_rows, n_columns: 1, .. } => short(n_rows),
            Self::Points { n_rows, n_columns, .. } => format!("{} x {n_columns}", short(n_rows)),
            Self::SampleLog | Self::AuditLog { .. } => self.amount(),
        }
    }

    /// The name of its file.
    pub(crate) fn file(self) -> String {
        match self {
            Self::Points { family, n_rows, n_columns } => {
                format!("{}-{n_rows}x{n_columns}.f64", family.replace(':', "-"))
            }
            Self::SampleLog => "sample.log".to_owned(),
            Self::AuditLog { n_bytes } => format!("audit-{n_bytes}.log"),
        }
    }
}

/// `62.5k`, `3M`.
pub(crate) fn short(n: usize) -> String {
    match n {
        1_000_000.. => format!("{}M", n as f64 / 1e6),
        1000.. => format!("{}k", n as f64 / 1e3),
        _ => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_as_many_columns_and_a_file_of_its_own() {
        let blobs = Data::points("blobs:20", 200_000, 8);
        assert_eq!(blobs.share(5), Data::points("blobs:20", 40_000, 8));
        assert_eq!(blobs.file(), "blobs-20-200000x8.f64");
        assert_ne!(blobs.file(), blobs.share(5).file());
    }

    #[test]
    fn a_log_is_shared_out_by_its_bytes_and_the_sample_is_not() {
        let log = Data::AuditLog { n_bytes: 1_000_000_000 };
        assert_eq!((log.amount(), log.share(10).amount()), ("1 GB".into(), "100 MB".into()));
        assert_ne!(log.file(), log.share(10).file());
        assert_eq!(Data::SampleLog.share(10).amount(), "1192 lines");
    }
}
