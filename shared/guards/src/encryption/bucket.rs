//! What only the buckets that bootstrap creates have to have: to exist, access logging, Object Lock, tags.

use std::collections::BTreeMap;

use parapet_core::{BucketNeeds, ControlId, Finding, Resource, Retention, Subject};
use serde::{Deserialize, Serialize};

/// Where S3 server access logs go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTarget {
    /// The bucket.
    pub bucket: String,
    /// What their names begin with.
    pub prefix: String,
}

/// The tag by which the data bucket is found.
const PURPOSE: &str = "Purpose";

fn needs<'a>(subject: &Subject<'a>) -> Option<(&'a str, BucketNeeds<'a>)> {
    match subject.resource {
        Resource::Bucket { name } => Some((name, subject.standard.bucket_needs(name))),
        _ => None,
    }
}

pub(super) fn assess_existence(subject: &Subject<'_>, exists: bool) -> Option<Finding> {
    let (_, needs) = needs(subject)?;
    (needs.foundation && !exists)
        .then(|| Finding::on(ControlId::BucketExists, subject, "the bucket does not exist".to_owned()))?
}

pub(super) fn comply_existence(subject: &Subject<'_>, exists: bool) -> bool {
    exists || (needs(subject).is_some_and(|(_, needs)| needs.foundation) && subject.enforces(ControlId::BucketExists))
}

/// The target that is asked for, where one is and the observed one does not do: any prefix does.
fn missing_target(subject: &Subject<'_>, observed: Option<&LogTarget>) -> Option<LogTarget> {
    let (name, needs) = needs(subject)?;
    let bucket = needs.access_log_bucket?;
    let right = observed.is_some_and(|target| target.bucket == bucket);
    (!right).then(|| LogTarget { bucket: bucket.to_owned(), prefix: format!("{name}/") })
}

pub(super) fn assess_logging(subject: &Subject<'_>, observed: Option<&LogTarget>) -> Option<Finding> {
    let target = missing_target(subject, observed)?;
    let seen = observed.map_or_else(|| "off".to_owned(), |target| format!("on to `{}`", target.bucket));
    Finding::on(
        ControlId::BucketLogging,
        subject,
        format!("access logging is {seen}; it has to go to `{}`", target.bucket),
    )
}

pub(super) fn comply_logging(subject: &Subject<'_>, observed: Option<&LogTarget>) -> Option<LogTarget> {
    let wanted = if subject.enforces(ControlId::BucketLogging) { missing_target(subject, observed) } else { None };
    wanted.or_else(|| observed.cloned())
}

/// The retention that is asked for, where one is and the observed one is weaker. A longer or stricter one stays.
fn missing_retention(subject: &Subject<'_>, observed: Option<Retention>) -> Option<Retention> {
    let (_, needs) = needs(subject)?;
    let asked = needs.retention?;
    let nearest =
        observed.map_or(asked, |seen| Retention { mode: seen.mode.max(asked.mode), days: seen.days.max(asked.days) });
    (observed != Some(nearest)).then_some(nearest)
}

pub(super) fn assess_object_lock(subject: &Subject<'_>, observed: Option<Retention>) -> Option<Finding> {
    let asked = missing_retention(subject, observed)?;
    let seen = observed.map_or_else(|| "not set".to_owned(), |seen| format!("{:?} {} days", seen.mode, seen.days));
    Finding::on(
        ControlId::BucketObjectLock,
        subject,
        format!("the default retention is {seen}; at least {:?} {} days is asked for", asked.mode, asked.days),
    )
}

pub(super) fn comply_object_lock(subject: &Subject<'_>, observed: Option<Retention>) -> Option<Retention> {
    let wanted =
        if subject.enforces(ControlId::BucketObjectLock) { missing_retention(subject, observed) } else { None };
    wanted.or(observed)
}

/// What the purpose tag of a bucket has to say.
fn purpose(subject: &Subject<'_>) -> Option<&'static str> {
    let (name, _) = needs(subject)?;
    let names = &subject.standard.names;
    let purposes = [
        (&names.ml_data_bucket, "MLPipelineDataStorage"),
        (&names.log_bucket, "CloudTrailLogs"),
        (&names.access_log_bucket, "AccessLogs"),
        (&names.evidence_bucket, "GuardrailEvidence"),
    ];
    purposes.into_iter().find(|(bucket, _)| *bucket == name).map(|(_, purpose)| purpose)
}

pub(super) fn assess_tags(subject: &Subject<'_>, tags: &BTreeMap<String, String>) -> Option<Finding> {
    let purpose = purpose(subject)?;
    let right = tags.get(PURPOSE).is_some_and(|seen| seen == purpose);
    (!right).then(|| Finding::on(ControlId::BucketTags, subject, format!("the tag `{PURPOSE}` is not `{purpose}`")))?
}

pub(super) fn comply_tags(subject: &Subject<'_>, tags: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut tags = tags.clone();
    if let Some(purpose) = purpose(subject).filter(|_| subject.enforces(ControlId::BucketTags)) {
        tags.insert(PURPOSE.to_owned(), purpose.to_owned());
    }
    tags
}
