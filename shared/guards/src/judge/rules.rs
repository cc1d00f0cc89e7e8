//! By which rules the analysis judges policies, as the standard says.

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::{Document, Known, KnownSubject, Rules, Sealed, TrustZone, ViolationKind};

use crate::foundation::documents;
use crate::iam::preset;
use crate::{Arns, IamEntity, Resource, Subject, TrustRules, TrustedSubject, on};
use parapet_core::{Arn, Home};

/// Who belongs to the account, as the standard says.
pub(crate) fn zone(subject: &Subject<'_>) -> TrustZone {
    let (trust, home, own) = (&subject.standard.trust, subject.home, subject.account);
    let holder: BTreeSet<String> = held(subject.resource).into_iter().map(|path| path.arn(home)).collect();
    let gains = !is_strong_already(subject, &holder);
    let stronger = own.filter(|_| gains);
    let (of_presets, strong_families) = if gains { preset::strong_roles(subject) } else { Default::default() };
    TrustZone {
        account: home.account.clone(),
        partition: home.partition.clone(),
        accounts: trust.accounts.iter().chain(own.iter().flat_map(|own| &own.members)).cloned().collect(),
        organizations: trust
            .organizations
            .iter()
            .map(String::as_str)
            .chain(own.and_then(|own| own.organization.as_deref()))
            .map(str::to_owned)
            .collect(),
        known: Some(known(trust)),
        strong: subject
            .standard
            .strong(home)
            .into_iter()
            .chain(stronger.iter().flat_map(|own| own.strong.clone()))
            .chain(of_presets)
            .collect(),
        strong_families,
        carried: carried(subject),
        refuses_deliveries: !subject.takes_deliveries(),
        open: stronger.map(|own| own.open.clone()).unwrap_or_default(),
        holder,
        ..TrustZone::default()
    }
}

/// Whether all who hold what is judged are known to have more than others: whoever has gains nothing by another who has. Policies are nobody.
fn is_strong_already(subject: &Subject<'_>, holders: &BTreeSet<String>) -> bool {
    let is_somebody = |arn: &&String| Arn::parse(arn).is_some_and(|arn| !arn.resource.starts_with("policy/"));
    let mut somebody = holders.iter().filter(is_somebody).peekable();
    let Some(own) = subject.account.filter(|_| somebody.peek().is_some()) else { return false };
    somebody.all(|arn| own.strong.contains(arn))
}

/// Whether the standard leaves the deploy roles of presets to whoever holds what is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deploying {
    /// He deploys with them.
    Meant,
    /// Nobody said so: they are as any role that has more.
    NotMeant,
}

impl Deploying {
    pub(crate) fn of(subject: &Subject<'_>) -> Self {
        let is_meant = match subject.resource {
            Resource::InlinePolicy(on::InlinePolicy { entity, .. })
            | Resource::Attachment(on::Attachment { entity, .. })
            | Resource::Principal(on::Principal { entity }) => subject.standard.is_deployer(entity),
            Resource::Membership(on::Membership { user, .. }) => {
                subject.standard.is_deployer(&IamEntity::User(user.clone()))
            }
            _ => false,
        };
        if is_meant { Self::Meant } else { Self::NotMeant }
    }
}

/// The zone with what it has to say of the deploy roles of presets that these documents name. For a deployer they are no way to more. For anybody else
/// any of them may be there, since the standard says that the tool is: who makes one by such a name, and has himself let in, gets what it has.
pub(crate) fn about_deploy_roles(
    zone: &mut TrustZone,
    subject: &Subject<'_>,
    deploying: Deploying,
    documents: &[&Document],
) {
    if deploying == Deploying::Meant {
        zone.open.retain(|arn| !preset::is_deploy_role(subject, arn));
        return;
    }
    if is_strong_already(subject, &zone.holder) {
        return;
    }
    zone.open_families.extend(preset::deploy_roles_in(subject, documents));
    zone.open_tags = preset::tags_of_deploy_roles(subject, &zone.open);
}

/// What every request carries that a policy is asked about. Amazon S3 User Guide, "Configuring IAM policies for using access points": an access
/// point's own policy is asked of requests through it alone. In a bucket's policy the same keys leave it to the access points' policies, each of
/// which is judged so.
fn carried(subject: &Subject<'_>) -> BTreeMap<String, Vec<String>> {
    let home = subject.home;
    let arn = subject.resource.arn(home);
    let is_access_point = match subject.resource {
        Resource::AccessPoint(_) => true,
        // Such as a Multi-Region one, and one of a directory bucket.
        Resource::RecordedPolicy(_) => Arn::parse(&arn).is_some_and(|arn| arn.resource.starts_with("accesspoint/")),
        _ => false,
    };
    if !is_access_point {
        return BTreeMap::new();
    }
    let each = ["s3", "s3express"].into_iter().flat_map(|service| {
        [
            (format!("{service}:dataaccesspointarn"), vec![arn.clone()]),
            (format!("{service}:dataaccesspointaccount"), vec![home.account.clone()]),
        ]
    });
    each.collect()
}

/// A policy, or who holds it.
enum Held<'a> {
    Policy(&'a str),
    By(&'a IamEntity),
    ByUser(&'a str),
}

impl Held<'_> {
    fn arn(&self, home: &Home) -> String {
        match self {
            Self::Policy(arn) => (*arn).to_owned(),
            Self::By(entity) => home.iam_arn(&entity.to_string()),
            Self::ByUser(name) => home.iam_arn(&format!("user/{name}")),
        }
    }
}

/// The policy that is judged, and who holds it.
fn held(resource: &Resource) -> Vec<Held<'_>> {
    match resource {
        Resource::InlinePolicy(on::InlinePolicy { entity, .. }) => vec![Held::By(entity)],
        Resource::ManagedPolicy(on::ManagedPolicy { arn }) => vec![Held::Policy(arn)],
        Resource::Attachment(on::Attachment { entity, policy_arn }) => vec![Held::By(entity), Held::Policy(policy_arn)],
        // A group's policy may name one of its members.
        Resource::Membership(on::Membership { user, .. }) => vec![Held::ByUser(user)],
        Resource::Principal(on::Principal { entity }) => vec![Held::By(entity)],
        _ => Vec::new(),
    }
}

/// What besides accounts and organizations the standard says is the account's own. That something exists in the account proves nothing.
fn known(trust: &TrustRules) -> Known {
    let subject = |subject: &TrustedSubject| KnownSubject {
        provider: subject.provider.clone(),
        claim: subject.claim.clone(),
        pattern: subject.pattern.clone(),
    };
    let (ids, networks) = trust.networks.iter().cloned().partition::<Vec<_>, _>(|name| name.starts_with("vpc"));
    Known {
        networks: networks.into_iter().collect(),
        ids: ids.into_iter().chain(trust.identities.iter().cloned()).collect(),
        providers: trust.providers.iter().cloned().collect(),
        subjects: trust.subjects.iter().map(subject).collect(),
    }
}

/// Rules of these kinds, as the standard says: who belongs to the account, what of the pipeline's data, and of its trail, may be
/// reached, and who may change the standard.
pub(crate) fn rules(subject: &Subject<'_>, kinds: impl IntoIterator<Item = ViolationKind>) -> Rules {
    let (standard, home) = (subject.standard, subject.home);
    let mut rules = Rules::of(zone(subject), kinds);
    let about_protected = [ViolationKind::ProtectedData, ViolationKind::LogTampering, ViolationKind::Exposure];
    if about_protected.iter().any(|kind| rules.kinds.contains(kind)) {
        let bucket = home.bucket_arn(&standard.names.ml_data_bucket);
        let trail = Resource::Trail(on::Trail { name: standard.trail_name().to_owned() });
        let built_in = [format!("{bucket}/*"), bucket, trail.arn(home)];
        rules.protected = built_in.into_iter().chain(standard.access.protected.clone()).collect();
        rules.envelope =
            [documents::service_access(subject)].into_iter().chain(standard.access.envelope.clone()).collect();
    }
    if rules.kinds.contains(&ViolationKind::ObjectTampering) {
        rules.sealed = Sealed { resources: standard.own_object(home), keepers: standard.keepers(home) };
    }
    // A policy that leaves out what guards is no exception that somebody forgot to end.
    if [ViolationKind::GuardTampering, ViolationKind::NotElement].iter().any(|kind| rules.kinds.contains(kind)) {
        rules.guards = standard.parts(home);
        rules.guard_tags = standard.part_tags(home);
    }
    rules
}
