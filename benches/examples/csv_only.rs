//! Reads a CSV file with the `csv` crate and does nothing with it: what the tool's whole runs are
//! compared to. `cargo run --release -p oddsift-benches --example csv_only -- FILE`

use std::io::Write;

fn main() -> Result<(), csv::Error> {
    let path = std::env::args_os().nth(1).unwrap_or_default();
    let mut reader = csv::Reader::from_path(path)?;
    let mut record = csv::ByteRecord::new();
    let (mut n_rows, mut n_bytes) = (0_u64, 0);
    while reader.read_byte_record(&mut record)? {
        n_rows += 1;
        n_bytes += record.as_slice().len();
    }
    writeln!(std::io::stdout(), "{n_rows} rows, {n_bytes} bytes of fields")?;
    Ok(())
}
