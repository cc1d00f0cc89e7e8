//! Keys: their state, rotation, policy and grants.

use parapet_core::ErrorKind;
use parapet_guards::{Action, Facet, GrantAction, KeyAction, KeyPolicyAction, Resource, RotationAction, on};

use super::answers::{but, document, documented, done, recorded, refused};
use super::laws::{Comes, Fault};
use super::run::Account;
use super::{Look, Table, nothing};

const DESCRIBE: &str = "DescribeKey";
const KEY: &str = "082cd05f-96d1-49f6-a5ac-32093d2cfe38";
const OURS: &str = "Parapet: data and logs of the ML pipeline";

fn other_key() -> Resource {
    Resource::Key(on::Key { name: KEY.to_owned() })
}

fn standards_key() -> Resource {
    Resource::Key(on::Key { name: "alias/parapet-ml".to_owned() })
}

/// A key that an account has.
fn key() -> super::Answer {
    recorded(DESCRIBE, "test_bedrock_agent_encryption#1")
}

/// The same, made by bootstrap.
fn ours() -> super::Answer {
    but(key(), r#""Description": """#, &format!(r#""Description": "{OURS}""#))
}

fn keys(ids: &[&str], more: &str) -> super::Answer {
    let keys: Vec<String> = ids.iter().map(|id| format!(r#"{{"KeyId":"{id}"}}"#)).collect();
    documented("ListKeys", &format!(r#"{{"Keys":[{}]{more}}}"#, keys.join(",")))
}

fn no_key() -> super::Answer {
    recorded(DESCRIBE, "test_s3_enable_bucket_encryption_kms_alias#3")
}

fn refusals(
    action: impl Fn() -> Action,
    operation: &str,
    more: &[(&'static str, ErrorKind)],
) -> Vec<(Action, Look, ErrorKind)> {
    let common = [
        ("AccessDeniedException", ErrorKind::Denied),
        ("NotFoundException", ErrorKind::Missing),
        ("KMSInvalidStateException", ErrorKind::KeyUnusable),
        ("LimitExceededException", ErrorKind::Limit),
    ];
    let all = common.iter().chain(more);
    all.map(|(code, kind)| (action(), vec![key(), refused(operation, 400, code)], *kind)).collect()
}

pub(super) fn key_state() -> Table {
    let no_alias = documented("ListAliases", r#"{"Aliases":[],"Truncated":false}"#);
    let an_alias = recorded("ListAliases", "test_bedrock_agent_encryption#1");
    let state = |state: &str| vec![but(ours(), r#""KeyState": "Enabled""#, &format!(r#""KeyState": "{state}""#))];
    let older = but(but(ours(), KEY, "older"), "1620910978.17", "1420910978.17");
    let denied = recorded(DESCRIBE, "test_kms_access_denied#1");
    let create_alias = || Action::KeyState(KeyAction::CreateAlias(KEY.to_owned()));
    let refusal = |code, kind| (create_alias(), vec![refused("CreateAlias", 400, code)], kind);
    Table {
        resource: standards_key(),
        found: vec![
            vec![ours()],
            state("Disabled"),
            state("PendingDeletion"),
            // An alias that leads to a key which we did not make: ours has to be looked for.
            vec![key(), keys(&["a"], ""), key()],
            vec![key(), keys(&["a"], ""), ours(), an_alias.clone()],
            vec![key(), keys(&["a", "b"], ""), denied, older.clone(), no_alias.clone()],
            // No alias: of two keys that look like ours, the older one.
            vec![no_key(), keys(&["a", "b"], ""), ours(), no_alias.clone(), older.clone(), no_alias.clone()],
        ],
        gone: vec![vec![no_key(), keys(&[], "")], vec![no_key(), keys(&["a"], ""), key()]],
        unknown: vec![state("x-new")],
        pages: Some(vec![
            no_key(),
            keys(&["a"], r#","Truncated":true,"NextMarker":"page-2""#),
            key(),
            keys(&["b"], ""),
            older,
            no_alias,
        ]),
        unreadable: vec![
            vec![documented(DESCRIBE, "{}")],
            vec![documented(DESCRIBE, r#"{"KeyMetadata":null}"#)],
            // More aliases are said to follow: whether it has one is not known.
            vec![no_key(), keys(&["a"], ""), ours(), documented("ListAliases", r#"{"Aliases":[],"Truncated":true}"#)],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (
                Action::KeyState(KeyAction::CreateKey),
                vec![recorded("CreateKey", "test_kms_remove_matched#1"), done("CreateAlias")],
            ),
            (create_alias(), vec![done("CreateAlias")]),
            (Action::KeyState(KeyAction::UpdateAlias(KEY.to_owned())), vec![done("UpdateAlias")]),
            (Action::KeyState(KeyAction::EnableKey(None)), vec![key(), done("EnableKey")]),
            (Action::KeyState(KeyAction::EnableKey(Some(KEY.to_owned()))), vec![done("EnableKey")]),
            (Action::KeyState(KeyAction::CancelKeyDeletion(None)), vec![key(), documented("CancelKeyDeletion", "{}")]),
            (
                Action::KeyState(KeyAction::CancelKeyDeletion(Some(KEY.to_owned()))),
                vec![documented("CancelKeyDeletion", "{}")],
            ),
        ],
        refusals: [
            refusals(|| Action::KeyState(KeyAction::EnableKey(None)), "EnableKey", &[]),
            refusals(|| Action::KeyState(KeyAction::CancelKeyDeletion(None)), "CancelKeyDeletion", &[]),
            vec![
                // Somebody else was faster.
                refusal("AlreadyExistsException", ErrorKind::Conflict),
                refusal("LimitExceededException", ErrorKind::Limit),
                (Action::KeyState(KeyAction::EnableKey(None)), vec![no_key()], ErrorKind::Missing),
                (Action::KeyState(KeyAction::CreateKey), vec![documented("CreateKey", "{}")], ErrorKind::Unreadable),
            ],
        ]
        .concat(),
        // A key whose policy keeps us out is somebody else's.
        exceptions: &[(DESCRIBE, Fault::Denied, Comes::NothingLater)],
    }
}

pub(super) fn key_rotation() -> Table {
    const STATUS: &str = "GetKeyRotationStatus";
    let off = || recorded(STATUS, "test_key_rotation_set#1");
    let imported = recorded(STATUS, "test_key_rotation_unsupportedopp#1");
    let with = |known: &str, other: &str| vec![off(), but(key(), known, other)];
    let state = |state: &str| but(key(), r#""KeyState": "Enabled""#, &format!(r#""KeyState": "{state}""#));
    let rotate = || Action::KeyRotation(RotationAction::EnableKeyRotation);
    let replica = r#""MultiRegion": true, "MultiRegionConfiguration": {"MultiRegionKeyType": "REPLICA"}"#;
    Table {
        resource: other_key(),
        found: vec![
            vec![recorded(STATUS, "test_key_rotation#1")],
            vec![off(), key()],
            vec![imported, but(key(), r#""Origin": "AWS_KMS""#, r#""Origin": "EXTERNAL""#)],
            vec![refused(STATUS, 400, "KMSInvalidStateException"), state("Disabled")],
            with(r#""KeySpec": "SYMMETRIC_DEFAULT""#, r#""KeySpec": "RSA_2048""#),
            with(r#""MultiRegion": false"#, replica),
            // AWS KMS Developer Guide, "Rotating AWS KMS keys": only keys of the spec SYMMETRIC_DEFAULT with material from AWS KMS rotate
            // by themselves, so that what is new and neither cannot.
            with(r#""KeySpec": "SYMMETRIC_DEFAULT""#, r#""KeySpec": "x-new""#),
            with(r#""Origin": "AWS_KMS""#, r#""Origin": "x-new""#),
        ],
        gone: vec![
            vec![refused(STATUS, 400, "NotFoundException")],
            vec![off(), state("PendingDeletion")],
            vec![refused(STATUS, 400, "KMSInvalidStateException"), state("PendingReplicaDeletion")],
        ],
        unknown: nothing("above: whatever is not the one kind that rotates does not"),
        pages: None,
        unreadable: vec![vec![off(), documented(DESCRIBE, "{}")]],
        also: Vec::new(),
        back: &[],
        writes: vec![(rotate(), vec![done("EnableKeyRotation")])],
        refusals: [
            ("UnsupportedOperationException", ErrorKind::Unsupported),
            ("DisabledException", ErrorKind::KeyUnusable),
            ("NotFoundException", ErrorKind::Missing),
        ]
        .map(|(code, kind)| (rotate(), vec![refused("EnableKeyRotation", 400, code)], kind))
        .into(),
        exceptions: &[],
    }
}

pub(super) fn key_policy() -> Table {
    of_policy(Action::KeyPolicy)
}

pub(super) fn key_guard_access() -> Table {
    of_policy(Action::KeyGuardAccess)
}

/// Two facets are about a key's policy.
fn of_policy(action: fn(KeyPolicyAction) -> Action) -> Table {
    const GET: &str = "GetKeyPolicy";
    let open = recorded(GET, "test_kms_remove_named#1");
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::644160558196:root"},"Action":"kms:*","Resource":"*"}]}"#;
    let put = || action(KeyPolicyAction::PutKeyPolicy(document(text)));
    Table {
        resource: standards_key(),
        found: vec![vec![key(), open.clone()], vec![key(), recorded(GET, "test_cross_account_kms#1")]],
        gone: vec![vec![no_key()], vec![key(), refused(GET, 400, "NotFoundException")]],
        unknown: vec![vec![key(), but(open.clone(), "kms:*", "kms:x-new")]],
        pages: None,
        unreadable: vec![
            vec![documented(DESCRIBE, "{}")],
            vec![key(), documented(GET, "{}")],
            vec![key(), documented(GET, r#"{"Policy":""}"#)],
            vec![key(), but(open, "Allow", "x-new")],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![(put(), vec![key(), done("PutKeyPolicy")])],
        refusals: [
            refusals(put, "PutKeyPolicy", &[("MalformedPolicyDocumentException", ErrorKind::Invalid)]),
            vec![(put(), vec![no_key()], ErrorKind::Missing)],
        ]
        .concat(),
        exceptions: &[],
    }
}

pub(super) fn key_grants() -> Table {
    const LIST: &str = "ListGrants";
    let grant = |id: &str, more: &str| {
        format!(
            r#"{{"GrantId":"{id}","GranteePrincipal":"arn:aws:iam::444455556666:root","Operations":["Decrypt"]{more}}}"#
        )
    };
    let grants =
        |grants: &[String], more: &str| documented(LIST, &format!(r#"{{"Grants":[{}]{more}}}"#, grants.join(",")));
    let full = r#","Name":"n","RetiringPrincipal":"arn:aws:iam::644160558196:role/r","IssuingAccount":"arn:aws:iam::644160558196:root",
        "Constraints":{"EncryptionContextSubset":{"b":"2","a":"1"},"EncryptionContextEquals":{"c":"3"}}"#;
    let revoke = || Action::KeyGrants(GrantAction::RevokeGrant("1".to_owned()));
    let service = r#"{"GrantId":"3","GranteeServicePrincipal":"x.amazonaws.com","RetiringServicePrincipal":"x.amazonaws.com","Operations":[]}"#;
    let one = grants(&[grant("1", full), grant("2", r#","Name":"""#), service.to_owned()], "");
    Table {
        resource: other_key(),
        found: vec![vec![recorded(LIST, "test_kms_grants#1")], vec![one.clone()]],
        gone: vec![vec![refused(LIST, 400, "NotFoundException")]],
        unknown: vec![vec![but(one, "Decrypt", "x-new")]],
        pages: Some(vec![
            grants(&[grant("1", "")], r#","Truncated":true,"NextMarker":"page-2""#),
            grants(&[grant("2", "")], r#","Truncated":false"#),
        ]),
        unreadable: vec![
            vec![documented(
                LIST,
                r#"{"Grants":[{"GranteePrincipal":"arn:aws:iam::444455556666:root","Operations":["Decrypt"]}]}"#,
            )],
            vec![documented(LIST, r#"{"Grants":[{"GrantId":"1","Operations":["Decrypt"]}]}"#)],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (revoke(), vec![done("RevokeGrant")]),
            (revoke(), vec![refused("RevokeGrant", 400, "NotFoundException")]),
        ],
        refusals: [("AccessDeniedException", ErrorKind::Denied), ("KMSInvalidStateException", ErrorKind::KeyUnusable)]
            .map(|(code, kind)| (revoke(), vec![refused("RevokeGrant", 400, code)], kind))
            .into(),
        exceptions: &[],
    }
}

/// One grant is asked for by its id. What AWS does not take for an id tells nothing of the others.
#[test]
fn one_grant_of_a_key() {
    const LIST: &str = "ListGrants";
    let account = Account::new();
    let grant = documented(
        LIST,
        r#"{"Grants": [{"GrantId": "abcd", "GranteePrincipal": "arn:aws:iam::999999999999:role/x", "Operations": ["Decrypt"]}], "Truncated": false}"#,
    );
    let none = documented(LIST, r#"{"Grants": [], "Truncated": false}"#);
    let invalid = || refused(LIST, 400, "InvalidGrantIdException");
    let asked = |answers: Look| {
        let (seen, played) = account.look_part(&other_key(), (Facet::KeyGrants, "abcd"), answers);
        let by_id: Vec<bool> = played.asked.iter().map(|asked| asked.body.contains(r#""GrantId":"abcd""#)).collect();
        (seen.map(|seen| seen.is_some_and(|seen| seen.contains("abcd"))).map_err(|error| error.kind), by_id)
    };
    assert_eq!(asked(vec![grant.clone()]), (Ok(true), vec![true]));
    assert_eq!(asked(vec![none]), (Ok(false), vec![true]));
    assert_eq!(asked(vec![invalid(), grant]), (Ok(true), vec![true, false]));
    assert_eq!(asked(vec![refused(LIST, 400, "AccessDeniedException")]), (Err(ErrorKind::Denied), vec![true]));
}
