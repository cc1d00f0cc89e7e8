//! Who of the account may become a role by its trust policy alone. IAM User Guide, "AWS JSON policy elements: Principal": to name the account "delegates
//! authority to the account", whose policies have to allow it, too; who is named, or is one of everyone, needs none. So he is new though the account was
//! trusted before.

use iam_policy::{Document, PolicyKind, Search, new_access};
use parapet_core::Arn;
use serde_json::{Value, json};

use crate::Subject;
use crate::foundation::documents::with_statement;

/// Whether one document lets in somebody of the account by itself whom the other does not let in so.
pub(super) fn newcomers(subject: &Subject<'_>, accepted: &Document, document: &Document) -> Search {
    let Some(now) = by_itself(document) else { return Search::None };
    // What other accounts' users and roles may is theirs to say in any case.
    let others = json!({
        "Effect": "Allow",
        "Principal": "*",
        "Action": "sts:*",
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": subject.home.account}},
    });
    let before = with_statement(by_itself(accepted).as_ref(), others);
    new_access(&[&before], &[&now], PolicyKind::Trust)
}

/// A document without what it leaves to accounts, and without services and providers; what it denies stays. None: nothing that allows is left.
fn by_itself(document: &Document) -> Option<Document> {
    let mut value = document.as_value().clone();
    let statement = value.get_mut("Statement")?;
    // IAM User Guide, "Grammar of the IAM JSON policy language": one statement need be no list.
    if statement.is_object() {
        *statement = Value::Array(vec![statement.take()]);
    }
    let statements = statement.as_array_mut()?;
    statements.retain_mut(|statement| !is_allow(statement) || keeps_named(statement));
    statements.iter().any(is_allow).then(|| Document::from_value(value).ok()).flatten()
}

fn is_allow(statement: &Value) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some("Allow")
}

/// Leaves those in a statement that it names, or means by a pattern; whether there are any.
fn keeps_named(statement: &mut Value) -> bool {
    let Some(principal) = statement.get_mut("Principal") else { return true };
    if principal.is_string() {
        return true;
    }
    let listed = match principal.get("AWS") {
        Some(Value::Array(listed)) => listed.clone(),
        Some(one) => vec![one.clone()],
        None => return false,
    };
    let named: Vec<Value> = listed.into_iter().filter(|entry| !entry.as_str().is_some_and(is_account)).collect();
    let is_any = !named.is_empty();
    *principal = json!({"AWS": named});
    is_any
}

/// Whether an entry is an account: by its number, or its root user's ARN.
fn is_account(entry: &str) -> bool {
    let is_number = !entry.is_empty() && entry.bytes().all(|byte| byte.is_ascii_digit());
    is_number || Arn::parse(entry).is_some_and(|arn| arn.resource == "root" && !entry.contains(['*', '?']))
}

#[cfg(test)]
mod tests {
    use parapet_core::Home;

    use super::*;
    use crate::{Resource, Room, Standard, on};

    fn document(statements: &[Value]) -> Document {
        Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
    }

    fn trusts(principal: Value) -> Value {
        json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
    }

    fn if_so(principal: Value, condition: Value) -> Value {
        json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition})
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn who_is_let_in_by_itself() {
        let standard = Standard::default();
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let resource = Resource::from(on::Role { name: "admin".into() });
        let subject = Subject { resource: &resource, standard: &standard, home: &home, now: 0, account: None, room: Room::Quota, settles_at: None, made: None };
        let root = || trusts(json!({"AWS": "arn:aws:iam::111122223333:root"}));
        let user = |name: &str| trusts(json!({"AWS": format!("arn:aws:iam::111122223333:user/{name}")}));
        let own = json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}});
        let mfa = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
        let of_organization = json!({"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}});
        let mallory = json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/mallory"}});
        let of = |accepted: &[Value], now: &[Value]| !newcomers(&subject, &document(accepted), &document(now)).is_none();
        for (now, expected) in [
            (root(), false),
            (trusts(json!({"AWS": "111122223333"})), false),
            (if_so(json!({"AWS": ["111122223333"]}), mallory.clone()), false),
            (trusts(json!({"AWS": "arn:aws:iam::222233334444:root"})), false),
            (trusts(json!({"AWS": "arn:aws:iam::222233334444:role/x"})), false),
            (trusts(json!({"Service": "ec2.amazonaws.com"})), false),
            (trusts(json!({"Federated": "arn:aws:iam::111122223333:saml-provider/x"})), false),
            (user("mallory"), true),
            (trusts(json!({"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/mallory"]})), true),
            (trusts(json!({"AWS": "arn:aws:sts::111122223333:assumed-role/mallory/x"})), true),
            (trusts(json!("*")), true),
            (if_so(json!("*"), mallory.clone()), true),
            (if_so(json!({"AWS": "*"}), mallory), true),
            (if_so(json!({"AWS": "*"}), own.clone()), true),
            (if_so(json!({"AWS": "*"}), of_organization), true),
            (if_so(json!({"AWS": "*"}), json!({"StringEquals": {"aws:PrincipalAccount": "222233334444"}})), false),
            (json!({"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:user/x"}, "Action": "sts:AssumeRole"}), true),
        ] {
            assert_eq!(of(&[root()], std::slice::from_ref(&now)), expected, "{now}");
            assert_eq!(of(&[root()], &[root(), now.clone()]), expected, "beside root: {now}");
        }
        // One statement need be no list.
        let alone = |statement: Value| Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
        assert!(!newcomers(&subject, &alone(root()), &alone(user("mallory"))).is_none());
        assert!(newcomers(&subject, &alone(user("ci")), &alone(user("ci"))).is_none());
        // Who was so before is not new; without his condition he is.
        assert!(!of(&[root(), user("ci")], &[user("ci")]));
        assert!(!of(&[if_so(json!("*"), own.clone())], &[root(), user("ci"), if_so(json!("*"), own)]));
        let with_mfa = || if_so(json!({"AWS": "arn:aws:iam::111122223333:user/ci"}), mfa.clone());
        assert!(!of(&[root(), with_mfa()], &[with_mfa()]));
        assert!(of(&[root(), with_mfa()], &[root(), user("ci")]));
        // A Deny may keep him out, and may be gone.
        let denied = || json!({"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::111122223333:user/ci"}, "Action": "sts:AssumeRole"});
        assert!(!of(&[root()], &[root(), user("ci"), denied()]));
        assert!(of(&[root(), user("ci"), denied()], &[root(), user("ci")]));
    }
}
