//! Which requests that were seen changed documents would no longer allow.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use iam_policy::{
    ActionElement, Context, Document, Loss, PolicyKind, Seen, SeenAction, Statement, loss, loss_beside, matches,
};
use parapet_core::Arn;
use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::call::What;
use super::history::History;
use super::keys::From;
use super::summary::{Summary, Use, Used};
use crate::IamEntity;

/// How many of the requests that are lost are named.
pub const MAX_EXAMPLES: usize = 5;

/// What a change takes of what was seen to be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Loses {
    /// How many requests were seen that the documents are asked about.
    pub seen: u64,
    /// How many of them would not be allowed any more.
    pub lost: u64,
    /// Of how many it cannot be told: their record does not say what decides, no action is known that their event stands for, or they are not
    /// told apart.
    pub unknown: u64,
    /// The most frequent of those that are lost.
    pub examples: Vec<Example>,
    /// Who would keep nothing of what he was seen to use.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub nothing_left: BTreeSet<String>,
    /// The services of which the change is about requests that are logged only where a trail was told to, and of which none was seen: whether
    /// they are used is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_logged: Vec<&'static str>,
    /// The groups of which it is not known who is in them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub untold_holders: BTreeSet<String>,
    /// Whether it was decided by what changes alone: what else somebody holds, or is allowed by his own policies, was not asked.
    #[serde(rename = "alone", skip_serializing_if = "std::ops::Not::not")]
    pub is_alone: bool,
    /// Requests of users and roles that are not told apart: whose they are, and so whether they are lost, is not known.
    #[serde(skip_serializing_if = "is_zero")]
    pub of_others: u64,
}

/// Requests that are lost, all alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Whose: `role/name`.
    pub principal: String,
    /// The action; or the event, where it is not known for which it stands.
    pub action: String,
    /// On what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// How often.
    pub count: u64,
    /// When last, in seconds since 1970; written as a date.
    #[serde(serialize_with = "as_date")]
    pub last: i64,
}

/// Which requests of a principal, by all that it holds or by one document of it, would not be allowed any more.
///
/// What was not allowed by these documents before is not lost: something else allowed it. What they did not deny and would deny is.
#[must_use]
pub fn lost(before: &[&Document], after: &[&Document], entity: &IamEntity, summary: &Summary) -> Loses {
    let case = Case { before, after, of: None, entity, summary };
    Loses { seen: summary.seen(), ..case.loses() }
}

/// The policy of a resource, before and after.
#[derive(Clone, Copy, Debug)]
pub struct OfResource<'a> {
    /// The ARN of the resource.
    pub arn: &'a str,
    /// Of what kind the policy is.
    pub kind: PolicyKind,
    /// What it says. `None`: there is none.
    pub before: Option<&'a Document>,
    /// What it will say.
    pub after: Option<&'a Document>,
}

/// Which requests of a principal of the account on a resource would not be allowed any more once the resource's policy changes. With `held`, all that
/// the principal holds, what its own policies allow is not lost; without, the policy alone decides, as it does for keys and for becoming a
/// role. What was asked for on a resource that is not known may have been asked for on this one, and is unknown where it may be lost.
#[must_use]
pub fn lost_on(
    of: &OfResource<'_>,
    held: Option<(&[&Document], &[&Document])>,
    entity: &IamEntity,
    summary: &Summary,
) -> Loses {
    let decides_alone = of.kind == PolicyKind::Trust || Arn::parse(of.arn).is_some_and(|arn| arn.service == "kms");
    let held = held.filter(|_| !decides_alone);
    let (before, after) = held.unwrap_or_default();
    let loses = Case { before, after, of: Some(of), entity, summary }.loses();
    // Whoever asked for nothing there is no reason to say so.
    let is_alone = held.is_none() && !decides_alone && loses.seen > 0;
    Loses { nothing_left: BTreeSet::new(), is_alone, ..loses }
}

struct Case<'a> {
    /// What is held.
    before: &'a [&'a Document],
    after: &'a [&'a Document],
    /// The policy of a resource beside it.
    of: Option<&'a OfResource<'a>>,
    entity: &'a IamEntity,
    summary: &'a Summary,
}

/// What a case came to.
#[derive(Default)]
struct Found {
    seen: u64,
    kept: u64,
    lost: BTreeMap<(String, Option<String>), Use>,
    unknown: u64,
}

impl Case<'_> {
    fn loses(&self) -> Loses {
        let mut found = Found::default();
        for (what, used) in &self.summary.used {
            if self.is_about(what) {
                self.used(what, used, &mut found);
            }
        }
        if !self.summary.rest.is_nothing() {
            let result = self.decide(SeenAction::Some, None, &From::default());
            self.count(None, None, self.summary.rest, result, &mut found);
        }
        let lost = found.lost.values().fold(0_u64, |sum, seen| sum.saturating_add(seen.count));
        let is_nothing_left = lost > 0 && found.kept == 0 && found.unknown == 0;
        let principal = self.entity.to_string();
        let examples = found.lost.into_iter().map(|((action, resource), seen)| Example {
            principal: principal.clone(),
            action,
            resource,
            count: seen.count,
            last: seen.last,
        });
        let nothing_left = is_nothing_left.then(|| principal.clone()).into_iter().collect();
        let examples = examples.collect();
        let mut loses =
            Loses { seen: found.seen, lost, unknown: found.unknown, examples, nothing_left, ..Loses::default() };
        loses.keep_most();
        loses
    }

    fn used(&self, what: &What, used: &Used, found: &mut Found) {
        let action = match what {
            What::Action(action) => SeenAction::Named(action),
            What::Event { .. } => what.service().map_or(SeenAction::Some, SeenAction::OfService),
        };
        // What nothing changes about is kept, wherever it was asked for.
        let unchanged = match what {
            What::Action(action) => {
                let of_resource = |document: Option<&Document>| about(document.as_slice(), action);
                let (was, is) = (self.of.and_then(|of| of.before), self.of.and_then(|of| of.after));
                let before = about(self.before, action);
                let is_same = before == about(self.after, action) && of_resource(was) == of_resource(is);
                is_same.then_some(match before.is_empty() && of_resource(was).is_empty() {
                    true => Loss::Never,
                    false => Loss::Kept,
                })
            }
            What::Event { .. } => None,
        };
        for ((resource, from), seen) in &used.uses {
            let result = unchanged.unwrap_or_else(|| self.decide(action, resource.as_deref(), from));
            self.count(Some(what), resource.as_ref(), *seen, result, found);
        }
        if !used.rest.is_nothing() {
            let result = unchanged.unwrap_or_else(|| self.decide(action, None, &From::default()));
            self.count(Some(what), None, used.rest, result, found);
        }
    }

    fn decide(&self, action: SeenAction<'_>, resource: Option<&str>, from: &From) -> Loss {
        let context = context(self.entity, &self.summary.arn, from);
        let seen = Seen { principal: &self.summary.arn, action, resource, context: &context };
        match self.of {
            None => loss(self.before, self.after, PolicyKind::Identity, &seen),
            Some(of) if of.kind == PolicyKind::Resource => {
                loss_beside((self.before, self.after), (of.before, of.after), &seen)
            }
            Some(of) => loss(of.before.as_slice(), of.after.as_slice(), of.kind, &seen),
        }
    }

    fn count(&self, what: Option<&What>, resource: Option<&String>, seen: Use, result: Loss, found: &mut Found) {
        let is_on_it = match (self.of, resource) {
            (None, _) => Some(true),
            (Some(_), None) => None,
            (Some(of), Some(resource)) => Some(of.has(resource)),
        };
        match (is_on_it, result) {
            (Some(false), _) | (None, Loss::Never | Loss::Kept) => return,
            (None, Loss::Lost | Loss::Unknown) => return found.unknown = found.unknown.saturating_add(seen.count),
            (Some(true), _) => {}
        }
        found.seen = found.seen.saturating_add(seen.count);
        match result {
            Loss::Never => {}
            Loss::Kept => found.kept = found.kept.saturating_add(seen.count),
            Loss::Unknown => found.unknown = found.unknown.saturating_add(seen.count),
            Loss::Lost => {
                let action = what.map_or_else(|| "an action that is not told apart".to_owned(), ToString::to_string);
                found.lost.entry((action, resource.cloned())).or_default().add(seen);
            }
        }
    }

    /// Whether the policy of a resource can say anything about it.
    fn is_about(&self, what: &What) -> bool {
        let Some(of) = self.of else { return true };
        let service = match of.kind {
            // Who becomes a role.
            PolicyKind::Trust => Some("sts"),
            _ => Arn::parse(of.arn).map(|arn| arn.service),
        };
        // The services that have such policies are known, by all of their events.
        service.is_some() && what.service() == service
    }
}

/// The keys that are known of a request: of where it came from, and of who asked.
pub(super) fn context(entity: &IamEntity, arn: &str, from: &From) -> Context {
    let mut context = from.context();
    let mut tell = |key: &str, values: &[&str]| {
        context.insert(key.to_owned(), values.iter().map(|value| (*value).to_owned()).collect());
    };
    tell("aws:PrincipalArn", &[arn]);
    if let Some(arn) = Arn::parse(arn) {
        tell("aws:PrincipalAccount", &[arn.account]);
    }
    tell("aws:PrincipalIsAWSService", &["false"]);
    match entity {
        IamEntity::User(name) => tell("aws:username", &[name]),
        IamEntity::Role(_) => {
            tell("aws:PrincipalType", &["AssumedRole"]);
            tell("aws:username", &[]);
        }
        IamEntity::Group(_) => {}
    }
    context
}

impl Loses {
    /// Of all that was seen it cannot be told.
    pub(super) fn unknown(seen: u64) -> Self {
        Self { seen, unknown: seen, ..Self::default() }
    }

    /// Adds what another principal, or another document, loses.
    pub fn add(&mut self, other: Self) {
        self.seen = self.seen.saturating_add(other.seen);
        self.lost = self.lost.saturating_add(other.lost);
        self.unknown = self.unknown.saturating_add(other.unknown);
        self.examples.extend(other.examples);
        self.keep_most();
        self.nothing_left.extend(other.nothing_left);
        self.not_logged.extend(other.not_logged);
        self.not_logged.sort_unstable();
        self.not_logged.dedup();
        self.untold_holders.extend(other.untold_holders);
        self.is_alone |= other.is_alone;
        self.of_others = self.of_others.max(other.of_others);
    }

    /// The same beside what a history could not tell apart by who asked.
    pub(super) fn with_others(self, history: &History) -> Self {
        Self { of_others: history.others.count, ..self }
    }

    fn keep_most(&mut self) {
        self.examples.sort_by(|a, b| {
            let key = |of: &Example| (Reverse(of.count), Reverse(of.last));
            key(a)
                .cmp(&key(b))
                .then_with(|| (&a.principal, &a.action, &a.resource).cmp(&(&b.principal, &b.action, &b.resource)))
        });
        self.examples.truncate(MAX_EXAMPLES);
    }

    /// Whether nothing that was seen, and nothing that may have been, is lost.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.lost == 0 && self.unknown == 0 && self.not_logged.is_empty() && self.untold_holders.is_empty()
    }
}

/// The statements about an action, whatever else they are about, in one order, whichever document they stand in.
pub(super) fn about(documents: &[&Document], action: &str) -> Vec<Statement> {
    let action = action.to_ascii_lowercase();
    let is_about = |actions: &ActionElement| {
        let is_listed = actions.patterns().iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), &action));
        is_listed != matches!(actions, ActionElement::NotAction(_))
    };
    let of_it = |statement: &Statement| {
        let actions = ActionElement::Action(Vec::new());
        Statement { sid: None, actions, ..statement.clone() }
    };
    let statements = documents.iter().flat_map(|document| document.statements());
    let mut found: Vec<Statement> = statements.filter(|it| is_about(&it.actions)).map(of_it).collect();
    found.sort_by_cached_key(|statement| format!("{statement:?}"));
    found.dedup();
    found
}

impl OfResource<'_> {
    /// Whether a resource is this one, or in it: an object of a bucket. A role is one by its name, which no other of the account has, whatever its
    /// path.
    fn has(&self, resource: &str) -> bool {
        let role = |arn: &str| {
            let arn = Arn::parse(arn)?;
            Some((arn.account.to_owned(), arn.resource.strip_prefix("role/")?.rsplit('/').next()?.to_owned()))
        };
        match self.kind {
            PolicyKind::Trust => role(self.arn).is_some_and(|own| role(resource) == Some(own)),
            _ => resource.strip_prefix(self.arn).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        }
    }
}

pub(super) fn as_date<S: Serializer>(seconds: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    let date = OffsetDateTime::from_unix_timestamp(*seconds).ok().and_then(|date| date.format(&Rfc3339).ok());
    serializer.serialize_some(&date)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
