//! What enforcement would change, on accounts with a history and without one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::time::Instant;

use iam_policy::Document;
use parapet_core::{ErrorKind, Identity};
use parapet_guards::foundation::documents::tls_only_statement;
use parapet_guards::used::{History, Loses};
use parapet_guards::{
    Acl, AclGrant, Arns, Attachment, Facet, Grantee, IamEntity, KeyGrant, Policies, Provider, Resource, State, Trust,
    Versioning, World, on,
};
use parapet_reconcile::{Clock, Place, Plan, PlanRow, When, plan, plan_beside};
use parapet_testkit::fixtures::{DATA_BUCKET, NOW, bucket, home, role, standard};
use parapet_testkit::{FakeWorld, Fault, FaultyWorld, Journal, MemoryRecorder};
use serde_json::{Value, json};

struct Scene {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
}

impl Scene {
    /// An account that Parapet never saw.
    fn unseen() -> Self {
        Self::beside(MemoryRecorder::without_store)
    }

    fn beside(recorder: impl Fn(&Journal) -> MemoryRecorder) -> Self {
        let journal = Journal::default();
        Self { world: FakeWorld::new(&journal), recorder: recorder(&journal), journal }
    }

    fn with(self, resource: &Resource, state: State) -> Self {
        self.world.set(resource, state.facet(), state);
        self
    }

    async fn plan(&self, changes: &str) -> Plan {
        self.plan_of(&self.world, changes).await
    }

    async fn plan_of<W: World + Sync>(&self, world: &W, changes: &str) -> Plan {
        let (standard, home) = (standard(changes), home());
        let place = Place { home: &home, standard: &standard, world, recorder: &self.recorder };
        self.journal.clear();
        let plan = plan(&place, Clock { now: NOW }, |_| ()).await;
        let kept = |line: &&String| ["write", "open", "remember", "end "].iter().any(|word| line.starts_with(word));
        assert_eq!(self.journal.lines().iter().find(kept), None, "a plan only reads");
        assert_eq!(self.journal.writes(), 0);
        plan
    }
}

fn document(statement: Value) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()
}

fn public() -> Value {
    json!({"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::images/*"})
}

fn policy(statement: Value) -> State {
    State::BucketPolicy(Some(document(statement)))
}

const SUSPENDED: State = State::BucketVersioning(Versioning::Suspended);

fn told(plan: &Plan) -> Vec<String> {
    let name = |arn: &str| arn.rsplit(':').next().unwrap().to_owned();
    plan.rows.iter().map(|row| format!("{} {} {:?}", row.control, name(&row.resource), row.when)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_old_is_mended_only_when_asked() {
    let scene = Scene::unseen().with(&bucket("images"), SUSPENDED).with(&bucket("images"), policy(public()));
    let plan = scene.plan("").await;
    let expected =
        ["S3.Versioning images WhenAsked", "S3.PublicPolicy images WhenAsked", "S3.TlsOnly images WhenAsked"];
    let mut found = told(&plan);
    found.sort_unstable();
    let mut expected: Vec<String> = expected.map(str::to_owned).to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let open = plan.rows.iter().find(|row| row.control.as_str() == "S3.PublicPolicy").unwrap();
    assert_eq!(open.statements, [public()]);
    assert_eq!(open.witness.as_ref().unwrap().action, "s3:GetObject");
    assert!(!open.repair.is_empty() && open.repair.iter().any(|write| write.contains("Policy")), "{:?}", open.repair);
    assert!(plan.has_changes() && plan.unread.is_empty(), "{:?}", plan.unread);
    assert_eq!((plan.looked_at.resources, plan.looked_at.compliant), (1, 0));
}

/// Whatever AWS's dates say: before there is a baseline, all that is there is what bootstrap will meet.
#[tokio::test(start_paused = true)]
async fn without_a_baseline_nothing_is_new() {
    let trust = document(json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}));
    for (recorder, when) in [
        (MemoryRecorder::without_store as fn(&Journal) -> MemoryRecorder, When::WhenAsked),
        (MemoryRecorder::without_baseline, When::WhenAsked),
        (MemoryRecorder::new, When::OnSchedule),
    ] {
        let scene = Scene::beside(recorder).with(&role("app"), State::RoleTrust(Some(Trust::of(trust.clone()))));
        scene.world.is_now(&role("app"), Identity::created_at(Some(NOW - 60)));
        let plan = scene.plan("").await;
        assert!(!plan.rows.is_empty() && plan.rows.iter().all(|row| row.when == when), "{:?}", told(&plan));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_new_and_what_bootstrap_made_is_mended_on_schedule() {
    // Nothing was there when the baseline was kept.
    let new =
        Scene::beside(MemoryRecorder::new).with(&bucket("images"), SUSPENDED).with(&bucket("images"), policy(public()));
    assert!(new.plan("").await.rows.iter().all(|row| row.when == When::OnSchedule));
    let ours = Scene::beside(MemoryRecorder::new).with(&bucket(DATA_BUCKET), SUSPENDED);
    assert_eq!(told(&ours.plan("").await), [format!("S3.Versioning {DATA_BUCKET} OnSchedule")]);
    // It was so when the baseline was kept.
    let old = Scene::beside(MemoryRecorder::new).with(&bucket("images"), SUSPENDED);
    old.recorder.learn(&bucket("images"), Facet::BucketVersioning, SUSPENDED.kept());
    assert_eq!(told(&old.plan("").await), ["S3.Versioning images WhenAsked"]);
    // It was better.
    let on = State::BucketVersioning(Versioning::Enabled);
    old.recorder.learn(&bucket("images"), Facet::BucketVersioning, on.kept());
    assert_eq!(told(&old.plan("").await), ["S3.Versioning images OnSchedule"]);
}

#[tokio::test(start_paused = true)]
async fn where_memory_cannot_be_read_nobody_knows_when() {
    let scene = Scene::beside(MemoryRecorder::broken)
        .with(&bucket("images"), SUSPENDED)
        .with(&bucket("images"), policy(public()));
    let plan = scene.plan("").await;
    assert!(plan.rows.iter().all(|row| row.when == When::Unknown), "{:?}", told(&plan));
    assert!(!plan.unread.is_empty());
}

#[tokio::test(start_paused = true)]
async fn enforcement_is_assumed_at_large_and_what_is_off_stays_off() {
    let scene = || Scene::unseen().with(&bucket("images"), SUSPENDED);
    for (changes, expected) in [
        ("mode: observe", "S3.Versioning images WhenAsked"),
        ("modes: [{buckets: ['*'], mode: observe}]", "S3.Versioning images WhenAsked"),
        ("controls: {S3.Versioning: observe}", "S3.Versioning images Never"),
        ("controls: {S3.Versioning: off}", ""),
        ("scope: {buckets: {exclude: [images]}}", ""),
        (
            "exemptions: [{resource: 'arn:aws:s3:::images', controls: [S3.Versioning], reason: r, who: w, until: 2027-01-31T00:00:00Z}]",
            "S3.Versioning images Never",
        ),
    ] {
        let plan = scene().plan(changes).await;
        assert_eq!(told(&plan).join(", "), expected, "{changes}");
        assert_eq!(plan.has_changes(), expected.contains("WhenAsked"), "{changes}");
    }
    let left = scene().plan("scope: {buckets: {exclude: [images]}}").await;
    assert_eq!((left.looked_at.resources, left.looked_at.left_alone), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_a_row_of_its_own() {
    let scene = Scene::unseen().with(&bucket("images"), SUSPENDED).with(&bucket("images"), policy(public()));
    let denied = FaultyWorld::new(&scene.world, Fault::Look(Facet::BucketPolicy), ErrorKind::Denied);
    let plan = scene.plan_of(&denied, "").await;
    assert_eq!(told(&plan), ["S3.Versioning images WhenAsked"]);
    let [unread] = plan.unread.as_slice() else { panic!("{:?}", plan.unread) };
    assert_eq!((unread.resource.as_deref(), unread.facet), (Some("arn:aws:s3:::images"), Some(Facet::BucketPolicy)));
    assert!(unread.is_denied && unread.why.contains("cannot read the bucket policy"), "{}", unread.why);
    assert_eq!(plan.looked_at.compliant, 0);
}

/// One whose policies cannot be read keeps nobody else from being judged, and whoever may become him may become an administrator.
#[tokio::test(start_paused = true)]
async fn who_cannot_be_read_is_a_row_of_his_own() {
    let of = |name: &str| IamEntity::Role(name.to_owned());
    let principal = |name: &str| Resource::Principal(on::Principal { entity: of(name) });
    let inline = |name: &str| Resource::InlinePolicy(on::InlinePolicy { entity: of(name), name: "all".to_owned() });
    let says = |statement: &Value| State::InlineDocument(Some(document(statement.clone())));
    let holds = |statement: &Value| {
        State::PrincipalPolicies(Policies {
            inline: [("all".to_owned(), document(statement.clone()))].into(),
            ..Policies::default()
        })
    };
    let reads = json!({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"});
    let admin = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let becomes = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": home().iam_arn("role/unread")});
    let trust = json!({"Effect": "Allow", "Principal": {"AWS": home().iam_arn("root")}, "Action": "sts:AssumeRole"});
    let scene = Scene::unseen()
        .with(&principal("unread"), holds(&reads))
        .with(&role("unread"), State::RoleTrust(Some(Trust::of(document(trust)))))
        .with(&principal("admin"), holds(&admin))
        .with(&inline("admin"), says(&admin))
        .with(&principal("way"), holds(&becomes))
        .with(&inline("way"), says(&becomes));
    let of_policy = |plan: &Plan, name: &str| plan.rows.iter().filter(|row| row.resource.contains(name)).count();
    let whole = scene.plan("").await;
    assert!(of_policy(&whole, "role/admin/policy") > 0 && whole.unread.is_empty(), "{:?}", whole.unread);
    assert_eq!(of_policy(&whole, "role/way/policy"), 0, "{:?}", told(&whole));

    let is_unread = |name: Option<&str>| name.is_some_and(|name| name.ends_with("role/unread"));
    let denied = FaultyWorld::new(&scene.world, Fault::LookAt(principal("unread")), ErrorKind::Denied);
    let plan = scene.plan_of(&denied, "").await;
    assert_eq!(of_policy(&plan, "role/admin/policy"), of_policy(&whole, "role/admin/policy"), "{:?}", told(&plan));
    assert!(of_policy(&plan, "role/way/policy") > 0, "{:?}", told(&plan));
    assert!(!plan.unread.is_empty());
    assert!(plan.unread.iter().all(|unread| is_unread(unread.resource.as_deref())), "{:?}", plan.unread);
    let once = plan.unread.iter().filter(|unread| unread.facet == Some(Facet::PrincipalPolicies));
    assert_eq!(once.count(), 1, "{:?}", plan.unread);

    // Of whom the standard leaves alone it is told, too: whether he is strong is not known.
    let left = scene.plan_of(&denied, "principals: {administrators: [role/unread]}").await;
    assert!(left.unread.iter().any(|unread| is_unread(unread.resource.as_deref())), "{:?}", left.unread);
}

#[tokio::test(start_paused = true)]
async fn a_role_is_named_by_what_is_wrong_with_it() {
    let trust =
        document(json!({"Sid": "All", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}));
    let admin = document(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    let entity = IamEntity::Role("app".to_owned());
    let inline = Resource::InlinePolicy(on::InlinePolicy { entity: entity.clone(), name: "all".to_owned() });
    let principal = Resource::Principal(on::Principal { entity });
    let held = Policies { inline: [("all".to_owned(), admin.clone())].into(), ..Policies::default() };
    let scene = Scene::unseen()
        .with(&role("app"), State::RoleTrust(Some(Trust::of(trust))))
        .with(&inline, State::InlineDocument(Some(admin)))
        .with(&principal, State::PrincipalPolicies(held));
    scene.world.is_now(&role("app"), Identity::created_at(Some(0)));
    let plan = scene.plan("").await;
    assert!(
        plan.rows.iter().any(|row| row.control.as_str() == "IAM.AdminPolicy" || row.control.as_str().contains("Admin")),
        "{:?}",
        told(&plan)
    );
    assert!(plan.rows.iter().all(|row| row.principals == ["role/app"]), "{:?}", plan.rows);
}

/// What is compliant is counted and not kept.
#[tokio::test(start_paused = true)]
async fn a_thousand_buckets() {
    const BUCKETS: u32 = 1_000;
    let scene = Scene::unseen();
    for number in 0..BUCKETS {
        let state = if number % 100 == 0 { SUSPENDED } else { State::BucketVersioning(Versioning::Enabled) };
        scene.world.set(&bucket(&format!("b-{number:04}")), Facet::BucketVersioning, state);
    }
    let started = Instant::now();
    let plan = scene.plan("").await;
    println!("{BUCKETS} buckets in {:?}", started.elapsed());
    assert_eq!(plan.rows.len(), 10);
    assert_eq!((plan.looked_at.resources, plan.looked_at.compliant), (1_000, 990));
}

/// An account with a history, all of it meant.
fn living() -> Scene {
    let role_of = |name: &str| IamEntity::Role(name.to_owned());
    let principal = |entity: IamEntity| Resource::Principal(on::Principal { entity });
    let admin = || document(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    let trusting = |statement: Value| State::RoleTrust(Some(Trust::of(document(statement))));
    let may = |principal: Value, action: &str| json!({"Effect": "Allow", "Principal": principal, "Action": action});
    let held = |arn: &str| Policies { attached: [(arn.to_owned(), admin())].into(), ..Policies::default() };
    let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    let attached =
        |entity: IamEntity| Resource::Attachment(on::Attachment { entity, policy_arn: administrator.to_owned() });
    let attachment = || State::PolicyAttachment(Attachment::of(true, Some(admin())));
    let sso = "AWSReservedSSO_Ops_0123456789abcdef";
    let of_sso = format!("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/{sso}");
    let provider = |name: &str| {
        Resource::IdentityProvider(on::IdentityProvider { arn: format!("arn:aws:iam::111122223333:{name}") })
    };
    let saml = "saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE";
    let github = "oidc-provider/token.actions.githubusercontent.com";
    let federated = |name: &str, action: &str, condition: Value| {
        let mut statement = may(json!({"Federated": format!("arn:aws:iam::111122223333:{name}")}), action);
        statement["Condition"] = condition;
        statement
    };
    let aud = json!({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}});
    let sub = json!({"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/ml:*"}});
    let partner = json!({
        "Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"
    });
    let owner = || "o".repeat(64);
    let acl = Acl {
        owner: owner(),
        grants: vec![AclGrant { grantee: Grantee::Account("c".repeat(64)), permission: "READ".to_owned() }],
    };
    let grant: KeyGrant = serde_json::from_value(json!({
        "id": "g-1", "grantee": "arn:aws:iam::555566667777:role/reader", "operations": ["Decrypt"]
    }))
    .unwrap();
    let copied = json!({"role": "arn:aws:iam::111122223333:role/copier", "rules": [{
        "enabled": true, "destination": {"bucket": "arn:aws:s3:::partner-copies", "is_own": false, "gives_ownership": false}
    }]});
    let copied = Facet::BucketReplication.recalled(&copied).unwrap();
    let notified = json!({
        "topics": [], "functions": [], "event_bridge": false,
        "queues": [{"arn": "arn:aws:sqs:us-east-1:888899990000:loads", "events": ["s3:ObjectCreated:*"]}]
    });
    let notified = Facet::BucketNotification.recalled(&notified).unwrap();
    let cdk = "cdk-hnb659fds-cfn-exec-role-111122223333-us-east-1";
    let deploys = "cdk-hnb659fds-deploy-role-111122223333-us-east-1";
    let deploying = json!({
        "Effect": "Allow", "Resource": "*", "Action": ["cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:ExecuteChangeSet"]
    });
    let becoming =
        json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::111122223333:role/cdk-*"});
    let inline =
        |document: Document| Policies { inline: [("default".to_owned(), document)].into(), ..Policies::default() };
    let inline_of = |entity: IamEntity| Resource::InlinePolicy(on::InlinePolicy { entity, name: "default".to_owned() });
    let key = Resource::Key(on::Key { name: "1234abcd".to_owned() });
    Scene::unseen()
        .with(&role("admin"), trusting(may(json!({"AWS": "arn:aws:iam::111122223333:root"}), "sts:AssumeRole")))
        .with(&attached(role_of("admin")), attachment())
        .with(&principal(role_of("admin")), State::PrincipalPolicies(held(administrator)))
        .with(&role(sso), trusting(federated(saml, "sts:AssumeRoleWithSAML", aud)))
        .with(&attached(role_of(sso)), attachment())
        .with(&principal(role_of(sso)), State::PrincipalPolicies(Policies { arn: Some(of_sso), ..held(administrator) }))
        .with(&provider(saml), State::IdentityProvider(Some(Provider::Saml { metadata: "<m/>".to_owned() })))
        .with(
            &provider(github),
            State::IdentityProvider(Some(Provider::Oidc { client_ids: [].into(), thumbprints: [].into() })),
        )
        .with(&role("deploy"), trusting(federated(github, "sts:AssumeRoleWithWebIdentity", sub)))
        .with(&role("scanner"), trusting(may(json!({"AWS": "arn:aws:iam::777788889999:root"}), "sts:AssumeRole")))
        .with(&bucket("reports"), policy(json!([tls_only_statement("arn:aws:s3:::reports"), partner])))
        .with(&bucket("reports"), State::BucketAcl(acl))
        .with(&bucket("reports"), copied)
        .with(&bucket("reports"), notified)
        .with(&role(cdk), trusting(may(json!({"Service": "cloudformation.amazonaws.com"}), "sts:AssumeRole")))
        .with(&attached(role_of(cdk)), attachment())
        .with(&principal(role_of(cdk)), State::PrincipalPolicies(held(administrator)))
        .with(&role(deploys), trusting(may(json!({"AWS": "arn:aws:iam::111122223333:root"}), "sts:AssumeRole")))
        .with(&principal(role_of(deploys)), State::PrincipalPolicies(inline(document(json!([deploying])))))
        .with(&inline_of(role_of(deploys)), State::InlineDocument(Some(document(json!([deploying])))))
        .with(&role("ci"), trusting(may(json!({"AWS": "arn:aws:iam::111122223333:role/admin"}), "sts:AssumeRole")))
        .with(&principal(role_of("ci")), State::PrincipalPolicies(inline(document(json!([becoming])))))
        .with(&inline_of(role_of("ci")), State::InlineDocument(Some(document(json!([becoming])))))
        .with(&key, State::KeyGrants(vec![grant]))
}

/// As whoever accepts all of a proposal leaves it.
fn accepted(proposal: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix('#') {
        Some(entry) if !entry.starts_with(' ') => format!("    {entry}"),
        _ => line.to_owned(),
    };
    proposal.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test(start_paused = true)]
async fn what_is_accepted_of_a_proposal_is_no_change_any_more() {
    let scene = living();
    let first = scene.plan("").await;
    let proposal = first.proposal.to_yaml();
    insta::assert_snapshot!(proposal);
    assert!(first.has_changes());
    // As it is, it says nothing.
    assert_eq!(told(&scene.plan(&proposal).await), told(&first));
    let second = scene.plan(&accepted(&proposal)).await;
    let changes: Vec<_> = second.rows.iter().filter(|row| row.when.is_change()).collect();
    assert!(changes.is_empty(), "{changes:#?}");
    assert!(second.proposal.is_empty(), "{}", second.proposal.to_yaml());
    let said: Vec<String> = second.rows.iter().map(|row| format!("{} {}", row.control, row.resource)).collect();
    insta::assert_snapshot!(said.join("\n"));
}

/// What the account's CloudTrail shows: who, what, with which parameters, how often.
fn history(calls: &[(&str, &str, Value, usize)]) -> History {
    let home = home();
    let mut history = History::default();
    for (role, event, parameters, times) in calls {
        let (service, name) = event.split_once(':').unwrap();
        let arn = format!("arn:aws:iam::{}:role/{role}", home.account);
        let record = json!({
            "eventTime": "2026-11-23T14:00:00Z", "eventSource": format!("{service}.amazonaws.com"), "eventName": name,
            "awsRegion": home.region, "sourceIPAddress": "203.0.113.9", "requestParameters": parameters, "readOnly": false,
            "managementEvent": true,
            "userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": arn}}}
        });
        (0..*times).for_each(|_| history.note(&record, &home));
    }
    history
}

fn wide(actions: Value) -> Document {
    document(json!({"Effect": "Allow", "Action": actions, "Resource": "*"}))
}

/// Roles of which each holds one inline policy, with what else they hold.
fn with_roles(scene: Scene, roles: &[(&str, Document, &[Document])]) -> Scene {
    roles.iter().fold(scene, |scene, (name, policy, others)| {
        let entity = IamEntity::Role((*name).to_owned());
        let inline = Resource::InlinePolicy(on::InlinePolicy { entity: entity.clone(), name: "work".to_owned() });
        let others = others.iter().enumerate().map(|(number, other)| (format!("other{number}"), other.clone()));
        let all = others.chain([("work".to_owned(), policy.clone())]).collect();
        let held = Policies { inline: all, ..Policies::default() };
        scene
            .with(&inline, State::InlineDocument(Some(policy.clone())))
            .with(&on::Principal { entity }.into(), State::PrincipalPolicies(held))
    })
}

fn loses_of(plan: &Plan, control: &str, principal: &str) -> Loses {
    let is_it = |row: &&PlanRow| row.control.as_str() == control && row.principals.iter().any(|name| name == principal);
    plan.rows.iter().find(is_it).and_then(|row| row.loses.clone()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn repairs_say_what_of_a_history_they_would_end() {
    let roles = [
        ("idle", wide(json!("*")), &[] as &[Document]),
        ("reader", wide(json!(["ec2:Describe*", "s3:GetObject", "iam:PutRolePolicy"])), &[]),
        ("deployer", wide(json!("*")), &[wide(json!("iam:List*"))]),
        ("only", wide(json!("iam:PutRolePolicy")), &[]),
    ];
    let scene = with_roles(Scene::unseen(), &roles).with(&bucket("images"), SUSPENDED);
    let mut plan = scene.plan("").await;
    let rows = told(&plan);
    assert!(
        plan.rows.iter().all(|row| row.loses.is_none()) && plan.history.is_none(),
        "without a history nothing is said"
    );
    let put_policy = json!({"roleName": "x", "policyName": "p"});
    let object = json!({"bucketName": "images", "key": "x"});
    plan.weigh(
        &history(&[
            ("reader", "s3:GetObject", object, 1_200),
            ("reader", "ec2:DescribeInstances", json!({}), 4),
            ("deployer", "iam:ListRoles", json!({}), 5),
            ("deployer", "iam:PutRolePolicy", put_policy.clone(), 2),
            ("only", "iam:PutRolePolicy", put_policy, 3),
        ]),
        0,
    );
    assert_eq!(told(&plan), rows, "a history only adds to what is said");
    let counts = |principal: &str, control: &str| {
        let loses = loses_of(&plan, control, principal);
        (loses.seen, loses.lost, loses.unknown)
    };
    assert_eq!(counts("role/idle", "IAM.AdminPolicy"), (0, 0, 0));
    assert_eq!(counts("role/reader", "IAM.AdminPolicy"), (1_204, 0, 0), "loses 0 of 1,204 requests seen");
    let deployer = loses_of(&plan, "IAM.AdminPolicy", "role/deployer");
    assert_eq!((deployer.seen, deployer.lost, deployer.unknown, deployer.is_alone), (7, 2, 0, false));
    assert_eq!(deployer.examples[0].action, "iam:PutRolePolicy");
    // What else it holds allows the rest, whatever becomes of the one policy.
    assert!(deployer.nothing_left.is_empty());
    let only = loses_of(&plan, "IAM.AdminPolicy", "role/only");
    assert_eq!((only.lost, only.nothing_left.contains("role/only")), (3, true));
    // A setting of a bucket is nobody's access.
    let of_bucket = plan.rows.iter().find(|row| row.control.as_str() == "S3.Versioning").unwrap();
    assert_eq!(of_bucket.loses, None);
    let seen = plan.history.unwrap();
    assert_eq!((seen.counted, seen.principals, seen.is_incomplete()), (1_214, 3, false));
}

#[tokio::test(start_paused = true)]
async fn repairs_of_a_bucket_policy_say_whom_of_the_account_they_would_keep_out() {
    let everyone = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::images", "arn:aws:s3:::images/*"]});
    let reads = wide(json!("s3:GetObject"));
    let scene = with_roles(Scene::unseen(), &[("reader", reads, &[])]).with(&bucket("images"), policy(everyone));
    let seen = history(&[
        ("reader", "s3:GetObject", json!({"bucketName": "images", "key": "x"}), 3),
        ("reader", "s3:PutObject", json!({"bucketName": "images", "key": "x"}), 2),
        ("reader", "s3:GetObject", json!({"bucketName": "others", "key": "x"}), 9),
    ]);
    let of_policy = |plan: &Plan| {
        let row = plan.rows.iter().find(|row| row.control.as_str() == "S3.PublicPolicy").unwrap();
        let loses = row.loses.clone().unwrap();
        (loses.seen, loses.lost, loses.is_alone)
    };
    let mut alone = scene.plan("").await;
    alone.weigh(&seen, 0);
    assert_eq!(of_policy(&alone), (5, 5, true), "by the policy alone");
    let (standard, home) = (standard(""), home());
    let place = Place { home: &home, standard: &standard, world: &scene.world, recorder: &scene.recorder };
    let beside = plan_beside(&place, Clock { now: NOW }, (&seen, 0), |_| ()).await;
    assert_eq!(of_policy(&beside), (5, 2, false), "what the role's own policies allow is not lost");
    assert_eq!(told(&beside), told(&alone));
    assert_eq!(scene.journal.writes(), 0);
}

/// Members of a group hold what it holds.
#[tokio::test(start_paused = true)]
async fn what_a_group_holds_is_its_members() {
    let (group, jane) = (IamEntity::Group("ops".to_owned()), IamEntity::User("jane".to_owned()));
    let of_group = format!("arn:aws:iam::{}:group/ops/policy/all", home().account);
    let all = || wide(json!("*"));
    let held = Policies {
        inline: [("all".to_owned(), all())].into(),
        members: ["jane".to_owned()].into(),
        ..Policies::default()
    };
    let groups = [("ops".to_owned(), [of_group.clone()].into())].into();
    let by_jane = Policies { of_groups: [(of_group, all())].into(), groups, ..Policies::default() };
    let inline = Resource::InlinePolicy(on::InlinePolicy { entity: group.clone(), name: "all".to_owned() });
    let scene = Scene::unseen()
        .with(&inline, State::InlineDocument(Some(all())))
        .with(&on::Principal { entity: group }.into(), State::PrincipalPolicies(held))
        .with(&on::Principal { entity: jane }.into(), State::PrincipalPolicies(by_jane));
    let mut plan = scene.plan("").await;
    let mut seen = History::default();
    let arn = format!("arn:aws:iam::{}:user/jane", home().account);
    let record = json!({
        "eventTime": "2026-11-23T14:00:00Z", "eventSource": "iam.amazonaws.com", "eventName": "PutRolePolicy",
        "awsRegion": "us-east-1", "requestParameters": {"roleName": "x"},
        "userIdentity": {"type": "IAMUser", "arn": arn, "userName": "jane"}
    });
    seen.note(&record, &home());
    plan.weigh(&seen, 0);
    let loses = loses_of(&plan, "IAM.AdminPolicy", "group/ops");
    assert_eq!((loses.seen, loses.lost, loses.untold_holders.len(), loses.is_alone), (1, 1, 0, false));
}

/// Whatever stands in a log, a plan has the rows that it had, and writes nothing.
#[tokio::test(start_paused = true)]
async fn a_log_changes_nothing_but_what_is_said_of_it() {
    let scene = with_roles(Scene::unseen(), &[("app", wide(json!("*")), &[])]);
    let mut plan = scene.plan("").await;
    let before = told(&plan);
    let mut seen = History::default();
    let hostile = "x\u{1b}[2J\"}],\"rows\":[";
    for record in [
        json!({"eventName": hostile, "eventSource": hostile, "eventTime": hostile}),
        json!([hostile]),
        json!({"Records": [{"eventName": "DeleteTrail"}]}),
        json!({"eventName": "PutRolePolicy", "eventSource": "iam.amazonaws.com", "eventTime": "2026-11-23T14:00:00Z",
               "userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::999999999999:role/app"}}}}),
    ] {
        seen.note(&record, &home());
    }
    plan.weigh(&seen, 1);
    assert_eq!(told(&plan), before);
    assert_eq!(scene.journal.writes(), 0);
    let loses = loses_of(&plan, "IAM.AdminPolicy", "role/app");
    assert_eq!((loses.seen, loses.lost), (0, 0));
    let seen = plan.history.unwrap();
    assert_eq!((seen.not_records, seen.of_other_accounts, seen.unreadable), (3, 1, 1), "and all of it is counted");
    assert!(seen.is_incomplete());
}
