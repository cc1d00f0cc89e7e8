//! The settings of buckets, of the account, and of access points.

use parapet_core::ErrorKind;
use parapet_guards::inventory::{Inventory, InventoryAction, InventoryEncryption};
use parapet_guards::{Action, ExistenceAction, Facet, ObjectOwnership, PublicAccess, Resource, State, Versioning, on};
use serde_json::json;

use super::answers::{but, documented, done, recorded, refused};
use super::laws::{Comes, Fault};
use super::run::put;
use super::{Look, Table, nothing};
use crate::replay::Answer;

pub(super) fn bucket() -> Resource {
    Resource::Bucket(on::Bucket { name: "data".to_owned() })
}

pub(super) fn access_point() -> Resource {
    Resource::AccessPoint(on::AccessPoint { name: "readers".to_owned() })
}

/// What every call on a bucket answers where there is none.
pub(super) fn no_bucket(operation: &str) -> Vec<Look> {
    vec![vec![refused(operation, 404, "NoSuchBucket")]]
}

/// The refusals that every write of a setting may meet.
fn refusals(operation: &str, state: State) -> Vec<(Action, Look, ErrorKind)> {
    let refusal = |status, code, kind| (put(state.clone()), vec![refused(operation, status, code)], kind);
    vec![
        refusal(403, "AccessDenied", ErrorKind::Denied),
        refusal(404, "NoSuchBucket", ErrorKind::Missing),
        refusal(409, "OperationAborted", ErrorKind::Conflict),
        refusal(503, "SlowDown", ErrorKind::Transient),
        refusal(400, "InvalidRequest", ErrorKind::Invalid),
    ]
}

/// The list of buckets, with this one in it.
fn own_bucket(name: &str) -> Answer {
    let bucket = format!("<Bucket><Name>{name}</Name><CreationDate>2026-11-23T14:00:00.000Z</CreationDate></Bucket>");
    documented("ListBuckets", &format!("<ListAllMyBucketsResult><Buckets>{bucket}</Buckets></ListAllMyBucketsResult>"))
}

pub(super) fn bucket_existence() -> Table {
    const HEAD: &str = "HeadBucket";
    let create = || Action::BucketExistence(ExistenceAction::CreateBucket);
    let refusal = |status, code, kind| (create(), vec![refused("CreateBucket", status, code)], kind);
    Table {
        resource: bucket(),
        found: vec![
            vec![documented(HEAD, "")],
            // A role that may not head it sees it among this account's.
            vec![refused(HEAD, 403, "Forbidden"), own_bucket("data")],
        ],
        gone: vec![vec![refused(HEAD, 404, "NotFound")]],
        unknown: nothing("its answer has no body"),
        pages: None,
        unreadable: nothing("its answer has no body"),
        also: Vec::new(),
        back: &[],
        writes: vec![
            (create(), vec![done("CreateBucket")]),
            (create(), vec![refused("CreateBucket", 409, "BucketAlreadyOwnedByYou")]),
        ],
        refusals: vec![
            refusal(409, "BucketAlreadyExists", ErrorKind::Taken),
            refusal(400, "TooManyBuckets", ErrorKind::Limit),
            refusal(409, "OperationAborted", ErrorKind::Conflict),
            refusal(400, "InvalidBucketName", ErrorKind::Invalid),
            refusal(400, "IllegalLocationConstraintException", ErrorKind::Invalid),
        ],
        // Amazon S3 API Reference, HeadBucket: 403 "if the bucket does not exist or you do not have permission to access it", without a
        // body. A body that should not be there is not read.
        // And after a denial the list of buckets is asked, which nobody answers here.
        exceptions: &[(HEAD, Fault::Denied, Comes::Error(ErrorKind::Transient)), (HEAD, Fault::Page, Comes::Nothing)],
    }
}

pub(super) fn bucket_public_access() -> Table {
    const GET: &str = "GetPublicAccessBlock";
    let found = documented(
        GET,
        "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>",
    );
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "test_s3_check_public_block#1")],
            vec![recorded(GET, "test_s3_check_public_block#2")],
            vec![found.clone()],
        ],
        gone: no_bucket(GET),
        unknown: nothing("it is four truths"),
        pages: None,
        unreadable: vec![vec![but(found, "true", "maybe")]],
        also: Vec::new(),
        back: &["PutPublicAccessBlock"],
        writes: Vec::new(),
        refusals: refusals("PutPublicAccessBlock", State::BucketPublicAccess(PublicAccess::BLOCKED)),
        exceptions: &[],
    }
}

pub(super) fn bucket_ownership() -> Table {
    const GET: &str = "GetBucketOwnershipControls";
    let enforced = recorded(GET, "test_s3_ownership_defined#3");
    // Where lists count, the list is read, too.
    let list = documented(
        "GetBucketAcl",
        "<AccessControlPolicy><Owner><ID>owner</ID></Owner><AccessControlList><Grant>\
         <Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\">\
         <URI>http://acs.amazonaws.com/groups/s3/LogDelivery</URI></Grantee><Permission>WRITE</Permission>\
         </Grant></AccessControlList></AccessControlPolicy>",
    );
    let state = State::BucketOwnership(ObjectOwnership::BucketOwnerEnforced.into());
    let with_acl = vec![refused("PutBucketOwnershipControls", 400, "InvalidBucketAclWithObjectOwnership")];
    let mut refusals = refusals("PutBucketOwnershipControls", state.clone());
    refusals.push((put(state), with_acl, ErrorKind::Conflict));
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "test_s3_ownership_defined#1"), list.clone()],
            vec![recorded(GET, "test_s3_ownership_defined#2"), list],
            vec![enforced.clone()],
        ],
        gone: no_bucket(GET),
        unknown: vec![vec![but(enforced, "BucketOwnerEnforced", "x-new")]],
        pages: None,
        unreadable: nothing("no rule is no ownership"),
        also: Vec::new(),
        back: &["PutBucketOwnershipControls", "DeleteBucketOwnershipControls"],
        writes: Vec::new(),
        refusals,
        exceptions: &[],
    }
}

pub(super) fn bucket_versioning() -> Table {
    const GET: &str = "GetBucketVersioning";
    let on = recorded(GET, "bedrock_evaluation_job_output_bucket#1");
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "test_s3_dataaccesspointaccount_cross_account#2")],
            vec![on.clone()],
            vec![recorded(GET, "test_s3_enable_versioning#14")],
        ],
        gone: no_bucket(GET),
        unknown: vec![vec![but(on, "Enabled", "x-new")]],
        pages: None,
        unreadable: nothing("no status is one"),
        also: Vec::new(),
        back: &["PutBucketVersioning"],
        writes: Vec::new(),
        refusals: refusals("PutBucketVersioning", State::BucketVersioning(Versioning::Enabled)),
        exceptions: &[],
    }
}

pub(super) fn bucket_encryption() -> Table {
    const GET: &str = "GetBucketEncryption";
    const KEY: &str = "e1d7c355-8b0d-4adf-8a26-f9e88d17b5a6";
    let by_arn = recorded(GET, "test_s3_bucket_encryption_filter_kms#4");
    let by_id = recorded(GET, "test_s3_bucket_encryption_filter_kms#5");
    let other = recorded("DescribeKey", "test_bedrock_agent_encryption#1");
    let standards = but(other.clone(), "082cd05f-96d1-49f6-a5ac-32093d2cfe38", KEY);
    let no_alias = recorded("DescribeKey", "test_s3_enable_bucket_encryption_kms_alias#3");
    let blocked = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms:dsse</SSEAlgorithm>\
        </ApplyServerSideEncryptionByDefault><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes>\
        </Rule></ServerSideEncryptionConfiguration>";
    let state = || {
        let seen = json!({"algorithm": "aws:kms", "key": "aws-managed", "bucket_key": true, "sse_c_blocked": true});
        Facet::BucketEncryption.recalled(&seen).unwrap()
    };
    let mut refusals = refusals("PutBucketEncryption", state());
    let disabled = vec![refused("PutBucketEncryption", 400, "KMS.DisabledException")];
    refusals.push((put(state()), disabled, ErrorKind::KeyUnusable));
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "test_s3_bucket_encryption_bucket_key#1")],
            vec![recorded(GET, "test_s3_bucket_encryption_bucket_key#2")],
            vec![recorded(GET, "test_s3_filter_bucket_encryption_disabled_malformed_statement#1")],
            vec![recorded(GET, "test_s3_bucket_encryption_filter_kms#3")],
            vec![recorded(GET, "test_s3_bucket_encryption_filter_kms#1"), other.clone()],
            vec![by_arn.clone(), other.clone()],
            vec![by_arn.clone(), standards.clone()],
            vec![by_arn.clone(), no_alias],
            vec![by_id, standards],
            vec![but(by_arn.clone(), ":644160558196:", ":444455556666:")],
            vec![documented(GET, blocked)],
        ],
        gone: no_bucket(GET),
        unknown: vec![vec![but(by_arn, "aws:kms<", "x-new<")]],
        pages: None,
        unreadable: nothing("no rule is the service's default"),
        also: Vec::new(),
        back: &["PutBucketEncryption", "DescribeKey"],
        writes: Vec::new(),
        refusals,
        exceptions: &[],
    }
}

pub(super) fn bucket_object_lock() -> Table {
    const GET: &str = "GetObjectLockConfiguration";
    let lock = |retention: &str| {
        let rule = format!("<Rule><DefaultRetention>{retention}</DefaultRetention></Rule>");
        documented(
            GET,
            &format!(
                "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}</ObjectLockConfiguration>"
            ),
        )
    };
    let state = Facet::BucketObjectLock.recalled(&json!({"retention": null, "event_hold_days": null})).unwrap();
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "test_s3_bucket_object_lock_configuration#1")],
            vec![recorded(GET, "test_s3_bucket_object_lock_configuration#2")],
            vec![lock("<Mode>COMPLIANCE</Mode><Years>2</Years>")],
            vec![documented(
                GET,
                "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
            )],
        ],
        gone: vec![vec![recorded(GET, "test_s3_bucket_object_lock_configuration_exception#2")]],
        unknown: vec![vec![lock("<Mode>x-new</Mode><Days>7</Days>")]],
        pages: None,
        unreadable: vec![
            vec![lock("<Mode>GOVERNANCE</Mode>")],
            vec![lock("<Days>7</Days>")],
            vec![lock("<Mode>GOVERNANCE</Mode><Days>-7</Days>")],
        ],
        also: Vec::new(),
        back: &["PutObjectLockConfiguration"],
        writes: Vec::new(),
        refusals: refusals("PutObjectLockConfiguration", state),
        exceptions: &[],
    }
}

pub(super) fn bucket_tags() -> Table {
    const GET: &str = "GetBucketTagging";
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "bedrock_evaluation_job_output_bucket#1")],
            vec![recorded(GET, "test_s3_dataaccesspointaccount_cross_account#1")],
            vec![recorded(GET, "test_s3_mark_for_op#1")],
            vec![recorded(GET, "test_s3_mark_for_op#3")],
            vec![documented(GET, "<Tagging><TagSet><Tag><Key>a&amp;b</Key><Value></Value></Tag></TagSet></Tagging>")],
        ],
        gone: no_bucket(GET),
        unknown: nothing("any text may be a tag"),
        pages: None,
        unreadable: nothing("no tag is none"),
        also: Vec::new(),
        back: &["PutBucketTagging"],
        writes: Vec::new(),
        refusals: refusals("PutBucketTagging", State::BucketTags([("a".to_owned(), "b".to_owned())].into())),
        exceptions: &[],
    }
}

pub(super) fn bucket_logging() -> Table {
    const GET: &str = "GetBucketLogging";
    let on = |more: &str| {
        let target = "<TargetBucket>logs</TargetBucket><TargetPrefix>data/</TargetPrefix>";
        documented(
            GET,
            &format!("<BucketLoggingStatus><LoggingEnabled>{target}{more}</LoggingEnabled></BucketLoggingStatus>"),
        )
    };
    let grantee = r#"<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>c0ffee</ID></Grantee>"#;
    let grant = |grantee: &str, permission: &str| {
        on(&format!("<TargetGrants><Grant>{grantee}<Permission>{permission}</Permission></Grant></TargetGrants>"))
    };
    let format = |format: &str| on(&format!("<TargetObjectKeyFormat>{format}</TargetObjectKeyFormat>"));
    let by_day = "<PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix>";
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "test_s3_dataaccesspointaccount_cross_account#1")],
            vec![recorded(GET, "test_s3_enable_logging#4")],
            vec![grant(grantee, "READ")],
            vec![format("<SimplePrefix/>")],
            vec![format(by_day)],
        ],
        gone: no_bucket(GET),
        unknown: vec![vec![grant(grantee, "x-new")], vec![format(&by_day.replace("EventTime", "x-new"))]],
        pages: None,
        unreadable: vec![vec![grant("", "READ")], vec![format("<NewPrefix/>")]],
        also: Vec::new(),
        back: &["PutBucketLogging"],
        writes: Vec::new(),
        refusals: refusals("PutBucketLogging", State::BucketLogging(None)),
        exceptions: &[],
    }
}

pub(super) fn bucket_lifecycle() -> Table {
    const GET: &str = "GetBucketLifecycleConfiguration";
    let one = recorded(GET, "test_s3_dataaccesspointaccount_cross_account#1");
    let two = recorded(GET, "test_s3_lifecycle#4");
    let rule =
        |rule: &str| documented(GET, &format!("<LifecycleConfiguration><Rule>{rule}</Rule></LifecycleConfiguration>"));
    let full = "<ID>full</ID><Filter><And><Prefix>raw/</Prefix><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag>\
        <ObjectSizeGreaterThan>0</ObjectSizeGreaterThan><ObjectSizeLessThan>1099511627776</ObjectSizeLessThan></And></Filter>\
        <Status>Disabled</Status><Expiration><Days>365</Days></Expiration>\
        <Transition><Date>2027-01-31T00:00:00.000Z</Date><StorageClass>GLACIER_IR</StorageClass></Transition>\
        <NoncurrentVersionTransition><NoncurrentDays>30</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions>\
        <StorageClass>DEEP_ARCHIVE</StorageClass></NoncurrentVersionTransition><NoncurrentVersionExpiration>\
        <NoncurrentDays>60</NoncurrentDays><NewerNoncurrentVersions>5</NewerNoncurrentVersions></NoncurrentVersionExpiration>";
    Table {
        resource: bucket(),
        found: vec![
            vec![one.clone()],
            vec![recorded(GET, "test_s3_dataaccesspointaccount_cross_account#2")],
            vec![two.clone()],
            vec![recorded(GET, "test_s3_remove_lifecycle_rule_id#1")],
            vec![rule("<Prefix>old/</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>")],
            vec![rule(full)],
        ],
        gone: no_bucket(GET),
        unknown: vec![vec![but(one.clone(), "Enabled", "x-new")], vec![but(two, "GLACIER", "x-new")]],
        pages: None,
        unreadable: vec![vec![but(one, ">14<", ">-14<")]],
        also: Vec::new(),
        back: &["PutBucketLifecycleConfiguration", "DeleteBucketLifecycle"],
        writes: Vec::new(),
        refusals: refusals("DeleteBucketLifecycle", State::BucketLifecycle(parapet_guards::Lifecycle::default())),
        exceptions: &[],
    }
}

pub(super) fn bucket_replication() -> Table {
    const GET: &str = "GetBucketReplication";
    let by_tag = recorded(GET, "test_s3_bucket_no_replication_rule#1");
    let buckets = recorded("ListBuckets", "test_datalake_cross_account_deregister#1");
    let full = "<ReplicationConfiguration><Role>arn:aws:iam::644160558196:role/copies</Role><Rule><ID>full</ID><Priority>1</Priority>\
        <Filter><Tag><Key>team</Key><Value>ml</Value></Tag></Filter><Status>Enabled</Status><SourceSelectionCriteria>\
        <SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects><ReplicaModifications><Status>Disabled</Status>\
        </ReplicaModifications></SourceSelectionCriteria><ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>\
        <Destination><Bucket>arn:aws:s3:::c7n-test-abc</Bucket><Account>444455556666</Account><StorageClass>STANDARD_IA</StorageClass>\
        <AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation><EncryptionConfiguration><ReplicaKmsKeyID>\
        arn:aws:kms:us-west-2:444455556666:key/1</ReplicaKmsKeyID></EncryptionConfiguration><ReplicationTime><Status>Enabled</Status>\
        <Time><Minutes>15</Minutes></Time></ReplicationTime><Metrics><Status>Enabled</Status><EventThreshold><Minutes>15</Minutes>\
        </EventThreshold></Metrics></Destination><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication></Rule>\
        </ReplicationConfiguration>";
    let full = documented(GET, full);
    let new_in = |element: &str| {
        let (known, new) = (format!("<{element}><Status>Enabled"), format!("<{element}><Status>x-new"));
        vec![but(full.clone(), &known, &new)]
    };
    let page = |token: &str, name: &str| {
        let bucket = format!("<Buckets><Bucket><Name>{name}</Name></Bucket></Buckets>");
        documented("ListBuckets", &format!("<ListAllMyBucketsResult>{bucket}{token}</ListAllMyBucketsResult>"))
    };
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "test_s3_bucket_no_replication_rule#2")],
            vec![by_tag.clone(), buckets.clone()],
            vec![recorded(GET, "test_s3_delete_replicated_bucket#2"), buckets.clone()],
            vec![recorded(GET, "test_s3_replication_policy_disable#3"), buckets.clone()],
            vec![full.clone(), buckets.clone()],
        ],
        gone: no_bucket(GET),
        unknown: vec![
            vec![but(by_tag.clone(), "<Status>Enabled", "<Status>x-new")],
            vec![but(by_tag, "<DeleteMarkerReplication><Status>Disabled", "<DeleteMarkerReplication><Status>x-new")],
            vec![but(full.clone(), "STANDARD_IA", "x-new"), buckets.clone()],
            new_in("SseKmsEncryptedObjects"),
            new_in("ExistingObjectReplication"),
            new_in("ReplicationTime"),
            new_in("Metrics"),
        ],
        pages: Some(vec![
            full.clone(),
            page("<ContinuationToken>page-2</ContinuationToken>", "c7n-test-abc-2"),
            page("", "c7n-test-abc"),
        ]),
        unreadable: nothing("the SDK fills what is required"),
        also: Vec::new(),
        back: &["PutBucketReplication", "DeleteBucketReplication"],
        writes: Vec::new(),
        refusals: refusals("DeleteBucketReplication", State::BucketReplication(None)),
        exceptions: &[],
    }
}

pub(super) fn bucket_notification() -> Table {
    const GET: &str = "GetBucketNotificationConfiguration";
    let function = recorded(GET, "test_s3_attach_encrypt_via_bucket_notification#2");
    let topics = recorded(GET, "test_s3_attach_encrypt_via_implicit_existing_topic#1");
    let queue = "<NotificationConfiguration><QueueConfiguration><Id>q</Id><Queue>arn:aws:sqs:us-east-1:644160558196:q</Queue>\
        <Event>s3:ObjectCreated:*</Event><Event>s3:ObjectRemoved:*</Event></QueueConfiguration><EventBridgeConfiguration/>\
        </NotificationConfiguration>";
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "test_s3_attach_encrypt_via_bucket_notification#1")],
            vec![function.clone()],
            vec![topics.clone()],
            vec![documented(GET, queue)],
        ],
        gone: no_bucket(GET),
        unknown: vec![
            vec![but(function, "s3:ObjectCreated:*", "s3:x-new:*")],
            vec![but(topics.clone(), "Suffix", "x-new")],
        ],
        pages: None,
        unreadable: vec![vec![but(topics, "<Name>Suffix</Name>", "")]],
        also: Vec::new(),
        back: &["PutBucketNotificationConfiguration"],
        writes: Vec::new(),
        refusals: refusals(
            "PutBucketNotificationConfiguration",
            State::BucketNotification(parapet_guards::Notifications::default()),
        ),
        exceptions: &[],
    }
}

pub(super) fn bucket_website() -> Table {
    const GET: &str = "GetBucketWebsite";
    let redirect = documented(
        GET,
        "<WebsiteConfiguration><RedirectAllRequestsTo><HostName>example.com</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>\
        </WebsiteConfiguration>",
    );
    let routing = documented(
        GET,
        "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule><Condition>\
        <KeyPrefixEquals>old/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect>\
        <HostName>example.com</HostName><Protocol>http</Protocol><HttpRedirectCode>301</HttpRedirectCode><ReplaceKeyPrefixWith>new/\
        </ReplaceKeyPrefixWith></Redirect></RoutingRule><RoutingRule><Redirect><ReplaceKeyWith>gone.html</ReplaceKeyWith></Redirect>\
        </RoutingRule></RoutingRules></WebsiteConfiguration>",
    );
    Table {
        resource: bucket(),
        found: vec![
            vec![recorded(GET, "test_s3_dataaccesspointaccount_cross_account#1")],
            vec![recorded(GET, "test_s3_delete_website_config#1")],
            vec![recorded(GET, "test_s3_normalize#1")],
            vec![redirect.clone()],
            vec![routing.clone()],
        ],
        gone: no_bucket(GET),
        unknown: vec![vec![but(redirect, "https", "x-new")], vec![but(routing, ">http<", ">x-new<")]],
        pages: None,
        unreadable: nothing("every part may be left out"),
        also: Vec::new(),
        back: &["PutBucketWebsite", "DeleteBucketWebsite"],
        writes: Vec::new(),
        refusals: refusals("DeleteBucketWebsite", State::BucketWebsite(None)),
        exceptions: &[],
    }
}

pub(super) fn bucket_cors() -> Table {
    const GET: &str = "GetBucketCors";
    let rule = "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>";
    let full = "<CORSRule><ID>full</ID><AllowedHeader>x-*</AllowedHeader><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>\
        <AllowedOrigin>https://example.com</AllowedOrigin><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>0</MaxAgeSeconds></CORSRule>";
    let rules = |rules: &str| documented(GET, &format!("<CORSConfiguration>{rules}</CORSConfiguration>"));
    Table {
        resource: bucket(),
        found: vec![
            vec![refused(GET, 404, "NoSuchCORSConfiguration")],
            vec![rules(rule)],
            vec![rules(&format!("{rule}{full}"))],
        ],
        gone: no_bucket(GET),
        unknown: vec![vec![but(rules(rule), "GET", "x-new")]],
        pages: None,
        unreadable: nothing("the SDK fills what is required"),
        also: Vec::new(),
        back: &["PutBucketCors", "DeleteBucketCors"],
        writes: Vec::new(),
        refusals: refusals("DeleteBucketCors", State::BucketCors(parapet_guards::CrossOrigin::default())),
        exceptions: &[],
    }
}

pub(super) fn bucket_inventory() -> Table {
    const LIST: &str = "ListBucketInventoryConfigurations";
    let plain = "<InventoryConfiguration><Id>all</Id><IsEnabled>true</IsEnabled><Destination><S3BucketDestination><Format>CSV</Format>\
        <Bucket>arn:aws:s3:::c7n-test-abc</Bucket></S3BucketDestination></Destination><IncludedObjectVersions>All</IncludedObjectVersions>\
        <Schedule><Frequency>Daily</Frequency></Schedule></InventoryConfiguration>";
    let full = "<InventoryConfiguration><Id>full</Id><IsEnabled>false</IsEnabled><Filter><Prefix>raw/</Prefix></Filter><Destination>\
        <S3BucketDestination><AccountId>444455556666</AccountId><Format>Parquet</Format><Bucket>arn:aws:s3:::offsite</Bucket>\
        <Prefix>lists</Prefix><Encryption><SSE-KMS><KeyId>arn:aws:kms:us-east-1:444455556666:key/1</KeyId></SSE-KMS></Encryption>\
        </S3BucketDestination></Destination><IncludedObjectVersions>Current</IncludedObjectVersions><OptionalFields><Field>Size</Field>\
        <Field>EncryptionStatus</Field></OptionalFields><Schedule><Frequency>Weekly</Frequency></Schedule></InventoryConfiguration>";
    let answer = |inside: &str| {
        documented(LIST, &format!("<ListInventoryConfigurationsResult>{inside}</ListInventoryConfigurationsResult>"))
    };
    let buckets = || recorded("ListBuckets", "test_datalake_cross_account_deregister#1");
    let first = format!("<IsTruncated>true</IsTruncated><NextContinuationToken>page-2</NextContinuationToken>{plain}");
    let inventory = Inventory {
        enabled: true,
        bucket: "arn:aws:s3:::lists".to_owned(),
        is_own: true,
        account: None,
        prefix: None,
        format: "ORC".to_owned(),
        encryption: Some(InventoryEncryption::S3),
        filter: Some("raw/".to_owned()),
        versions: "All".to_owned(),
        frequency: "Weekly".to_owned(),
        fields: ["Size".to_owned()].into(),
    };
    let delete = || Action::BucketInventory(InventoryAction::DeleteInventory("all".to_owned()));
    let put =
        Action::BucketInventory(InventoryAction::PutInventory { id: "all".to_owned(), inventory: Box::new(inventory) });
    let with_key = |inventory: &Inventory| {
        let encryption = Some(InventoryEncryption::Kms("arn:aws:kms:us-east-1:444455556666:key/1".to_owned()));
        Inventory { encryption, filter: None, ..inventory.clone() }
    };
    let Action::BucketInventory(InventoryAction::PutInventory { inventory, .. }) = &put else { unreachable!() };
    let put_with_key = Action::BucketInventory(InventoryAction::PutInventory {
        id: "all".to_owned(),
        inventory: Box::new(with_key(inventory)),
    });
    let refusal =
        |action: Action, operation: &str, status, code, kind| (action, vec![refused(operation, status, code)], kind);
    Table {
        resource: bucket(),
        found: vec![
            vec![answer("<IsTruncated>false</IsTruncated>")],
            vec![answer(plain), buckets()],
            vec![answer(full), buckets()],
            vec![answer(&format!("{plain}{full}")), buckets(), buckets()],
        ],
        gone: no_bucket(LIST),
        unknown: vec![
            vec![answer(&full.replace("Parquet", "x-new")), buckets()],
            vec![answer(&full.replace("Weekly", "x-new")), buckets()],
            vec![answer(&full.replace("EncryptionStatus", "x-new")), buckets()],
            vec![answer(&full.replace("Current", "x-new")), buckets()],
            vec![answer(&full.replace("SSE-KMS", "SSE-NEW").replace("<Id>full", "<Id>x-new")), buckets()],
        ],
        pages: Some(vec![answer(&first), buckets(), answer(full), buckets()]),
        unreadable: vec![vec![answer(
            "<InventoryConfiguration><Id>odd</Id><IsEnabled>true</IsEnabled></InventoryConfiguration>",
        )]],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (put.clone(), vec![done("PutBucketInventoryConfiguration")]),
            (put_with_key, vec![done("PutBucketInventoryConfiguration")]),
            (delete(), vec![done("DeleteBucketInventoryConfiguration")]),
            (delete(), vec![refused("DeleteBucketInventoryConfiguration", 404, "NoSuchConfiguration")]),
        ],
        refusals: vec![
            refusal(put.clone(), "PutBucketInventoryConfiguration", 400, "TooManyConfigurations", ErrorKind::Invalid),
            refusal(put, "PutBucketInventoryConfiguration", 404, "NoSuchBucket", ErrorKind::Missing),
            refusal(delete(), "DeleteBucketInventoryConfiguration", 403, "AccessDenied", ErrorKind::Denied),
            refusal(delete(), "DeleteBucketInventoryConfiguration", 503, "SlowDown", ErrorKind::Transient),
        ],
        exceptions: &[],
    }
}

pub(super) fn account_public_access() -> Table {
    const GET: &str = "GetPublicAccessBlock";
    let some = recorded(GET, "test_account_action_s3_public_block#2");
    let state = State::AccountPublicAccess(PublicAccess::BLOCKED);
    Table {
        resource: Resource::Account(on::Account {}),
        found: vec![vec![recorded(GET, "test_account_filter_s3_public_block_missing#1")], vec![some.clone()]],
        gone: nothing("there is always an account"),
        unknown: nothing("it is four truths"),
        pages: None,
        unreadable: vec![vec![but(some, "true", "maybe")]],
        also: Vec::new(),
        back: &["PutPublicAccessBlock"],
        writes: Vec::new(),
        refusals: vec![(put(state), vec![refused("PutPublicAccessBlock", 403, "AccessDenied")], ErrorKind::Denied)],
        exceptions: &[],
    }
}

pub(super) fn access_point_settings() -> Table {
    const GET: &str = "GetAccessPoint";
    let found = recorded(GET, "s3_access_point_query#2");
    Table {
        resource: access_point(),
        found: vec![
            vec![found.clone()],
            vec![but(found.clone(), "</Bucket>", "</Bucket><BucketAccountId>444455556666</BucketAccountId>")],
        ],
        gone: vec![vec![recorded(GET, "s3_access_point_query#3")]],
        unknown: nothing("what the network origin may be is not looked at"),
        pages: None,
        unreadable: vec![vec![but(found, "<Bucket>c7n-ap-rapid-serval</Bucket>", "")]],
        also: Vec::new(),
        back: &[],
        writes: nothing("what an access point was made with stays"),
        refusals: Vec::new(),
        exceptions: &[],
    }
}
