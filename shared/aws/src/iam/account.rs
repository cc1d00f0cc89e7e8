//! Whose credentials these are.

use parapet_core::{ErrorKind, WorldError};

use crate::Connection;
use crate::failure::{broken, failed};

/// The ARN of some role of the account that the credentials belong to, which names its partition and id. STS would say so
/// directly, at the price of one more service; every account has roles, if only AWS's own.
///
/// # Errors
/// IAM did not say.
pub async fn arn_of_account(connection: &Connection) -> Result<String, WorldError> {
    const STEP: &str = "find out the account";
    const SUBJECT: &str = "these credentials";
    let page =
        connection.iam().list_roles().max_items(1).send().await.map_err(|error| failed(STEP, &SUBJECT, error))?;
    let role = page.roles.into_iter().next();
    let none = || broken(STEP, &SUBJECT, ErrorKind::Unreadable, "IAM lists no role".to_owned());
    role.map(|role| role.arn).ok_or_else(none)
}
