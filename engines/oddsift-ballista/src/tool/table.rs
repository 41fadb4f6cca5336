use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::arrow::util::pretty::pretty_format_batches_with_schema;
use oddsift_records::escape_line;

/// Lays rows out as a table for people. What a log has written cannot steer the terminal.
pub(crate) fn text(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<String, ArrowError> {
    let field = |name: &String| Field::new(escape_line(name), DataType::Utf8, true);
    let fields: Vec<Field> = schema.fields().iter().map(|it| field(it.name())).collect();
    let schema = Arc::new(Schema::new(fields));
    let escaped = batches.iter().map(|batch| {
        let columns: Result<Vec<ArrayRef>, _> = batch.columns().iter().map(texts).collect();
        RecordBatch::try_new(Arc::clone(&schema), columns?)
    });
    let escaped: Vec<RecordBatch> = escaped.collect::<Result<_, _>>()?;
    Ok(pretty_format_batches_with_schema(schema, &escaped)?.to_string())
}

fn texts(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let options = FormatOptions::new();
    let values = ArrayFormatter::try_new(column.as_ref(), &options)?;
    let text = |row: usize| Ok(Some(escape_line(&values.value(row).try_to_string()?)));
    let texts: StringArray = (0..column.len()).map(text).collect::<Result<_, ArrowError>>()?;
    Ok(Arc::new(texts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_cannot_steer_the_terminal() {
        let hostile: ArrayRef = Arc::new(StringArray::from(vec!["\u{1b}[2Jgone\nrow"]));
        let batch = RecordBatch::try_from_iter([("\u{1b}]0;x", hostile)]).unwrap();
        let text = text(&batch.schema(), &[batch]).unwrap();
        assert!(!text.contains('\u{1b}') && text.lines().count() == 5, "{text}");
    }
}
