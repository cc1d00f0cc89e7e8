//! Who deploys with CDK: its deploy role is left to the policies of the account, so that to be given it is a way to everything. What those have of it whom
//! the standard names stays, and is told; whoever else is given it loses it. One line a case.

use super::*;
use parapet_core::Identity;
use parapet_guards::{OwnAccount, Policies, Subject};
use parapet_testkit::fixtures::NOW;

const ON: &str = "presets: [cdk]";
const NAMED: &str = "{presets: [cdk], principals: {deployers: [role/ci, user/dev, role/AWSReservedSSO_Dev_*]}}";
const DEPLOY: &str = "arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-us-east-1";
const TOLD: &str = "(IAM.PrivilegeEscalation)";
const CUT: &str = "IAM.PrivilegeEscalation -> delete the inline policy";

fn inline(entity: IamEntity) -> Resource {
    Resource::InlinePolicy(on::InlinePolicy { entity, name: "deploy".to_owned() })
}

fn ci() -> IamEntity {
    IamEntity::Role("ci".to_owned())
}

fn becoming(pattern: &str) -> Value {
    allow("sts:AssumeRole", pattern)
}

/// As the AWS CDK Developer Guide has it, "Security best practices".
fn tagged() -> Value {
    json!({
        "Sid": "AssumeCDKRoles", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*",
        "Condition": {"StringEquals": {"iam:ResourceTag/aws-cdk:bootstrap-role": ["image-publishing", "file-publishing", "deploy", "lookup"]}}
    })
}

#[track_caller]
fn on(standard: &str, entity: IamEntity, statements: &[Value], expected: &str) {
    check(standard, &inline(entity), State::InlineDocument(Some(document(statements))), expected);
}

/// What is known of the account: these roles have more, and are left to its policies.
fn knowing(roles: &[&str]) -> OwnAccount {
    let arns = || roles.iter().map(|role| (*role).to_owned()).collect();
    OwnAccount { strong: arns(), open: arns(), ..OwnAccount::default() }
}

#[track_caller]
fn within(standard: &str, account: &OwnAccount, entity: IamEntity, statements: &[Value], expected: &str) {
    let situation = Situation { resource: inline(entity), ..enforced(standard) };
    let subject = Subject { account: Some(account), ..situation.subject() };
    let verdict = verdict(&subject, None, &State::InlineDocument(Some(document(statements))));
    assert_eq!(verdict, expected, "{statements:?}");
}

#[test]
#[rustfmt::skip] // One line a case.
fn who_is_given_the_deploy_role() {
    for pattern in ["arn:aws:iam::*:role/cdk-*", "arn:aws:iam::111122223333:role/cdk-hnb659fds-*", DEPLOY] {
        on(ON, ci(), &[becoming(pattern)], CUT);
        on(NAMED, ci(), &[becoming(pattern)], TOLD);
        on(NAMED, user("dev"), &[becoming(pattern)], TOLD);
        on(NAMED, IamEntity::Role("AWSReservedSSO_Dev_0123456789abcdef".into()), &[becoming(pattern)], TOLD);
        // Whoever is not named: names are exact, and a name of another kind is another's.
        for other in [user("mallory"), user("ci"), IamEntity::Role("ci-2".into()), IamEntity::Role("dev".into()), IamEntity::Group("dev".into()), IamEntity::Role("AWSReservedSSO_Dev_evil".into())] {
            on(NAMED, other, &[becoming(pattern)], CUT);
        }
    }
    on(NAMED, IamEntity::Role("CI".into()), &[becoming(DEPLOY)], TOLD);
    // Without the preset the name says nothing, and nothing is known to be there.
    on("principals: {deployers: [role/ci]}", ci(), &[becoming("arn:aws:iam::*:role/cdk-*")], "compliant");
    within("principals: {deployers: [role/ci]}", &knowing(&[DEPLOY]), ci(), &[becoming("arn:aws:iam::*:role/cdk-*")], CUT);
    within(NAMED, &knowing(&[DEPLOY]), ci(), &[becoming("arn:aws:iam::*:role/cdk-*")], TOLD);
}

/// Nobody has to have bootstrapped by that name, nor known it: whoever makes such a role makes it by any.
#[test]
#[rustfmt::skip] // One line a case.
fn what_means_a_deploy_role() {
    let mallory = || user("mallory");
    on(ON, mallory(), &[becoming("arn:aws:iam::111122223333:role/cdk-evil-deploy-role-111122223333-eu-west-1")], CUT);
    // One with a path is none of CDK's: what it holds goes.
    on(ON, mallory(), &[becoming("arn:aws:iam::111122223333:role/x/cdk-evil-deploy-role-111122223333-eu-west-1")], "compliant");
    on(ON, mallory(), &[becoming("arn:aws:iam::111122223333:role/c?k-e*-us-gov-*")], CUT);
    on(ON, mallory(), &[allow("sts:*", "arn:aws:iam::111122223333:role/cdk-*")], "IAM.PrivilegeEscalation -> put the inline policy with 1 statement");
    // What else the tool makes is no way to more.
    for pattern in ["arn:aws:iam::111122223333:role/cdk-*-lookup-role-*", "arn:aws:iam::111122223333:role/cdk-hnb659fds-file-publishing-role-111122223333-us-east-1", "arn:aws:iam::222233334444:role/cdk-*", "arn:aws:iam::111122223333:role/app-*"] {
        on(ON, mallory(), &[becoming(pattern)], "compliant");
    }
    on(ON, mallory(), &[becoming("arn:aws:iam::*:role/cdk-*"), deny("sts:AssumeRole", "arn:aws:iam::*:role/*cdk-*-deploy-role-*")], "compliant");
    // A Deny of one leaves the others.
    on(ON, mallory(), &[becoming("arn:aws:iam::*:role/cdk-*"), deny("sts:AssumeRole", DEPLOY)], "IAM.PrivilegeEscalation -> put the inline policy with 1 statement");
}

/// A Deny, and what is left out, is about the roles that it names, and not about the next one that somebody makes.
#[test]
#[rustfmt::skip] // One line a case.
fn what_keeps_out_some_of_the_roles_alone() {
    let cut = |statements: &[Value]| {
        let left = comply(ON, &inline(user("mallory")), &State::InlineDocument(Some(document(statements))));
        check(ON, &inline(user("mallory")), left.clone(), "compliant");
        assert_ne!(left, State::InlineDocument(Some(document(statements))), "{statements:?}");
    };
    let all = || becoming("arn:aws:iam::*:role/cdk-*");
    let left_out = |patterns: Value| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": patterns});
    for denied in ["arn:aws:iam::*:role/cdk-*-x-*", "arn:aws:iam::*:role/cdk-x-*", "arn:aws:iam::*:role/cdk-?-deploy-role-*", "*-us-east-1", "arn:aws:iam::111122223333:role/cdk-hnb659fds-*"] {
        cut(&[all(), deny("sts:AssumeRole", denied)]);
        cut(&[left_out(json!(denied))]);
    }
    cut(&[all(), json!({"Effect": "Deny", "Action": "sts:AssumeRole", "NotResource": "arn:aws:iam::*:role/cdk-evil-*"})]);
    cut(&[all(), json!({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}})]);
}

/// Whoever makes such a role tags it as he likes, but for the tag that tells what it is.
#[test]
#[rustfmt::skip] // One line a case.
fn the_other_tags_of_a_deploy_role() {
    let of = |resource: &str, operator: &str, key: &str, value: &str| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resource, "Condition": {operator: {key: value}}});
    for (operator, key, value) in [("StringEquals", "aws:ResourceTag/team", "x"), ("StringLike", "iam:ResourceTag/team", "x*"), ("StringEquals", "aws:ResourceTag/Team", "${aws:username}"), ("Null", "aws:ResourceTag/aws-cdk:bootstrap-role", "true"), ("StringNotEquals", "aws:ResourceTag/aws-cdk:bootstrap-role", "deploy")] {
        on(ON, user("mallory"), &[of("arn:aws:iam::*:role/cdk-*", operator, key, value)], CUT);
        on(ON, user("mallory"), &[of("arn:aws:iam::*:role/app-*", operator, key, value)], "compliant");
        on(NAMED, ci(), &[of("arn:aws:iam::*:role/cdk-*", operator, key, value)], TOLD);
    }
    on(ON, user("mallory"), &[of("arn:aws:iam::*:role/cdk-*", "StringEquals", "ec2:ResourceTag/team", "x")], "compliant");
}

/// To pass a role that a preset leaves an administrator is a way to all that it has, whoever makes that role and whenever.
#[test]
#[rustfmt::skip] // One line a case.
fn what_passes_a_role_of_a_preset() {
    let with = |role: &str| [allow("iam:PassRole", &format!("arn:aws:iam::111122223333:role/{role}")), allow("cloudformation:CreateStack", "*")];
    let all = "presets: [cdk, stacksets, landing-zone-accelerator]";
    for role in ["cdk-evil-cfn-exec-role-111122223333-us-east-1", "cdk-*-cfn-exec-role-*", "AWSCloudFormationStackSetAdministrationRole", "AWSAccelerator-Deployment-Role"] {
        let left = comply(all, &inline(user("mallory")), &State::InlineDocument(Some(document(&with(role)))));
        assert_ne!(left, State::InlineDocument(Some(document(&with(role)))), "{role}");
        on("", user("mallory"), &with(role), "compliant");
    }
    on(all, user("mallory"), &[allow("iam:UpdateAssumeRolePolicy", "arn:aws:iam::111122223333:role/cdk-evil-deploy-role-111122223333-us-east-1")], CUT);
    for role in ["app-*", "cdk-evil-lookup-role-111122223333-us-east-1", "x/cdk-evil-cfn-exec-role-111122223333-us-east-1"] {
        on(all, user("mallory"), &with(role), "compliant");
    }
}

/// The guide's own statement is about every role, and about none but those with its tag.
#[test]
#[rustfmt::skip] // One line a case.
fn the_tag_of_the_deploy_role() {
    let of = |value: &str| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*", "Condition": {"StringLike": {"aws:ResourceTag/aws-cdk:bootstrap-role": value}}});
    on(ON, user("mallory"), &[tagged()], "IAM.PrivilegeEscalation -> put the inline policy with 1 statement");
    on(ON, user("mallory"), &[of("d*")], CUT);
    on(ON, user("mallory"), &[of("lookup")], "compliant");
    on("", user("mallory"), &[tagged()], "compliant");
    within("", &knowing(&[DEPLOY]), user("mallory"), &[of("deploy")], CUT);
    on(NAMED, ci(), &[tagged()], TOLD);
    // Of the guide's statement what publishes and looks up stays.
    let left = comply(ON, &inline(user("mallory")), &State::InlineDocument(Some(document(&[tagged()]))));
    let State::InlineDocument(Some(left)) = left else { panic!("{left:?}") };
    assert_eq!(left.as_value()["Statement"][0]["Condition"]["StringEquals"]["iam:ResourceTag/aws-cdk:bootstrap-role"], json!(["image-publishing", "file-publishing", "lookup"]));
}

/// What is more than that goes from a deployer, too, and nothing else of his.
#[test]
#[rustfmt::skip] // One line a case.
fn what_a_deployer_is_not_given() {
    let with = |more: Value| [becoming("arn:aws:iam::*:role/cdk-*"), more];
    on(NAMED, ci(), &[becoming("*")], CUT);
    on(NAMED, ci(), &[becoming("arn:aws:iam::111122223333:role/*")], CUT);
    on(NAMED, ci(), &with(becoming("*")), "IAM.PrivilegeEscalation -> put the inline policy with 1 statement");
    on(NAMED, ci(), &with(allow("iam:PassRole", "*")), "IAM.PassRole, (IAM.PrivilegeEscalation) -> put the inline policy with 1 statement");
    on(NAMED, ci(), &with(allow("iam:CreateAccessKey", "*")), "IAM.PrivilegeEscalation -> put the inline policy with 1 statement");
    on(NAMED, ci(), &[allow("*", "*")], "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole, IAM.LogTampering -> delete the inline policy");
    // Another role that a pattern reaches, and that has more.
    let account = knowing(&[DEPLOY, "arn:aws:iam::111122223333:role/cdk-admin"]);
    within(NAMED, &account, ci(), &[becoming("arn:aws:iam::*:role/cdk-*")], CUT);
    within(NAMED, &account, ci(), &[becoming("arn:aws:iam::*:role/cdk-hnb659fds-*")], TOLD);
    let pathed = knowing(&["arn:aws:iam::111122223333:role/x/cdk-hnb659fds-deploy-role-111122223333-us-east-1"]);
    within(NAMED, &pathed, ci(), &[becoming("arn:aws:iam::*:role/x/cdk-*")], CUT);
}

/// What narrows a deployer's policy leaves him what he deploys with.
#[test]
fn what_is_left_to_a_deployer() {
    let statements = [becoming("arn:aws:iam::*:role/cdk-*"), allow("iam:CreateAccessKey", "*")];
    let left = comply(NAMED, &inline(ci()), &State::InlineDocument(Some(document(&statements))));
    let State::InlineDocument(Some(left)) = left else { panic!("{left:?}") };
    assert_eq!(left, document(&[becoming("arn:aws:iam::*:role/cdk-*")]));
}

/// What somebody had before stays with him, as ever.
#[test]
fn what_was_there_before() {
    let had = || State::InlineDocument(Some(document(&[becoming("arn:aws:iam::*:role/cdk-*")])));
    check_change(ON, &inline(ci()), Some(had()), had(), TOLD);
    let more = [becoming("arn:aws:iam::*:role/cdk-*"), allow("s3:GetObject", "arn:aws:s3:::app/*")];
    check_change(ON, &inline(ci()), Some(had()), State::InlineDocument(Some(document(&more))), TOLD);
}

/// Who has more already gains nothing by it; whoever else holds the same policy does.
#[test]
#[rustfmt::skip] // One line a case.
fn who_is_strong_beside_others() {
    let account = OwnAccount { strong: ["arn:aws:iam::111122223333:role/admin".to_owned()].into(), ..OwnAccount::default() };
    let held_by = |holders: &[IamEntity]| State::ManagedDocument(Some(ManagedPolicy {
        document: document(&[becoming("arn:aws:iam::*:role/cdk-*")]), default_version: "v1".into(), other_versions: vec![],
        attached_to: holders.to_vec(), boundary_of: vec![], bounded: vec![], versions: [("v1".to_owned(), PolicyVersion::default())].into(),
    }));
    let on = |holders: &[IamEntity], expected: &str| {
        let situation = Situation { resource: managed_policy("deploy"), ..enforced(ON) };
        let subject = Subject { account: Some(&account), ..situation.subject() };
        assert_eq!(verdict(&subject, None, &held_by(holders)), expected, "{holders:?}");
    };
    let admin = || IamEntity::Role("admin".into());
    on(&[admin()], "compliant");
    on(&[admin(), user("mallory")], "IAM.PrivilegeEscalation -> detach from role/admin; detach from user/mallory; DeletePolicy");
    on(&[user("mallory")], "IAM.PrivilegeEscalation -> detach from user/mallory; DeletePolicy");
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_managed_policy() {
    let held_by = |holders: &[IamEntity]| State::ManagedDocument(Some(ManagedPolicy {
        document: document(&[becoming("arn:aws:iam::*:role/cdk-*")]), default_version: "v1".into(), other_versions: vec![],
        attached_to: holders.to_vec(), boundary_of: vec![], bounded: vec![], versions: [("v1".to_owned(), PolicyVersion::default())].into(),
    }));
    let on = |standard: &str, holders: &[IamEntity], expected: &str| check(standard, &managed_policy("deploy"), held_by(holders), expected);
    on(NAMED, &[ci()], TOLD);
    on(NAMED, &[ci(), user("dev")], TOLD);
    // Whoever makes it comes to attach it next.
    on(ON, &[], TOLD);
    on(NAMED, &[ci(), user("mallory")], "IAM.PrivilegeEscalation -> detach from user/mallory");
    on(ON, &[ci()], "IAM.PrivilegeEscalation -> detach from role/ci; DeletePolicy");
    // The attachment is judged by whom it is for.
    let attached = |entity: IamEntity| Resource::Attachment(on::Attachment { entity, policy_arn: "arn:aws:iam::111122223333:policy/deploy".into() });
    let state = || State::PolicyAttachment(Attachment::of(true, Some(document(&[becoming("arn:aws:iam::*:role/cdk-*")]))));
    check(NAMED, &attached(ci()), state(), TOLD);
    check(NAMED, &attached(user("mallory")), state(), "IAM.PrivilegeEscalation -> detach the policy");
    check(NAMED, &attached(IamEntity::Group("devs".into())), state(), "IAM.PrivilegeEscalation -> detach the policy");
}

/// Together with what else somebody holds it is judged as by itself.
#[test]
fn all_that_somebody_holds() {
    let held = |statements: &[Value]| {
        let inline = statements.iter().enumerate().map(|(n, it)| (n.to_string(), document(std::slice::from_ref(it))));
        State::PrincipalPolicies(Policies { inline: inline.collect(), ..Policies::default() })
    };
    let becoming = becoming("arn:aws:iam::*:role/cdk-*");
    check(NAMED, &principal(ci()), held(std::slice::from_ref(&becoming)), "compliant");
    // Each by itself is found where it lies.
    check(NAMED, &principal(user("mallory")), held(&[becoming]), "compliant");
}

/// Whom a role trusts that deploys, and the deploy role itself.
#[test]
#[rustfmt::skip] // One line a case.
fn whom_they_trust() {
    const ROLE: &str = "cdk-hnb659fds-deploy-role-111122223333-us-east-1";
    let account = || trusts(json!({"AWS": "arn:aws:iam::111122223333:root"}));
    let one = |name: &str| trusts(json!({"AWS": format!("arn:aws:iam::111122223333:{name}")}));
    let on = |standard: &str, name: &str, before: Option<&[Value]>, trust: &[Value], made: i64, expected: &str| {
        let situation = Situation { resource: role(name), ..enforced(standard) };
        let (subject, identity) = (situation.subject(), Identity { created: Some(made), ..Identity::default() });
        let before = before.map(|before| State::RoleTrust(Some(Trust::of(document(before)))));
        let state = State::RoleTrust(Some(Trust::of(document(trust))));
        let held = || Some(State::PrincipalPolicies(Policies::default()));
        let asked = state.asks(&subject, before.as_ref(), &identity).is_some();
        let state = if asked { state.knowing(&subject, held(), &identity) } else { state };
        assert_eq!(verdict(&subject, before.as_ref(), &state), expected, "{name} {trust:?}");
    };
    let (now, long_ago) = (NOW, NOW - 86_400);
    let cut = "IAM.StrongRole -> UpdateAssumeRolePolicy with 1 statement";
    // To name somebody beside the account gives him the role without a policy of his.
    on(ON, ROLE, None, &[account()], now, "compliant");
    on(ON, ROLE, None, &[account(), one("user/mallory")], now, cut);
    on(ON, ROLE, None, &[one("user/mallory")], now, cut);
    on(ON, ROLE, Some(&[account()]), &[account(), one("user/mallory")], long_ago, cut);
    on(ON, ROLE, Some(&[account()]), &[one("user/mallory")], long_ago, cut);
    on(ON, ROLE, Some(&[account()]), &[account(), trusts(json!({"Service": "ec2.amazonaws.com"}))], long_ago, cut);
    on(NAMED, ROLE, Some(&[account()]), &[one("role/ci")], long_ago, "compliant");
    // In the trust policy he stands with his path.
    on(NAMED, ROLE, Some(&[account()]), &[one("role/team/ci"), one("user/people/dev"), one("role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Dev_0123456789abcdef")], long_ago, "compliant");
    for other in ["role/AWSReservedSSO_Dev_0123456789abcdef", "role/x/AWSReservedSSO_Dev_0123456789abcdef", "role/ci/mallory", "user/ci", "role/ci*"] {
        on(NAMED, ROLE, Some(&[account()]), &[account(), one(other)], long_ago, cut);
    }
    on("", ROLE, Some(&[account()]), &[account(), one("user/mallory")], long_ago, "compliant");
    // A role that deploys has that power, whatever it holds.
    let github = || trusts(json!({"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}));
    on(NAMED, "ci", Some(&[one("role/pipeline")]), &[one("role/pipeline"), one("user/mallory")], long_ago, cut);
    on(NAMED, "ci", Some(&[one("role/pipeline")]), &[one("role/pipeline"), github()], long_ago, cut);
    on(ON, "ci", Some(&[one("role/pipeline")]), &[one("role/pipeline"), one("user/mallory")], long_ago, "compliant");
}

/// A role that may become the deploy role is as strong as that, also where nobody named it.
#[test]
fn whoever_may_become_the_deploy_role_is_strong() {
    let one = |name: &str| trusts(json!({"AWS": format!("arn:aws:iam::111122223333:{name}")}));
    let before = State::RoleTrust(Some(Trust::of(document(&[one("role/pipeline")]))));
    let situation = Situation { resource: role("ci"), ..enforced("") };
    let identity = Identity::default();
    let held = |pattern: &str| {
        let inline = [("deploy".to_owned(), document(&[becoming(pattern)]))].into();
        Some(State::PrincipalPolicies(Policies { inline, ..Policies::default() }))
    };
    let known = knowing(&[DEPLOY]);
    let of = |pattern: &str| {
        let subject = Subject { account: Some(&known), ..situation.subject() };
        let state = State::RoleTrust(Some(Trust::of(document(&[one("role/pipeline"), one("user/mallory")]))));
        let state = state.knowing(&subject, held(pattern), &identity);
        assert!(state.depends_on_account());
        verdict(&subject, Some(&before), &state)
    };
    assert_eq!(of("arn:aws:iam::*:role/cdk-*"), "IAM.StrongRole -> UpdateAssumeRolePolicy with 1 statement");
    assert_eq!(of("arn:aws:iam::*:role/app-*"), "compliant");
}
