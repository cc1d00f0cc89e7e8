//! What a denied call comes to.

use parapet_core::{Arn, DeniedBy, ErrorKind, Outcome, Trigger, WorldError};
use parapet_guards::{ControlId, Facet, Finding, ResourceKind, Subject, shut_out_by};

use crate::Run;
use crate::clock::seconds;

/// How old an event is at the most that is tried again where somebody of the account denies a call. AWS Lambda Developer Guide, asynchronous
/// invocation: "If the function returns an error, by default Lambda attempts to run it two more times, with a one-minute wait between the first two
/// attempts, and two minutes between the second and third attempts." So the third try, three minutes after the event, is the last and says what
/// blocks it: no dead letter. Until then another guard may have taken out what denies this one, and AWS may not go by that yet.
const TRIED_AGAIN_FOR_SECONDS: i64 = 2 * 60;

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
            self.remedy(error.denied_by())
        );
        Finding::on(ControlId::ACCESS, self.subject, detail).map(Finding::only_observed)
    }

    /// Whether a failed call may fare better when the event is delivered again.
    pub(crate) fn may_pass_later(&self, facets: &[Facet], error: &WorldError) -> bool {
        error.may_pass_later() && self.blocked(facets, error).is_none()
    }

    /// Which policy denies a call for good: no delivery of this event fares better. None: it was not denied, the guard only lacks the permission, or it
    /// is tried again.
    ///
    /// What the organization denies nobody of the account gives back. Where the policy that denies it is the one that was looked at, whoever lets the
    /// guard in again changes that policy, and that is an event of its own. Whatever else somebody of the account denies another guard may take out, which
    /// takes moments: it is tried again for a while. After a change by one of Parapet's own it may be that AWS does not go by it yet.
    pub(crate) fn blocked(&self, facets: &[Facet], error: &WorldError) -> Option<DeniedBy> {
        if error.kind != ErrorKind::Denied {
            return None;
        }
        let by_message = error.denied_by();
        if by_message.is_some_and(DeniedBy::is_of_organization) {
            return by_message;
        }
        if self.is_by_own() {
            return None;
        }
        let is_own_policy = facets.iter().all(|facet| facet.row().is_own_policy);
        let is_shut_out = || shut_out_by(self.cause, self.subject, self.run.guard).is_some();
        if is_own_policy && (by_message == Some(DeniedBy::ResourcePolicy) || is_shut_out()) {
            return Some(DeniedBy::ResourcePolicy);
        }
        by_message.filter(|_| !self.is_tried_again())
    }

    /// What a failed look comes to.
    pub(crate) fn outcome(&self, facets: &[Facet], error: &WorldError) -> Outcome {
        match self.blocked(facets, error) {
            Some(by) => Outcome::Blocked(self.story(by, error)),
            None => Outcome::Undetermined(error.story()),
        }
    }

    /// What denies a call, and who can do something about it.
    pub(crate) fn story(&self, by: DeniedBy, error: &WorldError) -> String {
        format!("{by} denies it: {error}; {}", self.remedy(Some(by)))
    }

    fn remedy(&self, by: Option<DeniedBy>) -> &'static str {
        by.and_then(DeniedBy::remedy).unwrap_or_else(|| who(self.subject.resource.kind()))
    }

    /// Whether the event happened just now. One without a time that can be read is not tried again: it is told each time.
    fn is_tried_again(&self) -> bool {
        let age = |happened_at: i64| self.run.clock.now.saturating_sub(happened_at);
        seconds(&self.cause.event_time).is_some_and(|happened_at| age(happened_at) <= TRIED_AGAIN_FOR_SECONDS)
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
