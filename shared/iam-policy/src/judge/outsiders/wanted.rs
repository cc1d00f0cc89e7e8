//! Who is looked for, for each kind of finding.

use super::outsider::{Account, By, Outsider, is_wide};
use crate::arn::{Arn, is_account};
use crate::condition::confine::{Word, has_provider, words};
use crate::federation;
use crate::glob::Glob;
use crate::judge::kinds::ViolationKind;
use crate::judge::tables::deliveries::delivery;
use crate::judge::tables::outsiders::{
    ANY_SERVICE, ASSUMING, CANONICAL_USERS, DEPUTIES, NEVER_A_DEPUTY, READERS, READING, Reader, WITHOUT_CREDENTIALS,
};
use crate::kind::PolicyKind;
use crate::operator::{Operator, Quantifier};
use crate::region::plain_service;
use crate::solve::{Caller, EXAMPLE_ACCOUNT};
use crate::statement::{
    ActionElement, Condition, PrincipalElement, PrincipalEntry, PrincipalType, Principals, Statement,
};
use crate::zone::TrustZone;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// The statement that is looked at, and all beside it.
pub(super) struct Scene<'a> {
    pub(super) statement: &'a Statement,
    pub(super) all: &'a [&'a Statement],
    pub(super) policy: PolicyKind,
    pub(super) zone: &'a TrustZone,
    /// What all documents say, so that somebody can be made up of whom they say nothing.
    pub(super) text: &'a str,
}

impl Scene<'_> {
    /// Those whom the statement may let in, of this kind. Whoever is let in as one of everyone is not looked for again by name:
    /// `is_open` says whether everyone is.
    pub(super) fn wanted(&self, kind: ViolationKind, is_open: impl Fn(&[Outsider]) -> bool) -> Vec<Outsider> {
        let is_for_many = self.is_about_many();
        let is_closed = OnceCell::new();
        let closed = || is_for_many && *is_closed.get_or_init(|| !is_open(&self.everyone()));
        let entries = || self.entries().into_iter();
        match kind {
            ViolationKind::ObjectTampering => self.tampering(),
            ViolationKind::ForeignPrincipal => {
                let named = entries().filter_map(|entry| self.foreign(entry));
                let tenants = entries().filter_map(|entry| self.tenant_of_somebody(entry));
                named.chain(tenants).chain(self.readers(closed)).chain(self.named_by_conditions(closed)).collect()
            }
            ViolationKind::ConfusedDeputy => {
                let named = entries().filter(|entry| !self.is_for_known_tenants(entry)).filter_map(|e| self.deputy(e));
                let of_many = closed().then(|| self.services(true)).into_iter().flatten();
                // Whoever reads for anybody is a stranger, and found as such.
                let is_reader = |outsider: &Outsider| self.reader(outsider).is_some_and(|r| r.actions.is_empty());
                named.chain(of_many).filter(|outsider| !is_reader(outsider)).collect()
            }
            _ => self.everyone(),
        }
    }

    fn entries(&self) -> BTreeSet<&PrincipalEntry> {
        match &self.statement.principals {
            PrincipalElement::Principal(Principals::Listed(entries)) => entries.iter().collect(),
            _ => BTreeSet::new(),
        }
    }

    /// Whether it is about principals whom it does not name one by one.
    fn is_about_many(&self) -> bool {
        match &self.statement.principals {
            PrincipalElement::Principal(Principals::Listed(entries)) => {
                entries.iter().any(|entry| entry.kind == PrincipalType::Aws && is_wide(&entry.value))
            }
            PrincipalElement::Principal(Principals::Everyone) | PrincipalElement::NotPrincipal(_) => true,
            PrincipalElement::None => false,
        }
    }

    fn names_any(&self, kind: PrincipalType) -> bool {
        self.entries().iter().any(|entry| entry.kind == kind && entry.value.contains(['*', '?']))
    }

    /// Somebody of whom the policy has never heard.
    fn everyone(&self) -> Vec<Outsider> {
        let mut all = vec![Outsider::any(Caller::Aws, self.stranger())];
        if self.policy != PolicyKind::Trust {
            let actions = WITHOUT_CREDENTIALS.iter().map(|action| (*action).to_owned()).collect();
            all.push(Outsider { actions, ..Outsider::any(Caller::Anonymous, None) });
        }
        // Tokens and assertions are for assuming roles, by actions of their own.
        let is_named = self.names_any(PrincipalType::Federated);
        if self.policy == PolicyKind::Trust || is_named {
            let by_assertions = ASSUMING.iter().skip(1).map(|action| (*action).to_owned());
            let actions: Vec<String> = if is_named { Vec::new() } else { by_assertions.collect() };
            let of =
                |provider| Outsider { actions: actions.clone(), ..Outsider::any(Caller::Federated(provider), None) };
            all.extend(self.providers().into_iter().map(of));
        }
        let unheard = CANONICAL_USERS.into_iter().find(|id| !self.text.contains(id));
        if let Some(id) = unheard.filter(|_| self.names_any(PrincipalType::CanonicalUser)) {
            all.push(Outsider::any(Caller::Canonical(id.to_owned()), None));
        }
        if self.names_any(PrincipalType::Service) {
            all.push(Outsider::any(Caller::Service(ANY_SERVICE.to_owned()), None));
        }
        all
    }

    /// A provider that no policy names, of the account whose roles it is for, and those of whose tokens the statement speaks without
    /// naming them.
    fn providers(&self) -> Vec<String> {
        let account = if self.zone.is_known() { &self.zone.account } else { EXAMPLE_ACCOUNT };
        let start = format!("arn:{}:iam::{account}", self.zone.partition);
        let keys = self.statement.conditions.iter().map(|condition| condition.key.as_str());
        let issuers: BTreeSet<&str> = keys.filter_map(federation::issuer_of_key).collect();
        let is_named = |issuer: &&str| {
            let mut entries = self.entries().into_iter();
            entries.any(|e| e.kind == PrincipalType::Federated && federation::is_issuer(issuer, &e.value))
        };
        let of_tokens = issuers
            .into_iter()
            .filter(|issuer| !is_named(issuer))
            .map(|issuer| format!("{start}:oidc-provider/{issuer}"));
        [format!("{start}:saml-provider/example")].into_iter().chain(of_tokens).collect()
    }

    fn stranger(&self) -> Option<Account> {
        Arn::parse(&self.zone.stranger(self.text)).map(|arn| Account::new(arn.partition, arn.account))
    }

    /// Who is named, but not of the zone. Accounts of AWS itself that deliver its logs are none of it, but for what they need for that.
    fn foreign(&self, entry: &PrincipalEntry) -> Option<Outsider> {
        let value = entry.value.as_str();
        if is_wide(value) || entry.kind != PrincipalType::Aws && value.contains(['*', '?']) {
            return None;
        }
        let number = Arn::account_in(value);
        let named = Arn::parse(value).map(|arn| arn.partition).filter(|partition| !partition.contains(['*', '?']));
        let partition = named.unwrap_or(&self.zone.partition);
        let is_foreign = is_account(number) && !(self.zone.has_account(number) && self.zone.has_partition(partition));
        let account = Account::new(partition, number);
        let (caller, account) = match entry.kind {
            PrincipalType::Aws if is_foreign => (Caller::Aws, Some(account)),
            PrincipalType::Aws if self.is_origin_of_somebody(value) => (Caller::Aws, Some(account)),
            PrincipalType::Service if !self.zone.has_service(value) => (Caller::Service(value.to_owned()), None),
            PrincipalType::Federated if is_foreign || self.is_unknown_provider(value) => {
                (Caller::Federated(value.to_owned()), None)
            }
            PrincipalType::CanonicalUser if self.knows(value) => return None,
            PrincipalType::CanonicalUser => (Caller::Canonical(value.to_owned()), None),
            _ => return None,
        };
        let meant = account.as_ref().map(|account| self.delivering(account)).unwrap_or_default();
        Some(Outsider { meant, ..Outsider::entry(caller, account, value) })
    }

    /// What an account of AWS itself needs to deliver logs into the bucket that the policy is of; nothing: it is none, or nothing is delivered there.
    fn delivering(&self, account: &Account) -> &'static [&'static str] {
        let is_let_in = self.policy == PolicyKind::Resource && !self.zone.refuses_deliveries;
        let delivery = delivery(&account.partition, &account.number).filter(|_| is_let_in);
        delivery.map(|delivery| delivery.actions).unwrap_or_default()
    }

    /// Whether an id is known to be the account's own.
    fn knows(&self, id: &str) -> bool {
        self.zone.known.as_ref().is_some_and(|known| known.ids.contains(id))
    }

    /// Whether it is a CloudFront origin access identity that is not known, where that is told whose is: `arn:aws:iam::cloudfront:user/CloudFront
    /// Origin Access Identity E..` says nothing of an account (Amazon CloudFront Developer Guide, Restrict access to an Amazon S3 origin).
    fn is_origin_of_somebody(&self, value: &str) -> bool {
        let id = || value.rsplit(' ').next().unwrap_or(value);
        Arn::account_in(value) == "cloudfront" && self.zone.known.is_some() && !self.knows(id())
    }

    /// Whether it is an identity provider of the account that is not known, where that is told whose is.
    fn is_unknown_provider(&self, value: &str) -> bool {
        self.zone.known.as_ref().is_some_and(|known| !has_provider(value, known))
    }

    /// Accounts and organizations that are not of the zone, and are named by conditions: whoever comes from there, and the
    /// services that act for it.
    fn named_by_conditions(&self, closed: impl Fn() -> bool) -> Vec<Outsider> {
        let acting = |entry: &PrincipalEntry| match self.policy {
            PolicyKind::Trust => self.deputy(entry),
            _ => self.acting(entry),
        };
        let deputies: Vec<Outsider> = self.entries().into_iter().filter_map(acting).collect();
        let many: Vec<Outsider> = match self.is_about_many() {
            true => [Outsider::any(Caller::Aws, self.stranger())].into_iter().chain(self.services(true)).collect(),
            false => Vec::new(),
        };
        let named = |callers: Vec<Outsider>| callers.into_iter().flat_map(|caller| self.named_beside(&caller));
        let untrusted = if many.is_empty() { Vec::new() } else { self.services(false) };
        let of_many: Vec<Outsider> = untrusted.into_iter().chain(named(many)).collect();
        let found = named(deputies);
        match !of_many.is_empty() && closed() {
            true => found.chain(of_many).collect(),
            false => found.collect(),
        }
    }

    /// A caller of each account or organization that is not of the zone, and is named by a condition.
    fn named_beside(&self, caller: &Outsider) -> Vec<Outsider> {
        let mut found = Vec::new();
        for condition in self.all.iter().flat_map(|statement| &statement.conditions) {
            let key = condition.key.to_ascii_lowercase();
            if caller.caller.carries(&key).is_some_and(|values| values.is_empty()) {
                continue;
            }
            let said = words(condition, self.zone, caller.caller.name());
            for (value, _) in said.into_iter().filter(|(_, word)| *word == Word::Theirs) {
                let own = says_who_calls(&key).then(|| {
                    let partition = Arn::parse(&value).map_or(self.zone.partition.as_str(), |arn| arn.partition);
                    Account::new(partition, Arn::account_in(&value))
                });
                found.push(Outsider {
                    account: own.or_else(|| caller.account.clone()),
                    by: By::Value(only(condition, &value)),
                    named: Some(value),
                    ..caller.clone()
                });
            }
        }
        found
    }

    /// Who is trusted, but acts for others.
    fn deputy(&self, entry: &PrincipalEntry) -> Option<Outsider> {
        self.acting(entry).filter(|_| !is_never_a_deputy(&entry.value))
    }

    /// Some tenant of a provider with many, where it is told which of them are the account's own.
    fn tenant_of_somebody(&self, entry: &PrincipalEntry) -> Option<Outsider> {
        self.acting(entry).filter(|_| self.is_for_known_tenants(entry) && !self.is_unknown_provider(&entry.value))
    }

    fn is_for_known_tenants(&self, entry: &PrincipalEntry) -> bool {
        let is_provider = entry.kind == PrincipalType::Federated;
        is_provider && self.zone.known.is_some() && federation::is_shared_provider(&entry.value)
    }

    /// Who is trusted, and acts for somebody.
    fn acting(&self, entry: &PrincipalEntry) -> Option<Outsider> {
        let value = entry.value.as_str();
        let caller = match entry.kind {
            PrincipalType::Service if value.contains(['*', '?']) => return None,
            PrincipalType::Service if self.zone.has_service(value) => Caller::Service(value.to_owned()),
            PrincipalType::Federated if !value.contains(":saml-provider/") && !value.contains(['*', '?']) => {
                Caller::Federated(value.to_owned())
            }
            _ => return None,
        };
        Some(Outsider { named: Some(value.to_owned()), ..Outsider::any(caller, None) })
    }

    /// Services that read for whoever drives them, where it is told who is the account's own: without a word of theirs everybody reads.
    fn readers(&self, closed: impl Fn() -> bool) -> Vec<Outsider> {
        let named = self.entries().into_iter().filter_map(|entry| self.acting(entry));
        let by_some_actions = READERS.iter().filter(|reader| !reader.actions.is_empty());
        let others = by_some_actions
            .map(|reader| Outsider::any(Caller::Service(format!("{}.amazonaws.com", reader.service)), None));
        let of_many: Vec<Outsider> =
            if self.is_about_many() { self.services(true).into_iter().chain(others).collect() } else { Vec::new() };
        let reading = |outsider: Outsider| {
            let actions = self.reader(&outsider)?.actions.iter().map(|action| (*action).to_owned());
            let actions = if outsider.actions.is_empty() { actions.collect() } else { outsider.actions.clone() };
            Some(Outsider { actions, ..outsider })
        };
        let of_many: Vec<Outsider> = of_many.into_iter().filter_map(reading).collect();
        let of_many = if !of_many.is_empty() && closed() { of_many } else { Vec::new() };
        named.filter_map(reading).chain(of_many).collect()
    }

    /// How an outsider reads for anybody, if it does.
    fn reader(&self, outsider: &Outsider) -> Option<&'static Reader> {
        let Caller::Service(name) = &outsider.caller else { return None };
        reader(name).filter(|_| self.zone.known.is_some() && self.policy != PolicyKind::Trust)
    }

    /// Services that may call where many are meant: those that conditions name, each by its name, and one that does what is
    /// asked for whoever wants it to. Trusted ones, or those that are not.
    fn services(&self, is_trusted: bool) -> Vec<Outsider> {
        let conditions = self.all.iter().flat_map(|statement| &statement.conditions);
        let of_services =
            conditions.filter(|condition| SERVICE_KEYS.iter().any(|k| condition.key.eq_ignore_ascii_case(k)));
        let values: BTreeSet<&String> = of_services.flat_map(|condition| &condition.values).collect();
        let (patterns, names): (Vec<&String>, Vec<&String>) = values.into_iter().partition(|v| v.contains(['*', '?']));
        let is_wanted = |name: &&String| self.zone.has_service(name) == is_trusted && !is_never_a_deputy(name);
        let named = names.into_iter().filter(is_wanted).map(|name| {
            let caller = Caller::Service(name.clone());
            Outsider { named: Some(name.clone()), ..Outsider::any(caller, None) }
        });
        if !is_trusted {
            return named.collect();
        }
        let made_up = patterns.into_iter().map(|pattern| (Glob::new(pattern).example("example"), Vec::new()));
        let known = DEPUTIES.iter().map(|(action, name)| ((*name).to_owned(), vec![(*action).to_owned()]));
        let any = known
            .chain(made_up)
            .map(|(name, actions)| Outsider { actions, ..Outsider::any(Caller::Service(name), None) });
        named.chain(any).collect()
    }

    /// Whoever is let in, of this account and of others: each who is named, and anybody where a wildcard or an exception is.
    ///
    /// To name the account itself lets nobody in whom no identity policy does: IAM User Guide, "AWS JSON policy elements: Principal",
    /// "AWS account principals": "you delegate authority to the account". Services write what they are for.
    fn tampering(&self) -> Vec<Outsider> {
        let own = if self.zone.is_known() { self.zone.account.as_str() } else { EXAMPLE_ACCOUNT };
        let one = |number: &str, named: Option<&PrincipalEntry>| Outsider {
            named: named.map(|entry| entry.value.clone()),
            by: By::NoKeeper,
            ..Outsider::any(Caller::Aws, Some(Account::new(&self.zone.partition, number)))
        };
        if !matches!(self.statement.principals, PrincipalElement::Principal(Principals::Listed(_))) {
            return vec![one(own, None)];
        }
        let is_delegation = |value: &str| {
            let whole = value.strip_suffix(":root").map_or(value, |head| head.rsplit(':').next().unwrap_or(head));
            whole == self.zone.account
        };
        let entries = self.entries().into_iter();
        let entering = entries.filter(|entry| entry.kind == PrincipalType::Aws && !is_delegation(&entry.value));
        let found = entering.map(|entry| match entry.value.contains(['*', '?']) {
            true => one(own, None),
            false => one(Arn::account_in(&entry.value), Some(entry)),
        });
        found.collect()
    }
}

/// How a service, by whatever name of a partition, reads for anybody, if it does.
fn reader(service: &str) -> Option<&'static Reader> {
    let plain = plain_service(service);
    READERS.iter().find(|reader| plain.strip_suffix(".amazonaws.com") == Some(reader.service))
}

/// Whether a statement may let a service read, if that one hands what it reads to whoever drives it: CloudFront and its like. By which actions is
/// read as broadly as it can be meant.
#[must_use]
pub fn reads_for_anybody(service: &str, actions: &ActionElement) -> bool {
    let reads = |reader: &Reader| reader.actions.is_empty() || READING.iter().any(|action| actions.is_about(action));
    reader(service).is_some_and(reads)
}

/// Whether a service, by whatever name of a partition, never acts for others.
fn is_never_a_deputy(service: &str) -> bool {
    NEVER_A_DEPUTY.contains(&plain_service(service).as_ref())
}

/// The keys that name a calling service.
const SERVICE_KEYS: [&str; 2] = ["aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"];

/// Whether the key (in lower case) says of which account a calling principal is.
fn says_who_calls(key: &str) -> bool {
    matches!(key, "aws:principalarn" | "aws:principalaccount" | "kms:calleraccount")
}

/// That the key has this value.
fn only(condition: &Condition, value: &str) -> Condition {
    let quantifier = condition.operator.quantifier.map(|_| Quantifier::ForAnyValue);
    let operator = Operator { quantifier, negated: false, if_exists: false, ..condition.operator };
    Condition { operator, values: vec![value.to_owned()], key: condition.key.clone() }
}
