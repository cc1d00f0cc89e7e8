//! The three events of a series.

use crate::storage::Storage;

/// The bucket of the events: one that bootstrap did not make, so that SSE-S3 is strong enough for it and no key is asked for.
const BUCKET: &str = "example-data";

/// The bucket of the files in `events/`.
const BUCKET_OF_THE_FILES: &str = "parapet-ml-data-111122223333-us-east-1";

/// What an event finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A bucket whose default encryption was weakened.
    Repair,
    /// One that is as it should be.
    Healthy,
    /// Nothing: it is another guard's, and leads nowhere.
    Irrelevant,
}

impl Event {
    /// Makes the account as this event finds it; for a healthy one a repair has gone before.
    pub(crate) fn prepare(self, storage: &mut Storage) {
        if self == Self::Repair {
            storage.weaken();
        }
    }

    /// As Lambda gets it.
    pub(crate) fn payload(self) -> String {
        let file = match self {
            Self::Repair | Self::Healthy => {
                include_str!("../../../events/encryption-guard/DeleteBucketEncryption.json")
            }
            Self::Irrelevant => include_str!("../../../events/logging-guard/StopLogging.json"),
        };
        file.replace(BUCKET_OF_THE_FILES, BUCKET)
    }

    /// The outcome that a guard reports.
    pub(crate) fn outcome(self) -> &'static str {
        match self {
            Self::Repair => "Remediated",
            Self::Healthy => "Compliant",
            Self::Irrelevant => "Ignored",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_events_are_about_a_bucket_of_no_special_name() {
        assert!(Event::Repair.payload().contains("arn:aws:s3:::example-data\""));
        assert!(!Event::Irrelevant.payload().contains(BUCKET));
    }
}
