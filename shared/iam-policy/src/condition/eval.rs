//! What a condition says of one request.

use super::cidr::Cidr;
use super::date::seconds;
use crate::glob::{Glob, Token};
use crate::operator::{Base, Operator, Order, Quantifier};
use crate::statement::Condition;
use crate::variables::Variables;
use std::cmp::Ordering;
use std::net::IpAddr;

/// Whether the condition holds for a request that carries these values of its key; `None` or none: it carries no such key.
pub(crate) fn holds(condition: &Condition, context: Option<&[String]>, variables: Variables<'_>) -> bool {
    let Condition { operator, values, .. } = condition;
    let carried = context.unwrap_or_default();
    if operator.base == Base::Null {
        return values.iter().any(|v| v.eq_ignore_ascii_case(if carried.is_empty() { "true" } else { "false" }));
    }
    if carried.is_empty() {
        return operator.accepts_absent();
    }
    let fits = |one: &String| values.iter().any(|v| compare(operator, v, one, variables)) != operator.negated;
    match operator.quantifier {
        Some(Quantifier::ForAllValues) => carried.iter().all(fits),
        Some(Quantifier::ForAnyValue) => carried.iter().any(fits),
        // "Multivalued context keys require a condition set operator" (IAM User Guide, Single-valued vs. multivalued
        // context keys): of several values, none is the one to compare.
        None => matches!(carried, [only] if fits(only)),
    }
}

/// Whether a value of the request fits a value of the policy, the negation aside.
fn compare(operator: &Operator, policy: &str, request: &str, variables: Variables<'_>) -> bool {
    match operator.base {
        Base::StringLike => variables.glob(policy).is_some_and(|g| g.matches(request)),
        Base::Arn => variables.glob(policy).is_some_and(|g| arn_fits(&g, request)),
        base if takes_variables(base) => {
            variables.text(policy).is_some_and(|policy| value_fits(base, &policy, request))
        }
        base => value_fits(base, policy, request),
    }
}

/// "You can not use a policy variable with the Numeric condition operator", nor with `Date`, `Binary` and `IpAddress`;
/// "You can use a policy variable with the Boolean condition operator" (IAM User Guide, Condition operators).
pub(crate) fn takes_variables(base: Base) -> bool {
    !matches!(base, Base::Numeric(_) | Base::Date(_) | Base::Binary | Base::IpAddress)
}

/// The same for operators without wildcards, the variables replaced.
pub(crate) fn value_fits(base: Base, policy: &str, request: &str) -> bool {
    match base {
        Base::StringEquals | Base::Binary => policy == request,
        Base::StringEqualsIgnoreCase => policy.to_lowercase() == request.to_lowercase(),
        Base::Bool => policy.eq_ignore_ascii_case(request),
        Base::Numeric(order) => match (policy.parse::<f64>(), request.parse::<f64>()) {
            (Ok(policy), Ok(request)) => request.partial_cmp(&policy).is_some_and(|o| in_order(order, o)),
            _ => false,
        },
        Base::Date(order) => match (seconds(policy), seconds(request)) {
            (Some(policy), Some(request)) => in_order(order, request.cmp(&policy)),
            _ => false,
        },
        Base::IpAddress => match (Cidr::parse(policy), request.parse::<IpAddr>()) {
            (Some(range), Ok(address)) => range.contains(address),
            _ => false,
        },
        Base::StringLike | Base::Arn | Base::Null => false,
    }
}

fn in_order(order: Order, found: Ordering) -> bool {
    match order {
        Order::Equal => found.is_eq(),
        Order::Less => found.is_lt(),
        Order::LessOrEqual => found.is_le(),
        Order::Greater => found.is_gt(),
        Order::GreaterOrEqual => found.is_ge(),
    }
}

/// "Each of the six colon-delimited components of the ARN is checked separately and each can include multi-character
/// match wildcards (*) or single-character match wildcards (?)" (IAM User Guide, Condition operators). Of `*` alone nothing is
/// said; it is read as any text, because whoever writes it means that.
fn arn_fits(pattern: &Glob, request: &str) -> bool {
    if pattern.is_any() {
        return true;
    }
    let parts: Vec<Glob> =
        pattern.tokens().splitn(6, |t| *t == Token::Literal(':')).map(|p| p.iter().copied().collect()).collect();
    let texts: Vec<&str> = request.splitn(6, ':').collect();
    parts.len() == texts.len() && parts.iter().zip(texts).all(|(p, t)| p.matches(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(operator: &str, policy: &[&str], request: &[&str], expected: bool) {
        let owned = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let operator_parts = Operator::parse(operator).expect("an operator");
        let condition = Condition { operator: operator_parts, key: "k".to_owned(), values: owned(policy) };
        let found = holds(&condition, Some(&owned(request)), Variables::Literal);
        assert_eq!(found, expected, "{operator} {policy:?} of {request:?}");
    }

    #[test]
    fn strings() {
        check("StringEquals", &["a", "b"], &["b"], true);
        check("StringEquals", &["a"], &["A"], false);
        check("StringEqualsIgnoreCase", &["a"], &["A"], true);
        check("StringEquals", &["a*"], &["ab"], false);
        check("StringLike", &["a*"], &["ab"], true);
        check("StringNotLike", &["a*", "b*"], &["bb"], false);
        check("StringNotEquals", &["a"], &["b"], true);
    }

    #[test]
    fn absent_keys() {
        check("StringEquals", &["a"], &[], false);
        check("StringNotEquals", &["a"], &[], true);
        check("StringEqualsIfExists", &["a"], &[], true);
        check("StringEqualsIfExists", &["a"], &["b"], false);
        check("ForAllValues:StringEquals", &["a"], &[], true);
        check("ForAnyValue:StringNotEquals", &["a"], &[], false);
        check("Null", &["true"], &[], true);
        check("Null", &["false"], &[], false);
        check("Null", &["false"], &["x"], true);
        check("Bool", &["false"], &[], false);
        check("BoolIfExists", &["false"], &[], true);
    }

    #[test]
    fn sets() {
        check("ForAllValues:StringEquals", &["a", "b"], &["a", "b"], true);
        check("ForAllValues:StringEquals", &["a"], &["a", "b"], false);
        check("ForAnyValue:StringEquals", &["a"], &["a", "b"], true);
        check("ForAnyValue:StringNotEquals", &["a"], &["a"], false);
        check("ForAllValues:StringNotEquals", &["a"], &["b", "c"], true);
        check("StringEquals", &["a"], &["a", "b"], false);
        check("StringNotEquals", &["c"], &["a", "b"], false);
    }

    #[test]
    fn numbers_dates_addresses() {
        check("NumericLessThan", &["3600"], &["3599.5"], true);
        check("NumericGreaterThanEquals", &["2"], &["2.0"], true);
        check("NumericEquals", &["x"], &["x"], false);
        check("DateLessThan", &["2020-01-01T00:00:00Z"], &["2019-12-31T23:59:59Z"], true);
        check("DateGreaterThan", &["2020-01-01T00:00:00Z"], &["1577836801"], true);
        check("IpAddress", &["203.0.113.0/24"], &["203.0.113.9"], true);
        check("NotIpAddress", &["203.0.113.0/24"], &["203.0.113.9"], false);
        check("Bool", &["True"], &["true"], true);
    }

    #[test]
    fn variables() {
        let context = [("n".to_owned(), vec!["1".to_owned()])].into();
        for (operator, expected) in [
            ("StringEquals", true),
            ("StringLike", true),
            ("NumericEquals", false),
            ("NumericNotEquals", true),
            ("DateEquals", false),
            ("BinaryEquals", false),
        ] {
            let operator_parts = Operator::parse(operator).expect("an operator");
            let condition =
                Condition { operator: operator_parts, key: "k".to_owned(), values: vec!["${n}".to_owned()] };
            let found = holds(&condition, Some(&["1".to_owned()]), Variables::Of(&context));
            assert_eq!(found, expected, "{operator}");
        }
    }

    #[test]
    fn arns() {
        check("ArnLike", &["arn:aws:iam::*:role/*"], &["arn:aws:iam::1:role/x"], true);
        check("ArnEquals", &["arn:aws:iam::*:role/*"], &["arn:aws:iam::1:role/x"], true);
        check("ArnLike", &["arn:*"], &["arn:aws:iam::1:role/x"], false);
        check("StringLike", &["arn:*"], &["arn:aws:iam::1:role/x"], true);
        check("ArnLike", &["arn:aws:*:role/x"], &["arn:aws:iam::1:role/x"], false);
    }
}
