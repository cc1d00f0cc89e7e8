//! Policies that say the same in other words are judged alike; and what is added changes what is found in one direction alone.
//!
//! Each law is tried on AWS's managed policies (a part of them; `IAM_POLICY_ALL=1` takes all 1,662), on everything that is labelled or
//! recorded in `tests/data`, on what is made by hand, and on random policies. A case that breaks one is made as small as it can be.
#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

mod common;

#[path = "common/cases.rs"]
mod cases;
#[path = "common/generate.rs"]
mod generate;
#[path = "common/handmade.rs"]
mod handmade;
#[path = "common/transform.rs"]
mod transform;

use cases::{Case, Found, kinds, labelled, managed, shrunk, summary};
use common::ACCOUNT;
use iam_policy::{PolicyKind, Rules, ViolationKind};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use transform::{
    Rename, joined, mixed, new_partitions, other_accounts, other_names, other_organizations, other_partitions,
    other_regions, recased, renamed, reversed, split, statements, texts, with_statements, written_out,
};

/// What holds between a case and what is made of it.
struct Law {
    /// The same case in other words, or with something beside it.
    variants: fn(&Case) -> Vec<Case>,
    /// Whether what is found in the one fits what is found in the other.
    holds: fn(&Case, &[Found], &Case, &[Found]) -> bool,
}

impl Law {
    /// The first variant that does not fit. What is undetermined is nothing to compare.
    fn broken(&self, case: &Case) -> Option<(Vec<Found>, Case, Vec<Found>)> {
        let before = case.found()?;
        let fits = |variant: Case| {
            let after = variant.found()?;
            (!(self.holds)(case, &before, &variant, &after)).then_some((variant, after))
        };
        let (variant, after) = (self.variants)(case).into_iter().find_map(fits)?;
        Some((before, variant, after))
    }

    /// What breaks the law, as small as it can be; none if nothing does.
    fn complaint(&self, case: &Case) -> Option<String> {
        self.broken(case)?;
        let smallest = shrunk(case, &|case| self.broken(case).is_some());
        let (before, variant, after) = self.broken(&smallest)?;
        let zone = |case: &Case| format!("{} of {}", case.rules.zone.account, case.rules.zone.partition);
        Some(format!(
            "{} as {:?}\n  {} in {}\n  finds {before:?}\n  {} in {}\n  finds {after:?}",
            smallest.name,
            smallest.kind,
            smallest.policy,
            zone(&smallest),
            variant.policy,
            zone(&variant),
        ))
    }

    /// Tries it on everything.
    fn check(&self) {
        let mut complaints = Vec::new();
        let managed = managed().into_iter();
        let labelled = labelled()
            .into_iter()
            .flat_map(|case| [case.clone(), case.clone().with_more_rules(), case.without_account()]);
        let (mut tried, mut undetermined) = (0, 0);
        for case in managed.chain(labelled) {
            tried += 1;
            undetermined += usize::from(case.found().is_none());
            complaints.extend(self.complaint(&case));
        }
        assert!(undetermined * 50 <= tried, "{undetermined} of {tried} are undetermined");
        for pools in [&generate::FEW, &generate::PLACES] {
            let mut runner = TestRunner::deterministic();
            for _ in 0..RANDOM {
                let tree = generate::documents_of(pools).new_tree(&mut runner).expect("a policy");
                let (kind, document) = tree.current();
                let case = Case::new("random", kind, document.as_value().clone());
                for case in [case.clone(), case.clone().with_more_rules(), case.without_account()] {
                    tried += 1;
                    complaints.extend(self.complaint(&case));
                }
            }
        }
        let told: Vec<String> = complaints.iter().take(MOST_COMPLAINTS).cloned().collect();
        assert!(complaints.is_empty(), "{} of {tried}:\n{}", complaints.len(), told.join("\n"));
    }
}

/// Random policies of each kind of pool.
const RANDOM: usize = 60;

/// So many are enough to see what is wrong.
const MOST_COMPLAINTS: usize = 8;

/// Nothing but names is another.
fn renaming(case: &Case, rename: Rename) -> Vec<Case> {
    vec![renamed(case, rename)]
}

fn is_found_by_other_names(before: &[Found], after: &[Found], rename: Rename) -> bool {
    let mut renamed = before.to_vec();
    for found in &mut renamed {
        found.what.outsiders = found.what.outsiders.iter().map(|name| rename(name)).collect();
    }
    renamed.sort();
    renamed == after
}

/// Whether a policy names a part of a word that is to be renamed: then there is no telling what it means by another name.
fn has_pattern(case: &Case, of: &[&str]) -> bool {
    let is_part = |text: &str| {
        text.contains(['*', '?'])
            && text.split([':', '/', '.', ',', '$', '{', '}']).any(|word| {
                let fixed: Vec<&str> = word.split(['*', '?']).filter(|part| !part.is_empty()).collect();
                word.contains(['*', '?'])
                    && fixed.iter().any(|part| of.iter().any(|of| of.starts_with(part) || of.ends_with(part)))
            })
    };
    texts(&case.policy).into_iter().any(is_part)
}

fn names_region(case: &Case) -> bool {
    let policy = case.policy.to_string();
    let rules = format!("{:?}", case.rules);
    let names = |text: &str| {
        ["us-", "eu-", "ap-", "cn-", "sa-", "ca-", "me-", "af-", "il-", "mx-", "eusc-"].iter().any(|prefix| {
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| word.starts_with(prefix))
        })
    };
    names(&policy) || names(&rules) || policy.to_lowercase().contains("requestedregion")
}

#[test]
fn accounts_are_names() {
    Law {
        variants: |case| {
            let is_part = |text: &str| {
                text.split(':')
                    .nth(4)
                    .is_some_and(|a| a.contains(['*', '?']) && a.contains(|c: char| c.is_ascii_digit()))
            };
            let is_unclear = texts(&case.policy).into_iter().any(is_part);
            if is_unclear { Vec::new() } else { renaming(case, other_accounts) }
        },
        holds: |_, before, _, after| is_found_by_other_names(before, after, other_accounts),
    }
    .check();
}

#[test]
fn organizations_are_names() {
    Law {
        variants: |case| renaming(case, other_organizations),
        holds: |_, before, _, after| is_found_by_other_names(before, after, other_organizations),
    }
    .check();
}

#[test]
fn regions_are_names() {
    Law {
        variants: |case| {
            if has_pattern(case, &transform::REGIONS) { Vec::new() } else { renaming(case, other_regions) }
        },
        holds: |_, before, _, after| is_found_by_other_names(before, after, other_regions),
    }
    .check();
}

/// Where no region is named: each partition has its own.
#[test]
fn partitions_are_names() {
    Law {
        variants: |case| if names_region(case) { Vec::new() } else { renaming(case, other_partitions) },
        holds: |_, before, _, after| is_found_by_other_names(before, after, other_partitions),
    }
    .check();
}

#[test]
fn an_unknown_partition_is_one_like_any_other() {
    Law {
        variants: |case| if names_region(case) { Vec::new() } else { renaming(case, new_partitions) },
        holds: |_, before, _, after| is_found_by_other_names(before, after, new_partitions),
    }
    .check();
}

/// But for those that AWS gives: its own policies and the roles of its services.
#[test]
fn buckets_and_roles_are_names() {
    Law {
        variants: |case| {
            let text = case.policy.to_string();
            let fixed = ["::aws:", "service-role", "aws-reserved", "AWSServiceRole", "arn:aws*"];
            if fixed.iter().any(|fixed| text.contains(fixed)) { Vec::new() } else { renaming(case, other_names) }
        },
        holds: |_, before, _, after| is_found_by_other_names(before, after, other_names),
    }
    .check();
}

#[test]
fn order_means_nothing() {
    Law {
        variants: |case| vec![case.with(reversed(&case.policy))],
        holds: |case, before, _, after| {
            let last = statements(&case.policy).len().saturating_sub(1);
            let mut turned = before.to_vec();
            for found in &mut turned {
                found.statements = found.statements.iter().map(|statement| last - statement).collect();
            }
            turned.sort();
            turned == after
        },
    }
    .check();
}

#[test]
fn a_statement_says_what_its_parts_say() {
    Law {
        variants: |case| {
            let by = |element| case.with(split(&case.policy, element));
            ["Action", "Resource", "Principal"]
                .map(by)
                .into_iter()
                .filter(|split| split.policy != case.policy)
                .collect()
        },
        holds: |_, before, _, after| summary(before) == summary(after),
    }
    .check();
}

#[test]
fn statements_that_differ_in_one_list_are_one() {
    Law {
        variants: |case| {
            let by = |element| case.with(joined(&case.policy, element));
            ["Action", "Resource"].map(by).into_iter().filter(|joined| joined.policy != case.policy).collect()
        },
        holds: |_, before, _, after| summary(before) == summary(after),
    }
    .check();
}

#[test]
fn actions_have_no_case() {
    Law {
        variants: |case| {
            let cases: [fn(&str) -> String; 3] = [str::to_ascii_uppercase, str::to_ascii_lowercase, mixed];
            cases.map(|to| case.with(recased(&case.policy, to))).into()
        },
        holds: |_, before, _, after| before == after,
    }
    .check();
}

/// Of what is there: a pattern lets tomorrow's actions in, too, which is what `service-wildcard` is about.
#[test]
fn a_wildcard_is_what_it_stands_for() {
    Law {
        variants: |case| {
            let written = case.with(written_out(&case.policy));
            if written.policy == case.policy { Vec::new() } else { vec![written] }
        },
        holds: |_, before, _, after| {
            let known = |found: &[Found]| {
                let mut known = summary(found);
                known.remove(&ViolationKind::ServiceWildcard);
                known
            };
            known(before) == known(after)
        },
    }
    .check();
}

#[test]
fn twice_is_once() {
    Law {
        variants: |case| {
            let all = statements(&case.policy);
            let few = all.iter().take(4).chain(all.iter().skip(4).rev().take(2));
            let twice = |statement: &Value| {
                let mut statement = statement.clone();
                if let Some(fields) = statement.as_object_mut() {
                    fields.remove("Sid");
                }
                case.with(with_statements(&case.policy, all.iter().cloned().chain([statement]).collect()))
            };
            few.map(twice).collect()
        },
        holds: |_, before, _, after| summary(before) == summary(after),
    }
    .check();
}

/// The policy with one statement more, of those that fit its kind.
fn and(case: &Case, effect: &str, more: &[Value]) -> Vec<Case> {
    let with = |fields: &Value| {
        let mut statement = fields.clone();
        statement["Effect"] = effect.into();
        if let (Some(fields), PolicyKind::Identity) = (statement.as_object_mut(), case.kind) {
            fields.remove("Principal");
        }
        if let (Some(fields), PolicyKind::Trust) = (statement.as_object_mut(), case.kind) {
            fields.remove("Resource");
            fields.remove("NotResource");
        }
        let all = statements(&case.policy).into_iter().chain([statement]);
        case.with(with_statements(&case.policy, all.collect()))
    };
    // Of many, a third for each case is enough: they are tried on hundreds.
    let step = if more.len() > 9 { 3 } else { 1 };
    more.iter().skip(case.name.len() % step).step_by(step).map(with).collect()
}

fn some_statements() -> Vec<Value> {
    let ours = json!({"AWS": "arn:aws:iam::123456789012:role/app"});
    vec![
        json!({"Principal": ours, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::other/*"}),
        json!({"Principal": "*", "Action": "*", "Resource": "*"}),
        json!({"Principal": ours, "Action": ["iam:PassRole", "sts:AssumeRole"], "Resource": "arn:aws:iam::123456789012:role/x"}),
        json!({"Principal": "*", "NotAction": "iam:*", "Resource": "*"}),
        json!({"Principal": "*", "Action": "*", "NotResource": "arn:aws:s3:::data/*"}),
        json!({"Principal": "*", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}),
        json!({"Principal": "*", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}}),
        json!({"Principal": "*", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-ours"}}}),
        json!({"Principal": "*", "Action": "*", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:ResourceTag/team": "x"}}}),
        json!({"Principal": "*", "Action": "lambda:*", "Resource": "arn:aws:lambda:sa-east-1:123456789012:function:*"}),
        json!({"Principal": "*", "Action": ["kms:*", "s3:*", "sts:*"], "Resource": "arn:aws-cn:*"}),
    ]
}

#[test]
fn another_allow_takes_no_finding_away() {
    Law {
        variants: |case| {
            // Where nobody says whose the resource is, one that is named says it: whoever is of that account is no stranger then.
            let says_whose =
                |statement: &Value| statement["Resource"].as_str().is_some_and(|arn| arn.contains(ACCOUNT));
            let is_open = case.rules.zone.account.is_empty() && case.kind != PolicyKind::Identity;
            let more = some_statements().into_iter().filter(|statement| !(is_open && says_whose(statement)));
            and(case, "Allow", &more.collect::<Vec<_>>())
        },
        holds: |_, before, _, after| kinds(before).is_subset(&kinds(after)),
    }
    .check();
}

#[test]
fn another_deny_makes_no_finding() {
    Law {
        variants: |case| and(case, "Deny", &some_statements()),
        holds: |_, before, _, after| {
            let outsiders = |found: &[Found]| -> BTreeMap<ViolationKind, BTreeSet<String>> {
                summary(found).into_iter().map(|(kind, what)| (kind, what.outsiders)).collect()
            };
            let (before, after) = (outsiders(before), outsiders(after));
            after.iter().all(|(kind, names)| {
                before.get(kind).is_some_and(|known| names.is_subset(known) || known.contains("*"))
            })
        },
    }
    .check();
}

#[test]
fn what_is_about_something_else_changes_nothing() {
    Law {
        variants: |case| {
            let account = &case.rules.zone.account;
            // Where the account is not known, whoever is named could be its own.
            let ours =
                if account.is_empty() { json!({"Service": "polly.amazonaws.com"}) } else { json!({"AWS": account}) };
            let speech =
                |resource: &str| json!({"Principal": ours, "Action": "polly:GetLexicon", "Resource": resource});
            let session = json!({"Principal": ours, "Action": "sts:SetSourceIdentity"});
            let mut more = vec![speech("*"), speech("arn:aws:polly:ap-south-2:*:lexicon/x")];
            if !account.is_empty() {
                more.push(speech(&format!("arn:aws:polly:eu-south-1:{account}:lexicon/*")));
            }
            match case.kind {
                PolicyKind::Identity => [and(case, "Allow", &more), and(case, "Deny", &more)].concat(),
                // A Deny is about whoever is not let in.
                PolicyKind::Resource if account.is_empty() => and(case, "Deny", &more),
                PolicyKind::Resource => [and(case, "Allow", &more), and(case, "Deny", &more)].concat(),
                PolicyKind::Trust => and(case, "Deny", &[session]),
            }
        },
        holds: |_, before, _, after| before == after,
    }
    .check();
}

#[test]
fn each_rule_is_asked_by_itself() {
    Law {
        variants: |case| {
            let by = |kinds| Case { rules: Rules { kinds, ..case.rules.clone() }, ..case.clone() };
            let found = kinds(&case.found().unwrap_or_default());
            let rest = |of: &BTreeSet<ViolationKind>| case.rules.kinds.difference(of).copied().collect();
            let each = found.iter().map(|kind| [*kind].into());
            let without = found.iter().map(|kind| rest(&[*kind].into()));
            each.chain(without).chain([rest(&found)]).map(by).collect()
        },
        holds: |_, before, variant, after| {
            before.iter().filter(|one| variant.rules.kinds.contains(&one.kind)).eq(after)
        },
    }
    .check();
}
