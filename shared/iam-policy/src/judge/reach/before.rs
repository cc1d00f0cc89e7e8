//! What the holder does before a request, so that it is allowed.

use super::brought::{Brought, By, Told, Wish, is_about_tags, tagging, wishes};
use super::case::Own;
use super::reached::Reached;
use crate::catalogue::ActionId;
use crate::judge::places::Home;
use crate::judge::scenario::Scenario;
use crate::judge::sensitive::{NAMING, WRITING};
use crate::judge::targets::Targets;
use crate::statement::Condition;
use std::collections::BTreeSet;

/// How many tags are set one after the other, each because the one before is there.
const MAX_ROUNDS: usize = 3;

/// A tag that nobody has.
const ANOTHER_VALUE: &str = "another-value";

/// What something is brought about for, and what the holder may do.
pub(super) struct Before<'b> {
    /// The request that is to be allowed.
    pub(super) scenario: Scenario<'b>,
    pub(super) home: &'b Home,
    /// One of its resources, if they have names.
    pub(super) resource: Option<&'b str>,
    pub(super) told: Told<'b>,
    /// The conditions of the statements about an action, in lower case.
    pub(super) conditions: &'b dyn Fn(&str) -> Vec<&'b Condition>,
    /// Who holds the policy, as far as that is known.
    pub(super) holders: &'b BTreeSet<String>,
    /// Whether an action can be taken on these resources, after that.
    pub(super) on_these: &'b dyn Fn(&str, Scenario<'_>, &Brought) -> Option<Reached>,
    /// Whether an action can be taken on some resource.
    pub(super) on_some: &'b dyn Fn(&str, Scenario<'_>) -> Option<Reached>,
    /// Whether an action can be taken on others.
    pub(super) on: &'b dyn Fn(&str, Scenario<'_>, &Targets, Own) -> Option<Reached>,
}

/// The actions with which the holder gets a tag: all of a row, each on every resource of a kind, or on some. A session that is made of a user has
/// what the user may do (AWS STS API Reference, GetFederationToken), and one of a role that assumes itself what the role may: which role the
/// holder is, the policy does not say.
const TAGGING_ONESELF: [&[(&str, Option<&str>)]; 4] = [
    &[("iam:TagUser", Some("user"))],
    &[("iam:TagRole", Some("role"))],
    &[("sts:TagSession", None), ("sts:GetFederationToken", None)],
    &[("sts:TagSession", None), ("sts:AssumeRole", None)],
];

/// Actions that the holder takes.
type Steps = Vec<(String, Reached)>;

impl Before<'_> {
    /// What the holder can bring about of what the conditions on its action ask for; `None`: nothing.
    pub(super) fn brought(&self) -> Option<Brought> {
        let mut brought = Brought::default();
        let mut open = self.wishes_of(self.scenario.action);
        open.retain(|wish| !self.scenario.is_of_itself || matches!(wish.by, By::Being(_)));
        for round in 0..MAX_ROUNDS {
            let count = open.len();
            open.retain(|wish| !self.comes_true(wish, &mut brought));
            if open.is_empty() || (round > 0 && open.len() == count) || self.told.budget.is_exhausted() {
                break;
            }
            // Who sets a tag may need another for it.
            let more: Vec<Wish> = open.iter().flat_map(|wish| self.wishes_before(wish)).collect();
            let is_new = |wish: &Wish, open: &[Wish]| !open.contains(wish) && !brought.has(wish);
            for wish in more {
                if is_new(&wish, &open) {
                    open.push(wish);
                }
            }
        }
        (!brought.is_empty()).then_some(brought)
    }

    fn wishes_of(&self, action: &str) -> Vec<Wish> {
        wishes(action, (self.conditions)(action).into_iter(), &self.told)
    }

    /// What is asked for where a tag of the resource is set.
    fn wishes_before(&self, wish: &Wish) -> Vec<Wish> {
        if !matches!(wish.by, By::Tagging(_)) {
            return Vec::new();
        }
        let actions = tagging(&wish.key, self.scenario.action, self.resource).into_iter().map(ActionId::full_name);
        let asked = actions.flat_map(|action| self.wishes_of(&action.to_ascii_lowercase()));
        asked.filter(|asked| matches!(asked.by, By::Tagging(_))).collect()
    }

    fn comes_true(&self, wish: &Wish, brought: &mut Brought) -> bool {
        if self.told.budget.is_exhausted() {
            return false;
        }
        let steps = self.granted(wish, brought);
        steps.map(|steps| brought.add(wish.clone(), steps)).is_some()
    }

    /// The actions with which a wish comes true, if the holder may use them.
    fn granted(&self, wish: &Wish, brought: &Brought) -> Option<Steps> {
        match &wish.by {
            By::Tagging(name) => {
                let mut actions = tagging(&wish.key, self.scenario.action, self.resource).into_iter();
                actions.find_map(|id| {
                    let action = id.full_name();
                    let lower = action.to_ascii_lowercase();
                    let scenario = Scenario { tag: Some((name, &wish.value)), ..Scenario::alone(&lower) };
                    let step = (self.on_these)(&action, scenario, brought)?;
                    Some(vec![(action, step)])
                })
            }
            // Who may only give himself the tag that he has chooses none: a resource has another.
            By::Being(name) if is_about_tags(&wish.key) => self.tagged(name, ANOTHER_VALUE),
            By::Being(name) => self.tagged(name, &wish.value),
            By::Naming => NAMING.into_iter().find_map(|action| self.named(action, &wish.value)),
            By::Writing { new } => {
                let policy = Targets::only(wish.value.clone(), self.home);
                let actions = WRITING.into_iter().take(1 + usize::from(*new));
                actions.into_iter().find_map(|action| {
                    let lower = action.to_ascii_lowercase();
                    let step = (self.on)(action, Scenario::alone(&lower), &policy, Own::One)?;
                    Some(vec![(action.to_owned(), step)])
                })
            }
        }
    }

    /// The tag on the holder itself: a user, a role, or a session that keeps what it may do.
    fn tagged(&self, name: &str, value: &str) -> Option<Steps> {
        TAGGING_ONESELF.iter().find_map(|actions| {
            let step = |(action, kind): &(&str, Option<&str>)| {
                let lower = action.to_ascii_lowercase();
                let scenario = Scenario { tag: Some((name, value)), ..Scenario::alone(&lower) };
                let every = |kind: &str| {
                    let start = format!("arn:{}:iam::{}:{kind}/", self.home.partition, self.home.account);
                    let own = Own::of(kind == "user");
                    let all = Targets::every(&format!("{start}*"), self.home);
                    let oneself = self.holders.iter().filter(|holder| holder.starts_with(&start));
                    let mut oneself = oneself.map(|holder| Targets::only(holder.clone(), self.home));
                    let on = |targets: &Targets| (self.on)(action, scenario, targets, own);
                    on(&all).or_else(|| oneself.find_map(|targets| on(&targets)))
                };
                let step = kind.map_or_else(|| (self.on_some)(action, scenario), every)?;
                Some(((*action).to_owned(), step))
            };
            actions.iter().map(step).collect()
        })
    }

    /// A name for the key: both have to be allowed.
    fn named(&self, action: &str, alias: &str) -> Option<Steps> {
        let lower = action.to_ascii_lowercase();
        let of_key = (self.on_these)(action, Scenario::alone(&lower), &Brought::default())?;
        let region = self.resource?.split(':').nth(3)?;
        let arn = format!("arn:{}:kms:{region}:{}:{alias}", self.home.partition, self.home.account);
        let of_alias = (self.on)(action, Scenario::alone(&lower), &Targets::only(arn, self.home), Own::One)?;
        Some(vec![(action.to_owned(), of_key), (action.to_owned(), of_alias)])
    }
}
