use super::*;

fn trusting(service: &str) -> State {
    let statement = json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"});
    State::RoleTrust(Some(Trust::of(document(&[statement]))))
}

/// Whoever becomes one of them has the guards; AWS Lambda alone does.
#[test]
fn they_trust_lambda_alone() {
    let role = role("parapet-bootstrap");
    check("", &role, trusting("lambda.amazonaws.com"), "compliant");
    check("", &role, trusting("ec2.amazonaws.com"), "IAM.OwnRole -> UpdateAssumeRolePolicy with 1 statement");
    let situation = Situation::new(&role, "");
    let own = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/x"}, "Action": "sts:AssumeRole"});
    let State::RoleTrust(Some(mut trust)) = trusting("lambda.amazonaws.com") else { unreachable!() };
    trust.document = trust.document.with_statement(own).expect("a policy");
    let desired = State::RoleTrust(Some(trust)).comply(&situation.subject(), None);
    assert_eq!(desired, trusting("lambda.amazonaws.com"));
}

#[test]
fn nothing_is_attached_to_them() {
    let entity = IamEntity::Role("parapet-policy-guard".into());
    let resource =
        Resource::Attachment(on::Attachment { entity, policy_arn: "arn:aws:iam::aws:policy/ReadOnlyAccess".into() });
    let state = |attached| State::PolicyAttachment(Attachment { attached, document: None });
    check("", &resource, state(true), "IAM.OwnRole -> detach the policy");
    check("", &resource, state(false), "compliant");
}

/// What the stack's own policy says changes with the stack, and is told; any other goes.
#[test]
fn they_hold_what_their_stack_gives_them() {
    let of = |name: &str| {
        let entity = IamEntity::Role("parapet-bootstrap".into());
        Resource::InlinePolicy(on::InlinePolicy { entity, name: name.into() })
    };
    let state = |action: &str| State::InlineDocument(Some(document(&[allow(action, "*")])));
    check("", &of("more"), state("s3:ListBucket"), "IAM.OwnRole -> delete the inline policy");
    check("", &of("bootstrap"), state("s3:ListBucket"), "(IAM.OwnRole)");
    let situation = |resource: &Resource| Situation::new(resource, "");
    let stack = of("bootstrap");
    let before = Some(state("s3:*"));
    assert_eq!(verdict(&situation(&stack).subject(), before.as_ref(), &state("s3:ListBucket")), "compliant");
    assert_eq!(verdict(&situation(&stack).subject(), before.as_ref(), &state("iam:*")), "(IAM.OwnRole)");
}
