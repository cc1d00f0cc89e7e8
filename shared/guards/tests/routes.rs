//! Where events lead: the files of `events/`, and records of odd shapes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use std::fs;
use std::path::PathBuf;

use parapet_core::{Home, Ignored, Trigger};
use parapet_guards::{Facet, GuardName, Route, Standard, Target, is_known_event};
use parapet_testkit::fixtures::{DATA_BUCKET, home, standard};
use serde_json::{Value, json};

/// In one line: the facets of a resource, or why nowhere.
fn route(guard: GuardName, record: &Value, standard: &Standard, home: &Home) -> String {
    let trigger = match Trigger::from_record(record, home, is_known_event) {
        Ok(trigger) => trigger,
        Err(why) => return format!("ignored: {why}"),
    };
    match parapet_guards::route(guard, &trigger, standard, home) {
        Route::Ignore(why) => format!("ignored: {why}"),
        Route::Look(looks) => {
            let one = |look: &parapet_guards::Look| {
                let target = match &look.target {
                    Target::One(resource) => resource.to_string(),
                    Target::Every(kind) => format!("every {kind}"),
                };
                format!("{target}: {}", look.facets.iter().map(Facet::to_string).collect::<Vec<_>>().join(", "))
            };
            looks.iter().map(one).collect::<Vec<_>>().join("; ")
        }
    }
}

fn routes_of_files(guard: GuardName) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events").join(guard.as_str());
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let line = |file: &PathBuf| {
        let event: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        format!("{}\n  {}", file.file_stem().unwrap().display(), route(guard, &event["detail"], &standard(""), &home()))
    };
    files.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_files() {
    for guard in GuardName::ALL {
        insta::assert_snapshot!(guard.as_str(), routes_of_files(*guard));
    }
}

fn check(guard: GuardName, changes: &str, source: &str, name: &str, request: Value, expected: &str) {
    let record = json!({"eventSource": source, "eventName": name, "awsRegion": "us-east-1", "recipientAccountId": "111122223333", "requestParameters": request});
    assert_eq!(route(guard, &record, &standard(changes), &home()), expected, "{name} {request}");
}

/// CloudTrail tells a name as the caller wrote it, and IAM finds the role whichever case that is.
#[test]
fn the_ml_service_role_is_known_in_any_case() {
    let (guard, iam) = (GuardName::PolicyGuard, "iam.amazonaws.com");
    let arn = "arn:aws:iam::111122223333:policy/parapet-ml-data";
    let detach = |role: &str| json!({"roleName": role, "policyArn": arn});
    let expected = "attachment of `arn:aws:iam::111122223333:policy/parapet-ml-data` to `role/parapet-ml-service`: policy attachment; \
                    `role/parapet-ml-service`: all policies";
    check(guard, "", iam, "DetachRolePolicy", detach("parapet-ml-service"), expected);
    check(guard, "", iam, "DetachRolePolicy", detach("PARAPET-ML-Service"), expected);
    check(
        guard,
        "",
        iam,
        "UpdateAssumeRolePolicy",
        json!({"roleName": "Parapet-ML-Service"}),
        "role `parapet-ml-service`: trust policy",
    );
    check(guard, "", iam, "UpdateAssumeRolePolicy", json!({"roleName": "App"}), "role `App`: trust policy");
}

/// What `replay` tells of a record: all guards, with the controls that are not switched off.
#[test]
fn a_decision_names_the_controls_that_count() {
    let record = json!({"eventSource": "s3.amazonaws.com", "eventName": "PutBucketAcl", "awsRegion": "us-east-1", "recipientAccountId": "111122223333", "requestParameters": {"bucketName": "b"}});
    let controls = |changes: &str| {
        let decision = parapet_guards::decide(record.clone(), &standard(changes), &home());
        decision.looks.iter().flat_map(|led| &led.controls).map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(controls(""), "S3.Ownership, S3.PublicAcl, S3.ForeignAcl");
    assert_eq!(controls("controls: {S3.PublicAcl: observe}"), "S3.Ownership, S3.PublicAcl, S3.ForeignAcl");
    assert_eq!(controls("controls: {S3.PublicAcl: off}"), "S3.Ownership, S3.ForeignAcl");
}

#[test]
fn events_that_are_known_by_their_names() {
    assert!(is_known_event("s3.amazonaws.com", "PutBucketAcl"));
    assert!(!is_known_event("s3.amazonaws.com", "GetBucketAcl"));
    assert!(!is_known_event("kms.amazonaws.com", "PutBucketAcl"));
}

#[test]
#[rustfmt::skip] // One line a case.
fn buckets() {
    let on = |name: &str, request: Value, expected: &str| {
        check(GuardName::EncryptionGuard, "scope: {buckets: {exclude: [scratch-*]}}", "s3.amazonaws.com", name, request, expected)
    };
    on("PutBucketEncryption", json!({"bucketName": "b", "Host": ["a", "b"]}), "bucket `b`: default encryption");
    on("CreateBucket", json!({"bucketName": "b"}), "bucket `b`: public access block, object ownership, versioning, default encryption");
    on("PutBucketVersioning", json!({"bucketName": "scratch-1"}), "ignored: out of scope: bucket `scratch-1`");
    for odd in [
        json!(null),
        json!("null"),
        json!([]),
        json!(7),
        json!({}),
        json!({"bucketName": null}),
        json!({"bucketName": ""}),
        json!({"bucketName": ["b"]}),
        json!({"omitted": true}),
    ] {
        on("PutBucketEncryption", odd, "every bucket: default encryption");
    }
    on("PutBucketLifecycle", json!({"bucketName": "b"}), "bucket `b`: lifecycle rules");
    on("PutBucketReplication", json!({"bucketName": "b"}), "bucket `b`: replication");
    on("PutBucketNotification", json!(null), "every bucket: notifications");
    on("DeleteBucket", json!({"bucketName": "b"}), "bucket `b`: existence; bucket `b`: public access block, object ownership, versioning, default encryption, replication");
    on("PutAccountPublicAccessBlock", json!(null), "the account: public access block of the account");
    on("DeleteAccountPublicAccessBlock", json!({"host": ["111122223333.s3-control.us-east-1.amazonaws.com"]}), "the account: public access block of the account");
    on("CreateAccessPoint", json!({"name": "d"}), "access point `d`: access point settings");
    on("CreateAccessPoint", json!(null), "every access point: access point settings");
    on("PutObject", json!({"bucketName": "b"}), "ignored: event PutObject does not concern this guard");
    check(GuardName::EncryptionGuard, "", "evil.amazonaws.com", "CreateBucket", json!({"bucketName": "b"}), "ignored: event CreateBucket does not concern this guard");
    check(GuardName::EncryptionGuard, "scope: {buckets: {exclude: ['*']}}", "s3.amazonaws.com", "PutBucketVersioning", json!({"bucketName": "parapet-logs-111122223333-us-east-1"}), "bucket `parapet-logs-111122223333-us-east-1`: versioning, object lock");
}

#[test]
#[rustfmt::skip] // One line a case.
fn trails() {
    let on = |name: &str, request: Value, expected: &str| {
        check(GuardName::LoggingGuard, "scope: {trails: {exclude: [theirs]}}", "cloudtrail.amazonaws.com", name, request, expected)
    };
    let arn = |partition: &str, region: &str, account: &str| json!({"name": format!("arn:{partition}:cloudtrail:{region}:{account}:trail/parapet")});
    on("StopLogging", json!({"name": "parapet"}), "trail `parapet`: trail logging");
    on("StopLogging", arn("aws", "us-east-1", "111122223333"), "trail `parapet`: trail logging");
    on("StopLogging", arn("aws", "eu-west-1", "111122223333"), "ignored: the resource is of region eu-west-1");
    on("StopLogging", arn("aws", "us-east-1", "999999999999"), "trail `arn:aws:cloudtrail:us-east-1:999999999999:trail/parapet`: trail logging");
    on("UpdateTrail", json!({"name": "arn:aws:cloudtrail:us-east-1:999999999999:trail/theirs"}), "ignored: out of scope: trail `arn:aws:cloudtrail:us-east-1:999999999999:trail/theirs`");
    on("StopLogging", arn("aws-cn", "us-east-1", "111122223333"), "ignored: the event is of partition aws-cn");
    on("StopLogging", json!({"name": "arn:"}), "every trail: trail logging");
    on("StopLogging", json!({"name": "theirs"}), "ignored: out of scope: trail `theirs`");
    on("DeleteTrail", json!({"name": "parapet"}), "trail `parapet`: trail configuration, trail logging, event selectors, insight selectors, trail tags");
    on("DeleteTrail", json!({"name": "another"}), "trail `another`: trail configuration, trail logging");
    on("PutEventSelectors", json!({"trailName": "another"}), "trail `another`: event selectors");
    on("UpdateTrail", json!({"name": "parapet"}), "trail `parapet`: trail configuration");
    on("PutEventSelectors", json!({"trailName": "parapet"}), "trail `parapet`: event selectors");
    on("PutInsightSelectors", json!({"trailName": "parapet"}), "trail `parapet`: insight selectors");
    for odd in [json!(null), json!("null"), json!({"name": 7}), json!({"name": ""}), json!({"omitted": true})] {
        on("StopLogging", odd, "every trail: trail logging");
    }
    on("PutEventConfiguration", json!({"trailName": "parapet"}), "trail `parapet`: aggregated events");
    on("AddTags", json!({"resourceId": "arn:aws:cloudtrail:us-east-1:111122223333:trail/parapet"}), "trail `parapet`: trail tags");
    on("AddTags", json!({"resourceId": "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/f852a1b2"}), "ignored: event AddTags does not concern this guard");
    on("DescribeTrails", json!({"name": "parapet"}), "ignored: event DescribeTrails does not concern this guard");
}

#[test]
#[rustfmt::skip] // One line a case.
fn event_data_stores() {
    let on = |name: &str, request: Value, expected: &str| {
        check(GuardName::LoggingGuard, "scope: {event_data_stores: {exclude: ['0000*']}}", "cloudtrail.amazonaws.com", name, request, expected)
    };
    let arn = |region: &str, account: &str| json!({"eventDataStore": format!("arn:aws:cloudtrail:{region}:{account}:eventdatastore/f852a1b2")});
    on("StopEventDataStoreIngestion", json!({"eventDataStore": "f852a1b2"}), "event data store `f852a1b2`: event data store");
    on("DeleteEventDataStore", arn("us-east-1", "111122223333"), "event data store `f852a1b2`: event data store");
    on("UpdateEventDataStore", arn("us-east-1", "444455556666"), "event data store `arn:aws:cloudtrail:us-east-1:444455556666:eventdatastore/f852a1b2`: event data store");
    on("DeleteEventDataStore", arn("eu-west-1", "111122223333"), "ignored: the resource is of region eu-west-1");
    on("DeleteEventDataStore", json!({"eventDataStore": "00001111"}), "ignored: out of scope: event data store `00001111`");
    on("PutEventConfiguration", arn("us-east-1", "111122223333"), "event data store `f852a1b2`: event configuration");
    on("PutEventConfiguration", json!(null), "every trail: aggregated events; every event data store: event configuration");
    let of = |path: &str, account: &str| json!({"resourceArn": format!("arn:aws:cloudtrail:us-east-1:{account}:{path}"), "resourcePolicy": "{}"});
    on("PutResourcePolicy", of("eventdatastore/f852a1b2", "111122223333"), "event data store `f852a1b2`: policies of CloudTrail Lake");
    on("PutResourcePolicy", of("channel/80b5", "111122223333"), "channel `80b5`: policies of CloudTrail Lake");
    on("DeleteResourcePolicy", of("dashboard/team", "111122223333"), "dashboard `team`: policies of CloudTrail Lake");
    // What CloudTrail may let have a policy tomorrow.
    on("PutResourcePolicy", of("lens/x", "111122223333"), "resource `lens/x` of CloudTrail: policies of CloudTrail Lake");
    on("DeleteDashboard", json!({"dashboardId": "team"}), "dashboard `team`: policies of CloudTrail Lake");
    on("PutResourcePolicy", of("eventdatastore/f852a1b2", "444455556666"), "ignored: the event is of account 444455556666");
    on("PutResourcePolicy", of("eventdatastore/00001111", "111122223333"), "ignored: out of scope: event data store `00001111`");
    for odd in [json!(null), json!({"resourceArn": 7}), json!({"resourceArn": "arn:"}), json!({"omitted": true})] {
        on("PutResourcePolicy", odd, "every resource of CloudTrail Lake: policies of CloudTrail Lake");
    }
    for odd in [json!(null), json!({"eventDataStore": 7}), json!({"eventDataStore": "arn:"}), json!({"omitted": true})] {
        on("DeleteEventDataStore", odd, "every event data store: event data store");
    }
    on("DeregisterOrganizationDelegatedAdmin", json!({"delegatedAdminAccountId": "777788889999"}), "delegated administrator `777788889999`: delegated administrator");
    on("DeregisterOrganizationDelegatedAdmin", json!(null), "delegated administrator `unknown`: delegated administrator");
}

/// Of what IAM says, the logging guard looks at the policy guard's own role, and at what bounds it; the policy guard at neither.
#[test]
#[rustfmt::skip] // One line a case.
fn the_policy_guards_own_role() {
    let iam = "iam.amazonaws.com";
    let to = |guard: GuardName, standard: &str, name: &str, request: &Value, expected: &str| check(guard, standard, iam, name, request.clone(), expected);
    let boundary = "arn:aws:iam::111122223333:policy/parapet-policy-guard-boundary";
    for role in ["parapet-policy-guard", "PARAPET-Policy-Guard"] {
        for (name, request) in [
            ("CreateRole", json!({"roleName": role})),
            ("DeleteRole", json!({"roleName": role})),
            ("UpdateAssumeRolePolicy", json!({"roleName": role, "policyDocument": "{}"})),
            ("AttachRolePolicy", json!({"roleName": role, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})),
            ("PutRolePolicy", json!({"roleName": role, "policyName": "x"})),
            ("DeleteRolePolicy", json!({"roleName": role, "policyName": "policy-guard"})),
            ("PutRolePermissionsBoundary", json!({"roleName": role})),
            ("DeleteRolePermissionsBoundary", json!({"roleName": role})),
        ] {
            to(GuardName::LoggingGuard, "", name, &request, "own role `parapet-policy-guard`: role of the policy guard");
            let left = format!("ignored: out of scope: `role/{role}` and what bounds it are kept by the logging guard");
            to(GuardName::PolicyGuard, "", name, &request, &left);
to(GuardName::LoggingGuard, "principals: {own: [role/other]}", name, &request, "ignored: out of scope: of IAM, `role/parapet-policy-guard` and what bounds it alone are looked at here");
        }
    }
    for (name, request) in [
        ("CreatePolicy", json!({"policyName": "parapet-policy-guard-boundary"})),
        ("CreatePolicyVersion", json!({"policyArn": boundary, "setAsDefault": true})),
        ("SetDefaultPolicyVersion", json!({"policyArn": boundary, "versionId": "v1"})),
        ("DeletePolicy", json!({"policyArn": boundary})),
    ] {
        to(GuardName::LoggingGuard, "", name, &request, "own role `parapet-policy-guard`: role of the policy guard");
        to(GuardName::PolicyGuard, "", name, &request, "ignored: out of scope: `role/parapet-policy-guard` and what bounds it are kept by the logging guard");
    }
    to(GuardName::LoggingGuard, "", "PutRolePolicy", &json!(null), "every own role: role of the policy guard");
    let other = "ignored: out of scope: of IAM, `role/parapet-policy-guard` and what bounds it alone are looked at here";
    to(GuardName::LoggingGuard, "", "PutRolePolicy", &json!({"roleName": "parapet-logging-guard", "policyName": "x"}), other);
    to(GuardName::LoggingGuard, "", "AttachRolePolicy", &json!({"roleName": "app", "policyArn": boundary}), other);
    to(GuardName::LoggingGuard, "", "CreatePolicyVersion", &json!({"policyArn": "arn:aws:iam::111122223333:policy/parapet-ai-guard-boundary"}), other);
    to(GuardName::PolicyGuard, "", "AttachRolePolicy", &json!({"roleName": "app", "policyArn": boundary}), &format!("attachment of `{boundary}` to `role/app`: policy attachment"));
    to(GuardName::PolicyGuard, "", "PutRolePermissionsBoundary", &json!({"roleName": "parapet-logging-guard"}), "`role/parapet-logging-guard`: permissions boundary");
}

/// What nobody reads is named as far as its record goes: nothing could be listed in its place.
#[test]
#[rustfmt::skip] // One line a case.
fn recorded_policies() {
    let on = |service: &str, name: &str, request: Value, expected: &str| {
        check(GuardName::PolicyGuard, "", &format!("{service}.amazonaws.com"), name, request, expected)
    };
    on("s3express", "PutBucketPolicy", json!({"bucketName": "train--use1-az4--x-s3"}), "policy of `arn:aws:s3express:us-east-1:111122223333:bucket/train--use1-az4--x-s3`: directory buckets");
    on("s3express", "PutAccessPointPolicy", json!({"name": "door--use1-az4--xa-s3"}), "policy of `arn:aws:s3express:us-east-1:111122223333:accesspoint/door--use1-az4--xa-s3`: directory buckets");
    on("s3tables", "PutTablePolicy", json!({"tableBucketARN": "arn:aws:s3tables:us-east-1:111122223333:bucket/features", "name": "t"}), "policy of `arn:aws:s3tables:us-east-1:111122223333:bucket/features`: table buckets");
    on("s3tables", "PutTablePolicy", json!({"tableBucketARN": "arn:aws:s3tables:us-east-1:999999999999:bucket/features"}), "ignored: the event is of account 999999999999");
    on("s3vectors", "PutVectorBucketPolicy", json!({"vectorBucketName": "embeddings"}), "policy of `arn:aws:s3vectors:us-east-1:111122223333:bucket/embeddings`: vector buckets");
    on("s3", "PutAccessGrantsInstanceResourcePolicy", json!(null), "policy of `arn:aws:s3:us-east-1:111122223333:access-grants/default`: further ways to buckets");
    on("s3", "PutAccessPointPolicyForObjectLambda", json!({"name": "redacted"}), "policy of `arn:aws:s3-object-lambda:us-east-1:111122223333:accesspoint/redacted`: further ways to buckets");
    for odd in [json!(null), json!({"vectorBucketName": 7}), json!({"omitted": true}), json!([])] {
        on("s3vectors", "PutVectorBucketPolicy", odd, "policy of `arn:aws:s3vectors:us-east-1:111122223333:bucket/unknown`: vector buckets");
    }
    // A policy of an account's own access point is another event than that of a directory bucket's.
    on("s3", "PutAccessPointPolicy", json!({"name": "side-door"}), "access point `side-door`: access point policy");
}

#[test]
#[rustfmt::skip] // One line a case.
fn repositories() {
    const SCOPE: &str = "scope: {repositories: {exclude: ['ml-scratch']}}";
    let on = |name: &str, request: Value, expected: &str| check(GuardName::AiGuard, SCOPE, "ecr.amazonaws.com", name, request, expected);
    let policy = |name: &str, request: Value, expected: &str| check(GuardName::PolicyGuard, SCOPE, "ecr.amazonaws.com", name, request, expected);
    on("CreateRepository", json!({"repositoryName": "team/ml-training"}), "repository `team/ml-training`: tag mutability, image scanning");
    on("PutImageTagMutability", json!({"repositoryName": "my-sagemaker-images", "registryId": "111122223333"}), "repository `my-sagemaker-images`: tag mutability");
    on("PutImageScanningConfiguration", json!({"repositoryName": "ml/a"}), "repository `ml/a`: image scanning");
    on("PutImageTagMutability", json!({"repositoryName": "ml/a", "registryId": "999999999999"}), "ignored: the event is of account 999999999999");
    // A tag that moves is how others deploy; whom a policy lets in is everybody's concern.
    on("PutImageTagMutability", json!({"repositoryName": "html-app"}), "ignored: out of scope: repository `html-app`");
    policy("SetRepositoryPolicy", json!({"repositoryName": "html-app"}), "repository `html-app`: repository policy");
    policy("SetRepositoryPolicy", json!({"repositoryName": "ml-scratch"}), "ignored: out of scope: repository `ml-scratch`");
    on("PutImageTagMutability", json!({"repositoryName": "ml-scratch"}), "ignored: out of scope: repository `ml-scratch`");
    check(GuardName::AiGuard, "scope: {repositories: {include: ['*']}}", "ecr.amazonaws.com", "PutImageTagMutability", json!({"repositoryName": "html-app"}), "repository `html-app`: tag mutability");
    for odd in [json!(null), json!({"repositoryName": 7}), json!({"repositoryName": ""}), json!({"omitted": true})] {
        on("PutImageTagMutability", odd.clone(), "every repository: tag mutability");
        policy("DeleteRepositoryPolicy", odd, "every repository: repository policy");
    }
    policy("PutImage", json!({"repositoryName": "ml/a"}), "ignored: event PutImage does not concern this guard");
}

/// Where the request was cut, the answer of CreateRepository and the resources that the record lists tell.
#[test]
fn a_repository_by_its_arn() {
    let arn = |region: &str, account: &str, name: &str| format!("arn:aws:ecr:{region}:{account}:repository/{name}");
    let routed = |response: Value, resources: Value| {
        let record = json!({"eventSource": "ecr.amazonaws.com", "eventName": "CreateRepository", "awsRegion": "us-east-1", "recipientAccountId": "111122223333", "responseElements": response, "resources": resources});
        route(GuardName::AiGuard, &record, &standard(""), &home())
    };
    let answered = |arn: String| routed(json!({"repository": {"repositoryArn": arn}}), json!(null));
    let looked_at = "repository `ml/a`: tag mutability, image scanning";
    assert_eq!(answered(arn("us-east-1", "111122223333", "ml/a")), looked_at);
    assert_eq!(answered(arn("eu-west-1", "111122223333", "ml/a")), "ignored: the resource is of region eu-west-1");
    assert_eq!(answered(arn("us-east-1", "999999999999", "ml/a")), "ignored: the event is of account 999999999999");
    let every = "every repository: tag mutability, image scanning";
    assert_eq!(answered(arn("us-east-1", "111122223333", "")), every);
    assert_eq!(answered("arn:aws:s3:::bucket".to_owned()), every);
    let listed =
        json!([{"ARN": "arn:aws:kms:us-east-1:111122223333:key/1"}, {"ARN": arn("us-east-1", "111122223333", "ml/a")}]);
    assert_eq!(routed(json!(null), listed), looked_at);
}

#[test]
#[rustfmt::skip] // One line a case.
fn keys() {
    let on = |name: &str, request: Value, expected: &str| {
        check(GuardName::EncryptionGuard, "scope: {keys: {exclude: [theirs]}}", "kms.amazonaws.com", name, request, expected)
    };
    on("DisableKey", json!({"keyId": "1234abcd"}), "key `1234abcd`: key state");
    on("DisableKey", json!({"keyId": "arn:aws:kms:us-east-1:111122223333:key/1234abcd"}), "key `1234abcd`: key state");
    on("DisableKey", json!({"keyId": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"}), "ignored: the resource is of region eu-west-1");
    on("DisableKey", json!({"keyId": "arn:aws:kms:us-east-1:999999999999:key/1234abcd"}), "ignored: the event is of account 999999999999");
    on("DisableKey", json!({"keyId": "theirs"}), "ignored: out of scope: key `theirs`");
    on("DisableKey", json!(null), "every key: key state");
    on("EnableKey", json!({"keyId": "1234abcd"}), "key `1234abcd`: key state, key rotation");
    on("UpdateAlias", json!({"aliasName": "alias/parapet-ml", "targetKeyId": "0987dcba"}), "key `alias/parapet-ml`: key state");
    on("UpdateAlias", json!({"aliasName": "alias/other", "targetKeyId": "0987dcba"}), "ignored: out of scope: alias `alias/other` is not the standard's");
    on("DeleteAlias", json!(null), "key `alias/parapet-ml`: key state");
    check(GuardName::PolicyGuard, "", "kms.amazonaws.com", "PutKeyPolicy", json!({"keyId": "1234abcd"}), "key `1234abcd`: key policy");
    check(GuardName::PolicyGuard, "", "kms.amazonaws.com", "CreateGrant", json!({"keyId": "1234abcd"}), "key `1234abcd`: grants");
    check(GuardName::PolicyGuard, "", "kms.amazonaws.com", "RetireGrant", json!(null), "every key: grants");
}

#[test]
fn an_alias_is_found_among_the_resources() {
    for (alias, expected) in [
        ("parapet-ml", "key `alias/parapet-ml`: key state"),
        ("other", "ignored: out of scope: alias `alias/other` is not the standard's"),
    ] {
        let listed = |path: String| json!({"ARN": format!("arn:aws:kms:us-east-1:111122223333:{path}")});
        let resources = [listed("key/1234abcd".to_owned()), listed(format!("alias/{alias}"))];
        let record = json!({"eventSource": "kms.amazonaws.com", "eventName": "DeleteAlias", "awsRegion": "us-east-1",
            "recipientAccountId": "111122223333", "requestParameters": null, "resources": resources});
        assert_eq!(route(GuardName::EncryptionGuard, &record, &standard(""), &home()), expected);
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn policies() {
    let spared = "{principals: {break_glass: [user/glass-1], administrators: [role/admin]}}";
    let on = |name: &str, request: Value, expected: &str| check(GuardName::PolicyGuard, spared, "iam.amazonaws.com", name, request, expected);
    on("PutUserPolicy", json!({"userName": "jane", "policyName": "p"}), "inline policy `p` of `user/jane`: inline policy");
    on("PutGroupPolicy", json!({"groupName": "g", "policyName": "p"}), "inline policy `p` of `group/g`: inline policy");
    on("PutUserPolicy", json!({"userName": "glass-1", "policyName": "p"}), "ignored: out of scope: `user/glass-1` is a break-glass principal");
    on("PutRolePolicy", json!({"roleName": "admin", "policyName": "p"}), "ignored: out of scope: `role/admin` is an administrator principal");
    on("PutRolePolicy", json!({"roleName": "parapet-bootstrap", "policyName": "p"}), "inline policy `p` of `role/parapet-bootstrap`: inline policy");
    on("PutUserPolicy", json!({"userName": "jane"}), "every inline policy: inline policy");
    on("AttachUserPolicy", json!({"userName": "jane", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}), "attachment of `arn:aws:iam::aws:policy/ReadOnlyAccess` to `user/jane`: policy attachment");
    // An attachment changes no document.
    on("AttachUserPolicy", json!({"userName": "jane", "policyArn": "arn:aws:iam::111122223333:policy/p"}), "attachment of `arn:aws:iam::111122223333:policy/p` to `user/jane`: policy attachment");
    on("AttachUserPolicy", json!({"userName": "jane", "policyArn": "arn:aws:iam::999999999999:policy/p"}), "ignored: the event is of account 999999999999");
    on("CreatePolicy", json!({"policyName": "p"}), "managed policy `arn:aws:iam::111122223333:policy/p`: managed policy");
    on("CreatePolicy", json!({"policyName": "p", "path": "/team/"}), "managed policy `arn:aws:iam::111122223333:policy/team/p`: managed policy");
    on("CreatePolicyVersion", json!({"policyArn": "p"}), "ignored: the event is of account ");
    on("CreateRole", json!({"roleName": "r"}), "role `r`: trust policy; `role/r`: permissions boundary");
    on("UpdateAssumeRolePolicy", json!({"userName": "jane"}), "every role: trust policy");
    // What changes no document leads to none but bootstrap's.
    on("UpdateRole", json!({"roleName": "vendor", "description": ""}), "ignored: out of scope: UpdateRole does not change whom a role trusts");
    on("UpdateRole", json!({"roleName": "parapet-ml-service"}), "role `parapet-ml-service`: trust policy");
    on("DeletePolicyVersion", json!({"policyArn": "arn:aws:iam::111122223333:policy/p", "versionId": "v1"}), "ignored: out of scope: DeletePolicyVersion does not change what a policy says");
    on("DeletePolicyVersion", json!({"policyArn": "arn:aws:iam::111122223333:policy/parapet-ml-data", "versionId": "v1"}), "managed policy `arn:aws:iam::111122223333:policy/parapet-ml-data`: managed policy");
    on("CreatePolicyVersion", json!({"policyArn": "arn:aws:iam::111122223333:policy/p", "setAsDefault": false}), "ignored: out of scope: CreatePolicyVersion does not change what a policy says");
    on("CreatePolicyVersion", json!({"policyArn": "arn:aws:iam::111122223333:policy/p", "setAsDefault": true}), "managed policy `arn:aws:iam::111122223333:policy/p`: managed policy");
    for odd in [json!(null), json!("null"), json!([7]), json!({"userName": {}}), json!({"omitted": true})] {
        on("PutUserPolicy", odd.clone(), "every inline policy: inline policy");
        on("CreatePolicy", odd, "every managed policy: managed policy");
    }
    on("CreateUser", json!({"userName": "jane"}), "`user/jane`: permissions boundary");
    on("DeleteUserPermissionsBoundary", json!({"userName": "jane"}), "`user/jane`: permissions boundary; `user/jane`: all policies");
    on("DeleteUserPermissionsBoundary", json!({"userName": "glass-1"}), "ignored: out of scope: `user/glass-1` is a break-glass principal");
    on("DeleteGroupPolicy", json!({"groupName": "g", "policyName": "p"}), "inline policy `p` of `group/g`: inline policy; `group/g`: all policies");
    on("AddUserToGroup", json!({"groupName": "g", "userName": "jane"}), "membership of `jane` in group `g`: group membership");
    on("AddUserToGroup", json!({"groupName": "g", "userName": "glass-1"}), "ignored: out of scope: `user/glass-1` is a break-glass principal");
    // The credentials of those who are never touched are what is looked at.
    on("CreateAccessKey", json!({"userName": "glass-1"}), "`user/glass-1`: access keys");
    on("UpdateLoginProfile", json!({"userName": "glass-1"}), "`user/glass-1`: console password");
    // Of others, too: who is strong, only his policies say.
    on("CreateAccessKey", json!({"userName": "jane"}), "`user/jane`: access keys");
    on("CreateAccessKey", json!(null), "every user, role or group: access keys");
    check(GuardName::PolicyGuard, "principals: {protected: [user/jane]}", "iam.amazonaws.com", "CreateLoginProfile", json!({"userName": "jane"}), "`user/jane`: console password");
    on("CreateSAMLProvider", json!({"name": "okta"}), "identity provider `arn:aws:iam::111122223333:saml-provider/okta`: identity provider");
    on("AttachRolePolicy", json!({"roleName": "parapet-ml-service", "policyArn": "arn:aws:iam::111122223333:policy/p"}), "attachment of `arn:aws:iam::111122223333:policy/p` to `role/parapet-ml-service`: policy attachment");
    check(GuardName::PolicyGuard, "", "s3.amazonaws.com", "PutBucketPolicy", json!({"bucketName": "b", "bucketPolicy": {}}), "bucket `b`: bucket policy");
    check(GuardName::PolicyGuard, "", "s3.amazonaws.com", "CreateBucket", json!({"bucketName": "b"}), "bucket `b`: bucket policy, access control list");
    check(GuardName::PolicyGuard, "", "s3.amazonaws.com", "PutAccessPointPolicy", json!({"name": "d"}), "access point `d`: access point policy");
    check(GuardName::PolicyGuard, "", "s3.amazonaws.com", "DeleteBucketPolicy", json!(null), "every bucket: bucket policy");
}

#[test]
#[rustfmt::skip] // One line a case.
fn a_record_of_elsewhere_leads_nowhere() {
    let record = |account: &str, region: &str| json!({"eventSource": "s3.amazonaws.com", "eventName": "CreateBucket", "awsRegion": region, "recipientAccountId": account, "requestParameters": {"bucketName": "b"}});
    let routed = |account, region| Trigger::from_record(&record(account, region), &home(), is_known_event).err();
    assert_eq!(routed("999999999999", "us-east-1"), Some(Ignored::OtherAccount("999999999999".into())));
    assert_eq!(routed("111122223333", "us-gov-west-1"), Some(Ignored::OtherPartition("aws-us-gov".into())));
    assert_eq!(routed("111122223333", "eu-west-1"), None, "buckets are one namespace: another region's event may name ours");
}

/// A call on another account's resource is recorded in the caller's account, too. A record that says of one of this account's that it is another's
/// hides it only where nothing in it says otherwise, and never what the standard needs.
#[test]
#[rustfmt::skip] // One line a case.
fn what_a_record_says_is_another_accounts() {
    const OTHER: &str = "444455556666";
    let on = |service: &str, name: &str, request: Value, resources: Value, expected: &str| {
        let record = json!({"eventSource": format!("{service}.amazonaws.com"), "eventName": name, "awsRegion": "us-east-1", "recipientAccountId": "111122223333",
            "requestParameters": request, "resources": resources});
        assert_eq!(route(GuardName::PolicyGuard, &record, &standard(""), &home()), expected, "{record}");
    };
    let entry = |arn: &str, owner: Value| json!({"ARN": arn, "accountId": owner});
    let (theirs, ours) = (|arn: &str| entry(arn, json!(OTHER)), |arn: &str| entry(arn, json!("111122223333")));
    let ignored = "ignored: the event is of account 444455556666";

    let bucket = |request: Value, resources: Value, expected: &str| on("s3", "PutBucketPolicy", request, resources, expected);
    let (named, b, looked) = (json!({"bucketName": "b"}), "arn:aws:s3:::b", "bucket `b`: bucket policy");
    bucket(named.clone(), json!([theirs(b)]), ignored);
    bucket(json!(null), json!([theirs(b)]), ignored);
    bucket(named.clone(), json!([theirs(b), ours(b)]), looked);
    bucket(named.clone(), json!([theirs(b), entry(b, json!(null))]), looked);
    bucket(named.clone(), json!([theirs("arn:aws:s3:::b2"), theirs("arn:aws:s3:::b/object")]), looked);
    bucket(named.clone(), json!([entry(b, json!("anonymous"))]), looked);
    bucket(named, json!([entry(b, json!(""))]), looked);
    let data = format!("arn:aws:s3:::{DATA_BUCKET}");
    bucket(json!({"bucketName": DATA_BUCKET}), json!([theirs(&data)]), &format!("bucket `{DATA_BUCKET}`: bucket policy"));

    let point = |account: &str, name: &str| json!({"ARN": format!("arn:aws:s3:us-east-1:{account}:accesspoint/{name}")});
    let access = |resources: Value, expected: &str| on("s3", "PutAccessPointPolicy", json!({"name": "d"}), resources, expected);
    access(json!([point(OTHER, "d")]), ignored);
    access(json!([point(OTHER, "d"), point("111122223333", "d")]), "access point `d`: access point policy");
    access(json!([point(OTHER, "e")]), "access point `d`: access point policy");

    let key = |account: &str, id: &str| format!("arn:aws:kms:us-east-1:{account}:key/{id}");
    let policy = |resources: Value, expected: &str| on("kms", "PutKeyPolicy", json!({"keyId": "1"}), resources, expected);
    policy(json!([theirs(&key(OTHER, "2"))]), ignored);
    policy(json!([theirs(&key(OTHER, "2")), ours(&key("111122223333", "1"))]), "key `1`: key policy");

    let repository = |account: &str| format!("arn:aws:ecr:us-east-1:{account}:repository/ml/a");
    let image = |resources: Value, expected: &str| on("ecr", "SetRepositoryPolicy", json!(null), resources, expected);
    image(json!([theirs(&repository(OTHER))]), ignored);
    image(json!([theirs(&repository(OTHER)), ours(&repository("111122223333"))]), "repository `ml/a`: repository policy");
}
