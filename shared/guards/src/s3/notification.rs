use std::collections::BTreeMap;
use std::fmt;

use parapet_core::{Arn, matches};
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::object_filter::longer;
use crate::s3::resources::SERVICE;
use crate::standard::can_be_told;
use crate::{Subject, on};

control! {
    BUCKET_NOTIFICATION = "S3.Notification", Medium, Enforce, fsbp [], cis [],
    "Changes to objects are told to known accounts alone",
    "Names, sizes and times of all objects tell an intruder what to take and when.",
}

/// Who is told of changes to objects.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = Notifications;
    whole!();

    const ROW: Row = Row {
        id: "bucket-notification",
        name: "notifications",
        service: &SERVICE,
        events: &["PutBucketNotification"],
        controls: &[BUCKET_NOTIFICATION],
        ..Row::USUAL
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Notifications>,
        observed: &Notifications,
    ) -> Flaws<'a, Notifications> {
        let subject = *subject;
        let before: Vec<Notification> = last_known.into_iter().flat_map(Notifications::all).cloned().collect();
        let strangers = observed.all().filter(|notification| !notification.is_known(&subject));
        let (old, new): (Vec<_>, Vec<_>) =
            strangers.partition(|notification| notification.as_before(&before).as_ref() == Some(*notification));
        let said = |strangers: &[&Notification]| {
            let arns = || strangers.iter().map(|notification| notification.arn.as_str());
            let told: Vec<String> = arns().map(|arn| format!("`{arn}`")).collect();
            let meant: Vec<String> = arns().filter(|arn| can_be_told(arn)).map(|arn| format!("'{arn}'")).collect();
            let line = match meant.is_empty() {
                true => String::new(),
                false => {
                    format!("; if that is meant, add to `buckets` of the standard: notify_to: [{}]", meant.join(", "))
                }
            };
            format!("changes to objects are told to {}{line}", told.join(", "))
        };
        let accounts = |strangers: &[&Notification]| -> Vec<String> {
            strangers.iter().map(|notification| Arn::account_in(&notification.arn).to_owned()).collect()
        };
        let was_before = (!old.is_empty()).then(|| {
            Flaw::new(BUCKET_NOTIFICATION, said(&old), |_: &mut Notifications| ())
                .unless_of_members(accounts(&old).iter().map(String::as_str))
                .from_before()
        });
        let flaw = (!new.is_empty()).then(|| {
            Flaw::new(BUCKET_NOTIFICATION, said(&new), move |notifications: &mut Notifications| {
                for told in [&mut notifications.topics, &mut notifications.queues, &mut notifications.functions] {
                    let meant = |notification: Notification| match notification.is_known(&subject) {
                        true => Some(notification),
                        false => notification.as_before(&before),
                    };
                    *told = std::mem::take(told).into_iter().filter_map(meant).collect();
                }
            })
            .unless_of_members(accounts(&new).iter().map(String::as_str))
        });
        Ok(flaw.into_iter().chain(was_before).collect())
    }
}

impl Words for Unit {
    fn words(notifications: &Notifications) -> String {
        format!("PutBucketNotificationConfiguration {notifications}")
    }
}

/// Who is told of changes to the objects of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notifications {
    /// Topics.
    pub topics: Vec<Notification>,
    /// Queues.
    pub queues: Vec<Notification>,
    /// Functions.
    pub functions: Vec<Notification>,
    /// Whether the account's own event bus is told of everything.
    pub event_bridge: bool,
}

/// One that is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notification {
    /// Its name.
    pub id: Option<String>,
    /// The ARN of the topic, queue or function.
    pub arn: String,
    /// Of which events.
    pub events: Vec<String>,
    /// What the names of the objects begin and end with; none: no filter.
    pub filter: Option<BTreeMap<String, String>>,
}

impl Notifications {
    fn all(&self) -> impl Iterator<Item = &Notification> {
        self.topics.iter().chain(&self.queues).chain(&self.functions)
    }
}

impl Notification {
    /// As much of it as the same one was told before; none: nothing.
    fn as_before(&self, before: &[Self]) -> Option<Self> {
        let before: Vec<&Self> = before.iter().filter(|before| before.arn == self.arn).collect();
        let was_told = |event: &String| {
            let tells =
                |before: &&Self| covers(&before.events, event) && self.filter_within(before) == Some(self.conditions());
            before.iter().any(tells)
        };
        if !before.is_empty() && self.events.iter().all(was_told) {
            return Some(self.clone());
        }
        before.into_iter().find_map(|before| self.within(before))
    }

    /// The same for no more events and objects than another is told of.
    fn within(&self, other: &Self) -> Option<Self> {
        let conditions = self.filter_within(other)?;
        let filter = if conditions == self.conditions() { self.filter.clone() } else { Some(conditions) };
        let own = self.events.iter().filter(|event| covers(&other.events, event));
        let others = other.events.iter().filter(|event| covers(&self.events, event) && !self.events.contains(event));
        let events: Vec<String> = own.chain(others).cloned().collect();
        (!events.is_empty()).then(|| Self { events, filter, ..self.clone() })
    }

    fn conditions(&self) -> BTreeMap<String, String> {
        self.filter.clone().unwrap_or_default()
    }

    /// Which objects are among those of both; none: there are none.
    fn filter_within(&self, other: &Self) -> Option<BTreeMap<String, String>> {
        let mut both = self.conditions();
        for (name, others) in other.conditions().into_iter().filter(|(_, value)| !value.is_empty()) {
            let narrower = match both.get(&name) {
                None => others,
                Some(own) if name == "prefix" => longer(own, &others, |long, short| long.starts_with(short))?,
                Some(own) if name == "suffix" => longer(own, &others, |long, short| long.ends_with(short))?,
                Some(own) => (*own == others).then_some(others)?,
            };
            both.insert(name, narrower);
        }
        Some(both)
    }

    /// Whether it is one of the account or of a trusted one, or one that the standard names. The account is in the ARN.
    fn is_known(&self, subject: &Subject<'_>) -> bool {
        let is_of_ours = |arn: Arn<'_>| arn.partition == subject.home.partition && subject.trusts_account(arn.account);
        Arn::parse(&self.arn).is_some_and(is_of_ours) || subject.standard.buckets.may_notify(&self.arn)
    }
}

/// Whether an event is among some. Amazon S3 User Guide, "Supported event types": `s3:ObjectCreated:*` is every one of that kind.
fn covers(events: &[String], event: &str) -> bool {
    events.iter().any(|pattern| matches(pattern, event))
}

impl fmt::Display for Notifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told: Vec<&str> = self.all().map(|notification| notification.arn.as_str()).collect();
        told.extend(self.event_bridge.then_some("EventBridge"));
        if told.is_empty() { f.write_str("to nobody") } else { write!(f, "to {}", told.join(", ")) }
    }
}
