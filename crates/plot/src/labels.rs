/// Title and labels of the axes, where those that come by themselves will not do.
///
/// ```
/// use oddsift_plot::{DistancePlot, Labels};
///
/// let labels = Labels { title: Some("Host 7"), ..Labels::default() };
/// let figure = DistancePlot::of_curve(&[(0.5, 1.0)]).labels(labels).figure();
/// assert_eq!(figure.title(), "Host 7");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Labels<'a> {
    /// Above the picture; without, it tells what is there: how many clusters, outliers, anomalies.
    #[doc(alias = "plt_title")]
    pub title: Option<&'a str>,
    /// Of the x axis; without, the feature's name with its unit, or the time. Of several pairs of
    /// features each axis keeps its own.
    #[doc(alias = "xlabel")]
    pub x: Option<&'a str>,
    /// Of the y axis, where it has one label.
    #[doc(alias = "ylabel")]
    pub y: Option<&'a str>,
}

/// A feature's name with its unit, where it is known.
pub(crate) fn axis_label(feature: &str) -> String {
    let unit = match feature {
        "commandlineLen" | "processNameLen" => "characters",
        "commandlineTokensFull" | "processNameTokens" => "delimiters",
        "pathScore" | "commandlineScore" => "sum of character codes",
        "pathLogScore" | "commandlineLogScore" | "commandlineLogLen" => "natural logarithm",
        "isSystemSession" => "0 no, 1 yes",
        "pathHash" | "commandlineTokensHash" => "CRC-32",
        name => match name.rsplit_once('.') {
            Some((_, "len")) => "characters",
            Some((_, "delims")) => "delimiters",
            _ => return feature.to_owned(),
        },
    };
    format!("{feature} ({unit})")
}
