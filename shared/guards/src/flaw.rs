//! What is wrong with a state, each wrong with its own way to be mended. From this one list come both what is reported and what is
//! desired, so that the two cannot disagree.

use std::fmt;

use iam_policy::Witness;

use crate::{ControlId, Finding, Subject, Undetermined};

/// A control that a state of type `T` violates, and how to mend that.
pub struct Flaw<'a, T> {
    control: ControlId,
    detail: String,
    witness: Option<Witness>,
    limit: Limit,
    is_unaccepted: bool,
    asks_for_account: bool,
    completes: bool,
    mend: Box<dyn FnOnce(&mut T) + 'a>,
}

/// How far a flaw may be acted on, whatever the standard says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    /// As the standard says.
    None,
    /// No call of ours mends it.
    Observed,
    /// It was so before, and the change alone is judged.
    Before,
}

/// All flaws of a state; none: it is compliant. Or why that cannot be said.
pub type Flaws<'a, T> = Result<Vec<Flaw<'a, T>>, Undetermined>;

impl<'a, T> Flaw<'a, T> {
    /// A violation of `control`. `detail` says what is wrong in one sentence, with the values seen. `mend` takes the state to the
    /// nearest one without it; it is given what earlier flaws of the list made of the state.
    pub(crate) fn new(control: ControlId, detail: impl Into<String>, mend: impl FnOnce(&mut T) + 'a) -> Self {
        Self {
            control,
            detail: detail.into(),
            witness: None,
            limit: Limit::None,
            is_unaccepted: false,
            asks_for_account: false,
            completes: false,
            mend: Box::new(mend),
        }
    }

    /// A violation of `control` that no call of ours mends.
    pub(crate) fn without_remedy(control: ControlId, detail: impl Into<String>) -> Self {
        Self::new(control, detail, |_| ()).unmendable()
    }

    /// The same as something that no call of ours mends.
    pub(crate) fn unmendable(self) -> Self {
        Self { limit: Limit::Observed, ..self }
    }

    /// The same as something that may be new, though nothing mends it: a state with it is not remembered, and excuses nothing later.
    pub(crate) fn unaccepted(self) -> Self {
        Self { is_unaccepted: true, ..self }
    }

    /// The same as something that only completes the resource, where this is so: whoever makes the resource may still come to it, and nothing is open or
    /// lost meanwhile that was not when the resource was made.
    pub(crate) fn completing(self, completes: bool) -> Self {
        Self { completes, ..self }
    }

    /// The same, unless the organization that is let in is the account's own, which AWS can be asked for.
    pub(crate) fn unless_of_own_account(self) -> Self {
        Self { asks_for_account: true, ..self }
    }

    /// The same, unless one of these is a member of the account's own organization.
    pub(crate) fn unless_of_members<'s>(self, mut accounts: impl Iterator<Item = &'s str>) -> Self {
        if accounts.any(is_account_id) { self.unless_of_own_account() } else { self }
    }

    /// The same as a violation of another control.
    pub(crate) fn on(self, control: ControlId) -> Self {
        Self { control, ..self }
    }

    /// The same with more to say.
    pub(crate) fn saying(mut self, more: &str) -> Self {
        self.detail.push_str("; ");
        self.detail.push_str(more);
        self
    }

    /// The same with the request that shows it.
    pub(crate) fn shown_by(self, witness: Witness) -> Self {
        Self { witness: Some(witness), ..self }
    }

    /// The same as something that was so before.
    #[expect(clippy::wrong_self_convention, reason = "it says since when, and converts nothing")]
    pub(crate) fn from_before(self) -> Self {
        Self { limit: Limit::Before, ..self }
    }

    /// The same as a flaw of what contains the state. `inside` finds the state there; where there is none, nothing is mended.
    pub(crate) fn within<U>(self, inside: impl FnOnce(&mut U) -> Option<&mut T> + 'a) -> Flaw<'a, U>
    where
        T: 'a,
    {
        let Self { control, detail, witness, limit, is_unaccepted, asks_for_account, completes, mend } = self;
        let mend = Box::new(|outer: &mut U| {
            if let Some(state) = inside(outer) {
                mend(state);
            }
        });
        Flaw { control, detail, witness, limit, is_unaccepted, asks_for_account, completes, mend }
    }

    /// The same, mended in another way, as a flaw of another state.
    pub(crate) fn mended_by<U>(self, mend: impl FnOnce(&mut U) + 'a) -> Flaw<'a, U> {
        let Self { control, detail, witness, limit, is_unaccepted, asks_for_account, completes, .. } = self;
        Flaw { control, detail, witness, limit, is_unaccepted, asks_for_account, completes, mend: Box::new(mend) }
    }

    /// The same as a flaw of what carries the state: `take` copies the state out, `put` puts it back as mended.
    pub(crate) fn carried_by<U>(self, take: impl FnOnce(&U) -> T + 'a, put: impl FnOnce(&mut U, T) + 'a) -> Flaw<'a, U>
    where
        T: 'a,
    {
        let Self { control, detail, witness, limit, is_unaccepted, asks_for_account, completes, mend } = self;
        let mend = Box::new(|carrier: &mut U| {
            let mut state = take(carrier);
            mend(&mut state);
            put(carrier, state);
        });
        Flaw { control, detail, witness, limit, is_unaccepted, asks_for_account, completes, mend }
    }

    /// Which control is violated.
    pub(crate) fn control(&self) -> ControlId {
        self.control
    }

    fn finding(self, subject: &Subject<'_>) -> Option<Finding> {
        let finding = Finding::on(self.control, subject, self.detail)?;
        let finding = Finding { witness: self.witness, is_unaccepted: self.is_unaccepted, ..finding };
        let finding = Finding { asks_for_account: self.asks_for_account, completes: self.completes, ..finding };
        Some(match self.limit {
            Limit::None => {
                let waits = finding.completes && finding.is_enforced();
                match if waits { subject.waits_until() } else { None } {
                    Some(until) => finding.waiting(until),
                    None => finding,
                }
            }
            Limit::Observed => finding.only_observed(),
            Limit::Before => finding.from_before(),
        })
    }

    /// Whether it is mended here.
    pub(crate) fn is_mended(&self, subject: &Subject<'_>) -> bool {
        let waits = self.completes && subject.waits_until().is_some();
        self.limit == Limit::None && !waits && subject.enforces(self.control)
    }
}

impl<'a, T: Clone + 'a> Flaw<'a, Option<T>> {
    /// The same as a flaw of a state that is always there: where mending leaves nothing, `least` remains.
    pub(crate) fn leaving(self, least: impl FnOnce() -> T + 'a) -> Flaw<'a, T> {
        self.carried_by(|state: &T| Some(state.clone()), |state, mended| *state = mended.unwrap_or_else(least))
    }
}

impl<T> fmt::Debug for Flaw<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.control, self.detail)
    }
}

/// Whether a text has the form of an account's id.
pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is reported of flaws.
pub(crate) fn findings<T>(subject: &Subject<'_>, flaws: Vec<Flaw<'_, T>>) -> Vec<Finding> {
    flaws.into_iter().filter_map(|flaw| flaw.finding(subject)).collect()
}

/// The state without those of its flaws that are to be mended, in their order.
pub(crate) fn mended<T: Clone>(subject: &Subject<'_>, flaws: Vec<Flaw<'_, T>>, observed: &T) -> T {
    let mut state = observed.clone();
    for flaw in flaws {
        if flaw.is_mended(subject) {
            (flaw.mend)(&mut state);
        }
    }
    state
}
