//! Privilege escalation, on the labelled policies and on every known path with what breaks it and what does not.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

use common::{document, policy, rows, zone};
use iam_policy::{
    Document, Holding, Judgement, PolicyKind::Identity, Rules, ViolationKind, could_complete_escalation, judge,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const PASS_ROLE: &str = "iam:PassRole";

/// Whether the holder can come by more permissions, with one action alone or with several.
fn is_found(documents: &[&Document], limits: &[&Document]) -> bool {
    let rules = Rules::of(zone(), [ViolationKind::Admin, ViolationKind::PrivilegeEscalation]);
    match judge(&Holding { documents, kind: Identity, limits }, &rules) {
        Judgement::Decided(violations) => !violations.is_empty(),
        Judgement::Undetermined(why) => panic!("undetermined: {why}"),
    }
}

fn is_found_in(statements: Value) -> bool {
    is_found(&[&policy(statements)], &[])
}

// The labelled policies.

/// The identity policies of one file belong to one principal; they have one label.
#[test]
fn labelled_policies() {
    let mut files: BTreeMap<String, (Vec<Document>, BTreeSet<Option<String>>)> = BTreeMap::new();
    for row in rows(include_str!("data/iam_vulnerable.jsonl")).filter(|row| row["kind"] == "identity") {
        let id = row["id"].as_str().expect("an id");
        let name = id.rsplit_once('/').and_then(|(_, file)| file.split_once(".tf#")).map_or(id, |(name, _)| name);
        let (documents, labels) = files.entry(name.to_owned()).or_default();
        documents.push(document(row["policy"].clone()));
        labels.insert(row["label"].as_str().map(str::to_owned));
    }
    let mut unlabelled = Vec::new();
    for (file, (documents, labels)) in &files {
        let found = is_found(&documents.iter().collect::<Vec<_>>(), &[]);
        let labels: Vec<Option<&str>> = labels.iter().map(Option::as_deref).collect();
        match labels.as_slice() {
            [Some("privesc" | "exploitable(tools miss)")] => assert!(found, "{file}"),
            [Some("not-exploitable(tools false-positive)")] => assert!(!found, "{file}"),
            [None] => unlabelled.push((file.as_str(), found)),
            other => panic!("{file} has the labels {other:?}"),
        }
    }
    assert_eq!(files.len(), 22);
    // The role that is passed around, a site reliability engineer with `iam:*`, the role of a Glue endpoint.
    assert_eq!(unlabelled, [("glue", true), ("service-linked-role-common", true), ("sre", true)]);
}

/// One of the two policies alone is not what the two are together.
#[test]
fn policies_of_one_principal_are_judged_together() {
    let one = |owner: &str| {
        let mut all = rows(include_str!("data/iam_vulnerable.jsonl"));
        document(all.find(|row| row["owner"] == owner).expect("an owner")["policy"].clone())
    };
    let [run, pass] = ["aws_iam_policy.fn1-privesc3-partial", "aws_iam_policy.fn1-passrole-star"].map(one);
    assert_eq!([is_found(&[&run], &[]), is_found(&[&pass], &[]), is_found(&[&run, &pass], &[])], [false, false, true]);
    let [allow, deny] = ["aws_iam_policy.fp2-allow-all", "aws_iam_policy.deny-all"].map(one);
    assert_eq!(
        [is_found(&[&allow], &[]), is_found(&[&deny], &[]), is_found(&[&allow, &deny], &[])],
        [true, false, false]
    );
}

// The paths of pathfinding.cloud.

#[derive(Clone, Debug)]
struct Path {
    id: String,
    actions: Vec<String>,
    /// The service that the role is passed to; empty without `iam:PassRole`.
    service: String,
}

/// Less than what pathfinding.cloud requires is enough, by AWS's own sentences (`ways/existing.jsonl`, `ways/roles.jsonl`): a task
/// definition can be one that exists.
const SMALLER: [&[&str]; 2] = [&[PASS_ROLE, "ecs:RunTask"], &[PASS_ROLE, "ecs:StartTask"]];

fn every_path() -> Vec<Path> {
    let path = |row: Value| {
        let required = row["required"].as_array().expect("a list").iter();
        let actions: Vec<String> = required.map(|r| r["action"].as_str().expect("an action").to_owned()).collect();
        let id = row["id"].as_str().expect("an id").to_owned();
        let service = if actions.iter().any(|a| a == PASS_ROLE) { service_of(&row) } else { String::new() };
        Path { id, actions, service }
    };
    rows(include_str!("data/privesc_pathfinding.jsonl")).map(path).collect()
}

/// The service that the text says the role has to trust; where it says none, the one that has the name of the path.
fn service_of(row: &Value) -> String {
    const END: &str = ".amazonaws.com";
    let text = row["prerequisites"].to_string();
    let named = text.split("trusts ").nth(1).and_then(|rest| rest.split_once(END)).map(|(name, _)| name);
    let id = row["id"].as_str().and_then(|id| id.split_once('-')).expect("a name and a number").0;
    format!("{}{END}", named.filter(|name| !name.contains(' ')).unwrap_or(id))
}

fn set(actions: &[String]) -> BTreeSet<&str> {
    actions.iter().map(String::as_str).collect()
}

/// Those whose actions contain no other's.
fn paths() -> Vec<Path> {
    let all = every_path();
    let is_minimal = |path: &&Path| {
        let mine = set(&path.actions);
        !all.iter().any(|other| set(&other.actions).is_subset(&mine) && set(&other.actions) != mine)
    };
    all.iter().filter(is_minimal).cloned().collect()
}

/// Whether the actions contain those of some path.
fn is_path(actions: &[String], paths: &[Path]) -> bool {
    let actions = set(actions);
    paths.iter().any(|path| set(&path.actions).is_subset(&actions))
        || SMALLER.iter().any(|smaller| smaller.iter().all(|action| actions.contains(action)))
}

fn allow(actions: &[String]) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": "*"})
}

fn deny(action: &str) -> Value {
    json!({"Effect": "Deny", "Action": action, "Resource": "*"})
}

fn with(mut statement: Value, key: &str, value: Value) -> Value {
    statement[key] = value;
    statement
}

/// One Allow for `iam:PassRole` under the condition, one for the other actions.
fn passing(path: &Path, condition: Value) -> Value {
    let (pass, others): (Vec<String>, Vec<String>) = path.actions.iter().cloned().partition(|a| a == PASS_ROLE);
    json!([with(allow(&pass), "Condition", condition), allow(&others)])
}

/// Each way to leave one action out: that action, and the others.
fn without_one(path: &Path) -> Vec<(&String, Vec<String>)> {
    let others = |action: &String| path.actions.iter().filter(|a| *a != action).cloned().collect();
    path.actions.iter().map(|action| (action, others(action))).collect()
}

#[track_caller]
fn check(what: &str, path: &Path, statements: Value, expected: bool) {
    assert_eq!(is_found_in(statements.clone()), expected, "{} {what}: {statements}", path.id);
}

#[test]
fn every_path_is_found() {
    let all = every_path();
    assert_eq!((all.len(), paths().len()), (65, 49));
    for path in all {
        check("as it is", &path, json!(allow(&path.actions)), true);
    }
}

#[test]
fn without_any_action_it_is_no_path() {
    let paths = paths();
    for path in &paths {
        for (action, others) in without_one(path) {
            let expected = is_path(&others, &paths);
            check(&format!("without {action}"), path, json!(allow(&others)), expected);
        }
    }
}

#[test]
fn with_any_action_denied_it_is_no_path() {
    let paths = paths();
    for path in &paths {
        for (action, others) in without_one(path) {
            let expected = is_path(&others, &paths);
            let all = allow(&path.actions);
            check(&format!("{action} denied"), path, json!([all, deny(action)]), expected);
            check(&format!("{action} denied first"), path, json!([deny(&action.to_uppercase()), all]), expected);
            let denying =
                [policy(json!(deny(action))), policy(json!({"Effect": "Deny", "NotAction": others, "Resource": "*"}))];
            for denying in denying {
                let found = is_found(&[&policy(json!(all)), &denying], &[]);
                assert_eq!(found, expected, "{} and {}", path.id, denying.to_json());
            }
        }
    }
}

#[test]
fn with_any_action_outside_of_the_boundary_it_is_no_path() {
    let paths = paths();
    for path in &paths {
        let all = policy(json!(allow(&path.actions)));
        for (action, others) in without_one(path) {
            let expected = is_path(&others, &paths);
            let boundaries = [
                json!({"Effect": "Allow", "NotAction": action, "Resource": "*"}),
                json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}, deny(action)]),
                json!([allow(&others), {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]),
            ];
            for boundary in boundaries {
                let boundary = policy(boundary);
                let found = is_found(&[&all], &[&boundary]);
                assert_eq!(found, expected, "{} within {}", path.id, boundary.to_json());
                let both = is_found(
                    &[&all],
                    &[&policy(json!({"Effect": "Allow", "Action": "*", "Resource": "*"})), &boundary],
                );
                assert_eq!(both, expected, "{} within two, {}", path.id, boundary.to_json());
            }
        }
        let everything = policy(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
        assert!(is_found(&[&all], &[&everything]), "{} within everything", path.id);
        assert!(is_found(&[&everything], &[&all]), "{} as a boundary", path.id);
    }
}

#[test]
fn conditions_that_nobody_meets() {
    let paths = paths();
    for path in &paths {
        for condition in [
            json!({"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}}),
            json!({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:01Z"}}),
            json!({"NumericLessThan": {"aws:EpochTime": "1577836800"}}),
            json!({"StringEquals": {"aws:ResourceTag/team": "data"}}),
            json!({"StringLike": {"aws:ResourceTag/team": ["data-*", "ml"]}}),
            json!({"StringEquals": {"iam:PassedToService": "polly.amazonaws.com"}}),
            json!({"StringEquals": {"aws:PrincipalTag/team": "a"}, "StringLike": {"aws:PrincipalTag/team": "b*"}}),
            json!({"StringEquals": {"aws:RequestedRegion": "us-east-1"}, "StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}),
            json!({"Null": {"aws:PrincipalTag/team": "true"}, "StringEquals": {"aws:PrincipalTag/team": "a"}}),
            json!({"Null": {"aws:SourceVpc": "true"}, "StringLike": {"AWS:SourceVPC": "*"}}),
            json!({"StringEquals": {"aws:PrincipalTag/team": []}}),
        ] {
            let all = with(allow(&path.actions), "Condition", condition.clone());
            check("under a condition that nobody meets", path, json!(all), false);
            for (action, others) in without_one(path) {
                let one = with(allow(std::slice::from_ref(action)), "Condition", condition.clone());
                let what = format!("{action} under a condition that nobody meets");
                check(&what, path, json!([one, allow(&others)]), is_path(&others, &paths));
            }
        }
    }
}

#[test]
fn conditions_that_everybody_meets() {
    for path in paths() {
        for condition in [
            json!({"Bool": {"aws:SecureTransport": "true"}}),
            json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
            json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            json!({"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}}),
            json!({"StringEqualsIfExists": {"aws:RequestedRegion": "us-east-1"}}),
            json!({"StringEqualsIfExists": {"aws:ResourceTag/team": "data"}}),
            json!({"StringEqualsIfExists": {"aws:PrincipalTag/team": "data"}}),
            json!({"StringNotEquals": {"aws:ResourceTag/team": "data"}}),
            json!({"Null": {"aws:ResourceTag/team": "true"}}),
        ] {
            check(
                "under a condition that everybody meets",
                &path,
                json!(with(allow(&path.actions), "Condition", condition)),
                true,
            );
        }
    }
}

#[test]
fn the_service_that_the_role_is_passed_to() {
    let paths = paths();
    for path in paths.iter().filter(|path| !path.service.is_empty()) {
        let others: Vec<String> = path.actions.iter().filter(|a| *a != PASS_ROLE).cloned().collect();
        let service = &path.service;
        for (condition, expected) in [
            (json!({"StringEquals": {"iam:PassedToService": service}}), true),
            (json!({"StringEquals": {"iam:PassedToService": ["polly.amazonaws.com", service]}}), true),
            (json!({"StringLike": {"iam:PassedToService": "*.amazonaws.com"}}), true),
            (json!({"StringEqualsIfExists": {"iam:PassedToService": service}}), true),
            (json!({"StringNotEquals": {"iam:PassedToService": "polly.amazonaws.com"}}), true),
            (json!({"StringEquals": {"iam:PassedToService": "polly.amazonaws.com"}}), is_path(&others, &paths)),
            (json!({"StringLike": {"iam:PassedToService": "polly.*"}}), is_path(&others, &paths)),
        ] {
            check("with a passed role", path, passing(path, condition), expected);
        }
    }
}

#[test]
fn spread_over_documents() {
    for path in paths() {
        let documents: Vec<Document> =
            path.actions.iter().map(|action| policy(json!(allow(std::slice::from_ref(action))))).collect();
        assert!(is_found(&documents.iter().collect::<Vec<_>>(), &[]), "{}", path.id);
        assert!(is_found(&documents.iter().rev().collect::<Vec<_>>(), &[]), "{} from behind", path.id);
        check(
            "in statements",
            &path,
            path.actions.iter().map(|action| allow(std::slice::from_ref(action))).collect(),
            true,
        );
    }
}

/// Another way to write an action.
type Spelling = fn(&str) -> String;

#[test]
fn spelled_in_other_ways() {
    // `lambda:CreateFunction`: `lambda:Create*`, `lambda:*teFunction`, `lambda:CreateFuncti?n`, `lam*:CreateFunction`.
    let spellings: [(&str, Spelling); 7] = [
        ("in upper case", |action| action.to_uppercase()),
        ("in lower case", |action| action.to_lowercase()),
        ("with a question mark", |action| format!("{}?{}", &action[..action.len() - 2], &action[action.len() - 1..])),
        ("with an end left open", |action| format!("{}*", &action[..action.len() - 3])),
        ("with a start left open", |action| {
            action.split_once(':').map(|(s, name)| format!("{s}:*{}", &name[2..])).expect("an action")
        }),
        ("with the service left open", |action| {
            action.split_once(':').map(|(s, name)| format!("{}*:{name}", &s[..2])).expect("an action")
        }),
        ("with stars that match nothing", |action| action.replace(':', "**:*")),
    ];
    for path in paths() {
        for (what, spelled) in spellings {
            let actions: Vec<String> = path.actions.iter().map(|action| spelled(action)).collect();
            check(what, &path, json!(allow(&actions)), true);
        }
    }
    assert!(is_found_in(json!(allow(&[
        "iam:Pass?ole".to_owned(),
        "lambda:Create*".to_owned(),
        "LAMBDA:invoke*".to_owned()
    ]))));
}

/// What the path turns on has to be every resource: the role that is passed, or without one, everything.
#[test]
fn on_one_resource_it_is_no_path() {
    let paths = paths();
    for path in &paths {
        let turning = if path.service.is_empty() { path.actions.clone() } else { vec![PASS_ROLE.to_owned()] };
        for action in &turning {
            let (one, others): (Vec<String>, Vec<String>) = path.actions.iter().cloned().partition(|a| a == action);
            for resource in [
                "arn:aws:iam::123456789012:role/app",
                "arn:aws:iam::123456789012:role/app-*",
                "arn:aws:s3:::b",
                "arn:aws:lambda:us-east-1:123456789012:function:app",
            ] {
                let statements = json!([with(allow(&one), "Resource", json!(resource)), allow(&others)]);
                check(&format!("with {action} on {resource}"), path, statements, is_path(&others, &paths));
            }
        }
    }
}

/// A policy that has no part of a way of several actions needs no other policies to be read.
#[test]
fn a_part_of_a_way() {
    let could = |statements: Value| could_complete_escalation(&policy(statements), &zone());
    let one =
        |effect: &str, action: &str, resource: &str| json!({"Effect": effect, "Action": action, "Resource": resource});
    let allow = |action: &str, resource: &str| json!([one("Allow", action, resource)]);
    assert!(could(allow("iam:PassRole", "*")));
    assert!(could(allow("iam:PassRole", "arn:aws:iam::123456789012:role/app")), "another policy may pass the others");
    assert!(could(allow("lambda:CreateFunction", "*")));
    assert!(could(allow("LAMBDA:Create*", "arn:aws:lambda:us-east-1:123456789012:function:one")));
    assert!(could(allow("*", "*")));
    assert!(could(json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}])));
    assert!(!could(allow("iam:SetDefaultPolicyVersion", "*")), "a way by itself");
    assert!(
        could(allow("iam:CreateAccessKey", "arn:aws:iam::123456789012:user/one")),
        "another may give that user power"
    );
    assert!(could(allow("iam:TagRole", "*")), "another may ask for the tag");
    assert!(!could(allow("sqs:*", "*")));
    assert!(!could(allow("dynamodb:GetItem", "*")));
    assert!(!could(json!([one("Deny", "*", "*")])));
    assert!(!could(json!([one("Allow", "iam:PassRole", "*"), one("Deny", "iam:*", "*")])));
    let tagged = json!({"StringEquals": {"aws:ResourceTag/team": "ml"}});
    let update = |condition: &Value| {
        could(
            json!([{"Effect": "Allow", "Action": "lambda:UpdateFunctionCode", "Resource": "*", "Condition": condition}]),
        )
    };
    assert!(update(&tagged), "another may allow to set the tag");
    let to_nobody = json!({"StringEquals": {"aws:PrincipalAccount": "999999999999"}});
    assert!(!could(json!([{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": to_nobody}])));
}

/// Whatever way several policies make together, each that takes part in it says so: none is missed by not being read.
#[test]
fn every_part_of_every_way_is_seen() {
    let mut seen = 0;
    for row in rows(include_str!("data/privesc_pathfinding.jsonl")) {
        let required = row["required"].as_array().expect("a list");
        let allowing = |action: &Value| policy(json!([{"Effect": "Allow", "Action": action, "Resource": "*"}]));
        let parts: Vec<Document> = required.iter().map(|required| allowing(&required["action"])).collect();
        let parts: Vec<&Document> = parts.iter().collect();
        if parts.iter().any(|part| is_found(&[*part], &[])) {
            continue;
        }
        for (number, part) in parts.iter().enumerate() {
            let others: Vec<&Document> =
                parts.iter().enumerate().filter(|(other, _)| *other != number).map(|(_, part)| *part).collect();
            if is_found(&parts, &[]) && !is_found(&others, &[]) {
                assert!(could_complete_escalation(part, &zone()), "{row}: {number}");
                seen += 1;
            }
        }
    }
    assert!(seen > 50, "{seen}");
}

/// "If you limit resource access with the Resource element in an IAM policy, you must include an ARN or pattern for each required
/// resource type" (Service Authorization Reference).
#[test]
fn all_that_a_request_is_about_has_to_be_allowed() {
    let check = |action: &str, resources: Value, condition: Value, expected: bool| {
        let mut statement = json!({"Effect": "Allow", "Action": action, "Resource": resources});
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        assert_eq!(is_found_in(statement.clone()), expected, "{statement}");
    };
    let nodes = "arn:aws:ec2:*:*:instance/*";
    let document = |name: &str| format!("arn:aws:ssm:*:*:document/{name}");
    let send = |resources: Value, expected: bool| check("ssm:SendCommand", resources, Value::Null, expected);
    send(json!("*"), true);
    send(json!([nodes, document("*")]), true);
    send(json!([nodes, document("AWS-RunShellScript")]), true);
    send(json!([nodes, "arn:aws:ssm:eu-west-1::document/AWS-RunPowerShellScript"]), true);
    send(json!([nodes, document("AWSEC2-CreateVssSnapshot")]), false);
    send(json!([nodes, document("AWS-ConfigureAWSPackage")]), false);
    send(json!([nodes]), false);
    send(json!([document("*")]), false);
    send(json!([document("*"), "arn:aws:ec2:*:*:instance/i-0123456789abcdef0"]), false);
    let tagged = json!({"StringEquals": {"ssm:resourceTag/team": "a"}});
    check("ssm:StartSession", json!([nodes, document("*")]), tagged, false);
    check("ssm:StartSession", json!([nodes]), Value::Null, true);
    check("ssm:StartSession", json!([document("*")]), Value::Null, false);
    check(
        "ssm:CreateAssociation",
        json!(["arn:aws:ssm:*:*:association/*", document("AWS-RunShellScript")]),
        Value::Null,
        true,
    );
    check(
        "ssm:CreateAssociation",
        json!(["arn:aws:ssm:*:*:association/*", document("AWS-RunPatchBaseline")]),
        Value::Null,
        false,
    );
    check("ssm:CreateAssociation", json!([document("AWS-RunShellScript")]), Value::Null, false);
    check("ecs:ExecuteCommand", json!(["arn:aws:ecs:*:*:task/*", "arn:aws:ecs:*:*:cluster/*"]), Value::Null, true);
    check("ecs:ExecuteCommand", json!(["arn:aws:ecs:*:*:task/*", "arn:aws:ecs:*:*:cluster/a"]), Value::Null, false);
    check("redshift:GetClusterCredentials", json!("arn:aws:redshift:*:*:dbname:*/*"), Value::Null, false);
    check("redshift:GetClusterCredentials", json!("arn:aws:redshift:*:*:dbuser:*/*"), Value::Null, true);
}

/// What is made is what is run; a version of a function is a part of it.
#[test]
fn the_steps_of_a_way_are_about_one_resource() {
    let check = |made: &str, ran: &str, expected: bool| {
        let function = |name: &str| format!("arn:aws:lambda:*:*:function:{name}");
        let passed = json!({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}});
        let statements = json!([
            {"Effect": "Allow", "Action": PASS_ROLE, "Resource": "*", "Condition": passed},
            {"Effect": "Allow", "Action": "lambda:CreateFunction", "Resource": function(made)},
            {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": function(ran)},
        ]);
        assert_eq!(is_found_in(statements.clone()), expected, "{statements}");
    };
    check("dev-*", "prod-*", false);
    check("dev-a", "dev-b", false);
    check("dev-*", "*", true);
    check("dev-*", "dev-a", true);
    check("dev-*", "*-a", true);
    check("dev-a", "dev-a:*", true);
    check("${aws:username}-*", "dev-*", true);
}

/// "Some services, such as AWS CodeBuild and AWS CodeCommit do not support this condition key" (IAM User Guide, IAM and AWS STS condition
/// context keys, `iam:PassedToService`).
#[test]
fn a_service_that_does_not_say_that_a_role_goes_to_it() {
    let check = |actions: Value, condition: Value, expected: bool| {
        let statements = json!([
            {"Effect": "Allow", "Action": PASS_ROLE, "Resource": "*", "Condition": condition},
            {"Effect": "Allow", "Action": actions, "Resource": "*"},
        ]);
        assert_eq!(is_found_in(statements.clone()), expected, "{statements}");
    };
    let [build, function] = [
        json!(["codebuild:CreateProject", "codebuild:CreateWebhook"]),
        json!(["lambda:CreateFunction", "lambda:InvokeFunction"]),
    ];
    let with =
        |operator: &str, service: &str| json!({operator: {"iam:PassedToService": format!("{service}.amazonaws.com")}});
    check(build.clone(), with("StringEquals", "codebuild"), true);
    check(build.clone(), with("StringEqualsIfExists", "ec2"), true);
    check(build.clone(), json!({"Null": {"iam:PassedToService": "true"}}), true);
    check(function.clone(), with("StringEqualsIfExists", "ec2"), false);
    check(function.clone(), json!({"Null": {"iam:PassedToService": "true"}}), false);
    check(function, with("StringEqualsIfExists", "lambda"), true);
}
