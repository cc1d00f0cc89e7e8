use parapet_core::{ControlId, Subject};

use crate::flaw::{Flaw, Flaws};
use crate::guard::encryption::bucket_needs;

pub(crate) fn flaws<'a>(subject: &Subject<'a>, _last_known: Option<&bool>, exists: &bool) -> Flaws<'a, bool> {
    let missing = !exists && bucket_needs(subject).is_some_and(|(_, needs)| needs.foundation);
    let flaw =
        missing.then(|| Flaw::new(ControlId::BucketExists, "the bucket does not exist", |exists| *exists = true));
    Ok(flaw.into_iter().collect())
}
