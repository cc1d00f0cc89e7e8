//! What is used is not cut unseen: where a repair is of what was there before, it is asked which requests that were seen it would end.

use std::collections::BTreeSet;

use parapet_guards::used::{Access, Holders, Loses};
use parapet_guards::{Facet, IamEntity, Recorder, Resource, State, Subject, World, on};

use crate::Place;
use crate::look::Sight;

/// The sights with what the repair of each would end of what is used, where that is to be spared. What would end something, or may, is left: told, and
/// not mended.
pub(crate) async fn spared<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    subject: &Subject<'_>,
    sights: Vec<Sight>,
) -> Vec<Sight> {
    if !place.recorder.spares() {
        return sights;
    }
    let mut asked = Vec::with_capacity(sights.len());
    for sight in sights {
        asked.push(match ended(place, subject, &sight).await {
            Ends::Nothing => sight,
            Ends::Unknown(why) => sight.left_as_used(&why, None),
            Ends::Some(loses) => match why_left(&loses) {
                Some(why) => sight.left_as_used(&why, Some(*loses)),
                None => sight.ending(*loses),
            },
        });
    }
    asked
}

/// What a repair ends.
enum Ends {
    /// It changes nobody's documents.
    Nothing,
    /// That cannot be told, and why.
    Unknown(String),
    /// Of what was seen.
    Some(Box<Loses>),
}

/// What the repair of a sight would end.
async fn ended<W: World, R: Recorder>(place: &Place<'_, W, R>, subject: &Subject<'_>, sight: &Sight) -> Ends {
    let Some((from, to)) = sight.change() else { return Ends::Nothing };
    let changed = Access::changed(subject.resource, place.home, from, to);
    if changed.is_empty() {
        return Ends::Nothing;
    }
    let outsiders: BTreeSet<String> = changed.iter().flat_map(|access| access.outsiders(place.home)).collect();
    if !outsiders.is_empty() {
        let outsiders: Vec<String> = outsiders.into_iter().collect();
        return Ends::Unknown(format!(
            "whether somebody uses it is not known: requests of {} are not counted",
            outsiders.join(", ")
        ));
    }
    let holders = holders(place, &changed).await;
    let each: Option<Vec<BTreeSet<IamEntity>>> = changed.iter().map(|access| access.of(&holders)).collect();
    let who = each.map(|each| each.into_iter().flatten().collect());
    let history = match place.recorder.to_spare(who.as_ref()).await {
        Ok(Some(history)) => history,
        Ok(None) => return Ends::Nothing,
        Err(why) => return Ends::Unknown(format!("what is used is not known: {why}")),
    };
    let mut loses = Loses::default();
    for access in &changed {
        loses.add(access.loses(&history, &holders));
    }
    Ends::Some(Box::new(loses))
}

/// All that those hold whose documents change, and who is in a group: what one document ends another may allow. What cannot be read is not known.
async fn holders<W: World, R: Recorder>(place: &Place<'_, W, R>, changed: &[Access]) -> Holders {
    let mut holders = Holders::default();
    let held: BTreeSet<&IamEntity> = changed.iter().filter_map(Access::holder).collect();
    for entity in held {
        let principal = Resource::Principal(on::Principal { entity: entity.clone() });
        let seen = place.world.observe(&principal, Facet::PrincipalPolicies).await;
        if let Ok(Some(observed)) = seen
            && let State::PrincipalPolicies(policies) = observed.state
        {
            holders.add(entity.clone(), policies);
        }
    }
    holders
}

/// Why a repair is left. None: nothing that was seen to be used ends.
fn why_left(loses: &Loses) -> Option<String> {
    let groups: Vec<&str> = loses.untold_holders.iter().map(String::as_str).collect();
    if !groups.is_empty() {
        return Some(format!(
            "whether its repair would end something that is used is not known: it is not known who is in {}",
            groups.join(", ")
        ));
    }
    if loses.of_others > 0 {
        return Some("whether its repair would end something that is used is not known: more principals were seen than are told apart".to_owned());
    }
    if loses.lost == 0 && loses.unknown == 0 {
        let services = loses.not_logged.join(", ");
        return (!services.is_empty()).then(|| {
            format!("whether its repair would end something that is used is not known: requests of {services} are logged only where a trail is told to, or never")
        });
    }
    let named = loses.examples.iter().map(|example| {
        let on = example.resource.as_ref().map(|resource| format!(" on {resource}")).unwrap_or_default();
        format!("{}{on} by {}, {} times", example.action, example.principal, example.count)
    });
    let named: Vec<String> = named.collect();
    let named = if named.is_empty() { String::new() } else { format!(" ({})", named.join("; ")) };
    let unknown = match loses.unknown {
        0 => String::new(),
        unknown => format!(", and of {unknown} it is not known"),
    };
    let nothing: Vec<&str> = loses.nothing_left.iter().map(String::as_str).collect();
    let nothing = match nothing.is_empty() {
        true => String::new(),
        false => format!("; nothing that was seen to be used would be left to {}", nothing.join(", ")),
    };
    Some(format!(
        "its repair would end {} of {} requests that were seen{named}{unknown}{nothing}",
        loses.lost, loses.seen
    ))
}
