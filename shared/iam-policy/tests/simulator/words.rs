//! The same row in other words.

use crate::process::SimRow;
use serde_json::{Value, json};

/// One test of a condition block.
#[derive(Clone, PartialEq)]
pub(crate) struct Test {
    pub(crate) operator: String,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
    pub(crate) has_variables: bool,
}

pub(crate) fn each_document(row: &mut SimRow, mut change: impl FnMut(&mut Value)) {
    let single = [&mut row.resource_policy, &mut row.boundary, &mut row.session].into_iter().flatten();
    let levels = row.scps.iter_mut().chain(&mut row.rcps).flatten();
    row.identity.iter_mut().chain(single).chain(levels).for_each(&mut change);
}

/// A value alone or the values of a list.
pub(crate) fn each(value: &mut Value) -> &mut [Value] {
    match value {
        Value::Array(list) => list,
        single => std::slice::from_mut(single),
    }
}

/// And whether variables are replaced there.
pub(crate) fn each_statement(row: &mut SimRow, mut change: impl FnMut(&mut Value, bool)) {
    each_document(row, |d| {
        let has_variables = d["Version"] == "2012-10-17";
        each(&mut d["Statement"]).iter_mut().for_each(|s| change(s, has_variables));
    });
}

/// By element and pattern, and whether variables are replaced there.
pub(crate) fn each_resource(row: &mut SimRow, mut change: impl FnMut(&str, &mut String, bool)) {
    each_statement(row, |s, has_variables| {
        for element in ["Resource", "NotResource"] {
            for pattern in s.get_mut(element).map(each).into_iter().flatten() {
                if let Value::String(pattern) = pattern {
                    change(element, pattern, has_variables);
                }
            }
        }
    });
}

pub(crate) fn each_test(row: &mut SimRow, mut change: impl FnMut(&mut Test)) {
    each_statement(row, |s, has_variables| {
        let Some(block) = s.get("Condition").and_then(Value::as_object) else { return };
        let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        let mut tests = Vec::new();
        for (operator, keys) in block {
            for (key, values) in keys.as_object().into_iter().flatten() {
                let values = each(&mut values.clone()).iter().map(text).collect();
                tests.push(Test { operator: operator.clone(), key: key.clone(), values, has_variables });
            }
        }
        let before = tests.clone();
        tests.iter_mut().for_each(&mut change);
        if tests != before {
            let mut block = json!({});
            for test in tests {
                block[test.operator][test.key] = json!(test.values);
            }
            s["Condition"] = block;
        }
    });
}

/// The document with every occurrence of a text replaced.
pub(crate) fn replaced(document: &Value, from: &str, to: &str) -> Value {
    serde_json::from_str(&document.to_string().replace(from, to)).expect("JSON, as it was")
}

/// The text with its variables, `${` and `}` taken off, replaced.
pub(crate) fn in_variables(text: &str, with: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut parts = text.split("${");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (variable, rest) = part.split_once('}').expect("a variable");
        result += &with(variable)?;
        result += rest;
    }
    Some(result)
}

/// The text with the values of variables, which have no wildcards in them here; `None` if one has no value.
pub(crate) fn resolved(row: &SimRow, text: &str) -> Option<String> {
    in_variables(text, |variable| {
        let (name, default) = match variable.split_once(", '") {
            Some((name, default)) => (name, Some(default.trim_end_matches('\''))),
            None if variable.len() == 1 => return Some(variable.replace('*', "\u{1}").replace('?', "\u{2}")),
            None => (variable, None),
        };
        let carried = row.context.iter().find(|(k, _)| k.eq_ignore_ascii_case(name));
        carried.map(|(_, values)| values[0].as_str()).or(default).map(|v| v.replace('*', "\u{1}").replace('?', "\u{2}"))
    })
}

/// What of an ARN is before its fifth colon, and the rest. The colons of variables do not count.
pub(crate) fn before_the_name(pattern: &str) -> (&str, &str) {
    let mut is_in_variable = false;
    let mut colons = 0;
    for (at, byte) in pattern.bytes().enumerate() {
        match byte {
            b'{' => is_in_variable = true,
            b'}' => is_in_variable = false,
            b':' if !is_in_variable => colons += 1,
            _ => {}
        }
        if colons == 5 {
            return pattern.split_at(at);
        }
    }
    (pattern, "")
}

pub(crate) fn has_open_type(pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    let [_, _, service, region, account, resource] = parts[..] else { return false };
    let is_s3 = service == "s3" && region.is_empty() && account.is_empty();
    !is_s3 && resource.find(['/', ':']).is_some_and(|end| resource[..end].contains(['*', '?', '$']))
}

/// The definition of a wildcard, exponential and obvious; `\u{1}` and `\u{2}` are `*` and `?` themselves.
pub(crate) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => matches(rest, text),
        (Some((b'*', rest)), Some((_, tail))) => matches(rest, text) || matches(pattern, tail),
        (Some((b'?', rest)), Some((_, tail))) => matches(rest, tail),
        (Some((1, rest)), Some((b'*', tail))) | (Some((2, rest)), Some((b'?', tail))) => matches(rest, tail),
        (Some((p, rest)), Some((t, tail))) => p == t && matches(rest, tail),
        _ => false,
    }
}

pub(crate) fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}
