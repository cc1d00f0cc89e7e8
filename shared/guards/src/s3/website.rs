use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::{SERVICE, bucket_needs};
use crate::{Subject, on};

control! {
    BUCKET_WEBSITE = "S3.Website", Medium, Enforce, fsbp [], cis [],
    "No bucket serves its objects as a website",
    "Website endpoints know neither TLS nor who asks.",
}

/// Website hosting; none where it is off.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = Option<Website>;
    whole!();

    const ROW: Row = Row {
        id: "bucket-website",
        name: "website",
        service: &SERVICE,
        events: &["PutBucketWebsite", "DeleteBucketWebsite"],
        controls: &[BUCKET_WEBSITE],
        ..Row::USUAL
    };

    /// Amazon S3 User Guide, "Website endpoints": they "do not support HTTPS or access points". A bucket that is none of the pipeline's may
    /// redirect: that serves nothing of what is in it.
    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Website>>,
        observed: &Option<Website>,
    ) -> Flaws<'a, Option<Website>> {
        let is_foundation = bucket_needs(subject).is_some_and(|(_, needs)| needs.foundation);
        let serves = |website: &&Website| is_foundation || website.redirect_all_to.is_none();
        let Some(website) = observed.as_ref().filter(serves) else { return Ok(Vec::new()) };
        let detail = format!("the bucket is a website {website}");
        let Some(before) = subject.excuse(last_known).and_then(Option::as_ref).filter(serves) else {
            return Ok(vec![Flaw::new(BUCKET_WEBSITE, detail, |website| *website = None)]);
        };
        // Which document stands for a folder or an error serves nobody more.
        let was_sent: BTreeSet<String> = before.hosts().map(str::to_owned).collect();
        let newly: BTreeSet<&str> = website.hosts().filter(|host| !was_sent.contains(*host)).collect();
        let told = Flaw::new(BUCKET_WEBSITE, detail, |_: &mut Option<Website>| ()).from_before();
        let flaw = (!newly.is_empty()).then(|| {
            let detail = format!("the website sends visitors to {}", newly.into_iter().collect::<Vec<_>>().join(", "));
            Flaw::new(BUCKET_WEBSITE, detail, move |website: &mut Option<Website>| {
                if let Some(website) = website {
                    website.routing.retain(|rule| rule.host.as_ref().is_none_or(|host| was_sent.contains(host)));
                }
            })
        });
        Ok(flaw.into_iter().chain([told]).collect())
    }
}

impl Words for Unit {
    fn words(website: &Option<Website>) -> String {
        match website {
            Some(website) => format!("PutBucketWebsite {website}"),
            None => "DeleteBucketWebsite".to_owned(),
        }
    }
}

/// What a bucket serves as a website.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Website {
    /// The name of the object that stands for a folder.
    pub index: Option<String>,
    /// The object that is served for errors.
    pub error: Option<String>,
    /// Where every request is sent; then nothing of the bucket is served.
    pub redirect_all_to: Option<RedirectAll>,
    /// Which requests are sent elsewhere.
    pub routing: Vec<RoutingRule>,
}

/// Where every request is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RedirectAll {
    /// The host.
    pub host: String,
    /// `http` or `https`; none: as it came.
    pub protocol: Option<String>,
}

/// Requests that are sent elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoutingRule {
    /// Those that end with this status.
    pub when_status: Option<String>,
    /// Those for objects whose names begin so.
    pub when_prefix: Option<String>,
    /// Whether the rule has conditions at all, even empty ones.
    pub has_condition: bool,
    /// The host.
    pub host: Option<String>,
    /// `http` or `https`.
    pub protocol: Option<String>,
    /// The status of the answer.
    pub status: Option<String>,
    /// What takes the place of the prefix.
    pub new_prefix: Option<String>,
    /// What takes the place of the whole name.
    pub new_key: Option<String>,
}

impl Website {
    /// Where some requests are sent.
    fn hosts(&self) -> impl Iterator<Item = &str> {
        self.routing.iter().filter_map(|rule| rule.host.as_deref())
    }
}

impl fmt::Display for Website {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.redirect_all_to, &self.index) {
            (Some(redirect), _) => write!(f, "redirecting to {}", redirect.host),
            (None, Some(index)) => write!(f, "with {index}"),
            (None, None) => f.write_str("without an index"),
        }
    }
}
