//! A file's values, each with its place.

use serde_json::{Map, Value};

use crate::policy::json;
use crate::policy::report::Refusal;

/// A place in a file, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::policy) struct At {
    pub(in crate::policy) line: usize,
    /// In characters.
    pub(in crate::policy) column: usize,
}

/// A value and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::policy) struct Node {
    pub(super) at: At,
    pub(super) shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::policy) enum Shape {
    Object(Vec<Member>),
    List(Vec<Node>),
    String(String),
    /// A number, a boolean, nothing.
    Other(Value),
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::policy) struct Member {
    pub(super) key: String,
    pub(super) node: Node,
}

impl Node {
    pub(super) fn members(&self) -> &[Member] {
        match &self.shape {
            Shape::Object(members) => members,
            _ => &[],
        }
    }

    pub(super) fn items(&self) -> &[Node] {
        match &self.shape {
            Shape::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.members().iter().find(|member| member.key == key).map(|member| &member.node)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self.shape, Shape::Object(_))
    }

    pub(super) fn is_true(&self) -> bool {
        self.shape == Shape::Other(Value::Bool(true))
    }

    /// The only member of an object that has no other.
    pub(super) fn only(&self) -> Option<&Member> {
        match self.members() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The same, where all of it stands in one string.
    pub(super) fn standing_at(self, at: At) -> Self {
        let shape = match self.shape {
            Shape::Object(members) => {
                let moved = |member: Member| Member { node: member.node.standing_at(at), ..member };
                Shape::Object(members.into_iter().map(moved).collect())
            }
            Shape::List(items) => Shape::List(items.into_iter().map(|item| item.standing_at(at)).collect()),
            other => other,
        };
        Self { at, shape }
    }

    /// Without its places.
    ///
    /// # Errors
    /// A key stands twice in one object: which one counts is not known.
    pub(super) fn value(&self, path: &str) -> Result<Value, Refusal> {
        match &self.shape {
            Shape::Object(members) => {
                let mut map = Map::new();
                for member in members {
                    let at = below(path, &member.key);
                    let value = member.node.value(&at)?;
                    if map.insert(member.key.clone(), value).is_some() {
                        return Err(twice(&at));
                    }
                }
                Ok(Value::Object(map))
            }
            Shape::List(items) => {
                let items = items.iter().enumerate().map(|(i, item)| item.value(&format!("{path}[{i}]")));
                items.collect::<Result<Vec<Value>, Refusal>>().map(Value::Array)
            }
            Shape::String(text) => Ok(text.clone().into()),
            Shape::Other(value) => Ok(value.clone()),
        }
    }
}

pub(super) fn twice(path: &str) -> Refusal {
    Refusal::new(path, "a key that stands twice", "it once")
}

/// The path of a member.
pub(super) fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Characters are counted from here on, so that a long line is not counted again for each of its places.
const STEP: usize = 4096;

/// Tells lines and columns of a text.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// How many characters begin before each step.
    counted: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let mut characters = 0;
        let counted = bytes.chunks(STEP).map(|step| {
            let before = characters;
            characters += begun(step);
            before
        });
        Self { text, starts: std::iter::once(0).chain(ends).collect(), counted: counted.collect() }
    }

    pub(super) fn at(&self, offset: usize) -> At {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        At { line: line.max(1), column: self.characters(offset).saturating_sub(self.characters(start)) + 1 }
    }

    fn characters(&self, offset: usize) -> usize {
        let step = offset / STEP;
        let before = self.counted.get(step).copied().unwrap_or(0);
        before + self.text.as_bytes().get(step * STEP..offset).map_or(0, begun)
    }

    /// The tree of what was found in the text.
    pub(super) fn tree(&self, node: &json::Node) -> Node {
        let shape = match &node.shape {
            json::Shape::Object(members) => Shape::Object(
                members
                    .iter()
                    .map(|member| Member { key: member.key.clone(), node: self.tree(&member.node) })
                    .collect(),
            ),
            json::Shape::Array(items) => Shape::List(items.iter().map(|item| self.tree(item)).collect()),
            json::Shape::String(text) => Shape::String(text.clone()),
            json::Shape::Other => {
                let text = self.text.get(node.span.clone()).unwrap_or_default();
                Shape::Other(serde_json::from_str(text).unwrap_or_default())
            }
        };
        Node { at: self.at(node.span.start), shape }
    }
}

/// How many characters begin in these bytes of UTF-8.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_its_line_and_its_column_in_characters() {
        let text = format!("{{\n \"ä\": [{}\"x\"]}}", "\"é\", ".repeat(2_000));
        let lines = Lines::of(&text);
        let last = text.find("\"x\"").unwrap();
        assert_eq!(lines.at(0), At { line: 1, column: 1 });
        assert_eq!(lines.at(text.find('[').unwrap()), At { line: 2, column: 7 });
        assert_eq!(lines.at(last), At { line: 2, column: 8 + 2_000 * 5 });
        let tree = lines.tree(&json::places(&text).unwrap());
        let items = tree.get("ä").unwrap().items();
        assert_eq!((items.len(), items.last().unwrap().at), (2_001, lines.at(last)));
    }

    #[test]
    fn what_stands_twice_is_refused() {
        let text = r#"{"a": [{"b": 1, "b": 2}]}"#;
        let tree = Lines::of(text).tree(&json::places(text).unwrap());
        assert_eq!(tree.value("").unwrap_err().path, "a[0].b");
    }
}
