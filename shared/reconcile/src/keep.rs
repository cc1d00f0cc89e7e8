//! What is accepted now, kept; and what is gone, ended.

use parapet_core::Identity;
use parapet_guards::{Facet, MEMORY_VERSION, Memory, Recorder, Remembered, Resource, Subject};

use crate::look::Sight;
use crate::{Clock, Place, Run};

/// Keeps what was accepted of what was seen, and ends what is remembered of what is gone. Whether all that ended is kept as ended: what
/// was not has to be looked at again.
pub(crate) async fn keep<W, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    subject: &Subject<'_>,
    sights: &[Sight],
) -> bool {
    let mut has_kept = true;
    for sight in sights {
        if let Some(judged) = sight.to_remember(subject) {
            let remembered = Remembered::State(judged.remembered());
            let accepted = (judged.is_compliant(), remembered);
            let memory = memory(subject, run.clock, sight.facet, &judged.identity, accepted);
            if !judged.is_listed || is_news(place, &memory).await {
                place.recorder.remember(&memory).await;
            }
        } else if sight.has_ended(subject) {
            has_kept &= end(place, subject, run.clock, sight.facet).await;
        }
    }
    has_kept
}

/// Whether what a listing told is to be remembered: it is not what is remembered already, and nothing was accepted since the listing began.
async fn is_news<W, R: Recorder>(place: &Place<'_, W, R>, memory: &Memory) -> bool {
    match place.recorder.recall(&memory.resource, memory.facet).await {
        Ok(None) => true,
        Ok(Some(before)) => {
            let is_same = before.remembered == memory.remembered && before.is_of(&memory.identity);
            before.accepted_at < memory.accepted_at && !is_same
        }
        // A later look, or the next event, keeps what cannot be told from what is there now.
        Err(_) => false,
    }
}

/// Ends what is remembered of facets of a resource that is gone, unless they come back. Whether that is kept.
pub(crate) async fn end_all<W, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    resource: &Resource,
    facets: &[Facet],
) -> bool {
    let subject = place.subject(run, resource);
    let mut has_kept = true;
    let ends = |facet: &&Facet| facet.row().is_remembered && !run.dry && !subject.is_known_by_name(**facet);
    for &facet in facets.iter().filter(ends) {
        has_kept &= end(place, &subject, run.clock, facet).await;
    }
    has_kept
}

/// Where nothing is remembered, nothing is written. What cannot be read ends, too: the thing is gone, whatever it was.
async fn end<W, R: Recorder>(place: &Place<'_, W, R>, subject: &Subject<'_>, clock: Clock, facet: Facet) -> bool {
    match place.recorder.recall(subject.resource, facet).await {
        Ok(before) if before.as_ref().is_none_or(|before| before.state().is_none()) => true,
        // Accepted while this run was under way: what it saw the end of was the one before.
        Ok(Some(before)) if before.accepted_at > clock.now => true,
        // Before there is a store, nothing was kept in it.
        Err(why) if why.has_no_store => true,
        _ => {
            let end = (false, Remembered::EndedAt(clock.now));
            let ended = memory(subject, clock, facet, &Identity::default(), end);
            place.recorder.remember(&ended).await
        }
    }
}

pub(crate) fn memory(
    subject: &Subject<'_>,
    clock: Clock,
    facet: Facet,
    identity: &Identity,
    (was_compliant, remembered): (bool, Remembered),
) -> Memory {
    Memory {
        version: MEMORY_VERSION,
        resource: subject.resource.clone(),
        arn: subject.resource.arn(subject.home),
        identity: identity.clone(),
        accepted_at: clock.now,
        standard: subject.standard.digest().to_owned(),
        was_compliant,
        facet,
        remembered,
    }
}
