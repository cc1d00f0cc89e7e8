//! Accounts with a history: what was there when Parapet came.

use std::collections::BTreeSet;

use parapet_guards::{BASELINE_VERSION, Baseline, IamEntity, OwnAccount, Provider, Resource, State, Versioning, on};
use parapet_testkit::Situation;
use parapet_testkit::fixtures::{ML_POLICY_ARN, ML_ROLE, NOW, bucket, home, key};

use super::documents::{admin, document, of_account, of_buckets, of_identities, of_lambda, of_vendor, reads};
use super::iam::{Iam, arn};
use super::world::Snapshot;
use crate::{encryption, logging, policy, repositories};

/// What an account may have had, in words, and how it comes to be there.
type Piece = (&'static str, fn(&mut Snapshot));

/// What an account may have had, each in a bit.
pub(super) const PIECES: [Piece; 20] = [
    ("an old administrator", |account| inline(account, user("jane"), "old", 0)),
    ("an old shared policy that is too much", |account| {
        account.iam.make_policy(SHARED, admin(), BEFORE);
        attach(account, user("jane"), SHARED);
        attach(account, user("joe"), SHARED);
    }),
    ("an old shared policy that is right", |account| {
        account.iam.make_policy(TEAM, reads(), BEFORE);
        attach(account, user("joe"), TEAM);
        attach(account, group("devs"), TEAM);
    }),
    ("a vendor's trust", |account| trust(account, "vendor", of_vendor())),
    ("an old role that is strong, for a function", |account| {
        trust(account, "ci", of_lambda());
        attach(account, role("ci"), ADMINISTRATOR);
    }),
    ("an old role that the account may become", |account| {
        trust(account, "app", of_account());
        inline(account, role("app"), "reads", 1);
    }),
    ("an open bucket", |account| {
        let open = State::BucketPolicy(Some(of_buckets("team")[2].clone()));
        account.others.insert((bucket("team"), open.facet()), open);
    }),
    ("a suspended versioning", |account| {
        let suspended = State::BucketVersioning(Versioning::Suspended);
        account.others.insert((bucket("team"), suspended.facet()), suspended);
    }),
    ("a group of administrators", |account| {
        attach(account, group("admins"), ADMINISTRATOR);
        account.iam.members.insert(("joe".to_owned(), "admins".to_owned()));
    }),
    ("half of a way", |account| inline(account, user("mallory"), "half", 5)),
    ("the other half", |account| inline(account, user("jane"), "half", 6)),
    ("a boundary", |account| {
        account.iam.make_policy(BOUNDARY, reads(), BEFORE);
        account.iam.holders.get_mut(&user("mallory")).unwrap().boundary = Some(BOUNDARY.to_owned());
    }),
    ("a Deny", |account| inline(account, user("mallory"), "never", 10)),
    ("a provider", |account| {
        let saml = Provider::Saml { metadata: "<EntityDescriptor/>".to_owned() };
        account.iam.providers.insert(arn("saml-provider/corp"), saml);
        let oidc = Provider::Oidc { client_ids: ["a".to_owned()].into(), thumbprints: ["1".to_owned()].into() };
        account.iam.providers.insert(arn("oidc-provider/token.example.net"), oidc);
    }),
    ("keys and passwords", |account| {
        for name in ["jane", "maintenance"] {
            let user = account.iam.holders.get_mut(&user(name)).unwrap();
            user.services.insert(format!("ACCA{}0", name.to_uppercase()), false);
            user.certificates.insert(format!("CERT{}0", name.to_uppercase()), false);
            user.ssh_keys.insert(format!("APKA{}0", name.to_uppercase()), false);
            user.devices.insert(device(name));
            user.keys.insert(format!("AKIA{}0", name.to_uppercase()), true);
            user.login = Some(BEFORE.to_string());
        }
    }),
    ("tags", |account| {
        for entity in [user("jane"), role("app")] {
            let tags = &mut account.iam.holders.get_mut(&entity).unwrap().tags;
            tags.insert("team".to_owned(), "data".to_owned());
        }
    }),
    ("instance profiles", |account| {
        account.iam.make_profile("workers", Some("app"), BEFORE);
        account.iam.make_profile("spare", None, BEFORE);
    }),
    ("a bounded role", |account| {
        account.iam.make_policy(BOUNDARY, reads(), BEFORE);
        account.iam.holders.get_mut(&role("app")).unwrap().boundary = Some(BOUNDARY.to_owned());
    }),
    ("a group's own policy", |account| inline(account, group("devs"), "reads", 1)),
    ("a version of a policy that was bad", |account| {
        account.iam.make_policy(TEAM, reads(), BEFORE);
        let policy = account.iam.policies.get_mut(TEAM).unwrap();
        policy.versions.insert(0, (admin(), BEFORE));
        attach(account, user("joe"), TEAM);
    }),
];

/// Long before Parapet came.
pub(super) const BEFORE: i64 = NOW - 10_000_000;
pub(super) const SHARED: &str = "arn:aws:iam::111122223333:policy/shared";
pub(super) const TEAM: &str = "arn:aws:iam::111122223333:policy/team";
pub(super) const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/team-boundary";
pub(super) const IDLE: &str = "arn:aws:iam::111122223333:policy/idle";
pub(super) const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
pub(super) const READ_ONLY: &str = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess";
/// A way to more, as many of AWS's policies for a whole service.
pub(super) const LAMBDA: &str = "arn:aws:iam::aws:policy/AWSLambda_FullAccess";
const KEY_ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

/// The device of somebody's second factor.
pub(super) fn device(name: &str) -> String {
    arn(&format!("mfa/{name}"))
}

pub(super) fn user(name: &str) -> IamEntity {
    IamEntity::User(name.to_owned())
}

pub(super) fn role(name: &str) -> IamEntity {
    IamEntity::Role(name.to_owned())
}

pub(super) fn group(name: &str) -> IamEntity {
    IamEntity::Group(name.to_owned())
}

fn inline(account: &mut Snapshot, entity: IamEntity, name: &str, says: usize) {
    let holder = account.iam.holders.get_mut(&entity).unwrap();
    holder.inline.insert(name.to_owned(), of_identities()[says].clone());
}

fn attach(account: &mut Snapshot, entity: IamEntity, policy: &str) {
    account.iam.holders.get_mut(&entity).unwrap().attached.insert(policy.to_owned());
}

fn trust(account: &mut Snapshot, name: &str, says: iam_policy::Document) {
    account.iam.holders.get_mut(&role(name)).unwrap().trust = Some(says);
}

/// By which names the standard knows resources that have two.
pub(super) fn names() -> Vec<(Resource, Resource)> {
    vec![(Resource::Key(on::Key { name: KEY_ID.to_owned() }), key())]
}

/// An account as bootstrap leaves it, with these pieces of a history.
pub(super) fn account(pieces: u32) -> Snapshot {
    let mut others = std::collections::BTreeMap::new();
    for part in [encryption::account(), policy::account(), logging::account(), repositories::account()] {
        others.extend(
            part.world.states().into_iter().filter(|((resource, _), _)| !super::world::is_of_iam(resource.kind())),
        );
    }
    super::calls::with_old_settings(&mut others);
    let subject_of = |resource: &Resource| Situation::new(resource, "");
    let mut snapshot = Snapshot { iam: Iam::default(), others };
    let iam = &mut snapshot.iam;
    for name in ["mallory", "jane", "joe", "maintenance"] {
        iam.make(user(name), None, BEFORE);
    }
    for name in ["devs", "admins"] {
        iam.make(group(name), None, BEFORE);
    }
    for name in ["app", "vendor", "ci", "idle"] {
        iam.make(role(name), Some(of_lambda()), BEFORE);
    }
    // Who is never touched, and Parapet's own.
    iam.make(role("break-glass"), Some(of_account()), BEFORE);
    iam.make(role("parapet-policy-guard"), Some(of_lambda()), BEFORE);
    let service_trust = parapet_guards::foundation::documents::service_trust(&subject_of(&key()).subject());
    iam.make(role(ML_ROLE), Some(service_trust), BEFORE);
    let service_policy = parapet_guards::foundation::documents::service_policy(&subject_of(&key()).subject());
    iam.make_policy(ML_POLICY_ARN, service_policy, BEFORE);
    iam.make_policy(IDLE, reads(), BEFORE);
    let ways = document(&[serde_json::json!({
        "Effect": "Allow", "Action": ["lambda:*", "iam:PassRole"], "Resource": "*",
    })]);
    for (policy, says) in [(ADMINISTRATOR, admin()), (READ_ONLY, of_identities()[12].clone()), (LAMBDA, ways)] {
        iam.make_policy(policy, says, BEFORE);
    }
    for (entity, policy) in [(role(ML_ROLE), ML_POLICY_ARN), (role("break-glass"), ADMINISTRATOR)] {
        iam.holders.get_mut(&entity).unwrap().attached.insert(policy.to_owned());
    }
    for (number, (_, piece)) in PIECES.iter().enumerate() {
        if pieces & (1 << number) != 0 {
            piece(&mut snapshot);
        }
    }
    snapshot
}

/// The pieces in words.
pub(super) fn told(pieces: u32) -> Vec<&'static str> {
    let is_there = |number: &usize| pieces & (1 << number) != 0;
    (0..PIECES.len()).filter(is_there).map(|number| PIECES[number].0).collect()
}

/// A baseline that is not begun: what `baseline` of the loop goes on with, as of the moment before the attack.
pub(super) fn begun(standard: &str) -> Baseline {
    Baseline {
        version: BASELINE_VERSION,
        begun_at: NOW - 1_000,
        ended_at: None,
        standard: standard.to_owned(),
        kept: 0,
        kinds: BTreeSet::new(),
        at: None,
        unread: Vec::new(),
        left: Vec::new(),
        account: OwnAccount::default(),
        anew: None,
    }
}

/// The home of all of this.
pub(super) fn place() -> parapet_core::Home {
    home()
}
