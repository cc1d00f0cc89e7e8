//! Trails and event data stores.

use std::collections::{BTreeMap, BTreeSet};

use parapet_core::ErrorKind;
use parapet_guards::{
    Action, AdvancedSelector, BasicSelector, CloudWatchLink, DataResource, EventConfiguration,
    EventConfigurationAction, EventSize, FieldSelector, InsightsAction, KmsKey, LakePolicyAction, Resource, Selectors,
    SelectorsAction, StatusAction, StoreAction, StoreSettings, TagsAction, TrailAction, TrailConfiguration, on,
};

use super::answers::{but, document, documented, done, recorded, refused};
use super::{Answer, Look, Table, nothing};
use crate::replay::Says;

const NO_TRAIL: &str = "TrailNotFoundException";
const NO_STORE: &str = "EventDataStoreNotFoundException";

fn trail() -> Resource {
    Resource::Trail(on::Trail { name: "parapet".to_owned() })
}

fn store() -> Resource {
    Resource::EventDataStore(on::EventDataStore { id: "EXAMPLE-f852-4e8f-8bd1-bcf6cEXAMPLE".to_owned() })
}

fn refusals(
    action: impl Fn() -> Action,
    operation: &str,
    more: &[(&'static str, ErrorKind)],
) -> Vec<(Action, Look, ErrorKind)> {
    let common = [
        ("AccessDeniedException", ErrorKind::Denied),
        ("ThrottlingException", ErrorKind::Transient),
        ("ConflictException", ErrorKind::Conflict),
        ("UnsupportedOperationException", ErrorKind::Unsupported),
        ("NotOrganizationMasterAccountException", ErrorKind::Unmodifiable),
    ];
    common.iter().chain(more).map(|(code, kind)| (action(), vec![refused(operation, 400, code)], *kind)).collect()
}

/// A recorded answer of DescribeTrails as one of GetTrail: the API Reference gives both the same `Trail`.
fn described(from: &str) -> Answer {
    let answer = recorded("DescribeTrails", from);
    let Says::Body { body, .. } = &answer.says else { panic!("{from} is an error") };
    let list: serde_json::Value = serde_json::from_str(body).unwrap();
    let one = documented("GetTrail", &serde_json::json!({ "Trail": list["trailList"][0] }).to_string());
    Answer { source: format!("{} of DescribeTrails", answer.source), ..one }
}

pub(super) fn trail_configuration() -> Table {
    const GET: &str = "GetTrail";
    let encrypted = described("test_account_data_events#1");
    let key = recorded("DescribeKey", "test_bedrock_agent_encryption#1");
    let standards = but(key.clone(), "082cd05f-96d1-49f6-a5ac-32093d2cfe38", "36812ccf-daaf-49b1-a24b-0eef254ffe41");
    let link = CloudWatchLink { log_group_arn: "arn:group".to_owned(), role_arn: "arn:role".to_owned() };
    let bare = TrailConfiguration {
        bucket: "logs".to_owned(),
        prefix: None,
        sns_topic: None,
        multi_region: true,
        global_services: true,
        validation: true,
        key: None,
        cloud_watch: None,
        organization: false,
    };
    let full = TrailConfiguration {
        prefix: Some("api".to_owned()),
        sns_topic: Some("arn:topic".to_owned()),
        key: Some(KmsKey::Alias("alias/parapet-ml".to_owned())),
        cloud_watch: Some(link.clone()),
        organization: true,
        ..bare.clone()
    };
    let create = |configuration: &TrailConfiguration| {
        Action::TrailConfiguration(TrailAction::CreateTrail(configuration.clone()))
    };
    let update = |configuration: &TrailConfiguration| {
        Action::TrailConfiguration(TrailAction::UpdateTrail(configuration.clone()))
    };
    let needs = [
        ("MaximumNumberOfTrailsExceededException", ErrorKind::Limit),
        ("InsufficientS3BucketPolicyException", ErrorKind::Missing),
        ("InsufficientEncryptionPolicyException", ErrorKind::Missing),
        ("S3BucketDoesNotExistException", ErrorKind::Missing),
        ("KmsKeyDisabledException", ErrorKind::KeyUnusable),
        ("KmsKeyNotFoundException", ErrorKind::Missing),
        ("KmsException", ErrorKind::Missing),
        ("InvalidS3PrefixException", ErrorKind::Invalid),
    ];
    let not_whole = || {
        vec![
            key.clone(),
            refused("CreateTrail", 400, "CloudWatchLogsDeliveryUnavailableException"),
            key.clone(),
            done("CreateTrail"),
        ]
    };
    Table {
        resource: trail(),
        found: vec![
            vec![encrypted.clone(), key.clone()],
            vec![encrypted.clone(), standards],
            vec![described("test_cloudtrail_enable#2")],
            vec![described("test_cloudtrail_fail_log_metric_filter#1")],
            vec![described("test_cloudtrail_is_shadow#1")],
            vec![documented(
                GET,
                r#"{"Trail":{"S3BucketName":"logs","S3KeyPrefix":"","KmsKeyId":"","SnsTopicARN":""}}"#,
            )],
        ],
        gone: vec![vec![refused(GET, 400, NO_TRAIL)]],
        unknown: nothing("texts and truths"),
        pages: None,
        unreadable: vec![
            vec![documented(GET, "{}")],
            vec![documented(GET, r#"{"Trail":null}"#)],
            vec![documented(GET, r#"{"Trail":{"Name":"parapet","IsMultiRegionTrail":true}}"#)],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (create(&bare), vec![recorded("CreateTrail", "test_cloudtrail_create#1")]),
            (create(&full), vec![key.clone(), done("CreateTrail")]),
            (create(&bare), vec![refused("CreateTrail", 400, "TrailAlreadyExistsException")]),
            (update(&bare), vec![done("UpdateTrail")]),
            (update(&full), vec![key.clone(), done("UpdateTrail")]),
            (Action::TrailConfiguration(TrailAction::LinkCloudWatchLogs(link)), vec![done("UpdateTrail")]),
        ],
        refusals: [
            refusals(|| create(&bare), "CreateTrail", &needs),
            refusals(
                || update(&bare),
                "UpdateTrail",
                &[(NO_TRAIL, ErrorKind::Missing), ("InvalidHomeRegionException", ErrorKind::Unmodifiable)],
            ),
            // It is made without what keeps it from being made, and that is told.
            vec![(
                create(&TrailConfiguration { key: None, ..full.clone() }),
                not_whole().into_iter().filter(|answer| answer.operation == "CreateTrail").collect(),
                ErrorKind::Missing,
            )],
            vec![(
                create(&full),
                vec![
                    recorded("DescribeKey", "test_s3_enable_bucket_encryption_kms_alias#3"),
                    recorded("DescribeKey", "test_s3_enable_bucket_encryption_kms_alias#3"),
                ],
                ErrorKind::Missing,
            )],
        ]
        .concat(),
        exceptions: &[],
    }
}

pub(super) fn trail_logging() -> Table {
    const GET: &str = "GetTrailStatus";
    let start = || Action::TrailLogging(StatusAction::StartLogging);
    Table {
        resource: trail(),
        found: vec![vec![recorded(GET, "test_account_trail#1")], vec![recorded(GET, "test_cloudtrail_create#1")]],
        gone: vec![vec![refused(GET, 400, NO_TRAIL)]],
        unknown: nothing("it is a truth"),
        pages: None,
        unreadable: vec![vec![documented(GET, "{}")], vec![documented(GET, r#"{"IsLogging":null}"#)]],
        also: Vec::new(),
        back: &[],
        writes: vec![(start(), vec![done("StartLogging")])],
        refusals: refusals(
            start,
            "StartLogging",
            &[(NO_TRAIL, ErrorKind::Missing), ("InvalidHomeRegionException", ErrorKind::Unmodifiable)],
        ),
        exceptions: &[],
    }
}

pub(super) fn trail_selectors() -> Table {
    const GET: &str = "GetEventSelectors";
    let advanced = recorded(GET, "test_cloudtrail_fail_management_advanced_events_included#1");
    let basic = recorded(GET, "test_account_data_events#2");
    let put = |selectors: Selectors| Action::TrailSelectors(SelectorsAction::PutEventSelectors(selectors));
    let basics = || {
        Selectors::Basic(vec![BasicSelector {
            read_write: "All".to_owned(),
            management: true,
            excluded_sources: Vec::new(),
            data: vec![DataResource {
                kind: "AWS::S3::Object".to_owned(),
                arns: vec!["arn:aws:s3:::data/".to_owned()],
            }],
        }])
    };
    Table {
        resource: trail(),
        found: vec![
            vec![basic.clone()],
            vec![recorded(GET, "test_cloudtrail_event_selectors#1")],
            vec![advanced.clone()],
            // AWS CloudTrail API Reference, EventSelector: "By default, the value is true", and "All".
            vec![documented(GET, r#"{"EventSelectors":[{}]}"#)],
            vec![documented(GET, "{}")],
        ],
        gone: vec![vec![refused(GET, 400, NO_TRAIL)]],
        unknown: vec![
            vec![but(basic.clone(), r#""All""#, r#""x-new""#)],
            vec![but(basic, "AWS::S3::Object", "x-new")],
            vec![but(advanced.clone(), r#""readOnly""#, r#""x-new""#)],
        ],
        pages: None,
        unreadable: nothing("what is left out has a documented meaning"),
        also: Vec::new(),
        back: &[],
        writes: vec![
            (put(basics()), vec![recorded("PutEventSelectors", "test_account_data_events#1")]),
            (
                put(Selectors::Advanced(vec![AdvancedSelector {
                    name: Some("n".to_owned()),
                    fields: vec![FieldSelector {
                        field: "eventCategory".to_owned(),
                        equals: vec!["Data".to_owned()],
                        starts_with: Vec::new(),
                        ends_with: Vec::new(),
                        not_equals: Vec::new(),
                        not_starts_with: vec!["x".to_owned()],
                        not_ends_with: Vec::new(),
                    }],
                }])),
                vec![done("PutEventSelectors")],
            ),
        ],
        refusals: refusals(
            || put(basics()),
            "PutEventSelectors",
            &[("InvalidEventSelectorsException", ErrorKind::Invalid), (NO_TRAIL, ErrorKind::Missing)],
        ),
        exceptions: &[],
    }
}

pub(super) fn trail_insights() -> Table {
    const GET: &str = "GetInsightSelectors";
    let both = documented(
        GET,
        r#"{"TrailARN":"arn:t","InsightSelectors":[{"InsightType":"ApiCallRateInsight"},{"InsightType":"ApiErrorRateInsight","EventCategories":["Management","Data"]}]}"#,
    );
    let wanted: BTreeMap<String, BTreeSet<String>> = [
        ("ApiCallRateInsight".to_owned(), BTreeSet::new()),
        ("ApiErrorRateInsight".to_owned(), ["Data".to_owned()].into()),
    ]
    .into();
    let put = || Action::TrailInsights(InsightsAction::PutInsightSelectors(wanted.clone()));
    Table {
        resource: trail(),
        found: vec![vec![both.clone()], vec![refused(GET, 400, "InsightNotEnabledException")]],
        gone: vec![vec![refused(GET, 400, NO_TRAIL)]],
        unknown: vec![
            vec![but(both.clone(), "ApiCallRateInsight", "x-new")],
            vec![but(both, r#""Data""#, r#""x-new""#)],
        ],
        pages: None,
        unreadable: vec![vec![documented(GET, r#"{"InsightSelectors":[{"EventCategories":["Data"]}]}"#)]],
        also: Vec::new(),
        back: &[],
        writes: vec![(put(), vec![done("PutInsightSelectors")])],
        refusals: refusals(
            put,
            "PutInsightSelectors",
            &[
                ("InvalidInsightSelectorsException", ErrorKind::Invalid),
                ("InsufficientS3BucketPolicyException", ErrorKind::Missing),
            ],
        ),
        exceptions: &[],
    }
}

pub(super) fn trail_tags() -> Table {
    const LIST: &str = "ListTags";
    let page = |tags: &str, more: &str| {
        documented(LIST, &format!(r#"{{"ResourceTagList":[{{"ResourceId":"arn:t","TagsList":[{tags}]}}]{more}}}"#))
    };
    let add = || Action::TrailTags(TagsAction::AddTags([("team".to_owned(), "ml".to_owned())].into()));
    Table {
        resource: trail(),
        found: vec![vec![page(r#"{"Key":"team","Value":"ml"},{"Key":"bare"}"#, "")], vec![page("", "")]],
        gone: vec![vec![refused(LIST, 400, "ResourceNotFoundException")], vec![refused(LIST, 400, NO_TRAIL)]],
        unknown: nothing("any text may be a tag"),
        pages: Some(vec![
            page(r#"{"Key":"a","Value":"1"}"#, r#","NextToken":"page-2""#),
            page(r#"{"Key":"b","Value":"2"}"#, ""),
        ]),
        unreadable: nothing("no tag is none"),
        also: Vec::new(),
        back: &[],
        writes: vec![(add(), vec![done("AddTags")])],
        refusals: refusals(
            add,
            "AddTags",
            &[("TagsLimitExceededException", ErrorKind::Limit), ("ResourceNotFoundException", ErrorKind::Missing)],
        ),
        exceptions: &[],
    }
}

fn event_configuration_of(keys: &[(&str, &[&str])], aggregations: &[&str], size: EventSize) -> EventConfiguration {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<BTreeSet<_>>();
    EventConfiguration {
        max_event_size: size,
        context_keys: keys.iter().map(|(kind, names)| ((*kind).to_owned(), texts(names))).collect(),
        aggregations: texts(aggregations),
    }
}

pub(super) fn trail_events() -> Table {
    const GET: &str = "GetEventConfiguration";
    let sums = documented(
        GET,
        r#"{"TrailARN":"arn:t","AggregationConfigurations":[{"EventCategory":"Data","Templates":["API_ACTIVITY","RESOURCE_ACCESS"]}]}"#,
    );
    let put = |aggregations: &[&str]| {
        Action::TrailEvents(EventConfigurationAction::PutEventConfiguration(event_configuration_of(
            &[],
            aggregations,
            EventSize::Standard,
        )))
    };
    Table {
        resource: trail(),
        found: vec![vec![sums.clone()], vec![documented(GET, r#"{"TrailARN":"arn:t"}"#)]],
        gone: vec![vec![refused(GET, 400, NO_TRAIL)]],
        unknown: vec![vec![but(sums, "API_ACTIVITY", "x-new")]],
        pages: None,
        unreadable: nothing("a trail without configurations sums nothing up"),
        also: Vec::new(),
        back: &[],
        writes: vec![
            (put(&["API_ACTIVITY"]), vec![done("PutEventConfiguration")]),
            (put(&[]), vec![done("PutEventConfiguration")]),
        ],
        refusals: refusals(
            || put(&[]),
            "PutEventConfiguration",
            &[(NO_TRAIL, ErrorKind::Missing), ("InvalidParameterException", ErrorKind::Invalid)],
        ),
        exceptions: &[],
    }
}

pub(super) fn event_configuration() -> Table {
    const GET: &str = "GetEventConfiguration";
    let large = documented(
        GET,
        r#"{"EventDataStoreArn":"arn:s","MaxEventSize":"Large","ContextKeySelectors":[{"Type":"RequestContext","Equals":["aws:SourceIp","aws:PrincipalArn"]},{"Type":"TagContext","Equals":["team"]}]}"#,
    );
    let put = || {
        let keys: &[(&str, &[&str])] = &[("RequestContext", &["aws:SourceIp"])];
        Action::EventConfiguration(EventConfigurationAction::PutEventConfiguration(event_configuration_of(
            keys,
            &[],
            EventSize::Large,
        )))
    };
    Table {
        resource: store(),
        found: vec![
            vec![large.clone()],
            vec![documented(
                GET,
                r#"{"EventDataStoreArn":"arn:s","MaxEventSize":"Standard","ContextKeySelectors":[]}"#,
            )],
        ],
        gone: vec![vec![refused(GET, 400, NO_STORE)]],
        unknown: vec![vec![but(large.clone(), "Large", "x-new")], vec![but(large, "TagContext", "x-new")]],
        pages: None,
        unreadable: nothing("a store without a size has the standard one"),
        also: Vec::new(),
        back: &[],
        writes: vec![(put(), vec![done("PutEventConfiguration")])],
        refusals: refusals(
            put,
            "PutEventConfiguration",
            &[
                (NO_STORE, ErrorKind::Missing),
                ("InvalidEventDataStoreStatusException", ErrorKind::Conflict),
                ("InactiveEventDataStoreException", ErrorKind::Conflict),
            ],
        ),
        exceptions: &[],
    }
}

pub(super) fn event_data_store() -> Table {
    const GET: &str = "GetEventDataStore";
    let found = documented(
        GET,
        r#"{"EventDataStoreArn":"arn:s","Name":"lake","Status":"ENABLED","RetentionPeriod":2557,"TerminationProtectionEnabled":true,"MultiRegionEnabled":true,"OrganizationEnabled":false,"AdvancedEventSelectors":[{"Name":"all","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}"#,
    );
    let status = |status: &str| vec![but(found.clone(), r#""ENABLED""#, &format!(r#""{status}""#))];
    let settings = || StoreSettings {
        retention_days: 2557,
        termination_protection: true,
        multi_region: true,
        selectors: Vec::new(),
    };
    let update = || Action::EventDataStore(StoreAction::UpdateEventDataStore(settings()));
    let restore = || Action::EventDataStore(StoreAction::RestoreEventDataStore);
    let start = || Action::EventDataStore(StoreAction::StartEventDataStoreIngestion);
    Table {
        resource: store(),
        found: vec![
            vec![found.clone()],
            status("STARTING_INGESTION"),
            status("STOPPED_INGESTION"),
            status("STOPPING_INGESTION"),
            status("PENDING_DELETION"),
            status("CREATED"),
        ],
        gone: vec![vec![refused(GET, 400, NO_STORE)]],
        unknown: vec![status("x-new")],
        pages: None,
        unreadable: vec![
            vec![documented(GET, "{}")],
            vec![but(found.clone(), "2557", "-1")],
            vec![but(found.clone(), "2557", "null")],
        ],
        also: Vec::new(),
        back: &[],
        writes: vec![
            (restore(), vec![done("RestoreEventDataStore")]),
            (update(), vec![done("UpdateEventDataStore")]),
            (start(), vec![done("StartEventDataStoreIngestion")]),
        ],
        refusals: [
            refusals(
                restore,
                "RestoreEventDataStore",
                &[
                    ("EventDataStoreMaxLimitExceededException", ErrorKind::Limit),
                    ("InvalidEventDataStoreStatusException", ErrorKind::Conflict),
                ],
            ),
            refusals(
                update,
                "UpdateEventDataStore",
                &[
                    (NO_STORE, ErrorKind::Missing),
                    // It is on its way back.
                    ("InactiveEventDataStoreException", ErrorKind::Conflict),
                    ("EventDataStoreHasOngoingImportException", ErrorKind::Conflict),
                    ("InsufficientDependencyServiceAccessPermissionException", ErrorKind::Denied),
                ],
            ),
            refusals(
                start,
                "StartEventDataStoreIngestion",
                &[("InvalidEventDataStoreStatusException", ErrorKind::Conflict)],
            ),
        ]
        .concat(),
        exceptions: &[],
    }
}

pub(super) fn lake_policy() -> Table {
    const GET: &str = "GetResourcePolicy";
    const PUT: &str = "PutResourcePolicy";
    const DELETE: &str = "DeleteResourcePolicy";
    const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::644160558196:root"},"Action":"cloudtrail:StartQuery","Resource":"arn:aws:cloudtrail:us-east-1:644160558196:eventdatastore/EXAMPLE-f852-4e8f-8bd1-bcf6cEXAMPLE"}]}"#;
    let resource = Resource::LakeResource(on::LakeResource {
        path: "eventdatastore/EXAMPLE-f852-4e8f-8bd1-bcf6cEXAMPLE".to_owned(),
    });
    let quoted = serde_json::to_string(POLICY).unwrap();
    let found = || documented(GET, &format!(r#"{{"ResourceArn":"arn:s","ResourcePolicy":{quoted}}}"#));
    // What CloudTrail makes for an organization's delegated administrators stands beside it.
    let delegated =
        || documented(GET, &format!(r#"{{"ResourceArn":"arn:s","DelegatedAdminResourcePolicy":{quoted}}}"#));
    let put = || Action::LakePolicy(LakePolicyAction::PutResourcePolicy(document(POLICY)));
    let delete = || Action::LakePolicy(LakePolicyAction::DeleteResourcePolicy);
    Table {
        resource,
        found: vec![
            vec![found()],
            vec![delegated()],
            vec![refused(GET, 400, "ResourcePolicyNotFoundException")],
            vec![refused(GET, 400, "ResourceTypeNotSupportedException")],
        ],
        gone: vec![
            vec![refused(GET, 400, "ResourceNotFoundException")],
            vec![refused(GET, 400, "ResourceARNNotValidException")],
        ],
        unknown: vec![vec![but(found(), "cloudtrail:StartQuery", "cloudtrail:x-new")]],
        pages: None,
        unreadable: vec![vec![but(found(), "Allow", "x-new")]],
        also: Vec::new(),
        back: &[],
        writes: vec![(put(), vec![done(PUT)]), (delete(), vec![done(DELETE)])],
        refusals: [
            refusals(
                put,
                PUT,
                &[
                    ("ResourceNotFoundException", ErrorKind::Missing),
                    ("ResourceARNNotValidException", ErrorKind::Missing),
                    ("ResourcePolicyNotValidException", ErrorKind::Invalid),
                    ("OperationNotPermittedException", ErrorKind::Invalid),
                ],
            ),
            // Somebody else was faster.
            refusals(delete, DELETE, &[("ResourcePolicyNotFoundException", ErrorKind::Missing)]),
        ]
        .concat(),
        exceptions: &[],
    }
}

pub(super) fn delegated_admin() -> Table {
    Table {
        resource: Resource::DelegatedAdmin(on::DelegatedAdmin { account: "444455556666".to_owned() }),
        // Only the management account could see it, so nothing is asked.
        found: vec![Vec::new()],
        gone: nothing("nothing is asked"),
        unknown: nothing("nothing is asked"),
        pages: None,
        unreadable: nothing("nothing is asked"),
        also: Vec::new(),
        back: &[],
        writes: nothing("nothing can be written"),
        refusals: Vec::new(),
        exceptions: &[],
    }
}
