//! Everybody with all that they hold, as one call tells it: nothing of it is read again one by one.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{
    AttachedPermissionsBoundary, AttachedPolicy, GroupDetail, ManagedPolicyDetail, PolicyDetail, RoleDetail, Tag,
    UserDetail,
};
use aws_smithy_types::DateTime;
use iam_policy::Document;
use parapet_core::{Arn, Home, Identity, WorldError};
use parapet_guards::{
    Attachment, Boundary, Facet, IamEntity, ManagedPolicy, Membership, Observed, Policies, PolicyVersion, Resource,
    State, Trust, on,
};

use super::identity::{of_both, told, with_path};
use super::trust::is_of_aws;
use crate::AwsWorld;
use crate::document::parse_encoded;
use crate::failure::{failed, unreadable};

/// How many are asked for at once. AWS IAM API Reference, GetAccountAuthorizationDetails: "If you do not include this parameter, the
/// number of items defaults to 100"; the maximum is 1,000.
const A_PAGE: i32 = 1_000;

/// All users, roles and groups, and the policies that they hold. Documents are parsed where one is asked for.
#[derive(Debug, Default)]
pub(crate) struct Account {
    holders: BTreeMap<IamEntity, Holder>,
    /// By ARN. Of AWS's own those that are in use.
    policies: BTreeMap<String, Policy>,
}

/// A user, role or group.
#[derive(Debug, Default)]
struct Holder {
    identity: Identity,
    /// The ARN, where it has a path.
    arn: Option<String>,
    /// Of a role its trust policy, and whether an AWS service owns it.
    trust: Option<(String, bool)>,
    /// By name.
    inline: BTreeMap<String, String>,
    /// None: it was not told which.
    attached: Option<Vec<String>>,
    /// None: it was not told which.
    groups: Option<Vec<String>>,
    boundary: Option<String>,
    /// None: of a group, which has none.
    tags: Option<BTreeMap<String, String>>,
}

/// A managed policy.
#[derive(Debug)]
struct Policy {
    identity: Identity,
    /// The number, the id, the document and the date of each version, oldest first.
    versions: Vec<(u64, String, String, Option<i64>)>,
    default_version: String,
}

impl Account {
    /// Asks for everybody, page by page.
    ///
    /// # Errors
    /// IAM did not say.
    pub(super) async fn read(world: &AwsWorld<'_>) -> Result<Self, WorldError> {
        const WHAT: &str = "the users, roles, groups and policies";
        let mut account = Self::default();
        let mut marker: Option<String> = None;
        loop {
            let call = world.connection.iam().get_account_authorization_details().max_items(A_PAGE);
            let page = call.set_marker(marker).send().await;
            let page = page.map_err(|error| failed("list", &WHAT, error))?;
            account.holders.extend(page.user_detail_list.into_iter().flatten().filter_map(user));
            account.holders.extend(page.role_detail_list.into_iter().flatten().filter_map(role));
            account.holders.extend(page.group_detail_list.into_iter().flatten().filter_map(group));
            account.policies.extend(page.policies.into_iter().flatten().filter_map(policy));
            if !page.is_truncated {
                return Ok(account);
            }
            let no_marker = || unreadable("list", &WHAT, "it goes on, and the answer does not say where");
            marker = Some(page.marker.ok_or_else(no_marker)?);
        }
    }

    /// Every resource of IAM's that was told of, but for identity providers.
    pub(super) fn resources(&self) -> impl Iterator<Item = Resource> {
        let own = self.policies.keys().filter(|arn| !Arn::is_of_aws(arn));
        let own = own.map(|arn| Resource::ManagedPolicy(on::ManagedPolicy { arn: arn.clone() }));
        own.chain(self.holders.iter().flat_map(|(entity, holder)| held(entity, holder)))
    }

    /// The facets of a resource that need no look of their own. One whose document cannot be understood, or was not told, is left to the
    /// look that says so.
    pub(super) fn told(&self, resource: &Resource, home: &Home) -> BTreeMap<Facet, Observed> {
        let told: Vec<Option<Observed>> = match resource {
            Resource::Role(one) => vec![self.trust(resource, one)],
            Resource::InlinePolicy(one) => vec![self.inline(resource, one)],
            Resource::Attachment(one) => vec![self.attachment(resource, one)],
            Resource::Principal(one) => vec![self.boundary(resource, one), self.principal(home, resource, one)],
            Resource::Membership(one) => vec![self.membership(resource, one)],
            Resource::ManagedPolicy(one) => vec![self.managed(resource, one)],
            _ => Vec::new(),
        };
        told.into_iter().flatten().map(|observed| (observed.state.facet(), observed)).collect()
    }

    fn trust(&self, resource: &Resource, on::Role { name }: &on::Role) -> Option<Observed> {
        let holder = self.holders.get(&IamEntity::Role(name.clone()))?;
        let (text, service_linked) = holder.trust.as_ref()?;
        let trust = Trust { service_linked: *service_linked, ..Trust::of(parsed(resource, text)?) };
        Some(Observed::of(State::RoleTrust(Some(trust)), holder.identity.clone()))
    }

    fn inline(&self, resource: &Resource, on::InlinePolicy { entity, name }: &on::InlinePolicy) -> Option<Observed> {
        let holder = self.holders.get(entity)?;
        let document = parsed(resource, holder.inline.get(name)?)?;
        Some(Observed::of(State::InlineDocument(Some(document)), holder.identity.clone()))
    }

    fn attachment(
        &self,
        resource: &Resource,
        on::Attachment { entity, policy_arn }: &on::Attachment,
    ) -> Option<Observed> {
        let holder = self.holders.get(entity).filter(|holder| holder.has(policy_arn))?;
        let document = Some(self.default_document(resource, policy_arn)?);
        let attachment = Attachment::of(true, document);
        Some(Observed::of(State::PolicyAttachment(attachment), holder.identity.clone()))
    }

    fn boundary(&self, resource: &Resource, on::Principal { entity }: &on::Principal) -> Option<Observed> {
        let holder = self.holders.get(entity)?;
        let boundary = Boundary { arn: holder.boundary.clone(), document: self.bounds(resource, holder)? };
        Some(Observed::of(State::PermissionsBoundary(boundary), holder.identity.clone()))
    }

    fn principal(
        &self,
        home: &Home,
        resource: &Resource,
        on::Principal { entity }: &on::Principal,
    ) -> Option<Observed> {
        let holder = self.holders.get(entity)?;
        let (mut of_groups, mut groups) = (BTreeMap::new(), BTreeMap::new());
        let joined = match entity {
            IamEntity::User(_) => holder.groups.as_ref()?.as_slice(),
            IamEntity::Role(_) | IamEntity::Group(_) => &[],
        };
        for group in joined {
            let carrier = IamEntity::Group(group.clone());
            let (inline, attached) = self.documents(resource, self.holders.get(&carrier)?)?;
            let arn = |name| Resource::InlinePolicy(on::InlinePolicy { entity: carrier.clone(), name }).arn(home);
            let inline: Documents = inline.into_iter().map(|(name, document)| (arn(name), document)).collect();
            groups.insert(group.clone(), inline.keys().chain(attached.keys()).cloned().collect());
            of_groups.extend(inline);
            of_groups.extend(attached);
        }
        let (inline, attached) = self.documents(resource, holder)?;
        let members = match entity {
            IamEntity::Group(group) => self.members(group)?,
            IamEntity::User(_) | IamEntity::Role(_) => BTreeSet::new(),
        };
        let (boundary, boundary_arn) = (self.bounds(resource, holder)?, holder.boundary.clone());
        let policies = Policies {
            inline,
            attached,
            of_groups,
            groups,
            boundary,
            tags: holder.tags.clone(),
            boundary_arn,
            members,
            arn: holder.arn.clone(),
            ..Policies::default()
        };
        Some(Observed::of(State::PrincipalPolicies(policies), holder.identity.clone()))
    }

    /// The users in a group; none: of one it was not told which groups he is in.
    fn members(&self, group: &String) -> Option<BTreeSet<String>> {
        let users = self.holders.iter().filter(|(entity, _)| matches!(entity, IamEntity::User(_)));
        let mut members = BTreeSet::new();
        for (user, holder) in users {
            if holder.groups.as_ref()?.contains(group) {
                members.insert(user.name().to_owned());
            }
        }
        Some(members)
    }

    fn membership(&self, resource: &Resource, on::Membership { user, group }: &on::Membership) -> Option<Observed> {
        let user = self.holders.get(&IamEntity::User(user.clone())).filter(|user| user.groups().contains(group))?;
        let of_group = self.holders.get(&IamEntity::Group(group.clone()))?;
        let (inline, attached) = self.documents(resource, of_group)?;
        let state = State::GroupMembership(Membership { member: true, inline, attached, ..Membership::default() });
        Some(Observed::of(state, of_both(&user.identity, &of_group.identity)))
    }

    fn managed(&self, resource: &Resource, on::ManagedPolicy { arn }: &on::ManagedPolicy) -> Option<Observed> {
        let policy = self.policies.get(arn)?;
        // Whoever's list was not told may hold it, too.
        if self.holders.values().any(|holder| holder.attached.is_none()) {
            return None;
        }
        let holders = |uses: fn(&Holder, &str) -> bool| {
            self.holders.iter().filter(|(_, holder)| uses(holder, arn)).map(|(entity, _)| entity.clone()).collect()
        };
        let is_default = |id: &String| *id == policy.default_version;
        let others = policy.versions.iter().map(|(_, id, ..)| id).filter(|id| !is_default(id));
        let known = policy.versions.iter().map(|(_, id, text, made_at)| {
            let document = if is_default(id) { None } else { parsed(resource, text) };
            (id.clone(), PolicyVersion { made_at: *made_at, document })
        });
        let state = ManagedPolicy {
            document: policy.default_document(resource)?,
            default_version: policy.default_version.clone(),
            other_versions: others.cloned().collect(),
            attached_to: holders(Holder::has),
            bounded: Vec::new(),
            boundary_of: holders(|holder, arn| holder.boundary.as_deref() == Some(arn)),
            versions: known.collect(),
        };
        Some(Observed::of(State::ManagedDocument(Some(state)), policy.identity.clone()))
    }

    /// What bounds somebody; nothing in it: nothing does. None: it was not told what it says.
    fn bounds(&self, resource: &Resource, holder: &Holder) -> Option<Option<Document>> {
        match &holder.boundary {
            None => Some(None),
            Some(arn) => self.default_document(resource, arn).map(Some),
        }
    }

    /// The documents of somebody's own policies: inline ones by name, attached ones by ARN.
    fn documents(&self, resource: &Resource, holder: &Holder) -> Option<(Documents, Documents)> {
        let inline = holder.inline.iter().map(|(name, text)| Some((name.clone(), parsed(resource, text)?)));
        let attached =
            holder.attached.as_ref()?.iter().map(|arn| Some((arn.clone(), self.default_document(resource, arn)?)));
        Some((inline.collect::<Option<_>>()?, attached.collect::<Option<_>>()?))
    }

    fn default_document(&self, resource: &Resource, arn: &str) -> Option<Document> {
        self.policies.get(arn)?.default_document(resource)
    }
}

impl Holder {
    /// Whether it was told that a policy is attached.
    fn has(&self, arn: &str) -> bool {
        self.attached().iter().any(|attached| attached == arn)
    }

    fn attached(&self) -> &[String] {
        self.attached.as_deref().unwrap_or_default()
    }

    fn groups(&self) -> &[String] {
        self.groups.as_deref().unwrap_or_default()
    }
}

type Documents = BTreeMap<String, Document>;

impl Policy {
    fn default_document(&self, resource: &Resource) -> Option<Document> {
        let (_, _, text, _) = self.versions.iter().find(|(_, id, ..)| *id == self.default_version)?;
        parsed(resource, text)
    }
}

fn parsed(resource: &Resource, text: &str) -> Option<Document> {
    parse_encoded("read the policy", resource, text).ok()
}

/// A holder, and what makes a resource of its own of what it holds.
fn held(entity: &IamEntity, holder: &Holder) -> Vec<Resource> {
    let mut found = vec![Resource::Principal(on::Principal { entity: entity.clone() })];
    match entity {
        IamEntity::Role(name) => found.push(Resource::Role(on::Role { name: name.clone() })),
        IamEntity::User(user) => {
            let membership = |group: &String| on::Membership { user: user.clone(), group: group.clone() };
            found.extend(holder.groups().iter().map(membership).map(Resource::Membership));
        }
        IamEntity::Group(_) => {}
    }
    let inline = |name: &String| on::InlinePolicy { entity: entity.clone(), name: name.clone() };
    found.extend(holder.inline.keys().map(inline).map(Resource::InlinePolicy));
    let attachment = |arn: &String| on::Attachment { entity: entity.clone(), policy_arn: arn.clone() };
    found.extend(holder.attached().iter().map(attachment).map(Resource::Attachment));
    found
}

fn user(detail: UserDetail) -> Option<(IamEntity, Holder)> {
    let holder = Holder {
        identity: identity(detail.user_id, detail.create_date),
        arn: detail.arn.as_deref().and_then(with_path),
        inline: documents(detail.user_policy_list),
        attached: arns(detail.attached_managed_policies),
        groups: detail.group_list,
        boundary: bounded(detail.permissions_boundary),
        tags: Some(tagged(detail.tags)),
        ..Holder::default()
    };
    Some((IamEntity::User(detail.user_name?), holder))
}

fn role(detail: RoleDetail) -> Option<(IamEntity, Holder)> {
    let is_of_aws = detail.path.as_deref().is_some_and(is_of_aws);
    let holder = Holder {
        identity: identity(detail.role_id, detail.create_date),
        arn: detail.arn.as_deref().and_then(with_path),
        trust: detail.assume_role_policy_document.map(|text| (text, is_of_aws)),
        inline: documents(detail.role_policy_list),
        attached: arns(detail.attached_managed_policies),
        boundary: bounded(detail.permissions_boundary),
        tags: Some(tagged(detail.tags)),
        ..Holder::default()
    };
    Some((IamEntity::Role(detail.role_name?), holder))
}

fn group(detail: GroupDetail) -> Option<(IamEntity, Holder)> {
    let holder = Holder {
        identity: identity(detail.group_id, detail.create_date),
        arn: detail.arn.as_deref().and_then(with_path),
        inline: documents(detail.group_policy_list),
        attached: arns(detail.attached_managed_policies),
        ..Holder::default()
    };
    Some((IamEntity::Group(detail.group_name?), holder))
}

fn policy(detail: ManagedPolicyDetail) -> Option<(String, Policy)> {
    let versions = detail.policy_version_list.unwrap_or_default().into_iter().filter_map(|version| {
        let id = version.version_id?;
        let number = id.trim_start_matches('v').parse().unwrap_or_default();
        let made_at = version.create_date.map(|moment| moment.secs());
        Some((number, id, version.document.unwrap_or_default(), made_at))
    });
    let mut versions: Vec<_> = versions.collect();
    versions.sort();
    let policy = Policy {
        identity: identity(detail.policy_id, detail.create_date),
        versions,
        default_version: detail.default_version_id?,
    };
    Some((detail.arn?, policy))
}

fn identity(id: Option<String>, created: Option<DateTime>) -> Identity {
    told(id.unwrap_or_default(), created.unwrap_or_else(|| DateTime::from_secs(0)))
}

fn documents(policies: Option<Vec<PolicyDetail>>) -> BTreeMap<String, String> {
    let named = policies.unwrap_or_default().into_iter();
    named.filter_map(|policy| Some((policy.policy_name?, policy.policy_document.unwrap_or_default()))).collect()
}

/// None: there is no list, or one of them has no ARN.
fn arns(attached: Option<Vec<AttachedPolicy>>) -> Option<Vec<String>> {
    attached?.into_iter().map(|policy| policy.policy_arn).collect()
}

fn tagged(tags: Option<Vec<Tag>>) -> BTreeMap<String, String> {
    tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect()
}

/// A boundary without an ARN is one all the same, of which nothing is known.
fn bounded(boundary: Option<AttachedPermissionsBoundary>) -> Option<String> {
    boundary.map(|boundary| boundary.permissions_boundary_arn.unwrap_or_default())
}
