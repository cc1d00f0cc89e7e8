//! Where it is told what is the account's own, whatever else a condition or a principal names is somebody else's.

mod common;

use common::{judged, policy};
use iam_policy::{
    Decision, Known, KnownSubject, PolicyKind, PolicyKind::Resource, PolicyKind::Trust, Rules, TrustZone, decide,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const OURS: &str = "111111111111";
const CANONICAL: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
const GITHUB: &str = "token.actions.githubusercontent.com";
const COGNITO: &str = "cognito-identity.amazonaws.com";

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn subject(provider: &str, claim: &str, pattern: &str) -> KnownSubject {
    KnownSubject { provider: provider.to_owned(), claim: claim.to_owned(), pattern: pattern.to_owned() }
}

/// An account that knows something of its own.
fn zone() -> TrustZone {
    let known = Known {
        networks: names(&["203.0.113.0/24", "2001:db8::/32"]),
        ids: names(&["vpc-ours", "vpce-ours", "AROAOURSOURSOURS1", "EOURS", CANONICAL]),
        providers: names(&["saml-provider/okta", "oidc-provider/oidc.eks.*", "oidc-provider/ci.example.com"]),
        subjects: vec![
            subject(GITHUB, "sub", "repo:acme/*"),
            subject(COGNITO, "aud", "us-east-1:ours"),
            subject("accounts.google.com", "aud", "ours"),
        ],
    };
    TrustZone { known: Some(known), ..TrustZone::new(OURS) }
}

#[track_caller]
fn check_in(zone: TrustZone, kind: PolicyKind, statement: Value, expected: &[&str]) {
    let document = policy(statement);
    let found = judged(&[&document], kind, &Rules::all(zone));
    let kinds: Vec<&str> = found.iter().map(|violation| violation.kind.name()).collect();
    assert_eq!(kinds, expected, "{}\n{:?}", document.to_json(), found.first().map(|v| &v.witness));
    for violation in &found {
        let decision = decide(&document, kind, &violation.witness);
        assert_eq!(decision, Decision::Allow, "{:?} of {}", violation.witness, document.to_json());
    }
}

fn bucket(principal: Value, condition: Value) -> Value {
    json!({
        "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*",
        "Condition": condition
    })
}

/// A bucket for everyone, if this condition holds: of these values, if they are the account's own, and of others.
#[track_caller]
fn everyone_if(operator: &str, key: &str, ours: Value, theirs: Value) {
    check_in(zone(), Resource, bucket(json!("*"), json!({operator: {key: ours}})), NONE);
    check_in(zone(), Resource, bucket(json!("*"), json!({operator: {key: theirs}})), FOREIGN);
    // Of an account of which nothing is known, whoever wrote it knows what is theirs.
    check_in(TrustZone::new(OURS), Resource, bucket(json!("*"), json!({operator: {key: theirs}})), NONE);
}

const NONE: &[&str] = &[];
const FOREIGN: &[&str] = &["foreign-principal"];
const PUBLIC: &[&str] = &["public-access"];

#[test]
fn networks_and_endpoints() {
    everyone_if("StringEquals", "aws:SourceVpc", json!("vpc-ours"), json!("vpc-evil"));
    everyone_if("StringEquals", "aws:SourceVpce", json!("vpce-ours"), json!("vpce-evil"));
    everyone_if("StringEquals", "aws:sourcevpce", json!(["vpce-ours"]), json!(["vpce-ours", "vpce-evil"]));
    everyone_if("IpAddress", "aws:SourceIp", json!("203.0.113.7"), json!("198.51.100.7/32"));
    everyone_if("IpAddress", "aws:SourceIp", json!("203.0.113.0/25"), json!("203.0.112.0/23"));
    everyone_if("IpAddress", "aws:SourceIp", json!("2001:db8:1::/48"), json!("2001:db9::/48"));
    let eight: Vec<String> = (1..=8).map(|first| format!("{first}.0.0.0/8")).collect();
    everyone_if("IpAddress", "aws:SourceIp", json!("203.0.113.7"), json!(eight));
}

/// Whose a VPC or an endpoint is says nothing of who comes through it.
#[test]
#[rustfmt::skip] // One line a case.
fn networks_by_whose_they_are() {
    let mut named = zone();
    named.organizations.insert("o-ours".to_owned());
    let unnamed = named.clone();
    named.known.as_mut().unwrap().networks.extend(names(&[OURS, "o-ours"]));
    let everyone_if = |operator: &str, key: &str, value: &str, by_id: &[&str]| {
        let statement = || bucket(json!("*"), json!({operator: {key: value}}));
        check_in(unnamed.clone(), Resource, statement(), by_id);
        check_in(named.clone(), Resource, statement(), NONE);
        check_in(TrustZone { known: None, ..unnamed.clone() }, Resource, statement(), NONE);
    };
    everyone_if("ArnEquals", "aws:SourceVpcArn", "arn:aws:ec2:us-east-1:111111111111:vpc/vpc-evil", FOREIGN);
    everyone_if("ArnLike", "aws:SourceVpcArn", "arn:aws:ec2:*:111111111111:vpc/*", FOREIGN);
    everyone_if("ArnLike", "aws:sourcevpcarn", "arn:aws:ec2:*:111111111111:vpc/vpc-ours", NONE);
    everyone_if("StringEquals", "aws:VpceAccount", OURS, FOREIGN);
    everyone_if("StringEquals", "AWS:vpceaccount", "${aws:ResourceAccount}", FOREIGN);
    everyone_if("StringEquals", "aws:VpceOrgID", "o-ours", FOREIGN);
    everyone_if("ForAnyValue:StringLike", "aws:VpceOrgPaths", "o-ours/r-ab12/*", FOREIGN);
    everyone_if("StringEquals", "vpc-lattice-svcs:SourceVpcOwnerAccount", OURS, FOREIGN);
    let of_others = |key: &str, value: &str| check_in(named.clone(), Resource, bucket(json!("*"), json!({"StringEquals": {key: value}})), FOREIGN);
    of_others("aws:VpceAccount", "222222222222");
    of_others("aws:VpceOrgID", "o-evil");
    // Beside what says who comes, and where others are denied, they are what they were.
    let who = json!({"StringEquals": {"aws:VpceAccount": OURS, "aws:PrincipalOrgID": "o-ours"}});
    check_in(unnamed.clone(), Resource, bucket(json!("*"), who), NONE);
    let perimeter = |principal: Value| json!([
        {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringNotEquals": {"aws:VpceAccount": OURS}}}
    ]);
    check_in(unnamed.clone(), Resource, perimeter(json!({"AWS": OURS})), NONE);
    check_in(unnamed, Resource, perimeter(json!("*")), FOREIGN);
    check_in(named, Resource, perimeter(json!("*")), NONE);
}

/// What every request carries that comes through an access point tells nobody from others.
#[test]
#[rustfmt::skip] // One line a case.
fn what_every_request_carries() {
    let arn = "arn:aws:s3:us-east-1:111111111111:accesspoint/door";
    let carried = [("s3:dataaccesspointarn", arn), ("s3:dataaccesspointaccount", OURS)];
    let carried = carried.map(|(key, value)| (key.to_owned(), vec![value.to_owned()]));
    let door = TrustZone { carried: carried.into(), ..zone() };
    let everyone_if = |condition: Value, of_door: &[&str], of_bucket: &[&str]| {
        check_in(door.clone(), Resource, bucket(json!("*"), condition.clone()), of_door);
        check_in(zone(), Resource, bucket(json!("*"), condition), of_bucket);
    };
    everyone_if(json!({"StringEquals": {"s3:DataAccessPointAccount": OURS}}), PUBLIC, NONE);
    everyone_if(json!({"StringLike": {"S3:dataaccesspointaccount": [OURS, "222222222222"]}}), PUBLIC, FOREIGN);
    everyone_if(json!({"StringEquals": {"s3:DataAccessPointAccount": "${aws:ResourceAccount}"}}), PUBLIC, NONE);
    everyone_if(json!({"ArnEquals": {"s3:DataAccessPointArn": arn}}), PUBLIC, NONE);
    everyone_if(json!({"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-east-1:111111111111:accesspoint/*"}}), PUBLIC, NONE);
    everyone_if(json!({"StringEquals": {"s3:DataAccessPointAccount": OURS, "s3:AccessPointNetworkOrigin": "Internet"}}), PUBLIC, NONE);
    everyone_if(json!({"StringEquals": {"s3:AccessPointNetworkOrigin": "VPC"}}), PUBLIC, PUBLIC);
    everyone_if(json!({"StringEquals": {"aws:ResourceAccount": OURS, "s3:ResourceAccount": OURS}}), PUBLIC, PUBLIC);
    everyone_if(json!({"StringNotEquals": {"s3:DataAccessPointAccount": "222222222222"}}), PUBLIC, PUBLIC);
    // Of another access point nobody asks by this one.
    everyone_if(json!({"StringEquals": {"s3:DataAccessPointAccount": "222222222222"}}), NONE, FOREIGN);
    everyone_if(json!({"StringEquals": {"s3:DataAccessPointAccount": OURS, "aws:PrincipalAccount": OURS}}), NONE, NONE);
    everyone_if(json!({"StringEquals": {"s3:DataAccessPointAccount": OURS, "aws:PrincipalAccount": "222222222222"}}), FOREIGN, NONE);
    everyone_if(json!({"StringEquals": {"s3:DataAccessPointAccount": OURS, "aws:SourceVpc": "vpc-evil"}}), FOREIGN, NONE);
    let stranger = |zone: TrustZone, expected: &[&str]| check_in(zone, Resource, bucket(json!({"AWS": "arn:aws:iam::222222222222:root"}), json!({"StringEquals": {"s3:DataAccessPointAccount": OURS}})), expected);
    stranger(door.clone(), FOREIGN);
}

#[test]
fn organizations() {
    let mut ours = zone();
    ours.organizations.insert("o-ours".to_owned());
    let of = |organization: &str| bucket(json!("*"), json!({"StringEquals": {"aws:PrincipalOrgID": organization}}));
    check_in(ours.clone(), Resource, of("o-ours"), NONE);
    check_in(ours, Resource, of("o-evil"), FOREIGN);
    check_in(zone(), Resource, of("o-evil"), FOREIGN);
    let paths = json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-evil/r-ab12/*"}});
    check_in(zone(), Resource, bucket(json!("*"), paths), FOREIGN);
    let service = json!({"StringEquals": {"aws:SourceOrgID": "o-evil"}});
    check_in(zone(), Resource, bucket(json!({"Service": "cloudtrail.amazonaws.com"}), service), FOREIGN);
    let account = json!({"StringEquals": {"aws:SourceAccount": "222222222222"}});
    check_in(zone(), Resource, bucket(json!({"Service": "cloudtrail.amazonaws.com"}), account), FOREIGN);
}

const DEPUTY: &[&str] = &["confused-deputy"];
const CLOUDFRONT: &str = "cloudfront.amazonaws.com";

/// A statement about a service.
fn of_service(service: &str, action: &str, resource: &str, condition: Value) -> Value {
    json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource, "Condition": condition})
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_service_that_acts_for_others_too() {
    let mut ours = zone();
    ours.organizations.insert("o-ours".to_owned());
    let check = |statement: Value, expected: &[&str]| check_in(ours.clone(), Resource, statement, expected);
    let queue = |condition: Value| of_service("sns.amazonaws.com", "sqs:SendMessage", "arn:aws:sqs:us-east-1:111111111111:q", condition);
    let logs = |condition: Value| of_service("cloudtrail.amazonaws.com", "s3:PutObject", "arn:aws:s3:::b/*", condition);
    for blurred in ["66665555444?", "6666*", "*", "11111111111?"] {
        check(queue(json!({"StringLike": {"aws:SourceAccount": blurred}})), FOREIGN);
        check(logs(json!({"StringLike": {"aws:SourceAccount": blurred}})), FOREIGN);
        check(logs(json!({"ArnLike": {"aws:SourceArn": format!("arn:aws:cloudtrail:*:{blurred}:trail/*")}})), FOREIGN);
        check(bucket(json!("*"), json!({"StringLike": {"aws:SourceAccount": blurred}})), FOREIGN);
    }
    check(logs(json!({"StringLike": {"aws:SourceArn": "arn:aws:cloudtrail*:666655554444:trail/*"}})), FOREIGN);
    check(logs(json!({"StringLike": {"aws:SourceArn": "arn:aws:cloudtrail:*"}})), FOREIGN);
    check(logs(json!({"StringLike": {"aws:SourceOrgID": "o-evil*"}})), FOREIGN);
    check(logs(json!({"StringLike": {"aws:SourceOrgID": "o-our*"}})), FOREIGN);
    check(logs(json!({"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-evil*/r-ab12/*"}})), FOREIGN);
    check(logs(json!({"StringEquals": {"aws:SourceAccount": OURS}, "StringLike": {"aws:SourceArn": "*"}})), NONE);
    check(logs(json!({"StringLike": {"aws:SourceAccount": [OURS, "6666*"]}})), FOREIGN);
    check(logs(json!({"StringLike": {"aws:SourceOrgPaths": "o-ours/*"}})), NONE);
    // What was always written so stays what it was.
    check(logs(json!({})), DEPUTY);
    check(queue(json!({})), DEPUTY);
    check(of_service("delivery.logs.amazonaws.com", "s3:PutObject", "arn:aws:s3:::b/AWSLogs/*", json!({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}})), DEPUTY);
    check(of_service("logging.s3.amazonaws.com", "s3:PutObject", "arn:aws:s3:::b/*", json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::company-*"}})), DEPUTY);
    // Of a bucket's name nobody says whose it is, nor whose it will be.
    let inventory = |condition: Value| of_service("s3.amazonaws.com", "s3:PutObject", "arn:aws:s3:::b/*", condition);
    check(inventory(json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::evil-bucket"}})), DEPUTY);
    check(inventory(json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}, "StringEquals": {"aws:SourceAccount": OURS}})), NONE);
    check_in(TrustZone::new(OURS), Resource, inventory(json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}})), NONE);
    check(of_service("events.amazonaws.com", "kms:Decrypt", "*", json!({})), DEPUTY);
    check(queue(json!({"StringLike": {"aws:SourceAccount": "${aws:ResourceAccount}"}})), NONE);
    check_in(TrustZone::new(OURS), Resource, logs(json!({"StringLike": {"aws:SourceAccount": "6666*"}})), DEPUTY);
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_service_that_anybody_reads_by() {
    let check = |statement: Value, expected: &[&str]| check_in(zone(), Resource, statement, expected);
    let reads = |service: &str, condition: Value| of_service(service, "s3:GetObject", "arn:aws:s3:::b/*", condition);
    let distribution = |account: &str| json!({"ArnLike": {"aws:SourceArn": format!("arn:aws:cloudfront::{account}:distribution/*")}});
    let alike = |arn: &str| json!({"StringLike": {"aws:SourceArn": arn}});
    check(reads(CLOUDFRONT, distribution(OURS)), NONE);
    check(reads(CLOUDFRONT, alike("arn:aws:cloudfront:*:111111111111:distribution/*")), NONE);
    check(reads(CLOUDFRONT, json!({"StringEquals": {"aws:SourceAccount": OURS}})), NONE);
    check(reads(CLOUDFRONT, json!({})), FOREIGN);
    check(reads("cloudfront.amazonaws.com.cn", json!({})), FOREIGN);
    check(reads(CLOUDFRONT, distribution("66665555444?")), FOREIGN);
    check(reads(CLOUDFRONT, distribution("*")), FOREIGN);
    check(reads(CLOUDFRONT, alike("arn:aws:cloudfront::*")), FOREIGN);
    check(reads(CLOUDFRONT, alike("*/EEVIL")), FOREIGN);
    check(reads(CLOUDFRONT, json!({"ArnLike": {"aws:SourceArn": "arn:aws:cloudfront:::distribution/E1"}})), FOREIGN);
    check(reads(CLOUDFRONT, json!({"StringEquals": {"aws:Referer": "secret"}})), FOREIGN);
    check(reads(CLOUDFRONT, json!({"Null": {"aws:SourceArn": "false"}})), FOREIGN);
    check(reads(CLOUDFRONT, json!({"StringEqualsIfExists": {"aws:SourceAccount": OURS}})), FOREIGN);
    check(reads(CLOUDFRONT, json!({"StringNotEquals": {"aws:SourceAccount": "222222222222"}})), FOREIGN);
    check(of_service(CLOUDFRONT, "kms:Decrypt", "*", json!({})), FOREIGN);
    check(of_service(CLOUDFRONT, "lambda:InvokeFunctionUrl", "arn:aws:lambda:us-east-1:111111111111:function:f", json!({})), FOREIGN);
    check(of_service(CLOUDFRONT, "secretsmanager:GetSecretValue", "*", json!({})), FOREIGN);
    check(bucket(json!("*"), json!({"StringEquals": {"aws:PrincipalServiceName": CLOUDFRONT}})), FOREIGN);
    check(bucket(json!({"AWS": "*"}), json!({"StringLike": {"aws:PrincipalServiceName": "cloudfront*"}})), &["foreign-principal", "confused-deputy"]);
    check(bucket(json!("*"), json!({"ForAnyValue:StringEquals": {"aws:PrincipalServiceNamesList": CLOUDFRONT}})), FOREIGN);
    check(bucket(json!("*"), json!({"Bool": {"aws:PrincipalIsAWSService": "true"}})), &["foreign-principal", "confused-deputy"]);
    check(reads("serverlessrepo.amazonaws.com", json!({"StringEquals": {"aws:SourceAccount": OURS}})), NONE);
    check(reads("serverlessrepo.amazonaws.com", json!({})), &["foreign-principal", "confused-deputy"]);
    // AWS's own older documents write it so.
    check(of_service("codebuild.amazonaws.com", "ecr:BatchGetImage", "*", json!({})), &["confused-deputy"]);
    check(of_service("appflow.amazonaws.com", "s3:PutObject", "arn:aws:s3:::b/*", json!({})), DEPUTY);
    // Of an account of which nothing is known nobody can say which distribution is theirs.
    check_in(TrustZone::new(OURS), Resource, reads(CLOUDFRONT, json!({})), DEPUTY);
}

#[test]
fn the_exception_of_a_deny() {
    let unless = |endpoint: &str| {
        json!([
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*",
             "Condition": {"StringNotEquals": {"aws:SourceVpce": endpoint}}}
        ])
    };
    check_in(zone(), Resource, unless("vpce-ours"), NONE);
    check_in(zone(), Resource, unless("vpce-evil"), FOREIGN);
}

#[test]
fn ids_of_principals() {
    everyone_if("StringLike", "aws:userid", json!("AROAOURSOURSOURS1:*"), json!("AROAEVILEVILEVIL1:*"));
    let of = |principal: Value| json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
    let stranger = CANONICAL.replace('7', "8");
    let origin =
        |id: &str| of(json!({"AWS": format!("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {id}")}));
    check_in(zone(), Resource, of(json!({"CanonicalUser": CANONICAL})), NONE);
    check_in(zone(), Resource, of(json!({"CanonicalUser": stranger})), FOREIGN);
    check_in(zone(), Resource, origin("EOURS"), NONE);
    check_in(zone(), Resource, origin("EEVIL"), FOREIGN);
    check_in(TrustZone::new(OURS), Resource, origin("EEVIL"), NONE);
}

/// A role for whoever has such a token.
#[track_caller]
fn with_token(provider: &str, conditions: Value, expected: &[&str]) {
    let principal = match provider.contains("-provider/") {
        true => format!("arn:aws:iam::{OURS}:{provider}"),
        false => provider.to_owned(),
    };
    let action = if provider.starts_with("saml") { "sts:AssumeRoleWithSAML" } else { "sts:AssumeRoleWithWebIdentity" };
    let statement = json!({
        "Effect": "Allow", "Principal": {"Federated": principal}, "Action": action, "Condition": conditions
    });
    check_in(zone(), Trust, statement, expected);
}

#[test]
fn providers_and_subjects() {
    let github = format!("oidc-provider/{GITHUB}");
    let sub = |pattern: &str| json!({"StringLike": {format!("{GITHUB}:sub"): pattern}});
    with_token(&github, sub("repo:acme/shop:*"), NONE);
    with_token(&github, sub("repo:acme/*"), NONE);
    with_token(&github, sub("repo:evil/shop:*"), FOREIGN);
    with_token(&github, sub("repo:acme*"), FOREIGN);
    with_token(&github, sub("*"), FOREIGN);
    with_token(&github, json!({}), FOREIGN);
    with_token(&github, json!({"StringEquals": {format!("{GITHUB}:repository_id"): "1"}}), FOREIGN);
    let aud = |key: &str, value: &str| json!({"StringEquals": {format!("{key}:aud"): value, format!("{key}:amr"): "authenticated"}});
    with_token(COGNITO, aud(COGNITO, "us-east-1:ours"), NONE);
    with_token(COGNITO, aud(COGNITO, "us-east-1:evil"), FOREIGN);
    with_token(COGNITO, json!({}), FOREIGN);
    with_token("accounts.google.com", json!({"StringEquals": {"accounts.google.com:aud": "ours"}}), NONE);
    with_token("accounts.google.com", json!({"StringEquals": {"accounts.google.com:aud": "evil"}}), FOREIGN);
    let saml = json!({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}});
    with_token("saml-provider/okta", saml.clone(), NONE);
    with_token("saml-provider/evil", saml, FOREIGN);
    with_token("oidc-provider/ci.example.com", json!({"StringEquals": {"ci.example.com:sub": "build"}}), NONE);
    with_token("oidc-provider/ci.evil.com", json!({"StringEquals": {"ci.evil.com:sub": "build"}}), FOREIGN);
    let cluster = "oidc.eks.eu-west-1.amazonaws.com/id/a1b2";
    let program = json!({"StringEquals": {format!("{cluster}:sub"): "system:serviceaccount:ml:train"}});
    with_token(&format!("oidc-provider/{cluster}"), program, NONE);
}
