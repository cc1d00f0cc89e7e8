//! Roles that tools of AWS make, known by their shape: what they are called, whom they trust, and what they hold, all three. A name alone proves
//! nothing, because whoever makes a role gives it its name.
//!
//! So the shape has to be harmless to imitate: who makes such a role has to gain nothing by it that he could not do without. Each preset says why
//! that is so, and where it is not. Whoever gives policies to roles has a way to more by that alone, which is judged in what he holds; what a
//! preset adds is only that its roles stay. And whom a role trusts is judged as ever: somebody new in it goes.

mod cdk;
mod control_tower;
mod deploying;
mod landing_zone;
mod organizations;
mod stack_sets;

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::{Document, Family, PolicyKind, ViolationKind, implies, new_access};
use serde_json::{Value, json};

use crate::flaw::Flaw;
use crate::foundation::documents::{build, trust_nobody};
use crate::iam::identity::{
    IAM_ADMIN, IAM_CONFUSED_SERVICE, IAM_ESCALATION, IAM_EXPOSURE, IAM_GUARD_TAMPERING, IAM_KMS_DECRYPT,
    IAM_LOG_TAMPERING, IAM_NOT_ELEMENT, IAM_PASS_ROLE, IAM_PROTECTED_DATA, IAM_SERVICE_WILDCARD, IAM_STANDARD_OBJECT,
};
use crate::iam::principal::Place;
use crate::judge::question::Judged;
use crate::{Arns, IamEntity, Preset, Subject, on};

/// How a preset makes a role.
pub(super) struct Shape {
    preset: Preset,
    /// Whom it trusts, at most.
    trust: Document,
    /// The same in words.
    trusts: String,
    /// Which of AWS's policies it may hold.
    attached: Attached,
    /// What its inline policies may allow, at most.
    inline: Option<Document>,
}

/// Which of AWS's policies a role may hold.
#[derive(Clone, Copy, Debug)]
enum Attached {
    /// Any: it may be an administrator.
    Any,
    /// Those of these names.
    These(&'static [&'static str]),
}

/// A role that bears a name of a preset.
pub(super) enum Known {
    /// It is made so.
    As(Box<Shape>),
    /// No role of the preset is called so; why.
    AlmostAs(Preset, String),
}

impl Known {
    fn as_made(shape: Shape) -> Self {
        Self::As(Box::new(shape))
    }

    /// The same as one of another preset.
    fn of_preset(self, preset: Preset) -> Self {
        match self {
            Self::As(shape) => Self::as_made(Shape { preset, ..*shape }),
            Self::AlmostAs(_, why) => Self::AlmostAs(preset, why),
        }
    }
}

/// What is known of a role by its name; none: the standard names no preset that has such roles.
pub(super) fn of(subject: &Subject<'_>, entity: &IamEntity) -> Option<Known> {
    let IamEntity::Role(name) = entity else { return None };
    let presets = subject.standard.presets.iter();
    presets.copied().find_map(|preset| match preset {
        Preset::Cdk => cdk::of(subject, name),
        Preset::ControlTower => control_tower::of(subject, name),
        Preset::Stacksets => stack_sets::of(subject, name),
        Preset::Organizations => organizations::of(subject, name),
        Preset::LandingZoneAccelerator => landing_zone::of(subject, name),
    })
}

/// Why a role that bears such a name is none of the preset's, by what is told with all that it holds: its ARN, where it has a path, and its tags. Whoever
/// made it chose them. None: it may be one, or bears no such name.
pub(super) fn impostor(
    subject: &Subject<'_>,
    entity: &IamEntity,
    arn: Option<&str>,
    tags: Option<&BTreeMap<String, String>>,
) -> Option<(Box<Shape>, String)> {
    let Some(Known::As(shape)) = of(subject, entity) else { return None };
    if arn.is_some() {
        return Some((shape, "such a role has no path".to_owned()));
    }
    let IamEntity::Role(name) = entity else { return None };
    if shape.preset != Preset::Cdk || !cdk::is_deploy_role(subject.home, name) {
        return None;
    }
    let (key, value) = deploying::TAG;
    let is_other = |(name, has): (&String, &String)| name.eq_ignore_ascii_case(key) && has != value;
    tags?.iter().any(is_other).then(|| (shape, format!("the tag `{key}` of such a role is `{value}`")))
}

/// Whether something that a role holds stays by its name and what it says.
pub(super) fn spares(subject: &Subject<'_>, entity: &IamEntity, place: Place<'_>, document: &Document) -> bool {
    matches!(of(subject, entity), Some(Known::As(shape)) if shape.spares(place, document))
}

/// The preset that has a role of this name, whether the standard names it or not; none: no tool that is known makes one. The name alone spares nobody.
#[must_use]
pub fn preset_named(subject: &Subject<'_>, entity: &IamEntity) -> Option<Preset> {
    let mut standard = subject.standard.clone();
    standard.presets = Preset::ALL.to_vec();
    match of(&Subject { standard: &standard, ..*subject }, entity)? {
        Known::As(shape) => Some(shape.preset),
        Known::AlmostAs(..) => None,
    }
}

/// Whom a preset lets a role trust that was made just now, so that whoever is in it beside them is new; none: it is of no preset.
pub(super) fn trusted(subject: &Subject<'_>) -> Option<Document> {
    let role = subject.on::<on::Role>()?;
    match of(subject, &IamEntity::Role(role.name.clone()))? {
        Known::As(shape) => Some(shape.trust),
        Known::AlmostAs(..) => None,
    }
}

/// Whether the role whose trust policy is looked at is one by which a preset's tool deploys, for whoever may assume it.
pub(super) fn deploys(subject: &Subject<'_>) -> bool {
    let role = subject.on::<on::Role>();
    role.is_some_and(|role| {
        subject.standard.presets.contains(&Preset::Cdk) && cdk::is_deploy_role(subject.home, &role.name)
    })
}

/// Whether the role whose trust policy is looked at is one by which others of its preset are reached: whoever is let in has what those have, whatever
/// the role itself holds, and whoever makes it may come first.
pub(super) fn leads_on(subject: &Subject<'_>) -> bool {
    let Some(role) = subject.on::<on::Role>() else { return false };
    let is_on = |preset| subject.standard.presets.contains(&preset);
    deploys(subject)
        || is_on(Preset::Stacksets) && stack_sets::is_administration(&role.name)
        || is_on(Preset::LandingZoneAccelerator) && landing_zone::is_access_role(&role.name)
}

/// Whether the role whose trust policy is looked at trusts at most whom its preset has it trust. What such a service does with the role, it does for whom
/// it is passed by, in the account: there is no deputy to confuse.
pub(super) fn trusts_as_made(subject: &Subject<'_>, document: &Document) -> bool {
    let as_made = trusted(subject);
    as_made.is_some_and(|as_made| new_access(&[&as_made], &[document], PolicyKind::Trust).is_none())
}

/// Whether an ARN is that of such a role.
pub(crate) fn is_deploy_role(subject: &Subject<'_>, arn: &str) -> bool {
    subject.standard.presets.contains(&Preset::Cdk) && deploying::is_deploy_role(subject.home, arn)
}

/// Those roles as a family, where one of these documents could mean one.
pub(crate) fn deploy_roles_in(subject: &Subject<'_>, documents: &[&Document]) -> Option<Family> {
    let is_on = subject.standard.presets.contains(&Preset::Cdk);
    documents.iter().filter(|_| is_on).find_map(|document| deploying::meant_by(subject.home, document))
}

/// Roles of presets that are administrators, or lead to one: by their ARNs, and as families. Each may come to be made at any time, and is not judged then
/// for what it holds.
pub(crate) fn strong_roles(subject: &Subject<'_>) -> (Vec<String>, Vec<Family>) {
    let home = subject.home;
    let (mut names, mut families): (Vec<&str>, Vec<Family>) = (Vec::new(), Vec::new());
    for preset in &subject.standard.presets {
        match preset {
            Preset::Cdk => families.extend(cdk::strong(home)),
            Preset::ControlTower => names.extend(control_tower::STRONG),
            Preset::Stacksets => {
                let (named, family) = stack_sets::strong(home);
                names.extend(named);
                families.push(family);
            }
            Preset::Organizations => names.push(organizations::ACCESS),
            Preset::LandingZoneAccelerator => {
                names.push(landing_zone::DEPLOYMENT);
                names.extend(landing_zone::ACCESS);
            }
        }
    }
    (names.into_iter().map(|name| home.iam_arn(&format!("role/{name}"))).collect(), families)
}

/// The tags that such roles have, if there are any: the standard has the preset, or one is among those that are known.
pub(crate) fn tags_of_deploy_roles(subject: &Subject<'_>, known: &BTreeSet<String>) -> Vec<(String, String)> {
    let is_known = || known.iter().any(|arn| deploying::is_deploy_role(subject.home, arn));
    let (key, value) = deploying::TAG;
    let is_there = subject.standard.presets.contains(&Preset::Cdk) || is_known();
    is_there.then(|| (key.to_owned(), value.to_owned())).into_iter().collect()
}

impl Shape {
    /// What of the shape a role lacks that trusts these and has come to hold a policy of AWS. None: nothing.
    pub(super) fn lacks(&self, policy_arn: &str, trust: Option<&Document>) -> Option<String> {
        if !self.may_hold(policy_arn) {
            return Some(match self.attached {
                Attached::Any => "of such a role no policy but AWS's is spared".to_owned(),
                Attached::These([]) => "such a role holds no policy of AWS".to_owned(),
                Attached::These(names) => {
                    format!("of AWS's policies such a role holds `{}` alone", names.join("` and `"))
                }
            });
        }
        let is_trusted = trust.is_some_and(|trust| new_access(&[&self.trust], &[trust], PolicyKind::Trust).is_none());
        (!is_trusted).then(|| format!("such a role trusts {} and nobody else", self.trusts))
    }

    /// Whether the tool gives it this policy of AWS.
    pub(super) fn may_hold(&self, policy_arn: &str) -> bool {
        let name = policy_arn.split_once(":iam::aws:policy/").map(|(_, name)| name);
        name.is_some_and(|name| match self.attached {
            Attached::Any => true,
            Attached::These(names) => names.contains(&name),
        })
    }

    /// Whether an inline policy allows no more than the tool's own.
    pub(super) fn may_say(&self, document: &Document) -> bool {
        self.inline.as_ref().is_some_and(|own| implies(&[document], &[own], PolicyKind::Identity))
    }

    /// Whether something that a role holds stays by its shape, whatever it allows.
    pub(super) fn spares(&self, place: Place<'_>, document: &Document) -> bool {
        match place {
            Place::Attached(arn) => self.may_hold(arn),
            Place::Inline(_) => self.may_say(document),
            Place::OfGroup(_) => false,
        }
    }

    /// The preset that it is of.
    pub(super) fn preset(&self) -> Preset {
        self.preset
    }
}

/// What is wrong with something that a role of a preset's name holds, and what of the shape it lacks.
pub(super) fn almost<'a, T: 'a>(preset: Preset, lacks: &str) -> impl Fn(Flaw<'a, T>) -> Flaw<'a, T> {
    let said = format!("the preset `{}` does not spare it: {lacks}", preset.name());
    move |flaw| flaw.saying(&said)
}

/// Accounts that the standard trusts, but for this one: a role that trusts its own account is anybody's there who may assume roles.
fn accounts<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = &'s String> {
    subject.standard.trust.accounts.iter().filter(|account| **account != subject.home.account)
}

/// The account that administers the organization, where the standard names it; else any that it trusts.
fn managers<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = &'s String> {
    let named = subject.standard.trust.management_account.as_ref();
    accounts(subject).filter(move |account| named.is_none_or(|named| named == *account))
}

/// That account in words.
const MANAGEMENT: &str = "an account of `trust.accounts`, the management account,";

/// That it may assume a role.
fn of_management(subject: &Subject<'_>) -> Document {
    let root = |account: &String| format!("arn:{}:iam::{account}:root", subject.home.partition);
    assumed_by_all(managers(subject).map(root).collect())
}

/// That these may assume a role.
fn assumed_by(principal: Value) -> Document {
    let actions = ["sts:AssumeRole", "sts:TagSession"];
    let statement = json!({"Effect": "Allow", "Principal": principal, "Action": actions});
    build(json!({"Version": "2012-10-17", "Statement": [statement]}))
}

/// That the account's users and roles of these ARNs may; nobody: nobody.
fn assumed_by_all(arns: Vec<String>) -> Document {
    match arns.is_empty() {
        true => trust_nobody(),
        false => assumed_by(json!({"AWS": arns})),
    }
}

/// What a preset's role is given: the ways to more; and, because a tool that may deploy any stack may deploy over Parapet's, what reaches that. To keep
/// it from that one stack would change the tool's policy and nothing else: any other stack that it makes, as the execution role, reaches as far.
pub(super) const TOOLS_OWN: Judged = &[
    (ViolationKind::PrivilegeEscalation, IAM_ESCALATION),
    (ViolationKind::PassRole, IAM_PASS_ROLE),
    (ViolationKind::KmsDecrypt, IAM_KMS_DECRYPT),
    (ViolationKind::Exposure, IAM_EXPOSURE),
    (ViolationKind::ConfusedService, IAM_CONFUSED_SERVICE),
    (ViolationKind::ServiceWildcard, IAM_SERVICE_WILDCARD),
    (ViolationKind::NotElement, IAM_NOT_ELEMENT),
    (ViolationKind::GuardTampering, IAM_GUARD_TAMPERING),
];

/// What it is not given.
pub(super) const NOT_ITS_OWN: Judged = &[
    (ViolationKind::Admin, IAM_ADMIN),
    (ViolationKind::LogTampering, IAM_LOG_TAMPERING),
    (ViolationKind::ObjectTampering, IAM_STANDARD_OBJECT),
    (ViolationKind::ProtectedData, IAM_PROTECTED_DATA),
];

/// The administrator's policy of AWS.
const ADMINISTRATOR: Attached = Attached::These(&["AdministratorAccess"]);
