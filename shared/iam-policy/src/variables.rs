//! Policy variables: `${aws:username}`, `${aws:username, 'nobody'}`, and `${*}`, `${?}`, `${$}`.

use crate::glob::{Glob, Token};
use crate::request::{Context, lookup};

/// What a variable stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Variables<'a> {
    /// Itself: before version 2012-10-17 there are none.
    Literal,
    /// Any text: for what may be allowed.
    Any,
    /// Nothing: a pattern with a variable matches nothing. For what is certainly denied.
    Refused,
    /// The value in the request. Without one, the default; without that, nothing.
    Of(&'a Context),
}

impl Variables<'_> {
    /// The pattern with its variables replaced; `None` if it matches nothing.
    pub(crate) fn glob(self, pattern: &str) -> Option<Glob> {
        if matches!(self, Variables::Literal) || !pattern.contains("${") {
            return Some(Glob::new(pattern));
        }
        let mut tokens: Vec<Token> = Vec::new();
        for piece in pieces(pattern) {
            match piece {
                Piece::Text(text) => tokens.extend(Glob::new(text).tokens()),
                Piece::Escaped(c) => tokens.push(Token::Literal(c)),
                Piece::Variable(variable) => match self {
                    Variables::Any => tokens.push(Token::Many),
                    _ => tokens.extend(Glob::literal(&self.value(variable)?).tokens()),
                },
            }
        }
        Some(tokens.into_iter().collect())
    }

    /// The text with its variables replaced, wildcards standing for themselves; `None` if there is no such text.
    pub(crate) fn text(self, text: &str) -> Option<String> {
        if matches!(self, Variables::Literal) || !text.contains("${") {
            return Some(text.to_owned());
        }
        let mut result = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => result.push_str(text),
                Piece::Escaped(c) => result.push(c),
                Piece::Variable(variable) => result.push_str(&self.value(variable)?),
            }
        }
        Some(result)
    }

    fn value(self, variable: &str) -> Option<String> {
        let Variables::Of(context) = self else {
            return None;
        };
        let (key, default) = match variable.split_once(',') {
            None => (variable, None),
            Some((key, default)) => (key, default.trim().strip_prefix('\'').and_then(|d| d.strip_suffix('\''))),
        };
        lookup(context, key.trim()).and_then(<[String]>::first).cloned().or(default.map(str::to_owned))
    }
}

/// The names of the variables in a pattern.
pub(crate) fn names(pattern: &str) -> impl Iterator<Item = &str> {
    pieces(pattern).into_iter().filter_map(|piece| match piece {
        Piece::Variable(v) => Some(v.split(',').next().unwrap_or(v).trim()),
        _ => None,
    })
}

enum Piece<'a> {
    Text(&'a str),
    Escaped(char),
    Variable(&'a str),
}

fn pieces(mut text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some((before, after)) = text.split_once("${") {
        let Some((variable, rest)) = after.split_once('}') else {
            break;
        };
        pieces.push(Piece::Text(before));
        pieces.push(match variable {
            "*" => Piece::Escaped('*'),
            "?" => Piece::Escaped('?'),
            "$" => Piece::Escaped('$'),
            variable => Piece::Variable(variable),
        });
        text = rest;
    }
    pieces.push(Piece::Text(text));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: Variables<'_>, pattern: &str, text: &str, expected: bool) {
        let found = variables.glob(pattern).is_some_and(|g| g.matches(text));
        assert_eq!(found, expected, "{variables:?}: `{pattern}` on `{text}`");
    }

    #[test]
    fn replacing() {
        let context = Context::from([("aws:Username".to_owned(), vec!["a*a".to_owned()])]);
        let of = Variables::Of(&context);
        check(of, "user/${aws:username}", "user/a*a", true);
        check(of, "user/${aws:username}", "user/aba", false);
        check(of, "user/${aws:userid}", "user/", false);
        check(of, "user/${aws:userid, 'nobody'}", "user/nobody", true);
        check(of, "a${*}b${?}${$}*", "a*b?$c", true);
        check(of, "a${*}b", "axb", false);
        check(of, "a${b", "a${b", true);
        check(Variables::Any, "user/${aws:username}", "user/x", true);
        check(Variables::Any, "a${*}b", "axb", false);
        check(Variables::Refused, "user/${aws:username}", "user/x", false);
        check(Variables::Refused, "user/*", "user/x", true);
        check(Variables::Literal, "user/${aws:username}", "user/${aws:username}", true);
        check(Variables::Literal, "${*}", "${abc}", true);
    }

    #[test]
    fn naming() {
        assert_eq!(names("a${b}c${*}${d, 'e'}").collect::<Vec<_>>(), ["b", "d"]);
    }
}
