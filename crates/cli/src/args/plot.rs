//! What is drawn beside the result.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::Args;
use oddsift::plot::Labels;

use super::values::plot_path;

/// A picture of the result.
#[derive(Debug, Args)]
#[command(next_help_heading = "Picture")]
pub(crate) struct PlotArgs {
    /// Draw the result to FILE.svg, or to FILE.html: to zoom, point at and click, without a network
    #[arg(long, value_name = "FILE", value_parser = plot_path)]
    pub(crate) plot: Option<PlotPath>,
    /// Title of the picture
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) title: Option<String>,
    /// Label of the x axis
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) xlabel: Option<String>,
    /// Label of the y axis
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) ylabel: Option<String>,
}

/// What a picture of rows shows.
#[derive(Debug, Args)]
#[command(next_help_heading = "Picture")]
pub(crate) struct PlotRowsArgs {
    /// The two features on the axes; without, HTML has a choice and SVG those that show most
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) plot_features: Vec<String>,
    /// Column whose text is beside the points; without, the command line or the path
    #[arg(long, value_name = "COLUMN")]
    pub(crate) plot_label: Option<String>,
}

impl PlotArgs {
    pub(crate) fn labels(&self) -> Labels<'_> {
        Labels {
            title: self.title.as_deref(),
            x: self.xlabel.as_deref(),
            y: self.ylabel.as_deref(),
        }
    }

    /// The first flag that says how a picture is to look.
    pub(crate) fn look(&self) -> Option<&'static str> {
        let flags =
            [("--title", &self.title), ("--xlabel", &self.xlabel), ("--ylabel", &self.ylabel)];
        flags.into_iter().find(|(_, value)| value.is_some()).map(|(flag, _)| flag)
    }
}

impl PlotRowsArgs {
    /// The first flag that is given.
    pub(crate) fn look(&self) -> Option<&'static str> {
        if !self.plot_features.is_empty() {
            return Some("--plot-features");
        }
        self.plot_label.as_ref().map(|_| "--plot-label")
    }
}

/// A file and the form that its name asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlotPath {
    pub(crate) path: PathBuf,
    pub(crate) form: PlotForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlotForm {
    Svg,
    Html,
}
