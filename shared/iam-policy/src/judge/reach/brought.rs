//! What a holder brings about before a request, so that the request carries what conditions ask for.
//!
//! A tag of a resource is no confinement to somebody who may set it: "it's possible for a user to circumvent your restrictions and gain
//! access to a resource by modifying its tags" (Amazon EC2 User Guide, "Identity-based policies for Amazon EC2"). Nor is one of the
//! principal to somebody who may tag users, roles or sessions, nor the alias of a key: "Changing a tag or alias can allow or deny permission
//! to the customer managed key" (AWS KMS Developer Guide, "Use aliases to control access to KMS keys"). Nor is the name of a policy to
//! somebody who may write what stands in it.

use super::reached::Reached;
use crate::budget::Budget;
use crate::catalogue::{self, ActionId};
use crate::glob::Glob;
use crate::judge::tables::made::SETTING_BOUNDARIES;
use crate::judge::tagging::sets_tags;
use crate::language::{self, Pattern};
use crate::statement::{Condition, StatementAt};
use std::collections::{BTreeMap, BTreeSet};

/// How many values of one key are tried.
const MAX_VALUES: usize = 8;

/// Prefixes of keys, in lower case, of which the rest is the key of a tag: of the resource, and of an object that is there.
const OBJECT_TAG: &str = "s3:existingobjecttag/";
const RESOURCE_TAGS: [&str; 4] = ["resourcetag/", "-tag/", "buckettag/", "accesspointtag/"];

pub(super) const PRINCIPAL_TAG: &str = "aws:principaltag/";

/// Prefixes of keys, in lower case, that are tags which a request sets.
const REQUEST_TAGS: [&str; 2] = ["aws:requesttag/", "s3:requestobjecttag/"];

/// Keys that name a policy which the request is about.
const POLICY_KEYS: [&str; 2] = ["iam:policyarn", BOUNDARY];

const BOUNDARY: &str = "iam:permissionsboundary";

/// Keys that are the names of a key of KMS.
const ALIAS_KEYS: [&str; 2] = ["kms:requestalias", "kms:resourcealiases"];

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
    /// The tag of this key is set on the resource.
    Tagging(String),
    /// The tag of this key is set on the holder, or its session.
    Being(String),
    /// The key of KMS gets this name.
    Naming,
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

    /// Whether a wish came true already.
    pub(super) fn has(&self, wish: &Wish) -> bool {
        self.values(&wish.key).contains(&wish.value)
    }

    /// That a wish came true, with these actions.
    pub(super) fn add(&mut self, wish: Wish, steps: Vec<(String, Reached)>) {
        self.values.entry(wish.key).or_default().push(wish.value);
        for (action, step) in steps {
            self.actions.insert(action);
            self.actions.extend(step.before);
            self.statements.extend(step.statements);
        }
    }

    /// What is reached with it.
    pub(super) fn added_to(&self, mut reached: Reached) -> Reached {
        reached.before.extend(self.actions.iter().cloned());
        reached.statements.extend(self.statements.iter().copied());
        reached
    }
}

/// What is known where it is asked what could be brought about.
pub(super) struct Told<'t> {
    /// What variables stand for.
    pub(super) known: &'t [String],
    /// Conditions on tags that requests set.
    pub(super) setting: &'t [&'t Condition],
    /// Whether the holder makes what the request is about.
    pub(super) is_made: bool,
    pub(super) budget: &'t Budget,
}

/// What the conditions on an action (in lower case) ask for that could be brought about.
pub(super) fn wishes<'c>(action: &str, conditions: impl Iterator<Item = &'c Condition>, told: &Told<'_>) -> Vec<Wish> {
    let sets_boundary = told.is_made || SETTING_BOUNDARIES.contains(&action);
    let mut wishes: Vec<Wish> = Vec::new();
    for condition in conditions {
        let key = condition.key.to_ascii_lowercase();
        let is_new = key != BOUNDARY || sets_boundary;
        for value in condition.values.iter().take(MAX_VALUES) {
            let Some(by) = by(&key, &condition.key, is_new && value.contains(['*', '?'])) else { break };
            // Who may choose a tag of his own has the one that a resource is asked for.
            if let Some(own) = own_tag(value).filter(|_| matches!(by, By::Tagging(_))) {
                let of_own = told.known.iter().map(|value| Wish {
                    key: key.clone(),
                    value: value.clone(),
                    by: By::Being(own.to_owned()),
                });
                wishes.extend(of_own.filter(|wish| !wishes.contains(wish)).collect::<Vec<_>>());
            }
            for example in examples(value, &by, told) {
                let wish = Wish { key: key.clone(), value: example, by: by.clone() };
                if !wishes.contains(&wish) {
                    wishes.push(wish);
                }
            }
        }
    }
    wishes
}

/// The tag of the principal that a value stands for.
fn own_tag(value: &str) -> Option<&str> {
    let name = value.strip_prefix("${")?.strip_suffix('}')?.split(',').next()?.trim();
    let (prefix, tag) = name.split_at_checked(PRINCIPAL_TAG.len())?;
    (prefix.eq_ignore_ascii_case(PRINCIPAL_TAG) && !is_reserved(tag)).then_some(tag)
}

/// How a key (in lower case, and as it is written) can come to have a value; `new`: whether a policy may be a new one.
fn by(key: &str, written: &str, new: bool) -> Option<By> {
    let name = |at: usize| written.get(at..).filter(|tag| !is_reserved(tag)).map(str::to_owned);
    if let Some(tag) = tag_of(key) {
        return name(tag).map(By::Tagging);
    }
    if key.starts_with(PRINCIPAL_TAG) {
        return name(PRINCIPAL_TAG.len()).map(By::Being);
    }
    if ALIAS_KEYS.contains(&key) {
        return Some(By::Naming);
    }
    POLICY_KEYS.contains(&key).then_some(By::Writing { new })
}

/// Where the key of a tag of what exists begins, in a key in lower case.
fn tag_of(key: &str) -> Option<usize> {
    let of_object = || key.starts_with(OBJECT_TAG).then_some(OBJECT_TAG.len());
    RESOURCE_TAGS.iter().find_map(|infix| Some(key.find(infix)? + infix.len())).or_else(of_object)
}

/// Whether a key, in lower case, is a tag of what exists.
pub(super) fn is_about_tags(key: &str) -> bool {
    tag_of(key).is_some()
}

/// Whether a holder may bring about what a condition on a key, in lower case, asks for.
pub(super) fn can_be_brought(key: &str) -> bool {
    is_about_tags(key) || key.starts_with(PRINCIPAL_TAG) || ALIAS_KEYS.contains(&key) || POLICY_KEYS.contains(&key)
}

/// Whether a key, in lower case, is a tag that a request sets.
pub(super) fn is_set(key: &str) -> bool {
    REQUEST_TAGS.iter().any(|start| key.starts_with(start))
}

/// "The aws: prefix is reserved for AWS use" (AWS General Reference, "Tag naming and usage conventions"): nobody sets such a tag.
fn is_reserved(tag: &str) -> bool {
    tag.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

/// Texts that a value fits: itself, what its wildcards stand for, what its variable can be; of a tag, what may be set and fits it.
fn examples(value: &str, by: &By, told: &Told<'_>) -> Vec<String> {
    if value.contains("${") {
        return told.known.to_vec();
    }
    let glob = Glob::new(value);
    let mut found = vec![glob.example("x")];
    if let (By::Tagging(tag) | By::Being(tag), true) = (by, value.contains(['*', '?'])) {
        let asked = Pattern::like(&glob);
        let is_of = |key: &str| key.split_once('/').is_some_and(|(_, name)| name.eq_ignore_ascii_case(tag));
        let set = told.setting.iter().filter(|condition| is_of(&condition.key)).flat_map(|condition| &condition.values);
        let common = |set: &String| language::shortest(&[&asked, &Pattern::like(&Glob::new(set))], &[], told.budget);
        found.extend(set.take(MAX_VALUES).filter_map(common));
    }
    found
}

/// The actions that set a tag of a resource of this name, for a key in lower case; of an action's own service where there is no name.
pub(super) fn tagging(key: &str, action: &str, resource: Option<&str>) -> Vec<ActionId> {
    let of_resource = resource.and_then(|name| name.split(':').nth(2));
    let service = of_resource.or_else(|| action.split(':').next()).unwrap_or_default();
    if key.starts_with(OBJECT_TAG) {
        return ["s3:PutObjectTagging", "s3:PutObjectVersionTagging"].into_iter().filter_map(catalogue::find).collect();
    }
    let is_about = |id: &ActionId| resource.is_none_or(|name| id.resource_patterns().any(|kind| fits(&kind, name)));
    catalogue::actions_of(service).into_iter().filter(|id| sets_tags(*id)).filter(is_about).collect()
}

fn fits(kind: &str, name: &str) -> bool {
    Pattern::arn(&Glob::new(kind)).is_some_and(|pattern| pattern.matches(name))
}
