//! What holds for every guard. Each law is a function of one [`Case`]; the guards' tests run them over generated ones.

use std::collections::BTreeSet;

use parapet_core::{CONTROLS, ControlId, Facet, Finding, Guard, Mode, Subject};
use proptest::prelude::{TestCaseError, prop_assert, prop_assert_eq};

use crate::Situation;

/// What comes of a law.
pub type Law = Result<(), TestCaseError>;

/// A state under a standard, another state of the same facet, and perhaps a memory of it.
#[derive(Clone, Debug)]
pub struct Case<G: Guard> {
    /// The resource and the standard.
    pub situation: Situation,
    /// The facet.
    pub facet: Facet,
    /// What is seen.
    pub observed: G::State,
    /// Any other state of the same facet.
    pub other: G::State,
    /// What is remembered.
    pub last_known: Option<G::State>,
}

impl<G: Guard> Case<G> {
    fn comply(&self, state: &G::State) -> G::State {
        G::comply(&self.situation.subject(), self.last_known.as_ref(), state)
    }

    /// The enforced controls that a state violates; none where it cannot be judged.
    fn enforced(&self, state: &G::State) -> Option<BTreeSet<ControlId>> {
        enforced::<G>(&self.situation.subject(), self.last_known.as_ref(), state)
    }
}

fn enforced<G: Guard>(
    subject: &Subject<'_>,
    last_known: Option<&G::State>,
    state: &G::State,
) -> Option<BTreeSet<ControlId>> {
    let findings = G::assess(subject, last_known, state).ok()?;
    Some(findings.iter().filter(|finding| finding.is_enforced()).map(|finding| finding.control).collect())
}

/// All states on the way, the last one included.
pub(crate) fn way<G: Guard>(from: &G::State, to: &G::State) -> Vec<G::State> {
    let step = |state: &mut G::State, action: G::Action| {
        *state = G::step(state, &action);
        Some(state.clone())
    };
    G::diff(from, to).into_iter().scan(from.clone(), step).collect()
}

/// What was made compliant is not changed again.
///
/// # Errors
/// The law is broken.
pub fn comply_is_idempotent<G: Guard>(case: &Case<G>) -> Law {
    let once = case.comply(&case.observed);
    prop_assert_eq!(case.comply(&once), once);
    Ok(())
}

/// A state against which no enforced control speaks stays as it is: stricter is left alone, observed is left alone.
///
/// # Errors
/// The law is broken.
pub fn a_compliant_state_plans_nothing<G: Guard>(case: &Case<G>) -> Law {
    if case.enforced(&case.observed).is_some_and(|controls| controls.is_empty()) {
        prop_assert_eq!(case.comply(&case.observed), case.observed.clone());
    }
    let compliant = case.comply(&case.observed);
    prop_assert_eq!(G::diff(&compliant, &case.comply(&compliant)), Vec::new());
    Ok(())
}

/// No enforced control speaks against what was made compliant; and what could be judged still can.
///
/// # Errors
/// The law is broken.
pub fn what_complies_has_no_enforced_finding<G: Guard>(case: &Case<G>) -> Law {
    if case.enforced(&case.observed).is_some() {
        prop_assert_eq!(case.enforced(&case.comply(&case.observed)), Some(BTreeSet::new()));
    }
    Ok(())
}

/// The plan leads to the nearest compliant state, and exactly there.
///
/// # Errors
/// The law is broken.
pub fn the_plan_arrives<G: Guard>(case: &Case<G>) -> Law {
    let desired = case.comply(&case.observed);
    let arrived = way::<G>(&case.observed, &desired).pop().unwrap_or_else(|| case.observed.clone());
    prop_assert_eq!(arrived, desired);
    Ok(())
}

/// Between any two states of a facet, the way leaves nothing to do: undo depends on it. What guards refuse (to delete a
/// bucket, to stop a trail) they refuse from wherever the way ends, too.
///
/// # Errors
/// The law is broken.
pub fn every_way_arrives<G: Guard>(case: &Case<G>) -> Law {
    let arrived = way::<G>(&case.observed, &case.other).pop().unwrap_or_else(|| case.observed.clone());
    prop_assert_eq!(G::diff(&arrived, &case.other), Vec::new());
    Ok(())
}

/// On the way to compliance no state violates an enforced control which the first did not.
///
/// # Errors
/// The law is broken.
pub fn no_step_weakens<G: Guard>(case: &Case<G>) -> Law {
    let Some(before) = case.enforced(&case.observed) else { return Ok(()) };
    for state in way::<G>(&case.observed, &case.comply(&case.observed)) {
        let now = case.enforced(&state);
        prop_assert!(
            now.as_ref().is_some_and(|now| now.is_subset(&before)),
            "{state:?} violates {now:?}, {before:?} was violated before"
        );
    }
    Ok(())
}

/// A finding is on a control of this guard, has its severity, and is never on one that is off.
///
/// # Errors
/// The law is broken.
pub fn findings_are_of_the_owner<G: Guard>(case: &Case<G>) -> Law {
    let mine = |finding: &Finding| {
        CONTROLS.iter().any(|control| {
            control.id == finding.control && control.owner() == Some(G::NAME) && control.severity == finding.severity
        })
    };
    for finding in G::assess(&case.situation.subject(), case.last_known.as_ref(), &case.observed).unwrap_or_default() {
        prop_assert!(mine(&finding) && finding.mode != Mode::Off, "{finding:?}");
    }
    Ok(())
}

/// What is remembered excuses and never accuses: with it no control is enforced that is not without it. So a healthy facet can be
/// judged without asking for it, unless it says otherwise.
///
/// # Errors
/// The law is broken.
pub fn memory_never_accuses<G: Guard>(case: &Case<G>) -> Law {
    let subject = case.situation.subject();
    if G::is_judged_by_memory(&case.observed) {
        prop_assert!(G::remembers(case.facet), "what is judged by its memory is remembered");
        return Ok(());
    }
    if let Some(without) = enforced::<G>(&subject, None, &case.observed) {
        let with = enforced::<G>(&subject, Some(&case.other), &case.observed);
        prop_assert!(
            with.as_ref().is_some_and(|with| with.is_subset(&without)),
            "{with:?}, without memory {without:?}"
        );
    }
    Ok(())
}

/// Evidence and memory give back what they were given.
///
/// # Errors
/// The law is broken.
pub fn a_state_survives_evidence<G: Guard>(case: &Case<G>) -> Law {
    let read = serde_json::from_str(&G::kept(&case.observed).to_string()).map_err(|error| error.to_string());
    prop_assert_eq!(read.and_then(|kept| G::recalled(case.facet, &kept)), Ok(case.observed.clone()));
    Ok(())
}
