//! The texts that logs are made of, as the data files have them.

use super::Random;
use super::template::{self, Words};

const LISTS: &str = include_str!("../data/lists.txt");
const BACKGROUND: &str = include_str!("../data/background.txt");
const ADMINISTRATION: &str = include_str!("../data/administration.txt");
const ATTACKS: &str = include_str!("../data/attacks.txt");
const INTRUSION: &str = include_str!("../data/intrusion.txt");

/// Whose process it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Account {
    System,
    User,
}

/// A program, its command line and who starts it; no choices are left, names are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) parent: String,
    pub(crate) account: Account,
    pub(crate) path: String,
    pub(crate) command: String,
}

/// A step of the intrusion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// The name that other steps call it by; `-` for none.
    pub(crate) name: &'static str,
    /// The name of an earlier step, or else a program.
    pub(crate) parent: &'static str,
    pub(crate) path: &'static str,
    pub(crate) command: &'static str,
}

pub(crate) fn words() -> Words {
    Words::new(LISTS)
}

/// The templates that start a host, each once, in order.
pub(crate) fn boot() -> Vec<Template> {
    let boot = BACKGROUND.split("\n\n").next().unwrap_or_default();
    lines(boot).flat_map(template::variants).filter_map(|line| Template::parse(&line)).collect()
}

/// The templates of ordinary programs, about the frequent ones first.
pub(crate) fn background() -> Vec<Template> {
    let usual = BACKGROUND.split_once("\n\n").map_or("", |(_, usual)| usual);
    lines(usual).flat_map(template::variants).filter_map(|line| Template::parse(&line)).collect()
}

/// The lines of rare and harmless commands, with their choices.
pub(crate) fn administration() -> Vec<&'static str> {
    lines(ADMINISTRATION).collect()
}

/// Kind and line of each attack, with its choices.
pub(crate) fn attacks() -> Vec<(&'static str, &'static str)> {
    lines(ATTACKS).filter_map(|line| line.split_once(" | ")).collect()
}

/// The steps of the intrusion, in the order of time.
pub(crate) fn intrusion() -> Vec<Step> {
    lines(INTRUSION).filter_map(Step::parse).collect()
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

impl Template {
    /// Draws the choices of a line.
    pub(crate) fn draw(line: &str, rng: &mut Random) -> Option<Self> {
        Self::parse(&template::choose(line, rng))
    }

    /// Reads `parent | account | path | command line`.
    fn parse(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.splitn(4, " | ").collect();
        let &[parent, account, path, command] = fields.as_slice() else { return None };
        let account = match account {
            "system" => Account::System,
            "user" => Account::User,
            _ => return None,
        };
        Some(Self { parent: parent.into(), account, path: path.into(), command: command.into() })
    }

    /// The name of the program.
    pub(crate) fn name(&self) -> &str {
        template::file_name(&self.path)
    }
}

impl Step {
    fn parse(line: &'static str) -> Option<Self> {
        let fields: Vec<&str> = line.splitn(4, " | ").collect();
        let &[name, parent, path, command] = fields.as_slice() else { return None };
        Some(Self { name, parent, path, command })
    }
}

#[cfg(test)]
mod tests {
    use super::super::template::Facts;
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn every_line_is_read() {
        let mut rng = Random::seed_from_u64(1);
        let usual = lines(BACKGROUND).flat_map(template::variants).count();
        assert_eq!(usual, boot().len() + background().len());
        assert!(administration().iter().all(|line| Template::draw(line, &mut rng).is_some()));
        assert!(attacks().iter().all(|(_, line)| Template::draw(line, &mut rng).is_some()));
        assert_eq!(lines(INTRUSION).count(), intrusion().len());
    }

    #[test]
    fn every_name_is_known() {
        let (words, mut rng) = (words(), Random::seed_from_u64(1));
        let texts = [LISTS, BACKGROUND, ADMINISTRATION, ATTACKS, INTRUSION];
        for line in texts.iter().flat_map(|text| lines(text)) {
            for text in std::iter::repeat_with(|| template::choose(line, &mut rng))
                .take(20)
                .collect::<Vec<_>>()
            {
                let filled = words.fill(&text, Facts::default(), &mut rng);
                assert!(!filled.contains('<'), "{text}: {filled}");
            }
        }
    }

    #[test]
    fn every_parent_has_a_template() {
        let known: Vec<Template> = boot().into_iter().chain(background()).collect();
        let is_known =
            |parent: &str| parent == "System" || known.iter().any(|it| it.name() == parent);
        let mut rng = Random::seed_from_u64(1);
        let rare = administration().into_iter().chain(attacks().into_iter().map(|(_, line)| line));
        let rare: Vec<Template> = rare.filter_map(|line| Template::draw(line, &mut rng)).collect();
        for template in known.iter().chain(&rare) {
            assert!(is_known(&template.parent), "{template:?}");
        }
    }

    #[test]
    fn there_is_enough_to_draw_from() {
        assert!(background().len() > 200, "{}", background().len());
        assert!(attacks().len() > 70, "{}", attacks().len());
        let named = intrusion().iter().filter(|step| step.name != "-").count();
        assert!(named < 10 && intrusion().len() > 45);
    }
}
