//! What bootstrap finds out about the account for the guards: its organization, who is strong in it, and whose the names are that nobody touches.

use std::collections::{BTreeMap, BTreeSet};

use parapet_core::{Identity, WorldError};
use parapet_guards::{
    Arns, Facet, IamEntity, Listed, Observed, OwnAccount, Policies, Recorder, Resource, ResourceKind, State, World,
    is_open_to_account, is_strong, on,
};

use crate::{Place, Run};

/// What the account is now. Of whoever had a name that the standard never touches before, it stays known.
///
/// # Errors
/// Something could not be read: what is kept of the account is all of it, or it is asked for again.
pub(crate) async fn own_account<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    before: &OwnAccount,
) -> Result<OwnAccount, WorldError> {
    own_account_but(place, run, before, |_, _, error| Err(error)).await
}

/// The same, where whoever cannot be read is told, and keeps nobody else from being known. He counts as strong and his role as open, for he may be:
/// whoever has a way to him may have a way to everything. So what is known of the account serves to look at it, and not to be kept.
///
/// # Errors
/// The account's users, roles and groups could not be listed, or `tell` makes it one.
pub(crate) async fn own_account_but<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    before: &OwnAccount,
    mut tell: impl FnMut(&Resource, Facet, WorldError) -> Result<(), WorldError>,
) -> Result<OwnAccount, WorldError> {
    let Strong { strong, arns: of_paths } = strong(place, run, &mut tell).await?;
    let open = open(place, &strong, &mut tell).await?;
    // A policy may name them with the path or without: AWS knows the one, and our own names are the other.
    let arns = |entities: &BTreeSet<IamEntity>| {
        let both = |entity| [Some(place.home.iam_arn(&format!("{entity}"))), of_paths.get(entity).cloned()];
        entities.iter().flat_map(both).flatten().collect()
    };
    let named = of_paths.iter().filter(|(entity, _)| place.standard.is_never_touched(entity));
    let named: BTreeSet<String> = named.map(|(_, arn)| arn.clone()).collect();
    let (holders, nobodys) = holders(place, &before.holders).await?;
    Ok(OwnAccount { strong: &arns(&strong) | &named, open: arns(&open), holders, nobodys, ..before.clone() })
}

/// Those who are administrators or have a way to more permissions, and of everybody who has a path the ARN.
#[derive(Default)]
struct Strong {
    strong: BTreeSet<IamEntity>,
    arns: BTreeMap<IamEntity, String>,
}

async fn strong<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    run: Run,
    mut tell: impl FnMut(&Resource, Facet, WorldError) -> Result<(), WorldError>,
) -> Result<Strong, WorldError> {
    let Strong { mut strong, mut arns } = Strong::default();
    each(place, ResourceKind::Principal, Facet::PrincipalPolicies, |resource, state| {
        let Resource::Principal(on::Principal { entity }) = resource else { return Ok(()) };
        let is_strong = match state {
            Ok(state) => {
                if let State::PrincipalPolicies(Policies { arn: Some(arn), .. }) = state {
                    arns.insert(entity.clone(), arn.clone());
                }
                is_strong(&place.subject(run, resource), state)
            }
            Err(error) => tell(resource, Facet::PrincipalPolicies, error).map(|()| true)?,
        };
        if is_strong {
            strong.insert(entity.clone());
        }
        Ok(())
    })
    .await?;
    Ok(Strong { strong, arns })
}

/// The roles among them that trust the account as a whole.
async fn open<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    strong: &BTreeSet<IamEntity>,
    mut tell: impl FnMut(&Resource, Facet, WorldError) -> Result<(), WorldError>,
) -> Result<BTreeSet<IamEntity>, WorldError> {
    let mut open = BTreeSet::new();
    each(place, ResourceKind::Role, Facet::RoleTrust, |resource, state| {
        let Resource::Role(on::Role { name }) = resource else { return Ok(()) };
        let role = IamEntity::Role(name.clone());
        let is_open = match state {
            Ok(state) => is_open_to_account(place.home, state),
            Err(error) => tell(resource, Facet::RoleTrust, error).map(|()| true)?,
        };
        let is_named = place.standard.is_named_strong(&role);
        if (is_named || strong.contains(&role)) && is_open {
            open.insert(role);
        }
        Ok(())
    })
    .await?;
    Ok(open)
}

/// Whose the names are by which the standard spares somebody, and which nobody has. Once known it stays so: another with that name is another.
async fn holders<W: World, R: Recorder>(
    place: &Place<'_, W, R>,
    before: &BTreeMap<String, Identity>,
) -> Result<(BTreeMap<String, Identity>, BTreeSet<String>), WorldError> {
    let (mut holders, mut nobodys) = (before.clone(), BTreeSet::new());
    let named = place.standard.never_touched().chain(place.standard.operators()).chain(place.standard.deployers());
    for entity in named {
        let name = OwnAccount::name_of(&entity);
        if holders.contains_key(&name) {
            continue;
        }
        let identity = place.world.identity(&Resource::Principal(on::Principal { entity })).await?;
        match identity.id.is_some() {
            true => drop(holders.insert(name, identity)),
            false => drop(nobodys.insert(name)),
        }
    }
    Ok((holders, nobodys))
}

/// Reads one facet of every resource of a kind; what cannot be read is handed on as that.
async fn each<W: World, R>(
    place: &Place<'_, W, R>,
    kind: ResourceKind,
    facet: Facet,
    mut seen: impl FnMut(&Resource, Result<&State, WorldError>) -> Result<(), WorldError>,
) -> Result<(), WorldError> {
    let mut from = None;
    loop {
        let page = place.world.list(kind, from.as_ref()).await?;
        for Listed { resource, told } in &page.listed {
            match told.get(&facet) {
                Some(Observed { state, .. }) => seen(resource, Ok(state))?,
                None => match place.world.observe(resource, facet).await {
                    Ok(Some(Observed { state, .. })) => seen(resource, Ok(&state))?,
                    Ok(None) => {}
                    Err(error) => seen(resource, Err(error))?,
                },
            }
        }
        from = page.next;
        if from.is_none() {
            return Ok(());
        }
    }
}
