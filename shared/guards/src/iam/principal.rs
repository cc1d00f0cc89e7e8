//! All policies that somebody holds, taken together: what no one of them allows, several may.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use iam_policy::{
    Document, Holding, Judgement, Narrowing, PolicyKind, Settled, StatementAt, Violation, ViolationKind,
    could_complete_escalation, judge, narrow_beside, new_access,
};
use parapet_core::Arn;
use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::foundation::documents::statements_shared_with;
use crate::iam::deny_removed::{self, DENY_REMOVED};
use crate::iam::own_role::{self, OWN_ROLE};
use crate::iam::preset;
use crate::iam::principal_tags::{self, PRINCIPAL_TAG};
use crate::iam::resources::SERVICE;
use crate::iam::strong::{self, Strength};
use crate::judge::change::is_allow;
use crate::judge::others::names_others;
use crate::judge::question::inline_quota;
use crate::judge::rules::{self, Deploying, about_deploy_roles, rules};
use crate::judge::statements;
use crate::{Facet, IamEntity, Preset, Resource, State, Subject, Undetermined, on};

control! {
    IAM_COMBINED = "IAM.CombinedEscalation", High, Enforce, fsbp [], cis [],
    "No policies that somebody holds together make an administrator or give a way to more permissions",
    "What no policy allows by itself, several may.",
}

/// All policies that a user, role or group holds, taken together.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Principal;
    type State = Policies;
    type Action = PoliciesAction;

    const ROW: Row = Row {
        id: "principal-policies",
        name: "all policies",
        service: &SERVICE,
        events: &[
            "DeleteUserPolicy",
            "DeleteRolePolicy",
            "DeleteGroupPolicy",
            "DetachUserPolicy",
            "DetachRolePolicy",
            "DetachGroupPolicy",
            "DeleteUserPermissionsBoundary",
            "DeleteRolePermissionsBoundary",
            "TagUser",
            "TagRole",
            "UntagUser",
            "UntagRole",
        ],
        controls: &[IAM_COMBINED, DENY_REMOVED, PRINCIPAL_TAG, OWN_ROLE],
        // A user's groups and their policies are as many as they are.
        calls_a_look: None,
        comes_last: true,
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(subject: &Subject<'a>, last_known: Option<&Policies>, observed: &Policies) -> Flaws<'a, Policies> {
        if let Some(on::Principal { entity }) = subject.on()
            && own_role::of(subject, entity).is_some()
        {
            return Ok(own_role::of_policies(subject, entity, observed).into_iter().collect());
        }
        let boundary = observed.boundary.as_ref();
        let together = match violations_of(subject, observed, &POWERS) {
            Ok(together) => together,
            Err(why) => return undecided(subject, last_known, observed, why).map(|flaw| vec![flaw]),
        };
        if let Some(flaws) = principal_tags::flaws(subject, last_known, observed, &together) {
            return Ok(flaws);
        }
        if Self::is_left_to_aws(observed) {
            return Ok(Vec::new());
        }
        if let Some(flaws) = last_known.and_then(|last| deny_removed::flaws(subject, last, observed, &together)) {
            return Ok(flaws);
        }
        // What one document makes is judged with that document, beside whoever has it: a group's policy may name one of its members.
        let entity = subject.on::<on::Principal>().map(|on| &on.entity);
        let impostor = entity
            .and_then(|entity| preset::impostor(subject, entity, observed.arn.as_deref(), observed.tags.as_ref()));
        let is_made = |(place, document): (Place<'_>, &Document)| {
            // Where it lies it was spared for a name.
            if impostor.as_ref().is_some_and(|(shape, _)| shape.spares(place, document)) {
                return Ok(false);
            }
            let group = observed.group_of(place).map(Resource::from);
            let subject = group.as_ref().map_or(*subject, |group| Subject { resource: group, ..*subject });
            violations(&subject, &[document], boundary, &POWERS).map(|found| !found.is_empty())
        };
        if together.is_empty()
            || observed.documents().into_iter().map(is_made).collect::<Result<Vec<_>, _>>()?.contains(&true)
        {
            return Ok(Vec::new());
        }
        let is_from_before = last_known.is_some_and(|last| is_from_before(subject, last, observed));
        let right = if is_from_before { None } else { without(subject, last_known, observed) };
        let flaw = |violation: Violation| {
            let mut detail = told(&violation, &observed.documents());
            if let Some((shape, why)) = &impostor {
                detail = format!("{detail}; the preset `{}` does not spare it: {why}", shape.preset().name());
            }
            let flaw = match right.clone() {
                Some(right) => Flaw::new(IAM_COMBINED, detail, move |policies: &mut Policies| *policies = right),
                None => Flaw::without_remedy(IAM_COMBINED, detail),
            };
            let flaw = flaw.shown_by(violation.witness);
            if is_from_before { flaw.from_before() } else { flaw }
        };
        Ok(together.into_iter().map(flaw).collect())
    }

    /// What is attached elsewhere, or bounds, is nobody's to change from here.
    fn diff(from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        let detached = from.attached.keys().filter(|arn| !to.attached.contains_key(*arn));
        let attached = to.attached.iter().filter(|(arn, _)| !from.attached.contains_key(*arn));
        let deleted = from.inline.keys().filter(|name| !to.inline.contains_key(*name));
        let put = to.inline.iter().filter(|(name, document)| from.inline.get(*name) != Some(*document));
        let mut actions: Vec<PoliciesAction> = detached.cloned().map(PoliciesAction::DetachPolicy).collect();
        actions.extend(deleted.cloned().map(PoliciesAction::DeletePolicyOf));
        let named = |(name, document): (&String, &Document)| (name.clone(), document.clone());
        actions.extend(put.map(named).map(|(name, document)| PoliciesAction::PutPolicyOf { name, document }));
        actions.extend(attached.map(named).map(|(arn, document)| PoliciesAction::AttachPolicy { arn, document }));
        actions.extend(of_groups(from, to));
        actions.extend(principal_tags::diff(from, to));
        actions
    }

    fn step(state: &Self::State, action: &Self::Action) -> Self::State {
        let mut policies = state.clone();
        match action {
            PoliciesAction::DetachPolicy(arn) => {
                policies.attached.remove(arn);
            }
            PoliciesAction::DeletePolicyOf(name) => {
                policies.inline.remove(name);
            }
            PoliciesAction::PutPolicyOf { name, document } => {
                policies.inline.insert(name.clone(), document.clone());
            }
            PoliciesAction::AttachPolicy { arn, document } => {
                policies.attached.insert(arn.clone(), document.clone());
            }
            PoliciesAction::LeaveGroup(group) => policies.leave(group),
            PoliciesAction::JoinGroup { group, policies: of_group } => {
                policies.groups.insert(group.clone(), of_group.keys().cloned().collect());
                policies.of_groups.extend(of_group.clone());
            }
            PoliciesAction::TakeFromGroup { group, arn } => policies.lose_of_group(group, arn),
            PoliciesAction::SetTag { key, value } => {
                policies.tags.get_or_insert_default().insert(key.clone(), value.clone());
            }
            PoliciesAction::RemoveTag(key) => {
                policies.tags.get_or_insert_default().remove(key);
            }
            PoliciesAction::GiveToGroup { group, arn, document } => {
                policies.groups.entry(group.clone()).or_default().insert(arn.clone());
                policies.of_groups.insert(arn.clone(), document.clone());
            }
        }
        policies
    }

    fn is_left_to_aws(state: &Self::State) -> bool {
        state.arn.as_deref().is_some_and(is_of_aws)
    }

    /// Which of several policies was there before does not show, nor what was denied.
    fn is_judged_by_memory(_subject: &Subject<'_>, _observed: &Self::State) -> bool {
        true
    }

    /// That it was strong before something came that denies or bounds it.
    fn carrying_on(subject: &Subject<'_>, last_known: Option<&Self::State>, observed: Self::State) -> Self::State {
        let is_strong = |policies: &Policies| strong::strength(subject, policies) == Some(Strength::Strong);
        let was_strong = observed.is_limited()
            && !is_strong(&observed)
            && is_strong(&observed.without_limits())
            && last_known.is_none_or(|last| last.was_strong || is_strong(last));
        Policies { was_strong, ..observed }
    }

    /// Without the policy, or the group, that was brought.
    fn before(observed: &Self::State, brought: &Resource) -> Option<Self::State> {
        let mut before = observed.clone();
        match brought {
            Resource::Attachment(on::Attachment { entity: IamEntity::Group(group), policy_arn: arn })
                if observed.groups.contains_key(group) =>
            {
                before.lose_of_group(group, arn);
            }
            Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Group(group), name })
                if observed.groups.contains_key(group) =>
            {
                let is_it = |arn: &&String| inline_of_group(arn) == Some((group, name));
                let arn = observed.of_groups.keys().find(is_it).cloned().unwrap_or_default();
                before.lose_of_group(group, &arn);
            }
            Resource::ManagedPolicy(on::ManagedPolicy { arn }) if observed.of_groups.contains_key(arn) => {
                before.attached.remove(arn);
                for group in observed.groups.keys() {
                    before.lose_of_group(group, arn);
                }
            }
            Resource::Attachment(on::Attachment { policy_arn: arn, .. })
            | Resource::ManagedPolicy(on::ManagedPolicy { arn }) => drop(before.attached.remove(arn)),
            Resource::InlinePolicy(on::InlinePolicy { name, .. }) => drop(before.inline.remove(name)),
            Resource::Membership(on::Membership { group, .. }) => before.leave(group),
            // A group whose members are looked at, because of something else that is.
            Resource::Principal(on::Principal { entity: IamEntity::Group(_) }) => {}
            _ => return None,
        }
        Some(before)
    }

    /// The members of a group: what it has may complete what one of them has, and what it denied may have kept one from more. What it denies now has
    /// to be known of them once it is taken away again.
    fn follow_ups(
        subject: &Subject<'_>,
        last_known: Option<&Self::State>,
        observed: &Self::State,
    ) -> Vec<(Resource, Facet)> {
        let Some(on::Principal { entity: IamEntity::Group(_) }) = subject.on() else { return Vec::new() };
        let members: Vec<IamEntity> = observed.members.iter().cloned().map(IamEntity::User).collect();
        let nothing = Self::State::default();
        let last = last_known.unwrap_or(&nothing);
        if !last.denies_gone(observed).is_empty() || !observed.denies_gone(last).is_empty() {
            return members.into_iter().map(of_all).collect();
        }
        let of_group = documents(observed);
        let is_too_much = |holder: &Resource| {
            let found = violations(&Subject { resource: holder, ..*subject }, &of_group, None, &POWERS);
            found.map_or(true, |found| !found.is_empty())
        };
        let names = |member: &&IamEntity| is_too_much(&on::Principal { entity: (*member).clone() }.into());
        let named: Vec<(Resource, Facet)> = match is_too_much(subject.resource) {
            true => Vec::new(),
            false => members.iter().filter(names).cloned().map(of_all).collect(),
        };
        let beside = beside(subject, of_group.iter().copied(), &members);
        if beside.is_empty() { named } else { beside }
    }

    fn depends_on_account(observed: &Self::State) -> bool {
        observed.documents().iter().any(|(_, document)| names_others(document))
    }
}

/// What is done about one of somebody's policies.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum PoliciesAction {
    /// Put an inline policy.
    PutPolicyOf {
        /// Its name.
        name: String,
        /// What it says.
        document: Document,
    },
    /// Delete an inline policy.
    DeletePolicyOf(String),
    /// Attach a managed policy.
    AttachPolicy {
        /// Its ARN.
        arn: String,
        /// What it says: nothing that is written, but what the state is after.
        document: Document,
    },
    /// Detach a managed policy, by its ARN.
    DetachPolicy(String),
    /// Take a user out of a group.
    LeaveGroup(String),
    /// Put a user back into a group.
    JoinGroup {
        /// Its name.
        group: String,
        /// What it has: nothing that is written, but what the state is after.
        policies: BTreeMap<String, Document>,
    },
    /// Take a policy from a group that a user is in.
    TakeFromGroup {
        /// Its name.
        group: String,
        /// The policy, as in [`Policies::of_groups`].
        arn: String,
    },
    /// Set a tag as it was.
    SetTag {
        /// Its key.
        key: String,
        /// Its value.
        value: String,
    },
    /// Take a tag, by its key.
    RemoveTag(String),
    /// Give a policy back to a group that a user is in.
    GiveToGroup {
        /// Its name.
        group: String,
        /// The policy, as in [`Policies::of_groups`].
        arn: String,
        /// What it says; of an attached one nothing that is written.
        document: Document,
    },
}

impl fmt::Display for PoliciesAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutPolicyOf { name, document } => {
                write!(f, "put the inline policy {name} with {}", statements(document))
            }
            Self::DeletePolicyOf(name) => write!(f, "delete the inline policy {name}"),
            Self::AttachPolicy { arn, .. } => write!(f, "attach {arn}"),
            Self::DetachPolicy(arn) => write!(f, "detach {arn}"),
            Self::LeaveGroup(group) => write!(f, "RemoveUserFromGroup {group}"),
            Self::JoinGroup { group, .. } => write!(f, "AddUserToGroup {group}"),
            Self::TakeFromGroup { group, arn } => match inline_of_group(arn) {
                Some((_, name)) => write!(f, "delete the inline policy {name} of the group {group}"),
                None => write!(f, "detach {arn} from the group {group}"),
            },
            Self::SetTag { key, value } => write!(f, "set the tag {key} to {value}"),
            Self::RemoveTag(key) => write!(f, "take the tag {key}"),
            Self::GiveToGroup { group, arn, document } => match inline_of_group(arn) {
                Some((_, name)) => {
                    write!(f, "put the inline policy {name} of the group {group} with {}", statements(document))
                }
                None => write!(f, "attach {arn} to the group {group}"),
            },
        }
    }
}

/// Whether a role's ARN has a path under which nobody but AWS makes roles, or changes them. IAM User Guide, "Service-linked roles", and IAM answers
/// UnmodifiableEntity of those of IAM Identity Center.
fn is_of_aws(arn: &str) -> bool {
    Arn::parse(arn).is_some_and(|arn| {
        ["role/aws-service-role/", "role/aws-reserved/"].iter().any(|path| arn.resource.starts_with(path))
    })
}

/// What is asked of policies that are held together.
pub(crate) const POWERS: [ViolationKind; 2] = [ViolationKind::Admin, ViolationKind::PrivilegeEscalation];

/// All policies of a user, role or group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Policies {
    /// Those embedded in it, by name.
    pub inline: BTreeMap<String, Document>,
    /// Those attached to it, by ARN.
    pub attached: BTreeMap<String, Document>,
    /// Those of the groups that a user is in, by ARN; of an inline policy the ARN is the group's, with `/policy/` and the name after it.
    pub of_groups: BTreeMap<String, Document>,
    /// The groups that a user is in, by name, and which of those policies come from each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, BTreeSet<String>>,
    /// The permissions boundary, which has to allow a request, too.
    pub boundary: Option<Document>,
    /// The tags of the user or role, by their keys; none: they were not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// Whether it was an administrator or had a way to more before what denies or bounds that came: whoever put that there may take it away again,
    /// and whoever joined meanwhile has it then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_strong: bool,
    /// The ARN of the boundary, of the moment.
    #[serde(skip)]
    pub boundary_arn: Option<String>,
    /// Who is in a group, of the moment.
    #[serde(skip)]
    pub members: BTreeSet<String>,
    /// Whose they are, by the ARN, where that has a path, of the moment.
    #[serde(skip)]
    pub arn: Option<String>,
}

/// Where a document lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'p> {
    OfGroup(&'p str),
    Attached(&'p str),
    Inline(&'p str),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OfGroup(arn) => write!(f, "its group's `{arn}`"),
            Self::Attached(arn) => write!(f, "`{arn}`"),
            Self::Inline(name) => write!(f, "its own `{name}`"),
        }
    }
}

impl Policies {
    /// Everything that is held, what can be changed least first.
    pub(super) fn documents(&self) -> Vec<(Place<'_>, &Document)> {
        let of_groups = self.of_groups.iter().map(|(arn, document)| (Place::OfGroup(arn.as_str()), document));
        let attached = self.attached.iter().map(|(arn, document)| (Place::Attached(arn.as_str()), document));
        let inline = self.inline.iter().map(|(name, document)| (Place::Inline(name.as_str()), document));
        of_groups.chain(attached).chain(inline).collect()
    }

    /// Whether anything denies something to it, or bounds it.
    fn is_limited(&self) -> bool {
        self.boundary.is_some() || self.documents().iter().any(|(_, document)| loses_deny(document, None))
    }

    /// The same with nothing that denies or bounds.
    fn without_limits(&self) -> Self {
        let allows = |documents: &BTreeMap<String, Document>| {
            documents.iter().filter_map(|(name, document)| Some((name.clone(), allows_of(document)?))).collect()
        };
        Self {
            inline: allows(&self.inline),
            attached: allows(&self.attached),
            of_groups: allows(&self.of_groups),
            boundary: None,
            ..self.clone()
        }
    }

    /// The tags, as conditions name them: IAM User Guide, "Rules for tagging in IAM and AWS STS": "Tag keys are not case sensitive".
    pub(super) fn known_tags(&self) -> Option<BTreeMap<String, String>> {
        let tags = self.tags.as_ref()?;
        Some(tags.iter().map(|(key, value)| (key.to_ascii_lowercase(), value.clone())).collect())
    }

    /// The group that gives what lies there.
    fn group_of(&self, place: Place<'_>) -> Option<on::Principal> {
        let Place::OfGroup(arn) = place else { return None };
        let (group, _) = self.groups.iter().find(|(_, arns)| arns.contains(arn))?;
        Some(on::Principal { entity: IamEntity::Group(group.clone()) })
    }

    /// The same out of a group: what another group gives, too, stays.
    fn leave(&mut self, group: &str) {
        let gone = self.groups.remove(group).unwrap_or_default();
        let stays = |arn: &String| self.groups.values().any(|others| others.contains(arn));
        let gone: Vec<String> = gone.into_iter().filter(|arn| !stays(arn)).collect();
        self.of_groups.retain(|arn, _| !gone.contains(arn));
    }

    /// The same without one policy of a group: what another group gives, too, stays.
    fn lose_of_group(&mut self, group: &str, arn: &str) {
        if let Some(arns) = self.groups.get_mut(group) {
            arns.remove(arn);
        }
        if !self.groups.values().any(|others| others.contains(arn)) {
            self.of_groups.remove(arn);
        }
    }

    /// The same without what a group was given since `last`. With a group that was joined since, it goes elsewhere.
    fn take_back_of_group(&mut self, last: &Self, arn: &str) {
        let is_told = !last.groups.is_empty() || last.of_groups.is_empty();
        let held: Vec<String> =
            self.groups.iter().filter(|(_, arns)| arns.contains(arn)).map(|(group, _)| group.clone()).collect();
        for group in held.iter().filter(|group| is_told && last.groups.contains_key(*group)) {
            match last.of_groups.get(arn).filter(|_| inline_of_group(arn).is_some()) {
                Some(before) => drop(self.of_groups.insert(arn.to_owned(), before.clone())),
                None => self.lose_of_group(group, arn),
            }
        }
    }

    /// The same with a policy of a group as it was in `last`, in a group that was left or that lost it.
    pub(super) fn regain_of_group(&mut self, last: &Self, arn: &str, document: &Document) {
        let Some((group, arns)) = last.groups.iter().find(|(_, arns)| arns.contains(arn)) else { return };
        // What a managed policy says that is attached still is written elsewhere.
        let is_attached_still = self.of_groups.contains_key(arn) && inline_of_group(arn).is_none();
        if self.groups.contains_key(group) && !is_attached_still {
            self.groups.entry(group.clone()).or_default().insert(arn.to_owned());
            self.of_groups.insert(arn.to_owned(), document.clone());
        } else if !self.groups.contains_key(group) {
            self.groups.insert(group.clone(), arns.clone());
            let its = arns.iter().filter_map(|arn| Some((arn.clone(), last.of_groups.get(arn)?.clone())));
            self.of_groups.extend(its);
        }
    }

    /// The same with an inline policy of its own that denies what another one did.
    pub(super) fn deny_again(&mut self, arn: &str, document: &Document) {
        const LONGEST_NAME: usize = 128;
        let Some(denies) = denies_of(document) else { return };
        let of: String = format!("denied-by-{}", arn.rsplit('/').next().unwrap_or(arn));
        let name: String = of.chars().take(LONGEST_NAME - 4).collect();
        let is_free = |name: &String| self.inline.get(name).is_none_or(|other| *other == denies);
        let further = (2..1_000).map(|number| format!("{name}-{number}"));
        if let Some(name) = std::iter::once(name.clone()).chain(further).find(is_free) {
            self.inline.insert(name, denies);
        }
    }

    /// Those of its documents that denied something which the same ones do not deny now, or that are gone.
    pub(super) fn denies_gone<'p>(&'p self, now: &Self) -> Vec<(Place<'p>, &'p Document)> {
        let said_now = |place: Place<'_>| match place {
            Place::OfGroup(arn) => now.of_groups.get(arn),
            Place::Attached(arn) => now.attached.get(arn),
            Place::Inline(name) => now.inline.get(name),
        };
        let is_gone = |(place, document): &(Place<'_>, &Document)| loses_deny(document, said_now(*place));
        self.documents().into_iter().filter(is_gone).collect()
    }

    /// The groups that somebody joined since `last`. Where that does not tell which there were, none.
    fn joined_since<'p>(&'p self, last: &'p Self) -> impl Iterator<Item = (&'p String, &'p BTreeSet<String>)> {
        let is_told = !last.groups.is_empty() || last.of_groups.is_empty();
        self.groups.iter().filter(move |(group, _)| is_told && !last.groups.contains_key(*group))
    }

    /// Whether a document is held as it was held in `last`.
    fn is_known(&self, place: Place<'_>, last: &Self) -> bool {
        match place {
            Place::OfGroup(arn) => self.of_groups.get(arn) == last.of_groups.get(arn),
            Place::Attached(arn) => last.attached.contains_key(arn),
            Place::Inline(name) => self.inline.get(name) == last.inline.get(name),
        }
    }
}

/// The group and the name of an inline policy of a group, where an ARN in [`Policies::of_groups`] is of one.
#[must_use]
pub fn inline_of_group(arn: &str) -> Option<(&str, &str)> {
    Arn::parse(arn)?.resource.strip_prefix("group/")?.split_once("/policy/")
}

/// The ways from what groups give to what they are to give. A managed policy is attached and detached; what it says is written elsewhere.
fn of_groups(from: &Policies, to: &Policies) -> Vec<PoliciesAction> {
    let says = |arn: &String| to.of_groups.get(arn).cloned();
    let mut actions = Vec::new();
    for (group, arns) in &to.groups {
        let Some(now) = from.groups.get(group) else {
            let policies = arns.iter().filter_map(|arn| Some((arn.clone(), says(arn)?))).collect();
            actions.push(PoliciesAction::JoinGroup { group: group.clone(), policies });
            continue;
        };
        let is_to_be_given = |arn: &&String| {
            let is_other = from.of_groups.get(*arn) != to.of_groups.get(*arn);
            !now.contains(*arn) || (is_other && inline_of_group(arn).is_some())
        };
        let given = arns.iter().filter(is_to_be_given).filter_map(|arn| {
            Some(PoliciesAction::GiveToGroup { group: group.clone(), arn: arn.clone(), document: says(arn)? })
        });
        actions.extend(given);
        let taken = now.iter().filter(|arn| !arns.contains(*arn)).cloned();
        actions.extend(taken.map(|arn| PoliciesAction::TakeFromGroup { group: group.clone(), arn }));
    }
    let left = from.groups.keys().filter(|group| !to.groups.contains_key(*group));
    actions.extend(left.cloned().map(PoliciesAction::LeaveGroup));
    actions
}

/// Whether a document denied something that it does not deny now, as it is written.
fn loses_deny(before: &Document, now: Option<&Document>) -> bool {
    let kept = now.map(|now| statements_shared_with(before, now)).unwrap_or_default();
    (0..before.statements().len()).any(|index| !is_allow(before, index) && !kept.contains(&index))
}

/// What a document denies, and nothing else of it.
pub(super) fn denies_of(document: &Document) -> Option<Document> {
    without_those(document, |index| is_allow(document, index))
}

/// What it allows, likewise.
fn allows_of(document: &Document) -> Option<Document> {
    without_those(document, |index| !is_allow(document, index))
}

fn without_those(document: &Document, is_gone: impl Fn(usize) -> bool) -> Option<Document> {
    document.without_statements(&(0..document.statements().len()).filter(|&index| is_gone(index)).collect())
}

/// Which policies let their holder do what together.
pub(super) fn told(violation: &Violation, documents: &[(Place<'_>, &Document)]) -> String {
    let parts: BTreeSet<usize> = violation.statements.iter().map(|at| at.document).collect();
    let names: Vec<String> = parts.iter().filter_map(|part| Some(documents.get(*part)?.0.to_string())).collect();
    format!("{} together let it {}", names.join(", "), violation.what())
}

/// What all that somebody holds violates, who has these tags.
pub(super) fn violations_of(
    subject: &Subject<'_>,
    policies: &Policies,
    kinds: &[ViolationKind],
) -> Result<Vec<Violation>, Undetermined> {
    let (documents, boundary) = (documents(policies), policies.boundary.as_ref());
    violations_with(subject, (&documents, boundary), policies.known_tags(), kinds)
}

/// What documents that are held together violate, whatever tags their holder has.
pub(crate) fn violations(
    subject: &Subject<'_>,
    documents: &[&Document],
    boundary: Option<&Document>,
    kinds: &[ViolationKind],
) -> Result<Vec<Violation>, Undetermined> {
    violations_with(subject, (documents, boundary), None, kinds)
}

pub(super) fn violations_with(
    subject: &Subject<'_>,
    held: (&[&Document], Option<&Document>),
    tags: Option<BTreeMap<String, String>>,
    kinds: &[ViolationKind],
) -> Result<Vec<Violation>, Undetermined> {
    violations_as(subject, held, tags, kinds, Deploying::of(subject))
}

fn violations_as(
    subject: &Subject<'_>,
    (documents, boundary): (&[&Document], Option<&Document>),
    tags: Option<BTreeMap<String, String>>,
    kinds: &[ViolationKind],
    deploying: Deploying,
) -> Result<Vec<Violation>, Undetermined> {
    let limits: Vec<&Document> = boundary.into_iter().collect();
    let holding = Holding { documents, kind: PolicyKind::Identity, limits: &limits };
    let mut rules = rules(subject, kinds.iter().copied());
    rules.zone.tags = tags;
    about_deploy_roles(&mut rules.zone, subject, deploying, documents);
    match judge(&holding, &rules) {
        Judgement::Decided(violations) => Ok(violations),
        Judgement::Undetermined(why) => Err(Undetermined(why)),
    }
}

/// Whether somebody has a way to more by the deploy role of a preset, and by nothing else that is his own: `state`, all that he holds.
#[must_use]
pub fn may_deploy(subject: &Subject<'_>, state: &State) -> bool {
    let State::PrincipalPolicies(held) = state else { return false };
    let documents: Vec<&Document> = held.inline.values().chain(held.attached.values()).collect();
    if !documents.iter().any(|document| names_others(document)) {
        return false;
    }
    let found = |subject: &Subject<'_>, deploying| {
        violations_as(subject, (&documents, held.boundary.as_ref()), held.known_tags(), &POWERS, deploying)
    };
    // As though its preset were on: the roles are there, or the standard says so already.
    let mut standard = subject.standard.clone();
    standard.presets.push(Preset::Cdk);
    let with_preset = Subject { standard: &standard, ..*subject };
    found(subject, Deploying::NotMeant).is_ok_and(|found| !found.is_empty())
        && found(&with_preset, Deploying::Meant).is_ok_and(|found| found.is_empty())
}

/// Whether it was so before: the policies before were too much together, too, and what is new allows nothing new, or could complete nothing.
fn is_from_before(subject: &Subject<'_>, last: &Policies, observed: &Policies) -> bool {
    let counts =
        |place: Place<'_>, document: &Document| observed.is_known(place, last) || could_be_part(subject, document);
    let now = observed.documents().into_iter().filter(|(place, document)| counts(*place, document));
    let (before, now): (_, Vec<&Document>) = (documents(last), now.map(|(_, document)| document).collect());
    let allows_no_more =
        |before: &[&Document], now: &[&Document]| new_access(before, now, PolicyKind::Identity).is_none();
    let is_bound_alike = match (&last.boundary, &observed.boundary) {
        (None, _) => true,
        (Some(before), Some(now)) => allows_no_more(&[before], &[now]),
        (Some(_), None) => false,
    };
    let violated = violations_of(subject, last, &POWERS);
    is_bound_alike && violated.is_ok_and(|found| !found.is_empty()) && allows_no_more(&before, &now)
}

pub(super) fn documents(policies: &Policies) -> Vec<&Document> {
    policies.documents().into_iter().map(|(_, document)| document).collect()
}

/// The policies without the violation: what is new narrowed, and what was there before left alone. Only where nothing is known to be new,
/// or what is new is not what does it, others are narrowed, what is attached last, because it can only be detached. What comes from groups
/// stays, because others hold it, too. None: no change of what is its own is enough.
fn without(subject: &Subject<'_>, last_known: Option<&Policies>, observed: &Policies) -> Option<Policies> {
    without_regard_to_room(subject, last_known, observed).map(|policies| with_room(subject, observed, policies))
}

/// The same, where the inline policies are no longer than AWS takes them, all together. What became longer and has no room loses those
/// statements that it did not have, or goes.
fn with_room(subject: &Subject<'_>, observed: &Policies, mut policies: Policies) -> Policies {
    let length = |document: &Document| document.to_json().len();
    let all: usize = policies.inline.values().map(length).sum();
    let most = subject.on::<on::Principal>().map_or(usize::MAX, |principal| inline_quota(&principal.entity));
    if all <= most {
        return policies;
    }
    policies.inline = policies
        .inline
        .into_iter()
        .filter_map(|(name, document)| match observed.inline.get(&name) {
            Some(now) if length(&document) > length(now) => Some((name, with_statements_of(&document, now)?)),
            _ => Some((name, document)),
        })
        .collect();
    policies
}

/// A document with those of its statements alone that another has, too. None: there are none, or one would be lost that denies something.
fn with_statements_of(document: &Document, other: &Document) -> Option<Document> {
    let shared = statements_shared_with(document, other);
    let lost: BTreeSet<usize> = (0..document.statements().len()).filter(|index| !shared.contains(index)).collect();
    lost.iter().all(|&index| is_allow(document, index)).then(|| document.without_statements(&lost)).flatten()
}

fn without_regard_to_room(
    subject: &Subject<'_>,
    last_known: Option<&Policies>,
    observed: &Policies,
) -> Option<Policies> {
    let is_known = |place: Place<'_>| last_known.is_some_and(|last| observed.is_known(place, last));
    let is_attached = |place: Place<'_>| matches!(place, Place::Attached(_));
    narrowed(subject, observed, |place| is_known(place) || is_attached(place))
        .filter(|_| last_known.is_none_or(|last| observed.joined_since(last).next().is_none()))
        .or_else(|| narrowed(subject, observed, is_known).filter(|_| last_known.is_some()))
        .or_else(|| without_what_is_new(subject, last_known?, observed))
        .or_else(|| narrowed(subject, observed, is_known))
        .or_else(|| narrowed(subject, observed, is_attached))
        .or_else(|| narrowed(subject, observed, |_| false))
}

/// The policies as they were before, but for what is new and completes nothing, where that is right, or was so before.
fn without_what_is_new(subject: &Subject<'_>, last: &Policies, observed: &Policies) -> Option<Policies> {
    let policies = taken_back(last, observed, |document| could_be_part(subject, document));
    (policies != *observed && is_right_beside(subject, last, &policies)).then_some(policies)
}

/// Whether policies are not too much together, or were so before.
fn is_right_beside(subject: &Subject<'_>, last: &Policies, policies: &Policies) -> bool {
    let found = violations_of(subject, policies, &POWERS);
    found.is_ok_and(|found| found.is_empty() || is_from_before(subject, last, policies))
}

/// The policies without those new documents that are to be taken, and as they were before in their place.
fn taken_back(last: &Policies, observed: &Policies, is_taken: impl Fn(&Document) -> bool) -> Policies {
    let mut policies = observed.clone();
    for (place, document) in observed.documents() {
        if observed.is_known(place, last) || !is_taken(document) {
            continue;
        }
        match place {
            Place::OfGroup(arn) => policies.take_back_of_group(last, arn),
            Place::Attached(arn) => drop(policies.attached.remove(arn)),
            Place::Inline(name) => match last.inline.get(name) {
                Some(before) => drop(policies.inline.insert(name.to_owned(), before.clone())),
                None => drop(policies.inline.remove(name)),
            },
        }
    }
    let is_to_be_left = |arn: &String| observed.of_groups.get(arn).is_some_and(&is_taken);
    for (group, _) in observed.joined_since(last).filter(|(_, arns)| arns.iter().any(is_to_be_left)) {
        policies.leave(group);
    }
    policies
}

/// That it cannot be decided whether all that somebody holds is too much together. What is new goes: what denies, in which the rest is hidden, or
/// what could be a part of it, and where that is not enough all of it, at last an attached policy that says more than it did. What was there before
/// stays, decided or not.
fn undecided<'a>(
    subject: &Subject<'_>,
    last_known: Option<&Policies>,
    observed: &Policies,
    why: Undetermined,
) -> Result<Flaw<'a, Policies>, Undetermined> {
    let Some(last) = last_known else { return Err(why) };
    let denies = taken_back(last, observed, |document| loses_deny(document, None));
    let parts = taken_back(last, observed, |document| could_be_part(subject, document));
    let whole = taken_back(last, observed, |_| true);
    let mut as_before = whole.clone();
    as_before.attached.retain(|arn, now| {
        let says_more = |before| !new_access(&[before], &[&*now], PolicyKind::Identity).is_none();
        !last.attached.get(arn).is_some_and(says_more)
    });
    let is_right = |policies: &&Policies| *policies != observed && is_right_beside(subject, last, policies);
    let was_undecided = || violations_of(subject, last, &POWERS).is_err().then(|| parts.clone());
    let right = [&denies, &parts, &whole, &as_before].into_iter().find(is_right).cloned().or_else(was_undecided);
    let Some(right) = right.filter(|right| right != observed) else { return Err(why) };
    let detail = format!(
        "it cannot be decided whether what it holds together is too much ({}), so what is new of it goes",
        why.0
    );
    Ok(Flaw::new(IAM_COMBINED, detail, move |policies: &mut Policies| *policies = right))
}

/// Whether a document makes a way to more for its holder, alone or with others.
pub(super) fn could_be_part(subject: &Subject<'_>, document: &Document) -> bool {
    could_complete_escalation(document, &rules::zone(subject))
        || violations(subject, &[document], None, &POWERS).map_or(true, |found| !found.is_empty())
}

/// The policies narrowed, those of groups and the settled ones aside.
fn narrowed(subject: &Subject<'_>, observed: &Policies, is_settled: impl Fn(Place<'_>) -> bool) -> Option<Policies> {
    let places = observed.documents();
    let documents: Vec<&Document> = places.iter().map(|(_, document)| *document).collect();
    let limits: Vec<&Document> = observed.boundary.iter().collect();
    let holding = Holding { documents: &documents, kind: PolicyKind::Identity, limits: &limits };
    let settled: BTreeSet<StatementAt> = places
        .iter()
        .enumerate()
        .filter(|(_, (place, _))| matches!(place, Place::OfGroup(_)) || is_settled(*place))
        .flat_map(|(number, (_, document))| {
            (0..document.statements().len()).map(move |statement| StatementAt { document: number, statement })
        })
        .collect();
    let mut rules = rules(subject, POWERS);
    rules.zone.tags = observed.known_tags();
    about_deploy_roles(&mut rules.zone, subject, Deploying::of(subject), &documents);
    let Narrowing::Changed(after) = narrow_beside(&holding, &rules, &settled, Settled::Judged) else { return None };
    let mut policies = observed.clone();
    for ((place, before), after) in places.iter().zip(after) {
        match (place, after) {
            (_, Some(after)) if after == **before => {}
            (Place::OfGroup(_), _) => return None,
            (Place::Attached(arn), _) => {
                policies.attached.remove(*arn);
            }
            (Place::Inline(name), None) => {
                policies.inline.remove(*name);
            }
            (Place::Inline(name), Some(after)) => {
                policies.inline.insert((*name).to_owned(), after);
            }
        }
    }
    // With a policy that is detached, what it denies goes, too.
    violations_of(subject, &policies, &POWERS).is_ok_and(|found| found.is_empty()).then(|| policies.clone())
}

/// All policies of the holders of documents, where one of these could complete a way to more with the others, or is a group's and may name one of
/// its members. Each is several reads, so only then.
pub(crate) fn beside<'d>(
    subject: &Subject<'_>,
    documents: impl IntoIterator<Item = &'d Document>,
    holders: impl IntoIterator<Item = &'d IamEntity>,
) -> Vec<(Resource, Facet)> {
    let zone = rules::zone(subject);
    let documents: Vec<&Document> = documents.into_iter().collect();
    let completes = documents.iter().any(|document| could_complete_escalation(document, &zone));
    let may_name_members = documents.iter().any(|document| names_others(document));
    let is_worth_a_look =
        |holder: &&IamEntity| completes || (may_name_members && matches!(holder, IamEntity::Group(_)));
    holders.into_iter().filter(is_worth_a_look).cloned().map(of_all).collect()
}

/// The same of documents that were brought to their holders: also where one denies something. That has to be known once it is taken away again.
pub(crate) fn beside_brought<'d>(
    subject: &Subject<'_>,
    documents: impl IntoIterator<Item = &'d Document>,
    holders: &[IamEntity],
) -> Vec<(Resource, Facet)> {
    let documents: Vec<&Document> = documents.into_iter().collect();
    match documents.iter().any(|document| loses_deny(document, None)) {
        true => holders.iter().cloned().map(of_all).collect(),
        false => beside(subject, documents, holders),
    }
}

/// The same of a document that was another before: also where it denied something then that it does not deny now, or denies more.
pub(crate) fn beside_change(
    subject: &Subject<'_>,
    before: Option<&Document>,
    document: &Document,
    holders: &[IamEntity],
) -> Vec<(Resource, Facet)> {
    let denies_less = before.is_some_and(|before| loses_deny(before, Some(document)));
    match denies_less || loses_deny(document, before) {
        true => holders.iter().cloned().map(of_all).collect(),
        false => beside(subject, [document], holders),
    }
}

/// The look at all policies of somebody.
pub(crate) fn of_all(entity: IamEntity) -> (Resource, Facet) {
    (on::Principal { entity }.into(), Facet::PrincipalPolicies)
}
