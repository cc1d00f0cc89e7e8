//! What turns on roles of which it is known what they have: it is told only if one of them has more than the holder.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

use common::{ACCOUNT, judged, policy};
use iam_policy::{
    Document, Holding, KnownRole, More, Narrowing, PolicyKind, Proposal, Rules, Terms, TrustZone, Violation,
    ViolationKind, narrow, propose,
};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

const PASSING: [&str; 3] = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"];
const IAM_ADMIN: &str = "iam:CreatePolicyVersion";

fn arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn allow(actions: impl serde::Serialize, resources: impl serde::Serialize) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resources})
}

fn trust(principal: Value) -> Document {
    policy(
        json!({"Effect": "Allow", "Principal": principal, "Action": ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"]}),
    )
}

fn service(name: &str) -> Document {
    trust(json!({"Service": name}))
}

fn role(name: &str, trust: Document, held: Value) -> KnownRole {
    KnownRole { arn: arn(name), trust, policies: Some(vec![Arc::new(policy(held))]), boundary: None }
}

fn bound(role: KnownRole, boundary: Value) -> KnownRole {
    KnownRole { boundary: Some(Arc::new(policy(boundary))), ..role }
}

fn unknown(role: KnownRole) -> KnownRole {
    KnownRole { policies: None, ..role }
}

/// A role that may do everything, for everything.
fn strongest() -> KnownRole {
    role("any", trust(json!({"Service": "*", "AWS": "*"})), allow("*", "*"))
}

/// About power, and not about the data that the holders below can reach so that roles have nothing more.
fn rules(roles: &[KnownRole]) -> Rules {
    use ViolationKind as Kind;
    let kinds = [Kind::Admin, Kind::PrivilegeEscalation, Kind::ConfusedService, Kind::PassRole, Kind::NotElement];
    Rules { roles: roles.into(), ..Rules::of(TrustZone::new(ACCOUNT), kinds) }
}

fn found(holder: &Document, roles: &[KnownRole]) -> Vec<Violation> {
    judged(&[holder], PolicyKind::Identity, &rules(roles))
}

fn kinds(holder: &Document, roles: &[KnownRole]) -> Vec<&'static str> {
    found(holder, roles).iter().map(|violation| violation.kind.name()).collect()
}

#[track_caller]
fn check(holder: Value, roles: &[KnownRole], expected: &[&str]) {
    assert_eq!(kinds(&policy(holder), roles), expected);
}

const BOTH: [&str; 2] = ["privilege-escalation", "pass-role"];

#[test]
fn without_roles_any_may_have_more() {
    check(allow(PASSING, "*"), &[], &BOTH);
}

#[test]
fn a_passed_role_counts_if_it_has_more() {
    let holder = || json!([allow(PASSING, "*"), allow("s3:*", "*")]);
    let lambda = || service("lambda.amazonaws.com");
    check(holder(), &[role("reader", lambda(), allow("s3:GetObject", "*"))], &[]);
    check(holder(), &[role("reader", lambda(), allow(["s3:GetObject", "sqs:SendMessage"], "*"))], &BOTH);
    check(holder(), &[role("all", lambda(), allow("*", "*"))], &BOTH);
    check(
        holder(),
        &[role("denied", lambda(), json!([allow("*", "*"), {"Effect": "Deny", "Action": "*", "Resource": "*"}]))],
        &[],
    );
    check(holder(), &[role("a", lambda(), allow("s3:*", "*")), role("b", lambda(), allow("sqs:*", "*"))], &BOTH);
}

#[test]
fn a_passed_role_counts_if_the_service_gets_it() {
    let holder = || allow(PASSING, "*");
    let all = || allow("*", "*");
    check(holder(), &[role("of-ec2", service("ec2.amazonaws.com"), all())], &["pass-role"]);
    check(holder(), &[role("of-people", trust(json!({"AWS": ACCOUNT})), all())], &[]);
    check(holder(), &[role("of-lambda", service("lambda.amazonaws.com"), all())], &BOTH);
    check(holder(), &[role("of-all", trust(json!("*")), all())], &BOTH);
    let linked = "aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport";
    check(holder(), &[role(linked, service("support.amazonaws.com"), all())], &[]);
    check(allow("iam:UpdateAssumeRolePolicy", "*"), &[role(linked, service("support.amazonaws.com"), all())], &[]);
    let denied = json!([
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
    ]);
    check(holder(), &[role("denied", policy(denied), all())], &[]);
    let of_source = json!({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}});
    check(holder(), &[role("of-source", policy(of_source), all())], &BOTH);
}

#[test]
fn names_of_a_service() {
    let holder = |action: &str| allow(["iam:PassRole", action], "*");
    let all = || allow("*", "*");
    let regional = role("steps", service("states.eu-west-1.amazonaws.com"), all());
    check(allow(["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"], "*"), &[regional], &BOTH);
    check(holder("iot:CreateRoleAlias"), &[role("iot", service("iot.amazonaws.com"), all())], &["pass-role"]);
}

#[test]
fn a_passed_role_counts_if_it_may_be_passed() {
    let lambda = |name: &str| role(name, service("lambda.amazonaws.com"), allow("*", "*"));
    let but = |resource: String| json!([allow(PASSING, "*"), {"Effect": "Deny", "Action": "iam:PassRole", "Resource": resource}]);
    check(but(arn("strong")), &[lambda("strong")], &[]);
    check(but(arn("other")), &[lambda("strong")], &BOTH);
    check(but(arn("strong")), &[lambda("strong"), lambda("second")], &BOTH);
    let to = |service: &str| {
        let mut passing = allow("iam:PassRole", "*");
        passing["Condition"] = json!({"StringEquals": {"iam:PassedToService": service}});
        json!([passing, allow(["lambda:CreateFunction", "lambda:InvokeFunction", "ec2:RunInstances"], "*")])
    };
    check(to("lambda.amazonaws.com"), &[lambda("strong")], &["privilege-escalation"]);
    check(to("ec2.amazonaws.com"), &[lambda("strong")], &[]);
    check(to("ec2.amazonaws.com"), &[], &["privilege-escalation"]);
}

#[test]
fn a_boundary_limits_a_role() {
    let holder = || json!([allow(PASSING, "*"), allow("s3:*", "*")]);
    let admin = || role("admin", service("lambda.amazonaws.com"), allow("*", "*"));
    check(holder(), &[bound(admin(), allow("s3:GetObject", "*"))], &[]);
    check(holder(), &[bound(admin(), allow(["s3:GetObject", "sqs:*"], "*"))], &BOTH);
    let unbinding = || json!([allow(["iam:DeleteRolePermissionsBoundary", "s3:*"], "*")]);
    check(unbinding(), &[bound(admin(), allow("s3:GetObject", "*"))], &["privilege-escalation"]);
    check(unbinding(), &[admin()], &[]);
    check(
        unbinding(),
        &[bound(role("weak", service("lambda.amazonaws.com"), allow("s3:*", "*")), allow("*", "*"))],
        &[],
    );
}

#[test]
fn an_assumed_role_counts_if_the_account_gets_it() {
    let holder = || allow(["sts:AssumeRole", "s3:*"], "*");
    let all = || allow("*", "*");
    let federated =
        json!({"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com")});
    check(holder(), &[], &["privilege-escalation"]);
    check(holder(), &[role("of-lambda", service("lambda.amazonaws.com"), all())], &[]);
    check(holder(), &[role("of-github", trust(federated), all())], &[]);
    check(holder(), &[role("of-others", trust(json!({"AWS": "999999999999"})), all())], &[]);
    check(
        holder(),
        &[role("of-us", trust(json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")})), all())],
        &["privilege-escalation"],
    );
    check(holder(), &[role("of-one", trust(json!({"AWS": arn("ci")})), all())], &["privilege-escalation"]);
    check(holder(), &[role("weak", trust(json!({"AWS": ACCOUNT})), allow("s3:ListBucket", "*"))], &[]);
}

#[test]
fn who_says_whom_a_role_trusts_gets_it() {
    let holder = || allow(["iam:UpdateAssumeRolePolicy", "s3:*"], "*");
    check(holder(), &[role("of-lambda", service("lambda.amazonaws.com"), allow("*", "*"))], &["privilege-escalation"]);
    check(holder(), &[role("weak", service("lambda.amazonaws.com"), allow("s3:*", "*"))], &[]);
    let one = |action: &str| json!([allow(PASSING, "*"), allow(action, arn("one"))]);
    check(one("iam:UpdateAssumeRolePolicy"), &[role("one", trust(json!({"AWS": ACCOUNT})), allow("*", "*"))], &BOTH);
    check(one("iam:UpdateAssumeRolePolicy"), &[role("two", trust(json!({"AWS": ACCOUNT})), allow("*", "*"))], &[]);
}

#[test]
fn what_the_holder_gives_a_role_it_has() {
    let lambda = |name: &str| role(name, service("lambda.amazonaws.com"), allow("lambda:InvokeFunction", "*"));
    let giving = |action: &str| json!([allow(PASSING, "*"), allow(action, arn("one"))]);
    check(giving("iam:PutRolePolicy"), &[lambda("one")], &BOTH);
    check(giving("iam:AttachRolePolicy"), &[lambda("one")], &BOTH);
    check(giving("iam:PutRolePolicy"), &[lambda("two")], &[]);
    let making = json!([allow(PASSING, "*"), allow(["iam:CreateRole", "iam:AttachRolePolicy"], arn("app-*"))]);
    check(making, &[lambda("two")], &["privilege-escalation"]);
    check(allow("iam:PutRolePolicy", "*"), &[lambda("two")], &["admin", "privilege-escalation"]);
}

#[test]
fn what_does_not_turn_on_a_role_stays() {
    let weak = || role("weak", service("lambda.amazonaws.com"), allow("s3:GetObject", "*"));
    let code = allow(["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], "*");
    assert_eq!(kinds(&policy(code.clone()), &[weak()]), kinds(&policy(code), &[]));
    check(allow(IAM_ADMIN, "*"), &[weak()], &["admin", "privilege-escalation"]);
}

#[test]
fn a_service_that_moves_data_likewise() {
    let moving = || {
        allow(
            ["iam:PassRole", "datasync:CreateLocationS3", "datasync:CreateTask", "datasync:StartTaskExecution", "s3:*"],
            "*",
        )
    };
    let before = kinds(&policy(moving()), &[]);
    assert!(before.contains(&"confused-service"), "{before:?}");
    check(moving(), &[role("weak", service("datasync.amazonaws.com"), allow("s3:*", "*"))], &[]);
    check(
        moving(),
        &[role("strong", service("datasync.amazonaws.com"), allow("kms:*", "*"))],
        &["confused-service", "pass-role"],
    );
}

#[test]
fn roles_of_another_account_say_nothing() {
    let foreign = KnownRole {
        arn: "arn:aws:iam::999999999999:role/weak".to_owned(),
        ..role("weak", service("lambda.amazonaws.com"), allow("s3:GetObject", "*"))
    };
    check(allow(PASSING, "*"), &[foreign], &BOTH);
}

#[test]
fn a_role_that_is_not_known_may_have_everything() {
    let lambda = || unknown(role("some", service("lambda.amazonaws.com"), json!([])));
    check(allow(PASSING, "*"), &[lambda()], &BOTH);
    check(json!([allow(PASSING, "*"), allow("s3:*", "*")]), &[bound(lambda(), allow("s3:GetObject", "*"))], &[]);
    let found = found(&policy(allow(PASSING, "*")), &[lambda()]);
    let role = found[0].role.as_ref().expect("a role");
    assert_eq!(role.more, More::Unknown("not all of its policies are known".to_owned()));
}

#[test]
fn the_role_is_named_with_what_it_has_more() {
    let strong = role("strong", service("lambda.amazonaws.com"), allow("secretsmanager:GetSecretValue", "*"));
    let weak = role("weak", service("lambda.amazonaws.com"), allow("lambda:InvokeFunction", "*"));
    let found = found(&policy(allow(PASSING, "*")), &[weak, strong]);
    assert_eq!(found[0].witness.resource, arn("strong"));
    let said = found[0].to_string();
    assert!(said.contains("by `arn:aws:iam::123456789012:role/strong`, which can `secretsmanager:GetSecretValue` on `arn:aws:secretsmanager:"), "{said}");
    let role = found[0].role.as_ref().expect("a role");
    assert!(matches!(&role.more, More::Does(witness) if witness.action == "secretsmanager:GetSecretValue"), "{role:?}");
}

/// Holders of many kinds.
fn holders() -> Vec<Document> {
    let mut holders = vec![
        allow("*", "*"),
        allow(PASSING, "*"),
        allow("iam:*", "*"),
        allow(["sts:AssumeRole", "iam:UpdateAssumeRolePolicy", "ec2:RunInstances", "iam:PassRole"], "*"),
        json!([allow(PASSING, arn("app-*")), allow("sts:*", "*")]),
        json!({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}),
        json!({"Effect": "Allow", "NotAction": ["iam:Put*", "iam:Attach*"], "Resource": "*"}),
        allow(["iam:PassRole", "glue:*", "datasync:*", "sagemaker:*"], "*"),
    ];
    holders.push(json!([allow(PASSING, "*"), {"Effect": "Deny", "Action": "iam:PassRole", "NotResource": arn("any")}]));
    holders.into_iter().map(policy).collect()
}

#[test]
fn giving_roles_never_adds_a_finding() {
    let roles = [
        role("weak", service("lambda.amazonaws.com"), allow("s3:GetObject", "*")),
        role("people", trust(json!({"AWS": ACCOUNT})), allow("ec2:*", "*")),
        bound(role("bound", service("ec2.amazonaws.com"), allow("*", "*")), allow("s3:*", "*")),
        unknown(role("unknown", service("glue.amazonaws.com"), json!([]))),
        strongest(),
    ];
    for holder in holders() {
        let before = kinds(&holder, &[]);
        for count in 1..=roles.len() {
            let after = kinds(&holder, &roles[..count]);
            assert!(after.iter().all(|kind| before.contains(kind)), "{}: {after:?}", holder.to_json());
        }
    }
}

#[test]
fn a_role_that_may_do_everything_is_as_no_roles() {
    // Who may do everything but make administrators has everything that such a role has, but these.
    for holder in holders().into_iter().skip(1) {
        assert_eq!(kinds(&holder, &[strongest()]), kinds(&holder, &[]), "{}", holder.to_json());
    }
}

fn proposed(holder: &Document, rules: &Rules) -> Value {
    match propose(&Holding::of(&[holder], PolicyKind::Identity), rules, &Terms::for_person()) {
        Proposal::Changed(narrowed) => {
            let after = narrowed.documents[0].clone().expect("something is left");
            let left: Vec<ViolationKind> = narrowed.left.iter().map(|left| left.kind).collect();
            let still = judged(&[&after], PolicyKind::Identity, rules);
            assert!(still.iter().all(|violation| left.contains(&violation.kind)), "{still:?} in {}", after.to_json());
            after.as_value()["Statement"].clone()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn strong_roles_are_left_out() {
    let lambda = |name: &str, held: Value| role(name, service("lambda.amazonaws.com"), held);
    let strong = || lambda("strong", allow("*", "*"));
    let weak = lambda("weak", allow("lambda:InvokeFunction", "*"));
    let holder = policy(allow(PASSING, "*"));
    let after = proposed(&holder, &rules(&[weak.clone(), strong()]));
    let expected = json!([
        {"Effect": "Allow", "Action": ["iam:PassRole"], "NotResource": arn("strong")},
        {"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}
    ]);
    assert_eq!(after.to_string(), expected.to_string());
    // Of many, all.
    let many: Vec<KnownRole> = (0..10).map(|i| lambda(&format!("strong-{i}"), allow("*", "*"))).collect();
    let after = proposed(&holder, &rules(&many));
    assert_eq!(after["Action"], json!(["lambda:CreateFunction", "lambda:InvokeFunction"]), "{after}");
    // What is assumed likewise; what a pattern allows goes as before.
    let people = || role("people", trust(json!({"AWS": ACCOUNT})), allow("*", "*"));
    let assuming = policy(json!([allow("sts:AssumeRole", "*"), allow("s3:ListBucket", "*")]));
    let after = proposed(&assuming, &rules(&[people()]));
    assert_eq!(after[0], json!({"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": arn("people")}));
    let after = proposed(&policy(json!([allow("sts:Assume*", "*"), allow("s3:*", "*")])), &rules(&[people()]));
    assert!(!after.to_string().contains("NotResource"), "{after}");
    // What would be taken makes a role stronger, which is then left out, too.
    let admin = lambda("admin", allow(["iam:PutRolePolicy", "lambda:InvokeFunction"], "*"));
    let holder = policy(json!([allow(PASSING, "*"), allow("iam:PutRolePolicy", "*")]));
    let after = proposed(&holder, &rules(&[admin]));
    assert!(!after.to_string().contains("PutRolePolicy"), "{after}");
    assert!(after.to_string().contains("\"NotResource\""), "{after}");
}

#[test]
fn a_narrowed_policy_is_clean() {
    let roles = [
        role("weak", service("lambda.amazonaws.com"), allow("s3:GetObject", "*")),
        role("people", trust(json!({"AWS": ACCOUNT})), allow("ec2:*", "*")),
        role("admin", service("glue.amazonaws.com"), allow("*", "*")),
    ];
    for holder in holders() {
        let rules = rules(&roles);
        match narrow(&Holding::of(&[&holder], PolicyKind::Identity), &rules) {
            Narrowing::Unchanged => assert_eq!(kinds(&holder, &roles), [""; 0]),
            Narrowing::Changed(after) => {
                let after: Vec<&Document> = after.iter().flatten().collect();
                assert_eq!(judged(&after, PolicyKind::Identity, &rules), [], "{}", holder.to_json());
            }
            Narrowing::Undetermined(why) => panic!("{why}: {}", holder.to_json()),
        }
    }
}

#[test]
fn many_roles_are_soon_compared() {
    let of = |i: usize| {
        let held = json!([
            allow(["s3:GetObject", "s3:PutObject"], format!("arn:aws:s3:::data-{i}/*")),
            allow("logs:*", format!("arn:aws:logs:*:{ACCOUNT}:log-group:{i}:*")),
        ]);
        role(&format!("app-{i}"), service("lambda.amazonaws.com"), held)
    };
    let roles: Vec<KnownRole> = (0..500).map(of).collect();
    let holder = policy(json!([allow(PASSING, "*"), allow(["s3:*", "logs:*"], "*")]));
    let start = Instant::now();
    assert_eq!(kinds(&holder, &roles), [""; 0]);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?}");
}
