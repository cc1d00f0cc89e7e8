use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Never, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::public_access::PublicAccess;
use crate::s3::resources::SERVICE;
use crate::{Subject, on};

control! {
    ACCESS_POINT_PUBLIC_ACCESS = "S3.AccessPointBlock", High, Observe, fsbp ["S3.19"], cis [],
    "Access points block public access, all four settings",
    "It cannot be changed once the access point is made: only its policy can, and to delete it cuts its users off.",
}

control! {
    ACCESS_POINT_FOREIGN_BUCKET = "S3.AccessPointBucket", Medium, Observe, fsbp [], cis [],
    "Access points lead to buckets of allowed accounts",
    "What is written through it lies in somebody else's bucket; yet to delete it is not ours to decide.",
}

/// The access point's public access block and bucket, neither of which changes after it is made.
pub struct Unit;

impl Aspect for Unit {
    type On = on::AccessPoint;
    type State = AccessPointSettings;
    type Action = Never;

    const ROW: Row = Row {
        id: "access-point-settings",
        name: "access point settings",
        service: &SERVICE,
        events: &["CreateAccessPoint"],
        controls: &[ACCESS_POINT_PUBLIC_ACCESS, ACCESS_POINT_FOREIGN_BUCKET],
        ..Row::USUAL
    };

    /// Both are observed at most. Amazon S3 User Guide, "Creating access points": "After you create an access point, you can't change its
    /// block public access settings". What can be mended is its policy, and that is the policy guard's.
    fn flaws<'a>(
        subject: &Subject<'a>,
        _last_known: Option<&AccessPointSettings>,
        observed: &AccessPointSettings,
    ) -> Flaws<'a, AccessPointSettings> {
        let mut flaws = Vec::new();
        if observed.public_access != PublicAccess::BLOCKED {
            let detail =
                format!("{} off; only another access point can have it on", observed.public_access.off().join(", "));
            flaws.push(Flaw::without_remedy(ACCESS_POINT_PUBLIC_ACCESS, detail));
        }
        if let Some(account) = observed.bucket_account.as_deref().filter(|account| !subject.trusts_account(account)) {
            let detail = format!("it leads to the bucket `{}` of account {account}", observed.bucket);
            let flaw = Flaw::without_remedy(ACCESS_POINT_FOREIGN_BUCKET, detail);
            flaws.push(flaw.unless_of_members(std::iter::once(account)));
        }
        Ok(flaws)
    }

    /// What an access point was made with stays.
    fn diff(_from: &Self::State, _to: &Self::State) -> Vec<Self::Action> {
        Vec::new()
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match *action {}
    }
}

/// What an access point was made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccessPointSettings {
    /// The bucket that it leads to.
    pub bucket: String,
    /// Whose bucket that is, where AWS says so.
    pub bucket_account: Option<String>,
    /// Its public access block.
    pub public_access: PublicAccess,
}
