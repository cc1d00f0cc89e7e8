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
}

/// Seconds since 1970 of a time as CloudTrail writes it; none: it is not written so.
pub(crate) fn seconds(timestamp: &str) -> Option<i64> {
    OffsetDateTime::parse(timestamp, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        let clock = Clock { now: 1_795_442_400 };
        assert_eq!((clock.timestamp().as_str(), clock.date().as_str()), ("2026-11-23T14:00:00Z", "2026-11-23"));
    }
}
