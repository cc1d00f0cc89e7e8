//! Evidence and memory in S3.

#[cfg(test)]
#[cfg(feature = "guards")]
mod replayed;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_s3::types::Object;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use parapet_core::{ErrorKind, Home, Unreadable, WorldError};
#[cfg(feature = "sweep")]
use parapet_guards::proof_key;
use parapet_guards::used::{Gathered, UsedBy, gathered_key, used_folder, used_key};
use parapet_guards::{
    Baseline, ContestRules, Evidence, Facet, FacetImage, IamEntity, Memory, Order, Orders, Pending, Receipt, Recorder,
    Repairs, Resource, Round, Rounds, Settled, Told, Uses, Waiting, baseline_key, first_memory_folder,
    first_memory_key, has_first_memory, key_time, memory_key, pending_folder, round_key,
};
use serde::Serialize;
use serde_json::json;

use crate::Connection;
use crate::failure::{broken, code, failed};
use crate::objects::{Objects, Precondition, Stored, Written, bytes_of};
use crate::sealing::unanswered;

/// How many different pre-images of one resource one event can leave. More would mean that the same event came back again and
/// again onto ever new damage; what comes later goes to the log.
const PRE_IMAGES_AN_EVENT: u32 = 9;

/// Amazon S3 API Reference, ListObjectsV2: "By default, the action returns up to 1,000 key names."
const KEYS_A_PAGE: i32 = 1_000;

/// Puts evidence into the evidence bucket, and into the log where the bucket cannot be written.
#[derive(Debug)]
pub struct S3Recorder<'a> {
    connection: &'a Connection,
    home: &'a Home,
    bucket: &'a str,
    seen_lately: &'a SeenLately,
}

/// What a warm function keeps of a bucket because it changes there seldom, or never. The standard may come to name another bucket.
#[derive(Debug, Default)]
pub struct SeenLately {
    /// Whether the first version of memory left any for this account and region: it writes none any more.
    has_first_memories: OfBucket<bool>,
    /// The baseline, once it is whole.
    baseline: OfBucket<Baseline>,
}

/// How long a baseline counts that was read whole. An operator has it kept anew while functions are warm, and what he accepted counts for all of them soon.
const BASELINE_GOOD_FOR: Duration = Duration::from_secs(5 * 60);

/// Something that is known of a bucket, and since when.
#[derive(Debug)]
struct OfBucket<T>(Mutex<Option<(String, Instant, T)>>);

impl<T> Default for OfBucket<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> OfBucket<T> {
    /// What is known, if that is no longer than this.
    fn get(&self, bucket: &str, good_for: Duration, now: Instant) -> Option<T> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_good = |since: &Instant| now.saturating_duration_since(*since) < good_for;
        known.as_ref().filter(|(of, since, _)| of == bucket && is_good(since)).map(|(_, _, what)| what.clone())
    }

    fn set(&self, bucket: &str, now: Instant, what: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((bucket.to_owned(), now, what));
    }
}

impl<'a> S3Recorder<'a> {
    /// A recorder that writes to this bucket, which has to be the home account's.
    #[must_use]
    pub fn new(connection: &'a Connection, home: &'a Home, bucket: &'a str, seen_lately: &'a SeenLately) -> Self {
        Self { connection, home, bucket, seen_lately }
    }
}

impl Recorder for S3Recorder<'_> {
    async fn open(&self, evidence: &Evidence) -> Receipt {
        for number in 1..=PRE_IMAGES_AN_EVENT {
            let key = numbered(&evidence.key, number);
            let own = Evidence { key: key.clone(), ..evidence.clone() };
            match self.objects().put(&key, &own, Precondition::Absent).await {
                Ok(Written::As(etag)) => return Receipt::Stored { key, etag },
                Err(error) => return log_only(evidence, error.to_string()),
                // The event was here before. What it left stays: the same pre-image is completed, another gets the next key.
                Ok(Written::Refused) => {
                    if let Ok(Some(stored)) = self.objects().get(&key).await
                        && has_pre_image(&key, &stored.text, &evidence.pre_image)
                    {
                        return Receipt::Stored { key, etag: stored.etag };
                    }
                }
            }
        }
        log_only(evidence, format!("there are {PRE_IMAGES_AN_EVENT} pre-images under this event already"))
    }

    async fn close(&self, receipt: &Receipt, evidence: &Evidence) {
        match receipt {
            Receipt::LogOnly { why } => log("evidence, completed", evidence, why),
            Receipt::Stored { key, etag } => {
                let evidence = Evidence { key: key.clone(), ..evidence.clone() };
                let why = match self.objects().put(key, &evidence, Precondition::Unchanged(etag)).await {
                    Ok(Written::As(_)) => return,
                    Ok(Written::Refused) => "somebody else wrote to it meanwhile".to_owned(),
                    Err(error) => error.to_string(),
                };
                log("evidence could not be completed", &evidence, &why);
            }
        }
    }

    async fn recall(&self, resource: &Resource, facet: Facet) -> Result<Option<Memory>, Unreadable> {
        let mut key = memory_key(self.home, resource, facet);
        let mut stored = self.asked_for(&key).await?;
        if stored.is_none() && has_first_memory(facet) && self.has_first_memories().await? {
            key = first_memory_key(self.home, resource, facet);
            stored = self.asked_for(&key).await?;
        }
        let Some(stored) = stored else { return Ok(None) };
        let document = self.connection.opened(self.home, &key, &stored).await?;
        Memory::of(&key, document, stored.stored_at, resource, facet, self.home).map(Some)
    }

    async fn remember(&self, memory: &Memory) -> bool {
        let key = memory_key(self.home, &memory.resource, memory.facet);
        let kept = self.keep(&key, memory).await;
        if let Err(why) = &kept {
            println!(
                "{}",
                json!({"level": "WARN", "message": "the last accepted state could not be remembered", "key": key, "why": why.to_string()})
            );
        }
        kept.is_ok()
    }

    async fn baseline(&self) -> Result<Option<Baseline>, Unreadable> {
        let key = baseline_key(self.home);
        let Some(stored) = self.asked_for(&key).await? else { return Ok(None) };
        let document = self.connection.opened(self.home, &key, &stored).await?;
        Baseline::of(&key, document).map(Some)
    }

    async fn known_baseline(&self) -> Result<Option<Baseline>, Unreadable> {
        let now = Instant::now();
        if let Some(whole) = self.seen_lately.baseline.get(self.bucket, BASELINE_GOOD_FOR, now) {
            return Ok(Some(whole));
        }
        let baseline = self.baseline().await?;
        // One that is kept anew changes with each kind.
        let is_whole = |baseline: &&Baseline| baseline.ended_at.is_some() && baseline.anew.is_none();
        if let Some(whole) = baseline.as_ref().filter(is_whole) {
            self.seen_lately.baseline.set(self.bucket, now, whole.clone());
        }
        Ok(baseline)
    }

    async fn wait(&self, key: &str, pending: &Pending) -> bool {
        self.kept("what waits for its event could not be kept", key, pending).await
    }

    async fn keep_baseline(&self, baseline: &Baseline) -> bool {
        let key = baseline_key(self.home);
        self.kept("the baseline could not be kept", &key, baseline).await
    }

    async fn has_evidence(&self, key: &str) -> bool {
        matches!(self.objects().get(key).await, Ok(Some(_)))
    }

    /// One call where it is told the first time. Whoever may put objects there keeps nobody from being told: what bears no seal was not told.
    async fn was_told(&self, key: &str, told: &Told) -> bool {
        let document = serde_json::to_value(told).unwrap_or_default();
        let Ok(sealed) = self.connection.sealed(self.home, key, document).await else { return false };
        match self.objects().put(key, &sealed, Precondition::Absent).await {
            Ok(Written::Refused) => match self.objects().get(key).await {
                Ok(Some(stored)) => self.connection.opened(self.home, key, &stored).await.is_ok(),
                Ok(None) | Err(_) => false,
            },
            Ok(Written::As(_)) | Err(_) => false,
        }
    }

    /// One page of the resource's own repairs, from the first of the days on. Where there are more than a page, the window has one of its own, and of the
    /// days at least those of the first page are known.
    async fn repairs(&self, evidence: &Evidence, rules: ContestRules) -> Repairs {
        const SECONDS_A_DAY: u64 = 24 * 3_600;
        let folder = evidence.folder();
        let window = u64::from(rules.window_minutes) * 60;
        let days = u64::from(rules.slow.days) * SECONDS_A_DAY;
        let (Some(since), Some(first)) =
            (begin_of_window(evidence, window), begin_of_window(evidence, days.max(window)))
        else {
            return Repairs::default();
        };
        let list = self.connection.evidence().list_objects_v2().bucket(self.bucket).prefix(format!("{folder}/"));
        let list = list.start_after(format!("{folder}/{first}")).max_keys(KEYS_A_PAGE);
        let Ok(page) = list.expected_bucket_owner(&self.home.account).send().await else { return Repairs::default() };
        let keys = page.contents().iter().filter_map(Object::key);
        // A late event counts what came before it, and not what came after.
        let counted = Repairs::counted(keys, &format!("{folder}/{since}"), &evidence.key);
        match page.is_truncated() {
            Some(true) => Repairs { recent: self.recent_repairs(evidence, window, rules.repairs).await, ..counted },
            _ => counted,
        }
    }

    /// One page of the resource's own repairs, from the beginning of the window on.
    async fn recent_repairs(&self, evidence: &Evidence, window_seconds: u64, enough: u32) -> u32 {
        let folder = evidence.folder();
        let Some(since) = begin_of_window(evidence, window_seconds) else { return 0 };
        let list = self.connection.evidence().list_objects_v2().bucket(self.bucket).prefix(format!("{folder}/"));
        let asked = i32::try_from(enough).map_or(KEYS_A_PAGE, |enough| enough.min(KEYS_A_PAGE));
        let list = list.start_after(format!("{folder}/{since}")).max_keys(asked);
        let Ok(page) = list.expected_bucket_owner(&self.home.account).send().await else { return 0 };
        // A late event counts what came before it, and not what came after.
        let keys = page.contents().iter().filter_map(Object::key).filter(|key| *key <= evidence.key.as_str());
        let repairs = u32::try_from(keys.count()).unwrap_or(u32::MAX);
        // More than S3 lists at once is enough.
        if i32::try_from(repairs).is_ok_and(|repairs| repairs < asked) { repairs } else { enough }
    }
}

impl Waiting for S3Recorder<'_> {
    /// A page, from a key on: one call where nothing waits.
    async fn listed(&self, after: &str) -> Result<(Vec<String>, bool), WorldError> {
        let folder = pending_folder(self.home);
        let list = self.connection.evidence().list_objects_v2().bucket(self.bucket).prefix(&folder).start_after(after);
        let page = list.expected_bucket_owner(&self.home.account).send().await;
        let page = match page {
            Ok(page) => page,
            // Before the first bootstrap nothing waits.
            Err(error) if code(&error) == "NoSuchBucket" => return Ok((Vec::new(), false)),
            Err(error) => return Err(failed("list what waits", &self.objects().subject(), error)),
        };
        let keys = page.contents().iter().filter_map(Object::key).map(str::to_owned).collect();
        Ok((keys, page.is_truncated() == Some(true)))
    }

    async fn pending(&self, key: &str) -> Result<Option<Pending>, Unreadable> {
        let Some(stored) = self.asked_for(key).await? else { return Ok(None) };
        Pending::of(key, self.connection.opened(self.home, key, &stored).await?).map(Some)
    }

    async fn settled(&self, key: &str) -> Result<Option<Settled>, Unreadable> {
        let Some(stored) = self.asked_for(key).await? else { return Ok(None) };
        Settled::of(key, self.connection.opened(self.home, key, &stored).await?).map(Some)
    }

    async fn settle(&self, key: &str, settled: &Settled) -> bool {
        self.kept("what was settled could not be kept", key, settled).await
    }

    /// Another version, if nobody wrote to it meanwhile: the one before it stays, under its lock.
    async fn verify(&self, evidence_key: &str) -> Result<(), WorldError> {
        let Some(stored) = self.objects().get(evidence_key).await? else { return Ok(()) };
        let Ok(mut evidence) = Evidence::read(evidence_key, &stored.text) else { return Ok(()) };
        if evidence.trigger.actor.verified == Some(true) {
            return Ok(());
        }
        evidence.trigger.actor.verified = Some(true);
        match self.objects().put(evidence_key, &evidence, Precondition::Unchanged(&stored.etag)).await? {
            Written::As(_) => Ok(()),
            Written::Refused => {
                let message = "somebody else wrote to it meanwhile".to_owned();
                Err(broken("mark the evidence", &self.objects().subject(), ErrorKind::Conflict, message))
            }
        }
    }
}

impl Rounds for S3Recorder<'_> {
    async fn round(&self) -> Result<Option<(Round, String)>, Unreadable> {
        let key = round_key(self.home);
        let Some(stored) = self.asked_for(&key).await? else { return Ok(None) };
        let round = Round::of(&key, self.connection.opened(self.home, &key, &stored).await?)?;
        Ok(Some((round, stored.etag)))
    }

    async fn round_tag(&self) -> Result<Option<String>, WorldError> {
        Ok(self.objects().get(&round_key(self.home)).await?.map(|stored| stored.etag))
    }

    async fn keep_round(&self, round: &Round, instead_of: Option<&str>) -> Result<Option<String>, WorldError> {
        self.keep_instead(&round_key(self.home), round, instead_of).await
    }
}

impl Orders for S3Recorder<'_> {
    async fn order(&self, key: &str) -> Result<Option<Order>, Unreadable> {
        let Some(stored) = self.asked_for(key).await? else { return Ok(None) };
        Order::of(key, self.connection.opened(self.home, key, &stored).await?).map(Some)
    }

    async fn keep_order(&self, key: &str, order: &Order) -> bool {
        self.kept("what an operator asks for could not be kept", key, order).await
    }
}

impl Uses for S3Recorder<'_> {
    async fn gathered(&self) -> Result<Option<(Gathered, String)>, Unreadable> {
        let key = gathered_key(self.home);
        let Some(stored) = self.asked_for(&key).await? else { return Ok(None) };
        let gathered = Gathered::of(&key, self.connection.opened(self.home, &key, &stored).await?)?;
        Ok(Some((gathered, stored.etag)))
    }

    async fn keep_gathered(&self, gathered: &Gathered, instead_of: Option<&str>) -> Result<Option<String>, WorldError> {
        self.keep_instead(&gathered_key(self.home), gathered, instead_of).await
    }

    async fn used_by(&self, principal: &IamEntity) -> Result<Option<UsedBy>, Unreadable> {
        self.used_at(&used_key(self.home, principal)).await
    }

    async fn used_keys(&self, after: &str) -> Result<(Vec<(String, u64)>, bool), Unreadable> {
        let folder = used_folder(self.home);
        let list = self.connection.evidence().list_objects_v2().bucket(self.bucket).prefix(&folder).start_after(after);
        let page = list.expected_bucket_owner(&self.home.account).send().await;
        let page =
            page.map_err(|error| unanswered(&folder, &failed("list what is used", &self.objects().subject(), error)))?;
        let sized = |object: &Object| Some((object.key()?.to_owned(), bytes_of(object)));
        Ok((page.contents().iter().filter_map(sized).collect(), page.is_truncated() == Some(true)))
    }

    async fn used_at(&self, key: &str) -> Result<Option<UsedBy>, Unreadable> {
        let Some(stored) = self.asked_for(key).await? else { return Ok(None) };
        UsedBy::of(key, self.connection.opened(self.home, key, &stored).await?).map(Some)
    }

    async fn keep_used(&self, used: &UsedBy) -> bool {
        self.kept("what is used could not be kept", &used_key(self.home, &used.principal), used).await
    }
}

impl S3Recorder<'_> {
    /// Keeps something sealed in the place of what has this tag; none: of nothing. Answers the new tag; none: somebody else wrote meanwhile.
    async fn keep_instead<T: Serialize + Sync>(
        &self,
        key: &str,
        what: &T,
        instead_of: Option<&str>,
    ) -> Result<Option<String>, WorldError> {
        // Plain data always serialises.
        let document = serde_json::to_value(what).unwrap_or_default();
        let sealed = self.connection.sealed(self.home, key, document).await?;
        let precondition = instead_of.map_or(Precondition::Absent, Precondition::Unchanged);
        Ok(match self.objects().put(key, &sealed, precondition).await? {
            Written::As(tag) => Some(tag),
            Written::Refused => None,
        })
    }

    /// The newest baseline that Parapet kept, where what is there now is nobody's: written over, or deleted. What it has of the account still says who is who.
    /// Object Lock keeps the versions.
    ///
    /// # Errors
    /// A version could not be read.
    #[cfg(feature = "sweep")]
    pub(crate) async fn earlier_baseline(&self) -> Result<Option<Baseline>, Unreadable> {
        let key = baseline_key(self.home);
        let objects = self.objects();
        let (versions, has_more) = objects.versions(&key).await.map_err(|error| unanswered(&key, &error))?;
        for version in versions {
            let stored = objects.get_version(&key, &version).await.map_err(|error| unanswered(&key, &error))?;
            match self.connection.opened(self.home, &key, &stored).await {
                Ok(document) => {
                    if let Ok(baseline) = Baseline::of(&key, document) {
                        return Ok(Some(baseline));
                    }
                }
                Err(why) if why.is_of_nobody() => {}
                Err(why) => return Err(why),
            }
        }
        // Whoever may write there writes as many as he likes.
        match has_more {
            true => {
                Err(Unreadable::malformed(&key, "none of its newest 1,000 versions is Parapet's: put one that is back"))
            }
            false => Ok(None),
        }
    }

    /// Takes a proof, so that nobody can show it again. `signature` and `date`: of the signed call.
    ///
    /// # Errors
    /// It was taken before, or it cannot be kept that it is now: then it could be shown again.
    #[cfg(feature = "sweep")]
    pub(crate) async fn take_proof(&self, (signature, date): (&str, &str), operator: &str) -> Result<(), String> {
        let key = proof_key(self.home, date, signature);
        match self.keep_instead(&key, &json!({"operator": operator}), None).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err("this proof was used before, and serves once: sign another".to_owned()),
            Err(error) => Err(format!("it cannot be kept that this proof is used: {}", error.story())),
        }
    }

    /// Keeps something sealed, and says in the log where that does not work.
    async fn kept<T: Serialize + Sync>(&self, message: &str, key: &str, what: &T) -> bool {
        let kept = self.keep(key, what).await;
        if let Err(why) = &kept {
            println!("{}", json!({"level": "ERROR", "message": message, "key": key, "why": why.to_string()}));
        }
        kept.is_ok()
    }

    fn objects(&self) -> Objects<'_> {
        Objects { client: self.connection.evidence(), home: self.home, bucket: self.bucket, noun: "evidence" }
    }

    /// Keeps what is believed later, sealed.
    async fn keep<T: Serialize + Sync>(&self, key: &str, what: &T) -> Result<Written, WorldError> {
        // Plain data always serialises.
        let document = serde_json::to_value(what).unwrap_or_default();
        let sealed = self.connection.sealed(self.home, key, document).await?;
        self.objects().put(key, &sealed, Precondition::None).await
    }

    async fn asked_for(&self, key: &str) -> Result<Option<Stored>, Unreadable> {
        self.objects().get(key).await.map_err(|error| unanswered(key, &error))
    }

    /// Whether the first version left memories here. Asked once: it writes none any more.
    async fn has_first_memories(&self) -> Result<bool, Unreadable> {
        if let Some(known) = self.seen_lately.has_first_memories.get(self.bucket, Duration::MAX, Instant::now()) {
            return Ok(known);
        }
        let folder = first_memory_folder(self.home);
        let list = self.connection.evidence().list_objects_v2().bucket(self.bucket).prefix(&folder).max_keys(1);
        let page = list.expected_bucket_owner(&self.home.account).send().await;
        let page =
            page.map_err(|error| unanswered(&folder, &failed("list the memories", &self.objects().subject(), error)))?;
        let has_some = !page.contents().is_empty();
        self.seen_lately.has_first_memories.set(self.bucket, Instant::now(), has_some);
        Ok(has_some)
    }
}

/// The whole of it, so that nothing is lost: what was found, what is to be written.
fn log_only(evidence: &Evidence, why: String) -> Receipt {
    log("evidence could not be stored", evidence, &why);
    Receipt::LogOnly { why }
}

fn log(message: &str, evidence: &Evidence, why: &str) {
    println!("{}", json!({"level": "ERROR", "message": message, "why": why, "document": evidence}));
}

/// The first pre-image of an event has the evidence's own key, later ones are numbered: `...-2.json`.
fn numbered(key: &str, number: u32) -> String {
    match number {
        1 => key.to_owned(),
        number => format!("{}-{number}.json", key.trim_end_matches(".json")),
    }
}

/// Whether stored evidence is of the same damage.
fn has_pre_image(key: &str, stored: &[u8], pre_image: &[FacetImage]) -> bool {
    Evidence::read(key, stored).is_ok_and(|stored| stored.pre_image == pre_image)
}

/// The beginning of the window that ends with the event of this evidence, as keys write times.
fn begin_of_window(evidence: &Evidence, window_seconds: u64) -> Option<String> {
    let now = rfc3339(&evidence.trigger.event_time).or_else(|| rfc3339(&evidence.recorded_at))?;
    let since = now.saturating_sub(i64::try_from(window_seconds).unwrap_or(i64::MAX));
    key_time(&DateTime::from_secs(since).fmt(Format::DateTime).ok()?)
}

/// Seconds since 1970 of a time as evidence writes it.
fn rfc3339(text: &str) -> Option<i64> {
    DateTime::from_str(text, Format::DateTime).ok().map(|moment| moment.secs())
}

#[cfg(test)]
mod tests {
    use parapet_core::{Identity, Trigger};
    use parapet_guards::{EVIDENCE_VERSION, GuardName, Image, evidence_key, on};

    use super::*;

    fn evidence(event_time: &str) -> Evidence {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        let trigger = Trigger { event_time: event_time.into(), ..Trigger::by_hand("Test", "e-1", &home) };
        let resource = Resource::Bucket(on::Bucket { name: "b".into() });
        let recorded_at = "2026-11-23T14:00:00Z".to_owned();
        Evidence {
            version: EVIDENCE_VERSION,
            key: evidence_key(&home, &recorded_at, &trigger, GuardName::EncryptionGuard, &resource),
            recorded_at,
            guard: GuardName::EncryptionGuard,
            arn: resource.arn(&home),
            identity: Identity::default(),
            standard: String::new(),
            resource,
            trigger,
            findings: Vec::new(),
            pre_image: vec![FacetImage { facet: Facet::BucketVersioning, seen: Image::State(json!("off")) }],
            plan: Vec::new(),
            outcome: None,
            post_image: Vec::new(),
        }
    }

    #[test]
    fn what_changes_is_known_for_a_while_and_of_one_bucket() {
        let (known, begin) = (OfBucket::default(), Instant::now());
        let after = |seconds| begin + Duration::from_secs(seconds);
        known.set("b", begin, 7);
        for (bucket, seconds, expected) in [("b", 0, Some(7)), ("b", 299, Some(7)), ("b", 300, None), ("c", 0, None)] {
            assert_eq!(known.get(bucket, BASELINE_GOOD_FOR, after(seconds)), expected, "{bucket} {seconds}");
        }
        assert_eq!(known.get("b", Duration::MAX, after(1_000_000)), Some(7));
        known.set("b", after(300), 8);
        assert_eq!(known.get("b", BASELINE_GOOD_FOR, after(599)), Some(8));
    }

    #[test]
    fn later_pre_images_have_numbered_keys() {
        assert_eq!(numbered("a/b.json", 1), "a/b.json");
        assert_eq!(numbered("a/b.json", 2), "a/b-2.json");
    }

    #[test]
    fn the_same_pre_image_is_known_again() {
        let evidence = evidence("");
        let is_known = |stored: &Evidence| {
            has_pre_image("k", serde_json::to_string(stored).unwrap().as_bytes(), &evidence.pre_image)
        };
        assert!(is_known(&evidence));
        let suspended = vec![FacetImage { facet: Facet::BucketVersioning, seen: Image::State(json!("suspended")) }];
        assert!(!is_known(&Evidence { pre_image: suspended, ..evidence.clone() }));
        assert!(!has_pre_image("k", b"{}", &evidence.pre_image));
    }

    #[test]
    fn a_window_ends_with_the_event() {
        assert_eq!(begin_of_window(&evidence("2026-11-23T13:30:00Z"), 3_600).as_deref(), Some("20261123T123000Z"));
        assert_eq!(begin_of_window(&evidence(""), 3_600).as_deref(), Some("20261123T130000Z"));
        let odd = Evidence { recorded_at: "soon".into(), ..evidence("later") };
        assert_eq!(begin_of_window(&odd, 3_600), None);
    }
}
