use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::acl::Acl;
use crate::s3::resources::SERVICE;
use crate::{Subject, on};

control! {
    BUCKET_OWNERSHIP = "S3.Ownership", Medium, Enforce, fsbp ["S3.12"], cis [],
    "The bucket owner owns every object, and ACLs are off",
    "ACLs grant access past every policy.",
}

/// Object ownership, and the list where lists count.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = Ownership;
    whole!();

    const ROW: Row = Row {
        id: "bucket-ownership",
        name: "object ownership",
        service: &SERVICE,
        // What the list was in the way of, can be done once that lets nobody in.
        events: &[
            "CreateBucket",
            "DeleteBucket",
            "PutBucketOwnershipControls",
            "DeleteBucketOwnershipControls",
            "PutBucketAcl",
        ],
        controls: &[BUCKET_OWNERSHIP],
        // Where lists count, the list is read, too.
        calls_a_look: Some(2),
        calls_beside: 1,
        ..Row::USUAL
    };

    fn flaws<'a>(subject: &Subject<'a>, last_known: Option<&Ownership>, observed: &Ownership) -> Flaws<'a, Ownership> {
        const ENFORCED: ObjectOwnership = ObjectOwnership::BucketOwnerEnforced;
        if observed.setting == Some(ENFORCED) {
            return Ok(Vec::new());
        }
        let seen = observed.setting.map_or_else(|| "not set".to_owned(), |ownership| ownership.to_string());
        // Where lists counted before, objects may live on theirs: what was laxer than it is now is no reason to switch lists off.
        let before = subject.excuse(last_known).and_then(|before| before.setting).filter(|before| *before != ENFORCED);
        let was_so = subject.excuse(last_known).is_some_and(|before| observed.strictness() >= before.strictness());
        // As it is now: what the standard has against it can be from before, and stay. Once it lets nobody in, this is looked at again.
        let flaw = match observed.list.as_ref().filter(|list| list.lets_others_in()) {
            None => {
                Flaw::new(BUCKET_OWNERSHIP, format!("object ownership is {seen}"), move |ownership: &mut Ownership| {
                    match before {
                        Some(before) => ownership.setting = Some(before),
                        None => *ownership = ENFORCED.into(),
                    }
                })
            }
            Some(list) => Flaw::without_remedy(
                BUCKET_OWNERSHIP,
                format!(
                    "object ownership is {seen}, and S3 lets nobody change it while the access control list is {list}: {}",
                    instead_of(list)
                ),
            ),
        };
        // Lists open nothing by counting: each is judged. What delivers by a list, as CloudFront does, may be let in once the bucket is made. But
        // whoever switches them on again, where they were off, has no such reason.
        let flaw = flaw.completing(last_known.is_none_or(|before| before.setting != Some(ENFORCED)));
        Ok(vec![if was_so { flaw.from_before() } else { flaw }])
    }
}

/// What does without the list. Amazon CloudFront Developer Guide, Configure standard logging (legacy): "Don't choose an Amazon S3 bucket with S3 Object
/// Ownership set to bucket owner enforced. That setting disables ACLs for the bucket and the objects in it, which prevents CloudFront from delivering
/// log files to the bucket."
fn instead_of(list: &Acl) -> &'static str {
    if list.takes_logs_of_cloudfront() {
        "CloudFront's standard logging (legacy) needs it; with standard logging (v2) the bucket policy lets the logs in"
    } else {
        "grant that in the bucket policy instead"
    }
}

impl Words for Unit {
    fn words(ownership: &Ownership) -> String {
        match ownership.setting {
            Some(setting) => format!("PutBucketOwnershipControls {setting}"),
            None => "DeleteBucketOwnershipControls".to_owned(),
        }
    }
}

/// Who owns the objects that others write, and the access control list of the bucket where lists count.
///
/// Amazon S3 User Guide, "Prerequisites for disabling ACLs": "if your bucket ACL grants access outside of your AWS account, you must
/// migrate these permissions to your bucket policy" before; S3 answers InvalidBucketAclWithObjectOwnership until then. So what the list
/// says belongs to the state: this guard tries nothing that the list is in the way of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "Kept", into = "Kept")]
pub struct Ownership {
    /// The setting; none where nothing is set.
    pub setting: Option<ObjectOwnership>,
    /// The list. None: lists are off, and it says nothing.
    pub list: Option<Acl>,
}

/// As it is kept: where no list counts, the bare setting.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
enum Kept {
    WithList { setting: Option<ObjectOwnership>, list: Acl },
    Setting(Option<ObjectOwnership>),
}

impl From<Kept> for Ownership {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::WithList { setting, list } => Self { setting, list: Some(list) },
            Kept::Setting(setting) => Self { setting, list: None },
        }
    }
}

impl From<Ownership> for Kept {
    fn from(Ownership { setting, list }: Ownership) -> Self {
        match list {
            Some(list) => Self::WithList { setting, list },
            None => Self::Setting(setting),
        }
    }
}

impl Ownership {
    /// How far the bucket's owner owns what others write. Amazon S3 User Guide, "Controlling ownership of objects": a bucket without the
    /// setting is as with `ObjectWriter`.
    fn strictness(&self) -> u8 {
        match self.setting {
            None | Some(ObjectOwnership::ObjectWriter) => 0,
            Some(ObjectOwnership::BucketOwnerPreferred) => 1,
            Some(ObjectOwnership::BucketOwnerEnforced) => 2,
        }
    }
}

impl From<ObjectOwnership> for Ownership {
    fn from(setting: ObjectOwnership) -> Self {
        Self { setting: Some(setting), list: None }
    }
}

/// Who owns the objects that others write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ObjectOwnership {
    /// The bucket's owner owns all; ACLs are off.
    BucketOwnerEnforced,
    /// The bucket's owner, if the writer says so.
    BucketOwnerPreferred,
    /// The writer.
    ObjectWriter,
}

impl fmt::Display for ObjectOwnership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BucketOwnerEnforced => "BucketOwnerEnforced",
            Self::BucketOwnerPreferred => "BucketOwnerPreferred",
            Self::ObjectWriter => "ObjectWriter",
        })
    }
}
