use std::collections::BTreeMap;

use parapet_core::{ControlId, Subject};

use crate::flaw::{Flaw, Flaws};
use crate::guard::encryption::bucket_needs;

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

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    _last_known: Option<&BTreeMap<String, String>>,
    observed: &BTreeMap<String, String>,
) -> Flaws<'a, BTreeMap<String, String>> {
    let Some(purpose) = purpose(subject) else { return Ok(Vec::new()) };
    let right = observed.get(PURPOSE).is_some_and(|seen| seen == purpose);
    let flaw = (!right).then(|| {
        Flaw::new(
            ControlId::BucketTags,
            format!("the tag `{PURPOSE}` is not `{purpose}`"),
            |tags: &mut BTreeMap<_, _>| {
                tags.insert(PURPOSE.to_owned(), purpose.to_owned());
            },
        )
    });
    Ok(flaw.into_iter().collect())
}
