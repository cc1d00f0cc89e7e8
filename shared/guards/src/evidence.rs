use parapet_core::{Home, Identity, Outcome, Trigger, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{Facet, Finding, GuardName, Resource};

/// The version of evidence that is written.
pub const EVIDENCE_VERSION: u32 = 2;

/// What is kept of one repair: enough to prove it, and to undo it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// The version of the format: [`EVIDENCE_VERSION`].
    #[cfg_attr(feature = "schema", schemars(extend("const" = EVIDENCE_VERSION)))]
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
    /// Which of those that bore the name, as far as AWS told.
    pub identity: Identity,
    /// The SHA-256 digest of the standard it was repaired under; sixteen digits: the beginning of it, kept by an earlier release; empty: a
    /// version that did not keep it.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^([0-9a-f]{16}|[0-9a-f]{64})?$")))]
    pub standard: String,
    /// What led there: who did what, from where, when.
    pub trigger: Trigger,
    /// What was wrong.
    pub findings: Vec<Finding>,
    /// The facets to be written, as they were found.
    pub pre_image: Vec<FacetImage>,
    /// What is to be written, in order.
    pub plan: Vec<PlannedAction>,
    /// What came of it. Absent in what is stored before the first write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The same facets, as they were left.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub post_image: Vec<FacetImage>,
}

/// A facet at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FacetImage {
    /// Which facet.
    pub facet: Facet,
    /// What was seen of it.
    #[serde(flatten)]
    pub seen: Image,
}

/// What was seen of a facet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Image {
    /// Its state.
    State(Value),
    /// No state, and why.
    Missing(Missing),
}

/// Why there is no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The resource that carries the facet is gone.
    Gone,
    /// It could not be read.
    Unreadable,
    /// The first version did not keep which.
    Unknown,
}

/// One write that was planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedAction {
    /// In words; empty: a version that did not keep them.
    pub words: String,
    /// As the guard writes it.
    pub action: Value,
}

impl Evidence {
    /// Reads evidence, whichever version wrote it.
    ///
    /// # Errors
    /// It is not of a version that this one knows, or not of its shape.
    pub fn read(key: &str, text: &[u8]) -> Result<Self, Unreadable> {
        let malformed = |why: String| Unreadable::malformed(key, why);
        let document: Value = serde_json::from_slice(text).map_err(|error| malformed(error.to_string()))?;
        let document = match document.get("version").and_then(Value::as_u64) {
            Some(1) => from_first_version(document),
            Some(version) if version == u64::from(EVIDENCE_VERSION) => document,
            _ => return Err(malformed(format!("its `version` is none of 1 to {EVIDENCE_VERSION}"))),
        };
        serde_json::from_value(document).map_err(|error| malformed(error.to_string()))
    }

    /// Where the repairs of the last so many seconds before its event begin in its folder.
    #[must_use]
    pub fn window_begin(&self, seconds: i64) -> Option<String> {
        let moment = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
        let now = moment(&self.trigger.event_time).or_else(|| moment(&self.recorded_at))?;
        let begin = now.checked_sub(time::Duration::seconds(seconds))?;
        let time = key_time(&begin.format(&Rfc3339).ok()?)?;
        Some(format!("{}/{time}", self.folder()))
    }

    /// The folder of its resource's repairs by its guard, in the order of their events.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.key.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// The first version tagged states by names of the guards' own, wrote null for what had none, and kept plans without words.
fn from_first_version(mut document: Value) -> Value {
    let image = |image: &mut Value| {
        let state = image.get_mut("state").map(Value::take).unwrap_or_default();
        let seen = match state {
            Value::Object(mut tagged) => json!({"state": tagged.remove("state")}),
            _ => json!({"missing": Missing::Unknown}),
        };
        if let (Some(image), Value::Object(seen)) = (image.as_object_mut(), seen) {
            image.remove("state");
            image.extend(seen);
        }
    };
    for images in ["pre_image", "post_image"] {
        if let Some(images) = document.get_mut(images).and_then(Value::as_array_mut) {
            images.iter_mut().for_each(image);
        }
    }
    if let Some(plan) = document.get_mut("plan").and_then(Value::as_array_mut) {
        plan.iter_mut().for_each(|action| *action = json!({"words": "", "action": action.take()}));
    }
    if let Some(document) = document.as_object_mut() {
        document.insert("version".to_owned(), json!(EVIDENCE_VERSION));
        document.insert("identity".to_owned(), json!(Identity::default()));
        document.insert("standard".to_owned(), json!(""));
    }
    document
}

/// Where evidence lies: `evidence/v2/<account>/<region>/<resource hash>/<guard>/<time of the event>-<event id>.json`.
///
/// So the repairs of one resource lie together, the latest last, and are listed from any moment on. `recorded_at` stands in for the time
/// of an event that has none. Both are as [`Trigger::event_time`] writes them.
#[must_use]
pub fn evidence_key(
    home: &Home,
    recorded_at: &str,
    trigger: &Trigger,
    guard: GuardName,
    resource: &Resource,
) -> String {
    let time = key_time(&trigger.event_time).or_else(|| key_time(recorded_at)).unwrap_or_default();
    let folder = evidence_folder(home, guard, resource);
    format!("{folder}/{time}-{}.json", trigger.event_id)
}

/// Where the repairs of a resource by a guard lie.
#[must_use]
pub fn evidence_folder(home: &Home, guard: GuardName, resource: &Resource) -> String {
    format!("{}/{guard}", evidence_folder_of(home, &resource.arn(home)))
}

/// Where the repairs of the resource with this ARN lie, whichever guard's.
#[must_use]
pub fn evidence_folder_of(home: &Home, arn: &str) -> String {
    format!("evidence/v{EVIDENCE_VERSION}/{}/{}/{}", home.account, home.region, whole_digest(arn))
}

/// A time in UTC without what a key had better not hold: `20261123T140000Z` of `2026-11-23T14:00:00Z`. None: it is not written so.
#[must_use]
pub fn key_time(timestamp: &str) -> Option<String> {
    const SHAPE: &str = "0000-00-00T00:00:00Z";
    let fits = |(as_is, shape): (u8, u8)| if shape == b'0' { as_is.is_ascii_digit() } else { as_is == shape };
    let is_time = timestamp.len() == SHAPE.len() && timestamp.bytes().zip(SHAPE.bytes()).all(fits);
    is_time.then(|| timestamp.replace(['-', ':'], ""))
}

/// The whole digest: of less, somebody who may choose names finds two that share it within minutes, and what is kept of the one would be
/// in the way of the other.
pub(crate) fn resource_digest(home: &Home, resource: &Resource) -> String {
    whole_digest(&resource.arn(home))
}

/// The whole digest of a name.
pub(crate) fn whole_digest(name: &str) -> String {
    const DIGEST_BYTES: usize = 32;
    hash(name.as_bytes(), DIGEST_BYTES)
}

/// What the first version called a resource in keys.
pub(crate) fn first_resource_hash(home: &Home, resource: &Resource) -> String {
    const HASH_BYTES: usize = 8;
    hash(resource.arn(home).as_bytes(), HASH_BYTES)
}

/// The first bytes of a SHA-256 digest, in hexadecimal.
pub(crate) fn hash(text: &[u8], bytes: usize) -> String {
    Sha256::digest(text).iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    fn key_of(event_time: &str) -> String {
        let bucket = Resource::Bucket(on::Bucket { name: "b".into() });
        let trigger = Trigger { event_time: event_time.into(), ..Trigger::by_hand("Test", "e-1", &home()) };
        evidence_key(&home(), "2026-11-24T00:00:01Z", &trigger, GuardName::EncryptionGuard, &bucket)
    }

    #[test]
    fn keys_are_as_documented() {
        let folder =
            evidence_folder(&home(), GuardName::EncryptionGuard, &Resource::Bucket(on::Bucket { name: "b".into() }));
        assert!(folder.starts_with("evidence/v2/111122223333/us-east-1/c9bf41d5fa2745fe"), "{folder}");
        assert!(folder.ends_with("/encryption-guard"), "{folder}");
        assert_eq!(key_of("2026-11-23T14:00:00Z"), format!("{folder}/20261123T140000Z-e-1.json"));
        // A late delivery of the same event finds what the first one left, whatever day it is.
        for odd in ["", "2026-11-23", "2026-11-23T14:00:00+01", "../../../x/y/z/a/b/cd", "２026-11-23T14:00:0"] {
            assert_eq!(key_of(odd), format!("{folder}/20261124T000001Z-e-1.json"), "{odd}");
        }
    }

    /// These two shared the first version's sixteen digits.
    #[test]
    fn names_that_were_chosen_to_share_a_key_do_not() {
        let entity = crate::IamEntity::Role("a".into());
        let policy =
            |name: &str| Resource::InlinePolicy(on::InlinePolicy { entity: entity.clone(), name: name.into() });
        let (one, other) = (policy("lhvfratkxl5vn"), policy("jjcyevz47vqoo"));
        assert_eq!(first_resource_hash(&home(), &one), first_resource_hash(&home(), &other));
        assert_ne!(resource_digest(&home(), &one), resource_digest(&home(), &other));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in ["", "[]", "{}", r#"{"version": 3}"#, r#"{"version": 2}"#, r#"{"version": 1}"#] {
            let error = Evidence::read("k", text.as_bytes()).unwrap_err();
            assert_eq!((error.object.as_str(), error.may_pass_later), ("k", false), "{text}");
        }
    }
}
