//! The policies that the demo writes, good and bad.

use serde_json::{Value, json};

/// A statement that harms nobody.
pub(crate) fn reads_reports() -> Value {
    json!({"Sid": "ReadReports", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]})
}

/// Every action on everything.
pub(crate) fn everything() -> Value {
    json!({"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"})
}

/// All of IAM, and whatever else begins with an i.
pub(crate) fn hidden_iam() -> Value {
    json!({"Sid": "Inspect", "Effect": "Allow", "Action": "i*:*", "Resource": "*"})
}

/// Everything but S3, IAM included.
pub(crate) fn all_but_s3() -> Value {
    json!({"Sid": "NotS3", "Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})
}

/// A service that may become the role.
pub(crate) fn trusts_lambda() -> Value {
    trusts("lambda.amazonaws.com")
}

/// An AWS service that may become the role.
pub(crate) fn trusts(service: &str) -> Value {
    json!({"Sid": "Service", "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})
}

/// Anybody with an AWS account may become the role.
pub(crate) fn trusts_everyone() -> Value {
    json!({"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})
}

/// Anybody may read the bucket.
pub(crate) fn public_read(bucket: &str) -> Value {
    json!({"Sid": "Share", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*")})
}

/// A role of the account may read the bucket.
pub(crate) fn role_reads(bucket: &str, role_arn: &str) -> Value {
    json!({"Sid": "Pipeline", "Effect": "Allow", "Principal": {"AWS": role_arn}, "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*")})
}

/// A policy of these statements.
pub(crate) fn policy<const N: usize>(statements: [Value; N]) -> Value {
    json!({"Version": "2012-10-17", "Statement": Vec::from(statements)})
}

/// The statements of a policy.
pub(crate) fn statements(policy: &Value) -> Vec<&Value> {
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(statement) => vec![statement],
        None => Vec::new(),
    }
}

/// Whether a statement of a policy has this Sid.
pub(crate) fn has_sid(policy: &Value, sid: &str) -> bool {
    statements(policy).iter().any(|statement| statement.get("Sid").and_then(Value::as_str) == Some(sid))
}

/// Whether a bucket policy denies requests without TLS.
pub(crate) fn is_tls_only(policy: &Value) -> bool {
    statements(policy).iter().any(|statement| {
        statement.get("Effect") == Some(&json!("Deny")) && statement.to_string().contains("aws:SecureTransport")
    })
}
