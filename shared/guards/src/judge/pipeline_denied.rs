//! Statements that deny the ML service what the pipeline is for. They are told: whoever looks into an incident writes such a one, and an intruder
//! who wants the pipeline to stand still.

use std::collections::BTreeSet;

use iam_policy::{Decision, Document, PolicyKind, Request, decide};

use crate::foundation::documents::statements_shared_with;
use crate::judge::own_call::request;
use crate::{Arns, ControlId, Flaw, ResourceKind, Subject};

/// What is known of whoever calls as the ML service.
const OF_CALLER: [&str; 2] = ["aws:PrincipalArn", "aws:PrincipalAccount"];

/// That statements deny it for certain, whatever else a request says.
pub(crate) fn flaw<'a, T: 'a>(
    control: ControlId,
    subject: &Subject<'a>,
    before: Option<&Document>,
    document: &Document,
) -> Option<Flaw<'a, T>> {
    let requests = needed(subject);
    let denying = |index: usize| {
        let others = (0..document.statements().len()).filter(|other| *other != index).collect();
        let alone = document.without_statements(&others);
        alone.is_some_and(|alone| {
            requests.iter().any(|request| decide(&alone, PolicyKind::Resource, request) == Decision::ExplicitDeny)
        })
    };
    let is_certain = |index: &usize| {
        let conditions = document.statements().get(*index).map(|statement| statement.conditions.as_slice());
        let is_of_caller = |key: &str| OF_CALLER.iter().any(|known| known.eq_ignore_ascii_case(key));
        conditions.is_some_and(|all| all.iter().all(|one| is_of_caller(&one.key)))
    };
    let denying: BTreeSet<usize> =
        (0..document.statements().len()).filter(is_certain).filter(|index| denying(*index)).collect();
    let known = before.map(|before| statements_shared_with(document, before)).unwrap_or_default();
    (!denying.is_empty()).then(|| {
        let detail = format!("{} statement(s) deny the ML service what the pipeline is for", denying.len());
        let flaw = Flaw::without_remedy(control, detail);
        if denying.is_subset(&known) { flaw.from_before() } else { flaw }
    })
}

/// What the ML service asks of the pipeline's key and data bucket; nothing of anything else.
fn needed(subject: &Subject<'_>) -> Vec<Request> {
    if !subject.is_foundation() {
        return Vec::new();
    }
    let role = subject.home.iam_arn(&format!("role/{}", subject.standard.names.ml_service_role));
    let resource = subject.resource.arn(subject.home);
    let of = |action: &str, resource: String| Request { resource, ..request(subject, &role, action) };
    match subject.resource.kind() {
        ResourceKind::Key => {
            ["kms:Decrypt", "kms:GenerateDataKey"].into_iter().map(|action| of(action, resource.clone())).collect()
        }
        ResourceKind::Bucket if resource == subject.home.bucket_arn(&subject.standard.names.ml_data_bucket) => {
            let objects = ["s3:GetObject", "s3:PutObject"].map(|action| of(action, format!("{resource}/any")));
            objects.into_iter().chain([of("s3:ListBucket", resource)]).collect()
        }
        _ => Vec::new(),
    }
}
