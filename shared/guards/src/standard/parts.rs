//! What Parapet consists of: whoever changes one of these blinds it, or turns it round. The calls that do are a table of `iam-policy`.

use parapet_core::{Home, matches};

use super::Standard;
use crate::Arns;

/// What the stack makes, as it is named in `template.yaml`: the service, and the resource in any region.
const OF_THE_STACK: [(&str, &str); 7] = [
    // The guards and bootstrap.
    ("lambda", "function:parapet-*"),
    // What leads events to them. EventBridge names a rule of the default bus without the bus.
    ("events", "rule/parapet-*"),
    // What they say of themselves: their alarms count it.
    ("logs", "log-group:/aws/lambda/parapet-*"),
    // What failed, and is tried again.
    ("sqs", "parapet-*"),
    // Who is told.
    ("sns", "parapet"),
    ("cloudwatch", "alarm:parapet-*"),
    // The stack itself: docs/deploying.md calls it `parapet`, or so with more behind.
    ("cloudformation", "stack/parapet*"),
];

/// How the stack is called: "CloudFormation automatically creates the following stack-level tags with the prefix aws:" (AWS CloudFormation User
/// Guide, "Resource tags"), and SAM adds `lambda:createdBy` (AWS SAM Developer Guide, "AWS::Serverless::Function", Tags).
const STACK: &str = "parapet*";

/// The key that memory is sealed with.
pub(crate) const MEMORY_KEY: &str = "alias/parapet-memory";

/// The key that what is told is encrypted under.
pub(crate) const NOTIFICATION_KEY: &str = "alias/parapet-notifications";

/// Its own roles, and what bounds them. Not `role/parapet-*`: that is the pipeline's, too, which people pass to jobs.
const OF_IAM: [&str; 4] =
    ["role/parapet-*-guard", "role/parapet-bootstrap", "role/parapet-sweep", "policy/parapet-*-boundary"];

impl Standard {
    /// The keys that Parapet consists of, by their aliases.
    pub(crate) fn aliases(&self) -> Vec<String> {
        vec![self.names.key_alias.clone(), MEMORY_KEY.to_owned(), NOTIFICATION_KEY.to_owned()]
    }

    /// The same, as far as their ids are known: an alias is one way to name a key, its ARN another.
    fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.names.key_id.iter().chain(&self.memory_key).map(String::as_str)
    }

    /// The tags that what the stack makes has, as keys and patterns of values: whoever may weaken what has such a tag may weaken Parapet.
    #[must_use]
    pub fn part_tags(&self, home: &Home) -> Vec<(String, String)> {
        let (partition, account) = (&home.partition, &home.account);
        let stack_id = format!("arn:{partition}:cloudformation:*:{account}:stack/{STACK}");
        let tags = [("stack-name", STACK), ("stack-id", stack_id.as_str()), ("logical-id", "*")];
        let of_stack = tags.map(|(name, value)| (format!("aws:cloudformation:{name}"), value.to_owned()));
        of_stack.into_iter().chain([("lambda:createdBy".to_owned(), "SAM".to_owned())]).collect()
    }

    /// What Parapet consists of, as patterns of ARNs: what the stack makes, and the buckets of logs and evidence, with what is in them.
    #[must_use]
    pub fn parts(&self, home: &Home) -> Vec<String> {
        let (partition, account) = (&home.partition, &home.account);
        let of_stack =
            OF_THE_STACK.iter().map(|(service, name)| format!("arn:{partition}:{service}:*:{account}:{name}"));
        let further = self.principals.own.iter().map(String::as_str);
        let further = further.filter(|name| !OF_IAM.iter().any(|pattern| matches(pattern, name)));
        let of_iam = OF_IAM.into_iter().chain(further).map(|path| home.iam_arn(path));
        let names = self.aliases().into_iter().chain(self.key_ids().map(|id| format!("key/{id}")));
        let keys = names.map(|name| format!("arn:{partition}:kms:*:{account}:{name}"));
        let buckets = [&self.names.evidence_bucket, &self.names.log_bucket, &self.names.access_log_bucket];
        let of_buckets = buckets.into_iter().map(|bucket| home.bucket_arn(bucket));
        let of_buckets = of_buckets.flat_map(|bucket| [format!("{bucket}/*"), bucket]);
        of_stack.chain(keys).chain(of_iam).chain(of_buckets).collect()
    }
}
