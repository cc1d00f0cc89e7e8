//! What the guards decide about KMS keys, one line a case.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_guards::foundation::documents::{has_statement, key_statements, memory_key_policy};
use parapet_guards::{KeyGrant, KeyRotation, KeyState, KeyStatus, Resource, State, on};
use parapet_testkit::fixtures::{ACCOUNT, STRANGER, key};
use parapet_testkit::{Situation, verdict};
use serde_json::{Value, json};

fn another() -> Resource {
    Resource::Key(on::Key { name: "1234abcd".to_owned() })
}

fn state(standard: &str, resource: &Resource, observed: KeyState, expected: &str) {
    let situation = Situation::new(resource, standard);
    let observed = State::KeyState(observed);
    assert_eq!(verdict(&situation.subject(), None, &observed), expected, "{resource} {observed:?}");
}

fn unnamed(status: KeyStatus) -> KeyState {
    KeyState::Unnamed { id: "1234abcd".to_owned(), status }
}

fn replaced(status: KeyStatus) -> KeyState {
    KeyState::Replaced { made: "1234abcd".to_owned(), by: "0987dcba".to_owned(), status }
}

/// The same, of a key that is known by its id.
fn moved(status: KeyStatus) -> KeyState {
    KeyState::Moved { made: "1234abcd".to_owned(), by: "0987dcba".to_owned(), status }
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_key_that_is_known_by_its_id_gets_its_alias_back() {
    use KeyStatus::{Disabled, Enabled, PendingDeletion};
    let on = |observed, expected: &str| state("", &key(), observed, expected);
    on(moved(Enabled), "KMS.KeyAlias -> UpdateAlias to key 1234abcd");
    on(moved(Disabled), "KMS.KeyEnabled, KMS.KeyAlias -> EnableKey 1234abcd; UpdateAlias to key 1234abcd");
    on(moved(PendingDeletion), "KMS.KeyDeletion, KMS.KeyEnabled, KMS.KeyAlias -> CancelKeyDeletion 1234abcd; EnableKey 1234abcd; UpdateAlias to key 1234abcd");
    state("controls: {KMS.KeyAlias: observe}", &key(), moved(Enabled), "(KMS.KeyAlias)");
    state("controls: {KMS.KeyAlias: observe}", &key(), moved(Disabled), "KMS.KeyEnabled, (KMS.KeyAlias) -> EnableKey 1234abcd");
    state("controls: {KMS.KeyDeletion: observe}", &key(), moved(PendingDeletion), "(KMS.KeyDeletion), (KMS.KeyAlias)");
}

/// A key whose deletion is from before, and stays, gets no alias: AWS refuses that.
#[test]
fn no_alias_goes_to_a_key_that_is_still_to_be_deleted() {
    let standard = "controls: {KMS.OtherKeyDeletion: enforce, KMS.OtherKeyEnabled: enforce}";
    let situation = Situation::new(&another(), standard);
    let before = State::KeyState(KeyState::Here(KeyStatus::PendingDeletion));
    let on = |before: Option<&State>, expected: &str| {
        let observed = State::KeyState(unnamed(KeyStatus::PendingDeletion));
        assert_eq!(verdict(&situation.subject(), before, &observed), expected);
    };
    on(Some(&before), "(KMS.OtherKeyDeletion), (KMS.OtherKeyEnabled), (KMS.KeyExists)");
    on(
        None,
        "KMS.OtherKeyDeletion, KMS.OtherKeyEnabled, KMS.KeyExists -> CancelKeyDeletion 1234abcd; EnableKey 1234abcd; CreateAlias of key 1234abcd",
    );
}

/// Whoever switches off what memory is sealed with makes the guards forget.
#[test]
fn the_key_of_the_memory_stays_usable() {
    use KeyStatus::{Disabled, Enabled, PendingDeletion};
    let standard =
        parapet_testkit::fixtures::standard("").sealed_with(Some("arn:aws:kms:us-east-1:111122223333:key/1234abcd"));
    let (resource, home) = (another(), parapet_testkit::fixtures::home());
    let subject = parapet_guards::Subject {
        resource: &resource,
        standard: &standard,
        home: &home,
        now: 0,
        account: None,
        room: parapet_guards::Room::Quota,
        settles_at: None,
        made: None,
    };
    let on = |observed, expected: &str| {
        assert_eq!(verdict(&subject, None, &State::KeyState(observed)), expected);
    };
    on(KeyState::Here(Enabled), "compliant");
    on(KeyState::Here(Disabled), "KMS.KeyEnabled -> EnableKey");
    on(KeyState::Here(PendingDeletion), "KMS.KeyDeletion, KMS.KeyEnabled -> CancelKeyDeletion; EnableKey");
    on(KeyState::Absent, "(KMS.KeyExists)");
}

/// Whoever lets himself have seals made may say what was there before. What the stack makes of the policy, a deployment alone changes.
#[test]
fn the_key_of_the_memory_makes_seals_for_nobody_else() {
    let standard = parapet_testkit::fixtures::standard("").sealed_with(Some("1234abcd"));
    let (resource, home) = (another(), parapet_testkit::fixtures::home());
    let subject = parapet_guards::Subject {
        resource: &resource,
        standard: &standard,
        home: &home,
        now: 0,
        account: None,
        room: parapet_guards::Room::Quota,
        settles_at: None,
        made: None,
    };
    let right = memory_key_policy(&subject);
    let on = |document: &Document, expected: &str| {
        assert_eq!(verdict(&subject, None, &State::KeyPolicy(document.clone())), expected);
    };
    on(&right, "compliant");
    let root = json!({"AWS": "arn:aws:iam::111122223333:root"});
    let more = json!({"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"});
    on(&right.with_statement(more).unwrap(), "(KMS.MemoryKey)");
    // Without seals the guards are blind.
    on(&right.without_statements(&[1].into()).unwrap(), "KMS.MemoryKey -> PutKeyPolicy with 2 statements");
    let deny =
        |principal| json!({"Effect": "Deny", "Principal": principal, "Action": "kms:GenerateMac", "Resource": "*"});
    on(&right.with_statement(deny(json!("*"))).unwrap(), "KMS.GuardAccess -> PutKeyPolicy with 3 statements");
    let encryption_guard = json!({"AWS": "arn:aws:iam::111122223333:role/parapet-encryption-guard"});
    on(&right.with_statement(deny(encryption_guard)).unwrap(), "KMS.GuardAccess -> PutKeyPolicy with 3 statements");
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_pipelines_key() {
    use KeyStatus::{Disabled, Enabled, Other, PendingDeletion};
    let on = |observed, expected: &str| state("", &key(), observed, expected);
    on(KeyState::Here(Enabled), "compliant");
    on(KeyState::Absent, "KMS.KeyExists -> CreateKey and CreateAlias");
    on(KeyState::Here(Disabled), "KMS.KeyEnabled -> EnableKey");
    on(KeyState::Here(PendingDeletion), "KMS.KeyDeletion, KMS.KeyEnabled -> CancelKeyDeletion; EnableKey");
    on(KeyState::Here(Other("PendingImport".into())), "(KMS.KeyEnabled)");
    on(KeyState::Here(Other("Unavailable".into())), "(KMS.KeyEnabled)");
    on(unnamed(Enabled), "KMS.KeyExists -> CreateAlias of key 1234abcd");
    on(unnamed(Disabled), "KMS.KeyEnabled, KMS.KeyExists -> EnableKey 1234abcd; CreateAlias of key 1234abcd");
    on(unnamed(PendingDeletion), "KMS.KeyDeletion, KMS.KeyEnabled, KMS.KeyExists -> CancelKeyDeletion 1234abcd; EnableKey 1234abcd; CreateAlias of key 1234abcd");
    on(replaced(Enabled), "(KMS.KeyAlias)");
    on(replaced(Disabled), "(KMS.KeyAlias), KMS.KeyEnabled -> EnableKey");
    state("controls: {KMS.KeyDeletion: observe}", &key(), unnamed(PendingDeletion), "(KMS.KeyDeletion), (KMS.KeyExists)");
    state("controls: {KMS.KeyEnabled: observe}", &key(), unnamed(Disabled), "(KMS.KeyEnabled), KMS.KeyExists -> CreateAlias of key 1234abcd");
    state("controls: {KMS.KeyAlias: enforce}", &key(), replaced(Enabled), "(KMS.KeyAlias)");
}

/// What to do about a state that no call of ours leaves depends on it.
#[test]
fn a_remedy_for_each_state() {
    let said = |status: &str| {
        let (resource, observed) = (key(), State::KeyState(KeyState::Here(KeyStatus::Other(status.to_owned()))));
        let situation = Situation::new(&resource, "");
        observed.assess(&situation.subject(), None).unwrap()[0].detail.clone()
    };
    assert!(said("PendingImport").contains("import-key-material"), "{}", said("PendingImport"));
    assert!(said("Unavailable").contains("state Unavailable"), "{}", said("Unavailable"));
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_pipelines_key_in_other_modes() {
    use KeyStatus::{Disabled, PendingDeletion};
    let on = |standard: &str, observed, expected: &str| state(standard, &key(), KeyState::Here(observed), expected);
    on("controls: {KMS.KeyEnabled: observe}", Disabled, "(KMS.KeyEnabled)");
    on("controls: {KMS.KeyEnabled: observe}", PendingDeletion, "KMS.KeyDeletion, (KMS.KeyEnabled) -> CancelKeyDeletion");
    on("controls: {KMS.KeyDeletion: observe}", PendingDeletion, "(KMS.KeyDeletion)");
    on("controls: {KMS.KeyDeletion: off}", PendingDeletion, "compliant");
    on("controls: {KMS.KeyEnabled: off}", PendingDeletion, "KMS.KeyDeletion -> CancelKeyDeletion");
}

#[test]
#[rustfmt::skip] // One line a case.
fn another_key() {
    use KeyStatus::{Disabled, Enabled, Other, PendingDeletion};
    let on = |standard: &str, observed, expected: &str| state(standard, &another(), observed, expected);
    let enforced = "controls: {KMS.OtherKeyEnabled: enforce, KMS.OtherKeyDeletion: enforce}";
    on("", KeyState::Here(Enabled), "compliant");
    on("", KeyState::Absent, "compliant");
    on("", KeyState::Here(Disabled), "(KMS.OtherKeyEnabled)");
    on("", KeyState::Here(PendingDeletion), "(KMS.OtherKeyDeletion)");
    on("", KeyState::Here(Other("PendingImport".into())), "(KMS.OtherKeyEnabled)");
    on(enforced, KeyState::Here(Disabled), "KMS.OtherKeyEnabled -> EnableKey");
    on(enforced, KeyState::Here(PendingDeletion), "KMS.OtherKeyDeletion, KMS.OtherKeyEnabled -> CancelKeyDeletion; EnableKey");
}

#[test]
fn what_is_to_be_done_is_said() {
    for (status, remedy) in [
        (KeyStatus::Disabled, "aws kms enable-key"),
        (KeyStatus::PendingDeletion, "aws kms cancel-key-deletion"),
        (KeyStatus::Other("PendingImport".into()), "aws kms import-key-material"),
    ] {
        let (situation, state) = (Situation::new(&key(), ""), State::KeyState(KeyState::Here(status)));
        let findings = state.assess(&situation.subject(), None).unwrap();
        assert!(findings[0].detail.contains(remedy), "{findings:?}");
    }
}

#[test]
fn rotation() {
    for resource in [key(), another()] {
        let on = |rotation, expected: &str| {
            let situation = Situation::new(&resource, "");
            let observed = State::KeyRotation(rotation);
            assert_eq!(verdict(&situation.subject(), None, &observed), expected);
        };
        on(KeyRotation::On, "compliant");
        on(KeyRotation::Off, "KMS.Rotation -> EnableKeyRotation");
        on(KeyRotation::NotApplicable("the key is asymmetric".into()), "compliant");
    }
}

fn document(statements: Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn allow(principal: Value, action: &str) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"})
}

fn root(account: &str) -> Value {
    json!({"AWS": format!("arn:aws:iam::{account}:root")})
}

fn policy(standard: &str, statements: Value, expected: &str) -> Option<Document> {
    let (situation, observed) = (Situation::new(&another(), standard), State::KeyPolicy(document(statements)));
    assert_eq!(verdict(&situation.subject(), None, &observed), expected, "{observed:?}");
    match observed.comply(&situation.subject(), None) {
        State::KeyPolicy(document) => Some(document),
        _ => None,
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_policy_of_another_key() {
    let role = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/app")});
    let service = json!({"Service": "cloudtrail.amazonaws.com"});
    let stranger = json!({"AWS": format!("arn:aws:iam::{STRANGER}:role/exfiltrate")});
    policy("", json!([allow(root(ACCOUNT), "kms:*")]), "compliant");
    policy("", json!([allow(role.clone(), "kms:*")]), "compliant");
    policy("", json!([allow(root(ACCOUNT), "kms:*"), allow(service, "kms:GenerateDataKey*")]), "compliant");
    policy("", json!([allow(root(ACCOUNT), "kms:*"), allow(json!({"AWS": "AROAEXAMPLEEXAMPLE"}), "kms:Decrypt")]), "compliant");
    policy("", json!([allow(root(ACCOUNT), "kms:*"), allow(json!("*"), "kms:Decrypt")]), "KMS.PublicPolicy -> PutKeyPolicy with 1 statement");
    policy("", json!([allow(root(ACCOUNT), "kms:*"), allow(stranger.clone(), "kms:Decrypt")]), "KMS.ForeignPolicy -> PutKeyPolicy with 1 statement");
    policy("", json!([allow(root(ACCOUNT), "kms:*"), allow(root(STRANGER), "kms:Decrypt")]), "KMS.ForeignPolicy -> PutKeyPolicy with 1 statement");
    policy("trust: {accounts: ['999999999999']}", json!([allow(root(ACCOUNT), "kms:*"), allow(root(STRANGER), "kms:Decrypt")]), "compliant");
    policy("controls: {KMS.ForeignPolicy: observe}", json!([allow(root(ACCOUNT), "kms:*"), allow(stranger, "kms:Decrypt")]), "(KMS.ForeignPolicy)");
}

#[test]
fn no_account_is_locked_out_of_its_key() {
    let owner = |document: &Document| {
        let situation = Situation::new(&another(), "");
        has_statement(document, &key_statements(&situation.subject())[0])
    };
    let both = json!({"AWS": [format!("arn:aws:iam::{ACCOUNT}:root"), format!("arn:aws:iam::{STRANGER}:root")]});
    let service = allow(json!({"Service": "cloudtrail.amazonaws.com"}), "kms:GenerateDataKey*");
    for (statements, expected) in [
        (json!([allow(both, "kms:*")]), "KMS.ForeignPolicy -> PutKeyPolicy with 1 statement"),
        (json!([allow(json!("*"), "kms:*")]), "KMS.PublicPolicy -> PutKeyPolicy with 1 statement"),
        (json!([allow(json!("*"), "kms:*"), service]), "KMS.PublicPolicy -> PutKeyPolicy with 2 statements"),
        (json!([allow(root(STRANGER), "kms:*")]), "KMS.ForeignPolicy -> PutKeyPolicy with 1 statement"),
    ] {
        assert!(owner(&policy("", statements, expected).unwrap()), "{expected}");
    }
}

/// Then nothing is added: who may manage the key stays as it was.
#[test]
fn who_still_manages_the_key_gets_no_statement_more() {
    let mut by_pattern = allow(root(ACCOUNT), "kms:*");
    by_pattern["Resource"] = json!(format!("arn:aws:kms:us-east-1:{ACCOUNT}:key/*"));
    for own in [by_pattern, allow(root(ACCOUNT), "kms:*")] {
        let narrowed =
            policy("", json!([allow(json!("*"), "kms:*"), own]), "KMS.PublicPolicy -> PutKeyPolicy with 1 statement");
        assert_eq!(narrowed, Some(document(json!([own]))));
    }
}

fn grant(id: &str, grantee: &str, retiring: Option<&str>) -> KeyGrant {
    KeyGrant {
        id: id.to_owned(),
        name: None,
        grantee: grantee.to_owned(),
        retiring: retiring.map(str::to_owned),
        issuer: Some(ACCOUNT.to_owned()),
        operations: vec!["Decrypt".to_owned()],
        constraints: vec![],
    }
}

fn grants(standard: &str, grants: &[KeyGrant], expected: &str) {
    for resource in [key(), another()] {
        let (situation, observed) = (Situation::new(&resource, standard), State::KeyGrants(grants.to_vec()));
        assert_eq!(verdict(&situation.subject(), None, &observed), expected, "{grants:?}");
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn grants_are_revoked_one_by_one() {
    let ours = "arn:aws:iam::111122223333:role/parapet-ml-service";
    let theirs = "arn:aws:iam::999999999999:role/exfiltrate";
    grants("", &[], "compliant");
    grants("", &[grant("a", ours, None), grant("b", "sagemaker.amazonaws.com", Some("sagemaker.us-east-1.amazonaws.com"))], "compliant");
    grants("", &[grant("a", "AROAEXAMPLEEXAMPLE", None), grant("b", "AWS Internal", None)], "compliant");
    grants("", &[grant("a", "arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/i-1", None)], "compliant");
    grants("", &[grant("a", ours, None), grant("b", theirs, None)], "KMS.Grants -> RevokeGrant b");
    grants("", &[grant("a", theirs, None), grant("b", theirs, None)], "KMS.Grants -> RevokeGrant a; RevokeGrant b");
    grants("", &[grant("a", "arn:aws:iam::999999999999:root", None)], "KMS.Grants -> RevokeGrant a");
    grants("", &[grant("a", "arn:aws:sts::999999999999:assumed-role/r/s", None)], "KMS.Grants -> RevokeGrant a");
    grants("", &[grant("a", "999999999999", None), grant("b", "*", None)], "KMS.Grants -> RevokeGrant a; RevokeGrant b");
    grants("", &[grant("a", ours, Some(theirs))], "KMS.Grants -> RevokeGrant a");
    grants("trust: {accounts: ['999999999999']}", &[grant("a", theirs, None)], "compliant");
    grants("controls: {KMS.Grants: observe}", &[grant("a", theirs, None)], "(KMS.Grants)");
}

/// A grant goes past all policies, and no policy shows it.
#[test]
#[rustfmt::skip] // One line a case.
fn grants_to_somebody_of_the_account() {
    let on = |resource: &Resource, standard: &str, grantee: &str, expected: &str| {
        let (situation, observed) = (Situation::new(resource, standard), State::KeyGrants(vec![grant("a", grantee, None)]));
        assert_eq!(verdict(&situation.subject(), None, &observed), expected, "{grantee}");
    };
    for told in [
        "iam::111122223333:user/mallory", "iam::111122223333:role/app", "iam::111122223333:user/parapet-policy-guard", "sts::111122223333:federated-user/mallory",
        "sts::111122223333:assumed-role/app/parapet-policy-guard", "iam::111122223333:role/evil/parapet-policy-guard",
    ] {
        let grantee = format!("arn:aws:{told}");
        on(&key(), "", &grantee, "(KMS.OwnGrant)");
        on(&key(), "controls: {KMS.OwnGrant: enforce}", &grantee, "KMS.OwnGrant -> RevokeGrant a");
        on(&another(), "", &grantee, "compliant");
    }
    for meant in [
        "iam::111122223333:root", "iam::111122223333:role/parapet-ml-service", "sts::111122223333:assumed-role/parapet-ml-service/SageMaker",
        "iam::111122223333:role/parapet-policy-guard", "sts::111122223333:assumed-role/aws:ec2-infrastructure/i-1",
        "iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
    ] {
        on(&key(), "", &format!("arn:aws:{meant}"), "compliant");
    }
    on(&key(), "principals: {administrators: [user/jane]}", "arn:aws:iam::111122223333:user/jane", "compliant");
    on(&key(), "", "dynamodb.us-east-1.amazonaws.com", "compliant");
}
