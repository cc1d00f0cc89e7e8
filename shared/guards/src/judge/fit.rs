//! Room for what a policy has to say, where AWS takes no more: whoever fills a policy would keep it from being mended.

use std::collections::BTreeSet;

use iam_policy::Document;
use serde_json::Value;

use crate::foundation::documents::{has_statement, statements_shared_with};

/// How long a policy may be, and what goes for that.
pub(crate) struct Fit<'d> {
    /// In bytes.
    pub(crate) longest: usize,
    /// What was there before.
    pub(crate) before: Option<&'d Document>,
    /// Whether that is known.
    pub(crate) is_known: bool,
    /// Whether what was there before may go, too: the policy is one that bootstrap made.
    pub(crate) is_own: bool,
    /// The statements that it has to have.
    pub(crate) needed: &'d [Value],
}

impl Fit<'_> {
    /// The policy, short enough: the longest statement that is new goes first, and then what else may. As it is where that does not help.
    pub(crate) fn document(&self, wanted: Document) -> Document {
        let mut fitting = wanted.clone();
        while fitting.to_json().len() > self.longest {
            match self.goes_next(&fitting).and_then(|index| fitting.without_statements(&BTreeSet::from([index]))) {
                Some(less) => fitting = less,
                None => return wanted,
            }
        }
        fitting
    }

    fn goes_next(&self, document: &Document) -> Option<usize> {
        let statement =
            |index: usize| document.as_value().pointer(&format!("/Statement/{index}")).map(Value::to_string);
        let is_needed = |index: usize| {
            let others = (0..document.statements().len()).filter(|other| *other != index).collect();
            let alone = document.without_statements(&others);
            alone.is_some_and(|alone| self.needed.iter().any(|needed| has_statement(&alone, needed)))
        };
        let longest = |among: &mut dyn Iterator<Item = usize>| {
            among.filter(|index| !is_needed(*index)).max_by_key(|index| statement(*index).map(|text| text.len()))
        };
        let known = self.before.map(|before| statements_shared_with(document, before)).unwrap_or_default();
        let (is_known, all) = (self.is_known || self.is_own, 0..document.statements().len());
        let new = longest(&mut all.clone().filter(|index| is_known && !known.contains(index)));
        new.or_else(|| longest(&mut all.filter(|_| self.is_own)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn statement(name: &str, length: usize) -> Value {
        json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}/{}", "x".repeat(length))})
    }

    fn document(statements: &[Value]) -> Document {
        Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
    }

    #[test]
    fn what_fills_a_policy_goes() {
        let [old, needed, long, longer] = [("old", 900), ("needed", 1_200), ("long", 500), ("longer", 700)]
            .map(|(name, length)| statement(name, length));
        let full = document(&[old.clone(), long.clone(), longer.clone(), needed.clone()]);
        let before = document(std::slice::from_ref(&old));
        let fitted = |longest: usize, before: Option<&Document>, is_own: bool| {
            let needed = [needed.clone()];
            Fit { longest, before, is_known: before.is_some(), is_own, needed: &needed }.document(full.clone())
        };
        assert_eq!(fitted(9_000, Some(&before), false), full);
        assert_eq!(fitted(3_200, Some(&before), false), document(&[old.clone(), long.clone(), needed.clone()]));
        assert_eq!(fitted(2_600, Some(&before), false), document(&[old, needed.clone()]));
        // What may be from before stays, but for what bootstrap made.
        assert_eq!(fitted(1_500, Some(&before), false), full);
        assert_eq!(fitted(2_600, None, false), full);
        assert_eq!(fitted(1_500, Some(&before), true), document(std::slice::from_ref(&needed)));
        assert_eq!(fitted(1_500, None, true), document(std::slice::from_ref(&needed)));
        assert_eq!(fitted(100, None, true), full);
    }
}
