//! Which tools of AWS make roles in the account.

use serde::{Deserialize, Serialize};

/// A tool of AWS that makes roles with much power. Those that have its shape are left as it makes them; `iam/preset` says what that is, and why
/// nobody gains by imitating it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// The bootstrap stack of the AWS CDK.
    Cdk,
    /// AWS Control Tower.
    ControlTower,
    /// Stack sets of AWS CloudFormation.
    Stacksets,
    /// AWS Organizations.
    Organizations,
    /// Landing Zone Accelerator on AWS.
    LandingZoneAccelerator,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Cdk, Self::ControlTower, Self::Stacksets, Self::Organizations, Self::LandingZoneAccelerator];

    /// As the standard writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cdk => "cdk",
            Self::ControlTower => "control-tower",
            Self::Stacksets => "stacksets",
            Self::Organizations => "organizations",
            Self::LandingZoneAccelerator => "landing-zone-accelerator",
        }
    }
}
