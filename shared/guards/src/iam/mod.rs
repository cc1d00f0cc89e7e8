//! AWS IAM: who may do what, and how they prove who they are.

pub(crate) mod access_keys;
pub(crate) mod attachment;
pub(crate) mod boundary;
pub(crate) mod identity;
pub(crate) mod inline;
pub(crate) mod login;
pub(crate) mod managed;
pub(crate) mod membership;
pub(crate) mod own_role;
pub(crate) mod principal;
pub(crate) mod protected_trust;
pub(crate) mod provider;
pub(crate) mod resources;
pub(crate) mod trust;

pub use access_keys::AccessKeyAction;
pub use attachment::Attachment;
pub use attachment::AttachmentAction;
pub use boundary::Boundary;
pub use boundary::BoundaryAction;
pub use inline::InlineAction;
pub use login::Login;
pub use login::LoginAction;
pub use managed::ManagedAction;
pub use managed::{ManagedPolicy, PolicyVersion, VERSIONS_A_POLICY};
pub use membership::Membership;
pub use membership::MembershipAction;
pub use principal::Policies;
pub use principal::PoliciesAction;
pub use provider::Provider;
pub use provider::ProviderAction;
pub use resources::IamEntity;
pub use trust::Trust;
pub use trust::TrustAction;
