//! What a row of the tables of ways says.

/// One way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::judge) struct Path {
    /// The id in pathfinding.cloud. Where it has no path of just these actions: the actions, with `+` between, and a service
    /// named once; but `iam:PassRole`, unless they are a path without it, too.
    pub(in crate::judge) id: &'static str,
    /// What one needs, all of it, as AWS spells it. No path's actions are among those of another that passes a role as it
    /// does, or does not.
    pub(in crate::judge) actions: &'static [&'static str],
    /// The services that the passed role can trust, any one of them. Empty without `iam:PassRole`.
    pub(in crate::judge) passed_to: &'static [&'static str],
    /// How it works.
    pub(in crate::judge) gains: Gain,
}

/// How a path gains permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::judge) enum Gain {
    /// By giving a role to a service: `iam:PassRole` is one of the actions.
    NewPassRole,
    /// Through something that has a role already.
    ExistingRole,
    /// By changing IAM, or IAM Identity Center, itself.
    Iam,
    /// By assuming a role.
    Assume,
}
