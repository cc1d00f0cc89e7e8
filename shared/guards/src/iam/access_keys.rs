use std::collections::BTreeMap;
use std::fmt;

use parapet_core::Identity;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::iam::resources::SERVICE;
use crate::iam::strong::{self, BROAD_PRINCIPAL, Holder, Novelty, STRONG_USER};
use crate::{Facet, IamEntity, Resource, Standard, State, Subject, on};

control! {
    PROTECTED_ACCESS_KEYS = "IAM.ProtectedAccessKeys", High, Observe, fsbp [], cis [],
    "Protected users get no new access keys",
    "A key of somebody who is never touched opens what the guards keep shut; yet to switch one off may lock the last administrator out, so this is observed unless asked for.",
}

/// The access keys of a user.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Principal;
    type State = AccessKeys;
    type Action = AccessKeyAction;

    const ROW: Row = Row {
        id: "access-keys",
        name: "access keys",
        service: &SERVICE,
        events: &["CreateAccessKey", "UpdateAccessKey"],
        controls: &[PROTECTED_ACCESS_KEYS, STRONG_USER, BROAD_PRINCIPAL],
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

    /// A key that was not active before is new. Where nothing is remembered it cannot be told which are: then none is switched off, because
    /// it may be the last way in, but of a user whom the standard does not name one that was made just now by AWS's own date.
    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&AccessKeys>,
        observed: &AccessKeys,
    ) -> Flaws<'a, AccessKeys> {
        if !strong::is_protected(subject) {
            return Ok(of_strong(subject, last_known, observed));
        }
        let active: Vec<&String> = observed.active.iter().filter(|(_, active)| **active).map(|(id, _)| id).collect();
        let flaw = match last_known {
            None if active.is_empty() => None,
            None => {
                let detail = format!(
                    "a protected user has {} active access key(s), and it is not known since when",
                    active.len()
                );
                Some(Flaw::without_remedy(PROTECTED_ACCESS_KEYS, detail))
            }
            Some(last) => {
                let is_new = |id: &&String| last.active.get(id.as_str()) != Some(&true);
                let new: Vec<String> = active.into_iter().filter(is_new).cloned().collect();
                let detail = format!("a protected user has new active access keys: `{}`", new.join("`, `"));
                (!new.is_empty()).then(|| {
                    Flaw::new(PROTECTED_ACCESS_KEYS, detail, move |keys: &mut AccessKeys| keys.switch_off(&new))
                })
            }
        };
        Ok(flaw.into_iter().collect())
    }

    /// Keys are switched on and off, never made and never deleted.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let changed = |(id, active): (&String, &bool)| {
            let is_changed = from.active.get(id).is_some_and(|before| before != active);
            is_changed.then(|| AccessKeyAction::UpdateAccessKey { id: id.clone(), active: *active })
        };
        to.active.iter().filter_map(changed).collect()
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let mut keys = state.clone();
        let AccessKeyAction::UpdateAccessKey { id, active } = action;
        if let Some(is_active) = keys.active.get_mut(id) {
            *is_active = *active;
        }
        keys
    }

    /// Which keys somebody had before does not show.
    fn is_judged_by_memory(_subject: &Subject<'_>, observed: &Self::State) -> bool {
        observed.active.values().any(|active| *active)
    }

    /// What the user may, where one may be new and the standard does not name him.
    fn asks(
        subject: &Subject<'_>,
        last_known: Option<&Self::State>,
        observed: &Self::State,
        _identity: &Identity,
    ) -> Option<(Resource, Facet)> {
        let is_any = !new(subject, last_known, observed).is_empty();
        strong::asked_of_user(subject).filter(|_| is_any && !strong::is_protected(subject))
    }

    fn knowing(_: &Subject<'_>, observed: Self::State, known: Option<State>, _: &Identity) -> Self::State {
        Self::State { holder: Holder::told(known), ..observed }
    }
}

/// What is done about an access key.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum AccessKeyAction {
    /// Switch it on or off.
    UpdateAccessKey {
        /// Its id.
        id: String,
        /// Whether it is to be active.
        active: bool,
    },
}

impl fmt::Display for AccessKeyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UpdateAccessKey { id, active } => {
                write!(f, "UpdateAccessKey {id} {}", if *active { "Active" } else { "Inactive" })
            }
        }
    }
}

/// The access keys of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(transparent)]
pub struct AccessKeys {
    /// By id, whether each is active.
    pub active: BTreeMap<String, bool>,
    /// By id, when each was made, in seconds since 1970, as AWS told just now.
    #[serde(skip)]
    pub made_at: BTreeMap<String, i64>,
    /// What the user may, where that was asked for.
    #[serde(skip)]
    pub holder: Holder,
}

impl AccessKeys {
    /// Keys by id, and whether each is active.
    #[must_use]
    pub fn of(active: BTreeMap<String, bool>) -> Self {
        Self { active, ..Self::default() }
    }

    fn switch_off(&mut self, ids: &[String]) {
        self.active.iter_mut().filter(|(id, _)| ids.contains(id)).for_each(|(_, active)| *active = false);
    }
}

fn new(subject: &Subject<'_>, last_known: Option<&AccessKeys>, observed: &AccessKeys) -> Vec<(String, Novelty)> {
    strong::new_credentials(subject, last_known.map(|last| &last.active), &observed.active, &observed.made_at)
}

/// New keys of a user who is strong by what he holds.
fn of_strong<'a>(
    subject: &Subject<'a>,
    last_known: Option<&AccessKeys>,
    observed: &AccessKeys,
) -> Vec<Flaw<'a, AccessKeys>> {
    let new = new(subject, last_known, observed);
    strong::of_credentials(subject, &observed.holder, "access key", new, |keys: &mut AccessKeys, ids| {
        keys.switch_off(ids)
    })
}
