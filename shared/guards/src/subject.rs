use parapet_core::{Arn, Home, Mode};

use crate::resource::Kind;
use crate::{ControlId, Facet, Made, OwnAccount, Resource, Standard, on};

/// What is judged: a resource under a standard, somewhere, now.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// The standard.
    pub standard: &'a Standard,
    /// The account it lies in.
    pub home: &'a Home,
    /// Seconds since 1970, for exemptions that end.
    pub now: i64,
    /// What is known of the account beside; none: it was not asked for, or bootstrap did not keep it.
    pub account: Option<&'a OwnAccount>,
    /// How long a document may be that is written.
    pub room: Room,
    /// Until when what only completes it waits, in seconds since 1970; none: it has settled.
    pub settles_at: Option<i64>,
    /// Which credentials the event names that led here: no others are taken from anybody. None: no event did.
    pub made: Option<&'a Made>,
}

/// How long a document may be that is written in the place of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    /// As long as AWS takes it there, if nothing else has part of the quota.
    #[default]
    Quota,
    /// No longer than what it takes the place of: AWS refused a longer one, because others have the rest of the quota.
    AsNow,
}

/// How long after something was made it counts as made just now. What is older was there before, as far as AWS's own date tells.
pub(crate) const NEW_SECONDS: i64 = 15 * 60;

impl<'a> Subject<'a> {
    /// The resource, if it is of this kind.
    pub(crate) fn on<K: Kind>(&self) -> Option<&'a K> {
        K::of(self.resource)
    }

    /// Whether an account is this one, one that the standard trusts, or a member of the own organization, as far as that is known.
    pub(crate) fn trusts_account(&self, account: &str) -> bool {
        account == self.home.account
            || self.standard.trust.accounts.iter().any(|trusted| trusted == account)
            || self.account.is_some_and(|own| own.members.contains(account))
    }

    /// Whether AWS's own accounts may deliver logs and reports into what is judged, for all that the standard says: a bucket that is not the
    /// pipeline's. Anybody's load balancer or distribution delivers by the same account, so that what lies in the pipeline's own would be whoever's.
    pub(crate) fn takes_deliveries(&self) -> bool {
        self.on::<on::Bucket>().is_some_and(|bucket| !self.standard.is_of_pipeline(&bucket.name, self.home))
    }

    /// What a setting was before, where that excuses it. What bootstrap made is as the standard says, whatever it was.
    pub(crate) fn excuse<'s, T>(&self, last_known: Option<&'s T>) -> Option<&'s T> {
        last_known.filter(|_| !self.is_foundation())
    }

    /// What the standard says to do about a violation of `control` here. An exemption in force turns it into `observe`.
    #[must_use]
    pub fn mode(&self, control: ControlId) -> Mode {
        let mode = self.standard.mode_on(control, self.resource, self.home);
        if mode == Mode::Enforce && self.is_exempt(control) { Mode::Observe } else { mode }
    }

    /// Whether an exemption from `control` is in force here. What a policy of the account is exempt from, so is whoever holds it.
    #[must_use]
    pub fn is_exempt(&self, control: ControlId) -> bool {
        let exempts = |arn: &str| self.standard.exempts(arn, control, self.now);
        let attached = self.on::<on::Attachment>().map(|attachment| attachment.policy_arn.as_str());
        exempts(&self.resource.arn(self.home)) || attached.is_some_and(|arn| !Arn::is_of_aws(arn) && exempts(arn))
    }

    /// Whether AWS says that something was made just now.
    #[must_use]
    pub fn is_just_now(&self, made_at: Option<i64>) -> bool {
        made_at.is_some_and(|made_at| self.now.saturating_sub(made_at) <= NEW_SECONDS)
    }

    /// Whether the resource is one that bootstrap makes, or belongs to one.
    #[must_use]
    pub fn is_foundation(&self) -> bool {
        self.resource.is_foundation(self.standard, self.home)
    }

    /// Until when what only completes it waits. What bootstrap makes does not: the standard says how it is, and nobody else makes it.
    pub(crate) fn waits_until(&self) -> Option<i64> {
        self.settles_at.filter(|_| !self.is_foundation())
    }

    /// Whether it is the key that seals what is remembered.
    pub(crate) fn is_memory_key(&self) -> bool {
        self.on::<on::Key>().is_some_and(|key| self.standard.is_memory_key(&key.name))
    }

    /// Whether what a facet was is remembered whoever has its name now, and whatever became of it: it comes back as it was.
    #[must_use]
    pub fn comes_back(&self, facet: Facet) -> bool {
        self.standard.comes_back(self.resource, facet, self.home)
    }

    /// Whether what is remembered of a facet is of whoever has the name, and stays when it is gone: it comes back, or others go by the name.
    #[must_use]
    pub fn is_known_by_name(&self, facet: Facet) -> bool {
        facet.row().is_known_by_name || self.comes_back(facet)
    }

    /// Whether a violation of `control` is to be repaired here.
    #[must_use]
    pub fn enforces(&self, control: ControlId) -> bool {
        self.mode(control) == Mode::Enforce
    }
}
