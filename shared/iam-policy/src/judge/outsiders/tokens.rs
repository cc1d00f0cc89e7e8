//! Requests that carry a provider's token: of tokens that it could issue, and to somebody else.

use crate::federation;
use crate::operator::{Base, Operator};
use crate::solve::{Caller, Compiler, Formula};
use crate::statement::{Condition, Statement};
use std::collections::BTreeMap;

/// How many patterns of a condition are tried for a nice example.
const TRIED: usize = 8;

/// Claims that every token has: "iss, sub, aud, exp and iat are REQUIRED" (OpenID Connect Core 1.0, ID Token).
const ALWAYS: [&str; 2] = ["aud", "sub"];

/// That each claim of which policies speak has a form that its provider gives it, if the token has it.
pub(super) fn exist(statements: &[&Statement], compiler: &mut Compiler<'_>) -> Vec<Formula> {
    let Some(provider) = provider(compiler) else { return Vec::new() };
    let mut asked: BTreeMap<String, (&str, Vec<&str>)> = BTreeMap::new();
    for condition in statements.iter().flat_map(|statement| &statement.conditions) {
        let (_, values) =
            asked.entry(condition.key.to_ascii_lowercase()).or_insert_with(|| (&condition.key, Vec::new()));
        values.extend(condition.values.iter().filter(|_| is_positive(condition)).map(String::as_str));
    }
    let mut formulas = Vec::new();
    for (key, (spelling, values)) in asked {
        let is_own = federation::issuer_of_key(&key).is_some_and(|issuer| federation::is_issuer(issuer, &provider));
        if is_own && federation::claim_of_key(&key).is_some_and(|claim| ALWAYS.contains(&claim)) {
            formulas.push(compiler.condition(&is_there(spelling), false));
        }
        let forms = federation::claim_of_key(&key).map(|claim| federation::forms(&provider, claim));
        let Some(forms) = forms.filter(|forms| !forms.is_empty()) else { continue };
        // Who names his tenant is none that is looked for, whatever the form.
        let others: Vec<&str> =
            values.iter().copied().filter(|value| !federation::names_a_tenant(&key, value)).collect();
        if others.is_empty() && !values.is_empty() {
            continue;
        }
        let may_be = |form: &String| others.is_empty() || others.iter().any(|value| begin_alike(form, value));
        let forms: Vec<String> = forms.into_iter().filter(may_be).collect();
        formulas.push(compiler.condition(&like(spelling, forms, true), false));
    }
    formulas
}

/// Whether one of two patterns begins as the other does, as far as both are written out.
fn begin_alike(a: &str, b: &str) -> bool {
    let begin = |pattern: &str| pattern.split(['*', '?']).next().unwrap_or_default().to_ascii_lowercase();
    let (a, b) = (begin(a), begin(b));
    a.starts_with(&b) || b.starts_with(&a)
}

/// Whether a condition says what a value is, in text.
fn is_positive(condition: &Condition) -> bool {
    let Operator { base, negated, .. } = condition.operator;
    !negated && matches!(base, Base::StringEquals | Base::StringEqualsIgnoreCase | Base::StringLike)
}

/// That the claims are somebody else's, as one would expect of a stranger whom the statement lets in; `None`: nothing is expected.
pub(super) fn of_strangers(statement: &Statement, compiler: &mut Compiler<'_>) -> Option<Formula> {
    let provider = provider(compiler)?;
    let subject = federation::key_of_claim(&provider, "sub");
    let mut wishes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for condition in statement.conditions.iter().filter(|condition| is_positive(condition)) {
        let Some(claim) = federation::claim_of_key(&condition.key) else { continue };
        let claim = claim.to_ascii_lowercase();
        let patterns = condition.values.iter().filter(|_| condition.operator.base == Base::StringLike).take(TRIED);
        let tokens = patterns.flat_map(|pattern| federation::strangers(&provider, &claim, Some(pattern)));
        wishes.entry(condition.key.clone()).or_default().extend(tokens);
    }
    if !wishes.keys().any(|key| key.eq_ignore_ascii_case(&subject)) {
        wishes.insert(subject, federation::strangers(&provider, "sub", None));
    }
    let mut formulas = Vec::new();
    for (key, tokens) in wishes.into_iter().filter(|(_, tokens)| !tokens.is_empty()) {
        formulas.push(compiler.condition(&like(&key, tokens, false), false));
    }
    (!formulas.is_empty()).then(|| Formula::all(formulas))
}

fn provider(compiler: &Compiler<'_>) -> Option<String> {
    match &compiler.frame.caller {
        Caller::Federated(provider) => Some(provider.clone()),
        _ => None,
    }
}

fn is_there(key: &str) -> Condition {
    let operator = Operator { quantifier: None, base: Base::Null, negated: false, if_exists: false };
    Condition { operator, key: key.to_owned(), values: vec!["false".to_owned()] }
}

fn like(key: &str, values: Vec<String>, if_exists: bool) -> Condition {
    let operator = Operator { quantifier: None, base: Base::StringLike, negated: false, if_exists };
    Condition { operator, key: key.to_owned(), values }
}
