use crate::{Facet, Guard, Resource, ResourceKind, WorldError};

/// The live account as a guard sees it: one facet of one resource at a time.
///
/// Implemented over the AWS SDK, and over a map by the tests.
pub trait World<G: Guard> {
    /// Reads a facet. `Ok(None)`: the resource that carries it is not there. A failed read is an error, never a state.
    ///
    /// # Errors
    /// The call failed, after the retries of the client.
    fn observe(
        &self,
        resource: &Resource,
        facet: Facet,
    ) -> impl Future<Output = Result<Option<G::State>, WorldError>> + Send;

    /// Carries out one action. It holds no policy: everything was decided before.
    ///
    /// # Errors
    /// The call failed, after the retries of the client.
    fn apply(&self, resource: &Resource, action: &G::Action) -> impl Future<Output = Result<(), WorldError>> + Send;

    /// The resource by the name that the standard knows it by: the id of the standard's key becomes its alias. As it is where it has
    /// one name.
    ///
    /// # Errors
    /// The call failed, after the retries of the client.
    fn identify(&self, resource: Resource) -> impl Future<Output = Result<Resource, WorldError>> + Send {
        std::future::ready(Ok(resource))
    }

    /// Every resource of a kind, whatever the standard says of it.
    ///
    /// # Errors
    /// A call failed, after the retries of the client.
    fn list(&self, kind: ResourceKind) -> impl Future<Output = Result<Vec<Resource>, WorldError>> + Send;

    /// How many calls were made so far. A call that the client repeated counts each time.
    fn calls(&self) -> u32;
}
