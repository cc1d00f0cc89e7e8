//! Bucket policies that refuse requests without TLS, or with an old version of it.

use crate::budget::Budget;
use crate::document::Document;
use crate::glob::Glob;
use crate::language::{self, Pattern};
use crate::operator::{Base, Order};
use crate::statement::{ActionElement, PrincipalElement, PrincipalType, Principals, ResourceElement, Statement};

/// Whether a bucket policy denies every request without TLS, to the bucket and to its objects, for everyone.
///
/// Each must be denied by a statement for everyone, for `s3:*` or more, whose only condition is `Bool` (or
/// `BoolIfExists`) `aws:SecureTransport` `false`; two statements may share the work. Not read: a `Not` form, and the
/// same thing said with another operator.
pub fn denies_insecure_transport(document: &Document, bucket_arn: &str) -> bool {
    denies_where(document, bucket_arn, is_without_tls)
}

/// Whether a bucket policy denies every request with a TLS older than `version`, such as `1.2`, to the bucket and to its
/// objects, for everyone.
///
/// Read as [`denies_insecure_transport`] is; the only condition is `NumericLessThan` (or `NumericLessThanIfExists`)
/// `s3:TlsVersion` with that version or a newer one. Requests without TLS have no such version and are another matter.
pub fn denies_tls_below(document: &Document, bucket_arn: &str, version: &str) -> bool {
    let Some(version) = version.parse::<f64>().ok().filter(|version| version.is_finite()) else { return false };
    denies_where(document, bucket_arn, |statement| is_tls_below(statement, version))
}

/// Whether everything for everyone is denied by statements with such a condition.
fn denies_where(document: &Document, bucket_arn: &str, condition: impl Fn(&Statement) -> bool) -> bool {
    let budget = Budget::new();
    let denies_all = |s: &&Statement| denies_everyone(s) && condition(s) && denies_every_action(s, &budget);
    let denies = document.statements().iter().filter(denies_all);
    let listed: Vec<Pattern> = denies
        .filter_map(|s| match &s.resources {
            ResourceElement::Resource(patterns) => Some(patterns),
            _ => None,
        })
        .flatten()
        .filter(|pattern| !pattern.contains("${"))
        .filter_map(|pattern| match Glob::new(pattern) {
            glob if glob.is_any() => Some(Pattern::any()),
            glob => Pattern::arn(&glob),
        })
        .collect();
    let listed: Vec<&Pattern> = listed.iter().collect();
    [bucket_arn.to_owned(), format!("{bucket_arn}/*")].iter().all(|resource| {
        Pattern::arn(&Glob::new(resource)).is_some_and(|target| language::covers(&target, &listed, &budget))
    })
}

fn denies_every_action(statement: &Statement, budget: &Budget) -> bool {
    let ActionElement::Action(actions) = &statement.actions else { return false };
    let actions: Vec<Pattern> = actions.iter().map(|action| Pattern::like(&Glob::lower(action))).collect();
    let actions: Vec<&Pattern> = actions.iter().collect();
    language::covers(&Pattern::like(&Glob::new("s3:*")), &actions, budget)
}

fn denies_everyone(statement: &Statement) -> bool {
    let everyone = match &statement.principals {
        PrincipalElement::Principal(Principals::Everyone) => true,
        PrincipalElement::Principal(Principals::Listed(entries)) => {
            entries.iter().any(|e| e.kind == PrincipalType::Aws && e.value == "*")
        }
        _ => false,
    };
    everyone && !statement.is_allow()
}

fn is_without_tls(statement: &Statement) -> bool {
    let [only] = statement.conditions.as_slice() else {
        return false;
    };
    only.operator.base == Base::Bool
        && only.operator.quantifier.is_none()
        && only.key.eq_ignore_ascii_case("aws:SecureTransport")
        && matches!(only.values.as_slice(), [value] if value.eq_ignore_ascii_case("false"))
}

fn is_tls_below(statement: &Statement, version: f64) -> bool {
    let [only] = statement.conditions.as_slice() else {
        return false;
    };
    only.operator.base == Base::Numeric(Order::Less)
        && only.operator.quantifier.is_none()
        && only.key.eq_ignore_ascii_case("s3:TlsVersion")
        && only.values.iter().any(|value| value.parse::<f64>().is_ok_and(|bound| bound >= version))
}
