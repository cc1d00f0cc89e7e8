//! AWS IAM: trust policies, inline policies, managed policies and their attachments.

pub(crate) mod account;
mod attachment;
mod boundary;
mod credentials;
pub(crate) mod identity;
mod inline;
mod listed;
mod managed;
mod membership;
mod principal;
mod provider;
mod version;

use parapet_guards::on;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use parapet_core::{WorldError};
use parapet_guards::{Facet, IamEntity, Observed, Resource};
use parapet_guards::{PolicyAction, PolicyState, Trust};

pub(crate) use listed::listed;

use crate::AwsWorld;
use crate::document::parse_encoded;
use crate::failure::{code, failed, unreadable, written};

/// IAM's answer for whatever is not there.
const NO_SUCH_ENTITY: &str = "NoSuchEntity";

/// What comes of a deletion. What is gone already is as wanted.
fn deleted<T, E>(step: &str, subject: &Resource, answer: Result<T, SdkError<E, HttpResponse>>) -> Result<(), WorldError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match answer {
        Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(()),
        answer => written(step, subject, answer),
    }
}

/// Reads one facet of an IAM resource. What is not there is a state here: it may have to be made.
pub(crate) async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    facet: Facet,
) -> Result<Option<Observed<PolicyState>>, WorldError> {
    let state = match (subject, facet) {
        (Resource::Role(on::Role { name }), Facet::RoleTrust) => {
            let told = trust(world, subject, name).await?;
            return Ok(Some(told.map(PolicyState::Trust)));
        }
        (Resource::InlinePolicy(on::InlinePolicy { entity, name }), Facet::InlineDocument) => {
            inline::observe(world, subject, entity, name).await.map(|document| Some(PolicyState::Inline(document)))
        }
        (Resource::ManagedPolicy(on::ManagedPolicy { arn }), Facet::ManagedDocument) => {
            managed::observe(world, subject, arn).await.map(|policy| Some(PolicyState::Managed(policy)))
        }
        (Resource::Attachment(on::Attachment { entity, policy_arn }), Facet::PolicyAttachment) => {
            attachment::observe(world, subject, entity, policy_arn)
                .await
                .map(|attachment| Some(PolicyState::Attachment(attachment)))
        }
        (Resource::Principal(on::Principal { entity }), Facet::PermissionsBoundary) => {
            let told = boundary::observe(world, subject, entity).await?;
            return Ok(told.map(|told| told.map(PolicyState::Boundary)));
        }
        (Resource::Principal(on::Principal { entity }), Facet::PrincipalPolicies) => {
            let told = principal::observe(world, subject, entity).await?;
            return Ok(told.map(|told| told.map(PolicyState::Policies)));
        }
        (Resource::Principal(on::Principal { entity: IamEntity::User(user) }), Facet::AccessKeys) => {
            Ok(credentials::access_keys(world, subject, user).await?.map(PolicyState::AccessKeys))
        }
        (Resource::Principal(on::Principal { entity: IamEntity::User(user) }), Facet::LoginProfile) => {
            credentials::login(world, subject, user).await.map(|login| Some(PolicyState::Login(login)))
        }
        (Resource::Membership(on::Membership { user, group }), Facet::GroupMembership) => {
            membership::observe(world, subject, user, group)
                .await
                .map(|membership| Some(PolicyState::Membership(membership)))
        }
        (Resource::IdentityProvider(on::IdentityProvider { arn }), Facet::IdentityProvider) => {
            let told = provider::observe(world, subject, arn).await?;
            return Ok(Some(told.map(PolicyState::Provider)));
        }
        _ => Err(world.misplaced(subject, facet)),
    };
    Ok(state?.map(Observed::from))
}

/// Carries out one action on an IAM resource.
pub(crate) async fn apply(world: &AwsWorld<'_>, subject: &Resource, action: &PolicyAction) -> Result<(), WorldError> {
    match subject {
        Resource::Role(on::Role { name }) => apply_trust(world, subject, name, action).await,
        Resource::InlinePolicy(on::InlinePolicy { entity, name }) => inline::apply(world, subject, entity, name, action).await,
        Resource::ManagedPolicy(on::ManagedPolicy { arn }) => managed::apply(world, subject, arn, action).await,
        Resource::Attachment(on::Attachment { entity, policy_arn }) => match action {
            PolicyAction::Attach => attachment::attach(world, subject, entity, policy_arn).await,
            PolicyAction::Detach => attachment::detach(world, subject, entity, policy_arn).await,
            _ => Err(world.misplaced(subject, Facet::PolicyAttachment)),
        },
        Resource::Principal(on::Principal { entity }) => principal::apply(world, subject, entity, action).await,
        Resource::Membership(on::Membership { user, group }) => membership::apply(world, subject, user, group, action).await,
        Resource::IdentityProvider(on::IdentityProvider { arn }) => provider::apply(world, subject, arn, action).await,
        _ => Err(world.misplaced(subject, Facet::ManagedDocument)),
    }
}

async fn trust(world: &AwsWorld<'_>, subject: &Resource, role: &str) -> Result<Observed<Option<Trust>>, WorldError> {
    const STEP: &str = "read the trust policy";
    /// IAM User Guide, "Service-linked roles": their path is `/aws-service-role/`, which nobody else can use.
    const SERVICE_LINKED: &str = "/aws-service-role/";
    match world.connection.iam().get_role().role_name(role).send().await {
        Ok(answer) => {
            // No role in the answer is not: no role. Another would be made.
            let role = answer.role.ok_or_else(|| unreadable(STEP, subject, "the answer names no role"))?;
            let identity = identity::told(role.role_id, role.create_date);
            let text = role.assume_role_policy_document.unwrap_or_default();
            let trust = Trust {
                document: parse_encoded(STEP, subject, &text)?,
                service_linked: role.path.starts_with(SERVICE_LINKED),
            };
            Ok(Observed::of(Some(trust), identity))
        }
        Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(None.into()),
        Err(error) => Err(failed(STEP, subject, error)),
    }
}

async fn apply_trust(
    world: &AwsWorld<'_>,
    subject: &Resource,
    role: &str,
    action: &PolicyAction,
) -> Result<(), WorldError> {
    let iam = world.connection.iam();
    match action {
        PolicyAction::CreateRole(document) => {
            let create = iam
                .create_role()
                .role_name(role)
                .assume_role_policy_document(document.to_json())
                .description("Parapet: what the ML pipeline runs as");
            written("create the role", subject, create.send().await)
        }
        PolicyAction::UpdateAssumeRolePolicy(document) => {
            let update = iam.update_assume_role_policy().role_name(role).policy_document(document.to_json());
            written("write the trust policy", subject, update.send().await)
        }
        _ => Err(world.misplaced(subject, Facet::RoleTrust)),
    }
}
