//! Where the parts of a JSON text stand.

use std::ops::Range;

/// A value and its place.
#[derive(Debug, PartialEq)]
pub(super) struct Node {
    /// The bytes of the text.
    pub(super) span: Range<usize>,
    pub(super) shape: Shape,
}

#[derive(Debug, PartialEq)]
pub(super) enum Shape {
    Object(Vec<Member>),
    Array(Vec<Node>),
    String(String),
    Other,
}

#[derive(Debug, PartialEq)]
pub(super) struct Member {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) node: Node,
}

/// As deep as `serde_json` reads.
const MAX_DEPTH: usize = 128;

/// The places in a text, or nothing if it is no JSON.
pub(super) fn places(text: &str) -> Option<Node> {
    let mut scanner = Scanner { text, at: 0 };
    let node = scanner.value(0)?;
    scanner.space();
    (scanner.at == text.len()).then_some(node)
}

/// The value that begins at a place, with the places in it, if one does.
pub(super) fn places_at(text: &str, start: usize) -> Option<Node> {
    Scanner { text, at: start }.value(0)
}

/// The members of the object that begins at a place: their keys, and the bytes of their values, which are passed over. The text has to be
/// JSON.
pub(super) fn members_at(text: &str, start: usize) -> Vec<(String, Range<usize>)> {
    let mut scanner = Scanner { text, at: start };
    let mut members = Vec::new();
    scanner.space();
    if scanner.peek() == Some(b'{') {
        scanner.list(b'}', |scanner| {
            let key = scanner.string()?;
            scanner.space();
            scanner.eat(b':')?;
            members.push((key, scanner.passed()?));
            Some(())
        });
    }
    members
}

/// The same, of the entries of a list.
pub(super) fn entries_at(text: &str, start: usize) -> Vec<Range<usize>> {
    let mut scanner = Scanner { text, at: start };
    let mut entries = Vec::new();
    scanner.space();
    if scanner.peek() == Some(b'[') {
        scanner.list(b']', |scanner| {
            entries.push(scanner.passed()?);
            Some(())
        });
    }
    entries
}

/// The string that begins at a place, if one does.
pub(super) fn string_at(text: &str, start: usize) -> Option<Range<usize>> {
    let mut scanner = Scanner { text, at: start };
    scanner.string()?;
    Some(start..scanner.at)
}

impl Node {
    /// The member of an object. What has two of that name is no policy.
    pub(super) fn member(&self, key: &str) -> Option<&Member> {
        match &self.shape {
            Shape::Object(members) => members.iter().find(|member| member.key == key),
            _ => None,
        }
    }

    /// The entries of a list, or the value itself in place of a list.
    pub(super) fn entries(&self) -> &[Node] {
        match &self.shape {
            Shape::Array(entries) => entries,
            _ => std::slice::from_ref(self),
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::String(text) => Some(text),
            _ => None,
        }
    }

    /// What stands at a path such as `Statement[0].Effect`, or at as much of it as there is; and what is left of the path.
    pub(super) fn nearest<'a, 'p>(&'a self, path: &'p str) -> (&'a Node, &'p str) {
        let found = match &self.shape {
            Shape::Array(entries) => entry_of(entries, path),
            Shape::Object(members) => {
                let name = path.strip_prefix('.').unwrap_or(path);
                let fitting = members.iter().filter_map(|member| {
                    let rest = name.strip_prefix(member.key.as_str())?;
                    (rest.is_empty() || rest.starts_with(['.', '['])).then_some((&member.node, rest))
                });
                fitting.min_by_key(|(_, rest)| rest.len())
            }
            _ => None,
        };
        match found {
            Some((node, rest)) if rest.len() < path.len() => node.nearest(rest),
            _ => (self, path),
        }
    }
}

fn entry_of<'a, 'p>(entries: &'a [Node], path: &'p str) -> Option<(&'a Node, &'p str)> {
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    Some((entries.get(index.parse::<usize>().ok()?)?, rest))
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn value(&mut self, depth: usize) -> Option<Node> {
        self.space();
        let start = self.at;
        let shape = match self.peek()? {
            _ if depth > MAX_DEPTH => return None,
            b'{' => self.object(depth)?,
            b'[' => self.array(depth)?,
            b'"' => Shape::String(self.string()?),
            _ => self.word()?,
        };
        Some(Node { span: start..self.at, shape })
    }

    fn object(&mut self, depth: usize) -> Option<Shape> {
        let mut members = Vec::new();
        self.list(b'}', |scanner| {
            let start = scanner.at;
            let key = scanner.string()?;
            let key_span = start..scanner.at;
            scanner.space();
            scanner.eat(b':')?;
            members.push(Member { key, key_span, node: scanner.value(depth + 1)? });
            Some(())
        })?;
        Some(Shape::Object(members))
    }

    fn array(&mut self, depth: usize) -> Option<Shape> {
        let mut entries = Vec::new();
        self.list(b']', |scanner| {
            entries.push(scanner.value(depth + 1)?);
            Some(())
        })?;
        Some(Shape::Array(entries))
    }

    /// What stands between brackets, with commas in between.
    fn list(&mut self, end: u8, mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        self.space();
        if self.eat(end).is_some() {
            return Some(());
        }
        loop {
            self.space();
            one(self)?;
            self.space();
            if self.eat(end).is_some() {
                return Some(());
            }
            self.eat(b',')?;
        }
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.passed_string()?;
        serde_json::from_str(self.text.get(start..self.at)?).ok()
    }

    /// The next value, of which nothing is kept.
    fn passed(&mut self) -> Option<Range<usize>> {
        self.space();
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b'"' => self.passed_string()?,
                b',' | b':' if depth > 0 => self.at += 1,
                byte if byte.is_ascii_whitespace() => self.at += 1,
                _ => drop(self.word()?),
            }
            if depth == 0 {
                return Some(start..self.at);
            }
        }
    }

    fn passed_string(&mut self) -> Option<()> {
        self.eat(b'"')?;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    fn word(&mut self) -> Option<Shape> {
        let rest = self.text.get(self.at..)?;
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).unwrap_or(rest.len());
        self.at += length;
        (length > 0).then_some(Shape::Other)
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#" {"a": [1, "x\"\u00e9", {"b.c": true}], "a.d": -1.5e+3, "ä": {}, "e": null, "f": [ ]} "#;

    fn at(path: &str) -> (String, String) {
        let root = places(TEXT).unwrap();
        let (node, rest) = root.nearest(path);
        (TEXT[node.span.clone()].to_owned(), rest.to_owned())
    }

    #[test]
    fn a_path_leads_to_its_place() {
        let found = |path: &str, expected: &str, rest: &str| {
            assert_eq!(at(path), (expected.to_owned(), rest.to_owned()), "{path}");
        };
        found("a[0]", "1", "");
        found("a[1]", r#""x\"\u00e9""#, "");
        found("a[2].b.c", "true", "");
        found("a.d", "-1.5e+3", "");
        found("ä", "{}", "");
        found("e", "null", "");
        found("f", "[ ]", "");
        found("a[2].f", r#"{"b.c": true}"#, ".f");
        found("a[3].f", r#"[1, "x\"\u00e9", {"b.c": true}]"#, "[3].f");
        found("ab", TEXT.trim(), "ab");
        found("", TEXT.trim(), "");
    }

    #[test]
    fn strings_are_read() {
        let root = places(TEXT).unwrap();
        let entries = root.member("a").unwrap().node.entries();
        assert_eq!(entries[1].text(), Some("x\"é"));
        assert_eq!(root.member("e").unwrap().node.shape, Shape::Other);
        assert_eq!(TEXT[root.member("ä").unwrap().key_span.clone()], *r#""ä""#);
    }

    #[test]
    fn what_is_passed_over_has_its_place() {
        let members = members_at(TEXT, 0);
        let texts: Vec<(&str, &str)> = members.iter().map(|(key, span)| (key.as_str(), &TEXT[span.clone()])).collect();
        assert_eq!(texts[1..4], [("a.d", "-1.5e+3"), ("ä", "{}"), ("e", "null")]);
        let entries = entries_at(TEXT, members[0].1.start);
        assert_eq!(&TEXT[entries[2].clone()], r#"{"b.c": true}"#);
        assert_eq!(places_at(TEXT, entries[2].start).unwrap().span, entries[2]);
        for text in ["", "1", "{", "[", "{\"a\"", "{\"a\":", "[}", "[\"\\"] {
            assert_eq!((members_at(text, 0), entries_at(text, 0)), (Vec::new(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_has_no_places() {
        for text in ["", "{", "[1,", r#"{"a"}"#, r#"{"a":1"#, r#""a"#, r#""a\"#, "1 2", "[1 2]", r#"{1:2}"#] {
            assert_eq!(places(text), None, "{text}");
        }
        assert_eq!(places(&"[".repeat(100_000)), None);
    }
}
