//! What stands for what AWS gives a stack: its region, and names that nobody chose.
//!
//! What is made up has to be nobody's. If a template's own words said the same, a Deny on the one would seem to be a Deny on the other, and hide
//! what is allowed.

use super::tree::{Node, Shape};

/// Where services without a region of their own are asked, IAM among them: a condition on the region is met by them only here.
pub(super) const FIRST_REGION: &str = "us-east-1";

/// Others, each of a part of the world of its own.
const REGIONS: [&str; 9] = [
    "eu-north-1",
    "ap-south-2",
    "sa-east-1",
    "ca-west-1",
    "af-south-1",
    "il-central-1",
    "me-central-1",
    "mx-central-1",
    "us-west-2",
];

/// Stems that are tried before a name is left open.
const MOST_STEMS: usize = 100;

/// What is made up for one template.
pub(super) struct MadeUp {
    /// A region that the template does not speak of, and not of its part of the world; none if it speaks of all of them.
    pub(super) other_region: Option<&'static str>,
    /// A name of a stack that is no part of anything in the template.
    pub(super) stack: Option<String>,
}

impl MadeUp {
    pub(super) fn of(root: &Node) -> Self {
        let mut words = String::new();
        collect(root, &mut words);
        let is_new = |text: &str| !words.contains(text);
        let other_region = REGIONS.into_iter().find(|region| {
            let world = region.split_inclusive('-').next().unwrap_or(region);
            is_new(world)
        });
        Self { other_region, stack: (0..MOST_STEMS).map(|n| format!("stack{n}")).find(|stem| is_new(stem)) }
    }
}

/// All keys and texts, in small letters: buckets have no others.
fn collect(node: &Node, words: &mut String) {
    match &node.shape {
        Shape::Object(members) => {
            for member in members {
                words.push_str(&member.key.to_ascii_lowercase());
                words.push('\n');
                collect(&member.node, words);
            }
        }
        Shape::List(items) => items.iter().for_each(|item| collect(item, words)),
        Shape::String(text) => {
            words.push_str(&text.to_ascii_lowercase());
            words.push('\n');
        }
        Shape::Other(_) => {}
    }
}
