//! Who may do what: the ML service, whom policies may be open to, who is never touched.

use serde::{Deserialize, Serialize};

use super::{Refusal, texts};

/// Who may become the ML service role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceRules {
    /// AWS service principals.
    pub trusted: Vec<String>,
}

/// Whom policies may be open to, besides this account.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrustRules {
    /// Account ids.
    pub accounts: Vec<String>,
    /// Organization ids, `o-...`.
    pub organizations: Vec<String>,
}

/// Who is never touched: `user/name`, `role/name`, `group/name`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Principals {
    /// For emergencies; patterns.
    pub break_glass: Vec<String>,
    /// Those who administer the account; patterns.
    pub administrators: Vec<String>,
    /// Parapet's own; exact names.
    pub own: Vec<String>,
}

impl Default for ServiceRules {
    fn default() -> Self {
        Self { trusted: texts(&["sagemaker.amazonaws.com"]) }
    }
}

impl Default for Principals {
    fn default() -> Self {
        let own = [
            "role/parapet-bootstrap",
            "role/parapet-encryption-guard",
            "role/parapet-policy-guard",
            "role/parapet-logging-guard",
        ];
        Self { break_glass: Vec::new(), administrators: Vec::new(), own: texts(&own) }
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
        })
    }
}

impl Principals {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        for (path, names) in [
            ("principals.break_glass", &self.break_glass),
            ("principals.administrators", &self.administrators),
            ("principals.own", &self.own),
        ] {
            if let Some(odd) = names.iter().find(|name| !is_principal(name)) {
                let allowed = "principals are written `user/name`, `role/name` or `group/name`";
                return Err(Refusal::new(path, format!("`{odd}`"), allowed));
            }
        }
        let pattern = self.own.iter().find(|name| name.contains(['*', '?']));
        pattern.map_or(Ok(()), |odd| {
            let allowed = "Parapet's own roles are named exactly, without `*` and `?`";
            Err(Refusal::new("principals.own", format!("`{odd}`"), allowed))
        })
    }
}

fn is_principal(name: &str) -> bool {
    ["user/", "role/", "group/"].iter().any(|kind| name.starts_with(kind))
}
