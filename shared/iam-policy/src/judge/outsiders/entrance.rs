//! Whether somebody is let in: the search for a request of theirs.

use super::outsider::{By, Outsider, is_wide};
use super::tokens;
use crate::condition::confine::{Word, are_few, of_others, words};
use crate::federation;
use crate::glob::Glob;
use crate::judge::holding::{Holding, Sealed};
use crate::judge::session::Session;
use crate::judge::tables::outsiders::{ASSUMING, TELLING_ACTIONS};
use crate::judge::tables::powers::OBJECT_TAMPERING;
use crate::judge::tables::scenario::EARLIEST;
use crate::keys::{self, Assumed, Proof};
use crate::kind::PolicyKind;
use crate::language::Pattern;
use crate::operator::{Base, Operator, Quantifier};
use crate::request::Witness;
use crate::resource::Bound;
use crate::solve::{
    Caller, Compiler, EXAMPLE_ACCOUNT, Facts, Formula, Frame, KeyTest, Taste, asked_about, bindings, filled, witness,
};
use crate::statement::{Condition, PrincipalElement, PrincipalEntry, PrincipalType, Principals, Statement};
use crate::zone::TrustZone;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Where an example is by preference.
const REGION: &str = "us-east-1";

/// How many names of conditions are tried for a nice example.
const MAX_NAMES: usize = 16;

/// What is asked of one holding after another outsider.
pub(super) struct Question<'a> {
    pub(super) holding: &'a Holding<'a>,
    pub(super) zone: &'a TrustZone,
    pub(super) sealed: &'a Sealed,
    /// Of all documents.
    pub(super) statements: &'a [&'a Statement],
    pub(super) session: &'a Session<'a>,
}

/// A request of the outsider that the statement lets through and nothing denies; of one from outside: without what proves that
/// it comes from the zone.
pub(super) fn search(
    question: &Question<'_>,
    statement: &Statement,
    outsider: &Outsider,
    is_from_outside: bool,
) -> Option<Witness> {
    let Question { holding, zone, sealed, statements, session } = question;
    if session.budget.is_exhausted() {
        return None;
    }
    let of_one = as_named(statement, outsider);
    let mut principals: Vec<String> = outsider.account.iter().map(|account| account.stranger()).collect();
    let account = if zone.is_known() { zone.account.as_str() } else { EXAMPLE_ACCOUNT };
    let by_name =
        statements.iter().flat_map(|s| &s.conditions).filter(|c| c.key.eq_ignore_ascii_case("aws:PrincipalArn"));
    let names = by_name.flat_map(|condition| &condition.values).take(MAX_NAMES);
    principals.extend(names.map(|name| filled(name, (&zone.partition, REGION))));
    let taste = Taste {
        partition: &zone.partition,
        region: REGION,
        account,
        principals: &principals,
        telling_actions: &TELLING_ACTIONS,
        action: None,
        resource: None,
        is_shown: session.shows_witnesses,
    };
    bindings(statements, account).into_iter().find_map(|context| {
        let own = |key: &str| {
            let account = outsider.account.as_ref().filter(|_| key == "aws:principalaccount");
            account.map(|account| vec![account.number.clone()])
        };
        let known = context.into_iter().map(|(key, values)| {
            let carried = outsider.caller.carries(&key).or_else(|| own(&key)).unwrap_or(values);
            (key, carried)
        });
        let frame = Frame {
            caller: outsider.caller.clone(),
            resource: (holding.kind == PolicyKind::Trust).then(|| "*".to_owned()),
            context: known.chain(zone.carried.clone()).collect(),
        };
        let facts = Facts::new(session.universe());
        let mut compiler = Compiler::new(facts, frame, &session.budget);
        let applies = compiler.statement(&of_one, holding.kind);
        if applies.is_false() {
            return None;
        }
        let denies = statements.iter().filter(|s| !s.is_allow());
        let denied: Vec<Formula> = denies.map(|s| compiler.statement(s, holding.kind)).collect();
        let limits: Vec<Formula> =
            holding.limits.iter().map(|l| compiler.allowed(&[*l], PolicyKind::Resource)).collect();
        let is_tampering = outsider.by == By::NoKeeper;
        let mut members = vec![applies, Formula::any(denied).not()];
        members.push(match is_tampering {
            true => is_no_keeper(outsider, sealed, &mut compiler),
            false => is_outsider(outsider, statement, zone, &mut compiler),
        });
        // What proves that it comes from the zone proves nothing of a keeper.
        if is_from_outside && !is_tampering {
            members.push(is_outside(outsider, statements, zone, &mut compiler));
        }
        members.push(is_about(question, outsider, &mut compiler));
        members.extend(fits_the_url(question, &mut compiler));
        members.extend(tokens::exist(statements, &mut compiler));
        members.extend(is_now(statements, &mut compiler));
        members.push(compiler.caller_exists());
        let formula = Formula::all(members.into_iter().chain(limits));
        if formula.is_false() {
            return None;
        }
        let nicer = session.shows_witnesses.then(|| tokens::of_strangers(statement, &mut compiler)).flatten();
        let of_stranger = nicer.and_then(|nicer| {
            let nicer = Formula::all([formula.clone(), nicer]);
            witness(&nicer, |action| asked_about(statements, action), &mut compiler, &taste)
        });
        of_stranger.or_else(|| witness(&formula, |action| asked_about(statements, action), &mut compiler, &taste))
    })
}

/// The statement, for whom it names alone, or with this value alone: beside hundreds of others each is looked for by itself.
fn as_named<'s>(statement: &'s Statement, outsider: &Outsider) -> Cow<'s, Statement> {
    match (&outsider.by, &statement.principals) {
        (By::Entry, PrincipalElement::Principal(Principals::Listed(entries))) => {
            let is_named = |entry: &&PrincipalEntry| outsider.named.as_ref() == Some(&entry.value);
            let named = entries.iter().filter(is_named).cloned().collect();
            let principals = PrincipalElement::Principal(Principals::Listed(named));
            Cow::Owned(Statement { principals, ..statement.clone() })
        }
        (By::Value(one), _) => {
            let is_of = |condition: &Condition| {
                let is_alike = condition.key.eq_ignore_ascii_case(&one.key) && !condition.operator.negated;
                is_alike && one.values.iter().all(|value| condition.values.contains(value))
            };
            let with_one = |condition: &Condition| match is_of(condition) {
                true => Condition { values: one.values.clone(), ..condition.clone() },
                false => condition.clone(),
            };
            let conditions = statement.conditions.iter().map(with_one).collect();
            Cow::Owned(Statement { conditions, ..statement.clone() })
        }
        _ => Cow::Borrowed(statement),
    }
}

/// That the request has nothing of what conditions name to tell the zone from others; and nothing of what they name to tell one
/// stranger from others, but for that one.
fn is_outside(
    outsider: &Outsider,
    statements: &[&Statement],
    zone: &TrustZone,
    compiler: &mut Compiler<'_>,
) -> Formula {
    let caller = outsider.caller.name();
    let mut members = Vec::new();
    // To be in a network keeps somebody from being anybody, and not from being somebody else.
    let are_networks_kept_out = outsider.by == By::Nothing && are_narrow_together(statements);
    for (statement, condition) in statements.iter().flat_map(|s| s.conditions.iter().map(move |c| (s, c))) {
        let lower = condition.key.to_ascii_lowercase();
        let is_network = keys::find(&lower).is_some_and(|key| key.proof == Some(Proof::NarrowNetwork));
        if is_network && (outsider.by != By::Nothing || statement.is_allow() && !are_networks_kept_out) {
            continue;
        }
        // Everybody's request carries it.
        if zone.carried.contains_key(&lower) {
            continue;
        }
        let is_tied = compiler.is_tied(&lower);
        let is_kept_out = |word: Word| match word {
            Word::Nobodys => true,
            // Of callers who tell by their ARN what they are, the ARN is asked.
            Word::Ours => !is_tied,
            // What else is said of whose it is counts for more than a name.
            Word::OursByName => !is_tied && !matches!(outsider.by, By::Value(_)),
            Word::Theirs => outsider.by == By::Nothing,
            Word::Nothing => false,
        };
        let said = words(condition, zone, caller).into_iter().filter(|(_, word)| is_kept_out(*word));
        let values: Vec<String> = said.map(|(value, _)| value).collect();
        if values.is_empty() {
            continue;
        }
        let quantifier = Some(if is_tied { Quantifier::ForAnyValue } else { Quantifier::ForAllValues });
        let operator = Operator { quantifier, negated: !is_tied, if_exists: false, ..condition.operator };
        let key = condition.key.clone();
        let guests = federation::lets_guests_in(&lower);
        let without = compiler.condition(&Condition { operator, values, key }, true);
        let without = if is_tied { without.not() } else { without };
        members.push(match guests {
            Some((key, guest)) => Formula::any([without, is_guest(&key, guest, statements, compiler)]),
            None => without,
        });
    }
    if let By::Value(condition) = &outsider.by {
        members.push(compiler.condition(condition, true));
        members.extend(of_others(condition, zone).map(|others| compiler.condition(&others, true)));
    }
    Formula::all(members)
}

/// Whether the few addresses of each Allow are still a few if all are taken together: a policy can be split in many statements.
fn are_narrow_together(statements: &[&Statement]) -> bool {
    let conditions =
        statements.iter().filter(|statement| statement.is_allow()).flat_map(|statement| &statement.conditions);
    let of_networks = conditions.filter(|condition| condition.key.eq_ignore_ascii_case("aws:SourceIp"));
    let positive = of_networks.filter(|c| c.operator.base == Base::IpAddress && !c.operator.negated);
    are_few(positive.map(|condition| condition.values.as_slice()))
}

/// That it is asked now, where policies speak of times: of no request the time is past.
fn is_now(statements: &[&Statement], compiler: &mut Compiler<'_>) -> Vec<Formula> {
    let keys: BTreeSet<String> =
        statements.iter().flat_map(|s| &s.conditions).map(|condition| condition.key.to_ascii_lowercase()).collect();
    let times = keys.into_iter().filter(|key| keys::assumed(key, "") == Assumed::Now && !compiler.knows(key));
    let times: Vec<String> = times.collect();
    times.into_iter().map(|key| compiler.facts.key(&key, KeyTest::after_if_exists(EARLIEST))).collect()
}

/// That it is somebody of whom nobody knows who he is, where the policy speaks of such.
fn is_guest(key: &str, guest: &str, statements: &[&Statement], compiler: &mut Compiler<'_>) -> Formula {
    let mut conditions = statements.iter().flat_map(|statement| &statement.conditions);
    if !conditions.any(|condition| condition.key.eq_ignore_ascii_case(key)) {
        return Formula::FALSE;
    }
    compiler.condition(&is_text(key, vec![guest.to_owned()]), false)
}

/// That the key has one of these values, and no other.
fn is_text(key: &str, values: Vec<String>) -> Condition {
    let operator = Operator { quantifier: None, base: Base::StringEquals, negated: false, if_exists: false };
    Condition { operator, key: key.to_owned(), values }
}

/// That it is what the policy is asked for.
fn is_about(question: &Question<'_>, outsider: &Outsider, compiler: &mut Compiler<'_>) -> Formula {
    let budget = &question.session.budget;
    let mut one_of = |actions: &[&str]| {
        let actions: Vec<String> = actions.iter().map(|action| (*action).to_owned()).collect();
        compiler.facts.is_one_of(&actions, budget)
    };
    // Of what is meant nothing is asked.
    let is_not_meant = if outsider.meant.is_empty() { Formula::TRUE } else { one_of(outsider.meant).not() };
    let asked = match (question.holding.kind, &outsider.caller) {
        // With tokens and assertions roles are assumed by other actions.
        (PolicyKind::Trust, Caller::Aws | Caller::Service(_)) => one_of(ASSUMING.get(..1).unwrap_or_default()),
        (PolicyKind::Trust, Caller::Federated(_)) if outsider.named.is_some() => {
            one_of(ASSUMING.get(1..).unwrap_or_default())
        }
        (PolicyKind::Trust, _) => one_of(&ASSUMING),
        _ if outsider.by == By::NoKeeper => {
            let tampering = one_of(&OBJECT_TAMPERING);
            let patterns = question.sealed.resources.iter();
            let sealed: Vec<Formula> =
                patterns.map(|text| compiler.resource_pattern(text, false, Bound::Most)).collect();
            Formula::all([tampering, Formula::any(sealed)])
        }
        _ => is_not_meant,
    };
    if outsider.actions.is_empty() {
        return asked;
    }
    let known = compiler.facts.is_one_of(&outsider.actions, budget);
    Formula::all([asked, known])
}

/// That a function's URL which asks nobody who he is is asked by nobody, and one which does by somebody: `NONE` "doesn't perform any
/// authentication" (AWS Lambda Developer Guide, Control access to Lambda function URLs).
fn fits_the_url(question: &Question<'_>, compiler: &mut Compiler<'_>) -> Option<Formula> {
    const KEY: &str = "lambda:FunctionUrlAuthType";
    let mut conditions = question.statements.iter().flat_map(|statement| &statement.conditions);
    conditions.find(|condition| condition.key.eq_ignore_ascii_case(KEY))?;
    let is_open = compiler.condition(&is_text(KEY, vec!["NONE".to_owned()]), false);
    let by_url = ["lambda:InvokeFunctionUrl".to_owned()];
    let is_by_url = compiler.facts.is_one_of(&by_url, &question.session.budget);
    let fits = if compiler.frame.caller == Caller::Anonymous { is_open } else { is_open.not() };
    Some(Formula::any([is_by_url.not(), fits]))
}

/// That an IAM principal is of the outsider's account, or of none of the zone and not named.
fn is_outsider(outsider: &Outsider, statement: &Statement, zone: &TrustZone, compiler: &mut Compiler<'_>) -> Formula {
    let Some(account) = &outsider.account else { return Formula::TRUE };
    let of = |partition: &str, number: &str| Pattern::arn(&Glob::new(&format!("arn:{partition}:*:*:{number}:*")));
    if outsider.by == By::Entry {
        return compiler.caller_is(of(&account.partition, &account.number).into_iter().collect());
    }
    // Of an account that is not known, the example stands for it. Nobody asks a resource of another partition, but who is named there.
    let is_from_another = outsider.by != By::Nothing && account.partition != zone.partition;
    let account = if zone.is_known() { zone.account.as_str() } else { EXAMPLE_ACCOUNT };
    let partition = if is_from_another { &zone.partition } else { "*" };
    let known = zone.accounts.iter().map(String::as_str).chain([account]);
    let is_meant = |number: &&str| outsider.by == By::Nothing || zone.has_account(number);
    let own = known.filter(is_meant).filter_map(|number| of(partition, number)).collect();
    let is_own = compiler.caller_is(own);
    let named: Vec<&PrincipalEntry> = match &statement.principals {
        PrincipalElement::Principal(Principals::Listed(entries)) => {
            entries.iter().filter(|e| e.kind == PrincipalType::Aws && !is_wide(&e.value)).collect()
        }
        _ => Vec::new(),
    };
    let is_named = Formula::any(named.into_iter().map(|entry| compiler.aws_entry(&entry.value)));
    Formula::any([is_own, is_named]).not()
}

/// That the caller is whom the statement names, if it names one, and no keeper.
fn is_no_keeper(outsider: &Outsider, sealed: &Sealed, compiler: &mut Compiler<'_>) -> Formula {
    let keepers = compiler.caller_is(sealed.keepers.iter().map(|keeper| Pattern::like(&Glob::new(keeper))).collect());
    let named = outsider.named.as_ref().map(|name| compiler.aws_entry(name)).unwrap_or(Formula::TRUE);
    Formula::all([named, keepers.not()])
}
