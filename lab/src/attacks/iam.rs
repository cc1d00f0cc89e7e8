//! Attacks on users, roles and what they hold that the policy guard undoes.

use parapet_console::Result;
use serde_json::{Value, json};

use super::encryption::sent;
use super::policy::{INLINE, allows_nothing, create_role, managed, put_role_policy, role_policy, trust};
use super::{Attack, POLICY_GUARD};
use crate::ACCOUNT;
use crate::documents::{policy, reads_reports, trusts_lambda};
use crate::{Scene, reading};

/// An account that nobody here trusts.
const STRANGER: &str = "999999999999";

/// Attacks on users, roles and what they hold.
pub const IAM_ATTACKS: &[Attack] = &[
    Attack {
        name: "a way to every role: PassRole and a new function",
        event: "PutRolePolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_role(s, "deployer"))),
        call: |s| {
            let ways = allow(&json!(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]));
            Box::pin(put_role_policy(s, "deployer", policy([reads_reports(), ways])))
        },
        is_repaired: |s| {
            Box::pin(async {
                let left = role_policy(s, "deployer").await?.unwrap_or_default().to_string();
                Ok(left.contains("ReadReports") && !left.contains("iam:PassRole"))
            })
        },
    },
    Attack {
        name: "the code of every function of another region",
        event: "PutRolePolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_role(s, "releaser"))),
        call: |s| {
            let functions = format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:*");
            let code = allow_on(&json!("lambda:UpdateFunctionCode"), &functions);
            Box::pin(put_role_policy(s, "releaser", policy([reads_reports(), code])))
        },
        is_repaired: |s| Box::pin(async { Ok(role_policy(s, "releaser").await? == Some(policy([reads_reports()]))) }),
    },
    Attack {
        name: "roles of a name of one's own, made and given any policy",
        event: "PutRolePolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_role(s, "maker"))),
        call: |s| {
            let roles = format!("arn:aws:iam::{ACCOUNT}:role/app-*");
            let makes = allow_on(&json!(["iam:CreateRole", "iam:AttachRolePolicy"]), &roles);
            Box::pin(put_role_policy(s, "maker", policy([reads_reports(), makes])))
        },
        is_repaired: |s| {
            Box::pin(async {
                let left = role_policy(s, "maker").await?.unwrap_or_default().to_string();
                Ok(left.contains("ReadReports") && !left.contains("iam:AttachRolePolicy"))
            })
        },
    },
    Attack {
        name: "audit logs to be switched off, in a new policy",
        event: "CreatePolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let quiet = allow(&json!(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"]));
            let call = s
                .intruder()
                .iam()
                .create_policy()
                .policy_name(s.named("quiet"))
                .policy_document(policy([reads_reports(), quiet]).to_string());
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| Box::pin(async { Ok(managed(s, "quiet").await? == Some(policy([reads_reports()]))) }),
    },
    Attack {
        name: "two harmless policies that are a way together",
        event: "PutRolePolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(first_half(s, "workflow"))),
        call: |s| {
            let second = policy([allow(&json!(["states:UpdateStateMachine", "states:ListStateMachines"]))]);
            Box::pin(put_policy(s, "workflow", "second", second))
        },
        is_repaired: |s| {
            Box::pin(async {
                let second = reading::role_policy(s.administrator(), &s.named("workflow"), "second").await?;
                let first = reading::role_policy(s.administrator(), &s.named("workflow"), INLINE).await?;
                Ok(first.is_some() && !second.unwrap_or_default().to_string().contains("UpdateStateMachine"))
            })
        },
    },
    Attack {
        name: "a role opened to a stranger's account",
        event: "UpdateAssumeRolePolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_role(s, "exporter"))),
        call: |s| {
            let stranger = json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{STRANGER}:root")}, "Action": "sts:AssumeRole"});
            let trust = policy([trusts_lambda(), stranger]).to_string();
            let call =
                s.intruder().iam().update_assume_role_policy().role_name(s.named("exporter")).policy_document(trust);
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                Ok(trust(s, "exporter")
                    .await?
                    .is_some_and(|trust| !allows_nothing(&trust) && !trust.to_string().contains(STRANGER)))
            })
        },
    },
    Attack {
        name: "a permissions boundary taken away",
        event: "DeleteRolePermissionsBoundary",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_bounded_role(s, "bounded"))),
        call: |s| {
            let call = s.intruder().iam().delete_role_permissions_boundary().role_name(s.named("bounded"));
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| Box::pin(is_bounded(s, "bounded")),
    },
    Attack {
        name: "a permissions boundary replaced by one that bounds nothing",
        event: "PutRolePermissionsBoundary",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_bounded_role(s, "unbound"))),
        call: |s| {
            let call = s
                .intruder()
                .iam()
                .put_role_permissions_boundary()
                .role_name(s.named("unbound"))
                .permissions_boundary("arn:aws:iam::aws:policy/AdministratorAccess");
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| Box::pin(is_bounded(s, "unbound")),
    },
    Attack {
        name: "the pipeline's policy widened",
        event: "CreatePolicyVersion",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let wider = policy([allow(&json!(["s3:GetObject", "s3:PutBucketTagging"]))]).to_string();
            let version = s.intruder().iam().create_policy_version().policy_arn(s.lab().output("ml_data_policy_arn"));
            Box::pin(async { sent(version.policy_document(wider).set_as_default(true).send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let found = reading::managed_policy(s.administrator(), s.lab().output("ml_data_policy_arn")).await?;
                let text = found.unwrap_or_default().to_string();
                Ok(text.contains(s.ml_bucket()) && !text.contains("s3:PutBucketTagging"))
            })
        },
    },
    Attack {
        name: "the pipeline's policy detached",
        event: "DetachRolePolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| Box::pin(detach_ml_policy(s)),
        is_repaired: |s| Box::pin(holds_ml_policy(s)),
    },
    Attack {
        name: "the pipeline's role deleted",
        event: "DeleteRole",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async {
                detach_ml_policy(s).await?;
                let iam = s.intruder().iam();
                // The guard may be faster than the intruder: what it attached again goes again.
                for _ in 0..20 {
                    if iam.delete_role().role_name(ml_role(s)).send().await.is_ok() {
                        return Ok(());
                    }
                    detach_ml_policy(s).await?;
                }
                sent(iam.delete_role().role_name(ml_role(s)).send().await)
            })
        },
        is_repaired: |s| {
            Box::pin(async {
                let trusted = reading::trust(s.administrator(), ml_role(s)).await?;
                Ok(trusted.is_some() && holds_ml_policy(s).await?)
            })
        },
    },
];

fn allow(actions: &Value) -> Value {
    allow_on(actions, "*")
}

fn allow_on(actions: &Value, resource: &str) -> Value {
    json!({"Sid": "More", "Effect": "Allow", "Action": actions, "Resource": resource})
}

fn ml_role<'s>(s: &Scene<'s>) -> &'s str {
    s.lab().output("ml_service_role_arn").rsplit('/').next().unwrap_or_default()
}

async fn detach_ml_policy(s: &Scene<'_>) -> Result<()> {
    let arn = s.lab().output("ml_data_policy_arn");
    sent(s.intruder().iam().detach_role_policy().role_name(ml_role(s)).policy_arn(arn).send().await)
}

async fn holds_ml_policy(s: &Scene<'_>) -> Result<bool> {
    reading::role_has(s.administrator(), ml_role(s), s.lab().output("ml_data_policy_arn")).await
}

async fn put_policy(s: &Scene<'_>, role: &str, name: &str, document: Value) -> Result<()> {
    let call = s.intruder().iam().put_role_policy().role_name(s.named(role)).policy_name(name);
    sent(call.policy_document(document.to_string()).send().await)
}

/// A role that may start workflows, which is no way to anything.
async fn first_half(s: &Scene<'_>, role: &str) -> Result<()> {
    create_role(s, role).await?;
    let document = policy([allow(&json!("states:StartExecution"))]).to_string();
    let call = s.administrator().iam().put_role_policy().role_name(s.named(role)).policy_name(INLINE);
    sent(call.policy_document(document).send().await)
}

/// A role within a boundary of its own. The guard sees it made, and remembers.
async fn create_bounded_role(s: &Scene<'_>, role: &str) -> Result<()> {
    let iam = s.administrator().iam();
    let document = policy([reads_reports()]).to_string();
    iam.create_policy().policy_name(s.named(role)).policy_document(document).send().await?;
    let trust = policy([trusts_lambda()]).to_string();
    let create = iam.create_role().role_name(s.named(role)).assume_role_policy_document(trust);
    sent(create.permissions_boundary(s.policy_arn(role)).send().await)
}

async fn is_bounded(s: &Scene<'_>, role: &str) -> Result<bool> {
    let boundary = reading::boundary(s.administrator(), &s.named(role)).await?;
    Ok(boundary.as_deref() == Some(s.policy_arn(role).as_str()))
}
