//! What was found, and where.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::rule::Level;

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// As the user named it.
    pub file: String,
    /// From 1.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
    /// What it is called where it stands: `Resources.Role.Properties.Policies[0]`.
    pub logical: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Result {
    /// The id of its rule, which has to be one of the run's.
    pub rule: String,
    /// How bad this one is.
    pub level: Level,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The first is where it is shown.
    pub locations: Vec<Location>,
    /// What else a program may want to know.
    pub properties: Map<String, Value>,
}

impl Result {
    /// As SARIF has it. The first location is the result's own; all others are related to it.
    pub(super) fn value(&self, rule_index: Option<usize>) -> Value {
        let mut locations = self.locations.iter().map(Location::value);
        let own: Vec<Value> = locations.next().into_iter().collect();
        let related: Vec<Value> = locations.collect();
        let mut value =
            json!({"ruleId": self.rule, "level": self.level, "message": {"text": self.message}, "locations": own});
        if let Some(object) = value.as_object_mut() {
            object.extend(rule_index.map(|index| ("ruleIndex".to_owned(), index.into())));
            if !related.is_empty() {
                object.insert("relatedLocations".to_owned(), related.into());
            }
            if !self.properties.is_empty() {
                object.insert("properties".to_owned(), self.properties.clone().into());
            }
        }
        value
    }
}

impl Location {
    fn value(&self) -> Value {
        let mut physical = json!({"artifactLocation": artifact(&self.file)});
        if let (Some(line), Some(object)) = (self.line, physical.as_object_mut()) {
            let mut region = json!({"startLine": line});
            if let (Some(column), Some(region)) = (self.column, region.as_object_mut()) {
                region.insert("startColumn".to_owned(), column.into());
            }
            object.insert("region".to_owned(), region);
        }
        let mut value = json!({"physicalLocation": physical});
        if let (Some(name), Some(object)) = (&self.logical, value.as_object_mut()) {
            object.insert("logicalLocations".to_owned(), json!([{"fullyQualifiedName": name}]));
        }
        value
    }
}

/// What of a path may not stand in a URI as it is (RFC 3986, "3.3. Path"), and the backslash, which parts folders on Windows.
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A path as a URI. A relative one is below the root of the sources: code scanning looks for it in the repository.
fn artifact(file: &str) -> Value {
    let path = file.strip_prefix("./").unwrap_or(file);
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let uri = utf8_percent_encode(&path, NOT_IN_A_PATH).to_string();
    if uri.starts_with('/') {
        return json!({"uri": format!("file://{uri}")});
    }
    // A colon in the first part would be taken for that of a scheme (RFC 3986, "4.2. Relative Reference").
    let first = uri.split('/').next().unwrap_or_default();
    let uri = if first.contains(':') { uri.replace(':', "%3A") } else { uri };
    json!({"uri": uri, "uriBaseId": "%SRCROOT%"})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri() {
        let check = |path: &str, expected: Value| assert_eq!(artifact(path), expected, "{path}");
        check("./a/b.json", json!({"uri": "a/b.json", "uriBaseId": "%SRCROOT%"}));
        check("a b#c%.json", json!({"uri": "a%20b%23c%25.json", "uriBaseId": "%SRCROOT%"}));
        check("c:d/e:f", json!({"uri": "c%3Ad/e%3Af", "uriBaseId": "%SRCROOT%"}));
        check("/tmp/ä.json", json!({"uri": "file:///tmp/%C3%A4.json"}));
    }

    #[test]
    fn the_first_place_is_where_it_is_shown() {
        let at = |line| Location { file: "a.json".to_owned(), line: Some(line), column: Some(3), logical: None };
        let result = Result {
            rule: "admin".to_owned(),
            level: Level::Error,
            message: "too much".to_owned(),
            locations: vec![at(7), at(9)],
            properties: Map::new(),
        };
        let value = result.value(Some(0));
        assert_eq!(value["locations"][0]["physicalLocation"]["region"], json!({"startLine": 7, "startColumn": 3}));
        assert_eq!(value["locations"].as_array().map(Vec::len), Some(1));
        assert_eq!(value["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], json!(9));
    }
}
