//! Attacks on the policy guard's own role, which it may not change itself: the logging guard undoes them.

use parapet_console::Result;
use serde_json::json;

use super::encryption::sent;
use super::{Attack, LOGGING_GUARD};
use crate::documents::{everything, policy, statements};
use crate::{ACCOUNT, Scene, reading};

const ROLE: &str = "parapet-policy-guard";
const OWN_POLICY: &str = "policy-guard";
const ADMINISTRATOR_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// Attacks on the policy guard's own role.
pub const OWN_ROLE_ATTACKS: &[Attack] = &[
    Attack {
        name: "AdministratorAccess attached to the policy guard's own role",
        event: "AttachRolePolicy",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let attach = s.intruder().iam().attach_role_policy().role_name(ROLE).policy_arn(ADMINISTRATOR_ACCESS);
            Box::pin(async { sent(attach.send().await) })
        },
        is_repaired: |s| Box::pin(is_as_deployed(s)),
    },
    Attack {
        name: "the policy guard's own policy denies everything",
        event: "PutRolePolicy",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let nothing = policy([json!({"Effect": "Deny", "Action": "*", "Resource": "*"})]).to_string();
            let put = s.intruder().iam().put_role_policy().role_name(ROLE).policy_name(OWN_POLICY);
            Box::pin(async { sent(put.policy_document(nothing).send().await) })
        },
        is_repaired: |s| Box::pin(is_as_deployed(s)),
    },
    Attack {
        name: "a second policy with every permission in the policy guard's own role",
        event: "PutRolePolicy",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let all = policy([everything()]).to_string();
            let put = s.intruder().iam().put_role_policy().role_name(ROLE).policy_name("more").policy_document(all);
            Box::pin(async { sent(put.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let more = reading::role_policy(s.administrator(), ROLE, "more").await?;
                Ok(more.is_none() && is_as_deployed(s).await?)
            })
        },
    },
    Attack {
        name: "the policy guard's own policy deleted",
        event: "DeleteRolePolicy",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let delete = s.intruder().iam().delete_role_policy().role_name(ROLE).policy_name(OWN_POLICY);
            Box::pin(async { sent(delete.send().await) })
        },
        is_repaired: |s| Box::pin(is_as_deployed(s)),
    },
    Attack {
        name: "the intruder may become the policy guard",
        event: "UpdateAssumeRolePolicy",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let intruder = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
            let trust =
                policy([json!({"Effect": "Allow", "Principal": intruder, "Action": "sts:AssumeRole"})]).to_string();
            let update = s.intruder().iam().update_assume_role_policy().role_name(ROLE).policy_document(trust);
            Box::pin(async { sent(update.send().await) })
        },
        is_repaired: |s| Box::pin(is_as_deployed(s)),
    },
    Attack {
        name: "the boundary of the policy guard's own role taken away",
        event: "DeleteRolePermissionsBoundary",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let delete = s.intruder().iam().delete_role_permissions_boundary().role_name(ROLE);
            Box::pin(async { sent(delete.send().await) })
        },
        is_repaired: |s| Box::pin(is_as_deployed(s)),
    },
    Attack {
        name: "the policy guard's own role bound by AdministratorAccess",
        event: "PutRolePermissionsBoundary",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let put = s.intruder().iam().put_role_permissions_boundary().role_name(ROLE);
            Box::pin(async { sent(put.permissions_boundary(ADMINISTRATOR_ACCESS).send().await) })
        },
        is_repaired: |s| Box::pin(is_as_deployed(s)),
    },
    Attack {
        name: "what bounds the policy guard denies everything, in a new version",
        event: "CreatePolicyVersion",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let nothing = policy([json!({"Effect": "Deny", "Action": "*", "Resource": "*"})]).to_string();
            let create = s.intruder().iam().create_policy_version().policy_arn(boundary()).set_as_default(true);
            Box::pin(async { sent(create.policy_document(nothing).send().await) })
        },
        is_repaired: |s| Box::pin(is_as_deployed(s)),
    },
    Attack {
        name: "what bounds the policy guard allows everything, in a new version",
        event: "CreatePolicyVersion",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let all = policy([everything()]).to_string();
            let create = s.intruder().iam().create_policy_version().policy_arn(boundary()).set_as_default(true);
            Box::pin(async { sent(create.policy_document(all).send().await) })
        },
        is_repaired: |s| Box::pin(is_as_deployed(s)),
    },
    Attack {
        name: "the version of before that denies everything made the default of what bounds the policy guard",
        event: "SetDefaultPolicyVersion",
        guard: LOGGING_GUARD,
        prepare: None,
        call: |s| {
            let set = s.intruder().iam().set_default_policy_version().policy_arn(boundary()).version_id("v2");
            Box::pin(async { sent(set.send().await) })
        },
        is_repaired: |s| Box::pin(is_as_deployed(s)),
    },
];

fn boundary() -> String {
    format!("arn:aws:iam::{ACCOUNT}:policy/{ROLE}-boundary")
}

/// Whether AWS Lambda alone may become the role, nothing is attached to it, its boundary is its own in the version that the stack made, and its
/// policy says what that says.
async fn is_as_deployed(s: &Scene<'_>) -> Result<bool> {
    let aws = s.administrator();
    let trust = reading::trust(aws, ROLE).await?.unwrap_or_default();
    let lambda = json!({"Service": "lambda.amazonaws.com"});
    let trusts_lambda = statements(&trust).iter().map(|statement| statement.get("Principal")).eq([Some(&lambda)]);
    let attached = aws.iam().list_attached_role_policies().role_name(ROLE).send().await?;
    let version = aws.iam().get_policy().policy_arn(boundary()).send().await?;
    let is_of_stack = version.policy().and_then(|policy| policy.default_version_id()) == Some("v1");
    let says = reading::managed_policy(aws, &boundary()).await?;
    let holds = reading::role_policy(aws, ROLE, OWN_POLICY).await?;
    let is_bound = reading::boundary(aws, ROLE).await? == Some(boundary());
    Ok(trusts_lambda
        && attached.attached_policies().is_empty()
        && is_of_stack
        && is_bound
        && holds.is_some()
        && holds == says)
}
