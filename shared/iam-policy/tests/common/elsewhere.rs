//! Policies that violate a rule only in some region, partition or account, and not in the usual one.

use crate::common::{admit, trust, when};
use iam_policy::PolicyKind::{self, Identity, Resource, Trust};
use serde_json::{Value, json};

fn allow(action: Value, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

/// A name, what it is attached to, the statements, and the place that its witnesses are in.
pub(crate) fn statements() -> Vec<(&'static str, PolicyKind, Value, &'static str)> {
    let regions = |list: &[&str]| json!({"StringEquals": {"aws:RequestedRegion": list}});
    let everything = || allow(json!("*"), "*");
    let but_in = |region: &str| json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": region}}});
    let aws = |value: &str| json!({"AWS": value});
    let service = |name: &str| json!({"Service": name});
    vec![
        (
            "functions of one region",
            Identity,
            json!(allow(json!("lambda:UpdateFunctionCode"), "arn:aws:lambda:eu-west-1:123456789012:function:*")),
            ":eu-west-1:",
        ),
        (
            "functions of one region, by condition",
            Identity,
            json!(when(allow(json!("lambda:UpdateFunctionCode"), "*"), regions(&["eu-west-3", "eu-west-1"]))),
            ":eu-west-",
        ),
        (
            "functions of regions that begin alike",
            Identity,
            json!(when(
                allow(json!("lambda:UpdateFunctionCode"), "*"),
                json!({"StringLike": {"aws:RequestedRegion": "eu-*"}})
            )),
            ":eu-",
        ),
        (
            "functions of all regions but two",
            Identity,
            json!(when(
                allow(json!("lambda:UpdateFunctionCode"), "*"),
                json!({"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "us-east-2"]}})
            )),
            ":lambda:",
        ),
        (
            "functions, with a Deny of all other regions",
            Identity,
            json!([allow(json!("lambda:UpdateFunctionCode"), "*"), but_in("ca-central-1")]),
            ":ca-central-1:",
        ),
        (
            "keys of one region",
            Identity,
            json!(allow(json!("kms:Decrypt"), "arn:aws:kms:eu-central-1:123456789012:key/*")),
            ":eu-central-1:",
        ),
        (
            "secrets of one region",
            Identity,
            json!(allow(
                json!("secretsmanager:GetSecretValue"),
                "arn:aws:secretsmanager:sa-east-1:123456789012:secret:*"
            )),
            ":sa-east-1:",
        ),
        ("everything in one region of China", Identity, json!([everything(), but_in("cn-north-1")]), ""),
        (
            "all of IAM in China",
            Identity,
            json!(allow(json!("iam:*"), "arn:aws-cn:iam::123456789012:*")),
            "arn:aws-cn:",
        ),
        (
            "all roles of the government's cloud",
            Identity,
            json!(allow(json!("sts:AssumeRole"), "arn:aws-us-gov:iam::123456789012:role/*")),
            "arn:aws-us-gov:",
        ),
        (
            "commands on instances of the government's cloud",
            Identity,
            json!(allow(json!(["ssm:SendCommand", "ssm:StartSession"]), "arn:aws-us-gov:*:us-gov-east-1:*:*")),
            "arn:aws-us-gov:",
        ),
        (
            "passing roles to functions of the sovereign cloud",
            Identity,
            json!([
                allow(json!("iam:PassRole"), "arn:aws-eusc:iam::123456789012:role/*"),
                allow(
                    json!(["lambda:CreateFunction", "lambda:InvokeFunction"]),
                    "arn:aws-eusc:lambda:eusc-de-east-1:123456789012:function:*"
                )
            ]),
            "arn:aws-eusc:",
        ),
        (
            "roles of a partition that nobody knows",
            Identity,
            json!(allow(json!("iam:PutRolePolicy"), "arn:aws-moon:iam::*:role/*")),
            "arn:aws-moon:",
        ),
        (
            "a bucket of China for everyone",
            Resource,
            json!(admit(json!("*"), "s3:GetObject", "arn:aws-cn:s3:::data/*")),
            "arn:aws-cn:",
        ),
        (
            "a queue for everyone in one region",
            Resource,
            json!(when(
                admit(json!("*"), "sqs:SendMessage", "arn:aws:sqs:eu-central-1:123456789012:jobs"),
                regions(&["eu-central-1"])
            )),
            ":eu-central-1:",
        ),
        (
            "a topic of the government's cloud for a foreign account",
            Resource,
            json!(admit(
                aws("arn:aws-us-gov:iam::555555555555:root"),
                "sns:Publish",
                "arn:aws-us-gov:sns:us-gov-west-1:123456789012:news"
            )),
            "arn:aws-us-gov:",
        ),
        (
            "a queue of China for buckets of anyone",
            Resource,
            json!(admit(service("s3.amazonaws.com"), "sqs:SendMessage", "arn:aws-cn:sqs:cn-north-1:123456789012:jobs")),
            ":cn-north-1:",
        ),
        (
            "a topic for any source in one region",
            Resource,
            json!(when(
                admit(service("cloudwatch.amazonaws.com"), "sns:Publish", "arn:aws:sns:eu-north-1:123456789012:news"),
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-north-1:*:alarm:*"}})
            )),
            ":eu-north-1:",
        ),
        (
            "a role of China for a foreign account",
            Trust,
            json!(trust(aws("arn:aws-cn:iam::555555555555:root"), "sts:AssumeRole")),
            "",
        ),
        (
            "a role of the sovereign cloud for any repository",
            Trust,
            json!(when(
                trust(
                    json!({"Federated": "arn:aws-eusc:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}),
                    "sts:AssumeRoleWithWebIdentity"
                ),
                json!({"StringLike": {"token.actions.githubusercontent.com:repository": "*"}})
            )),
            "",
        ),
    ]
}
