//! What the crate decides of a row.

use crate::generator;
use crate::process::SimRow;
use iam_policy::{Decision, Document, Policies, PolicyKind, decide, evaluate};
use serde_json::Value;

pub(crate) fn document(value: &Value) -> Document {
    Document::from_value(value.clone()).expect("a policy")
}

fn documents(values: &[Value]) -> Vec<Document> {
    values.iter().map(document).collect()
}

pub(crate) fn ours(row: &SimRow) -> Decision {
    let identity = documents(&row.identity);
    let [resource, boundary, session] =
        [&row.resource_policy, &row.boundary, &row.session].map(|v| v.as_ref().map(document));
    let [scps, rcps] = [&row.scps, &row.rcps].map(|l| l.iter().map(|level| documents(level)).collect::<Vec<_>>());
    let policies = Policies {
        identity: identity.iter().collect(),
        resource: resource.as_ref(),
        boundary: boundary.as_ref(),
        session: session.as_ref(),
        scps: scps.iter().map(|level| level.iter().collect()).collect(),
        rcps: rcps.iter().map(|level| level.iter().collect()).collect(),
        principal_account: None,
        resource_account: Some(&row.account),
    };
    let decision = evaluate(&policies, &row.request()).decision;
    let [only] = identity.as_slice() else { return decision };
    let is_alone = resource.is_none() && boundary.is_none() && session.is_none() && scps.is_empty() && rcps.is_empty();
    if is_alone && generator::is_for_identity_alone(row) {
        let alone = decide(only, PolicyKind::Identity, &row.request());
        assert_eq!(alone, decision, "`decide` and `evaluate` on {}", row.to_json());
    }
    decision
}
