//! Policies of event data stores, channels and dashboards of CloudTrail Lake.

use std::collections::VecDeque;

use parapet_core::{ErrorKind, Identity, WorldError};
use parapet_guards::{LakePolicyAction, Mark, Observed, Page, Resource, facets, on};
use serde::{Deserialize, Serialize};

use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::document::parse;
use crate::failure::{broken, code, failed, written};
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

/// One of the lists of what can have such a policy.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum List {
    EventDataStores,
    Channels,
    Dashboards,
}

/// Which lists are left: a page is one of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Left {
    lists: VecDeque<List>,
    /// Those that failed. They are asked for once more at the end, so that one that is denied hides none of the others.
    again: VecDeque<List>,
}

/// All that can have such a policy in this account and region, each list on one page: there are few. What another account's is, that one looks after.
pub(crate) async fn listed(world: &AwsWorld<'_>, from: Option<&Mark>) -> Result<Page, WorldError> {
    let mut left = Left::from(from)?;
    let arns = match left.lists.pop_front() {
        Some(list) => list.arns(world).await.unwrap_or_else(|_| {
            left.again.push_back(list);
            Vec::new()
        }),
        None => match left.again.pop_front() {
            Some(list) => list.arns(world).await?,
            None => Vec::new(),
        },
    };
    let own = format!(":{}:", world.home.account);
    let paths = arns.into_iter().filter_map(|arn| arn.split_once(&own).map(|(_, path)| path.to_owned()));
    // A channel that a service makes for itself is the service's, and nobody gives it a policy.
    let paths = paths.filter(|path| !path.starts_with("channel/aws-service-channel/"));
    Ok(Page { next: left.mark(), ..Page::whole(paths.map(|path| on::LakeResource { path }.into())) })
}

impl Left {
    fn from(mark: Option<&Mark>) -> Result<Self, WorldError> {
        let Some(Mark(mark)) = mark else {
            let lists = VecDeque::from([List::EventDataStores, List::Channels, List::Dashboards]);
            return Ok(Self { lists, again: VecDeque::new() });
        };
        serde_json::from_str(mark).map_err(|error| {
            let why = format!("`{mark}` is no mark of this list: {error}");
            broken("go on with the list", &"everything of CloudTrail Lake", ErrorKind::Invalid, why)
        })
    }

    /// None: there is nothing left.
    fn mark(&self) -> Option<Mark> {
        // Plain data always serialises.
        let mark = || Mark(serde_json::to_string(self).unwrap_or_default());
        (!self.lists.is_empty() || !self.again.is_empty()).then(mark)
    }
}

impl List {
    async fn arns(self, world: &AwsWorld<'_>) -> Result<Vec<String>, WorldError> {
        let cloudtrail = world.connection.cloudtrail();
        let (mut arns, mut next): (Vec<String>, Option<String>) = (Vec::new(), None);
        loop {
            next = match self {
                Self::EventDataStores => {
                    let page = cloudtrail.list_event_data_stores().set_next_token(next).send().await;
                    let page = page.map_err(|error| failed("list", &"every event data store", error))?;
                    let stores = page.event_data_stores.into_iter().flatten();
                    arns.extend(stores.filter_map(|store| store.event_data_store_arn));
                    page.next_token
                }
                Self::Channels => {
                    let page = cloudtrail.list_channels().set_next_token(next).send().await;
                    let page = page.map_err(|error| failed("list", &"every channel", error))?;
                    arns.extend(page.channels.into_iter().flatten().filter_map(|channel| channel.channel_arn));
                    page.next_token
                }
                Self::Dashboards => {
                    let page = cloudtrail.list_dashboards().set_next_token(next).send().await;
                    let page = page.map_err(|error| failed("list", &"every dashboard", error))?;
                    arns.extend(page.dashboards.into_iter().flatten().filter_map(|dashboard| dashboard.dashboard_arn));
                    page.next_token
                }
            };
            next = next.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(arns);
            }
        }
    }
}

/// Event data stores and channels are called by ids that are never given again, dashboards by names.
pub(crate) async fn identity(_: &AwsWorld<'_>, _: &Resource, on: &on::LakeResource) -> Result<Identity, WorldError> {
    Ok(if on.is_named() { Identity::default() } else { Identity::of(&on.path, None) })
}
