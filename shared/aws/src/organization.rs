//! The organization that the account is in.

use std::collections::BTreeSet;

use parapet_core::{ErrorKind, WorldError};
use serde_json::json;

use crate::Connection;
use crate::failure::{code, failed, unreadable};

/// The id of the account's own organization, asked once; none: it is in none, or AWS does not say, which the log tells. AWS Organizations
/// API Reference, DescribeOrganization: "This operation can be called from any account in an organization."
pub(crate) async fn own(connection: &Connection) -> Option<String> {
    match connection.organization.get_or_try_init(|| asked(connection)).await {
        Ok(organization) => organization.clone(),
        Err(error) => {
            eprintln!("{}", json!({"level": "WARN", "message": error.story()}));
            None
        }
    }
}

/// The accounts of the organization; none where AWS does not list them. AWS Organizations API Reference, ListAccounts: "This operation can be
/// called only from the organization's management account or by a member account that is a delegated administrator".
pub(crate) async fn members(connection: &Connection) -> BTreeSet<String> {
    listed(connection).await.unwrap_or_else(|error| {
        let level = if error.kind == ErrorKind::Denied { "INFO" } else { "WARN" };
        eprintln!("{}", json!({"level": level, "message": error.story()}));
        BTreeSet::new()
    })
}

async fn listed(connection: &Connection) -> Result<BTreeSet<String>, WorldError> {
    let (mut accounts, mut from) = (BTreeSet::new(), None);
    loop {
        let answer = connection.organizations().list_accounts().set_next_token(from).send().await;
        let page = answer.map_err(|error| failed("list the accounts", &"the organization", error))?;
        accounts.extend(page.accounts.unwrap_or_default().into_iter().filter_map(|account| account.id));
        from = page.next_token;
        if from.is_none() {
            return Ok(accounts);
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
