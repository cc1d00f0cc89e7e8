//! The attacks, and the calls that are none.

mod buckets;
mod encryption;
mod harmless;
mod iam;
mod keys;
mod logging;
mod own_role;
mod policy;
mod repositories;
mod stores;

use std::pin::Pin;

use parapet_console::Result;

use super::Scene;

pub use buckets::BUCKET_ATTACKS;
pub use encryption::ENCRYPTION_ATTACKS;
pub use harmless::HARMLESS_CALLS;
pub use iam::IAM_ATTACKS;
pub use keys::KEY_ATTACKS;
pub use logging::LOGGING_ATTACKS;
pub use own_role::OWN_ROLE_ATTACKS;
pub use policy::POLICY_ATTACKS;
pub use repositories::REPOSITORY_ATTACKS;
pub use stores::STORE_ATTACKS;

/// Something that is done in the account.
pub type Step = for<'s> fn(&'s Scene<'s>) -> Pin<Box<dyn Future<Output = Result<()>> + 's>>;

/// Something that is or is not so in the account, read as the administrator.
pub type Check = for<'s> fn(&'s Scene<'s>) -> Pin<Box<dyn Future<Output = Result<bool>> + 's>>;

/// One attack, made with the intruder's own key.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    /// What the intruder does.
    pub name: &'static str,
    /// The call by CloudTrail's name; of several, the last.
    pub event: &'static str,
    /// Which guard has to react.
    pub guard: &'static str,
    /// What has to be there first, made by the administrator.
    pub prepare: Option<Step>,
    /// The attack.
    pub call: Step,
    /// Whether the account is as it was, or as near to it as can be.
    pub is_repaired: Check,
}

/// One call of the administrator that weakens nothing, and has to be left alone.
#[derive(Clone, Copy, Debug)]
pub struct Harmless {
    /// What the administrator does.
    pub name: &'static str,
    /// The call by CloudTrail's name.
    pub event: &'static str,
    /// The guard that looks at it; none: no rule takes it anywhere.
    pub guard: Option<&'static str>,
    /// What has to be there first.
    pub prepare: Option<Step>,
    /// The call. One that is meant to fail is well if it does.
    pub call: Step,
    /// Whether what was done still stands.
    pub is_kept: Check,
}

const ENCRYPTION_GUARD: &str = "encryption-guard";
const POLICY_GUARD: &str = "policy-guard";
const LOGGING_GUARD: &str = "logging-guard";
const AI_GUARD: &str = "ai-guard";

/// Every attack, guard by guard.
pub fn attacks() -> impl Iterator<Item = &'static Attack> {
    let of_services = [
        ENCRYPTION_ATTACKS,
        BUCKET_ATTACKS,
        KEY_ATTACKS,
        POLICY_ATTACKS,
        IAM_ATTACKS,
        LOGGING_ATTACKS,
        STORE_ATTACKS,
        OWN_ROLE_ATTACKS,
        REPOSITORY_ATTACKS,
    ];
    of_services.into_iter().flatten()
}
