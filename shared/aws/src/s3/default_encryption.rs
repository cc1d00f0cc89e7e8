//! Default encryption.

use aws_sdk_s3::types::{
    BlockedEncryptionTypes, EncryptionType, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Algorithm, BucketEncryption, Observed, Put, Resource, facets, on};

use super::invalid;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, written};
use crate::permissions::kms::DESCRIBE_KEY;
use crate::permissions::{Needs, Scope, need};
use crate::s3::NO_BUCKET;

impl Adapter for facets::BucketEncryption {
    const NEEDS: Needs = Needs {
        looks: &[need("S3:GetBucketEncryption", "s3:GetEncryptionConfiguration", Scope::Bucket), DESCRIBE_KEY],
        writes: &[need("S3:PutBucketEncryption", "s3:PutEncryptionConfiguration", Scope::Bucket)],
        ..Needs::NONE
    };

    /// Every bucket is encrypted; a service that says there is no configuration means its default, SSE-S3.
    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the default encryption";
        let answer = world
            .connection
            .s3()
            .get_bucket_encryption()
            .bucket(bucket)
            .expected_bucket_owner(&world.home.account)
            .send()
            .await;
        let rule = match answer {
            Ok(answer) => answer
                .server_side_encryption_configuration
                .and_then(|configuration| configuration.rules.into_iter().next()),
            Err(error) => match code(&error) {
                NO_BUCKET => return Ok(None),
                "ServerSideEncryptionConfigurationNotFoundError" => None,
                _ => return Err(failed(STEP, subject, error)),
            },
        };
        let default = rule.as_ref().and_then(|rule| rule.apply_server_side_encryption_by_default());
        let algorithm = match default.map(ServerSideEncryptionByDefault::sse_algorithm) {
            None | Some(ServerSideEncryption::Aes256) => Algorithm::Aes256,
            Some(ServerSideEncryption::AwsKms) => Algorithm::Kms,
            Some(ServerSideEncryption::AwsKmsDsse) => Algorithm::KmsDsse,
            Some(other) => {
                return Err(broken(
                    STEP,
                    subject,
                    ErrorKind::Unreadable,
                    format!("the algorithm `{}` is not known", other.as_str()),
                ));
            }
        };
        let key = match algorithm {
            Algorithm::Aes256 => None,
            Algorithm::Kms | Algorithm::KmsDsse => {
                Some(world.named_key(default.and_then(|default| default.kms_master_key_id())).await?)
            }
        };
        let blocked = rule
            .as_ref()
            .and_then(|rule| rule.blocked_encryption_types())
            .map(BlockedEncryptionTypes::encryption_type)
            .unwrap_or_default();
        Ok(Some(Observed::from(BucketEncryption {
            algorithm,
            key,
            bucket_key: rule.as_ref().and_then(|rule| rule.bucket_key_enabled()).unwrap_or_default(),
            sse_c_blocked: blocked.contains(&EncryptionType::SseC),
        })))
    }

    /// The blocked types are always sent: a PutBucketEncryption without them may drop the block.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        const STEP: &str = "write the default encryption";
        let algorithm = match desired.algorithm {
            Algorithm::Aes256 => ServerSideEncryption::Aes256,
            Algorithm::Kms => ServerSideEncryption::AwsKms,
            Algorithm::KmsDsse => ServerSideEncryption::AwsKmsDsse,
        };
        let key = world.key_to_name(desired.key.as_ref(), STEP, subject).await?;
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(algorithm)
            .set_kms_master_key_id(key)
            .build()
            .map_err(|error| invalid(STEP, subject, &error))?;
        let blocked = if desired.sse_c_blocked { EncryptionType::SseC } else { EncryptionType::None };
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(default)
            .bucket_key_enabled(desired.bucket_key)
            .blocked_encryption_types(BlockedEncryptionTypes::builder().encryption_type(blocked).build())
            .build();
        let configuration = ServerSideEncryptionConfiguration::builder()
            .rules(rule)
            .build()
            .map_err(|error| invalid(STEP, subject, &error))?;
        let put =
            world.connection.s3().put_bucket_encryption().bucket(bucket).expected_bucket_owner(&world.home.account);
        written(STEP, subject, put.server_side_encryption_configuration(configuration).send().await)
    }
}
