//! `template.yaml` against the code.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: what is not there has to fail them"
)]

use std::collections::{BTreeMap, BTreeSet};

use parapet_contract::{root, template};
use parapet_core::Home;
use parapet_guards::foundation::documents::memory_key_policy;
use parapet_guards::{GuardName, Resource, Standard, StandardSource, Subject, on};
use serde_json::Value;

fn resources(kind: &str) -> Vec<(String, Value)> {
    let template = template().unwrap();
    let resources = template["Resources"].as_object().unwrap().clone();
    resources.into_iter().filter(|(_, resource)| resource["Type"] == kind).collect()
}

#[test]
fn every_event_has_a_file() {
    for (_, event) in GuardName::ALL.iter().copied().flat_map(GuardName::events) {
        let has_file = |guard: GuardName| root().join(format!("events/{guard}/{event}.json")).is_file();
        assert!(GuardName::ALL.iter().copied().any(has_file), "events/<guard>/{event}.json is missing");
    }
}

#[test]
fn every_function_has_a_role_of_its_own_and_logs_that_end() {
    let functions = resources("AWS::Serverless::Function");
    let roles: BTreeSet<String> =
        functions.iter().map(|(_, function)| function["Properties"]["Role"].to_string()).collect();
    assert_eq!(roles.len(), functions.len(), "two functions share a role");
    assert_eq!(resources("AWS::Logs::LogGroup").len(), functions.len());
    for (id, group) in resources("AWS::Logs::LogGroup") {
        assert!(!group["Properties"]["RetentionInDays"].is_null(), "{id}");
    }
}

/// AWS takes no policy with two statements of one name: "Statement IDs (SID) in a single policy must be unique".
#[test]
fn the_statements_of_a_policy_have_names_of_their_own() {
    fn policies<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
        match value {
            Value::Object(members) => {
                found.extend(members.contains_key("Statement").then_some(value));
                members.values().for_each(|member| policies(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| policies(item, found)),
            _ => {}
        }
    }
    let template = template().unwrap();
    let mut found = Vec::new();
    policies(&template, &mut found);
    assert!(found.len() > 20, "{} policies", found.len());
    for policy in found {
        let mut names = BTreeSet::new();
        for statement in statements(policy) {
            if let Some(name) = statement["Sid"].as_str() {
                assert!(names.insert(name.to_owned()), "two statements are called {name}: {policy}");
            }
        }
    }
}

/// What the template gives the functions is a place that they read, followed and pinned.
#[test]
fn functions_read_where_the_template_says_the_standard_is() {
    let template = template().unwrap();
    let given = &template["Globals"]["Function"]["Environment"]["Variables"]["PARAPET_STANDARD"];
    let texts = [&given[1][1], &given[1][2]];
    for (text, version) in texts.into_iter().zip([Some("v1"), None]) {
        let text = text.as_str().unwrap();
        let text = text.replace("${StandardBucket}", "rules").replace("${StandardKey}", "a/b.yaml");
        let StandardSource::Object(location) =
            StandardSource::parse(&text.replace("${StandardVersionId}", "v1")).unwrap()
        else {
            panic!("{text} is no place in a bucket");
        };
        assert_eq!((location.bucket.as_str(), location.key.as_str()), ("rules", "a/b.yaml"));
        assert_eq!(location.version_id.as_deref(), version);
    }
}

/// What the stack makes of the key of the memory, and what the guards hold it to.
#[test]
fn the_key_of_the_memory_is_as_the_guards_know_it() {
    let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
    let (standard, resource) = (Standard::built_in(&home).unwrap(), Resource::Account(on::Account {}));
    let subject = Subject {
        resource: &resource,
        standard: &standard,
        home: &home,
        now: 0,
        account: None,
        room: parapet_guards::Room::Quota,
        settles_at: None,
        made: None,
    };
    let known = memory_key_policy(&subject);
    let given = template().unwrap()["Resources"]["MemoryKey"]["Properties"]["KeyPolicy"].to_string();
    let given = given.replace("${AWS::Partition}", "aws").replace("${AWS::AccountId}", "111122223333");
    assert_eq!(serde_json::from_str::<Value>(&given).unwrap(), *known.as_value());
}

/// The standard is read and never written by the functions, and only where one is given.
#[test]
fn roles_read_the_standard_where_it_is() {
    let mut readers = BTreeSet::new();
    for (id, role) in resources("AWS::IAM::Role") {
        for policy in role["Properties"]["Policies"].as_array().unwrap() {
            for statement in policy["PolicyDocument"]["Statement"].as_array().unwrap() {
                if statement[0] == "HasStandardBucket" {
                    assert_eq!(one_or_many(&statement[1]["Action"]), ["s3:GetObject", "s3:GetObjectVersion"], "{id}");
                    readers.insert(id.clone());
                }
            }
        }
    }
    let roles: BTreeSet<String> = resources("AWS::IAM::Role").into_iter().map(|(id, _)| id).collect();
    assert_eq!(readers, roles);
}

#[test]
fn the_standard_knows_the_stacks_own_roles() {
    let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
    let known: BTreeSet<String> = Standard::built_in(&home).unwrap().principals.own.into_iter().collect();
    let made: BTreeSet<String> = resources("AWS::IAM::Role")
        .iter()
        .map(|(_, role)| format!("role/{}", role["Properties"]["RoleName"].as_str().unwrap()))
        .collect();
    assert_eq!(known, made);
}

/// No role reaches everything: an action with a wildcard, or a write on `*` that AWS could have limited, needs a name here.
#[test]
fn roles_have_no_wildcard_actions_and_few_wildcard_resources() {
    /// Calls for which AWS knows no resource.
    const WITHOUT_RESOURCE: [&str; 19] = [
        "kms:CreateKey",
        "kms:ListKeys",
        "kms:ListAliases",
        "iam:GetAccountAuthorizationDetails",
        "iam:ListSAMLProviders",
        "iam:ListOpenIDConnectProviders",
        "iam:ListInstanceProfiles",
        "cloudtrail:DescribeTrails",
        "cloudtrail:ListEventDataStores",
        "cloudtrail:ListChannels",
        "cloudtrail:ListDashboards",
        "cloudtrail:LookupEvents",
        "s3:GetAccessPoint",
        "s3:GetAccountPublicAccessBlock",
        "s3:ListAccessPoints",
        "s3:ListAllMyBuckets",
        "s3:PutAccountPublicAccessBlock",
        "organizations:DescribeOrganization",
        "organizations:ListAccounts",
    ];
    let mut wide: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, role) in resources("AWS::IAM::Role") {
        for policy in role["Properties"]["Policies"].as_array().unwrap() {
            for statement in statements(&policy["PolicyDocument"]) {
                if statement["Effect"] != "Allow" {
                    continue;
                }
                let actions = one_or_many(&statement["Action"]);
                assert!(actions.iter().all(|action| !action.contains('*')), "{id}: {actions:?}");
                if one_or_many(&statement["Resource"]).contains(&"*".to_owned()) {
                    let rest = actions.into_iter().filter(|action| !WITHOUT_RESOURCE.contains(&action.as_str()));
                    wide.entry(id.clone()).or_default().extend(rest);
                }
            }
        }
    }
    wide.retain(|_, actions| !actions.is_empty());
    assert_eq!(wide, BTreeMap::new(), "actions on every resource");
}

/// The statements of a document. A conditional one is a list of the condition's name, the statement, and nothing.
fn statements(document: &Value) -> Vec<&Value> {
    let listed = document["Statement"].as_array().unwrap().iter();
    listed
        .flat_map(|item| {
            item.as_array().map_or(vec![item], |parts| parts.iter().filter(|part| part.is_object()).collect())
        })
        .collect()
}

fn one_or_many(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().map(|value| value.as_str().unwrap_or_default().to_owned()).collect(),
        single => vec![single.as_str().unwrap_or_default().to_owned()],
    }
}

/// IAM User Guide, "IAM and AWS STS character quotas": a managed policy has at most 6,144 characters, white space not counted.
#[test]
fn a_boundary_fits_into_its_quota() {
    const LONGEST_POLICY: usize = 6_144;
    let policies = resources("AWS::IAM::ManagedPolicy");
    assert!(!policies.is_empty());
    for (id, policy) in policies {
        let length = characters(&longest(&policy["Properties"]["PolicyDocument"]));
        println!("{id}: {length} characters, {} left", LONGEST_POLICY.saturating_sub(length));
        assert!(length <= LONGEST_POLICY, "{id} has {length} characters");
    }
}

/// The characters that IAM counts of a document, where everything that the stack is given has its greatest length.
fn characters(document: &Value) -> usize {
    /// Amazon S3 User Guide, "General purpose bucket naming rules": 63 characters at most.
    const LONGEST_BUCKET: &str = "a-name-of-a-bucket-of-sixty-three-characters-as-S3-allows-it-to";
    assert_eq!(LONGEST_BUCKET.len(), 63);
    let given = [
        ("AWS::Partition", "aws-us-gov"),
        ("AWS::AccountId", "111122223333"),
        ("AWS::Region", "ap-southeast-1"),
        ("AWS::URLSuffix", "amazonaws.com.cn"),
        ("EvidenceBucket", LONGEST_BUCKET),
        ("StandardBucket", LONGEST_BUCKET),
    ];
    let text =
        given.iter().fold(document.to_string(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value));
    text.replace(' ', "").len()
}

/// A document with the longer branch of each condition. AWS deploys one of them.
fn longest(value: &Value) -> Value {
    match value {
        Value::Array(items) => match items.as_slice() {
            [Value::String(condition), one, other] if condition.starts_with("Has") => {
                [one, other].map(longest).into_iter().max_by_key(characters).unwrap_or_default()
            }
            items => items.iter().map(longest).collect(),
        },
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), longest(value))).collect(),
        other => other.clone(),
    }
}

/// Each function has a boundary of its own, which allows what its role allows, and nothing more.
#[test]
fn a_boundary_says_what_its_role_says() {
    let boundaries: BTreeMap<String, Value> = resources("AWS::IAM::ManagedPolicy").into_iter().collect();
    let mut bound = BTreeSet::new();
    for (id, role) in resources("AWS::IAM::Role") {
        let boundary = role["Properties"]["PermissionsBoundary"].as_str().unwrap();
        assert!(bound.insert(boundary.to_owned()), "{id} shares {boundary}");
        let name = &boundaries[boundary]["Properties"]["ManagedPolicyName"];
        assert_eq!(name.as_str().unwrap(), format!("{}-boundary", role["Properties"]["RoleName"].as_str().unwrap()));
        let policies = role["Properties"]["Policies"].as_array().unwrap();
        let documents: Vec<&Value> = policies.iter().map(|policy| &policy["PolicyDocument"]).collect();
        assert_eq!(documents, [&boundaries[boundary]["Properties"]["PolicyDocument"]], "{id}");
    }
    assert_eq!(bound, boundaries.into_keys().collect());
}

/// What a guard may do to the roles that it keeps.
const MENDED: [&str; 8] = [
    "iam:UpdateAssumeRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:SetDefaultPolicyVersion",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
];

/// With the rights of a function nobody changes a role or a boundary of Parapet's own, but that the policy guard puts right what somebody made of
/// those of the others, and the logging guard of the policy guard's.
#[test]
fn own_roles_and_boundaries_are_out_of_reach() {
    for (id, role) in resources("AWS::IAM::Role") {
        let document = &role["Properties"]["Policies"][0]["PolicyDocument"];
        let denied: Vec<String> = statements(document)
            .into_iter()
            .filter(|statement| statement["Effect"] == "Deny")
            .flat_map(|statement| {
                let mut left = vec!["iam:Get*", "iam:List*"];
                if statement["Sid"] == "RolesOfTheOthers" {
                    assert_eq!(id, "PolicyGuardRole");
                    let own = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/parapet-policy-guard".to_owned();
                    assert!(!one_or_many(&statement["Resource"]).contains(&own));
                    let own = [own.clone(), format!("{}-boundary", own.replace("role/", "policy/"))];
                    let kept =
                        statements(document).into_iter().find(|statement| statement["Sid"] == "OwnRoles").unwrap();
                    assert_eq!(one_or_many(&kept["Resource"]), own);
                    left.extend(MENDED);
                }
                if statement["Sid"] == "RoleOfThePolicyGuard" {
                    assert_eq!(id, "LoggingGuardRole");
                    let own = ["role/parapet-policy-guard", "policy/parapet-policy-guard-boundary"];
                    let own = own.map(|name| format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{name}"));
                    assert_eq!(one_or_many(&statement["Resource"]), own);
                    left.extend(MENDED);
                }
                assert_eq!(one_or_many(&statement["NotAction"]), left, "{id}");
                one_or_many(&statement["Resource"])
            })
            .collect();
        let is_denied = |kind: &str, name: &Value| {
            let arn = format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{kind}/{}", name.as_str().unwrap());
            let matches = |pattern: &String| match pattern.split_once('*') {
                Some((start, end)) => arn.starts_with(start) && arn.ends_with(end),
                None => arn == *pattern,
            };
            denied.iter().any(matches)
        };
        for (_, own) in resources("AWS::IAM::Role") {
            assert!(is_denied("role", &own["Properties"]["RoleName"]), "{id}");
        }
        for (_, own) in resources("AWS::IAM::ManagedPolicy") {
            assert!(is_denied("policy", &own["Properties"]["ManagedPolicyName"]), "{id}");
        }
    }
}
