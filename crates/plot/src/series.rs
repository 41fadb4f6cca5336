use std::cmp::Reverse;

use oddsift_timeseries::{Anomalies, Signs, TsParams, extract_anomaly_periods};
use oddsift_timespan::{Period, TimeSpan, Timestamp};

use crate::{
    Figure, Labels,
    decimate::decimate,
    figure::{At, Axis, Cloud, Layer, Panel, Role, Scale, View},
    text::{clean, counted, number},
};

/// A time series with what was to be expected, the anomalies and the periods that they make; below it
/// what is left over, and the season.
///
/// The band goes as far as a value may without being an anomaly. Of several series, those with most
/// anomalies are drawn side by side, and HTML has each by itself to choose. Lines of more than 4,000
/// points are drawn by the first, the last, the least and the largest of each of 1,000 parts (Jugel et
/// al., "M4", VLDB 2014), which look the same; anomalies are drawn all, up to 5,000.
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
/// Anomalies of a sign and a series that are drawn.
const MOST_MARKS: usize = 5000;
/// Words beside anomalies.
const MOST_LABELS: usize = 8;
/// Diameter of the mark of an anomaly in pixels.
const SIZE: f64 = 10.0;

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
        let counts = self.counts();
        let (title, facts) = match self.labels.title {
            Some(title) => (clean(title, 120), format!("{counts}; {}", self.facts(drawn.len()))),
            None => (counts, self.facts(drawn.len())),
        };
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

    fn facts(&self, n_drawn: usize) -> String {
        let mut facts = Vec::new();
        let times =
            self.found.iter().flat_map(|series| [series.times().first(), series.times().last()]);
        let times: Vec<Timestamp> = times.flatten().copied().collect();
        if let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) {
            facts.push(format!("{} to {} UTC", minute(*first), minute(*last)));
        }
        if let [only] = self.found {
            let periods: Vec<String> = only.periods().iter().map(usize::to_string).collect();
            facts.push(format!("period {} points", periods.join(", ")));
        }
        if n_drawn < self.found.len() {
            facts.push(format!("the {n_drawn} series with most anomalies"));
        }
        facts.join("; ")
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
        let limits = series.limits.map(|(low, high)| {
            [("too low", low), ("too high", high)].map(|(text, at)| Layer::Rule {
                text: text.to_owned(),
                role: Role::Marked,
                at: At::Y(at),
            })
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
            layers: std::iter::once(rest)
                .chain(limits.into_iter().flatten())
                .chain(series.marks_of_rest())
                .collect(),
        };
        let lowest = Panel {
            title: "what comes again".to_owned(),
            height: 0.2,
            x: self.time_axis(series),
            y: Axis::linear("season", found.seasonal().iter().copied()),
            layers: vec![season],
        };
        let main = Panel { height: 0.56, ..self.main(series, String::new()) };
        let name = found.group().map_or_else(|| "series".to_owned(), |group| clean(group, 60));
        View { name, n_columns: 1, panels: vec![main, low, lowest] }
    }

    fn side_by_side(&self, drawn: &[Drawn<'_>]) -> View {
        let title = |series: &Drawn<'_>| clean(series.found.group().unwrap_or("series"), 40);
        let panels: Vec<Panel> =
            drawn.iter().map(|series| self.main(series, title(series))).collect();
        let n_columns = match panels.len() {
            0..=4 => 2,
            5..=12 => 3,
            _ => 4,
        };
        View { name: format!("all {}", panels.len()), n_columns, panels }
    }

    /// Values, what was to be expected, anomalies and their periods.
    fn main(&self, series: &Drawn<'_>, title: String) -> Panel {
        let mut layers = Vec::new();
        if !series.spans.is_empty() {
            let (name, role) = ("period of anomalies".to_owned(), Role::Marked);
            layers.push(Layer::Spans { name, role, spans: series.spans.clone() });
        }
        layers.extend(series.band());
        let (x, y) = decimate(&series.times, series.found.baseline());
        layers.push(Layer::Line { name: "expected".to_owned(), role: Role::Expected, x, y });
        let (x, y) = decimate(&series.times, series.found.values());
        layers.push(Layer::Line { name: "observed".to_owned(), role: Role::Observed, x, y });
        layers.extend(series.marks());
        Panel { title, height: 1.0, x: self.time_axis(series), y: self.value_axis(series), layers }
    }
}

/// A series on its way to a picture.
struct Drawn<'a> {
    found: &'a Anomalies,
    /// Milliseconds since 1970.
    times: Vec<f64>,
    range: (f64, f64),
    limits: Option<(f64, f64)>,
    spans: Vec<(f64, f64)>,
    /// The places of its clouds, if it has such anomalies; that of the remainders follows each.
    clouds: Vec<usize>,
}

impl<'a> Drawn<'a> {
    fn new(params: &TsParams, found: &'a Anomalies, clouds: &mut Vec<Cloud>) -> Self {
        let times: Vec<f64> = found.times().iter().map(|time| millis(*time)).collect();
        let (first, last) =
            (times.first().copied().unwrap_or(0.0), times.last().copied().unwrap_or(1.0));
        let margin = ((last - first) * 0.01).max(1.0);
        let mut drawn = Self {
            found,
            times,
            range: (first - margin, last + margin),
            limits: params.limits(found),
            spans: spans(found),
            clouds: Vec::new(),
        };
        for (flag, role, name) in [(1, Role::Up, "too high"), (-1, Role::Down, "too low")] {
            let cloud = drawn.cloud(flag, role, name);
            if !cloud.sizes.is_empty() {
                drawn.clouds.push(clouds.len());
                // Words beside the values will do.
                let of_rest = Cloud { labels: Vec::new(), ..cloud.clone() };
                clouds.extend([cloud, of_rest]);
            }
        }
        drawn
    }

    /// Times, values and remainders of the anomalies of a sign.
    fn cloud(&self, flag: i8, role: Role, name: &str) -> Cloud {
        let flags = self.found.anomalies().iter().enumerate();
        let is_it = flags.filter(|(_, it)| **it == flag).map(|(point, _)| point);
        let points: Vec<usize> = is_it.take(MOST_MARKS).collect();
        let of = |part: &[f64]| -> Vec<f64> {
            points.iter().map(|point| part.get(*point).copied().unwrap_or(f64::NAN)).collect()
        };
        Cloud {
            name: name.to_owned(),
            role,
            columns: vec![of(&self.times), of(self.found.values()), of(self.found.residual())],
            sizes: vec![SIZE; points.len()],
            texts: points.iter().map(|point| self.text(*point)).collect(),
            labels: self.labels(&points),
            details: Vec::new(),
        }
    }

    fn text(&self, point: usize) -> String {
        let at = |part: &[f64]| part.get(point).map_or_else(String::new, |value| number(*value));
        let time = self.found.times().get(point).map(|time| minute(*time)).unwrap_or_default();
        let (value, expected) = (at(self.found.values()), at(self.found.baseline()));
        format!("{time} UTC\nvalue {value}\nexpected {expected}\nscore {}", at(self.found.score()))
    }

    /// Times for the anomalies that are farthest out.
    fn labels(&self, points: &[usize]) -> Vec<(usize, String)> {
        let score = |point: usize| self.found.score().get(point).copied().unwrap_or(0.0).abs();
        let mut order: Vec<(usize, usize)> = points.iter().copied().enumerate().collect();
        order.sort_by(|a, b| score(b.1).total_cmp(&score(a.1)));
        let word = |point: usize| self.found.times().get(point).map(|time| minute(*time));
        let words = order.into_iter().filter_map(|(nth, point)| Some((nth, word(point)?)));
        words.take(MOST_LABELS).collect()
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        self.found.values().iter().chain(self.found.baseline()).copied()
    }

    fn limit_values(&self) -> impl Iterator<Item = f64> {
        self.limits.into_iter().flat_map(|(low, high)| [low, high])
    }

    /// The ends of the band: of its lowest and highest place.
    fn band_values(&self) -> impl Iterator<Item = f64> {
        let finite = self.found.baseline().iter().filter(|value| value.is_finite());
        let (least, most) = finite
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(*value), high.max(*value))
            });
        self.limits.into_iter().flat_map(move |(low, high)| [least + low, most + high])
    }

    fn band(&self) -> Option<Layer> {
        let (low, high) = self.limits?;
        let (x, y) = decimate(&self.times, self.found.baseline());
        let beside = |limit: f64| y.iter().map(|value| value + limit).collect();
        let (name, role) = ("usual".to_owned(), Role::Expected);
        Some(Layer::Band { name, role, x, low: beside(low), high: beside(high) })
    }

    fn marks(&self) -> impl Iterator<Item = Layer> {
        self.clouds.iter().map(|cloud| Layer::Points { cloud: *cloud, x: 0, y: 1 })
    }

    fn marks_of_rest(&self) -> impl Iterator<Item = Layer> {
        self.clouds.iter().map(|cloud| Layer::Points { cloud: cloud + 1, x: 0, y: 2 })
    }
}

fn n_flagged(series: &Anomalies) -> usize {
    series.anomalies().iter().filter(|flag| **flag != 0).count()
}

/// The periods of all anomalies, as far as their times are evenly spaced.
fn spans(found: &Anomalies) -> Vec<(f64, f64)> {
    let [first, second, ..] = found.times() else { return Vec::new() };
    let step = TimeSpan::new(*first, *second).ok().map(|span| span.period());
    let spans = step.and_then(|step: Period| {
        extract_anomaly_periods(found.times(), found.anomalies(), step, Signs::Both).ok()
    });
    let spans = spans.unwrap_or_default();
    spans.iter().map(|span| (millis(span.start()), millis(span.end()))).collect()
}

fn millis(time: Timestamp) -> f64 {
    time.as_millisecond() as f64
}

fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use oddsift_timeseries::Series;

    use super::*;

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
    fn nothing_to_draw_is_drawn() {
        let params = Anomalies::params();
        assert_eq!(SeriesPlot::new(&params, &[]).figure().views.len(), 0);
        let flat = found(&params, &[Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48])]);
        let figure = SeriesPlot::new(&params, &flat).figure();
        assert!(figure.clouds.is_empty() && figure.views[0].panels.len() == 3);
    }
}
