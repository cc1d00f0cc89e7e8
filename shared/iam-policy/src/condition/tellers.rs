//! Numbers, points in time and addresses that tell tests apart: between two neighbouring bounds all values are alike, so
//! one of each interval is enough to try.

use super::cidr::Cidr;
use super::date;
use crate::operator::Base;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One value of each interval between the bounds that the values of these tests set, the bounds themselves included.
/// Integers come first: most numeric keys carry no others.
pub(crate) fn tellers<'a>(tests: impl Iterator<Item = (Base, &'a str)>) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut times = BTreeSet::new();
    let mut addresses = BTreeSet::new();
    for (base, value) in tests {
        match base {
            Base::Numeric(_) => numbers.extend(value.parse::<f64>().ok().filter(|n| n.is_finite())),
            Base::Date(_) => times.extend(date::seconds(value)),
            Base::IpAddress => addresses.extend(Cidr::parse(value).into_iter().flat_map(edges)),
            _ => {}
        }
    }
    let mut found = numbers_between(numbers);
    found.extend(times.iter().flat_map(|t| [*t, t.saturating_sub(1), t.saturating_add(1)]).filter_map(date::text));
    found.extend(addresses.into_iter().map(|a| a.to_string()));
    found
}

fn numbers_between(mut bounds: Vec<f64>) -> Vec<String> {
    bounds.sort_by(f64::total_cmp);
    let midpoints = bounds.windows(2).filter_map(|pair| match pair {
        [a, b] => Some(a.midpoint(*b)),
        _ => None,
    });
    let ends = bounds.first().map(|n| n - 1.0).into_iter().chain(bounds.last().map(|n| n + 1.0));
    let mut all: Vec<f64> = bounds.iter().copied().chain(ends).chain(midpoints).collect();
    all.sort_by(|a, b| (a.fract() != 0.0).cmp(&(b.fract() != 0.0)).then(a.total_cmp(b)));
    all.into_iter().map(|n| n.to_string()).collect()
}

/// The first address of the range, and those just outside of it.
fn edges(range: Cidr) -> Vec<IpAddr> {
    match range.address {
        IpAddr::V4(address) => {
            let rest = u32::MAX.checked_shr(range.prefix).unwrap_or(0);
            let (first, last) = (u32::from(address) & !rest, u32::from(address) | rest);
            [Some(first), first.checked_sub(1), last.checked_add(1)]
                .into_iter()
                .flatten()
                .map(|a| IpAddr::V4(Ipv4Addr::from(a)))
                .collect()
        }
        IpAddr::V6(address) => {
            let rest = u128::MAX.checked_shr(range.prefix).unwrap_or(0);
            let (first, last) = (u128::from(address) & !rest, u128::from(address) | rest);
            [Some(first), first.checked_sub(1), last.checked_add(1)]
                .into_iter()
                .flatten()
                .map(|a| IpAddr::V6(Ipv6Addr::from(a)))
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::Order;

    fn check(base: Base, values: &[&str], expected: &[&str]) {
        assert_eq!(tellers(values.iter().map(|v| (base, *v))), expected, "{base:?} {values:?}");
    }

    #[test]
    fn telling_apart() {
        check(Base::Numeric(Order::Less), &["10", "20"], &["9", "10", "15", "20", "21"]);
        check(Base::Numeric(Order::Less), &["1", "2"], &["0", "1", "2", "3", "1.5"]);
        check(Base::Numeric(Order::Less), &["x"], &[]);
        check(
            Base::Date(Order::Less),
            &["2020-01-01T00:00:00Z"],
            &["2020-01-01T00:00:00Z", "2019-12-31T23:59:59Z", "2020-01-01T00:00:01Z"],
        );
        check(Base::IpAddress, &["203.0.113.0/24"], &["203.0.112.255", "203.0.113.0", "203.0.114.0"]);
        check(Base::IpAddress, &["0.0.0.0/0"], &["0.0.0.0"]);
        check(Base::IpAddress, &["::/1"], &["::", "8000::"]);
        check(Base::StringLike, &["1"], &[]);
    }
}
