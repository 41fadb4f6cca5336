//! Texts with places that are drawn: `<a|b>` is one of several, `<name>` a word of a list.

use std::collections::HashMap;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt;

use super::Random;

/// The words of the lists and the kinds of numbers.
#[derive(Debug)]
pub(crate) struct Words {
    lists: HashMap<&'static str, Vec<&'static str>>,
}

/// Facts of an event that its texts may name.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Facts<'a> {
    pub(crate) user: &'a str,
    pub(crate) host: &'a str,
    /// The filled path of the program; empty while it is filled itself.
    pub(crate) path: &'a str,
}

/// All texts that the choices of a text make. The same choice twice is one choice.
pub(crate) fn variants(text: &str) -> Vec<String> {
    let Some(choice) = first_choice(text) else { return vec![text.to_owned()] };
    options(choice).iter().flat_map(|option| variants(&text.replace(choice, option))).collect()
}

/// One of the texts that the choices of a text make.
pub(crate) fn choose(text: &str, rng: &mut Random) -> String {
    let mut text = text.to_owned();
    while let Some(choice) = first_choice(&text) {
        let options = options(choice);
        text = text.replace(choice, options[rng.random_range(0..options.len())]);
    }
    text
}

/// The first outermost `<a|b>` with its brackets.
fn first_choice(text: &str) -> Option<&str> {
    let starts = text.match_indices('<').map(|(start, _)| start);
    starts.filter_map(|start| bracket(&text[start..])).find(|bracket| options(bracket).len() > 1)
}

/// The bracket that the text begins with, up to its own end.
fn bracket(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (place, character) in text.char_indices() {
        depth = depth + usize::from(character == '<') - usize::from(character == '>');
        if depth == 0 {
            return Some(&text[..=place]);
        }
    }
    None
}

/// The parts of a bracket between the bars that are not inside another one.
fn options(bracket: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let inner = &bracket[1..bracket.len() - 1];
    let split = |character: char| {
        depth = (depth + usize::from(character == '<')) - usize::from(character == '>');
        character == '|' && depth == 0
    };
    inner.split(split).collect()
}

impl Words {
    /// Reads lines of the form `name: one, another`.
    pub(crate) fn new(text: &'static str) -> Self {
        let lists = text.lines().filter(|line| !line.starts_with('#'));
        let lists = lists.filter_map(|line| line.split_once(": "));
        Self { lists: lists.map(|(name, words)| (name, words.split(", ").collect())).collect() }
    }

    /// Fills every `<name>`; a name that is unknown stays as it is.
    pub(crate) fn fill(&self, text: &str, facts: Facts, rng: &mut Random) -> String {
        let (mut filled, mut rest) = (String::with_capacity(text.len() * 2), text);
        while let Some((before, behind)) = rest.split_once('<') {
            filled.push_str(before);
            let Some((name, after)) = behind.split_once('>') else { break };
            match self.word(name, facts, rng) {
                Some(word) => filled.push_str(&word),
                None => filled.extend(["<", name, ">"]),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn word(&self, name: &str, facts: Facts, rng: &mut Random) -> Option<String> {
        Some(match name {
            "user" => facts.user.to_owned(),
            "host" => facts.host.to_owned(),
            "path" => facts.path.to_owned(),
            "name" => file_name(facts.path).to_owned(),
            "n" => rng.random_range(100..30_000).to_string(),
            "n1" => rng.random_range(1..10).to_string(),
            "n2" => rng.random_range(10..100).to_string(),
            "hex" => format!("{:08x}", rng.random::<u32>()),
            "hex4" => format!("{:04x}", rng.random::<u16>()),
            "guid" => guid(rng.random()),
            "b64" => self.encoded(rng),
            _ => {
                let words = self.lists.get(name)?;
                let word = words[rng.random_range(0..words.len())];
                self.fill(word, facts, rng)
            }
        })
    }

    /// UTF-16 in base64, as the shell takes it; the text says nothing.
    fn encoded(&self, rng: &mut Random) -> String {
        let n_words = rng.random_range(12..50);
        let words: Vec<String> =
            (0..n_words).filter_map(|_| self.word("module", Facts::default(), rng)).collect();
        let units: Vec<u8> = words.join(" ").encode_utf16().flat_map(u16::to_le_bytes).collect();
        STANDARD.encode(units)
    }
}

/// The part of a path behind the last backslash.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or(path)
}

fn guid(bits: u128) -> String {
    let digits = format!("{bits:032x}");
    let mut guid = String::with_capacity(36);
    for (start, end) in [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)] {
        // Writing to a string cannot fail.
        let _ = write!(guid, "{}{}", if start > 0 { "-" } else { "" }, &digits[start..end]);
    }
    guid
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn choices_are_enumerated_and_the_same_one_is_made_once() {
        assert_eq!(
            variants("<a|b>.exe <a|b> -<x|>"),
            ["a.exe a -x", "a.exe a -", "b.exe b -x", "b.exe b -"]
        );
        assert_eq!(variants("<a <n>|<b|c>> > d"), ["a <n> > d", "b > d", "c > d"]);
    }

    #[test]
    fn names_are_filled_with_words_of_words() {
        let words = Words::new("# no list\nfolder: C:\\<user>\nfile: <folder>\\x");
        let facts = Facts { user: "anna", path: r"D:\t\a.exe", ..Facts::default() };
        let filled = words.fill("<name> <file> <what>", facts, &mut Random::seed_from_u64(1));
        assert_eq!(filled, r"a.exe C:\anna\x <what>");
    }

    #[test]
    fn a_guid_has_five_parts() {
        assert_eq!(guid(0x1234), "00000000-0000-0000-0000-000000001234");
    }
}
