use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Never, Row};
use crate::cloudtrail::resources::SERVICE;
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::{Subject, on};

control! {
    DELEGATED_ADMIN = "CloudTrail.DelegatedAdmin", Critical, Observe, fsbp [], cis [],
    "The organization keeps its delegated administrator of CloudTrail",
    "Who watches the organization's trail no longer can; only its management account says who may.",
}

/// That an account administers CloudTrail for the organization.
pub struct Unit;

impl Aspect for Unit {
    type On = on::DelegatedAdmin;
    type State = DelegatedAdmin;
    type Action = Never;

    const ROW: Row = Row {
        id: "delegated-admin",
        name: "delegated administrator",
        service: &SERVICE,
        events: &["DeregisterOrganizationDelegatedAdmin"],
        controls: &[DELEGATED_ADMIN],
        is_remembered: false,
        ..Row::OF_LOGGING
    };

    /// A person has to look: only the management account can say who should administer its trail, and nothing is lost meanwhile. AWS
    /// CloudTrail User Guide, "Organization delegated administrator": "Removing a delegated administrator account does not delete any
    /// CloudTrail organization resources they created".
    fn flaws<'a>(
        _subject: &Subject<'a>,
        _last_known: Option<&DelegatedAdmin>,
        _observed: &DelegatedAdmin,
    ) -> Flaws<'a, DelegatedAdmin> {
        let detail = "the account was removed as delegated administrator of CloudTrail: unless you did so, make it one again (`aws \
                  cloudtrail register-organization-delegated-admin`) and look for who removed it";
        Ok(vec![Flaw::without_remedy(DELEGATED_ADMIN, detail)])
    }

    fn diff(_from: &Self::State, _to: &Self::State) -> Vec<Self::Action> {
        Vec::new()
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match *action {}
    }
}

/// What is known of a delegated administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DelegatedAdmin {
    /// CloudTrail has no call that tells who is one: only AWS Organizations knows. That it was removed is all there is.
    Unseen,
}
