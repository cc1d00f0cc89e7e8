//! What is asked of a facet, by its name. The table of facets is in `lib.rs`; what each is, its own file says.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{ControlId, Facet};

/// Makes of the table of guards and their facets the names of both, the facets' ids, their states and actions, and what is asked of each: a facet that is not whole does not
/// compile, and what is asked of one cannot reach another.
macro_rules! facets {
    ($d:tt $($owner:ident = $function:literal, $owns:literal { $($id:ident = $($module:ident)::+;)+ })+) => {
        $crate::guard::guards! { $($owner = $function, $owns;)+ }

        /// One aspect of a resource: what one AWS read and its write cover. Facets are observed, judged and repaired one by one, so that
        /// one which cannot be read holds nothing else back. The order within a kind is the order of repair.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each facet's own file says what it is")]
        pub enum Facet {
            $($($id,)+)+
        }

        /// What each facet is, by its name.
        #[expect(missing_docs, reason = "each facet's own file says what it is")]
        pub mod facets {
            $($(pub type $id = crate::$($module)::+::Unit;)+)+
        }

        /// The state of a facet.
        #[derive(Clone, Debug, PartialEq)]
        #[expect(missing_docs, reason = "each facet's own file says what it is")]
        pub enum State {
            $($($id(<facets::$id as $crate::Aspect>::State),)+)+
        }

        /// One write of a facet.
        #[derive(Clone, Debug, PartialEq)]
        #[expect(missing_docs, reason = "each facet's own file says what it is")]
        pub enum Action {
            $($($id(<facets::$id as $crate::Aspect>::Action),)+)+
        }

        impl Facet {
            /// Every facet.
            pub const ALL: &'static [Self] = &[$($(Self::$id,)+)+];

            /// Its row.
            #[must_use]
            pub fn row(self) -> &'static $crate::Row {
                match self { $($(Self::$id => const { &<facets::$id as $crate::Aspect>::ROW },)+)+ }
            }

            /// The one guard that writes it.
            #[must_use]
            pub fn owner(self) -> GuardName {
                match self { $($(Self::$id)|+ => GuardName::$owner,)+ }
            }

            /// What it is a facet of.
            #[must_use]
            pub fn kind(self) -> ResourceKind {
                match self { $($(Self::$id => <<facets::$id as $crate::Aspect>::On as $crate::Kind>::KIND,)+)+ }
            }

            /// Whether the standard asks anything of it on a resource.
            #[must_use]
            pub fn is_asked_of(self, resource: &Resource, standard: &Standard) -> bool {
                match self {
                    $($(Self::$id => <<facets::$id as $crate::Aspect>::On as $crate::Kind>::of(resource)
                        .is_some_and(|on| <facets::$id as $crate::Aspect>::is_asked_of(on, standard)),)+)+
                }
            }

            /// What its state looks like.
            #[cfg(feature = "schema")]
            pub(crate) fn state_schema(self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                match self { $($(Self::$id => generator.subschema_for::<<facets::$id as $crate::Aspect>::State>(),)+)+ }
            }

            /// What its actions look like.
            #[cfg(feature = "schema")]
            pub(crate) fn action_schema(self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                match self { $($(Self::$id => generator.subschema_for::<<facets::$id as $crate::Aspect>::Action>(),)+)+ }
            }

            /// The state that was kept of it.
            ///
            /// # Errors
            /// What was kept is none of its states; says why.
            pub fn recalled(self, kept: &serde_json::Value) -> Result<State, String> {
                match self {
                    $($(
                        #[cfg(any(not(feature = "one-guard"), feature = $function))]
                        Self::$id => <<facets::$id as $crate::Aspect>::State as serde::Deserialize>::deserialize(kept)
                            .map(State::$id)
                            .map_err(|error| error.to_string()),
                        #[cfg(not(any(not(feature = "one-guard"), feature = $function)))]
                        Self::$id => Err($crate::facet::NOT_BUILT.to_owned()),
                    )+)+
                }
            }
        }

        impl State {
            /// Whose state it is.
            #[must_use]
            pub fn facet(&self) -> Facet {
                match self { $($(Self::$id(_) => Facet::$id,)+)+ }
            }

            /// As evidence and memory keep it: by itself, because they name its facet.
            #[must_use]
            pub fn kept(&self) -> serde_json::Value {
                match self {
                    // Plain data always serialises.
                    $($(Self::$id(state) => serde_json::to_value(state).unwrap_or_default(),)+)+
                }
            }

            /// The same as it is remembered beside what was remembered before it.
            #[must_use]
            pub fn remembered(&self, last_known: Option<&Self>) -> serde_json::Value {
                match self {
                    $($(Self::$id(observed) => {
                        let last_known = match last_known { Some(Self::$id(last)) => Some(last), _ => None };
                        let remembered = <facets::$id as $crate::Aspect>::remembered(observed, last_known);
                        serde_json::to_value(remembered).unwrap_or_default()
                    })+)+
                }
            }

            /// The same as the baseline keeps it.
            #[must_use]
            pub fn in_baseline(&self) -> Self {
                match self { $($(Self::$id(observed) => Self::$id(<facets::$id as $crate::Aspect>::in_baseline(observed)),)+)+ }
            }

            /// Which controls it violates.
            ///
            /// # Errors
            /// It cannot be judged.
            pub fn assess(&self, subject: &Subject<'_>, last_known: Option<&Self>) -> $crate::Assessment {
                match self {
                    $($(
                        #[cfg(any(not(feature = "one-guard"), feature = $function))]
                        Self::$id(observed) => {
                            let last_known = match last_known { Some(Self::$id(last)) => Some(last), _ => None };
                            <facets::$id as $crate::Aspect>::flaws(subject, last_known, observed).map(|flaws| $crate::flaw::findings(subject, flaws))
                        }
                        #[cfg(not(any(not(feature = "one-guard"), feature = $function)))]
                        Self::$id(_) => Err($crate::Undetermined($crate::facet::NOT_BUILT.to_owned())),
                    )+)+
                }
            }

            /// The nearest compliant state. One that cannot be judged stays as it is.
            #[must_use]
            pub fn comply(&self, subject: &Subject<'_>, last_known: Option<&Self>) -> Self {
                match self {
                    $($(
                        #[cfg(any(not(feature = "one-guard"), feature = $function))]
                        Self::$id(observed) => {
                            let last_known = match last_known { Some(Self::$id(last)) => Some(last), _ => None };
                            let flaws = <facets::$id as $crate::Aspect>::flaws(subject, last_known, observed).unwrap_or_default();
                            Self::$id($crate::flaw::mended(subject, flaws, observed))
                        }
                        #[cfg(not(any(not(feature = "one-guard"), feature = $function)))]
                        Self::$id(_) => self.clone(),
                    )+)+
                }
            }

            /// The writes that lead from it to another state of the same facet, safest first. To a state of another facet none does.
            #[must_use]
            pub fn diff(&self, to: &Self) -> Vec<Action> {
                match (self, to) {
                    $($(
                        #[cfg(any(not(feature = "one-guard"), feature = $function))]
                        (Self::$id(from), Self::$id(to)) if from != to => {
                            <facets::$id as $crate::Aspect>::diff(from, to).into_iter().map(Action::$id).collect()
                        }
                    )+)+
                    _ => Vec::new(),
                }
            }

            /// What an action makes of it: its reference meaning. None: it is another facet's.
            #[must_use]
            pub fn step(&self, action: &Action) -> Option<Self> {
                match (self, action) {
                    $($((Self::$id(state), Action::$id(action)) => Some(Self::$id(<facets::$id as $crate::Aspect>::step(state, action))),)+)+
                    _ => None,
                }
            }

            /// Which facets decide whether AWS takes a write that leads from it to another state.
            #[must_use]
            pub fn ties(&self, subject: &Subject<'_>, desired: &Self) -> Vec<(Resource, Facet)> {
                match (self, desired) {
                    $($((Self::$id(observed), Self::$id(desired)) if observed != desired => {
                        <facets::$id as $crate::Aspect>::ties(subject, observed, desired)
                    })+)+
                    _ => Vec::new(),
                }
            }

            /// What becomes of a write that leads to it, beside those facets.
            #[must_use]
            pub fn tied(&self, subject: &Subject<'_>, beside: &[$crate::Beside]) -> $crate::Tied {
                match self {
                    $($(Self::$id(desired) => <facets::$id as $crate::Aspect>::tied(subject, desired, beside).map(Self::$id),)+)+
                }
            }

            /// Whether it says that there is nothing: never remembered, and nothing to be compliant.
            #[must_use]
            pub fn is_absent(&self) -> bool {
                match self { $($(Self::$id(state) => <facets::$id as $crate::Aspect>::is_absent(state),)+)+ }
            }

            /// Whether it leaves nothing to remember: what was there before has ended with it.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                match self { $($(Self::$id(state) => <facets::$id as $crate::Aspect>::is_empty(state),)+)+ }
            }

            /// When it was made, by AWS's own date, in seconds since 1970; none: it tells none.
            #[must_use]
            pub fn made_at(&self) -> Option<i64> {
                match self { $($(Self::$id(state) => <facets::$id as $crate::Aspect>::made_at(state),)+)+ }
            }

            /// Whether it is judged by what is remembered even where nothing is wrong with it otherwise.
            #[must_use]
            pub fn is_judged_by_memory(&self, subject: &Subject<'_>) -> bool {
                match self { $($(Self::$id(state) => <facets::$id as $crate::Aspect>::is_judged_by_memory(subject, state),)+)+ }
            }

            /// What it was before something was brought that made it worth a look.
            #[must_use]
            pub fn before(&self, brought: &Resource) -> Option<Self> {
                match self { $($(Self::$id(state) => <facets::$id as $crate::Aspect>::before(state, brought).map(Self::$id),)+)+ }
            }

            /// The same with what has to stay known of the one before.
            #[must_use]
            pub fn carrying_on(self, subject: &Subject<'_>, last_known: Option<&Self>) -> Self {
                match self {
                    $($(Self::$id(state) => {
                        let last_known = match last_known { Some(Self::$id(last)) => Some(last), _ => None };
                        Self::$id(<facets::$id as $crate::Aspect>::carrying_on(subject, last_known, state))
                    })+)+
                }
            }

            /// Whether it shows that it is of something which nobody but AWS can change.
            #[must_use]
            pub fn is_left_to_aws(&self) -> bool {
                match self { $($(Self::$id(observed) => <facets::$id as $crate::Aspect>::is_left_to_aws(observed),)+)+ }
            }

            /// Whether what is known of the account beside could make a difference to it.
            #[must_use]
            pub fn depends_on_account(&self) -> bool {
                match self { $($(Self::$id(observed) => <facets::$id as $crate::Aspect>::depends_on_account(observed),)+)+ }
            }

            /// Which other facet has to be known before it can be judged beside what is remembered.
            #[must_use]
            pub fn asks(
                &self,
                subject: &Subject<'_>,
                last_known: Option<&Self>,
                identity: &parapet_core::Identity,
            ) -> Option<(Resource, Facet)> {
                match self {
                    $($(Self::$id(observed) => {
                        let last_known = match last_known { Some(Self::$id(last)) => Some(last), _ => None };
                        <facets::$id as $crate::Aspect>::asks(subject, last_known, observed, identity)
                    })+)+
                }
            }

            /// The same with what was asked for.
            #[must_use]
            pub fn knowing(self, subject: &Subject<'_>, known: Option<Self>, identity: &parapet_core::Identity) -> Self {
                match self {
                    $($(Self::$id(state) => Self::$id(<facets::$id as $crate::Aspect>::knowing(subject, state, known, identity)),)+)+
                }
            }

            /// What else it makes worth looking at beside what is remembered.
            #[must_use]
            pub fn follow_ups(&self, subject: &Subject<'_>, last_known: Option<&Self>) -> Vec<(Resource, Facet)> {
                match self {
                    $($(Self::$id(observed) => {
                        let last_known = match last_known { Some(Self::$id(last)) => Some(last), _ => None };
                        <facets::$id as $crate::Aspect>::follow_ups(subject, last_known, observed)
                    })+)+
                }
            }
        }

        impl Action {
            /// Whose action it is.
            #[must_use]
            pub fn facet(&self) -> Facet {
                match self { $($(Self::$id(_) => Facet::$id,)+)+ }
            }
        }

        impl std::fmt::Display for Action {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $($(Self::$id(action) => std::fmt::Display::fmt(action, f),)+)+ }
            }
        }

        impl serde::Serialize for Action {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $($(Self::$id(action) => serde::Serialize::serialize(action, serializer),)+)+ }
            }
        }

        /// Calls a macro with the names of all facets by their guards' functions, for whoever has one thing more to say of each.
        #[macro_export]
        macro_rules! with_every_facet {
            ($d call:path) => { $d call! { $({ $function: $($id)+ })+ } };
        }
    };
}

pub(crate) use facets;

/// A facet of another guard than this binary's: events lead no binary to one, and none carries what it would take to judge it.
#[cfg(feature = "one-guard")]
#[allow(dead_code, reason = "where all guards are built, none is another's")]
pub(crate) const NOT_BUILT: &str = "this binary does not look after it";

impl Facet {
    /// Its id: what evidence, memory and their keys call it.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whose events lead to it, as CloudTrail writes it in `eventSource`.
    #[must_use]
    pub fn source(self) -> &'static str {
        self.row().service.source
    }

    /// The events that make it worth looking at, by CloudTrail's names.
    #[must_use]
    pub fn events(self) -> &'static [&'static str] {
        self.row().events
    }

    /// The controls that it shows.
    #[must_use]
    pub fn controls(self) -> &'static [ControlId] {
        self.row().controls
    }

    /// Those that an event leads to, in the order of repair.
    pub fn led_to_by<'e>(source: &'e str, event: &'e str) -> impl Iterator<Item = Self> + use<'e> {
        let event = unversioned(event);
        let leads = move |facet: &Self| facet.source() == source && facet.events().contains(&event);
        Self::ALL.iter().copied().filter(leads)
    }
}

/// An event's name without the API version that some services add to it: `UpdateFunctionCode20150331v2`.
fn unversioned(event: &str) -> &str {
    const DATE_DIGITS: usize = 8;
    let bare = event.strip_suffix("v2").unwrap_or(event);
    let name = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    if bare.len() - name.len() == DATE_DIGITS { name } else { event }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Facet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Facet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        let known = Self::ALL.iter().copied().find(|facet| facet.id() == id);
        known.ok_or_else(|| D::Error::custom(format!("`{id}` is no facet")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_api_version_is_no_part_of_a_name() {
        for (event, name) in [
            ("UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
            ("DeleteFunction20150331", "DeleteFunction"),
            ("PutBucketPolicy", "PutBucketPolicy"),
            ("Encryptv2", "Encryptv2"),
            ("Call2015", "Call2015"),
        ] {
            assert_eq!(unversioned(event), name);
        }
    }

    #[test]
    fn an_event_leads_to_the_facets_of_its_own_service() {
        let led_to = |source: &str, event: &str| Facet::led_to_by(source, event).collect::<Vec<_>>();
        assert_eq!(led_to("s3.amazonaws.com", "PutBucketPolicy"), [Facet::BucketGuardAccess, Facet::BucketPolicy]);
        assert_eq!(led_to("kms.amazonaws.com", "EnableKey"), [Facet::KeyState, Facet::KeyRotation]);
        assert_eq!(led_to("s3vectors.amazonaws.com", "PutBucketPolicy"), []);
        assert_eq!(led_to("s3.amazonaws.com", "GetBucketPolicy"), []);
    }

    #[test]
    fn every_row_is_filled_in() {
        let ids: BTreeSet<&str> = Facet::ALL.iter().map(|facet| facet.id()).collect();
        assert_eq!(ids.len(), Facet::ALL.len(), "ids are unique");
        for facet in Facet::ALL {
            let row = facet.row();
            assert!(![row.id, row.name, row.service.source].contains(&""), "{facet:?}");
            assert!(!row.events.is_empty() && !row.controls.is_empty(), "{facet:?}: why look at it?");
        }
    }
}
