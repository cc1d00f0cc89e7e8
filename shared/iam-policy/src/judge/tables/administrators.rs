//! **The tables** of what makes an administrator.

/// The actions with which a principal alone gives itself or others any permission.
pub(in crate::judge) const ACTIONS: [&str; 7] = [
    "iam:PutUserPolicy",
    "iam:PutRolePolicy",
    "iam:PutGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachGroupPolicy",
    "iam:CreatePolicyVersion",
];

/// AWS's own policies that make an administrator: the snapshot of tests/admin.rs finds them.
pub(in crate::judge) const ADMINISTRATOR_POLICIES: [&str; 4] = [
    "policy/AdministratorAccess",
    "policy/AdministratorAccess-Amplify",
    "policy/AWSMcpServiceActionsFullAccess",
    "policy/IAMFullAccess",
];

/// AWS's own policies that give a way to more, of every path: those that make an administrator, and those in which the judge finds a way, of the 1,662
/// of tests/data/README.md (September 2026). Who may attach one of them, or sets it as the boundary, is not confined.
///
/// Not those of service-linked roles, which nobody attaches: "You cannot attach, modify, or detach" them (AWS Managed Policy Reference Guide). Nor
/// those that read and do no more, such as `ReadOnlyAccess`, nor those that AWS wrote to be boundaries: under them the account's people make roles.
/// Nor those of the roles of SageMaker Studio's projects, which its own provisioning role attaches to roles of its own tag.
pub(in crate::judge) const POWERFUL_POLICIES: [&str; 177] = [
    "policy/AdministratorAccess",
    "policy/AdministratorAccess-Amplify",
    "policy/AWSMcpServiceActionsFullAccess",
    "policy/IAMFullAccess",
    "policy/AIDevOpsAgentActionsPolicy",
    "policy/AWSAppRunnerFullAccess",
    "policy/AWSAppSyncAdministrator",
    "policy/AWSAppSyncSchemaAuthor",
    "policy/AWSApplicationMigrationEC2Access",
    "policy/AWSApplicationMigrationSSMAccess",
    "policy/AWSBatchFullAccess",
    "policy/AWSBudgetsActionsWithAWSResourceControlAccess",
    "policy/AWSCertificateManagerPrivateCAFullAccess",
    "policy/AWSCertificateManagerPrivateCAPrivilegedUser",
    "policy/AWSCertificateManagerPrivateCAUser",
    "policy/AWSCloud9Administrator",
    "policy/AWSCloud9EnvironmentMember",
    "policy/AWSCloud9User",
    "policy/AWSCloudFormationFullAccess",
    "policy/AWSCodeBuildAdminAccess",
    "policy/AWSCodeBuildDeveloperAccess",
    "policy/AWSCodeDeployDeployerAccess",
    "policy/AWSCodeDeployFullAccess",
    "policy/AWSCodePipelineCustomActionAccess",
    "policy/AWSCodePipelineFullAccess",
    "policy/AWSCodePipeline_FullAccess",
    "policy/AWSConnector",
    "policy/AWSDeadlineCloud-FleetWorker",
    "policy/AWSDeadlineCloud-UserAccessFarms",
    "policy/AWSDeadlineCloud-UserAccessFleets",
    "policy/AWSDeadlineCloud-UserAccessQueues",
    "policy/AWSDeadlineCloud-WorkerHost",
    "policy/AWSDeepRacerCloudFormationAccessPolicy",
    "policy/AWSDirectoryServiceDataFullAccess",
    "policy/AWSDirectoryServiceFullAccess",
    "policy/AWSElasticBeanstalkFullAccess",
    "policy/AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy",
    "policy/AWSElasticDisasterRecoveryConsoleFullAccess",
    "policy/AWSElasticDisasterRecoveryConsoleFullAccess_v2",
    "policy/AWSElasticDisasterRecoveryLaunchActionsPolicy",
    "policy/AWSGlueConsoleFullAccess",
    "policy/AWSGlueConsoleSageMakerNotebookFullAccess",
    "policy/AWSGrafanaAccountAdministrator",
    "policy/AWSGrafanaWorkspacePermissionManagement",
    "policy/AWSGrafanaWorkspacePermissionManagementV2",
    "policy/AWSImageBuilderFullAccess",
    "policy/AWSIoTConfigAccess",
    "policy/AWSIoTDeviceTesterForFreeRTOSFullAccess",
    "policy/AWSIoTDeviceTesterForGreengrassFullAccess",
    "policy/AWSIoTFullAccess",
    "policy/AWSLambdaFullAccess",
    "policy/AWSLambda_FullAccess",
    "policy/AWSManagedAccountManagementAccess",
    "policy/AWSManagedAccountUserEntitlementAccess",
    "policy/AWSManagedSettingsAdminAccess",
    "policy/AWSMarketplaceFullAccess",
    "policy/AWSMigrationHubRefactorSpaces-EnvironmentsWithoutBridgesFullAccess",
    "policy/AWSMigrationHubRefactorSpacesFullAccess",
    "policy/AWSOpsWorksRegisterCLI",
    "policy/AWSOrganizationsFullAccess",
    "policy/AWSPrivateCAConnectorForKubernetesPolicy",
    "policy/AWSPrivateCAFullAccess",
    "policy/AWSPrivateCAPrivilegedUser",
    "policy/AWSPrivateCAUser",
    "policy/AWSProtonFullAccess",
    "policy/AWSQuickSetupDeploymentRolePolicy",
    "policy/AWSQuickSetupJITNADeploymentRolePolicy",
    "policy/AWSQuickSetupPatchPolicyDeploymentRolePolicy",
    "policy/AWSQuickSetupPatchPolicyLambdaExecutionPolicy",
    "policy/AWSQuickSetupSSMDeploymentRolePolicy",
    "policy/AWSRefactoringToolkitFullAccess",
    "policy/AWSResilienceHubResilienceTestingPolicy",
    "policy/AWSRolesAnywhereFullAccess",
    "policy/AWSSSODirectoryAdministrator",
    "policy/AWSSSOMasterAccountAdministrator",
    "policy/AWSSSOMemberAccountAdministrator",
    "policy/AWSServiceCatalogAdminFullAccess",
    "policy/AWSServiceCatalogAppRegistryFullAccess",
    "policy/AWSStepFunctionsConsoleFullAccess",
    "policy/AWSStepFunctionsFullAccess",
    "policy/AWSSystemsManagerJustInTimeAccessTokenPolicy",
    "policy/AWSTransformServerMigrationAgentPolicy",
    "policy/AdministratorAccess-AWSElasticBeanstalk",
    "policy/AmazonAPIGatewayAdministrator",
    "policy/AmazonAppStreamFullAccess",
    "policy/AmazonApplicationWizardFullaccess",
    "policy/AmazonAthenaFullAccess",
    "policy/AmazonBedrockFullAccess",
    "policy/AmazonCodeCatalystFullAccess",
    "policy/AmazonCognitoDeveloperAuthenticatedIdentities",
    "policy/AmazonCognitoPowerUser",
    "policy/AmazonDataZoneFullAccess",
    "policy/AmazonDataZoneFullUserAccess",
    "policy/AmazonDynamoDBFullAccesswithDataPipeline",
    "policy/AmazonEC2ContainerServiceFullAccess",
    "policy/AmazonEC2FullAccess",
    "policy/AmazonEC2RolePolicyForLaunchWizard",
    "policy/AmazonECS_FullAccess",
    "policy/AmazonEKSComputePolicy",
    "policy/AmazonEMRFullAccessPolicy_v2",
    "policy/AmazonESCognitoAccess",
    "policy/AmazonElasticMapReduceFullAccess",
    "policy/AmazonEventBridgeFullAccess",
    "policy/AmazonEventBridgePipesFullAccess",
    "policy/AmazonEventBridgeSchedulerFullAccess",
    "policy/AmazonKinesisAnalyticsFullAccess",
    "policy/AmazonLambdaRolePolicyForLaunchWizardSAP",
    "policy/AmazonLaunchWizardFullaccess",
    "policy/AmazonOmicsFullAccess",
    "policy/AmazonOpenSearchServiceCognitoAccess",
    "policy/AmazonRedshiftAllCommandsFullAccess",
    "policy/AmazonRedshiftFullAccess",
    "policy/AmazonRedshiftQueryEditor",
    "policy/AmazonSSMFullAccess",
    "policy/AmazonSageMakerAdmin-ServiceCatalogProductsServiceRolePolicy",
    "policy/AmazonSageMakerCanvasDataPrepFullAccess",
    "policy/AmazonSageMakerCanvasFullAccess",
    "policy/AmazonSageMakerFullAccess",
    "policy/AmazonSageMakerHyperPodObservabilityAdminAccess",
    "policy/AmazonSageMakerModelCustomizationCoreAccess",
    "policy/AmazonSageMakerModelRegistryFullAccess",
    "policy/AmazonSageMakerPipelinesIntegrations",
    "policy/AmazonSageMakerServiceCatalogProductsCodeBuildServiceRolePolicy",
    "policy/AmazonSageMakerSpacesControllerPolicy",
    "policy/AmazonWorkspacesPCAAccess",
    "policy/AmazonZocaloFullAccess",
    "policy/BedrockAgentCoreFullAccess",
    "policy/CloudWatchEventsFullAccess",
    "policy/CloudWatchFullAccessV2",
    "policy/EC2FastLaunchFullAccess",
    "policy/EC2ImageBuilderExecutionPolicy",
    "policy/EC2InstanceConnect",
    "policy/PowerUserAccess",
    "policy/SageMakerStudioFullAccess",
    "policy/SecretsManagerReadWrite",
    "policy/WellArchitectedAgentResourceScanning",
    "policy/WellArchitectedConsoleFullAccess",
    "policy/job-function/DataScientist",
    "policy/job-function/DatabaseAdministrator",
    "policy/job-function/SystemAdministrator",
    "policy/service-role/AWSBackupServiceRolePolicyForRestores",
    "policy/service-role/AWSBatchServiceEventTargetRole",
    "policy/service-role/AWSBatchServiceRole",
    "policy/service-role/AWSCodeStarServiceRole",
    "policy/service-role/AWSControlTowerIdentityCenterManagementPolicy",
    "policy/service-role/AWSDataPipelineRole",
    "policy/service-role/AWSDeepLensServiceRolePolicy",
    "policy/service-role/AWSDeepRacerServiceRolePolicy",
    "policy/service-role/AWSElasticBeanstalkService",
    "policy/service-role/AWSFaultInjectionSimulatorEC2Access",
    "policy/service-role/AWSFaultInjectionSimulatorECSAccess",
    "policy/service-role/AWSFaultInjectionSimulatorSSMAccess",
    "policy/service-role/AWSGlueServiceNotebookRole",
    "policy/service-role/AWSGlueServiceRole",
    "policy/service-role/AWSIoTThingsRegistration",
    "policy/service-role/AWSSupplyChainFederationAdminAccess",
    "policy/service-role/AWSTransformApplicationDeploymentPolicy",
    "policy/service-role/AmazonAppStreamPCAAccess",
    "policy/service-role/AmazonDataZoneDomainExecutionRolePolicy",
    "policy/service-role/AmazonEC2ContainerServiceEventsRole",
    "policy/service-role/AmazonEC2RoleforDataPipelineRole",
    "policy/service-role/AmazonEC2SpotFleetRole",
    "policy/service-role/AmazonEC2SpotFleetTaggingRole",
    "policy/service-role/AmazonElasticMapReduceRole",
    "policy/service-role/AmazonMachineLearningRoleforRedshiftDataSource",
    "policy/service-role/AmazonMachineLearningRoleforRedshiftDataSourceV2",
    "policy/service-role/AmazonMachineLearningRoleforRedshiftDataSourceV3",
    "policy/service-role/AmazonSSMAutomationRole",
    "policy/service-role/AmazonSSMMaintenanceWindowRole",
    "policy/service-role/AmazonSageMakerPartnerServiceCatalogProductsCloudFormationServiceRolePolicy",
    "policy/service-role/AmazonSageMakerServiceCatalogProductsCloudformationServiceRolePolicy",
    "policy/service-role/AmazonSageMakerServiceCatalogProductsLambdaServiceRolePolicy",
    "policy/service-role/AwsGlueSessionUserRestrictedNotebookServiceRole",
    "policy/service-role/AwsGlueSessionUserRestrictedServiceRole",
    "policy/service-role/ServerMigrationServiceLaunchRole",
    "policy/service-role/ServerMigrationServiceRole",
    "policy/service-role/ServerMigration_ServiceRole",
];

/// With which a user gets more by taking its own boundary away.
const UNBINDING: [&str; 2] = ["iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"];

/// Whether it is enough to be allowed an action on oneself.
pub(in crate::judge) fn is_on_oneself(action: &str) -> bool {
    ACTIONS.contains(&action) || UNBINDING.contains(&action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Holding, Judgement, PolicyKind, Rules, TrustZone, ViolationKind, judge};
    use serde_json::Value;
    use std::collections::BTreeSet;

    /// Those that read and do no more, boundaries, those of SageMaker Studio's projects, and those of service-linked roles, which nobody attaches.
    const LEFT_OUT: &[&str] = &[
        "AWSApplicationMigrationServiceRolePolicy",
        "AWSBatchServiceRolePolicyForSageMaker",
        "AWSCodeStarNotificationsServiceRolePolicy",
        "AWSDirectoryServiceServiceRolePolicy",
        "AWSEC2FleetServiceRolePolicy",
        "AWSEC2SpotFleetServiceRolePolicy",
        "AWSEC2SpotServiceRolePolicy",
        "AWSElasticBeanstalkManagedUpdatesServiceRolePolicy",
        "AWSElasticBeanstalkServiceRolePolicy",
        "AWSElasticDisasterRecoveryServiceRolePolicy",
        "AWSLicenseManagerMemberAccountRolePolicy",
        "AWSLicenseManagerServiceRolePolicy",
        "AWSLicenseManagerUserSubscriptionsServiceRolePolicy",
        "AWSMigrationHubOrchestratorServiceRolePolicy",
        "AWSMigrationHubRefactorSpacesServiceRolePolicy",
        "AWSProtonCodeBuildProvisioningServiceRolePolicy",
        "AWSQuickSetupPatchPolicyPermissionsBoundary",
        "AWSSSOServiceRolePolicy",
        "AWSServiceRoleForAmazonEKSNodegroup",
        "AWSServiceRoleForGammaInternalAmazonEKSNodegroup",
        "AWSServiceRoleForImageBuilder",
        "AWSServiceRoleForMonitronPolicy",
        "AWSServiceRoleForSMS",
        "AWSServiceRoleForThorInternalDevPolicy",
        "AWSSystemsManagerChangeManagementServicePolicy",
        "AmazonCognitoReadOnly",
        "AmazonDataZoneEnvironmentRolePermissionsBoundary",
        "AmazonDataZoneProjectRolePermissionsBoundary",
        "AmazonDataZoneSageMakerEnvironmentRolePermissionsBoundary",
        "AmazonECSServiceRolePolicy",
        "AmazonEKSConnectorServiceRolePolicy",
        "AmazonEKSLocalOutpostServiceRolePolicy",
        "AmazonInspector2ServiceRolePolicy",
        "AmazonInspector2ThirdPartyServiceRolePolicy",
        "AmazonSSMServiceRolePolicy",
        "AutoScalingServiceRolePolicy",
        "BatchServiceRolePolicy",
        "CertificateManagerServiceRolePolicy",
        "CloudFormationStackSetsOrgMemberServiceRolePolicy",
        "CloudwatchApplicationInsightsServiceLinkedRolePolicy",
        "EC2FastLaunchServiceRolePolicy",
        "EC2FleetTimeShiftableServiceRolePolicy",
        "ReadOnlyAccess",
        "SageMakerStudioAdminIAMConsolePolicy",
        "SageMakerStudioAdminIAMDefaultExecutionPolicy",
        "SageMakerStudioAdminIAMPermissiveExecutionPolicy",
        "SageMakerStudioDomainExecutionRolePolicy",
        "SageMakerStudioProjectProvisioningRolePolicy",
        "SageMakerStudioProjectUserRolePermissionsBoundary",
        "SageMakerStudioProjectUserRolePolicy",
        "SageMakerStudioUserIAMDefaultExecutionPolicy",
        "SageMakerStudioUserIAMPermissiveExecutionPolicy",
        "SupportUser",
    ];

    fn is_powerful(document: &Document) -> bool {
        let kinds = [ViolationKind::Admin, ViolationKind::PrivilegeEscalation];
        let rules = Rules::of(TrustZone { account: "123456789012".to_owned(), ..TrustZone::default() }, kinds);
        let judgement = judge(&Holding::of(&[document], PolicyKind::Identity), &rules);
        matches!(judgement, Judgement::Decided(found) if !found.is_empty())
    }

    #[test]
    fn each_gives_a_way_and_each_that_does_is_there() {
        let listed: BTreeSet<&str> = POWERFUL_POLICIES.iter().filter_map(|path| path.rsplit('/').next()).collect();
        let data = [
            include_str!("../../../tests/data/managed_policies.jsonl"),
            include_str!("../../../tests/data/more_managed_policies.jsonl"),
        ];
        let mut left_out = BTreeSet::new();
        for line in data.iter().flat_map(|text| text.lines()) {
            let row: Value = serde_json::from_str(line).expect("a row");
            let name = row["name"].as_str().expect("a name");
            let is_one = is_powerful(&Document::parse(&row["document"].to_string()).expect("a policy"));
            assert!(is_one || !listed.contains(name), "{name} is no way");
            if is_one && !listed.contains(name) {
                left_out.insert(name.to_owned());
            }
        }
        assert_eq!(left_out.iter().map(String::as_str).collect::<Vec<_>>(), LEFT_OUT);
    }
}
