//! One look at some facets of a resource: what each is, and what is wrong with it.

use futures_util::future::join_all;
use parapet_core::{Assessment, Facet, Finding, Guard, Outcome, Resource, Subject, World, WorldError};

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
    /// A state, and what the standard says of it.
    State { state: G::State, assessment: Assessment },
}

impl<G: Guard> Sight<G> {
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

    /// The outcome for the facet, if nothing is written.
    pub(crate) fn outcome(&self) -> Outcome {
        match &self.seen {
            Seen::Gone => Outcome::Ignored(parapet_core::Ignored::Gone),
            Seen::Unreadable(error) => Outcome::Undetermined(error.story()),
            Seen::State { assessment: Err(undetermined), .. } => Outcome::Undetermined(undetermined.0.clone()),
            Seen::State { assessment: Ok(findings), state } if findings.is_empty() => {
                if G::is_absent(state) {
                    Outcome::Ignored(parapet_core::Ignored::Gone)
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
}

/// Looks at several facets at once. One that cannot be read holds no other back.
pub(crate) async fn look<G: Guard, W: World<G>>(
    world: &W,
    subject: &Subject<'_>,
    resource: &Resource,
    facets: &[Facet],
) -> Vec<Sight<G>> {
    join_all(facets.iter().map(|&facet| async move {
        let seen = match world.observe(resource, facet).await {
            Err(error) => Seen::Unreadable(error),
            Ok(None) => Seen::Gone,
            Ok(Some(state)) => Seen::State { assessment: G::assess(subject, &state), state },
        };
        Sight { facet, seen }
    }))
    .await
}
