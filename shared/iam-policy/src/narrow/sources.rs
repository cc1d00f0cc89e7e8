//! **The table** of services that say for whom they act: which of `aws:SourceAccount` and `aws:SourceArn` a service sends, and with requests to which
//! services.
//!
//! A condition on what is not sent locks the service out. "A `SourceAccount` setting prevents EventBridge from being able to invoke the function"
//! (Amazon EventBridge User Guide, Troubleshooting), though it sends both when it assumes a role. So a row is of a service and of what it asks, and
//! each is in AWS's documents as a policy with that key. What is in none of them gets no condition.
//!
//! Looked for, and in no document: AWS Backup, AWS CodePipeline, Amazon Data Lifecycle Manager, Amazon Data Firehose, Amazon FSx, AWS Glue jobs and
//! crawlers, when they assume a role. "Amazon OpenSearch Service doesn't support the `aws:SourceArn` and `aws:SourceAccount` condition keys on the trust
//! policy of the IAM role that you use for manual snapshots" (Amazon OpenSearch Service Developer Guide, Cross-service confused deputy prevention).

/// What a service sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// `aws:SourceAccount`.
    Account,
    /// `aws:SourceArn`, of a resource of this service that names its account.
    Arn(&'static str),
}

/// What a service sends with its requests.
struct Row {
    /// Its principal, without `.amazonaws.com` and a region.
    service: &'static str,
    source: Source,
    /// The services that it asks, by the prefix of their actions.
    of: &'static [&'static str],
    /// The document that says so.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the reader, and for the tests that read it"))]
    says: &'static str,
}

/// When it assumes a role.
const ROLES: &[&str] = &["sts"];

const fn account(service: &'static str, of: &'static [&'static str], says: &'static str) -> Row {
    Row { service, source: Source::Account, of, says }
}

const fn arn(service: &'static str, of: &'static [&'static str], says: &'static str) -> Row {
    Row { service, source: Source::Arn(service), of, says }
}

const LOGS: &str = "Amazon CloudWatch Logs User Guide, Enabling logging from AWS services";
const CHIME: &str = "Amazon Chime SDK Developer Guide, Cross-service confused deputy prevention";
const RDS: &str = "Amazon RDS User Guide, Preventing cross-service confused deputy problems";
const STACKS: &str = "AWS CloudFormation User Guide, Cross-service confused deputy prevention";

/// By service.
static SOURCES: &[Row] = &[
    account("access-grants.s3", ROLES, "Amazon S3 User Guide, Register a location"),
    account("aiops", &["sts", "sns", "kms"], "Amazon CloudWatch User Guide, CloudWatch investigations, Security"),
    account("airflow", ROLES, "Amazon MWAA User Guide, Cross-service confused deputy prevention"),
    account("airflow-env", ROLES, "Amazon MWAA User Guide, Cross-service confused deputy prevention"),
    account("amplify", &["sts", "s3"], "AWS Amplify User Guide, Cross-service confused deputy prevention"),
    account("amplifybackend", ROLES, "AWS Amplify User Guide, Cross-service confused deputy prevention"),
    account("appflow", &["s3"], "Amazon AppFlow User Guide, Amazon S3 bucket policies for Amazon AppFlow"),
    account("appstream", &["sts", "s3"], "Amazon AppStream 2.0 Administration Guide, Confused deputy prevention"),
    account("appsync", ROLES, "AWS AppSync Developer Guide, Attaching a data source"),
    account(
        "aps",
        &["sns", "secretsmanager"],
        "Amazon Managed Service for Prometheus User Guide, Set up your alert receiver",
    ),
    account("athena", ROLES, "Amazon Athena User Guide, Troubleshoot Spark-enabled workgroups"),
    account("auditmanager", &["sns", "kms"], "AWS Audit Manager User Guide, Identity-based policy examples"),
    account("autoscaling", ROLES, "Amazon EC2 Auto Scaling User Guide, Cross-service confused deputy prevention"),
    account("backup", &["sns"], "AWS Backup Developer Guide, Cross-service confused deputy prevention"),
    account("batch", ROLES, "AWS Batch User Guide, Cross-service confused deputy prevention"),
    account("bedrock", &["sts", "lambda"], "Amazon Bedrock User Guide, Create a service role for model customization"),
    account(
        "bedrock-agentcore",
        ROLES,
        "Amazon Bedrock AgentCore Developer Guide, IAM Permissions for AgentCore Runtime",
    ),
    account("chime", &["sns"], CHIME),
    account("cloudformation", ROLES, "AWS CloudFormation User Guide, Grant self-managed permissions"),
    account("cloudfront", ROLES, "Amazon CloudFront Developer Guide, Use real-time access logs"),
    arn("cloudfront", &["s3", "mediastore", "kms"], "Amazon CloudFront Developer Guide, Restrict access to an origin"),
    account("cloudtrail", &["sts", "s3", "sns"], "AWS CloudTrail User Guide, Cross-service confused deputy prevention"),
    arn("cloudtrail", &["kms"], "AWS CloudTrail User Guide, Configure AWS KMS key policies for CloudTrail"),
    account("cloudwatch", &["sns"], "Amazon CloudWatch User Guide, Notifying users on alarm changes"),
    account(
        "codebuild",
        &["sts", "ecr"],
        "AWS CodeBuild User Guide, Allow CodeBuild to interact with other AWS services",
    ),
    account("codedeploy", ROLES, "AWS CodeDeploy User Guide, Cross-service confused deputy prevention"),
    account("cognito-idp", &["sts", "lambda", "kms", "ses"], "Amazon Cognito Developer Guide, Lambda triggers"),
    account("cognito-sync", &["sts", "lambda"], "Amazon Cognito Developer Guide, Push synchronization"),
    account("comprehend", ROLES, "Amazon Comprehend Developer Guide, Cross-service confused deputy prevention"),
    account(
        "config",
        &["sts", "s3", "sns", "kms", "lambda"],
        "AWS Config Developer Guide, Cross-service confused deputy prevention",
    ),
    account(
        "connect",
        &["s3", "sns", "lex"],
        "Amazon Connect Administrator Guide, Cross-service confused deputy prevention",
    ),
    account("custom.rds", &["s3"], RDS),
    account("datasync", &["sts", "logs"], "AWS DataSync User Guide, Cross-service confused deputy prevention"),
    account("datazone", ROLES, "Amazon DataZone User Guide, AmazonDataZoneGlueAccess-<region>-<domainId>"),
    account("delivery.logs", &["logs", "s3", "kms", "xray"], LOGS),
    account("dms", ROLES, "AWS Database Migration Service User Guide, Cross-service confused deputy prevention"),
    account("dsql", ROLES, "Amazon Aurora DSQL User Guide, Cross-service confused deputy prevention"),
    account("ecs-tasks", ROLES, "Amazon ECS Developer Guide, Amazon ECS task IAM role"),
    account("eks", ROLES, "Amazon EKS User Guide, Cross-service confused deputy prevention in Amazon EKS"),
    account("elasticmapreduce", ROLES, "Amazon EMR Management Guide, Service role for EMR Notebooks"),
    account(
        "email.cognito-idp",
        &["ses"],
        "Amazon Cognito Developer Guide, Email settings for Amazon Cognito user pools",
    ),
    account("es", &["logs"], "Amazon OpenSearch Service Developer Guide, Monitoring OpenSearch logs"),
    account(
        "events",
        ROLES,
        "Amazon EventBridge User Guide, Cross-service confused deputy prevention in Amazon EventBridge",
    ),
    arn(
        "events",
        &["execute-api", "lambda", "sqs"],
        "Amazon EventBridge User Guide, Using resource-based policies for Amazon EventBridge",
    ),
    account(
        "events.rds",
        &["sns"],
        "Amazon RDS User Guide, Granting permissions to publish notifications to an Amazon SNS topic",
    ),
    account("forecast", ROLES, "Amazon Forecast Developer Guide, Set Up Permissions for Amazon Forecast"),
    account("glue", &["dynamodb"], "AWS Glue User Guide, Zero-ETL integrations"),
    account("grafana", ROLES, "Amazon Managed Grafana User Guide, Cross-service confused deputy prevention"),
    account("greengrass", ROLES, "AWS IoT Greengrass Developer Guide, Cross-service confused deputy prevention"),
    account("guardduty", &["kms", "s3"], "Amazon GuardDuty User Guide, Exporting generated findings to Amazon S3"),
    account("hooks.cloudformation", ROLES, STACKS),
    account("inspector2", &["kms", "s3"], "Amazon Inspector User Guide, Exporting Amazon Inspector findings reports"),
    account("iot", &["sts", "lambda"], "AWS IoT Core Developer Guide, Cross-service confused deputy prevention"),
    account("iotdeviceadvisor", ROLES, "AWS IoT Core Developer Guide, Security best practices in AWS IoT Core"),
    account(
        "iotevents",
        ROLES,
        "AWS IoT Events Developer Guide, Cross-service confused deputy prevention for AWS IoT Events",
    ),
    account("kafkaconnect", ROLES, "Amazon MSK Developer Guide, Prevent cross-service confused deputy problem"),
    account("kendra", ROLES, "Amazon Kendra Developer Guide, IAM access roles for Amazon Kendra"),
    account(
        "kinesisanalytics",
        ROLES,
        "Managed Service for Apache Flink Developer Guide, Cross-service confused deputy prevention",
    ),
    account("lakeformation", ROLES, "AWS Lake Formation Developer Guide, Cross-service confused deputy prevention"),
    account(
        "lambda.alarms.cloudwatch",
        &["lambda"],
        "Amazon CloudWatch User Guide, Invoke a Lambda function from an alarm",
    ),
    account("logging.s3", &["s3"], "Amazon S3 User Guide, Enabling Amazon S3 server access logging"),
    account("logs", &["sts", "s3", "lambda"], "Amazon CloudWatch Logs User Guide, Confused deputy prevention"),
    account("macie", &["kms", "s3"], "Amazon Macie User Guide, Storing and retaining sensitive data discovery results"),
    account("mediaconvert", ROLES, "AWS Elemental MediaConvert User Guide, Cross-service confused deputy prevention"),
    account("mediapipelines.chime", &["kms", "s3"], CHIME),
    account("meetings.chime", &["sns", "sqs"], CHIME),
    account("monitoring.rds", ROLES, "Amazon RDS User Guide, Setting up and enabling Enhanced Monitoring"),
    account("mq", &["logs"], "Amazon MQ Developer Guide, Configuring Amazon MQ for ActiveMQ logs"),
    account(
        "osis-pipelines",
        ROLES,
        "Amazon OpenSearch Service Developer Guide, Granting Amazon OpenSearch Ingestion pipelines access to domains",
    ),
    account("personalize", ROLES, "Amazon Personalize Developer Guide, Cross-service confused deputy prevention"),
    account(
        "pipes",
        ROLES,
        "Amazon EventBridge User Guide, Cross-service confused deputy prevention in Amazon EventBridge",
    ),
    // "EKS Pod Identity uses `AssumeRole` to assume the IAM role before passing the temporary credentials to your pods."
    account("pods.eks", ROLES, "Amazon EKS User Guide, Create IAM role with trust policy required by EKS Pod Identity"),
    account(
        "profile",
        &["kms", "s3", "sqs"],
        "Amazon Connect Administrator Guide, Cross-service confused deputy prevention",
    ),
    account("proton", ROLES, "AWS Proton User Guide, Cross-service confused deputy prevention"),
    account("q", &["sts", "s3", "kms"], "Amazon Q Developer User Guide, Logging users' prompts"),
    account("qbusiness", ROLES, "Amazon Q Business User Guide, IAM roles for Amazon Q Business"),
    account("rds", &["sts", "secretsmanager"], RDS),
    account(
        "redshift",
        &["dynamodb", "kms"],
        "Amazon DynamoDB Developer Guide, DynamoDB zero-ETL integration with Amazon Redshift",
    ),
    account("rekognition", ROLES, "Amazon Rekognition Developer Guide, Cross-service confused deputy prevention"),
    account("resources.cloudformation", ROLES, STACKS),
    account("route53", &["logs"], "Amazon CloudWatch Logs API Reference, PutResourcePolicy"),
    account("rum", &["kms", "s3"], "Amazon CloudWatch User Guide, CloudWatch RUM, JavaScript stack traces"),
    account(
        "s3",
        &["kms", "lambda", "s3", "sns", "sqs"],
        "Amazon S3 User Guide, Granting permissions to publish event notification messages",
    ),
    account(
        "sagemaker",
        &["sts", "sns"],
        "Amazon SageMaker AI Developer Guide, Cross-Service Confused Deputy Prevention",
    ),
    account(
        "scheduler",
        ROLES,
        "Amazon EventBridge Scheduler User Guide, Confused deputy prevention in EventBridge Scheduler",
    ),
    account("scraper.aps", ROLES, "Amazon Managed Service for Prometheus User Guide, Managed collectors"),
    account("serverlessrepo", &["s3"], "AWS SAM Developer Guide, Publishing an application using the AWS SAM CLI"),
    account(
        "ses",
        &["sts", "kms", "lambda", "s3", "sns"],
        "Amazon SES Developer Guide, Giving permissions to Amazon SES for email receiving",
    ),
    account("sns", &["s3", "xray"], "Amazon SNS Developer Guide, Requesting Amazon SNS SMS usage reports"),
    arn(
        "sns",
        &["kms", "lambda", "sqs"],
        "Amazon SNS Developer Guide, Subscribing an Amazon SQS queue to an Amazon SNS topic",
    ),
    account("spotfleet", ROLES, "Amazon EC2 User Guide, Spot Fleet permissions"),
    account(
        "ssm",
        &["sts", "kms", "s3", "sns"],
        "AWS Systems Manager User Guide, Cross-service confused deputy prevention",
    ),
    account("states", ROLES, "AWS Step Functions Developer Guide, Creating an IAM role for your state machine"),
    arn("states", &["execute-api"], "AWS Step Functions Developer Guide, Call API Gateway with Step Functions"),
    account("storage-lens.s3", &["kms", "s3"], "Amazon S3 User Guide, Examples of Amazon S3 bucket policies"),
    account("textract", ROLES, "Amazon Textract Developer Guide, Cross-service confused deputy prevention"),
    account("transfer", ROLES, "AWS Transfer Family User Guide, Cross-service confused deputy prevention"),
    account("voiceconnector.chime", &["lex", "s3"], CHIME),
    account("voiceid", ROLES, "Amazon Connect Administrator Guide, Cross-service confused deputy prevention"),
    account("vpc-flow-logs", ROLES, "Amazon VPC User Guide, IAM role for publishing flow logs to CloudWatch Logs"),
    account("xray", &["logs"], "Amazon CloudWatch User Guide, Enable transaction search"),
];

/// What a service (its principal without `.amazonaws.com`, and without the region that some have) sends with a request for an action, in lower case.
pub(super) fn sent_by(service: &str, action: &str) -> Option<Source> {
    let (asked, _) = action.split_once(':')?;
    let found = SOURCES.iter().find(|row| row.service == service && row.of.contains(&asked));
    found.map(|row| row.source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn what_is_sent_to_whom() {
        for (service, action, expected) in [
            ("scheduler", "sts:assumerole", Some(Source::Account)),
            ("events", "sts:assumerole", Some(Source::Account)),
            ("events", "lambda:invokefunction", Some(Source::Arn("events"))),
            // "You can't use Condition blocks in Amazon SNS topic policies for EventBridge."
            ("events", "sns:publish", None),
            ("sns", "sqs:sendmessage", Some(Source::Arn("sns"))),
            ("sns", "s3:putobject", Some(Source::Account)),
            ("s3", "sqs:sendmessage", Some(Source::Account)),
            ("s3", "sts:assumerole", None),
            ("es", "logs:putlogevents", Some(Source::Account)),
            ("es", "sts:assumerole", None),
            ("backup", "sns:publish", Some(Source::Account)),
            ("backup", "sts:assumerole", None),
            ("glue", "sts:assumerole", None),
            ("codepipeline", "sts:assumerole", None),
            ("firehose", "sts:assumerole", None),
            ("config", "*", None),
        ] {
            assert_eq!(sent_by(service, action), expected, "{service} {action}");
        }
    }

    #[test]
    fn rows_are_sorted_and_of_services_that_exist() {
        assert!(SOURCES.windows(2).all(|pair| pair[0].service <= pair[1].service));
        for row in SOURCES {
            assert!(!row.says.is_empty() && !row.of.is_empty(), "{}", row.service);
            for of in row.of {
                assert!(!catalogue::actions_of(of).is_empty(), "{of}");
            }
        }
    }
}
