use parapet_core::{Home, Identity, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::{first_resource_hash, resource_digest};
use crate::{Facet, Resource};

/// The version of memory that is written.
pub const MEMORY_VERSION: u32 = 2;

/// The last accepted state of a facet: what is judged by its change, and what is put back.
///
/// It belongs to a resource and not to its name: see [`Identity`]. It ends when the resource is deleted, but for what bootstrap made
/// (`Standard::is_foundation`), which comes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Memory {
    /// The version of the format: [`MEMORY_VERSION`].
    #[cfg_attr(feature = "schema", schemars(extend("const" = MEMORY_VERSION)))]
    pub version: u32,
    /// Of what.
    pub resource: Resource,
    /// The same as an ARN.
    pub arn: String,
    /// Whose state it was, as far as AWS told when it was accepted.
    pub identity: Identity,
    /// When it was accepted, in seconds since 1970.
    pub accepted_at: i64,
    /// The SHA-256 digest of the standard that accepted it; sixteen digits: the beginning of it, kept by an earlier release; empty: a version
    /// that did not keep it.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^([0-9a-f]{16}|[0-9a-f]{64})?$")))]
    pub standard: String,
    /// Whether that standard had nothing against it. What it had something against was there before, and is excused under every standard; what
    /// it had nothing against is asked again by another one. A version that did not keep it: the former.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_compliant: bool,
    /// Which facet.
    pub facet: Facet,
    /// Its state, or that nothing is remembered any more.
    #[serde(flatten)]
    pub remembered: Remembered,
}

/// What a memory holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remembered {
    /// The state of the facet.
    State(Value),
    /// The resource, or the facet of it, was deleted then: seconds since 1970.
    EndedAt(i64),
}

impl Memory {
    /// The state; none where the memory has ended.
    #[must_use]
    pub fn state(&self) -> Option<&Value> {
        match &self.remembered {
            Remembered::State(state) => Some(state),
            Remembered::EndedAt(_) => None,
        }
    }

    /// Whether it says nothing of a standard: it was all right under another one.
    #[must_use]
    pub fn is_to_be_asked_again(&self, standard: &str) -> bool {
        self.was_compliant && self.standard != standard
    }

    /// Whether it is of the resource that has the name now.
    #[must_use]
    pub fn is_of(&self, identity: &Identity) -> bool {
        identity.is_same_as(&self.identity, self.accepted_at)
    }

    /// Reads what lies under the key of a memory, whichever version wrote it. `stored_at`: when the object was written, in seconds
    /// since 1970, which is all that version 1 tells of when a state was accepted.
    ///
    /// # Errors
    /// It is not of a version that this one knows, or not of its shape.
    pub fn read(
        key: &str,
        text: &[u8],
        stored_at: i64,
        resource: &Resource,
        facet: Facet,
        home: &Home,
    ) -> Result<Self, Unreadable> {
        let document = serde_json::from_slice(text).map_err(|error| Unreadable::malformed(key, error))?;
        Self::of(key, document, stored_at, resource, facet, home)
    }

    /// The same of what was parsed already.
    ///
    /// # Errors
    /// As [`Memory::read`].
    pub fn of(
        key: &str,
        document: Value,
        stored_at: i64,
        resource: &Resource,
        facet: Facet,
        home: &Home,
    ) -> Result<Self, Unreadable> {
        let malformed = |why: String| Unreadable::malformed(key, why);
        let memory = match document.get("version").map(Value::as_u64) {
            None => first_version(document, stored_at, resource, facet, home)
                .ok_or_else(|| malformed("it has no `version`, and is not as the first version wrote it".to_owned()))?,
            Some(Some(version)) if version == u64::from(MEMORY_VERSION) => {
                serde_json::from_value::<Self>(document).map_err(|error| malformed(error.to_string()))?
            }
            Some(version) => {
                let version = version.map_or_else(|| "of no number".to_owned(), |version| version.to_string());
                return Err(malformed(format!(
                    "its version is {version}, and this function reads up to {MEMORY_VERSION}: deploy the newer one"
                )));
            }
        };
        if memory.facet != facet || memory.resource != *resource {
            return Err(malformed(format!("it is of the {} of {}", memory.facet, memory.resource)));
        }
        Ok(memory)
    }
}

/// The first version kept the bare state, tagged by a name of the guard's own.
fn first_version(
    mut document: Value,
    stored_at: i64,
    resource: &Resource,
    facet: Facet,
    home: &Home,
) -> Option<Memory> {
    document.get("facet")?.as_str().filter(|tag| FIRST_TAGS.contains(&(facet.id(), *tag)))?;
    let state = document.get_mut("state").map(Value::take)?;
    Some(Memory {
        version: MEMORY_VERSION,
        resource: resource.clone(),
        arn: resource.arn(home),
        identity: Identity::default(),
        accepted_at: stored_at,
        standard: String::new(),
        was_compliant: false,
        facet,
        remembered: Remembered::State(state),
    })
}

/// Where the memory of a facet lies: `state/v2/<account>/<region>/<resource hash>/<facet id>.json`.
#[must_use]
pub fn memory_key(home: &Home, resource: &Resource, facet: Facet) -> String {
    let (account, region, hash) = (&home.account, &home.region, resource_digest(home, resource));
    format!("state/v{MEMORY_VERSION}/{account}/{region}/{hash}/{}.json", facet.id())
}

/// Where the first version kept memories of this account and region.
#[must_use]
pub fn first_memory_folder(home: &Home) -> String {
    format!("state/v1/{}/{}/", home.account, home.region)
}

/// Where the first version kept the memory of a facet: under the words that it had for it.
#[must_use]
pub fn first_memory_key(home: &Home, resource: &Resource, facet: Facet) -> String {
    format!("{}{}-{}.json", first_memory_folder(home), first_resource_hash(home, resource), first_words(facet))
}

/// What the first version called the facets that it remembered, in keys. These never change.
const FIRST_WORDS: &[(&str, &str)] = &[
    ("access-keys", "access-keys"),
    ("access-point-policy", "access-point-policy"),
    ("bucket-policy", "bucket-policy"),
    ("bucket-replication", "replication"),
    ("event-configuration", "event-configuration"),
    ("event-data-store", "event-data-store"),
    ("group-membership", "group-membership"),
    ("identity-provider", "identity-provider"),
    ("inline-document", "inline-policy"),
    ("key-policy", "key-policy"),
    ("login-profile", "console-password"),
    ("managed-document", "managed-policy"),
    ("permissions-boundary", "permissions-boundary"),
    ("policy-attachment", "policy-attachment"),
    ("principal-policies", "all-policies"),
    ("role-trust", "trust-policy"),
    ("trail-configuration", "trail-configuration"),
    ("trail-events", "aggregated-events"),
    ("trail-insights", "insight-selectors"),
    ("trail-selectors", "event-selectors"),
    ("trail-tags", "trail-tags"),
];

/// What the first version called the states of these facets. These never change either.
const FIRST_TAGS: &[(&str, &str)] = &[
    ("access-keys", "access-keys"),
    ("access-point-policy", "access-point"),
    ("bucket-policy", "bucket-policy"),
    ("bucket-replication", "replication"),
    ("event-configuration", "event-configuration"),
    ("event-data-store", "event-data-store"),
    ("group-membership", "membership"),
    ("identity-provider", "provider"),
    ("inline-document", "inline"),
    ("key-policy", "key-policy"),
    ("login-profile", "login"),
    ("managed-document", "managed"),
    ("permissions-boundary", "boundary"),
    ("policy-attachment", "attachment"),
    ("principal-policies", "policies"),
    ("role-trust", "trust"),
    ("trail-configuration", "configuration"),
    ("trail-events", "event-configuration"),
    ("trail-insights", "insights"),
    ("trail-selectors", "selectors"),
    ("trail-tags", "tags"),
];

/// Whether the first version remembered the facet.
#[must_use]
pub fn has_first_memory(facet: Facet) -> bool {
    FIRST_WORDS.iter().any(|(id, _)| *id == facet.id())
}

/// A facet that the first version did not remember has no key there that anything could lie under.
fn first_words(facet: Facet) -> &'static str {
    FIRST_WORDS.iter().find(|(id, _)| *id == facet.id()).map_or("none", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::on;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    fn bucket() -> Resource {
        Resource::Bucket(on::Bucket { name: "b".into() })
    }

    fn read(document: &Value) -> Result<Memory, Unreadable> {
        Memory::read("k", document.to_string().as_bytes(), 7, &bucket(), Facet::BucketPolicy, &home())
    }

    fn memory(remembered: Remembered) -> Memory {
        Memory {
            version: MEMORY_VERSION,
            resource: bucket(),
            arn: bucket().arn(&home()),
            identity: Identity::created_at(Some(5)),
            accepted_at: 6,
            standard: "0123".into(),
            was_compliant: false,
            facet: Facet::BucketPolicy,
            remembered,
        }
    }

    #[test]
    fn keys_are_as_documented() {
        let key = memory_key(&home(), &bucket(), Facet::BucketEncryption);
        assert!(key.starts_with("state/v2/111122223333/us-east-1/c9bf41d5fa2745fe"), "{key}");
        assert!(key.ends_with("/bucket-encryption.json"), "{key}");
        assert_eq!(
            first_memory_key(&home(), &bucket(), Facet::RoleTrust),
            "state/v1/111122223333/us-east-1/c9bf41d5fa2745fe-trust-policy.json"
        );
    }

    #[test]
    fn what_was_written_is_read() {
        for remembered in [Remembered::State(Value::Null), Remembered::State(json!({"a": 1})), Remembered::EndedAt(8)] {
            let memory = memory(remembered);
            assert_eq!(read(&serde_json::to_value(&memory).unwrap()), Ok(memory));
        }
    }

    #[test]
    fn the_first_version_is_read_with_the_time_of_its_object() {
        let read = read(&json!({"facet": "bucket-policy", "state": null})).unwrap();
        assert_eq!((read.accepted_at, read.state()), (7, Some(&Value::Null)));
        assert!(read.is_of(&Identity::of("x", Some(7))) && !read.is_of(&Identity::of("x", Some(100))));
    }

    #[test]
    fn what_is_not_understood_is_not_forgotten() {
        let refused = |document: Value, part: &str| {
            let error = read(&document).unwrap_err();
            assert!(error.to_string().contains(part) && !error.may_pass_later, "{error}");
        };
        let written = serde_json::to_value(memory(Remembered::EndedAt(8))).unwrap();
        let with = |member: &str, value: Value| {
            let mut document = written.clone();
            document[member] = value;
            document
        };
        refused(json!("text"), "no `version`");
        refused(json!({"facet": "bucket-policy"}), "no `version`");
        refused(json!({"facet": "login", "state": null}), "no `version`");
        refused(with("version", json!(3)), "version is 3");
        refused(with("version", json!("2")), "of no number");
        refused(with("accepted_at", json!("soon")), "expected i64");
        refused(with("facet", json!("bucket-website")), "of the website of bucket");
        refused(with("resource", json!({"type": "bucket", "name": "c"})), "of bucket `c`");
        assert!(Memory::read("k", b"{", 7, &bucket(), Facet::BucketPolicy, &home()).is_err());
    }
}
