//! What users can set, for all policies or for one row.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use iam_policy::{Arn, Document, DocumentKind, Rules, Statement, TrustZone, ViolationKind};

use super::kind::PolicyType;
use crate::Trouble;

/// The account of made-up requests where the real one is not known.
const EXAMPLE_ACCOUNT: &str = "123456789012";

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a reader
    #[default]
    Text,
    /// A list of answers, as in a batch
    Json,
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
    /// How files are answered; a batch always is in JSON
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
}

/// What `check` knows.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// Policies in JSON, `-` for standard input
    #[arg(value_name = "FILE", required_unless_present = "batch", conflicts_with = "batch")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) input: Input,
    /// The account of the policies; without it nobody is foreign
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
}

/// How policies are judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) account: Option<String>,
    pub(super) trusted_accounts: BTreeSet<String>,
    pub(super) organizations: BTreeSet<String>,
    pub(super) protected: Vec<String>,
    pub(super) envelope: Vec<Document>,
    /// None: all.
    pub(super) kinds: BTreeSet<ViolationKind>,
    pub(super) kind: Option<PolicyType>,
}

impl Settings {
    pub(super) fn of(options: &CheckOptions) -> Result<Self, Trouble> {
        let settings = Self {
            account: options.account.clone(),
            trusted_accounts: options.trust_accounts.iter().cloned().collect(),
            organizations: options.organizations.iter().cloned().collect(),
            protected: options.protected.clone(),
            envelope: options.envelope.clone(),
            kinds: options.kinds.iter().copied().collect(),
            kind: options.input.kind,
        };
        if options.input.batch.is_none() && settings.lacks_account() {
            return Err(Trouble::new("`--kind foreign-principal` cannot tell who is foreign")
                .remedy("name your account with `--account`"));
        }
        Ok(settings)
    }

    /// Whether a kind was asked for that cannot be judged without the account.
    pub(super) fn lacks_account(&self) -> bool {
        self.account.is_none() && self.kinds.contains(&ViolationKind::ForeignPrincipal)
    }

    /// Whether a kind is not judged because the account is not known.
    pub(super) fn leaves_out_foreigners(&self) -> bool {
        self.account.is_none() && self.kinds.is_empty()
    }

    /// The rules for these statements. Where the account is not known, each account that a condition names counts as
    /// trusted, as each organization does: it is not everyone.
    pub(super) fn rules<'a>(&self, statements: impl Iterator<Item = &'a Statement>) -> Rules {
        let mut zone = TrustZone::new(self.account.as_deref().unwrap_or(EXAMPLE_ACCOUNT));
        zone.accounts.clone_from(&self.trusted_accounts);
        zone.organizations.clone_from(&self.organizations);
        if self.account.is_none() {
            let values = statements.flat_map(|s| &s.conditions).flat_map(|c| &c.values);
            zone.accounts.extend(values.filter_map(|value| account_in(value)).map(str::to_owned));
        }
        let mut rules = Rules::all(zone);
        rules.protected.clone_from(&self.protected);
        rules.envelope.clone_from(&self.envelope);
        if !self.kinds.is_empty() {
            rules.kinds.clone_from(&self.kinds);
        }
        if self.account.is_none() {
            rules.kinds.remove(&ViolationKind::ForeignPrincipal);
        }
        rules
    }
}

/// The policy in a file.
fn envelope(path: &str) -> Result<Document, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let document = Document::parse(&text).map_err(|error| error.to_string())?;
    document.check(DocumentKind::Identity).map_err(|error| error.to_string())?;
    Ok(document)
}

/// The account that a text is, or that the ARN has.
fn account_in(text: &str) -> Option<&str> {
    let account = Arn::account_in(text);
    is_account(account).then_some(account)
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
    // Nobody can say here which objects are sealed.
    let asked = || ViolationKind::ALL.into_iter().filter(|kind| *kind != ViolationKind::ObjectTampering);
    PossibleValuesParser::new(asked().map(ViolationKind::name))
        .try_map(move |name| asked().find(|kind| kind.name() == name).ok_or("not a kind of finding"))
}
