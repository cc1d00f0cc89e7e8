//! Between the analysis of policies and the controls: which violation is which control's.

use iam_policy::{
    Document, Holding, Judgement, Narrowing, PolicyKind, Rules, TrustZone, Violation, ViolationKind, judge, narrow,
};
use parapet_core::{Assessment, ControlId, Finding, Subject, Undetermined};

/// Who belongs to the account, as the standard says.
pub(super) fn zone(subject: &Subject<'_>) -> TrustZone {
    let trust = &subject.standard.trust;
    TrustZone {
        account: subject.home.account.clone(),
        partition: subject.home.partition.clone(),
        accounts: trust.accounts.iter().cloned().collect(),
        organizations: trust.organizations.iter().cloned().collect(),
        ..TrustZone::default()
    }
}

/// What the guards enforce of a policy of this kind; the other judgements are for people to look at.
fn rules(subject: &Subject<'_>, kind: PolicyKind) -> Rules {
    let enforced = match kind {
        PolicyKind::Identity => ViolationKind::Admin,
        PolicyKind::Resource => ViolationKind::PublicAccess,
        PolicyKind::Trust => ViolationKind::TrustWildcard,
    };
    Rules::of(zone(subject), [enforced])
}

/// What the analysis says of a document, as findings on one control.
pub(super) fn findings(subject: &Subject<'_>, document: &Document, kind: PolicyKind, control: ControlId) -> Assessment {
    match judge(&Holding::of(&[document], kind), &rules(subject, kind)) {
        Judgement::Decided(violations) => {
            Ok(violations.into_iter().filter_map(|violation| finding(subject, control, violation)).collect())
        }
        Judgement::Undetermined(why) => Err(Undetermined(why)),
    }
}

fn finding(subject: &Subject<'_>, control: ControlId, violation: Violation) -> Option<Finding> {
    Finding::on(control, subject, violation.detail).map(|finding| finding.shown_by(violation.witness))
}

/// The nearest document that the analysis has nothing against; none: nothing is left of it. One that cannot be judged stays.
pub(super) fn narrowed(
    subject: &Subject<'_>,
    document: &Document,
    kind: PolicyKind,
    control: ControlId,
) -> Option<Document> {
    if !subject.enforces(control) {
        return Some(document.clone());
    }
    match narrow(&Holding::of(&[document], kind), &rules(subject, kind)) {
        Narrowing::Changed(narrowed) => narrowed.into_iter().next().flatten(),
        Narrowing::Unchanged | Narrowing::Undetermined(_) => Some(document.clone()),
    }
}

/// An identity policy.
pub(super) fn identity(subject: &Subject<'_>, document: &Document) -> Assessment {
    findings(subject, document, PolicyKind::Identity, ControlId::IamAdmin)
}

/// An identity policy, narrowed.
pub(super) fn narrowed_identity(subject: &Subject<'_>, document: &Document) -> Option<Document> {
    narrowed(subject, document, PolicyKind::Identity, ControlId::IamAdmin)
}
