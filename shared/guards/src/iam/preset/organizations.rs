//! The role by which an organization's management account administers its members.
//!
//! AWS Organizations User Guide, "Creating OrganizationAccountAccessRole for an invited account": "if you create a member account as part of your
//! organization, AWS automatically creates a role in the account that grants administrator permissions to IAM users in the management account who can
//! assume the role. By default, that role is named OrganizationAccountAccessRole". One by another name is not known.
//!
//! It is an administrator for the management account, as those of Control Tower are, and for the same reason that account has to be named.

use super::{ADMINISTRATOR, Known, MANAGEMENT, Shape, of_management};
use crate::{Preset, Subject};

pub(super) const ACCESS: &str = "OrganizationAccountAccessRole";

/// What is known of a role by its name.
pub(super) fn of(subject: &Subject<'_>, name: &str) -> Option<Known> {
    (name == ACCESS).then(|| {
        Known::as_made(Shape {
            preset: Preset::Organizations,
            trust: of_management(subject),
            trusts: MANAGEMENT.to_owned(),
            attached: ADMINISTRATOR,
            inline: None,
        })
    })
}
