use parapet_guards::Membership;

use super::*;

fn on(standard: &str, before: Option<bool>, member: bool, attached: &[(&str, Value)], expected: &str) {
    let resource = Resource::Membership(on::Membership { user: "jane".into(), group: "g".into() });
    let state = |member: bool| {
        let attached = attached.iter().map(|(arn, one)| ((*arn).to_owned(), document(std::slice::from_ref(one))));
        State::GroupMembership(Membership { member, attached: attached.collect(), ..Membership::default() })
    };
    check_change(standard, &resource, before.map(state), state(member), expected);
}

const OWN: &str = "arn:aws:iam::111122223333:policy/p";
const OF_AWS: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

#[test]
#[rustfmt::skip] // One line a case.
fn who_joins_a_powerful_group_leaves_it() {
    let joined = |attached: &[(&str, Value)], expected: &str| on("", Some(false), true, attached, expected);
    joined(&[(OWN, allow("*", "*"))], "IAM.PowerfulGroup -> RemoveUserFromGroup");
    joined(&[(OF_AWS, allow("*", "*"))], "IAM.PowerfulGroup -> RemoveUserFromGroup");
    joined(&[(OWN, allow("iam:CreateAccessKey", "*"))], "IAM.PowerfulGroup -> RemoveUserFromGroup");
    joined(&[(OWN, allow("iam:PassRole", "*")), ("arn:aws:iam::111122223333:policy/q", allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction"]), "*"))], "IAM.PowerfulGroup -> RemoveUserFromGroup");
    on("", None, true, &[(OWN, allow("*", "*"))], "IAM.PowerfulGroup -> RemoveUserFromGroup");
}

/// A policy of the group that names who joins it: whoever writes his own policies has what he likes.
#[test]
#[rustfmt::skip] // One line a case.
fn who_is_named_by_a_group_leaves_it() {
    let named = |action: &str, name: &str, expected: &str| on("", Some(false), true, &[(OWN, allow(action, &format!("arn:aws:iam::111122223333:{name}")))], expected);
    let out = "IAM.PowerfulGroup -> RemoveUserFromGroup";
    named("iam:PutUserPolicy", "user/jane", out);
    named("iam:AttachUserPolicy", "user/j*", out);
    named("iam:PutUserPolicy", "user/joe", "compliant");
    named("iam:ListUserPolicies", "user/jane", "compliant");
}

#[test]
#[rustfmt::skip] // One line a case.
fn who_joins_a_team_stays() {
    on("", None, true, &[], "compliant");
    on("", None, true, &[(OWN, allow("s3:Get*", "*"))], "compliant");
    on("", None, false, &[(OWN, allow("*", "*"))], "compliant");
    on("", Some(true), true, &[(OWN, allow("*", "*"))], "(IAM.PowerfulGroup)");
    on("controls: {IAM.BroadGroup: observe}", None, true, &[(OF_AWS, allow("lambda:UpdateFunctionCode", "*"))], "(IAM.BroadGroup)");
    on("controls: {IAM.PowerfulGroup: observe}", None, true, &[(OWN, allow("iam:CreateAccessKey", "*"))], "(IAM.PowerfulGroup)");
}

/// A group that was strong until something came that denies it.
#[test]
#[rustfmt::skip] // One line a case.
fn who_joins_a_group_that_is_weak_for_a_moment_leaves_it() {
    let resource = Resource::Membership(on::Membership { user: "jane".into(), group: "g".into() });
    let joined = |member: bool| State::GroupMembership(Membership {
        member,
        inline: [("all".to_owned(), document(&[allow("*", "*")])), ("no".to_owned(), document(&[deny("*", "*")]))].into(),
        ..Membership::default()
    });
    let knowing = |was_strong: bool, member: bool, before: bool, expected: &str| {
        let known = State::PrincipalPolicies(parapet_guards::Policies { was_strong, ..Default::default() });
        let situation = Situation::new(&resource, "");
        let state = joined(member).knowing(&situation.subject(), Some(known), &Default::default());
        check_change("", &resource, Some(joined(before)), state, expected);
    };
    knowing(true, true, false, "IAM.PowerfulGroup -> RemoveUserFromGroup");
    knowing(false, true, false, "compliant");
    knowing(true, true, true, "compliant");
    knowing(true, false, false, "compliant");
    let asks = |before: bool| joined(true).asks(&Situation::new(&resource, "").subject(), Some(&joined(before)), &Default::default()).is_some();
    assert_eq!((asks(false), asks(true)), (true, false));
}
