//! Partitions, regions and accounts, and what is almost the same place.

use super::random::Random;

/// The account of whoever asks.
pub(super) const OWN: &str = "111122223333";
pub(super) const OTHER: &str = "444455556666";
pub(super) const STRANGER: &str = "999999999999";

/// Each partition with regions, the first of them that of its IAM, and how many of a hundred rows are there.
const PARTITIONS: [(&str, &[&str], usize); 4] = [
    ("aws", &["us-east-1", "eu-west-1", "eu-west-2", "ap-southeast-2"], 52),
    ("aws-cn", &["cn-north-1", "cn-northwest-1"], 17),
    ("aws-us-gov", &["us-gov-west-1", "us-gov-east-1"], 17),
    ("aws-eusc", &["eusc-de-east-1"], 14),
];

/// Where the request goes.
pub(super) struct Place {
    pub(super) partition: &'static str,
    pub(super) region: &'static str,
    /// That of the resource.
    pub(super) account: &'static str,
}

impl Place {
    pub(super) fn any(random: &mut Random) -> Self {
        let mut at = random.below(100);
        let found = PARTITIONS.iter().find(|(_, _, share)| {
            let is_here = at < *share;
            at = at.saturating_sub(*share);
            is_here
        });
        let (partition, regions, _) = found.expect("a hundred in all");
        Self { partition, region: random.pick(regions), account: if random.chance(68) { OWN } else { OTHER } }
    }

    /// The region that requests to IAM carry.
    pub(super) fn global_region(&self) -> &'static str {
        PARTITIONS.iter().find(|(name, _, _)| *name == self.partition).map_or("", |(_, regions, _)| regions[0])
    }

    /// The text with the partition for `{p}`, the region for `{r}` and the account for `{a}`.
    pub(super) fn fill(&self, template: &str) -> String {
        template.replace("{p}", self.partition).replace("{r}", self.region).replace("{a}", self.account)
    }
}

/// The same text with another account, region or partition in it; the same text if there is none.
pub(super) fn elsewhere(random: &mut Random, text: &str) -> String {
    let regions: Vec<&str> = PARTITIONS.iter().flat_map(|(_, regions, _)| *regions).copied().collect();
    let partitions = PARTITIONS.map(|(name, _, _)| name);
    match random.below(3) {
        0 => swapped(random, text, &[OWN, OTHER, STRANGER]),
        1 => swapped(random, text, &regions),
        _ => match text.strip_prefix("arn:").and_then(|rest| rest.split_once(':')) {
            Some((_, rest)) => format!("arn:{}:{rest}", random.pick(&partitions)),
            None => text.to_owned(),
        },
    }
}

/// Almost the same text: of another place, or with another letter.
pub(super) fn near(random: &mut Random, text: &str) -> String {
    let other = elsewhere(random, text);
    if other != text || text.is_empty() {
        return other;
    }
    let mut shorter = text.to_owned();
    shorter.pop();
    match random.below(4) {
        0 => text.to_uppercase(),
        1 => format!("{text}x"),
        2 => format!("x{text}"),
        _ => shorter,
    }
}

/// The text with one of these names for another.
fn swapped(random: &mut Random, text: &str, names: &[&str]) -> String {
    match names.iter().find(|name| text.contains(*name)) {
        Some(name) => text.replacen(name, random.pick(names), 1),
        None => text.to_owned(),
    }
}
