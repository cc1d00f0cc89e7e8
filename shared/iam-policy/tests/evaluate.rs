//! One request against every policy that applies to it: a case a line for each rule of AWS's evaluation.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use iam_policy::Decision::{Allow, ExplicitDeny, ImplicitDeny};
use iam_policy::{DecidedBy, Decision, Document, Evaluation, Layer, Policies, Request, StatementAt, evaluate};
use serde_json::{Value, json};

const USER: &str = "arn:aws:iam::111122223333:user/ann";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/app";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/s";
const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/ann";
const ROOT: &str = "arn:aws:iam::111122223333:root";
const ACCOUNT: &str = "111122223333";
const OTHER_USER: &str = "arn:aws:iam::444455556666:user/bob";
const SERVICE: &str = "lambda.amazonaws.com";
const LINKED: &str = "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
const LINKED_SESSION: &str = "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/s";
const SAML: &str = "arn:aws:iam::111122223333:saml-provider/idp";

const OBJECT: &str = "arn:aws:s3:::data/x";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/k";
const TRUSTED: &str = "arn:aws:iam::111122223333:role/trusted";

/// The policies of a case, each as a list of statements.
#[derive(Default)]
struct Given {
    identity: Vec<Document>,
    resource: Option<Document>,
    boundary: Option<Document>,
    session: Option<Document>,
    scps: Vec<Vec<Document>>,
    rcps: Vec<Vec<Document>>,
}

fn policy(statements: Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).expect("a policy")
}

fn all(effect: &str) -> Document {
    policy(json!([{"Effect": effect, "Action": "*", "Resource": "*"}]))
}

/// A policy of something else.
fn none() -> Document {
    policy(json!([{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]))
}

fn of_resource(effect: &str, principal: &str) -> Document {
    let principal = match principal {
        "*" => json!("*"),
        service if service.ends_with(".amazonaws.com") => json!({"Service": service}),
        provider if provider.contains("-provider/") => json!({"Federated": provider}),
        aws => json!({"AWS": aws}),
    };
    policy(json!([{"Effect": effect, "Principal": principal, "Action": "*", "Resource": "*"}]))
}

impl Given {
    fn identity(mut self, document: Document) -> Self {
        self.identity.push(document);
        self
    }

    fn resource(mut self, document: Document) -> Self {
        self.resource = Some(document);
        self
    }

    fn lets(self, principal: &str) -> Self {
        self.resource(of_resource("Allow", principal))
    }

    fn boundary(mut self, document: Document) -> Self {
        self.boundary = Some(document);
        self
    }

    fn session(mut self, document: Document) -> Self {
        self.session = Some(document);
        self
    }

    fn scp(mut self, level: Vec<Document>) -> Self {
        self.scps.push(level);
        self
    }

    fn rcp(mut self, level: Vec<Document>) -> Self {
        self.rcps.push(level);
        self
    }
}

fn given() -> Given {
    Given::default()
}

fn evaluated(given: &Given, principal: &str, resource: &str) -> Evaluation {
    let action = match resource {
        KEY => "kms:Decrypt",
        TRUSTED => "sts:AssumeRole",
        _ => "s3:GetObject",
    };
    let policies = Policies {
        identity: given.identity.iter().collect(),
        resource: given.resource.as_ref(),
        boundary: given.boundary.as_ref(),
        session: given.session.as_ref(),
        scps: given.scps.iter().map(|level| level.iter().collect()).collect(),
        rcps: given.rcps.iter().map(|level| level.iter().collect()).collect(),
        principal_account: None,
        resource_account: Some(ACCOUNT),
    };
    let request = Request {
        principal: principal.to_owned(),
        action: action.to_owned(),
        resource: resource.to_owned(),
        ..Request::default()
    };
    evaluate(&policies, &request)
}

#[track_caller]
fn check(given: Given, principal: &str, resource: &str, expected: (Decision, Layer)) {
    let found = evaluated(&given, principal, resource);
    assert_eq!((found.decision, found.by.layer), expected, "`{principal}` on `{resource}`");
}

const BY_IDENTITY: (Decision, Layer) = (Allow, Layer::Identity);
const BY_RESOURCE: (Decision, Layer) = (Allow, Layer::Resource);

#[test]
fn within_an_account_one_allow_is_enough() {
    check(given(), USER, OBJECT, (ImplicitDeny, Layer::Identity));
    check(given().identity(none()), USER, OBJECT, (ImplicitDeny, Layer::Identity));
    check(given().identity(none()).identity(all("Allow")), USER, OBJECT, BY_IDENTITY);
    check(given().lets(USER), USER, OBJECT, BY_RESOURCE);
    check(given().lets(ROLE), SESSION, OBJECT, BY_RESOURCE);
    check(given().lets(ROLE), ROLE, OBJECT, BY_RESOURCE);
    check(given().lets("*"), SESSION, OBJECT, BY_RESOURCE);
    check(given().lets(OTHER_USER), USER, OBJECT, (ImplicitDeny, Layer::Identity));
    check(given().lets(OTHER_USER).identity(all("Allow")), USER, OBJECT, BY_IDENTITY);
}

#[test]
fn a_grant_to_an_account_is_left_to_its_identity_policies() {
    check(given().lets(ROOT), USER, OBJECT, (ImplicitDeny, Layer::Identity));
    check(given().lets(ACCOUNT), SESSION, OBJECT, (ImplicitDeny, Layer::Identity));
    check(given().lets(ROOT).identity(all("Allow")), USER, OBJECT, BY_IDENTITY);
}

#[test]
fn an_explicit_deny_wins() {
    let allowed = || given().identity(all("Allow")).lets(USER);
    check(allowed().identity(all("Deny")), USER, OBJECT, (ExplicitDeny, Layer::Identity));
    check(allowed().resource(of_resource("Deny", ACCOUNT)), USER, OBJECT, (ExplicitDeny, Layer::Resource));
    check(allowed().resource(of_resource("Deny", OTHER_USER)), USER, OBJECT, BY_IDENTITY);
    check(allowed().boundary(all("Deny")), USER, OBJECT, (ExplicitDeny, Layer::Boundary));
    check(allowed().session(all("Deny")), USER, OBJECT, (ExplicitDeny, Layer::Session));
    let levels = || allowed().scp(vec![all("Allow")]).scp(vec![all("Allow"), all("Deny")]);
    check(levels(), USER, OBJECT, (ExplicitDeny, Layer::Scp { level: 1 }));
    check(allowed().rcp(vec![of_resource("Deny", "*")]), USER, OBJECT, (ExplicitDeny, Layer::Rcp { level: 0 }));
    check(levels().rcp(vec![of_resource("Deny", "*")]), USER, OBJECT, (ExplicitDeny, Layer::Rcp { level: 0 }));
}

#[test]
fn every_level_of_scps_must_allow() {
    let allowed = || given().identity(all("Allow")).lets(USER);
    check(allowed().scp(vec![all("Allow")]).scp(vec![none(), all("Allow")]), USER, OBJECT, BY_RESOURCE);
    check(allowed().scp(vec![all("Allow")]).scp(vec![none()]), USER, OBJECT, (ImplicitDeny, Layer::Scp { level: 1 }));
    check(allowed().scp(vec![]).scp(vec![all("Allow")]), USER, OBJECT, (ImplicitDeny, Layer::Scp { level: 0 }));
    check(allowed().scp(vec![none()]), ROOT, OBJECT, (ImplicitDeny, Layer::Scp { level: 0 }));
    check(given().scp(vec![all("Allow")]), USER, OBJECT, (ImplicitDeny, Layer::Identity));
}

#[test]
fn scps_and_rcps_do_not_bind_everyone() {
    let denied = || given().identity(all("Allow")).scp(vec![none()]).rcp(vec![of_resource("Deny", "*")]);
    check(denied(), LINKED, OBJECT, BY_IDENTITY);
    check(denied(), LINKED_SESSION, OBJECT, BY_IDENTITY);
    check(denied().lets(SERVICE), SERVICE, OBJECT, (ExplicitDeny, Layer::Rcp { level: 0 }));
    check(given().lets(SERVICE).scp(vec![all("Deny")]), SERVICE, OBJECT, BY_RESOURCE);
    check(given().identity(all("Allow")).rcp(vec![none()]), USER, OBJECT, BY_IDENTITY);
}

#[test]
fn boundary_and_session_limit_identity_policies() {
    let allowed = || given().identity(all("Allow"));
    check(allowed().boundary(all("Allow")), USER, OBJECT, BY_IDENTITY);
    check(allowed().boundary(none()), USER, OBJECT, (ImplicitDeny, Layer::Boundary));
    check(allowed().session(none()), SESSION, OBJECT, (ImplicitDeny, Layer::Session));
    check(allowed().session(all("Allow")).boundary(none()), SESSION, OBJECT, (ImplicitDeny, Layer::Boundary));
    check(allowed().session(all("Allow")).boundary(all("Allow")), SESSION, OBJECT, BY_IDENTITY);
    check(given().session(all("Allow")).boundary(all("Allow")), SESSION, OBJECT, (ImplicitDeny, Layer::Identity));
    check(allowed().lets(ROOT).boundary(none()), USER, OBJECT, (ImplicitDeny, Layer::Boundary));
}

#[test]
fn a_grant_to_a_role_is_limited_and_a_direct_one_is_not() {
    for (named, principal, limited) in [
        (USER, USER, false),
        (SESSION, SESSION, false),
        (FEDERATED, FEDERATED, false),
        ("*", SESSION, false),
        ("*", ROLE, false),
        (ROLE, SESSION, true),
        (ROLE, ROLE, true),
    ] {
        for (layer, given) in [
            (Layer::Boundary, given().lets(named).boundary(none())),
            (Layer::Session, given().lets(named).session(none())),
        ] {
            check(given, principal, OBJECT, if limited { (ImplicitDeny, layer) } else { BY_RESOURCE });
        }
    }
    check(given().lets(USER), FEDERATED, OBJECT, (ImplicitDeny, Layer::Identity));
}

#[test]
fn not_principal_denies_whoever_has_a_boundary() {
    let deny = || policy(json!([{"Effect": "Deny", "NotPrincipal": {"AWS": USER}, "Action": "*", "Resource": "*"}]));
    let allowed = || given().identity(all("Allow")).resource(deny());
    check(allowed(), USER, OBJECT, BY_IDENTITY);
    check(allowed(), SESSION, OBJECT, (ExplicitDeny, Layer::Resource));
    check(allowed().boundary(all("Allow")), USER, OBJECT, (ExplicitDeny, Layer::Resource));
}

#[test]
fn key_and_trust_policies_must_allow() {
    for resource in [KEY, TRUSTED] {
        let allowed = || given().identity(all("Allow"));
        check(allowed(), USER, resource, (ImplicitDeny, Layer::Resource));
        check(allowed().lets(OTHER_USER), USER, resource, (ImplicitDeny, Layer::Resource));
        check(allowed().lets(ROOT), USER, resource, BY_IDENTITY);
        check(given().lets(ROOT), USER, resource, (ImplicitDeny, Layer::Identity));
        check(given().lets(USER), USER, resource, BY_RESOURCE);
        check(given().lets(ROLE).boundary(none()), SESSION, resource, (ImplicitDeny, Layer::Boundary));
        check(given().lets(ROOT), ROOT, resource, BY_IDENTITY);
        check(given(), ROOT, resource, (ImplicitDeny, Layer::Resource));
        check(given().lets(OTHER_USER), OTHER_USER, resource, (ImplicitDeny, Layer::Identity));
    }
    let trust = json!([{"Effect": "Allow", "Principal": {"Federated": SAML}, "Action": "sts:AssumeRole"}]);
    check(given().resource(policy(trust)), SAML, TRUSTED, BY_RESOURCE);
    check(given().lets(SERVICE), SERVICE, TRUSTED, BY_RESOURCE);
}

#[test]
fn to_another_account_both_must_allow() {
    let allowed = || given().identity(all("Allow"));
    for named in [OTHER_USER, "444455556666", "*"] {
        check(allowed().lets(named), OTHER_USER, OBJECT, BY_RESOURCE);
        check(given().lets(named), OTHER_USER, OBJECT, (ImplicitDeny, Layer::Identity));
        check(allowed().lets(named).boundary(none()), OTHER_USER, OBJECT, (ImplicitDeny, Layer::Boundary));
        check(allowed().lets(named).session(none()), OTHER_USER, OBJECT, (ImplicitDeny, Layer::Session));
    }
    check(allowed(), OTHER_USER, OBJECT, (ImplicitDeny, Layer::Resource));
    check(allowed().lets(USER), OTHER_USER, OBJECT, (ImplicitDeny, Layer::Resource));
}

#[test]
fn who_has_no_identity_policy_needs_the_resource_policy() {
    for principal in [SERVICE, SAML, "*", ""] {
        check(given().identity(all("Allow")), principal, OBJECT, (ImplicitDeny, Layer::Resource));
        check(given().lets("*").boundary(all("Deny")), principal, OBJECT, BY_RESOURCE);
    }
    check(given().lets(SERVICE), SERVICE, OBJECT, BY_RESOURCE);
    check(given().lets(SERVICE), "ec2.amazonaws.com", OBJECT, (ImplicitDeny, Layer::Resource));
}

#[test]
fn the_root_user_may_do_everything() {
    check(given(), ROOT, OBJECT, BY_IDENTITY);
    assert_eq!(evaluated(&given(), ROOT, OBJECT).by.statement, None);
    check(given().resource(of_resource("Deny", "*")), ROOT, OBJECT, (ExplicitDeny, Layer::Resource));
    check(given(), "arn:aws:iam::444455556666:root", OBJECT, (ImplicitDeny, Layer::Resource));
    check(given().lets("444455556666"), "arn:aws:iam::444455556666:root", OBJECT, BY_RESOURCE);
}

#[test]
fn accounts_are_those_of_the_arns() {
    let [identity, resource] = [all("Allow"), of_resource("Allow", USER)];
    let both = Policies { identity: vec![&identity], resource: Some(&resource), ..Policies::default() };
    let on = |principal: &str, resource: &str| Request {
        principal: principal.to_owned(),
        action: "sqs:SendMessage".to_owned(),
        resource: resource.to_owned(),
        ..Request::default()
    };
    let decision = |policies: &Policies<'_>, request: &Request| evaluate(policies, request).decision;
    assert_eq!(decision(&both, &on(USER, "arn:aws:sqs:us-east-1:111122223333:q")), Allow);
    assert_eq!(decision(&both, &on(OTHER_USER, "arn:aws:sqs:us-east-1:111122223333:q")), ImplicitDeny);
    assert_eq!(decision(&both, &on(OTHER_USER, "arn:aws:sqs:us-east-1:444455556666:q")), Allow);
    assert_eq!(decision(&both, &on(OTHER_USER, OBJECT)), Allow);
    let elsewhere = Policies { resource_account: Some(ACCOUNT), ..both.clone() };
    assert_eq!(decision(&elsewhere, &on(OTHER_USER, OBJECT)), ImplicitDeny);
    let moved = Policies { principal_account: Some("444455556666"), ..elsewhere };
    assert_eq!(decision(&moved, &on("555566667777", OBJECT)), ImplicitDeny);
}

#[test]
fn the_deciding_statement() {
    let statements = |effects: &[&str]| {
        let statement = |effect: &&str| json!({"Effect": effect, "Action": "s3:Get*", "Resource": "*"});
        policy(effects.iter().map(statement).collect())
    };
    let at = |document, statement| Some(StatementAt { document, statement });
    let by = |given: Given| evaluated(&given, USER, OBJECT).by;
    let allowed = given().identity(none()).identity(statements(&["Allow", "Allow"]));
    assert_eq!(by(allowed), DecidedBy { layer: Layer::Identity, statement: at(1, 0) });
    let denied = given().identity(statements(&["Allow", "Deny"])).identity(statements(&["Deny"]));
    assert_eq!(by(denied), DecidedBy { layer: Layer::Identity, statement: at(0, 1) });
    assert_eq!(by(given().identity(none())), DecidedBy { layer: Layer::Identity, statement: None });
    let grant =
        |principal: &str| json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "*", "Resource": "*"});
    let closest = given().resource(policy(json!([grant(ROOT), grant(OTHER_USER), grant(USER), grant("*")])));
    assert_eq!(by(closest), DecidedBy { layer: Layer::Resource, statement: at(0, 2) });
}
