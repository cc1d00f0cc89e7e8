//! One look at some facets of a resource: what each is, and what is wrong with it.

use futures_util::future::join_all;
use parapet_core::{
    Assessment, Facet, Finding, Guard, Ignored, Outcome, Recorder, Resource, Subject, World, WorldError,
};

/// What was seen of one facet.
pub(crate) struct Sight<G: Guard> {
    pub(crate) facet: Facet,
    pub(crate) seen: Seen<G>,
}

/// How a look at one facet ended.
pub(crate) enum Seen<G: Guard> {
    /// The resource that carries the facet is gone.
    Gone,
    /// The facet could not be read.
    Unreadable(WorldError),
    /// A state, what is remembered of it, and what the standard says of it.
    State { state: G::State, last_known: Option<G::State>, assessment: Assessment },
}

impl<G: Guard> Sight<G> {
    /// The state, where one was seen.
    pub(crate) fn state(&self) -> Option<&G::State> {
        match &self.seen {
            Seen::State { state, .. } => Some(state),
            Seen::Gone | Seen::Unreadable(_) => None,
        }
    }

    /// What is wrong with the facet, as far as can be said.
    pub(crate) fn findings(&self) -> &[Finding] {
        match &self.seen {
            Seen::State { assessment: Ok(findings), .. } => findings,
            _ => &[],
        }
    }

    /// Whether something is wrong that has to be mended.
    pub(crate) fn is_violated(&self) -> bool {
        self.findings().iter().any(Finding::is_enforced)
    }

    /// The writes that lead from what was seen to the nearest compliant state. None where nothing has to be mended.
    pub(crate) fn plan(&self, subject: &Subject<'_>) -> Vec<G::Action> {
        match &self.seen {
            Seen::State { state, last_known, .. } if self.is_violated() => {
                G::diff(state, &G::comply(subject, last_known.as_ref(), state))
            }
            _ => Vec::new(),
        }
    }

    /// The outcome for the facet, if nothing is written.
    pub(crate) fn outcome(&self) -> Outcome {
        match &self.seen {
            Seen::Gone => Outcome::Ignored(Ignored::Gone),
            Seen::Unreadable(error) => Outcome::Undetermined(error.story()),
            Seen::State { assessment: Err(undetermined), .. } => Outcome::Undetermined(undetermined.0.clone()),
            Seen::State { assessment: Ok(findings), state, .. } if findings.is_empty() => {
                if G::is_absent(state) {
                    Outcome::Ignored(Ignored::Gone)
                } else {
                    Outcome::Compliant
                }
            }
            Seen::State { .. } => Outcome::Observed,
        }
    }

    /// Whether the same look may go better later.
    pub(crate) fn may_pass_later(&self) -> bool {
        matches!(&self.seen, Seen::Unreadable(error) if error.may_pass_later())
    }

    /// The state, if it is one to remember: something that is there, against which nothing is held but what is accepted for good. What
    /// an exemption covers is accepted only until it ends.
    pub(crate) fn to_remember(&self, subject: &Subject<'_>) -> Option<&G::State> {
        match &self.seen {
            Seen::State { state, assessment: Ok(findings), .. } if G::remembers(self.facet) && !G::is_absent(state) => {
                let accepted = |finding: &Finding| {
                    finding.was_before || !(finding.is_enforced() || subject.is_exempt(finding.control))
                };
                findings.iter().all(accepted).then_some(state)
            }
            _ => None,
        }
    }
}

/// Looks at several facets at once. One that cannot be read holds no other back. What is remembered of a facet is asked for only
/// where something is wrong with it, or where it has to stay as it was.
pub(crate) async fn look<G: Guard, W: World<G>, R: Recorder>(
    world: &W,
    recorder: &R,
    subject: &Subject<'_>,
    facets: &[Facet],
) -> Vec<Sight<G>> {
    join_all(facets.iter().map(|&facet| async move {
        let seen = match world.observe(subject.resource, facet).await {
            Err(error) => Seen::Unreadable(error),
            Ok(None) => Seen::Gone,
            Ok(Some(state)) => judged::<G, R>(recorder, subject, facet, state).await,
        };
        Sight { facet, seen }
    }))
    .await
}

async fn judged<G: Guard, R: Recorder>(recorder: &R, subject: &Subject<'_>, facet: Facet, state: G::State) -> Seen<G> {
    let assessment = G::assess(subject, None, &state);
    let is_judged_alone = !G::is_judged_by_memory(&state);
    let is_healthy =
        is_judged_alone && assessment.as_ref().is_ok_and(|findings| !findings.iter().any(Finding::is_enforced));
    if is_healthy || !G::remembers(facet) {
        return Seen::State { state, last_known: None, assessment };
    }
    match last_known::<G, R>(recorder, subject.resource, facet).await {
        None => Seen::State { state, last_known: None, assessment },
        Some(last) => {
            let assessment = G::assess(subject, Some(&last), &state);
            Seen::State { state, last_known: Some(last), assessment }
        }
    }
}

/// The last compliant state. One that does not parse any more counts as forgotten.
async fn last_known<G: Guard, R: Recorder>(recorder: &R, resource: &Resource, facet: Facet) -> Option<G::State> {
    serde_json::from_value(recorder.recall(resource, facet).await?).ok()
}
