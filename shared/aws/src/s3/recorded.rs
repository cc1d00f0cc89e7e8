//! Policies of which the record of an event alone tells: no call reads them.

use parapet_core::WorldError;
use parapet_guards::{Observed, Resource, facets, on};

use crate::AwsWorld;
use crate::adapter::Adapter;
use crate::permissions::Needs;

macro_rules! recorded {
    ($($facet:ident)+) => {
        $(
            impl Adapter for facets::$facet {
                /// Told by its event alone.
                const NEEDS: Needs = Needs::NONE;

                async fn read(
                    _world: &AwsWorld<'_>,
                    _subject: &Resource,
                    _on: &on::RecordedPolicy,
                ) -> Result<Option<Observed<Self::State>>, WorldError> {
                    Ok(Some(Observed::from(None)))
                }

                async fn write(
                    _world: &AwsWorld<'_>,
                    _subject: &Resource,
                    _on: &on::RecordedPolicy,
                    action: &Self::Action,
                ) -> Result<(), WorldError> {
                    match *action {}
                }
            }
        )+
    };
}

recorded! { RecordedAccess RecordedDirectory RecordedTables RecordedVectors }
