//! The resources of AWS CloudTrail, and how its records name them.

use crate::Arns;
use std::fmt;

use parapet_core::{Arn, Home, Trigger};
use serde::{Deserialize, Serialize};

use crate::resource::{Guarded, Named, elsewhere, own_first};
use crate::{Facet, Resource, Service, Standard, Subject, UsedTrail};

/// AWS CloudTrail.
pub(crate) const SERVICE: Service = Service { source: "cloudtrail.amazonaws.com", is_regional: true };

/// A CloudTrail trail of this region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Trail {
    /// Its name; of another account's, such as an organization's, its ARN.
    pub name: String,
}

/// An event data store of CloudTrail Lake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct EventDataStore {
    /// Its id, the last part of its ARN; of another account's, its ARN.
    pub id: String,
}

/// What of CloudTrail Lake can have a policy of its own: an event data store, a channel or a dashboard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct LakeResource {
    /// What its ARN ends with: `eventdatastore/` and its id, `channel/` and its id, or `dashboard/` and its name.
    pub path: String,
}

impl LakeResource {
    /// Whether it takes events in from elsewhere.
    #[must_use]
    pub fn is_channel(&self) -> bool {
        self.path.starts_with("channel/")
    }

    /// Whether it is called by a name that another one can have after it.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.path.starts_with("dashboard/")
    }

    /// Whether its ARN is of one of the forms that AWS CloudTrail API Reference, GetResourcePolicy, lists.
    #[must_use]
    pub fn has_documented_arn(&self) -> bool {
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        self.path.split_once('/').is_some_and(|(kind, name)| {
            matches!(kind, "eventdatastore" | "channel" | "dashboard") && !name.is_empty() && name.bytes().all(is_usual)
        })
    }
}

/// The account that may administer CloudTrail for the organization.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct DelegatedAdmin {
    /// Its account id.
    pub account: String,
}

/// Whether the subject is the trail that has to record: bootstrap's, or the one that the standard uses in its place.
pub(crate) fn is_foundation(subject: &Subject<'_>) -> bool {
    subject.on::<Trail>().is_some_and(|trail| trail.name == subject.standard.trail_name())
}

/// Whether the subject is a trail that bootstrap makes.
pub(crate) fn is_made(subject: &Subject<'_>) -> bool {
    subject.on::<Trail>().is_some_and(|trail| subject.standard.makes_trail(&trail.name))
}

/// Whether the subject is the trail that the standard uses in the place of bootstrap's, and what it says of it.
pub(crate) fn used<'a>(subject: &Subject<'a>) -> Option<&'a UsedTrail> {
    subject.standard.trail.used.as_ref().filter(|_| is_foundation(subject))
}

/// Whether the subject is at home elsewhere, as an organization's trail is for its members, and a trail of another region. It is only ever
/// looked at. AWS CloudTrail User Guide, "Creating a trail for an organization": "member accounts cannot remove or modify the organization
/// trail"; and a trail "can only be updated in the region in which it was created".
pub(crate) fn is_elsewhere(subject: &Subject<'_>) -> bool {
    let trail = || subject.on::<Trail>().map(|trail| &trail.name);
    let name = subject.on::<EventDataStore>().map(|store| &store.id).or_else(trail);
    name.and_then(|name| Home::from_arn(name)).is_some_and(|home| home != *subject.home)
}

/// The name or id in an ARN, or the text itself.
fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

impl Guarded for Trail {
    fn arn(&self, home: &Home) -> String {
        if self.name.starts_with("arn:") { self.name.clone() } else { home.trail_arn(&self.name) }
    }

    /// A trail: `name` or `trailName` in the request, by name or ARN; `resourceId` where it is tagged. The same calls set what event
    /// data stores have.
    ///
    /// AWS CloudTrail User Guide: a trail "can only be updated in the region in which it was created", so one of another region is left
    /// to that region's guard. One of another account is its organization's, and looked at under its ARN.
    fn named(trigger: &Trigger, _standard: &Standard, home: &Home) -> Named {
        if trigger.parameter("eventDataStore").is_some() {
            return Named::NotOfThisKind;
        }
        let named = ["name", "trailName", "resourceId"].iter().find_map(|name| trigger.parameter(name));
        let listed = || own_first(trigger.arns().filter(|arn| arn.contains(":trail/")), home);
        let Some(named) = named.or_else(listed) else { return Named::Unknown };
        match Arn::parse(named) {
            None if named.starts_with("arn:") => Named::Unknown,
            None => Named::this(Self { name: named.to_owned() }),
            Some(arn) => match arn.resource.strip_prefix("trail/") {
                None => Named::NotOfThisKind,
                Some(name) => of_the_region(&arn, named, name, home, |name| Self { name }),
            },
        }
    }

    fn left_alone(&self, standard: &Standard, _facet: Facet) -> Option<String> {
        let is_guarded = self.name == standard.trail_name() || standard.scope.trails.contains(last_part(&self.name));
        (!is_guarded).then(|| self.to_string())
    }

    fn is_foundation(&self, standard: &Standard, _home: &Home) -> bool {
        self.name == standard.trail_name()
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "trail `{}`", self.name)
    }
}

impl Guarded for EventDataStore {
    fn arn(&self, home: &Home) -> String {
        let id = &self.id;
        if id.starts_with("arn:") {
            id.clone()
        } else {
            home.regional_arn("cloudtrail", &format!("eventdatastore/{id}"))
        }
    }

    /// An event data store: by id or ARN in the request; by ARN in the answer of CreateEventDataStore. One of another account is its
    /// organization's, and looked at under its ARN.
    fn named(trigger: &Trigger, _standard: &Standard, home: &Home) -> Named {
        if trigger.parameter("trailName").is_some() {
            return Named::NotOfThisKind;
        }
        let named = trigger.parameter("eventDataStore").or_else(|| trigger.response_text("eventDataStoreArn"));
        let Some(named) = named else { return Named::Unknown };
        match Arn::parse(named) {
            None if named.starts_with("arn:") => Named::Unknown,
            None => Named::this(Self { id: named.to_owned() }),
            Some(arn) => {
                let id = arn.resource.trim_start_matches("eventdatastore/");
                of_the_region(&arn, named, id, home, |id| Self { id })
            }
        }
    }

    fn left_alone(&self, standard: &Standard, _facet: Facet) -> Option<String> {
        (!standard.scope.event_data_stores.contains(last_part(&self.id))).then(|| self.to_string())
    }
}

impl fmt::Display for EventDataStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event data store `{}`", self.id)
    }
}

impl Guarded for LakeResource {
    fn arn(&self, home: &Home) -> String {
        home.regional_arn("cloudtrail", &self.path)
    }

    /// By ARN in the request, as the call takes nothing else; a dashboard that is deleted by name or ARN. One of another account, such as its
    /// organization's, is that one's to look after.
    fn named(trigger: &Trigger, _standard: &Standard, home: &Home) -> Named {
        let asked = ["resourceArn", "dashboardId"].iter().find_map(|name| trigger.parameter(name));
        let named = asked.or_else(|| trigger.response_text("resourceArn"));
        let Some(named) = named.or_else(|| own_first(trigger.arns(), home)) else { return Named::Unknown };
        match Arn::parse(named) {
            None if named.starts_with("arn:") => Named::Unknown,
            None => Named::this(Self { path: format!("dashboard/{named}") }),
            Some(arn) => match elsewhere(&arn, home) {
                Some(why) => Named::Elsewhere(why),
                None => Named::this(Self { path: arn.resource.to_owned() }),
            },
        }
    }

    /// The scope is of what event data stores are set to. A policy lets strangers in whatever it belongs to, so it is guarded unless the store is
    /// excluded by its id.
    fn left_alone(&self, standard: &Standard, _facet: Facet) -> Option<String> {
        let id = self.path.strip_prefix("eventdatastore/")?;
        standard.scope.event_data_stores.excludes(id).then(|| self.to_string())
    }
}

impl fmt::Display for LakeResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.split_once('/') {
            Some(("eventdatastore", id)) => write!(f, "event data store `{id}`"),
            Some(("channel", id)) => write!(f, "channel `{id}`"),
            Some(("dashboard", name)) => write!(f, "dashboard `{name}`"),
            _ => write!(f, "resource `{}` of CloudTrail", self.path),
        }
    }
}

impl Guarded for DelegatedAdmin {
    fn arn(&self, home: &Home) -> String {
        format!("arn:{}:iam::{}:root", home.partition, self.account)
    }

    /// The account that was the delegated administrator. No call lists them, so one that cannot be told is looked at all the same: that
    /// one was removed is what matters.
    fn named(trigger: &Trigger, _standard: &Standard, _home: &Home) -> Named {
        let account = ["delegatedAdminAccountId", "memberAccountId"].iter().find_map(|name| trigger.parameter(name));
        Named::this(Self { account: account.unwrap_or("unknown").to_owned() })
    }
}

impl fmt::Display for DelegatedAdmin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "delegated administrator `{}`", self.account)
    }
}

/// A resource by its name, or where it is another account's by its ARN.
fn of_the_region<R: Into<Resource>>(
    arn: &Arn<'_>,
    whole: &str,
    name: &str,
    home: &Home,
    resource: impl FnOnce(String) -> R,
) -> Named {
    let as_ours = Arn { account: &home.account, ..*arn };
    match elsewhere(&as_ours, home) {
        Some(why) => Named::Elsewhere(why),
        None if arn.account == home.account => Named::this(resource(name.to_owned())),
        None => Named::this(resource(whole.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_of_the_documented_forms() {
        for (path, expected) in [
            ("eventdatastore/EXAMPLE-f852-4e8f-8bd1-bcf6cEXAMPLE", true),
            ("channel/01234567890", true),
            ("dashboard/exampleDash", true),
            ("dashboard/", false),
            ("channel/aws-service-channel/ssm/x", false),
            ("trail/x", false),
            ("dashboard/a b", false),
            ("dashboard", false),
        ] {
            assert_eq!(LakeResource { path: path.to_owned() }.has_documented_arn(), expected, "{path}");
        }
    }
}
