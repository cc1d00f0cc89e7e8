//! What access points were made with.

use parapet_core::WorldError;
use parapet_guards::{AccessPointSettings, Observed, Resource, facets, on};

use super::account_public_access::block_of;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable};
use crate::permissions::{Needs, Scope, need};

/// S3's answer for an access point that is not there.
pub(super) const NO_ACCESS_POINT: &str = "NoSuchAccessPoint";

impl Adapter for facets::AccessPointSettings {
    const NEEDS: Needs =
        Needs { looks: &[need("S3 Control:GetAccessPoint", "s3:GetAccessPoint", Scope::NoResource)], ..Needs::NONE };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::AccessPoint { name }: &on::AccessPoint,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the access point";
        let get = world.connection.s3control().get_access_point().account_id(&world.home.account).name(name);
        match get.send().await {
            Ok(answer) => Ok(Some(Observed::from(AccessPointSettings {
                bucket: answer.bucket.ok_or_else(|| unreadable(STEP, subject, "it leads to no bucket"))?,
                bucket_account: answer.bucket_account_id,
                public_access: answer.public_access_block_configuration.as_ref().map(block_of).unwrap_or_default(),
            }))),
            Err(error) if code(&error) == NO_ACCESS_POINT => Ok(None),
            Err(error) => Err(failed(STEP, subject, error)),
        }
    }

    async fn write(
        _world: &AwsWorld<'_>,
        _subject: &Resource,
        _on: &on::AccessPoint,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        match *action {}
    }
}
