//! What is missing in a statement about a service: on whose requests it may act.

use super::added::{condition, says_which};
use super::sources::{Source, sent_by};
use crate::arn::Arn;
use crate::operator::Base;
use crate::region;
use crate::statement::{
    ActionElement, Condition, PrincipalElement, PrincipalType, Principals, ResourceElement, Statement,
};
use crate::zone::TrustZone;
use std::collections::BTreeSet;

/// What the names of services end with, by partition.
const SUFFIXES: [&str; 2] = [".amazonaws.com", ".amazonaws.com.cn"];

/// Keys that say on whose request a service acts, in lower case.
const SOURCE_KEYS: [&str; 4] = ["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"];

const NOT_DOCUMENTED: &str = "no document of AWS says that the service tells on whose request it acts there";
const NOBODY_KNOWN: &str = "the account is not known on whose requests alone the service may act";

/// On whose requests services may act.
#[derive(Debug, Default)]
pub(super) struct Clients {
    partition: String,
    /// The account that is judged; `None`: it is not known.
    own: Option<String>,
    trusted: Vec<String>,
    organizations: Vec<String>,
}

impl Clients {
    /// Those of the zone. An account that is not known is that which alone the resources name.
    pub(super) fn of<'s>(zone: &TrustZone, statements: impl Iterator<Item = &'s Statement>) -> Self {
        let arns: Vec<Arn<'_>> = statements.flat_map(arns_of).collect();
        let only = |of: fn(&Arn<'_>) -> String| {
            let named: BTreeSet<String> = arns.iter().map(of).filter(|text| !text.is_empty()).collect();
            named.into_iter().collect::<Vec<String>>().try_into().ok().map(|[only]: [String; 1]| only)
        };
        let is_one = |text: &String| !text.contains(['*', '?', '$']);
        let account = || only(|arn| arn.account.to_owned()).filter(is_one);
        Self {
            // The resources of its account are in no other.
            partition: only(|arn| arn.partition.to_owned())
                .filter(is_one)
                .unwrap_or_else(|| zone.partition_or_usual().to_owned()),
            own: if zone.is_known() { Some(zone.account.clone()) } else { account() },
            trusted: zone.accounts.iter().filter(|account| **account != zone.account).cloned().collect(),
            organizations: zone.organizations.iter().cloned().collect(),
        }
    }

    /// The conditions with each of which a statement about one service could stay; together they let all in that may be.
    pub(super) fn missing(&self, statement: &Statement) -> Vec<Condition> {
        let Some(source) = self.service(statement).and_then(|service| sent(service, statement)) else {
            return Vec::new();
        };
        if names_somebody(statement) {
            return Vec::new();
        }
        let accounts: Vec<String> = self.own.iter().chain(&self.trusted).cloned().collect();
        let by_account = match source {
            Source::Account => condition(Base::StringEquals, "aws:SourceAccount", accounts),
            Source::Arn(of) => {
                let arn = |account: &String| format!("arn:{}:{of}:*:{account}:*", self.partition);
                condition(Base::Arn, "aws:SourceArn", accounts.iter().map(arn).collect())
            }
        };
        let by_organization = (source == Source::Account && !self.organizations.is_empty())
            .then(|| condition(Base::StringEquals, "aws:SourceOrgID", self.organizations.clone()));
        // The account itself is one of the organization.
        let is_enough = by_organization.is_some() && self.trusted.is_empty();
        let by_account = (!is_enough && !by_account.values.is_empty()).then_some(by_account);
        by_organization.into_iter().chain(by_account).collect()
    }

    /// Why nothing is missing that could be said, in a statement about one service that says nothing of it.
    pub(super) fn why_none(&self, statement: &Statement) -> Option<&'static str> {
        let service = self.service(statement)?;
        let says = |c: &Condition| is_source(&c.key) && says_which(c);
        if statement.conditions.iter().any(says) {
            return None;
        }
        match sent(service, statement) {
            None => Some(NOT_DOCUMENTED),
            Some(_) => self.missing(statement).is_empty().then_some(NOBODY_KNOWN),
        }
    }

    /// The one service that a statement is about, without what all names end with, and without a region.
    fn service<'s>(&self, statement: &'s Statement) -> Option<&'s str> {
        let PrincipalElement::Principal(Principals::Listed(entries)) = &statement.principals else { return None };
        let [only] = entries.as_slice() else { return None };
        let name = SUFFIXES.iter().find_map(|suffix| only.value.strip_suffix(suffix));
        let name = name.filter(|_| only.kind == PrincipalType::Service)?;
        let is_region = |label: &str| region::regions(&self.partition).contains(&label);
        Some(name.rsplit_once('.').filter(|(_, label)| is_region(label)).map_or(name, |(service, _)| service))
    }
}

/// Whether a key says on whose request a service acts.
pub(super) fn is_source(key: &str) -> bool {
    SOURCE_KEYS.iter().any(|source| key.eq_ignore_ascii_case(source))
}

/// What a service sends with each request that a statement allows it.
fn sent(service: &str, statement: &Statement) -> Option<Source> {
    let ActionElement::Action(actions) = &statement.actions else { return None };
    let mut sent = actions.iter().map(|action| sent_by(service, &action.to_ascii_lowercase()));
    let first = sent.next()??;
    sent.all(|other| other == Some(first)).then_some(first)
}

/// Whether a statement says on whose requests, by name: whoever that is, it is meant.
fn names_somebody(statement: &Statement) -> bool {
    let names = |value: &String| match Arn::parse(value) {
        Some(arn) => !arn.account.is_empty() && !arn.account.contains(['*', '?']),
        None => !value.contains(['*', '?']),
    };
    let says = statement.conditions.iter().filter(|c| is_source(&c.key) && says_which(c));
    says.into_iter().any(|condition| condition.values.iter().all(names))
}

fn arns_of(statement: &Statement) -> impl Iterator<Item = Arn<'_>> {
    let resources = match &statement.resources {
        ResourceElement::Resource(resources) => resources.as_slice(),
        ResourceElement::NotResource(_) | ResourceElement::None => &[],
    };
    resources.iter().filter_map(|resource| Arn::parse(resource))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use serde_json::{Value, json};

    const OWN: &str = "111111111111";

    fn statement(service: &str, action: Value, resource: &str, condition: Value) -> Document {
        let principal = json!({"Service": service});
        let statement = json!({
            "Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource, "Condition": condition,
        });
        let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        Document::parse(&text).expect("a document")
    }

    fn missing(zone: &TrustZone, document: &Document) -> Vec<(String, Vec<String>)> {
        let clients = Clients::of(zone, document.statements().iter());
        let found = clients.missing(&document.statements()[0]).into_iter();
        found.map(|condition| (condition.key, condition.values)).collect()
    }

    /// What is missing in a statement about a service.
    #[track_caller]
    fn check(service: &str, action: Value, expected: Option<(&str, &str)>) {
        let found = missing(&TrustZone::new(OWN), &statement(service, action.clone(), "*", json!({})));
        let expected: Vec<_> =
            expected.into_iter().map(|(key, value)| (key.to_owned(), vec![value.to_owned()])).collect();
        assert_eq!(found, expected, "{service} {action}");
    }

    #[test]
    fn only_what_a_service_sends() {
        const ACCOUNT: (&str, &str) = ("aws:SourceAccount", OWN);
        check("scheduler.amazonaws.com", json!("sts:AssumeRole"), Some(ACCOUNT));
        check("scheduler.amazonaws.com.cn", json!("sts:AssumeRole"), Some(ACCOUNT));
        check("pods.eks.amazonaws.com", json!(["sts:AssumeRole", "sts:TagSession"]), Some(ACCOUNT));
        check("logs.eu-west-1.amazonaws.com", json!("s3:PutObject"), Some(ACCOUNT));
        check("logs.nowhere-1.amazonaws.com", json!("s3:PutObject"), None);
        let rule = ("aws:SourceArn", "arn:aws:events:*:111111111111:*");
        check("events.amazonaws.com", json!("lambda:InvokeFunction"), Some(rule));
        check("events.amazonaws.com", json!("sns:Publish"), None);
        check("events.amazonaws.com", json!(["sts:AssumeRole", "sqs:SendMessage"]), None);
        check("glue.amazonaws.com", json!("sts:AssumeRole"), None);
    }

    #[test]
    fn everybody_who_may_be() {
        let bucket = statement("cloudtrail.amazonaws.com", json!("s3:PutObject"), "arn:aws:s3:::logs/*", json!({}));
        let list = |key: &str, values: &[&str]| (key.to_owned(), values.iter().map(|v| (*v).to_owned()).collect());
        let mut zone = TrustZone::new(OWN);
        zone.accounts.insert("222222222222".to_owned());
        let accounts: (String, Vec<String>) = list("aws:SourceAccount", &[OWN, "222222222222"]);
        assert_eq!(missing(&zone, &bucket), std::slice::from_ref(&accounts));
        zone.organizations.insert("o-aaaaaaaaaa".to_owned());
        let organization = list("aws:SourceOrgID", &["o-aaaaaaaaaa"]);
        assert_eq!(missing(&zone, &bucket), [organization.clone(), accounts.clone()]);
        zone.accounts.clear();
        assert_eq!(missing(&zone, &bucket), [organization]);
        assert_eq!(missing(&TrustZone::unknown(), &bucket), []);
        let queue =
            statement("s3.amazonaws.com", json!("sqs:SendMessage"), "arn:aws:sqs:eu-west-1:333333333333:q", json!({}));
        assert_eq!(missing(&TrustZone::unknown(), &queue), [list("aws:SourceAccount", &["333333333333"])]);
    }

    #[test]
    fn of_the_partition_that_the_resources_are_of() {
        let queue = "arn:aws-cn:sqs:cn-north-1:111111111111:q";
        let document = statement("sns.amazonaws.com", json!("sqs:SendMessage"), queue, json!({}));
        let topics = ("aws:SourceArn".to_owned(), vec!["arn:aws-cn:sns:*:111111111111:*".to_owned()]);
        assert_eq!(missing(&TrustZone::new(OWN), &document), [topics]);
    }

    #[test]
    fn why_nothing_is_added() {
        let why = |zone: &TrustZone, service: &str, condition: Value| {
            let document = statement(service, json!("sts:AssumeRole"), "*", condition);
            Clients::of(zone, document.statements().iter()).why_none(&document.statements()[0])
        };
        let known = TrustZone::new(OWN);
        assert_eq!(why(&known, "glue.amazonaws.com", json!({})), Some(NOT_DOCUMENTED));
        assert_eq!(why(&known, "scheduler.amazonaws.com", json!({})), None);
        assert_eq!(why(&TrustZone::unknown(), "scheduler.amazonaws.com", json!({})), Some(NOBODY_KNOWN));
        let foreign = json!({"StringEquals": {"aws:SourceAccount": "999999999999"}});
        assert_eq!(why(&known, "glue.amazonaws.com", foreign), None);
    }
}
