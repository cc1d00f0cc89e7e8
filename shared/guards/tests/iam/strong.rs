//! Who is strong by what he holds, whether the standard names him or not.

use std::collections::{BTreeMap, BTreeSet};

use parapet_guards::{AccessKeys, Credentials, Holder, InstanceProfile, Login, Policies};
use parapet_testkit::fixtures::NOW;

use super::*;

const OF_AWS: &str = "arn:aws:iam::aws:policy/AWSLambda_FullAccess";

/// Who holds this, as it is asked for.
fn holding(inline: &[Value], attached: &[(&str, &[Value])]) -> Holder {
    let inline = (!inline.is_empty()).then(|| ("own".to_owned(), document(inline)));
    let attached = attached.iter().map(|(arn, of)| ((*arn).to_owned(), document(of)));
    let policies =
        Policies { inline: inline.into_iter().collect(), attached: attached.collect(), ..Policies::default() };
    Holder::told(Some(State::PrincipalPolicies(policies)))
}

fn admin() -> Holder {
    holding(&[allow("*", "*")], &[])
}

fn lambda() -> [Value; 1] {
    [allow(json!(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]), "*")]
}

fn of(name: &str) -> Value {
    trusts(json!({"AWS": format!("arn:aws:iam::111122223333:{name}")}))
}

fn trust(holder: &Holder, statements: &[Value]) -> State {
    State::RoleTrust(Some(Trust { holder: holder.clone(), ..Trust::of(document(statements)) }))
}

/// What was when Parapet came is remembered beside what was accepted last.
#[test]
#[rustfmt::skip] // One line a case.
fn who_was_in_a_trust_policy_may_be_put_back() {
    let (ann, bob, mallory) = (of("user/ann"), of("user/bob"), of("user/mallory"));
    let on = |had: &[Value], before: &[Value], observed: &[Value], expected: &str| {
        let last = Trust { had: Some(document(had)), ..Trust::of(document(before)) };
        check_change("", &role("deploy"), Some(State::RoleTrust(Some(last))), trust(&admin(), observed), expected);
    };
    let both = [ann.clone(), bob.clone()];
    on(&both, &both[..1], &both, "(IAM.StrongRole)");
    on(&both, &both[..1], &both[1..], "(IAM.StrongRole)");
    on(&both, &both[..1], &both[..1], "compliant");
    on(&both, &both[..1], &[ann.clone(), mallory.clone()], "IAM.StrongRole -> UpdateAssumeRolePolicy with 1 statement");
    on(&both[..1], &both[..1], &both, "IAM.StrongRole -> UpdateAssumeRolePolicy with 1 statement");
}

/// To let somebody into a strong role is to give him its power, whoever he is.
#[test]
#[rustfmt::skip] // One line a case.
fn nobody_new_becomes_a_strong_role() {
    let on = |standard: &str, holder: &Holder, before: &[Value], observed: &[Value], expected: &str| {
        check_change(standard, &role("deploy"), Some(trust(&Holder::default(), before)), trust(holder, observed), expected);
    };
    let (ci, mallory) = (of("role/ci"), of("user/mallory"));
    let service = |name: &str| trusts(json!({"Service": name}));
    let account = || of("root");
    let whoever = || json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}});
    let back = "IAM.StrongRole -> UpdateAssumeRolePolicy with 1 statement";
    for stranger in [mallory.clone(), of("role/other"), account(), whoever(), service("lambda.amazonaws.com"), service("ec2.amazonaws.com")] {
        on("", &admin(), std::slice::from_ref(&ci), &[ci.clone(), stranger.clone()], back);
        // Replaced by his: what was there before comes back.
        on("", &admin(), std::slice::from_ref(&ci), &[stranger], back);
    }
    // In the statement that was there.
    on("", &admin(), std::slice::from_ref(&ci), &[trusts(json!({"AWS": ["arn:aws:iam::111122223333:role/ci", "arn:aws:iam::111122223333:user/mallory"]}))], back);
    // A condition that is gone.
    let bound = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}, "Action": "sts:AssumeRole", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}});
    on("", &admin(), std::slice::from_ref(&bound), std::slice::from_ref(&ci), back);
    // By a way to more.
    for holder in [holding(&lambda(), &[]), holding(&[], &[("arn:aws:iam::111122223333:policy/p", &lambda())]), holding(&[], &[("arn:aws:iam::aws:policy/AdministratorAccess", &[allow("*", "*")])])] {
        on("", &holder, std::slice::from_ref(&ci), &[ci.clone(), mallory.clone()], back);
    }
    // What nobody can judge is strong, too; what is no power, or was not asked for, is not.
    on("", &holding(&[allow("s3:GetObject", "*")], &[]), std::slice::from_ref(&ci), &[ci.clone(), mallory.clone()], "compliant");
    on("", &holding(&[allow("*", "*"), deny("*", "*")], &[]), std::slice::from_ref(&ci), &[ci.clone(), mallory.clone()], "compliant");
    on("", &Holder::default(), std::slice::from_ref(&ci), &[ci.clone(), mallory.clone()], "compliant");
    // By what AWS manages alone.
    on("", &holding(&[], &[(OF_AWS, &lambda())]), std::slice::from_ref(&ci), &[ci.clone(), mallory.clone()], "(IAM.BroadPrincipal)");
    // Who was there before stays, and may go.
    for before in [vec![ci.clone(), mallory.clone()], vec![ci.clone(), service("cloudformation.amazonaws.com")]] {
        on("", &admin(), &before, &before, "compliant");
        on("", &admin(), &before, &before[..1], "compliant");
        let newcomer = [before.clone(), vec![of("user/eve")]].concat();
        on("", &admin(), &before, &newcomer, "IAM.StrongRole -> UpdateAssumeRolePolicy with 2 statements");
    }
}

/// An account's policies say who of it may become a role that trusts it; whom the role lets in by itself needs none.
#[test]
#[rustfmt::skip] // One line a case.
fn nobody_is_let_in_beside_the_account() {
    let account = || of("root");
    let everybody_if = |key: &str, value: &str| json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {"StringLike": {key: value}}});
    let newcomers = [
        of("user/mallory"), of("role/other"), of("role/x/other"), json!({"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/mallory"]}, "Action": "sts:AssumeRole"}),
        everybody_if("aws:PrincipalArn", "arn:aws:iam::111122223333:user/mallory"), everybody_if("aws:PrincipalAccount", "111122223333"),
        json!({"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:user/nobody"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}}),
    ];
    let on = |standard: &str, name: &str, holder: &Holder, before: &[Value], observed: &[Value], expected: &str| {
        let resource = role(name);
        let (last, state) = (trust(&Holder::default(), before), trust(holder, observed));
        let situation = Situation { resource, ..enforced(standard) };
        assert_eq!(verdict(&situation.subject(), Some(&last), &state), expected, "{observed:?}");
        state.asks(&situation.subject(), Some(&last), &parapet_core::Identity::default()).is_some()
    };
    let back = "IAM.StrongRole -> UpdateAssumeRolePolicy with 1 statement";
    for newcomer in newcomers {
        assert!(on("", "admin", &admin(), &[account()], &[account(), newcomer.clone()], back), "what it may is asked");
        assert!(on("", "admin", &admin(), &[account()], std::slice::from_ref(&newcomer), back), "what it may is asked");
        assert!(on("", "app", &Holder::default(), &[account()], &[account(), newcomer.clone()], "compliant"), "what it may is asked");
        // A deployer, and one that is never touched, is strong whatever it holds.
        on("principals: {break_glass: [role/admin]}", "admin", &Holder::default(), &[account()], &[account(), newcomer.clone()], "IAM.ProtectedTrust -> UpdateAssumeRolePolicy with 1 statement");
        on("principals: {break_glass: [role/admin]}", "admin", &Holder::default(), &[account()], std::slice::from_ref(&newcomer), "IAM.ProtectedTrust -> UpdateAssumeRolePolicy with 1 statement");
    }
    for same in [account(), trusts(json!({"AWS": "111122223333"})), trusts(json!({"AWS": ["111122223333", "arn:aws:iam::111122223333:root"]}))] {
        assert!(!on("", "admin", &admin(), &[account()], &[same], "compliant"), "nothing is asked");
    }
    on("principals: {administrators: [user/mallory]}", "admin", &admin(), &[account()], &[account(), of("user/mallory")], "compliant");
}

/// Whom the standard names is let in.
#[test]
#[rustfmt::skip] // One line a case.
fn whom_the_standard_names_becomes_a_strong_role() {
    let on = |standard: &str, newcomer: Value, expected: &str| {
        let ci = of("role/ci");
        check_change(standard, &role("deploy"), Some(trust(&Holder::default(), std::slice::from_ref(&ci))), trust(&admin(), &[ci.clone(), newcomer]), expected);
    };
    let back = "UpdateAssumeRolePolicy with 1 statement";
    on("principals: {administrators: [user/alice]}", of("user/alice"), "compliant");
    on("principals: {administrators: [user/al*]}", of("user/alice"), &format!("IAM.StrongRole -> {back}"));
    let other = || trusts(json!({"AWS": "arn:aws:iam::999999999999:root"}));
    on("trust: {accounts: ['999999999999']}", other(), "compliant");
    on("", other(), &format!("IAM.StrongRole, IAM.TrustForeign -> {back}"));
    let github = |who: &str| json!({"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLike": {"token.actions.githubusercontent.com:sub": who}}});
    let acme = "trust: {subjects: [{provider: token.actions.githubusercontent.com, claim: sub, pattern: 'repo:acme/*'}]}";
    on(acme, github("repo:acme/app:*"), "compliant");
    on(acme, github("repo:evil/app:*"), &format!("IAM.StrongRole, IAM.TrustForeign -> {back}"));
}

/// Nothing is known: it is told, and told again.
#[test]
fn of_a_strong_role_that_nobody_saw_it_is_told() {
    let situation = Situation { resource: role("deploy"), ..enforced("") };
    let found = trust(&admin(), &[of("role/ci")]).assess(&situation.subject(), None).unwrap();
    assert_eq!((found.len(), found[0].is_enforced(), found[0].is_unaccepted), (1, false, true));
    assert_eq!(found[0].control.as_str(), "IAM.StrongRole");
}

/// What is asked before it is judged, and when.
#[test]
#[rustfmt::skip] // One line a case.
fn what_a_role_may_is_asked_where_somebody_new_is_let_in() {
    let asked = |resource: &Resource, before: Option<&State>, observed: &State, created: Option<i64>| {
        let situation = Situation { resource: resource.clone(), ..enforced("principals: {administrators: [role/admin]}") };
        let identity = parapet_core::Identity::created_at(created);
        observed.asks(&situation.subject(), before, &identity).map(|(resource, facet)| format!("{resource}: {facet}"))
    };
    let known = |statements: &[Value]| trust(&Holder::default(), statements);
    let (ci, both) = (known(&[of("role/ci")]), known(&[of("role/ci"), of("user/eve")]));
    let all = Some("`role/deploy`: all policies".to_owned());
    assert_eq!(asked(&role("deploy"), Some(&ci), &both, None), all);
    assert_eq!(asked(&role("deploy"), Some(&both), &ci, None), None);
    assert_eq!(asked(&role("deploy"), Some(&ci), &ci, None), None);
    // Made just now, it was given nothing before; else it is not known.
    assert_eq!(asked(&role("deploy"), None, &ci, Some(NOW - 60)), None);
    assert_eq!(asked(&role("deploy"), None, &ci, Some(NOW - 86_400)), all);
    assert_eq!(asked(&role("deploy"), None, &ci, None), all);
    for watched in ["admin", "parapet-bootstrap", ML_ROLE] {
        assert_eq!(asked(&role(watched), Some(&ci), &both, None), None);
    }
}

fn jane() -> Resource {
    principal(user("jane"))
}

/// Of a user who is strong and whom the standard does not name.
#[test]
#[rustfmt::skip] // One line a case.
fn nobody_else_makes_keys_for_a_strong_user() {
    let keys = |holder: &Holder, keys: &[(&str, bool, i64)]| State::AccessKeys(AccessKeys {
        active: keys.iter().map(|(id, active, _)| ((*id).to_owned(), *active)).collect(),
        made_at: keys.iter().map(|(id, _, made_at)| ((*id).to_owned(), *made_at)).collect(),
        holder: holder.clone(),
    });
    let on = |holder: &Holder, before: Option<&[(&str, bool, i64)]>, observed: &[(&str, bool, i64)], expected: &str| {
        check_change("", &jane(), before.map(|before| keys(&Holder::default(), before)), keys(holder, observed), expected);
    };
    let (old, new) = (NOW - 86_400, NOW - 60);
    let off = "IAM.StrongUser -> UpdateAccessKey B Inactive";
    on(&admin(), Some(&[("A", true, old)]), &[("A", true, old), ("B", true, new)], off);
    on(&admin(), Some(&[("A", true, old), ("B", false, old)]), &[("A", true, old), ("B", true, old)], off);
    // By AWS's own date, where nothing is remembered.
    on(&admin(), None, &[("A", true, old), ("B", true, new)], "IAM.StrongUser, (IAM.StrongUser) -> UpdateAccessKey B Inactive");
    // What he may have made himself.
    on(&admin(), Some(&[("A", true, old)]), &[("A", true, old), ("B", true, old)], "(IAM.StrongUser)");
    on(&admin(), Some(&[("A", true, old)]), &[("A", true, old), ("B", false, new)], "compliant");
    on(&holding(&[allow("s3:GetObject", "*")], &[]), None, &[("B", true, new)], "compliant");
    on(&holding(&[], &[(OF_AWS, &lambda())]), None, &[("B", true, new)], "(IAM.BroadPrincipal)");
    on(&Holder::default(), None, &[("B", true, new)], "compliant");
}

#[test]
#[rustfmt::skip] // One line a case.
fn nobody_else_makes_a_password_for_a_strong_user() {
    let login = |holder: &Holder, created: &str, made_at: i64| State::LoginProfile(Some(Login { created: created.into(), made_at: Some(made_at), holder: holder.clone() }));
    let on = |before: Option<State>, observed: State, expected: &str| check_change("", &jane(), before, observed, expected);
    let (old, new) = (NOW - 86_400, NOW - 60);
    let known = |created: &str| Some(login(&Holder::default(), created, old));
    on(Some(State::LoginProfile(None)), login(&admin(), "2026", new), "IAM.StrongUser -> DeleteLoginProfile");
    on(None, login(&admin(), "2026", new), "IAM.StrongUser -> DeleteLoginProfile");
    on(None, login(&admin(), "2026", old), "(IAM.StrongUser)");
    on(known("2026"), login(&admin(), "2026", old), "(IAM.StrongUser)");
    on(known("2025"), login(&admin(), "2026", new), "(IAM.StrongUser)");
    on(None, login(&holding(&[allow("s3:GetObject", "*")], &[]), "2026", new), "compliant");
}

#[test]
#[rustfmt::skip] // One line a case.
fn further_credentials() {
    let (old, new) = (NOW - 86_400, NOW - 60);
    let set = |devices: &[&str]| devices.iter().map(|serial| (*serial).to_owned()).collect::<BTreeSet<_>>();
    let of = |services: &[(&str, bool)], certificates: &[(&str, bool)], devices: &[&str], made_at: i64, holder: &Holder| {
        let named = |all: &[(&str, bool)]| all.iter().map(|(id, active)| ((*id).to_owned(), *active)).collect::<BTreeMap<_, _>>();
        let made_at = services.iter().chain(certificates).map(|(id, _)| ((*id).to_owned(), made_at)).collect();
        State::UserCredentials(Credentials { services: named(services), certificates: named(certificates), devices: set(devices), made_at, holder: holder.clone(), ..Credentials::default() })
    };
    let none = || Some(of(&[], &[], &[], old, &Holder::default()));
    let on = |before: Option<State>, observed: State, expected: &str| check_change("", &jane(), before, observed, expected);
    on(none(), of(&[("ACCA", true)], &[], &[], new, &admin()), "IAM.StrongUser -> UpdateServiceSpecificCredential ACCA Inactive");
    on(None, of(&[("ACCA", true)], &[], &[], new, &admin()), "IAM.StrongUser -> UpdateServiceSpecificCredential ACCA Inactive");
    on(none(), of(&[], &[("TA", true)], &[], new, &admin()), "IAM.StrongUser -> UpdateSigningCertificate TA Inactive");
    on(none(), of(&[("ACCA", true)], &[], &[], old, &admin()), "(IAM.StrongUser)");
    on(none(), of(&[("ACCA", true)], &[("TA", true)], &[], new, &holding(&[], &[])), "compliant");
    // SSH keys, of which what was kept by an earlier version says nothing.
    let ssh = |keys: Option<&[(&str, bool)]>, made_at: i64, holder: &Holder| {
        let named = keys.map(|all| all.iter().map(|(id, active)| ((*id).to_owned(), *active)).collect::<BTreeMap<_, _>>());
        State::UserCredentials(Credentials { ssh_keys: named, made_at: [("APKA".to_owned(), made_at)].into(), holder: holder.clone(), ..Credentials::default() })
    };
    let known = |keys: Option<&[(&str, bool)]>| Some(ssh(keys, old, &Holder::default()));
    on(known(Some(&[])), ssh(Some(&[("APKA", true)]), new, &admin()), "IAM.StrongUser -> UpdateSSHPublicKey APKA Inactive");
    on(known(Some(&[("APKA", false)])), ssh(Some(&[("APKA", true)]), old, &admin()), "IAM.StrongUser -> UpdateSSHPublicKey APKA Inactive");
    on(known(Some(&[("APKA", true)])), ssh(Some(&[("APKA", true)]), old, &admin()), "compliant");
    on(known(None), ssh(Some(&[("APKA", true)]), old, &admin()), "(IAM.StrongUser)");
    on(known(None), ssh(Some(&[("APKA", true)]), new, &admin()), "IAM.StrongUser -> UpdateSSHPublicKey APKA Inactive");
    on(known(Some(&[])), ssh(Some(&[("APKA", true)]), new, &holding(&[], &[])), "compliant");
    // A reset: all is as it was, and something led here.
    let services = |active: bool, holder: &Holder| of(&[("ACCA", active)], &[], &[], old, holder);
    on(Some(services(true, &Holder::default())), services(true, &admin()), "(IAM.StrongUser)");
    on(Some(services(true, &Holder::default())), services(true, &holding(&[], &[])), "compliant");
    on(Some(services(false, &Holder::default())), services(false, &admin()), "compliant");
    on(Some(services(true, &Holder::default())), of(&[("ACCA", true)], &[], &["mfa/jane"], old, &admin()), "compliant");
    // The second factor.
    let with = |devices: &[&str]| Some(of(&[], &[], devices, old, &Holder::default()));
    on(with(&["mfa/jane"]), of(&[], &[], &[], old, &admin()), "(IAM.SecondFactor)");
    on(with(&["mfa/jane"]), of(&[], &[], &["mfa/evil"], old, &admin()), "(IAM.SecondFactor)");
    on(with(&["mfa/jane"]), of(&[], &[], &["mfa/jane", "mfa/2"], old, &admin()), "compliant");
    on(with(&["mfa/jane"]), of(&[], &[], &[], old, &holding(&[], &[])), "compliant");
    let told = |devices: &[&str]| {
        let situation = Situation { resource: jane(), ..enforced("") };
        of(&[], &[], devices, old, &admin()).assess(&situation.subject(), with(&["mfa/jane"]).as_ref()).unwrap()[0].is_unaccepted
    };
    assert!(told(&[]) && !told(&["mfa/evil"]), "until he has one again");
    // Whom the standard names is strong whatever he holds.
    let situation = Situation { resource: principal(user("glass")), ..enforced(GLASS) };
    let observed = of(&[], &[], &[], old, &Holder::default()).knowing(&situation.subject(), None, &Default::default());
    assert_eq!(verdict(&situation.subject(), with(&["mfa/glass"]).as_ref(), &observed), "(IAM.SecondFactor)");
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_strong_role_is_put_into_no_instance_profile() {
    let profile = Resource::InstanceProfile(on::InstanceProfile { name: "web".into() });
    let of = |role: Option<&str>, holder: &Holder, is_new: bool| State::InstanceProfile(InstanceProfile { role: role.map(str::to_owned), is_new, holder: holder.clone() });
    let known = |role: Option<&str>| Some(of(role, &Holder::default(), false));
    let on = |before: Option<State>, observed: State, expected: &str| check_change("", &profile, before, observed, expected);
    let out = "IAM.StrongRole -> RemoveRoleFromInstanceProfile deploy";
    on(known(None), of(Some("deploy"), &admin(), false), out);
    on(known(Some("app")), of(Some("deploy"), &admin(), false), out);
    on(None, of(Some("deploy"), &admin(), true), out);
    on(None, of(Some("deploy"), &admin(), false), "(IAM.StrongRole)");
    on(known(Some("deploy")), of(Some("deploy"), &admin(), false), "compliant");
    on(known(None), of(Some("app"), &holding(&[allow("s3:GetObject", "*")], &[]), false), "compliant");
    on(known(None), of(Some("app"), &holding(&[], &[(OF_AWS, &lambda())]), false), "(IAM.BroadPrincipal)");
    on(known(None), of(None, &Holder::default(), false), "compliant");
    // One whom the standard names is strong whatever it holds.
    let situation = Situation { resource: profile.clone(), ..enforced("principals: {administrators: [role/admin]}") };
    let observed = of(Some("admin"), &Holder::default(), false).knowing(&situation.subject(), None, &Default::default());
    assert_eq!(verdict(&situation.subject(), known(None).as_ref(), &observed), "IAM.StrongRole -> RemoveRoleFromInstanceProfile admin");
}

/// A session of the root user is told, and nothing is done.
#[test]
fn a_root_session_is_told() {
    let session = Resource::RootSession(on::RootSession { account: "111122223333".into() });
    check("", &session, State::RootSession(parapet_guards::RootSession::Unseen), "(IAM.RootSession)");
}

/// What denied something comes back to where it was.
#[test]
#[rustfmt::skip] // One line a case.
fn a_deny_that_is_gone_comes_back() {
    const OWN: &str = "arn:aws:iam::111122223333:policy/guardrail";
    const OF_GROUP: &str = "arn:aws:iam::111122223333:group/g/policy/guardrail";
    let no_iam = || document(&[deny("iam:*", "*")]);
    let named = |all: &[(&str, Document)]| all.iter().map(|(name, document)| ((*name).to_owned(), document.clone())).collect::<BTreeMap<_, _>>();
    let held = |inline: &[(&str, Document)], attached: &[(&str, Document)]| Policies { inline: named(inline), attached: named(attached), ..Policies::default() };
    let power = || ("power", document(&[allow("iam:*", "*")]));
    let on = |before: Policies, observed: Policies, expected: &str| {
        check_change("", &jane(), Some(State::PrincipalPolicies(before)), State::PrincipalPolicies(observed), expected);
    };
    let only = || held(&[power()], &[]);
    let in_group = |policies: Policies, groups: &[(&str, &[&str])], of: &[(&str, Document)]| Policies {
        of_groups: named(of),
        groups: groups.iter().map(|(group, arns)| ((*group).to_owned(), arns.iter().map(|arn| (*arn).to_owned()).collect())).collect(),
        ..policies
    };
    // Deleted, rewritten, detached.
    on(held(&[power(), ("guardrail", no_iam())], &[]), only(), "IAM.DenyRemoved -> put the inline policy guardrail with 1 statement");
    on(held(&[power(), ("guardrail", no_iam())], &[]), held(&[power(), ("guardrail", document(&[deny("s3:*", "*")]))], &[]), "IAM.DenyRemoved -> put the inline policy guardrail with 1 statement");
    on(held(&[power()], &[(OWN, no_iam())]), only(), &format!("IAM.DenyRemoved -> attach {OWN}"));
    // A new version of a policy that others hold, too, is told: nobody loses anything else for it.
    on(held(&[power()], &[(OWN, no_iam())]), held(&[power()], &[(OWN, document(&[deny("s3:*", "*")]))]), "(IAM.DenyRemoved)");
    // The group that was left, and what the group lost.
    let before = || in_group(only(), &[("g", &[OF_GROUP])], &[(OF_GROUP, no_iam())]);
    on(before(), only(), "IAM.DenyRemoved -> AddUserToGroup g");
    on(before(), in_group(only(), &[("g", &[])], &[]), "IAM.DenyRemoved -> put the inline policy guardrail of the group g with 1 statement");
    let before = || in_group(only(), &[("g", &[OWN])], &[(OWN, no_iam())]);
    on(before(), in_group(only(), &[("g", &[])], &[]), &format!("IAM.DenyRemoved -> attach {OWN} to the group g"));
    // What would be taken again at once for what it allows: what it denied comes back, and nothing else.
    let both = || document(&[allow("lambda:*", "*"), allow("iam:PassRole", "*"), deny("iam:Put*", "*"), deny("iam:CreateAccessKey", "*")]);
    let all = || ("all", document(&[allow("iam:PutUserPolicy", "*")]));
    let without = || held(&[all()], &[]);
    on(held(&[all()], &[(OWN, both())]), without(), "IAM.DenyRemoved -> put the inline policy denied-by-guardrail with 2 statements");
    let weak = || document(&[allow("cloudtrail:DeleteTrail", "*"), deny("iam:Put*", "*")]);
    on(held(&[all()], &[(OWN, weak())]), without(), "IAM.DenyRemoved -> put the inline policy denied-by-guardrail with 1 statement");
    on(held(&[all(), ("guardrail", weak())], &[]), without(), "IAM.DenyRemoved -> put the inline policy guardrail with 1 statement");
    on(in_group(without(), &[("g", &[OF_GROUP])], &[(OF_GROUP, weak())]), in_group(without(), &[("g", &[])], &[]), "IAM.DenyRemoved -> put the inline policy denied-by-guardrail with 1 statement");
    on(in_group(without(), &[("g", &[OWN])], &[(OWN, weak())]), in_group(without(), &[("g", &[])], &[]), "IAM.DenyRemoved -> put the inline policy denied-by-guardrail with 1 statement");
    on(in_group(without(), &[("g", &[OF_GROUP])], &[(OF_GROUP, both())]), without(), "IAM.DenyRemoved -> put the inline policy denied-by-guardrail with 2 statements");
    // Where there is no room for it, what is new goes.
    let filler = |number: usize| document(&[allow("sqs:SendMessage", &format!("arn:aws:sqs:us-east-1:111122223333:{}", "q".repeat(number)))]);
    on(held(&[power(), ("guardrail", no_iam())], &[]), held(&[power(), ("filler", filler(1_800)), ("new", filler(10))], &[]), "IAM.DenyRemoved -> delete the inline policy filler; put the inline policy guardrail with 1 statement");
    on(held(&[power(), ("filler", filler(1_800)), ("guardrail", no_iam())], &[]), held(&[power(), ("filler", filler(1_800))], &[]), "IAM.DenyRemoved -> put the inline policy guardrail with 1 statement");
    on(held(&[power(), ("filler", filler(5)), ("guardrail", no_iam())], &[]), held(&[power(), ("filler", filler(1_800))], &[]), "IAM.DenyRemoved -> put the inline policy filler with 1 statement; put the inline policy guardrail with 1 statement");
    // It kept nobody from anything.
    on(held(&[("reads", document(&[allow("s3:Get*", "*")])), ("guardrail", no_iam())], &[]), held(&[("reads", document(&[allow("s3:Get*", "*")]))], &[]), "compliant");
    // Who had the power all the same.
    on(held(&[power(), ("guardrail", document(&[deny("s3:*", "*")]))], &[]), only(), "compliant");
}

/// A group's policy that completes what a member has goes, and not what he had.
#[test]
#[rustfmt::skip] // One line a case.
fn the_half_that_a_group_was_given_goes() {
    const OWN: &str = "arn:aws:iam::111122223333:policy/run";
    const OF_GROUP: &str = "arn:aws:iam::111122223333:group/g/policy/run";
    let pass = || document(&[allow("iam:PassRole", "*")]);
    let run = || document(&[allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction"]), "*")]);
    let member = |of: &[(&str, Document)]| Policies {
        inline: [("own".to_owned(), pass())].into(),
        of_groups: of.iter().map(|(arn, document)| ((*arn).to_owned(), document.clone())).collect(),
        groups: [("g".to_owned(), of.iter().map(|(arn, _)| (*arn).to_owned()).collect())].into(),
        ..Policies::default()
    };
    let reads = || document(&[allow("s3:GetObject", "*")]);
    let on = |before: Policies, observed: Policies, expected: &str| {
        check_change("", &jane(), Some(State::PrincipalPolicies(before)), State::PrincipalPolicies(observed), expected);
    };
    on(member(&[]), member(&[(OF_GROUP, run())]), "IAM.CombinedEscalation -> delete the inline policy run of the group g");
    on(member(&[(OF_GROUP, reads())]), member(&[(OF_GROUP, run())]), "IAM.CombinedEscalation -> put the inline policy run of the group g with 1 statement");
    on(member(&[]), member(&[(OWN, run())]), &format!("IAM.CombinedEscalation -> detach {OWN} from the group g"));
    // Told by what led there, where nothing is remembered.
    let group = IamEntity::Group("g".into());
    let brought = |resource: Resource, observed: Policies, expected: &str| {
        let observed = State::PrincipalPolicies(observed);
        check_change("", &jane(), observed.before(&resource), observed, expected);
    };
    brought(Resource::InlinePolicy(on::InlinePolicy { entity: group.clone(), name: "run".into() }), member(&[(OF_GROUP, run())]), "IAM.CombinedEscalation -> delete the inline policy run of the group g");
    brought(Resource::Attachment(on::Attachment { entity: group, policy_arn: OWN.into() }), member(&[(OWN, run())]), &format!("IAM.CombinedEscalation -> detach {OWN} from the group g"));
}

/// A group leads to its members: where its policies could complete a way, and where one denied something.
#[test]
#[rustfmt::skip] // One line a case.
fn a_group_leads_to_its_members() {
    let of = |inline: &[(&str, Document)]| State::PrincipalPolicies(Policies {
        inline: inline.iter().map(|(name, document)| ((*name).to_owned(), document.clone())).collect(),
        members: ["alice".to_owned(), "joe".to_owned()].into(),
        ..Policies::default()
    });
    let leads = |entity: IamEntity, before: Option<State>, observed: State| {
        let resource = principal(entity);
        let found = observed.follow_ups(&Situation::new(&resource, "").subject(), before.as_ref());
        found.into_iter().map(|(resource, _)| resource.to_string()).collect::<Vec<_>>().join(", ")
    };
    let group = || IamEntity::Group("g".into());
    let pass = || document(&[allow("iam:PassRole", "*")]);
    let (reads, denies) = (document(&[allow("s3:Get*", "*")]), document(&[deny("iam:*", "*")]));
    let both = "`user/alice`, `user/joe`";
    assert_eq!(leads(group(), None, of(&[("p", pass())])), both);
    assert_eq!(leads(group(), None, of(&[("p", reads.clone())])), "");
    assert_eq!(leads(group(), Some(of(&[("p", denies.clone())])), of(&[])), both);
    assert_eq!(leads(group(), Some(of(&[("p", denies.clone())])), of(&[("p", reads)])), both);
    assert_eq!(leads(group(), Some(of(&[("p", denies.clone())])), of(&[("p", denies.clone())])), "");
    assert_eq!(leads(group(), None, of(&[("p", denies.clone())])), both);
    assert_eq!(leads(group(), Some(of(&[("p", pass())])), of(&[("p", pass()), ("q", denies.clone())])), both);
    assert_eq!(leads(user("jane"), Some(of(&[("p", denies)])), of(&[])), "");
}

/// Who was strong before something came that denies or bounds that, is judged as strong.
#[test]
#[rustfmt::skip] // One line a case.
fn who_is_weak_for_a_moment() {
    const P: &str = "arn:aws:iam::111122223333:policy/p";
    let held = |inline: &[&Value]| Policies {
        inline: inline.iter().enumerate().map(|(number, one)| (number.to_string(), document(&[(*one).clone()]))).collect(),
        ..Policies::default()
    };
    let (all, no, reads) = (allow("*", "*"), deny("*", "*"), allow("s3:Get*", "*"));
    let role = principal(IamEntity::Role("ci".into()));
    let was = |before: Option<&Policies>, now: &Policies| {
        let situation = Situation::new(&role, "");
        let before = before.cloned().map(State::PrincipalPolicies);
        let State::PrincipalPolicies(carried) = State::PrincipalPolicies(now.clone()).carrying_on(&situation.subject(), before.as_ref()) else { panic!() };
        carried.was_strong
    };
    let bound = |policies: Policies| Policies { boundary: Some(document(std::slice::from_ref(&reads))), ..policies };
    let attached = |policies: Policies| Policies { attached: [(P.to_owned(), document(std::slice::from_ref(&no)))].into(), ..policies };
    let strong = held(&[&all]);
    for weak in [held(&[&all, &no]), attached(held(&[&all])), bound(held(&[&all])), bound(held(&[&all, &no]))] {
        assert!(was(Some(&strong), &weak), "{weak:?}");
        assert!(was(None, &weak), "{weak:?}");
        // From before.
        assert!(!was(Some(&weak), &weak), "{weak:?}");
        // It stays known.
        assert!(was(Some(&Policies { was_strong: true, ..weak.clone() }), &weak), "{weak:?}");
    }
    // Half of it is denied, and what is left is a way, too.
    assert!(!was(Some(&strong), &held(&[&all, &deny("s3:*", "*")])));
    // What made him strong is gone, or never was.
    assert!(!was(Some(&strong), &held(&[&reads, &no])));
    assert!(!was(Some(&held(&[&reads])), &held(&[&reads, &no])));
    assert!(!was(Some(&held(&[&reads])), &held(&[&all, &no])));
}
