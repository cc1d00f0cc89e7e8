//! What is kept of what is used: an object for each principal, and how far CloudTrail's objects were read for them.

use std::collections::BTreeMap;

use parapet_core::{Home, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::logged::Logged;
use super::summary::{SUMMARY_VERSION, Summary, Use};
use crate::evidence::whole_digest;
use crate::{IamEntity, key_time};

/// The version of how far it was read, as it is written.
pub const GATHERED_VERSION: u32 = 1;

/// CloudTrail delivers about every five minutes, and nobody asks for what was used within the last quarter of an hour.
const PERIOD_SECONDS: i64 = 15 * 60;

/// How far CloudTrail's objects were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathered {
    /// The version of the format: [`GATHERED_VERSION`].
    pub version: u32,
    /// When they were first read, in seconds since 1970: of what was used before that nothing is known.
    pub since: i64,
    /// When they were read last.
    pub begun_at: i64,
    /// Until then whoever took it reads, and nobody else does.
    pub taken_until: i64,
    /// By the folder of a region, the key up to which they were read.
    pub read: BTreeMap<String, String>,
    /// What of it says what the trail logs.
    pub logged: Logged,
    /// Requests of principals beyond those that are told apart.
    pub others: Use,
    /// How many objects were read.
    pub objects: u64,
    /// What could not be read of them: objects, and records in them.
    pub unread: u64,
}

impl Gathered {
    /// Nothing yet.
    #[must_use]
    pub fn begin(now: i64) -> Self {
        Self {
            version: GATHERED_VERSION,
            since: now,
            begun_at: 0,
            taken_until: 0,
            read: BTreeMap::new(),
            logged: Logged::default(),
            others: Use::default(),
            objects: 0,
            unread: 0,
        }
    }

    /// Whether it is time to read on, and nobody else does.
    #[must_use]
    pub fn is_due(&self, now: i64) -> bool {
        self.taken_until <= now && now.saturating_sub(self.begun_at) >= PERIOD_SECONDS
    }

    /// The key after which a folder is to be read: what was delivered before the first day is for whoever has it to read, outside of a function.
    #[must_use]
    pub fn after(&self, folder: &str, first_day: &str) -> String {
        self.read.get(folder).cloned().unwrap_or_else(|| format!("{folder}{}/", first_day.replace('-', "/")))
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is not of a version that this one knows, or not of its shape.
    pub fn of(key: &str, document: Value) -> Result<Self, Unreadable> {
        let gathered: Self =
            serde_json::from_value(document).map_err(|error| Unreadable::malformed(key, error.to_string()))?;
        match gathered.version {
            GATHERED_VERSION => Ok(gathered),
            other => {
                let why = format!("its version is {other}, and this function reads {GATHERED_VERSION}");
                Err(Unreadable::malformed(key, why))
            }
        }
    }
}

/// What one principal was seen to ask for, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedBy {
    /// Who it is.
    pub principal: IamEntity,
    /// What was seen.
    pub summary: Summary,
}

impl UsedBy {
    /// Reads one.
    ///
    /// # Errors
    /// It is not of a version that this one knows, or not of its shape.
    pub fn of(key: &str, document: Value) -> Result<Self, Unreadable> {
        serde_json::from_value(document).map_err(|error| Unreadable::malformed(key, error.to_string()))
    }
}

/// Where it lies how far CloudTrail's objects were read: beside the memories.
#[must_use]
pub fn gathered_key(home: &Home) -> String {
    format!("state/v2/{}/{}/gathered.json", home.account, home.region)
}

/// Where what is used lies, an object for each principal.
#[must_use]
pub fn used_folder(home: &Home) -> String {
    format!("state/v2/{}/{}/used/v{SUMMARY_VERSION}/", home.account, home.region)
}

/// Where it lies of one.
#[must_use]
pub fn used_key(home: &Home, principal: &IamEntity) -> String {
    format!("{}{}.json", used_folder(home), whole_digest(&principal.to_string()))
}

/// Where CloudTrail puts the objects of an account: a folder for each region in it. AWS CloudTrail User Guide, "Finding your CloudTrail log files":
/// `bucket_name/prefix_name/AWSLogs/Account ID/CloudTrail/region/YYYY/MM/DD/file_name.json.gz`.
#[must_use]
pub fn trail_folder(home: &Home) -> String {
    format!("AWSLogs/{}/CloudTrail/", home.account)
}

/// When an object was delivered, as its name has it: `20261130T2055Z`. The same page: "YYYY, MM, DD, HH, and mm are the digits of the year, month, day,
/// hour, and minute when the log file was delivered." None: it is none of CloudTrail's.
#[must_use]
pub fn delivered_at(key: &str) -> Option<&str> {
    const SHAPE: &[u8] = b"00000000T0000Z";
    let mut parts = key.rsplit('/').next()?.split('_');
    let (_, "CloudTrail", _, time, _, None) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next())
    else {
        return None;
    };
    let fits = |(is, shape): (u8, &u8)| if *shape == b'0' { is.is_ascii_digit() } else { is == *shape };
    (time.len() == SHAPE.len() && time.bytes().zip(SHAPE).all(fits) && key.ends_with(".json.gz")).then_some(time)
}

/// A moment as those names have it. None: it is no moment that evidence would write.
#[must_use]
pub fn delivery_time(timestamp: &str) -> Option<String> {
    const TO_THE_MINUTE: usize = "20261130T2055".len();
    let time = key_time(timestamp)?;
    Some(format!("{}Z", time.get(..TO_THE_MINUTE)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    #[test]
    fn what_was_written_is_read() {
        let gathered = Gathered::begin(7);
        assert_eq!(Gathered::of("k", serde_json::to_value(&gathered).unwrap()), Ok(gathered.clone()));
        let later = serde_json::to_value(Gathered { version: 2, ..gathered }).unwrap();
        assert!(Gathered::of("k", later).unwrap_err().to_string().contains("version is 2"));
        let used = UsedBy { principal: IamEntity::Role("r".into()), summary: Summary::default() };
        assert_eq!(UsedBy::of("k", serde_json::to_value(&used).unwrap()), Ok(used));
        assert!(UsedBy::of("k", Value::Null).is_err() && Gathered::of("k", Value::Null).is_err());
    }

    #[test]
    fn one_reads_each_quarter_of_an_hour() {
        let gathered = Gathered { begun_at: 1_000, taken_until: 1_500, ..Gathered::begin(0) };
        for (now, expected) in [(1_200, false), (1_899, false), (1_900, true)] {
            assert_eq!(gathered.is_due(now), expected, "{now}");
        }
        assert!(!Gathered { taken_until: 2_000, ..gathered }.is_due(1_999));
        assert!(Gathered::begin(5_000).is_due(5_000));
    }

    #[test]
    fn the_first_day_is_where_it_begins() {
        let folder = format!("{}us-east-1/", trail_folder(&home()));
        let mut gathered = Gathered::begin(7);
        assert_eq!(gathered.after(&folder, "2026-11-30"), format!("{folder}2026/11/30/"));
        gathered.read.insert(folder.clone(), "x".into());
        assert_eq!(gathered.after(&folder, "2026-11-30"), "x");
    }

    #[test]
    fn names_tell_when_they_were_delivered() {
        let at = |name: &str| delivered_at(name).map(str::to_owned);
        let folder = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/30/";
        let name = "111122223333_CloudTrail_us-east-1_20261130T2055Z_Mu0KsOhtH1ar15ZZ.json.gz";
        assert_eq!(at(&format!("{folder}{name}")).as_deref(), Some("20261130T2055Z"));
        for odd in
            ["x.json.gz", "a_b_c_20261130T2055Z_d.json.gz", "a_CloudTrail_c_2026113ZT2055Z_d.json.gz", &name[..40]]
        {
            assert_eq!(at(odd), None, "{odd}");
        }
        assert_eq!(delivery_time("2026-11-30T20:55:01Z").as_deref(), Some("20261130T2055Z"));
        assert_eq!(delivery_time("soon"), None);
    }

    #[test]
    fn each_principal_has_a_key() {
        let key = |principal| used_key(&home(), &principal);
        assert!(key(IamEntity::User("a".into())).starts_with("state/v2/111122223333/us-east-1/used/v1/"));
        assert_ne!(key(IamEntity::User("a".into())), key(IamEntity::Role("a".into())));
    }
}
