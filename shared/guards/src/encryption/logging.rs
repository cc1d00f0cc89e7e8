use parapet_core::{ControlId, Finding, Subject};
use serde::{Deserialize, Serialize};

use super::bucket_needs;

/// Where S3 server access logs go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTarget {
    /// The bucket.
    pub bucket: String,
    /// What the names of the logs begin with.
    pub prefix: String,
}

/// The target that is asked for, where one is and the observed one does not do: any prefix does.
fn missing_target(subject: &Subject<'_>, observed: Option<&LogTarget>) -> Option<LogTarget> {
    let (name, needs) = bucket_needs(subject)?;
    let bucket = needs.access_log_bucket?;
    let right = observed.is_some_and(|target| target.bucket == bucket);
    (!right).then(|| LogTarget { bucket: bucket.to_owned(), prefix: format!("{name}/") })
}

pub(super) fn assess(subject: &Subject<'_>, observed: Option<&LogTarget>) -> Option<Finding> {
    let target = missing_target(subject, observed)?;
    let seen = observed.map_or_else(|| "off".to_owned(), |target| format!("on to `{}`", target.bucket));
    Finding::on(
        ControlId::BucketLogging,
        subject,
        format!("access logging is {seen}; it has to go to `{}`", target.bucket),
    )
}

pub(super) fn comply(subject: &Subject<'_>, observed: Option<&LogTarget>) -> Option<LogTarget> {
    let wanted = if subject.enforces(ControlId::BucketLogging) { missing_target(subject, observed) } else { None };
    wanted.or_else(|| observed.cloned())
}
