//! What the trail delivered is read on, and what each principal used is kept.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use parapet_core::{ErrorKind, Home, Outcome, WorldError};
use parapet_guards::used::{History, Summary, trail_folder};
use parapet_guards::{IamEntity, Uses};
use parapet_reconcile::{Clock, GatherReport, TrailObjects, gather, unread};
use parapet_testkit::fixtures::{NOW, home};
use parapet_testkit::{Journal, MemoryRecorder};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant};

/// `NOW` is 2026-11-23T14:00:00Z.
const DAY: &str = "2026/11/23";

/// A bucket that a trail delivers to.
#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, Vec<Value>>,
    /// What cannot be read, and why.
    broken: BTreeMap<String, ErrorKind>,
    /// What is larger than anything that CloudTrail delivers.
    large: BTreeSet<String>,
    /// How many bytes each of the others has; none: a thousand.
    bytes: Option<u64>,
    /// After so many reads none succeeds.
    ends_after: Option<usize>,
    reads: AtomicUsize,
    read: Mutex<Vec<String>>,
}

impl TrailObjects for Bucket {
    async fn folders(&self) -> Result<Vec<String>, WorldError> {
        Ok(["eu-west-1", "us-east-1"].map(|region| format!("{}{region}/", trail_folder(&home()))).to_vec())
    }

    /// Three a page.
    async fn delivered(&self, folder: &str, after: &str) -> Result<Vec<(String, u64)>, WorldError> {
        let keys = self.objects.keys().filter(|key| key.starts_with(folder) && key.as_str() > after);
        let sized =
            |key: &String| (key.clone(), if self.large.contains(key) { u64::MAX } else { self.bytes.unwrap_or(1_000) });
        Ok(keys.take(3).map(sized).collect())
    }

    async fn read(&self, key: &str, home: &Home, history: &mut History) -> Result<u64, WorldError> {
        let failed = |kind| {
            let (step, subject, message) = ("read".to_owned(), key.to_owned(), "no".to_owned());
            WorldError { step, subject, kind, message, source: None }
        };
        let number = self.reads.fetch_add(1, Ordering::Relaxed);
        if self.ends_after.is_some_and(|ends| number >= ends) {
            return Err(failed(ErrorKind::Transient));
        }
        if let Some(kind) = self.broken.get(key) {
            return Err(failed(*kind));
        }
        self.read.lock().unwrap().push(key.to_owned());
        self.objects[key].iter().for_each(|record| history.note(record, home));
        Ok(0)
    }
}

impl Bucket {
    fn with(mut self, region: &str, time: &str, records: Vec<Value>) -> Self {
        self.objects.insert(key(region, time), records);
        self
    }
}

fn key(region: &str, time: &str) -> String {
    let folder = trail_folder(&home());
    format!("{folder}{region}/{DAY}/111122223333_CloudTrail_{region}_20261123T{time}Z_aaaa.json.gz")
}

/// A role of the account asks for an object.
fn call(role: &str, name: &str) -> Value {
    json!({"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventTime": "2026-11-23T12:00:00Z", "awsRegion": "us-east-1",
        "requestParameters": {"bucketName": "b", "key": name}, "userIdentity": {"type": "AssumedRole", "accountId": "111122223333",
        "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/s"),
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": format!("arn:aws:iam::111122223333:role/{role}"), "userName": role}}}})
}

async fn gathered(recorder: &MemoryRecorder, bucket: &Bucket, now: i64) -> Option<GatherReport> {
    gather(&home(), recorder, bucket, Clock { now }, Instant::now() + Duration::from_secs(600)).await
}

async fn seen(recorder: &MemoryRecorder, role: &str) -> u64 {
    let used = recorder.used_by(&IamEntity::Role(role.to_owned())).await.unwrap();
    used.map_or(0, |used| Summary::seen(&used.summary))
}

fn recorder() -> MemoryRecorder {
    MemoryRecorder::new(&Journal::default())
}

#[tokio::test(start_paused = true)]
async fn what_is_new_is_read_once() {
    let recorder = recorder();
    let bucket = Bucket::default()
        .with("us-east-1", "1200", vec![call("etl", "x"), call("etl", "y")])
        .with("us-east-1", "1205", vec![call("web", "x")])
        .with("us-east-1", "1210", vec![call("etl", "x")])
        .with("us-east-1", "1215", vec![])
        .with("eu-west-1", "1200", vec![call("etl", "x")])
        // Delivered a moment ago: one that is named before it may still come.
        .with("us-east-1", "1355", vec![call("etl", "late")]);
    let report = gathered(&recorder, &bucket, NOW).await.unwrap();
    assert_eq!((report.objects, report.records, report.failed.len()), (5, 5, 0), "{report:?}");
    assert_eq!((seen(&recorder, "etl").await, seen(&recorder, "web").await), (4, 1));
    assert_eq!(gathered(&recorder, &bucket, NOW + 899).await, None, "it is not time yet");
    let next = gathered(&recorder, &bucket, NOW + 900).await.unwrap();
    assert_eq!((next.objects, seen(&recorder, "etl").await), (1, 5));
    assert_eq!(bucket.read.lock().unwrap().len(), 6, "each once");
}

/// What was delivered before the day it began is for whoever reads a history outside of a function.
#[tokio::test(start_paused = true)]
async fn it_begins_with_the_day() {
    let mut bucket = Bucket::default().with("us-east-1", "0001", vec![call("etl", "x")]);
    bucket.objects.insert(key("us-east-1", "1200").replace(DAY, "2026/11/22"), vec![call("etl", "y")]);
    let recorder = recorder();
    assert_eq!(gathered(&recorder, &bucket, NOW).await.unwrap().objects, 1);
}

/// Whoever may put objects there puts others, too.
#[tokio::test(start_paused = true)]
async fn what_is_none_of_the_trails_is_passed_over() {
    let mut bucket = Bucket::default().with("us-east-1", "1200", vec![call("etl", "x")]);
    let folder = format!("{}us-east-1/{DAY}/", trail_folder(&home()));
    let deeper = format!(
        "9999/AWSLogs/111122223333/CloudTrail/us-east-1/{DAY}/111122223333_CloudTrail_us-east-1_20261123T1200Z_a.json.gz"
    );
    let root = format!("{}us-east-1/", trail_folder(&home()));
    for name in ["000.json.gz", "zzz.json.gz", "111122223333_CloudTrail_us-east-1_99999999T9999Z_a.json.gz"] {
        bucket.objects.insert(format!("{folder}{name}"), vec![call("etl", "made-up")]);
    }
    for name in ["9999/x", &deeper] {
        bucket.objects.insert(format!("{root}{name}"), vec![call("etl", "made-up")]);
    }
    let recorder = recorder();
    let report = gathered(&recorder, &bucket, NOW).await.unwrap();
    assert_eq!((report.objects, seen(&recorder, "etl").await), (1, 1));
    // None of it stands in the way of what comes after.
    let bucket = bucket.with("us-east-1", "1300", vec![call("etl", "x")]);
    gathered(&recorder, &bucket, NOW + 900).await.unwrap();
    assert_eq!(seen(&recorder, "etl").await, 2);
}

/// What a function could not hold is passed over, and what it would tell is not known.
#[tokio::test(start_paused = true)]
async fn what_is_too_large_ends_nothing() {
    let bucket = Bucket::default()
        .with("us-east-1", "1200", vec![call("etl", "x")])
        .with("us-east-1", "1205", vec![])
        .with("us-east-1", "1210", vec![call("etl", "x")]);
    let bucket = Bucket { large: BTreeSet::from([key("us-east-1", "1205")]), ..bucket };
    let recorder = recorder();
    let report = gathered(&recorder, &bucket, NOW).await.unwrap();
    assert_eq!((report.objects, report.unread, seen(&recorder, "etl").await), (2, 1, 2));
    assert!(recorder.gathered().await.unwrap().unwrap().0.complete_at.is_none());
    gathered(&recorder, &bucket, NOW + 900).await.unwrap();
    assert_eq!(recorder.gathered().await.unwrap().unwrap().0.complete_at, Some(NOW + 900));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_now_is_waited_for_and_what_never_can_is_counted() {
    let times = ["1200", "1205", "1210"];
    let bucket = |kind| {
        let all = times
            .iter()
            .fold(Bucket::default(), |bucket, time| bucket.with("us-east-1", time, vec![call("etl", time)]));
        Bucket { broken: BTreeMap::from([(key("us-east-1", "1205"), kind)]), ..all }
    };
    let waiting = recorder();
    let report = gathered(&waiting, &bucket(ErrorKind::Transient), NOW).await.unwrap();
    assert_eq!((report.failed.len(), seen(&waiting, "etl").await), (1, 0));
    let whole = Bucket { broken: BTreeMap::new(), ..bucket(ErrorKind::Transient) };
    gathered(&waiting, &whole, NOW + 900).await.unwrap();
    assert_eq!(seen(&waiting, "etl").await, 3);
    let passing = recorder();
    let report = gathered(&passing, &bucket(ErrorKind::Denied), NOW).await.unwrap();
    assert_eq!((report.unread, seen(&passing, "etl").await), (1, 2));
    let (kept, _) = passing.gathered().await.unwrap().unwrap();
    assert_eq!((kept.objects, kept.unread), (2, 1));
    // Where nothing may be read, a permission is missing: all is read once it is there.
    let denied = recorder();
    let none = Bucket {
        broken: times.iter().map(|time| (key("us-east-1", time), ErrorKind::Denied)).collect(),
        ..bucket(ErrorKind::Denied)
    };
    gathered(&denied, &none, NOW).await.unwrap();
    gathered(&denied, &whole, NOW + 900).await.unwrap();
    assert_eq!(seen(&denied, "etl").await, 3);
}

/// Wherever it is broken off, nothing that was used comes to seem unused.
#[tokio::test(start_paused = true)]
async fn broken_off_it_goes_on() {
    let all = || {
        (0..50).fold(Bucket::default(), |bucket, number| {
            bucket.with("us-east-1", &format!("12{number:02}"), vec![call(&format!("role-{number}"), "x")])
        })
    };
    for ends_after in [0, 1, 5, 6, 40, 49] {
        let recorder = recorder();
        gathered(&recorder, &Bucket { ends_after: Some(ends_after), ..all() }, NOW).await.unwrap();
        gathered(&recorder, &all(), NOW + 900).await.unwrap();
        for number in 0..50 {
            assert_eq!(seen(&recorder, &format!("role-{number}")).await, 1, "{number} after {ends_after}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_never_read_at_once() {
    let recorder = recorder();
    let bucket = Bucket::default().with("us-east-1", "1200", vec![call("etl", "x")]);
    let taken =
        parapet_guards::used::Gathered { taken_until: NOW + 2_000, ..parapet_guards::used::Gathered::begin(NOW) };
    recorder.keep_gathered(&taken, None).await.unwrap().unwrap();
    assert_eq!(gathered(&recorder, &bucket, NOW + 1_000).await, None);
    assert!(gathered(&recorder, &bucket, NOW + 2_000).await.is_some());
}

/// What is large is kept before the next is taken: no more is held than that.
#[tokio::test(start_paused = true)]
async fn no_more_is_taken_together_than_a_function_holds() {
    for (bytes, kept) in [(1_000, 0), (1024 * 1024, 0), (3 * 1024 * 1024, 2)] {
        let bucket = Bucket { bytes: Some(bytes), ends_after: Some(2), ..Bucket::default() }
            .with("us-east-1", "1200", vec![call("etl", "x")])
            .with("us-east-1", "1205", vec![call("etl", "y")])
            .with("us-east-1", "1210", vec![call("etl", "z")]);
        let recorder = recorder();
        let report = gathered(&recorder, &bucket, NOW).await.unwrap();
        assert_eq!((report.objects, seen(&recorder, "etl").await), (kept, kept), "{bytes}: {report:?}");
    }
}

/// Somebody is told, once a day, whatever is the matter; what passes by itself is no matter.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_told_once_a_day() {
    const DAY: i64 = 24 * 3_600;
    let told = async |kind: ErrorKind, times: &[i64]| {
        let recorder = recorder();
        let mut bucket = Bucket::default().with("us-east-1", "1200", vec![]).with("us-east-1", "1205", vec![]);
        bucket.broken =
            [key("us-east-1", "1200"), key("us-east-1", "1205")].into_iter().map(|key| (key, kind)).collect();
        let mut told = Vec::new();
        for now in times {
            let clock = Clock { now: *now };
            let report = gathered(&recorder, &bucket, *now).await.unwrap();
            let alarm = unread(&home(), &recorder, clock, "r-1", &report).await;
            told.push(matches!(alarm.map(|alarm| alarm.outcome), Some(Outcome::Undetermined(_))));
        }
        told
    };
    let (soon, later) = (NOW + 900, NOW + DAY);
    assert_eq!(told(ErrorKind::Denied, &[NOW, soon, later]).await, [true, false, true]);
    assert_eq!(told(ErrorKind::Transient, &[NOW, soon]).await, [false, false]);
}

/// What passes each time and comes again each time is told as well.
#[tokio::test(start_paused = true)]
async fn what_is_behind_for_long_is_told() {
    let recorder = recorder();
    let bucket = Bucket::default().with("us-east-1", "1200", vec![call("etl", "x")]);
    gathered(&recorder, &bucket, NOW).await.unwrap();
    let bucket = Bucket { ends_after: Some(0), ..Bucket::default() }.with("us-east-1", "1355", vec![]);
    for (after, expected) in [(3_600, false), (13 * 3_600, true)] {
        let report = gathered(&recorder, &bucket, NOW + after).await.unwrap();
        let alarm = unread(&home(), &recorder, Clock { now: NOW + after }, "r-1", &report).await;
        assert_eq!(alarm.is_some(), expected, "{report:?}");
    }
}
