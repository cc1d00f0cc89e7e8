use parapet_core::{ControlId, Retention, Subject};

use super::bucket_needs;
use crate::flaw::{Flaw, Flaws};

/// The retention that is asked for, where one is and the observed one is weaker. A longer or stricter one stays.
fn missing_retention(subject: &Subject<'_>, observed: Option<Retention>) -> Option<Retention> {
    let (_, needs) = bucket_needs(subject)?;
    let asked = needs.retention?;
    let nearest =
        observed.map_or(asked, |seen| Retention { mode: seen.mode.max(asked.mode), days: seen.days.max(asked.days) });
    (observed != Some(nearest)).then_some(nearest)
}

pub(super) fn flaws<'a>(
    subject: &Subject<'a>,
    _last_known: Option<&Option<Retention>>,
    observed: &Option<Retention>,
) -> Flaws<'a, Option<Retention>> {
    let Some(asked) = missing_retention(subject, *observed) else { return Ok(Vec::new()) };
    let seen = observed.map_or_else(|| "not set".to_owned(), |seen| format!("{:?} {} days", seen.mode, seen.days));
    let detail = format!("the default retention is {seen}; at least {:?} {} days is asked for", asked.mode, asked.days);
    Ok(vec![Flaw::new(ControlId::BucketObjectLock, detail, move |retention| *retention = Some(asked))])
}
