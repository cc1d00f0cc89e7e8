//! What the policy guard decides, one line a case, and the documents that it leaves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use iam_policy::Document;
use parapet_guards::Arns;
use parapet_guards::foundation::documents::{
    has_statement, key_statements, service_statements, tls_only_statement, writers_statement,
};
use parapet_guards::{Resource, State};
use parapet_testkit::fixtures::{ACCESS_LOG_BUCKET, DATA_BUCKET, EVIDENCE_BUCKET, LOG_BUCKET, bucket, home, key};
use parapet_testkit::{Situation, verdict};
use serde_json::{Value, json};

fn check(standard: &str, resource: &Resource, observed: State, expected: &str) {
    let situation = Situation::new(resource, standard);
    assert_eq!(verdict(&situation.subject(), None, &observed), expected, "{resource} {observed:?}");
}

fn comply(standard: &str, resource: &Resource, observed: &State) -> State {
    observed.comply(&Situation::new(resource, standard).subject(), None)
}

fn document(statements: &[Value]) -> Document {
    Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

/// A document that is built in, for the subject `resource`.
fn built<T>(resource: &Resource, build: impl Fn(&parapet_guards::Subject<'_>) -> T) -> T {
    build(&Situation::new(resource, "").subject())
}

fn to(principal: Value, action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource})
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

    /// Who is named needs no policy of his own.
    #[test]
    fn whom_the_pipelines_buckets_name() {
        let data = |principal: Value| to(principal, "s3:GetObject", &format!("arn:aws:s3:::{DATA_BUCKET}/*"));
        let own = |name: &str| json!({"AWS": home().iam_arn(name)});
        let on = |name: &str, statement: Value, expected: &str| on(name, policy(&[tls(name), statement]), expected);
        on(DATA_BUCKET, data(own("user/nobody")), "(S3.OwnGrant)");
        on(DATA_BUCKET, data(own("role/reports")), "(S3.OwnGrant)");
        let of_account = json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}});
        let mut everyone = data(json!("*"));
        everyone["Condition"] = of_account;
        on(DATA_BUCKET, everyone, "(S3.OwnGrant)");
        let mut to_access_points = data(json!("*"));
        to_access_points["Condition"] = json!({"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}});
        on(DATA_BUCKET, to_access_points, "(S3.OwnGrant)");
        // Whose own policies have to allow it, or who is meant.
        on(DATA_BUCKET, data(own("root")), "compliant");
        on(DATA_BUCKET, data(own("role/parapet-ml-service")), "compliant");
        on(DATA_BUCKET, data(own("role/parapet-policy-guard")), "compliant");
        on("training-images", to(own("user/nobody"), "s3:GetObject", "arn:aws:s3:::training-images/*"), "compliant");
    }

    /// A session's name, a federated user's, a path and a kind are whatever somebody wrote.
    #[test]
    #[rustfmt::skip] // One line a case.
    fn whom_a_name_means() {
        let to_arn = |principal: &str| to(json!({"AWS": principal}), "s3:GetObject", &format!("arn:aws:s3:::{DATA_BUCKET}/*"));
        let check = |standard: &str, principal: &str, expected: &str| super::check(standard, &bucket(DATA_BUCKET), policy(&[tls(DATA_BUCKET), to_arn(principal)]), expected);
        let told = |principal: &str| check("", principal, "(S3.OwnGrant)");
        let meant = |principal: &str| check("principals: {break_glass: [role/breakglass, user/jane]}", principal, "compliant");
        told("arn:aws:sts::111122223333:federated-user/parapet-policy-guard");
        told("arn:aws:sts::111122223333:federated-user/root");
        told("arn:aws:sts::111122223333:assumed-role/evil/parapet-policy-guard");
        told("arn:aws:sts::111122223333:assumed-role/evil/parapet-ml-service");
        told("arn:aws:iam::111122223333:role/parapet-policy-guard/evil");
        told("arn:aws:iam::111122223333:role/evil/parapet-policy-guard");
        told("arn:aws:iam::111122223333:role/evil/parapet-ml-service");
        told("arn:aws:iam::111122223333:user/parapet-policy-guard");
        told("arn:aws:iam::111122223333:user/root");
        told("arn:aws:iam::111122223333:group/parapet-policy-guard");
        told("arn:aws:iam::111122223333:Role/parapet-policy-guard");
        told("arn:aws:sts::111122223333:root");
        told("arn:aws:sts::111122223333:assumed-role/parapet-policy-guardx/s");
        told("AIDAEXAMPLEEXAMPLE12");
        check("principals: {break_glass: [role/breakglass]}", "arn:aws:iam::111122223333:user/breakglass", "(S3.OwnGrant)");
        check("principals: {break_glass: [role/breakglass]}", "arn:aws:sts::111122223333:assumed-role/evil/breakglass", "(S3.OwnGrant)");
        check("trust: {identities: [AIDAEXAMPLEEXAMPLE12]}", "AIDAEXAMPLEEXAMPLE12", "compliant");
        meant("111122223333");
        meant("arn:aws:iam::111122223333:root");
        meant("arn:aws:iam::111122223333:role/Parapet-Policy-Guard");
        meant("arn:aws:iam::111122223333:role/parapet-ml-service");
        meant("arn:aws:sts::111122223333:assumed-role/parapet-policy-guard/any");
        meant("arn:aws:sts::111122223333:assumed-role/parapet-ml-service/SageMaker");
        meant("arn:aws:iam::111122223333:role/ops/breakglass");
        meant("arn:aws:sts::111122223333:assumed-role/breakglass/jane");
        meant("arn:aws:iam::111122223333:user/jane");
    }

    /// A distribution is made in a minute: by it anybody reads.
    #[test]
    #[rustfmt::skip] // One line a case.
    fn services_by_which_anybody_reads() {
        let of = |name: &str, service: &str, action: &str, condition: Value| {
            let mut statement = to(json!({"Service": service}), action, &format!("arn:aws:s3:::{name}/*"));
            statement["Condition"] = condition;
            policy(&[tls(name), statement])
        };
        let check = |standard: &str, condition: Value, expected: &str| super::check(standard, &bucket(DATA_BUCKET), of(DATA_BUCKET, "cloudfront.amazonaws.com", "s3:GetObject", condition), expected);
        let source = |operator: &str, id: &str| json!({operator: {"aws:SourceArn": format!("arn:aws:cloudfront::111122223333:distribution/{id}")}});
        let (known, by_arn) = ("trust: {identities: [EOURS]}", "trust: {identities: ['arn:aws:cloudfront::111122223333:distribution/EOURS']}");
        for standard in ["", "trust: {identities: [EOTHER]}"] {
            check(standard, source("StringEquals", "EOURS"), "(S3.OwnGrant)");
        }
        for standard in [known, by_arn] {
            check(standard, source("StringEquals", "EOURS"), "compliant");
            check(standard, source("ArnLike", "EOURS"), "compliant");
            check(standard, source("ArnLike", "EEVIL"), "(S3.OwnGrant)");
            check(standard, source("ArnLike", "*"), "(S3.OwnGrant)");
            check(standard, source("ArnLike", "EOURS*"), "(S3.OwnGrant)");
            check(standard, json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}), "(S3.OwnGrant)");
            check(standard, json!({"StringEquals": {"aws:SourceArn": ["arn:aws:cloudfront::111122223333:distribution/EOURS", "arn:aws:cloudfront::111122223333:distribution/EEVIL"]}}), "(S3.OwnGrant)");
        }
        let own = || json!({"StringEquals": {"aws:SourceAccount": "111122223333"}});
        let by = |service: &str, action: &str, expected: &str| super::check("", &bucket(LOG_BUCKET), comply("", &bucket(LOG_BUCKET), &of(LOG_BUCKET, service, action, own())), expected);
        by("amplify.amazonaws.com", "s3:Get*", "(S3.OwnGrant)");
        by("appflow.amazonaws.com", "s3:ListBucket", "(S3.OwnGrant)");
        by("appflow.amazonaws.com", "s3:PutObject", "compliant");
        by("cloudfront.amazonaws.com", "s3:PutObject", "(S3.OwnGrant)");
        by("inspector2.amazonaws.com", "s3:PutObject", "compliant");
        super::check("", &bucket("training-images"), of("training-images", "cloudfront.amazonaws.com", "s3:GetObject", source("StringEquals", "EOURS")), "compliant");
        let enforced = "controls: {S3.OwnGrant: enforce}";
        super::check(enforced, &bucket(DATA_BUCKET), of(DATA_BUCKET, "cloudfront.amazonaws.com", "s3:GetObject", own()), "S3.OwnGrant -> PutBucketPolicy with 1 statement");
        let before = of(DATA_BUCKET, "cloudfront.amazonaws.com", "s3:GetObject", own());
        assert_eq!(verdict(&Situation::new(&bucket(DATA_BUCKET), enforced).subject(), Some(&before), &before), "compliant");
    }

    /// Whoever comes through a network is not whose the network is.
    #[test]
    #[rustfmt::skip] // One line a case.
    fn networks_by_whose_they_are() {
        let on = |standard: &str, key: &str, value: &str, expected: &str| {
            let mut statement = open();
            statement["Condition"] = json!({"StringEquals": {key: value}});
            super::check(standard, &bucket("training-images"), policy(&[tls("training-images"), statement]), expected);
        };
        const GONE: &str = "S3.ForeignPolicy -> PutBucketPolicy with 1 statement";
        let vpc = "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-1a2b";
        on("", "aws:SourceVpcArn", vpc, GONE);
        on("trust: {networks: [vpc-1a2b]}", "aws:SourceVpcArn", vpc, "compliant");
        on("trust: {networks: ['111122223333']}", "aws:SourceVpcArn", vpc, "compliant");
        on("", "aws:VpceAccount", "111122223333", GONE);
        on("trust: {networks: ['111122223333']}", "aws:VpceAccount", "111122223333", "compliant");
        on("trust: {organizations: [o-ours]}", "aws:VpceOrgID", "o-ours", GONE);
        on("trust: {organizations: [o-ours], networks: [o-ours]}", "aws:VpceOrgID", "o-ours", "compliant");
        on("", "s3:DataAccessPointAccount", "111122223333", "compliant");
    }

    /// Whoever writes there says what was there before.
    #[test]
    fn nobody_else_writes_into_the_evidence_bucket() {
        let evidence = bucket(EVIDENCE_BUCKET);
        let writers = built(&evidence, |subject| writers_statement(subject, EVIDENCE_BUCKET)).unwrap();
        let tls = tls(EVIDENCE_BUCKET);
        on(EVIDENCE_BUCKET, policy(&[tls.clone(), writers.clone()]), "compliant");
        on(
            EVIDENCE_BUCKET,
            policy(std::slice::from_ref(&tls)),
            "S3.EvidenceWriters -> PutBucketPolicy with 2 statements",
        );
        on(
            EVIDENCE_BUCKET,
            State::BucketPolicy(None),
            "S3.TlsOnly, S3.EvidenceWriters -> PutBucketPolicy with 2 statements",
        );
        on(DATA_BUCKET, policy(&[tls_only_statement(&home().bucket_arn(DATA_BUCKET))]), "compliant");
        // What is weaker is completed; of one that names other writers it takes the place, else both would be shut out.
        let with = |member: &str, value: Value| {
            let mut weaker = writers.clone();
            weaker[member] = value;
            weaker
        };
        let others = json!({"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::111122223333:role/theirs"]}});
        leaves(EVIDENCE_BUCKET, &[tls.clone(), with("Condition", others)], &[tls.clone(), writers.clone()]);
        for weaker in [with("Action", json!("s3:PutObject")), with("Resource", json!("arn:aws:s3:::other/*"))] {
            let state = comply("", &evidence, &policy(&[tls.clone(), weaker]));
            let State::BucketPolicy(Some(document)) = state else { unreachable!() };
            assert!(has_statement(&document, &writers), "{document:?}");
        }
        assert!(writers["Condition"].to_string().contains("role/parapet-bootstrap"), "{writers}");
        assert!(!writers["Action"].to_string().contains("Policy"), "who may change the policy may still");
    }

    fn leaves(name: &str, observed: &[Value], desired: &[Value]) {
        assert_eq!(comply("", &bucket(name), &policy(observed)), policy(desired));
    }

    /// Its owner puts it as he wrote it, without what was added: whom it let in stays, whoever else comes with it.
    #[test]
    fn a_policy_that_is_put_as_it_was_written_lets_in_nobody_new() {
        let vendor =
            || to(json!({"AWS": "arn:aws:iam::444455556666:root"}), "s3:GetObject", "arn:aws:s3:::training-images/*");
        let stranger =
            || to(json!({"AWS": "arn:aws:iam::999999999999:root"}), "s3:GetObject", "arn:aws:s3:::training-images/*");
        let known = policy(&[vendor(), tls("training-images")]);
        for put in [vec![vendor()], vec![vendor(), stranger()]] {
            let situation = Situation::new(&bucket("training-images"), "");
            let desired = policy(&put).comply(&situation.subject(), Some(&known));
            assert_eq!(desired, known, "{put:?}");
        }
    }

    /// A Deny that kept a partner to his addresses is gone: it comes back, and he stays.
    #[test]
    fn a_deny_comes_back_before_a_partner_goes() {
        let partner =
            || to(json!({"AWS": "arn:aws:iam::444455556666:root"}), "s3:GetObject", "arn:aws:s3:::training-images/*");
        let elsewhere = |address: &str| {
            json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::training-images/*",
                "Condition": {"NotIpAddress": {"aws:SourceIp": address}}})
        };
        let open = || to(json!("*"), "s3:GetObject", "arn:aws:s3:::training-images/*");
        let known = policy(&[partner(), elsewhere("198.51.100.7/32"), tls("training-images")]);
        let situation = Situation::new(&bucket("training-images"), "");
        let put = |statements: &[Value]| policy(statements).comply(&situation.subject(), Some(&known));
        let with = |statements: &[Value]| policy(&[statements, &[tls("training-images")]].concat());
        assert_eq!(put(&[partner()]), with(&[partner(), elsewhere("198.51.100.7/32")]));
        assert_eq!(put(&[partner(), open()]), with(&[partner(), elsewhere("198.51.100.7/32")]));
        assert_eq!(put(&[open()]), policy(&[tls("training-images")]));
    }

    /// Who stops the pipeline may have a reason: it is told.
    #[test]
    fn what_denies_the_ml_service_is_told() {
        let right = comply("", &bucket(DATA_BUCKET), &State::BucketPolicy(None));
        let State::BucketPolicy(Some(right)) = right else { unreachable!() };
        let arn = home().bucket_arn(DATA_BUCKET);
        let on = |action: &str, resource: &str, condition: Value, expected: &str| {
            let deny = json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource, "Condition": condition});
            let mut statements = right.as_value()["Statement"].as_array().unwrap().clone();
            statements.push(deny);
            check("", &bucket(DATA_BUCKET), policy(&statements), expected);
        };
        on("s3:GetObject", &format!("{arn}/*"), json!({}), "(S3.ServicePolicy)");
        on(
            "s3:Put*",
            &format!("{arn}/*"),
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/parapet-ml-*"}}),
            "(S3.ServicePolicy)",
        );
        on(
            "s3:GetObject",
            &format!("{arn}/*"),
            json!({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/parapet-ml-*"}}),
            "compliant",
        );
        on("s3:GetObject", &format!("{arn}/secret/*"), json!({}), "compliant");
        on("s3:GetObject", &format!("{arn}/*"), json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}), "compliant");
    }

    /// Whoever fills a policy keeps it from nothing.
    #[test]
    fn what_has_to_be_there_has_room() {
        let named = |number: usize| format!("arn:aws:s3:::{EVIDENCE_BUCKET}/{number:060}");
        let filler =
            to(json!({"AWS": "arn:aws:iam::111122223333:root"}), "s3:GetObject", "").as_object().unwrap().clone();
        let filler = |count: usize| {
            let mut filler = filler.clone();
            filler["Resource"] = (0..count).map(named).collect();
            Value::Object(filler)
        };
        for name in [DATA_BUCKET, LOG_BUCKET, ACCESS_LOG_BUCKET, EVIDENCE_BUCKET] {
            let empty = comply("", &bucket(name), &State::BucketPolicy(None));
            let State::BucketPolicy(Some(right)) = &empty else { unreachable!() };
            let full = policy(&[filler(172)]);
            let State::BucketPolicy(Some(written)) = &full else { unreachable!() };
            assert!((19_000..20_480).contains(&written.to_json().len()), "{}", written.to_json().len());
            let situation = Situation::new(&bucket(name), "");
            for known in [None, Some(&empty), Some(&full)] {
                let State::BucketPolicy(Some(desired)) = full.comply(&situation.subject(), known) else {
                    unreachable!()
                };
                assert!(desired.to_json().len() <= 20_480, "{name}");
                for index in 0..right.statements().len() {
                    assert!(has_statement(&desired, &right.as_value()["Statement"][index]), "{name}: {index}");
                }
            }
        }
    }

    #[test]
    fn tls_only_is_added_and_the_rest_stays_as_written() {
        on("training-images", policy(&[team(), tls("training-images")]), "compliant");
        on("training-images", State::BucketPolicy(None), "S3.TlsOnly -> PutBucketPolicy with 1 statement");
        leaves("training-images", &[team()], &[team(), tls("training-images")]);
        check("controls: {S3.TlsOnly: observe}", &bucket("training-images"), policy(&[team()]), "(S3.TlsOnly)");
    }

    /// Whoever writes the standard decides what is guarded.
    #[test]
    #[rustfmt::skip] // One line a case.
    fn who_may_write_the_standard() {
        const ADMINS: &str = "principals: {administrators: [role/admin-1, role/ops-*], break_glass: [user/glass]}";
        let on = |place: &str, statement: Value, expected: &str| {
            let situation = Situation::new(&bucket("training-images"), ADMINS).with_standard_in(place);
            let observed = policy(&[statement, tls("training-images")]);
            assert_eq!(verdict(&situation.subject(), None, &observed), expected, "{observed:?}");
        };
        let here = "s3://training-images/standard.yaml";
        let role = |path: &str, action: &str| to(json!({"AWS": format!("arn:aws:iam::111122223333:{path}")}), action, "arn:aws:s3:::training-images/*");
        let taken = "S3.StandardObject -> PutBucketPolicy with 1 statement";
        on(here, role("role/app", "s3:PutObject"), taken);
        on(here, role("user/jane", "s3:*"), taken);
        on(here, role("role/app", "s3:GetObject"), "compliant");
        on(here, role("role/admin-1", "s3:PutObject"), "compliant");
        on(here, role("role/team/admin-1", "s3:PutObject"), "compliant");
        // Whoever fits a pattern without a shape may have taken such a name.
        on(here, role("role/ops-1", "s3:PutObject"), taken);
        on(here, role("user/glass", "s3:PutObject"), "compliant");
        on(here, role("root", "s3:PutObject"), "compliant");
        on(here, to(json!({"AWS": "arn:aws:iam::111122223333:role/app"}), "s3:PutObject", "arn:aws:s3:::training-images/in/*"), "compliant");
        on("s3://rules/standard.yaml", role("role/app", "s3:PutObject"), "compliant");
        check("", &bucket("training-images"), policy(&[role("role/app", "s3:PutObject"), tls("training-images")]), "compliant");
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
        let desired = comply("controls: {S3.GuardAccess: off}", &bucket("training-images"), &policy(&[open(), closed.clone()]));
        assert_eq!(desired, policy(&[open(), closed, second]));
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

/// Amazon S3 User Guide, "Bucket policies for Amazon S3": "Bucket policies are limited to 20 KB in size". Where the repair would not
/// fit, what is public goes in a first write of its own.
mod long_bucket_policies {
    use super::*;

    const LIMIT: usize = 20 * 1024;

    /// Of the team, and as long as it takes for a policy with it, and with or without the TLS statement, to be of this length.
    fn filler(length: usize, with_tls: bool) -> Value {
        let of = |name: &str| {
            let role = format!("arn:aws:iam::111122223333:role/{name}");
            json!({"Effect": "Allow", "Principal": {"AWS": role}, "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{DATA_BUCKET}/a/*")})
        };
        let around = if with_tls { document(&[of(""), tls()]) } else { document(&[of("")]) }.to_json().len();
        of(&"r".repeat(length - around))
    }

    fn tls() -> Value {
        tls_only_statement(&home().bucket_arn(DATA_BUCKET))
    }

    fn public() -> Value {
        to(json!("*"), "s3:GetObject", &format!("arn:aws:s3:::{DATA_BUCKET}/*"))
    }

    fn on(statements: &[Value], expected: &str) {
        check("", &bucket(DATA_BUCKET), State::BucketPolicy(Some(document(statements))), expected);
    }

    #[test]
    #[rustfmt::skip] // One line a case.
    fn what_fills_the_pipelines_policy_goes() {
        let at_once = "S3.PublicPolicy, (S3.OwnGrant), S3.TlsOnly -> PutBucketPolicy with 2 statements";
        on(&[filler(2_000, true), public()], at_once);
        on(&[filler(LIMIT, true), public()], at_once);
        on(&[filler(LIMIT + 1, true), public()], "S3.PublicPolicy, (S3.OwnGrant), S3.TlsOnly -> PutBucketPolicy with 1 statement");
        on(&[filler(LIMIT + 1, true)], "(S3.OwnGrant), S3.TlsOnly -> PutBucketPolicy with 1 statement");
    }

    /// Of another bucket, of which nothing is remembered, all may be from before.
    #[test]
    fn what_is_public_goes_first_if_the_repair_does_not_fit() {
        let of_team = |value: Value| -> Value {
            serde_json::from_str(&value.to_string().replace(DATA_BUCKET, &"x".repeat(DATA_BUCKET.len()))).unwrap()
        };
        let on = |statements: &[Value], expected: &str| {
            let statements: Vec<Value> = statements.iter().cloned().map(of_team).collect();
            check(
                "",
                &bucket(&"x".repeat(DATA_BUCKET.len())),
                State::BucketPolicy(Some(document(&statements))),
                expected,
            );
        };
        let in_two =
            "S3.PublicPolicy, S3.TlsOnly -> PutBucketPolicy with 1 statement; PutBucketPolicy with 2 statements";
        on(&[filler(LIMIT + 1, true), public()], in_two);
        on(&[filler(LIMIT + 1, true)], "S3.TlsOnly -> PutBucketPolicy with 2 statements");
    }

    /// What goes is all there is to do, or nothing goes.
    #[test]
    #[rustfmt::skip] // One line a case.
    fn one_write_is_enough() {
        on(&[filler(LIMIT + 1, true), tls(), public()], "S3.PublicPolicy, (S3.OwnGrant) -> PutBucketPolicy with 2 statements");
    }
}

/// A condition on an organization confines, if it is one of those that the standard names.
#[test]
#[rustfmt::skip] // One line a case.
fn organizations() {
    let to_members = |organization: &str| {
        let mut statement = to(json!("*"), "s3:GetObject", "arn:aws:s3:::training-images/*");
        statement["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": organization}});
        State::BucketPolicy(Some(document(&[statement, tls_only_statement("arn:aws:s3:::training-images")])))
    };
    let on = |standard: &str, organization: &str, expected: &str| check(standard, &bucket("training-images"), to_members(organization), expected);
    on("", "o-theirs", "S3.ForeignPolicy -> PutBucketPolicy with 1 statement");
    on("trust: {organizations: [o-ours]}", "o-ours", "compliant");
    on("trust: {organizations: [o-ours]}", "o-theirs", "S3.ForeignPolicy -> PutBucketPolicy with 1 statement");
}

#[test]
#[rustfmt::skip] // One line a case.
fn the_key_policy() {
    let ours = built(&key(), key_statements);
    let on = |statements: &[Value], expected: &str| check("", &key(), State::KeyPolicy(document(statements)), expected);
    on(&ours, "compliant");
    on(&ours[..1], "KMS.KeyPolicy -> PutKeyPolicy with 5 statements");
    on(&[to(json!({"AWS": "arn:aws:iam::111122223333:role/app"}), "kms:Decrypt", "*")], "(KMS.OwnGrant), KMS.KeyPolicy -> PutKeyPolicy with 6 statements");
    let beside = |standard: &str, principal: Value, condition: Value, expected: &str| {
        let mut statement = to(principal, "kms:Decrypt", "*");
        statement["Condition"] = condition;
        let statements: Vec<Value> = ours.iter().cloned().chain([statement]).collect();
        check(standard, &key(), State::KeyPolicy(document(&statements)), expected);
    };
    beside("", json!({"AWS": "arn:aws:sts::111122223333:assumed-role/evil/parapet-policy-guard"}), json!({}), "(KMS.OwnGrant)");
    beside("", json!({"AWS": "arn:aws:sts::111122223333:federated-user/parapet-policy-guard"}), json!({}), "(KMS.OwnGrant)");
    let source = || json!({"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/EOURS"}});
    beside("", json!({"Service": "cloudfront.amazonaws.com"}), source(), "(KMS.OwnGrant)");
    beside("trust: {identities: [EOURS]}", json!({"Service": "cloudfront.amazonaws.com"}), source(), "compliant");
}
