//! The known ways from some permissions to others: which actions together let their holder act as somebody else, or
//! give itself what it does not have.
//!
//! Compiled from three lists, each reduced to the smallest sets of actions:
//! - [pathfinding.cloud](https://github.com/DataDog/pathfinding.cloud) of Datadog, Apache-2.0: the ids such as
//!   `lambda-001`, and which service a role is passed to;
//! - [Prowler](https://github.com/prowler-cloud/prowler), Apache-2.0;
//! - [Cloudsplaining](https://github.com/salesforce/cloudsplaining), BSD-3-Clause.
//!
//! `iam:*` and `iam:Put*` of the lists are left out, because patterns are not actions. What is marked "added" is in
//! none of them, but well known all the same.
//!
//! A path that needs more than another is left out even where it gets there otherwise: `codebuild-001`, which passes a
//! role to a new project, because `codebuild-002` needs only `codebuild:StartBuild`.

/// One way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::judge) struct Path {
    /// The id in pathfinding.cloud. Where it has no path of just these actions: the actions but `iam:PassRole`, with
    /// `+` between, and a service named once.
    pub(in crate::judge) id: &'static str,
    /// What one needs, all of it, as AWS spells it. No path's actions are among those of another.
    pub(in crate::judge) actions: &'static [&'static str],
    /// The services that the passed role can trust, any one of them. Empty without `iam:PassRole`.
    pub(in crate::judge) passed_to: &'static [&'static str],
    /// How it works.
    pub(in crate::judge) gains: Gain,
}

/// How a path gains permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::judge) enum Gain {
    /// By giving a role to a service: `iam:PassRole` is one of the actions.
    NewPassRole,
    /// Through something that has a role already.
    ExistingRole,
    /// By changing IAM, or IAM Identity Center, itself.
    Iam,
    /// By assuming a role.
    Assume,
}

/// All paths.
pub(in crate::judge) static PATHS: &[Path] = &[
    // Changes who may do what.
    Path { id: "iam-013", actions: &["iam:AddUserToGroup"], passed_to: &[], gains: Gain::Iam },
    Path { id: "iam-010", actions: &["iam:AttachGroupPolicy"], passed_to: &[], gains: Gain::Iam },
    Path { id: "iam-009", actions: &["iam:AttachRolePolicy"], passed_to: &[], gains: Gain::Iam },
    Path { id: "iam-008", actions: &["iam:AttachUserPolicy"], passed_to: &[], gains: Gain::Iam },
    Path { id: "iam-002", actions: &["iam:CreateAccessKey"], passed_to: &[], gains: Gain::Iam },
    Path { id: "iam-004", actions: &["iam:CreateLoginProfile"], passed_to: &[], gains: Gain::Iam },
    Path { id: "iam-001", actions: &["iam:CreatePolicyVersion"], passed_to: &[], gains: Gain::Iam },
    // Added: what iam:DeleteUserPermissionsBoundary is for a role.
    Path {
        id: "iam:DeleteRolePermissionsBoundary",
        actions: &["iam:DeleteRolePermissionsBoundary"],
        passed_to: &[],
        gains: Gain::Iam,
    },
    Path {
        id: "iam:DeleteUserPermissionsBoundary",
        actions: &["iam:DeleteUserPermissionsBoundary"],
        passed_to: &[],
        gains: Gain::Iam,
    },
    Path { id: "iam-011", actions: &["iam:PutGroupPolicy"], passed_to: &[], gains: Gain::Iam },
    // Added: a boundary that allows everything bounds nothing.
    Path {
        id: "iam:PutRolePermissionsBoundary",
        actions: &["iam:PutRolePermissionsBoundary"],
        passed_to: &[],
        gains: Gain::Iam,
    },
    Path { id: "iam-005", actions: &["iam:PutRolePolicy"], passed_to: &[], gains: Gain::Iam },
    // Added: as iam:PutRolePermissionsBoundary, for a user.
    Path {
        id: "iam:PutUserPermissionsBoundary",
        actions: &["iam:PutUserPermissionsBoundary"],
        passed_to: &[],
        gains: Gain::Iam,
    },
    Path { id: "iam-007", actions: &["iam:PutUserPolicy"], passed_to: &[], gains: Gain::Iam },
    Path {
        id: "iam:SetDefaultPolicyVersion",
        actions: &["iam:SetDefaultPolicyVersion"],
        passed_to: &[],
        gains: Gain::Iam,
    },
    Path { id: "iam-012", actions: &["iam:UpdateAssumeRolePolicy"], passed_to: &[], gains: Gain::Iam },
    Path { id: "iam-006", actions: &["iam:UpdateLoginProfile"], passed_to: &[], gains: Gain::Iam },
    // Added: whoever puts in a key of their own can sign in to every role that trusts the provider.
    Path { id: "iam:UpdateSAMLProvider", actions: &["iam:UpdateSAMLProvider"], passed_to: &[], gains: Gain::Iam },
    // Added: what iam:AddUserToGroup is for IAM Identity Center.
    Path {
        id: "identitystore:CreateGroupMembership",
        actions: &["identitystore:CreateGroupMembership"],
        passed_to: &[],
        gains: Gain::Iam,
    },
    // Added: as identitystore:CreateGroupMembership, which the console asks for under this name.
    Path {
        id: "sso-directory:AddMemberToGroup",
        actions: &["sso-directory:AddMemberToGroup"],
        passed_to: &[],
        gains: Gain::Iam,
    },
    // Added: what sso:AttachManagedPolicyToPermissionSet is for policies of the account.
    Path {
        id: "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
        actions: &["sso:AttachCustomerManagedPolicyReferenceToPermissionSet"],
        passed_to: &[],
        gains: Gain::Iam,
    },
    Path {
        id: "sso:AttachManagedPolicyToPermissionSet",
        actions: &["sso:AttachManagedPolicyToPermissionSet"],
        passed_to: &[],
        gains: Gain::Iam,
    },
    // Added: gives oneself a permission set that exists.
    Path {
        id: "sso:CreateAccountAssignment",
        actions: &["sso:CreateAccountAssignment"],
        passed_to: &[],
        gains: Gain::Iam,
    },
    Path {
        id: "sso:PutInlinePolicyToPermissionSet",
        actions: &["sso:PutInlinePolicyToPermissionSet"],
        passed_to: &[],
        gains: Gain::Iam,
    },
    // Becomes a role.
    Path { id: "sts-001", actions: &["sts:AssumeRole"], passed_to: &[], gains: Gain::Assume },
    // Gives a role to something new or changed that does what it is told.
    Path {
        id: "apprunner-001",
        actions: &["iam:PassRole", "apprunner:CreateService"],
        passed_to: &["tasks.apprunner.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "autoscaling:CreateAutoScalingGroup+CreateLaunchConfiguration",
        actions: &["iam:PassRole", "autoscaling:CreateAutoScalingGroup", "autoscaling:CreateLaunchConfiguration"],
        passed_to: &["ec2.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "autoscaling:CreateLaunchConfiguration+UpdateAutoScalingGroup",
        actions: &["iam:PassRole", "autoscaling:CreateLaunchConfiguration", "autoscaling:UpdateAutoScalingGroup"],
        passed_to: &["ec2.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "braket:CreateJob",
        actions: &["iam:PassRole", "braket:CreateJob"],
        passed_to: &["braket.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "cloudformation-001",
        actions: &["iam:PassRole", "cloudformation:CreateStack"],
        passed_to: &["cloudformation.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "cloudformation-003",
        actions: &["iam:PassRole", "cloudformation:CreateStackInstances", "cloudformation:CreateStackSet"],
        passed_to: &["cloudformation.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "cloudformation-004",
        actions: &["iam:PassRole", "cloudformation:UpdateStackSet"],
        passed_to: &["cloudformation.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // The service has ended; the action still exists.
    Path {
        id: "codestar:CreateProject",
        actions: &["iam:PassRole", "codestar:CreateProject"],
        passed_to: &["codestar.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // The role trusts this one as a federated principal, not as a service.
    Path {
        id: "cognito-identity:SetIdentityPoolRoles",
        actions: &["iam:PassRole", "cognito-identity:SetIdentityPoolRoles"],
        passed_to: &["cognito-identity.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // The pipeline's own role, and the one of the machines that run its activities.
    Path {
        id: "datapipeline:CreatePipeline",
        actions: &["iam:PassRole", "datapipeline:CreatePipeline"],
        passed_to: &["datapipeline.amazonaws.com", "ec2.amazonaws.com", "elasticmapreduce.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // Added: another role for an instance that one can get into.
    Path {
        id: "ec2:AssociateIamInstanceProfile",
        actions: &["iam:PassRole", "ec2:AssociateIamInstanceProfile"],
        passed_to: &["ec2.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // Added: the same, where the instance has a profile.
    Path {
        id: "ec2:ReplaceIamInstanceProfileAssociation",
        actions: &["iam:PassRole", "ec2:ReplaceIamInstanceProfileAssociation"],
        passed_to: &["ec2.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "ec2-003",
        actions: &["iam:PassRole", "ec2:RequestSpotInstances"],
        passed_to: &["ec2.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "ec2-001",
        actions: &["iam:PassRole", "ec2:RunInstances"],
        passed_to: &["ec2.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "ecs-003",
        actions: &["iam:PassRole", "ecs:CreateService", "ecs:RegisterTaskDefinition"],
        passed_to: &["ecs-tasks.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // Added: as ecs-003, for a service that exists.
    Path {
        id: "ecs:RegisterTaskDefinition+UpdateService",
        actions: &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:UpdateService"],
        passed_to: &["ecs-tasks.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "ecs:RunTask",
        actions: &["iam:PassRole", "ecs:RunTask"],
        passed_to: &["ecs-tasks.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "ecs:StartTask",
        actions: &["iam:PassRole", "ecs:StartTask"],
        passed_to: &["ecs-tasks.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // The cluster's own role, and the one of its machines.
    Path {
        id: "elasticmapreduce:RunJobFlow",
        actions: &["iam:PassRole", "elasticmapreduce:RunJobFlow"],
        passed_to: &["ec2.amazonaws.com", "elasticmapreduce.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "emr-serverless:CreateApplication+StartJobRun",
        actions: &["iam:PassRole", "emr-serverless:CreateApplication", "emr-serverless:StartJobRun"],
        passed_to: &["emr-serverless.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "gamelift:CreateBuild+CreateFleet+RequestUploadCredentials",
        actions: &["iam:PassRole", "gamelift:CreateBuild", "gamelift:CreateFleet", "gamelift:RequestUploadCredentials"],
        passed_to: &["gamelift.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "glue-001",
        actions: &["iam:PassRole", "glue:CreateDevEndpoint"],
        passed_to: &["glue.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "glue-004",
        actions: &["iam:PassRole", "glue:CreateJob", "glue:CreateTrigger"],
        passed_to: &["glue.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "glue-003",
        actions: &["iam:PassRole", "glue:CreateJob", "glue:StartJobRun"],
        passed_to: &["glue.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "glue:CreateSession+RunStatement",
        actions: &["iam:PassRole", "glue:CreateSession", "glue:RunStatement"],
        passed_to: &["glue.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "glue-006",
        actions: &["iam:PassRole", "glue:CreateTrigger", "glue:UpdateJob"],
        passed_to: &["glue.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "glue-005",
        actions: &["iam:PassRole", "glue:StartJobRun", "glue:UpdateJob"],
        passed_to: &["glue.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // Added: as ec2:AssociateIamInstanceProfile, through the profile that an instance has.
    Path {
        id: "iam:AddRoleToInstanceProfile",
        actions: &["iam:PassRole", "iam:AddRoleToInstanceProfile"],
        passed_to: &["ec2.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "imagebuilder:CreateComponent+CreateImage+CreateImageRecipe+CreateInfrastructureConfiguration",
        actions: &[
            "iam:PassRole",
            "imagebuilder:CreateComponent",
            "imagebuilder:CreateImage",
            "imagebuilder:CreateImageRecipe",
            "imagebuilder:CreateInfrastructureConfiguration",
        ],
        passed_to: &["ec2.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "kinesisanalytics:CreateApplication+StartApplication",
        actions: &["iam:PassRole", "kinesisanalytics:CreateApplication", "kinesisanalytics:StartApplication"],
        passed_to: &["kinesisanalytics.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "lambda-006",
        actions: &["iam:PassRole", "lambda:AddPermission", "lambda:CreateFunction"],
        passed_to: &["lambda.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "lambda-002",
        actions: &["iam:PassRole", "lambda:CreateEventSourceMapping", "lambda:CreateFunction"],
        passed_to: &["lambda.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "lambda-001",
        actions: &["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
        passed_to: &["lambda.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "omics:CreateWorkflow+StartRun+s3:GetObject",
        actions: &["iam:PassRole", "omics:CreateWorkflow", "omics:StartRun", "s3:GetObject"],
        passed_to: &["omics.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // Added: a certificate of one's own making is a credential of the role.
    Path {
        id: "rolesanywhere:CreateProfile+CreateTrustAnchor",
        actions: &["iam:PassRole", "rolesanywhere:CreateProfile", "rolesanywhere:CreateTrustAnchor"],
        passed_to: &["rolesanywhere.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // Added: as sagemaker-002, a tuning job consists of training jobs.
    Path {
        id: "sagemaker:CreateHyperParameterTuningJob",
        actions: &["iam:PassRole", "sagemaker:CreateHyperParameterTuningJob"],
        passed_to: &["sagemaker.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "sagemaker-001",
        actions: &["iam:PassRole", "sagemaker:CreateNotebookInstance"],
        passed_to: &["sagemaker.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "sagemaker-003",
        actions: &["iam:PassRole", "sagemaker:CreateProcessingJob"],
        passed_to: &["sagemaker.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "sagemaker-002",
        actions: &["iam:PassRole", "sagemaker:CreateTrainingJob"],
        passed_to: &["sagemaker.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "scheduler:CreateSchedule",
        actions: &["iam:PassRole", "scheduler:CreateSchedule"],
        passed_to: &["scheduler.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // Added: as scheduler:CreateSchedule, for a schedule that exists.
    Path {
        id: "scheduler:UpdateSchedule",
        actions: &["iam:PassRole", "scheduler:UpdateSchedule"],
        passed_to: &["scheduler.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "ssm:CreateDocument+StartAutomationExecution",
        actions: &["iam:PassRole", "ssm:CreateDocument", "ssm:StartAutomationExecution"],
        passed_to: &["ssm.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    Path {
        id: "states:CreateStateMachine+StartExecution",
        actions: &["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"],
        passed_to: &["states.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // Added: one state, a call of any AWS API included, runs as the role without any state machine.
    Path {
        id: "states:TestState",
        actions: &["iam:PassRole", "states:TestState"],
        passed_to: &["states.amazonaws.com"],
        gains: Gain::NewPassRole,
    },
    // Tells something what to do that has a role already.
    Path { id: "apprunner-002", actions: &["apprunner:UpdateService"], passed_to: &[], gains: Gain::ExistingRole },
    Path { id: "batch:SubmitJob", actions: &["batch:SubmitJob"], passed_to: &[], gains: Gain::ExistingRole },
    Path {
        id: "bedrock-agentcore:ConnectBrowserAutomationStream+StartBrowserSession",
        actions: &["bedrock-agentcore:ConnectBrowserAutomationStream", "bedrock-agentcore:StartBrowserSession"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path {
        id: "bedrock-agentcore:InvokeAgentRuntimeCommand",
        actions: &["bedrock-agentcore:InvokeAgentRuntimeCommand"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path {
        id: "bedrock-002",
        actions: &["bedrock-agentcore:InvokeCodeInterpreter", "bedrock-agentcore:StartCodeInterpreterSession"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path {
        id: "cloudformation-005",
        actions: &["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path {
        id: "cloudformation-002",
        actions: &["cloudformation:UpdateStack"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path { id: "codebuild-002", actions: &["codebuild:StartBuild"], passed_to: &[], gains: Gain::ExistingRole },
    Path { id: "codebuild-003", actions: &["codebuild:StartBuildBatch"], passed_to: &[], gains: Gain::ExistingRole },
    Path {
        id: "codedeploy:CreateDeployment+GetDeploymentConfig+RegisterApplicationRevision",
        actions: &[
            "codedeploy:CreateDeployment",
            "codedeploy:GetDeploymentConfig",
            "codedeploy:RegisterApplicationRevision",
        ],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path {
        id: "ec2instanceconnect-003",
        actions: &["ec2-instance-connect:SendSSHPublicKey", "ec2:DescribeInstances"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path {
        id: "ec2-004",
        actions: &["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path {
        id: "ec2-002",
        actions: &["ec2:ModifyInstanceAttribute", "ec2:StartInstances", "ec2:StopInstances"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path {
        id: "ecs:DescribeTasks+ExecuteCommand",
        actions: &["ecs:DescribeTasks", "ecs:ExecuteCommand"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path { id: "glue-002", actions: &["glue:UpdateDevEndpoint"], passed_to: &[], gains: Gain::ExistingRole },
    Path { id: "lambda-003", actions: &["lambda:UpdateFunctionCode"], passed_to: &[], gains: Gain::ExistingRole },
    Path {
        id: "lambda:UpdateFunctionConfiguration",
        actions: &["lambda:UpdateFunctionConfiguration"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path {
        id: "sagemaker-005",
        actions: &[
            "sagemaker:CreateNotebookInstanceLifecycleConfig",
            "sagemaker:StartNotebookInstance",
            "sagemaker:StopNotebookInstance",
            "sagemaker:UpdateNotebookInstance",
        ],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    // Added: as sagemaker-004, for a user profile of Studio.
    Path {
        id: "sagemaker:CreatePresignedDomainUrl",
        actions: &["sagemaker:CreatePresignedDomainUrl"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path {
        id: "sagemaker-004",
        actions: &["sagemaker:CreatePresignedNotebookInstanceUrl"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    // Added: as ssm-002, runs a command document on instances.
    Path {
        id: "ssm:CreateAssociation",
        actions: &["ssm:CreateAssociation"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
    Path { id: "ssm-002", actions: &["ssm:SendCommand"], passed_to: &[], gains: Gain::ExistingRole },
    Path { id: "ssm-001", actions: &["ssm:StartSession"], passed_to: &[], gains: Gain::ExistingRole },
    Path {
        id: "states:StartExecution+UpdateStateMachine",
        actions: &["states:StartExecution", "states:UpdateStateMachine"],
        passed_to: &[],
        gains: Gain::ExistingRole,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use std::collections::BTreeSet;

    #[test]
    fn every_action_exists_and_is_spelled_so() {
        for action in PATHS.iter().flat_map(|path| path.actions) {
            let name = catalogue::find(action).map(|id| id.name());
            assert_eq!(name, action.split_once(':'), "{action}");
        }
    }

    #[test]
    fn every_path_is_minimal_and_there_once() {
        for (i, path) in PATHS.iter().enumerate() {
            let actions: BTreeSet<&str> = path.actions.iter().copied().collect();
            assert!(!actions.is_empty() && actions.len() == path.actions.len(), "{path:?}");
            for other in PATHS.iter().skip(i + 1) {
                assert_ne!(path.id, other.id);
                let others: BTreeSet<&str> = other.actions.iter().copied().collect();
                assert!(!actions.is_subset(&others) && !others.is_subset(&actions), "{} and {}", path.id, other.id);
            }
        }
    }

    #[test]
    fn a_role_is_passed_to_somebody() {
        for path in PATHS {
            let passes = path.actions.contains(&"iam:PassRole");
            assert_eq!(passes, !path.passed_to.is_empty(), "{}", path.id);
            assert_eq!(passes, path.gains == Gain::NewPassRole, "{}", path.id);
            assert!(path.passed_to.iter().all(|service| service.ends_with(".amazonaws.com")), "{}", path.id);
            assert_eq!(path.gains == Gain::Assume, path.actions.contains(&"sts:AssumeRole"), "{}", path.id);
        }
    }

    #[test]
    fn an_id_that_is_made_up_names_the_actions() {
        for path in PATHS.iter().filter(|path| path.id.contains(':')) {
            let mut last = "";
            let mut words = Vec::new();
            for action in path.actions.iter().filter(|action| **action != "iam:PassRole") {
                let (service, name) = action.split_once(':').unwrap();
                words.push(if service == last { name } else { *action });
                last = service;
            }
            assert_eq!(path.id, words.join("+"));
        }
    }

    #[test]
    fn every_path_of_pathfinding_is_there_or_needs_more() {
        let rows = include_str!("../../../tests/data/privesc_pathfinding.jsonl");
        for row in rows.lines() {
            let row: serde_json::Value = serde_json::from_str(row).unwrap();
            let required: BTreeSet<&str> =
                row["required"].as_array().unwrap().iter().map(|r| r["action"].as_str().unwrap()).collect();
            let found = PATHS.iter().find(|path| path.actions.iter().all(|action| required.contains(action)));
            assert!(found.is_some(), "{row}");
            let same = PATHS.iter().find(|path| row["id"] == path.id);
            assert!(same.is_none_or(|path| required == path.actions.iter().copied().collect()), "{row}");
        }
    }

    #[test]
    fn how_many() {
        let of = |gain| PATHS.iter().filter(|path| path.gains == gain).count();
        assert_eq!(of(Gain::Iam), 24);
        assert_eq!(of(Gain::Assume), 1);
        assert_eq!(of(Gain::NewPassRole), 44);
        assert_eq!(of(Gain::ExistingRole), 24);
    }
}
