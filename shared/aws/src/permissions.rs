//! Which permissions the calls to AWS need: for each facet what its look needs and what its writes need, and what the functions need
//! besides.
//!
//! Plain tables, without any type of the SDK. From them the roles and permissions boundaries in `template.yaml` are written, and tests tie
//! them to the calls: no call of an adapter is without its permission, and no permission is there for a call that nobody makes.

#![cfg_attr(not(feature = "guards"), allow(dead_code, reason = "the binary of one guard asks for none of them"))]

pub(crate) mod cloudtrail;
pub(crate) mod ecr;
mod function;
pub(crate) mod iam;
pub(crate) mod kms;
pub(crate) mod s3;

pub use function::{DEAD_LETTERS, EVIDENCE, LAMBDA, LAST_ACCESSED, LOGS, ORGANIZATION, STANDARD, SWEEP};

/// One permission, and the call that needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The call, as the SDK names it (`S3 Control:GetAccessPoint`); [`LAMBDA`]: what Lambda itself does as the function.
    pub call: &'static str,
    /// The action, as IAM names it.
    pub action: &'static str,
    /// On what.
    pub scope: Scope,
}

/// What a permission is for. Who has it decides how far it reaches: a guard looks after all of a kind, bootstrap after what it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Nothing that a policy could name: AWS knows no resource for the action.
    NoResource,
    /// Whatever there is, which is read and nothing else.
    Everything,
    /// A bucket of the account.
    Bucket,
    /// A bucket that bootstrap makes.
    PipelineBucket,
    /// An access point.
    AccessPoint,
    /// A role that is passed to Amazon S3 for a replication.
    ReplicationRole,
    /// A key, by its id or its alias.
    Key,
    /// A key whose policy is written, and keeps whoever writes it from being the last who could.
    KeyPolicy,
    /// The alias of the pipeline's key, and the key that gets it.
    KeyAlias,
    /// A role.
    Role,
    /// The role of the policy guard, and what bounds it.
    PolicyGuardRole,
    /// The role that the pipeline runs as.
    ServiceRole,
    /// The same, where nothing but the pipeline's policy is attached to it.
    ServiceRolePolicy,
    /// A user.
    User,
    /// A group.
    Group,
    /// A managed policy of the account.
    Policy,
    /// The pipeline's policy.
    DataPolicy,
    /// A managed policy of AWS's own.
    AwsPolicy,
    /// A SAML or OpenID Connect provider.
    Provider,
    /// An instance profile.
    InstanceProfile,
    /// A trail of the account.
    Trail,
    /// A trail of the account or of its organization.
    AnyTrail,
    /// An event data store of the account.
    EventDataStore,
    /// An event data store of the account or of its organization.
    AnyEventDataStore,
    /// An event data store, a channel or a dashboard of the account.
    LakeResource,
    /// A role that is passed to AWS CloudTrail for its copy in CloudWatch Logs.
    TrailLogsRole,
    /// A container repository.
    Repository,
    /// The object that holds the standard, where it is one.
    StandardObject,
    /// Evidence and memory.
    EvidenceObject,
    /// The bucket that they lie in.
    EvidenceBucket,
    /// The key of that bucket, through Amazon S3.
    EvidenceKey,
    /// The bucket that the trail delivers to.
    TrailBucket,
    /// What it delivered there.
    TrailObject,
    /// The key that it encrypts that with, through Amazon S3.
    TrailKey,
    /// The key that memory is sealed with.
    MemoryKey,
    /// The function's own log.
    OwnLog,
    /// The guard's own dead-letter queue.
    OwnQueue,
    /// The functions of the guards.
    GuardFunction,
}

/// What one facet needs.
#[derive(Clone, Copy, Debug)]
pub struct Needs {
    /// To look at it.
    pub looks: &'static [Permission],
    /// To see before a write what AWS ties it to.
    pub ties: &'static [Permission],
    /// To bring it right.
    pub writes: &'static [Permission],
    /// To take something away, which guards do and bootstrap never does.
    pub removals: &'static [Permission],
    /// Calls that its adapter could make and no guard ever asks for, and why: nobody has a permission for them.
    pub never: &'static [(&'static str, &'static str)],
}

impl Needs {
    /// Nothing: the beginning of every row.
    pub(crate) const NONE: Self = Self { looks: &[], ties: &[], writes: &[], removals: &[], never: &[] };

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = Permission> + use<> {
        self.looks.iter().chain(self.ties).chain(self.writes).chain(self.removals).copied()
    }
}

/// A row of the tables: a call, the action it needs, on what.
pub(crate) const fn need(call: &'static str, action: &'static str, scope: Scope) -> Permission {
    Permission { call, action, scope }
}
