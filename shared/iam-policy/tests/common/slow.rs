//! Policies at AWS's size limits and beyond that are written to be slow to analyse.

use serde_json::{Value, json};

/// The largest inline and managed policies, the largest bucket policy, and more than AWS takes anywhere, in characters.
const LIMITS: [usize; 4] = [6_144, 10_240, 20_480, 130_000];

/// Named lists of statements.
pub(crate) fn statements() -> Vec<(String, Value)> {
    LIMITS
        .into_iter()
        .flat_map(|limit| of_size(limit).map(|(name, value)| (format!("{name}, {limit}"), value)))
        .collect()
}

fn of_size(limit: usize) -> [(&'static str, Value); 8] {
    let fill = |head: &str, unit: &str| format!("{head}{}", unit.repeat((limit - 400) / unit.len()));
    let many = |size: usize, one: &dyn Fn(usize) -> String| -> Vec<String> {
        (0..(limit - 400) / (size + 3)).map(one).collect()
    };
    let allow = |action: Value, resource: Value| json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource});
    let deny = |resource: Value| json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": resource});
    let letters = |i: usize| format!("{}{}", char::from(b'a' + (i % 26) as u8), char::from(b'a' + (i / 26 % 26) as u8));
    let denies: Vec<Value> = (0..limit / 110)
        .map(|i| deny(json!(format!("arn:aws:s3:::*{}*x*", letters(i)))))
        .chain([allow(json!("s3:*"), json!("*"))])
        .collect();
    let conditions: Vec<Value> = (0..limit / 160)
        .map(|i| json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:userid": format!("*{}*x*", letters(i))}}}))
        .chain([allow(json!("*"), json!("*"))])
        .collect();
    [
        ("one pattern of questions", json!([allow(json!("*"), json!("*")), deny(json!(fill("arn:aws:s3:::*a", "?")))])),
        (
            "one pattern of stars",
            json!([
                allow(json!("iam:*"), json!(fill("arn:aws:iam::*:", "*a"))),
                deny(json!(fill("arn:aws:iam::*:*b", "?*")))
            ]),
        ),
        (
            "many patterns in one Deny",
            json!([
                allow(json!("*"), json!("*")),
                deny(json!(many(24, &|i| format!("arn:aws:iam::*:*{}*{i}*", letters(i)))))
            ]),
        ),
        ("many Denies", json!(denies)),
        ("many conditions", json!(conditions)),
        ("many actions", json!([allow(json!(many(12, &|i| format!("*{}*{i}*", letters(i)))), json!("*"))])),
        (
            "all but many",
            json!([{"Effect": "Allow", "Principal": "*", "NotAction": many(12, &|i| format!("*:*{}{i}*", letters(i))), "NotResource": many(30, &|i| format!("arn:*:*:*:*:*{}?{i}*", letters(i)))}]),
        ),
        (
            "blow-up",
            json!([
                allow(json!("*"), json!(fill("arn:aws:s3:::", "a*"))),
                deny(json!(many(60, &|i| format!("arn:aws:s3:::*a{}{i}", "?".repeat(40)))))
            ]),
        ),
    ]
}
