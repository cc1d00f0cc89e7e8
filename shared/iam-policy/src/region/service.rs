//! Names of services as principals: some partitions have domains of their own for some of them.

use super::table::DOMAINS;
use std::borrow::Cow;

/// What names of services end in, wherever they have no other name.
const PLAIN: &str = ".amazonaws.com";

/// The names that a service has in a partition, by its plain one.
pub(crate) fn service_names(plain: &str, partition: &str) -> impl Iterator<Item = String> {
    let domain = DOMAINS.iter().find(|(of, _)| *of == partition).map(|(_, domain)| *domain);
    let own = domain.and_then(|domain| Some(format!("{}.{domain}", plain.strip_suffix(PLAIN)?)));
    [plain.to_owned()].into_iter().chain(own)
}

/// The name that a service has where it has no other one.
pub(crate) fn plain_service(name: &str) -> Cow<'_, str> {
    let own = DOMAINS.iter().find_map(|(_, domain)| name.strip_suffix(domain)?.strip_suffix('.'));
    own.map_or(Cow::Borrowed(name), |own| Cow::Owned(format!("{own}{PLAIN}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (partition, expected) in [
            ("aws", &["ec2.amazonaws.com"][..]),
            ("aws-us-gov", &["ec2.amazonaws.com"]),
            ("aws-cn", &["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]),
            ("aws-iso", &["ec2.amazonaws.com", "ec2.c2s.ic.gov"]),
            ("aws-new", &["ec2.amazonaws.com"]),
        ] {
            let names: Vec<String> = service_names("ec2.amazonaws.com", partition).collect();
            assert_eq!(names, expected, "{partition}");
            assert!(names.iter().all(|name| plain_service(name) == "ec2.amazonaws.com"), "{partition}");
        }
        assert_eq!(plain_service("logs.cn-north-1.amazonaws.com.cn"), "logs.cn-north-1.amazonaws.com");
        assert_eq!(plain_service("accounts.google.com"), "accounts.google.com");
    }
}
