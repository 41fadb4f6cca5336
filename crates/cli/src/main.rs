//! The oddsift command.

fn main() {}
