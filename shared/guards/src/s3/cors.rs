use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::{SERVICE, bucket_needs};
use crate::{Standard, Subject, on};

control! {
    BUCKET_CORS = "S3.Cors", Medium, Enforce, fsbp [], cis [],
    "Not every web page may read the answers of the pipeline's buckets",
    "With a link that a user may open, any page the user visits could read or write in their stead.",
}

/// Which web pages may read answers of the bucket.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = CrossOrigin;
    whole!();

    const ROW: Row = Row {
        id: "bucket-cors",
        name: "cross-origin rules",
        service: &SERVICE,
        events: &["PutBucketCors", "DeleteBucketCors"],
        controls: &[BUCKET_CORS],
        ..Row::USUAL
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        _last_known: Option<&CrossOrigin>,
        observed: &CrossOrigin,
    ) -> Flaws<'a, CrossOrigin> {
        let is_foundation = bucket_needs(subject).is_some_and(|(_, needs)| needs.foundation);
        let open: Vec<&str> = observed
            .rules
            .iter()
            .flat_map(|rule| &rule.origins)
            .map(String::as_str)
            .filter(|origin| is_foundation && is_anybody(origin))
            .collect();
        let flaw = (!open.is_empty()).then(|| {
            let detail = format!("pages of the origin `{}` may read answers of the bucket", open.join("`, `"));
            Flaw::new(BUCKET_CORS, detail, |cors: &mut CrossOrigin| {
                for rule in &mut cors.rules {
                    rule.origins.retain(|origin| !is_anybody(origin));
                }
                cors.rules.retain(|rule| !rule.origins.is_empty());
            })
        });
        Ok(flaw.into_iter().collect())
    }

    fn is_asked_of(bucket: &on::Bucket, standard: &Standard) -> bool {
        standard.bucket_needs(&bucket.name).foundation
    }
}

impl Words for Unit {
    fn words(cors: &CrossOrigin) -> String {
        if cors.rules.is_empty() { "DeleteBucketCors".to_owned() } else { format!("PutBucketCors {cors}") }
    }
}

/// Which web pages may read answers of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct CrossOrigin {
    /// The rules; the first that applies counts.
    pub rules: Vec<CorsRule>,
}

/// One rule, in all of its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CorsRule {
    /// Its name.
    pub id: Option<String>,
    /// From which origins; one `*` in each stands for anything.
    pub origins: Vec<String>,
    /// With which methods.
    pub methods: Vec<String>,
    /// With which headers.
    pub headers: Vec<String>,
    /// Which headers of the answer the page may see.
    pub exposed_headers: Vec<String>,
    /// For how many seconds a browser may remember it.
    pub max_age_seconds: Option<i32>,
}

impl fmt::Display for CrossOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origins: Vec<&str> = self.rules.iter().flat_map(|rule| &rule.origins).map(String::as_str).collect();
        write!(f, "for {}", origins.join(", "))
    }
}

/// Whether an origin may be anybody's: what its `*` stands for is not held by a domain after it, or by a host and a port's colon before
/// it; or it is `null`, which a page takes on at will (in a frame with `sandbox`).
///
/// Amazon S3 User Guide, "Elements of a CORS configuration": the origin "can contain only one `*` wildcard character, such as
/// `http://*.example.com`. You can optionally specify `*` as the origin to enable all the origins".
fn is_anybody(origin: &str) -> bool {
    let Some((before, after)) = origin.split_once('*') else { return origin == "null" };
    let any_host_of_a_domain = after.strip_prefix('.').is_some_and(|domain| domain.contains('.'));
    let any_scheme = after.strip_prefix("://").is_some_and(|host| !host.is_empty());
    let any_port =
        after.is_empty() && before.ends_with(':') && before.split_once("://").is_some_and(|(_, host)| host.len() > 1);
    !(any_host_of_a_domain || any_scheme || any_port)
}
