use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::{SERVICE, bucket_needs};
use crate::{Beside, Facet, Resource, Retention, Standard, State, Subject, Tied, Versioning, on};

control! {
    BUCKET_OBJECT_LOCK = "S3.ObjectLock", High, Enforce, fsbp [], cis [],
    "Logs and evidence are locked for their retention, and for no lifetime",
    "An intruder deletes the traces first.",
}

/// The default retention of Object Lock.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = ObjectLock;
    whole!();

    const ROW: Row = Row {
        id: "bucket-object-lock",
        name: "object lock",
        service: &SERVICE,
        // What versioning was in the way of, can be done once that is on.
        events: &["CreateBucket", "DeleteBucket", "PutBucketObjectLockConfiguration", "PutBucketVersioning"],
        controls: &[BUCKET_OBJECT_LOCK],
        calls_beside: 1,
        ..Row::USUAL
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        _last_known: Option<&ObjectLock>,
        observed: &ObjectLock,
    ) -> Flaws<'a, ObjectLock> {
        let Some(needed) = bucket_needs(subject).and_then(|(_, needs)| needs.retention) else { return Ok(Vec::new()) };
        if observed.is_beyond(needed) {
            let detail = format!(
                "new objects are held for {observed}, and nobody can end that under COMPLIANCE; {:?} {} days is asked for",
                needed.mode, needed.days
            );
            return Ok(vec![Flaw::new(BUCKET_OBJECT_LOCK, detail, move |lock: &mut ObjectLock| {
                *lock = ObjectLock { retention: Some(needed), event_hold_days: None };
            })]);
        }
        let Some(asked) = missing_retention(needed, observed.retention) else { return Ok(Vec::new()) };
        let detail =
            format!("the default retention is {observed}; at least {:?} {} days is asked for", asked.mode, asked.days);
        Ok(vec![Flaw::new(BUCKET_OBJECT_LOCK, detail, move |lock: &mut ObjectLock| lock.retention = Some(asked))])
    }

    /// S3 sets no lock where versioning is not on: it answers InvalidBucketState. Where there is one, versioning is: Amazon S3 User Guide,
    /// "Object Lock considerations": "After you enable Object Lock on a bucket, you can't disable Object Lock or suspend versioning for
    /// that bucket."
    fn ties(subject: &Subject<'_>, observed: &ObjectLock, _desired: &ObjectLock) -> Vec<(Resource, Facet)> {
        let is_first = *observed == ObjectLock::default();
        is_first.then(|| (subject.resource.clone(), Facet::BucketVersioning)).into_iter().collect()
    }

    fn tied(_subject: &Subject<'_>, _desired: &ObjectLock, beside: &[Beside]) -> Tied<ObjectLock> {
        let off = beside.iter().find_map(|(_, state)| match state {
            Some(State::BucketVersioning(versioning)) if *versioning != Versioning::Enabled => Some(*versioning),
            _ => None,
        });
        off.map_or(Tied::Taken, |versioning| {
            Tied::Refused(format!("Object Lock needs versioning, which is {versioning}: turn that on"))
        })
    }

    fn is_asked_of(bucket: &on::Bucket, standard: &Standard) -> bool {
        standard.bucket_needs(&bucket.name).retention.is_some()
    }
}

impl Words for Unit {
    fn words(lock: &ObjectLock) -> String {
        match lock.retention {
            Some(Retention { mode, days }) => format!("PutObjectLockConfiguration {mode:?} {days} days"),
            None => "PutObjectLockConfiguration without a retention".to_owned(),
        }
    }
}

/// What Object Lock does by default with new objects. Objects that are there keep what they have: Amazon S3 API Reference,
/// PutObjectLockConfiguration: it "will be applied by default to every new object".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ObjectLock {
    /// For how long they cannot be deleted.
    pub retention: Option<Retention>,
    /// For how many days after an event they are held, where that is set beside the retention.
    pub event_hold_days: Option<u32>,
}

impl ObjectLock {
    /// How long is long enough, whatever laws there are. What is held longer is held to cost, and under `COMPLIANCE` nobody takes it back:
    /// Amazon S3 User Guide, "Locking objects with Object Lock": "a protected object version can't be overwritten or deleted by any user,
    /// including the root user in your AWS account".
    const LONG_DAYS: u32 = 3_650;

    /// Whether new objects are held longer than any standard asks, and longer than this one does.
    fn is_beyond(self, needed: Retention) -> bool {
        let longest = needed.days.max(Self::LONG_DAYS);
        let held = self.retention.map(|retention| retention.days).into_iter().chain(self.event_hold_days);
        held.max().is_some_and(|days| days > longest)
    }
}

impl fmt::Display for ObjectLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.retention {
            Some(Retention { mode, days }) => write!(f, "{mode:?} {days} days")?,
            None => f.write_str("not set")?,
        }
        self.event_hold_days.map_or(Ok(()), |days| write!(f, ", and {days} days after an event"))
    }
}

/// The retention that is asked for, where the observed one is weaker. A longer or stricter one stays.
fn missing_retention(asked: Retention, observed: Option<Retention>) -> Option<Retention> {
    let nearest =
        observed.map_or(asked, |seen| Retention { mode: seen.mode.max(asked.mode), days: seen.days.max(asked.days) });
    (observed != Some(nearest)).then_some(nearest)
}
