//! The `oddsift-engine` command: the verbs of `oddsift` on an engine.

fn main() -> std::process::ExitCode {
    oddsift_ballista::tool::oddsift_engine()
}
