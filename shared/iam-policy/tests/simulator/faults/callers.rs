//! Faults about who asks.

use super::Fault;
use crate::process::SimRow;
use crate::words::{each, each_statement};
use serde_json::{Value, json};

/// In the order in which they are mended.
pub(super) static FAULTS: [Fault; 5] = [
    // "By default, all requests are implicitly denied with the exception of the AWS account root user, which has full
    // access" (Policy evaluation logic). It knows of no root user.
    Fault {
        name: "the root user of an account",
        mend: |row| {
            if row.principal.ends_with(":root") {
                let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
                row.identity = vec![json!({"Version": "2012-10-17", "Statement": all})];
            }
        },
    },
    // "SCPs do not affect any service-linked role" (Organizations User Guide, Service control policies), "RCPs do not
    // impact the effective permissions of any service-linked role" (Resource control policies).
    Fault {
        name: "policies of the organization for a service-linked role",
        mend: |row| {
            if row.principal.contains(":assumed-role/AWSServiceRoleFor") {
                row.scps.clear();
                row.rcps.clear();
            }
        },
    },
    // To it a service is what ends in `amazonaws.com`.
    Fault {
        name: "a service of China",
        mend: |row| {
            rename(row, |name| name.strip_suffix(".amazonaws.com.cn").map(|name| format!("{name}-cn.amazonaws.com")));
        },
    },
    // Of a provider that is no resource of an account, it asks for an identity policy of its account.
    Fault {
        name: "an identity provider without an ARN",
        mend: |row| {
            let arn = format!("arn:aws:iam::{}:oidc-provider/named", row.account);
            rename(row, |name| (name == "accounts.google.com").then(|| arn.clone()));
        },
    },
    // "When you specify an AWS account, [..] all principals in the account": a provider is none. To it, it is of the
    // account in its ARN.
    Fault {
        name: "an account for an identity provider of it",
        mend: |row| {
            if row.principal.contains("-provider/") {
                rename(row, |name| {
                    let is_account = name.ends_with(":root") || name.bytes().all(|b| b.is_ascii_digit());
                    is_account.then(|| "000000000000".to_owned())
                });
            }
        },
    },
];

/// Other names for the caller and for principals in policies, of all types.
fn rename(row: &mut SimRow, other: impl Fn(&str) -> Option<String>) {
    if let Some(name) = other(&row.principal) {
        row.principal = name;
    }
    each_statement(row, |statement, _| {
        for element in ["Principal", "NotPrincipal"] {
            let types = statement.get_mut(element).and_then(Value::as_object_mut);
            for name in types.into_iter().flat_map(|types| types.values_mut()).flat_map(each) {
                if let Some(other) = name.as_str().and_then(&other) {
                    *name = other.into();
                }
            }
        }
    });
}
