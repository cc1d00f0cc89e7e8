//! A policy as text: a member a line, and lists in lines, because AWS counts white space.

use serde_json::Value;

/// Where a list goes on in the next line.
const WIDTH: usize = 140;

pub(super) fn of(policy: &Value) -> String {
    let mut text = "{\n".to_owned();
    let members: Vec<String> =
        policy.as_object().into_iter().flatten().map(|(name, value)| member(name, value)).collect();
    text += &members.join(",\n");
    text + "\n}\n"
}

fn member(name: &str, value: &Value) -> String {
    match value.as_array() {
        Some(statements) => {
            let statements: Vec<String> = statements.iter().map(statement).collect();
            format!(" \"{name}\": [\n{}\n ]", statements.join(",\n"))
        }
        None => format!(" \"{name}\": {value}"),
    }
}

fn statement(statement: &Value) -> String {
    let members = statement.as_object().into_iter().flatten();
    let lines: Vec<String> =
        members.map(|(name, value)| wrapped(&format!("  \"{name}\": {}", spaced(value)))).collect();
    format!(" {{\n{}\n }}", lines.join(",\n"))
}

/// With a space behind each comma between values, where a line may end.
fn spaced(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(spaced).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("\"{name}\": {}", spaced(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// In lines that end behind a comma. No text in these policies has a comma and a space.
fn wrapped(line: &str) -> String {
    let mut lines = vec![String::new()];
    for part in line.split_inclusive(", ") {
        let is_full = lines.last().is_some_and(|last| !last.trim().is_empty() && last.len() + part.len() > WIDTH);
        if is_full {
            lines.push("   ".to_owned());
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(part);
        }
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n")
}
