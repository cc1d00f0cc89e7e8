use parapet_guards::Boundary;

use super::*;

const REQUIRED: &str = "principals: {boundaries: [{principals: [role/app-*], boundary: app-boundary}]}";
const APP: &str = "arn:aws:iam::111122223333:policy/app-boundary";
const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

fn boundary(arn: &str, statements: &[Value]) -> State {
    State::PermissionsBoundary(Boundary { arn: Some(arn.to_owned()), document: Some(document(statements)) })
}

fn none() -> State {
    State::PermissionsBoundary(Boundary::default())
}

fn reads() -> Value {
    allow("s3:Get*", "*")
}

#[test]
#[rustfmt::skip] // One line a case.
fn one_that_is_removed_or_widened_comes_back() {
    let on = |before: Option<State>, observed: State, expected: &str| check_change("", &principal(user("jane")), before, observed, expected);
    let back = format!("IAM.PermissionsBoundary -> put the permissions boundary {APP}");
    on(Some(boundary(APP, &[reads()])), none(), &back);
    on(Some(boundary(APP, &[reads()])), boundary(ADMINISTRATOR, &[allow("*", "*")]), &back);
    on(Some(boundary(APP, &[reads()])), State::PermissionsBoundary(Boundary { arn: Some(ADMINISTRATOR.into()), document: None }), &back);
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_takes_nothing_away_is_left_alone() {
    let on = |before: Option<State>, observed: State| check_change("", &principal(user("jane")), before, observed, "compliant");
    on(None, none());
    on(Some(none()), none());
    on(Some(none()), boundary(ADMINISTRATOR, &[allow("*", "*")]));
    on(None, boundary(APP, &[reads()]));
    on(Some(boundary(APP, &[reads()])), boundary(APP, &[reads()]));
    on(Some(boundary(APP, &[reads()])), boundary(APP, &[allow("s3:*", "*")]));
    on(Some(boundary(APP, &[reads()])), boundary("arn:aws:iam::111122223333:policy/narrower", &[allow("s3:GetObject", "*")]));
    on(Some(boundary(ADMINISTRATOR, &[allow("*", "*")])), boundary(APP, &[reads()]));
}

#[test]
#[rustfmt::skip] // One line a case.
fn one_that_the_standard_asks_for_is_put() {
    let app = || principal(IamEntity::Role("app-1".into()));
    let put = format!("IAM.PermissionsBoundary -> put the permissions boundary {APP}");
    check(REQUIRED, &app(), none(), &put);
    check(REQUIRED, &app(), boundary(ADMINISTRATOR, &[allow("*", "*")]), &put);
    check(REQUIRED, &app(), boundary(APP, &[reads()]), "compliant");
    check(REQUIRED, &principal(IamEntity::Role("other".into())), none(), "compliant");
    check(&format!("{{{REQUIRED}, controls: {{IAM.PermissionsBoundary: observe}}}}"), &app(), none(), "(IAM.PermissionsBoundary)");
}

/// A boundary is loosened by a new version of its policy, too. Most that grow do so on purpose.
#[test]
#[rustfmt::skip] // One line a case.
fn a_policy_that_bounds_somebody_allows_more() {
    let policy = |statements: &[Value], bounds: &[IamEntity]| State::ManagedDocument(Some(ManagedPolicy { document: document(statements), default_version: "v2".into(), other_versions: vec!["v1".into()], versions: std::collections::BTreeMap::new(), attached_to: vec![], bounded: Vec::new(), boundary_of: bounds.to_vec() }));
    let app = [IamEntity::Role("app-1".into())];
    let on = |standard: &str, bounds: &[IamEntity], now: Value, expected: &str| {
        check_change(standard, &managed_policy(APP), Some(policy(&[reads()], bounds)), policy(&[now], bounds), expected)
    };
    on("", &app, allow("s3:*", "*"), "(IAM.BoundaryWidened)");
    on("controls: {IAM.BoundaryWidened: enforce}", &app, allow("s3:*", "*"), "IAM.BoundaryWidened -> CreatePolicyVersion with 1 statement");
    on("", &app, allow("s3:GetObject", "*"), "compliant");
    on("", &[], allow("s3:*", "*"), "compliant");
    check("", &managed_policy(APP), policy(&[allow("s3:*", "*")], &app), "compliant");
}
