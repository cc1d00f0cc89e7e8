//! Condition blocks about what the request carries, or almost.

use super::keys::{Known, Type, in_letters};
use super::places::near;
use super::random::Random;
use serde_json::{Map, Value, json};

/// One or two tests. Of a Deny and of an Allow alike, most are about what the request carries.
pub(super) fn block(random: &mut Random, known: &[Known]) -> Value {
    let mut block = Map::new();
    for _ in 0..1 + random.below(2) {
        let carried: Vec<&Known> = known.iter().filter(|key| !key.carried.is_empty()).collect();
        let favoured: Vec<&Known> = carried.iter().copied().filter(|key| is_of_region_or_tag(key)).collect();
        let key = match random.below(100) {
            0..35 if !favoured.is_empty() => random.pick(&favoured),
            0..78 if !carried.is_empty() => random.pick(&carried),
            _ => &known[random.below(known.len())],
        };
        let (operator, kind) = operator(random, key.kind);
        let values = match random.below(10) {
            0..5 => value(random, kind, &operator, key),
            5..7 => json!([value(random, kind, &operator, key)]),
            count => (0..count - 5).map(|_| value(random, kind, &operator, key)).collect(),
        };
        let tests = block.entry(operator).or_insert_with(|| json!({}));
        let name = in_letters(random, key.name, 4);
        // A key in two spellings is no policy.
        let same = tests.as_object().and_then(|tests| tests.keys().find(|other| other.eq_ignore_ascii_case(&name)));
        let name = same.cloned().unwrap_or(name);
        tests[name] = values;
    }
    Value::Object(block)
}

fn is_of_region_or_tag(key: &Known) -> bool {
    key.name.ends_with("Region") || key.name.contains("Tag")
}

/// An operator, and the type of the values that it takes.
fn operator(random: &mut Random, kind: Type) -> (String, Type) {
    if random.chance(6) {
        return ("Null".to_owned(), Type::Bool);
    }
    let text = [
        "StringEquals",
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringLike",
        "StringNotLike",
        "BinaryEquals",
    ];
    let arn = ["ArnEquals", "ArnLike", "ArnLike", "ArnNotEquals", "ArnNotLike"];
    let is_text = matches!(kind, Type::Text | Type::Texts) || random.chance(5);
    let order = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
    let base = match kind {
        _ if is_text => random.pick(&text).to_owned(),
        Type::Bool => "Bool".to_owned(),
        Type::Number => format!("Numeric{}", random.pick(&order)),
        Type::Date => format!("Date{}", random.pick(&order)),
        Type::Address => random.pick(&["IpAddress", "NotIpAddress"]).to_owned(),
        _ => random.pick(&arn).to_owned(),
    };
    let is_quantified = random.chance(if kind == Type::Texts { 90 } else { 5 });
    let quantifier = if is_quantified { random.pick(&["ForAllValues:", "ForAnyValue:"]) } else { "" };
    let suffix = if random.chance(20) { "IfExists" } else { "" };
    (format!("{quantifier}{base}{suffix}"), kind)
}

fn value(random: &mut Random, kind: Type, operator: &str, key: &Known) -> Value {
    let carried = if key.carried.is_empty() { &key.usual } else { &key.carried };
    let value = match random.below(100) {
        0..55 => random.pick(carried),
        55..70 => {
            let value = random.pick(carried);
            near(random, &value)
        }
        _ => random.pick(&key.usual),
    };
    let is_rare = random.chance(3);
    match kind {
        Type::Bool if operator == "Null" || is_rare => return boolean(random),
        Type::Number if random.chance(30) => return json!(300 * random.below(13)),
        Type::Number if is_rare => "abc".to_owned(),
        Type::Date if is_rare => random.pick(&["1714521600", "2024", "soon"]).to_owned(),
        Type::Bool | Type::Number | Type::Date => random.pick(&key.usual),
        Type::Address => address(random, operator, &key.usual),
        Type::Arn => arn(random, value, is_rare),
        Type::Text | Type::Texts => text(random, value),
    }
    .into()
}

fn boolean(random: &mut Random) -> Value {
    let is_so = random.chance(50);
    if random.chance(30) { json!(is_so) } else { random.pick(&["true", "false", "True"]).into() }
}

fn address(random: &mut Random, operator: &str, usual: &[String]) -> String {
    let ranges = [
        "203.0.113.0/24",
        "198.51.0.0/16",
        "128.0.0.0/1",
        "203.0.113.9/32",
        "2001:db8::/32",
        "2001:db8::1/128",
        "10.0.0.0/8",
    ];
    let odd = ["0.0.0.0/0", "::/0", "203.0.113.9", "2001:db8::1", "2001:DB8:0::1"];
    match random.below(100) {
        _ if !operator.contains("Ip") => random.pick(usual),
        0..12 => random.pick(&odd).to_owned(),
        _ => random.pick(&ranges).to_owned(),
    }
}

fn arn(random: &mut Random, value: String, is_rare: bool) -> String {
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    let with = |at: usize, text: &str| {
        let mut parts = parts.clone();
        if let Some(part) = parts.get_mut(at) {
            *part = text;
        }
        parts.join(":")
    };
    match random.below(14) {
        0 => with(4, "*"),
        1 => with(3, "*"),
        2 => with(1, "*"),
        3 => with(5, "*"),
        4 => "arn:aws*:iam::*:role/*".to_owned(),
        5 => "arn:${aws:Partition, 'aws'}:iam::111122223333:user/${aws:username}".to_owned(),
        6 => "arn:*:*:*:*:*".to_owned(),
        7 => "arn:aws:*:${aws:RequestedRegion}:${aws:SourceAccount}:*".to_owned(),
        8 if is_rare => "arn:aws:iam::*".to_owned(),
        _ => value,
    }
}

fn text(random: &mut Random, value: String) -> String {
    let half = value.get(..value.len() / 2).unwrap_or_default();
    match random.below(22) {
        0 => "${aws:username}".to_owned(),
        1 => "${aws:PrincipalTag/team, 'blue'}".to_owned(),
        2 => "${aws:PrincipalTag/team}".to_owned(),
        3 => "${aws:PrincipalAccount}".to_owned(),
        4 => format!("{half}*"),
        5 => format!("?{}", value.get(1..).unwrap_or_default()),
        6 => "*".to_owned(),
        7 => "a${*}b".to_owned(),
        8 => value.to_uppercase(),
        _ => value,
    }
}
