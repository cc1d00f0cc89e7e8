"""PMapper (AGPL): the edges of a user who holds the policies, in an account that has what its ways lead to. A process of its own.

The account: an administrator with a password and one without; a role with their power that every service may assume, on an instance profile; a function, a stack and a project that
run with it. PMapper is not for current Python: what it imports from `collections` has moved.
"""

import collections
import collections.abc
import logging

for name in ("Mapping", "MutableMapping"):
    setattr(collections, name, getattr(collections.abc, name))

from principalmapper.common import Node, Policy  # noqa: E402
from principalmapper.graphing import (  # noqa: E402
    autoscaling_edges,
    cloudformation_edges,
    codebuild_edges,
    ec2_edges,
    iam_edges,
    lambda_edges,
    sagemaker_edges,
    ssm_edges,
    sts_edges,
)
from principalmapper.graphing.gathering import update_admin_status  # noqa: E402

from rows import answer  # noqa: E402

logging.disable(logging.CRITICAL)

ACCOUNT = "arn:aws:iam::111111111111"
PROFILE = f"{ACCOUNT}:instance-profile/power"
POWER = f"{ACCOUNT}:role/power"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
SERVICES = ["autoscaling", "cloudformation", "codebuild", "ec2", "lambda", "sagemaker", "ssm"]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": [f"{service}.amazonaws.com" for service in SERVICES]}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": f"{ACCOUNT}:root"}, "Action": "sts:AssumeRole"},
    ],
}


def node(name, policies, trust=None, profile=None, has_password=False):
    arn = f"{ACCOUNT}:{name}"
    attached = [Policy(f"{ACCOUNT}:policy/p{number}", f"p{number}", policy) for number, policy in enumerate(policies)]
    return Node(arn, name, attached, None, trust, profile, 1, has_password, False, None, False, None)


def edges(nodes):
    function = {"FunctionArn": "arn:aws:lambda:us-east-1:111111111111:function:app", "Role": POWER}
    stack = {"StackId": "arn:aws:cloudformation:us-east-1:111111111111:stack/app/1", "RoleARN": POWER}
    project = {"project_arn": "arn:aws:codebuild:us-east-1:111111111111:project/app", "project_role": POWER, "project_tags": []}
    launch = {"lc_arn": "arn:aws:autoscaling:us-east-1:111111111111:launchConfiguration:1:launchConfigurationName/app", "lc_iip": PROFILE}
    yield from lambda_edges.generate_edges_locally(nodes, [function])
    yield from cloudformation_edges.generate_edges_locally(nodes, [stack])
    yield from codebuild_edges.generate_edges_locally(nodes, codebuild_projects=[project])
    yield from autoscaling_edges.generate_edges_locally(nodes, launch_configs=[launch])
    for module in (ec2_edges, iam_edges, sagemaker_edges, ssm_edges, sts_edges):
        yield from module.generate_edges_locally(nodes)


def read(kind, policies):
    if kind != "identity":
        raise NotImplementedError("it asks what a holder reaches")
    holder = node("user/holder", policies)
    nodes = [holder, node("user/owner", [ALL]), node("user/founder", [ALL], has_password=True), node("role/power", [ALL], TRUST, [PROFILE])]
    update_admin_status(nodes)
    if holder.is_admin:
        ways = ["is an administrator"]
    else:
        ways = [edge.short_reason for edge in edges(nodes) if edge.source == holder and edge.destination.is_admin]
    return {"privilege-escalation": ways, "admin": ways}


answer(read)
