//! Hosts, the users who work at them, and what the fleet runs most.

use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use super::catalogue::{self, Account, Template};
use super::{Random, template};

/// Of the law of Zipf: the frequency of the template at rank r is r^-1.1.
const EXPONENT: f64 = -1.1;
const N_WORKSTATIONS: usize = 19;
const SERVERS: [&str; 6] = ["dc01", "fs01", "sql01", "app07", "ci02", "print01"];
const GIVEN: [&str; 8] = ["a", "b", "c", "d", "j", "k", "m", "s"];
const FAMILY: [&str; 16] = [
    "auer", "brandt", "castell", "dorn", "eckhart", "falk", "gruber", "holm", "iversen", "jansen",
    "kowal", "lindt", "moreno", "novak", "olsson", "petri",
];

/// The machines of an organisation and their habits; two logs of one fleet have them in common.
#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) hosts: Vec<Host>,
    templates: Vec<Template>,
    /// Weights of the templates for each account.
    ranks: WeightedIndex<f64>,
}

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) name: String,
    /// At least one, each with a session.
    pub(crate) users: Vec<User>,
}

/// An account at a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    /// The logon session.
    pub(crate) logon: u64,
    /// Whether it is of somebody who administers or develops.
    pub(crate) is_technical: bool,
}

impl Fleet {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Random::seed_from_u64(seed);
        let hosts = hosts(&mut rng);
        let templates = ranked(&mut rng);
        let weights = (1..=templates.len()).map(|rank| (rank as f64).powf(EXPONENT));
        let ranks = WeightedIndex::new(weights).expect("there are templates, with weights above 0");
        Self { hosts, templates, ranks }
    }

    /// Draws one of the ordinary templates.
    pub(crate) fn template(&self, rng: &mut Random) -> &Template {
        &self.templates[self.ranks.sample(rng)]
    }

    /// All places of users, as host and user, of those who are technical or of all.
    pub(crate) fn places(&self, only_technical: bool) -> Vec<(usize, usize)> {
        let all = self.hosts.iter().enumerate().flat_map(|(host, it)| {
            it.users.iter().enumerate().map(move |(user, who)| (host, user, who.is_technical))
        });
        all.filter(|it| it.2 || !only_technical).map(|(host, user, _)| (host, user)).collect()
    }
}

impl Host {
    /// Name and session of who runs a process.
    pub(crate) fn login(&self, account: Account, user: usize) -> (String, u64) {
        match account {
            Account::System => (format!("{}$", self.name.to_uppercase()), 0x3e7),
            Account::User => (self.users[user].name.clone(), self.users[user].logon),
        }
    }
}

/// The templates by rank: about as in the file, some places up or down by chance.
fn ranked(rng: &mut Random) -> Vec<Template> {
    let mut placed: Vec<(f64, Template)> = (1..)
        .zip(catalogue::background())
        .map(|(place, template)| (f64::from(place) * rng.random_range(0.5..2.0), template))
        .collect();
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    placed.into_iter().map(|(_, template)| template).collect()
}

fn hosts(rng: &mut Random) -> Vec<Host> {
    let mut people: Vec<String> = GIVEN
        .iter()
        .flat_map(|first| FAMILY.iter().map(move |last| format!("{first}{last}")))
        .collect();
    people.shuffle(rng);
    let mut people = people.into_iter();
    let workstations = (1..=N_WORKSTATIONS).map(|number| (format!("ws{number:02}"), false));
    let servers = SERVERS.iter().map(|&name| (name.to_owned(), true));
    let mut hosts = Vec::new();
    for (name, is_server) in workstations.chain(servers) {
        let n_users = rng.random_range(1..=2);
        let is_technical = is_server || rng.random_ratio(2, 5);
        let names = people.by_ref().take(n_users);
        let names = names.map(|name| if is_server { format!("adm_{name}") } else { name });
        let users = names.map(|name| User {
            name,
            logon: rng.random_range(0x2_0000..0x80_0000),
            is_technical,
        });
        hosts.push(Host { users: users.collect(), name });
    }
    hosts
}

/// The template that starts a program: the first of its name in the account, or else of its name.
pub(crate) fn starter<'a>(
    templates: &'a [Template],
    name: &str,
    account: Account,
) -> Option<&'a Template> {
    let of_name = || templates.iter().filter(|it| template::file_name(&it.path) == name);
    of_name().find(|it| it.account == account).or_else(|| of_name().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_is_its_seed() {
        let (one, same, other) = (Fleet::new(1), Fleet::new(1), Fleet::new(2));
        assert_eq!(one.hosts, same.hosts);
        assert_ne!(one.hosts, other.hosts);
        assert_eq!(one.hosts.len(), N_WORKSTATIONS + SERVERS.len());
        assert!(!one.places(true).is_empty() && one.places(true).len() < one.places(false).len());
    }

    #[test]
    fn a_program_of_the_system_is_started_by_the_system() {
        let templates = catalogue::background();
        let of = |account| starter(&templates, "cmd.exe", account).unwrap();
        assert_eq!(of(Account::User).parent, "explorer.exe");
        assert_eq!(of(Account::System).parent, "lfsensor.exe");
        assert_eq!(starter(&templates, "nowhere.exe", Account::User), None);
    }
}
