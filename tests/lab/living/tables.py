"""What stands in the living account, gathered: one table a kind, a row a resource."""

from buckets import BUCKETS
from holders import GROUPS, POLICIES, USERS, holder
from others import GRANTS, KEYS, QUEUES, REPOSITORIES, SECRETS, TABLES, TOPICS, TRAILS, topic_arn
from roles import INSTANCE_PROFILES, LINKED_PATH, OPEN_ID_PROVIDERS, ROLES, SAML_PROVIDERS, cdk, role
from words import *  # noqa: F403

# How many there are. What CloudFormation, IAM and S3 have beside these is not counted.
COUNT = sum(map(len, (BUCKETS, GROUPS, POLICIES, USERS, KEYS, QUEUES, REPOSITORIES, SECRETS, TABLES, TOPICS, TRAILS, INSTANCE_PROFILES,
                      OPEN_ID_PROVIDERS, ROLES, SAML_PROVIDERS)))

# --- what is truly wrong ----------------------------------------------------------------------------------------------

PLANTED = {
    "user/planted-helpdesk": holder(inline={"all": document(EVERYTHING)}),
    "role/planted-backdoor": role([trust(root(STRANGER))], ["ReadOnlyAccess"]),
    "bucket/planted-public": {"is_open": True, "policy": [
        by_tls("planted-public"), admit("planted-public", "*", "s3:GetObject")]},
    "repository/planted-image": {"immutable": True, "policy": [
        {"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}]},
}
