//! Who is strong by what he holds, whether the standard names him or not: to become him is what an intruder is after, so whoever is newly let
//! in is given all that power.

use std::collections::BTreeMap;

use iam_policy::{
    Document, PolicyKind, PrincipalElement, PrincipalEntry, PrincipalType, Principals, Search, ViolationKind,
    new_access,
};
use parapet_core::{Arn, Home};
use serde_json::{Value, json};

use crate::control::control;
use crate::flaw::Flaw;
use crate::foundation::documents::{self, with_statement};
use crate::iam::directly;
use crate::iam::preset;
use crate::iam::principal::{POWERS, Policies, of_all, violations_with};
use crate::iam::protected_trust::{BY_ITSELF, named_in, shown, with_named, with_these, without_newcomers};
use crate::iam::trust::as_it_was;
use crate::judge::others::names_others;
use crate::{Arns, ControlId, Facet, Resource, State, Subject, Trust, on};

control! {
    STRONG_ROLE = "IAM.StrongRole", Critical, Enforce, fsbp [], cis [],
    "Nobody new may become a role that is an administrator or has a way to more permissions",
    "Whoever may become such a role is given its power, and no policy of his changes by it; whom the standard names under `principals` or `trust` may.",
}

control! {
    STRONG_USER = "IAM.StrongUser", Critical, Enforce, fsbp [], cis [],
    "Nobody else makes credentials for a user who is an administrator or has a way to more permissions",
    "Whoever has a credential of such a user is that user. What the user makes with his own credentials is his.",
}

control! {
    BROAD_PRINCIPAL = "IAM.BroadPrincipal", Medium, Observe, fsbp [], cis [],
    "Nobody new may become somebody to whom AWS-managed policies give a way to more permissions",
    "Many of AWS's policies for a whole service hold such a way, and half a team works with one, so this is observed unless asked for.",
}

/// What somebody holds, as far as it was asked for. Never kept: it is of the moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holder {
    held: Option<Box<Policies>>,
    /// Whether the standard names him: then he is strong whatever he holds.
    is_named: bool,
    /// Whether AWS says that he was made just now.
    is_new: bool,
}

impl Holder {
    /// As that look told it. Whoever is gone holds nothing.
    #[must_use]
    pub fn told(known: Option<State>) -> Self {
        let held = match known {
            Some(State::PrincipalPolicies(policies)) => Box::new(policies),
            _ => Box::default(),
        };
        Self { held: Some(held), is_named: false, is_new: false }
    }

    /// The same of somebody whom the standard names.
    pub(super) fn named(self) -> Self {
        Self { is_named: true, ..self }
    }

    /// The same of somebody who was made just now.
    pub(super) fn made_just_now(self, is_new: bool) -> Self {
        Self { is_new, ..self }
    }

    /// Whether what he holds could be about others, so that what is known of the account decides how strong he is.
    pub(super) fn names_others(&self) -> bool {
        self.held.as_deref().is_some_and(|held| held.documents().iter().any(|(_, document)| names_others(document)))
    }

    /// Whether he was strong before what denies or bounds that came.
    pub(super) fn was_strong(&self) -> bool {
        self.held.as_deref().is_some_and(|held| held.was_strong)
    }

    /// On which control it is that somebody new may be whoever holds this; none: it is no power, or was not asked for. What cannot be decided
    /// is power: nobody but an intruder gains by it.
    pub(super) fn control(&self, subject: &Subject<'_>, strong: ControlId) -> Option<ControlId> {
        let held = self.held.as_deref()?;
        if self.is_named {
            return Some(strong);
        }
        if held.was_strong {
            return Some(strong);
        }
        strength(subject, held).map(|strength| if strength == Strength::Strong { strong } else { BROAD_PRINCIPAL })
    }
}

/// How strong somebody is by what he holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// An administrator, or with a way to more by policies of the account's own.
    Strong,
    /// With a way to more by AWS's policies alone.
    Broad,
}

/// How strong somebody is who holds this; none: he is not.
pub(super) fn strength(subject: &Subject<'_>, held: &Policies) -> Option<Strength> {
    let boundary = held.boundary.as_ref();
    let named = || held.attached.iter().chain(&held.of_groups);
    let inline = || held.inline.values();
    let all: Vec<&Document> = inline().chain(named().map(|(_, document)| document)).collect();
    let own = named().filter(|(arn, _)| !Arn::is_of_aws(arn)).map(|(_, document)| document);
    let own: Vec<&Document> = inline().chain(own).collect();
    let found = |documents| violations_with(subject, (documents, boundary), held.known_tags(), &POWERS);
    let (Ok(found), Ok(by_own)) = (found(&all), found(&own)) else { return Some(Strength::Strong) };
    let is_plain = found.iter().any(|found| found.kind == ViolationKind::Admin) || !by_own.is_empty();
    (!found.is_empty()).then_some(if is_plain { Strength::Strong } else { Strength::Broad })
}

/// Whether somebody is an administrator or has a way to more permissions by policies of the account's own, or is an administrator by whatever he
/// holds: `state`, all that he holds.
#[must_use]
pub fn is_strong(subject: &Subject<'_>, state: &State) -> bool {
    let State::PrincipalPolicies(_) = state else { return false };
    Holder::told(Some(state.clone())).control(subject, STRONG_ROLE) == Some(STRONG_ROLE)
}

/// Whether somebody can give himself every permission by all that he holds. What cannot be decided is none: nobody is to be named for it.
#[must_use]
pub fn is_administrator(subject: &Subject<'_>, state: &State) -> bool {
    let State::PrincipalPolicies(held) = state else { return false };
    let documents: Vec<&Document> =
        held.inline.values().chain(held.attached.values()).chain(held.of_groups.values()).collect();
    let found =
        violations_with(subject, (&documents, held.boundary.as_ref()), held.known_tags(), &[ViolationKind::Admin]);
    found.is_ok_and(|found| !found.is_empty())
}

/// Whether a role's trust policy leaves it to the policies of the account who may become it. IAM User Guide, "AWS JSON policy elements: Principal":
/// to name the account "delegates authority to the account".
#[must_use]
pub fn is_open_to_account(home: &Home, state: &State) -> bool {
    let State::RoleTrust(Some(Trust { document, .. })) = state else { return false };
    let root = home.iam_arn("root");
    let is_account = |entry: &PrincipalEntry| {
        entry.kind == PrincipalType::Aws && [root.as_str(), home.account.as_str(), "*"].contains(&entry.value.as_str())
    };
    let mut allows = document.statements().iter().filter(|statement| statement.is_allow());
    allows.any(|statement| match &statement.principals {
        PrincipalElement::Principal(Principals::Everyone) | PrincipalElement::NotPrincipal(_) => true,
        PrincipalElement::Principal(Principals::Listed(listed)) => listed.iter().any(is_account),
        PrincipalElement::None => false,
    })
}

/// Whether somebody may become a role by this document who could not by the one before, and whom the standard does not name.
pub(super) fn lets_in_somebody_new(subject: &Subject<'_>, before: &Document, document: &Document) -> bool {
    let of_account = directly::newcomers(subject, &of_own(subject, before, document), document);
    !of_account.is_none() || !newcomers(&accepted(subject, before, document), document).is_none()
}

fn newcomers(accepted: &Document, document: &Document) -> Search {
    new_access(&[accepted], &[document], PolicyKind::Trust)
}

/// That somebody new may become a strong role. He goes, and nobody else; where nobody else is left, what was there before comes back. `had`: what
/// it was when Parapet came: who was in it may be put back, and that is told.
pub(super) fn of_trust<'a>(
    subject: &Subject<'a>,
    (before, had): (Option<&Document>, Option<&Document>),
    document: &Document,
    holder: &Holder,
) -> Option<Flaw<'a, Document>> {
    let control = holder.control(subject, STRONG_ROLE)?;
    // A preset says whom its role trusted a moment ago, when it was made.
    let as_made = if holder.is_new { preset::trusted(subject) } else { None };
    let Some(before) = before.or(as_made.as_ref()) else {
        let detail = "the role is an administrator or has a way to more, and it is not known since when those may become it who may";
        return Some(Flaw::without_remedy(control, detail).unaccepted());
    };
    let accepted = accepted(subject, before, document);
    let newcomers = newcomers(&accepted, document);
    if newcomers.is_none() {
        let of_own = of_own(subject, before, document);
        let of_account = directly::newcomers(subject, &of_own, document);
        if of_account.is_none() {
            return None;
        }
        let kept = without_newcomers(subject, before, &of_own, document).or_else(|| as_it_was(subject, before));
        let right = kept.unwrap_or_else(documents::trust_nobody);
        let detail = match preset::deploys(subject) {
            true => format!(
                "{BY_ITSELF}: whom the preset's deploy role names has to stand under `principals.deployers` of the standard"
            ),
            false => format!("the role is an administrator or has a way to more, and {BY_ITSELF}"),
        };
        let flaw = Flaw::new(control, detail, move |document: &mut Document| *document = right);
        return Some(shown(flaw, of_account));
    }
    if had.is_some_and(|had| new_access(&[&accepted, had], &[document], PolicyKind::Trust).is_none()) {
        let detail = "the role is an administrator or has a way to more, and those may become it again who could when Parapet came";
        return Some(Flaw::without_remedy(control, detail));
    }
    let detail = "the role is an administrator or has a way to more, and somebody may become it who could not before, and whom the standard \
                  does not name";
    let kept = without_newcomers(subject, before, &accepted, document).or_else(|| as_it_was(subject, before));
    let right = kept.unwrap_or_else(documents::trust_nobody);
    let flaw = Flaw::new(control, detail, move |document: &mut Document| *document = right);
    Some(shown(flaw, newcomers))
}

/// What was before, and whom the standard names under `principals` and `trust`: those may become the role.
fn accepted(subject: &Subject<'_>, before: &Document, document: &Document) -> Document {
    let trust = &subject.standard.trust;
    let lets_in = |principal: Value, condition: Option<Value>| {
        let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:*"});
        if let (Some(condition), Some(fields)) = (condition, statement.as_object_mut()) {
            fields.insert("Condition".to_owned(), condition);
        }
        statement
    };
    let mut statements = Vec::new();
    let root = |account: &String| format!("arn:{}:iam::{account}:root", subject.home.partition);
    if !trust.accounts.is_empty() {
        let roots: Vec<String> = trust.accounts.iter().map(root).collect();
        statements.push(lets_in(json!({"AWS": roots}), None));
    }
    if !trust.organizations.is_empty() {
        let ours = json!({"StringEquals": {"aws:PrincipalOrgID": trust.organizations}});
        statements.push(lets_in(json!("*"), Some(ours)));
    }
    for provider in providers(document) {
        if subject.standard.trusts_provider(provider) {
            statements.push(lets_in(json!({"Federated": provider}), None));
        }
        let name = Arn::parse(provider).map_or(provider, |arn| arn.resource);
        let is_of = |host: &str| match host {
            "saml" => name.starts_with("saml-provider/"),
            host => name.strip_prefix("oidc-provider/") == Some(host),
        };
        for subject in trust.subjects.iter().filter(|subject| is_of(&subject.provider)) {
            let vouched = json!({"StringLike": {format!("{}:{}", subject.provider, subject.claim): subject.pattern}});
            statements.push(lets_in(json!({"Federated": provider}), Some(vouched)));
        }
    }
    statements
        .into_iter()
        .fold(of_own(subject, before, document), |document, statement| with_statement(Some(&document), statement))
}

/// What was before, and whom of the account the standard names under `principals`: those may become the role by its trust policy alone.
fn of_own(subject: &Subject<'_>, before: &Document, document: &Document) -> Document {
    let named = with_named(subject, before, document);
    match preset::deploys(subject) {
        true => with_these(&named, named_in(subject, document, |entity| subject.standard.is_deployer(entity))),
        false => named,
    }
}

/// The identity providers that a document names.
fn providers(document: &Document) -> impl Iterator<Item = &str> {
    let listed = document.statements().iter().filter_map(|statement| match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(listed)) => Some(listed),
        _ => None,
    });
    let federated = listed.flatten().filter(|entry| entry.kind == PrincipalType::Federated);
    federated.map(|entry| entry.value.as_str())
}

/// Whether AWS says that something was made just now.
pub(super) fn is_new(subject: &Subject<'_>, made_at: Option<i64>) -> bool {
    subject.is_just_now(made_at)
}

/// Whether the user whose credentials are looked at is one that the standard names.
pub(super) fn is_protected(subject: &Subject<'_>) -> bool {
    subject.on::<on::Principal>().is_some_and(|principal| subject.standard.protects(&principal.entity))
}

/// The look that tells what the user may whose credentials are looked at.
pub(super) fn asked_of_user(subject: &Subject<'_>) -> Option<(Resource, Facet)> {
    subject.on::<on::Principal>().map(|principal| of_all(principal.entity.clone()))
}

/// Since when a credential is there that was not active as far as is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Novelty {
    /// It is new for certain, and the event that led here names it: made just now, or switched on since.
    Certain,
    /// It is new, and another event led here: who made it is told by its own event, if its user did not.
    ByAnother,
    /// It was made some time ago, maybe by its user.
    Unknown,
}

/// The credentials that are active, and were not as far as is remembered. What a user makes with his own credentials no event leads to: so one that
/// is older, and not remembered, may be that, and so may one that the event does not name.
pub(super) fn new_credentials(
    subject: &Subject<'_>,
    before: Option<&BTreeMap<String, bool>>,
    now: &BTreeMap<String, bool>,
    made_at: &BTreeMap<String, i64>,
) -> Vec<(String, Novelty)> {
    let active = now.iter().filter(|(_, active)| **active).map(|(id, _)| id);
    let since = |id: &String| match subject.made.is_none_or(|made| made.is_it(id)) {
        true => Novelty::Certain,
        false => Novelty::ByAnother,
    };
    let novelty = |id: &String| match before.and_then(|before| before.get(id)) {
        Some(true) => None,
        Some(false) => Some(since(id)),
        None if is_new(subject, made_at.get(id).copied()) => Some(since(id)),
        None => Some(Novelty::Unknown),
    };
    active.filter_map(|id| Some((id.clone(), novelty(id)?))).collect()
}

/// New credentials of a user who is strong by what he holds: those that are new for certain are switched off, the others are told.
pub(super) fn of_credentials<'a, T: 'a>(
    subject: &Subject<'a>,
    holder: &Holder,
    what: &str,
    new: Vec<(String, Novelty)>,
    switch_off: impl FnOnce(&mut T, &[String]) + 'a,
) -> Vec<Flaw<'a, T>> {
    let Some(control) = holder.control(subject, STRONG_USER).filter(|_| !new.is_empty()) else { return Vec::new() };
    let of = |novelty| new.iter().filter(move |(_, of)| *of == novelty).map(|(id, _)| id.clone()).collect::<Vec<_>>();
    let (certain, by_another, unknown) = (of(Novelty::Certain), of(Novelty::ByAnother), of(Novelty::Unknown));
    let said = |ids: &[String], since: &str| {
        format!(
            "a user who is an administrator or has a way to more has an active {what} {since}: `{}`",
            ids.join("`, `")
        )
    };
    let mut flaws = Vec::new();
    if !certain.is_empty() {
        let detail = said(&certain, "that was not there");
        flaws.push(Flaw::new(control, detail, move |state: &mut T| switch_off(state, &certain)));
    }
    if !by_another.is_empty() {
        // Not accepted: its own event may be on the way.
        let detail = said(&by_another, "that is new, and of which this event says nothing");
        flaws.push(Flaw::without_remedy(control, detail).unaccepted());
    }
    if !unknown.is_empty() {
        flaws.push(Flaw::without_remedy(control, said(&unknown, "of which it is not known since when")));
    }
    flaws
}
