//! Which web pages may read answers of a bucket.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as s3;
use parapet_core::WorldError;
use parapet_guards::{CorsRule, CrossOrigin, Observed, Put, Resource, facets, on};

use super::invalid;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, written};
use crate::permissions::{Needs, Scope, need};
use crate::s3::NO_BUCKET;
use crate::s3::filter::some;

impl Adapter for facets::BucketCors {
    const NEEDS: Needs = Needs {
        looks: &[need("S3:GetBucketCors", "s3:GetBucketCORS", Scope::Bucket)],
        writes: &[need("S3:PutBucketCors", "s3:PutBucketCORS", Scope::Bucket)],
        removals: &[need("S3:DeleteBucketCors", "s3:PutBucketCORS", Scope::Bucket)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        let get = world.connection.s3().get_bucket_cors();
        let rules = match get.bucket(bucket).expected_bucket_owner(&world.home.account).send().await {
            Ok(answer) => answer.cors_rules.unwrap_or_default().into_iter().map(rule_of).collect(),
            Err(error) => match code(&error) {
                NO_BUCKET => return Ok(None),
                "NoSuchCORSConfiguration" => Vec::new(),
                _ => return Err(failed("read the cross-origin rules", subject, error)),
            },
        };
        Ok(Some(Observed::from(CrossOrigin { rules })))
    }

    /// Puts the rules, or deletes the configuration where none is left.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        const STEP: &str = "write the cross-origin rules";
        let (client, owner) = (world.connection.s3(), &world.home.account);
        if desired.rules.is_empty() {
            let delete = client.delete_bucket_cors().bucket(bucket).expected_bucket_owner(owner);
            return written("delete the cross-origin rules", subject, delete.send().await);
        }
        let rules: Result<Vec<_>, BuildError> = desired.rules.iter().map(rule_to).collect();
        let configuration =
            rules.and_then(|rules| s3::CorsConfiguration::builder().set_cors_rules(Some(rules)).build());
        let put = client
            .put_bucket_cors()
            .bucket(bucket)
            .expected_bucket_owner(owner)
            .cors_configuration(configuration.map_err(|error| invalid(STEP, subject, &error))?);
        written(STEP, subject, put.send().await)
    }
}

fn rule_of(rule: s3::CorsRule) -> CorsRule {
    CorsRule {
        id: rule.id,
        origins: rule.allowed_origins,
        methods: rule.allowed_methods,
        headers: rule.allowed_headers.unwrap_or_default(),
        exposed_headers: rule.expose_headers.unwrap_or_default(),
        max_age_seconds: rule.max_age_seconds,
    }
}

fn rule_to(rule: &CorsRule) -> Result<s3::CorsRule, BuildError> {
    s3::CorsRule::builder()
        .set_id(rule.id.clone())
        .set_allowed_origins(Some(rule.origins.clone()))
        .set_allowed_methods(Some(rule.methods.clone()))
        .set_allowed_headers(some(rule.headers.clone()))
        .set_expose_headers(some(rule.exposed_headers.clone()))
        .set_max_age_seconds(rule.max_age_seconds)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_written_as_it_was_read() {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let plain = CorsRule {
            id: None,
            origins: texts(&["*"]),
            methods: texts(&["GET", "PUT"]),
            headers: Vec::new(),
            exposed_headers: Vec::new(),
            max_age_seconds: None,
        };
        let full = CorsRule {
            id: Some("full".into()),
            headers: texts(&["x-*"]),
            exposed_headers: texts(&["ETag"]),
            max_age_seconds: Some(0),
            ..plain.clone()
        };
        for rule in [plain, full] {
            assert_eq!(rule_of(rule_to(&rule).unwrap()), rule);
        }
    }
}
