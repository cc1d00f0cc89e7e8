//! The ML service role holds what it was given.

use super::*;

const ENFORCED: &str = "controls: {IAM.ServiceRoleOnly: enforce}";

#[test]
#[rustfmt::skip] // One line a case.
fn inline_policies_that_allow_more_lose_what_they_allow() {
    let resource = Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Role(ML_ROLE.into()), name: "p".into() });
    let on = |statements: &[Value], expected: &str| check(ENFORCED, &resource, State::InlineDocument(Some(document(statements))), expected);
    on(&[allow("sqs:SendMessage", "*")], "IAM.ServiceRoleOnly -> delete the inline policy");
    on(&[allow("sqs:SendMessage", "*"), deny("s3:DeleteObject", "*")], "IAM.ServiceRoleOnly -> put the inline policy with 1 statement");
    on(&[deny("s3:DeleteObject", "*")], "compliant");
    check("", &resource, State::InlineDocument(Some(document(&[allow("cloudwatch:PutMetricData", "*")]))), "(IAM.ServiceRoleOnly)");
    on(&[allow("s3:GetObject", "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/*")], "compliant");
    let known = |statements: &[Value]| Some(State::InlineDocument(Some(document(statements))));
    check_change(ENFORCED, &resource, known(&[allow("sqs:*", "*")]), State::InlineDocument(Some(document(&[allow("sqs:SendMessage", "*")]))), "(IAM.ServiceRoleOnly)");
}

#[test]
#[rustfmt::skip] // One line a case.
fn other_policies_are_detached() {
    let on = |standard: &str, arn: &str, before: Option<bool>, expected: &str| {
        let resource = Resource::Attachment(on::Attachment { entity: IamEntity::Role(ML_ROLE.into()), policy_arn: arn.into() });
        let state = |attached| State::PolicyAttachment(Attachment::of(attached, None));
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
    let resource = Resource::Attachment(on::Attachment { entity: IamEntity::Role(ML_ROLE.into()), policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess".into() });
    check("", &resource, State::PolicyAttachment(Attachment::of(true, Some(document(&[allow("*", "*")])))), "(IAM.ServiceRoleOnly), IAM.AdminAttachment -> detach the policy");
}
