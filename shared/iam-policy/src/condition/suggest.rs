//! A context value with which a condition holds, for witnesses.

use super::operator::{Base, Order};
use crate::glob::{Glob, Token};
use crate::statement::Condition;
use crate::variables::Variables;

/// A value of the key with which the condition holds; `None` if it holds without the key, or no value is known.
pub(crate) fn satisfying(condition: &Condition, variables: Variables<'_>) -> Option<String> {
    let Condition { operator, values, .. } = condition;
    let first = values.first()?;
    if operator.base == Base::Null {
        return first.eq_ignore_ascii_case("false").then(|| "example".to_owned());
    }
    if operator.accepts_absent() {
        return None;
    }
    if operator.negated {
        return Some("something-else".to_owned());
    }
    match operator.base {
        Base::StringLike => Some(variables.glob(first)?.example("example")),
        Base::Arn => Some(arn_example(&variables.glob(first)?)),
        Base::Numeric(Order::Less) => Some((first.parse::<f64>().ok()? - 1.0).to_string()),
        Base::Numeric(Order::Greater) => Some((first.parse::<f64>().ok()? + 1.0).to_string()),
        Base::Date(Order::Less) => Some("1970-01-02T00:00:00Z".to_owned()),
        Base::Date(Order::Greater) => Some("9999-12-31T00:00:00Z".to_owned()),
        Base::IpAddress => first.split('/').next().map(str::to_owned),
        _ => variables.text(first),
    }
}

fn arn_example(pattern: &Glob) -> String {
    let parts = pattern.tokens().splitn(6, |t| *t == Token::Literal(':'));
    parts.map(|p| p.iter().copied().collect::<Glob>().example("example")).collect::<Vec<_>>().join(":")
}
