//! The attacker's alphabet: every event of the facet table, what a call changes, and which record it leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use iam_policy::Document;
use parapet_guards::{
    Facet, GuardName, IamEntity, KeyRotation, KeyState, KeyStatus, Resource, State, StoreStatus, TrailLogging, on,
};
use parapet_testkit::fixtures::{ACCOUNT, DATA_BUCKET, LOG_BUCKET, ML_POLICY_ARN, ML_ROLE, bucket, key, trail};
use serde_json::{Value, json};

use super::chance::Chance;
use super::documents::{of_buckets, of_identities, of_trusts};
use super::history::{ADMINISTRATOR, BOUNDARY, IDLE, LAMBDA, READ_ONLY, SHARED, TEAM, device};
use super::iam::{Holder, Iam, arn};
use super::world::Land;
use crate::{Account, encryption, files, logging, policy, repositories};

/// A call: which, and what chooses its parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub(super) source: &'static str,
    pub(super) event: &'static str,
    pub(super) choice: u64,
    /// What is asked for, in a case that is written down.
    pub(super) asked: Option<Value>,
}

/// Every event that leads to some facet.
pub(super) static ALPHABET: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let all: BTreeSet<_> = GuardName::ALL.iter().flat_map(|guard| guard.events()).collect();
    all.into_iter().collect()
});

/// Events of which no call can be made here: none.
pub(super) const LEFT_OUT: &[&str] = &[];

/// The sample events of a guard.
type Files = Vec<(String, Value)>;

static FILES: LazyLock<Vec<(GuardName, Files)>> = LazyLock::new(|| {
    let of_guard = |guard: &GuardName| {
        let real = files(*guard).into_iter().filter(|(name, _)| !name.starts_with("failed-"));
        (*guard, real.collect())
    };
    GuardName::ALL.iter().map(of_guard).collect()
});

/// Makes a call: its record; none: AWS refuses it, or nothing of what it is about is there.
pub(super) fn perform(call: &Call, land: &Land) -> Option<Value> {
    if LEFT_OUT.contains(&call.event) {
        return None;
    }
    let mut chance = Chance::of(call.choice);
    let (request, response) = match call.source {
        "iam.amazonaws.com" => {
            let mut iam = land.iam();
            let asked = call.asked.clone();
            let request = asked.or_else(|| request_of_iam(call.event, &mut chance, &iam))?;
            let response = iam.call(call.event, &request, land.now())?;
            (request, response)
        }
        _ => match plain(call, &mut chance, land) {
            Some(request) => (request?, Value::Null),
            None => return of_a_file(call, &mut chance, land),
        },
    };
    Some(record(call, &request, &response))
}

fn record(call: &Call, request: &Value, response: &Value) -> Value {
    json!({
        "eventID": format!("e-{}", call.choice), "eventSource": call.source, "eventName": call.event, "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "requestParameters": request, "responseElements": response,
        "userIdentity": {"type": "IAMUser", "arn": arn("user/mallory")},
    })
}

/// What a sample event does, in the folders of all guards that know it.
fn of_a_file(call: &Call, chance: &mut Chance, land: &Land) -> Option<Value> {
    let is_of = |record: &Value| record["eventSource"] == call.source && record["eventName"] == call.event;
    let names: BTreeSet<&String> =
        FILES.iter().flat_map(|(_, files)| files).filter(|(_, record)| is_of(record)).map(|(name, _)| name).collect();
    let names: Vec<&String> = names.into_iter().collect();
    let name = *chance.pick(&names);
    // What AWS refuses of a trail that is gone.
    let is_trail_there =
        land.others.state(&trail("parapet"), Facet::TrailConfiguration) != Some(State::TrailConfiguration(None));
    if call.source == "cloudtrail.amazonaws.com" && !is_trail_there {
        return None;
    }
    let scratch = Account::empty();
    for ((resource, facet), state) in land.others.states() {
        scratch.world.set(&resource, facet, state);
    }
    let before = scratch.world.states();
    let mut found = None;
    for (guard, files) in FILES.iter() {
        let Some((_, record)) = files.iter().find(|(file, record)| file == name && is_of(record)) else { continue };
        match guard {
            GuardName::EncryptionGuard => encryption::happens(name, record, &scratch),
            GuardName::PolicyGuard => policy::happens(name, record, &scratch),
            GuardName::LoggingGuard => logging::happens(name, record, &scratch),
            GuardName::AiGuard => repositories::happens(name, record, &scratch),
        }
        found = Some(record.clone());
    }
    let after = scratch.world.states();
    for ((resource, facet), state) in &after {
        if before.get(&(resource.clone(), *facet)) != Some(state) {
            land.others.set(resource, *facet, state.clone());
        }
    }
    for (resource, facet) in before.keys().filter(|key| !after.contains_key(*key)) {
        land.others.remove(resource, *facet);
    }
    found
}

/// Calls whose sample changes nothing there, or too little: what is asked for. The inner none: there is nothing to change.
fn plain(call: &Call, chance: &mut Chance, land: &Land) -> Option<Option<Value>> {
    let set = |resource: &Resource, state: State| land.others.set(resource, state.facet(), state);
    let has = |resource: &Resource, facet| land.others.state(resource, facet).is_some();
    let team = || json!({"bucketName": "team"});
    let old_key = by_id(OLD_KEY);
    // Of what is told by its record alone, the samples do.
    if Facet::led_to_by(call.source, call.event).any(|facet| facet.row().is_told_by_record) {
        return None;
    }
    Some(match call.event {
        "PutBucketPolicy" if call.asked.is_some() => {
            let asked = call.asked.clone().unwrap_or_default();
            let says = Document::from_value(asked["bucketPolicy"].clone()).ok();
            set(&bucket(asked["bucketName"].as_str().unwrap()), State::BucketPolicy(says));
            Some(asked)
        }
        "PutBucketPolicy" => {
            let name = *chance.pick(&[DATA_BUCKET, "team", "team", LOG_BUCKET]);
            let says = chance.pick(&of_buckets(name)).clone();
            set(&bucket(name), State::BucketPolicy(Some(says.clone())));
            Some(json!({"bucketName": name, "bucketPolicy": says.as_value()}))
        }
        "EnableKey" => {
            set(&old_key, State::KeyState(KeyState::Here(KeyStatus::Enabled)));
            Some(json!({"keyId": OLD_KEY}))
        }
        "EnableKeyRotation" => {
            set(&old_key, State::KeyRotation(KeyRotation::On));
            Some(json!({"keyId": OLD_KEY}))
        }
        "RevokeGrant" | "RetireGrant" => {
            let Some(State::KeyGrants(mut grants)) = land.others.state(&key(), Facet::KeyGrants) else {
                return Some(None);
            };
            let gone = grants.pop();
            set(&key(), State::KeyGrants(grants));
            gone.map(|grant| json!({"keyId": "1234abcd-12ab-34cd-56ef-1234567890ab", "grantId": grant.id}))
        }
        "StartLogging" => {
            set(&trail(QUIET), State::TrailLogging(TrailLogging::On));
            Some(json!({"name": QUIET}))
        }
        "StartEventDataStoreIngestion" => {
            let Some(State::EventDataStore(Some(mut store))) = land.others.state(&old_store(), Facet::EventDataStore)
            else {
                return Some(None);
            };
            store.status = StoreStatus::Ingesting;
            set(&old_store(), State::EventDataStore(Some(store)));
            Some(json!({"eventDataStore": OLD_STORE}))
        }
        "DeleteBucketWebsite" => {
            set(&bucket("team"), State::BucketWebsite(None));
            Some(team())
        }
        "DeleteBucketCors" => {
            set(&bucket("team"), State::BucketCors(parapet_guards::CrossOrigin::default()));
            Some(team())
        }
        "DeleteBucketReplication" => {
            set(&bucket("team"), State::BucketReplication(None));
            Some(team())
        }
        "DeleteBucketLifecycle" => {
            let none = parapet_guards::Lifecycle { rules: Vec::new(), minimum_transition_size: None };
            set(&bucket("team"), State::BucketLifecycle(none));
            Some(team())
        }
        "DeleteAccessPointPolicy" => has(&old_door(), Facet::AccessPointPolicy).then(|| {
            set(&old_door(), State::AccessPointPolicy(None));
            json!({"name": OLD_DOOR})
        }),
        "DeleteResourcePolicy" => {
            set(&old_lake(), State::LakePolicy(None));
            Some(json!({"resourceArn": format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:eventdatastore/{OLD_STORE}")}))
        }
        "DeleteDashboard" => has(&dashboard(), Facet::LakePolicy).then(|| {
            land.others.remove(&dashboard(), Facet::LakePolicy);
            json!({"dashboardId": "old"})
        }),
        "DeleteRepositoryPolicy" => {
            set(&old_repository(), State::RepositoryPolicy(None));
            Some(json!({"repositoryName": OLD_REPOSITORY}))
        }
        _ => return None,
    })
}

pub(super) const OLD_KEY: &str = "00000000-0000-0000-0000-00000000000f";
pub(super) const QUIET: &str = "quiet";
const OLD_STORE: &str = "11111111-4e8f-4c6e-8bd1-bcf6c5d4e3f2";
const OLD_DOOR: &str = "old-door";
const OLD_REPOSITORY: &str = "ml/old";

fn by_id(id: &str) -> Resource {
    Resource::Key(on::Key { name: id.to_owned() })
}

fn old_store() -> Resource {
    Resource::EventDataStore(on::EventDataStore { id: OLD_STORE.to_owned() })
}

fn old_door() -> Resource {
    Resource::AccessPoint(on::AccessPoint { name: OLD_DOOR.to_owned() })
}

fn old_lake() -> Resource {
    Resource::LakeResource(on::LakeResource { path: format!("eventdatastore/{OLD_STORE}") })
}

fn dashboard() -> Resource {
    Resource::LakeResource(on::LakeResource { path: "dashboard/old".to_owned() })
}

fn old_repository() -> Resource {
    Resource::Repository(on::Repository { name: OLD_REPOSITORY.to_owned() })
}

/// What those calls change, as it was before.
pub(super) fn with_old_settings(others: &mut BTreeMap<(Resource, Facet), State>) {
    let scratch = encryption::account();
    for name in ["PutBucketWebsite", "PutBucketCors", "PutBucketReplication", "PutBucketLifecycle"] {
        encryption::happens(name, &Value::Null, &scratch);
    }
    let mut set = |resource: &Resource, state: State| drop(others.insert((resource.clone(), state.facet()), state));
    for (from, facet) in [
        (DATA_BUCKET, Facet::BucketWebsite),
        (DATA_BUCKET, Facet::BucketCors),
        (DATA_BUCKET, Facet::BucketReplication),
        (LOG_BUCKET, Facet::BucketLifecycle),
    ] {
        set(&bucket("team"), scratch.world.state(&bucket(from), facet).unwrap());
    }
    set(&by_id(OLD_KEY), State::KeyState(KeyState::Here(KeyStatus::Disabled)));
    set(&by_id(OLD_KEY), State::KeyRotation(KeyRotation::Off));
    let ours = json!({
        "Effect": "Allow", "Principal": {"AWS": arn("root")}, "Action": ["ecr:BatchGetImage"],
    });
    set(&old_repository(), State::RepositoryPolicy(Some(super::documents::document(&[ours]))));
    let queried = json!({
        "Effect": "Allow", "Principal": {"AWS": arn("root")}, "Action": "cloudtrail:StartQuery",
        "Resource": format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:eventdatastore/{OLD_STORE}"),
    });
    set(&old_lake(), State::LakePolicy(Some(super::documents::document(&[queried]))));
    set(&dashboard(), State::LakePolicy(None));
    let door = json!({
        "Effect": "Allow", "Principal": {"AWS": arn("root")}, "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/{OLD_DOOR}/object/*"),
    });
    set(&old_door(), State::AccessPointPolicy(Some(super::documents::document(&[door]))));
    let scratch = logging::account();
    let configuration = scratch.world.state(&trail("parapet"), Facet::TrailConfiguration).unwrap();
    set(&trail(QUIET), configuration);
    set(&trail(QUIET), State::TrailLogging(TrailLogging::Off));
    let stores = scratch.world.states().into_iter().find_map(|(_, state)| match state {
        State::EventDataStore(Some(store)) => Some(store),
        _ => None,
    });
    let mut store = stores.unwrap();
    store.status = StoreStatus::Stopped;
    set(&old_store(), State::EventDataStore(Some(store)));
}

const USERS: [&str; 5] = ["mallory", "mallory", "jane", "joe", "maintenance"];
const ROLES: [&str; 8] = ["app", "vendor", "ci", "idle", "break-glass", "parapet-policy-guard", ML_ROLE, "made"];
const GROUPS: [&str; 2] = ["devs", "admins"];
const POLICIES: [&str; 8] =
    [ADMINISTRATOR, READ_ONLY, LAMBDA, SHARED, TEAM, IDLE, "arn:aws:iam::111122223333:policy/made", ML_POLICY_ARN];

/// What is asked of IAM. None: there is nothing to ask for.
fn request_of_iam(event: &str, chance: &mut Chance, iam: &Iam) -> Option<Value> {
    let who = whom(event, chance);
    let with = |more: Value| {
        let mut request = who.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let json_of = |document: &Document| document.to_json();
    let says = |chance: &mut Chance| json_of(chance.pick(&of_identities()));
    let trust = |chance: &mut Chance| json_of(chance.pick(&of_trusts()));
    let entity = iam.holders.iter().find(|(entity, _)| {
        let path = entity.to_string();
        [("userName", "user"), ("roleName", "role"), ("groupName", "group")]
            .iter()
            .any(|(name, kind)| who[*name].as_str().is_some_and(|who_is| path == format!("{kind}/{who_is}")))
    });
    let held = |chance: &mut Chance, names: Vec<String>| (!names.is_empty()).then(|| chance.pick(&names).clone());
    Some(match event {
        "CreateUser" => json!({"userName": "made"}),
        "CreateRole" => {
            let bound = chance.below(3) == 0;
            let request = json!({"roleName": "made", "assumeRolePolicyDocument": trust(chance)});
            if bound { with_member(request, "permissionsBoundary", BOUNDARY) } else { request }
        }
        "UpdateRole" => with(json!({"description": "x"})),
        "DeleteRole" => who,
        "UpdateAssumeRolePolicy" => with(json!({"policyDocument": trust(chance)})),
        "PutUserPolicy" | "PutRolePolicy" | "PutGroupPolicy" => {
            let name = *chance.pick(&["new", "old", "half", "reads"]);
            with(json!({"policyName": name, "policyDocument": says(chance)}))
        }
        "DeleteUserPolicy" | "DeleteRolePolicy" | "DeleteGroupPolicy" => {
            let names = entity?.1.inline.keys().cloned().collect();
            with(json!({"policyName": held(chance, names)?}))
        }
        "AttachUserPolicy" | "AttachRolePolicy" | "AttachGroupPolicy" => {
            with(json!({"policyArn": chance.pick(&POLICIES)}))
        }
        "DetachUserPolicy" | "DetachRolePolicy" | "DetachGroupPolicy" => {
            let names = entity?.1.attached.iter().cloned().collect();
            with(json!({"policyArn": held(chance, names)?}))
        }
        "CreatePolicy" => json!({"policyName": "made", "policyDocument": says(chance)}),
        "CreatePolicyVersion" => json!({
            "policyArn": chance.pick(&POLICIES), "policyDocument": says(chance), "setAsDefault": chance.below(4) != 0,
        }),
        "SetDefaultPolicyVersion" | "DeletePolicyVersion" => {
            let versions: Vec<(String, u64)> = iam
                .policies
                .iter()
                .flat_map(|(arn, policy)| {
                    let others = policy.versions.keys().filter(|number| **number != policy.default);
                    others.map(|number| (arn.clone(), *number)).collect::<Vec<_>>()
                })
                .collect();
            if versions.is_empty() {
                return None;
            }
            let (policy, number) = chance.pick(&versions);
            json!({"policyArn": policy, "versionId": format!("v{number}")})
        }
        "DeletePolicy" => json!({"policyArn": chance.pick(&[IDLE, TEAM])}),
        "AddUserToGroup" => with(json!({"groupName": chance.pick(&GROUPS)})),
        "RemoveUserFromGroup" => {
            let members: Vec<_> = iam.members.iter().collect();
            if members.is_empty() {
                return None;
            }
            let (user, group) = chance.pick(&members);
            json!({"userName": user, "groupName": group})
        }
        "PutUserPermissionsBoundary" | "PutRolePermissionsBoundary" => {
            with(json!({"permissionsBoundary": chance.pick(&[BOUNDARY, ADMINISTRATOR, IDLE])}))
        }
        "DeleteUserPermissionsBoundary" | "DeleteRolePermissionsBoundary" => {
            one_with(event, chance, iam, |holder| holder.boundary.is_some())?
        }
        "CreateAccessKey" | "CreateLoginProfile" | "UpdateLoginProfile" => who,
        "UpdateAccessKey" => {
            let names = entity?.1.keys.keys().cloned().collect();
            with(json!({"accessKeyId": held(chance, names)?, "status": chance.pick(&["Active", "Inactive"])}))
        }
        "CreateServiceSpecificCredential" => with(json!({"serviceName": "codecommit.amazonaws.com"})),
        "UploadSigningCertificate" => with(json!({"certificateBody": "x"})),
        "UpdateServiceSpecificCredential" => {
            let names = entity?.1.services.keys().cloned().collect();
            with(
                json!({"serviceSpecificCredentialId": held(chance, names)?, "status": chance.pick(&["Active", "Inactive"])}),
            )
        }
        "ResetServiceSpecificCredential" => {
            let names = entity?.1.services.keys().cloned().collect();
            with(json!({"serviceSpecificCredentialId": held(chance, names)?}))
        }
        "UploadSSHPublicKey" => with(json!({"sSHPublicKeyBody": "ssh-rsa x"})),
        "UpdateSSHPublicKey" => {
            let names = entity?.1.ssh_keys.keys().cloned().collect();
            with(json!({"sSHPublicKeyId": held(chance, names)?, "status": chance.pick(&["Active", "Inactive"])}))
        }
        "UpdateSigningCertificate" => {
            let names = entity?.1.certificates.keys().cloned().collect();
            with(json!({"certificateId": held(chance, names)?, "status": chance.pick(&["Active", "Inactive"])}))
        }
        "TagUser" | "TagRole" => with(json!({"tags": [{"key": "team", "value": chance.pick(&["data", "web"])}]})),
        "UntagUser" | "UntagRole" => {
            let mut request = one_with(event, chance, iam, |holder| holder.tags.contains_key("team"))?;
            request["tagKeys"] = json!(["team"]);
            request
        }
        "EnableMFADevice" => with(json!({"serialNumber": device("made")})),
        "DeactivateMFADevice" => {
            let names = entity?.1.devices.iter().cloned().collect();
            with(json!({"serialNumber": held(chance, names)?}))
        }
        "DeleteVirtualMFADevice" => {
            let user: &&str = chance.pick(&["jane", "maintenance", "made"]);
            json!({"serialNumber": device(user)})
        }
        "CreateInstanceProfile" => json!({"instanceProfileName": "made"}),
        "AddRoleToInstanceProfile" => {
            let profile = *chance.pick(&["spare", "made", "workers"]);
            json!({"instanceProfileName": profile, "roleName": chance.pick(&ROLES)})
        }
        "RemoveRoleFromInstanceProfile" | "DeleteInstanceProfile" => {
            json!({"instanceProfileName": chance.pick(&["spare", "made", "workers"])})
        }
        "CreateSAMLProvider" => json!({"name": "made", "sAMLMetadataDocument": "<EntityDescriptor made/>"}),
        "UpdateSAMLProvider" => {
            json!({"sAMLProviderArn": arn("saml-provider/corp"), "sAMLMetadataDocument": "<EntityDescriptor other/>"})
        }
        "CreateOpenIDConnectProvider" => {
            json!({"url": "https://made.example.net", "clientIDList": ["a"], "thumbprintList": ["1"]})
        }
        "AddClientIDToOpenIDConnectProvider" => {
            json!({"openIDConnectProviderArn": arn("oidc-provider/token.example.net"), "clientID": "anyone"})
        }
        "UpdateOpenIDConnectProviderThumbprint" => {
            json!({"openIDConnectProviderArn": arn("oidc-provider/token.example.net"), "thumbprintList": ["2"]})
        }
        _ => unreachable!("{event}: how is it called?"),
    })
}

fn with_member(mut request: Value, name: &str, value: &str) -> Value {
    request[name] = json!(value);
    request
}

/// A user or role of which this is so, as the call's name says; none: there is none.
fn one_with(event: &str, chance: &mut Chance, iam: &Iam, is_so: impl Fn(&Holder) -> bool) -> Option<Value> {
    let name = |(entity, _): (&IamEntity, &Holder)| match entity {
        IamEntity::Role(name) if event.contains("Role") => Some(json!({"roleName": name})),
        IamEntity::User(name) if event.contains("User") => Some(json!({"userName": name})),
        _ => None,
    };
    let names: Vec<Value> = iam.holders.iter().filter(|(_, holder)| is_so(holder)).filter_map(name).collect();
    (!names.is_empty()).then(|| chance.pick(&names).clone())
}

/// The user, role or group that a call is about, by what its name says.
fn whom(event: &str, chance: &mut Chance) -> Value {
    if event.contains("Role") {
        json!({"roleName": chance.pick(&ROLES)})
    } else if event.contains("Group") && !event.contains("User") {
        json!({"groupName": chance.pick(&GROUPS)})
    } else {
        json!({"userName": chance.pick(&USERS)})
    }
}
