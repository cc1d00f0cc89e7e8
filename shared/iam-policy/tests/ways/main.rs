//! The ways to power: what is decided, what is written from it, and that each is found, and none of it without any part of it.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

#[path = "../common/mod.rs"]
mod common;

#[path = "../common/ways.rs"]
mod ways;

mod decided;
mod found;
mod written;
