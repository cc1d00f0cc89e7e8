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
    const OBSERVED: [&str; 6] = [
        "IAM.ProtectedData",
        "IAM.KmsDecrypt",
        "IAM.ServiceWildcard",
        "IAM.NotElement",
        "IAM.BroadAttachment",
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
