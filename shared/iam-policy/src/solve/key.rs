//! Context keys: which values satisfy several tests at once.
//!
//! A request carries no value of a key, one, or several. Tests without a quantifier are about a key of one value;
//! `ForAnyValue` asks for one that fits, `ForAllValues` that all do.

use crate::budget::Budget;
use crate::condition::{tellers, value_fits};
use crate::glob::Glob;
use crate::language::{self, Pattern};
use crate::operator::{Base, Operator, Order, Quantifier};
use std::collections::HashSet;
use std::hash::Hash;

/// How many choices of one value out of each list are tried for one key.
const MAX_CHOICES: usize = 4_096;

/// A condition on a key, its variables replaced.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KeyTest {
    operator: Operator,
    /// The values, as text.
    values: Vec<String>,
    /// The same as patterns, if the operator compares text.
    patterns: Vec<Pattern>,
}

/// What a request carries of a key; empty: nothing.
pub(crate) type Carried = Vec<String>;

/// That a value fits one of the tests' values, or that it fits none.
struct Demand<'a> {
    test: &'a KeyTest,
    fits: bool,
}

impl KeyTest {
    /// Of globs: the values under `StringLike` and the ARN operators; of texts: under the others. A value that stands
    /// for nothing is left out.
    pub(crate) fn new(operator: Operator, values: Vec<(String, Glob)>) -> Self {
        let pattern = |(text, glob): &(String, Glob)| match operator.base {
            Base::StringLike => Some(Pattern::like(glob)),
            Base::Arn => arn(glob),
            Base::StringEquals | Base::Binary => Some(Pattern::equal(text)),
            Base::StringEqualsIgnoreCase | Base::Bool => Some(Pattern::equal_ignoring_case(text)),
            Base::Numeric(_) | Base::Date(_) | Base::IpAddress | Base::Null => None,
        };
        let patterns = values.iter().filter_map(pattern).collect();
        Self { operator, values: values.into_iter().map(|(text, _)| text).collect(), patterns }
    }

    /// That the key has one of these values.
    pub(crate) fn among(values: Vec<String>) -> Self {
        Self::one_of(values, false)
    }

    /// That the key has one of these values, or is not there.
    pub(crate) fn among_if_exists(values: Vec<String>) -> Self {
        Self::one_of(values, true)
    }

    /// That the key, of several values, has one of these among them.
    pub(crate) fn among_several(values: Vec<String>) -> Self {
        let mut test = Self::one_of(values, false);
        test.operator.quantifier = Some(Quantifier::ForAnyValue);
        test
    }

    fn one_of(values: Vec<String>, if_exists: bool) -> Self {
        let operator = Operator { quantifier: None, base: Base::StringEquals, negated: false, if_exists };
        Self::new(operator, values.into_iter().map(|value| (value, Glob::default())).collect())
    }

    /// That the key has a value that fits one of these patterns.
    pub(crate) fn like(patterns: Vec<String>) -> Self {
        let operator = Operator { quantifier: None, base: Base::StringLike, negated: false, if_exists: false };
        let value = |pattern: String| {
            let glob = Glob::new(&pattern);
            (pattern, glob)
        };
        Self::new(operator, patterns.into_iter().map(value).collect())
    }

    /// That the key has a value that fits none of these patterns.
    pub(crate) fn one_unlike(patterns: Vec<String>) -> Self {
        let quantifier = Some(Quantifier::ForAnyValue);
        let operator = Operator { quantifier, base: Base::StringLike, negated: true, if_exists: false };
        let values = patterns.into_iter().map(|pattern| {
            let glob = Glob::new(&pattern);
            (pattern, glob)
        });
        Self::new(operator, values.collect())
    }

    /// That the key is a time after this one, or is not there.
    pub(crate) fn after_if_exists(time: &str) -> Self {
        let base = Base::Date(Order::Greater);
        let operator = Operator { quantifier: None, base, negated: false, if_exists: true };
        Self::new(operator, vec![(time.to_owned(), Glob::default())])
    }

    /// That the key is not there.
    pub(crate) fn is_absent() -> Self {
        let operator = Operator { quantifier: None, base: Base::Null, negated: false, if_exists: false };
        Self { operator, values: vec!["true".to_owned()], patterns: Vec::new() }
    }

    pub(super) fn values(&self) -> &[String] {
        &self.values
    }

    pub(super) fn holds(&self, carried: &Carried, budget: &Budget) -> bool {
        if self.operator.base == Base::Null {
            return self.says(if carried.is_empty() { "true" } else { "false" });
        }
        if carried.is_empty() {
            return self.operator.accepts_absent();
        }
        let fits = |value: &String| self.fits(value, budget) != self.operator.negated;
        match self.operator.quantifier {
            Some(Quantifier::ForAllValues) => carried.iter().all(fits),
            Some(Quantifier::ForAnyValue) => carried.iter().any(fits),
            None => matches!(carried.as_slice(), [only] if fits(only)),
        }
    }

    fn says(&self, text: &str) -> bool {
        self.values.iter().any(|v| v.eq_ignore_ascii_case(text))
    }

    /// Whether a value fits one of the test's, the negation aside.
    fn fits(&self, value: &str, budget: &Budget) -> bool {
        budget.spend(self.values.len());
        if self.is_literal() {
            return self.values.iter().any(|own| own == value);
        }
        if self.is_text() {
            return self.patterns.iter().any(|p| p.matches_paid(value, budget));
        }
        self.values.iter().any(|own| value_fits(self.operator.base, own, value))
    }

    /// Whether what fits is equal to one of the values.
    fn is_literal(&self) -> bool {
        matches!(self.operator.base, Base::StringEquals | Base::Binary)
    }

    fn is_text(&self) -> bool {
        !matches!(self.operator.base, Base::Numeric(_) | Base::Date(_) | Base::IpAddress | Base::Null)
    }
}

/// A value of the ARN operators: `*` alone is any text, anything else compares six parts.
pub(super) fn arn(glob: &Glob) -> Option<Pattern> {
    if glob.is_any() { Some(Pattern::any()) } else { Pattern::arn(glob) }
}

/// What a key can carry so that each test holds, or fails, as asked; `None`: nothing can. No value is
/// preferred, and of a key that every request carries, the usual one.
pub(super) fn carried(tests: &[(&KeyTest, bool)], usual: Option<&str>, budget: &Budget) -> Option<Carried> {
    let least: Carried = usual.map(str::to_owned).into_iter().collect();
    if tests.iter().all(|(test, wanted)| test.holds(&least, budget) == *wanted) {
        return Some(least);
    }
    let mut each = Vec::new();
    let mut some = Vec::new();
    let mut is_single = false;
    for (test, wanted) in tests {
        if test.operator.base == Base::Null {
            if test.says("false") != *wanted {
                return None;
            }
            continue;
        }
        let demand = Demand { test, fits: test.operator.negated != *wanted };
        match (test.operator.quantifier, wanted) {
            (None, _) => {
                is_single = true;
                each.push(demand);
            }
            (Some(Quantifier::ForAllValues), true) | (Some(Quantifier::ForAnyValue), false) => each.push(demand),
            (Some(Quantifier::ForAllValues), false) | (Some(Quantifier::ForAnyValue), true) => some.push(demand),
        }
    }
    if is_single || some.len() <= 1 {
        each.extend(some);
        return Some(vec![value(&each.iter().collect::<Vec<_>>(), budget)?]);
    }
    let mut values: Vec<String> = Vec::new();
    for one in &some {
        let demands: Vec<&Demand<'_>> = each.iter().chain([one]).collect();
        if values.iter().any(|v| one.is_met_by(v, budget)) {
            continue;
        }
        values.push(value(&demands, budget)?);
    }
    Some(values)
}

impl Demand<'_> {
    fn is_met_by(&self, value: &str, budget: &Budget) -> bool {
        self.test.fits(value, budget) == self.fits
    }
}

/// Whether what has to fit one list must not fit another that has all of it.
fn is_contradiction(demands: &[&Demand<'_>], budget: &Budget) -> bool {
    let (wanted, refused): (Vec<&Demand<'_>>, Vec<&Demand<'_>>) = demands.iter().copied().partition(|d| d.fits);
    refused.into_iter().map(|d| d.test).any(|refused| {
        let is_alike = |test: &&KeyTest| test.operator.base == refused.operator.base;
        let alike: Vec<&KeyTest> = wanted.iter().map(|d| d.test).filter(is_alike).collect();
        budget.spend(if alike.is_empty() { 1 } else { refused.values.len() });
        match refused.is_text() {
            true => has_all_of_one(&refused.patterns, alike.iter().map(|test| test.patterns.as_slice())),
            false => has_all_of_one(&refused.values, alike.iter().map(|test| test.values.as_slice())),
        }
    })
}

fn has_all_of_one<'a, T: Eq + Hash + 'a>(all: &[T], lists: impl Iterator<Item = &'a [T]>) -> bool {
    let mut lists = lists.filter(|list| list.len() <= all.len()).peekable();
    if lists.peek().is_none() {
        return false;
    }
    let all: HashSet<&T> = all.iter().collect();
    lists.any(|list| list.iter().all(|one| all.contains(one)))
}

/// A value that meets all demands.
fn value(demands: &[&Demand<'_>], budget: &Budget) -> Option<String> {
    if is_contradiction(demands, budget) {
        return None;
    }
    if demands.iter().any(|d| d.test.operator.base == Base::Bool) {
        let truths = ["true", "false"].into_iter();
        return truths.map(str::to_owned).find(|v| demands.iter().all(|d| d.is_met_by(v, budget)));
    }
    // Where it has to be equal to one of some values, these are all that there are to try.
    let literal = demands.iter().filter(|d| d.fits && d.test.is_literal()).min_by_key(|d| d.test.values.len());
    if let Some(literal) = literal {
        let (empty, others): (Vec<&String>, Vec<&String>) = literal.test.values.iter().partition(|v| v.is_empty());
        let mut tried = others.into_iter().chain(empty);
        let found = tried.find(|v| !budget.is_exhausted() && demands.iter().all(|d| d.is_met_by(v, budget)));
        return found.cloned();
    }
    let (text, other): (Vec<&Demand<'_>>, Vec<&Demand<'_>>) = demands.iter().copied().partition(|d| d.test.is_text());
    let meets_all = |v: &String| demands.iter().all(|d| d.is_met_by(v, budget));
    if !other.is_empty() {
        let found = candidates(demands).into_iter().find(|v| {
            budget.spend(demands.len() * 64);
            !budget.is_exhausted() && meets_all(v)
        });
        if found.is_some() || text.is_empty() {
            return found;
        }
        return text_value(&text, budget).filter(meets_all);
    }
    text_value(&text, budget)
}

/// A text that fits one value of each list that it has to fit, and none of the others.
fn text_value(demands: &[&Demand<'_>], budget: &Budget) -> Option<String> {
    let none: Vec<&Pattern> = demands.iter().filter(|d| !d.fits).flat_map(|d| &d.test.patterns).collect();
    let mut lists: Vec<&[Pattern]> = demands.iter().filter(|d| d.fits).map(|d| d.test.patterns.as_slice()).collect();
    lists.sort_by_key(|list| list.len());
    let choices = lists.iter().map(|list| list.len()).try_fold(1_usize, usize::checked_mul);
    if choices.is_none_or(|n| n > MAX_CHOICES) {
        budget.exhaust();
        return None;
    }
    // A request that carries an empty value is rare: any other is a better example.
    let empty = Pattern::equal("");
    let not_empty: Vec<&Pattern> = none.iter().copied().chain([&empty]).collect();
    let found = choose(&lists, &mut Vec::new(), &not_empty, budget);
    found.or_else(|| choose(&lists, &mut Vec::new(), &none, budget))
}

fn choose<'a>(
    lists: &[&'a [Pattern]],
    chosen: &mut Vec<&'a Pattern>,
    none: &[&Pattern],
    budget: &Budget,
) -> Option<String> {
    let Some((list, rest)) = lists.split_first() else {
        return language::shortest(chosen, none, budget);
    };
    // What has to fit a pattern and must not is nothing.
    for pattern in list.iter().filter(|pattern| !none.contains(pattern)) {
        chosen.push(pattern);
        let found = choose(rest, chosen, none, budget);
        chosen.pop();
        if found.is_some() || budget.is_exhausted() {
            return found;
        }
    }
    None
}

/// Values that tell numbers, dates and addresses apart.
fn candidates(demands: &[&Demand<'_>]) -> Vec<String> {
    let tests = demands.iter().map(|d| d.test);
    tellers(tests.flat_map(|t| t.values.iter().map(|v| (t.operator.base, v.as_str()))))
}
