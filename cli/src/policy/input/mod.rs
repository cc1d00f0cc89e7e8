//! Reads the files that people have: policies by themselves, what the AWS CLI prints, CloudFormation templates, Terraform plans.
//!
//! - [`text`]: the text of a file, however it was written; [`tree`] and [`yaml`]: its values with their places.
//! - [`sort`]: what a file is, by its content.
//! - [`walk`], [`account`], [`template`] with [`intrinsics`], [`plan`] with [`blocks`]: the policies of each sort, as [`found`].
//! - [`unresolved`]: policies with parts that are not known before they are deployed.
//!
//! What is damaged costs the policy that it stands in, and says where; the others are judged.

mod account;
mod blocks;
mod found;
mod intrinsics;
mod plan;
mod sort;
mod template;
mod text;
mod tree;
mod unresolved;
mod walk;
mod yaml;

pub(super) use found::{Found, Piece, Text};
pub(super) use sort::{InputFormat, Sorted, Unread, sort};
pub(super) use text::read;
pub(super) use tree::At;
pub(super) use unresolved::{Bound, Bounds, Open, bounds, is_open, readable};

use account::Account;
use tree::Lines;
use walk::Walk;

use super::json;

/// The account that a stack is taken to be of, where nobody said: none of AWS's.
pub(super) const SOME_ACCOUNT: &str = "000000000000";

/// Hands over the policies of a file, one after the other.
///
/// # Errors
/// What `one` says.
pub(super) fn each<E>(
    sorted: &Sorted<'_>,
    account: &str,
    mut one: impl FnMut(Found) -> Result<(), E>,
) -> Result<(), E> {
    let mut found = Vec::new();
    match sorted {
        Sorted::Document(_) => {}
        Sorted::Account(text) => return Account::of(text).each(one),
        Sorted::Template(root) => found = template::policies(root, account),
        Sorted::Answer(root) => walk::walk(root, &Walk::default(), &mut found),
        Sorted::Plan(text) => {
            let lines = Lines::of(text);
            let members = json::members_at(text, 0);
            let member = |key: &str| members.iter().find(|(name, _)| name == key).map(|(_, span)| span.clone());
            if let Some(span) = member("resource_changes") {
                let walk = Walk::default().member("resource_changes");
                for (i, entry) in json::entries_at(text, span.start).into_iter().enumerate() {
                    if let Some(node) = json::places_at(text, entry.start) {
                        plan::changed(&lines.tree(&node), &walk.entry(i), &mut found);
                    }
                    found.drain(..).try_for_each(&mut one)?;
                }
            } else if let Some((key, span)) =
                ["planned_values", "values"].into_iter().find_map(|key| Some((key, member(key)?)))
            {
                let node = json::places_at(text, span.start).map(|node| lines.tree(&node));
                if let Some(module) = node.as_ref().and_then(|node| node.get("root_module")) {
                    plan::planned(module, &Walk::default().member(key).member("root_module"), &mut found);
                }
            }
        }
    }
    found.into_iter().try_for_each(one)
}
