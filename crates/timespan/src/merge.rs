use std::time::Duration;

use crate::TimeSpan;

/// Joins spans that overlap or touch: the result is sorted, its spans are apart, and it holds every
/// time that a span holds and no other.
///
/// An empty span holds no time and is left out. Time `O(n log n)`, memory `O(n)`.
///
/// ```
/// use oddsift_timespan::{TimeSpan, Timestamp, merge};
///
/// let span = |start, end| TimeSpan::new(Timestamp::constant(start, 0), Timestamp::constant(end, 0));
/// assert_eq!(merge([span(8, 9)?, span(0, 3)?, span(3, 5)?]), [span(0, 5)?, span(8, 9)?]);
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
pub fn merge(spans: impl IntoIterator<Item = TimeSpan>) -> Vec<TimeSpan> {
    merge_within(spans, Duration::ZERO)
}

/// Joins spans that overlap, touch or are at most `gap` apart, the gap becoming part of the span.
///
/// Otherwise as [`merge`].
///
/// ```
/// use std::time::Duration;
///
/// use oddsift_timespan::{TimeSpan, Timestamp, merge_within};
///
/// let span = |start, end| TimeSpan::new(Timestamp::constant(start, 0), Timestamp::constant(end, 0));
/// let spans = [span(0, 3)?, span(5, 6)?, span(9, 10)?];
/// assert_eq!(merge_within(spans, Duration::from_secs(2)), [span(0, 6)?, span(9, 10)?]);
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
pub fn merge_within(spans: impl IntoIterator<Item = TimeSpan>, gap: Duration) -> Vec<TimeSpan> {
    let mut spans: Vec<TimeSpan> = spans.into_iter().filter(|span| !span.is_empty()).collect();
    spans.sort_unstable_by_key(TimeSpan::start);
    spans.dedup_by(|next, last| {
        let near = last.distance_to(next) <= gap;
        if near {
            last.extend_to(next.end());
        }
        near
    });
    spans
}
