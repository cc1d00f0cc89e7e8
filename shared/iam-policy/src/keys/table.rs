//! **The table** of condition keys.
//!
//! It says who decides the value of a key, which requests carry it, what it proves of somebody who asks a resource or trust policy
//! from outside, and what a holder of identity policies can have of it.
//!
//! A judgement looks for a request of an outsider that AWS could send: one that carries what every such request carries and nothing
//! that none does, and none of the values which prove that it is no outsider's. So a condition confines a grant exactly if nobody
//! without such a value passes it. What is not in the table proves nothing. In particular these never do:
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
//! What the claims of identity providers prove is the table of `federation`.
//!
//! And it says what a holder of identity policies who looks for a way can have in a request, and what it cannot: a condition
//! confines a grant if the holder cannot satisfy it by choice. Where a row says nothing of it, it can be anything, because the
//! holder, or whoever writes the policy, chooses it: `aws:SourceIp`, `aws:MultiFactorAuthPresent`, `aws:RequestedRegion`,
//! `aws:CalledVia`, .. `aws:PrincipalAccount` and `aws:ResourceAccount` are known: both are the holder's own account. What names the
//! target of a request, the role that it gives away or whom it lets in is nothing that a policy names one by one, because the holder would
//! take another. What says where something runs, or with which key it is encrypted, can be anything.
//! A key of a service comes with its own actions only, and some of its keys with some of them: `data.rs` is generated from the reference.
//!
//! Sources beside those of the rows: Amazon S3 User Guide, Blocking public access, The meaning of "public" (fixed values, and no
//! address range wider than /8 for IPv4 or /32 for IPv6).

use super::key::{Assumed, Carried, Key, Of, Proof, Rule, SetBy, There};
use Proof::{
    Account, AccountFor, Arn, ArnFor, ArnOfService, Fixed, NarrowNetwork, Organization, OrganizationPath, SessionName,
    SourceArn, True, UniqueId,
};

/// IAM User Guide, AWS global condition context keys: "Availability" of each.
///
/// Of the four keys about a source: "This key is included in the request context only if the call to your resource is made
/// directly by an AWS service principal on behalf of a resource for which the configuration triggered the service-to-service
/// request." Of `aws:PrincipalServiceName` and `aws:PrincipalServiceNamesList`: "present in the request when the call is made by
/// an AWS service principal. This key is not present in any other situation"; of `aws:PrincipalIsAWSService`: "Anonymous requests
/// do not include this key".
const GLOBAL: &str = "IAM User Guide, AWS global condition context keys";

/// "EKS Pod Identity attaches tags to the temporary credentials to each pod with attributes such as cluster name, namespace, service account
/// name": `eks-cluster-arn` among them.
const EKS_TAGS: &str = "Amazon EKS User Guide, Grant Pods access to AWS resources based on tags";

/// "AWS:Referer": the account whose rule receives the email. Of everybody else it is a header.
const SES: &str = "Amazon SES Developer Guide, Giving permissions to Amazon SES for email receiving";

const SNS_KEYS: &str = "Amazon SNS Developer Guide, Amazon SNS policy keys";
const EC2_KEYS: &str = "Service Authorization Reference, Amazon EC2";
const EFS_KEYS: &str = "Amazon EFS User Guide, Using IAM to control file system data access";

/// Services put the ARN of the trail, the log group, .. that they work for into the encryption context: "kms:EncryptionContext:context-key".
const KMS_KEYS: &str = "AWS KMS Developer Guide, AWS KMS condition keys";

const IAM_KEYS: &str = "IAM User Guide, IAM and AWS STS condition context keys";
const ROOT_KEYS: &str = "AWS STS API Reference, AssumeRoot";
const EC2_TAGS: &str = "Amazon EC2 User Guide, Grant permission to tag resources during creation";

/// "the token that the invoker must supply": the id of one skill of Alexa.
const LAMBDA_KEYS: &str = "AWS Lambda API Reference, AddPermission";

/// `NONE`: "Lambda doesn't perform any authentication before invoking your function".
const LAMBDA_URLS: &str = "AWS Lambda Developer Guide, Control access to Lambda function URLs";

const LAMBDA_REFERENCE: &str = "Service Authorization Reference, AWS Lambda";
const RAM_KEYS: &str = "AWS RAM User Guide, How AWS RAM works with IAM, Condition keys";
const REDSHIFT_KEYS: &str = "Service Authorization Reference, Amazon Redshift";
const STACK_KEYS: &str = "AWS CloudFormation User Guide, Control access with IAM, Condition keys";
const BUILD_KEYS: &str = "Service Authorization Reference, AWS CodeBuild";
const ECS_KEYS: &str = "Service Authorization Reference, Amazon Elastic Container Service";
const EKS_KEYS: &str = "Service Authorization Reference, Amazon Elastic Kubernetes Service";
const EMR_KEYS: &str = "Service Authorization Reference, Amazon EMR, Amazon EMR on EKS";
const RDS_KEYS: &str = "Amazon RDS User Guide, Using IAM policy conditions, custom tags";
const SECRET_KEYS: &str = "Service Authorization Reference, AWS Secrets Manager";

/// "represents the first key of a table - in other words, the partition key": with every request that names an item. No scan has it.
const ITEM_KEYS: &str = "Amazon DynamoDB Developer Guide, Using IAM policy conditions for fine-grained access control";

/// "Canned ACL": the other lists let in their owner, the bucket's and services of AWS.
const S3_LISTS: &str = "Amazon S3 User Guide, Access control list (ACL) overview";

/// "the session tags [..] are the x509 fields", and the source identity is the common name.
const ANYWHERE: &str = "IAM Roles Anywhere User Guide, Trust model";

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

/// The same, and those that a service makes with what a certificate says.
const CERTIFICATES: Carried = Carried { service: There::Some, ..PRINCIPALS };

/// Every request: "This key is always included in the request context".
const fn always(usual: &'static str) -> Carried {
    let there = There::Always(usual);
    Carried { principal: there, service: there, provider: there, nobody: there }
}

/// Requests that are signed, by whomever.
const SIGNED: Carried = Carried { principal: There::Some, service: There::Some, ..NOBODY };

/// Assertions, and the sessions that begin with one.
const ASSERTIONS: Carried = Carried { provider: There::Some, ..PRINCIPALS };

/// Tokens and assertions, which say by whom, and the sessions that begin with one.
const SESSIONS: Carried = Carried { provider: There::Name, ..PRINCIPALS };

const SERVICES_BY_NAME: Carried = Carried { service: There::Name, ..NOBODY };
const SERVICES_BY_NAMES: Carried = Carried { service: There::Names, ..NOBODY };

const IS_SERVICE: Carried = Carried {
    principal: There::Is("false"),
    service: There::Is("true"),
    provider: There::Is("false"),
    nobody: There::Never,
};

/// Of requests that a service makes with somebody's credentials.
const THROUGH_SERVICE: Carried = Carried { principal: There::Always("false"), ..is("false") };

/// Every request of an IAM principal, and some of others.
const fn principals_always(usual: &'static str) -> Carried {
    Carried { principal: There::Always(usual), ..ANYBODY }
}

/// Every request, with this value.
const fn is(value: &'static str) -> Carried {
    let there = There::Is(value);
    Carried { principal: there, service: there, provider: there, nobody: there }
}

/// Of the judged actions of IAM, those that make or tag something carry tags; of KMS, none does.
const REQUEST_TAGS: &[Rule] = &[
    of(Of::Only("iam:createrole"), Assumed::Anything),
    of(Of::Only("iam:createuser"), Assumed::Anything),
    of(Of::Only("iam:createpolicy"), Assumed::Anything),
    of(Of::Begins("iam:tag"), Assumed::Anything),
    of(Of::Begins("iam:"), Assumed::Nothing),
    of(Of::Only("kms:tagresource"), Assumed::Anything),
    of(Of::Begins("kms:"), Assumed::Nothing),
];

/// Of the holder, the cluster does not matter where it runs something of its own; it does where that is what it is after.
const CLUSTERS: &[Rule] = &[
    of(Of::Only("ecs:runtask"), Assumed::Anything),
    of(Of::Only("ecs:starttask"), Assumed::Anything),
    of(Of::Begins("ecs:create"), Assumed::Anything),
    of(Of::Begins("ecs:register"), Assumed::Anything),
    any(Assumed::Perhaps(&["arn:{partition}:ecs:{region}:{account}:cluster/{unnamed}"])),
];

/// A list that is given by its name opens what it is set on, if it is one of these; the list itself can be given instead.
const OPEN_LISTS: &[Rule] = &[
    of(Of::Only("s3:putbucketacl"), OPEN_LIST),
    of(Of::Only("s3:putobjectacl"), OPEN_LIST),
    of(Of::Only("s3:putobjectversionacl"), OPEN_LIST),
];
const OPEN_LIST: Assumed = Assumed::Perhaps(&["public-read", "public-read-write", "authenticated-read"]);

/// To whom the list gives something.
const GRANTS: &[Rule] = &[
    of(Of::Only("s3:putbucketacl"), SOMEBODY),
    of(Of::Only("s3:putobjectacl"), SOMEBODY),
    of(Of::Only("s3:putobjectversionacl"), SOMEBODY),
];
/// "You specify each grantee as a type=value pair, where the type is one of the following: id, uri, emailAddress" (Amazon S3 API Reference,
/// PutBucketAcl): somebody whom no policy names, or everybody.
const SOMEBODY: Assumed = Assumed::UnnamedOf(&[
    "{unnamed}",
    "id={unnamed}",
    "id=\"{unnamed}\"",
    "uri=http://acs.amazonaws.com/groups/global/AllUsers",
    "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"",
    "uri=http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
    "uri=\"http://acs.amazonaws.com/groups/global/AuthenticatedUsers\"",
]);

/// Through a service data is decrypted that the service holds for somebody, and grants are for its own use.
const DIRECT: &[Rule] = &[
    of(Of::Only("kms:decrypt"), Assumed::Nothing),
    of(Of::Only("kms:reencryptfrom"), Assumed::Nothing),
    of(Of::Only("kms:creategrant"), Assumed::Nothing),
];
const NOT_THROUGH_SERVICES: &[Rule] = &[
    of(Of::Only("kms:decrypt"), Assumed::OneOf(&["false"])),
    of(Of::Only("kms:reencryptfrom"), Assumed::OneOf(&["false"])),
    of(Of::Only("kms:creategrant"), Assumed::OneOf(&["false"])),
];

/// The role is what the holder is after: one has to be given, and not one that is named.
const A_ROLE: Assumed = Assumed::OneOf(&["arn:{partition}:iam::{account}:role/{unnamed}"]);
const PERHAPS_A_ROLE: Assumed = Assumed::Perhaps(&["arn:{partition}:iam::{account}:role/{unnamed}"]);
const A_PROFILE: Assumed = Assumed::OneOf(&["arn:{partition}:iam::{account}:instance-profile/{unnamed}"]);
const PERHAPS_A_PROFILE: Assumed = Assumed::Perhaps(&["arn:{partition}:iam::{account}:instance-profile/{unnamed}"]);

/// Templates of the holder's own: in the request itself, or wherever it has put them.
const A_TEMPLATE: Assumed = Assumed::Perhaps(&[
    "https://{unnamed}.s3.amazonaws.com/{unnamed}",
    "https://s3.amazonaws.com/{unnamed}/{unnamed}",
    "https://{unnamed}.s3.{region}.amazonaws.com/{unnamed}",
    "https://s3.{region}.amazonaws.com/{unnamed}/{unnamed}",
]);

/// Types of which a stack can do something that its role may and the holder may not.
const STRONG_TYPES: Assumed = Assumed::Perhaps(&[
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::User",
    "AWS::Lambda::Function",
    "AWS::EC2::Instance",
    "AWS::CloudFormation::CustomResource",
    "Custom::Resource",
]);

/// "Access policy permissions" that bring more than a look at what is there.
const STRONG_ACCESS: Assumed = Assumed::OneOf(&[
    "arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
    "arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy",
    "arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
]);

/// Items of whomever.
const AN_ITEM: &[Rule] = &[any(Assumed::OneOf(&["{unnamed}"]))];

/// "The alias name must begin with alias/ followed by a name" (AWS KMS API Reference, CreateAlias).
const AN_ALIAS: Assumed = Assumed::UnnamedOf(&["alias/{unnamed}"]);

/// What services put into the encryption context: mostly the ARN of what they encrypt (AWS KMS Developer Guide, "Encryption context"; the guide of
/// each service). Whoever encrypts by himself writes what he likes.
const A_CONTEXT: Assumed = Assumed::UnnamedOf(&[
    "{unnamed}",
    "{account}",
    "vol-1023456789abcdef0",
    "arn:{partition}:s3:::{unnamed}",
    "arn:{partition}:s3:::{unnamed}/{unnamed}",
    "arn:{partition}:cloudtrail:{region}:{account}:trail/{unnamed}",
    "arn:{partition}:dynamodb:{region}:{account}:table/{unnamed}",
    "arn:{partition}:kinesis:{region}:{account}:stream/{unnamed}",
    "arn:{partition}:lambda:{region}:{account}:function:{unnamed}",
    "arn:{partition}:logs:{region}:{account}:log-group:{unnamed}",
    "arn:{partition}:secretsmanager:{region}:{account}:secret:{unnamed}-1a2b3c",
    "arn:{partition}:sns:{region}:{account}:{unnamed}",
    "arn:{partition}:sqs:{region}:{account}:{unnamed}",
    "arn:{partition}:ssm:{region}:{account}:parameter/{unnamed}",
    "arn:{partition}:states:{region}:{account}:stateMachine:{unnamed}",
]);

/// What CloudFormation tags what a stack makes with (AWS CloudFormation User Guide, "Resource tags").
const A_STACK: Assumed = Assumed::UnnamedOf(&[
    "arn:{partition}:cloudformation:{region}:{account}:stack/{unnamed}/10234567-1023-4102-8102-1023456789ab",
]);

/// The keys of these.
const KEYS_OF_CONTEXTS: Assumed = Assumed::UnnamedOf(&[
    "{unnamed}",
    "PARAMETER_ARN",
    "SecretARN",
    "aws:cloudtrail:arn",
    "aws:dynamodb:tableName",
    "aws:ebs:id",
    "aws:kinesis:arn",
    "aws:lambda:FunctionArn",
    "aws:logs:arn",
    "aws:s3:arn",
    "aws:sns:topicArn",
    "aws:sqs:arn",
]);

const fn of(of: Of, is: Assumed) -> Rule {
    Rule { of, is }
}

const fn any(is: Assumed) -> Rule {
    of(Of::Any, is)
}

const fn caller(name: &'static str, carried: Carried) -> Key {
    Key::new(name, SetBy::Caller, carried, GLOBAL)
}

const fn aws(name: &'static str, carried: Carried) -> Key {
    Key::new(name, SetBy::Aws, carried, GLOBAL)
}

const fn resource(name: &'static str, carried: Carried) -> Key {
    Key::new(name, SetBy::Resource, carried, GLOBAL)
}

const fn provider(name: &'static str, carried: Carried) -> Key {
    Key::new(name, SetBy::Provider, carried, GLOBAL)
}

/// Keys by their name, sorted.
pub(super) static KEYS: &[Key] = &[
    aws("aws:assumedroot", PRINCIPALS),
    aws("aws:calledvia", PRINCIPALS).leaves(DIRECT),
    aws("aws:calledviafirst", PRINCIPALS).leaves(DIRECT),
    aws("aws:calledvialast", PRINCIPALS).leaves(DIRECT),
    aws("aws:chatbotsourcearn", PRINCIPALS).proves(Arn),
    // Time passes.
    aws("aws:currenttime", always("2026-06-01T12:00:00Z")).leaves(&[any(Assumed::Now)]),
    aws("aws:ec2instancesourceprivateipv4", PRINCIPALS),
    aws("aws:ec2instancesourcevpc", PRINCIPALS).proves(Fixed),
    aws("aws:epochtime", always("1780315200")).leaves(&[any(Assumed::Now)]),
    aws("aws:federatedprovider", SESSIONS).proves(Arn),
    aws("aws:multifactorauthage", PRINCIPALS),
    aws("aws:multifactorauthpresent", PRINCIPALS),
    aws("aws:principalaccount", PRINCIPALS).proves(Account),
    aws("aws:principalarn", PRINCIPALS).proves(Arn),
    aws("aws:principalisawsservice", IS_SERVICE),
    aws("aws:principalorgid", PRINCIPALS).proves(Organization),
    aws("aws:principalorgpaths", PRINCIPALS).proves(OrganizationPath),
    aws("aws:principalservicename", SERVICES_BY_NAME),
    aws("aws:principalservicenameslist", SERVICES_BY_NAMES),
    // The holder of an identity policy is no root user.
    aws("aws:principaltype", principals_always("AssumedRole")).leaves(&[any(Assumed::OneOf(&[
        "AssumedRole",
        "User",
        "FederatedUser",
    ]))]),
    caller("aws:referer", ANYBODY).proves(AccountFor("ses.amazonaws.com")).says(SES),
    aws("aws:requestedregion", always("us-east-1")),
    caller("aws:requesttag/eks-cluster-arn", ANYBODY)
        .proves(ArnFor("pods.eks.amazonaws.com"))
        .leaves(REQUEST_TAGS)
        .says(EKS_TAGS),
    resource("aws:resourceaccount", ANYBODY),
    resource("aws:resourceorgid", ANYBODY),
    resource("aws:resourceorgpaths", ANYBODY),
    // Nobody sets it: "arn:aws:cloudformation:us-east-1:123456789012:stack/mystack/..".
    resource("aws:resourcetag/aws:cloudformation:stack-id", ANYBODY).leaves(&[any(A_STACK)]),
    aws("aws:securetransport", always("true")),
    aws("aws:sourceaccount", SERVICES).proves(Account),
    aws("aws:sourcearn", SERVICES).proves(SourceArn),
    aws("aws:sourceidentity", CERTIFICATES).says(ANYWHERE),
    aws("aws:sourceip", ANYBODY).proves(NarrowNetwork),
    aws("aws:sourceorgid", SERVICES).proves(Organization),
    aws("aws:sourceorgpaths", SERVICES).proves(OrganizationPath),
    aws("aws:sourceowner", SIGNED).proves(Account).says(SNS_KEYS),
    aws("aws:sourcevpc", BUT_SERVICES).proves(Fixed),
    aws("aws:sourcevpcarn", BUT_SERVICES).proves(Arn),
    aws("aws:sourcevpce", BUT_SERVICES).proves(Fixed),
    caller("aws:tagkeys", ANYBODY).leaves(REQUEST_TAGS),
    aws("aws:tokenissuetime", PRINCIPALS).leaves(&[any(Assumed::Now)]),
    caller("aws:useragent", ANYBODY),
    aws("aws:userid", principals_always("AROAEXAMPLEEXAMPLE123:example")).proves(UniqueId),
    aws("aws:username", PRINCIPALS),
    aws("aws:viaawsservice", THROUGH_SERVICE).leaves(NOT_THROUGH_SERVICES),
    aws("aws:vpceaccount", BUT_SERVICES).proves(Account),
    aws("aws:vpceorgid", BUT_SERVICES).proves(Organization),
    aws("aws:vpceorgpaths", BUT_SERVICES).proves(OrganizationPath),
    aws("aws:vpcsourceip", BUT_SERVICES),
    caller("cloudformation:resourcetypes", PRINCIPALS).leaves(&[any(STRONG_TYPES)]).says(STACK_KEYS),
    caller("cloudformation:rolearn", PRINCIPALS)
        .leaves(&[of(Of::Only("cloudformation:createstack"), A_ROLE), any(PERHAPS_A_ROLE)])
        .says(STACK_KEYS),
    caller("cloudformation:templateurl", PRINCIPALS).leaves(&[any(A_TEMPLATE)]).says(STACK_KEYS),
    caller("codebuild:buildbatchconfig.servicerole", PRINCIPALS).leaves(&[any(PERHAPS_A_ROLE)]).says(BUILD_KEYS),
    caller("codebuild:servicerole", PRINCIPALS)
        .leaves(&[of(Of::Only("codebuild:createproject"), A_ROLE), any(PERHAPS_A_ROLE)])
        .says(BUILD_KEYS),
    resource("dynamodb:firstpartitionkeyvalues", PRINCIPALS).leaves(AN_ITEM).says(ITEM_KEYS),
    resource("dynamodb:leadingkeys", PRINCIPALS).leaves(AN_ITEM).says(ITEM_KEYS),
    // Which of its attributes an action is about.
    caller("ec2:attribute", PRINCIPALS)
        .leaves(&[of(Of::Only("ec2:modifyinstanceattribute"), Assumed::OneOf(&["UserData", "userData"]))])
        .says(EC2_KEYS),
    caller("ec2:instanceprofile", PRINCIPALS)
        .leaves(&[of(Of::Only("ec2:runinstances"), A_PROFILE), any(PERHAPS_A_PROFILE)])
        .says(EC2_KEYS),
    // What a service manages, itself changes.
    resource("ec2:managedresourceoperator", SIGNED).leaves(&[any(Assumed::Nothing)]).says(EC2_KEYS),
    caller("ec2:newinstanceprofile", PRINCIPALS)
        .leaves(&[
            of(Of::Only("ec2:associateiaminstanceprofile"), A_PROFILE),
            of(Of::Only("ec2:replaceiaminstanceprofileassociation"), A_PROFILE),
            any(PERHAPS_A_PROFILE),
        ])
        .says(EC2_KEYS),
    resource("ec2:region", SIGNED).says(EC2_KEYS),
    aws("ec2:roledelivery", PRINCIPALS).everywhere(),
    aws("ec2:sourceinstancearn", PRINCIPALS).proves(Arn).everywhere(),
    resource("ecs:cluster", PRINCIPALS).leaves(CLUSTERS).says(ECS_KEYS),
    resource("eks:clustername", PRINCIPALS).leaves(&[any(Assumed::Unnamed)]).says(EKS_KEYS),
    caller("eks:policyarn", PRINCIPALS)
        .leaves(&[of(Of::Only("eks:associateaccesspolicy"), STRONG_ACCESS)])
        .says(EKS_KEYS),
    aws("elasticfilesystem:accessedviamounttarget", ANYBODY).proves(True).says(EFS_KEYS),
    caller("elasticmapreduce:executionrolearn", PRINCIPALS).leaves(&[any(PERHAPS_A_ROLE)]).says(EMR_KEYS),
    caller("emr-containers:executionrolearn", PRINCIPALS)
        .leaves(&[of(Of::Only("emr-containers:startjobrun"), A_ROLE), any(PERHAPS_A_ROLE)])
        .says(EMR_KEYS),
    aws("glue:credentialissuingservice", PRINCIPALS).everywhere(),
    aws("glue:roleassumedby", PRINCIPALS).everywhere(),
    // Only that service gives the role's permissions away.
    caller("iam:passedtoservice", PRINCIPALS)
        .leaves(&[of(Of::Only("iam:passrole"), Assumed::NeededService), any(Assumed::Nothing)])
        .says(IAM_KEYS),
    // The holder would take another. Of what takes one away it says which: that one.
    caller("iam:permissionsboundary", PRINCIPALS)
        .leaves(&[
            of(Of::Only("iam:deleterolepermissionsboundary"), Assumed::Anything),
            of(Of::Only("iam:deleteuserpermissionsboundary"), Assumed::Anything),
            any(Assumed::Unconfining),
        ])
        .says(IAM_KEYS),
    caller("iam:policyarn", PRINCIPALS)
        .leaves(&[of(Of::Begins("iam:attach"), Assumed::UnconfiningPolicy), any(Assumed::Nothing)])
        .says(IAM_KEYS),
    // What AWS has made of a template of its own is not what the holder would make.
    aws("iam:roletemplatearn", PRINCIPALS).leaves(&[any(Assumed::Nothing)]).says(IAM_KEYS),
    aws("identitystore:userid", PRINCIPALS).everywhere(),
    aws("kms:calleraccount", PRINCIPALS).proves(Account).leaves(&[any(Assumed::Nothing)]).says(KMS_KEYS),
    // Only where "the grantee principal is an AWS service principal" there is a source.
    caller("kms:grantconstraintsourcearn", SIGNED).leaves(&[any(Assumed::Nothing)]).says(KMS_KEYS),
    caller("kms:granteeprincipal", SIGNED).leaves(&[of(Of::Only("kms:creategrant"), Assumed::Holder)]).says(KMS_KEYS),
    caller("kms:granteeserviceprincipal", SIGNED).leaves(&[any(Assumed::Nothing)]).says(KMS_KEYS),
    // The holder asks for itself.
    aws("kms:grantisforawsresource", SIGNED).leaves(&[any(Assumed::False)]).says(KMS_KEYS),
    // A grant of something else is no way to decrypt, nor is one to somebody else.
    caller("kms:grantoperations", SIGNED)
        .leaves(&[of(Of::Only("kms:creategrant"), Assumed::Decrypting)])
        .says(KMS_KEYS),
    // The data, and the key that it is encrypted with, are not the holder's.
    caller("kms:requestalias", SIGNED).leaves(&[any(AN_ALIAS)]).says(KMS_KEYS),
    resource("kms:resourcealiases", SIGNED).leaves(&[any(AN_ALIAS)]).says(KMS_KEYS),
    // The holder asks itself, not through a service.
    aws("kms:viaservice", PRINCIPALS).leaves(&[any(Assumed::Nothing)]).says(KMS_KEYS),
    aws("lambda:eventsourcetoken", SERVICES).proves(Fixed).says(LAMBDA_KEYS),
    resource("lambda:functionurlauthtype", BUT_SERVICES).says(LAMBDA_URLS),
    caller("lambda:principal", PRINCIPALS)
        .leaves(&[of(Of::Only("lambda:addpermission"), Assumed::Stranger)])
        .says(LAMBDA_REFERENCE),
    aws("lambda:sourcefunctionarn", PRINCIPALS).proves(Arn).everywhere(),
    // What stays within the organization is opened to nobody from outside of it.
    resource("ram:allowsexternalprincipals", PRINCIPALS).leaves(&[any(Assumed::OneOf(&["true"]))]).says(RAM_KEYS),
    caller("ram:principal", PRINCIPALS).leaves(&[any(Assumed::PerhapsStranger)]).says(RAM_KEYS),
    caller("ram:requestedallowsexternalprincipals", PRINCIPALS)
        .leaves(&[any(Assumed::OneOf(&["true"]))])
        .says(RAM_KEYS),
    caller("redshift:consumeridentifier", PRINCIPALS).leaves(&[any(Assumed::PerhapsStranger)]).says(REDSHIFT_KEYS),
    resource("s3:accessgrantsinstancearn", ANYBODY).proves(Arn).says(S3_KEYS),
    resource("s3:accesspointnetworkorigin", ANYBODY).says(S3_KEYS),
    resource("s3:dataaccesspointaccount", ANYBODY).proves(Account).says(S3_KEYS),
    resource("s3:dataaccesspointarn", ANYBODY)
        .proves(Arn)
        .leaves(&[any(Assumed::Perhaps(&["arn:{partition}:s3:{region}:{account}:accesspoint/{unnamed}"]))])
        .says(S3_KEYS),
    resource("s3:resourceaccount", ANYBODY).leaves(&[any(Assumed::OneOf(&["{account}"]))]).says(S3_KEYS),
    caller("s3:x-amz-acl", ANYBODY).leaves(OPEN_LISTS).says(S3_LISTS),
    resource("s3express:dataaccesspointaccount", ANYBODY).proves(Account).says(S3_KEYS),
    resource("s3express:dataaccesspointarn", ANYBODY)
        .proves(Arn)
        .leaves(&[any(Assumed::Perhaps(&["arn:{partition}:s3express:{region}:{account}:accesspoint/{unnamed}"]))])
        .says(S3_KEYS),
    resource("s3express:resourceaccount", ANYBODY).leaves(&[any(Assumed::OneOf(&["{account}"]))]).says(S3_KEYS),
    provider("saml:namequalifier", ASSERTIONS).proves(Fixed).says(STS_KEYS),
    provider("saml:sub", ASSERTIONS).proves(Fixed).says(STS_KEYS),
    resource("secretsmanager:secretid", PRINCIPALS)
        .leaves(&[any(Assumed::OneOf(&[
            "{unnamed}",
            "arn:{partition}:secretsmanager:{region}:{account}:secret:{unnamed}-1a2b3c",
        ]))])
        .says(SECRET_KEYS),
    aws("ssm:sourceinstancearn", PRINCIPALS).proves(Arn).everywhere(),
    caller("sts:externalid", ANYBODY).says(STS_KEYS),
    caller("sts:rolesessionname", ANYBODY).proves(SessionName).says(STS_KEYS),
    // Of the root user of another account, only what it is asked for: "The identity based policy that scopes the session to the
    // privileged tasks that can be performed".
    caller("sts:taskpolicyarn", PRINCIPALS)
        .leaves(&[of(Of::Only("sts:assumeroot"), Assumed::RootTask)])
        .says(ROOT_KEYS),
    aws("vpc-lattice-svcs:sourcevpc", BUT_SERVICES).proves(Fixed).says(LATTICE_KEYS),
    aws("vpc-lattice-svcs:sourcevpcowneraccount", BUT_SERVICES).proves(Account).says(LATTICE_KEYS),
];

/// Keys that begin alike, or, if it begins with a colon or a hyphen, have this in them.
pub(super) static FAMILIES: &[Key] = &[
    // "IAM Roles Anywhere" hands on what stands in the certificate.
    aws("aws:principaltag/x509", CERTIFICATES).says(ANYWHERE),
    // Nor are those of the holder, unless it may set them.
    aws("aws:principaltag/", PRINCIPALS).leaves(&[any(Assumed::Unnamed)]),
    caller("aws:requesttag/", ANYBODY).leaves(REQUEST_TAGS),
    // Whom an image, a snapshot, .. is given to.
    caller("ec2:add/group", PRINCIPALS).leaves(&[any(Assumed::Perhaps(&["all"]))]).says(EC2_KEYS),
    caller("ec2:add/", PRINCIPALS).leaves(&[any(Assumed::PerhapsStranger)]).says(EC2_KEYS),
    caller("s3:x-amz-grant-", ANYBODY).leaves(GRANTS).says(S3_LISTS),
    // Whose data it is, somebody else said when it was encrypted.
    caller("kms:encryptioncontext:", SIGNED).proves(ArnOfService).leaves(&[any(A_CONTEXT)]).says(KMS_KEYS),
    caller("kms:encryptioncontextkeys", SIGNED).leaves(&[any(KEYS_OF_CONTEXTS)]).says(KMS_KEYS),
    // The tags of the target are not the holder's choice, unless it may set them.
    resource(":resourcetag/", ANYBODY).leaves(&[any(Assumed::Unnamed)]),
    resource("s3:existingobjecttag/", ANYBODY).leaves(&[any(Assumed::Unnamed)]).says(S3_KEYS),
    resource("s3:buckettag/", ANYBODY).leaves(&[any(Assumed::Unnamed)]).says(S3_KEYS),
    resource("s3:accesspointtag/", ANYBODY).leaves(&[any(Assumed::Unnamed)]).says(S3_KEYS),
    // `rds:db-tag/`, `rds:snapshot-tag/`, ..
    resource("-tag/", PRINCIPALS).leaves(&[any(Assumed::Unnamed)]).says(RDS_KEYS),
    // What exists is tagged, not what is being made: only "if tags are specified in the resource-creating action" is it there.
    aws(":createaction", PRINCIPALS).everywhere().leaves(&[any(Assumed::Nothing)]).says(EC2_TAGS),
];
