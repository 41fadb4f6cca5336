//! Dates of made events, and that of today.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

/// 2024-01-01 in days since 1970-01-01.
const FIRST_DAY: u64 = 19_723;

/// The date `days` after 2024-01-01. After Hinnant, "chrono-compatible low-level date algorithms",
/// `civil_from_days`, for days since 1970.
pub(crate) fn date(days: u64) -> String {
    let days = FIRST_DAY + days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The date of today, UTC.
pub(crate) fn today() -> Result<String> {
    let first = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 * FIRST_DAY);
    let passed = SystemTime::now().duration_since(first).context("the clock is before 2024")?;
    Ok(date(passed.as_secs() / 86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(date(0), "2024-01-01");
        assert_eq!(date(59), "2024-02-29");
        assert_eq!(date(366), "2025-01-01");
        assert_eq!(date(27_759), "2100-01-01");
        assert_eq!(date(27_759 + 59), "2100-03-01");
    }
}
