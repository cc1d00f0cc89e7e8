use std::collections::BTreeMap;

use parapet_core::{ControlId, Finding, Subject};

use super::bucket_needs;

/// The tag that says what a bucket is for.
const PURPOSE: &str = "Purpose";

/// What the purpose tag of a bucket has to say.
fn purpose(subject: &Subject<'_>) -> Option<&'static str> {
    let (name, _) = bucket_needs(subject)?;
    let names = &subject.standard.names;
    let purposes = [
        (&names.ml_data_bucket, "MLPipelineDataStorage"),
        (&names.log_bucket, "CloudTrailLogs"),
        (&names.access_log_bucket, "AccessLogs"),
        (&names.evidence_bucket, "GuardrailEvidence"),
    ];
    purposes.into_iter().find(|(bucket, _)| *bucket == name).map(|(_, purpose)| purpose)
}

pub(super) fn assess(subject: &Subject<'_>, tags: &BTreeMap<String, String>) -> Option<Finding> {
    let purpose = purpose(subject)?;
    let right = tags.get(PURPOSE).is_some_and(|seen| seen == purpose);
    (!right).then(|| Finding::on(ControlId::BucketTags, subject, format!("the tag `{PURPOSE}` is not `{purpose}`")))?
}

pub(super) fn comply(subject: &Subject<'_>, tags: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut tags = tags.clone();
    if let Some(purpose) = purpose(subject).filter(|_| subject.enforces(ControlId::BucketTags)) {
        tags.insert(PURPOSE.to_owned(), purpose.to_owned());
    }
    tags
}
