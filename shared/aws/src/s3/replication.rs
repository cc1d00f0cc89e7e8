//! Replication rules. Each is read and written in all of its parts.

use std::collections::BTreeMap;

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as s3;
use parapet_core::WorldError;
use parapet_guards::{Destination, Observed, Put, Replication, ReplicationRule, Resource, Timed, facets, on};

use super::invalid;
use super::listing::is_own;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::s3::ALL_BUCKETS;
use crate::permissions::{Needs, Scope, need};
use crate::s3::NO_BUCKET;
use crate::s3::filter::{of_replication, to_replication};

impl Adapter for facets::BucketReplication {
    const NEEDS: Needs = Needs {
        // The list of buckets says whose the destination is.
        looks: &[need("S3:GetBucketReplication", "s3:GetReplicationConfiguration", Scope::Bucket), ALL_BUCKETS],
        writes: &[
            need("S3:PutBucketReplication", "s3:PutReplicationConfiguration", Scope::Bucket),
            // To take one rule out is to write the others again, with the role that they have. That role S3 has to be able to assume already.
            need("S3:PutBucketReplication", "iam:PassRole", Scope::ReplicationRole),
        ],
        removals: &[need("S3:DeleteBucketReplication", "s3:PutReplicationConfiguration", Scope::Bucket)],
        ..Needs::NONE
    };

    /// One call where nothing is replicated; where something is, one more for each bucket that it goes to, because neither the bucket's ARN
    /// nor the rule has to say whose it is.
    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the replication";
        let get = world.connection.s3().get_bucket_replication();
        let configuration = match get.bucket(bucket).expected_bucket_owner(&world.home.account).send().await {
            Ok(answer) => answer.replication_configuration,
            Err(error) => match code(&error) {
                NO_BUCKET => return Ok(None),
                "ReplicationConfigurationNotFoundError" => None,
                _ => return Err(failed(STEP, subject, error)),
            },
        };
        let Some(configuration) = configuration else { return Ok(Some(Observed::from(None))) };
        let mut own: BTreeMap<String, bool> = BTreeMap::new();
        let mut rules = Vec::new();
        for rule in configuration.rules {
            let not_known = || unreadable(STEP, subject, "a rule has no destination, or a status that is not known");
            let mut rule = rule_of(rule).ok_or_else(not_known)?;
            let to = rule.destination.bucket.clone();
            rule.destination.is_own = match own.get(&to) {
                Some(known) => *known,
                None => {
                    let is_own = is_own(world, subject, &to).await?;
                    own.insert(to, is_own);
                    is_own
                }
            };
            rules.push(rule);
        }
        Ok(Some(Observed::from(Some(Replication { role: configuration.role, rules }))))
    }

    /// Puts the rules, or deletes the configuration where none is asked for.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        let desired = desired.as_ref();
        const STEP: &str = "write the replication";
        let (client, owner) = (world.connection.s3(), &world.home.account);
        let Some(desired) = desired else {
            let delete = client.delete_bucket_replication().bucket(bucket).expected_bucket_owner(owner);
            return written("delete the replication", subject, delete.send().await);
        };
        let rules: Result<Vec<_>, BuildError> = desired.rules.iter().map(rule_to).collect();
        let configuration = rules.and_then(|rules| {
            s3::ReplicationConfiguration::builder().role(&desired.role).set_rules(Some(rules)).build()
        });
        let put = client
            .put_bucket_replication()
            .bucket(bucket)
            .expected_bucket_owner(owner)
            .replication_configuration(configuration.map_err(|error| invalid(STEP, subject, &error))?);
        written(STEP, subject, put.send().await)
    }
}

/// None: it has no destination, or something is neither on nor off. Whose the destination is, the rule does not say.
fn rule_of(rule: s3::ReplicationRule) -> Option<ReplicationRule> {
    let destination = rule.destination?;
    let criteria = rule.source_selection_criteria;
    let (kms_objects, replica_modifications) =
        criteria.map_or((None, None), |all| (all.sse_kms_encrypted_objects, all.replica_modifications));
    let markers = rule.delete_marker_replication.and_then(|markers| markers.status);
    let time = match destination.replication_time {
        None => None,
        Some(time) => {
            let minutes = time.time.and_then(|value| value.minutes);
            Some(Timed { enabled: is_on(time.status.as_str())?, minutes })
        }
    };
    let metrics = match destination.metrics {
        None => None,
        Some(metrics) => {
            let minutes = metrics.event_threshold.and_then(|value| value.minutes);
            Some(Timed { enabled: is_on(metrics.status.as_str())?, minutes })
        }
    };
    #[expect(deprecated, reason = "rules that were written long ago have their prefix there")]
    let prefix = rule.prefix;
    Some(ReplicationRule {
        id: rule.id,
        priority: rule.priority,
        enabled: is_on(rule.status.as_str())?,
        prefix,
        filter: rule.filter.map(of_replication),
        kms_objects: on_if_set(kms_objects.as_ref().map(|kms| kms.status.as_str()))?,
        replica_modifications: on_if_set(replica_modifications.as_ref().map(|changes| changes.status.as_str()))?,
        existing_objects: on_if_set(
            rule.existing_object_replication.as_ref().map(|existing| existing.status.as_str()),
        )?,
        delete_markers: on_if_set(markers.as_ref().map(s3::DeleteMarkerReplicationStatus::as_str))?,
        destination: Destination {
            bucket: destination.bucket,
            is_own: false,
            account: destination.account,
            gives_ownership: destination.access_control_translation.is_some(),
            storage_class: destination.storage_class.map(|class| class.as_str().to_owned()),
            key: destination.encryption_configuration.and_then(|encryption| encryption.replica_kms_key_id),
            time,
            metrics,
        },
    })
}

/// The parts of a rule have types of their own for the same two words. None: it is neither.
fn is_on(status: &str) -> Option<bool> {
    match status {
        "Enabled" => Some(true),
        "Disabled" => Some(false),
        _ => None,
    }
}

#[expect(clippy::option_option, reason = "none: it is not known; some none: nothing is set")]
fn on_if_set(status: Option<&str>) -> Option<Option<bool>> {
    status.map_or(Some(None), |status| is_on(status).map(Some))
}

fn rule_to(rule: &ReplicationRule) -> Result<s3::ReplicationRule, BuildError> {
    let kms_objects = rule.kms_objects.map(|on| {
        let status =
            if on { s3::SseKmsEncryptedObjectsStatus::Enabled } else { s3::SseKmsEncryptedObjectsStatus::Disabled };
        s3::SseKmsEncryptedObjects::builder().status(status).build()
    });
    let changes = rule.replica_modifications.map(|on| {
        let status =
            if on { s3::ReplicaModificationsStatus::Enabled } else { s3::ReplicaModificationsStatus::Disabled };
        s3::ReplicaModifications::builder().status(status).build()
    });
    let existing = rule.existing_objects.map(|on| {
        let status = if on {
            s3::ExistingObjectReplicationStatus::Enabled
        } else {
            s3::ExistingObjectReplicationStatus::Disabled
        };
        s3::ExistingObjectReplication::builder().status(status).build()
    });
    let markers = rule.delete_markers.map(|on| {
        let status =
            if on { s3::DeleteMarkerReplicationStatus::Enabled } else { s3::DeleteMarkerReplicationStatus::Disabled };
        s3::DeleteMarkerReplication::builder().status(status).build()
    });
    let (kms_objects, changes) = (kms_objects.transpose()?, changes.transpose()?);
    let criteria = (kms_objects.is_some() || changes.is_some()).then(|| {
        s3::SourceSelectionCriteria::builder()
            .set_sse_kms_encrypted_objects(kms_objects)
            .set_replica_modifications(changes)
            .build()
    });
    let status = if rule.enabled { s3::ReplicationRuleStatus::Enabled } else { s3::ReplicationRuleStatus::Disabled };
    #[expect(deprecated, reason = "rules that were written long ago have their prefix there")]
    let builder = s3::ReplicationRule::builder().set_prefix(rule.prefix.clone());
    builder
        .set_id(rule.id.clone())
        .set_priority(rule.priority)
        .status(status)
        .set_filter(rule.filter.as_ref().map(to_replication).transpose()?)
        .set_source_selection_criteria(criteria)
        .set_existing_object_replication(existing.transpose()?)
        .set_delete_marker_replication(markers)
        .destination(destination_to(&rule.destination)?)
        .build()
}

fn destination_to(destination: &Destination) -> Result<s3::Destination, BuildError> {
    let minutes =
        |timed: Timed| timed.minutes.map(|minutes| s3::ReplicationTimeValue::builder().minutes(minutes).build());
    let time = destination.time.map(|timed| {
        let status =
            if timed.enabled { s3::ReplicationTimeStatus::Enabled } else { s3::ReplicationTimeStatus::Disabled };
        s3::ReplicationTime::builder().status(status).set_time(minutes(timed)).build()
    });
    let metrics = destination.metrics.map(|timed| {
        let status = if timed.enabled { s3::MetricsStatus::Enabled } else { s3::MetricsStatus::Disabled };
        s3::Metrics::builder().status(status).set_event_threshold(minutes(timed)).build()
    });
    let given = destination
        .gives_ownership
        .then(|| s3::AccessControlTranslation::builder().owner(s3::OwnerOverride::Destination).build());
    let key = destination.key.as_ref();
    s3::Destination::builder()
        .bucket(&destination.bucket)
        .set_account(destination.account.clone())
        .set_access_control_translation(given.transpose()?)
        .set_storage_class(destination.storage_class.as_deref().map(s3::StorageClass::from))
        .set_encryption_configuration(
            key.map(|key| s3::EncryptionConfiguration::builder().replica_kms_key_id(key).build()),
        )
        .set_replication_time(time.transpose()?)
        .set_metrics(metrics.transpose()?)
        .build()
}

#[cfg(test)]
mod tests {
    use parapet_guards::ObjectFilter;

    use super::*;

    #[test]
    fn a_rule_is_written_as_it_was_read() {
        let plain = ReplicationRule {
            id: None,
            priority: None,
            enabled: false,
            prefix: Some("raw/".into()),
            filter: None,
            kms_objects: None,
            replica_modifications: None,
            existing_objects: None,
            delete_markers: None,
            destination: Destination {
                bucket: "arn:aws:s3:::copies".into(),
                is_own: false,
                account: None,
                gives_ownership: false,
                storage_class: None,
                key: None,
                time: None,
                metrics: None,
            },
        };
        let tags = [("team".to_owned(), "ml".to_owned())];
        let full = ReplicationRule {
            id: Some("full".into()),
            priority: Some(3),
            enabled: true,
            prefix: None,
            filter: Some(ObjectFilter { tags: tags.clone().into(), combined: true, ..ObjectFilter::default() }),
            kms_objects: Some(true),
            replica_modifications: Some(false),
            existing_objects: Some(true),
            delete_markers: Some(false),
            destination: Destination {
                account: Some("444455556666".into()),
                gives_ownership: true,
                storage_class: Some("STANDARD_IA".into()),
                key: Some("arn:aws:kms:us-east-1:444455556666:key/1".into()),
                time: Some(Timed { enabled: true, minutes: Some(15) }),
                metrics: Some(Timed { enabled: false, minutes: None }),
                ..plain.destination.clone()
            },
        };
        let tagged = ReplicationRule {
            filter: Some(ObjectFilter { tags: tags.into(), ..ObjectFilter::default() }),
            delete_markers: Some(true),
            ..plain.clone()
        };
        for rule in [plain, full, tagged] {
            assert_eq!(rule_of(rule_to(&rule).unwrap()), Some(rule));
        }
    }
}
