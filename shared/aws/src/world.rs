use parapet_core::{ErrorKind, Home, Identity, WorldError};
use parapet_guards::{
    Action, Aspect, Facet, Kind, KmsKey, Mark, Names, Observed, Page, Resource, ResourceKind, State, World, facets, on,
};

use crate::adapter::Adapter;
use crate::failure::broken;
use crate::{Connection, KeyArn};

/// The live account, as each guard sees it.
#[derive(Debug)]
pub struct AwsWorld<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) home: &'a Home,
    /// The alias of the standard's key.
    pub(crate) key_alias: &'a str,
    /// The id of that key, where the standard names one.
    pub(crate) key_id: Option<&'a str>,
    /// Where it is kept which key bootstrap made.
    pub(crate) evidence_bucket: &'a str,
    /// The name of the standard's trail; of one that is at home elsewhere, its ARN.
    #[cfg(feature = "logging-guard")]
    pub(crate) trail: &'a str,
    pub(crate) key_arn: &'a KeyArn,
    /// Whether buckets that S3 denied are this account's, as far as it was asked.
    #[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
    pub(crate) whose: tokio::sync::Mutex<std::collections::BTreeMap<String, bool>>,
    /// Everybody with all that they hold, once it was asked for.
    #[cfg(feature = "iam")]
    pub(crate) account: tokio::sync::OnceCell<crate::iam::Account>,
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
            key_id: names.key_id.as_deref(),
            evidence_bucket: &names.evidence_bucket,
            #[cfg(feature = "logging-guard")]
            trail: &names.trail,
            key_arn,
            #[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
            whose: tokio::sync::Mutex::default(),
            #[cfg(feature = "iam")]
            account: tokio::sync::OnceCell::new(),
        }
    }

    /// The same where the standard uses another trail than the one that bootstrap makes.
    #[must_use]
    pub fn recorded_by(self, trail: &'a str) -> Self {
        #[cfg(feature = "logging-guard")]
        {
            Self { trail, ..self }
        }
        #[cfg(not(feature = "logging-guard"))]
        {
            let _ = trail;
            self
        }
    }

    /// The ARN of the standard's key; none where its alias points nowhere.
    ///
    /// # Errors
    /// AWS KMS did not say.
    pub async fn key_arn(&self) -> Result<Option<String>, WorldError> {
        match self.key_arn.get(self.key_alias) {
            Some(arn) => Ok(Some(arn)),
            None => self.key_arn_now().await,
        }
    }

    /// The same, asked anew.
    async fn key_arn_now(&self) -> Result<Option<String>, WorldError> {
        let found = crate::kms::arn_of_standards(self).await?;
        self.saw_key_arn(found.clone());
        Ok(found)
    }

    /// Remembers which key the alias was just seen to point to; none: forgets, because it is about to be another.
    pub(crate) fn saw_key_arn(&self, arn: Option<String>) {
        self.key_arn.set(self.key_alias, arn);
    }

    /// Keeps which key is the pipeline's by its id, so that neither an alias nor a description is believed for it later.
    ///
    /// # Errors
    /// Which one it is cannot be told, or that is kept already and cannot be read.
    pub async fn keep_key(&self) -> Result<(), WorldError> {
        crate::kms::pinned::keep(self).await
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
        let is_standard = is(self.key_arn.get(self.key_alias)) || is(self.key_arn_now().await?);
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

    /// The failure of a look, with whose the resource is where that may be why.
    async fn whose(&self, resource: &Resource, error: WorldError) -> WorldError {
        match resource {
            #[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
            Resource::Bucket(on::Bucket { name }) => {
                crate::s3::listing::denied_or_taken(self, resource, name, error).await
            }
            _ => error,
        }
    }

    /// When a resource was made, of the kinds that are completed.
    async fn when_made(&self, resource: &Resource) -> Result<Option<i64>, WorldError> {
        match resource {
            #[cfg(any(feature = "encryption-guard", feature = "policy-guard"))]
            Resource::Bucket(on::Bucket { name }) => crate::s3::listing::made_at(self, resource, name).await,
            _ => Ok(None),
        }
    }

    /// A key by the name that the standard knows it by: the alias, if it is the standard's key. Any other by its id, under which it is remembered.
    ///
    /// # Errors
    /// AWS KMS did not say which key is the standard's.
    async fn identified(&self, resource: Resource) -> Result<Resource, WorldError> {
        match &resource {
            Resource::Key(on::Key { name }) if name != self.key_alias && name.starts_with("alias/") => {
                let Some(arn) = crate::kms::arn_of(self, name).await? else { return Ok(resource) };
                let id = arn.rsplit_once(":key/").map_or(arn.as_str(), |(_, id)| id).to_owned();
                Box::pin(self.identified(Resource::Key(on::Key { name: id }))).await
            }
            Resource::Key(on::Key { name }) if name != self.key_alias => match self.named_key(Some(name)).await? {
                KmsKey::Alias(name) => Ok(Resource::Key(on::Key { name })),
                KmsKey::Arn(_) | KmsKey::AwsManaged => Ok(resource),
            },
            _ => Ok(resource),
        }
    }
}

/// Makes of the table of kinds how they are listed and told apart: where the feature is on, a page of a kind by a function over the world,
/// and which of those that bore its name a resource is by another, each with the permissions that it takes. A kind without a row does not
/// compile where all guards are built.
macro_rules! kinds {
    ($($kind:ident if $cfg:meta: listed by $listed:path, $to_list:expr; told by $told:path, $to_identify:expr;)+) => {
        impl AwsWorld<'_> {
            /// A page of the resources of a kind.
            async fn listed(
                &self,
                kind: parapet_guards::ResourceKind,
                from: Option<&parapet_guards::Mark>,
            ) -> Result<parapet_guards::Page, parapet_core::WorldError> {
                match kind {
                    $(#[cfg($cfg)] parapet_guards::ResourceKind::$kind => $listed(self, from).await,)+
                    #[cfg(not(feature = "guards"))]
                    _ => Err(world::not_listed(kind)),
                }
            }

            /// Which of those that bore its name a resource is. Nothing in it: AWS tells no more than the name.
            async fn told(
                &self,
                resource: &parapet_guards::Resource,
            ) -> Result<parapet_core::Identity, parapet_core::WorldError> {
                match resource {
                    $(#[cfg($cfg)] parapet_guards::Resource::$kind(one) => $told(self, resource, one).await,)+
                    #[cfg(not(feature = "guards"))]
                    _ => Ok(parapet_core::Identity::default()),
                }
            }
        }

        /// What it takes to list every resource of a kind, for events that name none.
        #[cfg(feature = "guards")]
        pub(crate) const fn to_list(kind: parapet_guards::ResourceKind) -> &'static [permissions::Permission] {
            match kind { $(parapet_guards::ResourceKind::$kind => $to_list,)+ }
        }

        /// What it takes to tell whose a name is now, or by which name the standard knows a resource.
        #[cfg(feature = "guards")]
        pub(crate) const fn to_identify(kind: parapet_guards::ResourceKind) -> &'static [permissions::Permission] {
            match kind { $(parapet_guards::ResourceKind::$kind => $to_identify,)+ }
        }
    };
}
pub(crate) use kinds;

/// Where a page begins, as AWS gave it.
pub(crate) fn token(from: Option<&Mark>) -> Option<String> {
    from.map(|Mark(token)| token.clone())
}

/// There is one, and it has no name.
pub(crate) async fn only_this_account(_: &AwsWorld<'_>, _: Option<&Mark>) -> Result<Page, WorldError> {
    Ok(Page::whole([on::Account {}.into()]))
}

/// What AWS tells no more of than the name. Of a trail CloudTrail tells its ARN, and of the date in ListBuckets the Amazon S3 API Reference
/// says that it "can change when making changes to your bucket, such as editing its bucket policy". A bucket or an access point that is made
/// anew is looked at then, and what is seen of it takes the place of what was remembered. Of an identity provider the look itself tells.
pub(crate) async fn the_name_alone<K>(_: &AwsWorld<'_>, _: &Resource, _: &K) -> Result<Identity, WorldError> {
    Ok(Identity::default())
}

/// What no call of AWS lists.
pub(crate) async fn none(_: &AwsWorld<'_>, _: Option<&Mark>) -> Result<Page, WorldError> {
    Ok(Page::default())
}

/// A kind of another guard than this binary's: events lead no binary to one.
#[cfg(not(feature = "guards"))]
pub(crate) fn not_listed(kind: ResourceKind) -> WorldError {
    broken("list", &format!("every {kind}"), ErrorKind::Unsupported, "this binary does not look after them".to_owned())
}

/// A facet of a resource of another kind: whoever looks has mistaken it.
fn has_none(step: &str, resource: &Resource, facet: Facet) -> WorldError {
    broken(step, resource, ErrorKind::Invalid, format!("a {} has no {facet}", resource.kind()))
}

/// A facet of another guard than this binary's: events lead no binary to one.
#[cfg(not(feature = "guards"))]
fn not_built(resource: &Resource, facet: Facet) -> WorldError {
    let message = format!("this is not the binary of the {}", facet.owner());
    broken(&format!("look after the {facet}"), resource, ErrorKind::Unsupported, message)
}

/// What a guard reads of another's, because AWS ties a write of its own to it.
#[cfg(not(feature = "guards"))]
async fn beside(world: &AwsWorld<'_>, resource: &Resource, facet: Facet) -> Result<Option<Observed>, WorldError> {
    match (facet, resource) {
        #[cfg(feature = "policy-guard")]
        (Facet::BucketPublicAccess, Resource::Bucket(on)) => {
            let seen = <facets::BucketPublicAccess as Adapter>::read(world, resource, on).await?;
            Ok(seen.map(|seen| seen.map(State::BucketPublicAccess)))
        }
        #[cfg(feature = "policy-guard")]
        (Facet::AccountPublicAccess, Resource::Account(on)) => {
            let seen = <facets::AccountPublicAccess as Adapter>::read(world, resource, on).await?;
            Ok(seen.map(|seen| seen.map(State::AccountPublicAccess)))
        }
        _ => {
            let _ = world;
            Err(not_built(resource, facet))
        }
    }
}

/// Reads and writes by facet. The binary of one guard holds the adapters of that guard alone; where all guards are built, a facet without
/// an adapter does not compile.
macro_rules! adapters {
    ($({ $function:literal: $($facet:ident)+ })+) => {
        impl World for AwsWorld<'_> {
            async fn observe(&self, resource: &Resource, facet: Facet) -> Result<Option<Observed>, WorldError> {
                match facet {
                    $($(Facet::$facet => {
                        #[cfg(not(feature = $function))]
                        {
                            beside(self, resource, facet).await
                        }
                        #[cfg(feature = $function)]
                        {
                            let on = <facets::$facet as Aspect>::On::of(resource);
                            let on = on.ok_or_else(|| has_none("read", resource, facet))?;
                            match <facets::$facet as Adapter>::read(self, resource, on).await {
                                Ok(seen) => Ok(seen.map(|seen| seen.map(State::$facet))),
                                Err(error) => Err(self.whose(resource, error).await),
                            }
                        }
                    })+)+
                }
            }

            async fn observe_part(
                &self,
                resource: &Resource,
                facet: Facet,
                part: &str,
            ) -> Result<Option<Observed>, WorldError> {
                match (facet, resource) {
                    #[cfg(feature = "policy-guard")]
                    (Facet::KeyGrants, Resource::Key(on::Key { name })) => {
                        let seen = crate::kms::grants::one(self, resource, name, part).await?;
                        Ok(seen.map(|seen| seen.map(State::KeyGrants)))
                    }
                    _ => {
                        let _ = part;
                        self.observe(resource, facet).await
                    }
                }
            }

            async fn apply(&self, resource: &Resource, action: &Action) -> Result<(), WorldError> {
                match action {
                    $($(Action::$facet(action) => {
                        #[cfg(not(feature = $function))]
                        {
                            let _ = action;
                            Err(not_built(resource, Facet::$facet))
                        }
                        #[cfg(feature = $function)]
                        {
                            let on = <facets::$facet as Aspect>::On::of(resource);
                            let on = on.ok_or_else(|| has_none("write", resource, Facet::$facet))?;
                            <facets::$facet as Adapter>::write(self, resource, on, action).await
                        }
                    })+)+
                }
            }

            async fn identify(&self, resource: Resource) -> Result<Resource, WorldError> {
                self.identified(resource).await
            }

            async fn identity(&self, resource: &Resource) -> Result<Identity, WorldError> {
                self.told(resource).await
            }

            async fn made_at(&self, resource: &Resource) -> Result<Option<i64>, WorldError> {
                self.when_made(resource).await
            }

            async fn list(&self, kind: ResourceKind, from: Option<&Mark>) -> Result<Page, WorldError> {
                self.listed(kind, from).await
            }

            #[cfg(all(feature = "organizations", feature = "logging-guard"))]
            async fn trails_of_elsewhere(&self) -> Result<Vec<Resource>, WorldError> {
                crate::cloudtrail::of_elsewhere(self).await
            }

            #[cfg(feature = "organizations")]
            async fn organization(&self) -> Option<String> {
                crate::organization::own(self.connection).await
            }

            #[cfg(feature = "organizations")]
            async fn members(&self) -> std::collections::BTreeSet<String> {
                crate::organization::members(self.connection).await
            }

            fn calls(&self) -> u32 {
                self.connection.calls()
            }
        }
    };
}

parapet_guards::with_every_facet!(adapters);
