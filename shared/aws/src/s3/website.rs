//! Website hosting.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as s3;
use parapet_core::WorldError;
use parapet_guards::{Observed, Put, RedirectAll, Resource, RoutingRule, Website, facets, on};

use super::invalid;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, written};
use crate::permissions::{Needs, Scope, need};
use crate::s3::NO_BUCKET;
use crate::s3::filter::some;

impl Adapter for facets::BucketWebsite {
    const NEEDS: Needs = Needs {
        looks: &[need("S3:GetBucketWebsite", "s3:GetBucketWebsite", Scope::Bucket)],
        removals: &[need("S3:DeleteBucketWebsite", "s3:DeleteBucketWebsite", Scope::Bucket)],
        never: &[("S3:PutBucketWebsite", "a website is taken away, and never made")],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        let get = world.connection.s3().get_bucket_website();
        let website = match get.bucket(bucket).expected_bucket_owner(&world.home.account).send().await {
            Ok(answer) => Some(Website {
                index: answer.index_document.map(|document| document.suffix),
                error: answer.error_document.map(|document| document.key),
                redirect_all_to: answer.redirect_all_requests_to.map(|redirect| RedirectAll {
                    host: redirect.host_name,
                    protocol: redirect.protocol.map(|protocol| protocol.as_str().to_owned()),
                }),
                routing: answer.routing_rules.unwrap_or_default().into_iter().map(rule_of).collect(),
            }),
            Err(error) => match code(&error) {
                NO_BUCKET => return Ok(None),
                "NoSuchWebsiteConfiguration" => None,
                _ => return Err(failed("read the website", subject, error)),
            },
        };
        Ok(Some(Observed::from(website)))
    }

    /// Puts the website, or switches it off where none is asked for.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Bucket { name: bucket }: &on::Bucket,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        let desired = desired.as_ref();
        const STEP: &str = "write the website";
        let (client, owner) = (world.connection.s3(), &world.home.account);
        let Some(desired) = desired else {
            let delete = client.delete_bucket_website().bucket(bucket).expected_bucket_owner(owner);
            return written("switch off the website", subject, delete.send().await);
        };
        let configuration = configuration(desired).map_err(|error| invalid(STEP, subject, &error))?;
        let put = client.put_bucket_website().bucket(bucket).expected_bucket_owner(owner);
        let put = put.website_configuration(configuration);
        written(STEP, subject, put.send().await)
    }
}

fn rule_of(rule: s3::RoutingRule) -> RoutingRule {
    let has_condition = rule.condition.is_some();
    let (when_status, when_prefix) =
        rule.condition.map_or((None, None), |when| (when.http_error_code_returned_equals, when.key_prefix_equals));
    let when = RoutingRule { when_status, when_prefix, has_condition, ..RoutingRule::default() };
    match rule.redirect {
        None => when,
        Some(redirect) => RoutingRule {
            host: redirect.host_name,
            protocol: redirect.protocol.map(|protocol| protocol.as_str().to_owned()),
            status: redirect.http_redirect_code,
            new_prefix: redirect.replace_key_prefix_with,
            new_key: redirect.replace_key_with,
            ..when
        },
    }
}

fn rule_to(rule: &RoutingRule) -> s3::RoutingRule {
    let condition = rule.has_condition.then(|| {
        s3::Condition::builder()
            .set_http_error_code_returned_equals(rule.when_status.clone())
            .set_key_prefix_equals(rule.when_prefix.clone())
            .build()
    });
    let redirect = s3::Redirect::builder()
        .set_host_name(rule.host.clone())
        .set_protocol(rule.protocol.as_deref().map(s3::Protocol::from))
        .set_http_redirect_code(rule.status.clone())
        .set_replace_key_prefix_with(rule.new_prefix.clone())
        .set_replace_key_with(rule.new_key.clone());
    s3::RoutingRule::builder().set_condition(condition).redirect(redirect.build()).build()
}

fn configuration(desired: &Website) -> Result<s3::WebsiteConfiguration, BuildError> {
    let index = desired.index.as_ref().map(|suffix| s3::IndexDocument::builder().suffix(suffix).build());
    let error = desired.error.as_ref().map(|key| s3::ErrorDocument::builder().key(key).build());
    let redirect = desired.redirect_all_to.as_ref().map(|redirect| {
        let protocol = redirect.protocol.as_deref().map(s3::Protocol::from);
        s3::RedirectAllRequestsTo::builder().host_name(&redirect.host).set_protocol(protocol).build()
    });
    Ok(s3::WebsiteConfiguration::builder()
        .set_index_document(index.transpose()?)
        .set_error_document(error.transpose()?)
        .set_redirect_all_requests_to(redirect.transpose()?)
        .set_routing_rules(some(desired.routing.iter().map(rule_to).collect()))
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_written_as_it_was_read() {
        let text = |text: &str| Some(text.to_owned());
        for rule in [
            RoutingRule { host: text("example.com"), ..RoutingRule::default() },
            RoutingRule {
                when_status: text("404"),
                when_prefix: text("old/"),
                has_condition: true,
                host: None,
                protocol: text("https"),
                status: text("301"),
                new_prefix: text("new/"),
                new_key: None,
            },
        ] {
            assert_eq!(rule_of(rule_to(&rule)), rule);
        }
    }
}
