"""The account's buckets: name -> what was set; what is not named stayed as S3 makes a bucket."""

from words import (ACCOUNT, ASSETS, AWS_LOGS_DELIVERY, LOAD_BALANCERS, NOTEBOOKS, PARTNER, PIPELINES, PRESS, REDSHIFT, REGION, SNOWFLAKE,
                   STATE, TEAMS, admit, arn, both, by_tls, root)


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

# What services deliver, each by the policy that its documentation gives: network load balancers, flow logs and what else is a vended log
# (CloudWatch Logs, "Logs sent to Amazon S3"), Data Exports, server access logs ("Enabling Amazon S3 server access logging"), GuardDuty,
# Systems Manager, SES, Firehose, Config into another bucket, inventories ("Granting permissions for Amazon S3 Inventory").
VENDED = {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT},
                        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"}}}
for name in ("acme-nlb-logs", "aws-waf-logs-acme", "acme-resolver-logs", "acme-cdn-logs-v2", "acme-transit-flow-logs"):
    BUCKETS[name] = {"policy": [by_tls(name), *of_delivery(name, "delivery.logs.amazonaws.com", **VENDED)], "lifecycle": [
        {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 365}}]}
BUCKETS |= {
    "acme-cost-and-usage": {"policy": [by_tls("acme-cost-and-usage"), {
        "Sid": "EnableAWSDataExportsToWriteToS3AndCheckPolicy", "Effect": "Allow",
        "Principal": {"Service": ["billingreports.amazonaws.com", "bcm-data-exports.amazonaws.com"]},
        "Action": ["s3:PutObject", "s3:GetBucketPolicy"], "Resource": both("acme-cost-and-usage"), "Condition": {"StringLike": {
            "aws:SourceAccount": ACCOUNT, "aws:SourceArn": [
                f"arn:aws:cur:us-east-1:{ACCOUNT}:definition/*", f"arn:aws:bcm-data-exports:us-east-1:{ACCOUNT}:export/*"]}}}]},
    "acme-server-access-logs": {"policy": [by_tls("acme-server-access-logs"), admit(
        "acme-server-access-logs", {"Service": "logging.s3.amazonaws.com"}, "s3:PutObject", **SOURCE)]},
    "acme-cdn-logs-2019": {
        "ownership": "BucketOwnerPreferred", "full_control": AWS_LOGS_DELIVERY, "policy": [by_tls("acme-cdn-logs-2019")]},
    "acme-guardduty": {"policy": [
        by_tls("acme-guardduty"),
        admit("acme-guardduty", {"Service": "guardduty.amazonaws.com"}, "s3:GetBucketLocation", None, **SOURCE),
        admit("acme-guardduty", {"Service": "guardduty.amazonaws.com"}, "s3:PutObject", **SOURCE)]},
    "acme-instance-inventory": {"policy": [
        by_tls("acme-instance-inventory"),
        admit("acme-instance-inventory", {"Service": "ssm.amazonaws.com"}, "s3:PutObject", **SOURCE)]},
    "acme-inbound-mail": {"policy": [
        by_tls("acme-inbound-mail"), admit("acme-inbound-mail", {"Service": "ses.amazonaws.com"}, "s3:PutObject", **SOURCE)]},
    "acme-inventories": {"policy": [
        by_tls("acme-inventories"), admit("acme-inventories", {"Service": "s3.amazonaws.com"}, "s3:PutObject", **SOURCE)]},
    "acme-events-stream": {"policy": [by_tls("acme-events-stream")]},
    "acme-elb-logs-2016": {"policy": [by_tls("acme-elb-logs-2016"), admit(
        "acme-elb-logs-2016", root(LOAD_BALANCERS), "s3:PutObject", f"legacy/AWSLogs/{ACCOUNT}/*")]},
    # What consoles make by themselves: nobody set anything but these.
    f"aws-athena-query-results-{ACCOUNT}-{REGION}": {},
    f"aws-glue-assets-{ACCOUNT}-{REGION}": {},
    "cf-templates-1a2b3c4d5e6f-us-east-1": {},
    PIPELINES: {"policy": [by_tls(PIPELINES)]},
    NOTEBOOKS: {"cors": [{"AllowedMethods": ["GET", "PUT", "POST", "DELETE", "HEAD"], "AllowedOrigins": ["https://*.sagemaker.aws"],
                          "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"]}]},
    # What people made.
    STATE: {**KEPT, "encryption": "aws:kms", "policy": [by_tls(STATE)]},
    "acme-warehouse": {**KEPT, "policy": [by_tls("acme-warehouse")], "log_to": "acme-access-logs"},
    "acme-partner-uploads": {"policy": [by_tls("acme-partner-uploads")]},
    "acme-restic": {**KEPT, "policy": [by_tls("acme-restic")]},
    "acme-snowpipe-events": {"policy": [by_tls("acme-snowpipe-events")], "topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:snowpipe-events"},
    "acme-thumbnails": {"policy": [by_tls("acme-thumbnails")], "queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:thumbnails"},
    "acme-docs-site": {"policy": [by_tls("acme-docs-site"), admit(
        "acme-docs-site", {"Service": "cloudfront.amazonaws.com"}, "s3:GetObject", **DISTRIBUTION)]},
    # Through an origin access identity, as it was before origin access control.
    "acme-old-site": {"policy": [by_tls("acme-old-site"), admit("acme-old-site", {
        "AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2EXAMPLE1OAID"}, "s3:GetObject")]},
    # Public, and meant so.
    PRESS: {"is_open": True, "policy": [by_tls(PRESS), admit(PRESS, "*", "s3:GetObject")], "website": "index.html"},
}
