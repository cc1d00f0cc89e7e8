//! A function's standard over its life, against answers of S3.

use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::runtime::{Builder, Runtime};

use super::news::Before;
use super::*;
use crate::StandardObject;
use crate::replay::{Answer, Asked, Replay, Says};

const AT: &str = "s3://rules/standard.yaml";
const STRICT: &str = "version: 1\n";
const LOOSE: &str = "controls: {S3.Encryption: 'off'}\n";
const BROKEN: &str = "controls: {S3.Encrypton: 'off'}\n";

/// A function, and the answers it gets.
struct Function {
    replay: Replay,
    connection: Connection,
    home: Home,
    settings: StandardSettings,
    live: LiveStandard,
    started: Instant,
    runtime: Runtime,
}

impl Function {
    fn new(standard: &str) -> Self {
        let replay = Replay::default();
        let credentials = Credentials::new("id", "secret", None, None, "a test");
        let settings = StandardSettings {
            source: StandardSource::parse(standard).unwrap(),
            evidence_bucket: Some("evidence".to_owned()),
        };
        Self {
            connection: Connection::new("us-east-1", credentials, None)
                .replaying(SharedHttpClient::new(replay.clone())),
            replay,
            home: Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() },
            settings,
            live: LiveStandard::default(),
            started: Instant::now(),
            runtime: Builder::new_current_thread().enable_time().build().unwrap(),
        }
    }

    /// The standard at an event so many seconds after the start; all answers are asked for, and no others.
    fn at(&self, seconds: u64, answers: Vec<Answer>) -> (Result<Arc<Standard>, NoStandard>, Vec<Asked>) {
        self.replay.play(answers);
        let now = self.started + Duration::from_secs(seconds);
        let current = self.live.current(&self.settings, &self.connection, &self.home, now);
        let current = self.runtime.block_on(current);
        let played = self.replay.played();
        assert_eq!((played.unanswered, played.unasked), (Vec::new(), Vec::new()));
        for asked in &played.asked {
            assert_eq!(asked.owner.as_deref(), Some("111122223333"), "{asked}");
        }
        (current, played.asked)
    }

    /// Whether encryption is looked after at that event, and what was asked.
    fn is_strict_at(&self, seconds: u64, answers: Vec<Answer>) -> (bool, Vec<String>) {
        let (current, asked) = self.at(seconds, answers);
        let mode = current.unwrap().mode(parapet_guards::ControlId::named("S3.Encryption").unwrap());
        (mode == parapet_core::Mode::Enforce, asked.iter().map(told).collect())
    }
}

/// What was asked, without the host's region and what the SDK adds for itself.
fn told(asked: &Asked) -> String {
    let uri = asked.uri.replace(".s3.us-east-1.amazonaws.com", "");
    let (path, query) = uri.split_once('?').unwrap_or((&uri, ""));
    let own: Vec<&str> = query.split('&').filter(|parameter| !parameter.starts_with("x-id=")).collect();
    let query = if own.is_empty() { String::new() } else { format!("?{}", own.join("&")) };
    format!("{} {path}{query}", asked.operation)
}

fn answer(operation: &str, says: Says) -> Answer {
    Answer { operation: operation.to_owned(), source: "a test".to_owned(), says }
}

fn object(text: &str, version: &str) -> Answer {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![
        header("etag", &format!("\"{version}\"")),
        header("x-amz-version-id", version),
        header("content-length", &text.len().to_string()),
    ];
    answer("GetObject", Says::Body { status: 200, headers, body: text.to_owned() })
}

fn refused(status: u16, code: &'static str) -> Answer {
    answer("GetObject", Says::Refusal { status, code })
}

fn unchanged() -> Answer {
    answer("GetObject", Says::Body { status: 304, headers: Vec::new(), body: String::new() })
}

fn nothing_kept() -> Answer {
    refused(404, "NoSuchKey")
}

fn kept(text: &str, version: &str) -> Answer {
    kept_of("rules", text, version)
}

fn kept_of(bucket: &str, text: &str, version: &str) -> Answer {
    let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
    let digest = Standard::parse(text, "test", &home).unwrap().digest().to_owned();
    let location =
        parapet_guards::ObjectLocation { bucket: bucket.into(), key: "standard.yaml".into(), version_id: None };
    let object =
        StandardObject { text: String::new(), etag: format!("\"{version}\""), version_id: Some(version.into()) };
    let good = last_good::LastGood::new(&location, &object, &digest);
    object_of_json(&serde_json::to_string(&good).unwrap())
}

fn object_of_json(text: &str) -> Answer {
    answer("GetObject", Says::Body { status: 200, headers: Vec::new(), body: text.to_owned() })
}

fn deleted() -> Answer {
    let headers = vec![("x-amz-delete-marker".to_owned(), "true".to_owned())];
    let body = "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>".to_owned();
    answer("GetObject", Says::Body { status: 404, headers, body })
}

/// As releases before this one kept it.
fn kept_short(text: &str, version: Option<&str>) -> Answer {
    let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
    let digest = Standard::parse(text, "test", &home).unwrap().digest()[..16].to_owned();
    let kept = serde_json::json!({"version": 1, "bucket": "rules", "key": "standard.yaml", "version_id": version, "etag": "e", "digest": digest});
    object_of_json(&kept.to_string())
}

fn written() -> Answer {
    answer("PutObject", Says::Body { status: 200, headers: Vec::new(), body: String::new() })
}

const RECORD: &str = "GetObject evidence/state/standard/v1/111122223333/us-east-1.json";
const KEPT: &str = "PutObject evidence/state/standard/v1/111122223333/us-east-1.json";
const OBJECT: &str = "GetObject rules/standard.yaml";

#[test]
fn what_is_in_the_package_asks_nobody() {
    for (text, is_strict) in [("", true), (STRICT, true), (LOOSE, false)] {
        let function = Function::new(text);
        for second in [0, 100] {
            assert_eq!(function.is_strict_at(second, vec![]), (is_strict, vec![]), "{text}");
        }
    }
    let (current, _) = Function::new(BROKEN).at(0, vec![]);
    assert!(matches!(current, Err(NoStandard::Invalid(_))));
    let (current, _) = Function::new("no-such-file.yaml").at(0, vec![]);
    assert!(current.unwrap_err().to_string().contains("no-such-file.yaml"));
}

#[test]
fn a_standard_in_a_bucket_is_read_once_and_its_version_kept() {
    let function = Function::new(AT);
    let answers = vec![nothing_kept(), object(LOOSE, "v1"), written()];
    assert_eq!(function.is_strict_at(0, answers), (false, vec![RECORD.into(), OBJECT.into(), KEPT.into()]));
    // A minute is not over.
    assert_eq!(function.is_strict_at(59, vec![]), (false, vec![]));
    assert_eq!(function.is_strict_at(60, vec![unchanged()]), (false, vec![OBJECT.into()]));
    assert_eq!(function.is_strict_at(100, vec![]), (false, vec![]));
    assert_eq!(function.connection.calls(), 0, "none of them is a call on a guarded resource");
}

/// Whoever could write that object could switch every control off: the controls have to know which one it is.
#[test]
fn a_standard_knows_the_object_that_it_is_from() {
    let lies_in = |at: &str, answers| {
        let function = Function::new(at);
        function.at(0, answers).0.unwrap().own_object(&function.home)
    };
    let object_and_bucket = ["arn:aws:s3:::rules/standard.yaml", "arn:aws:s3:::rules"];
    assert_eq!(lies_in(AT, vec![nothing_kept(), object(LOOSE, "v1"), written()]), object_and_bucket);
    assert_eq!(lies_in(AT, vec![kept(STRICT, "v1"), object(BROKEN, "v2"), object(STRICT, "v1")]), object_and_bucket);
    assert!(lies_in(STRICT, vec![]).is_empty() && lies_in("", vec![]).is_empty());
}

#[test]
fn what_is_kept_already_is_not_written_again() {
    let function = Function::new(AT);
    let answers = vec![kept(STRICT, "v1"), object(STRICT, "v1")];
    assert_eq!(function.is_strict_at(0, answers), (true, vec![RECORD.into(), OBJECT.into()]));
}

#[test]
fn a_warm_function_takes_a_new_version_over() {
    let function = Function::new(AT);
    function.is_strict_at(0, vec![kept(STRICT, "v1"), object(STRICT, "v1")]);
    assert_eq!(
        function.is_strict_at(60, vec![object(LOOSE, "v2"), written()]),
        (false, vec![OBJECT.into(), KEPT.into()])
    );
    let (_, asked) = function.at(120, vec![object(LOOSE, "v3"), written()]);
    assert!(asked[1].body.contains(r#""version_id":"v3""#), "{}", asked[1]);
}

#[test]
fn a_cold_function_compares_with_the_version_that_was_good_last() {
    let function = Function::new(AT);
    let answers = vec![kept(STRICT, "v1"), object(LOOSE, "v2"), object(STRICT, "v1"), written()];
    let old = "GetObject rules/standard.yaml?versionId=v1";
    assert_eq!(function.is_strict_at(0, answers), (false, vec![RECORD.into(), OBJECT.into(), old.into(), KEPT.into()]));
}

/// What a first standard takes the place of, by what is kept: whoever puts a looser one there may have spoilt that first.
#[test]
fn nothing_was_before_only_where_nothing_was_ever_kept() {
    let before = |mut answers: Vec<Answer>| {
        let function = Function::new(AT);
        let place = Place {
            connection: &function.connection,
            home: &function.home,
            evidence_bucket: "evidence",
            other_evidence_bucket: None,
        };
        let new = Standard::parse(LOOSE, "test", &function.home).unwrap();
        function.replay.play(std::mem::take(&mut answers));
        function.runtime.block_on(async {
            let kept = last_good::LastGood::recall(&place).await;
            place.before(kept.as_ref(), &new).await
        })
    };
    let looser = |before: &Before| matches!(before, Before::Known(difference) if difference.asks_less());
    for nothing in [nothing_kept(), refused(404, "NoSuchBucket")] {
        assert!(matches!(before(vec![nothing]), Before::Nothing));
    }
    for (unknown, why) in [
        (vec![deleted()], "deleted"),
        (vec![refused(403, "AccessDenied")], "AccessDenied"),
        (
            vec![object_of_json(
                r#"{"version":2,"bucket":"rules","key":"standard.yaml","version_id":"v1","etag":"e","digest":"d"}"#,
            )],
            "version 2",
        ),
        (vec![object_of_json("{}")], "record"),
        (vec![kept_of("other", STRICT, "v1"), refused(403, "AccessDenied")], "AccessDenied"),
        (vec![kept(STRICT, "v1"), deleted()], "NoSuchKey"),
    ] {
        let before = before(unknown);
        assert!(matches!(&before, Before::Unknown(told) if told.contains(why)), "{why}: {before:?}");
    }
    // It was moved: what lay there is what counted.
    assert!(looser(&before(vec![kept_of("other", STRICT, "v1"), object(STRICT, "v1")])));
    assert!(looser(&before(vec![kept(STRICT, "v1"), object(STRICT, "v1")])));
}

#[test]
fn a_standard_that_is_moved_is_compared_with_the_one_where_it_was() {
    let function = Function::new(AT);
    let answers = vec![kept_of("other", STRICT, "v1"), object(LOOSE, "v2"), object(STRICT, "v1"), written()];
    let old = "GetObject other/standard.yaml?versionId=v1";
    assert_eq!(function.is_strict_at(0, answers), (false, vec![RECORD.into(), OBJECT.into(), old.into(), KEPT.into()]));
}

/// An upgrade is no news, and sixteen digits are too few to take a text for another.
#[test]
fn a_short_digest_counts_beside_a_version_alone() {
    let asked = |answers: Vec<Answer>| Function::new(AT).is_strict_at(0, answers).1;
    let old = "GetObject rules/standard.yaml?versionId=v1";
    let unversioned = || object(STRICT, "null");
    // The same version is the same text, and is kept by its whole digest from now on.
    assert_eq!(asked(vec![kept_short(STRICT, Some("v1")), object(STRICT, "v1"), written()]), [RECORD, OBJECT, KEPT]);
    let newer = vec![kept_short(STRICT, Some("v1")), object(LOOSE, "v2"), object(STRICT, "v1"), written()];
    assert_eq!(asked(newer), [RECORD, OBJECT, old, KEPT]);
    assert_eq!(
        asked(vec![kept_short(STRICT, None), unversioned(), unversioned(), written()]),
        [RECORD, OBJECT, OBJECT, KEPT]
    );
    let still = |kept: Answer| {
        let function = Function::new(AT);
        function.at(0, vec![kept, object(BROKEN, "v2"), object(STRICT, "v1")]).0.is_ok()
    };
    assert!(
        still(kept_short(STRICT, Some("v1")))
            && !still(kept_short(LOOSE, Some("v1")))
            && !still(kept_short(STRICT, None))
    );
}

#[test]
fn an_object_that_says_nothing_is_no_standard() {
    let function = Function::new(AT);
    let (current, _) = function.at(0, vec![nothing_kept(), object("# nothing\n", "v1")]);
    assert!(current.unwrap_err().to_string().contains("it says nothing"));
    function.is_strict_at(1, vec![nothing_kept(), object(LOOSE, "v2"), written()]);
    assert_eq!(function.is_strict_at(61, vec![object("", "v3")]), (false, vec![OBJECT.into()]));
}

#[test]
fn a_warm_function_keeps_the_last_good_one() {
    let function = Function::new(AT);
    function.is_strict_at(0, vec![kept(LOOSE, "v1"), object(LOOSE, "v1")]);
    for (second, bad) in [
        (60, object(BROKEN, "v2")),
        (120, unchanged()),
        (180, refused(403, "AccessDenied")),
        (240, refused(404, "NoSuchKey")),
        (300, object(&"#".repeat(parapet_guards::MAX_STANDARD_BYTES + 1), "v3")),
        (360, answer("GetObject", Says::BreaksOff)),
    ] {
        assert_eq!(function.is_strict_at(second, vec![bad]), (false, vec![OBJECT.into()]), "{second}");
    }
    // It is there again: the same version, which is kept already.
    assert_eq!(function.is_strict_at(420, vec![object(LOOSE, "v1")]), (false, vec![OBJECT.into()]));
    assert_eq!(
        function.is_strict_at(480, vec![object(STRICT, "v4"), written()]),
        (true, vec![OBJECT.into(), KEPT.into()])
    );
}

#[test]
fn a_cold_function_takes_the_last_version_that_was_good() {
    let old = "GetObject rules/standard.yaml?versionId=v1";
    for bad in [object(BROKEN, "v2"), refused(404, "NoSuchKey"), refused(403, "AccessDenied")] {
        let function = Function::new(AT);
        let answers = vec![kept(LOOSE, "v1"), bad, object(LOOSE, "v1")];
        assert_eq!(function.is_strict_at(0, answers), (false, vec![RECORD.into(), OBJECT.into(), old.into()]));
        // And it goes on looking for a good one.
        let answers = vec![object(STRICT, "v3"), written()];
        assert_eq!(function.is_strict_at(60, answers), (true, vec![OBJECT.into(), KEPT.into()]));
    }
}

#[test]
fn without_a_good_one_nothing_is_guarded_and_never_by_the_built_in_one() {
    let refusals: [Vec<Answer>; 5] = [
        vec![nothing_kept(), object(BROKEN, "v1")],
        vec![nothing_kept(), refused(404, "NoSuchKey")],
        // What is kept is another object's.
        vec![kept_of("other", LOOSE, "v1"), object(BROKEN, "v2")],
        vec![refused(403, "AccessDenied"), object(BROKEN, "v2")],
        // The bucket keeps no versions: what was good is gone.
        vec![kept(LOOSE, "v1"), object(BROKEN, "v2"), object(STRICT, "v1")],
    ];
    for answers in refusals {
        let function = Function::new(AT);
        let (current, _) = function.at(0, answers);
        let error = current.unwrap_err().to_string();
        assert!(error.contains(AT) && error.contains("parapet standard upload"), "{error}");
        // The next event finds it mended.
        let answers = vec![nothing_kept(), object(STRICT, "v3"), written()];
        assert!(function.is_strict_at(1, answers).0);
    }
}

#[test]
fn one_version_that_is_meant_for_good_is_read_once() {
    let function = Function::new("s3://rules/standard.yaml?versionId=v1");
    let pinned = "GetObject rules/standard.yaml?versionId=v1";
    let answers = vec![nothing_kept(), object(LOOSE, "v1"), written()];
    assert_eq!(function.is_strict_at(0, answers), (false, vec![RECORD.into(), pinned.into(), KEPT.into()]));
    assert_eq!(function.is_strict_at(6_000, vec![]), (false, vec![]));
}

/// The evidence bucket may be made after the function started.
#[test]
fn what_cannot_be_kept_counts_all_the_same_and_is_kept_later() {
    for at in [AT, "s3://rules/standard.yaml?versionId=v1"] {
        let function = Function::new(at);
        let denied = || answer("PutObject", Says::Refusal { status: 404, code: "NoSuchBucket" });
        let object_read = OBJECT.replace("rules/standard.yaml", at.trim_start_matches("s3://"));
        assert!(!function.is_strict_at(0, vec![nothing_kept(), object(LOOSE, "v1"), denied()]).0);
        assert_eq!(
            function.is_strict_at(60, vec![unchanged(), denied()]),
            (false, vec![object_read.clone(), KEPT.into()])
        );
        assert_eq!(function.is_strict_at(120, vec![unchanged(), written()]), (false, vec![object_read, KEPT.into()]));
    }
    let function = Function::new(AT);
    let denied = answer("PutObject", Says::Refusal { status: 403, code: "AccessDenied" });
    function.is_strict_at(0, vec![nothing_kept(), object(LOOSE, "v1"), denied]);
    // What counts is kept, also while something bad lies there.
    let (_, asked) = function.at(60, vec![object(BROKEN, "v2"), written()]);
    assert!(asked[1].body.contains(r#""version_id":"v1""#), "{}", asked[1]);
}

/// Later versions have to read what this one wrote.
#[test]
fn what_is_kept_is_a_format() {
    let good = |digest: &str| {
        format!(
            r#"{{"version":1,"bucket":"rules","key":"standard.yaml","version_id":"v1","etag":"\"v1\"","digest":"{digest}"}}"#
        )
    };
    let function = Function::new(AT);
    let (_, asked) = function.at(0, vec![nothing_kept(), object(STRICT, "v1"), written()]);
    let digest = Standard::parse(STRICT, "test", &function.home).unwrap().digest().to_owned();
    // The SDK sends a checksum after the text.
    assert!(asked[2].body.contains(&good(&digest)), "{}", asked[2].body);
    for (other, is_read) in
        [(good(&digest), true), (good(&digest).replace(":1,", ":2,"), false), ("{}".to_owned(), false)]
    {
        let function = Function::new(AT);
        let mut answers = vec![object_of_json(&other), object(BROKEN, "v2")];
        answers.extend(is_read.then(|| object(STRICT, "v1")));
        assert_eq!(function.at(0, answers).0.is_ok(), is_read, "{other}");
    }
}

#[test]
fn the_evidence_bucket_of_the_environment_counts() {
    let (current, _) = Function::new(AT).at(0, vec![kept(STRICT, "v1"), object(STRICT, "v1")]);
    assert_eq!(current.unwrap().names.evidence_bucket, "evidence");
}

#[test]
fn a_condition_is_asked_with_the_tag_that_was_seen_last() {
    let function = Function::new(AT);
    function.is_strict_at(0, vec![kept(STRICT, "v1"), object(STRICT, "v1")]);
    let tag = |seconds, says| function.at(seconds, vec![says]).1[0].unless.clone();
    assert_eq!(tag(60, unchanged()).as_deref(), Some("\"v1\""));
    assert_eq!(tag(120, object(BROKEN, "v2")).as_deref(), Some("\"v1\""));
    assert_eq!(tag(180, unchanged()).as_deref(), Some("\"v2\""));
    assert_eq!(tag(240, refused(403, "AccessDenied")).as_deref(), Some("\"v2\""));
    assert_eq!(tag(300, object(STRICT, "v1")), None);
}

/// What a person uploads is put over what the difference was told from, and over nothing else.
#[test]
fn an_upload_says_what_it_takes_the_place_of() {
    let function = Function::new(AT);
    let StandardSource::Object(location) = &function.settings.source else { panic!("{AT}") };
    let (connection, home) = (&function.connection, &function.home);
    let write = |over: Option<&str>, answer: Answer| {
        function.replay.play(vec![answer]);
        let written = function.runtime.block_on(StandardObject::write(connection, home, location, STRICT, over));
        (written.map_err(|error| error.to_string()), function.replay.played().asked.remove(0))
    };
    let versioned = |version: &str| {
        let headers = vec![("x-amz-version-id".to_owned(), version.to_owned())];
        answer("PutObject", Says::Body { status: 200, headers, body: String::new() })
    };
    let (written, asked) = write(None, versioned("v1"));
    assert_eq!((written.unwrap().as_deref(), asked.unless.as_deref()), (Some("v1"), Some("*")));
    assert_eq!(asked.owner.as_deref(), Some("111122223333"));
    assert!(asked.to_string().contains("x-amz-server-side-encryption: AES256"), "{asked}");
    let (written, asked) = write(Some("\"v1\""), versioned("null"));
    assert_eq!((written.unwrap(), asked.unless), (None, None), "the bucket keeps no versions");
    let changed = answer("PutObject", Says::Refusal { status: 412, code: "PreconditionFailed" });
    assert!(write(Some("\"v1\""), changed).0.unwrap_err().contains("PreconditionFailed"));
}

#[test]
fn what_is_not_there_is_found_to_be_nothing() {
    let function = Function::new(AT);
    let StandardSource::Object(location) = &function.settings.source else { panic!("{AT}") };
    let find = |answer: Answer| {
        function.replay.play(vec![answer]);
        let found = StandardObject::find(&function.connection, &function.home, location);
        function.runtime.block_on(found).map(|found| found.map(|found| (found.text, found.etag)))
    };
    let there = |answer: Answer| find(answer).unwrap().unwrap();
    assert_eq!(there(object(STRICT, "v1")), (Ok(STRICT.to_owned()), "\"v1\"".to_owned()));
    // What is no standard can be replaced all the same: by its tag.
    let (text, etag) = there(object(&"#".repeat(parapet_guards::MAX_STANDARD_BYTES + 1), "v2"));
    assert!(text.unwrap_err().contains("at most") && etag == "\"v2\"");
    assert_eq!(find(refused(404, "NoSuchKey")).unwrap(), None);
    assert!(find(refused(404, "NoSuchBucket")).is_err());
    assert!(find(refused(403, "AccessDenied")).is_err());
}

/// Before a standard counts, the stack asks whether it is valid: what was good before is no answer then.
#[test]
fn a_stack_is_told_what_is_wrong_now() {
    let check = |standard: &str, answers: Vec<Answer>| {
        let function = Function::new(standard);
        function.replay.play(answers);
        function.runtime.block_on(function.settings.check(&function.connection, &function.home))
    };
    assert_eq!(check("", Vec::new()), Ok(()));
    assert_eq!(check(STRICT, Vec::new()), Ok(()));
    let why = check("controls: {S3.Encrypton: 'off'}", Vec::new()).unwrap_err();
    assert!(why.contains("S3.Encrypton"), "{why}");
    assert_eq!(check(AT, vec![object(STRICT, "v1")]), Ok(()));
    let why = check(AT, vec![object(BROKEN, "v2")]).unwrap_err();
    assert!(why.contains(AT) && why.contains("S3.Encrypton"), "{why}");
    let why = check(AT, vec![nothing_kept()]).unwrap_err();
    assert!(why.contains("NoSuchKey"), "{why}");
}
