//! Rows scored by a fitted forest: the outliers with their reasons, or every row.

use oddsift::pipeline::{Contamination, FittedOutliers, Input, Outliers, PrintedOutlier};
use oddsift::plot::{OutlierPicture, outlier_figure};

use super::args::OutliersArgs;
use super::columns::outlier_columns;
use super::read_files;
use super::scores::write_scores;
use crate::failure::Failure;
use crate::output::Destination;
use crate::picture::{plotted, write_picture};
use crate::progress::Bar;
use crate::say::{counted, say, warn, warn_line};

/// A larger share of outliers, in percent, is worth a warning.
const MUCH: f64 = 5.0;

/// A fitted forest, and what is to be scored by it.
pub(super) struct Job<'a> {
    pub(super) args: &'a OutliersArgs,
    pub(super) input: Input,
    pub(super) fitted: &'a FittedOutliers,
    pub(super) bar: Bar,
}

impl Job<'_> {
    /// Prints the outliers with their reasons; gives how many there are.
    pub(super) fn print_outliers(&self, destination: Destination) -> Result<u64, Failure> {
        let top = self.args.top;
        let found = match self.args.train {
            None => self.fitted.find_own(&self.input, top)?,
            Some(_) => self.fitted.find(&self.input, top)?,
        };
        self.bar.finish();
        if self.args.train.is_some() {
            warn(&self.args.output.talk, &found.read);
        }
        let n_outliers = if top.is_some() { found.len() as u64 } else { found.n_outliers() };
        self.draw(&found, n_outliers)?;
        self.say_facts(found.n_rows(), n_outliers, Some(&found));
        let form = self.args.output.reason_form();
        let rows = found.rows().map(|row| Ok(PrintedOutlier::new(row?, &self.fitted.model, form)));
        outlier_columns(&found).print(&self.args.output, destination, found.len(), rows)?;
        Ok(n_outliers)
    }

    /// Prints the score of every row; gives how many outliers there are.
    pub(super) fn print_scores(&self, destination: Destination) -> Result<u64, Failure> {
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
        self.say_facts(written.n_rows, written.n_outliers, None);
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
        let names = &self.fitted.model.names();
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
        write_picture(plot, &figure, &read_files(args))
    }

    /// Says how many rows are outliers, and warns where so many are that the threshold says little.
    fn say_facts(&self, n_rows: u64, n_outliers: u64, found: Option<&Outliers>) {
        let args = self.args;
        let share = 100.0 * n_outliers as f64 / n_rows.max(1) as f64;
        let rows = counted(n_rows, "row", "rows");
        if args.top.is_some() {
            let lines = counted(n_outliers, "line", "lines");
            return say(&args.output.talk, &format!("{rows}; {lines}, the lowest scores"));
        }
        let outliers = counted(n_outliers, "outlier", "outliers");
        let n_lines = found.map(|found| found.n_patterns().unwrap_or(n_outliers));
        let lines = n_lines.filter(|_| !self.fitted.params.all_rows);
        let lines =
            lines.map_or_else(String::new, |n| format!(" in {}", counted(n, "line", "lines")));
        let offset = self.fitted.forest().offset();
        let shown = found.map_or(u64::MAX, |found| found.len() as u64);
        let cut = if n_lines.is_some_and(|n| n > shown) {
            format!("; the first {shown} lines are printed, --top N prints others")
        } else {
            String::new()
        };
        let facts =
            format!("{rows}; {outliers} ({share:.1}%){lines}, with a score below {offset:.4}{cut}");
        let is_auto = self.fitted.params.forest.contamination == Contamination::Auto;
        if is_auto && share > MUCH && !args.output.talk.quiet {
            let name = &self.fitted.read.name;
            warn_line(&format!(
                "{name}: {facts}; a threshold that so many pass says little here: use --top or \
                 --contamination"
            ));
        } else {
            say(&args.output.talk, &facts);
        }
    }
}
