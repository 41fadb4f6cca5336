use std::sync::Arc;

use arrow_array::builder::LargeStringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Int64Array, LargeStringArray, UInt32Array, UInt64Array};
use arrow_select::take::take;
use oddsift::features::{
    Delimiters, char_ord_score, crc32_hash, delim_count, delim_hash, program_of, token_count,
};
use oddsift::patterns::mask_into;

use super::Fault;
use super::arguments::{Arguments, Texts};

/// A function of one text, by its name in SQL.
#[derive(Debug, Clone, Copy)]
pub(super) enum OfText {
    CharOrdScore,
    Crc32Hash,
    DelimCount,
    DelimHash,
    TokenCount,
    Mask,
    ProgramOf,
}

impl OfText {
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "char_ord_score" => Self::CharOrdScore,
            "crc32_hash" => Self::Crc32Hash,
            "delim_count" => Self::DelimCount,
            "delim_hash" => Self::DelimHash,
            "token_count" => Self::TokenCount,
            "mask" => Self::Mask,
            "program_of" => Self::ProgramOf,
            _ => return None,
        })
    }

    const fn takes(self) -> (usize, &'static str) {
        match self {
            Self::CharOrdScore => (2, "(text, [scale])"),
            Self::DelimCount | Self::DelimHash => (2, "(text, [delimiters])"),
            Self::TokenCount => (2, "(text, [delimiter])"),
            Self::Crc32Hash | Self::Mask | Self::ProgramOf => (1, "(text)"),
        }
    }

    /// A value of a dictionary is computed once, whatever the number of its rows. One with more values than
    /// rows, of which this batch is a part, is read row by row.
    pub(super) fn evaluate(self, args: &Arguments) -> Result<ArrayRef, Fault> {
        let (most, takes) = self.takes();
        args.check_count(1, most, takes)?;
        let column = args.column(0)?;
        let dictionary = column.as_any_dictionary_opt();
        let Some(dictionary) = dictionary.filter(|it| it.values().len() <= column.len()) else {
            return self.of_each(&Texts::new("text", &column)?, args);
        };
        let values = self.of_each(&Texts::new("text", dictionary.values())?, args)?;
        Ok(take(&values, dictionary.keys(), None)?)
    }

    fn of_each(self, texts: &Texts, args: &Arguments) -> Result<ArrayRef, Fault> {
        let failed = |error: oddsift::features::Error| Fault(error.to_string());
        let delimiters = || match args.text(1, "delimiters")? {
            Some(pattern) => Delimiters::new(&pattern).map_err(failed),
            None => Ok(Delimiters::default()),
        };
        Ok(match self {
            Self::CharOrdScore => {
                let scale = args.number(1, "scale")?.unwrap_or(1.0);
                let score = |text: &str| char_ord_score(text, scale).map_err(failed);
                Arc::new(each::<_, Int64Array>(texts, score)?)
            }
            Self::Crc32Hash => {
                Arc::new(each::<_, UInt32Array>(texts, |text: &str| Ok(crc32_hash(text)))?)
            }
            Self::DelimCount => {
                let delimiters = delimiters()?;
                let count = |text: &str| Ok(delim_count(text, &delimiters));
                Arc::new(each::<_, UInt64Array>(texts, count)?)
            }
            Self::DelimHash => {
                let delimiters = delimiters()?;
                let hash = |text: &str| Ok(delim_hash(text, &delimiters));
                Arc::new(each::<_, UInt32Array>(texts, hash)?)
            }
            Self::TokenCount => {
                let delimiter = args.text(1, "delimiter")?;
                let delimiter = delimiter.as_deref().unwrap_or(" ");
                let count = |text: &str| token_count(text, delimiter).map_err(failed);
                Arc::new(each::<_, UInt64Array>(texts, count)?)
            }
            Self::Mask => masks(texts),
            Self::ProgramOf => {
                Arc::new(each::<_, LargeStringArray>(texts, |path: &str| Ok(program_of(path)))?)
            }
        })
    }
}

/// A column of the values of all texts, or the first error. NULL stays NULL.
fn each<T, A: FromIterator<Option<T>>>(
    texts: &Texts,
    value: impl Fn(&str) -> Result<T, Fault>,
) -> Result<A, Fault> {
    texts.iter().map(|text| text.map(&value).transpose()).collect()
}

/// Masked texts of a batch may be five times as long, so offsets have 64 bits.
fn masks(texts: &Texts) -> ArrayRef {
    let mut masks = LargeStringBuilder::with_capacity(texts.len(), 0);
    let mut room = String::new();
    for text in texts.iter() {
        room.clear();
        if let Some(text) = text {
            mask_into(text, &mut room);
        }
        masks.append_option(text.map(|_| &room));
    }
    Arc::new(masks.finish())
}
