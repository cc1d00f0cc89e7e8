//! One request against every policy that applies to it.
//!
//! Quotations are from the IAM User Guide: "Policy evaluation logic" where no other page is named.

use super::decision::{Decision, applies_but_for_principal};
use crate::arn::Arn;
use crate::budget::Budget;
use crate::document::Document;
use crate::kind::PolicyKind;
use crate::principal::{self, Grant};
use crate::request::Request;
use crate::statement::{Effect, PrincipalElement, Statement, StatementAt};

/// The policies that apply to a request.
#[derive(Clone, Debug, Default)]
pub struct Policies<'a> {
    /// Those of the principal: its own and, of a user, those of its groups.
    pub identity: Vec<&'a Document>,
    /// That of the resource. The key policy for a KMS key, the trust policy for assuming a role.
    pub resource: Option<&'a Document>,
    /// The permissions boundary of the principal.
    pub boundary: Option<&'a Document>,
    /// The policy that was passed when the session was made.
    pub session: Option<&'a Document>,
    /// Service control policies: those of the root, of each organizational unit, of the account of the principal. None
    /// if the account is in no organization, is its management account, or SCPs are not enabled.
    pub scps: Vec<Vec<&'a Document>>,
    /// Resource control policies, likewise of the account of the resource. `RCPFullAWSAccess` need not be among them.
    /// None if the service does not support them.
    pub rcps: Vec<Vec<&'a Document>>,
    /// `None`: the account in the principal's ARN.
    pub principal_account: Option<&'a str>,
    /// `None`: the account in the resource's ARN; if it has none, such as that of a bucket, the principal's.
    pub resource_account: Option<&'a str>,
}

/// A kind of policy, as the evaluation of a request comes to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// The RCPs of one level, 0 being the root.
    Rcp {
        /// The index in [`Policies::rcps`].
        level: usize,
    },
    /// The SCPs of one level, 0 being the root.
    Scp {
        /// The index in [`Policies::scps`].
        level: usize,
    },
    /// The policy of the resource.
    Resource,
    /// The policies of the principal.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// The session policy.
    Session,
}

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DecidedBy {
    /// The layer of the Deny or of the Allow; of an implicit deny, the first one that failed to allow. Of a request to
    /// another account, which the policies on both sides have to allow, that of the resource.
    pub layer: Layer,
    /// The first statement that decides; `None` for an implicit deny and for what the root user of an account may do.
    pub statement: Option<StatementAt>,
}

/// A decision and what made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Evaluation {
    /// What was decided.
    pub decision: Decision,
    /// What decided.
    pub by: DecidedBy,
}

/// Decides one concrete request by every policy that applies to it.
///
/// 1. **An explicit deny wins**, wherever it stands: "If the code finds even one explicit deny that applies, the code
///    returns a final decision of Deny". "The NotPrincipal element with a Deny effect will always deny any IAM principal
///    that has a permissions boundary policy attached, regardless of the values specified in the NotPrincipal element"
///    (Permissions boundaries for IAM entities).
/// 2. **SCPs must allow, on every level**: "For a permission to be allowed for a specific account, there must be an
///    explicit Allow statement at every level from the root through each OU in the direct path to the account"
///    (Organizations User Guide, SCP evaluation). They bind users and roles: "SCPs do not affect any service-linked role".
///    **RCPs only deny**, for each level has `RCPFullAWSAccess`: "You cannot detach this policy. This default RCP allows
///    all principals and actions access to pass through RCP evaluation" (RCP syntax). "RCPs do not impact the effective
///    permissions of any service-linked role" (Resource control policies).
/// 3. **Within an account, one Allow is enough**: "If an action is allowed by an identity-based policy, a resource-based
///    policy, or both, then AWS allows the action". A resource policy that names an account "delegates authority to the
///    account" (AWS JSON policy elements: Principal): the identity policy still has to allow. "IAM role trust policies
///    and KMS key policies are exceptions to this logic, because they must explicitly allow access for principals".
/// 4. **To another account, both must allow**: "The request is allowed only if both evaluations return a decision of
///    Allow" (Cross-account policy evaluation logic).
/// 5. **Boundary and session policy must allow** what an identity policy grants: "the resulting permissions are the
///    intersection of the two categories". Within an account they do not limit what a resource policy grants *directly*:
///    to "an IAM user ARN (that is not a federated user session)", to "an IAM role session ARN", to "a federated user
///    ARN", or to everyone ("permissions boundaries or session policies, do not limit permissions granted using the
///    aws:PrincipalArn condition key with a wildcard(*) in the Principal element", AWS JSON policy elements: Principal).
///    But "resource-based policies that grant permissions to an IAM role ARN are limited by an implicit deny in a
///    permissions boundary or session policy".
/// 6. **A service, an identity provider and an anonymous caller** have no identity policy, boundary, session policy or
///    SCP: the resource policy alone allows, within the RCPs.
/// 7. "By default, all requests are implicitly denied with the exception of the AWS account root user, which has full
///    access": for the root user (`arn:aws:iam::123456789012:root`), identity policies allow everything.
///
/// Not modelled: VPC endpoint policies, access control lists, Block Public Access, and what a service adds of its own.
/// The ARN of a federated user session does not tell the IAM user behind it, so a policy that names that user does not
/// apply to the session.
pub fn evaluate(policies: &Policies<'_>, request: &Request) -> Evaluation {
    let budget = Budget::of(u64::MAX);
    let case = Case { policies, request, caller: Caller::of(&request.principal), budget: &budget };
    case.denied().unwrap_or_else(|| case.allowed())
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    /// The root user of an account.
    Root,
    /// A user, a role, a session, an account.
    Iam,
    /// A role that belongs to an AWS service.
    ServiceLinked,
    /// A service, an identity provider, an anonymous caller.
    Outside,
}

impl Caller {
    fn of(principal: &str) -> Self {
        match Arn::parse(principal).map(|arn| arn.resource) {
            Some("root") => Self::Root,
            Some(r) if r.starts_with("role/aws-service-role/") => Self::ServiceLinked,
            Some(r) if r.starts_with("assumed-role/AWSServiceRoleFor") => Self::ServiceLinked,
            Some(r) if r.contains("-provider/") => Self::Outside,
            Some(_) => Self::Iam,
            None if !principal.is_empty() && principal.bytes().all(|b| b.is_ascii_digit()) => Self::Iam,
            None => Self::Outside,
        }
    }
}

struct Case<'a> {
    policies: &'a Policies<'a>,
    request: &'a Request,
    caller: Caller,
    budget: &'a Budget,
}

impl Case<'_> {
    /// An explicit deny, in the order in which AWS comes to the layers.
    fn denied(&self) -> Option<Evaluation> {
        self.layers().into_iter().find_map(|(layer, documents)| {
            let statement = self.first(&documents, Effect::Deny, |s| self.denies(layer, s))?;
            Some(decided(Decision::ExplicitDeny, layer, Some(statement)))
        })
    }

    fn allowed(&self) -> Evaluation {
        let scps = self.layers().into_iter().filter(|(layer, _)| matches!(layer, Layer::Scp { .. }));
        for (layer, documents) in scps {
            if self.first(&documents, Effect::Allow, |s| self.applies(s)).is_none() {
                return decided(Decision::ImplicitDeny, layer, None);
            }
        }
        let granted = self.granted();
        let allow_of_resource = decided(Decision::Allow, Layer::Resource, granted.map(|(_, at)| at));
        let grant = granted.map(|(grant, _)| grant);
        let no_grant = decided(Decision::ImplicitDeny, Layer::Resource, None);
        let is_direct = grant == Some(Grant::Direct);
        if self.caller == Caller::Outside {
            return if grant.is_some() { allow_of_resource } else { no_grant };
        }
        let crosses = self.is_cross_account();
        if is_direct && !crosses {
            return allow_of_resource;
        }
        if grant.is_none() && (crosses || self.needs_resource_policy()) {
            return no_grant;
        }
        let by_identity = self.first(&self.policies.identity, Effect::Allow, |s| self.applies(s));
        let has_identity = by_identity.is_some() || self.caller == Caller::Root;
        let is_enough = grant == Some(Grant::Role) && !crosses;
        if !has_identity && !is_enough {
            return decided(Decision::ImplicitDeny, Layer::Identity, None);
        }
        let limits = [(Layer::Boundary, self.policies.boundary), (Layer::Session, self.policies.session)];
        for (layer, document) in limits {
            if document.is_some_and(|d| self.first(&[d], Effect::Allow, |s| self.applies(s)).is_none()) {
                return decided(Decision::ImplicitDeny, layer, None);
            }
        }
        if crosses || is_enough { allow_of_resource } else { decided(Decision::Allow, Layer::Identity, by_identity) }
    }

    /// Those that apply to this caller.
    fn layers(&self) -> Vec<(Layer, Vec<&Document>)> {
        let policies = self.policies;
        let is_iam = self.caller != Caller::Outside;
        let is_free = self.caller == Caller::ServiceLinked;
        let mut layers = Vec::new();
        if !is_free {
            layers.extend(levels(&policies.rcps, |level| Layer::Rcp { level }));
        }
        if is_iam && !is_free {
            layers.extend(levels(&policies.scps, |level| Layer::Scp { level }));
        }
        layers.push((Layer::Resource, policies.resource.into_iter().collect()));
        if is_iam {
            layers.push((Layer::Identity, policies.identity.clone()));
            layers.push((Layer::Boundary, policies.boundary.into_iter().collect()));
            layers.push((Layer::Session, policies.session.into_iter().collect()));
        }
        layers
    }

    fn first(
        &self,
        documents: &[&Document],
        effect: Effect,
        applies: impl Fn(&Statement) -> bool,
    ) -> Option<StatementAt> {
        documents.iter().enumerate().find_map(|(document, d)| {
            let statement = d.statements().iter().position(|s| s.effect == effect && applies(s))?;
            Some(StatementAt { document, statement })
        })
    }

    /// The best that the resource policy does for the caller.
    fn granted(&self) -> Option<(Grant, StatementAt)> {
        let statements = self.policies.resource?.statements().iter().enumerate().filter(|(_, s)| s.is_allow());
        let grants = statements.filter_map(|(statement, s)| {
            let grant = principal::grant(s, &self.request.principal)?;
            self.applies_as(s, self.resource_kind()).then_some((grant, StatementAt { document: 0, statement }))
        });
        // The first of the best.
        grants.fold(None, |best: Option<(Grant, _)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
    }

    fn denies(&self, layer: Layer, statement: &Statement) -> bool {
        if layer != Layer::Resource {
            return self.applies(statement);
        }
        let is_not_principal = matches!(statement.principals, PrincipalElement::NotPrincipal(_));
        let is_bound = self.policies.boundary.is_some() && self.caller != Caller::Outside;
        let is_meant = is_not_principal && is_bound || principal::applies_to(statement, &self.request.principal);
        is_meant && self.applies_as(statement, self.resource_kind())
    }

    fn applies(&self, statement: &Statement) -> bool {
        self.applies_as(statement, PolicyKind::Identity)
    }

    fn applies_as(&self, statement: &Statement, kind: PolicyKind) -> bool {
        applies_but_for_principal(statement, kind, self.request, self.budget)
    }

    fn resource_kind(&self) -> PolicyKind {
        if self.assumes_role() { PolicyKind::Trust } else { PolicyKind::Resource }
    }

    fn assumes_role(&self) -> bool {
        self.asks(("sts", "iam"), "role/")
    }

    fn needs_resource_policy(&self) -> bool {
        self.assumes_role() || self.asks(("kms", "kms"), "key/")
    }

    /// Whether the action is of the first service and the resource is such a one of the second.
    fn asks(&self, (action, service): (&str, &str), resource: &str) -> bool {
        let parts: Vec<&str> = self.request.resource.splitn(6, ':').collect();
        let asked = self.request.action.split(':').next().unwrap_or_default();
        matches!(parts.as_slice(), [_, _, s, _, _, r] if *s == service && r.starts_with(resource))
            && asked.eq_ignore_ascii_case(action)
    }

    fn is_cross_account(&self) -> bool {
        let principal = self.policies.principal_account.or_else(|| account_of(&self.request.principal));
        let resource = self.policies.resource_account.or_else(|| account_of(&self.request.resource));
        principal.zip(resource).is_some_and(|(p, r)| p != r)
    }
}

fn decided(decision: Decision, layer: Layer, statement: Option<StatementAt>) -> Evaluation {
    Evaluation { decision, by: DecidedBy { layer, statement } }
}

/// The account of an ARN, or an account.
fn account_of(name: &str) -> Option<&str> {
    let account = Arn::account_in(name);
    let is_account = !account.is_empty() && account.bytes().all(|b| b.is_ascii_digit());
    is_account.then_some(account)
}

fn levels<'a>(levels: &[Vec<&'a Document>], layer: fn(usize) -> Layer) -> Vec<(Layer, Vec<&'a Document>)> {
    levels.iter().enumerate().map(|(level, documents)| (layer(level), documents.clone())).collect()
}
