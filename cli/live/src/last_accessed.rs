//! When those last used which services whose documents a plan would change.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use parapet_aws::{Connection, last_accessed};
use parapet_cli::plan::Progress;
use parapet_core::WorldError;
use parapet_guards::IamEntity;
use parapet_guards::used::LastAccessed;

/// How many reports IAM makes side by side. It makes each in some seconds, and refuses who asks for many at once.
const SIDE_BY_SIDE: usize = 4;

/// What IAM tells of each, or why it does not.
pub(crate) async fn of_all(
    connection: &Connection,
    entities: BTreeSet<IamEntity>,
    progress: &Progress,
) -> BTreeMap<IamEntity, Result<LastAccessed, WorldError>> {
    let of = entities.len();
    progress.tell_accessed(0, of);
    let each = entities.into_iter().map(async |entity| {
        let told = last_accessed(connection, &entity).await;
        (entity, told)
    });
    let mut reports = stream::iter(each).buffer_unordered(SIDE_BY_SIDE);
    let mut told = BTreeMap::new();
    while let Some((entity, report)) = reports.next().await {
        told.insert(entity, report);
        progress.tell_accessed(told.len(), of);
    }
    told
}
