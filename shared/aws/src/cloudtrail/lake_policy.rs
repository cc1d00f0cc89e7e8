//! Policies of event data stores, channels and dashboards of CloudTrail Lake.

use parapet_core::{ErrorKind, Identity, WorldError};
use parapet_guards::{LakePolicyAction, Mark, Observed, Page, Resource, facets, on};

use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::document::parse;
use crate::failure::{code, failed, written};
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::LakePolicy {
    const NEEDS: Needs = Needs {
        looks: &[need("CloudTrail:GetResourcePolicy", "cloudtrail:GetResourcePolicy", Scope::LakeResource)],
        writes: &[need("CloudTrail:PutResourcePolicy", "cloudtrail:PutResourcePolicy", Scope::LakeResource)],
        removals: &[need("CloudTrail:DeleteResourcePolicy", "cloudtrail:DeleteResourcePolicy", Scope::LakeResource)],
        ..Needs::NONE
    };

    /// The policy that somebody put. What CloudTrail makes beside it for an organization's delegated administrators nobody can change, and it is not
    /// in the same member of the answer.
    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on: &on::LakeResource,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read its policy";
        let get = world.connection.cloudtrail().get_resource_policy().resource_arn(subject.arn(world.home));
        match get.send().await {
            Ok(answer) => {
                let text = answer.resource_policy.filter(|text| !text.is_empty());
                let document = text.map(|text| parse(STEP, subject, &text)).transpose()?;
                Ok(Some(Observed::from(document)))
            }
            Err(error) => match code(&error) {
                "ResourceNotFoundException" => Ok(None),
                // AWS CloudTrail API Reference, GetResourcePolicy: "This exception is thrown when the provided resource does not exist, or the ARN
                // format of the resource is not valid." Where the format is one of those that are listed there, it does not exist.
                "ResourceARNNotValidException" if on.has_documented_arn() => Ok(None),
                // Of the second kind nothing has one: such as a channel of a service's own.
                "ResourcePolicyNotFoundException" | "ResourceTypeNotSupportedException" => {
                    Ok(Some(Observed::from(None)))
                }
                "ResourceARNNotValidException" => {
                    Err(WorldError { kind: ErrorKind::Invalid, ..failed(STEP, subject, error) })
                }
                _ => Err(failed(STEP, subject, error)),
            },
        }
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        _on: &on::LakeResource,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let (client, arn) = (world.connection.cloudtrail(), subject.arn(world.home));
        match action {
            LakePolicyAction::PutResourcePolicy(document) => {
                let put = client.put_resource_policy().resource_arn(arn).resource_policy(document.to_json());
                written("write its policy", subject, put.send().await)
            }
            LakePolicyAction::DeleteResourcePolicy => {
                let delete = client.delete_resource_policy().resource_arn(arn);
                written("delete its policy", subject, delete.send().await)
            }
        }
    }
}

/// All that can have such a policy in this account and region, on one page: there are few. What another account's is, that one looks after.
pub(crate) async fn listed(world: &AwsWorld<'_>, _: Option<&Mark>) -> Result<Page, WorldError> {
    let cloudtrail = world.connection.cloudtrail();
    let mut arns: Vec<String> = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = cloudtrail.list_event_data_stores().set_next_token(next).send().await;
        let page = page.map_err(|error| failed("list", &"every event data store", error))?;
        arns.extend(page.event_data_stores.into_iter().flatten().filter_map(|store| store.event_data_store_arn));
        next = page.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            break;
        }
    }
    loop {
        let page = cloudtrail.list_channels().set_next_token(next).send().await;
        let page = page.map_err(|error| failed("list", &"every channel", error))?;
        arns.extend(page.channels.into_iter().flatten().filter_map(|channel| channel.channel_arn));
        next = page.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            break;
        }
    }
    loop {
        let page = cloudtrail.list_dashboards().set_next_token(next).send().await;
        let page = page.map_err(|error| failed("list", &"every dashboard", error))?;
        arns.extend(page.dashboards.into_iter().flatten().filter_map(|dashboard| dashboard.dashboard_arn));
        next = page.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            break;
        }
    }
    let own = format!(":{}:", world.home.account);
    let paths = arns.into_iter().filter_map(|arn| arn.split_once(&own).map(|(_, path)| path.to_owned()));
    // A channel that a service makes for itself is the service's, and nobody gives it a policy.
    let paths = paths.filter(|path| !path.starts_with("channel/aws-service-channel/"));
    Ok(Page::whole(paths.map(|path| on::LakeResource { path }.into())))
}

/// Event data stores and channels are called by ids that are never given again, dashboards by names.
pub(crate) async fn identity(_: &AwsWorld<'_>, _: &Resource, on: &on::LakeResource) -> Result<Identity, WorldError> {
    Ok(if on.is_named() { Identity::default() } else { Identity::of(&on.path, None) })
}
