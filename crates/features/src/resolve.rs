use crate::category::PROGRAM;
use crate::header::Header;
use crate::listing::nearest;
use crate::measure::Measure;
use crate::{Error, ProcessFeature, Role, Roles};

/// Turns requested names into a column and what to take from it.
pub(crate) struct Resolver<'a> {
    pub(crate) header: Header<'a>,
    pub(crate) roles: &'a Roles,
    pub(crate) force: bool,
}

impl Resolver<'_> {
    pub(crate) fn resolve(&self, name: &str) -> Result<(usize, Measure), Error> {
        if let Some(found) = self.program(name) {
            return Ok(found);
        }
        if self.force
            && let Some(found) = self.computed(name)?
        {
            return Ok(found);
        }
        if let Some(index) = self.header.find_named(name)? {
            return Ok((index, Measure::Number));
        }
        if let Some(found) = self.log_of_column(name)? {
            return Ok(found);
        }
        self.computed(name)?.map_or_else(|| Err(self.failure(name)), Ok)
    }

    /// The program of process events comes before a column of that name, which is no number either.
    fn program(&self, name: &str) -> Option<(usize, Measure)> {
        let index = (name == PROGRAM).then(|| self.roles.get(Role::Path)).flatten();
        index.map(|index| (index, Measure::Program))
    }

    /// msticpy takes the logarithm of the column that is there, not of the
    /// feature that it would have computed.
    fn log_of_column(&self, name: &str) -> Result<Option<(usize, Measure)>, Error> {
        let base = ProcessFeature::from_name(name).and_then(ProcessFeature::log_of);
        let index = base.map_or(Ok(None), |base| self.header.find(base.name()))?;
        Ok(index.map(|index| (index, Measure::Log)))
    }

    /// A process or text feature whose source column is there.
    fn computed(&self, name: &str) -> Result<Option<(usize, Measure)>, Error> {
        if let Some(feature) = ProcessFeature::from_name(name) {
            let index = self.roles.get(feature.role());
            return Ok(index.zip(feature.measure()));
        }
        let Some((column, suffix)) = name.rsplit_once('.') else { return Ok(None) };
        let Some(measure) = Measure::from_suffix(suffix) else { return Ok(None) };
        Ok(self.header.find_named(column)?.map(|index| (index, measure)))
    }

    fn failure(&self, name: &str) -> Error {
        match ProcessFeature::from_name(name) {
            None if name == PROGRAM => Error::MissingColumn {
                feature: name.to_owned(),
                missing: self.roles.column_name(Role::Path),
                present: self.header.owned_names(),
            },
            Some(feature) if self.roles.get(feature.role()).is_none() => Error::MissingColumn {
                feature: name.to_owned(),
                missing: self.roles.column_name(feature.role()),
                present: self.header.owned_names(),
            },
            Some(_) => Error::TextFeature(name.to_owned()),
            None => Error::UnknownFeature {
                name: name.to_owned(),
                available: self.header.owned_names(),
                nearest: self.nearest(name),
            },
        }
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let columns = self.header.names().iter().copied();
        if let Some((column, suffix)) = name.rsplit_once('.')
            && Measure::from_suffix(suffix).is_some()
        {
            return nearest(column, columns).map(|column| format!("{column}.{suffix}"));
        }
        let features = self.roles.features();
        nearest(name, columns.chain(features.iter().map(|feature| -> &str { feature.name() })))
    }
}
