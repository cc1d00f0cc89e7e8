use std::collections::{BTreeMap, BTreeSet};

use parapet_guards::{Boundary, Policies, WholeRole};

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
    // Who takes the trust from it blinds it.
    let lambda = trusts(json!({"Service": "lambda.amazonaws.com"}));
    let denied =
        json!({"Effect": "Deny", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let mut later = lambda.clone();
    later["Condition"] = json!({"DateGreaterThan": {"aws:CurrentTime": "2999-01-01T00:00:00Z"}});
    for less in [vec![denied.clone()], vec![lambda, denied], vec![later]] {
        let observed = State::RoleTrust(Some(Trust::of(document(&less))));
        check("", &role, observed, "IAM.OwnRole -> UpdateAssumeRolePolicy with 1 statement");
    }
    let situation = Situation::new(&role, "");
    let own = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/x"}, "Action": "sts:AssumeRole"});
    let State::RoleTrust(Some(mut trust)) = trusting("lambda.amazonaws.com") else { unreachable!() };
    trust.document = trust.document.with_statement(own).expect("a policy");
    let desired = State::RoleTrust(Some(trust)).comply(&situation.subject(), None);
    assert_eq!(desired, trusting("lambda.amazonaws.com"));
}

#[test]
fn nothing_is_attached_to_them() {
    let entity = IamEntity::Role("parapet-logging-guard".into());
    let resource =
        Resource::Attachment(on::Attachment { entity, policy_arn: "arn:aws:iam::aws:policy/ReadOnlyAccess".into() });
    let state = |attached| State::PolicyAttachment(Attachment::of(attached, None));
    check("", &resource, state(true), "IAM.OwnRole -> detach the policy");
    check("", &resource, state(false), "compliant");
}

/// Any policy but the stack's goes.
#[test]
fn they_hold_what_their_stack_gives_them() {
    let of = |name: &str| {
        let entity = IamEntity::Role("parapet-bootstrap".into());
        Resource::InlinePolicy(on::InlinePolicy { entity, name: name.into() })
    };
    let state = |action: &str| State::InlineDocument(Some(document(&[allow(action, "*")])));
    check("", &of("more"), state("s3:ListBucket"), "IAM.OwnRole -> delete the inline policy");
    check("", &of("policy-guard"), state("s3:ListBucket"), "IAM.OwnRole -> delete the inline policy");
    // Judged beside the role's boundary.
    check("", &of("bootstrap"), state("s3:ListBucket"), "compliant");
}

const AI_GUARD: &str = "parapet-ai-guard";
const AI_BOUNDARY: &str = "arn:aws:iam::111122223333:policy/parapet-ai-guard-boundary";

fn ai_guard() -> Resource {
    principal(IamEntity::Role(AI_GUARD.into()))
}

/// Two statements, as a stack writes them.
fn of_stack() -> Vec<Value> {
    vec![allow("ecr:PutImageScanningConfiguration", "*"), deny("iam:Put*", "*")]
}

/// Less than the stack gives blinds a guard, as more gives it away: it holds what its boundary says.
#[test]
#[rustfmt::skip] // One line a case.
fn they_hold_just_what_their_boundary_says() {
    let held = |inline: &[(&str, &[Value])], boundary: Option<&str>| State::PrincipalPolicies(Policies {
        inline: inline.iter().map(|(name, says)| ((*name).to_owned(), document(says))).collect(),
        boundary: boundary.map(|_| document(&of_stack())),
        boundary_arn: boundary.map(str::to_owned),
        ..Policies::default()
    });
    let on = |inline: &[(&str, &[Value])], boundary: Option<&str>, expected: &str| check("", &ai_guard(), held(inline, boundary), expected);
    let right = of_stack();
    let back = "IAM.OwnRole -> put the inline policy ai-guard with 2 statements";
    on(&[("ai-guard", &right)], Some(AI_BOUNDARY), "compliant");
    on(&[("ai-guard", &[deny("*", "*")])], Some(AI_BOUNDARY), back);
    on(&[("ai-guard", &right[..1])], Some(AI_BOUNDARY), back);
    on(&[("ai-guard", &[allow("*", "*")])], Some(AI_BOUNDARY), back);
    on(&[("AI-Guard", &right)], Some(AI_BOUNDARY), back);
    on(&[], Some(AI_BOUNDARY), back);
    // What bounds it is not what the stack gives it: nobody knows what is right.
    for other in [None, Some("arn:aws:iam::111122223333:policy/deny-all"), Some("arn:aws:iam::aws:policy/AdministratorAccess")] {
        on(&[("ai-guard", &right)], other, "(IAM.OwnRole)");
        on(&[], other, "(IAM.OwnRole)");
    }
    // A role that the standard names besides is of no stack.
    check("principals: {own: [role/deploy]}", &principal(IamEntity::Role("deploy".into())), held(&[("x", &right)], None), "compliant");
}

/// By its name, whatever is remembered.
#[test]
#[rustfmt::skip] // One line a case.
fn they_are_bound_by_their_own_boundary() {
    let boundary = |arn: Option<&str>| State::PermissionsBoundary(Boundary { arn: arn.map(str::to_owned), document: Some(document(&of_stack())) });
    let back = format!("IAM.OwnRole -> put the permissions boundary {AI_BOUNDARY}");
    let others = [None, Some("arn:aws:iam::111122223333:policy/deny-all"), Some("arn:aws:iam::aws:policy/AdministratorAccess"), Some("arn:aws:iam::111122223333:policy/parapet-bootstrap-boundary")];
    for other in others {
        check("", &ai_guard(), boundary(other), &back);
        for before in others {
            check_change("", &ai_guard(), Some(boundary(before)), boundary(other), &back);
            check_change("", &ai_guard(), Some(boundary(before)), boundary(Some(AI_BOUNDARY)), "compliant");
        }
    }
    // The standard asks for none of its own on them.
    check("principals: {boundaries: [{principals: ['role/*'], boundary: app}]}", &ai_guard(), boundary(Some(AI_BOUNDARY)), "compliant");
}

/// A version that takes something, or gives a power, is none of the stack's.
#[test]
#[rustfmt::skip] // One line a case.
fn their_boundaries_say_what_they_said() {
    let state = |says: &[Value], others: &[(&str, &[Value])]| State::ManagedDocument(Some(ManagedPolicy {
        document: document(says),
        default_version: "v3".into(),
        other_versions: others.iter().map(|(id, _)| (*id).to_owned()).collect(),
        attached_to: vec![],
        bounded: Vec::new(), boundary_of: vec![IamEntity::Role(AI_GUARD.into())],
        versions: others.iter().map(|(id, says)| ((*id).to_owned(), PolicyVersion { made_at: None, document: Some(document(says)) })).collect(),
    }));
    let policy = managed_policy(AI_BOUNDARY);
    let right = of_stack();
    let on = |before: Option<State>, observed: State, expected: &str| check_change("", &policy, before, observed, expected);
    let known = || Some(state(&right, &[]));
    let gives = |more: Value| [right[0].clone(), right[1].clone(), more];
    on(None, state(&right, &[]), "compliant");
    on(known(), state(&right, &[]), "compliant");
    // What is remembered comes back, by its version where it is there still.
    on(known(), state(&[deny("*", "*")], &[("v1", &right)]), "IAM.OwnRole -> SetDefaultPolicyVersion v1");
    on(known(), state(&[allow("*", "*")], &[("v1", &right)]), "IAM.OwnRole -> SetDefaultPolicyVersion v1");
    on(known(), state(&[allow("*", "*")], &[("v1", &[deny("*", "*")]), ("v2", &right)]), "IAM.OwnRole -> SetDefaultPolicyVersion v2");
    on(known(), state(&[deny("*", "*")], &[("v1", &[deny("*", "*")])]), "IAM.OwnRole -> CreatePolicyVersion with 2 statements");
    on(known(), state(&right[1..], &[("v1", &right)]), "IAM.OwnRole -> SetDefaultPolicyVersion v1");
    on(known(), state(&gives(deny("ecr:*", "*")), &[("v1", &right)]), "IAM.OwnRole -> SetDefaultPolicyVersion v1");
    on(known(), state(&[right[0].clone(), allow("iam:AttachUserPolicy", "*")], &[("v1", &right)]), "IAM.OwnRole -> SetDefaultPolicyVersion v1");
    // Nothing is remembered: the stack's is the first.
    on(None, state(&[deny("*", "*")], &[("v1", &right), ("v2", &[allow("*", "*")])]), "IAM.OwnRole -> SetDefaultPolicyVersion v1");
    on(None, state(&[allow("*", "*")], &[("v1", &right)]), "IAM.OwnRole -> SetDefaultPolicyVersion v1");
    // What a later version of Parapet needs besides.
    on(known(), state(&gives(allow("ecr:DescribeRegistry", "*")), &[("v1", &right)]), "compliant");
    check("exemptions: [{resource: '*-boundary', controls: [IAM.OwnRole], reason: upgrade, who: ops, until: '2999-01-01T00:00:00Z'}]", &policy, state(&[allow("*", "*")], &[("v1", &right)]), "(IAM.OwnRole)");
}

/// What nobody here can make again is told.
#[test]
fn what_is_missing_is_told() {
    check("", &role(AI_GUARD), State::RoleTrust(None), "(IAM.OwnRole)");
    check("", &managed_policy(AI_BOUNDARY), State::ManagedDocument(None), "(IAM.OwnRole)");
    check("", &role("app"), State::RoleTrust(None), "compliant");
    let situation = Situation::new(&role(AI_GUARD), "");
    let found = State::RoleTrust(None).assess(&situation.subject(), None).unwrap();
    assert!(found[0].detail.contains("`sam deploy`"), "{}", found[0].detail);
}

const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/parapet-policy-guard-boundary";

/// The policy guard's role as the stack makes it.
fn policy_guard() -> WholeRole {
    WholeRole {
        trust: document(&[trusts(json!({"Service": "lambda.amazonaws.com"}))]),
        attached: BTreeSet::new(),
        inline: BTreeMap::from([("policy-guard".to_owned(), document(&of_stack()))]),
        boundary_arn: Some(BOUNDARY.to_owned()),
        boundary: Some(says("v1", &of_stack(), &[])),
    }
}

fn says(id: &str, says: &[Value], others: &[(&str, &[Value])]) -> ManagedPolicy {
    let known = |(id, says): &(&str, &[Value])| {
        ((*id).to_owned(), PolicyVersion { made_at: None, document: Some(document(says)) })
    };
    ManagedPolicy {
        document: document(says),
        default_version: id.to_owned(),
        other_versions: others.iter().map(|(id, _)| (*id).to_owned()).collect(),
        attached_to: vec![],
        bounded: Vec::new(),
        boundary_of: vec![],
        versions: others.iter().map(known).collect(),
    }
}

/// The policy guard may not change its own role: the logging guard keeps it as the policy guard keeps the others'.
#[test]
#[rustfmt::skip] // One line a case.
fn the_policy_guards_role_is_kept_as_a_whole() {
    let resource = Resource::OwnRole(on::OwnRole::of_policy_guard());
    let on = |change: &dyn Fn(&mut WholeRole), expected: &str| {
        for before in [None, Some(State::OwnRole(Some(policy_guard())))] {
            let mut role = policy_guard();
            change(&mut role);
            check_change("", &resource, before, State::OwnRole(Some(role)), expected);
        }
    };
    let (right, back) = (of_stack(), "IAM.PolicyGuardRole -> put the inline policy policy-guard with 2 statements");
    let all = |effect: &str| [json!({"Effect": effect, "Action": "*", "Resource": "*"})];
    on(&|_| (), "compliant");
    // Whom it trusts.
    on(&|role| role.trust = document(&[trusts(json!({"AWS": "arn:aws:iam::111122223333:user/x"}))]), "IAM.PolicyGuardRole -> UpdateAssumeRolePolicy with 1 statement");
    on(&|role| role.trust = document(&[trusts(json!({"Service": "lambda.amazonaws.com"})), trusts(json!("*"))]), "IAM.PolicyGuardRole -> UpdateAssumeRolePolicy with 1 statement");
    on(&|role| role.trust = document(&[deny_trust()]), "IAM.PolicyGuardRole -> UpdateAssumeRolePolicy with 1 statement");
    // What it holds.
    on(&|role| role.attached = ["arn:aws:iam::aws:policy/AdministratorAccess".to_owned()].into(), "IAM.PolicyGuardRole -> detach arn:aws:iam::aws:policy/AdministratorAccess");
    on(&|role| role.attached = ["arn:aws:iam::aws:policy/AWSDenyAll".to_owned()].into(), "IAM.PolicyGuardRole -> detach arn:aws:iam::aws:policy/AWSDenyAll");
    on(&|role| drop(role.inline.insert("more".into(), document(&all("Allow")))), "IAM.PolicyGuardRole -> delete the inline policy more");
    on(&|role| drop(role.inline.insert("more".into(), document(&all("Deny")))), "IAM.PolicyGuardRole -> delete the inline policy more");
    on(&|role| drop(role.inline.insert("policy-guard".into(), document(&all("Allow")))), back);
    on(&|role| drop(role.inline.insert("policy-guard".into(), document(&all("Deny")))), back);
    on(&|role| drop(role.inline.insert("policy-guard".into(), document(&right[..1]))), back);
    on(&|role| role.inline.clear(), back);
    // What bounds it.
    let bound = format!("IAM.PolicyGuardRole -> put the permissions boundary {BOUNDARY}");
    for other in [None, Some("arn:aws:iam::aws:policy/AdministratorAccess"), Some("arn:aws:iam::111122223333:policy/parapet-bootstrap-boundary")] {
        on(&|role| role.boundary_arn = other.map(str::to_owned), &bound);
    }
    // What that says.
    for effect in ["Allow", "Deny"] {
        on(&|role| role.boundary = Some(says("v2", &all(effect), &[("v1", &right)])), "IAM.PolicyGuardRole -> SetDefaultPolicyVersion v1 of its boundary");
    }
    on(&|role| role.boundary = Some(says("v2", &right[1..], &[("v1", &right)])), "IAM.PolicyGuardRole -> SetDefaultPolicyVersion v1 of its boundary");
    // All at once: the policy that comes back is what the boundary says once that is right.
    on(&|role| {
        role.boundary = Some(says("v2", &all("Allow"), &[("v1", &right)]));
        role.boundary_arn = None;
        role.inline = BTreeMap::from([("policy-guard".to_owned(), document(&all("Allow")))]);
    }, &format!("IAM.PolicyGuardRole -> SetDefaultPolicyVersion v1 of its boundary; put the permissions boundary {BOUNDARY}; put the inline policy policy-guard with 2 statements"));
    // Versions that say what is right were deleted: what is remembered is written again.
    let known = || Some(State::OwnRole(Some(policy_guard())));
    let lost = |says: ManagedPolicy| State::OwnRole(Some(WholeRole { boundary: Some(says), ..policy_guard() }));
    check_change("", &resource, known(), lost(says("v3", &all("Deny"), &[])), "IAM.PolicyGuardRole -> CreatePolicyVersion with 2 statements of its boundary");
    // A later version of Parapet writes both, the boundary first.
    let later = [right.clone(), vec![allow("ecr:DescribeRegistry", "*")]].concat();
    let deployed = WholeRole { boundary: Some(says("v2", &later, &[("v1", &right)])), inline: BTreeMap::from([("policy-guard".to_owned(), document(&later))]), ..policy_guard() };
    check_change("", &resource, known(), State::OwnRole(Some(deployed)), "compliant");
    // What nobody here can make again is told, and the rest is mended.
    on(&|role| role.boundary = None, "(IAM.PolicyGuardRole)");
    on(&|role| (role.boundary, role.boundary_arn) = (None, None), "(IAM.PolicyGuardRole)");
    on(&|role| (role.boundary, role.attached) = (None, ["arn:aws:iam::aws:policy/AdministratorAccess".to_owned()].into()), "IAM.PolicyGuardRole, (IAM.PolicyGuardRole) -> detach arn:aws:iam::aws:policy/AdministratorAccess");
    check("", &resource, State::OwnRole(None), "(IAM.PolicyGuardRole)");
}

fn deny_trust() -> Value {
    json!({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"})
}

/// A policy that was there when the guards came stays, as it does in the others.
#[test]
fn what_the_policy_guards_role_held_before_stays() {
    let mut before = policy_guard();
    before.inline.insert("of-ours".to_owned(), document(&[allow("s3:ListBucket", "*")]));
    let before = State::OwnRole(Some(before));
    check_change("", &Resource::OwnRole(on::OwnRole::of_policy_guard()), Some(before.clone()), before, "compliant");
}
