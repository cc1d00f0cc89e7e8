//! AWS KMS: keys, their policies and grants.

pub(crate) mod grants;
pub(crate) mod key_policy;
pub(crate) mod key_rotation;
pub(crate) mod key_state;
pub(crate) mod kms_key;

pub use grants::KeyGrant;
pub use key_rotation::KeyRotation;
pub use key_state::{KeyState, KeyStatus};
pub use kms_key::KmsKey;
