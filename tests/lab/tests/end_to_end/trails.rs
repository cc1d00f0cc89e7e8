//! A trail that is there already, this account's or its organization's, in the place of bootstrap's.

use std::time::Duration;

use parapet_aws::metrics::CRITICAL_OBSERVED;
use parapet_aws::sdk::cloudtrail::types::EventSelector;
use parapet_aws::{Connection, Credentials};
use parapet_console::checkout::Workspace;
use parapet_console::{Result, Trouble};
use parapet_lab::{Lab, Options, REGION, Stream};
use serde_json::{Value, json};

use crate::report::{Report, ensure};
use crate::reported::{STRANGER, done};

/// How long the guards may take.
const PATIENCE: Duration = Duration::from_secs(60);

const OWN: &str = "audit";
const LOGS: &str = "audit-logs";

pub(crate) async fn run(workspace: &Workspace, report: &mut Report) {
    report.case("trails: one of this account is used, and kept as bootstrap's own", own(workspace)).await;
    report.case("trails: the organization's is used, and only looked at", organizations(workspace)).await;
}

async fn own(workspace: &Workspace) -> Result<()> {
    let mut lab = deployed(workspace, "trail: {use: {trail: audit, bucket: audit-logs}}").await?;
    let (cloudtrail, s3) = (lab.administrator.aws.cloudtrail(), lab.administrator.aws.s3());
    s3.create_bucket().bucket(LOGS).send().await?;
    let create = cloudtrail.create_trail().name(OWN).s3_bucket_name(LOGS).enable_log_file_validation(true);
    create.kms_key_id(format!("arn:aws:kms:{REGION}:{}:key/audit", parapet_lab::ACCOUNT)).send().await?;

    // What it lacks is named, all of it at once, and nothing of it is written.
    let why = lab.bootstrap(json!({})).await.err().map(|trouble| trouble.to_string()).unwrap_or_default();
    let is_named =
        ["not sufficient", "CloudTrail.MultiRegion", "CloudTrail.Logging"].iter().all(|part| why.contains(part));
    ensure(is_named && !why.contains("CreateTrail"), why)?;
    cloudtrail.update_trail().name(OWN).is_multi_region_trail(true).send().await?;
    cloudtrail.start_logging().name(OWN).send().await?;
    lab.outputs = lab.bootstrap(json!({})).await?;
    is_used(&lab, &format!("arn:aws:cloudtrail:{REGION}:{}:trail/{OWN}", parapet_lab::ACCOUNT)).await?;

    let mut stream = lab.stream();
    let intruder = lab.intruder.aws.cloudtrail();
    done(intruder.stop_logging().name(OWN).send().await)?;
    rests(&mut stream).await?;
    let status = cloudtrail.get_trail_status().name(OWN).send().await?;
    ensure(status.is_logging == Some(true), "nobody starts it again")?;
    s3.create_bucket().bucket("mallorys").send().await?;
    done(intruder.update_trail().name(OWN).s3_bucket_name("mallorys").send().await)?;
    let without_kms = EventSelector::builder().exclude_management_event_sources("kms.amazonaws.com").build();
    done(intruder.put_event_selectors().trail_name(OWN).event_selectors(without_kms).send().await)?;
    rests(&mut stream).await?;
    let trail = cloudtrail.get_trail().name(OWN).send().await?.trail;
    let bucket = trail.and_then(|trail| trail.s3_bucket_name);
    ensure(bucket.as_deref() == Some(LOGS), format!("it delivers to {bucket:?}"))?;
    let selected = cloudtrail.get_event_selectors().trail_name(OWN).send().await?;
    let excluded = selected.event_selectors().iter().flat_map(EventSelector::exclude_management_event_sources).count();
    ensure(excluded == 0, format!("{selected:?}"))?;
    done(intruder.delete_trail().name(OWN).send().await)?;
    rests(&mut stream).await?;
    let trail = cloudtrail.get_trail().name(OWN).send().await?.trail;
    let trail = trail.ok_or_else(|| Trouble::new("it does not come back"))?;
    let is_whole = trail.s3_bucket_name.as_deref() == Some(LOGS) && trail.is_multi_region_trail == Some(true);
    ensure(is_whole && trail.log_file_validation_enabled == Some(true), format!("{trail:?}"))
}

async fn organizations(workspace: &Workspace) -> Result<()> {
    let arn = format!("arn:aws:cloudtrail:{REGION}:{STRANGER}:trail/org");
    let standard = format!("trail: {{use: {{trail: '{arn}', bucket: org-logs}}}}");
    let mut lab = deployed(workspace, &standard).await?;
    let why = lab.bootstrap(json!({})).await.err().map(|trouble| trouble.to_string()).unwrap_or_default();
    ensure(why.contains("CloudTrail.Exists"), why)?;
    // A key of twelve digits is the root user of that account.
    let credentials = Credentials::new(STRANGER, STRANGER, None, None, "the management account");
    let management = Connection::new(REGION, credentials, Some(lab.endpoint()));
    let cloudtrail = management.cloudtrail();
    let create = cloudtrail.create_trail().name("org").s3_bucket_name("org-logs").is_organization_trail(true);
    let create = create.is_multi_region_trail(true).enable_log_file_validation(true);
    create.kms_key_id(format!("arn:aws:kms:{REGION}:{STRANGER}:key/org")).send().await?;
    cloudtrail.start_logging().name("org").send().await?;
    lab.outputs = lab.bootstrap(json!({})).await?;
    is_used(&lab, &arn).await?;

    // It brings the guards their events.
    let mut stream = lab.stream();
    lab.administrator.aws.s3().create_bucket().bucket("heard").send().await?;
    rests(&mut stream).await?;
    ensure(!stream.invocations.is_empty(), "no guard hears of anything")?;

    // What its own account does to it is told here.
    cloudtrail.stop_logging().name("org").send().await?;
    let asked = json!({"resources": [arn], "guards": ["logging-guard"], "dry_run": true});
    let swept = lab.invoke("sweep", asked.to_string().as_bytes()).await?;
    ensure(swept.payload.to_string().contains("CloudTrail.Logging"), swept.payload.clone())?;
    ensure(swept.payload.pointer("/round/sent") == Some(&json!([])), swept.payload)?;
    // As the schedule asks, it is an alarm: nothing else could be one now.
    let scheduled = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
    let swept = lab.invoke("sweep", scheduled.to_string().as_bytes()).await?;
    ensure(!swept.failed, swept.payload)?;
    let log = lab.log("sweep").await?;
    let is_told = log.iter().any(|line| line.contains(CRITICAL_OBSERVED) && line.contains("_aws"));
    ensure(is_told, format!("nobody is woken: {log:#?}"))
}

async fn deployed(workspace: &Workspace, standard: &str) -> Result<Lab> {
    let release_dir = Some(workspace.target.join("debug"));
    let standard = Some(standard.to_owned());
    Lab::deployed(workspace, &Options { release_dir, standard, ..Options::default() }).await
}

/// Bootstrap uses it, says so, and has made none of its own.
async fn is_used(lab: &Lab, arn: &str) -> Result<()> {
    let found = lab.outputs.get("trails").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_it = |trail: &Value| trail.get("trail") == Some(&json!(arn)) && trail.get("is_used") == Some(&json!(true));
    let is_told = found.len() == 1 && found.iter().all(is_it) && lab.output("trail_arn") == arn;
    ensure(is_told, format!("{found:?}"))?;
    let trails = lab.administrator.aws.cloudtrail().describe_trails().include_shadow_trails(true).send().await?;
    ensure(trails.trail_list().len() == 1, format!("{trails:?}"))
}

async fn rests(stream: &mut Stream) -> Result<()> {
    ensure(stream.settle(PATIENCE).await?, "the guards do not come to rest")
}
