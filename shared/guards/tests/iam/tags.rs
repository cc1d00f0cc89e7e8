use std::collections::BTreeMap;

use parapet_guards::Policies;

use super::*;

/// A statement for whoever has a tag.
fn for_tagged(effect: &str, tag: &str) -> Value {
    json!({"Effect": effect, "Action": "*", "Resource": "*", "Condition": {"StringEquals": {format!("aws:PrincipalTag/{tag}"): "true"}}})
}

fn tags(tags: &[&str]) -> Option<BTreeMap<String, String>> {
    Some(tags.iter().map(|tag| ((*tag).to_owned(), "true".to_owned())).collect())
}

/// Who holds this himself, and has these tags.
fn own(statements: &[Value], has: Option<BTreeMap<String, String>>) -> Policies {
    Policies { inline: [("own".to_owned(), document(statements))].into(), tags: has, ..Policies::default() }
}

/// Whose group has this.
fn of_group(statements: &[Value], has: Option<BTreeMap<String, String>>) -> Policies {
    const OF_GROUP: &str = "arn:aws:iam::111122223333:group/g/policy/p";
    Policies {
        of_groups: [(OF_GROUP.to_owned(), document(statements))].into(),
        groups: [("g".to_owned(), [OF_GROUP.to_owned()].into())].into(),
        tags: has,
        ..Policies::default()
    }
}

fn on(before: Option<Policies>, observed: Policies, expected: &str) {
    for entity in [user("jane"), IamEntity::Role("app".into())] {
        let (before, observed) =
            (before.clone().map(State::PrincipalPolicies), State::PrincipalPolicies(observed.clone()));
        check_change("", &principal(entity), before, observed, expected);
    }
}

/// The tag goes, and comes back, that a policy asks for. The others are nobody's business here.
#[test]
#[rustfmt::skip] // One line a case.
fn a_tag_that_gives_a_power_goes() {
    let admin = [for_tagged("Allow", "admin")];
    on(Some(own(&admin, tags(&[]))), own(&admin, tags(&["admin"])), "IAM.PrincipalTag -> take the tag admin");
    on(Some(own(&admin, tags(&[]))), own(&admin, tags(&["ADMIN", "team"])), "IAM.PrincipalTag -> take the tag ADMIN");
    on(Some(of_group(&admin, tags(&[]))), of_group(&admin, tags(&["admin"])), "IAM.PrincipalTag -> take the tag admin");
    let was_no = Some([("admin".to_owned(), "no".to_owned())].into());
    on(Some(own(&admin, was_no)), own(&admin, tags(&["admin"])), "IAM.PrincipalTag -> set the tag admin to no");
    // A Deny that ends.
    let restricted = [allow("*", "*"), for_tagged("Deny", "restricted")];
    on(Some(own(&restricted, tags(&["restricted"]))), own(&restricted, tags(&[])), "IAM.PrincipalTag -> set the tag restricted to true");
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_tag_that_gives_nothing_stays() {
    let admin = [for_tagged("Allow", "admin")];
    on(Some(own(&admin, tags(&[]))), own(&admin, tags(&["team"])), "compliant");
    on(Some(own(&admin, tags(&["admin"]))), own(&admin, tags(&[])), "compliant");
    let reads = [json!({"Effect": "Allow", "Action": "s3:Get*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/admin": "true"}}})];
    on(Some(own(&reads, tags(&[]))), own(&reads, tags(&["admin"])), "compliant");
    // Who had it had it.
    on(Some(own(&admin, tags(&["admin"]))), own(&admin, tags(&["admin"])), "(IAM.CombinedEscalation)");
    on(Some(own(&admin, tags(&["admin"]))), own(&admin, tags(&["admin", "team"])), "(IAM.CombinedEscalation)");
}

/// Nothing is known of the tags before: told, and never accepted.
#[test]
#[rustfmt::skip] // One line a case.
fn a_tag_of_which_nothing_is_known_is_told() {
    let admin = [for_tagged("Allow", "admin")];
    on(None, own(&admin, tags(&["admin"])), "(IAM.PrincipalTag)");
    on(Some(own(&admin, None)), own(&admin, tags(&["admin"])), "(IAM.PrincipalTag)");
    on(None, of_group(&admin, tags(&["admin"])), "(IAM.PrincipalTag)");
    let situation = Situation { resource: principal(user("jane")), ..enforced("") };
    let found = State::PrincipalPolicies(own(&admin, tags(&["admin"]))).assess(&situation.subject(), None).unwrap();
    assert!(found[0].is_unaccepted);
}

/// A policy that asks for a tag that its holder has is as good as one that asks for none.
#[test]
#[rustfmt::skip] // One line a case.
fn a_policy_for_a_tag_that_its_holder_has() {
    let admin = [for_tagged("Allow", "admin")];
    let nothing = |has: &[&str]| Policies { tags: tags(has), ..Policies::default() };
    on(Some(nothing(&["admin"])), own(&admin, tags(&["admin"])), "IAM.CombinedEscalation -> delete the inline policy own");
    on(Some(nothing(&["team"])), own(&admin, tags(&["team"])), "compliant");
    on(Some(nothing(&["admin"])), of_group(&admin, tags(&["admin"])), "IAM.CombinedEscalation -> RemoveUserFromGroup g");
    let situation = Situation { resource: principal(user("jane")), ..enforced("") };
    let is_strong = |policies: Policies| parapet_guards::is_strong(&situation.subject(), &State::PrincipalPolicies(policies));
    assert!(is_strong(own(&admin, tags(&["admin"]))) && is_strong(of_group(&admin, tags(&["admin"]))));
    assert!(!is_strong(own(&admin, tags(&["team"]))) && !is_strong(own(&admin, None)));
}
