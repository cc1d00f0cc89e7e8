use iam_policy::{Document, PolicyKind, new_access};
use parapet_core::{ControlId, Resource, Subject};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Flaws};
use crate::guard::policy::PolicyAction;

/// The permissions boundary of a user or role.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Boundary {
    /// The ARN of the policy; none: nothing bounds it.
    pub arn: Option<String>,
    /// What the policy says, where it was read.
    pub document: Option<Document>,
}

pub(crate) fn flaws<'a>(
    subject: &Subject<'a>,
    last_known: Option<&Boundary>,
    observed: &Boundary,
) -> Flaws<'a, Boundary> {
    let required = match subject.resource {
        Resource::Principal { entity } => subject.standard.required_boundary(entity, subject.home),
        _ => None,
    };
    let seen = observed.arn.as_ref().map_or_else(|| "there is none".to_owned(), |arn| format!("it is `{arn}`"));
    let flaw = match (required, last_known) {
        (Some(required), _) if observed.arn.as_ref() != Some(&required) => {
            let detail = format!("the permissions boundary has to be `{required}`, and {seen}");
            Some((detail, Boundary { arn: Some(required), document: None }))
        }
        (None, Some(last)) if bounds_less(last, observed) => {
            let before = last.arn.as_deref().unwrap_or_default();
            Some((format!("the permissions boundary was `{before}`, and {seen}"), last.clone()))
        }
        _ => None,
    };
    let flaw = flaw.map(|(detail, right)| {
        Flaw::new(ControlId::PermissionsBoundary, detail, move |boundary: &mut Boundary| *boundary = right)
    });
    Ok(flaw.into_iter().collect())
}

/// Whether a boundary allows what the one before did not. What the same policy says now, whoever looks at that policy judges. Of one
/// that was not read nothing is known, so it counts as less.
fn bounds_less(last: &Boundary, observed: &Boundary) -> bool {
    let is_other = last.arn.is_some() && last.arn != observed.arn;
    let allows_no_more = match (&last.document, &observed.document) {
        (Some(before), Some(now)) => new_access(&[before], &[now], PolicyKind::Identity).is_none(),
        _ => false,
    };
    is_other && !allows_no_more
}

/// A boundary is put, and never taken away: nobody is bound less by us.
pub(crate) fn diff(from: &Boundary, to: &Boundary) -> Vec<PolicyAction> {
    match &to.arn {
        Some(_) if from.arn != to.arn => vec![PolicyAction::PutPermissionsBoundary(to.clone())],
        _ => Vec::new(),
    }
}
