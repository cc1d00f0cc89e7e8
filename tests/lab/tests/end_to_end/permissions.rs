//! The roles against what the functions did in all cases: what a role allows, some case needs, and without it that case fails.

use std::collections::BTreeSet;

use parapet_aws::sdk::s3::types::{ObjectOwnership, OwnershipControls, OwnershipControlsRule};
use parapet_console::checkout::Workspace;
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_lab::attacks::{Attack, attacks};
use parapet_lab::{ACCOUNT, Lab, Options, Scene, Used, role_policy, trial};
use parapet_template::Function;
use serde_json::{Value, json};

use crate::rare;
use crate::report::{Report, ensure};
use crate::reported::done;

/// It enforces what the built-in one leaves to people, and asks for no TLS, so that a bucket's policy may go.
const STRICT: &str = "{controls: {KMS.KeyEnabled: enforce, KMS.KeyDeletion: enforce, IAM.IdentityProvider: enforce, \
    IAM.ProtectedAccessKeys: enforce, IAM.ProtectedLogin: enforce, S3.TlsOnly: off}, \
    principals: {protected: [user/watched]}, trust: {providers: ['saml-provider/*', 'oidc-provider/*']}}";

/// What no case here can need, and why: function (`*`: each), action, reason.
const NOT_USED: &[(&str, &str, &str)] = &[
    ("*", "logs:CreateLogStream", LOCAL_LAMBDA),
    ("*", "logs:PutLogEvents", LOCAL_LAMBDA),
    ("*", "sqs:SendMessage", LOCAL_LAMBDA),
    ("*", "iam:PassRole", "the local AWS does not check it"),
    ("*", "kms:TagResource", "the local AWS does not check it where a key is made with tags"),
    ("*", "kms:GenerateDataKey", LOCAL_S3),
    ("*", "kms:Decrypt", LOCAL_S3),
    ("policy-guard", "s3:GetBucketPublicAccessBlock", STILL_OPEN),
    ("policy-guard", "s3:GetAccountPublicAccessBlock", STILL_OPEN),
    ("bootstrap", "s3:GetAccountPublicAccessBlock", STILL_OPEN),
    ("encryption-guard", "s3:DeleteBucketPolicy", NOTHING_BUT_THAT),
    ("encryption-guard", "s3:DeleteAccessPointPolicy", NOTHING_BUT_THAT),
    ("ai-guard", "ecr:DeleteRepositoryPolicy", NOTHING_BUT_THAT),
    ("encryption-guard", "kms:ListKeys", "no event without a name is of a key"),
    ("encryption-guard", "kms:ListAliases", "no event without a name is of a key"),
    ("policy-guard", "iam:DeletePolicyVersion", "no policy has five versions and none that is right"),
    ("logging-guard", "iam:CreatePolicyVersion", "the version that the stack made is always there to go back to"),
    ("logging-guard", "iam:DeletePolicyVersion", "the version that the stack made is always there to go back to"),
    ("ai-guard", "kms:DescribeKey", "nothing here is from before there were seals"),
    ("sweep", "lambda:InvokeFunction", "the case that needs it has an account of its own, with a history"),
    (
        "sweep",
        "s3:ListBucketVersions",
        "the case that writes over a baseline has an account of its own, with a history",
    ),
    ("sweep", "iam:GetGroup", LISTED),
    ("sweep", "iam:GetGroupPolicy", LISTED),
    ("sweep", "iam:ListAttachedGroupPolicies", LISTED),
    ("sweep", "iam:ListGroupPolicies", LISTED),
    ("sweep", "iam:GetInstanceProfile", "no case has an instance profile that lasts until everything is looked at"),
    ("bootstrap", "kms:UpdateAlias", "the guard is faster than bootstrap"),
    ("encryption-guard", "kms:CreateKey", "a key goes a week after it was deleted, and no time passes there"),
    (
        "bootstrap",
        "iam:SetDefaultPolicyVersion",
        "what bootstrap makes is written, and goes back to no earlier version",
    ),
    ("policy-guard", "iam:AddUserToGroup", NOT_TAKEN),
    ("policy-guard", "iam:AttachGroupPolicy", NOT_TAKEN),
    ("policy-guard", "iam:AttachUserPolicy", NOT_TAKEN),
    ("policy-guard", "iam:TagRole", NO_TAG),
    ("policy-guard", "iam:TagUser", NO_TAG),
    ("policy-guard", "iam:UntagRole", NO_TAG),
    ("policy-guard", "iam:UntagUser", NO_TAG),
    ("policy-guard", "iam:ListInstanceProfiles", NO_PROFILE),
    ("policy-guard", "iam:RemoveRoleFromInstanceProfile", NO_PROFILE),
    ("bootstrap", "iam:GetInstanceProfile", NOT_THERE),
    ("bootstrap", "cloudtrail:GetEventConfiguration", NOT_THERE),
    ("bootstrap", "cloudtrail:GetEventDataStore", NOT_THERE),
    ("bootstrap", "cloudtrail:GetResourcePolicy", NOT_THERE),
    ("bootstrap", "ecr:GetRepositoryPolicy", NOT_THERE),
    ("bootstrap", "iam:GetGroupPolicy", NOT_THERE),
    ("bootstrap", "iam:GetOpenIDConnectProvider", NOT_THERE),
    ("bootstrap", "iam:GetSAMLProvider", NOT_THERE),
    ("bootstrap", "iam:GetUser", NOT_THERE),
    ("bootstrap", "iam:GetUserPolicy", NOT_THERE),
    ("bootstrap", "iam:ListAttachedGroupPolicies", NOT_THERE),
    ("bootstrap", "iam:ListAttachedUserPolicies", NOT_THERE),
    ("bootstrap", "iam:ListGroupPolicies", NOT_THERE),
    ("bootstrap", "iam:ListGroupsForUser", NOT_THERE),
    ("bootstrap", "iam:ListUserPolicies", NOT_THERE),
    ("bootstrap", "s3:GetAccessPoint", NOT_THERE),
    ("bootstrap", "s3:GetAccessPointPolicy", NOT_THERE),
    ("bootstrap", "s3:GetBucketCORS", NOT_THERE),
    ("bootstrap", "s3:GetLifecycleConfiguration", NOT_THERE),
];

const NOTHING_BUT_THAT: &str = "no policy has no room for more than what shuts the policy guard out";
const NOT_TAKEN: &str = "of what denied something, no case takes this from anybody";
const NO_TAG: &str = "no policy of the cases asks for a tag of its holder's";
const NO_PROFILE: &str = "no strong role is there before the guards, to be put into an instance profile";
const LISTED: &str =
    "the listing of the account tells what a group holds, and no group is looked at by itself while a round is";
const NOT_THERE: &str = "an account that begins has nothing of the kind, or a listing tells it";
const LOCAL_LAMBDA: &str = "the local Lambda writes logs and dead letters by itself";
const STILL_OPEN: &str =
    "no case leaves a policy or a list that has to be written open to everyone: the local S3 would take it";
const LOCAL_S3: &str = "the local S3 encrypts evidence without asking KMS";

/// Events that name no resource lead to all of a kind, which are listed then: guard, service, event.
const NAMELESS: &[(&str, &str, &str)] = &[
    ("encryption-guard", "s3", "CreateAccessPoint"),
    ("policy-guard", "s3", "PutAccessPointPolicy"),
    ("policy-guard", "s3", "PutBucketPolicy"),
    ("policy-guard", "kms", "PutKeyPolicy"),
    ("policy-guard", "iam", "UpdateSAMLProvider"),
    ("logging-guard", "cloudtrail", "UpdateEventDataStore"),
    ("logging-guard", "cloudtrail", "PutResourcePolicy"),
];

/// Permissions that are taken away for a while, and attacks that then stay unrepaired: guard, action, event of the attack.
const REMOVED: [(&str, &str, &str); 2] =
    [("policy-guard", "kms:RevokeGrant", "CreateGrant"), ("policy-guard", "iam:DetachUserPolicy", "AttachUserPolicy")];

pub(crate) async fn run(lab: &Lab, workspace: &Workspace, report: &mut Report) {
    for (guard, service, event) in NAMELESS {
        report
            .case(format!("inputs: {guard} lists what {event} does not name"), nameless(lab, guard, service, event))
            .await;
    }
    let mut of_bootstrap = BTreeSet::new();
    let case = async {
        of_bootstrap = badly_made(lab, workspace).await?;
        Ok(())
    };
    report.case("bootstrap: an account that was made by hand, and badly, is repaired, and then kept", case).await;
    if report.runs_all() {
        report.case("each permission of a role is used, or it is said why not", all_used(lab, of_bootstrap)).await;
    }
    for (guard, action, event) in REMOVED {
        report
            .case(
                format!("without {action} the {guard} cannot repair after {event}"),
                removed(lab, guard, action, event),
            )
            .await;
    }
}

async fn nameless(lab: &Lab, guard: &str, service: &str, event: &str) -> Result<()> {
    let record = json!({"eventID": "nameless", "eventName": event, "eventSource": format!("{service}.amazonaws.com"),
        "awsRegion": "us-east-1", "recipientAccountId": ACCOUNT, "requestParameters": null});
    let looked = lab.invoke(guard, record.to_string().as_bytes()).await?;
    let answer = looked.answer().ok_or_else(|| Trouble::new(looked.payload.to_string()))?;
    ensure(answer.left_alone(), looked.payload.clone())
}

/// On an account of its own, before there is a trail: no guard sees anything there, so nobody is faster than bootstrap. What it used is
/// answered.
async fn badly_made(lab: &Lab, workspace: &Workspace) -> Result<BTreeSet<Used>> {
    let binaries = workspace.target.join("debug");
    let options = Options { release_dir: Some(binaries), standard: Some(STRICT.to_owned()), ..Options::default() };
    let mut fresh = Lab::deployed(workspace, &options).await?;
    bad_buckets(lab, &fresh).await?;
    bad_key(&fresh).await?;
    bad_role_and_policy(lab, &fresh).await?;
    let cloudtrail = fresh.administrator.aws.cloudtrail();
    let trail = cloudtrail.create_trail().name("parapet").s3_bucket_name(lab.output("log_bucket"));
    done(trail.is_multi_region_trail(false).send().await)?;

    fresh.outputs = fresh.bootstrap(json!({})).await?;
    let again = fresh.bootstrap(json!({})).await?;
    ensure(again.get("actions") == Some(&json!([])), format!("a further run writes something: {again:?}"))?;
    let (scene, mut stream) = (Scene::new(&fresh, 0), fresh.stream());
    for attack in rare::ATTACKS_ON_WHAT_IS_ENFORCED {
        trial::prepare(&scene, &mut stream, attack.prepare).await?;
        let answer = trial::answer_to(&scene, &mut stream, attack.guard, attack.event, attack.call).await;
        let answer = answer.during(attack.name)?;
        let is_repaired = answer.is_repair() && (attack.is_repaired)(&scene).await?;
        ensure(is_repaired, format!("{}: {answer:?}", attack.name))?;
    }
    let used = fresh.permissions_used()?;
    let refused: Vec<&Used> = used.iter().filter(|used| used.function == "bootstrap" && !used.allowed).collect();
    ensure(refused.is_empty(), format!("it lacks {refused:?}"))?;
    Ok(used)
}

/// With lists switched on, and open to the public.
async fn bad_buckets(lab: &Lab, fresh: &Lab) -> Result<()> {
    let s3 = fresh.administrator.aws.s3();
    for name in ["ml_data_bucket", "log_bucket"] {
        let bucket = lab.output(name);
        s3.create_bucket().bucket(bucket).send().await?;
        s3.delete_public_access_block().bucket(bucket).send().await?;
        let writer = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter).build()?;
        let controls = OwnershipControls::builder().rules(writer).build()?;
        s3.put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls).send().await?;
    }
    Ok(())
}

/// A key of ours without its alias, about to be deleted: the making of it was interrupted, and somebody tidied up.
async fn bad_key(fresh: &Lab) -> Result<()> {
    let kms = fresh.administrator.aws.kms();
    let made = kms.create_key().description("Parapet: data and logs of the ML pipeline").send().await?;
    let id = made.key_metadata.ok_or_else(|| Trouble::new("no key was made"))?.key_id;
    done(kms.schedule_key_deletion().key_id(id).send().await)
}

/// A role for everyone, and a policy of every permission with no room for another version.
async fn bad_role_and_policy(lab: &Lab, fresh: &Lab) -> Result<()> {
    let iam = fresh.administrator.aws.iam();
    let (role, arn) = (lab.output("ml_service_role_arn"), lab.output("ml_data_policy_arn"));
    let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
    let document = |statement| json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let everyone = document(json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}));
    let everything = document(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    iam.create_role().role_name(name(role)).assume_role_policy_document(everyone).send().await?;
    iam.create_policy().policy_name(name(arn)).policy_document(&everything).send().await?;
    for _ in 0..4 {
        iam.create_policy_version().policy_arn(arn).policy_document(&everything).set_as_default(true).send().await?;
    }
    Ok(())
}

async fn all_used(lab: &Lab, of_bootstrap: BTreeSet<Used>) -> Result<()> {
    let used: BTreeSet<Used> = &lab.permissions_used()? | &of_bootstrap;
    let mut wrong = Vec::new();
    for function in Function::all() {
        let name = function.name();
        let allowed: BTreeSet<&str> = function.permissions().iter().map(|permission| permission.action).collect();
        let used: BTreeSet<&str> =
            used.iter().filter(|used| used.function == name && used.allowed).map(|used| used.action.as_str()).collect();
        let listed = NOT_USED.iter().filter(|(of, _, _)| *of == "*" || *of == name);
        let listed: BTreeSet<&str> =
            listed.map(|(_, action, _)| *action).filter(|action| allowed.contains(action)).collect();
        let mut tell = |what: &str, actions: BTreeSet<&str>| {
            if !actions.is_empty() {
                wrong.push(format!("{name}: {what}: {}", actions.into_iter().collect::<Vec<_>>().join(", ")));
            }
        };
        tell("used and not in the table", &used - &allowed);
        tell("used, and listed as not used", &used & &listed);
        tell("allowed, and neither used nor listed", &(&allowed - &used) - &listed);
    }
    ensure(wrong.is_empty(), wrong.join("\n"))
}

/// A Deny in the role takes the permission away. The attack then stands, and the function fails; with the permission it is repaired.
async fn removed(lab: &Lab, guard: &'static str, action: &str, event: &str) -> Result<()> {
    /// A round of its own, so that no name meets one of the attacks' cases.
    const ROUND: u32 = 11;
    let attack: &Attack = attacks()
        .find(|attack| attack.event == event && attack.guard == guard)
        .ok_or_else(|| Trouble::new(format!("no attack by {event}")))?;
    let (scene, mut stream, iam) = (Scene::new(lab, ROUND), lab.stream(), lab.root.aws.iam());
    // In the roles' own policies: another one would not stay there. Each of the two guards keeps the other's role, so both lose that as well, in
    // one breath.
    let keeper = if guard == "policy-guard" { "logging-guard" } else { "policy-guard" };
    let own = [policy_of(lab, keeper).await?, policy_of(lab, guard).await?];
    let put = |name: &'static str, document: &Value| {
        let role = format!("parapet-{name}");
        iam.put_role_policy().role_name(role).policy_name(name).policy_document(document.to_string()).send()
    };
    let without = [denying(&own[0], &["iam:PutRolePolicy"])?, denying(&own[1], &["iam:PutRolePolicy", action])?];
    put(keeper, &without[0]).await?;
    put(guard, &without[1]).await?;
    let stands = stands_unrepaired(&scene, &mut stream, attack).await;
    put(guard, &own[1]).await?;
    put(keeper, &own[0]).await?;
    stands?;
    trial::prepare(&scene, &mut stream, attack.prepare).await?;
    trial::attack(&scene, &mut stream, attack).await.map(drop)
}

async fn policy_of(lab: &Lab, guard: &str) -> Result<Value> {
    let policy = role_policy(&lab.root.aws, &format!("parapet-{guard}"), guard).await?;
    policy.ok_or_else(|| Trouble::new(format!("the role of the {guard} has no policy")))
}

fn denying(policy: &Value, actions: &[&str]) -> Result<Value> {
    let mut policy = policy.clone();
    let statements = policy.get_mut("Statement").and_then(Value::as_array_mut);
    let statements = statements.ok_or_else(|| Trouble::new("the policy has no statements"))?;
    statements.push(json!({"Effect": "Deny", "Action": actions, "Resource": "*"}));
    Ok(policy)
}

async fn stands_unrepaired(scene: &Scene<'_>, stream: &mut parapet_lab::Stream, attack: &Attack) -> Result<()> {
    trial::prepare(scene, stream, attack.prepare).await?;
    let known = stream.invocations.len();
    (attack.call)(scene).await?;
    let failed = stream
        .until(trial::PATIENCE, |stream| {
            let mut runs = stream.invocations.iter().skip(known).filter(|run| run.guard() == attack.guard);
            runs.find_map(|run| run.error.as_ref().map(ToString::to_string))
        })
        .await?;
    let failed = failed.ok_or_else(|| Trouble::new("the function did not fail"))?;
    ensure(failed.contains("AccessDenied"), format!("it failed otherwise: {failed}"))?;
    ensure(!(attack.is_repaired)(scene).await?, "the account is repaired without the permission")
}
