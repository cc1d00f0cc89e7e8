//! What a denied call comes to.

use parapet_core::{Arn, ErrorKind, Trigger, WorldError};
use parapet_guards::{ControlId, Facet, Finding, ResourceKind, Subject, shut_out_by};

use crate::Run;

/// A resource that a guard may be denied, and because of what it is looked at.
#[derive(Clone, Copy)]
pub(crate) struct Denial<'a> {
    pub(crate) subject: &'a Subject<'a>,
    pub(crate) run: Run,
    pub(crate) cause: &'a Trigger,
}

impl Denial<'_> {
    /// That a guard is denied a call, told as what it is, with who can still act. No call of the guard's mends it. The record of an event tells
    /// more where it carries the policy: nothing but the words comes of that.
    pub(crate) fn told(&self, error: &WorldError) -> Option<Finding> {
        if error.kind != ErrorKind::Denied {
            return None;
        }
        let by_record = shut_out_by(self.cause, self.subject, self.run.guard).map(|why| format!("; {why}"));
        let detail = format!(
            "the guard is denied what it does there, so that nobody looks after it: {error}{}; {}",
            by_record.unwrap_or_default(),
            who(self.subject.resource.kind())
        );
        Finding::on(ControlId::ACCESS, self.subject, detail).map(Finding::only_observed)
    }

    /// Whether a failed call may fare better when the event is delivered again. Where the policy that denies it is the one that was looked at,
    /// whoever lets the guard in again changes that policy, and that is an event of its own. After a change by one of Parapet's own it may be that
    /// AWS does not go by it yet.
    pub(crate) fn may_pass_later(&self, facets: &[Facet], error: &WorldError) -> bool {
        let is_settled = error.kind == ErrorKind::Denied
            && facets.iter().all(|facet| facet.row().is_own_policy)
            && !self.is_by_own()
            && (error.is_by_resource_policy() || shut_out_by(self.cause, self.subject, self.run.guard).is_some());
        error.may_pass_later() && !is_settled
    }

    /// Whether the event says that one of Parapet's own functions made it.
    fn is_by_own(&self) -> bool {
        let of_session = |arn: Arn<'_>| {
            let (role, _) = arn.resource.strip_prefix("assumed-role/")?.split_once('/')?;
            Some(self.subject.standard.principals.own.iter().any(|own| own.rsplit('/').next() == Some(role)))
        };
        Arn::parse(&self.cause.actor.arn).and_then(of_session).unwrap_or_default()
    }
}

fn who(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Bucket | ResourceKind::AccessPoint => {
            "where the bucket's own policy denies it, the account's root user can delete that, or the organization's management account (or a \
             delegated administrator) by sts:AssumeRoot with the task policy S3UnlockBucketPolicy"
        }
        ResourceKind::Key => {
            "where the key's own policy denies it, whoever that policy still lets change it can, and where it lets nobody AWS Support alone"
        }
        ResourceKind::Repository => {
            "where the repository's own policy denies it, whoever of the account that policy does not deny can set another, the account's root user \
             among them"
        }
        _ => {
            "where a policy of the resource, of the organization or of the guard's role denies it, an administrator can take that out"
        }
    }
}
