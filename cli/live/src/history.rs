//! The history that a plan is held against, from files and from a bucket.

use std::path::{Path, PathBuf};

use futures_util::{StreamExt, stream};
use parapet_aws::{Connection, LogObjects, LogPage};
use parapet_cli::plan::history::{Past, Reading};
use parapet_core::{ErrorKind, Home, WorldError};

/// How many objects are read side by side.
const SIDE_BY_SIDE: usize = 8;

/// More is read of no object: CloudTrail's have some megabytes, and this many of them are in memory at once.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Reads all logs at these places: `s3://bucket/prefix`, or what `parapet replay` reads.
pub(crate) async fn read(paths: &[PathBuf], connection: &Connection, home: &Home) -> Past {
    let mut reading = Reading::of(paths, home);
    for path in paths {
        match place(path) {
            Some((bucket, prefix)) => bucket_at(connection, bucket, prefix, &mut reading).await,
            None => reading.all_at(path),
        }
    }
    reading.end()
}

/// The bucket, and what the keys begin with; none: it is no place of a bucket.
fn place(path: &Path) -> Option<(&str, &str)> {
    let place = path.to_str()?.strip_prefix("s3://")?;
    Some(place.split_once('/').unwrap_or((place, "")))
}

async fn bucket_at(connection: &Connection, bucket: &str, prefix: &str, reading: &mut Reading<'_>) {
    let name = format!("s3://{bucket}/{prefix}");
    let logs = match LogObjects::at(connection, bucket, prefix).await {
        Ok(logs) => logs,
        Err(error) => return reading.unreadable(&name, remedied(&error)),
    };
    let (mut after, mut is_empty) = (None, true);
    loop {
        let LogPage { objects, next } = match logs.page(after).await {
            Ok(page) => page,
            Err(error) => return reading.unreadable(&name, remedied(&error)),
        };
        is_empty &= objects.is_empty();
        let read = objects.iter().map(|(key, bytes)| object(&logs, key, *bytes));
        let mut read = stream::iter(read).buffered(SIDE_BY_SIDE);
        while let Some((key, read)) = read.next().await {
            let name = logs.name(key);
            match read {
                Ok(object) => reading.input(&name, object.as_slice()),
                Err(why) => reading.unreadable(&name, why),
            }
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    if is_empty {
        reading.is_empty(&name);
    }
}

/// The object, or why it cannot be had.
async fn object<'k>(logs: &LogObjects, key: &'k str, bytes: u64) -> (&'k str, Result<Vec<u8>, String>) {
    if bytes > MOST_BYTES {
        let most = MOST_BYTES / 1024 / 1024;
        return (key, Err(format!("it has more than {most} MiB; copy it with `aws s3 cp` and give the file")));
    }
    (key, logs.read(key).await.map_err(|error| remedied(&error)))
}

fn remedied(error: &WorldError) -> String {
    let remedy = match error.kind {
        ErrorKind::Denied => {
            "allow your role s3:ListBucket on the bucket and s3:GetObject on its logs, and kms:Decrypt with the trail's key"
        }
        ErrorKind::Missing => "name a bucket with the logs of a trail, as s3://bucket/AWSLogs/",
        _ => error.remedy(),
    };
    format!("{error}; {remedy}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_a_bucket() {
        for (path, expected) in [
            ("s3://b/AWSLogs/1", Some(("b", "AWSLogs/1"))),
            ("s3://b", Some(("b", ""))),
            ("s3://b/", Some(("b", ""))),
            ("./s3", None),
            ("-", None),
        ] {
            assert_eq!(place(Path::new(path)), expected, "{path}");
        }
    }
}
