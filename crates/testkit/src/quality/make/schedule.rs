//! The events of a log before they are processes: what runs when, where and as whom.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::Random;
use super::catalogue::{self, Account, Step, Template};
use super::fleet::Fleet;
use super::template::{Facts, Words};

pub(crate) const N_DAYS: u64 = 14;
const SECOND: u64 = 1000;
const HOUR: u64 = 3600 * SECOND;
const DAY: u64 = 24 * HOUR;
/// Hosts are up by then.
const FIRST: u64 = 60 * SECOND;

/// Numbers of rows of each sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amounts {
    pub(crate) base: usize,
    pub(crate) rare: usize,
    pub(crate) single: usize,
    pub(crate) intrusion: usize,
}

/// The truth about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Base,
    Rare,
    /// A planted attack and its kind.
    Attack(&'static str),
}

/// A process that is to start.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Milliseconds from the log's begin.
    pub(crate) time: u64,
    pub(crate) host: usize,
    pub(crate) user: usize,
    pub(crate) template: Template,
    pub(crate) mark: Mark,
    /// The name of a step of the intrusion, by which later ones call it.
    pub(crate) step: Option<&'static str>,
}

/// Events in the order of time.
#[derive(Debug)]
pub(crate) struct Schedule {
    events: Vec<Event>,
}

impl Schedule {
    pub(crate) fn draw(fleet: &Fleet, amounts: Amounts, rng: &mut Random) -> Self {
        let mut draft = Draft { fleet, words: catalogue::words(), rng, events: Vec::new() };
        (0..amounts.base).for_each(|_| draft.add_base());
        while draft.events.len() < amounts.base + amounts.rare {
            draft.add_rare(amounts.base + amounts.rare - draft.events.len());
        }
        draft.add_single(amounts.single);
        draft.add_intrusion(amounts.intrusion);
        let mut events = draft.events;
        events.sort_by_key(|event| event.time);
        Self { events }
    }

    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }
}

impl Mark {
    /// As the files of labels have it.
    pub(crate) fn label(self) -> u8 {
        match self {
            Self::Base => 0,
            Self::Rare => 1,
            Self::Attack(_) => 2,
        }
    }

    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Rare => "rare",
            Self::Attack(kind) => kind,
        }
    }
}

struct Draft<'a> {
    fleet: &'a Fleet,
    words: Words,
    rng: &'a mut Random,
    events: Vec<Event>,
}

impl Draft<'_> {
    fn add_base(&mut self) {
        let template = self.fleet.template(self.rng).clone();
        let place = self.place(false);
        let time = self.time(template.account);
        self.add(time, place, template, Mark::Base);
    }

    /// Adds a command of an administrator as often as it is run: mostly once, at most four times.
    fn add_rare(&mut self, most: usize) {
        let lines = catalogue::administration();
        let line = lines[self.rng.random_range(0..lines.len())];
        let Some(template) = Template::draw(line, self.rng) else { return };
        let times = [1, 1, 1, 1, 1, 2, 2, 3, 3, 4];
        let n_times = times[self.rng.random_range(0..times.len())].min(most);
        let place = self.place(true);
        let command = self.filled(&template, place);
        for _ in 0..n_times {
            let time = self.time(template.account);
            self.add(time, place, command.clone(), Mark::Rare);
        }
    }

    /// Adds attacks that have nothing to do with each other, at any hour.
    fn add_single(&mut self, n_single: usize) {
        let mut attacks = catalogue::attacks();
        attacks.shuffle(self.rng);
        for (kind, line) in attacks.into_iter().take(n_single) {
            let Some(template) = Template::draw(line, self.rng) else { continue };
            let (place, time) = (self.place(false), self.rng.random_range(FIRST..N_DAYS * DAY));
            self.add(time, place, template, Mark::Attack(kind));
        }
    }

    /// Adds the intrusion: one afternoon, one user, one tree.
    fn add_intrusion(&mut self, n_rows: usize) {
        let place = self.place(false);
        let mut time = self.rng.random_range(1..N_DAYS - 1) * DAY + 13 * HOUR;
        for step in steps(n_rows, self.rng) {
            time += self.rng.random_range(2 * SECOND..300 * SECOND);
            let template = Template {
                parent: step.parent.to_owned(),
                account: Account::User,
                path: step.path.to_owned(),
                command: step.command.to_owned(),
            };
            self.add(time, place, template, Mark::Attack("intrusion"));
            if let Some(event) = self.events.last_mut() {
                event.step = Some(step.name);
            }
        }
    }

    fn add(&mut self, time: u64, (host, user): (usize, usize), template: Template, mark: Mark) {
        self.events.push(Event { time, host, user, template, mark, step: None });
    }

    fn place(&mut self, only_technical: bool) -> (usize, usize) {
        let places = self.fleet.places(only_technical);
        places[self.rng.random_range(0..places.len())]
    }

    /// The template with all its words, so that it is the same command whenever it runs.
    fn filled(&mut self, template: &Template, (host, user): (usize, usize)) -> Template {
        let host = &self.fleet.hosts[host];
        let (login, _) = host.login(template.account, user);
        let facts = Facts { user: &login, host: &host.name, path: "" };
        let path = self.words.fill(&template.path, facts, self.rng);
        let command = self.words.fill(&template.command, Facts { path: &path, ..facts }, self.rng);
        Template { path, command, ..template.clone() }
    }

    /// The system works at any time, people mostly by day and from Monday to Friday.
    fn time(&mut self, account: Account) -> u64 {
        let any = self.rng.random_range(FIRST..N_DAYS * DAY);
        if account == Account::System || self.rng.random_ratio(1, 20) {
            return any;
        }
        let week = self.rng.random_range(0..N_DAYS / 7);
        let day = self.rng.random_range(0..5);
        let hours = 7 * HOUR + (0..3).map(|_| self.rng.random_range(0..4 * HOUR)).sum::<u64>();
        (week * 7 + day) * DAY + hours
    }
}

/// The named steps, and as many of the others as there is room for, in their order.
fn steps(n_rows: usize, rng: &mut Random) -> Vec<Step> {
    let steps = catalogue::intrusion();
    let n_named = steps.iter().filter(|step| step.name != "-").count();
    let mut others: Vec<usize> = (0..steps.len()).filter(|&at| steps[at].name == "-").collect();
    others.shuffle(rng);
    others.truncate(n_rows.saturating_sub(n_named));
    let is_taken = |at: &usize| steps[*at].name != "-" || others.contains(at);
    let taken = (0..steps.len()).filter(is_taken).take(n_rows);
    taken.map(|at| steps[at].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn amounts_are_kept() {
        let amounts = Amounts { base: 500, rare: 70, single: 60, intrusion: 40 };
        let schedule = Schedule::draw(&Fleet::new(1), amounts, &mut Random::seed_from_u64(1));
        let count = |label| schedule.events().iter().filter(|it| it.mark.label() == label).count();
        assert_eq!((count(0), count(1), count(2)), (500, 70, 100));
        assert!(schedule.events().is_sorted_by_key(|event| event.time));
    }

    #[test]
    fn the_intrusion_has_its_named_steps() {
        let steps = steps(40, &mut Random::seed_from_u64(5));
        assert_eq!(steps.len(), 40);
        assert_eq!(steps.iter().filter(|step| step.name != "-").count(), 6);
        assert!(super::steps(0, &mut Random::seed_from_u64(5)).is_empty());
    }
}
