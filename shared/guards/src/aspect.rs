//! What a facet is: everything that is known of one aspect of a resource, in one place.

use std::fmt::{self, Debug, Display};

use parapet_core::Identity;
use serde::de::DeserializeOwned;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::flaw::Flaws;
use crate::resource::Kind;
use crate::tie::{Beside, Tied};
use crate::{ControlId, Facet, Resource, Service, Standard, State, Subject};

/// A facet: what one AWS read and its write cover, how it has to be, and the way there.
///
/// `last_known` is the last accepted state, if one is remembered. By it what was deleted comes back as it was, and new access is told
/// from old. A healthy state is judged without it.
///
/// Laws, property-tested for every facet (`parapet-testkit`):
/// - mending flaws is idempotent, and leaves a compliant state as it is;
/// - folding `step` over `diff(a, b)` from `a` gives `b`, or a state from which `diff` leads no further;
/// - of what is mended nothing is left that is enforced;
/// - no state on the way violates an enforced control which the first did not;
/// - remembering a state never turns an observed finding into an enforced one, but of facets that are judged by memory.
pub trait Aspect: Sized {
    /// What it is a facet of.
    type On: Kind;

    /// How it can be.
    type State: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync;

    /// One write, and in words what it is.
    type Action: Clone + Debug + PartialEq + Display + Serialize + Send + Sync;

    /// Its row in the table of facets.
    const ROW: Row;

    /// What is wrong with a state, and how each of that is mended.
    ///
    /// # Errors
    /// [`Undetermined`](crate::Undetermined): the state cannot be judged.
    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Self::State>,
        observed: &Self::State,
    ) -> Flaws<'a, Self::State>;

    /// The writes that lead from one state to another, safest first. Asked only of two that differ.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action>;

    /// What an action does to a state: its reference meaning.
    fn step(state: &Self::State, action: &Self::Action) -> Self::State;

    /// Which facets decide whether AWS takes a write that leads from one state to another. They are read before it is made, and only
    /// then.
    fn ties(_subject: &Subject<'_>, _observed: &Self::State, _desired: &Self::State) -> Vec<(Resource, Facet)> {
        Vec::new()
    }

    /// What becomes of that write beside them. One that could not be read is not among `beside`.
    fn tied(_subject: &Subject<'_>, _desired: &Self::State, _beside: &[Beside]) -> Tied<Self::State> {
        Tied::Taken
    }

    /// Whether a state says that there is nothing: never remembered, and nothing to be compliant.
    fn is_absent(_state: &Self::State) -> bool {
        false
    }

    /// Whether a state shows that it is of something which nobody but AWS can change. It is left to AWS then.
    fn is_left_to_aws(_state: &Self::State) -> bool {
        false
    }

    /// A state as it is remembered beside what was remembered before it.
    fn remembered(observed: &Self::State, _last_known: Option<&Self::State>) -> Self::State {
        observed.clone()
    }

    /// A state as the baseline keeps it.
    fn in_baseline(observed: &Self::State) -> Self::State {
        observed.clone()
    }

    /// Whether a state leaves nothing to remember: what was there before has ended with it.
    fn is_empty(state: &Self::State) -> bool {
        Self::is_absent(state)
    }

    /// Whether a state is judged by what is remembered even where nothing is wrong with it otherwise, because it does not show by itself
    /// what was taken from it. Costs one read of the memory.
    fn is_judged_by_memory(_subject: &Subject<'_>, _observed: &Self::State) -> bool {
        false
    }

    /// When a state was made, by AWS's own date, in seconds since 1970; none: it tells none.
    fn made_at(_state: &Self::State) -> Option<i64> {
        None
    }

    /// Whether the standard asks anything of it on a resource.
    fn is_asked_of(_on: &Self::On, _standard: &Standard) -> bool {
        true
    }

    /// What a state was before something was brought that made it worth a look, as far as it shows. By it, where nothing is remembered, what
    /// was brought is told from what was there.
    fn before(_observed: &Self::State, _brought: &Resource) -> Option<Self::State> {
        None
    }

    /// The state with what has to stay known of the one before, and does not show in it: such as that somebody was strong before he was denied
    /// something. `None`: nothing was before.
    fn carrying_on(_subject: &Subject<'_>, _last_known: Option<&Self::State>, observed: Self::State) -> Self::State {
        observed
    }

    /// Whether what is known of the account beside could make a difference to a state in which nothing seems to be wrong: such as who is strong,
    /// to a policy that names others.
    fn depends_on_account(_observed: &Self::State) -> bool {
        false
    }

    /// Which other facet has to be known before a state can be judged beside what is remembered, such as what a role may that somebody new may
    /// become. It is read then, and only then; what the state asks for once it knows that is read next. `identity`: whose the state is, as far as the look told.
    fn asks(
        _subject: &Subject<'_>,
        _last_known: Option<&Self::State>,
        _observed: &Self::State,
        _identity: &Identity,
    ) -> Option<(Resource, Facet)> {
        None
    }

    /// The state with what was asked for. `None`: what carries that is not there.
    fn knowing(
        _subject: &Subject<'_>,
        observed: Self::State,
        _known: Option<State>,
        _identity: &Identity,
    ) -> Self::State {
        observed
    }

    /// What else a state makes worth looking at beside what is remembered, such as a principal's other policies where this one could complete
    /// a way to more.
    fn follow_ups(
        _subject: &Subject<'_>,
        _last_known: Option<&Self::State>,
        _observed: &Self::State,
    ) -> Vec<(Resource, Facet)> {
        Vec::new()
    }
}

/// What the table of facets says of one. From it come the routes, the rules in front of the functions, and the documents.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What evidence, memory and their keys call it. It never changes; the words may.
    pub id: &'static str,
    /// In words.
    pub name: &'static str,
    /// Whose events lead to it.
    pub service: &'static Service,
    /// The events that make it worth looking at, by CloudTrail's names.
    pub events: &'static [&'static str],
    /// The controls that it shows.
    pub controls: &'static [ControlId],
    /// How many calls to AWS one look takes, at most. None: that depends on how much somebody holds.
    ///
    /// What a healthy facet costs is one look, a repair two looks and its writes: three calls for most. Where the standard's key has to
    /// be told by its alias, that is one call more, and at most one in a minute.
    pub calls_a_look: Option<u32>,
    /// How many calls more a repair can take: to read what AWS ties its write to, or what else decides about it, and when the resource was made where
    /// only something is completed.
    pub calls_beside: u32,
    /// Whether the last accepted state is remembered: the standard alone cannot bring it back, or what is judged is the change.
    pub is_remembered: bool,
    /// Whether it says that the resource is there, as its others cannot: nothing can be read of a bucket that is gone. Such a facet is
    /// brought right before the others are looked at.
    pub is_existence: bool,
    /// Whether it is looked at once the others of its resource are right: what is too much without a boundary may be all right with it.
    pub comes_last: bool,
    /// Whether what was accepted stays known under the name, whatever became of the resource: others go by the name, and one that is made anew under
    /// it has to be as the one before.
    pub is_known_by_name: bool,
    /// Whether it is about the credentials of users. Those of somebody who is never touched are watched, too: they are what an intruder is
    /// after.
    pub is_about_credentials: bool,
    /// Whether to bring it right can take access from somebody. Where the memory cannot be read, what may be from before then stays.
    pub is_about_access: bool,
    /// Whether it is of a policy that itself says who may read and write it. Whoever lets a guard in again changes that policy, which leads here.
    pub is_own_policy: bool,
    /// Whether no call reads it: what an event's own record says of it is told, and that is all. Nothing is ever written by that.
    pub is_told_by_record: bool,
}

impl Row {
    /// What most facets have in common; the rest is empty.
    pub(crate) const USUAL: Self = Self {
        id: "",
        name: "",
        service: &Service { source: "", is_regional: true },
        events: &[],
        controls: &[],
        calls_a_look: Some(1),
        calls_beside: 0,
        is_remembered: false,
        is_existence: false,
        comes_last: false,
        is_known_by_name: false,
        is_about_credentials: false,
        is_about_access: false,
        is_own_policy: false,
        is_told_by_record: false,
    };

    /// What most facets of the policy guard have in common: what somebody may is judged by its change.
    pub(crate) const OF_ACCESS: Self = Self { is_remembered: true, is_about_access: true, ..Self::USUAL };

    /// What most facets of the logging guard have in common: what a deleted trail had cannot be told from the standard alone.
    pub(crate) const OF_LOGGING: Self = Self { is_remembered: true, ..Self::USUAL };
}

/// The one write of a facet that is put as a whole.
pub struct Put<A: Aspect>(pub A::State);

/// How a facet that is put as a whole says so.
pub(crate) trait Words: Aspect {
    /// The call, and what it puts.
    fn words(state: &Self::State) -> String;
}

impl<A: Aspect> Clone for Put<A> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<A: Aspect> PartialEq for Put<A> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<A: Aspect> Debug for Put<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Put").field(&self.0).finish()
    }
}

impl<A: Words> Display for Put<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&A::words(&self.0))
    }
}

impl<A: Aspect> Serialize for Put<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut action = serializer.serialize_struct("Put", 2)?;
        action.serialize_field("action", "put")?;
        action.serialize_field("value", &self.0)?;
        action.end()
    }
}

/// The write of a facet that nobody can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Never {}

impl Display for Never {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

/// The way of a facet that is put as a whole.
macro_rules! whole {
    () => {
        type Action = $crate::aspect::Put<Self>;

        fn diff(_from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
            vec![$crate::aspect::Put(to.clone())]
        }

        fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
            action.0.clone()
        }
    };
}
pub(crate) use whole;
