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

/// AWS's own policies that give a way to more: those that make an administrator, and those with full access to a service, or for a job, in
/// which the judge finds a way (tests/admin.rs). Who may attach one of them, or sets it as the boundary, is not confined.
pub(in crate::judge) const POWERFUL_POLICIES: [&str; 83] = [
    "policy/AdministratorAccess",
    "policy/AdministratorAccess-Amplify",
    "policy/AWSMcpServiceActionsFullAccess",
    "policy/IAMFullAccess",
    "policy/AWSAppRunnerFullAccess",
    "policy/AWSAppSyncAdministrator",
    "policy/AWSBatchFullAccess",
    "policy/AWSCertificateManagerPrivateCAFullAccess",
    "policy/AWSCloud9Administrator",
    "policy/AWSCloudFormationFullAccess",
    "policy/AWSCodeDeployFullAccess",
    "policy/AWSCodePipelineFullAccess",
    "policy/AWSCodePipeline_FullAccess",
    "policy/AWSDirectoryServiceDataFullAccess",
    "policy/AWSDirectoryServiceFullAccess",
    "policy/AWSElasticBeanstalkFullAccess",
    "policy/AWSElasticDisasterRecoveryConsoleFullAccess",
    "policy/AWSElasticDisasterRecoveryConsoleFullAccess_v2",
    "policy/AWSGlueConsoleFullAccess",
    "policy/AWSGlueConsoleSageMakerNotebookFullAccess",
    "policy/AWSGrafanaAccountAdministrator",
    "policy/AWSImageBuilderFullAccess",
    "policy/AWSIoTDeviceTesterForFreeRTOSFullAccess",
    "policy/AWSIoTDeviceTesterForGreengrassFullAccess",
    "policy/AWSIoTFullAccess",
    "policy/AWSLambdaFullAccess",
    "policy/AWSLambda_FullAccess",
    "policy/AWSMarketplaceFullAccess",
    "policy/AWSMigrationHubRefactorSpaces-EnvironmentsWithoutBridgesFullAccess",
    "policy/AWSMigrationHubRefactorSpacesFullAccess",
    "policy/AWSOrganizationsFullAccess",
    "policy/AWSPrivateCAFullAccess",
    "policy/AWSProtonFullAccess",
    "policy/AWSRefactoringToolkitFullAccess",
    "policy/AWSRolesAnywhereFullAccess",
    "policy/AWSSSODirectoryAdministrator",
    "policy/AWSSSOMasterAccountAdministrator",
    "policy/AWSSSOMemberAccountAdministrator",
    "policy/AWSServiceCatalogAdminFullAccess",
    "policy/AWSServiceCatalogAppRegistryFullAccess",
    "policy/AWSStepFunctionsConsoleFullAccess",
    "policy/AWSStepFunctionsFullAccess",
    "policy/AdministratorAccess-AWSElasticBeanstalk",
    "policy/AmazonAPIGatewayAdministrator",
    "policy/AmazonAppStreamFullAccess",
    "policy/AmazonApplicationWizardFullaccess",
    "policy/AmazonAthenaFullAccess",
    "policy/AmazonBedrockFullAccess",
    "policy/AmazonCodeCatalystFullAccess",
    "policy/AmazonCognitoPowerUser",
    "policy/AmazonDataZoneFullAccess",
    "policy/AmazonDynamoDBFullAccesswithDataPipeline",
    "policy/AmazonEC2ContainerServiceFullAccess",
    "policy/AmazonEC2FullAccess",
    "policy/AmazonECS_FullAccess",
    "policy/AmazonEMRFullAccessPolicy_v2",
    "policy/AmazonElasticMapReduceFullAccess",
    "policy/AmazonEventBridgeFullAccess",
    "policy/AmazonEventBridgePipesFullAccess",
    "policy/AmazonEventBridgeSchedulerFullAccess",
    "policy/AmazonKinesisAnalyticsFullAccess",
    "policy/AmazonLaunchWizardFullAccessV2",
    "policy/AmazonLaunchWizardFullaccess",
    "policy/AmazonLaunchWizard_Fullaccess",
    "policy/AmazonOmicsFullAccess",
    "policy/AmazonRedshiftAllCommandsFullAccess",
    "policy/AmazonRedshiftFullAccess",
    "policy/AmazonSSMFullAccess",
    "policy/AmazonSageMakerCanvasDataPrepFullAccess",
    "policy/AmazonSageMakerCanvasFullAccess",
    "policy/AmazonSageMakerFullAccess",
    "policy/AmazonSageMakerModelRegistryFullAccess",
    "policy/AmazonZocaloFullAccess",
    "policy/BedrockAgentCoreFullAccess",
    "policy/CloudWatchEventsFullAccess",
    "policy/CloudWatchFullAccessV2",
    "policy/EC2FastLaunchFullAccess",
    "policy/PowerUserAccess",
    "policy/SageMakerStudioFullAccess",
    "policy/WellArchitectedConsoleFullAccess",
    "policy/job-function/DataScientist",
    "policy/job-function/DatabaseAdministrator",
    "policy/job-function/SystemAdministrator",
];

/// Actions on a user that give the user more, or anything, if it may take them on itself: "a user could remove their own permissions boundary"
/// is what a boundary has to prevent.
const ON_ONESELF: [&str; 4] = [
    "iam:PutUserPolicy",
    "iam:AttachUserPolicy",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutUserPermissionsBoundary",
];

/// Whether it is enough to be allowed an action on oneself.
pub(in crate::judge) fn is_on_oneself(action: &str) -> bool {
    ON_ONESELF.contains(&action)
}
