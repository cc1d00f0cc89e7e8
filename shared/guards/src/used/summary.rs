//! What one principal was seen to ask for: bounded, whatever is sent, and in a form that is kept.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::call::{Call, What};
use super::keys::From;

/// The version of a summary that is written.
pub const SUMMARY_VERSION: u32 = 1;

/// What was last seen so long ago is forgotten, as CloudTrail's own event history does after 90 days.
pub const KEPT_SECONDS: i64 = 90 * 24 * 60 * 60;

/// How many actions and events of one principal are told apart. A person's work takes some hundreds.
pub const MAX_ACTIONS: usize = 1_024;

/// How many resources and origins of one action are told apart. A pipeline reads any number of objects.
pub const MAX_USES_AN_ACTION: usize = 256;

/// How many of all actions together, so that what is kept of one principal stays below a megabyte or two.
pub const MAX_USES_A_PRINCIPAL: usize = 4_096;

/// What a principal was seen to ask for.
///
/// What was told apart stays until it is forgotten: however much is sent, nothing makes room for it. What finds no room is counted with the
/// action, or else with the rest, and so known to be not told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Who it is, by the ARN that was seen last; empty: nothing was seen.
    pub arn: String,
    /// By what was asked for.
    pub used: BTreeMap<What, Used>,
    /// What of that could not be told apart even by that.
    pub rest: Use,
}

/// What was seen of one action or event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// On which resource, and from where. Of a resource that is not known, `None`; of an origin that found no room by itself, nothing.
    pub uses: BTreeMap<(Option<String>, From), Use>,
    /// What found no room.
    pub rest: Use,
}

/// How often something was seen, and when last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Use {
    /// How often.
    pub count: u64,
    /// When last, in seconds since 1970; 0: never.
    pub last: i64,
}

impl Use {
    fn once(time: i64) -> Self {
        Self { count: 1, last: time }
    }

    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.last = self.last.max(other.last);
    }

    /// Whether nothing was seen.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.count == 0
    }

    pub(super) fn expire(&mut self, now: i64) {
        self.last = self.last.min(now);
        if self.last < now.saturating_sub(KEPT_SECONDS) {
            *self = Self::default();
        }
    }
}

impl Summary {
    /// Adds a call of this principal.
    pub fn note(&mut self, call: &Call) {
        self.note_within(call, usize::MAX);
    }

    /// The same, with room for so many more uses that were not seen yet. Says how many it took.
    pub(super) fn note_within(&mut self, call: &Call, room: usize) -> usize {
        if self.arn != call.arn {
            self.arn.clone_from(&call.arn);
        }
        let mut taken = 0;
        for asked in &call.asked {
            let place = (asked.resource.clone(), call.from.clone());
            taken += self.add(&asked.what, place, Use::once(call.time), room.saturating_sub(taken));
        }
        taken
    }

    /// Adds what another summary of the same principal has. What is here stays, whatever the other holds.
    pub fn merge(&mut self, other: &Self) {
        if !other.arn.is_empty() {
            self.arn.clone_from(&other.arn);
        }
        for (what, used) in &other.used {
            for (place, seen) in &used.uses {
                self.add(what, place.clone(), *seen, usize::MAX);
            }
            if !used.rest.is_nothing() {
                self.add_rest(what, used.rest);
            }
        }
        self.rest.add(other.rest);
    }

    /// Forgets what was last seen more than [`KEPT_SECONDS`] before. What says that it is still to come was seen now.
    pub fn expire(&mut self, now: i64) {
        for used in self.used.values_mut() {
            used.uses.values_mut().for_each(|seen| seen.expire(now));
            used.uses.retain(|_, seen| !seen.is_nothing());
            used.rest.expire(now);
        }
        self.used.retain(|_, used| !used.uses.is_empty() || !used.rest.is_nothing());
        self.rest.expire(now);
    }

    /// How many requests were seen.
    #[must_use]
    pub fn seen(&self) -> u64 {
        let of = |used: &Used| used.uses.values().fold(used.rest.count, |sum, seen| sum.saturating_add(seen.count));
        self.used.values().fold(self.rest.count, |sum, used| sum.saturating_add(of(used)))
    }

    /// How many uses are told apart.
    #[must_use]
    pub fn told_apart(&self) -> usize {
        self.used.values().map(|used| used.uses.len()).sum()
    }

    /// Adds a use. Says how many places it took: none where it was there, or where there is none left.
    fn add(&mut self, what: &What, place: (Option<String>, From), seen: Use, room: usize) -> usize {
        if let Some(known) = self.used.get_mut(what).and_then(|used| used.uses.get_mut(&place)) {
            known.add(seen);
            return 0;
        }
        let has_room = room > 0 && self.told_apart() < MAX_USES_A_PRINCIPAL;
        let has_action = self.used.contains_key(what);
        if !has_action && (self.used.len() >= MAX_ACTIONS || room == 0) {
            self.rest.add(seen);
            return 0;
        }
        let used = self.used.entry(what.clone()).or_default();
        // Where an action is asked for from everywhere, at least on what is told.
        let without_origin = (place.0.clone(), From::default());
        if has_room && used.uses.len() < MAX_USES_AN_ACTION {
            used.uses.insert(place, seen);
            return 1;
        }
        if let Some(known) = used.uses.get_mut(&without_origin) {
            known.add(seen);
            return 0;
        }
        if has_room && used.uses.len() < 2 * MAX_USES_AN_ACTION {
            used.uses.insert(without_origin, seen);
            return 1;
        }
        used.rest.add(seen);
        // A name takes room as well.
        usize::from(!has_action)
    }

    /// Adds a use as it was kept: what was told apart then is told apart now.
    fn restore(&mut self, what: &What, place: (Option<String>, From), seen: Use) {
        let has_room = self.told_apart() < MAX_USES_A_PRINCIPAL
            && (self.used.contains_key(what) || self.used.len() < MAX_ACTIONS)
            && self.used.get(what).is_none_or(|used| used.uses.len() < 2 * MAX_USES_AN_ACTION);
        match has_room {
            true => self.used.entry(what.clone()).or_default().uses.entry(place).or_default().add(seen),
            false => self.add_rest(what, seen),
        }
    }

    fn add_rest(&mut self, what: &What, seen: Use) {
        let has_room = self.used.contains_key(what) || self.used.len() < MAX_ACTIONS;
        match has_room {
            true => self.used.entry(what.clone()).or_default().rest.add(seen),
            false => self.rest.add(seen),
        }
    }
}

/// A summary as it is kept.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Summary"))]
struct Kept {
    /// The version of the format.
    version: u32,
    /// Who it is.
    arn: String,
    /// What was asked for, by action or event.
    used: BTreeMap<String, KeptUsed>,
    /// What of that could not be told apart even by that.
    #[serde(default, skip_serializing_if = "Use::is_nothing")]
    rest: Use,
}

#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Used"))]
struct KeptUsed {
    /// On what, and from where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    uses: Vec<KeptUse>,
    /// What found no room.
    #[serde(default, skip_serializing_if = "Use::is_nothing")]
    rest: Use,
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "UseOn"))]
struct KeptUse {
    /// An ARN, or `*`; none: it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    /// From where.
    #[serde(default)]
    from: From,
    /// How often.
    count: u64,
    /// When last, in seconds since 1970.
    last: i64,
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let use_of = |((resource, from), seen): (&(Option<String>, From), &Use)| KeptUse {
            resource: resource.clone(),
            from: from.clone(),
            count: seen.count,
            last: seen.last,
        };
        let of = |used: &Used| KeptUsed { uses: used.uses.iter().map(use_of).collect(), rest: used.rest };
        let used = self.used.iter().map(|(what, used)| (what.to_string(), of(used))).collect();
        Kept { version: SUMMARY_VERSION, arn: self.arn.clone(), used, rest: self.rest }.serialize(serializer)
    }
}

/// Whatever was kept, no more is read than fits: what is over is counted as not told apart.
impl<'de> Deserialize<'de> for Summary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = Kept::deserialize(deserializer)?;
        if kept.version != SUMMARY_VERSION {
            let version = kept.version;
            return Err(D::Error::custom(format!(
                "its version is {version}, and this program reads up to {SUMMARY_VERSION}: install the newer one"
            )));
        }
        let mut summary = Self { arn: kept.arn, used: BTreeMap::new(), rest: kept.rest };
        for (what, used) in kept.used {
            let what: What = what.parse().map_err(D::Error::custom)?;
            for KeptUse { resource, from, count, last } in used.uses {
                summary.restore(&what, (resource, from), Use { count, last });
            }
            if !used.rest.is_nothing() {
                summary.add_rest(&what, used.rest);
            }
        }
        Ok(summary)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Summary {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Summary".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Kept::json_schema(generator)
    }
}
