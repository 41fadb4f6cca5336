//! `outliers`: a forest is fitted to the rows as they stream in, then they, or those of another
//! file, are scored as they stream by once more.

mod picture; // what is drawn
mod print; // outliers with their reasons

use std::path::Path;

use oddsift::features::{Roles, SessionRule};
use oddsift::iforest::{Draws, IsolationForest, IsolationForestParams, MaxSamples};
use oddsift::outliers::{OutlierModel, msticpy_params};
use oddsift::records::Reader;

use self::picture::{Drawn, MOST_DRAWN, Training};
use self::print::{Shown, print_outliers};
use crate::args::{ArgPrecision, Compat, EmitOutliers, InputArgs, OutliersArgs};
use crate::failure::Failure;
use crate::forest::fit_forest;
use crate::ingest::{IngestPlan, Ingested, Keep, ingest};
use crate::input::{Input, counted, header_failure, say, threads, warn, warn_line};
use crate::model_file::save_model;
use crate::output::Destination;
use crate::rows::{RowPlan, RowRoom};
use crate::scoring::{Finds, Scorer, Verdict};
use crate::side_files::check_side_files;
use crate::source::Source;
use crate::space::FeaturePlan;

/// So many rows of samples, of all trees together, are drawn as rows stream by: each thread keeps
/// its own. For more the pattern of every row is kept, and they are drawn at the end.
const MOST_STREAMED: usize = 1 << 17;

/// What is taken where no number is given.
const N_TREES: usize = 100;
const N_SAMPLES: usize = 256;

pub(crate) fn run(args: &OutliersArgs) -> Result<(), Failure> {
    if args.with_input && args.emit != EmitOutliers::Scores {
        return Err(Failure::usage("--with-input goes with --emit scores; add it"));
    }
    if args.train.as_deref() == Some(Path::new("-")) && args.input.file == Path::new("-") {
        return Err(Failure::usage("standard input can be FILE or --train, not both; give a file"));
    }
    let output = args.output.output.as_deref();
    let train_file = args.train.as_ref().unwrap_or(&args.input.file);
    let inputs = [args.input.file.as_path(), train_file];
    check_side_files(
        args.save_model.as_deref(),
        &args.plot,
        args.plot.look().or(args.plot_rows.look()),
        output,
        &inputs,
    )?;
    // Outliers that are drawn, or that are a number of the oddest, are looked for by themselves.
    let selects_first =
        args.emit == EmitOutliers::Scores && (args.top.is_some() || args.plot.plot.is_some());
    let source = if args.train.is_some() && !selects_first {
        Source::once(&args.input)
    } else {
        Source::twice(&args.input)?
    };
    let destination = Destination::open(&args.output, &inputs)?;
    let (model, training) = match &args.train {
        None => train(args, &source)?,
        Some(file) => {
            let input = InputArgs { file: file.clone(), ..args.input.clone() };
            train(args, &Source::twice(&input)?)?
        }
    };
    let job = Job { args, source, model: &model, training };
    let n_outliers = match args.emit {
        EmitOutliers::Outliers => job.print_outliers(destination)?,
        EmitOutliers::Scores => job.print_scores(destination)?,
    };
    if let Some(path) = &args.save_model {
        save_model(path, &model, &inputs)?;
    }
    if args.output.exit_status && n_outliers == 0 { Err(Failure::Nothing) } else { Ok(()) }
}

/// Fits the pipeline; gives what is told and drawn of its rows, too.
fn train(args: &OutliersArgs, source: &Source<'_>) -> Result<(OutlierModel, Training), Failure> {
    let input = Input::open(source, args.recipe.schema, &args.recipe.map)?;
    let compat = args.compat == Some(Compat::Msticpy);
    let rule = if compat { SessionRule::ExactText } else { SessionRule::default() };
    let features = FeaturePlan::new(&input, &args.features, None, &args.recipe, rule)?.recipe;
    let params = params(args, features.names().len());
    let n_trees = args.trees.unwrap_or(N_TREES);
    let draws = match args.max_samples {
        // A share of the rows can only be drawn when their number is known.
        Some(MaxSamples::Fraction(_)) => None,
        Some(MaxSamples::Count(count)) if count.saturating_mul(n_trees) > MOST_STREAMED => None,
        _ if n_trees.saturating_mul(N_SAMPLES) > MOST_STREAMED => None,
        _ => Some(params.draws().map_err(Failure::usage)?),
    };
    let take = |input: Input, draws: Option<Draws>| {
        let plan = IngestPlan {
            rows: RowPlan::new(&input, &args.input, features.clone())
                .with_single_precision(args.precision == ArgPrecision::F32),
            template: None,
            distinct: Vec::new(),
            keep: if draws.is_some() { Keep::NOTHING } else { Keep::LABELS },
            draws,
            counts_times: false,
        };
        ingest(input.into_feed(args.output.quiet), plan, threads(&args.input))
    };
    let (mut table, mut ingested) = take(input, draws)?;
    if ingested.drawn.is_some() && ingested.n_left_out() > 0 {
        // Rows that are left out may be drawn by their number; the second time they are known.
        let input = Input::open(source, args.recipe.schema, &args.recipe.map)?;
        (table, ingested) = take(input, None)?;
    }
    ingested.need_rows(&table)?;
    warn(&args.output, &ingested.reader, &ingested.skipped);
    let model = fit_forest(args.max_samples, params, &table, &ingested, features)?;
    warn_of_few_rows(args, &ingested, table.n_rows());
    let names = features_text(model.recipe().names());
    let facts = format!("{} rows, {} distinct, to fit to, by {names}", table.n_rows(), table.len());
    say(&args.output, &facts);
    Ok((model, Training::of(table, args.plot.plot.is_some())))
}

/// The names of some features, for a line.
fn features_text(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}

fn warn_of_few_rows(args: &OutliersArgs, ingested: &Ingested, n_rows: u64) {
    if let Some(MaxSamples::Count(count)) = args.max_samples
        && count as u64 > n_rows
    {
        let name = ingested.reader.name();
        warn_line(&format!(
            "{name}: --max-samples {count} is more than the {n_rows} rows; a tree takes all"
        ));
    }
}

fn params(args: &OutliersArgs, n_features: usize) -> IsolationForestParams {
    let mut params = match args.compat {
        Some(Compat::Msticpy) => msticpy_params(usize::MAX, n_features),
        None => IsolationForest::params(),
    };
    if let Some(n_trees) = args.trees {
        params = params.n_trees(n_trees);
    }
    if let Some(max_samples) = args.max_samples {
        params = params.max_samples(max_samples);
    }
    if let Some(max_features) = args.max_features {
        params = params.max_features(max_features);
    }
    if let Some(contamination) = args.contamination {
        params = params.contamination(contamination);
    }
    if let Some(seed) = args.input.seed {
        params = params.seed(seed);
    }
    let precision = args.precision.into();
    params.bootstrap(args.bootstrap).extended(args.extended).precision(precision)
}

/// Outliers, and what is needed to show them.
struct Found {
    columns: Vec<String>,
    roles: Roles,
    process: Option<(usize, &'static str)>,
    drawn: Option<Drawn>,
    finds: Finds,
    reader: Reader,
    room: RowRoom,
}

/// A fitted pipeline, and what is to be scored by it.
struct Job<'a> {
    args: &'a OutliersArgs,
    source: Source<'a>,
    model: &'a OutlierModel,
    training: Training,
}

impl Job<'_> {
    fn open(&self) -> Result<(Input, RowPlan), Failure> {
        let args = self.args;
        let input = Input::open(&self.source, args.recipe.schema, &args.recipe.map)?;
        let recipe = self.model.recipe().rebind(&input.columns);
        let recipe = recipe.map_err(|error| header_failure(&input.name, &input.columns, &error))?;
        let rows = RowPlan::new(&input, &args.input, recipe)
            .with_single_precision(args.precision == ArgPrecision::F32);
        Ok((input, rows))
    }

    /// Tells what was left out. The rows that were fitted to were told before, and must be there still.
    fn check_rows(&self, reader: &Reader, room: &RowRoom, n_rows: u64) -> Result<(), Failure> {
        if self.args.train.is_some() {
            warn(&self.args.output, reader, &room.skipped);
            return Ok(());
        }
        if n_rows == self.training.n_rows {
            return Ok(());
        }
        let what = "the file changed while it was read; try again on a copy";
        Err(Failure::data(format!("{}: {what}", reader.name())))
    }

    fn scorer(&self, rows: RowPlan, verdict: Verdict) -> Scorer<'_> {
        Scorer { rows, forest: self.model.detector().forest(), verdict }
    }

    /// Prints the outliers with their reasons; gives how many there are.
    fn print_outliers(&self, destination: Destination) -> Result<u64, Failure> {
        let found = self.find(self.args.top)?;
        let (finds, n_outliers) = (&found.finds, found.finds.rows.len() as u64);
        self.check_rows(&found.reader, &found.room, finds.n_rows)?;
        self.draw(&found, n_outliers)?;
        self.say_facts(finds.n_rows, n_outliers);
        let shown = Shown {
            columns: found.columns,
            roles: found.roles,
            process: found.process,
            finds: &found.finds,
        };
        print_outliers(self.args, self.model, &shown, destination)?;
        Ok(n_outliers)
    }

    /// Prints the score of every row; gives how many outliers there are.
    fn print_scores(&self, destination: Destination) -> Result<u64, Failure> {
        let args = self.args;
        let found = match (args.top, &args.plot.plot) {
            (None, None) => None,
            (top, _) => Some(self.find(top.or(Some(MOST_DRAWN)))?),
        };
        let verdict = match &found {
            Some(found) if args.top.is_some() => {
                Verdict::Rows(found.finds.rows.iter().map(|find| find.scored.row).collect())
            }
            _ => Verdict::Decision,
        };
        let (input, rows) = self.open()?;
        let scorer = self.scorer(rows, verdict);
        let columns = args.with_input.then(|| input.columns.clone());
        let feed = input.into_feed(args.output.quiet);
        let printed = scorer.print_all(
            feed,
            threads(&args.input),
            &args.output,
            destination,
            columns.as_deref(),
        )?;
        self.check_rows(&printed.reader, &printed.room, printed.n_rows)?;
        if let Some(mut found) = found {
            found.finds.rows.retain(|find| args.top.is_some() || find.scored.is_outlier);
            self.draw(&found, printed.n_outliers)?;
        }
        self.say_facts(printed.n_rows, printed.n_outliers);
        Ok(printed.n_outliers)
    }

    /// Looks for the outliers, or the so many oddest rows.
    fn find(&self, top: Option<usize>) -> Result<Found, Failure> {
        let args = self.args;
        let (input, rows) = self.open()?;
        let drawn = Drawn::plan(&input, args, self.model.recipe().names())?;
        let (columns, roles) = (input.columns.clone(), input.roles);
        let process = roles.path.map(|column| (column, input.path_separator()));
        let scorer = self.scorer(rows, Verdict::Decision);
        let feed = input.into_feed(args.output.quiet);
        let (finds, reader, room) = scorer.find(feed, threads(&args.input), top)?;
        Ok(Found { columns, roles, process, drawn, finds, reader, room })
    }

    fn draw(&self, found: &Found, n_outliers: u64) -> Result<(), Failure> {
        let Some(drawn) = &found.drawn else { return Ok(()) };
        drawn.write(self.args, self.model, &self.training, &found.finds, n_outliers)
    }

    fn say_facts(&self, n_rows: u64, n_outliers: u64) {
        let share = 100.0 * n_outliers as f64 / n_rows.max(1) as f64;
        let offset = self.model.detector().forest().offset();
        let bound = match self.args.top {
            Some(_) => String::new(),
            None => format!(", with a score below {offset:.4}"),
        };
        let rows = counted(n_rows, "row", "rows");
        let outliers = counted(n_outliers, "outlier", "outliers");
        let facts = format!("{rows}; {outliers} ({share:.1}%){bound}");
        say(&self.args.output, &facts);
    }
}
