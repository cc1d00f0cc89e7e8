"""The account's roles: name -> whom it trusts, and what it holds."""

from words import (ACCOUNT, AUDIT, COSTS, DATADOG, MANAGEMENT, OPEN_ID, OTHER_REGION, PIPELINES, QUALIFIER, REGION, SHARED, SNOWFLAKE,
                   TEAMS, VENDOR, KEY_USE, allow, arn, asks, both, bucket, document, root, service, trust)


def role(trusts, attached=(), inline=None, path="/", own=(), boundary=None):
    """Whom it trusts; AWS's policies, inline ones and the account's own; what bounds it is one of the account's own."""
    return {"trust": trusts, "attached": list(attached), "inline": inline or {}, "path": path, "own": list(own), "boundary": boundary}


# As the template of CDK's bootstrap stack makes them, in its version 26 (aws/aws-cdk-cli, bootstrap-template.yaml).
OF_ACCOUNT = [trust(root(ACCOUNT), "sts:TagSession"), trust(root(ACCOUNT))]


def cdk(kind, region=REGION):
    return f"cdk-{QUALIFIER}-{kind}-role-{ACCOUNT}-{region}"


def cdk_roles(region):
    """The five of one region."""
    assets = f"cdk-{QUALIFIER}-assets-{ACCOUNT}-{region}"
    images = f"cdk-{QUALIFIER}-container-assets-{ACCOUNT}-{region}"
    return {
        cdk("cfn-exec", region): role(service("cloudformation.amazonaws.com"), ["AdministratorAccess"]),
        cdk("deploy", region): role(OF_ACCOUNT, inline={"default": document(
            allow([f"cloudformation:{action}" for action in (
                "CreateChangeSet", "DeleteChangeSet", "DescribeChangeSet", "DescribeStacks", "ExecuteChangeSet", "CreateStack",
                "UpdateStack", "RollbackStack", "ContinueUpdateRollback")], "*", Sid="CloudFormationPermissions"),
            allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*", "s3:Abort*", "s3:DeleteObject*", "s3:PutObject*"], "*",
                  Sid="PipelineCrossAccountArtifactsBucket",
                  Condition={"StringNotEquals": {"s3:ResourceAccount": ACCOUNT}}),
            allow(KEY_USE, "*", Sid="PipelineCrossAccountArtifactsKey",
                  Condition={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}),
            allow("iam:PassRole", arn(f"role/{cdk('cfn-exec', region)}")),
            allow(["cloudformation:DescribeStackEvents", "cloudformation:GetTemplate", "cloudformation:DeleteStack",
                   "cloudformation:UpdateTerminationProtection", "sts:GetCallerIdentity", "cloudformation:GetTemplateSummary"],
                  "*", Sid="CliPermissions"),
            allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*"], both(assets), Sid="CliStagingBucket"),
            allow(["ssm:GetParameter", "ssm:GetParameters"],
                  f"arn:aws:ssm:{region}:{ACCOUNT}:parameter/cdk-bootstrap/{QUALIFIER}/version", Sid="ReadVersion"))}),
        cdk("lookup", region): role(OF_ACCOUNT, ["ReadOnlyAccess"], {"LookupRolePolicy": document(
            {"Sid": "DontReadSecrets", "Effect": "Deny", "Action": ["kms:Decrypt"], "Resource": "*"})}),
        cdk("file-publishing", region): role(OF_ACCOUNT, inline={"default": document(
            allow(["s3:GetObject*", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:List*", "s3:DeleteObject*",
                   "s3:PutObject*", "s3:Abort*"], both(assets),
                  Condition={"StringEquals": {"aws:ResourceAccount": [ACCOUNT]}}),
            allow(KEY_USE, f"arn:aws:kms:{region}:{ACCOUNT}:key/AWS_MANAGED_KEY"))}),
        cdk("image-publishing", region): role(OF_ACCOUNT, inline={"default": document(
            allow(["ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload",
                   "ecr:BatchCheckLayerAvailability", "ecr:DescribeRepositories", "ecr:DescribeImages", "ecr:BatchGetImage",
                   "ecr:GetDownloadUrlForLayer"], f"arn:aws:ecr:{region}:{ACCOUNT}:repository/{images}"),
            allow(["ecr:GetAuthorizationToken"], "*"))}),
    }


# AWS Control Tower User Guide, "How AWS Control Tower works with roles"; AWS Organizations, "Accessing member accounts"; AWS CloudFormation,
# "Grant self-managed permissions". What Identity Center makes lies below its own path.
STACK_SETS = "AWSServiceRoleForCloudFormationStackSetsOrgAdmin"
OF_LINKED = f"role/aws-service-role/stacksets.cloudformation.amazonaws.com/{STACK_SETS}"
SIGNED_IN = [trust({"Federated": arn("saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE")},
                   ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                   Condition={"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}})]
SIGN_IN_PATH = "/aws-reserved/sso.amazonaws.com/"


def of_audit(name):
    return [trust({"AWS": arn(f"role/{name}", account=AUDIT)})]


GOVERNED_ROLES = {
    "AWSControlTowerExecution": role([trust(root(MANAGEMENT))], ["AdministratorAccess"]),
    "aws-controltower-AdministratorExecutionRole": role(
        of_audit("aws-controltower-AuditAdministratorRole"), ["AdministratorAccess"]),
    "aws-controltower-ReadOnlyExecutionRole": role(of_audit("aws-controltower-AuditReadOnlyRole"), ["ReadOnlyAccess"]),
    "aws-controltower-ConfigRecorderRole": role(
        service("config.amazonaws.com"), ["service-role/AWS_ConfigRole", "ReadOnlyAccess"]),
    "aws-controltower-ForwardSnsNotificationRole": role(
        service("lambda.amazonaws.com"), ["service-role/AWSLambdaBasicExecutionRole"], {"sns": document(
            allow("sns:publish", f"arn:aws:sns:*:{AUDIT}:aws-controltower-AggregateSecurityNotifications"))}),
    "OrganizationAccountAccessRole": role([trust(root(MANAGEMENT))], ["AdministratorAccess"]),
    "stacksets-exec-899a82a2cb437e970934262f85c7628a": role(
        [trust({"AWS": arn(OF_LINKED, account=MANAGEMENT)})], ["AdministratorAccess"]),
    "AWSCloudFormationStackSetExecutionRole": role([trust(root(MANAGEMENT))], ["AdministratorAccess"]),
    "AWSReservedSSO_AWSAdministratorAccess_0123456789abcdef": role(SIGNED_IN, ["AdministratorAccess"], path=SIGN_IN_PATH),
    "AWSReservedSSO_AWSPowerUserAccess_1123456789abcdef": role(SIGNED_IN, ["PowerUserAccess"], path=SIGN_IN_PATH),
    "AWSReservedSSO_AWSReadOnlyAccess_2123456789abcdef": role(SIGNED_IN, ["ReadOnlyAccess"], path=SIGN_IN_PATH),
}

# Whoever came over the years.
LOG_GROUPS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"
GROWN_ROLES = {
    "github-deploy": role(
        [trust({"Federated": arn(f"oidc-provider/{OPEN_ID}")}, "sts:AssumeRoleWithWebIdentity", Condition={
            "StringEquals": {f"{OPEN_ID}:aud": "sts.amazonaws.com"},
            "StringLike": {f"{OPEN_ID}:sub": "repo:acme/platform:*"}})],
        inline={"cdk": document(allow("sts:AssumeRole", arn(f"role/cdk-{QUALIFIER}-*")))}),
    "posture-vendor": role(
        [trust(root(VENDOR), Condition={"StringEquals": {"sts:ExternalId": "1b671a64-40d5-491e-99b0-da01ff1f3341"}})],
        ["SecurityAudit"]),
    "snowflake-storage": role(
        [trust({"AWS": arn("user/externalstages/ci-prod", account=SNOWFLAKE)},
               Condition={"StringEquals": {"sts:ExternalId": "ACME_SFCRole=2_abc"}})],
        inline={"read": document(allow(["s3:GetObject", "s3:GetObjectVersion"], f"{bucket('acme-snowpipe-landing')}/*"),
                                 allow("s3:ListBucket", bucket("acme-snowpipe-landing")))}),
    "flow-logs": role(service("vpc-flow-logs.amazonaws.com"), inline={"logs": document(
        allow(["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
              f"{LOG_GROUPS}:vpc/*"))}),
    "company-trail-logs": role(service("cloudtrail.amazonaws.com"), inline={"logs": document(
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{LOG_GROUPS}:company-trail:*"))}),
    "gateway-logs": role(service("apigateway.amazonaws.com"), ["service-role/AmazonAPIGatewayPushToCloudWatchLogs"]),
    "things": role(service("iot.amazonaws.com"), ["service-role/AWSIoTThingsRegistration"]),
    "cluster": role(service("eks.amazonaws.com"), ["AmazonEKSClusterPolicy"]),
    "nodes": role(service("ec2.amazonaws.com"), ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"]),
    "batch-instances": role(service("ec2.amazonaws.com"), ["AmazonSSMManagedInstanceCore"]),
    "replication": role(service("s3.amazonaws.com"), inline={"replicate": document(
        allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], bucket("acme-orders-data")),
        allow(["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl"], f"{bucket('acme-orders-data')}/*"),
        allow(["s3:ReplicateObject", "s3:ReplicateDelete"], f"{bucket('acme-orders-copy')}/*"))}),
}

# Three a team: what runs it, what it is queued by, what its people become.
TEAM_ROLES = {}
for team in TEAMS:
    data = f"acme-{team}-data"
    TEAM_ROLES[f"{team}-function"] = role(
        service("lambda.amazonaws.com"), ["service-role/AWSLambdaBasicExecutionRole"], {"data": document(
            allow(["s3:GetObject", "s3:PutObject"], f"{bucket(data)}/*"), allow("s3:ListBucket", bucket(data)),
            allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
                  f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{team}-*"))})
    TEAM_ROLES[f"{team}-task"] = role(
        service("ecs-tasks.amazonaws.com", Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        ["service-role/AmazonECSTaskExecutionRolePolicy"], {"secrets": document(
            allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{team}/*"))})
    TEAM_ROLES[f"{team}-developer"] = role([trust(root(ACCOUNT), Condition={
        "Bool": {"aws:MultiFactorAuthPresent": "true"}})], ["ReadOnlyAccess"])

# AWS's service-linked roles: "Using service-linked roles" of each service's documentation. Nobody but the service changes them.
LINKED_PATH = "/aws-service-role/"


def linked(source, policy):
    return role(service(source), [f"aws-service-role/{policy}"], path=f"{LINKED_PATH}{source}/")


LINKED_ROLES = {
    "AWSServiceRoleForSupport": linked("support.amazonaws.com", "AWSSupportServiceRolePolicy"),
    "AWSServiceRoleForTrustedAdvisor": linked("trustedadvisor.amazonaws.com", "AWSTrustedAdvisorServiceRolePolicy"),
    "AWSServiceRoleForOrganizations": linked("organizations.amazonaws.com", "AWSOrganizationsServiceTrustPolicy"),
    "AWSServiceRoleForSSO": linked("sso.amazonaws.com", "AWSSSOServiceRolePolicy"),
    "AWSServiceRoleForConfig": linked("config.amazonaws.com", "AWSConfigServiceRolePolicy"),
    "AWSServiceRoleForCloudTrail": linked("cloudtrail.amazonaws.com", "CloudTrailServiceRolePolicy"),
    "AWSServiceRoleForAmazonGuardDuty": linked("guardduty.amazonaws.com", "AmazonGuardDutyServiceRolePolicy"),
    "AWSServiceRoleForECS": linked("ecs.amazonaws.com", "AmazonECSServiceRolePolicy"),
    "AWSServiceRoleForAutoScaling": linked("autoscaling.amazonaws.com", "AutoScalingServiceRolePolicy"),
    "AWSServiceRoleForApplicationAutoScaling_ECSService": linked(
        "ecs.application-autoscaling.amazonaws.com", "AWSApplicationAutoscalingECSServicePolicy"),
    "AWSServiceRoleForRDS": linked("rds.amazonaws.com", "AmazonRDSServiceRolePolicy"),
    "AWSServiceRoleForAmazonEKSNodegroup": linked("eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup"),
    "AWSServiceRoleForElasticLoadBalancing": linked(
        "elasticloadbalancing.amazonaws.com", "AWSElasticLoadBalancingServiceRolePolicy"),
}

# What the consoles of services make, below their own path, and what runs on instances.
MADE_PATH = "/service-role/"
MADE_ROLES = {
    "AmazonSageMaker-ExecutionRole-20230114T091500": role(
        service("sagemaker.amazonaws.com"), ["AmazonSageMakerFullAccess"], path=MADE_PATH,
        own=["AmazonSageMaker-ExecutionPolicy-20230114T091500"]),
    "AWSGlueServiceRole-warehouse": role(
        service("glue.amazonaws.com"), ["service-role/AWSGlueServiceRole"], path=MADE_PATH, inline={"data": document(
            allow(["s3:GetObject", "s3:PutObject"], f"{bucket('acme-warehouse')}/*"))}),
    "AWSBackupDefaultServiceRole": role(
        service("backup.amazonaws.com"), ["service-role/AWSBackupServiceRolePolicyForBackup"], path=MADE_PATH),
    "rds-monitoring-role": role(
        service("monitoring.rds.amazonaws.com"), ["service-role/AmazonRDSEnhancedMonitoringRole"]),
    "config-recorder": role(service("config.amazonaws.com"), ["service-role/AWS_ConfigRole"], inline={"deliver": document(
        allow("s3:PutObject", f"{bucket('acme-config')}/AWSLogs/{ACCOUNT}/*"), allow("s3:GetBucketAcl", bucket("acme-config")))}),
    "codebuild-platform-service-role": role(
        service("codebuild.amazonaws.com", **asks("aws:SourceAccount", ACCOUNT)), path=MADE_PATH, inline={"build": document(
            allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], f"{LOG_GROUPS}:/aws/codebuild/platform*"),
            allow(["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion"], f"{bucket(PIPELINES)}/*"))}),
    "states-orders": role(service("states.amazonaws.com"), inline={"invoke": document(
        allow("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders-*"))}),
    "events-invoke": role(service("events.amazonaws.com"), inline={"invoke": document(
        allow("states:StartExecution", f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:orders-*"))}),
    "scheduler-invoke": role(
        service("scheduler.amazonaws.com", **asks("aws:SourceAccount", ACCOUNT)), inline={"invoke": document(
            allow("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:billing-*"))}),
    "firehose-delivery": role(
        service("firehose.amazonaws.com", **asks("sts:ExternalId", ACCOUNT)), inline={"deliver": document(
            allow(["s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket",
                   "s3:ListBucketMultipartUploads", "s3:PutObject"], both("acme-events-stream")))}),
    "redshift-load": role(service("redshift.amazonaws.com"), inline={"load": document(
        allow(["s3:GetObject", "s3:ListBucket"], both("acme-warehouse")))}),
    "transfer-partners": role(service("transfer.amazonaws.com"), inline={"files": document(
        allow(["s3:GetObject", "s3:PutObject", "s3:ListBucket"], both("acme-partner-uploads")))}),
    "dms-s3": role(service("dms.amazonaws.com"), inline={"files": document(
        allow(["s3:PutObject", "s3:DeleteObject", "s3:ListBucket"], both("acme-warehouse")))}),
    "appsync-logs": role(service("appsync.amazonaws.com"), ["service-role/AWSAppSyncPushToCloudWatchLogs"]),
    "ecsInstanceRole": role(service("ec2.amazonaws.com"), ["service-role/AmazonEC2ContainerServiceforEC2Role"]),
    "web-instances": role(service("ec2.amazonaws.com"), ["AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy"]),
    "bastion": role(service("ec2.amazonaws.com"), ["AmazonSSMManagedInstanceCore"]),
    "build-agents": role(
        service("ec2.amazonaws.com"), ["AmazonSSMManagedInstanceCore", "AmazonEC2ContainerRegistryPowerUser"]),
}

# Partners and vendors; who administers by an open identity, and the key for the glass.
VENDOR_ROLES = {
    "DatadogIntegrationRole": role(
        [trust(root(DATADOG), **asks("sts:ExternalId", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"))], ["SecurityAudit"],
        {"DatadogAWSIntegrationPolicy": document(allow(
            ["cloudwatch:Get*", "cloudwatch:List*", "ec2:Describe*", "ecs:Describe*", "ecs:List*", "lambda:List*", "rds:Describe*",
             "sqs:ListQueues", "tag:GetResources", "tag:GetTagKeys", "tag:GetTagValues"], "*"))}),
    "cost-vendor": role([trust(root(COSTS), **asks("sts:ExternalId", "acme-4711"))], inline={"read": document(
        allow(["ce:Get*", "cur:DescribeReportDefinitions"], "*"),
        allow(["s3:GetObject", "s3:ListBucket"], both("acme-cost-and-usage")))}),
    "shared-services-pull": role([trust(root(SHARED))], ["AmazonEC2ContainerRegistryReadOnly"]),
    "github-terraform": role(
        [trust({"Federated": arn(f"oidc-provider/{OPEN_ID}")}, "sts:AssumeRoleWithWebIdentity", Condition={
            "StringEquals": {f"{OPEN_ID}:aud": "sts.amazonaws.com", f"{OPEN_ID}:sub": "repo:acme/infrastructure:environment:production"}})],
        ["AdministratorAccess"]),
    "break-glass": role([trust(root(ACCOUNT), Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], ["AdministratorAccess"]),
}

# Permission sets that Identity Center hands out beside its own.
SETS = {"Billing": ["job-function/Billing"], "ViewOnly": ["job-function/ViewOnlyAccess"], "SecurityAudit": ["SecurityAudit"],
        "DatabaseAdmin": ["AmazonRDSReadOnlyAccess", "AmazonDynamoDBReadOnlyAccess"], "DataScientist": ["AmazonAthenaFullAccess"],
        "Support": ["AWSSupportAccess"]}
SIGNED_IN_ROLES = {
    f"AWSReservedSSO_{name}_{number}23456789abcdef": role(SIGNED_IN, attached, path=SIGN_IN_PATH)
    for number, (name, attached) in enumerate(SETS.items(), 20)}

# Two more a team: what its pipeline is, within bounds, and what its containers are to others of AWS.
for team in TEAMS:
    TEAM_ROLES[f"{team}-pipeline"] = role(
        service("codebuild.amazonaws.com"), inline={"build": document(
            allow(["s3:GetObject", "s3:PutObject"], f"{bucket(PIPELINES)}/{team}/*"),
            allow(["ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload",
                   "ecr:PutImage"], f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{team}/*"),
            allow("ecr:GetAuthorizationToken", "*"))},
        own=["base-logging"], boundary="pipeline-boundary")
    TEAM_ROLES[f"{team}-task-role"] = role(
        service("ecs-tasks.amazonaws.com"), own=[f"{team}-data", f"{team}-queues", "base-logging"])

ROLES = {**cdk_roles(REGION), **cdk_roles(OTHER_REGION), **GOVERNED_ROLES, **LINKED_ROLES, **SIGNED_IN_ROLES, **GROWN_ROLES,
         **MADE_ROLES, **VENDOR_ROLES, **TEAM_ROLES}
INSTANCE_PROFILES = {name: name for name in ("batch-instances", "ecsInstanceRole", "web-instances", "bastion", "build-agents")}
OPEN_ID_PROVIDERS = {f"https://{OPEN_ID}": ["sts.amazonaws.com"]}
SAML_PROVIDERS = ["AWSSSO_0123456789abcdef_DO_NOT_DELETE"]
