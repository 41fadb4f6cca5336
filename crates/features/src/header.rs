use crate::Error;
use std::collections::HashMap;

/// A file's column names, each findable at once.
pub(crate) struct Header<'a> {
    names: &'a [String],
    places: HashMap<&'a str, Place>,
}

enum Place {
    Once(usize),
    Repeated,
}

impl<'a> Header<'a> {
    pub(crate) fn new(names: &'a [String]) -> Self {
        let mut places = HashMap::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            places
                .entry(name.as_str())
                .and_modify(|place| *place = Place::Repeated)
                .or_insert(Place::Once(index));
        }
        Self { names, places }
    }

    pub(crate) fn names(&self) -> &'a [String] {
        self.names
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
