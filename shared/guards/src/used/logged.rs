//! What a history shows of what its trail logs: what was not logged is not known to be unused.

use std::collections::BTreeSet;

use iam_policy::Document;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lost::about;

/// What is logged only where a trail was told to, or not at all: actions of services on what resources hold, after CloudTrail User Guide, "CloudTrail
/// concepts", Data events: "Data events are not logged by default when you create a trail or event data store." Of a service whose table there has
/// further kinds of resources, the actions of the most used stand here; and so do those by which a client speaks with what a service runs (a database, a
/// broker, a file system), of which no record is known to us.
const DATA: &[(&str, &[&str])] = &[
    ("aoss", &["APIAccessAll", "DashboardsAccessAll"]),
    ("bedrock", &["ApplyGuardrail", "InvokeAgent", "InvokeFlow", "Retrieve", "RetrieveAndGenerate"]),
    ("cassandra", &["Modify", "Select"]),
    ("cloudwatch", &["GetMetricData", "PutMetricData"]),
    (
        "dynamodb",
        &[
            "BatchGetItem",
            "BatchWriteItem",
            "ConditionCheckItem",
            "DeleteItem",
            "GetItem",
            "PartiQLDelete",
            "PartiQLInsert",
            "PartiQLSelect",
            "PartiQLUpdate",
            "PutItem",
            "Query",
            "Scan",
            "UpdateItem",
        ],
    ),
    ("ebs", &["GetSnapshotBlock", "ListChangedBlocks", "ListSnapshotBlocks", "PutSnapshotBlock"]),
    ("ec2messages", &["GetMessages", "SendReply"]),
    ("elasticfilesystem", &["ClientMount", "ClientRootAccess", "ClientWrite"]),
    ("es", &["ESHttpDelete", "ESHttpGet", "ESHttpHead", "ESHttpPatch", "ESHttpPost", "ESHttpPut"]),
    ("execute-api", &["Invoke", "ManageConnections"]),
    ("firehose", &["PutRecord", "PutRecordBatch"]),
    ("iot", &["Connect", "Publish", "Receive", "Subscribe"]),
    ("kafka-cluster", &["Connect", "ReadData", "WriteData"]),
    ("kinesis", &["GetRecords", "GetShardIterator", "PutRecord", "PutRecords", "SubscribeToShard"]),
    ("lambda", &["InvokeFunction"]),
    ("logs", &["CreateLogStream", "PutLogEvents"]),
    ("neptune-db", &["ReadDataViaQuery", "WriteDataViaQuery", "connect"]),
    ("rds-db", &["connect"]),
    (
        "s3",
        &[
            "AbortMultipartUpload",
            "DeleteObject",
            "DeleteObjectTagging",
            "DeleteObjectVersion",
            "GetObject",
            "GetObjectAcl",
            "GetObjectTagging",
            "GetObjectVersion",
            "ListBucket",
            "ListBucketMultipartUploads",
            "ListBucketVersions",
            "ListMultipartUploadParts",
            "PutObject",
            "PutObjectAcl",
            "PutObjectTagging",
            "RestoreObject",
        ],
    ),
    (
        "sagemaker",
        &[
            "BatchGetRecord",
            "DeleteRecord",
            "GetRecord",
            "InvokeEndpoint",
            "InvokeEndpointAsync",
            "InvokeEndpointWithResponseStream",
            "PutRecord",
        ],
    ),
    ("ses", &["SendEmail", "SendRawEmail"]),
    ("sns", &["Publish"]),
    ("sqs", &["DeleteMessage", "ReceiveMessage", "SendMessage"]),
    ("ssmmessages", &["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"]),
    ("xray", &["PutTelemetryRecords", "PutTraceSegments"]),
];

/// What of a history says what its trail logs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Logged {
    /// The services of which a data event was seen, by the prefix of their actions.
    pub data: BTreeSet<String>,
    /// Whether a call that only reads was seen among the management events.
    pub reads: bool,
    /// The time of the first record, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// The time of the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
}

impl Logged {
    /// The members of a record that are read.
    pub const MEMBERS: &'static [&'static str] = &["eventCategory", "eventSource", "managementEvent", "readOnly"];

    /// Adds a record that counts for somebody.
    pub fn note(&mut self, record: &Value, time: i64) {
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        let truth = |name: &str| record.get(name).and_then(Value::as_bool);
        let is_data = text("eventCategory") == Some("Data") || truth("managementEvent") == Some(false);
        if is_data {
            if let Some(service) = text("eventSource").and_then(super::prefix_of).filter(|it| !self.data.contains(*it))
            {
                self.data.insert(service.to_owned());
            }
        } else {
            self.reads |= truth("readOnly") == Some(true);
        }
        self.from = Some(self.from.map_or(time, |from| from.min(time)));
        self.to = Some(self.to.map_or(time, |to| to.max(time)));
    }

    /// Adds what another history of the same account shows.
    pub fn merge(&mut self, other: &Self) {
        self.data.extend(other.data.iter().cloned());
        self.reads |= other.reads;
        self.from = self.from.into_iter().chain(other.from).min();
        self.to = self.to.into_iter().chain(other.to).max();
    }

    /// The services of which something changes that is only logged where a trail was told to, and of which nothing of that kind was seen.
    #[must_use]
    pub fn untold(&self, before: &[&Document], after: &[&Document]) -> Vec<&'static str> {
        let changes = |service: &str, action: &str| {
            let name = format!("{service}:{action}");
            about(before, &name) != about(after, &name)
        };
        let is_untold = |(service, actions): &&(&'static str, &[&str])| {
            !self.data.contains(*service) && actions.iter().any(|action| changes(service, action))
        };
        DATA.iter().filter(is_untold).map(|(service, _)| *service).collect()
    }
}

#[cfg(test)]
mod tests {
    use iam_policy::catalogue;

    use super::*;

    #[test]
    fn the_table_is_sorted_and_of_the_catalogue() {
        assert!(DATA.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (service, actions) in DATA {
            assert!(actions.windows(2).all(|pair| pair[0] < pair[1]), "{service}");
            for action in *actions {
                assert!(catalogue::find(&format!("{service}:{action}")).is_some(), "{service}:{action}");
            }
        }
    }
}
