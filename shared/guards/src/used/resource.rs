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
    let part = part(service, record);
    let Some(found) = found.into_iter().map(|arn| of_part(arn, &part)).collect::<Option<Vec<String>>>() else {
        return vec![None];
    };
    // An action that knows the whole alone is asked for on the whole.
    if part.is_some() && !found.iter().all(|arn| is_its(&arn.as_str())) {
        return vec![None];
    }
    found.into_iter().map(|arn| Some(arn).filter(|arn| arn.len() <= MAX_ARN_BYTES)).collect()
}

/// What of a resource was asked for: how that is marked off in an ARN, and its name. None within: by something that is no name.
type Part = Option<(&'static str, Option<String>)>;

/// Which part of a function or a table a request was about.
///
/// AWS Lambda Developer Guide, "Fine-tuning the Resources and Conditions sections of policies": "Actions that operate on a function can be restricted to a
/// specific function by function, version, or alias ARN." Amazon DynamoDB Developer Guide, "IAM policy to grant access to a specific DynamoDB table and its
/// indexes": an index is `table/Books/index/*`, which `table/Books` does not match.
fn part(service: &str, record: &Value) -> Part {
    let (parameter, mark) = match service {
        "lambda" => ("qualifier", ":"),
        "dynamodb" => ("indexName", "/index/"),
        _ => return None,
    };
    let named = record.pointer(&format!("/requestParameters/{parameter}")).filter(|value| !value.is_null())?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '$');
    let name = named.as_str().filter(|name| !name.is_empty() && name.chars().all(is_plain));
    Some((mark, name.map(str::to_owned)))
}

/// The ARN of that part. None: it is not known, as where the ARN is of a part already.
fn of_part(arn: String, part: &Part) -> Option<String> {
    let Some((mark, name)) = part else { return Some(arn) };
    let name = name.as_ref()?;
    let whole = arn.split_once(if *mark == ":" { ":function:" } else { ":table/" })?.1;
    if arn.ends_with(&format!("{mark}{name}")) && whole.contains(mark) {
        return Some(arn);
    }
    (!whole.contains([':', '/'])).then(|| format!("{arn}{mark}{name}"))
}

/// What a copy reads, with the action that allows that. Amazon S3 API Reference, CopyObject, of the source: "specify the name of the source bucket and the key
/// of the source object, separated by a slash (/)"; "The value must be URL-encoded." Through an access point it is the ARN of that. What is encoded, or is none
/// of a general purpose bucket, is not known.
pub(super) fn copied(record: &Value, home: &Home) -> (&'static str, Option<String>) {
    const VERSION: &str = "?versionId=";
    let source = record.pointer("/requestParameters/x-amz-copy-source").and_then(Value::as_str).unwrap_or_default();
    let (path, has_version) = match source.split_once(VERSION) {
        Some((path, version)) => (path, version != "null"),
        None => (source, false),
    };
    let action = if has_version { "s3:GetObjectVersion" } else { "s3:GetObject" };
    let path = path.strip_prefix('/').unwrap_or(path);
    let known = path
        .split_once('/')
        .filter(|(bucket, key)| is_bucket_name(bucket) && !key.is_empty() && !path.contains(['%', '+', '?']));
    let arn = known.map(|(bucket, key)| format!("arn:{}:s3:::{bucket}/{key}", home.partition));
    (action, arn.filter(|arn| arn.len() <= MAX_ARN_BYTES))
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
    // AWS Lambda API Reference, Invoke, of the name of a function: "You can append a version number or alias to any of the formats."
    let (whole, version) = match name.split_once(':') {
        Some((whole, version)) if service == "lambda" => (whole, Some(version)),
        _ => (name, None),
    };
    let is_name = |name: &str| !name.is_empty() && name.chars().all(is_plain);
    // `account-id:name` is another form.
    let is_account = version.is_some() && whole.bytes().all(|byte| byte.is_ascii_digit());
    let is_known = is_name(whole) && version.is_none_or(is_name) && !is_account;
    is_known.then(|| arn(&format!("{before}{name}")))
}
