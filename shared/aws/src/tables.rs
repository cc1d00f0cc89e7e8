//! One table a facet: what AWS answers, and what comes of it; what is asked of AWS for each action, and what comes of a refusal.
//!
//! Everything goes through [`World`] and the SDK's own writing and parsing; only the transport is a [`Replay`]. Answers that AWS really
//! gave are in `tests/recorded`, others follow the syntax in the API Reference of their operation. What a row gives lies beside it in
//! `snapshots/`, a file a facet: each request as it was sent, and the state as it is kept. Beside its rows, every facet is held to the
//! [`laws`]: no failure of any of its calls is ever taken for a state.
//!
//! A facet without a table does not compile.

mod answers;
mod cloudtrail;
mod ecr;
mod everybody;
mod iam;
mod kms;
mod laws;
mod lists;
mod permissions;
mod run;
mod s3;
mod s3_policies;

use parapet_core::ErrorKind;
use parapet_guards::{Action, Facet, Resource};

use crate::replay::Answer;

/// The account that the recorded answers are of.
const ACCOUNT: &str = "644160558196";

/// The region of most of them.
const REGION: &str = "us-east-1";

/// The answers to one look, in the order of the calls.
type Look = Vec<Answer>;

/// What is known of one facet's adapter.
struct Table {
    /// What is looked at.
    resource: Resource,
    /// Looks that find it, set or not.
    found: Vec<Look>,
    /// Looks that find no such resource.
    gone: Vec<Look>,
    /// Looks with a value that is not known, always one with [`NEW`] in it: it is kept as it is, or the look is unreadable.
    unknown: Vec<Look>,
    /// A look of two pages, the second asked for by [`NEXT`]; none where no call of the facet has pages.
    pages: Option<Look>,
    /// Looks whose answers lack what AWS always sends, or hold what cannot be: unreadable.
    unreadable: Vec<Look>,
    /// The same facet of other resources, whose calls are others.
    also: Vec<Also>,
    /// The operations by which a state is written back as it was found; none where writes are actions of their own.
    back: &'static [&'static str],
    /// Actions, with the answers to their calls.
    writes: Vec<(Action, Look)>,
    /// Actions that are refused, and what that means.
    refusals: Vec<(Action, Look, ErrorKind)>,
    /// Where one failed call of a look does not fail it as it would elsewhere, and why.
    exceptions: &'static [laws::Exception],
}

/// What is known of another resource with the same facet.
struct Also {
    /// What is looked at.
    resource: Resource,
    /// Looks that find it.
    found: Vec<Look>,
    /// Looks that find no such resource.
    gone: Vec<Look>,
    /// Looks that cannot be understood.
    unreadable: Vec<Look>,
    /// Actions, with the answers to their calls.
    writes: Vec<(Action, Look)>,
}

/// A value that AWS may add tomorrow.
const NEW: &str = "x-new";

/// A token for the next page.
const NEXT: &str = "page-2";

macro_rules! tables {
    ($($facet:ident => $module:ident::$table:ident;)+) => {
        /// The table of a facet.
        fn table(facet: Facet) -> Table {
            match facet {
                $(Facet::$facet => $module::$table(),)+
            }
        }

        mod facets {
            use super::Facet;

            $(
                #[test]
                fn $table() {
                    super::laws::hold(Facet::$facet);
                }
            )+
        }
    };
}

tables! {
    BucketExistence => s3::bucket_existence;
    BucketPublicAccess => s3::bucket_public_access;
    BucketOwnership => s3::bucket_ownership;
    BucketVersioning => s3::bucket_versioning;
    BucketEncryption => s3::bucket_encryption;
    BucketObjectLock => s3::bucket_object_lock;
    BucketTags => s3::bucket_tags;
    BucketLogging => s3::bucket_logging;
    BucketLifecycle => s3::bucket_lifecycle;
    BucketReplication => s3::bucket_replication;
    BucketNotification => s3::bucket_notification;
    BucketWebsite => s3::bucket_website;
    BucketCors => s3::bucket_cors;
    BucketGuardAccess => s3_policies::bucket_guard_access;
    BucketInventory => s3::bucket_inventory;
    AccountPublicAccess => s3::account_public_access;
    AccessPointSettings => s3::access_point_settings;
    AccessPointGuardAccess => s3_policies::access_point_guard_access;
    BucketPolicy => s3_policies::bucket_policy;
    BucketAcl => s3_policies::bucket_acl;
    AccessPointPolicy => s3_policies::access_point_policy;
    RecordedAccess => s3_policies::recorded_access;
    RecordedDirectory => s3_policies::recorded_directory;
    RecordedTables => s3_policies::recorded_tables;
    RecordedVectors => s3_policies::recorded_vectors;
    KeyState => kms::key_state;
    KeyRotation => kms::key_rotation;
    KeyPolicy => kms::key_policy;
    KeyGuardAccess => kms::key_guard_access;
    KeyGrants => kms::key_grants;
    RoleTrust => iam::role_trust;
    ManagedDocument => iam::managed_document;
    InlineDocument => iam::inline_document;
    PolicyAttachment => iam::policy_attachment;
    PermissionsBoundary => iam::permissions_boundary;
    PrincipalPolicies => iam::principal_policies;
    AccessKeys => iam::access_keys;
    LoginProfile => iam::login_profile;
    UserCredentials => iam::user_credentials;
    GroupMembership => iam::group_membership;
    IdentityProvider => iam::identity_provider;
    InstanceProfile => iam::instance_profile;
    RootSession => iam::root_session;
    TrailConfiguration => cloudtrail::trail_configuration;
    TrailLogging => cloudtrail::trail_logging;
    TrailSelectors => cloudtrail::trail_selectors;
    TrailInsights => cloudtrail::trail_insights;
    TrailTags => cloudtrail::trail_tags;
    TrailEvents => cloudtrail::trail_events;
    EventDataStore => cloudtrail::event_data_store;
    EventConfiguration => cloudtrail::event_configuration;
    LakePolicy => cloudtrail::lake_policy;
    DelegatedAdmin => cloudtrail::delegated_admin;
    OwnRole => iam::own_role;
    RepositoryPolicy => ecr::repository_policy;
    RepositoryGuardAccess => ecr::repository_guard_access;
    RepositoryTagMutability => ecr::repository_tag_mutability;
    RepositoryScanning => ecr::repository_scanning;
}

/// Why a class of rows is empty.
fn nothing<T>(_why: &'static str) -> Vec<T> {
    Vec::new()
}
