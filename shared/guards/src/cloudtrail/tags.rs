use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::aspect::{Aspect, Row};
use crate::cloudtrail::resources::{SERVICE, is_made};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::{Standard, Subject, on};

control! {
    TRAIL_TAGS = "CloudTrail.Tags", Low, Enforce, fsbp [], cis [],
    "The trail carries its purpose as a tag",
    "Inventories and cost reports find it by it.",
}

/// The trail's tags; none where it does not exist.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Trail;
    type State = Option<Tags>;
    type Action = TagsAction;

    const ROW: Row = Row {
        id: "trail-tags",
        name: "trail tags",
        service: &SERVICE,
        events: &["CreateTrail", "DeleteTrail", "AddTags", "RemoveTags"],
        controls: &[TRAIL_TAGS],
        ..Row::OF_LOGGING
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Tags>>,
        observed: &Option<Tags>,
    ) -> Flaws<'a, Option<Tags>> {
        let (key, value) = purpose();
        let is_tagged = observed.as_ref().and_then(|tags| tags.get(&key)) == Some(&value);
        if !is_made(subject) || is_tagged {
            return Ok(Vec::new());
        }
        let (detail, mut desired) = match observed {
            Some(seen) => (format!("the tag {key}={value} is missing"), seen.clone()),
            None => ("the trail does not exist".to_owned(), last_known.cloned().flatten().unwrap_or_default()),
        };
        desired.insert(key, value);
        Ok(vec![Flaw::new(TRAIL_TAGS, detail, |tags| *tags = Some(desired))])
    }

    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let missing = to.as_ref().map(|to| to_add(from.as_ref(), to)).unwrap_or_default();
        if missing.is_empty() { Vec::new() } else { vec![TagsAction::AddTags(missing)] }
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            TagsAction::AddTags(new) => {
                let mut tags = state.clone().unwrap_or_default();
                tags.extend(new.clone());
                Some(tags)
            }
        }
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    fn is_asked_of(trail: &on::Trail, standard: &Standard) -> bool {
        standard.makes_trail(&trail.name)
    }
}

/// What is done about a trail's tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum TagsAction {
    /// Set these tags.
    AddTags(Tags),
}

impl fmt::Display for TagsAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddTags(tags) => {
                let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
                write!(f, "AddTags {}", tags.join(", "))
            }
        }
    }
}

/// A trail's tags, by key.
pub(crate) type Tags = BTreeMap<String, String>;

fn purpose() -> (String, String) {
    ("Purpose".to_owned(), "AuditTrail".to_owned())
}

/// The tags to set. Tags of others are nobody's business here: none is removed.
pub(crate) fn to_add(from: Option<&Tags>, to: &Tags) -> Tags {
    let is_new = |(key, value): &(&String, &String)| from.and_then(|tags| tags.get(*key)) != Some(*value);
    to.iter().filter(is_new).map(|(key, value)| (key.clone(), value.clone())).collect()
}
