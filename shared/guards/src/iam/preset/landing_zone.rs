//! The role by which Landing Zone Accelerator on AWS deploys into a member account (awslabs/landing-zone-accelerator-on-aws, `bootstrap-stack.ts`,
//! 2026-06-02), by its default prefix.
//!
//! `AWSAccelerator-Deployment-Role` is an administrator, and trusts the management account, CloudFormation, itself, and the role by which the
//! management account comes in: `AWSControlTowerExecution`, or that of AWS Organizations. Who makes one of those first, and has himself let in, would be
//! all that. So while this preset is on, those two are held to the trust that they are made with, whatever they hold.
//!
//! Not known: the roles of its pipeline and installer, whose names CloudFormation makes; both deployment roles in the management account itself, which
//! trust that account as a whole; and another prefix, or `customDeploymentRole`. They stand under `principals.administrators`. The roles of its bootstrap
//! stacks, `cdk-accel-*`, are CDK's, and what it has stack sets execute as is theirs.

use serde_json::json;

use super::{ADMINISTRATOR, Known, Shape, managers, organizations};
use crate::foundation::documents::build;
use crate::{Arns, Preset, Subject};

pub(super) const DEPLOYMENT: &str = "AWSAccelerator-Deployment-Role";

/// By which the management account comes in.
pub(super) const ACCESS: [&str; 2] = ["AWSControlTowerExecution", organizations::ACCESS];

/// Whether a role is one by which the management account comes in.
pub(super) fn is_access_role(name: &str) -> bool {
    ACCESS.contains(&name)
}

/// What is known of a role by its name.
pub(super) fn of(subject: &Subject<'_>, name: &str) -> Option<Known> {
    let preset = Preset::LandingZoneAccelerator;
    if is_access_role(name) {
        return organizations::of(subject, organizations::ACCESS).map(|known| known.of_preset(preset));
    }
    if name != DEPLOYMENT {
        return None;
    }
    let home = subject.home;
    let roots = managers(subject).map(|account| format!("arn:{}:iam::{account}:root", home.partition));
    let trusted: Vec<String> = roots.chain(ACCESS.map(|role| home.iam_arn(&format!("role/{role}")))).collect();
    let trust = build(json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"},
            {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"},
            {
                "Effect": "Allow",
                "Principal": {"AWS": home.iam_arn("root")},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:PrincipalArn": home.iam_arn(&format!("role/{DEPLOYMENT}"))}},
            },
        ],
    }));
    let trusts = "the management account, its role of access, CloudFormation and itself".to_owned();
    Some(Known::as_made(Shape { preset, trust, trusts, attached: ADMINISTRATOR, inline: None }))
}
