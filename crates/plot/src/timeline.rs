use std::collections::BTreeMap;

use oddsift_timespan::Timestamp;

use crate::{
    Figure, Labels,
    figure::{Axis, Cloud, Layer, Panel, Role, Scale, View},
    text::{clean, count, counted},
    ticks::{DAY, HOUR, MINUTE, MONDAY, SECOND, Step, clamped},
};

/// How many events there were when, with the odd ones among them.
///
/// Events are counted in steps of a length that suits the span of time, about 200 of them: seconds to
/// centuries, but none that is finer than the times are. Of times that are all at full hours each is
/// taken for the count of its hour. An odd event stands at its time, as high as the count of its step.
///
/// ```
/// use oddsift_plot::{Timeline, Timestamp};
///
/// let at = |minute: i64| Timestamp::constant(60 * minute, 0);
/// let odd = [(at(7), "reg.exe /krbtgt:golden".to_owned())];
/// let figure = Timeline::new(&[(at(0), 3), (at(7), 1), (at(9), 5)]).odd(&odd).figure();
/// assert_eq!(figure.title(), "9 events over time, 1 odd");
/// assert!(figure.to_svg().contains(">events per minute</text>"));
/// ```
#[derive(Debug, Clone)]
pub struct Timeline<'a> {
    counts: &'a [(Timestamp, u64)],
    odd: &'a [(Timestamp, String)],
    labels: Labels<'a>,
}

/// Steps to a picture, about.
const MOST_STEPS: i64 = 200;
/// Odd events that are drawn.
const MOST_ODD: usize = 2000;
/// Words beside odd events.
const MOST_LABELS: usize = 12;
/// Diameter of the mark of an odd event in pixels.
const SIZE: f64 = 9.0;
/// What events are counted by, with its name.
const STEPS: [(Step, &str); 18] = [
    (Step::Ms(SECOND, 0), "second"),
    (Step::Ms(5 * SECOND, 0), "5 s"),
    (Step::Ms(15 * SECOND, 0), "15 s"),
    (Step::Ms(MINUTE, 0), "minute"),
    (Step::Ms(5 * MINUTE, 0), "5 min"),
    (Step::Ms(15 * MINUTE, 0), "15 min"),
    (Step::Ms(30 * MINUTE, 0), "30 min"),
    (Step::Ms(HOUR, 0), "hour"),
    (Step::Ms(3 * HOUR, 0), "3 h"),
    (Step::Ms(6 * HOUR, 0), "6 h"),
    (Step::Ms(12 * HOUR, 0), "12 h"),
    (Step::Ms(DAY, 0), "day"),
    (Step::Ms(7 * DAY, MONDAY), "week"),
    (Step::Months(1), "month"),
    (Step::Months(3), "3 months"),
    (Step::Months(12), "year"),
    (Step::Months(10 * 12), "10 years"),
    (Step::Months(100 * 12), "100 years"),
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

    /// Marks odd events, each with what is told of it. Of more than 2,000 so many are drawn, from all
    /// over their time, and the line of facts tells so.
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

    /// What is to be drawn. Time `O(n log n)` in the odd events, linear in the counts, times the
    /// logarithm of the steps. The axis ends with the years 1 and 9999.
    ///
    /// ```
    /// # use oddsift_plot::{Timeline, Timestamp};
    /// let counts = [(Timestamp::constant(0, 0), 2), (Timestamp::constant(7200, 0), 3)];
    /// let figure = Timeline::new(&counts).figure();
    /// assert_eq!(figure.title(), "5 events over time");
    /// assert!(figure.to_svg().contains("1970-01-01 00:00 to 1970-01-01 02:00 UTC"));
    /// ```
    pub fn figure(&self) -> Figure {
        let counted = self.counts.iter().map(|(time, _)| *time);
        let times = counted.chain(self.odd.iter().map(|(time, _)| *time));
        let first = times.clone().min().unwrap_or_default();
        let last = times.max().unwrap_or_default();
        let (step, name) = self.step(first.as_millisecond(), last.as_millisecond());
        let steps = self.steps(step);
        let (x, y) = stairs(&steps, step);
        let marks = spread(self.odd, MOST_ODD);
        let cloud = cloud(&marks, &steps, step);
        let from = step.start(step.number(first.as_millisecond()));
        let to = step.start(step.number(last.as_millisecond()) + 1);
        let margin = (to - from) * 0.02;
        let mut layers =
            vec![Layer::Line { name: "events".to_owned(), role: Role::Expected, x, y: y.clone() }];
        let has_odd = !marks.is_empty();
        layers.extend(has_odd.then_some(Layer::Points { cloud: 0, x: 0, y: 1 }));
        let panel = Panel {
            title: String::new(),
            height: 1.0,
            x: Axis::new(
                self.labels.x.unwrap_or("time (UTC)"),
                Scale::Time,
                clamped(from - margin, to + margin),
            ),
            y: Axis::linear(
                self.labels.y.unwrap_or(&format!("events per {name}")),
                y.into_iter().chain([0.0]),
            ),
            layers,
        };
        let clouds = if has_odd { vec![cloud] } else { Vec::new() };
        let view = View { name: String::new(), n_columns: 1, panels: vec![panel] };
        let facts = self.facts(first, last, step, marks.len());
        Figure::of_view(self.headline(), facts, clouds, view)
    }

    fn headline(&self) -> String {
        if let Some(title) = self.labels.title {
            return clean(title, 120);
        }
        let n_events = self.counts.iter().fold(0, |sum: u64, (_, n)| sum.saturating_add(*n));
        let events = counted(n_events, "event", "events");
        match self.odd.len() {
            0 => format!("{events} over time"),
            n => format!("{events} over time, {} odd", count(n as u64)),
        }
    }

    fn facts(&self, first: Timestamp, last: Timestamp, step: Step, n_drawn: usize) -> String {
        if self.counts.is_empty() && self.odd.is_empty() {
            return "no times".to_owned();
        }
        let has_seconds = matches!(step, Step::Ms(..MINUTE, _));
        let format = if has_seconds { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M" };
        let span = format!("{} to {} UTC", first.strftime(format), last.strftime(format));
        let n_odd = self.odd.len();
        if n_drawn == n_odd {
            return span;
        }
        let (n_drawn, n_odd) = (count(n_drawn as u64), count(n_odd as u64));
        format!("{span}; {n_drawn} of {n_odd} odd events drawn")
    }

    /// The finest step that neither gives too many of it nor is finer than the counts.
    fn step(&self, first: i64, last: i64) -> (Step, &'static str) {
        // Longer than a day, one step alone says nothing about how events were counted.
        let is_known = |step: Step| {
            matches!(step, Step::Ms(..=DAY, _)) || step.number(first) < step.number(last)
        };
        let is_counted_by = |(step, _): &(Step, &str)| {
            is_known(*step)
                && self.counts.iter().all(|(time, _)| {
                    time.subsec_nanosecond() == 0 && step.begins_at(time.as_millisecond())
                })
        };
        let counted = STEPS.iter().rposition(is_counted_by).unwrap_or(0);
        let fits = |(step, _): &&(Step, _)| step.number(last) - step.number(first) <= MOST_STEPS;
        *STEPS.iter().skip(counted).find(fits).unwrap_or(&STEPS[STEPS.len() - 1])
    }

    fn steps(&self, step: Step) -> BTreeMap<i64, u64> {
        let mut steps: BTreeMap<i64, u64> = BTreeMap::new();
        for (time, n) in self.counts {
            let sum = steps.entry(step.number(time.as_millisecond())).or_insert(0);
            *sum = sum.saturating_add(*n);
        }
        steps
    }
}

/// The outline of the counts: zero where no event is.
fn stairs(steps: &BTreeMap<i64, u64>, step: Step) -> (Vec<f64>, Vec<f64>) {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    let mut push = |nth: i64, value: u64| {
        x.push(step.start(nth));
        y.push(value as f64);
    };
    let mut end = None;
    for (nth, value) in steps {
        if end != Some(*nth) {
            if let Some(end) = end {
                push(end, 0);
            }
            push(*nth, 0);
        }
        push(*nth, *value);
        push(nth + 1, *value);
        end = Some(nth + 1);
    }
    if let Some(end) = end {
        push(end, 0);
    }
    (x, y)
}

/// At most so many events in the order of their times: one from each of as many parts of their time, then
/// another one from each that has more, and so on.
fn spread(odd: &[(Timestamp, String)], most: usize) -> Vec<&(Timestamp, String)> {
    let mut events: Vec<&(Timestamp, String)> = odd.iter().collect();
    events.sort_by_key(|(time, _)| *time);
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return events };
    if events.len() <= most {
        return events;
    }
    let (first, last) = (first.0.as_millisecond(), last.0.as_millisecond());
    let parts = i64::try_from(most).unwrap_or(1).max(1);
    let part = Step::Ms((last - first) / parts + 1, first);
    let mut ranked: Vec<(usize, &(Timestamp, String))> = events
        .chunk_by(|one, other| {
            part.number(one.0.as_millisecond()) == part.number(other.0.as_millisecond())
        })
        .flat_map(|of_part| of_part.iter().copied().enumerate())
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.truncate(most);
    ranked.sort_by_key(|(_, (time, _))| *time);
    ranked.into_iter().map(|(_, event)| event).collect()
}

/// Odd events with the counts of their steps; words beside as many as may have some, over all the time.
fn cloud(marks: &[&(Timestamp, String)], steps: &BTreeMap<i64, u64>, step: Step) -> Cloud {
    let millis = || marks.iter().map(|(time, _)| time.as_millisecond());
    let high = |ms: i64| steps.get(&step.number(ms)).copied().unwrap_or(0) as f64;
    let every = marks.len().div_ceil(MOST_LABELS).max(1);
    Cloud {
        name: "odd events".to_owned(),
        role: Role::Odd,
        columns: vec![millis().map(|ms| ms as f64).collect(), millis().map(high).collect()],
        sizes: vec![SIZE; marks.len()],
        texts: marks.iter().map(|odd| text(odd)).collect(),
        labels: (marks.iter().enumerate().step_by(every))
            .map(|(nth, (_, text))| (nth, clean(text, 30)))
            .filter(|(_, text)| !text.is_empty())
            .collect(),
        details: Vec::new(),
    }
}

fn text((time, text): &(Timestamp, String)) -> String {
    let time = time.strftime("%Y-%m-%d %H:%M:%S");
    let lines: Vec<String> = text.lines().map(|line| clean(line, 160)).collect();
    format!("{}\n{time} UTC", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(texts: &[&str]) -> Vec<(Timestamp, u64)> {
        texts.iter().map(|text| (text.parse().unwrap(), 1)).collect()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::constant(second, 0)
    }

    fn label(counts: &[(Timestamp, u64)]) -> String {
        Timeline::new(counts).figure().views[0].panels[0].y.label.clone()
    }

    #[test]
    fn stairs_fall_to_zero_where_nothing_was() {
        let steps = BTreeMap::from([(0, 2), (1, 3), (4, 1)]);
        let (x, y) = stairs(&steps, Step::Ms(10_000, 0));
        assert_eq!(x, [0, 0, 1, 1, 2, 2, 4, 4, 5, 5].map(|step| f64::from(step) * 10_000.0));
        assert_eq!(y, [0.0, 2.0, 2.0, 3.0, 3.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn any_span_of_time_is_drawn_and_counts_do_not_overflow() {
        for (first, last) in [(Timestamp::MIN, Timestamp::MAX), (Timestamp::MAX, Timestamp::MAX)] {
            let odd = [(first, String::new()), (last, "x\ny".to_owned())];
            let figure = Timeline::new(&[(first, u64::MAX), (last, u64::MAX)]).odd(&odd).figure();
            let (from, to) = figure.views[0].panels[0].x.range;
            assert!(from < to && from.is_finite() && to.is_finite());
            assert!(figure.title().starts_with(&count(u64::MAX)));
        }
    }

    #[test]
    fn steps_are_never_finer_than_the_counts() {
        let by = |length: i64| (0..40).map(|nth| (at(length * nth), 1)).collect::<Vec<_>>();
        for (length, expected) in [
            (1, "second"),
            (15, "15 s"),
            (60, "minute"),
            (300, "5 min"),
            (3600, "hour"),
            (86_400, "day"),
        ] {
            assert_eq!(label(&by(length)), format!("events per {expected}"));
        }
        assert_eq!(label(&times(&["2024-01-01T00:00:00Z"])), "events per day");
        assert_eq!(label(&times(&["2024-01-01T00:00:00.5Z"])), "events per second");
        let months = ["2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", "2024-05-01T00:00:00Z"];
        assert_eq!(label(&times(&months)), "events per month");
    }

    #[test]
    fn long_times_are_counted_by_the_calendar() {
        let figure = Timeline::new(&times(&[
            "1990-03-05T10:00:01Z",
            "2024-02-29T00:00:00Z",
            "2024-03-31T23:59:59Z",
        ]))
        .figure();
        let panel = &figure.views[0].panels[0];
        assert_eq!(panel.y.label, "events per 3 months");
        let Layer::Line { x, y, .. } = &panel.layers[0] else { panic!("{panel:?}") };
        let ms = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond() as f64;
        assert_eq!(x[1..3], ["1990-01-01T00:00:00Z", "1990-04-01T00:00:00Z"].map(ms));
        assert_eq!(x[5..7], ["2024-01-01T00:00:00Z", "2024-04-01T00:00:00Z"].map(ms));
        assert_eq!((y[1], y[5]), (1.0, 2.0));
        assert_eq!(
            label(&times(&["1850-06-01T10:00:01Z", "2024-01-01T00:00:00Z"])),
            "events per year"
        );
    }

    #[test]
    fn axis_and_line_stay_in_the_years_1_to_9999() {
        let ends = times(&["0001-01-01T00:00:00Z", "9999-12-30T20:00:00Z"]);
        for counts in [&ends[..], &ends[..1], &ends[1..]] {
            let figure = Timeline::new(counts).figure();
            let panel = &figure.views[0].panels[0];
            let (from, to) = panel.x.range;
            let years = |ms: f64| (-62_135_596_800_000.0..=253_402_207_200_000.0).contains(&ms);
            assert!(years(from) && years(to));
            let Layer::Line { x, .. } = &panel.layers[0] else { panic!("{panel:?}") };
            assert!(x.iter().all(|x| from <= *x && *x <= to), "{from} {to} {x:?}");
        }
    }

    #[test]
    fn of_many_odd_events_those_that_are_alone_stay() {
        let mut odd: Vec<(Timestamp, String)> =
            (0..9000).map(|nth| (at(nth % 60), nth.to_string())).collect();
        odd.extend([(at(86_400), "alone".to_owned()), (at(40_000), "alone, too".to_owned())]);
        let figure = Timeline::new(&[(at(0), 9002)]).odd(&odd).figure();
        let cloud = &figure.clouds[0];
        assert_eq!(cloud.texts.len(), MOST_ODD);
        assert_eq!(cloud.texts.iter().filter(|text| text.contains("alone")).count(), 2);
        assert!(cloud.columns[0].is_sorted());
        assert!(figure.facts.ends_with("; 2\u{202f}000 of 9\u{202f}002 odd events drawn"));
        let figure = Timeline::new(&[(at(0), 9002)]).odd(&odd[..2000]).figure();
        assert!(!figure.facts.contains("drawn") && figure.clouds[0].labels.len() <= MOST_LABELS);
    }
}
