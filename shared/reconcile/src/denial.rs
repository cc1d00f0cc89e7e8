//! What a denied look comes to.

use parapet_core::WorldError;
use parapet_guards::{ControlId, Finding, ResourceKind, Subject};

/// That a guard is denied a look, told as what it is, with who can still act. No call of the guard's mends it.
pub(crate) fn denied(subject: &Subject<'_>, error: &WorldError) -> Option<Finding> {
    let who = match subject.resource.kind() {
        ResourceKind::Bucket | ResourceKind::AccessPoint => {
            "where the bucket's own policy denies it, the account's root user can delete that, or the organization's management account (or a \
             delegated administrator) by sts:AssumeRoot with the task policy S3UnlockBucketPolicy"
        }
        ResourceKind::Key => {
            "where the key's own policy denies it, whoever that policy still lets change it can, and where it lets nobody AWS Support alone"
        }
        _ => {
            "where a policy of the resource, of the organization or of the guard's role denies it, an administrator can take that out"
        }
    };
    let detail = format!("the guard is denied the look, so that nobody knows what is there: {error}; {who}");
    Finding::on(ControlId::ACCESS, subject, detail).map(Finding::only_observed)
}
