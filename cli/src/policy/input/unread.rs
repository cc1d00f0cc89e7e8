//! Files that are not read: what each is, and what to give in its place.

use std::ops::Range;

use super::tree::{At, Lines, Node};

/// Why a file is not read: what it is, and what to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Unread {
    pub(in crate::policy) what: String,
    pub(in crate::policy) give: String,
    pub(in crate::policy) at: Option<At>,
}

impl Unread {
    /// Nothing in it is a policy.
    pub(in crate::policy) fn without_policy(what: &str) -> Self {
        Self::new(what, ANY)
    }

    pub(super) fn new(what: impl Into<String>, give: impl Into<String>) -> Self {
        Self { what: what.into(), give: give.into(), at: None }
    }
}

/// Where a file may have come from.
pub(super) const ANY: &str =
    "a policy in JSON, what the AWS CLI prints, a CloudFormation template, or what `terraform show -json` prints";

/// JSON in which there is no policy, and that is not meant to be one: what it is.
pub(super) fn other(node: &Node, has: impl Fn(&str) -> bool) -> Option<Unread> {
    let policy = node.get("Policy");
    if let Some(arn) = policy.and_then(|policy| policy.get("Arn")).and_then(Node::text) {
        let version = policy.and_then(|policy| policy.get("DefaultVersionId")).and_then(Node::text).unwrap_or("v1");
        return Some(Unread::new(
            "what `aws iam get-policy` prints, in which there is no document",
            format!("what `aws iam get-policy-version --policy-arn {arn} --version-id {version}` prints"),
        ));
    }
    if has("StackPolicyBody") {
        return Some(of_stack());
    }
    if has("VpcEndpoints") {
        let what = "policies of VPC endpoints, which grant nothing by themselves";
        return Some(Unread::new(what, "the policies of who uses them, and of what they lead to"));
    }
    if let Some(kind) = policy.and_then(|policy| policy.get("PolicySummary")?.get("Type")).and_then(Node::text) {
        return Some(Unread::new(format!("a policy of an organization that is none of IAM's (`{kind}`)"), ANY));
    }
    let is_of_organization = |entry: &Node| entry.get("Type").is_some() && entry.get("AwsManaged").is_some();
    if node.get("Policies").is_some_and(|policies| policies.items().iter().any(is_of_organization)) {
        let what = "a list of the policies of an organization, without their content";
        return Some(Unread::new(what, "what `aws organizations describe-policy` prints"));
    }
    if has("PolicyNames") && has("Truncated") {
        let what = "what `aws kms list-key-policies` prints, in which there is no policy";
        return Some(Unread::new(what, "what `aws kms get-key-policy` prints"));
    }
    let lists = [
        ("Policies", "aws iam get-policy-version"),
        ("AttachedPolicies", "aws iam get-policy-version"),
        ("PolicyNames", "aws iam get-role-policy"),
        ("policyNames", "aws iam get-role-policy"),
        ("Versions", "aws iam get-policy-version"),
        ("Roles", "aws iam get-role"),
        ("Users", "aws iam get-account-authorization-details"),
        ("Groups", "aws iam get-account-authorization-details"),
        ("Buckets", "aws s3api get-bucket-policy"),
        ("Keys", "aws kms get-key-policy"),
        ("Topics", "aws sns get-topic-attributes"),
        ("QueueUrls", "aws sqs get-queue-attributes --attribute-names Policy"),
        ("Attributes", "aws sqs get-queue-attributes --attribute-names Policy"),
    ];
    if let Some((key, call)) = lists.iter().find(|(key, _)| has(key)) {
        return Some(Unread::new(
            format!("an answer of the AWS CLI with `{key}` and without a policy"),
            format!("what `{call} ..` prints"),
        ));
    }
    if !node.is_object() || node.members().is_empty() {
        return None;
    }
    if node.get("app").is_some_and(|app| {
        app.text().is_some_and(|app| app.contains("cdk") || app.contains("node") || app.contains("python"))
    }) {
        return Some(Unread::new("the settings of a CDK app", "the template that `cdk synth` writes into `cdk.out`"));
    }
    // Whoever writes of effects and actions means a policy: what is wrong with it is said as ever.
    let is_meant = ["Version", "Id", "Statment", "statement", "Statements", "Effect"].into_iter().any(has);
    (!is_meant).then(|| Unread::new("JSON in which there is no policy", ANY))
}

/// What holds parts of a template, as it will be or was: the template itself is what is deployed.
pub(super) fn makes(node: &Node) -> Option<Unread> {
    let version = node.get("version").and_then(Node::text);
    if version.is_some_and(|version| version.starts_with("tree-")) && node.get("tree").is_some() {
        return Some(Unread::new("the tree of a CDK app", "the template beside it in `cdk.out`"));
    }
    if node.get("provider").is_some() && node.get("service").is_some() {
        let give = "the template that `serverless package` writes into `.serverless`";
        return Some(Unread::new("the source of a service of the Serverless Framework", give));
    }
    None
}

/// Whether a policy is one of a stack: no service of IAM's has actions of that name.
pub(super) fn is_of_stack(policy: &Node) -> bool {
    let statement = policy.get("Statement");
    let statements = statement.map(|only| if only.is_object() { std::slice::from_ref(only) } else { only.items() });
    let is_update = |action: &Node| action.text().is_some_and(|action| action.starts_with("Update:"));
    let is_one = |statement: &Node| {
        let action = statement.get("Action").or_else(|| statement.get("NotAction"));
        action.is_some_and(|only| is_update(only) || (!only.items().is_empty() && only.items().iter().all(is_update)))
    };
    statements.is_some_and(|all| !all.is_empty() && all.iter().all(is_one))
}

pub(super) fn of_stack() -> Unread {
    Unread::new("the policy of a stack, which says what may be updated and grants nothing", ANY)
}

/// What has to be a list and is none hides what it should have had.
pub(super) fn lists(members: &[(String, Range<usize>)], text: &str, keys: &[&str]) -> Result<(), Unread> {
    let is_list = |span: &Range<usize>| text.get(span.clone()).is_some_and(|value| value.trim_start().starts_with('['));
    match members.iter().find(|(key, span)| keys.contains(&key.as_str()) && !is_list(span)) {
        Some((key, span)) => {
            let at = Some(Lines::of(text).at(span.start));
            Err(Unread { at, ..Unread::new(format!("JSON in which `{key}` is no list"), ANY) })
        }
        None => Ok(()),
    }
}

/// Whether it is what the AWS CLI prints for the eye: `POLICYDOCUMENT<tab>2012-10-17`, or a table.
fn is_columns(text: &str) -> bool {
    let mut lines = text.trim_start().lines();
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let is_rule = first.len() > 2 && first.bytes().all(|byte| byte == b'-');
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_rule && second.starts_with('|')) || first.split_once('\t').is_some_and(|(name, _)| is_name(name))
}

/// What is written to make policies, and not what is made.
pub(super) fn source(text: &str) -> Option<Unread> {
    let lines = || text.lines().map(str::trim_start);
    let cdk = ["aws-cdk-lib", "aws_cdk", "@aws-cdk/", "software.amazon.awscdk", "Amazon.CDK", "awscdk"];
    let is_import = |line: &str| {
        ["import", "from", "using", "const", "var", "\"github.com"].iter().any(|word| line.starts_with(word))
    };
    if lines().any(|line| is_import(line) && cdk.iter().any(|name| line.contains(name))) {
        return Some(Unread::new("the source of a CDK app", "the template that `cdk synth` writes into `cdk.out`"));
    }
    let blocks =
        ["resource \"", "data \"", "module \"", "variable \"", "provider \"", "output \"", "terraform {", "locals {"];
    if lines().any(|line| blocks.iter().any(|block| line.starts_with(block)) && line.contains('{')) {
        let give = "what `terraform show -json PLAN` prints, after `terraform plan -out PLAN`";
        return Some(Unread::new("the source of a Terraform module (HCL)", give));
    }
    let json = "what the AWS CLI prints with `--output json`";
    if text.trim_start().starts_with("An error occurred (") {
        return Some(Unread::new("an error that the AWS CLI met with", json));
    }
    if is_columns(text) {
        return Some(Unread::new("what the AWS CLI prints with `--output text` or `--output table`", json));
    }
    if text.trim_start().starts_with('<') {
        return Some(Unread::new("XML", json));
    }
    None
}
