use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::object_filter::ObjectFilter;
use crate::s3::resources::{SERVICE, bucket_needs};
use crate::{Readable, Standard, Subject, on};

control! {
    BUCKET_LIFECYCLE = "S3.Lifecycle", High, Enforce, fsbp [], cis [],
    "No lifecycle rule deletes or archives data or logs before their time",
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
        let Some((_, needs)) = bucket_needs(subject) else { return Ok(Vec::new()) };
        let Some(days) = needs.kept_days else { return Ok(Vec::new()) };
        let mut flaws = Vec::new();
        for (index, rule) in observed.rules.iter().enumerate().filter(|(_, rule)| rule.enabled) {
            if rule.deletes_before(days) {
                let detail = format!("{}; here nothing may go before {days} days", rule.deletions());
                flaws.push(of_rule(index, detail, move |rule| rule.delay_to(days)));
            }
            if needs.readable == Readable::Always && rule.takes_memory() {
                let label = rule.label();
                let detail = format!(
                    "{label} lets what lies under `{MEMORY}` expire: what was there before would be new then. A rule for evidence names \
                     its prefix"
                );
                flaws.push(of_rule(index, detail, |rule| rule.leave_out(LifecycleRule::delete_nothing)));
            }
            if let Some(archived) = rule.archived(needs.readable) {
                let label = rule.label();
                let detail = format!("{label} moves objects to {archived}, from where nobody reads them at once");
                let readable = needs.readable;
                flaws.push(of_rule(index, detail, move |rule| rule.leave_out(|rule| rule.archive_nothing(readable))));
            }
        }
        Ok(flaws)
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

/// Where in the evidence bucket lies what is remembered. It has no age: what was accepted once is asked for as long as its resource is there.
const MEMORY: &str = "state/";

fn of_rule<'a>(index: usize, detail: String, mend: impl FnOnce(&mut LifecycleRule) + 'a) -> Flaw<'a, Lifecycle> {
    Flaw::new(BUCKET_LIFECYCLE, detail, move |lifecycle: &mut Lifecycle| {
        if let Some(rule) = lifecycle.rules.get_mut(index) {
            mend(rule);
        }
    })
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
        expires || self.noncurrent_expiration.is_some_and(|expiration| too_soon(expiration.days))
    }

    /// Whether something that is remembered goes by it, whenever: an object, an old version, or the mark that one was deleted. Tags and
    /// sizes are no matter: they can be given.
    fn takes_memory(&self) -> bool {
        let prefix = self.filter.as_ref().and_then(|filter| filter.prefix.as_deref()).or(self.prefix.as_deref());
        let prefix = prefix.unwrap_or_default();
        let deletes = self.expiration.is_some() || self.noncurrent_expiration.is_some();
        deletes && (MEMORY.starts_with(prefix) || prefix.starts_with(MEMORY))
    }

    fn delete_nothing(&mut self) {
        self.expiration = None;
        self.noncurrent_expiration = None;
    }

    /// To which archives it moves objects too soon, or old versions.
    fn archived(&self, readable: Readable) -> Option<String> {
        let classes =
            self.transitions.iter().filter(|moved| moved.is_too_soon(readable)).map(|moved| &moved.storage_class);
        let old = self.noncurrent_transitions.iter().filter(|moved| moved.is_too_soon(readable));
        let classes: Vec<String> = classes
            .chain(old.map(|moved| &moved.storage_class))
            .map(|class| format!("`{}`", class.as_deref().unwrap_or("a class that is not known")))
            .collect();
        (!classes.is_empty()).then(|| classes.join(", "))
    }

    fn archive_nothing(&mut self, readable: Readable) {
        self.transitions.retain(|moved| !moved.is_too_soon(readable));
        self.noncurrent_transitions.retain(|moved| !moved.is_too_soon(readable));
    }

    /// Without a part of it. Where nothing would be left, it is switched off: S3 takes no rule that does nothing.
    fn leave_out(&mut self, part: impl FnOnce(&mut Self)) {
        let mut without = self.clone();
        part(&mut without);
        let is_left = without.expiration.is_some()
            || without.noncurrent_expiration.is_some()
            || !without.transitions.is_empty()
            || !without.noncurrent_transitions.is_empty()
            || without.abort_uploads_days.is_some();
        if is_left {
            *self = without;
        } else {
            self.enabled = false;
        }
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

impl Transition {
    /// From its date on, one with a date moves what is written that very day.
    fn is_too_soon(&self, readable: Readable) -> bool {
        let after = self.days.filter(|_| self.date.is_none());
        is_archived_too_soon(self.storage_class.as_deref(), after, readable)
    }
}

impl NoncurrentTransition {
    fn is_too_soon(&self, readable: Readable) -> bool {
        is_archived_too_soon(self.storage_class.as_deref(), self.days, readable)
    }
}

/// Whether objects lie after so many days where nobody reads them at once, and should not yet.
///
/// Amazon S3 User Guide, "Working with archived objects": objects in S3 Glacier Flexible Retrieval, S3 Glacier Deep Archive and in the two archive
/// tiers of S3 Intelligent-Tiering "are archived and are not accessible in real time". In those tiers, which a bucket has to ask for, they lie after 90 days
/// without a read at the soonest. A class that is not known may be an archive.
fn is_archived_too_soon(class: Option<&str>, after_days: Option<u32>, readable: Readable) -> bool {
    const READ_AT_ONCE: [&str; 5] = ["STANDARD", "STANDARD_IA", "ONEZONE_IA", "GLACIER_IR", "REDUCED_REDUNDANCY"];
    let is_read_at_once = class.is_some_and(|class| READ_AT_ONCE.contains(&class));
    match readable {
        Readable::Any => false,
        Readable::Always => !is_read_at_once,
        Readable::Days(days) => {
            let is_tiered = class == Some("INTELLIGENT_TIERING");
            !is_read_at_once && !is_tiered && after_days.unwrap_or_default() < days
        }
    }
}
