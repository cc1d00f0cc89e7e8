use super::*;

const DEBUG: &str = "arn:aws:iam::111122223333:policy/debug";

fn policy(statements: &[Value], others: &[&str], holders: &[IamEntity]) -> State {
    let other_versions = others.iter().map(|&id| id.to_owned()).collect();
    State::ManagedDocument(Some(ManagedPolicy {
        document: document(statements),
        default_version: "v9".into(),
        other_versions,
        versions: std::collections::BTreeMap::new(),
        attached_to: holders.to_vec(),
        bounded: Vec::new(),
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
        State::ManagedDocument(Some(ManagedPolicy { document: right, default_version: "v1".into(), other_versions: vec![], versions: std::collections::BTreeMap::new(), attached_to: vec![holder.clone()], bounded: Vec::new(), boundary_of: vec![] }));
    on("", own, "compliant");
    on("", State::ManagedDocument(None), "IAM.ServicePolicy -> CreatePolicy");
    on("", policy(&[allow("s3:*", "*")], &[], std::slice::from_ref(&holder)), "IAM.ServicePolicy -> CreatePolicyVersion with 3 statements");
    on("", policy(&[allow("iam:*", "*")], &["v1", "v2", "v3", "v4"], &[holder]), "IAM.ServicePolicy, IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> DeletePolicyVersion v1; CreatePolicyVersion with 3 statements");
    on(GLASS, policy(&[allow("*", "*")], &[], &[user("glass")]), "IAM.ServicePolicy -> CreatePolicyVersion with 3 statements");
}

/// A policy with a default version made at this moment, and others of which it is known what they say.
fn versions(default: (&str, &[Value]), made_at: Option<i64>, others: &[(&str, &[Value])]) -> State {
    let State::ManagedDocument(Some(policy)) = policy(default.1, &[], &[user("jane"), user("joe")]) else {
        unreachable!()
    };
    let says = |says: &[Value]| PolicyVersion { made_at: None, document: Some(document(says)) };
    let known = others.iter().map(|(id, said)| ((*id).to_owned(), says(said)));
    let its = (default.0.to_owned(), PolicyVersion { made_at, document: None });
    State::ManagedDocument(Some(ManagedPolicy {
        default_version: default.0.into(),
        other_versions: others.iter().map(|(id, _)| (*id).to_owned()).collect(),
        versions: known.chain([its]).collect(),
        ..policy
    }))
}

/// Whoever switches a policy to a bad version takes nothing from those who hold it: it goes back, and nothing is deleted.
#[test]
#[rustfmt::skip] // One line a case.
fn a_policy_that_was_switched_goes_back() {
    const NOW: i64 = parapet_testkit::fixtures::NOW;
    let (admin, reads, writes) = ([allow("*", "*")], [allow("s3:GetObject", "*")], [allow("s3:PutObject", "*")]);
    let mixed = [allow("iam:*", "*"), allow("s3:GetObject", "*")];
    // To an older one.
    on("", versions(("v1", &admin), None, &[("v2", &reads)]), &format!("{ALL} -> SetDefaultPolicyVersion v2"));
    on("", versions(("v1", &mixed), None, &[("v2", &reads)]), "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> SetDefaultPolicyVersion v2");
    // To the latest, of which nothing would be left, or which was made long ago.
    on("", versions(("v2", &admin), None, &[("v1", &reads)]), &format!("{ALL} -> SetDefaultPolicyVersion v1"));
    on("", versions(("v2", &mixed), Some(NOW - 86_400), &[("v1", &reads)]), "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> SetDefaultPolicyVersion v1");
    // The latest of those that are right.
    on("", versions(("v4", &admin), None, &[("v1", &reads), ("v2", &writes), ("v3", &admin)]), &format!("{ALL} -> SetDefaultPolicyVersion v2"));
    // No version makes room while another is right.
    on("", versions(("v5", &mixed), Some(NOW), &[("v1", &reads), ("v2", &writes), ("v3", &admin), ("v4", &admin)]), "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> SetDefaultPolicyVersion v2");
    // What was written just now is narrowed: it is what its writer meant.
    on("", versions(("v2", &mixed), Some(NOW - 60), &[("v1", &reads)]), "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> CreatePolicyVersion with 1 statement");
    // None is right.
    on("", versions(("v2", &admin), None, &[("v1", &admin)]), &format!("{ALL} -> detach from user/jane; detach from user/joe; DeletePolicyVersion v1; DeletePolicy"));
}

/// To the one that was the default version, as far as that is remembered.
#[test]
#[rustfmt::skip] // One line a case.
fn a_policy_that_was_switched_goes_back_to_what_is_remembered() {
    let (admin, reads, writes) = ([allow("*", "*")], [allow("s3:GetObject", "*")], [allow("s3:PutObject", "*")]);
    let on = |before: State, observed: State, expected: &str| check_change("", &managed_policy(DEBUG), Some(before), observed, expected);
    let before = || versions(("v2", &reads), None, &[("v1", &admin), ("v3", &writes)]);
    on(before(), versions(("v1", &admin), None, &[("v2", &reads), ("v3", &writes)]), &format!("{ALL} -> SetDefaultPolicyVersion v2"));
    on(before(), versions(("v1", &admin), None, &[("v3", &writes)]), &format!("{ALL} -> CreatePolicyVersion with 1 statement"));
    // What was a way to more before, and stayed, is no less what its holders live on.
    let old = || versions(("v2", &[allow("iam:PassRole", "*")]), None, &[("v1", &admin)]);
    on(old(), versions(("v1", &admin), None, &[("v2", &[allow("iam:PassRole", "*")])]), &format!("{ALL} -> SetDefaultPolicyVersion v2"));
}
