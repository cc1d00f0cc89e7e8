//! Faults about patterns, variables and values. Quotations are from the IAM User Guide.

use super::Fault;
use crate::words::{
    before_the_name, each_document, each_resource, each_test, has_open_type, in_variables, is_digits, matches,
    replaced, resolved,
};

/// An ARN that no request has.
const NOTHING: &str = "arn:aws:none:us-east-1:000000000000:none";

/// Keys that the simulator knows to have several values.
const MULTIVALUED: [&str; 7] = [
    "aws:TagKeys",
    "aws:PrincipalOrgPaths",
    "aws:SourceOrgPaths",
    "aws:CalledVia",
    "aws:PrincipalServiceNamesList",
    "kms:GrantOperations",
    "sts:TransitiveTagKeys",
];

/// In the order in which they are mended.
pub(super) static FAULTS: [Fault; 13] = [
    // It takes the colons of a variable for those of the ARN. "You can use a policy variable in the Resource element, but only
    // in the resource portion of the ARN" (Variables and tags), but AWS's own policies have them before it
    // (`arn:aws:secretsmanager:${aws:RequestedRegion}:${aws:PrincipalAccount}:secret:..` of a managed policy).
    Fault {
        name: "a variable for a region or an account",
        mend: |row| {
            let carried = row.clone();
            let place_resolved = |pattern: &mut String| {
                let (place, name) = before_the_name(pattern);
                if place.contains("${") {
                    *pattern = resolved(&carried, place).map_or_else(|| NOTHING.to_owned(), |place| place + name);
                }
            };
            each_resource(row, |_, pattern, has_variables| {
                if has_variables {
                    place_resolved(pattern);
                }
            });
            each_test(row, |test| {
                if test.has_variables && test.operator.contains("Arn") {
                    test.values.iter_mut().for_each(place_resolved);
                }
            });
        },
    },
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
    // "Each of the six colon-delimited components of the ARN is checked separately" (Condition operators). It does not look at
    // the first.
    Fault {
        name: "an ARN that does not begin as one",
        mend: |row| {
            each_test(row, |test| {
                let is_arn = test.operator.contains("Arn");
                let begins = |value: &str| matches(value.split(':').next().unwrap_or_default().as_bytes(), b"arn");
                let others = test.values.iter_mut().filter(|value| is_arn && !begins(value));
                others.for_each(|value| *value = NOTHING.to_owned());
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
                let is_multivalued = MULTIVALUED.iter().any(|key| key.eq_ignore_ascii_case(&test.key));
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
