//! Who is let in by resource and trust policies: everyone, somebody who is named, or whoever makes a service act.
#![allow(clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

use common::{judged, policy};
use iam_policy::{
    Decision, PolicyKind, PolicyKind::Resource, PolicyKind::Trust, Rules, ServiceTrust, TrustZone, decide,
};
use serde_json::{Value, json};

const OURS: &str = "111111111111";

fn zone() -> TrustZone {
    let mut zone = TrustZone::new(OURS);
    zone.organizations.insert("o-aaaaaaaaaa".to_owned());
    zone
}

/// What is found of one statement, and whom it lets in.
#[track_caller]
fn check_in(zone: TrustZone, kind: PolicyKind, statements: Value, expected: &[&str]) -> Vec<String> {
    let document = policy(statements);
    let found = judged(&[&document], kind, &Rules::all(zone));
    let kinds: Vec<&str> = found.iter().map(|violation| violation.kind.name()).collect();
    assert_eq!(kinds, expected, "{}\n{:?}", document.to_json(), found.first().map(|v| &v.witness));
    for violation in &found {
        let decision = decide(&document, kind, &violation.witness);
        assert_eq!(decision, Decision::Allow, "{:?} of {}", violation.witness, document.to_json());
    }
    found.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn check(kind: PolicyKind, statements: Value, expected: &[&str]) -> Vec<String> {
    check_in(zone(), kind, statements, expected)
}

fn bucket(principal: Value, operator: &str, key: &str, values: Value) -> Value {
    json!({
        "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*",
        "Condition": {operator: {key: values}}
    })
}

/// A bucket for everyone, if this condition holds.
#[track_caller]
fn everyone_if(operator: &str, key: &str, values: Value, expected: &[&str]) -> Vec<String> {
    check(Resource, bucket(json!("*"), operator, key, values), expected)
}

fn queue(principal: Value, condition: Value) -> Value {
    json!({
        "Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage",
        "Resource": "arn:aws:sqs:us-east-1:111111111111:q", "Condition": condition
    })
}

const NONE: &[&str] = &[];
const DEPUTY: &[&str] = &["confused-deputy"];
const FOREIGN: &[&str] = &["foreign-principal"];
const PUBLIC: &[&str] = &["public-access"];

#[test]
fn services_that_act_for_whomever() {
    everyone_if("Bool", "aws:PrincipalIsAWSService", json!("true"), DEPUTY);
    everyone_if("BoolIfExists", "aws:PrincipalIsAWSService", json!("true"), &["public-access"]);
    everyone_if("StringEquals", "aws:PrincipalServiceName", json!("cloudtrail.amazonaws.com"), DEPUTY);
    everyone_if("StringLike", "aws:PrincipalServiceName", json!("*.amazonaws.com"), DEPUTY);
    everyone_if("ForAnyValue:StringEquals", "aws:PrincipalServiceNamesList", json!("cloudtrail.amazonaws.com"), DEPUTY);
    everyone_if("ForAnyValue:StringLike", "aws:PrincipalServiceNamesList", json!("logs.*.amazonaws.com"), DEPUTY);
    let regional = json!("cloudtrail.eu-west-1.amazonaws.com");
    everyone_if("ForAnyValue:StringEquals", "aws:PrincipalServiceNamesList", regional, DEPUTY);
    everyone_if(
        "ForAllValues:StringEquals",
        "aws:PrincipalServiceNamesList",
        json!("cloudtrail.amazonaws.com"),
        PUBLIC,
    );
    everyone_if("StringNotEquals", "aws:PrincipalServiceName", json!("cloudtrail.amazonaws.com"), PUBLIC);
    everyone_if("Null", "aws:PrincipalServiceName", json!("false"), DEPUTY);
    // These act for the account's own resources only.
    everyone_if("StringEquals", "aws:PrincipalServiceName", json!("ec2.amazonaws.com"), NONE);
}

#[test]
fn a_service_with_a_source() {
    for (operator, key, value) in [
        ("StringEquals", "aws:SourceAccount", OURS),
        ("StringEquals", "aws:SourceAccount", "${aws:ResourceAccount}"),
        ("ArnLike", "aws:SourceArn", "arn:aws:cloudfront::111111111111:distribution/*"),
        ("StringEquals", "aws:SourceOrgID", "o-aaaaaaaaaa"),
        ("ForAnyValue:StringLike", "aws:SourceOrgPaths", "o-aaaaaaaaaa/*"),
    ] {
        let both = json!({"Bool": {"aws:PrincipalIsAWSService": "true"}, operator: {key: value}});
        let mut statement = bucket(json!("*"), "Bool", "aws:PrincipalIsAWSService", json!("true"));
        statement["Condition"] = both;
        check(Resource, statement, NONE);
        everyone_if(operator, key, json!(value), NONE);
        check(Resource, bucket(json!({"Service": "cloudfront.amazonaws.com"}), operator, key, json!(value)), NONE);
    }
    // Nobody but a service has a source: so it is a service's, for any that it is not.
    everyone_if("ArnLike", "aws:SourceArn", json!("arn:aws:s3:*:*:*"), DEPUTY);
    everyone_if("ArnLike", "aws:SourceArn", json!("arn:aws:sns:*:*:topic"), DEPUTY);
    everyone_if("StringLike", "aws:SourceAccount", json!("*"), DEPUTY);
    everyone_if("StringNotEquals", "aws:SourceAccount", json!(OURS), PUBLIC);
    everyone_if("StringEqualsIfExists", "aws:SourceAccount", json!(OURS), PUBLIC);
    everyone_if("Null", "aws:SourceAccount", json!("false"), DEPUTY);
}

/// "Principal": "*" was the way to let another service in before service principals.
#[test]
fn queues_and_topics_of_old() {
    let topic = |account: &str| json!({"ArnEquals": {"aws:SourceArn": format!("arn:aws:sns:us-east-1:{account}:t")}});
    check(Resource, queue(json!("*"), topic(OURS)), NONE);
    check(Resource, queue(json!({"AWS": "*"}), topic(OURS)), NONE);
    check(Resource, queue(json!("*"), json!({"StringLike": {"aws:SourceArn": "arn:aws:sns:*:111111111111:*"}})), NONE);
    check(Resource, queue(json!("*"), json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}})), NONE);
    check(Resource, queue(json!("*"), topic("555555555555")), FOREIGN);
    check(Resource, queue(json!("*"), json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}})), DEPUTY);
    check(Resource, queue(json!({"AWS": "*"}), json!({"StringEquals": {"AWS:SourceOwner": OURS}})), NONE);
    check(Resource, queue(json!({"AWS": "*"}), json!({"StringEquals": {"AWS:SourceOwner": "555555555555"}})), FOREIGN);
}

#[test]
fn services_that_are_not_trusted() {
    let mut picky = zone();
    picky.services = ServiceTrust::Only(["sns.amazonaws.com".to_owned()].into());
    let check = |operator: &str, key: &str, value: &str, expected: &[&str]| {
        check_in(picky.clone(), Resource, bucket(json!("*"), operator, key, json!(value)), expected)
    };
    check("Bool", "aws:PrincipalIsAWSService", "true", DEPUTY);
    let said = check("StringEquals", "aws:PrincipalServiceName", "sqs.amazonaws.com", FOREIGN);
    assert!(said[0].starts_with("statement 0 lets `sqs.amazonaws.com` perform"), "{said:?}");
    check("StringEquals", "aws:PrincipalServiceName", "sns.amazonaws.com", DEPUTY);
}

#[test]
fn a_perimeter_of_denies() {
    let all = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
    let deny = |condition: Value| json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition});
    let organization = || {
        json!({
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}
        })
    };
    check(Resource, json!([all, deny(organization())]), DEPUTY);
    let sources = json!({
        "StringNotEqualsIfExists": {"aws:SourceOrgID": "o-aaaaaaaaaa"}, "Bool": {"aws:PrincipalIsAWSService": "true"}
    });
    let without_source = json!({"Null": {"aws:SourceOrgID": "true"}, "Bool": {"aws:PrincipalIsAWSService": "true"}});
    check(Resource, json!([all, deny(organization()), deny(sources.clone())]), NONE);
    check(Resource, json!([all, deny(organization()), deny(sources), deny(without_source)]), NONE);
    let only = |value: &str| deny(json!({"StringNotEquals": {"aws:PrincipalOrgID": value}}));
    check(Resource, json!([all, only("o-bbbbbbbbbb")]), FOREIGN);
    check(Resource, json!([all, only("o-aaaaaaaaaa")]), NONE);
    let trail = json!({"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1", "aws:PrincipalServiceName": "cloudtrail.amazonaws.com"}});
    check(Resource, json!([all, deny(trail)]), DEPUTY);
}

#[test]
fn organizations_and_accounts_that_are_named() {
    let said = everyone_if("StringEquals", "aws:PrincipalOrgID", json!(["o-aaaaaaaaaa", "o-bbbbbbbbbb"]), FOREIGN);
    assert!(said[0].starts_with("statement 0 lets `o-bbbbbbbbbb` perform"), "{said:?}");
    everyone_if("StringEquals", "aws:PrincipalOrgID", json!("o-bbbbbbbbbb"), FOREIGN);
    everyone_if("StringEquals", "aws:PrincipalOrgID", json!("o-aaaaaaaaaa"), NONE);
    everyone_if("StringLike", "aws:PrincipalOrgID", json!(["o-aaaaaaaaaa", "o-*"]), PUBLIC);
    everyone_if("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", json!(["o-bbbbbbbbbb/r-1/*"]), FOREIGN);
    everyone_if("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", json!("o-*/r-1/*"), PUBLIC);
    let said =
        everyone_if("StringEquals", "aws:PrincipalAccount", json!([OURS, "555555555555", "666666666666"]), FOREIGN);
    assert!(said[0].contains("`555555555555`, `666666666666`"), "{said:?}");
    everyone_if("StringEquals", "aws:PrincipalAccount", json!("555555555555"), FOREIGN);
    everyone_if("StringLike", "aws:PrincipalAccount", json!("5*"), PUBLIC);
    everyone_if("ArnLike", "aws:PrincipalArn", json!("arn:aws:iam::555555555555:role/*"), FOREIGN);
    everyone_if("StringLike", "aws:PrincipalArn", json!("arn:aws:iam::555555555555:role/x"), FOREIGN);
    everyone_if("ArnLike", "aws:PrincipalArn", json!("arn:aws:iam::*:role/x"), PUBLIC);
    everyone_if("StringEquals", "aws:VpceOrgID", json!("o-bbbbbbbbbb"), FOREIGN);
    everyone_if("StringEquals", "aws:VpceAccount", json!("555555555555"), FOREIGN);
    everyone_if("StringEquals", "aws:VpceAccount", json!(OURS), NONE);
    everyone_if("ArnLike", "aws:SourceVpcArn", json!("arn:aws:ec2:*:111111111111:vpc/*"), NONE);
    everyone_if("StringEquals", "s3:DataAccessPointAccount", json!("555555555555"), FOREIGN);
    everyone_if("ArnLike", "s3:DataAccessPointArn", json!("arn:aws:s3:*:111111111111:accesspoint/*"), NONE);
    everyone_if("StringEquals", "s3:AccessPointNetworkOrigin", json!("VPC"), PUBLIC);
    everyone_if(
        "ArnEquals",
        "lambda:SourceFunctionArn",
        json!("arn:aws:lambda:us-east-1:111111111111:function:f"),
        NONE,
    );
    everyone_if("ForAnyValue:StringEquals", "aws:CalledVia", json!("athena.amazonaws.com"), PUBLIC);
    everyone_if("Bool", "aws:ViaAWSService", json!("true"), PUBLIC);
    everyone_if("StringEquals", "aws:RequestedRegion", json!("eu-west-1"), PUBLIC);
    // Beside a principal that is named, a condition says which part of it.
    check(Resource, bucket(json!({"AWS": OURS}), "StringEquals", "aws:PrincipalOrgID", json!("o-bbbbbbbbbb")), NONE);
    check(
        Resource,
        bucket(json!({"AWS": "555555555555"}), "StringEquals", "aws:PrincipalOrgID", json!("o-bbbbbbbbbb")),
        FOREIGN,
    );
    check(
        Resource,
        bucket(json!({"AWS": "555555555555"}), "StringEquals", "aws:PrincipalOrgID", json!("o-aaaaaaaaaa")),
        NONE,
    );
}

/// "An account can be a member of only one organization at a time" (AWS Organizations User Guide, Terminology and concepts): the own account of
/// whatever organization is nobody from outside.
#[test]
fn ones_own_account_of_another_organization() {
    let both = |account: &str| {
        let mut statement = bucket(json!("*"), "StringEquals", "aws:PrincipalOrgID", json!("o-bbbbbbbbbb"));
        statement["Condition"]["StringEquals"]["aws:PrincipalAccount"] = json!(account);
        statement
    };
    check(Resource, both(OURS), NONE);
    check(Resource, both("555555555555"), FOREIGN);
    everyone_if("ArnLike", "aws:PrincipalArn", json!("arn:aws-cn:iam::111111111111:role/x"), FOREIGN);
}

/// No request has such a value: a mistake, but it lets nobody in.
#[test]
fn values_that_nobody_has() {
    everyone_if("StringEquals", "aws:PrincipalOrgID", json!("o-*"), NONE);
    everyone_if("StringEquals", "aws:PrincipalOrgID", json!("O-BBBBBBBBBB"), NONE);
    everyone_if("StringEquals", "aws:PrincipalAccount", json!("*"), NONE);
    everyone_if("StringEquals", "aws:PrincipalAccount", json!("11111111111"), NONE);
    everyone_if("StringEquals", "aws:PrincipalArn", json!("arn:aws:iam::*:role/x"), NONE);
    everyone_if("StringEquals", "aws:SourceVpce", json!("vpce-*"), NONE);
    everyone_if("StringLike", "aws:SourceVpce", json!("vpce-*"), PUBLIC);
    everyone_if("DateLessThan", "aws:CurrentTime", json!("2019-01-01T00:00:00Z"), NONE);
    everyone_if("DateGreaterThan", "aws:CurrentTime", json!("2019-01-01T00:00:00Z"), PUBLIC);
    everyone_if("StringEqualsIgnoreCase", "aws:PrincipalOrgID", json!("O-AAAAAAAAAA"), NONE);
}

#[test]
fn an_id_of_a_root_user_is_an_account() {
    everyone_if("StringLike", "aws:userId", json!(["AROAEXAMPLEEXAMPLE123:*", OURS]), NONE);
    everyone_if("StringLike", "aws:userId", json!(["AROAEXAMPLEEXAMPLE123:*", "555555555555"]), FOREIGN);
    everyone_if("StringLike", "aws:userId", json!("5*"), PUBLIC);
}

#[test]
fn a_network_makes_nobody_less_foreign() {
    let range = json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
    let foreign = bucket(json!({"AWS": "555555555555"}), "IpAddress", "aws:SourceIp", json!("203.0.113.0/24"));
    check(Resource, foreign, FOREIGN);
    let role = json!({"Effect": "Allow", "Principal": {"AWS": "555555555555"}, "Action": "sts:AssumeRole", "Condition": range});
    check(Trust, role, FOREIGN);
    everyone_if("IpAddress", "aws:SourceIp", json!("203.0.113.0/24"), NONE);
}

#[test]
fn networks_that_are_few_only_apart() {
    let eighths = |from: u32| (from..from + 64).map(|first| format!("{first}.0.0.0/8")).collect::<Vec<_>>();
    let part = |from: u32| bucket(json!("*"), "IpAddress", "aws:SourceIp", json!(eighths(from)));
    check(Resource, part(0), NONE);
    check(Resource, json!([part(0), part(0)]), NONE);
    check(Resource, json!([part(0), part(64)]), &["public-access", "public-access"]);
}

#[test]
fn a_principal_with_a_wildcard_within_one_account() {
    check(Resource, bucket_for(json!({"AWS": "arn:aws:iam::555555555555:role/*"})), FOREIGN);
    check(Resource, bucket_for(json!({"AWS": "arn:aws:iam::111111111111:role/*"})), NONE);
    check(Resource, bucket_for(json!({"AWS": "arn:aws:iam::5*:role/*"})), PUBLIC);
    let role =
        json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::555555555555:*"}, "Action": "sts:AssumeRole"});
    check(Trust, role, FOREIGN);
}

fn bucket_for(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"})
}

#[test]
fn certificates_and_buckets_of_somebody_else() {
    let anywhere = |condition: Value| json!({"Effect": "Allow", "Principal": {"Service": "rolesanywhere.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": condition});
    check(Trust, anywhere(json!({"StringEquals": {"aws:PrincipalTag/x509Subject/CN": "Bob"}})), DEPUTY);
    let anchor = |account: &str| format!("arn:aws:rolesanywhere:us-east-1:{account}:trust-anchor/TA");
    check(Trust, anywhere(json!({"ArnEquals": {"aws:SourceArn": anchor(OURS)}})), NONE);
    let of_other = json!({
        "ArnEquals": {"aws:SourceArn": anchor("555555555555")},
        "StringEquals": {"aws:PrincipalTag/x509Issuer/CN": "Bob"}
    });
    check(Trust, anywhere(of_other), FOREIGN);
    let of_bucket = json!({
        "ArnLike": {"aws:SourceArn": "arn:aws:s3:::other"}, "StringEquals": {"aws:SourceAccount": "555555555555"}
    });
    check(Resource, queue(json!({"Service": "s3.amazonaws.com"}), of_bucket), FOREIGN);
    let of_function = json!({"StringLike": {"aws:SourceArn": "arn:aws:lambda:eu-west-1:555555555555:function:*"}});
    check(Resource, queue(json!({"Service": "lambda.amazonaws.com"}), of_function), FOREIGN);
}

#[test]
fn tokens_for_whomever_a_role_is() {
    let github = "token.actions.githubusercontent.com";
    let role = |principal: Value, condition: Value| json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition});
    let provider = json!({"Federated": format!("arn:aws:iam::{OURS}:oidc-provider/{github}")});
    let audience = json!({"StringEquals": {format!("{github}:aud"): "sts.amazonaws.com"}});
    check(Trust, role(json!("*"), audience), &["trust-wildcard"]);
    let subject = |operator: &str| json!({operator: {format!("{github}:sub"): "repo:acme/*"}});
    check(Trust, role(json!("*"), subject("StringLike")), NONE);
    check(Trust, role(provider.clone(), subject("StringLikeIfExists")), NONE);
    check(Trust, role(provider.clone(), subject("ForAllValues:StringLike")), NONE);
    let assume = json!({"Effect": "Allow", "Principal": provider, "Action": "sts:AssumeRole"});
    check(Trust, assume, NONE);
}

#[test]
fn long_lists_are_decided() {
    let accounts: Vec<String> = (0..100_u64).map(|i| (200_000_000_000 + i * 7919).to_string()).collect();
    everyone_if("StringEquals", "aws:PrincipalAccount", json!(accounts), FOREIGN);
    let roles: Vec<String> = accounts.iter().map(|account| format!("arn:aws:iam::{account}:role/x")).collect();
    check(Resource, bucket_for(json!({"AWS": roles})), FOREIGN);
    let ranges: Vec<String> =
        (0..400_u32).map(|i| format!("{}.{}.{}.0/24", 11 + i % 200, i % 256, i * 7 % 256)).collect();
    everyone_if("IpAddress", "aws:SourceIp", json!(ranges), NONE);
}

#[test]
fn sources_of_somebody_else() {
    let service = |operator: &str, key: &str, values: Value| {
        bucket(json!({"Service": "cloudtrail.amazonaws.com"}), operator, key, values)
    };
    let said = check(Resource, service("StringEquals", "aws:SourceAccount", json!([OURS, "555555555555"])), FOREIGN);
    assert!(said[0].starts_with("statement 0 lets `555555555555` perform"), "{said:?}");
    check(
        Resource,
        service("ArnEquals", "aws:SourceArn", json!("arn:aws:cloudtrail:us-east-1:555555555555:trail/t")),
        FOREIGN,
    );
    check(Resource, service("ArnLike", "aws:SourceArn", json!("arn:aws:cloudtrail:*:*:trail/t")), DEPUTY);
    check(Resource, service("StringEquals", "aws:SourceOrgID", json!("o-bbbbbbbbbb")), FOREIGN);
    check(Resource, service("StringEquals", "aws:PrincipalOrgID", json!("o-aaaaaaaaaa")), NONE);
    check(Resource, service("StringEquals", "s3:x-amz-acl", json!("bucket-owner-full-control")), DEPUTY);
}

#[test]
fn a_canonical_user_is_one_account() {
    let user = |id: Value| json!({"Effect": "Allow", "Principal": {"CanonicalUser": id}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
    let example = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
    let other = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";
    check(Resource, user(json!(example)), FOREIGN);
    check(Resource, user(json!(other)), FOREIGN);
    check(Resource, user(json!([example, other])), FOREIGN);
    check(Resource, user(json!("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")), FOREIGN);
    check(Resource, user(json!("*")), PUBLIC);
    let of = |organization: &str| {
        bucket(json!({"CanonicalUser": example}), "StringEquals", "aws:PrincipalOrgID", json!(organization))
    };
    check(Resource, of("o-bbbbbbbbbb"), FOREIGN);
    check(Resource, of("o-aaaaaaaaaa"), NONE);
}

#[test]
fn another_partition_is_another_world() {
    let of = |arn: &str| json!({"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"});
    check(Trust, of("arn:aws:iam::111111111111:root"), NONE);
    check(Trust, of("arn:aws-cn:iam::111111111111:root"), FOREIGN);
    check(Trust, of("arn:aws-us-gov:iam::111111111111:role/app"), FOREIGN);
    check(Trust, of("arn:aws-us-gov:iam::*:role/app"), &["trust-wildcard"]);
    let mut china = zone();
    china.partition = "aws-cn".to_owned();
    check_in(china.clone(), Trust, of("arn:aws-cn:iam::111111111111:root"), NONE);
    check_in(china.clone(), Trust, of("111111111111"), NONE);
    check_in(china, Trust, of("arn:aws:iam::111111111111:root"), FOREIGN);
    everyone_if("ArnLike", "aws:PrincipalArn", json!("arn:aws-cn:iam::111111111111:role/*"), FOREIGN);
}

#[test]
fn a_role_for_whoever_has_no_account() {
    let role = |action: &str| {
        let own = json!({"StringEqualsIfExists": {"aws:PrincipalAccount": OURS}});
        json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": action, "Condition": own})
    };
    check(Trust, role("sts:AssumeRole"), DEPUTY);
    check(Trust, role("sts:AssumeRoleWithSAML"), &["trust-wildcard"]);
}

#[test]
fn a_resource_says_its_partition() {
    let of = |principal: &str, resource: &str| {
        let read =
            json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "s3:GetObject", "Resource": resource});
        check(Resource, read, if principal.contains("-cn") == resource.contains("-cn") { NONE } else { FOREIGN })
    };
    of("arn:aws-cn:iam::111111111111:root", "arn:aws-cn:s3:::b/*");
    of("arn:aws:iam::111111111111:root", "arn:aws-cn:s3:::b/*");
    of("arn:aws-cn:iam::111111111111:root", "arn:aws:s3:::b/*");
    of("arn:aws:iam::111111111111:root", "arn:aws:s3:::b/*");
}

#[test]
fn without_an_account() {
    let check = |kind, statements: Value, expected: &[&str]| check_in(TrustZone::unknown(), kind, statements, expected);
    let of = |account: &str| json!({"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"});
    check(Trust, of("arn:aws:iam::222222222222:root"), FOREIGN);
    check(Trust, of("123456789012"), FOREIGN);
    check(Trust, of("*"), &["trust-wildcard"]);
    check(
        Trust,
        json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}),
        NONE,
    );
    let bucket_of = |account: &str| bucket(json!({"AWS": account}), "Bool", "aws:SecureTransport", json!("true"));
    check(Resource, bucket_of("222222222222"), FOREIGN);
    let account = |value: &str| bucket(json!("*"), "StringEquals", "aws:PrincipalAccount", json!(value));
    check(Resource, account("222222222222"), FOREIGN);
    check(Resource, account("${aws:ResourceAccount}"), NONE);
    // The queue's own ARN says whose it is.
    check(Resource, queue(json!({"AWS": "111111111111"}), json!({})), NONE);
    check(Resource, queue(json!({"AWS": "222222222222"}), json!({})), FOREIGN);
    check(Resource, queue(json!({"AWS": "arn:aws-cn:iam::111111111111:root"}), json!({})), FOREIGN);
    check(
        Resource,
        queue(json!({"Service": "sns.amazonaws.com"}), json!({"StringEquals": {"aws:SourceAccount": OURS}})),
        NONE,
    );
    // Two accounts say nothing.
    let mut two = queue(json!({"AWS": OURS}), json!({}));
    two["Resource"] = json!(["arn:aws:sqs:us-east-1:111111111111:q", "arn:aws:sqs:us-east-1:222222222222:q"]);
    check(Resource, two, FOREIGN);
    let mut trusted = TrustZone::unknown();
    trusted.accounts.insert("222222222222".to_owned());
    check_in(trusted, Trust, of("222222222222"), NONE);
}

#[test]
fn clusters_that_give_their_pods_an_identity() {
    let pods = |condition: Value| {
        let action = json!(["sts:AssumeRole", "sts:TagSession"]);
        json!({"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": action, "Condition": condition})
    };
    let tag =
        |operator: &str, name: &str, value: &str| pods(json!({operator: {format!("aws:RequestTag/{name}"): value}}));
    check(Trust, tag("StringEquals", "eks-cluster-arn", "arn:aws:eks:us-east-1:111111111111:cluster/c"), NONE);
    check(Trust, tag("ArnLike", "eks-cluster-arn", "arn:aws:eks:*:111111111111:cluster/*"), NONE);
    check(Trust, tag("StringLike", "eks-cluster-arn", "arn:aws:eks:*:111111111111:cluster/*"), NONE);
    check(Trust, tag("StringEquals", "eks-cluster-arn", "arn:aws:eks:us-east-1:555555555555:cluster/c"), FOREIGN);
    check(Trust, tag("StringLike", "eks-cluster-arn", "arn:aws:eks:us-east-1:*:cluster/c"), DEPUTY);
    check(Trust, tag("StringEquals", "eks-cluster-name", "prod"), DEPUTY);
    check(Trust, tag("StringEquals", "kubernetes-namespace", "ml"), DEPUTY);
    check(Trust, pods(json!({"StringEquals": {"aws:SourceAccount": OURS}})), NONE);
    check(Trust, pods(json!({})), DEPUTY);
    // Another service hands on what its customers say, and so does a principal.
    let other = |principal: Value| {
        let is_cluster =
            json!({"StringEquals": {"aws:RequestTag/eks-cluster-arn": "arn:aws:eks:us-east-1:111111111111:cluster/c"}});
        json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": is_cluster})
    };
    check(Trust, other(json!({"Service": "bedrock.amazonaws.com"})), DEPUTY);
    check(Trust, other(json!({"AWS": "*"})), &["trust-wildcard"]);
}

#[test]
fn functions() {
    let function = |principal: Value, action: &str, condition: Value| {
        json!({
            "Effect": "Allow", "Principal": principal, "Action": action,
            "Resource": "arn:aws:lambda:us-east-1:111111111111:function:f", "Condition": condition
        })
    };
    let alexa = || json!({"Service": "alexa-appkit.amazon.com"});
    let skill = json!({"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}});
    check(Resource, function(alexa(), "lambda:InvokeFunction", skill), NONE);
    check(Resource, function(alexa(), "lambda:InvokeFunction", json!({})), DEPUTY);
    let any = json!({"StringLike": {"lambda:EventSourceToken": "*"}});
    check(Resource, function(alexa(), "lambda:InvokeFunction", any), DEPUTY);
    let url = |kind: &str| json!({"StringEquals": {"lambda:FunctionUrlAuthType": kind}});
    let open = function(json!("*"), "lambda:InvokeFunctionUrl", url("NONE"));
    check(Resource, open.clone(), PUBLIC);
    assert_eq!(judged(&[&policy(open)], Resource, &Rules::all(zone()))[0].witness.principal, "*");
    check(Resource, function(json!("*"), "lambda:InvokeFunctionUrl", url("AWS_IAM")), PUBLIC);
    check(Resource, function(json!({"AWS": OURS}), "lambda:InvokeFunctionUrl", url("AWS_IAM")), NONE);
    check(
        Resource,
        function(
            json!({"Service": "s3.amazonaws.com"}),
            "lambda:InvokeFunction",
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}}),
        ),
        NONE,
    );
}

#[test]
fn keys_of_kms() {
    let key = |condition: Value| json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*", "Condition": condition});
    check(Resource, key(json!({"StringEquals": {"kms:CallerAccount": OURS}})), NONE);
    check(Resource, key(json!({"StringEquals": {"kms:CallerAccount": "555555555555"}})), FOREIGN);
    check(Resource, key(json!({"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}})), PUBLIC);
    check(Resource, key(json!({"StringEquals": {"kms:EncryptionContext:app": "x"}})), PUBLIC);
    // Nobody asks AWS KMS without credentials; but services do that have no account.
    check(Resource, key(json!({"StringEqualsIfExists": {"kms:CallerAccount": OURS}})), DEPUTY);
    check(Resource, key(json!({"StringEqualsIfExists": {"aws:PrincipalAccount": OURS}})), DEPUTY);
    check(Resource, bucket(json!("*"), "StringEqualsIfExists", "aws:PrincipalAccount", json!(OURS)), PUBLIC);
    let both = json!({"StringEquals": {"kms:CallerAccount": OURS, "kms:ViaService": "s3.us-east-1.amazonaws.com"}});
    check(Resource, key(both), NONE);
}

#[test]
fn what_services_say_by_other_keys() {
    let key = |service: &str, condition: Value| json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "kms:GenerateDataKey*", "Resource": "*", "Condition": condition});
    let trail = |operator: &str, arn: &str| json!({operator: {"kms:EncryptionContext:aws:cloudtrail:arn": arn}});
    check(
        Resource,
        key("cloudtrail.amazonaws.com", trail("StringLike", "arn:aws:cloudtrail:*:111111111111:trail/*")),
        NONE,
    );
    check(
        Resource,
        key("cloudtrail.amazonaws.com", trail("ArnLike", "arn:aws:cloudtrail:*:111111111111:trail/*")),
        NONE,
    );
    check(Resource, key("cloudtrail.amazonaws.com", trail("StringLike", "arn:aws:cloudtrail:*:*:trail/*")), DEPUTY);
    check(
        Resource,
        key("cloudtrail.amazonaws.com", trail("StringEquals", "arn:aws:cloudtrail:us-east-1:555555555555:trail/t")),
        FOREIGN,
    );
    check(Resource, key("cloudtrail.amazonaws.com", json!({})), DEPUTY);
    let logs = json!({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111111111111:*"}});
    check(Resource, key("logs.eu-west-1.amazonaws.com", logs.clone()), NONE);
    let mut everyone = key("", logs);
    everyone["Principal"] = json!("*");
    check(Resource, everyone, PUBLIC);
    let email = |service: &str| bucket(json!({"Service": service}), "StringEquals", "aws:Referer", json!(OURS));
    check(Resource, email("ses.amazonaws.com"), NONE);
    check(Resource, email("cloudfront.amazonaws.com"), DEPUTY);
    everyone_if("StringEquals", "aws:Referer", json!(OURS), PUBLIC);
}

#[test]
fn a_provider_that_no_policy_names_is_of_the_account_whose_role_it_is_for() {
    let zone = TrustZone { partition: "aws-cn".to_owned(), ..zone() };
    let trust = json!({"Effect": "Allow", "Principal": {"Federated": "*"}, "Action": "sts:AssumeRoleWithSAML"});
    let found = judged(&[&policy(trust)], Trust, &Rules::all(zone));
    let callers: Vec<&str> = found.iter().map(|violation| violation.witness.principal.as_str()).collect();
    assert_eq!(callers, ["arn:aws-cn:iam::111111111111:saml-provider/example"]);
}
