//! What a file is, by its content.

use std::ops::Range;

use clap::ValueEnum;
use percent_encoding::percent_decode_str;
use serde::de::IgnoredAny;

use super::tree::{At, Lines, Node};
use super::unread::{self, ANY, Unread, lists};
use super::walk::{Walk, walk};
use super::{account, plan, stream, template, yaml};
use crate::policy::json;

/// What files are read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::policy) enum InputFormat {
    /// What it is by its content
    #[default]
    Auto,
    /// A policy by itself, plain or URL-encoded
    Document,
    /// What a command of the AWS CLI prints: get-role-policy, get-bucket-policy, get-key-policy, ..
    AwsCli,
    /// What `aws iam get-account-authorization-details` prints
    AuthorizationDetails,
    /// A CloudFormation or SAM template, in JSON or YAML
    Cloudformation,
    /// What `terraform show -json` prints
    TerraformPlan,
}

/// A file, as what it is.
pub(in crate::policy) enum Sorted<'t> {
    /// One policy.
    Document(String),
    Answer(Node),
    /// Several, one after the other.
    Answers(Vec<Node>),
    /// An answer, and where each of its pages begins.
    Account(&'t str, Vec<usize>),
    Template(Node),
    Plan(&'t str),
}

impl Sorted<'_> {
    /// What it is, in a sentence.
    pub(in crate::policy) fn what(&self) -> &'static str {
        match self {
            Self::Document(_) => "a policy",
            Self::Answer(_) | Self::Answers(_) => "an answer of the AWS CLI",
            Self::Account(..) => "an answer of `aws iam get-account-authorization-details`",
            Self::Template(_) => "a CloudFormation template",
            Self::Plan(_) => "a plan or a state of Terraform",
        }
    }

    /// What it is called in an answer: as in `--input-format`.
    pub(in crate::policy) fn name(&self) -> &'static str {
        match self {
            Self::Document(_) => "document",
            Self::Answer(_) | Self::Answers(_) => "aws-cli",
            Self::Account(..) => "authorization-details",
            Self::Template(_) => "cloudformation",
            Self::Plan(_) => "terraform-plan",
        }
    }
}

/// More is read of no file that is no list: the longest policies that AWS takes have some tens of thousands of characters, and the longest
/// template a megabyte (CloudFormation User Guide, "Understand CloudFormation quotas").
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Tells what a text is, or takes it for what it is said to be.
pub(in crate::policy) fn sort(text: &str, format: InputFormat) -> Result<Sorted<'_>, Unread> {
    let trimmed = text.trim_start();
    if trimmed.is_empty() {
        return Err(Unread::new("an empty file", ANY));
    }
    if format == InputFormat::Document {
        return single(text).map(|()| Sorted::Document(decoded(text)));
    }
    if trimmed.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("%7b")) {
        single(text)?;
        return Ok(Sorted::Document(decoded(text)));
    }
    if trimmed.starts_with(['{', '[', '"']) { of_json(text, format) } else { of_yaml(text, format) }
}

fn single(text: &str) -> Result<(), Unread> {
    if text.len() <= MOST_BYTES {
        return Ok(());
    }
    let most = MOST_BYTES / 1024 / 1024;
    Err(Unread::new(format!("a file of more than {most} MiB, and nothing of its kind of AWS's has that"), ANY))
}

/// A document without its URL-encoding. What is no UTF-8 then is none of AWS's, and refused as it is.
fn decoded(text: &str) -> String {
    let trimmed = text.trim();
    if !trimmed.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("%7b")) {
        return text.to_owned();
    }
    percent_decode_str(trimmed).decode_utf8().map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

fn of_json(text: &str, format: InputFormat) -> Result<Sorted<'_>, Unread> {
    // What is no JSON at all is refused as a document, with its place.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        if let Some(spans) = stream::several(text) {
            return several(text, &spans, format);
        }
        if format == InputFormat::Cloudformation {
            return of_yaml(text, format);
        }
        if matches!(format, InputFormat::Auto) {
            single(text)?;
            return Ok(Sorted::Document(text.to_owned()));
        }
        let at = Some(At { line: error.line(), column: error.column() });
        return Err(Unread { at, ..Unread::new(format!("broken JSON ({error})"), ANY) });
    }
    let members = json::members_at(text, 0);
    let has = |key: &str| members.iter().any(|(name, _)| name == key);
    let tree = || {
        single(text)?;
        let node = json::places(text).ok_or_else(|| Unread::new("JSON that is nested too deeply", ANY))?;
        Ok(Lines::of(text).tree(&node))
    };
    match format {
        InputFormat::AuthorizationDetails => return account(text, &[0]),
        InputFormat::TerraformPlan => return terraform(text, has),
        InputFormat::Cloudformation => return of_template(tree()?),
        InputFormat::AwsCli if !has("TemplateBody") => return answer(tree()?, has),
        InputFormat::AwsCli => return of_template(tree()?),
        InputFormat::Auto | InputFormat::Document => {}
    }
    if has("Statement") {
        single(text)?;
        if tree().is_ok_and(|node| unread::is_of_stack(&node)) {
            return Err(unread::of_stack());
        }
        return Ok(Sorted::Document(text.to_owned()));
    }
    if account::is_answer(has) {
        return account(text, &[0]);
    }
    if plan::is_plan(has) || is_empty_state(&members) {
        return terraform(text, has);
    }
    if has("terraform_version") && has("lineage") {
        return Err(Unread::new("a state of Terraform", "what `terraform show -json` prints"));
    }
    let node = tree()?;
    if template::is_template(&node) || node.get("TemplateBody").is_some() {
        return of_template(node);
    }
    if let Some(source) = unread::makes(&node) {
        return Err(source);
    }
    if has_policies(&node) {
        return Ok(Sorted::Answer(node));
    }
    unread::other(&node, has).map_or_else(|| Ok(Sorted::Document(text.to_owned())), Err)
}

/// Whether a policy stands in a value, or what was meant to be one.
fn has_policies(node: &Node) -> bool {
    let mut found = Vec::new();
    walk(node, &Walk::default(), &mut found);
    !found.is_empty()
}

/// What is said to be an answer of the AWS CLI: one without a policy tells nothing of one.
fn answer(node: Node, has: impl Fn(&str) -> bool) -> Result<Sorted<'static>, Unread> {
    if has_policies(&node) {
        return Ok(Sorted::Answer(node));
    }
    Err(unread::other(&node, has).unwrap_or_else(|| Unread::new("JSON in which there is no policy", ANY)))
}

fn account<'t>(text: &'t str, starts: &[usize]) -> Result<Sorted<'t>, Unread> {
    for start in starts {
        let members = json::members_at(text, *start);
        if !account::is_answer(|key| members.iter().any(|(name, _)| name == key)) {
            let give = "what `aws iam get-account-authorization-details` prints";
            return Err(Unread::new("JSON without `UserDetailList`, `GroupDetailList` and `RoleDetailList`", give));
        }
        lists(&members, text, &["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"])?;
    }
    Ok(Sorted::Account(text, starts.to_vec()))
}

/// Several values in one file: pages of an account, or answers of the AWS CLI.
fn several<'t>(text: &'t str, spans: &[Range<usize>], format: InputFormat) -> Result<Sorted<'t>, Unread> {
    let starts: Vec<usize> = spans.iter().map(|span| span.start).collect();
    let has = |start: usize, key: &str| json::members_at(text, start).iter().any(|(name, _)| name == key);
    let is_account = |start: &usize| account::is_answer(|key| has(*start, key));
    let is_accounts = format == InputFormat::Auto && starts.iter().all(is_account);
    if is_accounts || format == InputFormat::AuthorizationDetails {
        // Whoever is in an answer that is complete holds nothing of the next one.
        let is_last = |start: &usize| account::goes_on(text, &json::members_at(text, *start)).is_none();
        if let Some(start) = starts.iter().take(starts.len() - 1).find(|start| is_last(start)) {
            let at = Some(Lines::of(text).at(*start));
            let what = "several answers of `aws iam get-account-authorization-details`, which are not pages of one";
            return Err(Unread { at, ..Unread::new(what, "each in a file of its own") });
        }
        return account(text, &starts);
    }
    single(text)?;
    if starts.first().is_some_and(|start| has(*start, "@level")) {
        let give = "what `terraform show -json PLAN` prints, after `terraform plan -out PLAN`";
        return Err(Unread::new("the log that `terraform plan -json` prints", give));
    }
    let lines = Lines::of(text);
    let mut values = Vec::new();
    for span in spans {
        let at = lines.at(span.start);
        let node = json::places_at(text, span.start).map(|node| lines.tree(&node));
        let node = node.ok_or_else(|| Unread::new("JSON that is nested too deeply", ANY))?;
        let other = if is_account(&span.start) {
            Some("an answer of `aws iam get-account-authorization-details`")
        } else if plan::is_plan(|key| has(span.start, key)) {
            Some("a plan or a state of Terraform")
        } else if template::is_template(&node) || node.get("TemplateBody").is_some() {
            Some("a CloudFormation template")
        } else {
            None
        };
        if let Some(what) = other {
            let what = format!("several values, and one of them {what}");
            return Err(Unread { at: Some(at), ..Unread::new(what, "it in a file of its own") });
        }
        values.push(node);
    }
    let is_any = matches!(format, InputFormat::Auto | InputFormat::AwsCli) && values.iter().any(has_policies);
    if is_any {
        return Ok(Sorted::Answers(values));
    }
    Err(Unread::new("several values in JSON, in which there is no policy", ANY))
}

fn terraform<'t>(text: &'t str, has: impl Fn(&str) -> bool) -> Result<Sorted<'t>, Unread> {
    let members = json::members_at(text, 0);
    if plan::is_plan(&has) || is_empty_state(&members) {
        lists(&members, text, &["resource_changes"])?;
        return Ok(Sorted::Plan(text));
    }
    Err(Unread::new("JSON without `resource_changes` and `planned_values`", "what `terraform show -json PLAN` prints"))
}

/// A state without resources is shown without `values`.
fn is_empty_state(members: &[(String, Range<usize>)]) -> bool {
    let is_of_state =
        |(key, _): &(String, Range<usize>)| ["format_version", "terraform_version"].contains(&key.as_str());
    members.iter().any(|(key, _)| key == "format_version") && members.iter().all(is_of_state)
}

/// The template that `aws cloudformation get-template` prints: JSON as it is, YAML as a string.
fn printed(body: &Node) -> Result<Sorted<'static>, Unread> {
    let node = match body.text() {
        None => Some(body.clone()),
        Some(text) => match json::places(text) {
            Some(node) => Some(Lines::of(text).tree(&node)),
            None => yaml::tree(text).map_err(|broken| {
                let line = broken.at.map(|at| format!(" in its line {}", at.line)).unwrap_or_default();
                let what = format!("a `TemplateBody` with broken YAML{line} ({})", broken.why);
                Unread { at: Some(body.at), ..Unread::new(what, "a CloudFormation template") }
            })?,
        }
        .map(|node| node.standing_at(body.at)),
    };
    let none = || Unread::new("a `TemplateBody` that is no template", "a CloudFormation template");
    node.filter(template::is_template).map(Sorted::Template).ok_or_else(none)
}

fn of_template(node: Node) -> Result<Sorted<'static>, Unread> {
    if let Some(body) = node.get("TemplateBody") {
        return printed(body);
    }
    if template::is_template(&node) {
        return Ok(Sorted::Template(node));
    }
    Err(Unread::new("a file without `Resources`", "a CloudFormation template"))
}

fn of_yaml(text: &str, format: InputFormat) -> Result<Sorted<'_>, Unread> {
    single(text)?;
    if format == InputFormat::Auto
        && let Some(source) = unread::source(text)
    {
        return Err(source);
    }
    match yaml::tree(text) {
        Ok(Some(node))
            if format == InputFormat::Cloudformation
                || template::is_template(&node)
                || node.get("TemplateBody").is_some() =>
        {
            of_template(node)
        }
        Ok(Some(node)) if node.is_object() => {
            if let Some(source) = unread::makes(&node) {
                return Err(source);
            }
            if has_policies(&node) {
                return Ok(Sorted::Answer(node));
            }
            Err(Unread::new("YAML that is no CloudFormation template", ANY))
        }
        Ok(Some(node)) if has_policies(&node) => Ok(Sorted::Answer(node)),
        // Text that is no YAML to speak of: what it is, the reader of documents says.
        Ok(_) => Ok(Sorted::Document(text.to_owned())),
        Err(broken)
            if text.contains("\nResources:")
                || text.starts_with("Resources:")
                || format == InputFormat::Cloudformation =>
        {
            Err(Unread {
                at: broken.at,
                ..Unread::new(format!("broken YAML ({})", broken.why), "a CloudFormation template")
            })
        }
        Err(_) => Ok(Sorted::Document(text.to_owned())),
    }
}
