//! The `oddsift-ballista` command: the processes of a cluster, SQL on it, and the verbs of `oddsift-engine`.

fn main() -> std::process::ExitCode {
    oddsift_ballista::tool::oddsift_ballista()
}
