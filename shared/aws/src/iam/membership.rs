//! Memberships of users in groups. One call where the user is no member; the group's policies are read only where it is one.

use std::collections::BTreeMap;

use parapet_core::{WorldError};
use parapet_guards::{Facet, IamEntity, Resource};
use parapet_guards::{Membership, PolicyAction};

use super::deleted;
use super::principal::{Held, groups_of, held};
use crate::AwsWorld;
use crate::failure::written;

/// Reads a membership. One of a user or group that is gone is none.
pub(super) async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    user: &str,
    group: &str,
) -> Result<Membership, WorldError> {
    let groups = groups_of(world, subject, user).await?.unwrap_or_default();
    let member = groups.iter().any(|name| name == group);
    let held = if member { held(world, subject, &IamEntity::Group(group.to_owned())).await? } else { None };
    let Held { inline, attached } = held.unwrap_or_else(|| Held { inline: BTreeMap::new(), attached: BTreeMap::new() });
    Ok(Membership { member, inline, attached })
}

/// Carries out one action on a membership. One that is gone already is as wanted.
pub(super) async fn apply(
    world: &AwsWorld<'_>,
    subject: &Resource,
    user: &str,
    group: &str,
    action: &PolicyAction,
) -> Result<(), WorldError> {
    let iam = world.connection.iam();
    match action {
        PolicyAction::RemoveFromGroup => {
            let remove = iam.remove_user_from_group().user_name(user).group_name(group);
            deleted("remove the user from the group", subject, remove.send().await)
        }
        PolicyAction::AddToGroup => {
            let add = iam.add_user_to_group().user_name(user).group_name(group);
            written("add the user to the group", subject, add.send().await)
        }
        _ => Err(world.misplaced(subject, Facet::GroupMembership)),
    }
}
