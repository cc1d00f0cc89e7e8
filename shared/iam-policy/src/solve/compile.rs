//! From statements to formulas.

use super::caller::Caller;
use super::facts::{Dimension, Facts};
use super::formula::Formula;
use super::key::{KeyTest, arn};
use super::search::{Found, find};
use crate::budget::Budget;
use crate::condition::takes_variables;
use crate::document::Document;
use crate::glob::Glob;
use crate::kind::PolicyKind;
use crate::language::Pattern;
use crate::operator::Base;
use crate::request::Context;
use crate::resource::Bound;
use crate::statement::{
    ActionElement, Condition, PrincipalElement, PrincipalEntry, PrincipalType, Principals, ResourceElement, Statement,
};
use crate::variables::Variables;
use std::collections::HashMap;

/// What it costs to compile one place of a pattern.
const STEPS_OF_A_TOKEN: usize = 8;

/// What of the requests is given, and what is searched for.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) caller: Caller,
    /// `None`: any.
    pub(crate) resource: Option<String>,
    /// What is known of context keys (in lower case); empty: that they are not there. Policy variables are replaced
    /// from here.
    pub(crate) context: Context,
}

/// Compiles statements within one frame.
pub(crate) struct Compiler<'a> {
    pub(crate) facts: Facts,
    pub(crate) frame: Frame,
    pub(crate) budget: &'a Budget,
    /// What was searched for before: many actions turn on the same conditions.
    found: HashMap<Formula, Option<Found>>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(facts: Facts, frame: Frame, budget: &'a Budget) -> Self {
        Self { facts, frame, budget, found: HashMap::new() }
    }

    /// A request for which the formula is true; `None` if there is none, or the budget is exhausted.
    pub(crate) fn find(&mut self, formula: &Formula) -> Option<&Found> {
        if !self.found.contains_key(formula) {
            let found = find(&[formula], &self.facts, &self.frame.caller, self.budget);
            self.found.insert(formula.clone(), found);
        }
        self.found.get(formula)?.as_ref()
    }

    /// That the documents together allow the request: some Allow applies and no Deny does.
    pub(crate) fn allowed(&mut self, documents: &[&Document], kind: PolicyKind) -> Formula {
        let mut allows = Vec::new();
        let mut denies = Vec::new();
        for statement in documents.iter().flat_map(|d| d.statements()) {
            let formula = self.statement(statement, kind);
            if statement.is_allow() { allows.push(formula) } else { denies.push(formula) }
        }
        Formula::all([Formula::any(allows), Formula::any(denies).not()])
    }

    /// That the statement applies to the request.
    pub(crate) fn statement(&mut self, statement: &Statement, kind: PolicyKind) -> Formula {
        if self.budget.is_exhausted() {
            return Formula::FALSE;
        }
        let action = self.action(&statement.actions);
        let principal =
            if kind == PolicyKind::Identity { Formula::TRUE } else { self.principal(&statement.principals) };
        if action.is_false() || principal.is_false() {
            return Formula::FALSE;
        }
        let resource = if kind == PolicyKind::Trust { Formula::TRUE } else { self.resource(statement) };
        Formula::all([action, principal, resource, self.conditions(statement)])
    }

    /// That the statement of an identity policy applies, if the request's action is one of its own.
    pub(crate) fn beside_action(&mut self, statement: &Statement) -> Formula {
        Formula::all([self.resource(statement), self.conditions(statement)])
    }

    /// That the statement's conditions hold.
    pub(crate) fn conditions(&mut self, statement: &Statement) -> Formula {
        Formula::all(statement.conditions.iter().map(|c| self.condition(c, statement.variables)).collect::<Vec<_>>())
    }

    fn action(&mut self, element: &ActionElement) -> Formula {
        let (ActionElement::Action(patterns) | ActionElement::NotAction(patterns)) = element;
        let listed = self.facts.is_one_of(patterns, self.budget);
        if matches!(element, ActionElement::NotAction(_)) { listed.not() } else { listed }
    }

    fn resource(&mut self, statement: &Statement) -> Formula {
        let (ResourceElement::Resource(patterns) | ResourceElement::NotResource(patterns)) = &statement.resources
        else {
            return Formula::TRUE;
        };
        let is_not = matches!(statement.resources, ResourceElement::NotResource(_));
        let bound = if statement.is_allow() { Bound::Most } else { Bound::Least };
        let bound = if is_not { bound.flipped() } else { bound };
        let listed = Formula::any(patterns.iter().map(|text| self.resource_pattern(text, statement.variables, bound)));
        if is_not { listed.not() } else { listed }
    }

    /// A pattern with a variable that the request does not carry matches nothing; one whose meaning is not certain
    /// ([`ResourcePattern::Short`](crate::resource::ResourcePattern)) what the bound says.
    pub(crate) fn resource_pattern(&mut self, text: &str, has_variables: bool, bound: Bound) -> Formula {
        if self.budget.is_exhausted() {
            return Formula::FALSE;
        }
        let Some(glob) = self.variables(has_variables).glob(text) else {
            return Formula::FALSE;
        };
        if glob.is_any() {
            return Formula::TRUE;
        }
        let pattern = match (Pattern::arn(&glob), bound) {
            (Some(pattern), _) => pattern,
            (None, Bound::Most) => Pattern::like(&glob),
            (None, Bound::Least) => return Formula::FALSE,
        };
        self.budget.spend(STEPS_OF_A_TOKEN * glob.tokens().len());
        match &self.frame.resource {
            Some(resource) => Formula::constant(pattern.matches(resource)),
            None => self.facts.text(Dimension::Resource, pattern),
        }
    }

    fn principal(&mut self, element: &PrincipalElement) -> Formula {
        match element {
            PrincipalElement::None => Formula::TRUE,
            PrincipalElement::Principal(list) => self.principals(list),
            PrincipalElement::NotPrincipal(list) => self.principals(list).not(),
        }
    }

    fn principals(&mut self, list: &Principals) -> Formula {
        match list {
            Principals::Everyone => Formula::TRUE,
            Principals::Listed(entries) => Formula::any(entries.iter().map(|e| self.entry(e))),
        }
    }

    /// "`"Principal": "*"` and `"Principal": {"AWS": "*"}` are equivalent" (IAM User Guide, Principal, All principals).
    fn entry(&mut self, entry: &PrincipalEntry) -> Formula {
        let fits = |name: &str| Formula::constant(Glob::new(&entry.value).matches(name));
        match (entry.kind, &self.frame.caller) {
            (PrincipalType::Aws, _) if entry.value == "*" => Formula::TRUE,
            (PrincipalType::Aws, Caller::Aws) => self.aws_entry(&entry.value),
            (PrincipalType::Service, Caller::Service(name))
            | (PrincipalType::Federated, Caller::Federated(name))
            | (PrincipalType::CanonicalUser, Caller::Canonical(name)) => fits(name),
            _ => Formula::FALSE,
        }
    }

    /// An account stands for its principals, a role for its sessions (IAM User Guide, Principal).
    pub(crate) fn aws_entry(&mut self, value: &str) -> Formula {
        if value.contains(['*', '?']) {
            return self.caller_is(vec![Pattern::like(&Glob::new(value))]);
        }
        let root = value.strip_suffix(":root").and_then(|head| head.rsplit(':').next());
        let account = root.or_else(|| (!value.contains(':')).then_some(value));
        if let Some(account) = account {
            return self.caller_is(of_account(&Glob::new(account)).into_iter().collect());
        }
        let mut patterns = vec![Pattern::equal(value)];
        if let Some((head, role)) = value.split_once(":role/") {
            let name = role.rsplit('/').next().unwrap_or(role);
            let session = format!("{}:assumed-role/{name}/*", head.replacen(":iam:", ":sts:", 1));
            patterns.push(Pattern::like(&Glob::new(&session)));
        }
        self.caller_is(patterns)
    }

    /// That the caller's ARN matches one of the patterns.
    pub(crate) fn caller_is(&mut self, patterns: Vec<Pattern>) -> Formula {
        Formula::any(patterns.into_iter().map(|pattern| self.facts.text(Dimension::Principal, pattern)))
    }

    pub(crate) fn condition(&mut self, condition: &Condition, has_variables: bool) -> Formula {
        let key = condition.key.to_ascii_lowercase();
        let known = self.frame.context.get(&key).cloned().or_else(|| self.frame.caller.carries(&key));
        if let Some(carried) = known {
            let variables = self.variables(has_variables);
            return Formula::constant(crate::condition::holds(condition, Some(&carried), variables));
        }
        if self.frame.caller == Caller::Aws {
            match key.as_str() {
                "aws:principalarn" => return self.about_caller(condition, has_variables, Tied::Arn),
                "aws:principalaccount" | "kms:calleraccount" => {
                    return self.about_caller(condition, has_variables, Tied::Account);
                }
                _ => {}
            }
        }
        let is_pattern = matches!(condition.operator.base, Base::StringLike | Base::Arn);
        let value = |value: &String| {
            if !self.budget.spend(STEPS_OF_A_TOKEN * (value.len() + 8)) {
                return None;
            }
            let variables = self.variables(has_variables && takes_variables(condition.operator.base));
            if is_pattern {
                Some((value.clone(), variables.glob(value)?))
            } else {
                Some((variables.text(value)?, Glob::default()))
            }
        };
        let test = KeyTest::new(condition.operator, condition.values.iter().filter_map(value).collect());
        self.facts.key(&condition.key, test)
    }

    /// That the caller is some IAM principal, if anything is asked of it: to be added when all else is compiled.
    pub(crate) fn caller_exists(&mut self) -> Formula {
        if self.frame.caller != Caller::Aws || !self.facts.asks_for_principal() {
            return Formula::TRUE;
        }
        self.caller_is(Pattern::arn(&Glob::new("arn:?*:?*:*:?*:?*")).into_iter().collect())
    }

    /// Whether the frame or the caller tells what a request carries of a key (in lower case), or it is tied to the caller's ARN.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.frame.context.contains_key(key) || self.frame.caller.carries(key).is_some() || self.is_tied(key)
    }

    /// Whether a test of the key (in lower case) is one of the caller's ARN.
    pub(crate) fn is_tied(&self, key: &str) -> bool {
        let is_tied = matches!(key, "aws:principalarn" | "aws:principalaccount" | "kms:calleraccount");
        is_tied && self.frame.caller == Caller::Aws && !self.frame.context.contains_key(key)
    }

    /// A test of a key that says who the caller is, as one of the caller's ARN: so no two of them contradict.
    fn about_caller(&mut self, condition: &Condition, has_variables: bool, tied: Tied) -> Formula {
        let operator = condition.operator;
        if operator.base == Base::Null {
            return Formula::constant(condition.values.iter().any(|v| v.eq_ignore_ascii_case("false")));
        }
        let pattern = |value: &String| {
            if !self.budget.spend(STEPS_OF_A_TOKEN * (value.len() + 8)) {
                return None;
            }
            let variables = self.variables(has_variables);
            let literal = || variables.text(value).map(|text| Glob::literal(&text));
            match (tied, operator.base) {
                (Tied::Arn, Base::StringEquals) => Some(Pattern::equal(&variables.text(value)?)),
                (Tied::Arn, Base::StringEqualsIgnoreCase) => {
                    Some(Pattern::equal_ignoring_case(&variables.text(value)?))
                }
                (Tied::Arn, Base::StringLike) => Some(Pattern::like(&variables.glob(value)?)),
                (Tied::Arn, Base::Arn) => arn(&variables.glob(value)?),
                (Tied::Account, Base::StringEquals | Base::StringEqualsIgnoreCase) => of_account(&literal()?),
                (Tied::Account, Base::StringLike) => of_account(&variables.glob(value)?),
                _ => None,
            }
        };
        let patterns = condition.values.iter().filter_map(pattern).collect();
        let fits = self.caller_is(patterns);
        if operator.negated { fits.not() } else { fits }
    }

    fn variables(&self, used: bool) -> Variables<'_> {
        if used { Variables::Of(&self.frame.context) } else { Variables::Literal }
    }
}

/// What of the caller a key repeats.
#[derive(Clone, Copy)]
enum Tied {
    Arn,
    Account,
}

/// The ARNs of the principals of an account.
pub(crate) fn of_account(account: &Glob) -> Option<Pattern> {
    let (head, tail) = (Glob::new("arn:*:*:*:"), Glob::new(":*"));
    let tokens = head.tokens().iter().chain(account.tokens()).chain(tail.tokens());
    Pattern::arn(&tokens.copied().collect())
}
