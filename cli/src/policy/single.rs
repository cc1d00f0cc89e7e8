//! Reads files of which each has to have one policy: those that are compared, and those that are held against others.

use std::convert::Infallible;
use std::path::Path;

use iam_policy::Document;

use super::files::{Unreadable, name, text};
use super::input::{Found, InputFormat, SOME_ACCOUNT, Sorted, Text, Unread, each, sort};
use super::report::Refusal;
use super::show::{Placed, Source};

const GIVE: &str = "a policy by itself, or what the AWS CLI prints of one";

/// The policy in a file.
pub(super) fn read(path: &Path) -> Result<Source, Unreadable> {
    let (name, text) = (name(path), text(path)?);
    let unread = |what: String| Unreadable::unread(&name, &Unread { what, give: GIVE.to_owned(), at: None });
    match sort(&text, InputFormat::Auto) {
        Ok(Sorted::Document(text)) => Source::of(name, text),
        Ok(sorted @ Sorted::Answer(_)) => {
            let mut all = Vec::new();
            let Ok(()) = each(&sorted, SOME_ACCOUNT, |found| -> Result<(), Infallible> {
                all.push(found);
                Ok(())
            });
            match all.as_slice() {
                [only] => placed(&name, only),
                all => Err(unread(format!("an answer of the AWS CLI with {} policies", all.len()))),
            }
        }
        Ok(sorted) => Err(unread(sorted.what().to_owned())),
        Err(unread) => Err(Unreadable::unread(&name, &unread)),
    }
}

/// A policy that stands in an answer.
fn placed(name: &str, found: &Found) -> Result<Source, Unreadable> {
    let refused = |refusal: Refusal| {
        let unread = Unread { what: refusal.found, give: refusal.allowed, at: Some(found.at) };
        Unreadable::unread(name, &unread)
    };
    match found.parts.first().map(|piece| &piece.text) {
        Some(Text::Policy { value, statements, .. }) => {
            let document = Document::from_value(value.clone()).map_err(|error| refused(Refusal::at("", &error)))?;
            let placed =
                Placed { name: found.name.clone(), at: found.at, statements: statements.clone(), value: value.clone() };
            Ok(Source { name: name.to_owned(), text: String::new(), document, placed: Some(placed) })
        }
        Some(Text::Damaged(refusal)) => Err(refused(refusal.clone())),
        Some(Text::Open(what)) => Err(refused(Refusal::new("", what.clone(), GIVE))),
        None => Err(refused(Refusal::new("", "an answer without a policy", GIVE))),
    }
}
