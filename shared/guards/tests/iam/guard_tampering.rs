//! Who may blind Parapet, or turn it round.

use iam_policy::{Decision, Request, decide};

use super::*;

/// A part of Parapet, and the rest of its kind.
const GUARD: &str = "arn:aws:lambda:us-east-1:111122223333:function:parapet-policy-guard";
const OTHER: &str = "arn:aws:lambda:us-east-1:111122223333:function:orders";
const EVIDENCE: &str = "arn:aws:s3:::parapet-evidence-111122223333-us-east-1";
const LOGS: &str = "arn:aws:s3:::parapet-logs-111122223333-us-east-1";

fn jane() -> Resource {
    Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() })
}

fn inline(statements: &[Value]) -> State {
    State::InlineDocument(Some(document(statements)))
}

/// Only this control, and what administrators and escalations are.
fn situation(resource: &Resource) -> Situation {
    Situation { resource: resource.clone(), ..enforced("controls: {IAM.GuardTampering: enforce}") }
}

#[track_caller]
fn is(statement: Value, expected: &str) {
    let resource = jane();
    let verdict = verdict(&situation(&resource).subject(), None, &inline(std::slice::from_ref(&statement)));
    assert_eq!(verdict.split(" -> ").next().unwrap(), expected, "{statement}");
}

/// What of a policy is left.
fn left(resource: &Resource, before: Option<&[Value]>, statements: &[Value]) -> Option<Document> {
    let before = before.map(inline);
    match inline(statements).comply(&situation(resource).subject(), before.as_ref()) {
        State::InlineDocument(document) => document,
        _ => None,
    }
}

/// Whether it allows this, still.
fn allows(document: Option<&Document>, action: &str, resource: &str) -> bool {
    let request = Request {
        principal: "arn:aws:iam::111122223333:user/jane".into(),
        action: action.into(),
        resource: resource.into(),
        context: Default::default(),
    };
    document.is_some_and(|document| {
        let found = decide(document, iam_policy::PolicyKind::Identity, &request);
        matches!(found, Decision::Allow)
    })
}

/// The policy without what reaches Parapet, which is asked by the first requests, and with the others.
#[track_caller]
fn loses_only(statements: &[Value], lost: &[(&str, &str)], kept: &[(&str, &str)]) {
    let left = left(&jane(), None, statements);
    for (action, resource) in lost {
        assert!(!allows(left.as_ref(), action, resource), "{action} on {resource}: {left:?}");
    }
    for (action, resource) in kept {
        assert!(allows(left.as_ref(), action, resource), "{action} on {resource}: {left:?}");
    }
    let again = left.clone().map(|document| State::InlineDocument(Some(document)));
    let resource = jane();
    let verdict = again.map(|state| verdict(&situation(&resource).subject(), None, &state));
    assert!(verdict.as_deref().is_none_or(|verdict| verdict == "compliant"), "{verdict:?} {left:?}");
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_weakens_parapet() {
    const FOUND: &str = "IAM.GuardTampering";
    is(allow("events:DisableRule", "*"), FOUND);
    is(allow("events:Put*", "arn:aws:events:*:*:rule/*"), FOUND);
    is(allow("events:RemoveTargets", "arn:aws:events:us-east-1:111122223333:rule/parapet-policy-guard-iam"), FOUND);
    is(allow("lambda:UpdateFunctionConfiguration", GUARD), FOUND);
    is(allow("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:*"), FOUND);
    is(allow("lambda:InvokeFunction", "arn:aws:lambda:*:111122223333:function:p*"), FOUND);
    is(allow("lambda:PutFunctionConcurrency", "arn:aws:lambda:*:*:function:*guard"), FOUND);
    is(allow("logs:DeleteLogGroup", "*"), FOUND);
    is(allow("logs:PutRetentionPolicy", "arn:aws:logs:*:*:log-group:/aws/lambda/*:*"), FOUND);
    is(allow("sns:SetTopicAttributes", "arn:aws:sns:us-east-1:111122223333:parapet"), FOUND);
    is(allow("sqs:PurgeQueue", "arn:aws:sqs:*:*:*-dead-letters"), FOUND);
    is(allow("cloudwatch:DeleteAlarms", "*"), FOUND);
    is(allow("cloudformation:DeleteStack", "arn:aws:cloudformation:*:*:stack/parapet/*"), FOUND);
    is(allow("s3:PutObject", &format!("{EVIDENCE}/*")), FOUND);
    is(allow("s3:PutObject", "arn:aws:s3:::*/state/*"), FOUND);
    is(allow(json!(["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"]), &format!("{LOGS}/AWSLogs/*")), FOUND);
    is(allow("iam:DetachRolePolicy", "arn:aws:iam::111122223333:role/parapet-policy-guard"), FOUND);
    is(allow("iam:PassRole", "arn:aws:iam::*:role/parapet-bootstrap"), FOUND);
    is(allow("iam:DeletePolicyVersion", "arn:aws:iam::*:policy/parapet-*"), FOUND);
    is(allow("kms:ScheduleKeyDeletion", "*"), FOUND);
    is(allow("kms:DisableKey", "arn:aws:kms:us-east-1:111122223333:key/*"), FOUND);
    is(allow("kms:UpdateAlias", "arn:aws:kms:us-east-1:111122223333:alias/parapet-ml"), FOUND);
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_does_not() {
    const NOTHING: &str = "compliant";
    is(allow("lambda:InvokeFunction", OTHER), NOTHING);
    is(allow("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:orders-*"), NOTHING);
    is(allow("lambda:*", "arn:aws:lambda:*:999999999999:function:*"), NOTHING);
    is(allow("lambda:GetFunction", "*"), NOTHING);
    is(allow("events:PutEvents", "*"), NOTHING);
    is(allow("logs:*", "arn:aws:logs:*:*:log-group:/app/*"), NOTHING);
    is(allow("s3:GetObject", "*"), NOTHING);
    is(allow("s3:PutObject", "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/*"), NOTHING);
    is(allow("iam:PassRole", "arn:aws:iam::111122223333:role/parapet-ml-service"), NOTHING);
    is(allow("kms:ScheduleKeyDeletion", "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"), NOTHING);
    is(json!({"Effect": "Allow", "Action": "lambda:InvokeFunction", "NotResource": "arn:aws:lambda:*:*:function:*"}), NOTHING);
}

/// The key of memory, and the pipeline's, by their ids.
const MEMORY: &str = "arn:aws:kms:us-east-1:111122223333:key/aaaabbbb-1111-4222-8333-ccccddddeeee";
const PIPELINE: &str = "arn:aws:kms:us-east-1:111122223333:key/12345678-90ab-4def-8123-4567890abcde";

/// The same where both ids are known.
fn with_known_keys(statement: &Value) -> (String, Option<Document>) {
    let resource = jane();
    let mut situation = situation(&resource);
    situation.standard.names.key_id = PIPELINE.rsplit('/').next().map(str::to_owned);
    situation.standard = situation.standard.sealed_with(Some(MEMORY));
    let state = inline(std::slice::from_ref(statement));
    let verdict = verdict(&situation.subject(), None, &state);
    let State::InlineDocument(left) = state.comply(&situation.subject(), None) else { unreachable!("{statement}") };
    (verdict.split(" -> ").next().unwrap().to_owned(), left)
}

#[test]
#[rustfmt::skip] // One line a case.
fn keys_by_their_ids() {
    let other = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    for action in ["kms:CreateGrant", "kms:DisableKey", "kms:GenerateMac", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"] {
        for key in [MEMORY, PIPELINE, "arn:aws:kms:*:*:key/aaaabbbb-*", "arn:aws:kms:*:*:key/????????-????-????-????-????????????"] {
            let (verdict, left) = with_known_keys(&allow(action, key));
            assert!(verdict.contains("IAM.GuardTampering"), "{action} on {key}: {verdict}");
            assert!(!allows(left.as_ref(), action, MEMORY) && !allows(left.as_ref(), action, PIPELINE), "{action} on {key}: {left:?}");
        }
        assert_eq!(with_known_keys(&allow(action, other)).0, "compliant", "{action}");
    }
    let (_, left) = with_known_keys(&json!({"Effect": "Allow", "Action": "kms:DisableKey", "Resource": [MEMORY, other]}));
    assert!(allows(left.as_ref(), "kms:DisableKey", other) && !allows(left.as_ref(), "kms:DisableKey", MEMORY), "{left:?}");
    let (_, left) = with_known_keys(&allow("kms:DisableKey", "*"));
    assert!(allows(left.as_ref(), "kms:DisableKey", other) && !allows(left.as_ref(), "kms:DisableKey", MEMORY), "{left:?}");
}

#[test]
#[rustfmt::skip] // One line a case.
fn tags_of_the_stack() {
    let tagged = |key: &str, value: &str| json!({"Effect": "Allow", "Action": "lambda:UpdateFunctionCode", "Resource": "*", "Condition": {"StringEquals": {key: value}}});
    is(tagged("aws:ResourceTag/aws:cloudformation:stack-name", "parapet"), "IAM.GuardTampering");
    is(tagged("aws:ResourceTag/lambda:createdBy", "SAM"), "IAM.GuardTampering");
    is(tagged("aws:ResourceTag/aws:cloudformation:stack-name", "orders"), "compliant");
    is(tagged("aws:ResourceTag/team", "orders"), "compliant");
    let left = left(&jane(), None, &[tagged("aws:ResourceTag/lambda:createdBy", "SAM")]);
    assert!(left.is_some_and(|left| left.to_json().contains("NotResource")));
}

#[test]
#[rustfmt::skip] // One line a case.
fn nothing_else_is_lost() {
    let (update, get) = ("lambda:PutFunctionConcurrency", "lambda:GetFunction");
    loses_only(&[allow(update, "*")], &[(update, GUARD)], &[(update, OTHER)]);
    loses_only(&[allow("lambda:PutFunctionC*", "*")], &[(update, GUARD)], &[(update, OTHER)]);
    loses_only(&[allow(json!(["lambda:PutFunctionConcurrency", "s3:GetObject"]), "*")], &[(update, GUARD)], &[(update, OTHER), ("s3:GetObject", "arn:aws:s3:::b/x")]);
    loses_only(&[allow(update, "arn:aws:lambda:*:*:function:*")], &[(update, GUARD)], &[(update, OTHER)]);
    loses_only(&[allow("events:*", "*")], &[("events:DisableRule", "arn:aws:events:us-east-1:111122223333:rule/parapet-policy-guard-s3")],
        &[("events:DisableRule", "arn:aws:events:us-east-1:111122223333:rule/app"), ("events:DescribeRule", "arn:aws:events:us-east-1:111122223333:rule/parapet-policy-guard-s3")]);
    loses_only(&[allow(json!([update, get]), GUARD)], &[(update, GUARD)], &[(get, GUARD)]);
    let both = json!({"Effect": "Allow", "Action": [update, get], "Resource": [GUARD, OTHER]});
    loses_only(&[both], &[(update, GUARD)], &[(get, GUARD), (update, OTHER)]);
    loses_only(&[allow("s3:*", "*")], &[("s3:PutObject", &format!("{EVIDENCE}/x")), ("s3:PutBucketPolicy", LOGS)],
        &[("s3:PutObject", "arn:aws:s3:::b/x"), ("s3:GetObject", &format!("{LOGS}/x")), ("s3:ListAllMyBuckets", "*")]);
    loses_only(&[allow("s3:PutObject", "arn:aws:s3:::*/*")], &[("s3:PutObject", &format!("{EVIDENCE}/x"))], &[("s3:PutObject", "arn:aws:s3:::b/x")]);
    let power = json!({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"});
    let left = left(&managed_like(), None, &[power]);
    assert!(!allows(left.as_ref(), update, GUARD), "{left:?}");
    let queue = json!({"Effect": "Allow", "Action": "sqs:*", "NotResource": "arn:aws:sqs:*:*:secret"});
    loses_only(&[queue], &[("sqs:PurgeQueue", "arn:aws:sqs:us-east-1:111122223333:parapet-policy-guard-dead-letters")], &[("sqs:PurgeQueue", "arn:aws:sqs:us-east-1:111122223333:app")]);
    loses_only(&[allow("kms:ScheduleKeyDeletion", "*"), allow("sqs:SendMessage", "*")], &[], &[("kms:ScheduleKeyDeletion", "arn:aws:kms:us-east-1:111122223333:key/1"), ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:app")]);
}

/// Of a role there is more room.
fn managed_like() -> Resource {
    Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Role("app".into()), name: "p".into() })
}

#[test]
fn what_was_there_before_stays() {
    let (put, invoke) = (|| allow("s3:PutObject", "*"), || allow("lambda:InvokeFunction", "*"));
    let resource = jane();
    assert_eq!(left(&resource, Some(&[put()]), &[put()]), Some(document(&[put()])));
    let after = left(&resource, Some(&[put()]), &[put(), invoke()]);
    assert!(allows(after.as_ref(), "s3:PutObject", &format!("{EVIDENCE}/x")));
    assert!(!allows(after.as_ref(), "lambda:InvokeFunction", GUARD));
    assert!(allows(after.as_ref(), "lambda:InvokeFunction", OTHER));
}

/// Whoever may do everything loses it for that.
#[test]
fn an_administrator_is_found_as_one() {
    is(allow("*", "*"), ALL);
}

/// A Deny in a group's policy would bind the administrators in it, too.
#[test]
fn in_the_policy_of_a_group_nothing_is_denied() {
    let group = Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Group("staff".into()), name: "p".into() });
    let statements = [allow("sqs:SendMessage", "*"), allow("s3:PutObject", "arn:aws:s3:::*/*")];
    let left = left(&group, None, &statements).unwrap();
    assert!(left.statements().iter().all(iam_policy::Statement::is_allow), "{left:?}");
    assert!(!allows(Some(&left), "s3:PutObject", &format!("{EVIDENCE}/x")));
}

/// Many live on them: they stay, and it is told.
#[test]
fn a_policy_that_is_attached_stays() {
    for arn in ["arn:aws:iam::aws:policy/AWSLambda_FullAccess", "arn:aws:iam::111122223333:policy/deployers"] {
        let resource = Resource::Attachment(on::Attachment { entity: user("jane"), policy_arn: arn.into() });
        let state =
            State::PolicyAttachment(Attachment::of(true, Some(document(&[allow("lambda:InvokeFunction", "*")]))));
        assert_eq!(verdict(&situation(&resource).subject(), None, &state), "(IAM.GuardTampering)");
    }
}

#[test]
fn own_boundaries_are_as_the_stack_makes_them() {
    let policy = |attached_to| {
        State::ManagedDocument(Some(ManagedPolicy {
            document: document(&[allow("s3:PutObject", &format!("{EVIDENCE}/*"))]),
            default_version: "v1".into(),
            other_versions: Vec::new(),
            versions: std::collections::BTreeMap::new(),
            attached_to,
            bounded: Vec::new(),
            boundary_of: Vec::new(),
        }))
    };
    let on = |name: &str, attached_to, expected: &str| {
        let resource = managed_policy(&format!("arn:aws:iam::111122223333:policy/{name}"));
        assert_eq!(verdict(&situation(&resource).subject(), None, &policy(attached_to)), expected, "{name}");
    };
    on("parapet-policy-guard-boundary", Vec::new(), "compliant");
    on(
        "parapet-policy-guard-boundary",
        vec![user("jane")],
        "IAM.GuardTampering -> detach from user/jane; DeletePolicy",
    );
    on("parapet-other-boundary", Vec::new(), "IAM.GuardTampering -> DeletePolicy");
}
