//! What a holder brings about before a request, so that the request carries what conditions ask for.
//!
//! A tag of a resource is no confinement to somebody who may set it: "the user can simply change the tags" (Amazon EC2 User Guide, "Control
//! access using resource tags"). Nor is the name of a policy to somebody who may write what stands in it.

use super::reached::Reached;
use crate::catalogue::{self, ActionId};
use crate::glob::Glob;
use crate::judge::tagging::sets_tags;
use crate::language::Pattern;
use crate::statement::{Condition, StatementAt};
use std::collections::{BTreeMap, BTreeSet};

/// How many values of one key are tried.
const MAX_VALUES: usize = 8;

/// Prefixes of keys, in lower case, of which the rest is the key of a tag: of the resource, and of an object that is there.
const OBJECT_TAG: &str = "s3:existingobjecttag/";
const RESOURCE_TAGS: [&str; 4] = ["resourcetag/", "-tag/", "buckettag/", "accesspointtag/"];

/// Keys that name a policy which the request is about.
const POLICY_KEYS: [&str; 2] = ["iam:policyarn", "iam:permissionsboundary"];

/// What was brought about, and how.
#[derive(Clone, Debug, Default)]
pub(in crate::judge) struct Brought {
    /// Values that keys (in lower case) can have now.
    values: BTreeMap<String, Vec<String>>,
    /// The actions that it took.
    actions: BTreeSet<String>,
    /// The statements that grant them.
    statements: BTreeSet<StatementAt>,
}

/// What a condition asks for that a holder may bring about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wish {
    /// The key of the condition, in lower case.
    pub(super) key: String,
    /// The value that it is to have.
    pub(super) value: String,
    pub(super) by: By,
}

/// How a wish comes true.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    /// The tag of this key is set.
    Tagging(String),
    /// A policy is written, or a version of one that is there.
    Writing {
        /// Whether a new policy would do.
        new: bool,
    },
}

impl Brought {
    pub(in crate::judge) fn values(&self, key: &str) -> &[String] {
        self.values.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// That a wish came true, with this action.
    pub(super) fn add(&mut self, wish: Wish, action: &str, step: Reached) {
        self.values.entry(wish.key).or_default().push(wish.value);
        self.actions.insert(action.to_owned());
        self.actions.extend(step.before);
        self.statements.extend(step.statements);
    }

    /// What is reached with it.
    pub(super) fn added_to(&self, mut reached: Reached) -> Reached {
        reached.before.extend(self.actions.iter().cloned());
        reached.statements.extend(self.statements.iter().copied());
        reached
    }
}

/// What conditions ask for that could be brought about; `known` says what a variable stands for.
pub(super) fn wishes<'c>(conditions: impl Iterator<Item = &'c Condition>, known: &[String]) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = Vec::new();
    for condition in conditions {
        let key = condition.key.to_ascii_lowercase();
        let tag = RESOURCE_TAGS.iter().find_map(|infix| Some(key.find(infix)? + infix.len()));
        let tag = tag.or_else(|| key.starts_with(OBJECT_TAG).then_some(OBJECT_TAG.len()));
        let tag = tag.and_then(|at| condition.key.get(at..)).filter(|tag| !is_reserved(tag));
        if tag.is_none() && !POLICY_KEYS.contains(&key.as_str()) {
            continue;
        }
        let values = condition.values.iter().take(MAX_VALUES);
        for (value, pattern) in values.flat_map(|value| examples(value, known).into_iter().map(move |e| (e, value))) {
            let by = match tag {
                Some(tag) => By::Tagging(tag.to_owned()),
                None => By::Writing { new: pattern.contains(['*', '?']) && key == "iam:policyarn" },
            };
            let wish = Wish { key: key.clone(), value, by };
            if !wishes.contains(&wish) {
                wishes.push(wish);
            }
        }
    }
    wishes
}

/// Whether a key, in lower case, is a tag of what exists.
pub(super) fn is_about_tags(key: &str) -> bool {
    RESOURCE_TAGS.iter().any(|infix| key.contains(infix)) || key.starts_with(OBJECT_TAG)
}

/// Whether a holder may bring about what a condition on a key, in lower case, asks for.
pub(super) fn can_be_brought(key: &str) -> bool {
    is_about_tags(key) || POLICY_KEYS.contains(&key)
}

/// "The aws: prefix is reserved for AWS use" (AWS General Reference, "Tag naming and usage conventions"): nobody sets such a tag.
fn is_reserved(tag: &str) -> bool {
    tag.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

/// Texts that a value fits: itself, what its wildcards stand for, what its variable can be.
fn examples(value: &str, known: &[String]) -> Vec<String> {
    if value.contains("${") { known.to_vec() } else { vec![Glob::new(value).example("x")] }
}

/// The actions that set a tag of a resource of this name, for a key in lower case; of an action's own service where there is no name.
pub(super) fn tagging(key: &str, action: &str, resource: Option<&str>) -> Vec<ActionId> {
    let of_resource = resource.and_then(|name| name.split(':').nth(2));
    let service = of_resource.or_else(|| action.split(':').next()).unwrap_or_default();
    if key.starts_with(OBJECT_TAG) {
        return ["s3:PutObjectTagging", "s3:PutObjectVersionTagging"].into_iter().filter_map(catalogue::find).collect();
    }
    let is_about = |id: &ActionId| resource.is_none_or(|name| id.resource_templates().any(|t| fits(t, name)));
    catalogue::actions_of(service).into_iter().filter(|id| sets_tags(*id)).filter(is_about).collect()
}

fn fits(template: &str, name: &str) -> bool {
    let text = ["${Partition}", "${Region}", "${Account}"].iter().fold(template.to_owned(), |t, p| t.replace(p, "*"));
    Pattern::arn(&Glob::new(&text)).is_some_and(|pattern| pattern.matches(name))
}
