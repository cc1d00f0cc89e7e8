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

/// A way to mend it.
type Mend<'a> = Box<dyn FnOnce(&mut Option<Replication>) + 'a>;

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
        let before: Vec<ReplicationRule> = last_known
            .iter()
            .flat_map(|last| last.iter())
            .flat_map(|last| &last.rules)
            .filter(|rule| rule.enabled)
            .cloned()
            .collect();
        let rules = observed.iter().flat_map(|replication| &replication.rules);
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for rule in rules {
            if let Some(stranger) = rule.stranger(&subject) {
                let accounts = rule.destination.accounts().map(str::to_owned);
                if rule.as_before(&before, &subject).as_ref() == Some(rule) {
                    old.push((stranger, accounts));
                } else {
                    new.push((stranger, accounts));
                }
            }
        }
        let flaw = |strangers: Vec<(String, _)>, mend: Mend<'a>| {
            let (strangers, accounts): (Vec<String>, Vec<_>) = strangers.into_iter().unzip();
            let detail = format!("objects are replicated to {}", strangers.join(" and to "));
            let accounts: Vec<String> = accounts.into_iter().flatten().collect();
            Flaw::new(BUCKET_REPLICATION, detail, mend).unless_of_members(accounts.iter().map(String::as_str))
        };
        let mut flaws = Vec::new();
        if !new.is_empty() {
            let mend = move |replication: &mut Option<Replication>| {
                if let Some(replication) = replication {
                    let rules = std::mem::take(&mut replication.rules).into_iter();
                    let meant = |rule: ReplicationRule| match rule.stranger(&subject) {
                        Some(_) => rule.as_before(&before, &subject),
                        None => Some(rule),
                    };
                    replication.rules = rules.filter_map(meant).collect();
                }
                *replication = replication.take().filter(|replication| !replication.rules.is_empty());
            };
            flaws.push(flaw(new, Box::new(mend)));
        }
        if !old.is_empty() {
            flaws.push(flaw(old, Box::new(|_| ())).from_before());
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

impl Destination {
    /// Whose it is, and whose the key, as far as either says.
    fn accounts(&self) -> impl Iterator<Item = &str> {
        self.account.as_deref().into_iter().chain(self.key_account())
    }

    fn key_account(&self) -> Option<&str> {
        Arn::parse(self.key.as_deref()?).map(|arn| arn.account)
    }

    /// Whether copies come to nobody else than at a destination from before. How they are stored there does not matter; of what bootstrap made it
    /// has to be the same.
    fn is_as(&self, before: &Self, subject: &Subject<'_>) -> bool {
        if subject.is_foundation() {
            return self == before;
        }
        // What a rule says of the account, S3 checks: to say it is stricter.
        let is_theirs = self.account == before.account || before.account.is_none();
        let is_known = |account: &str| {
            subject.trusts_account(account)
                || [before.key_account(), before.account.as_deref()].contains(&Some(account))
        };
        self.bucket == before.bucket
            && self.is_own == before.is_own
            && is_theirs
            && self.key_account().is_none_or(is_known)
    }
}

impl fmt::Display for Replication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<&str> = self.rules.iter().map(|rule| rule.destination.bucket.as_str()).collect();
        write!(f, "to {}", places.join(", "))
    }
}

impl ReplicationRule {
    /// As much of it as rules from before copied to the same place; none: nothing.
    fn as_before(&self, before: &[Self], subject: &Subject<'_>) -> Option<Self> {
        let copied: Vec<Self> = before
            .iter()
            .filter(|before| self.destination.is_as(&before.destination, subject))
            .filter_map(|before| self.within(before))
            .collect();
        copied.iter().find(|rule| *rule == self).or_else(|| copied.first()).cloned()
    }

    /// The same for no more objects than another is about.
    fn within(&self, other: &Self) -> Option<Self> {
        let objects = self.objects();
        let filter = objects.within(&other.objects())?;
        let no_more = |own: Option<bool>, others: Option<bool>| own.map(|own| own && others == Some(true));
        let mut rule = Self {
            kms_objects: no_more(self.kms_objects, other.kms_objects),
            existing_objects: no_more(self.existing_objects, other.existing_objects),
            ..self.clone()
        };
        if filter != objects {
            // Old rules have no place for anything but a prefix.
            let is_plain = filter == ObjectFilter { prefix: filter.prefix.clone(), ..ObjectFilter::default() };
            if self.filter.is_some() {
                rule.filter = Some(filter);
            } else if is_plain {
                rule.prefix = filter.prefix;
            } else {
                return None;
            }
        }
        Some(rule)
    }

    /// Which objects it is about, however that is written.
    fn objects(&self) -> ObjectFilter {
        let by_prefix = || ObjectFilter { prefix: self.prefix.clone(), ..ObjectFilter::default() };
        self.filter.clone().unwrap_or_else(by_prefix)
    }

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
