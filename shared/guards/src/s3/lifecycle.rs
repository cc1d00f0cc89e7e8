use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::object_filter::ObjectFilter;
use crate::s3::resources::{SERVICE, bucket_needs};
use crate::{Standard, Subject, on};

control! {
    BUCKET_LIFECYCLE = "S3.Lifecycle", High, Enforce, fsbp [], cis [],
    "No lifecycle rule deletes data or logs before their time",
    "A rule of one day deletes every log, or every version to go back to, without a call that deletes anything.",
}

/// The lifecycle rules of a bucket.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = Lifecycle;
    whole!();

    const ROW: Row = Row {
        id: "bucket-lifecycle",
        name: "lifecycle rules",
        service: &SERVICE,
        events: &["PutBucketLifecycle", "DeleteBucketLifecycle"],
        controls: &[BUCKET_LIFECYCLE],
        ..Row::USUAL
    };

    fn flaws<'a>(subject: &Subject<'a>, _last_known: Option<&Lifecycle>, observed: &Lifecycle) -> Flaws<'a, Lifecycle> {
        let Some(days) = bucket_needs(subject).and_then(|(_, needs)| needs.kept_days) else { return Ok(Vec::new()) };
        let flaw = |(index, rule): (usize, &LifecycleRule)| {
            let detail = format!("{}; here nothing may go before {days} days", rule.deletions());
            Flaw::new(BUCKET_LIFECYCLE, detail, move |lifecycle: &mut Lifecycle| {
                if let Some(rule) = lifecycle.rules.get_mut(index) {
                    rule.delay_to(days);
                }
            })
        };
        Ok(observed.rules.iter().enumerate().filter(|(_, rule)| rule.deletes_before(days)).map(flaw).collect())
    }

    fn is_asked_of(bucket: &on::Bucket, standard: &Standard) -> bool {
        standard.bucket_needs(&bucket.name).kept_days.is_some()
    }
}

impl Words for Unit {
    fn words(lifecycle: &Lifecycle) -> String {
        if lifecycle.rules.is_empty() {
            "DeleteBucketLifecycle".to_owned()
        } else {
            format!("PutBucketLifecycleConfiguration with {lifecycle}")
        }
    }
}

/// The lifecycle rules of a bucket; none: nothing is ever deleted or moved by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lifecycle {
    /// The rules.
    pub rules: Vec<LifecycleRule>,
    /// Which objects are too small to be moved to another storage class.
    pub minimum_transition_size: Option<String>,
}

/// One rule, in all of its parts: most rules are about cost, and stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LifecycleRule {
    /// Its name.
    pub id: Option<String>,
    /// Whether it is in force.
    pub enabled: bool,
    /// What the names of its objects begin with, as old rules write it.
    pub prefix: Option<String>,
    /// Its objects, as new rules write it.
    pub filter: Option<ObjectFilter>,
    /// When current versions are deleted.
    pub expiration: Option<Expiration>,
    /// When versions are deleted that are not current any more.
    pub noncurrent_expiration: Option<NoncurrentExpiration>,
    /// When current versions change their storage class.
    pub transitions: Vec<Transition>,
    /// When versions that are not current any more do.
    pub noncurrent_transitions: Vec<NoncurrentTransition>,
    /// After how many days the parts of uploads that never ended are deleted.
    pub abort_uploads_days: Option<u32>,
}

/// When current versions are deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Expiration {
    /// Days after they were written.
    pub days: Option<u32>,
    /// On this day, and from then on at once; RFC 3339.
    pub date: Option<String>,
    /// Whether delete markers go that hide nothing.
    pub delete_markers: Option<bool>,
}

/// When versions are deleted that are not current any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoncurrentExpiration {
    /// Days after they ceased to be.
    pub days: Option<u32>,
    /// How many of them stay all the same.
    pub newest_kept: Option<u32>,
}

/// When current versions change their storage class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transition {
    /// Days after they were written.
    pub days: Option<u32>,
    /// On this day; RFC 3339.
    pub date: Option<String>,
    /// To which.
    pub storage_class: Option<String>,
}

/// When versions that are not current any more change their storage class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoncurrentTransition {
    /// Days after they ceased to be.
    pub days: Option<u32>,
    /// How many of them stay all the same.
    pub newest_kept: Option<u32>,
    /// To which.
    pub storage_class: Option<String>,
}

impl fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deletions = self.rules.iter().map(LifecycleRule::deletions).filter(|deletes| !deletes.is_empty());
        let deletions: Vec<String> = deletions.collect();
        write!(f, "{} rule(s)", self.rules.len())?;
        if deletions.is_empty() { Ok(()) } else { write!(f, ": {}", deletions.join("; ")) }
    }
}

impl LifecycleRule {
    fn label(&self) -> String {
        self.id.as_ref().map_or_else(|| "a rule without a name".to_owned(), |id| format!("rule `{id}`"))
    }

    /// What it deletes and when, in words; empty where it deletes nothing.
    fn deletions(&self) -> String {
        let mut said = Vec::new();
        if let Some(days) = self.expiration.as_ref().and_then(|expiration| expiration.days) {
            said.push(format!("objects after {days} days"));
        }
        if let Some(date) = self.expiration.as_ref().and_then(|expiration| expiration.date.as_ref()) {
            said.push(format!("objects on {date}"));
        }
        if let Some(days) = self.noncurrent_expiration.and_then(|expiration| expiration.days) {
            said.push(format!("old versions after {days} days"));
        }
        let state = if self.enabled { "" } else { " (disabled)" };
        if said.is_empty() { String::new() } else { format!("{} deletes {}{state}", self.label(), said.join(", ")) }
    }

    /// Whether it deletes something that is younger than `days`, or may.
    ///
    /// A delete marker hides the object and a version expires for good; in a bucket whose versioning was ever suspended the first is the
    /// second. Amazon S3 User Guide, "Lifecycle configuration elements": "permanently delete noncurrent versions of objects. These
    /// deleted objects cannot be recovered". Marks of nothing and parts of uploads are no data.
    fn deletes_before(&self, days: u32) -> bool {
        let too_soon = |after: Option<u32>| after.is_some_and(|after| after < days);
        let expires = self
            .expiration
            .as_ref()
            .is_some_and(|expiration| too_soon(expiration.days) || (days > 0 && expiration.date.is_some()));
        self.enabled && (expires || self.noncurrent_expiration.is_some_and(|expiration| too_soon(expiration.days)))
    }

    /// Lets it delete nothing younger than `days`. From its date on, a rule with a date deletes what is written that very day: no date
    /// is late enough, so such a rule is switched off.
    fn delay_to(&mut self, days: u32) {
        let later = |after: &mut Option<u32>| *after = after.map(|after| after.max(days));
        if let Some(expiration) = &mut self.expiration {
            later(&mut expiration.days);
            if expiration.date.is_some() {
                self.enabled = false;
            }
        }
        if let Some(expiration) = &mut self.noncurrent_expiration {
            later(&mut expiration.days);
        }
    }
}
