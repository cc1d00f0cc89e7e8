use std::fmt;

use parapet_core::Identity;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::flaw::{Flaw, Flaws};
use crate::iam::principal;
use crate::iam::resources::SERVICE;
use crate::iam::strong::{self, BROAD_PRINCIPAL, Holder, STRONG_ROLE};
use crate::{Facet, IamEntity, Resource, State, Subject, on};

/// Which role is in an instance profile: whoever starts or reaches an instance with it has the role.
pub struct Unit;

impl Aspect for Unit {
    type On = on::InstanceProfile;
    type State = InstanceProfile;
    type Action = InstanceProfileAction;

    const ROW: Row = Row {
        id: "instance-profile",
        name: "instance profile",
        service: &SERVICE,
        events: &[
            "CreateInstanceProfile",
            "AddRoleToInstanceProfile",
            "RemoveRoleFromInstanceProfile",
            "DeleteInstanceProfile",
        ],
        controls: &[STRONG_ROLE, BROAD_PRINCIPAL],
        // Of a new role also what it may.
        calls_a_look: None,
        ..Row::OF_ACCESS
    };

    /// A strong role that was put into a profile goes. Of a profile that is not remembered and was not made just now, it is not known whether
    /// it is new.
    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&InstanceProfile>,
        observed: &InstanceProfile,
    ) -> Flaws<'a, InstanceProfile> {
        let Some(role) = new_role(last_known, observed) else { return Ok(Vec::new()) };
        let Some(control) = observed.holder.control(subject, STRONG_ROLE) else { return Ok(Vec::new()) };
        let detail = format!("the profile hands out `role/{role}`, which is an administrator or has a way to more");
        let flaw = match last_known.is_some() || observed.is_new {
            true => Flaw::new(control, detail, |profile: &mut InstanceProfile| profile.role = None),
            false => Flaw::without_remedy(control, format!("{detail}; it is not known since when")).unaccepted(),
        };
        Ok(vec![flaw])
    }

    /// A profile holds one role at most.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        if from.role == to.role {
            return Vec::new();
        }
        let gone = from.role.clone().map(InstanceProfileAction::RemoveRole);
        gone.into_iter().chain(to.role.clone().map(InstanceProfileAction::AddRole)).collect()
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let role = match action {
            InstanceProfileAction::RemoveRole(_) => None,
            InstanceProfileAction::AddRole(role) => Some(role.clone()),
        };
        InstanceProfile { role, ..state.clone() }
    }

    /// Which role there was before does not show.
    fn is_judged_by_memory(_subject: &Subject<'_>, observed: &Self::State) -> bool {
        observed.role.is_some()
    }

    /// What a role may that was not in the profile.
    fn asks(
        _subject: &Subject<'_>,
        last_known: Option<&Self::State>,
        observed: &Self::State,
        _identity: &Identity,
    ) -> Option<(Resource, Facet)> {
        new_role(last_known, observed).map(|role| principal::of_all(IamEntity::Role(role.to_owned())))
    }

    fn knowing(subject: &Subject<'_>, observed: Self::State, known: Option<State>, identity: &Identity) -> Self::State {
        let holder = Holder::told(known);
        let is_named = |role: &String| subject.standard.is_named_strong(&IamEntity::Role(role.clone()));
        let holder = if observed.role.as_ref().is_some_and(is_named) { holder.named() } else { holder };
        InstanceProfile { holder, is_new: strong::is_new(subject, identity.created), ..observed }
    }
}

/// What is done about an instance profile.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum InstanceProfileAction {
    /// Take the role out.
    RemoveRole(String),
    /// Put the role in.
    AddRole(String),
}

impl fmt::Display for InstanceProfileAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RemoveRole(role) => write!(f, "RemoveRoleFromInstanceProfile {role}"),
            Self::AddRole(role) => write!(f, "AddRoleToInstanceProfile {role}"),
        }
    }
}

/// An instance profile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InstanceProfile {
    /// The name of the role in it.
    pub role: Option<String>,
    /// Whether the profile was made just now.
    #[serde(skip)]
    pub is_new: bool,
    /// What the role may, where that was asked for.
    #[serde(skip)]
    pub holder: Holder,
}

fn new_role<'s>(last_known: Option<&InstanceProfile>, observed: &'s InstanceProfile) -> Option<&'s str> {
    let was_there = |role: &&String| last_known.is_some_and(|last| last.role.as_ref() == Some(*role));
    observed.role.as_ref().filter(|role| !was_there(role)).map(String::as_str)
}
