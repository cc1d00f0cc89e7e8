//! Who asks.

use super::places::{OTHER, OWN, Place, STRANGER, elsewhere};
use super::random::Random;
use super::requests::Asked;
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    User,
    Session,
    /// A role by itself, without a session.
    Role,
    FederatedUser,
    Root,
    ServiceLinked,
    Service,
    Saml,
    WebIdentity,
    Anonymous,
}

/// Who asks, and how it is named.
pub(super) struct Caller {
    pub(super) who: Who,
    pub(super) principal: String,
}

/// Services; those of some regions have the region in their name.
const SERVICES: &[&str] = &[
    "lambda.amazonaws.com",
    "ec2.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "s3.amazonaws.com",
    "events.amazonaws.com",
    "logs.{r}.amazonaws.com",
];

/// `{a}`: a provider is of the account whose roles it is for.
const WEB_IDENTITIES: &[&str] = &[
    "arn:{p}:iam::{a}:oidc-provider/token.actions.githubusercontent.com",
    "arn:{p}:iam::{a}:oidc-provider/accounts.example.com",
    "accounts.google.com",
    "cognito-identity.amazonaws.com",
];

const SAML: &[&str] = &["arn:{p}:iam::{a}:saml-provider/idp", "arn:{p}:iam::{a}:saml-provider/idp-2"];

impl Caller {
    pub(super) fn any(random: &mut Random, place: &Place, asked: &Asked) -> Self {
        let who = match asked.action {
            "sts:AssumeRoleWithSAML" => Who::Saml,
            "sts:AssumeRoleWithWebIdentity" => Who::WebIdentity,
            _ => match random.below(100) {
                0..22 => Who::User,
                22..47 => Who::Session,
                47..56 => Who::Role,
                56..61 => Who::FederatedUser,
                61..63 => Who::Root,
                63..65 => Who::ServiceLinked,
                // None of them asks for what has no policy to name it.
                65..94 if asked.has_resource_policy() => Who::Service,
                94..100 if asked.has_resource_policy() => Who::Anonymous,
                _ => Who::Session,
            },
        };
        let of = |template: &str| place.fill(template).replace("{own}", OWN);
        let principal = match who {
            Who::User => of("arn:{p}:iam::{own}:user/ann"),
            Who::Session if random.chance(60) => of("arn:{p}:sts::{own}:assumed-role/app/s-1"),
            Who::Session => of("arn:{p}:sts::{own}:assumed-role/ops/s-2"),
            Who::Role => of("arn:{p}:iam::{own}:role/app"),
            Who::FederatedUser => of("arn:{p}:sts::{own}:federated-user/guest"),
            Who::Root => of("arn:{p}:iam::{own}:root"),
            Who::ServiceLinked => of("arn:{p}:sts::{own}:assumed-role/AWSServiceRoleForSupport/s-3"),
            Who::Service => service(random, place),
            Who::Saml => of(random.pick(SAML)),
            Who::WebIdentity => of(random.pick(WEB_IDENTITIES)),
            Who::Anonymous => "*".to_owned(),
        };
        Self { who, principal }
    }

    /// Whether policies of the caller's own account apply to it.
    pub(super) fn is_of_account(&self) -> bool {
        !matches!(self.who, Who::Service | Who::Saml | Who::WebIdentity | Who::Anonymous)
    }

    pub(super) fn is_session(&self) -> bool {
        matches!(self.who, Who::Session | Who::Role | Who::FederatedUser)
    }

    fn is_provider(&self) -> bool {
        matches!(self.who, Who::Saml | Who::WebIdentity)
    }

    /// What `aws:PrincipalArn` is: of a session, its role.
    pub(super) fn arn(&self, place: &Place) -> String {
        let role = match self.principal.rsplit('/').nth(1) {
            _ if self.who != Who::Session => return self.principal.clone(),
            Some("ops") => "role/team/ops",
            _ => "role/app",
        };
        place.fill(&format!("arn:{{p}}:iam::{OWN}:{role}"))
    }

    /// A `Principal` element that is about the caller, or almost.
    pub(super) fn principal_element(&self, random: &mut Random, place: &Place) -> Value {
        let is_anonymous = self.who == Who::Anonymous;
        match random.below(20) {
            0..2 => return json!("*"),
            2 => return json!({"AWS": "*"}),
            3 => return json!({"Service": SERVICES[..2], "AWS": STRANGER}),
            4..12 if is_anonymous => return json!("*"),
            // Its account, of which it is none of the principals.
            4..7 if self.is_provider() => return json!({"AWS": place.fill("arn:{p}:iam::{a}:root")}),
            _ => {}
        }
        match self.who {
            Who::Service => json!({"Service": list(random, |random| match random.below(10) {
                0..6 => self.principal.clone(),
                _ => service(random, place),
            })}),
            _ if self.is_provider() => json!({"Federated": list(random, |random| match random.below(10) {
                0..7 => self.principal.clone(),
                7 => elsewhere(random, &self.principal),
                8 => place.fill(SAML[0]),
                _ => place.fill(random.pick(WEB_IDENTITIES)),
            })}),
            _ => json!({"AWS": list(random, |random| self.named(random, place))}),
        }
    }

    /// The caller, its role, its account, or somebody else.
    fn named(&self, random: &mut Random, place: &Place) -> String {
        let of = |template: &str| place.fill(template).replace("{own}", OWN).replace("{other}", OTHER);
        match random.below(14) {
            0..4 if self.who == Who::Anonymous => of("arn:{p}:iam::{own}:user/ann"),
            0..4 => self.principal.clone(),
            4 => self.arn(place).replace('*', OWN),
            5 => of("arn:{p}:iam::{own}:role/app"),
            6 => of("arn:{p}:iam::{own}:role/team/ops"),
            7 | 8 => of("arn:{p}:iam::{own}:root"),
            9 => OWN.to_owned(),
            10 => STRANGER.to_owned(),
            11 => of("arn:{p}:iam::{other}:root"),
            12 => elsewhere(random, &self.arn(place).replace('*', OWN)),
            _ => of("arn:{p}:iam::{own}:user/bob"),
        }
    }
}

/// A service by its name. In China, some are named for it.
fn service(random: &mut Random, place: &Place) -> String {
    let name = place.fill(random.pick(SERVICES));
    if place.partition == "aws-cn" && random.chance(40) { format!("{name}.cn") } else { name }
}

/// One or several, written as a string or as a list.
fn list(random: &mut Random, mut one: impl FnMut(&mut Random) -> String) -> Value {
    match random.below(10) {
        0..5 => one(random).into(),
        5..7 => json!([one(random)]),
        count => (0..count - 5).map(|_| one(random)).collect(),
    }
}
