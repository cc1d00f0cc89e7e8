//! What of a resource may be meant although the standard does not name it.

use std::collections::BTreeSet;

use parapet_core::{Arn, Home};
use parapet_guards::{
    Finding, Grantee, IamEntity, OwnAccount, Policies, Resource, State, Subject, is_administrator, may_deploy, on,
    preset_named,
};

use super::proposal::{List, Met, scalar};

/// What was met in a state of which this was found.
pub(super) fn met(subject: &Subject<'_>, account: &OwnAccount, state: &State, findings: &[Finding]) -> Vec<Met> {
    let subject = &Subject { account: Some(account), ..*subject };
    let place = subject.resource.to_string();
    let trusted = findings.iter().flat_map(|finding| trusted(finding, &place));
    trusted.chain(of_state(subject, state, findings, &place)).collect()
}

/// Whom the finding's own line would trust.
fn trusted(finding: &Finding, place: &str) -> Vec<Met> {
    let reason = |list| match list {
        List::Providers | List::Subjects => format!("may become {place}"),
        List::NotifyTo => format!("is told of changes to objects of {place}"),
        _ => format!("let in by {place}"),
    };
    let meant = finding.meant().into_iter();
    let meant = meant.filter_map(|meant| Some((List::of(&meant.section, &meant.list)?, meant.entry)));
    meant.map(|(list, entry)| Met { list, entry, reason: reason(list) }).collect()
}

fn of_state(subject: &Subject<'_>, state: &State, findings: &[Finding], place: &str) -> Vec<Met> {
    let is_wrong = !findings.is_empty();
    match state {
        State::PrincipalPolicies(held) => {
            administrator(subject, state, held).or_else(|| deployer(subject, state, held)).into_iter().collect()
        }
        State::IdentityProvider(Some(_)) => provider(subject).into_iter().collect(),
        State::BucketReplication(Some(replication)) if is_wrong => {
            let elsewhere = replication.rules.iter().filter(|rule| rule.enabled && !rule.destination.is_own);
            let name = |arn: &str| Arn::parse(arn).map_or(arn, |arn| arn.resource).to_owned();
            let names: BTreeSet<String> = elsewhere.map(|rule| name(&rule.destination.bucket)).collect();
            let reason = format!("objects of {place} are replicated there");
            let met = |name: &String| Met { list: List::ReplicateTo, entry: scalar(name), reason: reason.clone() };
            names.iter().map(met).collect()
        }
        State::BucketAcl(acl) if is_wrong => {
            let others = acl.grants.iter().filter_map(|grant| match &grant.grantee {
                Grantee::Account(id) if *id != acl.owner => Some((id, &grant.permission)),
                _ => None,
            });
            let reason = |permission: &str| format!("has {permission} by the access control list of {place}");
            others
                .map(|(id, permission)| Met { list: List::Identities, entry: scalar(id), reason: reason(permission) })
                .collect()
        }
        State::KeyGrants(grants) if is_wrong => {
            let strangers = grants.iter().map(|grant| Arn::account_in(&grant.grantee));
            let strangers: BTreeSet<&str> = strangers.filter(|account| is_other(account, subject.home)).collect();
            let reason = format!("has a grant on {place}");
            let met =
                |account: &str| Met { list: List::Accounts, entry: format!("'{account}'"), reason: reason.clone() };
            strangers.into_iter().map(met).collect()
        }
        _ => Vec::new(),
    }
}

/// Whoever can give himself everything, by his exact name. Of a role that IAM Identity Center made, all of its permission set: the account's
/// others get new names each time.
fn administrator(subject: &Subject<'_>, state: &State, held: &Policies) -> Option<Met> {
    let Resource::Principal(on::Principal { entity }) = subject.resource else { return None };
    // Whoever is strong was found out already; most are not.
    let is_strong = subject.account.is_some_and(|account| account.strong.contains(&subject.resource.arn(subject.home)));
    if !is_strong || subject.is_foundation() {
        return None;
    }
    let name = entity.to_string();
    // What a tool makes is known by more than its name, and needs none in the standard.
    if let Some(preset) = preset_named(subject, entity) {
        let reason =
            format!("`{name}` is called as that tool's roles are; it is spared only if it is made as they are");
        let is_on = subject.standard.presets.contains(&preset);
        return (!is_on).then(|| Met { list: List::Presets, entry: preset.name().to_owned(), reason });
    }
    if !is_administrator(subject, state) {
        return None;
    }
    let set = permission_set(entity, held.arn.as_deref());
    let reason = match &set {
        Some(_) => format!("can give anyone any permission: `{name}`, which IAM Identity Center made"),
        None => format!("can give anyone any permission: `{name}`"),
    };
    Some(Met { list: List::Administrators, entry: scalar(&set.unwrap_or(name)), reason })
}

/// Whoever may become CDK's deploy role, and has no other way to more. A group is none: who joins it would deploy.
fn deployer(subject: &Subject<'_>, state: &State, held: &Policies) -> Option<Met> {
    let Resource::Principal(on::Principal { entity }) = subject.resource else { return None };
    let standard = subject.standard;
    let is_known =
        standard.is_named_strong(entity) || standard.is_own(entity) || preset_named(subject, entity).is_some();
    if is_known || matches!(entity, IamEntity::Group(_)) || !may_deploy(subject, state) {
        return None;
    }
    let name = entity.to_string();
    let reason = format!("may become CDK's deploy role, and so deploy whatever it likes: `{name}`");
    let entry = permission_set(entity, held.arn.as_deref()).unwrap_or(name);
    Some(Met { list: List::Deployers, entry: scalar(&entry), reason })
}

/// The name for all roles of a permission set. AWS managed policy AWSSSOServiceRolePolicy: IAM Identity Center makes its roles below
/// `role/aws-reserved/sso.amazonaws.com/`; one that lies elsewhere is named exactly.
fn permission_set(entity: &IamEntity, arn: Option<&str>) -> Option<String> {
    const DIGITS: usize = 16;
    let IamEntity::Role(name) = entity else { return None };
    let is_of_aws =
        arn.and_then(Arn::parse).is_some_and(|arn| arn.resource.starts_with("role/aws-reserved/sso.amazonaws.com/"));
    let (set, digits) = name.strip_prefix("AWSReservedSSO_").filter(|_| is_of_aws)?.rsplit_once('_')?;
    let is_made = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_made && !set.is_empty()).then(|| format!("role/AWSReservedSSO_{set}_*"))
}

/// A provider that the standard does not name.
fn provider(subject: &Subject<'_>) -> Option<Met> {
    let Resource::IdentityProvider(on::IdentityProvider { arn }) = subject.resource else { return None };
    let name = Arn::parse(arn).filter(|_| !subject.standard.trusts_provider(arn))?.resource;
    let reason = "is there, and vouches for those who may become roles".to_owned();
    Some(Met { list: List::Providers, entry: scalar(name), reason })
}

fn is_other(account: &str, home: &Home) -> bool {
    account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) && account != home.account
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_aws_makes_roles_of_a_permission_set() {
        let of_aws = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_0123456789abcdef";
        let set = |name: &str, arn: Option<&str>| permission_set(&IamEntity::Role(name.to_owned()), arn);
        let name = "AWSReservedSSO_Ops_0123456789abcdef";
        assert_eq!(set(name, Some(of_aws)).as_deref(), Some("role/AWSReservedSSO_Ops_*"));
        // Whoever makes a role can give it such a name.
        let forged =
            "arn:aws:iam::111122223333:role/x/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef";
        for (name, arn) in [
            (name, None),
            (name, Some(forged)),
            ("AWSReservedSSO_Ops_0123456789abcdeg", Some(of_aws)),
            ("AWSReservedSSO__0123456789abcdef", Some(of_aws)),
            ("AWSReservedSSO_0123456789abcdef", Some(of_aws)),
            ("admin", Some(of_aws)),
        ] {
            assert_eq!(set(name, arn), None, "{name} {arn:?}");
        }
        assert_eq!(permission_set(&IamEntity::User(name.to_owned()), Some(of_aws)), None);
    }
}
