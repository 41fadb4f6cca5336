use crate::Error;
use std::cell::OnceCell;
use std::collections::HashMap;

/// A file's column names, each findable at once.
pub(crate) struct Header<'a> {
    names: Vec<&'a str>,
    places: HashMap<&'a str, Place>,
    /// The first column of each name without case, made when it is first asked for.
    alike: OnceCell<HashMap<String, usize>>,
}

enum Place {
    Once(usize),
    Repeated,
}

impl<'a> Header<'a> {
    pub(crate) fn new<S: AsRef<str>>(names: &'a [S]) -> Self {
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let mut places = HashMap::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            places
                .entry(*name)
                .and_modify(|place| *place = Place::Repeated)
                .or_insert(Place::Once(index));
        }
        Self { names, places, alike: OnceCell::new() }
    }

    pub(crate) fn names(&self) -> &[&'a str] {
        &self.names
    }

    pub(crate) fn owned_names(&self) -> Vec<String> {
        owned(&self.names)
    }

    /// The place of `name`; a name that occurs twice has none that is right.
    pub(crate) fn find(&self, name: &str) -> Result<Option<usize>, Error> {
        match self.places.get(name) {
            Some(Place::Once(index)) => Ok(Some(*index)),
            Some(Place::Repeated) => Err(Error::RepeatedColumn(name.to_owned())),
            None => Ok(None),
        }
    }

    /// The column of this name, else the first of that name without case and without what portals append,
    /// else that of the name without an envelope.
    pub(crate) fn find_alike(&self, name: &str) -> Result<Option<usize>, Error> {
        let found = self.find(name)?;
        let alike = || self.alike().get(&name.to_ascii_lowercase()).copied();
        let inner = || without_envelope(name).and_then(|name| self.find(name).ok().flatten());
        Ok(found.or_else(alike).or_else(inner))
    }

    /// The column that a user names: as it is, or as it stands in its envelope in the file.
    pub(crate) fn find_named(&self, name: &str) -> Result<Option<usize>, Error> {
        match (self.find(name)?, without_envelope(name)) {
            (None, Some(inner)) => self.find(inner),
            (found, _) => Ok(found),
        }
    }

    fn alike(&self) -> &HashMap<String, usize> {
        self.alike.get_or_init(|| {
            let mut alike = HashMap::with_capacity(self.names.len());
            for (index, name) in self.names.iter().enumerate() {
                alike.entry(without_zone(name).to_ascii_lowercase()).or_insert(index);
            }
            alike
        })
    }

    /// The first of the names that is there.
    pub(crate) fn find_any(&self, names: &[String]) -> Result<Option<usize>, Error> {
        names.iter().find_map(|name| self.find(name).transpose()).transpose()
    }

    /// As [`find_any`](Self::find_any), by [`find_alike`](Self::find_alike).
    pub(crate) fn find_any_alike(&self, names: &[String]) -> Result<Option<usize>, Error> {
        names.iter().find_map(|name| self.find_alike(name).transpose()).transpose()
    }
}

/// The name that a field of a record in an envelope has as a column, as the reader of JSON names it.
pub(crate) fn without_envelope(name: &str) -> Option<&str> {
    ["_source.", "result.", "columns."].iter().find_map(|envelope| name.strip_prefix(envelope))
}

/// A name without the mark of a spreadsheet, and without the zone that the portals of Sentinel and Defender append.
pub(crate) fn without_zone(name: &str) -> &str {
    let name = name.trim();
    // The mark by which a spreadsheet takes a name such as `@timestamp` for no formula.
    let name = match name.strip_prefix('\'') {
        Some(guarded) if guarded.starts_with(['=', '+', '-', '@']) => guarded,
        _ => name,
    };
    ["[UTC]", "[Local Time]"].into_iter().fold(name, |name, zone| {
        let at = name.len().saturating_sub(zone.len());
        match name.get(at..) {
            Some(end) if end.eq_ignore_ascii_case(zone) => name[..at].trim_end(),
            _ => name,
        }
    })
}

/// The names as an error keeps them.
pub(crate) fn owned<S: AsRef<str>>(names: &[S]) -> Vec<String> {
    names.iter().map(|name| name.as_ref().to_owned()).collect()
}
