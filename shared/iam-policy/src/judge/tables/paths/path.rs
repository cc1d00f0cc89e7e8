//! One way.

/// One way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::judge) struct Path {
    /// The id in pathfinding.cloud. Where it has no path of just these actions: the actions, with `+` between, and a service
    /// named once; but `iam:PassRole`, unless they are a path without it, too.
    pub(in crate::judge) id: &'static str,
    /// What one needs, all of it, as AWS spells it. No path's actions are among those of another that passes a role as it
    /// does, or does not.
    pub(in crate::judge) actions: &'static [&'static str],
    /// The services that the passed role can trust, any one of them. Empty without `iam:PassRole`.
    pub(in crate::judge) passed_to: &'static [&'static str],
    /// How it works.
    pub(in crate::judge) gains: Gain,
}

/// How a path gains permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::judge) enum Gain {
    /// By giving a role to a service: `iam:PassRole` is one of the actions.
    NewPassRole,
    /// Through something that has a role already.
    ExistingRole,
    /// By changing IAM, or IAM Identity Center, itself.
    Iam,
    /// By assuming a role.
    Assume,
}

#[cfg(test)]
mod tests {
    use super::super::{ACTIONS, MOVES, PATHS};
    use super::*;
    use crate::catalogue;
    use std::collections::BTreeSet;

    #[test]
    fn every_action_exists_and_is_spelled_so() {
        for action in PATHS.iter().chain(MOVES).flat_map(|path| path.actions) {
            let name = catalogue::find(action).map(|id| id.name());
            assert_eq!(name, action.split_once(':'), "{action}");
        }
    }

    #[test]
    fn every_path_is_minimal_and_there_once() {
        let of = |path: &Path| path.actions.iter().copied().collect::<BTreeSet<&str>>();
        for paths in [PATHS, MOVES] {
            for (i, path) in paths.iter().enumerate() {
                let actions = of(path);
                assert!(!actions.is_empty() && actions.len() == path.actions.len(), "{path:?}");
                for other in paths.iter().skip(i + 1) {
                    assert_ne!(path.id, other.id);
                    let is_alike = path.passed_to.is_empty() == other.passed_to.is_empty();
                    let one_has_the_other = actions.is_subset(&of(other)) || of(other).is_subset(&actions);
                    assert!(!is_alike || !one_has_the_other, "{} and {}", path.id, other.id);
                }
            }
        }
    }

    #[test]
    fn how_many_actions() {
        let all: BTreeSet<&str> = PATHS.iter().chain(MOVES).flat_map(|path| path.actions).copied().collect();
        assert_eq!(all.len(), ACTIONS);
    }

    #[test]
    fn a_role_is_passed_to_somebody() {
        for path in PATHS.iter().chain(MOVES) {
            let passes = path.actions.contains(&"iam:PassRole");
            assert_eq!(passes, !path.passed_to.is_empty(), "{}", path.id);
            assert_eq!(passes, path.gains == Gain::NewPassRole, "{}", path.id);
            assert!(path.passed_to.iter().all(|service| service.ends_with(".amazonaws.com")), "{}", path.id);
        }
    }

    #[test]
    fn what_moves_data_does_no_more() {
        let is_part = |one: &Path, other: &Path| one.actions.iter().all(|action| other.actions.contains(action));
        for path in MOVES {
            assert!(!PATHS.iter().any(|other| !other.passed_to.is_empty() && is_part(other, path)), "{}", path.id);
        }
    }

    #[test]
    fn every_path_of_pathfinding_is_there_or_needs_more() {
        let rows = include_str!("../../../../tests/data/privesc_pathfinding.jsonl");
        for row in rows.lines() {
            let row: serde_json::Value = serde_json::from_str(row).unwrap();
            let required: BTreeSet<&str> =
                row["required"].as_array().unwrap().iter().map(|r| r["action"].as_str().unwrap()).collect();
            let found = PATHS.iter().find(|path| path.actions.iter().all(|action| required.contains(action)));
            assert!(found.is_some(), "{row}");
            let same = PATHS.iter().find(|path| row["id"] == path.id);
            assert!(same.is_none_or(|path| required == path.actions.iter().copied().collect()), "{row}");
        }
    }
}
