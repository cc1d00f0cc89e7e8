//! `parapet policy check` on the files that people have.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs the command next to the samples.
fn check(arguments: &[&str], input: &[u8]) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parapet"))
        .args(["policy", "check"])
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // What is refused for its arguments is not read.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn answers(arguments: &[&str], input: &[u8]) -> Vec<Value> {
    let ended = check(&[&["--format", "jsonl"], arguments].concat(), input);
    ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// An answer in a line: the verdict, where and what it is, what was found.
fn line(answer: &Value) -> String {
    let place = &answer["place"];
    let mut line = format!("{} {}", text(&answer["verdict"]), place["line"]);
    let _ = write!(line, " {}", text(&place["name"]));
    let findings = answer["findings"].as_array().unwrap();
    for finding in findings {
        let _ = write!(line, "; {} at {} in {}", text(&finding["kind"]), finding["at"], finding["lines"]);
    }
    for why in ["why", "error"].iter().filter(|_| findings.is_empty()).filter_map(|key| answer[key].as_str()) {
        let _ = write!(line, "; {why}");
    }
    line
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The kinds that are asked for where one is enough: narrowing a policy that allows everything takes its time.
const FEW: [&str; 10] = [
    "--kind",
    "admin",
    "--kind",
    "privilege-escalation",
    "--kind",
    "public-access",
    "--kind",
    "trust-wildcard",
    "--kind",
    "foreign-principal",
];

/// What is said of a file, a policy a line.
fn lines(file: &str) -> String {
    answers(&[FEW.as_slice(), &[file]].concat(), b"").iter().map(|answer| format!("{}\n", line(answer))).collect()
}

/// The lines of what stands on standard input.
fn told(input: &Value) -> Vec<String> {
    answers(&[FEW.as_slice(), &["-"]].concat(), input.to_string().as_bytes()).iter().map(line).collect()
}

fn public() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::orders/*"}
    ]})
}

fn harmless() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:us-east-1:111122223333:function:f"}
    ]})
}

fn admin() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "*"}]})
}

#[test]
fn a_template() {
    insta::assert_snapshot!(lines("stack.yaml"));
}

#[test]
fn a_plan() {
    insta::assert_snapshot!(lines("plan.json"));
}

#[test]
fn an_account() {
    insta::assert_snapshot!(lines("account.json"));
}

#[test]
fn a_reader_sees_where_a_policy_stands() {
    let ended = check(&["get-bucket-policy.json", "stack.yaml", "plan.json", "--kind", "public-access"], b"");
    let shown = format!("{}--- standard error\n{}--- exit {}\n", ended.stdout, ended.stderr, ended.code);
    insta::assert_snapshot!(shown);
}

#[test]
fn answers_of_the_aws_cli() {
    #[track_caller]
    fn one(answer: Value, expected: &str) {
        let lines = told(&answer);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(expected), "{}", lines[0]);
    }
    let encoded = "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22iam%3APutUserPolicy%22%2C%22Resource%22%3A%22%2A%22%7D%7D";
    one(
        json!({"PolicyVersion": {"Document": admin(), "VersionId": "v3", "IsDefaultVersion": true}}),
        "fail 1 v3; admin",
    );
    one(json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": admin()}), "fail 1 r / p; admin");
    one(json!({"UserName": "u", "PolicyName": "p", "PolicyDocument": encoded}), "fail 1 u / p; admin");
    one(json!({"GroupName": "g", "PolicyName": "p", "PolicyDocument": harmless()}), "pass 1 g / p");
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    ]});
    let role = |trust: &Value| json!({"RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument": trust});
    one(json!({"Role": role(&trust)}), "fail 1 r; trust-wildcard");
    let own =
        json!({"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}});
    one(json!({"Role": role(&own)}), "pass 1 r");
    let foreign =
        json!({"Statement": {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}});
    one(json!({"Role": role(&foreign)}), "fail 1 r; foreign-principal");
    one(json!({"Policy": public().to_string()}), "fail 1 Policy; public-access");
    one(json!({"Policy": public().to_string(), "RevisionId": "x"}), "fail 1 Policy; public-access");
    one(json!({"Policy": public().to_string(), "PolicyName": "default"}), "fail 1 default; public-access");
    one(
        json!({"Attributes": {"TopicArn": "arn:aws:sns:us-east-1:111122223333:t", "Policy": public().to_string()}}),
        "fail 1 Attributes.Policy; public-access",
    );
    one(
        json!({"ARN": "arn:aws:secretsmanager:us-east-1:111122223333:secret:s", "Name": "s", "ResourcePolicy": public().to_string()}),
        "fail 1 s / arn:aws:secretsmanager:us-east-1:111122223333:secret:s; public-access",
    );
    one(
        json!({"registryId": "111122223333", "repositoryName": "images", "policyText": public().to_string()}),
        "fail 1 images; public-access",
    );
    one(
        json!({"resourcePolicies": [{"policyName": "p", "policyDocument": public().to_string()}]}),
        "fail 1 p; public-access",
    );
    one(
        json!({"Policy": {"PolicySummary": {"Name": "deny", "Type": "SERVICE_CONTROL_POLICY"}, "Content": admin().to_string()}}),
        "pass 1 ",
    );
    // What every organization has of AWS's own: it limits nothing, and grants nothing.
    let full = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]});
    let mut without = full.clone();
    without["Statement"][0].as_object_mut().unwrap().remove("Principal");
    let described = |name: &str, kind: &str, content: &Value| json!({"Policy": {"PolicySummary": {"Name": name, "Type": kind, "AwsManaged": true}, "Content": content.to_string()}});
    let (rcp, scp) = ("RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY");
    one(described("RCPFullAWSAccess", rcp, &full), "pass 1 RCPFullAWSAccess");
    one(described("FullAWSAccess", scp, &without), "pass 1 FullAWSAccess");
    one(json!([described("RCPFullAWSAccess", rcp, &full)]), "pass 1 RCPFullAWSAccess");
    one(
        json!({"Policies": [{"Name": "RCPFullAWSAccess", "Type": rcp, "Content": full.to_string()}]}),
        "pass 1 RCPFullAWSAccess",
    );
    one(
        json!({"Resources": {"R": {"Type": "AWS::Organizations::Policy", "Properties": {"Name": "r", "Type": rcp, "Content": full}}}}),
        "pass 1 R",
    );
    one(
        json!({"format_version": "1.2", "resource_changes": [{"address": "aws_organizations_policy.r", "type": "aws_organizations_policy",
            "mode": "managed", "change": {"actions": ["create"], "after": {"type": rcp, "content": full.to_string()}}}]}),
        "pass 1 aws_organizations_policy.r",
    );
    // What says nothing of what it is, is a policy of a resource.
    one(described("RCPFullAWSAccess", "OTHER", &full), "fail 1 RCPFullAWSAccess; public-access");
    one(described("r", rcp, &public()), "invalid 1 r; Statement[0].Effect: `Allow`");
    one(json!({"Policy": "{\"Version\":"}), "invalid 1 Policy; document: EOF");
    one(
        json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": "%7B%ff"}),
        "invalid 1 r / p; document: broken UTF-8",
    );
    // As `--output yaml` prints it, an answer or a list of a query.
    for (yaml, expected) in [
        ("PolicyName: p\nRoleName: r\nPolicyDocument: ", "fail 3 r / p; admin"),
        ("- RoleName: r\n  PolicyDocument: ", "fail 2 r; admin"),
        ("Id: x\nStatement: ", "fail 1 policy; admin"),
    ] {
        let policy = if yaml.starts_with("Id") { admin()["Statement"].clone() } else { admin() };
        let text = format!("{yaml}{policy}\n");
        let lines: Vec<String> = answers(&["--kind", "admin", "-"], text.as_bytes()).iter().map(line).collect();
        assert!(lines.len() == 1 && lines[0].starts_with(expected), "{text}: {lines:?}");
    }
    let two = told(&json!({"Roles": [role(&trust), role(&own)]}));
    assert!(two.len() == 2 && two[0].starts_with("fail 1 r; trust-wildcard") && two[1].starts_with("pass"), "{two:?}");
}

#[test]
fn what_is_not_read_is_named() {
    #[track_caller]
    fn refused(input: &[u8], expected: &str) {
        let ended = check(&["-"], input);
        assert_eq!(ended.code, 2, "{}{}", ended.stdout, ended.stderr);
        assert!(ended.stderr.contains(expected) && ended.stderr.contains("what to do: give "), "{}", ended.stderr);
        let answers = answers(&["-"], input);
        assert_eq!((answers.len(), &answers[0]["verdict"]), (1, &json!("invalid")));
    }
    refused(b"", "an empty file");
    refused(b"\xef\xbb\xbf \n", "an empty file");
    refused(b"PK\x03\x04\x14\x00", "a zip archive");
    refused(b"PK\x03\x04\x14\x00....tfplan", "terraform show -json PLAN");
    refused(b"resource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode({})\n}\n", "(HCL)");
    refused(b"terraform {\n  required_version = \">= 1\"\n}\n", "(HCL)");
    refused(
        br#"{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "resources": []}"#,
        "a state of Terraform",
    );
    refused(b"import * as cdk from 'aws-cdk-lib';\n", "the source of a CDK app");
    refused(b"from aws_cdk import Stack\n", "the source of a CDK app");
    refused(br#"{"app": "npx ts-node bin/app.ts", "context": {}}"#, "the settings of a CDK app");
    refused(br#"{"name": "x", "dependencies": {}}"#, "JSON in which there is no policy");
    refused(b"name: x\non: [push]\n", "YAML that is no CloudFormation template");
    refused(
        br#"{"version": "tree-0.1", "tree": {"P": {"policyDocument": {"Statement": [{"Effect": {"Ref": "E"}}]}}}}"#,
        "the tree of a CDK app",
    );
    refused(
        b"service: s\nprovider: {name: aws}\nresources: {Resources: {P: {PolicyDocument: {Statement: []}}}}\n",
        "`serverless package`",
    );
    refused(b"{\"@level\": \"info\", \"type\": \"version\"}\n{\"@level\": \"info\"}\n", "terraform show -json PLAN");
    refused(b"<GetRolePolicyResponse/>", "XML");
    refused(
        br#"{"Policy": {"PolicyName": "p", "Arn": "arn:aws:iam::111122223333:policy/p", "DefaultVersionId": "v2"}}"#,
        "aws iam get-policy-version --policy-arn arn:aws:iam::111122223333:policy/p --version-id v2",
    );
    refused(
        br#"{"Policies": [{"PolicyName": "p", "Arn": "arn:aws:iam::111122223333:policy/p"}]}"#,
        "get-policy-version",
    );
    refused(br#"{"PolicyNames": ["p"]}"#, "get-role-policy");
    refused(br#"{"Attributes": {"QueueArn": "arn:aws:sqs:us-east-1:111122223333:q"}}"#, "get-queue-attributes");
    let open =
        r#"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"Update:*\",\"Principal\":\"*\",\"Resource\":\"*\"}]}"#;
    refused(format!(r#"{{"StackPolicyBody": "{open}"}}"#).as_bytes(), "the policy of a stack");
    refused(open.replace('\\', "").as_bytes(), "the policy of a stack");
    refused(
        format!(r#"{{"VpcEndpoints": [{{"VpcEndpointId": "vpce-1", "PolicyDocument": "{open}"}}]}}"#).as_bytes(),
        "policies of VPC endpoints",
    );
    refused(
        br#"{"Policy": {"PolicySummary": {"Name": "tags", "Type": "TAG_POLICY"}, "Content": "{\"tags\":{}}"}}"#,
        "none of IAM's (`TAG_POLICY`)",
    );
    refused(
        br#"{"Policies": [{"Id": "p-FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": true}]}"#,
        "aws organizations describe-policy",
    );
    refused(br#"{"PolicyNames": ["default"], "Truncated": false}"#, "aws kms get-key-policy");
    refused(
        b"\nAn error occurred (NoSuchBucketPolicy) when calling GetBucketPolicy: none\n",
        "an error that the AWS CLI",
    );
    refused(b"POLICYDOCUMENT\t2012-10-17\nSTATEMENT\ts3:*\tAllow\t*\n", "`--output text`");
    refused(b"-------\n|  GetRolePolicy  |\n", "`--output table`");
    refused(b"Resources:\n  A: [\n  B: 1\n", "broken YAML");
    refused(&[0xff, 0x00, 0xfe], "neither UTF-8");
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::copy(&mut std::io::repeat(b' ').take(65 * 1024 * 1024), &mut bomb).unwrap();
    refused(&bomb.finish().unwrap(), "more than 64 MiB when it is unpacked");
}

#[test]
fn text_is_read_however_it_is_written() {
    let policy = admin().to_string();
    let utf16 = |of: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(policy.encode_utf16()).flat_map(of).collect()
    };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(policy.as_bytes()).unwrap();
    let encoded: String = policy.bytes().map(|byte| format!("%{byte:02X}")).collect();
    // Two members are one stream, as gzip itself has it.
    let halves = policy.as_bytes().chunks(policy.len() / 2 + 1).flat_map(|half| {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(half).unwrap();
        gzip.finish().unwrap()
    });
    let inputs = [
        halves.collect(),
        policy.clone().into_bytes(),
        [b"\xef\xbb\xbf", policy.as_bytes()].concat(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        gzip.finish().unwrap(),
        encoded.into_bytes(),
    ];
    for input in inputs {
        let answers = answers(&["-", "--kind", "admin"], &input);
        assert_eq!(answers[0]["verdict"], json!("fail"), "{answers:?}");
        // A policy by itself is answered as ever.
        assert_eq!((answers.len(), answers[0].get("place")), (1, None));
        assert_eq!(answers[0]["findings"][0].get("lines"), None);
    }
}

#[test]
fn a_file_can_be_taken_for_something() {
    let refused = |format: &str, file: &str, expected: &str| {
        let ended = check(&["--input-format", format, file], b"");
        assert!(
            ended.code == 2 && ended.stderr.contains(expected),
            "{format} {file}: {}{}",
            ended.stdout,
            ended.stderr
        );
    };
    refused("document", "get-role-policy.json", "unknown key `RoleName`");
    refused("cloudformation", "plan.json", "a file without `Resources`");
    refused("terraform-plan", "account.json", "without `resource_changes`");
    refused("authorization-details", "plan.json", "without `UserDetailList`");
    for (format, file) in
        [("aws-cli", "get-role-policy.json"), ("cloudformation", "stack.yaml"), ("terraform-plan", "plan.json")]
    {
        let [auto, said] = ["auto", format].map(|format| {
            let answers = answers(&["--input-format", format, "--kind", "public-access", file], b"");
            answers.iter().map(line).collect::<Vec<_>>()
        });
        assert_eq!(auto, said, "{file}");
    }
}

#[test]
fn a_file_without_policies_is_none_too_many() {
    let told = |input: Value| told(&input);
    assert_eq!(told(json!({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}})), ["pass null "]);
    assert_eq!(told(json!({"format_version": "1.2", "resource_changes": []})), ["pass null "]);
    assert_eq!(
        told(json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []})),
        ["pass null "]
    );
}

#[test]
fn what_has_no_policy_says_so_by_what_it_is() {
    #[track_caller]
    fn is(arguments: &[&str], input: &str, code: i32, expected: &str) {
        let ended = check(&[arguments, &["-"]].concat(), input.as_bytes());
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(ended.code == code && said.contains(expected), "{input}: {}: {said}", ended.code);
        assert!(!said.contains("1 policy"), "{input}: {said}");
    }
    // Nothing is wrong with what could have had some.
    let template = "0 policies in a CloudFormation template\n\nnothing found in 0 policies\n";
    is(&[], r#"{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}"#, 0, template);
    is(&[], "Resources:\n  B: {Type: 'AWS::S3::Bucket'}\n", 0, template);
    is(&[], r#"{"format_version": "1.2", "resource_changes": []}"#, 0, "0 policies in a plan or a state of Terraform");
    is(&[], r#"{"format_version": "1.0"}"#, 0, "0 policies in a plan or a state of Terraform");
    is(&[], r#"{"RoleDetailList": []}"#, 0, "0 policies in an answer of `aws iam get-account-authorization-details`");
    // What has none that it should have had is not read.
    let cli = ["--input-format", "aws-cli"];
    is(&cli, r#"{"RoleName": "r"}"#, 2, "JSON in which there is no policy");
    is(&cli, r#"{"Roles": []}"#, 2, "an answer of the AWS CLI with `Roles` and without a policy");
    is(&cli, "[]", 2, "JSON in which there is no policy");
    is(&[], r#"{"RoleName": "r"}"#, 2, "JSON in which there is no policy");
    is(&[], r#"{"RoleDetailList": {}}"#, 2, "JSON in which `RoleDetailList` is no list");
    is(&[], r#"{"RoleDetailList": [], "Policies": null}"#, 2, "JSON in which `Policies` is no list");
    is(&[], r#"{"format_version": "1.2", "resource_changes": {}}"#, 2, "JSON in which `resource_changes` is no list");
    let answers = answers(&["-"], br#"{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}"#);
    assert_eq!(answers[0]["note"], json!("0 policies in a CloudFormation template"));
}

#[test]
fn what_goes_on_elsewhere_is_not_all_there_is() {
    let role = |principal: &str| {
        json!({"RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument":
            {"Statement": {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}}})
    };
    let roles = |more: &Value| {
        let mut page = json!({"Roles": [role("ec2.amazonaws.com")]});
        page.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        page
    };
    let account = |more: &Value| {
        let mut page = json!({"RoleDetailList": [], "UserDetailList": [], "GroupDetailList": [], "Policies": []});
        page.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        page
    };
    let undetermined = |input: Value| {
        let lines = told(&input);
        let said = lines.iter().any(|line| line.starts_with("undetermined") && line.contains("give all pages"));
        assert_eq!(said, lines.iter().any(|line| !line.starts_with("pass")), "{lines:?}");
        said
    };
    for (input, expected) in [
        (roles(&json!({"IsTruncated": true, "Marker": "x"})), true),
        (roles(&json!({"IsTruncated": false})), false),
        (roles(&json!({"Truncated": true})), true),
        (roles(&json!({"NextToken": "x"})), true),
        (roles(&json!({"NextToken": null})), false),
        (roles(&json!({"nextToken": "x"})), true),
        (roles(&json!({"NextMarker": "x"})), true),
        (roles(&json!({})), false),
        (json!([roles(&json!({"IsTruncated": true})), roles(&json!({"IsTruncated": false}))]), false),
        (json!([roles(&json!({"IsTruncated": true})), roles(&json!({"IsTruncated": true}))]), true),
        (json!([roles(&json!({"IsTruncated": true})), {"RoleName": "r", "PolicyDocument": harmless()}]), true),
        (account(&json!({"IsTruncated": true})), true),
        (account(&json!({"NextToken": "x"})), true),
        (account(&json!({"IsTruncated": false})), false),
    ] {
        assert_eq!(undetermined(input.clone()), expected, "{input}");
    }
}

#[test]
fn what_the_cli_prints_of_a_template() {
    let yaml = "Parameters: {P: {Type: String}}\nResources:\n  X:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument: {Statement: [{Effect: Allow, Action: !Sub 'iam:${P}', Resource: '*'}]}\n";
    let object =
        json!({"Resources": {"X": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": admin()}}}});
    for (body, expected) in [
        (json!(yaml), "undetermined 1 X / PolicyDocument"),
        (object.clone(), "fail 1 X / PolicyDocument; admin"),
        (json!(object.to_string()), "fail 1 X / PolicyDocument; admin"),
        (
            json!("Resources:\n  A: [\n  B: 1\n"),
            "invalid null ; line 1 column 17: a `TemplateBody` with broken YAML in its line 2",
        ),
        (json!("hello"), "invalid null ; a `TemplateBody` that is no template"),
        (json!({"a": 1}), "invalid null ; a `TemplateBody` that is no template"),
    ] {
        let lines = told(&json!({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}));
        assert!(lines.len() == 1 && lines[0].starts_with(expected), "{body}: {lines:?}");
    }
}

#[test]
fn a_policy_with_escaped_quotes() {
    let escaped = |policy: &Value| json!(policy.to_string()).to_string().trim_matches('"').to_owned();
    let public = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke",
        "Resource": "arn:aws:execute-api:us-east-1:111122223333:a/*"}]});
    let api = json!({"id": "a", "name": "orders", "policy": escaped(&public), "tags": {}});
    for (answer, expected) in [
        (api.clone(), "fail 1 orders; public-access"),
        (json!({"items": [api]}), "fail 1 orders; public-access"),
        (json!({"id": "a", "name": "orders", "policy": "{\\\"Statement\\\":"}), "invalid 1 orders; document: "),
    ] {
        let lines = told(&answer);
        assert!(lines.len() == 1 && lines[0].starts_with(expected), "{answer}: {lines:?}");
    }
}

#[test]
fn whom_a_collection_lets_in() {
    let list = |principal: &str| {
        let rules = json!([{"ResourceType": "index", "Resource": ["index/c/*"], "Permission": ["aoss:*"]}]);
        json!([{"Rules": rules, "Principal": [principal], "Description": "d"}])
    };
    let own = "arn:aws:iam::111122223333:role/r";
    let foreign = "arn:aws:iam::444455556666:role/r";
    let network =
        json!([{"Rules": [{"ResourceType": "collection", "Resource": ["collection/c"]}], "AllowFromPublic": true}]);
    let cli = |policy: Value| json!({"accessPolicyDetail": {"type": "data", "name": "p", "policy": policy}});
    let template = |policy: Value| json!({"Resources": {"A": {"Type": "AWS::OpenSearchServerless::AccessPolicy", "Properties": {"Name": "p", "Type": "data", "Policy": policy}}}});
    let sub = |policy: Value| json!({"Fn::Sub": policy.to_string()});
    let plan = |policy: Value| {
        json!({"format_version": "1.2", "resource_changes": [{"address": "aws_opensearchserverless_access_policy.p",
            "type": "aws_opensearchserverless_access_policy", "mode": "managed",
            "change": {"actions": ["create"], "after": {"name": "p", "policy": policy.to_string()}, "after_unknown": {}}}]})
    };
    for (input, expected) in [
        (cli(list(own)), "pass"),
        (cli(list(foreign)), "fail"),
        (cli(list("*")), "fail"),
        (cli(list("arn:aws:iam::*:role/r")), "fail"),
        (cli(list("saml/111122223333/idp/user/u")), "pass"),
        (cli(list("saml/444455556666/idp/user/u")), "fail"),
        (template(json!(list(own).to_string())), "pass"),
        (template(json!(list(foreign).to_string())), "fail"),
        (template(sub(list("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/r"))), "pass"),
        (template(json!({"Fn::Sub": list("arn:aws:iam::${P}:role/r").to_string()})), "undetermined"),
        (template(json!(network.to_string())), "pass"),
        (plan(list(own)), "pass"),
        (plan(list(foreign)), "fail"),
        (plan(network.clone()), "pass"),
    ] {
        let answers = answers(&["--account", "111122223333", "-"], input.to_string().as_bytes());
        let verdicts: Vec<&str> = answers.iter().map(|answer| text(&answer["verdict"])).collect();
        assert_eq!(verdicts, [expected], "{input}: {answers:?}");
    }
}

#[test]
fn answers_one_after_the_other() {
    let of = |values: &[Value], between: &str| {
        let text = values.iter().map(Value::to_string).collect::<Vec<_>>().join(between);
        answers(&[FEW.as_slice(), &["-"]].concat(), text.as_bytes()).iter().map(line).collect::<Vec<_>>()
    };
    let role = |name: &str, policy: Value| json!({"RoleName": name, "PolicyName": "p", "PolicyDocument": policy});
    let page = |name: &str, cut: bool| {
        json!({"RoleDetailList": [], "UserDetailList": [{"UserName": name, "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": admin()}], "GroupList": []}],
            "GroupDetailList": [], "Policies": [], "IsTruncated": cut})
    };
    let template = json!({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}});
    for (values, between, expected) in [
        (vec![role("a", harmless()), role("b", admin())], "\n", &["pass 1 a / p", "fail 2 b / p; admin"] as &[_]),
        (vec![role("a", harmless()), role("b", admin())], "", &["pass 1 a / p", "fail 1 b / p; admin"]),
        (vec![harmless(), admin()], "\n\n", &["pass 1 [0]", "fail 3 [1]; admin"]),
        (
            vec![role("a", admin()), json!({"Roles": []})],
            "\n",
            &["fail 1 a / p; admin", "invalid 2 [1]; document: an answer without a policy"],
        ),
        (
            vec![json!({}), role("a", admin()), json!({})],
            "\n",
            &["fail 2 a / p; admin", "invalid 1 [0]; document: 2 answers without a policy"],
        ),
        (vec![page("a", true), page("b", false)], "\n", &["fail 1 user a; admin", "fail 2 user b; admin"]),
        (
            vec![page("a", true), page("b", true)],
            "\n",
            &["fail 1 user a; admin", "fail 2 user b; admin", "undetermined 1 the answer"],
        ),
        (
            vec![page("a", false), page("b", true)],
            "\n",
            &["invalid null ; line 1 column 1: several answers of `aws iam get-account-authorization-details`"],
        ),
        (
            vec![role("a", admin()), template],
            "\n",
            &["invalid null ; line 2 column 1: several values, and one of them a CloudFormation template"],
        ),
        (
            vec![role("a", admin()), page("a", false)],
            "\n",
            &["invalid null ; line 2 column 1: several values, and one of them an answer"],
        ),
        (vec![json!({}), json!([])], "\n", &["invalid null ; several values in JSON, in which there is no policy"]),
        (vec![role("a", admin()), json!("x")], "\n", &["invalid null ; line 2 column 1: broken JSON"]),
    ] {
        let lines = of(&values, between);
        let is =
            lines.len() == expected.len() && lines.iter().zip(expected).all(|(line, start)| line.starts_with(start));
        assert!(is, "{values:?}: {lines:?}");
    }
}

#[test]
fn a_folder_is_what_is_in_it() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    let write = |name: &str, bytes: &[u8]| {
        std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        std::fs::write(root.join(name), bytes).unwrap();
    };
    write("a/role.json", json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": admin()}).to_string().as_bytes());
    write("a/b/reader.txt", harmless().to_string().as_bytes());
    write("a/broken.json", br#"{"Statement": ["#);
    write("a/stack.yaml", b"Resources:\n  B: {Type: 'AWS::S3::Bucket'}\n");
    write("a/broken.yaml", b"Resources:\n  A: [\n  B: 1\n");
    write("a/README.md", b"# Policies\n\nA `Statement` says what is allowed.\n");
    write("a/package.json", br#"{"name": "x", "version": "1.0.0"}"#);
    write("a/workflow.yml", b"name: x\non: [push]\n");
    write("a/tsconfig.json", b"{ // no JSON\n}");
    write("a/logo.png", b"\x89PNG\r\n\x1a\n\xff");
    // What begins with it is no text, whatever it has besides.
    write("a/program", format!("\u{0}{}", admin()).as_bytes());
    write("a/empty", b"");
    write("a/.git/config.json", admin().to_string().as_bytes());
    write("a/.hidden/p.json", admin().to_string().as_bytes());
    write("none/README.md", b"nothing\n");
    write("empty/.keep", b"");
    let path = |name: &str| root.join(name).to_str().unwrap().to_owned();
    let judged = |arguments: &[&str]| {
        let ended = check(&[&["--format", "jsonl", "--kind", "admin"], arguments].concat(), b"");
        let answers = ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let name = |value: &Value| text(value).replace(&format!("{}/", root.display()), "");
        let answers = answers.map(|answer| format!("{} {}", name(&answer["file"]), text(&answer["verdict"])));
        let left = ended.stderr.replace(&format!("{}/", root.display()), "");
        (answers.collect::<Vec<_>>(), left.lines().map(str::to_owned).collect::<Vec<_>>(), ended.code)
    };
    let found = [
        "a/b/reader.txt pass",
        "a/broken.json invalid",
        "a/broken.yaml invalid",
        "a/role.json fail",
        "a/stack.yaml pass",
    ];
    let left = [
        "left out: a/README.md: there is no policy in it",
        "left out: a/empty: an empty file",
        "left out: a/logo.png: it is no text: neither UTF-8 nor UTF-16 with its mark",
        "left out: a/package.json: JSON in which there is no policy",
        "left out: a/program: it is no text: neither UTF-8 nor UTF-16 with its mark",
        "left out: a/tsconfig.json: there is no policy in it",
        "left out: a/workflow.yml: YAML that is no CloudFormation template",
    ];
    let (answers, mut said, code) = judged(&[&path("a")]);
    said.sort();
    assert_eq!((answers.as_slice(), code), (found.map(str::to_owned).as_slice(), 2));
    assert_eq!(said, left);
    for (folder, expected, code) in [
        ("a/b", vec!["a/b/reader.txt pass"], 0),
        ("none", vec!["none invalid"], 2),
        ("empty", vec!["empty invalid"], 2),
        ("a/.hidden", vec!["a/.hidden/p.json fail"], 1),
        ("missing", vec!["missing invalid"], 2),
    ] {
        let (answers, _, ended) = judged(&[&path(folder)]);
        assert_eq!((answers, ended), (expected.into_iter().map(str::to_owned).collect(), code), "{folder}");
    }
    // Files can be treated as those of a folder are.
    for (file, expected, code) in [
        ("a/README.md", vec![], 0),
        ("a/broken.json", vec!["a/broken.json invalid"], 2),
        ("missing", vec!["missing invalid"], 2),
    ] {
        let (answers, _, ended) = judged(&["--skip-others", &path(file)]);
        assert_eq!((answers, ended), (expected.into_iter().map(str::to_owned).collect(), code), "{file}");
        assert_eq!(judged(&[&path(file)]).2, 2, "{file}");
    }
}

#[cfg(unix)]
#[test]
fn links_in_a_folder_come_to_an_end() {
    use std::os::unix::fs::symlink;
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    std::fs::create_dir_all(root.join("a/b")).unwrap();
    std::fs::write(root.join("a/p.json"), harmless().to_string()).unwrap();
    symlink(root.join("a"), root.join("a/b/round")).unwrap();
    symlink("nothing", root.join("a/dangling.json")).unwrap();
    symlink("self", root.join("a/self")).unwrap();
    symlink("p.json", root.join("a/link.json")).unwrap();
    let ended = check(&[root.join("a").to_str().unwrap()], b"");
    assert_eq!((ended.code, ended.stdout.as_str()), (0, "nothing found in 2 files\n"), "{}", ended.stderr);
    for name in [
        "a/b/round: a folder that was looked into already",
        "a/dangling.json: a link that leads nowhere",
        "a/self: a link",
    ] {
        assert!(ended.stderr.contains(name), "{name}: {}", ended.stderr);
    }
}

#[test]
fn what_a_plan_does_not_have_is_not_judged() {
    let plan = |more: Value| {
        let mut plan = json!({"format_version": "1.2", "resource_changes": []});
        plan.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        told(&plan)
    };
    for (more, expected) in [
        (json!({"errored": true}), "undetermined 1 the plan; the plan also has what comes after the error"),
        (
            json!({"deferred_changes": [{"reason": "resource_config_unknown"}]}),
            "undetermined 1 the plan; the plan also has changes",
        ),
        (json!({"errored": false, "deferred_changes": []}), "pass null "),
    ] {
        let lines = plan(more.clone());
        assert!(lines.len() == 1 && lines[0].starts_with(expected), "{more}: {lines:?}");
    }
}

/// What is said of a template with one role or bucket policy that has such a statement.
fn verdict(statement: &str) -> (String, String) {
    let (kind, key) = if statement.contains("AssumeRole") {
        ("AWS::IAM::Role", "AssumeRolePolicyDocument")
    } else if statement.contains("Principal") {
        ("AWS::S3::BucketPolicy", "PolicyDocument")
    } else {
        ("AWS::IAM::ManagedPolicy", "PolicyDocument")
    };
    let template = format!(
        "Parameters:\n  P: {{Type: String, Default: '111122223333'}}\nMappings: {{M: {{a: {{b: 's3:GetObject', c: '*'}}}}}}\nResources:\n  B: {{Type: 'AWS::S3::Bucket'}}\n  R: {{Type: 'AWS::IAM::Role'}}\n  C: {{Type: 'Custom::Thing'}}\n  X:\n    Type: {kind}\n    Properties:\n      {key}: {{Version: 2012-10-17, Statement: {statement}}}\n"
    );
    let answers = answers(&[FEW.as_slice(), &["-"]].concat(), template.as_bytes());
    assert_eq!(answers.len(), 1, "{template}");
    (text(&answers[0]["verdict"]).to_owned(), line(&answers[0]))
}

#[test]
fn what_is_not_known_is_never_harmless() {
    #[track_caller]
    fn is(statement: &str, expected: &str) {
        let (verdict, line) = verdict(statement);
        assert_eq!(verdict, expected, "{statement}: {line}");
    }
    // Who is let in.
    is("[{Effect: Allow, Principal: !Ref P, Action: s3:GetObject, Resource: !Sub '${B.Arn}/*'}]", "undetermined");
    is(
        "[{Effect: Allow, Principal: {AWS: !Ref P}, Action: s3:GetObject, Resource: !Sub '${B.Arn}/*'}]",
        "undetermined",
    );
    is("[{Effect: Allow, Principal: {AWS: !Sub 'arn:aws:iam::${P}:root'}, Action: sts:AssumeRole}]", "undetermined");
    is("[{Effect: Allow, Principal: {Service: !Ref P}, Action: sts:AssumeRole}]", "undetermined");
    is("[{Effect: Allow, Principal: {AWS: !GetAtt C.Arn}, Action: sts:AssumeRole}]", "undetermined");
    is("[{Effect: Allow, Principal: {AWS: !ImportValue Role}, Action: sts:AssumeRole}]", "undetermined");
    is(
        "[{Effect: Allow, Principal: {AWS: !If [c, !Ref 'AWS::AccountId', '*']}, Action: sts:AssumeRole}]",
        "undetermined",
    );
    is("[{Effect: Allow, Principal: {AWS: !GetAtt R.Arn}, Action: sts:AssumeRole}]", "pass");
    is("[{Effect: Allow, Principal: {AWS: !Ref 'AWS::AccountId'}, Action: sts:AssumeRole}]", "pass");
    is(
        "[{Effect: Allow, Principal: {AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'}, Action: sts:AssumeRole}]",
        "pass",
    );
    is("[{Effect: Allow, Principal: {AWS: [!Ref P, '*']}, Action: sts:AssumeRole}]", "fail");
    // What is allowed.
    is("[{Effect: Allow, Action: !Ref P, Resource: !GetAtt B.Arn}]", "undetermined");
    is("[{Effect: Allow, Action: !Sub '${P}:GetObject', Resource: !Sub '${B.Arn}/*'}]", "undetermined");
    is("[{Effect: Allow, Action: !Sub 's3:${P}', Resource: !Sub '${B.Arn}/*'}]", "pass");
    is("[{Effect: Allow, Action: !Sub 'iam:${P}', Resource: '*'}]", "undetermined");
    is("[{Effect: Allow, Action: !FindInMap [M, a, b], Resource: !Sub '${B.Arn}/*'}]", "pass");
    is("[{Effect: Allow, Action: !FindInMap [M, a, c], Resource: '*'}]", "fail");
    is("[{Effect: Allow, Action: !FindInMap [M, !Ref P, b], Resource: !Sub '${B.Arn}/*'}]", "undetermined");
    is("[{Effect: Allow, NotAction: !Ref P, Resource: '*'}]", "undetermined");
    // On what.
    is("[{Effect: Allow, Action: iam:PutUserPolicy, Resource: !Ref P}]", "undetermined");
    is("[{Effect: Allow, Action: iam:PutUserPolicy, Resource: !Sub 'arn:aws:iam::*:user/${P}'}]", "undetermined");
    is("[{Effect: Allow, Action: lambda:InvokeFunction, Resource: !Ref P}]", "pass");
    // When.
    is(
        "[{Effect: Allow, Principal: '*', Action: s3:GetObject, Resource: !Sub '${B.Arn}/*', Condition: {StringEquals: {aws:PrincipalAccount: !Ref P}}}]",
        "undetermined",
    );
    is(
        "[{Effect: Allow, Principal: '*', Action: s3:GetObject, Resource: !Sub '${B.Arn}/*', Condition: {StringEquals: {aws:PrincipalAccount: !Ref 'AWS::AccountId'}}}]",
        "pass",
    );
    // A Deny that may not bite takes nothing, and one that may does not make a finding.
    is(
        "[{Effect: Allow, Action: iam:PutUserPolicy, Resource: '*'}, {Effect: Deny, Action: !Ref P, Resource: '*'}]",
        "undetermined",
    );
    is(
        "[{Effect: Allow, Action: iam:PutUserPolicy, Resource: '*'}, {Effect: Deny, Action: s3:GetObject, Resource: !Ref P}]",
        "fail",
    );
    // Statements, and what they do.
    is("!Ref P", "undetermined");
    is("[!If [c, {Effect: Allow, Action: iam:PutUserPolicy, Resource: '*'}, !Ref 'AWS::NoValue']]", "undetermined");
    is(
        "[!If [c, {Effect: Deny, Action: '*', Resource: '*'}, !Ref 'AWS::NoValue'], {Effect: Allow, Action: iam:PutUserPolicy, Resource: '*'}]",
        "undetermined",
    );
    is("[!If [c, {Effect: Allow, Action: lambda:InvokeFunction, Resource: '*'}, !Ref 'AWS::NoValue']]", "pass");
    is("[{Effect: !Ref P, Action: iam:PutUserPolicy, Resource: '*'}]", "undetermined");
    // Nobody says that it is none of what could be: characters that stand for a part here.
    is("[{Effect: Allow, Action: \"\\uE0000\\uE001\", Resource: '*'}]", "undetermined");
}

#[test]
fn what_is_made_up_is_nobodys() {
    // A bucket that is called as the logical name is another one, whatever it is called. Names that name each other end.
    let bucket = |bucket: &str, resource: &str, denied: &str| {
        let template = format!(
            "Parameters: {{P: {{Type: String}}}}\nResources:\n  Data: {{Type: 'AWS::S3::Bucket', Properties: {bucket}}}\n  Y: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: !Ref Data}}}}\n  X: {{Type: 'AWS::S3::BucketPolicy', Properties: {{PolicyDocument: {{Version: 2012-10-17, Statement: [{{Effect: Allow, Principal: '*', Action: s3:GetObject, Resource: {resource}}}, {{Effect: Deny, Principal: '*', Action: '*', Resource: {denied}}}]}}}}}}\n"
        );
        text(&answers(&[FEW.as_slice(), &["-"]].concat(), template.as_bytes())[0]["verdict"]).to_owned()
    };
    let own = "!Sub '${Data.Arn}/*'";
    assert_eq!(bucket("{}", "'arn:aws:s3:::data/*'", own), "fail");
    assert_eq!(bucket("{}", "'arn:aws:s3:::stack0-data-stack0/*'", own), "fail");
    assert_eq!(bucket("{BucketName: data}", "'arn:aws:s3:::data/*'", own), "pass");
    assert_eq!(bucket("{BucketName: !Sub 'data-${AWS::AccountId}'}", own, "'arn:aws:s3:::data/*'"), "fail");
    assert_eq!(bucket("{BucketName: !Ref P}", "'arn:aws:s3:::data/*'", own), "undetermined");
    assert_eq!(bucket("{BucketName: !Ref Y}", "'arn:aws:s3:::data/*'", own), "undetermined");

    // A region is one of many.
    let condition = |effect: &str, operator: &str, region: &str| {
        let statement = "Principal: '*', Action: s3:GetObject, Resource: 'arn:aws:s3:::b/*'";
        format!("{{Effect: {effect}, {statement}, Condition: {{{operator}: {{aws:RequestedRegion: {region}}}}}}}")
    };
    for region in ["us-east-1", "eu-north-1", "'us-*'"] {
        let own = condition("Deny", "StringNotEquals", "!Ref 'AWS::Region'");
        let not_there = condition("Deny", "StringLike", region);
        let statement = format!(
            "[{{Effect: Allow, Principal: '*', Action: s3:GetObject, Resource: 'arn:aws:s3:::b/*'}}, {own}, {not_there}]"
        );
        assert_eq!(verdict(&statement).0, "fail", "{region}");
    }
}

#[test]
fn who_is_of_the_account_is_known_without_his_name() {
    let of = |name: &str, principal: &str| {
        let template = format!(
            "Parameters: {{P: {{Type: String}}}}\nResources:\n  R: {{Type: 'AWS::IAM::Role', Properties: {{RoleName: {name}}}}}\n  X: {{Type: 'AWS::IAM::Role', Properties: {{AssumeRolePolicyDocument: {{Statement: [{{Effect: Allow, Principal: {{AWS: {principal}}}, Action: sts:AssumeRole}}]}}}}}}\n"
        );
        text(&answers(&["-"], template.as_bytes())[0]["verdict"]).to_owned()
    };
    assert_eq!(of("!Sub '${P}-reader'", "!GetAtt R.Arn"), "pass");
    assert_eq!(of("reader", "!Sub 'arn:aws:iam::${AWS::AccountId}:role/${P}'"), "pass");
    // Of another account, of any.
    assert_ne!(of("reader", "!Sub 'arn:aws:iam::444455556666:role/${P}'"), "pass");
    assert_eq!(of("reader", "!Sub 'arn:aws:iam::${P}:role/reader'"), "undetermined");
    assert_eq!(of("reader", "!Sub 'arn:aws:${P}::${AWS::AccountId}:role/reader'"), "undetermined");
    assert_eq!(of("reader", "!Sub '${P}:${AWS::AccountId}:role/reader'"), "undetermined");
}

#[test]
fn what_looks_like_a_policy_and_what_is_meant_as_one() {
    let of = |properties: &str| {
        let template = format!("Resources:\n  X:\n    Type: AWS::X::Y\n    Properties:\n      {properties}\n");
        answers(&["-", "--kind", "admin"], template.as_bytes()).iter().map(line).collect::<Vec<_>>()
    };
    // A firewall's rule has a statement, a scaling policy none.
    assert_eq!(
        of("Rules: [{Action: {Block: {}}, Statement: {ManagedRuleGroupStatement: {VendorName: AWS}}}]"),
        ["pass null "]
    );
    assert_eq!(of("Policy: {TargetValue: 70}"), ["pass null "]);
    assert_eq!(of("Policies: [AmazonS3ReadOnlyAccess, !Ref X, {S3ReadPolicy: {BucketName: b}}]"), ["pass null "]);
    // What is misspelt is no policy, and not nothing.
    let misspelt = of("PolicyDocument: {Version: 2012-10-17, Statment: [{Effect: Allow, Action: '*', Resource: '*'}]}");
    assert!(misspelt.len() == 1 && misspelt[0].starts_with("invalid 5 X / PolicyDocument"), "{misspelt:?}");
    // Which of two counts is not known.
    let twice = of("PolicyDocument: {Statement: []}\n      PolicyDocument: {Statement: []}");
    assert!(twice[0].starts_with("invalid 6 ") && twice[0].contains("twice"), "{twice:?}");
    // A policy that a list of the service's own holds, or a string.
    let admin = admin().to_string();
    for properties in [
        format!("A: {{B: [{{C: {admin}}}]}}"),
        format!("PolicyDocument: '{admin}'"),
        format!("PolicyDocument: !Sub '{admin}'"),
        format!("PolicyDocument: !If [c, !Ref 'AWS::NoValue', {admin}]"),
        format!("PolicyDocument: {{'Fn::ToJsonString': {admin}}}"),
        format!("Policies: !If [c, [{{PolicyName: p, PolicyDocument: {admin}}}], !Ref 'AWS::NoValue']"),
    ] {
        let lines = of(&properties);
        assert!(lines.len() == 1 && lines[0].starts_with("fail 5 X"), "{properties}: {lines:?}");
    }
    let open = of("PolicyDocument: !Ref Document");
    assert!(open.len() == 1 && open[0].starts_with("undetermined 5 X / PolicyDocument"), "{open:?}");
}

#[test]
fn what_makes_resources_is_not_nothing() {
    let of = |template: &str| answers(&["-"], template.as_bytes()).iter().map(line).collect::<Vec<_>>();
    let resources = "Resources: {B: {Type: 'AWS::S3::Bucket'}}\n";
    assert_eq!(of(&format!("Transform: AWS::Serverless-2016-10-31\n{resources}")), ["pass null "]);
    for transform in
        ["MyMacro", "[AWS::Serverless-2016-10-31, MyMacro]", "{Name: AWS::Include, Parameters: {Location: s3}}"]
    {
        let lines = of(&format!("Transform: {transform}\n{resources}"));
        assert!(lines.len() == 1 && lines[0].starts_with("undetermined 1 "), "{transform}: {lines:?}");
    }
    let lines = of("Resources:\n  Fn::ForEach::Roles: [x, [a], {}]\n  B: {Type: 'AWS::S3::Bucket'}\n");
    assert!(lines[0].starts_with("undetermined 2 ") && lines[0].contains("--template-stage Processed"), "{lines:?}");
}

#[test]
fn sarif_is_as_the_official_schema_says() {
    let mut schema: Value = serde_json::from_str(include_str!("data/sarif/sarif-schema-2.1.0.json")).unwrap();
    // No regular expression: a bracket is closed that was not opened.
    for of in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{of}/properties/language")).unwrap();
        assert!(language.as_object_mut().unwrap().remove("pattern").is_some());
    }
    let schema = jsonschema::validator_for(&schema).unwrap();
    let files = ["stack.yaml", "plan.json", "../policies/bucket.json", "../policies/broken.json", "missing.json"];
    let ended = check(&[FEW.as_slice(), &["--format", "sarif"], &files].concat(), b"");
    assert_eq!((ended.code, ended.stderr.as_str()), (2, ""));
    let sarif: Value = serde_json::from_str(&ended.stdout).unwrap();
    let faults: Vec<String> = schema.iter_errors(&sarif).map(|fault| fault.to_string()).collect();
    assert_eq!(faults, Vec::<String>::new());
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let told: Vec<String> = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            format!(
                "{}:{} {}",
                text(&place["artifactLocation"]["uri"]),
                place["region"]["startLine"],
                text(&result["ruleId"])
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn json_is_one_list_however_many_files_there_are() {
    let ended = check(&["--format", "json", "get-bucket-policy.json", "../policies/reader.json", "missing.json"], b"");
    let all: Value = serde_json::from_str(&ended.stdout).unwrap();
    let verdicts: Vec<&str> = all.as_array().unwrap().iter().map(|answer| text(&answer["verdict"])).collect();
    assert_eq!((ended.code, verdicts), (2, vec!["fail", "pass", "invalid"]));
    assert_eq!(all[0]["place"]["format"], json!("aws-cli"));
    assert_eq!(
        (all[0]["findings"][0]["lines"].clone(), all[0]["place"]["path"].clone()),
        (json!([2]), json!("Policy"))
    );
}

#[test]
fn an_account_of_many_is_read_entry_by_entry() {
    let role = |i: usize| {
        json!({"RoleName": format!("r{i}"), "Arn": format!("arn:aws:iam::111122223333:role/r{i}"),
            "AssumeRolePolicyDocument": {"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}},
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": if i == 399 { admin() } else { harmless() }}],
            "AttachedManagedPolicies": []})
    };
    let roles: Vec<Value> = (0..400).map(role).collect();
    let all = told(&json!({"RoleDetailList": roles}));
    assert_eq!(all.len(), 800);
    assert_eq!(all.iter().filter(|line| line.starts_with("pass")).count(), 799);
    assert!(all[799].starts_with("fail 1 role r399; admin"), "{}", all[799]);
    let cut = told(
        &json!({"UserDetailList": [{"UserName": "u", "Arn": "arn:aws:iam::111122223333:user/u"}], "IsTruncated": true}),
    );
    assert!(cut[0].starts_with("undetermined") && cut[0].contains("goes on"), "{cut:?}");
}

/// Nothing that could be open passes because of how it is put together.
#[test]
fn what_a_template_puts_together_is_no_way_around() {
    let harmless = harmless();
    let administrators = "arn:aws:iam::aws:policy/AdministratorAccess";
    let verdicts = |properties: Value, beside: Value| {
        let mut role = json!({"Type": "AWS::IAM::Role", "Properties": properties});
        role.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
        let template = json!({"Parameters": {"P": {"Type": "String"}}, "Conditions": {"c": {"Fn::Equals": ["a", "b"]}}, "Resources": {"R": role, "M": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": harmless}}}});
        let mut verdicts: Vec<String> =
            told(&template).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        verdicts.sort();
        verdicts.dedup();
        verdicts.join(" ")
    };
    let policies = |policy: Value| json!({"Policies": [{"PolicyName": "p", "PolicyDocument": policy}]});
    let attached = |arns: Value| json!({"ManagedPolicyArns": arns});
    let parameter = || json!({"Ref": "P"});
    for (properties, beside, expected) in [
        (policies(harmless.clone()), json!({}), "pass"),
        (policies(json!({"Fn::If": ["c", harmless, parameter()]})), json!({}), "pass undetermined"),
        (policies(json!({"Fn::If": ["c", harmless, admin()]})), json!({}), "fail pass"),
        (json!({"Policies": {"Fn::GetAtt": ["X", "Y"]}}), json!({}), "pass undetermined"),
        (policies(json!({"statement": []})), json!({}), "invalid pass"),
        (policies(json!(json!(admin().to_string()).to_string())), json!({}), "invalid pass"),
        (policies(json!(format!("[{}]", admin()))), json!({}), "invalid pass"),
        (attached(json!([administrators])), json!({}), "fail pass"),
        (attached(json!({"Fn::If": ["c", [administrators], []]})), json!({}), "fail pass"),
        (
            attached(json!([{"Fn::If": ["c", administrators, "arn:aws:iam::aws:policy/ReadOnlyAccess"]}])),
            json!({}),
            "fail pass",
        ),
        (attached(json!({"Fn::Split": [",", format!("x,{administrators}")]})), json!({}), "fail pass"),
        (attached(json!([parameter()])), json!({}), "pass undetermined"),
        (attached(json!([{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/${P}"}])), json!({}), "pass undetermined"),
        (attached(json!([{"Fn::Sub": "arn:aws:iam::aws:policy/service-role/${P}"}])), json!({}), "pass"),
        (attached(json!([{"Ref": "M"}])), json!({}), "pass"),
        (json!({"Path": "/", "Fn::Transform": {"Name": "Macro"}}), json!({}), "pass undetermined"),
        (json!({"Path": "/"}), json!({"Fn::Transform": {"Name": "Macro"}}), "pass undetermined"),
    ] {
        assert_eq!(verdicts(properties.clone(), beside.clone()), expected, "{properties} {beside}");
    }
}
