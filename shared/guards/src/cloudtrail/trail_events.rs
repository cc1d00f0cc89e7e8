use crate::aspect::{Aspect, Row};
use crate::cloudtrail::event_configuration::{EVENT_CONFIGURATION, EventConfigurationAction, kept_as, way};
use crate::cloudtrail::resources::{SERVICE, is_foundation};
use crate::flaw::Flaws;
use crate::{EventConfiguration, Standard, Subject, on};

/// Which data events the trail also sums up; none where it does not exist.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Trail;
    type State = Option<EventConfiguration>;
    type Action = EventConfigurationAction;

    const ROW: Row = Row {
        id: "trail-events",
        name: "aggregated events",
        service: &SERVICE,
        events: &["PutEventConfiguration"],
        controls: &[EVENT_CONFIGURATION],
        ..Row::OF_LOGGING
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<EventConfiguration>>,
        observed: &Option<EventConfiguration>,
    ) -> Flaws<'a, Option<EventConfiguration>> {
        let Some(seen) = observed.as_ref().filter(|_| is_foundation(subject)) else { return Ok(Vec::new()) };
        let last = last_known.and_then(Option::as_ref);
        Ok(kept_as(subject, seen, of_the_trail(last, seen)))
    }

    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        way(from.as_ref(), to.as_ref())
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            EventConfigurationAction::PutEventConfiguration(new) => Some(new.clone()),
        }
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    /// What was there before and is missed when it is gone, the standard does not ask for.
    fn is_judged_by_memory(_subject: &Subject<'_>, _observed: &Self::State) -> bool {
        true
    }

    fn is_asked_of(trail: &on::Trail, standard: &Standard) -> bool {
        trail.name == standard.trail_name() && !trail.name.starts_with("arn:")
    }
}

/// AWS CloudTrail API Reference, PutEventConfiguration: size and context keys are for "the specified event data store", aggregations
/// "for the trail".
fn of_the_trail(last: Option<&EventConfiguration>, seen: &EventConfiguration) -> EventConfiguration {
    let before = last.iter().flat_map(|last| last.aggregations.iter().cloned());
    EventConfiguration { aggregations: seen.aggregations.iter().cloned().chain(before).collect(), ..seen.clone() }
}
