//! The one loop: observe, assess, plan, record, apply, observe again. Async, and without any SDK.
//!
//! [`handle`] enters it with an event, [`bootstrap`] with what has to be there, [`list`] with what there is; [`plan()`] only says what they would change. All end in [`reconcile`], which
//! never sees an event's content: a [`Trigger`](parapet_core::Trigger) is quoted in evidence and that is all.

mod accept;
mod asked;
mod baseline;
mod batches;
mod blocked;
mod bootstrap;
mod clock;
mod denial;
mod gather;
mod handle;
mod in_use;
mod keep;
mod list;
mod look;
mod mend;
mod ordered;
mod own_account;
mod own_name;
mod place;
mod plan;
mod recall;
mod reconcile;
mod repair;
mod round;
mod spare;
mod sweep;
mod trails;
mod wait;

pub use accept::{Accepted, Operator, accept};
pub use baseline::baseline;
pub use bootstrap::{BaselineReport, BootstrapReport, BootstrapStopped, bootstrap};
pub use clock::Clock;
pub use gather::{GatherReport, TrailObjects, gather, unread};
pub use handle::{handle, look_at_these, visit};
pub use list::{Listing, list};
pub use mend::mend;
pub use ordered::{Mending, order};
pub use place::{Place, Run};
pub use plan::{
    Counts, Plan, PlanProgress, PlanRow, Proposal, SeenAccessed, SeenHistory, Unread, When, plan, plan_beside,
};
pub use reconcile::reconcile;
pub use round::{Everything, RoundReport, go_round, look_round};
pub use sweep::{Errand, Guards, History, Patience, Sweep, SweepReport, sweep};
pub use trails::FoundTrail;
pub use wait::look_again;
