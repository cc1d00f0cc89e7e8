//! Why a guard is denied a resource, and who may still act, as far as the record of an event tells. For the report alone.

use std::collections::BTreeSet;

use iam_policy::{Decision, Document, PolicyKind, decide};
use parapet_core::{Arn, Trigger};
use serde_json::Value;

use crate::judge::{own_call, shut_out};
use crate::route::document_in;
use crate::{Arns, GuardName, ResourceKind, Subject};

/// What in the document of an event's own record denies a guard the policy of a resource, and who may write that policy by it. None: the record
/// has no such document, or by it the guard is not denied.
#[must_use]
pub fn shut_out_by(trigger: &Trigger, subject: &Subject<'_>, guard: GuardName) -> Option<String> {
    let (read, write) = calls(subject.resource.kind())?;
    let document = document_in(trigger)?;
    let of_guard = |name: &&String| name.ends_with(guard.as_str());
    let role = subject.standard.principals.own.iter().find(of_guard).map(|name| subject.home.iam_arn(name))?;
    let denying = shut_out::statements(subject, &document, std::slice::from_ref(&role), &[read, write]);
    let why = if denying.is_empty() {
        let is_let_in = |action| has(subject, &document, &role, action);
        if [read, write].into_iter().all(is_let_in) {
            return None;
        }
        format!(
            "as the record of the event says, no statement of the key's policy lets `{role}` in, nor the account as a whole"
        )
    } else {
        let names: Vec<String> = denying.iter().map(|index| named(&document, *index)).collect();
        format!("as the record of the event says, what denies it is {}", names.join(" and "))
    };
    Some(format!("{why}; {}", who(subject, &document, write)))
}

/// What reads and what writes the policy of a resource.
fn calls(kind: ResourceKind) -> Option<(&'static str, &'static str)> {
    match kind {
        ResourceKind::Bucket => Some(("s3:GetBucketPolicy", "s3:PutBucketPolicy")),
        ResourceKind::AccessPoint => Some(("s3:GetAccessPointPolicy", "s3:PutAccessPointPolicy")),
        ResourceKind::Key => Some(("kms:GetKeyPolicy", "kms:PutKeyPolicy")),
        ResourceKind::Repository => Some(("ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy")),
        _ => None,
    }
}

/// Whether the policy leaves somebody of the account an action. IAM counts beside the policies of all but keys.
fn has(subject: &Subject<'_>, document: &Document, principal: &str, action: &str) -> bool {
    let mut value = document.as_value().clone();
    let is_key = subject.resource.kind() == ResourceKind::Key;
    if is_key {
        shut_out::each_statement(&mut value, shut_out::about_the_key);
    }
    let Ok(document) = Document::from_value(value) else { return false };
    match decide(&document, PolicyKind::Resource, &own_call::request(subject, principal, action)) {
        Decision::Allow => true,
        Decision::ImplicitDeny => !is_key,
        Decision::ExplicitDeny => false,
    }
}

/// A statement, by its name where it has one.
fn named(document: &Document, index: usize) -> String {
    let sid = document.statements().get(index).and_then(|statement| statement.sid.as_deref());
    let number = index + 1;
    sid.map_or_else(|| format!("statement {number}"), |sid| format!("statement {number}, `{sid}`"))
}

/// Who of the account may still write the policy, of those whom it names.
fn who(subject: &Subject<'_>, document: &Document, write: &str) -> String {
    /// More would not help whoever reads it.
    const MOST: usize = 5;
    let mut named = BTreeSet::from([subject.home.iam_arn("root")]);
    gather(document.as_value(), &subject.home.account, &mut named);
    let may: Vec<String> = named
        .into_iter()
        .filter(|principal| has(subject, document, principal, write))
        .map(|principal| format!("`{principal}`"))
        .collect();
    if may.is_empty() {
        return "by it nobody whom it names may write the policy".to_owned();
    }
    let more = if may.len() > MOST { " and others" } else { "" };
    let first: Vec<String> = may.into_iter().take(MOST).collect();
    format!("by it {}{more} may still write the policy", first.join(", "))
}

/// Principals of the account, wherever a document names them.
fn gather(value: &Value, account: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let is_ours = |arn: Arn<'_>| ["iam", "sts"].contains(&arn.service) && arn.account == account;
            if Arn::parse(text).is_some_and(is_ours) {
                found.insert(text.clone());
            }
        }
        Value::Array(several) => several.iter().for_each(|one| gather(one, account, found)),
        Value::Object(members) => members.values().for_each(|one| gather(one, account, found)),
        _ => {}
    }
}
