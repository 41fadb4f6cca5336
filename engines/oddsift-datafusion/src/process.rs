use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, LargeStringBuilder, StructArray, UInt32Builder,
    UInt64Builder,
};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};
use oddsift_features::{FeatureOptions, ProcessFeature, ProcessFeatures, ProcessScanner};

use crate::arguments::{Argument, Kind, coerce};
use crate::function::RowFunction;
use crate::{Error, calls};

const NAME: &str = "process_features";

const ARGUMENTS: [Argument; 4] = [
    Argument::new("path", Kind::Text),
    Argument::new("command_line", Kind::Text),
    Argument::new("session", Kind::Text),
    Argument::optional("path_separator", Kind::Text),
];

/// All features of process events as one struct, so that a text is passed over once whatever number of
/// fields is asked for.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct ProcessFeaturesOf;

impl RowFunction for ProcessFeaturesOf {
    fn name(&self) -> &'static str {
        NAME
    }

    fn coerce(&self, found: &[DataType]) -> Result<Vec<DataType>, Error> {
        coerce(NAME, &ARGUMENTS, found)
    }

    fn returns(&self, _passed: &[DataType]) -> Result<DataType, Error> {
        Ok(DataType::Struct(fields()))
    }

    fn evaluate(&self, args: &ScalarFunctionArgs) -> Result<ArrayRef, Error> {
        let scanner = scanner(args.args.get(3))?;
        let column = |place| calls::texts(NAME, args, place);
        let (paths, command_lines, sessions) = (column(0)?, column(1)?, column(2)?);
        let mut columns = Columns::new(args.number_rows);
        for row in 0..args.number_rows {
            let session = sessions.get(row);
            columns.add(&scanner.scan(paths.get(row), command_lines.get(row), session));
        }
        columns.finish()
    }
}

fn scanner(path_separator: Option<&ColumnarValue>) -> Result<ProcessScanner, Error> {
    let separator = calls::text(NAME, "path_separator", path_separator)?;
    let path_separator = separator.map(str::to_owned);
    let options = FeatureOptions { path_separator, ..FeatureOptions::default() };
    ProcessScanner::new(&options).map_err(|error| Error::compute(NAME)(&error))
}

/// The fields of the struct: the features in their order, by their names.
fn fields() -> Fields {
    let of_type = |feature| match feature {
        ProcessFeature::ProcessName => DataType::LargeUtf8,
        ProcessFeature::PathHash | ProcessFeature::CommandlineTokensHash => DataType::UInt32,
        ProcessFeature::IsSystemSession => DataType::Boolean,
        ProcessFeature::PathScore
        | ProcessFeature::PathLogScore
        | ProcessFeature::CommandlineLogLen
        | ProcessFeature::CommandlineScore
        | ProcessFeature::CommandlineLogScore => DataType::Float64,
        _ => DataType::UInt64,
    };
    let field = |feature: ProcessFeature| Field::new(feature.name(), of_type(feature), false);
    ProcessFeature::ALL.map(field).into_iter().collect()
}

/// The columns of the struct, as they grow.
struct Columns {
    name: LargeStringBuilder,
    /// `processNameLen`, `processNameTokens`, `commandlineLen`, `commandlineTokens`,
    /// `commandlineTokensFull`.
    counts: [UInt64Builder; 5],
    /// `pathScore`, `pathLogScore`, `commandlineLogLen`, `commandlineScore`, `commandlineLogScore`.
    numbers: [Float64Builder; 5],
    /// `pathHash`, `commandlineTokensHash`.
    hashes: [UInt32Builder; 2],
    is_system_session: BooleanBuilder,
}

impl Columns {
    fn new(n_rows: usize) -> Self {
        Self {
            name: LargeStringBuilder::with_capacity(n_rows, 0),
            counts: std::array::from_fn(|_| UInt64Builder::with_capacity(n_rows)),
            numbers: std::array::from_fn(|_| Float64Builder::with_capacity(n_rows)),
            hashes: std::array::from_fn(|_| UInt32Builder::with_capacity(n_rows)),
            is_system_session: BooleanBuilder::with_capacity(n_rows),
        }
    }

    fn add(&mut self, row: &ProcessFeatures<'_>) {
        self.name.append_value(row.process_name);
        let counts = [
            row.process_name_len,
            row.process_name_tokens,
            row.commandline_len,
            row.commandline_tokens,
            row.commandline_tokens_full,
        ];
        self.counts.iter_mut().zip(counts).for_each(|(column, value)| column.append_value(value));
        let numbers = [
            row.path_score,
            row.path_log_score,
            row.commandline_log_len,
            row.commandline_score,
            row.commandline_log_score,
        ];
        self.numbers.iter_mut().zip(numbers).for_each(|(column, value)| column.append_value(value));
        let hashes = [row.path_hash, row.commandline_tokens_hash];
        self.hashes.iter_mut().zip(hashes).for_each(|(column, value)| column.append_value(value));
        self.is_system_session.append_value(row.is_system_session);
    }

    fn finish(self) -> Result<ArrayRef, Error> {
        let Self { mut name, counts, numbers, hashes, mut is_system_session } = self;
        let [name_len, name_tokens, len, tokens, tokens_full] =
            counts.map(|mut column| Arc::new(column.finish()) as ArrayRef);
        let [path_score, path_log_score, log_len, score, log_score] =
            numbers.map(|mut column| Arc::new(column.finish()) as ArrayRef);
        let [path_hash, tokens_hash] =
            hashes.map(|mut column| Arc::new(column.finish()) as ArrayRef);
        let columns = vec![
            Arc::new(name.finish()) as ArrayRef,
            name_len,
            name_tokens,
            path_score,
            path_log_score,
            path_hash,
            len,
            log_len,
            tokens,
            tokens_full,
            tokens_hash,
            score,
            log_score,
            Arc::new(is_system_session.finish()),
        ];
        Ok(Arc::new(StructArray::try_new(fields(), columns, None)?))
    }
}
