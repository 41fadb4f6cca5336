use crate::text::clean;

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
    /// Of the x axis; without, the feature's name with its unit, or the time. Where there are several
    /// pairs of features it is for the first one to choose, and in a grid for none.
    #[doc(alias = "xlabel")]
    pub x: Option<&'a str>,
    /// Of the y axis.
    #[doc(alias = "ylabel")]
    pub y: Option<&'a str>,
}

impl Labels<'_> {
    /// The title and the line of facts, which begins with the counts where these are not the title.
    pub(crate) fn heading(&self, counts: String, facts: String) -> (String, String) {
        match self.title {
            Some(title) => (clean(title, 120), format!("{counts}; {facts}")),
            None => (counts, facts),
        }
    }
}

/// A feature's name with its unit, where it is known.
pub(crate) fn axis_label(feature: &str) -> String {
    let unit = match feature {
        "commandlineLen" | "processNameLen" => "characters",
        "commandlineTokensFull" => "delimiters",
        "commandlineTokens" | "processNameTokens" => "parts",
        "pathScore" | "commandlineScore" => "sum of character codes",
        "pathLogScore" | "commandlineLogScore" | "commandlineLogLen" => "logarithm to base 10",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_the_features() {
        assert_eq!(axis_label("pathLogScore"), "pathLogScore (logarithm to base 10)");
        assert_eq!(axis_label("processNameTokens"), "processNameTokens (parts)");
        assert_eq!(axis_label("CommandLine.delims"), "CommandLine.delims (delimiters)");
        assert_eq!(axis_label("bytes"), "bytes");
    }
}
