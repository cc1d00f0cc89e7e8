//! The IAM resources of a kind, for events that do not say which one they are about, and what the listing tells of each.

use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Listed, Mark, Page, Resource, ResourceKind, on};

use super::Account;
use crate::AwsWorld;
use crate::failure::{broken, failed};

/// How many resources a page has. IAM's own pages hold everybody with all that they have, in no order that is told: all of them are asked
/// for once, and handed out in the order of the resources, so that another process can go on after any of them.
const A_PAGE: usize = 1_000;

/// Makes of the table how the resources of each kind are listed.
macro_rules! listed {
    ($($name:ident = $kind:ident, $words:literal;)+) => {
        $(
            #[doc = $words]
            pub(crate) async fn $name(world: &AwsWorld<'_>, from: Option<&Mark>) -> Result<Page, WorldError> {
                page(world, ResourceKind::$kind, from).await
            }
        )+
    };
}

listed! {
    roles = Role, "A page of the roles.";
    policies = ManagedPolicy, "A page of the account's own managed policies.";
    inline_policies = InlinePolicy, "A page of the policies embedded in somebody.";
    attachments = Attachment, "A page of the attachments of managed policies.";
    principals = Principal, "A page of the users, roles and groups.";
    memberships = Membership, "A page of the memberships of users in groups.";
}

/// A page of a kind, after the resource that the one before ended with.
async fn page(world: &AwsWorld<'_>, kind: ResourceKind, from: Option<&Mark>) -> Result<Page, WorldError> {
    let account = world.account.get_or_try_init(|| Account::read(world)).await?;
    let last = from.map(|mark| last_of(kind, mark)).transpose()?;
    let is_left = |resource: &Resource| resource.kind() == kind && last.as_ref().is_none_or(|last| resource > last);
    let mut left: Vec<Resource> = account.resources().filter(is_left).collect();
    left.sort();
    let has_more = left.len() > A_PAGE;
    left.truncate(A_PAGE);
    let next = left.last().filter(|_| has_more).map(mark_of);
    let listed =
        left.into_iter().map(|resource| Listed { told: account.told(&resource, world.home), resource }).collect();
    Ok(Page { listed, next })
}

/// Plain data always serialises.
fn mark_of(resource: &Resource) -> Mark {
    Mark(serde_json::to_string(resource).unwrap_or_default())
}

fn last_of(kind: ResourceKind, Mark(mark): &Mark) -> Result<Resource, WorldError> {
    let last: Result<Resource, String> = serde_json::from_str(mark).map_err(|error| error.to_string());
    let of_kind =
        |last: Resource| if last.kind() == kind { Ok(last) } else { Err(format!("it is of a {}", last.kind())) };
    last.and_then(of_kind).map_err(|why| {
        broken(
            "go on with the list",
            &format!("every {kind}"),
            ErrorKind::Invalid,
            format!("`{mark}` is no mark of this list: {why}"),
        )
    })
}

/// IAM hands out all providers at once: an account has few.
pub(crate) async fn providers(world: &AwsWorld<'_>, _: Option<&Mark>) -> Result<Page, WorldError> {
    const SUBJECT: &str = "the identity providers";
    let iam = world.connection.iam();
    let (saml, oidc) = tokio::join!(iam.list_saml_providers().send(), iam.list_open_id_connect_providers().send());
    let saml = saml.map_err(|error| failed("list", &SUBJECT, error))?.saml_provider_list.unwrap_or_default();
    let oidc = oidc.map_err(|error| failed("list", &SUBJECT, error))?.open_id_connect_provider_list.unwrap_or_default();
    let arns = saml.into_iter().filter_map(|provider| provider.arn);
    let arns = arns.chain(oidc.into_iter().filter_map(|provider| provider.arn));
    Ok(Page::whole(arns.map(|arn| on::IdentityProvider { arn }.into())))
}
