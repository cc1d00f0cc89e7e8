//! The standard in its bucket, which people and programs may spoil.

use parapet_aws::StandardObject;
use parapet_aws::sdk::ecr::types::ImageTagMutability;
use parapet_console::checkout::Workspace;
use parapet_console::{Result, Trouble};
use parapet_core::Home;
use parapet_guards::ObjectLocation;
use parapet_lab::{ACCOUNT, Lab, Options, REGION, STANDARD_OBJECT};
use serde_json::json;

use crate::report::{Report, ensure};

/// As the standard wants its tags.
const REPOSITORY: &str = "ml/standing";

pub(crate) async fn run(lab: &Lab, workspace: &Workspace, good: &str, report: &mut Report) {
    report.case("standard: a stack with one that is not valid is not deployed", not_deployed(workspace)).await;
    report
        .case("standard: a function that starts while a bad one is there takes the last good one", bad(lab, good))
        .await;
}

/// On an account of its own. The reason is the one that the command gives, too.
async fn not_deployed(workspace: &Workspace) -> Result<()> {
    // As the lab has just built them.
    let binaries = workspace.target.join("debug");
    let bad = Some("controls: {S3.Encrypton: off}".to_owned());
    let options = Options { release_dir: Some(binaries), standard: bad, ..Options::default() };
    let why = match Lab::deployed(workspace, &options).await {
        Ok(_) => return Err(Trouble::new("it was deployed")),
        Err(trouble) => trouble.to_string(),
    };
    ensure(why.contains("StandardCheck") && why.contains("S3.Encrypton"), format!("it failed otherwise: {why}"))
}

/// The object is mended in the end, whatever came of it.
async fn bad(lab: &Lab, good: &str) -> Result<()> {
    // Which version is good is kept once the evidence bucket is there.
    starts_and_looks(lab).await?;
    put(lab, "controls: {S3.Encrypton: off}").await?;
    let looked = starts_and_looks(lab).await;
    put(lab, good).await?;
    looked?;
    starts_and_looks(lab).await
}

/// As `parapet standard upload` does it, but for the check.
async fn put(lab: &Lab, text: &str) -> Result<()> {
    let (bucket, key) = STANDARD_OBJECT;
    let place = ObjectLocation { bucket: bucket.to_owned(), key: key.to_owned(), version_id: None };
    let home = Home { partition: "aws".to_owned(), account: ACCOUNT.to_owned(), region: REGION.to_owned() };
    let aws = &lab.administrator.aws;
    let there = StandardObject::find(aws, &home, &place).await?.ok_or_else(|| Trouble::new("nothing is there"))?;
    ensure(there.version_id.is_some(), "the bucket keeps no versions")?;
    let new = StandardObject::write(aws, &home, &place, text, Some(&there.etag)).await?;
    ensure(new.is_some() && new != there.version_id, format!("the new version is {new:?}"))?;
    let late = StandardObject::write(aws, &home, &place, "late: true", Some(&there.etag)).await;
    ensure(late.is_err(), "what somebody else put there meanwhile was written over")
}

/// Each function, from its start on.
async fn starts_and_looks(lab: &Lab) -> Result<()> {
    let bucket = json!({"bucketName": lab.output("ml_data_bucket")});
    let repository = lab.root.aws.ecr().create_repository().repository_name(REPOSITORY);
    match repository.image_tag_mutability(ImageTagMutability::Immutable).send().await {
        Err(error) if !error.as_service_error().is_some_and(|why| why.is_repository_already_exists_exception()) => {
            return Err(error.into());
        }
        _ => {}
    }
    for (guard, service, event, parameters) in [
        ("encryption-guard", "s3", "PutBucketVersioning", &bucket),
        ("policy-guard", "s3", "PutBucketPolicy", &bucket),
        ("logging-guard", "cloudtrail", "StartLogging", &json!({"name": lab.output("trail_arn")})),
        ("ai-guard", "ecr", "PutImageTagMutability", &json!({"repositoryName": REPOSITORY})),
    ] {
        lab.chill(guard).await?;
        let record = json!({"eventID": "standard", "eventName": event, "eventSource": format!("{service}.amazonaws.com"),
            "awsRegion": "us-east-1", "recipientAccountId": ACCOUNT, "requestParameters": parameters});
        let looked = lab.invoke(guard, record.to_string().as_bytes()).await?;
        let answer = looked.answer().ok_or_else(|| Trouble::new(looked.payload.to_string()))?;
        ensure(answer.outcome == "Compliant" && answer.actions.is_empty(), looked.payload.clone())?;
    }
    lab.chill("sweep").await?;
    let swept = lab.invoke("sweep", b"{}").await?;
    ensure(!swept.failed, swept.payload.clone())?;
    lab.chill("bootstrap").await?;
    lab.bootstrap(json!({"dry_run": true})).await.map(drop)
}
