"""What stands in the living account: one table a kind, a row a resource.

Of AWS's own policies only those are held whose text the local AWS knows: so the role of AWS Config lacks `AWS_ConfigRole` here."""

ACCOUNT, REGION = "111122223333", "us-east-1"
MANAGEMENT, AUDIT, VENDOR, SNOWFLAKE, PARTNER, STRANGER = (
    "222233334444", "333344445555", "777788889999", "555566667777", "444455556666", "999988887777")
# AWS's own accounts and its canonical user, for us-east-1: documentation of Elastic Load Balancing, Amazon Redshift, Amazon CloudFront.
LOAD_BALANCERS, REDSHIFT = "127311923021", "193672423079"
AWS_LOGS_DELIVERY = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"

TEAMS = ("billing", "catalog", "checkout", "ingest", "labels", "notify", "orders", "pricing", "search", "training")
QUALIFIER = "hnb659fds"
ASSETS = f"cdk-{QUALIFIER}-assets-{ACCOUNT}-{REGION}"
IMAGES = f"cdk-{QUALIFIER}-container-assets-{ACCOUNT}-{REGION}"
OPEN_ID = "token.actions.githubusercontent.com"


def arn(resource, service="iam", account=ACCOUNT):
    return f"arn:aws:{service}::{account}:{resource}"


def root(account):
    return {"AWS": arn("root", account=account)}


def bucket(name):
    return f"arn:aws:s3:::{name}"


def both(name):
    return [bucket(name), f"{bucket(name)}/*"]


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions, resources, **more):
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def trust(principal, actions="sts:AssumeRole", **more):
    return {"Effect": "Allow", "Principal": principal, "Action": actions, **more}


def service(name, **more):
    return [trust({"Service": name}, **more)]


def by_tls(name):
    return {"Sid": "AllowSSLRequestsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": both(name),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def admit(name, principal, actions, objects="*", **more):
    """A statement of a bucket's policy."""
    on = bucket(name) if objects is None else f"{bucket(name)}/{objects}"
    return {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": on, **more}


EVERYTHING = allow("*", "*")
KEY_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"]

# --- roles: name -> whom it trusts, AWS's policies, inline policies, path ------------------------------------------


def role(trusts, attached=(), inline=None, path="/"):
    return {"trust": trusts, "attached": list(attached), "inline": inline or {}, "path": path}


# As the template of CDK's bootstrap stack makes them, in its version 26 (aws/aws-cdk-cli, bootstrap-template.yaml).
OF_ACCOUNT = [trust(root(ACCOUNT), "sts:TagSession"), trust(root(ACCOUNT))]


def cdk(kind):
    return f"cdk-{QUALIFIER}-{kind}-role-{ACCOUNT}-{REGION}"


CDK_ROLES = {
    cdk("cfn-exec"): role(service("cloudformation.amazonaws.com"), ["AdministratorAccess"]),
    cdk("deploy"): role(OF_ACCOUNT, inline={"default": document(
        allow([f"cloudformation:{action}" for action in (
            "CreateChangeSet", "DeleteChangeSet", "DescribeChangeSet", "DescribeStacks", "ExecuteChangeSet", "CreateStack",
            "UpdateStack", "RollbackStack", "ContinueUpdateRollback")], "*", Sid="CloudFormationPermissions"),
        allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*", "s3:Abort*", "s3:DeleteObject*", "s3:PutObject*"], "*",
              Sid="PipelineCrossAccountArtifactsBucket",
              Condition={"StringNotEquals": {"s3:ResourceAccount": ACCOUNT}}),
        allow(KEY_USE, "*", Sid="PipelineCrossAccountArtifactsKey",
              Condition={"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}),
        allow("iam:PassRole", arn(f"role/{cdk('cfn-exec')}")),
        allow(["cloudformation:DescribeStackEvents", "cloudformation:GetTemplate", "cloudformation:DeleteStack",
               "cloudformation:UpdateTerminationProtection", "sts:GetCallerIdentity", "cloudformation:GetTemplateSummary"],
              "*", Sid="CliPermissions"),
        allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*"], both(ASSETS), Sid="CliStagingBucket"),
        allow(["ssm:GetParameter", "ssm:GetParameters"],
              f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/cdk-bootstrap/{QUALIFIER}/version", Sid="ReadVersion"))}),
    cdk("lookup"): role(OF_ACCOUNT, ["ReadOnlyAccess"], {"LookupRolePolicy": document(
        {"Sid": "DontReadSecrets", "Effect": "Deny", "Action": ["kms:Decrypt"], "Resource": "*"})}),
    cdk("file-publishing"): role(OF_ACCOUNT, inline={"default": document(
        allow(["s3:GetObject*", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:List*", "s3:DeleteObject*",
               "s3:PutObject*", "s3:Abort*"], both(ASSETS),
              Condition={"StringEquals": {"aws:ResourceAccount": [ACCOUNT]}}),
        allow(KEY_USE, f"arn:aws:kms:{REGION}:{ACCOUNT}:key/AWS_MANAGED_KEY"))}),
    cdk("image-publishing"): role(OF_ACCOUNT, inline={"default": document(
        allow(["ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload",
               "ecr:BatchCheckLayerAvailability", "ecr:DescribeRepositories", "ecr:DescribeImages", "ecr:BatchGetImage",
               "ecr:GetDownloadUrlForLayer"], f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{IMAGES}"),
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
        service("config.amazonaws.com"), ["ReadOnlyAccess"]),
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

ROLES = {**CDK_ROLES, **GOVERNED_ROLES, **GROWN_ROLES, **TEAM_ROLES}
INSTANCE_PROFILES = {"batch-instances": "batch-instances"}
OPEN_ID_PROVIDERS = {f"https://{OPEN_ID}": ["sts.amazonaws.com"]}
SAML_PROVIDERS = ["AWSSSO_0123456789abcdef_DO_NOT_DELETE"]

# --- policies of the account's own: name -> document; groups and users: name -> what they hold ----------------------

POLICIES = {f"{team}-data": document(
    allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{bucket(f'acme-{team}-data')}/*"),
    allow(["s3:ListBucket", "s3:GetBucketLocation"], bucket(f"acme-{team}-data"))) for team in TEAMS}
POLICIES |= {f"{team}-queues": document(
    allow(["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"], f"arn:aws:sqs:{REGION}:{ACCOUNT}:{team}-*"))
    for team in TEAMS}
POLICIES["own-credentials"] = document(
    allow(["iam:ChangePassword", "iam:GetUser", "iam:ListMFADevices"], arn("user/${aws:username}")))


def holder(attached=(), own=(), inline=None, groups=()):
    """`attached` are AWS's policies, `own` the account's."""
    return {"attached": list(attached), "own": list(own), "inline": inline or {}, "groups": list(groups)}


GROUPS = {
    "administrators": holder(["AdministratorAccess"]),
    "auditors": holder(["SecurityAudit", "IAMReadOnlyAccess"]),
    "finance": holder(inline={"cost": document(allow(["ce:Get*", "cur:DescribeReportDefinitions"], "*"))}),
    "developers": holder(["ReadOnlyAccess"], ["own-credentials"]),
}
USERS = {
    "jane": holder(groups=["administrators"]),
    "ops-legacy": holder(["AdministratorAccess"]),
    "terraform": holder(inline={"all": document(EVERYTHING)}),
    "auditor": holder(groups=["auditors"]),
    "controller": holder(groups=["finance"]),
    "ses-smtp": holder(inline={"send": document(allow("ses:SendRawEmail", "*"))}),
}
USERS |= {f"{team}-app": holder(own=[f"{team}-data", f"{team}-queues"]) for team in TEAMS}
USERS |= {f"{team}-dev": holder(groups=["developers"]) for team in TEAMS}

# --- buckets: name -> what was set; what is not named stayed as S3 makes a bucket -----------------------------------


def of_delivery(name, source, acl=True, **more):
    """The statements that AWS documents for a service that delivers into a bucket."""
    by = {"Service": source}
    delivered = admit(name, by, "s3:PutObject", f"AWSLogs/{ACCOUNT}/*", **more)
    return [admit(name, by, "s3:GetBucketAcl", None, **more), delivered] if acl else [delivered]


KEPT = {"versioning": "Enabled"}
SOURCE = {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}
TRAIL = {"Condition": {"StringEquals": {"aws:SourceArn": f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/company"}}}
DISTRIBUTION = {"Condition": {"StringEquals": {
    "AWS:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/EDFDVBD6EXAMPLE"}}}

BUCKETS = {
    ASSETS: {
        **KEPT, "encryption": "aws:kms", "policy": [by_tls(ASSETS)], "lifecycle": [
            {"ID": "CleanupOldVersions", "Status": "Enabled", "Filter": {"Prefix": ""},
             "NoncurrentVersionExpiration": {"NoncurrentDays": 30}},
            {"ID": "AbortIncompleteMultipartUploads", "Status": "Enabled", "Filter": {"Prefix": ""},
             "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]},
    "acme-elb-logs": {"policy": [by_tls("acme-elb-logs"), admit(
        "acme-elb-logs", root(LOAD_BALANCERS), "s3:PutObject", f"AWSLogs/{ACCOUNT}/*")]},
    "acme-alb-logs": {"policy": [by_tls("acme-alb-logs"), *of_delivery(
        "acme-alb-logs", "logdelivery.elasticloadbalancing.amazonaws.com", acl=False)]},
    "acme-cdn-logs": {"ownership": "ObjectWriter", "full_control": AWS_LOGS_DELIVERY, "policy": [by_tls("acme-cdn-logs")]},
    "acme-redshift-audit": {"policy": [
        by_tls("acme-redshift-audit"),
        admit("acme-redshift-audit", {"AWS": arn("user/logs", account=REDSHIFT)}, "s3:PutObject"),
        admit("acme-redshift-audit", {"AWS": arn("user/logs", account=REDSHIFT)}, "s3:GetBucketAcl", None)]},
    "acme-snowpipe-landing": {**KEPT, "policy": [by_tls("acme-snowpipe-landing")], "queue": (
        f"arn:aws:sqs:{REGION}:{SNOWFLAKE}:sf-snowpipe-AIDACKCEVSQ6C2EXAMPLE-abcdefghijklmnopqrstuv")},
    "acme-access-logs": {"ownership": "ObjectWriter", "log_delivery": True, "policy": [by_tls("acme-access-logs")]},
    "acme-company-trail": {**KEPT, "policy": [
        by_tls("acme-company-trail"), *of_delivery("acme-company-trail", "cloudtrail.amazonaws.com", **TRAIL)]},
    "acme-config": {"policy": [by_tls("acme-config"), *of_delivery("acme-config", "config.amazonaws.com", **SOURCE)]},
    "acme-flow-logs": {"policy": [
        by_tls("acme-flow-logs"), *of_delivery("acme-flow-logs", "delivery.logs.amazonaws.com", **SOURCE)]},
    "acme-website": {"policy": [by_tls("acme-website"), admit(
        "acme-website", {"Service": "cloudfront.amazonaws.com"}, "s3:GetObject", **DISTRIBUTION)], "cors": [
            {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://www.example.com"], "MaxAgeSeconds": 3000}]},
    "acme-partner-reports": {**KEPT, "policy": [by_tls("acme-partner-reports"), admit(
        "acme-partner-reports", root(PARTNER), ["s3:GetObject"])]},
    "acme-orders-copy": {**KEPT, "policy": [by_tls("acme-orders-copy")]},
}
for team in TEAMS:
    name = f"acme-{team}-data"
    BUCKETS[name] = {**KEPT, "log_to": "acme-access-logs", "policy": [
        by_tls(name), admit(name, {"AWS": arn(f"role/{team}-function")}, ["s3:GetObject", "s3:PutObject"])]}
    # Nobody set anything here.
    BUCKETS[f"acme-{team}-scratch"] = {}
    BUCKETS[f"acme-{team}-exports"] = {"lifecycle": [
        {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}]}
BUCKETS["acme-orders-data"]["replicate"] = ("replication", "acme-orders-copy")

# --- the rest ---------------------------------------------------------------------------------------------------------

TRAILS = {"company": "acme-company-trail"}
KEYS = {f"alias/{team}": document({"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": root(ACCOUNT),
                                   "Action": "kms:*", "Resource": "*"}) for team in TEAMS}
LAMBDA_PULLS = {"Sid": "LambdaECRImageRetrievalPolicy", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "Condition": {
                    "StringLike": {"aws:sourceArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"}}}
REPOSITORIES = {IMAGES: {"immutable": True, "policy": [LAMBDA_PULLS]}}
REPOSITORIES |= {f"{team}/service": {"immutable": False, "policy": None} for team in TEAMS}

# --- what is truly wrong ----------------------------------------------------------------------------------------------

PLANTED = {
    "user/planted-helpdesk": holder(inline={"all": document(EVERYTHING)}),
    "role/planted-backdoor": role([trust(root(STRANGER))], ["ReadOnlyAccess"]),
    "bucket/planted-public": {"is_open": True, "policy": [
        by_tls("planted-public"), admit("planted-public", "*", "s3:GetObject")]},
}
