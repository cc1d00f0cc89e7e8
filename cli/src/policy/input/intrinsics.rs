//! What the functions of a CloudFormation template come to.
//!
//! The account, the partition and the region of a stack are the account's own, whatever they are: they are filled in here. The name of a
//! resource of AWS's is a name, which has no wildcard. A parameter, an import, the answer of somebody's function can be anything, and stays
//! open.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::made_up::MadeUp;
use super::tree::{At, Node, Shape, below};
use super::unresolved::{Parts, has_mark};
use crate::policy::report::Refusal;

/// As deep as functions are followed into each other.
const MAX_DEPTH: usize = 64;

/// As many names as are followed into each other.
const MOST_WAITING: usize = 8;

/// What is taken for the pseudo parameters (CloudFormation Template Reference, "Pseudo parameters reference").
const PARTITION: &str = "aws";

/// Stands for `AWS::NoValue`: whatever it is the value of is left out.
pub(super) const NO_VALUE: &str = "\u{e000}none\u{e001}";

/// A template, and what its references mean.
pub(super) struct Template<'t> {
    pub(super) root: &'t Node,
    /// The account that the stack is taken to be of.
    pub(super) account: &'t str,
    /// Its region; none: that is left open.
    pub(super) region: Option<&'static str>,
    pub(super) made_up: &'t MadeUp,
    /// The names of resources that were asked for; one that is being asked for is open.
    names: RefCell<BTreeMap<String, Name>>,
    /// How many of them wait for the name of another.
    waiting: Cell<usize>,
    /// In how many templates it stands.
    pub(super) depth: usize,
}

/// The name of a resource.
#[derive(Clone, Debug)]
enum Name {
    /// What it is, and whether the account is a part of it.
    Known(String, bool),
    /// It is filled in when the stack is deployed.
    Open,
}

/// What was filled in, and what was not.
#[derive(Debug, Default)]
pub(super) struct Filled {
    pub(super) parts: Parts,
    /// Whether the account of the stack was filled in.
    pub(super) has_account: bool,
    /// Whether anything was.
    pub(super) has_any: bool,
}

impl<'t> Template<'t> {
    pub(super) fn new(
        root: &'t Node,
        account: &'t str,
        region: Option<&'static str>,
        made_up: &'t MadeUp,
        depth: usize,
    ) -> Self {
        Self { root, account, region, made_up, names: RefCell::default(), waiting: Cell::default(), depth }
    }
}

impl Template<'_> {
    /// A value with its functions carried out, as far as that can be.
    ///
    /// # Errors
    /// A key stands twice, or a function is not written as it has to be.
    pub(super) fn value(&self, node: &Node, path: &str, filled: &mut Filled) -> Result<Value, Refusal> {
        self.resolve(node, path, filled, 0)
    }

    fn resolve(&self, node: &Node, path: &str, filled: &mut Filled, depth: usize) -> Result<Value, Refusal> {
        if depth > MAX_DEPTH {
            return Err(Refusal::new(path, "functions too deep in each other", "less of them"));
        }
        if let Some(only) = node.only().filter(|only| is_function(&only.key)) {
            filled.has_any = true;
            return self.function(&only.key, &only.node, path, filled, depth + 1);
        }
        match &node.shape {
            Shape::Object(members) => {
                let mut map = Map::new();
                for member in members {
                    let at = below(path, &member.key);
                    let value = self.resolve(&member.node, &at, filled, depth + 1)?;
                    if map.contains_key(&member.key) {
                        return Err(super::tree::twice(&at));
                    }
                    if value != json!(NO_VALUE) {
                        // A function beside other keys is none that CloudFormation carries out.
                        map.insert(member.key.clone(), value);
                    }
                }
                Ok(map.into())
            }
            Shape::List(items) => {
                let items = items.iter().enumerate();
                let values = items.map(|(i, item)| self.resolve(item, &format!("{path}[{i}]"), filled, depth + 1));
                let values = values.filter(|value| value.as_ref() != Ok(&json!(NO_VALUE)));
                values.collect::<Result<Vec<Value>, Refusal>>().map(Value::Array)
            }
            // Nobody writes these characters, unless to be taken for what is filled in: then nothing is known of it.
            Shape::String(text) if has_mark(text) => Ok(filled.parts.mark("private characters", node.at).into()),
            _ => node.value(path),
        }
    }

    fn function(&self, name: &str, of: &Node, path: &str, filled: &mut Filled, depth: usize) -> Result<Value, Refusal> {
        let inner = |node: &Node, filled: &mut Filled| self.resolve(node, path, filled, depth);
        let value = match (name, of.items()) {
            ("Ref", _) => of.text().map(|name| self.reference(name, of.at, filled)),
            ("Fn::GetAtt", []) => of.text().map(|name| self.attribute(name, of.at, filled)),
            ("Fn::GetAtt", [resource, attribute]) => resource
                .text()
                .zip(attribute.text())
                .map(|(resource, attribute)| self.attribute(&format!("{resource}.{attribute}"), of.at, filled)),
            ("Fn::Sub", []) => of.text().map(|text| self.substituted(text, &Map::new(), of.at, filled)),
            ("Fn::Sub", [text, variables]) => match (text.text(), inner(variables, filled)?) {
                (Some(text), Value::Object(variables)) => Some(self.substituted(text, &variables, of.at, filled)),
                _ => None,
            },
            ("Fn::Join", [delimiter, list]) => match (delimiter.text(), inner(list, filled)?) {
                (Some(delimiter), Value::Array(items)) => {
                    let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                    texts.map(|texts| texts.join(delimiter).into())
                }
                _ => None,
            },
            ("Fn::Split", [delimiter, text]) => match (delimiter.text(), inner(text, filled)?) {
                (Some(delimiter), Value::String(text)) if !delimiter.is_empty() && !has_mark(&text) => {
                    Some(text.split(delimiter).collect())
                }
                _ => None,
            },
            ("Fn::Select", [index, list]) => {
                let index = match &index.shape {
                    Shape::String(text) => text.parse().ok(),
                    Shape::Other(number) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
                    _ => None,
                };
                let list = inner(list, filled)?;
                // A list that has an open entry can have more of them than one.
                let is_sure = list.as_array().is_some_and(|items| !items.iter().any(super::unresolved::is_open));
                index.filter(|_| is_sure).and_then(|index: usize| list.get(index).cloned())
            }
            ("Fn::FindInMap", [map, first, second, ..]) => {
                let keys = [inner(map, filled)?, inner(first, filled)?, inner(second, filled)?];
                // Which region it will be is not known, so what hangs on it is not either.
                let hangs_on_region = is_reference(first, "AWS::Region") || is_reference(second, "AWS::Region");
                let found = keys.iter().try_fold(self.root.get("Mappings"), |node, key| {
                    Some(node.zip(key.as_str()).and_then(|(node, key)| node.get(key)))
                });
                let of_account = is_reference(first, "AWS::AccountId") || is_reference(second, "AWS::AccountId");
                match found.flatten().filter(|_| !hangs_on_region && !of_account) {
                    Some(node) => Some(inner(node, filled)?),
                    None => None,
                }
            }
            ("Fn::If", [_, yes, no]) => Some(either(inner(yes, filled)?, inner(no, filled)?)),
            ("Fn::ToJsonString", _) => Some(inner(of, filled)?.to_string().into()),
            _ => None,
        };
        Ok(value.unwrap_or_else(|| filled.parts.mark(format!("`{}`", written(name, of)), of.at).into()))
    }

    /// What `Ref` gives.
    fn reference(&self, name: &str, at: At, filled: &mut Filled) -> Value {
        let account = self.account;
        match name {
            "AWS::AccountId" => {
                filled.has_account = true;
                account.into()
            }
            "AWS::Partition" => PARTITION.into(),
            "AWS::Region" => self.region(at, filled).into(),
            "AWS::URLSuffix" => "amazonaws.com".into(),
            "AWS::NoValue" => NO_VALUE.into(),
            "AWS::StackName" => self.stack(at, filled).into(),
            "AWS::StackId" => {
                filled.has_account = true;
                let (region, stack) = (self.region(at, filled), self.stack(at, filled));
                format!("arn:{PARTITION}:cloudformation:{region}:{account}:stack/{stack}/{stack}").into()
            }
            name => {
                let known = self.resource(name).and_then(|(kind, resource)| self.named(kind, name, resource, filled));
                known.map_or_else(|| self.open(name, at, filled), Value::String)
            }
        }
    }

    /// What `Fn::GetAtt` gives.
    fn attribute(&self, name: &str, at: At, filled: &mut Filled) -> Value {
        let known = name.split_once('.').and_then(|(logical, attribute)| {
            let (kind, resource) = self.resource(logical)?;
            // Role, user, group, bucket, function, table, key, secret, log group: `Arn`. Queue: `Arn`. Topic: `TopicArn`.
            let is_arn = attribute == "Arn" || (kind == "AWS::SNS::Topic" && attribute == "TopicArn");
            is_arn.then(|| self.arn(kind, logical, resource, filled)).flatten()
        });
        known.map_or_else(|| self.open(name, at, filled), Value::String)
    }

    fn region(&self, at: At, filled: &mut Filled) -> String {
        self.region.map_or_else(|| filled.parts.mark("the region", at), str::to_owned)
    }

    fn stack(&self, at: At, filled: &mut Filled) -> String {
        let stack = self.made_up.stack.clone();
        stack.unwrap_or_else(|| filled.parts.mark("the name of the stack", at))
    }

    /// What nothing is known of.
    fn open(&self, name: &str, at: At, filled: &mut Filled) -> Value {
        let logical = name.split('.').next().unwrap_or(name);
        let what = if self.root.get("Parameters").and_then(|all| all.get(logical)).is_some() {
            format!("parameter `{name}`")
        } else if self.resource(logical).is_some() {
            format!("`{name}`")
        } else {
            format!("`{name}`, which the template does not have")
        };
        filled.parts.mark(what, at).into()
    }

    fn resource(&self, logical: &str) -> Option<(&str, &Node)> {
        let resource = self.root.get("Resources")?.get(logical)?;
        Some((resource.get("Type")?.text()?, resource))
    }

    /// The name of a resource: the one that it is given, or one that is made up in the form of CloudFormation's own. A name of AWS's has no
    /// wildcard, but what a condition on it comes to is not known before it is.
    fn name(&self, kind: &str, logical: &str, resource: &Node, filled: &mut Filled) -> String {
        let known = self.names.borrow().get(logical).cloned();
        let name = known.unwrap_or_else(|| {
            self.names.borrow_mut().insert(logical.to_owned(), Name::Open);
            let waiting = self.waiting.get();
            self.waiting.set(waiting + 1);
            let name = if waiting < MOST_WAITING { self.found_name(kind, logical, resource) } else { Name::Open };
            self.waiting.set(waiting);
            self.names.borrow_mut().insert(logical.to_owned(), name.clone());
            name
        });
        match name {
            Name::Known(name, has_account) => {
                filled.has_account |= has_account;
                if kind == "AWS::S3::Bucket" { name.to_ascii_lowercase() } else { name }
            }
            Name::Open => filled.parts.mark(format!("the name of `{logical}`"), resource.at),
        }
    }

    fn found_name(&self, kind: &str, logical: &str, resource: &Node) -> Name {
        let property = match kind {
            "AWS::S3::Bucket" => "BucketName",
            "AWS::SNS::Topic" => "TopicName",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::IAM::Role" => "RoleName",
            "AWS::IAM::User" => "UserName",
            "AWS::IAM::Group" => "GroupName",
            "AWS::IAM::ManagedPolicy" => "ManagedPolicyName",
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => "FunctionName",
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::SecretsManager::Secret" => "Name",
            "AWS::ECR::Repository" => "RepositoryName",
            "AWS::Logs::LogGroup" => "LogGroupName",
            "AWS::StepFunctions::StateMachine" => "StateMachineName",
            "AWS::Kinesis::Stream" => "Name",
            _ => "",
        };
        let made_up = || match &self.made_up.stack {
            Some(stack) => Name::Known(format!("{stack}-{logical}-{stack}"), false),
            None => Name::Open,
        };
        let Some(given) = resource.get("Properties").and_then(|properties| properties.get(property)) else {
            return made_up();
        };
        let mut inner = Filled::default();
        match self.resolve(given, property, &mut inner, 0) {
            Ok(Value::String(name)) if name == NO_VALUE => made_up(),
            Ok(Value::String(name)) if !name.is_empty() && !name.contains(['*', '?', '$', '{']) && !has_mark(&name) => {
                Name::Known(name, inner.has_account)
            }
            _ => Name::Open,
        }
    }

    /// What `Ref` gives of a resource whose form is known: a name, an ARN, an address.
    fn named(&self, kind: &str, logical: &str, resource: &Node, filled: &mut Filled) -> Option<String> {
        let name = self.name(kind, logical, resource, filled);
        match kind {
            "AWS::S3::Bucket"
            | "AWS::IAM::Role"
            | "AWS::IAM::User"
            | "AWS::IAM::Group"
            | "AWS::Lambda::Function"
            | "AWS::Serverless::Function"
            | "AWS::DynamoDB::Table"
            | "AWS::ECR::Repository"
            | "AWS::Logs::LogGroup"
            | "AWS::Kinesis::Stream"
            | "AWS::KMS::Key" => Some(name),
            "AWS::SNS::Topic"
            | "AWS::IAM::ManagedPolicy"
            | "AWS::SecretsManager::Secret"
            | "AWS::StepFunctions::StateMachine" => self.arn(kind, logical, resource, filled),
            _ => None,
        }
    }

    /// The ARN of a resource whose form is known. (Service Authorization Reference, "Resource types defined by ..")
    fn arn(&self, kind: &str, logical: &str, resource: &Node, filled: &mut Filled) -> Option<String> {
        let name = self.name(kind, logical, resource, filled);
        let path = resource.get("Properties").and_then(|properties| properties.get("Path"));
        let path = match path {
            None => "/",
            // A path has no wildcard, but what it is has to be known.
            Some(node) => node.text().filter(|path| path.starts_with('/') && !path.contains(['*', '?', '$']))?,
        };
        let (service, is_regional, rest) = match kind {
            "AWS::S3::Bucket" => return Some(format!("arn:{PARTITION}:s3:::{name}")),
            "AWS::IAM::Role" => ("iam", false, format!("role{path}{name}")),
            "AWS::IAM::User" => ("iam", false, format!("user{path}{name}")),
            "AWS::IAM::Group" => ("iam", false, format!("group{path}{name}")),
            "AWS::IAM::ManagedPolicy" => ("iam", false, format!("policy{path}{name}")),
            "AWS::SNS::Topic" => ("sns", true, name),
            "AWS::SQS::Queue" => ("sqs", true, name),
            "AWS::KMS::Key" => ("kms", true, format!("key/{name}")),
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => ("lambda", true, format!("function:{name}")),
            "AWS::DynamoDB::Table" => ("dynamodb", true, format!("table/{name}")),
            "AWS::SecretsManager::Secret" => ("secretsmanager", true, format!("secret:{name}-AbCdEf")),
            "AWS::ECR::Repository" => ("ecr", true, format!("repository/{name}")),
            "AWS::Logs::LogGroup" => ("logs", true, format!("log-group:{name}:*")),
            "AWS::StepFunctions::StateMachine" => ("states", true, format!("stateMachine:{name}")),
            "AWS::Kinesis::Stream" => ("kinesis", true, format!("stream/{name}")),
            _ => return None,
        };
        filled.has_account = true;
        let region = if is_regional { self.region(resource.at, filled) } else { String::new() };
        Some(format!("arn:{PARTITION}:{service}:{region}:{}:{rest}", self.account))
    }

    /// What `Fn::Sub` gives: `${Name}`, `${Name.Attribute}`, a variable of its own; `${!Name}` stays `${Name}`.
    fn substituted(&self, text: &str, variables: &Map<String, Value>, at: At, filled: &mut Filled) -> Value {
        let mut pieces = text.split("${");
        let first = pieces.next().unwrap_or_default();
        let mut result = if has_mark(first) { filled.parts.mark("private characters", at) } else { first.to_owned() };
        for piece in pieces {
            let Some((name, rest)) = piece.split_once('}') else {
                result.push_str("${");
                result.push_str(piece);
                continue;
            };
            let (name, rest) = (name.trim(), if has_mark(rest) { "" } else { rest });
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str(&format!("${{{literal}}}"));
            } else {
                let value = match variables.get(name) {
                    Some(value) => value.clone(),
                    None if name.contains('.') => self.attribute(name, at, filled),
                    None => self.reference(name, at, filled),
                };
                match value.as_str() {
                    Some(text) if text != NO_VALUE => result.push_str(text),
                    _ => result.push_str(&filled.parts.mark(format!("`{name}`"), at)),
                }
            }
            result.push_str(rest);
        }
        result.into()
    }
}

/// Whether an object with this key alone is a function.
pub(super) fn is_function(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}

fn is_reference(node: &Node, name: &str) -> bool {
    node.only().is_some_and(|only| only.key == "Ref" && only.node.text() == Some(name))
}

/// One or the other. What is the same in both is known.
fn either(yes: Value, no: Value) -> Value {
    if yes == no { yes } else { Parts::either(list_of(yes), list_of(no)) }
}

/// Nothing is an empty list where entries of a list are meant.
fn list_of(value: Value) -> Value {
    if value == json!(NO_VALUE) { json!([]) } else { value }
}

/// A function, for a reader.
fn written(name: &str, of: &Node) -> String {
    let mut names = BTreeSet::new();
    let texts = of.items().iter().chain([of]).filter_map(Node::text).take(3);
    names.extend(texts.filter(|text| text.len() < 60));
    if names.is_empty() {
        name.to_owned()
    } else {
        format!("{name} {}", names.into_iter().collect::<Vec<_>>().join(" "))
    }
}
