//! The policy document of a role, and of its boundary.

use parapet_guards::GuardName;

use crate::Function;
use crate::grant::{Grant, grant};

/// What a function may do, as the statements of a document; with comments that say why.
///
/// Its boundary says the same: nothing that is put into the role later counts for more.
#[must_use]
pub fn document(function: Function) -> String {
    let mut statements: Vec<(Grant, Vec<&'static str>)> = Vec::new();
    for permission in function.permissions() {
        for grant in grant(permission.scope, function) {
            match statements.iter_mut().find(|(known, _)| *known == grant) {
                Some((_, actions)) if actions.contains(&permission.action) => {}
                Some((_, actions)) => actions.push(permission.action),
                None => statements.push((grant, vec![permission.action])),
            }
        }
    }
    statements.iter().map(|(grant, actions)| statement(grant, actions)).collect::<String>() + &keeps_off_own(function)
}

/// The boundaries of all functions.
const BOUNDARIES: &str = "policy/parapet-*-boundary";

/// What a guard may do to the roles and boundaries that it keeps: whatever somebody gave one of them is taken back, and what somebody took
/// comes back.
const MENDS: [&str; 8] = [
    "iam:UpdateAssumeRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:SetDefaultPolicyVersion",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
];

/// A guard does not change its own role, nor its boundary. The policy guard mends those of the others, and the logging guard the policy guard's.
fn keeps_off_own(function: Function) -> String {
    const POLICY_GUARD: Function = Function::Guard(GuardName::PolicyGuard);
    const LOGGING_GUARD: Function = Function::Guard(GuardName::LoggingGuard);
    let why = "# Parapet's own roles and boundaries are looked at, and touched by none of its functions";
    match function {
        POLICY_GUARD => {
            let others = Function::all().filter(|other| *other != function).map(role);
            let others: Vec<String> = others.chain([BOUNDARIES.to_owned()]).collect();
            let kept = denied("OwnRoles", &[], &[role(function), boundary(function)]);
            let mended = denied("RolesOfTheOthers", &MENDS, &others);
            format!("{why}, but that this one puts right what somebody made of those of the others.\n{kept}{mended}")
        }
        LOGGING_GUARD => {
            let others = || Function::all().filter(|other| *other != POLICY_GUARD);
            let kept = denied("OwnRoles", &[], &others().map(role).chain(others().map(boundary)).collect::<Vec<_>>());
            let mended = denied("RoleOfThePolicyGuard", &MENDS, &[role(POLICY_GUARD), boundary(POLICY_GUARD)]);
            format!("{why}, but that this one puts right what somebody made of the policy guard's.\n{kept}{mended}")
        }
        _ => {
            let all = [
                role(Function::Bootstrap),
                role(Function::Sweep),
                "role/parapet-*-guard".to_owned(),
                BOUNDARIES.to_owned(),
            ];
            format!("{why}.\n{}", denied("OwnRoles", &[], &all))
        }
    }
}

/// A function's role, by the name that the stack gives it.
pub(crate) fn role(function: Function) -> String {
    format!("role/parapet-{}", function.name())
}

/// What bounds it.
pub(crate) fn boundary(function: Function) -> String {
    format!("policy/parapet-{}-boundary", function.name())
}

/// A statement that leaves reads, and these actions.
fn denied(sid: &str, but: &[&str], names: &[String]) -> String {
    let but: String = but.iter().map(|action| format!("    - {action}\n")).collect();
    let resources: String = names.iter().map(|name| format!("    - {}\n", iam(name))).collect();
    format!(
        "- Sid: {sid}\n  Effect: Deny\n  NotAction:\n    - iam:Get*\n    - iam:List*\n{but}  Resource:\n{resources}"
    )
}

fn statement(grant: &Grant, actions: &[&str]) -> String {
    let mut text = format!("- Sid: {}\n  Effect: Allow\n  {}", grant.sid, listed("Action", actions));
    text += &format!("  {}", listed("Resource", &grant.resources));
    if let Some(condition) = &grant.condition {
        text += &format!("  Condition:{condition}\n");
    }
    let comment: String = grant.why.iter().map(|line| format!("# {line}\n")).collect();
    comment + &grant.only_if.map_or(text.clone(), |condition| conditional(condition, &text))
}

/// A statement that is there only under a condition of the stack.
fn conditional(condition: &str, statement: &str) -> String {
    let inner: String = statement.lines().map(|line| format!("  {line}\n")).collect();
    format!("- !If\n  - {condition}\n{inner}  - !Ref AWS::NoValue\n")
}

/// One value as itself, several as a list.
fn listed<T: AsRef<str>>(name: &str, values: &[T]) -> String {
    match values {
        [single] => format!("{name}: {}\n", single.as_ref()),
        several => {
            let items: String = several.iter().map(|value| format!("    - {}\n", value.as_ref())).collect();
            format!("{name}:\n{items}")
        }
    }
}

/// A resource of IAM in this account.
pub(crate) fn iam(name: &str) -> String {
    format!("!Sub arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{name}")
}
