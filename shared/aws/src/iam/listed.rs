//! Every IAM resource of a kind, for events that do not say which one they are about.

use aws_sdk_iam::types::EntityType;
use parapet_core::WorldError;
use parapet_guards::{IamEntity, Resource, ResourceKind, on};

use crate::AwsWorld;
use crate::failure::failed;

/// How many are asked for at once. AWS IAM API Reference, GetAccountAuthorizationDetails: "If you do not include this parameter, the
/// number of items defaults to 100"; the maximum is 1,000.
const PAGE: i32 = 1_000;

/// Lists the resources of a kind. None: the kind is not IAM's.
pub(crate) async fn listed(world: &AwsWorld<'_>, kind: ResourceKind) -> Result<Option<Vec<Resource>>, WorldError> {
    let entities = [EntityType::User, EntityType::Role, EntityType::Group];
    let asked: &[EntityType] = match kind {
        ResourceKind::Role => &[EntityType::Role],
        ResourceKind::ManagedPolicy => &[EntityType::LocalManagedPolicy],
        ResourceKind::Membership => &[EntityType::User],
        ResourceKind::InlinePolicy | ResourceKind::Attachment | ResourceKind::Principal => &entities,
        ResourceKind::IdentityProvider => return providers(world).await.map(Some),
        _ => return Ok(None),
    };
    let account = account(world, asked).await?;
    Ok(Some(account.into_iter().filter(|resource| resource.kind() == kind).collect()))
}

/// Everything of the account that entities of these types are, hold, and are members of.
async fn account(world: &AwsWorld<'_>, asked: &[EntityType]) -> Result<Vec<Resource>, WorldError> {
    let mut found = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let call = world.connection.iam().get_account_authorization_details().max_items(PAGE);
        let page = call.set_filter(Some(asked.to_vec())).set_marker(marker).send().await;
        let page = page.map_err(|error| failed("list", &"the users, roles, groups and policies", error))?;
        for user in page.user_detail_list() {
            let name = user.user_name().unwrap_or_default();
            let entity = IamEntity::User(name.to_owned());
            found.extend(held_by(&entity, user.user_policy_list(), user.attached_managed_policies()));
            let member_of =
                |group: &String| Resource::Membership(on::Membership { user: name.to_owned(), group: group.clone() });
            found.extend(user.group_list().iter().map(member_of));
        }
        for role in page.role_detail_list() {
            let name = role.role_name().unwrap_or_default();
            let entity = IamEntity::Role(name.to_owned());
            found.push(Resource::Role(on::Role { name: name.to_owned() }));
            found.extend(held_by(&entity, role.role_policy_list(), role.attached_managed_policies()));
        }
        for group in page.group_detail_list() {
            let entity = IamEntity::Group(group.group_name().unwrap_or_default().to_owned());
            found.extend(held_by(&entity, group.group_policy_list(), group.attached_managed_policies()));
        }
        let arns = page.policies().iter().filter_map(|policy| policy.arn.clone());
        found.extend(arns.map(|arn| Resource::ManagedPolicy(on::ManagedPolicy { arn })));
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            return Ok(found);
        }
    }
}

fn held_by(
    entity: &IamEntity,
    inline: &[aws_sdk_iam::types::PolicyDetail],
    attached: &[aws_sdk_iam::types::AttachedPolicy],
) -> Vec<Resource> {
    let named = inline.iter().filter_map(|policy| policy.policy_name.clone());
    let inline = named.map(|name| Resource::InlinePolicy(on::InlinePolicy { entity: entity.clone(), name }));
    let arns = attached.iter().filter_map(|policy| policy.policy_arn.clone());
    let attached = arns.map(|policy_arn| Resource::Attachment(on::Attachment { entity: entity.clone(), policy_arn }));
    [Resource::Principal(on::Principal { entity: entity.clone() })].into_iter().chain(inline).chain(attached).collect()
}

/// IAM hands out all providers at once: an account has few.
async fn providers(world: &AwsWorld<'_>) -> Result<Vec<Resource>, WorldError> {
    const SUBJECT: &str = "the identity providers";
    let iam = world.connection.iam();
    let (saml, oidc) = tokio::join!(iam.list_saml_providers().send(), iam.list_open_id_connect_providers().send());
    let saml = saml.map_err(|error| failed("list", &SUBJECT, error))?.saml_provider_list.unwrap_or_default();
    let oidc = oidc.map_err(|error| failed("list", &SUBJECT, error))?.open_id_connect_provider_list.unwrap_or_default();
    let arns = saml.into_iter().filter_map(|provider| provider.arn);
    let arns = arns.chain(oidc.into_iter().filter_map(|provider| provider.arn));
    Ok(arns.map(|arn| Resource::IdentityProvider(on::IdentityProvider { arn })).collect())
}
