//! What was accepted before: asked for, kept, and ended.

use parapet_core::{
    ControlId, Facet, Finding, Guard, Identity, MEMORY_VERSION, Memory, Recorder, Remembered, Resource, Subject,
    Unreadable, World, memory_key,
};

use crate::look::Sight;
use crate::{Clock, Run};

/// The last accepted state of a facet, if one is remembered of the very resource that has the name now. `identity`: as far as the read
/// of the facet told.
///
/// What bootstrap made is remembered whoever has its name: it comes back as it was.
///
/// # Errors
/// What is remembered cannot be read, or whose it is cannot be told. It may well be from before.
pub(crate) async fn last_known<G: Guard, W: World<G>, R: Recorder>(
    world: &W,
    recorder: &R,
    subject: &Subject<'_>,
    facet: Facet,
    identity: &Identity,
) -> Result<Option<G::State>, Unreadable> {
    let Some(memory) = recorder.recall(subject.resource, facet).await? else { return Ok(None) };
    let Some(kept) = memory.state() else { return Ok(None) };
    if !subject.is_foundation() && !is_of_this_one::<G, W>(world, subject, &memory, identity).await? {
        return Ok(None);
    }
    let malformed = |why| Unreadable::malformed(&memory_key(subject.home, subject.resource, facet), why);
    G::recalled(facet, kept).map(Some).map_err(malformed)
}

async fn is_of_this_one<G: Guard, W: World<G>>(
    world: &W,
    subject: &Subject<'_>,
    memory: &Memory,
    told: &Identity,
) -> Result<bool, Unreadable> {
    if *told != Identity::default() {
        return Ok(memory.is_of(told));
    }
    let unknown = |error: parapet_core::WorldError| Unreadable {
        object: memory_key(subject.home, subject.resource, memory.facet),
        why: format!("it cannot be told whether it is of this one: {}", error.story()),
        may_pass_later: error.may_pass_later(),
        has_no_store: false,
    };
    world.identity(subject.resource).await.map(|identity| memory.is_of(&identity)).map_err(unknown)
}

/// That what is remembered cannot be read, told as what it is: somebody may have seen to it.
pub(crate) fn unreadable(subject: &Subject<'_>, facet: Facet, why: &Unreadable) -> Option<Finding> {
    Finding::on(ControlId::Memory, subject, format!("what is remembered of the {facet} cannot be told: {why}"))
}

/// Keeps what was accepted of what was seen, and ends what is remembered of what is gone.
pub(crate) async fn keep<G: Guard, R: Recorder>(
    run: &Run<'_>,
    recorder: &R,
    subject: &Subject<'_>,
    sights: &[Sight<G>],
) {
    for sight in sights {
        if let Some(judged) = sight.to_remember(subject) {
            let remembered = Remembered::State(G::kept(&judged.state));
            recorder.remember(&memory(subject, run.clock, sight.facet, &judged.identity, remembered)).await;
        } else if sight.has_ended(subject) {
            end(recorder, subject, run.clock, sight.facet).await;
        }
    }
}

/// Ends what is remembered of facets of a resource that is gone, unless it is one that comes back.
pub(crate) async fn end_all<G: Guard, R: Recorder>(run: &Run<'_>, recorder: &R, resource: &Resource, facets: &[Facet]) {
    let subject = run.subject(resource);
    if run.dry || subject.is_foundation() {
        return;
    }
    for &facet in facets.iter().filter(|facet| G::remembers(**facet)) {
        end(recorder, &subject, run.clock, facet).await;
    }
}

/// Where nothing is remembered, or it cannot be read, nothing is written: a later one of the name is another by its identity.
async fn end<R: Recorder>(recorder: &R, subject: &Subject<'_>, clock: Clock, facet: Facet) {
    if let Ok(Some(before)) = recorder.recall(subject.resource, facet).await
        && before.state().is_some()
    {
        recorder.remember(&Memory { remembered: Remembered::EndedAt(clock.now), ..before }).await;
    }
}

fn memory(subject: &Subject<'_>, clock: Clock, facet: Facet, identity: &Identity, remembered: Remembered) -> Memory {
    Memory {
        version: MEMORY_VERSION,
        resource: subject.resource.clone(),
        arn: subject.resource.arn(subject.home),
        identity: identity.clone(),
        accepted_at: clock.now,
        standard: subject.standard.digest().to_owned(),
        facet,
        remembered,
    }
}
