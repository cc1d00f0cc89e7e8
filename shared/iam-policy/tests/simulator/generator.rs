//! Random policies and the requests that they are about, from a seed.

use crate::process::SimRow;
use iam_policy::Context;
use serde_json::{Map, Value, json};

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";
const STRANGER: &str = "999999999999";

/// Real actions, and a resource that suits each; `{}` is the account of the resource.
const REQUESTS: [(&str, &str); 22] = [
    ("s3:GetObject", "arn:aws:s3:::data/a.txt"),
    ("s3:GetObject", "arn:aws:s3:::data/home/ann/x"),
    ("s3:PutObject", "arn:aws:s3:::data/home/bob/y:z"),
    ("s3:DeleteObject", "arn:aws:s3:::logs-1/2020/01"),
    ("s3:GetObject", "arn:aws:s3:::logs-1/teams/blue/$*?"),
    ("s3:ListBucket", "arn:aws:s3:::data"),
    ("s3:ListBucket", "arn:aws:s3:::logs-1"),
    ("iam:PassRole", "arn:aws:iam::{}:role/app"),
    ("iam:PassRole", "arn:aws:iam::{}:role/team/ops"),
    ("iam:GetUser", "arn:aws:iam::{}:user/ann"),
    ("iam:CreateAccessKey", "arn:aws:iam::{}:user/bob"),
    ("kms:Decrypt", "arn:aws:kms:us-east-1:{}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:{}:key/9934abcd-12ab-34cd-56ef-1234567890ab"),
    ("sts:AssumeRole", "arn:aws:iam::{}:role/app"),
    ("sts:AssumeRole", "arn:aws:iam::{}:role/team/ops"),
    ("ec2:DescribeInstances", "*"),
    ("ec2:TerminateInstances", "arn:aws:ec2:us-east-1:{}:instance/i-0abc"),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:{}:jobs"),
    ("sns:Publish", "arn:aws:sns:eu-west-1:{}:alerts"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:{}:secret:prod/db-AbCdEf"),
    ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:{}:table/orders"),
    ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:{}:function:worker"),
];

const USER: &str = "arn:aws:iam::111122223333:user/ann";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/s-1";
const SESSION_OF_PATH: &str = "arn:aws:sts::111122223333:assumed-role/ops/s-2";
const ROLE: &str = "arn:aws:iam::111122223333:role/app";
const ROLE_IN_PATH: &str = "arn:aws:iam::111122223333:role/team/ops";
const SERVICE: &str = "lambda.amazonaws.com";
pub(crate) const ANONYMOUS: &str = "*";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Texts,
    Bool,
    Number,
    Date,
    Address,
    Arn,
}

/// Condition keys that every action has, and values of them.
const KEYS: [(&str, Type, &[&str]); 14] = [
    ("aws:PrincipalTag/team", Type::Text, &["blue", "red", "Blue", "blue-1", "a*b"]),
    ("aws:RequestTag/env", Type::Text, &["prod", "dev", "PROD"]),
    ("aws:username", Type::Text, &["ann", "bob"]),
    ("aws:PrincipalOrgID", Type::Text, &["o-ours", "o-theirs"]),
    ("aws:userid", Type::Text, &["QUJD", "QUJE", "AIDA1:s-1"]),
    ("aws:SourceIp", Type::Address, &["203.0.113.9", "198.51.100.7", "2001:db8::1"]),
    ("aws:SecureTransport", Type::Bool, &["true", "false"]),
    ("aws:MultiFactorAuthPresent", Type::Bool, &["true", "false"]),
    ("aws:CurrentTime", Type::Date, &["2024-05-01T00:00:00Z", "2025-06-30T12:30:45Z", "2024-12-31T23:59:59Z"]),
    ("aws:MultiFactorAuthAge", Type::Number, &["0", "300", "3600", "300.5"]),
    ("aws:PrincipalArn", Type::Arn, &[USER, ROLE, ROLE_IN_PATH]),
    ("aws:SourceArn", Type::Arn, &["arn:aws:s3:::data", "arn:aws:sns:eu-west-1:444455556666:alerts"]),
    ("aws:TagKeys", Type::Texts, &["team", "env", "cost", "Team"]),
    ("aws:PrincipalOrgPaths", Type::Texts, &["o-ours/r-1/ou-a/", "o-ours/r-1/ou-b/", "o-theirs/r-2/"]),
];

/// Those of `s3:ListBucket` alone.
const LIST_KEYS: [(&str, Type, &[&str]); 2] =
    [("s3:prefix", Type::Text, &["home/ann/", "", "logs"]), ("s3:max-keys", Type::Number, &["1", "10", "1000"])];

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// In so many of a hundred cases.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// Whether the identity policies alone decide, where they are the only policies.
pub(crate) fn is_for_identity_alone(row: &SimRow) -> bool {
    let account = row.principal.split(':').nth(4);
    account == Some(&row.account) && !["kms:", "sts:"].iter().any(|service| row.action.starts_with(service))
}

/// The same row for the same numbers.
pub(crate) fn row(seed: usize, index: usize) -> SimRow {
    let mut random = Random(((seed as u64) << 32) ^ index as u64);
    random.next();
    let (action, resource) = *random.pick(&REQUESTS);
    let account = if random.chance(70) { OWN } else { OTHER };
    let resource = resource.replace("{}", account);
    let resource =
        if resource.ends_with("a.txt") && random.chance(3) { resource.replace("a.txt", "a\nb.txt") } else { resource };
    let principal = match random.below(100) {
        0..40 => USER,
        40..65 => SESSION,
        65..80 => SESSION_OF_PATH,
        80..90 => ROLE,
        90..96 => SERVICE,
        _ => ANONYMOUS,
    };
    let needs_trust = action == "sts:AssumeRole";
    let mut maker = Maker { keys: KEYS.to_vec(), random, action, resource: &resource, principal, narrow: true };
    if action == "s3:ListBucket" {
        maker.keys.extend(LIST_KEYS);
    }
    let context = maker.context();
    let with_resource_policy = needs_trust || maker.has_resource_policy() && maker.random.chance(70);
    let is_session = matches!(principal, SESSION | SESSION_OF_PATH | ROLE);
    let is_iam = ![SERVICE, ANONYMOUS].contains(&principal);
    let count = if is_iam { maker.random.below(3) } else { 0 };
    let identity = (0..count).map(|_| maker.policy(Wanted::Identity)).collect();
    let wanted = if needs_trust { Wanted::Trust } else { Wanted::Resource };
    SimRow {
        identity,
        resource_policy: with_resource_policy.then(|| maker.policy(wanted)),
        boundary: (is_iam && maker.random.chance(25)).then(|| maker.policy(Wanted::Identity)),
        session: (is_session && maker.random.chance(15)).then(|| maker.policy(Wanted::Identity)),
        scps: if is_iam && maker.random.chance(25) { maker.levels(Wanted::Scp) } else { Vec::new() },
        rcps: if maker.random.chance(10) { maker.levels(Wanted::Rcp) } else { Vec::new() },
        principal: principal.to_owned(),
        account: account.to_owned(),
        action: action.to_owned(),
        resource: resource.clone(),
        context,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Identity,
    Resource,
    Trust,
    Scp,
    Rcp,
}

struct Maker<'a> {
    keys: Vec<(&'static str, Type, &'static [&'static str])>,
    random: Random,
    action: &'static str,
    resource: &'a str,
    principal: &'static str,
    narrow: bool,
}

impl Maker<'_> {
    fn has_resource_policy(&self) -> bool {
        !["iam:", "ec2:"].iter().any(|service| self.action.starts_with(service))
    }

    fn context(&mut self) -> Context {
        let mut context = Context::new();
        for (key, kind, values) in self.keys.clone() {
            if !self.random.chance(45) {
                continue;
            }
            let count = if kind == Type::Texts { 1 + self.random.below(3) } else { 1 };
            let key = if self.random.chance(10) { key.to_uppercase().replace("AWS:", "aws:") } else { key.to_owned() };
            let key = if key.contains('/') { key.replace("/TEAM", "/team").replace("/ENV", "/env") } else { key };
            context.insert(key, (0..count).map(|_| (*self.random.pick(values)).to_owned()).collect());
        }
        context
    }

    fn levels(&mut self, wanted: Wanted) -> Vec<Vec<Value>> {
        let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let all = json!({"Version": "2012-10-17", "Statement": [all]});
        (0..1 + self.random.below(3))
            .map(|_| {
                let mut level = Vec::new();
                if wanted == Wanted::Scp && self.random.chance(70) {
                    level.push(all.clone());
                }
                if level.is_empty() || self.random.chance(50) {
                    level.push(self.policy(wanted));
                }
                level
            })
            .collect()
    }

    fn policy(&mut self, wanted: Wanted) -> Value {
        let mut policy = Map::new();
        let is_organization = matches!(wanted, Wanted::Scp | Wanted::Rcp);
        let version = match self.random.below(100) {
            0..88 => Some("2012-10-17"),
            _ if is_organization => Some("2012-10-17"),
            88..95 => Some("2008-10-17"),
            _ => None,
        };
        policy.extend(version.map(|version| ("Version".to_owned(), version.into())));
        let mut statements: Vec<Value> = (0..1 + self.random.below(3)).map(|_| self.statement(wanted)).collect();
        let statement = match statements.len() {
            1 if self.random.chance(50) => statements.remove(0),
            _ => Value::Array(statements),
        };
        policy.insert("Statement".to_owned(), statement);
        Value::Object(policy)
    }

    fn statement(&mut self, wanted: Wanted) -> Value {
        let denies = wanted == Wanted::Rcp || self.random.chance(22);
        // A Deny is about less, or everything would be denied.
        self.narrow = denies;
        let mut statement = Map::new();
        statement.insert("Effect".to_owned(), if denies { "Deny" } else { "Allow" }.into());
        match wanted {
            Wanted::Resource | Wanted::Trust => {
                let not = wanted == Wanted::Resource && self.random.chance(if denies { 15 } else { 2 });
                let principal = self.principals();
                let everyone = json!("*");
                let principal = if not && principal == everyone { json!({"AWS": STRANGER}) } else { principal };
                statement.insert(if not { "NotPrincipal" } else { "Principal" }.to_owned(), principal);
            }
            Wanted::Rcp => {
                statement.insert("Principal".to_owned(), "*".into());
            }
            Wanted::Identity | Wanted::Scp => {}
        }
        let not = wanted != Wanted::Rcp && self.random.chance(12);
        let actions = self.list(|m| m.action(not, wanted));
        statement.insert(if not { "NotAction" } else { "Action" }.to_owned(), actions);
        if wanted != Wanted::Trust {
            let not = self.random.chance(12);
            let resources = self.list(|m| m.resource(not));
            statement.insert(if not { "NotResource" } else { "Resource" }.to_owned(), resources);
        }
        if self.random.chance(50) {
            statement.insert("Condition".to_owned(), self.conditions());
        }
        Value::Object(statement)
    }

    /// One or several, written as a string or as a list.
    fn list(&mut self, mut one: impl FnMut(&mut Self) -> Value) -> Value {
        match self.random.below(10) {
            0..5 => one(self),
            5..7 => Value::Array(vec![one(self)]),
            count => (0..count - 5).map(|_| one(self)).collect(),
        }
    }

    fn action(&mut self, not: bool, wanted: Wanted) -> Value {
        let (service, name) = self.action.split_once(':').expect("a service");
        let other = REQUESTS[self.random.below(REQUESTS.len())].0;
        let half = &name[..name.len() / 2];
        let end = &name[name.len() - 3..];
        match self.random.below(if not { 40 } else { 100 }) {
            0..25 => other.to_owned(),
            25..32 => format!("{}:*", other.split(':').next().unwrap_or_default()),
            32..40 => format!("{service}:*{}", &other[other.len() - 3..]),
            40..65 => self.action.to_owned(),
            65..70 => format!("{}:{}", service.to_uppercase(), name.to_lowercase()),
            70..78 => format!("{service}:{half}*"),
            78..82 => format!("{service}:*{end}"),
            82..86 => format!("{service}:?{}", &name[1..]),
            86..90 => format!("{service}:{}?", half),
            90..95 => format!("{service}:*"),
            _ if wanted == Wanted::Rcp => format!("{service}:*"),
            _ => "*".to_owned(),
        }
        .into()
    }

    fn resource(&mut self, not: bool) -> Value {
        let other = REQUESTS[self.random.below(REQUESTS.len())].1.replace("{}", OWN);
        let mine = self.resource.to_owned();
        if mine == "*" {
            return if self.random.chance(if not { 20 } else { 70 }) { "*".into() } else { other.into() };
        }
        let parts: Vec<&str> = mine.splitn(6, ':').collect();
        let with = |at: usize, text: String| {
            let mut parts: Vec<String> = parts.iter().map(|p| (*p).to_owned()).collect();
            parts[at] = text;
            parts.join(":")
        };
        let tail = parts[5];
        // The name, after what says of which type it is.
        let start = tail.find(['/', ':']).map_or(0, |i| i + 1);
        let (head, name) = tail.split_at(start);
        let middle = name.len() / 2;
        let pattern = match self.random.below(if not || self.narrow { 60 } else { 100 }) {
            0..20 if other != "*" => other,
            0..28 => mine,
            28..34 => with(5, format!("{head}{}*", &name[..middle])),
            34..38 => with(5, format!("{head}*{}", &name[middle..])),
            38..42 => with(5, format!("{head}{}?{}", &name[..middle], name.get(middle + 1..).unwrap_or_default())),
            42..45 => with(5, format!("{head}{name}?")),
            45..49 => with(5, format!("{head}${{aws:username}}*")),
            49..53 => with(5, format!("{head}${{aws:PrincipalTag/team, '{name}'}}")),
            53..55 => with(5, format!("{head}*${{*}}${{?}}")),
            55..56 => with(5, format!("{head}*${{aws:username, 'ann'}}*")),
            56..60 => with(3, "*".to_owned()),
            60..64 => with(4, "*".to_owned()),
            64..66 => with(4, "????????????".to_owned()),
            66..67 => with(2, "*".to_owned()),
            67..68 => with(5, "*".to_owned()),
            68..69 => with(5, format!("{}*", &tail[..1])),
            69..70 => parts[..3].join(":") + "::*",
            70..76 => with(5, format!("{head}*")),
            _ => "*".to_owned(),
        };
        pattern.into()
    }

    fn principals(&mut self) -> Value {
        match self.random.below(20) {
            0..2 => return json!("*"),
            2 => return json!({"AWS": "*"}),
            3 => return json!({"Service": [SERVICE, "ec2.amazonaws.com"], "AWS": STRANGER}),
            4 if self.principal == SERVICE => return json!({"Service": SERVICE}),
            _ => {}
        }
        let one = |m: &mut Self| -> Value {
            let own = if [SERVICE, ANONYMOUS].contains(&m.principal) { USER } else { m.principal };
            match m.random.below(12) {
                0..4 => own.to_owned(),
                4 => ROLE.to_owned(),
                5 => ROLE_IN_PATH.to_owned(),
                6 | 7 => format!("arn:aws:iam::{OWN}:root"),
                8 => OWN.to_owned(),
                9 => STRANGER.to_owned(),
                10 => format!("arn:aws:iam::{OTHER}:root"),
                _ => "arn:aws:iam::111122223333:user/bob".to_owned(),
            }
            .into()
        };
        json!({"AWS": self.list(one)})
    }

    fn conditions(&mut self) -> Value {
        let mut block = Map::new();
        for _ in 0..1 + self.random.below(2) {
            let (key, kind, values) = self.keys[self.random.below(self.keys.len())];
            let (operator, kind) = self.operator(kind);
            let written = self.list(|m| m.value(kind, &operator, values));
            let tests = block.entry(operator).or_insert_with(|| json!({}));
            tests[key] = written;
        }
        Value::Object(block)
    }

    fn operator(&mut self, kind: Type) -> (String, Type) {
        if self.random.chance(6) {
            return ("Null".to_owned(), Type::Bool);
        }
        let text = [
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringLike",
            "StringNotLike",
            "BinaryEquals",
        ];
        let arn = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"];
        let is_text = matches!(kind, Type::Text | Type::Texts) || self.random.chance(5);
        let order = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
        let base = match kind {
            _ if is_text => (*self.random.pick(&text)).to_owned(),
            Type::Bool => "Bool".to_owned(),
            Type::Number => format!("Numeric{}", self.random.pick(&order)),
            Type::Date => format!("Date{}", self.random.pick(&order)),
            Type::Address => (*self.random.pick(&["IpAddress", "NotIpAddress"])).to_owned(),
            _ => (*self.random.pick(&arn)).to_owned(),
        };
        let quantified = self.random.chance(if kind == Type::Texts { 90 } else { 5 });
        let quantifier = match quantified {
            true => *self.random.pick(&["ForAllValues:", "ForAnyValue:"]),
            false => "",
        };
        let suffix = if self.random.chance(20) { "IfExists" } else { "" };
        (format!("{quantifier}{base}{suffix}"), kind)
    }

    fn value(&mut self, kind: Type, operator: &str, values: &[&str]) -> Value {
        let value = (*self.random.pick(values)).to_owned();
        let rare = self.random.chance(3);
        match kind {
            Type::Bool => return if self.random.chance(30) { json!(self.random.chance(50)) } else { self.boolean() },
            Type::Number if self.random.chance(30) => return json!(300 * self.random.below(13)),
            Type::Number if rare => "abc".to_owned(),
            Type::Date if rare => (*self.random.pick(&["1714521600", "2024", "soon"])).to_owned(),
            Type::Address if operator.contains("Ip") => {
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
                let is_odd = self.random.chance(12);
                let list: &[&str] = if is_odd { &odd } else { &ranges };
                (*self.random.pick(list)).to_owned()
            }
            Type::Arn => match self.random.below(8) {
                0 => value.replace("111122223333", "*"),
                1 => "arn:aws:iam::*:role/*".to_owned(),
                2 => "arn:aws:iam::111122223333:user/${aws:username}".to_owned(),
                3 => "arn:aws:*:*:*:*".to_owned(),
                4 if rare => "arn:aws:iam::*".to_owned(),
                _ => value,
            },
            Type::Text | Type::Texts => match self.random.below(14) {
                0 => "${aws:username}".to_owned(),
                1 => "${aws:PrincipalTag/team, 'blue'}".to_owned(),
                2 => format!("{}*", value.get(..2).unwrap_or_default()),
                3 => format!("?{}", value.get(1..).unwrap_or_default()),
                4 => "*".to_owned(),
                5 => "a${*}b".to_owned(),
                6 => value.to_uppercase(),
                _ => value,
            },
            _ => value,
        }
        .into()
    }

    fn boolean(&mut self) -> Value {
        (*self.random.pick(&["true", "false", "True"])).into()
    }
}
