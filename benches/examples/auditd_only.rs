//! Streams an audit log to typed events, beside counting its lines, in one run.
//!
//! `cargo run --release -p oddsift-benches --example auditd_only -- audit.log [ROUNDS]`

#![allow(clippy::print_stdout, reason = "what this prints is its result")]

use std::{
    fs::File,
    hint::black_box,
    io::{BufRead, BufReader},
    ops::ControlFlow,
    time::Instant,
};

use oddsift::auditd::{Options, read_events};

const BUFFER: usize = 1 << 16;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("which log?")?;
    let n_rounds: usize = args.next().map_or(Ok(5), |text| text.parse())?;
    let n_bytes = std::fs::metadata(&path)?.len();
    let open = || Ok::<_, Failure>(BufReader::with_capacity(BUFFER, File::open(&path)?));
    for _ in 0..n_rounds {
        let speeds = [
            time("lines", n_bytes, || Ok(count_lines(open()?)?))?,
            time("events", n_bytes, || {
                Ok(read_events(open()?, Options::new(), |_| ControlFlow::Continue(()))?.events)
            })?,
            time("typed", n_bytes, || {
                let typed = read_events(open()?, Options::new(), |event| {
                    event.records().for_each(|record| drop(black_box(record.typed())));
                    ControlFlow::Continue(())
                });
                Ok(typed?.events)
            })?,
            time("rows", n_bytes, || {
                let rows = read_events(open()?, Options::new(), |event| {
                    drop(black_box(event.row()));
                    ControlFlow::Continue(())
                });
                Ok(rows?.events)
            })?,
        ];
        println!("typed at {:.3} of the lines' speed", speeds[2] / speeds[0]);
    }
    Ok(())
}

fn time(what: &str, n_bytes: u64, run: impl Fn() -> Result<u64, Failure>) -> Result<f64, Failure> {
    let start = Instant::now();
    let count = run()?;
    let speed = n_bytes as f64 / 1e6 / start.elapsed().as_secs_f64();
    println!("{what}: {count}, {speed:.0} MB/s");
    Ok(speed)
}

fn count_lines(mut log: impl BufRead) -> std::io::Result<u64> {
    let mut n_lines = 0;
    loop {
        let buffer = log.fill_buf()?;
        if buffer.is_empty() {
            return Ok(n_lines);
        }
        n_lines += memchr::memchr_iter(b'\n', buffer).count() as u64;
        let n = buffer.len();
        log.consume(n);
    }
}
