//! The service control policy.
//!
//! AWS Organizations User Guide, "Service control policies": "SCPs affect only IAM users and roles that are managed by accounts that are part of the
//! organization", the root user of a member account included; not the management account, no service-linked role, and no service that
//! acts for itself, such as CloudTrail when it delivers.

use serde_json::{Value, json};

use super::document;
use super::owned::{BUCKET_SETTINGS, KEY_CHANGES, OBJECT_WRITES, Owned};
use crate::standard::MEMORY_KEY;

pub(super) fn policy(owned: &Owned) -> Value {
    document(vec![
        watch(owned),
        deliveries(owned),
        roles(owned),
        service_role(owned),
        deployment_role(owned),
        buckets(owned),
        records(owned),
        keys(owned),
        key_grants(owned),
        key_aliases(owned),
        seals(owned),
        trail(owned),
        membership(owned),
    ])
}

/// Who watches. Its functions have no part in this: what changes them is a deployment.
fn watch(owned: &Owned) -> Value {
    let some = [("lambda", "Get*"), ("events", "Describe*"), ("sns", "Get*")];
    let some = some.into_iter().flat_map(|(service, name)| [format!("{service}:{name}"), format!("{service}:List*")]);
    let reads: Vec<String> = some.chain(["cloudwatch", "cloudformation"].map(reads).concat()).collect();
    all_but("Watch", &reads, &owned.watch(), unless(&[owned.deployment_role().to_owned()]))
}

/// Events that were not delivered and the functions' logs, which the functions write.
fn deliveries(owned: &Owned) -> Value {
    let mut left = [vec!["sqs:Get*".to_owned(), "sqs:List*".to_owned()], reads("logs")].concat();
    left.extend(["logs:FilterLogEvents", "logs:StartQuery", "logs:StartLiveTail", "logs:Unmask"].map(str::to_owned));
    let resources = [owned.queues(), owned.log_groups()];
    all_but("Deliveries", &left, &resources, unless(&owned.deployment_and_own()))
}

/// Whoever can change, pass or become one of Parapet's own roles is a guard. AWS Lambda becomes them as a service.
fn roles(owned: &Owned) -> Value {
    all_but(
        "OwnRoles",
        &of_iam(),
        &[owned.protected_roles(), owned.boundaries()].concat(),
        unless(&owned.deployment_and_own()),
    )
}

/// The role of the pipeline, which others pass to the services that it is for.
fn service_role(owned: &Owned) -> Value {
    let left = [of_iam(), vec!["iam:PassRole".to_owned(), "sts:*".to_owned()]].concat();
    all_but("ServiceRole", &left, &owned.service(), unless(&owned.deployment_and_own()))
}

/// Who deploys is let through everywhere else here. So nobody makes a role of that name, and nobody passes it; who may become it, its
/// trust policy says.
fn deployment_role(owned: &Owned) -> Value {
    let left = [of_iam(), vec!["sts:*".to_owned()]].concat();
    let role = owned.deployment_role().to_owned();
    all_but("DeploymentRole", &left, std::slice::from_ref(&role), unless(std::slice::from_ref(&role)))
}

fn buckets(owned: &Owned) -> Value {
    deny("BucketSettings", &BUCKET_SETTINGS, &owned.buckets(), unless(&owned.deployment_and_own()))
}

fn records(owned: &Owned) -> Value {
    deny("Records", &OBJECT_WRITES, &owned.records(), unless(&owned.deployment_and_own()))
}

/// By its alias, because its id is not known here. AWS KMS Developer Guide, "ABAC for AWS KMS": `kms:ResourceAliases`.
fn keys(owned: &Owned) -> Value {
    let mut condition = unless(&owned.deployment_and_own());
    add(&mut condition, "ForAnyValue:StringEquals", "kms:ResourceAliases", json!(owned.key_aliases));
    deny("Keys", &KEY_CHANGES, &[owned.keys()], condition)
}

/// A service that is given a key takes a grant in its user's name (AWS KMS Developer Guide, `kms:GrantIsForAWSResource`): that is how a training
/// job gets at the data.
fn key_grants(owned: &Owned) -> Value {
    let mut condition = unless(&owned.deployment_and_own());
    add(&mut condition, "ForAnyValue:StringEquals", "kms:ResourceAliases", json!(owned.key_aliases));
    add(&mut condition, "BoolIfExists", "kms:GrantIsForAWSResource", json!("false"));
    deny("KeyGrants", &["kms:CreateGrant", "kms:RevokeGrant"], &[owned.keys()], condition)
}

/// What the statements about keys go by.
fn key_aliases(owned: &Owned) -> Value {
    let calls = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"];
    deny("KeyAliases", &calls, &owned.aliases(), unless(&owned.deployment_and_own()))
}

/// Whoever makes a seal says what was there before. Who deploys does not either.
fn seals(owned: &Owned) -> Value {
    let mut condition = unless(&owned.roles());
    add(&mut condition, "ForAnyValue:StringEquals", "kms:ResourceAliases", json!(MEMORY_KEY));
    deny("Seals", &["kms:GenerateMac"], &[owned.keys()], condition)
}

fn trail(owned: &Owned) -> Value {
    all_but("Trail", &reads("cloudtrail"), &[owned.trail()], unless(&owned.deployment_and_own()))
}

/// Outside of the organization none of this counts.
fn membership(owned: &Owned) -> Value {
    let calls = ["account:CloseAccount", "organizations:LeaveOrganization"];
    deny("Membership", &calls, &["*".to_owned()], unless(&[owned.deployment_role().to_owned()]))
}

/// What only looks, of a service.
fn reads(service: &str) -> Vec<String> {
    ["Describe*", "Get*", "List*"].map(|name| format!("{service}:{name}")).to_vec()
}

fn of_iam() -> Vec<String> {
    ["iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*"].map(str::to_owned).to_vec()
}

fn unless(principals: &[String]) -> Value {
    json!({"ArnNotLike": {"aws:PrincipalArn": principals}})
}

fn add(condition: &mut Value, operator: &str, key: &str, values: Value) {
    if let Some(operators) = condition.as_object_mut() {
        operators.insert(operator.to_owned(), json!({key: values}));
    }
}

fn deny(sid: &str, actions: &[&str], resources: &[String], condition: Value) -> Value {
    json!({"Sid": sid, "Effect": "Deny", "Action": actions, "Resource": resources, "Condition": condition})
}

/// Every call but these: one that AWS adds is denied from its first day.
fn all_but(sid: &str, left: &[String], resources: &[String], condition: Value) -> Value {
    json!({"Sid": sid, "Effect": "Deny", "NotAction": left, "Resource": resources, "Condition": condition})
}
