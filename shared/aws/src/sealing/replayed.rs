//! Seals against answers of AWS KMS and S3.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use parapet_core::{Home, Identity, Unreadable};
use parapet_guards::{
    Baseline, Facet, MEMORY_VERSION, Memory, Names, Recorder, Remembered, Resource, World, memory_key, on,
};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use super::*;
use crate::replay::{Answer, Replay, Says};
use crate::{AwsWorld, KeyArn, S3Recorder, SeenLately};

const FACET: Facet = Facet::BucketPolicy;

/// A function that seals, and the answers it gets.
struct Function {
    replay: Replay,
    connection: Connection,
    home: Home,
    first: SeenLately,
    runtime: Runtime,
}

fn function() -> Function {
    let replay = Replay::default();
    let credentials = Credentials::new("id", "secret", None, None, "a test");
    let connection = Connection::new("us-east-1", credentials, None).replaying(SharedHttpClient::new(replay.clone()));
    Function {
        connection: connection.sealing_with(Some("alias/parapet-memory".into())),
        replay,
        home: Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() },
        first: SeenLately::default(),
        runtime: Builder::new_current_thread().enable_time().build().unwrap(),
    }
}

impl Function {
    /// What comes of a question to the recorder, which operations it asked, and what it last put. All answers are asked for, no others.
    fn asked<T>(&self, answers: Vec<Answer>, ask: impl AsyncFnOnce(&S3Recorder<'_>) -> T) -> (T, Vec<String>, String) {
        self.replay.play(answers);
        let recorder = S3Recorder::new(&self.connection, &self.home, "evidence", &self.first);
        let said = self.runtime.block_on(ask(&recorder));
        let played = self.replay.played();
        assert_eq!((played.unanswered, played.unasked), (Vec::new(), Vec::new()));
        let put = played.asked.iter().rfind(|asked| asked.operation == "PutObject");
        let put = put.map(|asked| asked.body.clone()).unwrap_or_default();
        (said, played.asked.into_iter().map(|asked| asked.operation).collect(), put)
    }

    fn remembered(&self, answers: Vec<Answer>) -> (bool, Vec<String>, String) {
        let memory = memory(&self.home);
        self.asked(answers, async |recorder| recorder.remember(&memory).await)
    }

    fn recalled(&self, answers: Vec<Answer>) -> (Result<Option<Memory>, Unreadable>, Vec<String>) {
        let (said, asked, _) = self.asked(answers, async |recorder| recorder.recall(&bucket(), FACET).await);
        (said, asked)
    }
}

fn bucket() -> Resource {
    Resource::Bucket(on::Bucket { name: "training-images".into() })
}

fn memory(home: &Home) -> Memory {
    Memory {
        version: MEMORY_VERSION,
        resource: bucket(),
        arn: bucket().arn(home),
        identity: Identity::default(),
        accepted_at: 7,
        standard: String::new(),
        was_compliant: false,
        facet: FACET,
        remembered: Remembered::State(json!(null)),
    }
}

fn answer(operation: &str, says: Says) -> Answer {
    Answer { operation: operation.to_owned(), source: "a test".to_owned(), says }
}

fn body(operation: &str, body: &str) -> Answer {
    answer(operation, Says::Body { status: 200, headers: Vec::new(), body: body.to_owned() })
}

/// AWS KMS API Reference, GenerateMac, response syntax; 32 bytes.
fn code() -> Answer {
    body("GenerateMac", r#"{"Mac": "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=", "MacAlgorithm": "HMAC_SHA_256"}"#)
}

/// Written at 14:00 of 23 November 2026.
fn object(text: &str) -> Answer {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![header("etag", "\"there\""), header("last-modified", "Mon, 23 Nov 2026 14:00:00 GMT")];
    answer("GetObject", Says::Body { status: 200, headers, body: text.to_owned() })
}

fn made_at(seconds: i64) -> Answer {
    body("DescribeKey", &format!(r#"{{"KeyMetadata": {{"KeyId": "k", "CreationDate": {seconds}}}}}"#))
}

const WRITTEN_AT: i64 = 1_795_442_400;

fn written() -> Answer {
    answer("PutObject", Says::Body { status: 200, headers: Vec::new(), body: String::new() })
}

/// The key is asked once by a process, before anything is kept or believed.
#[test]
fn what_is_sealed_is_believed_and_the_key_asked_once() {
    let function = function();
    let (is_kept, asked, put) = function.remembered(vec![code(), written()]);
    assert_eq!((is_kept, asked), (true, vec!["GenerateMac".to_owned(), "PutObject".to_owned()]));
    let seal = serde_json::from_str::<Value>(&put).unwrap()["seal"].as_str().map(str::len);
    assert_eq!(seal, Some(64), "{put}");
    let (recalled, asked) = function.recalled(vec![object(&put)]);
    assert_eq!((recalled, asked), (Ok(Some(memory(&function.home))), vec!["GetObject".to_owned()]));
    assert!(!put.contains("CQkJ") && !format!("{:?}", function.connection).contains("9, 9, 9"));
    assert_eq!(function.connection.calls(), 0, "none of them is a call on a guarded resource");
}

/// What does not verify is never nothing.
#[test]
fn what_somebody_else_wrote_is_not_believed() {
    let function = function();
    let (_, _, put) = function.remembered(vec![code(), written()]);
    let forged = put.replace("null", "[]");
    let why = function.recalled(vec![object(&forged), made_at(WRITTEN_AT)]).0.unwrap_err();
    assert!(!why.may_pass_later && !why.is_from_before_seals && why.to_string().contains("somebody else"), "{why}");
    let (recalled, asked) = function.recalled(vec![object("{")]);
    assert!(recalled.is_err() && asked == ["GetObject"]);
}

/// By S3's clock and AWS KMS's, which nobody sets.
#[test]
fn what_bears_no_seal_is_old_or_somebody_elses() {
    for (made, is_from_before) in [(WRITTEN_AT + 1, true), (WRITTEN_AT, false), (WRITTEN_AT - 1, false)] {
        let function = function();
        let unsealed = serde_json::to_string(&memory(&function.home)).unwrap();
        let (recalled, asked) = function.recalled(vec![object(&unsealed), code(), made_at(made)]);
        let why = recalled.unwrap_err();
        assert_eq!((why.is_from_before_seals, why.may_pass_later), (is_from_before, false), "{why}");
        assert_eq!(asked, ["GetObject", "GenerateMac", "DescribeKey"]);
        // Asked once. What another key sealed, which was replaced, is told from it in the same way.
        assert_eq!(function.recalled(vec![object(&unsealed)]).1, ["GetObject"]);
        let others = unsealed.replacen('{', &format!(r#"{{"seal":"{}","#, "0".repeat(64)), 1);
        assert_eq!(function.recalled(vec![object(&others)]).0.unwrap_err().is_from_before_seals, is_from_before);
    }
}

/// A key that is off, or denied: nothing is believed, nothing kept, and asked again the next time.
#[test]
fn without_the_key_nothing_is_believed_or_kept() {
    let function = function();
    for code in ["DisabledException", "KMSInvalidStateException", "AccessDeniedException", "NotFoundException"] {
        let refused = || answer("GenerateMac", Says::Refusal { status: 400, code });
        let (recalled, _) = function.recalled(vec![object("{}"), refused()]);
        let why = recalled.unwrap_err();
        assert!(!why.has_no_store && !why.is_from_before_seals && why.to_string().contains("of the memory"), "{why}");
        assert_eq!(function.remembered(vec![refused()]), (false, vec!["GenerateMac".to_owned()], String::new()));
    }
    for odd in ["{}", r#"{"Mac": "CQkJ"}"#] {
        assert!(!function.remembered(vec![body("GenerateMac", odd)]).0);
    }
    assert!(function.remembered(vec![code(), written()]).0);
}

fn a_baseline() -> Baseline {
    Baseline { kept: 2, ..Baseline::begun(1, "s") }
}

#[test]
fn the_baseline_is_sealed_too() {
    let function = function();
    let baseline = a_baseline();
    let keep = async |recorder: &S3Recorder<'_>| recorder.keep_baseline(&baseline).await;
    let (is_kept, _, put) = function.asked(vec![code(), written()], keep);
    assert!(is_kept);
    let read = async |recorder: &S3Recorder<'_>| recorder.baseline().await;
    assert_eq!(function.asked(vec![object(&put)], read).0, Ok(Some(baseline)));
    let forged = put.replace(r#""kept":2"#, r#""kept":3"#);
    assert!(function.asked(vec![object(&forged), made_at(WRITTEN_AT)], read).0.is_err());
    // No object vouches for another: that of a memory is not one of the baseline.
    let (_, _, memory) = function.remembered(vec![written()]);
    assert!(function.asked(vec![object(&memory)], read).0.unwrap_err().why.contains("in this place"));
    assert!(memory_key(&function.home, &bucket(), FACET).starts_with("state/v2/"));
}

/// Where somebody wrote over it, or deleted it, the newest that Parapet kept says who is who. Object Lock keeps it.
#[cfg(feature = "sweep")]
#[test]
fn an_earlier_baseline_is_found_beneath_what_nobody_vouches_for() {
    let function = function();
    let keep = async |recorder: &S3Recorder<'_>| recorder.keep_baseline(&a_baseline()).await;
    let (_, _, kept) = function.asked(vec![code(), written()], keep);
    let key = parapet_guards::baseline_key(&function.home);
    // One page, as S3 writes it: a longer key that begins the same is another object, and what was deleted is a version of its own kind.
    let page = |ids: &[&str], is_truncated: bool| {
        let version =
            |(key, id): (&str, &str)| format!("<Version><Key>{key}</Key><VersionId>{id}</VersionId></Version>");
        let other = version((&format!("{key}.bak"), "other"));
        let own: String = ids.iter().map(|id| version((&key, id))).collect();
        let marker = format!(
            "<DeleteMarker><Key>{key}</Key><VersionId>gone</VersionId><IsLatest>true</IsLatest></DeleteMarker>"
        );
        body(
            "ListObjectVersions",
            &format!(
                "<ListVersionsResult><IsTruncated>{is_truncated}</IsTruncated>{marker}{own}{other}</ListVersionsResult>"
            ),
        )
    };
    let (versions, more) = (|ids: &[&str]| page(ids, false), |ids: &[&str]| page(ids, true));
    let forged = kept.replace(r#""kept":2"#, r#""kept":3"#);
    let find = |answers: Vec<Answer>| {
        let (found, asked, _) = function.asked(answers, async |recorder| recorder.earlier_baseline().await);
        (found.map_err(|why| why.is_denied), asked.len())
    };
    let denied = |operation: &str| answer(operation, Says::Refusal { status: 403, code: "AccessDenied" });
    for (answers, found) in [
        (vec![versions(&["v1"]), object(&kept)], Ok(Some(a_baseline()))),
        (
            vec![versions(&["v3", "v2", "v1"]), object("junk"), made_at(WRITTEN_AT), object(&forged), object(&kept)],
            Ok(Some(a_baseline())),
        ),
        (vec![versions(&["v2"]), object(&forged)], Ok(None)),
        (vec![versions(&[])], Ok(None)),
        // What is hidden below a thousand others is not absent.
        (vec![more(&["v2"]), object(&forged)], Err(false)),
        (vec![more(&["v2"]), object(&kept)], Ok(Some(a_baseline()))),
        (vec![denied("ListObjectVersions")], Err(true)),
        // One that cannot be read may be the newest.
        (vec![versions(&["v2", "v1"]), denied("GetObject")], Err(true)),
    ] {
        let asked = answers.len();
        assert_eq!(find(answers), (found, asked));
    }
}

/// The pipeline's key by its id, which bootstrap keeps: neither an alias nor a description is believed for it.
#[test]
fn the_pipelines_key_is_known_by_its_id() {
    let function = function();
    let key = |id: &str, state: &str| {
        let arn = format!("arn:aws:kms:us-east-1:111122223333:key/{id}");
        body(
            "DescribeKey",
            &format!(
                r#"{{"KeyMetadata": {{"KeyId": "{id}", "Arn": "{arn}", "KeyState": "{state}", "Description": "Parapet: data and logs of the ML pipeline"}}}}"#
            ),
        )
    };
    let gone = || answer("DescribeKey", Says::Refusal { status: 400, code: "NotFoundException" });
    let nothing = || answer("GetObject", Says::Refusal { status: 404, code: "NoSuchKey" });
    let names = Names::built_in(&function.home);
    let alias = Resource::Key(on::Key { name: names.key_alias.clone() });
    let run = |answers: Vec<Answer>, ask: &dyn Fn(&AwsWorld<'_>) -> String| {
        // A process that has seen nothing yet, but knows what it seals with.
        let key_arn = KeyArn::default();
        let world = AwsWorld::new(&function.connection, &function.home, &names, &key_arn);
        function.replay.play(answers);
        let said = ask(&world);
        let played = function.replay.played();
        assert_eq!((played.unanswered, played.unasked), (Vec::new(), Vec::new()), "{said}");
        let put = played.asked.iter().rfind(|asked| asked.operation == "PutObject");
        (said, put.map(|asked| asked.body.clone()).unwrap_or_default())
    };
    let keep = |world: &AwsWorld<'_>| format!("{:?}", function.runtime.block_on(world.keep_key()).is_ok());
    let state = |world: &AwsWorld<'_>| match function.runtime.block_on(world.observe(&alias, Facet::KeyState)) {
        Ok(Some(observed)) => format!("{:?}", observed.state),
        other => format!("{}", other.is_err()),
    };
    let arn = |world: &AwsWorld<'_>| format!("{:?}", function.runtime.block_on(world.key_arn()).unwrap());

    // Nothing is kept, so the alias counts, and that is kept.
    let (said, record) = run(vec![nothing(), key("ours", "Enabled"), code(), written()], &keep);
    assert!(said == "true" && record.contains(r#""key_id":"ours""#) && record.contains(r#""seal":""#), "{record}");
    // Kept once: an alias that was moved meanwhile changes nothing of it.
    assert_eq!(run(vec![object(&record), key("ours", "Enabled")], &keep), ("true".to_owned(), String::new()));

    let seen = |answers: Vec<Answer>| run([vec![object(&record)], answers].concat(), &state).0;
    assert_eq!(seen(vec![key("ours", "Enabled")]), "KeyState(Here(Enabled))");
    let moved = r#"KeyState(Moved { made: "ours", by: "theirs", status: PendingDeletion })"#;
    assert_eq!(seen(vec![key("theirs", "Enabled"), key("ours", "PendingDeletion")]), moved);
    assert_eq!(seen(vec![gone(), key("ours", "Enabled")]), r#"KeyState(Unnamed { id: "ours", status: Enabled })"#);
    // Gone for good: what only says of itself that it is ours is not looked for.
    assert_eq!(seen(vec![gone(), gone()]), "KeyState(Absent)");
    // What a setting is compared with, and what is written, is the key itself.
    let (named, _) = run(vec![object(&record), key("ours", "Enabled")], &arn);
    assert!(named.contains("key/ours"), "{named}");

    // Forged, it is told of the key, and the alias counts for the rest.
    let forged = || object(&record.replace("ours", "theirs"));
    let since = body("DescribeKey", &format!(r#"{{"KeyMetadata": {{"KeyId": "m", "CreationDate": {WRITTEN_AT}}}}}"#));
    assert_eq!(run(vec![key("theirs", "Enabled"), forged(), since], &state).0, "true");
    assert_eq!(run(vec![key("theirs", "Disabled"), forged()], &state).0, "KeyState(Here(Disabled))");
    assert!(run(vec![forged(), key("theirs", "Enabled")], &arn).0.contains("key/theirs"));
    assert_eq!(run(vec![forged()], &keep).0, "false");

    // The standard's word counts for more, and takes no read.
    let named = Names { key_id: Some("new".to_owned()), ..names.clone() };
    let key_arn = KeyArn::default();
    let world = AwsWorld::new(&function.connection, &function.home, &named, &key_arn);
    function.replay.play(vec![key("new", "Enabled")]);
    assert_eq!(state(&world), "KeyState(Here(Enabled))");
    assert_eq!(function.replay.played().asked.len(), 1);
}
