//! Lifecycle rules. Each is read and written in all of its parts.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as s3;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use parapet_core::WorldError;
use parapet_guards::{
    Expiration, Lifecycle, LifecycleRule, NoncurrentExpiration, NoncurrentTransition, Observed, Put, Resource,
    Transition, facets, on,
};

use super::invalid;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::{Needs, Scope, need};
use crate::s3::NO_BUCKET;
use crate::s3::filter::{of_lifecycle, some, to_lifecycle};

impl Adapter for facets::BucketLifecycle {
    const NEEDS: Needs = Needs {
        looks: &[need("S3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", Scope::Bucket)],
        writes: &[need("S3:PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration", Scope::Bucket)],
        removals: &[need("S3:DeleteBucketLifecycle", "s3:PutLifecycleConfiguration", Scope::Bucket)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the lifecycle rules";
        let get = world.connection.s3().get_bucket_lifecycle_configuration();
        let lifecycle = match get.bucket(bucket).expected_bucket_owner(&world.home.account).send().await {
            Ok(answer) => {
                let rules: Option<Vec<LifecycleRule>> =
                    answer.rules.unwrap_or_default().into_iter().map(rule_of).collect();
                let not_known = || {
                    unreadable(
                        STEP,
                        subject,
                        "a rule has a status that is not known, or a number or a date that cannot be",
                    )
                };
                let size = answer.transition_default_minimum_object_size;
                Lifecycle {
                    rules: rules.ok_or_else(not_known)?,
                    minimum_transition_size: size.map(|size| size.as_str().to_owned()),
                }
            }
            Err(error) => match code(&error) {
                NO_BUCKET => return Ok(None),
                "NoSuchLifecycleConfiguration" => Lifecycle::default(),
                _ => return Err(failed(STEP, subject, error)),
            },
        };
        Ok(Some(Observed::from(lifecycle)))
    }

    /// Puts the rules, or deletes the configuration where none is left. What says which objects are too small to be moved is sent as it
    /// was read: left out, it would fall back to its default.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        const STEP: &str = "write the lifecycle rules";
        let (client, owner) = (world.connection.s3(), &world.home.account);
        if desired.rules.is_empty() {
            let delete = client.delete_bucket_lifecycle().bucket(bucket).expected_bucket_owner(owner);
            return written("delete the lifecycle rules", subject, delete.send().await);
        }
        let rules: Result<Vec<_>, BuildError> = desired.rules.iter().map(rule_to).collect();
        let configuration =
            rules.and_then(|rules| s3::BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build());
        let size = desired.minimum_transition_size.as_deref().map(s3::TransitionDefaultMinimumObjectSize::from);
        let put = client
            .put_bucket_lifecycle_configuration()
            .bucket(bucket)
            .expected_bucket_owner(owner)
            .set_transition_default_minimum_object_size(size)
            .lifecycle_configuration(configuration.map_err(|error| invalid(STEP, subject, &error))?);
        written(STEP, subject, put.send().await)
    }
}

/// A number of days or versions: never negative.
#[expect(clippy::option_option, reason = "none: it cannot be read; some none: there is none")]
fn number_of(number: Option<i32>) -> Option<Option<u32>> {
    number.map_or(Some(None), |number| u32::try_from(number).ok().map(Some))
}

fn number_to(number: Option<u32>) -> Option<i32> {
    number.map(|number| i32::try_from(number).unwrap_or(i32::MAX))
}

#[expect(clippy::option_option, reason = "none: it cannot be read; some none: there is none")]
fn date_of(date: Option<DateTime>) -> Option<Option<String>> {
    date.map_or(Some(None), |date| date.fmt(Format::DateTime).ok().map(Some))
}

fn date_to(date: Option<&String>) -> Option<DateTime> {
    date.and_then(|date| DateTime::from_str(date, Format::DateTime).ok())
}

/// None: a part of it cannot be read.
fn rule_of(rule: s3::LifecycleRule) -> Option<LifecycleRule> {
    let expiration = |expiration: s3::LifecycleExpiration| {
        Some(Expiration {
            days: number_of(expiration.days)?,
            date: date_of(expiration.date)?,
            delete_markers: expiration.expired_object_delete_marker,
        })
    };
    let noncurrent = |expiration: s3::NoncurrentVersionExpiration| {
        Some(NoncurrentExpiration {
            days: number_of(expiration.noncurrent_days)?,
            newest_kept: number_of(expiration.newer_noncurrent_versions)?,
        })
    };
    let class = |class: Option<s3::TransitionStorageClass>| class.map(|class| class.as_str().to_owned());
    let transition = |transition: s3::Transition| {
        Some(Transition {
            days: number_of(transition.days)?,
            date: date_of(transition.date)?,
            storage_class: class(transition.storage_class),
        })
    };
    let noncurrent_transition = |transition: s3::NoncurrentVersionTransition| {
        Some(NoncurrentTransition {
            days: number_of(transition.noncurrent_days)?,
            newest_kept: number_of(transition.newer_noncurrent_versions)?,
            storage_class: class(transition.storage_class),
        })
    };
    let uploads = rule.abort_incomplete_multipart_upload.and_then(|abort| abort.days_after_initiation);
    #[expect(deprecated, reason = "rules that were written long ago have their prefix there")]
    let prefix = rule.prefix;
    Some(LifecycleRule {
        id: rule.id,
        enabled: match rule.status {
            s3::ExpirationStatus::Enabled => true,
            s3::ExpirationStatus::Disabled => false,
            _ => return None,
        },
        prefix,
        filter: rule.filter.map(of_lifecycle),
        expiration: read_or_none(rule.expiration, expiration)?,
        noncurrent_expiration: read_or_none(rule.noncurrent_version_expiration, noncurrent)?,
        transitions: rule.transitions.unwrap_or_default().into_iter().map(transition).collect::<Option<_>>()?,
        noncurrent_transitions: rule
            .noncurrent_version_transitions
            .unwrap_or_default()
            .into_iter()
            .map(noncurrent_transition)
            .collect::<Option<_>>()?,
        abort_uploads_days: number_of(uploads)?,
    })
}

#[expect(clippy::option_option, reason = "none: it cannot be read; some none: there is none")]
fn read_or_none<T, U>(part: Option<T>, read: impl Fn(T) -> Option<U>) -> Option<Option<U>> {
    part.map_or(Some(None), |part| read(part).map(Some))
}

fn rule_to(rule: &LifecycleRule) -> Result<s3::LifecycleRule, BuildError> {
    let expiration = rule.expiration.as_ref().map(|expiration| {
        s3::LifecycleExpiration::builder()
            .set_days(number_to(expiration.days))
            .set_date(date_to(expiration.date.as_ref()))
            .set_expired_object_delete_marker(expiration.delete_markers)
            .build()
    });
    let noncurrent = rule.noncurrent_expiration.map(|expiration| {
        s3::NoncurrentVersionExpiration::builder()
            .set_noncurrent_days(number_to(expiration.days))
            .set_newer_noncurrent_versions(number_to(expiration.newest_kept))
            .build()
    });
    let class = |class: &Option<String>| class.as_deref().map(s3::TransitionStorageClass::from);
    let transition = |transition: &Transition| {
        s3::Transition::builder()
            .set_days(number_to(transition.days))
            .set_date(date_to(transition.date.as_ref()))
            .set_storage_class(class(&transition.storage_class))
            .build()
    };
    let noncurrent_transition = |transition: &NoncurrentTransition| {
        s3::NoncurrentVersionTransition::builder()
            .set_noncurrent_days(number_to(transition.days))
            .set_newer_noncurrent_versions(number_to(transition.newest_kept))
            .set_storage_class(class(&transition.storage_class))
            .build()
    };
    let abort = rule.abort_uploads_days.map(|days| {
        s3::AbortIncompleteMultipartUpload::builder().set_days_after_initiation(number_to(Some(days))).build()
    });
    let status = if rule.enabled { s3::ExpirationStatus::Enabled } else { s3::ExpirationStatus::Disabled };
    #[expect(deprecated, reason = "rules that were written long ago have their prefix there")]
    let builder = s3::LifecycleRule::builder().set_prefix(rule.prefix.clone());
    builder
        .set_id(rule.id.clone())
        .status(status)
        .set_filter(rule.filter.as_ref().map(to_lifecycle).transpose()?)
        .set_expiration(expiration)
        .set_noncurrent_version_expiration(noncurrent)
        .set_transitions(some(rule.transitions.iter().map(transition).collect()))
        .set_noncurrent_version_transitions(some(
            rule.noncurrent_transitions.iter().map(noncurrent_transition).collect(),
        ))
        .set_abort_incomplete_multipart_upload(abort)
        .build()
}

#[cfg(test)]
mod tests {
    use parapet_guards::ObjectFilter;

    use super::*;

    #[test]
    fn a_rule_is_written_as_it_was_read() {
        let plain = LifecycleRule {
            id: None,
            enabled: false,
            prefix: Some("raw/".into()),
            filter: None,
            expiration: None,
            noncurrent_expiration: None,
            transitions: Vec::new(),
            noncurrent_transitions: Vec::new(),
            abort_uploads_days: Some(3),
        };
        let full = LifecycleRule {
            id: Some("full".into()),
            enabled: true,
            prefix: None,
            filter: Some(ObjectFilter {
                prefix: Some(String::new()),
                tags: [("team".to_owned(), "ml".to_owned()), ("keep".to_owned(), "no".to_owned())].into(),
                larger_than_bytes: Some(0),
                smaller_than_bytes: Some(1 << 40),
                combined: true,
            }),
            expiration: Some(Expiration {
                days: None,
                date: Some("2027-01-31T00:00:00Z".into()),
                delete_markers: Some(false),
            }),
            noncurrent_expiration: Some(NoncurrentExpiration { days: Some(30), newest_kept: Some(5) }),
            transitions: vec![Transition { days: Some(0), date: None, storage_class: Some("GLACIER_IR".into()) }],
            noncurrent_transitions: vec![NoncurrentTransition {
                days: Some(9),
                newest_kept: Some(1),
                storage_class: Some("DEEP_ARCHIVE".into()),
            }],
            abort_uploads_days: None,
        };
        let tagged = LifecycleRule {
            filter: Some(ObjectFilter { tags: [("a".to_owned(), "b".to_owned())].into(), ..ObjectFilter::default() }),
            expiration: Some(Expiration { days: Some(1), ..Expiration::default() }),
            ..plain.clone()
        };
        for rule in [plain, full, tagged] {
            assert_eq!(rule_of(rule_to(&rule).unwrap()), Some(rule));
        }
    }
}
