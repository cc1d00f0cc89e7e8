//! **The table** of condition keys.
//!
//! It says who decides the value of a key, which requests carry it, and what it proves of somebody who asks a resource or
//! trust policy from outside. A judgement looks for a request of an outsider that AWS could send: one that carries what every
//! such request carries and nothing that none does, and none of the values which prove that it is no outsider's. So a condition
//! confines a grant exactly if nobody without such a value passes it. What is not in the table proves nothing. In particular
//! these never do:
//!
//! | condition | because |
//! |---|---|
//! | `..IfExists`, `ForAllValues:` alone | a request without the key passes |
//! | `..Not..` | every other value passes |
//! | `StringLike` with `*` | every value passes |
//! | `Null` | says that a key is there, not what it is |
//! | `IpAddress` of `0.0.0.0/0`, or `0.0.0.0/1` with `128.0.0.0/1` | together they are all addresses |
//! | `aws:CurrentTime`, `aws:EpochTime` | time passes |
//! | `aws:SecureTransport`, `aws:UserAgent`, `aws:Referer`, the key ids of `s3:x-amz-server-side-encryption-..` | the caller chooses |
//! | `aws:PrincipalTag/..`, `aws:PrincipalType`, `aws:username`, `sts:ExternalId` | a stranger has them too |
//! | `aws:RequestedRegion`, `aws:ViaAWSService`, `aws:CalledVia`, `kms:ViaService` | every caller can go that way |
//! | `aws:PrincipalIsAWSService`, `aws:PrincipalServiceName` | every customer's resources make services call |
//!
//! What the claims of identity providers prove is the table of `federation`, what the holder of identity policies can have that
//! of `judge/tables/scenario.rs`.
//!
//! Sources beside those of the rows: Amazon S3 User Guide, Blocking public access, The meaning of "public" (fixed values, and no
//! address range wider than /8 for IPv4 or /32 for IPv6).

use super::key::{Carried, Key, Proof, SetBy, There};

/// IAM User Guide, AWS global condition context keys: "Availability" of each.
///
/// Of the four keys about a source: "This key is included in the request context only if the call to your resource is made
/// directly by an AWS service principal on behalf of a resource for which the configuration triggered the service-to-service
/// request." Of `aws:PrincipalServiceName` and `aws:PrincipalServiceNamesList`: "present in the request when the call is made by
/// an AWS service principal. This key is not present in any other situation"; of `aws:PrincipalIsAWSService`: "Anonymous requests
/// do not include this key".
const GLOBAL: &str = "IAM User Guide, AWS global condition context keys";

/// "Amazon EKS Pod Identity attaches tags to the temporary credentials": `eks-cluster-arn` among them.
const EKS_TAGS: &str = "Amazon EKS User Guide, Grant Pods access to AWS resources based on tags";

/// "AWS:Referer": the account whose rule receives the email. Of everybody else it is a header.
const SES: &str = "Amazon SES Developer Guide, Giving permissions to Amazon SES for email receiving";

const SNS_KEYS: &str = "Amazon SNS Developer Guide, Amazon SNS policy keys";
const EC2_KEYS: &str = "Service Authorization Reference, Amazon EC2";
const EFS_KEYS: &str = "Amazon EFS User Guide, Using IAM to control file system data access";
/// Services put the ARN of the trail, the log group, .. that they work for into the encryption context: "kms:EncryptionContext:context-key".
const KMS_KEYS: &str = "AWS KMS Developer Guide, AWS KMS condition keys";

/// "the token that the invoker must supply": the id of one skill of Alexa.
const LAMBDA_KEYS: &str = "AWS Lambda API Reference, AddPermission";

/// `NONE`: "Lambda doesn't perform any authentication before invoking your function".
const LAMBDA_URLS: &str = "AWS Lambda Developer Guide, Control access to Lambda function URLs";

const S3_KEYS: &str = "Service Authorization Reference, Amazon S3";
const STS_KEYS: &str = "IAM User Guide, IAM and AWS STS condition context keys";
const LATTICE_KEYS: &str = "Amazon VPC Lattice User Guide, Auth policies, Condition keys";

/// No request.
const NOBODY: Carried =
    Carried { principal: There::Never, service: There::Never, provider: There::Never, nobody: There::Never };

/// Some requests of whomever.
const ANYBODY: Carried =
    Carried { principal: There::Some, service: There::Some, provider: There::Some, nobody: There::Some };

/// Some requests of IAM principals.
const PRINCIPALS: Carried = Carried { principal: There::Some, ..NOBODY };

/// Some requests that AWS services make by themselves.
const SERVICES: Carried = Carried { service: There::Some, ..NOBODY };

/// Some requests that people and their programs make: services do not come through the endpoints of VPCs.
const BUT_SERVICES: Carried = Carried { service: There::Never, ..ANYBODY };

/// Every request: "This key is always included in the request context".
const fn always(usual: &'static str) -> Carried {
    let there = There::Always(usual);
    Carried { principal: there, service: there, provider: there, nobody: there }
}

/// Keys by their name, sorted.
pub(super) static KEYS: &[Key] = &[
    Key { name: "aws:assumedroot", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key { name: "aws:calledvia", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key { name: "aws:calledviafirst", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key { name: "aws:calledvialast", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key {
        name: "aws:chatbotsourcearn",
        set_by: SetBy::Aws,
        carried: PRINCIPALS,
        proof: Some(Proof::Arn),
        source: GLOBAL,
    },
    Key {
        name: "aws:currenttime",
        set_by: SetBy::Aws,
        carried: always("2026-06-01T12:00:00Z"),
        proof: None,
        source: GLOBAL,
    },
    Key {
        name: "aws:ec2instancesourceprivateipv4",
        set_by: SetBy::Aws,
        carried: PRINCIPALS,
        proof: None,
        source: GLOBAL,
    },
    Key {
        name: "aws:ec2instancesourcevpc",
        set_by: SetBy::Aws,
        carried: PRINCIPALS,
        proof: Some(Proof::Fixed),
        source: GLOBAL,
    },
    Key { name: "aws:epochtime", set_by: SetBy::Aws, carried: always("1780315200"), proof: None, source: GLOBAL },
    Key {
        name: "aws:federatedprovider",
        set_by: SetBy::Aws,
        carried: Carried { provider: There::Name, ..PRINCIPALS },
        proof: None,
        source: GLOBAL,
    },
    Key { name: "aws:multifactorauthage", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key { name: "aws:multifactorauthpresent", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key {
        name: "aws:principalaccount",
        set_by: SetBy::Aws,
        carried: PRINCIPALS,
        proof: Some(Proof::Account),
        source: GLOBAL,
    },
    Key { name: "aws:principalarn", set_by: SetBy::Aws, carried: PRINCIPALS, proof: Some(Proof::Arn), source: GLOBAL },
    Key {
        name: "aws:principalisawsservice",
        set_by: SetBy::Aws,
        carried: Carried {
            principal: There::Is("false"),
            service: There::Is("true"),
            provider: There::Is("false"),
            nobody: There::Never,
        },
        proof: None,
        source: GLOBAL,
    },
    Key {
        name: "aws:principalorgid",
        set_by: SetBy::Aws,
        carried: PRINCIPALS,
        proof: Some(Proof::Organization),
        source: GLOBAL,
    },
    Key {
        name: "aws:principalorgpaths",
        set_by: SetBy::Aws,
        carried: PRINCIPALS,
        proof: Some(Proof::OrganizationPath),
        source: GLOBAL,
    },
    Key {
        name: "aws:principalservicename",
        set_by: SetBy::Aws,
        carried: Carried { service: There::Name, ..NOBODY },
        proof: None,
        source: GLOBAL,
    },
    Key {
        name: "aws:principalservicenameslist",
        set_by: SetBy::Aws,
        carried: Carried { service: There::Names, ..NOBODY },
        proof: None,
        source: GLOBAL,
    },
    Key {
        name: "aws:principaltype",
        set_by: SetBy::Aws,
        carried: Carried { principal: There::Always("AssumedRole"), ..ANYBODY },
        proof: None,
        source: GLOBAL,
    },
    Key {
        name: "aws:referer",
        set_by: SetBy::Caller,
        carried: ANYBODY,
        proof: Some(Proof::AccountFor("ses.amazonaws.com")),
        source: SES,
    },
    Key { name: "aws:requestedregion", set_by: SetBy::Aws, carried: always("us-east-1"), proof: None, source: GLOBAL },
    Key {
        name: "aws:requesttag/eks-cluster-arn",
        set_by: SetBy::Caller,
        carried: ANYBODY,
        proof: Some(Proof::ArnFor("pods.eks.amazonaws.com")),
        source: EKS_TAGS,
    },
    Key { name: "aws:resourceaccount", set_by: SetBy::Resource, carried: ANYBODY, proof: None, source: GLOBAL },
    Key { name: "aws:resourceorgid", set_by: SetBy::Resource, carried: ANYBODY, proof: None, source: GLOBAL },
    Key { name: "aws:resourceorgpaths", set_by: SetBy::Resource, carried: ANYBODY, proof: None, source: GLOBAL },
    Key { name: "aws:securetransport", set_by: SetBy::Aws, carried: always("true"), proof: None, source: GLOBAL },
    Key {
        name: "aws:sourceaccount",
        set_by: SetBy::Aws,
        carried: SERVICES,
        proof: Some(Proof::Account),
        source: GLOBAL,
    },
    Key { name: "aws:sourcearn", set_by: SetBy::Aws, carried: SERVICES, proof: Some(Proof::SourceArn), source: GLOBAL },
    Key { name: "aws:sourceidentity", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key {
        name: "aws:sourceip",
        set_by: SetBy::Aws,
        carried: ANYBODY,
        proof: Some(Proof::NarrowNetwork),
        source: GLOBAL,
    },
    Key {
        name: "aws:sourceorgid",
        set_by: SetBy::Aws,
        carried: SERVICES,
        proof: Some(Proof::Organization),
        source: GLOBAL,
    },
    Key {
        name: "aws:sourceorgpaths",
        set_by: SetBy::Aws,
        carried: SERVICES,
        proof: Some(Proof::OrganizationPath),
        source: GLOBAL,
    },
    Key {
        name: "aws:sourceowner",
        set_by: SetBy::Aws,
        carried: Carried { principal: There::Some, service: There::Some, ..NOBODY },
        proof: Some(Proof::Account),
        source: SNS_KEYS,
    },
    Key { name: "aws:sourcevpc", set_by: SetBy::Aws, carried: BUT_SERVICES, proof: Some(Proof::Fixed), source: GLOBAL },
    Key {
        name: "aws:sourcevpcarn",
        set_by: SetBy::Aws,
        carried: BUT_SERVICES,
        proof: Some(Proof::Arn),
        source: GLOBAL,
    },
    Key {
        name: "aws:sourcevpce",
        set_by: SetBy::Aws,
        carried: BUT_SERVICES,
        proof: Some(Proof::Fixed),
        source: GLOBAL,
    },
    Key { name: "aws:tagkeys", set_by: SetBy::Caller, carried: ANYBODY, proof: None, source: GLOBAL },
    Key { name: "aws:tokenissuetime", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key { name: "aws:useragent", set_by: SetBy::Caller, carried: ANYBODY, proof: None, source: GLOBAL },
    Key {
        name: "aws:userid",
        set_by: SetBy::Aws,
        carried: Carried { principal: There::Always("AROAEXAMPLEEXAMPLE123:example"), ..ANYBODY },
        proof: Some(Proof::UniqueId),
        source: GLOBAL,
    },
    Key { name: "aws:username", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key {
        name: "aws:viaawsservice",
        set_by: SetBy::Aws,
        carried: Carried {
            principal: There::Always("false"),
            service: There::Is("false"),
            provider: There::Is("false"),
            nobody: There::Is("false"),
        },
        proof: None,
        source: GLOBAL,
    },
    Key {
        name: "aws:vpceaccount",
        set_by: SetBy::Aws,
        carried: BUT_SERVICES,
        proof: Some(Proof::Account),
        source: GLOBAL,
    },
    Key {
        name: "aws:vpceorgid",
        set_by: SetBy::Aws,
        carried: BUT_SERVICES,
        proof: Some(Proof::Organization),
        source: GLOBAL,
    },
    Key {
        name: "aws:vpceorgpaths",
        set_by: SetBy::Aws,
        carried: BUT_SERVICES,
        proof: Some(Proof::OrganizationPath),
        source: GLOBAL,
    },
    Key { name: "aws:vpcsourceip", set_by: SetBy::Aws, carried: BUT_SERVICES, proof: None, source: GLOBAL },
    Key { name: "ec2:instanceprofile", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: EC2_KEYS },
    Key { name: "ec2:roledelivery", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key {
        name: "ec2:sourceinstancearn",
        set_by: SetBy::Aws,
        carried: PRINCIPALS,
        proof: Some(Proof::Arn),
        source: GLOBAL,
    },
    Key {
        name: "elasticfilesystem:accessedviamounttarget",
        set_by: SetBy::Aws,
        carried: ANYBODY,
        proof: Some(Proof::True),
        source: EFS_KEYS,
    },
    Key { name: "glue:credentialissuingservice", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key { name: "glue:roleassumedby", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key { name: "identitystore:userid", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key {
        name: "kms:calleraccount",
        set_by: SetBy::Aws,
        carried: PRINCIPALS,
        proof: Some(Proof::Account),
        source: KMS_KEYS,
    },
    Key {
        name: "kms:grantisforawsresource",
        set_by: SetBy::Aws,
        carried: Carried { service: There::Some, ..PRINCIPALS },
        proof: None,
        source: KMS_KEYS,
    },
    Key { name: "kms:viaservice", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: KMS_KEYS },
    Key {
        name: "lambda:eventsourcetoken",
        set_by: SetBy::Aws,
        carried: SERVICES,
        proof: Some(Proof::Fixed),
        source: LAMBDA_KEYS,
    },
    Key {
        name: "lambda:functionurlauthtype",
        set_by: SetBy::Resource,
        carried: BUT_SERVICES,
        proof: None,
        source: LAMBDA_URLS,
    },
    Key {
        name: "lambda:sourcefunctionarn",
        set_by: SetBy::Aws,
        carried: PRINCIPALS,
        proof: Some(Proof::Arn),
        source: GLOBAL,
    },
    Key {
        name: "s3:accessgrantsinstancearn",
        set_by: SetBy::Resource,
        carried: ANYBODY,
        proof: Some(Proof::Arn),
        source: S3_KEYS,
    },
    Key {
        name: "s3:accesspointnetworkorigin",
        set_by: SetBy::Resource,
        carried: ANYBODY,
        proof: None,
        source: S3_KEYS,
    },
    Key {
        name: "s3:dataaccesspointaccount",
        set_by: SetBy::Resource,
        carried: ANYBODY,
        proof: Some(Proof::Account),
        source: S3_KEYS,
    },
    Key {
        name: "s3:dataaccesspointarn",
        set_by: SetBy::Resource,
        carried: ANYBODY,
        proof: Some(Proof::Arn),
        source: S3_KEYS,
    },
    Key {
        name: "saml:namequalifier",
        set_by: SetBy::Provider,
        carried: Carried { provider: There::Some, ..PRINCIPALS },
        proof: Some(Proof::Fixed),
        source: STS_KEYS,
    },
    Key {
        name: "saml:sub",
        set_by: SetBy::Provider,
        carried: Carried { provider: There::Some, ..PRINCIPALS },
        proof: Some(Proof::Fixed),
        source: STS_KEYS,
    },
    Key {
        name: "ssm:sourceinstancearn",
        set_by: SetBy::Aws,
        carried: PRINCIPALS,
        proof: Some(Proof::Arn),
        source: GLOBAL,
    },
    Key { name: "sts:externalid", set_by: SetBy::Caller, carried: ANYBODY, proof: None, source: STS_KEYS },
    Key {
        name: "sts:rolesessionname",
        set_by: SetBy::Caller,
        carried: ANYBODY,
        proof: Some(Proof::SessionName),
        source: STS_KEYS,
    },
    Key {
        name: "vpc-lattice-svcs:sourcevpc",
        set_by: SetBy::Aws,
        carried: BUT_SERVICES,
        proof: Some(Proof::Fixed),
        source: LATTICE_KEYS,
    },
    Key {
        name: "vpc-lattice-svcs:sourcevpcowneraccount",
        set_by: SetBy::Aws,
        carried: BUT_SERVICES,
        proof: Some(Proof::Account),
        source: LATTICE_KEYS,
    },
];

/// Keys that begin alike.
pub(super) static FAMILIES: &[Key] = &[
    Key { name: "aws:principaltag/", set_by: SetBy::Aws, carried: PRINCIPALS, proof: None, source: GLOBAL },
    Key { name: "aws:requesttag/", set_by: SetBy::Caller, carried: ANYBODY, proof: None, source: GLOBAL },
    Key { name: "aws:resourcetag/", set_by: SetBy::Resource, carried: ANYBODY, proof: None, source: GLOBAL },
    Key {
        name: "kms:encryptioncontext:",
        set_by: SetBy::Caller,
        carried: Carried { service: There::Some, ..PRINCIPALS },
        proof: Some(Proof::ArnOfService),
        source: KMS_KEYS,
    },
    Key {
        name: "kms:encryptioncontextkeys",
        set_by: SetBy::Caller,
        carried: Carried { service: There::Some, ..PRINCIPALS },
        proof: None,
        source: KMS_KEYS,
    },
];
