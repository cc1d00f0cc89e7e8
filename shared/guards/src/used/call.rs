//! One record: who asked for what, and what that was allowed by.

use std::fmt;
use std::str::FromStr;

use iam_policy::catalogue;
use parapet_core::{Arn, Home};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::actions::{actions, prefix_of};
use super::keys::From;
use super::resource::{copied, resources};
use crate::IamEntity;

/// A call that a user or role of the account made, and that its permissions were used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who asked: a user, or the role whose session it was.
    pub entity: IamEntity,
    /// Its ARN.
    pub arn: String,
    /// What had to be allowed. Empty: nothing had to be.
    pub asked: Vec<Asked>,
    /// From where.
    pub from: From,
    /// When, in seconds since 1970.
    pub time: i64,
}

/// Something that had to be allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// What was asked for.
    pub what: What,
    /// On what: an ARN, or `*` where the action knows no resources. `None`: it is not known.
    pub resource: Option<String>,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum What {
    /// An IAM action, by its whole name.
    Action(String),
    /// An event that stands for no action that is known.
    Event {
        /// Its source: `s3.amazonaws.com`.
        source: String,
        /// Its name.
        name: String,
    },
}

/// Why a record counts for nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Passed {
    /// It has no name, no source, or no time of an event.
    NotARecord,
    /// The call was denied: no permission was used.
    Denied,
    /// It is of a principal of another account.
    OtherAccount,
    /// No user or role of the account asked: a service by itself, the root user, somebody who is none yet.
    NoPrincipal,
}

/// No name of an event or of its source is longer, in AWS's.
const MAX_NAME_BYTES: usize = 128;

/// How deep a parameter that names a role is looked for.
const MOST_LEVELS: usize = 6;

impl Call {
    /// The members of a record that are read, and how many levels of them.
    pub const MEMBERS: &'static [&'static str] = &[
        "awsRegion",
        "errorCode",
        "eventCategory",
        "eventName",
        "eventSource",
        "eventTime",
        "eventType",
        "readOnly",
        "requestParameters",
        "resources",
        "sourceIPAddress",
        "tlsDetails",
        "userIdentity",
        "vpcEndpointId",
    ];

    /// Reads a record.
    ///
    /// A call that failed for another reason than that it was denied counts: something allowed it. One that a service made for somebody
    /// (`invokedBy`) counts for him: "FAS uses the permissions of the identity calling an AWS service" (IAM User Guide, Forward access
    /// sessions). A record that no principal of the account is behind counts for nobody.
    ///
    /// # Errors
    /// [`Passed`]: why it does not count.
    pub fn of(record: &Value, home: &Home) -> Result<Self, Passed> {
        let text = |name: &str| record.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        // CloudTrail User Guide, "CloudTrail record contents for Insights events": they tell of many calls, and are none.
        if text("eventCategory") == Some("Insight") || text("eventType") == Some("AwsCloudTrailInsight") {
            return Err(Passed::NoPrincipal);
        }
        let name = |name: &str| text(name).filter(|text| text.len() <= MAX_NAME_BYTES).ok_or(Passed::NotARecord);
        let (source, event) = (name("eventSource")?, name("eventName")?);
        let time = text("eventTime").and_then(|time| OffsetDateTime::parse(time, &Rfc3339).ok());
        let time = time.ok_or(Passed::NotARecord)?.unix_timestamp();
        if record.get("errorCode").and_then(Value::as_str).is_some_and(is_denied) {
            return Err(Passed::Denied);
        }
        let arn = principal(record.get("userIdentity").unwrap_or(&Value::Null)).ok_or(Passed::NoPrincipal)?;
        let parsed = Arn::parse(arn).ok_or(Passed::NoPrincipal)?;
        if parsed.account != home.account || parsed.partition != home.partition {
            return Err(Passed::OtherAccount);
        }
        let entity = IamEntity::written(parsed.resource).filter(|entity| !matches!(entity, IamEntity::Group(_)));
        let entity = entity.ok_or(Passed::NoPrincipal)?;
        let asked = asked(source, event, record, home);
        Ok(Self { entity, arn: arn.to_owned(), asked, from: From::of(record), time })
    }
}

fn asked(source: &str, event: &str, record: &Value, home: &Home) -> Vec<Asked> {
    let passed = passed_roles(source, record, home);
    let pass = passed.into_iter().map(|arn| Asked { what: What::Action("iam:PassRole".to_owned()), resource: arn });
    let Some(actions) = actions(source, event) else {
        let what = What::Event { source: source.to_owned(), name: event.to_owned() };
        return std::iter::once(Asked { what, resource: None }).chain(pass).collect();
    };
    let versioned = actions.into_iter().map(|action| of_version(action, record));
    let each = versioned.flat_map(|action| {
        let found = catalogue::find(&action).map(|id| resources(id, record, home)).unwrap_or_else(|| vec![None]);
        found.into_iter().map(move |resource| Asked { what: What::Action(action.clone()), resource })
    });
    let reads = matches!(event, "CopyObject" | "UploadPartCopy") && prefix_of(source) == Some("s3");
    let read = reads.then(|| copied(record, home));
    let read = read.map(|(action, resource)| Asked { what: What::Action(action.to_owned()), resource });
    each.chain(read).chain(pass).collect()
}

/// The ARN of the user or role whose permissions were used. CloudTrail User Guide, "CloudTrail userIdentity element", of `sessionIssuer`: "The ARN
/// of the source (account, IAM user, or role) that was used to get temporary security credentials."
fn principal(identity: &Value) -> Option<&str> {
    let text = |pointer: &str| identity.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    let issuer = || text("/sessionContext/sessionIssuer/arn");
    match text("/type") {
        Some("IAMUser") => text("/arn"),
        Some("AssumedRole" | "FederatedUser") => issuer(),
        _ => None,
    }
}

/// Whether a call failed because it was not allowed, or because nobody knew who asked.
fn is_denied(code: &str) -> bool {
    const SAYS: [&str; 6] =
        ["accessdenied", "unauthorized", "notauthorized", "authfailure", "authorizationerror", "forbidden"];
    const SENDERS: [&str; 5] =
        ["invalidclienttokenid", "signaturedoesnotmatch", "expiredtoken", "unrecognizedclient", "invalidaccesskeyid"];
    let code = code.to_ascii_lowercase();
    SAYS.iter().chain(&SENDERS).any(|said| code.contains(said))
}

/// What has to be allowed on a version of an object is another action: `s3:GetObjectVersion`.
fn of_version(action: String, record: &Value) -> String {
    let has_version =
        record.pointer("/requestParameters/versionId").and_then(Value::as_str).is_some_and(|id| id != "null");
    let of_version = || catalogue::find(&action.replacen("Object", "ObjectVersion", 1));
    match action.strip_prefix("s3:").filter(|_| has_version).and_then(|_| of_version()) {
        Some(found) if action.contains("Object") => found.full_name(),
        _ => action,
    }
}

/// The roles that a call hands to a service: no event tells that by itself. IAM User Guide, "Grant a user permissions to pass a role to an AWS
/// service": "PassRole is a permission, meaning no CloudTrail logs are generated for IAM PassRole." `None` within: one that is not known.
fn passed_roles(source: &str, record: &Value, home: &Home) -> Vec<Option<String>> {
    /// Whose parameters name roles that are not handed to them.
    const OWN: [&str; 2] = ["iam", "sts"];
    let only_reads = record.get("readOnly").and_then(Value::as_bool) == Some(true);
    if only_reads || prefix_of(source).is_some_and(|prefix| OWN.contains(&prefix)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(parameters) = record.get("requestParameters") {
        collect_roles(parameters, "", MOST_LEVELS, home, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

fn collect_roles(value: &Value, key: &str, levels: usize, home: &Home, found: &mut Vec<Option<String>>) {
    const MOST: usize = 16;
    const MAX_ARN_BYTES: usize = 512;
    if levels == 0 || found.len() >= MOST {
        return;
    }
    let key_says = |word: &str| key.to_ascii_lowercase().contains(word);
    match value {
        Value::Object(members) => {
            // The role of an instance profile is not told.
            if key_says("instanceprofile") {
                found.push(None);
                return;
            }
            members.iter().for_each(|(key, value)| collect_roles(value, key, levels - 1, home, found));
        }
        Value::Array(list) => list.iter().for_each(|value| collect_roles(value, key, levels - 1, home, found)),
        Value::String(_) if key_says("instanceprofile") => found.push(None),
        Value::String(text) if key_says("role") => {
            let arn = Arn::parse(text).filter(|arn| arn.service == "iam" && arn.resource.starts_with("role/"));
            let is_own = arn.is_some_and(|arn| arn.account == home.account && text.len() <= MAX_ARN_BYTES);
            found.extend(is_own.then(|| Some(text.clone())));
            // By its name alone, of which the path is not told.
            if names_role(key) && is_role_name(text) {
                found.push(None);
            }
        }
        _ => {}
    }
}

/// Whether a parameter names a role, and not something about one: AWS Systems Manager API Reference, CreateActivation, `IamRole`; AWS Glue API Reference,
/// CreateJob, `Role`: "The name or Amazon Resource Name (ARN) of the IAM role associated with this job."
fn names_role(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["role", "rolename", "rolearn"].iter().any(|end| key.ends_with(end))
}

/// Whether a text may be the name of a role, with its path or without. IAM User Guide, "IAM and AWS STS quotas": a name has up to 64 characters; a
/// longer text is none.
fn is_role_name(text: &str) -> bool {
    let name = text.rsplit('/').next().unwrap_or(text);
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    !name.is_empty() && name.len() <= 64 && name.bytes().all(is_usual) && !text.starts_with("arn:")
}

impl What {
    /// The prefix of the service's actions. `None`: it is not known.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        match self {
            Self::Action(action) => Some(action.split_once(':')?.0),
            Self::Event { source, .. } => prefix_of(source),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action(action) => f.write_str(action),
            Self::Event { source, name } => write!(f, "{source}:{name}"),
        }
    }
}

/// The prefix of an action has no point, the source of an event has one: [`actions`](super::actions) knows no other.
impl FromStr for What {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some((source, name)) if source.contains('.') => {
                Ok(Self::Event { source: source.to_owned(), name: name.to_owned() })
            }
            Some((service, name)) if !service.is_empty() && !name.is_empty() => Ok(Self::Action(text.to_owned())),
            _ => Err(format!("`{text}` is neither an action nor an event")),
        }
    }
}

impl TryFrom<String> for What {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl std::convert::From<What> for String {
    fn from(what: What) -> Self {
        what.to_string()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for What {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "What".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}
