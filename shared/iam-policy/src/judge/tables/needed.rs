//! **The table** of actions whose requests are about several resources at once, and which of these a way turns on.
//!
//! Each of them has to be allowed: "Required resources are indicated in the Actions table with an asterisk (*). If you limit resource access with the
//! Resource element in an IAM policy, you must include an ARN or pattern for each required resource type" (Service Authorization Reference). Who may run
//! one harmless document on every instance runs nothing of its own there, nor does who may run every document on instances that a tag sets apart.

/// Resources of which an action has to be allowed.
#[derive(Clone, Copy, Debug)]
pub(in crate::judge) enum Needed {
    /// Every one of a type of these: what stands before its name, in its ARN.
    EveryOf(&'static [&'static str]),
    /// Some one of a type.
    Any(&'static str),
    /// One of these names, each behind what stands before it.
    OneOf(&'static str, &'static [&'static str]),
}

use Needed::{Any, EveryOf, OneOf};

/// Nodes of Systems Manager.
const NODES: Needed = EveryOf(&[":instance/", ":managed-instance/"]);

/// A document that does what its parameters say, or any (AWS Systems Manager Automation runbook and Command document reference).
const DOCUMENTS: Needed = OneOf(
    ":document/",
    &[
        "AWS-ApplyAnsiblePlaybooks",
        "AWS-ApplyChefRecipes",
        "AWS-ApplyDSCMofs",
        "AWS-InstallApplication",
        "AWS-InstallPowerShellModule",
        "AWS-RunAnsiblePlaybook",
        "AWS-RunDocument",
        "AWS-RunPatchBaselineWithHooks",
        "AWS-RunPowerShellScript",
        "AWS-RunRemoteScript",
        "AWS-RunSaltState",
        "AWS-RunShellScript",
        "x-example",
    ],
);

/// By action, in lower case.
static NEEDED: [(&str, &[Needed]); 13] = [
    // Of six types that are required; without the others some AWS account may do.
    ("ec2:runinstances", &[Any(":instance/"), Any(":image/")]),
    ("ecs:executecommand", &[EveryOf(&[":task/"]), EveryOf(&[":cluster/"])]),
    ("identitystore:creategroupmembership", &[EveryOf(&[":group/"])]),
    // The database is one more that can be asked for.
    ("redshift:getclustercredentials", &[EveryOf(&[":dbuser:"])]),
    ("sso:attachcustomermanagedpolicyreferencetopermissionset", PERMISSION_SETS),
    ("sso:attachmanagedpolicytopermissionset", PERMISSION_SETS),
    ("sso:createaccountassignment", PERMISSION_SETS),
    ("sso:provisionpermissionset", PERMISSION_SETS),
    ("sso:putinlinepolicytopermissionset", PERMISSION_SETS),
    ("ssm:createassociation", &[EveryOf(&[":association/"]), DOCUMENTS]),
    ("ssm:createassociationbatch", &[DOCUMENTS]),
    ("ssm:sendcommand", &[NODES, DOCUMENTS]),
    // The document is not asked for unless `ssm:SessionDocumentAccessCheck` is.
    ("ssm:startsession", &[EveryOf(&[":instance/", ":managed-instance/", ":task/"])]),
];

const PERMISSION_SETS: &[Needed] = &[EveryOf(&[":permissionSet/"])];

/// What a request for an action (in lower case) is about at once; empty: one resource, of whatever type.
pub(in crate::judge) fn needed(action: &str) -> &'static [Needed] {
    NEEDED.iter().find(|(of, _)| *of == action).map_or(&[], |(_, needed)| *needed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn each_type_is_one_of_the_action() {
        for (action, needed) in NEEDED {
            let id = catalogue::find(action).expect("an action");
            for needed in needed {
                let kinds = match needed {
                    EveryOf(kinds) => kinds.to_vec(),
                    OneOf(kind, _) | Any(kind) => vec![*kind],
                };
                for kind in kinds {
                    assert!(id.resource_templates().any(|template| template.contains(kind)), "{action} {kind}");
                }
            }
        }
    }
}
