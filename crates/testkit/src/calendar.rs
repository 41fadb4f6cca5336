//! Dates of generated events.

use std::time::Duration;

use jiff::civil;

const SECONDS_A_DAY: u64 = 86_400;

/// The date `days` after 2024-01-01, at most that of the year 9999's end.
pub(crate) fn date(days: u64) -> String {
    let passed = Duration::from_secs(days.saturating_mul(SECONDS_A_DAY));
    civil::date(2024, 1, 1).saturating_add(passed).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(date(0), "2024-01-01");
        assert_eq!(date(59), "2024-02-29");
        assert_eq!(date(366), "2025-01-01");
        assert_eq!(date(27_759 + 59), "2100-03-01");
        assert_eq!(date(u64::MAX), "9999-12-31");
    }
}
