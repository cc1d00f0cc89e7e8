//! How records of AWS CloudTrail name what they are about.

use parapet_core::{Home, Resource, Trigger};

use super::{Arn, Named};

/// A trail: `name` or `trailName` in the request, by name or ARN; `resourceId` where it is tagged. The same calls set what event data
/// stores have.
///
/// AWS CloudTrail User Guide: a trail "can only be updated in the region in which it was created", so one of another region is left
/// to that region's guard.
pub(super) fn trail(trigger: &Trigger, home: &Home) -> Named {
    if trigger.parameter("eventDataStore").is_some() {
        return Named::NotOfThisKind;
    }
    let named = ["name", "trailName", "resourceId"].iter().find_map(|name| trigger.parameter(name));
    let listed = || trigger.arns.iter().map(String::as_str).find(|arn| arn.contains(":trail/"));
    let Some(named) = named.or_else(listed) else { return Named::Unknown };
    match Arn::parse(named) {
        None if named.starts_with("arn:") => Named::Unknown,
        None => Named::This(Resource::Trail { name: named.to_owned() }),
        Some(arn) => match (arn.rest.strip_prefix("trail/"), arn.elsewhere(home)) {
            (None, _) => Named::NotOfThisKind,
            (Some(_), Some(why)) => Named::Elsewhere(why),
            (Some(name), None) => Named::This(Resource::Trail { name: name.to_owned() }),
        },
    }
}

/// An event data store: by id or ARN in the request; by ARN in the answer of CreateEventDataStore.
pub(super) fn event_data_store(trigger: &Trigger, home: &Home) -> Named {
    if trigger.parameter("trailName").is_some() {
        return Named::NotOfThisKind;
    }
    let named = trigger.parameter("eventDataStore").or_else(|| trigger.response_text("eventDataStoreArn"));
    let Some(named) = named else { return Named::Unknown };
    let store = |id: &str| Named::This(Resource::EventDataStore { id: id.to_owned() });
    match Arn::parse(named) {
        None => store(named),
        Some(arn) => match arn.elsewhere(home) {
            Some(why) => Named::Elsewhere(why),
            None => store(arn.rest.trim_start_matches("eventdatastore/")),
        },
    }
}

/// The account that was the delegated administrator.
pub(super) fn delegated_admin(trigger: &Trigger) -> Named {
    let account = ["delegatedAdminAccountId", "memberAccountId"].iter().find_map(|name| trigger.parameter(name));
    Named::found(account.map(|account| Resource::DelegatedAdmin { account: account.to_owned() }))
}
