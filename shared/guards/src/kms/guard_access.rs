use std::collections::BTreeSet;

use iam_policy::{Decision, Document, PolicyKind, decide};
use serde_json::{Value, json};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents::{self, with_statement};
use crate::judge::own_call;
use crate::judge::shut_out::{self, Access, Whose};
use crate::kms::key_policy::{self, KeyPolicyAction, LONGEST_KEY_POLICY};
use crate::kms::resources::SERVICE;
use crate::{Arns, Subject, on};

control! {
    KEY_POLICY_GUARD = "KMS.PolicyGuardAccess", Critical, Enforce, fsbp [], cis [],
    "The key policy lets the policy guard read and mend it",
    "One statement that lets a stranger in, and another that keeps the guard from seeing it, would stay for ever.",
}

/// What the policy guard does with a key.
pub(super) const POLICY_GUARD: &Access = &Access {
    control: KEY_POLICY_GUARD,
    whose: Whose::PolicyGuard,
    actions: &["kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:ListGrants", "kms:RevokeGrant"],
    detail: "of the key policy deny the policy guard what it does with the key",
    longest: LONGEST_KEY_POLICY,
};

/// Whether the policy guard may read and write the key's policy. Another guard looks after that: whom a policy shuts out cannot mend it.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Key;
    type State = Document;
    type Action = KeyPolicyAction;

    const ROW: Row = Row {
        id: "key-guard-access",
        name: "access of the policy guard to keys",
        service: &SERVICE,
        events: &["CreateKey", "PutKeyPolicy"],
        controls: &[KEY_POLICY_GUARD],
        is_own_policy: true,
        ..Row::USUAL
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        _last_known: Option<&Self::State>,
        observed: &Self::State,
    ) -> Flaws<'a, Self::State> {
        Ok(of_access(POLICY_GUARD, subject, None, observed))
    }

    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        key_policy::Unit::diff(from, to)
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        key_policy::Unit::step(state, action)
    }
}

/// That a key policy denies some of Parapet's roles what they do, or lets IAM count for all but them.
pub(super) fn of_access<'a>(
    access: &'static Access,
    subject: &Subject<'a>,
    before: Option<&Document>,
    document: &Document,
) -> Vec<Flaw<'a, Document>> {
    let subject = *subject;
    let denied = access.flaws(&subject, before, document).into_iter();
    let denied = denied.map(|flaw| flaw.leaving(move || documents::key_of_account(&subject)));
    let left_out = left_out(access, &subject, document);
    let let_in = (!left_out.is_empty()).then(|| {
        let detail = format!("the key policy lets the account manage the key, and not {}", list(&left_out));
        let was_before = before.is_some_and(|before| !self::left_out(access, &subject, before).is_empty());
        let flaw = Flaw::new(access.control, detail, move |document: &mut Document| {
            let left_out = self::left_out(access, &subject, document);
            if !left_out.is_empty() {
                *document = with_statement(Some(document), lets_in(access, &left_out));
            }
        });
        if was_before { flaw.from_before() } else { flaw }
    });
    denied.chain(let_in).collect()
}

/// The roles that may not do by it what the account may, though nothing denies it. AWS KMS Developer Guide, "Key policies": "Unless the key policy
/// explicitly allows it, you cannot use IAM policies to allow access to a KMS key".
fn left_out(access: &Access, subject: &Subject<'_>, document: &Document) -> BTreeSet<String> {
    let mut value = document.as_value().clone();
    shut_out::each_statement(&mut value, shut_out::about_the_key);
    let Ok(document) = Document::from_value(value) else { return BTreeSet::new() };
    let denying = document.statements().iter().enumerate().filter(|(_, statement)| !statement.is_allow());
    let Some(allows) = document.without_statements(&denying.map(|(index, _)| index).collect()) else {
        return BTreeSet::new();
    };
    let may = |principal: &str, action: &str| {
        decide(&allows, PolicyKind::Resource, &own_call::request(subject, principal, action)) == Decision::Allow
    };
    let owner = subject.home.iam_arn("root");
    let is_left_out = |role: &String| access.actions.iter().any(|action| may(&owner, action) && !may(role, action));
    shut_out::roles(subject, access.whose).into_iter().filter(is_left_out).collect()
}

/// A narrowed policy that leaves no guard out which the one before did not: what lets in the world may have been all that let in a guard.
pub(super) fn kept_for_guards(
    accesses: &[&'static Access],
    subject: &Subject<'_>,
    before: &Document,
    narrowed: Document,
) -> Document {
    accesses.iter().fold(narrowed, |narrowed, access| {
        let left_out = left_out(access, subject, &narrowed);
        if left_out.is_empty() || !self::left_out(access, subject, before).is_empty() {
            return narrowed;
        }
        with_statement(Some(&narrowed), lets_in(access, &left_out))
    })
}

/// What lets them in again. It stands there until somebody puts the policy anew.
fn lets_in(access: &Access, roles: &BTreeSet<String>) -> Value {
    let sid = match access.whose {
        Whose::PolicyGuard => "ParapetPolicyGuard",
        Whose::Others => "ParapetGuards",
    };
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": roles},
        "Action": access.actions,
        "Resource": "*",
    })
}

fn list(roles: &BTreeSet<String>) -> String {
    let names: Vec<String> = roles.iter().map(|role| format!("`{role}`")).collect();
    names.join(", ")
}
