//! What a repair would end of what IAM tells of a principal.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::Document;
use parapet_guards::used::{Access, Ended, Holders, LastAccess, LastAccessed, LastUse, Place};
use parapet_guards::{IamEntity, Policies};
use serde_json::{Value, json};

use crate::{ROLE, app};

const DAY: i64 = 24 * 60 * 60;

/// A service that was used so many days after 1970, and of its actions those that it reports.
fn service(at: Option<i64>, actions: &[(&str, Option<i64>)]) -> LastAccess {
    let actions = actions.iter().map(|(name, at)| ((*name).to_owned(), at.map(|day| day * DAY)));
    LastAccess { at: at.map(|day| day * DAY), actions: actions.collect() }
}

fn told() -> BTreeMap<IamEntity, LastAccessed> {
    let services = [
        ("s3", service(Some(9), &[("GetBucketPolicy", Some(9)), ("PutBucketPolicy", None)])),
        ("iam", service(Some(7), &[("PutRolePolicy", Some(5)), ("GetRole", Some(7)), ("CreateUser", None)])),
        // It reports none of its actions.
        ("sqs", service(Some(3), &[])),
        ("ec2", service(None, &[("RunInstances", None)])),
    ];
    let services = services.map(|(name, access)| (name.to_owned(), access)).into();
    [(app(), LastAccessed { arn: ROLE.to_owned(), services })].into()
}

fn document(statements: &Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn allow(actions: Value) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": "*"})
}

/// What the repair of an inline policy would end, where the role holds nothing else.
fn ends(before: &Value, after: Option<&Value>) -> Ended {
    let mut holders = Holders::default();
    let held = Policies { inline: [("work".to_owned(), document(before))].into(), ..Policies::default() };
    holders.add(app(), held);
    change(app(), before, after).ends(&told(), &holders).unwrap()
}

fn change(holder: IamEntity, before: &Value, after: Option<&Value>) -> Access {
    let place = Place::Inline("work".to_owned());
    Access::Document { holder, place, before: Some(document(before)), after: after.map(document) }
}

fn words(uses: &[LastUse]) -> Vec<String> {
    uses.iter().map(|LastUse { last, principal, what }| format!("{principal} {what} {}", last / DAY)).collect()
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_ends() {
    let none: [&str; 0] = [];
    let on = |before: Value, after: Option<Value>, ended: &[&str], unknown: &[&str], never: &[&str]| {
        let found = ends(&json!([before]), after.as_ref().map(|after| json!([after])).as_ref());
        let never_used: Vec<&str> = found.never_used.iter().map(String::as_str).collect();
        assert_eq!((words(&found.ends), words(&found.unknown), never_used), (ended.iter().map(ToString::to_string).collect(), unknown.iter().map(ToString::to_string).collect(), never.to_vec()), "{before} -> {after:?}");
        assert_eq!(found.not_told, BTreeSet::new());
    };
    // All of it goes.
    on(allow(json!("*")), None, &["role/app s3 9", "role/app iam 7", "role/app sqs 3"], &none, &["ec2"]);
    on(allow(json!("sqs:*")), None, &["role/app sqs 3"], &none, &none);
    on(allow(json!("ec2:*")), None, &none, &none, &["ec2"]);
    // Nothing goes.
    on(allow(json!("s3:*")), Some(allow(json!("s3:*"))), &none, &none, &none);
    on(allow(json!("dynamodb:*")), None, &none, &none, &none);
    // An action that is reported, and was used.
    on(allow(json!(["iam:PutRolePolicy", "iam:GetRole"])), Some(allow(json!("iam:GetRole"))), &["role/app iam:PutRolePolicy 5"], &["role/app iam 7"], &none);
    // One that is reported, and was not used; yet what is not reported may go as well, and `iam:PassRole` never is.
    on(allow(json!("iam:*")), Some(json!({"Effect": "Allow", "NotAction": "iam:CreateUser", "Resource": "*"})), &none, &["role/app iam 7"], &none);
    on(allow(json!(["sqs:SendMessage", "sqs:ReceiveMessage"])), Some(allow(json!("sqs:SendMessage"))), &none, &["role/app sqs 3"], &none);
    // On what it was used is not told.
    on(allow(json!("s3:GetBucketPolicy")), Some(json!({"Effect": "Allow", "Action": "s3:GetBucketPolicy", "Resource": "arn:aws:s3:::one"})), &none, &["role/app s3 9", "role/app s3:GetBucketPolicy 9"], &none);
    // Nor from where.
    on(allow(json!("s3:*")), Some(json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}})), &none, &["role/app s3 9", "role/app s3:GetBucketPolicy 9"], &none);
}

/// What somebody else's documents allow him, or his own others, does not end.
#[test]
fn what_another_document_allows_stays() {
    let work = json!([allow(json!("sqs:*"))]);
    let mut holders = Holders::default();
    let inline = [("work".to_owned(), document(&work)), ("more".to_owned(), document(&work))];
    holders.add(app(), Policies { inline: inline.into(), ..Policies::default() });
    assert_eq!(change(app(), &work, None).ends(&told(), &holders), Some(Ended::default()));
}

/// Of whom IAM told nothing, nothing is unused.
#[test]
fn nobody_is_taken_for_idle_of_whom_nothing_is_told() {
    let work = json!([allow(json!("sqs:*"))]);
    let ended = |holder: IamEntity| change(holder, &work, None).ends(&told(), &Holders::default()).unwrap();
    for (holder, name) in
        [(IamEntity::Role("other".into()), "role/other"), (IamEntity::Group("staff".into()), "group/staff")]
    {
        let expected = Ended { not_told: [name.to_owned()].into(), ..Ended::default() };
        assert_eq!(ended(holder), expected);
    }
    let empty = [(app(), LastAccessed { arn: ROLE.to_owned(), ..LastAccessed::default() })].into();
    let mut holders = Holders::default();
    holders.add(app(), Policies { inline: [("work".to_owned(), document(&work))].into(), ..Policies::default() });
    let of_empty = change(app(), &work, None).ends(&empty, &holders).unwrap();
    assert_eq!(
        of_empty,
        Ended { not_told: ["role/app".to_owned()].into(), ..Ended::default() },
        "no service is listed"
    );
    let of_bucket = Access::OfResource {
        arn: "arn:aws:s3:::b".into(),
        kind: iam_policy::PolicyKind::Resource,
        before: Some(document(&json!([]))),
        after: None,
    };
    assert_eq!(of_bucket.ends(&told(), &Holders::default()), None);
}
