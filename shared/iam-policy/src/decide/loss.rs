//! What a change of documents takes from one request that was made, of which not everything is known.
//!
//! Who was seen to ask for something left a record, and a record does not tell every key that the request carried, nor always which
//! resource it was about. What decides and is not known is never guessed.

use crate::arn::Arn;
use crate::budget::Budget;
use crate::condition::{self, takes_variables};
use crate::document::Document;
use crate::glob::Glob;
use crate::kind::PolicyKind;
use crate::principal;
use crate::request::{Context, lookup};
use crate::resource::{Bound, ResourceName, ResourcePattern};
use crate::statement::{ActionElement, Condition, Effect, PrincipalElement, Principals, ResourceElement, Statement};
use crate::variables::{Variables, names};

/// What is known of a request that was made.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Who asked: a user's or role's ARN. Not looked at for an identity policy.
    pub principal: &'a str,
    /// What was asked for.
    pub action: SeenAction<'a>,
    /// The ARN of what it was about, or `*` for an action without a resource. `None`: it is not known.
    pub resource: Option<&'a str>,
    /// The condition keys of which it is known what the request carried: their values, or an empty list where it is known that it carried no
    /// such key. Whether it carried any other key is not known.
    pub context: &'a Context,
}

/// What is known of the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenAction<'a> {
    /// Its whole name: `s3:GetObject`.
    Named(&'a str),
    /// Some action of a service, by its prefix: `s3`.
    OfService(&'a str),
    /// Some action.
    Some,
}

/// What a change of documents takes from a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// Nothing: the documents before did not allow it, and those after deny it no more than they did.
    Never,
    /// Nothing: it is allowed as before, or may be as much as it may have been before.
    Kept,
    /// It was allowed and is not, or is denied and was not.
    Lost,
    /// What is not known of the request decides.
    Unknown,
}

/// What becomes of a request that was made when the documents of one layer (all that somebody holds, or the policy of a resource) change.
///
/// How a request stands with documents is denied, not mentioned, or allowed, in this order: "An explicit deny in any of these policies
/// overrides the allow" (IAM User Guide, Policy evaluation logic). It is lost where it stands lower than before. So a Deny that is new loses
/// what other documents allow, too: it was made, so something allowed it.
///
/// Where a statement applies only if something is so that is not known, the answer does not hang on it as long as the same statement, or
/// another that asks for the same of what is not known, stands on both sides.
pub fn loss(before: &[&Document], after: &[&Document], kind: PolicyKind, seen: &Seen<'_>) -> Loss {
    let budget = Budget::of(u64::MAX);
    let (mut was, mut is) = (Standing::default(), Standing::default());
    before.iter().for_each(|document| was.add(document, kind, seen, &budget));
    after.iter().for_each(|document| is.add(document, kind, seen, &budget));
    decided(&was, &is)
}

/// The same when the policy of a resource changes beside what somebody of its account holds: "If an action is allowed by an identity-based policy,
/// a resource-based policy, or both, then AWS allows the action" (IAM User Guide, Policy evaluation logic). Not so of keys and of becoming a role,
/// which their own policies have to allow: for these, ask of that policy alone.
pub fn loss_beside(
    held: (&[&Document], &[&Document]),
    of_resource: (Option<&Document>, Option<&Document>),
    seen: &Seen<'_>,
) -> Loss {
    let budget = Budget::of(u64::MAX);
    let (mut was, mut is) = (Standing::default(), Standing::default());
    held.0.iter().for_each(|document| was.add(document, PolicyKind::Identity, seen, &budget));
    held.1.iter().for_each(|document| is.add(document, PolicyKind::Identity, seen, &budget));
    of_resource.0.iter().for_each(|document| was.add(document, PolicyKind::Resource, seen, &budget));
    of_resource.1.iter().for_each(|document| is.add(document, PolicyKind::Resource, seen, &budget));
    decided(&was, &is)
}

fn decided(before: &Standing<'_>, after: &Standing<'_>) -> Loss {
    let can_be_allowed = !before.allows.is_empty() && !before.denies.has_sure();
    let keeps_allows = before.allows.is_within(&after.allows) || before.denies.has_sure();
    if keeps_allows && after.denies.is_within(&before.denies) {
        return if can_be_allowed { Loss::Kept } else { Loss::Never };
    }
    match after.most() < before.least() {
        true => Loss::Lost,
        false => Loss::Unknown,
    }
}

/// How a request stands, from the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stand {
    Denied,
    NotMentioned,
    Allowed,
}

/// The statements that apply to a request, or may.
#[derive(Debug, Default)]
struct Standing<'s> {
    allows: Applying<'s>,
    denies: Applying<'s>,
}

/// What each of some statements asks for of what is not known; nothing: it applies.
#[derive(Debug, Default)]
struct Applying<'s>(Vec<Open<'s>>);

impl<'s> Standing<'s> {
    fn add(&mut self, document: &'s Document, kind: PolicyKind, seen: &Seen<'_>, budget: &Budget) {
        for statement in document.statements() {
            let Some(open) = Open::of(statement, kind, seen, budget) else { continue };
            match statement.effect {
                Effect::Allow => self.allows.0.push(open),
                Effect::Deny => self.denies.0.push(open),
            }
        }
    }

    /// The lowest that it may stand.
    fn least(&self) -> Stand {
        match (self.denies.is_empty(), self.allows.has_sure()) {
            (false, _) => Stand::Denied,
            (true, true) => Stand::Allowed,
            (true, false) => Stand::NotMentioned,
        }
    }

    /// The highest.
    fn most(&self) -> Stand {
        match (self.denies.has_sure(), self.allows.is_empty()) {
            (true, _) => Stand::Denied,
            (false, false) => Stand::Allowed,
            (false, true) => Stand::NotMentioned,
        }
    }
}

impl Applying<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one certainly applies.
    fn has_sure(&self) -> bool {
        self.0.iter().any(Open::is_nothing)
    }

    /// Whether one of the others applies wherever one of these does.
    fn is_within(&self, others: &Self) -> bool {
        others.has_sure() || self.0.iter().all(|open| others.0.contains(open))
    }
}

/// What a statement asks for of what is not known of a request.
#[derive(Debug, Default, PartialEq)]
struct Open<'s> {
    principals: Option<&'s PrincipalElement>,
    actions: Option<&'s ActionElement>,
    resources: Option<&'s ResourceElement>,
    conditions: Vec<&'s Condition>,
}

impl<'s> Open<'s> {
    /// `None`: the statement does not apply, whatever is not known.
    fn of(statement: &'s Statement, kind: PolicyKind, seen: &Seen<'_>, budget: &Budget) -> Option<Self> {
        let mut open = Self::default();
        if kind != PolicyKind::Identity {
            open.principals = unless_sure(&statement.principals, whom(statement, seen.principal))?;
        }
        open.actions = unless_sure(&statement.actions, what(&statement.actions, seen.action))?;
        if kind != PolicyKind::Trust {
            open.resources = unless_sure(&statement.resources, which(statement, seen, budget))?;
        }
        for condition in &statement.conditions {
            open.conditions.extend(unless_sure(condition, holds(statement, condition, seen.context))?);
        }
        Some(open)
    }

    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether something is so, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Maybe {
    Yes,
    No,
    Perhaps,
}

impl From<bool> for Maybe {
    fn from(is_so: bool) -> Self {
        if is_so { Self::Yes } else { Self::No }
    }
}

impl Maybe {
    /// Whether something is matched by an element: by its patterns, or, in a `Not` form, by none of them.
    fn of(is_matched: Self, is_not_form: bool) -> Self {
        match is_matched {
            Self::Yes if is_not_form => Self::No,
            Self::No if is_not_form => Self::Yes,
            other => other,
        }
    }

    fn any(all: impl Iterator<Item = Self>) -> Self {
        all.fold(Self::No, |found, next| match (found, next) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Perhaps, _) | (_, Self::Perhaps) => Self::Perhaps,
            _ => Self::No,
        })
    }
}

/// The element, where it is not known whether it fits; none within: it does. `None`: it does not.
fn unless_sure<T>(element: &T, fits: Maybe) -> Option<Option<&T>> {
    match fits {
        Maybe::Yes => Some(None),
        Maybe::Perhaps => Some(Some(element)),
        Maybe::No => None,
    }
}

/// A role stands for its sessions; which session it was is not known.
fn whom(statement: &Statement, principal: &str) -> Maybe {
    let names_session = match (&statement.principals, session_prefix(principal)) {
        (
            PrincipalElement::Principal(Principals::Listed(entries))
            | PrincipalElement::NotPrincipal(Principals::Listed(entries)),
            Some(prefix),
        ) => entries.iter().any(|entry| entry.value.starts_with(&prefix)),
        _ => false,
    };
    match principal::applies_to(statement, principal) {
        applies if names_session => {
            let is_not_form = matches!(statement.principals, PrincipalElement::NotPrincipal(_));
            // Named as a whole, it is settled, whatever else is said of some of its sessions.
            if applies == is_not_form { Maybe::Perhaps } else { Maybe::from(applies) }
        }
        applies => Maybe::from(applies),
    }
}

/// How the ARNs of a role's sessions begin.
fn session_prefix(role: &str) -> Option<String> {
    let arn = Arn::parse(role)?;
    let name = arn.resource.strip_prefix("role/")?.rsplit('/').next()?;
    Some(format!("arn:{}:sts::{}:assumed-role/{name}/", arn.partition, arn.account))
}

fn what(actions: &ActionElement, seen: SeenAction<'_>) -> Maybe {
    let matches = |pattern: &String| match seen {
        SeenAction::Named(name) => Maybe::from(Glob::lower(pattern).matches(&name.to_ascii_lowercase())),
        SeenAction::OfService(service) => of_service(pattern, service),
        SeenAction::Some if Glob::new(pattern).is_any() => Maybe::Yes,
        SeenAction::Some => Maybe::Perhaps,
    };
    Maybe::of(Maybe::any(actions.patterns().iter().map(matches)), matches!(actions, ActionElement::NotAction(_)))
}

/// Whether a pattern matches some action of a service that is not known any nearer.
fn of_service(pattern: &str, service: &str) -> Maybe {
    match pattern.split_once(':') {
        _ if Glob::new(pattern).is_any() => Maybe::Yes,
        None => Maybe::Perhaps,
        Some((prefix, _)) if !Glob::lower(prefix).matches(&service.to_ascii_lowercase()) => Maybe::No,
        Some((_, name)) if Glob::new(name).is_any() => Maybe::Yes,
        Some(_) => Maybe::Perhaps,
    }
}

fn which(statement: &Statement, seen: &Seen<'_>, budget: &Budget) -> Maybe {
    let (patterns, is_not_form) = match &statement.resources {
        ResourceElement::Resource(patterns) => (patterns, false),
        ResourceElement::NotResource(patterns) => (patterns, true),
        ResourceElement::None => return Maybe::Yes,
    };
    // As for one whole request: an Allow is read as broadly as it can be meant, a Deny as narrowly.
    let bound = if statement.is_allow() == is_not_form { Bound::Least } else { Bound::Most };
    let name = seen.resource.map(ResourceName::new);
    let matches = |pattern: &String| {
        let is_open = statement.variables && names(pattern).any(|key| lookup(seen.context, key).is_none());
        let variables = match (statement.variables, is_open) {
            (false, _) => Variables::Literal,
            (true, false) => Variables::Of(seen.context),
            (true, true) => Variables::Any,
        };
        let compiled = ResourcePattern::new(pattern, bound, variables);
        match (compiled, &name) {
            (None, _) => Maybe::No,
            (Some(pattern), _) if pattern.is_any() => Maybe::Yes,
            (Some(_), None) => Maybe::Perhaps,
            (Some(pattern), Some(name)) => match pattern.matches(name, budget) {
                true if is_open => Maybe::Perhaps,
                is_so => Maybe::from(is_so),
            },
        }
    };
    Maybe::of(Maybe::any(patterns.iter().map(matches)), is_not_form)
}

fn holds(statement: &Statement, condition: &Condition, context: &Context) -> Maybe {
    let Some(carried) = lookup(context, &condition.key) else { return Maybe::Perhaps };
    let has_variables = statement.variables && takes_variables(condition.operator.base);
    let is_open = |value: &String| names(value).any(|key| lookup(context, key).is_none());
    if has_variables && condition.values.iter().any(is_open) {
        return Maybe::Perhaps;
    }
    let variables = if statement.variables { Variables::Of(context) } else { Variables::Literal };
    Maybe::from(condition::holds(condition, Some(carried), variables))
}
