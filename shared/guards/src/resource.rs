//! What is asked of a kind of resource. The table of kinds is in `lib.rs`; what each is, and how records name one, its service says.

use std::fmt::Display;

use parapet_core::{Arn, Home, Ignored, Trigger};

use crate::{Facet, Resource, ResourceKind, Standard};

/// A kind of resource, by what names one of it.
pub trait Kind: Sized {
    /// Which kind.
    const KIND: ResourceKind;

    /// The resource, if it is of this kind.
    fn of(resource: &Resource) -> Option<&Self>;
}

/// What is said of a kind of resource.
pub(crate) trait Guarded: Display + Into<Resource> {
    /// The ARN that names the resource in outputs and evidence. Where AWS has none, it is the ARN of what carries it, with the rest
    /// after it.
    fn arn(&self, home: &Home) -> String;

    /// Which of them a record is about.
    fn named(trigger: &Trigger, standard: &Standard, home: &Home) -> Named;

    /// Why a facet of it is left alone, where nothing more is asked of it than of any; `None`: it is guarded.
    fn left_alone(&self, _standard: &Standard, _facet: Facet) -> Option<String> {
        None
    }

    /// Whether it is one that bootstrap makes, or belongs to one.
    fn is_foundation(&self, _standard: &Standard, _home: &Home) -> bool {
        false
    }
}

/// What a record says of one kind of resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// It is about this one.
    This(Resource),
    /// It is about one of them, and cannot be told which.
    Unknown,
    /// It is about none that is guarded here.
    Elsewhere(Ignored),
    /// It is about a resource of another kind.
    NotOfThisKind,
}

impl Named {
    /// That one, or one that cannot be told.
    pub(crate) fn found(resource: Option<impl Into<Resource>>) -> Self {
        resource.map_or(Self::Unknown, Self::this)
    }

    /// That one.
    pub(crate) fn this(resource: impl Into<Resource>) -> Self {
        Self::This(resource.into())
    }
}

/// Why a resource of this ARN is not one of this account and region. An empty region or account is everywhere.
pub(crate) fn elsewhere(arn: &Arn<'_>, home: &Home) -> Option<Ignored> {
    if arn.partition != home.partition {
        Some(Ignored::OtherPartition(arn.partition.to_owned()))
    } else if !arn.account.is_empty() && arn.account != home.account {
        Some(Ignored::OtherAccount(arn.account.to_owned()))
    } else if !arn.region.is_empty() && arn.region != home.region {
        Some(Ignored::OtherRegion(arn.region.to_owned()))
    } else {
        None
    }
}

/// Of several ARNs the first that is of this account and region; else the first: what is another's beside it hides nothing.
pub(crate) fn own_first<'a>(arns: impl Iterator<Item = &'a str>, home: &Home) -> Option<&'a str> {
    let is_own = |arn: &str| Arn::parse(arn).is_some_and(|arn| elsewhere(&arn, home).is_none());
    let mut first = None;
    for arn in arns {
        if is_own(arn) {
            return Some(arn);
        }
        first = first.or(Some(arn));
    }
    first
}

/// Makes of the list of kinds one type over all of them.
macro_rules! resources {
    ($($service:ident { $($(#[doc = $doc:literal])+ $kind:ident = $words:literal;)+ })+) => {
        /// What facets are facets of, by name.
        pub mod on {
            $(pub use crate::$service::resources::{$($kind),+};)+
        }

        /// What a guard looks after. Names are as AWS returns them; account, region and partition are the [`Home`]'s.
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(tag = "type", rename_all = "kebab-case")]
        pub enum Resource {
            $($($(#[doc = $doc])+ $kind(on::$kind),)+)+
        }

        /// The kinds of resources.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ResourceKind {
            $($($(#[doc = $doc])+ $kind,)+)+
        }

        impl ResourceKind {
            /// Which of the kind a record is about.
            pub(crate) fn named(self, trigger: &parapet_core::Trigger, standard: &Standard, home: &parapet_core::Home) -> $crate::resource::Named {
                match self { $($(Self::$kind => <on::$kind as $crate::resource::Guarded>::named(trigger, standard, home),)+)+ }
            }
        }

        impl std::fmt::Display for ResourceKind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $($(Self::$kind => $words,)+)+ })
            }
        }

        impl Resource {
            /// What kind of resource it is.
            #[must_use]
            pub fn kind(&self) -> ResourceKind {
                match self { $($(Self::$kind(_) => ResourceKind::$kind,)+)+ }
            }

            /// The ARN that names the resource in outputs and evidence. Where AWS has none, it is the ARN of what carries it, with the
            /// rest after it: of an inline policy and an attachment the entity's and `/policy/`, of a membership the group's and
            /// `/user/`.
            #[must_use]
            pub fn arn(&self, home: &parapet_core::Home) -> String {
                match self { $($(Self::$kind(one) => $crate::resource::Guarded::arn(one, home),)+)+ }
            }

            /// Why the standard leaves a facet of it alone; `None`: it is guarded. What bootstrap creates always is.
            #[must_use]
            pub fn left_alone(&self, standard: &Standard, facet: Facet) -> Option<String> {
                match self { $($(Self::$kind(one) => $crate::resource::Guarded::left_alone(one, standard, facet),)+)+ }
            }

            /// Whether it is one that bootstrap makes, or belongs to one.
            #[must_use]
            pub fn is_foundation(&self, standard: &Standard, home: &parapet_core::Home) -> bool {
                match self { $($(Self::$kind(one) => $crate::resource::Guarded::is_foundation(one, standard, home),)+)+ }
            }
        }

        impl std::fmt::Display for Resource {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $($(Self::$kind(one) => one.fmt(f),)+)+ }
            }
        }

        $($(impl $crate::Kind for on::$kind {
            const KIND: ResourceKind = ResourceKind::$kind;

            fn of(resource: &Resource) -> Option<&Self> {
                match resource {
                    Resource::$kind(one) => Some(one),
                    _ => None,
                }
            }
        }

        impl From<on::$kind> for Resource {
            fn from(one: on::$kind) -> Self {
                Self::$kind(one)
            }
        })+)+
    };
}

pub(crate) use resources;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on::{EventDataStore, Key, Trail};

    #[test]
    fn what_is_named_in_several_ways_has_one_arn() {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let key = |name: &str| Resource::Key(Key { name: name.to_owned() });
        let trail = |name: &str| Resource::Trail(Trail { name: name.to_owned() });
        let store = |id: &str| Resource::EventDataStore(EventDataStore { id: id.to_owned() });
        let elsewhere = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/team";
        let its_arn = "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/1234";
        for (resource, arn) in [
            (key("alias/ml"), "arn:aws:kms:us-east-1:111122223333:alias/ml"),
            (key("1234abcd"), "arn:aws:kms:us-east-1:111122223333:key/1234abcd"),
            (trail("parapet"), "arn:aws:cloudtrail:us-east-1:111122223333:trail/parapet"),
            (trail(elsewhere), elsewhere),
            (store("1234"), its_arn),
            (store(its_arn), its_arn),
        ] {
            assert_eq!(resource.arn(&home), arn);
        }
    }
}
