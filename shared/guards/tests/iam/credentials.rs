//! Those who are never touched, and others that the standard names: what is done to them is told, and undone only if asked for.

use parapet_guards::{AccessKeys, Login};

use super::*;

const NAMED: &str = "principals: {break_glass: [user/glass]}";
const ENFORCED: &str = "{principals: {break_glass: [user/glass]}, controls: {IAM.ProtectedAccessKeys: enforce, IAM.ProtectedLogin: enforce}}";

fn keys(keys: &[(&str, bool)]) -> State {
    State::AccessKeys(AccessKeys::of(keys.iter().map(|(id, active)| ((*id).to_owned(), *active)).collect()))
}

fn login(created: Option<&str>) -> State {
    State::LoginProfile(created.map(|created| Login { created: created.to_owned(), ..Login::default() }))
}

fn on(standard: &str, before: Option<State>, observed: State, expected: &str) {
    check_change(standard, &principal(user("glass")), before, observed, expected);
}

#[test]
#[rustfmt::skip] // One line a case.
fn new_keys() {
    on(NAMED, Some(keys(&[("A", true)])), keys(&[("A", true), ("B", true)]), "(IAM.ProtectedAccessKeys)");
    on(ENFORCED, Some(keys(&[("A", true)])), keys(&[("A", true), ("B", true)]), "IAM.ProtectedAccessKeys -> UpdateAccessKey B Inactive");
    on(ENFORCED, Some(keys(&[("A", false)])), keys(&[("A", true)]), "IAM.ProtectedAccessKeys -> UpdateAccessKey A Inactive");
    on(ENFORCED, Some(keys(&[("A", true)])), keys(&[("A", true), ("B", false)]), "compliant");
    on(ENFORCED, Some(keys(&[("A", true), ("B", true)])), keys(&[("A", true)]), "compliant");
    // Not known which are new: none is switched off.
    on(ENFORCED, None, keys(&[("A", true)]), "(IAM.ProtectedAccessKeys)");
    on(ENFORCED, None, keys(&[("A", false)]), "compliant");
}

/// What a finding says, for whom knows only that there is a password now.
#[test]
fn what_is_known_of_a_password() {
    let told = |before: Option<&str>| {
        let situation = Situation { resource: principal(user("glass")), ..enforced(NAMED) };
        let findings = login(Some("2026")).assess(&situation.subject(), Some(&login(before))).unwrap();
        findings[0].detail.clone()
    };
    assert_eq!(told(None), "a protected user has a console password since 2026; it had none before");
    assert_eq!(
        told(Some("2026")),
        "a protected user has a console password since 2026; whether it was changed cannot be told"
    );
    assert_eq!(told(Some("2025")), "a protected user has a console password since 2026; it had another before");
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_new_password() {
    on(NAMED, Some(login(None)), login(Some("2026")), "(IAM.ProtectedLogin)");
    on(ENFORCED, Some(login(None)), login(Some("2026")), "IAM.ProtectedLogin -> DeleteLoginProfile");
    on(ENFORCED, Some(login(Some("2026"))), login(Some("2026")), "(IAM.ProtectedLogin)");
    on(ENFORCED, Some(login(Some("2025"))), login(Some("2026")), "(IAM.ProtectedLogin)");
    on(ENFORCED, None, login(Some("2026")), "(IAM.ProtectedLogin)");
    on(ENFORCED, None, login(None), "compliant");
}
