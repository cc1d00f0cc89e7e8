use parapet_core::Home;
use parapet_guards::{GuardName, Resource, Room, Standard, Subject};

use crate::Clock;

/// An account and a region: what is asked of it, how it is seen and changed, and where what is done there is kept.
///
/// Everything that is done is done in one place. A process can know several.
#[derive(Debug)]
pub struct Place<'a, W, R> {
    /// Which account and region.
    pub home: &'a Home,
    /// What is asked of it now.
    pub standard: &'a Standard,
    /// How it is seen and changed.
    pub world: &'a W,
    /// Where evidence and memory of it go.
    pub recorder: &'a R,
}

/// What is done, whatever it is done to.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Who does it: evidence says so.
    pub guard: GuardName,
    /// The moment.
    pub clock: Clock,
    /// Whether only to say what would be written.
    pub dry: bool,
}

impl<'a, W, R> Place<'a, W, R> {
    /// What is judged of a resource now.
    pub(crate) fn subject(&self, run: Run, resource: &'a Resource) -> Subject<'a> {
        Subject {
            resource,
            standard: self.standard,
            home: self.home,
            now: run.clock.now,
            account: None,
            room: Room::Quota,
            settles_at: None,
            made: None,
        }
    }
}
