//! What holds for every facet. Each law is a function of one [`Case`]; the facets' tests run them over generated ones.

use std::collections::BTreeSet;

use parapet_core::Mode;
use parapet_guards::{Action, ControlId, Facet, Finding, State, Subject};
use proptest::prelude::{TestCaseError, prop_assert, prop_assert_eq};

use crate::Situation;

/// What comes of a law.
pub type Law = Result<(), TestCaseError>;

/// A state under a standard, another state of the same facet, and perhaps a memory of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The resource and the standard.
    pub situation: Situation,
    /// The facet.
    pub facet: Facet,
    /// What is seen.
    pub observed: State,
    /// Any other state of the same facet.
    pub other: State,
    /// What is remembered.
    pub last_known: Option<State>,
}

impl Case {
    fn comply(&self, state: &State) -> State {
        state.comply(&self.situation.subject(), self.last_known.as_ref())
    }

    /// The enforced controls that a state violates; none where it cannot be judged.
    fn enforced(&self, state: &State) -> Option<BTreeSet<ControlId>> {
        enforced(&self.situation.subject(), self.last_known.as_ref(), state)
    }
}

fn enforced(subject: &Subject<'_>, last_known: Option<&State>, state: &State) -> Option<BTreeSet<ControlId>> {
    let findings = state.assess(subject, last_known).ok()?;
    Some(findings.iter().filter(|finding| finding.is_enforced()).map(|finding| finding.control).collect())
}

/// All states on the way, the last one included.
pub(crate) fn way(from: &State, to: &State) -> Vec<State> {
    let step = |state: &mut State, action: Action| {
        *state = state.step(&action)?;
        Some(state.clone())
    };
    from.diff(to).into_iter().scan(from.clone(), step).collect()
}

/// What was made compliant is not changed again.
///
/// # Errors
/// The law is broken.
pub fn comply_is_idempotent(case: &Case) -> Law {
    let once = case.comply(&case.observed);
    prop_assert_eq!(case.comply(&once), once);
    Ok(())
}

/// A state against which no enforced control speaks stays as it is: stricter is left alone, observed is left alone.
///
/// # Errors
/// The law is broken.
pub fn a_compliant_state_plans_nothing(case: &Case) -> Law {
    if case.enforced(&case.observed).is_some_and(|controls| controls.is_empty()) {
        prop_assert_eq!(case.comply(&case.observed), case.observed.clone());
    }
    let compliant = case.comply(&case.observed);
    prop_assert_eq!(compliant.diff(&case.comply(&compliant)), Vec::new());
    Ok(())
}

/// No enforced control speaks against what was made compliant; and what could be judged still can.
///
/// # Errors
/// The law is broken.
pub fn what_complies_has_no_enforced_finding(case: &Case) -> Law {
    if case.enforced(&case.observed).is_some() {
        prop_assert_eq!(case.enforced(&case.comply(&case.observed)), Some(BTreeSet::new()));
    }
    Ok(())
}

/// The plan leads to the nearest compliant state, and exactly there.
///
/// # Errors
/// The law is broken.
pub fn the_plan_arrives(case: &Case) -> Law {
    let desired = case.comply(&case.observed);
    let arrived = way(&case.observed, &desired).pop().unwrap_or_else(|| case.observed.clone());
    prop_assert_eq!(arrived, desired);
    Ok(())
}

/// Between any two states of a facet, the way leaves nothing to do: undo depends on it. What guards refuse (to delete a
/// bucket, to stop a trail) they refuse from wherever the way ends, too.
///
/// # Errors
/// The law is broken.
pub fn every_way_arrives(case: &Case) -> Law {
    let arrived = way(&case.observed, &case.other).pop().unwrap_or_else(|| case.observed.clone());
    prop_assert_eq!(arrived.diff(&case.other), Vec::new());
    Ok(())
}

/// On the way to compliance no state violates an enforced control which the first did not.
///
/// # Errors
/// The law is broken.
pub fn no_step_weakens(case: &Case) -> Law {
    let Some(before) = case.enforced(&case.observed) else { return Ok(()) };
    for state in way(&case.observed, &case.comply(&case.observed)) {
        let now = case.enforced(&state);
        prop_assert!(
            now.as_ref().is_some_and(|now| now.is_subset(&before)),
            "{state:?} violates {now:?}, {before:?} was violated before"
        );
    }
    Ok(())
}

/// A finding is on a control that its facet shows, has its severity, and is never on one that is off.
///
/// # Errors
/// The law is broken.
pub fn findings_are_of_the_facet(case: &Case) -> Law {
    let mine = |finding: &Finding| {
        case.facet.controls().contains(&finding.control) && finding.severity == finding.control.severity()
    };
    for finding in case.observed.assess(&case.situation.subject(), case.last_known.as_ref()).unwrap_or_default() {
        prop_assert!(mine(&finding) && finding.mode != Mode::Off, "{finding:?}");
    }
    Ok(())
}

/// What is remembered excuses and never accuses: with it no control is enforced that is not without it. So a healthy facet can be
/// judged without asking for it, unless it says otherwise.
///
/// # Errors
/// The law is broken.
pub fn memory_never_accuses(case: &Case) -> Law {
    let subject = case.situation.subject();
    if case.observed.is_judged_by_memory(&subject) {
        prop_assert!(case.facet.row().is_remembered, "what is judged by its memory is remembered");
        return Ok(());
    }
    if let Some(without) = enforced(&subject, None, &case.observed) {
        let with = enforced(&subject, Some(&case.other), &case.observed);
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
pub fn a_state_survives_evidence(case: &Case) -> Law {
    let read = serde_json::from_str(&case.observed.kept().to_string()).map_err(|error| error.to_string());
    prop_assert_eq!(read.and_then(|kept| case.facet.recalled(&kept)), Ok(case.observed.clone()));
    Ok(())
}
