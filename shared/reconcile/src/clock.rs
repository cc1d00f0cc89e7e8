use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment, to the second: what exemptions, evidence and the windows of contest detection are measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Seconds since 1970.
    pub now: i64,
}

impl Clock {
    /// This moment.
    #[must_use]
    pub fn system() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { now: i64::try_from(since.as_secs()).unwrap_or(i64::MAX) }
    }

    /// `2026-11-23T14:00:00Z`.
    #[must_use]
    pub fn timestamp(self) -> String {
        let moment = OffsetDateTime::from_unix_timestamp(self.now).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        moment.format(&Rfc3339).unwrap_or_default()
    }

    /// `2026-11-23`, in UTC.
    #[must_use]
    pub fn date(self) -> String {
        self.timestamp().chars().take_while(|&c| c != 'T').collect()
    }

    /// The day on which the span of so many days began in which this moment is, one span after the other: `2026-11-23`.
    #[must_use]
    pub(crate) fn span(self, days: u32) -> String {
        const SECONDS_A_DAY: i64 = 24 * 3_600;
        let length = i64::from(days.max(1)).saturating_mul(SECONDS_A_DAY);
        Self { now: self.now.div_euclid(length).saturating_mul(length) }.date()
    }
}

/// Seconds since 1970 of a time as CloudTrail writes it; none: it is not written so.
pub(crate) fn seconds(timestamp: &str) -> Option<i64> {
    OffsetDateTime::parse(timestamp, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_follow_each_other() {
        let day = |number: i64| Clock { now: number * 86_400 + 5 }.span(7);
        assert_eq!((day(0).as_str(), day(6).as_str(), day(7).as_str()), ("1970-01-01", "1970-01-01", "1970-01-08"));
        assert_eq!(Clock { now: 1_795_442_400 }.span(1), "2026-11-23");
    }

    #[test]
    fn moments_are_written_in_utc() {
        let clock = Clock { now: 1_795_442_400 };
        assert_eq!((clock.timestamp().as_str(), clock.date().as_str()), ("2026-11-23T14:00:00Z", "2026-11-23"));
    }
}
