//! Every control, in one table.

use serde::{Deserialize, Serialize};

use super::{Control, Severity};
use crate::{Facet, Mode};

macro_rules! controls {
    ($($id:ident = $name:literal, $severity:ident, $mode:ident, $($facet:ident)|*, fsbp $fsbp:expr, cis $cis:expr, $title:literal, $why:literal;)*) => {
        /// The id of a control, as it stands in the standard, in findings and in the documents.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ControlId {
            $(#[doc = $title] #[serde(rename = $name)] $id,)*
        }

        /// Every control.
        pub const CONTROLS: &[Control] = &[
            $(Control {
                id: ControlId::$id, title: $title, severity: Severity::$severity, mode: Mode::$mode,
                facets: &[$(Facet::$facet),*], fsbp: &$fsbp, cis: &$cis, rationale: $why,
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
    BucketEncryption = "S3.Encryption", High, Enforce, BucketEncryption, fsbp [], cis [],
        "Default encryption is on, with a key the account controls",
        "Objects written under a weaker or a foreign key are readable, or lost, by somebody else's decision.";
    BucketSseCBlocked = "S3.SseCBlocked", High, Enforce, BucketEncryption, fsbp [], cis [],
        "Encryption with customer-provided keys is blocked",
        "Ransomware re-encrypts objects with a key that only the attacker holds.";
    BucketPublicAccess = "S3.PublicAccessBlock", Critical, Enforce, BucketPublicAccess, fsbp ["S3.8"], cis ["2.1.4"],
        "Public access is blocked, all four settings",
        "One ACL or policy would otherwise publish the bucket.";
    BucketVersioning = "S3.Versioning", Medium, Enforce, BucketVersioning, fsbp [], cis [],
        "Versioning is on",
        "Without it an overwritten or deleted object is gone.";
    BucketOwnership = "S3.Ownership", Medium, Enforce, BucketOwnership, fsbp ["S3.12"], cis [],
        "The bucket owner owns every object, and ACLs are off",
        "ACLs grant access past every policy.";
    BucketLogging = "S3.AccessLogging", Medium, Enforce, BucketLogging, fsbp ["S3.9"], cis [],
        "Access to the buckets of the pipeline is logged",
        "Who read what cannot be told afterwards.";
    BucketObjectLock = "S3.ObjectLock", High, Enforce, BucketObjectLock, fsbp [], cis [],
        "Logs and evidence are locked for their retention",
        "An intruder deletes the traces first.";
    BucketTags = "S3.Tags", Low, Enforce, BucketTags, fsbp [], cis [],
        "The buckets of the pipeline carry their purpose as a tag",
        "Inventories and cost reports find them by it.";
    BucketLifecycle = "S3.Lifecycle", High, Enforce, BucketLifecycle, fsbp [], cis [],
        "No lifecycle rule deletes data or logs before their time",
        "A rule of one day deletes every log, or every version to go back to, without a call that deletes anything.";
    BucketReplication = "S3.Replication", High, Enforce, BucketReplication, fsbp [], cis [],
        "Objects are replicated to allowed accounts alone",
        "A replication rule copies every new object to somebody else, for good and without a read that could be seen.";
    BucketNotification = "S3.Notification", Medium, Enforce, BucketNotification, fsbp [], cis [],
        "Changes to objects are told to known accounts alone",
        "Names, sizes and times of all objects tell an intruder what to take and when.";
    BucketWebsite = "S3.Website", Medium, Enforce, BucketWebsite, fsbp [], cis [],
        "No bucket serves its objects as a website",
        "Website endpoints know neither TLS nor who asks.";
    BucketCors = "S3.Cors", Medium, Enforce, BucketCors, fsbp [], cis [],
        "Not every web page may read the answers of the pipeline's buckets",
        "With a link that a user may open, any page the user visits could read or write in their stead.";
    AccountPublicAccess = "S3.AccountPublicAccessBlock", Critical, Enforce, AccountPublicAccess, fsbp ["S3.1"], cis ["2.1.4"],
        "Public access is blocked for the whole account, all four settings",
        "It covers every bucket and access point, also those that nobody guards.";
    AccessPointPublicAccess = "S3.AccessPointBlock", High, Observe, AccessPointSettings, fsbp ["S3.19"], cis [],
        "Access points block public access, all four settings",
        "It cannot be changed once the access point is made: only its policy can, and to delete it cuts its users off.";
    AccessPointForeignBucket = "S3.AccessPointBucket", Medium, Observe, AccessPointSettings, fsbp [], cis [],
        "Access points lead to buckets of allowed accounts",
        "What is written through it lies in somebody else's bucket; yet to delete it is not ours to decide.";
    BucketTlsOnly = "S3.TlsOnly", Medium, Enforce, BucketPolicy, fsbp ["S3.5"], cis ["2.1.1"],
        "The bucket policy denies requests without TLS",
        "Data and credentials could otherwise be read on the wire.";
    BucketPublicPolicy = "S3.PublicPolicy", Critical, Enforce, BucketPolicy, fsbp ["S3.2", "S3.3"], cis [],
        "The bucket policy is not open to everyone",
        "Anybody could read or write the data.";
    BucketForeignPolicy = "S3.ForeignPolicy", High, Enforce, BucketPolicy, fsbp ["S3.6"], cis [],
        "The bucket policy lets in no account beyond the trust zone",
        "An account that was let in once reads on, unseen by everybody here.";
    BucketConfusedDeputy = "S3.ConfusedDeputy", Medium, Observe, BucketPolicy, fsbp [], cis [],
        "Services that the bucket policy lets in cannot be made to act for a stranger",
        "A stranger asks the service to write to, or read from, the bucket; yet which source is right only its owner knows.";
    BucketMinimumTls = "S3.MinimumTls", Medium, Enforce, BucketPolicy, fsbp [], cis [],
        "The bucket policy denies TLS below the version that the standard names",
        "Old versions of TLS can be broken on the wire.";
    BucketServicePolicy = "S3.ServicePolicy", High, Enforce, BucketPolicy, fsbp [], cis [],
        "The buckets of the pipeline let the AWS services deliver that have to",
        "CloudTrail and access logging stop without a word when their bucket refuses them.";
    BucketPublicAcl = "S3.PublicAcl", Critical, Enforce, BucketAcl, fsbp ["S3.2", "S3.3"], cis [],
        "No access control list lets everyone in",
        "It publishes the bucket past every policy, as soon as nothing blocks public access.";
    BucketForeignAcl = "S3.ForeignAcl", High, Enforce, BucketAcl, fsbp [], cis [],
        "No access control list lets another account in",
        "A canonical id does not say whose it is, and no policy shows it.";
    AccessPointPublicPolicy = "S3.AccessPointPublic", Critical, Enforce, AccessPointPolicy, fsbp [], cis [],
        "No access point's policy is open to everyone",
        "An access point is another door to the same bucket.";
    AccessPointForeignPolicy = "S3.AccessPointForeign", High, Enforce, AccessPointPolicy, fsbp [], cis [],
        "No access point's policy lets in an account beyond the trust zone",
        "A bucket policy that delegates to its access points does not show whom they let in.";
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
    KeyRotation = "KMS.Rotation", Medium, Enforce, KeyRotation, fsbp [], cis ["3.6"],
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
    IamEscalation = "IAM.PrivilegeEscalation", High, Enforce, InlineDocument | ManagedDocument, fsbp [], cis [],
        "No policy gives its holder a way to more permissions",
        "A way to act as any other role is as good as its permissions.";
    IamPassRole = "IAM.PassRole", High, Enforce, InlineDocument | ManagedDocument, fsbp [], cis [],
        "No policy passes every role to any service",
        "Whoever may give any role to a service may act as any role.";
    IamLogTampering = "IAM.LogTampering", High, Enforce, InlineDocument | ManagedDocument, fsbp [], cis [],
        "No policy lets its holder switch off or delete audit logs",
        "An intruder switches off first what would tell of the rest.";
    // Of the next four so many of AWS's own policies have one, and so many that people work with, that enforcing them unasked would
    // stop more work than attacks.
    IamProtectedData = "IAM.ProtectedData", High, Observe, InlineDocument | ManagedDocument, fsbp [], cis [],
        "No policy reaches more of the pipeline's data than the access envelope allows",
        "Data leaks through whoever may read it; many analysts' and administrators' policies do, so this is observed unless asked for.";
    IamKmsDecrypt = "IAM.KmsDecrypt", Medium, Observe, InlineDocument | ManagedDocument, fsbp ["KMS.1", "KMS.2"], cis [],
        "No policy decrypts with every key",
        "Encryption keeps nobody out who may use every key; yet many policies of AWS's own allow it, so this is observed unless asked for.";
    IamServiceWildcard = "IAM.ServiceWildcard", Medium, Observe, InlineDocument | ManagedDocument, fsbp ["IAM.21"], cis [],
        "No policy allows every action of a sensitive service on everything",
        "What the service learns to do tomorrow is allowed today; 308 of AWS's own policies are so, so this is observed unless asked for.";
    IamNotElement = "IAM.NotElement", Low, Observe, InlineDocument | ManagedDocument, fsbp [], cis [],
        "No Allow is written as an exception",
        "`NotAction` and `NotResource` grant what nobody named; the policies that do are mostly meant so, so this is observed unless asked for.";
    IamAdminAttachment = "IAM.AdminAttachment", Critical, Enforce, PolicyAttachment, fsbp ["IAM.1"], cis [],
        "No AWS-managed policy that makes an administrator is attached",
        "The policy itself cannot be changed; its attachment can.";
    IamBroadAttachment = "IAM.BroadAttachment", Medium, Observe, PolicyAttachment, fsbp [], cis [],
        "No AWS-managed policy with powers that a policy of the account must not have is attached",
        "Many of AWS's policies for a whole service hold a way to more; detaching one stops whoever works with it, so this is observed unless asked for.";
    RoleTrustOpen = "IAM.TrustOpen", Critical, Enforce, RoleTrust, fsbp [], cis [],
        "No role trusts everyone",
        "Anybody with an AWS account could become the role.";
    RoleTrustForeign = "IAM.TrustForeign", High, Enforce, RoleTrust, fsbp [], cis [],
        "No role trusts an account outside of the trust zone",
        "A door into the account that another account opens; trust.accounts of the standard names those that are meant.";
    RoleTrustDeputy = "IAM.TrustConfusedDeputy", Medium, Observe, RoleTrust, fsbp [], cis [],
        "No role can be reached through a service or a provider that acts for a stranger",
        "AWS's own examples of trust policies have no `aws:SourceAccount`, and services fail where it is added blindly, so this is observed unless asked for.";
    PermissionsBoundary = "IAM.PermissionsBoundary", High, Enforce, PermissionsBoundary, fsbp [], cis [],
        "No permissions boundary is removed, replaced by a wider one, or missing where the standard asks for one",
        "The boundary is what keeps a delegated administrator from making another.";
    BoundaryWidened = "IAM.BoundaryWidened", Medium, Observe, ManagedDocument, fsbp [], cis [],
        "No policy that bounds somebody allows more than before",
        "A boundary that grows bounds nobody; yet it grows with the work of those whom it bounds, so this is observed unless asked for.";
    IamCombined = "IAM.CombinedEscalation", High, Enforce, PrincipalPolicies, fsbp [], cis [],
        "No policies that somebody holds together make an administrator or give a way to more permissions",
        "What no policy allows by itself, several may.";
    PowerfulGroup = "IAM.PowerfulGroup", High, Enforce, GroupMembership, fsbp [], cis [],
        "No user is added to a group that makes an administrator or gives a way to more permissions",
        "To join a group takes one call, and no policy changes by it.";
    BroadGroup = "IAM.BroadGroup", Medium, Observe, GroupMembership, fsbp [], cis [],
        "No user is added to a group to which AWS-managed policies give a way to more permissions",
        "Many of AWS's policies for a whole service hold such a way; to keep people out of their team's group stops their work, so this is observed unless asked for.";
    IdentityProvider = "IAM.IdentityProvider", High, Observe, IdentityProvider, fsbp [], cis [],
        "Identity providers are those of the standard, and do not change",
        "Whoever vouches for others may become every role that trusts the provider; yet to take one away locks its users out, so this is observed unless asked for.";
    ProtectedAccessKeys = "IAM.ProtectedAccessKeys", High, Observe, AccessKeys, fsbp [], cis [],
        "Protected users get no new access keys",
        "A key of somebody who is never touched opens what the guards keep shut; yet to switch one off may lock the last administrator out, so this is observed unless asked for.";
    ProtectedLogin = "IAM.ProtectedLogin", High, Observe, LoginProfile, fsbp [], cis [],
        "Protected users get no new console password",
        "Whoever sets the password is the user; yet to take one away may lock the last administrator out, so this is observed unless asked for.";
    ServiceRoleOnly = "IAM.ServiceRoleOnly", High, Observe, InlineDocument | PolicyAttachment, fsbp [], cis [],
        "The ML service role holds its own policy, those that the standard names, and no other that allows more",
        "The pipeline reaches what its role reaches, whichever policy says so; yet most pipelines need logs, metrics and images, too, so this is observed unless asked for.";
    ServiceRole = "IAM.ServiceRole", High, Enforce, RoleTrust, fsbp [], cis [],
        "The ML service role exists and trusts the ML service alone",
        "The pipeline runs as this role, and nobody else may.";
    ServicePolicy = "IAM.ServicePolicy", High, Enforce, ManagedDocument, fsbp [], cis [],
        "The ML policy grants the data bucket and its key, and nothing more",
        "What the pipeline can reach, an intruder in it can reach.";
    ServiceAttachment = "IAM.ServiceAttachment", Medium, Enforce, PolicyAttachment, fsbp [], cis [],
        "The ML policy is attached to the ML service role",
        "Without it the pipeline stands still, and someone hurried grants too much.";
    TrailExists = "CloudTrail.Exists", Critical, Enforce, TrailConfiguration, fsbp ["CloudTrail.1"], cis [],
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
    TrailLogging = "CloudTrail.Logging", Critical, Enforce, TrailLogging, fsbp ["CloudTrail.1"], cis ["3.1"],
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
    Memory = "Parapet.Memory", Critical, Observe, , fsbp [], cis [],
        "What the guards remember can be read",
        "Where it cannot, old access is not told from new, and whoever made it so can hide behind the doubt.";
}
