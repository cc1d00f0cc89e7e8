//! One scenario for each kind of case that policies differ in by place, by what their holder brings about, and by who AWS lets ask: a
//! change of a policy through the policy guard, with what it finds and what it leaves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::Home;
use parapet_guards::{Facet, GuardName, IamEntity, Policies, Resource, State, Trust, on};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{NOW, bucket, home, role};
use parapet_testkit::{FakeWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

const HOLDER: &str = "builder";

/// Where something happens, and under which standard.
struct Scenario {
    home: Home,
    standard: Value,
}

fn usual() -> Scenario {
    Scenario { home: home(), standard: json!({}) }
}

impl Scenario {
    /// Lets the policy guard answer a call after which `resource` is in `state`; what it found and what is left.
    fn after(&self, source: &str, event: &str, request: &Value, resource: &Resource, state: State) -> Value {
        let Home { partition, account, region } = &self.home;
        let record = json!({
            "eventID": "e", "eventSource": format!("{source}.amazonaws.com"), "eventName": event, "awsRegion": region,
            "recipientAccountId": account, "requestParameters": request,
            "userIdentity": {"accountId": account, "arn": format!("arn:{partition}:iam::{account}:user/intruder")},
        });
        let journal = Journal::default();
        let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
        let facet = state.facet();
        world.set(resource, facet, state);
        let holder = Resource::Principal(on::Principal { entity: IamEntity::Role(HOLDER.to_owned()) });
        world.set(&holder, Facet::PrincipalPolicies, State::PrincipalPolicies(Policies::default()));
        let standard = parapet_guards::Standard::parse(&self.standard.to_string(), "a scenario", &self.home).unwrap();
        let place = Place { home: &self.home, standard: &standard, world: &world, recorder: &recorder };
        let run = Run { guard: GuardName::PolicyGuard, clock: Clock { now: NOW }, dry: false };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let report = runtime.block_on(handle(&place, run, &record));
        let found = report.findings.iter().map(|finding| {
            json!({
                "control": finding.control, "mode": finding.mode, "detail": finding.detail,
                "by": finding.witness.as_ref().map(|witness| format!("{} on {}", witness.action, witness.resource)),
            })
        });
        let left = world.state(resource, facet).map(|state| state.kept());
        json!({
            "outcome": report.outcome.name(), "why": report.outcome.why(), "findings": found.collect::<Vec<_>>(),
            "actions": report.actions, "left": left,
        })
    }

    fn role_policy(&self, statements: &[Value]) -> Value {
        let entity = IamEntity::Role(HOLDER.to_owned());
        let resource = Resource::InlinePolicy(on::InlinePolicy { entity, name: "rights".to_owned() });
        let request = json!({"roleName": HOLDER, "policyName": "rights"});
        self.after("iam", "PutRolePolicy", &request, &resource, State::InlineDocument(Some(document(statements))))
    }

    fn trust(&self, statement: Value) -> Value {
        let trust = Trust::of(document(&[statement]));
        let request = json!({"roleName": HOLDER});
        self.after("iam", "UpdateAssumeRolePolicy", &request, &role(HOLDER), State::RoleTrust(Some(trust)))
    }

    fn bucket_policy(&self, statement: Value) -> Value {
        let state = State::BucketPolicy(Some(document(&[statement])));
        self.after("s3", "PutBucketPolicy", &json!({"bucketName": "reports"}), &bucket("reports"), state)
    }
}

fn document(statements: &[Value]) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn allow(actions: Value, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

fn when(mut statement: Value, condition: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

/// What of these each guard takes away by default is in `actions`; the rest is reported.
#[test]
fn what_a_role_may_do() {
    let is = |name: &str, statements: &[Value]| insta::assert_yaml_snapshot!(name, usual().role_policy(statements));
    let update = json!("lambda:UpdateFunctionCode");
    is("code_in_another_region", &[allow(update, "arn:aws:lambda:eu-west-1:111122223333:function:*")]);
    is("keys_of_another_region", &[allow(json!("kms:Decrypt"), "arn:aws:kms:eu-central-1:111122223333:key/*")]);
    let tagged = json!({"StringEquals": {"aws:ResourceTag/team": "ml"}});
    is(
        "a_tag_that_the_holder_sets",
        &[when(allow(json!("sts:AssumeRole"), "*"), tagged.clone()), allow(json!("iam:TagRole"), "*")],
    );
    is("a_tag_that_others_set", &[when(allow(json!("sts:AssumeRole"), "*"), tagged)]);
    let makes = || allow(json!(["iam:CreateRole", "iam:AttachRolePolicy"]), "arn:aws:iam::111122223333:role/app-*");
    is("roles_that_the_holder_makes", &[makes()]);
    let bounded = json!({"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/team"}});
    is("roles_within_a_boundary", &[when(makes(), bounded)]);
    is("grants_on_every_key", &[allow(json!(["kms:CreateGrant", "kms:DescribeKey"]), "*")]);
    is(
        "grants_to_services",
        &[when(allow(json!("kms:CreateGrant"), "*"), json!({"Bool": {"kms:GrantIsForAWSResource": "true"}}))],
    );
    is(
        "the_data_opened_to_others",
        &[allow(json!("s3:PutBucketPolicy"), "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1")],
    );
    let passes = |service: &str| {
        when(allow(json!("iam:PassRole"), "*"), json!({"StringEquals": {"iam:PassedToService": service}}))
    };
    is(
        "a_pipeline_with_any_role",
        &[
            passes("sagemaker.amazonaws.com"),
            allow(json!(["sagemaker:CreatePipeline", "sagemaker:StartPipelineExecution"]), "*"),
        ],
    );
    is("a_transfer_with_any_role", &[passes("datasync.amazonaws.com"), allow(json!("datasync:CreateTask"), "*")]);
}

#[test]
fn an_account_of_another_partition() {
    let home =
        Home { partition: "aws-cn".to_owned(), account: "111122223333".to_owned(), region: "cn-north-1".to_owned() };
    let china = Scenario { home, ..usual() };
    let is = |name: &str, value: Value| insta::assert_yaml_snapshot!(name, value);
    is(
        "in_china",
        china.role_policy(&[allow(
            json!("lambda:UpdateFunctionCode"),
            "arn:aws-cn:lambda:cn-northwest-1:111122223333:function:*",
        )]),
    );
    let same_number =
        json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"});
    is("in_china_the_same_number_elsewhere", china.trust(same_number));
}

#[test]
fn who_may_become_a_role() {
    let acme = json!({"provider": "token.actions.githubusercontent.com", "claim": "sub", "pattern": "repo:acme/*"});
    let is = |name: &str, subject: &str| {
        let condition = json!({
            "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
            "StringLike": {"token.actions.githubusercontent.com:sub": subject},
        });
        let provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
        let statement = json!({"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition});
        let answer = Scenario { standard: json!({"trust": {"subjects": [acme]}}), ..usual() }.trust(statement);
        insta::assert_yaml_snapshot!(name, answer);
    };
    is("owners_that_begin_alike", "repo:acme*");
    is("one_owner", "repo:acme/*");
    is("another_owner", "repo:evil/*");
}

#[test]
fn who_may_read_a_bucket() {
    let read = |principal: &Value, condition: Value| json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*", "Condition": condition});
    let everyone = json!("*");
    let is = |name: &str, scenario: &Scenario, condition: Value| {
        insta::assert_yaml_snapshot!(name, scenario.bucket_policy(read(&everyone, condition)))
    };
    is("an_endpoint_of_somebody", &usual(), json!({"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}));
    let office = Scenario { standard: json!({"trust": {"networks": ["203.0.113.0/24"]}}), ..usual() };
    is(
        "an_address_beside_the_office",
        &office,
        json!({"IpAddress": {"aws:SourceIp": ["203.0.113.9", "198.51.100.7"]}}),
    );
    is("any_service_of_aws", &usual(), json!({"Bool": {"aws:PrincipalIsAWSService": "true"}}));
    let ours = Scenario { standard: json!({"trust": {"organizations": ["o-aaaaaaaaaa"]}}), ..usual() };
    is("two_organizations", &ours, json!({"StringEquals": {"aws:PrincipalOrgID": ["o-aaaaaaaaaa", "o-bbbbbbbbbb"]}}));
}
