#[cfg(any(feature = "encryption-guard", feature = "policy-guard", feature = "logging-guard"))]
use parapet_guards::on;
use parapet_guards::World;
use parapet_core::{ErrorKind, Home, WorldError};
use parapet_guards::{Facet, Names, Resource, ResourceKind};
#[cfg(any(feature = "encryption-guard", feature = "policy-guard", feature = "logging-guard"))]
use parapet_core::{Identity};
use parapet_guards::{Observed};
use parapet_guards::KmsKey;

use crate::failure::broken;
use crate::{Connection, KeyArn};

/// The live account, as each guard sees it.
#[derive(Debug)]
pub struct AwsWorld<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) home: &'a Home,
    /// The alias of the standard's key.
    pub(crate) key_alias: &'a str,
    /// The name of the standard's trail.
    #[cfg(feature = "logging-guard")]
    pub(crate) trail: &'a str,
    key_arn: &'a KeyArn,
}

impl<'a> AwsWorld<'a> {
    /// A world over a connection, in which the standard gives these names. `key_arn` remembers for a while which key the standard's
    /// alias points to.
    #[must_use]
    pub fn new(connection: &'a Connection, home: &'a Home, names: &'a Names, key_arn: &'a KeyArn) -> Self {
        Self {
            connection,
            home,
            key_alias: &names.key_alias,
            #[cfg(feature = "logging-guard")]
            trail: &names.trail,
            key_arn,
        }
    }

    /// The ARN of the standard's key; none where its alias points nowhere.
    ///
    /// # Errors
    /// AWS KMS did not say.
    pub async fn key_arn(&self) -> Result<Option<String>, WorldError> {
        match self.key_arn.get() {
            Some(arn) => Ok(Some(arn)),
            None => self.key_arn_now().await,
        }
    }

    /// The same, asked anew.
    async fn key_arn_now(&self) -> Result<Option<String>, WorldError> {
        let found = crate::kms::arn_of(self, self.key_alias).await?;
        self.key_arn.set(found.clone());
        Ok(found)
    }

    /// Remembers which key the alias was just seen to point to; none: forgets, because it is about to be another.
    #[cfg(feature = "encryption-guard")]
    pub(crate) fn saw_key_arn(&self, arn: Option<String>) {
        self.key_arn.set(arn);
    }

    /// What a setting names as its key, in the guards' words. A key of another account is not the standard's, whatever it is.
    ///
    /// # Errors
    /// AWS KMS did not say which key is the standard's.
    pub async fn named_key(&self, named: Option<&str>) -> Result<KmsKey, WorldError> {
        let Some(named) = named.filter(|named| !named.is_empty()) else { return Ok(KmsKey::AwsManaged) };
        let as_seen = KmsKey::Arn(named.to_owned());
        if as_seen.is_foreign(self.home) {
            return Ok(as_seen);
        }
        let is = |arn: Option<String>| arn.is_some_and(|arn| arn == named || arn.ends_with(&format!(":key/{named}")));
        // Before a key counts as not the standard's, the alias is asked again: it may have moved.
        let is_standard = is(self.key_arn.get()) || is(self.key_arn_now().await?);
        Ok(if is_standard { KmsKey::Alias(self.key_alias.to_owned()) } else { as_seen })
    }

    /// What AWS is to be told a key is. None: the service's own.
    ///
    /// # Errors
    /// The key of the standard does not exist, or AWS KMS did not say.
    pub async fn key_to_name(
        &self,
        key: Option<&KmsKey>,
        step: &str,
        subject: &Resource,
    ) -> Result<Option<String>, WorldError> {
        match key {
            None | Some(KmsKey::AwsManaged) => Ok(None),
            Some(KmsKey::Arn(arn)) => Ok(Some(arn.clone())),
            Some(KmsKey::Alias(_)) => self.needed_key_arn(step, subject).await.map(Some),
        }
    }

    /// The ARN of the standard's key, for calls that take no alias.
    ///
    /// # Errors
    /// The key of the standard does not exist, or AWS KMS did not say.
    pub async fn needed_key_arn(&self, step: &str, subject: &Resource) -> Result<String, WorldError> {
        let missing = || {
            broken(
                step,
                subject,
                ErrorKind::Missing,
                format!("no KMS key has the alias `{}`: run bootstrap", self.key_alias),
            )
        };
        self.key_arn().await?.ok_or_else(missing)
    }

    /// A key by the name that the standard knows it by: the alias, if it is the standard's key.
    ///
    /// # Errors
    /// AWS KMS did not say which key is the standard's.
    async fn identified(&self, resource: Resource) -> Result<Resource, WorldError> {
        match &resource {
            Resource::Key(on::Key { name }) if name != self.key_alias => match self.named_key(Some(name)).await? {
                KmsKey::Alias(name) => Ok(Resource::Key(on::Key { name })),
                KmsKey::Arn(_) | KmsKey::AwsManaged => Ok(resource),
            },
            _ => Ok(resource),
        }
    }

    /// Every resource of a kind.
    ///
    /// # Errors
    /// A call failed, or there is no call that lists them.
    async fn listed(&self, kind: ResourceKind) -> Result<Vec<Resource>, WorldError> {
        #[cfg(feature = "iam")]
        if let Some(found) = crate::iam::listed(self, kind).await? {
            return Ok(found);
        }
        match kind {
            ResourceKind::Account => Ok(vec![Resource::Account(on::Account {})]),
            #[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
            ResourceKind::Bucket => crate::s3::listing::buckets(self).await,
            #[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
            ResourceKind::AccessPoint => crate::s3control::access_points::all(self).await,
            ResourceKind::Key => crate::kms::listed(self).await,
            #[cfg(feature = "logging-guard")]
            ResourceKind::Trail => crate::cloudtrail::listed(self).await,
            #[cfg(feature = "logging-guard")]
            ResourceKind::EventDataStore => crate::cloudtrail::event_data_store::listed(self).await,
            // Nobody can list them, and nothing could be seen of them: only their removal is told, by its event.
            ResourceKind::DelegatedAdmin => Ok(Vec::new()),
            _ => Err(broken(
                "list",
                &format!("every {kind}"),
                ErrorKind::Unsupported,
                "no call of AWS lists them".to_owned(),
            )),
        }
    }

    /// What this world has no way to do: a guard asked for a facet that is not its own.
    #[must_use]
    pub fn misplaced(&self, resource: &Resource, facet: Facet) -> WorldError {
        broken(
            &format!("look after the {facet}"),
            resource,
            ErrorKind::Unsupported,
            "this guard does not look after it".to_owned(),
        )
    }
}

#[cfg(feature = "encryption-guard")]
impl World<parapet_guards::EncryptionGuard> for AwsWorld<'_> {
    async fn observe(
        &self,
        resource: &Resource,
        facet: Facet,
    ) -> Result<Option<Observed<parapet_guards::EncryptionState>>, WorldError> {
        let state = match resource {
            Resource::Bucket(on::Bucket { name }) => crate::s3::settings::observe(self, resource, name, facet).await,
            Resource::Key(on::Key { name }) => crate::kms::key::observe(self, resource, name, facet).await,
            Resource::Account(on::Account {}) if facet == Facet::AccountPublicAccess => {
                crate::s3control::account::observe(self, resource).await
            }
            Resource::AccessPoint(on::AccessPoint { name }) if facet == Facet::AccessPointSettings => {
                crate::s3control::access_points::observe_settings(self, resource, name).await
            }
            _ => Err(self.misplaced(resource, facet)),
        };
        Ok(state?.map(Observed::from))
    }

    async fn apply(&self, resource: &Resource, action: &parapet_guards::EncryptionAction) -> Result<(), WorldError> {
        use parapet_guards::{EncryptionAction, EncryptionState};
        match resource {
            Resource::Bucket(on::Bucket { name }) => crate::s3::settings::apply(self, resource, name, action).await,
            Resource::Key(on::Key { name }) => crate::kms::key::apply(self, resource, name, action).await,
            Resource::Account(on::Account {}) => match action {
                EncryptionAction::Put(EncryptionState::AccountPublicAccess(block)) => {
                    crate::s3control::account::write(self, resource, *block).await
                }
                _ => Err(self.misplaced(resource, Facet::AccountPublicAccess)),
            },
            _ => Err(self.misplaced(resource, Facet::BucketExistence)),
        }
    }

    async fn identify(&self, resource: Resource) -> Result<Resource, WorldError> {
        self.identified(resource).await
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        crate::identity::identity(self, resource).await
    }

    async fn list(&self, kind: ResourceKind) -> Result<Vec<Resource>, WorldError> {
        self.listed(kind).await
    }

    fn calls(&self) -> u32 {
        self.connection.calls()
    }
}

#[cfg(feature = "policy-guard")]
impl World<parapet_guards::PolicyGuard> for AwsWorld<'_> {
    async fn observe(
        &self,
        resource: &Resource,
        facet: Facet,
    ) -> Result<Option<Observed<parapet_guards::PolicyState>>, WorldError> {
        let state = match (resource, facet) {
            (Resource::Bucket(on::Bucket { name }), Facet::BucketPolicy) => crate::s3::policy::observe(self, resource, name).await,
            (Resource::Bucket(on::Bucket { name }), Facet::BucketAcl) => {
                crate::s3::acl::read(self, resource, name).await.map(|acl| acl.map(parapet_guards::PolicyState::Acl))
            }
            (Resource::AccessPoint(on::AccessPoint { name }), Facet::AccessPointPolicy) => {
                crate::s3control::access_points::observe_policy(self, resource, name).await
            }
            (Resource::Key(on::Key { name }), _) => crate::kms::policy::observe(self, resource, name, facet).await,
            _ => return crate::iam::observe(self, resource, facet).await,
        };
        Ok(state?.map(Observed::from))
    }

    async fn apply(&self, resource: &Resource, action: &parapet_guards::PolicyAction) -> Result<(), WorldError> {
        match resource {
            Resource::Bucket(on::Bucket { name }) => crate::s3::policy::apply(self, resource, name, action).await,
            Resource::AccessPoint(on::AccessPoint { name }) => {
                crate::s3control::access_points::apply(self, resource, name, action).await
            }
            Resource::Key(on::Key { name }) => crate::kms::policy::apply(self, resource, name, action).await,
            _ => crate::iam::apply(self, resource, action).await,
        }
    }

    async fn identify(&self, resource: Resource) -> Result<Resource, WorldError> {
        self.identified(resource).await
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        crate::identity::identity(self, resource).await
    }

    async fn list(&self, kind: ResourceKind) -> Result<Vec<Resource>, WorldError> {
        self.listed(kind).await
    }

    fn calls(&self) -> u32 {
        self.connection.calls()
    }
}

#[cfg(feature = "logging-guard")]
impl World<parapet_guards::LoggingGuard> for AwsWorld<'_> {
    async fn observe(
        &self,
        resource: &Resource,
        facet: Facet,
    ) -> Result<Option<Observed<parapet_guards::LoggingState>>, WorldError> {
        let state = match resource {
            Resource::Trail(on::Trail { name }) => crate::cloudtrail::observe(self, resource, name, facet).await,
            Resource::EventDataStore(on::EventDataStore { id }) => {
                crate::cloudtrail::event_data_store::observe(self, resource, id, facet).await
            }
            Resource::DelegatedAdmin(on::DelegatedAdmin { .. }) => {
                Ok(Some(parapet_guards::LoggingState::DelegatedAdmin(parapet_guards::DelegatedAdmin::Unseen)))
            }
            _ => Err(self.misplaced(resource, facet)),
        };
        Ok(state?.map(Observed::from))
    }

    async fn apply(&self, resource: &Resource, action: &parapet_guards::LoggingAction) -> Result<(), WorldError> {
        match resource {
            Resource::Trail(on::Trail { name }) => crate::cloudtrail::apply(self, resource, name, action).await,
            Resource::EventDataStore(on::EventDataStore { id }) => {
                crate::cloudtrail::event_data_store::apply(self, resource, id, action).await
            }
            _ => Err(self.misplaced(resource, Facet::TrailConfiguration)),
        }
    }

    async fn identify(&self, resource: Resource) -> Result<Resource, WorldError> {
        self.identified(resource).await
    }

    async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
        crate::identity::identity(self, resource).await
    }

    async fn list(&self, kind: ResourceKind) -> Result<Vec<Resource>, WorldError> {
        self.listed(kind).await
    }

    fn calls(&self) -> u32 {
        self.connection.calls()
    }
}
