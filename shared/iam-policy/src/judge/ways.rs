//! The tables of ways, made ready to be asked for: each action by its number, and which way makes which needless.

use super::sensitive::SensitiveSet;
use super::tables::paths::{MOVES, PASSED, PATHS, Path};
use crate::glob::Glob;
use std::collections::BTreeSet;
use std::sync::LazyLock;

pub(super) const PASS_ROLE: &str = "iam:PassRole";

/// A way, made ready.
pub(super) struct Way {
    /// The role that is passed first, if one is.
    pub(super) steps: Vec<Step>,
    /// The services that the role can be passed to; none: no role is passed.
    pub(super) passed_to: &'static [&'static str],
    /// The ways of the same table, by their places in it, that pass no role and take no other actions. They ask for every resource of
    /// each action; where they are reached, this one needs no role.
    pub(super) without_role: Vec<usize>,
}

/// An action of a way.
pub(super) struct Step {
    /// As AWS spells it.
    pub(super) action: &'static str,
    /// In lower case.
    pub(super) lower: String,
    /// Its number among the sensitive actions.
    pub(super) number: usize,
}

/// The ways to more permissions.
pub(super) static RUNS: LazyLock<Vec<Way>> = LazyLock::new(|| ready(PATHS));

/// The ways to move data.
pub(super) static MOVING: LazyLock<Vec<Way>> = LazyLock::new(|| ready(MOVES));

/// The actions of ways that take several.
pub(super) static OF_SEVERAL: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    PATHS.iter().filter(|path| path.actions.len() > 1).flat_map(|path| path.actions).copied().collect()
});

/// The services of all actions, in lower case.
pub(super) static SERVICES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    PATHS.iter().flat_map(|path| path.actions).filter_map(|action| action.split(':').next()).collect()
});

fn ready(paths: &'static [Path]) -> Vec<Way> {
    let way = |path: &'static Path| {
        let mut actions = path.actions.to_vec();
        actions.sort_by_key(|action| *action != PASS_ROLE);
        let steps = actions.into_iter().filter_map(Step::of).collect();
        let without_role = if path.passed_to.is_empty() { Vec::new() } else { without_role(path, paths) };
        Way { steps, passed_to: path.passed_to, without_role }
    };
    paths.iter().map(way).collect()
}

fn without_role(path: &Path, paths: &[Path]) -> Vec<usize> {
    let is_part = |other: &Path| other.actions.iter().all(|action| path.actions.contains(action));
    let others = paths.iter().enumerate().filter(|(_, other)| other.passed_to.is_empty() && is_part(other));
    others.map(|(place, _)| place).collect()
}

/// The services to which roles are passed by the actions that a pattern matches.
pub(crate) fn passed_to(pattern: &str) -> BTreeSet<&'static str> {
    let glob = Glob::lower(pattern);
    let service = pattern.split(':').next().unwrap_or_default();
    let is_of_service = |action: &str| {
        let own = action.split(':').next().unwrap_or_default();
        service.contains(['*', '?']) || own.eq_ignore_ascii_case(service)
    };
    let is_meant = |action: &str| is_of_service(action) && glob.matches(&action.to_ascii_lowercase());
    PASSED.iter().filter(|(action, _)| is_meant(action)).flat_map(|(_, services)| services.iter().copied()).collect()
}

impl Way {
    /// Whether it gives a role to a service.
    pub(super) fn passes_role(&self) -> bool {
        !self.passed_to.is_empty()
    }
}

impl Step {
    fn of(action: &'static str) -> Option<Self> {
        let lower = action.to_ascii_lowercase();
        let number = SensitiveSet::number(&lower)?;
        Some(Self { action, lower, number })
    }

    /// Whether it hands the role over.
    pub(super) fn passes_role(&self) -> bool {
        self.action == PASS_ROLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_number() {
        for (ways, paths) in [(&RUNS, PATHS), (&MOVING, MOVES)] {
            assert_eq!(ways.len(), paths.len());
            for (way, path) in ways.iter().zip(paths) {
                let actions: BTreeSet<&str> = way.steps.iter().map(|step| step.action).collect();
                assert_eq!(actions, path.actions.iter().copied().collect(), "{}", path.id);
                assert_eq!(way.steps[0].passes_role(), way.passes_role(), "{}", path.id);
            }
        }
    }

    #[test]
    fn whom_roles_are_passed_to() {
        let check = |pattern: &str, expected: &[&str]| {
            let found: Vec<&str> = passed_to(pattern).into_iter().collect();
            assert_eq!(found, expected, "{pattern}");
        };
        check("elasticmapreduce:RunJobFlow", &["ec2.amazonaws.com"]);
        check("EC2:createflowlogs", &["vpc-flow-logs.amazonaws.com"]);
        check("iot:CreateRoleA*", &["credentials.iot.amazonaws.com", "iot.amazonaws.com"]);
        check("batch:RegisterJob*", &["ecs-tasks.amazonaws.com"]);
        check("cloudtrail:CreateTrail", &["cloudtrail.amazonaws.com"]);
        check("autoscaling:CreateLaunchConfiguration", &["ec2.amazonaws.com"]);
        check("s3:GetObject", &[]);
    }

    #[test]
    fn what_needs_no_role() {
        let place = |id: &str| PATHS.iter().position(|path| path.id == id).unwrap();
        assert!(RUNS[place("lambda-001")].without_role.is_empty());
        assert!(RUNS[place("lambda-003")].without_role.is_empty());
        let needless: Vec<&Way> = RUNS.iter().filter(|way| !way.without_role.is_empty()).collect();
        assert!(!needless.is_empty());
        for way in needless {
            let actions: BTreeSet<&str> = way.steps.iter().map(|step| step.action).collect();
            for other in &way.without_role {
                assert!(
                    RUNS[*other].steps.iter().all(|step| actions.contains(step.action)) && !RUNS[*other].passes_role()
                );
            }
        }
    }
}
