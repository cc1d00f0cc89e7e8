//! `parapet policy check` on what a template or a plan does not say, or says elsewhere: never a pass.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// The exit code and the answers to a file.
fn ended(input: &str) -> (Option<i32>, Vec<Value>) {
    let kinds = ["admin", "privilege-escalation", "public-access", "trust-wildcard", "foreign-principal"];
    let mut child = Command::new(env!("CARGO_BIN_EXE_parapet"))
        .args(["policy", "check", "--format", "jsonl", "--account", "111122223333"])
        .args(kinds.map(|kind| format!("--kind={kind}")))
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn judged(input: &str) -> Vec<Value> {
    ended(input).1
}

/// What is said of a file: its verdicts, each once. The exit code is the one that belongs to them.
fn told(input: &str) -> String {
    let (code, answers) = ended(input);
    let verdict = |answer: &Value| answer["verdict"].as_str().unwrap().to_owned();
    let mut verdicts: Vec<String> = answers.iter().map(verdict).collect();
    // Whatever is not a pass says where it is.
    let is_placed = |answer: &Value| answer["verdict"] == "pass" || answer["place"]["line"].is_u64();
    assert!(answers.iter().all(is_placed), "{input}: {answers:?}");
    verdicts.sort();
    verdicts.dedup();
    let expected = match verdicts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        all if all.contains(&"invalid") => 2,
        ["pass"] => 0,
        _ => 1,
    };
    assert_eq!(code, Some(expected), "{input}: {answers:?}");
    verdicts.join(" ")
}

fn allow(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
}

fn public(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}]})
}

/// A stack with one role that has such a policy.
fn stack(policy: &Value) -> Value {
    json!({"Resources": {"R": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}}})
}

/// A plan with one resource.
fn plan(kind: &str, after: Value, unknown: Value) -> Value {
    json!({"format_version": "1.2", "resource_changes": [{"address": format!("{kind}.x"), "type": kind, "name": "x",
        "mode": "managed", "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}}]})
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_a_plan_does_not_know_is_no_pass() {
    let null = || json!(null);
    let harmless = || allow("lambda:InvokeFunction").to_string();
    let admin = || allow("*").to_string();
    for (kind, after, unknown, expected) in [
        // Attachments.
        ("aws_iam_role_policy_attachment", json!({"role": "r"}), json!({"policy_arn": true}), "undetermined"),
        ("aws_iam_user_policy_attachment", json!({"user": "u", "policy_arn": null}), json!({"policy_arn": true}), "undetermined"),
        ("aws_iam_group_policy_attachment", json!({"group": "g"}), json!({"policy_arn": true}), "undetermined"),
        ("aws_iam_policy_attachment", json!({"roles": ["r"]}), json!({"policy_arn": true}), "undetermined"),
        ("aws_iam_role_policy_attachment", json!({"policy_arn": "arn:aws:iam::111122223333:policy/p"}), json!({"id": true}), "pass"),
        ("aws_iam_role", json!({"managed_policy_arns": [null]}), json!({"managed_policy_arns": [true]}), "undetermined"),
        ("aws_iam_role", json!({"managed_policy_arns": []}), json!({"managed_policy_arns": [true]}), "undetermined"),
        ("aws_iam_role", json!({}), json!({"managed_policy_arns": true}), "undetermined"),
        ("aws_iam_role", json!({}), json!({"inline_policy": true}), "undetermined"),
        ("awscc_iam_role", json!({}), json!({"managed_policy_arns": true}), "undetermined"),
        ("aws_ssoadmin_managed_policy_attachment", json!({}), json!({"managed_policy_arn": true}), "undetermined"),
        ("awscc_sso_permission_set", json!({}), json!({"managed_policies": true}), "undetermined"),
        ("aws_budgets_budget_action", json!({"definition": [{"iam_action_definition": [{}]}]}), json!({"definition": [{"iam_action_definition": [{"policy_arn": true}]}]}), "undetermined"),
        ("aws_iam_role_policy_attachments_exclusive", json!({"role_name": "r"}), json!({"policy_arns": true}), "undetermined"),
        ("aws_iam_user_policy_attachments_exclusive", json!({"policy_arns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}), json!({}), "fail"),
        ("aws_iam_group_policy_attachments_exclusive", json!({"policy_arns": [null]}), json!({"policy_arns": [true]}), "undetermined"),
        ("aws_iam_role_policies_exclusive", json!({"role_name": "r"}), json!({"policy_names": true}), "undetermined"),
        ("aws_iam_user_policies_exclusive", json!({}), json!({"policy_names": true}), "undetermined"),
        ("aws_iam_group_policies_exclusive", json!({"policy_names": []}), json!({}), "pass"),
        // All of it, or nothing said of it.
        ("aws_iam_role", null(), json!(true), "undetermined"),
        ("aws_iam_policy", null(), json!({"policy": true}), "undetermined"),
        ("aws_iam_policy", null(), null(), "undetermined"),
        ("aws_iam_policy", json!("policy"), json!(true), "undetermined"),
        ("aws_vpc_endpoint", null(), json!(true), "pass"),
        ("google_storage_bucket_iam_policy", null(), json!(true), "pass"),
        // The names that the AWS Cloud Control provider has.
        ("awscc_iam_role", json!({}), json!({"policies": true}), "undetermined"),
        ("awscc_iam_role", json!({}), json!({"assume_role_policy_document": true}), "undetermined"),
        ("awscc_iam_role", json!({"policies": [{"policy_name": "p"}]}), json!({"policies": [{"policy_document": true}]}), "undetermined"),
        ("awscc_iam_role", json!({"policies": [{"policy_name": "p", "policy_document": admin()}]}), json!({}), "fail"),
        ("awscc_iam_user", json!({"policies": [null]}), json!({"policies": [true]}), "undetermined"),
        ("awscc_iam_managed_policy", json!({}), json!({"policy_document": true}), "undetermined"),
        ("awscc_kms_key", json!({}), json!({"key_policy": true}), "undetermined"),
        ("awscc_efs_file_system", json!({}), json!({"file_system_policy": true}), "undetermined"),
        ("awscc_ecr_repository", json!({}), json!({"repository_policy_text": true}), "undetermined"),
        ("awscc_ecr_registry_policy", json!({}), json!({"policy_text": true}), "undetermined"),
        ("awscc_s3tables_table_bucket_policy", json!({}), json!({"resource_policy": true}), "undetermined"),
        ("awscc_logs_destination", json!({}), json!({"destination_policy": true}), "undetermined"),
        ("aws_cloudwatch_log_delivery_destination_policy", json!({}), json!({"delivery_destination_policy": true}), "undetermined"),
        ("awscc_elasticloadbalancing_load_balancer", json!({}), json!({"policies": true}), "pass"),
        // Statements in properties of their own.
        ("awscc_lambda_permission", json!({"principal": "*", "action": "lambda:InvokeFunction"}), json!({}), "fail"),
        ("awscc_lambda_permission", json!({"action": "lambda:InvokeFunction"}), json!({"principal": true}), "undetermined"),
        ("awscc_lambda_layer_version_permission", json!({"principal": "*", "action": "lambda:GetLayerVersion"}), json!({}), "fail"),
        ("awscc_events_event_bus_policy", json!({"principal": "*", "action": "events:PutEvents"}), json!({}), "fail"),
        ("awscc_events_event_bus_policy", json!({"statement": public("events:PutEvents")["Statement"][0].to_string()}), json!({}), "fail"),
        ("awscc_events_event_bus_policy", json!({"statement": "hello"}), json!({}), "invalid"),
        ("awscc_events_event_bus_policy", json!({}), json!({"statement": true}), "undetermined"),
        ("aws_cloudwatch_event_permission", json!({"principal": "*", "condition": [{"type": "StringEquals", "key": "aws:PrincipalOrgID"}]}), json!({"condition": [{"value": true}]}), "undetermined"),
        ("aws_cloudwatch_event_permission", json!({"principal": "*"}), json!({"condition": true}), "undetermined"),
        ("awscc_entityresolution_policy_statement", json!({"effect": "Allow", "principal": ["*"], "action": ["entityresolution:GetMatchId"]}), json!({}), "fail"),
        ("awscc_entityresolution_policy_statement", json!({"effect": "Allow", "principal": [null], "action": ["entityresolution:GetMatchId"]}), json!({"principal": [true]}), "undetermined"),
        ("aws_signer_signing_profile_permission", json!({"principal": "444455556666", "action": "signer:StartSigningJob"}), json!({}), "fail"),
        ("aws_lambda_function_url", json!({"authorization_type": "NONE"}), json!({}), "fail"),
        ("aws_lambda_function_url", json!({"authorization_type": "AWS_IAM"}), json!({}), "pass"),
        ("aws_lambda_function_url", json!({}), json!({"authorization_type": true}), "undetermined"),
        // Documents in a document.
        ("aws_cloudformation_stack", json!({"template_body": stack(&allow("*")).to_string()}), json!({}), "fail"),
        ("aws_cloudformation_stack", json!({"template_body": stack(&allow("lambda:InvokeFunction")).to_string()}), json!({}), "pass"),
        ("aws_cloudformation_stack", json!({"template_body": "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties: {ManagedPolicyArns: [!Ref P]}\n"}), json!({}), "undetermined"),
        ("aws_cloudformation_stack", json!({"template_body": "hello"}), json!({}), "invalid"),
        ("aws_cloudformation_stack", json!({}), json!({"template_body": true}), "undetermined"),
        ("aws_cloudformation_stack", json!({"template_url": "https://bucket.s3.amazonaws.com/t.yaml"}), json!({"template_body": true}), "undetermined"),
        ("aws_cloudformation_stack", json!({"template_url": "https://bucket.s3.amazonaws.com/t.yaml"}), json!({}), "undetermined"),
        ("awscc_cloudformation_stack", json!({"template_url": "https://bucket.s3.amazonaws.com/t.yaml"}), json!({}), "undetermined"),
        ("aws_cloudformation_stack_set", json!({"template_body": stack(&allow("*")).to_string()}), json!({}), "fail"),
        ("awscc_cloudformation_stack_set", json!({}), json!({"template_body": true}), "undetermined"),
        ("aws_serverlessapplicationrepository_cloudformation_stack", json!({"application_id": "arn"}), json!({}), "undetermined"),
        ("aws_servicecatalog_provisioned_product", json!({"product_name": "p"}), json!({}), "undetermined"),
        ("aws_cloudcontrolapi_resource", json!({"type_name": "AWS::IAM::ManagedPolicy", "desired_state": json!({"PolicyDocument": allow("*")}).to_string()}), json!({}), "fail"),
        ("aws_cloudcontrolapi_resource", json!({"type_name": "AWS::Lambda::Permission", "desired_state": r#"{"Principal": "*", "Action": "lambda:InvokeFunction"}"#}), json!({}), "fail"),
        ("aws_cloudcontrolapi_resource", json!({"type_name": "AWS::IAM::ManagedPolicy"}), json!({"desired_state": true}), "undetermined"),
        ("aws_cloudcontrolapi_resource", json!({"type_name": "AWS::IAM::ManagedPolicy", "desired_state": "[]"}), json!({}), "invalid"),
        ("aws_api_gateway_rest_api", json!({"body": json!({"openapi": "3.0.1", "x-amazon-apigateway-policy": public("execute-api:Invoke")}).to_string()}), json!({}), "fail"),
        ("aws_api_gateway_rest_api", json!({"body": "openapi: 3.0.1\nx-amazon-apigateway-policy: hello\n"}), json!({}), "invalid"),
        ("aws_api_gateway_rest_api", json!({"body": "{\"openapi\": \"3.0.1\"}"}), json!({}), "pass"),
        ("aws_api_gateway_rest_api", json!({"body": "- a\n"}), json!({}), "invalid"),
        ("aws_api_gateway_rest_api", json!({}), json!({"body": true}), "undetermined"),
        ("aws_api_gateway_rest_api", json!({"name": "a", "body": null}), json!({}), "pass"),
        ("awscc_apigateway_rest_api", json!({"body_s3_location": {"bucket": "b"}}), json!({}), "undetermined"),
        // What is written where a policy has to stand.
        ("aws_iam_policy", json!({"policy": json!([allow("*")["Statement"][0]]).to_string()}), json!({}), "invalid"),
        ("aws_iam_policy", json!({"policy": "Version: 2012-10-17\nStatement: []\n"}), json!({}), "invalid"),
        ("aws_iam_policy", json!({"policy": "{}"}), json!({}), "invalid"),
        ("awscc_iam_role", json!({"assume_role_policy_document": "{\"Satement\": []}"}), json!({}), "invalid"),
        ("aws_networkmanager_core_network_policy_attachment", json!({"policy_document": "{\"version\": \"2021.12\"}"}), json!({}), "pass"),
        ("aws_iam_policy", json!({"policy": allow("*")}), json!({}), "fail"),
        ("aws_iam_policy", json!({"policy": allow("lambda:InvokeFunction")}), json!({"policy": {"Statement": [{"Action": true}]}}), "undetermined"),
        ("aws_iam_policy", json!({"policy": allow("*")["Statement"]}), json!({}), "invalid"),
        ("aws_iam_policy", json!({"policy": allow("*")["Statement"][0]}), json!({}), "invalid"),
        ("aws_sqs_queue_policy", json!({"policy": "hello"}), json!({}), "invalid"),
        ("aws_iam_policy", json!({"policy": harmless()}), json!({"arn": true}), "pass"),
        ("aws_config_organization_custom_policy_rule", json!({"policy_text": "rule a { b == 1 }"}), json!({}), "pass"),
        ("aws_iot_policy_attachment", json!({"policy": "devices"}), json!({}), "pass"),
        ("aws_iot_provisioning_template", json!({"template_body": json!({"Resources": {"p": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument": allow("iam:PutUserPolicy").to_string()}}}}).to_string()}), json!({}), "fail"),
        ("aws_servicecatalog_product", json!({"provisioning_artifact_parameters": [{"template_url": "https://b/t.yaml"}]}), json!({}), "undetermined"),
        ("aws_api_gateway_rest_api_put", json!({"body": json!({"x-amazon-apigateway-policy": public("execute-api:Invoke")}).to_string()}), json!({}), "fail"),
        ("aws_ssoadmin_permissions_boundary_attachment", json!({}), json!({"permissions_boundary": [{"managed_policy_arn": true}]}), "pass"),
        ("awscc_sso_permission_set", json!({"permissions_boundary": {"managed_policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}}), json!({}), "pass"),
        ("aws_cloudformation_stack", json!({"template_body": stack(&allow("lambda:InvokeFunction")).to_string(), "policy_body": public("Update:*").to_string()}), json!({}), "pass"),
        ("aws_ses_receipt_filter", json!({"policy": "Block"}), json!({}), "pass"),
        ("aws_cloudwatch_log_data_protection_policy", json!({"policy_document": r#"{"Statement": [{"Sid": "a", "DataIdentifier": [], "Operation": {}}]}"#}), json!({}), "pass"),
        ("vault_aws_secret_backend_role", json!({}), json!({"policy_document": true}), "undetermined"),
        ("awscc_omics_sequence_store", json!({}), json!({"s3_access_policy": true}), "undetermined"),
        ("awscc_sagemaker_model_package_group", json!({}), json!({"model_package_group_policy": true}), "undetermined"),
        ("awscc_qbusiness_permission", json!({"principal": "arn:aws:iam::444455556666:role/r", "actions": ["qbusiness:SearchRelevantContent"]}), json!({}), "fail"),
        // Limits of an organization.
        ("aws_organizations_policy", json!({"content": admin()}), json!({"type": true}), "undetermined"),
        ("aws_organizations_policy", json!({"content": admin()}), json!({}), "pass"),
        ("aws_organizations_policy", json!({"type": "SERVICE_CONTROL_POLICY"}), json!({"content": true}), "undetermined"),
        ("awscc_organizations_policy", json!({}), json!({"content": true, "type": true}), "undetermined"),
        ("aws_organizations_resource_policy", json!({}), json!({"content": true}), "undetermined"),
    ] {
        assert_eq!(told(&plan(kind, after.clone(), unknown.clone()).to_string()), expected, "{kind} {after} {unknown}");
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_is_not_in_a_plan_is_no_pass() {
    let bucket = || plan("aws_s3_bucket", json!({"bucket": "b"}), json!({}));
    let with = |mut plan: Value, more: Value| {
        plan.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        plan
    };
    let policy = |policy: Value| json!({"address": "aws_iam_policy.p", "type": "aws_iam_policy", "name": "p", "mode": "managed", "values": {"policy": policy.to_string()}});
    let planned = |resource: Value| json!({"planned_values": {"root_module": {"child_modules": [{"address": "module.a", "child_modules": [{"address": "module.a.module.b", "resources": [resource]}]}]}}});
    let state = |resource: Value| json!({"format_version": "1.0", "values": planned(resource)["planned_values"]});
    let bare = || json!({"format_version": "1.2"});
    let (admin, harmless) = (|| policy(allow("*")), || policy(allow("lambda:InvokeFunction")));
    for (plan, expected) in [
        (bucket(), "pass"),
        (with(bucket(), json!({"errored": true})), "undetermined"),
        (with(bucket(), json!({"errored": false, "complete": true, "deferred_changes": []})), "pass"),
        (with(bucket(), json!({"complete": false})), "undetermined"),
        (with(bucket(), json!({"deferred_changes": [{"reason": "instance_count_unknown"}]})), "undetermined"),
        // Planned values whose changes are not there.
        (with(bucket(), json!({"resource_changes": [], "planned_values": {"root_module": {}}})), "pass"),
        (with(with(bucket(), json!({"resource_changes": []})), planned(harmless())), "pass undetermined"),
        (with(with(bucket(), json!({"resource_changes": []})), planned(admin())), "fail undetermined"),
        (with(bare(), planned(admin())), "fail undetermined"),
        (with(bare(), planned(harmless())), "pass undetermined"),
        // Those that are there are not judged twice.
        (with(plan("aws_iam_policy", json!({}), json!({"policy": true})), planned(with(admin(), json!({"address": "aws_iam_policy.x"})))), "undetermined"),
        // A state has no changes.
        (state(admin()), "fail"),
        (state(harmless()), "pass"),
        (with(bucket(), json!({"resource_changes": ["aws_iam_policy.x"]})), "invalid"),
        // What is let go of is no more, and what is without a change is not known.
        (with(bucket(), json!({"resource_changes": [{"address": "aws_iam_policy.x", "type": "aws_iam_policy", "change": {"actions": ["forget"], "after": null, "after_unknown": {}}}]})), "pass"),
        (with(bucket(), json!({"resource_changes": [{"address": "aws_iam_policy.x", "type": "aws_iam_policy"}]})), "undetermined"),
        (with(bucket(), json!({"resource_changes": [{"address": "module.a.aws_iam_policy.x", "module_address": "module.a", "mode": "managed", "type": "aws_iam_policy",
            "change": {"actions": ["create"], "after": {"policy": allow("*").to_string()}, "after_unknown": {}}}]})), "fail"),
    ] {
        assert_eq!(told(&plan.to_string()), expected, "{plan}");
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn whose_a_value_is_that_a_plan_does_not_know() {
    let attachment = |kind: &str, unknown: &str, expressions: Value| {
        let written = json!([{"address": format!("{kind}.x"), "mode": "managed", "type": kind, "name": "x", "expressions": expressions}]);
        let module = |resources: &Value, call: &Value| json!({"module": {"resources": resources, "module_calls": call}});
        let configuration = json!({"root_module": {"resources": [], "module_calls": {"a": module(&json!([]), &json!({"b": module(&written, &json!({}))}))}}});
        let mut plan = plan(kind, json!({}), json!({unknown: true}));
        plan["resource_changes"][0]["module_address"] = json!("module.a[\"x.y\"].module.b");
        plan["configuration"] = configuration;
        told(&plan.to_string())
    };
    let arn = |references: &[&str]| json!({"policy_arn": {"references": references}});
    for (kind, unknown, expressions, expected) in [
        // The policy of the plan is judged where it stands.
        ("aws_iam_role_policy_attachment", "policy_arn", arn(&["aws_iam_policy.p.arn", "aws_iam_policy.p"]), "pass"),
        ("aws_iam_role_policy_attachment", "policy_arn", arn(&["aws_iam_policy.p[0].arn", "aws_iam_policy.p[0]", "aws_iam_policy.p"]), "pass"),
        ("aws_iam_role_policy_attachment", "policy_arn", arn(&["aws_iam_policy.p.id", "aws_iam_policy.p"]), "pass"),
        ("aws_iam_role_policy_attachment", "policy_arn", arn(&["aws_iam_policy.p.name", "aws_iam_policy.p.arn", "aws_iam_policy.p"]), "undetermined"),
        ("aws_iam_role_policy_attachment", "policy_arn", arn(&["aws_iam_policy.p.arn", "aws_iam_policy.p", "var.arn"]), "undetermined"),
        ("aws_iam_role_policy_attachment", "policy_arn", arn(&["each.value"]), "undetermined"),
        ("aws_iam_role_policy_attachment", "policy_arn", arn(&["module.c.arn", "module.c"]), "undetermined"),
        ("aws_iam_role_policy_attachment", "policy_arn", arn(&["aws_iam_policy.p"]), "undetermined"),
        // A list can have others that it does not refer to.
        ("aws_iam_role_policy_attachments_exclusive", "policy_arns", json!({"policy_arns": {"references": ["aws_iam_policy.p.arn", "aws_iam_policy.p"]}}), "undetermined"),
        ("aws_iam_role", "managed_policy_arns", json!({"managed_policy_arns": {"references": ["aws_iam_policy.p.arn", "aws_iam_policy.p"]}}), "undetermined"),
        // What nobody wrote is AWS's to fill in; a block may be written by `dynamic`.
        ("aws_iam_role", "managed_policy_arns", json!({"name": {}}), "pass"),
        ("aws_iam_role", "managed_policy_arns", json!({"managed_policy_arns": {}}), "undetermined"),
        ("aws_iam_role", "inline_policy", json!({"name": {}}), "undetermined"),
        ("awscc_iam_role", "policies", json!({}), "pass"),
        ("aws_sqs_queue", "policy", json!({"name": {}}), "pass"),
        ("aws_sqs_queue", "policy", json!({"policy": {"references": ["var.policy"]}}), "undetermined"),
        ("aws_api_gateway_rest_api", "body", json!({"name": {}}), "pass"),
    ] {
        assert_eq!(attachment(kind, unknown, expressions.clone()), expected, "{kind} {unknown} {expressions}");
    }
}

/// A template with one resource.
fn template(kind: &str, properties: &str) -> String {
    format!(
        "Transform: AWS::Serverless-2016-10-31\nParameters: {{P: {{Type: String}}}}\nConditions: {{c: {{Fn::Equals: [a, b]}}}}\nResources:\n  B: {{Type: 'AWS::S3::Bucket'}}\n  X:\n    Type: {kind}\n    Properties: {properties}\n"
    )
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_sam_makes_is_no_pass() {
    let function = |properties: &str| template("AWS::Serverless::Function", properties);
    let api = |properties: &str| template("AWS::Serverless::Api", properties);
    for (template, expected) in [
        // Function URLs.
        (function("{FunctionUrlConfig: {AuthType: NONE}}"), "fail"),
        (function("{FunctionUrlConfig: {AuthType: AWS_IAM}}"), "pass"),
        (function("{FunctionUrlConfig: {AuthType: !Ref P}}"), "undetermined"),
        (function("{FunctionUrlConfig: {AuthType: !If [c, NONE, AWS_IAM]}}"), "undetermined"),
        (function("{FunctionUrlConfig: !If [c, {AuthType: NONE}, !Ref 'AWS::NoValue']}"), "fail"),
        (function("{FunctionUrlConfig: !FindInMap [a, b, c]}"), "undetermined"),
        // Resource policies of an API, by itself and at an event.
        (api("{Auth: {ResourcePolicy: {CustomStatements: [{Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*'}]}}}"), "fail"),
        (api("{Auth: {ResourcePolicy: {CustomStatements: {Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*'}}}}"), "fail"),
        (api("{Auth: {ResourcePolicy: {CustomStatements: !Ref P}}}"), "undetermined"),
        (api("{Auth: {ResourcePolicy: {CustomStatements: [{Effect: Allow, Principal: !Ref P, Action: 'execute-api:Invoke', Resource: 'execute-api:/*'}]}}}"), "undetermined"),
        (api("{Auth: {ResourcePolicy: {AwsAccountWhitelist: ['111122223333']}}}"), "pass"),
        (api("{Auth: {ResourcePolicy: {AwsAccountWhitelist: ['444455556666']}}}"), "fail"),
        (api("{Auth: {ResourcePolicy: {AwsAccountWhitelist: [!Ref P]}}}"), "undetermined"),
        (api("{Auth: {ResourcePolicy: {AwsAccountBlacklist: ['444455556666']}}}"), "pass"),
        (api("{Auth: {ResourcePolicy: {IpRangeBlacklist: ['10.0.0.0/8']}}}"), "undetermined"),
        (api("{Auth: {ResourcePolicy: !Ref P}}"), "undetermined"),
        (function("{Events: {E: {Type: Api, Properties: {Auth: {ResourcePolicy: {AwsAccountWhitelist: ['444455556666']}}}}}}"), "fail"),
        // Definitions of APIs.
        (api("{DefinitionBody: {openapi: 3.0.1, x-amazon-apigateway-policy: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: '*'}]}}}"), "fail"),
        (api("{DefinitionBody: {openapi: 3.0.1, x-amazon-apigateway-policy: !Ref P}}"), "undetermined"),
        (api("{DefinitionBody: {openapi: 3.0.1}}"), "pass"),
        (api("{DefinitionBody: {'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: 's3://b/a.yaml'}}}}"), "undetermined"),
        (api("{DefinitionUri: openapi.yaml}"), "undetermined"),
        (template("AWS::Serverless::HttpApi", "{DefinitionBody: {x-amazon-apigateway-policy: !Ref P}}"), "undetermined"),
        (template("AWS::Serverless::StateMachine", "{DefinitionBody: {x-amazon-apigateway-policy: {Version: 2012-10-17, Statement: !Ref P}}}"), "undetermined"),
        (template("AWS::ApiGateway::RestApi", "{Body: {x-amazon-apigateway-policy: !Ref P}}"), "undetermined"),
        (template("AWS::ApiGateway::RestApi", "{Body: !Ref P}"), "undetermined"),
        (template("AWS::ApiGateway::RestApi", "{BodyS3Location: {Bucket: b, Key: k}}"), "undetermined"),
        (template("AWS::ApiGateway::RestApi", "{Name: a}"), "pass"),
        // Policies by their names.
        (function("{Policies: [S3CrudPolicy: {BucketName: !Ref B}]}"), "pass"),
        (function("{Policies: {S3CrudPolicy: {BucketName: !Ref B}}}"), "pass"),
        (function("{Policies: [S3CrudPolicy: {}]}"), "invalid"),
        (function("{Policies: [TomorrowsPolicy: {BucketName: !Ref B}]}"), "undetermined"),
        (function("{Policies: [!If [c, {TomorrowsPolicy: {}}, !Ref 'AWS::NoValue']]}"), "undetermined"),
        (function("{Policies: [{S3CrudPolicy: {BucketName: b}, S3ReadPolicy: {BucketName: b}}]}"), "invalid"),
        (function("{Policies: [{Effect: Allow, Action: '*', Resource: '*'}]}"), "invalid"),
        (function("{Policies: {Effect: Allow, Action: '*', Resource: '*'}}"), "invalid"),
        (function("{Policies: [IAMFullAccess]}"), "fail"),
        (function("{Policies: PowerUserAccess}"), "fail"),
        (function("{Policies: [AmazonS3ReadOnlyAccess]}"), "pass"),
        (function("{Policies: !Ref P}"), "undetermined"),
        (template("AWS::Serverless::StateMachine", "{Policies: [LambdaInvokePolicy: {FunctionName: f}]}"), "pass"),
        // Connectors, by themselves and in a resource.
        (template("AWS::Serverless::Connector", "{Source: {Id: F}, Destination: {Id: B}, Permissions: [Write]}"), "undetermined"),
        (format!("{}    Connectors: {{C: {{Properties: {{Destination: {{Id: B}}, Permissions: [Read]}}}}}}\n", function("{}")), "undetermined"),
        (template("AWS::Serverless::WebFunction", "{Runtime: nodejs, AuthType: NONE}"), "undetermined"),
        (template("AWS::Serverless::WebFunction", "{Runtime: nodejs, AuthType: AWS_IAM}"), "pass"),
        // What all of a kind have.
        (format!("{}Globals: {{Function: {{FunctionUrlConfig: {{AuthType: NONE}}}}}}\n", function("{}")), "fail"),
        (format!("{}Globals: {{Api: {{Auth: {{ResourcePolicy: {{IpRangeWhitelist: ['10.0.0.0/8']}}}}}}}}\n", api("{}")), "undetermined"),
        (format!("{}Globals: {{Api: {{DefinitionUri: a.yaml}}, Function: {{Timeout: 3}}}}\n", api("{}")), "undetermined"),
        (format!("{}Globals: {{Function: {{Timeout: 3, AssumeRolePolicyDocument: !Ref P}}}}\n", function("{}")), "undetermined"),
        (format!("{}Globals: {{'Fn::Transform': {{Name: Macro}}}}\n", function("{}")), "undetermined"),
        (format!("{}Globals: !Ref P\n", function("{}")), "undetermined"),
        (format!("{}Globals: {{Function: !Ref P}}\n", function("{}")), "undetermined"),
        (format!("{}Globals: {{Function: {{'Fn::Transform': {{Name: Macro}}}}}}\n", function("{}")), "undetermined"),
        (format!("{}Globals: {{Function: {{Timeout: 3}}}}\n", function("{}")), "pass"),
    ] {
        assert_eq!(told(&template), expected, "{template}");
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_a_template_leaves_elsewhere_is_no_pass() {
    let text = |root: Value| json!(root.to_string()).to_string();
    let deep = |depth: usize| (0..depth).fold(stack(&allow("*")), |inner, _| json!({"Resources": {"S": {"Type": "AWS::CloudFormation::StackSet", "Properties": {"TemplateBody": inner.to_string()}}}})).to_string();
    for (template, expected) in [
        // Other templates.
        (template("AWS::CloudFormation::Stack", "{TemplateURL: ./nested.yaml}"), "undetermined"),
        (template("AWS::CloudFormation::Stack", "{TemplateURL: !Ref P}"), "undetermined"),
        ("Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n".to_owned(), "undetermined"),
        (template("AWS::Serverless::Application", "{Location: {ApplicationId: a, SemanticVersion: 1.0.0}}"), "undetermined"),
        (template("My::Bucket::Private::MODULE", "{Name: a}"), "undetermined"),
        ("Resources:\n  S:\n    Type: My::Bucket::Private::MODULE\n".to_owned(), "undetermined"),
        (template("AWS::ServiceCatalog::CloudFormationProvisionedProduct", "{ProductName: p}"), "undetermined"),
        (template("AWS::CloudFormation::StackSet", "{TemplateURL: 'https://b/t.yaml'}"), "undetermined"),
        (template("AWS::CloudFormation::StackSet", "{TemplateBody: !Ref P}"), "undetermined"),
        (template("AWS::CloudFormation::StackSet", &format!("{{TemplateBody: {}}}", text(stack(&allow("*"))))), "fail"),
        (template("AWS::CloudFormation::StackSet", &format!("{{TemplateBody: {}}}", text(stack(&allow("lambda:InvokeFunction"))))), "pass"),
        (template("AWS::CloudFormation::StackSet", &format!("{{TemplateBody: {}}}", stack(&allow("*")))), "fail"),
        (template("AWS::CloudFormation::StackSet", "{TemplateBody: 'Resources: {R: {Type: \"AWS::IAM::Role\", Properties: {ManagedPolicyArns: [!Ref P]}}}'}"), "undetermined"),
        (template("AWS::CloudFormation::StackSet", "{TemplateBody: hello}"), "invalid"),
        (deep(4), "fail"),
        (deep(5), "undetermined"),
        (template("AWS::CloudFormation::StackSet", "{TemplateBody: {a: 1}}"), "invalid"),
        (template("AWS::CloudFormation::StackSet", "{TemplateBody: !If [c, a, b]}"), "undetermined"),
        (template("AWS::CloudFormation::StackSet", "{TemplateBody: [a]}"), "invalid"),
        (template("AWS::ServiceCatalog::CloudFormationProduct", "{ProvisioningArtifactParameters: [{Info: {LoadTemplateFromURL: 'https://b/t.yaml'}}]}"), "undetermined"),
        // What a loop makes.
        (template("AWS::IAM::Role", "{'Fn::ForEach::L': [X, [Document], {'AssumeRolePolicy${X}': {Ref: P}}]}"), "undetermined"),
        (template("AWS::IAM::Role", "{Path: /, 'Fn::ForEach::L': [X, [Document], {'AssumeRolePolicy${X}': {Ref: P}}]}"), "undetermined"),
        // Statements in properties of their own.
        (template("AWS::EntityResolution::PolicyStatement", "{Arn: a, Effect: Allow, StatementId: s, Principal: ['*'], Action: ['entityresolution:GetMatchId']}"), "fail"),
        (template("AWS::EntityResolution::PolicyStatement", "{Arn: a, Effect: Deny, StatementId: s, Principal: ['*'], Action: ['entityresolution:GetMatchId']}"), "pass"),
        (template("AWS::EntityResolution::PolicyStatement", "{Arn: a, Effect: Allow, StatementId: s, Principal: !Ref P, Action: ['entityresolution:GetMatchId']}"), "undetermined"),
        (template("AWS::EntityResolution::PolicyStatement", "{Arn: a, Effect: Allow, StatementId: s, Principal: ['*'], Action: ['entityresolution:GetMatchId'], Condition: !Ref P}"), "undetermined"),
        (template("AWS::Events::EventBusPolicy", "{Principal: '*', Action: 'events:PutEvents', Condition: !If [c, {Type: StringEquals, Key: 'aws:PrincipalOrgID', Value: o-1}, !Ref 'AWS::NoValue']}"), "undetermined"),
        (template("AWS::Events::EventBusPolicy", "{Statement: '{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"events:PutEvents\", \"Resource\": \"*\"}'}"), "fail"),
        (template("AWS::Signer::ProfilePermission", "{Principal: '444455556666', Action: 'signer:StartSigningJob', ProfileName: p, StatementId: s}"), "fail"),
        (template("AWS::QBusiness::Permission", "{Principal: !Ref P, Actions: ['qbusiness:SearchRelevantContent']}"), "undetermined"),
        // Limits of an organization.
        (template("AWS::Organizations::Policy", "{Type: !Ref P, Content: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}}"), "undetermined"),
        (template("AWS::Organizations::Policy", "{Type: SERVICE_CONTROL_POLICY, Content: !Ref P}"), "undetermined"),
        (template("AWS::Organizations::ResourcePolicy", "{Content: !Ref P}"), "undetermined"),
        // What stands where a policy has to.
        (template("AWS::IAM::ManagedPolicy", "{PolicyDocument: [{Effect: Allow, Action: '*', Resource: '*'}]}"), "invalid"),
        (template("AWS::SQS::QueuePolicy", "{PolicyDocument: hello}"), "invalid"),
        (template("AWS::SQS::QueuePolicy", "{PolicyDocument: \"Version: 2012-10-17\\nStatement: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}]\"}"), "invalid"),
        (template("AWS::SQS::QueuePolicy", "{PolicyDocument: !Sub \"Version: 2012-10-17\\nStatement: []\"}"), "invalid"),
        (template("AWS::SQS::QueuePolicy", "{PolicyDocument: {Effect: Allow, Principal: '*', Action: '*', Resource: '*'}}"), "invalid"),
        (template("AWS::SQS::QueuePolicy", "{PolicyDocument: {Statements: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}]}}"), "invalid"),
        (template("AWS::IAM::ManagedPolicy", "{PolicyDocument: {}}"), "invalid"),
        (template("AWS::IAM::Role", "{AssumeRolePolicyDocument: {Satement: []}}"), "invalid"),
        (template("AWS::NetworkManager::CoreNetwork", "{PolicyDocument: {version: '2021.12'}}"), "pass"),
        (template("AWS::SQS::QueuePolicy", "!Ref P"), "undetermined"),
        (template("AWS::SQS::QueuePolicy", "!If [c, {PolicyDocument: !Ref P}, {}]"), "undetermined"),
        (template("AWS::SQS::QueuePolicy", "text"), "invalid"),
        (template("AWS::IAM::Role", "{Policies: [{Effect: Allow, Action: '*', Resource: '*'}]}"), "invalid"),
        (template("AWS::S3::AccessPoint", "{Policy: hello}"), "invalid"),
        (template("AWS::Logs::Destination", "{DestinationPolicy: !Ref P}"), "undetermined"),
        (template("AWS::RedshiftServerless::Namespace", "{NamespaceResourcePolicy: !Ref P}"), "undetermined"),
        (template("AWS::EC2::VerifiedAccessGroup", "{PolicyDocument: 'permit(principal, action, resource);'}"), "pass"),
        (template("AWS::SES::ReceiptFilter", "{Filter: {IpFilter: {Policy: Block, Cidr: 10.0.0.0/8}}}"), "pass"),
        (template("AWS::IVS::Channel", "{MultitrackInputConfiguration: {Policy: ALLOW}}"), "pass"),
        (template("AWS::Comprehend::DocumentClassifier", "{ModelPolicy: !Ref P}"), "undetermined"),
        (template("AWS::AIOps::InvestigationGroup", "{InvestigationGroupPolicy: !Ref P}"), "undetermined"),
        (template("AWS::Config::ConfigRule", "{Source: {CustomPolicyDetails: {PolicyText: 'rule a { b == 1 }'}}}"), "pass"),
        // Policies of AWS's own.
        (template("AWS::IAM::Role", "{ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/IAMFullAccess']}"), "fail"),
        (template("AWS::IAM::Role", "{ManagedPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess']}"), "fail"),
        (template("AWS::IAM::Role", "{ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSLambda_FullAccess']}"), "fail"),
        (template("AWS::IAM::Role", "{ManagedPolicyArns: [!Sub 'arn:aws:iam::aws:policy/Power${P}']}"), "undetermined"),
        (template("AWS::IAM::Role", "{ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']}"), "pass"),
        (template("AWS::SSO::PermissionSet", "{ManagedPolicies: ['arn:aws:iam::aws:policy/IAMFullAccess']}"), "fail"),
        (template("AWS::SSO::PermissionSet", "{PermissionsBoundary: {ManagedPolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess'}}"), "pass"),
        (template("AWS::Budgets::BudgetsAction", "{Definition: {IamActionDefinition: {PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess'}}}"), "fail"),
        (template("AWS::Budgets::BudgetsAction", "{Definition: {IamActionDefinition: {PolicyArn: !Ref P}}}"), "undetermined"),
    ] {
        assert_eq!(told(&template), expected, "{template}");
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_stands_elsewhere_is_named() {
    for (template, expected) in [
        (template("AWS::CloudFormation::Stack", "{TemplateURL: ./nested.yaml}"), "./nested.yaml"),
        (template("AWS::CloudFormation::Stack", "{TemplateURL: !Sub 'https://s3.${AWS::URLSuffix}/b/t.json'}"), "https://s3.amazonaws.com/b/t.json"),
        (template("AWS::CloudFormation::Stack", "{TemplateURL: !Sub 'https://b/${P}.json'}"), "https://b/<parameter `P`>.json"),
        (format!("{}    Metadata: {{'aws:asset:path': S.nested.template.json}}\n", template("AWS::CloudFormation::Stack", "{TemplateURL: !Ref P}")), "S.nested.template.json"),
        (template("AWS::Serverless::Application", "{Location: {ApplicationId: 'arn:aws:serverlessrepo:us-east-1:1:applications/a', SemanticVersion: 1.0.0}}"), "applications/a"),
        (template("AWS::Serverless::Api", "{DefinitionUri: openapi.yaml}"), "openapi.yaml"),
        (plan("aws_cloudformation_stack", json!({"template_url": "https://b/t.yaml"}), json!({})).to_string(), "https://b/t.yaml"),
    ] {
        let why = judged(&template).iter().map(|answer| answer["why"].as_str().unwrap_or_default().to_owned()).collect::<String>();
        assert!(why.contains(expected), "{template}: {why}");
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn an_answer_with_no_policy_where_one_has_to_be_is_no_pass() {
    let statement = || allow("*")["Statement"].clone();
    for (answer, expected) in [
        (json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": statement()}), "invalid"),
        (json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": statement().to_string()}), "invalid"),
        (json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": "Version: 2012-10-17\nStatement: []"}), "invalid"),
        (json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": "hello"}), "invalid"),
        (json!({"Policy": "Version: 2012-10-17\nStatement: []"}), "invalid"),
    ] {
        assert_eq!(told(&answer.to_string()), expected, "{answer}");
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_statement_that_a_plan_does_not_know_is_no_pass() {
    let document = |statement: Value, unknown: Value| {
        let mut plan = plan("aws_iam_policy_document", json!({"statement": statement}), json!({"json": true, "statement": unknown}));
        plan["resource_changes"][0]["mode"] = json!("data");
        told(&plan.to_string())
    };
    let of = |more: Value| {
        let mut statement = json!({"effect": "Allow", "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::b/*"]});
        statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([statement])
    };
    for (statement, unknown, expected) in [
        (of(json!({})), json!([{}]), "pass"),
        (of(json!({})), json!([true]), "undetermined"),
        (of(json!({})), json!([{"principals": true}]), "undetermined"),
        (of(json!({"principals": []})), json!([{"principals": [{"identifiers": true}]}]), "undetermined"),
        (of(json!({"principals": [{"type": "AWS"}]})), json!([{"principals": [{"identifiers": true}]}]), "undetermined"),
        (of(json!({"actions": null})), json!([{"actions": true}]), "undetermined"),
        (of(json!({"actions": null})), json!([{"not_actions": true}]), "undetermined"),
        (json!([]), json!(true), "undetermined"),
        (json!([]), json!([{"actions": true}]), "undetermined"),
    ] {
        assert_eq!(document(statement.clone(), unknown.clone()), expected, "{statement} {unknown}");
    }
}
