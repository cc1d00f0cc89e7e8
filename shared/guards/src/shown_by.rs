//! Which statements of a state's documents make a request possible: what a reader looks for first in a long policy.

use iam_policy::{Decision, Document, PolicyKind, Witness, decide};
use serde_json::Value;

use crate::State;

impl State {
    /// The statements, as they are written, each of which alone allows a request. None: the state has no document, or several statements
    /// together make the request possible.
    #[must_use]
    pub fn statements_allowing(&self, witness: &Witness) -> Vec<Value> {
        let (kind, documents) = self.documents();
        documents.into_iter().flat_map(|document| allowing(document, kind, witness)).collect()
    }

    /// The policy documents in it, and of what kind they are.
    fn documents(&self) -> (PolicyKind, Vec<&Document>) {
        match self {
            Self::InlineDocument(document) => (PolicyKind::Identity, document.iter().collect()),
            Self::ManagedDocument(policy) => {
                (PolicyKind::Identity, policy.iter().map(|policy| &policy.document).collect())
            }
            Self::PolicyAttachment(attachment) => (PolicyKind::Identity, attachment.document.iter().collect()),
            Self::PrincipalPolicies(policies) => {
                let all = [&policies.inline, &policies.attached, &policies.of_groups];
                (PolicyKind::Identity, all.into_iter().flat_map(|documents| documents.values()).collect())
            }
            Self::RoleTrust(trust) => (PolicyKind::Trust, trust.iter().map(|trust| &trust.document).collect()),
            Self::BucketPolicy(document)
            | Self::AccessPointPolicy(document)
            | Self::RepositoryPolicy(document)
            | Self::LakePolicy(document) => (PolicyKind::Resource, document.iter().collect()),
            Self::KeyPolicy(document) => (PolicyKind::Resource, vec![document]),
            _ => (PolicyKind::Resource, Vec::new()),
        }
    }
}

fn allowing(document: &Document, kind: PolicyKind, witness: &Witness) -> Vec<Value> {
    let count = document.statements().len();
    let alone = |index: usize| document.without_statements(&(0..count).filter(|other| *other != index).collect());
    let allows = |index: usize| alone(index).filter(|alone| decide(alone, kind, witness) == Decision::Allow);
    let written = |alone: Document| match alone.as_value().get("Statement") {
        Some(Value::Array(statements)) => statements.first().cloned(),
        other => other.cloned(),
    };
    (0..count).filter_map(|index| written(allows(index)?)).collect()
}

#[cfg(test)]
mod tests {
    use iam_policy::Context;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_statement_that_allows_a_request_is_told_as_it_is_written() {
        let read =
            json!({"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"});
        let admin = json!({"Effect": "Allow", "Action": "iam:*", "Resource": "*"});
        let deny = json!({"Effect": "Deny", "Action": "ec2:*", "Resource": "*"});
        let document = |statements: Value| {
            State::InlineDocument(Document::from_value(json!({"Version": "2012-10-17", "Statement": statements})).ok())
        };
        let witness = |action: &str| Witness {
            principal: "arn:aws:iam::111122223333:role/r".to_owned(),
            action: action.to_owned(),
            resource: "arn:aws:iam::111122223333:user/u".to_owned(),
            context: Context::new(),
        };
        let found = |state: &State, action: &str| state.statements_allowing(&witness(action));
        let several = document(json!([read, deny, admin]));
        assert_eq!(found(&several, "iam:PutUserPolicy"), std::slice::from_ref(&admin));
        assert_eq!(found(&several, "s3:DeleteBucket"), [Value::Null; 0]);
        assert_eq!(found(&document(admin.clone()), "iam:PutUserPolicy"), [admin]);
        assert!(found(&State::BucketExistence(true), "iam:PutUserPolicy").is_empty());
    }
}
