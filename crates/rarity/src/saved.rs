//! Counts and models as they are written, and the checks of what is read: anybody may have written
//! that.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::contexts::Contexts;
use crate::model::Named;
use crate::tail::Tail;
use crate::words::Word;
use crate::{
    Counts, Error, GivenCounts, GivenWordCounts, Rarity, RarityParams, TailCounts, WordCounts,
};

/// The keys of a stored model.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved<Text, Views> {
    format: Format,
    version: Version,
    masks: Text,
    n_rows: u64,
    views: Views,
}

impl Serialize for Rarity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { masks, n_rows, views } = self;
        Saved { format: Format, version: Version, masks, n_rows: *n_rows, views }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rarity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = Saved::<String, Vec<Named>>::deserialize(deserializer)?;
        saved.checked().map_err(D::Error::custom)
    }
}

impl Saved<String, Vec<Named>> {
    fn checked(self) -> Result<Rarity, Error> {
        let Self { masks, n_rows: total, views, .. } = self;
        let params = |view: &Named| (view.name.clone(), view.table.kind());
        RarityParams { masks: String::new(), views: views.iter().map(params).collect() }.check()?;
        match views.iter().find(|view| view.table.n_rows() > total) {
            Some(Named { name, table }) => {
                Err(Error::SavedView { view: name.clone(), count: table.n_rows(), total })
            }
            None => Ok(Rarity { masks, n_rows: total, views }),
        }
    }
}

impl<K: Ord + Serialize> Serialize for Counts<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter_sorted())
    }
}

impl<'de, K: Eq + Hash + Deserialize<'de>> Deserialize<'de> for Counts<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Entries::<K, u64>::deserialize(deserializer)?;
        Ok(Self { total: entries.n_rows().map_err(D::Error::custom)?, rows: entries.map })
    }
}

/// The keys of stored words.
#[derive(Serialize, Deserialize)]
#[serde(rename = "WordCounts", deny_unknown_fields)]
struct SavedWords<Words> {
    n_rows: u64,
    words: Words,
}

/// Words that are written as a map.
struct SortedWords<'a, K>(&'a WordCounts<K>);

impl<K: Ord + Serialize> Serialize for SortedWords<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter_sorted())
    }
}

impl<K: Ord + Serialize> Serialize for WordCounts<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SavedWords { n_rows: self.total, words: SortedWords(self) }.serialize(serializer)
    }
}

impl<'de, K: Eq + Hash + Deserialize<'de>> Deserialize<'de> for WordCounts<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = SavedWords::<Entries<K, u64>>::deserialize(deserializer)?;
        saved.checked().map_err(D::Error::custom)
    }
}

impl<K: Eq + Hash> SavedWords<Entries<K, u64>> {
    fn checked(self) -> Result<WordCounts<K>, Error> {
        let (total, words) = (self.n_rows, self.words.map);
        match words.values().max() {
            Some(&count) if count > total => Err(Error::SavedWord { count, total }),
            _ => {
                let words = words.into_iter().map(|(word, rows)| (word, Word { rows, call: 0 }));
                Ok(WordCounts::from_parts(words.collect(), total))
            }
        }
    }
}

impl Serialize for Tail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rows().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Entries::<u64, u64>::deserialize(deserializer)?;
        entries.n_rows().map_err(D::Error::custom)?;
        let mut tail = Self::default();
        entries.map.into_iter().for_each(|(value, rows)| tail.add(value, rows));
        Ok(tail)
    }
}

impl<C: Ord + Serialize, T: Serialize> Serialize for Contexts<C, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter_sorted())
    }
}

impl<'de, C: Eq + Hash, T: Rows> Deserialize<'de> for Contexts<C, T>
where
    C: Deserialize<'de>,
    T: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Entries::<C, T>::deserialize(deserializer)?;
        Ok(Self { n_rows: entries.n_rows().map_err(D::Error::custom)?, parts: entries.map })
    }
}

/// Tables that are written as their contexts alone.
macro_rules! as_contexts {
    ($table:ident<$($key:ident),+>, $field:ident) => {
        impl<$($key: Ord + Serialize),+> Serialize for $table<$($key),+> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.$field.serialize(serializer)
            }
        }

        impl<'de, $($key: Eq + Hash + Deserialize<'de>),+> Deserialize<'de> for $table<$($key),+> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self { $field: Contexts::deserialize(deserializer)? })
            }
        }
    };
}

as_contexts!(GivenCounts<C, K>, contexts);
as_contexts!(GivenWordCounts<C, K>, contexts);
as_contexts!(TailCounts<C>, categories);

/// What stands for rows in an entry of a map.
trait Rows {
    fn n_rows(&self) -> u64;
}

impl Rows for u64 {
    fn n_rows(&self) -> u64 {
        *self
    }
}

impl<K> Rows for Counts<K> {
    fn n_rows(&self) -> u64 {
        self.total
    }
}

impl<K> Rows for WordCounts<K> {
    fn n_rows(&self) -> u64 {
        self.total
    }
}

impl Rows for Tail {
    fn n_rows(&self) -> u64 {
        self.total()
    }
}

/// A map in which no key repeats and every entry has rows. It grows with what is read.
struct Entries<K, V> {
    map: HashMap<K, V>,
    /// Of words, of which a row has many, the sum may be any.
    sum: u128,
}

impl<K, V> Entries<K, V> {
    fn n_rows(&self) -> Result<u64, Error> {
        u64::try_from(self.sum).map_err(|_| Error::SavedTotal(self.sum))
    }
}

impl<K: Eq + Hash, V: Rows> Entries<K, V> {
    fn insert(&mut self, key: K, value: V) -> Result<(), Error> {
        let (entry, n_rows) = (self.map.len(), value.n_rows());
        if n_rows == 0 {
            return Err(Error::SavedZero(entry));
        }
        self.sum += u128::from(n_rows);
        match self.map.insert(key, value) {
            Some(_) => Err(Error::SavedRepeat(entry)),
            None => Ok(()),
        }
    }
}

impl<'de, K, V> Deserialize<'de> for Entries<K, V>
where
    K: Eq + Hash + Deserialize<'de>,
    V: Rows + Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K, V> Visitor<'de> for EntriesVisitor<K, V>
where
    K: Eq + Hash + Deserialize<'de>,
    V: Rows + Deserialize<'de>,
{
    type Value = Entries<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map to numbers of rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut entries = Entries { map: HashMap::new(), sum: 0 };
        while let Some((key, value)) = access.next_entry()? {
            entries.insert(key, value).map_err(A::Error::custom)?;
        }
        Ok(entries)
    }
}

struct Format;

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Rarity::FORMAT.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = String::deserialize(deserializer)?;
        if found == Rarity::FORMAT {
            return Ok(Self);
        }
        // Debug, so that no raw control character gets out.
        Err(D::Error::custom(format_args!("format {found:.40?} is not {:?}", Rarity::FORMAT)))
    }
}

struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Rarity::VERSION.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            Rarity::VERSION => Ok(Self),
            found => Err(D::Error::custom(format_args!(
                "version {found} of the format cannot be read, only version {}; save the model again or update",
                Rarity::VERSION
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Seen, View};

    const GOOD: &str = r#"{"format":"oddsift-rarity","version":1,"masks":"none","n_rows":3,"views":[{"name":"program","table":{"value":{"a":2,"b":1}}},{"name":"child given parent","table":{"given":{"p":{"a":1},"q":{"a":1,"b":1}}}},{"name":"words","table":{"words":{"n_rows":3,"words":{"x":3,"y":1}}}},{"name":"words given program","table":{"words_given":{"a":{"n_rows":2,"words":{"x":2}},"b":{"n_rows":1,"words":{}}}}},{"name":"length","table":{"tail":{"a":{"9":1,"17":1},"b":{"2":1}}}}]}"#;

    fn read(text: &str) -> Result<Rarity, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// What is said about the good model with one part replaced.
    fn fault(from: &str, to: &str) -> String {
        assert_eq!(GOOD.matches(from).count(), 1, "{from}");
        read(&GOOD.replace(from, to)).unwrap_err()
    }

    fn model() -> Rarity {
        let params = Rarity::params("none").view("program", View::Value);
        let params = params.view("child given parent", View::Given).view("words", View::Words);
        let params = params.view("words given program", View::WordsGiven);
        let mut model = params.view("length", View::Tail).build().unwrap();
        for (program, parent, words, own_words, length) in [
            ("a", "q", &["x", "y"][..], &["x"][..], 17),
            ("b", "q", &["x"], &[], 2),
            ("a", "p", &["x", "x"], &["x"], 9),
        ] {
            let row = [
                Seen::Value(program),
                Seen::Given(parent, program),
                Seen::Words(words),
                Seen::WordsGiven(program, own_words),
                Seen::Tail(program, length),
            ];
            model.add(&row, 1).unwrap();
        }
        model
    }

    #[test]
    fn a_saved_model_reads_back_and_is_saved_the_same() {
        assert_eq!(serde_json::to_string(&model()).unwrap(), GOOD);
        let read = read(GOOD).unwrap();
        assert_eq!(read, model());
        assert_eq!(serde_json::to_string(&read).unwrap(), GOOD);
    }

    #[test]
    fn a_read_model_goes_on_counting() {
        let mut read = read(GOOD).unwrap();
        read.merge(model()).unwrap();
        let mut twice = model();
        twice.merge(model()).unwrap();
        assert_eq!((read.n_rows(), &read), (6, &twice));
    }

    #[test]
    fn format_and_version_are_named() {
        assert!(
            fault("oddsift-rarity", "isolation\\u001b").contains("\"isolation\\u{1b}\" is not")
        );
        let message = fault("\"version\":1", "\"version\":2");
        assert!(message.contains("version 2 of the format cannot be read, only version 1"));
        assert!(fault("\"masks\"", "\"mask\"").contains("unknown field"));
        assert!(fault("{\"value\"", "{\"values\"").contains("unknown variant"));
    }

    #[test]
    fn counts_must_be_positive() {
        assert!(fault("{\"a\":2,\"b\":1}", "{\"a\":2,\"b\":0}").contains("entry 1 has no rows"));
        assert!(fault("{\"a\":2,", "{\"a\":-2,").contains("invalid value"));
        assert!(fault("\"p\":{\"a\":1}", "\"p\":{}").contains("entry 0 has no rows"));
        assert!(fault("\"y\":1", "\"y\":0").contains("entry 1 has no rows"));
        assert!(
            fault("\"n_rows\":1,\"words\"", "\"n_rows\":0,\"words\"").contains("entry 1 has no")
        );
        assert!(fault("\"17\":1", "\"17\":0").contains("entry 1 has no rows"));
        assert!(fault("\"b\":{\"2\":1}", "\"b\":{}").contains("entry 1 has no rows"));
    }

    #[test]
    fn keys_must_not_repeat() {
        let repeats = "entry 1 repeats an earlier one";
        assert!(fault("{\"a\":2,\"b\":1}", "{\"a\":1,\"a\":1}").contains(repeats));
        assert!(fault("\"q\":{", "\"p\":{").contains(repeats));
        assert!(fault("\"y\":1", "\"x\":1").contains(repeats));
        assert!(fault("\"17\":1", "\"9\":1").contains(repeats));
        assert!(fault("\"name\":\"length\"", "\"name\":\"words\"").contains("two views are named"));
    }

    #[test]
    fn sums_must_fit() {
        let most = u64::MAX;
        let sum = "add up to 18446744073709551616 rows";
        assert!(fault("{\"a\":2,", &format!("{{\"a\":{most},")).contains(sum));
        assert!(fault("\"17\":1", &format!("\"17\":{most}")).contains(sum));
        assert!(fault("\"p\":{\"a\":1}", &format!("\"p\":{{\"a\":{}}}", most - 1)).contains(sum));
        assert!(fault("{\"a\":2,", "{\"a\":18446744073709551616,").contains("invalid type"));
    }

    #[test]
    fn words_and_views_must_not_have_more_rows_than_there_are() {
        assert!(fault("\"x\":3", "\"x\":4").contains("a word is in 4 of 3 rows"));
        assert!(fault("{\"x\":2}", "{\"x\":3}").contains("a word is in 3 of 2 rows"));
        assert!(fault("{\"a\":2,", "{\"a\":3,").contains("view \"program\" has 4 of 3 rows"));
        assert!(fault("\"17\":1", "\"17\":2").contains("view \"length\" has 4 of 3 rows"));
    }

    #[test]
    fn cut_or_empty_text_is_refused() {
        for end in 0..GOOD.len() {
            assert!(read(&GOOD[..end]).is_err(), "{end}");
        }
        let empty = r#"{"format":"oddsift-rarity","version":1,"masks":"","n_rows":0,"views":[]}"#;
        assert!(read(empty).unwrap_err().contains("no views"));
    }
}
