//! AWS KMS: keys, their policies and grants.

pub(crate) mod grants;
pub(crate) mod guard_access;
pub(crate) mod key_policy;
pub(crate) mod key_rotation;
pub(crate) mod key_state;
pub(crate) mod kms_key;
pub(crate) mod resources;

pub use grants::GrantAction;
pub use grants::KeyGrant;
pub use key_policy::KeyPolicyAction;
pub use key_rotation::KeyRotation;
pub use key_rotation::RotationAction;
pub use key_state::KeyAction;
pub use key_state::{KeyState, KeyStatus};
pub use kms_key::KmsKey;
