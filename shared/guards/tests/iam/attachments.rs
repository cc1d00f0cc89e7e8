use super::*;

fn on(standard: &str, entity: IamEntity, attached: bool, statements: Option<&[Value]>, expected: &str) {
    let resource =
        Resource::Attachment(on::Attachment { entity, policy_arn: "arn:aws:iam::aws:policy/SomePolicy".into() });
    check(
        standard,
        &resource,
        State::PolicyAttachment(Attachment { attached, document: statements.map(document) }),
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
    let resource = Resource::Attachment(on::Attachment { entity: IamEntity::Role(ML_ROLE.into()), policy_arn: ML_POLICY_ARN.into() });
    let on = |attached, expected| check("", &resource, State::PolicyAttachment(Attachment { attached, document: None }), expected);
    on(true, "compliant");
    on(false, "IAM.ServiceAttachment -> attach the policy");
}
