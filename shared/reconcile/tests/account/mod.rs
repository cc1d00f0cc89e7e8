//! An account for all guards at once, with as much of AWS's own behaviour as the order of bootstrap depends on: what appears
//! together with a bucket, a key or a trail, and what AWS refuses as long as something else is missing.

use parapet_core::{ErrorKind, Identity, WorldError};
use parapet_guards::foundation::documents::{has_statement, key_statements, service_statements};
use parapet_guards::on;
use parapet_guards::{
    Acl, Attachment, BasicSelector, BucketEncryption, EncryptionAction, EncryptionGuard, EncryptionState, KeyRotation,
    KeyState, KeyStatus, KmsKey, LoggingAction, LoggingGuard, LoggingState, ObjectLock, ObjectOwnership, Ownership,
    PolicyAction, PolicyGuard, PolicyState, PublicAccess, Selectors, TrailLogging, Versioning,
};
use parapet_guards::{Facet, IamEntity, Observed, Resource, ResourceKind, World};
use parapet_testkit::fixtures::{
    ACCESS_LOG_BUCKET, DATA_BUCKET, EVIDENCE_BUCKET, LOG_BUCKET, ML_POLICY_ARN, ML_ROLE, TRAIL, bucket, key,
    managed_policy, role, trail,
};
use parapet_testkit::{FakeWorld, Journal, Situation};

/// The account.
pub(crate) struct Account {
    pub(crate) journal: Journal,
    pub(crate) encryption: FakeWorld<EncryptionGuard>,
    pub(crate) policy: FakeWorld<PolicyGuard>,
    pub(crate) logging: FakeWorld<LoggingGuard>,
    /// A bucket name that somebody else owns.
    taken: Option<&'static str>,
}

impl Account {
    /// One in which nothing exists yet.
    pub(crate) fn empty() -> Self {
        let journal = Journal::default();
        let account = Self {
            encryption: FakeWorld::new(&journal),
            policy: FakeWorld::new(&journal),
            logging: FakeWorld::new(&journal),
            journal,
            taken: None,
        };
        for name in [DATA_BUCKET, LOG_BUCKET, ACCESS_LOG_BUCKET, EVIDENCE_BUCKET] {
            account.encryption.set(&bucket(name), Facet::BucketExistence, EncryptionState::Existence(false));
        }
        account.encryption.set(&key(), Facet::KeyState, EncryptionState::Key(KeyState::Absent));
        account.policy.set(&role(ML_ROLE), Facet::RoleTrust, PolicyState::Trust(None));
        account.policy.set(&managed_policy(ML_POLICY_ARN), Facet::ManagedDocument, PolicyState::Managed(None));
        account.policy.set(
            &ml_attachment(),
            Facet::PolicyAttachment,
            PolicyState::Attachment(Attachment { attached: false, document: None }),
        );
        let trail = trail(TRAIL);
        account.logging.set(&trail, Facet::TrailConfiguration, LoggingState::Configuration(None));
        account.logging.set(&trail, Facet::TrailLogging, LoggingState::Logging(TrailLogging::NoTrail));
        account.logging.set(&trail, Facet::TrailSelectors, LoggingState::Selectors(None));
        account.logging.set(&trail, Facet::TrailInsights, LoggingState::Insights(None));
        account.logging.set(&trail, Facet::TrailTags, LoggingState::Tags(None));
        account
    }

    /// The same, where somebody else owns a bucket of this name.
    #[allow(dead_code, reason = "not every test that includes the account has one")]
    pub(crate) fn with_taken(self, name: &'static str) -> Self {
        Self { taken: Some(name), ..self }
    }

    fn has_bucket(&self, name: &str) -> bool {
        self.encryption.state(&bucket(name), Facet::BucketExistence) == Some(EncryptionState::Existence(true))
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
            (Facet::BucketEncryption, EncryptionState::Encryption(encryption)),
            (Facet::BucketPublicAccess, EncryptionState::PublicAccess(PublicAccess::BLOCKED)),
            (Facet::BucketVersioning, EncryptionState::Versioning(Versioning::Off)),
            (Facet::BucketOwnership, EncryptionState::Ownership(ObjectOwnership::BucketOwnerEnforced.into())),
            (Facet::BucketLogging, EncryptionState::Logging(None)),
            (Facet::BucketObjectLock, EncryptionState::ObjectLock(ObjectLock::default())),
            (Facet::BucketTags, EncryptionState::Tags(Default::default())),
        ];
        for (facet, state) in states {
            self.encryption.set(resource, facet, state);
        }
        self.policy.set(resource, Facet::BucketPolicy, PolicyState::BucketPolicy(None));
    }

    /// What a new key has: its owner's statement, and no rotation.
    fn key_appears(&self) {
        let root = Situation::new(&key(), "");
        let statement = key_statements(&root.subject()).swap_remove(0);
        let document =
            iam_policy::Document::from_value(serde_json::json!({"Version": "2012-10-17", "Statement": [statement]}))
                .unwrap();
        self.encryption.set(&key(), Facet::KeyRotation, EncryptionState::KeyRotation(KeyRotation::Off));
        self.policy.set(&key(), Facet::KeyPolicy, PolicyState::KeyPolicy(document));
    }

    /// What a new trail has: management events, and it does not log.
    fn trail_appears(&self, resource: &Resource) {
        let management =
            BasicSelector { read_write: "All".into(), management: true, excluded_sources: vec![], data: vec![] };
        self.logging.set(resource, Facet::TrailLogging, LoggingState::Logging(TrailLogging::Off));
        self.logging.set(
            resource,
            Facet::TrailSelectors,
            LoggingState::Selectors(Some(Selectors::Basic(vec![management]))),
        );
        self.logging.set(resource, Facet::TrailInsights, LoggingState::Insights(Some(Default::default())));
        self.logging.set(resource, Facet::TrailTags, LoggingState::Tags(Some(Default::default())));
    }

    /// The list of a bucket; none where lists are off.
    fn list_of(&self, resource: &Resource) -> Option<Acl> {
        match self.policy.state(resource, Facet::BucketAcl) {
            Some(PolicyState::Acl(acl)) if !self.has_lists_off(resource) => Some(acl),
            _ => None,
        }
    }

    fn has_lists_off(&self, resource: &Resource) -> bool {
        let enforced = EncryptionState::Ownership(ObjectOwnership::BucketOwnerEnforced.into());
        self.encryption.state(resource, Facet::BucketOwnership) == Some(enforced)
    }

    /// Ownership is read with the list, where lists count.
    fn with_list(&self, resource: &Resource, state: EncryptionState) -> EncryptionState {
        match state {
            EncryptionState::Ownership(ownership) => {
                EncryptionState::Ownership(Ownership { list: self.list_of(resource), ..ownership })
            }
            other => other,
        }
    }

    fn obstacle_to_setting(&self, resource: &Resource, state: &EncryptionState) -> Option<ErrorKind> {
        match (state, resource) {
            (EncryptionState::Encryption(encryption), _) if matches!(encryption.key, Some(KmsKey::Alias(_))) => {
                match self.encryption.state(&key(), Facet::KeyState) {
                    Some(EncryptionState::Key(KeyState::Here(KeyStatus::Enabled))) => None,
                    _ => Some(ErrorKind::KeyUnusable),
                }
            }
            // "The bucket you want to use as the destination bucket must not have S3 Object Lock enabled."
            (EncryptionState::Logging(Some(target)), _) => {
                let locked = self.encryption.state(&bucket(&target.bucket), Facet::BucketObjectLock)
                    != Some(EncryptionState::ObjectLock(ObjectLock::default()));
                (locked || !self.has_bucket(&target.bucket)).then_some(ErrorKind::Invalid)
            }
            (EncryptionState::ObjectLock(_), resource) => {
                let versioned = self.encryption.state(resource, Facet::BucketVersioning)
                    == Some(EncryptionState::Versioning(Versioning::Enabled));
                (!versioned).then_some(ErrorKind::Invalid)
            }
            // InvalidBucketAclWithObjectOwnership.
            (EncryptionState::Ownership(Ownership { setting: Some(ObjectOwnership::BucketOwnerEnforced), .. }), _)
                if self.list_of(resource).is_some_and(|acl| acl.lets_others_in()) =>
            {
                Some(ErrorKind::Conflict)
            }
            // "Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
            (EncryptionState::Versioning(versioning), _) if *versioning != Versioning::Enabled => {
                let locked = self
                    .encryption
                    .state(resource, Facet::BucketObjectLock)
                    .is_some_and(|state| state != EncryptionState::ObjectLock(ObjectLock::default()));
                locked.then_some(ErrorKind::Invalid)
            }
            (_, Resource::Bucket(on::Bucket { name })) => (!self.has_bucket(name)).then_some(ErrorKind::Missing),
            _ => None,
        }
    }

    /// CreateTrail is refused as long as the bucket and the key do not let CloudTrail in.
    fn obstacle_to_trail(&self) -> Option<ErrorKind> {
        let situation = Situation::new(&bucket(LOG_BUCKET), "");
        let bucket_policy = match self.policy.state(&bucket(LOG_BUCKET), Facet::BucketPolicy) {
            Some(PolicyState::BucketPolicy(document)) => document,
            _ => None,
        };
        let key_policy = match self.policy.state(&key(), Facet::KeyPolicy) {
            Some(PolicyState::KeyPolicy(document)) => Some(document),
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

fn refuse(obstacle: Option<ErrorKind>, resource: &Resource, step: &dyn ToString) -> Result<(), WorldError> {
    let error = |kind| WorldError {
        step: step.to_string(),
        subject: resource.to_string(),
        kind,
        message: format!("{kind:?}"),
        source: None,
    };
    obstacle.map_or(Ok(()), |kind| Err(error(kind)))
}

impl World<EncryptionGuard> for Account {
    async fn observe(
        &self,
        resource: &Resource,
        facet: Facet,
    ) -> Result<Option<Observed<EncryptionState>>, WorldError> {
        let observed = self.encryption.observe(resource, facet).await?;
        Ok(observed.map(|observed| observed.map(|state| self.with_list(resource, state))))
    }

    async fn apply(&self, resource: &Resource, action: &EncryptionAction) -> Result<(), WorldError> {
        let obstacle = match action {
            EncryptionAction::CreateBucket if matches!(resource, Resource::Bucket(on::Bucket { name }) if Some(name.as_str()) == self.taken) => {
                Some(ErrorKind::Taken)
            }
            EncryptionAction::Put(state) => self.obstacle_to_setting(resource, state),
            _ => None,
        };
        refuse(obstacle, resource, action)?;
        match action {
            EncryptionAction::CreateBucket => self.bucket_appears(resource),
            EncryptionAction::CreateKey => self.key_appears(),
            _ => {}
        }
        self.encryption.apply(resource, action).await
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        self.encryption.identity(resource).await
    }

    async fn list(&self, kind: ResourceKind) -> Result<Vec<Resource>, WorldError> {
        self.encryption.list(kind).await
    }

    fn calls(&self) -> u32 {
        self.encryption.calls()
    }
}

impl World<PolicyGuard> for Account {
    async fn observe(&self, resource: &Resource, facet: Facet) -> Result<Option<Observed<PolicyState>>, WorldError> {
        let observed = self.policy.observe(resource, facet).await?;
        let is_off = self.has_lists_off(resource);
        // "Requests to read ACLs always return a response that shows full control for the bucket owner."
        let seen = |state| match state {
            PolicyState::Acl(acl) if is_off => PolicyState::Acl(Acl { grants: Vec::new(), ..acl }),
            other => other,
        };
        Ok(observed.map(|observed| observed.map(seen)))
    }

    async fn apply(&self, resource: &Resource, action: &PolicyAction) -> Result<(), WorldError> {
        let lacks =
            |resource: &Resource, facet, nothing: PolicyState| self.policy.state(resource, facet) == Some(nothing);
        let missing = lacks(&role(ML_ROLE), Facet::RoleTrust, PolicyState::Trust(None))
            || lacks(&managed_policy(ML_POLICY_ARN), Facet::ManagedDocument, PolicyState::Managed(None));
        let obstacle = match action {
            PolicyAction::Attach if missing => Some(ErrorKind::Missing),
            // AccessControlListNotSupported.
            PolicyAction::PutBucketAcl(_) if self.has_lists_off(resource) => Some(ErrorKind::Conflict),
            _ => None,
        };
        refuse(obstacle, resource, action)?;
        self.policy.apply(resource, action).await
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        self.policy.identity(resource).await
    }

    async fn list(&self, kind: ResourceKind) -> Result<Vec<Resource>, WorldError> {
        self.policy.list(kind).await
    }

    fn calls(&self) -> u32 {
        self.policy.calls()
    }
}

impl World<LoggingGuard> for Account {
    async fn observe(&self, resource: &Resource, facet: Facet) -> Result<Option<Observed<LoggingState>>, WorldError> {
        self.logging.observe(resource, facet).await
    }

    async fn apply(&self, resource: &Resource, action: &LoggingAction) -> Result<(), WorldError> {
        let absent = self.logging.state(resource, Facet::TrailConfiguration) == Some(LoggingState::Configuration(None));
        let obstacle = match action {
            LoggingAction::CreateTrail(_) => self.obstacle_to_trail(),
            _ => absent.then_some(ErrorKind::Missing),
        };
        refuse(obstacle, resource, action)?;
        if matches!(action, LoggingAction::CreateTrail(_)) {
            self.trail_appears(resource);
        }
        self.logging.apply(resource, action).await
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        self.logging.identity(resource).await
    }

    async fn list(&self, kind: ResourceKind) -> Result<Vec<Resource>, WorldError> {
        self.logging.list(kind).await
    }

    fn calls(&self) -> u32 {
        self.logging.calls()
    }
}
