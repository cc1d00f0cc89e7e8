//! What bootstrap made of IAM comes back when it is deleted: the guard's own calls are recorded, too, and lead it to what is still missing.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

mod account;

use account::{Account, ml_attachment};
use parapet_core::{Outcome, Trigger};
use parapet_guards::{Attachment, Facet, GuardName, State};
use parapet_reconcile::{Clock, Place, Run, bootstrap, handle};
use parapet_testkit::fixtures::{ML_POLICY_ARN, ML_ROLE, NOW, home, managed_policy, role, standard};
use parapet_testkit::{Entry, MemoryRecorder};
use serde_json::{Value, json};

fn record(event: &str, request: &Value) -> Value {
    json!({"eventSource": "iam.amazonaws.com", "eventName": event, "eventID": event, "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333", "requestParameters": request})
}

/// What CloudTrail records of the guard's own writes.
fn recorded(write: &str) -> Value {
    let attachment = json!({"roleName": ML_ROLE, "policyArn": ML_POLICY_ARN});
    match write.split_whitespace().next().unwrap_or_default() {
        "CreateRole" => record("CreateRole", &json!({"roleName": ML_ROLE})),
        "CreatePolicy" => record("CreatePolicy", &json!({"policyName": "parapet-ml-data"})),
        _ => record("AttachRolePolicy", &attachment),
    }
}

/// Plays events, and those that the guard's writes make, until there are no more: what was written.
async fn play(account: &Account, recorder: &MemoryRecorder, events: Vec<Value>) -> Vec<String> {
    let (standard, home) = (standard(""), home());
    let place = Place { home: &home, standard: &standard, world: account, recorder };
    let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
    let (mut queue, mut written) = (events, Vec::new());
    for _ in 0..20 {
        if queue.is_empty() {
            return written;
        }
        account.journal.clear();
        let report = handle(&place, run, &queue.remove(0)).await;
        assert!(!matches!(report.outcome, Outcome::Undetermined(_)), "{report:?}");
        written.extend(report.actions.clone());
        queue.extend(report.actions.iter().map(|write| recorded(write)));
    }
    unreachable!("the guard wrote on and on: {written:?}")
}

async fn made() -> (Account, MemoryRecorder, Vec<State>) {
    let account = Account::empty();
    let recorder = MemoryRecorder::new(&account.journal);
    let (standard, home) = (standard(""), home());
    let place = Place { home: &home, standard: &standard, world: &account, recorder: &recorder };
    let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
    bootstrap(&place, run, &Trigger::by_hand("Bootstrap", "boot", &home), async || None).await.unwrap();
    let states = states(&account);
    (account, recorder, states)
}

fn states(account: &Account) -> Vec<State> {
    let all = [
        (role(ML_ROLE), Facet::RoleTrust),
        (managed_policy(ML_POLICY_ARN), Facet::ManagedDocument),
        (ml_attachment(), Facet::PolicyAttachment),
    ];
    all.iter().map(|(resource, facet)| account.world.state(resource, *facet).unwrap()).collect()
}

fn is_deleted(account: &Account, role_too: bool, policy_too: bool) {
    account.world.set(&ml_attachment(), Facet::PolicyAttachment, State::PolicyAttachment(Attachment::of(false, None)));
    if role_too {
        account.world.set(&role(ML_ROLE), Facet::RoleTrust, State::RoleTrust(None));
    }
    if policy_too {
        account.world.set(&managed_policy(ML_POLICY_ARN), Facet::ManagedDocument, State::ManagedDocument(None));
    }
}

fn detach() -> Value {
    record("DetachRolePolicy", &json!({"roleName": ML_ROLE, "policyArn": ML_POLICY_ARN}))
}

#[tokio::test(start_paused = true)]
async fn a_deleted_role_comes_back_with_its_policy() {
    let (account, recorder, before) = made().await;
    is_deleted(&account, true, false);
    let written = play(&account, &recorder, vec![detach(), record("DeleteRole", &json!({"roleName": ML_ROLE}))]).await;
    assert_eq!(states(&account), before);
    assert_eq!(written, ["CreateRole", "attach the policy"]);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_policy_comes_back_and_is_attached() {
    let (account, recorder, before) = made().await;
    is_deleted(&account, false, true);
    let deleted = record("DeletePolicy", &json!({"policyArn": ML_POLICY_ARN}));
    let written = play(&account, &recorder, vec![detach(), deleted]).await;
    assert_eq!(states(&account), before);
    assert_eq!(written, ["CreatePolicy", "attach the policy"]);
}

/// Whichever of the events comes first.
#[tokio::test(start_paused = true)]
async fn both_come_back_in_any_order() {
    let deleted = [
        record("DeleteRole", &json!({"roleName": ML_ROLE})),
        record("DeletePolicy", &json!({"policyArn": ML_POLICY_ARN})),
        detach(),
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let (account, recorder, before) = made().await;
        is_deleted(&account, true, true);
        let events = order.iter().filter_map(|&index: &usize| deleted.get(index).cloned()).collect();
        play(&account, &recorder, events).await;
        assert_eq!(states(&account), before, "{order:?}");
    }
}

/// Detached alone: one write, and no event of ours is left unanswered.
#[tokio::test(start_paused = true)]
async fn a_detached_policy_is_attached_again() {
    let (account, recorder, before) = made().await;
    is_deleted(&account, false, false);
    assert_eq!(play(&account, &recorder, vec![detach()]).await, ["attach the policy"]);
    assert_eq!(states(&account), before);
    let writes = account.journal.entries().iter().filter(|entry| matches!(entry, Entry::Write(..))).count();
    assert_eq!(writes, 0, "the last event wrote nothing");
}
