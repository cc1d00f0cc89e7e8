use parapet_core::{Facet, Home, Ignored, Resource, Route, Standard, Trigger};

/// Everything a trail has, in the order in which a deleted one comes back: it logs before it is told what to select, so that
/// nothing is missed meanwhile.
const WHOLE_TRAIL: &[Facet] =
    &[Facet::TrailConfiguration, Facet::TrailLogging, Facet::TrailSelectors, Facet::TrailInsights];

/// The events that lead here.
pub(super) const EVENTS: &[(&str, &str)] = &[
    (CLOUDTRAIL, "StopLogging"),
    (CLOUDTRAIL, "DeleteTrail"),
    (CLOUDTRAIL, "UpdateTrail"),
    (CLOUDTRAIL, "PutEventSelectors"),
    (CLOUDTRAIL, "PutInsightSelectors"),
];

const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

fn facets_of(event_name: &str) -> Option<&'static [Facet]> {
    Some(match event_name {
        "DeleteTrail" => WHOLE_TRAIL,
        "StopLogging" => &[Facet::TrailLogging],
        "UpdateTrail" => &[Facet::TrailConfiguration],
        "PutEventSelectors" => &[Facet::TrailSelectors],
        "PutInsightSelectors" => &[Facet::TrailInsights],
        _ => return None,
    })
}

pub(super) fn route(trigger: &Trigger, standard: &Standard, home: &Home) -> Route {
    let facets = match trigger.event_source.as_str() {
        CLOUDTRAIL => facets_of(&trigger.event_name),
        _ => None,
    };
    let Some(facets) = facets else {
        return Route::Ignore(Ignored::UnknownEvent(trigger.event_name.clone()));
    };
    // Insights of CloudTrail Lake are set by the same call.
    if trigger.parameter("eventDataStore").is_some() {
        return Route::Ignore(Ignored::OutOfScope("an event data store".to_owned()));
    }
    // The selectors' calls name the trail `trailName`, the others `name`.
    let Some(named) = trigger.parameter("name").or_else(|| trigger.parameter("trailName")) else {
        return Route::Unnamed("the record does not name the trail".to_owned());
    };
    match trail_name(named, home) {
        Err(why) => Route::Ignore(why),
        Ok(name) if !standard.covers_trail(name) => Route::Ignore(Ignored::OutOfScope(format!("trail `{name}`"))),
        Ok(name) => Route::Look(vec![(Resource::Trail { name: name.to_owned() }, facets.to_vec())]),
    }
}

/// A trail's name, from its name or its ARN. AWS CloudTrail User Guide: a trail "can only be updated in the region in which it
/// was created", so one of another region is left to that region's guard.
fn trail_name<'a>(named: &'a str, home: &Home) -> Result<&'a str, Ignored> {
    if !named.starts_with("arn:") {
        return Ok(named);
    }
    let mut parts = named.splitn(6, ':').skip(1);
    let mut next = || parts.next().unwrap_or_default();
    let (partition, _service, region, account, resource) = (next(), next(), next(), next(), next());
    if partition != home.partition {
        return Err(Ignored::OtherPartition(partition.to_owned()));
    }
    if account != home.account {
        return Err(Ignored::OtherAccount(account.to_owned()));
    }
    if region != home.region {
        return Err(Ignored::OtherRegion(region.to_owned()));
    }
    Ok(resource.strip_prefix("trail/").unwrap_or(resource))
}
