//! `parapet policy` as its users call it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs the command next to the policies.
fn parapet(arguments: &[&str], input: &str) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parapet"))
        .arg("policy")
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// What a reader sees, and the exit code. Who asks, and for what, is made up by the analysis: here it is the action alone.
fn seen(arguments: &[&str]) -> String {
    let ended = parapet(arguments, "");
    let stdout: String = ended.stdout.lines().map(|line| format!("{}\n", without_request(line))).collect();
    format!("{stdout}--- standard error\n{}--- exit {}\n", ended.stderr, ended.code)
}

fn without_request(line: &str) -> String {
    let parts = line.split_once("= request: ").and_then(|(margin, rest)| Some((margin, rest.split_once(" calls ")?.1)));
    parts.map_or_else(
        || line.to_owned(),
        |(margin, called)| format!("{margin}= request: .. calls {} ..", called.split(' ').next().unwrap_or_default()),
    )
}

/// The answers of a batch without their times and without what the analysis made up.
fn answers(arguments: &[&str], input: &str, expected: i32) -> Vec<Value> {
    let ended = parapet(arguments, input);
    assert_eq!((ended.code, ended.stderr.as_str()), (expected, ""), "{}", ended.stdout);
    let answers = ended.stdout.lines().map(|line| {
        let mut answer: Value = serde_json::from_str(line).unwrap();
        assert!(answer.as_object_mut().unwrap().remove("micros").unwrap().is_u64());
        for finding in answer["findings"].as_array_mut().unwrap() {
            assert!(finding["witness"]["principal"].take().is_string());
            assert!(finding["witness"]["resource"].take().is_string());
        }
        answer
    });
    answers.collect()
}

#[test]
fn a_reader_sees_findings_in_identity_policies() {
    insta::assert_snapshot!(seen(&[
        "check",
        "writer.json",
        "reader.json",
        "deployer.json",
        "--kind",
        "admin",
        "--kind",
        "pass-role"
    ]));
}

#[test]
fn a_reader_sees_findings_in_other_policies() {
    insta::assert_snapshot!(seen(&["check", "--account", "111122223333", "bucket.json", "trust.json"]));
}

#[test]
fn bad_files_do_not_stop_the_others() {
    insta::assert_snapshot!(seen(&[
        "check",
        "typo.json",
        "broken.json",
        "twice.json",
        "unknown.json",
        "missing.json",
        "trust.json",
        "--kind",
        "trust-wildcard",
    ]));
}

#[test]
fn a_reader_sees_new_access() {
    insta::assert_snapshot!(seen(&["new-access", "--existing", "reader.json", "--new", "wider.json"]));
    let ended =
        parapet(&["new-access", "--existing", "wider.json", "--new", "-"], include_str!("policies/reader.json"));
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "nothing found in 1 file\n", ""));
}

/// Files, written in every way in which `check` reads one policy; and what is not one.
#[test]
fn one_policy_is_read_however_it_is_written() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let reader = include_str!("policies/reader.json");
    let value: Value = serde_json::from_str(reader).unwrap();
    let gzip = |text: &str| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(reader.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let encoded: String = reader.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let role = |policy: &Value| json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": policy});
    let template =
        json!({"Resources": {"M": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": value}}}});
    for (bytes, expected) in [
        (reader.as_bytes().to_vec(), Ok(())),
        (gzip(reader), Ok(())),
        (utf16, Ok(())),
        (encoded.clone().into_bytes(), Ok(())),
        (role(&value).to_string().into_bytes(), Ok(())),
        (role(&json!(encoded)).to_string().into_bytes(), Ok(())),
        (gzip(&json!({"Policy": value.to_string()}).to_string()), Ok(())),
        (json!([role(&value), role(&value)]).to_string().into_bytes(), Err("an answer of the AWS CLI with 2 policies")),
        (role(&json!({"Statement": 5})).to_string().into_bytes(), Err("the number `5`")),
        (format!("{}{}", role(&value), role(&value)).into_bytes(), Err("an answer of the AWS CLI")),
        (template.to_string().into_bytes(), Err("a CloudFormation template")),
        (br#"{"RoleDetailList": []}"#.to_vec(), Err("get-account-authorization-details")),
        (br#"{"PolicyNames": ["p"]}"#.to_vec(), Err("get-role-policy")),
    ] {
        std::fs::write(at("file"), &bytes).unwrap();
        let said = String::from_utf8_lossy(&bytes).into_owned();
        let ended = parapet(&["new-access", "--existing", &at("file"), "--new", "reader.json"], "");
        let envelope = ["check", "reader.json", "--protected", "arn:aws:s3:::a/*", "--envelope"];
        let held = parapet(&[&envelope, &[at("file").as_str()] as &[_]].concat(), "");
        match expected {
            Ok(()) => {
                assert_eq!(
                    (ended.code, ended.stdout.as_str()),
                    (0, "nothing found in 1 file\n"),
                    "{said}: {}",
                    ended.stderr
                );
                assert!(held.code < 2, "{said}: {}", held.stderr);
            }
            Err(expected) => {
                for ended in [ended, held] {
                    assert!(ended.code == 2 && ended.stderr.contains(expected), "{said}: {}", ended.stderr);
                }
            }
        }
    }
    std::fs::write(at("wider"), role(&serde_json::from_str(include_str!("policies/wider.json")).unwrap()).to_string())
        .unwrap();
    let ended = parapet(&["new-access", "--existing", "reader.json", "--new", &at("wider")], "");
    assert!(ended.code == 1 && ended.stdout.contains("wider:1: r / p"), "{}", ended.stdout);
    // Roles are read likewise.
    std::fs::write(at("roles"), gzip(include_str!("policies/roles.json"))).unwrap();
    for format in ["text", "json", "jsonl", "sarif"] {
        let ended = parapet(&["check", "functions.json", "--format", format, "--roles", &at("roles")], "");
        assert!(ended.code == 1 && ended.stdout.contains("role/deploy"), "{format}: {}{}", ended.stdout, ended.stderr);
    }
}

#[test]
fn a_batch_that_is_no_rows_in_text() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("rows");
    let path = file.to_str().unwrap();
    for (arguments, bytes, expected) in [
        (&[] as &[&str], b"\x1f\x8b\x08\x00".as_slice(), "it is gzip"),
        (&[], b"\xff\xfe{\x00", "it is UTF-16"),
        (&["--format", "sarif"], b"", "`--format sarif` is for files"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let ended = parapet(&[&["check", "--batch", path], arguments].concat(), "");
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
        assert!(ended.stderr.contains(expected) && ended.stderr.contains("what to do: "), "{}", ended.stderr);
    }
}

#[test]
fn without_an_account_whoever_is_named_is_foreign_and_what_is_named_the_policys_own() {
    let partner =
        r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}}"#;
    let ended = parapet(&["check", "--kind", "foreign-principal", "-"], partner);
    assert_eq!((ended.code, ended.stderr.as_str()), (1, ""));
    assert!(ended.stdout.contains("high[foreign-principal]"), "{}", ended.stdout);
    let own = r#"{"Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::111111111111:*"}}"#;
    let ended = parapet(&["check", "--kind", "admin", "--format", "json", "-"], own);
    let answers: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(answers[0]["findings"][0]["assumed_account"], json!("111111111111"));
    let ended = parapet(&["check", "--kind", "admin", "-"], own);
    assert!(ended.stdout.contains("111111111111 was taken for the policy's own"), "{}", ended.stdout);
    let ended = parapet(&["check", "--kind", "admin", "--account", "222222222222", "-"], own);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, "nothing found in 1 file\n"));
}

#[test]
fn files_can_be_answered_in_json() {
    let ended = parapet(&["check", "--format", "json", "reader.json", "missing.json", "unknown.json"], "");
    assert_eq!(ended.code, 2);
    let answers: Value = serde_json::from_str(&ended.stdout).unwrap();
    let found: Vec<_> =
        answers.as_array().unwrap().iter().map(|a| (&a["file"], &a["verdict"], &a["findings"])).collect();
    let nothing = json!([]);
    let expected = [("reader.json", "pass"), ("missing.json", "invalid"), ("unknown.json", "invalid")];
    for (found, (file, verdict)) in found.into_iter().zip(expected) {
        assert_eq!(found, (&json!(file), &json!(verdict), &nothing));
    }
}

#[test]
fn a_batch_of_checks() {
    let rows = include_str!("policies/check.jsonl");
    let answers = answers(&["check", "--batch", "-"], rows, 2);
    insta::assert_json_snapshot!(answers);
}

/// What a file of roles answers to a policy: kinds, roles, and what is said on standard error.
fn with_roles(roles: &Value) -> (Vec<(String, String)>, String) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "{roles}").unwrap();
    let path = file.path().to_str().unwrap();
    let ended = parapet(&["check", "functions.json", "--format", "json", "--roles", path], "");
    let answers: Value = serde_json::from_str(&ended.stdout).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = answers[0]["findings"].as_array().cloned().unwrap_or_default();
    let found = findings.iter().filter(|finding| !finding["role"].is_null());
    let found = found.map(|finding| (text(&finding["kind"]), text(&finding["role"]["arn"])));
    (found.collect(), ended.stderr.replace(path, "FILE"))
}

fn roles() -> Value {
    serde_json::from_str(include_str!("policies/roles.json")).unwrap()
}

#[test]
fn a_reader_sees_the_role_that_has_more() {
    let only = ["--kind", "privilege-escalation", "--kind", "pass-role", "--kind", "confused-service"];
    insta::assert_snapshot!(seen(&[&["check", "functions.json", "--roles", "roles.json"], only.as_slice()].concat()));
}

#[test]
fn roles_that_have_no_more_are_no_finding() {
    let deploy = "arn:aws:iam::111122223333:role/deploy".to_owned();
    let both = ["privilege-escalation", "pass-role"].map(|kind| (kind.to_owned(), deploy.clone()));
    assert_eq!(with_roles(&roles()), (both.to_vec(), String::new()));
    let mut without = roles();
    without["RoleDetailList"].as_array_mut().unwrap().retain(|role| role["RoleName"] != "deploy");
    assert_eq!(with_roles(&without), (vec![], String::new()));
}

#[test]
fn a_role_whose_policy_is_not_there_may_have_everything() {
    let mut without = roles();
    without["RoleDetailList"].as_array_mut().unwrap().retain(|role| role["RoleName"] != "deploy");
    without["Policies"].as_array_mut().unwrap().retain(|policy| policy["PolicyName"] != "AWSLambdaBasicExecutionRole");
    let (found, said) = with_roles(&without);
    assert_eq!(found[0].1, "arn:aws:iam::111122223333:role/orders-function");
    assert!(
        said.starts_with(
            "warning: `FILE`: not in the file: `arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`;"
        ),
        "{said}"
    );
}

#[test]
fn roles_that_cannot_be_read() {
    #[track_caller]
    fn refused(pointer: &str, value: Value, expected: &str) {
        let mut broken = roles();
        match broken.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => drop(broken.as_object_mut().unwrap().insert(pointer.to_owned(), value)),
        }
        let (found, said) = with_roles(&broken);
        assert_eq!(found, []);
        assert!(said.starts_with("error: the roles `FILE` cannot be read\n") && said.contains(expected), "{said}");
        assert!(said.contains("what to do: give what `aws iam get-account-authorization-details"), "{said}");
    }
    refused("/RoleDetailList", json!({}), "RoleDetailList: an object, expected a list");
    refused("/RoleDetailList", json!([]), "RoleDetailList: an empty list, expected at least one role");
    refused(
        "/RoleDetailList/1/Arn",
        json!("orders"),
        "RoleDetailList[1].Arn: the string `orders`, expected the ARN of a role",
    );
    refused(
        "/RoleDetailList/2/Arn",
        json!("arn:aws:iam::444455556666:role/x"),
        "RoleDetailList[2].Arn: another account",
    );
    refused(
        "/RoleDetailList/1/AssumeRolePolicyDocument",
        json!("%7B%22"),
        "RoleDetailList[1].AssumeRolePolicyDocument: EOF",
    );
    refused(
        "/Policies/0/PolicyVersionList/0/Document/Statement/0/Effect",
        json!("Alow"),
        "Policies[0].PolicyVersionList[0].Document.Statement[0].Effect: `Alow`",
    );
    refused("/Policies/0/PolicyVersionList", json!([]), "Policies[0].PolicyVersionList: no default version");
    refused("IsTruncated", json!(true), "IsTruncated: an answer that goes on, expected all of it");
    refused("NextToken", json!("x"), "NextToken: an answer that goes on, expected all of it");
    let ended = parapet(&["check", "functions.json", "--roles", "missing.json"], "");
    assert!(ended.stderr.starts_with("error: the roles `missing.json` cannot be read\n"), "{}", ended.stderr);
    let ended = parapet(&["check", "functions.json", "--roles", "roles.json", "--account", "444455556666"], "");
    assert!(ended.stderr.contains("are of 111122223333, and not of 444455556666"), "{}", ended.stderr);
}

#[test]
fn a_row_has_roles_of_its_own() {
    let policy: Value = serde_json::from_str(include_str!("policies/functions.json")).unwrap();
    let rows = [
        json!({"id": 1, "policy": policy, "roles": roles()}),
        json!({"id": 2, "policy": policy, "roles": roles().to_string(), "account": "111122223333"}),
        json!({"id": 3, "policy": policy, "roles": roles(), "account": "444455556666"}),
        json!({"id": 4, "policy": policy, "roles": {"RoleDetailList": 5}}),
    ];
    let all = answers(&["check", "--batch", "-"], &rows.map(|row| row.to_string()).join("\n"), 2);
    for answer in &all[..2] {
        assert_eq!(answer["findings"][0]["role"]["arn"], json!("arn:aws:iam::111122223333:role/deploy"), "{answer}");
        assert_eq!(answer["findings"][0]["role"]["does"]["action"], json!("iam:PutRolePolicy"));
    }
    assert_eq!(all[2]["error"], json!("roles: roles of 111122223333, expected roles of 444455556666"));
    assert_eq!(all[3]["error"], json!("roles.RoleDetailList: the number `5`, expected a list"));
}

#[test]
fn a_batch_of_comparisons() {
    let all = answers(&["new-access", "--batch", "new_access.jsonl"], "", 2);
    insta::assert_json_snapshot!(all);
    let rows: Vec<&str> = include_str!("policies/new_access.jsonl").lines().collect();
    assert_eq!(answers(&["new-access", "--batch", "-"], rows[0], 0), all[..1]);
    assert_eq!(answers(&["new-access", "--batch", "-"], &rows[..2].join("\n"), 1), all[..2]);
}

#[test]
fn a_batch_that_cannot_be_read() {
    let ended = parapet(&["check", "--batch", "missing.jsonl"], "");
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.starts_with("error: the batch `missing.jsonl` cannot be read\n"), "{}", ended.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let rows = include_str!("policies/check.jsonl").lines().next().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_parapet"))
        .args(["policy", "check", "--batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    // It may end before it has read everything.
    let _ = (0..2_000).try_for_each(|_| writeln!(input, "{rows}"));
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[test]
fn companions() {
    let told = |arguments: &[&str], input: &str| {
        let ended = parapet(&[&["companions"], arguments].concat(), input);
        (ended.code, ended.stdout, ended.stderr)
    };
    let (code, stdout, stderr) = told(&["--account", "111122223333"], "");
    let both: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(both["scp"]["Statement"][4]["Resource"], json!(["arn:*:iam::111122223333:role/parapet-deployment"]));
    assert_eq!(both["rcp"]["Statement"][0]["Principal"], "*");

    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let role = "arn:aws:iam::111122223333:role/ci";
    let (code, stdout, _) =
        told(&["--standard", "-", "--deployment-role", role, "--out", place], "names: {trail: audit}");
    assert_eq!((code, stdout.matches(" characters\n").count()), (0, 2), "{stdout}");
    let scp = std::fs::read_to_string(folder.path().join("scp.json")).unwrap();
    assert!(scp.contains("trail/audit") && scp.contains(role), "{scp}");
    assert!(folder.path().join("rcp.json").exists());

    for wrong in ["ci", "arn:aws:iam::111122223333:role/*"] {
        let (code, _, stderr) = told(&["--deployment-role", wrong], "");
        assert!(code == 2 && stderr.contains("the ARN of one role"), "{stderr}");
    }
    let (code, _, stderr) = told(&["--standard", "-"], "names: {trial: audit}");
    assert!(code == 2 && stderr.contains("trial"), "{stderr}");
    let (code, _, stderr) = told(&["--standard", "no-such-file.yaml"], "");
    assert!(code == 2 && stderr.contains("no-such-file.yaml"), "{stderr}");
}
