//! Attachments of managed policies.

use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Attachment, AttachmentAction, IamEntity, Observed, Resource, facets, on};

use super::version::{SUPERSEDED_AT_MOST, document};
use super::{NO_SUCH_ENTITY, deleted};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::Needs;
use crate::permissions::iam::{
    ATTACH_ROLE_POLICY, DETACH_GROUP_POLICY, DETACH_ROLE_POLICY, DETACH_USER_POLICY, GET_AWS_POLICY,
    GET_AWS_POLICY_VERSION, GET_POLICY, GET_POLICY_VERSION, GET_ROLE, GROUP_ATTACHMENTS, ROLE_ATTACHMENTS, TO_NO_GROUP,
    TO_NO_USER, USER_ATTACHMENTS,
};

const READ: &str = "read the attached policies";
const ATTACH: &str = "attach the policy";
const DETACH: &str = "detach the policy";

/// Reads an attachment, and what the policy says where it is attached.
async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
    policy_arn: &str,
) -> Result<Attachment, WorldError> {
    let attached = is_attached(world, subject, entity, policy_arn).await?;
    let document = if attached { Some(default_document(world, subject, policy_arn).await?) } else { None };
    Ok(Attachment::of(attached, document))
}

/// What the default version of a managed policy says; where that is gone meanwhile, what the one says that is the default by now.
pub(super) async fn default_document(
    world: &AwsWorld<'_>,
    subject: &Resource,
    policy_arn: &str,
) -> Result<iam_policy::Document, WorldError> {
    const STEP: &str = "read the policy";
    let mut left = SUPERSEDED_AT_MOST;
    loop {
        let get = world.connection.iam().get_policy().policy_arn(policy_arn);
        let answer = get.send().await.map_err(|error| failed(STEP, subject, error))?;
        let version = answer.policy.and_then(|policy| policy.default_version_id);
        let version = version.ok_or_else(|| unreadable(STEP, subject, "the answer names no default version"))?;
        match document(world, subject, policy_arn, &version).await {
            Err(error) if error.kind == ErrorKind::Missing && left > 0 => left -= 1,
            read => return read,
        }
    }
}

/// Whether a policy is attached. One whose holder is gone is not.
async fn is_attached(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
    policy_arn: &str,
) -> Result<bool, WorldError> {
    Ok(all(world, subject, entity).await?.unwrap_or_default().iter().any(|arn| arn == policy_arn))
}

/// The ARNs of all policies that are attached to somebody. None: there is nobody of that name.
///
/// AWS IAM User Guide, "IAM and AWS STS quotas": at most 20 are attached to one. One page.
pub(super) async fn all(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
) -> Result<Option<Vec<String>>, WorldError> {
    let iam = world.connection.iam();
    let mut arns = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        // The three calls differ in type alone.
        macro_rules! page {
            ($call:expr) => {
                match $call.set_marker(marker).send().await {
                    Ok(page) => {
                        arns.extend(page.attached_policies().iter().filter_map(|policy| policy.policy_arn.clone()));
                        page.marker.filter(|_| page.is_truncated)
                    }
                    Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(None),
                    Err(error) => return Err(failed(READ, subject, error)),
                }
            };
        }
        marker = match entity {
            IamEntity::User(name) => page!(iam.list_attached_user_policies().user_name(name)),
            IamEntity::Role(name) => page!(iam.list_attached_role_policies().role_name(name)),
            IamEntity::Group(name) => page!(iam.list_attached_group_policies().group_name(name)),
        };
        if marker.is_none() {
            return Ok(Some(arns));
        }
    }
}

pub(super) async fn attach(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
    policy_arn: &str,
) -> Result<(), WorldError> {
    let iam = world.connection.iam();
    match entity {
        IamEntity::User(name) => {
            written(ATTACH, subject, iam.attach_user_policy().user_name(name).policy_arn(policy_arn).send().await)
        }
        IamEntity::Role(name) => {
            written(ATTACH, subject, iam.attach_role_policy().role_name(name).policy_arn(policy_arn).send().await)
        }
        IamEntity::Group(name) => {
            written(ATTACH, subject, iam.attach_group_policy().group_name(name).policy_arn(policy_arn).send().await)
        }
    }
}

/// What is detached already is as wanted.
pub(super) async fn detach(
    world: &AwsWorld<'_>,
    subject: &Resource,
    entity: &IamEntity,
    policy_arn: &str,
) -> Result<(), WorldError> {
    let iam = world.connection.iam();
    match entity {
        IamEntity::User(name) => {
            deleted(DETACH, subject, iam.detach_user_policy().user_name(name).policy_arn(policy_arn).send().await)
        }
        IamEntity::Role(name) => {
            deleted(DETACH, subject, iam.detach_role_policy().role_name(name).policy_arn(policy_arn).send().await)
        }
        IamEntity::Group(name) => {
            deleted(DETACH, subject, iam.detach_group_policy().group_name(name).policy_arn(policy_arn).send().await)
        }
    }
}

impl Adapter for facets::PolicyAttachment {
    const NEEDS: Needs = Needs {
        looks: &[
            ROLE_ATTACHMENTS,
            USER_ATTACHMENTS,
            GROUP_ATTACHMENTS,
            GET_POLICY,
            GET_POLICY_VERSION,
            GET_AWS_POLICY,
            GET_AWS_POLICY_VERSION,
        ],
        // Whether a role is one of a preset's: whom it trusts.
        ties: &[GET_ROLE],
        writes: &[ATTACH_ROLE_POLICY],
        removals: &[DETACH_ROLE_POLICY, DETACH_USER_POLICY, DETACH_GROUP_POLICY],
        never: &[TO_NO_USER, TO_NO_GROUP],
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Attachment { entity, policy_arn }: &on::Attachment,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        observe(world, subject, entity, policy_arn).await.map(|attachment| Some(attachment.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Attachment { entity, policy_arn }: &on::Attachment,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        match action {
            AttachmentAction::Attach => attach(world, subject, entity, policy_arn).await,
            AttachmentAction::Detach => detach(world, subject, entity, policy_arn).await,
        }
    }
}
