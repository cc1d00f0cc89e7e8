//! Who acts in the lab's account.

use parapet_aws::Connection;
use parapet_aws::sdk::s3::config::Credentials;
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use serde_json::json;

use super::emulator::{REGION, ROOT_KEY};

/// Somebody with an access key.
#[derive(Debug)]
pub struct Principal {
    /// The user's name.
    pub name: String,
    /// The public part of the key.
    pub access_key_id: String,
    /// The secret part of the key.
    pub secret_access_key: String,
    /// Calls in this name.
    pub aws: Connection,
}

impl Principal {
    fn new(name: &str, access_key_id: &str, secret_access_key: &str, endpoint: &str) -> Self {
        let credentials = Credentials::new(access_key_id, secret_access_key, None, None, "parapet lab");
        Self {
            name: name.to_owned(),
            access_key_id: access_key_id.to_owned(),
            secret_access_key: secret_access_key.to_owned(),
            aws: Connection::new(REGION, credentials, Some(endpoint.to_owned())),
        }
    }

    /// How to reach the account in this name, as AWS's own programs take it from their environment.
    #[must_use]
    pub fn settings(&self, endpoint: &str) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT_URL", endpoint.to_owned()),
            ("AWS_ACCESS_KEY_ID", self.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", self.secret_access_key.clone()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ]
    }

    /// The account's root user, whom nothing limits.
    #[must_use]
    pub(crate) fn root(endpoint: &str) -> Self {
        Self::new("root", ROOT_KEY, ROOT_KEY, endpoint)
    }
}

/// Who runs the account: everything allowed, and no exemption from the guards.
///
/// # Errors
/// The local AWS's.
pub(crate) async fn administrator(root: &Principal, endpoint: &str) -> Result<Principal> {
    user(root, "administrator", &["*"], endpoint).await
}

/// Who got hold of a key with too many rights: enough for all that the guards repair, and more.
///
/// # Errors
/// The local AWS's.
pub(crate) async fn intruder(root: &Principal, endpoint: &str) -> Result<Principal> {
    user(root, "intruder", &["s3:*", "iam:*", "cloudtrail:*", "kms:*", "ecr:*", "sts:*"], endpoint).await
}

/// A user with a key of its own. Made before anything is recorded: otherwise the guards would take such rights away.
async fn user(root: &Principal, name: &str, actions: &[&str], endpoint: &str) -> Result<Principal> {
    let iam = root.aws.iam();
    iam.create_user().user_name(name).send().await.during("CreateUser")?;
    let policy =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]});
    iam.put_user_policy()
        .user_name(name)
        .policy_name("rights")
        .policy_document(policy.to_string())
        .send()
        .await
        .during("PutUserPolicy")?;
    let created = iam.create_access_key().user_name(name).send().await.during("CreateAccessKey")?;
    let key = created.access_key.ok_or_else(|| Trouble::new("CreateAccessKey answered no key"))?;
    Ok(Principal::new(name, &key.access_key_id, &key.secret_access_key, endpoint))
}
