use crate::Error;
use crate::combination::Combinations;
use crate::occurrence::NONE;
use crate::process::PARENT;
use crate::reason::Spread;
use crate::table::{Kind, LineId, LineTable};
use crate::views::{View, Views};

/// How rare the lines of a table are.
#[derive(Debug, Clone)]
pub(crate) enum Lens {
    Process(Box<Views>),
    Values(Combinations),
}

impl Lens {
    pub(crate) fn new(table: &LineTable) -> Result<Self, Error> {
        match table.kind {
            Kind::Process => Ok(Self::Process(Box::new(Views::new(table)?))),
            Kind::Values { n_numbers } => Ok(Self::Values(Combinations::new(table, n_numbers)?)),
        }
    }

    /// The number of the line that is printed for an entry: parents share one.
    pub(crate) fn line(&self, id: LineId) -> u32 {
        match self {
            Self::Process(views) => views.facts(id).line,
            Self::Values(_) => id.0,
        }
    }

    pub(crate) fn is_known(&self, id: LineId) -> bool {
        match self {
            Self::Process(views) => views.facts(id).is_known,
            Self::Values(combinations) => combinations.is_known(id),
        }
    }

    /// The program of an entry and its parent.
    pub(crate) fn names(&self, table: &LineTable, id: LineId) -> (u32, u32) {
        match self {
            Self::Process(views) => {
                let facts = views.facts(id);
                let is_named = !table.value(id, PARENT).is_empty();
                (facts.name, if is_named { facts.parent } else { NONE })
            }
            Self::Values(_) => (id.0, NONE),
        }
    }

    /// Entries that are variants of one thing: the same program, parent and shape.
    pub(crate) fn variant_key(&self, id: LineId) -> (u32, u32, crate::shape::Shape) {
        match self {
            Self::Process(views) => {
                let facts = views.facts(id);
                let shape = views.text(facts).map(|text| text.shape).unwrap_or_default();
                (facts.name, facts.parent, shape)
            }
            Self::Values(_) => (id.0, NONE, crate::shape::Shape::default()),
        }
    }

    /// The bits of an entry's row in all views, with their weights.
    pub(crate) fn parts(&self, table: &LineTable, id: LineId, spread: Spread) -> Vec<(View, f64)> {
        let mut parts = match self {
            Self::Process(views) => {
                let facts = views.facts(id);
                View::ALL.map(|view| (view, views.bits(view, facts))).to_vec()
            }
            Self::Values(combinations) => combinations.parts(table, id),
        };
        for (view, bits) in &mut parts {
            if *view == View::Spread {
                *bits = spread.bits;
            }
            *bits *= view.weight();
        }
        parts
    }

    /// The sum of the bits of an entry without those of its rows' parents.
    pub(crate) fn bits(&self, table: &LineTable, id: LineId) -> f64 {
        match self {
            Self::Process(views) => views.sum(views.facts(id)),
            Self::Values(combinations) => {
                let parts = combinations.parts(table, id);
                parts.iter().map(|(view, bits)| bits * view.weight()).sum()
            }
        }
    }

    /// What the parent of a row adds.
    pub(crate) fn spread_bits(&self, spread: Spread) -> f64 {
        match self {
            Self::Process(_) => spread.bits * View::Spread.weight(),
            Self::Values(_) => 0.0,
        }
    }

    /// The number of lines that may be printed.
    pub(crate) fn n_lines(&self, table: &LineTable) -> usize {
        match self {
            Self::Process(views) => views.of_text.len(),
            Self::Values(_) => table.n_lines(),
        }
    }
}
