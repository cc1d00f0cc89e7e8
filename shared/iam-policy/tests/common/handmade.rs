//! Resource and trust policies that let in who should stay outside: everyone, strangers, confused deputies.

use crate::common::{admit, trust, when};
use iam_policy::PolicyKind::{self, Resource, Trust};
use serde_json::{Value, json};

const BUCKET: [&str; 2] = ["arn:aws:s3:::data", "arn:aws:s3:::data/*"];
const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:jobs";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:news";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:app";
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-Ab12Cd";
const OURS: &str = "arn:aws:iam::123456789012:role/app";
const FOREIGN: &str = "arn:aws:iam::555555555555:root";

/// A name, what it is attached to, the statements. Each violates at least one rule.
pub(crate) fn statements() -> Vec<(&'static str, PolicyKind, Value)> {
    let aws = |value: &str| json!({"AWS": value});
    let service = |name: &str| json!({"Service": name});
    let read = || json!("s3:GetObject");
    let organization = || json!({"StringEquals": {"aws:PrincipalOrgID": "o-ours"}});
    let own = || admit(aws(OURS), json!("s3:*"), json!(BUCKET));
    vec![
        ("a public bucket", Resource, json!(admit(json!("*"), read(), json!(BUCKET[1])))),
        ("a public bucket, everything", Resource, json!(admit(json!("*"), json!("s3:*"), json!(BUCKET)))),
        (
            "a public bucket beside its owner",
            Resource,
            json!([own(), admit(aws("*"), json!(["s3:GetObject", "s3:ListBucket"]), json!(BUCKET))]),
        ),
        ("a bucket that everyone may write", Resource, json!(admit(aws("*"), json!("s3:Put*"), json!(BUCKET[1])))),
        (
            "a bucket for an address",
            Resource,
            json!(when(
                admit(json!("*"), read(), json!(BUCKET[1])),
                json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})
            )),
        ),
        (
            "a bucket for whoever sends the header",
            Resource,
            json!(when(
                admit(json!("*"), read(), json!(BUCKET[1])),
                json!({"StringLike": {"aws:Referer": "https://www.example.com/*"}})
            )),
        ),
        (
            "a bucket for whoever uses TLS",
            Resource,
            json!(when(admit(json!("*"), read(), json!(BUCKET[1])), json!({"Bool": {"aws:SecureTransport": "true"}}))),
        ),
        (
            "a bucket for all but one organization",
            Resource,
            json!(when(
                admit(json!("*"), read(), json!(BUCKET[1])),
                json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-ours"}})
            )),
        ),
        (
            "a bucket for the organization, if there is one",
            Resource,
            json!(when(
                admit(json!("*"), read(), json!(BUCKET[1])),
                json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-ours"}})
            )),
        ),
        (
            "a bucket for another organization",
            Resource,
            json!(when(
                admit(json!("*"), read(), json!(BUCKET[1])),
                json!({"StringEquals": {"aws:PrincipalOrgID": "o-theirs"}})
            )),
        ),
        (
            "a bucket for everyone, with a Deny that misses",
            Resource,
            json!([admit(json!("*"), json!("s3:Get*"), json!(BUCKET[1])), {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::data/secret/*"}]),
        ),
        (
            "a bucket for everyone but plain requests",
            Resource,
            json!([admit(json!("*"), json!("s3:Get*"), json!(BUCKET[1])), {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BUCKET, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]),
        ),
        ("a bucket for a foreign account", Resource, json!(admit(aws(FOREIGN), read(), json!(BUCKET[1])))),
        (
            "a bucket for a foreign account, in short",
            Resource,
            json!(admit(aws("555555555555"), json!(["s3:GetObject", "s3:PutObject"]), json!(BUCKET[1]))),
        ),
        (
            "a bucket for us and a foreign role",
            Resource,
            json!(admit(json!({"AWS": [OURS, "arn:aws:iam::555555555555:role/partner"]}), read(), json!(BUCKET[1]))),
        ),
        (
            "a bucket for a foreign user",
            Resource,
            json!(admit(aws("arn:aws:iam::555555555555:user/mallory"), json!("s3:ListBucket"), json!(BUCKET[0]))),
        ),
        (
            "a bucket for all but one",
            Resource,
            json!({"Effect": "Allow", "NotPrincipal": {"AWS": OURS}, "Action": "s3:GetObject", "Resource": BUCKET[1]}),
        ),
        (
            "a bucket, all but one action",
            Resource,
            json!({"Effect": "Allow", "Principal": "*", "NotAction": "s3:DeleteBucket", "Resource": BUCKET}),
        ),
        (
            "a bucket for a service that says no source",
            Resource,
            json!(admit(
                service("cloudtrail.amazonaws.com"),
                json!("s3:PutObject"),
                json!("arn:aws:s3:::data/AWSLogs/*")
            )),
        ),
        (
            "a bucket for a service with a header",
            Resource,
            json!(when(
                admit(service("delivery.logs.amazonaws.com"), json!("s3:PutObject"), json!(BUCKET[1])),
                json!({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}})
            )),
        ),
        (
            "a bucket for two services",
            Resource,
            json!(admit(
                json!({"Service": ["config.amazonaws.com", "logging.s3.amazonaws.com"]}),
                json!("s3:PutObject"),
                json!(BUCKET[1])
            )),
        ),
        ("a queue for everyone", Resource, json!(admit(json!("*"), json!("sqs:*"), json!(QUEUE)))),
        (
            "a queue for any topic",
            Resource,
            json!(admit(service("sns.amazonaws.com"), json!("sqs:SendMessage"), json!(QUEUE))),
        ),
        (
            "a queue for topics of any account",
            Resource,
            json!(when(
                admit(json!("*"), json!("sqs:SendMessage"), json!(QUEUE)),
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}})
            )),
        ),
        (
            "a queue for buckets of anyone",
            Resource,
            json!(when(
                admit(service("s3.amazonaws.com"), json!("sqs:SendMessage"), json!(QUEUE)),
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}})
            )),
        ),
        (
            "a topic for everyone",
            Resource,
            json!(admit(aws("*"), json!(["sns:Publish", "sns:Subscribe"]), json!(TOPIC))),
        ),
        (
            "a topic for an endpoint",
            Resource,
            json!(when(
                admit(json!("*"), json!("sns:Subscribe"), json!(TOPIC)),
                json!({"StringLike": {"sns:Endpoint": "https://*"}})
            )),
        ),
        (
            "a topic for any alarm",
            Resource,
            json!(admit(service("cloudwatch.amazonaws.com"), json!("sns:Publish"), json!(TOPIC))),
        ),
        ("a key for everyone", Resource, json!(admit(aws("*"), json!("kms:*"), json!("*")))),
        (
            "a key for everyone through a service",
            Resource,
            json!(when(
                admit(aws("*"), json!(["kms:Decrypt", "kms:GenerateDataKey"]), json!("*")),
                json!({"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}})
            )),
        ),
        (
            "a key for a foreign account",
            Resource,
            json!([
                admit(aws("arn:aws:iam::123456789012:root"), json!("kms:*"), json!("*")),
                admit(aws(FOREIGN), json!("kms:Decrypt"), json!("*"))
            ]),
        ),
        (
            "a function for everyone",
            Resource,
            json!(admit(json!("*"), json!("lambda:InvokeFunction"), json!(FUNCTION))),
        ),
        (
            "a function URL for everyone",
            Resource,
            json!(when(
                admit(json!("*"), json!("lambda:InvokeFunctionUrl"), json!(FUNCTION)),
                json!({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}})
            )),
        ),
        (
            "a function for any bucket",
            Resource,
            json!(admit(service("s3.amazonaws.com"), json!("lambda:InvokeFunction"), json!(FUNCTION))),
        ),
        (
            "a secret for everyone",
            Resource,
            json!(admit(json!("*"), json!("secretsmanager:GetSecretValue"), json!(SECRET))),
        ),
        (
            "a secret for a foreign account",
            Resource,
            json!(admit(aws(FOREIGN), json!("secretsmanager:*"), json!(SECRET))),
        ),
        ("a repository for everyone", Resource, json!(trust(json!("*"), "ecr:BatchGetImage"))),
        (
            "a bus for everyone",
            Resource,
            json!(admit(
                json!("*"),
                json!("events:PutEvents"),
                json!("arn:aws:events:us-east-1:123456789012:event-bus/default")
            )),
        ),
        (
            "a vault for a foreign account",
            Resource,
            json!(admit(aws(FOREIGN), json!("backup:CopyIntoBackupVault"), json!("*"))),
        ),
        ("a role for everyone", Trust, json!(trust(json!("*"), "sts:AssumeRole"))),
        ("a role for every AWS principal", Trust, json!(trust(aws("*"), "sts:AssumeRole"))),
        ("a role for every root", Trust, json!(trust(aws("arn:aws:iam::*:root"), "sts:*"))),
        (
            "a role for everyone with an external id",
            Trust,
            json!(when(trust(aws("*"), "sts:AssumeRole"), json!({"StringEquals": {"sts:ExternalId": "12345"}}))),
        ),
        ("a role for a foreign account", Trust, json!(trust(aws(FOREIGN), "sts:AssumeRole"))),
        (
            "a role for a foreign account with an external id",
            Trust,
            json!(when(
                trust(aws("555555555555"), "sts:AssumeRole"),
                json!({"StringEquals": {"sts:ExternalId": "12345"}})
            )),
        ),
        (
            "a role for us and a foreign role",
            Trust,
            json!(trust(
                json!({"AWS": ["arn:aws:iam::210987654321:root", "arn:aws:iam::555555555555:role/partner"]}),
                "sts:AssumeRole"
            )),
        ),
        (
            "a role for the organization and for others",
            Trust,
            json!([when(trust(aws("*"), "sts:AssumeRole"), organization()), trust(aws("*"), "sts:AssumeRole")]),
        ),
        (
            "a role for all but one",
            Trust,
            json!({"Effect": "Allow", "NotPrincipal": {"AWS": OURS}, "Action": "sts:AssumeRole"}),
        ),
        (
            "a role for any repository",
            Trust,
            json!(when(
                trust(
                    json!({"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}),
                    "sts:AssumeRoleWithWebIdentity"
                ),
                json!({"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}})
            )),
        ),
        (
            "a role for any user of an identity provider",
            Trust,
            json!(trust(json!({"Federated": "cognito-identity.amazonaws.com"}), "sts:AssumeRoleWithWebIdentity")),
        ),
        (
            "a role for a foreign identity provider",
            Trust,
            json!(trust(json!({"Federated": "arn:aws:iam::555555555555:saml-provider/idp"}), "sts:AssumeRoleWithSAML")),
        ),
        (
            "a role for a service that acts for others",
            Trust,
            json!(trust(service("bedrock.amazonaws.com"), "sts:AssumeRole")),
        ),
        (
            "a role for two services",
            Trust,
            json!(trust(json!({"Service": ["ec2.amazonaws.com", "sagemaker.amazonaws.com"]}), "sts:AssumeRole")),
        ),
    ]
}
