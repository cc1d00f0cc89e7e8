//! How records of AWS IAM name what they are about.

use parapet_core::{Arn, Home, IamEntity, Ignored, Resource, Standard, Trigger};

use super::{Named, entity};

pub(super) fn role(trigger: &Trigger) -> Named {
    Named::found(trigger.parameter("roleName").map(|name| Resource::Role { name: name.to_owned() }))
}

/// A user, role or group. CreateAccessKey for oneself names the user in the answer alone.
pub(super) fn principal(trigger: &Trigger) -> Named {
    let answered = || {
        let user = ["accessKey", "loginProfile", "user"].iter().find_map(|what| trigger.answered(what, "userName"));
        let role = || trigger.answered("role", "roleName");
        user.map(|name| IamEntity::User(name.to_owned()))
            .or_else(|| role().map(|name| IamEntity::Role(name.to_owned())))
    };
    Named::found(entity(trigger).or_else(answered).map(|entity| Resource::Principal { entity }))
}

pub(super) fn inline_policy(trigger: &Trigger) -> Named {
    let name = trigger.parameter("policyName").map(str::to_owned);
    Named::found(entity(trigger).zip(name).map(|(entity, name)| Resource::InlinePolicy { entity, name }))
}

pub(super) fn membership(trigger: &Trigger) -> Named {
    let named = |name| trigger.parameter(name).map(str::to_owned);
    Named::found(named("userName").zip(named("groupName")).map(|(user, group)| Resource::Membership { user, group }))
}

/// A managed policy of this account. CreatePolicy names path and name alone, and its answer may have been left out of the record.
/// The attachment of one that AWS manages is not about its document, which nobody here can change.
pub(super) fn managed_policy(trigger: &Trigger, home: &Home) -> Named {
    let arn = trigger.parameter("policyArn").or_else(|| trigger.answered("policy", "arn")).map(str::to_owned);
    match arn.or_else(|| created_policy(trigger, home)) {
        None => Named::Unknown,
        Some(arn) if Arn::is_of_aws(&arn) => Named::NotOfThisKind,
        Some(arn) => own(arn, home, |arn| Resource::ManagedPolicy { arn }),
    }
}

/// An attachment. Of a policy of this account it is judged by what the policy says, whoever holds it; but for those of the ML service
/// role. The one that bootstrap makes is also looked at when its role or its policy is made.
pub(super) fn attachment(trigger: &Trigger, standard: &Standard, home: &Home) -> Named {
    let ml_policy = home.iam_arn(&format!("policy/{}", standard.names.ml_data_policy));
    let ml_role = IamEntity::Role(standard.names.ml_service_role.clone());
    let foundation = || Named::This(Resource::Attachment { entity: ml_role.clone(), policy_arn: ml_policy.clone() });
    match trigger.event_name.as_str() {
        "CreateRole" if entity(trigger).as_ref() == Some(&ml_role) => foundation(),
        "CreatePolicy" if created_policy(trigger, home).as_ref() == Some(&ml_policy) => foundation(),
        "CreateRole" | "CreatePolicy" => Named::NotOfThisKind,
        event => match (entity(trigger), trigger.parameter("policyArn")) {
            (Some(entity), Some(policy_arn)) => {
                let detached = event.starts_with("Detach");
                let policy_arn = policy_arn.to_owned();
                if Arn::is_of_aws(&policy_arn) || detached || entity == ml_role {
                    Named::This(Resource::Attachment { entity, policy_arn })
                } else {
                    Named::NotOfThisKind
                }
            }
            _ => Named::Unknown,
        },
    }
}

/// A provider: by its ARN, which CreateSAMLProvider and CreateOpenIDConnectProvider answer. Both also name what it is made from.
pub(super) fn identity_provider(trigger: &Trigger, home: &Home) -> Named {
    let asked = ["sAMLProviderArn", "samlProviderArn", "openIDConnectProviderArn"];
    let named = asked.iter().find_map(|name| trigger.parameter(name).or_else(|| trigger.response_text(name)));
    let saml = || trigger.parameter("name").map(|name| home.iam_arn(&format!("saml-provider/{name}")));
    let oidc = || {
        let url = trigger.parameter("url")?;
        Some(home.iam_arn(&format!("oidc-provider/{}", url.trim_start_matches("https://"))))
    };
    match named.map(str::to_owned).or_else(saml).or_else(oidc) {
        None => Named::Unknown,
        Some(arn) => own(arn, home, |arn| Resource::IdentityProvider { arn }),
    }
}

fn created_policy(trigger: &Trigger, home: &Home) -> Option<String> {
    let name = trigger.parameter("policyName")?;
    Some(home.iam_arn(&format!("policy{}{name}", trigger.parameter("path").unwrap_or("/"))))
}

/// A resource by its ARN, if it is this account's.
fn own(arn: String, home: &Home, resource: impl FnOnce(String) -> Resource) -> Named {
    let account = Arn::parse(&arn).map(|parsed| parsed.account.to_owned()).unwrap_or_default();
    if account == home.account { Named::This(resource(arn)) } else { Named::Elsewhere(Ignored::OtherAccount(account)) }
}
