use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

use crate::Error;
use crate::counts::add_rows;

/// Counts of one kind for each context, and the number of rows in all of them.
#[derive(Debug, Clone)]
pub(crate) struct Contexts<C, T> {
    pub(crate) parts: HashMap<C, T>,
    pub(crate) n_rows: u64,
}

impl<C, T> Contexts<C, T> {
    pub(crate) fn new() -> Self {
        Self { parts: HashMap::new(), n_rows: 0 }
    }

    pub(crate) fn iter_sorted(&self) -> impl ExactSizeIterator<Item = (&C, &T)>
    where
        C: Ord,
    {
        let mut sorted: Vec<(&C, &T)> = self.parts.iter().collect();
        sorted.sort_unstable_by_key(|&(context, _)| context);
        sorted.into_iter()
    }
}

impl<C: Eq + Hash, T: Default> Contexts<C, T> {
    pub(crate) fn get<A>(&self, context: &A) -> Option<&T>
    where
        C: Borrow<A>,
        A: Eq + Hash + ?Sized,
    {
        self.parts.get(context)
    }

    /// The counts of a context, to which `count` rows, at least one, will be added.
    pub(crate) fn grow(&mut self, context: C, count: u64) -> Result<&mut T, Error> {
        self.n_rows = add_rows(self.n_rows, count)?;
        Ok(self.parts.entry(context).or_default())
    }

    /// As `grow`, with a context that is copied only where it is new.
    pub(crate) fn grow_ref<A>(&mut self, context: &A, count: u64) -> Result<&mut T, Error>
    where
        C: Borrow<A> + for<'a> From<&'a A>,
        A: Eq + Hash + ?Sized,
    {
        self.n_rows = add_rows(self.n_rows, count)?;
        if !self.parts.contains_key(context) {
            self.parts.insert(C::from(context), T::default());
        }
        Ok(self.parts.get_mut(context).expect("the context was just inserted"))
    }

    /// Adds all rows of `other`, context by context.
    pub(crate) fn merge(
        &mut self,
        mut other: Self,
        merge: impl Fn(&mut T, T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.n_rows = add_rows(self.n_rows, other.n_rows)?;
        if other.parts.len() > self.parts.len() {
            std::mem::swap(&mut self.parts, &mut other.parts);
        }
        other
            .parts
            .into_iter()
            .try_for_each(|(context, part)| merge(self.parts.entry(context).or_default(), part))
    }
}

impl<C: Eq + Hash, T: PartialEq> PartialEq for Contexts<C, T> {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl<C: Eq + Hash, T: Eq> Eq for Contexts<C, T> {}
