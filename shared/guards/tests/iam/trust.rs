use super::*;

fn trust(statements: &[Value]) -> State {
    State::RoleTrust(Some(Trust { document: document(statements), service_linked: false }))
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
    on("app", State::RoleTrust(None), "compliant");
    assert_eq!(
        comply("", &role("app"), &trust(&[trusts(json!({"AWS": "*"}))])),
        State::RoleTrust(Some(Trust { document: trust_nobody(), service_linked: false }))
    );
    assert_eq!(comply("", &role("app"), &trust(&[trusts(json!("*")), account()])), trust(&[account()]));
    assert_eq!(comply("", &role("app"), &trust(&[trusts(json!({"AWS": ["*", "111122223333"]}))])), trust(&[trusts(json!({"AWS": ["111122223333"]}))]));
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_service_linked_role_is_left_alone() {
    on("AWSServiceRoleForX", State::RoleTrust(Some(Trust { document: document(&[trusts(json!("*"))]), service_linked: true })), "compliant");
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_ml_role_trusts_its_service_alone() {
    let right = built(&key(), service_trust);
    let mended = "IAM.ServiceRole -> UpdateAssumeRolePolicy with 1 statement";
    on(ML_ROLE, State::RoleTrust(None), "IAM.ServiceRole -> CreateRole");
    on(ML_ROLE, State::RoleTrust(Some(Trust { document: right.clone(), service_linked: false })), "compliant");
    on(ML_ROLE, trust(&[trusts(json!({"Service": "sagemaker.amazonaws.com"}))]), mended);
    on(ML_ROLE, trust(&[right.as_value()["Statement"][0].clone(), trusts(json!({"AWS": "arn:aws:iam::999999999999:root"}))]), "IAM.ServiceRole, IAM.TrustForeign -> UpdateAssumeRolePolicy with 1 statement");
    on(ML_ROLE, trust(&[trusts(json!("*"))]), "IAM.ServiceRole, IAM.TrustOpen -> UpdateAssumeRolePolicy with 1 statement");
    assert_eq!(comply("", &role(ML_ROLE), &trust(&[trusts(json!("*"))])), State::RoleTrust(Some(Trust { document: right, service_linked: false })));
}
