//! Between the analysis of policies and the controls: which violation is which control's.

use iam_policy::{Document, Judgement, Narrowing, PolicyKind, TrustZone, Violation, judge, narrow};
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

/// What the analysis says of a document, as findings on one control.
pub(super) fn findings(subject: &Subject<'_>, document: &Document, kind: PolicyKind, control: ControlId) -> Assessment {
    match judge(document, kind, &zone(subject)) {
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
    match narrow(document, kind, &zone(subject)) {
        Narrowing::Changed(narrowed) => Some(narrowed),
        Narrowing::NothingLeft => None,
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
