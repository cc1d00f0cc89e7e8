//! What bootstrap creates.

use parapet_core::Home;
use serde::{Deserialize, Serialize};

use super::Refusal;

/// What bootstrap creates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Names {
    /// The alias of the KMS key.
    pub key_alias: String,
    /// The id of the key that the alias points to, where that is not the one that bootstrap made.
    pub key_id: Option<String>,
    /// The bucket of the pipeline's data.
    pub ml_data_bucket: String,
    /// The bucket that CloudTrail delivers to.
    pub log_bucket: String,
    /// The bucket of S3 server access logs.
    pub access_log_bucket: String,
    /// The bucket of evidence.
    pub evidence_bucket: String,
    /// The role the pipeline runs as.
    pub ml_service_role: String,
    /// The managed policy of that role.
    pub ml_data_policy: String,
    /// The trail.
    pub trail: String,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            key_alias: "alias/parapet-ml".to_owned(),
            key_id: None,
            ml_data_bucket: "parapet-ml-data-{account}-{region}".to_owned(),
            log_bucket: "parapet-logs-{account}-{region}".to_owned(),
            access_log_bucket: "parapet-access-logs-{account}-{region}".to_owned(),
            evidence_bucket: "parapet-evidence-{account}-{region}".to_owned(),
            ml_service_role: "parapet-ml-service".to_owned(),
            ml_data_policy: "parapet-ml-data".to_owned(),
            trail: "parapet".to_owned(),
        }
    }
}

impl Names {
    /// Those of a standard that gives no others.
    #[must_use]
    pub fn built_in(home: &Home) -> Self {
        let mut names = Self::default();
        names.fill_in(home);
        names
    }

    /// Replaces `{account}`, `{region}` and `{partition}`.
    pub(super) fn fill_in(&mut self, home: &Home) {
        let all = [
            &mut self.key_alias,
            &mut self.ml_data_bucket,
            &mut self.log_bucket,
            &mut self.access_log_bucket,
            &mut self.evidence_bucket,
            &mut self.ml_service_role,
            &mut self.ml_data_policy,
            &mut self.trail,
        ];
        for name in all {
            *name = home.fill(name);
        }
    }

    /// The buckets, with the path of each name in the standard.
    #[must_use]
    pub fn buckets(&self) -> [(&'static str, &str); 4] {
        [
            ("names.ml_data_bucket", &self.ml_data_bucket),
            ("names.log_bucket", &self.log_bucket),
            ("names.access_log_bucket", &self.access_log_bucket),
            ("names.evidence_bucket", &self.evidence_bucket),
        ]
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        for (path, bucket) in self.buckets() {
            if !is_bucket_name(bucket) {
                let allowed = "a bucket name has 3 to 63 lower-case letters, digits, dots and hyphens";
                return Err(Refusal::new(path, format!("`{bucket}`"), allowed));
            }
        }
        let mut buckets = self.buckets().map(|(_, bucket)| bucket);
        buckets.sort_unstable();
        if let Some([same, _]) = buckets.windows(2).find(|pair| pair.first() == pair.last()) {
            let found = format!("the same bucket `{same}` twice");
            return Err(Refusal::new("names", found, "each bucket has a name of its own"));
        }
        if !self.key_alias.starts_with("alias/") || self.key_alias.starts_with("alias/aws/") {
            let allowed = "an alias is `alias/...`, and not `alias/aws/...`, which are AWS's own";
            return Err(Refusal::new("names.key_alias", format!("`{}`", self.key_alias), allowed));
        }
        if let Some(id) = self.key_id.as_ref().filter(|id| id.is_empty() || id.contains([':', '/', ' '])) {
            let allowed = "a key is named by its id here, such as `1234abcd-12ab-34cd-56ef-1234567890ab`";
            return Err(Refusal::new("names.key_id", format!("`{id}`"), allowed));
        }
        Ok(())
    }
}

pub(super) fn is_bucket_name(name: &str) -> bool {
    (3..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
}
