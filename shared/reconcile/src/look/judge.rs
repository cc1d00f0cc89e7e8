//! One state, judged beside what is remembered of it and what else has to be known.

use parapet_core::{Identity, Unreadable};
use parapet_guards::{Facet, Finding, Observed, Recorder, State, Subject, Tied, Undetermined, World};

use super::sight::{Judged, Memory};
use crate::Place;
use crate::recall::{Recalled, unreadable};

/// Judges a state, and asks for what is remembered of it only where something is wrong with it, or where it has to stay as it was.
pub(super) async fn judge<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    facet: Facet,
    Observed { state, identity }: Observed,
) -> Judged {
    let assessment = state.assess(subject, None);
    let is_wrong = assessment.as_ref().map_or(true, |findings| findings.iter().any(Finding::is_enforced));
    let alone = Judged {
        state,
        identity,
        is_listed: false,
        last_known: None,
        assessment,
        memory: Memory::Known,
        desired: None,
        tied: Tied::Taken,
        unread: None,
        loses: None,
    };
    if !facet.row().is_remembered {
        if !is_wrong {
            return alone;
        }
        return match beside_baseline(place, recalled, subject, alone).await {
            Ok(judged) => judged,
            Err(alone) => dated(place, recalled, subject, alone).await,
        };
    }
    if !(is_wrong || alone.state.is_judged_by_memory(subject)) {
        return alone;
    }
    match recalled.last_known(place, subject, facet, &alone.identity).await {
        Ok(None) => {
            let judged = match recalled.supposed(&alone.state) {
                Some(before) => beside_memory(place, recalled, subject, alone, Some(before), Memory::Supposed).await,
                None => beside_memory(place, recalled, subject, alone, None, Memory::Known).await,
            };
            dated(place, recalled, subject, judged).await
        }
        Ok(Some(last)) => beside_memory(place, recalled, subject, alone, Some(last), Memory::Known).await,
        // Of what bootstrap makes the standard says how it is. Before there is a store, nothing was kept in it.
        Err(why) if why.has_no_store && subject.is_foundation() => alone,
        Err(why) => without_memory(subject, alone, why),
    }
}

/// A facet of which nothing is remembered beside what it was when Parapet came. Somebody may live on that, and whoever says that it was changed just
/// now may have made that up: what did not change is told, and of what did, only that is mended. An error: it is not in the baseline.
async fn beside_baseline<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    alone: Judged,
) -> Result<Judged, Judged> {
    if subject.is_foundation() {
        return Err(alone);
    }
    match recalled.last_known(place, subject, alone.state.facet(), &alone.identity).await {
        Ok(Some(before)) if before == alone.state => Ok(alone.told_as_old()),
        Ok(Some(before)) => {
            let assessment = alone.state.assess(subject, Some(&before));
            Ok(Judged { assessment, last_known: Some(before), ..alone })
        }
        Ok(None) | Err(_) => Err(alone),
    }
}

/// What is mended of a state of which nothing is remembered, where it is known to be new. Else nothing is that may be from before.
async fn dated<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    judged: Judged,
) -> Judged {
    if !judged.is_violated() {
        return judged;
    }
    match recalled.is_new(place, subject, &judged.state, &judged.identity).await {
        Ok(true) => judged,
        Ok(false) => judged.unsure(subject),
        Err(why) => without_memory(subject, judged, why),
    }
}

/// A state of which it cannot be read what is remembered. Whatever that is, it excuses no more than the state itself would: what is wrong
/// even then needs no memory. Of what bootstrap makes the standard says how it is, once waiting does not help.
fn without_memory(subject: &Subject<'_>, alone: Judged, why: Unreadable) -> Judged {
    let facet = alone.state.facet();
    let is_wrong = alone.assessment.as_ref().map_or(true, |findings| findings.iter().any(Finding::is_enforced));
    let may_pass = why.may_pass_later && !why.is_denied;
    let held_back = is_wrong && facet.row().is_about_access && (may_pass || !subject.is_foundation());
    let last_known = held_back.then(|| alone.state.clone());
    let told = |findings: Vec<Finding>| {
        findings.into_iter().chain(unreadable(subject, facet, &why).map(Finding::only_observed)).collect()
    };
    let assessment = alone.state.assess(subject, last_known.as_ref()).map(told);
    Judged { assessment, last_known, memory: Memory::Unreadable(why), ..alone }
}

/// Judges a state beside what is remembered, and with what else has to be known for that. Where that cannot be read, what is wrong without it
/// is mended, and nothing is compliant.
async fn beside_memory<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    alone: Judged,
    last_known: Option<State>,
    memory: Memory,
) -> Judged {
    let (mut memory, mut unread, mut asked) = (memory, None, Vec::new());
    let mut state = carried_on(place, recalled, subject, last_known.as_ref(), alone.state, &alone.identity).await;
    // One after the other, until it asks for nothing else.
    while unread.is_none() {
        let next = state.asks(subject, last_known.as_ref(), &alone.identity);
        let Some((resource, facet)) = next.filter(|next| !asked.contains(next)) else { break };
        match place.world.observe(&resource, facet).await {
            Ok(known) => {
                let of_it = Subject { resource: &resource, ..*subject };
                let known = match known {
                    Some(known) => match beside_its_own(place, &of_it, known.clone()).await {
                        Ok(known) => Some(known),
                        Err(why) => {
                            memory = Memory::Unreadable(why);
                            Some(known.state)
                        }
                    },
                    None => None,
                };
                state = state.knowing(subject, known, &alone.identity);
            }
            Err(error) => unread = Some(error),
        }
        asked.push((resource, facet));
    }
    let assessment = state.assess(subject, last_known.as_ref());
    let is_wrong = |found: &Vec<Finding>| found.iter().any(Finding::is_enforced);
    let assessment = match &unread {
        Some(why) if !assessment.as_ref().is_ok_and(is_wrong) => Err(Undetermined(why.story())),
        _ => assessment,
    };
    Judged { state, last_known, assessment, memory, unread, ..alone }
}

/// What was asked for, with what has to stay known of what is remembered of it.
async fn beside_its_own<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    subject: &Subject<'_>,
    Observed { state, identity }: Observed,
) -> Result<State, Unreadable> {
    let recalled = Recalled::default();
    if state.clone().carrying_on(subject, None) == state {
        return Ok(state);
    }
    let last = recalled.last_known(place, subject, state.facet(), &identity).await?;
    Ok(carried_on(place, &recalled, subject, last.as_ref(), state, &identity).await)
}

/// A state with what has to stay known of the one before. Where none is known, nothing was before what is new.
async fn carried_on<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    recalled: &Recalled,
    subject: &Subject<'_>,
    last_known: Option<&State>,
    state: State,
    identity: &Identity,
) -> State {
    if last_known.is_some() {
        return state.carrying_on(subject, last_known);
    }
    let as_new = state.clone().carrying_on(subject, None);
    match as_new == state || recalled.is_new(place, subject, &state, identity).await.is_ok_and(|is_new| !is_new) {
        true => state,
        false => as_new,
    }
}
