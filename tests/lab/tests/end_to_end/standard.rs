//! The standard in its bucket, which people and programs may spoil.

use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_lab::{ACCOUNT, Lab, STANDARD_OBJECT};
use serde_json::json;

use crate::report::{Report, ensure};

pub(crate) async fn run(lab: &Lab, good: &str, report: &mut Report) {
    report.case("standard: a guard that starts while a bad one is there takes the last good one", bad(lab, good)).await;
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

async fn put(lab: &Lab, text: &str) -> Result<()> {
    let (bucket, key) = STANDARD_OBJECT;
    let put = lab.administrator.aws.s3().put_object().bucket(bucket).key(key);
    put.body(text.as_bytes().to_vec().into()).send().await.during("PutObject").map(drop)
}

async fn starts_and_looks(lab: &Lab) -> Result<()> {
    const GUARD: &str = "encryption-guard";
    lab.chill(GUARD).await?;
    let record = json!({"eventID": "standard", "eventName": "PutBucketVersioning", "eventSource": "s3.amazonaws.com",
        "awsRegion": "us-east-1", "recipientAccountId": ACCOUNT,
        "requestParameters": {"bucketName": lab.output("ml_data_bucket")}});
    let looked = lab.invoke(GUARD, record.to_string().as_bytes()).await?;
    let answer = looked.answer().ok_or_else(|| Trouble::new(looked.payload.to_string()))?;
    ensure(answer.outcome == "Compliant" && answer.actions.is_empty(), looked.payload.clone())
}
