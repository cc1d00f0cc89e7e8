//! Everything that a user, role or group holds.
//!
//! Reading it takes one call for the holder and its boundary, one for each list, one for each inline policy and two for each managed one:
//! AWS has no call that tells of one holder alone. So it is read only where a changed policy could complete a way to more.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::Document;
use parapet_core::WorldError;
use parapet_guards::{Boundary, IamEntity, Observed, Policies, PoliciesAction, Resource, facets, inline_of_group, on};

use super::boundary::Told;
use super::membership::LEAVE_GROUP;
use super::{NO_SUCH_ENTITY, attachment, boundary, inline, membership, tags};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed};
use crate::permissions::Needs;
use crate::permissions::iam::{
    ATTACH_AGAIN, DELETE_GROUP_POLICY, DELETE_ROLE_POLICY, DELETE_USER_POLICY, DETACH_GROUP_POLICY, DETACH_ROLE_POLICY,
    DETACH_USER_POLICY, GET_AWS_POLICY, GET_AWS_POLICY_VERSION, GET_GROUP, GET_GROUP_POLICY, GET_POLICY,
    GET_POLICY_VERSION, GET_ROLE, GET_ROLE_POLICY, GET_USER, GET_USER_POLICY, GROUP_ATTACHMENTS, GROUP_POLICIES,
    GROUPS_OF_USER, JOIN_AGAIN, PUT_GROUP_POLICY, PUT_ROLE_POLICY, PUT_USER_POLICY, ROLE_ATTACHMENTS, ROLE_POLICIES,
    USER_ATTACHMENTS, USER_POLICIES,
};

/// The documents of somebody's policies: inline ones by name, attached ones by ARN.
pub(super) struct Held {
    pub(super) inline: BTreeMap<String, Document>,
    pub(super) attached: BTreeMap<String, Document>,
}

/// Reads everything that somebody holds. None: there is no such user, role or group.
async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
) -> Result<Option<Observed<Policies>>, WorldError> {
    let (held, bound) = tokio::join!(held(world, subject, entity), boundary::observe(world, subject, entity));
    let Some(Held { inline, attached }) = held? else { return Ok(None) };
    let Told { boundary: Boundary { arn: boundary_arn, document: boundary }, tags, identity, arn } =
        bound?.unwrap_or_default();
    let (mut of_groups, mut groups) = (BTreeMap::new(), BTreeMap::new());
    if let IamEntity::User(user) = entity {
        for group in groups_of(world, subject, user).await?.unwrap_or_default() {
            let carrier = IamEntity::Group(group.clone());
            // One that is gone meanwhile gives nothing.
            let Some(of_group) = self::held(world, subject, &carrier).await? else { continue };
            let arn = |name: &String| {
                Resource::InlinePolicy(on::InlinePolicy { entity: carrier.clone(), name: name.clone() }).arn(world.home)
            };
            let inline: BTreeMap<String, Document> =
                of_group.inline.iter().map(|(name, document)| (arn(name), document.clone())).collect();
            groups.insert(group, inline.keys().chain(of_group.attached.keys()).cloned().collect());
            of_groups.extend(inline);
            of_groups.extend(of_group.attached);
        }
    }
    let members = match entity {
        IamEntity::Group(group) => members(world, subject, group).await?,
        IamEntity::User(_) | IamEntity::Role(_) => BTreeSet::new(),
    };
    let told = Policies { inline, attached, of_groups, groups, boundary, tags, ..Policies::default() };
    let policies = Policies { boundary_arn, members, arn, ..told };
    Ok(Some(Observed::of(policies, identity)))
}

/// The users in a group. One that is gone meanwhile has none.
async fn members(world: &AwsWorld<'_>, subject: &Resource, group: &str) -> Result<BTreeSet<String>, WorldError> {
    let mut members = BTreeSet::new();
    let mut marker: Option<String> = None;
    loop {
        match world.connection.iam().get_group().group_name(group).set_marker(marker).send().await {
            Ok(page) => {
                members.extend(page.users.into_iter().map(|user| user.user_name));
                marker = page.marker.filter(|_| page.is_truncated);
            }
            Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(members),
            Err(error) => return Err(failed("list the group's users", subject, error)),
        }
        if marker.is_none() {
            return Ok(members);
        }
    }
}

/// The documents of somebody's own policies. None: there is nobody of that name.
pub(super) async fn held(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
) -> Result<Option<Held>, WorldError> {
    let (names, arns) = tokio::join!(inline_names(world, subject, entity), attachment::all(world, subject, entity));
    let (Some(names), Some(arns)) = (names?, arns?) else { return Ok(None) };
    let mut held = Held { inline: BTreeMap::new(), attached: BTreeMap::new() };
    for name in names {
        if let Some(document) = inline::observe(world, subject, entity, &name).await? {
            held.inline.insert(name, document);
        }
    }
    for arn in arns {
        let document = attachment::default_document(world, subject, &arn).await?;
        held.attached.insert(arn, document);
    }
    Ok(Some(held))
}

pub(super) async fn inline_names(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
) -> Result<Option<Vec<String>>, WorldError> {
    let iam = world.connection.iam();
    let mut names = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        // The three calls differ in type alone.
        macro_rules! page {
            ($call:expr) => {
                match $call.set_marker(marker).send().await {
                    Ok(page) => (page.policy_names, page.marker.filter(|_| page.is_truncated)),
                    Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(None),
                    Err(error) => return Err(failed("list the inline policies", subject, error)),
                }
            };
        }
        let (page, next) = match entity {
            IamEntity::User(name) => page!(iam.list_user_policies().user_name(name)),
            IamEntity::Role(name) => page!(iam.list_role_policies().role_name(name)),
            IamEntity::Group(name) => page!(iam.list_group_policies().group_name(name)),
        };
        names.extend(page);
        marker = next;
        if marker.is_none() {
            return Ok(Some(names));
        }
    }
}

/// The groups that a user is in. None: there is no such user.
pub(super) async fn groups_of(
    world: &AwsWorld<'_>,
    subject: &Resource,
    user: &str,
) -> Result<Option<Vec<String>>, WorldError> {
    let mut groups = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        match world.connection.iam().list_groups_for_user().user_name(user).set_marker(marker).send().await {
            Ok(page) => {
                groups.extend(page.groups.into_iter().map(|group| group.group_name));
                marker = page.marker.filter(|_| page.is_truncated);
            }
            Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(None),
            Err(error) => return Err(failed("list the user's groups", subject, error)),
        }
        if marker.is_none() {
            return Ok(Some(groups));
        }
    }
}

impl Adapter for facets::PrincipalPolicies {
    const NEEDS: Needs = Needs {
        looks: &[
            GET_ROLE,
            ROLE_POLICIES,
            GET_ROLE_POLICY,
            ROLE_ATTACHMENTS,
            GET_USER,
            USER_POLICIES,
            GET_USER_POLICY,
            USER_ATTACHMENTS,
            GROUPS_OF_USER,
            GROUP_POLICIES,
            GET_GROUP_POLICY,
            GROUP_ATTACHMENTS,
            GET_GROUP,
            GET_POLICY,
            GET_POLICY_VERSION,
            GET_AWS_POLICY,
            GET_AWS_POLICY_VERSION,
        ],
        writes: &[
            PUT_ROLE_POLICY,
            PUT_USER_POLICY,
            PUT_GROUP_POLICY,
            ATTACH_AGAIN[0],
            ATTACH_AGAIN[1],
            ATTACH_AGAIN[2],
            JOIN_AGAIN,
            tags::SET[0],
            tags::SET[1],
        ],
        removals: &[
            DELETE_ROLE_POLICY,
            DELETE_USER_POLICY,
            DELETE_GROUP_POLICY,
            DETACH_ROLE_POLICY,
            DETACH_USER_POLICY,
            DETACH_GROUP_POLICY,
            LEAVE_GROUP,
            tags::TAKE[0],
            tags::TAKE[1],
        ],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Principal { entity }: &on::Principal,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        observe(world, subject, entity).await
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Principal { entity }: &on::Principal,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        match action {
            PoliciesAction::PutPolicyOf { name, document } => inline::put(world, subject, entity, name, document).await,
            PoliciesAction::DeletePolicyOf(name) => inline::delete(world, subject, entity, name).await,
            PoliciesAction::AttachPolicy { arn, .. } => attachment::attach(world, subject, entity, arn).await,
            PoliciesAction::DetachPolicy(arn) => attachment::detach(world, subject, entity, arn).await,
            PoliciesAction::LeaveGroup(group) => membership::leave(world, subject, entity.name(), group).await,
            PoliciesAction::JoinGroup { group, .. } => membership::join(world, subject, entity.name(), group).await,
            PoliciesAction::SetTag { key, value } => tags::set(world, subject, entity, (key, value)).await,
            PoliciesAction::RemoveTag(key) => tags::take(world, subject, entity, key).await,
            PoliciesAction::TakeFromGroup { group, arn } => {
                let group = IamEntity::Group(group.clone());
                match inline_of_group(arn) {
                    Some((_, name)) => inline::delete(world, subject, &group, name).await,
                    None => attachment::detach(world, subject, &group, arn).await,
                }
            }
            PoliciesAction::GiveToGroup { group, arn, document } => {
                let group = IamEntity::Group(group.clone());
                match inline_of_group(arn) {
                    Some((_, name)) => inline::put(world, subject, &group, name, document).await,
                    None => attachment::attach(world, subject, &group, arn).await,
                }
            }
        }
    }
}
