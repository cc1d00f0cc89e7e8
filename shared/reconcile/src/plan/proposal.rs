//! What was met and may be meant, as a standard to accept line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use parapet_core::Home;
use parapet_guards::{Standard, UsedTrail};
use serde::{Serialize, Serializer};

use crate::trails::{FoundTrail, SECOND_COPY, entry};

/// A list of the standard that something is proposed for. The order is the standard's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum List {
    ReplicateTo,
    NotifyTo,
    Accounts,
    Organizations,
    Networks,
    Identities,
    Providers,
    Subjects,
    Administrators,
    Deployers,
    Presets,
}

impl List {
    /// The list of this name in a section, if a finding may name it.
    pub(super) fn of(section: &str, name: &str) -> Option<Self> {
        [
            Self::NotifyTo,
            Self::Accounts,
            Self::Organizations,
            Self::Networks,
            Self::Identities,
            Self::Providers,
            Self::Subjects,
        ]
        .into_iter()
        .find(|list| list.path() == (section, name))
    }

    /// The section, and the name in it; none: it is none's.
    fn path(self) -> (&'static str, &'static str) {
        match self {
            Self::ReplicateTo => ("buckets", "replicate_to"),
            Self::NotifyTo => ("buckets", "notify_to"),
            Self::Accounts => ("trust", "accounts"),
            Self::Organizations => ("trust", "organizations"),
            Self::Networks => ("trust", "networks"),
            Self::Identities => ("trust", "identities"),
            Self::Providers => ("trust", "providers"),
            Self::Subjects => ("trust", "subjects"),
            Self::Administrators => ("principals", "administrators"),
            Self::Deployers => ("principals", "deployers"),
            Self::Presets => ("", "presets"),
        }
    }

    /// How many entries a standard has in it.
    fn entries(self, standard: &Standard) -> usize {
        let Standard { buckets, trust, principals, presets, .. } = standard;
        match self {
            Self::ReplicateTo => buckets.replicate_to.len(),
            Self::NotifyTo => buckets.notify_to.len(),
            Self::Accounts => trust.accounts.len(),
            Self::Organizations => trust.organizations.len(),
            Self::Networks => trust.networks.len(),
            Self::Identities => trust.identities.len(),
            Self::Providers => trust.providers.len(),
            Self::Subjects => trust.subjects.len(),
            Self::Administrators => principals.administrators.len(),
            Self::Deployers => principals.deployers.len(),
            Self::Presets => presets.len(),
        }
    }
}

/// Something that was met: the entry as YAML writes it within brackets, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) list: List,
    pub(super) entry: String,
    pub(super) reason: String,
}

/// What an owner may want to accept. Nothing is accepted by itself: whoever made it may be an intruder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    lists: BTreeMap<List, BTreeMap<String, BTreeSet<String>>>,
    /// Trails that could be used in the place of bootstrap's: the line of the standard, and why.
    trails: BTreeMap<String, String>,
}

/// How many of the places where something was met are told.
const REASONS: usize = 3;

impl Proposal {
    /// Adds what was met, if a standard takes it as one entry of its list and as nothing else: names and values are whatever somebody wrote.
    pub(super) fn add(&mut self, Met { list, entry, reason }: Met, home: &Home) {
        if is_one_entry(list, &entry, home) {
            let reason = reason.chars().map(|c| if is_odd(c) { '\u{fffd}' } else { c }).collect();
            self.lists.entry(list).or_default().entry(entry).or_default().insert(reason);
        }
    }

    /// Adds the trails that record all that the standard asks of bootstrap's own.
    pub(super) fn use_one_of(&mut self, trails: &[FoundTrail], home: &Home) {
        for found in trails.iter().filter(|found| found.is_sufficient) {
            let line = found.used.as_ref().map(|used| (used, entry(used)));
            if let Some((used, line)) = line.filter(|(used, line)| is_this_trail(used, line, home)) {
                let of_another = if used.trail.starts_with("arn:") { ", and is at home elsewhere" } else { "" };
                let reason = format!(
                    "records all management events into `{}`{of_another}: beside bootstrap's trail {SECOND_COPY}",
                    used.bucket
                );
                self.trails.insert(line, reason);
            }
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.trails.is_empty()
    }

    /// As YAML. Each entry stands behind a `#` of its own, under the reason: without that `#` it counts. As it is, it says nothing.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut text = String::from(
            "# What `parapet plan` met and may be meant. Nothing counts until you take the # from its line: accept what is meant, strike the\n\
             # rest, and look for what an intruder may have made. Then add it to your standard.\nversion: 1\n",
        );
        let mut section = "";
        for (list, entries) in &self.lists {
            let (of, name) = list.path();
            // Writing to memory does not fail.
            if of != section {
                text.push('\n');
                text.push_str(&heading(of));
                section = of;
            }
            let _ = writeln!(text, "{}{name}: [", indent(of));
            for (entry, reasons) in entries {
                let told: Vec<&str> = reasons.iter().take(REASONS).map(String::as_str).collect();
                let more = match reasons.len().saturating_sub(REASONS) {
                    0 => String::new(),
                    more => format!("; and {more} more"),
                };
                let _ = writeln!(text, "    # {}{more}", told.join("; "));
                let _ = writeln!(text, "    #{entry},");
            }
            text.push_str("    ]\n");
        }
        if !self.trails.is_empty() {
            text.push_str("\n# One of these at most, in the place of the trail that bootstrap makes: whose its bucket is, CloudTrail does not say.\n");
        }
        for (line, reason) in &self.trails {
            let _ = writeln!(text, "# {reason}\n#{line}");
        }
        text
    }
}

impl Serialize for Proposal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_yaml())
    }
}

/// The line of a section. A list that is none's stands by itself.
fn heading(section: &str) -> String {
    if section.is_empty() { String::new() } else { format!("{section}:\n") }
}

fn indent(section: &str) -> &'static str {
    if section.is_empty() { "" } else { "  " }
}

/// A text as an entry of a list in brackets.
pub(super) fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '*' | '+' | '@' | '=');
    let begins_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
    match begins_well && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}

/// Whether a list takes it as one entry, and goes on after it.
fn is_one_entry(list: List, entry: &str, home: &Home) -> bool {
    let (section, name) = list.path();
    // As it will stand: on a line of its own, with others after it.
    let counted = |lines: &str| {
        let text = format!("version: 1\n{}{}{name}: [\n{lines}    ]\n", heading(section), indent(section));
        Standard::parse(&text, "the proposal", home).ok().map(|standard| list.entries(&standard))
    };
    let line = format!("    {entry},\n");
    let is_one = counted(&line) == Some(1) && counted(&line.repeat(2)) == Some(2);
    is_one && !entry.starts_with(' ') && !entry.chars().any(is_odd)
}

/// Whether a standard takes a line as the use of this trail, and goes on after it.
fn is_this_trail(used: &UsedTrail, line: &str, home: &Home) -> bool {
    let text = format!("version: 1\n{line}\nmode: enforce\n");
    let parsed = Standard::parse(&text, "the proposal", home).ok();
    let is_one = parsed.is_some_and(|standard| standard.trail.used.as_ref() == Some(used));
    is_one && !line.chars().any(is_odd)
}

/// What could end a line, or change how one reads.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    fn met(list: List, entry: &str) -> Met {
        Met { list, entry: entry.to_owned(), reason: "met in role `app`".to_owned() }
    }

    /// As whoever accepts all of it leaves it.
    fn accepted(proposal: &Proposal) -> Standard {
        let line = |line: &str| match line.trim_start().strip_prefix('#') {
            Some(entry) if !entry.starts_with(' ') => format!("    {entry}"),
            _ => line.to_owned(),
        };
        let text: Vec<String> = proposal.to_yaml().lines().map(line).collect();
        Standard::parse(&text.join("\n"), "the proposal", &home()).unwrap()
    }

    #[test]
    fn a_proposal_is_a_standard_accepted_or_not() {
        let mut proposal = Proposal::default();
        let subject = "{provider: token.actions.githubusercontent.com, claim: sub, pattern: 'repo:acme/ml:*'}";
        for (list, entry) in [
            (List::Administrators, "role/admin"),
            (List::Administrators, "'role/a,b'"),
            (List::Administrators, "role/AWSReservedSSO_Ops_*"),
            (List::Deployers, "role/ci"),
            (List::Deployers, "role/AWSReservedSSO_Dev_*"),
            (List::Accounts, "'444455556666'"),
            (List::Organizations, "o-abcdefghij"),
            (List::Networks, "'vpce-1'"),
            (List::Identities, "E1"),
            (List::Providers, "saml-provider/okta"),
            (List::Subjects, subject),
            (List::ReplicateTo, "copies"),
            (List::NotifyTo, "'arn:aws:sqs:us-east-1:444455556666:queue'"),
            (List::Presets, "cdk"),
        ] {
            proposal.add(met(list, entry), &home());
        }
        let yaml = proposal.to_yaml();
        insta::assert_snapshot!(yaml);
        let nothing = Standard::parse(&yaml, "the proposal", &home()).unwrap();
        assert!(nothing.principals.administrators.is_empty() && nothing.trust.accounts.is_empty());
        // Without any comment it says nothing either.
        let bare: Vec<&str> = yaml.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        assert!(Standard::parse(&bare.join("\n"), "the proposal", &home()).is_ok());
        let all = accepted(&proposal);
        let expected = ["'role/a,b'", "role/AWSReservedSSO_Ops_*", "role/admin"].map(|name| name.replace('\'', ""));
        assert_eq!(all.principals.administrators, expected);
        assert_eq!(all.trust.accounts, ["444455556666"]);
        assert_eq!((all.trust.subjects.len(), all.buckets.replicate_to.len()), (1, 1));
        assert_eq!((all.buckets.notify_to.len(), all.presets.len()), (1, 1));
    }

    fn found(trail: &str, bucket: &str, key: Option<&str>) -> FoundTrail {
        let used = UsedTrail { trail: trail.to_owned(), bucket: bucket.to_owned(), key: key.map(str::to_owned) };
        FoundTrail {
            trail: trail.to_owned(),
            bucket: Some(bucket.to_owned()),
            is_used: false,
            is_sufficient: true,
            lacks: Vec::new(),
            advice: None,
            used: Some(used),
        }
    }

    #[test]
    fn a_trail_is_a_line_that_takes_its_place() {
        let mut proposal = Proposal::default();
        let organizations = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/org";
        let key = "arn:aws:kms:eu-west-1:444455556666:key/1";
        let weak = FoundTrail { is_sufficient: false, ..found("weak", "weak-logs", None) };
        proposal.use_one_of(
            &[found("audit", "audit-logs", None), found(organizations, "org-logs", Some(key)), weak],
            &home(),
        );
        let yaml = proposal.to_yaml();
        insta::assert_snapshot!(yaml);
        assert_eq!(Standard::parse(&yaml, "the proposal", &home()).unwrap().trail.used, None);
        let accepted = |line: &str| Standard::parse(&yaml.replace(&format!("#{line}"), line), "the proposal", &home());
        let one = accepted("trail: {use: {trail: 'audit'").unwrap().trail.used.unwrap();
        assert_eq!((one.trail.as_str(), one.bucket.as_str(), one.key), ("audit", "audit-logs", None));
        let one = accepted("trail: {use: {trail: 'arn:").unwrap().trail.used.unwrap();
        assert_eq!((one.trail.as_str(), one.key.as_deref()), (organizations, Some(key)));
        accepted("trail:").unwrap_err();
    }

    #[test]
    fn no_trail_says_more_than_itself() {
        let mut proposal = Proposal::default();
        let trails = [
            ("audit", "audit-logs'}}\nmode: observe\n#", None),
            ("au'dit", "audit-logs", None),
            ("audit\n", "audit-logs", None),
            ("parapet", "audit-logs", None),
            ("audit", "parapet-logs-111122223333-us-east-1", None),
            ("audit", "audit-logs", Some("arn:aws:kms:us-east-1:111122223333:alias/'}}")),
            ("{account}-audit", "audit-logs", None),
        ];
        proposal.use_one_of(&trails.map(|(trail, bucket, key)| found(trail, bucket, key)), &home());
        assert!(proposal.is_empty(), "{}", proposal.to_yaml());
    }

    /// A policy is somebody's text: what he writes becomes one entry, or none.
    #[test]
    fn no_name_says_more_than_itself() {
        let mut proposal = Proposal::default();
        for (list, entry) in [
            (List::Accounts, "'1"),
            (List::Accounts, "'444455556666', '777788889999'"),
            (List::Accounts, "'444455556666'],\nmode: observe #"),
            (List::Accounts, "'444455556666' # and more"),
            (List::Identities, "A]}"),
            (List::Identities, "*"),
            (List::Subjects, "{provider: a, claim: sub, pattern: 'x'}, {provider: b, claim: sub, pattern: '*'}"),
            (List::Subjects, "{provider: a.example, claim: sub, pattern: 'x\n'}"),
            (List::Networks, "'0.0.0.0/0'"),
            (List::NotifyTo, "'arn:aws:sqs:us-east-1:*:queue'"),
            (List::Presets, "terraform"),
            (List::Administrators, "jane"),
            (List::Deployers, "role/ci-*"),
            (List::Deployers, "group/dev"),
            (List::Administrators, " role/a"),
        ] {
            proposal.add(met(list, entry), &home());
        }
        assert!(proposal.is_empty(), "{}", proposal.to_yaml());
        let odd = Met { reason: "met in `x`\nmode: observe".to_owned(), ..met(List::Identities, "A1") };
        proposal.add(odd, &home());
        assert!(!proposal.to_yaml().contains("\nmode"));
    }
}
