//! Credentials of users for one service, their signing certificates, their SSH keys, and the devices of their second factor. Nobody else has some.

use std::collections::BTreeMap;

use aws_sdk_iam::types::StatusType;
use parapet_core::WorldError;
use parapet_guards::{CredentialAction, Credentials, IamEntity, Observed, Resource, facets, on};

use super::access_keys::is_active;
use super::{NO_SUCH_ENTITY, deleted, not_a_user};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{code, failed, unreadable};
use crate::permissions::{Needs, Scope, need};

const STEP: &str = "list the credentials";

/// The further credentials of a user. None: there is no such user.
async fn observe(world: &AwsWorld<'_>, subject: &Resource, user: &str) -> Result<Option<Credentials>, WorldError> {
    let iam = world.connection.iam();
    let mut found = Credentials::default();
    let unknown = || unreadable(STEP, subject, "one of a status that is not known");
    let mut marker: Option<String> = None;
    loop {
        let list = iam.list_service_specific_credentials().user_name(user).set_marker(marker);
        let page = match list.send().await {
            Ok(page) => page,
            Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(None),
            Err(error) => return Err(failed(STEP, subject, error)),
        };
        for one in page.service_specific_credentials.unwrap_or_default() {
            let id = one.service_specific_credential_id;
            found.made_at.insert(id.clone(), one.create_date.secs());
            found.services.insert(id, is_active(&one.status).ok_or_else(unknown)?);
        }
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            break;
        }
    }
    loop {
        let page = match iam.list_signing_certificates().user_name(user).set_marker(marker).send().await {
            Ok(page) => page,
            Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(None),
            Err(error) => return Err(failed(STEP, subject, error)),
        };
        for one in page.certificates {
            let made_at = one.upload_date.map(|moment| (one.certificate_id.clone(), moment.secs()));
            found.made_at.extend(made_at);
            found.certificates.insert(one.certificate_id, is_active(&one.status).ok_or_else(unknown)?);
        }
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            break;
        }
    }
    let ssh_keys = found.ssh_keys.insert(BTreeMap::new());
    loop {
        let page = match iam.list_ssh_public_keys().user_name(user).set_marker(marker).send().await {
            Ok(page) => page,
            Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(None),
            Err(error) => return Err(failed(STEP, subject, error)),
        };
        for one in page.ssh_public_keys.unwrap_or_default() {
            found.made_at.insert(one.ssh_public_key_id.clone(), one.upload_date.secs());
            ssh_keys.insert(one.ssh_public_key_id, is_active(&one.status).ok_or_else(unknown)?);
        }
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            break;
        }
    }
    loop {
        let page = match iam.list_mfa_devices().user_name(user).set_marker(marker).send().await {
            Ok(page) => page,
            Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(None),
            Err(error) => return Err(failed(STEP, subject, error)),
        };
        found.devices.extend(page.mfa_devices.into_iter().map(|device| device.serial_number));
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            return Ok(Some(found));
        }
    }
}

impl Adapter for facets::UserCredentials {
    const NEEDS: Needs = Needs {
        looks: &[
            need("IAM:ListServiceSpecificCredentials", "iam:ListServiceSpecificCredentials", Scope::User),
            need("IAM:ListSigningCertificates", "iam:ListSigningCertificates", Scope::User),
            need("IAM:ListSSHPublicKeys", "iam:ListSSHPublicKeys", Scope::User),
            need("IAM:ListMFADevices", "iam:ListMFADevices", Scope::User),
        ],
        // Switched off, and never deleted.
        removals: &[
            need("IAM:UpdateServiceSpecificCredential", "iam:UpdateServiceSpecificCredential", Scope::User),
            need("IAM:UpdateSigningCertificate", "iam:UpdateSigningCertificate", Scope::User),
            need("IAM:UpdateSSHPublicKey", "iam:UpdateSSHPublicKey", Scope::User),
        ],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Principal { entity }: &on::Principal,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        let IamEntity::User(user) = entity else { return Err(not_a_user(STEP, subject)) };
        Ok(observe(world, subject, user).await?.map(Observed::from))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Principal { entity }: &on::Principal,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        const STEP: &str = "switch the credential";
        let IamEntity::User(user) = entity else { return Err(not_a_user(STEP, subject)) };
        let iam = world.connection.iam();
        let status = |active: &bool| if *active { StatusType::Active } else { StatusType::Inactive };
        match action {
            CredentialAction::UpdateServiceSpecificCredential { id, active } => {
                let update = iam.update_service_specific_credential().user_name(user);
                let update = update.service_specific_credential_id(id).status(status(active));
                deleted(STEP, subject, update.send().await)
            }
            CredentialAction::UpdateSigningCertificate { id, active } => {
                let update = iam.update_signing_certificate().user_name(user).certificate_id(id).status(status(active));
                deleted(STEP, subject, update.send().await)
            }
            CredentialAction::UpdateSshPublicKey { id, active } => {
                let update = iam.update_ssh_public_key().user_name(user).ssh_public_key_id(id).status(status(active));
                deleted(STEP, subject, update.send().await)
            }
        }
    }
}
