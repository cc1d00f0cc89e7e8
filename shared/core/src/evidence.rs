use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Facet, Finding, GuardName, Home, Outcome, Resource, Trigger};

/// The version of the evidence document.
pub const EVIDENCE_VERSION: u32 = 1;

/// What is kept of one repair: enough to prove it, and to undo it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// [`EVIDENCE_VERSION`].
    pub version: u32,
    /// Its S3 key.
    pub key: String,
    /// When it was opened, in UTC: `2026-11-23T14:00:00Z`.
    pub recorded_at: String,
    /// Who repaired.
    pub guard: GuardName,
    /// What was repaired.
    pub resource: Resource,
    /// The same as an ARN.
    pub arn: String,
    /// What led there: who did what, from where, when.
    pub trigger: Trigger,
    /// What was wrong.
    pub findings: Vec<Finding>,
    /// The facets to be written, as they were found.
    pub pre_image: Vec<FacetImage>,
    /// What is to be written, in order.
    pub plan: Vec<Value>,
    /// What came of it. Absent in what is stored before the first write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The same facets, as they were left.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub post_image: Vec<FacetImage>,
}

/// A facet and its state at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FacetImage {
    /// Which facet.
    pub facet: Facet,
    /// Its state, as the guard writes it; null where the resource is gone or could not be read.
    pub state: Value,
}

/// Where evidence lies: `evidence/v1/<account>/<region>/<yyyy>/<mm>/<dd>/<event id>-<guard>-<resource hash>.json`.
///
/// `date` is the UTC date of recording, `2026-11-23`.
#[must_use]
pub fn evidence_key(home: &Home, date: &str, trigger: &Trigger, guard: GuardName, resource: &Resource) -> String {
    let day = date.replace('-', "/");
    let hash = resource_hash(home, resource);
    format!(
        "evidence/v{EVIDENCE_VERSION}/{}/{}/{day}/{}-{guard}-{hash}.json",
        home.account, home.region, trigger.event_id
    )
}

/// Where the last compliant state of a facet lies: `state/v1/<account>/<region>/<resource hash>-<facet>.json`.
#[must_use]
pub fn memory_key(home: &Home, resource: &Resource, facet: Facet) -> String {
    let facet = facet.to_string().replace(' ', "-");
    format!("state/v{EVIDENCE_VERSION}/{}/{}/{}-{facet}.json", home.account, home.region, resource_hash(home, resource))
}

/// Sixteen hexadecimal digits: short, safe in a key, and enough to tell the resources of one account apart.
fn resource_hash(home: &Home, resource: &Resource) -> String {
    const HASH_BYTES: usize = 8;
    let digest = Sha256::digest(resource.arn(home).as_bytes());
    digest.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_documented() {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let bucket = Resource::Bucket { name: "b".into() };
        let trigger = Trigger::by_hand("Test", "e-1", &home);
        assert_eq!(
            evidence_key(&home, "2026-11-23", &trigger, GuardName::EncryptionGuard, &bucket),
            "evidence/v1/111122223333/us-east-1/2026/11/23/e-1-encryption-guard-c9bf41d5fa2745fe.json"
        );
        assert_eq!(
            memory_key(&home, &bucket, Facet::BucketEncryption),
            "state/v1/111122223333/us-east-1/c9bf41d5fa2745fe-default-encryption.json"
        );
    }
}
