//! What a policy is written for, as users name it.

use clap::ValueEnum;
use iam_policy::{ActionElement, DocumentKind, PolicyKind, PrincipalElement, ResourceElement, Statement};

/// What a policy is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PolicyType {
    /// A user, a group or a role
    #[value(alias = "identity_policy", alias = "identity-policy")]
    Identity,
    /// A bucket, a key, a queue, ..
    #[value(alias = "resource_policy", alias = "resource-policy")]
    Resource,
    /// Who may assume a role
    #[value(alias = "trust_policy", alias = "trust-policy")]
    Trust,
    /// A permissions boundary: only its form is checked, for it grants nothing
    #[value(alias = "boundary_policy", alias = "boundary-policy", alias = "permissions_boundary")]
    Boundary,
    /// A service control policy: likewise
    #[value(alias = "scp_policy", alias = "service_control_policy", alias = "service-control-policy")]
    Scp,
    /// A resource control policy: likewise
    #[value(alias = "rcp_policy", alias = "resource_control_policy", alias = "resource-control-policy")]
    Rcp,
}

impl PolicyType {
    /// A type by its name here or by AWS's, in any case.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::from_str(name, true).ok()
    }

    /// The type of a policy of an organization that limits, by what Organizations calls it.
    pub(super) fn of_organization(name: &str) -> Option<Self> {
        match name {
            "SERVICE_CONTROL_POLICY" => Some(Self::Scp),
            "RESOURCE_CONTROL_POLICY" => Some(Self::Rcp),
            _ => None,
        }
    }

    /// What the statements look like.
    pub(super) fn inferred<'a>(statements: impl Iterator<Item = &'a Statement> + Clone) -> Self {
        if statements.clone().all(|s| s.principals == PrincipalElement::None) {
            return Self::Identity;
        }
        let is_trust = |s: &Statement| {
            s.principals != PrincipalElement::None && s.resources == ResourceElement::None && is_assuming(&s.actions)
        };
        let mut statements = statements;
        if statements.all(is_trust) { Self::Trust } else { Self::Resource }
    }

    /// Whether it gives permissions, rather than limits them.
    pub(super) fn grants(self) -> bool {
        !matches!(self, Self::Boundary | Self::Scp | Self::Rcp)
    }

    /// How long IAM takes it, in bytes without white space: a managed policy, a trust policy without a higher quota (IAM User Guide,
    /// "IAM and AWS STS quotas"), a bucket policy (Amazon S3 User Guide, "Bucket policies"), the longest but that of a key.
    pub(super) fn most_bytes(self) -> Option<usize> {
        match self {
            Self::Identity => Some(6_144),
            Self::Trust => Some(2_048),
            Self::Resource => Some(20_480),
            Self::Boundary | Self::Scp | Self::Rcp => None,
        }
    }

    /// What its elements have to be.
    pub(super) fn document_kind(self) -> DocumentKind {
        match self {
            Self::Identity => DocumentKind::Identity,
            Self::Resource => DocumentKind::Resource,
            Self::Trust => DocumentKind::Trust,
            Self::Boundary => DocumentKind::Boundary,
            Self::Scp => DocumentKind::Scp,
            Self::Rcp => DocumentKind::Rcp,
        }
    }

    /// How its statements are read.
    pub(super) fn policy_kind(self) -> PolicyKind {
        match self {
            Self::Identity | Self::Boundary | Self::Scp => PolicyKind::Identity,
            Self::Resource | Self::Rcp => PolicyKind::Resource,
            Self::Trust => PolicyKind::Trust,
        }
    }
}

/// STS has no resources that have policies: who writes of its actions and of no resource writes of a role.
fn is_assuming(actions: &ActionElement) -> bool {
    let ActionElement::Action(actions) = actions else { return false };
    actions.iter().all(|action| action.get(..4).is_some_and(|service| service.eq_ignore_ascii_case("sts:")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use iam_policy::Document;
    use serde_json::{Value, json};

    fn check(statements: Value, expected: PolicyType) {
        let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap();
        assert_eq!(PolicyType::inferred(document.statements().iter()), expected, "{}", document.to_json());
    }

    #[test]
    fn a_type_is_inferred() {
        check(json!([]), PolicyType::Identity);
        check(json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]), PolicyType::Identity);
        let assume = |action| json!({"Effect": "Allow", "Action": action, "Principal": "*"});
        check(json!([assume(json!(["STS:AssumeRoleWithSAML", "sts:TagSession"]))]), PolicyType::Trust);
        check(json!([assume(json!("sts:AssumeRole*")), assume(json!("sts:SetSourceIdentity"))]), PolicyType::Trust);
        check(json!([assume(json!("sts:*"))]), PolicyType::Trust);
        check(json!([assume(json!("sts:AssumeRole")), assume(json!("s3:GetObject"))]), PolicyType::Resource);
        check(
            json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*", "Resource": "*"}]),
            PolicyType::Resource,
        );
    }

    #[test]
    fn a_type_has_many_names() {
        for name in ["identity", "Identity", "IDENTITY_POLICY", "identity_policy"] {
            assert_eq!(PolicyType::named(name), Some(PolicyType::Identity), "{name}");
        }
        assert_eq!(PolicyType::named("SERVICE_CONTROL_POLICY"), Some(PolicyType::Scp));
        assert_eq!(PolicyType::named("SCP"), Some(PolicyType::Scp));
        assert_eq!(PolicyType::named("RESOURCE_CONTROL_POLICY"), Some(PolicyType::Rcp));
        assert_eq!(PolicyType::named("RESOURCE_POLICY"), Some(PolicyType::Resource));
        assert_eq!(PolicyType::named("user"), None);
    }
}
