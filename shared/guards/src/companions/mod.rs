//! Policies of the organization that keep everybody but a deployment off what Parapet consists of and what bootstrap made: a service control
//! policy, which binds the users and roles of an account, and a resource control policy, which binds whoever comes to its buckets, keys,
//! queues and roles, from wherever.
//!
//! They prevent what the guards repair. Neither takes the place of the other: a statement has no way to look into a document, so what
//! people do with their own roles and buckets is the guards'.

mod owned;
mod rcp;
mod scp;
mod text;

use parapet_core::Home;
use serde_json::{Value, json};

use crate::Standard;
use owned::Owned;

/// How long a service control policy may be, white space included. AWS doubled it on 2026-05-15, from 5,120 (AWS Organizations User Guide, "Quotas
/// and service limits", "Maximum size of a policy document").
pub const MAX_SCP_CHARACTERS: usize = 10_240;

/// How long a resource control policy may be, white space included (same place; "All characters in your RCP count against its maximum size", RCP
/// syntax).
pub const MAX_RCP_CHARACTERS: usize = 5_120;

/// Who deploys, where nobody says it.
pub const DEPLOYMENT_ROLE: &str = "parapet-deployment";

/// Stands for any region while names are filled in. No region is called so, and a bucket may be.
const ANY_REGION: &str = "region-of-any-name";

/// Stands for any account while names are filled in.
const ANY_ACCOUNT: &str = "000000000000";

/// Whom the policies are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The account; none: each that they are attached to.
    pub account: Option<String>,
    /// Who may change what they protect, as an ARN; none: the role [`DEPLOYMENT_ROLE`] of the account.
    pub deployment_role: Option<String>,
}

/// The two policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Companions {
    /// The service control policy.
    pub scp: Value,
    /// The resource control policy.
    pub rcp: Value,
}

impl Whose {
    /// Where names of a standard are filled in for these policies: they hold in every region.
    #[must_use]
    pub fn home(&self) -> Home {
        let account = self.account.clone().unwrap_or_else(|| ANY_ACCOUNT.to_owned());
        Home { partition: "aws".to_owned(), account, region: ANY_REGION.to_owned() }
    }

    /// The deployment role as an ARN, or an ARN pattern.
    fn deployment_role(&self) -> String {
        let account = self.account.as_deref().unwrap_or("*");
        self.deployment_role.clone().unwrap_or_else(|| format!("arn:*:iam::{account}:role/{DEPLOYMENT_ROLE}"))
    }
}

impl Companions {
    /// Those of a standard whose names were filled in for [`Whose::home`].
    #[must_use]
    pub fn of(standard: &Standard, whose: &Whose) -> Self {
        let owned = Owned::of(standard, whose);
        Self { scp: scp::policy(&owned), rcp: rcp::policy(&owned) }
    }

    /// A policy as it is written down and given to AWS, which counts every character of it.
    #[must_use]
    pub fn text(policy: &Value) -> String {
        text::of(policy)
    }
}

/// Whether this is the ARN of one role: a pattern in its name would let in whoever may make a role. Any partition and account may be `*`.
#[must_use]
pub fn is_deployment_role(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [scheme, partition, service, region, account, resource] = parts.as_slice() else { return false };
    let is_account = |text: &str| text == "*" || text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = resource.strip_prefix("role/").unwrap_or_default();
    *scheme == "arn"
        && !partition.is_empty()
        && *service == "iam"
        && region.is_empty()
        && is_account(account)
        && !name.is_empty()
        && !name.contains(['*', '?', '$'])
}

fn document(statements: Vec<Value>) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}
