//! Which rules policies violate.

use super::holding::{Holding, Rules};
use super::kinds::ViolationKind;
use super::reach::{Entry, Reach};
use super::roles::Roles;
use super::sensitive::SensitiveSet;
use super::session::Session;
use super::violation::Violation;
use super::{admin, elements, escalation, outsiders, powers, rough, tampering};
use crate::budget::MAX_STEPS;
use crate::document::Document;
use crate::kind::PolicyKind;
use crate::zone::TrustZone;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// All violations; none if all is fine.
    Decided(Vec<Violation>),
    /// It could not be decided, and why: to be treated as a finding, never as a pass.
    Undetermined(String),
}

/// Which rules the policies violate, the rules in their order.
///
/// Errs towards a finding where the meaning of a policy is not certain: what may be allowed is allowed, what is not
/// certainly denied is not denied. The work is bounded, so that a policy written to be slow is undetermined, soon.
pub fn judge(holding: &Holding<'_>, rules: &Rules) -> Judgement {
    let session = Session::to_judge(holding).knowing(Roles::beside(holding, rules));
    let found = violations(holding, rules, &session);
    if !session.budget.is_exhausted() {
        return Judgement::Decided(found);
    }
    // Whoever is an administrator has all else, too. Anything less says nothing of what could not be asked.
    let certain = certain(holding, rules);
    let is_enough = match rules.has(ViolationKind::Admin) {
        true => certain.iter().any(|violation| violation.kind == ViolationKind::Admin),
        false => !certain.is_empty(),
    };
    match is_enough {
        true => Judgement::Decided(certain),
        false => Judgement::Undetermined(session.budget.exhaustion()),
    }
}

/// What is wrong for certain with policies of a holder that take too long to judge: with a part of what they allow.
fn certain(holding: &Holding<'_>, rules: &Rules) -> Vec<Violation> {
    if holding.kind != PolicyKind::Identity {
        return Vec::new();
    }
    let rough = |documents: &[&Document]| documents.iter().map(|document| rough::rough(document)).collect::<Vec<_>>();
    let (documents, limits) = (rough(holding.documents), rough(holding.limits));
    let (documents, limits): (Vec<&Document>, Vec<&Document>) = (documents.iter().collect(), limits.iter().collect());
    let holding = Holding { documents: &documents, limits: &limits, ..*holding };
    let session = Session::to_judge(&holding).knowing(Roles::beside(&holding, rules));
    let reach = Reach::new(&holding, &rules.zone, &session);
    let mut all = Vec::new();
    // All together take no more steps than the whole judgement did, and each half of what is left, so that one that takes long hides no other.
    let mut left = MAX_STEPS;
    // What an exception leaves out was made more here. What was found when the work was spent is none.
    for kind in ViolationKind::ALL.into_iter().filter(|kind| rules.has(*kind) && kind.is_about_reach()) {
        let part = left / 2;
        session.budget.renew(part);
        let found = of_kind(kind, &holding, rules, Some(&reach), &session);
        left -= part - session.budget.left();
        if !session.budget.is_exhausted() {
            all.extend(found);
        }
    }
    all
}

/// Whether other policies of the same holder could make a way to more permissions together with this one: it allows, on some resource,
/// one of several actions that such a way takes. If not, no other policies need to be read to be sure. True also if that could not be
/// decided.
///
/// A way of a single action is not meant: [`judge`] finds it in the policy that has it, unless several policies share its resources.
pub fn could_complete_escalation(document: &Document, zone: &TrustZone) -> bool {
    let documents = [document];
    let holding = Holding::of(&documents, PolicyKind::Identity);
    let session = Session::to_narrow(&holding);
    let reach = Reach::new(&holding, zone, &session);
    escalation::is_part_possible(&reach) || session.budget.is_exhausted()
}

/// Worth nothing if the budget is exhausted.
pub(crate) fn violations(holding: &Holding<'_>, rules: &Rules, session: &Session<'_>) -> Vec<Violation> {
    let mut all = Vec::new();
    let reach = (holding.kind == PolicyKind::Identity).then(|| Reach::new(holding, &rules.zone, session));
    for kind in ViolationKind::ALL.into_iter().filter(|kind| rules.has(*kind)) {
        if session.budget.is_exhausted() {
            break;
        }
        all.extend(of_kind(kind, holding, rules, reach.as_ref(), session));
    }
    all
}

/// Whether statements that are held, each layer of which has to allow a request, violate a rule on what their holder can
/// reach, by one of these actions; means nothing if the budget is exhausted.
pub(crate) fn reaches_too_much(
    layers: Vec<Vec<Entry<'_>>>,
    by: SensitiveSet,
    rules: &Rules,
    session: &Session<'_>,
) -> bool {
    use ViolationKind as Kind;
    let reach = &Reach::of(layers, by, &rules.zone, session);
    rules.kinds.iter().any(|kind| match kind {
        Kind::Admin => admin::reached(reach).next().is_some(),
        Kind::PrivilegeEscalation => escalation::is_possible(reach),
        Kind::ConfusedService => escalation::is_move_possible(reach),
        Kind::PassRole
        | Kind::KmsDecrypt
        | Kind::LogTampering
        | Kind::ObjectTampering
        | Kind::Exposure
        | Kind::ProtectedData => powers::reached(reach, rules, *kind).next().is_some(),
        Kind::GuardTampering => tampering::reached(reach, rules).next().is_some(),
        Kind::ServiceWildcard => powers::reached_services(reach).next().is_some(),
        _ => false,
    })
}

fn of_kind(
    kind: ViolationKind,
    holding: &Holding<'_>,
    rules: &Rules,
    reach: Option<&Reach<'_>>,
    session: &Session<'_>,
) -> Vec<Violation> {
    use ViolationKind as Kind;
    let one = |found: Option<Violation>| found.into_iter().collect();
    match (kind, reach) {
        (Kind::NotElement, _) => {
            one(elements::found(holding, rules, |at| outsiders::anyone(holding, rules, at, session)))
        }
        (Kind::Admin, Some(reach)) => one(admin::found(reach)),
        (Kind::PrivilegeEscalation, Some(reach)) => one(escalation::found(reach)),
        (Kind::ConfusedService, Some(reach)) => one(escalation::moves(reach)),
        (
            Kind::PassRole
            | Kind::KmsDecrypt
            | Kind::LogTampering
            | Kind::ObjectTampering
            | Kind::Exposure
            | Kind::ProtectedData,
            Some(reach),
        ) => one(powers::found(reach, rules, kind)),
        (Kind::GuardTampering, Some(reach)) => one(tampering::found(reach, rules)),
        (Kind::ServiceWildcard, Some(reach)) => one(powers::services(reach)),
        (Kind::ForeignPrincipal | Kind::ConfusedDeputy, None) => outsiders::found(holding, rules, kind, session),
        (Kind::PublicAccess | Kind::ObjectTampering, None) if holding.kind == PolicyKind::Resource => {
            outsiders::found(holding, rules, kind, session)
        }
        (Kind::TrustWildcard, None) if holding.kind == PolicyKind::Trust => {
            outsiders::found(holding, rules, kind, session)
        }
        _ => Vec::new(),
    }
}
