//! AWS KMS: the pipeline's key, known by its alias.

#[cfg(feature = "encryption-guard")]
pub(crate) mod key;
#[cfg(feature = "policy-guard")]
pub(crate) mod policy;

use parapet_core::WorldError;

use crate::AwsWorld;
use crate::failure::{code, failed};

/// KMS's answer for a key or alias that is not there.
const NOT_FOUND: &str = "NotFoundException";

/// The ARN of the key that an alias points to; none: it points nowhere.
pub(crate) async fn arn_of(world: &AwsWorld<'_>, alias: &str) -> Result<Option<String>, WorldError> {
    match world.connection.kms().describe_key().key_id(alias).send().await {
        Ok(answer) => Ok(answer.key_metadata.and_then(|key| key.arn)),
        Err(error) if code(&error) == NOT_FOUND => Ok(None),
        Err(error) => Err(failed("find the key", &format!("alias `{alias}`"), error)),
    }
}
