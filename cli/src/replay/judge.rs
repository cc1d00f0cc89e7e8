//! From a record to what it leads to: at a glance where that will do, because most records of a log lead nowhere.

use std::fmt;
use std::rc::Rc;

use parapet_core::{Ignored, Trigger};
use parapet_guards::{Facet, StandardError};
use parapet_records::Record;
use thiserror::Error;

use super::homes::{Homes, Place};
use parapet_guards::{Decision, decide, is_known_event};

/// What came of a record.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Nothing is looked at.
    Ignored(Why),
    /// Something is.
    Reconcile(Decision),
}

/// Why nothing is looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The record says so itself.
    Glance(Ignored),
    /// It tells of no call to the management of something: an event of this category.
    Category(&'static str),
    /// No guard knows the event.
    NoGuard(String),
    /// The guard that knows the event says so.
    Guard(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Glance(why) => why.fmt(f),
            Self::Category(category) => write!(f, "the event is of the category {category}, no management event"),
            Self::NoGuard(event) => write!(f, "event {event} does not concern any guard"),
            Self::Guard(why) => f.write_str(why),
        }
    }
}

/// Why nothing can be said of a record.
#[derive(Debug, Error)]
pub(super) enum Undecided {
    /// `serde_json::Value` cannot hold it.
    #[error("broken JSON: {}", without_place(.0))]
    Json(#[from] serde_json::Error),
    /// The standard's names do not fit the record's account and region.
    #[error(transparent)]
    Standard(#[from] StandardError),
}

/// Says what records lead to.
#[derive(Debug)]
pub(super) struct Judge {
    homes: Homes,
    /// The account whose records count, where not all do.
    account: Option<String>,
    /// The region whose records count, of services whose resources lie in one, where not all do.
    region: Option<String>,
}

impl Judge {
    pub(super) fn new(homes: Homes, account: Option<String>, region: Option<String>) -> Self {
        Self { homes, account, region }
    }

    /// Says what records lead to in one account and region.
    pub(super) fn of(place: Rc<Place>) -> Self {
        let (account, region) = (place.home.account.clone(), place.home.region.clone());
        Self { homes: Homes::only(place), account: Some(account), region: Some(region) }
    }

    /// Says what a record leads to. It is at home where it was made: the log may be an organization's.
    pub(super) fn judge(&mut self, record: &Record<'_>) -> Result<Verdict, Undecided> {
        if let Some(why) = at_a_glance(record, self.account.as_deref()) {
            return Ok(Verdict::Ignored(why));
        }
        if let Some(why) = self.other_region(record) {
            return Ok(Verdict::Ignored(Why::Glance(why)));
        }
        let account = self.account.as_deref().or_else(|| record.account());
        let region = self.region.as_deref().or_else(|| record.region());
        let place = self.homes.of(account, region)?;
        let decision = decide(record.members(Trigger::MEMBERS)?, &place.standard, &place.home);
        Ok(if decision.looks.is_empty() {
            Verdict::Ignored(Why::Guard(decision.why))
        } else {
            Verdict::Reconcile(decision)
        })
    }
}

impl Judge {
    /// A bucket is one wherever its call was made, and IAM is everywhere; a key and a trail are their region's.
    fn other_region(&self, record: &Record<'_>) -> Option<Ignored> {
        let region = record.region().filter(|region| self.region.as_deref().is_some_and(|only| only != *region))?;
        let is_regional = is_of_its_region(record.event_source()?, record.event_name()?);
        is_regional.then(|| Ignored::OtherRegion(region.to_owned()))
    }
}

/// Whether an event is about what lies in its region alone. Of one service some are, and others are about the whole account.
fn is_of_its_region(source: &str, name: &str) -> bool {
    let of_source = || Facet::ALL.iter().map(|facet| facet.row()).filter(|row| row.service.source == source);
    let led_to = || of_source().filter(|row| row.events.contains(&name));
    match led_to().next() {
        Some(_) => led_to().all(|row| row.service.is_regional),
        None => of_source().next().is_some() && of_source().all(|row| row.service.is_regional),
    }
}

/// Why a record leads nowhere, where that can be seen without parsing all of it: the same checks in the same order as
/// [`Trigger::from_record`](parapet_core::Trigger::from_record) makes them. Its partition is always its home's.
fn at_a_glance(record: &Record<'_>, account: Option<&str>) -> Option<Why> {
    if let Some(category) = no_management(record) {
        return Some(Why::Category(category));
    }
    let (Some(source), Some(name)) = (record.event_source(), record.event_name()) else {
        return Some(Why::Glance(Ignored::NotARecord("it has no `eventName` or no `eventSource`".to_owned())));
    };
    if let Some(code) = record.error_code() {
        return Some(Why::Glance(Ignored::FailedCall(code.to_owned())));
    }
    let is_known = is_known_event(source, name);
    if !is_known && record.is_read_only() {
        return Some(Why::Glance(Ignored::ReadOnly));
    }
    let of = record.account();
    if let Some(other) = of.filter(|of| account.is_some_and(|account| account != *of)) {
        return Some(Why::Glance(Ignored::OtherAccount(other.to_owned())));
    }
    (!is_known).then(|| Why::NoGuard(name.to_owned()))
}

/// The category of an event that reaches no guard: EventBridge has no rule for it. CloudTrail User Guide, "CloudTrail record contents",
/// `eventCategory`: of network activity events `NetworkActivity`, of Insights events `Insight`; their types tell them, too.
fn no_management(record: &Record<'_>) -> Option<&'static str> {
    let is = |category: &str, kind: &str| record.category() == Some(category) || record.event_type() == Some(kind);
    [("NetworkActivity", "AwsVpceEvent"), ("Insight", "AwsCloudTrailInsight")]
        .into_iter()
        .find_map(|(category, kind)| is(category, kind).then_some(category))
}

/// The message without its line and column, which are those of the record's text.
fn without_place(error: &serde_json::Error) -> String {
    error.to_string().split(" at line ").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use parapet_core::Home;
    use parapet_records::{Item, Reader};
    use serde_json::{Value, json};

    use super::*;

    const RECORDS: &str = include_str!("../../../tests/scenarios/data/records.jsonl");

    fn each_of(text: &str, mut then: impl FnMut(&Record<'_>)) {
        let _ = Reader::new(text.as_bytes()).unwrap().for_each(&mut |item| {
            let Item::Record(record) = item else { panic!("{item:?}") };
            then(record);
            ControlFlow::Continue(())
        });
    }

    #[test]
    fn what_lies_in_a_region_is_told_from_what_is_everywhere() {
        for (source, name, expected) in [
            ("kms.amazonaws.com", "DisableKey", true),
            ("cloudtrail.amazonaws.com", "StopLogging", true),
            ("s3.amazonaws.com", "PutBucketPolicy", false),
            ("s3.amazonaws.com", "DeleteAccountPublicAccessBlock", false),
            ("s3.amazonaws.com", "PutMultiRegionAccessPointPolicy", true),
            ("s3tables.amazonaws.com", "PutTablePolicy", true),
            ("iam.amazonaws.com", "PutRolePolicy", false),
            ("ec2.amazonaws.com", "RunInstances", false),
        ] {
            assert_eq!(is_of_its_region(source, name), expected, "{source} {name}");
        }
    }

    /// A record with every combination of what is looked at, in types that it should have and others.
    fn odd_ones(record: &Value) -> Vec<Value> {
        let mut all = vec![record.clone()];
        for (name, values) in [
            ("errorCode", json!([null, "", "AccessDenied", 7, {}])),
            ("readOnly", json!([true, "true", null])),
            ("eventName", json!(["", 7, "DescribeKey"])),
            ("recipientAccountId", json!([null, "", "999999999999", 7])),
            ("userIdentity", json!([null, "x", {"accountId": "888888888888"}])),
            ("awsRegion", json!(["cn-north-1", "", null])),
        ] {
            let before = all.clone();
            for value in values.as_array().unwrap() {
                all.extend(before.iter().cloned().map(|mut odd| {
                    odd[name] = value.clone();
                    odd
                }));
            }
        }
        all
    }

    #[test]
    fn a_glance_says_what_the_guards_would() {
        let home = |record: &Value, account: &str| {
            let region = record["awsRegion"].as_str().unwrap_or_default();
            Home { partition: Home::partition_of(region).into(), account: account.into(), region: region.into() }
        };
        // Some of them came in EventBridge's envelope.
        let bare = |line: &str| -> Value {
            let mut read: Value = serde_json::from_str(line).unwrap();
            read.get_mut("detail").map(Value::take).unwrap_or(read)
        };
        let records = RECORDS.lines().map(bare).chain(odd_ones(&bare(RECORDS.lines().next().unwrap())));
        let mut count = 0;
        for record in records {
            each_of(&record.to_string(), |read| {
                let account = "111122223333";
                let expected =
                    Trigger::from_record(&record, &home(&record, account), is_known_event).map_err(Why::Glance).err();
                let seen = at_a_glance(read, Some(account)).filter(|why| !matches!(why, Why::NoGuard(_)));
                assert_eq!(seen, expected, "{record}");
                count += 1;
            });
        }
        assert!(count > 1_000, "{count}");
    }

    #[test]
    fn an_event_of_another_category_is_ignored_by_its_name() {
        let call = json!({"eventName": "PutBucketPolicy", "eventSource": "s3.amazonaws.com", "eventVersion": "1.11"});
        for (name, value, expected) in [
            ("eventCategory", "NetworkActivity", Some("NetworkActivity")),
            ("eventType", "AwsVpceEvent", Some("NetworkActivity")),
            ("eventCategory", "Insight", Some("Insight")),
            ("eventType", "AwsCloudTrailInsight", Some("Insight")),
            ("eventCategory", "Management", None),
            ("eventCategory", "Data", None),
            ("eventType", "AwsServiceEvent", None),
        ] {
            let mut record = call.clone();
            record[name] = json!(value);
            each_of(&record.to_string(), |read| assert_eq!(no_management(read), expected, "{name} {value}"));
        }
    }

    #[test]
    fn the_members_that_are_read_are_enough() {
        let mut count = 0;
        let mut homes = Homes::new(None).unwrap();
        each_of(RECORDS, |read| {
            let mut whole: Value = serde_json::from_str(read.raw()).unwrap();
            let whole = whole.get_mut("detail").map(Value::take).unwrap_or(whole);
            let place = homes.of(read.account(), read.region()).unwrap();
            let of = |record: Value| format!("{:?}", decide(record, &place.standard, &place.home));
            assert_eq!(of(read.members(Trigger::MEMBERS).unwrap()), of(whole));
            count += 1;
        });
        assert!(count > 400, "{count}");
    }

    #[test]
    fn a_glance_sees_the_actor_that_the_guards_would() {
        each_of(RECORDS, |read| {
            let record = read.members(Trigger::MEMBERS).unwrap();
            let region = read.region().unwrap_or_default();
            let home = Home {
                partition: Home::partition_of(region).into(),
                account: read.account().unwrap_or_default().into(),
                region: region.into(),
            };
            if let Ok(trigger) = Trigger::from_record(&record, &home, is_known_event) {
                assert_eq!(read.actor().unwrap_or_default(), trigger.actor.arn);
                assert_eq!(read.actor_kind().unwrap_or("Unknown"), trigger.actor.kind);
            }
        });
    }
}
