use oddsift_records::Cell;

use crate::fold::Feed;
use crate::layout::Head;
use crate::plan::RowRoom;
use crate::sink::stream;
use crate::threads::with_threads;
use crate::{Error, Input, ReadSummary, Sink};

/// Passes on all rows of an input as they are, in their order; `sink` is made once all columns are known.
///
/// # Errors
///
/// For a row that is bad unless such are skipped, and for a sink that fails.
///
/// ```
/// use oddsift_pipeline::copy_rows;
/// use oddsift_records::{OutputFormat, RowWriter, WriteOptions};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let (writer, read) = copy_rows(path, |columns| {
///     Ok(RowWriter::new(Vec::new(), OutputFormat::Ndjson, columns, WriteOptions::default())?)
/// })?;
/// assert_eq!(read.input.rows(), 363);
/// assert!(writer.finish()?.starts_with(b"{"));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
pub fn copy_rows<K: Sink>(
    input: impl Into<Input>,
    sink: impl FnOnce(&[String]) -> Result<K, Error>,
) -> Result<(K, ReadSummary), Error> {
    let input = input.into().settled()?;
    let head = Head::open_plain(&input, &[])?;
    let n_columns = head.layout.columns.len();
    let mut sink = sink(&head.layout.columns)?;
    let mut feed = Feed::new(head, &input);
    with_threads(input.n_threads(), || {
        stream(
            &mut feed,
            &mut sink,
            || (),
            |(), batch, push| {
                let mut cells: Vec<Cell<'_>> = Vec::with_capacity(n_columns);
                for row in batch {
                    cells.clear();
                    cells.extend((0..n_columns).map(|column| row.value(column)));
                    push(&cells)?;
                }
                Ok(())
            },
        )
    })?;
    Ok((sink, feed.finish(RowRoom::default())))
}
