//! One request against one document.

use crate::budget::Budget;
use crate::condition;
use crate::document::Document;
use crate::kind::PolicyKind;
use crate::principal;
use crate::reading::Reading;
use crate::request::{Request, lookup};
use crate::resource::ResourceName;
use crate::statement::{Effect, Statement};
use crate::variables::Variables;

/// What a document says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    let budget = Budget::of(u64::MAX);
    let with_effect = |effect| {
        let mut statements = document.statements().iter().filter(|s| s.effect == effect);
        statements.any(|s| applies(s, kind, request, &budget))
    };
    if with_effect(Effect::Deny) {
        Decision::ExplicitDeny
    } else if with_effect(Effect::Allow) {
        Decision::Allow
    } else {
        Decision::ImplicitDeny
    }
}

/// Whether the statement applies to the request. Nothing does once the budget is spent.
fn applies(statement: &Statement, kind: PolicyKind, request: &Request, budget: &Budget) -> bool {
    (kind == PolicyKind::Identity || principal::applies_to(statement, &request.principal))
        && applies_but_for_principal(statement, kind, request, budget)
}

/// The same, whoever asks.
pub(super) fn applies_but_for_principal(
    statement: &Statement,
    kind: PolicyKind,
    request: &Request,
    budget: &Budget,
) -> bool {
    if budget.is_exhausted() {
        return false;
    }
    let reading = Reading::of_request(statement, &request.context);
    let variables = if statement.variables { Variables::Of(&request.context) } else { Variables::Literal };
    reading.has_action(&request.action.to_ascii_lowercase(), budget)
        && (kind == PolicyKind::Trust || reading.has_resource(&ResourceName::new(&request.resource), budget))
        && statement.conditions.iter().all(|c| condition::holds(c, lookup(&request.context, &c.key), variables))
}
