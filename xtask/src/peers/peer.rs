//! Who is compared, and how each is started.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A clustering, or a yardstick that does less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Peer {
    Oddsift,
    Sklearn,
    /// As one who knows that rows repeat would call it.
    SklearnUnique,
    Linfa,
    Petal,
    Cpp,
    Hash,
    Sum,
}

impl Peer {
    /// For people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Oddsift => "**oddsift**",
            Self::Sklearn => "scikit-learn",
            Self::SklearnUnique => "scikit-learn, unique+weights",
            Self::Linfa => "linfa-clustering",
            Self::Petal => "petal-clustering",
            Self::Cpp => "C++ (PyPI dbscan)",
            Self::Hash => "hash only",
            Self::Sum => "sum of coordinates",
        }
    }

    /// For the program that runs it, and for names of files.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Oddsift => "oddsift",
            Self::Sklearn => "sklearn",
            Self::SklearnUnique => "sklearn-unique",
            Self::Linfa => "linfa",
            Self::Petal => "petal",
            Self::Cpp => "cpp",
            Self::Hash => "hash",
            Self::Sum => "sum",
        }
    }

    /// Whether it makes no labels.
    pub(crate) fn is_yardstick(self) -> bool {
        matches!(self, Self::Hash | Self::Sum)
    }

    fn is_python(self) -> bool {
        matches!(self, Self::Sklearn | Self::SklearnUnique | Self::Cpp)
    }
}

/// One clustering of one file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) file: &'a Path,
    pub(crate) n_columns: usize,
    pub(crate) eps: &'a str,
    pub(crate) min_samples: usize,
}

/// The programs that fit.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) rust: PathBuf,
    pub(crate) python: PathBuf,
    pub(crate) script: PathBuf,
    /// Whether `taskset` is there to keep a process to some cores.
    pub(crate) can_pin: bool,
    /// KiB of address space that a process may have.
    pub(crate) memory: u64,
}

impl Programs {
    pub(crate) fn command(&self, peer: Peer, threads: usize, task: Task<'_>) -> Command {
        let mut words: Vec<String> = Vec::new();
        if peer == Peer::Cpp && self.can_pin {
            // It starts a thread for each core that it may use, and has no other setting.
            words.extend(["taskset".into(), "-c".into(), format!("0-{}", threads - 1)]);
        }
        if peer.is_python() {
            words.extend([&self.python, &self.script].map(|path| path.display().to_string()));
        } else {
            words.extend([self.rust.display().to_string(), "fit".into()]);
        }
        words.extend([peer.word().into(), task.file.display().to_string()]);
        let numbers = [task.n_columns.to_string(), task.eps.into(), task.min_samples.to_string()];
        words.extend(numbers);
        if !peer.is_python() {
            words.push(threads.to_string());
        }
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v \"$0\" && exec \"$@\"", &self.memory.to_string()]);
        command.args(words);
        for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"] {
            command.env(variable, threads.to_string());
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(peer: Peer, threads: usize) -> String {
        let programs = Programs {
            rust: "peers".into(),
            python: "python".into(),
            script: "fit.py".into(),
            can_pin: true,
            memory: 9,
        };
        let task = Task { file: Path::new("x.f64"), n_columns: 3, eps: "1e-4", min_samples: 2 };
        let command = programs.command(peer, threads, task);
        let words: Vec<_> = command.get_args().skip(2).map(|arg| arg.to_string_lossy()).collect();
        words.join(" ")
    }

    #[test]
    fn each_peer_is_told_its_threads() {
        assert_eq!(started(Peer::Oddsift, 2), "9 peers fit oddsift x.f64 3 1e-4 2 2");
        assert_eq!(started(Peer::Sklearn, 1), "9 python fit.py sklearn x.f64 3 1e-4 2");
        assert_eq!(started(Peer::Cpp, 2), "9 taskset -c 0-1 python fit.py cpp x.f64 3 1e-4 2");
    }
}
