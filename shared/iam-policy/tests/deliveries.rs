//! Accounts of AWS itself that deliver logs into buckets: let in for that, and for nothing else.
#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests fails the test")]

mod common;

use common::{admit, judged, narrowed_by, policy, trust};
use iam_policy::{Known, PolicyKind, PolicyKind::Resource, PolicyKind::Trust, Rules, TrustZone, ViolationKind};
use serde_json::{Value, json};

const ELB: &str = "arn:aws:iam::127311923021:root";
const REDSHIFT: &str = "arn:aws:iam::193672423079:user/logs";
const BILLS: &str = "arn:aws:iam::386209384616:root";
const TRAIL: &str = "arn:aws:iam::086441151436:root";
const BOTH: [&str; 2] = ["arn:aws:s3:::b", "arn:aws:s3:::b/*"];

const NONE: &[&str] = &[];
const FOREIGN: &[&str] = &["foreign-principal"];
const PUBLIC: &[&str] = &["public-access"];

fn zone() -> TrustZone {
    TrustZone { known: Some(Known::default()), ..TrustZone::new("111111111111") }
}

#[track_caller]
fn check_in(zone: TrustZone, kind: PolicyKind, statement: Value, expected: &[&str]) {
    let document = policy(json!([statement]));
    let found = judged(&[&document], kind, &Rules::all(zone));
    let kinds: Vec<&str> = found.iter().map(|violation| violation.kind.name()).collect();
    assert_eq!(kinds, expected, "{}\n{:?}", document.to_json(), found.first().map(|v| &v.witness));
}

#[track_caller]
fn check(principal: Value, action: Value, expected: &[&str]) {
    check_in(zone(), Resource, admit(principal, action, json!(BOTH)), expected);
}

fn aws(principal: &str) -> Value {
    json!({"AWS": principal})
}

#[test]
fn what_they_need() {
    check(aws(ELB), json!("s3:PutObject"), NONE);
    check(aws("127311923021"), json!("S3:putobject"), NONE);
    check(json!({"AWS": [ELB, "arn:aws:iam::033677994240:root"]}), json!("s3:PutObject"), NONE);
    check(aws(REDSHIFT), json!(["s3:PutObject", "s3:GetBucketAcl"]), NONE);
    check(aws(BILLS), json!(["s3:PutObject", "s3:GetBucketAcl", "s3:GetBucketPolicy"]), NONE);
    check(aws(TRAIL), json!(["s3:PutObject", "s3:GetBucketAcl"]), NONE);
    // An account of another region delivers nothing here, and takes nothing.
    check(aws("arn:aws:iam::156460612806:root"), json!("s3:PutObject"), NONE);
}

#[test]
fn what_they_do_not_need() {
    for action in ["s3:GetObject", "s3:GetBucketAcl", "s3:PutObjectAcl", "s3:PutBucketPolicy", "s3:Put*", "s3:*", "*"] {
        check(aws(ELB), json!(action), FOREIGN);
        check(aws(ELB), json!(["s3:PutObject", action]), FOREIGN);
    }
    // What attackers' tools write.
    check(aws("arn:aws:iam::193672423079:root"), json!(["s3:GetObject", "s3:ListBucket"]), FOREIGN);
    check(aws(REDSHIFT), json!("s3:GetBucketPolicy"), FOREIGN);
    let all_but =
        json!({"Effect": "Allow", "Principal": aws(ELB), "NotAction": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
    check_in(zone(), Resource, all_but, &["foreign-principal", "not-element"]);
}

#[test]
fn who_is_none_of_them() {
    check(aws("arn:aws:iam::127311923022:root"), json!("s3:PutObject"), FOREIGN);
    check(aws("127311923020"), json!("s3:PutObject"), FOREIGN);
    check(aws("arn:aws:iam::12731192302?:root"), json!("s3:PutObject"), PUBLIC);
    check(aws("*"), json!("s3:PutObject"), PUBLIC);
    check(json!({"AWS": [ELB, "*"]}), json!("s3:PutObject"), PUBLIC);
    check(json!({"AWS": [ELB, "arn:aws:iam::999999999999:root"]}), json!("s3:PutObject"), FOREIGN);
    // The number is AWS's in one partition.
    check(aws("arn:aws-us-gov:iam::127311923021:root"), json!("s3:PutObject"), FOREIGN);
    check(aws("arn:aws:iam::048591011584:root"), json!("s3:PutObject"), FOREIGN);
    let gov = TrustZone { partition: "aws-us-gov".to_owned(), ..zone() };
    let bucket = "arn:aws-us-gov:s3:::b/*";
    check_in(gov.clone(), Resource, admit(aws("048591011584"), "s3:PutObject", bucket), NONE);
    check_in(gov.clone(), Resource, admit(aws("arn:aws-us-gov:iam::190560391635:root"), "s3:PutObject", bucket), NONE);
    check_in(gov, Resource, admit(aws("127311923021"), "s3:PutObject", bucket), FOREIGN);
    let china = TrustZone { partition: "aws-cn".to_owned(), ..zone() };
    let statement = admit(aws("arn:aws-cn:iam::638102146993:root"), "s3:PutObject", "arn:aws-cn:s3:::b/*");
    check_in(china, Resource, statement, NONE);
}

#[test]
fn nowhere_else() {
    check_in(zone(), Trust, trust(aws(ELB), "sts:AssumeRole"), FOREIGN);
    check_in(zone(), Trust, trust(aws("arn:aws:iam::193672423079:root"), "sts:AssumeRole"), FOREIGN);
    check_in(zone(), Resource, admit(aws(ELB), "kms:*", "*"), FOREIGN);
    check_in(zone(), Resource, admit(aws(ELB), "kms:Decrypt", "*"), FOREIGN);
    check_in(zone(), Resource, admit(aws(ELB), "sqs:SendMessage", "arn:aws:sqs:us-east-1:111111111111:q"), FOREIGN);
    check_in(zone(), Resource, admit(aws(TRAIL), "sns:Publish", "arn:aws:sns:us-east-1:111111111111:t"), FOREIGN);
    // By a condition nobody is let in who delivers.
    let mut by_condition = admit(aws("*"), "s3:PutObject", "arn:aws:s3:::b/*");
    by_condition["Condition"] = json!({"StringEquals": {"aws:PrincipalAccount": "127311923021"}});
    check_in(zone(), Resource, by_condition, FOREIGN);
    let closed = TrustZone { refuses_deliveries: true, ..zone() };
    check_in(closed, Resource, admit(aws(ELB), "s3:PutObject", "arn:aws:s3:::b/*"), FOREIGN);
}

/// What narrowing leaves of one statement: its actions, or nothing.
#[track_caller]
fn left(principal: Value, action: Value, resource: Value, expected: Value) {
    let document = policy(json!([admit(principal, action, resource)]));
    let rules = Rules::of(zone(), [ViolationKind::ForeignPrincipal]);
    let left = narrowed_by(&document, Resource, &rules).expect("less");
    let all = left.as_array().expect("statements");
    let actions: Vec<Value> = all.iter().map(|statement| statement["Action"].clone()).collect();
    assert_eq!(json!(actions), expected, "{} {left}", document.to_json());
    let again = policy(left);
    assert!(again.statements().is_empty() || narrowed_by(&again, Resource, &rules).is_none(), "{}", again.to_json());
}

#[test]
fn what_is_more_goes() {
    let objects = || json!("arn:aws:s3:::b/*");
    left(aws(ELB), json!(["s3:PutObject", "s3:GetObject"]), objects(), json!([["s3:PutObject"]]));
    left(aws(ELB), json!("s3:*"), objects(), json!(["s3:PutObject"]));
    left(aws(ELB), json!("*"), objects(), json!(["s3:PutObject"]));
    left(aws(ELB), json!("s3:Put*"), json!(BOTH), json!(["s3:PutObject"]));
    left(aws(REDSHIFT), json!("s3:*"), objects(), json!(["s3:PutObject"]));
    left(aws(REDSHIFT), json!("s3:*"), json!(BOTH), json!(["s3:GetBucketAcl", "s3:PutObject"]));
    left(aws("arn:aws:iam::127311923022:root"), json!("s3:*"), objects(), json!([]));
    left(aws(ELB), json!("s3:Get*"), objects(), json!([]));
}
