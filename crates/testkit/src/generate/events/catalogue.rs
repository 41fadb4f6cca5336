//! The programs of the made-up fleet: a dozen that every Windows machine runs, then vendors' tools.

use std::collections::HashSet;

use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// How many programs there are, each with a character sum of its own.
const N_PROGRAMS: usize = 2400;

/// The first so many run on every machine and start most others.
pub(crate) const N_EVERYWHERE: usize = 12;

const WINDOWS: [&str; N_EVERYWHERE] = [
    r"C:\Windows\System32\svchost.exe",
    r"C:\Windows\System32\cmd.exe",
    r"C:\Windows\System32\conhost.exe",
    r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Windows\System32\reg.exe",
    r"C:\Windows\System32\wbem\WmiPrvSE.exe",
    r"C:\Windows\System32\taskhostw.exe",
    r"C:\Windows\System32\net.exe",
    r"C:\Windows\System32\rundll32.exe",
    r"C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.2205.7-0\MpCmdRun.exe",
    r"C:\Program Files\Microsoft Monitoring Agent\Agent\MonitoringHost.exe",
];

const FOLDERS: [&str; 4] =
    [r"C:\Program Files", r"C:\Program Files (x86)", r"C:\ProgramData", r"D:\Apps"];
const VENDORS: [&str; 8] = [
    "Contoso",
    "Fabrikam Inc",
    "Northwind Traders",
    "Litware",
    "Proseware",
    "Tailspin Toys",
    "Adatum Corporation",
    "Wingtip",
];
const PRODUCTS: [&str; 8] = [
    "Backup",
    "Endpoint Agent",
    "Inventory",
    "Patch Manager",
    "Print",
    "Remote Support Console",
    "Sync",
    "Telemetry Collector Service",
];
const TOOLS: [&str; 6] = ["agent", "helper", "service-host", "tool", "updater", "worker"];

/// One executable file.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The whole path; no character of it needs quoting in CSV.
    pub(crate) path: String,
    /// The sum of the path's character codes.
    pub(crate) sum: u32,
}

impl Program {
    pub(crate) fn new(path: String) -> Self {
        let sum = path.chars().map(u32::from).sum();
        Self { path, sum }
    }

    /// The part behind the last backslash.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('\\').next().unwrap_or(&self.path)
    }
}

/// All programs, the commonest first; the same ones whatever the seed.
pub(crate) fn programs() -> Vec<Program> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(2024);
    let mut sums = HashSet::new();
    let windows = WINDOWS.iter().map(|&path| path.to_owned());
    let tools = std::iter::repeat_with(|| tool(&mut rng));
    windows
        .chain(tools)
        .map(Program::new)
        .filter(|program| sums.insert(program.sum))
        .take(N_PROGRAMS)
        .collect()
}

/// The paths of the first [`N_EVERYWHERE`] programs.
pub(crate) fn parents() -> [&'static str; N_EVERYWHERE] {
    WINDOWS
}

fn tool(rng: &mut impl Rng) -> String {
    let folder = FOLDERS[rng.random_range(0..FOLDERS.len())];
    let vendor = VENDORS[rng.random_range(0..VENDORS.len())];
    let product = PRODUCTS[rng.random_range(0..PRODUCTS.len())];
    let tool = TOOLS[rng.random_range(0..TOOLS.len())];
    format!(
        r"{folder}\{vendor}\{product} {}\bin\{tool}{}.exe",
        rng.random_range(1..18),
        rng.random_range(1..1000)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_has_its_own_sum() {
        let sums: HashSet<u32> = programs().iter().map(|program| program.sum).collect();
        assert_eq!(sums.len(), N_PROGRAMS);
    }

    #[test]
    fn a_program_name_is_the_last_part_of_its_path() {
        assert_eq!(Program::new(r"C:\a b\c.exe".to_owned()).name(), "c.exe");
    }
}
