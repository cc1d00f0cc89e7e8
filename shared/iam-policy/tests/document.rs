//! Reading and writing documents.
#![allow(clippy::expect_used, reason = "a helper of tests fails the test")]

mod common;
#[path = "common/hostile.rs"]
mod hostile;

use common::{document, policy, rows};
use iam_policy::{Decision, Document, Effect, MAX_DOCUMENT_BYTES, PolicyKind, Request, decide};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn refused(json: &str, message: &str) {
    let error = Document::parse(json).expect_err("refused");
    assert_eq!(error.to_string(), message, "{json}");
}

fn refused_statement(statement: Value, message: &str) {
    refused(&json!({"Statement": [statement]}).to_string(), message);
}

#[test]
fn errors_say_where_what_and_what_is_allowed() {
    refused("[]", "document: a list, expected an object");
    refused("{", "document: EOF while parsing an object at line 1 column 1, expected a JSON object");
    refused("{}", "Statement: nothing, expected a statement or a list of statements");
    refused(r#"{"Version":"2012","Statement":[]}"#, "Version: `2012`, expected `2008-10-17`, `2012-10-17`");
    refused(r#"{"version":"2012-10-17"}"#, "document: unknown key `version`, expected `Version`, `Id`, `Statement`");
    refused(r#"{"Statement":"x"}"#, "Statement: the string `x`, expected an object");
    refused(r#"{"Statement":{}}"#, "Statement.Effect: nothing, expected `Allow` or `Deny`");
    refused_statement(json!({"Effect": "allow"}), "Statement[0].Effect: `allow`, expected `Allow`, `Deny`");
    refused_statement(json!({"Effect": "Allow"}), "Statement[0].Action: nothing, expected `Action` or `NotAction`");
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "NotAction": "*"}),
        "Statement[0]: both `Action` and `NotAction`, expected one of them",
    );
    refused_statement(
        json!({"Effect": "Allow", "Action": ["*", 1]}),
        "Statement[0].Action[1]: the number `1`, expected a string",
    );
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "Principal": "me"}),
        "Statement[0].Principal: the string `me`, expected `*` or an object of principals",
    );
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "Principal": {"Aws": "*"}}),
        "Statement[0].Principal: unknown key `Aws`, expected `AWS`, `Service`, `Federated`, `CanonicalUser`",
    );
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "Condition": {"StringLikes": {"a": "b"}}}),
        "Statement[0].Condition: unknown key `StringLikes`, expected a condition operator",
    );
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "Condition": {"Bool": {"a": [null]}}}),
        "Statement[0].Condition.Bool.a[0]: null, expected a string, a number or a boolean",
    );
}

#[test]
fn size_is_bounded() {
    let padding = " ".repeat(MAX_DOCUMENT_BYTES);
    let message = format!("document: {} bytes, expected at most {MAX_DOCUMENT_BYTES}", MAX_DOCUMENT_BYTES + 2);
    refused(&format!("[{padding}]"), &message);
    assert!(Document::parse(&"[".repeat(100_000)).is_err());
}

#[test]
fn every_managed_policy_is_read_and_written_unchanged() {
    for row in rows(include_str!("data/managed_policies.jsonl")) {
        let text = row["document"].to_string();
        let document = Document::parse(&text).expect("a policy");
        assert_eq!(document.to_json(), text, "{}", row["name"]);
    }
}

#[test]
fn spelling_survives() {
    let text = r#"{"Statement":{"Resource":["*"],"Action":"s3:*","Effect":"Deny","Sid":"","Principal":{"AWS":["*"]},"Condition":{"Bool":{"aws:SecureTransport":false}}},"Id":"x","Version":"2008-10-17"}"#;
    let read = Document::parse(text).expect("a policy");
    assert_eq!(read.to_json(), text);
    assert_eq!(serde_json::to_string(&read).expect("json"), text);
    assert_eq!(serde_json::from_str::<Document>(text).expect("a policy"), read);
    let [statement] = read.statements() else { panic!("one statement") };
    assert_eq!((statement.effect, statement.sid.as_deref()), (Effect::Deny, Some("")));
    assert_eq!(statement.conditions[0].values, ["false"]);
    assert!(!statement.variables);
}

fn statement(sid: &str) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Action": "s3:*", "Resource": "*"})
}

fn sids(document: &Document) -> Vec<&str> {
    document.statements().iter().filter_map(|s| s.sid.as_deref()).collect()
}

#[test]
fn editing() {
    let one = document(json!({"Statement": statement("a"), "Id": "x"}));
    let two = one.with_statement(statement("b")).expect("a policy");
    assert_eq!(two.to_json(), json!({"Statement": [statement("a"), statement("b")], "Id": "x"}).to_string());
    assert_eq!(sids(&two.without_statements(&BTreeSet::from([0])).expect("one left")), ["b"]);
    assert_eq!(two.without_statements(&BTreeSet::from([0, 1])), None);
    assert_eq!(one.without_statements(&BTreeSet::from([0])), None);
    assert_eq!(one.without_statements(&BTreeSet::from([7])), Some(one.clone()));
    assert_eq!(sids(&two.replacing_statement(0, statement("c")).expect("a policy")), ["c", "b"]);
    assert_eq!(sids(&two.replacing_statement(1, statement("c")).expect("a policy")), ["a", "c"]);
    let replaced = one.replacing_statement(0, statement("c")).expect("a policy");
    assert!(replaced.as_value()["Statement"].is_object());
    let error = one.replacing_statement(1, statement("c")).expect_err("no such statement");
    assert_eq!(error.to_string(), "Statement[1]: no statement, expected an index below 1");
    assert!(two.with_statement(json!({})).is_err());
}

fn same_text(a: Value, b: Value, expected: bool) {
    assert_eq!(document(a.clone()).equivalent_text(&document(b.clone())), expected, "{a} and {b}");
}

#[test]
fn equivalent_text() {
    let with = |action: Value| json!({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]});
    same_text(with(json!("s3:*")), with(json!(["s3:*"])), true);
    same_text(
        with(json!("s3:*")),
        json!({"Statement": {"Resource": ["*"], "Action": "s3:*", "Effect": "Allow"}}),
        true,
    );
    same_text(with(json!("s3:*")), with(json!("s3:Get*")), false);
    same_text(with(json!(["a:b", "a:c"])), with(json!(["a:c", "a:b"])), false);
    let (a, b) = (statement("a"), statement("b"));
    same_text(json!({"Statement": [a, b]}), json!({"Statement": [b, a]}), false);
}

#[test]
#[rustfmt::skip] // One line a case.
fn no_key_stands_twice() {
    const ALLOW: &str = r#""Effect": "Allow", "Action": "s3:*""#;
    let twice = |text: &str, path: &str, spellings: [&str; 2]| {
        let error = Document::parse(text).expect_err("refused");
        assert_eq!(error.path(), path, "{text}");
        let [first, second] = error.places() else { panic!("{text}: {error}") };
        assert!(first < second, "{text}: {error}");
        for (spelling, (line, column)) in spellings.into_iter().zip([first, second]) {
            let line = text.split('\n').nth(line - 1).expect("a line");
            assert!(line[column - 1..].starts_with(spelling), "{text}: {error}");
        }
        let by_serde = serde_json::from_str::<Document>(text).expect_err("refused").to_string();
        assert!(by_serde.contains(" twice at line "), "{text}: {by_serde}");
    };
    refused(
        "{\n  \"Version\": \"2012-10-17\",\n  \"Version\": \"2012-10-17\"}",
        "Version: the key twice, at line 2 column 3 and line 3 column 3, expected it once",
    );
    twice(r#"{"Statement": [], "Statement": []}"#, "Statement", [r#""Statement": []"#; 2]);
    twice(r#"{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*"}}"#, "Statement.Effect", [r#""Effect": "Deny""#, r#""Effect": "Allow""#]);
    twice(&format!(r#"{{"Statement": [{{}}, {{{ALLOW}, "Act\u0069on": "*"}}]}}"#), "Statement[1].Action", [r#""Action": "s3"#, r#""Act\u0069on": "*""#]);
    twice(&format!(r#"{{"Statement": {{{ALLOW}, "Principal": {{"AWS": ["a", "b"], "AWS": "*"}}}}}}"#), "Statement.Principal.AWS", [r#""AWS": ["#, r#""AWS": "*""#]);
    twice(&format!(r#"{{"Statement": {{{ALLOW}, "Condition": {{"Bool": {{"a": 1, "\u0061": 1}}}}}}}}"#), "Statement.Condition.Bool.a", [r#""a": 1"#, r#""\u0061""#]);
    twice(&format!(r#"{{"Statement": {{{ALLOW}, "Condition": {{"Bool": {{"a": 1}}, "Bool": {{}}}}}}}}"#), "Statement.Condition.Bool", [r#""Bool": {"a""#, r#""Bool": {}"#]);
    // It need not be a policy, and strings with all that ends a string or a list are strings.
    twice(r#"{"x": {"\\\"": "]}\",{\"x\":1,\"x\":2", "y": [1, {"z": null, "z": 1.5}]}}"#, "x.y[1].z", [r#""z": null"#, r#""z": 1.5"#]);
    twice("{\"ä\": 1,\r\n\"ä\"  : 2}", "ä", [r#""ä": 1"#, r#""ä"  : 2"#]);
    // Beneath others, or in two lists, it is another key.
    Document::parse(&format!(r#"{{"Id": "Id", "Statement": [{{{ALLOW}}}, {{{ALLOW}}}]}}"#)).expect("a policy");
}

/// As AWS hands it out: what any reading allows is allowed, what only some deny is not denied.
#[test]
#[rustfmt::skip] // One line a case.
fn every_reading_of_a_key_that_stands_twice_counts() {
    let read = |text: &str, all: Value, sure: Option<Value>| {
        let document = Document::parse_as_found(text).expect("a document");
        assert_eq!(document.as_value()["Statement"], all, "{text}");
        assert_eq!(document.sure_part().map(|part| part.as_value()["Statement"].clone()), sure, "{text}");
        assert_eq!(document.is_sure(), Document::parse(text).is_ok(), "{text}");
        assert_eq!(document.to_json().replace(' ', ""), text.replace(' ', ""));
        let kept: Document = serde_json::from_str(&serde_json::to_string(&document).expect("JSON")).expect("it comes back");
        assert_eq!(kept, document);
    };
    let allow = |action: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    let deny = |action: &str| json!({"Effect": "Deny", "Action": action, "Resource": "*"});
    const A: &str = r#"{"Effect": "Allow", "Action": "a:A", "Resource": "*"}"#;
    const D: &str = r#"{"Effect": "Deny", "Action": "d:D", "Resource": "*"}"#;
    const TWO: &str = r#"{"Effect": "Allow", "Action": "a:A", "Action": "b:B", "Resource": "*"}"#;
    const TWO_DENIED: &str = r#"{"Effect": "Deny", "Action": "a:A", "Act\u0069on": "b:B", "Resource": "*"}"#;
    read(&format!(r#"{{"Statement": {A}}}"#), allow("a:A"), Some(allow("a:A")));
    read(&format!(r#"{{"Statement": {TWO}}}"#), json!([allow("a:A"), allow("b:B")]), None);
    read(&format!(r#"{{"Statement": [{A}, {TWO}, {D}, {TWO_DENIED}]}}"#), json!([allow("a:A"), allow("a:A"), allow("b:B"), deny("d:D")]), Some(json!([allow("a:A"), deny("d:D")])));
    read(r#"{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "a:A", "Resource": "*"}}"#, json!([allow("a:A")]), None);
    read(r#"{"Statement": {"Sid": "x", "Sid": "y", "Effect": "Deny", "Action": "d:D", "Resource": "*"}}"#, json!([{"Sid": "x", "Effect": "Deny", "Action": "d:D", "Resource": "*"}]), Some(json!([{"Sid": "x", "Effect": "Deny", "Action": "d:D", "Resource": "*"}])));
    read(&format!(r#"{{"Statement": [{A}, {D}], "Statement": {A}}}"#), json!([allow("a:A"), allow("a:A")]), None);
    read(&format!(r#"{{"Id": "x", "Id": "y", "Statement": {A}}}"#), json!([allow("a:A")]), Some(json!([allow("a:A")])));
    read(&format!(r#"{{"Version": "2008-10-17", "Version": "2012-10-17", "Statement": {A}}}"#), json!([allow("a:A")]), None);
    let with = |value: &str| json!({"Effect": "Allow", "Action": "a:A", "Resource": "*", "Condition": {"Bool": {"k": value}}});
    read(r#"{"Statement": {"Effect": "Allow", "Action": "a:A", "Resource": "*", "Condition": {"Bool": {"k": "true", "k": "false"}}}}"#, json!([with("true"), with("false")]), None);
    let many = r#""Action": "a:A", "Action": "b:B", "Resource": "*", "Resource": "x", "#.repeat(5);
    for refused in [format!(r#"{{"Statement": {{{many} "Effect": "Allow"}}}}"#), r#"{"Statement": [], "Statement": 1}"#.to_owned(), r#"{"a": 1, "a": 2}"#.to_owned(), "{".to_owned()] {
        Document::parse_as_found(&refused).expect_err("refused");
    }
}

#[test]
fn no_operator_and_no_context_key_has_two_spellings() {
    let with = |condition: Value| json!({"Effect": "Allow", "Action": "*", "Condition": condition});
    refused_statement(
        with(json!({"StringLike": {"aws:SourceIp": "a", "aws:sourceIP": "b"}})),
        "Statement[0].Condition.StringLike: both `aws:SourceIp` and `aws:sourceIP`, expected one of them: case does not tell them apart",
    );
    refused_statement(
        with(json!({"Bool": {"a": true}, "bool": {"b": true}})),
        "Statement[0].Condition: both `Bool` and `bool`, expected one of them: case does not tell them apart",
    );
    // Other operators for the same key are other tests, and all have to hold.
    let apart = policy(json!([with(
        json!({"StringLike": {"a": "x"}, "StringLikeIfExists": {"A": "y"}, "ForAnyValue:StringLike": {"a": "z"}})
    )]));
    assert_eq!(apart.statements()[0].conditions.len(), 3);
}

/// "Quotation marks are optional for numeric and Boolean values"; `<condition_value> = ("string" | "number" | "Boolean")`, while
/// `<version_block>`, `<effect_block>`, actions, resources and principals are strings (IAM User Guide, Grammar of the IAM JSON policy
/// language).
#[test]
fn numbers_and_booleans_are_condition_values_alone() {
    let with = |value: Value| json!({"Effect": "Allow", "Action": "*", "Condition": {"NumericEquals": {"a": value}}});
    for (value, expected) in [
        (json!(7), vec!["7"]),
        (json!(-1.5), vec!["-1.5"]),
        (json!(18_446_744_073_709_551_615_u64), vec!["18446744073709551615"]),
        (json!([true, 0, "x"]), vec!["true", "0", "x"]),
        (json!([]), vec![]),
    ] {
        let document = policy(json!([with(value)]));
        assert_eq!(document.statements()[0].conditions[0].values, expected);
    }
    refused_statement(
        with(json!([[1]])),
        "Statement[0].Condition.NumericEquals.a[0]: a list, expected a string, a number or a boolean",
    );
    refused(r#"{"Version": 2012, "Statement": []}"#, "Version: the number `2012`, expected a string");
    refused(r#"{"Statement": {"Effect": true}}"#, "Statement.Effect: the boolean `true`, expected a string");
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "Principal": {"AWS": 123_456_789_012_u64}}),
        "Statement[0].Principal.AWS: the number `123456789012`, expected a string or a list of strings",
    );
    refused_statement(
        json!({"Effect": "Allow", "Action": "*", "Resource": false}),
        "Statement[0].Resource: the boolean `false`, expected a string or a list of strings",
    );
}

/// "If you do not include a Version element, the value defaults to 2008-10-17. If you include newer features, such as policy variables,
/// and do not include a Version element [..], the policy will not work as expected" (IAM User Guide, IAM JSON policy elements: Version):
/// variables "such as ${aws:username} aren't recognized as variables and are instead treated as literal strings in the policy".
#[test]
fn without_the_version_of_today_a_variable_is_text() {
    let read = |version: Option<&str>| {
        let statement =
            json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/${aws:username}/*"});
        let mut value = json!({"Statement": statement});
        if let Some(version) = version {
            value["Version"] = version.into();
        }
        document(value)
    };
    let decided = |document: &Document, resource: &str| {
        let context = [("aws:username".to_owned(), vec!["jane".to_owned()])].into();
        let request =
            Request { action: "s3:GetObject".to_owned(), resource: resource.to_owned(), context, ..Request::default() };
        decide(document, PolicyKind::Identity, &request)
    };
    for (version, is_variable) in [(None, false), (Some("2008-10-17"), false), (Some("2012-10-17"), true)] {
        let document = read(version);
        assert_eq!(document.statements()[0].variables, is_variable, "{version:?}");
        assert_eq!(decided(&document, "arn:aws:s3:::home/jane/x") == Decision::Allow, is_variable, "{version:?}");
        assert_eq!(
            decided(&document, "arn:aws:s3:::home/${aws:username}/x") == Decision::Allow,
            !is_variable,
            "{version:?}"
        );
    }
    refused(
        r#"{"Version": "2020-01-01", "Statement": []}"#,
        "Version: `2020-01-01`, expected `2008-10-17`, `2012-10-17`",
    );
    refused(r#"{"Version": "", "Statement": []}"#, "Version: ``, expected `2008-10-17`, `2012-10-17`");
}

#[test]
fn odd_characters_are_refused_or_kept() {
    refused(
        "{\"a\0\": 1}",
        "document: control character (\\u0000-\\u001F) found while parsing a string at line 1 column 4, expected a JSON object",
    );
    for text in [r#"{"Id": "\ud800"}"#, r#"{"Id": "\udc00\ud800"}"#, r#"{"Id": "\ud800\u0041"}"#, r#"{"\ud800": 1}"#] {
        let error = Document::parse(text).expect_err("refused").to_string();
        assert!(error.contains("surrogate") || error.contains("hex escape"), "{text}: {error}");
    }
    let text = r#"{"Statement":{"Effect":"Allow","Action":"\u0000","Resource":"\u0000\ud83d\ude00"}}"#;
    let read = Document::parse(text).expect("a policy");
    assert_eq!(read.as_value()["Statement"]["Resource"], json!("\0😀"));
    assert_eq!(Document::parse(&read.to_json()).expect("a policy"), read);
    // What serde's own values keep for themselves is a key like any other.
    assert!(Document::parse(r#"{"$serde_json::private::RawValue": "{\"Statement\": []}"}"#).is_err());
}

/// What it takes is in the distribution of `cargo bench`; that it does not grow faster than the text, one that is long enough shows.
#[test]
fn hostile_text_has_an_answer() {
    for (name, text) in hostile::texts() {
        match Document::parse(&text) {
            Ok(document) => assert_eq!(Document::parse(&document.to_json()), Ok(document), "{name}"),
            Err(error) => assert!(error.to_string().len() < 800, "{name}: {error}"),
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop_oneof![Just("*".to_owned()), Just("Allow".to_owned()), "\\PC{0,8}"].prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "Statement",
        "Effect",
        "Action",
        "NotAction",
        "Principal",
        "AWS",
        "Resource",
        "Condition",
        "StringLike",
        "Sid",
        "x",
    ]);
    leaf.prop_recursive(6, 48, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|m| m.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = Document::parse(&text);
    }

    #[test]
    fn any_json_is_read_or_refused(value in any_json()) {
        if let Ok(document) = Document::from_value(value.clone()) {
            prop_assert_eq!(document.to_json(), value.to_string());
            prop_assert!(document.equivalent_text(&document));
        }
    }

    #[test]
    fn any_action_and_resource_is_read_back(action in any::<String>(), resource in any::<String>()) {
        let statements = json!([{"Effect": "Allow", "Action": action, "Resource": resource}]);
        let written = policy(statements).to_json();
        prop_assert_eq!(Document::parse(&written).expect("a policy").to_json(), written);
    }
}
