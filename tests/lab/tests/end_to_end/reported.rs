//! What the guards report and leave alone, because only its owner can tell whether it is meant; and attacks that need a standard of
//! one's own, or that several events show.

use parapet_guards::on;
use std::collections::BTreeSet;

use parapet_aws::Connection;
use parapet_aws::sdk::cloudtrail::types::{AdvancedEventSelector, AdvancedFieldSelector};
use parapet_aws::sdk::s3::config::Credentials;
use parapet_aws::sdk::s3control::types::PublicAccessBlockConfiguration;
use parapet_console::checkout::Workspace;
use parapet_console::{Result, Trouble};
use parapet_core::Home;
use parapet_guards::{Facet, IamEntity, Resource, memory_key};
use parapet_lab::attacks::Step;
use parapet_lab::{ACCOUNT, Lab, REGION, Scene, Stream, trial};
use serde_json::{Value, json};

use crate::inputs::read;
use crate::report::{Report, ensure};

/// Another account of the lab.
pub(crate) const STRANGER: &str = "444455556666";

/// The standard of the end-to-end tests: the built-in one, and what it leaves to its users.
/// What is made here is looked at at once: what waits until it has settled is tried by the cases with labs of their own, and by the laws.
pub(crate) const STANDARD: &str = "{principals: {administrators: [group/admins], protected: [user/watched]}, buckets: {minimum_tls: '1.2'}, \
                                   settle: {minutes: 0}}";

/// A call of the intruder's that a guard reports.
struct Case {
    name: &'static str,
    event: &'static str,
    guard: &'static str,
    /// What it has to find, and nothing that it repairs.
    control: &'static str,
    prepare: Option<Step>,
    call: Step,
}

const CASES: &[Case] = &[
    Case {
        name: "a service that may write to the data bucket for anybody",
        event: "PutBucketPolicy",
        guard: "policy-guard",
        control: "S3.ConfusedDeputy",
        prepare: None,
        call: |s| Box::pin(let_service_write(s)),
    },
    Case {
        name: "an access point that blocks nothing",
        event: "CreateAccessPoint",
        guard: "encryption-guard",
        control: "S3.AccessPointBlock",
        prepare: None,
        call: |s| Box::pin(create_access_point(s, "open-door")),
    },
    Case {
        name: "a key that is not the pipeline's disabled",
        event: "DisableKey",
        guard: "encryption-guard",
        control: "KMS.OtherKeyEnabled",
        prepare: Some(|s| Box::pin(create_key(s, "disabled"))),
        call: |s| {
            Box::pin(async { done(s.intruder().kms().disable_key().key_id(key(s, "disabled").await?).send().await) })
        },
    },
    Case {
        name: "a key that is not the pipeline's to be deleted",
        event: "ScheduleKeyDeletion",
        guard: "encryption-guard",
        control: "KMS.OtherKeyDeletion",
        prepare: Some(|s| Box::pin(create_key(s, "deleted"))),
        call: |s| {
            Box::pin(async {
                done(s.intruder().kms().schedule_key_deletion().key_id(key(s, "deleted").await?).send().await)
            })
        },
    },
    Case {
        name: "a role that deletes versions of the pipeline's data",
        event: "PutRolePolicy",
        guard: "policy-guard",
        control: "IAM.ProtectedData",
        prepare: Some(|s| Box::pin(create_role(s, "eraser", "lambda.amazonaws.com"))),
        call: |s| {
            let data = format!("arn:aws:s3:::{}/*", s.ml_bucket());
            Box::pin(put_role_policy(s, "eraser", allow(&json!("s3:DeleteObjectVersion"), &json!(data))))
        },
    },
    Case {
        name: "a role that decrypts with every key",
        event: "PutRolePolicy",
        guard: "policy-guard",
        control: "IAM.KmsDecrypt",
        prepare: Some(|s| Box::pin(create_role(s, "decrypter", "lambda.amazonaws.com"))),
        call: |s| Box::pin(put_role_policy(s, "decrypter", allow(&json!("kms:Decrypt"), &json!("*")))),
    },
    Case {
        name: "a role that decrypts with every key of another region",
        event: "PutRolePolicy",
        guard: "policy-guard",
        control: "IAM.KmsDecrypt",
        prepare: Some(|s| Box::pin(create_role(s, "remote-decrypter", "lambda.amazonaws.com"))),
        call: |s| {
            let keys = format!("arn:aws:kms:eu-central-1:{ACCOUNT}:key/*");
            Box::pin(put_role_policy(s, "remote-decrypter", allow(&json!("kms:Decrypt"), &json!(keys))))
        },
    },
    Case {
        name: "a role that decrypts with every key",
        event: "PutRolePolicy",
        guard: "policy-guard",
        control: "IAM.KmsDecrypt",
        prepare: Some(|s| Box::pin(create_role(s, "lender", "lambda.amazonaws.com"))),
        call: |s| Box::pin(put_role_policy(s, "lender", allow(&json!("kms:Decrypt"), &json!("*")))),
    },
    Case {
        name: "a role that opens the pipeline's data to others",
        event: "PutRolePolicy",
        guard: "policy-guard",
        control: "IAM.Exposure",
        prepare: Some(|s| Box::pin(create_role(s, "sharer", "lambda.amazonaws.com"))),
        call: |s| {
            let data = format!("arn:aws:s3:::{}", s.ml_bucket());
            Box::pin(put_role_policy(s, "sharer", allow(&json!("s3:PutBucketPolicy"), &json!(data))))
        },
    },
    Case {
        name: "a role that has a service copy what any role reads",
        event: "PutRolePolicy",
        guard: "policy-guard",
        control: "IAM.ConfusedService",
        prepare: Some(|s| Box::pin(create_role(s, "mover", "lambda.amazonaws.com"))),
        call: |s| {
            let to_service = json!({"StringEquals": {"iam:PassedToService": "datasync.amazonaws.com"}});
            // To pass one of Parapet's own would be taken.
            let own = format!("arn:aws:iam::{ACCOUNT}:role/parapet-*");
            let passes =
                json!({"Effect": "Allow", "Action": "iam:PassRole", "NotResource": own, "Condition": to_service});
            let moves = allow(&json!("datasync:CreateTask"), &json!("*"));
            let document = json!({"Version": "2012-10-17", "Statement": [passes, moves]}).to_string();
            let put = s.intruder().iam().put_role_policy().role_name(s.named("mover")).policy_name("rights");
            Box::pin(async { done(put.policy_document(document).send().await) })
        },
    },
    Case {
        name: "a role with all of a service",
        event: "PutRolePolicy",
        guard: "policy-guard",
        control: "IAM.ServiceWildcard",
        prepare: Some(|s| Box::pin(create_role(s, "owner", "lambda.amazonaws.com"))),
        call: |s| Box::pin(put_role_policy(s, "owner", allow(&json!("secretsmanager:*"), &json!("*")))),
    },
    Case {
        name: "a role with whatever is not named",
        event: "PutRolePolicy",
        guard: "policy-guard",
        control: "IAM.NotElement",
        prepare: Some(|s| Box::pin(create_role(s, "worker", "lambda.amazonaws.com"))),
        call: |s| {
            let queues = format!("arn:aws:sqs:*:{ACCOUNT}:work-*");
            let statement = json!({"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": queues});
            Box::pin(put_role_policy(s, "worker", statement))
        },
    },
    Case {
        name: "the pipeline's role with more than its own policy",
        event: "PutRolePolicy",
        guard: "policy-guard",
        control: "IAM.ServiceRoleOnly",
        prepare: None,
        call: |s| {
            let arn = s.lab().output("ml_service_role_arn");
            let role = arn.rsplit('/').next().unwrap_or_default();
            let document = policy(&allow(&json!("sqs:SendMessage"), &json!("*")));
            let put =
                s.intruder().iam().put_role_policy().role_name(role).policy_name("more").policy_document(document);
            Box::pin(async { done(put.send().await) })
        },
    },
    Case {
        name: "a role that a service takes for anybody",
        event: "CreateRole",
        guard: "policy-guard",
        control: "IAM.TrustConfusedDeputy",
        prepare: None,
        call: |s| {
            let role = s.intruder().iam().create_role().role_name(s.named("notebook"));
            let role = role.assume_role_policy_document(policy(&trusts("sagemaker.amazonaws.com")));
            Box::pin(async { done(role.send().await) })
        },
    },
    Case {
        name: "a boundary that allows more than before",
        event: "CreatePolicyVersion",
        guard: "policy-guard",
        control: "IAM.BoundaryWidened",
        prepare: Some(|s| Box::pin(create_bounded_role(s, "bounded-team"))),
        call: |s| {
            let document = policy(&allow(&json!(["s3:GetObject", "sqs:SendMessage"]), &json!("*")));
            let version = s.intruder().iam().create_policy_version().policy_arn(s.policy_arn("bounded-team"));
            Box::pin(async { done(version.policy_document(document).set_as_default(true).send().await) })
        },
    },
    Case {
        name: "a user in a group that holds PowerUserAccess",
        event: "AddUserToGroup",
        guard: "policy-guard",
        control: "IAM.BroadGroup",
        prepare: Some(|s| Box::pin(create_power_users(s))),
        call: |s| {
            let add = s.intruder().iam().add_user_to_group().group_name(s.named("power-users"));
            Box::pin(async { done(add.user_name("intruder").send().await) })
        },
    },
    Case {
        name: "a new OpenID Connect provider",
        event: "CreateOpenIDConnectProvider",
        guard: "policy-guard",
        control: "IAM.IdentityProvider",
        prepare: None,
        call: |s| {
            let create = s.intruder().iam().create_open_id_connect_provider().url("https://login.example.com");
            let create = create.client_id_list("sts.amazonaws.com").thumbprint_list("1".repeat(40));
            Box::pin(async { done(create.send().await) })
        },
    },
    Case {
        name: "a new SAML provider",
        event: "CreateSAMLProvider",
        guard: "policy-guard",
        control: "IAM.IdentityProvider",
        prepare: None,
        call: |s| {
            // IAM takes no metadata of less than a thousand characters.
            let metadata = format!("<EntityDescriptor>{}</EntityDescriptor>", " ".repeat(1_000));
            let create =
                s.intruder().iam().create_saml_provider().name(s.named("login")).saml_metadata_document(metadata);
            Box::pin(async { done(create.send().await) })
        },
    },
    Case {
        name: "an access key for a watched user",
        event: "CreateAccessKey",
        guard: "policy-guard",
        control: "IAM.ProtectedAccessKeys",
        prepare: Some(|s| Box::pin(create_watched(s))),
        call: |s| Box::pin(async { done(s.intruder().iam().create_access_key().user_name(WATCHED).send().await) }),
    },
    Case {
        name: "a console password for a watched user",
        event: "CreateLoginProfile",
        guard: "policy-guard",
        control: "IAM.ProtectedLogin",
        prepare: None,
        call: |s| {
            let create =
                s.intruder().iam().create_login_profile().user_name(WATCHED).password("Correct-Horse-7-Battery");
            Box::pin(async { done(create.send().await) })
        },
    },
    Case {
        name: "the administrator's second factor taken away",
        event: "DeactivateMFADevice",
        guard: "policy-guard",
        control: "IAM.SecondFactor",
        prepare: Some(|s| Box::pin(register_device(s))),
        call: |s| {
            let deactivate = s.intruder().iam().deactivate_mfa_device().user_name(ADMINISTRATOR);
            Box::pin(async { done(deactivate.serial_number(device()).send().await) })
        },
    },
    Case {
        name: "an event data store that takes in less",
        event: "UpdateEventDataStore",
        guard: "logging-guard",
        control: "CloudTrail.StoreSelectors",
        prepare: Some(|s| Box::pin(create_store(s, "narrowed"))),
        call: |s| Box::pin(narrow_store(s, "narrowed")),
    },
    Case {
        name: "a service that may query an event data store for anybody",
        event: "PutResourcePolicy",
        guard: "logging-guard",
        control: "CloudTrail.LakeConfusedDeputy",
        prepare: Some(|s| Box::pin(create_store(s, "queried"))),
        call: |s| Box::pin(let_service_query(s, "queried")),
    },
    Case {
        name: "a delegated administrator removed",
        event: "DeregisterOrganizationDelegatedAdmin",
        guard: "logging-guard",
        control: "CloudTrail.DelegatedAdmin",
        prepare: Some(|s| {
            let register = s.administrator().cloudtrail().register_organization_delegated_admin();
            Box::pin(async { done(register.member_account_id(STRANGER).send().await) })
        }),
        call: |s| {
            let remove = s.intruder().cloudtrail().deregister_organization_delegated_admin();
            Box::pin(async { done(remove.delegated_admin_account_id(STRANGER).send().await) })
        },
    },
];

const WATCHED: &str = "watched";
const ADMINISTRATOR: &str = "administrator";

fn device() -> String {
    format!("arn:aws:iam::{ACCOUNT}:mfa/{ADMINISTRATOR}")
}

/// The guard sees it registered, and remembers.
async fn register_device(s: &Scene<'_>) -> Result<()> {
    let iam = s.administrator().iam();
    iam.create_virtual_mfa_device().virtual_mfa_device_name(ADMINISTRATOR).send().await?;
    let enable = iam.enable_mfa_device().user_name(ADMINISTRATOR).serial_number(device());
    done(enable.authentication_code1("123456").authentication_code2("654321").send().await)
}

/// Runs them all; adds the controls that were found.
pub(crate) async fn run(lab: &Lab, workspace: &Workspace, report: &mut Report, found: &mut BTreeSet<String>) {
    let scene = Scene::new(lab, 0);
    let mut stream = lab.stream();
    for case in CASES {
        let trial = async {
            trial::prepare(&scene, &mut stream, case.prepare).await?;
            let answer = trial::answer_to(&scene, &mut stream, case.guard, case.event, case.call).await?;
            let controls: Vec<&str> = answer.findings.iter().map(|finding| finding.control.as_str()).collect();
            let said = format!("{} ({controls:?}), {:?}", answer.outcome, answer.actions);
            found.extend(controls.iter().map(|&control| control.to_owned()));
            ensure(answer.outcome == "Observed" && answer.actions.is_empty(), format!("not only reported: {said}"))?;
            ensure(controls.contains(&case.control), format!("not for {}: {said}", case.control))
        };
        report.case(format!("reported: {} ({})", case.name, case.event), trial).await;
    }
    let moving = move_alias(&scene, &mut stream, found);
    report.case("repaired: the alias of the pipeline's key moved to another (UpdateAlias)", moving).await;
    let joining = join_administrators(&scene, &mut stream, found);
    report.case("repaired: the intruder among the administrators (AddUserToGroup)", joining).await;
    report.case("reported: the organization's trail without validation", of_organization(lab, workspace)).await;
    let unreadable = unreadable_memory(&scene, &mut stream, found);
    report.case("undetermined: what is remembered of a policy cannot be read (PutRolePolicy)", unreadable).await;
    let shut_out = everybody_shut_out(&scene, &mut stream, found);
    report.case("blocked: a key's policy lets nobody look at it but the intruder (PutKeyPolicy)", shut_out).await;
}

/// Bootstrap kept which key is the pipeline's, so that its alias goes back to it, whatever the other one says of itself.
async fn move_alias(scene: &Scene<'_>, stream: &mut Stream, found: &mut BTreeSet<String>) -> Result<()> {
    trial::prepare(scene, stream, Some(|s| Box::pin(create_key(s, "false")))).await?;
    let answer = trial::answer_to(scene, stream, "encryption-guard", "UpdateAlias", |s| {
        Box::pin(async {
            let moved = s.intruder().kms().update_alias().alias_name("alias/parapet-ml");
            done(moved.target_key_id(key(s, "false").await?).send().await)
        })
    })
    .await?;
    found.extend(answer.findings.iter().map(|finding| finding.control.clone()));
    let is_told = answer.findings.iter().any(|finding| finding.control == "KMS.KeyAlias");
    ensure(answer.is_repair() && is_told, format!("it answered {answer:?}"))?;
    let described = scene.administrator().kms().describe_key().key_id("alias/parapet-ml").send().await?;
    let arn = described.key_metadata.and_then(|key| key.arn);
    ensure(arn.as_deref() == Some(scene.key_arn()), format!("the alias points to {arn:?}"))
}

/// Whether a policy is new cannot be told where somebody garbled what is remembered of it: it is told, and nothing is taken.
async fn unreadable_memory(scene: &Scene<'_>, stream: &mut Stream, found: &mut BTreeSet<String>) -> Result<()> {
    let role = scene.named("garbled");
    let home = Home { partition: "aws".to_owned(), account: ACCOUNT.to_owned(), region: REGION.to_owned() };
    let inline =
        Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Role(role.clone()), name: "more".to_owned() });
    let key = memory_key(&home, &inline, Facet::InlineDocument);
    // The policy of the bucket keeps everybody else from writing there.
    let (s3, iam) = (scene.lab().root.aws.s3(), scene.administrator().iam());
    let trust =
        policy(&json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}));
    iam.create_role().role_name(&role).assume_role_policy_document(trust).send().await?;
    let bucket = scene.lab().output("evidence_bucket");
    s3.put_object().bucket(bucket).key(key).body(b"{\"version\": 99}".to_vec().into()).send().await?;
    let answer = trial::answer_to(scene, stream, "policy-guard", "PutRolePolicy", |s| Box::pin(garble(s))).await?;
    found.extend(answer.findings.iter().map(|finding| finding.control.clone()));
    let tells = answer.findings.iter().any(|finding| finding.control == "Parapet.Memory");
    let is_right = answer.outcome == "Undetermined" && tells && answer.actions.is_empty();
    ensure(is_right, format!("it answered {answer:?}"))
}

async fn garble(s: &Scene<'_>) -> Result<()> {
    let put = s.intruder().iam().put_role_policy().role_name(s.named("garbled")).policy_name("more");
    done(put.policy_document(policy(&allow(&json!("*"), &json!("*")))).send().await)
}

/// An organization's trail without validation, seen by a member: nobody but the management account can change it.
async fn of_organization(lab: &Lab, workspace: &Workspace) -> Result<()> {
    let name = "organization";
    // A key of twelve digits is the root user of that account.
    let credentials = Credentials::new(STRANGER, STRANGER, None, None, "another account");
    let other = Connection::new(REGION, credentials, Some(lab.endpoint()));
    let create = other.cloudtrail().create_trail().name(name).s3_bucket_name("organization-logs");
    let create = create.is_organization_trail(true).is_multi_region_trail(true).enable_log_file_validation(false);
    create.send().await?;
    let event = read(&workspace.root.join("events/logging-guard/organization-UpdateTrail.json"))?;
    let invoked = lab.invoke("logging-guard", event.to_string().as_bytes()).await?;
    let answer = invoked.answer().ok_or_else(|| Trouble::new(format!("it answered {}", invoked.payload)))?;
    let finds = answer.findings.iter().any(|finding| finding.control == "CloudTrail.Validation");
    ensure(answer.outcome == "Observed" && finds && answer.actions.is_empty(), format!("it answered {answer:?}"))
}

/// Forgets what a call answered.
pub(crate) fn done<T, E: Into<parapet_console::Trouble>>(answer: std::result::Result<T, E>) -> Result<()> {
    answer.map(drop).map_err(Into::into)
}

pub(crate) fn policy(statement: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

fn allow(action: &Value, resource: &Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn trusts(service: &str) -> Value {
    json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})
}

async fn create_role(s: &Scene<'_>, name: &str, service: &str) -> Result<()> {
    let role = s.administrator().iam().create_role().role_name(s.named(name));
    done(role.assume_role_policy_document(policy(&trusts(service))).send().await)
}

async fn put_role_policy(s: &Scene<'_>, role: &str, statement: Value) -> Result<()> {
    let put = s.intruder().iam().put_role_policy().role_name(s.named(role)).policy_name("rights");
    done(put.policy_document(policy(&statement)).send().await)
}

/// Adds a statement to what the data bucket's policy says.
async fn let_service_write(s: &Scene<'_>) -> Result<()> {
    let (s3, bucket) = (s.intruder().s3(), s.ml_bucket());
    let text = s3.get_bucket_policy().bucket(bucket).send().await?.policy.unwrap_or_default();
    let mut document: Value = serde_json::from_str(&text)?;
    let service = json!({
        "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": format!("arn:aws:s3:::{bucket}/*"),
    });
    if let Some(statements) = document.get_mut("Statement").and_then(Value::as_array_mut) {
        statements.push(service);
    }
    done(s3.put_bucket_policy().bucket(bucket).policy(document.to_string()).send().await)
}

/// One that blocks nothing.
pub(crate) async fn create_access_point(s: &Scene<'_>, name: &str) -> Result<()> {
    let create = s.intruder().s3control().create_access_point().account_id(ACCOUNT);
    // Everything is blocked unless somebody says otherwise.
    let nothing = PublicAccessBlockConfiguration::builder()
        .block_public_acls(false)
        .ignore_public_acls(false)
        .block_public_policy(false)
        .restrict_public_buckets(false)
        .build();
    let create = create.name(s.named(name)).bucket(s.ml_bucket()).public_access_block_configuration(nothing);
    done(create.send().await)
}

/// A key, by an alias of its own.
/// Neither guard can mend it: told at once, with who still can, and not kept for another try.
async fn everybody_shut_out(s: &Scene<'_>, stream: &mut Stream, found: &mut BTreeSet<String>) -> Result<()> {
    trial::prepare(s, stream, Some(|s| Box::pin(create_key(s, "walled")))).await?;
    let call: Step = |s| {
        Box::pin(async {
            let put = s.intruder().kms().put_key_policy().key_id(key(s, "walled").await?);
            done(put.policy(walled_in().to_string()).send().await)
        })
    };
    let answer = trial::answer_to(s, stream, "policy-guard", "PutKeyPolicy", call).await;
    // For the cases that look at all keys.
    let root = s.lab().root.aws.kms();
    let open = json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "kms:*", "Resource": "*"});
    let id = aliased(&s.lab().root.aws, &format!("alias/{}", s.named("walled"))).await?;
    root.put_key_policy().key_id(id).policy(policy(&open)).send().await?;
    let answer = answer?;
    found.extend(answer.findings.iter().map(|finding| finding.control.clone()));
    let told = answer.findings.iter().find(|finding| finding.control == "Parapet.Access");
    ensure(answer.outcome == "Blocked" && told.is_some(), format!("{} ({:?})", answer.outcome, answer.findings))
}

/// What keeps out everybody but the intruder and the root user.
fn walled_in() -> Value {
    let spared = [format!("arn:aws:iam::{ACCOUNT}:user/intruder"), format!("arn:aws:iam::{ACCOUNT}:root")];
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{STRANGER}:root")}, "Action": "kms:Decrypt", "Resource": "*"},
        {"Sid": "KeepOut", "Effect": "Deny", "Principal": "*", "Action": ["kms:GetKeyPolicy", "kms:PutKeyPolicy"], "Resource": "*",
            "Condition": {"ArnNotEquals": {"aws:PrincipalArn": spared}}},
    ]})
}

async fn create_key(s: &Scene<'_>, name: &str) -> Result<()> {
    let kms = s.administrator().kms();
    let key = kms.create_key().send().await?.key_metadata.map(|key| key.key_id).unwrap_or_default();
    done(kms.create_alias().alias_name(format!("alias/{}", s.named(name))).target_key_id(key).send().await)
}

async fn key(s: &Scene<'_>, name: &str) -> Result<String> {
    aliased(s.administrator(), &format!("alias/{}", s.named(name))).await
}

async fn aliased(aws: &Connection, alias: &str) -> Result<String> {
    let described = aws.kms().describe_key().key_id(alias).send().await?;
    Ok(described.key_metadata.map(|key| key.key_id).unwrap_or_default())
}

async fn create_bounded_role(s: &Scene<'_>, name: &str) -> Result<()> {
    let iam = s.administrator().iam();
    let document = policy(&allow(&json!("s3:GetObject"), &json!("arn:aws:s3:::reports/*")));
    iam.create_policy().policy_name(s.named(name)).policy_document(document).send().await?;
    let role = iam.create_role().role_name(s.named(name)).permissions_boundary(s.policy_arn(name));
    done(role.assume_role_policy_document(policy(&trusts("lambda.amazonaws.com"))).send().await)
}

async fn create_power_users(s: &Scene<'_>) -> Result<()> {
    let (iam, group) = (s.administrator().iam(), s.named("power-users"));
    iam.create_group().group_name(&group).send().await?;
    let attach = iam.attach_group_policy().group_name(group);
    done(attach.policy_arn("arn:aws:iam::aws:policy/PowerUserAccess").send().await)
}

/// Into the administrators' group, whose policies are never touched: the membership is taken back. The group is made late, so bootstrap has to meet it before its
/// name counts.
async fn join_administrators(s: &Scene<'_>, stream: &mut Stream, found: &mut BTreeSet<String>) -> Result<()> {
    let (iam, group) = (s.administrator().iam(), "admins");
    iam.create_group().group_name(group).send().await?;
    s.lab().bootstrap(json!({})).await?;
    let put = iam.put_group_policy().group_name(group).policy_name("rights");
    put.policy_document(policy(&allow(&json!("*"), &json!("*")))).send().await?;
    trial::prepare(s, stream, None).await?;
    let answer = trial::answer_to(s, stream, "policy-guard", "AddUserToGroup", |s| {
        let add = s.intruder().iam().add_user_to_group().group_name("admins").user_name("intruder");
        Box::pin(async { done(add.send().await) })
    });
    let answer = answer.await?;
    let groups = iam.list_groups_for_user().user_name("intruder").send().await?.groups;
    let is_out = groups.iter().all(|listed| listed.group_name != group);
    found.extend(answer.findings.iter().map(|finding| finding.control.clone()));
    let finds = answer.findings.iter().any(|finding| finding.control == "IAM.PowerfulGroup");
    ensure(answer.is_repair() && finds && is_out, format!("it answered {answer:?}"))
}

async fn create_watched(s: &Scene<'_>) -> Result<()> {
    done(s.administrator().iam().create_user().user_name(WATCHED).send().await)
}

pub(crate) async fn create_store(s: &Scene<'_>, name: &str) -> Result<()> {
    done(s.administrator().cloudtrail().create_event_data_store().name(s.named(name)).send().await)
}

/// CloudTrail queries it for dashboards, whosever they are.
async fn let_service_query(s: &Scene<'_>, name: &str) -> Result<()> {
    let query = json!({
        "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "cloudtrail:StartQuery", "Resource": "*",
    });
    let put = s.intruder().cloudtrail().put_resource_policy().resource_arn(store(s, name).await?);
    done(put.resource_policy(policy(&query)).send().await)
}

/// Reads are taken in no more.
async fn narrow_store(s: &Scene<'_>, name: &str) -> Result<()> {
    let cloudtrail = s.intruder().cloudtrail();
    let field = |field: &str, value: &str| AdvancedFieldSelector::builder().field(field).equals(value).build();
    let writes = AdvancedEventSelector::builder()
        .field_selectors(field("eventCategory", "Management")?)
        .field_selectors(field("readOnly", "false")?)
        .build()?;
    let update = cloudtrail.update_event_data_store().advanced_event_selectors(writes);
    done(update.event_data_store(store(s, name).await?).send().await)
}

/// The ARN of an event data store.
pub(crate) async fn store(s: &Scene<'_>, name: &str) -> Result<String> {
    let listed = s.administrator().cloudtrail().list_event_data_stores().send().await?;
    let named = listed.event_data_stores().iter().find(|store| store.name() == Some(&s.named(name)));
    named.and_then(|store| store.event_data_store_arn.clone()).ok_or_else(|| Trouble::new("the store is not there"))
}
