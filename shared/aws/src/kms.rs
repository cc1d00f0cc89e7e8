//! AWS KMS: one file a facet. The pipeline's key, known by its alias, and others, known by their ids.

pub(crate) mod grants;
mod guard_access;
mod key_policy;
mod key_rotation;
mod key_state;
pub(crate) mod pinned;

use std::collections::BTreeSet;

use parapet_core::{ErrorKind, Identity, WorldError};
use parapet_guards::{Mark, Page, Resource, on};

use crate::AwsWorld;
use crate::failure::{code, failed, unreadable};
use crate::world::token;

/// KMS's answer for a key or alias that is not there.
const NOT_FOUND: &str = "NotFoundException";

/// The ARN of the key that an alias points to; none: it points nowhere.
pub(crate) async fn arn_of(world: &AwsWorld<'_>, alias: &str) -> Result<Option<String>, WorldError> {
    const STEP: &str = "find the key";
    let subject = format!("alias `{alias}`");
    match world.connection.kms().describe_key().key_id(alias).send().await {
        Ok(answer) => {
            let arn = answer.key_metadata.and_then(|key| key.arn);
            arn.map(Some).ok_or_else(|| unreadable(STEP, &subject, "the answer names no key"))
        }
        Err(error) if code(&error) == NOT_FOUND => Ok(None),
        Err(error) => Err(failed(STEP, &subject, error)),
    }
}

/// The ARN of the pipeline's key: of the one that is known by its id, whatever its alias points to; else of the one that the alias points to.
/// Where what is known cannot be read the alias counts, so that whoever spoils that keeps nothing else from being mended: of the key itself
/// it is told.
pub(crate) async fn arn_of_standards(world: &AwsWorld<'_>) -> Result<Option<String>, WorldError> {
    if let Ok(Some(id)) = pinned::id(world).await {
        match arn_of(world, &id).await {
            Ok(None) => {}
            // Its own policy keeps us from asking, and which one it is is known: whoever shut us out there keeps us from no other key.
            Err(error) if error.kind == ErrorKind::Denied && !id.starts_with("arn:") => {
                return Ok(Some(world.home.regional_arn("kms", &format!("key/{id}"))));
            }
            found => return found,
        }
    }
    arn_of(world, world.key_alias).await
}

/// A key is called by an id that is never given again.
pub(crate) async fn identity(_: &AwsWorld<'_>, _: &Resource, key: &on::Key) -> Result<Identity, WorldError> {
    Ok(Identity::of(&key.name, None))
}

/// What names a key to calls that take no alias: AWS KMS API Reference, `KeyId` of most calls: "Specify the key ID or key ARN of the KMS
/// key". None: the standard's alias points nowhere.
pub(crate) async fn id_of(world: &AwsWorld<'_>, name: &str) -> Result<Option<String>, WorldError> {
    if name == world.key_alias { world.key_arn().await } else { Ok(Some(name.to_owned())) }
}

/// The same where the key has to be there.
pub(crate) async fn needed_id_of(
    world: &AwsWorld<'_>,
    name: &str,
    step: &str,
    subject: &Resource,
) -> Result<String, WorldError> {
    if name == world.key_alias { world.needed_key_arn(step, subject).await } else { Ok(name.to_owned()) }
}

/// A page of the keys that the account manages, the standard's by its alias, whether it is there or not. AWS's own keys are left out:
/// nobody here can change them, and each has an alias that begins with `alias/aws/`. Which these are is asked anew for each page.
pub(crate) async fn listed(world: &AwsWorld<'_>, from: Option<&Mark>) -> Result<Page, WorldError> {
    let (kms, what) = (world.connection.kms(), "every key");
    let mut not_by_id = BTreeSet::new();
    let mut marker = None;
    loop {
        let page = kms.list_aliases().set_marker(marker).send().await.map_err(|error| failed("list", &what, error))?;
        for alias in page.aliases() {
            let name = alias.alias_name().unwrap_or_default();
            if name == world.key_alias || name.starts_with("alias/aws/") {
                not_by_id.extend(alias.target_key_id().map(str::to_owned));
            }
        }
        marker = page.next_marker.filter(|_| page.truncated);
        if marker.is_none() {
            break;
        }
    }
    let page = kms.list_keys().set_marker(token(from)).send().await;
    let page = page.map_err(|error| failed("list", &what, error))?;
    let ids = page.keys.unwrap_or_default().into_iter().filter_map(|key| key.key_id);
    let others = ids.filter(|id| !not_by_id.contains(id));
    let names = from.is_none().then(|| world.key_alias.to_owned()).into_iter().chain(others);
    Ok(Page::up_to(names.map(|name| on::Key { name }.into()), page.next_marker.filter(|_| page.truncated)))
}
