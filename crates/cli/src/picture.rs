//! Pictures of results, to files.

use std::io::Write;
use std::path::Path;

use oddsift::plot::Figure;
use oddsift::records::{Error, Output};

use crate::args::{PlotForm, PlotPath};
use crate::failure::Failure;

/// Writes a picture, whole or not at all, never over one of the inputs.
pub(crate) fn write_picture(
    plot: &PlotPath,
    figure: &Figure,
    inputs: &[&Path],
) -> Result<(), Failure> {
    let text = match plot.form {
        PlotForm::Svg => figure.to_svg(),
        PlotForm::Html => figure.to_html(),
    };
    write_whole(Output::file(&plot.path, inputs)?, &text)
}

pub(crate) fn write_whole(mut output: Output, text: &str) -> Result<(), Failure> {
    output.write_all(text.as_bytes()).map_err(Error::Write)?;
    Ok(output.finish()?)
}

/// The places of the two features on the axes, if they are named.
pub(crate) fn plotted(
    wanted: &[String],
    features: &[String],
) -> Result<Option<(usize, usize)>, Failure> {
    let place = |name: &String| {
        features.iter().position(|feature| feature == name).ok_or_else(|| {
            let known = features.join(", ");
            Failure::usage(format!(
                "--plot-features: {name:?} is none of the features; those are {known}"
            ))
        })
    };
    match wanted {
        [x, y] if x == y => {
            Err(Failure::usage(format!("--plot-features takes two features, not {x:?} twice")))
        }
        [x, y] => Ok(Some((place(x)?, place(y)?))),
        [] => Ok(None),
        _ => Err(Failure::usage("--plot-features takes two features, A,B")),
    }
}
