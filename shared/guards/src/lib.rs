//! What is guarded, how it has to be, and the way there. Pure: everything here is a function of a state and the standard.
//!
//! - One folder a service (`s3`, `kms`, `iam`, `cloudtrail`, `ecr`): its resources, and one file a facet, which says all of it. What a facet is:
//!   [`Aspect`]; the tables: [`Facet`], [`GuardName`], [`Resource`].
//! - `judge`: what policy documents are judged by, whichever service they belong to.
//! - [`Standard`]: what is asked for.
//! - [`route()`]: where a record leads; [`decide`]: the same over all guards, for people to read.
//! - [`companions`]: policies of an organization that keep others off what Parapet consists of.
//! - [`foundation`]: what bootstrap ensures, as a list of facets; each knows how it has to be.
//! - [`World`] and [`Recorder`]: what the loop reads and writes; [`Evidence`] and [`Memory`]: what is kept.
//! - [`index`]: how evidence is found by actor and by day.
//! - [`used`]: what CloudTrail shows to be used, and what of it a repair would end.

mod arns;
mod aspect;
mod baseline;
mod cloudtrail;
pub mod companions;
mod contest;
mod control;
mod denied;
mod ecr;
mod evidence;
mod facet;
mod finding;
mod flaw;
pub mod foundation;
mod guard;
mod iam;
pub mod index;
mod judge;
mod kms;
mod made;
mod meant;
mod memory;
mod operator;
mod order;
mod own_account;
mod pending;
mod recorder;
mod report;
mod resource;
mod round;
mod route;
mod s3;
#[cfg(feature = "schema")]
pub mod schema;
mod seal;
mod service;
mod shown_by;
mod standard;
mod subject;
mod tie;
mod told;
pub mod used;
mod world;

pub use arns::Arns;
pub use aspect::{Aspect, Never, Put, Row};
pub use baseline::{Anew, BASELINE_VERSION, Baseline, Left, baseline_key};
pub use contest::{Contest, changes};
pub use control::{Control, ControlId};
pub use denied::shut_out_by;
pub use evidence::{
    EVIDENCE_VERSION, Evidence, FacetImage, Image, Missing, PlannedAction, evidence_folder, evidence_folder_of,
    evidence_key, key_time,
};
pub use finding::{Assessment, Finding, Undetermined};
pub use flaw::{Flaw, Flaws};
pub use made::Made;
pub use meant::Meant;
pub use memory::{
    MEMORY_VERSION, Memory, Remembered, first_memory_folder, first_memory_key, has_first_memory, memory_key,
};
pub use operator::{Asked, Caller, PROOF_HEADER, PROOF_SECONDS, proof_key};
pub use order::{ORDER_VERSION, Order, mend_key, orders_folder};
pub use own_account::OwnAccount;
pub use pending::{
    PENDING_VERSION, Pending, Settled, Unsure, Verdict, order_key, pending_folder, pending_key, settled_key, unsettled,
};
pub use recorder::{Orders, Receipt, Recorder, Repairs, Rounds, Uses, Waiting};
pub use report::Report;
pub use resource::Kind;
pub use round::{ROUND_VERSION, Round, round_key};
pub use route::{
    Decision, Led, Look, Route, Target, asked_for, decide, guarded, is_known_event, looks, names, part_of, route,
};
pub use seal::{NotSealed, SEAL, SECRET_BYTES, Seal, seal_label, unsealed};
pub use service::Service;
pub use standard::{
    AccessRules, Algorithm, BucketNeeds, BucketRules, Change, CloudWatchLogs, ContestRules, Difference, Direction,
    Encryption, EventDataStoreRules, EventSize, Exemption, GeneralMode, MAX_STANDARD_BYTES, Names, News,
    ObjectLocation, PartMode, Patterns, Preset, Principals, Rails, Readable, RequiredBoundary, Retention,
    RetentionMode, ServiceRules, SettleRules, SlowContest, Standard, StandardError, StandardSource, TlsVersion,
    TrailRules, TrustRules, TrustedSubject, UsedTrail, VersioningScope,
};
pub use subject::{Room, Subject};
pub use tie::{Beside, Tied};
pub use told::{TOLD_VERSION, Told, told_key};
pub use world::{Listed, Mark, Observed, Page, World};

pub use cloudtrail::*;
pub use ecr::*;
pub use iam::*;
pub use kms::*;
pub use s3::*;

// The tables. A new service, guard, kind or facet is a line or a block here; what it is, its own folder says.

resource::resources! {
    s3 {
        /// An S3 bucket.
        Bucket = "bucket";
        /// The S3 settings of the whole account.
        Account = "account";
        /// An S3 access point.
        AccessPoint = "access point";
        /// What has a policy of which the record of an event alone tells.
        RecordedPolicy = "recorded policy";
    }
    kms {
        /// A KMS key.
        Key = "key";
    }
    iam {
        /// An IAM role; what is looked at is its trust policy.
        Role = "role";
        /// A managed policy of this account.
        ManagedPolicy = "managed policy";
        /// A policy embedded in a user, role or group.
        InlinePolicy = "inline policy";
        /// The attachment of a managed policy to a user, role or group.
        Attachment = "policy attachment";
        /// A user, role or group with all that it holds.
        Principal = "user, role or group";
        /// That a user is in a group.
        Membership = "group membership";
        /// A SAML or OpenID Connect provider whose users may become roles.
        IdentityProvider = "identity provider";
        /// What hands a role to instances.
        InstanceProfile = "instance profile";
        /// The role of Parapet's own that the policy guard cannot keep.
        OwnRole = "own role";
        /// A session of an account's root user.
        RootSession = "root session";
    }
    cloudtrail {
        /// A CloudTrail trail of this region.
        Trail = "trail";
        /// An event data store of CloudTrail Lake.
        EventDataStore = "event data store";
        /// What of CloudTrail Lake can have a policy of its own.
        LakeResource = "resource of CloudTrail Lake";
        /// The account that may administer CloudTrail for the organization.
        DelegatedAdmin = "delegated administrator";
    }
    ecr {
        /// A private container repository.
        Repository = "repository";
    }
}

standard::scopes! {
    buckets = "Which buckets, by name.", ["*"];
    keys = "Which KMS keys, by id.", ["*"];
    trails = "Which trails, by name.", ["*"];
    event_data_stores = "Which event data stores, by id.", ["*"];
    repositories = "Which container repositories, by name: of the others only the policy is guarded.", ecr::resources::OF_PIPELINES;
}

facet::facets! {
    $
    EncryptionGuard = "encryption-guard", "Bucket settings and the state of KMS keys" {
        BucketExistence = s3::existence;
        BucketPublicAccess = s3::public_access;
        BucketOwnership = s3::ownership;
        BucketVersioning = s3::versioning;
        BucketEncryption = s3::default_encryption;
        BucketObjectLock = s3::object_lock;
        BucketTags = s3::tags;
        BucketLogging = s3::logging;
        BucketLifecycle = s3::lifecycle;
        BucketReplication = s3::replication;
        BucketNotification = s3::notification;
        BucketWebsite = s3::website;
        BucketCors = s3::cors;
        BucketInventory = s3::inventory;
        BucketGuardAccess = s3::guard_access;
        AccountPublicAccess = s3::account_public_access;
        AccessPointSettings = s3::access_point;
        AccessPointGuardAccess = s3::access_point_guard_access;
        KeyState = kms::key_state;
        KeyRotation = kms::key_rotation;
        KeyGuardAccess = kms::guard_access;
    }
    PolicyGuard = "policy-guard", "Every policy document, and what is attached to whom" {
        BucketPolicy = s3::bucket_policy;
        BucketAcl = s3::acl;
        AccessPointPolicy = s3::access_point_policy;
        RecordedAccess = s3::recorded::access;
        RecordedDirectory = s3::recorded::directory;
        RecordedTables = s3::recorded::tables;
        RecordedVectors = s3::recorded::vectors;
        KeyPolicy = kms::key_policy;
        KeyGrants = kms::grants;
        RoleTrust = iam::trust;
        ManagedDocument = iam::managed;
        InlineDocument = iam::inline;
        PolicyAttachment = iam::attachment;
        PermissionsBoundary = iam::boundary;
        PrincipalPolicies = iam::principal;
        AccessKeys = iam::access_keys;
        LoginProfile = iam::login;
        UserCredentials = iam::credentials;
        GroupMembership = iam::membership;
        IdentityProvider = iam::provider;
        InstanceProfile = iam::instance_profile;
        RootSession = iam::root_session;
        RepositoryPolicy = ecr::repository_policy;
    }
    LoggingGuard = "logging-guard", "Trails, event data stores and what they need, and the role of the policy guard" {
        TrailConfiguration = cloudtrail::configuration;
        TrailLogging = cloudtrail::status;
        TrailSelectors = cloudtrail::selectors;
        TrailInsights = cloudtrail::insights;
        TrailTags = cloudtrail::tags;
        TrailEvents = cloudtrail::trail_events;
        EventDataStore = cloudtrail::event_data_store;
        EventConfiguration = cloudtrail::event_configuration;
        LakePolicy = cloudtrail::lake_policy;
        DelegatedAdmin = cloudtrail::delegated_admin;
        OwnRole = iam::whole_role;
    }
    AiGuard = "ai-guard", "Container repositories that ML pipelines run from" {
        RepositoryGuardAccess = ecr::guard_access;
        RepositoryTagMutability = ecr::tag_mutability;
        RepositoryScanning = ecr::scanning;
    }
}
