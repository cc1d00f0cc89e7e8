//! The rows by themselves: nothing is undecided, and each says why.

use crate::ways::{
    Decided, Gains, PASS_ROLE, Role, Way, Ways, existing, is_known, is_service, left_out, made_up_id, pathfinding,
    roles, rules, set, unlisted,
};
use iam_policy::catalogue;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Nobody signs these: the word of an identity provider counts, and no policy of the caller's.
const UNSIGNED: [&str; 3] =
    ["sts.AssumeRoleWithSAML", "sts.AssumeRoleWithWebIdentity", "lakeformation.AssumeDecoratedRoleWithSAML"];

/// In these no operation is decided by a rule.
const ONE_BY_ONE: [&str; 34] = [
    "apigateway",
    "apigatewayv2",
    "apprunner",
    "amplify",
    "appsync",
    "batch",
    "bedrock",
    "bedrock-agent",
    "bedrock-agentcore-control",
    "cloudformation",
    "codebuild",
    "codepipeline",
    "datapipeline",
    "datazone",
    "dms",
    "ec2",
    "ecs",
    "emr",
    "emr-containers",
    "emr-serverless",
    "events",
    "glue",
    "imagebuilder",
    "iot",
    "lambda",
    "omics",
    "pipes",
    "quicksight",
    "rds",
    "redshift",
    "sagemaker",
    "scheduler",
    "ssm",
    "stepfunctions",
];

/// The operations that were to be decided, with the members that take a role.
fn asked() -> Vec<(String, Vec<String>)> {
    let operation = |line: &str| {
        let row: Value = serde_json::from_str(line).expect("a row");
        let text = |name: &str| row[name].as_str().expect("a text").to_owned();
        let members = row["members"].as_array().expect("a list").iter();
        (
            format!("{}.{}", text("client"), text("operation")),
            members.map(|member| member.as_str().expect("a text").to_owned()).collect(),
        )
    };
    include_str!("../data/role_taking_operations.jsonl").lines().map(operation).collect()
}

#[test]
fn no_operation_is_undecided() {
    let decided: BTreeMap<String, Role> = roles().into_iter().map(|role| (role.operation.clone(), role)).collect();
    let asked = asked();
    assert_eq!(asked.len(), 952);
    for (operation, _) in &asked {
        assert!(decided.contains_key(operation), "{operation} is not decided");
    }
}

#[test]
fn how_many() {
    let roles = roles();
    let of = |decided: Decided| roles.iter().filter(|role| role.decided == decided).count();
    let ways = Ways::derived();
    let gaining = |gains: Gains| ways.runs.iter().filter(|way| way.gains == gains).count();
    assert_eq!([Decided::Runs, Decided::Moves, Decided::Neither].map(of), [243, 568, 283]);
    assert_eq!([Gains::Iam, Gains::Assume, Gains::NewPassrole, Gains::ExistingRole].map(gaining), [45, 11, 310, 107]);
    assert_eq!([ways.moves.len(), ways.ahead.len()], [575, 18]);
}

#[test]
fn every_row_says_why() {
    let rules = rules();
    let mut used = BTreeSet::new();
    for role in roles() {
        let name = &role.operation;
        assert!(!role.says.is_empty() && !role.source.is_empty() && role.why.len() > 10, "{name}");
        assert!(!role.member.is_empty() && !role.service.is_empty(), "{name}");
        let client = name.split('.').next().expect("a client");
        match role.by.strip_prefix("rule:") {
            Some(rule) => {
                assert!(rules.contains_key(rule), "{name} is by {rule}");
                assert!(role.decided == Decided::Neither || !ONE_BY_ONE.contains(&client), "{name} is by {rule}");
                used.insert(rule.to_owned());
            }
            None => assert_eq!(role.by, "row", "{name}"),
        }
    }
    assert_eq!(used, rules.into_keys().collect(), "rules that are used, and rules");
}

#[test]
fn rows_are_in_order_and_there_once() {
    let names: Vec<(String, String)> = roles().into_iter().map(|role| (role.service, role.operation)).collect();
    assert!(names.windows(2).all(|two| two[0] < two[1]));
}

#[test]
fn what_runs_or_moves_says_how() {
    for role in roles() {
        let name = &role.operation;
        if role.decided == Decided::Neither {
            assert!(role.ways.is_empty() && role.passed_to.is_empty(), "{name}");
            continue;
        }
        assert!(!role.passed_to.is_empty() || UNSIGNED.contains(&name.as_str()), "{name} is passed to nobody");
        assert!(!role.ways.is_empty() || role.action.is_none(), "{name} has no way");
        for way in &role.ways {
            assert!(!way.iter().any(|action| action == PASS_ROLE), "{name} names {PASS_ROLE}");
            if let Some(action) = &role.action {
                assert!(way.contains(action), "{name} goes without {action}");
            }
        }
    }
}

/// A role that no service assumes is not passed: the way stands among those without `iam:PassRole`, or takes one that passes another.
#[test]
fn what_is_passed_to_no_service_stands_by_itself() {
    let but_passing = |way: &Way| way.actions.iter().filter(|action| *action != PASS_ROLE).cloned().collect();
    let ways: Vec<BTreeSet<String>> = Ways::derived().runs.iter().map(but_passing).collect();
    for role in roles().into_iter().filter(|role| role.decided == Decided::Runs) {
        if role.passed_to.iter().any(|to| is_service(to)) || UNSIGNED.contains(&role.operation.as_str()) {
            continue;
        }
        for way in &role.ways {
            let covered = ways.iter().any(|other| other.is_subset(&set(way)));
            assert!(covered, "{}: {way:?}", role.operation);
        }
    }
}

#[test]
fn actions_are_spelled_as_aws_spells_them() {
    let spelled = |action: &str| catalogue::find(action).map(|id| id.name()) == action.split_once(':');
    for action in roles().iter().filter_map(|role| role.action.clone()) {
        assert!(spelled(&action), "{action}");
    }
    for row in existing().iter().chain(&unlisted()) {
        assert!(row.actions.iter().all(|action| spelled(action)), "{row:?}");
    }
    for row in left_out() {
        let all = row.action.split('+').all(is_known);
        assert!(all || row.action == "sso:GetRoleCredentials", "{row:?}");
    }
}

#[test]
fn ids_are_those_of_pathfinding_or_name_the_actions() {
    let pathfinding = pathfinding();
    for way in existing().iter().chain(&unlisted()) {
        let known = pathfinding.get(&set(&way.actions));
        assert_eq!(Some(&way.id), known.or(Some(&made_up_id(&way.actions))));
    }
}

#[test]
fn ways_that_stand_by_themselves() {
    for way in existing() {
        assert!(way.gains != Gains::NewPassrole && way.passed_to.is_empty(), "{way:?}");
        assert!(!way.actions.iter().any(|action| action == PASS_ROLE), "{way:?}");
    }
    for way in unlisted() {
        assert!(way.gains == Gains::NewPassrole && !way.passed_to.is_empty(), "{way:?}");
        assert!(way.actions[0] == PASS_ROLE && way.passed_to.iter().all(|to| is_service(to)), "{way:?}");
    }
}

#[test]
fn what_is_left_out_is_no_way() {
    let ways: Vec<BTreeSet<String>> = Ways::derived().runs.iter().map(|way| set(&way.actions)).collect();
    for row in left_out() {
        let actions: BTreeSet<String> = row.action.split('+').map(str::to_owned).collect();
        assert!(!ways.iter().any(|way| way.is_subset(&actions)), "{row:?}");
    }
}

/// No way contains another that asks for the same: with a role to pass, or without one.
#[test]
fn every_way_is_minimal_and_there_once() {
    let ways = Ways::derived();
    for ways in [&ways.runs, &ways.moves] {
        let sets: Vec<(BTreeSet<String>, bool)> =
            ways.iter().map(|way| (set(&way.actions), way.passes_role())).collect();
        for (i, (one, passes)) in sets.iter().enumerate() {
            for (other, also) in sets.iter().skip(i + 1).filter(|(_, also)| also == passes) {
                assert!(!one.is_subset(other) && !other.is_subset(one), "{one:?} and {other:?}: {also}");
            }
        }
        let ids: BTreeSet<&str> = ways.iter().map(|way| way.id.as_str()).collect();
        assert_eq!(ids.len(), ways.len());
    }
}

#[test]
fn every_way_of_the_public_lists_is_there_or_asks_for_more() {
    let ways: Vec<BTreeSet<String>> = Ways::derived().runs.iter().map(|way| set(&way.actions)).collect();
    for row in crate::ways::known() {
        let covered = ways.iter().any(|way| way.is_subset(&row.actions));
        let is_ours = !NOT_OURS.iter().any(|(id, _)| row.id == *id);
        assert_eq!(covered, is_ours, "{}", row.id);
    }
    for (actions, id) in pathfinding() {
        assert!(ways.iter().any(|way| way.is_subset(&actions)), "{id}");
    }
}

/// Ways of the public lists that are none to more permissions, as they stand there.
const NOT_OURS: [(&str, &str); 12] = [
    (
        "autoscaling:CreateAutoScalingGroup+ec2:CreateLaunchTemplate",
        "a group of a launch template takes ec2:RunInstances",
    ),
    (
        "autoscaling:UpdateAutoScalingGroup+ec2:CreateLaunchTemplate",
        "a group of a launch template takes ec2:RunInstances",
    ),
    ("cloudformation:CreateStackSet", "a stack set without instances does nothing"),
    (
        "cloudfront:UpdateDistribution+lambda:CreateFunction+PublishVersion",
        "a function at the edge takes the rights to replicate it, too",
    ),
    ("cognito-idp:CreateGroup", "a group without users does nothing"),
    ("cognito-idp:UpdateGroup", "the holder has to be in the group"),
    ("datapipeline:CreatePipeline", "a pipeline without a definition does nothing"),
    ("lambda:CreateFunction", "a function that nobody invokes does nothing"),
    ("lambda:CreateFunction+CreateFunctionUrlConfig+InvokeFunctionUrl", "a URL takes lambda:InvokeFunction, too"),
    ("rds:AddRoleToDBCluster", "moves data"),
    ("rds:AddRoleToDBInstance", "moves data"),
    ("rds:CreateDBInstance", "moves data"),
];
