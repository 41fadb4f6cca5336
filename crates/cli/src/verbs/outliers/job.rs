//! Rows scored by a fitted forest: the outliers with their reasons, or every row.

use oddsift::pipeline::{FittedOutliers, Input, Outliers};
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
        write_picture(plot, &figure, &read_files(args))
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
