//! The index over some runs, against a bucket in memory that answers as S3 does.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::runtime::{Builder, Runtime};

use super::*;
use crate::replay::{Answer, Replay, Says};

const NOW: i64 = 1_795_442_400;
const EVIDENCE: &str = "evidence/v2/111122223333/us-east-1/933aa99bbeae19d2fd5eea4b8cb758272e48bb48e2caeea142a2716e3a53f7b0/policy-guard/20261123T140000Z-5f0e6d1c-0000-4000-8000-access-keys.json";

/// Whoever builds the index, and the answers that come.
struct Person {
    replay: Replay,
    connection: Connection,
    home: Home,
    runtime: Runtime,
}

impl Person {
    fn new() -> Self {
        let replay = Replay::default();
        let credentials = Credentials::new("id", "secret", None, None, "a test");
        Self {
            connection: Connection::new("us-east-1", credentials, None)
                .replaying(SharedHttpClient::new(replay.clone())),
            replay,
            home: Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() },
            runtime: Builder::new_current_thread().enable_time().build().unwrap(),
        }
    }

    /// Brings the index up to date: what came of it, which operations were asked, and the mark that was kept.
    fn update(&self, answers: Vec<Answer>) -> (Result<Updated, WorldError>, Vec<String>, Option<Mark>) {
        self.replay.play(answers);
        let index = EvidenceIndex::new(&self.connection, &self.home, "evidence");
        let updated = self.runtime.block_on(index.update(NOW, false, |_| ()));
        let played = self.replay.played();
        assert_eq!((played.unanswered, played.unasked), (Vec::new(), Vec::new()));
        let is_mark = |asked: &&crate::replay::Asked| asked.operation == "PutObject" && asked.uri.contains("mark.json");
        let mark = played.asked.iter().rfind(is_mark);
        let mark = mark.map(|asked| serde_json::from_str(&asked.body).unwrap());
        for asked in &played.asked {
            assert_eq!(asked.owner.as_deref(), Some("111122223333"), "{asked}");
        }
        (updated, played.asked.into_iter().map(|asked| asked.operation).collect(), mark)
    }
}

fn answer(operation: &str, says: Says) -> Answer {
    Answer { operation: operation.to_owned(), source: "a test".to_owned(), says }
}

fn page(keys: &[(&str, &str)], is_truncated: bool) -> Answer {
    let object = |(key, stored_at): &(&str, &str)| {
        format!(
            "<Contents><Key>{key}</Key><ETag>&quot;1&quot;</ETag><LastModified>{stored_at}</LastModified></Contents>"
        )
    };
    let keys: String = keys.iter().map(object).collect();
    let body = format!("<ListBucketResult><IsTruncated>{is_truncated}</IsTruncated>{keys}</ListBucketResult>");
    answer("ListObjectsV2", Says::Body { status: 200, headers: Vec::new(), body })
}

fn object(text: &str) -> Answer {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![header("etag", "\"1\""), header("last-modified", "Mon, 23 Nov 2026 14:00:00 GMT")];
    answer("GetObject", Says::Body { status: 200, headers, body: text.to_owned() })
}

fn nothing() -> Answer {
    answer("GetObject", Says::Refusal { status: 404, code: "NoSuchKey" })
}

fn written() -> Answer {
    answer("PutObject", Says::Body { status: 200, headers: vec![("etag".into(), "\"2\"".into())], body: String::new() })
}

fn refused() -> Answer {
    answer("PutObject", Says::Refusal { status: 412, code: "PreconditionFailed" })
}

fn evidence(outcome: bool) -> String {
    let outcome = if outcome { r#","outcome":{"outcome":"Remediated"}"# } else { "" };
    format!(
        r#"{{"version":2,"key":"{EVIDENCE}","recorded_at":"2026-11-23T14:00:00Z","guard":"policy-guard",
        "resource":{{"type":"principal","entity":{{"kind":"user","name":"maintenance"}}}},"arn":"arn:aws:iam::111122223333:user/maintenance",
        "identity":{{}},"standard":"","trigger":{{"event_id":"e","event_source":"iam.amazonaws.com","event_name":"CreateAccessKey",
        "event_time":"2026-11-23T14:00:00Z","actor":{{"kind":"IAMUser","arn":"arn:aws:iam::111122223333:user/jane"}},"source_ip":"",
        "user_agent":"","region":"us-east-1"}},"findings":[],"pre_image":[],"plan":[]{outcome}}}"#
    )
}

fn kept(mark: &Mark) -> Answer {
    object(&serde_json::to_string(mark).unwrap())
}

#[test]
fn what_is_new_is_indexed_once() {
    let person = Person::new();
    let lists = || vec![page(&[], false), page(&[(EVIDENCE, "2026-11-23T14:00:00Z")], false)];
    let answers = [vec![nothing()], lists(), vec![object(&evidence(true)), written(), written(), written()]].concat();
    let (updated, asked, mark) = person.update(answers);
    let updated = updated.unwrap();
    assert_eq!((updated.evidence, updated.entries, updated.unread.len()), (1, 2, 0));
    // The mark, the two roots, the evidence, its entries by day and by actor, the mark.
    let gets = ["GetObject", "ListObjectsV2", "ListObjectsV2", "GetObject", "PutObject", "PutObject", "PutObject"];
    assert_eq!(asked, gets);
    let mark = mark.unwrap();
    assert!(mark.recent.contains_key(EVIDENCE) && mark.walk.is_none(), "{mark:?}");

    let (updated, asked, _) = person.update([vec![kept(&mark)], lists()].concat());
    assert_eq!((updated.unwrap(), asked.len()), (Updated::default(), 3), "nothing but lists");
}

#[test]
fn an_entry_is_written_over_by_one_that_knows_more_and_by_no_other() {
    let person = Person::new();
    let entry = |outcome| {
        let evidence = Evidence::read(EVIDENCE, evidence(outcome).as_bytes()).unwrap();
        object(&serde_json::to_string(&parapet_guards::index::Entry::of(EVIDENCE, &evidence).unwrap()).unwrap())
    };
    for (there, read, entries, puts) in [(false, true, 2, 5), (true, false, 0, 3), (true, true, 0, 3)] {
        let over =
            if entries > 0 { vec![refused(), written(), refused(), written()] } else { vec![refused(), refused()] };
        let answers = [
            vec![nothing(), page(&[], false), page(&[(EVIDENCE, "2026-11-23T14:00:00Z")], false)],
            vec![object(&evidence(read)), entry(there), entry(there)],
            over,
            vec![written()],
        ];
        let (updated, asked, _) = person.update(answers.concat());
        assert_eq!(updated.unwrap().entries, entries);
        assert_eq!(asked.iter().filter(|operation| *operation == "PutObject").count(), puts);
    }
}

#[test]
fn what_cannot_be_read_is_told_and_tried_again() {
    let person = Person::new();
    let lists = || vec![page(&[], false), page(&[(EVIDENCE, "2026-11-23T14:00:00Z")], false)];
    let bad = evidence(true).replace("\"version\":2", "\"version\":9");
    let answers = [vec![nothing()], lists(), vec![object(&bad), written()]].concat();
    let (updated, _, mark) = person.update(answers);
    let unread = updated.unwrap().unread;
    assert!(unread.len() == 1 && unread[0].object == EVIDENCE && unread[0].why.contains("`version`"), "{unread:?}");
    let mark = mark.unwrap();
    let again = [vec![kept(&mark), object(&evidence(true)), written(), written()], lists(), vec![written()]].concat();
    let (updated, _, mark) = person.update(again);
    assert_eq!((updated.unwrap().unread, mark.unwrap().unread.len()), (Vec::new(), 0));
}

#[test]
fn a_run_that_was_stopped_is_continued() {
    let person = Person::new();
    let first = vec![
        nothing(),
        page(&[], false),
        page(&[(EVIDENCE, "2026-11-23T14:00:00Z")], true),
        object(&evidence(true)),
        written(),
        written(),
        written(),
        answer("ListObjectsV2", Says::Refusal { status: 403, code: "AccessDenied" }),
    ];
    let (updated, _, mark) = person.update(first);
    assert_eq!(updated.unwrap_err().kind, ErrorKind::Denied);
    let mark = mark.unwrap();
    assert_eq!((mark.complete_until, mark.walk.as_ref().map(|walk| walk.after.as_str())), (0, Some(EVIDENCE)));
    // The rest of the walk; then what came before it meanwhile.
    let rest = vec![kept(&mark), page(&[], false), written(), page(&[], false), page(&[], false)];
    let (updated, asked, mark) = person.update(rest);
    assert_eq!((updated.unwrap(), asked.len()), (Updated::default(), 5));
    assert!(mark.is_some_and(|mark| mark.walk.is_none() && mark.complete_until > 0));
}

#[test]
fn two_at_a_time_do_not_undo_each_other() {
    let person = Person::new();
    let answers = vec![nothing(), page(&[], false), page(&[], false), refused()];
    let (updated, _, _) = person.update(answers);
    assert_eq!(updated.unwrap_err().kind, ErrorKind::Conflict);
}

#[test]
fn a_mark_of_a_later_version_is_refused_by_name() {
    let person = Person::new();
    let (updated, _, _) = person.update(vec![kept(&Mark { version: 2, ..Mark::nothing() })]);
    let error = updated.unwrap_err();
    assert!(error.message.contains("its version is 2, and this program reads up to 1"), "{error}");
}
