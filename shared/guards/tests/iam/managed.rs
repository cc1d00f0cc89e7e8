use super::*;

const DEBUG: &str = "arn:aws:iam::111122223333:policy/debug";

fn policy(statements: &[Value], others: &[&str], holders: &[IamEntity]) -> State {
    let other_versions = others.iter().map(|&id| id.to_owned()).collect();
    State::ManagedDocument(Some(ManagedPolicy {
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

/// "v9" was never given to another: IAM numbers on.
#[test]
fn the_version_after_the_last() {
    let mixed = [allow("*", "*"), allow("s3:GetObject", "arn:aws:s3:::data/*")];
    for (others, next, left) in [
        (&[][..], "v10", &["v9"][..]),
        (&["v12", "v3"], "v13", &["v12", "v3", "v9"]),
        (&["v1", "v2", "v3", "v4"], "v10", &["v2", "v3", "v4", "v9"]),
    ] {
        let State::ManagedDocument(Some(narrowed)) = comply("", &managed_policy(DEBUG), &policy(&mixed, others, &[]))
        else {
            panic!("no policy")
        };
        assert_eq!(
            (narrowed.default_version.as_str(), narrowed.other_versions),
            (next, left.iter().map(|&id| id.to_owned()).collect())
        );
    }
}

#[test]
fn one_of_which_nothing_is_left_goes() {
    let admin = [allow("*", "*")];
    on(
        "",
        policy(&admin, &["v1"], &[user("jane"), user("joe")]),
        &format!("{ALL} -> detach from user/jane; detach from user/joe; DeletePolicyVersion v1; DeletePolicy"),
    );
    on("", State::ManagedDocument(None), "compliant");
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
        State::ManagedDocument(Some(policy)) => {
            State::ManagedDocument(Some(ManagedPolicy { boundary_of: vec![user("bounded")], ..policy }))
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
        State::ManagedDocument(Some(ManagedPolicy { document: right, default_version: "v1".into(), other_versions: vec![], attached_to: vec![holder.clone()], boundary_of: vec![] }));
    on("", own, "compliant");
    on("", State::ManagedDocument(None), "IAM.ServicePolicy -> CreatePolicy");
    on("", policy(&[allow("s3:*", "*")], &[], std::slice::from_ref(&holder)), "IAM.ServicePolicy -> CreatePolicyVersion with 3 statements");
    on("", policy(&[allow("iam:*", "*")], &["v1", "v2", "v3", "v4"], &[holder]), "IAM.ServicePolicy, IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> DeletePolicyVersion v1; CreatePolicyVersion with 3 statements");
    on(GLASS, policy(&[allow("*", "*")], &[], &[user("glass")]), "IAM.ServicePolicy -> CreatePolicyVersion with 3 statements");
}
