//! The roles by which CDK deploys, in what policies name: by their ARNs in full, and by patterns that could mean one.
//!
//! Such a role is left to the policies of the account: "By default, all identities in the same AWS account with the appropriate `AssumeRole` policy
//! statement can assume this role" (AWS CDK Developer Guide, "Security best practices"). So whoever comes to hold such a statement deploys, and whoever
//! deploys can do what the execution role can. The guide's own statement names every role, and confines it by a tag that the template gives them.

use std::collections::{BTreeSet, VecDeque};

use iam_policy::{Arn, Document, ResourceElement};
use parapet_core::Home;

use super::cdk::{self, LONGEST_QUALIFIER, LONGEST_WORD};
use crate::Arns;
use crate::judge::others::names_others;

/// "Tags: Key: aws-cdk:bootstrap-role, Value: deploy", as the template has it.
pub(super) const TAG: (&str, &str) = ("aws-cdk:bootstrap-role", "deploy");

/// Whether an ARN is that of a role that is called as CDK calls the one by which it deploys. It makes none with a path.
pub(super) fn is_deploy_role(home: &Home, arn: &str) -> bool {
    let Some(parsed) = Arn::parse(arn) else { return false };
    let is_here = parsed.account == home.account && parsed.partition == home.partition && parsed.service == "iam";
    let name = parsed.resource.strip_prefix("role/").filter(|_| is_here);
    name.is_some_and(|name| cdk::is_deploy_role(home, name))
}

/// For each resource that a document allows something on, the ARN of such a role that it could mean, if it could mean any.
pub(super) fn meant_by(home: &Home, document: &Document) -> BTreeSet<String> {
    let allows = document.statements().iter().filter(|statement| statement.is_allow());
    let patterns = allows.flat_map(|statement| match &statement.resources {
        ResourceElement::Resource(patterns) => patterns.clone(),
        // Everything but some: one that is not among them.
        ResourceElement::NotResource(_) | ResourceElement::None => vec!["*".to_owned()],
    });
    if !names_others(document) {
        return BTreeSet::new();
    }
    let of =
        |has_path| [1, 2].into_iter().flat_map(move |words| cdk::DIRECTIONS.map(|to| name(home, has_path, words, to)));
    let (plain, with_path): (Vec<Vec<Letter>>, Vec<Vec<Letter>>) = (of(false).collect(), of(true).collect());
    let meant = |pattern: String| {
        // In `role/app-*` nobody means a path, though a star is any.
        let says_path = pattern.split_once(":role/").is_some_and(|(_, name)| name.contains('/'));
        let names = if says_path { &with_path } else { &plain };
        names.iter().find_map(|name| example(&without_variables(&pattern), name))
    };
    patterns.filter_map(meant).collect()
}

/// A pattern in which a variable is anything.
fn without_variables(pattern: &str) -> Vec<char> {
    let mut parts = pattern.split("${");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push('*');
        plain.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    plain.chars().collect()
}

/// A character of a name.
#[derive(Clone, Copy)]
struct Letter {
    is_one: fn(char) -> bool,
    example: char,
    /// Whether there need be none.
    is_optional: bool,
    /// Whether there may be more.
    repeats: bool,
}

/// The ARN of a role of such a name, character by character, in a region of so many words and a direction. Whoever makes one himself may give it a path.
fn name(home: &Home, has_path: bool, words: usize, direction: &str) -> Vec<Letter> {
    const LITERAL: fn(char) -> bool = |_| false;
    let literal = |text: &str| -> Vec<Letter> {
        let letter = |example| Letter { is_one: LITERAL, example, is_optional: false, repeats: false };
        text.chars().map(letter).collect()
    };
    let of_qualifier = Letter { is_one: cdk::is_of_qualifier, example: 'x', is_optional: false, repeats: false };
    let further = std::iter::repeat_n(Letter { is_optional: true, ..of_qualifier }, LONGEST_QUALIFIER - 1);
    let some = |is_one, example| {
        let one = Letter { is_one, example, is_optional: false, repeats: false };
        [one, Letter { is_optional: true, repeats: true, ..one }]
    };
    let mut name = literal(&home.iam_arn("role/"));
    if has_path {
        name.extend(some(|_| true, 'x'));
        name.extend(literal("/"));
    }
    name.extend(literal("cdk-"));
    name.push(of_qualifier);
    name.extend(further);
    name.extend(literal(&format!("-deploy-role-{}-", home.account)));
    for _ in 0..words {
        let [one, _] = some(|c| c.is_ascii_lowercase(), 'x');
        name.push(one);
        name.extend(std::iter::repeat_n(Letter { is_optional: true, ..one }, LONGEST_WORD - 1));
        name.extend(literal("-"));
    }
    name.extend(literal(&format!("{direction}-")));
    name.extend(some(|c| c.is_ascii_digit(), '1'));
    name
}

impl Letter {
    fn takes(&self, c: char) -> bool {
        c == self.example || (self.is_one)(c)
    }
}

/// A name that a pattern means; none: it means none of them. A search through the places in both at once, each of which is come to once.
fn example(pattern: &[char], name: &[Letter]) -> Option<String> {
    let mut seen = BTreeSet::from([(0, 0)]);
    let mut waiting = VecDeque::from([(0, 0, String::new())]);
    while let Some((at, of, text)) = waiting.pop_front() {
        let (wanted, letter) = (pattern.get(at), name.get(of));
        if wanted.is_none() && letter.is_none() {
            return Some(text);
        }
        let mut next = Vec::new();
        if wanted == Some(&'*') {
            next.push((at + 1, of, None));
        }
        if let Some(letter) = letter {
            if letter.is_optional {
                next.push((at, of + 1, None));
            }
            let after = if letter.repeats { of } else { of + 1 };
            match wanted {
                Some('*') => next.push((at, after, Some(letter.example))),
                Some('?') => next.push((at + 1, after, Some(letter.example))),
                Some(&c) if letter.takes(c) => next.push((at + 1, after, Some(c))),
                _ => {}
            }
        }
        for (at, of, taken) in next {
            if seen.insert((at, of)) {
                waiting.push_back((at, of, text.chars().chain(taken).collect()));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_a_pattern_means() {
        for (pattern, expected) in [
            ("*", true),
            ("arn:aws:iam::*:role/cdk-*", true),
            ("arn:aws:iam::111122223333:role/cdk-hnb659fds-*", true),
            ("arn:aws:iam::111122223333:role/cdk-*-deploy-role-*", true),
            ("arn:aws:iam::111122223333:role/cdk-evil-deploy-role-111122223333-us-*-1", true),
            ("arn:aws:iam::111122223333:role/c?k-e*-d*-us-gov-*", true),
            ("arn:aws:iam::111122223333:role/cdk-evil-deploy-role-111122223333-eu-west-1", true),
            ("arn:aws:iam::${aws:PrincipalAccount}:role/cdk-*", true),
            ("arn:aws:iam::111122223333:role/*", true),
            ("arn:aws:iam::111122223333:role/x/cdk-evil-*", true),
            ("arn:aws:iam::111122223333:role/x/y/cdk-evil-deploy-role-111122223333-eu-west-1", true),
            ("arn:aws:iam::111122223333:role/*/cdk-*", true),
            ("arn:aws:iam::111122223333:role/cdk-x/app", false),
            ("arn:aws:iam::222233334444:role/cdk-*", false),
            ("arn:aws:iam::111122223333:role/cdk-*-lookup-role-*", false),
            ("arn:aws:iam::111122223333:role/cdk-hnb659fds-file-publishing-role-111122223333-us-east-1", false),
            ("arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-222233334444-us-east-1", false),
            ("arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-US-EAST-1", false),
            ("arn:aws:iam::111122223333:role/app-*", false),
            ("arn:aws:iam::111122223333:user/cdk-*", false),
        ] {
            let document = serde_json::json!({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": pattern}});
            let meant = meant_by(&home(), &Document::from_value(document).unwrap());
            assert_eq!(!meant.is_empty(), expected, "{pattern} {meant:?}");
            let is_one = |arn: &String| matches!(arn.rsplit('/').next(), Some(name) if cdk::is_deploy_role(&home(), name));
            assert!(meant.iter().all(is_one), "{pattern} {meant:?}");
        }
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn which_role_deploys() {
        for (arn, expected) in [
            ("arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-us-east-1", true),
            ("arn:aws:iam::111122223333:role/cdk-a-b-deploy-role-111122223333-us-gov-east-1", true),
            ("arn:aws:iam::111122223333:role/x/cdk-hnb659fds-deploy-role-111122223333-us-east-1", false),
            ("arn:aws:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-us-east-1", false),
            ("arn:aws:iam::222233334444:role/cdk-hnb659fds-deploy-role-222233334444-us-east-1", false),
            ("arn:aws-cn:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-us-east-1", false),
            ("arn:aws:iam::111122223333:user/cdk-hnb659fds-deploy-role-111122223333-us-east-1", false),
            ("arn:aws:iam::111122223333:role/cdk-admin", false),
        ] {
            assert_eq!(is_deploy_role(&home(), arn), expected, "{arn}");
        }
    }
}
