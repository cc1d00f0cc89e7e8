//! Key policies, as the encryption guard sees them: whether they shut the policy guard out.

use parapet_core::WorldError;
use parapet_guards::{Observed, Resource, facets, on};

use super::key_policy;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::permissions::kms::DESCRIBE_KEY;
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::KeyGuardAccess {
    const NEEDS: Needs = Needs {
        looks: &[DESCRIBE_KEY, need("KMS:GetKeyPolicy", "kms:GetKeyPolicy", Scope::Key)],
        writes: &[need("KMS:PutKeyPolicy", "kms:PutKeyPolicy", Scope::KeyPolicy)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Key { name }: &on::Key,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        key_policy::read(world, subject, name).await
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Key { name }: &on::Key,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        key_policy::write(world, subject, name, action).await
    }
}
