//! What can be wrong with a policy, and how bad it is.

use serde::{Deserialize, Serialize};

/// A rule that policies can violate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ViolationKind {
    /// Identity policies whose holder can give anyone any permission, with one action alone.
    Admin,
    /// Identity policies whose holder can come by more permissions, with several actions or as somebody else.
    PrivilegeEscalation,
    /// A resource policy that lets everyone in.
    PublicAccess,
    /// A trust policy that lets everyone assume the role.
    TrustWildcard,
    /// A resource or trust policy that names somebody outside of the trust zone.
    ForeignPrincipal,
    /// Identity policies whose holder has a service read or write data with a role that it gives it.
    ConfusedService,
    /// `iam:PassRole` on every role.
    PassRole,
    /// The contents of any protected resource.
    ProtectedData,
    /// Decryption with any key.
    KmsDecrypt,
    /// Switching off or deleting audit logs, all of them or a protected one.
    LogTampering,
    /// Writing, deleting or laying open a sealed object, whose writers are named.
    ObjectTampering,
    /// Blinding what guards the account, or turning it round.
    GuardTampering,
    /// Opening what any resource holds to others, or a protected one: by its policy, its list, a copy.
    Exposure,
    /// Every action of a sensitive service on everything, also those that do not exist yet.
    ServiceWildcard,
    /// A service, or somebody else's account, that could be made to act for a stranger.
    ConfusedDeputy,
    /// An Allow that says what is not meant: `NotAction`, `NotResource`, `NotPrincipal`.
    NotElement,
}

/// How bad a violation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// To be mended when there is time.
    Medium,
    /// To be mended soon.
    High,
    /// To be mended at once.
    Critical,
}

impl ViolationKind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Admin,
        Self::PrivilegeEscalation,
        Self::ConfusedService,
        Self::PublicAccess,
        Self::TrustWildcard,
        Self::ForeignPrincipal,
        Self::PassRole,
        Self::ProtectedData,
        Self::KmsDecrypt,
        Self::LogTampering,
        Self::ObjectTampering,
        Self::GuardTampering,
        Self::Exposure,
        Self::ServiceWildcard,
        Self::ConfusedDeputy,
        Self::NotElement,
    ];

    /// Whether it is about what the holder of identity policies can reach; of an identity policy.
    pub(crate) fn is_about_reach(self) -> bool {
        matches!(
            self,
            Self::Admin
                | Self::PrivilegeEscalation
                | Self::ConfusedService
                | Self::PassRole
                | Self::ProtectedData
                | Self::KmsDecrypt
                | Self::LogTampering
                | Self::ObjectTampering
                | Self::GuardTampering
                | Self::Exposure
                | Self::ServiceWildcard
        )
    }

    /// How bad a violation of this kind is; one that concerns what is protected can be [worse](crate::Violation::severity).
    pub fn severity(self) -> Severity {
        match self {
            Self::Admin | Self::PublicAccess | Self::TrustWildcard | Self::GuardTampering => Severity::Critical,
            Self::PrivilegeEscalation
            | Self::ForeignPrincipal
            | Self::PassRole
            | Self::ProtectedData
            | Self::LogTampering
            | Self::ObjectTampering => Severity::High,
            Self::ConfusedService
            | Self::KmsDecrypt
            | Self::Exposure
            | Self::ServiceWildcard
            | Self::ConfusedDeputy => Severity::Medium,
            Self::NotElement => Severity::Low,
        }
    }

    /// The name, as in JSON: `privilege-escalation`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::PrivilegeEscalation => "privilege-escalation",
            Self::ConfusedService => "confused-service",
            Self::PublicAccess => "public-access",
            Self::TrustWildcard => "trust-wildcard",
            Self::ForeignPrincipal => "foreign-principal",
            Self::PassRole => "pass-role",
            Self::ProtectedData => "protected-data",
            Self::KmsDecrypt => "kms-decrypt",
            Self::LogTampering => "log-tampering",
            Self::ObjectTampering => "object-tampering",
            Self::GuardTampering => "guard-tampering",
            Self::Exposure => "exposure",
            Self::ServiceWildcard => "service-wildcard",
            Self::ConfusedDeputy => "confused-deputy",
            Self::NotElement => "not-element",
        }
    }
}

impl Severity {
    /// The name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
