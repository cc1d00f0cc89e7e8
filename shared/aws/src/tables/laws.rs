//! What is asked of every table, and of every adapter whatever its table says.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Action, Facet, Resource, on};

use super::answers::{documented, done, recorded, refused};
use super::run::{Account, HOME};
use super::{Look, NEW, NEXT, Table, table};
use crate::replay::{Answer, Asked, Played, Says};

const LIST_BUCKETS: &str = "ListBuckets";

/// One call of a look, a way for it to fail, and what comes of that.
pub(super) type Exception = (&'static str, Fault, Comes);

/// A way for a call to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not allowed.
    Denied,
    /// Too many calls.
    Throttled,
    /// A server error without a body.
    Broken,
    /// Another region or service is to be asked.
    Elsewhere,
    /// The connection breaks off in the middle of the answer. Half an answer that came whole is no fault of XML's: the SDK reads what is
    /// there, and relies on the transport to count.
    BreaksOff,
    /// Half of the answer, where it is JSON.
    Cut,
    /// A page of a proxy's, with the status of success.
    Page,
}

/// What comes of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comes {
    /// An error.
    Error(ErrorKind),
    /// Nothing: the look does without that call.
    Nothing,
    /// Nothing, unless it is the first call of the look.
    NothingLater,
    /// Nothing, unless it is the first call of its operation.
    NothingAgain,
}

impl Fault {
    const ALL: [Self; 7] =
        [Self::Denied, Self::Throttled, Self::Broken, Self::Elsewhere, Self::BreaksOff, Self::Cut, Self::Page];

    fn usually_comes_to(self) -> Comes {
        Comes::Error(match self {
            Self::Denied => ErrorKind::Denied,
            Self::Throttled | Self::Broken | Self::BreaksOff => ErrorKind::Transient,
            Self::Elsewhere => ErrorKind::Unmodifiable,
            Self::Cut | Self::Page => ErrorKind::Unreadable,
        })
    }

    /// The faulty answer in place of a good one. None: there is no such fault of that answer.
    fn of(self, answer: &Answer, asked: &Asked) -> Option<Says> {
        let Says::Body { body, headers, .. } = &answer.says else { return None };
        let is_json = matches!(asked.service.as_str(), "KMS" | "CloudTrail" | "ECR");
        Some(match self {
            Self::Denied if is_json => Says::Refusal { status: 400, code: "AccessDeniedException" },
            Self::Denied => Says::Refusal { status: 403, code: "AccessDenied" },
            Self::Throttled if is_json => Says::Refusal { status: 400, code: "ThrottlingException" },
            Self::Throttled if asked.service == "IAM" => Says::Refusal { status: 400, code: "Throttling" },
            Self::Throttled => Says::Refusal { status: 503, code: "SlowDown" },
            Self::Broken => Says::Body { status: 500, headers: Vec::new(), body: String::new() },
            Self::Elsewhere if asked.service != "S3" => return None,
            Self::Elsewhere => Says::Refusal { status: 301, code: "PermanentRedirect" },
            Self::BreaksOff => Says::BreaksOff,
            Self::Cut if !is_json => return None,
            Self::Cut => {
                let half = body.chars().take(body.chars().count() / 2).collect();
                Says::Body { status: 200, headers: headers.clone(), body: half }
            }
            Self::Page => Says::Body {
                status: 200,
                headers: Vec::new(),
                body: "<html><body>Please log in</body></html>".to_owned(),
            },
        })
    }
}

/// Holds one facet to its table and to the laws.
pub(super) fn hold(facet: Facet) {
    let (table, account) = (table(facet), Account::new());
    let rows = rows(facet, &table, &account);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        let name = serde_json::to_value(facet).unwrap();
        insta::assert_snapshot!(name.as_str().unwrap(), rows);
    });
    for look in table.found.iter().chain(&table.pages) {
        no_failed_call_is_a_state(facet, &table.resource, table.exceptions, &account, look);
    }
    for also in &table.also {
        for look in &also.found {
            no_failed_call_is_a_state(facet, &also.resource, table.exceptions, &account, look);
        }
    }
}

/// The operations that a facet's rows call, as `service:operation`.
pub(super) fn operations(facet: Facet) -> BTreeSet<String> {
    let (table, account) = (table(facet), Account::new());
    let looks = table.found.iter().chain(&table.gone).chain(&table.unknown).chain(&table.pages);
    let asked = looks.flat_map(|look| account.look(&table.resource, facet, look.clone()).1.asked);
    let writes =
        table.writes.iter().flat_map(|(action, look)| account.act(&table.resource, action, look.clone()).1.asked);
    let back = table.found.iter().filter(|_| !table.back.is_empty()).flat_map(|look| {
        let seen = account.look(&table.resource, facet, look.clone()).0.unwrap().unwrap();
        account.write_back(&table.resource, facet, &seen, back(&table)).1.asked
    });
    let also = table.also.iter().flat_map(|also| {
        let looks = also.found.iter().flat_map(|look| account.look(&also.resource, facet, look.clone()).1.asked);
        let writes =
            also.writes.iter().flat_map(|(action, look)| account.act(&also.resource, action, look.clone()).1.asked);
        looks.chain(writes).collect::<Vec<_>>()
    });
    let named = |asked: Asked| format!("{}:{}", asked.service, asked.operation);
    asked.chain(writes).chain(back).chain(also).map(named).collect()
}

/// Every row with what was asked and what came of it.
fn rows(facet: Facet, table: &Table, account: &Account) -> String {
    let mut text = String::new();
    assert!(!table.found.is_empty(), "{facet}: no look finds it");
    for look in &table.found {
        let seen = looked(facet, &table.resource, account, "found", look, &mut text).unwrap();
        let seen = seen.unwrap_or_else(|| panic!("{facet}: {look:?} does not find it"));
        if !table.back.is_empty() {
            write_back(facet, table, account, &seen, &mut text);
        }
    }
    for look in &table.gone {
        let seen = looked(facet, &table.resource, account, "gone", look, &mut text).unwrap();
        assert_eq!(seen, None, "{facet}: {look:?} finds it");
    }
    for look in &table.unknown {
        match looked(facet, &table.resource, account, "unknown", look, &mut text) {
            Ok(seen) => assert!(seen.is_some_and(|seen| seen.contains(NEW)), "{facet}: {look:?} loses the new value"),
            Err(error) => assert_eq!(error.kind, ErrorKind::Unreadable, "{facet}: {look:?}"),
        }
    }
    for look in &table.unreadable {
        let seen = looked(facet, &table.resource, account, "unreadable", look, &mut text);
        let kind = seen.map_err(|error| error.kind);
        assert_eq!(kind, Err(ErrorKind::Unreadable), "{facet}: {look:?}");
    }
    if let Some(look) = &table.pages {
        let asked = account.look(&table.resource, facet, look.clone()).1.asked;
        let goes_on = |asked: &Asked| format!("{}{}", asked.uri, asked.body).contains(NEXT);
        assert!(asked.iter().any(goes_on), "{facet}: the second page is not asked for");
        looked(facet, &table.resource, account, "two pages", look, &mut text).unwrap();
    }
    wrote(&table.resource, &table.writes, account, &mut text);
    for (action, look, kind) in &table.refusals {
        let (done, played) = account.act(&table.resource, action, look.clone());
        let error = done.expect_err("the refusal is told");
        assert_eq!(error.kind, *kind, "{facet}: {action:?} {look:?}: {error}");
        all_played(&played);
        let _ = writeln!(text, "refused: {}\n    = {kind:?}: {error}", sources(look));
    }
    for also in &table.also {
        let _ = writeln!(text, "\n{}", also.resource);
        for look in &also.found {
            let seen = looked(facet, &also.resource, account, "found", look, &mut text).unwrap();
            assert!(seen.is_some(), "{facet}: {look:?} does not find it");
        }
        for look in &also.gone {
            let seen = looked(facet, &also.resource, account, "gone", look, &mut text).unwrap();
            assert_eq!(seen, None, "{facet}: {look:?} finds it");
        }
        for look in &also.unreadable {
            let seen = looked(facet, &also.resource, account, "unreadable", look, &mut text);
            let kind = seen.map_err(|error| error.kind);
            assert_eq!(kind, Err(ErrorKind::Unreadable), "{facet}: {look:?}");
        }
        wrote(&also.resource, &also.writes, account, &mut text);
    }
    text
}

fn wrote(resource: &Resource, writes: &[(Action, Look)], account: &Account, text: &mut String) {
    for (action, look) in writes {
        let (done, played) = account.act(resource, action, look.clone());
        tell(text, &format!("write: {action}"), &played);
        done.unwrap();
        all_played(&played);
    }
}

fn looked(
    facet: Facet,
    resource: &Resource,
    account: &Account,
    class: &str,
    look: &Look,
    text: &mut String,
) -> Result<Option<String>, WorldError> {
    let (seen, played) = account.look(resource, facet, look.clone());
    tell(text, &format!("{class}: {}", sources(look)), &played);
    let _ = match &seen {
        Ok(Some(state)) => writeln!(text, "    = {state}"),
        Ok(None) => writeln!(text, "    = there is none"),
        Err(error) => writeln!(text, "    = {:?}: {error}", error.kind),
    };
    all_played(&played);
    seen
}

/// A state that is written as it was found is written whole.
fn write_back(facet: Facet, table: &Table, account: &Account, seen: &str, text: &mut String) {
    let (done, played) = account.write_back(&table.resource, facet, seen, back(table));
    done.unwrap();
    assert_eq!(played.unanswered, [""; 0]);
    says_whose(&played);
    for asked in &played.asked {
        let _ = writeln!(text, "    < {asked}");
    }
}

/// The answers to what writes a state back, and to the question which key is the standard's.
fn back(table: &Table) -> Look {
    let key = recorded("DescribeKey", "test_bedrock_agent_encryption#1");
    table.back.iter().map(|&operation| if operation == "DescribeKey" { key.clone() } else { done(operation) }).collect()
}

/// Invariant: no call that failed, was refused or was cut is taken for a state, of whatever call of a look.
fn no_failed_call_is_a_state(
    facet: Facet,
    resource: &Resource,
    exceptions: &[Exception],
    account: &Account,
    look: &Look,
) {
    let asked = account.look(resource, facet, look.clone()).1.asked;
    for (index, answer) in look.iter().enumerate() {
        let asked = asked.iter().find(|asked| asked.operation == answer.operation).unwrap();
        for fault in Fault::ALL {
            let Some(says) = fault.of(answer, asked) else { continue };
            let is_again = look.iter().take(index).any(|earlier| earlier.operation == answer.operation);
            let excepted = exceptions.iter().find(|(operation, of, _)| *operation == answer.operation && *of == fault);
            let expected = match excepted {
                Some((_, _, Comes::NothingLater)) if index > 0 => Comes::Nothing,
                Some((_, _, Comes::NothingAgain)) if is_again => Comes::Nothing,
                None | Some((_, _, Comes::NothingLater | Comes::NothingAgain)) => fault.usually_comes_to(),
                Some((_, _, comes)) => *comes,
            };
            // The list of buckets that is laid out for whose a destination is answers whose the bucket is, too, and it is not in it.
            let is_listed = look.iter().any(|answer| answer.operation == LIST_BUCKETS);
            let tells_whose = is_listed && answer.operation != LIST_BUCKETS && matches!(resource, Resource::Bucket(_));
            let expected = match expected {
                Comes::Error(ErrorKind::Denied) if tells_whose => Comes::Error(ErrorKind::Taken),
                expected => expected,
            };
            let mut faulty = look.clone();
            faulty.get_mut(index).unwrap().says = says;
            let (seen, _) = account.look(resource, facet, faulty);
            let comes = match &seen {
                Ok(_) => Comes::Nothing,
                Err(error) => Comes::Error(error.kind),
            };
            assert_eq!(comes, expected, "{facet}: {fault:?} {} of {}: {seen:?}", answer.operation, sources(look));
        }
    }
}

fn tell(text: &mut String, row: &str, played: &Played) {
    says_whose(played);
    let _ = writeln!(text, "{row}");
    for asked in &played.asked {
        let _ = writeln!(text, "    > {asked}");
    }
}

/// Each answer was asked for, and each question answered.
fn all_played(played: &Played) {
    assert_eq!((&played.unanswered, &played.unasked), (&Vec::new(), &Vec::new()), "{:#?}", played.asked);
}

/// Every S3 call says which account has to own the bucket, but those that name no bucket of ours.
fn says_whose(played: &Played) {
    for asked in played.asked.iter().filter(|asked| asked.service.starts_with("S3")) {
        let names_none = matches!(asked.operation.as_str(), "ListBuckets" | "CreateBucket");
        assert!(names_none || asked.owner.as_ref() == Some(&HOME.account), "{asked}");
    }
}

fn sources(look: &Look) -> String {
    let named = |answer: &Answer| format!("{} {}", answer.operation, answer.source);
    look.iter().map(named).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_each_facet_calls() {
    let line = |facet: &Facet| format!("{facet:?}: {}", operations(*facet).into_iter().collect::<Vec<_>>().join(", "));
    let text: Vec<String> = Facet::ALL.iter().map(line).collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("operations", text.join("\n"));
    });
}

/// A version that was the default and is gone meanwhile: another is the default by then, and that one is judged.
#[test]
fn a_default_version_that_is_gone_is_superseded() {
    let account = Account::new();
    let resource = table(Facet::ManagedDocument).resource;
    let versions = |id: &str| {
        let member = format!("<member><VersionId>{id}</VersionId><IsDefaultVersion>true</IsDefaultVersion></member>");
        super::answers::iam("ListPolicyVersions", &format!("<Versions>{member}</Versions>"))
    };
    let nobody = super::answers::iam("ListEntitiesForPolicy", "<IsTruncated>false</IsTruncated>");
    let gone = || refused("GetPolicyVersion", 404, "NoSuchEntity");
    let text = recorded("GetPolicyVersion", "test_iam_policy_allow_all#1");
    let look = vec![versions("v2"), nobody.clone(), gone(), versions("v1"), text];
    let (seen, played) = account.look(&resource, Facet::ManagedDocument, look);
    assert_eq!(played.unasked.len(), 0);
    assert!(seen.unwrap().is_some_and(|seen| seen.contains("\"default_version\":\"v1\"")));
    // Whoever goes on so is told as what cannot be read.
    let again =
        [vec![versions("v2"), nobody, gone()], (0..3).flat_map(|_| [versions("v2"), gone()]).collect()].concat();
    assert_eq!(account.look(&resource, Facet::ManagedDocument, again).0.unwrap_err().kind, ErrorKind::Missing);
}

/// S3 denies another account's bucket as it denies this one's. The list of this one's tells, if it can be had.
#[test]
fn whose_a_bucket_is_that_s3_denies() {
    let account = Account::new();
    let resource = super::s3::bucket();
    let buckets = |names: &[&str]| {
        let of = |name: &&str| {
            format!("<Bucket><Name>{name}</Name><CreationDate>2026-11-23T14:00:00.000Z</CreationDate></Bucket>")
        };
        let all: String = names.iter().map(of).collect();
        documented(LIST_BUCKETS, &format!("<ListAllMyBucketsResult><Buckets>{all}</Buckets></ListAllMyBucketsResult>"))
    };
    let denied = || refused("GetBucketVersioning", 403, "AccessDenied");
    for (list, kind) in [
        (vec![buckets(&["data"])], ErrorKind::Denied),
        (vec![buckets(&["other", "data"])], ErrorKind::Denied),
        (vec![buckets(&["data-2"])], ErrorKind::Taken),
        (vec![buckets(&[])], ErrorKind::Taken),
        (vec![refused(LIST_BUCKETS, 403, "AccessDenied")], ErrorKind::Denied),
        (Vec::new(), ErrorKind::Denied),
    ] {
        let look = [vec![denied()], list.clone()].concat();
        let (seen, played) = account.look(&resource, Facet::BucketVersioning, look);
        assert_eq!((seen.unwrap_err().kind, played.unasked.len()), (kind, 0), "{list:?}");
        // Whether it exists is told by the same list, and never by the denial alone.
        let is_listed = kind == ErrorKind::Denied && list.iter().any(|answer| matches!(answer.says, Says::Body { .. }));
        let look = [vec![refused("HeadBucket", 403, "Forbidden")], list.clone()].concat();
        match account.look(&resource, Facet::BucketExistence, look).0 {
            Ok(seen) => assert!(is_listed && seen.is_some(), "{list:?}: {seen:?}"),
            Err(error) => {
                assert_eq!((error.kind == ErrorKind::Taken, is_listed), (kind == ErrorKind::Taken, false), "{list:?}");
            }
        }
    }
    // What fails otherwise is nobody else's.
    let throttled = vec![refused("GetBucketVersioning", 503, "SlowDown"), buckets(&[])];
    let (seen, played) = account.look(&resource, Facet::BucketVersioning, throttled);
    assert_eq!(
        (seen.unwrap_err().kind, played.unasked.as_slice()),
        (ErrorKind::Transient, &[LIST_BUCKETS.to_owned()][..])
    );

    let made_at = |list: Look| account.made_at(&resource, list);
    assert_eq!(made_at(vec![buckets(&["data-2", "data"])]).unwrap(), Some(1_795_442_400));
    assert_eq!(made_at(vec![buckets(&["data-2"])]).unwrap(), None);
    assert_eq!(made_at(vec![refused(LIST_BUCKETS, 403, "AccessDenied")]).unwrap_err().kind, ErrorKind::Denied);
}

/// A trail of another region or account goes by its ARN; one that names none, or what is none, is no trail that could be told.
#[test]
fn trails_of_elsewhere() {
    const DESCRIBE: &str = "DescribeTrails";
    let account = Account::new();
    let described = |arns: &[&str]| {
        let trail = |arn: &&str| format!(r#"{{"Name":"t","TrailARN":"{arn}","HomeRegion":"us-east-1"}}"#);
        let trails: Vec<String> = arns.iter().map(trail).collect();
        documented(DESCRIBE, &format!(r#"{{"trailList":[{}]}}"#, trails.join(",")))
    };
    let own = HOME.regional_arn("cloudtrail", "trail/parapet");
    let (region, organization) = (
        "arn:aws:cloudtrail:ap-south-1:111122223333:trail/team",
        "arn:aws:cloudtrail:us-east-1:444455556666:trail/parapet",
    );
    let found = account.trails_of_elsewhere(vec![described(&[&own, region, organization])]).unwrap();
    let names = [region, organization].map(|name| Resource::Trail(on::Trail { name: name.to_owned() }));
    assert_eq!(found, names);
    for odd in ["", "parapet", "arn:aws:cloudtrail:us-east-1::trail/parapet"] {
        let failed = account.trails_of_elsewhere(vec![described(&[organization, odd])]).unwrap_err();
        assert_eq!(failed.kind, ErrorKind::Unreadable, "{odd}");
    }
    let denied = account.trails_of_elsewhere(vec![refused(DESCRIBE, 400, "AccessDeniedException")]).unwrap_err();
    assert_eq!(denied.kind, ErrorKind::Denied);
}

/// What the SDK will not even send is no better later.
#[test]
fn a_name_that_cannot_be_sent_is_invalid() {
    let account = Account::new();
    for (resource, facet) in [
        (Resource::Bucket(on::Bucket { name: String::new() }), Facet::BucketVersioning),
        (Resource::AccessPoint(on::AccessPoint { name: String::new() }), Facet::AccessPointSettings),
    ] {
        let (seen, played) = account.look(&resource, facet, Vec::new());
        let error = seen.unwrap_err();
        assert_eq!((error.kind, played.asked.len()), (ErrorKind::Invalid, 0), "{resource}: {error:?}");
    }
}
