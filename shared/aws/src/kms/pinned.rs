//! Which key is the pipeline's, by its id: an alias is moved in one call, and a description is copied.

use parapet_core::{ErrorKind, WorldError};
use serde::{Deserialize, Serialize};

use super::arn_of;
use crate::AwsWorld;
use crate::failure::broken;
use crate::objects::{Objects, Precondition};

/// The version of the format that is written.
const VERSION: u32 = 1;

/// What is kept, for errors.
const NOUN: &str = "record of the pipeline's key";

/// What bootstrap keeps beside memory, sealed as that is.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// [`VERSION`].
    version: u32,
    alias: String,
    key_id: String,
}

/// The id of the pipeline's key, where it is known: the standard names it, or bootstrap kept it. Nothing is believed that bears no seal, so
/// without seals it is known by its alias alone.
///
/// # Errors
/// It was kept, and cannot be read.
pub(crate) async fn id(world: &AwsWorld<'_>) -> Result<Option<String>, WorldError> {
    if let Some(id) = world.key_id {
        return Ok(Some(id.to_owned()));
    }
    if !world.connection.seals() {
        return Ok(None);
    }
    if let Some(known) = world.key_arn.pinned(world.key_alias) {
        return Ok(known);
    }
    let kept = read(world).await?.filter(|kept| kept.alias == world.key_alias).map(|kept| kept.key_id);
    world.key_arn.set_pinned(world.key_alias, kept.clone());
    Ok(kept)
}

/// Keeps which key the alias points to, unless it is known already which one it has to. A key that is gone for good is none.
///
/// # Errors
/// What was kept cannot be read, or which key it is cannot be told or kept.
pub(crate) async fn keep(world: &AwsWorld<'_>) -> Result<(), WorldError> {
    if !world.connection.seals() || world.key_id.is_some() {
        return Ok(());
    }
    if let Some(known) = id(world).await?
        && arn_of(world, &known).await?.is_some()
    {
        return Ok(());
    }
    let arn = arn_of(world, world.key_alias).await?;
    let Some(key_id) = arn.as_deref().and_then(|arn| arn.rsplit_once(":key/")).map(|(_, id)| id.to_owned()) else {
        return Ok(());
    };
    let kept = Kept { version: VERSION, alias: world.key_alias.to_owned(), key_id: key_id.clone() };
    let document = serde_json::to_value(kept).unwrap_or_default();
    let sealed = world.connection.sealed(world.home, &key(world), document).await?;
    objects(world).put(&key(world), &sealed, Precondition::None).await?;
    world.key_arn.set_pinned(world.key_alias, Some(key_id));
    Ok(())
}

async fn read(world: &AwsWorld<'_>) -> Result<Option<Kept>, WorldError> {
    let unreadable = |why: String| {
        let subject = format!("`s3://{}/{}`", world.evidence_bucket, key(world));
        broken(&format!("read the {NOUN}"), &subject, ErrorKind::Unreadable, why)
    };
    let stored = match objects(world).get(&key(world)).await {
        Ok(stored) => stored,
        // Before the first bootstrap.
        Err(error) if error.message.starts_with("NoSuchBucket") => None,
        Err(error) => return Err(error),
    };
    let Some(stored) = stored else { return Ok(None) };
    let opened = match world.connection.opened(world.home, &key(world), &stored).await {
        Ok(opened) => opened,
        // Sealed with another key, which was replaced: as if nothing was kept, until bootstrap keeps it anew.
        Err(why) if why.is_from_before_seals => return Ok(None),
        Err(why) => return Err(unreadable(why.why)),
    };
    let kept: Kept = serde_json::from_value(opened).map_err(|error| unreadable(error.to_string()))?;
    match kept.version {
        VERSION => Ok(Some(kept)),
        other => Err(unreadable(format!("it is of version {other}, and this release reads {VERSION}"))),
    }
}

fn objects<'a>(world: &'a AwsWorld<'_>) -> Objects<'a> {
    Objects { client: world.connection.evidence(), home: world.home, bucket: world.evidence_bucket, noun: NOUN }
}

fn key(world: &AwsWorld<'_>) -> String {
    format!("state/v2/{}/{}/key.json", world.home.account, world.home.region)
}
