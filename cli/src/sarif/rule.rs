//! What can be found.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::json;

/// How bad a result is to a reader of SARIF (SARIF 2.1.0, "3.27.10 level property").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// To be looked at.
    Warning,
    /// Wrong.
    Error,
}

impl Level {
    /// That of a severity by its name; what has none is to be looked at.
    pub fn of_severity(severity: &str) -> Self {
        match severity {
            "critical" | "high" => Self::Error,
            "low" => Self::Note,
            _ => Self::Warning,
        }
    }
}

/// A rule: one for each kind of result, with the same id in every run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable: alerts are told apart by it.
    pub id: String,
    /// One sentence.
    pub short: String,
    /// All of it.
    pub full: String,
    /// What to do about it.
    pub help: String,
    /// How bad its results are, where they say nothing else.
    pub level: Level,
    /// The severity by its name, for what concerns security; `None`: GitHub sorts it by its level.
    pub severity: Option<&'static str>,
    /// What it is about, in single words.
    pub tags: Vec<String>,
}

/// A score for a severity, in the middle of what GitHub takes for it: low is 0.1 to 3.9, medium 4.0 to 6.9, high 7.0 to 8.9, critical 9.0 to
/// 10.0 (GitHub Changelog, 19 July 2021, "CodeQL code scanning: new severity levels for security alerts").
fn score(severity: &str) -> Option<&'static str> {
    match severity {
        "critical" => Some("9.5"),
        "high" => Some("8.0"),
        "medium" => Some("5.5"),
        "low" => Some("3.0"),
        _ => None,
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("name", &self.id)?;
        map.serialize_entry("shortDescription", &json!({"text": self.short}))?;
        map.serialize_entry("fullDescription", &json!({"text": self.full}))?;
        map.serialize_entry("help", &json!({"text": self.help}))?;
        map.serialize_entry("defaultConfiguration", &json!({"level": self.level}))?;
        let mut properties = json!({"tags": self.tags});
        if let (Some(score), Some(properties)) = (self.severity.and_then(score), properties.as_object_mut()) {
            properties.insert("security-severity".to_owned(), score.into());
        }
        map.serialize_entry("properties", &properties)?;
        map.end()
    }
}
