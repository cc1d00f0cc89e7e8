//! The roles of AWS Control Tower in an account that it manages.
//!
//! AWS Control Tower User Guide, "How AWS Control Tower works with roles": `AWSControlTowerExecution` "must be present in all enrolled accounts. It
//! allows AWS Control Tower to manage your individual accounts", and is for the management account; `aws-controltower-AdministratorExecutionRole`
//! "can be assumed only by a role in the audit account", `aws-controltower-AuditAdministratorRole`; `aws-controltower-ConfigRecorderRole` is
//! "assumed by AWS Config".
//!
//! The first two are administrators for another account. So that one has to stand under `trust.accounts`, and whoever makes a role of such a name
//! can give an account that stands there what it should not have: name none there that may not administer this one while the preset is on. Which of
//! them is the management account `trust.management_account` says; which is the audit account nothing does. The
//! others trust a service, which acts for whoever passes it the role, and hold what reads.

use serde_json::json;

use super::{ADMINISTRATOR, Attached, Known, MANAGEMENT, Shape, accounts, assumed_by, assumed_by_all, of_management};
use crate::{Preset, Subject};

/// Those that are administrators.
pub(super) const STRONG: [&str; 2] = ["AWSControlTowerExecution", "aws-controltower-AdministratorExecutionRole"];

/// What is known of a role by its name.
pub(super) fn of(subject: &Subject<'_>, name: &str) -> Option<Known> {
    let partition = &subject.home.partition;
    let of_others = |resource: &str| {
        let arn = |account: &String| format!("arn:{partition}:iam::{account}:{resource}");
        assumed_by_all(accounts(subject).map(arn).collect())
    };
    let by = |trusts: &str, trust, attached| {
        Known::as_made(Shape { preset: Preset::ControlTower, trust, trusts: trusts.to_owned(), attached, inline: None })
    };
    let by_service =
        |service: &str, attached| by(&format!("`{service}`"), assumed_by(json!({"Service": service})), attached);
    let of_audit = |role: &str, attached| {
        let trusts = format!("`role/{role}` of an account of `trust.accounts`, the audit account,");
        by(&trusts, of_others(&format!("role/{role}")), attached)
    };
    match name {
        "AWSControlTowerExecution" => Some(by(MANAGEMENT, of_management(subject), ADMINISTRATOR)),
        "aws-controltower-AdministratorExecutionRole" => {
            Some(of_audit("aws-controltower-AuditAdministratorRole", ADMINISTRATOR))
        }
        "aws-controltower-ReadOnlyExecutionRole" => {
            Some(of_audit("aws-controltower-AuditReadOnlyRole", Attached::These(&["ReadOnlyAccess"])))
        }
        "aws-controltower-ConfigRecorderRole" => Some(by_service(
            "config.amazonaws.com",
            Attached::These(&["service-role/AWS_ConfigRole", "ReadOnlyAccess"]),
        )),
        _ => None,
    }
}
