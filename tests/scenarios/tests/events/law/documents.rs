//! What policies say in the law: enough to make each way that is judged, and what nobody minds.

use iam_policy::Document;
use parapet_testkit::fixtures::{DATA_BUCKET, STRANGER};
use serde_json::{Value, json};

pub(super) fn document(statements: &[Value]) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn on(effect: &str, actions: Value, resources: Value) -> Document {
    document(&[json!({"Effect": effect, "Action": actions, "Resource": resources})])
}

pub(super) fn admin() -> Document {
    on("Allow", json!("*"), json!("*"))
}

pub(super) fn reads() -> Document {
    on("Allow", json!(["s3:GetObject", "s3:ListBucket"]), json!(["arn:aws:s3:::team", "arn:aws:s3:::team/*"]))
}

/// Of users, roles and groups.
pub(super) fn of_identities() -> Vec<Document> {
    let data = format!("arn:aws:s3:::{DATA_BUCKET}/*");
    vec![
        admin(),
        reads(),
        on("Allow", json!("iam:*"), json!("*")),
        on("Allow", json!("iam:PutUserPolicy"), json!("*")),
        on("Allow", json!("s3:GetObject"), json!(data)),
        on("Allow", json!("iam:PassRole"), json!("*")),
        on("Allow", json!(["lambda:CreateFunction", "lambda:InvokeFunction"]), json!("*")),
        on("Allow", json!("sts:AssumeRole"), json!("*")),
        on("Allow", json!("iam:CreateAccessKey"), json!("*")),
        on("Allow", json!("iam:AddUserToGroup"), json!("*")),
        on("Deny", json!("iam:*"), json!("*")),
        on("Allow", json!(["cloudtrail:StopLogging", "logs:Get*"]), json!("*")),
        on("Allow", json!("ec2:Describe*"), json!("*")),
        document(&[
            json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::team/*"}),
            json!({"Effect": "Allow", "Action": "iam:UpdateAssumeRolePolicy", "Resource": "*"}),
        ]),
        document(&[
            json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
            json!({"Effect": "Deny", "Action": "iam:*", "Resource": "*"}),
        ]),
        // By name.
        on("Allow", json!("iam:PutUserPolicy"), json!("arn:aws:iam::111122223333:user/mallory")),
        on("Allow", json!("iam:*"), json!("arn:aws:iam::111122223333:role/app")),
        on("Allow", json!("sts:AssumeRole"), json!("arn:aws:iam::111122223333:role/break-glass")),
        on("Allow", json!("iam:CreateAccessKey"), json!("arn:aws:iam::111122223333:user/joe")),
        on("Allow", json!("iam:CreatePolicyVersion"), json!("arn:aws:iam::111122223333:policy/team")),
        on("Allow", json!("iam:*"), json!(["arn:aws:iam::*:*/*a*", "arn:aws:iam::*:*/*e*", "arn:aws:iam::*:*/*o*"])),
        document(&[
            json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/ci"}),
            json!({"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}),
        ]),
    ]
}

fn trusting(principal: Value, condition: Option<Value>) -> Document {
    let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    document(&[statement])
}

pub(super) fn of_lambda() -> Document {
    trusting(json!({"Service": "lambda.amazonaws.com"}), None)
}

pub(super) fn of_account() -> Document {
    trusting(json!({"AWS": "arn:aws:iam::111122223333:root"}), None)
}

pub(super) fn of_vendor() -> Document {
    trusting(json!({"AWS": "arn:aws:iam::444455556666:root"}), Some(json!({"StringEquals": {"sts:ExternalId": "x"}})))
}

/// Of roles.
pub(super) fn of_trusts() -> Vec<Document> {
    let stranger = format!("arn:aws:iam::{STRANGER}:root");
    let both = json!([
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": stranger}, "Action": "sts:AssumeRole"},
    ]);
    vec![
        of_lambda(),
        of_account(),
        of_vendor(),
        document(both.as_array().unwrap()),
        trusting(json!({"AWS": stranger}), None),
        trusting(json!("*"), None),
        trusting(json!("*"), Some(json!({"StringEquals": {"aws:PrincipalOrgID": "o-stranger01"}}))),
        trusting(json!({"AWS": "arn:aws:iam::111122223333:user/mallory"}), None),
        trusting(json!({"AWS": "arn:aws:iam::111122223333:user/jane"}), None),
        trusting(json!({"Service": "sagemaker.amazonaws.com"}), None),
    ]
}

fn bucket_statement(bucket: &str, principal: Value, action: &str) -> Value {
    json!({
        "Effect": "Allow", "Principal": principal, "Action": action,
        "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
    })
}

/// Of buckets.
pub(super) fn of_buckets(bucket: &str) -> Vec<Document> {
    let stranger = || json!({"AWS": format!("arn:aws:iam::{STRANGER}:root")});
    let vendor = || json!({"AWS": "arn:aws:iam::444455556666:root"});
    let mut in_organization = bucket_statement(bucket, json!("*"), "s3:GetObject");
    in_organization["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-stranger01"}});
    let mut of_address = bucket_statement(bucket, json!("*"), "s3:GetObject");
    of_address["Condition"] = json!({"IpAddress": {"aws:SourceIp": "203.0.113.7/32"}});
    vec![
        document(&[bucket_statement(bucket, json!("*"), "s3:GetObject")]),
        document(&[bucket_statement(bucket, stranger(), "s3:GetObject")]),
        document(&[bucket_statement(bucket, vendor(), "s3:GetObject")]),
        document(&[bucket_statement(bucket, vendor(), "s3:GetObject"), bucket_statement(bucket, stranger(), "s3:*")]),
        document(&[bucket_statement(bucket, json!({"AWS": "arn:aws:iam::111122223333:role/app"}), "s3:GetObject")]),
        document(&[in_organization]),
        document(&[of_address]),
    ]
}
