//! Amazon ECR: private container repositories, where the pipeline's images come from.

pub(crate) mod guard_access;
pub(crate) mod repository_policy;
pub(crate) mod resources;
pub(crate) mod scanning;
pub(crate) mod tag_mutability;

pub use repository_policy::RepositoryPolicyAction;
pub use scanning::Scanning;
pub use tag_mutability::{TagFilter, TagMutability};
