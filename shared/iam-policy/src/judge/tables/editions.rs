//! How old these tables are.

use super::paths;
use crate::{catalogue, condition};
use std::time::{SystemTime, UNIX_EPOCH};

/// What judgements know of AWS ages: which edition of it this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    /// What it says.
    pub what: &'static str,
    /// Where it comes from, with its version.
    pub source: &'static str,
    /// The day of that version: `2026-11-20`.
    pub date: &'static str,
}

/// The editions of the tables that follow AWS: which actions there are, and which of them are ways to power.
pub const TABLES: [Edition; 2] = [
    Edition { what: "actions", source: catalogue::SOURCE, date: catalogue::DATE },
    Edition { what: "ways", source: paths::MODELS[0], date: paths::MODELS[1] },
];

/// After so many days an edition is old. AWS announces new services and actions every week, and what nobody knows nobody finds.
const OLD_AFTER_DAYS: i64 = 180;

impl Edition {
    /// What to say of an edition that is old by now; `None`: it is not.
    #[must_use]
    pub fn warning(&self, now: SystemTime) -> Option<String> {
        const SECONDS_OF_A_DAY: i64 = 86_400;
        let now = i64::try_from(now.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
        let days = (now - condition::seconds(self.date)?) / SECONDS_OF_A_DAY;
        let Self { what, source, date } = self;
        let said = || {
            format!(
                "the table of {what} is of {date} ({source}), {days} days ago: what AWS added since is not known to it"
            )
        };
        (days > OLD_AFTER_DAYS).then(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn an_edition_grows_old() {
        let edition = Edition { what: "ways", source: "models 1.0", date: "2026-01-01" };
        let on = |date: &str| {
            let seconds = condition::seconds(date).and_then(|seconds| u64::try_from(seconds).ok());
            edition.warning(UNIX_EPOCH + Duration::from_secs(seconds.expect("a date")))
        };
        assert_eq!(on("2026-01-01"), None);
        assert_eq!(on("2026-06-30"), None);
        let said =
            "the table of ways is of 2026-01-01 (models 1.0), 181 days ago: what AWS added since is not known to it";
        assert_eq!(on("2026-07-01").as_deref(), Some(said));
    }

    #[test]
    fn every_edition_says_its_day() {
        for edition in TABLES {
            assert!(condition::seconds(edition.date).is_some(), "{edition:?}");
        }
    }
}
