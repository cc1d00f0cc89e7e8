//! The tables of permissions against the calls: neither without the other.

use parapet_guards::on;
use std::collections::BTreeSet;

use parapet_core::{ErrorKind, Identity, Trigger};
use parapet_guards::{
    EVIDENCE_VERSION, Evidence, Facet, FacetImage, GuardName, IamEntity, Image, Names, ObjectLocation, Recorder,
    Resource, ResourceKind, Settled, Standard, Verdict, Waiting, World, evidence_key,
};
#[cfg(feature = "sweep")]
use parapet_guards::{baseline_key, used};
#[cfg(feature = "sweep")]
use parapet_reconcile::{Guards, History, TrailObjects};
use serde_json::json;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::runtime::Builder;

use super::REGION;
use super::answers::{documented, done, refused};
use super::laws::operations;
use super::lists;
use super::run::{Account, HOME};
#[cfg(feature = "sweep")]
use crate::history::{EventHistory, GuardFunctions};
use crate::permissions::{self, Permission};
use crate::replay::{Answer, Asked, Replay};
#[cfg(feature = "sweep")]
use crate::trail_objects::DeliveredObjects;
use crate::{AwsWorld, Connection, KeyArn, S3Recorder, SeenLately, StandardObject};

fn calls<'p>(permissions: impl IntoIterator<Item = &'p Permission>) -> BTreeSet<String> {
    permissions.into_iter().map(|permission| permission.call.to_owned()).collect()
}

fn named(asked: &[Asked]) -> BTreeSet<String> {
    asked.iter().map(|asked| format!("{}:{}", asked.service, asked.operation)).collect()
}

/// What an adapter calls is allowed, or nobody asks for it, for a reason; and nothing else is allowed.
#[test]
fn each_call_of_a_facet_has_its_permission() {
    for &facet in Facet::ALL {
        let needs = crate::roles::needs(facet);
        let allowed = calls(needs.looks.iter().chain(needs.writes).chain(needs.removals));
        let never: BTreeSet<String> = needs.never.iter().map(|(call, _)| (*call).to_owned()).collect();
        assert!(allowed.is_disjoint(&never), "{facet}: both allowed and never asked for");
        assert_eq!(operations(facet), &allowed | &never, "{facet}: calls, and permissions for them");
    }
}

/// What AWS ties a write to is seen by the look of another facet, and a facet that is tied says so in its row.
#[test]
fn what_is_seen_beside_a_write_is_a_look() {
    let looks: Vec<Permission> =
        Facet::ALL.iter().flat_map(|&facet| crate::roles::needs(facet).looks.iter().copied()).collect();
    for &facet in Facet::ALL {
        let needs = crate::roles::needs(facet);
        assert!(needs.ties.iter().all(|permission| looks.contains(permission)), "{facet}");
        assert!(needs.ties.iter().all(|permission| !needs.looks.contains(permission)), "{facet}");
        assert_eq!(needs.ties.len(), facet.row().calls_beside as usize, "{facet}");
    }
}

/// A look writes nothing, and what writes is no look.
#[test]
fn looks_only_read() {
    const READS: [&str; 5] = ["Get", "List", "Describe", "Head", "Lookup"];
    let reads = |permission: &&Permission| {
        let operation = permission.call.rsplit(':').next().unwrap_or_default();
        READS.iter().any(|prefix| operation.starts_with(prefix))
    };
    for &facet in Facet::ALL {
        let needs = crate::roles::needs(facet);
        assert_eq!(needs.looks.iter().find(|permission| !reads(permission)), None, "{facet}");
        assert_eq!(needs.writes.iter().chain(needs.removals).find(reads), None, "{facet}");
    }
}

#[test]
fn each_list_has_its_permission() {
    let account = Account::new();
    for kind in lists::kinds() {
        let asked = account.list(kind, lists::look(kind)).1.asked;
        assert_eq!(named(&asked), calls(crate::to_list(kind)), "{kind}");
    }
}

/// One resource for each way in which those of a kind are told apart.
fn identified(kind: ResourceKind) -> Vec<Resource> {
    let holders = || ["user", "role", "group"].map(|of| format!("{of}/x")).map(|holder| holder_of(&holder));
    match kind {
        ResourceKind::Bucket => vec![Resource::Bucket(on::Bucket { name: "b".into() })],
        ResourceKind::Account => vec![Resource::Account(on::Account {})],
        ResourceKind::AccessPoint => vec![Resource::AccessPoint(on::AccessPoint { name: "a".into() })],
        ResourceKind::RecordedPolicy => vec![recorded_policy()],
        ResourceKind::Key => vec![Resource::Key(on::Key { name: "20eda8de".into() })],
        ResourceKind::Role => vec![Resource::Role(on::Role { name: "r".into() })],
        ResourceKind::ManagedPolicy => {
            vec![Resource::ManagedPolicy(on::ManagedPolicy { arn: "arn:aws:iam::1:policy/p".into() })]
        }
        ResourceKind::InlinePolicy => {
            holders().map(|entity| Resource::InlinePolicy(on::InlinePolicy { entity, name: "p".into() })).into()
        }
        ResourceKind::Attachment => {
            holders().map(|entity| Resource::Attachment(on::Attachment { entity, policy_arn: "p".into() })).into()
        }
        ResourceKind::Principal => holders().map(|entity| Resource::Principal(on::Principal { entity })).into(),
        ResourceKind::Membership => vec![Resource::Membership(on::Membership { user: "u".into(), group: "g".into() })],
        ResourceKind::IdentityProvider => vec![Resource::IdentityProvider(on::IdentityProvider { arn: "p".into() })],
        ResourceKind::InstanceProfile => vec![Resource::InstanceProfile(on::InstanceProfile { name: "w".into() })],
        ResourceKind::OwnRole => vec![Resource::OwnRole(on::OwnRole::of_policy_guard())],
        ResourceKind::RootSession => vec![Resource::RootSession(on::RootSession { account: "1".into() })],
        ResourceKind::Repository => vec![Resource::Repository(on::Repository { name: "ml/training".into() })],
        ResourceKind::Trail => vec![Resource::Trail(on::Trail { name: "t".into() })],
        ResourceKind::EventDataStore => vec![Resource::EventDataStore(on::EventDataStore { id: "e".into() })],
        ResourceKind::LakeResource => vec![Resource::LakeResource(on::LakeResource { path: "channel/c".into() })],
        ResourceKind::DelegatedAdmin => vec![Resource::DelegatedAdmin(on::DelegatedAdmin { account: "1".into() })],
    }
}

fn recorded_policy() -> Resource {
    Resource::RecordedPolicy(on::RecordedPolicy { arn: "arn:aws:s3vectors:us-east-1:1:bucket/v".into() })
}

fn holder_of(text: &str) -> IamEntity {
    let (kind, name) = text.split_once('/').unwrap();
    match kind {
        "user" => IamEntity::User(name.to_owned()),
        "role" => IamEntity::Role(name.to_owned()),
        _ => IamEntity::Group(name.to_owned()),
    }
}

#[test]
fn each_question_whose_a_name_is_has_its_permission() {
    let lab = Lab::new();
    let key_arn = KeyArn::default();
    let world = AwsWorld::new(&lab.connection, &HOME, &lab.names, &key_arn);
    for kind in lists::kinds() {
        lab.replay.play(Vec::new());
        for resource in identified(kind) {
            // Nobody answers: what is asked is what counts, and of a membership its second half is not, then.
            let _ = lab.run(world.identity(&resource));
            let _ = lab.run(world.identify(resource));
        }
        if kind == ResourceKind::Membership {
            let user = "<User><UserName>u</UserName><UserId>AIDA</UserId></User>";
            lab.replay.play(vec![super::answers::iam("GetUser", user)]);
            let _ = lab.run(world.identity(&identified(kind).remove(0)));
        }
        assert_eq!(named(&lab.replay.played().asked), calls(crate::to_identify(kind)), "{kind}");
    }
}

/// Everything that the evidence bucket is asked for.
#[test]
fn evidence_has_its_permissions() {
    let lab = Lab::new();
    let lab = Lab { connection: lab.connection.sealing_with(Some("alias/parapet-memory".into())), ..lab };
    let first = SeenLately::default();
    let recorder = S3Recorder::new(&lab.connection, &HOME, "evidence", &first);
    let evidence = evidence();
    let unsealed = documented("GetObject", "{}");
    lab.replay.play(vec![done("PutObject"), done("PutObject"), unsealed, made_code(), listed(), listed()]);
    let receipt = lab.run(recorder.open(&evidence));
    lab.run(recorder.close(&receipt, &evidence));
    let _ = lab.run(recorder.recall(&evidence.resource, Facet::BucketVersioning));
    let _ = lab.run(recorder.recall(&evidence.resource, Facet::BucketReplication));
    let _ = lab.run(recorder.recent_repairs(&evidence, 3_600, 3));
    assert_eq!(named(&lab.replay.played().asked), calls(permissions::EVIDENCE));
}

/// What waits for its event is kept, found and settled with the permissions of evidence.
#[test]
fn what_waits_takes_no_further_permission() {
    let lab = Lab::new();
    let seen = SeenLately::default();
    let recorder = S3Recorder::new(&lab.connection, &HOME, "evidence", &seen);
    let settled = Settled::as_of(5, Verdict::Shown);
    lab.replay.play(vec![listed(), done("PutObject"), documented("GetObject", "{}")]);
    let (keys, is_more) = lab.run(recorder.listed("state/v2/x")).unwrap();
    assert!(!is_more, "{keys:?}");
    assert!(lab.run(recorder.settle("state/v2/x.settled.json", &settled)));
    assert!(lab.run(recorder.settled("state/v2/x.settled.json")).is_err());
    let asked = named(&lab.replay.played().asked);
    assert!(asked.is_subset(&calls(permissions::EVIDENCE)), "{asked:?}");
}

/// The sweep asks for the event by its id, page by page, and tells the guard without waiting for it.
#[cfg(feature = "sweep")]
#[test]
fn the_sweep_has_its_permissions() {
    let lab = Lab::new();
    let history = EventHistory(&lab.connection);
    let event = r#"{"Events": [{"EventId": "e-1", "CloudTrailEvent": "{\"eventID\": \"e-1\"}"}]}"#;
    let page = |text: &str| documented("LookupEvents", text);
    lab.replay.play(vec![page(r#"{"Events": [], "NextToken": "next"}"#), page(event)]);
    let shown = lab.run(history.shown("e-1")).unwrap().unwrap();
    assert_eq!(shown["eventID"], "e-1");
    lab.replay.play(vec![page(r#"{"Events": []}"#)]);
    assert_eq!(lab.run(history.shown("e-2")).unwrap(), None);
    // The answer is of another event.
    lab.replay.play(vec![page(event)]);
    assert_eq!(lab.run(history.shown("e-2")).unwrap(), None);
    lab.replay.play(vec![refused("LookupEvents", 400, "ThrottlingException")]);
    assert_eq!(lab.run(history.shown("e-1")).unwrap_err().kind, ErrorKind::Transient);
    let trail = DeliveredObjects::of(&lab.connection, &HOME, "logs");
    let (folder, key) =
        ("AWSLogs/111122223333/CloudTrail/us-east-1/", "AWSLogs/111122223333/CloudTrail/us-east-1/x.json.gz");
    let list = |inside: String| {
        let page = format!("<ListBucketResult><IsTruncated>false</IsTruncated>{inside}</ListBucketResult>");
        documented("ListObjectsV2", &page)
    };
    let version = format!("<Version><Key>{}</Key><VersionId>v1</VersionId></Version>", baseline_key(&HOME));
    lab.replay.play(vec![
        page(event),
        documented("Invoke", ""),
        list(format!("<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>")),
        list(format!("<Contents><Key>{key}</Key><Size>7</Size></Contents>")),
        documented("GetObject", "{\"Records\": [{]}"),
        documented("ListObjectVersions", &format!("<ListVersionsResult>{version}</ListVersionsResult>")),
        documented("GetObject", "nobody's"),
    ]);
    let _ = lab.run(history.shown("e-1"));
    lab.run(GuardFunctions(&lab.connection).look_again(GuardName::PolicyGuard, "state/v2/x.json")).unwrap();
    assert_eq!(lab.run(trail.folders()).unwrap(), [folder]);
    assert_eq!(lab.run(trail.delivered(folder, "")).unwrap(), [(key.to_owned(), 7)]);
    assert_eq!(lab.run(trail.read(key, &HOME, &mut used::History::default())).unwrap(), 1);
    let seen_lately = SeenLately::default();
    let recorder = S3Recorder::new(&lab.connection, &HOME, "evidence", &seen_lately);
    assert_eq!(lab.run(recorder.earlier_baseline()), Ok(None));
    assert_eq!(named(&lab.replay.played().asked), calls(permissions::SWEEP));
}

/// Asked once, whatever the answer was; but for one that says nothing.
#[test]
fn the_organization_is_asked_for_once() {
    const STEP: &str = "DescribeOrganization";
    let check = |answers: Vec<Answer>, expected: Option<&str>, asked: usize| {
        let lab = Lab::new();
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&lab.connection, &HOME, &lab.names, &key_arn);
        lab.replay.play(answers);
        for _ in 0..2 {
            assert_eq!(lab.run(world.organization()).as_deref(), expected);
        }
        assert_eq!(lab.replay.played().asked.len(), asked);
    };
    let own = documented(STEP, r#"{"Organization": {"Id": "o-abcdefghij", "MasterAccountId": "111122223333"}}"#);
    check(vec![own], Some("o-abcdefghij"), 1);
    check(vec![refused(STEP, 400, "AWSOrganizationsNotInUseException")], None, 1);
    check(vec![refused(STEP, 400, "AccessDeniedException"), refused(STEP, 400, "AccessDeniedException")], None, 2);
    check(vec![documented(STEP, "{}"), documented(STEP, "{}")], None, 2);
}

/// In the account that AWS lists them to, page by page; in others there are none to know.
#[test]
fn the_members_of_the_organization_are_listed() {
    const STEP: &str = "ListAccounts";
    let check = |answers: Vec<Answer>, expected: &[&str]| {
        let lab = Lab::new();
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&lab.connection, &HOME, &lab.names, &key_arn);
        let own = documented("DescribeOrganization", r#"{"Organization": {"Id": "o-abcdefghij"}}"#);
        lab.replay.play([own].into_iter().chain(answers).collect());
        let _ = lab.run(world.organization());
        let members = lab.run(world.members());
        assert_eq!(members.iter().map(String::as_str).collect::<Vec<_>>(), expected);
        assert_eq!(named(&lab.replay.played().asked), calls(permissions::ORGANIZATION));
    };
    let first = documented(STEP, r#"{"Accounts": [{"Id": "111122223333"}], "NextToken": "more"}"#);
    let last = documented(STEP, r#"{"Accounts": [{"Id": "444455556666"}]}"#);
    check(vec![first, last], &["111122223333", "444455556666"]);
    check(vec![refused(STEP, 400, "AccessDeniedException")], &[]);
}

#[test]
fn the_standard_has_its_permissions() {
    let lab = Lab::new();
    for version in [None, Some("v1".to_owned())] {
        let location = ObjectLocation { bucket: "rules".into(), key: "standard.yaml".into(), version_id: version };
        lab.replay.play(Vec::new());
        let _ = lab.run(StandardObject::read(&lab.connection, &HOME, &location, None));
        assert_eq!(named(&lab.replay.played().asked), calls(permissions::STANDARD));
    }
}

/// Bootstrap and the guards have no permission beyond the tables, and each its own.
#[test]
fn functions_have_what_their_facets_need() {
    let of_encryption = crate::roles::of_guard(GuardName::EncryptionGuard);
    assert!(of_encryption.iter().all(|permission| !permission.action.starts_with("cloudtrail:")));
    let bootstrap = crate::roles::of_bootstrap(&[Facet::BucketPolicy]);
    let actions: BTreeSet<&str> = bootstrap.iter().map(|permission| permission.action).collect();
    assert!(actions.contains("s3:PutBucketPolicy"));
    assert!(!actions.contains("s3:DeleteBucketPolicy"), "bootstrap takes nothing away");
    assert!(!actions.contains("sqs:SendMessage"), "bootstrap has no dead letters");
}

fn made_code() -> crate::replay::Answer {
    documented("GenerateMac", r#"{"Mac": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}"#)
}

fn listed() -> crate::replay::Answer {
    documented("ListObjectsV2", "<ListBucketResult></ListBucketResult>")
}

fn evidence() -> Evidence {
    let trigger = Trigger { event_time: "2026-11-23T13:30:00Z".into(), ..Trigger::by_hand("Test", "e-1", &HOME) };
    let resource = Resource::Bucket(on::Bucket { name: "b".into() });
    let recorded_at = "2026-11-23T14:00:00Z".to_owned();
    Evidence {
        version: EVIDENCE_VERSION,
        key: evidence_key(&HOME, &recorded_at, &trigger, GuardName::EncryptionGuard, &resource),
        recorded_at,
        guard: GuardName::EncryptionGuard,
        arn: resource.arn(&HOME),
        identity: Identity::default(),
        standard: String::new(),
        resource,
        trigger,
        findings: Vec::new(),
        pre_image: vec![FacetImage { facet: Facet::BucketVersioning, seen: Image::State(json!("off")) }],
        plan: Vec::new(),
        outcome: None,
        post_image: Vec::new(),
    }
}

/// An account whose answers are laid out by the test itself.
struct Lab {
    replay: Replay,
    connection: Connection,
    names: Names,
}

impl Lab {
    fn new() -> Self {
        let replay = Replay::default();
        let credentials = Credentials::new("id", "secret", None, None, "a test");
        let connection = Connection::new(REGION, credentials, None).replaying(SharedHttpClient::new(replay.clone()));
        Self { replay, connection, names: Standard::built_in(&HOME).unwrap().names }
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
    }
}
