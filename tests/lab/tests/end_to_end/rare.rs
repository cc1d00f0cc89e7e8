//! Attacks of which the guards undo little, beside those of the demo: each takes a permission that none of those does.

use std::collections::BTreeSet;

use parapet_aws::sdk::iam::types::StatusType;
use parapet_console::{Result, Trouble};
use parapet_lab::attacks::Attack;
use parapet_lab::{ACCOUNT, Lab, STANDARD_OBJECT, Scene, trial};
use serde_json::{Value, json};

use crate::report::Report;
use crate::reported::done;

const ADMINISTRATOR_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
const BOUNDARY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const POLICY_GUARD: &str = "policy-guard";

/// An account that nobody trusts.
const STRANGER: &str = "999999999999";

const ATTACKS: &[Attack] = &[
    Attack {
        name: "AdministratorAccess attached to a role",
        event: "AttachRolePolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_role(s))),
        call: |s| {
            let attach = s.intruder().iam().attach_role_policy().role_name(s.named("courier"));
            Box::pin(async { done(attach.policy_arn(ADMINISTRATOR_ACCESS).send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let list = s.administrator().iam().list_attached_role_policies().role_name(s.named("courier"));
                Ok(list.send().await?.attached_policies().is_empty())
            })
        },
    },
    Attack {
        name: "every object for a user, the standard among them",
        event: "PutUserPolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let put = s.intruder().iam().put_user_policy().user_name("intruder").policy_name("parcels");
            Box::pin(async { done(put.policy_document(policy(&[writes_everywhere()])).send().await) })
        },
        is_repaired: |s| Box::pin(keeps_the_standard(s)),
    },
    Attack {
        name: "AdministratorAccess attached to a group",
        event: "AttachGroupPolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_group(s, "couriers"))),
        call: |s| {
            let attach = s.intruder().iam().attach_group_policy().group_name(s.named("couriers"));
            Box::pin(async { done(attach.policy_arn(ADMINISTRATOR_ACCESS).send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let list = s.administrator().iam().list_attached_group_policies().group_name(s.named("couriers"));
                Ok(list.send().await?.attached_policies().is_empty())
            })
        },
    },
    Attack {
        name: "every permission for a group, inline",
        event: "PutGroupPolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_group(s, "drivers"))),
        call: |s| {
            let put = s.intruder().iam().put_group_policy().group_name(s.named("drivers")).policy_name("all");
            Box::pin(async { done(put.policy_document(policy(&[everything()])).send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let list = s.administrator().iam().list_group_policies().group_name(s.named("drivers"));
                Ok(list.send().await?.policy_names().is_empty())
            })
        },
    },
    Attack {
        name: "every permission beside what a group had",
        event: "PutGroupPolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_group_with_work(s))),
        call: |s| {
            let put = s.intruder().iam().put_group_policy().group_name(s.named("clerks")).policy_name("work");
            Box::pin(async { done(put.policy_document(policy(&[work(), everything()])).send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let get = s.administrator().iam().get_group_policy().group_name(s.named("clerks")).policy_name("work");
                is_work(&get.send().await?.policy_document)
            })
        },
    },
    Attack {
        name: "every permission beside a harmless statement, for a user",
        event: "PutUserPolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let put = s.intruder().iam().put_user_policy().user_name("intruder").policy_name("beside");
            Box::pin(async { done(put.policy_document(policy(&[work(), everything()])).send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let get = s.administrator().iam().get_user_policy().user_name("intruder").policy_name("beside");
                is_work(&get.send().await?.policy_document)
            })
        },
    },
    Attack {
        name: "a user's permissions boundary taken away",
        event: "DeleteUserPermissionsBoundary",
        guard: POLICY_GUARD,
        prepare: Some(|s| {
            let create = s.administrator().iam().create_user().user_name(s.named("temp"));
            Box::pin(async { done(create.permissions_boundary(BOUNDARY).send().await) })
        }),
        call: |s| {
            let delete = s.intruder().iam().delete_user_permissions_boundary().user_name(s.named("temp"));
            Box::pin(async { done(delete.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let user = s.administrator().iam().get_user().user_name(s.named("temp")).send().await?.user;
                let boundary = user.and_then(|user| user.permissions_boundary);
                Ok(boundary.and_then(|boundary| boundary.permissions_boundary_arn).as_deref() == Some(BOUNDARY))
            })
        },
    },
    Attack {
        name: "an access key for the administrator, whom the standard does not name",
        event: "CreateAccessKey",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let create = s.intruder().iam().create_access_key().user_name(ADMINISTRATOR);
            Box::pin(async { done(create.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let keys = s.administrator().iam().list_access_keys().user_name(ADMINISTRATOR).send().await?;
                let keys = keys.access_key_metadata;
                let active = keys.iter().filter(|key| key.status == Some(StatusType::Active)).count();
                Ok((keys.len(), active) == (2, 1))
            })
        },
    },
    Attack {
        name: "a console password for the administrator, who had none",
        event: "CreateLoginProfile",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let create = s.intruder().iam().create_login_profile().user_name(ADMINISTRATOR);
            let create = create.password("Correct-horse-1");
            Box::pin(async { done(create.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                Ok(s.administrator().iam().get_login_profile().user_name(ADMINISTRATOR).send().await.is_err())
            })
        },
    },
    Attack {
        name: "a credential for CodeCommit for the administrator",
        event: "CreateServiceSpecificCredential",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let create = s.intruder().iam().create_service_specific_credential().user_name(ADMINISTRATOR);
            let create = create.service_name("codecommit.amazonaws.com");
            Box::pin(async { done(create.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let list = s.administrator().iam().list_service_specific_credentials().user_name(ADMINISTRATOR);
                let found = list.send().await?.service_specific_credentials.unwrap_or_default();
                Ok(found.len() == 1 && found.iter().all(|one| one.status == StatusType::Inactive))
            })
        },
    },
    Attack {
        name: "a signing certificate for the administrator",
        event: "UploadSigningCertificate",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let upload = s.intruder().iam().upload_signing_certificate().user_name(ADMINISTRATOR);
            let upload = upload.certificate_body("-----BEGIN CERTIFICATE-----");
            Box::pin(async { done(upload.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let list = s.administrator().iam().list_signing_certificates().user_name(ADMINISTRATOR);
                let found = list.send().await?.certificates;
                Ok(found.len() == 1 && found.iter().all(|one| one.status == StatusType::Inactive))
            })
        },
    },
    Attack {
        name: "a policy deleted that kept two others from being a way together",
        event: "DeleteRolePolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_bound_role(s))),
        call: |s| {
            let delete = s.intruder().iam().delete_role_policy().role_name(s.named("steward"));
            Box::pin(async { done(delete.policy_name("guardrail").send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let list = s.administrator().iam().list_role_policies().role_name(s.named("steward"));
                let mut names = list.send().await?.policy_names;
                names.sort();
                Ok(names == ["first", "guardrail", "second"])
            })
        },
    },
    // What it was let in by the policy guard ends, once the other one has seen to it that this one may look.
    Attack {
        name: "another account let into a bucket, and the policy guard shut out",
        event: "PutBucketPolicy",
        guard: "encryption-guard",
        prepare: Some(|s| Box::pin(create_bucket(s, "vault"))),
        call: |s| Box::pin(let_in_and_shut_out(s, "vault", POLICY_GUARD)),
        is_repaired: |s| Box::pin(is_stranger_gone(s, "vault")),
    },
    Attack {
        name: "another account let into a bucket, and the encryption guard shut out",
        event: "PutBucketPolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_bucket(s, "strongroom"))),
        call: |s| Box::pin(let_in_and_shut_out(s, "strongroom", "encryption-guard")),
        is_repaired: |s| Box::pin(is_stranger_gone(s, "strongroom")),
    },
    Attack {
        name: "another account let into a key, and the policy guard shut out",
        event: "PutKeyPolicy",
        guard: "encryption-guard",
        prepare: Some(|s| Box::pin(create_key(s, "strongbox"))),
        call: |s| Box::pin(let_into_key_and_shut_out(s, "strongbox", POLICY_GUARD)),
        is_repaired: |s| Box::pin(is_stranger_out_of_key(s, "strongbox")),
    },
    Attack {
        name: "another account let into a key, and the encryption guard shut out",
        event: "PutKeyPolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_key(s, "cashbox"))),
        call: |s| Box::pin(let_into_key_and_shut_out(s, "cashbox", "encryption-guard")),
        is_repaired: |s| Box::pin(is_stranger_out_of_key(s, "cashbox")),
    },
    Attack {
        name: "another account let into a repository, and the policy guard shut out",
        event: "SetRepositoryPolicy",
        guard: "ai-guard",
        prepare: Some(|s| {
            let create = s.administrator().ecr().create_repository().repository_name(s.named("crates"));
            Box::pin(async { done(create.send().await) })
        }),
        call: |s| {
            let pull =
                json!({"Effect": "Allow", "Principal": {"AWS": account(STRANGER)}, "Action": "ecr:BatchGetImage"});
            let keep_out = json!({"Effect": "Deny", "Principal": {"AWS": role(POLICY_GUARD)}, "Action": "ecr:*"});
            let set = s.intruder().ecr().set_repository_policy().repository_name(s.named("crates"));
            Box::pin(async { done(set.policy_text(policy(&[pull, keep_out])).send().await) })
        },
        is_repaired: |s| {
            Box::pin(until(move || async move {
                let get = s.administrator().ecr().get_repository_policy().repository_name(s.named("crates"));
                Ok(!get.send().await.is_ok_and(|it| it.policy_text.is_some_and(|text| text.contains(STRANGER))))
            }))
        },
    },
    Attack {
        name: "another account let in through an access point, and the policy guard shut out",
        event: "PutAccessPointPolicy",
        guard: "encryption-guard",
        prepare: Some(|s| {
            let create = s.administrator().s3control().create_access_point().account_id(ACCOUNT);
            let create = create.name(s.named("wicket")).bucket(s.ml_bucket());
            Box::pin(async { done(create.send().await) })
        }),
        call: |s| {
            let whole = format!("arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/{}", s.named("wicket"));
            let keep_out = json!({"Effect": "Deny", "Principal": {"AWS": role(POLICY_GUARD)}, "Action": "s3:*", "Resource": whole});
            let document = policy(&[lets_in(&format!("{whole}/object/*"), STRANGER), keep_out]);
            let put = s.intruder().s3control().put_access_point_policy().account_id(ACCOUNT).name(s.named("wicket"));
            Box::pin(async { done(put.policy(document).send().await) })
        },
        is_repaired: |s| {
            Box::pin(until(move || async move {
                let get = s.administrator().s3control().get_access_point_policy().account_id(ACCOUNT);
                let found = get.name(s.named("wicket")).send().await;
                Ok(!found.is_ok_and(|it| it.policy.is_some_and(|text| text.contains(STRANGER))))
            }))
        },
    },
    Attack {
        name: "an SSH key for the administrator",
        event: "UploadSSHPublicKey",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let upload = s.intruder().iam().upload_ssh_public_key().user_name(ADMINISTRATOR);
            Box::pin(async { done(upload.ssh_public_key_body("ssh-rsa AAAAB3NzaC1yc2E").send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let list = s.administrator().iam().list_ssh_public_keys().user_name(ADMINISTRATOR);
                let found = list.send().await?.ssh_public_keys.unwrap_or_default();
                Ok(found.len() == 1 && found.iter().all(|one| one.status == StatusType::Inactive))
            })
        },
    },
    Attack {
        name: "the policy of the evidence bucket deleted",
        event: "DeleteBucketPolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let delete = s.intruder().s3().delete_bucket_policy().bucket(s.lab().output("evidence_bucket"));
            Box::pin(async { done(delete.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let get = s.administrator().s3().get_bucket_policy().bucket(s.lab().output("evidence_bucket"));
                Ok(get.send().await.is_ok_and(|answer| answer.policy().is_some_and(|it| it.contains("s3:PutObject"))))
            })
        },
    },
    Attack {
        name: "another account let into a bucket without a policy",
        event: "PutBucketPolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_bucket(s, "drop-box"))),
        call: |s| Box::pin(let_in(s)),
        is_repaired: |s| Box::pin(is_stranger_gone(s, "drop-box")),
    },
    Attack {
        name: "another account let in beside one's own, through an access point",
        event: "PutAccessPointPolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| {
            let create = s.administrator().s3control().create_access_point().account_id(ACCOUNT);
            let create = create.name(s.named("hatch")).bucket(s.ml_bucket());
            Box::pin(async { done(create.send().await) })
        }),
        call: |s| {
            let name = s.named("hatch");
            let objects = format!("arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/{name}/object/*");
            let document = policy(&[lets_in(&objects, ACCOUNT), lets_in(&objects, STRANGER)]);
            let put = s.intruder().s3control().put_access_point_policy().account_id(ACCOUNT).name(name);
            Box::pin(async { done(put.policy(document).send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let get = s.administrator().s3control().get_access_point_policy().account_id(ACCOUNT);
                let policy = get.name(s.named("hatch")).send().await?.policy.unwrap_or_default();
                Ok(policy.contains(ACCOUNT) && !policy.contains(STRANGER))
            })
        },
    },
    Attack {
        name: "the pipeline's policy deleted",
        event: "DeletePolicy",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| Box::pin(delete_ml_policy(s)),
        is_repaired: |s| {
            Box::pin(async {
                let arn = s.lab().output("ml_data_policy_arn");
                let list = s.administrator().iam().list_attached_role_policies().role_name(ml_role(s));
                let attached = list.send().await?.attached_policies.unwrap_or_default();
                Ok(attached.iter().any(|policy| policy.policy_arn() == Some(arn)))
            })
        },
    },
];

/// Attacks on what the built-in standard leaves to people, under one that enforces it.
pub(crate) const ATTACKS_ON_WHAT_IS_ENFORCED: &[Attack] = &[
    Attack {
        name: "a new access key for a watched user",
        event: "CreateAccessKey",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_watched_user(s))),
        call: |s| {
            let create = s.intruder().iam().create_access_key().user_name(WATCHED);
            Box::pin(async { done(create.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let keys = s.administrator().iam().list_access_keys().user_name(WATCHED).send().await?;
                let keys = keys.access_key_metadata;
                Ok(keys.len() == 2 && keys.iter().all(|key| key.status == Some(StatusType::Inactive)))
            })
        },
    },
    Attack {
        name: "a console password for a watched user that had none",
        event: "CreateLoginProfile",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(look_for_a_password(s))),
        call: |s| {
            let create = s.intruder().iam().create_login_profile().user_name(WATCHED).password("Correct-horse-1");
            Box::pin(async { done(create.send().await) })
        },
        is_repaired: |s| {
            Box::pin(async { Ok(s.administrator().iam().get_login_profile().user_name(WATCHED).send().await.is_err()) })
        },
    },
    Attack {
        name: "a SAML provider's metadata replaced",
        event: "UpdateSAMLProvider",
        guard: POLICY_GUARD,
        prepare: Some(|s| {
            let create = s.administrator().iam().create_saml_provider().name("staff");
            Box::pin(async { done(create.saml_metadata_document(metadata("own")).send().await) })
        }),
        call: |s| {
            let update = s.intruder().iam().update_saml_provider().saml_provider_arn(provider("saml-provider/staff"));
            Box::pin(async { done(update.saml_metadata_document(metadata("other")).send().await) })
        },
        is_repaired: |s| {
            Box::pin(async {
                let get =
                    s.administrator().iam().get_saml_provider().saml_provider_arn(provider("saml-provider/staff"));
                let document = get.send().await?.saml_metadata_document;
                Ok(document.as_deref() == Some(metadata("own").as_str()))
            })
        },
    },
    Attack {
        name: "one more certificate for an OpenID Connect provider",
        event: "UpdateOpenIDConnectProviderThumbprint",
        guard: POLICY_GUARD,
        prepare: Some(|s| {
            let create = s.administrator().iam().create_open_id_connect_provider().url(format!("https://{LOGIN}"));
            let create = create.client_id_list("sts.amazonaws.com").thumbprint_list("1".repeat(40));
            Box::pin(async { done(create.send().await) })
        }),
        call: |s| {
            let update = s.intruder().iam().update_open_id_connect_provider_thumbprint();
            let update = update.open_id_connect_provider_arn(provider(&format!("oidc-provider/{LOGIN}")));
            let update = update.thumbprint_list("1".repeat(40)).thumbprint_list("2".repeat(40));
            Box::pin(async { done(update.send().await) })
        },
        is_repaired: |s| Box::pin(async { Ok(oidc_provider(s).await? == (1, 1)) }),
    },
    Attack {
        name: "one more client of an OpenID Connect provider",
        event: "AddClientIDToOpenIDConnectProvider",
        guard: POLICY_GUARD,
        prepare: None,
        call: |s| {
            let add = s.intruder().iam().add_client_id_to_open_id_connect_provider().client_id("another");
            let add = add.open_id_connect_provider_arn(provider(&format!("oidc-provider/{LOGIN}")));
            Box::pin(async { done(add.send().await) })
        },
        is_repaired: |s| Box::pin(async { Ok(oidc_provider(s).await? == (1, 1)) }),
    },
    Attack {
        name: "another account let into a bucket that needs no policy",
        event: "PutBucketPolicy",
        guard: POLICY_GUARD,
        prepare: Some(|s| Box::pin(create_bucket(s, "drop-box"))),
        call: |s| Box::pin(let_in(s)),
        is_repaired: |s| {
            Box::pin(async {
                Ok(s.administrator().s3().get_bucket_policy().bucket(s.named("drop-box")).send().await.is_err())
            })
        },
    },
];

const WATCHED: &str = "watched";
const ADMINISTRATOR: &str = "administrator";
const LOGIN: &str = "login.example.com";

pub(crate) async fn run(lab: &Lab, report: &mut Report, found: &mut BTreeSet<String>) {
    let scene = Scene::new(lab, 0);
    let mut stream = lab.stream();
    for attack in ATTACKS {
        let case = async {
            trial::prepare(&scene, &mut stream, attack.prepare).await?;
            let repair = trial::attack(&scene, &mut stream, attack).await?;
            found.extend(repair.answer.findings.into_iter().map(|finding| finding.control));
            Ok(())
        };
        report.case(format!("repaired: {} ({})", attack.name, attack.event), case).await;
    }
}

fn writes_everywhere() -> Value {
    json!({"Sid": "Parcels", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"})
}

/// What the user may do else is still there, beside a Deny on the object of the standard. The local AWS may answer URL-encoded.
async fn keeps_the_standard(s: &Scene<'_>) -> Result<bool> {
    let get = s.administrator().iam().get_user_policy().user_name("intruder").policy_name("parcels");
    let document = get.send().await?.policy_document;
    let (_, key) = STANDARD_OBJECT;
    let names = |text: &str| document.contains(text) || document.contains(&text.replace('/', "%2F"));
    Ok(["Parcels", "KeepStandard", key].into_iter().all(names))
}

async fn create_bucket(s: &Scene<'_>, name: &str) -> Result<()> {
    done(s.administrator().s3().create_bucket().bucket(s.named(name)).send().await)
}

async fn let_in_and_shut_out(s: &Scene<'_>, bucket: &str, guard: &str) -> Result<()> {
    let bucket = s.named(bucket);
    let (whole, objects) = (format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*"));
    let keep_out =
        json!({"Effect": "Deny", "Principal": {"AWS": role(guard)}, "Action": "s3:*", "Resource": [whole, objects]});
    let document = policy(&[lets_in(&objects, STRANGER), keep_out]);
    done(s.intruder().s3().put_bucket_policy().bucket(bucket).policy(document).send().await)
}

async fn is_stranger_gone(s: &Scene<'_>, bucket: &str) -> Result<bool> {
    until(|| async {
        let found = s.administrator().s3().get_bucket_policy().bucket(s.named(bucket)).send().await;
        Ok(!found.is_ok_and(|answer| answer.policy().is_some_and(|policy| policy.contains(STRANGER))))
    })
    .await
}

/// Both guards have a part in it, one after the other.
async fn until<F: Future<Output = Result<bool>>>(is_so: impl Fn() -> F) -> Result<bool> {
    for _ in 0..50 {
        if is_so().await? {
            return Ok(true);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Ok(false)
}

async fn create_key(s: &Scene<'_>, name: &str) -> Result<()> {
    let kms = s.administrator().kms();
    let key = kms.create_key().send().await?.key_metadata.map(|key| key.key_id).unwrap_or_default();
    done(kms.create_alias().alias_name(alias(s, name)).target_key_id(key).send().await)
}

fn alias(s: &Scene<'_>, name: &str) -> String {
    format!("alias/{}", s.named(name))
}

async fn key(s: &Scene<'_>, name: &str) -> Result<String> {
    let described = s.administrator().kms().describe_key().key_id(alias(s, name)).send().await?;
    Ok(described.key_metadata.map(|key| key.key_id).unwrap_or_default())
}

async fn let_into_key_and_shut_out(s: &Scene<'_>, name: &str, guard: &str) -> Result<()> {
    let allow = |account: &str, action: &str| json!({"Effect": "Allow", "Principal": {"AWS": self::account(account)}, "Action": action, "Resource": "*"});
    let keep_out = json!({"Effect": "Deny", "Principal": {"AWS": role(guard)}, "Action": "kms:*", "Resource": "*"});
    let document = policy(&[allow(ACCOUNT, "kms:*"), allow(STRANGER, "kms:Decrypt"), keep_out]);
    let put = s.intruder().kms().put_key_policy().key_id(key(s, name).await?);
    done(put.policy(document).send().await)
}

async fn is_stranger_out_of_key(s: &Scene<'_>, name: &str) -> Result<bool> {
    let key = key(s, name).await?;
    until(|| async {
        let found = s.administrator().kms().get_key_policy().key_id(&key).send().await?;
        Ok(found.policy.is_some_and(|policy| !policy.contains(STRANGER)))
    })
    .await
}

fn account(id: &str) -> String {
    format!("arn:aws:iam::{id}:root")
}

/// Of a guard's function.
fn role(guard: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/parapet-{guard}")
}

async fn let_in(s: &Scene<'_>) -> Result<()> {
    let bucket = s.named("drop-box");
    let document = policy(&[lets_in(&format!("arn:aws:s3:::{bucket}/*"), STRANGER)]);
    done(s.intruder().s3().put_bucket_policy().bucket(bucket).policy(document).send().await)
}

/// With a key that is switched off: the guard knows then that no other was there.
async fn create_watched_user(s: &Scene<'_>) -> Result<()> {
    let iam = s.administrator().iam();
    iam.create_user().user_name(WATCHED).send().await?;
    let key = iam.create_access_key().user_name(WATCHED).send().await?.access_key;
    let id = key.ok_or_else(|| Trouble::new("no key was made"))?.access_key_id;
    done(iam.update_access_key().user_name(WATCHED).access_key_id(id).status(StatusType::Inactive).send().await)
}

/// An event that comes late: the guard sees that there is no password.
async fn look_for_a_password(s: &Scene<'_>) -> Result<()> {
    let record = json!({"eventID": "late", "eventName": "CreateLoginProfile", "eventSource": "iam.amazonaws.com",
        "awsRegion": "us-east-1", "recipientAccountId": ACCOUNT, "requestParameters": {"userName": WATCHED}});
    s.lab().invoke(POLICY_GUARD, record.to_string().as_bytes()).await.map(drop)
}

fn provider(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{name}")
}

/// IAM takes no metadata of less than a thousand characters.
fn metadata(of: &str) -> String {
    format!("<EntityDescriptor entityID=\"{of}\">{}</EntityDescriptor>", " ".repeat(1_000))
}

/// How many clients and certificates it has.
async fn oidc_provider(s: &Scene<'_>) -> Result<(usize, usize)> {
    let arn = provider(&format!("oidc-provider/{LOGIN}"));
    let get = s.administrator().iam().get_open_id_connect_provider().open_id_connect_provider_arn(arn);
    let found = get.send().await?;
    Ok((found.client_id_list().len(), found.thumbprint_list().len()))
}

async fn create_role(s: &Scene<'_>) -> Result<()> {
    let trust =
        json!({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let create = s.administrator().iam().create_role().role_name(s.named("courier"));
    done(create.assume_role_policy_document(policy(&[trust])).send().await)
}

/// Of two policies that are a way together, kept from it by a third: the guard sees all three, and remembers.
async fn create_bound_role(s: &Scene<'_>) -> Result<()> {
    let (iam, role) = (s.administrator().iam(), s.named("steward"));
    let trust =
        json!({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"});
    iam.create_role().role_name(&role).assume_role_policy_document(policy(&[trust])).send().await?;
    for (name, effect, actions) in [
        ("guardrail", "Deny", json!("states:*")),
        ("first", "Allow", json!("states:StartExecution")),
        ("second", "Allow", json!(["states:UpdateStateMachine", "states:ListStateMachines"])),
    ] {
        let document = policy(&[json!({"Effect": effect, "Action": actions, "Resource": "*"})]);
        done(iam.put_role_policy().role_name(&role).policy_name(name).policy_document(document).send().await)?;
    }
    Ok(())
}

async fn create_group(s: &Scene<'_>, name: &str) -> Result<()> {
    done(s.administrator().iam().create_group().group_name(s.named(name)).send().await)
}

/// What it had is accepted once the guard has seen it.
async fn create_group_with_work(s: &Scene<'_>) -> Result<()> {
    create_group(s, "clerks").await?;
    let put = s.administrator().iam().put_group_policy().group_name(s.named("clerks")).policy_name("work");
    done(put.policy_document(policy(&[work()])).send().await)
}

/// IAM deletes no policy that is attached or has other versions. The guard may be faster than the intruder, who then tries again.
async fn delete_ml_policy(s: &Scene<'_>) -> Result<()> {
    const TRIES: usize = 20;
    let (iam, arn) = (s.intruder().iam(), s.lab().output("ml_data_policy_arn"));
    let mut refused = Trouble::new("it was not tried");
    for _ in 0..TRIES {
        for version in iam.list_policy_versions().policy_arn(arn).send().await?.versions.unwrap_or_default() {
            if let Some(id) = version.version_id.filter(|_| !version.is_default_version) {
                done(iam.delete_policy_version().policy_arn(arn).version_id(id).send().await)?;
            }
        }
        let _ = iam.detach_role_policy().role_name(ml_role(s)).policy_arn(arn).send().await;
        match iam.delete_policy().policy_arn(arn).send().await {
            Ok(_) => return Ok(()),
            Err(error) => refused = error.into(),
        }
    }
    Err(refused)
}

fn ml_role<'s>(s: &Scene<'s>) -> &'s str {
    s.lab().output("ml_service_role_arn").rsplit('/').next().unwrap_or_default()
}

/// A statement that harms nobody.
fn work() -> Value {
    json!({"Sid": "Work", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"})
}

fn everything() -> Value {
    json!({"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"})
}

fn lets_in(objects: &str, account: &str) -> Value {
    let reader = format!("arn:aws:iam::{account}:role/reader");
    json!({"Effect": "Allow", "Principal": {"AWS": reader}, "Action": "s3:GetObject", "Resource": objects})
}

fn policy(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// IAM writes documents URL-encoded: what stands in one with every permission is told apart by its Sid.
fn is_work(document: &str) -> Result<bool> {
    Ok(document.contains("Work") && !document.contains("All%22") && !document.contains("\"All\""))
}
