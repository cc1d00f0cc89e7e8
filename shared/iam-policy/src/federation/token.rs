//! Tokens of somebody else, as examples.

use super::issuer::{issuer_of, provider};
use super::provider::{Tenancy, Tenant};
use crate::glob::{Glob, Token};

/// What names end with.
const ENDS: [char; 3] = [':', '/', '|'];

/// How many wildcards of a pattern are tried with everything that could stand for them.
const TRIED: usize = 2;

/// Nobody reads an example that is longer.
const LONGEST: usize = 256;

/// How many examples are enough.
const MOST: usize = 4;

/// What the values of a claim look like, as patterns; none: like anything.
pub(crate) fn forms(principal: &str, claim: &str) -> Vec<String> {
    templates(principal, claim).iter().map(|template| form(template)).collect()
}

/// The values of a claim in tokens of somebody else that a pattern lets in; without a pattern: any.
pub(crate) fn strangers(principal: &str, claim: &str, pattern: Option<&str>) -> Vec<String> {
    let mut templates = templates(principal, claim);
    let Some(pattern) = pattern else { return templates.iter().take(1).map(|template| example(template)).collect() };
    if pattern.len() > LONGEST {
        return Vec::new();
    }
    let glob = Glob::new(pattern);
    let begin = glob.literal_prefix();
    templates.retain(|template| {
        let label = template.split('{').next().unwrap_or_default();
        label.starts_with(&begin) || begin.starts_with(label)
    });
    let examples: Vec<String> = templates.iter().map(|template| example(template)).collect();
    let fits = |value: &String| templates.iter().any(|template| is_formed(value, template)) && glob.matches(value);
    let mut filled = vec![String::new()];
    let mut wildcards = 0;
    for (at, token) in glob.tokens().iter().enumerate() {
        filled = match token {
            Token::Literal(c) => filled.into_iter().map(|text| format!("{text}{c}")).collect(),
            Token::One => filled.into_iter().map(|text| format!("{text}x")).collect(),
            Token::Many => {
                wildcards += 1;
                let is_last = at + 1 == glob.tokens().len();
                let most = if wildcards > TRIED { 1 } else { usize::MAX };
                filled.iter().flat_map(|text| fillings(text, &examples, is_last).into_iter().take(most)).collect()
            }
        };
    }
    filled.into_iter().filter(fits).take(MOST).collect()
}

/// Somebody else's values of a claim, with what can be anything else in braces.
fn templates(principal: &str, claim: &str) -> Vec<String> {
    let Some(provider) = provider(issuer_of(principal)).filter(|p| p.tenancy != Tenancy::Own) else {
        return Vec::new();
    };
    if claim == "sub" {
        return provider.subjects.iter().map(|subject| (*subject).to_owned()).collect();
    }
    let ends = provider.claims.iter().filter(|known| known.name == claim).filter_map(|known| match known.tenant {
        Tenant::UpTo(end) => Some(format!("{{evil}}{end}{{x}}")),
        _ => None,
    });
    ends.collect()
}

/// Whether a value has the form of a template: names have no separators, but for what stands last.
fn is_formed(value: &str, template: &str) -> bool {
    let mut pieces = template.split('{').peekable();
    let Some(mut rest) = pieces.next().and_then(|begin| value.strip_prefix(begin)) else { return false };
    while let Some(piece) = pieces.next() {
        let end = if pieces.peek().is_some() { rest.find(ENDS).unwrap_or(rest.len()) } else { rest.len() };
        let (name, behind) = rest.split_at(end);
        let fixed = piece.split_once('}').map_or("", |(_, fixed)| fixed);
        match behind.strip_prefix(fixed) {
            Some(behind) if !name.is_empty() => rest = behind,
            _ => return false,
        }
    }
    rest.is_empty()
}

/// Of a template, its form: what stands in braces is anything.
fn form(template: &str) -> String {
    let mut pieces = template.split('{');
    let begin = pieces.next().unwrap_or_default();
    let rest = pieces.map(|piece| format!("?*{}", piece.split_once('}').map_or("", |(_, fixed)| fixed)));
    std::iter::once(begin.to_owned()).chain(rest).collect()
}

/// Of a template, the text.
fn example(template: &str) -> String {
    template.replace(['{', '}'], "")
}

/// A text that was begun, with what can stand for a wildcard behind it: what stands at that place of the examples, up to the next
/// separator or, first of all behind the last wildcard, all of it. A name that was begun is made longer.
fn fillings(begun: &str, examples: &[String], is_last: bool) -> Vec<String> {
    let is_within = !begun.is_empty() && !begun.ends_with(ENDS);
    let mut found: Vec<String> = Vec::new();
    for rest in examples.iter().filter_map(|example| rest_of(example, begun)) {
        let first = rest.split(ENDS).next().unwrap_or_default();
        let part = rest.split(':').next().unwrap_or_default();
        let longer = match (first, begun.ends_with('-')) {
            ("evil", true) => "evil",
            ("evil", false) => "-evil",
            _ => "",
        };
        let with = |text: &str| match is_within {
            true => format!("{begun}{longer}{}", text.strip_prefix(first).unwrap_or_default()),
            false => format!("{begun}{text}"),
        };
        let mut texts = [with(first), with(part), with(rest)];
        if is_last {
            texts.reverse();
        }
        for text in texts {
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}

/// What of an example stands where a text ends that was begun: behind as many colons, and as many slashes after the last of them.
fn rest_of<'a>(example: &'a str, begun: &str) -> Option<&'a str> {
    let behind = |text: &'a str, end: char, count: usize| match count {
        0 => Some(text),
        count => text.match_indices(end).nth(count - 1).and_then(|(at, _)| text.get(at + end.len_utf8()..)),
    };
    let part = begun.rsplit(':').next().unwrap_or_default();
    let rest = behind(example, ':', begun.matches(':').count())?;
    behind(rest, '/', part.matches('/').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(issuer: &str, claim: &str, pattern: &str, expected: Option<&str>) {
        let found = strangers(&format!("arn:aws:iam::1:oidc-provider/{issuer}"), claim, Some(pattern));
        assert_eq!(found.first().map(String::as_str), expected, "{pattern}");
    }

    #[test]
    fn tokens_of_somebody_else() {
        const GITHUB: &str = "token.actions.githubusercontent.com";
        check(GITHUB, "sub", "repo:acme*", Some("repo:acme-evil/x:ref:refs/heads/main"));
        check(GITHUB, "sub", "repo:*/shop:*", Some("repo:evil/shop:ref:refs/heads/main"));
        check(GITHUB, "sub", "repo:acme?/shop:environment:prod", Some("repo:acmex/shop:environment:prod"));
        check(GITHUB, "sub", "*", Some("repo:evil/x:ref:refs/heads/main"));
        check(GITHUB, "sub", "repository_owner:acme*", Some("repository_owner:acme-evil"));
        check(GITHUB, "sub", "acme/*", None);
        check(GITHUB, "repository", "acme*", Some("acme-evil/x"));
        let terraform = "organization:*:project:ml:workspace:prod:run_phase:apply";
        let stranger = "organization:evil:project:ml:workspace:prod:run_phase:apply";
        check("app.terraform.io", "sub", terraform, Some(stranger));
        check(GITHUB, "sub", "repo:*:ref:refs/heads/main", Some("repo:evil/x:ref:refs/heads/main"));
        check(
            "gitlab.com",
            "sub",
            "project_path:acme-*/x:*",
            Some("project_path:acme-evil/x:ref_type:branch:ref:main"),
        );
        check("gitlab.com", "sub", "project_path:acme*", Some("project_path:acme-evil/x:ref_type:branch:ref:main"));
    }

    #[test]
    fn forms_of_tokens() {
        assert_eq!(form("repo:{evil}/{x:ref:refs/heads/main}"), "repo:?*/?*");
        assert_eq!(form("auth0|{evil}"), "auth0|?*");
        let formed = |value: &str| is_formed(value, "repo:{evil}/{x:ref:refs/heads/main}");
        assert!(formed("repo:a/b:pull_request") && formed("repo:a/b"));
        assert!(!formed("repo:a:ref:refs/heads/main") && !formed("repo:/b:x") && !formed("repo:a/"));
    }
}
