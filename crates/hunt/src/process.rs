use hashbrown::HashMap;
use oddsift_patterns::{Timestamp, mask_into, masked};

use crate::Error;
use crate::table::{LineId, LineTable, Sighting};

/// The columns by which starts of programs are folded.
pub(crate) const COLUMNS: [&str; 3] = ["path", "parent", "command_line"];
pub(crate) const PATH: usize = 0;
pub(crate) const PARENT: usize = 1;
pub(crate) const COMMAND_LINE: usize = 2;

/// The start of a program.
///
/// ```
/// use oddsift_hunt::ProcessEvent;
///
/// let event = ProcessEvent { path: r"C:\Windows\explorer.exe", ..ProcessEvent::new(3) };
/// assert_eq!((event.row, event.command_line), (3, ""));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ProcessEvent<'a> {
    /// The row's number, unique over all tables that will merge.
    pub row: u64,
    /// The path of the program; empty where it is not known.
    pub path: &'a str,
    /// Its command line; empty where it is not known.
    pub command_line: &'a str,
    /// The path or name of the program that started it; empty where it is not known.
    pub parent_path: &'a str,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// The machine.
    pub host: Option<&'a str>,
    /// The account.
    pub user: Option<&'a str>,
    /// The session; events without process numbers are joined by it.
    pub session: Option<&'a str>,
    /// The number of the process.
    pub pid: Option<u64>,
    /// The number of the process that started it.
    pub parent_pid: Option<u64>,
}

impl ProcessEvent<'_> {
    /// An event of which nothing is known.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::ProcessEvent::new(0).path, "");
    /// ```
    #[must_use]
    pub const fn new(row: u64) -> Self {
        Self {
            row,
            path: "",
            command_line: "",
            parent_path: "",
            time: None,
            host: None,
            user: None,
            session: None,
            pid: None,
            parent_pid: None,
        }
    }

    /// Returns the event as a row of a table, with the values that [`ProcessTexts::fold`] gives.
    ///
    /// ```
    /// use oddsift_hunt::{ProcessEvent, ProcessTexts};
    ///
    /// let event = ProcessEvent { host: Some("web-1"), ..ProcessEvent::new(3) };
    /// let mut texts = ProcessTexts::new();
    /// let values = texts.fold(&event);
    /// assert_eq!(event.sighting(&values).host, Some("web-1"));
    /// ```
    #[must_use]
    pub const fn sighting<'s>(&'s self, values: &'s [&'s str]) -> Sighting<'s> {
        Sighting {
            row: self.row,
            values,
            time: self.time,
            host: self.host,
            user: self.user,
            session: self.session,
            pid: self.pid,
            parent_pid: self.parent_pid,
        }
    }
}

/// Starts of programs folded to lines, by the masked path of the program, the name of its parent and the
/// masked command line.
///
/// Masking takes one pass over a command line and no memory of its own; paths are masked once for each
/// distinct path.
///
/// ```
/// use oddsift_hunt::{HuntParams, ProcessEvent, ProcessLines};
///
/// let mut lines = ProcessLines::new();
/// for row in 0..99 {
///     let command_line = format!("svchost.exe -k netsvcs -p {row}");
///     lines.add(&ProcessEvent { path: "svchost.exe", command_line: &command_line, ..ProcessEvent::new(row) })?;
/// }
/// lines.add(&ProcessEvent { path: "x.exe", command_line: "x.exe http://10.0.0.9/a", ..ProcessEvent::new(99) })?;
/// let hunt = HuntParams::new().rank(lines.into_table())?;
/// assert_eq!((hunt.lines()[0].row, hunt.lines()[1].count), (99, 99));
/// # Ok::<(), oddsift_hunt::Error>(())
/// ```
#[derive(Debug)]
pub struct ProcessLines {
    table: LineTable,
    texts: ProcessTexts,
}

impl Default for ProcessLines {
    fn default() -> Self {
        Self::new()
    }
}

impl ProcessLines {
    /// No events.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::ProcessLines::new().into_table().n_rows(), 0);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self { table: LineTable::of_processes(), texts: ProcessTexts::new() }
    }

    /// Adds an event; says its line and whether it is among the first of it, which are kept.
    ///
    /// # Errors
    ///
    /// As [`LineTable::add`].
    ///
    /// ```
    /// # use oddsift_hunt::{ProcessEvent, ProcessLines};
    /// let mut lines = ProcessLines::new();
    /// assert!(lines.add(&ProcessEvent::new(0))?.1);
    /// # Ok::<(), oddsift_hunt::Error>(())
    /// ```
    pub fn add(&mut self, event: &ProcessEvent<'_>) -> Result<(LineId, bool), Error> {
        self.table.add(&event.sighting(&self.texts.fold(event)))
    }

    /// The lines.
    ///
    /// ```
    /// assert_eq!(oddsift_hunt::ProcessLines::new().into_table().columns()[0], "path");
    /// ```
    #[must_use]
    pub fn into_table(self) -> LineTable {
        self.table
    }
}

/// Reads the number of a process: decimal, hexadecimal behind `0x`, or as tables of numbers print it, `12.0`.
///
/// ```
/// use oddsift_hunt::process_number;
///
/// assert_eq!(["0x1f4", "500", " 500.0"].map(process_number), [Some(500); 3]);
/// assert_eq!(process_number("-"), None);
/// ```
#[must_use]
pub fn process_number(text: &str) -> Option<u64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.strip_suffix(".0").unwrap_or(text).parse().ok(),
    }
}

/// Makes the values of a line from a start of a program: the masked path, the name of the parent and the
/// masked command line.
///
/// Memory grows with the distinct paths.
///
/// ```
/// use oddsift_hunt::{LineTable, ProcessEvent, ProcessTexts, SharedTable};
///
/// let shared = SharedTable::new(&LineTable::of_processes());
/// let mut texts = ProcessTexts::new();
/// let event = ProcessEvent { command_line: "ping 10.0.0.7", ..ProcessEvent::new(0) };
/// shared.add(&event.sighting(&texts.fold(&event)))?;
/// assert_eq!(texts.fold(&event), ["ping", "", "ping <ip>"]);
/// # Ok::<(), oddsift_hunt::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct ProcessTexts {
    /// Masked paths by raw ones.
    paths: HashMap<String, Box<str>>,
    /// Names of programs by their raw paths.
    names: HashMap<String, Box<str>>,
    masked: String,
}

impl ProcessTexts {
    /// Without any path.
    ///
    /// ```
    /// let event = oddsift_hunt::ProcessEvent::new(0);
    /// assert_eq!(oddsift_hunt::ProcessTexts::new().fold(&event), ["", "", ""]);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the values of an event's line, by the columns of [`LineTable::of_processes`].
    ///
    /// ```
    /// use oddsift_hunt::{ProcessEvent, ProcessTexts};
    ///
    /// let event = ProcessEvent { path: r"C:\A.exe", command_line: "a 17", ..ProcessEvent::new(0) };
    /// assert_eq!(ProcessTexts::new().fold(&event), [r"c:\a.exe", "", "a <num>"]);
    /// ```
    pub fn fold(&mut self, event: &ProcessEvent<'_>) -> [&str; 3] {
        self.masked.clear();
        mask_into(event.command_line, &mut self.masked);
        // A path that is not known is taken from the command line.
        let path = if event.path.is_empty() { first_word(event.command_line) } else { event.path };
        let path = cached(&mut self.paths, path, masked_path);
        let parent = cached(&mut self.names, event.parent_path, |raw| {
            program_name(&masked_path(raw)).to_owned()
        });
        [path, parent, self.masked.as_str()]
    }
}

/// A path with its folder masked. The name of the program stays as it is, in lower case, unless it is of
/// chance: `net1.exe` is no other program for its digit, and is looked for by its name.
fn masked_path(raw: &str) -> String {
    let mut path = masked(raw);
    let name = program_name(&path);
    let is_of_chance = ["<guid>", "<hex>", "<random>"].iter().any(|mask| name.contains(mask));
    if name.contains('<') && !is_of_chance {
        path.truncate(path.len().saturating_sub(name.len()));
        path.push_str(&program_name(raw.trim_end()).to_ascii_lowercase());
    }
    path
}

/// What is made of a text, made once.
fn cached<'c>(
    cache: &'c mut HashMap<String, Box<str>>,
    text: &str,
    make: impl Fn(&str) -> String,
) -> &'c str {
    cache.entry_ref(text).or_insert_with(|| make(text).into_boxed_str())
}

/// The name of a program in its path.
pub(crate) fn program_name(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

/// The place of a program: the first two parts of its folder, as in `c:\windows\system32` and `/usr/bin`;
/// one where each program has a folder of its own.
pub(crate) fn place(path: &str) -> &str {
    let folder = path.strip_suffix(program_name(path)).unwrap_or("");
    let folder = folder.trim_end_matches(['\\', '/']);
    let is_separator = |c: char| matches!(c, '\\' | '/');
    let ends =
        folder.char_indices().filter(|(at, c)| *at > 2 && is_separator(*c)).map(|(at, _)| at);
    let mut ends = ends.chain(std::iter::once(folder.len()));
    let first = ends.next().and_then(|end| folder.get(..end)).unwrap_or(folder);
    let is_of_programs = first.ends_with("program files") || first.ends_with("program files (x86)");
    let end = if is_of_programs { Some(first.len()) } else { ends.next() };
    end.and_then(|end| folder.get(..end)).unwrap_or(first)
}

/// The program in a command line: its first word, or what stands in quotes there.
fn first_word(command_line: &str) -> &str {
    let text = command_line.trim_start();
    match text.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or(quoted),
        None => text.split_whitespace().next().unwrap_or(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_a_name_and_a_folder() {
        assert_eq!(program_name(r"c:\windows\cmd.exe"), "cmd.exe");
        for (path, where_it_is) in [
            (r"c:\windows\cmd.exe", r"c:\windows"),
            (r"c:\windows\system32\wbem\wmic.exe", r"c:\windows\system32"),
            (r"c:\program files\git\bin\git.exe", r"c:\program files"),
            (r"c:\users\<user>\downloads\a.exe", r"c:\users\<user>"),
            ("/usr/bin/env", "/usr/bin"),
            ("/opt/tool/bin/x", "/opt/tool"),
            ("/bin/sh", "/bin"),
            ("sh", ""),
        ] {
            assert_eq!(place(path), where_it_is, "{path}");
        }
    }

    #[test]
    fn a_program_is_called_by_its_name() {
        assert_eq!(masked_path(r"C:\Tmp\12\Net1.exe"), r"c:\tmp\<num>\net1.exe");
        assert_eq!(masked_path(r"C:\x\9f8e7d6c5b4a.exe"), r"c:\x\<hex>.exe");
    }

    #[test]
    fn a_command_line_begins_with_its_program() {
        assert_eq!(first_word(r#""C:\Program Files\a.exe" -x"#), r"C:\Program Files\a.exe");
        assert_eq!((first_word(" sh -c x"), first_word("")), ("sh", ""));
    }
}
