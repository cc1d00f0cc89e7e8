use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Never, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::{Service, Subject, on};

/// AWS STS. Its sessions belong to no region; they are recorded where they were asked for.
const STS: Service = Service { source: "sts.amazonaws.com", is_regional: true };

control! {
    ROOT_SESSION = "IAM.RootSession", Critical, Observe, fsbp [], cis [],
    "Nobody takes a session of an account's root user",
    "Such a session undoes what keeps everybody else out of a bucket or a queue. It ends by itself within 15 minutes, and nobody can end it.",
}

/// That somebody took a session of an account's root user.
pub struct Unit;

impl Aspect for Unit {
    type On = on::RootSession;
    type State = RootSession;
    type Action = Never;

    const ROW: Row = Row {
        id: "root-session",
        name: "root session",
        service: &STS,
        events: &["AssumeRoot"],
        controls: &[ROOT_SESSION],
        is_about_access: false,
        is_remembered: false,
        ..Row::OF_ACCESS
    };

    /// A person has to look. AWS STS API Reference, AssumeRoot: the duration "can have a value from 0 seconds up to the maximum session duration
    /// of 900 seconds (15 minutes)", and no call ends such a session.
    fn flaws<'a>(
        _subject: &Subject<'a>,
        _last_known: Option<&RootSession>,
        _observed: &RootSession,
    ) -> Flaws<'a, RootSession> {
        let detail = "somebody took a session of the account's root user: unless you did so, look for what it did in that account";
        Ok(vec![Flaw::without_remedy(ROOT_SESSION, detail)])
    }

    fn diff(_from: &Self::State, _to: &Self::State) -> Vec<Self::Action> {
        Vec::new()
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match *action {}
    }
}

/// What is known of a session of the root user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RootSession {
    /// No call tells of one. That it was taken is all there is.
    Unseen,
}
