//! AWS KMS.

use super::Scope::{Key, KeyAlias, KeyPolicy, NoResource};
use super::{Needs, Permission, need};

/// To tell which key is the standard's.
pub(super) const STANDARDS_KEY: &[Permission] = &[DESCRIBE_KEY];

pub(super) const LIST_KEYS: &[Permission] = &[ALL_KEYS, ALL_ALIASES];

pub(super) const DESCRIBE_KEY: Permission = need("KMS:DescribeKey", "kms:DescribeKey", Key);
const ALL_KEYS: Permission = need("KMS:ListKeys", "kms:ListKeys", NoResource);
const ALL_ALIASES: Permission = need("KMS:ListAliases", "kms:ListAliases", NoResource);

pub(super) const KEY_STATE: Needs = Needs {
    // The lists find the pipeline's key when it has lost its alias.
    looks: &[DESCRIBE_KEY, ALL_KEYS, ALL_ALIASES],
    writes: &[
        need("KMS:CreateKey", "kms:CreateKey", NoResource),
        need("KMS:CreateKey", "kms:TagResource", Key),
        need("KMS:CreateAlias", "kms:CreateAlias", KeyAlias),
        need("KMS:EnableKey", "kms:EnableKey", Key),
        need("KMS:CancelKeyDeletion", "kms:CancelKeyDeletion", Key),
    ],
    ..Needs::NONE
};

pub(super) const KEY_ROTATION: Needs = Needs {
    // A key that does not rotate is asked why.
    looks: &[need("KMS:GetKeyRotationStatus", "kms:GetKeyRotationStatus", Key), DESCRIBE_KEY],
    writes: &[need("KMS:EnableKeyRotation", "kms:EnableKeyRotation", Key)],
    ..Needs::NONE
};

pub(super) const KEY_POLICY: Needs = Needs {
    looks: &[DESCRIBE_KEY, need("KMS:GetKeyPolicy", "kms:GetKeyPolicy", Key)],
    writes: &[need("KMS:PutKeyPolicy", "kms:PutKeyPolicy", KeyPolicy)],
    ..Needs::NONE
};

pub(super) const KEY_GRANTS: Needs = Needs {
    looks: &[need("KMS:ListGrants", "kms:ListGrants", Key)],
    removals: &[need("KMS:RevokeGrant", "kms:RevokeGrant", Key)],
    ..Needs::NONE
};
