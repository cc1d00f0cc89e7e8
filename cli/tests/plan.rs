//! How a plan reads: as text, as JSON, as a page.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::io::Write;
use std::path::Path;

use iam_policy::Document;
use parapet_cli::plan::history::{Past, Reading, read_one};
use parapet_cli::plan::{Answer, Exit};
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::used::{LastAccess, LastAccessed};
use parapet_guards::{Facet, IamEntity, Policies, Resource, State, Versioning, World, on};
use parapet_reconcile::{Clock, Place, Plan, plan};
use parapet_testkit::fixtures::{NOW, bucket, home, standard};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

/// A name as an intruder would choose it.
const HOSTILE: &str = "<img src=x onerror=alert(1)>\u{1b}[2J\u{202e}'\"&";

fn document(statement: Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()
}

fn account() -> FakeWorld {
    let entity = IamEntity::Role("admin".to_owned());
    let all = document(json!({"Sid": HOSTILE, "Effect": "Allow", "Action": "*", "Resource": "*"}));
    let inline = Resource::InlinePolicy(on::InlinePolicy { entity: entity.clone(), name: HOSTILE.to_owned() });
    let held = Policies { inline: [(HOSTILE.to_owned(), all.clone())].into(), ..Policies::default() };
    let read = json!({
        "Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::images/*"
    });
    FakeWorld::new(&Journal::default())
        .with(&inline, Facet::InlineDocument, State::InlineDocument(Some(all)))
        .with(&Resource::Principal(on::Principal { entity }), Facet::PrincipalPolicies, State::PrincipalPolicies(held))
        .with(&bucket("images"), Facet::BucketPolicy, State::BucketPolicy(Some(document(read))))
        .with(&bucket("images"), Facet::BucketVersioning, State::BucketVersioning(Versioning::Suspended))
}

#[tokio::main(flavor = "current_thread")]
async fn planned(world: &(impl World + Sync), changes: &str) -> Plan {
    let (home, standard) = (home(), standard(changes));
    let recorder = MemoryRecorder::without_store(&Journal::default());
    let place = Place { home: &home, standard: &standard, world, recorder: &recorder };
    plan(&place, Clock { now: NOW }, |_| ()).await
}

fn answered(plan: &Plan, write: impl Fn(&Answer<'_>, &mut Vec<u8>)) -> (String, Exit) {
    let home = home();
    let answer = Answer { home: &home, standard: "the built-in standard", plan, calls: 7 };
    let mut out = Vec::new();
    write(&answer, &mut out);
    (String::from_utf8(out).unwrap(), answer.exit())
}

#[test]
fn a_plan_reads_well() {
    let world = account();
    let denied = FaultyWorld::new(&world, Fault::Look(Facet::BucketVersioning), ErrorKind::Denied);
    let mut plan = planned(&denied, "");
    // As the other program names it.
    plan.unread.iter_mut().for_each(|unread| unread.permissions = vec!["s3:GetBucketVersioning".to_owned()]);
    let (text, exit) = answered(&plan, |answer, out| answer.text(out).unwrap());
    insta::assert_snapshot!(text);
    assert_eq!(exit, Exit::BadInput, "what could not be read may be wrong");
    assert!(!text.contains(['\u{1b}', '\u{202e}']));
}

/// One policy of the caller is behind them all.
#[test]
fn what_lacks_one_permission_is_told_once() {
    let world = account();
    for name in ["a", "b", "c"] {
        world.set(&bucket(name), Facet::BucketVersioning, State::BucketVersioning(Versioning::Enabled));
    }
    let denied = FaultyWorld::new(&world, Fault::Look(Facet::BucketVersioning), ErrorKind::Denied);
    let plan = planned(&denied, "");
    assert!(plan.unread.len() > 3);
    let (text, _) = answered(&plan, |answer, out| answer.text(out).unwrap());
    let told: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with('?')).collect();
    assert_eq!(told, ["  ? versioning of arn:aws:s3:::a and 3 more"]);
}

/// What IAM tells of the role, and of one of whom it is denied.
#[test]
fn a_repair_says_what_it_would_end_of_what_iam_tells() {
    let mut plan = planned(&account(), "");
    let admin = IamEntity::Role("admin".to_owned());
    assert_eq!(plan.asks_accessed(), [admin.clone()].into());
    let day = |day: i64| Some(NOW - day * 24 * 3_600);
    let unreported = (b'a'..=b'g').map(|of| (format!("never-{}", char::from(of)), LastAccess::default()));
    let services = [
        ("s3", LastAccess { at: day(2), actions: [("GetBucketPolicy".to_owned(), day(2))].into() }),
        ("iam", LastAccess { at: day(30), actions: [("PutRolePolicy".to_owned(), day(90))].into() }),
    ];
    let services = services.map(|(name, access)| (name.to_owned(), access)).into_iter().chain(unreported).collect();
    let told = LastAccessed { arn: format!("arn:aws:iam::{}:role/admin", home().account), services };
    let denied = |name: &str| {
        let message = format!(
            "AccessDenied: User: u is not authorized to perform: iam:GenerateServiceLastAccessedDetails on resource: {name}"
        );
        let (step, subject) = ("read when it last used which services".to_owned(), format!("role/{name}"));
        let error = WorldError { step, subject, kind: ErrorKind::Denied, message, source: None };
        (IamEntity::Role(name.to_owned()), Err(error))
    };
    plan.weigh_accessed([(admin, Ok(told)), denied("a"), denied("b")].into(), &home());
    assert_eq!(plan.unread.len(), 1, "one permission lacks, whoever it is about");
    assert_eq!(plan.unread[0].permissions, ["iam:GenerateServiceLastAccessedDetails"]);
    let (text, exit) = answered(&plan, |answer, out| answer.text(out).unwrap());
    assert_eq!(exit, Exit::BadInput);
    let of_it = text.lines().skip_while(|line| !line.contains("ends ")).take(4).map(str::trim).collect::<Vec<_>>();
    insta::assert_snapshot!(of_it.join("\n"));
    assert!(text.contains("of 1 users and roles IAM told when they last used which services"), "{text}");
    let (page, _) = answered(&plan, |answer, out| answer.html(out).unwrap());
    assert!(page.contains("<dt>ends</dt>") && page.contains("Last accessed: "));
    let (json, _) = answered(&plan, |answer, out| answer.json(out).unwrap());
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["accessed"], json!({"told": 1, "not_told": 2}));
    let row = json["rows"].as_array().unwrap().iter().find(|row| row.get("ends").is_some()).unwrap();
    assert_eq!(row["ends"]["never_used"].as_array().unwrap().len(), 7);
}

#[test]
fn nothing_of_a_page_is_loaded_or_run() {
    let (page, exit) = answered(&planned(&account(), ""), |answer, out| answer.html(out).unwrap());
    assert_eq!(exit, Exit::Findings);
    for forbidden in
        ["<img", "<script", "<link", "<iframe", "http://", "https://", "url(", "@import", "\u{1b}", "\u{202e}"]
    {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    for told in [
        "prefers-color-scheme: dark",
        "width=device-width",
        "default-src 'none'",
        "By control",
        "By principal",
        "By resource",
    ] {
        assert!(page.contains(told), "{told}");
    }
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"), "it is told all the same");
    assert!(page.contains("#role/admin,"), "the proposal is at the end");
}

#[test]
fn json_has_all_of_it() {
    let (text, _) = answered(&planned(&account(), ""), |answer, out| answer.json(out).unwrap());
    let plan: Value = serde_json::from_str(&text).unwrap();
    let members: Vec<&str> = plan.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        ["version", "account", "region", "standard", "looked_at", "calls", "rows", "unread", "proposal"]
    );
    let row = &plan["rows"][0];
    let members: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "control",
        "severity",
        "resource",
        "kind",
        "facet",
        "principals",
        "detail",
        "statements",
        "witness",
        "repair",
        "when",
    ];
    assert_eq!(members, expected);
    assert_eq!(
        (&row["severity"], &row["when"], &row["kind"]),
        (&json!("CRITICAL"), &json!("when-asked"), &json!("inline policy"))
    );
    assert!(plan["proposal"].as_str().unwrap().contains("#role/admin,"));
}

#[test]
fn where_nothing_is_to_be_done_the_exit_code_says_so() {
    let world = FakeWorld::new(&Journal::default()).with(
        &bucket("images"),
        Facet::BucketVersioning,
        State::BucketVersioning(Versioning::Enabled),
    );
    let exit = |changes: &str, world: &FakeWorld| answered(&planned(world, changes), |_, _| ()).1;
    assert_eq!(exit("", &world), Exit::Clean);
    // What is only told changes nothing.
    let suspended = State::BucketVersioning(Versioning::Suspended);
    world.set(&bucket("images"), Facet::BucketVersioning, suspended);
    assert_eq!(exit("controls: {S3.Versioning: observe}", &world), Exit::Clean);
    assert_eq!(exit("", &world), Exit::Findings);
}

/// A log of what a role does, and of what counts for nobody.
fn log() -> String {
    let home = home();
    let role = |name: &str| {
        let arn = format!("arn:aws:iam::{}:role/{name}", home.account);
        json!({"type": "AssumedRole", "accountId": home.account, "sessionContext": {"sessionIssuer": {"type": "Role", "arn": arn}}})
    };
    let record = |identity: Value, event: &str, parameters: Value| {
        let (service, name) = event.split_once(':').unwrap();
        json!({
            "eventVersion": "1.11", "eventID": "e", "eventTime": "2026-11-23T14:00:00Z", "awsRegion": "eu-central-1",
            "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "sourceIPAddress": "203.0.113.9",
            "recipientAccountId": home.account, "userIdentity": identity, "requestParameters": parameters
        })
    };
    let mut records = vec![
        record(role("admin"), "iam:CreateUser", json!({"userName": HOSTILE})),
        record(role("admin"), "s3:GetObject", json!({"bucketName": "images", "key": HOSTILE})),
        record(json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}), "sts:AssumeRole", json!({})),
        record(role("admin"), "nosuch:Thing", json!({})),
    ];
    records.extend((0..1_200).map(|_| record(role("admin"), "ec2:DescribeInstances", json!({}))));
    let mut other = record(role("admin"), "s3:GetObject", json!({}));
    other["recipientAccountId"] = json!("999999999999");
    records.push(other);
    json!({"Records": records}).to_string()
}

fn weighed(log: &str) -> Plan {
    let Past { history, unreadable } = read_one(log.as_bytes(), &home());
    let mut plan = planned(&account(), "");
    plan.weigh(&history, unreadable);
    plan
}

#[test]
fn a_repair_says_what_of_a_history_it_would_end() {
    let plan = weighed(&log());
    let (text, exit) = answered(&plan, |answer, out| answer.text(out).unwrap());
    insta::assert_snapshot!(text);
    assert_eq!(exit, Exit::Findings);
    assert!(!text.contains(['\u{1b}', '\u{202e}']));
    let (page, _) = answered(&plan, |answer, out| answer.html(out).unwrap());
    for told in ["<dt>loses</dt>", "1,203 of 1,203 requests seen", "History: 1,203 records"] {
        assert!(page.contains(told), "{told}");
    }
    assert!(!page.contains("<img") && !page.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn json_says_it_by_number() {
    let (text, _) = answered(&weighed(&log()), |answer, out| answer.json(out).unwrap());
    let plan: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&plan["history"]["counted"], &plan["history"]["from"]),
        (&json!(1_203), &json!("2026-11-23T14:00:00Z"))
    );
    assert_eq!(plan["history"]["of_other_accounts"], json!(1));
    let loses = &plan["rows"][0]["loses"];
    assert_eq!((&loses["seen"], &loses["lost"], &loses["unknown"]), (&json!(1_203), &json!(1_203), &json!(0)));
    let first = json!({
        "principal": "role/admin", "action": "ec2:DescribeInstances", "resource": "*", "count": 1_200, "last": "2026-11-23T14:00:00Z"
    });
    assert_eq!(loses["examples"][0], first);
    assert_eq!(loses["nothing_left"], json!(["role/admin"]));
    assert!(
        ["dynamodb", "lambda", "s3"].iter().all(|name| loses["not_logged"].as_array().unwrap().contains(&json!(name)))
    );
    let of_setting = plan["rows"].as_array().unwrap().iter().find(|row| row["control"] == "S3.Versioning").unwrap();
    assert!(of_setting.get("loses").is_none());
}

/// What cannot be read of a history may be what was used.
#[test]
fn a_history_in_pieces_is_told_as_one() {
    let whole = log();
    let cut = &whole[..whole.len() / 2];
    for (log, counted) in
        [(format!("{cut}\n{{\"eventName\": 7}}\n"), true), ("garbage".to_owned(), false), (String::new(), false)]
    {
        let plan = weighed(&log);
        let seen = plan.history.clone().unwrap();
        assert!(seen.is_incomplete() && (seen.counted > 0) == counted, "{seen:?}");
        assert_eq!(answered(&plan, |_, _| ()).1, Exit::BadInput);
    }
}

fn read(path: &Path) -> Past {
    let home = home();
    let mut reading = Reading::of(&[path.to_owned()], &home);
    reading.all_at(path);
    reading.end()
}

#[test]
fn a_folder_of_logs_is_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.json"), log()).unwrap();
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    zipped.write_all(log().as_bytes()).unwrap();
    std::fs::write(folder.path().join("two.json.gz"), zipped.finish().unwrap()).unwrap();
    let Past { history, unreadable } = read(folder.path());
    assert_eq!((history.counted, unreadable), (2 * 1_203, 0));
    let missing = read(&folder.path().join("missing"));
    assert_eq!((missing.history.counted, missing.unreadable), (0, 1));
}
