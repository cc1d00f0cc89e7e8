//! Amazon ECR: one file a facet. Each call names the account's own registry.

mod guard_access;
mod repository_policy;
mod scanning;
mod tag_mutability;

use aws_sdk_ecr::primitives::DateTime;
use aws_sdk_ecr::types::Repository;
use parapet_core::{Identity, WorldError};
use parapet_guards::{Mark, Page, Resource, on};

use crate::AwsWorld;
use crate::failure::{code, failed, unreadable};
use crate::world::token;

/// ECR's answer for a repository that is not there.
const NO_REPOSITORY: &str = "RepositoryNotFoundException";

/// A repository as ECR describes it; none: it is not there.
async fn described(
    world: &AwsWorld<'_>,
    step: &str,
    subject: &Resource,
    name: &str,
) -> Result<Option<Repository>, WorldError> {
    let describe = world.connection.ecr().describe_repositories().registry_id(&world.home.account);
    match describe.repository_names(name).send().await {
        Ok(answer) => {
            let found = answer.repositories.unwrap_or_default().into_iter().next();
            found.map(Some).ok_or_else(|| unreadable(step, subject, "the answer names no repository"))
        }
        Err(error) if code(&error) == NO_REPOSITORY => Ok(None),
        Err(error) => Err(failed(step, subject, error)),
    }
}

/// What tells a repository from an earlier one of its name: ECR gives it no id, and says when it was created.
fn told(repository: &Repository) -> Identity {
    Identity::created_at(repository.created_at.as_ref().map(DateTime::secs))
}

/// The same where no read of a facet told it.
pub(crate) async fn identity(
    world: &AwsWorld<'_>,
    subject: &Resource,
    on::Repository { name }: &on::Repository,
) -> Result<Identity, WorldError> {
    let found = described(world, "read the identity", subject, name).await?;
    Ok(found.as_ref().map(told).unwrap_or_default())
}

/// A page of the private repositories of the account in the region.
pub(crate) async fn listed(world: &AwsWorld<'_>, from: Option<&Mark>) -> Result<Page, WorldError> {
    let list = world.connection.ecr().describe_repositories().registry_id(&world.home.account);
    let page = list.set_next_token(token(from)).send().await;
    let page = page.map_err(|error| failed("list", &"every repository", error))?;
    let names = page.repositories.unwrap_or_default().into_iter().filter_map(|repository| repository.repository_name);
    Ok(Page::up_to(names.map(|name| on::Repository { name }.into()), page.next_token))
}
