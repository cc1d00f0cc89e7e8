use super::*;

fn trust(statements: &[Value]) -> State {
    State::RoleTrust(Some(Trust::of(document(statements))))
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
        State::RoleTrust(Some(Trust::of(trust_nobody())))
    );
    assert_eq!(comply("", &role("app"), &trust(&[trusts(json!("*")), account()])), trust(&[account()]));
    assert_eq!(comply("", &role("app"), &trust(&[trusts(json!({"AWS": ["*", "111122223333"]}))])), trust(&[trusts(json!({"AWS": ["111122223333"]}))]));
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_service_linked_role_is_left_alone() {
    on("AWSServiceRoleForX", State::RoleTrust(Some(Trust { service_linked: true, ..Trust::of(document(&[trusts(json!("*"))])) })), "compliant");
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_ml_role_trusts_its_service_alone() {
    let right = built(&key(), service_trust);
    let mended = "IAM.ServiceRole -> UpdateAssumeRolePolicy with 1 statement";
    on(ML_ROLE, State::RoleTrust(None), "IAM.ServiceRole -> CreateRole");
    on(ML_ROLE, State::RoleTrust(Some(Trust::of(right.clone()))), "compliant");
    on(ML_ROLE, trust(&[trusts(json!({"Service": "sagemaker.amazonaws.com"}))]), mended);
    on(ML_ROLE, trust(&[right.as_value()["Statement"][0].clone(), trusts(json!({"AWS": "arn:aws:iam::999999999999:root"}))]), "IAM.ServiceRole, IAM.TrustForeign -> UpdateAssumeRolePolicy with 1 statement");
    on(ML_ROLE, trust(&[trusts(json!("*"))]), "IAM.ServiceRole, IAM.TrustOpen -> UpdateAssumeRolePolicy with 1 statement");
    assert_eq!(comply("", &role(ML_ROLE), &trust(&[trusts(json!("*"))])), State::RoleTrust(Some(Trust::of(right))));
}

fn on_change(name: &str, before: State, observed: State, expected: &str) {
    check_change("", &role(name), Some(before), observed, expected);
}

fn account() -> Value {
    trusts(json!({"AWS": "arn:aws:iam::111122223333:root"}))
}

fn stranger() -> Value {
    trusts(json!({"AWS": "arn:aws:iam::999999999999:root"}))
}

/// A policy that was replaced by a stranger's comes back as it was a moment ago; nobody is trusted only where nothing is known, and that is told.
#[test]
#[rustfmt::skip] // One line a case.
fn a_trust_policy_that_was_replaced_comes_back() {
    let after = |before: &State, observed: &State| comply_after("", &role("app"), Some(before), observed);
    let nobody = || State::RoleTrust(Some(Trust::of(trust_nobody())));
    let (right, mixed) = (trust(&[account()]), trust(&[account(), stranger()]));
    for replaced in [trust(&[stranger()]), trust(&[trusts(json!("*"))]), trust(&[stranger(), json!({"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"})])] {
        assert_eq!(after(&right, &replaced), right);
        // A vendor who was there a moment ago is not a stranger's to take away.
        let vendor = trust(&[trusts(json!({"AWS": "arn:aws:iam::888888888888:root"}))]);
        assert_eq!(comply_after("", &role("app"), None, &vendor), nobody());
        assert_eq!(after(&vendor, &replaced), vendor);
        // But not everyone again.
        let open = trust(&[trusts(json!("*"))]);
        assert_eq!(after(&open, &trust(&[stranger()])), nobody());
        assert_eq!(after(&trust(&[trusts(json!("*")), account()]), &trust(&[stranger()])), right);
    }
    assert_eq!(after(&mixed, &trust(&[trusts(json!({"AWS": "arn:aws:iam::888888888888:root"}))])), mixed);
    // A stranger in the place of the vendor, beside others.
    let vendor = || trusts(json!({"AWS": "arn:aws:iam::888888888888:role/vendor"}));
    let beside = |one: Value| trust(&[account(), one]);
    assert_eq!(after(&beside(vendor()), &beside(stranger())), beside(vendor()));
    let denied = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let all = trust(&[account(), vendor(), denied]);
    assert_eq!(after(&all, &beside(stranger())), all);
    // Who took the vendor out and let in nobody, meant it.
    assert_eq!(after(&beside(vendor()), &right), right);
    // What else the new one says is what its writer meant.
    let lambda = trusts(json!({"Service": "lambda.amazonaws.com"}));
    assert_eq!(after(&right, &trust(&[stranger(), lambda.clone()])), trust(&[lambda]));
    let told = |before: Option<State>| {
        let situation = Situation { resource: role("app"), ..enforced("") };
        trust(&[stranger()]).assess(&situation.subject(), before.as_ref()).unwrap()[0].detail.clone()
    };
    assert!(told(None).contains("nobody may become it"), "{}", told(None));
    assert!(!told(Some(right)).contains("nobody may become it"));
}

/// The word that a vendor and its customer agreed on is changed by its customer, too: nobody is let in by that whom the role did not trust.
#[test]
#[rustfmt::skip] // One line a case.
fn an_external_id_is_rotated() {
    let vendor = |account: &str, condition: Value| {
        let mut statement = trusts(json!({"AWS": format!("arn:aws:iam::{account}:root")}));
        statement["Condition"] = condition;
        statement
    };
    let id = |id: Value| vendor("888888888888", json!({"StringEquals": {"sts:ExternalId": id}}));
    let before = || trust(&[id(json!("one"))]);
    let on = |observed: &[Value], expected: &str| on_change("app", before(), trust(observed), expected);
    let back = "IAM.TrustForeign -> UpdateAssumeRolePolicy with 1 statement";
    on(&[id(json!("two"))], "(IAM.TrustForeign)");
    on(&[id(json!(["one", "two"]))], "(IAM.TrustForeign)");
    on(&[id(json!("one")), id(json!("two"))], "(IAM.TrustForeign)");
    on(&[vendor("888888888888", json!({"StringEquals": {"STS:externalid": "two"}}))], "(IAM.TrustForeign)");
    // Another vendor, another condition, or none.
    on(&[vendor("999999999999", json!({"StringEquals": {"sts:ExternalId": "two"}}))], back);
    on(&[vendor("888888888888", json!({"StringLike": {"sts:ExternalId": "*"}}))], back);
    on(&[vendor("888888888888", json!({"StringEquals": {"sts:ExternalId": ""}}))], back);
    on(&[vendor("888888888888", json!({"StringEquals": {"sts:RoleSessionName": "two"}}))], back);
    on(&[trusts(json!({"AWS": "arn:aws:iam::888888888888:root"}))], back);
    // Beside another value that confines.
    let both = |id: &str, session: &str| vendor("888888888888", json!({"StringEquals": {"sts:ExternalId": id, "sts:RoleSessionName": session}}));
    on_change("app", trust(&[both("one", "a")]), trust(&[both("two", "a")]), "(IAM.TrustForeign)");
    on_change("app", trust(&[both("one", "a")]), trust(&[both("two", "b")]), back);
}

/// Who was trusted before a guard closed a role stays known, so that he can be let in again.
#[test]
#[rustfmt::skip] // One line a case.
fn a_role_that_was_closed_is_told() {
    let nobody = || State::RoleTrust(Some(Trust::of(trust_nobody())));
    on_change("app", trust(&[stranger()]), nobody(), "(IAM.TrustForeign)");
    on_change("app", trust(&[trusts(json!("*"))]), nobody(), "(IAM.TrustForeign)");
    on_change("app", nobody(), nobody(), "compliant");
    on("app", nobody(), "compliant");
    let situation = Situation { resource: role("app"), ..enforced("") };
    let found = nobody().assess(&situation.subject(), Some(&trust(&[stranger()]))).unwrap();
    assert!(found[0].is_unaccepted, "it does not take the place of what is known");
}

const ADMIN: &str = "principals: {administrators: [role/admin, user/root-2], break_glass: [role/glass]}";

/// A role that is never touched is watched. What is new goes, and nobody who was there.
#[test]
#[rustfmt::skip] // One line a case.
#[expect(clippy::cloned_ref_to_slice_refs, reason = "each case stands as it is")]
fn a_role_that_is_never_touched_lets_in_nobody_new() {
    let of = |name: &str| trusts(json!({"AWS": format!("arn:aws:iam::111122223333:{name}")}));
    let on = |before: Option<&[Value]>, observed: &[Value], expected: &str| {
        check_change(ADMIN, &role("glass"), before.map(trust), trust(observed), expected);
    };
    let (alice, mallory, everyone) = (of("user/alice"), of("user/mallory"), trusts(json!("*")));
    let back = "UpdateAssumeRolePolicy with 1 statement";
    on(None, &[alice.clone()], "compliant");
    on(Some(&[alice.clone()]), &[alice.clone()], "compliant");
    on(Some(&[alice.clone(), of("user/bob")]), &[alice.clone()], "compliant");
    // Somebody of the account, a stranger, everyone.
    on(Some(&[alice.clone()]), &[alice.clone(), mallory.clone()], &format!("IAM.ProtectedTrust -> {back}"));
    on(Some(&[alice.clone()]), &[alice.clone(), stranger()], &format!("IAM.ProtectedTrust, IAM.TrustForeign -> {back}"));
    on(Some(&[alice.clone()]), &[alice.clone(), everyone.clone()], &format!("IAM.ProtectedTrust, IAM.TrustOpen -> {back}"));
    on(Some(&[alice.clone()]), &[account()], &format!("IAM.ProtectedTrust -> {back}"));
    on(Some(&[alice.clone()]), &[everyone.clone()], &format!("IAM.ProtectedTrust, IAM.TrustOpen -> {back}"));
    on(Some(&[alice.clone(), of("user/bob")]), &[alice.clone(), mallory.clone()], &format!("IAM.ProtectedTrust -> {back}"));
    // Replaced: by strangers it comes back, by others it is told.
    on(Some(&[alice.clone()]), &[stranger()], &format!("(IAM.ProtectedTrust), IAM.TrustForeign -> {back}"));
    on(Some(&[alice.clone()]), &[mallory.clone()], "(IAM.ProtectedTrust)");
    // Whom the standard names.
    on(Some(&[alice.clone()]), &[alice.clone(), of("role/admin"), of("user/root-2")], "compliant");
    // A vendor from before stays, and is told.
    on(Some(&[stranger()]), &[stranger()], "(IAM.TrustForeign)");
    on(None, &[stranger()], "(IAM.ProtectedTrust)");
    on(None, &[stranger(), everyone.clone()], &format!("(IAM.ProtectedTrust), IAM.TrustOpen -> {back}"));
    on(None, &[everyone], &format!("IAM.TrustOpen -> {back}"));
    let state = |before: Option<&[Value]>, observed: &[Value]| comply_after(ADMIN, &role("glass"), before.map(trust).as_ref(), &trust(observed));
    assert_eq!(state(Some(&[alice.clone()]), &[trusts(json!("*"))]), trust(&[alice.clone()]));
    assert_eq!(state(Some(&[alice.clone()]), &[stranger()]), trust(&[alice.clone()]));
    assert_eq!(state(Some(&[alice.clone(), of("user/bob")]), &[alice.clone(), mallory]), trust(&[alice.clone()]));
    assert_eq!(state(None, &[alice.clone(), trusts(json!("*"))]), trust(&[alice]));
    let mut own = account();
    own["Sid"] = json!("OwnAccount");
    assert_eq!(state(None, &[trusts(json!("*"))]), trust(&[own]));
}

#[test]
fn others_are_judged_as_before() {
    on_change("app", trust(&[account()]), trust(&[account(), trusts(json!({"AWS": "111122223333"}))]), "compliant");
}
