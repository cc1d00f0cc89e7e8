//! Real records, published by other projects, and what each guard makes of them in the account they come from.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use parapet_core::{Facet, Guard, Home, Ignored, Route, Trigger};
use parapet_guards::{EncryptionGuard, LoggingGuard, PolicyGuard};
use parapet_testkit::fixtures::{home, standard};
use serde_json::Value;

const RECORDS: &str = include_str!("../data/records.jsonl");

/// The account that a record is about. Names in some samples are masked; those are read as if they were ours.
fn home_of(record: &Value) -> Home {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let account = text(&record["recipientAccountId"]).or_else(|| text(&record["userIdentity"]["accountId"]));
    let region = text(&record["awsRegion"]).unwrap_or_else(|| home().region);
    Home {
        partition: Home::partition_of(&region).to_owned(),
        account: account.unwrap_or_else(|| home().account),
        region,
    }
}

/// In one line; `None` where the event is not of this guard's kind.
fn decision<G: Guard>(record: &Value) -> Option<String> {
    let home = home_of(record);
    match Trigger::from_record(record, &home)
        .map_or_else(Route::Ignore, |trigger| G::route(&trigger, &standard(""), &home))
    {
        Route::Ignore(Ignored::UnknownEvent(_)) => None,
        Route::Ignore(why) => Some(format!("ignored: {why}")),
        Route::Unnamed(why) => Some(format!("unnamed: {why}")),
        Route::Look(looks) => {
            let look = |(resource, facets): &(parapet_core::Resource, Vec<Facet>)| {
                format!("{resource}: {}", facets.iter().map(Facet::to_string).collect::<Vec<_>>().join(", "))
            };
            Some(format!("{}: {}", G::NAME, looks.iter().map(look).collect::<Vec<_>>().join("; ")))
        }
    }
}

#[test]
fn decisions() {
    let line = |(number, record): (usize, Value)| {
        let mut decisions: Vec<String> =
            [decision::<EncryptionGuard>(&record), decision::<PolicyGuard>(&record), decision::<LoggingGuard>(&record)]
                .into_iter()
                .flatten()
                .collect();
        decisions.dedup();
        let name = record["eventName"].as_str().unwrap_or("?").to_owned();
        format!(
            "{:>2} {name}: {}",
            number + 1,
            if decisions.is_empty() { "nobody's".to_owned() } else { decisions.join(" | ") }
        )
    };
    let records = RECORDS.lines().map(|line| serde_json::from_str(line).unwrap());
    insta::assert_snapshot!(records.enumerate().map(line).collect::<Vec<_>>().join("\n"));
}
