//! Made-up resources that stand for every resource of a type.

use crate::catalogue;
use crate::zone::TrustZone;

/// The characters of IAM names: "upper and lowercase alphanumeric characters with no spaces [..] also: _+=,.@-"
/// (IAM API Reference). There is one probe for each.
const NAME_CHARACTERS: &str = "xabcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-";

/// The first name, which is shown.
const EXAMPLE: &str = "x-example";

/// "Every resource" is most of the probes.
const MOST_PROBES: u32 = 35;

/// A set of targets, one bit for each.
pub(super) type Mask = u128;

// Each character is one byte, and has a bit.
const _: () = assert!(NAME_CHARACTERS.len() < Mask::BITS as usize && NAME_CHARACTERS.is_ascii());

/// Made-up resources of one type, of which a document can name some but hardly most: each name is one character,
/// repeated. So a grant on `role/app-*` has none of them, a Deny on `role/admin` takes none away, and `role/a*`, `role/b*`,
/// .. in 69 patterns is still every role. Their lengths differ, so that neither does `role/????????` count as everything.
pub(super) struct Targets {
    pub(super) names: Vec<String>,
    most: u32,
}

impl Targets {
    /// One resource, or `*` for an action that has none.
    pub(super) fn only(name: String) -> Self {
        Self { names: vec![name], most: 1 }
    }

    /// Every resource of a type, by its ARN with `*` for what is to be made up.
    pub(super) fn every(template: &str) -> Self {
        if !template.contains('*') {
            return Self::only(template.to_owned());
        }
        let made_up = |i: usize, c: char| if i == 0 { EXAMPLE.to_owned() } else { c.to_string().repeat(8 + i % 24) };
        let name = |(i, c): (usize, char)| template.replace('*', &made_up(i, c));
        Self { names: NAME_CHARACTERS.chars().enumerate().map(name).collect(), most: MOST_PROBES }
    }

    /// For each type of resource that the action is about, every resource of it in the account.
    pub(super) fn of_action(action: &str, zone: &TrustZone) -> Vec<Self> {
        let mut templates: Vec<&str> =
            catalogue::find(action).into_iter().flat_map(|id| id.resource_templates()).collect();
        // The plain resources of a service have the shortest names.
        templates.sort_by_key(|template| template.len());
        if templates.is_empty() {
            return vec![Self::only("*".to_owned())];
        }
        templates.into_iter().map(|template| Self::every(&filled(template, zone))).collect()
    }

    pub(super) fn all(&self) -> Mask {
        (1 << self.names.len()) - 1
    }

    pub(super) fn is_most(&self, mask: Mask) -> bool {
        mask.count_ones() >= self.most
    }
}

fn filled(template: &str, zone: &TrustZone) -> String {
    template
        .replace("${Partition}", &zone.partition)
        .replace("${Region}", "us-east-1")
        .replace("${Account}", &zone.account)
}
