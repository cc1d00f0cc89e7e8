//! Which elements each kind of policy may have.

use super::value::Document;
use crate::error::ParseError;
use crate::kind::DocumentKind;
use crate::statement::{
    ActionElement, Effect, PrincipalElement, PrincipalType, Principals, ResourceElement, Statement,
};
use serde_json::Value;

impl Document {
    /// Whether the document has the elements that a policy of this kind must have, and none that it must not.
    ///
    /// - Identity, boundary, session, SCP: "You cannot use the Principal element in an identity-based policy" (IAM User
    ///   Guide, AWS JSON policy elements: Principal), and SCPs have none (Organizations User Guide, SCP syntax); a
    ///   `Resource` or `NotResource` has to be there.
    /// - Resource: "You must use the Principal element in resource-based policies", or `NotPrincipal` in its place.
    /// - Trust: a `Principal`; "You cannot use the NotPrincipal element in an IAM identity-based policy nor in an IAM role
    ///   trust policy" (AWS JSON policy elements: NotPrincipal); no `Resource`, for that is the role itself.
    /// - RCP: `Principal` is `*` and nothing else, `Effect` is `Deny`: "The effect of Allow is only supported for the
    ///   RCPFullAWSAccess policy"; `Action`, not `NotAction`, and "You cannot use "*" in the Action element of a customer
    ///   managed RCP"; a `Resource` or `NotResource` (Organizations User Guide, RCP syntax).
    ///
    /// # Errors
    /// The first statement that does not fit: where, what was found, what is allowed there.
    pub fn check(&self, kind: DocumentKind) -> Result<(), ParseError> {
        let is_list = matches!(self.as_value().get("Statement"), Some(Value::Array(_)));
        self.statements().iter().enumerate().try_for_each(|(i, statement)| {
            let path = if is_list { format!("Statement[{i}]") } else { "Statement".to_owned() };
            match kind {
                DocumentKind::Identity | DocumentKind::Boundary | DocumentKind::Session | DocumentKind::Scp => {
                    no_principal(&path, statement)?;
                    some_resource(&path, statement)
                }
                DocumentKind::Resource => some_principal(&path, statement),
                DocumentKind::Trust => {
                    some_principal(&path, statement)?;
                    no_not_principal(&path, statement)?;
                    no_resource(&path, statement)
                }
                DocumentKind::Rcp => rcp(&path, statement),
            }
        })
    }
}

fn no_principal(path: &str, statement: &Statement) -> Result<(), ParseError> {
    match principal_name(statement) {
        None => Ok(()),
        Some(name) => Err(error(path, name, "a principal", "nothing: the principal is whoever the policy is of")),
    }
}

fn some_principal(path: &str, statement: &Statement) -> Result<(), ParseError> {
    match principal_name(statement) {
        Some(_) => Ok(()),
        None => Err(error(path, "Principal", "nothing", "a principal: whom the statement is about")),
    }
}

fn no_not_principal(path: &str, statement: &Statement) -> Result<(), ParseError> {
    match principal_name(statement) {
        Some("NotPrincipal") => Err(error(path, "NotPrincipal", "a principal", "`Principal` in its place")),
        _ => Ok(()),
    }
}

fn some_resource(path: &str, statement: &Statement) -> Result<(), ParseError> {
    match resource_name(statement) {
        Some(_) => Ok(()),
        None => Err(error(path, "Resource", "nothing", "`Resource` or `NotResource`")),
    }
}

fn no_resource(path: &str, statement: &Statement) -> Result<(), ParseError> {
    match resource_name(statement) {
        None => Ok(()),
        Some(name) => Err(error(path, name, "a resource", "nothing: the resource is the role")),
    }
}

fn rcp(path: &str, statement: &Statement) -> Result<(), ParseError> {
    if is_full_access(statement) {
        return Ok(());
    }
    if statement.effect == Effect::Allow {
        return Err(error(path, "Effect", "`Allow`", "`Deny`: only RCPFullAWSAccess allows"));
    }
    some_principal(path, statement)?;
    if !is_everyone(&statement.principals) {
        let name = principal_name(statement).unwrap_or("Principal");
        return Err(error(path, name, "some principals", "`*` as `Principal`: restrict it by a condition"));
    }
    match &statement.actions {
        ActionElement::NotAction(_) => return Err(error(path, "NotAction", "actions", "`Action` in its place")),
        ActionElement::Action(list) if list.iter().any(|action| action == "*") => {
            return Err(error(path, "Action", "`*`", "actions of a service, such as `s3:*`"));
        }
        ActionElement::Action(_) => {}
    }
    some_resource(path, statement)
}

/// The statement of `RCPFullAWSAccess`.
fn is_full_access(statement: &Statement) -> bool {
    let is_star = |list: &[String]| matches!(list, [only] if only == "*");
    statement.is_allow()
        && is_everyone(&statement.principals)
        && matches!(&statement.actions, ActionElement::Action(list) if is_star(list))
        && matches!(&statement.resources, ResourceElement::Resource(list) if is_star(list))
        && statement.conditions.is_empty()
}

fn is_everyone(principals: &PrincipalElement) -> bool {
    match principals {
        PrincipalElement::Principal(Principals::Everyone) => true,
        PrincipalElement::Principal(Principals::Listed(entries)) => {
            matches!(entries.as_slice(), [only] if only.kind == PrincipalType::Aws && only.value == "*")
        }
        PrincipalElement::NotPrincipal(_) | PrincipalElement::None => false,
    }
}

fn principal_name(statement: &Statement) -> Option<&'static str> {
    match statement.principals {
        PrincipalElement::None => None,
        PrincipalElement::Principal(_) => Some("Principal"),
        PrincipalElement::NotPrincipal(_) => Some("NotPrincipal"),
    }
}

fn resource_name(statement: &Statement) -> Option<&'static str> {
    match statement.resources {
        ResourceElement::None => None,
        ResourceElement::Resource(_) => Some("Resource"),
        ResourceElement::NotResource(_) => Some("NotResource"),
    }
}

fn error(path: &str, element: &str, found: &str, allowed: &str) -> ParseError {
    ParseError::new(format!("{path}.{element}"), found, allowed)
}
