//! Policies of which the record of an event alone tells.

use parapet_core::Trigger;
use parapet_guards::{Facet, GuardName, Route, State, Target, route};
use parapet_testkit::fixtures::{home, standard};
use serde_json::Value;

use crate::Account;

/// What a call leaves behind: what is there, and nothing that anybody could read. False: it is about something else.
pub(crate) fn happens(record: &Value, account: &Account) -> bool {
    let (source, event) = (record["eventSource"].as_str().unwrap(), record["eventName"].as_str().unwrap());
    let is_recorded = |facet: &Facet| facet.row().is_told_by_record;
    let Some(facet) = Facet::led_to_by(source, event).find(is_recorded) else { return false };
    let trigger = Trigger::from_record(record, &home(), |_, _| true).unwrap();
    let Route::Look(looks) = route(GuardName::PolicyGuard, &trigger, &standard(""), &home()) else { return true };
    for look in looks {
        if let Target::One(resource) = look.target {
            account.world.set(&resource, facet, unread(facet));
        }
    }
    true
}

fn unread(facet: Facet) -> State {
    match facet {
        Facet::RecordedAccess => State::RecordedAccess(None),
        Facet::RecordedDirectory => State::RecordedDirectory(None),
        Facet::RecordedTables => State::RecordedTables(None),
        _ => State::RecordedVectors(None),
    }
}
