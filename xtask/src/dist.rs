//! `dist`: what a user downloads: the tool, manual pages, completions, in an archive with a checksum.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::ci::run_command;
use crate::tool::{PACKAGE, build_tool};
use crate::workspace::Workspace;

const HELP: &str = "\
Builds what a user downloads, to target/dist:

  oddsift-VERSION-TARGET.tar.gz   the tool, manual pages, completions, README, CHANGELOG, licences
  the same with .sha256           its checksum, as `sha256sum --check` reads it

usage: cargo xtask dist [--target TARGET]

  --target TARGET   for another machine, as rustc names it; without, what cargo's settings ask for
                    (CARGO_BUILD_TARGET, build.target), or this machine
";

/// The shells that complete, each with its script's name.
const SHELLS: [(&str, &str); 5] = [
    ("bash", "oddsift.bash"),
    ("zsh", "_oddsift"),
    ("fish", "oddsift.fish"),
    ("elvish", "oddsift.elv"),
    ("powershell", "oddsift.ps1"),
];
const TEXTS: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

pub(crate) fn run(args: &[String]) -> Result<()> {
    if crate::wants_help(args) {
        return crate::show(HELP);
    }
    let target = match args {
        [] => None,
        [flag, target] if flag == "--target" => Some(target.as_str()),
        _ => bail!("`dist` takes --target TARGET or nothing; see --help"),
    };
    let workspace = Workspace::load()?;
    let host = host()?;
    let tool = build(target)?;
    let target = target.or_else(|| triple(&tool, workspace.target())).unwrap_or(&host);
    // Manual pages and completions are the same wherever the tool runs, and made here.
    let helper = if target == host { tool.clone() } else { build(Some(&host))? };
    let name = format!("oddsift-{}-{target}", version(&workspace)?);
    let folder = workspace.target().join("dist");
    let staged = folder.join(&name);
    stage(workspace.root(), &staged, &tool, &helper)?;
    let archive = pack(&staged, &folder.join(format!("{name}.tar.gz")), &name)?;
    let checksum = checksum(&archive)?;
    crate::show(&format!("{}\n{}\n", archive.display(), checksum.display()))
}

/// The triple of this machine.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("cannot start rustc")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` tells no host")
}

fn version(workspace: &Workspace) -> Result<String> {
    let package = workspace.packages().iter().find(|package| *package.name == PACKAGE);
    Ok(package.with_context(|| format!("there is no {PACKAGE}"))?.version.to_string())
}

fn build(target: Option<&str>) -> Result<PathBuf> {
    let target = target.map(|target| ["--target", target]);
    build_tool(&[&["--release", "--locked"], target.as_slice().as_flattened()].concat())
}

/// The target that cargo's settings ask for: then it builds to `target/TRIPLE/release`.
fn triple<'a>(tool: &'a Path, built: &Path) -> Option<&'a str> {
    let folder = tool.strip_prefix(built).ok()?.parent()?.parent()?;
    folder.to_str().filter(|folder| !folder.is_empty())
}

/// Puts together what is packed.
fn stage(root: &Path, staged: &Path, tool: &Path, helper: &Path) -> Result<()> {
    if staged.exists() {
        fs::remove_dir_all(staged).with_context(|| format!("cannot empty {}", staged.display()))?;
    }
    fs::create_dir_all(staged.join("completions"))?;
    let name = tool.file_name().context("the tool has no name")?;
    fs::copy(tool, staged.join(name)).with_context(|| format!("cannot copy {}", tool.display()))?;
    for text in TEXTS {
        fs::copy(root.join(text), staged.join(text)).with_context(|| format!("no {text}"))?;
    }
    run_command(Command::new(helper).arg("man").arg(staged.join("man")))?;
    for (shell, name) in SHELLS {
        let file = File::create(staged.join("completions").join(name))?;
        run_command(Command::new(helper).args(["completions", shell]).stdout(Stdio::from(file)))?;
    }
    Ok(())
}

/// Packs a folder under a name.
fn pack(folder: &Path, archive: &Path, name: &str) -> Result<PathBuf> {
    let file = File::create(archive);
    let file = file.with_context(|| format!("cannot write {}", archive.display()))?;
    let mut packed = tar::Builder::new(GzEncoder::new(file, Compression::best()));
    packed.append_dir_all(name, folder)?;
    packed.into_inner()?.finish()?.flush()?;
    Ok(archive.to_owned())
}

/// Writes the checksum beside an archive.
fn checksum(archive: &Path) -> Result<PathBuf> {
    let bytes = fs::read(archive)?;
    ensure!(!bytes.is_empty(), "{} is empty", archive.display());
    let name = archive.file_name().context("the archive has no name")?.to_string_lossy();
    let mut digest = String::new();
    for byte in Sha256::digest(&bytes) {
        write!(digest, "{byte:02x}")?;
    }
    let path = archive.with_file_name(format!("{name}.sha256"));
    fs::write(&path, format!("{digest}  {name}\n"))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_of_cargos_settings_is_in_the_path() {
        let built = Path::new("/t/target");
        let of = |tool| triple(Path::new(tool), built);
        assert_eq!(of("/t/target/riscv64gc/release/oddsift"), Some("riscv64gc"));
        assert_eq!(of("/t/target/release/oddsift"), None);
        assert_eq!(of("/elsewhere/release/oddsift"), None);
    }

    #[test]
    fn archive_unpacks_to_what_was_packed_and_its_checksum_is_that_of_its_bytes() {
        let folder = std::env::temp_dir().join(format!("oddsift-dist-{}", std::process::id()));
        let staged = folder.join("staged");
        fs::create_dir_all(staged.join("man")).unwrap();
        fs::write(staged.join("man/oddsift.1"), "page").unwrap();
        let archive = pack(&staged, &folder.join("a.tar.gz"), "oddsift-1").unwrap();
        let bytes = File::open(&archive).unwrap();
        let mut unpacked = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
        unpacked.unpack(&folder).unwrap();
        assert_eq!(fs::read_to_string(folder.join("oddsift-1/man/oddsift.1")).unwrap(), "page");
        let sum = fs::read_to_string(checksum(&archive).unwrap()).unwrap();
        assert!(sum.ends_with("  a.tar.gz\n") && sum.len() == 64 + 2 + 9);
        fs::remove_dir_all(folder).unwrap();
    }
}
