use parapet_core::{ControlId, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};
use crate::guard::policy::PolicyAction;

/// A password for the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// Since when there is one, as IAM writes it.
    pub created: String,
}

/// IAM does not say when a password was changed, so whoever looks here is told that there is one. It is taken away only where it is known
/// that there was none.
pub(crate) fn flaws<'a>(
    _subject: &Subject<'a>,
    last_known: Option<&Option<Login>>,
    observed: &Option<Login>,
) -> Flaws<'a, Option<Login>> {
    let Some(login) = observed else { return Ok(Vec::new()) };
    let said = |what: &str| format!("a protected user has a console password since {}{what}", login.created);
    let flaw = match last_known {
        None => Flaw::without_remedy(ControlId::ProtectedLogin, said(", and it is not known whether that is new")),
        Some(None) => Flaw::new(ControlId::ProtectedLogin, said("; it had none before"), |login| *login = None),
        Some(Some(last)) if last == login => {
            Flaw::without_remedy(ControlId::ProtectedLogin, said("; whether it was changed cannot be told"))
                .from_before()
        }
        Some(Some(_)) => Flaw::without_remedy(ControlId::ProtectedLogin, said("; it had another before")),
    };
    Ok(vec![flaw])
}

/// A password is taken away, and never made: nobody would know it.
pub(crate) fn diff(from: Option<&Login>, to: Option<&Login>) -> Vec<PolicyAction> {
    if from.is_some() && to.is_none() { vec![PolicyAction::DeleteLoginProfile] } else { Vec::new() }
}
