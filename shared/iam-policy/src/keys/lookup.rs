//! Looking a key up.

use super::key::Key;
use super::table::{FAMILIES, KEYS};

/// What is known of a key, in lower case; `None`: it is not in the table, and requests may carry it or not.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    let exact = KEYS.binary_search_by(|key| key.name.cmp(name)).ok().and_then(|at| KEYS.get(at));
    exact.or_else(|| FAMILIES.iter().find(|family| name.starts_with(family.name)))
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

    #[test]
    fn a_name_is_found_before_its_family() {
        let found = |name: &str| find(name).map(|key| key.name);
        assert_eq!(found("aws:requesttag/eks-cluster-arn"), Some("aws:requesttag/eks-cluster-arn"));
        assert_eq!(found("aws:requesttag/team"), Some("aws:requesttag/"));
        assert_eq!(found("aws:sourcearn"), Some("aws:sourcearn"));
        assert_eq!(found("aws:sourcearns"), None);
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
}
