//! A series on its way to a picture.

use oddsift_timeseries::{Anomalies, TsParams};
use oddsift_timespan::Timestamp;

use crate::{
    decimate::decimate,
    figure::{Cloud, Layer, Role},
    text::number,
    ticks::clamped,
};

/// Anomalies of a sign and a series that are drawn.
pub(super) const MOST_MARKS: usize = 5000;
/// Words beside anomalies.
const MOST_LABELS: usize = 8;
/// Diameter of the mark of an anomaly in pixels.
const SIZE: f64 = 10.0;

pub(super) struct Drawn<'a> {
    pub(super) found: &'a Anomalies,
    /// Milliseconds since 1970.
    pub(super) times: Vec<f64>,
    pub(super) range: (f64, f64),
    /// Remainders beyond which a point is an anomaly.
    limits: Option<(f64, f64)>,
    pub(super) spans: Vec<(f64, f64)>,
    /// Anomalies that are drawn.
    pub(super) n_marks: usize,
    /// The places of its clouds, if it has such anomalies; that of the remainders follows each.
    clouds: Vec<usize>,
    /// How its times are written.
    clock: &'static str,
}

impl<'a> Drawn<'a> {
    pub(super) fn new(params: &TsParams, found: &'a Anomalies, clouds: &mut Vec<Cloud>) -> Self {
        let times: Vec<f64> = found.times().iter().map(|time| millis(*time)).collect();
        let (first, last) =
            (times.first().copied().unwrap_or(0.0), times.last().copied().unwrap_or(1.0));
        let margin = ((last - first) * 0.01).max(1.0);
        let mut drawn = Self {
            found,
            spans: (spans(&times, found.anomalies()).into_iter())
                .map(|(from, to)| clamped(from, to))
                .collect(),
            times,
            range: clamped(first - margin, last + margin),
            limits: params.limits(found),
            n_marks: 0,
            clouds: Vec::new(),
            clock: clock(found.times().iter().copied()),
        };
        for (is_high, role, name) in [(true, Role::Up, "too high"), (false, Role::Down, "too low")]
        {
            let cloud = drawn.cloud(is_high, role, name);
            if !cloud.sizes.is_empty() {
                drawn.n_marks += cloud.sizes.len();
                drawn.clouds.push(clouds.len());
                // Words beside the values will do.
                let of_rest = Cloud { labels: Vec::new(), ..cloud.clone() };
                clouds.extend([cloud, of_rest]);
            }
        }
        drawn
    }

    /// Whether its flags are msticpy's.
    pub(super) fn has_no_lower_limit(&self) -> bool {
        self.limits.is_some_and(|(low, _)| low == f64::NEG_INFINITY)
    }

    /// Times, values and remainders of the anomalies of a sign: of the score, since msticpy's flags have
    /// that of the season.
    fn cloud(&self, is_high: bool, role: Role, name: &str) -> Cloud {
        let flags = self.found.anomalies().iter().enumerate();
        let flagged = flags.filter(|(_, flag)| **flag != 0).map(|(point, _)| point);
        let mut points: Vec<usize> =
            flagged.filter(|point| (self.score(*point) > 0.0) == is_high).collect();
        if points.len() > MOST_MARKS {
            points.sort_by(|a, b| self.score(*b).abs().total_cmp(&self.score(*a).abs()));
            points.truncate(MOST_MARKS);
            points.sort_unstable();
        }
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

    fn score(&self, point: usize) -> f64 {
        self.found.score().get(point).copied().unwrap_or(0.0)
    }

    fn time(&self, point: usize) -> String {
        let time = self.found.times().get(point);
        time.map_or_else(String::new, |time| time.strftime(self.clock).to_string())
    }

    fn text(&self, point: usize) -> String {
        let at = |part: &[f64]| part.get(point).map_or_else(String::new, |value| number(*value));
        let (time, value) = (self.time(point), at(self.found.values()));
        let (expected, score) = (at(self.found.baseline()), at(self.found.score()));
        format!("{time} UTC\nvalue {value}\nexpected {expected}\nscore {score}")
    }

    /// Times for the anomalies that are farthest out.
    fn labels(&self, points: &[usize]) -> Vec<(usize, String)> {
        let mut order: Vec<(usize, usize)> = points.iter().copied().enumerate().collect();
        order.sort_by(|a, b| self.score(b.1).abs().total_cmp(&self.score(a.1).abs()));
        order.into_iter().take(MOST_LABELS).map(|(nth, point)| (nth, self.time(point))).collect()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        self.found.values().iter().chain(self.found.baseline()).copied()
    }

    /// The lower and the upper one, if there are any.
    pub(super) fn limit_values(&self) -> impl Iterator<Item = f64> {
        self.limits.into_iter().flat_map(|(low, high)| [low, high])
    }

    /// The ends of the band: of its lowest and highest place.
    pub(super) fn band_values(&self) -> impl Iterator<Item = f64> {
        let finite = self.found.baseline().iter().filter(|value| value.is_finite());
        let (least, most) = finite
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(*value), high.max(*value))
            });
        self.limits.into_iter().flat_map(move |(low, high)| [least + low, most + high])
    }

    /// Within the values that are shown; one without an end goes as far as these.
    pub(super) fn band(&self, (least, most): (f64, f64)) -> Option<Layer> {
        let (low, high) = self.limits?;
        let (x, y) = decimate(&self.times, self.found.baseline());
        let beside =
            |limit: f64| y.iter().map(|value| (value + limit).clamp(least, most)).collect();
        let (name, role) = ("usual".to_owned(), Role::Expected);
        Some(Layer::Band { name, role, x, low: beside(low), high: beside(high) })
    }

    pub(super) fn marks(&self) -> impl Iterator<Item = Layer> {
        self.clouds.iter().map(|cloud| Layer::Points { cloud: *cloud, x: 0, y: 1 })
    }

    pub(super) fn marks_of_rest(&self) -> impl Iterator<Item = Layer> {
        self.clouds.iter().map(|cloud| Layer::Points { cloud: cloud + 1, x: 0, y: 2 })
    }
}

/// How times are written, finely enough for all of them.
pub(super) fn clock(times: impl Iterator<Item = Timestamp>) -> &'static str {
    let (mut has_seconds, mut has_parts) = (false, false);
    for time in times {
        has_seconds |= time.as_second() % 60 != 0;
        has_parts |= time.subsec_nanosecond() != 0;
    }
    match (has_seconds, has_parts) {
        (_, true) => "%Y-%m-%d %H:%M:%S%.3f",
        (true, false) => "%Y-%m-%d %H:%M:%S",
        (false, false) => "%Y-%m-%d %H:%M",
    }
}

/// The periods of all anomalies: each goes as far to both sides as the nearest other point is, and what
/// meets is one. Where points are evenly spaced that is msticpy's rule; a gap beside one is no part of it.
fn spans(times: &[f64], flags: &[i8]) -> Vec<(f64, f64)> {
    let flagged = flags.iter().enumerate().filter(|(_, flag)| **flag != 0);
    let mut spans: Vec<(f64, f64)> = flagged.filter_map(|(point, _)| span(times, point)).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    spans.dedup_by(|next, last| {
        let is_met = next.0 <= last.1;
        if is_met {
            last.1 = last.1.max(next.1);
        }
        is_met
    });
    spans
}

fn span(times: &[f64], point: usize) -> Option<(f64, f64)> {
    let time = *times.get(point)?;
    let beside = [point.checked_sub(1), point.checked_add(1)].into_iter().flatten();
    let far = beside.filter_map(|other| Some((times.get(other)? - time).abs()));
    let step = far.filter(|far| *far > 0.0).reduce(f64::min).unwrap_or(0.0);
    Some((time - step, time + step))
}

fn millis(time: Timestamp) -> f64 {
    time.as_millisecond() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_as_long_as_the_points_are_apart() {
        let times = [0.0, 1.0, 2.0, 3.0, 4.0, 10.0, 20.0, 21.0, 99.0];
        let of = |flagged: &[usize]| {
            let mut flags = [0; 9];
            for point in flagged {
                flags[*point] = -1;
            }
            spans(&times, &flags)
        };
        assert_eq!(of(&[1]), [(0.0, 2.0)]);
        assert_eq!(of(&[0, 2, 5]), [(-1.0, 3.0), (4.0, 16.0)]);
        assert_eq!(of(&[3, 6]), [(2.0, 4.0), (19.0, 21.0)]);
        assert_eq!(of(&[5, 6, 8]), [(4.0, 16.0), (19.0, 177.0)]);
        assert_eq!(spans(&[5.0], &[1]), [(5.0, 5.0)]);
        assert_eq!(spans(&[5.0, 5.0, 6.0], &[1, 1, 0]), [(4.0, 6.0)]);
    }

    #[test]
    fn times_are_written_as_finely_as_they_are() {
        let at = |second, nano| Timestamp::constant(second, nano);
        let text = |time: Timestamp| time.strftime(clock([at(0, 0), time].into_iter())).to_string();
        assert_eq!(text(at(60, 0)), "1970-01-01 00:01");
        assert_eq!(text(at(61, 0)), "1970-01-01 00:01:01");
        assert_eq!(text(at(61, 5_000_000)), "1970-01-01 00:01:01.005");
    }
}
