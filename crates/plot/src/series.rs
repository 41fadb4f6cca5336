mod drawn; // a series on its way to a picture

use std::cmp::Reverse;

use oddsift_timeseries::{Anomalies, TsParams};

use self::drawn::{Drawn, clock};
use crate::{
    Figure, Labels,
    decimate::decimate,
    figure::{At, Axis, Layer, Panel, Role, Scale, View},
    text::{clean, count, counted},
};

/// A time series with what was to be expected, the anomalies and the periods that they make; below it
/// what is left over, and the season.
///
/// The band goes as far as a value may without being an anomaly; with
/// [`truncation`](TsParams::truncation) it has no lower end, because msticpy flags only what is too high.
/// An anomaly is drawn by the sign of its score. Its period goes as far to both sides as the point next
/// to it is; periods that meet are one. Of several series, those with most anomalies are drawn side by
/// side, and HTML has each by itself to choose. Lines of more than 4,000 points are drawn by the first,
/// the last, the least and the largest of each of 1,000 parts (Jugel et al., "M4", VLDB 2014), which look
/// the same; anomalies are drawn all, and of more than 5,000 of a sign those with the largest scores.
///
/// msticpy's view of `ts_anomalies_stl`; its range slider is in HTML.
///
/// ```
/// use oddsift_plot::{Labels, SeriesPlot};
/// use oddsift_timeseries::{Anomalies, Series, Timestamp};
///
/// let mut points: Vec<(Timestamp, f64)> =
///     (0..240).map(|hour| (Timestamp::constant(3600 * hour, 0), (hour % 24) as f64)).collect();
/// points[150].1 += 40.0;
/// let params = Anomalies::params();
/// let found = [params.fit(&Series::as_given(&points))?];
/// let labels = Labels { y: Some("bytes sent"), ..Labels::default() };
/// let figure = SeriesPlot::new(&params, &found).labels(labels).figure();
/// assert!(figure.title().ends_with("in 240 points"));
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[doc(alias = "timeseries_plot")]
#[derive(Debug, Clone)]
pub struct SeriesPlot<'a> {
    params: &'a TsParams,
    found: &'a [Anomalies],
    labels: Labels<'a>,
}

/// Series that are drawn side by side.
const MOST_SERIES: usize = 24;
/// What a series is called whose group has no name.
const BLANK: &str = "(blank)";

impl<'a> SeriesPlot<'a> {
    /// Of series that these parameters have taken apart.
    ///
    /// ```
    /// # use oddsift_plot::SeriesPlot;
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// # let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
    /// # let points: Vec<(Timestamp, f64)> = (0..96).map(|hour| (at(hour), (hour % 24) as f64)).collect();
    /// # let params = Anomalies::params();
    /// # let found = [params.fit(&Series::as_given(&points))?];
    /// let figure = SeriesPlot::new(&params, &found).figure();
    /// assert_eq!(figure.title(), "0 anomalies in 96 points");
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn new(params: &'a TsParams, found: &'a [Anomalies]) -> Self {
        Self { params, found, labels: Labels::default() }
    }

    /// Sets title and labels of the axes.
    ///
    /// ```
    /// # use oddsift_plot::{Labels, SeriesPlot};
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// # let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
    /// # let points: Vec<(Timestamp, f64)> = (0..96).map(|hour| (at(hour), (hour % 24) as f64)).collect();
    /// # let params = Anomalies::params();
    /// # let found = [params.fit(&Series::as_given(&points))?];
    /// let labels = Labels { title: Some("Logons"), x: Some("hour of logon"), y: Some("logons") };
    /// let figure = SeriesPlot::new(&params, &found).labels(labels).figure();
    /// assert_eq!(figure.title(), "Logons");
    /// assert!(figure.to_svg().contains(">hour of logon, UTC</text>")); // times always say so
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[must_use]
    pub fn labels(mut self, labels: Labels<'a>) -> Self {
        self.labels = labels;
        self
    }

    /// What is to be drawn. Time and memory are linear in the points of the series that are drawn.
    ///
    /// ```
    /// # use oddsift_plot::SeriesPlot;
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// # let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
    /// # let points: Vec<(Timestamp, f64)> = (0..96).map(|hour| (at(hour), (hour % 24) as f64)).collect();
    /// # let params = Anomalies::params();
    /// # let found = [params.fit(&Series::as_given(&points))?];
    /// let svg = SeriesPlot::new(&params, &found).figure().to_svg();
    /// assert!(svg.contains("period 24 points") && svg.contains(">what is left over</text>"));
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn figure(&self) -> Figure {
        let shown = self.shown();
        let mut clouds = Vec::new();
        let drawn: Vec<Drawn<'_>> =
            shown.iter().map(|series| Drawn::new(self.params, series, &mut clouds)).collect();
        let mut views: Vec<View> = drawn.iter().map(|series| self.parts(series)).collect();
        if drawn.len() > 1 {
            views.insert(0, self.side_by_side(&drawn));
        }
        let (title, facts) = self.labels.heading(self.counts(), self.facts(&drawn));
        Figure { title, facts, clouds, views, details: Vec::new() }
    }

    /// The series with most anomalies, and of equals the first.
    fn shown(&self) -> Vec<&'a Anomalies> {
        let mut shown: Vec<&Anomalies> = self.found.iter().collect();
        shown.sort_by_key(|series| Reverse(n_flagged(series)));
        shown.truncate(MOST_SERIES);
        shown
    }

    fn counts(&self) -> String {
        let n_flagged: usize = self.found.iter().map(n_flagged).sum();
        let n_points: usize = self.found.iter().map(|series| series.values().len()).sum();
        let anomalies = counted(n_flagged as u64, "anomaly", "anomalies");
        let points = counted(n_points as u64, "point", "points");
        match self.found.len() {
            1 => format!("{anomalies} in {points}"),
            n => format!("{anomalies} in {points} of {}", counted(n as u64, "series", "series")),
        }
    }

    fn facts(&self, drawn: &[Drawn<'_>]) -> String {
        let mut facts = Vec::new();
        let times = || self.found.iter().flat_map(Anomalies::times).copied();
        if let (Some(first), Some(last)) = (times().min(), times().max()) {
            let format = clock(times());
            facts.push(format!("{} to {} UTC", first.strftime(format), last.strftime(format)));
        }
        if let [only] = self.found {
            let periods: Vec<String> = only.periods().iter().map(usize::to_string).collect();
            facts.push(format!("period {} points", periods.join(", ")));
        }
        if drawn.iter().any(Drawn::has_no_lower_limit) {
            facts.push("only what is too high is flagged, as in msticpy".to_owned());
        }
        if drawn.len() < self.found.len() {
            facts.push(format!("the {} series with most anomalies", drawn.len()));
        }
        let n_flagged: usize = drawn.iter().map(|series| n_flagged(series.found)).sum();
        let n_marks: usize = drawn.iter().map(|series| series.n_marks).sum();
        if n_marks < n_flagged {
            let (n_marks, n_flagged) = (count(n_marks as u64), count(n_flagged as u64));
            facts.push(format!("{n_marks} of {n_flagged} anomalies drawn"));
        }
        facts.join("; ")
    }

    /// The group of a series in so many letters; of several series one may have none, or a blank one.
    fn name(&self, series: &Drawn<'_>, most: usize) -> String {
        match series.found.group() {
            None if self.found.len() < 2 => "series".to_owned(),
            Some(group) if !group.trim().is_empty() => clean(group, most),
            _ => BLANK.to_owned(),
        }
    }

    fn time_axis(&self, series: &Drawn<'_>) -> Axis {
        Axis::new(self.labels.x.unwrap_or("time (UTC)"), Scale::Time, series.range)
    }

    fn value_axis(&self, series: &Drawn<'_>) -> Axis {
        let label = self.labels.y.unwrap_or("value");
        Axis::linear(label, series.values().chain(series.band_values()))
    }

    /// A series with what it was taken apart to, one below the other.
    fn parts(&self, series: &Drawn<'_>) -> View {
        let line = |name: &str, role, y: &[f64]| {
            let (x, y) = decimate(&series.times, y);
            Layer::Line { name: name.to_owned(), role, x, y }
        };
        let found = series.found;
        let rest = line("remainder", Role::Rest, found.residual());
        let limits = ["too low", "too high"].into_iter().zip(series.limit_values());
        let limits = limits.filter(|(_, at)| at.is_finite()).map(|(text, at)| Layer::Rule {
            text: text.to_owned(),
            role: Role::Marked,
            at: At::Y(at),
        });
        let season = line("season", Role::Season, found.seasonal());
        let low = Panel {
            title: "what is left over".to_owned(),
            height: 0.24,
            x: self.time_axis(series),
            y: Axis::linear(
                "remainder",
                found.residual().iter().copied().chain(series.limit_values()),
            ),
            layers: std::iter::once(rest).chain(limits).chain(series.marks_of_rest()).collect(),
        };
        let lowest = Panel {
            title: "what comes again".to_owned(),
            height: 0.2,
            x: self.time_axis(series),
            y: Axis::linear("season", found.seasonal().iter().copied()),
            layers: vec![season],
        };
        let main = Panel { height: 0.56, ..self.main(series, String::new()) };
        View { name: self.name(series, 60), n_columns: 1, panels: vec![main, low, lowest] }
    }

    fn side_by_side(&self, drawn: &[Drawn<'_>]) -> View {
        let panels: Vec<Panel> =
            drawn.iter().map(|series| self.main(series, self.name(series, 40))).collect();
        let n_columns = match panels.len() {
            0..=4 => 2,
            5..=12 => 3,
            _ => 4,
        };
        View { name: format!("all {}", panels.len()), n_columns, panels }
    }

    /// Values, what was to be expected, anomalies and their periods.
    fn main(&self, series: &Drawn<'_>, title: String) -> Panel {
        let y_axis = self.value_axis(series);
        let mut layers = Vec::new();
        if !series.spans.is_empty() {
            let (name, role) = ("period of anomalies".to_owned(), Role::Marked);
            layers.push(Layer::Spans { name, role, spans: series.spans.clone() });
        }
        layers.extend(series.band(y_axis.range));
        let (x, y) = decimate(&series.times, series.found.baseline());
        layers.push(Layer::Line { name: "expected".to_owned(), role: Role::Expected, x, y });
        let (x, y) = decimate(&series.times, series.found.values());
        layers.push(Layer::Line { name: "observed".to_owned(), role: Role::Observed, x, y });
        layers.extend(series.marks());
        Panel { title, height: 1.0, x: self.time_axis(series), y: y_axis, layers }
    }
}

fn n_flagged(series: &Anomalies) -> usize {
    series.anomalies().iter().filter(|flag| **flag != 0).count()
}

#[cfg(test)]
mod tests {
    use oddsift_timeseries::{Series, Timestamp};

    use super::{drawn::MOST_MARKS, *};

    fn series(group: Option<&str>, n_points: i64, spike: f64) -> Series {
        let mut points: Vec<(Timestamp, f64)> = (0..n_points)
            .map(|hour| (Timestamp::constant(3600 * hour, 0), ((hour * 7) % 24) as f64))
            .collect();
        points[100].1 += spike;
        Series::as_given(&points).with_group(group.map(str::to_owned))
    }

    fn found(params: &TsParams, series: &[Series]) -> Vec<Anomalies> {
        series.iter().map(|series| params.fit(series).unwrap()).collect()
    }

    #[test]
    fn series_is_taken_apart_below_its_values() {
        let params = Anomalies::params();
        let found = found(&params, &[series(None, 240, 90.0)]);
        let labels = Labels { y: Some("bytes"), ..Labels::default() };
        let figure = SeriesPlot::new(&params, &found).labels(labels).figure();
        let panels = &figure.views[0].panels;
        assert_eq!(panels.len(), 3);
        assert!(panels.iter().all(|panel| panel.x == panels[0].x && panel.x.scale == Scale::Time));
        assert_eq!(panels[0].y.label, "bytes");
        let up = figure.clouds.iter().find(|cloud| cloud.role == Role::Up).unwrap();
        assert!(up.columns[0].contains(&(100.0 * 3_600_000.0)));
        assert!(up.texts[0].starts_with("1970-01-05 04:00 UTC\nvalue "));
        let spans = panels[0].layers.iter().find_map(|layer| match layer {
            Layer::Spans { spans, .. } => Some(spans),
            _ => None,
        });
        let is_inside = |(start, end): &(f64, f64)| (*start..*end).contains(&(100.0 * 3_600_000.0));
        assert!(spans.unwrap().iter().any(is_inside));
    }

    #[test]
    fn band_ends_where_anomalies_begin() {
        let params = Anomalies::params();
        let found = found(&params, &[series(None, 240, 90.0)]);
        let figure = SeriesPlot::new(&params, &found).figure();
        let band = figure.views[0].panels[0].layers.iter().find_map(|layer| match layer {
            Layer::Band { low, high, .. } => Some((low, high)),
            _ => None,
        });
        let (low, high) = band.unwrap();
        for (point, value) in found[0].values().iter().enumerate() {
            let flag = found[0].anomalies()[point];
            assert_eq!(
                (flag > 0, flag < 0),
                (*value > high[point], *value < low[point]),
                "{point}"
            );
        }
    }

    #[test]
    fn groups_with_most_anomalies_are_side_by_side_and_each_by_itself() {
        let params = Anomalies::params();
        let mut all: Vec<Series> =
            (0..30).map(|n| series(Some(&format!("host{n}")), 240, 0.0)).collect();
        all.push(series(Some("odd\u{1b}"), 240, 90.0));
        let found = found(&params, &all);
        let figure = SeriesPlot::new(&params, &found).figure();
        assert_eq!(figure.views.len(), 1 + MOST_SERIES);
        assert_eq!(figure.views[0].panels[0].title, "odd␛");
        assert_eq!(figure.views[0].name, "all 24");
        assert!(figure.facts.ends_with("the 24 series with most anomalies"));
    }

    #[test]
    fn flags_of_msticpy_are_drawn_as_what_they_are() {
        let params = Anomalies::params().truncation(true);
        let mut points: Vec<(Timestamp, f64)> = (0..240)
            .map(|hour| (Timestamp::constant(3600 * hour, 0), (1000 * (hour % 24)) as f64))
            .collect();
        // High in the low half of the day, and low in the high one.
        (points[98].1, points[140].1) = (9000.0, -9000.0);
        let found = found(&params, &[Series::as_given(&points)]);
        assert_eq!((found[0].anomalies()[98], found[0].anomalies()[140]), (-1, 0));
        let figure = SeriesPlot::new(&params, &found).figure();
        assert!(figure.clouds.iter().all(|cloud| cloud.role == Role::Up));
        assert!(figure.facts.ends_with("only what is too high is flagged, as in msticpy"));
        let [main, rest, _] = &figure.views[0].panels[..] else { panic!("{figure:?}") };
        let rules: Vec<f64> = (rest.layers.iter())
            .filter_map(|layer| match layer {
                Layer::Rule { at: At::Y(at), .. } => Some(*at),
                _ => None,
            })
            .collect();
        let [limit] = rules[..] else { panic!("{rules:?}") };
        let beyond = (0..240).filter(|point| found[0].residual()[*point] > limit);
        let flagged = (0..240).filter(|point| found[0].anomalies()[*point] != 0);
        assert!(beyond.eq(flagged));
        let Some(Layer::Band { low, .. }) =
            main.layers.iter().find(|layer| matches!(layer, Layer::Band { .. }))
        else {
            panic!("{main:?}")
        };
        assert_eq!(*low, [main.y.range.0; 240]);
    }

    #[test]
    fn of_too_many_anomalies_the_largest_are_drawn_and_their_number_is_told() {
        let params = Anomalies::params().threshold(0.0);
        let points: Vec<(Timestamp, f64)> = (0..24_000)
            .map(|hour: i64| (Timestamp::constant(3600 * hour, 0), ((hour * hour) % 101) as f64))
            .collect();
        let found = found(&params, &[Series::as_given(&points)]);
        let figure = SeriesPlot::new(&params, &found).figure();
        let up = &figure.clouds[0];
        assert_eq!(up.sizes.len(), MOST_MARKS);
        let least = up.columns[2].iter().copied().fold(f64::INFINITY, f64::min);
        let larger = found[0].residual().iter().filter(|rest| **rest > least).count();
        assert!(larger < MOST_MARKS && up.columns[0].is_sorted());
        assert!(
            figure.facts.ends_with("; 10\u{202f}000 of 24\u{202f}000 anomalies drawn"),
            "{}",
            figure.facts
        );
    }

    #[test]
    fn times_and_names_are_told_as_they_are() {
        let params = Anomalies::params();
        let points: Vec<(Timestamp, f64)> = (0..96)
            .map(|nth| (Timestamp::constant(10 * nth, 0), if nth == 50 { 9.0 } else { 1.0 }))
            .collect();
        let of =
            |group: Option<&str>| Series::as_given(&points).with_group(group.map(str::to_owned));
        let found = found(&params, &[of(None), of(Some(" ")), of(Some("dc01"))]);
        let figure = SeriesPlot::new(&params, &found).figure();
        assert!(figure.clouds[0].texts[0].starts_with("1970-01-01 00:08:20 UTC\n"));
        assert_eq!(figure.clouds[0].labels[0].1, "1970-01-01 00:08:20");
        assert!(figure.facts.starts_with("1970-01-01 00:00:00 to 1970-01-01 00:15:50 UTC"));
        let titles: Vec<&str> =
            figure.views[0].panels.iter().map(|panel| panel.title.as_str()).collect();
        assert_eq!(titles, ["(blank)", "(blank)", "dc01"]);
    }

    #[test]
    fn nothing_to_draw_is_drawn() {
        let params = Anomalies::params();
        let nothing = SeriesPlot::new(&params, &[]).figure();
        assert!(nothing.views.is_empty());
        assert!(nothing.to_svg().contains(">Nothing to draw.</text>"));
        assert!(nothing.to_html().contains("<p>Nothing to draw.</p>"));
        let flat = found(&params, &[Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48])]);
        let figure = SeriesPlot::new(&params, &flat).figure();
        assert!(figure.clouds.is_empty() && figure.views[0].panels.len() == 3);
    }
}
