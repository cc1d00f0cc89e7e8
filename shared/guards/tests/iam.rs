//! What the policy guard decides of users, roles, groups and what they hold, one line a case, and the documents that it leaves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::{Guard, IamEntity, Resource};
use parapet_guards::foundation::documents::{service_policy, service_trust, trust_nobody};
use parapet_guards::{Attachment, ManagedPolicy, PolicyGuard, PolicyState as State, Trust};
use parapet_testkit::fixtures::{ML_POLICY_ARN, ML_ROLE, key, managed_policy, role};
use parapet_testkit::{Situation, verdict};
use serde_json::{Value, json};

const GLASS: &str = "principals: {break_glass: [user/glass]}";

/// What is violated, and enforced, by whoever may do everything.
const ALL: &str = "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole, IAM.LogTampering";

/// The built-in standard with some values changed, and without what is only observed.
fn enforced(changes: &str) -> Situation {
    const OBSERVED: [&str; 7] = [
        "IAM.ProtectedData",
        "IAM.KmsDecrypt",
        "IAM.ServiceWildcard",
        "IAM.NotElement",
        "IAM.BroadAttachment",
        "IAM.BroadGroup",
        "IAM.TrustConfusedDeputy",
    ];
    let mut situation = Situation::new(&key(), changes);
    for control in OBSERVED {
        let control = serde_json::from_value(json!(control)).unwrap();
        situation.standard.controls.entry(control).or_insert(parapet_core::Mode::Off);
    }
    situation
}

fn check(standard: &str, resource: &Resource, observed: State, expected: &str) {
    check_change(standard, resource, None, observed, expected);
}

fn check_change(standard: &str, resource: &Resource, before: Option<State>, observed: State, expected: &str) {
    let situation = Situation { resource: resource.clone(), ..enforced(standard) };
    let verdict = verdict::<PolicyGuard>(&situation.subject(), before.as_ref(), &observed);
    assert_eq!(verdict, expected, "{resource} {observed:?}");
}

fn comply(standard: &str, resource: &Resource, observed: &State) -> State {
    comply_after(standard, resource, None, observed)
}

fn comply_after(standard: &str, resource: &Resource, before: Option<&State>, observed: &State) -> State {
    let situation = Situation { resource: resource.clone(), ..enforced(standard) };
    PolicyGuard::comply(&situation.subject(), before, observed)
}

fn document(statements: &[Value]) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

/// A document that is built in, for the subject `resource`.
fn built<T>(resource: &Resource, build: impl Fn(&parapet_core::Subject<'_>) -> T) -> T {
    build(&Situation::new(resource, "").subject())
}

fn allow(actions: impl Into<Value>, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions.into(), "Resource": resource})
}

fn deny(actions: impl Into<Value>, resource: &str) -> Value {
    json!({"Effect": "Deny", "Action": actions.into(), "Resource": resource})
}

fn trusts(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
}

fn user(name: &str) -> IamEntity {
    IamEntity::User(name.to_owned())
}

mod inline {
    use super::*;

    fn on(standard: &str, statements: &[Value], expected: &str) {
        let resource = Resource::InlinePolicy { entity: user("jane"), name: "p".into() };
        check(standard, &resource, State::Inline(Some(document(statements))), expected);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn an_administrator_is_cut_down() {
        let read = || allow("s3:GetObject", "arn:aws:s3:::data/*");
        on("", &[read()], "compliant");
        on("", &[allow("iam:*", "*")], "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> delete the inline policy");
        on("", &[allow("*", "*")], &format!("{ALL} -> delete the inline policy"));
        on("", &[allow("i*:*", "*")], "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> delete the inline policy");
        on("", &[json!({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})], &format!("{ALL} -> delete the inline policy"));
        on("", &[allow("*", "*"), read()], &format!("{ALL} -> put the inline policy with 1 statement"));
        on("", &[allow("*", "*"), json!({"Effect": "Deny", "Action": "*", "Resource": "*"})], "compliant");
        on("controls: {IAM.AdminPolicy: observe}", &[allow("iam:PutUserPolicy", "*")], "(IAM.AdminPolicy), IAM.PrivilegeEscalation -> delete the inline policy");
        on("controls: {IAM.AdminPolicy: observe, IAM.PrivilegeEscalation: observe}", &[allow("iam:PutUserPolicy", "*")], "(IAM.AdminPolicy), (IAM.PrivilegeEscalation)");
        on("controls: {IAM.AdminPolicy: off, IAM.PrivilegeEscalation: off}", &[allow("iam:PutUserPolicy", "*")], "compliant");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn each_power_is_on_a_control_of_its_own() {
        const OBSERVED: &str = "controls: {IAM.ProtectedData: observe, IAM.KmsDecrypt: observe, IAM.ServiceWildcard: observe, IAM.NotElement: observe}";
        let is = |statement: Value, expected: &str| on(OBSERVED, &[statement], expected);
        let all = |actions: Value| allow(actions, "*");
        is(all(json!("iam:CreateAccessKey")), "IAM.PrivilegeEscalation -> delete the inline policy");
        is(all(json!(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])), "IAM.PrivilegeEscalation, IAM.PassRole -> put the inline policy with 1 statement");
        is(all(json!("iam:PassRole")), "IAM.PassRole -> delete the inline policy");
        is(all(json!("cloudtrail:StopLogging")), "IAM.LogTampering -> delete the inline policy");
        is(all(json!("kms:Decrypt")), "(IAM.KmsDecrypt)");
        is(all(json!("s3:*")), "(IAM.ProtectedData), (IAM.ServiceWildcard)");
        is(json!({"Effect": "Allow", "NotAction": ["iam:*", "s3:*"], "Resource": "arn:aws:sqs:us-east-1:111122223333:jobs"}), "(IAM.NotElement)");
    }

    /// What teams write every day.
    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_is_narrow_is_left_alone() {
        const ALL_ON: &str = "controls: {IAM.ProtectedData: enforce, IAM.KmsDecrypt: enforce, IAM.ServiceWildcard: enforce, IAM.NotElement: enforce}";
        let is = |statement: Value| on(ALL_ON, &[statement], "compliant");
        is(allow("iam:PassRole", "arn:aws:iam::111122223333:role/app-*"));
        is(json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}}));
        is(allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/reader"));
        is(allow("lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:111122223333:function:resize"));
        is(allow(json!(["logs:*", "cloudwatch:PutMetricData", "ec2:Describe*", "cloudtrail:Get*", "cloudtrail:LookupEvents"]), "*"));
        is(allow("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"));
        is(allow("s3:*", "arn:aws:s3:::team-*"));
        is(allow(json!(["sagemaker:CreateTrainingJob", "sagemaker:Describe*"]), "*"));
        is(allow("iam:CreateServiceLinkedRole", "*"));
        is(allow(json!(["iam:Get*", "iam:List*"]), "*"));
        is(json!({"Effect": "Allow", "Action": ["iam:CreateAccessKey", "iam:ChangePassword"], "Resource": "arn:aws:iam::*:user/${aws:username}"}));
    }

    /// The data bucket may be reached as the ML policy allows, and as the standard says.
    #[test]
    #[rustfmt::skip] // One line a case.
    fn the_access_envelope() {
        const ON: &str = "controls: {IAM.ProtectedData: enforce}";
        let data = |actions: Value| allow(actions, "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/*");
        let all_of = |name: &str| json!([allow("s3:GetObject", &format!("arn:aws:s3:::{name}/*"))]);
        on(ON, &[data(json!(["s3:GetObject", "s3:PutObject"]))], "compliant");
        on(ON, &[data(json!(["s3:GetObjectVersion"]))], "IAM.ProtectedData -> delete the inline policy");
        on(ON, &[allow("s3:GetObject", "arn:aws:s3:::models/*")], "compliant");
        on(ON, &[allow(json!(["dynamodb:GetItem", "secretsmanager:GetSecretValue"]), "*")], "compliant");
        on("{controls: {IAM.ProtectedData: enforce}, access: {protected: ['arn:aws:s3:::models/*']}}", &[allow("s3:GetObject", "arn:aws:s3:::models/*")], "IAM.ProtectedData -> delete the inline policy");
        let allowed = json!({"controls": {"IAM.ProtectedData": "enforce"}, "access": {"protected": ["arn:aws:s3:::models/*"], "envelope": [{"Version": "2012-10-17", "Statement": all_of("models")}]}});
        on(&allowed.to_string(), &[allow("s3:GetObject", "arn:aws:s3:::models/*")], "compliant");
        on(&allowed.to_string(), &[allow(json!(["s3:GetObject", "s3:DeleteObject"]), "arn:aws:s3:::models/*")], "IAM.ProtectedData -> put the inline policy with 1 statement");
    }

    fn changed(before: &[Value], after: &[Value], expected: &str) {
        let resource = Resource::InlinePolicy { entity: user("jane"), name: "p".into() };
        let [before, after] = [before, after].map(|statements| State::Inline(Some(document(statements))));
        check_change("", &resource, Some(before), after, expected);
    }

    fn becomes(before: &[Value], after: &[Value], desired: &[Value]) {
        let resource = Resource::InlinePolicy { entity: user("jane"), name: "p".into() };
        let [before, after, desired] =
            [before, after, desired].map(|statements| State::Inline(Some(document(statements))));
        assert_eq!(comply_after("", &resource, Some(&before), &after), desired);
    }

    fn logs() -> Value {
        allow("cloudtrail:StopLogging", "*")
    }

    fn reads() -> Value {
        allow("s3:GetObject", "arn:aws:s3:::data/*")
    }

    /// Judged is the change.
    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_was_there_before_is_reported_and_stays() {
        changed(&[logs()], &[logs()], "(IAM.LogTampering)");
        changed(&[logs()], &[logs(), reads()], "(IAM.LogTampering)");
        changed(&[logs(), reads()], &[logs()], "(IAM.LogTampering)");
        changed(&[allow("cloudtrail:*", "*")], &[logs()], "(IAM.LogTampering)");
        changed(&[logs()], &[allow(json!(["CloudTrail:StopLogging"]), "*"), reads()], "(IAM.LogTampering)");
        changed(&[logs()], &[logs(), deny("s3:*", "*")], "(IAM.LogTampering)");
        changed(&[logs(), deny("s3:*", "*")], &[logs(), deny(json!(["s3:*", "sqs:*"]), "*"), reads()], "(IAM.LogTampering)");
        let by_hour = |hour: &str| json!({"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": hour}}});
        changed(&[by_hour("203.0.113.0/24")], &[by_hour("203.0.113.0/25")], "(IAM.LogTampering)");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_is_new_is_mended() {
        changed(&[reads()], &[logs()], "IAM.LogTampering -> delete the inline policy");
        changed(&[logs()], &[logs(), allow("cloudtrail:DeleteTrail", "*")], "IAM.LogTampering -> put the inline policy with 1 statement");
        changed(&[logs()], &[allow(json!(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"]), "*")], "IAM.LogTampering -> put the inline policy with 1 statement");
        changed(&[logs(), deny("cloudtrail:*", "*")], &[logs()], "IAM.LogTampering -> delete the inline policy");
        let from = |address: &str| json!({"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": address}}});
        changed(&[from("203.0.113.0/25")], &[from("203.0.113.0/24")], "IAM.LogTampering -> put the inline policy with 1 statement");
        changed(&[from("203.0.113.0/24")], &[logs()], "IAM.LogTampering -> put the inline policy with 1 statement");
        // Another kind than the one before.
        changed(&[allow("iam:PassRole", "*")], &[allow("iam:PassRole", "*"), logs()], "(IAM.PassRole), IAM.LogTampering -> put the inline policy with 1 statement");
    }

    /// The new statement and the old one make a way together; neither does alone.
    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_completes_a_way_is_new() {
        let pass = || allow("iam:PassRole", "*");
        let run = || allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction", "logs:GetLogEvents"]), "*");
        changed(&[pass()], &[pass(), run()], "IAM.PrivilegeEscalation, (IAM.PassRole) -> put the inline policy with 2 statements");
        becomes(&[pass()], &[pass(), run()], &[pass(), allow(json!(["lambda:CreateFunction", "logs:GetLogEvents"]), "*")]);
        // What was there before is not taken for what is new.
        becomes(&[run()], &[pass(), run()], &[run()]);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn mending_keeps_what_was_there_before_as_it_was() {
        becomes(&[logs()], &[logs(), allow(json!(["cloudtrail:DeleteTrail", "sqs:SendMessage"]), "*")], &[logs(), allow(json!(["sqs:SendMessage"]), "*")]);
        becomes(&[logs()], &[allow(json!(["cloudtrail:DeleteTrail", "sqs:SendMessage"]), "*"), logs()], &[allow(json!(["sqs:SendMessage"]), "*"), logs()]);
        becomes(&[logs(), reads()], &[logs(), allow("*", "*"), reads()], &[logs(), reads()]);
        // Somebody added to a statement, or replaced it.
        becomes(&[logs()], &[allow(json!(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"]), "*")], &[logs()]);
        becomes(&[logs(), reads()], &[allow("*", "*")], &[logs(), reads()]);
        let from = |address: &str| json!({"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": address}}});
        becomes(&[from("203.0.113.0/25")], &[from("203.0.113.0/24")], &[from("203.0.113.0/25")]);
        // What somebody took away is not given back.
        becomes(&[allow(json!(["cloudtrail:StopLogging", "sqs:SendMessage"]), "*")], &[allow(json!(["cloudtrail:DeleteTrail", "sqs:SendMessage"]), "*")], &[allow(json!(["sqs:SendMessage"]), "*")]);
    }

    #[test]
    fn a_variable_is_not_the_text_that_it_was_before() {
        let own = |version: &str| {
            let statement = allow("iam:CreateAccessKey", "arn:aws:iam::111122223333:${aws:PrincipalTag/path}");
            State::Inline(Some(Document::from_value(json!({"Version": version, "Statement": [statement]})).unwrap()))
        };
        let resource = Resource::InlinePolicy { entity: user("jane"), name: "p".into() };
        let (old, new) = (own("2008-10-17"), own("2012-10-17"));
        let verdict = |before: &State, after: &State| {
            let situation = Situation { resource: resource.clone(), ..enforced("") };
            verdict::<PolicyGuard>(&situation.subject(), Some(before), after)
        };
        assert_eq!(verdict(&old, &new), verdict(&State::Inline(None), &new));
    }

    #[test]
    fn one_that_is_gone_is_compliant() {
        check("", &Resource::InlinePolicy { entity: user("jane"), name: "p".into() }, State::Inline(None), "compliant");
    }
}

mod managed {
    use super::*;

    const DEBUG: &str = "arn:aws:iam::111122223333:policy/debug";

    fn policy(statements: &[Value], others: &[&str], holders: &[IamEntity]) -> State {
        let other_versions = others.iter().map(|&id| id.to_owned()).collect();
        State::Managed(Some(ManagedPolicy {
            document: document(statements),
            default_version: "v9".into(),
            other_versions,
            attached_to: holders.to_vec(),
            boundary_of: vec![],
        }))
    }

    fn on(standard: &str, observed: State, expected: &str) {
        check(standard, &managed_policy(DEBUG), observed, expected);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn a_new_version_makes_room_first() {
        let mixed = [allow("*", "*"), allow("s3:GetObject", "arn:aws:s3:::data/*")];
        on("", policy(&mixed, &[], &[]), &format!("{ALL} -> CreatePolicyVersion with 1 statement"));
        on("", policy(&mixed, &["v1", "v3", "v4"], &[]), &format!("{ALL} -> CreatePolicyVersion with 1 statement"));
        on("", policy(&mixed, &["v1", "v3", "v4", "v5"], &[]), &format!("{ALL} -> DeletePolicyVersion v1; CreatePolicyVersion with 1 statement"));
    }

    #[test]
    fn one_of_which_nothing_is_left_goes() {
        let admin = [allow("*", "*")];
        on(
            "",
            policy(&admin, &["v1"], &[user("jane"), user("joe")]),
            &format!("{ALL} -> detach from user/jane; detach from user/joe; DeletePolicyVersion v1; DeletePolicy"),
        );
        on("", State::Managed(None), "compliant");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn those_who_are_never_touched_keep_it() {
        let admin = [allow("*", "*")];
        let mixed = [allow("*", "*"), allow("s3:GetObject", "arn:aws:s3:::data/*")];
        on(GLASS, policy(&admin, &["v1"], &[user("jane"), user("glass"), user("joe")]), &format!("{ALL} -> detach from user/jane; detach from user/joe"));
        on(GLASS, policy(&mixed, &[], &[user("glass"), user("joe")]), &format!("{ALL} -> detach from user/joe"));
        on(GLASS, policy(&admin, &["v1"], &[user("glass")]), "compliant");
        on(GLASS, policy(&admin, &[], &[]), &format!("{ALL} -> DeletePolicy"));
    }

    /// Whom a policy bounds, narrowing it would cut off. What it grants to its holders is taken from them.
    #[test]
    fn a_boundary_is_never_narrowed() {
        let bounding = |holders: &[IamEntity]| match policy(&[allow("*", "*")], &[], holders) {
            State::Managed(Some(policy)) => {
                State::Managed(Some(ManagedPolicy { boundary_of: vec![user("bounded")], ..policy }))
            }
            other => other,
        };
        on("", bounding(&[]), "compliant");
        on("", bounding(&[user("jane")]), &format!("{ALL} -> detach from user/jane"));
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn the_ml_policy_grants_what_it_has_to_and_nothing_more() {
        let on = |standard: &str, observed, expected| check(standard, &managed_policy(ML_POLICY_ARN), observed, expected);
        let right = built(&key(), service_policy);
        let holder = IamEntity::Role(ML_ROLE.into());
        let own =
            State::Managed(Some(ManagedPolicy { document: right, default_version: "v1".into(), other_versions: vec![], attached_to: vec![holder.clone()], boundary_of: vec![] }));
        on("", own, "compliant");
        on("", State::Managed(None), "IAM.ServicePolicy -> CreatePolicy");
        on("", policy(&[allow("s3:*", "*")], &[], std::slice::from_ref(&holder)), "IAM.ServicePolicy -> CreatePolicyVersion with 3 statements");
        on("", policy(&[allow("iam:*", "*")], &["v1", "v2", "v3", "v4"], &[holder]), "IAM.ServicePolicy, IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> DeletePolicyVersion v1; CreatePolicyVersion with 3 statements");
        on(GLASS, policy(&[allow("*", "*")], &[], &[user("glass")]), "IAM.ServicePolicy -> CreatePolicyVersion with 3 statements");
    }
}

mod attachments {
    use super::*;

    fn on(standard: &str, entity: IamEntity, attached: bool, statements: Option<&[Value]>, expected: &str) {
        let resource = Resource::Attachment { entity, policy_arn: "arn:aws:iam::aws:policy/SomePolicy".into() };
        check(
            standard,
            &resource,
            State::Attachment(Attachment { attached, document: statements.map(document) }),
            expected,
        );
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn an_aws_managed_policy_that_makes_an_administrator_is_detached() {
        on("", user("jane"), true, Some(&[allow("*", "*")]), "IAM.AdminAttachment -> detach the policy");
        on("", IamEntity::Group("g".into()), true, Some(&[allow("iam:*", "*")]), "IAM.AdminAttachment -> detach the policy");
        on("", user("jane"), true, Some(&[allow("s3:Get*", "*")]), "compliant");
        on("", user("jane"), false, None, "compliant");
        on("", user("jane"), false, Some(&[allow("*", "*")]), "compliant");
        on("controls: {IAM.AdminAttachment: observe}", user("jane"), true, Some(&[allow("*", "*")]), "(IAM.AdminAttachment)");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn the_ml_policy_is_attached() {
        let resource = Resource::Attachment { entity: IamEntity::Role(ML_ROLE.into()), policy_arn: ML_POLICY_ARN.into() };
        let on = |attached, expected| check("", &resource, State::Attachment(Attachment { attached, document: None }), expected);
        on(true, "compliant");
        on(false, "IAM.ServiceAttachment -> attach the policy");
    }
}

mod trust {
    use super::*;

    fn trust(statements: &[Value]) -> State {
        State::Trust(Some(Trust { document: document(statements), service_linked: false }))
    }

    fn on(name: &str, observed: State, expected: &str) {
        check("", &role(name), observed, expected);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn a_role_that_trusts_everyone_is_closed() {
        let account = || trusts(json!({"AWS": "arn:aws:iam::111122223333:root"}));
        on("app", trust(&[account()]), "compliant");
        on("app", trust(&[trusts(json!({"AWS": "arn:aws:iam::999999999999:root"}))]), "IAM.TrustForeign -> UpdateAssumeRolePolicy with 1 statement");
        check("trust: {accounts: ['999999999999']}", &role("app"), trust(&[trusts(json!({"AWS": "arn:aws:iam::999999999999:root"}))]), "compliant");
        check("controls: {IAM.TrustConfusedDeputy: observe}", &role("app"), trust(&[trusts(json!({"Service": "sns.amazonaws.com"}))]), "(IAM.TrustConfusedDeputy)");
        check("controls: {IAM.TrustConfusedDeputy: observe}", &role("app"), trust(&[trusts(json!({"Service": "lambda.amazonaws.com"}))]), "compliant");
        on("app", trust(&[trusts(json!({"AWS": "*"}))]), "IAM.TrustOpen -> UpdateAssumeRolePolicy with 1 statement");
        on("app", trust(&[trusts(json!("*")), account()]), "IAM.TrustOpen -> UpdateAssumeRolePolicy with 1 statement");
        on("app", State::Trust(None), "compliant");
        assert_eq!(
            comply("", &role("app"), &trust(&[trusts(json!({"AWS": "*"}))])),
            State::Trust(Some(Trust { document: trust_nobody(), service_linked: false }))
        );
        assert_eq!(comply("", &role("app"), &trust(&[trusts(json!("*")), account()])), trust(&[account()]));
        assert_eq!(comply("", &role("app"), &trust(&[trusts(json!({"AWS": ["*", "111122223333"]}))])), trust(&[trusts(json!({"AWS": ["111122223333"]}))]));
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn a_service_linked_role_is_left_alone() {
        on("AWSServiceRoleForX", State::Trust(Some(Trust { document: document(&[trusts(json!("*"))]), service_linked: true })), "compliant");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn the_ml_role_trusts_its_service_alone() {
        let right = built(&key(), service_trust);
        let mended = "IAM.ServiceRole -> UpdateAssumeRolePolicy with 1 statement";
        on(ML_ROLE, State::Trust(None), "IAM.ServiceRole -> CreateRole");
        on(ML_ROLE, State::Trust(Some(Trust { document: right.clone(), service_linked: false })), "compliant");
        on(ML_ROLE, trust(&[trusts(json!({"Service": "sagemaker.amazonaws.com"}))]), mended);
        on(ML_ROLE, trust(&[right.as_value()["Statement"][0].clone(), trusts(json!({"AWS": "arn:aws:iam::999999999999:root"}))]), "IAM.ServiceRole, IAM.TrustForeign -> UpdateAssumeRolePolicy with 1 statement");
        on(ML_ROLE, trust(&[trusts(json!("*"))]), "IAM.ServiceRole, IAM.TrustOpen -> UpdateAssumeRolePolicy with 1 statement");
        assert_eq!(comply("", &role(ML_ROLE), &trust(&[trusts(json!("*"))])), State::Trust(Some(Trust { document: right, service_linked: false })));
    }
}

fn principal(entity: IamEntity) -> Resource {
    Resource::Principal { entity }
}

mod boundaries {
    use super::*;
    use parapet_guards::Boundary;

    const REQUIRED: &str = "principals: {boundaries: [{principals: [role/app-*], boundary: app-boundary}]}";
    const APP: &str = "arn:aws:iam::111122223333:policy/app-boundary";
    const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

    fn boundary(arn: &str, statements: &[Value]) -> State {
        State::Boundary(Boundary { arn: Some(arn.to_owned()), document: Some(document(statements)) })
    }

    fn none() -> State {
        State::Boundary(Boundary::default())
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
        on(Some(boundary(APP, &[reads()])), State::Boundary(Boundary { arn: Some(ADMINISTRATOR.into()), document: None }), &back);
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
        let policy = |statements: &[Value], bounds: &[IamEntity]| State::Managed(Some(ManagedPolicy { document: document(statements), default_version: "v2".into(), other_versions: vec!["v1".into()], attached_to: vec![], boundary_of: bounds.to_vec() }));
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
}

mod together {
    use super::*;
    use parapet_guards::Policies;

    const AWS_LAMBDA: &str = "arn:aws:iam::aws:policy/AWSLambda";

    fn pass() -> Document {
        document(&[allow("iam:PassRole", "*")])
    }

    fn run() -> Document {
        document(&[allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction", "sqs:SendMessage"]), "*")])
    }

    fn named(documents: &[(&str, Document)]) -> std::collections::BTreeMap<String, Document> {
        documents.iter().map(|(name, document)| ((*name).to_owned(), document.clone())).collect()
    }

    fn policies(inline: &[(&str, Document)], attached: &[(&str, Document)]) -> Policies {
        Policies { inline: named(inline), attached: named(attached), ..Policies::default() }
    }

    fn on(before: Option<Policies>, observed: Policies, expected: &str) {
        check_change("", &principal(user("jane")), before.map(State::Policies), State::Policies(observed), expected);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_makes_a_way_together_loses_one_part() {
        on(None, policies(&[("one", pass()), ("two", run())], &[]), "IAM.CombinedEscalation -> put the inline policy two with 1 statement");
        on(None, policies(&[("one", pass())], &[(AWS_LAMBDA, run())]), "IAM.CombinedEscalation -> delete the inline policy one");
        on(None, policies(&[], &[("arn:aws:iam::111122223333:policy/a", pass()), (AWS_LAMBDA, run())]), &format!("IAM.CombinedEscalation -> detach {AWS_LAMBDA}"));
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_is_new_goes_first() {
        on(Some(policies(&[("two", run())], &[])), policies(&[("one", pass()), ("two", run())], &[]), "IAM.CombinedEscalation -> delete the inline policy one");
        on(Some(policies(&[], &[(AWS_LAMBDA, run())])), policies(&[], &[("arn:aws:iam::111122223333:policy/a", pass()), (AWS_LAMBDA, run())]), "IAM.CombinedEscalation -> detach arn:aws:iam::111122223333:policy/a");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_makes_no_way_is_left_alone() {
        let both = policies(&[("one", pass()), ("two", run())], &[]);
        on(None, Policies::default(), "compliant");
        on(None, policies(&[("one", pass())], &[]), "compliant");
        on(None, policies(&[("one", document(&[allow("iam:PassRole", "arn:aws:iam::111122223333:role/app-*")])), ("two", run())], &[]), "compliant");
        on(None, policies(&[("one", pass()), ("two", run()), ("three", document(&[deny("lambda:*", "*")]))], &[]), "compliant");
        on(None, Policies { boundary: Some(document(&[allow("s3:*", "*")])), ..both.clone() }, "compliant");
        on(Some(both.clone()), both, "(IAM.CombinedEscalation)");
        // An administrator by one policy alone: that policy is judged where it is written.
        on(None, policies(&[("one", pass()), ("two", run()), ("three", document(&[allow("*", "*")]))], &[]), "compliant");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_comes_from_groups_stays() {
        let of_groups = |documents: &[(&str, Document)]| Policies { of_groups: named(documents), ..Policies::default() };
        on(None, of_groups(&[("g/one", pass()), ("g/two", run())]), "(IAM.CombinedEscalation)");
        on(None, Policies { inline: named(&[("two", run())]), ..of_groups(&[("g/one", pass())]) }, "IAM.CombinedEscalation -> put the inline policy two with 1 statement");
    }

    /// A boundary or a Deny that is gone opens what stood beside it.
    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_is_taken_away_may_open_the_rest() {
        let both = policies(&[("one", pass()), ("two", run())], &[]);
        let bound = Policies { boundary: Some(document(&[allow("s3:*", "*")])), ..both.clone() };
        on(Some(bound), both.clone(), "IAM.CombinedEscalation -> put the inline policy two with 1 statement");
        let denied = policies(&[("one", pass()), ("two", run()), ("three", document(&[deny("lambda:*", "*")]))], &[]);
        on(Some(denied), both, "IAM.CombinedEscalation -> put the inline policy two with 1 statement");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn only_what_could_complete_a_way_is_followed() {
        let jane = || Resource::InlinePolicy { entity: user("jane"), name: "p".into() };
        let follows = |resource: &Resource, state: State| {
            let found = PolicyGuard::follow_ups(&Situation::new(resource, "").subject(), &state);
            found.into_iter().map(|(resource, facet)| format!("{resource}: {facet}")).collect::<Vec<_>>()
        };
        assert_eq!(follows(&jane(), State::Inline(Some(run()))), ["`user/jane`: all policies"]);
        assert_eq!(follows(&jane(), State::Inline(Some(document(&[allow("sqs:*", "*")])))), [""; 0]);
        assert_eq!(follows(&jane(), State::Inline(Some(document(&[allow("lambda:*", "*"), deny("lambda:*", "*")])))), [""; 0]);
        assert_eq!(follows(&jane(), State::Inline(None)), [""; 0]);
        let managed = ManagedPolicy { document: pass(), default_version: "v1".into(), other_versions: vec![], attached_to: vec![user("joe"), IamEntity::Group("g".into())], boundary_of: vec![] };
        assert_eq!(follows(&managed_policy("arn:aws:iam::111122223333:policy/p"), State::Managed(Some(managed))), ["`user/joe`: all policies", "`group/g`: all policies"]);
    }
}

mod groups {
    use super::*;
    use parapet_guards::Membership;

    fn on(standard: &str, before: Option<bool>, member: bool, attached: &[(&str, Value)], expected: &str) {
        let resource = Resource::Membership { user: "jane".into(), group: "g".into() };
        let state = |member: bool| {
            let attached = attached.iter().map(|(arn, one)| ((*arn).to_owned(), document(std::slice::from_ref(one))));
            State::Membership(Membership { member, inline: Default::default(), attached: attached.collect() })
        };
        check_change(standard, &resource, before.map(state), state(member), expected);
    }

    const OWN: &str = "arn:aws:iam::111122223333:policy/p";
    const OF_AWS: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

    #[test]
    #[rustfmt::skip] // One line a case.
    fn who_joins_a_powerful_group_leaves_it() {
        let joined = |attached: &[(&str, Value)], expected: &str| on("", Some(false), true, attached, expected);
        joined(&[(OWN, allow("*", "*"))], "IAM.PowerfulGroup -> RemoveUserFromGroup");
        joined(&[(OF_AWS, allow("*", "*"))], "IAM.PowerfulGroup -> RemoveUserFromGroup");
        joined(&[(OWN, allow("iam:CreateAccessKey", "*"))], "IAM.PowerfulGroup -> RemoveUserFromGroup");
        joined(&[(OWN, allow("iam:PassRole", "*")), ("arn:aws:iam::111122223333:policy/q", allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction"]), "*"))], "IAM.PowerfulGroup -> RemoveUserFromGroup");
        on("", None, true, &[(OWN, allow("*", "*"))], "IAM.PowerfulGroup -> RemoveUserFromGroup");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn who_joins_a_team_stays() {
        on("", None, true, &[], "compliant");
        on("", None, true, &[(OWN, allow("s3:Get*", "*"))], "compliant");
        on("", None, false, &[(OWN, allow("*", "*"))], "compliant");
        on("", Some(true), true, &[(OWN, allow("*", "*"))], "(IAM.PowerfulGroup)");
        on("controls: {IAM.BroadGroup: observe}", None, true, &[(OF_AWS, allow("lambda:UpdateFunctionCode", "*"))], "(IAM.BroadGroup)");
        on("controls: {IAM.PowerfulGroup: observe}", None, true, &[(OWN, allow("iam:CreateAccessKey", "*"))], "(IAM.PowerfulGroup)");
    }
}

mod providers {
    use super::*;
    use parapet_guards::Provider;

    const TRUSTED: &str = "{trust: {providers: [saml-provider/okta, 'oidc-provider/token.*']}, controls: {IAM.IdentityProvider: enforce}}";

    fn saml(metadata: &str) -> State {
        State::Provider(Some(Provider::Saml { metadata: metadata.into() }))
    }

    fn oidc(ids: &[&str], thumbprints: &[&str]) -> State {
        let set = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
        State::Provider(Some(Provider::Oidc { client_ids: set(ids), thumbprints: set(thumbprints) }))
    }

    fn on(standard: &str, name: &str, before: Option<State>, observed: State, expected: &str) {
        let resource = Resource::IdentityProvider { arn: format!("arn:aws:iam::111122223333:{name}") };
        check_change(standard, &resource, before, observed, expected);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn a_provider_that_nobody_named_is_reported_and_never_deleted() {
        on("", "saml-provider/partner", None, saml("<a/>"), "(IAM.IdentityProvider)");
        on(TRUSTED, "saml-provider/partner", None, saml("<a/>"), "(IAM.IdentityProvider)");
        on(TRUSTED, "saml-provider/okta", None, saml("<a/>"), "compliant");
        on(TRUSTED, "oidc-provider/token.example.net", None, oidc(&["a"], &["1"]), "compliant");
        on("", "saml-provider/partner", None, State::Provider(None), "compliant");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn a_provider_that_changed_is_put_back() {
        on("", "saml-provider/okta", Some(saml("<a/>")), saml("<b/>"), "(IAM.IdentityProvider)");
        on(TRUSTED, "saml-provider/okta", Some(saml("<a/>")), saml("<b/>"), "IAM.IdentityProvider -> UpdateSAMLProvider");
        on(TRUSTED, "saml-provider/okta", Some(saml("<a/>")), saml("<a/>"), "compliant");
        let token = "oidc-provider/token.example.net";
        on(TRUSTED, token, Some(oidc(&["a"], &["1"])), oidc(&["a", "anyone"], &["1"]), "IAM.IdentityProvider -> RemoveClientIDFromOpenIDConnectProvider anyone");
        on(TRUSTED, token, Some(oidc(&["a"], &["1"])), oidc(&["a"], &["2"]), "IAM.IdentityProvider -> UpdateOpenIDConnectProviderThumbprint with 1");
        on(TRUSTED, token, Some(oidc(&["a", "b"], &["1", "2"])), oidc(&["a"], &["1"]), "compliant");
    }
}

/// Those who are never touched, and others that the standard names: what is done to them is told, and undone only if asked for.
mod credentials {
    use super::*;
    use parapet_guards::Login;

    const ENFORCED: &str = "controls: {IAM.ProtectedAccessKeys: enforce, IAM.ProtectedLogin: enforce}";

    fn keys(keys: &[(&str, bool)]) -> State {
        State::AccessKeys(keys.iter().map(|(id, active)| ((*id).to_owned(), *active)).collect())
    }

    fn login(created: Option<&str>) -> State {
        State::Login(created.map(|created| Login { created: created.to_owned() }))
    }

    fn on(standard: &str, before: Option<State>, observed: State, expected: &str) {
        check_change(standard, &principal(user("glass")), before, observed, expected);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn new_keys() {
        on("", Some(keys(&[("A", true)])), keys(&[("A", true), ("B", true)]), "(IAM.ProtectedAccessKeys)");
        on(ENFORCED, Some(keys(&[("A", true)])), keys(&[("A", true), ("B", true)]), "IAM.ProtectedAccessKeys -> UpdateAccessKey B Inactive");
        on(ENFORCED, Some(keys(&[("A", false)])), keys(&[("A", true)]), "IAM.ProtectedAccessKeys -> UpdateAccessKey A Inactive");
        on(ENFORCED, Some(keys(&[("A", true)])), keys(&[("A", true), ("B", false)]), "compliant");
        on(ENFORCED, Some(keys(&[("A", true), ("B", true)])), keys(&[("A", true)]), "compliant");
        // Not known which are new: none is switched off.
        on(ENFORCED, None, keys(&[("A", true)]), "(IAM.ProtectedAccessKeys)");
        on(ENFORCED, None, keys(&[("A", false)]), "compliant");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn a_new_password() {
        on("", Some(login(None)), login(Some("2026")), "(IAM.ProtectedLogin)");
        on(ENFORCED, Some(login(None)), login(Some("2026")), "IAM.ProtectedLogin -> DeleteLoginProfile");
        on(ENFORCED, Some(login(Some("2026"))), login(Some("2026")), "(IAM.ProtectedLogin)");
        on(ENFORCED, Some(login(Some("2025"))), login(Some("2026")), "(IAM.ProtectedLogin)");
        on(ENFORCED, None, login(Some("2026")), "(IAM.ProtectedLogin)");
        on(ENFORCED, None, login(None), "compliant");
    }
}

/// The ML service role holds what it was given.
mod service_role {
    use super::*;

    const ENFORCED: &str = "controls: {IAM.ServiceRoleOnly: enforce}";

    #[test]
    #[rustfmt::skip] // One line a case.
    fn inline_policies_that_allow_more_lose_what_they_allow() {
        let resource = Resource::InlinePolicy { entity: IamEntity::Role(ML_ROLE.into()), name: "p".into() };
        let on = |statements: &[Value], expected: &str| check(ENFORCED, &resource, State::Inline(Some(document(statements))), expected);
        on(&[allow("sqs:SendMessage", "*")], "IAM.ServiceRoleOnly -> delete the inline policy");
        on(&[allow("sqs:SendMessage", "*"), deny("s3:DeleteObject", "*")], "IAM.ServiceRoleOnly -> put the inline policy with 1 statement");
        on(&[deny("s3:DeleteObject", "*")], "compliant");
        check("", &resource, State::Inline(Some(document(&[allow("cloudwatch:PutMetricData", "*")]))), "(IAM.ServiceRoleOnly)");
        on(&[allow("s3:GetObject", "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/*")], "compliant");
        let known = |statements: &[Value]| Some(State::Inline(Some(document(statements))));
        check_change(ENFORCED, &resource, known(&[allow("sqs:*", "*")]), State::Inline(Some(document(&[allow("sqs:SendMessage", "*")]))), "(IAM.ServiceRoleOnly)");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn other_policies_are_detached() {
        let on = |standard: &str, arn: &str, before: Option<bool>, expected: &str| {
            let resource = Resource::Attachment { entity: IamEntity::Role(ML_ROLE.into()), policy_arn: arn.into() };
            let state = |attached| State::Attachment(Attachment { attached, document: None });
            check_change(&format!("{{{standard}, {ENFORCED}}}").replace("{, ", "{"), &resource, before.map(state), state(true), expected);
        };
        let other = "arn:aws:iam::111122223333:policy/logs";
        on("", other, None, "IAM.ServiceRoleOnly -> detach the policy");
        on("", other, Some(false), "IAM.ServiceRoleOnly -> detach the policy");
        on("", other, Some(true), "(IAM.ServiceRoleOnly)");
        on("service: {policies: [logs]}", other, None, "compliant");
        on("service: {policies: ['arn:aws:iam::aws:policy/CloudWatch*']}", "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess", None, "compliant");
        on("", "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess", None, "IAM.ServiceRoleOnly -> detach the policy");
        // What is wrong with it is said, too.
        let resource = Resource::Attachment { entity: IamEntity::Role(ML_ROLE.into()), policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess".into() };
        check("", &resource, State::Attachment(Attachment { attached: true, document: Some(document(&[allow("*", "*")])) }), "(IAM.ServiceRoleOnly), IAM.AdminAttachment -> detach the policy");
    }
}
