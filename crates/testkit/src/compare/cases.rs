//! The command lines that are run.

use anyhow::{Context, Result, ensure};

use super::inputs::Inputs;

const CASES: &str = include_str!("cases.txt");

/// Commands that run one after another in one folder.
#[derive(Debug)]
pub(crate) struct Case {
    /// As it stands in the list.
    pub(crate) line: String,
    pub(crate) commands: Vec<CommandLine>,
}

/// `NAME=VALUE.. ARGUMENT.. < FILE`
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CommandLine {
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) args: Vec<String>,
    /// The file whose content comes through standard input.
    pub(crate) stdin: Option<String>,
}

/// All cases of the list.
pub(crate) fn all(inputs: &Inputs) -> Result<Vec<Case>> {
    parse(CASES, inputs)
}

/// A case a line; of a line with `FOLDER/*` one for each file of the folder.
fn parse(list: &str, inputs: &Inputs) -> Result<Vec<Case>> {
    let is_case = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    let lines = list.lines().filter(is_case).map(|line| expand(line, inputs));
    let lines = lines.collect::<Result<Vec<_>>>()?.concat();
    lines.into_iter().map(Case::parse).collect()
}

fn expand(line: &str, inputs: &Inputs) -> Result<Vec<String>> {
    let pattern = line.split(' ').find_map(|word| Some((word, word.strip_suffix("/*")?)));
    let Some((word, folder)) = pattern else { return Ok(vec![line.to_owned()]) };
    let files = inputs.of_folder(folder)?;
    Ok(files.iter().map(|file| line.replacen(word, file, 1)).collect())
}

impl Case {
    pub(crate) fn parse(line: String) -> Result<Self> {
        let commands = line.split(" ; ").map(CommandLine::parse).collect::<Result<_>>();
        let commands = commands.with_context(|| format!("case `{line}`"))?;
        Ok(Self { line, commands })
    }

    /// All words that may be the name of a file.
    pub(crate) fn words(&self) -> impl Iterator<Item = &String> {
        self.commands.iter().flat_map(|command| command.args.iter().chain(&command.stdin))
    }
}

impl CommandLine {
    fn parse(text: &str) -> Result<Self> {
        let mut words = shlex::split(text).context("a quote is not closed")?;
        let is_setting = |word: &String| word.contains('=') && !word.starts_with('-');
        let n_settings = words.iter().take_while(|word| is_setting(word)).count();
        let mut args = words.split_off(n_settings);
        let stdin = args.iter().position(|word| word == "<").map(|at| args.split_off(at));
        ensure!(stdin.as_ref().is_none_or(|it| it.len() == 2), "one file must follow `<`, last");
        let settings = words.iter().filter_map(|word| word.split_once('='));
        let environment = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let environment = environment.collect();
        Ok(Self { environment, args, stdin: stdin.and_then(|mut words| words.pop()) })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_line_has_commands_settings_and_an_input() {
        let case = Case::parse("A=1 x --by ';' < f ; y 'a b'".to_owned()).unwrap();
        let own = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let first = CommandLine {
            environment: vec![("A".to_owned(), "1".to_owned())],
            args: own(&["x", "--by", ";"]),
            stdin: Some("f".to_owned()),
        };
        let second = CommandLine { args: own(&["y", "a b"]), ..CommandLine::default() };
        assert_eq!(case.commands, [first, second]);
        for bad in ["x <", "x < f g", "x 'a"] {
            assert!(Case::parse(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_folder_is_a_case_for_each_of_its_files() {
        let inputs = Inputs::new();
        let cases = parse("# no case\n\na badinput/models/* -q", &inputs).unwrap();
        let files = inputs.of_folder("badinput/models").unwrap();
        assert!(files.len() > 10 && cases.len() == files.len());
        assert_eq!(cases[0].line, format!("a {} -q", files[0]));
        assert!(parse("a missing/*", &inputs).is_err());
    }

    #[test]
    fn every_line_is_there_once() {
        let mut seen = HashSet::new();
        for case in all(&Inputs::new()).unwrap() {
            assert!(seen.insert(case.line.clone()), "{} is there twice", case.line);
        }
    }

    /// Else a misspelt name would compare two complaints about a file that is not there.
    #[test]
    fn every_file_is_an_input_or_written_or_said_to_be_missing() {
        let inputs = Inputs::new();
        let endings = [".csv", ".json", ".ndjson", ".log", ".gz", ".zst", ".tsv", ".txt"];
        for case in all(&inputs).unwrap() {
            let mut written = HashSet::new();
            for command in &case.commands {
                let words: Vec<&String> = command.args.iter().chain(&command.stdin).collect();
                for pair in words.windows(2) {
                    if ["-o", "--output", "--save-model", "--plot"].contains(&pair[0].as_str()) {
                        written.insert(pair[1]);
                    }
                }
                for word in words.iter().filter(|word| endings.iter().any(|it| word.ends_with(it)))
                {
                    let is_known = inputs.has(word) || written.contains(word);
                    assert!(is_known || word.starts_with("missing"), "{word} in `{}`", case.line);
                }
            }
        }
    }
}
