//! Policies about a request, or almost.

use super::callers::Caller;
use super::conditions;
use super::keys::Known;
use super::places::{Place, STRANGER, elsewhere};
use super::random::Random;
use super::requests::Asked;
use serde_json::{Map, Value, json};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Identity,
    Resource,
    Trust,
    Scp,
    Rcp,
}

/// Writes policies about one request.
pub(super) struct Maker<'a> {
    pub(super) random: Random,
    pub(super) place: &'a Place,
    pub(super) asked: &'a Asked,
    pub(super) caller: &'a Caller,
    pub(super) known: &'a [Known],
    narrow: bool,
}

impl<'a> Maker<'a> {
    pub(super) fn new(
        random: Random,
        place: &'a Place,
        asked: &'a Asked,
        caller: &'a Caller,
        known: &'a [Known],
    ) -> Self {
        Self { random, place, asked, caller, known, narrow: true }
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.random.chance(percent)
    }

    pub(super) fn levels(&mut self, wanted: Wanted) -> Vec<Vec<Value>> {
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

    /// Up to three.
    pub(super) fn policies(&mut self, wanted: Wanted) -> Vec<Value> {
        (0..self.random.below(4)).map(|_| self.policy(wanted)).collect()
    }

    pub(super) fn policy(&mut self, wanted: Wanted) -> Value {
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
                let principal = self.caller.principal_element(&mut self.random, self.place);
                let principal = if not && principal == "*" { json!({"AWS": STRANGER}) } else { principal };
                statement.insert(if not { "NotPrincipal" } else { "Principal" }.to_owned(), principal);
            }
            Wanted::Rcp => {
                statement.insert("Principal".to_owned(), "*".into());
            }
            Wanted::Identity | Wanted::Scp => {}
        }
        let not = wanted != Wanted::Rcp && self.random.chance(10);
        let actions = self.list(|m| m.action(not, wanted));
        statement.insert(if not { "NotAction" } else { "Action" }.to_owned(), actions);
        if wanted != Wanted::Trust {
            let not = self.random.chance(10);
            let resources = self.list(|m| m.resource(not));
            statement.insert(if not { "NotResource" } else { "Resource" }.to_owned(), resources);
        }
        if self.random.chance(60) {
            statement.insert("Condition".to_owned(), conditions::block(&mut self.random, self.known));
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
        let (service, name) = self.asked.action.split_once(':').expect("a service");
        let other = Asked::any(&mut self.random, self.place).action;
        let half = &name[..name.len() / 2];
        let end = &name[name.len() - 3..];
        match self.random.below(if not { 34 } else { 100 }) {
            0..15 => other.to_owned(),
            15..20 => format!("{}:*", other.split(':').next().unwrap_or_default()),
            20..27 => format!("{service}:*{}", &other[other.len() - 3..]),
            27..60 => self.asked.action.to_owned(),
            60..65 => format!("{}:{}", service.to_uppercase(), name.to_lowercase()),
            65..74 => format!("{service}:{half}*"),
            74..78 => format!("{service}:*{end}"),
            78..82 => format!("{service}:?{}", &name[1..]),
            82..85 => format!("{service}:{half}?"),
            85..93 => format!("{service}:*"),
            _ if wanted == Wanted::Rcp => format!("{service}:*"),
            _ => "*".to_owned(),
        }
        .into()
    }

    fn resource(&mut self, not: bool) -> Value {
        let other = Asked::any(&mut self.random, self.place).resource;
        let mine = self.asked.resource.clone();
        if mine == "*" {
            return if self.random.chance(if not { 20 } else { 70 }) { "*".into() } else { other.into() };
        }
        let parts: Vec<&str> = mine.splitn(6, ':').collect();
        let with = |at: usize, text: &str| {
            let mut parts = parts.clone();
            parts[at] = text;
            parts.join(":")
        };
        let tail = parts[5];
        // The name, after what says of which type it is.
        let start = tail.find(['/', ':']).map_or(0, |i| i + 1);
        let (head, name) = tail.split_at(start);
        let middle = name.len() / 2;
        let [region, account] = [parts[3], parts[4]];
        let pattern = match self.random.below(if not || self.narrow { 74 } else { 110 }) {
            0..10 if other != "*" => other,
            0..18 => mine,
            // Another place, and places by pattern.
            18..32 => elsewhere(&mut self.random, &mine),
            32..36 => with(3, "*"),
            36..38 if !region.is_empty() => with(3, &format!("{}*", &region[..4])),
            36..40 if !region.is_empty() => with(3, "${aws:RequestedRegion}"),
            36..44 => with(4, "*"),
            44..46 if !account.is_empty() => with(4, "${aws:PrincipalAccount}"),
            44..48 if !account.is_empty() => with(4, "${aws:ResourceAccount}"),
            44..50 => with(1, "*"),
            50..53 => with(1, "aws*"),
            // Other names.
            53..56 => with(5, &format!("{head}{}*", &name[..middle])),
            56..60 => with(5, &format!("{head}*{}", &name[middle..])),
            60..63 => with(5, &format!("{head}{}?{}", &name[..middle], name.get(middle + 1..).unwrap_or_default())),
            63..65 => with(5, &format!("{head}{name}?")),
            65..68 => with(5, &format!("{head}${{aws:username}}*")),
            68..71 => with(5, &format!("{head}${{aws:PrincipalTag/team, '{name}'}}")),
            71..73 => with(5, &format!("{head}*${{*}}${{?}}")),
            73..74 => with(5, &format!("{head}*${{aws:username, 'ann'}}*")),
            74..76 => with(4, "????????????"),
            76..77 => with(2, "*"),
            77..79 => with(5, "*"),
            79..80 => with(5, &format!("{}*", &tail[..1])),
            80..81 => parts[..3].join(":") + "::*",
            81..90 => with(5, &format!("{head}*")),
            _ => "*".to_owned(),
        };
        pattern.into()
    }
}
