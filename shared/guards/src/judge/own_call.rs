//! A call of one of Parapet's functions, as a resource policy sees it.

use iam_policy::Request;
use parapet_core::Arn;
use serde_json::Value;

use crate::Subject;

/// A call of a function's, as AWS sees it: from nowhere that a policy could name.
pub(crate) fn request(subject: &Subject<'_>, principal: &str, action: &str) -> Request {
    let (account, region) = (&subject.home.account, &subject.home.region);
    let function = format!("arn:{}:lambda:{region}:{account}:function:{}", subject.home.partition, name_of(principal));
    let organization = subject.account.and_then(|account| account.organization.as_deref());
    let values: [&str; KNOWN.len()] = [
        principal,
        account,
        "AssumedRole",
        "false",
        account,
        account,
        region,
        "true",
        "false",
        // RFC 5737: an address of nobody's.
        "192.0.2.1",
        account,
        "HMAC_SHA_256",
        "1.3",
        "AWS4-HMAC-SHA256",
        "REST-HEADER",
        "0",
        &function,
    ];
    let of_organization = organization.into_iter().flat_map(|id| OF_ORGANIZATION.map(|key| (key, id)));
    let context = KNOWN.into_iter().zip(values).chain(of_organization);
    Request {
        principal: session_of(principal).unwrap_or_else(|| principal.to_owned()),
        action: action.to_owned(),
        resource: subject.resource.arn(subject.home),
        context: context.map(|(key, value)| (key.to_owned(), vec![value.to_owned()])).collect(),
    }
}

/// What each call of a function's says of itself, in the order of its values.
const KNOWN: [&str; 17] = [
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalType",
    "aws:PrincipalIsAWSService",
    "aws:ResourceAccount",
    "s3:ResourceAccount",
    "aws:RequestedRegion",
    "aws:SecureTransport",
    "aws:ViaAWSService",
    "aws:SourceIp",
    "kms:CallerAccount",
    "kms:MacAlgorithm",
    "s3:TlsVersion",
    "s3:signatureversion",
    "s3:authType",
    "s3:signatureAge",
    "lambda:SourceFunctionArn",
];

/// What it says where the account's organization is known.
const OF_ORGANIZATION: [&str; 2] = ["aws:PrincipalOrgID", "aws:ResourceOrgID"];

/// What no call of a function's has: it comes from no network of the account's and through no other service, for nobody else, with no tag, header or
/// parameter that a policy of a bucket, key or repository could ask for. By the beginnings of keys, in lower case.
const ABSENT: [&str; 30] = [
    "aws:assumedroot",
    "aws:calledvia",
    "aws:chatbotsourcearn",
    "aws:ec2instancesource",
    "aws:federatedprovider",
    "aws:multifactorauthage",
    "aws:principalservicename",
    "aws:referer",
    "aws:requesttag/",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceidentity",
    "aws:sourceorg",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:tagkeys",
    "aws:username",
    "aws:vpc",
    "ec2:",
    "kms:encryptioncontext",
    "kms:viaservice",
    "s3:accesspoint",
    "s3:dataaccesspoint",
    "s3:delimiter",
    "s3:max-keys",
    "s3:object-lock-",
    "s3:prefix",
    "s3:versionid",
    "s3:x-amz-",
    "saml:",
];

/// Whether a call of a function's may have a value of this key that is not known here. What is on such a key counts as met: a Deny that nobody can
/// tell to spare the functions may shut them out.
pub(super) fn is_unknown(subject: &Subject<'_>, key: &str, values: &Value) -> bool {
    const ADDRESS: &str = "aws:sourceip";
    let key = key.to_ascii_lowercase();
    if key == ADDRESS {
        return has_wide_network(values);
    }
    let is_known = KNOWN.iter().any(|known| known.eq_ignore_ascii_case(&key));
    let is_of_organization = OF_ORGANIZATION.iter().any(|known| known.eq_ignore_ascii_case(&key));
    if is_of_organization {
        return subject.account.is_none_or(|account| account.organization.is_none());
    }
    !is_known && !ABSENT.iter().any(|absent| key.starts_with(absent))
}

/// Whether a network among these is one of those that AWS itself has. What is blocked for its bad name are hosts, or some of them.
fn has_wide_network(values: &Value) -> bool {
    const BITS_OF_A_FEW: u8 = 24;
    let several = values.as_array().map_or_else(|| std::slice::from_ref(values), Vec::as_slice);
    let bits = several.iter().filter_map(Value::as_str).filter_map(|network| network.split_once('/')?.1.parse().ok());
    bits.into_iter().any(|bits: u8| bits < BITS_OF_A_FEW)
}

/// Who calls as a role: its session, which a policy may name as well. AWS Lambda calls it as the function, and that is named as its role is.
fn session_of(role: &str) -> Option<String> {
    let arn = Arn::parse(role)?;
    let name = arn.resource.strip_prefix("role/")?.rsplit('/').next()?;
    Some(format!("arn:{}:sts::{}:assumed-role/{name}/{name}", arn.partition, arn.account))
}

fn name_of(principal: &str) -> &str {
    principal.rsplit('/').next().unwrap_or(principal)
}
