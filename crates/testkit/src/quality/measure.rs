//! The areas that are measured, and their tables.

mod baselines; // orders that are computed here
mod log; // a labelled log
mod mask; // command lines without what varies
mod orders; // orders of the tool
mod score; // what an order is worth
mod tool; // the binary

use std::iter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::report::Table;
use baselines::Order;
use log::{Log, Pair, find_pairs};
use orders::Places;
use score::{Figures, Found, Held};
use tool::{Refused, Tool};

const FIGURES: &str =
    "planted rows in the first 100 / first 500 / distinct lines in the first 100 / lines";

/// A binary, ready to be measured.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) binary: PathBuf,
}

impl Bench {
    /// Measures all areas that a folder has data of.
    pub(crate) fn measure(&self, folder: &Path) -> Result<Vec<Table>> {
        let tool = Tool::new(&self.binary);
        let pairs = find_pairs(&folder.join("hunt"), "hunt_")?;
        let hosts = find_pairs(&folder.join("host"), "")?;
        ensure!(!(pairs.is_empty() && hosts.is_empty()), "no labelled log in {}", folder.display());
        let mut tables = Vec::new();
        if !pairs.is_empty() {
            tables.extend(process_logs(&tool, &pairs)?);
        }
        for pair in &hosts {
            tables.push(host(&tool, pair)?);
        }
        Ok(tables)
    }
}

/// The tables of logs with planted attacks: hunts, hunts after a history, the intrusion.
fn process_logs(tool: &Tool, pairs: &[Pair]) -> Result<Vec<Table>> {
    let logs: Vec<Log> = pairs.iter().map(Log::read).collect::<Result<_>>()?;
    let mut tables = vec![hunt(tool, &logs)?];
    let known: Vec<&Log> = logs.iter().filter(|log| log.history.is_some()).collect();
    if !known.is_empty() {
        tables.push(novelty(tool, &known)?);
    }
    let trees: Vec<&Log> = logs.iter().filter(|log| log.has_intrusion()).collect();
    if !trees.is_empty() {
        tables.push(intrusion(tool, &trees)?);
    }
    Ok(tables)
}

fn hunt(tool: &Tool, logs: &[Log]) -> Result<Table> {
    let logs: Vec<&Log> = logs.iter().collect();
    let baselines: Vec<_> = logs.iter().map(|log| baselines::rarities(log)).collect();
    orders_table("hunt", orders::HUNT, tool, &logs, &baselines)
}

fn novelty(tool: &Tool, logs: &[&Log]) -> Result<Table> {
    let baseline = |log: &&Log| {
        let history = log.history.as_deref().context("a log without a history")?;
        Ok(baselines::news(log, &Log::read_plain(history)?))
    };
    let baselines = logs.iter().map(baseline).collect::<Result<Vec<_>>>()?;
    orders_table("hunt after a history without attacks", orders::NOVELTY, tool, logs, &baselines)
}

/// A line for each command and baseline, a column for each log and their mean.
fn orders_table(
    title: &str,
    commands: &[&str],
    tool: &Tool,
    logs: &[&Log],
    baselines: &[Vec<Order>],
) -> Result<Table> {
    let mut rows = Vec::new();
    for command in commands {
        let found = |log: &&Log| -> Result<Result<Found, Refused>> {
            let order = tool.run(command, log)?.and_then(|out| out.rows_of(log));
            Ok(order.map(|order| Found::of(&order, log)))
        };
        let found = logs.iter().map(found).collect::<Result<Vec<_>>>()?;
        rows.push(line(format!("`{}`", tool::title(command)), &found));
    }
    for (number, (title, _)) in baselines[0].iter().enumerate() {
        let found = |(log, of): (&&Log, &Vec<Order>)| Ok(Found::of(&of[number].1, log));
        let found: Vec<_> = logs.iter().zip(baselines).map(found).collect();
        rows.push(line(format!("*{title}*"), &found));
    }
    Ok(Table { title: format!("{title}: {FIGURES}"), header: header(logs), rows })
}

/// How much of the intrusion the first findings hold.
fn intrusion(tool: &Tool, logs: &[&Log]) -> Result<Table> {
    let mut rows = Vec::new();
    for command in orders::FINDINGS {
        let held = |log: &&Log| Ok(tool.run(command, log)?.and_then(|out| Held::of(&out, log)));
        let held = logs.iter().map(held).collect::<Result<Vec<_>>>()?;
        rows.push(line(format!("`{}`", tool::title(command)), &held));
    }
    let n_rows = logs.iter().map(|log| log.intrusion().count()).max().unwrap_or_default();
    let title = format!(
        "intrusion: of its {n_rows} rows, held by the first 10 / first 20 findings (rows that these findings hold)"
    );
    Ok(Table { title, header: header(logs), rows })
}

/// How well an order parts the planted rows of one host from the others.
fn host(tool: &Tool, pair: &Pair) -> Result<Table> {
    let log = Log::read(pair)?;
    let is_planted: Vec<bool> = log.labels.iter().map(|&label| label > 0).collect();
    let cells = |odd: &[f64]| {
        let figures = [score::auc(odd, &is_planted), score::average_precision(odd, &is_planted)];
        figures.map(|figure| format!("{figure:.3}")).to_vec()
    };
    let mut rows = Vec::new();
    for command in orders::HOST {
        let odd = tool.run(command, &log)?.and_then(|out| Places::of(&out, &log));
        let cells = odd.map_or_else(|Refused(why)| vec![why, String::new()], |it| cells(&it.0));
        rows.push([vec![format!("`{}`", tool::title(command))], cells].concat());
    }
    for (title, odd) in baselines::of_rows(&log) {
        rows.push([vec![format!("*{title}*")], cells(&odd)].concat());
    }
    let n_planted = is_planted.iter().filter(|&&it| it).count();
    let title = format!("{}: {n_planted} rows of a simulation among {}", pair.name, log.len());
    let header = ["order", "AUC", "average precision"].map(str::to_owned).to_vec();
    Ok(Table { title, header, rows })
}

fn header(logs: &[&Log]) -> Vec<String> {
    let of = |log: &&Log| format!("{} ({} in {})", log.name, log.n_planted(), log.len());
    let mean = (logs.len() > 1).then(|| "mean".to_owned());
    iter::once("order".to_owned()).chain(logs.iter().map(of)).chain(mean).collect()
}

/// The cells of an order: a figure or why there is none, and the mean of the figures.
fn line<T: Figures>(title: String, found: &[Result<T, Refused>]) -> Vec<String> {
    let figures: Vec<&T> = found.iter().filter_map(|it| it.as_ref().ok()).collect();
    let mean = (found.len() > 1).then(|| T::mean(&figures));
    let cells = found.iter().map(|it| match it {
        Ok(figures) => figures.cell(),
        Err(Refused(why)) => why.clone(),
    });
    iter::once(title).chain(cells).chain(mean).collect()
}

/// What the tests of the whole need of the parts.
#[cfg(test)]
pub(crate) mod testing {
    pub(crate) use super::baselines::rarities;
    pub(crate) use super::log::{Log, find_pairs};
    pub(crate) use super::score::{Found, Held};
    pub(crate) use super::tool::Printed;
}
