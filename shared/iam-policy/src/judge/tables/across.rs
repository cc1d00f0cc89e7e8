//! **The table** of actions on what is of another account: the policy of the resource lets the holder in, its own has to name it.
//!
//! "In addition to the resource-based policy, an identity-based policy is required for the principal to access the resource in another account" (IAM
//! User Guide, Cross account resource access in IAM).

/// In lower case: those that judgements are about.
///
/// - Roles: AWS Security Token Service API Reference, AssumeRole: "you can use AssumeRole within your account or for cross-account access".
/// - Keys: the operations that AWS KMS marks "Cross-account use: Yes" (AWS KMS Developer Guide, KMS API permissions).
/// - Secrets: AWS Secrets Manager User Guide, "Access AWS Secrets Manager secrets from a different account".
/// - Tables: Amazon DynamoDB Developer Guide, "Cross-account access with resource-based policies in DynamoDB".
const ACROSS: [&str; 13] = [
    "dynamodb:batchgetitem",
    "dynamodb:batchwriteitem",
    "dynamodb:deleteitem",
    "dynamodb:getitem",
    "dynamodb:putitem",
    "dynamodb:query",
    "dynamodb:scan",
    "dynamodb:updateitem",
    "kms:creategrant",
    "kms:decrypt",
    "kms:reencryptfrom",
    "secretsmanager:getsecretvalue",
    "sts:assumerole",
];

/// Whether an action (in lower case) can be about what is of another account.
pub(in crate::judge) fn is_across(action: &str) -> bool {
    ACROSS.binary_search(&action).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn names_are_sorted_for_the_search_and_exist() {
        assert!(ACROSS.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ACROSS.iter().all(|action| catalogue::find(action).is_some() && is_across(action)));
        assert!(!is_across("iam:putrolepolicy"));
    }
}
