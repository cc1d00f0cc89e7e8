use crate::Arns;
use std::fmt;

use parapet_core::Arn;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::object_filter::ObjectFilter;
use crate::s3::resources::{SERVICE, bucket_needs};
use crate::{Subject, on};

control! {
    BUCKET_REPLICATION = "S3.Replication", High, Enforce, fsbp [], cis [],
    "Objects are replicated to allowed accounts alone",
    "A replication rule copies every new object to somebody else, for good and without a read that could be seen.",
}

/// The replication of a bucket; none where there is none.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = Option<Replication>;
    whole!();

    const ROW: Row = Row {
        id: "bucket-replication",
        name: "replication",
        service: &SERVICE,
        events: &["DeleteBucket", "PutBucketReplication", "DeleteBucketReplication"],
        controls: &[BUCKET_REPLICATION],
        is_remembered: true,
        // Whose a destination is, the list of buckets says.
        calls_a_look: Some(2),
        ..Row::USUAL
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Replication>>,
        observed: &Option<Replication>,
    ) -> Flaws<'a, Option<Replication>> {
        let subject = *subject;
        let before: Vec<Destination> = last_known
            .iter()
            .flat_map(|last| last.iter())
            .flat_map(|last| &last.rules)
            .map(|rule| rule.destination.clone())
            .collect();
        let rules = observed.iter().flat_map(|replication| &replication.rules);
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for rule in rules {
            if let Some(stranger) = rule.stranger(&subject) {
                if before.contains(&rule.destination) { old.push(stranger) } else { new.push(stranger) }
            }
        }
        let said = |strangers: &[String]| format!("objects are replicated to {}", strangers.join(" and to "));
        let mut flaws = Vec::new();
        if !new.is_empty() {
            flaws.push(Flaw::new(BUCKET_REPLICATION, said(&new), move |replication: &mut Option<Replication>| {
                if let Some(replication) = replication {
                    let is_meant = |rule: &ReplicationRule| {
                        rule.stranger(&subject).is_none() || before.contains(&rule.destination)
                    };
                    replication.rules.retain(is_meant);
                }
                *replication = replication.take().filter(|replication| !replication.rules.is_empty());
            }));
        }
        if !old.is_empty() {
            flaws.push(Flaw::new(BUCKET_REPLICATION, said(&old), |_: &mut Option<Replication>| ()).from_before());
        }
        let is_protected = bucket_needs(&subject).is_some_and(|(_, needs)| needs.foundation);
        if let (None, Some(Some(before)), true) = (observed, last_known, is_protected) {
            let detail = format!("the bucket was replicated {before}, and is not any more");
            flaws.push(Flaw::without_remedy(BUCKET_REPLICATION, detail));
        }
        Ok(flaws)
    }

    /// That there was replication, nothing else says: a bucket without any may have lost it.
    fn is_judged_by_memory(_subject: &Subject<'_>, observed: &Self::State) -> bool {
        observed.is_none()
    }
}

impl Words for Unit {
    fn words(replication: &Option<Replication>) -> String {
        match replication {
            Some(replication) => format!("PutBucketReplication {replication}"),
            None => "DeleteBucketReplication".to_owned(),
        }
    }
}

/// The replication rules of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replication {
    /// The role that S3 copies as.
    pub role: String,
    /// The rules.
    pub rules: Vec<ReplicationRule>,
}

/// One rule, in all of its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplicationRule {
    /// Its name.
    pub id: Option<String>,
    /// Which rule comes first where several apply.
    pub priority: Option<i32>,
    /// Whether it is in force.
    pub enabled: bool,
    /// What the names of its objects begin with, as old rules write it.
    pub prefix: Option<String>,
    /// Its objects, as new rules write it.
    pub filter: Option<ObjectFilter>,
    /// Whether objects encrypted with KMS keys are copied.
    pub kms_objects: Option<bool>,
    /// Whether changes to the copies are copied back.
    pub replica_modifications: Option<bool>,
    /// Whether objects are copied that were there before.
    pub existing_objects: Option<bool>,
    /// Whether delete markers are copied.
    pub delete_markers: Option<bool>,
    /// Where to.
    pub destination: Destination,
}

/// Where objects are copied to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Destination {
    /// The bucket's ARN.
    pub bucket: String,
    /// Whether that bucket is one of this account. Its ARN does not say, and the rule need not.
    pub is_own: bool,
    /// Whose it is, as the rule says.
    pub account: Option<String>,
    /// Whether the copies are given to that account.
    pub gives_ownership: bool,
    /// The storage class of the copies.
    pub storage_class: Option<String>,
    /// The KMS key of the copies.
    pub key: Option<String>,
    /// Within what time they have to be there.
    pub time: Option<Timed>,
    /// When it is told that they are late.
    pub metrics: Option<Timed>,
}

/// Something that is on or off, within so many minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Timed {
    /// Whether it is on.
    pub enabled: bool,
    /// The minutes.
    pub minutes: Option<i32>,
}

impl fmt::Display for Replication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<&str> = self.rules.iter().map(|rule| rule.destination.bucket.as_str()).collect();
        write!(f, "to {}", places.join(", "))
    }
}

impl ReplicationRule {
    /// What makes the rule one that copies to somebody else; none: it does not.
    ///
    /// Amazon S3 API Reference, Destination: `Account` is only asked for "if you direct Amazon S3 to change replica ownership". So a rule
    /// without it can lead anywhere.
    fn stranger(&self, subject: &Subject<'_>) -> Option<String> {
        let Destination { bucket, is_own, account, key, .. } = &self.destination;
        let is_named = |name: &String| *bucket == subject.home.bucket_arn(name);
        let named = subject.standard.buckets.replicate_to.iter().any(is_named);
        let trusted = |account: &str| subject.trusts_account(account);
        let is_allowed = named || (*is_own && account.as_deref().is_none_or(trusted)) || {
            account.as_deref().is_some_and(|account| account != subject.home.account && trusted(account))
        };
        if !self.enabled {
            None
        } else if !is_allowed {
            let whose = account
                .as_ref()
                .map_or_else(|| "that is not this account's".to_owned(), |id| format!("of account {id}"));
            Some(format!("`{bucket}` {whose}"))
        } else {
            let key =
                key.as_deref().filter(|key| !named && Arn::parse(key).is_some_and(|arn| !trusted(arn.account)))?;
            Some(format!("`{bucket}`, under the key `{key}` of another account"))
        }
    }
}
