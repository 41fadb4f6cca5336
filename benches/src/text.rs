//! Seeded texts as process events have them.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const PROGRAMS: [&str; 8] = [
    r"C:\Windows\System32\svchost.exe",
    r"C:\Windows\System32\cmd.exe",
    r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Windows\System32\conhost.exe",
    r"C:\Windows\System32\reg.exe",
    r"C:\Program Files\Microsoft Monitoring Agent\Agent\MonitoringHost.exe",
    r"C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.2205.7-0\MpCmdRun.exe",
];

/// `n` command lines of about 120 bytes. Two in a hundred are empty, one in a hundred is not ASCII.
pub fn command_lines(n: usize) -> Vec<String> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
    (0..n).map(|_| command_line(&mut random)).collect()
}

/// Paths of programs, of about 45 bytes.
pub fn paths(n: usize) -> Vec<String> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(12);
    let program = |_| PROGRAMS[random.random_range(0..PROGRAMS.len())].to_owned();
    (0..n).map(program).collect()
}

fn command_line(random: &mut Xoshiro256PlusPlus) -> String {
    let program = PROGRAMS[random.random_range(0..PROGRAMS.len())];
    let (host, user) = (random.random_range(0..400), random.random_range(0..250));
    let (number, id) = (random.random::<u32>(), guid(random));
    match random.random_range(0..100) {
        0..2 => String::new(),
        2 => format!("\"{program}\" --name \"Müller & Söhne – データ {host}\" /out:%TEMP%"),
        3..15 => r"\??\C:\Windows\system32\conhost.exe 0xffffffff -ForceV1".to_owned(),
        15..30 => format!("{program} -k netsvcs -p -s Schedule"),
        30..50 => format!(
            r"cmd.exe /c 'echo {id} > C:\Users\user{user}\AppData\Local\Temp\{}.tmp && type C:\Windows\Temp\log_{number}.txt'",
            guid(random)
        ),
        50..65 => format!(
            r#"powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -Command "& {{Get-WmiObject -Class Win32_Process -ComputerName WKS{host:04}.corp.example.org}}""#
        ),
        65..80 => format!(
            r#""{program}" --type=renderer --field-trial-handle={host},{number},{user},131072 --lang=en-US --renderer-client-id={user} /prefetch:1"#
        ),
        _ => format!(
            r#""{program}" -hostname WKS{host:04}.corp.example.org -tmp:/tmp/{id}/rollback --verbose=1"#
        ),
    }
}

fn guid(random: &mut Xoshiro256PlusPlus) -> String {
    let (a, b): (u64, u64) = (random.random(), random.random());
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xffff,
        b >> 48,
        b & 0xffff_ffff_ffff
    )
}
