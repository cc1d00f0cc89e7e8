//! **The table** of actions on what is of another account: the policy of the resource lets the holder in, its own has to name it.
//!
//! "In addition to the resource-based policy, an identity-based policy is required for the principal to access the resource in another account" (IAM
//! User Guide, Cross account resource access in IAM).

/// In lower case: those that judgements are about.
///
/// - Roles: AWS Security Token Service API Reference, AssumeRole: "Typically, you use AssumeRole within your account or for cross-account access."
/// - Keys: AWS KMS API Reference, CreateGrant, Decrypt and ReEncrypt: "Cross-account use: Yes." Of PutKeyPolicy, ReplicateKey and CreateAlias it says
///   "Cross-account use: No."
/// - Secrets: AWS Secrets Manager User Guide, Access AWS Secrets Manager secrets from a different account: "Cross-account permission is effective only
///   for the following operations", these among them.
/// - Tables: Amazon DynamoDB Developer Guide, DynamoDB API operations supported by resource-based policies: those with "Yes" under "Cross-account
///   support". The operations of PartiQL have "No".
const ACROSS: [&str; 18] = [
    "dynamodb:batchgetitem",
    "dynamodb:batchwriteitem",
    "dynamodb:deleteitem",
    "dynamodb:deletetable",
    "dynamodb:getitem",
    "dynamodb:putitem",
    "dynamodb:query",
    "dynamodb:scan",
    "dynamodb:updateitem",
    "kms:creategrant",
    "kms:decrypt",
    "kms:reencryptfrom",
    "secretsmanager:deletesecret",
    "secretsmanager:getsecretvalue",
    "secretsmanager:putresourcepolicy",
    "secretsmanager:putsecretvalue",
    "secretsmanager:updatesecret",
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
