use std::collections::BTreeMap;

use oddsift_timespan::Timestamp;

use crate::{
    Figure, Labels,
    figure::{Axis, Cloud, Layer, Panel, Role, Scale, View},
    text::{clean, count, counted},
};

/// How many events there were when, with the odd ones among them.
///
/// Events are counted in steps of a length that suits the span of time, about 200 of them. An odd event
/// stands at its time, as high as the count of its step.
///
/// ```
/// use oddsift_plot::{Timeline, Timestamp};
///
/// let at = |minute: i64| Timestamp::constant(60 * minute, 0);
/// let odd = [(at(7), "reg.exe /krbtgt:golden".to_owned())];
/// let figure = Timeline::new(&[(at(0), 3), (at(7), 1), (at(9), 5)]).odd(&odd).figure();
/// assert_eq!(figure.title(), "9 events over time, 1 odd");
/// ```
#[derive(Debug, Clone)]
pub struct Timeline<'a> {
    counts: &'a [(Timestamp, u64)],
    odd: &'a [(Timestamp, String)],
    labels: Labels<'a>,
}

/// Steps to a picture, about.
const STEPS: i64 = 200;
/// Odd events that are drawn.
const MOST_ODD: usize = 2000;
/// Words beside odd events.
const MOST_LABELS: usize = 12;
/// Diameter of the mark of an odd event in pixels.
const SIZE: f64 = 9.0;
/// Lengths of a step in seconds.
const LENGTHS: [i64; 15] = [
    1,
    5,
    15,
    60,
    300,
    900,
    1800,
    3600,
    3 * 3600,
    6 * 3600,
    12 * 3600,
    86_400,
    7 * 86_400,
    28 * 86_400,
    364 * 86_400,
];

impl<'a> Timeline<'a> {
    /// Of times, in any order, each with how many events it has.
    ///
    /// ```
    /// # use oddsift_plot::Timeline;
    /// assert_eq!(Timeline::new(&[]).figure().title(), "0 events over time");
    /// ```
    pub fn new(counts: &'a [(Timestamp, u64)]) -> Self {
        Self { counts, odd: &[], labels: Labels::default() }
    }

    /// Marks odd events, each with what is told of it; of more than 2,000 the first.
    ///
    /// ```
    /// # use oddsift_plot::{Timeline, Timestamp};
    /// let odd = [(Timestamp::constant(60, 0), "reg save".to_owned())];
    /// let figure = Timeline::new(&[(Timestamp::constant(60, 0), 4)]).odd(&odd).figure();
    /// assert!(figure.to_svg().contains(">reg save</text>"));
    /// ```
    #[must_use]
    pub fn odd(mut self, odd: &'a [(Timestamp, String)]) -> Self {
        self.odd = odd;
        self
    }

    /// Sets title and labels of the axes.
    ///
    /// ```
    /// # use oddsift_plot::{Labels, Timeline};
    /// let labels = Labels { title: Some("One night"), ..Labels::default() };
    /// assert_eq!(Timeline::new(&[]).labels(labels).figure().title(), "One night");
    /// ```
    #[must_use]
    pub fn labels(mut self, labels: Labels<'a>) -> Self {
        self.labels = labels;
        self
    }

    /// What is to be drawn. Time linear in the counts and the odd events, times the logarithm of the
    /// steps.
    ///
    /// ```
    /// # use oddsift_plot::{Timeline, Timestamp};
    /// let counts = [(Timestamp::constant(0, 0), 2), (Timestamp::constant(7200, 0), 3)];
    /// let figure = Timeline::new(&counts).figure();
    /// assert_eq!(figure.title(), "5 events over time");
    /// assert!(figure.to_svg().contains("1970-01-01 00:00 to 1970-01-01 02:00 UTC"));
    /// ```
    pub fn figure(&self) -> Figure {
        let seconds = self.counts.iter().map(|(time, _)| time.as_second());
        let (first, last) = (seconds.clone().min().unwrap_or(0), seconds.max().unwrap_or(0));
        let span = last - first;
        let length =
            *LENGTHS.iter().find(|length| span / **length <= STEPS).unwrap_or(&LENGTHS[14]);
        let steps = self.steps(length);
        let (x, y) = stairs(&steps, length);
        let marks: Vec<&(Timestamp, String)> = self.odd.iter().take(MOST_ODD).collect();
        let high = |time: Timestamp| steps.get(&time.as_second().div_euclid(length)).copied();
        let cloud = Cloud {
            name: "odd events".to_owned(),
            role: Role::Odd,
            columns: vec![
                marks.iter().map(|(time, _)| millis(*time)).collect(),
                marks.iter().map(|(time, _)| high(*time).unwrap_or(0) as f64).collect(),
            ],
            sizes: vec![SIZE; marks.len()],
            texts: marks.iter().map(|odd| text(odd)).collect(),
            labels: (marks.iter().take(MOST_LABELS).enumerate())
                .map(|(nth, (_, text))| (nth, clean(text, 30)))
                .filter(|(_, text)| !text.is_empty())
                .collect(),
            details: Vec::new(),
        };
        let margin = (span.max(length) as f64) * 20.0;
        let (from, to) = (first as f64 * 1000.0 - margin, (last + length) as f64 * 1000.0 + margin);
        let mut layers =
            vec![Layer::Line { name: "events".to_owned(), role: Role::Expected, x, y: y.clone() }];
        let has_odd = !marks.is_empty();
        layers.extend(has_odd.then_some(Layer::Points { cloud: 0, x: 0, y: 1 }));
        let panel = Panel {
            title: String::new(),
            height: 1.0,
            x: Axis::new("time (UTC)", Scale::Time, (from, to)),
            y: Axis::linear(&format!("events per {}", name_of(length)), y.into_iter().chain([0.0])),
            layers,
        };
        let clouds = if has_odd { vec![cloud] } else { Vec::new() };
        let view = View { name: String::new(), n_columns: 1, panels: vec![panel] };
        Figure::of_view(self.headline(), self.facts(first, last), clouds, view)
    }

    fn headline(&self) -> String {
        if let Some(title) = self.labels.title {
            return clean(title, 120);
        }
        let n_events = self.counts.iter().map(|(_, n)| n).sum();
        let events = counted(n_events, "event", "events");
        match self.odd.len() {
            0 => format!("{events} over time"),
            n => format!("{events} over time, {} odd", count(n as u64)),
        }
    }

    fn facts(&self, first: i64, last: i64) -> String {
        let time = |second: i64| {
            let time = Timestamp::from_second(second).unwrap_or_default();
            time.strftime("%Y-%m-%d %H:%M").to_string()
        };
        if self.counts.is_empty() {
            return "no times".to_owned();
        }
        format!("{} to {} UTC", time(first), time(last))
    }

    fn steps(&self, length: i64) -> BTreeMap<i64, u64> {
        let mut steps = BTreeMap::new();
        for (time, n) in self.counts {
            *steps.entry(time.as_second().div_euclid(length)).or_insert(0) += n;
        }
        steps
    }
}

/// The outline of the counts: zero where no event is.
fn stairs(steps: &BTreeMap<i64, u64>, length: i64) -> (Vec<f64>, Vec<f64>) {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    let mut push = |step: i64, value: u64| {
        x.push(step as f64 * length as f64 * 1000.0);
        y.push(value as f64);
    };
    let mut end = None;
    for (step, value) in steps {
        if end != Some(*step) {
            if let Some(end) = end {
                push(end, 0);
            }
            push(*step, 0);
        }
        push(*step, *value);
        push(step + 1, *value);
        end = Some(step + 1);
    }
    if let Some(end) = end {
        push(end, 0);
    }
    (x, y)
}

fn text((time, text): &(Timestamp, String)) -> String {
    let time = time.strftime("%Y-%m-%d %H:%M:%S");
    let lines: Vec<String> = text.lines().map(|line| clean(line, 160)).collect();
    format!("{}\n{time} UTC", lines.join("\n"))
}

fn name_of(length: i64) -> String {
    match length {
        1 => "second".to_owned(),
        2..60 => format!("{length} s"),
        60 => "minute".to_owned(),
        61..3600 => format!("{} min", length / 60),
        3600 => "hour".to_owned(),
        3601..86_400 => format!("{} h", length / 3600),
        86_400 => "day".to_owned(),
        _ => format!("{} days", length / 86_400),
    }
}

fn millis(time: Timestamp) -> f64 {
    time.as_millisecond() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stairs_fall_to_zero_where_nothing_was() {
        let steps = BTreeMap::from([(0, 2), (1, 3), (4, 1)]);
        let (x, y) = stairs(&steps, 10);
        assert_eq!(x, [0, 0, 1, 1, 2, 2, 4, 4, 5, 5].map(|step| f64::from(step) * 10_000.0));
        assert_eq!(y, [0.0, 2.0, 2.0, 3.0, 3.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn any_span_of_time_is_drawn() {
        for (first, last) in [(Timestamp::MIN, Timestamp::MAX), (Timestamp::MAX, Timestamp::MAX)] {
            let odd = [(first, String::new()), (last, "x\ny".to_owned())];
            let figure = Timeline::new(&[(first, 1), (last, u64::MAX / 2)]).odd(&odd).figure();
            let (from, to) = figure.views[0].panels[0].x.range;
            assert!(from < to && from.is_finite() && to.is_finite());
        }
    }
}
