use parapet_guards::{Membership, Policies};

use super::*;

const AWS_LAMBDA: &str = "arn:aws:iam::aws:policy/AWSLambda";

fn pass() -> Document {
    document(&[allow("iam:PassRole", "*")])
}

fn run() -> Document {
    document(&[allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction", "sqs:SendMessage"]), "*")])
}

fn named(documents: &[(&str, Document)]) -> std::collections::BTreeMap<String, Document> {
    documents.iter().map(|(name, document)| ((*name).to_owned(), document.clone())).collect()
}

fn policies(inline: &[(&str, Document)], attached: &[(&str, Document)]) -> Policies {
    Policies { inline: named(inline), attached: named(attached), ..Policies::default() }
}

fn on(before: Option<Policies>, observed: Policies, expected: &str) {
    check_change(
        "",
        &principal(user("jane")),
        before.map(State::PrincipalPolicies),
        State::PrincipalPolicies(observed),
        expected,
    );
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_makes_a_way_together_loses_one_part() {
    on(None, policies(&[("one", pass()), ("two", run())], &[]), "IAM.CombinedEscalation -> delete the inline policy one");
    on(None, policies(&[("one", pass())], &[(AWS_LAMBDA, run())]), "IAM.CombinedEscalation -> delete the inline policy one");
    on(None, policies(&[], &[("arn:aws:iam::111122223333:policy/a", pass()), (AWS_LAMBDA, run())]), "IAM.CombinedEscalation -> detach arn:aws:iam::111122223333:policy/a");
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_is_new_goes_first() {
    on(Some(policies(&[("two", run())], &[])), policies(&[("one", pass()), ("two", run())], &[]), "IAM.CombinedEscalation -> delete the inline policy one");
    on(Some(policies(&[], &[(AWS_LAMBDA, run())])), policies(&[], &[("arn:aws:iam::111122223333:policy/a", pass()), (AWS_LAMBDA, run())]), "IAM.CombinedEscalation -> detach arn:aws:iam::111122223333:policy/a");
}

/// A group's policy is judged by itself without its members: who is named in it has a way all the same.
#[test]
#[rustfmt::skip] // One line a case.
fn what_a_group_gives_to_one_of_its_members() {
    const OF_GROUP: &str = "arn:aws:iam::111122223333:group/g/policy/p";
    let in_group = |says: &[Value]| {
        let arns: std::collections::BTreeSet<String> = says.iter().map(|_| OF_GROUP.to_owned()).collect();
        Policies { of_groups: says.iter().map(|one| (OF_GROUP.to_owned(), document(std::slice::from_ref(one)))).collect(), groups: [("g".to_owned(), arns)].into(), ..Policies::default() }
    };
    let puts = |name: &str| allow("iam:PutUserPolicy", &format!("arn:aws:iam::111122223333:user/{name}"));
    on(Some(in_group(&[])), in_group(&[puts("jane")]), "IAM.CombinedEscalation -> delete the inline policy p of the group g");
    on(Some(in_group(&[puts("jane")])), in_group(&[puts("jane")]), "(IAM.CombinedEscalation)");
    on(Some(Policies::default()), in_group(&[puts("jane")]), "IAM.CombinedEscalation -> RemoveUserFromGroup g");
    on(Some(in_group(&[])), in_group(&[puts("joe")]), "compliant");
    // What the group has by itself is judged there.
    on(Some(in_group(&[])), in_group(&[allow("iam:PutUserPolicy", "*")]), "compliant");
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_makes_no_way_is_left_alone() {
    let both = policies(&[("one", pass()), ("two", run())], &[]);
    on(None, Policies::default(), "compliant");
    on(None, policies(&[("one", pass())], &[]), "compliant");
    on(None, policies(&[("one", document(&[allow("iam:PassRole", "arn:aws:iam::111122223333:role/app-*")])), ("two", run())], &[]), "compliant");
    on(None, policies(&[("one", pass()), ("two", run()), ("three", document(&[deny("lambda:*", "*")]))], &[]), "compliant");
    on(None, Policies { boundary: Some(document(&[allow("s3:*", "*")])), ..both.clone() }, "compliant");
    on(Some(both.clone()), both, "(IAM.CombinedEscalation)");
    // An administrator by one policy alone: that policy is judged where it is written.
    on(None, policies(&[("one", pass()), ("two", run()), ("three", document(&[allow("*", "*")]))], &[]), "compliant");
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_comes_from_groups_stays() {
    let of_groups = |documents: &[(&str, Document)]| Policies { of_groups: named(documents), ..Policies::default() };
    on(None, of_groups(&[("g/one", pass()), ("g/two", run())]), "(IAM.CombinedEscalation)");
    on(None, Policies { inline: named(&[("two", run())]), ..of_groups(&[("g/one", pass())]) }, "IAM.CombinedEscalation -> put the inline policy two with 1 statement");
}

/// A boundary or a Deny that is gone opens what stood beside it.
#[test]
#[rustfmt::skip] // One line a case.
fn what_is_taken_away_may_open_the_rest() {
    let both = policies(&[("one", pass()), ("two", run())], &[]);
    let bound = Policies { boundary: Some(document(&[allow("s3:*", "*")])), ..both.clone() };
    on(Some(bound), both.clone(), "IAM.CombinedEscalation -> delete the inline policy one");
    let denied = policies(&[("one", pass()), ("two", run()), ("three", document(&[deny("lambda:*", "*")]))], &[]);
    // It comes back, and what stood beside it stays.
    on(Some(denied), both, "IAM.DenyRemoved -> put the inline policy three with 1 statement");
}

#[test]
#[rustfmt::skip] // One line a case.
fn only_what_could_complete_a_way_is_followed() {
    let jane = || Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() });
    let follows = |resource: &Resource, state: State| {
        let found = state.follow_ups(&Situation::new(resource, "").subject(), None);
        found.into_iter().map(|(resource, facet)| format!("{resource}: {facet}")).collect::<Vec<_>>()
    };
    assert_eq!(follows(&jane(), State::InlineDocument(Some(run()))), ["`user/jane`: all policies"]);
    assert_eq!(follows(&jane(), State::InlineDocument(Some(document(&[allow("sqs:*", "*")])))), [""; 0]);
    // What denies has to be known once it is taken away again.
    assert_eq!(follows(&jane(), State::InlineDocument(Some(document(&[allow("lambda:*", "*"), deny("lambda:*", "*")])))), ["`user/jane`: all policies"]);
    let attached = |document: Document| State::PolicyAttachment(Attachment::of(true, Some(document)));
    let attachment = Resource::Attachment(on::Attachment { entity: user("jane"), policy_arn: AWS_LAMBDA.into() });
    assert_eq!(follows(&attachment, attached(document(&[deny("*", "*")]))), ["`user/jane`: all policies"]);
    assert_eq!(follows(&attachment, attached(document(&[allow("sqs:*", "*")]))), [""; 0]);
    let joined = Resource::Membership(on::Membership { user: "jane".into(), group: "g".into() });
    let member = |document: Document| State::GroupMembership(Membership { member: true, inline: named(&[("p", document)]), ..Membership::default() });
    assert_eq!(follows(&joined, member(document(&[deny("*", "*")]))), ["`user/jane`: all policies"]);
    assert_eq!(follows(&joined, member(document(&[allow("sqs:*", "*")]))), [""; 0]);
    assert_eq!(follows(&jane(), State::InlineDocument(None)), [""; 0]);
    let managed = ManagedPolicy { document: pass(), default_version: "v1".into(), other_versions: vec![], versions: std::collections::BTreeMap::new(), attached_to: vec![user("joe"), IamEntity::Group("g".into())], bounded: Vec::new(), boundary_of: vec![] };
    let denying = ManagedPolicy { document: document(&[deny("*", "*")]), ..managed.clone() };
    assert_eq!(follows(&managed_policy("arn:aws:iam::111122223333:policy/p"), State::ManagedDocument(Some(denying))), ["`user/joe`: all policies", "`group/g`: all policies"]);
    assert_eq!(follows(&managed_policy("arn:aws:iam::111122223333:policy/p"), State::ManagedDocument(Some(managed))), ["`user/joe`: all policies", "`group/g`: all policies"]);
}

/// What of a principal's policies was brought is told by what led there.
#[test]
#[rustfmt::skip] // One line a case.
fn what_was_brought_goes_and_what_was_there_stays() {
    const OWN: &str = "arn:aws:iam::111122223333:policy/a";
    let attachment = |arn: &str| Resource::Attachment(on::Attachment { entity: user("jane"), policy_arn: arn.into() });
    let inline = |name: &str| Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: name.into() });
    let joined = Resource::Membership(on::Membership { user: "jane".into(), group: "g".into() });
    let on = |brought: &Resource, observed: Policies, expected: &str| {
        let observed = State::PrincipalPolicies(observed);
        check_change("", &principal(user("jane")), observed.before(brought), observed, expected);
    };
    on(&attachment(AWS_LAMBDA), policies(&[("one", pass())], &[(AWS_LAMBDA, run())]), &format!("IAM.CombinedEscalation -> detach {AWS_LAMBDA}"));
    on(&attachment(OWN), policies(&[("two", run())], &[(OWN, pass())]), &format!("IAM.CombinedEscalation -> detach {OWN}"));
    on(&attachment(OWN), policies(&[], &[(OWN, pass()), (AWS_LAMBDA, run())]), &format!("IAM.CombinedEscalation -> detach {OWN}"));
    on(&inline("one"), policies(&[("one", pass()), ("two", run())], &[]), "IAM.CombinedEscalation -> delete the inline policy one");
    on(&inline("two"), policies(&[("one", pass()), ("two", run())], &[]), "IAM.CombinedEscalation -> put the inline policy two with 1 statement");
    on(&inline("one"), policies(&[("one", pass())], &[(AWS_LAMBDA, run())]), "IAM.CombinedEscalation -> delete the inline policy one");
    on(&inline("two"), policies(&[("two", run())], &[(OWN, pass())]), "IAM.CombinedEscalation -> put the inline policy two with 1 statement");
    // A group is left.
    let in_group = |inline: &[(&str, Document)], of_group: Document| Policies { inline: named(inline), of_groups: named(&[("g/p", of_group)]), groups: [("g".to_owned(), ["g/p".to_owned()].into())].into(), ..Policies::default() };
    on(&joined, in_group(&[("two", run())], pass()), "IAM.CombinedEscalation -> RemoveUserFromGroup g");
    on(&joined, in_group(&[("one", pass())], run()), "IAM.CombinedEscalation -> RemoveUserFromGroup g");
    // Who had the way before keeps it; what was brought goes, if it is a half.
    let had = || vec![("one", pass()), ("two", run())];
    on(&attachment(AWS_LAMBDA), policies(&had(), &[(AWS_LAMBDA, run())]), "(IAM.CombinedEscalation)");
    on(&attachment(AWS_LAMBDA), policies(&had(), &[(AWS_LAMBDA, document(&[allow(json!(["glue:CreateJob", "glue:StartJobRun"]), "*")]))]), &format!("IAM.CombinedEscalation -> detach {AWS_LAMBDA}"));
}

/// What denies so much, each in its own way, that nothing can be decided beside it.
fn junk(number: u8) -> Document {
    let letter = |of: u8| char::from(b'a' + of % 26);
    let statements: Vec<Value> = (0..55)
        .map(|statement| {
            let of = number.wrapping_mul(55).wrapping_add(statement);
            let pattern = format!(
                "*{}*{}*{}{}*{}*",
                letter(of),
                letter(of / 3),
                letter(of / 5 + 1),
                letter(of / 7 + 2),
                letter(of.wrapping_add(11))
            );
            deny("states:*", &format!("arn:aws:states:us-east-1:111122223333:stateMachine:{pattern}"))
        })
        .collect();
    document(&statements)
}

/// Halves beside each other, hidden in what nobody can decide: what is new goes, and what was there stays.
#[test]
#[rustfmt::skip] // One line a case.
fn what_cannot_be_decided_together() {
    const UNDECIDED: &str = "undetermined: it takes more steps to analyse than are allowed";
    let in_junk = |inline: &[(&str, Document)]| {
        let arn = |number: u8| format!("arn:aws:iam::111122223333:group/g{number}/policy/junk");
        Policies {
            inline: named(inline),
            of_groups: (0..4).map(|number| (arn(number), junk(number))).collect(),
            groups: (0..4).map(|number| (format!("g{number}"), [arn(number)].into())).collect(),
            ..Policies::default()
        }
    };
    let update = || ("one", document(&[allow("states:UpdateStateMachine", "*")]));
    let start = || ("two", document(&[allow("states:StartExecution", "*")]));
    on(None, in_junk(&[update(), start()]), UNDECIDED);
    on(Some(in_junk(&[update()])), in_junk(&[update(), start()]), "IAM.CombinedEscalation -> delete the inline policy two");
    on(Some(policies(&[update()], &[])), in_junk(&[update(), start()]), "IAM.CombinedEscalation -> delete the inline policy two");
    on(Some(policies(&[update(), start()], &[])), in_junk(&[update(), start()]), &format!("IAM.CombinedEscalation -> {}", ["g0", "g1", "g2", "g3"].map(|group| format!("RemoveUserFromGroup {group}")).join("; ")));
    // Who had the way keeps it, and what came later and completes nothing.
    on(Some(policies(&[update(), start()], &[])), in_junk(&[update(), start(), ("reads", document(&[allow("s3:Get*", "*")]))]), &format!("IAM.CombinedEscalation -> {}", ["g0", "g1", "g2", "g3"].map(|group| format!("RemoveUserFromGroup {group}")).join("; ")));
    on(Some(in_junk(&[update(), start()])), in_junk(&[update(), start()]), UNDECIDED);
    on(Some(in_junk(&[update(), start()])), in_junk(&[update(), start(), ("three", pass())]), "IAM.CombinedEscalation -> delete the inline policy three");
}
