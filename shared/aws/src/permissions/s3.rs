//! Amazon S3 and S3 Control. Actions are named as the Service Authorization Reference names them, which for many is not the operation's name.

use super::Scope::{Bucket, NoResource};
use super::{Permission, need};

pub(crate) const LIST_BUCKETS: &[Permission] = &[ALL_BUCKETS];

pub(crate) const ALL_BUCKETS: Permission = need("S3:ListBuckets", "s3:ListAllMyBuckets", NoResource);

pub(crate) const LIST_ACCESS_POINTS: &[Permission] =
    &[need("S3 Control:ListAccessPoints", "s3:ListAccessPoints", NoResource)];

pub(crate) const ACL: Permission = need("S3:GetBucketAcl", "s3:GetBucketAcl", Bucket);

/// The public access block of a bucket and its account.
pub(crate) const BLOCKS: &[Permission] = &[BLOCK, BLOCK_OF_ACCOUNT];

/// The same, and when the bucket was made.
pub(crate) const BLOCKS_AND_AGE: &[Permission] = &[BLOCK, BLOCK_OF_ACCOUNT, ALL_BUCKETS];

pub(crate) const BLOCK: Permission = need("S3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", Bucket);

pub(crate) const BLOCK_OF_ACCOUNT: Permission =
    need("S3 Control:GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock", NoResource);

pub(crate) const VERSIONING: Permission = need("S3:GetBucketVersioning", "s3:GetBucketVersioning", Bucket);

pub(crate) const OBJECT_LOCK: Permission =
    need("S3:GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", Bucket);
