//! Condition keys, and what a request carries of them.

use super::callers::{Caller, Who};
use super::places::{OWN, Place};
use super::random::Random;
use super::requests::Asked;
use iam_policy::Context;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Texts,
    Bool,
    Number,
    Date,
    Address,
    Arn,
}

/// Which requests carry a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Any,
    /// The caller is of an account.
    Account,
    User,
    Session,
    Service,
    /// No service asks by itself.
    ButService,
    ResourceTags,
    RequestTags,
    /// Actions that begin so.
    Action(&'static str),
    /// This action.
    Is(&'static str),
}

/// A key, when requests carry it, and values that are usual; places in them are filled.
type Row = (&'static str, Type, When, &'static [&'static str]);

const PATHS: &[&str] = &["o-ours/r-1/ou-a/", "o-ours/r-1/ou-b/", "o-theirs/r-2/"];
const TEAMS: &[&str] = &["blue", "red", "Blue", "blue-1", "a*b"];
const ENVIRONMENTS: &[&str] = &["prod", "dev", "PROD"];
const ACCOUNTS: &[&str] = &["111122223333", "444455556666", "999999999999"];
const YES_OR_NO: &[&str] = &["true", "false"];

const KEYS: [Row; 62] = [
    ("aws:RequestedRegion", Type::Text, When::Any, &["{r}", "us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1"]),
    ("aws:SourceIp", Type::Address, When::Any, &["203.0.113.9", "198.51.100.7", "2001:db8::1"]),
    ("aws:SecureTransport", Type::Bool, When::Any, YES_OR_NO),
    (
        "aws:CurrentTime",
        Type::Date,
        When::Any,
        &["2024-05-01T00:00:00Z", "2025-06-30T12:30:45Z", "2024-12-31T23:59:59Z"],
    ),
    ("aws:ResourceAccount", Type::Text, When::Any, ACCOUNTS),
    ("aws:ResourceOrgID", Type::Text, When::Any, &["o-ours", "o-theirs"]),
    ("aws:PrincipalTag/team", Type::Text, When::Account, TEAMS),
    ("aws:PrincipalTag/env", Type::Text, When::Account, ENVIRONMENTS),
    ("aws:PrincipalArn", Type::Arn, When::Account, &["arn:{p}:iam::111122223333:role/app"]),
    ("aws:PrincipalAccount", Type::Text, When::Account, ACCOUNTS),
    ("aws:PrincipalOrgID", Type::Text, When::Account, &["o-ours", "o-theirs"]),
    ("aws:PrincipalOrgPaths", Type::Texts, When::Account, PATHS),
    ("aws:PrincipalType", Type::Text, When::Account, &["User", "AssumedRole", "Account"]),
    ("aws:PrincipalIsAWSService", Type::Bool, When::Any, YES_OR_NO),
    ("aws:userid", Type::Text, When::Account, &["QUJD", "QUJE", "AIDA1:s-1"]),
    ("aws:username", Type::Text, When::User, &["ann", "bob"]),
    ("aws:MultiFactorAuthPresent", Type::Bool, When::Account, YES_OR_NO),
    ("aws:MultiFactorAuthAge", Type::Number, When::Account, &["0", "300", "3600", "300.5"]),
    ("aws:SourceIdentity", Type::Text, When::Session, &["ann", "bob"]),
    (
        "aws:FederatedProvider",
        Type::Text,
        When::Session,
        &["arn:{p}:iam::111122223333:oidc-provider/accounts.example.com", "accounts.google.com"],
    ),
    ("aws:ViaAWSService", Type::Bool, When::Account, YES_OR_NO),
    (
        "aws:CalledVia",
        Type::Texts,
        When::Account,
        &["athena.amazonaws.com", "cloudformation.amazonaws.com", "dynamodb.amazonaws.com"],
    ),
    ("aws:SourceVpc", Type::Text, When::ButService, &["vpc-1a", "vpc-2b"]),
    ("aws:SourceVpce", Type::Text, When::ButService, &["vpce-1a", "vpce-2b"]),
    ("aws:VpceAccount", Type::Text, When::ButService, ACCOUNTS),
    ("aws:PrincipalServiceName", Type::Text, When::Service, &["lambda.amazonaws.com", "s3.amazonaws.com"]),
    (
        "aws:PrincipalServiceNamesList",
        Type::Texts,
        When::Service,
        &["lambda.amazonaws.com", "s3.amazonaws.com", "logs.{r}.amazonaws.com"],
    ),
    ("aws:SourceAccount", Type::Text, When::Service, ACCOUNTS),
    (
        "aws:SourceArn",
        Type::Arn,
        When::Service,
        &[
            "arn:{p}:s3:::data",
            "arn:{p}:sns:{r}:{a}:alerts",
            "arn:{p}:cloudtrail:{r}:111122223333:trail/t-1",
            "arn:{p}:events:{r}:444455556666:rule/nightly",
        ],
    ),
    ("aws:SourceOrgID", Type::Text, When::Service, &["o-ours", "o-theirs"]),
    ("aws:SourceOrgPaths", Type::Texts, When::Service, PATHS),
    ("aws:ResourceTag/team", Type::Text, When::ResourceTags, TEAMS),
    ("aws:ResourceTag/env", Type::Text, When::ResourceTags, ENVIRONMENTS),
    ("aws:RequestTag/team", Type::Text, When::RequestTags, TEAMS),
    ("aws:RequestTag/env", Type::Text, When::RequestTags, ENVIRONMENTS),
    ("aws:TagKeys", Type::Texts, When::RequestTags, &["team", "env", "cost", "Team"]),
    ("s3:ExistingObjectTag/team", Type::Text, When::Action("s3:GetObject"), TEAMS),
    ("s3:prefix", Type::Text, When::Action("s3:ListBucket"), &["home/ann/", "", "logs"]),
    ("s3:max-keys", Type::Number, When::Action("s3:ListBucket"), &["1", "10", "1000"]),
    ("iam:ResourceTag/team", Type::Text, When::Action("iam:"), TEAMS),
    ("iam:PassedToService", Type::Text, When::Action("iam:PassRole"), &["lambda.amazonaws.com", "ec2.amazonaws.com"]),
    (
        "iam:PermissionsBoundary",
        Type::Arn,
        When::Action("iam:CreateRole"),
        &["arn:{p}:iam::{a}:policy/limit", "arn:{p}:iam::{a}:policy/other"],
    ),
    ("ec2:Region", Type::Text, When::Action("ec2:"), &["{r}", "us-east-1", "eu-west-1", "cn-north-1"]),
    ("ec2:ResourceTag/team", Type::Text, When::Action("ec2:StopInstances"), TEAMS),
    (
        "kms:ViaService",
        Type::Text,
        When::Action("kms:"),
        &["s3.{r}.amazonaws.com", "secretsmanager.{r}.amazonaws.com", "ec2.us-east-1.amazonaws.com"],
    ),
    ("kms:CallerAccount", Type::Text, When::Action("kms:"), ACCOUNTS),
    ("kms:RequestAlias", Type::Text, When::Action("kms:Decrypt"), &["alias/app", "alias/other"]),
    ("kms:GrantIsForAWSResource", Type::Bool, When::Action("kms:CreateGrant"), YES_OR_NO),
    ("kms:GrantOperations", Type::Texts, When::Action("kms:CreateGrant"), &["Decrypt", "Encrypt", "CreateGrant"]),
    ("secretsmanager:VersionStage", Type::Text, When::Action("secretsmanager:Get"), &["AWSCURRENT", "AWSPREVIOUS"]),
    ("sts:ExternalId", Type::Text, When::Is("sts:AssumeRole"), &["x-1", "x-2"]),
    ("sts:RoleSessionName", Type::Text, When::Action("sts:AssumeRole"), &["ann", "s-1"]),
    ("sts:TransitiveTagKeys", Type::Texts, When::Action("sts:AssumeRole"), &["team", "env"]),
    ("saml:aud", Type::Text, When::Action("sts:AssumeRoleWithSAML"), &["https://signin.aws.amazon.com/saml"]),
    (
        "saml:iss",
        Type::Text,
        When::Action("sts:AssumeRoleWithSAML"),
        &["https://idp.example.com", "https://evil.example.com"],
    ),
    ("saml:sub_type", Type::Text, When::Action("sts:AssumeRoleWithSAML"), &["persistent", "transient"]),
    (
        "token.actions.githubusercontent.com:repository",
        Type::Text,
        When::Action("sts:AssumeRoleWithWebIdentity"),
        &["acme/app", "acme-evil/app", "acme/lib"],
    ),
    (
        "token.actions.githubusercontent.com:environment",
        Type::Text,
        When::Action("sts:AssumeRoleWithWebIdentity"),
        ENVIRONMENTS,
    ),
    (
        "token.actions.githubusercontent.com:ref",
        Type::Text,
        When::Action("sts:AssumeRoleWithWebIdentity"),
        &["refs/heads/main", "refs/heads/x", "refs/tags/v1"],
    ),
    ("accounts.google.com:sub", Type::Text, When::Action("sts:AssumeRoleWithWebIdentity"), &["10769150350006150", "1"]),
    ("accounts.google.com:aud", Type::Text, When::Action("sts:AssumeRoleWithWebIdentity"), &["app-1", "app-2"]),
    (
        "cognito-identity.amazonaws.com:amr",
        Type::Text,
        When::Action("sts:AssumeRoleWithWebIdentity"),
        &["authenticated", "unauthenticated", "graph.facebook.com"],
    ),
];

/// A key that conditions may be about.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) kind: Type,
    pub(super) usual: Vec<String>,
    /// None: the request does not carry it.
    pub(super) carried: Vec<String>,
}

/// The keys that a request for this can have, with what this one carries.
pub(super) fn known(random: &mut Random, place: &Place, asked: &Asked, caller: &Caller) -> Vec<Known> {
    let has_tags = random.chance(75);
    let mut all: Vec<Known> = Vec::new();
    for (name, kind, when, usual) in KEYS {
        let is_possible = match when {
            When::Action(start) => asked.action.starts_with(start),
            When::Is(action) => asked.action == action,
            When::ResourceTags => asked.has_resource_tags(),
            _ => true,
        };
        if !is_possible {
            continue;
        }
        let usual: Vec<String> = usual.iter().map(|value| place.fill(value)).collect();
        let is_usual = match when {
            When::Any | When::ResourceTags | When::Action(_) | When::Is(_) => true,
            When::Account => caller.is_of_account(),
            When::User => caller.who == Who::User,
            When::Session => caller.who == Who::Session,
            When::Service => caller.who == Who::Service,
            When::ButService => caller.who != Who::Service,
            When::RequestTags => asked.sets_tags() && has_tags,
        };
        // What nobody sends is decided, too.
        let share = if is_usual { 60 } else { 3 };
        let carried = match fixed(name, place, asked, caller, &all) {
            _ if !random.chance(share) => Vec::new(),
            Some(values) => values,
            None => {
                let count = if kind == Type::Texts { 1 + random.below(3) } else { 1 };
                (0..count).map(|_| random.pick(&usual)).collect()
            }
        };
        all.push(Known { name, kind, usual, carried });
    }
    all
}

/// What the request has of a key that somebody else determines; `None`: it can have any.
fn fixed(name: &str, place: &Place, asked: &Asked, caller: &Caller, others: &[Known]) -> Option<Vec<String>> {
    let is_service = caller.who == Who::Service;
    let one = match name {
        "aws:RequestedRegion" if asked.is_global() => place.global_region().to_owned(),
        "aws:RequestedRegion" | "ec2:Region" => place.region.to_owned(),
        "aws:ResourceAccount" => place.account.to_owned(),
        "aws:PrincipalArn" if caller.is_of_account() => caller.arn(place),
        "aws:PrincipalAccount" | "kms:CallerAccount" if caller.is_of_account() => OWN.to_owned(),
        "aws:PrincipalIsAWSService" => is_service.to_string(),
        "aws:PrincipalServiceName" if is_service => caller.principal.clone(),
        "aws:PrincipalServiceNamesList" if is_service => {
            let of_region = caller.principal.replacen('.', &format!(".{}.", place.region), 1);
            return Some(vec![caller.principal.clone(), of_region]);
        }
        "aws:TagKeys" => {
            let tags =
                others.iter().filter(|k| !k.carried.is_empty()).filter_map(|k| k.name.strip_prefix("aws:RequestTag/"));
            let tags: Vec<String> = tags.map(str::to_owned).collect();
            return (!tags.is_empty()).then_some(tags);
        }
        _ => return None,
    };
    Some(vec![one])
}

/// What the request carries. "Context key names are not case-sensitive": some are in other letters.
pub(super) fn context(random: &mut Random, known: &[Known]) -> Context {
    let carried = known.iter().filter(|key| !key.carried.is_empty());
    carried.map(|key| (in_letters(random, key.name, 6), key.carried.clone())).collect()
}

/// The key, in so many of a hundred cases in other letters.
pub(super) fn in_letters(random: &mut Random, key: &str, percent: usize) -> String {
    if !random.chance(percent) {
        return key.to_owned();
    }
    match key.split_once('/') {
        Some((name, tag)) => format!("{}/{tag}", name.to_uppercase()),
        None => key.to_uppercase(),
    }
}
