//! AWS IAM: who may do what, and how they prove who they are.

pub(crate) mod access_keys;
pub(crate) mod attachment;
pub(crate) mod boundary;
pub(crate) mod inline;
pub(crate) mod login;
pub(crate) mod managed;
pub(crate) mod membership;
pub(crate) mod principal;
pub(crate) mod provider;
pub(crate) mod trust;

pub use attachment::Attachment;
pub use boundary::Boundary;
pub use login::Login;
pub use managed::{ManagedPolicy, VERSIONS_A_POLICY};
pub use membership::Membership;
pub use principal::Policies;
pub use provider::Provider;
pub use trust::Trust;
