//! `outliers`: a forest is fitted to the rows as they stream in, then they, or those of another file,
//! are scored as they stream by once more.

mod args; // what can be typed
mod columns; // what is printed

use std::path::Path;

use oddsift::pipeline::{
    FittedOutliers, Input, MaxSamples, OutlierParams, Outliers, ScoreColumns, ScoredRows,
    ScoredSummary, msticpy_forest,
};
use oddsift::plot::{OutlierPicture, outlier_figure};

use self::args::EmitOutliers;
pub(crate) use self::args::{EXAMPLES, OutliersArgs};
use self::columns::outlier_columns;
use crate::args::{Compat, OutputArgs};
use crate::failure::{Failure, need_finds};
use crate::output::Destination;
use crate::picture::{plotted, write_picture};
use crate::progress::Bar;
use crate::say::{counted, say, warn, warn_line};
use crate::side_files::{check_side_files, save_model};

pub(crate) fn run(args: &OutliersArgs) -> Result<(), Failure> {
    check(args)?;
    let train_file = args.train.as_ref().unwrap_or(&args.input.file);
    let inputs = [args.input.file.as_path(), train_file];
    let look = args.plot.look().or(args.plot_rows.look());
    let output = args.output.output.as_deref();
    check_side_files(args.save_model.as_deref(), &args.plot, look, output, &inputs)?;
    let bar = Bar::new(args.output.talk.quiet);
    let destination = Destination::open(&args.output, &inputs)?;
    let input = args.recipe.roles(args.input.input(&bar));
    // Outliers that are drawn, or that are a number of rows, are looked for by themselves.
    let selects_first =
        args.emit == EmitOutliers::Scores && (args.top.is_some() || args.plot.plot.is_some());
    let input = if args.train.is_none() || selects_first { input.twice()? } else { input };
    let training = match &args.train {
        None => input.clone(),
        Some(file) => args.recipe.roles(args.input.input_of(file, &bar)),
    };
    let fitted = params(args).fit(training)?;
    say_training(args, &fitted);
    let job = Job { args, input, fitted: &fitted, bar };
    let n_outliers = match args.emit {
        EmitOutliers::Outliers => job.print_outliers(destination)?,
        EmitOutliers::Scores => job.print_scores(destination)?,
    };
    if let Some(path) = &args.save_model {
        save_model(path, &*fitted.model, &inputs)?;
    }
    need_finds(args.output.talk.exit_status, n_outliers)
}

fn check(args: &OutliersArgs) -> Result<(), Failure> {
    if args.with_input && args.emit != EmitOutliers::Scores {
        return Err(Failure::usage("--with-input goes with --emit scores; add it"));
    }
    if args.train.as_deref() == Some(Path::new("-")) && args.input.file == Path::new("-") {
        return Err(Failure::usage("standard input can be FILE or --train, not both; give a file"));
    }
    Ok(())
}

fn params(args: &OutliersArgs) -> OutlierParams {
    let mut params = OutlierParams::new();
    params.features = args.recipe.choice(&args.features, args.compat);
    if args.compat == Some(Compat::Msticpy) {
        params.forest = msticpy_forest();
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
    params.n_reasons = args.explain;
    params.keep_patterns = args.plot.plot.is_some();
    params
}

/// What was left out of the rows that were fitted to, and how many there are.
fn say_training(args: &OutliersArgs, fitted: &FittedOutliers) {
    warn(&args.output.talk, &fitted.read);
    let (name, n_rows) = (&fitted.read.name, fitted.n_rows);
    if let Some(MaxSamples::Count(count)) = args.max_samples
        && count as u64 > n_rows
    {
        warn_line(&format!(
            "{name}: --max-samples {count} is more than the {n_rows} rows; a tree takes all"
        ));
    }
    let names = features_text(fitted.model.recipe().names());
    let n_distinct = fitted.n_distinct;
    say(&args.output.talk, &format!("{n_rows} rows, {n_distinct} distinct, to fit to, by {names}"));
}

/// The names of some features, for a line.
fn features_text(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}

/// A fitted forest, and what is to be scored by it.
struct Job<'a> {
    args: &'a OutliersArgs,
    input: Input,
    fitted: &'a FittedOutliers,
    bar: Bar,
}

impl Job<'_> {
    /// Prints the outliers with their reasons; gives how many there are.
    fn print_outliers(&self, destination: Destination) -> Result<u64, Failure> {
        let found = self.fitted.find(&self.input, self.args.top)?;
        self.bar.finish();
        self.check_rows(found.n_rows())?;
        if self.args.train.is_some() {
            warn(&self.args.output.talk, &found.read);
        }
        let n_outliers = found.len() as u64;
        self.draw(&found, n_outliers)?;
        self.say_facts(found.n_rows(), n_outliers);
        let rows = found.rows().map(|row| Ok(row?));
        outlier_columns(&found).print(&self.args.output, destination, found.len(), rows)?;
        Ok(n_outliers)
    }

    /// Prints the score of every row; gives how many outliers there are.
    fn print_scores(&self, destination: Destination) -> Result<u64, Failure> {
        let args = self.args;
        let mut found = match (args.top, &args.plot.plot) {
            (None, None) => None,
            (top, _) => {
                Some(self.fitted.find(&self.input, top.or(Some(OutlierPicture::MOST_ROWS)))?)
            }
        };
        let verdict = found.as_ref().filter(|_| args.top.is_some());
        let scores = self.fitted.scores(&self.input, verdict)?;
        let written = write_scores(&args.output, destination, scores, args.with_input, &self.bar)?;
        self.check_rows(written.n_rows)?;
        if args.train.is_some() {
            warn(&args.output.talk, &written.read);
        }
        if let Some(found) = &mut found {
            if args.top.is_none() {
                found.retain_negative();
            }
            self.draw(found, written.n_outliers)?;
        }
        self.say_facts(written.n_rows, written.n_outliers);
        Ok(written.n_outliers)
    }

    /// The rows that were fitted to must be there still.
    fn check_rows(&self, n_rows: u64) -> Result<(), Failure> {
        if self.args.train.is_none() {
            self.fitted.check_rows(n_rows)?;
        }
        Ok(())
    }

    fn draw(&self, found: &Outliers, n_outliers: u64) -> Result<(), Failure> {
        let args = self.args;
        let Some(plot) = &args.plot.plot else { return Ok(()) };
        let names = self.fitted.model.recipe().names();
        let picture = OutlierPicture {
            features: plotted(&args.plot_rows.plot_features, names)?,
            label: found.label_column(args.plot_rows.plot_label.as_deref())?,
            n_outliers,
            is_selection: args.top.is_some(),
            labels: args.plot.labels(),
        };
        let figure = outlier_figure(found, &picture).map_err(Failure::data)?;
        if picture.features.is_none() && names.len() > 2 && args.plot.has_axis_labels() {
            warn_line(
                "--xlabel and --ylabel are for one pair of features; choose it by --plot-features A,B",
            );
        }
        let train_file = args.train.as_ref().unwrap_or(&args.input.file);
        write_picture(plot, &figure, &[&args.input.file, train_file])
    }

    fn say_facts(&self, n_rows: u64, n_outliers: u64) {
        let share = 100.0 * n_outliers as f64 / n_rows.max(1) as f64;
        let offset = self.fitted.forest().offset();
        let bound = match self.args.top {
            Some(_) => String::new(),
            None => format!(", with a score below {offset:.4}"),
        };
        let rows = counted(n_rows, "row", "rows");
        let outliers = counted(n_outliers, "outlier", "outliers");
        say(&self.args.output.talk, &format!("{rows}; {outliers} ({share:.1}%){bound}"));
    }
}

/// Prints a line for each row, with its own columns where they are asked for: for programs between the
/// row and the score, for people behind both.
pub(super) fn write_scores(
    args: &OutputArgs,
    destination: Destination,
    scores: ScoredRows<'_>,
    with_input: bool,
    bar: &Bar,
) -> Result<ScoredSummary, Failure> {
    const ADDED: [&str; 3] = ["score", "decision", "outlier"];
    let layout = scores.layout();
    let (columns, order) = match (with_input, destination.is_table()) {
        (false, _) => {
            (["row"].iter().chain(&ADDED).map(|it| (*it).to_owned()).collect(), ScoreColumns::Bare)
        }
        (true, false) => (layout.columns_with("row", &ADDED), ScoreColumns::BehindInput),
        (true, true) => {
            let mut columns = layout.columns_with("row", &ADDED);
            columns[1..].rotate_right(ADDED.len());
            (columns, ScoreColumns::BeforeInput)
        }
    };
    destination.stream(args, &columns, |sink| {
        let written = scores.write(order, sink);
        bar.finish();
        written
    })
}
