//! One request against one document.

use crate::budget::Budget;
use crate::condition;
use crate::document::Document;
use crate::judge::{PolicyKind, Witness};
use crate::principal;
use crate::reading::Reading;
use crate::resource::ResourceName;
use crate::statement::{Effect, Statement};
use crate::variables::{Context, Variables, lookup};

/// One concrete request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Who asks: an ARN, an account, a service, a provider. Not looked at for an identity policy: its holder asks.
    pub principal: String,
    /// Such as `s3:GetObject`.
    pub action: String,
    /// An ARN, or `*` for an action without a resource.
    pub resource: String,
    /// The condition keys that the request carries, and their values.
    pub context: Context,
}

impl From<&Witness> for Request {
    fn from(witness: &Witness) -> Self {
        Self {
            principal: witness.principal.clone(),
            action: witness.action.clone(),
            resource: witness.resource.clone(),
            context: witness.context.iter().map(|(k, v)| (k.clone(), vec![v.clone()])).collect(),
        }
    }
}

/// What a document says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A Deny applies: "An explicit deny in any of these policies overrides the allow" (IAM User Guide, Policy
    /// evaluation logic).
    ExplicitDeny,
    /// An Allow applies and no Deny does.
    Allow,
    /// Nothing applies.
    ImplicitDeny,
}

/// Decides one concrete request: no wildcards in it.
///
/// A trust policy has no resources, so that of the request is not looked at. A resource pattern of fewer than six ARN
/// segments (`arn:aws:iam::*`), whose meaning AWS does not document, may allow and never denies.
pub fn decide(document: &Document, kind: PolicyKind, request: &Request) -> Decision {
    let applies = |effect| document.statements().iter().any(|s| s.effect == effect && applies(s, kind, request));
    if applies(Effect::Deny) {
        Decision::ExplicitDeny
    } else if applies(Effect::Allow) {
        Decision::Allow
    } else {
        Decision::ImplicitDeny
    }
}

fn applies(statement: &Statement, kind: PolicyKind, request: &Request) -> bool {
    let unbounded = Budget::of(u64::MAX);
    let reading = Reading::of_request(statement, &request.context);
    let variables = if statement.variables { Variables::Of(&request.context) } else { Variables::Literal };
    (kind == PolicyKind::Identity || principal::applies_to(statement, &request.principal))
        && reading.has_action(&request.action.to_ascii_lowercase(), &unbounded)
        && (kind == PolicyKind::Trust || reading.has_resource(&ResourceName::new(&request.resource), &unbounded))
        && statement.conditions.iter().all(|c| condition::holds(c, lookup(&request.context, &c.key), variables))
}
