//! Identity providers.

use aws_smithy_types::DateTime;
use parapet_core::{Identity, WorldError};
use parapet_guards::{Observed, Provider, ProviderAction, Resource, facets, on};

use super::NO_SUCH_ENTITY;
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable, written};
use crate::permissions::{Needs, Scope, need};

const READ: &str = "read the identity provider";
const WRITE: &str = "write the identity provider";

/// Reads a provider. AWS IAM User Guide, "IAM identifiers": a SAML provider's ARN ends in `saml-provider/<name>`, an OpenID Connect
/// provider's in `oidc-provider/<url>`.
async fn observe(
    world: &AwsWorld<'_>,
    subject: &Resource,
    arn: &str,
) -> Result<Observed<Option<Provider>>, WorldError> {
    let iam = world.connection.iam();
    if arn.contains(":saml-provider/") {
        match iam.get_saml_provider().saml_provider_arn(arn).send().await {
            Ok(answer) => {
                let metadata = answer.saml_metadata_document;
                let metadata = metadata.ok_or_else(|| unreadable(READ, subject, "the answer holds no metadata"))?;
                Ok(Observed::of(Some(Provider::Saml { metadata }), made(answer.create_date)))
            }
            Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(None.into()),
            Err(error) => Err(failed(READ, subject, error)),
        }
    } else {
        match iam.get_open_id_connect_provider().open_id_connect_provider_arn(arn).send().await {
            Ok(answer) => {
                let provider = Provider::Oidc {
                    client_ids: answer.client_id_list.unwrap_or_default().into_iter().collect(),
                    thumbprints: answer.thumbprint_list.unwrap_or_default().into_iter().collect(),
                };
                Ok(Observed::of(Some(provider), made(answer.create_date)))
            }
            Err(error) if code(&error) == NO_SUCH_ENTITY => Ok(None.into()),
            Err(error) => Err(failed(READ, subject, error)),
        }
    }
}

/// IAM gives providers no id of their own.
fn made(created: Option<DateTime>) -> Identity {
    Identity::created_at(created.map(|moment| moment.secs()))
}

async fn apply(world: &AwsWorld<'_>, subject: &Resource, arn: &str, action: &ProviderAction) -> Result<(), WorldError> {
    let iam = world.connection.iam();
    match action {
        ProviderAction::UpdateSamlProvider(metadata) => written(
            WRITE,
            subject,
            iam.update_saml_provider().saml_provider_arn(arn).saml_metadata_document(metadata).send().await,
        ),
        ProviderAction::UpdateThumbprints(thumbprints) => written(
            WRITE,
            subject,
            iam.update_open_id_connect_provider_thumbprint()
                .open_id_connect_provider_arn(arn)
                .set_thumbprint_list(Some(thumbprints.iter().cloned().collect()))
                .send()
                .await,
        ),
        ProviderAction::RemoveClientId(id) => written(
            WRITE,
            subject,
            iam.remove_client_id_from_open_id_connect_provider()
                .open_id_connect_provider_arn(arn)
                .client_id(id)
                .send()
                .await,
        ),
        ProviderAction::AddClientId(id) => written(
            WRITE,
            subject,
            iam.add_client_id_to_open_id_connect_provider()
                .open_id_connect_provider_arn(arn)
                .client_id(id)
                .send()
                .await,
        ),
    }
}

impl Adapter for facets::IdentityProvider {
    const NEEDS: Needs = Needs {
        looks: &[
            need("IAM:GetSAMLProvider", "iam:GetSAMLProvider", Scope::Provider),
            need("IAM:GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider", Scope::Provider),
        ],
        writes: &[
            need("IAM:UpdateSAMLProvider", "iam:UpdateSAMLProvider", Scope::Provider),
            need(
                "IAM:UpdateOpenIDConnectProviderThumbprint",
                "iam:UpdateOpenIDConnectProviderThumbprint",
                Scope::Provider,
            ),
        ],
        removals: &[need(
            "IAM:RemoveClientIDFromOpenIDConnectProvider",
            "iam:RemoveClientIDFromOpenIDConnectProvider",
            Scope::Provider,
        )],
        never: &[("IAM:AddClientIDToOpenIDConnectProvider", "who was taken off a provider's list stays off it")],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::IdentityProvider { arn }: &on::IdentityProvider,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        observe(world, subject, arn).await.map(Some)
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::IdentityProvider { arn }: &on::IdentityProvider,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        apply(world, subject, arn, action).await
    }
}
