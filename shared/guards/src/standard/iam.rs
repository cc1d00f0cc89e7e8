//! Who may do what: the ML service, whom policies may be open to, who is never touched.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Refusal, texts};
use crate::GuardName;

/// Who may become the ML service role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceRules {
    /// AWS service principals.
    pub trusted: Vec<String>,
    /// Further managed policies that the role may hold: names of this account's, or ARNs; patterns.
    pub policies: Vec<String>,
}

/// Whom policies may be open to, besides this account.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrustRules {
    /// Account ids.
    pub accounts: Vec<String>,
    /// Which of them is the organization's management account, for presets whose roles it becomes; none: any of them may be.
    pub management_account: Option<String>,
    /// Organization ids, `o-...`.
    pub organizations: Vec<String>,
    /// Address ranges, VPCs and VPC endpoints: `203.0.113.0/24`, `vpc-...`, `vpce-...`; all of an account or organization: its id.
    pub networks: Vec<String>,
    /// Ids: of users and roles (`AIDA...`, `AROA...`), canonical users, origin access identities and distributions of CloudFront, skills; ARNs of
    /// what else reads for anybody.
    pub identities: Vec<String>,
    /// SAML and OpenID Connect providers, as `saml-provider/name` and `oidc-provider/host`; patterns.
    pub providers: Vec<String>,
    /// Whom providers with many tenants may vouch for.
    pub subjects: Vec<TrustedSubject>,
}

/// Whom an identity provider may vouch for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedSubject {
    /// The provider's host, such as `token.actions.githubusercontent.com`.
    pub provider: String,
    /// The claim of its tokens, such as `sub`.
    pub claim: String,
    /// The claim's value; a pattern.
    pub pattern: String,
}

/// Who is never touched: `user/name`, `role/name`, `group/name`.
///
/// Names of those are exact. A pattern such as `user/breakglass-*` spares nobody, because whoever may create or rename a user could have such a
/// name; it only has the credentials of those that fit watched. The one pattern that counts has a shape that AWS alone gives:
/// `role/AWSReservedSSO_<permission set>_*`, of which IAM Identity Center makes the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Principals {
    /// For emergencies.
    pub break_glass: Vec<String>,
    /// Those who administer the account.
    pub administrators: Vec<String>,
    /// Who deploys as the tools do whose presets are on, as far as the roles of these leave it to the account: as those who are never touched are
    /// named, and no groups.
    pub deployers: Vec<String>,
    /// Parapet's own; exact names.
    pub own: Vec<String>,
    /// Further users whose credentials are watched as those of break-glass and administrator users are; patterns.
    pub protected: Vec<String>,
    /// Who may have the old accepted or mended, by a request that proves who asks: as those who are never touched are named, and no groups.
    pub operators: Vec<String>,
    /// Who has to have which permissions boundary. The first that fits counts.
    pub boundaries: Vec<RequiredBoundary>,
}

/// A permissions boundary that users and roles have to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredBoundary {
    /// Whose; patterns.
    pub principals: Vec<String>,
    /// The managed policy: the name of one of this account's, or an ARN.
    pub boundary: String,
}

impl Default for ServiceRules {
    fn default() -> Self {
        Self { trusted: texts(&["sagemaker.amazonaws.com"]), policies: Vec::new() }
    }
}

impl Default for Principals {
    fn default() -> Self {
        Self {
            break_glass: Vec::new(),
            administrators: Vec::new(),
            deployers: Vec::new(),
            own: GuardName::FUNCTIONS.iter().map(|function| format!("role/parapet-{function}")).collect(),
            protected: Vec::new(),
            operators: Vec::new(),
            boundaries: Vec::new(),
        }
    }
}

impl ServiceRules {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.trusted.is_empty() {
            let allowed = "name at least one service, such as `sagemaker.amazonaws.com`";
            return Err(Refusal::new("service.trusted", "empty", allowed));
        }
        let odd = self.trusted.iter().find(|name| name.contains('*') || !name.contains(".amazonaws.com"));
        odd.map_or(Ok(()), |odd| {
            let allowed = "a service principal is written out, such as `sagemaker.amazonaws.com`";
            Err(Refusal::new("service.trusted", format!("`{odd}`"), allowed))
        })
    }
}

impl TrustRules {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let odd = self.accounts.iter().find(|id| id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()));
        odd.map_or(Ok(()), |odd| {
            Err(Refusal::new("trust.accounts", format!("`{odd}`"), "an account id has twelve digits, in quotes"))
        })?;
        if let Some(odd) = self.management_account.as_ref().filter(|odd| !self.accounts.contains(odd)) {
            let allowed = "the management account is one of `trust.accounts`";
            return Err(Refusal::new("trust.management_account", format!("`{odd}`"), allowed));
        }
        let odd = self.networks.iter().find(|network| !is_network(network));
        odd.map_or(Ok(()), |odd| {
            let allowed = "a network is an address range that is not all addresses, a VPC or a VPC endpoint, or whose all of these are: `203.0.113.0/24`, `vpc-...`, `vpce-...`, an account in quotes, `o-...`";
            Err(Refusal::new("trust.networks", format!("`{odd}`"), allowed))
        })?;
        let is_arn = |id: &str| id.starts_with("arn:") && id.splitn(6, ':').count() == 6;
        let is_odd =
            |id: &&String| id.is_empty() || id.contains(['*', '?', '$']) || (id.contains([':', '/']) && !is_arn(id));
        let odd = self.identities.iter().find(is_odd);
        odd.map_or(Ok(()), |odd| {
            let allowed = "an id is written out: `AROA...`, a canonical user, an origin access identity, a distribution or its ARN";
            Err(Refusal::new("trust.identities", format!("`{odd}`"), allowed))
        })?;
        let is_everybody = |subject: &&TrustedSubject| subject.pattern.chars().all(|c| matches!(c, '*' | '?'));
        if let Some(odd) = self.subjects.iter().find(is_everybody) {
            let allowed = "a subject names somebody: `repo:acme/*`";
            return Err(Refusal::new("trust.subjects", format!("`{}`", odd.pattern), allowed));
        }
        let is_host = |subject: &&TrustedSubject| subject.provider.contains('.') || subject.provider == "saml";
        if let Some(odd) = self.subjects.iter().find(|subject| !is_host(subject)) {
            let allowed = "a provider of subjects is its host, without `https://`, or `saml`";
            return Err(Refusal::new("trust.subjects", format!("`{}`", odd.provider), allowed));
        }
        let is_provider = |name: &&String| name.starts_with("saml-provider/") || name.starts_with("oidc-provider/");
        let odd = self.providers.iter().find(|name| !is_provider(name));
        odd.map_or(Ok(()), |odd| {
            let allowed = "a provider is written `saml-provider/name` or `oidc-provider/host`";
            Err(Refusal::new("trust.providers", format!("`{odd}`"), allowed))
        })
    }
}

impl Principals {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        for (path, names) in [
            ("principals.break_glass", &self.break_glass),
            ("principals.administrators", &self.administrators),
            ("principals.deployers", &self.deployers),
            ("principals.own", &self.own),
            ("principals.protected", &self.protected),
            ("principals.operators", &self.operators),
        ] {
            if let Some(odd) = names.iter().find(|name| !is_principal(name)) {
                let allowed = "principals are written `user/name`, `role/name` or `group/name`";
                return Err(Refusal::new(path, format!("`{odd}`"), allowed));
            }
        }
        let is_nobody = |name: &&String| name.starts_with("group/") || as_pattern(name).is_none();
        if let Some(odd) = self.operators.iter().find(is_nobody) {
            let allowed = "an operator is one user or role, written out; of patterns only `role/AWSReservedSSO_<permission set>_*`";
            return Err(Refusal::new("principals.operators", format!("`{odd}`"), allowed));
        }
        if let Some(odd) = self.deployers.iter().find(is_nobody) {
            let allowed = "a deployer is one user or role, written out; of patterns only `role/AWSReservedSSO_<permission set>_*`";
            return Err(Refusal::new("principals.deployers", format!("`{odd}`"), allowed));
        }
        let bounded = self.boundaries.iter().flat_map(|rule| &rule.principals);
        if let Some(odd) = bounded.clone().find(|name| !name.starts_with("user/") && !name.starts_with("role/")) {
            let allowed = "whom a boundary is asked for is written `user/name` or `role/name`";
            return Err(Refusal::new("principals.boundaries", format!("`{odd}`"), allowed));
        }
        let is_policy = |name: &str| !name.is_empty() && !name.contains(['*', '?']);
        if let Some(odd) = self.boundaries.iter().find(|rule| !is_policy(&rule.boundary)) {
            let allowed = "a boundary is one managed policy, by name or ARN";
            return Err(Refusal::new("principals.boundaries", format!("`{}`", odd.boundary), allowed));
        }
        let pattern = self.own.iter().find(|name| name.contains(['*', '?']));
        pattern.map_or(Ok(()), |odd| {
            let allowed = "Parapet's own roles are named exactly, without `*` and `?`";
            Err(Refusal::new("principals.own", format!("`{odd}`"), allowed))
        })
    }
}

fn is_network(network: &str) -> bool {
    let is_id =
        |prefix: &str| network.strip_prefix(prefix).is_some_and(|id| id.bytes().all(|b| b.is_ascii_alphanumeric()));
    let is_account = network.len() == 12 && network.bytes().all(|byte| byte.is_ascii_digit());
    if is_id("vpc-") || is_id("vpce-") || is_id("o-") || is_account {
        return true;
    }
    let (address, prefix) = network.split_once('/').unwrap_or((network, "32"));
    address.parse::<IpAddr>().is_ok() && prefix.parse::<u8>().is_ok_and(|prefix| prefix > 0)
}

/// How IAM Identity Center names the roles that it makes: the permission set, and sixteen digits of its own.
const OF_IDENTITY_CENTER: &str = "role/AWSReservedSSO_";
const DIGITS_OF_IDENTITY_CENTER: usize = 16;

/// Whether somebody is meant by a name of those who are never touched. IAM User Guide, "IAM and AWS STS quotas": "Names are not distinguished
/// by case."
pub(crate) fn is_named(written: &str, name: &str) -> bool {
    match of_identity_center(written) {
        Some(begin) => {
            let end = name.get(..begin.len()).filter(|start| start.eq_ignore_ascii_case(begin));
            end.and_then(|_| name.get(begin.len()..)).is_some_and(|end| {
                end.len() == DIGITS_OF_IDENTITY_CENTER && end.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        }
        None => written.eq_ignore_ascii_case(name),
    }
}

/// A name as a pattern for ARNs; none: it is a pattern that has no shape.
pub(super) fn as_pattern(written: &str) -> Option<String> {
    match of_identity_center(written) {
        Some(begin) => Some(format!("{begin}{}", "?".repeat(DIGITS_OF_IDENTITY_CENTER))),
        None => (!written.contains(['*', '?'])).then(|| written.to_owned()),
    }
}

/// What the names of a permission set's roles begin with, where a pattern is that.
fn of_identity_center(written: &str) -> Option<&str> {
    let begin = written.strip_suffix('*').filter(|begin| !begin.contains(['*', '?']))?;
    let set = begin.strip_prefix(OF_IDENTITY_CENTER)?.strip_suffix('_')?;
    (!set.is_empty()).then_some(begin)
}

fn is_principal(name: &str) -> bool {
    ["user/", "role/", "group/"].iter().any(|kind| name.starts_with(kind))
}
