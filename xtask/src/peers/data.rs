//! What a set is made of.

/// Rows of numbers, a file of little-endian `f64`, at some size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Data {
    /// What the program of `benches` makes them by.
    pub(crate) family: &'static str,
    pub(crate) n_rows: usize,
    pub(crate) n_columns: usize,
}

impl Data {
    pub(crate) const fn points(family: &'static str, n_rows: usize, n_columns: usize) -> Self {
        Self { family, n_rows, n_columns }
    }

    /// A tenth of it, for instance.
    pub(crate) fn share(self, share: usize) -> Self {
        Self { n_rows: self.n_rows / share, ..self }
    }

    /// How many rows.
    pub(crate) fn size(self) -> usize {
        self.n_rows
    }

    /// `100k rows`
    pub(crate) fn amount(self) -> String {
        format!("{} rows", short(self.n_rows))
    }

    /// `100k x 3`
    pub(crate) fn shape(self) -> String {
        match self.n_columns {
            1 => short(self.n_rows),
            n_columns => format!("{} x {n_columns}", short(self.n_rows)),
        }
    }

    /// The name of its file.
    pub(crate) fn file(self) -> String {
        format!("{}-{}x{}.f64", self.family.replace(':', "-"), self.n_rows, self.n_columns)
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
}
