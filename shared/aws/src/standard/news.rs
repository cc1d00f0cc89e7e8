//! What the log says of a standard that was read anew, and what is counted of it for alarms.

use parapet_core::WorldError;
use parapet_guards::{Difference, News, ObjectLocation, Standard};
use serde_json::{Value, json};

use crate::{StandardObject, metrics};

/// More of them are counted and not told one by one.
const MOST_CHANGES_TOLD: usize = 100;

/// What a standard takes the place of.
#[derive(Debug)]
pub(super) enum Before {
    /// Nothing: it is the first one.
    Nothing,
    /// One from which it differs by this.
    Known(Difference),
    /// One that cannot be read any more, and why.
    Unknown(String),
}

/// A standard counts from now on.
pub(super) fn tell_taken(location: &ObjectLocation, object: &StandardObject, standard: &Standard, before: &Before) {
    println!("{}", taken(location, object, standard, before));
    metrics::tell_news(news_of(before));
}

/// What is there now does not count, and what counted before still does.
pub(super) fn tell_kept(location: &ObjectLocation, why: &str, standard: &Standard) {
    println!("{}", kept(location, why, standard));
    metrics::tell_news(News::NotTaken);
}

/// Which version is good could not be kept.
pub(super) fn tell_not_kept(error: &WorldError) {
    let message = "which version of the standard is good could not be kept";
    println!("{}", json!({"level": "WARN", "message": message, "why": error.story()}));
}

/// What the place of something unknown is taken by may ask for less.
fn news_of(before: &Before) -> News {
    match before {
        Before::Known(difference) if difference.asks_less() => News::Looser,
        Before::Unknown(_) => News::Looser,
        Before::Nothing | Before::Known(_) => News::Taken,
    }
}

fn taken(location: &ObjectLocation, object: &StandardObject, standard: &Standard, before: &Before) -> Value {
    let news = news_of(before);
    let (why, changes) = match before {
        Before::Nothing => (None, &[][..]),
        Before::Known(difference) => (None, difference.changes.as_slice()),
        Before::Unknown(why) => (Some(format!("what counted before cannot be read: {why}")), &[][..]),
    };
    let difference: Vec<String> = changes.iter().take(MOST_CHANGES_TOLD).map(ToString::to_string).collect();
    json!({
        "level": news.level(),
        "message": "another version of the standard counts",
        "standard": news.name(),
        "source": location.to_string(),
        "version": object.version_id,
        "digest": standard.digest(),
        "changes": changes.len(),
        "difference": difference,
        "why": why,
    })
}

fn kept(location: &ObjectLocation, why: &str, standard: &Standard) -> Value {
    let news = News::NotTaken;
    json!({
        "level": news.level(),
        "message": "what is there is not taken: the last good version of the standard still counts",
        "standard": news.name(),
        "source": location.to_string(),
        "why": why,
        "digest": standard.digest(),
        "remedy": format!("put a valid one there: `parapet standard upload FILE s3://{}/{}` checks it first", location.bucket, location.key),
    })
}

#[cfg(test)]
mod tests {
    use parapet_core::Home;

    use super::*;

    fn standard(text: &str) -> Standard {
        let home = Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() };
        Standard::parse(text, "test", &home).unwrap()
    }

    fn location() -> ObjectLocation {
        "s3://rules/standard.yaml".parse().unwrap()
    }

    fn told(old: &str, new: &str) -> Value {
        let before = Before::Known(Difference::between(&standard(old), &standard(new), 0));
        of(new, &before)
    }

    fn of(new: &str, before: &Before) -> Value {
        let object = StandardObject { text: new.into(), etag: "\"e\"".into(), version_id: Some("v2".into()) };
        taken(&location(), &object, &standard(new), before)
    }

    #[test]
    fn what_asks_for_less_is_a_warning_with_the_difference() {
        let line = told("version: 1", "controls: {S3.Encryption: observe}");
        assert_eq!((line["level"].as_str(), line["standard"].as_str()), (Some("WARN"), Some("looser")));
        assert_eq!(line["difference"], json!(["controls.S3.Encryption: enforce -> observe (looser)"]));
        assert_eq!((line["version"].as_str(), line["source"].as_str()), (Some("v2"), Some("s3://rules/standard.yaml")));
        let unknown = of("version: 1", &Before::Unknown("gone".into()));
        assert_eq!((unknown["level"].as_str(), unknown["standard"].as_str()), (Some("WARN"), Some("looser")));
        assert!(unknown["why"].as_str().unwrap().contains("gone"));
    }

    #[test]
    fn what_asks_for_more_is_told_too() {
        let line = told("version: 1", "buckets: {encryption: 'aws:kms'}");
        assert_eq!((line["level"].as_str(), line["standard"].as_str()), (Some("INFO"), Some("taken")));
        assert_eq!(line["changes"], json!(1));
        assert_eq!(of("version: 1", &Before::Nothing)["standard"], json!("taken"));
    }

    #[test]
    fn many_changes_are_counted() {
        let accounts: Vec<String> = (0..150).map(|number| format!("'{number:012}'")).collect();
        let line = told("version: 1", &format!("trust: {{accounts: [{}]}}", accounts.join(", ")));
        assert_eq!(line["changes"], json!(150));
        assert_eq!(line["difference"].as_array().unwrap().len(), MOST_CHANGES_TOLD);
    }

    #[test]
    fn what_is_not_taken_is_an_error_with_a_remedy() {
        let line = kept(&location(), "it is odd", &standard("version: 1"));
        assert_eq!((line["level"].as_str(), line["standard"].as_str()), (Some("ERROR"), Some("not-taken")));
        assert!(line["remedy"].as_str().unwrap().contains("parapet standard upload FILE s3://rules/standard.yaml"));
    }
}
