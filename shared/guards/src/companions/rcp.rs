//! The resource control policy.
//!
//! AWS Organizations User Guide, "RCP syntax": a policy of one's own has `Deny` only, its `Principal` is `*`, and there is no `NotAction`. "Resource
//! control policies": they apply to Amazon S3, AWS STS, AWS KMS, Amazon SQS, AWS Secrets Manager, and some that are newer (Amazon ECR, OpenSearch
//! Serverless, Cognito, CloudWatch Logs); "RCPs do not impact the effective permissions of any service-linked role"; not the resources of
//! the management account. Services that act for themselves are left out by `aws:PrincipalIsAWSService`.

use serde_json::{Value, json};

use super::document;
use super::owned::{BUCKET_SETTINGS, KEY_CHANGES, OBJECT_WRITES, Owned};

/// What a queue takes, but reads of its settings.
const QUEUE_CALLS: [&str; 8] = ["sqs:A*", "sqs:C*", "sqs:D*", "sqs:P*", "sqs:Re*", "sqs:S*", "sqs:T*", "sqs:U*"];

pub(super) fn policy(owned: &Owned) -> Value {
    let but = owned.deployment_and_own();
    let aliases = json!({"kms:ResourceAliases": owned.key_aliases});
    let mut of_keys = nobody_but(&but);
    if let Some(operators) = of_keys.as_object_mut() {
        operators.insert("ForAnyValue:StringEquals".to_owned(), aliases);
    }
    let services_only = json!({"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}});
    document(vec![
        deny("BucketSettings", &BUCKET_SETTINGS, &owned.buckets(), nobody_but(&but)),
        deny("Records", &OBJECT_WRITES, &owned.records(), nobody_but(&but)),
        deny("Queues", &QUEUE_CALLS, &[owned.queues()], nobody_but(&but)),
        deny(
            "OwnRoles",
            &["sts:AssumeRole*", "sts:SetSourceIdentity", "sts:TagSession"],
            &owned.roles(),
            services_only,
        ),
        deny("Keys", &KEY_CHANGES, &[owned.keys()], of_keys),
    ])
}

/// Who comes without a name, an anonymous caller, is no exception: a negated operator holds where the key is absent.
fn nobody_but(principals: &[String]) -> Value {
    json!({
        "ArnNotLike": {"aws:PrincipalArn": principals},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    })
}

fn deny(sid: &str, actions: &[&str], resources: &[String], condition: Value) -> Value {
    json!({
        "Sid": sid, "Effect": "Deny", "Principal": "*", "Action": actions, "Resource": resources, "Condition": condition,
    })
}
