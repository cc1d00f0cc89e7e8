use parapet_core::{ControlId, Subject};

use super::bucket_needs;
use crate::flaw::{Flaw, Flaws};

pub(super) fn flaws<'a>(subject: &Subject<'a>, _last_known: Option<&bool>, exists: &bool) -> Flaws<'a, bool> {
    let missing = !exists && bucket_needs(subject).is_some_and(|(_, needs)| needs.foundation);
    let flaw =
        missing.then(|| Flaw::new(ControlId::BucketExists, "the bucket does not exist", |exists| *exists = true));
    Ok(flaw.into_iter().collect())
}
