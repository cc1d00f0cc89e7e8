//! Reads the roles of an account, as `aws iam get-account-authorization-details` answers them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use iam_policy::{Arn, Document, KnownRole, parse_json};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::files::name;
use super::input::read;
use super::report::Refusal;
use super::row::shown;
use crate::Trouble;

/// How such a file is made.
const MAKING: &str = "aws iam get-account-authorization-details --filter Role LocalManagedPolicy AWSManagedPolicy";

/// Names that a note says.
const MAX_NAMES: usize = 5;

/// The roles of one account.
#[derive(Clone, Debug)]
pub(super) struct Roles {
    pub(super) known: Arc<[KnownRole]>,
    pub(super) partition: String,
    pub(super) account: String,
    /// Attached policies of which nothing is said: what their roles have is not known.
    missing: BTreeSet<String>,
}

type Object = Map<String, Value>;

impl Roles {
    /// Those in a file.
    pub(super) fn read(path: &Path) -> Result<Self, Trouble> {
        let during = format!("the roles `{}` cannot be read", name(path));
        let remedy = format!("give what `{MAKING}` answers");
        let text = read(path).map_err(|error| Trouble::from(error).during(&during).remedy(&remedy))?;
        let value = parse_json(&text).map_err(|error| Trouble::new(error.to_string()).during(&during).remedy(&remedy));
        Self::of(value?, "").map_err(|refusal| Trouble::new(refusal.to_string()).during(during).remedy(remedy))
    }

    /// Those that stand at a path.
    pub(super) fn of(value: Value, path: &str) -> Result<Self, Refusal> {
        let Value::Object(all) = value else {
            return Err(Refusal::new(path, shown(&value), "an object with `RoleDetailList` and `Policies`"));
        };
        let is_cut = all.get("IsTruncated").is_some_and(|cut| *cut == json!(true));
        if let Some(key) = ["IsTruncated", "NextToken"]
            .into_iter()
            .find(|key| all.contains_key(*key) && (is_cut || *key == "NextToken"))
        {
            return Err(Refusal::new(
                below(path, key),
                "an answer that goes on",
                "all of it: no `--max-items`, no `--no-paginate`",
            ));
        }
        let policies = Managed::of(&all, path)?;
        let details = objects(&all, path, "RoleDetailList")?;
        let mut missing = BTreeSet::new();
        let known = details.into_iter().map(|(at, role)| role_of(&at, role, &policies, &mut missing));
        let known: Vec<KnownRole> = known.collect::<Result<_, _>>()?;
        let at = below(path, "RoleDetailList");
        let Some((partition, account)) = known.first().and_then(|role| home(&role.arn)) else {
            return Err(Refusal::new(at, "an empty list", "at least one role"));
        };
        if let Some(i) =
            known.iter().position(|role| home(&role.arn).as_ref() != Some(&(partition.clone(), account.clone())))
        {
            return Err(Refusal::new(
                format!("{at}[{i}].Arn"),
                "another account",
                format!("a role of {account}, as the first one is"),
            ));
        }
        Ok(Self { known: known.into(), partition, account, missing })
    }

    /// What a reader has to know of them.
    pub(super) fn note(&self) -> Option<String> {
        let mut names: Vec<String> = self.missing.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
        if self.missing.len() > MAX_NAMES {
            names.push(format!("{} more", self.missing.len() - MAX_NAMES));
        }
        (!names.is_empty()).then(|| {
            format!(
                "not in the file: {}; the roles that have them may have everything, so give what `{MAKING}` answers",
                names.join(", ")
            )
        })
    }
}

/// The documents of managed policies, by their ARNs.
struct Managed(BTreeMap<String, Arc<Document>>);

impl Managed {
    fn of(all: &Object, path: &str) -> Result<Self, Refusal> {
        let mut documents = BTreeMap::new();
        if all.get("Policies").is_none_or(Value::is_null) {
            return Ok(Self(documents));
        }
        for (at, policy) in objects(all, path, "Policies")? {
            let arn = text(policy, &at, "Arn")?;
            let versions = objects(policy, &at, "PolicyVersionList")?;
            let default =
                versions.into_iter().find(|(_, version)| version.get("IsDefaultVersion") == Some(&json!(true)));
            let Some((at, version)) = default else {
                return Err(Refusal::new(
                    below(&at, "PolicyVersionList"),
                    "no default version",
                    "one with `\"IsDefaultVersion\": true`",
                ));
            };
            documents.insert(arn.to_owned(), Arc::new(document(version, &at, "Document")?));
        }
        Ok(Self(documents))
    }
}

fn role_of(at: &str, role: &Object, managed: &Managed, missing: &mut BTreeSet<String>) -> Result<KnownRole, Refusal> {
    let arn = text(role, at, "Arn")?;
    if home(arn).is_none() {
        return Err(Refusal::new(below(at, "Arn"), format!("the string `{arn}`"), "the ARN of a role"));
    }
    let inline = objects(role, at, "RolePolicyList")?;
    let inline = inline.into_iter().map(|(at, policy)| document(policy, &at, "PolicyDocument").map(Arc::new));
    let mut policies = inline.collect::<Result<Vec<Arc<Document>>, Refusal>>()?;
    let mut is_known = true;
    for (at, attached) in objects(role, at, "AttachedManagedPolicies")? {
        let arn = text(attached, &at, "PolicyArn")?;
        match managed.0.get(arn) {
            Some(document) => policies.push(Arc::clone(document)),
            None => {
                missing.insert(arn.to_owned());
                is_known = false;
            }
        }
    }
    let boundary = match role.get("PermissionsBoundary") {
        None | Some(Value::Null) => None,
        Some(Value::Object(boundary)) => {
            let arn = text(boundary, &below(at, "PermissionsBoundary"), "PermissionsBoundaryArn")?;
            let known = managed.0.get(arn).cloned();
            if known.is_none() {
                missing.insert(arn.to_owned());
            }
            known.or_else(|| everything().map(Arc::new))
        }
        Some(other) => return Err(Refusal::new(below(at, "PermissionsBoundary"), shown(other), "an object")),
    };
    let trust = document(role, at, "AssumeRolePolicyDocument")?;
    Ok(KnownRole { arn: arn.to_owned(), trust, policies: is_known.then_some(policies), boundary })
}

/// What a boundary may allow of which nothing is known.
fn everything() -> Option<Document> {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).ok()
}

/// The partition and the account of a role.
fn home(arn: &str) -> Option<(String, String)> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "iam" && arn.resource.starts_with("role/"))?;
    Some((arn.partition.to_owned(), arn.account.to_owned()))
}

/// The objects of a list, with their paths.
fn objects<'v>(of: &'v Object, at: &str, key: &str) -> Result<Vec<(String, &'v Object)>, Refusal> {
    let at = below(at, key);
    let list = match of.get(key) {
        Some(Value::Array(list)) => list,
        Some(other) => return Err(Refusal::new(at, shown(other), "a list")),
        None => return Err(Refusal::new(at, "nothing", "a list")),
    };
    let object = |(i, value): (usize, &'v Value)| {
        let at = format!("{at}[{i}]");
        value.as_object().map(|object| (at.clone(), object)).ok_or_else(|| Refusal::new(at, shown(value), "an object"))
    };
    list.iter().enumerate().map(object).collect()
}

fn text<'v>(of: &'v Object, at: &str, key: &str) -> Result<&'v str, Refusal> {
    match of.get(key) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(Refusal::new(below(at, key), shown(other), "a string")),
        None => Err(Refusal::new(below(at, key), "nothing", "a string")),
    }
}

/// A document: an object, as the AWS CLI writes it, or its text "URL-encoded, compliant with RFC 3986" (IAM API Reference, RoleDetail).
fn document(of: &Object, at: &str, key: &str) -> Result<Document, Refusal> {
    let at = below(at, key);
    let allowed = "a policy: an object, or its text, URL-encoded or not";
    let value = match of.get(key) {
        None => return Err(Refusal::new(at, "nothing", allowed)),
        Some(Value::String(text)) => {
            let is_plain = text.trim_start().starts_with('{');
            let decoded = if is_plain { Ok(text.into()) } else { percent_decode_str(text).decode_utf8() };
            let decoded = decoded.map_err(|error| Refusal::new(&at, error.to_string(), allowed))?;
            parse_json(&decoded).map_err(|error| Refusal::new(&at, error.found(), allowed))?
        }
        Some(value @ Value::Object(_)) => value.clone(),
        Some(other) => return Err(Refusal::new(at, shown(other), allowed)),
    };
    Document::from_value(value).map_err(|error| Refusal::at(&at, &error))
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
