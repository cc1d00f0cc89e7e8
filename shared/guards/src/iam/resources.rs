//! The resources of AWS IAM, and how its records name them.

use crate::Arns;
use std::fmt;

use parapet_core::{Arn, Home, Ignored, Trigger};
use serde::{Deserialize, Serialize};

use crate::iam::{own_boundary, own_role};
use crate::resource::{Guarded, Named};
use crate::{Facet, Resource, Service, Standard, Subject};

/// AWS IAM.
pub(crate) const SERVICE: Service = Service { source: "iam.amazonaws.com", is_regional: false };

/// Who can hold an IAM policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", content = "name", rename_all = "kebab-case")]
pub enum IamEntity {
    /// A user, by name.
    User(String),
    /// A role, by name.
    Role(String),
    /// A group, by name.
    Group(String),
}

impl IamEntity {
    /// As it is written out: `user/name`. None: it is a pattern, or not of this form.
    #[must_use]
    pub(crate) fn written(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once('/').filter(|(_, name)| !name.contains(['*', '?']))?;
        let name = name.rsplit('/').next()?.to_owned();
        match kind {
            "user" => Some(Self::User(name)),
            "role" => Some(Self::Role(name)),
            "group" => Some(Self::Group(name)),
            _ => None,
        }
    }

    /// Its name, without the path.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User(name) | Self::Role(name) | Self::Group(name) => name,
        }
    }

    fn is_service_role(&self, standard: &Standard) -> bool {
        matches!(self, Self::Role(name) if *name == standard.names.ml_service_role)
    }

    fn left_alone(&self, standard: &Standard) -> Option<String> {
        standard.spares(self).map(|why| format!("`{self}` is {why}"))
    }

    /// The same, but that Parapet's own roles are looked at by the policy guard; its own is another's.
    fn left_alone_but_own(&self, standard: &Standard) -> Option<String> {
        let of_others = || self.left_alone(standard).filter(|_| !standard.is_own(self));
        own_role::left_beside(standard, self).or_else(of_others)
    }
}

impl fmt::Display for IamEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::User(_) => "user",
            Self::Role(_) => "role",
            Self::Group(_) => "group",
        };
        write!(f, "{kind}/{}", self.name())
    }
}

/// An IAM role; what is looked at is its trust policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Role {
    /// Its name, without the path.
    pub name: String,
}

/// A managed policy of this account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct ManagedPolicy {
    /// Its ARN.
    pub arn: String,
}

/// A policy embedded in a user, role or group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct InlinePolicy {
    /// Whose it is.
    pub entity: IamEntity,
    /// Its name.
    pub name: String,
}

/// The attachment of a managed policy to a user, role or group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Attachment {
    /// To whom.
    pub entity: IamEntity,
    /// The policy's ARN; the account in it is `aws` for a policy that AWS manages.
    pub policy_arn: String,
}

/// A user, role or group with all that it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Principal {
    /// Who.
    pub entity: IamEntity,
}

/// That a user is in a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Membership {
    /// The user's name.
    pub user: String,
    /// The group's name.
    pub group: String,
}

/// A SAML or OpenID Connect provider whose users may become roles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct IdentityProvider {
    /// Its ARN.
    pub arn: String,
}

/// What hands a role to instances.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct InstanceProfile {
    /// Its name, without the path.
    pub name: String,
}

/// The role of Parapet's own that the policy guard cannot keep, its own, as a whole: with what bounds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct OwnRole {
    /// Its name.
    pub name: String,
}

impl OwnRole {
    /// The only one.
    #[must_use]
    pub fn of_policy_guard() -> Self {
        Self { name: own_role::kept_beside().name().to_owned() }
    }

    /// What its stack bounds it by.
    #[must_use]
    pub fn boundary(&self, home: &Home) -> String {
        home.iam_arn(&format!("policy/{}-boundary", self.name))
    }
}

/// A session of an account's root user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct RootSession {
    /// The account's id.
    pub account: String,
}

/// Whether the policy of an ARN is the managed policy that bootstrap creates.
pub(crate) fn is_foundation_policy(standard: &Standard, home: &Home, arn: &str) -> bool {
    arn == home.iam_arn(&format!("policy/{}", standard.names.ml_data_policy))
}

/// Whether the subject is the role that bootstrap creates.
pub(crate) fn is_foundation_role(subject: &Subject<'_>) -> bool {
    subject.on::<Role>().is_some_and(|role| role.name == subject.standard.names.ml_service_role)
}

impl Guarded for Role {
    fn arn(&self, home: &Home) -> String {
        home.iam_arn(&format!("role/{}", self.name))
    }

    /// A role. UpdateRole changes its description and how long its sessions last, and not whom it trusts: of no role but bootstrap's does
    /// it make the trust policy worth a look.
    fn named(trigger: &Trigger, standard: &Standard, home: &Home) -> Named {
        match trigger.parameter("roleName").map(|name| Self { name: spelt(name, standard) }) {
            Some(role) if trigger.event_name == "UpdateRole" && !role.is_foundation(standard, home) => {
                leaves_as_it_is(trigger, "whom a role trusts")
            }
            role => Named::found(role),
        }
    }

    /// Who may become a role that is never touched is watched all the same.
    fn left_alone(&self, standard: &Standard, _facet: Facet) -> Option<String> {
        let entity = IamEntity::Role(self.name.clone());
        if standard.is_never_touched(&entity) { None } else { entity.left_alone_but_own(standard) }
    }

    fn is_foundation(&self, standard: &Standard, _home: &Home) -> bool {
        self.name == standard.names.ml_service_role
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "role `{}`", self.name)
    }
}

impl Guarded for ManagedPolicy {
    fn arn(&self, _home: &Home) -> String {
        self.arn.clone()
    }

    /// A managed policy of this account. CreatePolicy names path and name alone, and its answer may have been left out of the record.
    /// The attachment of one that AWS manages is not about its document, which nobody here can change.
    ///
    /// A version that is not the default one says nothing: to make it or to delete it changes no document, so of no policy but bootstrap's
    /// does it make the document worth a look.
    fn named(trigger: &Trigger, standard: &Standard, home: &Home) -> Named {
        let arn = trigger.parameter("policyArn").or_else(|| trigger.answered("policy", "arn")).map(str::to_owned);
        match arn.or_else(|| created_policy(trigger, home)) {
            None => Named::Unknown,
            Some(arn) if Arn::is_of_aws(&arn) => Named::NotOfThisKind,
            Some(arn) if is_of_another_version(trigger) && !is_foundation_policy(standard, home, &arn) => {
                leaves_as_it_is(trigger, "what a policy says")
            }
            Some(arn) => own(arn, home, |arn| Self { arn }),
        }
    }

    /// What bounds the policy guard is another's to keep.
    fn left_alone(&self, standard: &Standard, _facet: Facet) -> Option<String> {
        own_role::left_beside(standard, &own_boundary::role_of(&self.arn)?)
    }

    fn is_foundation(&self, standard: &Standard, home: &Home) -> bool {
        is_foundation_policy(standard, home, &self.arn)
    }
}

impl fmt::Display for ManagedPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "managed policy `{}`", self.arn)
    }
}

impl Guarded for InlinePolicy {
    fn arn(&self, home: &Home) -> String {
        home.iam_arn(&format!("{}/policy/{}", self.entity, self.name))
    }

    fn named(trigger: &Trigger, standard: &Standard, _home: &Home) -> Named {
        let name = trigger.parameter("policyName").map(str::to_owned);
        Named::found(entity(trigger, standard).zip(name).map(|(entity, name)| Self { entity, name }))
    }

    fn left_alone(&self, standard: &Standard, _facet: Facet) -> Option<String> {
        self.entity.left_alone_but_own(standard)
    }

    fn is_foundation(&self, standard: &Standard, _home: &Home) -> bool {
        self.entity.is_service_role(standard)
    }
}

impl fmt::Display for InlinePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "inline policy `{}` of `{}`", self.name, self.entity)
    }
}

impl Guarded for Attachment {
    fn arn(&self, home: &Home) -> String {
        home.iam_arn(&format!("{}/policy/{}", self.entity, self.policy_arn))
    }

    /// An attachment. The one that bootstrap makes is also looked at when its role or its policy is made.
    fn named(trigger: &Trigger, standard: &Standard, home: &Home) -> Named {
        let ml_policy = home.iam_arn(&format!("policy/{}", standard.names.ml_data_policy));
        let ml_role = IamEntity::Role(standard.names.ml_service_role.clone());
        let foundation = || Named::this(Self { entity: ml_role.clone(), policy_arn: ml_policy.clone() });
        match trigger.event_name.as_str() {
            "CreateRole" if entity(trigger, standard).as_ref() == Some(&ml_role) => foundation(),
            "CreatePolicy" if created_policy(trigger, home).as_ref() == Some(&ml_policy) => foundation(),
            "CreateRole" | "CreatePolicy" => Named::NotOfThisKind,
            _ => match (entity(trigger, standard), trigger.parameter("policyArn")) {
                (Some(entity), Some(policy_arn)) if Arn::is_of_aws(policy_arn) => {
                    Named::this(Self { entity, policy_arn: policy_arn.to_owned() })
                }
                (Some(entity), Some(policy_arn)) => {
                    own(policy_arn.to_owned(), home, |policy_arn| Self { entity, policy_arn })
                }
                _ => Named::Unknown,
            },
        }
    }

    fn left_alone(&self, standard: &Standard, _facet: Facet) -> Option<String> {
        self.entity.left_alone_but_own(standard)
    }

    fn is_foundation(&self, standard: &Standard, _home: &Home) -> bool {
        self.entity.is_service_role(standard)
    }
}

impl fmt::Display for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attachment of `{}` to `{}`", self.policy_arn, self.entity)
    }
}

impl Guarded for Principal {
    fn arn(&self, home: &Home) -> String {
        home.iam_arn(&self.entity.to_string())
    }

    /// A user, role or group. CreateAccessKey for oneself names the user in the answer alone, DeleteVirtualMFADevice the device alone: it was
    /// taken from its user before, and often has his name. What users make with their own credentials is theirs.
    fn named(trigger: &Trigger, standard: &Standard, home: &Home) -> Named {
        let answered = || {
            let made =
                ["accessKey", "loginProfile", "user", "serviceSpecificCredential", "certificate", "sSHPublicKey"];
            let user = made.iter().find_map(|what| trigger.answered(what, "userName"));
            let device =
                || Arn::parse(trigger.parameter("serialNumber")?)?.resource.strip_prefix("mfa/")?.rsplit('/').next();
            let user = user.or_else(device);
            let role = || trigger.answered("role", "roleName");
            user.map(|name| IamEntity::User(name.to_owned()))
                .or_else(|| role().map(|name| IamEntity::Role(name.to_owned())))
        };
        match entity(trigger, standard).or_else(answered) {
            Some(entity) if is_ones_own(trigger, &entity, standard, home) => {
                Named::Elsewhere(Ignored::OutOfScope(format!("`{entity}` made a credential for himself")))
            }
            entity => Named::found(entity.map(|entity| Self { entity })),
        }
    }

    /// The boundary of Parapet's own roles is watched, too, and what they hold within it.
    fn left_alone(&self, standard: &Standard, facet: Facet) -> Option<String> {
        match facet {
            Facet::PermissionsBoundary | Facet::PrincipalPolicies => self.entity.left_alone_but_own(standard),
            _ => self.entity.left_alone(standard),
        }
    }

    fn is_foundation(&self, standard: &Standard, _home: &Home) -> bool {
        self.entity.is_service_role(standard)
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.entity)
    }
}

impl Guarded for Membership {
    fn arn(&self, home: &Home) -> String {
        home.iam_arn(&format!("group/{}/user/{}", self.group, self.user))
    }

    fn named(trigger: &Trigger, _standard: &Standard, _home: &Home) -> Named {
        let named = |name| trigger.parameter(name).map(str::to_owned);
        Named::found(named("userName").zip(named("groupName")).map(|(user, group)| Self { user, group }))
    }

    fn left_alone(&self, standard: &Standard, _facet: Facet) -> Option<String> {
        IamEntity::User(self.user.clone()).left_alone(standard)
    }
}

impl fmt::Display for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "membership of `{}` in group `{}`", self.user, self.group)
    }
}

impl Guarded for IdentityProvider {
    fn arn(&self, _home: &Home) -> String {
        self.arn.clone()
    }

    /// A provider: by its ARN, which CreateSAMLProvider and CreateOpenIDConnectProvider answer. Both also name what it is made from.
    fn named(trigger: &Trigger, _standard: &Standard, home: &Home) -> Named {
        let asked = ["sAMLProviderArn", "samlProviderArn", "openIDConnectProviderArn"];
        let named = asked.iter().find_map(|name| trigger.parameter(name).or_else(|| trigger.response_text(name)));
        let saml = || trigger.parameter("name").map(|name| home.iam_arn(&format!("saml-provider/{name}")));
        let oidc = || {
            let url = trigger.parameter("url")?;
            Some(home.iam_arn(&format!("oidc-provider/{}", url.trim_start_matches("https://"))))
        };
        match named.map(str::to_owned).or_else(saml).or_else(oidc) {
            None => Named::Unknown,
            Some(arn) => own(arn, home, |arn| Self { arn }),
        }
    }
}

impl fmt::Display for IdentityProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "identity provider `{}`", self.arn)
    }
}

impl Guarded for InstanceProfile {
    fn arn(&self, home: &Home) -> String {
        home.iam_arn(&format!("instance-profile/{}", self.name))
    }

    fn named(trigger: &Trigger, _standard: &Standard, _home: &Home) -> Named {
        let answered = || trigger.answered("instanceProfile", "instanceProfileName");
        let name = trigger.parameter("instanceProfileName").or_else(answered);
        Named::found(name.map(|name| Self { name: name.to_owned() }))
    }
}

impl fmt::Display for InstanceProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "instance profile `{}`", self.name)
    }
}

impl Guarded for OwnRole {
    fn arn(&self, home: &Home) -> String {
        home.iam_arn(&format!("role/{}", self.name))
    }

    /// It, by its name or by that of the policy which bounds it. Names are not distinguished by case.
    fn named(trigger: &Trigger, standard: &Standard, home: &Home) -> Named {
        let kept = Self::of_policy_guard();
        let asked = || trigger.parameter("policyArn").or_else(|| trigger.answered("policy", "arn")).map(str::to_owned);
        let is_it = match entity(trigger, standard) {
            Some(entity) => Some(own_role::is_kept_beside(standard, &entity)),
            None => {
                let arn = asked().or_else(|| created_policy(trigger, home));
                arn.map(|arn| arn.eq_ignore_ascii_case(&kept.boundary(home)))
            }
        };
        match is_it {
            Some(true) => Named::this(kept),
            Some(false) => {
                let why = format!("of IAM, `{}` and what bounds it alone are looked at here", own_role::kept_beside());
                Named::Elsewhere(Ignored::OutOfScope(why))
            }
            None => Named::Unknown,
        }
    }

    /// What the standard does not name is none of Parapet's own.
    fn left_alone(&self, standard: &Standard, _facet: Facet) -> Option<String> {
        let role = IamEntity::Role(self.name.clone());
        (!standard.is_own(&role)).then(|| format!("`{role}` is none of those under `principals.own`"))
    }
}

impl fmt::Display for OwnRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "own role `{}`", self.name)
    }
}

impl Guarded for RootSession {
    fn arn(&self, home: &Home) -> String {
        format!("arn:{}:iam::{}:root", home.partition, self.account)
    }

    /// Of which account. No call lists them, so one that cannot be told is looked at all the same: that one was taken is what matters.
    fn named(trigger: &Trigger, _standard: &Standard, _home: &Home) -> Named {
        let principal = trigger.parameter("targetPrincipal").unwrap_or("unknown");
        let account = Arn::parse(principal).map_or(principal, |arn| arn.account);
        Named::this(Self { account: account.to_owned() })
    }
}

impl fmt::Display for RootSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "root session of `{}`", self.account)
    }
}

/// Whether a user makes a credential for himself, and is none whose every new key and password is told.
fn is_ones_own(trigger: &Trigger, entity: &IamEntity, standard: &Standard, home: &Home) -> bool {
    let is_made = match trigger.event_name.as_str() {
        "CreateAccessKey" | "UpdateAccessKey" | "CreateLoginProfile" | "UpdateLoginProfile" => {
            !standard.protects(entity)
        }
        "CreateServiceSpecificCredential"
        | "UpdateServiceSpecificCredential"
        | "ResetServiceSpecificCredential"
        | "UploadSigningCertificate"
        | "UpdateSigningCertificate"
        | "UploadSSHPublicKey"
        | "UpdateSSHPublicKey" => true,
        _ => false,
    };
    let IamEntity::User(name) = entity else { return false };
    let actor = Arn::parse(&trigger.actor.arn).filter(|arn| arn.service == "iam" && arn.account == home.account);
    let acts = actor.and_then(|arn| arn.resource.strip_prefix("user/")?.rsplit('/').next());
    is_made && acts.is_some_and(|acts| acts.eq_ignore_ascii_case(name))
}

/// An event that is about the resource, and changes nothing that is looked at.
fn leaves_as_it_is(trigger: &Trigger, what: &str) -> Named {
    Named::Elsewhere(Ignored::OutOfScope(format!("{} does not change {what}", trigger.event_name)))
}

/// Whether an event is about a version of a policy that is not the default one. The default one cannot be deleted: AWS IAM API Reference,
/// DeletePolicyVersion: "You cannot delete the default version from a policy using this operation."
fn is_of_another_version(trigger: &Trigger) -> bool {
    match trigger.event_name.as_str() {
        "DeletePolicyVersion" => true,
        "CreatePolicyVersion" => {
            let is_default = trigger.response.pointer("/policyVersion/isDefaultVersion");
            is_default.or_else(|| trigger.request.get("setAsDefault")) == Some(&serde_json::Value::Bool(false))
        }
        _ => false,
    }
}

fn created_policy(trigger: &Trigger, home: &Home) -> Option<String> {
    let name = trigger.parameter("policyName")?;
    Some(home.iam_arn(&format!("policy{}{name}", trigger.parameter("path").unwrap_or("/"))))
}

/// A resource by its ARN, if it is this account's.
fn own<R: Into<Resource>>(arn: String, home: &Home, resource: impl FnOnce(String) -> R) -> Named {
    let account = Arn::parse(&arn).map(|parsed| parsed.account.to_owned()).unwrap_or_default();
    if account == home.account { Named::this(resource(arn)) } else { Named::Elsewhere(Ignored::OtherAccount(account)) }
}

/// The name of the ML service role as the standard spells it, and any other as it is. CloudTrail tells a name as the caller wrote it, and IAM
/// User Guide, "IAM and AWS STS quotas", says of names: "Names are not distinguished by case."
fn spelt(name: &str, standard: &Standard) -> String {
    let role = &standard.names.ml_service_role;
    if name.eq_ignore_ascii_case(role) { role.clone() } else { name.to_owned() }
}

/// The user, role or group that a request to IAM names.
#[must_use]
pub fn entity_named(trigger: &Trigger, standard: &Standard) -> Option<IamEntity> {
    if trigger.event_source == SERVICE.source { entity(trigger, standard) } else { None }
}

fn entity(trigger: &Trigger, standard: &Standard) -> Option<IamEntity> {
    let named = |name| trigger.parameter(name).map(str::to_owned);
    let role = || trigger.parameter("roleName").map(|name| spelt(name, standard));
    named("userName")
        .map(IamEntity::User)
        .or_else(|| role().map(IamEntity::Role))
        .or_else(|| named("groupName").map(IamEntity::Group))
}
