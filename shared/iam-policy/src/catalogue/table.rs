//! The form of the generated tables. All of it is constant data: nothing is read, copied or computed at the start.

use std::cmp::Ordering;

/// Words with a blank between.
pub(super) struct Words {
    pub(super) text: &'static str,
    /// Where each word ends.
    pub(super) ends: &'static [u16],
}

/// One service. Its actions are numbered in the order of their names in lower case.
pub(super) struct Service {
    /// In lower case, as the services are ordered.
    pub(super) prefix: &'static str,
    /// The actions, as AWS spells them.
    pub(super) names: Words,
    /// A letter for each action: `R`ead, `W`rite, `L`ist, `T`agging, `P`ermissions management.
    pub(super) levels: &'static str,
    /// For each action, where in `members` its resource templates are listed.
    pub(super) sets: &'static [u16],
    /// Lists of templates one after the other: how many, then their numbers.
    pub(super) members: &'static [u8],
    /// The ARNs of the resource types.
    pub(super) templates: Words,
}

impl Words {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The word with this number; empty if there is none.
    pub(super) fn get(&self, number: usize) -> &'static str {
        let end = self.ends.get(number).copied().map(usize::from);
        let before = number.checked_sub(1).and_then(|n| self.ends.get(n)).copied().map(usize::from);
        let start = before.map_or(0, |blank| blank + 1);
        end.and_then(|end| self.text.get(start..end)).unwrap_or_default()
    }

    /// The number of the first word that is not `below`, if those that are come first.
    pub(super) fn partition_point(&self, below: impl Fn(&'static str) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if below(self.get(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// The order of two texts when the case of ASCII letters does not matter.
pub(super) fn folded(a: &str, b: &str) -> Ordering {
    let lower = |c: u8| c.to_ascii_lowercase();
    a.bytes().map(lower).cmp(b.bytes().map(lower))
}

/// The order of `text` to the texts that begin with `prefix`, which are equal to it here.
pub(super) fn folded_start(text: &str, prefix: &str) -> Ordering {
    let lower = |c: u8| c.to_ascii_lowercase();
    text.bytes().take(prefix.len()).map(lower).cmp(prefix.bytes().map(lower))
}
