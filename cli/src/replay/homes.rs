//! The standard, as it is where a record was made.

use std::collections::HashMap;
use std::rc::Rc;

use parapet_core::Home;
use parapet_guards::{Standard, StandardError};

/// An account and region with its standard.
#[derive(Debug)]
pub struct Place {
    /// The account and region.
    pub home: Home,
    /// The standard, with the names of that account and region.
    pub standard: Standard,
}

/// A standard that names are filled into, for each account and region of a log.
#[derive(Debug)]
pub(super) struct Homes {
    /// Its text and where it is from; the built-in one otherwise.
    given: Option<(String, String)>,
    known: HashMap<(String, String), Rc<Place>>,
    /// The one place that all records are read at, if there is one.
    only: Option<Rc<Place>>,
}

/// How many are kept. An organization has hundreds of accounts, and each standard takes some kilobytes.
const MOST_KNOWN: usize = 1_024;

/// What is longer names no account and no region.
const LONGEST_NAME: usize = 64;

/// The account of records that name none.
const NO_ACCOUNT: &str = "000000000000";

/// The region of records that name none: that of global services.
const NO_REGION: &str = "us-east-1";

impl Homes {
    /// # Errors
    /// The standard cannot be used.
    pub(super) fn new(given: Option<(String, String)>) -> Result<Self, StandardError> {
        let mut homes = Self { given, known: HashMap::new(), only: None };
        homes.of(None, None)?;
        Ok(homes)
    }

    /// One place for all records.
    pub(super) fn only(place: Rc<Place>) -> Self {
        Self { given: None, known: HashMap::new(), only: Some(place) }
    }

    /// The place of an account and region, as a record names them.
    pub(super) fn of(&mut self, account: Option<&str>, region: Option<&str>) -> Result<Rc<Place>, StandardError> {
        if let Some(place) = &self.only {
            return Ok(Rc::clone(place));
        }
        let named =
            |text: Option<&str>, or: &str| text.filter(|text| text.len() <= LONGEST_NAME).unwrap_or(or).to_owned();
        let (account, region) = (named(account, NO_ACCOUNT), named(region, NO_REGION));
        let key = (account.clone(), region.clone());
        if let Some(place) = self.known.get(&key) {
            return Ok(Rc::clone(place));
        }
        let home = Home { partition: Home::partition_of(&region).to_owned(), account, region };
        let place = Rc::new(Place { standard: self.standard(&sound(&home))?, home });
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        self.known.insert(key, Rc::clone(&place));
        Ok(place)
    }

    fn standard(&self, home: &Home) -> Result<Standard, StandardError> {
        match &self.given {
            Some((text, origin)) => Standard::parse(text, origin, home),
            None => Standard::built_in(home),
        }
    }
}

/// The home whose names can be names: what a record says may be anything.
fn sound(home: &Home) -> Home {
    const LONGEST_REGION: usize = 24;
    let is_account = home.account.len() == NO_ACCOUNT.len() && home.account.bytes().all(|byte| byte.is_ascii_digit());
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_region = home.region.len() <= LONGEST_REGION
        && home.region.bytes().all(is_part)
        && !home.region.starts_with('-')
        && !home.region.ends_with('-');
    let or = |good: bool, text: &str, other: &str| if good { text.to_owned() } else { other.to_owned() };
    Home {
        partition: home.partition.clone(),
        account: or(is_account, &home.account, NO_ACCOUNT),
        region: or(is_region, &home.region, NO_REGION),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_home_has_its_names() {
        let mut homes = Homes::new(None).unwrap();
        let bucket = |homes: &mut Homes, account, region| {
            let place = homes.of(account, region).unwrap();
            (place.home.partition.clone(), place.standard.names.log_bucket.clone())
        };
        let expected = ("aws-cn".to_owned(), "parapet-logs-111122223333-cn-north-1".to_owned());
        assert_eq!(bucket(&mut homes, Some("111122223333"), Some("cn-north-1")), expected);
        for (account, region) in [
            (None, None),
            (Some("anonymous"), Some("../x")),
            (Some("1"), Some("-")),
            (Some(""), Some(&*"x".repeat(99))),
        ] {
            assert_eq!(bucket(&mut homes, account, region).1, "parapet-logs-000000000000-us-east-1");
        }
    }

    #[test]
    fn no_more_are_kept_than_fit() {
        let mut homes = Homes::new(Some(("version: 1".into(), "test".into()))).unwrap();
        for number in 0..MOST_KNOWN + 10 {
            homes.of(Some(&format!("{number:012}")), None).unwrap();
            assert!(homes.known.len() <= MOST_KNOWN);
        }
    }
}
