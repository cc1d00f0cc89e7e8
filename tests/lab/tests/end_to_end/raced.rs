//! Attacks that a protection refuses, which the intruder takes away first. The guards put it back within milliseconds, so the intruder
//! may need several tries. Each event of them leads a guard to what was attacked: one of its answers says what was repaired.

use std::collections::BTreeSet;

use parapet_aws::sdk::cloudtrail::types::EventDataStoreStatus;
use parapet_aws::sdk::s3::error::ProvideErrorMetadata;
use parapet_aws::sdk::s3::types::{
    BucketCannedAcl, ObjectOwnership, OwnershipControls, OwnershipControlsRule, Permission,
};
use parapet_console::{Result, Trouble};
use parapet_lab::attacks::Step;
use parapet_lab::{ACCOUNT, Answer, Invocation, Lab, Scene, Stream, trial};
use serde_json::json;

use crate::report::{Report, ensure};
use crate::reported::{create_access_point, create_store, done, policy, store};

/// How often the intruder tries.
const TRIES: usize = 20;

struct Race {
    name: &'static str,
    event: &'static str,
    /// What a guard has to find and repair.
    control: &'static str,
    prepare: Step,
    /// Takes the protection away and attacks. Refused where the protection is back already.
    attempt: Step,
    /// Fails where the account is not as it was.
    look: Step,
}

const RACES: &[Race] = &[
    Race {
        name: "an event data store unprotected and deleted",
        event: "DeleteEventDataStore",
        control: "CloudTrail.StoreDeletion",
        prepare: |s| Box::pin(create_store(s, "deleted")),
        attempt: |s| Box::pin(delete_store(s)),
        look: |s| Box::pin(is_store_whole(s)),
    },
    Race {
        name: "a bucket published by its access control list",
        event: "PutBucketAcl",
        control: "S3.PublicAcl",
        prepare: |s| {
            let create = s.administrator().s3().create_bucket().bucket(s.named("shared-drive"));
            Box::pin(async { done(create.send().await) })
        },
        attempt: |s| Box::pin(publish_by_list(s)),
        look: |s| Box::pin(is_private(s)),
    },
    Race {
        name: "an access point opened to everyone",
        event: "PutAccessPointPolicy",
        control: "S3.AccessPointPublic",
        prepare: |s| Box::pin(create_access_point(s, "wide-door")),
        attempt: |s| Box::pin(publish_by_access_point(s)),
        look: |s| Box::pin(is_shut(s)),
    },
];

/// Runs them all; adds the controls that were found.
pub(crate) async fn run(lab: &Lab, report: &mut Report, found: &mut BTreeSet<String>) {
    let scene = Scene::new(lab, 0);
    let mut stream = lab.stream();
    for race in RACES {
        let case = run_one(race, &scene, &mut stream, found);
        report.case(format!("repaired: {} ({})", race.name, race.event), case).await;
    }
}

async fn run_one(race: &Race, s: &Scene<'_>, stream: &mut Stream, found: &mut BTreeSet<String>) -> Result<()> {
    trial::prepare(s, stream, Some(race.prepare)).await?;
    let known = stream.invocations.len();
    win(s, race.attempt).await?;
    trial::prepare(s, stream, None).await?;
    let answers: Vec<Answer> = stream.invocations.iter().skip(known).filter_map(Invocation::answer).collect();
    let finds = |answer: &Answer| answer.findings.iter().any(|finding| finding.control == race.control);
    let repaired = answers.iter().any(|answer| answer.is_repair() && finds(answer));
    found.extend(answers.iter().flat_map(|answer| &answer.findings).map(|finding| finding.control.clone()));
    ensure(repaired, format!("no answer repairs {}: {answers:?}", race.control))?;
    (race.look)(s).await
}

/// Tries until the attack is not refused.
async fn win(s: &Scene<'_>, attempt: Step) -> Result<()> {
    let mut last = Trouble::new("not tried");
    for _ in 0..TRIES {
        match attempt(s).await {
            Ok(()) => return Ok(()),
            Err(refusal) => last = refusal,
        }
    }
    Err(last.during(format!("refused {TRIES} times")))
}

async fn delete_store(s: &Scene<'_>) -> Result<()> {
    let (cloudtrail, arn) = (s.intruder().cloudtrail(), store(s, "deleted").await?);
    let update = cloudtrail.update_event_data_store().event_data_store(&arn);
    update.termination_protection_enabled(false).send().await?;
    done(cloudtrail.delete_event_data_store().event_data_store(arn).send().await)
}

async fn is_store_whole(s: &Scene<'_>) -> Result<()> {
    let get = s.administrator().cloudtrail().get_event_data_store().event_data_store(store(s, "deleted").await?);
    let now = get.send().await?;
    let is_whole =
        now.status == Some(EventDataStoreStatus::Enabled) && now.termination_protection_enabled == Some(true);
    ensure(is_whole, format!("the store is {now:?}"))
}

/// Takes the account's block away, and the bucket's.
async fn unblock(s: &Scene<'_>, bucket: &str) -> Result<()> {
    s.intruder().s3control().delete_public_access_block().account_id(ACCOUNT).send().await?;
    done(s.intruder().s3().delete_public_access_block().bucket(bucket).send().await)
}

async fn publish_by_list(s: &Scene<'_>) -> Result<()> {
    let (s3, bucket) = (s.intruder().s3(), s.named("shared-drive"));
    let writer = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter).build()?;
    let writer = OwnershipControls::builder().rules(writer).build()?;
    s3.put_bucket_ownership_controls().bucket(&bucket).ownership_controls(writer).send().await?;
    unblock(s, &bucket).await?;
    done(s3.put_bucket_acl().bucket(&bucket).acl(BucketCannedAcl::PublicRead).send().await)
}

async fn is_private(s: &Scene<'_>) -> Result<()> {
    let list = s.administrator().s3().get_bucket_acl().bucket(s.named("shared-drive")).send().await?;
    let is_private = list.grants().iter().all(|grant| grant.permission == Some(Permission::FullControl));
    ensure(is_private, format!("the list is {list:?}"))
}

async fn publish_by_access_point(s: &Scene<'_>) -> Result<()> {
    unblock(s, s.ml_bucket()).await?;
    let name = s.named("wide-door");
    let everyone = json!({
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/{name}/object/*"),
    });
    let put = s.intruder().s3control().put_access_point_policy().account_id(ACCOUNT).name(name);
    done(put.policy(policy(&everyone)).send().await)
}

async fn is_shut(s: &Scene<'_>) -> Result<()> {
    let get = s.administrator().s3control().get_access_point_policy().account_id(ACCOUNT).name(s.named("wide-door"));
    match get.send().await {
        Err(error) if error.code() == Some("NoSuchAccessPointPolicy") => Ok(()),
        answer => {
            let text = answer?.policy.unwrap_or_default();
            ensure(!text.contains("Allow"), format!("the policy is {text}"))
        }
    }
}
