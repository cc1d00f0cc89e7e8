//! Policies of access points, as the encryption guard sees them: whether they shut the policy guard out.

use parapet_core::WorldError;
use parapet_guards::{Observed, Resource, facets, on};

use super::access_point_policy;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::AccessPointGuardAccess {
    const NEEDS: Needs = Needs {
        looks: &[need("S3 Control:GetAccessPointPolicy", "s3:GetAccessPointPolicy", Scope::AccessPoint)],
        writes: &[need("S3 Control:PutAccessPointPolicy", "s3:PutAccessPointPolicy", Scope::AccessPoint)],
        removals: &[need("S3 Control:DeleteAccessPointPolicy", "s3:DeleteAccessPointPolicy", Scope::AccessPoint)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::AccessPoint { name }: &on::AccessPoint,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        access_point_policy::read(world, subject, name).await
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::AccessPoint { name }: &on::AccessPoint,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        access_point_policy::write(world, subject, name, action).await
    }
}
