//! SAM's policy templates: `Policies: [S3CrudPolicy: {BucketName: ..}]` is a policy of SAM's own, with the parameters filled in (AWS SAM Developer Guide,
//! "AWS SAM policy templates").

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::super::tree::{At, Member, Node, Shape};
use crate::policy::report::Refusal;

/// All of them by their names.
static TEMPLATES: LazyLock<Map<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("policy_templates.json")).unwrap_or_default());

/// What a policy template comes to with such parameters, functions and all; none: no such template is known.
///
/// # Errors
/// A parameter is not there.
pub(super) fn expanded(name: &str, parameters: &Node) -> Option<Result<Node, Refusal>> {
    let template = TEMPLATES.get(name)?;
    let statement = template.get("statement")?;
    let names = template.get("parameters").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let missing = names.into_iter().find(|name| parameters.get(name).is_none());
    if let Some(missing) = missing {
        let found = format!("no `{missing}`");
        return Some(Err(Refusal::new(name, found, "the parameters of the policy template")));
    }
    let node = node(statement, parameters, parameters.at);
    Some(Ok(object(vec![("Statement".to_owned(), node)], parameters.at)))
}

/// A value with its parameters filled in.
fn node(value: &Value, parameters: &Node, at: At) -> Node {
    let shape = match value {
        Value::Object(map) => {
            let given = map.get("Ref").and_then(Value::as_str).and_then(|name| parameters.get(name));
            if let Some(given) = given {
                return given.clone();
            }
            return object(map.iter().map(|(key, value)| (key.clone(), node(value, parameters, at))).collect(), at);
        }
        Value::Array(items) => Shape::List(items.iter().map(|item| node(item, parameters, at)).collect()),
        Value::String(text) => Shape::String(text.clone()),
        other => Shape::Other(other.clone()),
    };
    Node { at, shape }
}

fn object(members: Vec<(String, Node)>, at: At) -> Node {
    Node { at, shape: Shape::Object(members.into_iter().map(|(key, node)| Member { key, node }).collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_templates_are_read() {
        assert_eq!(TEMPLATES.len(), 81);
        let nothing = object(Vec::new(), At::default());
        for (name, template) in TEMPLATES.iter() {
            let has_parameters =
                template.get("parameters").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
            assert_eq!(expanded(name, &nothing).is_some_and(|policy| policy.is_err()), has_parameters, "{name}");
        }
    }
}
