use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, LargeStringBuilder, UInt32Builder, UInt64Builder,
};
use arrow_array::{Array, ArrayRef, StructArray};
use arrow_schema::{DataType, Field, Fields};
use oddsift::features::{
    FeatureOptions, ProcessFeature, ProcessFeatures, ProcessScanner, SessionRule,
    guess_path_separator,
};

use super::Fault;
use super::arguments::{Arguments, Texts};

/// All features of process events as one struct, so that a text is passed over once whatever number of
/// fields is asked for.
pub(super) fn features(args: &Arguments) -> Result<ArrayRef, Fault> {
    args.check_count(3, 4, "(path, command_line, session, [path_separator])")?;
    let path_separator = args.text(3, "path_separator")?;
    let options = FeatureOptions { path_separator, ..FeatureOptions::default() };
    let scanner = ProcessScanner::new(&options).map_err(|error| Fault(error.to_string()))?;
    let texts = [(0, "path"), (1, "command_line"), (2, "session")];
    let [paths, command_lines, sessions] = texts.map(|(place, name)| args.texts(place, name));
    scan(&scanner, &[paths?, command_lines?, sessions?], args.n_rows())
}

/// The same as msticpy has them: the separator of paths is found by the first ten, and of the sessions only the
/// texts that msticpy knows are the system's.
pub(super) fn msticpys(
    columns: [&ArrayRef; 3],
    path_separator: Option<String>,
) -> Result<ArrayRef, Fault> {
    let [paths, command_lines, sessions] = columns;
    let n_rows = paths.len();
    let paths = Texts::new("path", paths)?;
    let guess = || guess_path_separator(paths.iter()).to_owned();
    let options = FeatureOptions {
        path_separator: Some(path_separator.unwrap_or_else(guess)),
        session_rule: SessionRule::ExactText,
        ..FeatureOptions::default()
    };
    let scanner = ProcessScanner::new(&options).map_err(|error| Fault(error.to_string()))?;
    let command_lines = Texts::new("command_line", command_lines)?;
    let sessions = Texts::new("session", sessions)?;
    scan(&scanner, &[paths, command_lines, sessions], n_rows)
}

fn scan(scanner: &ProcessScanner, texts: &[Texts; 3], n_rows: usize) -> Result<ArrayRef, Fault> {
    let mut columns = Columns::new(n_rows);
    for row in 0..n_rows {
        let [path, command_line, session] = texts.each_ref().map(|texts| texts.get(row));
        columns.add(&scanner.scan(path, command_line, session));
    }
    columns.finish()
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

    fn finish(self) -> Result<ArrayRef, Fault> {
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
