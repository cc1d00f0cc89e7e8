//! Resource and trust policies that let somebody in from outside of the trust zone.

use super::holding::{Holding, Rules, Sealed};
use super::kinds::ViolationKind;
use super::session::Session;
use super::tables::outsiders::{ASSUMING, EXAMPLE_CANONICAL_USER, NEVER_A_DEPUTY, TELLING_ACTIONS};
use super::tables::powers::OBJECT_TAMPERING;
use super::violation::{Breach, Outsiders, Violation};
use crate::arn::Arn;
use crate::condition::confine;
use crate::glob::Glob;
use crate::kind::PolicyKind;
use crate::language::Pattern;
use crate::operator::{Operator, Quantifier};
use crate::request::Witness;
use crate::resource::Bound;
use crate::solve::{Caller, Compiler, EXAMPLE_PROVIDER, Facts, Formula, Frame, Taste, bindings, of_account, witness};
use crate::statement::{
    Condition, PrincipalElement, PrincipalEntry, PrincipalType, Principals, Statement, StatementAt,
};
use crate::zone::{ServiceTrust, TrustZone};
use std::collections::BTreeSet;

/// Who is looked for.
struct Outsider {
    caller: Caller,
    /// The account of an IAM principal, or one that will do.
    account: Option<String>,
    /// As whom the statement names them: then it has to be that account. Else it can be any outside of the zone that the
    /// statement does not name.
    named: Option<String>,
    /// Whether it is somebody, of whatever account, who is to change what is sealed without being a keeper of it.
    is_tampering: bool,
}

impl Outsider {
    fn new(caller: Caller, account: Option<String>, named: Option<String>) -> Self {
        Self { caller, account, named, is_tampering: false }
    }
}

/// One violation for each statement that lets such an outsider in.
pub(super) fn found(
    holding: &Holding<'_>,
    rules: &Rules,
    kind: ViolationKind,
    session: &Session<'_>,
) -> Vec<Violation> {
    let text: String = holding.documents.iter().map(|d| d.to_json()).collect();
    let mut all = Vec::new();
    for (document, d) in holding.documents.iter().enumerate() {
        for (index, statement) in d.statements().iter().enumerate().filter(|(_, s)| s.is_allow()) {
            let at = StatementAt { document, statement: index };
            let outsiders = match kind {
                ViolationKind::ObjectTampering => tampering(statement, &rules.zone),
                _ => outsiders(statement, holding.kind, &rules.zone, kind, &text),
            };
            // Everyone is one; of those who are named, all are told.
            let is_one = !outsiders.iter().any(|o| o.named.is_some());
            let enters = |o: &'_ Outsider| enters(holding, rules, statement, o, session);
            let entering: Vec<(&Outsider, Witness)> = outsiders
                .iter()
                .filter_map(|o| Some((o, enters(o)?)))
                .take(if is_one { 1 } else { outsiders.len() })
                .collect();
            let names: BTreeSet<String> = entering.iter().filter_map(|(outsider, _)| outsider.named.clone()).collect();
            let Some((_, witness)) = entering.into_iter().next() else { continue };
            let breach = Breach::Entrance {
                sid: statement.sid.clone().filter(|sid| !sid.is_empty()),
                outsiders: if names.is_empty() { Outsiders::Everyone } else { Outsiders::Named(names) },
            };
            all.push(Violation { kind, statements: vec![at], witness, breach, assumed_account: None });
        }
    }
    all
}

/// A request of anyone at all that the statement lets through.
pub(super) fn anyone(holding: &Holding<'_>, rules: &Rules, at: StatementAt, session: &Session<'_>) -> Option<Witness> {
    let statement = holding.documents.get(at.document)?.statements().get(at.statement)?;
    let callers = match holding.kind {
        PolicyKind::Identity => vec![Caller::Aws],
        _ => Caller::cases(std::iter::once(statement)),
    };
    callers.into_iter().find_map(|caller| {
        let outsider = Outsider::new(caller, None, None);
        search(holding, rules, statement, &outsider, None, session)
    })
}

fn outsiders(
    statement: &Statement,
    policy: PolicyKind,
    zone: &TrustZone,
    kind: ViolationKind,
    text: &str,
) -> Vec<Outsider> {
    let named: BTreeSet<&PrincipalEntry> = match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(entries)) => entries.iter().collect(),
        _ => BTreeSet::new(),
    };
    match kind {
        ViolationKind::ForeignPrincipal => named.into_iter().filter_map(|e| foreign(e, zone)).collect(),
        ViolationKind::ConfusedDeputy => named.into_iter().filter_map(|e| deputy(e, zone)).collect(),
        _ => everyone(statement, policy, zone, text),
    }
}

/// Somebody of whom the policy has never heard.
fn everyone(statement: &Statement, policy: PolicyKind, zone: &TrustZone, text: &str) -> Vec<Outsider> {
    let stranger = zone.stranger(text);
    let account = Arn::parse(&stranger).map(|arn| arn.account.to_owned());
    let one = |caller, account| Outsider::new(caller, account, None);
    let mut all = vec![one(Caller::Aws, account)];
    if policy != PolicyKind::Trust {
        all.push(one(Caller::Anonymous, None));
    }
    all.push(one(Caller::Federated(EXAMPLE_PROVIDER.to_owned()), None));
    all.push(one(Caller::Canonical(EXAMPLE_CANONICAL_USER.to_owned()), None));
    let mut services: BTreeSet<&str> = asked_services(statement).filter(|service| !zone.has_service(service)).collect();
    if zone.services != ServiceTrust::Any || names_any_service(statement) {
        services.insert("example.amazonaws.com");
    }
    all.extend(services.into_iter().map(|service| one(Caller::Service(service.to_owned()), None)));
    all
}

/// The services that conditions name.
fn asked_services(statement: &Statement) -> impl Iterator<Item = &str> {
    let of_services = statement.conditions.iter().filter(|c| c.key.eq_ignore_ascii_case("aws:PrincipalServiceName"));
    of_services.flat_map(|c| &c.values).map(String::as_str)
}

fn names_any_service(statement: &Statement) -> bool {
    let PrincipalElement::Principal(Principals::Listed(entries)) = &statement.principals else { return false };
    entries.iter().any(|e| e.kind == PrincipalType::Service && e.value.contains(['*', '?']))
}

/// Who is named, but not of the zone.
fn foreign(entry: &PrincipalEntry, zone: &TrustZone) -> Option<Outsider> {
    let value = entry.value.as_str();
    if value.contains(['*', '?']) {
        return None;
    }
    let account = Arn::account_in(value);
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let caller = match entry.kind {
        PrincipalType::Aws if is_account && !zone.has_account(account) => Caller::Aws,
        PrincipalType::Service if !zone.has_service(value) => Caller::Service(value.to_owned()),
        PrincipalType::Federated if is_account && !zone.has_account(account) => Caller::Federated(value.to_owned()),
        PrincipalType::CanonicalUser => Caller::Canonical(value.to_owned()),
        _ => return None,
    };
    let account = (caller == Caller::Aws).then(|| account.to_owned());
    Some(Outsider::new(caller, account, Some(value.to_owned())))
}

/// Who is trusted, but acts for others.
fn deputy(entry: &PrincipalEntry, zone: &TrustZone) -> Option<Outsider> {
    let value = entry.value.as_str();
    let caller = match entry.kind {
        PrincipalType::Service if value.contains(['*', '?']) || NEVER_A_DEPUTY.contains(&value) => return None,
        PrincipalType::Service if zone.has_service(value) => Caller::Service(value.to_owned()),
        PrincipalType::Federated if !value.contains(":saml-provider/") && !value.contains(['*', '?']) => {
            Caller::Federated(value.to_owned())
        }
        _ => return None,
    };
    Some(Outsider::new(caller, None, Some(value.to_owned())))
}

/// Whoever is let in, of this account and of others: each who is named, and anybody where a wildcard or an exception is.
///
/// To name the account itself lets nobody in whom no identity policy does: IAM User Guide, "AWS JSON policy elements: Principal", "AWS
/// account principals": "you delegate authority to the account". Services write what they are for.
fn tampering(statement: &Statement, zone: &TrustZone) -> Vec<Outsider> {
    let one = |account: &str, named: Option<&PrincipalEntry>| Outsider {
        is_tampering: true,
        ..Outsider::new(Caller::Aws, Some(account.to_owned()), named.map(|entry| entry.value.clone()))
    };
    let PrincipalElement::Principal(Principals::Listed(entries)) = &statement.principals else {
        return vec![one(&zone.account, None)];
    };
    let is_delegation = |value: &str| {
        let whole = value.strip_suffix(":root").map_or(value, |head| head.rsplit(':').next().unwrap_or(head));
        whole == zone.account
    };
    let named: BTreeSet<&PrincipalEntry> = entries.iter().collect();
    let entering = named.into_iter().filter(|entry| entry.kind == PrincipalType::Aws && !is_delegation(&entry.value));
    let found = entering.map(|entry| match entry.value.contains(['*', '?']) {
        true => one(&zone.account, None),
        false => one(Arn::account_in(&entry.value), Some(entry)),
    });
    found.collect()
}

fn enters(
    holding: &Holding<'_>,
    rules: &Rules,
    statement: &Statement,
    outsider: &Outsider,
    session: &Session<'_>,
) -> Option<Witness> {
    // What proves that it comes from the zone proves nothing of a keeper.
    let zone = (!outsider.is_tampering).then_some(&rules.zone);
    search(holding, rules, statement, outsider, zone, session)
}

/// A request of the outsider that the statement lets through and nothing denies; with a zone: without what proves that
/// it comes from there.
fn search(
    holding: &Holding<'_>,
    rules: &Rules,
    statement: &Statement,
    outsider: &Outsider,
    zone: Option<&TrustZone>,
    session: &Session<'_>,
) -> Option<Witness> {
    if session.budget.is_exhausted() {
        return None;
    }
    let statements: Vec<&Statement> = holding.documents.iter().flat_map(|d| d.statements()).collect();
    let principals: Vec<String> = outsider
        .account
        .iter()
        .map(|account| format!("arn:{}:iam::{account}:user/stranger", rules.zone.partition))
        .collect();
    let taste = Taste {
        partition: &rules.zone.partition,
        region: "us-east-1",
        account: &rules.zone.account,
        principals: &principals,
        telling_actions: &TELLING_ACTIONS,
        action: None,
        resource: None,
        is_shown: session.shows_witnesses,
    };
    bindings(&statements, &rules.zone.account).into_iter().find_map(|context| {
        let own =
            |key: &str| outsider.account.as_ref().filter(|_| key == "aws:principalaccount").map(|a| vec![a.clone()]);
        let known = context.into_iter().map(|(key, values)| {
            let carried = outsider.caller.carries(&key).or_else(|| own(&key)).unwrap_or(values);
            (key, carried)
        });
        let frame = Frame {
            caller: outsider.caller.clone(),
            resource: (holding.kind == PolicyKind::Trust).then(|| "*".to_owned()),
            context: known.collect(),
        };
        let facts = Facts::new(session.universe());
        let mut compiler = Compiler::new(facts, frame, &session.budget);
        let applies = compiler.statement(statement, holding.kind);
        if applies.is_false() {
            return None;
        }
        let denies = statements.iter().filter(|s| !s.is_allow());
        let denied: Vec<Formula> = denies.map(|s| compiler.statement(s, holding.kind)).collect();
        let limits: Vec<Formula> =
            holding.limits.iter().map(|l| compiler.allowed(&[*l], PolicyKind::Resource)).collect();
        let outside = zone.map(|zone| outside(&statements, zone, &mut compiler)).unwrap_or(Formula::TRUE);
        let is_outsider = match outsider.is_tampering {
            true => is_no_keeper(outsider, &rules.sealed, &mut compiler),
            false => is_outsider(outsider, statement, &rules.zone, &mut compiler),
        };
        let assumes = |actions: &[&str], compiler: &mut Compiler<'_>| {
            let actions: Vec<String> = actions.iter().map(|a| (*a).to_owned()).collect();
            compiler.facts.is_one_of(&actions, &session.budget)
        };
        let is_about = match holding.kind {
            PolicyKind::Trust => assumes(&ASSUMING, &mut compiler),
            _ if outsider.is_tampering => {
                let patterns = &rules.sealed.resources;
                let sealed =
                    patterns.iter().map(|text| compiler.resource_pattern(text, false, Bound::Most)).collect::<Vec<_>>();
                Formula::all([assumes(&OBJECT_TAMPERING, &mut compiler), Formula::any(sealed)])
            }
            _ => Formula::TRUE,
        };
        let exists = compiler.caller_exists();
        let members = [applies, Formula::any(denied).not(), outside, is_outsider, is_about, exists];
        let formula = Formula::all(members.into_iter().chain(limits));
        if formula.is_false() {
            return None;
        }
        witness(&formula, statements.iter().copied(), &mut compiler, &taste)
    })
}

/// That an IAM principal is of the outsider's account, or of none of the zone and not named.
fn is_outsider(outsider: &Outsider, statement: &Statement, zone: &TrustZone, compiler: &mut Compiler<'_>) -> Formula {
    let of = |account: &str| of_account(&Glob::literal(account));
    match &outsider.account {
        Some(account) if outsider.named.is_some() => compiler.caller_is(of(account).into_iter().collect()),
        Some(_) => {
            let own = [&zone.account].into_iter().chain(&zone.accounts).filter_map(|account| of(account)).collect();
            let is_own = compiler.caller_is(own);
            let named: Vec<&PrincipalEntry> = match &statement.principals {
                PrincipalElement::Principal(Principals::Listed(entries)) => {
                    entries.iter().filter(|e| e.kind == PrincipalType::Aws && !e.value.contains(['*', '?'])).collect()
                }
                _ => Vec::new(),
            };
            let is_named = Formula::any(named.into_iter().map(|entry| compiler.aws_entry(&entry.value)));
            Formula::any([is_own, is_named]).not()
        }
        None => Formula::TRUE,
    }
}

/// That the caller is whom the statement names, if it names one, and no keeper.
fn is_no_keeper(outsider: &Outsider, sealed: &Sealed, compiler: &mut Compiler<'_>) -> Formula {
    let keepers = compiler.caller_is(sealed.keepers.iter().map(|keeper| Pattern::like(&Glob::new(keeper))).collect());
    let named = outsider.named.as_ref().map(|name| compiler.aws_entry(name)).unwrap_or(Formula::TRUE);
    Formula::all([named, keepers.not()])
}

/// That the request has nothing of what conditions name to tell the zone from others.
fn outside(statements: &[&Statement], zone: &TrustZone, compiler: &mut Compiler<'_>) -> Formula {
    let mut members = Vec::new();
    for condition in statements.iter().flat_map(|s| &s.conditions) {
        if compiler.knows(&condition.key.to_ascii_lowercase()) {
            continue;
        }
        let proofs = confine::proofs(condition, zone);
        if !proofs.is_empty() {
            let quantifier = Some(Quantifier::ForAllValues);
            let operator = Operator { quantifier, negated: true, if_exists: false, ..condition.operator };
            let without = Condition { operator, values: proofs, key: condition.key.clone() };
            members.push(compiler.condition(&without, true));
        }
    }
    Formula::all(members)
}
