//! The public access block of the account.

use aws_sdk_s3control::types::PublicAccessBlockConfiguration;
use parapet_core::WorldError;
use parapet_guards::{Observed, PublicAccess, Put, Resource, facets, on};

use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, written};
use crate::permissions::s3::BLOCK_OF_ACCOUNT;
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::AccountPublicAccess {
    const NEEDS: Needs = Needs {
        looks: &[BLOCK_OF_ACCOUNT],
        writes: &[need("S3 Control:PutPublicAccessBlock", "s3:PutAccountPublicAccessBlock", Scope::NoResource)],
        ..Needs::NONE
    };

    /// Reads the block. Where none is set, all four are off.
    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        _: &on::Account,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        let get = world.connection.s3control().get_public_access_block().account_id(&world.home.account);
        let block = match get.send().await {
            Ok(answer) => answer.public_access_block_configuration.as_ref().map(block_of).unwrap_or_default(),
            Err(error) if code(&error) == "NoSuchPublicAccessBlockConfiguration" => PublicAccess::default(),
            Err(error) => return Err(failed("read the public access block", subject, error)),
        };
        Ok(Some(block.into()))
    }

    /// Writes the block. Amazon S3 Control API Reference, PutPublicAccessBlock: it "may be restricted when the account is managed by
    /// organization-level Block Public Access policies", and answers AccessDenied then.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        _: &on::Account,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        let configuration = PublicAccessBlockConfiguration::builder()
            .block_public_acls(desired.block_public_acls)
            .ignore_public_acls(desired.ignore_public_acls)
            .block_public_policy(desired.block_public_policy)
            .restrict_public_buckets(desired.restrict_public_buckets)
            .build();
        let put = world.connection.s3control().put_public_access_block().account_id(&world.home.account);
        let sent = put.public_access_block_configuration(configuration).send().await;
        written("write the public access block", subject, sent)
    }
}

/// What is not said is off.
pub(super) fn block_of(block: &PublicAccessBlockConfiguration) -> PublicAccess {
    PublicAccess {
        block_public_acls: block.block_public_acls.unwrap_or_default(),
        ignore_public_acls: block.ignore_public_acls.unwrap_or_default(),
        block_public_policy: block.block_public_policy.unwrap_or_default(),
        restrict_public_buckets: block.restrict_public_buckets.unwrap_or_default(),
    }
}
