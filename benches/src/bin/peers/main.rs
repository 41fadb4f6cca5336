//! The Rust half of `cargo xtask peers`: makes its data, and runs one crate on it when told to.
//!
//! `peers make FAMILY ROWS COLUMNS FILE` writes the points of `data.rs` as little-endian `f64`.
//! `peers eps FILE COLUMNS NEIGHBOURS` prints the `eps` at which a distinct row has that many
//! neighbours on average. `peers run ALGORITHM PEER FILE COLUMNS THREADS PARAMETER..` prints `ready`
//! and obeys the lines of standard input: a step such as `fit` answers `fit SECONDS BYTES`, which is
//! its time and its peak memory above that before the first step; `save FILE` answers `save` once the
//! result of the latest step, 8 bytes a number, is written there. COLUMNS is `-` where the file is a
//! log.

mod auditd; // reading audit logs, and a yardstick
mod data; // points from and to files
mod dbscan; // DBSCAN, its crates and yardsticks
mod density; // eps from a mean number of neighbours
mod iforest; // the isolation forest and its crates
mod memory; // peak memory of one call
mod peer; // what runs a step when told to
mod stl; // STL and its crates
mod yardstick; // the least that a pass over the rows costs

use std::io::{self, BufRead, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};

use data::Points;
use peer::Peer;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["make", family, rows, columns, file] => {
            data::make(family, rows.parse()?, columns.parse()?)?.write(Path::new(file))
        }
        ["eps", file, columns, neighbours] => {
            let points = Points::read(Path::new(file), columns.parse()?)?;
            say(&density::eps(&points, neighbours.parse()?).to_string())
        }
        ["run", algorithm, peer, file, columns, threads, ref params @ ..] => {
            let file = Path::new(file);
            let points = || Points::read(file, columns.parse()?);
            let peer = match algorithm {
                "auditd" => auditd::peer(peer, file)?,
                "dbscan" => dbscan::peer(peer, points()?, params)?,
                "iforest" => iforest::peer(peer, points()?, params)?,
                "stl" => stl::peer(peer, &points()?, params)?,
                _ => bail!("there are no peers of `{algorithm}`"),
            };
            // The caller's pool, as a program that limits its threads would do it.
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build()?;
            pool.install(|| obey(peer))
        }
        _ => bail!("`{}` is no command of this; `cargo xtask peers` runs it", args.join(" ")),
    }
}

fn obey(mut peer: Peer) -> Result<()> {
    let idle = memory::resident();
    say("ready")?;
    let mut result = None;
    for line in io::stdin().lock().lines() {
        let line = line?;
        if let Some(file) = line.strip_prefix("save ") {
            let numbers: &Vec<[u8; 8]> = result.as_ref().context("there is no result to save")?;
            let bytes = numbers.as_flattened();
            std::fs::write(file, bytes).with_context(|| format!("cannot write {file}"))?;
            say("save")?;
        } else {
            let done = peer.run(&line)?;
            let (seconds, bytes) = (done.spent.time.as_secs_f64(), done.spent.bytes_above(idle));
            say(&format!("{line} {seconds} {bytes}"))?;
            result = done.result;
        }
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    Ok(stdout.flush()?)
}
