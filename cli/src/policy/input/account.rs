//! Finds who may do what in an account, in what `aws iam get-account-authorization-details` answers.
//!
//! Each user, role and group is judged by all that it holds together: its own policies, those that are attached to it, those of its groups,
//! within its boundary. What a role trusts is judged by itself, and so is a managed policy that nobody holds.
//!
//! A large account's answer is some hundred megabytes. Its text is in memory, and beside it only where each entry begins: an entry is read
//! when it is its turn, and forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::found::{Found, Piece, Text, statements};
use super::pages::{self, GIVE_ALL};
use super::tree::{Lines, Node, Shape};
use super::walk::{account_of, policy_in};
use crate::policy::json;
use crate::policy::kind::PolicyType;
use crate::policy::report::Refusal;

/// The lists of an answer.
const USERS: &str = "UserDetailList";
const GROUPS: &str = "GroupDetailList";
const ROLES: &str = "RoleDetailList";
const POLICIES: &str = "Policies";

/// Whether an object is such an answer.
pub(super) fn is_answer(has: impl Fn(&str) -> bool) -> bool {
    [USERS, GROUPS, ROLES].into_iter().any(has)
}

/// The member that says that a page is not the last.
pub(super) fn goes_on(text: &str, page: &[(String, Range<usize>)]) -> Option<&'static str> {
    page.iter().find_map(|(key, span)| match key.as_str() {
        "IsTruncated" => (text.get(span.clone()) == Some("true")).then_some("IsTruncated"),
        "NextToken" => (text.get(span.clone()) != Some("null")).then_some("NextToken"),
        _ => None,
    })
}

/// An answer that is read entry by entry.
pub(super) struct Account<'t> {
    text: &'t str,
    lines: Lines<'t>,
    /// Each list's entries.
    lists: BTreeMap<String, Vec<Range<usize>>>,
    /// The place of each managed policy by its ARN, and its number in the list.
    managed: BTreeMap<String, usize>,
    /// The number of each group by its name.
    groups: BTreeMap<String, usize>,
    /// Managed policies that somebody in the file holds, or is bounded by.
    held: BTreeSet<String>,
    /// The member that says that the answer goes on elsewhere, if it does.
    cut: Option<&'static str>,
}

impl<'t> Account<'t> {
    /// The answer in a text, whose pages begin at these places. The last of them says whether there are more.
    pub(super) fn of(text: &'t str, starts: &[usize]) -> Self {
        let pages: Vec<_> = starts.iter().map(|start| json::members_at(text, *start)).collect();
        let cut = pages.last().and_then(|page| goes_on(text, page));
        let mut lists: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
        for (key, span) in pages.into_iter().flatten() {
            lists.entry(key).or_default().extend(json::entries_at(text, span.start));
        }
        let mut account = Self {
            text,
            lines: Lines::of(text),
            lists,
            managed: BTreeMap::new(),
            groups: BTreeMap::new(),
            held: BTreeSet::new(),
            cut,
        };
        account.managed = account.numbers(POLICIES, "Arn");
        account.groups = account.numbers(GROUPS, "GroupName");
        for list in [USERS, GROUPS, ROLES] {
            for number in 0..account.count(list) {
                let Some(node) = account.entry(list, number) else { continue };
                let attached = node.get("AttachedManagedPolicies").map(Node::items).unwrap_or_default();
                let attached = attached.iter().filter_map(|policy| policy.get("PolicyArn"));
                let boundary = node.get("PermissionsBoundary").and_then(|b| b.get("PermissionsBoundaryArn"));
                account.held.extend(attached.chain(boundary).filter_map(Node::text).map(str::to_owned));
            }
        }
        account
    }

    /// Hands over all that is found, one after the other.
    pub(super) fn each<E>(&self, mut one: impl FnMut(Found) -> Result<(), E>) -> Result<(), E> {
        for (list, word, inline) in
            [(USERS, "user", "UserPolicyList"), (GROUPS, "group", "GroupPolicyList"), (ROLES, "role", "RolePolicyList")]
        {
            for number in 0..self.count(list) {
                let path = format!("{list}[{number}]");
                let Some(node) = self.entry(list, number) else { continue };
                if list == ROLES {
                    one(self.trust(&node, &path))?;
                }
                one(self.holder(&node, word, inline, &path))?;
            }
        }
        for number in 0..self.count(POLICIES) {
            let path = format!("{POLICIES}[{number}]");
            let Some(node) = self.entry(POLICIES, number) else { continue };
            let arn = text(&node, "Arn");
            if !self.held.contains(arn) {
                let found = Found::one(self.version(&node, &path), Some(PolicyType::Identity));
                one(Found { account: account_of(arn), ..found })?;
            }
        }
        // What is not in the file may be of anybody: also of nobody who is.
        if let Some(key) = self.cut {
            let start = Node { at: self.lines.at(0), shape: Shape::Object(Vec::new()) };
            one(pages::cut(&start, key))?;
        }
        Ok(())
    }

    fn count(&self, list: &str) -> usize {
        self.lists.get(list).map_or(0, Vec::len)
    }

    fn entry(&self, list: &str, number: usize) -> Option<Node> {
        let span = self.lists.get(list)?.get(number)?;
        Some(self.lines.tree(&json::places_at(self.text, span.start)?))
    }

    fn numbers(&self, list: &str, key: &str) -> BTreeMap<String, usize> {
        let entries = (0..self.count(list)).filter_map(|number| Some((self.member(list, number, key)?, number)));
        entries.collect()
    }

    /// A string in an entry, without reading the rest of it.
    fn member(&self, list: &str, number: usize, key: &str) -> Option<String> {
        let span = self.lists.get(list)?.get(number)?;
        let members = json::members_at(self.text, span.start);
        let (_, value) = members.into_iter().find(|(name, _)| name == key)?;
        serde_json::from_str(self.text.get(value)?).ok()
    }

    /// Who may assume a role.
    fn trust(&self, role: &Node, path: &str) -> Found {
        let name = format!("role {} / trust policy", name(role, "RoleName", path));
        let path = format!("{path}.AssumeRolePolicyDocument");
        let found = Found::one(piece(role, "AssumeRolePolicyDocument", name, path), Some(PolicyType::Trust));
        Found { account: account_of(text(role, "Arn")), ..found }
    }

    /// All that somebody holds.
    fn holder(&self, node: &Node, word: &str, inline: &str, path: &str) -> Found {
        let who = format!("{word} {}", name(node, &format!("{}Name", capital(word)), path));
        let mut found = Found::holder(who.clone(), node.at, path.to_owned());
        found.account = account_of(text(node, "Arn"));
        if self.cut.is_some() {
            found.missing.push(format!("the rest of an answer that goes on: {GIVE_ALL}"));
        }
        self.add(&mut found, node, inline, &who, path);
        let groups = node.get("GroupList").map(Node::items).unwrap_or_default();
        for group in groups.iter().filter_map(Node::text) {
            match self.groups.get(group).and_then(|number| Some((*number, self.entry(GROUPS, *number)?))) {
                Some((number, node)) => {
                    let (who, path) = (format!("{who} / group {group}"), format!("{GROUPS}[{number}]"));
                    self.add(&mut found, &node, "GroupPolicyList", &who, &path);
                }
                None => found.missing.push(format!("the group `{group}`")),
            }
        }
        if let Some(boundary) = node.get("PermissionsBoundary") {
            let arn = text(boundary, "PermissionsBoundaryArn");
            match self.attached(arn) {
                None => found.unbounded = Some(arn.to_owned()),
                Some(piece) => found.limits.push(piece),
            }
        }
        found
    }

    fn add(&self, found: &mut Found, node: &Node, inline: &str, who: &str, path: &str) {
        let own = node.get(inline).map(Node::items).unwrap_or_default();
        for (i, policy) in own.iter().enumerate() {
            let path = format!("{path}.{inline}[{i}]");
            let name = format!("{who} / {}", name(policy, "PolicyName", &path));
            found.parts.push(piece(policy, "PolicyDocument", name, format!("{path}.PolicyDocument")));
        }
        let attached = node.get("AttachedManagedPolicies").map(Node::items).unwrap_or_default();
        for policy in attached {
            let arn = text(policy, "PolicyArn");
            match self.attached(arn) {
                Some(piece) => found.parts.push(Piece { name: format!("{who} / {}", piece.name), ..piece }),
                None => found.missing.push(format!("the policy `{arn}`")),
            }
        }
    }

    fn attached(&self, arn: &str) -> Option<Piece> {
        let number = *self.managed.get(arn)?;
        Some(self.version(&self.entry(POLICIES, number)?, &format!("{POLICIES}[{number}]")))
    }

    /// The version of a managed policy that counts.
    fn version(&self, policy: &Node, path: &str) -> Piece {
        let name = format!("policy {}", name(policy, "PolicyName", path));
        let versions = policy.get("PolicyVersionList").map(Node::items).unwrap_or_default();
        let default =
            versions.iter().enumerate().find(|(_, version)| version.get("IsDefaultVersion").is_some_and(Node::is_true));
        match default {
            Some((i, version)) => piece(version, "Document", name, format!("{path}.PolicyVersionList[{i}].Document")),
            None => {
                let refusal = Refusal::new("", "no default version", "one with `\"IsDefaultVersion\": true`");
                let path = format!("{path}.PolicyVersionList");
                Piece { name, at: policy.at, path, text: Text::Damaged(refusal) }
            }
        }
    }
}

/// The policy that stands under a key, as an object or a string.
fn piece(of: &Node, key: &str, name: String, path: String) -> Piece {
    let node = of.get(key);
    let expected = "a policy: an object, or a string of JSON";
    let text = match node {
        None => Text::Damaged(Refusal::new("", "nothing", expected)),
        Some(node) => match node.text() {
            Some(text) => policy_in(text, key)
                .unwrap_or_else(|| Text::Damaged(Refusal::new("", "a string that is no JSON object", expected))),
            None => node.value("").map_or_else(Text::Damaged, |value| Text::known(value, statements(node))),
        },
    };
    Piece { name, at: node.map_or(of.at, |node| node.at), path, text }
}

fn text<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::text).unwrap_or_default()
}

fn name<'n>(node: &'n Node, key: &str, otherwise: &'n str) -> &'n str {
    node.get(key).and_then(Node::text).unwrap_or(otherwise)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
