//! What the law found, each as its shortest sequence.

use parapet_testkit::fixtures::STRANGER;
use serde_json::{Value, json};

use super::calls::{ALPHABET, Call};
use super::history;
use super::sequence::{Delivery, Histories, Sequence, play};

/// What is wrong after some calls on an account with a history; each record is delivered before the next call.
async fn after(pieces: &[&str], calls: &[(&str, Value)]) -> Vec<String> {
    let bit = |(number, (name, _)): (usize, &(&str, _))| if pieces.contains(name) { 1 << number } else { 0 };
    let call = |(event, asked): &(&str, Value)| {
        let (source, event) = *ALPHABET.iter().find(|(_, known)| known == event).unwrap();
        Call { source, event, choice: 0, asked: Some(asked.clone()) }
    };
    let sequence = Sequence {
        pieces: history::PIECES.iter().enumerate().map(bit).sum(),
        calls: calls.iter().map(call).collect(),
        delivery: Delivery::Each,
    };
    let ended = play(&mut Histories::new(), &sequence).await;
    assert!(ended.effective.iter().all(|effective| *effective), "{:?}", ended.records);
    ended.failures.iter().map(ToString::to_string).collect()
}

fn lets_in(principals: &[&str]) -> Value {
    let statement = |principal: &&str| {
        let principal =
            if *principal == "*" { json!("*") } else { json!({"AWS": format!("arn:aws:iam::{principal}:root")}) };
        json!({
            "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject",
            "Resource": ["arn:aws:s3:::team", "arn:aws:s3:::team/*"],
        })
    };
    let statements: Vec<Value> = principals.iter().map(statement).collect();
    json!({"bucketName": "team", "bucketPolicy": {"Version": "2012-10-17", "Statement": statements}})
}

const VENDOR: &str = "444455556666";

/// A repair of a bucket's policy forgot whom the policy let in before.
#[tokio::test(start_paused = true)]
async fn a_vendor_stays_after_two_repairs() {
    let calls = [("PutBucketPolicy", lets_in(&["*"])), ("PutBucketPolicy", lets_in(&[VENDOR, STRANGER]))];
    assert_eq!(after(&["an open bucket"], &calls).await, Vec::<String>::new());
}

/// Who is named needs no permission, and who is of a trusted account does: a way for somebody without any.
#[tokio::test(start_paused = true)]
async fn whom_a_role_names_that_trusted_the_account_is_told() {
    let mallory = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/mallory"}, "Action": "sts:AssumeRole"}],
    });
    let asked = json!({"roleName": "break-glass", "policyDocument": mallory.to_string()});
    assert_eq!(after(&[], &[("UpdateAssumeRolePolicy", asked)]).await, Vec::<String>::new());
}
