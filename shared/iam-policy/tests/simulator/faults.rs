//! Where the simulator (0.1.173) is not AWS, or AWS does not say. Quotations are from the IAM User Guide.
//!
//! A fault is not an excuse: the row is written in other words that mean the same to AWS and do not meet the fault, and
//! then the simulator has to agree. Only what has no other words, [`EXCUSES`], is excused.

use crate::process::SimRow;
use iam_policy::Decision;
use serde_json::{Value, json};

/// What the simulator gets wrong, and the same in words that it gets right.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// Leaves a row that does not meet the fault as it is.
    pub(crate) mend: fn(&mut SimRow),
}

/// Disagreements that stay.
pub(crate) struct Excuse {
    pub(crate) name: &'static str,
    /// For our decision and the simulator's.
    pub(crate) covers: fn(&SimRow, Decision, Decision) -> bool,
}

pub(crate) const EXCUSES: [Excuse; 3] = [
    // What a resource of fewer than six segments means is not documented. It fills them up with stars, in some kinds of
    // policy and for some patterns; we let an Allow match the whole text and a Deny match nothing.
    Excuse {
        name: "a resource of fewer than six segments",
        covers: |row, _, _| {
            let mut is_short = false;
            each_resource(&mut row.clone(), |_, r, _| is_short |= r != "*" && r.split(':').count() < 6);
            is_short
        },
    },
    // "Permissions granted directly to a session are not limited by an implicit deny in an identity-based policy, a
    // permissions boundary, or session policy" (Policy evaluation logic). It has a session policy limit them.
    Excuse {
        name: "a session policy and a direct grant to the session",
        covers: |row, ours, theirs| {
            let is_within = row.principal.contains(&row.account) && row.resource_policy.is_some();
            row.session.is_some() && is_within && (ours, theirs) == (Decision::Allow, Decision::ImplicitDeny)
        },
    },
    // "Using it with Effect Allow is not supported" (NotPrincipal). It lets a boundary limit such a grant to a role that
    // is given by the ARN of the role, and not to any other principal.
    Excuse {
        name: "NotPrincipal with Allow, to a role with a boundary",
        covers: |row, ours, theirs| {
            let is_role = row.principal.contains(":role/") && row.boundary.is_some();
            let has_not = row.resource_policy.as_ref().is_some_and(|p| p.to_string().contains("NotPrincipal"));
            is_role && has_not && (ours, theirs) == (Decision::Allow, Decision::ImplicitDeny)
        },
    },
];

/// An ARN that no request has.
const NOTHING: &str = "arn:aws:none:us-east-1:000000000000:none";

/// In the order in which they are mended.
pub(crate) const FAULTS: [Fault; 11] = [
    // It compiles `*` to `.*?`, and `.` is no line end: "multi-character match wildcards" make no exception.
    Fault {
        name: "a line end under a wildcard",
        mend: |row| {
            row.resource = row.resource.replace('\n', "~");
            each_document(row, |d| *d = replaced(d, "\\n", "~"));
        },
    },
    // It replaces variables whatever the version: "Earlier versions of the policy language don't support policy
    // variables. [..] variables like ${aws:username} are treated as literal strings" (Variables and tags).
    Fault {
        name: "variables before version 2012-10-17",
        mend: |row| {
            each_document(row, |d| {
                if d["Version"] != "2012-10-17" {
                    *d = replaced(d, "${", "$~{");
                }
            });
        },
    },
    // It takes `*` in the resource of a request for a pattern, so that `logs/$*?` is many resources. In a request it is
    // a character like any other: "${*} - use where you need an * (asterisk) character" (Variables and tags).
    Fault {
        name: "a star in the name of the requested resource",
        mend: |row| {
            if row.resource.len() == 1 || !row.resource.contains('*') {
                return;
            }
            row.resource = row.resource.replace('*', "~");
            each_resource(row, |_, pattern, _| {
                *pattern = pattern.replace("${*}", "~");
                // In a default, it is the character too.
                *pattern = in_variables(pattern, |variable| Some(format!("${{{}}}", variable.replace('*', "~"))))
                    .unwrap_or_default();
            });
        },
    },
    // "If a variable that has no value in the authorization context is used as part of the Resource or NotResource
    // element of a policy, the resource that includes a policy variable with no value will not match any resource"
    // (Variables and tags): then a NotResource leaves it out of nothing. It takes the statement to be void.
    Fault {
        name: "a variable without a value in NotResource",
        mend: |row| {
            let carried = row.clone();
            each_resource(row, |element, pattern, _| {
                if element == "NotResource" && resolved(&carried, pattern).is_none() {
                    *pattern = NOTHING.to_owned();
                }
            });
        },
    },
    // It takes literally what stands in the resource part of an ARN up to the first `/` or `:`, unless region and account
    // are empty, for "You cannot use a wildcard in the portion of the ARN that specifies the resource type" (IAM ARNs).
    // AWS itself does (`arn:aws:execute-api:*:*:*/prod/*/put-log-data` of a managed policy), and the first part need not
    // be a type. It looks for the `/` and the `:` inside of variables too.
    Fault {
        name: "a wildcard or a variable in the first part of a resource",
        mend: |row| {
            let asked = row.clone();
            each_resource(row, |_, pattern, has_variables| {
                if !has_open_type(pattern) {
                    return;
                }
                let written = if has_variables { resolved(&asked, pattern) } else { Some(pattern.clone()) };
                let fits = written.is_some_and(|written| {
                    let (own, theirs) = (written.splitn(6, ':'), asked.resource.splitn(6, ':'));
                    own.zip(theirs).all(|(own, theirs)| matches(own.as_bytes(), theirs.as_bytes()))
                });
                *pattern = if fits { asked.resource.clone() } else { NOTHING.to_owned() };
            });
        },
    },
    // "These predefined policy variables can be used in any string where you can use regular policy variables" (Variables
    // and tags). Where `*` is no wildcard, it takes `${*}` for these four characters.
    Fault {
        name: "an escaped character where there are no wildcards",
        mend: |row| {
            each_test(row, |test| {
                let has_wildcards = test.operator.contains("Like") || test.operator.contains("Arn");
                if test.operator.contains("String") && !has_wildcards && test.has_variables {
                    test.values.iter_mut().for_each(|v| *v = v.replace("${*}", "*"));
                }
            });
        },
    },
    // "Inverted condition operators like StringNotEquals or StringNotLike do match against a null value" (Variables and
    // tags), and they are "negated matching" (Condition operators): what nothing equals, everything differs from. To the
    // simulator a value that it cannot read is met neither way.
    Fault {
        name: "an unreadable value of a negated operator",
        mend: |row| {
            let carried = row.clone();
            each_test(row, |test| {
                let other = match test.operator.as_str() {
                    o if !o.contains("Not") => return,
                    o if o.contains("Numeric") => "987654321",
                    o if o.contains("Date") => "1999-01-01T00:00:00Z",
                    o if o.contains("Ip") => return,
                    _ => NOTHING,
                };
                let has_variables = test.has_variables;
                let is_unreadable = |v: &String| match other {
                    "987654321" => v.parse::<f64>().is_err(),
                    NOTHING if test.operator.contains("Arn") && v.split(':').count() < 6 => true,
                    NOTHING => has_variables && resolved(&carried, v).is_none(),
                    _ => !v.starts_with("20") && !is_digits(v),
                };
                let readable = |v: &String| if is_unreadable(v) { other.to_owned() } else { v.clone() };
                test.values = test.values.iter().map(readable).collect();
            });
        },
    },
    // It compares seconds since 1970 with the milliseconds of a written date, and reads a year as seconds. "You must
    // specify date/time values with one of the W3C implementations of the ISO 8601 date formats or in epoch (UNIX)
    // time" (Condition operators): either, and `2024` is of the first.
    Fault {
        name: "a date in seconds or a year alone",
        mend: |row| {
            each_test(row, |test| {
                if test.operator.contains("Date") {
                    let written = |v: &mut String| match v.as_str() {
                        "1714521600" => *v = "2024-05-01T00:00:00Z".to_owned(),
                        "2024" => *v = "2024-01-01T00:00:00Z".to_owned(),
                        _ => {}
                    };
                    test.values.iter_mut().for_each(written);
                }
            });
        },
    },
    // It shifts by 32 bits, which is by none: `0.0.0.0/0` is one address.
    Fault {
        name: "the range of all IPv4 addresses",
        mend: |row| {
            each_test(row, |test| {
                if let Some(at) = test.values.iter().position(|v| test.operator.contains("Ip") && v == "0.0.0.0/0") {
                    test.values.retain(|v| v != "0.0.0.0/0");
                    test.values.splice(at..at, ["0.0.0.0/1".to_owned(), "128.0.0.0/1".to_owned()]);
                }
            });
        },
    },
    // "If you specify an IP address without the associated routing prefix, IAM uses the default prefix value of /32"
    // (Condition operators). It compares the texts, and of two families says that they neither are nor are not the same.
    Fault {
        name: "an address without a prefix",
        mend: |row| {
            each_test(row, |test| {
                let alone = test.values.iter_mut().filter(|v| test.operator.contains("Ip") && !v.contains('/'));
                alone.for_each(|v| v.push_str(if v.contains(':') { "/128" } else { "/32" }));
            });
        },
    },
    // "Multivalued context keys require a condition set operator" (Single-valued vs. multivalued context keys): without
    // one, what holds is not documented. It knows the keys and takes it for false; we know the request alone, and one
    // value is as good as that of a key of one.
    Fault {
        name: "one value of a multivalued key, without a set operator",
        mend: |row| {
            let context = row.context.clone();
            each_test(row, |test| {
                let is_multivalued = ["aws:TagKeys", "aws:PrincipalOrgPaths"].contains(&test.key.as_str());
                let has_one = context.iter().any(|(k, v)| k.eq_ignore_ascii_case(&test.key) && v.len() == 1);
                if is_multivalued && has_one && !test.operator.contains(':') && test.operator != "Null" {
                    test.operator = format!("ForAnyValue:{}", test.operator);
                    // Not the same key of another test.
                    test.key = test.key.to_uppercase();
                }
            });
        },
    },
];

/// One test of a condition block.
#[derive(Clone, PartialEq)]
struct Test {
    operator: String,
    key: String,
    values: Vec<String>,
    has_variables: bool,
}

fn each_document(row: &mut SimRow, mut change: impl FnMut(&mut Value)) {
    let single = [&mut row.resource_policy, &mut row.boundary, &mut row.session].into_iter().flatten();
    let levels = row.scps.iter_mut().chain(&mut row.rcps).flatten();
    row.identity.iter_mut().chain(single).chain(levels).for_each(&mut change);
}

/// A value alone or the values of a list.
fn each(value: &mut Value) -> &mut [Value] {
    match value {
        Value::Array(list) => list,
        single => std::slice::from_mut(single),
    }
}

/// And whether variables are replaced there.
fn each_statement(row: &mut SimRow, mut change: impl FnMut(&mut Value, bool)) {
    each_document(row, |d| {
        let has_variables = d["Version"] == "2012-10-17";
        each(&mut d["Statement"]).iter_mut().for_each(|s| change(s, has_variables));
    });
}

/// By element and pattern, and whether variables are replaced there.
fn each_resource(row: &mut SimRow, mut change: impl FnMut(&str, &mut String, bool)) {
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

fn each_test(row: &mut SimRow, mut change: impl FnMut(&mut Test)) {
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
fn replaced(document: &Value, from: &str, to: &str) -> Value {
    serde_json::from_str(&document.to_string().replace(from, to)).expect("JSON, as it was")
}

/// The text with its variables, `${` and `}` taken off, replaced.
fn in_variables(text: &str, with: impl Fn(&str) -> Option<String>) -> Option<String> {
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
fn resolved(row: &SimRow, text: &str) -> Option<String> {
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

fn has_open_type(pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    let [_, _, service, region, account, resource] = parts[..] else { return false };
    let is_s3 = service == "s3" && region.is_empty() && account.is_empty();
    !is_s3 && resource.find(['/', ':']).is_some_and(|end| resource[..end].contains(['*', '?', '$']))
}

/// The definition of a wildcard, exponential and obvious; `\u{1}` and `\u{2}` are `*` and `?` themselves.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
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

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}
