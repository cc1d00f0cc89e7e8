//! Every control, in one table.

use serde::{Deserialize, Serialize};

use super::{Control, Severity};
use crate::{Facet, Mode};

macro_rules! controls {
    ($($id:ident = $name:literal, $severity:ident, $mode:ident, $($facet:ident)|+, fsbp $fsbp:expr, cis $cis:expr, $title:literal, $why:literal;)*) => {
        /// The id of a control, as it stands in the standard, in findings and in the documents.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ControlId {
            $(#[doc = $title] #[serde(rename = $name)] $id,)*
        }

        /// Every control.
        pub const CONTROLS: &[Control] = &[
            $(Control {
                id: ControlId::$id, title: $title, severity: Severity::$severity, mode: Mode::$mode,
                facets: &[$(Facet::$facet),+], fsbp: &$fsbp, cis: &$cis, rationale: $why,
            },)*
        ];

        impl ControlId {
            /// As it stands in the standard.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$id => $name,)* }
            }

            /// What is done about a violation where the standard says nothing else.
            #[must_use]
            pub fn default_mode(self) -> Mode {
                match self { $(Self::$id => Mode::$mode,)* }
            }

            /// How bad a violation is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$id => Severity::$severity,)* }
            }
        }
    };
}

controls! {
    BucketExists = "S3.Exists", Critical, Enforce, BucketExistence, fsbp [], cis [],
        "The buckets of the pipeline exist",
        "Whoever takes the name of a deleted bucket receives what the pipeline writes to it.";
    BucketEncryption = "S3.Encryption", High, Enforce, BucketEncryption, fsbp ["S3.17"], cis [],
        "Default encryption is on, with a key the account controls",
        "Objects written under a weaker or a foreign key are readable, or lost, by somebody else's decision.";
    BucketSseCBlocked = "S3.SseCBlocked", High, Enforce, BucketEncryption, fsbp [], cis [],
        "Encryption with customer-provided keys is blocked",
        "Ransomware re-encrypts objects with a key that only the attacker holds.";
    BucketPublicAccess = "S3.PublicAccessBlock", Critical, Enforce, BucketPublicAccess, fsbp ["S3.8"], cis ["2.1.4"],
        "Public access is blocked, all four settings",
        "One ACL or policy would otherwise publish the bucket.";
    BucketVersioning = "S3.Versioning", Medium, Enforce, BucketVersioning, fsbp ["S3.14"], cis [],
        "Versioning is on",
        "Without it an overwritten or deleted object is gone.";
    BucketOwnership = "S3.Ownership", Medium, Enforce, BucketOwnership, fsbp ["S3.12"], cis [],
        "The bucket owner owns every object, and ACLs are off",
        "ACLs grant access past every policy.";
    BucketLogging = "S3.AccessLogging", Medium, Enforce, BucketLogging, fsbp ["S3.9"], cis [],
        "Access to the buckets of the pipeline is logged",
        "Who read what cannot be told afterwards.";
    BucketObjectLock = "S3.ObjectLock", High, Enforce, BucketObjectLock, fsbp ["S3.15"], cis [],
        "Logs and evidence are locked for their retention",
        "An intruder deletes the traces first.";
    BucketTags = "S3.Tags", Low, Enforce, BucketTags, fsbp [], cis [],
        "The buckets of the pipeline carry their purpose as a tag",
        "Inventories and cost reports find them by it.";
    BucketTlsOnly = "S3.TlsOnly", Medium, Enforce, BucketPolicy, fsbp ["S3.5"], cis ["2.1.1"],
        "The bucket policy denies requests without TLS",
        "Data and credentials could otherwise be read on the wire.";
    BucketPublicPolicy = "S3.PublicPolicy", Critical, Enforce, BucketPolicy, fsbp ["S3.2", "S3.3"], cis [],
        "The bucket policy is not open to everyone",
        "Anybody could read or write the data.";
    BucketServicePolicy = "S3.ServicePolicy", High, Enforce, BucketPolicy, fsbp [], cis [],
        "The buckets of the pipeline let the AWS services deliver that have to",
        "CloudTrail and access logging stop without a word when their bucket refuses them.";
    KeyExists = "KMS.KeyExists", Critical, Enforce, KeyState, fsbp [], cis [],
        "The pipeline's KMS key exists",
        "Without it nothing is encrypted under a key of the account's own.";
    KeyAlias = "KMS.KeyAlias", Critical, Observe, KeyState, fsbp [], cis [],
        "The pipeline's alias points to the key that bootstrap made",
        "What is written from then on is under another key; yet to move the alias is also how a key is replaced by hand.";
    KeyEnabled = "KMS.KeyEnabled", Critical, Enforce, KeyState, fsbp [], cis [],
        "The pipeline's KMS key is enabled",
        "Without the key the pipeline can neither read nor write, and nothing is logged.";
    KeyDeletion = "KMS.KeyDeletion", Critical, Enforce, KeyState, fsbp ["KMS.3"], cis [],
        "The pipeline's KMS key is not about to be deleted",
        "Without the key the data is lost for good.";
    OtherKeyEnabled = "KMS.OtherKeyEnabled", Low, Observe, KeyState, fsbp [], cis [],
        "Any other KMS key in scope is enabled",
        "Its owner may disable it; who needs it should know why things stand still.";
    OtherKeyDeletion = "KMS.OtherKeyDeletion", High, Observe, KeyState, fsbp ["KMS.3"], cis [],
        "No other KMS key in scope is about to be deleted",
        "What it encrypts is lost at the end of its wait of a week or more, which is time enough to ask its owner: to delete a key is also how data is erased on purpose.";
    KeyRotation = "KMS.Rotation", Medium, Enforce, KeyRotation, fsbp ["KMS.4"], cis ["3.6"],
        "Every KMS key that can rotates every year",
        "A leaked data key stays useful for as long as its master.";
    KeyPublicPolicy = "KMS.PublicPolicy", Critical, Enforce, KeyPolicy, fsbp ["KMS.5"], cis [],
        "No key policy is open to everyone",
        "Whoever may use the key may read the data.";
    KeyForeignPolicy = "KMS.ForeignPolicy", High, Enforce, KeyPolicy, fsbp [], cis [],
        "No key policy is open to accounts that the standard does not trust",
        "A stranger who may use the key reads what it encrypts, and may hold it to ransom.";
    KeyPolicy = "KMS.KeyPolicy", High, Enforce, KeyPolicy, fsbp [], cis [],
        "The pipeline's key policy serves its account, CloudTrail and the ML role",
        "CloudTrail and the pipeline stop without a word when the key refuses them; without its account nobody can manage it.";
    KeyGrants = "KMS.Grants", High, Enforce, KeyGrants, fsbp [], cis [],
        "No grant lets in accounts that the standard does not trust",
        "A grant opens a key past its policy, and nobody sees it there.";
    IamAdmin = "IAM.AdminPolicy", Critical, Enforce, InlineDocument | ManagedDocument, fsbp ["IAM.1"], cis [],
        "No policy makes its holder an administrator",
        "One such policy in one stolen session is the whole account.";
    IamAdminAttachment = "IAM.AdminAttachment", Critical, Enforce, PolicyAttachment, fsbp ["IAM.1"], cis [],
        "No AWS-managed policy that makes an administrator is attached",
        "The policy itself cannot be changed; its attachment can.";
    RoleTrustOpen = "IAM.TrustOpen", Critical, Enforce, RoleTrust, fsbp [], cis [],
        "No role trusts everyone",
        "Anybody with an AWS account could become the role.";
    ServiceRole = "IAM.ServiceRole", High, Enforce, RoleTrust, fsbp [], cis [],
        "The ML service role exists and trusts the ML service alone",
        "The pipeline runs as this role, and nobody else may.";
    ServicePolicy = "IAM.ServicePolicy", High, Enforce, ManagedDocument, fsbp [], cis [],
        "The ML policy grants the data bucket and its key, and nothing more",
        "What the pipeline can reach, an intruder in it can reach.";
    ServiceAttachment = "IAM.ServiceAttachment", Medium, Enforce, PolicyAttachment, fsbp [], cis [],
        "The ML policy is attached to the ML service role",
        "Without it the pipeline stands still, and someone hurried grants too much.";
    TrailExists = "CloudTrail.Exists", Critical, Enforce, TrailConfiguration, fsbp ["CloudTrail.3"], cis [],
        "The trail exists",
        "Without a trail nothing is recorded, and the guards see nothing.";
    TrailMultiRegion = "CloudTrail.MultiRegion", High, Enforce, TrailConfiguration, fsbp ["CloudTrail.1"], cis ["3.1"],
        "The trail records every region, and global services",
        "An intruder works where nobody looks.";
    TrailValidation = "CloudTrail.Validation", Medium, Enforce, TrailConfiguration, fsbp ["CloudTrail.4"], cis ["3.2"],
        "Log file validation is on",
        "Without digests an altered log cannot be told from a true one.";
    TrailEncryption = "CloudTrail.Encryption", Medium, Enforce, TrailConfiguration, fsbp ["CloudTrail.2"], cis ["3.5"],
        "Log files are encrypted with the pipeline's key",
        "Logs tell an intruder where to go next.";
    TrailDelivery = "CloudTrail.Delivery", High, Enforce, TrailConfiguration, fsbp [], cis [],
        "The trail delivers to the log bucket",
        "Logs delivered elsewhere are somebody else's.";
    TrailLogging = "CloudTrail.Logging", Critical, Enforce, TrailLogging, fsbp ["CloudTrail.3"], cis ["3.1"],
        "The trail is logging",
        "What happens now is not recorded, and the guards see nothing.";
    TrailSelectors = "CloudTrail.Selectors", High, Enforce, TrailSelectors, fsbp [], cis ["3.1"],
        "The trail records all management events, and the data events of the data bucket",
        "A selector that leaves out writes or KMS is a quiet way to switch the trail off.";
    TrailInsights = "CloudTrail.Insights", Low, Enforce, TrailInsights, fsbp [], cis [],
        "The trail computes insights",
        "An unusual rate of calls or errors is often the first sign.";
    TrailCloudWatchLogs = "CloudTrail.CloudWatchLogs", Medium, Enforce, TrailConfiguration, fsbp ["CloudTrail.5"], cis [],
        "The trail's copy in CloudWatch Logs stays, or is the one asked for",
        "Alarms on the copy fall silent with it.";
    TrailTags = "CloudTrail.Tags", Low, Enforce, TrailTags, fsbp [], cis [],
        "The trail carries its purpose as a tag",
        "Inventories and cost reports find it by it.";
    StoreDeletion = "CloudTrail.StoreDeletion", Critical, Enforce, EventDataStore, fsbp [], cis [],
        "No event data store is about to be deleted",
        "What it recorded is lost seven days later.";
    StoreIngestion = "CloudTrail.StoreIngestion", High, Enforce, EventDataStore, fsbp [], cis [],
        "Every event data store takes events in",
        "What happens now is not recorded there.";
    StoreProtection = "CloudTrail.StoreProtection", High, Enforce, EventDataStore, fsbp [], cis [],
        "Every event data store has termination protection",
        "One call would delete it.";
    StoreRetention = "CloudTrail.StoreRetention", High, Enforce, EventDataStore, fsbp [], cis [],
        "Every event data store keeps events as long as the standard asks, and no shorter than before",
        "A shorter retention deletes what is older at once.";
    StoreMultiRegion = "CloudTrail.StoreMultiRegion", High, Enforce, EventDataStore, fsbp [], cis [],
        "An event data store that recorded every region goes on doing so",
        "An intruder works where nobody looks.";
    StoreSelectors = "CloudTrail.StoreSelectors", Medium, Observe, EventDataStore, fsbp [], cis [],
        "An event data store goes on recording what it recorded",
        "A narrower selection is a quiet way to switch it off; yet its owner pays for what it takes in.";
    EventConfiguration = "CloudTrail.EventConfiguration", Low, Enforce, TrailEvents | EventConfiguration, fsbp [], cis [],
        "Events of an event data store keep their size and context keys, and the trail goes on summing up data events",
        "Cut events and missing tags hide what a call was about.";
    DelegatedAdmin = "CloudTrail.DelegatedAdmin", Critical, Observe, DelegatedAdmin, fsbp [], cis [],
        "The organization keeps its delegated administrator of CloudTrail",
        "Who watches the organization's trail no longer can; only its management account says who may.";
}
