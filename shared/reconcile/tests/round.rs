//! A look at everything: what is new is mended by the guards, what is old is told, and it goes on wherever it was broken off.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod account;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use account::Account;
use iam_policy::Document;
use parapet_core::{ErrorKind, Mode, Trigger, WorldError};
use parapet_guards::{
    ControlId, Facet, GuardName, IamEntity, OwnAccount, PublicAccess, Recorder, Resource, Rounds, State, Trust,
    Versioning, on, round_key,
};
use parapet_reconcile::{
    Accepted, Clock, Errand, Everything, Guards, Mending, Operator, Place, RoundReport, Run, accept, baseline,
    bootstrap, go_round, look_at_these, look_round, mend, order,
};
use parapet_testkit::fixtures::{DATA_BUCKET, ML_ROLE, NOW, bucket, home, role, standard};
use parapet_testkit::{Entry, MemoryRecorder};
use serde_json::json;
use tokio::time::{Duration, Instant, sleep};

const OPERATOR: &str = "arn:aws:iam::111122223333:user/jane";
const VENDOR: &str = "arn:aws:iam::444455556666:root";

struct Scene {
    account: Account,
    recorder: MemoryRecorder,
    standard: &'static str,
    now: AtomicI64,
}

/// The guards' functions, and what they were told.
#[derive(Default)]
struct Functions {
    told: Mutex<Vec<(GuardName, Vec<Resource>)>>,
    orders: Mutex<Vec<(GuardName, String)>>,
    /// How long it takes to tell one.
    takes: Duration,
    fail: bool,
}

impl Guards for Functions {
    async fn look_again(&self, _guard: GuardName, _key: &str) -> Result<(), WorldError> {
        Ok(())
    }

    async fn mend(&self, guard: GuardName, key: &str) -> Result<(), WorldError> {
        self.orders.lock().unwrap().push((guard, key.to_owned()));
        Ok(())
    }

    async fn look(&self, guard: GuardName, resources: &[Resource]) -> Result<(), WorldError> {
        sleep(self.takes).await;
        if self.fail {
            let (step, subject, message) = ("ask for a look".to_owned(), guard.to_string(), "no".to_owned());
            return Err(WorldError { step, subject, kind: ErrorKind::Denied, message, source: None });
        }
        self.told.lock().unwrap().push((guard, resources.to_vec()));
        Ok(())
    }
}

impl Scene {
    /// An account that bootstrap has not met.
    fn untouched() -> Self {
        let account = Account::empty();
        let recorder = MemoryRecorder::without_baseline(&account.journal);
        Self { account, recorder, standard: "", now: AtomicI64::new(NOW) }
    }

    fn under(self, standard: &'static str) -> Self {
        Self { standard, ..self }
    }

    fn with(self, resource: &Resource, state: State) -> Self {
        self.set(resource, state);
        self
    }

    /// A bucket that has a setting is there.
    fn set(&self, resource: &Resource, state: State) {
        if let (Resource::Bucket(_), None) = (resource, self.state(resource, Facet::BucketExistence)) {
            self.account.world.set(resource, Facet::BucketExistence, State::BucketExistence(true));
        }
        self.account.world.set(resource, state.facet(), state);
    }

    fn state(&self, resource: &Resource, facet: Facet) -> Option<State> {
        self.account.world.state(resource, facet)
    }

    /// Bootstrap, with the baseline that its first run keeps.
    async fn deployed(self) -> Self {
        let (standard, home) = (standard(self.standard), home());
        let place = Place { home: &home, standard: &standard, world: &self.account, recorder: &self.recorder };
        let run = Run { guard: GuardName::EncryptionGuard, clock: Clock { now: self.now() }, dry: false };
        let cause = Trigger::by_hand("Bootstrap", "b-1", &home);
        let key = async || Some("arn:aws:kms:us-east-1:111122223333:key/1".to_owned());
        bootstrap(&place, run, &cause, key).await.unwrap();
        let kept = baseline(&place, run, None).await;
        assert!(kept.ended_at.is_some(), "{kept:?}");
        self.account.journal.clear();
        self
    }

    async fn round(&self) -> Option<RoundReport> {
        self.round_with(&Functions::default(), Duration::from_secs(600)).await
    }

    /// A round, and what the guards do that were told something.
    async fn round_with(&self, guards: &Functions, for_so_long: Duration) -> Option<RoundReport> {
        let (standard, home) = (standard(self.standard), home());
        let place = Place { home: &home, standard: &standard, world: &self.account, recorder: &self.recorder };
        let clock = Clock { now: self.now() };
        let until = Instant::now() + for_so_long;
        let report = go_round(&Everything { place: &place, guards, clock, until }).await;
        self.looked(guards).await;
        report
    }

    async fn looked(&self, guards: &Functions) {
        let (standard, home) = (standard(self.standard), home());
        let place = Place { home: &home, standard: &standard, world: &self.account, recorder: &self.recorder };
        let cause = Trigger::by_hand("Sweep", "s-1", &home);
        let told: Vec<_> = guards.told.lock().unwrap().drain(..).collect();
        for (guard, resources) in told {
            let run = Run { guard, clock: Clock { now: self.now() }, dry: false };
            look_at_these(&place, run, &cause, &resources).await;
        }
    }

    async fn by_hand(&self, errand: &Errand) -> RoundReport {
        let (standard, home) = (standard(self.standard), home());
        let place = Place { home: &home, standard: &standard, world: &self.account, recorder: &self.recorder };
        let clock = Clock { now: self.now() };
        let until = Instant::now() + Duration::from_secs(600);
        let guards = Functions::default();
        let report = look_round(&Everything { place: &place, guards: &guards, clock, until }, errand).await;
        self.looked(&guards).await;
        report
    }

    /// What the sweep orders for an operator.
    async fn ordered(&self, controls: &BTreeSet<ControlId>, resources: &[&str]) -> (RoundReport, Functions) {
        let (standard, home) = (standard(self.standard), home());
        let place = Place { home: &home, standard: &standard, world: &self.account, recorder: &self.recorder };
        let guards = Functions::default();
        let until = Instant::now() + Duration::from_secs(600);
        let everything = Everything { place: &place, guards: &guards, clock: Clock { now: self.now() }, until };
        let (operator, request, controls) = (OPERATOR.to_owned(), "r-1".to_owned(), controls.clone());
        let errand = Errand::about(BTreeSet::new(), arns(resources), false);
        let report = order(&everything, &errand, &Mending { operator, request, controls, keep_used: false }).await;
        (report, guards)
    }

    /// The same, and what the guards do.
    async fn mend(&self, controls: &BTreeSet<ControlId>, resources: &[&str]) -> RoundReport {
        let (report, guards) = self.ordered(controls, resources).await;
        let orders: Vec<_> = guards.orders.lock().unwrap().drain(..).collect();
        for (guard, key) in orders {
            self.mended(guard, &key).await;
        }
        report
    }

    /// What a guard does that is given the key of an order.
    async fn mended(&self, guard: GuardName, key: &str) -> Vec<&'static str> {
        let (standard, home) = (standard(self.standard), home());
        let place = Place { home: &home, standard: &standard, world: &self.account, recorder: &self.recorder };
        let run = Run { guard, clock: Clock { now: self.now() }, dry: false };
        mend(&place, run, key).await.iter().map(|report| report.outcome.name()).collect()
    }

    async fn accept(&self, operator: Option<&str>, for_so_long: Duration) -> Option<Accepted> {
        let of = |arn: &str| Operator {
            arn: arn.to_owned(),
            account: OwnAccount { organization: Some("o-1".to_owned()), ..OwnAccount::default() },
        };
        let operator = operator.map(of);
        let (standard, home) = (standard(self.standard), home());
        let place = Place { home: &home, standard: &standard, world: &self.account, recorder: &self.recorder };
        let run = Run { guard: GuardName::EncryptionGuard, clock: Clock { now: self.now() }, dry: false };
        accept(&place, run, operator.as_ref(), Instant::now() + for_so_long, &|_, _| {}).await
    }

    fn pass(&self, minutes: i64) {
        self.now.fetch_add(60 * minutes, Ordering::Relaxed);
    }

    fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    fn listed(&self) -> BTreeMap<String, usize> {
        let mut listed = BTreeMap::new();
        for entry in self.account.journal.entries() {
            if let Entry::List(kind) = entry {
                *listed.entry(kind.to_string()).or_default() += 1;
            }
        }
        listed
    }
}

fn trusting(principal: &str) -> State {
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"});
    let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
    State::RoleTrust(Some(Trust::of(document)))
}

fn control(id: &str) -> ControlId {
    ControlId::all().iter().copied().find(|control| control.as_str() == id).unwrap()
}

fn suspended() -> State {
    State::BucketVersioning(Versioning::Suspended)
}

fn enabled() -> State {
    State::BucketVersioning(Versioning::Enabled)
}

fn arns(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn after_a_baseline_nothing_is_written() {
    let scene =
        Scene::untouched().with(&role("vendor"), trusting(VENDOR)).with(&bucket("old"), suspended()).deployed().await;
    let before = scene.account.world.states();
    let report = scene.round().await.unwrap();
    assert!(report.ended && report.sent.is_empty() && report.failed.is_empty(), "{report:?}");
    assert_eq!((scene.account.world.states() == before, scene.account.journal.writes()), (true, 0));
    // What is old is told.
    let told: BTreeSet<String> = report.reports.iter().filter_map(|report| report.resource.clone()).collect();
    assert_eq!(told, arns(&["arn:aws:iam::111122223333:role/vendor", "arn:aws:s3:::old"]));
}

#[tokio::test(start_paused = true)]
async fn what_no_event_told_is_found_and_mended() {
    let scene =
        Scene::untouched().with(&role("vendor"), trusting(VENDOR)).with(&bucket("fine"), enabled()).deployed().await;
    // Since then: a setting of an old bucket, a new role, and what bootstrap made.
    scene.set(&bucket("fine"), suspended());
    scene.set(&role("late"), trusting(VENDOR));
    scene.set(&bucket(DATA_BUCKET), suspended());
    let report = scene.round().await.unwrap();
    let data = format!("arn:aws:s3:::{DATA_BUCKET}");
    assert_eq!(report.sent, arns(&["arn:aws:iam::111122223333:role/late", "arn:aws:s3:::fine", &data]), "{report:?}");
    assert_eq!(scene.state(&bucket("fine"), Facet::BucketVersioning), Some(enabled()));
    assert_eq!(scene.state(&bucket(DATA_BUCKET), Facet::BucketVersioning), Some(enabled()));
    assert_eq!(scene.state(&role("vendor"), Facet::RoleTrust), Some(trusting(VENDOR)), "it is old");
    assert_ne!(scene.state(&role("late"), Facet::RoleTrust), Some(trusting(VENDOR)));
    scene.pass(15);
    let again = scene.round().await.unwrap();
    assert!(again.sent.is_empty(), "{again:?}");
}

/// What bootstrap made and is gone, no listing shows.
#[tokio::test(start_paused = true)]
async fn what_is_gone_is_missed() {
    let scene = Scene::untouched().deployed().await;
    scene.set(&bucket(DATA_BUCKET), State::BucketExistence(false));
    let report = scene.round().await.unwrap();
    assert_eq!(report.sent, arns(&[&format!("arn:aws:s3:::{DATA_BUCKET}")]), "{report:?}");
    assert_eq!(scene.state(&bucket(DATA_BUCKET), Facet::BucketExistence), Some(State::BucketExistence(true)));
}

/// What belongs to what bootstrap made and is none of its stages, such as another policy of its role, or the account's own block, is looked at, too.
#[tokio::test(start_paused = true)]
async fn what_belongs_to_the_foundation_is_looked_at() {
    let scene = Scene::untouched().deployed().await;
    let entity = IamEntity::Role(ML_ROLE.to_owned());
    let added: Resource = on::InlinePolicy { entity, name: "added".to_owned() }.into();
    let document = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    scene.set(&added, State::InlineDocument(Some(Document::from_value(document).unwrap())));
    let account: Resource = on::Account {}.into();
    scene.set(&account, State::AccountPublicAccess(PublicAccess::default()));
    let report = scene.round().await.unwrap();
    assert!(report.sent.contains(&added.arn(&home())), "{report:?}");
    let looked = scene.account.journal.entries().contains(&Entry::Look(account, Facet::AccountPublicAccess));
    assert!(looked, "{report:?}");
}

/// Before the first bootstrap nobody knows what is new, and nothing is missed.
#[tokio::test(start_paused = true)]
async fn without_a_baseline_all_is_old() {
    let scene = Scene::untouched().with(&bucket("old"), suspended()).with(&role("vendor"), trusting(VENDOR));
    let report = scene.round().await.unwrap();
    assert!(report.ended && report.sent.is_empty(), "{report:?}");
    let told: BTreeSet<String> = report.reports.iter().filter_map(|report| report.resource.clone()).collect();
    assert!(told.is_superset(&arns(&["arn:aws:iam::111122223333:role/vendor", "arn:aws:s3:::old"])), "{told:?}");
    assert_eq!(scene.account.journal.writes(), 0);
}

/// A team observes first and enforces later: what was there is no newer by that.
#[tokio::test(start_paused = true)]
async fn what_was_there_while_all_was_observed_is_old() {
    let scene = Scene::untouched()
        .under("mode: observe")
        .with(&bucket("old"), suspended())
        .with(&bucket("fine"), enabled())
        .deployed()
        .await
        .under("mode: enforce");
    scene.set(&bucket("fine"), suspended());
    let report = scene.round().await.unwrap();
    assert_eq!(report.sent, arns(&["arn:aws:s3:::fine"]), "{report:?}");
    assert_eq!(scene.state(&bucket("old"), Facet::BucketVersioning), Some(suspended()));
}

/// The same, where a control alone was observed.
#[tokio::test(start_paused = true)]
async fn what_the_standard_observes_is_not_sent() {
    let scene =
        Scene::untouched().with(&bucket("fine"), enabled()).deployed().await.under("controls: { S3.*: observe }");
    scene.set(&bucket("fine"), suspended());
    let report = scene.round().await.unwrap();
    assert!(report.sent.is_empty() && report.outcomes.contains_key("Observed"), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn rounds_begin_when_they_are_due_and_never_overlap() {
    let scene = Scene::untouched().deployed().await;
    assert!(scene.round().await.unwrap().ended);
    scene.pass(14);
    assert!(scene.round().await.is_none(), "not due");
    scene.pass(1);
    assert!(scene.round().await.unwrap().ended);
    scene.pass(15);
    // One took it, and ends with its time.
    let (mut round, tag) = scene.recorder.round().await.unwrap().unwrap();
    (round.ended_at, round.taken_until) = (None, scene.now() + 600);
    scene.recorder.keep_round(&round, Some(&tag)).await.unwrap().unwrap();
    assert!(scene.round().await.is_none(), "somebody else is at it");
    scene.pass(10);
    assert!(scene.round().await.unwrap().ended);
}

/// Two that read the same round: one of them takes it.
#[tokio::test(start_paused = true)]
async fn of_two_at_once_one_goes() {
    let scene = Scene::untouched().deployed().await;
    let (one, other) = tokio::join!(scene.round(), scene.round());
    assert_eq!([one, other].iter().flatten().count(), 1);
}

/// Whatever lies where the round does: nobody vouches for it, so all is looked at.
#[tokio::test(start_paused = true)]
async fn a_round_that_was_forged_keeps_nobody_from_going() {
    let scene = Scene::untouched().with(&bucket("fine"), enabled()).deployed().await;
    scene.set(&bucket("fine"), suspended());
    let forged = json!({"version": 1, "begun_at": NOW, "ended_at": NOW, "taken_until": NOW + 9_999_999, "kinds": [], "at": null, "resources": 0, "calls": 0});
    scene.recorder.forge(&round_key(&home()), forged);
    let report = scene.round().await.unwrap();
    assert_eq!((report.sent, report.failed.len()), (arns(&["arn:aws:s3:::fine"]), 1));
    scene.pass(15);
    assert!(scene.round().await.unwrap().failed.is_empty());
}

/// Interrupted wherever its time ends, and gone on with, it comes to what one that was not comes to.
#[tokio::test(start_paused = true)]
async fn one_that_was_broken_off_is_gone_on_with() {
    async fn damaged() -> Scene {
        let scene = (0..9)
            .map(|number| format!("b{number}"))
            .fold(Scene::untouched(), |scene, name| scene.with(&bucket(&name), enabled()));
        let scene = scene.deployed().await;
        (0..9).for_each(|number| scene.set(&bucket(&format!("b{number}")), suspended()));
        (0..3).for_each(|number| scene.set(&role(&format!("late{number}")), trusting(VENDOR)));
        scene
    }
    let whole = damaged().await;
    assert!(whole.round().await.unwrap().ended);
    let expected = whole.account.world.states();
    for seconds in [1, 5, 11, 16, 25, 40] {
        let scene = damaged().await;
        let (mut runs, mut sent) = (0, BTreeSet::new());
        loop {
            runs += 1;
            assert!(runs < 20, "{seconds}");
            let guards = Functions { takes: Duration::from_secs(5), ..Functions::default() };
            let report = scene.round_with(&guards, Duration::from_secs(seconds)).await.unwrap();
            sent.extend(report.sent);
            if report.ended {
                break;
            }
            scene.pass(1);
        }
        assert_eq!((scene.account.world.states() == expected, sent.len()), (true, 12), "{seconds}: {sent:?}");
    }
}

/// A guard that cannot be told leaves it to the next round.
#[tokio::test(start_paused = true)]
async fn what_could_not_be_sent_is_found_again() {
    let scene = Scene::untouched().with(&bucket("fine"), enabled()).deployed().await;
    scene.set(&bucket("fine"), suspended());
    let broken = Functions { fail: true, ..Functions::default() };
    let report = scene.round_with(&broken, Duration::from_secs(60)).await.unwrap();
    assert!(report.sent.is_empty() && report.failed[0].contains("ask for a look"), "{report:?}");
    scene.pass(15);
    assert_eq!(scene.round().await.unwrap().sent.len(), 1);
}

/// A wrong standard does not rewrite an account; a flood of small things is no way to be left alone.
#[tokio::test(start_paused = true)]
async fn the_ceiling_holds_back_what_is_not_grave() {
    let names: Vec<String> = (0..20).map(|number| format!("b{number:02}")).collect();
    let scene = names.iter().fold(Scene::untouched(), |scene, name| scene.with(&bucket(name), enabled()));
    let scene = scene.under("rails: { writes_a_minute: 5 }").deployed().await;
    names.iter().for_each(|name| scene.set(&bucket(name), suspended()));
    scene.set(&role("late"), trusting(VENDOR));
    let guards = Functions::default();
    let report = scene.round_with(&guards, Duration::from_secs(60)).await.unwrap();
    assert_eq!((report.sent.len(), report.held_back), (6, 15), "{report:?}");
    assert!(report.sent.contains("arn:aws:iam::111122223333:role/late"));
}

#[tokio::test(start_paused = true)]
async fn by_hand_what_is_named_is_looked_at() {
    let scene = Scene::untouched().with(&bucket("a"), enabled()).with(&bucket("b"), enabled()).deployed().await;
    scene.set(&bucket("a"), suspended());
    scene.set(&bucket("b"), suspended());
    let named = |names: &[&str], dry| Errand::about(BTreeSet::new(), arns(names), dry);
    let dry = scene.by_hand(&named(&["arn:aws:s3:::a"], true)).await;
    assert_eq!((dry.resources, dry.sent.len(), dry.reports.len()), (1, 0, 1), "{dry:?}");
    assert_eq!(dry.reports[0].outcome.name(), "Planned");
    let of_ai = Errand::about(BTreeSet::from([GuardName::AiGuard]), BTreeSet::new(), false);
    assert!(scene.by_hand(&of_ai).await.outcomes.is_empty());
    let report = scene.by_hand(&named(&["arn:aws:s3:::a", "arn:aws:s3:::nowhere"], false)).await;
    assert_eq!(report.sent, arns(&["arn:aws:s3:::a"]));
    assert!(report.failed[0].contains("arn:aws:s3:::nowhere"), "{report:?}");
    assert_eq!(scene.state(&bucket("b"), Facet::BucketVersioning), Some(suspended()));
    // The schedule knows nothing of it.
    assert_eq!(scene.recorder.round().await.unwrap(), None);
}

/// What the sweep has mended is what enforcement would change, but for what is old.
#[tokio::test(start_paused = true)]
async fn a_dry_run_says_what_is_mended() {
    let scene = Scene::untouched().with(&bucket("a"), enabled()).deployed().await;
    scene.set(&bucket("a"), suspended());
    scene.set(&role("late"), trusting(VENDOR));
    let dry = scene.by_hand(&Errand::about(BTreeSet::new(), BTreeSet::new(), true)).await;
    let planned = dry.reports.iter().filter(|report| report.outcome.name() == "Planned");
    let planned: BTreeSet<String> = planned.filter_map(|report| report.resource.clone()).collect();
    assert_eq!(scene.account.journal.writes(), 0);
    assert_eq!(scene.round().await.unwrap().sent, planned);
}

/// 10,000 buckets and 5,000 roles: no listing twice, and of what is right as few calls as its facets have reads.
#[tokio::test(start_paused = true)]
async fn a_large_account_is_listed_once() {
    let names: Vec<String> = (0..10_000).map(|number| format!("b{number:05}")).collect();
    let scene = names.iter().fold(Scene::untouched(), |scene, name| scene.with(&bucket(name), enabled()));
    let scene = scene.deployed().await;
    for number in 0..5_000 {
        scene.set(&role(&format!("r{number:04}")), trusting("arn:aws:iam::111122223333:role/ci"));
    }
    let report = scene.round_with(&Functions::default(), Duration::from_secs(890)).await.unwrap();
    assert!(report.ended && report.resources > 15_000, "{}", report.resources);
    for (kind, times) in scene.listed() {
        assert_eq!(times, 1, "{kind}");
    }
    let of_buckets = Facet::ALL.iter().filter(|facet| facet.kind() == bucket("x").kind()).count();
    let most = 10_100 * of_buckets + 5_100;
    assert!(usize::try_from(report.aws_calls).unwrap() <= most, "{} of {most}", report.aws_calls);
}

/// A stack that replaces the policy of an old bucket deletes the old one first: nothing is written into that gap, and not into a bucket for ever.
#[tokio::test(start_paused = true)]
async fn what_only_completes_is_mended_by_a_later_round() {
    let tls = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::kept", "arn:aws:s3:::kept/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let policy = Document::from_value(json!({"Version": "2012-10-17", "Statement": tls})).unwrap();
    let kept = bucket("kept");
    let scene = Scene::untouched().with(&kept, State::BucketPolicy(Some(policy))).deployed().await;
    scene.set(&kept, State::BucketPolicy(None));
    let first = scene.round().await.unwrap();
    assert!(
        first.sent.is_empty() && scene.state(&kept, Facet::BucketPolicy) == Some(State::BucketPolicy(None)),
        "{first:?}"
    );
    scene.pass(15);
    assert_eq!(scene.round().await.unwrap().sent, arns(&["arn:aws:s3:::kept"]));
    assert_ne!(scene.state(&kept, Facet::BucketPolicy), Some(State::BucketPolicy(None)));
}

/// A standard under which a control is off is not asked about it.
#[tokio::test(start_paused = true)]
async fn enforced_leaves_off_what_is_off() {
    let given = standard("mode: observe\ncontrols: { S3.Versioning: off, IAM.*: observe }").enforced();
    let mode = |id: &str| given.mode(control(id));
    assert_eq!((mode("S3.Versioning"), mode("S3.Encryption")), (Mode::Off, Mode::Enforce));
}

/// The old, because an operator asks, by what he names; the order alone is believed.
#[tokio::test(start_paused = true)]
async fn the_old_is_mended_when_an_operator_asks() {
    let text = "principals: { administrators: [role/admin] }";
    let scene = Scene::untouched().under("principals: { administrators: [role/admin] }");
    let scene = scene
        .with(&role("vendor"), trusting(VENDOR))
        .with(&bucket("old"), suspended())
        .with(&bucket("older"), suspended())
        .deployed()
        .await;
    assert_eq!(scene.standard, text);
    let versioning = BTreeSet::from([control("S3.Versioning")]);
    let report = scene.mend(&versioning, &["arn:aws:s3:::old", "arn:aws:iam::111122223333:role/vendor"]).await;
    assert_eq!(report.sent, arns(&["arn:aws:s3:::old"]), "{report:?}");
    assert_eq!(scene.state(&bucket("old"), Facet::BucketVersioning), Some(enabled()));
    assert_eq!(scene.state(&bucket("older"), Facet::BucketVersioning), Some(suspended()));
    assert_eq!(scene.state(&role("vendor"), Facet::RoleTrust), Some(trusting(VENDOR)));
    let evidence: Vec<_> = scene.recorder.evidence().into_values().collect();
    let of_old = evidence.iter().find(|evidence| evidence.arn == "arn:aws:s3:::old").unwrap();
    assert_eq!(of_old.trigger.actor.arn, OPERATOR, "who asked is on record");
    // Nobody who administers is known: the last way in could be that role.
    let refused = scene.mend(&BTreeSet::new(), &["arn:aws:iam::111122223333:role/vendor"]).await;
    assert!(refused.sent.is_empty() && refused.failed[0].contains("the last way in could be cut"), "{refused:?}");
}

/// What an order left is no more accepted by it than before: a grant that came meanwhile is still new.
#[tokio::test(start_paused = true)]
async fn an_order_accepts_nothing() {
    let open = |who: &[&str]| {
        let statement = json!({"Effect": "Allow", "Principal": {"AWS": who}, "Action": "sts:AssumeRole"});
        let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
        State::RoleTrust(Some(Trust::of(document)))
    };
    let scene = Scene::untouched().under("principals: { administrators: [role/admin] }");
    let scene = scene.with(&role("vendor"), open(&[VENDOR])).deployed().await;
    let guards = scene.ordered(&BTreeSet::from([control("IAM.TrustOpen")]), &[]).await.1;
    assert!(guards.orders.lock().unwrap().is_empty(), "nothing is open to everyone");
    // The order is given by hand, under the seal, while a stranger comes.
    let key = parapet_guards::mend_key(&home(), "2026-11-23T14:00:00Z", "r-2", 0);
    let order = parapet_guards::Order {
        version: parapet_guards::ORDER_VERSION,
        ordered_at: NOW,
        operator: OPERATOR.to_owned(),
        guard: GuardName::PolicyGuard,
        resources: vec![role("vendor")],
        controls: BTreeSet::from([control("IAM.TrustOpen")]),
        keep_used: true,
    };
    assert!(parapet_guards::Orders::keep_order(&scene.recorder, &key, &order).await);
    scene.set(&role("vendor"), open(&[VENDOR, "arn:aws:iam::999988887777:root"]));
    scene.mended(GuardName::PolicyGuard, &key).await;
    assert_eq!(scene.state(&role("vendor"), Facet::RoleTrust), Some(open(&[VENDOR])));
}

/// A key that somebody makes up, an order that is none, and one that has ended, mend nothing.
#[tokio::test(start_paused = true)]
async fn a_guard_believes_the_order_alone() {
    let scene = Scene::untouched().with(&bucket("old"), suspended()).deployed().await;
    let order = json!({"version": 1, "ordered_at": NOW, "operator": OPERATOR, "guard": "encryption-guard", "controls": [],
        "resources": [serde_json::to_value(bucket("old")).unwrap()]});
    let key = parapet_guards::mend_key(&home(), "2026-11-23T14:00:00Z", "r-1", 0);
    scene.recorder.forge(&key, order);
    for key in [key.as_str(), "evidence/v2/x.json", "state/v2/111122223333/us-east-1/orders/none.json"] {
        let reports = scene.mended(GuardName::EncryptionGuard, key).await;
        assert!(reports.iter().all(|name| ["Ignored", "Undetermined"].contains(name)), "{key}: {reports:?}");
    }
    assert_eq!(scene.state(&bucket("old"), Facet::BucketVersioning), Some(suspended()));
    // A real one, later, and by another guard.
    let guards = scene.ordered(&BTreeSet::new(), &["arn:aws:s3:::old"]).await.1;
    let (guard, key) = guards.orders.lock().unwrap()[0].clone();
    assert_eq!(scene.mended(GuardName::PolicyGuard, &key).await, ["Ignored"]);
    scene.pass(31);
    assert_eq!(scene.mended(guard, &key).await, ["Ignored"]);
    scene.pass(-31);
    assert!(scene.mended(guard, &key).await.contains(&"Remediated"));
}

/// What is there counts as before from then on, and what is accepted by that is told; bootstrap's own is as the standard says.
#[tokio::test(start_paused = true)]
async fn a_baseline_is_kept_anew_when_an_operator_asks() {
    let scene = Scene::untouched()
        .with(&role("vendor"), trusting(VENDOR))
        .with(&bucket("fine"), enabled())
        .with(&bucket("same"), enabled())
        .deployed()
        .await;
    scene.set(&role("late"), trusting(VENDOR));
    scene.set(&bucket("fine"), suspended());
    scene.set(&bucket(DATA_BUCKET), suspended());
    let accepted = scene.accept(Some(OPERATOR), Duration::from_secs(600)).await.unwrap();
    assert!(accepted.ended, "{accepted:?}");
    let of = |arn: &str| accepted.accepted.iter().filter(|line| line.starts_with(arn)).count();
    assert!(of("arn:aws:iam::111122223333:role/late") > 0 && of("arn:aws:s3:::fine") > 0, "{accepted:?}");
    assert_eq!((of("arn:aws:iam::111122223333:role/vendor"), of("arn:aws:s3:::same")), (0, 0), "it was before already");
    assert_eq!(of(&format!("arn:aws:s3:::{DATA_BUCKET}")), 0);
    let report = scene.round().await.unwrap();
    assert_eq!(report.sent, arns(&[&format!("arn:aws:s3:::{DATA_BUCKET}")]), "{report:?}");
    // One grant more is new.
    let both = json!([VENDOR, "arn:aws:iam::999988887777:root"]);
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": both}, "Action": "sts:AssumeRole"});
    let document = Document::from_value(json!({"Version": "2012-10-17", "Statement": statement})).unwrap();
    scene.set(&role("late"), State::RoleTrust(Some(Trust::of(document))));
    scene.pass(15);
    assert_eq!(scene.round().await.unwrap().sent, arns(&["arn:aws:iam::111122223333:role/late"]));
    assert_eq!(scene.state(&role("late"), Facet::RoleTrust), Some(trusting(VENDOR)));
}

/// Broken off, it is gone on with by who runs next, and nobody else's word begins one.
#[tokio::test(start_paused = true)]
async fn a_baseline_that_was_broken_off_is_gone_on_with() {
    let scene = Scene::untouched().with(&bucket("fine"), enabled()).deployed().await;
    scene.set(&bucket("fine"), suspended());
    assert!(scene.accept(None, Duration::from_secs(600)).await.is_none(), "nobody asked");
    let begun = scene.accept(Some(OPERATOR), Duration::ZERO).await.unwrap();
    assert!(!begun.ended, "{begun:?}");
    let mut accepted = begun.accepted;
    for _ in 0..200 {
        let Some(more) = scene.accept(None, Duration::from_secs(600)).await else { break };
        accepted.extend(more.accepted);
    }
    assert!(scene.accept(None, Duration::from_secs(600)).await.is_none(), "it has ended");
    assert!(accepted.iter().any(|line| line.starts_with("arn:aws:s3:::fine")), "{accepted:?}");
    assert!(scene.round().await.unwrap().sent.is_empty());
}

/// Nothing is begun anew because somebody wrote over it. An operator's word replaces it, and says that it did.
#[tokio::test(start_paused = true)]
async fn a_baseline_that_nobody_vouches_for_is_an_operators_to_replace() {
    let scene = Scene::untouched().with(&bucket("fine"), enabled()).deployed().await;
    scene.set(&bucket("fine"), suspended());
    scene.recorder.overwrite_baseline();
    assert!(scene.accept(None, Duration::from_secs(600)).await.is_none(), "nobody asked");
    let accepted = scene.accept(Some(OPERATOR), Duration::from_secs(600)).await.unwrap();
    assert!(accepted.ended && accepted.replaces.is_some_and(|why| why.contains("seal")));
    let again = scene.accept(Some(OPERATOR), Duration::from_secs(600)).await.unwrap();
    assert_eq!((again.ended, again.replaces, again.newly), (true, None, 0));
    let account = scene.recorder.baseline().await.unwrap().unwrap().account;
    assert_eq!(account.organization.as_deref(), Some("o-1"), "what an earlier baseline has of the account stays");
}

/// What cannot be read may be read later, and counts until then.
#[tokio::test(start_paused = true)]
async fn a_baseline_that_cannot_be_read_is_not_replaced() {
    let scene = Scene::untouched().with(&bucket("fine"), enabled()).deployed().await;
    scene.recorder.deny_baseline(true);
    let accepted = scene.accept(Some(OPERATOR), Duration::from_secs(600)).await.unwrap();
    assert_eq!((accepted.ended, accepted.replaces, accepted.unread.len()), (false, None, 1));
}
