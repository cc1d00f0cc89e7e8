//! One document asked about: what is wrong with it, what of that is new, and the nearest document without.

use std::collections::BTreeSet;

use iam_policy::{
    Breach, Document, Holding, Judgement, Narrowing, PolicyKind, Rules, Settled, StatementAt, Violation, ViolationKind,
    judge, narrow, narrow_beside, new_access,
};
use parapet_core::Mode;

use crate::foundation::documents::{
    keep_standard_statement, keeps_statement, statements_shared_with, with_statement, with_statement_again,
};
use crate::judge::change::{Change, is_allow};
use crate::judge::kept::Kept;
use crate::judge::rules::{Deploying, about_deploy_roles, rules};
use crate::{Arns, ControlId, IamEntity, Resource, Room, Subject, Undetermined, on};

/// Which kind of violation is on which control.
pub(crate) type Judged = &'static [(ViolationKind, ControlId)];

/// What is asked of a document, whatever it says.
pub(crate) struct Question<'a> {
    /// Of what, under which standard.
    pub(crate) subject: Subject<'a>,
    /// What kind of document it is.
    pub(crate) kind: PolicyKind,
    /// What is judged.
    pub(crate) judged: Judged,
    /// The document before.
    pub(crate) last_known: Option<Document>,
    /// Who holds it, beside whom the subject says.
    pub(crate) holders: Vec<IamEntity>,
    /// Whether they deploy.
    pub(crate) deploying: Deploying,
}

/// A violation, and whether it was there before.
pub(crate) struct Found {
    pub(crate) violation: Violation,
    pub(crate) is_from_before: bool,
}

/// How often statements go one after the other, until all of the document does.
const MOST_ROUNDS: usize = 12;

/// How long all inline policies of somebody may be together. IAM User Guide, "IAM and AWS STS quotas": "the total aggregate policy size (the sum
/// size of all inline policies) per entity cannot exceed" these; they cannot be raised.
pub(crate) fn inline_quota(holder: &IamEntity) -> usize {
    match holder {
        IamEntity::User(_) => 2_048,
        IamEntity::Group(_) => 5_120,
        IamEntity::Role(_) => 10_240,
    }
}

/// The longest statement that allows something.
fn longest_allow(document: &Document) -> Option<usize> {
    let length =
        |index: &usize| document.as_value().pointer(&format!("/Statement/{index}")).map(|s| s.to_string().len());
    (0..document.statements().len()).filter(|&index| is_allow(document, index)).max_by_key(length)
}

/// Kinds of violations.
pub(crate) type Kinds = BTreeSet<ViolationKind>;

impl<'a> Question<'a> {
    /// The kinds whose control is in such a mode here.
    pub(crate) fn kinds(&self, is_asked: impl Fn(Mode) -> bool) -> Kinds {
        let asked = self.judged.iter().filter(|(_, control)| is_asked(self.subject.mode(*control)));
        asked.map(|(kind, _)| *kind).collect()
    }

    /// What of these kinds is wrong with a document.
    pub(crate) fn violations(&self, document: &Document, kinds: &Kinds) -> Result<Vec<Violation>, Undetermined> {
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        match judge(&Holding::of(&[document], self.kind), &self.rules(kinds, document)) {
            Judgement::Decided(violations) => Ok(violations),
            Judgement::Undetermined(why) => Err(Undetermined(why)),
        }
    }

    fn rules(&self, kinds: &Kinds, document: &Document) -> Rules {
        let mut rules = rules(&self.subject, kinds.iter().copied());
        let arn = |entity: &IamEntity| self.subject.home.iam_arn(&entity.to_string());
        rules.zone.holder.extend(self.holders.iter().map(arn));
        if self.kind == PolicyKind::Identity {
            about_deploy_roles(&mut rules.zone, &self.subject, self.deploying, &[document]);
        }
        rules
    }

    fn violated(&self, document: Option<&Document>, kinds: &Kinds) -> Result<Kinds, Undetermined> {
        let violations = document.map(|document| self.violations(document, kinds)).transpose()?;
        Ok(violations.unwrap_or_default().into_iter().map(|violation| violation.kind).collect())
    }

    /// All that is wrong with a document. What the document before is asked for only where something is.
    pub(crate) fn found(&self, document: &Document, kinds: &Kinds) -> Result<Vec<Found>, Undetermined> {
        let violations = self.violations(document, kinds)?;
        let violated: Kinds = violations.iter().map(|violation| violation.kind).collect();
        let before = match &self.last_known {
            Some(before) if !violated.is_empty() => self.violated(Some(before), &violated).unwrap_or_default(),
            _ => Kinds::new(),
        };
        if before.is_empty() {
            return Ok(violations.into_iter().map(|violation| Found { violation, is_from_before: false }).collect());
        }
        let change = self.change(document);
        let by_new_part = match self.kind {
            PolicyKind::Identity => {
                self.violated(change.new_part(document).as_ref(), &before).unwrap_or(before.clone())
            }
            PolicyKind::Resource | PolicyKind::Trust => Kinds::new(),
        };
        let found = violations.into_iter().map(|violation| {
            let is_from_before = change.is_from_before(&violation, &before, &by_new_part);
            Found { violation, is_from_before }
        });
        Ok(found.collect())
    }

    fn change(&self, document: &Document) -> Change {
        Change::from(self.last_known.as_ref(), document, self.kind)
    }

    /// Those of the kinds of which something new has to be mended; none where it cannot be judged.
    fn to_mend(&self, document: Option<&Document>, kinds: &Kinds) -> Option<Kinds> {
        let Some(document) = document else { return Some(Kinds::new()) };
        let found = self.found(document, kinds).ok()?;
        Some(found.into_iter().filter(|found| !found.is_from_before).map(|found| found.violation.kind).collect())
    }

    /// The document without what is new and has to be mended. As it is where nothing has to be, or where it cannot be told. It has room in its
    /// place: what would be too long for it goes by whole statements. Where a Deny that is gone kept what was allowed before from being too much,
    /// it comes back, and what was allowed stays.
    pub(crate) fn mended(&self, document: Document) -> Option<Document> {
        let plain = self.mended_as_it_is(document.clone());
        let Some(denied) = self.with_lost_denies(&document) else { return plain };
        let old = self.last_known.as_ref().map(|before| statements_shared_with(&document, before)).unwrap_or_default();
        let lost = |mended: Option<&Document>| {
            let is_kept = |index: &&usize| mended.is_some_and(|mended| keeps_statement(mended, &document, **index));
            old.iter().filter(|index| is_allow(&document, **index) && !is_kept(index)).count()
        };
        if lost(plain.as_ref()) == 0 {
            return plain;
        }
        let denied = self.mended_as_it_is(denied);
        if lost(denied.as_ref()) < lost(plain.as_ref()) { denied } else { plain }
    }

    /// The document with what the one before denied again; none: it denies that, or has no room for it.
    fn with_lost_denies(&self, document: &Document) -> Option<Document> {
        let before = self.last_known.as_ref().filter(|_| self.kind == PolicyKind::Resource)?;
        let denies = (0..before.statements().len()).filter(|&index| !is_allow(before, index));
        let lost = denies.filter(|&index| !keeps_statement(document, before, index));
        let again = lost.fold(None, |again: Option<Document>, index| {
            with_statement_again(Some(again.as_ref().unwrap_or(document)), before, index).or(again)
        })?;
        self.fits(&again, document.to_json().len()).then_some(again)
    }

    fn mended_as_it_is(&self, document: Document) -> Option<Document> {
        let length = document.to_json().len();
        let mended = self.mended_of_any_length(document.clone())?;
        let enforced = self.kinds(|mode| mode == Mode::Enforce);
        if self.fits(&mended, length) {
            // What was too much to narrow goes by whole statements, too.
            let is_left =
                mended == document && self.to_mend(Some(&document), &enforced).is_some_and(|left| !left.is_empty());
            if !is_left {
                return Some(mended);
            }
        }
        self.with_fewer_statements(document, |document| {
            let change = self.change(document);
            let is_new = |index: &usize| is_allow(document, *index) && !change.old().contains(index);
            match self.found(document, &enforced) {
                Ok(found) => {
                    let new = found.into_iter().filter(|found| !found.is_from_before);
                    let statements = new.flat_map(|found| found.violation.statements).map(|at| at.statement);
                    let statements: BTreeSet<usize> = statements.filter(|&index| is_allow(document, index)).collect();
                    let new: BTreeSet<usize> = statements.iter().copied().filter(is_new).collect();
                    Some(if new.is_empty() { statements } else { new })
                }
                Err(_) if change.is_all_new() => Some(longest_allow(document).into_iter().collect()),
                Err(_) => None,
            }
        })
    }

    /// The last document that was accepted; where none is known, the document without Allows that nobody can judge.
    pub(crate) fn decidable(&self, document: Document) -> Option<Document> {
        let length = document.to_json().len();
        // AWS took it once, whatever quota it has.
        if let Some(before) = &self.last_known
            && (self.subject.room == Room::Quota || self.fits(before, length))
        {
            return Some(before.clone());
        }
        let kinds = self.kinds(|mode| mode != Mode::Off);
        let decided = self.with_fewer_statements(document, |document| match self.violations(document, &kinds) {
            Ok(_) => Some(BTreeSet::new()),
            Err(_) => Some(longest_allow(document).into_iter().collect()),
        })?;
        self.mended(decided)
    }

    /// The document without statements, as long as `wrong` names some. Nothing is left of it where that cannot be told, or takes too long.
    fn with_fewer_statements(
        &self,
        mut document: Document,
        wrong: impl Fn(&Document) -> Option<BTreeSet<usize>>,
    ) -> Option<Document> {
        for _ in 0..MOST_ROUNDS {
            let wrong = wrong(&document)?;
            if wrong.is_empty() {
                return Some(document);
            }
            document = document.without_statements(&wrong)?;
        }
        None
    }

    fn mended_of_any_length(&self, document: Document) -> Option<Document> {
        let enforced = self.kinds(|mode| mode == Mode::Enforce);
        let length = document.to_json().len();
        if !document.is_sure() {
            return self.mended_unsure(document, &enforced);
        }
        let deny = self.deny(&enforced);
        // What has to go for another reason goes first, with a Deny that is needed no more.
        let is_first = |kind: &ViolationKind| match kind {
            ViolationKind::GuardTampering => false,
            ViolationKind::ObjectTampering => deny.is_none(),
            _ => true,
        };
        let mended = self.mended_of(document, &enforced.iter().copied().filter(is_first).collect())?;
        let mended = self.kept_from_guards(mended, &enforced)?;
        if self.to_mend(Some(&mended), &enforced).is_none_or(|left| left.is_empty()) {
            return Some(mended);
        }
        let Some(deny) = deny else { return self.mended_of(mended, &enforced) };
        let denied = with_statement(Some(&mended), deny);
        let narrowed = self.mended_of(mended, &enforced);
        let is_right = || self.to_mend(Some(&denied), &enforced).is_some_and(|left| left.is_empty());
        let is_more = || !new_access(&narrowed.iter().collect::<Vec<_>>(), &[&denied], self.kind).is_none();
        if self.fits(&denied, length) && is_right() && is_more() { Some(denied) } else { narrowed }
    }

    /// The document without what is new and reaches what guards, and with all else. As it is where that cannot be said so.
    fn kept_from_guards(&self, document: Document, enforced: &Kinds) -> Option<Document> {
        let kind = Kinds::from([ViolationKind::GuardTampering]);
        if !kind.is_subset(enforced) || self.kind != PolicyKind::Identity {
            return Some(document);
        }
        let length = document.to_json().len();
        for shows in [true, false] {
            match self.without_guards(document.clone(), &kind, shows) {
                Some(kept)
                    if self.fits(&kept, length)
                        && self.to_mend(Some(&kept), &kind).is_some_and(|left| left.is_empty()) =>
                {
                    return Some(kept);
                }
                None => return None,
                Some(_) => {}
            }
        }
        Some(document)
    }

    /// The same, in whatever form. None: nothing is left.
    fn without_guards(&self, document: Document, kind: &Kinds, shows: bool) -> Option<Document> {
        let parts = self.subject.standard.parts(self.subject.home);
        let mut kept = document;
        for _ in 0..MOST_ROUNDS {
            let Some((by, statements)) = self.reaching_guards(&kept, kind) else { return Some(kept) };
            let reaching = Kept { parts: &parts, by: &by, shows };
            let before = kept.clone();
            // From the end, so that those before keep their places.
            for index in statements.into_iter().rev() {
                kept = reaching.without_named(&kept, index)?;
            }
            if !kept.equivalent_text(&before) {
                continue;
            }
            if !self.may_deny(kind) {
                return Some(kept);
            }
            let aliases = self.subject.standard.aliases();
            kept = reaching.deny(&aliases).into_iter().fold(kept, |kept, deny| with_statement(Some(&kept), deny));
            return Some(kept);
        }
        Some(kept)
    }

    /// The actions by which new statements reach what guards, and these statements; none: none does.
    fn reaching_guards(&self, document: &Document, kind: &Kinds) -> Option<(BTreeSet<String>, BTreeSet<usize>)> {
        let found = self.found(document, kind).ok()?.into_iter().find(|found| !found.is_from_before)?.violation;
        let change = self.change(document);
        let statements = found.statements.iter().map(|at| at.statement).filter(|index| !change.old().contains(index));
        let Breach::Reach { ways, .. } = &found.breach else { return None };
        Some((ways.iter().flatten().cloned().collect(), statements.collect()))
    }

    /// Whether a Deny of what is of these kinds takes nothing that was there before, nor from others: one in a group's policy would bind the
    /// administrators among its members.
    fn may_deny(&self, kinds: &Kinds) -> bool {
        let of_group = matches!(
            self.subject.resource,
            Resource::InlinePolicy(on::InlinePolicy { entity: IamEntity::Group(_), .. })
        );
        !of_group && self.violated(self.last_known.as_ref(), kinds).is_ok_and(|found| found.is_empty())
    }

    /// The document of which AWS does not say how it reads it: as it is if nothing has to be mended however it is read, else without the
    /// statements that are not sure. To write one reading of them could allow what AWS does not read there.
    fn mended_unsure(&self, document: Document, enforced: &Kinds) -> Option<Document> {
        if self.to_mend(Some(&document), enforced).is_some_and(|kinds| kinds.is_empty()) {
            return Some(document);
        }
        let sure = document.sure_part().and_then(|sure| self.mended(sure));
        self.with_what_was_before(&document, sure.as_ref()).or(sure)
    }

    /// The statement that takes the object of the standard from an identity policy, and nothing else; none where that is not asked for.
    /// Nor where the document before let its holder change that object, too: a Deny would take away what was there before.
    fn deny(&self, enforced: &Kinds) -> Option<serde_json::Value> {
        let kind = Kinds::from([ViolationKind::ObjectTampering]);
        let is_asked = self.kind == PolicyKind::Identity && kind.is_subset(enforced);
        keep_standard_statement(&self.subject).filter(|_| is_asked && self.may_deny(&kind))
    }

    /// Whether AWS takes a document in its place, where one of such a length is. IAM User Guide, "IAM and AWS STS quotas": it
    /// "doesn't count white space". Amazon S3 User Guide: "Bucket policies are limited to 20 KB in size". AWS KMS Developer Guide, Quotas: "Key
    /// policy document size: 32 KB". Amazon ECR API Reference, SetRepositoryPolicy: at most 10,240. AWS CloudTrail API Reference, PutResourcePolicy: at
    /// most 8,192.
    fn fits(&self, document: &Document, now: usize) -> bool {
        let quota = match &self.subject.resource {
            Resource::InlinePolicy(on::InlinePolicy { entity, .. }) => inline_quota(entity),
            Resource::Role(_) => 2_048,
            Resource::Bucket(_) | Resource::AccessPoint(_) => 20_480,
            Resource::Key(_) => 32_768,
            Resource::Repository(_) => 10_240,
            Resource::LakeResource(_) => 8_192,
            _ => 6_144,
        };
        let most = if self.subject.room == Room::AsNow { now } else { quota.max(now) };
        document.to_json().len() <= most
    }

    /// The document without what is new and has to be mended of these kinds.
    fn mended_of(&self, document: Document, enforced: &Kinds) -> Option<Document> {
        let Some(kinds) = self.to_mend(Some(&document), enforced).filter(|kinds| !kinds.is_empty()) else {
            return Some(document);
        };
        let change = self.change(&document);
        let is_right = |candidate: &Option<Document>| {
            self.to_mend(candidate.as_ref(), enforced).is_some_and(|left| left.is_empty())
        };
        let beside_old = || {
            let narrowed = self.narrowed_beside_old(&document, &change, &kinds).filter(is_right);
            narrowed.or_else(|| Some(change.old_part(&document)).filter(is_right))
        };
        let known = if change.is_all_new() { None } else { beside_old() };
        let mended = known.unwrap_or_else(|| self.narrowed_whole(document.clone(), kinds, enforced));
        let restored = self.with_what_was_before(&document, mended.as_ref());
        restored.map(Some).filter(is_right).unwrap_or(mended)
    }

    /// A mended document with those statements of the one before that it lacks now, and that the observed one still allowed: somebody
    /// added to a statement, which made it another. None: there are none.
    fn with_what_was_before(&self, observed: &Document, mended: Option<&Document>) -> Option<Document> {
        let before = self.last_known.as_ref()?;
        let allows = || (0..before.statements().len()).filter(|&index| is_allow(before, index));
        let mut restored = mended.cloned();
        for index in allows() {
            let others = (0..before.statements().len()).filter(|other| *other != index).collect();
            let Some(alone) = before.without_statements(&others) else { continue };
            let is_beyond = |document: &Document| !new_access(&[document], &[&alone], self.kind).is_none();
            if restored.as_ref().is_none_or(is_beyond) && !is_beyond(observed) {
                restored = with_statement_again(restored.as_ref(), before, index);
            }
        }
        restored.filter(|restored| Some(restored) != mended)
    }

    /// What was there before as it is, and of what is new as much as can be. None: that cannot be told.
    fn narrowed_beside_old(&self, document: &Document, change: &Change, kinds: &Kinds) -> Option<Option<Document>> {
        let old_part = change.old_part(document);
        // Where the old statements violate a rule by themselves, the new ones are judged by themselves.
        let (accepted, judged): (Kinds, Kinds) = {
            let by_old = self.violated(old_part.as_ref(), kinds).ok()?;
            kinds.iter().partition(|kind| by_old.contains(kind))
        };
        let once = self.narrowed(document, &judged, Some((change, Settled::Judged)))?;
        let Some(once) = once else { return Some(None) };
        self.narrowed(&once, &accepted, Some((&self.change(&once), Settled::Accepted)))
    }

    /// Narrowed as a whole. What was accepted beside the rest can be new once the rest is narrowed: then it goes, too.
    fn narrowed_whole(&self, document: Document, mut kinds: Kinds, enforced: &Kinds) -> Option<Document> {
        let mut narrowed = document;
        loop {
            match self.narrowed(&narrowed, &kinds, None) {
                None => return Some(narrowed),
                Some(None) => return None,
                Some(Some(next)) => narrowed = next,
            }
            let left = self.to_mend(Some(&narrowed), enforced).unwrap_or_default();
            if left.is_subset(&kinds) {
                return Some(narrowed);
            }
            kinds.extend(left);
        }
    }

    /// Narrowed by these kinds; the outer none: it cannot be told, the inner: nothing is left.
    pub(crate) fn narrowed(
        &self,
        document: &Document,
        kinds: &Kinds,
        beside: Option<(&Change, Settled)>,
    ) -> Option<Option<Document>> {
        if kinds.is_empty() {
            return Some(Some(document.clone()));
        }
        let (documents, rules) = ([document], self.rules(kinds, document));
        let holding = Holding::of(&documents, self.kind);
        let narrowing = match beside {
            None => narrow(&holding, &rules),
            Some((change, are)) => {
                let settled = change.old().iter().map(|&statement| StatementAt { document: 0, statement }).collect();
                narrow_beside(&holding, &rules, &settled, are)
            }
        };
        match narrowing {
            Narrowing::Changed(narrowed) => narrowed.into_iter().next(),
            Narrowing::Unchanged => Some(Some(document.clone())),
            Narrowing::Undetermined(_) => None,
        }
    }
}
