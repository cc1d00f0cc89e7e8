use std::fmt;

use iam_policy::{Document, PolicyKind, ViolationKind, new_access};
use parapet_core::Identity;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws, mended};
use crate::foundation::documents::{self, keeps_statement, with_statement_again};
use crate::iam::external_id::rotated;
use crate::iam::own_role::{self, OWN_ROLE};
use crate::iam::preset;
use crate::iam::principal;
use crate::iam::protected_trust::{self, PROTECTED_TRUST, grants};
use crate::iam::resources::{SERVICE, is_foundation_role};
use crate::iam::strong::{self, BROAD_PRINCIPAL, Holder, STRONG_ROLE};
use crate::judge::change::is_allow;
use crate::judge::question::Judged;
use crate::judge::{judgement, statements};
use crate::{Facet, IamEntity, Resource, State, Subject, on};

control! {
    ROLE_TRUST_OPEN = "IAM.TrustOpen", Critical, Enforce, fsbp [], cis [],
    "No role trusts everyone",
    "Anybody with an AWS account could become the role.",
}

control! {
    ROLE_TRUST_FOREIGN = "IAM.TrustForeign", High, Enforce, fsbp [], cis [],
    "No role trusts an account outside of the trust zone",
    "A door into the account that another account opens; trust.accounts of the standard names those that are meant.",
}

control! {
    ROLE_TRUST_DEPUTY = "IAM.TrustConfusedDeputy", Medium, Observe, fsbp [], cis [],
    "No role can be reached through a service or a provider that acts for a stranger",
    "AWS's own examples of trust policies have no `aws:SourceAccount`, and services fail where it is added blindly, so this is observed unless asked for.",
}

control! {
    SERVICE_ROLE = "IAM.ServiceRole", High, Enforce, fsbp [], cis [],
    "The ML service role exists and trusts the ML service alone",
    "The pipeline runs as this role, and nobody else may.",
}

/// Of a trust policy.
pub(super) const TRUST: Judged = &[
    (ViolationKind::TrustWildcard, ROLE_TRUST_OPEN),
    (ViolationKind::ForeignPrincipal, ROLE_TRUST_FOREIGN),
    (ViolationKind::ConfusedDeputy, ROLE_TRUST_DEPUTY),
];

/// Of everyone alone.
pub(super) const OPEN: Judged = &[(ViolationKind::TrustWildcard, ROLE_TRUST_OPEN)];

/// That the role exists, and whom it trusts; none where there is no such role.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Role;
    type State = Option<Trust>;
    type Action = TrustAction;

    const ROW: Row = Row {
        id: "role-trust",
        name: "trust policy",
        service: &SERVICE,
        events: &["CreateRole", "UpdateAssumeRolePolicy", "UpdateRole", "DeleteRole"],
        controls: &[
            ROLE_TRUST_OPEN,
            ROLE_TRUST_FOREIGN,
            ROLE_TRUST_DEPUTY,
            PROTECTED_TRUST,
            STRONG_ROLE,
            BROAD_PRINCIPAL,
            OWN_ROLE,
            SERVICE_ROLE,
        ],
        // Where somebody new may become the role, also what it may.
        calls_a_look: None,
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Trust>>,
        observed: &Option<Trust>,
    ) -> Flaws<'a, Option<Trust>> {
        let foundation = is_foundation_role(subject);
        let asked = documents::service_trust(subject);
        let Some(trust) = observed else {
            let missing = foundation.then(|| {
                Flaw::new(SERVICE_ROLE, "the role does not exist", |trust| {
                    *trust = Some(Trust::of(asked));
                })
            });
            return Ok(missing.into_iter().chain(is_own(subject).then(own_role::missing)).collect());
        };
        if trust.service_linked {
            return Ok(Vec::new());
        }
        let before = last_known.and_then(Option::as_ref).map(|trust| &trust.document);
        let mut flaws = Vec::new();
        if foundation && !documents::allows_at_most(&trust.document, &asked) {
            let detail = "the role trusts others than the ML service";
            flaws.push(Flaw::new(SERVICE_ROLE, detail, |document: &mut Document| *document = asked));
        }
        if is_own(subject) {
            let flaw = own_role::of_trust(&trust.document).into_iter();
            return Ok(flaw
                .map(|flaw| flaw.within(|trust: &mut Option<Trust>| Some(&mut trust.as_mut()?.document)))
                .collect());
        }
        flaws.extend(match is_protected(subject) {
            true => protected_trust::flaws(subject, before, &trust.document)?,
            false => {
                let had = last_known.and_then(Option::as_ref).and_then(|last| last.had.as_ref());
                let strong = strong::of_trust(subject, (before, had), &trust.document, &trust.holder).into_iter();
                let closed = closed(before, &trust.document).into_iter();
                strong.chain(closed).chain(open(subject, before, &trust.document)?).collect()
            }
        });
        Ok(flaws
            .into_iter()
            .map(|flaw| flaw.within(|trust: &mut Option<Trust>| Some(&mut trust.as_mut()?.document)))
            .collect())
    }

    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        match (from, to) {
            (None, Some(to)) => vec![TrustAction::CreateRole(to.document.clone())],
            (Some(from), Some(to)) if from.document != to.document => {
                vec![TrustAction::UpdateAssumeRolePolicy(to.document.clone())]
            }
            // A role is never deleted by us.
            _ => Vec::new(),
        }
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            TrustAction::CreateRole(document) | TrustAction::UpdateAssumeRolePolicy(document) => {
                let holder = state.as_ref().map(|trust| trust.holder.clone()).unwrap_or_default();
                Some(Trust { holder, ..Trust::of(document.clone()) })
            }
        }
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    fn is_left_to_aws(state: &Self::State) -> bool {
        state.as_ref().is_some_and(|trust| trust.service_linked)
    }

    /// With what it was when Parapet came.
    fn remembered(observed: &Self::State, last_known: Option<&Self::State>) -> Self::State {
        let had = last_known.and_then(Option::as_ref).and_then(|last| last.had.clone());
        Some(Trust { had, ..observed.clone()? })
    }

    fn in_baseline(observed: &Self::State) -> Self::State {
        let trust = observed.clone()?;
        Some(Trust { had: Some(trust.document.clone()), ..trust })
    }

    /// Who could become a role before does not show.
    fn is_judged_by_memory(subject: &Subject<'_>, observed: &Self::State) -> bool {
        let Some(trust) = observed.as_ref().filter(|trust| !trust.service_linked) else { return false };
        is_protected(subject) || may_be_strong(subject, trust) || is_closed(&trust.document)
    }

    /// What the role may, where somebody may become it who could not before. One that was made just now was given nothing before: what is given
    /// to it is judged then.
    fn asks(
        subject: &Subject<'_>,
        last_known: Option<&Self::State>,
        observed: &Self::State,
        identity: &Identity,
    ) -> Option<(Resource, Facet)> {
        let trust = observed.as_ref().filter(|trust| may_be_strong(subject, trust) && !is_protected(subject))?;
        let is_asked = match last_known.and_then(Option::as_ref) {
            Some(before) => strong::lets_in_somebody_new(subject, &before.document, &trust.document),
            // One of a preset may have come to hold what is spared to it before anybody was let in.
            None => !strong::is_new(subject, identity.created) || preset::trusted(subject).is_some(),
        };
        let role = subject.on::<on::Role>().filter(|_| is_asked)?;
        Some(principal::of_all(IamEntity::Role(role.name.clone())))
    }

    fn knowing(subject: &Subject<'_>, observed: Self::State, known: Option<State>, identity: &Identity) -> Self::State {
        let holder = Holder::told(known).made_just_now(strong::is_new(subject, identity.created));
        let holder = if is_named_strong(subject) { holder.named() } else { holder };
        observed.map(|trust| Trust { holder, ..trust })
    }

    /// By which other roles it is strong.
    fn depends_on_account(observed: &Self::State) -> bool {
        observed.as_ref().is_some_and(|trust| trust.holder.names_others())
    }
}

/// Whether the role is one of Parapet's own.
fn is_own(subject: &Subject<'_>) -> bool {
    let name = subject.on::<on::Role>().map(|role| role.name.clone());
    name.is_some_and(|name| subject.standard.is_own(&IamEntity::Role(name)))
}

/// Whether the role is never touched, and its trust policy watched for that.
fn is_protected(subject: &Subject<'_>) -> bool {
    let name = subject.on::<on::Role>().map(|role| role.name.clone());
    name.is_some_and(|name| subject.standard.is_never_touched(&IamEntity::Role(name)))
}

/// Whether the role has more than others whatever it holds: the standard says that it deploys, or others of a preset are reached by it.
fn is_named_strong(subject: &Subject<'_>) -> bool {
    let Some(on::Role { name }) = subject.on() else { return false };
    subject.standard.is_deployer(&IamEntity::Role(name.clone())) || preset::leads_on(subject)
}

/// Whether somebody may become the role, and what it may is nobody's to say but its policies'.
fn may_be_strong(subject: &Subject<'_>, trust: &Trust) -> bool {
    grants(&trust.document) && !trust.service_linked && !is_own(subject) && !is_foundation_role(subject)
}

/// A trust policy as it was a moment ago, whomever it named: that lets in nobody who was not. But not everyone: none, nobody else is in it.
pub(super) fn as_it_was(subject: &Subject<'_>, document: &Document) -> Option<Document> {
    let flaws = judgement::flaws(subject, PolicyKind::Trust, OPEN, None, document).ok()?;
    mended(subject, flaws, &Some(document.clone())).filter(grants)
}

/// Whether it is what stays of a trust policy in which nobody was left.
fn is_closed(document: &Document) -> bool {
    *document == documents::trust_nobody()
}

/// That a role was closed here which was for somebody: who that was stays known, so that it can be put back.
fn closed<'a>(before: Option<&Document>, document: &Document) -> Option<Flaw<'a, Document>> {
    let was_for_somebody = before.is_some_and(grants);
    (was_for_somebody && is_closed(document)).then(|| {
        let detail = "nobody may become the role until its trust policy is put anew: as it was before, or with whom the standard names";
        Flaw::without_remedy(ROLE_TRUST_FOREIGN, detail).unaccepted()
    })
}

/// The narrowed policy with those again who are gone from it, and whom only what was before excuses: a stranger took their place, and nobody but
/// the guard could put them back. The others' owner can.
fn with_excused(subject: &Subject<'_>, before: &Document, observed: &Document, narrowed: Document) -> Document {
    let adds = |from: &Document, to: &Document| !new_access(&[from], &[to], PolicyKind::Trust).is_none();
    let is_excused = |alone: &Document| {
        let flaws = judgement::flaws(subject, PolicyKind::Trust, TRUST, None, alone);
        flaws.is_ok_and(|flaws| flaws.iter().any(|flaw| flaw.is_mended(subject)))
            && as_it_was(subject, alone).as_ref() == Some(alone)
    };
    let all = || 0..before.statements().len();
    let (allows, denies): (Vec<usize>, Vec<usize>) = all().partition(|&index| is_allow(before, index));
    let mut again = narrowed.clone();
    for index in allows {
        let others = all().filter(|other| *other != index).collect();
        let Some(alone) = before.without_statements(&others) else { continue };
        if adds(observed, &alone) && adds(&again, &alone) && is_excused(&alone) {
            again = with_statement_again(Some(&again), before, index).unwrap_or(again);
        }
    }
    if again == narrowed {
        return narrowed;
    }
    let lost = denies.into_iter().filter(|&index| !keeps_statement(&narrowed, before, index));
    lost.fold(again, |again, index| with_statement_again(Some(&again), before, index).unwrap_or(again))
}

/// What lets in strangers. Where nobody else is left, the policy was replaced by theirs: it comes back as it was. A role must have a trust
/// policy: where nothing is known of it, one that trusts nobody.
fn open<'a>(subject: &Subject<'a>, before: Option<&Document>, document: &Document) -> Flaws<'a, Document> {
    let known = before.map(|before| rotated(before, document));
    let judged = |before: Option<&Document>, document: &Document| {
        judgement::flaws(subject, PolicyKind::Trust, TRUST, before, document)
    };
    let mut open = judged(known.as_ref(), document)?;
    if preset::trusts_as_made(subject, document) {
        open.retain(|flaw| flaw.control() != ROLE_TRUST_DEPUTY);
    }
    let right = before.filter(|_| !open.is_empty()).and_then(|before| as_it_was(subject, before));
    let is_shut = right.is_none() && open.iter().any(|flaw| flaw.is_mended(subject)) && {
        !mended(subject, judged(known.as_ref(), document)?, &Some(document.clone())).is_some_and(|left| grants(&left))
    };
    Ok(open
        .into_iter()
        .map(|flaw| {
            let (right, subject, before, observed) = (right.clone(), *subject, before.cloned(), document.clone());
            let flaw = if is_shut && flaw.is_mended(&subject) {
                flaw.saying("nobody else is known whom the role is for: nobody may become it until its trust policy is put anew")
            } else {
                flaw
            };
            flaw.carried_by(
                |document: &Document| Some(document.clone()),
                move |document, narrowed| match narrowed {
                    Some(narrowed) if narrowed == *document => {}
                    Some(narrowed) if grants(&narrowed) => {
                        *document = match &before {
                            Some(before) => with_excused(&subject, before, &observed, narrowed),
                            None => narrowed,
                        };
                    }
                    narrowed => *document = right.or(narrowed).unwrap_or_else(documents::trust_nobody),
                },
            )
        })
        .collect())
}

/// What is done about a trust policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum TrustAction {
    /// Create the role with this trust policy.
    CreateRole(Document),
    /// Put the trust policy.
    UpdateAssumeRolePolicy(Document),
}

impl fmt::Display for TrustAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateRole(_) => f.write_str("CreateRole"),
            Self::UpdateAssumeRolePolicy(document) => write!(f, "UpdateAssumeRolePolicy with {}", statements(document)),
        }
    }
}

/// Whom a role trusts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trust {
    /// The trust policy.
    pub document: Document,
    /// Whether nobody but AWS can change the role, as its path tells: it is linked to a service, or of IAM Identity Center.
    pub service_linked: bool,
    /// What the role may, where that was asked for.
    #[serde(skip)]
    pub holder: Holder,
    /// Of what is remembered: what it was when Parapet came. Whoever narrowed it since may have been an intruder: who was in it may be put
    /// back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub had: Option<Document>,
}

impl Trust {
    /// Of a role that no AWS service owns.
    #[must_use]
    pub fn of(document: Document) -> Self {
        Self { document, service_linked: false, holder: Holder::default(), had: None }
    }
}
