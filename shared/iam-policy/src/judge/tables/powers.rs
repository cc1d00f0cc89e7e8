//! **The tables** of what must not reach everything: powers by their actions, and sensitive services.

use super::exposures::EXPOSURES;
use crate::judge::kinds::ViolationKind;

/// Actions that must not reach everything.
pub(in crate::judge) struct Power {
    pub(in crate::judge) kind: ViolationKind,
    /// As AWS spells them.
    pub(in crate::judge) actions: &'static [&'static str],
}

pub(in crate::judge) static POWERS: [Power; 6] = [
    Power { kind: ViolationKind::PassRole, actions: &["iam:PassRole"] },
    // Whoever writes a key's policy, or gives grants, decrypts with it: "a grant [..] allows AWS principals to use KMS keys in cryptographic
    // operations" (AWS KMS Developer Guide, "Grants in AWS KMS").
    Power {
        kind: ViolationKind::KmsDecrypt,
        actions: &["kms:Decrypt", "kms:ReEncryptFrom", "kms:CreateGrant", "kms:PutKeyPolicy", "kms:ReplicateKey"],
    },
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
            "config:DeleteServiceLinkedConfigurationRecorder",
            "config:DeleteDeliveryChannel",
            // It says what is recorded, and what is not.
            "config:PutConfigurationRecorder",
            "ec2:DeleteFlowLogs",
            "guardduty:DeleteDetector",
            "guardduty:DisassociateMembers",
            "guardduty:StopMonitoringMembers",
            "guardduty:UpdateDetector",
            "guardduty:UpdateMemberDetectors",
            "securityhub:DisableSecurityHub",
            "securitylake:DeleteAwsLogSource",
            "securitylake:DeleteDataLake",
        ],
    },
    Power { kind: ViolationKind::ObjectTampering, actions: &OBJECT_TAMPERING },
    Power { kind: ViolationKind::Exposure, actions: &EXPOSURES },
    Power {
        kind: ViolationKind::ProtectedData,
        actions: &[
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:GetObjectTorrent",
            "s3:GetObjectVersion",
            "s3:DeleteObjectVersion",
            // Versions that are locked are deleted all the same.
            "s3:BypassGovernanceRetention",
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
            // What was written to a table within the last day.
            "dynamodb:GetRecords",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:PartiQLInsert",
            "dynamodb:PartiQLUpdate",
            "dynamodb:PartiQLDelete",
            "dynamodb:DeleteTable",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecret",
            "secretsmanager:DeleteSecret",
            // Directory buckets: its session is for GetObject, PutObject, DeleteObject, .. (Amazon S3 User Guide, "Authorizing Zonal endpoint
            // API operations with CreateSession").
            "s3express:CreateSession",
            "s3tables:GetTableData",
            "s3tables:PutTableData",
            "s3tables:DeleteTable",
            "s3vectors:GetVectors",
            "s3vectors:PutVectors",
            "s3vectors:DeleteVectors",
            "s3-outposts:GetObject",
            "s3-outposts:PutObject",
            "s3-outposts:DeleteObject",
        ],
    },
];

/// What changes an object, or opens a way to it for others: its versions, its bucket's policy, lists, versioning and rules of deletion.
///
/// Not `s3:PutObjectAcl`: "WRITE: Not applicable" to an object (Amazon S3 User Guide, "Access control list (ACL) overview", "What
/// permissions can I grant?"). Not `s3:DeleteBucket`, which takes an empty one.
pub const OBJECT_TAMPERING: [&str; 11] = [
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:ReplicateObject",
    "s3:ReplicateDelete",
    // Under a key that its readers may not use it is as good as gone.
    "s3:UpdateObjectEncryption",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketVersioning",
    "s3:PutLifecycleConfiguration",
];

/// Actions that concern the contents only where it is said which are protected.
pub(in crate::judge) const ON_PROTECTED_ONLY: [&str; 9] = [
    "dynamodb:DeleteTable",
    "dynamodb:GetRecords",
    "s3tables:DeleteTable",
    "secretsmanager:DeleteSecret",
    "s3:DeleteObjectVersion",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucket",
    "s3:PutLifecycleConfiguration",
];

/// Actions that need another beside: "kms:ReplicateKey on the primary key" and "kms:CreateKey in an IAM policy in the replica Region" (AWS KMS API
/// Reference, ReplicateKey, "Required permissions"). The replica has a key policy of the holder's own, and decrypts what the primary encrypted.
pub(in crate::judge) const BESIDE: [(&str, &str); 1] = [("kms:ReplicateKey", "kms:CreateKey")];

/// Services whose resources are in one another, below a `/`: who protects one means the others, too. How deep those lie that hold the others.
pub(in crate::judge) const WITHIN: [(&str, usize); 4] = [("s3", 0), ("dynamodb", 1), ("s3tables", 1), ("s3vectors", 1)];

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
