//! What one record says.

use iam_policy::catalogue;
use parapet_guards::used::{Call, From, Mfa, Passed};
use serde_json::{Value, json};

use super::{call, home, record, session, user, with};

/// What had to be allowed, one a line: the action, and on what; `?` where that is not known.
fn asked(record: &Value) -> Vec<String> {
    let one =
        |asked: &parapet_guards::used::Asked| format!("{} on {}", asked.what, asked.resource.as_deref().unwrap_or("?"));
    call(record).asked.iter().map(one).collect()
}

#[test]
fn what_had_to_be_allowed() {
    let check = |service: &str, event: &str, parameters: Value, expected: &[&str]| {
        assert_eq!(asked(&record(service, event, parameters)), expected, "{service} {event}");
    };
    let key = json!({"bucketName": "b", "key": "a/x*"});
    check("s3", "GetObject", key.clone(), &["s3:GetObject on arn:aws:s3:::b/a/x*"]);
    check("s3", "HeadObject", key.clone(), &["s3:GetObject on arn:aws:s3:::b/a/x*"]);
    check(
        "s3",
        "GetObject",
        json!({"bucketName": "b", "key": "x", "versionId": "v"}),
        &["s3:GetObjectVersion on arn:aws:s3:::b/x"],
    );
    check(
        "s3",
        "GetObject",
        json!({"bucketName": "b", "key": "x", "versionId": "null"}),
        &["s3:GetObject on arn:aws:s3:::b/x"],
    );
    check("s3", "ListObjectsV2", json!({"bucketName": "b"}), &["s3:ListBucket on arn:aws:s3:::b"]);
    check("s3", "PutBucketPolicy", json!({"bucketName": "b"}), &["s3:PutBucketPolicy on arn:aws:s3:::b"]);
    check("s3", "ListBuckets", json!({}), &["s3:ListAllMyBuckets on *"]);
    // Which objects, the record does not say; and what an alias stands for.
    check("s3", "DeleteObjects", json!({"bucketName": "b"}), &["s3:DeleteObject on ?"]);
    check("s3", "GetObject", json!({"bucketName": "p-abc-s3alias", "key": "x"}), &["s3:GetObject on ?"]);
    check("s3", "GetObject", json!({"bucketName": "b/../c", "key": "x"}), &["s3:GetObject on ?"]);
    check("ec2", "DescribeInstances", json!({}), &["ec2:DescribeInstances on *"]);
    check(
        "dynamodb",
        "GetItem",
        json!({"tableName": "t"}),
        &["dynamodb:GetItem on arn:aws:dynamodb:eu-central-1:111122223333:table/t"],
    );
    check(
        "sqs",
        "SendMessage",
        json!({"queueUrl": "https://sqs.eu-central-1.amazonaws.com/111122223333/q"}),
        &["sqs:SendMessage on arn:aws:sqs:eu-central-1:111122223333:q"],
    );
    check(
        "sqs",
        "SendMessage",
        json!({"queueUrl": "https://sqs.eu-central-1.amazonaws.com/999999999999/q"}),
        &["sqs:SendMessage on ?"],
    );
    let function = "arn:aws:lambda:eu-central-1:111122223333:function:f";
    check("lambda", "Invoke", json!({"functionName": function}), &[&format!("lambda:InvokeFunction on {function}")]);
    let live = "lambda:InvokeFunction on arn:aws:lambda:eu-central-1:111122223333:function:f:live";
    check("lambda", "Invoke", json!({"functionName": "f:live"}), &[live]);
    check("lambda", "Invoke", json!({"functionName": "f", "qualifier": "live"}), &[live]);
    check("lambda", "Invoke", json!({"functionName": "f:live", "qualifier": "live"}), &[live]);
    check("lambda", "Invoke", json!({"functionName": function, "qualifier": "live"}), &[live]);
    check(
        "lambda",
        "Invoke",
        json!({"functionName": "f", "qualifier": null}),
        &[&format!("lambda:InvokeFunction on {function}")],
    );
    // Two that differ, and a part of an ARN.
    for odd in [
        json!({"functionName": "f:live", "qualifier": "old"}),
        json!({"functionName": "f", "qualifier": "l*"}),
        json!({"functionName": "f", "qualifier": 7}),
        json!({"functionName": "111122223333:function:f"}),
        json!({"functionName": "111122223333:f"}),
    ] {
        check("lambda", "Invoke", odd, &["lambda:InvokeFunction on ?"]);
    }
    let table = "arn:aws:dynamodb:eu-central-1:111122223333:table/t";
    let index = format!("dynamodb:Query on {table}/index/i");
    check("dynamodb", "Query", json!({"tableName": "t", "indexName": "i"}), &[&index]);
    check("dynamodb", "Query", json!({"tableName": table, "indexName": "i"}), &[&index]);
    check("dynamodb", "Query", json!({"tableName": "t"}), &[&format!("dynamodb:Query on {table}")]);
    check("dynamodb", "Query", json!({"tableName": "t", "indexName": "*"}), &["dynamodb:Query on ?"]);
    // What a copy reads has to be allowed, too.
    let copy = |source: Value, expected: &str| {
        let parameters = json!({"bucketName": "b", "key": "x", "x-amz-copy-source": source});
        check("s3", "CopyObject", parameters, &["s3:PutObject on arn:aws:s3:::b/x", expected]);
    };
    copy(json!("src/a/b"), "s3:GetObject on arn:aws:s3:::src/a/b");
    copy(json!("/src/a/b"), "s3:GetObject on arn:aws:s3:::src/a/b");
    copy(json!("src/a?versionId=v"), "s3:GetObjectVersion on arn:aws:s3:::src/a");
    copy(json!("src/a?versionId=null"), "s3:GetObject on arn:aws:s3:::src/a");
    for odd in [
        json!("src/a%20b"),
        json!("src"),
        json!("src/"),
        json!(null),
        json!("arn:aws:s3:us-east-1:111122223333:accesspoint/p/object/k"),
    ] {
        copy(odd, "s3:GetObject on ?");
    }
    // The path of a role is not in its name.
    check("iam", "PutRolePolicy", json!({"roleName": "app"}), &["iam:PutRolePolicy on ?"]);
    check(
        "sts",
        "AssumeRole",
        json!({"roleArn": "arn:aws:iam::111122223333:role/x/y"}),
        &["sts:AssumeRole on arn:aws:iam::111122223333:role/x/y"],
    );
    check("sts", "GetCallerIdentity", json!({}), &[]);
    check("dynamodb", "ExecuteStatement", json!({}), &["dynamodb.amazonaws.com:ExecuteStatement on ?"]);
    check("s3", "GetObject", Value::Null, &["s3:GetObject on ?"]);
    check("s3", "GetObject", json!([1]), &["s3:GetObject on ?"]);
}

#[test]
fn what_a_record_lists_is_what_it_was_about() {
    let key = "arn:aws:kms:eu-central-1:111122223333:key/k";
    let other = "arn:aws:kms:eu-central-1:111122223333:key/l";
    let decrypt = |resources: Value| with(record("kms", "Decrypt", json!({})), json!({"resources": resources}));
    assert_eq!(asked(&decrypt(json!([{"ARN": key}]))), [format!("kms:Decrypt on {key}")]);
    // Each of them had to be allowed.
    let both = asked(&decrypt(json!([{"ARN": key}, {"ARN": other}])));
    assert_eq!(both, [format!("kms:Decrypt on {key}"), format!("kms:Decrypt on {other}")]);
    assert_eq!(asked(&decrypt(json!([{"ARN": "arn:aws:s3:::b"}]))), ["kms:Decrypt on ?"]);
    let many: Vec<Value> = (0..40).map(|n| json!({"ARN": format!("{key}{n}")})).collect();
    assert_eq!(asked(&decrypt(json!(many))), ["kms:Decrypt on ?"]);
    assert_eq!(asked(&decrypt(json!([{"ARN": format!("{key}{}", "x".repeat(2_000))}]))), ["kms:Decrypt on ?"]);
}

/// No event tells that a role was handed over.
#[test]
fn a_role_that_is_handed_over_had_to_be_passed() {
    let role = "arn:aws:iam::111122223333:role/service-role/x";
    let pass = format!("iam:PassRole on {role}");
    let create = |parameters: Value| asked(&record("lambda", "CreateFunction20150331", parameters));
    assert_eq!(create(json!({"functionName": "f", "role": role})).get(1), Some(&pass));
    let nested = json!({"taskDefinition": {"a": [{"executionRoleArn": role}, {"taskRoleArn": role}]}});
    assert_eq!(asked(&record("ecs", "RegisterTaskDefinition", nested)).get(1), Some(&pass));
    let instance = json!({"iamInstanceProfile": {"name": "p"}});
    assert_eq!(asked(&record("ec2", "RunInstances", instance)).last().map(String::as_str), Some("iam:PassRole on ?"));
    // Of a role's name the path is not told; what is about a role names none.
    let job = |parameters: Value| asked(&record("glue", "CreateJob", parameters));
    for named in [json!({"role": "etl"}), json!({"role": "service-role/etl"}), json!({"iamRole": "etl"})] {
        assert_eq!(job(named.clone()).last().map(String::as_str), Some("iam:PassRole on ?"), "{named}");
    }
    for about in
        [json!({"roleSessionName": "etl"}), json!({"role": "two words"}), json!({"role": ""}), json!({"roles": 7})]
    {
        assert!(!job(about.clone()).iter().any(|asked| asked.contains("PassRole")), "{about}");
    }
    // Neither what only reads, nor what changes or takes a role by itself, hands one over, nor another account's.
    let reads = with(record("lambda", "ListFunctions20150331", json!({"role": role})), json!({"readOnly": true}));
    assert!(!asked(&reads).iter().any(|asked| asked.contains("PassRole")));
    assert!(
        !create(json!({"role": "arn:aws:iam::999999999999:role/x"})).iter().any(|asked| asked.contains("PassRole"))
    );
    let assume = asked(&record("sts", "AssumeRole", json!({"roleArn": role})));
    assert_eq!(assume, [format!("sts:AssumeRole on {role}")]);
}

#[test]
fn whose_it_is() {
    let by = |identity: Value| {
        let record = with(record("s3", "ListBuckets", json!({})), json!({"userIdentity": identity}));
        Call::of(&record, &home()).map(|call| call.entity.to_string())
    };
    assert_eq!(by(session()), Ok("role/app".to_owned()), "a session counts for its role");
    assert_eq!(by(user()), Ok("user/jane".to_owned()));
    // A service that asks for somebody uses his permissions.
    assert_eq!(by(with(session(), json!({"invokedBy": "cloudformation.amazonaws.com"}))), Ok("role/app".to_owned()));
    assert_eq!(by(json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"})), Err(Passed::NoPrincipal));
    assert_eq!(by(json!({"type": "Root", "arn": "arn:aws:iam::111122223333:root"})), Err(Passed::NoPrincipal));
    let other = with(user(), json!({"arn": "arn:aws:iam::999999999999:user/jane"}));
    assert_eq!(by(other), Err(Passed::OtherAccount));
    let elsewhere = with(user(), json!({"arn": "arn:aws-cn:iam::111122223333:user/jane"}));
    assert_eq!(by(elsewhere), Err(Passed::OtherAccount));
    let of_other = json!({"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::999999999999:role/app"}});
    assert_eq!(by(with(session(), json!({"sessionContext": of_other}))), Err(Passed::OtherAccount));
    for odd in [
        json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:group/x"}),
        json!({"type": "IAMUser", "arn": "jane"}),
        json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/*"}),
        json!({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/app/one"}),
        json!("user/jane"),
        Value::Null,
    ] {
        assert_eq!(by(odd.clone()), Err(Passed::NoPrincipal), "{odd}");
    }
}

#[test]
fn what_counts() {
    let of = |members: Value| Call::of(&with(record("s3", "ListBuckets", json!({})), members), &home()).err();
    for denied in ["AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation", "ExpiredToken"] {
        assert_eq!(of(json!({"errorCode": denied})), Some(Passed::Denied), "{denied}");
    }
    // Something allowed what failed for another reason.
    for failed in ["NoSuchBucket", "ThrottlingException", ""] {
        assert_eq!(of(json!({"errorCode": failed})), None, "{failed}");
    }
    for garbage in [
        json!({"eventName": null}),
        json!({"eventSource": ""}),
        json!({"eventTime": "yesterday"}),
        json!({"eventTime": null}),
        json!({"eventName": "x".repeat(1_000)}),
        json!({"eventName": 7}),
    ] {
        assert_eq!(of(garbage.clone()), Some(Passed::NotARecord), "{garbage}");
    }
    let insight =
        json!({"eventCategory": "Insight", "eventTime": "2026-11-23T14:00:00Z", "insightDetails": {"eventName": "x"}});
    assert_eq!(Call::of(&insight, &home()), Err(Passed::NoPrincipal), "no call");
    assert_eq!(Call::of(&json!([]), &home()), Err(Passed::NotARecord));
    assert_eq!(Call::of(&Value::Null, &home()), Err(Passed::NotARecord));
}

#[test]
fn from_where_it_came() {
    let from = |members: Value| From::of(&with(record("s3", "ListBuckets", json!({})), members));
    let usual = from(json!({}));
    assert_eq!(usual.ip.map(|ip| ip.to_string()).as_deref(), Some("203.0.113.9"));
    assert_eq!((usual.region.as_deref(), usual.mfa), (Some("eu-central-1"), Some(Mfa::NotShown)));
    assert_eq!((usual.endpoint.is_none(), usual.tls, usual.direct), (true, false, true));
    assert_eq!(from(json!({"userIdentity": user()})).mfa, Some(Mfa::Untold));
    assert_eq!(from(json!({"sourceIPAddress": "cloudformation.amazonaws.com"})).ip, None);
    assert_eq!(from(json!({"vpcEndpointId": "vpce-1"})).endpoint.as_deref(), Some("vpce-1"));
    assert_eq!(from(json!({"vpcEndpointId": format!("vpce-{}", "1".repeat(1_000))})).endpoint, None);
    assert!(from(json!({"tlsDetails": {"tlsVersion": "TLSv1.3"}})).tls);
    assert!(!from(json!({"userIdentity": with(session(), json!({"invokedBy": "x"}))})).direct);
}

#[test]
fn every_action_of_the_catalogue_is_asked_for_without_trouble() {
    for id in catalogue::all() {
        let (service, name) = id.name();
        let record = record(service, name, json!({"bucketName": "b", "key": "x", "roleArn": "arn:aws:iam::1:role/x"}));
        assert!(Call::of(&record, &home()).is_ok(), "{service}:{name}");
    }
}
