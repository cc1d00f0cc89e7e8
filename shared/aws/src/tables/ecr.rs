//! Container repositories: their settings and their policies.

use parapet_core::ErrorKind;
use parapet_guards::{Action, Put, RepositoryPolicyAction, Resource, Scanning, TagMutability, on};

use super::answers::{but, document, documented, recorded, refused};
use super::{Answer, Look, Table, nothing};

const DESCRIBE: &str = "DescribeRepositories";
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::644160558196:root"},"Action":"ecr:BatchGetImage"}]}"#;

fn repository() -> Resource {
    Resource::Repository(on::Repository { name: "ml/training".to_owned() })
}

/// One of an account: tags can be overwritten, nothing is scanned.
fn mutable() -> Answer {
    recorded(DESCRIBE, "test_ecr_set_immutability#1")
}

/// The same with this setting, and these tags excluded from it.
fn tags(setting: &str, filters: &str) -> Look {
    let with = format!(r#""imageTagMutability": "{setting}", "imageTagMutabilityExclusionFilters": [{filters}]"#);
    vec![but(mutable(), r#""imageTagMutability": "MUTABLE""#, &with)]
}

fn gone(operation: &str) -> Vec<Look> {
    vec![vec![refused(operation, 400, "RepositoryNotFoundException")]]
}

/// What says nothing of any repository.
fn unreadable() -> Vec<Look> {
    vec![
        vec![recorded(DESCRIBE, "test_ecr_no_policy#1")],
        vec![documented(DESCRIBE, "{}")],
        // As ECR answered before these settings were there.
        vec![recorded(DESCRIBE, "test_ecr_no_policy#2")],
    ]
}

fn refusals(action: impl Fn() -> Action, operation: &str) -> Vec<(Action, Look, ErrorKind)> {
    [
        (400, "AccessDeniedException", ErrorKind::Denied),
        (400, "RepositoryNotFoundException", ErrorKind::Missing),
        (400, "InvalidParameterException", ErrorKind::Invalid),
        (400, "ValidationException", ErrorKind::Invalid),
        (500, "ServerException", ErrorKind::Transient),
    ]
    .map(|(status, code, kind)| (action(), vec![refused(operation, status, code)], kind))
    .into()
}

pub(super) fn repository_tag_mutability() -> Table {
    const PUT: &str = "PutImageTagMutability";
    let put = |state| Action::RepositoryTagMutability(Put(state));
    let filter = r#"{"filterType": "WILDCARD", "filter": "latest"}"#;
    Table {
        resource: repository(),
        found: vec![
            vec![mutable()],
            vec![recorded(DESCRIBE, "test_ecr_set_immutability#2")],
            tags("IMMUTABLE_WITH_EXCLUSION", filter),
            tags("MUTABLE_WITH_EXCLUSION", &format!("{filter}, {}", filter.replace("latest", "v*"))),
        ],
        gone: gone(DESCRIBE),
        unknown: vec![tags("x-new", filter), tags("IMMUTABLE_WITH_EXCLUSION", &filter.replace("WILDCARD", "x-new"))],
        pages: None,
        unreadable: unreadable(),
        also: Vec::new(),
        back: &[PUT],
        writes: vec![(put(TagMutability::Immutable), vec![recorded(PUT, "test_ecr_set_immutability#1")])],
        refusals: refusals(|| put(TagMutability::Immutable), PUT),
        exceptions: &[],
    }
}

pub(super) fn repository_scanning() -> Table {
    const PUT: &str = "PutImageScanningConfiguration";
    let put = || Action::RepositoryScanning(Put(Scanning { on_push: true }));
    Table {
        resource: repository(),
        found: vec![vec![mutable()], vec![recorded(DESCRIBE, "test_ecr_set_scanning#2")]],
        gone: gone(DESCRIBE),
        unknown: nothing("images are scanned or not"),
        pages: None,
        unreadable: unreadable(),
        also: Vec::new(),
        back: &[PUT],
        writes: vec![(put(), vec![recorded(PUT, "test_ecr_set_scanning#1")])],
        refusals: refusals(put, PUT),
        exceptions: &[],
    }
}

pub(super) fn repository_policy() -> Table {
    of_policy(Action::RepositoryPolicy)
}

pub(super) fn repository_guard_access() -> Table {
    of_policy(Action::RepositoryGuardAccess)
}

/// Two facets are about a repository's policy.
fn of_policy(action: fn(RepositoryPolicyAction) -> Action) -> Table {
    const GET: &str = "GetRepositoryPolicy";
    const SET: &str = "SetRepositoryPolicy";
    let open = recorded(GET, "test_cross_account_ecr#1");
    let set = || action(RepositoryPolicyAction::SetRepositoryPolicy(document(POLICY)));
    let delete = || action(RepositoryPolicyAction::DeleteRepositoryPolicy);
    Table {
        resource: repository(),
        found: vec![
            vec![open.clone()],
            vec![recorded(GET, "test_ecr_remove_matched#1")],
            vec![recorded(GET, "test_ecr_no_policy#1")],
        ],
        gone: gone(GET),
        unknown: vec![vec![but(open.clone(), "ecr:BatchGetImage", "ecr:x-new")]],
        pages: None,
        unreadable: vec![
            vec![documented(GET, "{}")],
            vec![documented(GET, r#"{"policyText":""}"#)],
            vec![but(open, "Allow", "x-new")],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (set(), vec![recorded(SET, "test_ecr_remove_matched#2")]),
            (delete(), vec![recorded("DeleteRepositoryPolicy", "test_ecr_remove_named#1")]),
        ],
        refusals: [
            refusals(set, SET),
            // Somebody else was faster.
            vec![(
                delete(),
                vec![refused("DeleteRepositoryPolicy", 400, "RepositoryPolicyNotFoundException")],
                ErrorKind::Missing,
            )],
        ]
        .concat(),
        exceptions: &[],
    }
}
