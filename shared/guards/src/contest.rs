//! Who keeps undoing a repair, and what he would have to change so that there is nothing to repair any more.

use parapet_core::Trigger;
use serde::Serialize;
use serde_json::Value;

/// What is told of a contest: words, and no decision. All but the change is as the record of the event says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contest {
    /// Who made the call that was put right now.
    pub actor: String,
    /// From where: an address, or the service that made the call for him, such as `cloudformation.amazonaws.com`.
    pub source: String,
    /// The stack that the record tells of; absent where it tells of none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// With what program, as that says of itself: a hint, and no excuse.
    pub user_agent: String,
    /// On how many days it was repaired, as far as they were counted.
    pub days: u32,
    /// The least that he has to change in what he deploys, in words.
    pub to_end_it: Vec<String>,
}

impl Contest {
    /// A contest that this event goes on with.
    #[must_use]
    pub fn of(trigger: &Trigger, days: u32, to_end_it: Vec<String>) -> Self {
        Self {
            actor: trigger.actor.arn.clone(),
            source: trigger.source_ip.clone(),
            stack: stack_in(&trigger.request).map(str::to_owned),
            user_agent: trigger.user_agent.clone(),
            days,
            to_end_it,
        }
    }
}

/// The stack of a tag that the request carries. AWS CloudFormation User Guide, "Resource tag": it adds `aws:cloudformation:stack-name`, and no caller may
/// write a tag that begins with `aws:`.
fn stack_in(request: &Value) -> Option<&str> {
    const STACK: &str = "aws:cloudformation:stack-name";
    match request {
        Value::Object(members) => {
            let text = |name: &str| {
                let found = members.iter().find(|(member, _)| member.eq_ignore_ascii_case(name))?;
                found.1.as_str()
            };
            let tagged = || members.get(STACK).and_then(Value::as_str);
            let named = if text("key") == Some(STACK) { text("value") } else { None };
            named.or_else(tagged).or_else(|| members.values().find_map(stack_in))
        }
        Value::Array(several) => several.iter().find_map(stack_in),
        _ => None,
    }
}

/// More would not help whoever reads it; the evidence has both states.
const MOST_CHANGES: usize = 40;

/// What leads from one state to another, as both are kept: a line for each value that differs, and of lists for what goes and what comes.
#[must_use]
pub fn changes(facet: &str, from: &Value, to: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(facet, from, to, &mut found);
    let left = found.len().saturating_sub(MOST_CHANGES);
    found.truncate(MOST_CHANGES);
    if left > 0 {
        found.push(format!("{left} more"));
    }
    found
}

fn compare(path: &str, from: &Value, to: &Value, found: &mut Vec<String>) {
    match (from, to) {
        _ if from == to => {}
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                compare(&format!("{path}.{name}"), value, new.get(name).unwrap_or(&Value::Null), found);
            }
            for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
                compare(&format!("{path}.{name}"), &Value::Null, value, found);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            let gone = old.iter().filter(|value| !new.contains(value));
            found.extend(gone.map(|value| format!("{path}: take out {value}")));
            let come = new.iter().filter(|value| !old.contains(value));
            found.extend(come.map(|value| format!("{path}: add {value}")));
        }
        (Value::Null, to) => found.push(format!("{path}: add {to}")),
        (from, Value::Null) => found.push(format!("{path}: take out {from}")),
        (from, to) => found.push(format!("{path}: {from} -> {to}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_words() {
        let (a, b, c) = (json!({"Sid": "A"}), json!({"Sid": "B"}), json!({"Sid": "C"}));
        let policy = |statements: Vec<&Value>| json!({"Version": "2012-10-17", "Statement": statements});
        assert_eq!(
            changes("bucket policy", &policy(vec![&a, &b]), &policy(vec![&b, &c])),
            [r#"bucket policy.Statement: take out {"Sid":"A"}"#, r#"bucket policy.Statement: add {"Sid":"C"}"#]
        );
        assert_eq!(
            changes("versioning", &json!("suspended"), &json!("enabled")),
            [r#"versioning: "suspended" -> "enabled""#]
        );
        assert_eq!(
            changes("x", &json!({"a": 1, "b": 2}), &json!({"b": 2, "c": [1]})),
            ["x.a: take out 1", "x.c: add [1]"]
        );
        assert_eq!(changes("x", &Value::Null, &json!(1)), ["x: add 1"]);
        assert_eq!(changes("x", &json!(1), &json!(1)), [""; 0]);
        let many: Vec<usize> = (0..100).collect();
        assert_eq!(changes("x", &json!(many), &json!([])).last().unwrap(), "60 more");
    }

    #[test]
    fn a_stack_is_told_by_its_tag() {
        for (request, stack) in [
            (
                json!({"Tagging": {"TagSet": {"Tag": [{"Key": "a", "Value": "b"}, {"Key": "aws:cloudformation:stack-name", "Value": "shop"}]}}}),
                Some("shop"),
            ),
            (json!({"tags": [{"key": "aws:cloudformation:stack-name", "value": "shop"}]}), Some("shop")),
            (json!({"tags": {"aws:cloudformation:stack-name": "shop"}}), Some("shop")),
            (json!({"tags": [{"key": "stack-name", "value": "shop"}]}), None),
            (Value::Null, None),
        ] {
            assert_eq!(stack_in(&request), stack, "{request}");
        }
    }
}
