//! Roles, policies and who holds them, credentials, identity providers.

use std::collections::BTreeMap;

use parapet_core::ErrorKind;
use parapet_guards::{
    AccessKeyAction, Action, AttachmentAction, Boundary, BoundaryAction, CredentialAction, IamEntity, InlineAction,
    InstanceProfileAction, LoginAction, ManagedAction, MembershipAction, PoliciesAction, ProviderAction, Resource,
    TrustAction, WholeRoleAction, on,
};

use super::answers::{but, document, iam, recorded, refused};
use super::laws::{Comes, Fault};
use super::{Also, Answer, Look, Table, nothing};

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::data/a+b"}]}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// POLICY as IAM hands it out. A plus is one there, and no space.
const ENCODED: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGetObject%22%2C%22Resource%22%3A%22arn%3Aaws%3As3%3A%3A%3Adata%2Fa+b%22%7D%5D%7D";

const AWS_POLICY: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
const OWN_POLICY: &str = "arn:aws:iam::644160558196:policy/team/data";

fn user() -> IamEntity {
    IamEntity::User("alice".to_owned())
}

fn role() -> IamEntity {
    IamEntity::Role("app".to_owned())
}

fn group() -> IamEntity {
    IamEntity::Group("staff".to_owned())
}

fn done(operation: &str) -> Answer {
    iam(operation, "")
}

fn missing(operation: &str) -> Answer {
    refused(operation, 404, "NoSuchEntity")
}

fn refusals(
    action: impl Fn() -> Action,
    operation: &str,
    more: &[(u16, &'static str, ErrorKind)],
) -> Vec<(Action, Look, ErrorKind)> {
    let common = [
        (403, "AccessDenied", ErrorKind::Denied),
        (400, "Throttling", ErrorKind::Transient),
        (409, "ConcurrentModification", ErrorKind::Conflict),
        (500, "ServiceFailure", ErrorKind::Transient),
    ];
    let all = common.iter().chain(more);
    all.map(|(status, code, kind)| (action(), vec![refused(operation, *status, code)], *kind)).collect()
}

const LIMIT: (u16, &str, ErrorKind) = (409, "LimitExceeded", ErrorKind::Limit);
const UNMODIFIABLE: (u16, &str, ErrorKind) = (400, "UnmodifiableEntity", ErrorKind::Unmodifiable);
const MALFORMED: (u16, &str, ErrorKind) = (400, "MalformedPolicyDocument", ErrorKind::Invalid);
const MISSING: (u16, &str, ErrorKind) = (404, "NoSuchEntity", ErrorKind::Missing);
const EXISTS: (u16, &str, ErrorKind) = (409, "EntityAlreadyExists", ErrorKind::Conflict);

/// GetPolicy of a policy whose default version is this.
fn policy(version: &str) -> Answer {
    iam("GetPolicy", &format!("<Policy><DefaultVersionId>{version}</DefaultVersionId></Policy>"))
}

fn version() -> Answer {
    iam(
        "GetPolicyVersion",
        &format!("<PolicyVersion><Document>{ENCODED}</Document><VersionId>v1</VersionId></PolicyVersion>"),
    )
}

/// The answer of the call that reads an inline policy of a user, role or group.
fn inline(kind: &str) -> Answer {
    iam(&format!("Get{kind}Policy"), &format!("<PolicyName>p</PolicyName><PolicyDocument>{ENCODED}</PolicyDocument>"))
}

fn attached(kind: &str, arns: &[&str], more: &str) -> Answer {
    let member = |arn: &&str| format!("<member><PolicyName>p</PolicyName><PolicyArn>{arn}</PolicyArn></member>");
    let members: String = arns.iter().map(member).collect();
    iam(&format!("ListAttached{kind}Policies"), &format!("<AttachedPolicies>{members}</AttachedPolicies>{more}"))
}

fn names(kind: &str, names: &[&str], more: &str) -> Answer {
    let members: String = names.iter().map(|name| format!("<member>{name}</member>")).collect();
    iam(&format!("List{kind}Policies"), &format!("<PolicyNames>{members}</PolicyNames>{more}"))
}

fn groups(names: &[&str], more: &str) -> Answer {
    let member = |name: &&str| format!("<member><GroupName>{name}</GroupName></member>");
    let members: String = names.iter().map(member).collect();
    iam("ListGroupsForUser", &format!("<Groups>{members}</Groups>{more}"))
}

const MORE: &str = "<IsTruncated>true</IsTruncated><Marker>page-2</Marker>";

pub(super) fn role_trust() -> Table {
    const GET: &str = "GetRole";
    let found = recorded(GET, "test_delete_role#2");
    let create = || Action::RoleTrust(TrustAction::CreateRole(document(TRUST)));
    let update = || Action::RoleTrust(TrustAction::UpdateAssumeRolePolicy(document(TRUST)));
    Table {
        resource: Resource::Role(on::Role { name: "app".to_owned() }),
        found: vec![vec![found.clone()], vec![recorded(GET, "test_delete_role#1")]],
        gone: vec![vec![recorded(GET, "test_delete_role#3")]],
        unknown: vec![vec![but(found.clone(), "sts%3AAssumeRole", "sts%3Ax-new")]],
        pages: None,
        unreadable: vec![
            vec![iam(GET, "")],
            vec![iam(GET, "<Role><Path>/</Path><RoleName>app</RoleName></Role>")],
            vec![but(found.clone(), "%22Allow%22", "%22x-new%22")],
            vec![but(found, "%22Allow%22", "%FF")],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![(create(), vec![done("CreateRole")]), (update(), vec![done("UpdateAssumeRolePolicy")])],
        refusals: [
            refusals(create, "CreateRole", &[EXISTS, LIMIT, MALFORMED]),
            refusals(update, "UpdateAssumeRolePolicy", &[MISSING, LIMIT, MALFORMED, UNMODIFIABLE]),
        ]
        .concat(),
        exceptions: &[],
    }
}

/// The policy guard's own, with what bounds it.
pub(super) fn own_role() -> Table {
    const GET: &str = "GetRole";
    const VERSIONS: &str = "ListPolicyVersions";
    let role = || recorded(GET, "test_delete_role#2");
    let no_names = || names("Role", &[], "");
    let no_arns = || attached("Role", &[], "");
    let default = "<member><VersionId>v2</VersionId><IsDefaultVersion>true</IsDefaultVersion></member>";
    let other = "<member><VersionId>v1</VersionId><IsDefaultVersion>false</IsDefaultVersion></member>";
    let versions = |members: &str, more: &str| iam(VERSIONS, &format!("<Versions>{members}</Versions>{more}"));
    let bound = |arn: &str| but(role(), "</Role>", &format!("<PermissionsBoundary>{arn}</PermissionsBoundary></Role>"));
    let arn = |arn: &str| format!("<PermissionsBoundaryArn>{arn}</PermissionsBoundaryArn>");
    let trust = || Action::OwnRole(WholeRoleAction::Trust(TrustAction::UpdateAssumeRolePolicy(document(TRUST))));
    let detach = || Action::OwnRole(WholeRoleAction::Holds(PoliciesAction::DetachPolicy(AWS_POLICY.to_owned())));
    let delete = || Action::OwnRole(WholeRoleAction::Holds(PoliciesAction::DeletePolicyOf("more".to_owned())));
    let put = || {
        let (name, document) = ("policy-guard".to_owned(), document(POLICY));
        Action::OwnRole(WholeRoleAction::Holds(PoliciesAction::PutPolicyOf { name, document }))
    };
    let bind = || {
        let boundary = Boundary { arn: Some(OWN_POLICY.to_owned()), document: None };
        Action::OwnRole(WholeRoleAction::Bound(BoundaryAction::PutPermissionsBoundary(boundary)))
    };
    let says = |action| Action::OwnRole(WholeRoleAction::Says(action));
    let back = || says(ManagedAction::SetDefaultPolicyVersion("v1".to_owned()));
    let new = || says(ManagedAction::CreatePolicyVersion(document(POLICY)));
    let drop_version = || says(ManagedAction::DeletePolicyVersion("v1".to_owned()));
    Table {
        resource: Resource::OwnRole(on::OwnRole::of_policy_guard()),
        found: vec![
            // As a stack makes it.
            vec![
                bound(&arn("arn:aws:iam::644160558196:policy/parapet-policy-guard-boundary")),
                names("Role", &["policy-guard"], ""),
                no_arns(),
                inline("Role"),
                versions(&format!("{other}{default}"), ""),
                version(),
                version(),
            ],
            // Bound by nothing, and what bounded it is gone.
            vec![role(), no_names(), attached("Role", &[AWS_POLICY], ""), missing(VERSIONS)],
            // One of its policies is gone meanwhile.
            vec![
                role(),
                names("Role", &["more"], ""),
                no_arns(),
                missing("GetRolePolicy"),
                versions(default, ""),
                version(),
            ],
        ],
        gone: vec![vec![missing(GET)], vec![role(), missing("ListRolePolicies"), missing("ListAttachedRolePolicies")]],
        unknown: vec![
            vec![but(role(), "sts%3AAssumeRole", "sts%3Ax-new"), no_names(), no_arns(), missing(VERSIONS)],
            vec![
                role(),
                names("Role", &["policy-guard"], ""),
                no_arns(),
                but(inline("Role"), "GetObject", "x-new"),
                missing(VERSIONS),
            ],
        ],
        pages: Some(vec![
            role(),
            names("Role", &["p"], MORE),
            names("Role", &["q"], ""),
            attached("Role", &[OWN_POLICY], MORE),
            attached("Role", &[AWS_POLICY], ""),
            inline("Role"),
            inline("Role"),
            versions(other, MORE),
            versions(default, ""),
            version(),
            version(),
        ]),
        unreadable: vec![
            vec![iam(GET, "")],
            vec![bound("")],
            vec![but(role(), "%22Allow%22", "%22x-new%22")],
            vec![role(), no_names(), no_arns(), versions(other, "")],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (trust(), vec![done("UpdateAssumeRolePolicy")]),
            (detach(), vec![done("DetachRolePolicy")]),
            (detach(), vec![missing("DetachRolePolicy")]),
            (delete(), vec![done("DeleteRolePolicy")]),
            (delete(), vec![missing("DeleteRolePolicy")]),
            (put(), vec![done("PutRolePolicy")]),
            (bind(), vec![done("PutRolePermissionsBoundary")]),
            (back(), vec![done("SetDefaultPolicyVersion")]),
            (new(), vec![done("CreatePolicyVersion")]),
            (drop_version(), vec![version(), done("DeletePolicyVersion")]),
        ],
        refusals: [
            refusals(trust, "UpdateAssumeRolePolicy", &[MISSING, LIMIT, MALFORMED, UNMODIFIABLE]),
            refusals(detach, "DetachRolePolicy", &[LIMIT]),
            refusals(delete, "DeleteRolePolicy", &[UNMODIFIABLE]),
            refusals(put, "PutRolePolicy", &[MISSING, LIMIT, MALFORMED, UNMODIFIABLE]),
            refusals(bind, "PutRolePermissionsBoundary", &[MISSING]),
            refusals(back, "SetDefaultPolicyVersion", &[MISSING, LIMIT]),
            refusals(new, "CreatePolicyVersion", &[MISSING, MALFORMED, (409, "LimitExceeded", ErrorKind::Conflict)]),
        ]
        .concat(),
        // A version that cannot be understood is none to go back to.
        exceptions: &[("GetPolicyVersion", Fault::Page, Comes::NothingAgain)],
    }
}

pub(super) fn managed_document() -> Table {
    const VERSIONS: &str = "ListPolicyVersions";
    const HOLDERS: &str = "ListEntitiesForPolicy";
    let versions = || recorded(VERSIONS, "test_iam_policy_delete#1");
    let holders = |holders: &str| iam(HOLDERS, holders);
    let roles = |names: &[&str]| {
        let member = |name: &&str| format!("<member><RoleName>{name}</RoleName></member>");
        format!("<PolicyRoles>{}</PolicyRoles>", names.iter().map(member).collect::<String>())
    };
    let text = recorded("GetPolicyVersion", "test_iam_policy_allow_all#1");
    let nobody = || holders("<IsTruncated>false</IsTruncated>");
    let all = "<PolicyUsers><member><UserName>u</UserName></member></PolicyUsers><PolicyGroups><member><GroupName>g</GroupName></member></PolicyGroups>";
    let some = |member: &str, more: &str| iam(VERSIONS, &format!("<Versions>{member}</Versions>{more}"));
    let default = "<member><VersionId>v2</VersionId><IsDefaultVersion>true</IsDefaultVersion></member>";
    let other = "<member><VersionId>v1</VersionId><IsDefaultVersion>false</IsDefaultVersion></member>";
    let new = || Action::ManagedDocument(ManagedAction::CreatePolicyVersion(document(POLICY)));
    let drop_version = || Action::ManagedDocument(ManagedAction::DeletePolicyVersion("v1".to_owned()));
    let back = || Action::ManagedDocument(ManagedAction::SetDefaultPolicyVersion("v1".to_owned()));
    let create = || Action::ManagedDocument(ManagedAction::CreatePolicy(document(POLICY)));
    Table {
        resource: Resource::ManagedPolicy(on::ManagedPolicy { arn: OWN_POLICY.to_owned() }),
        found: vec![
            vec![versions(), nobody(), text.clone(), version(), version(), version()],
            vec![
                versions(),
                holders(all),
                nobody(),
                recorded("GetPolicyVersion", "test_iam_policy_check_permission#1"),
                version(),
                version(),
                version(),
            ],
            vec![
                versions(),
                holders(&roles(&["a", "b"])),
                holders(&roles(&["b"])),
                holders(&roles(&["a"])),
                version(),
                version(),
                version(),
                version(),
            ],
            vec![versions(), missing(HOLDERS), version(), version(), version(), version()],
            // What other versions say, where that can be understood.
            vec![some(&format!("{other}{default}"), ""), nobody(), version(), version()],
            vec![
                some(&format!("{other}{default}"), ""),
                nobody(),
                version(),
                but(version(), "s3%3AGetObject", "s3%3Ax-new"),
            ],
            vec![some(&format!("{other}{default}"), ""), nobody(), version(), missing("GetPolicyVersion")],
        ],
        gone: vec![
            vec![missing(VERSIONS), missing(HOLDERS)],
            // The default version is gone meanwhile, and the policy with it.
            vec![some(default, ""), nobody(), missing("GetPolicyVersion"), missing(VERSIONS)],
        ],
        unknown: vec![vec![
            versions(),
            nobody(),
            but(version(), "s3%3AGetObject", "s3%3Ax-new"),
            version(),
            version(),
            version(),
        ]],
        pages: Some(vec![
            some(other, MORE),
            some(default, ""),
            holders(&format!("{}{MORE}", roles(&["a"]))),
            holders(&roles(&["b"])),
            nobody(),
            version(),
            version(),
        ]),
        unreadable: vec![
            vec![some(other, ""), nobody()],
            vec![
                versions(),
                nobody(),
                iam("GetPolicyVersion", "<PolicyVersion><VersionId>v4</VersionId></PolicyVersion>"),
            ],
            vec![some("<member><IsDefaultVersion>true</IsDefaultVersion></member>", ""), nobody()],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (create(), vec![done("CreatePolicy")]),
            (new(), vec![done("CreatePolicyVersion")]),
            (back(), vec![done("SetDefaultPolicyVersion")]),
            (drop_version(), vec![version(), done("DeletePolicyVersion")]),
            (drop_version(), vec![missing("GetPolicyVersion"), missing("DeletePolicyVersion")]),
            (Action::ManagedDocument(ManagedAction::DeletePolicy), vec![done("DeletePolicy")]),
            (Action::ManagedDocument(ManagedAction::DeletePolicy), vec![missing("DeletePolicy")]),
            (Action::ManagedDocument(ManagedAction::AttachTo(role())), vec![done("AttachRolePolicy")]),
            (Action::ManagedDocument(ManagedAction::DetachFrom(user())), vec![done("DetachUserPolicy")]),
            (Action::ManagedDocument(ManagedAction::DetachFrom(role())), vec![done("DetachRolePolicy")]),
            (Action::ManagedDocument(ManagedAction::DetachFrom(group())), vec![done("DetachGroupPolicy")]),
        ],
        refusals: [
            refusals(create, "CreatePolicy", &[EXISTS, LIMIT, MALFORMED]),
            // The plan made room: somebody else wrote a version meanwhile.
            refusals(new, "CreatePolicyVersion", &[MISSING, MALFORMED, (409, "LimitExceeded", ErrorKind::Conflict)]),
            refusals(back, "SetDefaultPolicyVersion", &[MISSING, LIMIT]),
            refusals(
                || Action::ManagedDocument(ManagedAction::DeletePolicy),
                "DeletePolicy",
                &[(409, "DeleteConflict", ErrorKind::Conflict)],
            ),
            vec![
                (drop_version(), vec![refused("GetPolicyVersion", 403, "AccessDenied")], ErrorKind::Denied),
                (
                    drop_version(),
                    vec![version(), refused("DeletePolicyVersion", 409, "DeleteConflict")],
                    ErrorKind::Conflict,
                ),
                (
                    Action::ManagedDocument(ManagedAction::AttachTo(role())),
                    vec![refused("AttachRolePolicy", 400, "PolicyNotAttachable")],
                    ErrorKind::Invalid,
                ),
            ],
        ]
        .concat(),
        // A version that cannot be understood is none to go back to.
        exceptions: &[("GetPolicyVersion", Fault::Page, Comes::NothingAgain)],
    }
}

pub(super) fn inline_document() -> Table {
    const GET: &str = "GetRolePolicy";
    let found = |text: &str| {
        iam(
            GET,
            &format!("<RoleName>app</RoleName><PolicyName>data</PolicyName><PolicyDocument>{text}</PolicyDocument>"),
        )
    };
    let put = || Action::InlineDocument(InlineAction::PutInlinePolicy(document(POLICY)));
    let delete = || Action::InlineDocument(InlineAction::DeleteInlinePolicy);
    Table {
        resource: Resource::InlinePolicy(on::InlinePolicy { entity: role(), name: "data".to_owned() }),
        found: vec![vec![found(ENCODED)], vec![found(POLICY)]],
        gone: vec![vec![missing(GET)]],
        unknown: vec![vec![found(&ENCODED.replace("GetObject", "x-new"))]],
        pages: None,
        unreadable: vec![
            vec![found("")],
            vec![iam(GET, "")],
            vec![found("%7B")],
            vec![found(&ENCODED.replace("Allow", "x-new"))],
        ],
        also: [(user(), "User"), (group(), "Group")]
            .into_iter()
            .map(|(entity, kind)| {
                let call = |verb: &str| format!("{verb}{kind}Policy");
                Also {
                    resource: Resource::InlinePolicy(on::InlinePolicy { entity, name: "data".to_owned() }),
                    found: vec![vec![inline(kind)]],
                    gone: vec![vec![missing(&call("Get"))]],
                    unreadable: vec![vec![iam(&call("Get"), "")]],
                    writes: vec![(put(), vec![done(&call("Put"))]), (delete(), vec![done(&call("Delete"))])],
                }
            })
            .collect(),
        back: &[],
        writes: vec![
            (put(), vec![done("PutRolePolicy")]),
            (delete(), vec![done("DeleteRolePolicy")]),
            (delete(), vec![missing("DeleteRolePolicy")]),
        ],
        refusals: [
            refusals(put, "PutRolePolicy", &[MISSING, LIMIT, MALFORMED, UNMODIFIABLE]),
            refusals(delete, "DeleteRolePolicy", &[UNMODIFIABLE]),
        ]
        .concat(),
        exceptions: &[],
    }
}

pub(super) fn policy_attachment() -> Table {
    const LIST: &str = "ListAttachedRolePolicies";
    let admin = || recorded(LIST, "test_iam_instance_profile_set_policy_attached#2");
    let text = || recorded("GetPolicyVersion", "test_iam_policy_allow_all#1");
    Table {
        resource: Resource::Attachment(on::Attachment { entity: role(), policy_arn: AWS_POLICY.to_owned() }),
        found: vec![
            vec![admin(), recorded("GetPolicy", "test_iam_user_admin_policy#1"), text()],
            vec![recorded(LIST, "test_iam_instance_profile_set_policy_attached#1")],
            vec![recorded(LIST, "test_iam_profile_has_specific_managed_policy#2")],
            vec![missing(LIST)],
        ],
        gone: nothing("above: what nobody holds is not attached"),
        unknown: vec![vec![admin(), policy("v1"), but(version(), "s3%3AGetObject", "s3%3Ax-new")]],
        pages: Some(vec![
            attached("Role", &[OWN_POLICY], MORE),
            attached("Role", &[AWS_POLICY], ""),
            policy("v1"),
            version(),
        ]),
        unreadable: vec![
            vec![admin(), iam("GetPolicy", "<Policy><PolicyName>p</PolicyName></Policy>")],
            vec![admin(), iam("GetPolicy", "")],
        ],
        also: [(user(), "User"), (group(), "Group")]
            .into_iter()
            .map(|(entity, kind)| Also {
                resource: Resource::Attachment(on::Attachment { entity, policy_arn: AWS_POLICY.to_owned() }),
                found: vec![
                    vec![attached(kind, &[AWS_POLICY], ""), policy("v1"), version()],
                    vec![missing(&format!("ListAttached{kind}Policies"))],
                ],
                gone: Vec::new(),
                unreadable: vec![vec![attached(kind, &[AWS_POLICY], ""), iam("GetPolicy", "")]],
                writes: vec![
                    (Action::PolicyAttachment(AttachmentAction::Attach), vec![done(&format!("Attach{kind}Policy"))]),
                    (Action::PolicyAttachment(AttachmentAction::Detach), vec![done(&format!("Detach{kind}Policy"))]),
                ],
            })
            .collect(),
        back: &[],
        writes: vec![
            (Action::PolicyAttachment(AttachmentAction::Attach), vec![done("AttachRolePolicy")]),
            (Action::PolicyAttachment(AttachmentAction::Detach), vec![done("DetachRolePolicy")]),
            (
                Action::PolicyAttachment(AttachmentAction::Detach),
                vec![recorded("DetachRolePolicy", "test_iam_instance_profile_set_policy_nosuchentity#1")],
            ),
        ],
        refusals: [
            refusals(
                || Action::PolicyAttachment(AttachmentAction::Attach),
                "AttachRolePolicy",
                &[MISSING, LIMIT, UNMODIFIABLE, (400, "PolicyNotAttachable", ErrorKind::Invalid)],
            ),
            refusals(|| Action::PolicyAttachment(AttachmentAction::Detach), "DetachRolePolicy", &[UNMODIFIABLE]),
        ]
        .concat(),
        exceptions: &[],
    }
}

pub(super) fn permissions_boundary() -> Table {
    const GET: &str = "GetUser";
    let bounded = || {
        let boundary = format!(
            "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>{OWN_POLICY}</PermissionsBoundaryArn></PermissionsBoundary>"
        );
        but(recorded(GET, "test_iam_user_admin_policy#1"), "<Tags>", &format!("{boundary}<Tags>"))
    };
    let boundary = Boundary { arn: Some(OWN_POLICY.to_owned()), document: None };
    let put = || Action::PermissionsBoundary(BoundaryAction::PutPermissionsBoundary(boundary.clone()));
    let none =
        Action::PermissionsBoundary(BoundaryAction::PutPermissionsBoundary(Boundary { arn: None, document: None }));
    Table {
        resource: Resource::Principal(on::Principal { entity: user() }),
        found: vec![
            vec![recorded(GET, "test_iam_user_admin_policy#1")],
            vec![bounded(), recorded("GetPolicy", "test_iam_policy_check_permission#1"), version()],
        ],
        gone: vec![vec![missing(GET)]],
        unknown: vec![vec![bounded(), policy("v1"), but(version(), "s3%3AGetObject", "s3%3Ax-new")]],
        pages: None,
        unreadable: vec![
            vec![iam(GET, "")],
            vec![but(bounded(), &format!("<PermissionsBoundaryArn>{OWN_POLICY}</PermissionsBoundaryArn>"), "")],
        ],
        also: vec![
            Also {
                resource: Resource::Principal(on::Principal { entity: role() }),
                found: vec![vec![recorded("GetRole", "test_delete_role#2")]],
                gone: vec![vec![missing("GetRole")]],
                unreadable: vec![vec![iam("GetRole", "")]],
                writes: vec![(put(), vec![done("PutRolePermissionsBoundary")])],
            },
            Also {
                // It can have none.
                resource: Resource::Principal(on::Principal { entity: group() }),
                found: vec![Vec::new()],
                gone: Vec::new(),
                unreadable: Vec::new(),
                writes: Vec::new(),
            },
        ],
        back: &[],
        writes: vec![(put(), vec![done("PutUserPermissionsBoundary")])],
        refusals: [
            refusals(
                put,
                "PutUserPermissionsBoundary",
                &[MISSING, UNMODIFIABLE, (400, "PolicyNotAttachable", ErrorKind::Invalid)],
            ),
            vec![(none, Vec::new(), ErrorKind::Invalid)],
        ]
        .concat(),
        exceptions: &[],
    }
}

pub(super) fn principal_policies() -> Table {
    let unbounded = || recorded("GetUser", "test_iam_user_admin_policy#1");
    let no_names = || recorded("ListUserPolicies", "test_iam_user_delete#1");
    let no_groups = || recorded("ListGroupsForUser", "test_iam_user_add_remove_groups#1");
    let no_arns = || attached("User", &[], "");
    let put =
        || Action::PrincipalPolicies(PoliciesAction::PutPolicyOf { name: "p".to_owned(), document: document(POLICY) });
    let delete = || Action::PrincipalPolicies(PoliciesAction::DeletePolicyOf("p".to_owned()));
    let attach = || {
        Action::PrincipalPolicies(PoliciesAction::AttachPolicy {
            arn: OWN_POLICY.to_owned(),
            document: document(POLICY),
        })
    };
    let detach = || Action::PrincipalPolicies(PoliciesAction::DetachPolicy(OWN_POLICY.to_owned()));
    let leave = || Action::PrincipalPolicies(PoliciesAction::LeaveGroup("g".to_owned()));
    let tag = || Action::PrincipalPolicies(PoliciesAction::SetTag { key: "team".to_owned(), value: "data".to_owned() });
    let untag = || Action::PrincipalPolicies(PoliciesAction::RemoveTag("team".to_owned()));
    let join =
        || Action::PrincipalPolicies(PoliciesAction::JoinGroup { group: "g".to_owned(), policies: BTreeMap::new() });
    const OF_GROUP: &str = "arn:aws:iam::644160558196:group/g/policy/p";
    let take = |arn: &str| {
        Action::PrincipalPolicies(PoliciesAction::TakeFromGroup { group: "g".to_owned(), arn: arn.to_owned() })
    };
    let give = |arn: &str| {
        Action::PrincipalPolicies(PoliciesAction::GiveToGroup {
            group: "g".to_owned(),
            arn: arn.to_owned(),
            document: document(POLICY),
        })
    };
    let members = |names: &[&str], more: &str| {
        let member = |name: &&str| format!("<member><UserName>{name}</UserName></member>");
        let members: String = names.iter().map(member).collect();
        iam("GetGroup", &format!("<Group><GroupName>staff</GroupName></Group><Users>{members}</Users>{more}"))
    };
    Table {
        resource: Resource::Principal(on::Principal { entity: user() }),
        found: vec![
            vec![no_names(), no_arns(), unbounded(), no_groups()],
            vec![
                names("User", &["p"], ""),
                attached("User", &[OWN_POLICY], ""),
                inline("User"),
                policy("v1"),
                version(),
                unbounded(),
                recorded("ListGroupsForUser", "test_iam_user_add_remove_groups#2"),
                recorded("ListGroupPolicies", "test_iam_group_delete_inline_policies#1"),
                recorded("ListAttachedGroupPolicies", "test_iam_group_set_policy#1"),
                inline("Group"),
                policy("v1"),
                version(),
            ],
        ],
        gone: vec![vec![missing("ListUserPolicies"), missing("ListAttachedUserPolicies"), missing("GetUser")]],
        unknown: vec![vec![
            names("User", &["p"], ""),
            no_arns(),
            but(inline("User"), "GetObject", "x-new"),
            unbounded(),
            no_groups(),
        ]],
        pages: Some(vec![
            names("User", &["p"], MORE),
            names("User", &["q"], ""),
            attached("User", &[OWN_POLICY], MORE),
            attached("User", &[AWS_POLICY], ""),
            inline("User"),
            inline("User"),
            policy("v1"),
            version(),
            policy("v1"),
            version(),
            unbounded(),
            groups(&["g"], MORE),
            groups(&["h"], ""),
            names("Group", &[], ""),
            attached("Group", &[], ""),
            // One that is gone meanwhile gives nothing.
            missing("ListGroupPolicies"),
            missing("ListAttachedGroupPolicies"),
        ]),
        unreadable: vec![vec![no_names(), attached("User", &[OWN_POLICY], ""), iam("GetPolicy", ""), unbounded()]],
        also: vec![
            Also {
                resource: Resource::Principal(on::Principal { entity: role() }),
                found: vec![vec![
                    recorded("ListRolePolicies", "test_iam_role_delete#1"),
                    recorded("ListAttachedRolePolicies", "test_iam_instance_profile_set_policy_attached#2"),
                    inline("Role"),
                    recorded("GetPolicy", "test_iam_user_admin_policy#1"),
                    recorded("GetPolicyVersion", "test_iam_policy_allow_all#1"),
                    recorded("GetRole", "test_delete_role#2"),
                ]],
                gone: vec![vec![missing("ListRolePolicies"), missing("ListAttachedRolePolicies"), missing("GetRole")]],
                unreadable: Vec::new(),
                writes: vec![
                    (put(), vec![done("PutRolePolicy")]),
                    (delete(), vec![done("DeleteRolePolicy")]),
                    (attach(), vec![done("AttachRolePolicy")]),
                    (detach(), vec![done("DetachRolePolicy")]),
                    (tag(), vec![done("TagRole")]),
                    (untag(), vec![done("UntagRole")]),
                ],
            },
            Also {
                resource: Resource::Principal(on::Principal { entity: group() }),
                found: vec![
                    vec![
                        names("Group", &["p"], ""),
                        attached("Group", &[], ""),
                        inline("Group"),
                        members(&["alice"], MORE),
                        members(&["joe"], ""),
                    ],
                    // One that is gone meanwhile has no members.
                    vec![names("Group", &[], ""), attached("Group", &[], ""), missing("GetGroup")],
                ],
                gone: vec![vec![missing("ListGroupPolicies"), missing("ListAttachedGroupPolicies")]],
                unreadable: Vec::new(),
                writes: vec![
                    (put(), vec![done("PutGroupPolicy")]),
                    (delete(), vec![done("DeleteGroupPolicy")]),
                    (attach(), vec![done("AttachGroupPolicy")]),
                    (detach(), vec![done("DetachGroupPolicy")]),
                ],
            },
        ],
        back: &[],
        writes: vec![
            (put(), vec![done("PutUserPolicy")]),
            (delete(), vec![done("DeleteUserPolicy")]),
            (attach(), vec![done("AttachUserPolicy")]),
            (detach(), vec![done("DetachUserPolicy")]),
            (leave(), vec![done("RemoveUserFromGroup")]),
            (leave(), vec![missing("RemoveUserFromGroup")]),
            (join(), vec![done("AddUserToGroup")]),
            (take(OF_GROUP), vec![done("DeleteGroupPolicy")]),
            (take(OWN_POLICY), vec![done("DetachGroupPolicy")]),
            (give(OF_GROUP), vec![done("PutGroupPolicy")]),
            (give(OWN_POLICY), vec![done("AttachGroupPolicy")]),
            (tag(), vec![done("TagUser")]),
            (untag(), vec![done("UntagUser")]),
        ],
        refusals: [
            refusals(put, "PutUserPolicy", &[MISSING, LIMIT, MALFORMED]),
            refusals(delete, "DeleteUserPolicy", &[]),
            refusals(attach, "AttachUserPolicy", &[MISSING, LIMIT]),
            refusals(detach, "DetachUserPolicy", &[]),
            refusals(leave, "RemoveUserFromGroup", &[LIMIT]),
            refusals(join, "AddUserToGroup", &[MISSING, LIMIT]),
            refusals(tag, "TagUser", &[MISSING, LIMIT]),
            refusals(untag, "UntagUser", &[MISSING]),
        ]
        .concat(),
        exceptions: &[],
    }
}

pub(super) fn user_credentials() -> Table {
    const SERVICES: &str = "ListServiceSpecificCredentials";
    const CERTIFICATES: &str = "ListSigningCertificates";
    const SSH_KEYS: &str = "ListSSHPublicKeys";
    const DEVICES: &str = "ListMFADevices";
    let service = |id: &str, status: &str| {
        format!(
            "<member><UserName>alice</UserName><ServiceSpecificCredentialId>{id}</ServiceSpecificCredentialId>\
             <ServiceName>codecommit.amazonaws.com</ServiceName><ServiceUserName>alice-at-644160558196</ServiceUserName>\
             <CreateDate>2023-06-15T11:45:30Z</CreateDate><Status>{status}</Status></member>"
        )
    };
    // IAM API Reference, ServiceSpecificCredentialMetadata: an API key, such as Amazon Bedrock's, has an alias in the place of a user name, and can expire.
    let api_key = |id: &str, status: &str| {
        format!(
            "<member><UserName>alice</UserName><ServiceSpecificCredentialId>{id}</ServiceSpecificCredentialId>\
             <ServiceName>bedrock.amazonaws.com</ServiceName><ServiceCredentialAlias>alice-at-644160558196</ServiceCredentialAlias>\
             <CreateDate>2025-07-15T11:45:30Z</CreateDate><ExpirationDate>2025-10-13T11:45:30Z</ExpirationDate>\
             <Status>{status}</Status></member>"
        )
    };
    let certificate = |id: &str, status: &str| {
        format!(
            "<member><UserName>alice</UserName><CertificateId>{id}</CertificateId><CertificateBody>c</CertificateBody>\
             <Status>{status}</Status><UploadDate>2023-06-15T11:45:30Z</UploadDate></member>"
        )
    };
    let ssh_key = |id: &str, status: &str| {
        format!(
            "<member><UserName>alice</UserName><SSHPublicKeyId>{id}</SSHPublicKeyId><Status>{status}</Status>\
             <UploadDate>2023-06-15T11:45:30Z</UploadDate></member>"
        )
    };
    let device = |serial: &str| {
        format!(
            "<member><UserName>alice</UserName><SerialNumber>{serial}</SerialNumber>\
             <EnableDate>2016-05-16T19:24:11Z</EnableDate></member>"
        )
    };
    let of = |operation: &str, list: &str, members: &str, more: &str| {
        iam(operation, &format!("<{list}>{members}</{list}>{more}"))
    };
    let services = |members: &str, more: &str| of(SERVICES, "ServiceSpecificCredentials", members, more);
    let certificates = |members: &str, more: &str| of(CERTIFICATES, "Certificates", members, more);
    let ssh_keys = |members: &str, more: &str| of(SSH_KEYS, "SSHPublicKeys", members, more);
    let devices = |members: &str, more: &str| of(DEVICES, "MFADevices", members, more);
    let switch = |active| {
        Action::UserCredentials(CredentialAction::UpdateServiceSpecificCredential { id: "ACCA1".to_owned(), active })
    };
    let revoke =
        |active| Action::UserCredentials(CredentialAction::UpdateSigningCertificate { id: "TA1".to_owned(), active });
    let lock =
        |active| Action::UserCredentials(CredentialAction::UpdateSshPublicKey { id: "APKA1".to_owned(), active });
    Table {
        resource: Resource::Principal(on::Principal { entity: user() }),
        found: vec![
            vec![services("", ""), certificates("", ""), ssh_keys("", ""), devices("", "")],
            vec![
                services(&(service("ACCA1", "Active") + &service("ACCA2", "Inactive")), ""),
                certificates(&certificate("TA1", "Active"), ""),
                ssh_keys(&(ssh_key("APKA1", "Active") + &ssh_key("APKA2", "Inactive")), ""),
                devices(&device("arn:aws:iam::644160558196:mfa/alice"), ""),
            ],
            vec![
                services(&(api_key("ACCA3", "Active") + &api_key("ACCA4", "Expired")), ""),
                certificates("", ""),
                ssh_keys("", ""),
                devices("", ""),
            ],
        ],
        gone: vec![
            vec![missing(SERVICES)],
            vec![services("", ""), missing(CERTIFICATES)],
            vec![services("", ""), certificates("", ""), missing(SSH_KEYS)],
            vec![services("", ""), certificates("", ""), ssh_keys("", ""), missing(DEVICES)],
        ],
        unknown: vec![
            vec![services(&service("ACCA1", "x-new"), "")],
            vec![services("", ""), certificates(&certificate("TA1", "x-new"), "")],
            vec![services("", ""), certificates("", ""), ssh_keys(&ssh_key("APKA1", "x-new"), "")],
        ],
        pages: Some(vec![
            services(&service("ACCA1", "Active"), MORE),
            services(&service("ACCA2", "Active"), ""),
            certificates(&certificate("TA1", "Active"), MORE),
            certificates(&certificate("TA2", "Active"), ""),
            ssh_keys(&ssh_key("APKA1", "Active"), MORE),
            ssh_keys(&ssh_key("APKA2", "Active"), ""),
            devices(&device("arn:aws:iam::644160558196:mfa/alice"), MORE),
            devices(&device("GAHT12345678"), ""),
        ]),
        unreadable: nothing("the SDK fills in what is required"),
        also: Vec::new(),
        back: &[],
        writes: vec![
            (switch(false), vec![done("UpdateServiceSpecificCredential")]),
            (switch(true), vec![done("UpdateServiceSpecificCredential")]),
            (switch(false), vec![missing("UpdateServiceSpecificCredential")]),
            (revoke(false), vec![done("UpdateSigningCertificate")]),
            (revoke(true), vec![done("UpdateSigningCertificate")]),
            (revoke(false), vec![missing("UpdateSigningCertificate")]),
            (lock(false), vec![done("UpdateSSHPublicKey")]),
            (lock(true), vec![done("UpdateSSHPublicKey")]),
            (lock(false), vec![missing("UpdateSSHPublicKey")]),
        ],
        refusals: [
            refusals(|| switch(false), "UpdateServiceSpecificCredential", &[]),
            refusals(|| revoke(false), "UpdateSigningCertificate", &[LIMIT]),
            refusals(|| lock(false), "UpdateSSHPublicKey", &[]),
        ]
        .concat(),
        exceptions: &[],
    }
}

pub(super) fn instance_profile() -> Table {
    const GET: &str = "GetInstanceProfile";
    let profile = |roles: &str| {
        iam(
            GET,
            &format!(
                "<InstanceProfile><InstanceProfileName>web</InstanceProfileName><InstanceProfileId>AIPA1</InstanceProfileId>\
                 <CreateDate>2022-11-17T01:38:57Z</CreateDate><Roles>{roles}</Roles></InstanceProfile>"
            ),
        )
    };
    let app = "<member><RoleName>app</RoleName><RoleId>AROA1</RoleId></member>";
    let remove = || Action::InstanceProfile(InstanceProfileAction::RemoveRole("app".to_owned()));
    let add = || Action::InstanceProfile(InstanceProfileAction::AddRole("app".to_owned()));
    Table {
        resource: Resource::InstanceProfile(on::InstanceProfile { name: "web".to_owned() }),
        found: vec![vec![profile("")], vec![profile(app)]],
        gone: vec![vec![missing(GET)]],
        unknown: nothing("it is a name"),
        pages: None,
        unreadable: vec![vec![iam(GET, "")]],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (remove(), vec![done("RemoveRoleFromInstanceProfile")]),
            (remove(), vec![missing("RemoveRoleFromInstanceProfile")]),
            (add(), vec![done("AddRoleToInstanceProfile")]),
        ],
        refusals: [
            refusals(remove, "RemoveRoleFromInstanceProfile", &[UNMODIFIABLE, LIMIT]),
            refusals(add, "AddRoleToInstanceProfile", &[MISSING, UNMODIFIABLE, LIMIT]),
        ]
        .concat(),
        exceptions: &[],
    }
}

pub(super) fn root_session() -> Table {
    Table {
        resource: Resource::RootSession(on::RootSession { account: "444455556666".to_owned() }),
        found: vec![Vec::new()],
        gone: nothing("nothing is asked"),
        unknown: nothing("nothing is asked"),
        pages: None,
        unreadable: nothing("nothing is asked"),
        also: Vec::new(),
        back: &[],
        writes: nothing("nothing can be written"),
        refusals: Vec::new(),
        exceptions: &[],
    }
}

pub(super) fn access_keys() -> Table {
    const LIST: &str = "ListAccessKeys";
    let key = |id: &str, status: &str| format!("<member><AccessKeyId>{id}</AccessKeyId>{status}</member>");
    let keys =
        |members: &str, more: &str| iam(LIST, &format!("<AccessKeyMetadata>{members}</AccessKeyMetadata>{more}"));
    let status = |status: &str| format!("<Status>{status}</Status>");
    let switch = |active| Action::AccessKeys(AccessKeyAction::UpdateAccessKey { id: "AKIA1".to_owned(), active });
    let one = recorded(LIST, "test_iam_user_access_key_multi#1");
    Table {
        resource: Resource::Principal(on::Principal { entity: user() }),
        found: vec![
            vec![recorded(LIST, "test_iam_user_access_key_active#2")],
            vec![one.clone()],
            vec![keys(&(key("AKIA1", &status("Active")) + &key("AKIA2", &status("Inactive"))), "")],
            vec![keys(&key("AKIA1", &status("Expired")), "")],
        ],
        gone: vec![vec![missing(LIST)]],
        unknown: vec![vec![but(one, "Active", "x-new")]],
        pages: Some(vec![keys(&key("AKIA1", &status("Active")), MORE), keys(&key("AKIA2", &status("Active")), "")]),
        unreadable: vec![
            vec![keys(&key("AKIA1", ""), "")],
            vec![keys(&format!("<member>{}</member>", status("Active")), "")],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (switch(false), vec![done("UpdateAccessKey")]),
            (switch(true), vec![done("UpdateAccessKey")]),
            (switch(false), vec![missing("UpdateAccessKey")]),
        ],
        refusals: refusals(|| switch(false), "UpdateAccessKey", &[LIMIT]),
        exceptions: &[],
    }
}

pub(super) fn login_profile() -> Table {
    const GET: &str = "GetLoginProfile";
    let delete = || Action::LoginProfile(LoginAction::DeleteLoginProfile);
    Table {
        resource: Resource::Principal(on::Principal { entity: user() }),
        found: vec![
            vec![recorded(GET, "test_iam_user_login_profile#1")],
            vec![recorded(GET, "test_iam_user_login_profile#2")],
        ],
        gone: nothing("above: IAM does not tell it from a user without a password"),
        unknown: nothing("it is a date"),
        pages: None,
        unreadable: nothing("the SDK fills in what is required: a password since 1970, never none"),
        also: Vec::new(),
        back: &[],
        writes: vec![
            (delete(), vec![done("DeleteLoginProfile")]),
            (delete(), vec![recorded("DeleteLoginProfile", "test_iam_user_delete#1")]),
        ],
        refusals: refusals(
            delete,
            "DeleteLoginProfile",
            &[(409, "EntityTemporarilyUnmodifiable", ErrorKind::Conflict), LIMIT],
        ),
        exceptions: &[],
    }
}

pub(super) fn group_membership() -> Table {
    let member = || groups(&["other", "staff"], "");
    let held = || {
        vec![
            recorded("ListGroupPolicies", "test_iam_group_delete_inline_policies#1"),
            recorded("ListAttachedGroupPolicies", "test_iam_group_set_policy#1"),
            iam("GetGroupPolicy", &format!("<PolicyName>test</PolicyName><PolicyDocument>{ENCODED}</PolicyDocument>")),
            policy("v1"),
            version(),
        ]
    };
    let new = || {
        held()
            .into_iter()
            .map(|answer| if answer.operation == "GetGroupPolicy" { but(answer, "GetObject", "x-new") } else { answer })
    };
    let add = || Action::GroupMembership(MembershipAction::AddToGroup);
    let remove = || Action::GroupMembership(MembershipAction::RemoveFromGroup);
    Table {
        resource: Resource::Membership(on::Membership { user: "alice".to_owned(), group: group().name().to_owned() }),
        found: vec![
            vec![recorded("ListGroupsForUser", "test_iam_user_add_remove_groups#1")],
            [vec![member()], held()].concat(),
            vec![member(), missing("ListGroupPolicies"), missing("ListAttachedGroupPolicies")],
            vec![missing("ListGroupsForUser")],
        ],
        gone: nothing("above: who is gone is no member"),
        unknown: vec![[member()].into_iter().chain(new()).collect()],
        pages: Some([vec![groups(&["other"], MORE), groups(&["staff"], "")], held()].concat()),
        unreadable: vec![vec![
            member(),
            names("Group", &[], ""),
            attached("Group", &[OWN_POLICY], ""),
            iam("GetPolicy", ""),
        ]],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (add(), vec![done("AddUserToGroup")]),
            (remove(), vec![done("RemoveUserFromGroup")]),
            (remove(), vec![missing("RemoveUserFromGroup")]),
        ],
        refusals: [
            refusals(add, "AddUserToGroup", &[MISSING, LIMIT]),
            refusals(remove, "RemoveUserFromGroup", &[LIMIT]),
        ]
        .concat(),
        exceptions: &[],
    }
}

pub(super) fn identity_provider() -> Table {
    const GET: &str = "GetOpenIDConnectProvider";
    let thumbprints = || {
        Action::IdentityProvider(ProviderAction::UpdateThumbprints(
            ["cf23df2207d99a74fbe169e3eba035e633b65d94".to_owned()].into(),
        ))
    };
    let add = || Action::IdentityProvider(ProviderAction::AddClientId("app".to_owned()));
    let remove = || Action::IdentityProvider(ProviderAction::RemoveClientId("app".to_owned()));
    Table {
        resource: Resource::IdentityProvider(on::IdentityProvider {
            arn: "arn:aws:iam::644160558196:oidc-provider/accounts.google.com".to_owned(),
        }),
        found: vec![
            vec![recorded(GET, "iam_delete_provider_oidc#1")],
            // AWS IAM API Reference, CreateOpenIDConnectProvider: both lists may be left out.
            vec![iam(GET, "<Url>accounts.google.com</Url>")],
        ],
        gone: vec![vec![recorded(GET, "iam_delete_provider_oidc#2")]],
        unknown: nothing("any text may be a client or a thumbprint"),
        pages: None,
        unreadable: nothing("all may be left out"),
        also: vec![Also {
            resource: Resource::IdentityProvider(on::IdentityProvider {
                arn: "arn:aws:iam::644160558196:saml-provider/testprovider".to_owned(),
            }),
            found: vec![vec![recorded("GetSAMLProvider", "iam_delete_provider_saml#1")]],
            gone: vec![vec![recorded("GetSAMLProvider", "iam_delete_provider_saml#2")]],
            unreadable: vec![vec![iam("GetSAMLProvider", "")]],
            writes: vec![(
                Action::IdentityProvider(ProviderAction::UpdateSamlProvider("<xml/>".to_owned())),
                vec![done("UpdateSAMLProvider")],
            )],
        }],
        back: &[],
        writes: vec![
            (thumbprints(), vec![done("UpdateOpenIDConnectProviderThumbprint")]),
            (add(), vec![done("AddClientIDToOpenIDConnectProvider")]),
            (remove(), vec![done("RemoveClientIDFromOpenIDConnectProvider")]),
        ],
        refusals: [
            refusals(thumbprints, "UpdateOpenIDConnectProviderThumbprint", &[MISSING]),
            refusals(add, "AddClientIDToOpenIDConnectProvider", &[MISSING, LIMIT]),
            refusals(remove, "RemoveClientIDFromOpenIDConnectProvider", &[MISSING]),
        ]
        .concat(),
        exceptions: &[],
    }
}
