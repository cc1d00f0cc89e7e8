//! What the guards decide about container repositories, one line a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_guards::{Resource, Scanning, State, TagFilter, TagMutability, on};
use parapet_testkit::{Situation, verdict};
use serde_json::{Value, json};

fn repository() -> Resource {
    Resource::Repository(on::Repository { name: "ml/training".to_owned() })
}

fn check(standard: &str, observed: &State, expected: &str) {
    let resource = repository();
    let situation = Situation::new(&resource, standard);
    assert_eq!(verdict(&situation.subject(), None, observed), expected, "{observed:?}");
}

fn filters(patterns: &[&str]) -> Vec<TagFilter> {
    let filter = |pattern: &&str| TagFilter { kind: "WILDCARD".to_owned(), pattern: (*pattern).to_owned() };
    patterns.iter().map(filter).collect()
}

#[test]
#[rustfmt::skip] // One line a case.
fn tags() {
    use TagMutability::{Immutable, ImmutableExcept, Mutable, MutableExcept};
    let on = |standard: &str, observed, expected: &str| check(standard, &State::RepositoryTagMutability(observed), expected);
    let immutable = "ECR.TagImmutability -> PutImageTagMutability IMMUTABLE";
    on("", Immutable, "compliant");
    on("", Mutable, immutable);
    on("", MutableExcept(filters(&["v*"])), immutable);
    on("", ImmutableExcept(filters(&["*"])), immutable);
    on("", ImmutableExcept(filters(&["**", "*"])), immutable);
    // What was excluded by name is told and stays.
    on("", ImmutableExcept(filters(&["latest"])), "(ECR.TagImmutability)");
    on("", ImmutableExcept(filters(&["latest", "*", "dev-*"])), "ECR.TagImmutability, (ECR.TagImmutability) -> PutImageTagMutability IMMUTABLE_WITH_EXCLUSION of `latest`, `dev-*`");
    on("controls: {ECR.TagImmutability: observe}", Mutable, "(ECR.TagImmutability)");
    on("controls: {ECR.TagImmutability: off}", Mutable, "compliant");
}

#[test]
fn scanning() {
    let on = |standard: &str, on_push, expected: &str| {
        check(standard, &State::RepositoryScanning(Scanning { on_push }), expected);
    };
    on("", true, "compliant");
    on("", false, "ECR.ScanOnPush -> PutImageScanningConfiguration scanOnPush=true");
    on("controls: {ECR.ScanOnPush: observe}", false, "(ECR.ScanOnPush)");
}

fn to(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]})
}

fn policy(statements: &[Value]) -> State {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    State::RepositoryPolicy(Some(Document::from_value(document).unwrap()))
}

fn of_account(account: &str) -> Value {
    json!({"AWS": format!("arn:aws:iam::{account}:root")})
}

/// The statements of a repository's policy name no resource.
#[test]
#[rustfmt::skip] // One line a case.
fn policies() {
    let on = |standard: &str, statements: &[Value], expected: &str| check(standard, &policy(statements), expected);
    let (own, stranger) = (to(of_account("111122223333")), to(of_account("999999999999")));
    check("", &State::RepositoryPolicy(None), "compliant");
    on("", std::slice::from_ref(&own), "compliant");
    on("", &[to(json!("*"))], "ECR.PublicPolicy -> DeleteRepositoryPolicy");
    on("", &[to(json!({"AWS": "*"})), own.clone()], "ECR.PublicPolicy -> SetRepositoryPolicy with 1 statement");
    on("", &[own.clone(), stranger.clone()], "ECR.ForeignPolicy -> SetRepositoryPolicy with 1 statement");
    on("trust: {accounts: ['999999999999']}", std::slice::from_ref(&stranger), "compliant");
    on("controls: {ECR.ForeignPolicy: observe}", &[stranger], "(ECR.ForeignPolicy)");
    on("", &[json!({"Effect": "Deny", "Principal": "*", "Action": "ecr:PutImage"})], "compliant");
    on("", &[to(json!({"Service": "codebuild.amazonaws.com"}))], "compliant");
    let ours = json!({"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg"}});
    let to_the_organization = json!({"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage", "Condition": ours});
    on("trust: {organizations: [o-exampleorg]}", &[to_the_organization], "compliant");
}

/// What somebody works with is reported, and what is new goes.
#[test]
fn new_access_is_told_from_old() {
    let (old, new) = (to(of_account("999999999999")), to(of_account("888888888888")));
    let resource = repository();
    let situation = Situation::new(&resource, "");
    let before = policy(std::slice::from_ref(&old));
    let judged = |statements: &[Value]| verdict(&situation.subject(), Some(&before), &policy(statements));
    assert_eq!(judged(std::slice::from_ref(&old)), "(ECR.ForeignPolicy)");
    let left = policy(&[old.clone(), new]).comply(&situation.subject(), Some(&before));
    assert_eq!(left, policy(&[old]));
}
