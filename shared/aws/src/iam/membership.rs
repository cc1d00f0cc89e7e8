//! Memberships of users in groups. One call where the user is no member; the group's policies are read only where it is one.

use std::collections::BTreeMap;

use parapet_core::WorldError;
use parapet_guards::{IamEntity, Membership, MembershipAction, Observed, Resource, facets, on};

use super::deleted;
use super::principal::{Held, groups_of, held};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::written;
use crate::permissions::iam::{
    GET_AWS_POLICY, GET_AWS_POLICY_VERSION, GET_GROUP_POLICY, GET_POLICY, GET_POLICY_VERSION, GROUP_ATTACHMENTS,
    GROUP_POLICIES, GROUPS_OF_USER,
};
use crate::permissions::{Needs, Permission, Scope, need};

/// Reads a membership. One of a user or group that is gone is none.
async fn observe(world: &AwsWorld<'_>, subject: &Resource, user: &str, group: &str) -> Result<Membership, WorldError> {
    let groups = groups_of(world, subject, user).await?.unwrap_or_default();
    let member = groups.iter().any(|name| name == group);
    let held = if member { held(world, subject, &IamEntity::Group(group.to_owned())).await? } else { None };
    let Held { inline, attached } = held.unwrap_or_else(|| Held { inline: BTreeMap::new(), attached: BTreeMap::new() });
    Ok(Membership { member, inline, attached, ..Membership::default() })
}

/// Carries out one action on a membership. One that is gone already is as wanted.
async fn apply(
    world: &AwsWorld<'_>,
    subject: &Resource,
    user: &str,
    group: &str,
    action: &MembershipAction,
) -> Result<(), WorldError> {
    match action {
        MembershipAction::RemoveFromGroup => leave(world, subject, user, group).await,
        MembershipAction::AddToGroup => join(world, subject, user, group).await,
    }
}

pub(super) async fn join(world: &AwsWorld<'_>, subject: &Resource, user: &str, group: &str) -> Result<(), WorldError> {
    let add = world.connection.iam().add_user_to_group().user_name(user).group_name(group);
    written("add the user to the group", subject, add.send().await)
}

pub(super) async fn leave(world: &AwsWorld<'_>, subject: &Resource, user: &str, group: &str) -> Result<(), WorldError> {
    let remove = world.connection.iam().remove_user_from_group().user_name(user).group_name(group);
    deleted("remove the user from the group", subject, remove.send().await)
}

/// To take a user out of a group.
pub(super) const LEAVE_GROUP: Permission = need("IAM:RemoveUserFromGroup", "iam:RemoveUserFromGroup", Scope::Group);

impl Adapter for facets::GroupMembership {
    const NEEDS: Needs = Needs {
        looks: &[
            GROUPS_OF_USER,
            GROUP_POLICIES,
            GET_GROUP_POLICY,
            GROUP_ATTACHMENTS,
            GET_POLICY,
            GET_POLICY_VERSION,
            GET_AWS_POLICY,
            GET_AWS_POLICY_VERSION,
        ],
        removals: &[LEAVE_GROUP],
        never: &[("IAM:AddUserToGroup", "a membership is taken back, and never given")],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Membership { user, group }: &on::Membership,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        observe(world, subject, user, group).await.map(|membership| Some(membership.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Membership { user, group }: &on::Membership,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        apply(world, subject, user, group, action).await
    }
}
