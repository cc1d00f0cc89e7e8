use parapet_core::{ControlId, Finding, Retention, Subject};

use super::bucket_needs;

/// The retention that is asked for, where one is and the observed one is weaker. A longer or stricter one stays.
fn missing_retention(subject: &Subject<'_>, observed: Option<Retention>) -> Option<Retention> {
    let (_, needs) = bucket_needs(subject)?;
    let asked = needs.retention?;
    let nearest =
        observed.map_or(asked, |seen| Retention { mode: seen.mode.max(asked.mode), days: seen.days.max(asked.days) });
    (observed != Some(nearest)).then_some(nearest)
}

pub(super) fn assess(subject: &Subject<'_>, observed: Option<Retention>) -> Option<Finding> {
    let asked = missing_retention(subject, observed)?;
    let seen = observed.map_or_else(|| "not set".to_owned(), |seen| format!("{:?} {} days", seen.mode, seen.days));
    Finding::on(
        ControlId::BucketObjectLock,
        subject,
        format!("the default retention is {seen}; at least {:?} {} days is asked for", asked.mode, asked.days),
    )
}

pub(super) fn comply(subject: &Subject<'_>, observed: Option<Retention>) -> Option<Retention> {
    let wanted =
        if subject.enforces(ControlId::BucketObjectLock) { missing_retention(subject, observed) } else { None };
    wanted.or(observed)
}
