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

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// What was read tells no more what is used, once nothing was added to it for so long.
const STALE_SECONDS: i64 = SECONDS_A_DAY;

/// What is used once a week is seen within that.
const ENOUGH_DAYS: i64 = 7;

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
    /// When last all of it was read that had been delivered; none: never.
    pub complete_at: Option<i64>,
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
            complete_at: None,
        }
    }

    /// Whether it is time to read on, and nobody else does.
    #[must_use]
    pub fn is_due(&self, now: i64) -> bool {
        self.taken_until <= now && now.saturating_sub(self.begun_at) >= PERIOD_SECONDS
    }

    /// Why what was read does not tell what is used. None: it does.
    #[must_use]
    pub fn lacks(&self, now: i64) -> Option<String> {
        if self.objects == 0 {
            return Some("nothing that the trail delivered was read yet".to_owned());
        }
        if self.complete_at.is_none_or(|at| now.saturating_sub(at) > STALE_SECONDS) {
            return Some("what the trail delivered was not all read lately".to_owned());
        }
        let days = now.saturating_sub(self.since) / SECONDS_A_DAY;
        (days < ENOUGH_DAYS)
            .then(|| format!("what is used is known for {days} days only, of the {ENOUGH_DAYS} that it takes"))
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

/// When an object of a region's folder was delivered, as its name has it: `20261130T2055Z`. The same page: "YYYY, MM, DD, HH, and mm are the digits of
/// the year, month, day, hour, and minute when the log file was delivered." None: it is none of CloudTrail's, in its place and by its whole name.
#[must_use]
pub fn delivered_at<'k>(folder: &str, key: &'k str) -> Option<&'k str> {
    const DAY: &[u8] = b"0000/00/00";
    const TIME: &[u8] = b"00000000T0000Z";
    let (day, name) = key.strip_prefix(folder)?.rsplit_once('/')?;
    let (account, region) = folder.trim_end_matches('/').split_once("/CloudTrail/")?;
    let name = name.strip_prefix(account.rsplit('/').next()?)?.strip_prefix("_CloudTrail_")?.strip_prefix(region)?;
    let (time, unique) = name.strip_prefix('_')?.split_once('_')?;
    let is_one =
        unique.strip_suffix(".json.gz").is_some_and(|unique| unique.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    (is_one && fits(day, DAY) && fits(time, TIME)).then_some(time)
}

/// Whether a text has a shape: a digit for each `0`.
fn fits(text: &str, shape: &[u8]) -> bool {
    let fits = |(is, shape): (u8, &u8)| if *shape == b'0' { is.is_ascii_digit() } else { is == *shape };
    text.len() == shape.len() && text.bytes().zip(shape).all(fits)
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
    fn what_was_read_tells_enough_or_says_what_lacks() {
        let now = 30 * SECONDS_A_DAY;
        let whole = Gathered { objects: 1, complete_at: Some(now), ..Gathered::begin(0) };
        let lacks = |gathered: Gathered| gathered.lacks(now).unwrap_or_default();
        assert_eq!(lacks(whole.clone()), "");
        assert!(lacks(Gathered { objects: 0, ..whole.clone() }).contains("nothing that the trail delivered"));
        assert!(lacks(Gathered { complete_at: None, ..whole.clone() }).contains("lately"));
        assert!(lacks(Gathered { complete_at: Some(now - STALE_SECONDS - 1), ..whole.clone() }).contains("lately"));
        assert!(lacks(Gathered { since: now - 6 * SECONDS_A_DAY, ..whole }).contains("6 days only"));
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
        let folder = format!("{}us-east-1/", trail_folder(&home()));
        let at = |rest: &str| delivered_at(&folder, &format!("{folder}{rest}")).map(str::to_owned);
        let name = "111122223333_CloudTrail_us-east-1_20261130T2055Z_Mu0KsOhtH1ar15ZZ.json.gz";
        assert_eq!(at(&format!("2026/11/30/{name}")).as_deref(), Some("20261130T2055Z"));
        for odd in [
            "9999/x".to_owned(),
            name.to_owned(),
            format!("2026/11/30/deeper/{name}"),
            format!("9999/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/30/{name}"),
            format!("2026/11/30/{}", name.replace("111122223333", "444455556666")),
            format!("2026/11/30/{}", name.replace("us-east-1", "eu-west-1")),
            format!("2026/11/30/{}", name.replace("T2055Z", "T205ZZ")),
            format!("2026/11/30/{}", name.replace(".gz", "")),
        ] {
            assert_eq!(at(&odd), None, "{odd}");
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
