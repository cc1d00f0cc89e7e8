//! Which controls are never violated here, and why.

use std::collections::BTreeSet;

use parapet_console::Result;
use parapet_guards::ControlId;

use crate::report::ensure;

/// Controls that no case violates. Scenarios do.
const NOT_TRIED: &[(&str, &str)] = &[
    ("S3.AccessPointBucket", "the local AWS refuses access points on another account's bucket"),
    ("S3.RecordedPublic", "the local AWS has none of what has such a policy"),
    ("S3.RecordedForeign", "the local AWS has none of what has such a policy"),
    ("S3.StandardObject", "the standard of these tests lies in the bucket of the packages, which no attack touches"),
    ("S3.AccessPointGuardAccess", "the other case is tried: a policy that keeps the policy guard out"),
    ("ECR.GuardAccess", "the other case is tried: a policy that keeps the policy guard out"),
    ("KMS.OwnGrant", "no case lets somebody of the account use the pipeline's key by its policy"),
    ("Parapet.Name", "the standard of these tests names no user that is never touched"),
    ("IAM.PrincipalTag", "no policy of the cases asks for a tag of its holder's"),
    ("IAM.ProtectedTrust", "the standard of these tests names no role that is never touched"),
    ("IAM.StrongRole", "nobody may become a strong role here that was there before the guards"),
    ("Parapet.Event", "an event that CloudTrail does not show is waited for half an hour, which no case does"),
    ("KMS.MemoryKey", "the policy of that key is the stack's, and another one would end what the guards remember"),
    ("IAM.BroadPrincipal", "nobody here is strong by what AWS manages alone"),
    ("IAM.RootSession", "the local AWS has no `AssumeRoot`"),
    ("CloudTrail.ChannelForeign", "the local AWS has no channels"),
    ("CloudTrail.Topic", "the local AWS keeps the name of a trail's topic, and answers no ARN of it"),
];

/// Every control was found by some case, or stands in the list with a reason; and none that was found does.
pub(crate) async fn is_complete(found: &BTreeSet<String>) -> Result<()> {
    let is_found = |id: ControlId| found.contains(id.as_str());
    let not_tried = |id: ControlId| NOT_TRIED.iter().find(|(listed, _)| *listed == id.as_str());
    for (id, why) in NOT_TRIED {
        println!("not violated here: {id}: {why}");
    }
    let wrong: Vec<&str> = ControlId::all()
        .iter()
        .copied()
        .filter(|id| is_found(*id) == not_tried(*id).is_some())
        .map(ControlId::as_str)
        .collect();
    ensure(wrong.is_empty(), format!("neither found nor listed, or both: {wrong:?}"))
}
