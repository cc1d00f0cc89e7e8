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
use parapet_guards::{Mark, Page, on};

use crate::AwsWorld;
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
