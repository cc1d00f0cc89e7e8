//! Attacks on KMS keys, that the encryption guard and the policy guard undo.

use parapet_aws::sdk::kms::types::{GrantOperation, KeyState};
use parapet_console::{Result, Trouble};
use serde_json::{Value, json};

use super::encryption::sent;
use super::{Attack, ENCRYPTION_GUARD, POLICY_GUARD};
use crate::{Scene, reading};

const ALIAS: &str = "alias/parapet-ml";
const STRANGER: &str = "arn:aws:iam::999999999999:root";
const LEAST_WAIT_DAYS: i32 = 7;

/// Attacks on KMS keys.
pub const KEY_ATTACKS: &[Attack] = &[
    Attack {
        name: "the key disabled",
        event: "DisableKey",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| Box::pin(async { sent(s.intruder().kms().disable_key().key_id(s.key_arn()).send().await) }),
        is_repaired: |s| Box::pin(is_usable(s)),
    },
    Attack {
        name: "the key scheduled for deletion",
        event: "ScheduleKeyDeletion",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| {
            let call = s.intruder().kms().schedule_key_deletion().key_id(s.key_arn());
            Box::pin(async { sent(call.pending_window_in_days(LEAST_WAIT_DAYS).send().await) })
        },
        is_repaired: |s| Box::pin(is_usable(s)),
    },
    Attack {
        name: "the key's alias deleted",
        event: "DeleteAlias",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| Box::pin(async { sent(s.intruder().kms().delete_alias().alias_name(ALIAS).send().await) }),
        is_repaired: |s| Box::pin(is_usable(s)),
    },
    Attack {
        name: "rotation switched off",
        event: "DisableKeyRotation",
        guard: ENCRYPTION_GUARD,
        prepare: None,
        call: |s| Box::pin(async { sent(s.intruder().kms().disable_key_rotation().key_id(s.key_arn()).send().await) }),
        is_repaired: |s| Box::pin(reading::rotates(s.administrator(), s.key_arn())),
    },
    Attack {
        name: "the key open to everyone, and closed to CloudTrail",
        event: "PutKeyPolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| Box::pin(put_policy(s, json!("*"))),
        is_repaired: |s| Box::pin(is_served(s)),
    },
    Attack {
        name: "the key open to another account",
        event: "PutKeyPolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| Box::pin(put_policy(s, json!({"AWS": STRANGER}))),
        is_repaired: |s| Box::pin(is_served(s)),
    },
    Attack {
        name: "a grant to another account",
        event: "CreateGrant",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let call = s.intruder().kms().create_grant().key_id(s.key_arn()).grantee_principal(STRANGER);
            Box::pin(async { sent(call.operations(GrantOperation::Decrypt).send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                Ok(!reading::key_grantees(s.administrator(), s.key_arn()).await?.contains(&STRANGER.to_owned()))
            })
        },
    },
];

/// Whether the alias points to the key, and the key can be used.
async fn is_usable(s: &Scene<'_>) -> Result<bool> {
    let key = reading::key(s.administrator(), ALIAS).await?;
    Ok(key.is_some_and(|key| key.arn.as_deref() == Some(s.key_arn()) && key.key_state == Some(KeyState::Enabled)))
}

fn owner(s: &Scene<'_>) -> Result<Value> {
    let account = s.key_arn().split(':').nth(4).ok_or_else(|| Trouble::new("the key's ARN names no account"))?;
    Ok(json!({"AWS": format!("arn:aws:iam::{account}:root")}))
}

/// A policy that lets the account manage the key, and somebody decrypt, and nobody else do anything.
async fn put_policy(s: &Scene<'_>, principal: Value) -> Result<()> {
    let allow = |principal: Value, action: &str| json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"});
    let statements = [allow(owner(s)?, "kms:*"), allow(principal, "kms:Decrypt")];
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    sent(s.intruder().kms().put_key_policy().key_id(s.key_arn()).policy(policy).send().await)
}

/// Whether the policy lets in the account and CloudTrail, and nobody else.
async fn is_served(s: &Scene<'_>) -> Result<bool> {
    let policy = reading::key_policy(s.administrator(), s.key_arn()).await?;
    let statements = policy.get("Statement").and_then(Value::as_array).cloned().unwrap_or_default();
    let principals: Vec<&Value> = statements.iter().filter_map(|statement| statement.get("Principal")).collect();
    let (owner, trail) = (owner(s)?, json!({"Service": "cloudtrail.amazonaws.com"}));
    Ok(principals.contains(&&owner)
        && principals.contains(&&trail)
        && principals.iter().all(|principal| **principal == owner || **principal == trail))
}
