//! Access points: what they were made with, their policies, and which there are.

use parapet_guards::on;
use parapet_core::{WorldError};
use parapet_guards::{Resource};

use crate::AwsWorld;
#[cfg(feature = "encryption-guard")]
use crate::failure::unreadable;
#[cfg(feature = "policy-guard")]
use crate::failure::written;
use crate::failure::{code, failed};

/// S3's answer for an access point that is not there.
const NO_ACCESS_POINT: &str = "NoSuchAccessPoint";

/// Reads what an access point was made with; none: there is no such access point.
#[cfg(feature = "encryption-guard")]
pub(crate) async fn observe_settings(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
) -> Result<Option<parapet_guards::EncryptionState>, WorldError> {
    use parapet_guards::{AccessPointSettings, EncryptionState};

    use super::account::block_of;

    const STEP: &str = "read the access point";
    let get = world.connection.s3control().get_access_point().account_id(&world.home.account).name(name);
    match get.send().await {
        Ok(answer) => Ok(Some(EncryptionState::AccessPoint(AccessPointSettings {
            bucket: answer.bucket.ok_or_else(|| unreadable(STEP, subject, "it leads to no bucket"))?,
            bucket_account: answer.bucket_account_id,
            public_access: answer.public_access_block_configuration.as_ref().map(block_of).unwrap_or_default(),
        }))),
        Err(error) if code(&error) == NO_ACCESS_POINT => Ok(None),
        Err(error) => Err(failed(STEP, subject, error)),
    }
}

/// Reads an access point's policy; none: there is no such access point.
#[cfg(feature = "policy-guard")]
pub(crate) async fn observe_policy(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
) -> Result<Option<parapet_guards::PolicyState>, WorldError> {
    use parapet_guards::PolicyState;

    const STEP: &str = "read the access point policy";
    let get = world.connection.s3control().get_access_point_policy().account_id(&world.home.account).name(name);
    match get.send().await {
        Ok(answer) => {
            let text = answer.policy.filter(|text| !text.is_empty());
            let document = text.map(|text| crate::document::parse(STEP, subject, &text)).transpose()?;
            Ok(Some(PolicyState::AccessPoint(document)))
        }
        Err(error) => match code(&error) {
            NO_ACCESS_POINT => Ok(None),
            "NoSuchAccessPointPolicy" => Ok(Some(PolicyState::AccessPoint(None))),
            _ => Err(failed(STEP, subject, error)),
        },
    }
}

/// Writes or deletes an access point's policy.
#[cfg(feature = "policy-guard")]
pub(crate) async fn apply(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
    action: &parapet_guards::PolicyAction,
) -> Result<(), WorldError> {
    use parapet_guards::PolicyAction;

    let (client, account) = (world.connection.s3control(), &world.home.account);
    match action {
        PolicyAction::PutAccessPointPolicy(document) => {
            let put = client.put_access_point_policy().account_id(account).name(name).policy(document.to_json());
            written("write the access point policy", subject, put.send().await)
        }
        PolicyAction::DeleteAccessPointPolicy => {
            let delete = client.delete_access_point_policy().account_id(account).name(name);
            written("delete the access point policy", subject, delete.send().await)
        }
        _ => Err(world.misplaced(subject, parapet_guards::Facet::AccessPointPolicy)),
    }
}

/// Every access point of this account and region.
pub(crate) async fn all(world: &AwsWorld<'_>) -> Result<Vec<Resource>, WorldError> {
    let mut pages =
        world.connection.s3control().list_access_points().account_id(&world.home.account).into_paginator().send();
    let mut access_points = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failed("list", &"every access point", error))?;
        let found = page.access_point_list.unwrap_or_default().into_iter();
        access_points.extend(found.map(|access_point| Resource::AccessPoint(on::AccessPoint { name: access_point.name })));
    }
    Ok(access_points)
}
