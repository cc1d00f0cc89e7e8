//! Permissions boundaries. One call where there is none; two more for what the boundary says, by which a wider one is told from a
//! narrower one.

use std::collections::BTreeMap;

use parapet_core::{ErrorKind, Identity, WorldError};
use parapet_guards::{Boundary, BoundaryAction, IamEntity, Observed, Resource, facets, on};

use super::{NO_SUCH_ENTITY, attachment, identity};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, unreadable, written};
use crate::permissions::iam::{
    GET_AWS_POLICY, GET_AWS_POLICY_VERSION, GET_POLICY, GET_POLICY_VERSION, GET_ROLE, GET_USER,
};
use crate::permissions::{Needs, Scope, need};

const READ: &str = "read the permissions boundary";
const WRITE: &str = "put the permissions boundary";

/// What the call tells of a user, role or group that tells its boundary.
#[derive(Default)]
pub(super) struct Told {
    pub(super) boundary: Boundary,
    /// None: of a group, which has no tags.
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) identity: Identity,
    /// The ARN, where it has a path.
    pub(super) arn: Option<String>,
}

/// Reads a boundary. None: there is no such user or role. A group has none.
pub(super) async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
) -> Result<Option<Told>, WorldError> {
    let iam = world.connection.iam();
    let nameless = || unreadable(READ, subject, "the boundary has no ARN");
    macro_rules! holder {
        ($call:expr, $holder:ident, $id:ident) => {
            match $call.send().await {
                Ok(answer) => {
                    // The SDK fills in what is required and was not sent: somebody without an ARN.
                    let holder = answer.$holder.filter(|holder| !holder.arn.is_empty());
                    let holder = holder.ok_or_else(|| unreadable(READ, subject, "the answer names nobody"))?;
                    let own = identity::with_path(&holder.arn);
                    let boundary = holder.permissions_boundary;
                    let named = boundary.map(|boundary| boundary.permissions_boundary_arn.ok_or_else(nameless));
                    let tags = holder.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
                    let identity = identity::told(holder.$id, holder.create_date);
                    Some((named.transpose()?, Some(tags.collect()), identity, own))
                }
                Err(error) if code(&error) == NO_SUCH_ENTITY => None,
                Err(error) => return Err(failed(READ, subject, error)),
            }
        };
    }
    let holder = match entity {
        IamEntity::User(name) => holder!(iam.get_user().user_name(name), user, user_id),
        IamEntity::Role(name) => holder!(iam.get_role().role_name(name), role, role_id),
        IamEntity::Group(_) => Some((None, None, Identity::default(), None)),
    };
    let Some((arn, tags, identity, own)) = holder else { return Ok(None) };
    let document = match &arn {
        Some(arn) => Some(attachment::default_document(world, subject, arn).await?),
        None => None,
    };
    Ok(Some(Told { boundary: Boundary { arn, document }, tags, identity, arn: own }))
}

async fn put(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
    boundary: &Boundary,
) -> Result<(), WorldError> {
    let none = || broken(WRITE, subject, ErrorKind::Invalid, "no policy is named".to_owned());
    let (iam, arn) = (world.connection.iam(), boundary.arn.as_deref().ok_or_else(none)?);
    match entity {
        IamEntity::User(name) => written(
            WRITE,
            subject,
            iam.put_user_permissions_boundary().user_name(name).permissions_boundary(arn).send().await,
        ),
        IamEntity::Role(name) => written(
            WRITE,
            subject,
            iam.put_role_permissions_boundary().role_name(name).permissions_boundary(arn).send().await,
        ),
        IamEntity::Group(_) => Err(broken(WRITE, subject, ErrorKind::Invalid, "AWS has none for groups".to_owned())),
    }
}

impl Adapter for facets::PermissionsBoundary {
    const NEEDS: Needs = Needs {
        looks: &[GET_ROLE, GET_USER, GET_POLICY, GET_POLICY_VERSION, GET_AWS_POLICY, GET_AWS_POLICY_VERSION],
        writes: &[
            need("IAM:PutRolePermissionsBoundary", "iam:PutRolePermissionsBoundary", Scope::Role),
            need("IAM:PutUserPermissionsBoundary", "iam:PutUserPermissionsBoundary", Scope::User),
        ],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Principal { entity }: &on::Principal,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        let told = observe(world, subject, entity).await?;
        Ok(told.map(|told| Observed::of(told.boundary, told.identity)))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Principal { entity }: &on::Principal,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let BoundaryAction::PutPermissionsBoundary(boundary) = action;
        put(world, subject, entity, boundary).await
    }
}
