//! Who is compared, and how each is started.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An implementation, or a yardstick that does less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Peer {
    /// For people.
    pub(crate) title: &'static str,
    /// For the program that runs it, and for names of files.
    pub(crate) word: &'static str,
    kind: Kind,
    /// Whether it starts a thread for each core that it may use, and has no other setting.
    is_pinned: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Ours,
    Crate,
    Python,
    Yardstick,
}

impl Peer {
    pub(crate) const fn ours(title: &'static str, word: &'static str) -> Self {
        Self { title, word, kind: Kind::Ours, is_pinned: false }
    }

    /// A crate by someone else.
    pub(crate) const fn rust(title: &'static str, word: &'static str) -> Self {
        Self { title, word, kind: Kind::Crate, is_pinned: false }
    }

    pub(crate) const fn python(title: &'static str, word: &'static str) -> Self {
        Self { title, word, kind: Kind::Python, is_pinned: false }
    }

    /// What does less and gives no result.
    pub(crate) const fn yardstick(title: &'static str, word: &'static str) -> Self {
        Self { title, word, kind: Kind::Yardstick, is_pinned: false }
    }

    pub(crate) const fn pinned(self) -> Self {
        Self { is_pinned: true, ..self }
    }

    pub(crate) fn is_ours(self) -> bool {
        self.kind == Kind::Ours
    }

    pub(crate) fn is_rival(self) -> bool {
        !self.is_ours() && !self.is_yardstick()
    }

    pub(crate) fn is_yardstick(self) -> bool {
        self.kind == Kind::Yardstick
    }
}

/// What one process is to run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) file: &'a Path,
    /// None of a log.
    pub(crate) n_columns: Option<usize>,
    /// Of the algorithm, in its order.
    pub(crate) params: &'a [&'a str],
}

/// The programs that run one algorithm.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) algorithm: &'static str,
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
        if peer.is_pinned && self.can_pin {
            words.extend(["taskset".into(), "-c".into(), format!("0-{}", threads - 1)]);
        }
        if peer.kind == Kind::Python {
            words.extend([&self.python, &self.script].map(|path| path.display().to_string()));
        } else {
            words.extend([self.rust.display().to_string(), "run".into()]);
        }
        words.extend([self.algorithm, peer.word].map(str::to_owned));
        words.push(task.file.display().to_string());
        words.push(task.n_columns.map_or_else(|| "-".to_owned(), |n| n.to_string()));
        words.push(threads.to_string());
        words.extend(task.params.iter().map(|&param| param.to_owned()));
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

    fn started(peer: Peer, threads: usize, n_columns: Option<usize>) -> String {
        let programs = Programs {
            algorithm: "sort",
            rust: "peers".into(),
            python: "python".into(),
            script: "main.py".into(),
            can_pin: true,
            memory: 9,
        };
        let task = Task { file: Path::new("x.f64"), n_columns, params: &["1e-4", "5"] };
        let command = programs.command(peer, threads, task);
        let words: Vec<_> = command.get_args().skip(2).map(|arg| arg.to_string_lossy()).collect();
        words.join(" ")
    }

    #[test]
    fn each_peer_is_told_its_threads() {
        let (ours, numpy) = (Peer::ours("**ours**", "ours"), Peer::python("NumPy", "numpy"));
        assert_eq!(started(ours, 2, Some(3)), "9 peers run sort ours x.f64 3 2 1e-4 5");
        assert_eq!(started(numpy, 1, None), "9 python main.py sort numpy x.f64 - 1 1e-4 5");
        let pinned = "9 taskset -c 0-1 python main.py sort numpy x.f64 3 2 1e-4 5";
        assert_eq!(started(numpy.pinned(), 2, Some(3)), pinned);
    }
}
