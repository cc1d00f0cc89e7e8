//! The policy documents that bootstrap writes, and the statements that the guards put back.

use crate::Arns;
use std::collections::BTreeSet;

use iam_policy::{Document, Effect, OBJECT_TAMPERING};
use parapet_core::matches;
use serde_json::{Value, json};

use crate::{Subject, TlsVersion};

/// The trust policy of the ML service role: the services of the standard, acting for this account alone.
///
/// IAM User Guide, "The confused deputy problem": use `aws:SourceAccount` "to limit the service's use of the role".
#[must_use]
pub fn service_trust(subject: &Subject<'_>) -> Document {
    build(json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "MLService",
            "Effect": "Allow",
            "Principal": {"Service": subject.standard.service.trusted},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": subject.home.account}},
        }],
    }))
}

/// The policy of the ML service role: what it has access to, but for the standard where that lies in the data bucket.
#[must_use]
pub fn service_policy(subject: &Subject<'_>) -> Document {
    let access = service_access(subject);
    let deny = keep_standard_statement(subject);
    match deny.filter(|_| subject.standard.lies_in(&subject.standard.names.ml_data_bucket)) {
        Some(deny) => with_statement(Some(&access), deny),
        None => access,
    }
}

/// What an identity policy needs so that its holder cannot change the object of the standard, whatever else it allows; none: the
/// standard was read from no object.
///
/// Policies that write to every bucket are many, and meant: to take that object alone from them takes nothing that anybody works with.
#[must_use]
pub fn keep_standard_statement(subject: &Subject<'_>) -> Option<Value> {
    let object = subject.standard.own_object(subject.home);
    (!object.is_empty())
        .then(|| json!({"Sid": "KeepStandard", "Effect": "Deny", "Action": OBJECT_TAMPERING, "Resource": object}))
}

/// What the ML service has access to: the objects of the data bucket, their listing, and the use of their key.
///
/// The key is named by its alias (`kms:ResourceAliases`), so that the policy can be written before the key exists.
#[must_use]
pub fn service_access(subject: &Subject<'_>) -> Document {
    let (names, home) = (&subject.standard.names, subject.home);
    let bucket = home.bucket_arn(&names.ml_data_bucket);
    build(json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Objects", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], "Resource": format!("{bucket}/*")},
            {"Sid": "Listing", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket},
            {
                "Sid": "Key",
                "Effect": "Allow",
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": format!("arn:{}:kms:{}:{}:key/*", home.partition, home.region, home.account),
                "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": names.key_alias}},
            },
        ],
    }))
}

/// What a bucket policy needs so that nothing goes over the wire in the clear.
///
/// Amazon S3 User Guide, "Security best practices": "enforce encryption of data in transit" with `aws:SecureTransport`.
#[must_use]
pub fn tls_only_statement(bucket_arn: &str) -> Value {
    json!({
        "Sid": "DenyInsecureTransport",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, format!("{bucket_arn}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    })
}

/// What a bucket policy needs so that no TLS older than `version` is spoken.
///
/// Amazon S3 User Guide, "Amazon S3 condition key examples", "Requiring a minimum TLS version": `NumericLessThan` on `s3:TlsVersion`.
#[must_use]
pub fn minimum_tls_statement(bucket_arn: &str, version: TlsVersion) -> Value {
    json!({
        "Sid": "DenyOldTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket_arn, format!("{bucket_arn}/*")],
        "Condition": {"NumericLessThan": {"s3:TlsVersion": version.as_str()}},
    })
}

/// What the policy of the evidence bucket needs so that nobody but Parapet's functions writes evidence and memory there, or takes any away;
/// none: it is another bucket. Who may read it stays, and what lies elsewhere in it. Who may change the policy may change this, too, and is
/// seen; the root user always may.
#[must_use]
pub fn writers_statement(subject: &Subject<'_>, bucket: &str) -> Option<Value> {
    let arn = subject.home.bucket_arn(bucket);
    (bucket == subject.standard.names.evidence_bucket).then(|| {
        json!({
            "Sid": WRITERS,
            "Effect": "Deny",
            "Principal": "*",
            "Action": [
                "s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject", "s3:ReplicateDelete",
                "s3:ReplicateObject",
            ],
            "Resource": [format!("{arn}/evidence/*"), format!("{arn}/state/*")],
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": functions(subject)}},
        })
    })
}

const WRITERS: &str = "DenyOtherWriters";

/// A document with [`writers_statement`], in the place of one that named other writers: both together would deny whoever only one of them
/// names.
#[must_use]
pub fn with_writers(document: Option<&Document>, statement: Value) -> Document {
    let but_for_writers = |statement: &Value| {
        let mut statement = statement.clone();
        if let Value::Object(members) = &mut statement {
            members.shift_remove("Condition");
        }
        normal(&statement)
    };
    let is_ours = |old: &Value| {
        old.get("Sid").is_some_and(|sid| sid == WRITERS) && but_for_writers(old) == but_for_writers(&statement)
    };
    let replaced = document.and_then(|document| {
        let index = values(document).iter().position(is_ours)?;
        document.replacing_statement(index, statement.clone()).ok()
    });
    replaced.unwrap_or_else(|| with_statement(document, statement))
}

/// What the policy of a bucket needs so that AWS services can deliver into it.
#[must_use]
pub fn service_statements(subject: &Subject<'_>, bucket: &str) -> Vec<Value> {
    let (names, home) = (&subject.standard.names, subject.home);
    let arn = home.bucket_arn(bucket);
    if bucket == names.log_bucket {
        // AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail", both statements with `aws:SourceArn`.
        let trail = home.trail_arn(&names.trail);
        vec![
            json!({
                "Sid": "AWSCloudTrailAclCheck", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:GetBucketAcl", "Resource": arn, "Condition": {"StringEquals": {"aws:SourceArn": trail}},
            }),
            json!({
                "Sid": "AWSCloudTrailWrite", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:PutObject", "Resource": format!("{arn}/AWSLogs/{}/*", home.account),
                "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": trail}},
            }),
        ]
    } else if bucket == names.access_log_bucket {
        // Amazon S3 User Guide, "Permissions for log delivery".
        vec![json!({
            "Sid": "S3ServerAccessLogs", "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject", "Resource": format!("{arn}/*"), "Condition": {"StringEquals": {"aws:SourceAccount": home.account}},
        })]
    } else {
        Vec::new()
    }
}

/// What the policy of the pipeline's key needs.
///
/// AWS KMS Developer Guide, "Default key policy": without the root statement "the key becomes unmanageable". CloudTrail's is
/// from its User Guide, "Configure AWS KMS key policies for CloudTrail". The role is named in a condition and not as the
/// principal, because KMS refuses a principal that does not exist yet.
#[must_use]
pub fn key_statements(subject: &Subject<'_>) -> Vec<Value> {
    let (names, home) = (&subject.standard.names, subject.home);
    let root = home.iam_arn("root");
    let trail = home.trail_arn(&names.trail);
    vec![
        json!({"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}),
        json!({
            "Sid": "CloudTrailEncrypts", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "kms:GenerateDataKey*", "Resource": "*",
            "Condition": {
                "StringEquals": {"aws:SourceArn": trail},
                "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": format!("arn:{}:cloudtrail:*:{}:trail/*", home.partition, home.account)},
            },
        }),
        json!({
            "Sid": "CloudTrailDescribes", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "kms:DescribeKey", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceArn": trail}},
        }),
        // For a log bucket that has a bucket key all the same.
        json!({
            "Sid": "CloudTrailDecrypts", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceArn": trail}},
        }),
        json!({
            "Sid": "MLServiceUses", "Effect": "Allow", "Principal": {"AWS": root}, "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*",
            "Condition": {"ArnEquals": {"aws:PrincipalArn": home.iam_arn(&format!("role/{}", names.ml_service_role))}},
        }),
    ]
}

/// The policy that the stack gives the key of the memory: it makes seals for Parapet's functions, and for nobody else whatever his own
/// policies allow; whoever administers keys may do the rest.
#[must_use]
pub fn memory_key_policy(subject: &Subject<'_>) -> Document {
    let root = subject.home.iam_arn("root");
    build(json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Account", "Effect": "Allow", "Principal": {"AWS": root},
                "Action": [
                    "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:Describe*", "kms:Disable*", "kms:Enable*", "kms:Get*",
                    "kms:List*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:Update*",
                ],
                "Resource": "*",
            },
            memory_key_seals(subject),
        ],
    }))
}

/// What lets Parapet's functions make seals.
#[must_use]
pub fn memory_key_seals(subject: &Subject<'_>) -> Value {
    json!({
        "Sid": "Seals", "Effect": "Allow", "Principal": {"AWS": subject.home.iam_arn("root")}, "Action": "kms:GenerateMac", "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": functions(subject)}},
    })
}

/// Whom `aws:PrincipalArn` names where one of Parapet's functions calls. AWS says the role's ARN of a session, too; an emulator may say the
/// session's, which is nobody else's.
fn functions(subject: &Subject<'_>) -> Vec<String> {
    let home = subject.home;
    let as_session = |role: &str| {
        let name = role.rsplit('/').next().unwrap_or_default();
        format!("arn:{}:sts::{}:assumed-role/{name}/*", home.partition, home.account)
    };
    let own = &subject.standard.principals.own;
    own.iter().flat_map(|role| [home.iam_arn(role), as_session(role)]).collect()
}

/// A key policy that leaves the key to its account: whoever its IAM policies allow to may use it.
#[must_use]
pub fn key_of_account(subject: &Subject<'_>) -> Document {
    let owner = key_statements(subject).into_iter().next();
    build(json!({"Version": "2012-10-17", "Statement": owner.into_iter().collect::<Vec<_>>()}))
}

/// A trust policy that trusts nobody.
#[must_use]
pub fn trust_nobody() -> Document {
    build(json!({
        "Version": "2012-10-17",
        "Statement": [{"Sid": "RevokedByParapet", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }))
}

/// Whether a document allows nothing that `asked` does not: each of its Allow statements is one of `asked`'s, Sids aside.
#[must_use]
pub fn allows_at_most(document: &Document, asked: &Document) -> bool {
    statements(document)
        .iter()
        .filter(|(effect, _)| *effect == Effect::Allow)
        .all(|(_, seen)| statements(asked).iter().any(|(_, wanted)| wanted == seen))
}

/// Whether a document holds a statement, Sid and spelling aside.
#[must_use]
pub fn has_statement(document: &Document, statement: &Value) -> bool {
    let wanted = normal(statement);
    statements(document).iter().any(|(_, seen)| *seen == wanted)
}

/// A document without the statements that say the same as one of these, Sid and spelling aside; none: nothing is left.
#[must_use]
pub fn without_statements_like(document: &Document, statements: &[Value]) -> Option<Document> {
    let gone: Vec<Value> = statements.iter().map(normal).collect();
    let is_gone = |(index, statement): (usize, &Value)| gone.contains(&normal(statement)).then_some(index);
    document.without_statements(&values(document).iter().enumerate().filter_map(is_gone).collect())
}

/// Whether a statement of `before` is in `document` still.
#[must_use]
pub fn keeps_statement(document: &Document, before: &Document, index: usize) -> bool {
    values(before).get(index).is_some_and(|statement| has_statement(document, statement))
}

/// The statements of a document that `other` has, too: Sid and spelling aside, and with `${..}` read alike.
#[must_use]
pub fn statements_shared_with(document: &Document, other: &Document) -> BTreeSet<usize> {
    let listed = |document: &Document| -> Vec<(bool, Value)> {
        let variables = document.statements().iter().map(|statement| statement.variables);
        variables.zip(values(document).iter().map(normal)).collect()
    };
    let theirs = listed(other);
    let shared = |(index, statement): (usize, &(bool, Value))| theirs.contains(statement).then_some(index);
    listed(document).iter().enumerate().filter_map(shared).collect()
}

/// A document with one more statement. It takes the place of one with the same Sid that it covers: that was the statement once.
///
/// Any other statement stays, and the new one takes a Sid of its own. A Deny that happens to bear our Sid may be what shuts out
/// what the rest of the document lets in.
#[must_use]
pub fn with_statement(document: Option<&Document>, mut statement: Value) -> Document {
    let Some(document) = document else {
        return build(json!({"Version": "2012-10-17", "Statement": [statement]}));
    };
    let sid = statement.get("Sid").and_then(Value::as_str).unwrap_or_default().to_owned();
    let bears = |sid: &str| document.statements().iter().position(|other| other.sid.as_deref() == Some(sid));
    let same = bears(&sid);
    let changed = match same.filter(|&index| values(document).get(index).is_some_and(|old| covers(&statement, old))) {
        Some(index) => document.replacing_statement(index, statement),
        None => {
            let free = (2..).map(|number| format!("{sid}{number}")).find(|sid| bears(sid).is_none());
            if let (Some(_), Some(free), Some(place)) = (same, free, statement.get_mut("Sid")) {
                *place = free.into();
            }
            document.with_statement(statement)
        }
    };
    changed.unwrap_or_else(|_| document.clone())
}

/// A document with a statement of an earlier one again. Without its Sid where another statement has it now; none where the two read
/// `${..}` differently, or the document would become too large.
#[must_use]
pub fn with_statement_again(document: Option<&Document>, earlier: &Document, index: usize) -> Option<Document> {
    let Some(document) = document else {
        let others = (0..earlier.statements().len()).filter(|other| *other != index).collect();
        return earlier.without_statements(&others);
    };
    if document.as_value().get("Version") != earlier.as_value().get("Version") {
        return None;
    }
    let mut statement = values(earlier).into_iter().nth(index)?;
    let sid = statement.get("Sid").cloned();
    if let Some(fields) = statement.as_object_mut().filter(|_| sid.is_some_and(|sid| has_sid(document, &sid))) {
        fields.remove("Sid");
    }
    document.with_statement(statement).ok()
}

fn has_sid(document: &Document, sid: &Value) -> bool {
    values(document).iter().any(|statement| statement.get("Sid") == Some(sid))
}

/// Whether `old` was this statement once: it says the same to the same, and differs in what it is about, or for a Deny, in nothing
/// that makes it deny less: it is about nothing that ours is not about. Somebody else's statement that bears our Sid says something
/// else.
fn covers(ours: &Value, old: &Value) -> bool {
    let same = |name: &str| ours.get(name).map(normal) == old.get(name).map(normal);
    let is_allow = ours.get("Effect").is_some_and(|effect| effect == "Allow");
    let names_others = is_allow && old.get("Condition").is_some() && !same("Condition");
    let (about, was_about) = (texts(ours.get("Resource")), texts(old.get("Resource")));
    let is_ours = |old: &&str| about.iter().any(|pattern| matches(pattern, old));
    let denies_no_less = same("Condition") && !was_about.is_empty() && was_about.iter().all(is_ours);
    same("Effect") && same("Principal") && same("Action") && !names_others && (is_allow || denies_no_less)
}

/// One text or several as several.
fn texts(values: Option<&Value>) -> Vec<&str> {
    match values {
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        single => single.and_then(Value::as_str).into_iter().collect(),
    }
}

/// Effect and normal form of every statement.
fn statements(document: &Document) -> Vec<(Effect, Value)> {
    document.statements().iter().map(|statement| statement.effect).zip(values(document).iter().map(normal)).collect()
}

/// The statements as they are written.
pub(crate) fn values(document: &Document) -> Vec<Value> {
    match document.as_value().get("Statement") {
        Some(Value::Array(values)) => values.clone(),
        Some(single) => vec![single.clone()],
        None => Vec::new(),
    }
}

/// A statement without its Sid, every string as a sorted list: what two spellings of the same statement share.
fn normal(statement: &Value) -> Value {
    match statement {
        Value::Object(fields) => {
            let mut sorted: Vec<(&String, &Value)> = fields.iter().filter(|(name, _)| *name != "Sid").collect();
            sorted.sort_by_key(|(name, _)| *name);
            Value::Object(
                sorted
                    .into_iter()
                    .map(|(name, value)| (name.clone(), if name == "Effect" { value.clone() } else { normal(value) }))
                    .collect(),
            )
        }
        Value::Array(values) => {
            let mut values = values.clone();
            values.sort_by_key(Value::to_string);
            Value::Array(values)
        }
        single => Value::Array(vec![single.clone()]),
    }
}

#[expect(
    clippy::expect_used,
    reason = "the shape is fixed here; only names vary, and a document takes any text as a name"
)]
pub(crate) fn build(document: Value) -> Document {
    Document::from_value(document).expect("a document of ours is valid")
}
