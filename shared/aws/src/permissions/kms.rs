//! AWS KMS.

use super::Scope::{Key, NoResource};
use super::{Permission, need};

/// To tell which key is the standard's.
pub(crate) const STANDARDS_KEY: &[Permission] = &[DESCRIBE_KEY];

pub(crate) const LIST_KEYS: &[Permission] = &[ALL_KEYS, ALL_ALIASES];

pub(crate) const DESCRIBE_KEY: Permission = need("KMS:DescribeKey", "kms:DescribeKey", Key);
pub(crate) const ALL_KEYS: Permission = need("KMS:ListKeys", "kms:ListKeys", NoResource);
pub(crate) const ALL_ALIASES: Permission = need("KMS:ListAliases", "kms:ListAliases", NoResource);
