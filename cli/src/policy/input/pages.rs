//! Tells an answer that goes on elsewhere: its policies are not all that there are.

use std::ops::Range;

use super::found::Found;
use super::tree::{At, Lines, Member, Node, Shape};
use crate::policy::json;

/// Members that say outright whether it does: of IAM and most others, of KMS.
const FLAGS: [&str; 3] = ["IsTruncated", "isTruncated", "Truncated"];

/// Members that say where it does: of most services, of `--max-items`, of Lambda and others, of API Gateway.
const MARKS: [&str; 5] = ["NextToken", "nextToken", "NextMarker", "Marker", "position"];

/// What is done about it.
pub(super) const GIVE_ALL: &str = "give all pages, without `--max-items` and `--no-paginate`";

/// What is not in the pages that are there. A page that the next one continues is not the last.
pub(super) fn rest(pages: &[Node]) -> Option<Found> {
    pages.iter().enumerate().find_map(|(i, page)| {
        let mark = goes_on(page)?;
        let is_continued = pages.get(i + 1).is_some_and(|next| continues(page, next));
        (!is_continued).then(|| cut(page, &mark.key))
    })
}

/// A page of which the rest is not there.
pub(super) fn cut(page: &Node, key: &str) -> Found {
    let why = format!("further pages (`{key}`), which are not in the file: {GIVE_ALL}");
    Found { missing: vec![why], ..Found::holder("the answer".to_owned(), page.at, String::new()) }
}

/// What is not in a plan: Terraform shows one that ended with an error, and one that puts changes off ("JSON Output Format", `errored`,
/// `complete` and `deferred_changes`).
pub(super) fn rest_of_plan(text: &str, members: &[(String, Range<usize>)], lines: &Lines<'_>) -> Option<Found> {
    members.iter().find_map(|(key, span)| {
        let why = match key.as_str() {
            "errored" if text.get(span.clone()) == Some("true") => "what comes after the error that it ended with",
            "complete" if text.get(span.clone()) == Some("false") => "changes that it leaves out",
            "deferred_changes" if !json::entries_at(text, span.start).is_empty() => "changes that are put off",
            _ => return None,
        };
        let why = format!("{why} (`{key}`): judge the plan that has them");
        Some(Found { missing: vec![why], ..Found::holder("the plan".to_owned(), lines.at(span.start), key.clone()) })
    })
}

/// Planned values without the changes that make them: what is known only after `terraform apply` is not in them.
pub(super) fn without_changes(at: At) -> Found {
    let why =
        "values without their entry in `resource_changes`, which says what is not known yet: judge the whole plan";
    Found { missing: vec![why.to_owned()], ..Found::holder("the plan".to_owned(), at, "planned_values".to_owned()) }
}

/// The member that says that a page is not the last.
fn goes_on(page: &Node) -> Option<&Member> {
    let flag = page.members().iter().find(|member| FLAGS.contains(&member.key.as_str()));
    if let Some(flag) = flag {
        return Some(flag).filter(|flag| flag.node.is_true());
    }
    // What is called so in a policy, or in what is no list, marks nothing.
    let is_list = page.members().iter().any(|member| matches!(member.node.shape, Shape::List(_)));
    let is_mark = |member: &&Member| {
        MARKS.contains(&member.key.as_str()) && member.node.text().is_some_and(|text| !text.is_empty())
    };
    page.members().iter().filter(|_| is_list).find(is_mark)
}

/// Whether a page has a list that another one has as well.
fn continues(page: &Node, next: &Node) -> bool {
    let mut lists = page.members().iter().filter(|member| matches!(member.node.shape, Shape::List(_)));
    lists.any(|list| next.get(&list.key).is_some_and(|node| matches!(node.shape, Shape::List(_))))
}
