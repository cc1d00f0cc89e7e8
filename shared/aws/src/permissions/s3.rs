//! Amazon S3 and S3 Control. Actions are named as the Service Authorization Reference names them, which for many is not the operation's name.

use super::Scope::{AccessPoint, Bucket, NoResource, PipelineBucket, ReplicationRole};
use super::kms::DESCRIBE_KEY;
use super::{Needs, Permission, need};

pub(super) const LIST_BUCKETS: &[Permission] = &[ALL_BUCKETS];

const ALL_BUCKETS: Permission = need("S3:ListBuckets", "s3:ListAllMyBuckets", NoResource);

pub(super) const LIST_ACCESS_POINTS: &[Permission] =
    &[need("S3 Control:ListAccessPoints", "s3:ListAccessPoints", NoResource)];

const ACL: Permission = need("S3:GetBucketAcl", "s3:GetBucketAcl", Bucket);

pub(super) const BUCKET_EXISTENCE: Needs = Needs {
    looks: &[need("S3:HeadBucket", "s3:ListBucket", PipelineBucket)],
    // One that was deleted is made again.
    writes: &[need("S3:CreateBucket", "s3:CreateBucket", PipelineBucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_PUBLIC_ACCESS: Needs = Needs {
    looks: &[need("S3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", Bucket)],
    writes: &[need("S3:PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock", Bucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_OWNERSHIP: Needs = Needs {
    looks: &[need("S3:GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", Bucket), ACL],
    writes: &[need("S3:PutBucketOwnershipControls", "s3:PutBucketOwnershipControls", Bucket)],
    removals: &[need("S3:DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls", Bucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_VERSIONING: Needs = Needs {
    looks: &[need("S3:GetBucketVersioning", "s3:GetBucketVersioning", Bucket)],
    writes: &[need("S3:PutBucketVersioning", "s3:PutBucketVersioning", Bucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_ENCRYPTION: Needs = Needs {
    looks: &[need("S3:GetBucketEncryption", "s3:GetEncryptionConfiguration", Bucket), DESCRIBE_KEY],
    writes: &[need("S3:PutBucketEncryption", "s3:PutEncryptionConfiguration", Bucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_OBJECT_LOCK: Needs = Needs {
    looks: &[need("S3:GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", Bucket)],
    writes: &[need("S3:PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration", Bucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_TAGS: Needs = Needs {
    looks: &[need("S3:GetBucketTagging", "s3:GetBucketTagging", Bucket)],
    writes: &[need("S3:PutBucketTagging", "s3:PutBucketTagging", Bucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_LOGGING: Needs = Needs {
    looks: &[need("S3:GetBucketLogging", "s3:GetBucketLogging", Bucket)],
    writes: &[need("S3:PutBucketLogging", "s3:PutBucketLogging", Bucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_LIFECYCLE: Needs = Needs {
    looks: &[need("S3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", Bucket)],
    writes: &[need("S3:PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration", Bucket)],
    removals: &[need("S3:DeleteBucketLifecycle", "s3:PutLifecycleConfiguration", Bucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_REPLICATION: Needs = Needs {
    // The list of buckets says whose the destination is.
    looks: &[need("S3:GetBucketReplication", "s3:GetReplicationConfiguration", Bucket), ALL_BUCKETS],
    writes: &[
        need("S3:PutBucketReplication", "s3:PutReplicationConfiguration", Bucket),
        // To take one rule out is to write the others again, with the role that they have. That role S3 has to be able to assume already.
        need("S3:PutBucketReplication", "iam:PassRole", ReplicationRole),
    ],
    removals: &[need("S3:DeleteBucketReplication", "s3:PutReplicationConfiguration", Bucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_NOTIFICATION: Needs = Needs {
    looks: &[need("S3:GetBucketNotificationConfiguration", "s3:GetBucketNotification", Bucket)],
    writes: &[need("S3:PutBucketNotificationConfiguration", "s3:PutBucketNotification", Bucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_WEBSITE: Needs = Needs {
    looks: &[need("S3:GetBucketWebsite", "s3:GetBucketWebsite", Bucket)],
    removals: &[need("S3:DeleteBucketWebsite", "s3:DeleteBucketWebsite", Bucket)],
    never: &[("S3:PutBucketWebsite", "a website is taken away, and never made")],
    ..Needs::NONE
};

pub(super) const BUCKET_CORS: Needs = Needs {
    looks: &[need("S3:GetBucketCors", "s3:GetBucketCORS", Bucket)],
    writes: &[need("S3:PutBucketCors", "s3:PutBucketCORS", Bucket)],
    removals: &[need("S3:DeleteBucketCors", "s3:PutBucketCORS", Bucket)],
    ..Needs::NONE
};

pub(super) const ACCOUNT_PUBLIC_ACCESS: Needs = Needs {
    looks: &[need("S3 Control:GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock", NoResource)],
    writes: &[need("S3 Control:PutPublicAccessBlock", "s3:PutAccountPublicAccessBlock", NoResource)],
    ..Needs::NONE
};

pub(super) const ACCESS_POINT_SETTINGS: Needs =
    Needs { looks: &[need("S3 Control:GetAccessPoint", "s3:GetAccessPoint", NoResource)], ..Needs::NONE };

pub(super) const BUCKET_POLICY: Needs = Needs {
    looks: &[need("S3:GetBucketPolicy", "s3:GetBucketPolicy", Bucket)],
    writes: &[need("S3:PutBucketPolicy", "s3:PutBucketPolicy", Bucket)],
    removals: &[need("S3:DeleteBucketPolicy", "s3:DeleteBucketPolicy", Bucket)],
    ..Needs::NONE
};

pub(super) const BUCKET_ACL: Needs =
    Needs { looks: &[ACL], writes: &[need("S3:PutBucketAcl", "s3:PutBucketAcl", Bucket)], ..Needs::NONE };

pub(super) const ACCESS_POINT_POLICY: Needs = Needs {
    looks: &[need("S3 Control:GetAccessPointPolicy", "s3:GetAccessPointPolicy", AccessPoint)],
    writes: &[need("S3 Control:PutAccessPointPolicy", "s3:PutAccessPointPolicy", AccessPoint)],
    removals: &[need("S3 Control:DeleteAccessPointPolicy", "s3:DeleteAccessPointPolicy", AccessPoint)],
    ..Needs::NONE
};
