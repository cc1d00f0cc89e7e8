//! What bootstrap ensures: the resources of the pipeline and of its audit, as facets in an order that can stop anywhere and
//! be run again. How each facet has to be, the guards know: bootstrap is the reconcile loop over this list.

pub mod documents;

use crate::Arns;
use crate::ControlId;
use crate::kms::key_state::{KEY_DELETION, KEY_ENABLED};
use crate::on;
use crate::{Facet, GuardName, IamEntity, Resource, Standard};
use parapet_core::Home;

/// Controls of the key's status. Bootstrap is run by a person, who is there to decide: a key that was disabled may be the
/// containment of an incident, and what bootstrap would go on to do under it is more than to enable it. Where the standard names these
/// controls, that is decided.
pub const OF_THE_KEY: [ControlId; 2] = [KEY_ENABLED, KEY_DELETION];

/// One step of bootstrap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Who knows how the facets have to be.
    pub guard: GuardName,
    /// Of what.
    pub resource: Resource,
    /// Which facets, in order.
    pub facets: Vec<Facet>,
    /// Whether it was there before, and bootstrap only finds out whether it is as it has to be.
    pub is_found: bool,
}

/// Every stage, in order: what a later one names, an earlier one has made.
///
/// The evidence bucket comes first, so that what follows can be recorded; public access is blocked before anything is put
/// into a bucket; the log bucket lets CloudTrail in before the trail is made, because CreateTrail refuses one that does not.
#[must_use]
pub fn stages(standard: &Standard, home: &Home) -> Vec<Stage> {
    let names = &standard.names;
    let key = Resource::Key(on::Key { name: names.key_alias.clone() });
    let role = IamEntity::Role(names.ml_service_role.clone());
    let policy_arn = home.iam_arn(&format!("policy/{}", names.ml_data_policy));
    let stage = |guard, resource: &Resource, facets: &[Facet]| Stage {
        guard,
        resource: resource.clone(),
        facets: facets.to_vec(),
        is_found: false,
    };

    let mut stages = Vec::new();
    let buckets = [&names.evidence_bucket, &names.access_log_bucket];
    stages.extend(buckets.into_iter().flat_map(|name| bucket_settings(name)));
    stages.push(stage(GuardName::EncryptionGuard, &key, &[Facet::KeyState]));
    stages.push(stage(GuardName::EncryptionGuard, &key, &[Facet::KeyRotation]));
    stages.push(stage(GuardName::PolicyGuard, &key, &[Facet::KeyPolicy]));
    stages.extend([&names.log_bucket, &names.ml_data_bucket].into_iter().flat_map(|name| bucket_settings(name)));
    for (name, lock) in [
        (&names.evidence_bucket, true),
        (&names.access_log_bucket, false),
        (&names.log_bucket, true),
        (&names.ml_data_bucket, false),
    ] {
        let bucket = Resource::Bucket(on::Bucket { name: name.clone() });
        stages.push(stage(GuardName::PolicyGuard, &bucket, &[Facet::BucketPolicy]));
        let logged = standard.bucket_needs(name).access_log_bucket.is_some();
        let last: Vec<Facet> = [(logged, Facet::BucketLogging), (lock, Facet::BucketObjectLock)]
            .into_iter()
            .filter(|(asked, _)| *asked)
            .map(|(_, facet)| facet)
            .collect();
        stages.extend((!last.is_empty()).then(|| stage(GuardName::EncryptionGuard, &bucket, &last)));
    }
    stages.push(stage(
        GuardName::PolicyGuard,
        &Resource::Role(on::Role { name: names.ml_service_role.clone() }),
        &[Facet::RoleTrust],
    ));
    stages.push(stage(
        GuardName::PolicyGuard,
        &Resource::ManagedPolicy(on::ManagedPolicy { arn: policy_arn.clone() }),
        &[Facet::ManagedDocument],
    ));
    stages.push(stage(
        GuardName::PolicyGuard,
        &Resource::Attachment(on::Attachment { entity: role, policy_arn }),
        &[Facet::PolicyAttachment],
    ));
    let trail = Resource::Trail(on::Trail { name: standard.trail_name().to_owned() });
    if standard.trail.used.is_some() {
        let asked = [Facet::TrailConfiguration, Facet::TrailLogging, Facet::TrailSelectors];
        stages.push(Stage { is_found: true, ..stage(GuardName::LoggingGuard, &trail, &asked) });
        return stages;
    }
    stages.push(stage(GuardName::LoggingGuard, &trail, &[Facet::TrailConfiguration]));
    stages.push(stage(
        GuardName::LoggingGuard,
        &trail,
        &[Facet::TrailLogging, Facet::TrailSelectors, Facet::TrailTags, Facet::TrailInsights],
    ));
    stages
}

/// A bucket, and what it has by itself. Its existence is a stage of its own: nothing can be read of a bucket that is not there.
fn bucket_settings(name: &str) -> [Stage; 2] {
    let stage = |facets: &[Facet]| Stage {
        guard: GuardName::EncryptionGuard,
        resource: Resource::Bucket(on::Bucket { name: name.to_owned() }),
        facets: facets.to_vec(),
        is_found: false,
    };
    let settings = [
        Facet::BucketPublicAccess,
        Facet::BucketOwnership,
        Facet::BucketVersioning,
        Facet::BucketEncryption,
        Facet::BucketTags,
    ];
    [stage(&[Facet::BucketExistence]), stage(&settings)]
}
