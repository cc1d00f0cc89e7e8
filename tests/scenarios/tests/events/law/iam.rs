//! A small AWS IAM: what is written in one place shows in every other, as it does there. Its calls are those of the attacker; the guard's writes
//! arrive as states.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::Document;
use parapet_core::{ErrorKind, Identity};
use parapet_guards::{
    Attachment, Boundary, Facet, IamEntity, InstanceProfile, ManagedPolicy, Membership, Policies, PolicyVersion,
    Provider, Resource, State, WholeRole, on,
};
use parapet_testkit::fixtures::ACCOUNT;
use serde_json::{Value, json};

/// Of one account.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Iam {
    pub(super) holders: BTreeMap<IamEntity, Holder>,
    /// AWS's own among them.
    pub(super) policies: BTreeMap<String, Policy>,
    pub(super) members: BTreeSet<(String, String)>,
    pub(super) providers: BTreeMap<String, Provider>,
    /// Which role each instance profile hands out.
    profiles: BTreeMap<String, (Identity, Option<String>)>,
    /// How many ids were given.
    ids: u32,
}

/// A user, role or group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Holder {
    pub(super) identity: Identity,
    pub(super) trust: Option<Document>,
    pub(super) inline: BTreeMap<String, Document>,
    pub(super) attached: BTreeSet<String>,
    pub(super) boundary: Option<String>,
    pub(super) keys: BTreeMap<String, bool>,
    /// Credentials for one service, signing certificates and SSH keys, each whether it is active, and devices of the second factor.
    pub(super) services: BTreeMap<String, bool>,
    pub(super) certificates: BTreeMap<String, bool>,
    pub(super) ssh_keys: BTreeMap<String, bool>,
    pub(super) devices: BTreeSet<String>,
    pub(super) tags: BTreeMap<String, String>,
    /// Since when there is a password.
    pub(super) login: Option<String>,
    /// What no call tells: descriptions, and how often a password was set.
    untold: u32,
}

/// A managed policy, its versions with the moment each was made.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Policy {
    pub(super) identity: Identity,
    pub(super) versions: BTreeMap<u64, (Document, i64)>,
    pub(super) default: u64,
    /// IAM never gives a number again.
    last: u64,
}

impl Policy {
    pub(super) fn document(&self) -> &Document {
        &self.versions[&self.default].0
    }
}

/// The ARN of a resource of the account's IAM.
pub(super) fn arn(path: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{path}")
}

fn version_number(id: &str) -> u64 {
    id.trim_start_matches('v').parse().unwrap_or_default()
}

impl Iam {
    fn identity(&mut self, now: i64) -> Identity {
        self.ids += 1;
        Identity::of(format!("ID{}", self.ids), Some(now))
    }

    /// Makes a user, role or group.
    pub(super) fn make(&mut self, entity: IamEntity, trust: Option<Document>, now: i64) -> bool {
        if self.holders.contains_key(&entity) {
            return false;
        }
        let identity = self.identity(now);
        self.holders.insert(entity, Holder { identity, trust, ..Holder::default() });
        true
    }

    /// Makes an instance profile.
    pub(super) fn make_profile(&mut self, name: &str, role: Option<&str>, now: i64) {
        let identity = self.identity(now);
        self.profiles.insert(name.to_owned(), (identity, role.map(str::to_owned)));
    }

    /// Makes a managed policy.
    pub(super) fn make_policy(&mut self, arn: &str, document: Document, now: i64) -> bool {
        if self.policies.contains_key(arn) {
            return false;
        }
        let identity = self.identity(now);
        let versions = BTreeMap::from([(1, (document, now))]);
        self.policies.insert(arn.to_owned(), Policy { identity, versions, default: 1, last: 1 });
        true
    }

    /// What somebody holds by himself, and where it lies.
    pub(super) fn own_documents(&self, entity: &IamEntity) -> Vec<&Document> {
        let Some(holder) = self.holders.get(entity) else { return Vec::new() };
        let attached = holder.attached.iter().filter_map(|arn| self.policies.get(arn)).map(Policy::document);
        holder.inline.values().chain(attached).collect()
    }

    /// The groups of a user.
    pub(super) fn groups_of(&self, entity: &IamEntity) -> Vec<IamEntity> {
        let IamEntity::User(name) = entity else { return Vec::new() };
        let of_user = self.members.iter().filter(|(user, _)| user == name);
        of_user.map(|(_, group)| IamEntity::Group(group.clone())).collect()
    }

    /// The members of a group.
    fn members_of(&self, entity: &IamEntity) -> BTreeSet<String> {
        let IamEntity::Group(name) = entity else { return BTreeSet::new() };
        self.members.iter().filter(|(_, group)| group == name).map(|(user, _)| user.clone()).collect()
    }

    pub(super) fn boundary_of(&self, entity: &IamEntity) -> Option<&Document> {
        let arn = self.holders.get(entity)?.boundary.as_ref()?;
        self.policies.get(arn).map(Policy::document)
    }

    /// All that there is, by kind of resource.
    pub(super) fn resources(&self) -> Vec<Resource> {
        let mut all = Vec::new();
        for (entity, holder) in &self.holders {
            let entity = || entity.clone();
            all.push(Resource::Principal(on::Principal { entity: entity() }));
            if let IamEntity::Role(name) = entity() {
                all.push(Resource::Role(on::Role { name }));
            }
            let inline = holder.inline.keys().map(|name| on::InlinePolicy { entity: entity(), name: name.clone() });
            all.extend(inline.map(Resource::InlinePolicy));
            let attached =
                holder.attached.iter().map(|arn| on::Attachment { entity: entity(), policy_arn: arn.clone() });
            all.extend(attached.map(Resource::Attachment));
        }
        let own = self.policies.keys().filter(|arn| !arn.contains("::aws:"));
        all.extend(own.map(|arn| Resource::ManagedPolicy(on::ManagedPolicy { arn: arn.clone() })));
        let members =
            self.members.iter().map(|(user, group)| on::Membership { user: user.clone(), group: group.clone() });
        all.extend(members.map(Resource::Membership));
        let profiles = self.profiles.keys().map(|name| on::InstanceProfile { name: name.clone() });
        all.extend(profiles.map(Resource::InstanceProfile));
        all.push(on::OwnRole::of_policy_guard().into());
        all.extend(
            self.providers.keys().map(|arn| Resource::IdentityProvider(on::IdentityProvider { arn: arn.clone() })),
        );
        all
    }

    /// Whose a name is now.
    pub(super) fn identity_of(&self, resource: &Resource) -> Identity {
        let of =
            |entity: &IamEntity| self.holders.get(entity).map(|holder| holder.identity.clone()).unwrap_or_default();
        match resource {
            Resource::Role(on::Role { name }) | Resource::OwnRole(on::OwnRole { name }) => {
                of(&IamEntity::Role(name.clone()))
            }
            Resource::Principal(on::Principal { entity })
            | Resource::InlinePolicy(on::InlinePolicy { entity, .. })
            | Resource::Attachment(on::Attachment { entity, .. }) => of(entity),
            Resource::Membership(on::Membership { user, .. }) => of(&IamEntity::User(user.clone())),
            Resource::ManagedPolicy(on::ManagedPolicy { arn }) => {
                self.policies.get(arn).map(|policy| policy.identity.clone()).unwrap_or_default()
            }
            Resource::InstanceProfile(on::InstanceProfile { name }) => {
                self.profiles.get(name).map(|(identity, _)| identity.clone()).unwrap_or_default()
            }
            _ => Identity::created_at(Some(0)),
        }
    }

    /// A facet as AWS would answer it; none: what carries it is not there.
    pub(super) fn state(&self, resource: &Resource, facet: Facet) -> Option<State> {
        let holder = |entity: &IamEntity| self.holders.get(entity);
        let named = |arns: &BTreeSet<String>| -> BTreeMap<String, Document> {
            arns.iter().filter_map(|arn| Some((arn.clone(), self.policies.get(arn)?.document().clone()))).collect()
        };
        Some(match (resource, facet) {
            (Resource::Role(on::Role { name }), _) => {
                let trust = holder(&IamEntity::Role(name.clone())).and_then(|role| role.trust.as_ref());
                let kept = trust.map(|document| json!({"document": document.as_value(), "service_linked": false}));
                return facet.recalled(&json!(kept)).ok();
            }
            (Resource::OwnRole(on::OwnRole { name }), _) => {
                let boundary = self.managed(&arn(&format!("policy/{name}-boundary")));
                let nobodys = |policy| ManagedPolicy { attached_to: Vec::new(), boundary_of: Vec::new(), ..policy };
                State::OwnRole(holder(&IamEntity::Role(name.clone())).and_then(|role| {
                    Some(WholeRole {
                        trust: role.trust.clone()?,
                        attached: role.attached.clone(),
                        inline: role.inline.clone(),
                        boundary_arn: role.boundary.clone(),
                        boundary: boundary.map(nobodys),
                    })
                }))
            }
            (Resource::ManagedPolicy(on::ManagedPolicy { arn }), _) => State::ManagedDocument(self.managed(arn)),
            (Resource::InlinePolicy(on::InlinePolicy { entity, name }), _) => {
                State::InlineDocument(holder(entity).and_then(|holder| holder.inline.get(name).cloned()))
            }
            (Resource::Attachment(on::Attachment { entity, policy_arn }), _) => {
                let attached = holder(entity)?.attached.contains(policy_arn);
                let document =
                    self.policies.get(policy_arn).filter(|_| attached).map(|policy| policy.document().clone());
                State::PolicyAttachment(Attachment::of(attached, document))
            }
            (Resource::Membership(on::Membership { user, group }), _) => {
                let member = self.members.contains(&(user.clone(), group.clone()));
                let of_group = holder(&IamEntity::Group(group.clone())).filter(|_| member);
                State::GroupMembership(Membership {
                    member,
                    inline: of_group.map(|group| group.inline.clone()).unwrap_or_default(),
                    attached: of_group.map(|group| named(&group.attached)).unwrap_or_default(),
                    ..Membership::default()
                })
            }
            (Resource::IdentityProvider(on::IdentityProvider { arn }), _) => {
                State::IdentityProvider(self.providers.get(arn).cloned())
            }
            (Resource::Principal(on::Principal { entity }), Facet::PrincipalPolicies) => {
                let own = holder(entity)?;
                let mut policies = Policies {
                    inline: own.inline.clone(),
                    attached: named(&own.attached),
                    boundary: self.boundary_of(entity).cloned(),
                    members: self.members_of(entity),
                    tags: Some(own.tags.clone()),
                    ..Policies::default()
                };
                for group in self.groups_of(entity) {
                    let Some(of_group) = holder(&group) else { continue };
                    let inline = of_group
                        .inline
                        .iter()
                        .map(|(name, document)| (arn(&format!("{group}/policy/{name}")), document.clone()));
                    let all: BTreeMap<String, Document> = inline.chain(named(&of_group.attached)).collect();
                    policies.groups.insert(group.name().to_owned(), all.keys().cloned().collect());
                    policies.of_groups.extend(all);
                }
                State::PrincipalPolicies(policies)
            }
            (Resource::Principal(on::Principal { entity }), Facet::PermissionsBoundary) => {
                let arn = holder(entity)?.boundary.clone();
                let document =
                    arn.as_ref().and_then(|arn| self.policies.get(arn)).map(|policy| policy.document().clone());
                State::PermissionsBoundary(Boundary { arn, document })
            }
            (Resource::InstanceProfile(on::InstanceProfile { name }), _) => {
                let (_, role) = self.profiles.get(name)?;
                State::InstanceProfile(InstanceProfile { role: role.clone(), ..InstanceProfile::default() })
            }
            (Resource::Principal(on::Principal { entity }), Facet::UserCredentials) => {
                let Holder { services, certificates, ssh_keys, devices, .. } = holder(entity)?;
                let kept = json!({"services": services, "certificates": certificates, "ssh_keys": ssh_keys, "devices": devices});
                return facet.recalled(&kept).ok();
            }
            (Resource::Principal(on::Principal { entity }), Facet::AccessKeys) => {
                return facet.recalled(&json!(holder(entity)?.keys)).ok();
            }
            (Resource::Principal(on::Principal { entity }), Facet::LoginProfile) => {
                let login = holder(entity)?.login.as_ref().map(|created| json!({"created": created}));
                return facet.recalled(&json!(login)).ok();
            }
            _ => return None,
        })
    }

    fn managed(&self, arn: &str) -> Option<ManagedPolicy> {
        let policy = self.policies.get(arn)?;
        let who = |has: &dyn Fn(&Holder) -> bool| -> Vec<IamEntity> {
            self.holders.iter().filter(|(_, holder)| has(holder)).map(|(entity, _)| entity.clone()).collect()
        };
        let others = policy.versions.iter().filter(|(number, _)| **number != policy.default);
        let known = policy.versions.iter().map(|(number, (document, made_at))| {
            let document = (*number != policy.default).then(|| document.clone());
            (format!("v{number}"), PolicyVersion { made_at: Some(*made_at), document })
        });
        Some(ManagedPolicy {
            document: policy.document().clone(),
            default_version: format!("v{}", policy.default),
            other_versions: others.map(|(number, _)| format!("v{number}")).collect(),
            attached_to: who(&|holder| holder.attached.contains(arn)),
            bounded: Vec::new(),
            boundary_of: who(&|holder| holder.boundary.as_deref() == Some(arn)),
            versions: known.collect(),
        })
    }

    /// Brings a facet into a state that a guard's write led to, as far as AWS takes it.
    pub(super) fn put(&mut self, resource: &Resource, state: State, now: i64) -> Result<(), ErrorKind> {
        match (resource, state) {
            (Resource::Role(on::Role { name }), State::RoleTrust(Some(trust))) => {
                let entity = IamEntity::Role(name.clone());
                self.make(entity.clone(), None, now);
                self.holder(&entity)?.trust = Some(trust.document);
            }
            (Resource::OwnRole(on::OwnRole { name }), State::OwnRole(Some(state))) => {
                let its = arn(&format!("policy/{name}-boundary"));
                if let (Some(policy), Some(now_is)) = (state.boundary, self.managed(&its)) {
                    let policy = ManagedPolicy { attached_to: now_is.attached_to, ..policy };
                    self.put_managed(&its, Some(policy), now)?;
                }
                let role = self.holder(&IamEntity::Role(name.clone()))?;
                (role.trust, role.attached, role.inline) = (Some(state.trust), state.attached, state.inline);
                role.boundary = state.boundary_arn;
            }
            (Resource::ManagedPolicy(on::ManagedPolicy { arn }), State::ManagedDocument(state)) => {
                return self.put_managed(arn, state, now);
            }
            (Resource::InlinePolicy(on::InlinePolicy { entity, name }), State::InlineDocument(document)) => {
                match document {
                    Some(document) => return self.put_inline(entity, name, document),
                    None => drop(self.holder(entity)?.inline.remove(name)),
                }
            }
            (Resource::Attachment(on::Attachment { entity, policy_arn }), State::PolicyAttachment(state)) => {
                if state.attached && !self.policies.contains_key(policy_arn) {
                    return Err(ErrorKind::Missing);
                }
                let attached = &mut self.holder(entity)?.attached;
                if state.attached {
                    attached.insert(policy_arn.clone())
                } else {
                    attached.remove(policy_arn)
                };
            }
            (Resource::Membership(on::Membership { user, group }), State::GroupMembership(state)) => {
                let pair = (user.clone(), group.clone());
                if state.member {
                    self.members.insert(pair)
                } else {
                    self.members.remove(&pair)
                };
            }
            (Resource::IdentityProvider(on::IdentityProvider { arn }), State::IdentityProvider(Some(provider))) => {
                self.providers.insert(arn.clone(), provider);
            }
            (Resource::Principal(on::Principal { entity }), State::PrincipalPolicies(state)) => {
                let holder = self.holder(entity)?;
                holder.inline = state.inline;
                holder.attached = state.attached.into_keys().collect();
                self.members.retain(|(user, group)| user != entity.name() || state.groups.contains_key(group));
            }
            (Resource::Principal(on::Principal { entity }), State::PermissionsBoundary(state)) => {
                if state.arn.as_ref().is_some_and(|arn| !self.policies.contains_key(arn)) {
                    return Err(ErrorKind::Missing);
                }
                self.holder(entity)?.boundary = state.arn;
            }
            (Resource::InstanceProfile(on::InstanceProfile { name }), State::InstanceProfile(state)) => {
                self.profiles.get_mut(name).ok_or(ErrorKind::Missing)?.1 = state.role;
            }
            (Resource::Principal(on::Principal { entity }), State::UserCredentials(state)) => {
                let holder = self.holder(entity)?;
                (holder.services, holder.certificates) = (state.services, state.certificates);
                holder.ssh_keys = state.ssh_keys.unwrap_or_default();
            }
            (Resource::Principal(on::Principal { entity }), state) => {
                let (facet, kept) = (state.facet(), state.kept());
                let holder = self.holder(entity)?;
                match facet {
                    Facet::AccessKeys => holder.keys = serde_json::from_value(kept).map_err(|_| ErrorKind::Invalid)?,
                    Facet::LoginProfile => holder.login = kept["created"].as_str().map(str::to_owned),
                    _ => return Err(ErrorKind::Invalid),
                }
            }
            _ => return Err(ErrorKind::Invalid),
        }
        Ok(())
    }

    fn holder(&mut self, entity: &IamEntity) -> Result<&mut Holder, ErrorKind> {
        self.holders.get_mut(entity).ok_or(ErrorKind::Missing)
    }

    fn put_managed(&mut self, arn: &str, state: Option<ManagedPolicy>, now: i64) -> Result<(), ErrorKind> {
        let Some(state) = state else {
            self.policies.remove(arn).ok_or(ErrorKind::Missing)?;
            for holder in self.holders.values_mut() {
                holder.attached.remove(arn);
            }
            return Ok(());
        };
        self.make_policy(arn, state.document.clone(), now);
        for (entity, holder) in &mut self.holders {
            if state.attached_to.contains(entity) {
                holder.attached.insert(arn.to_owned())
            } else {
                holder.attached.remove(arn)
            };
        }
        let policy = self.policies.get_mut(arn).ok_or(ErrorKind::Missing)?;
        let number = version_number(&state.default_version);
        policy.versions.retain(|number, _| {
            state.default_version == format!("v{number}") || state.other_versions.contains(&format!("v{number}"))
        });
        policy.versions.entry(number).or_insert((state.document, now));
        (policy.default, policy.last) = (number, policy.last.max(number));
        Ok(())
    }

    /// IAM User Guide, "IAM and AWS STS quotas": the inline policies of a user, group or role have so many characters in all.
    fn put_inline(&mut self, entity: &IamEntity, name: &str, document: Document) -> Result<(), ErrorKind> {
        let most = match entity {
            IamEntity::User(_) => 2_048,
            IamEntity::Group(_) => 5_120,
            IamEntity::Role(_) => 10_240,
        };
        let holder = self.holder(entity)?;
        let others = holder.inline.iter().filter(|(other, _)| *other != name).map(|(_, other)| other.to_json().len());
        if others.sum::<usize>() + document.to_json().len() > most {
            return Err(ErrorKind::Invalid);
        }
        holder.inline.insert(name.to_owned(), document);
        Ok(())
    }

    /// A call with its parameters as CloudTrail writes them. None: AWS refuses it.
    pub(super) fn call(&mut self, event: &str, request: &Value, now: i64) -> Option<Value> {
        let text = |name: &str| request[name].as_str().map(str::to_owned);
        let document = |name: &str| Document::parse(request[name].as_str()?).ok();
        let user = || text("userName").map(IamEntity::User);
        let entity = || {
            user().or_else(|| text("roleName").map(IamEntity::Role)).or_else(|| text("groupName").map(IamEntity::Group))
        };
        let done = |is_done: bool| is_done.then_some(Value::Null);
        match event {
            "CreateUser" => done(self.make(user()?, None, now)),
            "CreateRole" => {
                let made = self.make(entity()?, Some(document("assumeRolePolicyDocument")?), now);
                let boundary = text("permissionsBoundary");
                self.holder(&entity()?).ok()?.boundary = boundary.filter(|arn| self.policies.contains_key(arn));
                done(made)
            }
            "UpdateRole" => {
                self.holder(&entity()?).ok()?.untold += 1;
                done(true)
            }
            "DeleteRole" => {
                let role = self.holders.get(&entity()?)?;
                let is_bare = role.inline.is_empty() && role.attached.is_empty();
                done(is_bare && self.holders.remove(&entity()?).is_some())
            }
            "UpdateAssumeRolePolicy" => {
                self.holder(&entity()?).ok()?.trust = Some(document("policyDocument")?);
                done(true)
            }
            "PutUserPolicy" | "PutRolePolicy" | "PutGroupPolicy" => {
                done(self.put_inline(&entity()?, &text("policyName")?, document("policyDocument")?).is_ok())
            }
            "DeleteUserPolicy" | "DeleteRolePolicy" | "DeleteGroupPolicy" => {
                done(self.holder(&entity()?).ok()?.inline.remove(&text("policyName")?).is_some())
            }
            "AttachUserPolicy" | "AttachRolePolicy" | "AttachGroupPolicy" => {
                let policy = text("policyArn").filter(|arn| self.policies.contains_key(arn))?;
                self.holder(&entity()?).ok()?.attached.insert(policy);
                done(true)
            }
            "DetachUserPolicy" | "DetachRolePolicy" | "DetachGroupPolicy" => {
                done(self.holder(&entity()?).ok()?.attached.remove(&text("policyArn")?))
            }
            "CreatePolicy" => {
                let made = arn(&format!("policy/{}", text("policyName")?));
                done(self.make_policy(&made, document("policyDocument")?, now))
            }
            "CreatePolicyVersion" => {
                let policy = self.own_policy(&text("policyArn")?)?;
                if policy.versions.len() >= 5 {
                    return None;
                }
                policy.last += 1;
                policy.versions.insert(policy.last, (document("policyDocument")?, now));
                let is_default = request["setAsDefault"] == true;
                if is_default {
                    policy.default = policy.last;
                }
                Some(
                    json!({"policyVersion": {"versionId": format!("v{}", policy.last), "isDefaultVersion": is_default}}),
                )
            }
            "SetDefaultPolicyVersion" => {
                let (policy, number) = (self.own_policy(&text("policyArn")?)?, version_number(&text("versionId")?));
                policy.versions.contains_key(&number).then(|| policy.default = number)?;
                done(true)
            }
            "DeletePolicyVersion" => {
                let (policy, number) = (self.own_policy(&text("policyArn")?)?, version_number(&text("versionId")?));
                done(policy.default != number && policy.versions.remove(&number).is_some())
            }
            "DeletePolicy" => {
                let policy = text("policyArn")?;
                let is_held = self
                    .holders
                    .values()
                    .any(|holder| holder.attached.contains(&policy) || holder.boundary.as_ref() == Some(&policy));
                self.own_policy(&policy)?;
                done(!is_held && self.policies.remove(&policy).is_some())
            }
            "AddUserToGroup" => {
                let group = IamEntity::Group(text("groupName")?);
                let are_there = self.holders.contains_key(&user()?) && self.holders.contains_key(&group);
                done(are_there && self.members.insert((text("userName")?, text("groupName")?)))
            }
            "RemoveUserFromGroup" => done(self.members.remove(&(text("userName")?, text("groupName")?))),
            "PutUserPermissionsBoundary" | "PutRolePermissionsBoundary" => {
                let boundary = text("permissionsBoundary").filter(|arn| self.policies.contains_key(arn))?;
                self.holder(&entity()?).ok()?.boundary = Some(boundary);
                done(true)
            }
            "DeleteUserPermissionsBoundary" | "DeleteRolePermissionsBoundary" => {
                done(self.holder(&entity()?).ok()?.boundary.take().is_some())
            }
            "CreateAccessKey" => {
                let keys = &mut self.holders.get_mut(&user()?)?.keys;
                let id = format!("AKIA{}{}", text("userName")?.to_uppercase(), keys.len());
                (keys.len() < 2).then(|| keys.insert(id.clone(), true))?;
                Some(json!({"accessKey": {"accessKeyId": id, "userName": text("userName")?}}))
            }
            "UpdateAccessKey" => {
                let key = self.holder(&user()?).ok()?.keys.get_mut(&text("accessKeyId")?)?;
                *key = text("status")? == "Active";
                done(true)
            }
            "CreateLoginProfile" => {
                let login = &mut self.holder(&user()?).ok()?.login;
                login.is_none().then(|| *login = Some(now.to_string()))?;
                Some(json!({"loginProfile": {"userName": text("userName")?}}))
            }
            // IAM does not tell when a password was changed: it is another one all the same.
            "UpdateLoginProfile" => {
                let user = self.holder(&user()?).ok().filter(|user| user.login.is_some())?;
                user.untold += 1;
                done(true)
            }
            "CreateServiceSpecificCredential" => {
                let user = self.holder(&user()?).ok()?;
                let id = format!("ACCA{}{}", text("userName")?.to_uppercase(), user.services.len());
                (user.services.len() < 2).then(|| user.services.insert(id.clone(), true))?;
                Some(
                    json!({"serviceSpecificCredential": {"serviceSpecificCredentialId": id, "userName": text("userName")?}}),
                )
            }
            "UpdateServiceSpecificCredential" => {
                let credentials = &mut self.holder(&user()?).ok()?.services;
                *credentials.get_mut(&text("serviceSpecificCredentialId")?)? = text("status")? == "Active";
                done(true)
            }
            "ResetServiceSpecificCredential" => {
                let user = self.holder(&user()?).ok()?;
                user.services.get(&text("serviceSpecificCredentialId")?)?;
                user.untold += 1;
                done(true)
            }
            "UploadSSHPublicKey" => {
                let user = self.holder(&user()?).ok()?;
                let id = format!("APKA{}{}", text("userName")?.to_uppercase(), user.ssh_keys.len());
                (user.ssh_keys.len() < 2).then(|| user.ssh_keys.insert(id.clone(), true))?;
                Some(json!({"sSHPublicKey": {"sSHPublicKeyId": id, "userName": text("userName")?}}))
            }
            "UpdateSSHPublicKey" => {
                let user = self.holder(&user()?).ok()?;
                *user.ssh_keys.get_mut(&text("sSHPublicKeyId")?)? = text("status")? == "Active";
                done(true)
            }
            "UploadSigningCertificate" => {
                let user = self.holder(&user()?).ok()?;
                let id = format!("CERT{}{}", text("userName")?.to_uppercase(), user.certificates.len());
                (user.certificates.len() < 2).then(|| user.certificates.insert(id.clone(), true))?;
                Some(json!({"certificate": {"certificateId": id, "userName": text("userName")?}}))
            }
            "UpdateSigningCertificate" => {
                let user = self.holder(&user()?).ok()?;
                *user.certificates.get_mut(&text("certificateId")?)? = text("status")? == "Active";
                done(true)
            }
            "TagUser" | "TagRole" => {
                let tag = &request["tags"][0];
                let (key, value) = (tag["key"].as_str()?.to_owned(), tag["value"].as_str()?.to_owned());
                done(self.holder(&entity()?).ok()?.tags.insert(key, value.clone()) != Some(value))
            }
            "UntagUser" | "UntagRole" => {
                let key = request["tagKeys"][0].as_str()?;
                done(self.holder(&entity()?).ok()?.tags.remove(key).is_some())
            }
            "EnableMFADevice" => done(self.holder(&user()?).ok()?.devices.insert(text("serialNumber")?)),
            "DeactivateMFADevice" => done(self.holder(&user()?).ok()?.devices.remove(&text("serialNumber")?)),
            "DeleteVirtualMFADevice" => {
                let serial = text("serialNumber")?;
                done(self.holders.values_mut().any(|holder| holder.devices.remove(&serial)))
            }
            "CreateInstanceProfile" => {
                let (name, identity) = (text("instanceProfileName")?, self.identity(now));
                let is_new = !self.profiles.contains_key(&name);
                is_new.then(|| self.profiles.insert(name, (identity, None)))?;
                done(true)
            }
            "AddRoleToInstanceProfile" => {
                let role = text("roleName").filter(|name| self.holders.contains_key(&IamEntity::Role(name.clone())))?;
                let profile = self.profiles.get_mut(&text("instanceProfileName")?)?;
                profile.1.is_none().then(|| profile.1 = Some(role))?;
                done(true)
            }
            "RemoveRoleFromInstanceProfile" => {
                let profile = self.profiles.get_mut(&text("instanceProfileName")?)?;
                done(profile.1.take().is_some())
            }
            "DeleteInstanceProfile" => {
                let name = text("instanceProfileName")?;
                let is_empty = self.profiles.get(&name)?.1.is_none();
                done(is_empty && self.profiles.remove(&name).is_some())
            }
            "CreateSAMLProvider" => {
                let made = arn(&format!("saml-provider/{}", text("name")?));
                let provider = Provider::Saml { metadata: text("sAMLMetadataDocument")? };
                done(self.providers.insert(made, provider).is_none())
            }
            "UpdateSAMLProvider" => match self.providers.get_mut(&text("sAMLProviderArn")?)? {
                Provider::Saml { metadata } => {
                    *metadata = text("sAMLMetadataDocument")?;
                    done(true)
                }
                Provider::Oidc { .. } => None,
            },
            "CreateOpenIDConnectProvider" => {
                let made = arn(&format!("oidc-provider/{}", text("url")?.trim_start_matches("https://")));
                let provider =
                    Provider::Oidc { client_ids: ["a".to_owned()].into(), thumbprints: ["1".to_owned()].into() };
                done(self.providers.insert(made, provider).is_none())
            }
            "AddClientIDToOpenIDConnectProvider" => match self.providers.get_mut(&text("openIDConnectProviderArn")?)? {
                Provider::Oidc { client_ids, .. } => done(client_ids.insert(text("clientID")?)),
                Provider::Saml { .. } => None,
            },
            "UpdateOpenIDConnectProviderThumbprint" => {
                match self.providers.get_mut(&text("openIDConnectProviderArn")?)? {
                    Provider::Oidc { thumbprints, .. } => {
                        *thumbprints = [request["thumbprintList"][0].as_str()?.to_owned()].into();
                        done(true)
                    }
                    Provider::Saml { .. } => None,
                }
            }
            _ => unreachable!("{event} is no call of this IAM"),
        }
    }

    fn own_policy(&mut self, arn: &str) -> Option<&mut Policy> {
        self.policies.get_mut(arn).filter(|_| !arn.contains("::aws:"))
    }
}
