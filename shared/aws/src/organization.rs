//! The organization that the account is in.

use parapet_core::WorldError;
use serde_json::json;

use crate::Connection;
use crate::failure::{code, failed, unreadable};

/// The id of the account's own organization, asked once; none: it is in none, or AWS does not say, which the log tells. AWS Organizations
/// API Reference, DescribeOrganization: "This operation can be called from any account in an organization."
pub(crate) async fn own(connection: &Connection) -> Option<String> {
    match connection.organization.get_or_try_init(|| asked(connection)).await {
        Ok(organization) => organization.clone(),
        Err(error) => {
            println!("{}", json!({"level": "WARN", "message": error.story()}));
            None
        }
    }
}

async fn asked(connection: &Connection) -> Result<Option<String>, WorldError> {
    const STEP: &str = "find out the organization";
    const SUBJECT: &str = "the account";
    match connection.organizations().describe_organization().send().await {
        Ok(answer) => {
            let id = answer.organization.and_then(|organization| organization.id);
            id.map(Some).ok_or_else(|| unreadable(STEP, &SUBJECT, "the answer names no organization"))
        }
        Err(error) if code(&error) == "AWSOrganizationsNotInUseException" => Ok(None),
        Err(error) => Err(failed(STEP, &SUBJECT, error)),
    }
}
