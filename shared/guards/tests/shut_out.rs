//! What the guards decide about policies that keep a guard out, one line a case, and what is told of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::Trigger;
use parapet_guards::{Arns, Facet, GuardName, OwnAccount, Resource, State, Subject, on, shut_out_by};
use parapet_testkit::fixtures::{ACCOUNT, bucket, home, key};
use parapet_testkit::{Situation, verdict};
use serde_json::{Value, json};

/// A policy of one kind of resource, and who looks after it.
struct Kind {
    resource: Resource,
    /// The facet by which the second guard sees to the policy guard, and its control.
    second: (Facet, &'static str),
    /// The policy guard's own, and its control for the others.
    first: (Facet, &'static str),
    write: &'static str,
    actions: [&'static str; 3],
}

fn kinds() -> [Kind; 4] {
    let repository = Resource::Repository(on::Repository { name: "ml/training".to_owned() });
    let access_point = Resource::AccessPoint(on::AccessPoint { name: "hatch".to_owned() });
    let another = Resource::Key(on::Key { name: "1234abcd".to_owned() });
    [
        Kind {
            resource: access_point,
            second: (Facet::AccessPointGuardAccess, "S3.AccessPointPolicyGuardAccess"),
            first: (Facet::AccessPointPolicy, "S3.AccessPointGuardAccess"),
            write: "PutAccessPointPolicy",
            actions: ["s3:GetAccessPointPolicy", "s3:PutAccessPointPolicy", "s3:*"],
        },
        Kind {
            resource: another,
            second: (Facet::KeyGuardAccess, "KMS.PolicyGuardAccess"),
            first: (Facet::KeyPolicy, "KMS.GuardAccess"),
            write: "PutKeyPolicy",
            actions: ["kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:*"],
        },
        Kind {
            resource: key(),
            second: (Facet::KeyGuardAccess, "KMS.PolicyGuardAccess"),
            first: (Facet::KeyPolicy, "KMS.GuardAccess"),
            write: "PutKeyPolicy",
            actions: ["kms:DescribeKey", "kms:PutKeyPolicy", "kms:*"],
        },
        Kind {
            resource: repository,
            second: (Facet::RepositoryGuardAccess, "ECR.PolicyGuardAccess"),
            first: (Facet::RepositoryPolicy, "ECR.GuardAccess"),
            write: "SetRepositoryPolicy",
            actions: ["ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy", "ecr:*"],
        },
    ]
}

fn state(facet: Facet, document: Document) -> State {
    match facet {
        Facet::AccessPointGuardAccess => State::AccessPointGuardAccess(Some(document)),
        Facet::AccessPointPolicy => State::AccessPointPolicy(Some(document)),
        Facet::KeyGuardAccess => State::KeyGuardAccess(document),
        Facet::KeyPolicy => State::KeyPolicy(document),
        Facet::RepositoryGuardAccess => State::RepositoryGuardAccess(Some(document)),
        Facet::RepositoryPolicy => State::RepositoryPolicy(Some(document)),
        _ => State::BucketPolicy(Some(document)),
    }
}

fn role(name: &str) -> String {
    home().iam_arn(&format!("role/{name}"))
}

/// Beside what lets the account manage a key.
fn document(resource: &Resource, statements: &[Value]) -> Document {
    let owner =
        json!({"Effect": "Allow", "Principal": {"AWS": home().iam_arn("root")}, "Action": "kms:*", "Resource": "*"});
    let is_key = matches!(resource, Resource::Key(_));
    let all: Vec<Value> = is_key.then_some(owner).into_iter().chain(statements.iter().cloned()).collect();
    Document::from_value(json!({"Version": "2012-10-17", "Statement": all})).unwrap()
}

impl Kind {
    fn deny(&self, who: Value, action: &str, condition: Value) -> Value {
        let mut statement = json!({"Effect": "Deny", "Principal": who, "Action": action, "Condition": condition});
        match &self.resource {
            Resource::Repository(_) => {}
            Resource::Key(_) => statement["Resource"] = json!("*"),
            other => statement["Resource"] = json!([other.arn(&home()), format!("{}/object/*", other.arn(&home()))]),
        }
        statement
    }

    /// What is wrong beside what the pipeline's key needs, which is none of it here.
    fn check(&self, facet: Facet, statement: Value, expected: &str) {
        let situation = Situation::new(&self.resource, "controls: {KMS.KeyPolicy: off}");
        let subject = situation.subject();
        let observed = state(facet, document(&self.resource, &[statement]));
        assert_eq!(verdict(&subject, None, &observed), expected, "{observed:?}");
        let mended = observed.comply(&subject, None);
        assert_eq!(verdict(&subject, None, &mended), "compliant", "{mended:?}");
    }
}

/// A statement that keeps a guard out lets it through, and denies everybody else what it did.
#[test]
fn a_policy_lets_the_guards_in() {
    for kind in kinds() {
        let [read, write, all] = kind.actions;
        let statements = if matches!(kind.resource, Resource::Key(_)) { "2 statements" } else { "1 statement" };
        for ((facet, control), guard) in
            [(kind.second, "parapet-policy-guard"), (kind.first, "parapet-encryption-guard")]
        {
            let wrong = format!("{control} -> {} with {statements}", kind.write);
            let denied = |who: Value, action: &str, condition: Value| {
                kind.check(facet, kind.deny(who, action, condition), &wrong);
            };
            denied(json!({"AWS": role(guard)}), write, json!({}));
            denied(json!({"AWS": role(guard)}), read, json!({}));
            // The session alone, by its exact name.
            denied(json!({"AWS": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{guard}/{guard}")}), all, json!({}));
            denied(json!({"AWS": ACCOUNT}), all, json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}));
            denied(json!("*"), "*", json!({"ArnNotLike": {"AWS:principalArn": role("app")}}));
            denied(json!("*"), all, json!({"ArnLike": {"aws:PrincipalArn": role("parapet-*")}}));
            // What nobody but AWS knows of the call.
            denied(json!("*"), all, json!({"StringLike": {"aws:userid": "AROAEXAMPLE:*"}}));
            denied(json!("*"), all, json!({"StringEquals": {"aws:PrincipalTag/team": "guards"}}));
            denied(json!("*"), all, json!({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}));
            for key in
                ["aws:ResourceTag/a", "kms:KeyOrigin", "aws:PrincipalOrgPaths", "aws:MultiFactorAuthPresent", "new:Key"]
            {
                denied(json!("*"), all, json!({"StringLike": {key: "x"}}));
                denied(json!("*"), all, json!({"Null": {key: "false"}}));
            }
            for key in ["s3:ResourceAccount", "aws:ResourceAccount", "kms:CallerAccount"] {
                denied(json!("*"), all, json!({"StringEquals": {key: ACCOUNT}}));
            }
            denied(
                json!("*"),
                all,
                json!({"ArnLike": {"lambda:SourceFunctionArn": "arn:aws:lambda:*:*:function:parapet-*"}}),
            );
            denied(json!("*"), all, json!({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}));
            let compliant = |who: Value, action: &str, condition: Value| {
                kind.check(facet, kind.deny(who, action, condition), "compliant");
            };
            compliant(json!("*"), all, json!({"Bool": {"aws:SecureTransport": "false"}}));
            compliant(json!("*"), all, json!({"ArnNotLike": {"aws:PrincipalArn": role("parapet-*")}}));
            compliant(json!("*"), all, json!({"IpAddress": {"aws:SourceIp": "198.51.100.7/32"}}));
            compliant(json!("*"), all, json!({"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}));
            compliant(json!("*"), all, json!({"StringEquals": {"aws:SourceVpce": "vpce-1"}}));
            compliant(json!("*"), all, json!({"NumericGreaterThan": {"s3:signatureAge": "600000"}}));
            compliant(
                json!("*"),
                all,
                json!({"StringEquals": {"aws:PrincipalServiceName": "cloudfront.amazonaws.com"}}),
            );
            compliant(json!({"AWS": role("app")}), all, json!({}));
            let data = ["s3:GetObject", "kms:Decrypt", "ecr:BatchGetImage"];
            data.iter().for_each(|action| compliant(json!("*"), action, json!({})));
        }
    }
}

/// Whom it spares it names, and the guard is not among them.
#[test]
fn everybody_but_somebody_is_the_guard_too() {
    for kind in kinds() {
        let (facet, control) = kind.second;
        let mut statement = kind.deny(json!("*"), kind.actions[2], json!({}));
        statement.as_object_mut().unwrap().remove("Principal");
        statement["NotPrincipal"] = json!({"AWS": role("app")});
        let count = if matches!(kind.resource, Resource::Key(_)) { "2 statements" } else { "1 statement" };
        kind.check(facet, statement, &format!("{control} -> {} with {count}", kind.write));
    }
}

/// IAM lets nobody in where the key's policy does not: whoever leaves a guard out of it need deny nothing.
#[test]
fn a_key_policy_leaves_no_guard_out() {
    let on = |facet: Facet, statements: &[Value], expected: &str| {
        let resource = Resource::Key(on::Key { name: "1234abcd".to_owned() });
        let situation = Situation::new(&resource, "");
        let policy = Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap();
        let observed = state(facet, policy);
        assert_eq!(verdict(&situation.subject(), None, &observed), expected, "{statements:?}");
        let mended = observed.comply(&situation.subject(), None);
        assert_eq!(verdict(&situation.subject(), None, &mended), "compliant", "{mended:?}");
    };
    let owner = |condition: Value| json!({"Effect": "Allow", "Principal": {"AWS": home().iam_arn("root")}, "Action": "kms:*", "Resource": "*", "Condition": condition});
    let but = |guard: &str| json!({"ArnNotEquals": {"aws:PrincipalArn": role(guard)}});
    let (second, first) = (Facet::KeyGuardAccess, Facet::KeyPolicy);
    on(second, &[owner(json!({}))], "compliant");
    on(second, &[owner(but("parapet-policy-guard"))], "KMS.PolicyGuardAccess -> PutKeyPolicy with 2 statements");
    on(second, &[owner(but("parapet-encryption-guard"))], "compliant");
    on(first, &[owner(but("parapet-encryption-guard"))], "KMS.GuardAccess -> PutKeyPolicy with 2 statements");
    // Whom it was made for, nobody but its owner knows.
    on(second, &[owner(json!({"ArnLike": {"aws:PrincipalArn": role("KeyAdmin")}}))], "compliant");
    let admin = json!({"Effect": "Allow", "Principal": {"AWS": role("KeyAdmin")}, "Action": "kms:*", "Resource": "*"});
    on(second, &[admin], "compliant");
}

/// Whoever keeps a function from making seals makes it forget.
#[test]
fn the_key_of_the_memory_lets_the_guards_make_seals() {
    let resource = Resource::Key(on::Key { name: "1234abcd".to_owned() });
    let standard =
        parapet_testkit::fixtures::standard("").sealed_with(Some("arn:aws:kms:us-east-1:111122223333:key/1234abcd"));
    let home = home();
    let situation = Situation::new(&resource, "");
    let subject = Subject { standard: &standard, home: &home, ..situation.subject() };
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "kms:GenerateMac", "Resource": "*"});
    let policy = document(&resource, &[deny]);
    for (facet, control) in [(Facet::KeyGuardAccess, "KMS.PolicyGuardAccess"), (Facet::KeyPolicy, "KMS.GuardAccess")] {
        let found = state(facet, policy.clone()).assess(&subject, None).unwrap();
        assert!(found.iter().any(|finding| finding.control.as_str() == control && finding.is_enforced()), "{found:?}");
        let mended = state(facet, policy.clone()).comply(&subject, None).assess(&subject, None).unwrap();
        assert!(mended.iter().all(|finding| finding.control.as_str() != control), "{mended:?}");
    }
    // Other keys make seals for those whom their owner chose.
    let observed = state(Facet::KeyGuardAccess, policy);
    assert_eq!(verdict(&situation.subject(), None, &observed), "compliant");
}

/// The owner denies all who are not of the organization, which is asked for then.
#[test]
fn nobody_of_the_organization_is_shut_out() {
    let kind = &kinds()[1];
    let statement = kind.deny(json!("*"), "kms:*", json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}));
    let observed = state(Facet::KeyGuardAccess, document(&kind.resource, &[statement]));
    let situation = Situation::new(&kind.resource, "");
    let found = observed.assess(&situation.subject(), None).unwrap();
    assert!(found.iter().all(|finding| finding.asks_for_account) && found.len() == 1, "{found:?}");
    let of = |id: &str| OwnAccount { organization: Some(id.to_owned()), ..OwnAccount::default() };
    let (ours, others) = (of("o-abcdefghij"), of("o-zzzzzzzzzz"));
    let own = Subject { account: Some(&ours), ..situation.subject() };
    assert_eq!(verdict(&own, None, &observed), "compliant");
    let other = Subject { account: Some(&others), ..situation.subject() };
    assert_eq!(verdict(&other, None, &observed), "KMS.PolicyGuardAccess -> PutKeyPolicy with 2 statements");
}

/// Who may not read what is remembered is blind.
#[test]
fn the_objects_of_the_memory() {
    let evidence = bucket("parapet-evidence-111122223333-us-east-1");
    let situation = Situation::new(&evidence, "");
    let deny = |action: &str, object: &str| {
        let of_guards = json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/parapet-*"}});
        json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": format!("{}/{object}", evidence.arn(&home())), "Condition": of_guards})
    };
    let check = |action: &str, object: &str, second: &str| {
        let document = document(&evidence, &[deny(action, object)]);
        let observed = State::BucketGuardAccess(Some(document.clone()));
        assert_eq!(verdict(&situation.subject(), None, &observed), second, "{action} {object}");
        let told = State::BucketPolicy(Some(document)).assess(&situation.subject(), None).unwrap();
        let is_told = told.iter().any(|finding| finding.control.as_str() == "S3.GuardAccess" && finding.is_enforced());
        assert_eq!(is_told, second != "compliant", "{action} {object}");
    };
    const MENDED: &str = "S3.PolicyGuardAccess -> PutBucketPolicy with 1 statement";
    check("s3:GetObject", "state/*", MENDED);
    check("s3:Get*", "state/v2/111122223333/us-east-1/0123.json", MENDED);
    check("s3:PutObject", "evidence/*", MENDED);
    check("s3:DeleteObject", "state/*", "compliant");
}

/// A Deny from before excuses no other one.
#[test]
fn one_from_before_excuses_no_other() {
    let data = bucket("data");
    let situation = Situation::new(&data, "");
    let deny =
        |action: &str| json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": data.arn(&home())});
    let policy = |actions: &[&str]| {
        State::BucketPolicy(Some(document(&data, &actions.iter().map(|it| deny(it)).collect::<Vec<_>>())))
    };
    let before = policy(&["s3:GetBucketWebsite"]);
    let of_access = |now: &State| -> Vec<bool> {
        let found = now.assess(&situation.subject(), Some(&before)).unwrap();
        found
            .iter()
            .filter(|it| it.control.as_str() == "S3.GuardAccess")
            .map(parapet_guards::Finding::is_enforced)
            .collect()
    };
    assert_eq!(of_access(&before), [false]);
    assert_eq!(of_access(&policy(&["s3:GetBucketWebsite", "s3:GetReplicationConfiguration"])), [true, false]);
}

/// What was there before is told, and stays.
#[test]
fn what_denied_them_before_stays() {
    for kind in kinds() {
        let (facet, control) = kind.first;
        let situation = Situation::new(&kind.resource, "controls: {KMS.KeyPolicy: off}");
        let deny = kind.deny(json!({"AWS": role("parapet-encryption-guard")}), kind.actions[1], json!({}));
        let before = state(facet, document(&kind.resource, std::slice::from_ref(&deny)));
        let more = kind.deny(json!({"AWS": role("app")}), kind.actions[0], json!({}));
        let observed = state(facet, document(&kind.resource, &[deny, more]));
        assert_eq!(verdict(&situation.subject(), Some(&before), &observed), format!("({control})"));
    }
}

/// One for which there is no room beside what it denies others goes.
#[test]
fn a_full_policy_loses_the_statement() {
    let kind = &kinds()[3];
    let mut deny = kind.deny(json!("*"), "ecr:*", json!({}));
    // As many as there is room for, and no more.
    let names: Vec<String> = (1_000..1_258).map(|number| role(&format!("t{number}"))).collect();
    deny["Condition"] = json!({"StringNotEquals": {"aws:PrincipalArn": names}});
    let policy = document(&kind.resource, &[deny]);
    assert!((10_200..=10_240).contains(&policy.to_json().len()), "{}", policy.to_json().len());
    let observed = state(Facet::RepositoryGuardAccess, policy);
    let situation = Situation::new(&kind.resource, "");
    assert_eq!(verdict(&situation.subject(), None, &observed), "ECR.PolicyGuardAccess -> DeleteRepositoryPolicy");
}

fn told(resource: &Resource, event: &str, member: &str, document: &Value, guard: GuardName) -> Option<String> {
    let mut trigger = Trigger::by_hand("Test", "e-1", &home());
    trigger.event_name = event.to_owned();
    trigger.request = json!({member: document.to_string()});
    shut_out_by(&trigger, &Situation::new(resource, "").subject(), guard)
}

/// The record of an event says what denies it, and who may still act.
#[test]
fn what_denies_a_guard_is_named() {
    let key = Resource::Key(on::Key { name: "1234abcd".to_owned() });
    let allow = |who: Value| json!({"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*"});
    let root = || json!({"AWS": home().iam_arn("root")});
    let deny = |sid: &str, condition: Value| json!({"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": condition});
    let key_policy = |statements: &[Value]| {
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        told(&key, "PutKeyPolicy", "policy", &document, GuardName::PolicyGuard)
    };
    let but_app = json!({"ArnNotEquals": {"aws:PrincipalArn": role("app")}});
    let said = [
        key_policy(&[allow(root())]),
        key_policy(&[allow(root()), deny("Out", but_app.clone())]),
        key_policy(&[allow(root()), deny("Out", json!({}))]),
        key_policy(&[allow(json!({"AWS": role("app")})), allow(json!({"AWS": "999999999999"}))]),
        key_policy(&[allow(json!({"AWS": "999999999999"}))]),
        told(
            &bucket("reports"),
            "PutBucketPolicy",
            "bucketPolicy",
            &json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                "Resource": "arn:aws:s3:::reports", "Condition": but_app}}),
            GuardName::EncryptionGuard,
        ),
        told(&key, "EnableKey", "keyId", &json!("1234abcd"), GuardName::EncryptionGuard),
    ];
    let lines = said.map(|line| line.unwrap_or_else(|| "nothing".to_owned()));
    insta::assert_snapshot!(lines.join("\n"));
}
