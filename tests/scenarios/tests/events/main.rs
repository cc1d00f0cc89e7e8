//! Every file of `events/<guard>` through the real `handle`. Before, the account is as bootstrap leaves it, but for what the
//! event did. Each snapshot holds the answer and the state after.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod encryption;
mod iam;
mod keys;
mod law;
mod logging;
mod own_role;
mod policy;
mod repositories;
mod stores;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use parapet_guards::{ControlId, Facet, GuardName, Resource, State};
use parapet_reconcile::{Clock, Place, Run, handle};
use parapet_testkit::fixtures::{NOW, home, standard};
use parapet_testkit::{Entry, FakeWorld, Journal, MemoryRecorder, Situation};
use serde_json::{Value, json};

/// The built-in standard, and who is to be watched.
const STANDARD: &str = "principals: {protected: [user/maintenance], break_glass: [role/break-glass]}";

/// The same for the files named `old-tls-`: the built-in standard asks for no version of TLS.
const STANDARD_WITH_TLS: &str =
    "{principals: {protected: [user/maintenance], break_glass: [role/break-glass]}, buckets: {minimum_tls: '1.2'}}";

/// Where the standard lies for the files named `standard-`; for the others it is built in.
const STANDARD_OBJECT: &str = "s3://standards-111122223333/standard.yaml";

/// An account as bootstrap leaves it, as far as one guard sees it.
struct Account {
    journal: Journal,
    world: FakeWorld,
    recorder: MemoryRecorder,
    standard: &'static str,
    /// Where that lies; none: in the function.
    place: Option<&'static str>,
}

impl Account {
    fn empty() -> Self {
        let journal = Journal::default();
        let (world, recorder) = (FakeWorld::new(&journal), MemoryRecorder::new(&journal));
        Self { world, recorder, journal, standard: STANDARD, place: None }
    }

    /// Adds a facet as bootstrap makes it of nothing, and remembers it where the guard does.
    fn bootstrapped(&self, resource: &Resource, facet: Facet, nothing: &State) {
        let state = nothing.comply(&Situation::new(resource, "").subject(), None);
        if facet.row().is_remembered {
            self.recorder.learn(resource, facet, state.kept());
        }
        self.world.set(resource, facet, state);
    }

    /// Lets the guard answer one record: its answer, and the state after of all that it looked at.
    async fn answer(&self, guard: GuardName, record: &Value) -> Value {
        let (standard, home) = (standard(self.standard).sealed_with(Some(keys::MEMORY)), home());
        let standard = match self.place {
            Some(place) => standard.read_from(place.parse().unwrap()),
            None => standard,
        };
        let place = Place { home: &home, standard: &standard, world: &self.world, recorder: &self.recorder };
        let run = Run { guard, clock: Clock { now: NOW }, dry: false };
        self.journal.clear();
        let report = handle(&place, run, record).await;
        let mut answer = serde_json::to_value(&report).unwrap();
        answer.as_object_mut().unwrap().remove("duration_ms");
        json!({"answer": answer, "retry": report.retry, "after": self.after()})
    }

    fn after(&self) -> Vec<Value> {
        let mut seen = Vec::new();
        for entry in self.journal.entries() {
            if let Entry::Look(resource, facet) = entry {
                let state = self.world.state(&resource, facet).map(|state| state.kept());
                let line = json!({"of": resource.to_string(), "facet": facet, "state": state});
                if !seen.contains(&line) {
                    seen.push(line);
                }
            }
        }
        seen
    }
}

/// The files of a guard: their names and records.
fn files(guard: GuardName) -> Vec<(String, Value)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events").join(guard.as_str());
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read =
        |file: &PathBuf| serde_json::from_str::<Value>(&fs::read_to_string(file).unwrap()).unwrap()["detail"].clone();
    files.iter().map(|file| (file.file_stem().unwrap().to_string_lossy().into_owned(), read(file))).collect()
}

/// Plays every file on an account of its own; then the same again, which writes nothing. Each control of the guard is found by some.
async fn play(guard: GuardName, account: impl Fn() -> Account, event: impl Fn(&str, &Value, &Account)) {
    let mut found = BTreeSet::new();
    for (name, record) in files(guard) {
        let mut account = account();
        if name.starts_with("old-tls-") {
            account.standard = STANDARD_WITH_TLS;
        }
        if name.starts_with("standard-") {
            account.place = Some(STANDARD_OBJECT);
        }
        event(&name, &record, &account);
        let answer = account.answer(guard, &record).await;
        let findings = answer["answer"]["findings"].as_array().into_iter().flatten();
        found.extend(findings.filter_map(|finding| finding["control"].as_str().map(str::to_owned)));
        insta::assert_yaml_snapshot!(format!("{guard}__{name}"), answer);
        account.answer(guard, &record).await;
        assert_eq!(account.journal.writes(), 0, "{name}, delivered twice");
    }
    let of_guard = ControlId::all().iter().filter(|control| control.owner() == Some(guard));
    let missing: Vec<&str> = of_guard.map(|control| control.as_str()).filter(|id| !found.contains(*id)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "no event leads to a finding of these");
}

/// A test for each guard, so that they run side by side. A guard without one does not compile.
macro_rules! each_guard {
    ($($test:ident = $guard:ident in $account:ident;)+) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $test() {
                play(GuardName::$guard, $account::account, $account::happens).await;
            }
        )+

        const _: fn(GuardName) = |guard| match guard {
            $(GuardName::$guard => {})+
        };
    };
}

each_guard! {
    encryption_guard = EncryptionGuard in encryption;
    policy_guard = PolicyGuard in policy;
    logging_guard = LoggingGuard in logging;
    ai_guard = AiGuard in repositories;
}
