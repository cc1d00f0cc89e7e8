//! That a resource is where the holder acts.

use super::case::EntryNumber;
use super::entry::Entry;
use crate::catalogue;
use crate::judge::places::Home;
use crate::judge::scenario::Scenario;
use crate::judge::tables::across::is_across;
use crate::resource::Bound;
use crate::solve::{Compiler, Formula};

/// Accounts of resources that nobody's account stands in: none, and AWS itself.
const NOBODY: [&str; 2] = ["", "aws"];

/// Whether it matters where a resource is, of which nobody says it: the statements about the action tell places apart, and it is about
/// resources.
pub(super) fn matters(home: &Home, scenario: Scenario<'_>, relevant: &[(EntryNumber, &Entry<'_>)]) -> bool {
    let mut named = relevant.iter().map(|(_, entry)| entry.traits.places.as_ref());
    let tells = named.any(|named| named.is_beyond(home) || (scenario.region.is_some() && !named.regions().is_empty()));
    tells && catalogue::find(scenario.action).is_some_and(|id| id.resource_templates().next().is_some())
}

/// That a resource is of the home, and in the region, if one is given: as all that takes part in one request is.
pub(super) fn is_here(home: &Home, scenario: Scenario<'_>, compiler: &mut Compiler<'_>) -> Formula {
    // What a global service has is used from everywhere.
    let region = scenario.region.filter(|region| scenario.region_in(home) == Some(region));
    let regions = region.map_or_else(|| vec!["*"], |region| vec![region, ""]);
    let accounts = if is_across(scenario.action) {
        vec!["*"]
    } else {
        [home.account.as_str()].into_iter().chain(NOBODY).collect()
    };
    let places = regions.iter().flat_map(|region| accounts.iter().map(move |account| (region, account)));
    let patterns = places.map(|(region, account)| format!("arn:{}:*:{region}:{account}:*", home.partition));
    Formula::any(patterns.map(|pattern| compiler.resource_pattern(&pattern, false, Bound::Most)).collect::<Vec<_>>())
}
