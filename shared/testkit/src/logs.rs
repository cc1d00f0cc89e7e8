//! Logs of any length, as accounts have them: most calls only read, some fail, few concern a guard.
//!
//! The shapes are those of real records, `tests/scenarios/data/records.jsonl`; ids, times and most names are made up.

use std::io::{self, Write};

use serde_json::{Value, json};

const RECORDS: &str = include_str!("../../../tests/scenarios/data/records.jsonl");

/// What is called most in accounts that nobody attacks, and whether it only reads.
const CALLS: &[(&str, &str, bool)] = &[
    ("sts.amazonaws.com", "AssumeRole", true),
    ("kms.amazonaws.com", "Decrypt", true),
    ("kms.amazonaws.com", "GenerateDataKey", true),
    ("s3.amazonaws.com", "GetObject", true),
    ("s3.amazonaws.com", "ListObjects", true),
    ("s3.amazonaws.com", "PutObject", false),
    ("s3.amazonaws.com", "GetBucketAcl", true),
    ("ec2.amazonaws.com", "DescribeInstances", true),
    ("ec2.amazonaws.com", "DescribeNetworkInterfaces", true),
    ("ec2.amazonaws.com", "CreateTags", false),
    ("logs.amazonaws.com", "CreateLogStream", false),
    ("monitoring.amazonaws.com", "DescribeAlarms", true),
    ("sagemaker.amazonaws.com", "DescribeTrainingJob", true),
    ("iam.amazonaws.com", "GetRole", true),
    ("cloudtrail.amazonaws.com", "DescribeTrails", true),
    ("lambda.amazonaws.com", "Invoke", false),
];

/// One record in so many is left as somebody published it: what guards react to, and failed calls.
const ONE_IN: u64 = 20;

const CALLS_A_SECOND: u64 = 10;

/// Records without end, the same every time.
#[derive(Debug)]
pub struct Records {
    shapes: Vec<Value>,
    number: u64,
    random: u64,
}

impl Default for Records {
    fn default() -> Self {
        let shapes = RECORDS.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { shapes, number: 0, random: 0x9e37_79b9_7f4a_7c15 }
    }
}

impl Records {
    /// Xorshift (Marsaglia, 2003): as random as ids need to be.
    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.random() % (length as u64).max(1)).unwrap_or_default()
    }

    fn id(&mut self) -> String {
        let (a, b) = (self.random(), self.random());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            a >> 32,
            a & 0xffff,
            b >> 52,
            (b >> 40) & 0xfff,
            b & 0xff_ffff_ffff
        )
    }
}

impl Iterator for Records {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let shape = self.index(self.shapes.len());
        let mut record = self.shapes.get(shape)?.as_object()?.clone();
        let mut set = |name: &str, value: Value| drop(record.insert(name.to_owned(), value));
        set("eventID", json!(self.id()));
        set("requestID", json!(self.id()));
        self.number += 1;
        if !self.random().is_multiple_of(ONE_IN) {
            let call = self.index(CALLS.len());
            let (source, name, only_reads) = CALLS.get(call)?;
            set("eventSource", json!(source));
            set("eventName", json!(name));
            set("readOnly", json!(only_reads));
            set("eventTime", json!(time(self.number / CALLS_A_SECOND)));
            record.remove("errorCode");
            record.remove("errorMessage");
        }
        Some(Value::Object(record))
    }
}

/// So many seconds into November 2026.
fn time(seconds: u64) -> String {
    let (day, hour) = (seconds / 86_400 % 30 + 1, seconds / 3_600 % 24);
    format!("2026-11-{day:02}T{hour:02}:{:02}:{:02}Z", seconds / 60 % 60, seconds % 60)
}

/// Writes a log file of at least so many bytes, as CloudTrail does: in one line.
///
/// # Errors
/// It cannot be written.
pub fn log(bytes: usize, mut out: impl Write) -> io::Result<()> {
    out.write_all(b"{\"Records\":[")?;
    let mut written = 0;
    for record in Records::default() {
        let text = record.to_string();
        let comma = if written == 0 { "" } else { "," };
        out.write_all(comma.as_bytes())?;
        out.write_all(text.as_bytes())?;
        written += comma.len() + text.len();
        if written >= bytes {
            break;
        }
    }
    out.write_all(b"]}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_as_long_as_asked_for_and_mostly_reads() {
        let mut text = Vec::new();
        log(1_000_000, &mut text).unwrap();
        assert!((1_000_000..1_100_000).contains(&text.len()), "{}", text.len());
        let log: Value = serde_json::from_slice(&text).unwrap();
        let records = log["Records"].as_array().unwrap();
        let reads = records.iter().filter(|record| record["readOnly"] == true).count();
        assert!(reads * 3 > records.len() * 2 && reads < records.len(), "{reads} of {}", records.len());
    }
}
