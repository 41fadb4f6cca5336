//! What a row of a hunt did, in words for people.

use oddsift_features::Role;

use crate::Hunted;

/// Characters of a command line, besides the name of its program, in which that is looked for.
const LONGEST_PATH: usize = 260;

impl Hunted {
    /// Returns what a row did: its command line, with its path where that does not name the program; else
    /// its path. Of other tables it is the columns that were counted and their values.
    ///
    /// It is text of the data, with whatever that holds.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::HuntParams::new().rank(path)?;
    /// let first = found.hunt.lines()[0].row;
    /// assert!(found.what(first).starts_with("cmd  /c"));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn what(&self, row: u64) -> String {
        if !self.columns.is_of_processes() {
            return self.values(row);
        }
        let command_line = self.text_of(Role::CommandLine, row);
        let command_line = command_line.filter(|text| !text.trim().is_empty());
        let path = self.text_of(Role::Path, row).unwrap_or_default();
        match command_line {
            Some(line) if names_program(line, path) => line.to_owned(),
            Some(line) => format!("[{path}] {line}"),
            None => path.to_owned(),
        }
    }

    /// Returns the name of the program that started a row, without its folder.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::HuntParams::new().rank(path)?;
    /// assert_eq!(found.parent_name(found.hunt.lines()[0].row), Some("cmd.exe"));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn parent_name(&self, row: u64) -> Option<&str> {
        let is_of_processes = self.columns.is_of_processes();
        self.text_of(Role::ParentPath, row).filter(|_| is_of_processes).map(name_of)
    }

    fn values(&self, row: u64) -> String {
        let value = |place: usize| {
            let name = self.layout.columns.get(place)?;
            let text = self.record(row)?.value(place).to_string();
            (!text.is_empty()).then(|| format!("{name} {text}"))
        };
        let values: Vec<String> = self.columns.places().into_iter().filter_map(value).collect();
        values.join(", ")
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

/// Whether a command line names the program that ran, so that its path tells nothing more.
fn names_program(command_line: &str, path: &str) -> bool {
    let name = name_of(path).to_ascii_lowercase();
    let stem = name.strip_suffix(".exe").unwrap_or(&name);
    let start = command_line.trim_start_matches(['"', ' ']).chars();
    let start: String = start.take(stem.len().saturating_add(LONGEST_PATH)).collect();
    path.is_empty() || start.to_ascii_lowercase().contains(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_is_told_where_the_command_line_hides_it() {
        assert!(names_program("\"C:\\Windows\\cmd.exe\" /c dir", "C:\\Windows\\cmd.exe"));
        assert!(names_program("CMD /c dir", "C:\\Windows\\cmd.exe"));
        assert!(names_program("anything", ""));
        assert!(!names_program("svchost -k netsvcs", "C:\\Temp\\evil.exe"));
        assert!(names_program(&format!("nc {}", "ü".repeat(300)), "/bin/nc"));
    }
}
