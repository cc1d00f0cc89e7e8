//! Power by another spelling: names that are known, and patterns that name nobody.

use super::*;

fn inline(entity: IamEntity) -> Resource {
    Resource::InlinePolicy(on::InlinePolicy { entity, name: "p".into() })
}

fn policy(name: &str) -> Resource {
    managed_policy(&format!("arn:aws:iam::111122223333:policy/{name}"))
}

/// A statement alone, in the policy of somebody.
#[track_caller]
fn found(resource: &Resource, attached_to: &[IamEntity], actions: impl Into<Value>, on: &str, expected: &str) {
    let document = document(&[allow(actions, on)]);
    let observed = match resource {
        Resource::ManagedPolicy(_) => State::ManagedDocument(Some(ManagedPolicy {
            document,
            default_version: "v1".into(),
            other_versions: Vec::new(),
            versions: std::collections::BTreeMap::new(),
            attached_to: attached_to.to_vec(),
            bounded: Vec::new(),
            boundary_of: Vec::new(),
        })),
        _ => State::InlineDocument(Some(document)),
    };
    let situation = Situation { resource: resource.clone(), ..enforced(GLASS) };
    let verdict = verdict(&situation.subject(), None, &observed);
    assert_eq!(verdict.split(" -> ").next().unwrap(), expected, "{resource} {on}");
}

/// Whoever writes his own policy has what he likes.
#[test]
#[rustfmt::skip] // One line a case.
fn oneself() {
    const ADMIN: &str = "IAM.AdminPolicy";
    let ci = || inline(IamEntity::Role("ci-main".into()));
    let is = |resource: Resource, action: &str, on: &str, expected: &str| found(&resource, &[IamEntity::Role("app-x".into())], action, &format!("arn:aws:iam::111122223333:{on}"), expected);
    is(ci(), "iam:PutRolePolicy", "role/ci-*", ADMIN);
    is(ci(), "iam:AttachRolePolicy", "role/ci-main", ADMIN);
    is(ci(), "iam:PutRolePolicy", "role/other-*", "compliant");
    is(ci(), "iam:PutUserPolicy", "user/ci-main", "compliant");
    is(inline(user("jane")), "iam:PutUserPolicy", "user/ja*", ADMIN);
    is(inline(user("jane")), "iam:PutUserPolicy", "user/bo*", "compliant");
    is(inline(IamEntity::Group("staff".into())), "iam:AttachGroupPolicy", "group/staff", ADMIN);
    is(policy("fn2-x"), "iam:CreatePolicyVersion", "policy/fn2-*", ADMIN);
    is(policy("fn2-x"), "iam:CreatePolicyVersion", "policy/fn3-*", "compliant");
    is(policy("fn2-x"), "iam:PutRolePolicy", "role/app-*", ADMIN);
    is(policy("fn2-x"), "iam:PutRolePolicy", "role/web-*", "compliant");
}

/// Whoever becomes somebody stronger.
#[test]
#[rustfmt::skip] // One line a case.
fn those_whom_the_standard_names() {
    const MORE: &str = "IAM.PrivilegeEscalation";
    let is = |action: &str, on: &str, expected: &str| found(&inline(user("jane")), &[], action, &format!("arn:aws:iam::111122223333:{on}"), expected);
    is("iam:CreateAccessKey", "user/gl*", MORE);
    is("iam:CreateLoginProfile", "user/glass", MORE);
    is("iam:UpdateLoginProfile", "user/*lass", MORE);
    is("iam:CreateAccessKey", "user/bob", "compliant");
    is("iam:UpdateAssumeRolePolicy", "role/app-*", "compliant");
}

/// Junk beside what is too much, so that it takes long to look at.
#[test]
fn what_is_hidden_in_junk() {
    let junk = |number: usize| {
        let name = |n: usize| format!("arn:*{n}*:s3:*{n}*:*{n}*:*a*{n}*");
        (0..number).map(name).chain(["*".to_owned()]).collect::<Vec<_>>()
    };
    for number in [45, 500] {
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": junk(number)});
        let harmless = allow("s3:GetObject", "arn:aws:s3:::data/*");
        let resource = inline(IamEntity::Role("app".into()));
        let situation = Situation { resource, ..enforced("") };
        let observed = State::InlineDocument(Some(document(&[statement, harmless.clone()])));
        let found = verdict(&situation.subject(), None, &observed);
        assert!(found.starts_with("IAM.AdminPolicy"), "{number}: {found}");
        let State::InlineDocument(Some(left)) = observed.comply(&situation.subject(), None) else { panic!("{number}") };
        assert!(left.to_json().contains("s3:GetObject"), "{number}: {left:?}");
        assert!(verdict(&situation.subject(), None, &State::InlineDocument(Some(left))) == "compliant", "{number}");
    }
}

/// Nobody's names have a letter in them, and nothing else in common.
#[test]
#[rustfmt::skip] // One line a case.
fn patterns_that_name_no_family() {
    let is = |action: Value, on: Value, is_found: bool| {
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": on});
        let situation = Situation { resource: inline(user("jane")), ..enforced("") };
        let verdict = verdict(&situation.subject(), None, &State::InlineDocument(Some(document(std::slice::from_ref(&statement)))));
        assert_eq!(verdict != "compliant", is_found, "{statement}: {verdict}");
    };
    let roles = |names: &[&str]| names.iter().map(|name| json!(format!("arn:aws:iam::111122223333:role/{name}"))).collect::<Value>();
    for action in ["iam:*", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:PassRole"] {
        is(json!(action), roles(&["*a*"]), true);
        is(json!(action), roles(&["*_*"]), true);
        is(json!(action), roles(&["*a"]), true);
        is(json!(action), roles(&["*a", "*b", "*c"]), true);
        is(json!(action), json!("arn:aws:iam::*:*/*a*"), true);
        is(json!(action), json!(["arn:aws:iam::*:*/*a*", "arn:aws:iam::*:*/*e*"]), true);
        is(json!(action), json!("arn:aws:iam::111122223333:r*/*in*"), true);
        // With all of IAM a role of any name is given what its holder likes.
        is(json!(action), roles(&["app-*", "*-deploy"]), action == "iam:*");
        is(json!(action), roles(&["ad*"]), action == "iam:*");
    }
    let letters: Vec<String> = ('a'..='z').map(|letter| format!("{letter}*")).collect();
    let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
    is(json!("iam:PutRolePolicy"), roles(&letters), true);
    is(json!("iam:*"), json!("*/*a*"), true);
    let capitals: Vec<String> = ('A'..='Z').map(|letter| format!("{letter}*")).collect();
    let capitals: Vec<&str> = capitals.iter().map(String::as_str).collect();
    is(json!("iam:PutRolePolicy"), roles(&capitals), true);
}
