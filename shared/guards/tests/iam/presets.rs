//! Roles that tools of AWS make: known by name, trust and policies together, and by none of these alone.

use super::*;
use parapet_core::Identity;
use parapet_guards::{Facet, Policies};
use parapet_testkit::fixtures::NOW;

const ACCOUNT: &str = "111122223333";
const MANAGEMENT: &str = "222233334444";
const ALL_ON: &str = "{presets: [cdk, control-tower, stacksets], trust: {accounts: ['222233334444']}}";
const ADMINISTRATOR: &str = "AdministratorAccess";
const EXECUTING: &str = "cdk-hnb659fds-cfn-exec-role-111122223333-us-east-1";
const DEPLOYING: &str = "cdk-hnb659fds-deploy-role-111122223333-eu-west-1";
const DETACHED: &str = "IAM.AdminAttachment -> detach the policy";

fn held_by(role: &str, policy: &str) -> Resource {
    let policy_arn = format!("arn:aws:iam::aws:policy/{policy}");
    Resource::Attachment(on::Attachment { entity: IamEntity::Role(role.to_owned()), policy_arn })
}

fn admin() -> State {
    State::PolicyAttachment(Attachment::of(true, Some(document(&[allow("*", "*")]))))
}

/// A state once what it asks for is known: that the role trusts these; none: nothing is asked.
fn knowing(standard: &str, resource: &Resource, state: &State, trust: &[Value]) -> Option<State> {
    let situation = Situation { resource: resource.clone(), ..enforced(standard) };
    let identity = Identity::default();
    let (asked, facet) = state.asks(&situation.subject(), None, &identity)?;
    assert_eq!(facet, Facet::RoleTrust);
    assert!(matches!(asked, Resource::Role(_)), "{asked}");
    let known = State::RoleTrust(Some(Trust::of(document(trust))));
    Some(state.clone().knowing(&situation.subject(), Some(known), &identity))
}

/// Administrator's access of a role that trusts these; and what is said of it.
#[track_caller]
fn on(standard: &str, role: &str, trust: &[Value], expected: &str, said: &str) {
    let resource = held_by(role, ADMINISTRATOR);
    let state = knowing(standard, &resource, &admin(), trust).unwrap_or_else(admin);
    check(standard, &resource, state.clone(), expected);
    let situation = Situation { resource, ..enforced(standard) };
    let found = state.assess(&situation.subject(), None).unwrap();
    assert!(found.iter().all(|finding| finding.detail.contains(said)), "{found:?}");
}

fn service(name: &str) -> Value {
    trusts(json!({"Service": name}))
}

fn account(number: &str) -> Value {
    trusts(json!({"AWS": format!("arn:aws:iam::{number}:root")}))
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_execution_role_of_cdk() {
    let cloudformation = || service("cloudformation.amazonaws.com");
    on(ALL_ON, EXECUTING, &[cloudformation()], "compliant", "");
    on("presets: [cdk]", "cdk-team_1-cfn-exec-role-111122223333-us-gov-west-1", &[cloudformation()], "compliant", "");
    // Without the preset, and with another.
    for standard in ["", "presets: [control-tower, stacksets]"] {
        on(standard, EXECUTING, &[cloudformation()], DETACHED, "");
        assert!(knowing(standard, &held_by(EXECUTING, ADMINISTRATOR), &admin(), &[]).is_none(), "nothing is asked");
    }
    // The trust.
    let trusts_only = "trusts `cloudformation.amazonaws.com` and nobody else";
    on(ALL_ON, EXECUTING, &[cloudformation(), account(ACCOUNT)], DETACHED, trusts_only);
    on(ALL_ON, EXECUTING, &[cloudformation(), account(MANAGEMENT)], DETACHED, trusts_only);
    on(ALL_ON, EXECUTING, &[trusts(json!({"Service": ["cloudformation.amazonaws.com", "lambda.amazonaws.com"]}))], DETACHED, trusts_only);
    on(ALL_ON, EXECUTING, &[trusts(json!("*"))], DETACHED, trusts_only);
    on(ALL_ON, EXECUTING, &[trusts(json!({"AWS": "arn:aws:iam::111122223333:user/cloudformation.amazonaws.com"}))], DETACHED, trusts_only);
    // The name.
    let no_such_name = "its name does not end in `-111122223333-` and a region";
    for name in ["cdk-x-cfn-exec-role", "cdk-x-cfn-exec-role-222233334444-us-east-1", "cdk-x-cfn-exec-role-111122223333-evil", "cdk-x-cfn-exec-role-111122223333-us-east-1-x"] {
        on(ALL_ON, name, &[cloudformation()], DETACHED, no_such_name);
    }
    on(ALL_ON, "cdk-a-long-qualifier-cfn-exec-role-111122223333-us-east-1", &[cloudformation()], DETACHED, "its qualifier is none of");
    on(ALL_ON, "my-cdk-x-cfn-exec-role-111122223333-us-east-1", &[cloudformation()], DETACHED, "");
    // What it holds: it may be an administrator, so that another policy of AWS is less.
    for policy in ["IAMFullAccess", "job-function/AdministratorAccess"] {
        for (trust, expected) in [(cloudformation(), "compliant"), (account(ACCOUNT), DETACHED)] {
            let resource = held_by(EXECUTING, policy);
            let state = knowing(ALL_ON, &resource, &admin(), &[trust]).expect("whom it trusts is asked");
            check(ALL_ON, &resource, state, expected);
        }
    }
    let own = Resource::Attachment(on::Attachment { entity: IamEntity::Role(EXECUTING.into()), policy_arn: "arn:aws:iam::111122223333:policy/AdministratorAccess".into() });
    check(ALL_ON, &own, admin(), &format!("{ALL} -> detach the policy"));
    // A user of that name is no role.
    let user = Resource::Attachment(on::Attachment { entity: user(EXECUTING), policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess".into() });
    check(ALL_ON, &user, admin(), DETACHED);
}

/// What such a role held before Parapet came is as the tool makes it, too, and not told at each look; and of one that is almost so it is said what it lacks.
#[test]
fn what_a_role_of_a_preset_held_before() {
    let told = |role: &str, trust: &[Value]| {
        let situation = Situation { resource: held_by(role, ADMINISTRATOR), ..enforced(ALL_ON) };
        let (subject, identity) = (situation.subject(), Identity::default());
        let state = admin();
        let asked = state.asks(&subject, Some(&admin()), &identity);
        let trusting = || Some(State::RoleTrust(Some(Trust::of(document(trust)))));
        let state = if asked.is_some() { state.knowing(&subject, trusting(), &identity) } else { state };
        verdict(&subject, Some(&admin()), &state)
    };
    assert_eq!(told(EXECUTING, &[service("cloudformation.amazonaws.com")]), "compliant");
    assert_eq!(told(EXECUTING, &[account(ACCOUNT)]), "(IAM.AdminAttachment)");
    assert_eq!(told("cdk-x-cfn-exec-role", &[service("cloudformation.amazonaws.com")]), "(IAM.AdminAttachment)");
    assert_eq!(told("app", &[service("cloudformation.amazonaws.com")]), "(IAM.AdminAttachment)");
}

/// The others may be assumed by whoever may in the account: they hold no administrator's policy.
#[test]
fn the_other_roles_of_cdk() {
    for kind in ["deploy", "lookup", "file-publishing", "image-publishing"] {
        let name = format!("cdk-hnb659fds-{kind}-role-111122223333-us-east-1");
        on(ALL_ON, &name, &[account(ACCOUNT)], DETACHED, "such a role holds");
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn roles_of_control_tower() {
    let of_management = || account(MANAGEMENT);
    on(ALL_ON, "AWSControlTowerExecution", &[of_management()], "compliant", "");
    on(ALL_ON, "AWSControlTowerExecution", &[account("999999999999")], DETACHED, "the management account, and nobody else");
    on(ALL_ON, "AWSControlTowerExecution", &[account(ACCOUNT)], DETACHED, "the management account, and nobody else");
    on(ALL_ON, "AWSControlTowerExecution", &[of_management(), service("ec2.amazonaws.com")], DETACHED, "nobody else");
    on("presets: [control-tower]", "AWSControlTowerExecution", &[of_management()], DETACHED, "`trust.accounts`");
    on(ALL_ON, "AWSControlTowerExecution2", &[of_management()], DETACHED, "");
    let auditing = |role: &str| trusts(json!({"AWS": format!("arn:aws:iam::{MANAGEMENT}:role/{role}")}));
    on(ALL_ON, "aws-controltower-AdministratorExecutionRole", &[auditing("aws-controltower-AuditAdministratorRole")], "compliant", "");
    on(ALL_ON, "aws-controltower-AdministratorExecutionRole", &[auditing("other")], DETACHED, "the audit account");
    on(ALL_ON, "aws-controltower-AdministratorExecutionRole", &[of_management()], DETACHED, "the audit account");
    on(ALL_ON, "aws-controltower-ConfigRecorderRole", &[service("config.amazonaws.com")], DETACHED, "holds `service-role/AWS_ConfigRole` and `ReadOnlyAccess` alone");
    on(ALL_ON, "aws-controltower-evil", &[service("config.amazonaws.com")], DETACHED, "");
}

#[test]
#[rustfmt::skip] // One line a case.
fn roles_of_stack_sets() {
    const MADE: &str = "stacksets-exec-899a82a2cb437e970934262f85c7628a";
    let linked = |number: &str| trusts(json!({"AWS": format!("arn:aws:iam::{number}:role/aws-service-role/stacksets.cloudformation.amazonaws.com/AWSServiceRoleForCloudFormationStackSetsOrgAdmin")}));
    on(ALL_ON, MADE, &[linked(MANAGEMENT)], "compliant", "");
    on(ALL_ON, MADE, &[linked("999999999999")], DETACHED, "nobody else");
    on(ALL_ON, MADE, &[account(MANAGEMENT)], DETACHED, "nobody else");
    on(ALL_ON, "stacksets-exec-899a82a2cb437e970934262f85c7628", &[linked(MANAGEMENT)], DETACHED, "32 hexadecimal digits");
    on(ALL_ON, "stacksets-exec-evil", &[linked(MANAGEMENT)], DETACHED, "32 hexadecimal digits");
    on(ALL_ON, "AWSCloudFormationStackSetExecutionRole", &[account(MANAGEMENT)], "compliant", "");
    on(ALL_ON, "AWSCloudFormationStackSetExecutionRole", &[account(ACCOUNT)], DETACHED, "the administrator account");
    on("presets: [stacksets]", "AWSCloudFormationStackSetExecutionRole", &[trusts(json!({"AWS": "arn:aws:iam::111122223333:role/AWSCloudFormationStackSetAdministrationRole"}))], "compliant", "");
    on(ALL_ON, "AWSCloudFormationStackSetAdministrationRole", &[service("cloudformation.amazonaws.com")], DETACHED, "holds no policy of AWS");
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_role_of_organizations() {
    const ROLE: &str = "OrganizationAccountAccessRole";
    const ON: &str = "{presets: [organizations], trust: {accounts: ['222233334444', '555566667777']}}";
    const NAMED: &str = "{presets: [organizations, control-tower, stacksets], trust: {accounts: ['222233334444', '555566667777'], management_account: '222233334444'}}";
    let with_factor = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222233334444:root"}, "Action": "sts:AssumeRole", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}});
    on(ON, ROLE, &[account(MANAGEMENT)], "compliant", "");
    on(ON, ROLE, &[with_factor], "compliant", "");
    on(ON, ROLE, &[account("555566667777")], "compliant", "");
    on(ON, ROLE, &[account("999999999999")], DETACHED, "the management account, and nobody else");
    on(ON, ROLE, &[account(ACCOUNT)], DETACHED, "nobody else");
    on(ON, ROLE, &[account(MANAGEMENT), account(ACCOUNT)], DETACHED, "nobody else");
    on(ON, ROLE, &[trusts(json!("*"))], DETACHED, "nobody else");
    on(ON, "OrganizationAccountAccessRole2", &[account(MANAGEMENT)], DETACHED, "");
    on(ALL_ON, ROLE, &[account(MANAGEMENT)], DETACHED, "");
    on("presets: [organizations]", ROLE, &[account(MANAGEMENT)], DETACHED, "`trust.accounts`");
    check(ON, &held_by(ROLE, "IAMFullAccess"), admin(), DETACHED);
    // Once the standard says which account that is, no other is.
    let linked = |number: &str| trusts(json!({"AWS": format!("arn:aws:iam::{number}:role/aws-service-role/stacksets.cloudformation.amazonaws.com/AWSServiceRoleForCloudFormationStackSetsOrgAdmin")}));
    for (role, of) in [(ROLE, account as fn(&str) -> Value), ("AWSControlTowerExecution", account)] {
        on(NAMED, role, &[of(MANAGEMENT)], "compliant", "");
        on(NAMED, role, &[of("555566667777")], DETACHED, "nobody else");
    }
    on(NAMED, "stacksets-exec-899a82a2cb437e970934262f85c7628a", &[linked(MANAGEMENT)], "compliant", "");
    on(NAMED, "stacksets-exec-899a82a2cb437e970934262f85c7628a", &[linked("555566667777")], DETACHED, "nobody else");
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_role_of_landing_zone_accelerator() {
    const ROLE: &str = "AWSAccelerator-Deployment-Role";
    const ON: &str = "{presets: [landing-zone-accelerator], trust: {accounts: ['222233334444']}}";
    let one = |name: &str| trusts(json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/{name}")}));
    let itself = |name: &str| json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"AWS:PrincipalArn": format!("arn:aws:iam::{ACCOUNT}:role/{name}")}}});
    let made = || vec![account(MANAGEMENT), one("AWSControlTowerExecution"), service("cloudformation.amazonaws.com"), itself(ROLE)];
    let with = |more: Value| made().into_iter().chain([more]).collect::<Vec<_>>();
    on(ON, ROLE, &made(), "compliant", "");
    on(ON, ROLE, &[account(MANAGEMENT), one("OrganizationAccountAccessRole"), service("cloudformation.amazonaws.com"), itself(ROLE)], "compliant", "");
    on(ON, ROLE, &with(account(ACCOUNT)), DETACHED, "nobody else");
    on(ON, ROLE, &with(itself("other")), DETACHED, "nobody else");
    on(ON, ROLE, &with(one("other")), DETACHED, "nobody else");
    on(ON, ROLE, &with(service("ec2.amazonaws.com")), DETACHED, "nobody else");
    on(ON, ROLE, &with(account("999999999999")), DETACHED, "nobody else");
    on("presets: [landing-zone-accelerator]", ROLE, &made(), DETACHED, "nobody else");
    on("presets: [cdk]", ROLE, &made(), DETACHED, "");
    for other in ["AWSAccelerator-Management-Deployment-Role", "AWSAccelerator-evil", "Acme-Deployment-Role"] {
        on(ON, other, &made(), DETACHED, "");
    }
    on(ON, "AWSControlTowerExecution", &[account(MANAGEMENT)], "compliant", "");
    on(ON, "OrganizationAccountAccessRole", &[account(MANAGEMENT)], "compliant", "");
    on(ON, "OrganizationAccountAccessRole", &[account(ACCOUNT)], DETACHED, "nobody else");
}

/// Whoever is let into a role by which others are reached has what those have, whichever is made first, and whatever it holds.
#[test]
#[rustfmt::skip] // One line a case.
fn whom_a_role_trusts_that_leads_to_others() {
    const ADMINISTRATION: &str = "AWSCloudFormationStackSetAdministrationRole";
    const LZA: &str = "{presets: [landing-zone-accelerator], trust: {accounts: ['222233334444']}}";
    let on = |standard: &str, name: &str, trust: &[Value], expected: &str| {
        let situation = Situation { resource: role(name), ..enforced(standard) };
        let (subject, identity) = (situation.subject(), Identity { created: Some(NOW), ..Identity::default() });
        let state = State::RoleTrust(Some(Trust::of(document(trust))));
        let asked = state.asks(&subject, None, &identity).is_some();
        let nothing = || Some(State::PrincipalPolicies(Policies::default()));
        let state = if asked { state.knowing(&subject, nothing(), &identity) } else { state };
        assert_eq!(verdict(&subject, None, &state), expected, "{name} {trust:?}");
    };
    let mallory = || trusts(json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:user/mallory")}));
    let cut = "IAM.StrongRole -> UpdateAssumeRolePolicy with 1 statement";
    on(ALL_ON, ADMINISTRATION, &[service("cloudformation.amazonaws.com")], "compliant");
    on(ALL_ON, ADMINISTRATION, &[mallory()], cut);
    on(ALL_ON, ADMINISTRATION, &[service("cloudformation.amazonaws.com"), mallory()], cut);
    on("", ADMINISTRATION, &[mallory()], "compliant");
    for role in ["AWSControlTowerExecution", "OrganizationAccountAccessRole"] {
        on(LZA, role, &[account(MANAGEMENT)], "compliant");
        on(LZA, role, &[account(MANAGEMENT), mallory()], cut);
        on(LZA, role, &[mallory()], cut);
        on("", role, &[mallory()], "compliant");
    }
}

/// A service that acts for whom it is passed a role by in the account is no confused deputy; whoever else is trusted is told as ever.
#[test]
#[rustfmt::skip] // One line a case.
fn what_a_preset_makes_is_not_told_each_time() {
    let on = |presets: &str, name: &str, trust: &[Value], expected: &str| {
        let situation = Situation { resource: role(name), ..Situation::new(&role(name), &format!("{{presets: {presets}, controls: {{IAM.StrongRole: off}}}}")) };
        assert_eq!(verdict(&situation.subject(), None, &State::RoleTrust(Some(Trust::of(document(trust))))), expected, "{name}");
    };
    let told = "(IAM.TrustConfusedDeputy)";
    on("[cdk]", EXECUTING, &[service("cloudformation.amazonaws.com")], "compliant");
    on("[]", EXECUTING, &[service("cloudformation.amazonaws.com")], told);
    on("[cdk]", "cdk-hnb659fds-cfn-exec-role", &[service("cloudformation.amazonaws.com")], told);
    on("[cdk]", "app", &[service("cloudformation.amazonaws.com")], told);
    on("[cdk]", EXECUTING, &[service("cloudformation.amazonaws.com"), service("config.amazonaws.com")], told);
    on("[control-tower]", "aws-controltower-ConfigRecorderRole", &[service("config.amazonaws.com")], "compliant");
    on("[stacksets]", "AWSCloudFormationStackSetAdministrationRole", &[service("cloudformation.amazonaws.com")], "compliant");
}

/// As the bootstrap stack writes it.
fn deploying() -> Vec<Value> {
    let assets = "arn:aws:s3:::cdk-hnb659fds-assets-111122223333-eu-west-1";
    vec![
        allow(
            vec![
                "cloudformation:CreateChangeSet",
                "cloudformation:ExecuteChangeSet",
                "cloudformation:CreateStack",
                "cloudformation:UpdateStack",
            ],
            "*",
        ),
        json!({
            "Effect": "Allow", "Action": ["s3:GetObject*", "s3:PutObject*"], "Resource": "*",
            "Condition": {"StringNotEquals": {"s3:ResourceAccount": ACCOUNT}}
        }),
        json!({
            "Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*",
            "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
        }),
        allow("iam:PassRole", "arn:aws:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1"),
        allow(vec!["cloudformation:DeleteStack", "sts:GetCallerIdentity"], "*"),
        json!({"Effect": "Allow", "Action": ["s3:GetObject*", "s3:List*"], "Resource": [assets, format!("{assets}/*")]}),
        allow("ssm:GetParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/cdk-bootstrap/hnb659fds/version"),
    ]
}

/// What its own policy gives the deploy role is told, and stays; one grant more goes.
#[test]
#[rustfmt::skip] // One line a case.
fn the_policy_of_a_preset() {
    let inline = |role: &str| Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Role(role.to_owned()), name: "default".to_owned() });
    // The execution role is known to be strong.
    let strong = "principals: {administrators: [role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1]}";
    let on_with = |presets: &str, role: &str, statements: &[Value], expected: &str| {
        let standard = format!("{{{presets}, {strong}}}");
        check(&standard, &inline(role), State::InlineDocument(Some(document(statements))), expected);
    };
    let with = |more: Value| deploying().into_iter().chain([more]).collect::<Vec<_>>();
    on_with("presets: [cdk]", DEPLOYING, &deploying(), "(IAM.PrivilegeEscalation)");
    on_with("presets: []", DEPLOYING, &deploying(), "IAM.PrivilegeEscalation -> put the inline policy with 6 statements");
    // Its bucket may be called otherwise.
    on_with("presets: [cdk]", DEPLOYING, &with(allow(vec!["s3:GetObject*", "s3:GetBucket*", "s3:List*"], "arn:aws:s3:::my-assets*")), "(IAM.PrivilegeEscalation)");
    on_with("presets: [cdk]", DEPLOYING, &with(allow("iam:PassRole", "*")), "IAM.PrivilegeEscalation, IAM.PassRole -> put the inline policy with 8 statements");
    on_with("presets: [cdk]", "cdk-hnb659fds-deploy-role", &deploying(), "IAM.PrivilegeEscalation -> put the inline policy with 6 statements");
    on_with("presets: [cdk]", "deployer", &deploying(), "IAM.PrivilegeEscalation -> put the inline policy with 6 statements");
}

/// A tool that may deploy any stack may deploy over Parapet's. What else reaches Parapet is not the tool's.
#[test]
#[rustfmt::skip] // One line a case.
fn what_a_presets_policy_reaches_of_parapet() {
    let on_with = |presets: &str, role: &str, more: &[Value], expected: &str| {
        let standard = format!("{{{presets}, controls: {{IAM.GuardTampering: enforce, IAM.PrivilegeEscalation: off}}}}");
        let resource = Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Role(role.to_owned()), name: "default".to_owned() });
        let situation = Situation { resource, ..enforced(&standard) };
        let statements: Vec<Value> = deploying().into_iter().chain(more.iter().cloned()).collect();
        let verdict = verdict(&situation.subject(), None, &State::InlineDocument(Some(document(&statements))));
        assert_eq!(verdict.split(" -> ").next().unwrap(), expected, "{role} {more:?}");
    };
    on_with("presets: [cdk]", DEPLOYING, &[], "(IAM.GuardTampering)");
    on_with("presets: []", DEPLOYING, &[], "IAM.GuardTampering");
    on_with("presets: [cdk]", "cdk-hnb659fds-deploy-role", &[], "IAM.GuardTampering");
    on_with("presets: [cdk]", "deployer", &[], "IAM.GuardTampering");
    on_with("presets: [cdk]", DEPLOYING, &[allow("lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:111122223333:function:parapet-policy-guard")], "IAM.GuardTampering");
    on_with("presets: [cdk]", DEPLOYING, &[allow("cloudformation:SetStackPolicy", "*")], "IAM.GuardTampering");
}

/// What was spared to it before anybody was let in is given to nobody by letting somebody in.
#[test]
#[rustfmt::skip] // One line a case.
fn whom_a_new_role_comes_to_trust() {
    let held = || State::PrincipalPolicies(Policies { attached: [("arn:aws:iam::aws:policy/AdministratorAccess".to_owned(), document(&[allow("*", "*")]))].into(), ..Policies::default() });
    let on = |standard: &str, name: &str, trust: &[Value], made: i64, expected: &str| {
        let situation = Situation { resource: role(name), ..enforced(standard) };
        let subject = situation.subject();
        let identity = Identity { created: Some(made), ..Identity::default() };
        let state = State::RoleTrust(Some(Trust::of(document(trust))));
        let asked = state.asks(&subject, None, &identity).is_some();
        let state = if asked { state.knowing(&subject, Some(held()), &identity) } else { state };
        assert_eq!(verdict(&subject, None, &state), expected, "{name} {trust:?}");
    };
    let cloudformation = || service("cloudformation.amazonaws.com");
    let (now, long_ago) = (NOW, NOW - 86_400);
    on(ALL_ON, EXECUTING, &[cloudformation()], now, "compliant");
    on(ALL_ON, EXECUTING, &[cloudformation(), account(ACCOUNT)], now, "IAM.StrongRole -> UpdateAssumeRolePolicy with 1 statement");
    on(ALL_ON, EXECUTING, &[cloudformation(), service("ec2.amazonaws.com")], now, "IAM.StrongRole -> UpdateAssumeRolePolicy with 1 statement");
    on(ALL_ON, EXECUTING, &[account(ACCOUNT)], now, "IAM.StrongRole -> UpdateAssumeRolePolicy with 1 statement");
    // Of one that is older nobody knows since when; of any other role what it is given is judged.
    on(ALL_ON, EXECUTING, &[cloudformation(), account(ACCOUNT)], long_ago, "(IAM.StrongRole)");
    on(ALL_ON, "app", &[cloudformation(), account(ACCOUNT)], now, "compliant");
    on("", EXECUTING, &[cloudformation(), account(ACCOUNT)], now, "compliant");
}

/// What was spared for a name is looked at again with what else tells a role of the preset: it has no path, and no other tag.
#[test]
#[rustfmt::skip] // One line a case.
fn who_bears_the_name_of_a_presets_role() {
    let policies = |path: Option<&str>, tags: &[(&str, &str)], inline: &[Value], attached: &[&str]| Policies {
        inline: if inline.is_empty() { [].into() } else { [("default".to_owned(), document(inline))].into() },
        attached: attached.iter().map(|name| (format!("arn:aws:iam::aws:policy/{name}"), document(&[allow("*", "*")]))).collect(),
        tags: Some(tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()),
        arn: path.map(str::to_owned),
        ..Policies::default()
    };
    let on = |standard: &str, name: &str, held: Policies, expected: &str| {
        let resource = Resource::Principal(on::Principal { entity: IamEntity::Role(name.to_owned()) });
        check(standard, &resource, State::PrincipalPolicies(held), expected);
    };
    let (deploy, exec) = ("arn:aws:iam::111122223333:role/x/cdk-hnb659fds-deploy-role-111122223333-eu-west-1", "arn:aws:iam::111122223333:role/x/cdk-hnb659fds-cfn-exec-role-111122223333-us-east-1");
    let tag = "aws-cdk:bootstrap-role";
    for tags in [&[][..], &[(tag, "deploy")], &[(tag, "deploy"), ("team", "x")]] {
        on(ALL_ON, DEPLOYING, policies(None, tags, &deploying(), &[]), "compliant");
        on(ALL_ON, EXECUTING, policies(None, tags, &[], &[ADMINISTRATOR]), "compliant");
    }
    on(ALL_ON, DEPLOYING, policies(Some(deploy), &[], &deploying(), &[]), "IAM.CombinedEscalation -> put the inline policy default with 6 statements");
    on(ALL_ON, DEPLOYING, policies(None, &[(tag, "lookup")], &deploying(), &[]), "IAM.CombinedEscalation -> put the inline policy default with 6 statements");
    on(ALL_ON, DEPLOYING, policies(None, &[("AWS-CDK:Bootstrap-Role", "lookup")], &deploying(), &[]), "IAM.CombinedEscalation -> put the inline policy default with 6 statements");
    on(ALL_ON, EXECUTING, policies(Some(exec), &[], &[], &[ADMINISTRATOR]), "IAM.CombinedEscalation -> detach arn:aws:iam::aws:policy/AdministratorAccess");
    // What is judged where it lies stays judged there.
    on("", EXECUTING, policies(Some(exec), &[], &[], &[ADMINISTRATOR]), "compliant");
    let inline = Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Role(DEPLOYING.to_owned()), name: "default".to_owned() });
    let situation = Situation { resource: inline, ..enforced(ALL_ON) };
    let follow_ups = State::InlineDocument(Some(document(&deploying()))).follow_ups(&situation.subject(), None);
    assert_eq!(follow_ups.len(), 1, "the whole of it is looked at: {follow_ups:?}");
    let situation = Situation { resource: held_by(EXECUTING, ADMINISTRATOR), ..enforced(ALL_ON) };
    assert_eq!(admin().follow_ups(&situation.subject(), None).len(), 1, "the whole of it is looked at");
}
