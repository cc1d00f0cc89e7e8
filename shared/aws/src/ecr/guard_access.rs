//! Repository policies, as the AI guard sees them: whether they shut the policy guard out.

use parapet_core::WorldError;
use parapet_guards::{Observed, Resource, facets, on};

use super::repository_policy;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::RepositoryGuardAccess {
    const NEEDS: Needs = Needs {
        looks: &[need("ECR:GetRepositoryPolicy", "ecr:GetRepositoryPolicy", Scope::Repository)],
        writes: &[need("ECR:SetRepositoryPolicy", "ecr:SetRepositoryPolicy", Scope::Repository)],
        removals: &[need("ECR:DeleteRepositoryPolicy", "ecr:DeleteRepositoryPolicy", Scope::Repository)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Repository { name }: &on::Repository,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        repository_policy::read(world, subject, name).await
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Repository { name }: &on::Repository,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        repository_policy::write(world, subject, name, action).await
    }
}
