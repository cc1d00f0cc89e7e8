//! **The tables** of what must not reach everything: powers by their actions, and sensitive services.

use crate::judge::kinds::ViolationKind;

/// Actions that must not reach everything.
pub(in crate::judge) struct Power {
    pub(in crate::judge) kind: ViolationKind,
    /// As AWS spells them.
    pub(in crate::judge) actions: &'static [&'static str],
}

pub(in crate::judge) static POWERS: [Power; 4] = [
    Power { kind: ViolationKind::PassRole, actions: &["iam:PassRole"] },
    Power { kind: ViolationKind::KmsDecrypt, actions: &["kms:Decrypt", "kms:ReEncryptFrom"] },
    Power {
        kind: ViolationKind::LogTampering,
        actions: &[
            "cloudtrail:StopLogging",
            "cloudtrail:DeleteTrail",
            "cloudtrail:UpdateTrail",
            "cloudtrail:PutEventSelectors",
            "cloudtrail:DeleteEventDataStore",
            "cloudtrail:StopEventDataStoreIngestion",
            "cloudtrail:UpdateEventDataStore",
            "config:StopConfigurationRecorder",
            "config:DeleteConfigurationRecorder",
            "config:DeleteDeliveryChannel",
            "ec2:DeleteFlowLogs",
            "guardduty:DeleteDetector",
            "guardduty:UpdateDetector",
        ],
    },
    Power {
        kind: ViolationKind::ProtectedData,
        actions: &[
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:GetObjectTorrent",
            "s3:GetObjectVersion",
            "s3:DeleteObjectVersion",
            "s3:PutBucketPolicy",
            "s3:DeleteBucketPolicy",
            "s3:DeleteBucket",
            "s3:PutLifecycleConfiguration",
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Scan",
            "dynamodb:Query",
            "dynamodb:PartiQLSelect",
            "dynamodb:ExportTableToPointInTime",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "secretsmanager:GetSecretValue",
        ],
    },
];

/// Actions that concern the contents only where it is said which are protected.
pub(in crate::judge) const ON_PROTECTED_ONLY: [&str; 5] = [
    "s3:DeleteObjectVersion",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucket",
    "s3:PutLifecycleConfiguration",
];

/// Services of which nobody should hold every action.
pub(in crate::judge) const SENSITIVE_SERVICES: [&str; 16] = [
    "bedrock",
    "cloudtrail",
    "config",
    "dynamodb",
    "ec2",
    "guardduty",
    "iam",
    "kms",
    "lambda",
    "organizations",
    "s3",
    "sagemaker",
    "secretsmanager",
    "ssm",
    "sso",
    "sts",
];
