//! `outliers`: a forest is fitted to the rows as they stream in, then they, or those of another file,
//! are scored as they stream by once more.

mod args; // what can be typed
mod columns; // what is printed
mod job; // rows scored by a fitted forest
mod scores; // a line for each row

use std::path::Path;

use oddsift::pipeline::{FittedOutliers, MaxSamples, OutlierParams, msticpy_forest};

use self::args::EmitOutliers;
pub(crate) use self::args::{EXAMPLES, OutliersArgs};
use self::job::Job;
pub(super) use self::scores::write_scores;
use crate::args::Compat;
use crate::failure::{Failure, need_finds};
use crate::output::Destination;
use crate::progress::Bar;
use crate::say::{say, say_intake, warn, warn_line};
use crate::side_files::{check_side_files, origin, save_model};

pub(crate) fn run(args: &OutliersArgs) -> Result<(), Failure> {
    check(args)?;
    let inputs = read_files(args);
    let look = args.plot.look().or(args.plot_rows.look());
    let output = args.output.output.as_deref();
    check_side_files(args.save_model.as_deref(), &args.plot, look, output, &inputs)?;
    let bar = Bar::new(args.output.talk.quiet);
    let destination = Destination::open(&args.output, &inputs)?;
    let input = args.recipe.roles(args.input.input(&bar)?);
    // Outliers that are drawn, or that are a number of rows, are looked for by themselves.
    let selects_first =
        args.emit == EmitOutliers::Scores && (args.top.is_some() || args.plot.plot.is_some());
    // The first rows of lines are read once more, to be printed.
    let is_read_twice = args.train.is_none() || selects_first || !emits_rows(args);
    let input = if is_read_twice { input.twice()? } else { input };
    let input = if args.with_input { input.settled()? } else { input };
    let training = match &args.train {
        None => input.clone(),
        Some(file) => args.recipe.roles(args.input.input_of(file, &bar)),
    };
    let fitted = params(args).fit(&training)?;
    say_training(args, &fitted);
    let job = Job { args, input, fitted: &fitted, bar };
    let n_outliers = match args.emit {
        EmitOutliers::Outliers => job.print_outliers(destination)?,
        EmitOutliers::Scores => job.print_scores(destination)?,
    };
    if let Some(path) = &args.save_model {
        let origin = origin(&training, &fitted.read, fitted.n_rows);
        save_model(path, &*fitted.model, &origin, &inputs)?;
    }
    need_finds(args.output.talk.exit_status, n_outliers)
}

/// Whether each row is a line of its own, as msticpy has it.
fn emits_rows(args: &OutliersArgs) -> bool {
    args.all_rows || args.emit == EmitOutliers::Scores || args.compat == Some(Compat::Msticpy)
}

/// The files that are read.
fn read_files(args: &OutliersArgs) -> Vec<&Path> {
    args.input.paths().into_iter().chain(args.train.as_deref()).collect()
}

fn check(args: &OutliersArgs) -> Result<(), Failure> {
    if args.with_input && args.emit != EmitOutliers::Scores {
        return Err(Failure::usage("--with-input goes with --emit scores; add it"));
    }
    if args.train.as_deref() == Some(Path::new("-")) && args.input.paths().contains(&Path::new("-"))
    {
        return Err(Failure::usage("standard input can be FILE or --train, not both; give a file"));
    }
    Ok(())
}

fn params(args: &OutliersArgs) -> OutlierParams {
    let mut params = OutlierParams::new();
    params.features = args.recipe.choice(&args.features, args.compat);
    if args.compat == Some(Compat::Msticpy) {
        params.forest = msticpy_forest();
        params.rarity = false;
    }
    let forest = &mut params.forest;
    forest.n_trees = args.trees.unwrap_or(forest.n_trees);
    forest.max_samples = args.max_samples.unwrap_or(forest.max_samples);
    forest.max_features = args.max_features.unwrap_or(forest.max_features);
    forest.contamination = args.contamination.unwrap_or(forest.contamination);
    forest.seed = args.input.seed.unwrap_or(forest.seed);
    forest.bootstrap = args.bootstrap;
    forest.extended = args.extended;
    forest.precision = args.precision.into();
    params.all_rows = emits_rows(args);
    params.n_reasons = args.explain;
    params.keep_patterns = args.plot.plot.is_some();
    params
}

/// What was left out of the rows that were fitted to, and how many there are.
fn say_training(args: &OutliersArgs, fitted: &FittedOutliers) {
    say_intake(&args.output.talk, &fitted.intake, None, fitted.n_rows, &fitted.read);
    warn(&args.output.talk, &fitted.read);
    let (name, n_rows) = (&fitted.read.name, fitted.n_rows);
    if let Some(MaxSamples::Count(count)) = args.max_samples
        && count as u64 > n_rows
    {
        warn_line(&format!(
            "{name}: --max-samples {count} is more than the {n_rows} rows; a tree takes all"
        ));
    }
    let names = features_text(&fitted.model.names());
    let n_distinct = fitted.n_distinct;
    say(&args.output.talk, &format!("{n_rows} rows, {n_distinct} distinct, to fit to, by {names}"));
}

/// The names of some features, for a line.
fn features_text(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}
