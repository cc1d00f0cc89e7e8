//! The policy document of a role, and of its boundary.

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
    statements.iter().map(|(grant, actions)| statement(grant, actions)).collect::<String>() + &keeps_off_own()
}

/// Parapet's own roles and boundaries: nobody may touch them with the rights of a function.
#[must_use]
pub fn own() -> Vec<String> {
    let roles = Function::all().map(|function| format!("role/parapet-{}", function.name()));
    roles.chain(Function::all().map(|function| format!("policy/parapet-{}-boundary", function.name()))).collect()
}

fn keeps_off_own() -> String {
    let resources: String = own().iter().map(|name| format!("    - {}\n", iam(name))).collect();
    format!(
        "# Parapet's own roles and boundaries are looked at, and touched by none of its functions.\n\
         - Sid: OwnRoles\n  Effect: Deny\n  NotAction:\n    - iam:Get*\n    - iam:List*\n  Resource:\n{resources}"
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
