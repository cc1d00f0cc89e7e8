//! What is known to be the account's own, where that is told: a value that names one network, identity or tenant is theirs only if it is
//! theirs by name.

use super::value::Word;
use crate::arn::{Arn, is_account};
use crate::budget::{Budget, MAX_LANGUAGE_STEPS};
use crate::condition::cidr::Cidr;
use crate::federation;
use crate::glob::Glob;
use crate::keys::Proof;
use crate::language::{Pattern, covers};
use crate::operator::{Base, Operator, Quantifier};
use crate::statement::Condition;
use crate::zone::{Known, TrustZone};

/// What a value says once it is asked whose the thing is that it names. A word that it is nobody's or anybody's stays.
pub(super) fn checked(word: Word, proof: Option<Proof>, key: &str, value: &str, zone: &TrustZone) -> Word {
    let Some(known) = &zone.known else { return word };
    if NETWORKS.contains(&key) && matches!(word, Word::Ours | Word::Theirs) {
        return if is_own_network(key, value, zone, known) { Word::Ours } else { Word::Theirs };
    }
    if word == Word::Nothing && is_blurred(proof, key, value, zone) {
        return Word::Theirs;
    }
    // A bucket's ARN has no account, and whoever deletes a bucket leaves its name to the next.
    if word == Word::OursByName && proof == Some(Proof::SourceArn) {
        return Word::Nothing;
    }
    let is_known = match proof {
        None => is_subject(key, value, zone, known),
        Some(Proof::Fixed) if key.starts_with("saml:") => has_subject("saml", key, value, known),
        Some(Proof::Fixed) => known.ids.contains(value),
        // Of the root user the id is the account: whose it is was asked already.
        Some(Proof::UniqueId) => {
            zone.has_account(value) || known.ids.contains(value.strip_suffix(":*").unwrap_or(value))
        }
        Some(Proof::NarrowNetwork) => is_network(value, known),
        Some(Proof::Arn) if value.contains("-provider/") => has_provider(value, known),
        Some(_) => return word,
    };
    match word {
        Word::Ours | Word::OursByName if !is_known => Word::Theirs,
        _ => word,
    }
}

/// The keys that say through whose network a request comes, by an account or an organization, in lower case. IAM User Guide, AWS global
/// condition context keys, "Properties of the network": whose the VPC or the endpoint is, and not whose the caller is. An intruder makes one of
/// the account's own in a minute, and anybody's requests come through it.
const NETWORKS: [&str; 5] = [
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "vpc-lattice-svcs:sourcevpcowneraccount",
];

/// Whether it is told that the network is the account's own: by its id, or by whose it is.
fn is_own_network(key: &str, value: &str, zone: &TrustZone, known: &Known) -> bool {
    if value.contains("${") {
        let of = if key.contains("org") { zone.organizations.iter().collect() } else { vec![&zone.account] };
        return !of.is_empty() && of.into_iter().all(|id| known.networks.contains(id));
    }
    if key == "aws:sourcevpcarn" {
        let id = value.split_once(":vpc/").map_or(value, |(_, id)| id);
        return known.ids.contains(id) || known.networks.contains(Arn::account_in(value));
    }
    let id = value.split('/').next().unwrap_or(value);
    known.networks.contains(value) || known.networks.contains(id)
}

/// The keys that say on whose request a service acts, in lower case.
const SOURCES: [&str; 5] =
    ["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"];

/// Whether a value says on whose request a service acts, and others than the account can be meant: `66665555444?`, `o-evil*`,
/// `arn:aws:sns:*:*:topic`. ARNs without an account, those of buckets, name nobody.
fn is_blurred(proof: Option<Proof>, key: &str, value: &str, zone: &TrustZone) -> bool {
    if !SOURCES.contains(&key) || value.contains("${") {
        return false;
    }
    let is_open = |text: &str| text.contains(['*', '?']);
    match proof {
        Some(Proof::SourceArn) => match value.splitn(6, ':').nth(5) {
            None => is_open(value),
            Some(_) => {
                let account = value.split(':').nth(4).unwrap_or_default();
                is_open(account) || is_account(account) && !zone.has_account(account)
            }
        },
        Some(Proof::OrganizationPath) => value.split('/').next().is_some_and(is_open),
        _ => is_open(value),
    }
}

/// That a service acts on the request of somebody else, where a value of this condition could mean the account as well as others.
pub(crate) fn of_others(condition: &Condition, zone: &TrustZone) -> Option<Condition> {
    let key = condition.key.to_ascii_lowercase();
    if !SOURCES.contains(&key.as_str()) || !condition.values.iter().any(|value| value.contains(['*', '?'])) {
        return None;
    }
    let accounts = || zone.accounts.iter().chain(zone.is_known().then_some(&zone.account));
    let (base, values): (Base, Vec<String>) = match key.as_str() {
        "aws:sourcearn" => (Base::Arn, accounts().map(|account| format!("arn:*:*:*:{account}:*")).collect()),
        "aws:sourceorgid" => (Base::StringEquals, zone.organizations.iter().cloned().collect()),
        "aws:sourceorgpaths" => {
            (Base::StringLike, zone.organizations.iter().map(|organization| format!("{organization}/*")).collect())
        }
        _ => (Base::StringEquals, accounts().cloned().collect()),
    };
    let quantifier = condition.operator.quantifier.map(|_| Quantifier::ForAllValues);
    let operator = Operator { quantifier, base, negated: true, if_exists: false };
    (!values.is_empty()).then(|| Condition { operator, key: condition.key.clone(), values })
}

/// Whether the principal is an identity provider that is known, by itself or by a subject. An issuer that AWS itself stands for has no ARN.
pub(crate) fn has_provider(principal: &str, known: &Known) -> bool {
    let name = principal.splitn(6, ':').nth(5).unwrap_or(principal);
    let by_name = known.providers.iter().any(|pattern| Glob::new(pattern).matches(name));
    by_name || known.subjects.iter().any(|subject| federation::is_issuer(&subject.provider, principal))
}

/// Whether the claim is of a provider that is known, and its value of a tenant that is, where the provider has many.
fn is_subject(key: &str, value: &str, zone: &TrustZone, known: &Known) -> bool {
    let Some(issuer) = federation::issuer_of_key(key) else { return false };
    if has_subject(issuer, key, value, known) {
        return true;
    }
    let provider = format!("arn:{}:iam::{}:oidc-provider/{issuer}", zone.partition, zone.account);
    !federation::is_shared(issuer) && known.providers.iter().any(|pattern| matches_name(pattern, &provider))
}

fn matches_name(pattern: &str, arn: &str) -> bool {
    Glob::new(pattern).matches(arn.splitn(6, ':').nth(5).unwrap_or(arn))
}

/// Whether every value that the condition's value stands for is one of a known subject's.
fn has_subject(issuer: &str, key: &str, value: &str, known: &Known) -> bool {
    let claim = key.rsplit(':').next().unwrap_or(key);
    let budget = Budget::of(MAX_LANGUAGE_STEPS);
    known.subjects.iter().any(|subject| {
        let is_of = federation::is_issuer(issuer, &subject.provider) && subject.claim.eq_ignore_ascii_case(claim);
        is_of && covers(&Pattern::like(&Glob::new(value)), &[&Pattern::like(&Glob::new(&subject.pattern))], &budget)
    })
}

/// Whether the addresses lie within a known range.
fn is_network(value: &str, known: &Known) -> bool {
    let Some(range) = Cidr::parse(value) else { return false };
    let ranges = known.networks.iter().filter_map(|network| Cidr::parse(network));
    ranges.into_iter().any(|own| own.prefix <= range.prefix && own.contains(range.address))
}
