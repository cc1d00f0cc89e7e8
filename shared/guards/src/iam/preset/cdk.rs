//! The roles of the AWS CDK's bootstrap stack, as its template makes them (aws/aws-cdk-cli, `bootstrap-template.yaml`, 2025-02-17 to
//! 2026-08-21).
//!
//! The execution role is an administrator that only CloudFormation may assume. CloudFormation acts as it for whoever passes it the role, and
//! `iam:PassRole` is judged where somebody has it: so nobody gains by making one.
//!
//! The deploy role has all that, for whoever may assume it: he deploys whatever he likes, as the execution role. It trusts the account as a whole, so
//! that this is whoever has `sts:AssumeRole` on it. What its own policy says stays, and is told. So whoever makes one gains nothing as long as nobody is
//! let in: whom its trust policy names beside the account goes, and so does an `sts:AssumeRole` that could mean a role of such a name
//! (`deploying.rs`), whoever made that role and whenever, unless the standard names its holder under `principals.deployers`.

use iam_policy::{Document, Family};
use parapet_core::Home;
use serde_json::json;

use super::{Attached, Known, Shape, accounts, assumed_by};
use crate::foundation::documents::build;
use crate::{Arns, Preset, Subject};

/// The roles of a bootstrap stack: `cdk-<qualifier>-<kind>-role-<account>-<region>`.
const KINDS: [&str; 5] = ["cfn-exec", "deploy", "lookup", "file-publishing", "image-publishing"];

/// "[A-Za-z0-9_-]{1,10}", as the template has it.
pub(super) const LONGEST_QUALIFIER: usize = 10;

/// A role's name in its parts.
struct Name<'n> {
    kind: &'static str,
    qualifier: &'n str,
    region: &'n str,
}

/// A name as one of CDK's; none: it is none; or what of it is not.
fn parsed<'n>(home: &Home, name: &'n str) -> Option<Result<Name<'n>, String>> {
    let rest = name.strip_prefix("cdk-")?;
    let found = KINDS.iter().find_map(|kind| {
        let (qualifier, end) = rest.rsplit_once(&format!("-{kind}-role"))?;
        Some((*kind, qualifier, end))
    });
    let (kind, qualifier, end) = found?;
    if qualifier.is_empty() || qualifier.len() > LONGEST_QUALIFIER || !qualifier.chars().all(is_of_qualifier) {
        return Some(Err("its qualifier is none of up to ten letters and digits".to_owned()));
    }
    let account = &home.account;
    let region = end.strip_prefix(&format!("-{account}-")).filter(|region| is_region(region));
    Some(match region {
        Some(region) => Ok(Name { kind, qualifier, region }),
        None => Err(format!("its name does not end in `-{account}-` and a region")),
    })
}

/// Whether a role is called as the one by which CDK deploys.
pub(super) fn is_deploy_role(home: &Home, name: &str) -> bool {
    matches!(parsed(home, name), Some(Ok(Name { kind: "deploy", .. })))
}

pub(super) fn is_of_qualifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// The roles of one kind, of any qualifier and region, by one pattern: it is wider by some that no region is called as. None has a path.
pub(super) fn family(home: &Home, kind: &str) -> Family {
    let pattern = home.iam_arn(&format!("role/cdk-?*-{kind}-role-{}-?*-?*-?*", home.account));
    Family { pattern, unlike: vec![home.iam_arn("role/*/*")], tags: Vec::new() }
}

/// Those that are administrators, or as good as.
pub(super) fn strong(home: &Home) -> impl Iterator<Item = Family> {
    ["cfn-exec", "deploy"].into_iter().map(|kind| family(home, kind))
}

/// What is known of a role by its name.
pub(super) fn of(subject: &Subject<'_>, name: &str) -> Option<Known> {
    let Name { kind, qualifier, region } = match parsed(subject.home, name)? {
        Ok(name) => name,
        Err(why) => return Some(Known::AlmostAs(Preset::Cdk, why)),
    };
    let shape = Shape {
        preset: Preset::Cdk,
        trust: by_account(subject),
        trusts: "the account, and those of `trust.accounts`,".to_owned(),
        attached: Attached::These(&[]),
        inline: None,
    };
    Some(Known::as_made(match kind {
        "cfn-exec" => Shape {
            trust: assumed_by(json!({"Service": "cloudformation.amazonaws.com"})),
            trusts: "`cloudformation.amazonaws.com`".to_owned(),
            // "--cloudformation-execution-policies" names others (AWS CDK Developer Guide, "Customize AWS CDK bootstrapping").
            attached: Attached::Any,
            ..shape
        },
        "deploy" => Shape {
            attached: Attached::These(&["AWSCloudFormationReadOnlyAccess"]),
            inline: Some(deploying(subject, qualifier, region)),
            ..shape
        },
        "lookup" => Shape { attached: Attached::These(&["ReadOnlyAccess"]), ..shape },
        _ => shape,
    }))
}

/// What the names of regions end in, before their number.
pub(super) const DIRECTIONS: [&str; 9] =
    ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

/// How long the words before that are, at most: `us`, `gov`, `eusc`.
pub(super) const LONGEST_WORD: usize = 4;

/// As `us-east-1` and `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word =
        |part: &&str| (1..=LONGEST_WORD).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let [words @ .., direction, number] = parts.as_slice() else { return false };
    (1..=2).contains(&words.len())
        && words.iter().all(is_word)
        && DIRECTIONS.contains(direction)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// "Principal: AWS: Ref: AWS::AccountId", and the trusted accounts.
fn by_account(subject: &Subject<'_>) -> Document {
    let root = |account: &String| format!("arn:{}:iam::{account}:root", subject.home.partition);
    let all: Vec<String> = std::iter::once(&subject.home.account).chain(accounts(subject)).map(root).collect();
    assumed_by(json!({"AWS": all}))
}

/// What the deploy role's own policy says.
fn deploying(subject: &Subject<'_>, qualifier: &str, region: &str) -> Document {
    let (home, account) = (subject.home, &subject.home.account);
    let executing = home.iam_arn(&format!("role/cdk-{qualifier}-cfn-exec-role-{account}-{region}"));
    let version = format!("arn:{}:ssm:{region}:{account}:parameter/cdk-bootstrap/{qualifier}/version", home.partition);
    let (reading, keys) = (
        ["s3:GetObject*", "s3:GetBucket*", "s3:List*"],
        ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
    );
    let deployment = [
        "cloudformation:CreateChangeSet",
        "cloudformation:DeleteChangeSet",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeStacks",
        "cloudformation:DescribeStackEvents",
        "cloudformation:GetTemplate",
        "cloudformation:GetTemplateSummary",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:CreateStack",
        "cloudformation:UpdateStack",
        "cloudformation:RollbackStack",
        "cloudformation:ContinueUpdateRollback",
        "cloudformation:DeleteStack",
        "cloudformation:UpdateTerminationProtection",
        "cloudformation:CreateStackRefactor",
        "cloudformation:ExecuteStackRefactor",
        "sts:GetCallerIdentity",
    ];
    build(json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": deployment, "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject*", "s3:GetBucket*", "s3:List*", "s3:Abort*", "s3:DeleteObject*", "s3:PutObject*"],
                "Resource": "*",
                "Condition": {"StringNotEquals": {"s3:ResourceAccount": account}},
            },
            {
                "Effect": "Allow",
                "Action": keys,
                "Resource": "*",
                "Condition": {"StringEquals": {"kms:ViaService": format!("s3.{region}.amazonaws.com")}},
            },
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": executing},
            // The bucket of its assets, whatever "--bootstrap-bucket-name" has it called. What of the logs and of the data that reaches goes as ever.
            {"Effect": "Allow", "Action": reading, "Resource": "*"},
            {"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParameters"], "Resource": version},
        ],
    }))
}
