//! Whether tags can be overwritten.

use aws_sdk_ecr::types::{
    ImageTagMutability, ImageTagMutabilityExclusionFilter, ImageTagMutabilityExclusionFilterType, Repository,
};
use parapet_core::{ErrorKind, WorldError};
use parapet_guards::{Observed, Put, Resource, TagFilter, TagMutability, facets, on};

use super::{described, told};
use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::failure::{broken, unreadable, written};
use crate::permissions::{Needs, Scope, need};

impl Adapter for facets::RepositoryTagMutability {
    const NEEDS: Needs = Needs {
        looks: &[need("ECR:DescribeRepositories", "ecr:DescribeRepositories", Scope::Repository)],
        writes: &[need("ECR:PutImageTagMutability", "ecr:PutImageTagMutability", Scope::Repository)],
        ..Needs::NONE
    };

    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Repository { name }: &on::Repository,
    ) -> Result<Option<Observed<Self::State>>, WorldError> {
        const STEP: &str = "read the tag mutability";
        let Some(repository) = described(world, STEP, subject, name).await? else { return Ok(None) };
        let identity = told(&repository);
        let state = seen(repository).map_err(|what| unreadable(STEP, subject, &what))?;
        Ok(Some(Observed::of(state, identity)))
    }

    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on::Repository { name }: &on::Repository,
        Put(desired): &Self::Action,
    ) -> Result<(), WorldError> {
        const STEP: &str = "write the tag mutability";
        let excluded = match desired {
            TagMutability::Mutable | TagMutability::Immutable => None,
            TagMutability::MutableExcept(filters) | TagMutability::ImmutableExcept(filters) => {
                let sent: Result<_, _> = filters.iter().map(filter).collect();
                Some(sent.map_err(|error| broken(STEP, subject, ErrorKind::Invalid, error.to_string()))?)
            }
        };
        let put = world.connection.ecr().put_image_tag_mutability().registry_id(&world.home.account);
        let put = put.repository_name(name).image_tag_mutability(ImageTagMutability::from(desired.as_str()));
        written(STEP, subject, put.set_image_tag_mutability_exclusion_filters(excluded).send().await)
    }
}

/// The one kind of pattern that is known.
const KIND: &str = "WILDCARD";

/// What ECR says, or what of it is not known.
fn seen(repository: Repository) -> Result<TagMutability, String> {
    let excluded = repository.image_tag_mutability_exclusion_filters.unwrap_or_default();
    let excluded = excluded.into_iter().map(|ImageTagMutabilityExclusionFilter { filter_type, filter, .. }| {
        TagFilter { kind: filter_type.as_str().to_owned(), pattern: filter }
    });
    let excluded: Vec<TagFilter> = excluded.collect();
    if let Some(odd) = excluded.iter().find(|filter| filter.kind != KIND) {
        return Err(format!("filters of the type `{}` are not known", odd.kind));
    }
    match repository.image_tag_mutability {
        Some(ImageTagMutability::MutableWithExclusion | ImageTagMutability::ImmutableWithExclusion)
            if excluded.is_empty() =>
        {
            Err("the answer does not say what is excluded".to_owned())
        }
        Some(ImageTagMutability::Mutable) => Ok(TagMutability::Mutable),
        Some(ImageTagMutability::Immutable) => Ok(TagMutability::Immutable),
        Some(ImageTagMutability::MutableWithExclusion) => Ok(TagMutability::MutableExcept(excluded)),
        Some(ImageTagMutability::ImmutableWithExclusion) => Ok(TagMutability::ImmutableExcept(excluded)),
        Some(other) => Err(format!("the tag mutability `{}` is not known", other.as_str())),
        None => Err("the answer does not say".to_owned()),
    }
}

fn filter(
    TagFilter { kind, pattern }: &TagFilter,
) -> Result<ImageTagMutabilityExclusionFilter, aws_sdk_ecr::error::BuildError> {
    let kind = ImageTagMutabilityExclusionFilterType::from(kind.as_str());
    ImageTagMutabilityExclusionFilter::builder().filter_type(kind).filter(pattern).build()
}
