//! How records of AWS CloudTrail name what they are about.

use parapet_core::{Arn, Home, Resource, Trigger};

use super::{Named, elsewhere};

/// A trail: `name` or `trailName` in the request, by name or ARN; `resourceId` where it is tagged. The same calls set what event data
/// stores have.
///
/// AWS CloudTrail User Guide: a trail "can only be updated in the region in which it was created", so one of another region is left
/// to that region's guard. One of another account is its organization's, and looked at under its ARN.
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
        Some(arn) => match arn.resource.strip_prefix("trail/") {
            None => Named::NotOfThisKind,
            Some(name) => of_the_region(&arn, named, name, home, |name| Resource::Trail { name }),
        },
    }
}

/// A resource by its name, or where it is another account's by its ARN.
fn of_the_region(
    arn: &Arn<'_>,
    whole: &str,
    name: &str,
    home: &Home,
    resource: impl FnOnce(String) -> Resource,
) -> Named {
    let as_ours = Arn { account: &home.account, ..*arn };
    match elsewhere(&as_ours, home) {
        Some(why) => Named::Elsewhere(why),
        None if arn.account == home.account => Named::This(resource(name.to_owned())),
        None => Named::This(resource(whole.to_owned())),
    }
}

/// An event data store: by id or ARN in the request; by ARN in the answer of CreateEventDataStore. One of another account is its
/// organization's, and looked at under its ARN.
pub(super) fn event_data_store(trigger: &Trigger, home: &Home) -> Named {
    if trigger.parameter("trailName").is_some() {
        return Named::NotOfThisKind;
    }
    let named = trigger.parameter("eventDataStore").or_else(|| trigger.response_text("eventDataStoreArn"));
    let Some(named) = named else { return Named::Unknown };
    match Arn::parse(named) {
        None if named.starts_with("arn:") => Named::Unknown,
        None => Named::This(Resource::EventDataStore { id: named.to_owned() }),
        Some(arn) => {
            let id = arn.resource.trim_start_matches("eventdatastore/");
            of_the_region(&arn, named, id, home, |id| Resource::EventDataStore { id })
        }
    }
}

/// The account that was the delegated administrator. No call lists them, so one that cannot be told is looked at all the same: that
/// one was removed is what matters.
pub(super) fn delegated_admin(trigger: &Trigger) -> Named {
    let account = ["delegatedAdminAccountId", "memberAccountId"].iter().find_map(|name| trigger.parameter(name));
    Named::This(Resource::DelegatedAdmin { account: account.unwrap_or("unknown").to_owned() })
}
