//! **The table** of calls that blind what guards an account, or turn it round: its functions, and all that leads events to them and tells of
//! what they did.

/// Calls on resources of one kind, and what they do to a guard that consists of such.
#[derive(Debug)]
pub struct Weakening {
    /// What the guard has of this kind.
    pub of: &'static str,
    /// As AWS spells them.
    pub actions: &'static [&'static str],
    /// What AWS says that they do.
    pub why: &'static str,
}

/// The calls, by what they are about.
pub static GUARD_TAMPERING: [Weakening; 12] = [
    Weakening {
        of: "functions",
        actions: &[
            "lambda:AddPermission",
            "lambda:CreateFunctionUrlConfig",
            "lambda:DeleteFunction",
            "lambda:DeleteFunctionConcurrency",
            "lambda:DeleteFunctionEventInvokeConfig",
            "lambda:DeleteResourcePolicy",
            "lambda:InvokeAsync",
            "lambda:InvokeFunction",
            "lambda:PutFunctionConcurrency",
            "lambda:PutFunctionEventInvokeConfig",
            "lambda:PutFunctionScalingConfig",
            "lambda:PutResourcePolicy",
            "lambda:PutRuntimeManagementConfig",
            "lambda:RemovePermission",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
            "lambda:UpdateFunctionEventInvokeConfig",
        ],
        why: "code and environment are what the function does, with its role; who invokes it hands it events of his own; \"To throttle a \
              function, set the reserved concurrency to 0\" (AWS Lambda Developer Guide, Configuring reserved concurrency); without a \
              permission EventBridge cannot invoke it, and a resource policy that is put or deleted whole is one",
    },
    Weakening {
        of: "rules of events",
        actions: &[
            "events:DeleteRule",
            "events:DisableRule",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
        ],
        why: "\"A disabled rule won't match any events\" (Amazon EventBridge API Reference, DisableRule); PutRule replaces the pattern of a rule \
              of the same name, and \"when you remove a target, [..] it's no longer invoked\"",
    },
    Weakening {
        of: "logs",
        actions: &[
            "logs:AssociateKmsKey",
            "logs:DeleteLogGroup",
            "logs:DeleteLogStream",
            "logs:DeleteMetricFilter",
            "logs:PutDataProtectionPolicy",
            "logs:PutRetentionPolicy",
        ],
        why: "\"Deletes the specified log group and permanently deletes all the archived log events\" (Amazon CloudWatch Logs API Reference, \
              DeleteLogGroup); a retention of one day does that a day later, and a key that goes does it at once: \"If you revoke CloudWatch Logs' access \
              to an associated key or delete an associated KMS key, your encrypted data in CloudWatch Logs can no longer be retrieved\" (Amazon \
              CloudWatch Logs User Guide, Encrypt log data)",
    },
    Weakening {
        of: "queues",
        actions: &[
            "sqs:AddPermission",
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:DeleteQueue",
            "sqs:PurgeQueue",
            "sqs:ReceiveMessage",
            "sqs:RemovePermission",
            "sqs:SetQueueAttributes",
            "sqs:StartMessageMoveTask",
        ],
        why: "what failed waits there to be tried again: \"Deletes available messages in a queue [..] you can't retrieve any message\" (Amazon \
              SQS API Reference, PurgeQueue), and who receives a message, keeps it invisible or moves it elsewhere hides it from others",
    },
    Weakening {
        of: "topics",
        actions: &[
            "sns:AddPermission",
            "sns:DeleteTopic",
            "sns:PutDataProtectionPolicy",
            "sns:RemovePermission",
            "sns:SetSubscriptionAttributes",
            "sns:SetTopicAttributes",
            "sns:Unsubscribe",
        ],
        why: "\"Deletes a topic and all its subscriptions\" (Amazon SNS API Reference, DeleteTopic): nobody is told, nor is who is unsubscribed, or subscribed with a filter that nothing passes",
    },
    Weakening {
        of: "alarms",
        actions: &[
            "cloudwatch:DeleteAlarms",
            "cloudwatch:DisableAlarmActions",
            "cloudwatch:PutAlarmMuteRule",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:SetAlarmState",
        ],
        why: "\"When an alarm's actions are disabled, the alarm actions do not execute when the alarm state changes\" (Amazon CloudWatch API \
              Reference, DisableAlarmActions); a mute rule does the same for a while",
    },
    Weakening {
        of: "stacks",
        actions: &[
            "cloudformation:CancelUpdateStack",
            "cloudformation:ContinueUpdateRollback",
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:ExecuteStackRefactor",
            "cloudformation:RollbackStack",
            "cloudformation:SetStackPolicy",
            "cloudformation:UpdateStack",
            "cloudformation:UpdateTerminationProtection",
        ],
        why: "all of it is made by a stack, and goes or changes with it; a rollback may leave resources out, and a refactoring moves them to another stack",
    },
    Weakening {
        of: "buckets of logs and evidence",
        actions: &[
            "s3:BypassGovernanceRetention",
            "s3:DeleteBucket",
            "s3:DeleteBucketPolicy",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:PutBucketAcl",
            "s3:PutBucketObjectLockConfiguration",
            "s3:PutBucketPolicy",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
            "s3:PutObject",
            "s3:PutObjectLegalHold",
            "s3:PutObjectRetention",
            "s3:ReplicateDelete",
            "s3:ReplicateObject",
            "s3:UpdateObjectEncryption",
        ],
        why: "what a guard remembers lies there: who writes it says what was right before; \"To override or remove governance-mode retention \
              settings, you must have the s3:BypassGovernanceRetention permission\" (Amazon S3 User Guide, Locking objects with Object Lock)",
    },
    Weakening {
        of: "roles",
        actions: &[
            "iam:AttachRolePolicy",
            "iam:DeleteRole",
            "iam:DeleteRolePermissionsBoundary",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:PassRole",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:UpdateAssumeRolePolicy",
        ],
        why: "who takes its permissions from a role blinds the guard, and who becomes it, or passes it to a function of his own, has them",
    },
    Weakening {
        of: "boundaries",
        actions: &[
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:SetDefaultPolicyVersion",
        ],
        why: "\"the maximum permissions that an identity-based policy can grant\" (IAM User Guide, Permissions boundaries for IAM entities): a \
              boundary that allows less stops the guard",
    },
    Weakening {
        of: "aliases of keys",
        actions: &["kms:DeleteAlias", "kms:UpdateAlias"],
        why: "a key is found by its alias: \"Associates an existing AWS KMS alias with a different KMS key\" (AWS KMS API Reference, UpdateAlias)",
    },
    Weakening {
        of: "keys",
        actions: &[
            "kms:CreateGrant",
            "kms:DisableKey",
            "kms:GenerateMac",
            "kms:PutKeyPolicy",
            "kms:ScheduleKeyDeletion",
        ],
        why: "\"When a KMS key is deleted, you can no longer decrypt the data that was encrypted under that KMS key\" (AWS KMS API Reference, \
              ScheduleKeyDeletion): what nobody can read tells nothing, and who makes codes with the key of memory, or has a grant to, forges it",
    },
];

/// How many they are, those that several rows name counted again.
pub(in crate::judge) const COUNT: usize = {
    let mut count = 0;
    let mut rows = GUARD_TAMPERING.as_slice();
    while let Some((row, rest)) = rows.split_first() {
        count += row.actions.len();
        rows = rest;
    }
    count
};

/// All calls.
pub(in crate::judge) fn actions() -> impl Iterator<Item = &'static str> {
    GUARD_TAMPERING.iter().flat_map(|row| row.actions).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use std::collections::BTreeSet;

    #[test]
    fn each_is_known_once_and_about_a_resource() {
        let mut seen = BTreeSet::new();
        for action in actions() {
            let id = catalogue::find(action).unwrap_or_else(|| panic!("{action}"));
            assert_eq!(id.full_name(), action);
            assert!(id.resource_templates().next().is_some(), "{action} is about no resource");
            assert!(seen.insert(action), "{action}");
        }
    }
}
