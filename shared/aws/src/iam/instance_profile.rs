//! Instance profiles, and the role in each.

use parapet_core::{Identity, WorldError};
use parapet_guards::{
    Facet, InstanceProfile, InstanceProfileAction, Listed, Mark, Observed, Page, Resource, State, facets, on,
};

use super::{NO_SUCH_ENTITY, deleted, identity};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::iam::GET_INSTANCE_PROFILE;
use crate::permissions::{Needs, Scope, need};
use crate::world::token;

const READ: &str = "read the instance profile";

/// A page of the instance profiles. The call that lists them also tells the role in each.
pub(crate) async fn listed(world: &AwsWorld<'_>, from: Option<&Mark>) -> Result<Page, WorldError> {
    let page = world.connection.iam().list_instance_profiles().set_marker(token(from)).send().await;
    let page = page.map_err(|error| failed("list", &"the instance profiles", error))?;
    let next = page.marker.filter(|marker| page.is_truncated && !marker.is_empty()).map(Mark);
    let listed = page.instance_profiles.into_iter().map(|profile| {
        let resource = on::InstanceProfile { name: profile.instance_profile_name.clone() }.into();
        let told = [(Facet::InstanceProfile, told(profile).map(State::InstanceProfile))];
        Listed { resource, told: told.into() }
    });
    Ok(Page { listed: listed.collect(), next })
}

/// Which of those that bore its name a profile is.
pub(crate) async fn identity(
    world: &AwsWorld<'_>,
    subject: &Resource,
    on::InstanceProfile { name }: &on::InstanceProfile,
) -> Result<Identity, WorldError> {
    Ok(observe(world, subject, name).await?.map(|profile| profile.identity).unwrap_or_default())
}

async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    name: &str,
) -> Result<Option<Observed<InstanceProfile>>, WorldError> {
    match world.connection.iam().get_instance_profile().instance_profile_name(name).send().await {
        Ok(answer) => {
            let profile = answer.instance_profile;
            profile.map(told).map(Some).ok_or_else(|| unreadable(READ, subject, "the answer names no profile"))
        }
        Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(None),
        Err(error) => Err(failed(READ, subject, error)),
    }
}

/// IAM User Guide, "IAM and AWS STS quotas": one role in an instance profile.
fn told(profile: aws_sdk_iam::types::InstanceProfile) -> Observed<InstanceProfile> {
    let identity = identity::told(profile.instance_profile_id, profile.create_date);
    let role = profile.roles.into_iter().next().map(|role| role.role_name);
    Observed::of(InstanceProfile { role, ..InstanceProfile::default() }, identity)
}

impl Adapter for facets::InstanceProfile {
    const NEEDS: Needs = Needs {
        looks: &[GET_INSTANCE_PROFILE],
        removals: &[need(
            "IAM:RemoveRoleFromInstanceProfile",
            "iam:RemoveRoleFromInstanceProfile",
            Scope::InstanceProfile,
        )],
        never: &[("IAM:AddRoleToInstanceProfile", "a role is taken out, and never put in")],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::InstanceProfile { name }: &on::InstanceProfile,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        observe(world, subject, name).await
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::InstanceProfile { name }: &on::InstanceProfile,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let iam = world.connection.iam();
        match action {
            InstanceProfileAction::RemoveRole(role) => {
                let remove = iam.remove_role_from_instance_profile().instance_profile_name(name).role_name(role);
                deleted("take the role out of the instance profile", subject, remove.send().await)
            }
            InstanceProfileAction::AddRole(role) => {
                let add = iam.add_role_to_instance_profile().instance_profile_name(name).role_name(role);
                written("put the role into the instance profile", subject, add.send().await)
            }
        }
    }
}
