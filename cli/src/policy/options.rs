//! What users can set, for all policies or for one row.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use iam_policy::{Arn, Document, DocumentKind, Rules, TrustZone, ViolationKind};

use super::files::name;
use super::input::InputFormat;
use super::kind::PolicyType;
use super::roles::Roles;
use super::single;
use crate::Trouble;
use crate::terminal::{Output, Paint};

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a reader
    #[default]
    Text,
    /// A list of answers, as in a batch
    Json,
}

/// How `check` answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// For a reader
    #[default]
    Text,
    /// A list of answers, as in a batch
    Json,
    /// The same, one a line
    Jsonl,
    /// For code scanning and editors: SARIF 2.1.0
    Sarif,
}

impl From<Format> for CheckFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
        }
    }
}

/// What both commands know.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// Read rows from this file of JSON lines, `-` for standard input, and answer each with a line of JSON
    #[arg(long, value_name = "FILE.jsonl")]
    pub(super) batch: Option<PathBuf>,
    /// What the policies are written for [default: what they look like]
    #[arg(long = "type", value_name = "TYPE", ignore_case = true)]
    pub(super) kind: Option<PolicyType>,
}

/// What `check` knows.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// Policies by themselves, answers of the AWS CLI, CloudFormation templates, Terraform plans, folders of them; `-` for standard input
    #[arg(value_name = "FILE", required_unless_present = "batch", conflicts_with = "batch")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) input: Input,
    /// How files are answered; a batch always is in lines of JSON, and has no `sarif`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: CheckFormat,
    /// What the files are
    #[arg(long, value_name = "FORMAT", default_value = "auto", conflicts_with = "batch")]
    pub(super) input_format: InputFormat,
    /// Leave out files that are no policies, as in a folder, and name them
    #[arg(long, conflicts_with = "batch")]
    pub(super) skip_others: bool,
    /// The account of the policies [default: any that they name may be theirs, and is foreign where it is let in]
    #[arg(long, value_name = "ID", value_parser = account)]
    account: Option<String>,
    /// A further account to trust; can be repeated
    #[arg(long = "trust-account", value_name = "ID", value_parser = account)]
    trust_accounts: Vec<String>,
    /// The organization to trust [default: whichever a policy names]; can be repeated
    #[arg(long = "organization", value_name = "o-ID", value_parser = organization)]
    organizations: Vec<String>,
    /// The ARN pattern of data [default: all buckets, tables and secrets] or of a trail to protect; can be repeated
    #[arg(long, value_name = "ARN", value_parser = arn)]
    protected: Vec<String>,
    /// A policy that says what of the protected data may be reached; can be repeated
    #[arg(long, value_name = "FILE", value_parser = envelope, requires = "protected")]
    envelope: Vec<Document>,
    /// The roles of the account [default: any role may have more than the policy]: what `aws iam get-account-authorization-details` answers
    #[arg(long, value_name = "FILE")]
    roles: Option<PathBuf>,
    /// Look for this kind of finding only; can be repeated
    #[arg(long = "kind", value_name = "KIND", value_parser = kinds())]
    kinds: Vec<ViolationKind>,
}

/// What `new-access` knows.
#[derive(Debug, Args)]
pub struct NewAccessOptions {
    /// The policy as it is, `-` for standard input; repeated, the policies of one principal
    #[arg(long, value_name = "FILE", required_unless_present = "batch", conflicts_with = "batch")]
    pub(super) existing: Vec<PathBuf>,
    /// The policy as it shall be, likewise
    #[arg(long, value_name = "FILE", required_unless_present = "batch", conflicts_with = "batch")]
    pub(super) new: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) input: Input,
    /// How files are answered; a batch always is in JSON
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
}

/// How policies are judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) account: Option<String>,
    pub(super) trusted_accounts: BTreeSet<String>,
    pub(super) organizations: BTreeSet<String>,
    pub(super) protected: Vec<String>,
    pub(super) envelope: Vec<Document>,
    /// None: nothing is known of them.
    pub(super) roles: Option<Arc<Roles>>,
    /// None: all.
    pub(super) kinds: BTreeSet<ViolationKind>,
    pub(super) kind: Option<PolicyType>,
    /// Whether parts of the policies were filled in: then nothing is proposed in their place.
    pub(super) is_filled: bool,
}

impl Settings {
    /// What was set; what there is to know of it is said on standard error.
    pub(super) fn of(options: &CheckOptions) -> Result<Self, Trouble> {
        let roles = options.roles.as_deref().map(Roles::read).transpose()?;
        if let Some((roles, path)) = roles.as_ref().zip(options.roles.as_deref()) {
            if let Some(note) = roles.note() {
                eprintln!("{}: `{}`: {note}", Output::Stderr.paint("warning", Paint::Warning), name(path));
            }
            if let Some(account) = options.account.as_ref().filter(|account| **account != roles.account) {
                let what = format!("the roles `{}` are of {}, and not of {account}", name(path), roles.account);
                return Err(Trouble::new(what).remedy("give the roles of the account of the policies"));
            }
        }
        Ok(Self {
            account: options.account.clone(),
            trusted_accounts: options.trust_accounts.iter().cloned().collect(),
            organizations: options.organizations.iter().cloned().collect(),
            protected: options.protected.clone(),
            envelope: options.envelope.clone(),
            roles: roles.map(Arc::new),
            kinds: options.kinds.iter().copied().collect(),
            kind: options.input.kind,
            is_filled: false,
        })
    }

    /// The rules.
    pub(super) fn rules(&self) -> Rules {
        let of_roles = self.roles.as_ref().map(|roles| roles.account.as_str());
        let mut zone = self.account.as_deref().or(of_roles).map_or_else(TrustZone::unknown, TrustZone::new);
        // Nobody says the partition; the policy may.
        zone.partition.clear();
        zone.accounts.clone_from(&self.trusted_accounts);
        zone.organizations.clone_from(&self.organizations);
        let mut rules = Rules::all(zone);
        rules.protected.clone_from(&self.protected);
        rules.envelope.clone_from(&self.envelope);
        // Those of another account say nothing of this one's.
        let is_ours = |roles: &&Arc<Roles>| roles.account == rules.zone.account;
        if let Some(roles) = self.roles.as_ref().filter(is_ours) {
            rules.zone.partition.clone_from(&roles.partition);
            rules.roles = Arc::clone(&roles.known);
        }
        if !self.kinds.is_empty() {
            rules.kinds.clone_from(&self.kinds);
        }
        rules
    }
}

/// The policy in a file.
fn envelope(path: &str) -> Result<Document, String> {
    let document = single::read(Path::new(path)).map_err(|unreadable| unreadable.line)?.document;
    document.check(DocumentKind::Identity).map_err(|error| error.to_string())?;
    Ok(document)
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_organization(text: &str) -> bool {
    text.strip_prefix("o-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

pub(super) fn is_arn(text: &str) -> bool {
    text == "*" || Arn::parse(text).is_some()
}

pub(super) const ACCOUNT: &str = "an account ID: a string of twelve digits";
pub(super) const ORGANIZATION: &str = "an organization ID, such as `o-exampleorgid`";
pub(super) const ARN: &str = "an ARN pattern, such as `arn:aws:s3:::data/*`";

pub(crate) fn account(text: &str) -> Result<String, String> {
    accepted(text, is_account, ACCOUNT)
}

fn organization(text: &str) -> Result<String, String> {
    accepted(text, is_organization, ORGANIZATION)
}

fn arn(text: &str) -> Result<String, String> {
    accepted(text, is_arn, ARN)
}

fn accepted(text: &str, is_one: fn(&str) -> bool, allowed: &str) -> Result<String, String> {
    if is_one(text) { Ok(text.to_owned()) } else { Err(format!("expected {allowed}")) }
}

fn kinds() -> impl TypedValueParser<Value = ViolationKind> {
    // Nobody can say here which objects are sealed, nor what guards.
    let of_others = [ViolationKind::ObjectTampering, ViolationKind::GuardTampering];
    let asked = move || ViolationKind::ALL.into_iter().filter(move |kind| !of_others.contains(kind));
    PossibleValuesParser::new(asked().map(ViolationKind::name))
        .try_map(move |name| asked().find(|kind| kind.name() == name).ok_or("not a kind of finding"))
}
