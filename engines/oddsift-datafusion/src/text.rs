use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, LargeStringArray, LargeStringBuilder, UInt32Array,
    UInt64Array,
};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};
use oddsift_features::{
    Delimiters, char_ord_score, crc32_hash, delim_count, delim_hash, program_of, token_count,
};
use oddsift_patterns::mask_into;

use crate::arguments::{Argument, Kind, coerce};
use crate::function::RowFunction;
use crate::texts::Texts;
use crate::{Error, calls};

const TEXT: Argument = Argument::new("text", Kind::Text);

/// A function of one text, by its name in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum OfText {
    CharOrdScore,
    Crc32Hash,
    DelimCount,
    DelimHash,
    TokenCount,
    Mask,
    ProgramOf,
}

impl OfText {
    pub(crate) const ALL: [Self; 7] = [
        Self::CharOrdScore,
        Self::Crc32Hash,
        Self::DelimCount,
        Self::DelimHash,
        Self::TokenCount,
        Self::Mask,
        Self::ProgramOf,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::CharOrdScore => "char_ord_score",
            Self::Crc32Hash => "crc32_hash",
            Self::DelimCount => "delim_count",
            Self::DelimHash => "delim_hash",
            Self::TokenCount => "token_count",
            Self::Mask => "mask",
            Self::ProgramOf => "program_of",
        }
    }

    const fn arguments(self) -> &'static [Argument] {
        match self {
            Self::CharOrdScore => const { &[TEXT, Argument::optional("scale", Kind::Number)] },
            Self::DelimCount | Self::DelimHash => {
                const { &[TEXT, Argument::optional("delimiters", Kind::Text)] }
            }
            Self::TokenCount => const { &[TEXT, Argument::optional("delimiter", Kind::Text)] },
            Self::Crc32Hash | Self::Mask | Self::ProgramOf => const { &[TEXT] },
        }
    }

    const fn returns(self) -> DataType {
        match self {
            Self::CharOrdScore => DataType::Int64,
            Self::Crc32Hash | Self::DelimHash => DataType::UInt32,
            Self::DelimCount | Self::TokenCount => DataType::UInt64,
            // Masked texts of a batch may be five times as long, so offsets have 64 bits.
            Self::Mask | Self::ProgramOf => DataType::LargeUtf8,
        }
    }
}

impl OfText {
    /// A value of a dictionary is computed once, whatever the number of its rows. One with more values than
    /// rows, of which this batch is a part, is read row by row.
    fn of_column(
        self,
        column: &ArrayRef,
        option: Option<&ColumnarValue>,
    ) -> Result<ArrayRef, Error> {
        let dictionary = column.as_any_dictionary_opt();
        let Some(dictionary) = dictionary.filter(|it| it.values().len() <= column.len()) else {
            return self.of_each(&Texts::new(column)?, option);
        };
        let values = self.of_each(&Texts::new(dictionary.values())?, option)?;
        Ok(take(&values, dictionary.keys(), None)?)
    }

    fn of_each(self, texts: &Texts, option: Option<&ColumnarValue>) -> Result<ArrayRef, Error> {
        let name = self.name();
        let failed = |error: oddsift_features::Error| Error::compute(name)(&error);
        let delimiters = || match calls::text(name, "delimiters", option)? {
            Some(pattern) => Delimiters::new(pattern).map_err(failed),
            None => Ok(Delimiters::default()),
        };
        Ok(match self {
            OfText::CharOrdScore => {
                let scale = calls::number(name, "scale", option)?.unwrap_or(1.0);
                let score = |text: &str| char_ord_score(text, scale).map_err(failed);
                Arc::new(each::<_, Int64Array>(texts, score)?)
            }
            OfText::Crc32Hash => {
                Arc::new(each::<_, UInt32Array>(texts, |text: &str| Ok(crc32_hash(text)))?)
            }
            OfText::DelimCount => {
                let delimiters = delimiters()?;
                let count = |text: &str| Ok(delim_count(text, &delimiters));
                Arc::new(each::<_, UInt64Array>(texts, count)?)
            }
            OfText::DelimHash => {
                let delimiters = delimiters()?;
                let hash = |text: &str| Ok(delim_hash(text, &delimiters));
                Arc::new(each::<_, UInt32Array>(texts, hash)?)
            }
            OfText::TokenCount => {
                let delimiter = calls::text(name, "delimiter", option)?.unwrap_or(" ");
                let count = |text: &str| token_count(text, delimiter).map_err(failed);
                Arc::new(each::<_, UInt64Array>(texts, count)?)
            }
            OfText::Mask => masks(texts),
            OfText::ProgramOf => {
                Arc::new(each::<_, LargeStringArray>(texts, |path: &str| Ok(program_of(path)))?)
            }
        })
    }
}

/// A column of the values of all texts, or the first error. NULL stays NULL.
fn each<T, A: FromIterator<Option<T>>>(
    texts: &Texts,
    value: impl Fn(&str) -> Result<T, Error>,
) -> Result<A, Error> {
    texts.iter().map(|text| text.map(&value).transpose()).collect()
}

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

impl RowFunction for OfText {
    fn name(&self) -> &'static str {
        (*self).name()
    }

    fn coerce(&self, found: &[DataType]) -> Result<Vec<DataType>, Error> {
        coerce(self.name(), self.arguments(), found)
    }

    fn returns(&self, _passed: &[DataType]) -> Result<DataType, Error> {
        Ok((*self).returns())
    }

    fn evaluate(&self, args: &ScalarFunctionArgs) -> Result<ArrayRef, Error> {
        let text = calls::argument(self.name(), &args.args, 0)?;
        self.of_column(&text.to_array(args.number_rows)?, args.args.get(1))
    }
}
