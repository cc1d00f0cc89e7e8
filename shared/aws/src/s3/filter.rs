//! Which objects a rule is about, as lifecycle and replication rules write it.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    LifecycleRuleAndOperator, LifecycleRuleFilter, ReplicationRuleAndOperator, ReplicationRuleFilter, Tag,
};
use parapet_guards::ObjectFilter;

fn tags_of(tags: impl IntoIterator<Item = Tag>) -> std::collections::BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

fn tags_to(filter: &ObjectFilter) -> Result<Vec<Tag>, BuildError> {
    filter.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

pub(super) fn of_lifecycle(filter: LifecycleRuleFilter) -> ObjectFilter {
    match filter.and {
        Some(and) => ObjectFilter {
            prefix: and.prefix,
            tags: tags_of(and.tags.unwrap_or_default()),
            larger_than_bytes: and.object_size_greater_than,
            smaller_than_bytes: and.object_size_less_than,
            combined: true,
        },
        None => ObjectFilter {
            prefix: filter.prefix,
            tags: tags_of(filter.tag),
            larger_than_bytes: filter.object_size_greater_than,
            smaller_than_bytes: filter.object_size_less_than,
            combined: false,
        },
    }
}

pub(super) fn to_lifecycle(filter: &ObjectFilter) -> Result<LifecycleRuleFilter, BuildError> {
    let tags = tags_to(filter)?;
    let builder = LifecycleRuleFilter::builder();
    Ok(if filter.combined {
        let and = LifecycleRuleAndOperator::builder()
            .set_prefix(filter.prefix.clone())
            .set_tags(some(tags))
            .set_object_size_greater_than(filter.larger_than_bytes)
            .set_object_size_less_than(filter.smaller_than_bytes);
        builder.and(and.build()).build()
    } else {
        builder
            .set_prefix(filter.prefix.clone())
            .set_tag(tags.into_iter().next())
            .set_object_size_greater_than(filter.larger_than_bytes)
            .set_object_size_less_than(filter.smaller_than_bytes)
            .build()
    })
}

pub(super) fn of_replication(filter: ReplicationRuleFilter) -> ObjectFilter {
    match filter.and {
        Some(and) => ObjectFilter {
            prefix: and.prefix,
            tags: tags_of(and.tags.unwrap_or_default()),
            combined: true,
            ..ObjectFilter::default()
        },
        None => ObjectFilter { prefix: filter.prefix, tags: tags_of(filter.tag), ..ObjectFilter::default() },
    }
}

pub(super) fn to_replication(filter: &ObjectFilter) -> Result<ReplicationRuleFilter, BuildError> {
    let tags = tags_to(filter)?;
    let builder = ReplicationRuleFilter::builder();
    Ok(if filter.combined {
        let and = ReplicationRuleAndOperator::builder().set_prefix(filter.prefix.clone()).set_tags(some(tags));
        builder.and(and.build()).build()
    } else {
        builder.set_prefix(filter.prefix.clone()).set_tag(tags.into_iter().next()).build()
    })
}

/// A list, or nothing where it is empty: S3 refuses an empty element.
pub(super) fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
