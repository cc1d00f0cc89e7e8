use std::collections::BTreeMap;

use parapet_core::{ControlId, Subject};

use crate::flaw::{Flaw, Flaws};
use crate::guard::logging::is_foundation;

/// A trail's tags, by key.
pub(crate) type Tags = BTreeMap<String, String>;

fn purpose() -> (String, String) {
    ("Purpose".to_owned(), "AuditTrail".to_owned())
}

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Option<Tags>>,
    observed: &Option<Tags>,
) -> Flaws<'a, Option<Tags>> {
    let (key, value) = purpose();
    let is_tagged = observed.as_ref().and_then(|tags| tags.get(&key)) == Some(&value);
    if !is_foundation(subject) || is_tagged {
        return Ok(Vec::new());
    }
    let (detail, mut desired) = match observed {
        Some(seen) => (format!("the tag {key}={value} is missing"), seen.clone()),
        None => ("the trail does not exist".to_owned(), last_known.cloned().flatten().unwrap_or_default()),
    };
    desired.insert(key, value);
    Ok(vec![Flaw::new(ControlId::TrailTags, detail, |tags| *tags = Some(desired))])
}

/// The tags to set. Tags of others are nobody's business here: none is removed.
pub(crate) fn to_add(from: Option<&Tags>, to: &Tags) -> Tags {
    let is_new = |(key, value): &(&String, &String)| from.and_then(|tags| tags.get(*key)) != Some(*value);
    to.iter().filter(is_new).map(|(key, value)| (key.clone(), value.clone())).collect()
}
