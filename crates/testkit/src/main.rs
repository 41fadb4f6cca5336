//! `oddsift-testkit`: makes test data and tests the tool as a whole. `cargo xtask` starts it.

use std::process::ExitCode;

fn main() -> ExitCode {
    oddsift_testkit::main()
}
