//! What is used is not cut unseen: where a repair is of what was there before, it is asked which requests that were seen it would end.

use std::collections::BTreeSet;

use parapet_core::Unreadable;
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
            Ok(None) => sight,
            Ok(Some(loses)) => match why_left(&loses) {
                Some(why) => sight.left_as_used(&why, Some(loses)),
                None => sight.ending(loses),
            },
            Err(why) => sight.left_as_used(&format!("what is used cannot be read: {why}"), None),
        });
    }
    asked
}

/// What the repair of a sight would end. None: it changes nobody's documents, or nothing is to be spared.
async fn ended<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    subject: &Subject<'_>,
    sight: &Sight,
) -> Result<Option<Loses>, Unreadable> {
    let Some((from, to)) = sight.change() else { return Ok(None) };
    let changed = Access::changed(subject.resource, place.home, from, to);
    if changed.is_empty() {
        return Ok(None);
    }
    let holders = holders(place, &changed).await;
    let each: Option<Vec<BTreeSet<IamEntity>>> = changed.iter().map(|access| access.of(&holders)).collect();
    let who = each.map(|each| each.into_iter().flatten().collect());
    let Some(history) = place.recorder.to_spare(who.as_ref()).await? else { return Ok(None) };
    let mut loses = Loses::default();
    for access in &changed {
        loses.add(access.loses(&history, &holders));
    }
    Ok(Some(loses))
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
    if loses.lost == 0 && loses.unknown == 0 {
        return None;
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
