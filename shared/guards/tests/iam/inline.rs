use super::*;

fn on(standard: &str, statements: &[Value], expected: &str) {
    let resource = Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() });
    check(standard, &resource, State::InlineDocument(Some(document(statements))), expected);
}

#[test]
#[rustfmt::skip] // One line a case.
fn an_administrator_is_cut_down() {
    let read = || allow("s3:GetObject", "arn:aws:s3:::data/*");
    on("", &[read()], "compliant");
    on("", &[allow("iam:*", "*")], "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> delete the inline policy");
    on("", &[allow("*", "*")], &format!("{ALL} -> delete the inline policy"));
    on("", &[allow("i*:*", "*")], "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> delete the inline policy");
    on("", &[json!({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})], &format!("{ALL} -> delete the inline policy"));
    on("", &[allow("*", "*"), read()], &format!("{ALL} -> put the inline policy with 1 statement"));
    on("", &[allow("*", "*"), json!({"Effect": "Deny", "Action": "*", "Resource": "*"})], "compliant");
    on("controls: {IAM.AdminPolicy: observe}", &[allow("iam:PutUserPolicy", "*")], "(IAM.AdminPolicy), IAM.PrivilegeEscalation -> delete the inline policy");
    on("controls: {IAM.AdminPolicy: observe, IAM.PrivilegeEscalation: observe}", &[allow("iam:PutUserPolicy", "*")], "(IAM.AdminPolicy), (IAM.PrivilegeEscalation)");
    on("controls: {IAM.AdminPolicy: off, IAM.PrivilegeEscalation: off}", &[allow("iam:PutUserPolicy", "*")], "compliant");
}

#[test]
#[rustfmt::skip] // One line a case.
fn each_power_is_on_a_control_of_its_own() {
    const OBSERVED: &str = "controls: {IAM.ProtectedData: observe, IAM.KmsDecrypt: observe, IAM.Exposure: observe, IAM.ConfusedService: observe, IAM.ServiceWildcard: observe, IAM.NotElement: observe}";
    let is = |statement: Value, expected: &str| on(OBSERVED, &[statement], expected);
    let all = |actions: Value| allow(actions, "*");
    is(all(json!("iam:CreateAccessKey")), "IAM.PrivilegeEscalation -> delete the inline policy");
    is(all(json!(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])), "IAM.PrivilegeEscalation, IAM.PassRole -> put the inline policy with 1 statement");
    is(all(json!("iam:PassRole")), "IAM.PassRole -> delete the inline policy");
    is(all(json!("cloudtrail:StopLogging")), "IAM.LogTampering -> delete the inline policy");
    is(all(json!("kms:Decrypt")), "(IAM.KmsDecrypt)");
    is(all(json!("kms:CreateGrant")), "(IAM.KmsDecrypt)");
    is(all(json!("s3:*")), "(IAM.ProtectedData), (IAM.Exposure), (IAM.ServiceWildcard)");
    is(all(json!("sqs:SetQueueAttributes")), "(IAM.Exposure)");
    is(allow("s3:PutBucketPolicy", "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1"), "(IAM.ProtectedData), (IAM.Exposure)");
    is(allow("s3:PutBucketPolicy", "arn:aws:s3:::reports"), "compliant");
    // Who may do all with logs may also send each of them elsewhere: why an exposure is no more than reported by default.
    is(all(json!("logs:*")), "(IAM.Exposure)");
    let passes = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "datasync.amazonaws.com"}}});
    on(OBSERVED, &[passes, all(json!("datasync:CreateTask"))], "(IAM.ConfusedService)");
    is(json!({"Effect": "Allow", "NotAction": ["iam:*", "s3:*"], "Resource": "arn:aws:sqs:us-east-1:111122223333:jobs"}), "(IAM.NotElement)");
}

/// Nobody knows which of two keys AWS goes by: what any reading allows counts, and none of them is written.
#[test]
#[rustfmt::skip] // One line a case.
fn a_key_that_stands_twice() {
    const READ: &str = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}"#;
    const POWER: &str = r#"{"Effect": "Allow", "Action": "iam:*", "Action": "s3:ListBucket", "Resource": "*"}"#;
    const POWER_LAST: &str = r#"{"Effect": "Allow", "Action": "s3:ListBucket", "Action": "iam:*", "Resource": "*"}"#;
    const HARMLESS: &str = r#"{"Effect": "Allow", "Action": "s3:ListBucket", "Action": "s3:GetBucketLocation", "Resource": "arn:aws:s3:::data"}"#;
    let is = |statements: &[&str], expected: &str| {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(", "));
        let found = Document::parse_as_found(&text).expect("a document");
        let resource = Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() });
        check("", &resource, State::InlineDocument(Some(found)), expected);
    };
    const ADMIN: &str = "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole";
    is(&[POWER], &format!("{ADMIN} -> delete the inline policy"));
    is(&[POWER_LAST], &format!("{ADMIN} -> delete the inline policy"));
    is(&[READ, POWER], &format!("{ADMIN} -> put the inline policy with 1 statement"));
    is(&[READ, HARMLESS], "compliant");
    is(&[r#"{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}"#, r#"{"Effect": "Deny", "Action": "iam:*", "Action": "s3:*", "Resource": "*"}"#], &format!("{ADMIN} -> delete the inline policy"));
}

/// The pipeline's trail counts by itself, a team's own does not.
#[test]
#[rustfmt::skip] // One line a case.
fn the_trail_is_protected() {
    let trail = |name: &str| format!("arn:aws:cloudtrail:us-east-1:111122223333:trail/{name}");
    on("", &[allow("cloudtrail:StopLogging", &trail("parapet"))], "IAM.LogTampering -> delete the inline policy");
    on("", &[allow(json!(["cloudtrail:StopLogging", "cloudtrail:StartLogging"]), &trail("*"))], "IAM.LogTampering -> put the inline policy with 1 statement");
    on("", &[allow("cloudtrail:*", &trail("team"))], "compliant");
    on("controls: {IAM.LogTampering: off}", &[allow("cloudtrail:StopLogging", &trail("parapet"))], "compliant");
    changed(&[logs()], &[logs(), allow("cloudtrail:DeleteTrail", &trail("parapet"))], "IAM.LogTampering -> put the inline policy with 1 statement");
}

/// What teams write every day.
#[test]
#[rustfmt::skip] // One line a case.
fn what_is_narrow_is_left_alone() {
    const ALL_ON: &str = "controls: {IAM.ProtectedData: enforce, IAM.KmsDecrypt: enforce, IAM.ConfusedService: enforce, IAM.ServiceWildcard: enforce, IAM.NotElement: enforce}";
    let is = |statement: Value| on(ALL_ON, &[statement], "compliant");
    is(allow("iam:PassRole", "arn:aws:iam::111122223333:role/app-*"));
    is(json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}}));
    is(allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/reader"));
    is(allow("lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:111122223333:function:resize"));
    is(allow(json!(["logs:*", "cloudwatch:PutMetricData", "ec2:Describe*", "cloudtrail:Get*", "cloudtrail:LookupEvents"]), "*"));
    is(allow("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"));
    is(allow("s3:*", "arn:aws:s3:::team-*"));
    is(allow(json!(["sagemaker:CreateTrainingJob", "sagemaker:Describe*"]), "*"));
    is(allow("iam:CreateServiceLinkedRole", "*"));
    is(allow(json!(["iam:Get*", "iam:List*"]), "*"));
    is(json!({"Effect": "Allow", "Action": ["iam:CreateAccessKey", "iam:ChangePassword"], "Resource": "arn:aws:iam::*:user/${aws:username}"}));
}

/// A policy is judged as that of the partition that it names: it may be copied to an account there.
#[test]
fn in_other_partitions() {
    let resource = Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() });
    for (partition, other) in [("aws-cn", "aws"), ("aws-us-gov", "aws-cn")] {
        let home = parapet_core::Home { partition: partition.to_owned(), ..parapet_testkit::fixtures::home() };
        let situation = Situation { resource: resource.clone(), home, ..enforced("") };
        let on = |partition: &str| {
            let observed = State::InlineDocument(Some(document(&[allow("iam:*", &format!("arn:{partition}:iam::*"))])));
            verdict(&situation.subject(), None, &observed)
        };
        let violated = "IAM.AdminPolicy, IAM.PrivilegeEscalation, IAM.PassRole -> delete the inline policy";
        assert_eq!((on(partition).as_str(), on(other).as_str()), (violated, violated));
    }
}

/// The data bucket may be reached as the ML policy allows, and as the standard says.
#[test]
#[rustfmt::skip] // One line a case.
fn the_access_envelope() {
    const ON: &str = "controls: {IAM.ProtectedData: enforce}";
    let data = |actions: Value| allow(actions, "arn:aws:s3:::parapet-ml-data-111122223333-us-east-1/*");
    let all_of = |name: &str| json!([allow("s3:GetObject", &format!("arn:aws:s3:::{name}/*"))]);
    on(ON, &[data(json!(["s3:GetObject", "s3:PutObject"]))], "compliant");
    on(ON, &[data(json!(["s3:GetObjectVersion"]))], "IAM.ProtectedData -> delete the inline policy");
    on(ON, &[allow("s3:GetObject", "arn:aws:s3:::models/*")], "compliant");
    on(ON, &[allow(json!(["dynamodb:GetItem", "secretsmanager:GetSecretValue"]), "*")], "compliant");
    on("{controls: {IAM.ProtectedData: enforce}, access: {protected: ['arn:aws:s3:::models/*']}}", &[allow("s3:GetObject", "arn:aws:s3:::models/*")], "IAM.ProtectedData -> delete the inline policy");
    let allowed = json!({"controls": {"IAM.ProtectedData": "enforce"}, "access": {"protected": ["arn:aws:s3:::models/*"], "envelope": [{"Version": "2012-10-17", "Statement": all_of("models")}]}});
    on(&allowed.to_string(), &[allow("s3:GetObject", "arn:aws:s3:::models/*")], "compliant");
    on(&allowed.to_string(), &[allow(json!(["s3:GetObject", "s3:DeleteObject"]), "arn:aws:s3:::models/*")], "IAM.ProtectedData -> put the inline policy with 1 statement");
}

fn changed(before: &[Value], after: &[Value], expected: &str) {
    let resource = Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() });
    let [before, after] = [before, after].map(|statements| State::InlineDocument(Some(document(statements))));
    check_change("", &resource, Some(before), after, expected);
}

fn becomes(before: &[Value], after: &[Value], desired: &[Value]) {
    let resource = Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() });
    let [before, after, desired] =
        [before, after, desired].map(|statements| State::InlineDocument(Some(document(statements))));
    assert_eq!(comply_after("", &resource, Some(&before), &after), desired);
}

fn logs() -> Value {
    allow("cloudtrail:StopLogging", "*")
}

fn reads() -> Value {
    allow("s3:GetObject", "arn:aws:s3:::data/*")
}

/// A policy is judged by what has changed.
#[test]
#[rustfmt::skip] // One line a case.
fn what_was_there_before_is_reported_and_stays() {
    changed(&[logs()], &[logs()], "(IAM.LogTampering)");
    changed(&[logs()], &[logs(), reads()], "(IAM.LogTampering)");
    changed(&[logs(), reads()], &[logs()], "(IAM.LogTampering)");
    changed(&[allow("cloudtrail:*", "*")], &[logs()], "(IAM.LogTampering)");
    changed(&[logs()], &[allow(json!(["CloudTrail:StopLogging"]), "*"), reads()], "(IAM.LogTampering)");
    changed(&[logs()], &[logs(), deny("s3:*", "*")], "(IAM.LogTampering)");
    changed(&[logs(), deny("s3:*", "*")], &[logs(), deny(json!(["s3:*", "sqs:*"]), "*"), reads()], "(IAM.LogTampering)");
    let by_hour = |hour: &str| json!({"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": hour}}});
    changed(&[by_hour("203.0.113.0/24")], &[by_hour("203.0.113.0/25")], "(IAM.LogTampering)");
}

#[test]
#[rustfmt::skip] // One line a case.
fn what_is_new_is_mended() {
    changed(&[reads()], &[logs()], "IAM.LogTampering -> delete the inline policy");
    changed(&[logs()], &[logs(), allow("cloudtrail:DeleteTrail", "*")], "IAM.LogTampering -> put the inline policy with 1 statement");
    changed(&[logs()], &[allow(json!(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"]), "*")], "IAM.LogTampering -> put the inline policy with 1 statement");
    changed(&[logs(), deny("cloudtrail:*", "*")], &[logs()], "IAM.LogTampering -> delete the inline policy");
    let from = |address: &str| json!({"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": address}}});
    changed(&[from("203.0.113.0/25")], &[from("203.0.113.0/24")], "IAM.LogTampering -> put the inline policy with 1 statement");
    changed(&[from("203.0.113.0/24")], &[logs()], "IAM.LogTampering -> put the inline policy with 1 statement");
    // Another kind than the one before.
    changed(&[allow("iam:PassRole", "*")], &[allow("iam:PassRole", "*"), logs()], "(IAM.PassRole), IAM.LogTampering -> put the inline policy with 1 statement");
}

/// Beside an old statement that is enough by itself, a new one that is, too, is new.
#[test]
#[rustfmt::skip] // One line a case.
fn a_second_way_is_new() {
    changed(&[allow("iam:PutUserPolicy", "*")], &[allow("iam:PutUserPolicy", "*"), allow("iam:CreateAccessKey", "*")], "(IAM.AdminPolicy), IAM.PrivilegeEscalation -> put the inline policy with 1 statement");
}

/// What a violation names is enough for it. A statement that needs other values of the variables can be left out, and is new all the same.
#[test]
fn one_that_no_violation_names_is_new() {
    let if_username = |is_absent: &str| json!({"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*", "Condition": {"Null": {"aws:username": is_absent}}});
    let own = allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*");
    let before = [if_username("false"), own];
    let after = [before.as_slice(), &[if_username("true")]].concat();
    changed(&before, &before, "(IAM.LogTampering)");
    changed(&before, &after, "IAM.LogTampering -> put the inline policy with 2 statements");
    becomes(&before, &after, &before);
}

/// The new statement and the old one make a way together; neither does alone.
#[test]
#[rustfmt::skip] // One line a case.
fn what_completes_a_way_is_new() {
    let pass = || allow("iam:PassRole", "*");
    let run = || allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction", "logs:GetLogEvents"]), "*");
    changed(&[pass()], &[pass(), run()], "IAM.PrivilegeEscalation, (IAM.PassRole) -> put the inline policy with 2 statements");
    becomes(&[pass()], &[pass(), run()], &[pass(), allow(json!(["lambda:InvokeFunction", "logs:GetLogEvents"]), "*")]);
    // What was there before is not taken for what is new.
    becomes(&[run()], &[pass(), run()], &[run()]);
}

#[test]
#[rustfmt::skip] // One line a case.
fn mending_keeps_what_was_there_before_as_it_was() {
    becomes(&[logs()], &[logs(), allow(json!(["cloudtrail:DeleteTrail", "sqs:SendMessage"]), "*")], &[logs(), allow(json!(["sqs:SendMessage"]), "*")]);
    becomes(&[logs()], &[allow(json!(["cloudtrail:DeleteTrail", "sqs:SendMessage"]), "*"), logs()], &[allow(json!(["sqs:SendMessage"]), "*"), logs()]);
    becomes(&[logs(), reads()], &[logs(), allow("*", "*"), reads()], &[logs(), reads()]);
    // Somebody added to a statement, or replaced it.
    becomes(&[logs()], &[allow(json!(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"]), "*")], &[logs()]);
    becomes(&[logs(), reads()], &[allow("*", "*")], &[logs(), reads()]);
    let from = |address: &str| json!({"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": address}}});
    becomes(&[from("203.0.113.0/25")], &[from("203.0.113.0/24")], &[from("203.0.113.0/25")]);
    // What somebody took away is not given back.
    becomes(&[allow(json!(["cloudtrail:StopLogging", "sqs:SendMessage"]), "*")], &[allow(json!(["cloudtrail:DeleteTrail", "sqs:SendMessage"]), "*")], &[allow(json!(["sqs:SendMessage"]), "*")]);
}

#[test]
fn a_variable_is_not_the_text_that_it_was_before() {
    let own = |version: &str| {
        let statement = allow("iam:CreateAccessKey", "arn:aws:iam::111122223333:${aws:PrincipalTag/path}");
        State::InlineDocument(Some(
            Document::from_value(json!({"Version": version, "Statement": [statement]})).unwrap(),
        ))
    };
    let resource = Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() });
    let (old, new) = (own("2008-10-17"), own("2012-10-17"));
    let verdict = |before: &State, after: &State| {
        let situation = Situation { resource: resource.clone(), ..enforced("") };
        verdict(&situation.subject(), Some(before), after)
    };
    assert_eq!(verdict(&old, &new), verdict(&State::InlineDocument(None), &new));
}

#[test]
fn one_that_is_gone_is_compliant() {
    check(
        "",
        &Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() }),
        State::InlineDocument(None),
        "compliant",
    );
}

/// Of many patterns, what a policy allows takes too long to tell.
fn undecidable() -> Value {
    let names: Vec<String> = (0..100).map(|n| format!("arn:aws:logs:*:*:log-group:/app/*a{n}b*:*{n}*")).collect();
    json!({"Effect": "Allow", "Action": "logs:*", "Resource": names})
}

/// What is new and cannot be decided is taken back; what was there stays.
#[test]
fn what_nobody_can_judge() {
    let resource = Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() });
    let read = || allow("s3:GetObject", "arn:aws:s3:::data/*");
    let state = |statements: &[Value]| State::InlineDocument(Some(document(statements)));
    let observed = state(&[undecidable(), read()]);
    let situation = Situation::new(&resource, "");
    let subject = situation.subject();
    let judged = |last: Option<&State>| verdict(&subject, last, &observed);
    assert_eq!(judged(None), "IAM.AdminPolicy -> put the inline policy with 1 statement");
    assert_eq!(observed.comply(&subject, None), state(&[read()]));
    let before = state(&[allow("s3:GetObject", "arn:aws:s3:::older/*")]);
    assert_eq!(observed.comply(&subject, Some(&before)), before);
    assert!(judged(Some(&observed)).starts_with("undetermined"), "{}", judged(Some(&observed)));
    assert_eq!(observed.comply(&subject, Some(&observed)), observed);
}

/// A repair always has room in its place: IAM takes 2,048 characters of a user's inline policies.
#[test]
fn a_repair_has_room() {
    let resource = Resource::InlinePolicy(on::InlinePolicy { entity: user("jane"), name: "p".into() });
    let situation = Situation::new(&resource, "");
    let subject = situation.subject();
    for wide in [
        allow("*", "*"),
        allow("s3:*", "*"),
        json!({"Effect": "Allow", "NotAction": "sts:*", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": ["iam:*", "s3:*", "kms:*", "lambda:*", "ec2:*", "sts:*"], "Resource": "*"}),
    ] {
        let observed = State::InlineDocument(Some(document(&[wide, allow("s3:GetObject", "arn:aws:s3:::data/*")])));
        let State::InlineDocument(desired) = observed.comply(&subject, None) else { unreachable!() };
        let length = desired.map_or(0, |document| document.to_json().len());
        assert!(length <= 2_048, "{length} of {observed:?}");
    }
}
