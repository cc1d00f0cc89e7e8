//! Scenarios: what comes in as an event goes through the real `handle`, into a fake account, and out as a reviewed snapshot.
//!
//! - `tests/events`: every file of `events/<guard>`, on the account as the event left it.
//! - `tests/records.rs`: real records of many accounts, and what each guard makes of them.
//! - `tests/odd_inputs.rs`: what is no record at all.
