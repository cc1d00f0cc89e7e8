//! Actions, and a resource that suits each.

use super::places::Place;
use super::random::Random;

/// An action and its resource. Few have many types of resources, which the simulator is slow to tell apart. The text of a resource is filled by [`Place::fill`].
const REQUESTS: [(&str, &str); 40] = [
    ("s3:GetObject", "arn:{p}:s3:::data/a.txt"),
    ("s3:GetObject", "arn:{p}:s3:::data/home/ann/x"),
    ("s3:GetObject", "arn:{p}:s3:{r}:{a}:accesspoint/ap-1/object/home/ann/x"),
    ("s3:PutObject", "arn:{p}:s3:::data/home/bob/y:z"),
    ("s3:PutObject", "arn:{p}:s3:::logs-1/AWSLogs/{a}/x"),
    ("s3:DeleteObject", "arn:{p}:s3:::logs-1/2020/01"),
    ("s3:GetObject", "arn:{p}:s3:::logs-1/teams/blue/$*?"),
    ("s3:ListBucket", "arn:{p}:s3:::data"),
    ("s3:ListBucket", "arn:{p}:s3:::logs-1"),
    ("iam:PassRole", "arn:{p}:iam::{a}:role/app"),
    ("iam:PassRole", "arn:{p}:iam::{a}:role/team/ops"),
    ("iam:GetUser", "arn:{p}:iam::{a}:user/ann"),
    ("iam:CreateAccessKey", "arn:{p}:iam::{a}:user/bob"),
    ("iam:CreateRole", "arn:{p}:iam::{a}:role/team/new"),
    ("iam:TagRole", "arn:{p}:iam::{a}:role/app"),
    ("kms:Decrypt", "arn:{p}:kms:{r}:{a}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("kms:Decrypt", "arn:{p}:kms:{r}:{a}:key/9934abcd-12ab-34cd-56ef-1234567890ab"),
    ("kms:CreateGrant", "arn:{p}:kms:{r}:{a}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("sts:AssumeRole", "arn:{p}:iam::{a}:role/app"),
    ("sts:AssumeRole", "arn:{p}:iam::{a}:role/team/ops"),
    ("sts:AssumeRoleWithSAML", "arn:{p}:iam::{a}:role/app"),
    ("sts:AssumeRoleWithWebIdentity", "arn:{p}:iam::{a}:role/app"),
    ("sts:AssumeRoleWithWebIdentity", "arn:{p}:iam::{a}:role/team/ops"),
    ("ec2:DescribeInstances", "*"),
    ("ec2:TerminateInstances", "arn:{p}:ec2:{r}:{a}:instance/i-0abc"),
    ("ec2:StopInstances", "arn:{p}:ec2:{r}:{a}:instance/i-0abd"),
    ("kms:TagResource", "arn:{p}:kms:{r}:{a}:key/9934abcd-12ab-34cd-56ef-1234567890ab"),
    ("sqs:SendMessage", "arn:{p}:sqs:{r}:{a}:jobs"),
    ("sqs:SendMessage", "arn:{p}:sqs:{r}:{a}:jobs-2"),
    ("sqs:TagQueue", "arn:{p}:sqs:{r}:{a}:jobs"),
    ("sns:Publish", "arn:{p}:sns:{r}:{a}:alerts"),
    ("secretsmanager:GetSecretValue", "arn:{p}:secretsmanager:{r}:{a}:secret:prod/db-AbCdEf"),
    ("secretsmanager:TagResource", "arn:{p}:secretsmanager:{r}:{a}:secret:prod/db-AbCdEf"),
    ("dynamodb:GetItem", "arn:{p}:dynamodb:{r}:{a}:table/orders"),
    ("dynamodb:TagResource", "arn:{p}:dynamodb:{r}:{a}:table/orders"),
    ("lambda:InvokeFunction", "arn:{p}:lambda:{r}:{a}:function:worker"),
    ("lambda:UpdateFunctionCode", "arn:{p}:lambda:{r}:{a}:function:worker"),
    ("cloudfront:GetDistribution", "arn:{p}:cloudfront::{a}:distribution/E1ABC"),
    ("route53:ChangeResourceRecordSets", "arn:{p}:route53:::hostedzone/Z1ABC"),
    ("organizations:DescribeAccount", "arn:{p}:organizations::{a}:account/o-ours/{a}"),
];

/// Services whose requests all go to one region of their partition.
const GLOBAL: [&str; 4] = ["iam", "cloudfront", "route53", "organizations"];

/// What is asked for.
pub(super) struct Asked {
    pub(super) action: &'static str,
    pub(super) resource: String,
}

impl Asked {
    pub(super) fn any(random: &mut Random, place: &Place) -> Self {
        let (action, resource) = random.pick(&REQUESTS);
        let resource = place.fill(resource);
        let has_line_end = resource.ends_with("a.txt") && random.chance(3);
        let resource = if has_line_end { resource.replace("a.txt", "a\nb.txt") } else { resource };
        Self { action, resource }
    }

    pub(super) fn service(&self) -> &'static str {
        self.action.split(':').next().unwrap_or_default()
    }

    pub(super) fn is_global(&self) -> bool {
        GLOBAL.contains(&self.service())
    }

    /// Whether the resource is a role that is assumed.
    pub(super) fn needs_trust(&self) -> bool {
        self.action.starts_with("sts:")
    }

    pub(super) fn has_resource_policy(&self) -> bool {
        !["iam", "ec2", "cloudfront", "route53", "organizations"].contains(&self.service())
    }

    /// Whether the request says which tags there shall be.
    pub(super) fn sets_tags(&self) -> bool {
        self.needs_trust() || self.action.contains("Tag") || self.action == "iam:CreateRole"
    }

    /// Whether the simulator knows tags of the resource. It does not of buckets and objects unless it is told so, nor of all EC2 instances.
    pub(super) fn has_resource_tags(&self) -> bool {
        let parts: Vec<&str> = self.resource.split(':').collect();
        !(self.service() == "s3" && parts[3].is_empty()) && self.resource != "*" && self.service() != "route53"
    }
}
