//! Versions of managed policies.

use iam_policy::Document;
use parapet_core::WorldError;
use parapet_guards::Resource;

use crate::AwsWorld;
use crate::document::parse_encoded;
use crate::failure::failed;

/// How often a policy is asked again which version is its default, when the one it named is gone: whoever is faster than that with new versions is
/// told as what cannot be read.
pub(super) const SUPERSEDED_AT_MOST: u32 = 2;

/// What one version of a policy says.
pub(super) async fn document(
    world: &AwsWorld<'_>,
    subject: &Resource,
    arn: &str,
    version: &str,
) -> Result<Document, WorldError> {
    const STEP: &str = "read the policy document";
    let answer = world.connection.iam().get_policy_version().policy_arn(arn).version_id(version).send().await;
    let text = answer
        .map_err(|error| failed(STEP, subject, error))?
        .policy_version
        .and_then(|version| version.document)
        .unwrap_or_default();
    parse_encoded(STEP, subject, &text)
}
