use oddsift_timespan::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::distinct::DistinctColumn;
use crate::{Error, Fault, PatternTable, TemplateState};

/// The form in which a table is written.
#[derive(Serialize)]
#[serde(rename = "PatternTable")]
struct Written<'a> {
    n_features: usize,
    has_templates: bool,
    values: &'a [f64],
    counts: &'a [u64],
    row_weights: Vec<f64>,
    first_rows: &'a [u64],
    times: Vec<Option<(Timestamp, Timestamp)>>,
    templates: &'a [Option<TemplateState>],
    distinct: Vec<WrittenColumn<'a>>,
}

#[derive(Serialize)]
struct WrittenColumn<'a> {
    values: &'a [Box<str>],
    pairs: Vec<(u32, u32)>,
}

/// A table as read, not yet believed.
#[derive(Deserialize)]
#[serde(rename = "PatternTable", deny_unknown_fields)]
struct Saved {
    n_features: usize,
    has_templates: bool,
    values: Vec<f64>,
    counts: Vec<u64>,
    /// Empty where every row weighs 1.
    row_weights: Vec<f64>,
    first_rows: Vec<u64>,
    times: Vec<Option<(Timestamp, Timestamp)>>,
    templates: Vec<Option<TemplateState>>,
    distinct: Vec<SavedColumn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedColumn {
    values: Vec<Box<str>>,
    pairs: Vec<(u32, u32)>,
}

impl Serialize for PatternTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let column = |column: &DistinctColumn| column.sorted_pairs();
        let columns = self.distinct.iter();
        let row_weights = self.ids().map(|id| self.row_weight(id));
        Written {
            n_features: self.n_features(),
            has_templates: self.has_templates,
            values: self.matrix(),
            counts: &self.counts,
            row_weights: if self.rows.is_unmarked() { Vec::new() } else { row_weights.collect() },
            first_rows: &self.first_rows,
            times: self.ids().map(|id| self.times(id)).collect(),
            templates: &self.templates,
            distinct: columns
                .map(|c| WrittenColumn { values: c.values(), pairs: column(c) })
                .collect(),
        }
        .serialize(serializer)
    }
}

/// What is read is taken for untrusted: every invariant is checked, and memory is taken only in
/// step with what the input really holds.
impl<'de> Deserialize<'de> for PatternTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Saved::deserialize(deserializer)?.into_table().map_err(de::Error::custom)
    }
}

impl Saved {
    fn into_table(self) -> Result<PatternTable, Error> {
        self.check_lengths()?;
        let n_patterns = self.counts.len();
        let mut table = PatternTable::new(self.n_features).with_templates(self.has_templates);
        for position in 0..n_patterns {
            self.read_pattern(&mut table, position)?;
        }
        table.templates = self.templates;
        for column in &self.distinct {
            table.distinct.push(column.read(n_patterns)?);
        }
        Ok(table)
    }

    fn check_lengths(&self) -> Result<(), Error> {
        let n = self.counts.len();
        let n_values = n.saturating_mul(self.n_features);
        let n_templates = if self.has_templates { n } else { 0 };
        let n_row_weights = if self.row_weights.is_empty() { 0 } else { n };
        for (field, expected, found) in [
            ("values", n_values, self.values.len()),
            ("row_weights", n_row_weights, self.row_weights.len()),
            ("first_rows", n, self.first_rows.len()),
            ("times", n, self.times.len()),
            ("templates", n_templates, self.templates.len()),
        ] {
            if expected != found {
                return Err(Error::SavedLength { field, expected, found });
            }
        }
        Ok(())
    }

    fn read_pattern(&self, table: &mut PatternTable, position: usize) -> Result<(), Error> {
        let refuse = |field, fault| Err(Error::SavedEntry { field, position, fault });
        let values = &self.values[position * self.n_features..][..self.n_features];
        if values.iter().any(|value| !value.is_finite()) {
            return refuse("values", Fault::NonFinite);
        }
        let row_weight = self.row_weights.get(position).copied().unwrap_or(1.0);
        if !row_weight.is_finite() {
            return refuse("row_weights", Fault::NonFinite);
        }
        let id = table.find_or_insert(values, row_weight)?;
        if id as usize != position {
            return refuse("values", Fault::Repeated);
        }
        let count = self.counts[position];
        if count == 0 {
            return refuse("counts", Fault::OutOfRange);
        }
        table.n_rows.checked_add(count).ok_or(Error::TooManyRows)?;
        if self.times[position].is_some_and(|(first, last)| last < first) {
            return refuse("times", Fault::EndBeforeStart);
        }
        table.fold(id, count, self.first_rows[position], self.times[position]);
        Ok(())
    }
}

impl SavedColumn {
    fn read(&self, n_patterns: usize) -> Result<DistinctColumn, Error> {
        let refuse = |field, fault| move |position| Error::SavedEntry { field, position, fault };
        let repeated = refuse("distinct.values", Fault::Repeated);
        let mut column = DistinctColumn::from_values(&self.values).map_err(repeated)?;
        for (position, &(pattern, value)) in self.pairs.iter().enumerate() {
            if pattern as usize >= n_patterns || value as usize >= self.values.len() {
                return Err(refuse("distinct.pairs", Fault::OutOfRange)(position));
            }
            if !column.insert_pair(pattern, value) {
                return Err(refuse("distinct.pairs", Fault::Repeated)(position));
            }
        }
        Ok(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Observation;

    fn table() -> PatternTable {
        let mut table = PatternTable::new(2).with_templates(true).with_distinct(1);
        let time = Some(Timestamp::UNIX_EPOCH);
        for (row, host) in [(0, "a"), (1, "b"), (2, "a")] {
            let distinct = &[Some(host)];
            let weight = if row == 2 { 1.5 } else { 1.0 };
            let seen = Observation { row, weight, time, text: Some("x 1"), distinct };
            table.add(&[row as f64 / 2.0, 0.1], &seen).unwrap();
        }
        table
    }

    #[test]
    fn what_is_written_reads_back_equal() {
        let text = serde_json::to_string(&table()).unwrap();
        assert_eq!(serde_json::from_str::<PatternTable>(&text).unwrap(), table());
    }

    #[test]
    fn a_table_that_cannot_be_is_refused() {
        let good = serde_json::to_string(&table()).unwrap();
        for (from, to) in [
            ("\"n_features\":2", "\"n_features\":3"),
            ("\"n_features\":2", "\"n_features\":18446744073709551615"),
            ("\"has_templates\":true", "\"has_templates\":false"),
            ("\"counts\":[1,1,1]", "\"counts\":[1,1,1,1]"),
            ("\"counts\":[1,1,1]", "\"counts\":[1,0,1]"),
            ("\"counts\":[1,1,1]", "\"counts\":[1,18446744073709551615,1]"),
            ("\"row_weights\":[1.0,1.0,1.5]", "\"row_weights\":[1.0,1.5]"),
            ("\"row_weights\":[1.0,1.0", "\"row_weights\":[1.0,1e999"),
            ("\"values\":[0.0,0.1,0.5", "\"values\":[0.0,0.1,-0.0"),
            ("\"values\":[0.0", "\"values\":[null"),
            ("\"values\":[0.0", "\"values\":[1e999"),
            ("1970-01-01T00:00:00Z\"]", "1969-01-01T00:00:00Z\"]"),
            ("\"values\":[\"a\",\"b\"]", "\"values\":[\"a\",\"a\"]"),
            ("\"values\":[\"a\",\"b\"]", "\"values\":[\"a\"]"),
            ("\"pairs\":[[0,0]", "\"pairs\":[[3,0]"),
            ("\"pairs\":[[0,0]", "\"pairs\":[[1,1]"),
            ("\"masks\":[]", "\"masks\":[[1,\"num\"]]"),
        ] {
            assert!(good.contains(from), "{from} in {good}");
            let bad = good.replacen(from, to, 1);
            assert!(serde_json::from_str::<PatternTable>(&bad).is_err(), "{to}");
        }
    }
}
