//! AWS CloudTrail: trails and event data stores.

pub(crate) mod configuration;
pub(crate) mod delegated_admin;
pub(crate) mod event_configuration;
pub(crate) mod event_data_store;
pub(crate) mod insights;
pub(crate) mod lake_policy;
pub(crate) mod resources;
pub(crate) mod selectors;
pub(crate) mod status;
pub(crate) mod tags;
pub(crate) mod trail_events;

pub use configuration::TrailAction;
pub use configuration::{CloudWatchLink, TrailConfiguration};
pub use delegated_admin::DelegatedAdmin;
pub use event_configuration::EventConfiguration;
pub use event_configuration::EventConfigurationAction;
pub use event_data_store::StoreAction;
pub use event_data_store::{EventDataStore, StoreSettings, StoreStatus};
pub use insights::InsightsAction;
pub use lake_policy::LakePolicyAction;
pub use selectors::SelectorsAction;
pub use selectors::{AdvancedSelector, BasicSelector, DataResource, FieldSelector, Selectors};
pub use status::StatusAction;
pub use status::TrailLogging;
pub use tags::TagsAction;
