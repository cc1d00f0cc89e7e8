//! Managed policies of this account.

use std::collections::BTreeMap;

use aws_sdk_iam::types::PolicyUsageType;
use iam_policy::Document;
use parapet_core::{Arn, ErrorKind, WorldError};
use parapet_guards::{IamEntity, ManagedAction, ManagedPolicy, Observed, PolicyVersion, Resource, facets, on};
use serde_json::json;

use super::version::{SUPERSEDED_AT_MOST, document};
use super::{NO_SUCH_ENTITY, attachment, deleted};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, code, failed, unreadable, written};
use crate::permissions::iam::{
    ATTACH_ROLE_POLICY, DETACH_GROUP_POLICY, DETACH_ROLE_POLICY, DETACH_USER_POLICY, GET_POLICY_VERSION,
};
use crate::permissions::{Needs, Scope, need};

/// Reads a policy: its versions and whoever uses it at once, then what each version says, the default one first. Three calls where nobody
/// uses it and it has one version, one more where it is attached, two where it bounds somebody: whether a policy is ours to narrow depends on
/// all of that, and IAM has no call that tells it together. What other versions say decides what it goes back to.
async fn observe(world: &AwsWorld<'_>, subject: &Resource, arn: &str) -> Result<Option<ManagedPolicy>, WorldError> {
    let (versions, users) = tokio::join!(versions(world, subject, arn), users(world, subject, arn));
    let Some(versions) = versions? else { return Ok(None) };
    let policy = match said(world, subject, arn, versions).await {
        Err(error) if error.kind == ErrorKind::Missing => without_users(world, subject, arn).await?,
        said => Some(said?),
    };
    let Some(policy) = policy else { return Ok(None) };
    let (attached_to, boundary_of) = users?;
    Ok(Some(ManagedPolicy { attached_to, boundary_of, ..policy }))
}

/// Reads what a policy says, whoever uses it. Where the default version is gone meanwhile, another is the default by now, or the policy is gone:
/// AWS IAM API Reference, DeletePolicyVersion: "You cannot delete the default version from a policy using this operation."
pub(super) async fn without_users(
    world: &AwsWorld<'_>,
    subject: &Resource,
    arn: &str,
) -> Result<Option<ManagedPolicy>, WorldError> {
    let mut left = SUPERSEDED_AT_MOST;
    loop {
        let Some(versions) = versions(world, subject, arn).await? else { return Ok(None) };
        match said(world, subject, arn, versions).await {
            Err(error) if error.kind == ErrorKind::Missing && left > 0 => left -= 1,
            said => return said.map(Some),
        }
    }
}

/// What each version says.
async fn said(
    world: &AwsWorld<'_>,
    subject: &Resource,
    arn: &str,
    Versions { default_version, other_versions, known: mut versions }: Versions,
) -> Result<ManagedPolicy, WorldError> {
    let document = document(world, subject, arn, &default_version).await?;
    for id in &other_versions {
        let said = match self::document(world, subject, arn, id).await {
            Ok(said) => Some(said),
            // One that cannot be understood, or is gone meanwhile, is none to go back to.
            Err(error) if error.kind == ErrorKind::Missing || !error.may_pass_later() => None,
            Err(error) => return Err(error),
        };
        versions.entry(id.clone()).or_default().document = said;
    }
    let (attached_to, boundary_of) = (Vec::new(), Vec::new());
    Ok(ManagedPolicy {
        document,
        default_version,
        other_versions,
        attached_to,
        bounded: Vec::new(),
        boundary_of,
        versions,
    })
}

/// The ids of a policy's versions, oldest first, and when each was made.
struct Versions {
    default_version: String,
    other_versions: Vec<String>,
    known: BTreeMap<String, PolicyVersion>,
}

/// To whom a policy is attached, and whom it bounds. Both in one call are not told apart; most policies bound nobody.
async fn users(
    world: &AwsWorld<'_>,
    subject: &Resource,
    arn: &str,
) -> Result<(Vec<IamEntity>, Vec<IamEntity>), WorldError> {
    let all = holders(world, subject, arn, None).await?;
    if all.is_empty() {
        return Ok((all, Vec::new()));
    }
    let bounded = holders(world, subject, arn, Some(PolicyUsageType::PermissionsBoundary)).await?;
    if bounded.is_empty() {
        return Ok((all, bounded));
    }
    // One may be both.
    Ok((holders(world, subject, arn, Some(PolicyUsageType::PermissionsPolicy)).await?, bounded))
}

/// The versions of a policy: at most five, mostly on one page.
async fn versions(world: &AwsWorld<'_>, subject: &Resource, arn: &str) -> Result<Option<Versions>, WorldError> {
    const STEP: &str = "read the policy versions";
    let mut known = BTreeMap::new();
    let mut ids: Vec<(u64, String, bool)> = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let list = world.connection.iam().list_policy_versions().policy_arn(arn).set_marker(marker);
        let page = match list.send().await {
            Ok(page) => page,
            Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(None),
            Err(error) => return Err(failed(STEP, subject, error)),
        };
        for version in page.versions.unwrap_or_default() {
            let id = version.version_id.ok_or_else(|| unreadable(STEP, subject, "a version has no id"))?;
            let made_at = version.create_date.map(|moment| moment.secs());
            known.insert(id.clone(), PolicyVersion { made_at, document: None });
            ids.push((id.trim_start_matches('v').parse().unwrap_or_default(), id, version.is_default_version));
        }
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            break;
        }
    }
    ids.sort();
    let default = ids.iter().find(|(_, _, default)| *default).map(|(_, id, _)| id.clone());
    let default_version = default.ok_or_else(|| unreadable(STEP, subject, "no version is the default"))?;
    let other_versions = ids.into_iter().filter(|(_, _, default)| !default).map(|(_, id, _)| id).collect();
    Ok(Some(Versions { default_version, other_versions, known }))
}

/// Who uses the policy in one way, as permissions or as their permissions boundary, or in any.
async fn holders(
    world: &AwsWorld<'_>,
    subject: &Resource,
    arn: &str,
    usage: Option<PolicyUsageType>,
) -> Result<Vec<IamEntity>, WorldError> {
    let mut holders = Vec::new();
    let mut marker = None;
    loop {
        let list =
            world.connection.iam().list_entities_for_policy().policy_arn(arn).set_policy_usage_filter(usage.clone());
        let page = match list.set_marker(marker).send().await {
            Ok(page) => page,
            // Gone meanwhile: the list of its versions says so, too.
            Err(error) if code(&error) == NO_SUCH_ENTITY => return Ok(holders),
            Err(error) => return Err(failed("read the holders of the policy", subject, error)),
        };
        holders.extend(page.policy_users().iter().filter_map(|user| user.user_name.clone()).map(IamEntity::User));
        holders.extend(page.policy_roles().iter().filter_map(|role| role.role_name.clone()).map(IamEntity::Role));
        holders.extend(page.policy_groups().iter().filter_map(|group| group.group_name.clone()).map(IamEntity::Group));
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            return Ok(holders);
        }
    }
}

/// Carries out one action on a policy. What is gone already is as wanted.
async fn apply(world: &AwsWorld<'_>, subject: &Resource, arn: &str, action: &ManagedAction) -> Result<(), WorldError> {
    let iam = world.connection.iam();
    match action {
        ManagedAction::CreatePolicy(document) => create(world, subject, arn, document).await,
        ManagedAction::CreatePolicyVersion(document) => {
            let create =
                iam.create_policy_version().policy_arn(arn).policy_document(document.to_json()).set_as_default(true);
            create.send().await.map(drop).map_err(|error| {
                let error = failed("write a new version", subject, error);
                // The plan made room: if there is none, somebody else wrote a version since the policy was read.
                if error.kind == ErrorKind::Limit { WorldError { kind: ErrorKind::Conflict, ..error } } else { error }
            })
        }
        ManagedAction::SetDefaultPolicyVersion(version) => {
            let set = iam.set_default_policy_version().policy_arn(arn).version_id(version);
            written("go back to another version", subject, set.send().await)
        }
        ManagedAction::DeletePolicyVersion(version) => {
            keep(world, subject, arn, version).await?;
            let delete = iam.delete_policy_version().policy_arn(arn).version_id(version);
            deleted("delete the oldest version", subject, delete.send().await)
        }
        ManagedAction::DeletePolicy => {
            deleted("delete the policy", subject, iam.delete_policy().policy_arn(arn).send().await)
        }
        ManagedAction::DetachFrom(entity) => attachment::detach(world, subject, entity, arn).await,
        ManagedAction::AttachTo(entity) => attachment::attach(world, subject, entity, arn).await,
    }
}

/// Writes down what a version says before it is deleted: IAM keeps no copy, and the pre-image holds the default version alone.
async fn keep(world: &AwsWorld<'_>, subject: &Resource, arn: &str, version: &str) -> Result<(), WorldError> {
    match document(world, subject, arn, version).await {
        Ok(document) => {
            let message = "a policy version is deleted";
            println!(
                "{}",
                json!({"level": "INFO", "message": message, "policy": arn, "version": version, "document": document})
            );
            Ok(())
        }
        Err(error) if error.kind == ErrorKind::Missing => Ok(()),
        Err(error) => Err(error),
    }
}

/// A policy's path and name are in its ARN: `...:policy/<path>/<name>`.
async fn create(world: &AwsWorld<'_>, subject: &Resource, arn: &str, document: &Document) -> Result<(), WorldError> {
    const STEP: &str = "create the policy";
    let path = Arn::parse(arn).and_then(|arn| arn.resource.strip_prefix("policy"));
    let named = path.and_then(|path| path.rsplit_once('/'));
    let (path, name) =
        named.ok_or_else(|| broken(STEP, subject, ErrorKind::Invalid, "the ARN is not a policy's".to_owned()))?;
    let create = world
        .connection
        .iam()
        .create_policy()
        .policy_name(name)
        .path(format!("{path}/"))
        .policy_document(document.to_json());
    written(STEP, subject, create.send().await)
}

impl Adapter for facets::ManagedDocument {
    const NEEDS: Needs = Needs {
        looks: &[
            need("IAM:ListPolicyVersions", "iam:ListPolicyVersions", Scope::Policy),
            need("IAM:ListEntitiesForPolicy", "iam:ListEntitiesForPolicy", Scope::Policy),
            GET_POLICY_VERSION,
        ],
        writes: &[
            need("IAM:CreatePolicy", "iam:CreatePolicy", Scope::DataPolicy),
            need("IAM:CreatePolicyVersion", "iam:CreatePolicyVersion", Scope::Policy),
            // Back to what it was.
            need("IAM:SetDefaultPolicyVersion", "iam:SetDefaultPolicyVersion", Scope::Policy),
            // A policy has five versions at most: the oldest makes room.
            need("IAM:DeletePolicyVersion", "iam:DeletePolicyVersion", Scope::Policy),
            ATTACH_ROLE_POLICY,
        ],
        removals: &[
            need("IAM:DeletePolicy", "iam:DeletePolicy", Scope::Policy),
            DETACH_ROLE_POLICY,
            DETACH_USER_POLICY,
            DETACH_GROUP_POLICY,
        ],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::ManagedPolicy { arn }: &on::ManagedPolicy,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        observe(world, subject, arn).await.map(|policy| Some(policy.into()))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::ManagedPolicy { arn }: &on::ManagedPolicy,
        action: &Self::Action,
    ) -> Result<(), WorldError> {
        apply(world, subject, arn, action).await
    }
}
