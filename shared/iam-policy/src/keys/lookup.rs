//! Looking a key up.

use super::data::{OF_OTHERS, OF_SOME, SETS};
use super::key::{Assumed, Key};
use super::table::{FAMILIES, KEYS};
use crate::catalogue;

/// What is known of a key, in lower case; `None`: it is not in the table, and requests may carry it or not.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    let exact = KEYS.binary_search_by(|key| key.name.cmp(name)).ok().and_then(|at| KEYS.get(at));
    let is_in = |family: &&Key| match family.name.starts_with([':', '-']) {
        true => name.contains(family.name),
        false => name.starts_with(family.name),
    };
    exact.or_else(|| FAMILIES.iter().find(is_in))
}

/// What a holder can have of a key in a request for an action, both in lower case.
pub(crate) fn assumed(name: &str, action: &str) -> Assumed {
    let key = find(name);
    if !key.is_some_and(|key| key.is_everywhere) && !can_be_carried(name, action) {
        return Assumed::Nothing;
    }
    let rule = key.and_then(|key| key.holder.iter().find(|rule| rule.of.has(action)));
    rule.map_or(Assumed::Anything, |rule| rule.is)
}

/// Whether a request for an action can carry a key, both in lower case: a service keeps its keys to itself, and some of them to some of
/// its actions. "Condition keys supported by [..] a service" are those of the tables of the Service Authorization Reference.
fn can_be_carried(name: &str, action: &str) -> bool {
    let (Some((service, _)), Some((of_action, _))) = (name.split_once(':'), action.split_once(':')) else {
        return true;
    };
    if service == of_action {
        let some = OF_SOME.binary_search_by(|(key, _)| (*key).cmp(name)).ok().and_then(|at| OF_SOME.get(at));
        return some.is_none_or(|(_, start)| is_in_set(action, usize::from(*start)));
    }
    let is_of_others = |(key, services): &(&str, &str)| {
        let is_named = if key.ends_with('/') { name.starts_with(key) } else { name == *key };
        is_named && services.split(' ').any(|one| one == of_action)
    };
    service == "aws" || catalogue::actions_of(service).is_empty() || OF_OTHERS.iter().any(is_of_others)
}

/// Whether an action is in the set that begins there.
fn is_in_set(action: &str, start: usize) -> bool {
    let set = SETS.get(start..).and_then(|from| {
        let (length, rest) = from.split_first()?;
        rest.get(..usize::from(*length))
    });
    let number = catalogue::find(action).map(catalogue::ActionId::index);
    set.is_some_and(|set| set.iter().any(|one| Some(usize::from(*one)) == number))
}

#[cfg(test)]
mod tests {
    use super::super::key::SetBy;
    use super::*;

    #[test]
    fn names_are_sorted_for_the_search_and_in_lower_case() {
        assert!(KEYS.windows(2).all(|pair| pair[0].name < pair[1].name));
        for key in KEYS.iter().chain(FAMILIES) {
            assert_eq!(key.name, key.name.to_ascii_lowercase());
            assert!(!key.source.is_empty(), "{}", key.name);
        }
    }

    /// The numbers are those of the catalogue that was generated with them.
    #[test]
    fn each_set_is_of_actions_of_its_service() {
        let services: Vec<&str> = catalogue::all().into_iter().map(|id| id.name().0).collect();
        assert!(OF_SOME.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (key, start) in OF_SOME {
            let start = usize::from(*start);
            let set = &SETS[start + 1..=start + usize::from(SETS[start])];
            let is_of_service = |number: &u16| key.split(':').next() == Some(services[usize::from(*number)]);
            assert!(!set.is_empty() && set.iter().all(is_of_service), "{key}");
        }
    }

    #[test]
    fn a_name_is_found_before_its_family() {
        let found = |name: &str| find(name).map(|key| key.name);
        assert_eq!(found("aws:requesttag/eks-cluster-arn"), Some("aws:requesttag/eks-cluster-arn"));
        assert_eq!(found("aws:requesttag/team"), Some("aws:requesttag/"));
        assert_eq!(found("aws:sourcearn"), Some("aws:sourcearn"));
        assert_eq!(found("aws:sourcearns"), None);
        assert_eq!(found("iam:resourcetag/team"), Some(":resourcetag/"));
    }

    /// The headings of the IAM User Guide, AWS global condition context keys.
    #[test]
    fn every_global_key_is_there() {
        for name in [
            "aws:AssumedRoot",
            "aws:CalledVia",
            "aws:CalledViaFirst",
            "aws:CalledViaLast",
            "aws:ChatbotSourceArn",
            "aws:CurrentTime",
            "aws:Ec2InstanceSourcePrivateIPv4",
            "aws:Ec2InstanceSourceVpc",
            "aws:EpochTime",
            "aws:FederatedProvider",
            "aws:MultiFactorAuthAge",
            "aws:MultiFactorAuthPresent",
            "aws:PrincipalAccount",
            "aws:PrincipalArn",
            "aws:PrincipalIsAWSService",
            "aws:PrincipalOrgID",
            "aws:PrincipalOrgPaths",
            "aws:PrincipalServiceName",
            "aws:PrincipalServiceNamesList",
            "aws:PrincipalTag/tag-key",
            "aws:PrincipalType",
            "aws:RequestTag/tag-key",
            "aws:RequestedRegion",
            "aws:ResourceAccount",
            "aws:ResourceOrgID",
            "aws:ResourceOrgPaths",
            "aws:ResourceTag/tag-key",
            "aws:SecureTransport",
            "aws:SourceAccount",
            "aws:SourceArn",
            "aws:SourceIdentity",
            "aws:SourceIp",
            "aws:SourceOrgID",
            "aws:SourceOrgPaths",
            "aws:SourceVpc",
            "aws:SourceVpcArn",
            "aws:SourceVpce",
            "aws:TagKeys",
            "aws:TokenIssueTime",
            "aws:UserAgent",
            "aws:ViaAWSService",
            "aws:VpcSourceIp",
            "aws:VpceAccount",
            "aws:VpceOrgID",
            "aws:VpceOrgPaths",
            "aws:referer",
            "aws:userid",
            "aws:username",
        ] {
            assert!(find(&name.to_ascii_lowercase()).is_some(), "{name}");
        }
    }

    /// What the sender of a request writes into it proves nothing, but where one service or provider writes it.
    #[test]
    fn what_a_caller_sets_proves_nothing() {
        let by_caller = KEYS.iter().chain(FAMILIES).filter(|key| key.set_by == SetBy::Caller && key.proof.is_some());
        assert_eq!(
            by_caller.map(|key| key.name).collect::<Vec<_>>(),
            ["aws:referer", "aws:requesttag/eks-cluster-arn", "sts:rolesessionname", "kms:encryptioncontext:",]
        );
    }

    #[test]
    fn what_a_holder_can_have() {
        let check = |action: &str, key: &str, expected: Assumed| {
            assert_eq!(assumed(key, action), expected, "{key} of {action}");
        };
        check("iam:putrolepolicy", "iam:resourcetag/team", Assumed::Unnamed);
        check("s3:getobject", "s3:existingobjecttag/team", Assumed::Unnamed);
        check("ec2:modifylaunchtemplate", "ec2:managedresourceoperator", Assumed::Nothing);
        check("s3:getobject", "iam:passedtoservice", Assumed::Nothing);
        check("iam:passrole", "iam:passedtoservice", Assumed::NeededService);
        check("iam:putrolepolicy", "iam:passedtoservice", Assumed::Nothing);
        check("iam:putrolepolicy", "iam:permissionsboundary", Assumed::Unconfining);
        check("iam:deleterolepermissionsboundary", "iam:permissionsboundary", Assumed::Anything);
        check("kms:creategrant", "kms:grantisforawsresource", Assumed::False);
        check("iam:attachrolepolicy", "iam:policyarn", Assumed::UnconfiningPolicy);
        check("iam:putrolepolicy", "iam:policyarn", Assumed::Nothing);
        check("kms:decrypt", "kms:viaservice", Assumed::Nothing);
        let of_contexts = |found| matches!(found, Assumed::UnnamedOf(forms) if forms.contains(&"{unnamed}"));
        assert!(of_contexts(assumed("kms:encryptioncontext:app", "kms:decrypt")));
        check("kms:decrypt", "kms:resourcealiases", Assumed::UnnamedOf(&["alias/{unnamed}"]));
        check("kms:creategrant", "kms:grantoperations", Assumed::Decrypting);
        check("kms:creategrant", "kms:granteeprincipal", Assumed::Holder);
        check("ec2:createtags", "ec2:createaction", Assumed::Nothing);
        check("iam:createuser", "aws:tagkeys", Assumed::Anything);
        check("iam:createaccesskey", "aws:tagkeys", Assumed::Nothing);
        check("kms:creategrant", "aws:tagkeys", Assumed::Nothing);
        check("ec2:runinstances", "aws:tagkeys", Assumed::Anything);
        check("s3:getobject", "aws:currenttime", Assumed::Now);
        check("s3:getobject", "ec2:region", Assumed::Nothing);
        check("iam:putrolepolicy", "sts:externalid", Assumed::Nothing);
        check("iam:putrolepolicy", "ecs:cluster", Assumed::Nothing);
        check("iam:putrolepolicy", "ec2:resourcetag/team", Assumed::Nothing);
        check("sts:assumerole", "iam:resourcetag/team", Assumed::Unnamed);
        check("s3:getobject", "s3:prefix", Assumed::Nothing);
        check("s3:listbucket", "s3:prefix", Assumed::Anything);
        check("s3:getobject", "s3:authtype", Assumed::Anything);
        check("s3:getobject", "accounts.google.com:sub", Assumed::Anything);
        assert!(of_contexts(assumed("s3:x-amz-grant-read", "s3:putobjectacl")));
        check("s3:getobject", "s3:buckettag/team", Assumed::Unnamed);
        check("rds:modifydbsnapshotattribute", "rds:snapshot-tag/team", Assumed::Unnamed);
        check("lambda:addpermission", "lambda:principal", Assumed::Stranger);
        check("lambda:invokefunction", "lambda:principal", Assumed::Nothing);
        check("kms:decrypt", "aws:calledvia", Assumed::Nothing);
        check("iam:putrolepolicy", "aws:calledvia", Assumed::Anything);
        check("ecs:runtask", "ecs:cluster", Assumed::Anything);
        check("s3:getobject", "ec2:sourceinstancearn", Assumed::Anything);
        check("s3:getobject", "aws:sourceip", Assumed::Anything);
    }
}
