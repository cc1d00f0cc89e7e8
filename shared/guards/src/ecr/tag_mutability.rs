use parapet_core::matches;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::ecr::resources::SERVICE;
use crate::flaw::{Flaw, Flaws};
use crate::{Subject, on};

control!(
    ECR_TAG_IMMUTABILITY = "ECR.TagImmutability", Medium, Enforce, fsbp ["ECR.2"], cis [],
    "Tags of container images cannot be overwritten",
    "Whoever can push an image under the tag of another has it run in its place, with the pipeline's role.",
);

/// Whether the tags of a repository can be overwritten.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Repository;
    type State = TagMutability;
    whole!();

    const ROW: Row = Row {
        id: "repository-tag-mutability",
        name: "tag mutability",
        service: &SERVICE,
        events: &["CreateRepository", "PutImageTagMutability"],
        controls: &[ECR_TAG_IMMUTABILITY],
        ..Row::USUAL
    };

    /// Tags that were excluded by name are their owner's choice, and reported: `latest` may move, and so may `v1*` of somebody who means
    /// ill. What excludes every tag is no choice but the setting undone. Where tags could be overwritten before, somebody's pushes live on
    /// that.
    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&TagMutability>,
        observed: &TagMutability,
    ) -> Flaws<'a, TagMutability> {
        let before = subject.excuse(last_known).filter(|before| before.is_undone()).cloned();
        let was_so = before.as_ref().is_some_and(|before| before.keeps_no_more_than(observed));
        let flaw = |detail: String, without: fn(&mut TagMutability)| {
            let flaw = Flaw::new(ECR_TAG_IMMUTABILITY, detail, move |state: &mut TagMutability| match before {
                Some(before) => *state = before,
                None => without(state),
            });
            if was_so { flaw.from_before() } else { flaw }
        };
        let immutable: fn(&mut TagMutability) = |state| *state = TagMutability::Immutable;
        Ok(match observed {
            TagMutability::Immutable => Vec::new(),
            TagMutability::Mutable => vec![flaw("every tag can be overwritten".to_owned(), immutable)],
            TagMutability::MutableExcept(kept) => {
                vec![flaw(format!("every tag can be overwritten but {}", listed(kept)), immutable)]
            }
            TagMutability::ImmutableExcept(excluded) => {
                let (all, some): (Vec<_>, Vec<_>) = excluded.iter().cloned().partition(TagFilter::is_of_every_tag);
                let undone = (!all.is_empty()).then(|| {
                    let detail = format!("every tag can be overwritten: excluded are {}", listed(&all));
                    flaw(detail, without_every_tag)
                });
                let chosen = (!some.is_empty()).then(|| {
                    let detail = format!("tags like {} can be overwritten", listed(&some));
                    Flaw::without_remedy(ECR_TAG_IMMUTABILITY, detail)
                });
                undone.into_iter().chain(chosen).collect()
            }
        })
    }
}

impl Words for Unit {
    fn words(state: &TagMutability) -> String {
        match state {
            TagMutability::Mutable | TagMutability::Immutable => format!("PutImageTagMutability {}", state.as_str()),
            TagMutability::MutableExcept(filters) | TagMutability::ImmutableExcept(filters) => {
                format!("PutImageTagMutability {} of {}", state.as_str(), listed(filters))
            }
        }
    }
}

/// Whether the tags of a repository can be overwritten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TagMutability {
    /// All.
    Mutable,
    /// None.
    Immutable,
    /// All but these.
    MutableExcept(Vec<TagFilter>),
    /// None but these.
    ImmutableExcept(Vec<TagFilter>),
}

/// Which tags are excluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TagFilter {
    /// The kind of pattern, as ECR calls it: `WILDCARD`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The pattern. In one with wildcards `*` is any run of characters.
    pub pattern: String,
}

impl TagMutability {
    /// As ECR calls it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Mutable => "MUTABLE",
            Self::Immutable => "IMMUTABLE",
            Self::MutableExcept(_) => "MUTABLE_WITH_EXCLUSION",
            Self::ImmutableExcept(_) => "IMMUTABLE_WITH_EXCLUSION",
        }
    }

    /// Whether tags can be overwritten that nobody excluded by name.
    fn is_undone(&self) -> bool {
        match self {
            Self::Immutable => false,
            Self::Mutable | Self::MutableExcept(_) => true,
            Self::ImmutableExcept(excluded) => excluded.iter().any(TagFilter::is_of_every_tag),
        }
    }

    /// Whether another keeps every tag from being overwritten that this one, which is undone, does.
    fn keeps_no_more_than(&self, other: &Self) -> bool {
        let Self::MutableExcept(kept) = self else { return true };
        let Self::MutableExcept(others) = other else { return kept.is_empty() || !other.is_undone() };
        kept.iter().all(|filter| others.iter().any(|other| matches(&other.pattern, &filter.pattern)))
    }
}

impl TagFilter {
    fn is_of_every_tag(&self) -> bool {
        self.pattern.bytes().all(|byte| byte == b'*')
    }
}

/// What is excluded by name stays excluded.
fn without_every_tag(state: &mut TagMutability) {
    if let TagMutability::ImmutableExcept(excluded) = state {
        excluded.retain(|filter| !filter.is_of_every_tag());
        if excluded.is_empty() {
            *state = TagMutability::Immutable;
        }
    }
}

fn listed(filters: &[TagFilter]) -> String {
    filters.iter().map(|filter| format!("`{}`", filter.pattern)).collect::<Vec<_>>().join(", ")
}
