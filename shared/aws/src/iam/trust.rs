//! Roles, and whom they trust.

use parapet_core::WorldError;
use parapet_guards::{Observed, Resource, Trust, TrustAction, facets, on};

use super::{NO_SUCH_ENTITY, identity};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::document::parse_encoded;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::iam::GET_ROLE;
use crate::permissions::{Needs, Scope, need};

/// Whether nobody but AWS can change a role. IAM User Guide, "Service-linked roles": their path is `/aws-service-role/`, which nobody else can use;
/// nor `/aws-reserved/`, where IAM Identity Center has its own, of which IAM answers UnmodifiableEntity.
pub(super) fn is_of_aws(path: &str) -> bool {
    ["/aws-service-role/", "/aws-reserved/"].iter().any(|own| path.starts_with(own))
}

impl Adapter for facets::RoleTrust {
    const NEEDS: Needs = Needs {
        looks: &[GET_ROLE],
        writes: &[
            need("IAM:CreateRole", "iam:CreateRole", Scope::ServiceRole),
            need("IAM:UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy", Scope::Role),
        ],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Role { name }: &on::Role,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the trust policy";
        match world.connection.iam().get_role().role_name(name).send().await {
            Ok(answer) => {
                // No role in the answer is not: no role. Another would be made.
                let role = answer.role.ok_or_else(|| unreadable(STEP, subject, "the answer names no role"))?;
                let identity = identity::told(role.role_id, role.create_date);
                let text = role.assume_role_policy_document.unwrap_or_default();
                let service_linked = is_of_aws(&role.path);
                let trust = Trust { service_linked, ..Trust::of(parse_encoded(STEP, subject, &text)?) };
                Ok(Some(Observed::of(Some(trust), identity)))
            }
            Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(Some(None.into())),
            Err(error) => Err(failed(STEP, subject, error)),
        }
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Role { name }: &on::Role,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        let iam = world.connection.iam();
        match action {
            TrustAction::CreateRole(document) => {
                let create = iam
                    .create_role()
                    .role_name(name)
                    .assume_role_policy_document(document.to_json())
                    .description("Parapet: what the ML pipeline runs as");
                written("create the role", subject, create.send().await)
            }
            TrustAction::UpdateAssumeRolePolicy(document) => {
                let update = iam.update_assume_role_policy().role_name(name).policy_document(document.to_json());
                written("write the trust policy", subject, update.send().await)
            }
        }
    }
}
