use std::collections::BTreeMap;

use parapet_core::{ControlId, Subject};

use crate::flaw::{Flaw, Flaws};
use crate::guard::policy::PolicyAction;

/// The access keys of a user, by id, and whether each is active.
pub(crate) type AccessKeys = BTreeMap<String, bool>;

/// A key that was not active before is new. Where nothing is remembered it cannot be told which are: then none is switched off, because
/// it may be the last way in.
pub(crate) fn flaws<'a>(
    _subject: &Subject<'a>,
    last_known: Option<&AccessKeys>,
    observed: &AccessKeys,
) -> Flaws<'a, AccessKeys> {
    let active: Vec<&String> = observed.iter().filter(|(_, active)| **active).map(|(id, _)| id).collect();
    let flaw = match last_known {
        None if active.is_empty() => None,
        None => {
            let detail =
                format!("a protected user has {} active access key(s), and it is not known since when", active.len());
            Some(Flaw::without_remedy(ControlId::ProtectedAccessKeys, detail))
        }
        Some(last) => {
            let is_new = |id: &&String| last.get(id.as_str()) != Some(&true);
            let new: Vec<String> = active.into_iter().filter(is_new).cloned().collect();
            let detail = format!("a protected user has new active access keys: `{}`", new.join("`, `"));
            let mend = move |keys: &mut AccessKeys| {
                keys.iter_mut().filter(|(id, _)| new.contains(id)).for_each(|(_, active)| *active = false)
            };
            let is_right = observed.iter().all(|(id, active)| !active || last.get(id) == Some(&true));
            (!is_right).then(|| Flaw::new(ControlId::ProtectedAccessKeys, detail, mend))
        }
    };
    Ok(flaw.into_iter().collect())
}

/// Keys are switched on and off, never made and never deleted.
pub(crate) fn diff(from: &AccessKeys, to: &AccessKeys) -> Vec<PolicyAction> {
    let changed = |(id, active): (&String, &bool)| {
        let is_changed = from.get(id).is_some_and(|before| before != active);
        is_changed.then(|| PolicyAction::UpdateAccessKey { id: id.clone(), active: *active })
    };
    to.iter().filter_map(changed).collect()
}

pub(crate) fn step(keys: &AccessKeys, action: &PolicyAction) -> AccessKeys {
    let mut keys = keys.clone();
    if let PolicyAction::UpdateAccessKey { id, active } = action
        && let Some(state) = keys.get_mut(id)
    {
        *state = *active;
    }
    keys
}
