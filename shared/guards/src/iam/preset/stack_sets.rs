//! The roles of stack sets of AWS CloudFormation in an account that they deploy to, and in the one that they are of.
//!
//! AWS CloudFormation User Guide, "Grant self-managed permissions": `AWSCloudFormationStackSetAdministrationRole` trusts CloudFormation and may assume
//! `AWSCloudFormationStackSetExecutionRole` of other accounts, which is an administrator and trusts the administrator account. With service-managed
//! permissions the role is `stacksets-exec-` and 32 digits, and trusts a service-linked role of the management account, which nobody but AWS acts as.
//!
//! The execution roles are administrators for another account: it has to stand under `trust.accounts`, and whoever makes a role of such a name can
//! give an account that stands there what it should not have. In the account itself only the administration role is trusted, which only CloudFormation
//! may assume: who passes it that role is judged, and whoever else comes to stand in its trust policy goes, whatever the role holds yet.

use iam_policy::Family;
use parapet_core::Home;
use serde_json::json;

use super::{ADMINISTRATOR, Attached, Known, MANAGEMENT, Shape, accounts, assumed_by, assumed_by_all, managers};
use crate::foundation::documents::build;
use crate::{Arns, Preset, Subject};

const ADMINISTRATION: &str = "AWSCloudFormationStackSetAdministrationRole";
const EXECUTION: &str = "AWSCloudFormationStackSetExecutionRole";

/// What the names of roles begin with that CloudFormation itself makes.
const MADE_BY_SERVICE: &str = "stacksets-exec-";
const DIGITS: usize = 32;

/// Of the management account: nobody but AWS makes a role under this path.
const OF_ORGANIZATION: &str =
    "role/aws-service-role/stacksets.cloudformation.amazonaws.com/AWSServiceRoleForCloudFormationStackSetsOrgAdmin";

/// Whether it is the role that may become the others.
pub(super) fn is_administration(name: &str) -> bool {
    name == ADMINISTRATION
}

/// Those that are administrators, or may become one: by their names, and as a family.
pub(super) fn strong(home: &Home) -> ([&'static str; 2], Family) {
    let pattern = home.iam_arn(&format!("role/{MADE_BY_SERVICE}{}", "?".repeat(DIGITS)));
    ([ADMINISTRATION, EXECUTION], Family { pattern, unlike: vec![home.iam_arn("role/*/*")], tags: Vec::new() })
}

/// What is known of a role by its name.
pub(super) fn of(subject: &Subject<'_>, name: &str) -> Option<Known> {
    let home = subject.home;
    let of_others = |resource: &str| -> Vec<String> {
        accounts(subject).map(|account| format!("arn:{}:iam::{account}:{resource}", home.partition)).collect()
    };
    let shape = |trusts: &str, trust, attached, inline| {
        Known::as_made(Shape { preset: Preset::Stacksets, trust, trusts: trusts.to_owned(), attached, inline })
    };
    if let Some(digits) = name.strip_prefix(MADE_BY_SERVICE) {
        if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let why = format!("its name does not end in {DIGITS} hexadecimal digits");
            return Some(Known::AlmostAs(Preset::Stacksets, why));
        }
        let linked = |account: &String| format!("arn:{}:iam::{account}:{OF_ORGANIZATION}", home.partition);
        let trusts = format!("CloudFormation's service-linked role of {MANAGEMENT}");
        return Some(shape(&trusts, assumed_by_all(managers(subject).map(linked).collect()), ADMINISTRATOR, None));
    }
    match name {
        EXECUTION => {
            let own = home.iam_arn(&format!("role/{ADMINISTRATION}"));
            let trusted = of_others("root").into_iter().chain([own]).collect();
            let trusts = format!(
                "an account of `trust.accounts`, the administrator account, or `role/{ADMINISTRATION}` of this one,"
            );
            Some(shape(&trusts, assumed_by_all(trusted), ADMINISTRATOR, None))
        }
        ADMINISTRATION => {
            let executing = format!("arn:*:iam::*:role/{EXECUTION}");
            let inline = build(json!({
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": executing}],
            }));
            let trust = assumed_by(json!({"Service": "cloudformation.amazonaws.com"}));
            Some(shape("`cloudformation.amazonaws.com`", trust, Attached::These(&[]), Some(inline)))
        }
        _ => None,
    }
}
