//! Amazon S3 and S3 Control. Actions are named as the Service Authorization Reference names them, which for many is not the operation's name.

use super::Scope::{Bucket, NoResource};
use super::{Permission, need};

pub(crate) const LIST_BUCKETS: &[Permission] = &[ALL_BUCKETS];

pub(crate) const ALL_BUCKETS: Permission = need("S3:ListBuckets", "s3:ListAllMyBuckets", NoResource);

pub(crate) const LIST_ACCESS_POINTS: &[Permission] =
    &[need("S3 Control:ListAccessPoints", "s3:ListAccessPoints", NoResource)];

pub(crate) const ACL: Permission = need("S3:GetBucketAcl", "s3:GetBucketAcl", Bucket);
