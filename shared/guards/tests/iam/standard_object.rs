//! Who may change the object that the standard is read from.

use super::*;

const PLACE: &str = "s3://rules/standard.yaml";
const OBJECT: &str = "arn:aws:s3:::rules/standard.yaml";

/// In the policy of a user, unless it says otherwise.
struct Check {
    standard: &'static str,
    place: Option<&'static str>,
    resource: Resource,
    before: Option<State>,
}

fn jane() -> Resource {
    Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() })
}

fn usual() -> Check {
    Check { standard: "", place: Some(PLACE), resource: jane(), before: None }
}

fn inline(statements: &[Value]) -> State {
    State::InlineDocument(Some(document(statements)))
}

/// The Deny that is put beside what is too much.
fn keep() -> Value {
    let situation = Situation { resource: jane(), ..enforced("") }.with_standard_in(PLACE);
    keep_standard_statement(&situation.subject()).unwrap()
}

impl Check {
    fn situation(&self) -> Situation {
        let situation = Situation { resource: self.resource.clone(), ..enforced(self.standard) };
        match self.place {
            Some(place) => situation.with_standard_in(place),
            None => situation,
        }
    }

    fn on(&self, observed: State, expected: &str) {
        let verdict = verdict(&self.situation().subject(), self.before.as_ref(), &observed);
        assert_eq!(verdict, expected, "{observed:?}");
    }

    fn leaves(&self, observed: &[Value], desired: Option<&[Value]>) {
        let found = inline(observed).comply(&self.situation().subject(), self.before.as_ref());
        assert_eq!(found, State::InlineDocument(desired.map(document)));
    }
}

#[test]
#[rustfmt::skip] // One line a case.
fn that_object_is_taken_and_nothing_else() {
    const ADDED: &str = "IAM.StandardObject -> put the inline policy with 2 statements";
    let is = |statement: Value, expected: &str| usual().on(inline(&[statement]), expected);
    is(allow("s3:DeleteObjectVersion", "arn:aws:s3:::rules/*"), ADDED);
    is(allow(json!(["s3:PutObject", "s3:PutBucketTagging"]), "arn:aws:s3:::rules*"), ADDED);
    is(allow("s3:*", "*"), ADDED);
    is(json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::r*"}), ADDED);
    is(allow("s3:Get*", "*"), "compliant");
    is(allow("s3:PutObject", "arn:aws:s3:::rules/other.yaml"), "compliant");
    is(allow("s3:*", "arn:aws:s3:::data*"), "compliant");
    is(allow("s3:PutBucketPolicy", "arn:aws:s3:::data"), "compliant");
    // Where nothing else is lost, no Deny is needed.
    is(allow("s3:PutObject", OBJECT), "IAM.StandardObject -> delete the inline policy");
    is(allow("s3:PutBucketPolicy", "arn:aws:s3:::rules"), "IAM.StandardObject -> delete the inline policy");
    usual().leaves(&[allow(json!(["s3:PutObject", "s3:GetObject"]), OBJECT)], Some(&[allow(json!(["s3:GetObject"]), OBJECT)]));
    usual().on(inline(&[allow("s3:*", "*"), keep()]), "compliant");
    usual().leaves(&[allow("s3:*", "*")], Some(&[allow("s3:*", "*"), keep()]));
}

#[test]
#[rustfmt::skip] // One line a case.
fn where_the_standard_is_elsewhere_nothing_is_found() {
    Check { place: None, ..usual() }.on(inline(&[allow("s3:*", "*")]), "compliant");
    Check { place: Some("s3://others/standard.yaml"), ..usual() }.on(inline(&[allow("s3:PutObject", OBJECT)]), "compliant");
    Check { place: Some("s3://rules/standard.yaml?versionId=3"), ..usual() }.on(inline(&[allow("s3:DeleteObjectVersion", OBJECT)]), "IAM.StandardObject -> delete the inline policy");
    Check { standard: "controls: {IAM.StandardObject: observe}", ..usual() }.on(inline(&[allow("s3:*", "*")]), "(IAM.StandardObject)");
    Check { standard: "controls: {IAM.StandardObject: off}", ..usual() }.on(inline(&[allow("s3:*", "*")]), "compliant");
}

/// Who is an administrator loses all of it, and needs no Deny.
#[test]
fn what_goes_for_another_reason_goes_as_before() {
    usual().leaves(&[allow("*", "*")], None);
    let read = || allow("s3:GetObject", "arn:aws:s3:::data/*");
    usual().leaves(&[allow("*", "*"), read()], Some(&[read()]));
    usual().leaves(&[allow("iam:*", "*"), allow("s3:Put*", "*")], Some(&[allow("s3:Put*", "*"), keep()]));
}

#[test]
fn what_was_there_before_stays() {
    let (put, delete) = (|| allow("s3:PutObject", "*"), || allow("s3:DeleteObject", OBJECT));
    let known = |statements: &[Value]| Check { before: Some(inline(statements)), ..usual() };
    known(&[put()]).on(inline(&[put()]), "(IAM.StandardObject)");
    known(&[put()]).leaves(&[put(), delete()], Some(&[put()]));
    let read = || allow("s3:GetObject", "*");
    known(&[read()]).leaves(&[read(), delete()], Some(&[read()]));
    known(&[read()]).leaves(&[read(), put()], Some(&[read(), put(), keep()]));
}

/// A Deny in a group's policy would bind the administrators in it, too.
#[test]
fn in_the_policy_of_a_group_nothing_is_denied() {
    let group = Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Group("staff".into()), name: "p".into() });
    let read = || allow("s3:GetObject", "*");
    let put = || allow("s3:PutObject", "arn:aws:s3:::rules/*");
    Check { resource: group, ..usual() }.leaves(&[read(), put()], Some(&[read()]));
}

/// Where a Deny does not fit any more, what is too much goes.
#[test]
fn a_policy_that_is_full_is_narrowed() {
    let put = || allow("s3:PutObject", "arn:aws:s3:::rules/*");
    let full = |bytes: usize| allow("sqs:SendMessage", &format!("arn:aws:sqs:*:*:{}", "x".repeat(bytes)));
    usual().leaves(&[full(1_800), put()], Some(&[full(1_800)]));
    usual().leaves(&[full(1_000), put()], Some(&[full(1_000), put(), keep()]));
    let role = Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Role("app".into()), name: "p".into() });
    Check { resource: role, ..usual() }.leaves(&[full(1_800), put()], Some(&[full(1_800), put(), keep()]));
}

#[test]
fn managed_policies() {
    let managed = |attached_to: Vec<IamEntity>| {
        State::ManagedDocument(Some(ManagedPolicy {
            document: document(&[allow("s3:*", "*")]),
            default_version: "v1".into(),
            other_versions: Vec::new(),
            versions: std::collections::BTreeMap::new(),
            attached_to,
            bounded: Vec::new(),
            boundary_of: Vec::new(),
        }))
    };
    let resource = managed_policy("arn:aws:iam::111122223333:policy/files");
    let on = |attached_to, expected: &str| {
        Check { standard: GLASS, resource: resource.clone(), ..usual() }.on(managed(attached_to), expected);
    };
    on(vec![user("jane")], "IAM.StandardObject -> CreatePolicyVersion with 2 statements");
    on(vec![user("glass")], "compliant");
    on(vec![user("glass"), user("jane")], "IAM.StandardObject -> detach from user/jane");
    // Of those who are never touched it was not judged: that excuses nobody who gets it later.
    let from = |attached_to| Check {
        standard: GLASS,
        resource: resource.clone(),
        before: Some(managed(attached_to)),
        ..usual()
    };
    from(vec![user("glass")])
        .on(managed(vec![user("jane")]), "IAM.StandardObject -> CreatePolicyVersion with 2 statements");
    from(vec![user("jane")]).on(managed(vec![user("jane")]), "(IAM.StandardObject)");
}

/// It can only be detached, so it is only reported, as with the other powers.
#[test]
fn policies_of_aws() {
    let arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
    let resource = Resource::Attachment(on::Attachment { entity: user("jane"), policy_arn: arn.into() });
    let full = || Some(document(&[allow(json!(["s3:*", "s3-object-lambda:*"]), "*")]));
    let state = || State::PolicyAttachment(Attachment::of(true, full()));
    let check =
        |standard, expected: &str| Check { standard, resource: resource.clone(), ..usual() }.on(state(), expected);
    check("controls: {IAM.BroadAttachment: observe}", "(IAM.BroadAttachment)");
    check("controls: {IAM.BroadAttachment: enforce}", "IAM.BroadAttachment -> detach the policy");
}

/// Bootstrap writes the ML policy so that it is right, and the guard finds nothing.
#[test]
fn the_standard_in_the_data_bucket() {
    const IN_DATA: &str = "s3://parapet-ml-data-111122223333-us-east-1/standard.yaml";
    let check = || Check { place: Some(IN_DATA), resource: managed_policy(ML_POLICY_ARN), ..usual() };
    let made = State::ManagedDocument(None).comply(&check().situation().subject(), None);
    check().on(made.clone(), "compliant");
    let State::ManagedDocument(Some(policy)) = made else { panic!("no policy") };
    assert_eq!(policy.document.statements().len(), 4);
    let elsewhere = State::ManagedDocument(None).comply(&Check { ..usual() }.situation().subject(), None);
    assert_ne!(elsewhere, State::ManagedDocument(Some(policy)));
}
