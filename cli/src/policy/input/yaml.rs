//! Reads YAML with the tags of CloudFormation, as JSON would say the same.

use std::collections::BTreeMap;

use granit_parser::{Event, Options, Parser, ScalarStyle, Span, Tag};
use serde_json::{Value, json};

use super::tree::{At, Member, Node, Shape};

/// Values that are read of one file, what an alias repeats included. A template has at most 1 MB (CloudFormation User Guide, "Understand
/// CloudFormation quotas").
const MOST_VALUES: usize = 1_000_000;

/// As deep as JSON is read.
const MAX_DEPTH: usize = 128;

/// Why something is no YAML that is read here.
#[derive(Debug, PartialEq)]
pub(super) struct Broken {
    pub(super) at: Option<At>,
    pub(super) why: String,
}

/// The first document of a text; `None`: there is none.
pub(super) fn tree(text: &str) -> Result<Option<Node>, Broken> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut reader =
        Reader { events: Parser::new_from_str_with_options(text, options), anchors: BTreeMap::new(), values: 0 };
    let mut first = None;
    while let Some((event, span)) = reader.next()? {
        match event {
            Event::DocumentStart(..) | Event::StreamStart | Event::DocumentEnd | Event::StreamEnd => {}
            _ if first.is_some() => return Err(broken(&span, "more than one document")),
            event => first = Some(reader.node(event, &span, 0)?),
        }
    }
    Ok(first)
}

struct Reader<'t> {
    events: Parser<'t, granit_parser::StrInput<'t>>,
    anchors: BTreeMap<usize, (Node, usize)>,
    values: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, Broken> {
        match self.events.next() {
            None => Ok(None),
            Some(Ok(next)) => Ok(Some(next)),
            Some(Err(error)) => {
                let at = At { line: error.marker().line(), column: error.marker().col() + 1 };
                Err(Broken { at: Some(at), why: error.kind().to_string() })
            }
        }
    }

    fn inner(&mut self) -> Result<(Event<'t>, Span), Broken> {
        self.next()?.ok_or_else(|| Broken { at: None, why: "it ends early".to_owned() })
    }

    fn node(&mut self, event: Event<'t>, span: &Span, depth: usize) -> Result<Node, Broken> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(broken(span, "more than a million values"));
        }
        if depth > MAX_DEPTH {
            return Err(broken(span, "nested too deeply"));
        }
        let before = self.values;
        let at = At { line: span.start.line(), column: span.start.col() + 1 };
        let (shape, anchor, tag) = match event {
            Event::Alias(id) => {
                let Some((node, size)) = self.anchors.get(&id) else { return Err(broken(span, "an alias of nothing")) };
                self.values += size;
                if self.values > MOST_VALUES {
                    return Err(broken(span, "more than a million values"));
                }
                return Ok(node.clone());
            }
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style, tag.as_deref()), anchor, tag),
            Event::SequenceStart(_, anchor, tag) => {
                let mut items = Vec::new();
                loop {
                    match self.inner()? {
                        (Event::SequenceEnd, _) => break,
                        (event, span) => items.push(self.node(event, &span, depth + 1)?),
                    }
                }
                (Shape::List(items), anchor, tag)
            }
            Event::MappingStart(_, anchor, tag) => {
                let mut members = Vec::new();
                loop {
                    let (event, key_span) = self.inner()?;
                    if event == Event::MappingEnd {
                        break;
                    }
                    let key = match self.node(event, &key_span, depth + 1)?.shape {
                        Shape::String(key) => key,
                        Shape::Other(value) => value.to_string(),
                        Shape::Object(_) | Shape::List(_) => return Err(broken(&key_span, "a key that is no text")),
                    };
                    let (event, span) = self.inner()?;
                    members.push(Member { key, node: self.node(event, &span, depth + 1)? });
                }
                (Shape::Object(members), anchor, tag)
            }
            _ => return Err(broken(span, "something that is no value")),
        };
        let node = tagged(Node { at, shape }, tag.as_deref());
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), self.values - before + 1));
        }
        Ok(node)
    }
}

fn broken(span: &Span, why: &str) -> Broken {
    Broken { at: Some(At { line: span.start.line(), column: span.start.col() + 1 }), why: why.to_owned() }
}

/// Whether a tag is YAML's own.
fn is_core(tag: &Tag) -> bool {
    tag.handle() == "tag:yaml.org,2002:"
}

/// Numbers stay as they are written: an account begins with zeros, and a version looks like a date.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Shape {
    if style != ScalarStyle::Plain || tag.is_some() {
        return Shape::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Shape::Other(Value::Null),
        "true" | "True" | "TRUE" => Shape::Other(json!(true)),
        "false" | "False" | "FALSE" => Shape::Other(json!(false)),
        text => Shape::String(text.to_owned()),
    }
}

/// A short form in full: "`!Sub`" is "`Fn::Sub`" (CloudFormation Template Reference, "Intrinsic function reference").
fn tagged(node: Node, tag: Option<&Tag>) -> Node {
    let Some(tag) = tag.filter(|tag| !is_core(tag)) else { return node };
    let name = tag.suffix().trim_start_matches('!');
    let key = match name {
        "Ref" | "Condition" => name.to_owned(),
        name => format!("Fn::{name}"),
    };
    Node { at: node.at, shape: Shape::Object(vec![Member { key, node }]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        tree(text).unwrap().unwrap().value("").unwrap()
    }

    #[test]
    fn short_forms_are_written_in_full() {
        let text = "a: !Sub 'x-${y}'\nb: !GetAtt Role.Arn\nc: !Join [':', [a, !Ref B]]\nd:\n  Fn::If: [c, 1, true]\n";
        assert_eq!(
            value(text),
            json!({
                "a": {"Fn::Sub": "x-${y}"},
                "b": {"Fn::GetAtt": "Role.Arn"},
                "c": {"Fn::Join": [":", ["a", {"Ref": "B"}]]},
                "d": {"Fn::If": ["c", "1", true]},
            })
        );
    }

    #[test]
    fn what_looks_like_a_number_or_a_date_is_text() {
        assert_eq!(
            value("Version: 2012-10-17\nAWS: 012345678901\nn: ~\n'y': no\n"),
            json!({"Version": "2012-10-17", "AWS": "012345678901", "n": null, "y": "no"})
        );
    }

    #[test]
    fn places_are_kept_and_aliases_followed() {
        let tree = tree("a: &x\n  - one\nb: *x\n").unwrap().unwrap();
        assert_eq!(tree.get("a").unwrap().items()[0].at, At { line: 2, column: 5 });
        assert_eq!(tree.get("b").unwrap(), tree.get("a").unwrap());
    }

    #[test]
    fn what_would_fill_the_memory_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            text += &format!("a{level}: &a{level} [{aliases}]\n");
        }
        assert_eq!(tree(&text).unwrap_err().why, "more than a million values");
        assert!(tree(&"[".repeat(10_000)).is_err());
    }

    #[test]
    fn what_is_no_yaml_is_refused_at_its_place() {
        assert_eq!(tree("").unwrap(), None);
        assert_eq!(tree("a: [1\nb: 2\n").unwrap_err().at.map(|at| at.line), Some(2));
        assert!(tree("a: 1\n---\nb: 2\n").unwrap_err().why.contains("more than one document"));
    }
}
