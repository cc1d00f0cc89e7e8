use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use parapet_core::Arn;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::SERVICE;
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
        let before: BTreeSet<String> =
            last_known.into_iter().flat_map(Notifications::all).map(|notification| notification.arn.clone()).collect();
        let strangers = observed.all().filter(|notification| !notification.is_known(&subject));
        let (old, new): (Vec<_>, Vec<_>) = strangers.partition(|notification| before.contains(&notification.arn));
        let said = |strangers: &[&Notification]| {
            let arns: Vec<String> = strangers.iter().map(|notification| format!("`{}`", notification.arn)).collect();
            format!("changes to objects are told to {}", arns.join(", "))
        };
        let was_before = (!old.is_empty())
            .then(|| Flaw::new(BUCKET_NOTIFICATION, said(&old), |_: &mut Notifications| ()).from_before());
        let flaw = (!new.is_empty()).then(|| {
            Flaw::new(BUCKET_NOTIFICATION, said(&new), move |notifications: &mut Notifications| {
                for told in [&mut notifications.topics, &mut notifications.queues, &mut notifications.functions] {
                    told.retain(|notification| notification.is_known(&subject) || before.contains(&notification.arn));
                }
            })
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
    /// Whether it is one of the account or of a trusted one. The account is in the ARN.
    fn is_known(&self, subject: &Subject<'_>) -> bool {
        Arn::parse(&self.arn)
            .is_some_and(|arn| arn.partition == subject.home.partition && subject.trusts_account(arn.account))
    }
}

impl fmt::Display for Notifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told: Vec<&str> = self.all().map(|notification| notification.arn.as_str()).collect();
        told.extend(self.event_bridge.then_some("EventBridge"));
        if told.is_empty() { f.write_str("to nobody") } else { write!(f, "to {}", told.join(", ")) }
    }
}
