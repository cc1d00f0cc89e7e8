//! The policy guard's own role as a whole, with what bounds it. Its parts are written as they are of any role.

use std::collections::BTreeMap;

use parapet_core::WorldError;
use parapet_guards::{IamEntity, Mark, Observed, Page, Resource, WholeRole, WholeRoleAction, facets, on};

use super::{NO_SUCH_ENTITY, attachment, identity, inline, managed, principal};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::document::parse_encoded;
use crate::failure::{code, failed, unreadable};
use crate::permissions::Needs;
use crate::permissions::iam::{LOOK_AT_POLICY_GUARD, MEND_POLICY_GUARD, TAKE_FROM_POLICY_GUARD};

const READ: &str = "read the role";

/// There is one, by its name.
pub(crate) async fn listed(_: &AwsWorld<'_>, _: Option<&Mark>) -> Result<Page, WorldError> {
    Ok(Page::whole([on::OwnRole::of_policy_guard().into()]))
}

impl Adapter for facets::OwnRole {
    const NEEDS: Needs = Needs {
        looks: &LOOK_AT_POLICY_GUARD,
        writes: &MEND_POLICY_GUARD,
        removals: &TAKE_FROM_POLICY_GUARD,
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        role: &on::OwnRole,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        let told = match world.connection.iam().get_role().role_name(&role.name).send().await {
            // No role in the answer is not: no role.
            Ok(answer) => answer.role.ok_or_else(|| unreadable(READ, subject, "the answer names no role"))?,
            Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(Some(None.into())),
            Err(error) => return Err(failed(READ, subject, error)),
        };
        let trust = parse_encoded(READ, subject, &told.assume_role_policy_document.unwrap_or_default())?;
        let nameless = || unreadable(READ, subject, "the boundary has no ARN");
        let bound = told.permissions_boundary.map(|boundary| boundary.permissions_boundary_arn.ok_or_else(nameless));
        let boundary_arn = bound.transpose()?;
        let entity = IamEntity::Role(role.name.clone());
        let names = principal::inline_names(world, subject, &entity).await?;
        let arns = attachment::all(world, subject, &entity).await?;
        // Gone meanwhile.
        let (Some(names), Some(arns)) = (names, arns) else { return Ok(Some(None.into())) };
        let mut inline = BTreeMap::new();
        for name in names {
            if let Some(document) = inline::observe(world, subject, &entity, &name).await? {
                inline.insert(name, document);
            }
        }
        let boundary = managed::without_users(world, subject, &role.boundary(world.home)).await?;
        let attached = arns.into_iter().collect();
        let whole = WholeRole { trust, attached, inline, boundary_arn, boundary };
        Ok(Some(Observed::of(Some(whole), identity::told(told.role_id, told.create_date))))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        role: &on::OwnRole,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let holder = on::Principal { entity: IamEntity::Role(role.name.clone()) };
        match action {
            WholeRoleAction::Trust(action) => {
                <facets::RoleTrust as Adapter>::write(world, subject, &on::Role { name: role.name.clone() }, action)
                    .await
            }
            WholeRoleAction::Holds(action) => {
                <facets::PrincipalPolicies as Adapter>::write(world, subject, &holder, action).await
            }
            WholeRoleAction::Bound(action) => {
                <facets::PermissionsBoundary as Adapter>::write(world, subject, &holder, action).await
            }
            WholeRoleAction::Says(action) => {
                let policy = on::ManagedPolicy { arn: role.boundary(world.home) };
                <facets::ManagedDocument as Adapter>::write(world, subject, &policy, action).await
            }
        }
    }
}
