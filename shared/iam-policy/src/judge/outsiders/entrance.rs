//! Whether somebody is let in: the search for a request of theirs.

use super::outsider::{By, Outsider};
use super::tokens;
use crate::condition::confine::{Word, words};
use crate::federation;
use crate::glob::Glob;
use crate::judge::holding::{Holding, Sealed};
use crate::judge::session::Session;
use crate::judge::tables::outsiders::{ASSUMING, TELLING_ACTIONS};
use crate::judge::tables::powers::OBJECT_TAMPERING;
use crate::kind::PolicyKind;
use crate::language::Pattern;
use crate::operator::{Base, Operator, Quantifier};
use crate::request::Witness;
use crate::resource::Bound;
use crate::solve::{Caller, Compiler, EXAMPLE_ACCOUNT, Facts, Formula, Frame, Taste, asked_about, bindings, witness};
use crate::statement::{Condition, PrincipalElement, PrincipalEntry, PrincipalType, Principals, Statement};
use crate::zone::TrustZone;

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
    let principals: Vec<String> = outsider.account.iter().map(|account| account.stranger()).collect();
    let account = if zone.is_known() { zone.account.as_str() } else { EXAMPLE_ACCOUNT };
    let taste = Taste {
        partition: &zone.partition,
        region: "us-east-1",
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
        members.push(compiler.caller_exists());
        let formula = Formula::all(members.into_iter().chain(limits));
        if formula.is_false() {
            return None;
        }
        let nicer = session.shows_witnesses.then(|| tokens::of_strangers(statement, &mut compiler)).flatten();
        let of_stranger = nicer.and_then(|nicer| {
            let nicer = Formula::all([formula.clone(), nicer]);
            witness(&nicer, |action| asked_about(&statements, action), &mut compiler, &taste)
        });
        of_stranger.or_else(|| witness(&formula, |action| asked_about(&statements, action), &mut compiler, &taste))
    })
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
    for condition in statements.iter().flat_map(|s| &s.conditions) {
        let is_tied = compiler.is_tied(&condition.key.to_ascii_lowercase());
        let is_kept_out = |word: Word| match word {
            // Of callers who tell by their ARN what they are, the ARN is asked.
            Word::Ours => !is_tied,
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
        let guests = federation::lets_guests_in(&key.to_ascii_lowercase());
        let without = compiler.condition(&Condition { operator, values, key }, true);
        let without = if is_tied { without.not() } else { without };
        members.push(match guests {
            Some((key, guest)) => Formula::any([without, is_guest(&key, guest, statements, compiler)]),
            None => without,
        });
    }
    if let By::Value(condition) = &outsider.by {
        members.push(compiler.condition(condition, true));
    }
    Formula::all(members)
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
    let asked = match (question.holding.kind, &outsider.caller) {
        // With tokens and assertions roles are assumed by other actions.
        (PolicyKind::Trust, Caller::Aws | Caller::Service(_)) => one_of(ASSUMING.get(..1).unwrap_or_default()),
        (PolicyKind::Trust, _) => one_of(&ASSUMING),
        _ if outsider.by == By::NoKeeper => {
            let tampering = one_of(&OBJECT_TAMPERING);
            let patterns = question.sealed.resources.iter();
            let sealed: Vec<Formula> =
                patterns.map(|text| compiler.resource_pattern(text, false, Bound::Most)).collect();
            Formula::all([tampering, Formula::any(sealed)])
        }
        _ => Formula::TRUE,
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
    // Of an account that is not known, the example stands for it. Nobody asks a resource of another partition, but who is named.
    let account = if zone.is_known() { zone.account.as_str() } else { EXAMPLE_ACCOUNT };
    let partition = if outsider.by == By::Nothing { "*" } else { &zone.partition };
    let known = zone.accounts.iter().map(String::as_str).chain([account]);
    let is_meant = |number: &&str| outsider.by == By::Nothing || zone.has_account(number);
    let own = known.filter(is_meant).filter_map(|number| of(partition, number)).collect();
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

/// That the caller is whom the statement names, if it names one, and no keeper.
fn is_no_keeper(outsider: &Outsider, sealed: &Sealed, compiler: &mut Compiler<'_>) -> Formula {
    let keepers = compiler.caller_is(sealed.keepers.iter().map(|keeper| Pattern::like(&Glob::new(keeper))).collect());
    let named = outsider.named.as_ref().map(|name| compiler.aws_entry(name)).unwrap_or(Formula::TRUE);
    Formula::all([named, keepers.not()])
}
