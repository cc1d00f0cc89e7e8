"""The account's own policies, its groups and its users."""

from words import ACCOUNT, EVERYTHING, NOTEBOOKS, OTHER_REGION, REGION, STATE, TEAMS, allow, arn, both, bucket, document

POLICIES = {f"{team}-data": document(
    allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{bucket(f'acme-{team}-data')}/*"),
    allow(["s3:ListBucket", "s3:GetBucketLocation"], bucket(f"acme-{team}-data"))) for team in TEAMS}
POLICIES |= {f"{team}-queues": document(
    allow(["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"], f"arn:aws:sqs:{REGION}:{ACCOUNT}:{team}-*"))
    for team in TEAMS}
POLICIES["own-credentials"] = document(
    allow(["iam:ChangePassword", "iam:GetUser", "iam:ListMFADevices"], arn("user/${aws:username}")))
# As SageMaker's console makes it beside the role of the same number.
POLICIES["AmazonSageMaker-ExecutionPolicy-20230114T091500"] = document(
    allow("s3:ListBucket", bucket(NOTEBOOKS)),
    allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{bucket(NOTEBOOKS)}/*"))
# Attached to many.
POLICIES["base-logging"] = document(
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/acme/*"),
    allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords", "cloudwatch:PutMetricData"], "*"))
# IAM User Guide, "AWS: Denies access to AWS based on the requested Region", and "AWS: Allows MFA-authenticated IAM users to manage their own
# credentials on the Security credentials page", each without what is not needed here.
POLICIES["only-our-regions"] = document(
    {"Sid": "DenyAllOutsideRequestedRegions", "Effect": "Deny", "NotAction": ["cloudfront:*", "iam:*", "organizations:*", "route53:*", "support:*"],
     "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": [REGION, OTHER_REGION]}}})
POLICIES["force-second-factor"] = document(
    allow(["iam:GetAccountPasswordPolicy", "iam:ListVirtualMFADevices"], "*"),
    {"Sid": "DenyAllExceptListedIfNoMFA", "Effect": "Deny", "Resource": "*",
     "NotAction": ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:GetUser", "iam:ListMFADevices", "iam:ListVirtualMFADevices",
                   "iam:ResyncMFADevice", "sts:GetSessionToken"],
     "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}})
# Bounds what pipelines may at the most.
POLICIES["pipeline-boundary"] = document(
    allow(["s3:GetObject", "s3:PutObject", "s3:ListBucket", "ecr:*", "logs:*", "xray:*", "cloudwatch:PutMetricData",
           "codebuild:BatchPutTestCases", "ssm:GetParameters"], "*"))
# An old one of each kind that nobody dares to delete.
POLICIES["s3-read-reports"] = document(allow(["s3:GetObject", "s3:ListBucket"], both("acme-partner-reports")))
POLICIES["sns-publish-alerts"] = document(allow("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"))
POLICIES["route53-dns01"] = document(
    allow(["route53:GetChange", "route53:ListHostedZonesByName"], "*"),
    allow("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ"))
POLICIES["terraform-state"] = document(
    allow("s3:ListBucket", bucket(STATE)), allow(["s3:GetObject", "s3:PutObject"], f"{bucket(STATE)}/*"),
    allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"], f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/terraform-locks"))


def holder(attached=(), own=(), inline=None, groups=()):
    """`attached` are AWS's policies, `own` the account's."""
    return {"attached": list(attached), "own": list(own), "inline": inline or {}, "groups": list(groups)}


GROUPS = {
    "administrators": holder(["AdministratorAccess"]),
    "auditors": holder(["SecurityAudit", "IAMReadOnlyAccess"]),
    "finance": holder(inline={"cost": document(allow(["ce:Get*", "cur:DescribeReportDefinitions"], "*"))}),
    "developers": holder(["ReadOnlyAccess"], ["own-credentials", "only-our-regions"]),
    "analysts": holder(["AmazonAthenaFullAccess"], ["own-credentials", "only-our-regions"]),
    "support": holder(["AWSSupportAccess"], ["own-credentials", "only-our-regions"]),
}
USERS = {
    "jane": holder(groups=["administrators"]),
    "ops-legacy": holder(["AdministratorAccess"]),
    "terraform": holder(inline={"all": document(EVERYTHING)}),
    "auditor": holder(groups=["auditors"]),
    "controller": holder(groups=["finance"]),
    "ses-smtp": holder(inline={"send": document(allow("ses:SendRawEmail", "*"))}),
    # Those who administered before there was Identity Center.
    "old-admin-1": holder(groups=["administrators"]),
    "old-admin-2": holder(groups=["administrators"]),
    "break-glass-user": holder(["AdministratorAccess"], ["force-second-factor"]),
    "cert-manager": holder(own=["route53-dns01"]),
    "monitoring": holder(["CloudWatchReadOnlyAccess"], ["sns-publish-alerts"]),
    "state-reader": holder(own=["terraform-state"]),
    "report-reader": holder(own=["s3-read-reports"]),
    "backup-restic": holder(inline={"backup": document(
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"], both("acme-restic")))}),
    "analyst-1": holder(groups=["analysts"]),
    "analyst-2": holder(groups=["analysts", "finance"]),
    "support-1": holder(groups=["support"]),
}
USERS |= {f"{team}-app": holder(own=[f"{team}-data", f"{team}-queues"]) for team in TEAMS}
USERS |= {f"{team}-dev": holder(groups=["developers"]) for team in TEAMS}
