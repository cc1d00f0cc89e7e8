use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::iam::resources::SERVICE;
use crate::{IamEntity, Standard, Subject, on};

control! {
    PROTECTED_ACCESS_KEYS = "IAM.ProtectedAccessKeys", High, Observe, fsbp [], cis [],
    "Protected users get no new access keys",
    "A key of somebody who is never touched opens what the guards keep shut; yet to switch one off may lock the last administrator out, so this is observed unless asked for.",
}

/// The access keys of a protected user.
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
        controls: &[PROTECTED_ACCESS_KEYS],
        is_about_access: false,
        is_about_protected: true,
        ..Row::OF_ACCESS
    };

    /// Roles and groups have none.
    fn is_asked_of(on: &Self::On, _standard: &Standard) -> bool {
        matches!(on.entity, IamEntity::User(_))
    }

    /// A key that was not active before is new. Where nothing is remembered it cannot be told which are: then none is switched off, because
    /// it may be the last way in.
    fn flaws<'a>(
        _subject: &Subject<'a>,
        last_known: Option<&AccessKeys>,
        observed: &AccessKeys,
    ) -> Flaws<'a, AccessKeys> {
        let active: Vec<&String> = observed.iter().filter(|(_, active)| **active).map(|(id, _)| id).collect();
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
                let is_new = |id: &&String| last.get(id.as_str()) != Some(&true);
                let new: Vec<String> = active.into_iter().filter(is_new).cloned().collect();
                let detail = format!("a protected user has new active access keys: `{}`", new.join("`, `"));
                let mend = move |keys: &mut AccessKeys| {
                    keys.iter_mut().filter(|(id, _)| new.contains(id)).for_each(|(_, active)| *active = false)
                };
                let is_right = observed.iter().all(|(id, active)| !active || last.get(id) == Some(&true));
                (!is_right).then(|| Flaw::new(PROTECTED_ACCESS_KEYS, detail, mend))
            }
        };
        Ok(flaw.into_iter().collect())
    }

    /// Keys are switched on and off, never made and never deleted.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let changed = |(id, active): (&String, &bool)| {
            let is_changed = from.get(id).is_some_and(|before| before != active);
            is_changed.then(|| AccessKeyAction::UpdateAccessKey { id: id.clone(), active: *active })
        };
        to.iter().filter_map(changed).collect()
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let mut keys = state.clone();
        if let AccessKeyAction::UpdateAccessKey { id, active } = action
            && let Some(is_active) = keys.get_mut(id)
        {
            *is_active = *active;
        }
        keys
    }

    /// Which keys somebody had before does not show.
    fn is_judged_by_memory(_subject: &Subject<'_>, observed: &Self::State) -> bool {
        observed.values().any(|active| *active)
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

/// The access keys of a user, by id, and whether each is active.
pub(crate) type AccessKeys = BTreeMap<String, bool>;
