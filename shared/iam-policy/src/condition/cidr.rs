//! Address ranges.

use std::net::IpAddr;

/// A range of addresses, as in `203.0.113.0/24`; a single address is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cidr {
    pub(super) address: IpAddr,
    pub(super) prefix: u32,
}

impl Cidr {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        (prefix <= bits).then_some(Self { address, prefix })
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differing = u32::from(own) ^ u32::from(other);
                self.prefix == 0 || differing.checked_shr(32 - self.prefix) == Some(0)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differing = u128::from(own) ^ u128::from(other);
                self.prefix == 0 || differing.checked_shr(128 - self.prefix) == Some(0)
            }
            _ => false,
        }
    }

    pub(super) fn is_v4(&self) -> bool {
        self.address.is_ipv4()
    }

    /// The part of all addresses of its family that lie in it.
    pub(super) fn share(&self) -> f64 {
        0.5_f64.powi(i32::try_from(self.prefix).unwrap_or(i32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(range: &str, address: &str, expected: bool) {
        let range = Cidr::parse(range).expect("a range");
        assert_eq!(range.contains(address.parse().expect("an address")), expected, "{range:?} {address}");
    }

    #[test]
    fn containing() {
        check("0.0.0.0/0", "255.1.2.3", true);
        check("128.0.0.0/1", "127.0.0.1", false);
        check("203.0.113.0/24", "203.0.113.77", true);
        check("203.0.113.0/24", "203.0.114.77", false);
        check("203.0.113.7", "203.0.113.7", true);
        check("2001:db8::/32", "2001:db8:1::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
        check("::/0", "1.2.3.4", false);
    }

    #[test]
    fn refusing() {
        for text in ["", "1.2.3.4/33", "1.2.3", "::/129", "1.2.3.4/x", "*"] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
    }
}
