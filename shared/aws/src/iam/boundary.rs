//! Permissions boundaries. One call where there is none; two more for what the boundary says, by which a wider one is told from a
//! narrower one.

use parapet_core::{ErrorKind, Facet, IamEntity, Identity, Observed, Resource, WorldError};
use parapet_guards::Boundary;

use super::{NO_SUCH_ENTITY, attachment};
use crate::AwsWorld;
use crate::failure::{broken, code, failed, written};

const READ: &str = "read the permissions boundary";
const WRITE: &str = "put the permissions boundary";

/// Reads a boundary. None: there is no such user or role. A group has none.
pub(super) async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
) -> Result<Option<Observed<Boundary>>, WorldError> {
    let iam = world.connection.iam();
    macro_rules! holder {
        ($call:expr, $holder:ident, $id:ident) => {
            match $call.send().await {
                Ok(answer) => answer.$holder.map(|holder| {
                    let boundary = holder.permissions_boundary;
                    let arn = boundary.and_then(|boundary| boundary.permissions_boundary_arn);
                    (arn, Identity::of(holder.$id, Some(holder.create_date.secs())))
                }),
                Err(error) if code(&error) == NO_SUCH_ENTITY => None,
                Err(error) => return Err(failed(READ, subject, error)),
            }
        };
    }
    let holder = match entity {
        IamEntity::User(name) => holder!(iam.get_user().user_name(name), user, user_id),
        IamEntity::Role(name) => holder!(iam.get_role().role_name(name), role, role_id),
        IamEntity::Group(_) => Some((None, Identity::default())),
    };
    let Some((arn, identity)) = holder else { return Ok(None) };
    let document = match &arn {
        Some(arn) => Some(attachment::default_document(world, subject, arn).await?),
        None => None,
    };
    Ok(Some(Observed::of(Boundary { arn, document }, identity)))
}

pub(super) async fn put(
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
        IamEntity::Group(_) => Err(world.misplaced(subject, Facet::PermissionsBoundary)),
    }
}
