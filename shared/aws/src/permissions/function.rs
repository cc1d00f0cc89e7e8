//! What every function needs, whatever it looks after.

use super::Scope::{
    Everything, EvidenceBucket, EvidenceKey, EvidenceObject, GuardFunction, MemoryKey, NoResource, OwnLog, OwnQueue,
    StandardObject, TrailBucket, TrailKey, TrailObject,
};
use super::{Permission, need};

/// In the place of a call: what Lambda itself does as the function.
pub const LAMBDA: &str = "Lambda";

/// To read the standard where it is an object.
pub const STANDARD: &[Permission] = &[
    need("S3:GetObject", "s3:GetObject", StandardObject),
    // One version of it: the one that is pinned, or was good last.
    need("S3:GetObject", "s3:GetObjectVersion", StandardObject),
];

/// To know the account's own organization, which bootstrap keeps for the guards.
pub const ORGANIZATION: &[Permission] = &[
    need("Organizations:DescribeOrganization", "organizations:DescribeOrganization", NoResource),
    // AWS answers it in the management account and to a delegated administrator.
    need("Organizations:ListAccounts", "organizations:ListAccounts", NoResource),
];

/// To keep evidence and memory, and which standard was good last. Nothing of it is ever deleted.
pub const EVIDENCE: &[Permission] = &[
    need("S3:PutObject", "s3:PutObject", EvidenceObject),
    need("S3:PutObject", "kms:GenerateDataKey", EvidenceKey),
    need("S3:GetObject", "s3:GetObject", EvidenceObject),
    need("S3:GetObject", "kms:Decrypt", EvidenceKey),
    // S3 says that there is no such object only to who may list the bucket.
    need("S3:GetObject", "s3:ListBucket", EvidenceBucket),
    need("S3:ListObjectsV2", "s3:ListBucket", EvidenceBucket),
    need("KMS:GenerateMac", "kms:GenerateMac", MemoryKey),
    // Of what bears no seal: whether it is from before there were any.
    need("KMS:DescribeKey", "kms:DescribeKey", MemoryKey),
];

/// To find out whether CloudTrail shows an event, and to have a guard look. Nothing that is guarded is written; what is read of it, the facets say.
pub const SWEEP: &[Permission] = &[
    need("CloudTrail:LookupEvents", "cloudtrail:LookupEvents", NoResource),
    need("Lambda:Invoke", "lambda:InvokeFunction", GuardFunction),
    // What the trail delivered: what is used is seen there.
    need("S3:ListObjectsV2", "s3:ListBucket", TrailBucket),
    need("S3:GetObject", "s3:GetObject", TrailObject),
    need("S3:GetObject", "kms:Decrypt", TrailKey),
    // The baseline as Parapet kept it, where somebody wrote over it: who an operator is stands there.
    need("S3:ListObjectVersions", "s3:ListBucketVersions", EvidenceBucket),
    need("S3:GetObject", "s3:GetObjectVersion", EvidenceObject),
];

/// To be told by IAM when a user or role last used which services: a person's plan asks, and no function does.
pub const LAST_ACCESSED: &[Permission] = &[
    need("IAM:GetUser", "iam:GetUser", Everything),
    need("IAM:GetRole", "iam:GetRole", Everything),
    need("IAM:GenerateServiceLastAccessedDetails", "iam:GenerateServiceLastAccessedDetails", Everything),
    need("IAM:GetServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails", Everything),
];

/// To be heard.
pub const LOGS: &[Permission] =
    &[need(LAMBDA, "logs:CreateLogStream", OwnLog), need(LAMBDA, "logs:PutLogEvents", OwnLog)];

/// To keep what failed.
pub const DEAD_LETTERS: &[Permission] = &[need(LAMBDA, "sqs:SendMessage", OwnQueue)];
