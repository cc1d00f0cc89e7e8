//! What the policy guard decides, one line a case, and the documents that it leaves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_core::{Guard, IamEntity, Resource};
use parapet_guards::foundation::documents::{
    key_statements, service_policy, service_statements, service_trust, tls_only_statement, trust_nobody,
};
use parapet_guards::{Attachment, ManagedPolicy, PolicyGuard, PolicyState as State, Trust};
use parapet_testkit::fixtures::{
    ACCESS_LOG_BUCKET, DATA_BUCKET, LOG_BUCKET, ML_POLICY_ARN, ML_ROLE, bucket, home, key, managed_policy, role,
};
use parapet_testkit::{Situation, verdict};
use serde_json::{Value, json};

const GLASS: &str = "principals: {break_glass: [user/glass]}";

fn check(standard: &str, resource: &Resource, observed: State, expected: &str) {
    let situation = Situation::new(resource, standard);
    assert_eq!(verdict::<PolicyGuard>(&situation.subject(), None, &observed), expected, "{resource} {observed:?}");
}

fn comply(standard: &str, resource: &Resource, observed: &State) -> State {
    PolicyGuard::comply(&Situation::new(resource, standard).subject(), None, observed)
}

fn document(statements: &[Value]) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

/// A document that is built in, for the subject `resource`.
fn built<T>(resource: &Resource, build: impl Fn(&parapet_core::Subject<'_>) -> T) -> T {
    build(&Situation::new(resource, "").subject())
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn to(principal: Value, action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource})
}

fn trusts(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
}

fn user(name: &str) -> IamEntity {
    IamEntity::User(name.to_owned())
}

mod inline {
    use super::*;

    fn on(standard: &str, statements: &[Value], expected: &str) {
        let resource = Resource::InlinePolicy { entity: user("jane"), name: "p".into() };
        check(standard, &resource, State::Inline(Some(document(statements))), expected);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn an_administrator_is_cut_down() {
        let read = || allow("s3:GetObject", "arn:aws:s3:::data/*");
        on("", &[read()], "compliant");
        on("", &[allow("iam:*", "*")], "IAM.AdminPolicy -> delete the inline policy");
        on("", &[allow("*", "*")], "IAM.AdminPolicy -> delete the inline policy");
        on("", &[allow("i*:*", "*")], "IAM.AdminPolicy -> delete the inline policy");
        on("", &[json!({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})], "IAM.AdminPolicy -> delete the inline policy");
        on("", &[allow("*", "*"), read()], "IAM.AdminPolicy -> put the inline policy with 1 statement");
        on("", &[allow("*", "*"), json!({"Effect": "Deny", "Action": "*", "Resource": "*"})], "compliant");
        on("controls: {IAM.AdminPolicy: observe}", &[allow("*", "*")], "(IAM.AdminPolicy)");
        on("controls: {IAM.AdminPolicy: off}", &[allow("*", "*")], "compliant");
    }

    #[test]
    fn one_that_is_gone_is_compliant() {
        check("", &Resource::InlinePolicy { entity: user("jane"), name: "p".into() }, State::Inline(None), "compliant");
    }
}

mod managed {
    use super::*;

    const DEBUG: &str = "arn:aws:iam::111122223333:policy/debug";

    fn policy(statements: &[Value], others: &[&str], holders: &[IamEntity]) -> State {
        let other_versions = others.iter().map(|&id| id.to_owned()).collect();
        State::Managed(Some(ManagedPolicy {
            document: document(statements),
            default_version: "v9".into(),
            other_versions,
            attached_to: holders.to_vec(),
            boundary_of: vec![],
        }))
    }

    fn on(standard: &str, observed: State, expected: &str) {
        check(standard, &managed_policy(DEBUG), observed, expected);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn a_new_version_makes_room_first() {
        let mixed = [allow("*", "*"), allow("s3:GetObject", "arn:aws:s3:::data/*")];
        on("", policy(&mixed, &[], &[]), "IAM.AdminPolicy -> CreatePolicyVersion with 1 statement");
        on("", policy(&mixed, &["v1", "v3", "v4"], &[]), "IAM.AdminPolicy -> CreatePolicyVersion with 1 statement");
        on("", policy(&mixed, &["v1", "v3", "v4", "v5"], &[]), "IAM.AdminPolicy -> DeletePolicyVersion v1; CreatePolicyVersion with 1 statement");
    }

    #[test]
    fn one_of_which_nothing_is_left_goes() {
        let admin = [allow("*", "*")];
        on(
            "",
            policy(&admin, &["v1"], &[user("jane"), user("joe")]),
            "IAM.AdminPolicy -> detach from user/jane; detach from user/joe; DeletePolicyVersion v1; DeletePolicy",
        );
        on("", State::Managed(None), "compliant");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn those_who_are_never_touched_keep_it() {
        let admin = [allow("*", "*")];
        let mixed = [allow("*", "*"), allow("s3:GetObject", "arn:aws:s3:::data/*")];
        on(GLASS, policy(&admin, &["v1"], &[user("jane"), user("glass"), user("joe")]), "IAM.AdminPolicy -> detach from user/jane; detach from user/joe");
        on(GLASS, policy(&mixed, &[], &[user("glass"), user("joe")]), "IAM.AdminPolicy -> detach from user/joe");
        on(GLASS, policy(&admin, &["v1"], &[user("glass")]), "compliant");
        on(GLASS, policy(&admin, &[], &[]), "IAM.AdminPolicy -> DeletePolicy");
    }

    /// Whom a policy bounds, narrowing it would cut off. What it grants to its holders is taken from them.
    #[test]
    fn a_boundary_is_never_narrowed() {
        let bounding = |holders: &[IamEntity]| match policy(&[allow("*", "*")], &[], holders) {
            State::Managed(Some(policy)) => {
                State::Managed(Some(ManagedPolicy { boundary_of: vec![user("bounded")], ..policy }))
            }
            other => other,
        };
        on("", bounding(&[]), "compliant");
        on("", bounding(&[user("jane")]), "IAM.AdminPolicy -> detach from user/jane");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn the_ml_policy_grants_what_it_has_to_and_nothing_more() {
        let on = |standard: &str, observed, expected| check(standard, &managed_policy(ML_POLICY_ARN), observed, expected);
        let right = built(&key(), service_policy);
        let holder = IamEntity::Role(ML_ROLE.into());
        let own =
            State::Managed(Some(ManagedPolicy { document: right, default_version: "v1".into(), other_versions: vec![], attached_to: vec![holder.clone()], boundary_of: vec![] }));
        on("", own, "compliant");
        on("", State::Managed(None), "IAM.ServicePolicy -> CreatePolicy");
        on("", policy(&[allow("s3:*", "*")], &[], std::slice::from_ref(&holder)), "IAM.ServicePolicy -> CreatePolicyVersion with 3 statements");
        on("", policy(&[allow("iam:*", "*")], &["v1", "v2", "v3", "v4"], &[holder]), "IAM.ServicePolicy, IAM.AdminPolicy -> DeletePolicyVersion v1; CreatePolicyVersion with 3 statements");
        on(GLASS, policy(&[allow("*", "*")], &[], &[user("glass")]), "IAM.ServicePolicy -> CreatePolicyVersion with 3 statements");
    }
}

mod attachments {
    use super::*;

    fn on(standard: &str, entity: IamEntity, attached: bool, statements: Option<&[Value]>, expected: &str) {
        let resource = Resource::Attachment { entity, policy_arn: "arn:aws:iam::aws:policy/SomePolicy".into() };
        check(
            standard,
            &resource,
            State::Attachment(Attachment { attached, document: statements.map(document) }),
            expected,
        );
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn an_aws_managed_policy_that_makes_an_administrator_is_detached() {
        on("", user("jane"), true, Some(&[allow("*", "*")]), "IAM.AdminAttachment -> detach the policy");
        on("", IamEntity::Group("g".into()), true, Some(&[allow("iam:*", "*")]), "IAM.AdminAttachment -> detach the policy");
        on("", user("jane"), true, Some(&[allow("s3:Get*", "*")]), "compliant");
        on("", user("jane"), false, None, "compliant");
        on("", user("jane"), false, Some(&[allow("*", "*")]), "compliant");
        on("controls: {IAM.AdminAttachment: observe}", user("jane"), true, Some(&[allow("*", "*")]), "(IAM.AdminAttachment)");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn the_ml_policy_is_attached() {
        let resource = Resource::Attachment { entity: IamEntity::Role(ML_ROLE.into()), policy_arn: ML_POLICY_ARN.into() };
        let on = |attached, expected| check("", &resource, State::Attachment(Attachment { attached, document: None }), expected);
        on(true, "compliant");
        on(false, "IAM.ServiceAttachment -> attach the policy");
    }
}

mod trust {
    use super::*;

    fn trust(statements: &[Value]) -> State {
        State::Trust(Some(Trust { document: document(statements), service_linked: false }))
    }

    fn on(name: &str, observed: State, expected: &str) {
        check("", &role(name), observed, expected);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn a_role_that_trusts_everyone_is_closed() {
        let account = || trusts(json!({"AWS": "arn:aws:iam::111122223333:root"}));
        on("app", trust(&[account()]), "compliant");
        on("app", trust(&[trusts(json!({"AWS": "arn:aws:iam::999999999999:root"}))]), "compliant");
        on("app", trust(&[trusts(json!({"AWS": "*"}))]), "IAM.TrustOpen -> UpdateAssumeRolePolicy with 1 statement");
        on("app", trust(&[trusts(json!("*")), account()]), "IAM.TrustOpen -> UpdateAssumeRolePolicy with 1 statement");
        on("app", State::Trust(None), "compliant");
        assert_eq!(
            comply("", &role("app"), &trust(&[trusts(json!({"AWS": "*"}))])),
            State::Trust(Some(Trust { document: trust_nobody(), service_linked: false }))
        );
        assert_eq!(comply("", &role("app"), &trust(&[trusts(json!("*")), account()])), trust(&[account()]));
        assert_eq!(comply("", &role("app"), &trust(&[trusts(json!({"AWS": ["*", "111122223333"]}))])), trust(&[trusts(json!({"AWS": ["111122223333"]}))]));
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn a_service_linked_role_is_left_alone() {
        on("AWSServiceRoleForX", State::Trust(Some(Trust { document: document(&[trusts(json!("*"))]), service_linked: true })), "compliant");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn the_ml_role_trusts_its_service_alone() {
        let right = built(&key(), service_trust);
        let mended = "IAM.ServiceRole -> UpdateAssumeRolePolicy with 1 statement";
        on(ML_ROLE, State::Trust(None), "IAM.ServiceRole -> CreateRole");
        on(ML_ROLE, State::Trust(Some(Trust { document: right.clone(), service_linked: false })), "compliant");
        on(ML_ROLE, trust(&[trusts(json!({"Service": "sagemaker.amazonaws.com"}))]), mended);
        on(ML_ROLE, trust(&[right.as_value()["Statement"][0].clone(), trusts(json!({"AWS": "arn:aws:iam::999999999999:root"}))]), mended);
        on(ML_ROLE, trust(&[trusts(json!("*"))]), "IAM.ServiceRole, IAM.TrustOpen -> UpdateAssumeRolePolicy with 1 statement");
        assert_eq!(comply("", &role(ML_ROLE), &trust(&[trusts(json!("*"))])), State::Trust(Some(Trust { document: right, service_linked: false })));
    }
}

mod bucket_policies {
    use super::*;

    fn tls(name: &str) -> Value {
        tls_only_statement(&home().bucket_arn(name))
    }

    fn policy(statements: &[Value]) -> State {
        State::BucketPolicy(Some(document(statements)))
    }

    fn team() -> Value {
        json!({"Sid": "Team", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}, "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::training-images/*"})
    }

    fn open() -> Value {
        to(json!("*"), "s3:GetObject", "arn:aws:s3:::training-images/*")
    }

    fn on(name: &str, observed: State, expected: &str) {
        check("", &bucket(name), observed, expected);
    }

    fn leaves(name: &str, observed: &[Value], desired: &[Value]) {
        assert_eq!(comply("", &bucket(name), &policy(observed)), policy(desired));
    }

    #[test]
    fn tls_only_is_added_and_the_rest_stays_as_written() {
        on("training-images", policy(&[team(), tls("training-images")]), "compliant");
        on("training-images", State::BucketPolicy(None), "S3.TlsOnly -> PutBucketPolicy with 1 statement");
        leaves("training-images", &[team()], &[team(), tls("training-images")]);
        check("controls: {S3.TlsOnly: observe}", &bucket("training-images"), policy(&[team()]), "(S3.TlsOnly)");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_is_open_to_everyone_goes() {
        on("training-images", policy(&[open(), tls("training-images")]), "S3.PublicPolicy -> PutBucketPolicy with 1 statement");
        on("training-images", policy(&[open()]), "S3.PublicPolicy, S3.TlsOnly -> PutBucketPolicy with 1 statement");
        leaves("training-images", &[open(), team()], &[team(), tls("training-images")]);
        check("controls: {S3.TlsOnly: off}", &bucket("training-images"), policy(&[open()]), "S3.PublicPolicy -> DeleteBucketPolicy");
        check("controls: {S3.PublicPolicy: observe}", &bucket("training-images"), policy(&[open(), tls("training-images")]), "(S3.PublicPolicy)");
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn our_statement_weakened_is_replaced_and_a_namesake_stays() {
        let mut narrowed = tls("training-images");
        narrowed["Resource"] = json!("arn:aws:s3:::training-images/public/*");
        leaves("training-images", &[narrowed, team()], &[tls("training-images"), team()]);

        let closed = json!({"Sid": "DenyInsecureTransport", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"});
        let mut second = tls("training-images");
        second["Sid"] = json!("DenyInsecureTransport2");
        leaves("training-images", &[open(), closed.clone()], &[open(), closed, second]);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn services_that_have_to_deliver_are_let_in() {
        let ours = built(&bucket(LOG_BUCKET), |subject| service_statements(subject, LOG_BUCKET));
        let all = [tls(LOG_BUCKET), ours[0].clone(), ours[1].clone()];
        on(LOG_BUCKET, policy(&all), "compliant");
        on(LOG_BUCKET, State::BucketPolicy(None), "S3.TlsOnly, S3.ServicePolicy -> PutBucketPolicy with 3 statements");
        on(LOG_BUCKET, policy(&all[..2]), "S3.ServicePolicy -> PutBucketPolicy with 3 statements");
        on(ACCESS_LOG_BUCKET, policy(&[tls(ACCESS_LOG_BUCKET)]), "S3.ServicePolicy -> PutBucketPolicy with 2 statements");
        on(DATA_BUCKET, policy(&[tls(DATA_BUCKET)]), "compliant");
        let mut loose = ours[1].clone();
        loose.as_object_mut().unwrap().remove("Condition");
        leaves(LOG_BUCKET, &[tls(LOG_BUCKET), ours[0].clone(), loose], &all);
    }
}

/// A policy so long that the repair would not fit: what is public goes in a first write of its own.
#[test]
fn a_policy_too_long_for_the_repair_loses_its_public_statement_first() {
    let filler = |number: usize| json!({"Sid": format!("Filler{number}"), "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::111122223333:role/{}", "r".repeat(60))}, "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{DATA_BUCKET}/{number}/*")});
    let public = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{DATA_BUCKET}/*")});
    let mut statements: Vec<_> = (0..92).map(filler).collect();
    statements.push(public);
    let expected =
        "S3.PublicPolicy, S3.TlsOnly -> PutBucketPolicy with 92 statements; PutBucketPolicy with 93 statements";
    check("", &bucket(DATA_BUCKET), State::BucketPolicy(Some(document(&statements))), expected);
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_key_policy() {
    let ours = built(&key(), key_statements);
    let on = |statements: &[Value], expected: &str| check("", &key(), State::KeyPolicy(document(statements)), expected);
    on(&ours, "compliant");
    on(&ours[..1], "KMS.KeyPolicy -> PutKeyPolicy with 5 statements");
    on(&[to(json!({"AWS": "arn:aws:iam::111122223333:role/app"}), "kms:Decrypt", "*")], "KMS.KeyPolicy -> PutKeyPolicy with 6 statements");
}
