//! The roles by which CDK deploys, in what policies name: by their ARNs in full, and by patterns that could mean one.
//!
//! Such a role is left to the policies of the account: "By default, all identities in the same AWS account with the appropriate `AssumeRole` policy
//! statement can assume this role" (AWS CDK Developer Guide, "Security best practices"). So whoever comes to hold such a statement deploys, and whoever
//! deploys can do what the execution role can. The guide's own statement names every role, and confines it by a tag that the template gives them.

use std::collections::BTreeSet;

use iam_policy::{Arn, Document, Family, ResourceElement};
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

/// Those roles as a family, where a document allows something on one of them, so that a Deny, or a resource that is left out, has to be about each.
pub(super) fn meant_by(home: &Home, document: &Document) -> Option<Family> {
    let allows = document.statements().iter().filter(|statement| statement.is_allow());
    let patterns = allows.flat_map(|statement| match &statement.resources {
        ResourceElement::Resource(patterns) => patterns.clone(),
        // Everything but some: one that is not among them.
        ResourceElement::NotResource(_) | ResourceElement::None => vec!["*".to_owned()],
    });
    if !names_others(document) {
        return None;
    }
    let names = [1, 2].into_iter().flat_map(|words| cdk::DIRECTIONS.map(|to| name(home, words, to)));
    let names: Vec<Vec<Letter>> = names.collect();
    let mut patterns = patterns.map(|pattern| without_variables(&pattern));
    patterns.any(|pattern| names.iter().any(|name| is_one_of_both(&pattern, name))).then(|| family(home))
}

/// All of them by one pattern, which is wider by some that no region is called as.
fn family(home: &Home) -> Family {
    let (key, value) = TAG;
    Family { tags: vec![(key.to_owned(), value.to_owned())], ..cdk::family(home, "deploy") }
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
#[derive(Clone, Copy, Debug)]
enum Letter {
    /// This one.
    Literal(char),
    /// One of a kind.
    One(fn(char) -> bool),
    /// One of a kind, or none.
    Optional(fn(char) -> bool),
    /// As many of a kind as there are, or none.
    Several(fn(char) -> bool),
}

/// The ARN of a role of such a name, character by character, in a region of so many words and a direction.
fn name(home: &Home, words: usize, direction: &str) -> Vec<Letter> {
    let literal = |text: &str| text.chars().map(Letter::Literal).collect::<Vec<_>>();
    let at_most = |is_one: fn(char) -> bool, longest: usize| {
        std::iter::once(Letter::One(is_one)).chain(std::iter::repeat_n(Letter::Optional(is_one), longest - 1))
    };
    let mut name = literal(&home.iam_arn("role/cdk-"));
    name.extend(at_most(cdk::is_of_qualifier, LONGEST_QUALIFIER));
    name.extend(literal(&format!("-deploy-role-{}-", home.account)));
    for _ in 0..words {
        name.extend(at_most(|c| c.is_ascii_lowercase(), LONGEST_WORD));
        name.extend(literal("-"));
    }
    name.extend(literal(&format!("{direction}-")));
    let is_digit = |c: char| c.is_ascii_digit();
    name.extend([Letter::One(is_digit), Letter::Several(is_digit)]);
    name
}

impl Letter {
    fn takes(self, c: char) -> bool {
        match self {
            Self::Literal(own) => own == c,
            Self::One(is_one) | Self::Optional(is_one) | Self::Several(is_one) => is_one(c),
        }
    }

    fn need_not_be(self) -> bool {
        matches!(self, Self::Optional(_) | Self::Several(_))
    }
}

/// Whether a pattern means one of the names. A search through the places in both at once, each of which is come to once.
fn is_one_of_both(pattern: &[char], name: &[Letter]) -> bool {
    let mut seen = BTreeSet::from([(0, 0)]);
    let mut waiting = vec![(0, 0)];
    while let Some((at, of)) = waiting.pop() {
        let (wanted, letter) = (pattern.get(at), name.get(of));
        if wanted.is_none() && letter.is_none() {
            return true;
        }
        let mut next = Vec::new();
        if wanted == Some(&'*') {
            next.push((at + 1, of));
        }
        if let Some(letter) = letter {
            if letter.need_not_be() {
                next.push((at, of + 1));
            }
            let after = if matches!(letter, Letter::Several(_)) { of } else { of + 1 };
            match wanted {
                Some('*') => next.push((at, after)),
                Some('?') => next.push((at + 1, after)),
                Some(&c) if letter.takes(c) => next.push((at + 1, after)),
                _ => {}
            }
        }
        waiting.extend(next.into_iter().filter(|place| seen.insert(*place)));
    }
    false
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
            // What has a path is none of CDK's, and judged by what it holds.
            ("arn:aws:iam::111122223333:role/x/cdk-evil-*", false),
            ("arn:aws:iam::111122223333:role/x/y/cdk-evil-deploy-role-111122223333-eu-west-1", false),
            ("arn:aws:iam::111122223333:role/*/cdk-*", false),
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
            assert_eq!(meant.is_some(), expected, "{pattern}");
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
