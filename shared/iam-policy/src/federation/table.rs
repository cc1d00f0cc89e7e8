//! **The table** of identity providers: which claim names the tenant, and how it ends.
//!
//! A tenant is named if no wildcard comes before its end: `repo:acme/*` is of acme, `repo:acme*` lets in whoever registers
//! `acme-evil`. One claim that names a tenant is enough. The audience names one only where a provider gives it to one client:
//! with most, whoever asks for a token chooses it.
//!
//! The providers that AWS knows to be shared, and their claims: IAM User Guide, Identity-provider controls for shared OIDC providers.

use super::provider::{Claim, Provider, Tenancy, Tenant};

/// IAM User Guide, Identity-provider controls for shared OIDC providers.
const SHARED: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html";

/// Available keys for AWS OIDC federation: which claims are condition keys, of every provider and of some.
const WEB_IDENTITY: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html";

/// "Any `:` within the metadata values will be replaced with `%3A` in the subject claim."
const GITHUB: &str = "https://docs.github.com/en/actions/reference/security/oidc";

const ENTRA: &str = "https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference";
const OWN_DOMAIN: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html";

const fn whole(name: &'static str) -> Claim {
    Claim { name, tenant: Tenant::Whole }
}

const fn up_to(name: &'static str, end: char) -> Claim {
    Claim { name, tenant: Tenant::UpTo(end) }
}

const fn subject(labels: &'static [(&'static str, char)]) -> Claim {
    Claim { name: "sub", tenant: Tenant::Behind(labels) }
}

/// An issuer that one tenant has for itself.
const fn own(name: &'static str, issuers: &'static [&'static str], source: &'static str) -> Provider {
    Provider { name, issuers, tenancy: Tenancy::Own, claims: &[], given: &[], subjects: &[], source }
}

/// One that issues tokens to a tenant's clusters.
const fn cluster(name: &'static str, issuers: &'static [&'static str], source: &'static str) -> Provider {
    let subjects = &["system:serviceaccount:{default}:{x}"];
    Provider { tenancy: Tenancy::OwnOfMany, subjects, ..own(name, issuers, source) }
}

/// One that all customers share, and whose subjects say whose they are.
const fn shared(
    name: &'static str,
    issuers: &'static [&'static str],
    claims: &'static [Claim],
    subjects: &'static [&'static str],
    source: &'static str,
) -> Provider {
    Provider { name, issuers, tenancy: Tenancy::Shared, claims, given: &[], subjects, source }
}

/// Those of GitHub Actions.
const OF_GITHUB: &[&str] = &[
    "actor",
    "actor_id",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "repository_owner_id",
    "workflow",
];

/// By issuer; of those that match, the first counts.
pub(super) static PROVIDERS: &[Provider] = &[
    // The actor is whoever makes a workflow of anybody's run, and environments, refs and audiences are everybody's to choose.
    shared(
        "GitHub Actions",
        &["token.actions.githubusercontent.com", "vstoken.actions.githubusercontent.com"],
        &[
            Claim {
                name: "sub",
                tenant: Tenant::BehindAny(&[
                    ("repo", '/'),
                    ("repository", '/'),
                    ("repository_id", ':'),
                    ("repository_owner", ':'),
                    ("repository_owner_id", ':'),
                    ("enterprise", ':'),
                    ("enterprise_id", ':'),
                    ("job_workflow_ref", '/'),
                    ("workflow_ref", '/'),
                ]),
            },
            up_to("repository", '/'),
            whole("repository_id"),
            whole("repository_owner_id"),
            up_to("job_workflow_ref", '/'),
            whole("enterprise_id"),
        ],
        &[
            "repo:{evil}/{x:ref:refs/heads/main}",
            "repository:{evil}/{x}",
            "repository_id:{1}",
            "repository_owner:{evil}",
            "repository_owner_id:{1}",
            "enterprise:{evil}",
            "enterprise_id:{1}",
            "job_workflow_ref:{evil}/{x}/{.github/workflows/x.yml@refs/heads/main}",
            "workflow_ref:{evil}/{x}/{.github/workflows/x.yml@refs/heads/main}",
            "environment:{x}",
            "ref:{refs/heads/main}",
            "workflow:{x}",
            "actor:{x}",
            "actor_id:{1}",
            "event_name:{push}",
            "base_ref:{x}",
            "head_ref:{x}",
            "ref_type:{branch}",
            "repository_visibility:{public}",
            "runner_environment:{github-hosted}",
        ],
        GITHUB,
    )
    .gives(OF_GITHUB),
    own(
        "GitHub Enterprise",
        &["token.actions.githubusercontent.com/?*", "token.actions.?*.ghe.com*", "?*/_services/token"],
        GITHUB,
    )
    .gives(OF_GITHUB),
    shared(
        "GitHub audit log streaming",
        &["oidc-configuration.audit-log.githubusercontent.com"],
        &[whole("sub")],
        &["https://github.com/{evil}"],
        SHARED,
    ),
    shared(
        "GitLab.com",
        &["gitlab.com"],
        &[subject(&[("project_path", '/')]), whole("namespace_id"), whole("project_id")],
        &["project_path:{evil}/{x:ref_type:branch:ref:main}"],
        "https://docs.gitlab.com/ci/secrets/id_token_authentication/",
    )
    .gives(&[
        "namespace_id",
        "pipeline_source",
        "project_id",
        "ref_protected",
        "runner_environment",
        "user_access_level",
        "user_email",
        "user_id",
        "user_login",
    ]),
    own(
        "GitLab, self-managed",
        &["gitlab.?*", "?*.gitlab.?*", "?*-gitlab.?*"],
        "https://docs.gitlab.com/ci/cloud_services/aws/",
    ),
    own(
        "Bitbucket Pipelines",
        &["api.bitbucket.org/2.0/workspaces/?*"],
        "https://support.atlassian.com/bitbucket-cloud/docs/deploy-on-aws-using-bitbucket-pipelines-openid-connect/",
    ),
    shared(
        "HCP Terraform",
        &["app.terraform.io", "app.eu.terraform.io"],
        &[subject(&[("organization", ':')])],
        &[
            "organization:{evil}:project:{x}:workspace:{x}:run_phase:{apply}",
            "organization:{evil}:project:{x}:stack:{x}:deployment:{x}:operation:{apply}",
        ],
        "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens",
    ),
    own(
        "HashiCorp Cloud Platform",
        &["idp.hashicorp.com/oidc/organization/?*"],
        "https://developer.hashicorp.com/hcp/docs/hcp/iam/service-principal/workload-identity-federation",
    ),
    own(
        "CircleCI",
        &["oidc.circleci.com/org/?*"],
        "https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/",
    )
    .gives(&["oidc.circleci.com/project-id"]),
    // With `--subject-claim` the subject is an id alone.
    shared(
        "Buildkite",
        &["agent.buildkite.com"],
        &[
            subject(&[("organization", ':')]),
            whole("organization_slug"),
            whole("organization_id"),
            whole("pipeline_id"),
            whole("cluster_id"),
        ],
        &["organization:{evil}:pipeline:{x}:ref:{refs/heads/main}:commit:{x}:step:{x}"],
        "https://buildkite.com/docs/pipelines/security/oidc",
    )
    .gives(&[
        "build_branch",
        "cluster_id",
        "cluster_name",
        "organization_id",
        "organization_slug",
        "pipeline_id",
        "pipeline_slug",
    ]),
    shared(
        "Codefresh",
        &["oidc.codefresh.io"],
        &[subject(&[("account", ':')])],
        &["account:{evil}:pipeline:{x:initiator:x}"],
        "https://codefresh.io/docs/docs/integrations/oidc-pipelines/",
    ),
    shared(
        "DVC Studio",
        &["studio.datachain.ai/api", "studio.iterative.ai/api"],
        &[subject(&[("credentials", '/')])],
        &["credentials:{evil}/{x}"],
        SHARED,
    ),
    // "pulumi:deploy:org:<organization name>:project:Core:*"; the audience is the organization.
    shared(
        "Pulumi Cloud",
        &["api.pulumi.com/oidc"],
        &[
            Claim { name: "sub", tenant: Tenant::BehindAny(&[("org", ':'), ("pulumi.organization.login", ':')]) },
            whole("aud"),
        ],
        &[
            "pulumi:deploy:org:{evil}:project:{x}:{stack:x:operation:update:scope:write}",
            "pulumi:environments:org:{evil}:env:{x}",
            "pulumi:{environments}:pulumi.organization.login:{evil:currentEnvironment.name:x}",
        ],
        "https://www.pulumi.com/docs/esc/guides/configuring-oidc/aws/",
    ),
    shared(
        "Scalr",
        &["scalr.io"],
        &[subject(&[("account", ':')])],
        &["account:{evil}:environment:{x}:workspace:{x}"],
        "https://docs.scalr.io/docs/aws",
    ),
    shared(
        "Shisho Cloud",
        &["tokens.cloud.shisho.dev"],
        &[subject(&[("job", ':')])],
        &["job:{evil}:{x}"],
        "https://shisho.dev/docs/g/getting-started/integrate-apps/aws/",
    ),
    shared(
        "Upbound",
        &["proidc.upbound.io"],
        &[subject(&[("mcp", '/')])],
        &["mcp:{evil}/{x}:{provider:provider-aws}"],
        "https://docs.upbound.io/manuals/packages/providers/authentication/",
    ),
    // "Each team has its own issuer"; of the global one, subject and audience name the team.
    shared(
        "Vercel, global",
        &["oidc.vercel.com"],
        &[subject(&[("owner", ':')]), whole("aud")],
        &["owner:{evil}:project:{x}:environment:{production}"],
        "https://vercel.com/docs/oidc/reference",
    ),
    own("Vercel, of a team", &["oidc.vercel.com/?*"], "https://vercel.com/docs/oidc/reference"),
    // "The OIDC token is unique to your organization": `auth0|<id>`, and the audience is fixed.
    shared(
        "env zero",
        &["login.app.env0.com"],
        &[whole("sub")],
        &["auth0|{evil}"],
        "https://docs.envzero.com/guides/integrations/oidc-integrations",
    ),
    shared(
        "Modal",
        &["oidc.modal.com"],
        &[Claim { name: "sub", tenant: Tenant::BehindAny(&[("workspace_id", ':')]) }],
        &["modal:workspace_id:{evil}:environment_name:{x}:app_name:{x}:{function_name:x:container_id:x}"],
        "https://modal.com/docs/guide/oidc-integration",
    ),
    shared("sandboxes.cloud", &["sandboxes.cloud"], &[whole("aud")], &[], SHARED),
    own("Spacelift", &["?*.spacelift.io"], "https://docs.spacelift.io/integrations/cloud-providers/oidc/aws-oidc"),
    own("Fly.io", &["oidc.fly.io/?*"], "https://fly.io/docs/security/openid-connect/"),
    own("Semaphore", &["?*.semaphoreci.com"], "https://docs.semaphoreci.com/using-semaphore/openid"),
    own(
        "Harness",
        &["app.harness.io/ng/api/oidc/account/?*"],
        "https://developer.harness.io/docs/platform/connectors/cloud-providers/ref-cloud-providers/aws-connector-settings-reference/",
    ),
    // One tenant of Microsoft's for all customers of Sentinel: the session's name is the workspace.
    shared("Microsoft Sentinel", &["sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d"], &[], &[], SHARED),
    // The tenant of everybody's private accounts.
    shared(
        "Microsoft, private accounts",
        &[
            "login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
            "sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad",
        ],
        &[whole("aud"), whole("sub")],
        &[],
        ENTRA,
    ),
    own(
        "Microsoft Entra ID",
        &[
            "sts.windows.net/?*",
            "login.microsoftonline.com/?*",
            "login.microsoftonline.us/?*",
            "sts.chinacloudapi.cn/?*",
            "login.partner.microsoftonline.cn/?*",
            "?*.b2clogin.com/?*",
            "?*.ciamlogin.com/?*",
        ],
        ENTRA,
    ),
    // "oaud": the audience that was asked for.
    shared(
        "Google",
        &["accounts.google.com"],
        &[whole("aud"), whole("sub"), whole("email"), whole("google/organization_number")],
        &[],
        WEB_IDENTITY,
    )
    .gives(&["google/organization_number"]),
    own("Firebase", &["securetoken.google.com/?*"], "https://firebase.google.com/docs/auth/admin/verify-id-tokens"),
    shared(
        "Amazon Cognito identity pools",
        &[
            "cognito-identity.amazonaws.com",
            "cognito-identity-us-gov.amazonaws.com",
            "cognito-identity.cn-north-1.amazonaws.com.cn",
        ],
        &[whole("aud"), whole("sub")],
        &[],
        WEB_IDENTITY,
    ),
    own(
        "Amazon Cognito user pools",
        &["cognito-idp.?*/?*"],
        "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html",
    ),
    shared("Facebook", &["graph.facebook.com"], &[whole("app_id"), whole("id")], &[], WEB_IDENTITY)
        .gives(&["app_id", "id"]),
    shared(
        "Login with Amazon",
        &["www.amazon.com"],
        &[whole("app_id"), whole("sub"), whole("user_id")],
        &[],
        WEB_IDENTITY,
    )
    .gives(&["app_id", "user_id"]),
    own("Oracle Cloud Infrastructure", &["idcs-?*.identity.oraclecloud.com"], WEB_IDENTITY).gives(&["rpst_id"]),
    cluster(
        "Amazon EKS",
        &["oidc.eks.?*/id/?*", "oidc-eks.?*/id/?*"],
        "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
    ),
    cluster(
        "Azure Kubernetes Service",
        &["?*.oic.prod-aks.azure.com/?*"],
        "https://learn.microsoft.com/en-us/azure/aks/use-oidc-issuer",
    ),
    cluster(
        "Google Kubernetes Engine",
        &["container.googleapis.com/v1/projects/?*"],
        "https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity",
    ),
    // Clusters of IBM's with which it serves all its customers: a namespace is one of them.
    shared(
        "IBM Turbonomic",
        &[
            "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7",
            "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr",
            "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg",
            "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26",
            "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
            "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu",
        ],
        &[subject(&[("system:serviceaccount", ':')])],
        &["system:serviceaccount:{evil}:{x}"],
        SHARED,
    ),
    cluster(
        "Red Hat OpenShift",
        &["rh-oidc.s3.us-east-1.amazonaws.com/?*", "oidc.op1.openshiftapps.com/?*"],
        "https://docs.redhat.com/en/documentation/red_hat_openshift_service_on_aws",
    ),
    own(
        "Auth0, Okta, OneLogin, PingOne",
        &[
            "?*.auth0.com",
            "?*.okta.com*",
            "?*.oktapreview.com*",
            "?*.okta-emea.com*",
            "?*.onelogin.com*",
            "auth.pingone.?*/?*",
        ],
        OWN_DOMAIN,
    ),
];
