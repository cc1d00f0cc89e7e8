//! Resources that hold a document in which there are policies: another template, the definition of an API, the properties of a resource.
//!
//! What stands in the file is read like the file. What stands elsewhere is not, and is named.

use serde_json::Value;

use super::configuration::Written;
use super::found::{Found, Text};
use super::intrinsics::{Filled, NO_VALUE, Template, is_function};
use super::template;
use super::tree::{At, Lines, Member, Node, Shape, below};
use super::unresolved::{is_open, readable};
use super::walk::{Walk, plain, walk};
use super::yaml;
use crate::policy::json;
use crate::policy::kind::PolicyType;
use crate::policy::report::Refusal;

/// What is in such a document.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Inside {
    Template,
    Api,
    /// Properties of a resource of the type that `type_name` says.
    Properties,
}

/// Such resources. Names of members are plain.
struct Holder {
    inside: Inside,
    kinds: &'static [&'static str],
    /// Where it stands.
    body: &'static [&'static str],
    /// What says that it stands elsewhere.
    elsewhere: &'static [&'static str],
}

const HOLDERS: [Holder; 3] = [
    Holder {
        inside: Inside::Template,
        kinds: &[
            "AWS::CloudFormation::Stack",
            "aws_cloudformation_stack",
            "awscc_cloudformation_stack",
            "AWS::CloudFormation::StackSet",
            "aws_cloudformation_stack_set",
            "awscc_cloudformation_stack_set",
            "AWS::CloudFormation::ChangeSet",
            "AWS::Serverless::Application",
            "aws_serverlessapplicationrepository_cloudformation_stack",
            "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
            "aws_servicecatalog_provisioned_product",
            "awscc_servicecatalog_cloudformation_provisioned_product",
            "AWS::ServiceCatalog::CloudFormationProduct",
            "aws_servicecatalog_product",
            "aws_servicecatalog_provisioning_artifact",
            "awscc_servicecatalog_cloudformation_product",
            "AWS::IoT::ProvisioningTemplate",
            "aws_iot_provisioning_template",
            "awscc_iot_provisioning_template",
        ],
        body: &["templatebody"],
        elsewhere: &["templateurl", "location", "applicationid", "productid", "productname"],
    },
    Holder {
        inside: Inside::Api,
        kinds: &[
            "AWS::ApiGateway::RestApi",
            "aws_api_gateway_rest_api",
            "aws_api_gateway_rest_api_put",
            "awscc_apigateway_rest_api",
            "AWS::Serverless::Api",
        ],
        body: &["body", "definitionbody"],
        elsewhere: &["bodys3location", "definitionuri"],
    },
    Holder {
        inside: Inside::Properties,
        kinds: &["aws_cloudcontrolapi_resource"],
        body: &["desiredstate"],
        elsewhere: &[],
    },
];

/// Longer addresses are not told.
const MOST_ADDRESS: usize = 300;

/// Templates within templates are read as deep as this.
const MOST_DEPTH: usize = 4;

/// The policy in the definition of an API (API Gateway Developer Guide, "x-amazon-apigateway-policy object").
pub(super) const OF_API: &str = "x-amazon-apigateway-policy";

fn holder(kind: &str) -> Option<&'static Holder> {
    HOLDERS.iter().find(|holder| holder.kinds.contains(&kind))
}

fn member<'n>(of: &'n Node, names: &[&str]) -> Option<&'n Member> {
    of.members().iter().find(|member| names.contains(&plain(&member.key).as_str()))
}

impl Holder {
    /// What is said of a document that is not in the file; none: it need not be anywhere.
    fn missing(&self, is_elsewhere: bool, address: Option<&str>) -> Option<String> {
        let address = address.filter(|address| address.len() < MOST_ADDRESS);
        let address = address.map(|address| format!(" (`{address}`)")).unwrap_or_default();
        match self.inside {
            Inside::Template => {
                Some(format!("its template is another file{address}, which is not read: give that as well"))
            }
            Inside::Api if is_elsewhere => Some(format!(
                "its definition is another file{address}, which is not read and can have a policy (`{OF_API}`)"
            )),
            Inside::Api | Inside::Properties => None,
        }
    }

    /// Reads a document.
    fn read(&self, text: &str, of: &Node, at: At, within: &dyn Fn(&Node) -> Vec<Found>, place: &Walk) -> Vec<Found> {
        let Some(root) = document(text, at) else {
            let wrong = self.damaged("a text that is neither JSON nor YAML");
            return vec![Found::one(place.piece(&nothing(at), wrong), None)];
        };
        match self.inside {
            Inside::Template => self.stack(&root, within, place),
            Inside::Api => of_api(&root, place),
            Inside::Properties => {
                let kind = member(of, &["typename"]).and_then(|member| member.node.text()).unwrap_or_default();
                all_within(within(&resource(kind, root)), place)
            }
        }
    }

    /// Reads a template.
    fn stack(&self, root: &Node, within: &dyn Fn(&Node) -> Vec<Found>, place: &Walk) -> Vec<Found> {
        if template::is_template(root) {
            return all_within(within(root), place);
        }
        vec![Found::one(place.piece(root, self.damaged("what is no template")), None)]
    }

    fn damaged(&self, found: &str) -> Text {
        let expected = match self.inside {
            Inside::Template => "a CloudFormation template",
            Inside::Api => "a definition of an API",
            Inside::Properties => "the properties of a resource",
        };
        Text::Damaged(Refusal::new("", found, expected))
    }
}

/// Finds what a resource of a template holds so, beside its other policies.
pub(super) fn of_template(
    template: &Template<'_>,
    kind: &str,
    properties: &Node,
    metadata: Option<&Node>,
    walk: &Walk,
) -> Vec<Found> {
    let open = |node: &Node, walk: &Walk, why: String| vec![Found::one(walk.piece(node, Text::Open(why)), None)];
    if kind.ends_with("::MODULE") {
        let why = format!("it is a module, whose template is elsewhere: {}", template::PROCESSED);
        return open(properties, walk, why);
    }
    let Some(holder) = holder(kind) else { return Vec::new() };
    let mut filled = Filled::default();
    if let Some(body) = member(properties, holder.body) {
        let walk = walk.member(&body.key).named(&body.key);
        let within = |root: &Node| match template.depth < MOST_DEPTH {
            true => template::within(template, root),
            false => open(&body.node, &walk, "it is a template in a template, deeper than is read".to_owned()),
        };
        // What is written out is found where it stands, but for a template.
        if body.node.is_object() && !body.node.only().is_some_and(|only| is_function(&only.key)) {
            return match holder.inside {
                Inside::Template => holder.stack(&body.node, &within, &walk),
                Inside::Api | Inside::Properties => Vec::new(),
            };
        }
        return match template.value(&body.node, &body.key, &mut filled) {
            Ok(Value::String(text)) if text == NO_VALUE => Vec::new(),
            Ok(value @ Value::String(_)) if is_open(&value) => {
                let what = filled.parts.first_of(&value).map_or("a function", |part| part.what.as_str());
                open(&body.node, &walk, format!("it rests on {what}, which is filled in when the stack is deployed"))
            }
            Ok(Value::String(text)) => holder.read(&text, properties, body.node.at, &within, &walk),
            Ok(value) if is_open(&value) => {
                open(&body.node, &walk, "it hangs on a condition of the template".to_owned())
            }
            Ok(_) => vec![Found::one(walk.piece(&body.node, holder.damaged("what is no document")), None)],
            Err(refusal) => vec![Found::one(walk.piece(&body.node, Text::Damaged(refusal)), None)],
        };
    }
    let elsewhere = member(properties, holder.elsewhere);
    let node = elsewhere.map_or(properties, |member| &member.node);
    // CDK says which of its files it is; the address is that of an upload.
    let asset = metadata.and_then(|metadata| metadata.get("aws:asset:path")).and_then(Node::text).map(str::to_owned);
    let address = asset.or_else(|| {
        let value = template.value(first_text(node), "", &mut filled).ok()?;
        readable(&value, &filled.parts).as_str().map(str::to_owned)
    });
    holder.missing(elsewhere.is_some(), address.as_deref()).map(|why| open(node, walk, why)).unwrap_or_default()
}

/// What says where something is: a text, or the first member of an object: `Location: {ApplicationId: ..}`.
fn first_text(node: &Node) -> &Node {
    match node.members() {
        [first, ..] if !is_function(&first.key) => &first.node,
        _ => node,
    }
}

/// The same of a resource of a plan.
pub(super) fn of_plan(
    kind: &str,
    after: &Node,
    unknown: Option<&Node>,
    written: Written<'_>,
    account: &str,
    walk: &Walk,
) -> Vec<Found> {
    let Some(holder) = holder(kind) else { return Vec::new() };
    let is_said = |member: &&Member| member.node.text().is_some_and(|text| !text.is_empty());
    let body = after.members().iter().filter(is_said).find(|member| holder.body.contains(&plain(&member.key).as_str()));
    if let Some(body) = body
        && let Some(text) = body.node.text()
    {
        let walk = walk.member(&body.key).named(&body.key);
        let within = |root: &Node| template::policies_within(root, account, 1);
        return holder.read(text, after, body.node.at, &within, &walk);
    }
    let open = |why: String| vec![Found::one(walk.piece(after, Text::Open(why)), None)];
    let is_unknown = |names: &[&str]| {
        unknown.is_some_and(|unknown| {
            unknown.is_true() || member(unknown, names).is_some_and(|at| at.node.is_true() && !written.is_left(&at.key))
        })
    };
    if is_unknown(holder.body) {
        let body = holder.body.first().copied().unwrap_or_default();
        return open(format!("its document (`{body}`) is known only after `terraform apply`"));
    }
    let elsewhere = after.members().iter().filter(|member| !matches!(member.node.shape, Shape::Other(_)));
    let elsewhere = elsewhere.into_iter().find(|member| holder.elsewhere.contains(&plain(&member.key).as_str()));
    let address = elsewhere.and_then(|member| first_text(&member.node).text());
    holder.missing(elsewhere.is_some(), address).map(open).unwrap_or_default()
}

/// The values of a document, however it is written.
fn document(text: &str, at: At) -> Option<Node> {
    let node = match json::places(text) {
        Some(node) => Some(Lines::of(text).tree(&node)),
        None => yaml::tree(text).ok()?,
    };
    node.filter(Node::is_object).map(|node| node.standing_at(at))
}

fn of_api(root: &Node, place: &Walk) -> Vec<Found> {
    let mut found = Vec::new();
    if let Some(policy) = root.get(OF_API) {
        walk(policy, &place.member(OF_API), &mut found);
        if found.is_empty() {
            let refusal = Refusal::new("", "what is no policy", "a policy: an object with `Statement`");
            found.push(Found::one(place.piece(policy, Text::Damaged(refusal)), None));
        }
    }
    found.iter_mut().for_each(|found| found.kind = Some(PolicyType::Resource));
    found
}

/// A template with one resource.
fn resource(kind: &str, properties: Node) -> Node {
    let at = properties.at;
    let object = |members: Vec<(&str, Node)>| Node {
        at,
        shape: Shape::Object(members.into_iter().map(|(key, node)| Member { key: key.to_owned(), node }).collect()),
    };
    let kind = Node { at, shape: Shape::String(kind.to_owned()) };
    object(vec![("Resources", object(vec![("resource", object(vec![("Type", kind), ("Properties", properties)]))]))])
}

/// What was found in a document, by where the document stands.
fn all_within(mut all: Vec<Found>, place: &Walk) -> Vec<Found> {
    for found in &mut all {
        move_within(found, place);
    }
    all
}

fn move_within(found: &mut Found, place: &Walk) {
    let name = |name: &str| format!("{} / {name}", place.name());
    (found.name, found.path) = (name(&found.name), below(&place.path, &found.path));
    for piece in &mut found.parts {
        (piece.name, piece.path) = (name(&piece.name), below(&place.path, &piece.path));
    }
    if let Some(elsewhere) = &mut found.elsewhere {
        move_within(elsewhere, place);
    }
}

fn nothing(at: At) -> Node {
    Node { at, shape: Shape::Object(Vec::new()) }
}
