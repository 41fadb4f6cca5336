//! Reading `--name value` pairs, the only kind of argument that a chore takes.

use anyhow::{Context, Result, bail};

/// The `--name value` and `--name=value` pairs of a command line, in order.
#[derive(Debug)]
pub(crate) struct Flags(Vec<(String, String)>);

impl Flags {
    /// Splits `args`, where only the names in `known` may appear, each once.
    pub(crate) fn parse(args: &[String], known: &[&str]) -> Result<Self> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let (name, value) = match arg.split_once('=') {
                Some((name, value)) => (name.to_owned(), value.to_owned()),
                None => (arg.clone(), next_value(arg, known, &mut args)?),
            };
            check_name(&name, known)?;
            if pairs.iter().any(|(seen, _)| *seen == name) {
                bail!("`{name}` is given twice; give it once");
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// The text of a flag, if it is given.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The whole number of a flag, if it is given; `_` may group its digits.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>> {
        self.text(name).map(|text| parse_number(name, text)).transpose()
    }
}

fn next_value<'a>(
    name: &str,
    known: &[&str],
    args: &mut impl Iterator<Item = &'a String>,
) -> Result<String> {
    check_name(name, known)?;
    args.next().cloned().with_context(|| format!("`{name}` lacks its value; give one after it"))
}

fn check_name(name: &str, known: &[&str]) -> Result<()> {
    if known.contains(&name) {
        return Ok(());
    }
    bail!("unknown argument `{name}`; the arguments are {}", known.join(", "))
}

fn parse_number(name: &str, text: &str) -> Result<u64> {
    text.replace('_', "")
        .parse()
        .with_context(|| format!("`{name}` must be a whole number, got `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Flags> {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        Flags::parse(&args, &["--rows", "--out"])
    }

    #[test]
    fn both_forms_of_a_flag_are_read() {
        let flags = parse(&["--rows", "1_000", "--out=a=b"]).unwrap();
        assert_eq!(flags.number("--rows").unwrap(), Some(1000));
        assert_eq!(flags.text("--out"), Some("a=b"));
    }

    #[test]
    fn a_bad_flag_is_an_error() {
        for bad in [&["--row", "1"][..], &["--rows"], &["x"], &["--rows", "1", "--rows", "2"]] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        assert!(parse(&["--rows", "-1"]).unwrap().number("--rows").is_err());
    }
}
