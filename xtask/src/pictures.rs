//! `pictures`: the pictures of the docs, drawn by the tool from the sample logs.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::tool::tested_tool;
use crate::workspace::Workspace;

const HELP: &str = "\
Draws the pictures of the docs from the sample logs of testdata to docs/img.

usage: cargo xtask pictures [--check]

  --check   draws nothing, but fails where a picture is not what the tool draws today
";

/// A picture and the command that draws it, split at spaces; `{}` is the picture's path.
const PICTURES: [(&str, &str); 8] = [
    (
        "clusters.svg",
        "cluster testdata/processes_on_host.csv --plot {} \
         --features pathScore,commandlineTokensFull,isSystemSession --eps 0.0001 \
         --plot-features pathScore,commandlineTokensFull",
    ),
    (
        "clusters-wide.svg",
        "cluster testdata/processes_on_host.csv --eps 0.001 --plot {} \
         --features pathScore,commandlineTokensFull,isSystemSession \
         --plot-features pathScore,commandlineTokensFull",
    ),
    (
        "outliers.svg",
        "outliers testdata/processes_on_host.csv --features \
         pathScore,commandlineLen,commandlineTokensFull --top 10 --plot {}",
    ),
    (
        "outliers-plane.svg",
        "outliers testdata/processes_on_host.csv --features pathScore,commandlineLen --top 10 \
         --plot {}",
    ),
    ("series.svg", "series testdata/time_series.csv --value-column TotalBytesSent --plot {}"),
    (
        "series-week.svg",
        "series testdata/time_series.csv --value-column TotalBytesSent --period 168 --plot {}",
    ),
    (
        "series-robust.svg",
        "series testdata/time_series.csv --value-column TotalBytesSent --period 168 --robust \
         --plot {}",
    ),
    ("eps.svg", "eps testdata/processes_on_host.csv --plot {}"),
];

pub(crate) fn run(args: &[String]) -> Result<()> {
    if crate::wants_help(args) {
        return crate::show(HELP);
    }
    let is_check = match args {
        [] => false,
        [flag] if flag == "--check" => true,
        [other, ..] => bail!("`pictures` takes --check or nothing, got `{other}`"),
    };
    let workspace = Workspace::load()?;
    let tool = tested_tool()?;
    let folder = workspace.root().join("docs/img");
    fs::create_dir_all(&folder)?;
    for (name, words) in PICTURES {
        let path = folder.join(name);
        if is_check {
            check(&tool, &workspace, &path, words)?;
        } else {
            draw(&tool, workspace.root(), &path, words)?;
        }
    }
    Ok(())
}

fn draw(tool: &Path, root: &Path, picture: &Path, words: &str) -> Result<()> {
    let place = |word: &str| word.replace("{}", &picture.display().to_string());
    let mut command = Command::new(tool);
    command.current_dir(root).args(words.split_whitespace().map(place)).args(["-q", "-t", "csv"]);
    let output = command.output().with_context(|| format!("cannot run {}", tool.display()))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`oddsift {words}` failed: {stderr}");
    Ok(())
}

fn check(tool: &Path, workspace: &Workspace, picture: &Path, words: &str) -> Result<()> {
    let now = workspace.target().join("pictures-check.svg");
    draw(tool, workspace.root(), &now, words)?;
    let (had, has) = (fs::read(picture), fs::read(&now)?);
    let name = picture.display();
    ensure!(
        had.is_ok_and(|had| had == has),
        "{name} is not what the tool draws today; run `cargo xtask pictures`"
    );
    Ok(())
}
