//! Policies of access points.

use iam_policy::Document;
use parapet_core::WorldError;
use parapet_guards::{AccessPointPolicyAction, Observed, Resource, facets, on};

use super::access_point::NO_ACCESS_POINT;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::document::parse;
use crate::failure::{code, failed, written};
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::AccessPointPolicy {
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
        read(world, subject, name).await
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::AccessPoint { name }: &on::AccessPoint,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        write(world, subject, name, action).await
    }
}

/// The policy of an access point. The outer none: there is no access point.
pub(super) async fn read(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
) -> Result<Option<Observed<Option<Document>>>, WorldError> {
    const STEP: &str = "read the access point policy";
    let get = world.connection.s3control().get_access_point_policy().account_id(&world.home.account).name(name);
    match get.send().await {
        Ok(answer) => {
            let text = answer.policy.filter(|text| !text.is_empty());
            let document = text.map(|text| parse(STEP, subject, &text)).transpose()?;
            Ok(Some(Observed::from(document)))
        }
        Err(error) => match code(&error) {
            NO_ACCESS_POINT => Ok(None),
            "NoSuchAccessPointPolicy" => Ok(Some(Observed::from(None))),
            _ => Err(failed(STEP, subject, error)),
        },
    }
}

/// Puts the policy of an access point, or deletes it.
pub(super) async fn write(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    action: &AccessPointPolicyAction,
) -> Result<(), WorldError> {
    let (client, account) = (world.connection.s3control(), &world.home.account);
    match action {
        AccessPointPolicyAction::PutAccessPointPolicy(document) => {
            let put = client.put_access_point_policy().account_id(account).name(name).policy(document.to_json());
            written("write the access point policy", subject, put.send().await)
        }
        AccessPointPolicyAction::DeleteAccessPointPolicy => {
            let delete = client.delete_access_point_policy().account_id(account).name(name);
            written("delete the access point policy", subject, delete.send().await)
        }
    }
}
