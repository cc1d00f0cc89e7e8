//! What the values of a condition say of whoever sends a request.

use super::known::checked;
use super::value::{NARROW, Word, narrow, said};
use crate::federation;
use crate::keys::{self, Proof};
use crate::operator::{Base, Order};
use crate::statement::Condition;
use crate::zone::TrustZone;

/// What each value of a condition says by itself, if a service or provider of that name asks, or somebody else; of address ranges what all say
/// together.
pub(crate) fn words(condition: &Condition, zone: &TrustZone, caller: Option<&str>) -> Vec<(String, Word)> {
    let Condition { operator, key, values } = condition;
    let key = key.to_ascii_lowercase();
    let proof = keys::find(&key).and_then(|key| key.proof);
    let whose = |(value, word): (String, Word)| {
        let word = checked(word, proof, &key, &value, zone);
        (value, word)
    };
    if let Some(proof) = proof {
        return of_table(proof, operator.base, values, zone, caller).into_iter().map(whose).collect();
    }
    // Numbers are claims, too: the organizations of Google.
    if is_text(operator.base) || operator.base == Base::Numeric(Order::Equal) {
        let word = |value: &String| match federation::names_a_tenant(&key, value) {
            true => Word::Ours,
            false => Word::Nothing,
        };
        return values.iter().map(|value| (value.clone(), word(value))).map(whose).collect();
    }
    Vec::new()
}

fn of_table(
    proof: Proof,
    base: Base,
    values: &[String],
    zone: &TrustZone,
    caller: Option<&str>,
) -> Vec<(String, Word)> {
    let all = |word: Word| values.iter().map(|value| (value.clone(), word)).collect();
    match (proof, base) {
        (Proof::NarrowNetwork, Base::IpAddress) if narrow(values, NARROW) => all(Word::Ours),
        (Proof::NarrowNetwork, _) => all(Word::Nothing),
        (Proof::True, Base::Bool) => vec![("true".to_owned(), Word::Ours)],
        (Proof::ArnFor(only) | Proof::AccountFor(only), _) if caller != Some(only) => all(Word::Nothing),
        (Proof::ArnOfService, _) if caller.is_none() => all(Word::Nothing),
        (Proof::SessionName, _) if is_text(base) => {
            let is_named =
                |name: &String| caller.is_some_and(|caller| federation::session_names_a_tenant(caller, name));
            let word = |name: &String| if is_named(name) { Word::Ours } else { Word::Nothing };
            values.iter().map(|name| (name.clone(), word(name))).collect()
        }
        _ if is_text(base) => values.iter().map(|value| (value.clone(), said(proof, base, value, zone))).collect(),
        _ => Vec::new(),
    }
}

fn is_text(base: Base) -> bool {
    matches!(base, Base::StringEquals | Base::StringEqualsIgnoreCase | Base::StringLike | Base::Arn)
}
