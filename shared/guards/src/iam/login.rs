use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::iam::resources::SERVICE;
use crate::{IamEntity, Standard, Subject, on};

control! {
    PROTECTED_LOGIN = "IAM.ProtectedLogin", High, Observe, fsbp [], cis [],
    "Protected users get no new console password",
    "Whoever sets the password is the user; yet to take one away may lock the last administrator out, so this is observed unless asked for.",
}

/// The console password of a protected user; none where there is none.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Principal;
    type State = Option<Login>;
    type Action = LoginAction;

    const ROW: Row = Row {
        id: "login-profile",
        name: "console password",
        service: &SERVICE,
        events: &["CreateLoginProfile", "UpdateLoginProfile"],
        controls: &[PROTECTED_LOGIN],
        is_about_access: false,
        is_about_protected: true,
        ..Row::OF_ACCESS
    };

    /// Roles and groups have none.
    fn is_asked_of(on: &Self::On, _standard: &Standard) -> bool {
        matches!(on.entity, IamEntity::User(_))
    }

    /// IAM does not say when a password was changed, so whoever looks here is told that there is one. It is taken away only where it is known
    /// that there was none.
    fn flaws<'a>(
        _subject: &Subject<'a>,
        last_known: Option<&Option<Login>>,
        observed: &Option<Login>,
    ) -> Flaws<'a, Option<Login>> {
        let Some(login) = observed else { return Ok(Vec::new()) };
        let said = |what: &str| format!("a protected user has a console password since {}{what}", login.created);
        let flaw = match last_known {
            None => Flaw::without_remedy(PROTECTED_LOGIN, said(", and it is not known whether that is new")),
            Some(None) => Flaw::new(PROTECTED_LOGIN, said("; it had none before"), |login| *login = None),
            Some(Some(last)) if last == login => {
                Flaw::without_remedy(PROTECTED_LOGIN, said("; whether it was changed cannot be told")).from_before()
            }
            Some(Some(_)) => Flaw::without_remedy(PROTECTED_LOGIN, said("; it had another before")),
        };
        Ok(vec![flaw])
    }

    /// A password is taken away, and never made: nobody would know it.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        if from.is_some() && to.is_none() { vec![LoginAction::DeleteLoginProfile] } else { Vec::new() }
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            LoginAction::DeleteLoginProfile => None,
        }
    }

    /// That there was none before does not show.
    fn is_judged_by_memory(_subject: &Subject<'_>, observed: &Self::State) -> bool {
        observed.is_some()
    }
}

/// What is done about a console password.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum LoginAction {
    /// Delete it.
    DeleteLoginProfile,
}

impl fmt::Display for LoginAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeleteLoginProfile => f.write_str("DeleteLoginProfile"),
        }
    }
}

/// A password for the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Login {
    /// Since when there is one, as IAM writes it.
    pub created: String,
}
