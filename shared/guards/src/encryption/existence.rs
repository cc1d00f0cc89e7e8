use parapet_core::{ControlId, Finding, Subject};

use super::bucket_needs;

pub(super) fn assess(subject: &Subject<'_>, exists: bool) -> Option<Finding> {
    let (_, needs) = bucket_needs(subject)?;
    (needs.foundation && !exists)
        .then(|| Finding::on(ControlId::BucketExists, subject, "the bucket does not exist".to_owned()))?
}

pub(super) fn comply(subject: &Subject<'_>, exists: bool) -> bool {
    exists
        || (bucket_needs(subject).is_some_and(|(_, needs)| needs.foundation)
            && subject.enforces(ControlId::BucketExists))
}
