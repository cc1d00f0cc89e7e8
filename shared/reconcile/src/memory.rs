//! What was accepted before: asked for, kept, and ended.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use parapet_core::{Identity, Unreadable};
use parapet_guards::{
    ControlId, Facet, Finding, MEMORY_VERSION, Memory, Recorder, Remembered, Resource, State, Subject, World,
    memory_key,
};

use crate::look::Sight;
use crate::{Clock, Place, Run};

/// What was asked for in one run: each facet's memory once, whatever is looked at again.
#[derive(Default)]
pub(crate) struct Recalled(Mutex<Answers>);

type Answers = BTreeMap<Facet, Result<Option<State>, Unreadable>>;

impl Recalled {
    /// The last accepted state of a facet, if one is remembered of the very resource that has the name now. `identity`: as far as the
    /// read of the facet told.
    ///
    /// What comes back is remembered whoever has its name.
    ///
    /// # Errors
    /// What is remembered cannot be read, or whose it is cannot be told. It may well be from before.
    pub(crate) async fn last_known<W: World, R: Recorder>(
        &self,
        place: &Place<'_, W, R>,
        subject: &Subject<'_>,
        facet: Facet,
        identity: &Identity,
    ) -> Result<Option<State>, Unreadable> {
        if let Some(known) = self.answers().get(&facet) {
            return known.clone();
        }
        let asked = last_known(place, subject, facet, identity).await;
        self.answers().insert(facet, asked.clone());
        asked
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn last_known<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    subject: &Subject<'_>,
    facet: Facet,
    identity: &Identity,
) -> Result<Option<State>, Unreadable> {
    let Some(memory) = place.recorder.recall(subject.resource, facet).await? else { return Ok(None) };
    let Some(kept) = memory.state() else { return Ok(None) };
    if !subject.comes_back(facet) && !is_of_this_one(place, subject, &memory, identity).await? {
        return Ok(None);
    }
    let malformed = |why| Unreadable::malformed(&memory_key(subject.home, subject.resource, facet), why);
    facet.recalled(kept).map(Some).map_err(malformed)
}

async fn is_of_this_one<W: World, R>(
    place: &Place<'_, W, R>,
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
    place.world.identity(subject.resource).await.map(|identity| memory.is_of(&identity)).map_err(unknown)
}

/// That what is remembered cannot be read, told as what it is: somebody may have seen to it. No call of ours mends it.
pub(crate) fn unreadable(subject: &Subject<'_>, facet: Facet, why: &Unreadable) -> Option<Finding> {
    let detail = format!("what is remembered of the {facet} cannot be told: {why}");
    Finding::on(ControlId::MEMORY, subject, detail).map(Finding::only_observed)
}

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
            let remembered = Remembered::State(judged.state.kept());
            let memory = memory(subject, run.clock, sight.facet, &judged.identity, remembered);
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
    for &facet in facets.iter().filter(|facet| facet.row().is_remembered && !run.dry && !subject.comes_back(**facet)) {
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
            let ended = memory(subject, clock, facet, &Identity::default(), Remembered::EndedAt(clock.now));
            place.recorder.remember(&ended).await
        }
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
