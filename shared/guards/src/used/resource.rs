//! What a request was about, as far as its record tells.
//!
//! A resource is told where the record lists it by its ARN, where a parameter is its ARN, or where a service makes ARNs of names in one way
//! only. Else it is not known: a name in a path, or one of several kinds, is not guessed.

use iam_policy::catalogue::ActionId;
use parapet_core::Home;
use serde_json::Value;

/// No ARN that is kept is longer. S3's longest object has 1,024 bytes in its name; what is that long is not told apart.
const MAX_ARN_BYTES: usize = 512;

/// At most so many resources of one record are told.
const MOST_OF_A_RECORD: usize = 16;

/// Services that make an ARN of a name, and by nothing else: which parameter, and what stands before the name.
const NAMED: &[(&str, &str, &str)] = &[
    ("dynamodb", "tableName", "table/"),
    ("ecr", "repositoryName", "repository/"),
    ("kinesis", "streamName", "stream/"),
    ("lambda", "functionName", "function:"),
];

/// Which resources an action was asked for on. `None` within: on one that is not known. `*`: the action knows none.
pub(super) fn resources(action: ActionId, record: &Value, home: &Home) -> Vec<Option<String>> {
    let templates: Vec<String> = action.resource_templates().map(pattern).collect();
    if templates.is_empty() {
        return vec![Some("*".to_owned())];
    }
    let (service, _) = action.name();
    if service == "s3" {
        return vec![of_s3(&templates, record, home)];
    }
    let is_its = |arn: &&str| arn.starts_with("arn:") && templates.iter().any(|t| iam_policy::matches(t, arn));
    let mut listed: Vec<&str> = arns(record).filter(is_its).collect();
    if listed.is_empty() {
        listed = parameters(record).map(|(_, value)| value).filter(is_its).collect();
    }
    listed.sort_unstable();
    listed.dedup();
    let found: Vec<String> = match listed.is_empty() {
        true => by_name(service, record, home).filter(|arn| is_its(&arn.as_str())).into_iter().collect(),
        false => listed.into_iter().map(str::to_owned).collect(),
    };
    if found.is_empty() || found.len() > MOST_OF_A_RECORD {
        return vec![None];
    }
    found.into_iter().map(|arn| Some(arn).filter(|arn| arn.len() <= MAX_ARN_BYTES)).collect()
}

/// The template as a pattern of ARNs, whatever the partition, the region and the account.
fn pattern(template: &str) -> String {
    ["${Partition}", "${Region}", "${Account}"].iter().fold(template.to_owned(), |text, hole| text.replace(hole, "*"))
}

/// A bucket, or an object in it. S3 lists the bucket of an object as well, so what is listed does not tell which is meant.
fn of_s3(templates: &[String], record: &Value, home: &Home) -> Option<String> {
    /// The objects of a bucket, in the catalogue.
    const OBJECTS: &str = ":s3:::*/*";
    let parameter = |name: &str| record.pointer(&format!("/requestParameters/{name}")).and_then(Value::as_str);
    let bucket = parameter("bucketName").filter(|name| is_bucket_name(name))?;
    let is_of_objects = templates.iter().any(|template| template.ends_with(OBJECTS));
    let is_of_buckets = templates.iter().any(|template| template.ends_with(":s3:::*"));
    let arn = match (is_of_objects, parameter("key")) {
        (true, Some(key)) if !key.is_empty() => format!("arn:{}:s3:::{bucket}/{key}", home.partition),
        (false, _) if is_of_buckets => format!("arn:{}:s3:::{bucket}", home.partition),
        _ => return None,
    };
    (arn.len() <= MAX_ARN_BYTES).then_some(arn)
}

/// Amazon S3 User Guide, "Bucket naming rules": "Bucket names can consist only of lowercase letters, numbers, dots (.), and hyphens (-)."
/// What ends as the aliases of access points do, or as the names of directory buckets, is none of those.
fn is_bucket_name(name: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    const MAX_BUCKET_NAME_BYTES: usize = 63;
    let is_alias = name.ends_with("-s3alias") || name.ends_with("--ol-s3") || name.ends_with("--x-s3");
    !name.is_empty() && name.len() <= MAX_BUCKET_NAME_BYTES && name.bytes().all(is_usual) && !is_alias
}

/// The ARNs that the record lists.
fn arns(record: &Value) -> impl Iterator<Item = &str> {
    let listed = record.get("resources").and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(|resource| resource.get("ARN").or_else(|| resource.get("arn"))?.as_str())
}

/// The parameters that are texts.
fn parameters(record: &Value) -> impl Iterator<Item = (&str, &str)> {
    let members = record.get("requestParameters").and_then(Value::as_object).into_iter().flatten();
    members.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
}

/// The ARN of a name, in the account and the region that were called.
fn by_name(service: &str, record: &Value, home: &Home) -> Option<String> {
    let region = record.get("awsRegion").and_then(Value::as_str)?;
    let arn = |rest: &str| format!("arn:{}:{service}:{region}:{}:{rest}", home.partition, home.account);
    if service == "sqs" {
        let (_, url) = parameters(record).find(|(name, _)| *name == "queueUrl")?;
        let (rest, name) = url.rsplit_once('/')?;
        return rest.ends_with(&format!("/{}", home.account)).then(|| arn(name));
    }
    let (_, parameter, before) = NAMED.iter().find(|(of, _, _)| *of == service)?;
    let (_, name) = parameters(record).find(|(name, _)| name == parameter)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    (!name.is_empty() && name.chars().all(is_plain)).then(|| arn(&format!("{before}{name}")))
}
