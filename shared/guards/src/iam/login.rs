use std::fmt;

use parapet_core::Identity;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::iam::resources::SERVICE;
use crate::iam::strong::{self, BROAD_PRINCIPAL, Holder, STRONG_USER};
use crate::{Facet, IamEntity, Made, Resource, Standard, State, Subject, on};

control! {
    PROTECTED_LOGIN = "IAM.ProtectedLogin", High, Observe, fsbp [], cis [],
    "Protected users get no new console password",
    "Whoever sets the password is the user; yet to take one away may lock the last administrator out, so this is observed unless asked for.",
}

/// The console password of a user; none where there is none.
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
        controls: &[PROTECTED_LOGIN, STRONG_USER, BROAD_PRINCIPAL],
        // Of a user with a new one also what he may.
        calls_a_look: None,
        is_about_access: false,
        is_about_credentials: true,
        ..Row::OF_ACCESS
    };

    /// Roles and groups have none.
    fn is_asked_of(on: &Self::On, _standard: &Standard) -> bool {
        matches!(on.entity, IamEntity::User(_))
    }

    /// IAM does not say when a password was changed, so whoever looks here is told that there is one. It is taken away only where it is known
    /// that there was none.
    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Login>>,
        observed: &Option<Login>,
    ) -> Flaws<'a, Option<Login>> {
        let Some(login) = observed else { return Ok(Vec::new()) };
        if !strong::is_protected(subject) {
            return Ok(of_strong(subject, last_known, login).into_iter().collect());
        }
        let said = |what: &str| format!("a protected user has a console password since {}{what}", login.created);
        let flaw = match last_known {
            None => Flaw::without_remedy(PROTECTED_LOGIN, said(", and it is not known whether that is new")),
            Some(None) => Flaw::new(PROTECTED_LOGIN, said("; it had none before"), |login| *login = None),
            Some(Some(last)) if last.created == login.created => {
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

    /// What the user may, where the standard does not name him.
    fn asks(
        subject: &Subject<'_>,
        _last_known: Option<&Self::State>,
        observed: &Self::State,
        _identity: &Identity,
    ) -> Option<(Resource, Facet)> {
        strong::asked_of_user(subject).filter(|_| observed.is_some() && !strong::is_protected(subject))
    }

    fn knowing(_: &Subject<'_>, observed: Self::State, known: Option<State>, _: &Identity) -> Self::State {
        observed.map(|login| Login { holder: Holder::told(known), ..login })
    }
}

/// The password of a user who is strong by what he holds. It goes where it was made just now, as AWS dates it, and by what led here: what he made
/// himself is his, whoever does something with it later.
fn of_strong<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<Login>>,
    login: &Login,
) -> Option<Flaw<'a, Option<Login>>> {
    let control = login.holder.control(subject, STRONG_USER)?;
    let said = |what: &str| {
        format!(
            "a user who is an administrator or has a way to more has a console password since {}; {what}",
            login.created
        )
    };
    let is_new = strong::is_new(subject, login.made_at);
    let is_made = is_new && subject.made.is_none_or(Made::is_password);
    Some(match last_known {
        Some(None) if is_made => Flaw::new(control, said("there was none before"), |login| *login = None),
        None if is_made => Flaw::new(control, said("just now"), |login| *login = None),
        // Not accepted: its own event may be on the way.
        None if is_new => {
            Flaw::without_remedy(control, said("just now, of which this event says nothing")).unaccepted()
        }
        Some(None) => {
            Flaw::without_remedy(control, said("there was none before, and who made it this event does not say"))
                .unaccepted()
        }
        None => Flaw::without_remedy(control, said("it is not known whether that is new")),
        Some(Some(last)) if last.created == login.created => {
            Flaw::without_remedy(control, said("whether it was changed cannot be told")).from_before()
        }
        Some(Some(_)) => Flaw::without_remedy(control, said("there was another before")),
    })
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Login {
    /// Since when there is one, as IAM writes it.
    pub created: String,
    /// The same in seconds since 1970, as AWS told just now.
    #[serde(skip)]
    pub made_at: Option<i64>,
    /// What the user may, where that was asked for.
    #[serde(skip)]
    pub holder: Holder,
}
