//! What was accepted before, as far as it is of the resource that has the name now.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use parapet_core::{ErrorKind, Identity, Unreadable, WorldError};
use parapet_guards::{ControlId, Facet, Finding, Memory, Recorder, Resource, State, Subject, World, memory_key};

use crate::Place;

/// What was asked for in one run: each facet's memory once, whatever is looked at again.
#[derive(Default)]
pub(crate) struct Recalled {
    answers: Mutex<Answers>,
    /// What was looked at before, and led here.
    brought: Vec<Resource>,
}

type Answers = BTreeMap<Facet, Result<Option<State>, Unreadable>>;

impl Recalled {
    /// Of a look that others led to.
    pub(crate) fn after(brought: &[Resource]) -> Self {
        Self { brought: brought.to_vec(), ..Self::default() }
    }

    /// What a state was before that was brought which led here; none: that does not show.
    pub(crate) fn supposed(&self, state: &State) -> Option<State> {
        let (first, others) = self.brought.split_first()?;
        others.iter().try_fold(state.before(first)?, |state, brought| state.before(brought))
    }

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
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
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
    let state = facet.recalled(kept).map_err(malformed)?;
    let is_asked_again = memory.is_to_be_asked_again(subject.standard.digest()) && !subject.comes_back(facet);
    Ok(Some(state).filter(|state| !is_asked_again || !is_violated(subject, state)))
}

/// Whether the standard of now would mend a state: the one that accepted it asked for less.
fn is_violated(subject: &Subject<'_>, state: &State) -> bool {
    state.assess(subject, None).map_or(true, |found| found.iter().any(Finding::is_enforced))
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
    let unknown = |error: WorldError| Unreadable {
        object: memory_key(subject.home, subject.resource, memory.facet),
        why: format!("it cannot be told whether it is of this one: {}", error.story()),
        may_pass_later: error.may_pass_later(),
        is_denied: error.kind == ErrorKind::Denied,
        has_no_store: false,
        is_from_before_seals: false,
    };
    place.world.identity(subject.resource).await.map(|identity| memory.is_of(&identity)).map_err(unknown)
}

/// That what is remembered cannot be read, told as what it is: somebody may have seen to it. No call of ours mends it.
pub(crate) fn unreadable(subject: &Subject<'_>, facet: Facet, why: &Unreadable) -> Option<Finding> {
    let detail = format!("what is remembered of the {facet} cannot be told: {why}");
    Finding::on(ControlId::MEMORY, subject, detail).map(Finding::only_observed)
}
