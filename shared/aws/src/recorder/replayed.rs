//! Evidence and memory against answers of S3.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use parapet_core::{Identity, Trigger};
use parapet_guards::{EVIDENCE_VERSION, GuardName, Image, MEMORY_VERSION, Remembered, evidence_key, on};
use tokio::runtime::{Builder, Runtime};

use super::*;
use crate::replay::{Answer, Replay, Says};

const FACET: Facet = Facet::BucketReplication;

/// A function's recorder, and the answers it gets.
struct Function {
    replay: Replay,
    connection: Connection,
    home: Home,
    seen_lately: SeenLately,
    runtime: Runtime,
}

fn function() -> Function {
    let replay = Replay::default();
    let credentials = Credentials::new("id", "secret", None, None, "a test");
    Function {
        connection: Connection::new("us-east-1", credentials, None).replaying(SharedHttpClient::new(replay.clone())),
        replay,
        home: Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() },
        seen_lately: SeenLately::default(),
        runtime: Builder::new_current_thread().enable_time().build().unwrap(),
    }
}

impl Function {
    /// What comes of a question to the recorder, and which operations it asked on which keys. All answers are asked for, no others, and
    /// each of the one bucket that is the account's own.
    fn asked<T>(&self, answers: Vec<Answer>, ask: impl AsyncFnOnce(&S3Recorder<'_>) -> T) -> (T, Vec<String>) {
        self.replay.play(answers);
        let recorder = S3Recorder::new(&self.connection, &self.home, "evidence", &self.seen_lately);
        let said = self.runtime.block_on(ask(&recorder));
        let played = self.replay.played();
        assert_eq!((played.unanswered, played.unasked), (Vec::new(), Vec::new()));
        for asked in &played.asked {
            assert_eq!(asked.owner.as_deref(), Some("111122223333"), "{asked}");
            assert!(asked.uri.starts_with("evidence.s3."), "{asked}");
        }
        let told = |asked: crate::replay::Asked| {
            let key = asked.uri.split(['/', '?']).skip(1).take_while(|part| !part.contains('=')).collect::<Vec<_>>();
            format!("{} {}", asked.operation, key.join("/")).trim_end().to_owned()
        };
        (said, played.asked.into_iter().map(told).collect())
    }

    fn recalled(&self, answers: Vec<Answer>) -> (Result<Option<Memory>, Unreadable>, Vec<String>) {
        self.asked(answers, async |recorder| recorder.recall(&bucket(), FACET).await)
    }

    fn opened(&self, evidence: &Evidence, answers: Vec<Answer>) -> (Receipt, Vec<String>) {
        self.asked(answers, async |recorder| recorder.open(evidence).await)
    }

    fn key(&self) -> String {
        format!("GetObject {}", memory_key(&self.home, &bucket(), FACET))
    }

    fn first_key(&self) -> String {
        format!("GetObject {}", first_memory_key(&self.home, &bucket(), FACET))
    }

    /// Evidence of an event at 13:30, of a bucket that was found with its versioning like this.
    fn evidence(&self, versioning: &str) -> Evidence {
        let by_hand = Trigger::by_hand("Test", "e-1", &self.home);
        let trigger = Trigger { event_time: "2026-11-23T13:30:00Z".into(), ..by_hand };
        let recorded_at = "2026-11-23T14:00:00Z".to_owned();
        Evidence {
            version: EVIDENCE_VERSION,
            key: evidence_key(&self.home, &recorded_at, &trigger, GuardName::EncryptionGuard, &bucket()),
            recorded_at,
            guard: GuardName::EncryptionGuard,
            arn: bucket().arn(&self.home),
            identity: Identity::default(),
            standard: String::new(),
            resource: bucket(),
            trigger,
            findings: Vec::new(),
            pre_image: vec![FacetImage { facet: Facet::BucketVersioning, seen: Image::State(json!(versioning)) }],
            plan: Vec::new(),
            outcome: None,
            post_image: Vec::new(),
        }
    }

    fn memory(&self) -> Memory {
        Memory {
            version: MEMORY_VERSION,
            resource: bucket(),
            arn: bucket().arn(&self.home),
            identity: Identity::default(),
            accepted_at: 7,
            standard: String::new(),
            was_compliant: false,
            facet: FACET,
            remembered: Remembered::State(json!("accepted")),
        }
    }
}

fn bucket() -> Resource {
    Resource::Bucket(on::Bucket { name: "training-images".into() })
}

fn answer(operation: &str, says: Says) -> Answer {
    Answer { operation: operation.to_owned(), source: "a test".to_owned(), says }
}

fn object(body: String) -> Answer {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![header("etag", "\"there\""), header("last-modified", "Mon, 23 Nov 2026 14:00:00 GMT")];
    answer("GetObject", Says::Body { status: 200, headers, body })
}

fn nothing() -> Answer {
    answer("GetObject", Says::Refusal { status: 404, code: "NoSuchKey" })
}

/// Amazon S3 API Reference, GetObject: of what was deleted the answer is the same, and one header more.
fn deleted() -> Answer {
    let body = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>".to_owned();
    answer("GetObject", Says::Body { status: 404, headers: vec![("x-amz-delete-marker".into(), "true".into())], body })
}

fn listed(keys: &[&str]) -> Answer {
    let keys: String = keys.iter().map(|key| format!("<Contents><Key>{key}</Key></Contents>")).collect();
    let body = format!("<ListBucketResult><IsTruncated>false</IsTruncated>{keys}</ListBucketResult>");
    answer("ListObjectsV2", Says::Body { status: 200, headers: Vec::new(), body })
}

fn written() -> Answer {
    let headers = vec![("etag".to_owned(), "\"new\"".to_owned())];
    answer("PutObject", Says::Body { status: 200, headers, body: String::new() })
}

fn refused() -> Answer {
    answer("PutObject", Says::Refusal { status: 412, code: "PreconditionFailed" })
}

fn json_of(evidence: &Evidence) -> String {
    serde_json::to_string(evidence).unwrap()
}

#[test]
fn what_is_kept_is_what_is_recalled() {
    let function = function();
    let memory = function.memory();
    let (is_kept, asked) = function.asked(vec![written()], async |recorder| recorder.remember(&memory).await);
    assert_eq!((is_kept, asked), (true, vec![function.key().replace("GetObject", "PutObject")]));
    let (recalled, asked) = function.recalled(vec![object(serde_json::to_string(&memory).unwrap())]);
    assert_eq!((recalled, asked), (Ok(Some(memory)), vec![function.key()]));
}

/// What the first version kept counts until something newer is kept. Whether it kept anything is asked once.
#[test]
fn what_the_first_version_kept_is_recalled() {
    let function = function();
    let first = || object(r#"{"facet": "replication", "state": "accepted"}"#.to_owned());
    let (recalled, asked) = function.recalled(vec![nothing(), listed(&["state/v1/some.json"]), first()]);
    assert_eq!(asked, [function.key(), "ListObjectsV2".to_owned(), function.first_key()]);
    assert_eq!(recalled.unwrap().unwrap().remembered, Remembered::State(json!("accepted")));
    let (recalled, asked) = function.recalled(vec![nothing(), nothing()]);
    assert_eq!((recalled, asked), (Ok(None), vec![function.key(), function.first_key()]));
}

#[test]
fn where_the_first_version_kept_nothing_it_is_not_asked_for() {
    let function = function();
    let (recalled, asked) = function.recalled(vec![nothing(), listed(&[])]);
    assert_eq!((recalled, asked), (Ok(None), vec![function.key(), "ListObjectsV2".to_owned()]));
    let (recalled, asked) = function.recalled(vec![nothing()]);
    assert_eq!((recalled, asked), (Ok(None), vec![function.key()]));
}

/// Whoever deletes a memory must not make what it excused, or what it would bring back, something that never was.
#[test]
fn what_somebody_deleted_is_not_what_never_was() {
    let function = function();
    let (recalled, asked) = function.recalled(vec![deleted()]);
    let why = recalled.unwrap_err();
    assert_eq!((why.has_no_store, asked), (false, vec![function.key()]), "{why}");
    assert!(why.is_of_nobody(), "no later read finds more: an operator may have it replaced");
    // Nor what the first version kept.
    let (recalled, asked) = function.recalled(vec![nothing(), listed(&["state/v1/some.json"]), deleted()]);
    assert_eq!((recalled.is_err(), asked.len()), (true, 3));
}

#[test]
fn evidence_is_completed_where_it_was_opened() {
    let function = function();
    let evidence = function.evidence("suspended");
    let stored = Receipt::Stored { key: evidence.key.clone(), etag: "\"new\"".into() };
    let put = format!("PutObject {}", evidence.key);
    assert_eq!(function.opened(&evidence, vec![written()]), (stored.clone(), vec![put.clone()]));
    let close = async |recorder: &S3Recorder<'_>| recorder.close(&stored, &evidence).await;
    assert_eq!(function.asked(vec![written()], close), ((), vec![put]));
}

/// The same event again: of the same damage it is the same evidence, of other damage it is another, under the next key.
#[test]
fn each_pre_image_of_an_event_has_evidence_of_its_own() {
    let function = function();
    let evidence = function.evidence("suspended");
    let key = |number| numbered(&evidence.key, number);
    let there = |versioning: &str| vec![refused(), object(json_of(&function.evidence(versioning)))];
    let stored = |number, etag: &str| Receipt::Stored { key: key(number), etag: etag.to_owned() };
    let puts = |(receipt, asked): (Receipt, Vec<String>)| {
        (receipt, asked.into_iter().filter_map(|one| Some(one.strip_prefix("PutObject ")?.to_owned())).collect())
    };
    let check = |answers: Vec<Vec<Answer>>, expected: Receipt, keys: Vec<String>| {
        assert_eq!(puts(function.opened(&evidence, answers.concat())), (expected, keys));
    };
    check(vec![there("suspended")], stored(1, "\"there\""), vec![key(1)]);
    check(vec![there("off"), vec![written()]], stored(2, "\"new\""), vec![key(1), key(2)]);
    check(vec![there("off"), there("suspended")], stored(2, "\"there\""), vec![key(1), key(2)]);
    let ninth = [vec![there("off"); 8], vec![vec![written()]]].concat();
    check(ninth, stored(9, "\"new\""), (1..=9).map(key).collect());
    let why = "there are 9 pre-images under this event already".to_owned();
    check(vec![there("off"); 9], Receipt::LogOnly { why }, (1..=9).map(key).collect());
}

/// An event that is delivered late counts what came before it, itself included, and not what came after.
#[test]
fn a_late_event_does_not_count_what_came_after_it() {
    let function = function();
    let evidence = function.evidence("suspended");
    let key = |time: &str| format!("{}/{time}-e.json", evidence.folder());
    let (before, after) = (key("20261123T132000Z"), key("20261123T134000Z"));
    for (keys, repairs) in [
        (vec![evidence.key.as_str()], 1),
        (vec![before.as_str(), evidence.key.as_str()], 2),
        (vec![before.as_str(), evidence.key.as_str(), after.as_str()], 2),
        (vec![evidence.key.as_str(), after.as_str(), after.as_str()], 1),
    ] {
        let (counted, asked) = function.asked(vec![listed(&keys)], async |recorder: &S3Recorder<'_>| {
            recorder.recent_repairs(&evidence, 3_600, 5).await
        });
        assert_eq!((counted, asked), (repairs, vec!["ListObjectsV2".to_owned()]), "{keys:?}");
    }
}

/// One LIST tells how many there were within the window, and on how many days.
#[test]
fn days_are_counted_from_the_same_page() {
    let function = function();
    let evidence = function.evidence("suspended");
    let key = |time: &str| format!("{}/{time}-e.json", evidence.folder());
    let rules = ContestRules::default();
    let counted = |answers: Vec<Answer>| {
        let ask = async |recorder: &S3Recorder<'_>| recorder.repairs(&evidence, rules).await;
        let (repairs, asked) = function.asked(answers, ask);
        (repairs.recent, repairs.days, asked.len())
    };
    let (old, noon, late) = (key("20261121T230000Z"), key("20261122T120000Z"), key("20261123T132000Z"));
    let now = evidence.key.as_str();
    assert_eq!(counted(vec![listed(&[now])]), (1, 1, 1));
    assert_eq!(counted(vec![listed(&[&old, &noon, &late, now])]), (2, 3, 1));
    // What came after the event is of no day.
    assert_eq!(counted(vec![listed(&[now, &key("20261124T120000Z")])]), (1, 1, 1));
    // Of more than a page the window has one of its own.
    let more = format!(
        "<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>{old}</Key></Contents><Contents><Key>{noon}</Key></Contents></ListBucketResult>"
    );
    let more = answer("ListObjectsV2", Says::Body { status: 200, headers: Vec::new(), body: more });
    assert_eq!(counted(vec![more, listed(&[&late, now])]), (2, 2, 2));
    let denied = answer("ListObjectsV2", Says::Refusal { status: 403, code: "AccessDenied" });
    assert_eq!(counted(vec![denied]), (0, 0, 1));
}

/// What was told is known again; where the store does not say so, it is told once too often.
#[test]
fn what_was_told_is_told_once() {
    let function = function();
    let told = Told::of(5, GuardName::EncryptionGuard, bucket().arn(&function.home), ["blocked".to_owned()].into());
    let was_told = |answers: Vec<Answer>| {
        let (was_told, asked) = function.asked(answers, async |recorder| recorder.was_told("state/v2/x", &told).await);
        (was_told, asked.len())
    };
    let denied = || answer("PutObject", Says::Refusal { status: 403, code: "AccessDenied" });
    assert_eq!(was_told(vec![written()]), (false, 1));
    assert_eq!(was_told(vec![refused(), object(serde_json::to_string(&told).unwrap())]), (true, 2));
    assert_eq!(was_told(vec![refused(), object("x".to_owned())]), (false, 2));
    assert_eq!(was_told(vec![refused(), nothing()]), (false, 2));
    assert_eq!(was_told(vec![denied()]), (false, 1));
}

/// Whoever reads a proof in an invocation cannot show it again; where that cannot be kept, nothing is done for it.
#[cfg(feature = "sweep")]
#[test]
fn a_proof_serves_once() {
    let function = function();
    let taken = |answers: Vec<Answer>| {
        let (taken, asked) = function.asked(answers, async |recorder| {
            recorder.take_proof(("ab", "2026-11-30"), "arn:aws:iam::111122223333:user/jane").await
        });
        assert_eq!(asked.len(), 1);
        assert!(asked[0].starts_with("PutObject state/v2/111122223333/us-east-1/proofs/20261130/"), "{asked:?}");
        taken
    };
    assert_eq!(taken(vec![written()]), Ok(()));
    assert!(taken(vec![refused()]).unwrap_err().contains("serves once"));
    let denied = answer("PutObject", Says::Refusal { status: 403, code: "AccessDenied" });
    assert!(taken(vec![denied]).unwrap_err().contains("cannot be kept that this proof is used"));
}
