//! AWS CloudTrail: the facets of a trail, and of event data stores. What is not there is a state here: it may have to come back.

mod configuration;
mod delegated_admin;
mod event_configuration;
pub(crate) mod event_data_store;
mod insights;
pub(crate) mod lake_policy;
mod selectors;
mod status;
mod tags;
mod trail_events;

use parapet_core::WorldError;
#[cfg(feature = "organizations")]
use parapet_core::{ErrorKind, Home};
#[cfg(feature = "organizations")]
use parapet_guards::Resource;
use parapet_guards::{Mark, Page, on};

use crate::AwsWorld;
#[cfg(feature = "organizations")]
use crate::failure::broken;
use crate::failure::failed;

/// CloudTrail's answer for a trail that is not there.
const NO_TRAIL: &str = "TrailNotFoundException";

/// Its answer for an event data store that is not there.
const NO_STORE: &str = "EventDataStoreNotFoundException";

/// Every trail whose home is this region, and the standard's, whether it is there or not. AWS CloudTrail API Reference, DescribeTrails:
/// without shadow trails, those of other regions and an organization's in its members are not returned. CloudTrail hands out all trails at once.
pub(crate) async fn listed(world: &AwsWorld<'_>, _: Option<&Mark>) -> Result<Page, WorldError> {
    let describe = world.connection.cloudtrail().describe_trails().include_shadow_trails(false);
    let answer = describe.send().await.map_err(|error| failed("list", &"every trail", error))?;
    let mut names = vec![world.trail.to_owned()];
    for trail in answer.trail_list.unwrap_or_default() {
        let here = trail.home_region.is_none_or(|region| region == world.home.region);
        names.extend(trail.name.filter(|name| here && name != world.trail));
    }
    Ok(Page::whole(names.into_iter().map(|name| on::Trail { name }.into())))
}

/// Every trail that records this account here and is at home in another region or account. AWS CloudTrail API Reference, DescribeTrails: "A
/// shadow trail is the replication in a Region of a trail that was created in a different Region, or in the case of an organization trail,
/// the replication of an organization trail in member accounts".
#[cfg(feature = "organizations")]
pub(crate) async fn of_elsewhere(world: &AwsWorld<'_>) -> Result<Vec<Resource>, WorldError> {
    const STEP: &str = "list";
    const SUBJECT: &str = "every trail of elsewhere";
    let describe = world.connection.cloudtrail().describe_trails().include_shadow_trails(true);
    let answer = describe.send().await.map_err(|error| failed(STEP, &SUBJECT, error))?;
    let mut trails = Vec::new();
    for trail in answer.trail_list.unwrap_or_default() {
        let arn = trail.trail_arn.unwrap_or_default();
        let unreadable = || broken(STEP, &SUBJECT, ErrorKind::Unreadable, format!("a trail has the ARN `{arn}`"));
        if Home::from_arn(&arn).ok_or_else(unreadable)? != *world.home {
            trails.push(on::Trail { name: arn }.into());
        }
    }
    Ok(trails)
}
