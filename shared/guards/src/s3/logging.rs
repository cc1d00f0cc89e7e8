use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::{SERVICE, bucket_needs};
use crate::{Beside, Facet, Grantee, ObjectLock, Resource, Standard, State, Subject, Tied, on};

control! {
    BUCKET_LOGGING = "S3.AccessLogging", Medium, Enforce, fsbp ["S3.9"], cis [],
    "Access to the buckets of the pipeline is logged",
    "Who read what cannot be told afterwards.",
}

/// Server access logging of a bucket; none where it is off.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = Option<LogTarget>;
    whole!();

    const ROW: Row = Row {
        id: "bucket-logging",
        name: "access logging",
        service: &SERVICE,
        events: &["CreateBucket", "DeleteBucket", "PutBucketLogging"],
        controls: &[BUCKET_LOGGING],
        calls_beside: 2,
        ..Row::USUAL
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        _last_known: Option<&Option<LogTarget>>,
        observed: &Option<LogTarget>,
    ) -> Flaws<'a, Option<LogTarget>> {
        let Some(asked) = missing_target(subject, observed.as_ref()) else { return Ok(Vec::new()) };
        let seen = observed.as_ref().map_or_else(|| "off".to_owned(), |target| format!("on to `{}`", target.bucket));
        let detail = format!("access logging is {seen}; it has to go to `{}`", asked.bucket);
        let flaw = Flaw::new(BUCKET_LOGGING, detail, |target| *target = Some(asked));
        Ok(vec![flaw.completing(observed.is_none())])
    }

    /// Amazon S3 User Guide, "Object Lock considerations": "S3 buckets with Object Lock can't be used as destination buckets for server
    /// access logs."
    fn ties(
        _subject: &Subject<'_>,
        _observed: &Option<LogTarget>,
        desired: &Option<LogTarget>,
    ) -> Vec<(Resource, Facet)> {
        let target = |target: &LogTarget| Resource::Bucket(on::Bucket { name: target.bucket.clone() });
        desired.iter().map(|desired| (target(desired), Facet::BucketObjectLock)).collect()
    }

    fn tied(_subject: &Subject<'_>, desired: &Option<LogTarget>, beside: &[Beside]) -> Tied<Option<LogTarget>> {
        let is_locked = |(_, state): &Beside| matches!(state, Some(State::BucketObjectLock(lock)) if *lock != ObjectLock::default());
        match desired {
            Some(target) if beside.iter().any(is_locked) => Tied::Refused(format!(
                "S3 sends no access logs to a bucket with Object Lock, which `{}` has: it needs another bucket",
                target.bucket
            )),
            _ => Tied::Taken,
        }
    }

    fn is_asked_of(bucket: &on::Bucket, standard: &Standard) -> bool {
        standard.bucket_needs(&bucket.name).access_log_bucket.is_some()
    }
}

impl Words for Unit {
    fn words(target: &Option<LogTarget>) -> String {
        match target {
            Some(target) => format!("PutBucketLogging to {}", target.bucket),
            None => "PutBucketLogging off".to_owned(),
        }
    }
}

/// Where S3 server access logs go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogTarget {
    /// The bucket.
    pub bucket: String,
    /// What the names of the logs begin with.
    pub prefix: String,
    /// How the names of the logs go on; none: as S3 does it by default.
    #[serde(default)]
    pub key_format: Option<LogKeyFormat>,
    /// Who else may read the logs, by access control lists: as (grantee, permission).
    #[serde(default)]
    pub grants: Vec<(Grantee, String)>,
}

/// How the names of access logs go on after the prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LogKeyFormat {
    /// Time and a random text.
    Simple,
    /// Account, region, bucket and day first; by the time of the event or of delivery.
    Partitioned(Option<String>),
}

/// The target that is asked for, where one is and the observed one does not do: any prefix does.
fn missing_target(subject: &Subject<'_>, observed: Option<&LogTarget>) -> Option<LogTarget> {
    let (name, needs) = bucket_needs(subject)?;
    let bucket = needs.access_log_bucket?;
    let right = observed.is_some_and(|target| target.bucket == bucket);
    (!right).then(|| LogTarget {
        bucket: bucket.to_owned(),
        prefix: format!("{name}/"),
        key_format: None,
        grants: Vec::new(),
    })
}
