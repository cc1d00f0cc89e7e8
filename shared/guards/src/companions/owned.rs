//! What Parapet consists of, and what bootstrap made: as ARN patterns, which hold in every region.

use parapet_core::matches;

use super::{ANY_ACCOUNT, ANY_REGION, Whose};
use crate::Standard;
use crate::standard::{MEMORY_KEY, NOTIFICATION_KEY};

/// The roles of the stack.
const ROLES: [&str; 3] = ["role/parapet-bootstrap", "role/parapet-sweep", "role/parapet-*-guard"];

/// The stack, as `samconfig.toml` calls it.
const STACK: &str = "parapet";

/// What is protected, and from whom it is not.
pub(super) struct Owned {
    account: String,
    deployment_role: String,
    /// Parapet's own roles, and what bootstrap made, by name.
    own_roles: Vec<String>,
    service_role: String,
    data_policy: String,
    /// Those of the records first: evidence, logs, access logs, data.
    buckets: [String; 4],
    pub(super) key_aliases: [String; 3],
    trail: String,
}

impl Owned {
    pub(super) fn of(standard: &Standard, whose: &Whose) -> Self {
        let names = &standard.names;
        let name = |name: &String| name.replace(ANY_ACCOUNT, "*").replace(ANY_REGION, "*");
        Self {
            account: whose.account.clone().unwrap_or_else(|| "*".to_owned()),
            deployment_role: whose.deployment_role(),
            own_roles: standard.principals.own.iter().filter(|own| own.starts_with("role/")).cloned().collect(),
            service_role: name(&names.ml_service_role),
            data_policy: name(&names.ml_data_policy),
            buckets: [&names.evidence_bucket, &names.log_bucket, &names.access_log_bucket, &names.ml_data_bucket]
                .map(name),
            key_aliases: [name(&names.key_alias), NOTIFICATION_KEY.to_owned(), MEMORY_KEY.to_owned()],
            trail: name(&standard.trail_name().rsplit('/').next().unwrap_or_default().to_owned()),
        }
    }

    /// Functions, their rules and alarms, the topic and the stack: what only a deployment makes and changes.
    pub(super) fn watch(&self) -> Vec<String> {
        vec![
            // With their versions and aliases.
            self.regional("lambda", "function:parapet-bootstrap*"),
            self.regional("lambda", "function:parapet-sweep*"),
            self.regional("lambda", "function:parapet-*-guard*"),
            self.regional("events", "rule/parapet-*"),
            self.regional("cloudwatch", "alarm:parapet-*"),
            self.regional("sns", "parapet"),
            self.regional("cloudformation", &format!("stack/{STACK}/*")),
        ]
    }

    /// Queues of what was not delivered.
    pub(super) fn queues(&self) -> String {
        self.regional("sqs", "parapet-*-guard-dead-letters")
    }

    /// The functions' logs, with their streams.
    pub(super) fn log_groups(&self) -> String {
        self.regional("logs", "log-group:/aws/lambda/parapet-*")
    }

    /// Parapet's own roles.
    pub(super) fn roles(&self) -> Vec<String> {
        self.own_roles.iter().map(|role| self.iam(role)).collect()
    }

    /// The same as what is protected: by patterns as far as those fit, because each by its name would be too long.
    pub(super) fn protected_roles(&self) -> Vec<String> {
        let further =
            self.own_roles.iter().map(String::as_str).filter(|role| !ROLES.iter().any(|known| matches(known, role)));
        ROLES.into_iter().chain(further).map(|role| self.iam(role)).collect()
    }

    /// The boundaries of those roles. One pattern: each by its name would not fit.
    pub(super) fn boundaries(&self) -> Vec<String> {
        vec![self.iam("policy/parapet-*-boundary")]
    }

    /// The role of the pipeline and its policy.
    pub(super) fn service(&self) -> [String; 2] {
        [self.iam(&format!("role/{}", self.service_role)), self.iam(&format!("policy/{}", self.data_policy))]
    }

    pub(super) fn buckets(&self) -> Vec<String> {
        self.buckets.iter().map(|bucket| format!("arn:*:s3:::{bucket}")).collect()
    }

    /// The objects that prove something: evidence, with what is remembered beside it, and logs.
    pub(super) fn records(&self) -> Vec<String> {
        let [evidence, logs, access_logs, _] = &self.buckets;
        [evidence, logs, access_logs].map(|bucket| format!("arn:*:s3:::{bucket}/*")).to_vec()
    }

    pub(super) fn keys(&self) -> String {
        self.regional("kms", "key/*")
    }

    pub(super) fn aliases(&self) -> Vec<String> {
        self.key_aliases.iter().map(|alias| self.regional("kms", alias)).collect()
    }

    pub(super) fn trail(&self) -> String {
        self.regional("cloudtrail", &format!("trail/{}", self.trail))
    }

    /// Who deploys.
    pub(super) fn deployment_role(&self) -> &str {
        &self.deployment_role
    }

    /// Who deploys, and the functions.
    pub(super) fn deployment_and_own(&self) -> Vec<String> {
        [vec![self.deployment_role.clone()], self.roles()].concat()
    }

    fn regional(&self, service: &str, resource: &str) -> String {
        format!("arn:*:{service}:*:{}:{resource}", self.account)
    }

    fn iam(&self, resource: &str) -> String {
        format!("arn:*:iam::{}:{resource}", self.account)
    }
}

/// What changes a bucket and never an object: S3 tells the two apart by their ARNs, but a `*` in a bucket's name matches a `/`, too.
pub(super) const BUCKET_SETTINGS: [&str; 7] = [
    "s3:CreateBucket*",
    "s3:DeleteBucket*",
    "s3:PutBucket*",
    "s3:Put*Configuration",
    "s3:UpdateBucket*",
    "s3:TagResource",
    "s3:UntagResource",
];

/// What changes, adds or takes away an object. `s3:PutObject*` has its retention, its legal hold, its list and its tags.
pub(super) const OBJECT_WRITES: [&str; 9] = [
    "s3:AbortMultipartUpload",
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject*",
    "s3:InitiateReplication",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:PutObject*",
    "s3:Replicate*",
    "s3:RestoreObject",
    "s3:UpdateObject*",
];

/// What weakens a key, or lets it be used otherwise. To enable one and to cancel its deletion helps.
pub(super) const KEY_CHANGES: [&str; 13] = [
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:ImportKeyMaterial",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:SynchronizeMultiRegionKey",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
];
