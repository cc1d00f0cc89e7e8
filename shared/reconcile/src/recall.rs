//! What was accepted before, as far as it is of the resource that has the name now.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use parapet_core::{ErrorKind, Home, Identity, Trigger, Unreadable, WorldError};
use parapet_guards::{
    Baseline, ControlId, Facet, Finding, Memory, Recorder, Resource, State, Subject, World, memory_key, part_of,
};
use tokio::sync::OnceCell;

use crate::clock::seconds;
use crate::{Place, Run};

/// What was asked for in one run: each facet's memory once, whatever is looked at again.
#[derive(Default)]
pub(crate) struct Recalled {
    answers: Mutex<Answers>,
    /// What was looked at before, and led here.
    brought: Vec<Resource>,
    /// Whether CloudTrail has shown the event that led here: then what it changed is new.
    is_shown: bool,
    /// Whether the event that led here says that the resource is this account's.
    is_said_own: bool,
    /// When its policy was deleted by that event.
    policy_deleted_at: Option<i64>,
    /// The parts of facets that the event that led here is about.
    parts: BTreeMap<Facet, String>,
    /// Until when what only completes it waits, once that was asked.
    settles_at: OnceCell<Option<i64>>,
}

type Answers = BTreeMap<Facet, Result<Known, Unreadable>>;

/// What is known of what a facet was.
#[derive(Clone)]
enum Known {
    /// It was in this state, and that was accepted.
    State(Box<State>),
    /// Something was remembered, and it is no excuse: of another one, or asked again, or it has ended.
    Nothing,
    /// Nothing ever was.
    Never,
}

impl Known {
    fn state(self) -> Option<State> {
        match self {
            Self::State(state) => Some(*state),
            Self::Nothing | Self::Never => None,
        }
    }
}

impl Recalled {
    /// Of a look that an event and others led to.
    pub(crate) fn after(cause: &Trigger, brought: &[Resource]) -> Self {
        Self { brought: brought.to_vec(), is_shown: cause.actor.verified == Some(true), ..Self::default() }
    }

    /// The same of a look at this resource. A call that makes a bucket makes it the caller's account's.
    pub(crate) fn of(self, cause: &Trigger, resource: &Resource, home: &Home) -> Self {
        let arn = resource.arn(home);
        let is_said_own = cause.event_name == "CreateBucket" || cause.is_said_own(home, |listed| listed == arn);
        let is_deleted = cause.event_name == "DeleteBucketPolicy";
        let policy_deleted_at = if is_deleted { seconds(&cause.event_time) } else { None };
        let part = |facet: &Facet| Some((*facet, part_of(*facet, cause)?.to_owned()));
        let parts = Facet::ALL.iter().filter_map(part).collect();
        Self { is_said_own, policy_deleted_at, parts, ..self }
    }

    /// The part of a facet that is looked at; none: the whole.
    pub(crate) fn part(&self, facet: Facet) -> Option<&str> {
        self.parts.get(&facet).map(String::as_str)
    }

    /// Until when what only completes a resource waits: for a while after it was made, and after its policy was deleted, because a stack that replaces
    /// its policy deletes the one before it makes the next. None: it has settled, or nobody says when it was made. Asked once in a run.
    pub(crate) async fn settles_at<W: World, R>(
        &self,
        place: &Place<'_, W, R>,
        run: Run,
        subject: &Subject<'_>,
    ) -> Option<i64> {
        let ask = async || {
            let wait = place.standard.settle.seconds();
            if wait == 0 || subject.is_foundation() {
                return None;
            }
            let since = match self.policy_deleted_at {
                Some(deleted_at) => Some(deleted_at),
                None => place.world.made_at(subject.resource).await.ok().flatten(),
            };
            // Nothing was made later than now, whatever an event says.
            let until = since?.min(run.clock.now).saturating_add(wait);
            (until > run.clock.now).then_some(until)
        };
        *self.settles_at.get_or_init(ask).await
    }

    /// Whether the event that led here says that the resource is this account's.
    pub(crate) fn is_said_own(&self) -> bool {
        self.is_said_own
    }

    /// Whether a state that nothing remembered excuses is new: something else was remembered, or it would be, or AWS itself dates it, or has
    /// shown the event that changed it. What takes nobody's access is taken for new, and so is what bootstrap makes: of that the standard says how it is.
    ///
    /// # Errors
    /// How far the baseline goes cannot be told.
    pub(crate) async fn is_new<W: World, R: Recorder>(
        &self,
        place: &Place<'_, W, R>,
        subject: &Subject<'_>,
        state: &State,
        identity: &Identity,
    ) -> Result<bool, Unreadable> {
        let facet = state.facet();
        let was_known = matches!(self.answers().get(&facet), Some(Ok(Known::State(_) | Known::Nothing)));
        if was_known || self.is_shown || !facet.row().is_about_access || subject.is_foundation() {
            return Ok(true);
        }
        let baseline = place.recorder.known_baseline().await?;
        // Of each kind that was read through it is kept what was there, but for what could not be read.
        let is_kept = |baseline: &Baseline| {
            let is_left = baseline.left.iter().any(|left| left.facet == facet && left.resource == *subject.resource);
            baseline.kinds.contains(&facet.kind().to_string()) && !is_left
        };
        if baseline.as_ref().is_some_and(is_kept) {
            return Ok(true);
        }
        let created = match identity.created {
            Some(created) => Some(created),
            None => place.world.identity(subject.resource).await.ok().and_then(|identity| identity.created),
        };
        let is_since = |made_at: i64| baseline.as_ref().is_some_and(|baseline| made_at > baseline.begun_at);
        let is_new = |made_at: Option<i64>| subject.is_just_now(made_at) || made_at.is_some_and(is_since);
        Ok(is_new(created) || is_new(state.made_at()))
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
            return known.clone().map(Known::state);
        }
        let asked = last_known(place, subject, facet, identity).await;
        self.answers().insert(facet, asked.clone());
        asked.map(Known::state)
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
) -> Result<Known, Unreadable> {
    let Some(memory) = place.recorder.recall(subject.resource, facet).await? else { return Ok(Known::Never) };
    let Some(kept) = memory.state() else { return Ok(Known::Nothing) };
    if !subject.is_known_by_name(facet) && !is_of_this_one(place, subject, &memory, identity).await? {
        return Ok(Known::Nothing);
    }
    let malformed = |why| Unreadable::malformed(&memory_key(subject.home, subject.resource, facet), why);
    let state = facet.recalled(kept).map_err(malformed)?;
    let is_asked_again = memory.is_to_be_asked_again(subject.standard.digest()) && !subject.comes_back(facet);
    Ok(if is_asked_again && is_violated(subject, &state) { Known::Nothing } else { Known::State(Box::new(state)) })
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

/// The same of what is known of the account: who is strong in it, and whose its names are.
pub(crate) fn account_unreadable(subject: &Subject<'_>, why: &Unreadable) -> Option<Finding> {
    let detail = format!("what is known of the account cannot be told: {why}");
    Finding::on(ControlId::MEMORY, subject, detail).map(Finding::only_observed)
}
