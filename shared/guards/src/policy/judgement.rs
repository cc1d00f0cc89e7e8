//! Between the analysis of policies and the controls: which violation is which control's.

use iam_policy::{Document, Holding, Judgement, Narrowing, PolicyKind, Rules, TrustZone, ViolationKind, judge, narrow};
use parapet_core::{ControlId, Subject, Undetermined};

use crate::flaw::{Flaw, Flaws};

/// Which kind of violation is on which control.
pub(super) type Judged = &'static [(ViolationKind, ControlId)];

/// Of an identity policy.
pub(super) const IDENTITY: Judged = &[(ViolationKind::Admin, ControlId::IamAdmin)];

/// Of a policy that AWS manages and that is attached.
pub(super) const ATTACHED: Judged = &[(ViolationKind::Admin, ControlId::IamAdminAttachment)];

/// Of a trust policy.
pub(super) const TRUST: Judged = &[(ViolationKind::TrustWildcard, ControlId::RoleTrustOpen)];

/// Of a bucket policy.
pub(super) const BUCKET: Judged = &[(ViolationKind::PublicAccess, ControlId::BucketPublicPolicy)];

/// Of a key policy.
pub(super) const KEY: Judged = &[
    (ViolationKind::PublicAccess, ControlId::KeyPublicPolicy),
    (ViolationKind::ForeignPrincipal, ControlId::KeyForeignPolicy),
];

/// Who belongs to the account, as the standard says.
fn zone(subject: &Subject<'_>) -> TrustZone {
    let trust = &subject.standard.trust;
    TrustZone {
        account: subject.home.account.clone(),
        partition: subject.home.partition.clone(),
        accounts: trust.accounts.iter().cloned().collect(),
        organizations: trust.organizations.iter().cloned().collect(),
        ..TrustZone::default()
    }
}

/// What the analysis says against a document. Mending one narrows the document; none: nothing is left of it. One that cannot be
/// narrowed stays.
pub(super) fn flaws<'a>(
    subject: &Subject<'a>,
    kind: PolicyKind,
    judged: Judged,
    document: &Document,
) -> Flaws<'a, Option<Document>> {
    let zone = zone(subject);
    let rules = Rules::of(zone.clone(), judged.iter().map(|(violation, _)| *violation));
    let violations = match judge(&Holding::of(&[document], kind), &rules) {
        Judgement::Decided(violations) => violations,
        Judgement::Undetermined(why) => return Err(Undetermined(why)),
    };
    let flaw = |violation: iam_policy::Violation| {
        let (_, control) = judged.iter().find(|(of, _)| *of == violation.kind)?;
        let rules = Rules::of(zone.clone(), [violation.kind]);
        let mend = move |document: &mut Option<Document>| *document = narrowed(document.as_ref(), kind, &rules);
        Some(Flaw::new(*control, violation.detail, mend).shown_by(violation.witness))
    };
    Ok(violations.into_iter().filter_map(flaw).collect())
}

fn narrowed(document: Option<&Document>, kind: PolicyKind, rules: &Rules) -> Option<Document> {
    match narrow(&Holding::of(&[document?], kind), rules) {
        Narrowing::Changed(narrowed) => narrowed.into_iter().next().flatten(),
        Narrowing::Unchanged | Narrowing::Undetermined(_) => document.cloned(),
    }
}
