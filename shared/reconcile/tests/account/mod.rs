//! An account for all guards at once, with as much of AWS's own behaviour as the order of bootstrap depends on: what appears
//! together with a bucket, a key or a trail, and what AWS refuses as long as something else is missing.

use std::collections::BTreeSet;

use parapet_core::{ErrorKind, Identity, WorldError};
use parapet_guards::foundation::documents::{has_statement, key_statements, service_statements};
use parapet_guards::{
    Acl, Action, Attachment, AttachmentAction, BasicSelector, BucketEncryption, BucketPolicyAction, ExistenceAction,
    Facet, GuardName, IamEntity, KeyAction, KeyRotation, KeyState, KeyStatus, KmsKey, Mark, ObjectLock,
    ObjectOwnership, Observed, Ownership, Page, PublicAccess, Put, Resource, ResourceKind, Selectors, State,
    TrailAction, TrailLogging, Versioning, World, on,
};
use parapet_testkit::fixtures::{
    ACCESS_LOG_BUCKET, DATA_BUCKET, EVIDENCE_BUCKET, LOG_BUCKET, ML_POLICY_ARN, ML_ROLE, TRAIL, bucket, key,
    managed_policy, role, trail,
};
use parapet_testkit::{FakeWorld, Journal, Situation};

/// The account.
pub(crate) struct Account {
    pub(crate) journal: Journal,
    pub(crate) world: FakeWorld,
    /// A bucket name that somebody else owns.
    taken: Option<&'static str>,
}

impl Account {
    /// One in which nothing exists yet.
    pub(crate) fn empty() -> Self {
        let journal = Journal::default();
        let account = Self { world: FakeWorld::new(&journal), journal, taken: None };
        for name in [DATA_BUCKET, LOG_BUCKET, ACCESS_LOG_BUCKET, EVIDENCE_BUCKET] {
            account.world.set(&bucket(name), Facet::BucketExistence, State::BucketExistence(false));
        }
        account.world.set(&key(), Facet::KeyState, State::KeyState(KeyState::Absent));
        account.world.set(&role(ML_ROLE), Facet::RoleTrust, State::RoleTrust(None));
        account.world.set(&managed_policy(ML_POLICY_ARN), Facet::ManagedDocument, State::ManagedDocument(None));
        account.world.set(
            &ml_attachment(),
            Facet::PolicyAttachment,
            State::PolicyAttachment(Attachment::of(false, None)),
        );
        let trail = trail(TRAIL);
        account.world.set(&trail, Facet::TrailConfiguration, State::TrailConfiguration(None));
        account.world.set(&trail, Facet::TrailLogging, State::TrailLogging(TrailLogging::NoTrail));
        account.world.set(&trail, Facet::TrailSelectors, State::TrailSelectors(None));
        account.world.set(&trail, Facet::TrailInsights, State::TrailInsights(None));
        account.world.set(&trail, Facet::TrailTags, State::TrailTags(None));
        account
    }

    /// The same, where somebody else owns a bucket of this name.
    #[allow(dead_code, reason = "not every test that includes the account has one")]
    pub(crate) fn with_taken(self, name: &'static str) -> Self {
        Self { taken: Some(name), ..self }
    }

    fn has_bucket(&self, name: &str) -> bool {
        self.world.state(&bucket(name), Facet::BucketExistence) == Some(State::BucketExistence(true))
    }

    /// What a new bucket has: encryption with SSE-S3, SSE-C and public access blocked, ACLs off (as of 2026), nothing else.
    fn bucket_appears(&self, resource: &Resource) {
        let encryption = BucketEncryption {
            algorithm: parapet_guards::Algorithm::Aes256,
            key: None,
            bucket_key: false,
            sse_c_blocked: true,
        };
        let states = [
            (Facet::BucketEncryption, State::BucketEncryption(encryption)),
            (Facet::BucketPublicAccess, State::BucketPublicAccess(PublicAccess::BLOCKED)),
            (Facet::BucketVersioning, State::BucketVersioning(Versioning::Off)),
            (Facet::BucketOwnership, State::BucketOwnership(ObjectOwnership::BucketOwnerEnforced.into())),
            (Facet::BucketLogging, State::BucketLogging(None)),
            (Facet::BucketObjectLock, State::BucketObjectLock(ObjectLock::default())),
            (Facet::BucketTags, State::BucketTags(Default::default())),
        ];
        for (facet, state) in states {
            self.world.set(resource, facet, state);
        }
        self.world.set(resource, Facet::BucketPolicy, State::BucketPolicy(None));
    }

    /// What a new key has: its owner's statement, and no rotation.
    fn key_appears(&self) {
        let root = Situation::new(&key(), "");
        let statement = key_statements(&root.subject()).swap_remove(0);
        let document =
            iam_policy::Document::from_value(serde_json::json!({"Version": "2012-10-17", "Statement": [statement]}))
                .unwrap();
        self.world.set(&key(), Facet::KeyRotation, State::KeyRotation(KeyRotation::Off));
        self.world.set(&key(), Facet::KeyPolicy, State::KeyPolicy(document));
    }

    /// What a new trail has: management events, and it does not log.
    fn trail_appears(&self, resource: &Resource) {
        let management =
            BasicSelector { read_write: "All".into(), management: true, excluded_sources: vec![], data: vec![] };
        self.world.set(resource, Facet::TrailLogging, State::TrailLogging(TrailLogging::Off));
        self.world.set(
            resource,
            Facet::TrailSelectors,
            State::TrailSelectors(Some(Selectors::Basic(vec![management]))),
        );
        self.world.set(resource, Facet::TrailInsights, State::TrailInsights(Some(Default::default())));
        self.world.set(resource, Facet::TrailTags, State::TrailTags(Some(Default::default())));
    }

    /// The list of a bucket; none where lists are off.
    fn list_of(&self, resource: &Resource) -> Option<Acl> {
        match self.world.state(resource, Facet::BucketAcl) {
            Some(State::BucketAcl(acl)) if !self.has_lists_off(resource) => Some(acl),
            _ => None,
        }
    }

    fn has_lists_off(&self, resource: &Resource) -> bool {
        let enforced = State::BucketOwnership(ObjectOwnership::BucketOwnerEnforced.into());
        self.world.state(resource, Facet::BucketOwnership) == Some(enforced)
    }

    /// Whether the bucket's block or the account's has a setting on.
    fn blocks(&self, bucket: &Resource, setting: fn(&PublicAccess) -> bool) -> bool {
        let account = Resource::Account(on::Account {});
        let blocks = [
            self.world.state(bucket, Facet::BucketPublicAccess),
            self.world.state(&account, Facet::AccountPublicAccess),
        ];
        blocks.into_iter().flatten().any(|state| match state {
            State::BucketPublicAccess(block) | State::AccountPublicAccess(block) => setting(&block),
            _ => false,
        })
    }

    /// Why AWS refuses an action; none: it does not.
    fn obstacle(&self, resource: &Resource, action: &Action) -> Option<ErrorKind> {
        let is = |resource: &Resource, state: State| self.world.state(resource, state.facet()) == Some(state);
        match action {
            Action::BucketExistence(ExistenceAction::CreateBucket) => {
                self.taken.is_some_and(|taken| *resource == bucket(taken)).then_some(ErrorKind::Taken)
            }
            Action::BucketEncryption(Put(encryption)) if matches!(encryption.key, Some(KmsKey::Alias(_))) => {
                let usable = is(&key(), State::KeyState(KeyState::Here(KeyStatus::Enabled)));
                (!usable).then_some(ErrorKind::KeyUnusable)
            }
            // "The bucket you want to use as the destination bucket must not have S3 Object Lock enabled."
            Action::BucketLogging(Put(Some(target))) => {
                let unlocked = is(&bucket(&target.bucket), State::BucketObjectLock(ObjectLock::default()));
                (!unlocked || !self.has_bucket(&target.bucket)).then_some(ErrorKind::Invalid)
            }
            Action::BucketObjectLock(_) => {
                (!is(resource, State::BucketVersioning(Versioning::Enabled))).then_some(ErrorKind::Invalid)
            }
            // InvalidBucketAclWithObjectOwnership.
            Action::BucketOwnership(Put(Ownership { setting: Some(ObjectOwnership::BucketOwnerEnforced), .. }))
                if self.list_of(resource).is_some_and(|acl| acl.lets_others_in()) =>
            {
                Some(ErrorKind::Conflict)
            }
            // "Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
            Action::BucketVersioning(Put(versioning)) if *versioning != Versioning::Enabled => {
                let lock = self.world.state(resource, Facet::BucketObjectLock);
                let locked = lock.is_some_and(|lock| lock != State::BucketObjectLock(ObjectLock::default()));
                locked.then_some(ErrorKind::Invalid)
            }
            // AccessControlListNotSupported.
            Action::BucketAcl(_) if self.has_lists_off(resource) => Some(ErrorKind::Conflict),
            // "PUT Bucket ACL and PUT Object ACL calls fail if the specified ACL is public."
            Action::BucketAcl(Put(acl)) => {
                let is_public = acl.grants.iter().any(|grant| grant.grantee.is_public());
                (is_public && self.blocks(resource, |block| block.block_public_acls)).then_some(ErrorKind::Denied)
            }
            // Amazon S3 rejects "calls to PUT Bucket policy if the specified bucket policy allows public access".
            Action::BucketPolicy(BucketPolicyAction::PutBucketPolicy(document)) => {
                let is_public = has_public_statement(document);
                (is_public && self.blocks(resource, |block| block.block_public_policy)).then_some(ErrorKind::Denied)
            }
            Action::PolicyAttachment(AttachmentAction::Attach) => {
                let missing = is(&role(ML_ROLE), State::RoleTrust(None))
                    || is(&managed_policy(ML_POLICY_ARN), State::ManagedDocument(None));
                missing.then_some(ErrorKind::Missing)
            }
            Action::TrailConfiguration(TrailAction::CreateTrail(_)) => self.obstacle_to_trail(),
            _ => match (resource, action.facet().owner()) {
                (_, GuardName::LoggingGuard) => {
                    is(resource, State::TrailConfiguration(None)).then_some(ErrorKind::Missing)
                }
                (Resource::Bucket(on::Bucket { name }), GuardName::EncryptionGuard) => {
                    (!self.has_bucket(name)).then_some(ErrorKind::Missing)
                }
                _ => None,
            },
        }
    }

    /// CreateTrail is refused as long as the bucket and the key do not let CloudTrail in.
    fn obstacle_to_trail(&self) -> Option<ErrorKind> {
        let situation = Situation::new(&bucket(LOG_BUCKET), "");
        let bucket_policy = match self.world.state(&bucket(LOG_BUCKET), Facet::BucketPolicy) {
            Some(State::BucketPolicy(document)) => document,
            _ => None,
        };
        let key_policy = match self.world.state(&key(), Facet::KeyPolicy) {
            Some(State::KeyPolicy(document)) => Some(document),
            _ => None,
        };
        let holds = |document: &Option<iam_policy::Document>, statements: Vec<serde_json::Value>| {
            document
                .as_ref()
                .is_some_and(|document| statements.iter().all(|statement| has_statement(document, statement)))
        };
        let let_in = holds(&bucket_policy, service_statements(&situation.subject(), LOG_BUCKET))
            && holds(&key_policy, key_statements(&situation.subject()));
        (!let_in).then_some(ErrorKind::Invalid)
    }
}

pub(crate) fn ml_attachment() -> Resource {
    Resource::Attachment(on::Attachment {
        entity: IamEntity::Role(ML_ROLE.to_owned()),
        policy_arn: ML_POLICY_ARN.to_owned(),
    })
}

/// Whether a statement lets in whoever asks, as far as S3 can tell without a doubt.
fn has_public_statement(document: &iam_policy::Document) -> bool {
    let document: serde_json::Value = serde_json::from_str(&document.to_json()).unwrap();
    let everyone = [serde_json::json!("*"), serde_json::json!({"AWS": "*"}), serde_json::json!({"AWS": ["*"]})];
    let is_public = |statement: &serde_json::Value| {
        let part = |name| statement.get(name);
        let is_for_everyone = part("Principal").is_some_and(|principal| everyone.contains(principal));
        part("Effect").is_some_and(|effect| effect == "Allow") && is_for_everyone && part("Condition").is_none()
    };
    match document.get("Statement") {
        Some(serde_json::Value::Array(statements)) => statements.iter().any(is_public),
        statement => statement.is_some_and(is_public),
    }
}

impl World for Account {
    async fn observe(&self, resource: &Resource, facet: Facet) -> Result<Option<Observed>, WorldError> {
        let observed = self.world.observe(resource, facet).await?;
        let seen = |state| match state {
            // Ownership is read with the list, where lists count.
            State::BucketOwnership(ownership) => {
                State::BucketOwnership(Ownership { list: self.list_of(resource), ..ownership })
            }
            // "Requests to read ACLs always return a response that shows full control for the bucket owner."
            State::BucketAcl(acl) if self.has_lists_off(resource) => {
                State::BucketAcl(Acl { grants: Vec::new(), ..acl })
            }
            other => other,
        };
        Ok(observed.map(|observed| Observed { state: seen(observed.state), ..observed }))
    }

    async fn apply(&self, resource: &Resource, action: &Action) -> Result<(), WorldError> {
        if let Some(kind) = self.obstacle(resource, action) {
            return self.world.refuse(resource, action, kind);
        }
        match action {
            Action::BucketExistence(ExistenceAction::CreateBucket) => self.bucket_appears(resource),
            Action::KeyState(KeyAction::CreateKey) => self.key_appears(),
            Action::TrailConfiguration(TrailAction::CreateTrail(_)) => self.trail_appears(resource),
            _ => {}
        }
        self.world.apply(resource, action).await
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        self.world.identity(resource).await
    }

    async fn list(&self, kind: ResourceKind, from: Option<&Mark>) -> Result<Page, WorldError> {
        self.world.list(kind, from).await
    }

    async fn trails_of_elsewhere(&self) -> Result<Vec<Resource>, WorldError> {
        self.world.trails_of_elsewhere().await
    }

    async fn organization(&self) -> Option<String> {
        self.world.organization().await
    }

    async fn members(&self) -> BTreeSet<String> {
        self.world.members().await
    }

    fn calls(&self) -> u32 {
        self.world.calls()
    }
}
