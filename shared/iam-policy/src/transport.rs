//! Bucket policies that refuse requests without TLS.

use crate::budget::Budget;
use crate::condition::Base;
use crate::document::Document;
use crate::glob::Glob;
use crate::reading::{Reading, Set};
use crate::resource::{Bound, ResourcePattern};
use crate::statement::{PrincipalElement, PrincipalType, Principals, Statement};
use crate::variables::Variables;

/// Whether a bucket policy denies every request without TLS, to the bucket and to its objects, for everyone.
///
/// Each must be denied by a statement for everyone, for `s3:*` or more, whose only condition is `Bool` (or
/// `BoolIfExists`) `aws:SecureTransport` `false`; two statements may share the work. Not read: a `Not` form, and the
/// same thing said with another operator.
pub fn denies_insecure_transport(document: &Document, bucket_arn: &str) -> bool {
    let budget = Budget::new();
    let denies: Vec<Reading> = document.statements().iter().filter(|s| denies_everyone(s)).map(Reading::new).collect();
    let every_action = Glob::new("s3:*");
    let listed: Vec<&ResourcePattern> = denies
        .iter()
        .filter(|d| matches!(&d.actions, Set::Only(actions) if every_action.is_covered_by(actions, &budget)))
        .filter_map(|d| match &d.resources {
            Set::Only(patterns) => Some(patterns),
            Set::Except(_) => None,
        })
        .flatten()
        .collect();
    [bucket_arn.to_owned(), format!("{bucket_arn}/*")].iter().all(|resource| {
        let target = ResourcePattern::new(resource, Bound::Least, Variables::Literal);
        target.is_some_and(|t| t.is_covered_by(&listed, &budget))
    })
}

fn denies_everyone(statement: &Statement) -> bool {
    let everyone = match &statement.principals {
        PrincipalElement::Principal(Principals::Everyone) => true,
        PrincipalElement::Principal(Principals::Listed(entries)) => {
            entries.iter().any(|e| e.kind == PrincipalType::Aws && e.value == "*")
        }
        _ => false,
    };
    everyone && !statement.is_allow() && is_without_tls(statement)
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
