//! Between the analysis of policies and the controls: which violation is which control's, and what of it is new.
//!
//! Judged is the change. What the last known document violated already, and the new one does not widen, is reported and stays:
//! somebody works with it. Without a memory all of it is new.

use std::rc::Rc;

use iam_policy::{Document, PolicyKind, ViolationKind};
use parapet_core::{ControlId, Mode, Subject};

use crate::flaw::{Flaw, Flaws};
use crate::judge::question::{Found, Judged, Question};

/// Of an identity policy.
pub(crate) const IDENTITY: Judged = &[
    (ViolationKind::Admin, ControlId::IamAdmin),
    (ViolationKind::PrivilegeEscalation, ControlId::IamEscalation),
    (ViolationKind::PassRole, ControlId::IamPassRole),
    (ViolationKind::LogTampering, ControlId::IamLogTampering),
    (ViolationKind::ProtectedData, ControlId::IamProtectedData),
    (ViolationKind::KmsDecrypt, ControlId::IamKmsDecrypt),
    (ViolationKind::ServiceWildcard, ControlId::IamServiceWildcard),
    (ViolationKind::NotElement, ControlId::IamNotElement),
];

/// Of a policy that AWS manages and that is attached. It can only be detached, so what is wrong with it is on controls of its own: many
/// a team lives on one of AWS's policies for a whole service.
pub(crate) const ATTACHED: Judged = &[
    (ViolationKind::Admin, ControlId::IamAdminAttachment),
    (ViolationKind::PrivilegeEscalation, ControlId::IamBroadAttachment),
    (ViolationKind::PassRole, ControlId::IamBroadAttachment),
    (ViolationKind::LogTampering, ControlId::IamBroadAttachment),
    (ViolationKind::ProtectedData, ControlId::IamBroadAttachment),
    (ViolationKind::KmsDecrypt, ControlId::IamBroadAttachment),
    (ViolationKind::ServiceWildcard, ControlId::IamBroadAttachment),
    (ViolationKind::NotElement, ControlId::IamBroadAttachment),
];

/// Of a trust policy.
pub(crate) const TRUST: Judged = &[
    (ViolationKind::TrustWildcard, ControlId::RoleTrustOpen),
    (ViolationKind::ForeignPrincipal, ControlId::RoleTrustForeign),
    (ViolationKind::ConfusedDeputy, ControlId::RoleTrustDeputy),
];

/// Of a bucket policy.
pub(crate) const BUCKET: Judged = &[
    (ViolationKind::PublicAccess, ControlId::BucketPublicPolicy),
    (ViolationKind::ForeignPrincipal, ControlId::BucketForeignPolicy),
    (ViolationKind::ConfusedDeputy, ControlId::BucketConfusedDeputy),
];

/// Of an access point's policy.
pub(crate) const ACCESS_POINT: Judged = &[
    (ViolationKind::PublicAccess, ControlId::AccessPointPublicPolicy),
    (ViolationKind::ForeignPrincipal, ControlId::AccessPointForeignPolicy),
];

/// Of a key policy.
pub(crate) const KEY: Judged = &[
    (ViolationKind::PublicAccess, ControlId::KeyPublicPolicy),
    (ViolationKind::ForeignPrincipal, ControlId::KeyForeignPolicy),
];

/// What the analysis says against a document. Mending one narrows the document, once for all that is enforced: what is new first, what
/// was there before only if it has to be. None: nothing is left of it. One that cannot be narrowed stays.
pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    kind: PolicyKind,
    judged: Judged,
    last_known: Option<&Document>,
    document: &Document,
) -> Flaws<'a, Option<Document>> {
    let question = Rc::new(Question { subject: *subject, kind, judged, last_known: last_known.cloned() });
    let found = question.found(document, &question.kinds(|mode| mode != Mode::Off))?;
    let flaw = |found: Found| {
        let question = Rc::clone(&question);
        let mend =
            move |document: &mut Option<Document>| *document = document.take().and_then(|it| question.mended(it));
        let flaw = Flaw::new(control_of(judged, found.violation.kind)?, found.violation.to_string(), mend)
            .shown_by(found.violation.witness);
        Some(if found.is_from_before { flaw.from_before() } else { flaw })
    };
    Ok(found.into_iter().filter_map(flaw).collect())
}

fn control_of(judged: Judged, kind: ViolationKind) -> Option<ControlId> {
    judged.iter().find(|(of, _)| *of == kind).map(|(_, control)| *control)
}
