//! Amazon ECR.

use super::{Permission, Scope, need};

/// One call lists them and tells when each was created.
pub(crate) const DESCRIBE_REPOSITORIES: &[Permission] =
    &[need("ECR:DescribeRepositories", "ecr:DescribeRepositories", Scope::Repository)];
