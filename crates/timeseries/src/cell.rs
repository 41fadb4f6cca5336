//! One bucket of one group.

use std::collections::HashSet;

use crate::{Aggregate, sum::ExactSum};

/// What the events of a bucket have come to; distinct texts are numbers of the builder's.
///
/// Small, since of many groups each has a bucket or two.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Count(u64),
    Sum(Box<ExactSum>),
    Mean(Box<(ExactSum, u64)>),
    Max(f64),
    #[expect(
        clippy::box_collection,
        reason = "a set by itself would make every bucket four times as large"
    )]
    Distinct(Box<HashSet<usize>>),
    /// A number of distinct texts that was counted elsewhere.
    Counted(f64),
}

impl Cell {
    pub(crate) fn new(aggregate: Aggregate) -> Self {
        match aggregate {
            Aggregate::Count => Self::Count(0),
            Aggregate::Sum => Self::Sum(Box::default()),
            Aggregate::Mean => Self::Mean(Box::default()),
            Aggregate::Max => Self::Max(f64::NEG_INFINITY),
            Aggregate::Distinct => Self::Distinct(Box::default()),
        }
    }

    /// Takes an event, whose value is present unless events are only counted.
    pub(crate) fn add(&mut self, value: f64) {
        match self {
            Self::Count(n) => *n = n.saturating_add(1),
            Self::Sum(sum) => sum.add(value),
            Self::Mean(mean) => {
                let (sum, n) = &mut **mean;
                sum.add(value);
                *n = n.saturating_add(1);
            }
            // Adding zero makes -0.0 zero, so that the larger of the two depends on no order.
            Self::Max(max) => *max = max.max(value + 0.0),
            Self::Distinct(_) | Self::Counted(_) => {}
        }
    }

    /// Takes events that were joined elsewhere; `false` for distinct texts beside others.
    pub(crate) fn add_totals(&mut self, n_events: u64, value: f64) -> bool {
        match self {
            Self::Count(n) => *n = n.saturating_add(n_events),
            Self::Mean(mean) => {
                mean.0.add(value);
                mean.1 = mean.1.saturating_add(n_events);
            }
            Self::Sum(_) | Self::Max(_) => self.add(value),
            Self::Distinct(ids) if ids.is_empty() => *self = Self::Counted(value),
            Self::Distinct(_) | Self::Counted(_) => return false,
        }
        true
    }

    pub(crate) fn add_text(&mut self, id: usize) {
        if let Self::Distinct(ids) = self {
            ids.insert(id);
        }
    }

    /// Joins a bucket of another builder; `ids` are the numbers that its texts have here.
    pub(crate) fn merge(&mut self, other: &Self, ids: &[usize]) {
        match (self, other) {
            (Self::Count(n), Self::Count(m)) => *n = n.saturating_add(*m),
            (Self::Sum(sum), Self::Sum(other)) => sum.merge(other),
            (Self::Mean(mean), Self::Mean(other)) => {
                mean.0.merge(&other.0);
                mean.1 = mean.1.saturating_add(other.1);
            }
            (Self::Max(max), Self::Max(other)) => *max = max.max(*other),
            (Self::Distinct(own), Self::Distinct(other)) => {
                own.extend(other.iter().filter_map(|&id| ids.get(id)));
            }
            _ => {}
        }
    }

    pub(crate) fn value(&self) -> f64 {
        match self {
            Self::Count(n) => *n as f64,
            Self::Sum(sum) => sum.value(),
            Self::Mean(mean) => mean.0.value() / mean.1 as f64,
            Self::Max(number) | Self::Counted(number) => *number,
            Self::Distinct(ids) => ids.len() as f64,
        }
    }
}
