use super::*;

fn on(standard: &str, entity: IamEntity, attached: bool, statements: Option<&[Value]>, expected: &str) {
    let resource =
        Resource::Attachment(on::Attachment { entity, policy_arn: "arn:aws:iam::aws:policy/SomePolicy".into() });
    check(standard, &resource, State::PolicyAttachment(Attachment::of(attached, statements.map(document))), expected);
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
    let resource = Resource::Attachment(on::Attachment { entity: IamEntity::Role(ML_ROLE.into()), policy_arn: ML_POLICY_ARN.into() });
    let on = |attached, expected| check("", &resource, State::PolicyAttachment(Attachment::of(attached, None)), expected);
    on(true, "compliant");
    on(false, "IAM.ServiceAttachment -> attach the policy");
}

/// Of a policy of the account it is the attachment that goes, whoever else holds the policy.
#[test]
#[rustfmt::skip] // One line a case.
fn a_policy_of_the_account_is_taken_from_whom_it_was_given_to() {
    let shared = Resource::Attachment(on::Attachment { entity: user("jane"), policy_arn: "arn:aws:iam::111122223333:policy/shared".into() });
    let attached = |statements: &[Value]| State::PolicyAttachment(Attachment::of(true, Some(document(statements))));
    let admin = || attached(&[allow("*", "*")]);
    check("", &shared, admin(), &format!("{ALL} -> detach the policy"));
    check("", &shared, attached(&[allow("iam:PassRole", "*")]), "IAM.PassRole -> detach the policy");
    check("", &shared, attached(&[allow("s3:GetObject", "*")]), "compliant");
    check_change("", &shared, Some(admin()), admin(), "(IAM.AdminPolicy), (IAM.PrivilegeEscalation), (IAM.PassRole), (IAM.LogTampering)");
    let exempt = |arn: &str| format!("exemptions: [{{resource: '{arn}', controls: [IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole, IAM.LogTampering], reason: r, who: w, until: 2100-01-01T00:00:00Z}}]");
    check(&exempt("arn:aws:iam::111122223333:policy/shared"), &shared, admin(), "(IAM.AdminPolicy), (IAM.PrivilegeEscalation), (IAM.PassRole), (IAM.LogTampering)");
    check(&exempt("arn:aws:iam::111122223333:policy/other"), &shared, admin(), &format!("{ALL} -> detach the policy"));
}
