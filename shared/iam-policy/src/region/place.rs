//! Looking regions up.

use super::table::{GLOBAL, NAMED_WITHOUT_REGION, PARTITIONS};
use crate::glob::Glob;

/// A region of a partition that is not known here.
const EXAMPLE_REGION: &str = "example-region-1";

/// The regions of a partition, the one to show first. Of a partition that is not known: one that is made up.
pub(crate) fn regions(partition: &str) -> &'static [&'static str] {
    let known = PARTITIONS.iter().find(|(name, _)| *name == partition);
    known.map_or(&[EXAMPLE_REGION], |(_, regions)| *regions)
}

/// The partitions of which a pattern matches some region.
pub(crate) fn partitions_with(regions: &Glob) -> impl Iterator<Item = &'static str> {
    let has = |names: &[&str]| names.iter().any(|region| regions.matches(region));
    PARTITIONS.iter().filter(move |(_, names)| has(names)).map(|(partition, _)| *partition)
}

/// The region that requests to a global service (in lower case) carry, wherever they come from; `None`: the service has many, or is not
/// known to be global in that partition.
pub(crate) fn of_global(service: &str, partition: &str) -> Option<&'static str> {
    let found = GLOBAL.iter().find(|(of, services, _)| *of == partition && services.contains(&service));
    found.map(|(_, _, region)| *region)
}

/// Whether ARNs of a service (in lower case) have a region.
pub(crate) fn is_in_names(service: &str, partition: &str) -> bool {
    !NAMED_WITHOUT_REGION.contains(&service) && of_global(service, partition).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn where_requests_go() {
        for (service, partition, region) in [
            ("iam", "aws", Some("us-east-1")),
            ("iam", "aws-cn", Some("cn-north-1")),
            ("iam", "aws-us-gov", Some("us-gov-west-1")),
            ("iam", "aws-eusc", Some("eusc-de-east-1")),
            ("networkmanager", "aws", Some("us-west-2")),
            ("organizations", "aws-cn", Some("cn-northwest-1")),
            ("globalaccelerator", "aws", Some("us-west-2")),
            ("route53-recovery-control-config", "aws", Some("us-west-2")),
            ("bcm-data-exports", "aws", Some("us-east-1")),
            ("support", "aws-us-gov", Some("us-gov-west-1")),
            ("networkmanager", "aws-us-gov", Some("us-gov-west-1")),
            // Each has endpoints in several regions.
            ("chatbot", "aws", None),
            ("trustedadvisor", "aws", None),
            ("ecr-public", "aws", None),
            ("sts", "aws", None),
            ("s3", "aws", None),
            ("iam", "aws-new", None),
        ] {
            assert_eq!(of_global(service, partition), region, "{service} in {partition}");
        }
    }

    #[test]
    fn names_with_a_region() {
        for (service, partition, expected) in [
            ("lambda", "aws", true),
            ("s3", "aws-cn", false),
            ("iam", "aws-us-gov", false),
            ("cloudfront", "aws", false),
        ] {
            assert_eq!(is_in_names(service, partition), expected, "{service} in {partition}");
        }
    }

    #[test]
    fn a_partition_has_regions() {
        assert_eq!(regions("aws").first(), Some(&"us-east-1"));
        assert_eq!(regions("aws-eusc"), ["eusc-de-east-1"]);
        assert_eq!(regions("aws-new"), [EXAMPLE_REGION]);
    }

    #[test]
    fn global_services_are_in_the_catalogue_and_their_regions_in_their_partition() {
        for (partition, services, region) in GLOBAL {
            assert!(regions(partition).contains(&region), "{region}");
            for service in services {
                assert!(!catalogue::actions_of(service).is_empty(), "{service}");
            }
        }
    }
}
