use std::collections::BTreeMap;

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::{SERVICE, bucket_needs};
use crate::{Standard, Subject, on};

control! {
    BUCKET_TAGS = "S3.Tags", Low, Enforce, fsbp [], cis [],
    "The buckets of the pipeline carry their purpose as a tag",
    "Inventories and cost reports find them by it.",
}

/// The tags of a bucket.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = BTreeMap<String, String>;
    whole!();

    const ROW: Row = Row {
        id: "bucket-tags",
        name: "tags",
        service: &SERVICE,
        events: &["CreateBucket", "DeleteBucket", "PutBucketTagging", "DeleteBucketTagging"],
        controls: &[BUCKET_TAGS],
        ..Row::USUAL
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        _last_known: Option<&BTreeMap<String, String>>,
        observed: &BTreeMap<String, String>,
    ) -> Flaws<'a, BTreeMap<String, String>> {
        let Some(purpose) = purpose(subject) else { return Ok(Vec::new()) };
        let right = observed.get(PURPOSE).is_some_and(|seen| seen == purpose);
        let flaw = (!right).then(|| {
            Flaw::new(BUCKET_TAGS, format!("the tag `{PURPOSE}` is not `{purpose}`"), |tags: &mut BTreeMap<_, _>| {
                tags.insert(PURPOSE.to_owned(), purpose.to_owned());
            })
        });
        Ok(flaw.into_iter().collect())
    }

    fn is_asked_of(bucket: &on::Bucket, standard: &Standard) -> bool {
        standard.bucket_needs(&bucket.name).foundation
    }
}

impl Words for Unit {
    fn words(tags: &BTreeMap<String, String>) -> String {
        let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!("PutBucketTagging {}", tags.join(", "))
    }
}

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
