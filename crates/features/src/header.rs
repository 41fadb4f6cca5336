use crate::Error;
use std::collections::HashMap;

/// A file's column names, each findable at once.
pub(crate) struct Header<'a> {
    names: Vec<&'a str>,
    places: HashMap<&'a str, Place>,
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
        Self { names, places }
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

    /// The place of the first of `names` that is there.
    pub(crate) fn find_first(&self, names: &[&str]) -> Result<Option<usize>, Error> {
        for name in names {
            if let Some(index) = self.find(name)? {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }
}

/// The names as an error keeps them.
pub(crate) fn owned<S: AsRef<str>>(names: &[S]) -> Vec<String> {
    names.iter().map(|name| name.as_ref().to_owned()).collect()
}
