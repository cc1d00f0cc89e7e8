use parapet_core::WorldError;
use parapet_guards::{Aspect, Observed, Resource};

use crate::AwsWorld;
use crate::permissions::Needs;

/// How a facet is read from AWS and written there: one file a facet, named as the facet's own. It holds no policy; what to write was
/// decided before.
pub(crate) trait Adapter: Aspect {
    /// Which permissions its calls need.
    #[cfg_attr(not(feature = "guards"), allow(dead_code, reason = "roles are written where all guards are built"))]
    const NEEDS: Needs;

    /// Reads the facet. `Ok(None)`: the resource that carries it is not there. A failed read is an error, never a state.
    async fn read(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on: &Self::On,
    ) -> Result<Option<Observed<Self::State>>, WorldError>;

    /// Carries out one action.
    async fn write(
        world: &AwsWorld<'_>,
        subject: &Resource,
        on: &Self::On,
        action: &Self::Action,
    ) -> Result<(), WorldError>;
}
