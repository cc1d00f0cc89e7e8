use iam_policy::Witness;
use parapet_core::{Mode, Severity};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{ControlId, Subject};

/// A control that an observed state violates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// Which control.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub control: ControlId,
    /// How bad a violation of it is.
    pub severity: Severity,
    /// What is to be done about it, as the standard says.
    pub mode: Mode,
    /// What is wrong, in one sentence, with the values seen.
    pub detail: String,
    /// It was so before: what is judged here is the change, so it is reported and not repaired.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub was_before: bool,
    /// It may be new, though no call of ours mends it. Then the state is not remembered as accepted.
    #[serde(skip)]
    pub is_unaccepted: bool,
    /// It is none if the organization that is let in is the account's own.
    #[serde(skip)]
    pub asks_for_account: bool,
    /// It only completes the resource: it opens and loses nothing that the resource held, and waits while that is being made.
    #[serde(skip)]
    pub completes: bool,
    /// When it is completed, in seconds since 1970: it waits until then.
    #[serde(skip)]
    pub waits_until: Option<i64>,
    /// A concrete request that should not be possible and is; policies only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
}

impl Finding {
    /// A finding on `control`, in the mode that the standard sets for it on this resource. `None` where it is off there.
    #[must_use]
    pub fn on(control: ControlId, subject: &Subject<'_>, detail: String) -> Option<Self> {
        let mode = subject.mode(control);
        let severity = control.severity();
        (mode != Mode::Off).then(|| Self { mode, ..Self::of_deployment(control, severity, detail) })
    }

    /// Something that is told of the deployment itself, which no call of ours mends.
    #[must_use]
    pub fn of_deployment(control: ControlId, severity: Severity, detail: String) -> Self {
        Self {
            control,
            severity,
            mode: Mode::Observe,
            detail,
            was_before: false,
            is_unaccepted: false,
            asks_for_account: false,
            completes: false,
            waits_until: None,
            witness: None,
        }
    }

    /// The same with the request that shows it.
    #[must_use]
    pub fn shown_by(mut self, witness: Witness) -> Self {
        self.witness = Some(witness);
        self
    }

    /// The same as something that no call of ours mends.
    #[must_use]
    pub fn only_observed(self) -> Self {
        Self { mode: Mode::Observe, ..self }
    }

    /// The same as something that was there before: observed at the most.
    #[must_use]
    pub fn from_before(self) -> Self {
        Self { was_before: true, ..self.only_observed() }
    }

    /// The same as something that is completed once the resource has settled. It is not accepted by that.
    #[must_use]
    pub fn waiting(self, until: i64) -> Self {
        let moment = OffsetDateTime::from_unix_timestamp(until).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let moment = moment.format(&Rfc3339).unwrap_or_default();
        let detail = format!("{}; it is completed once it has settled, at {moment}", self.detail);
        Self { detail, is_unaccepted: true, waits_until: Some(until), ..self.only_observed() }
    }

    /// Whether it is to be repaired.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        self.mode == Mode::Enforce
    }
}

/// What an assessment comes to: the violated controls, or why that cannot be said.
pub type Assessment = Result<Vec<Finding>, Undetermined>;

/// A state that was read but cannot be judged, such as a policy beyond the budget of the analysis. Never taken as compliant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undetermined(pub String);
