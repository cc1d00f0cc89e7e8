//! Policies of which only an event's record tells: which text of a request is the policy, and whom it lets in.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use parapet_core::Trigger;
use parapet_guards::{Facet, Resource, asked_for, on};
use parapet_testkit::Situation;
use parapet_testkit::fixtures::home;
use serde_json::{Value, json};

/// The controls by which what a call asked for lets somebody in; none: the record does not say what it asked for.
fn told(facet: Facet, arn: &str, event: &str, request: Value) -> Option<Vec<&'static str>> {
    let trigger = Trigger { event_name: event.to_owned(), request, ..Trigger::by_hand("Test", "e-1", &home()) };
    let situation = Situation::new(&Resource::RecordedPolicy(on::RecordedPolicy { arn: arn.to_owned() }), "");
    let found = asked_for(facet, &trigger)?.assess(&situation.subject(), None).unwrap();
    Some(found.iter().map(|finding| finding.control.as_str()).collect())
}

fn everyone(condition: &Value) -> String {
    let statement =
        json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// What else a request holds its caller chose: none of it stands for the policy.
#[test]
fn the_policy_is_what_is_called_so() {
    const ARN: &str = "arn:aws:s3::111122223333:accesspoint/x";
    let check = |request: Value, expected: Option<&[&str]>| {
        let found = told(Facet::RecordedAccess, ARN, "PutMultiRegionAccessPointPolicy", request.clone());
        assert_eq!(found.as_deref(), expected, "{request}");
    };
    let open = everyone(&json!({}));
    let public: &[&str] = &["S3.RecordedPublic"];
    let with =
        |token: &str, policy: Value| json!({"R": {"ClientToken": token, "Details": {"Name": "x", "Policy": policy}}});
    check(with("", json!(open)), Some(public));
    check(with(r#"{"Statement":[]}"#, json!(open)), Some(public));
    check(with("", serde_json::from_str(&open).unwrap()), Some(public));
    check(with(&open, Value::Null), None);
    // Which of two it is nobody can tell.
    check(json!({"policy": r#"{"Statement":[]}"#, "bucketPolicy": open}), None);
    check(json!({"policy": "", "bucketPolicy": open}), Some(public));
}

/// An access point's own policy is asked of requests through it alone, which carry its own account: that keeps nobody out. In a directory
/// bucket's policy the same key leaves it to the access points.
#[test]
fn a_key_of_access_points_confines_a_bucket_and_not_an_access_point() {
    let check = |arn: &str, key: &str, expected: &[&str]| {
        let policy = everyone(&json!({"StringEquals": {key: "111122223333"}}));
        let found = told(Facet::RecordedDirectory, arn, "PutBucketPolicy", json!({"bucketPolicy": policy}));
        assert_eq!(found.unwrap(), expected, "{arn} {key}");
    };
    check("arn:aws:s3express:us-east-1:111122223333:bucket/b", "s3express:DataAccessPointAccount", &[]);
    for (arn, key) in [
        ("arn:aws:s3express:us-east-1:111122223333:accesspoint/a", "s3express:DataAccessPointAccount"),
        ("arn:aws:s3::111122223333:accesspoint/x.mrap", "s3:DataAccessPointAccount"),
    ] {
        check(arn, key, &["S3.RecordedPublic"]);
    }
}
