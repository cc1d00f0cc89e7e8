use parapet_core::{ControlId, Subject};

use crate::flaw::{Flaw, Flaws};

pub(super) fn flaws<'a>(_subject: &Subject<'a>, _last_known: Option<&bool>, on: &bool) -> Flaws<'a, bool> {
    let flaw = (!on).then(|| Flaw::new(ControlId::KeyRotation, "the key does not rotate", |on| *on = true));
    Ok(flaw.into_iter().collect())
}
