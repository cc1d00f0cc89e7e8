//! Attacks that the policy guard undoes.

use parapet_console::{Result, Trouble};
use serde_json::{Value, json};

use super::encryption::sent;
use super::{Attack, POLICY_GUARD};
use crate::ACCOUNT;
use crate::documents::{
    all_but_s3, everything, has_sid, hidden_iam, is_tls_only, policy, public_read, reads_reports, statements,
    trusts_everyone, trusts_lambda,
};
use crate::{Scene, reading};

const ADMINISTRATOR_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// One of Parapet's own roles.
const BOOTSTRAP: &str = "parapet-bootstrap";

/// Attacks that the policy guard undoes.
pub const POLICY_ATTACKS: &[Attack] = &[
    Attack {
        name: "every permission for the intruder, inline",
        event: "PutUserPolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let call = s
                .intruder()
                .iam()
                .put_user_policy()
                .user_name("intruder")
                .policy_name("more")
                .policy_document(policy([everything()]).to_string());
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async { Ok(reading::user_policy(s.administrator(), "intruder", "more").await?.is_none()) })
        },
    },
    Attack {
        name: "`i*:*` beside a harmless statement, in a role",
        event: "PutRolePolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_role(s, "report-reader"))),
        call: |s| Box::pin(put_role_policy(s, "report-reader", policy([reads_reports(), hidden_iam()]))),
        is_repaired: |s| {
            Box::pin(async { Ok(role_policy(s, "report-reader").await? == Some(policy([reads_reports()]))) })
        },
    },
    Attack {
        name: "everything but S3 (NotAction), in a role",
        event: "PutRolePolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_role(s, "batch-runner"))),
        call: |s| Box::pin(put_role_policy(s, "batch-runner", policy([all_but_s3()]))),
        is_repaired: |s| Box::pin(async { Ok(role_policy(s, "batch-runner").await?.is_none()) }),
    },
    Attack {
        name: "AdministratorAccess attached to the intruder",
        event: "AttachUserPolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async {
                sent(
                    s.intruder()
                        .iam()
                        .attach_user_policy()
                        .user_name("intruder")
                        .policy_arn(ADMINISTRATOR_ACCESS)
                        .send()
                        .await,
                )
            })
        },
        is_repaired: |s| {
            Box::pin(async { Ok(!reading::user_has(s.administrator(), "intruder", ADMINISTRATOR_ACCESS).await?) })
        },
    },
    Attack {
        name: "a new policy of every permission",
        event: "CreatePolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let call = s
                .intruder()
                .iam()
                .create_policy()
                .policy_name(s.named("tooling"))
                .policy_document(policy([everything()]).to_string());
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| Box::pin(async { Ok(managed(s, "tooling").await?.is_none()) }),
    },
    Attack {
        name: "a sixth version with every permission",
        event: "CreatePolicyVersion",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_five_versions(s, "reports"))),
        call: |s| Box::pin(sixth_version(s, "reports")),
        is_repaired: |s| Box::pin(async { Ok(managed(s, "reports").await? == Some(policy([reads_reports()]))) }),
    },
    Attack {
        name: "an old bad version made the default",
        event: "SetDefaultPolicyVersion",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_sleeping_version(s, "archive"))),
        call: |s| {
            let call =
                s.intruder().iam().set_default_policy_version().policy_arn(s.policy_arn("archive")).version_id("v2");
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| Box::pin(async { Ok(managed(s, "archive").await? == Some(policy([reads_reports()]))) }),
    },
    Attack {
        name: "a role opened to everyone",
        event: "UpdateAssumeRolePolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_role(s, "importer"))),
        call: |s| {
            let trust = policy([trusts_lambda(), trusts_everyone()]).to_string();
            let call =
                s.intruder().iam().update_assume_role_policy().role_name(s.named("importer")).policy_document(trust);
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| Box::pin(async { Ok(trust(s, "importer").await? == Some(policy([trusts_lambda()]))) }),
    },
    Attack {
        name: "a role opened to a stranger's repository on GitHub",
        event: "UpdateAssumeRolePolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_role(s, "publisher"))),
        call: |s| {
            let trust = policy([trusts_lambda(), trusts_repositories("repo:evil/*")]).to_string();
            let call =
                s.intruder().iam().update_assume_role_policy().role_name(s.named("publisher")).policy_document(trust);
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| Box::pin(async { Ok(trust(s, "publisher").await? == Some(policy([trusts_lambda()]))) }),
    },
    Attack {
        name: "AdministratorAccess attached to bootstrap's own role",
        event: "AttachRolePolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let attach = s.intruder().iam().attach_role_policy().role_name(BOOTSTRAP).policy_arn(ADMINISTRATOR_ACCESS);
            Box::pin(async { sent(attach.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let listed = s.administrator().iam().list_attached_role_policies().role_name(BOOTSTRAP).send().await?;
                Ok(listed.attached_policies().is_empty())
            })
        },
    },
    Attack {
        name: "the data bucket opened to an organization of somebody's",
        event: "PutBucketPolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let shared = to_whoever(s.ml_bucket(), "aws:PrincipalOrgID", "o-evilevil00");
            let put = s.intruder().s3().put_bucket_policy().bucket(s.ml_bucket()).policy(policy([shared]).to_string());
            Box::pin(async { sent(put.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let policy = reading::bucket_policy(s.administrator(), s.ml_bucket()).await?;
                Ok(policy.is_some_and(|policy| is_tls_only(&policy) && !has_sid(&policy, "Share")))
            })
        },
    },
    Attack {
        name: "a new role that everyone may assume",
        event: "CreateRole",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let call = s
                .intruder()
                .iam()
                .create_role()
                .role_name(s.named("backdoor"))
                .assume_role_policy_document(policy([trusts_everyone()]).to_string());
            Box::pin(async { sent(call.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async { Ok(trust(s, "backdoor").await?.is_some_and(|trust| allows_nothing(&trust))) })
        },
    },
    Attack {
        name: "the data bucket published: block removed, policy opened",
        event: "PutBucketPolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| Box::pin(publish(s)),
        is_repaired: |s| {
            Box::pin(async {
                let (aws, bucket) = (s.administrator(), s.ml_bucket());
                let confined = reading::bucket_policy(aws, bucket)
                    .await?
                    .is_some_and(|policy| is_tls_only(&policy) && !has_sid(&policy, "Share"));
                Ok(confined && reading::is_blocked(aws, bucket).await?)
            })
        },
    },
    Attack {
        name: "the log bucket's policy deleted",
        event: "DeleteBucketPolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            Box::pin(async { sent(s.intruder().s3().delete_bucket_policy().bucket(s.log_bucket()).send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let policy = reading::bucket_policy(s.administrator(), s.log_bucket()).await?;
                Ok(policy.is_some_and(|policy| {
                    is_tls_only(&policy)
                        && has_sid(&policy, "AWSCloudTrailWrite")
                        && has_sid(&policy, "AWSCloudTrailAclCheck")
                }))
            })
        },
    },
];

/// Whoever runs in one of these repositories on GitHub may become the role.
pub(super) fn trusts_repositories(subject: &str) -> Value {
    json!({
        "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com")},
        "Condition": {
            "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
            "StringLike": {"token.actions.githubusercontent.com:sub": subject},
        },
    })
}

/// Whoever has this value may read the bucket.
fn to_whoever(bucket: &str, key: &str, value: &str) -> Value {
    json!({
        "Sid": "Share", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{bucket}/*"), "Condition": {"StringEquals": {key: value}},
    })
}

/// The only inline policy of each role here.
pub(super) const INLINE: &str = "rights";

pub(super) async fn create_role(s: &Scene<'_>, name: &str) -> Result<()> {
    let trust = policy([trusts_lambda()]).to_string();
    sent(s.administrator().iam().create_role().role_name(s.named(name)).assume_role_policy_document(trust).send().await)
}

pub(super) async fn put_role_policy(s: &Scene<'_>, role: &str, document: Value) -> Result<()> {
    sent(
        s.intruder()
            .iam()
            .put_role_policy()
            .role_name(s.named(role))
            .policy_name(INLINE)
            .policy_document(document.to_string())
            .send()
            .await,
    )
}

pub(super) async fn role_policy(s: &Scene<'_>, role: &str) -> Result<Option<Value>> {
    reading::role_policy(s.administrator(), &s.named(role), INLINE).await
}

pub(super) async fn managed(s: &Scene<'_>, name: &str) -> Result<Option<Value>> {
    reading::managed_policy(s.administrator(), &s.policy_arn(name)).await
}

pub(super) async fn trust(s: &Scene<'_>, role: &str) -> Result<Option<Value>> {
    reading::trust(s.administrator(), &s.named(role)).await
}

pub(super) fn allows_nothing(policy: &Value) -> bool {
    statements(policy).iter().all(|statement| statement.get("Effect").and_then(Value::as_str) == Some("Deny"))
}

/// A policy with as many versions as IAM keeps, all harmless.
async fn create_five_versions(s: &Scene<'_>, name: &str) -> Result<()> {
    let iam = s.administrator().iam();
    let harmless = policy([reads_reports()]).to_string();
    iam.create_policy().policy_name(s.named(name)).policy_document(&harmless).send().await?;
    for _ in 2..=5 {
        iam.create_policy_version()
            .policy_arn(s.policy_arn(name))
            .policy_document(&harmless)
            .set_as_default(true)
            .send()
            .await?;
    }
    Ok(())
}

/// IAM takes no sixth version, so the intruder deletes the oldest first. The guard then has to make room likewise.
async fn sixth_version(s: &Scene<'_>, name: &str) -> Result<()> {
    let (iam, arn) = (s.intruder().iam(), s.policy_arn(name));
    iam.delete_policy_version().policy_arn(&arn).version_id("v1").send().await?;
    let document = policy([reads_reports(), everything()]).to_string();
    sent(iam.create_policy_version().policy_arn(&arn).policy_document(document).set_as_default(true).send().await)
}

/// A policy whose second version is bad, but not the default.
async fn create_sleeping_version(s: &Scene<'_>, name: &str) -> Result<()> {
    let iam = s.administrator().iam();
    iam.create_policy()
        .policy_name(s.named(name))
        .policy_document(policy([reads_reports()]).to_string())
        .send()
        .await?;
    let document = policy([reads_reports(), everything()]).to_string();
    sent(
        iam.create_policy_version()
            .policy_arn(s.policy_arn(name))
            .policy_document(document)
            .set_as_default(false)
            .send()
            .await,
    )
}

/// A public policy is refused while a block is on, the bucket's or the account's; and each comes back within milliseconds, so it may take
/// several tries.
async fn publish(s: &Scene<'_>) -> Result<()> {
    const TRIES: usize = 20;
    let (s3, bucket) = (s.intruder().s3(), s.ml_bucket());
    let document = policy([public_read(bucket)]).to_string();
    for _ in 0..TRIES {
        s.intruder().s3control().delete_public_access_block().account_id(ACCOUNT).send().await?;
        s3.delete_public_access_block().bucket(bucket).send().await?;
        if s3.put_bucket_policy().bucket(bucket).policy(&document).send().await.is_ok() {
            return Ok(());
        }
    }
    Err(Trouble::new(format!("the public policy was refused {TRIES} times")))
}
