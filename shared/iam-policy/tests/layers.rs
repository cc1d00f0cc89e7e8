//! How the files of the crate depend on each other, read from their own words.
//!
//! A file depends on the file that defines what it names by a path (`use crate::solve::find`, `super::pieces::whole`). Where a
//! path ends at a file that only hands the name on, it is followed from there.
#![allow(clippy::expect_used, clippy::panic, reason = "a helper of tests fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module by its path in the crate: `judge`, `reach`, `case`. The crate itself has none.
type Module = Vec<String>;

/// One file.
#[derive(Debug, Default)]
struct Source {
    /// Without comments and tests.
    code: String,
    /// The modules that it declares.
    children: BTreeSet<String>,
}

/// The files of the crate.
struct Crate {
    sources: BTreeMap<Module, Source>,
}

impl Crate {
    fn read() -> Self {
        let mut sources = BTreeMap::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        read_folder(&root, &mut Vec::new(), &mut sources);
        Self { sources }
    }

    /// Of files that are made up.
    fn of(files: &[(&str, &str)]) -> Self {
        let source = |(name, text): &(&str, &str)| (module(name), Source::new(text));
        Self { sources: files.iter().map(source).collect() }
    }

    /// Each module with those that it depends on.
    fn dependencies(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let of = |(module, source): (&Module, &Source)| {
            let meant = paths(&source.code).into_iter().filter_map(|path| self.meant_by(module, &path));
            (module.clone(), meant.filter(|other| other != module).collect())
        };
        self.sources.iter().map(of).collect()
    }

    /// The module that defines what a path ends at; `None` for a path into another crate.
    fn meant_by(&self, from: &Module, path: &[String]) -> Option<Module> {
        let (first, behind) = path.split_first()?;
        let source = self.sources.get(from)?;
        let (mut at, mut rest) = match first.as_str() {
            "crate" => (Module::new(), behind),
            "self" => (from.clone(), behind),
            "super" => (from.get(..from.len().checked_sub(1)?)?.to_vec(), behind),
            child if source.children.contains(child) => (from.clone(), path),
            // A module that was named before: `use crate::judge;`, then `judge::violations(..)`.
            _ => {
                let named =
                    uses(&source.code).into_iter().find(|(_, path)| path.len() > 1 && path.last() == Some(first));
                let whole: Vec<String> = named?.1.into_iter().chain(behind.iter().cloned()).collect();
                return self.meant_by(from, &whole);
            }
        };
        while let Some((next, behind)) = rest.split_first() {
            let source = self.sources.get(&at)?;
            if next == "super" {
                at.pop();
            } else if source.children.contains(next) {
                at.push(next.clone());
            } else if let Some(handed_on) = self.handed_on(&at, next) {
                return Some(handed_on);
            } else {
                break;
            }
            rest = behind;
        }
        Some(at)
    }

    /// Where a name comes from that a module hands on.
    fn handed_on(&self, module: &Module, name: &str) -> Option<Module> {
        let uses = uses(&self.sources.get(module)?.code).into_iter().filter(|(is_public, _)| *is_public);
        let path = uses.map(|(_, path)| path).find(|path| path.last().is_some_and(|last| last == name))?;
        self.meant_by(module, &path).filter(|from| from != module)
    }
}

impl Source {
    fn new(text: &str) -> Self {
        let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default().trim());
        // Who may see an item is no dependency.
        let lines =
            lines.map(|line| line.strip_prefix("pub(in ").and_then(|l| l.split_once(") ")).map_or(line, |(_, l)| l));
        let all: Vec<&str> = lines.collect();
        let tests = all.windows(2).position(|pair| matches!(pair, ["#[cfg(test)]", "mod tests {"]));
        let code: Vec<&str> = all.into_iter().take(tests.unwrap_or(usize::MAX)).collect();
        let declared = code
            .iter()
            .enumerate()
            .filter(|(i, _)| i.checked_sub(1).and_then(|i| code.get(i)) != Some(&"#[cfg(test)]"));
        let children = declared.filter_map(|(_, line)| {
            let (head, name) = line.strip_suffix(';')?.rsplit_once(' ')?;
            head.ends_with("mod").then(|| name.to_owned())
        });
        Self { children: children.collect(), code: code.join("\n") }
    }
}

fn read_folder(folder: &Path, module: &mut Module, sources: &mut BTreeMap<Module, Source>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let is_root = module.is_empty() && name == "lib";
        if !is_root {
            module.push(name.clone());
        }
        if path.is_dir() {
            read_folder(&path, module, sources);
        } else if name != "tests" {
            sources.insert(module.clone(), Source::new(&fs::read_to_string(&path).expect("a text")));
        }
        if !is_root {
            module.pop();
        }
    }
}

fn module(name: &str) -> Module {
    name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Every path in a text, those of `use` spelled out.
fn paths(code: &str) -> Vec<Vec<String>> {
    let of_uses = uses(code).into_iter().map(|(_, path)| path);
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let is_whole = |text: &&str| text.contains("::") && !text.ends_with("::");
    let elsewhere = code.split(|c| !is_part(c)).filter(is_whole).map(module);
    of_uses.chain(elsewhere).collect()
}

/// The paths of the `use` declarations, and whether each is handed on to others.
fn uses(code: &str) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    let mut rest = code;
    let mut head = "";
    while let Some((before, after)) = rest.split_once("use ") {
        head = before.rsplit(['\n', ';', '}']).next().unwrap_or(head).trim();
        let (declared, behind) = after.split_once(';').unwrap_or((after, ""));
        if head.is_empty() || head.starts_with("pub") {
            found.extend(spelled_out(declared).into_iter().map(|path| (head.starts_with("pub"), path)));
        }
        rest = behind;
    }
    found
}

/// `a::{b, c::{self, d}}` is `a::b`, `a::c` and `a::c::d`.
fn spelled_out(declared: &str) -> Vec<Vec<String>> {
    let Some((head, group)) = declared.split_once('{') else {
        let named = declared.split(" as ").next().unwrap_or(declared);
        return vec![module(named.trim())];
    };
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let (mut depth, mut members) = (0_usize, vec![String::new()]);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        match (c, members.last_mut()) {
            (',', _) if depth == 0 => members.push(String::new()),
            (c, Some(member)) => member.push(c),
            _ => {}
        }
    }
    let members = members.iter().map(|member| member.trim()).filter(|member| !member.is_empty());
    let inner = members.flat_map(spelled_out).filter(|path| !path.is_empty());
    let head = module(head.trim());
    inner.map(|path| head.iter().cloned().chain(path.into_iter().filter(|part| part != "self")).collect()).collect()
}

/// Some circle, each before what it depends on.
fn circle<T: Ord + Clone>(dependencies: &BTreeMap<T, BTreeSet<T>>) -> Option<Vec<T>> {
    let mut left = dependencies.clone();
    // Whatever depends on nothing that is left is in no circle.
    loop {
        let names: BTreeSet<T> = left.keys().cloned().collect();
        let before = left.len();
        left.retain(|_, others| others.iter().any(|other| names.contains(other)));
        if left.len() == before {
            break;
        }
    }
    let mut walked: Vec<T> = Vec::new();
    let mut at = left.keys().next()?.clone();
    while !walked.contains(&at) {
        walked.push(at.clone());
        at = left.get(&at)?.iter().find(|other| left.contains_key(*other))?.clone();
    }
    let start = walked.iter().position(|other| *other == at)?;
    walked.get(start..).map(<[T]>::to_vec)
}

#[test]
fn no_files_are_in_a_circle() {
    let found = circle(&Crate::read().dependencies());
    assert_eq!(found.map(|all| all.iter().map(|one| one.join("::")).collect::<Vec<_>>()), None);
}

/// The same of folders: `judge` and all in it is one.
#[test]
fn no_folders_are_in_a_circle() {
    let mut folders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, others) in Crate::read().dependencies() {
        let Some(from) = from.first() else { continue };
        let others = others.iter().filter_map(|other| other.first()).filter(|other| *other != from);
        folders.entry(from.clone()).or_default().extend(others.cloned());
    }
    assert_eq!(circle(&folders), None);
}

#[test]
fn searching_knows_nothing_of_judging() {
    let dependencies = Crate::read().dependencies();
    let mut below = vec![module("solve")];
    below.extend(dependencies.keys().filter(|module| module.first().is_some_and(|first| first == "solve")).cloned());
    let mut known: BTreeSet<Module> = BTreeSet::new();
    while let Some(next) = below.pop() {
        if known.insert(next.clone()) {
            below.extend(dependencies.get(&next).into_iter().flatten().cloned());
        }
    }
    let above = ["decide", "judge", "narrow", "relate"];
    let found: Vec<&Module> = known.iter().filter(|m| m.first().is_some_and(|f| above.contains(&f.as_str()))).collect();
    assert!(found.is_empty(), "{found:?}");
}

/// A file that stands for a folder hands names on, and says what the folder is. What is done is done in the folder.
#[test]
fn faces_hold_no_code() {
    let files = Crate::read();
    let faces = files.sources.iter().filter(|(_, source)| !source.children.is_empty());
    for (module, source) in faces {
        let words = source.code.split(|c: char| !c.is_alphanumeric() && c != '_');
        assert!(words.clone().all(|word| word != "fn" && word != "impl"), "{}", module.join("::"));
    }
}

/// The reader itself: what it sees of the crate, and of files that are made up.
#[test]
fn paths_are_followed() {
    let dependencies = Crate::read().dependencies();
    let has = |from: &str, other: &str| dependencies.get(&module(from)).is_some_and(|all| all.contains(&module(other)));
    assert!(has("", "judge::violation"), "a public name, through the face of its folder");
    assert!(has("relate", "solve::search") || has("relate", "solve::example"));
    assert!(has("judge::reach::holder", "judge::sensitive"));
    assert!(has("narrow::oracle", "judge::judgement"), "`judge::violations(..)`, in the middle of the code");
    assert!(dependencies.len() > 50, "{}", dependencies.len());
}

#[test]
fn a_circle_is_found() {
    let files = |second: &str| {
        Crate::of(&[
            ("", "mod a;\nmod b;\npub use a::A;"),
            ("a", "mod inner;\npub(crate) use inner::{A, other::*};\n"),
            ("a::inner", "use crate::b::{self, B};\n"),
            ("b", second),
        ])
    };
    let circle = |second: &str| circle(&files(second).dependencies());
    assert_eq!(circle("pub(crate) struct B;\n// use crate::a::A;\n#[cfg(test)]\nmod tests {\nuse crate::a::A;"), None);
    let both = Some(vec![module("a::inner"), module("b")]);
    assert_eq!(circle("use crate::{\n    a::{A, inner},\n};\n"), both);
    assert_eq!(circle("fn f() -> crate::A {\n}"), both);
    assert_eq!(circle("fn f() {\n    super::a::inner::f();\n}"), both);
}
