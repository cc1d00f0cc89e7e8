//! What is meant by a resource that is protected.

use super::tables::powers::WITHIN;
use crate::catalogue;
use std::iter::once;

/// The patterns of resources that an action can be about, by the pattern of what is protected: beside itself, what it is in, and what is in it.
/// Whoever writes the policy of a bucket opens its objects, and an index has the items of its table.
pub(crate) fn meant(action: &str, pattern: &str) -> Vec<String> {
    let around = Around::of(pattern);
    let above = around.above.filter(|_| of_depth(action, |own| own == around.depth));
    let below = around.below.filter(|_| of_depth(action, |own| own > around.depth));
    once(pattern.to_owned()).chain(above).chain(below).collect()
}

/// Whether a resource is meant where a pattern is protected, by some action.
pub(super) fn is_meant(resource: &str, protected: &str) -> bool {
    let around = Around::of(protected);
    resource == protected || [around.above, around.below].iter().flatten().any(|other| other == resource)
}

/// What is around a resource.
#[derive(Default)]
struct Around {
    /// What it is in.
    above: Option<String>,
    /// What is in it.
    below: Option<String>,
    /// How many slashes are in the name of what holds others.
    depth: usize,
}

impl Around {
    fn of(pattern: &str) -> Self {
        let around = parts(pattern).and_then(|(start, name)| Some((start, name, depth(start)?)));
        let Some((start, name, depth)) = around else { return Self::default() };
        let above = name.match_indices('/').nth(depth).and_then(|(at, _)| name.get(..at));
        let holds = name.matches('/').count() == depth && !name.ends_with('*');
        Self { above: above.map(|name| format!("{start}{name}")), below: holds.then(|| format!("{pattern}/*")), depth }
    }
}

/// An ARN up to the name of its resource, and that.
fn parts(pattern: &str) -> Option<(&str, &str)> {
    let (at, _) = pattern.match_indices(':').nth(4)?;
    pattern.split_at_checked(at + 1)
}

/// How many slashes are in the name of what holds others, by the beginning of an ARN; access points hold nothing.
fn depth(start: &str) -> Option<usize> {
    let mut segments = start.split(':').skip(2);
    let (service, region) = (segments.next()?, segments.next()?);
    let (_, depth) = WITHIN.iter().find(|(name, _)| *name == service)?;
    (service != "s3" || region.is_empty()).then_some(*depth)
}

/// Whether the names of some resources that an action is about have so many slashes.
fn of_depth(action: &str, is_so: impl Fn(usize) -> bool) -> bool {
    let templates = catalogue::find(action).into_iter().flat_map(|id| id.resource_templates());
    let mut names = templates.filter_map(parts).filter(|(start, _)| depth(start).is_some());
    names.any(|(_, name)| is_so(name.matches('/').count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(action: &str, pattern: &str, expected: &[&str]) {
        let mut all = vec![pattern.to_owned()];
        all.extend(expected.iter().map(|beside| (*beside).to_owned()));
        assert_eq!(meant(action, pattern), all, "{action} {pattern}");
    }

    #[test]
    fn what_is_meant() {
        check("s3:GetObject", "arn:aws:s3:::b/*", &[]);
        check("s3:PutBucketPolicy", "arn:aws:s3:::b/*", &["arn:aws:s3:::b"]);
        check("s3:PutReplicationConfiguration", "arn:aws:s3:::b-*/secret/*", &["arn:aws:s3:::b-*"]);
        check("s3:GetObject", "arn:aws:s3:::b", &["arn:aws:s3:::b/*"]);
        check("s3:GetObject", "arn:aws:s3:::b*", &[]);
        check("s3:PutBucketPolicy", "arn:aws:s3:::b", &[]);
        check("s3:GetObject", "*", &[]);
        check("s3:GetObject", "arn:aws:s3:eu-west-1:123456789012:accesspoint/a", &[]);
        let table = "arn:aws:dynamodb:*:*:table/t";
        check("dynamodb:Query", table, &["arn:aws:dynamodb:*:*:table/t/*"]);
        check("dynamodb:PutItem", table, &[]);
        check("dynamodb:GetRecords", table, &["arn:aws:dynamodb:*:*:table/t/*"]);
        check("s3tables:GetTableData", "arn:aws:s3tables:*:*:bucket/b", &["arn:aws:s3tables:*:*:bucket/b/*"]);
        check(
            "s3tables:PutTableBucketPolicy",
            "arn:aws:s3tables:*:*:bucket/b/table/t",
            &["arn:aws:s3tables:*:*:bucket/b"],
        );
        check("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:a", &[]);
    }
}
