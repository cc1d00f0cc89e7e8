//! **The table** of what it costs to lose an action, where a way to too much takes several and one of them has to go.
//!
//! What has to go by itself, because it is a way alone, is not weighed: it goes first, and every way that it is a part of is
//! closed with it.

use crate::catalogue::{self, AccessLevel};

/// Which actions.
enum Of {
    /// This one, in lower case.
    Only(&'static str),
    /// Those of a service, in lower case, that change something.
    ChangesIn(&'static str),
    /// Those of which the name has this word in it, in lower case.
    Has(&'static str),
    /// Those whose name begins so, in lower case.
    Begins(&'static str),
    /// Those of a level.
    Level(AccessLevel),
}

/// Actions, and what it costs to lose one of them.
type Row = (Of, u32);

/// The first row that is about an action counts.
static WEIGHTS: [Row; 25] = [
    // Done once, for a key that is to be somewhere else, too.
    (Of::Only("kms:replicatekey"), 8),
    // On every role it is what the ways turn on; a job that has its role goes on without it.
    (Of::Only("iam:passrole"), 2),
    // Who can read and not write can do no harm to others.
    (Of::Level(AccessLevel::Read), 120),
    // The same.
    (Of::Level(AccessLevel::List), 120),
    // Who gives power is an administrator, and no pipeline.
    (Of::ChangesIn("iam"), 3),
    // The same.
    (Of::ChangesIn("organizations"), 3),
    // The same.
    (Of::ChangesIn("sso"), 3),
    // The same, within one service.
    (Of::Level(AccessLevel::PermissionsManagement), 4),
    // A person asks for it, seldom, and can be given it by name.
    (Of::Has("presigned"), 4),
    // It lets others in.
    (Of::Has("permission"), 4),
    // A session of a person.
    (Of::Begins("connect"), 5),
    // Scripts that run when something starts: whoever sets the others up writes them, once.
    (Of::Has("lifecycleconfig"), 4),
    // From what something will be made; whoever makes it needs none of its own.
    (Of::Has("imageversion"), 5),
    // The same.
    (Of::Has("templateversion"), 5),
    // The same.
    (Of::Has("launchtemplate"), 5),
    // Tags can be given by somebody else.
    (Of::Level(AccessLevel::Tagging), 6),
    // Done once, when something is set up.
    (Of::Begins("associate"), 8),
    // The same.
    (Of::Begins("attach"), 8),
    // The same.
    (Of::Begins("add"), 8),
    // The same, and sometimes deployed.
    (Of::Begins("put"), 9),
    // A deployment stops without it, and what runs goes on.
    (Of::Begins("update"), 10),
    // The same.
    (Of::Begins("modify"), 10),
    // A pipeline that makes its jobs stops without it.
    (Of::Begins("create"), 16),
    // As `put`.
    (Of::Begins("set"), 9),
    // What runs, starts, sends and invokes: everything stops without it, so that several of those above go before one of these.
    (Of::Level(AccessLevel::Write), 60),
];

/// An action that nobody knows.
const UNKNOWN: u32 = 12;

/// What it costs to lose an action.
pub(super) fn weight(action: &str) -> u32 {
    let Some(id) = catalogue::find(action) else { return UNKNOWN };
    let (service, name) = id.name();
    let (lower, level) = (name.to_ascii_lowercase(), id.access_level());
    let changes = !matches!(level, AccessLevel::Read | AccessLevel::List);
    let is_about = |(of, _): &&Row| match *of {
        Of::Only(only) => action.eq_ignore_ascii_case(only),
        Of::ChangesIn(of) => changes && service == of,
        Of::Has(word) => lower.contains(word),
        Of::Begins(start) => lower.starts_with(start),
        Of::Level(of) => level == of,
    };
    WEIGHTS.iter().find(is_about).map_or(UNKNOWN, |(_, weight)| *weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_dearer_than_what_sets_it_up() {
        let sum = |actions: &[&str]| actions.iter().map(|action| weight(action)).sum::<u32>();
        for (runs, set_up) in [
            (
                "sagemaker:StartNotebookInstance",
                &["sagemaker:UpdateNotebookInstance", "sagemaker:UpdateNotebookInstanceLifecycleConfig"][..],
            ),
            ("sagemaker:CreateApp", &["sagemaker:CreateStudioLifecycleConfig", "sagemaker:CreateImageVersion"]),
            (
                "ec2:RunInstances",
                &["ec2:CreateLaunchTemplateVersion", "ec2:ModifyInstanceAttribute", "ec2:ModifyLaunchTemplate"],
            ),
            (
                "lambda:InvokeFunction",
                &["lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"],
            ),
        ] {
            assert!(weight(runs) > sum(set_up), "{runs} {set_up:?}");
        }
    }

    /// From what goes first to what goes last.
    #[test]
    fn in_which_order() {
        let order = [
            "iam:PassRole",
            "iam:CreateAccessKey",
            "lambda:AddPermission",
            "sagemaker:CreatePresignedDomainUrl",
            "sagemaker:CreateImageVersion",
            "lambda:UpdateFunctionCode",
            "sagemaker:CreateTrainingJob",
            "lambda:InvokeFunction",
            "s3:GetObject",
        ];
        let weights = order.map(weight);
        assert!(weights.is_sorted(), "{weights:?}");
    }
}
