use std::fmt;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::s3::resources::SERVICE;
use crate::{Beside, ControlId, Facet, Grantee, PublicAccess, Resource, Subject, Tied, on};

control! {
    BUCKET_PUBLIC_ACL = "S3.PublicAcl", Critical, Enforce, fsbp ["S3.2", "S3.3"], cis [],
    "No access control list lets everyone in",
    "It publishes the bucket past every policy, as soon as nothing blocks public access.",
}

control! {
    BUCKET_FOREIGN_ACL = "S3.ForeignAcl", High, Enforce, fsbp [], cis [],
    "No access control list lets another account in",
    "A canonical id does not say whose it is, and no policy shows it.",
}

/// Whom a control is against.
type IsWrong = Rc<dyn Fn(&Grantee) -> bool>;

/// The bucket's access control list.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Bucket;
    type State = Acl;
    whole!();

    const ROW: Row = Row {
        id: "bucket-acl",
        name: "access control list",
        service: &SERVICE,
        events: &["CreateBucket", "PutBucketAcl", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls"],
        controls: &[BUCKET_PUBLIC_ACL, BUCKET_FOREIGN_ACL],
        calls_beside: 2,
        is_remembered: false,
        ..Row::OF_ACCESS
    };

    fn flaws<'a>(subject: &Subject<'a>, last_known: Option<&Acl>, observed: &Acl) -> Flaws<'a, Acl> {
        let by_policy = takes_logs_by_policy(subject);
        let owner = observed.owner.clone();
        let trusted = subject.standard.trust.identities.clone();
        let takes_deliveries = subject.takes_deliveries();
        let is_foreign = move |grantee: &Grantee| {
            let is_known = matches!(grantee, Grantee::Account(id) if *id == owner || trusted.contains(id))
                || (takes_deliveries && grantee.writes_logs_of_cloudfront());
            !is_known && !grantee.is_public() && (by_policy || !grantee.is_log_delivery())
        };
        let before = Rc::new(last_known.map(|last| last.grants.clone()).unwrap_or_default());
        let mut flaws = Vec::new();
        let wrong: [(ControlId, IsWrong); 2] =
            [(BUCKET_PUBLIC_ACL, Rc::new(Grantee::is_public)), (BUCKET_FOREIGN_ACL, Rc::new(is_foreign))];
        for (control, is_wrong) in wrong {
            let before = Rc::clone(&before);
            if let Some(granted) = observed.granted(|grant| is_wrong(&grant.grantee) && grant.was_given(&before)) {
                let detail = format!("the list grants {granted}");
                flaws.push(Flaw::new(control, detail, |_: &mut Acl| ()).from_before());
            }
            if let Some(granted) = observed.granted(|grant| is_wrong(&grant.grantee) && !grant.was_given(&before)) {
                let detail = format!("the list grants {granted}");
                flaws.push(Flaw::new(control, detail, move |acl: &mut Acl| {
                    for grant in std::mem::take(&mut acl.grants) {
                        let is_new = is_wrong(&grant.grantee) && !grant.was_given(&before);
                        let left = if is_new { grant.what_was_given(&before) } else { vec![grant] };
                        for grant in left {
                            if !acl.grants.contains(&grant) {
                                acl.grants.push(grant);
                            }
                        }
                    }
                }));
            }
        }
        Ok(flaws)
    }

    /// Amazon S3 API Reference, PublicAccessBlockConfiguration, BlockPublicAcls: "PUT Bucket ACL and PUT Object ACL calls fail if the
    /// specified ACL is public."
    fn ties(subject: &Subject<'_>, _observed: &Acl, desired: &Acl) -> Vec<(Resource, Facet)> {
        if desired.is_public() { PublicAccess::facets(subject) } else { Vec::new() }
    }

    /// The same, IgnorePublicAcls: it "causes Amazon S3 to ignore all public ACLs on this bucket and objects in this bucket". Without it everyone still comes in, and that is not ours to end.
    fn tied(_subject: &Subject<'_>, desired: &Acl, beside: &[Beside]) -> Tied<Acl> {
        let block = PublicAccess::combined(beside);
        if !(desired.is_public() && block.block_public_acls) {
            return Tied::Taken;
        }
        if !block.ignore_public_acls {
            return Tied::Refused(
                "S3 takes no list that lets everyone in while BlockPublicAcls is on: take that out of the list"
                    .to_owned(),
            );
        }
        let mut closed = desired.clone();
        closed.grants.retain(|grant| !grant.grantee.is_public());
        let why = "what lets everyone in goes with it: S3 takes no list that has it while public access is blocked, and ignores it";
        Tied::Instead(closed, why.to_owned())
    }
}

impl Words for Unit {
    fn words(acl: &Acl) -> String {
        format!("PutBucketAcl {acl}")
    }
}

/// A bucket's access control list.
///
/// Where the bucket's owner owns all objects it counts for nothing, and reads as private: Amazon S3 User Guide, "Troubleshooting" of
/// Object Ownership: "Requests to read ACLs always return a response that shows full control for the bucket owner".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Acl {
    /// The canonical user id of the bucket's owner.
    pub owner: String,
    /// Who may do what.
    pub grants: Vec<AclGrant>,
}

/// What one grantee may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AclGrant {
    /// Who.
    pub grantee: Grantee,
    /// `READ`, `WRITE`, `READ_ACP`, `WRITE_ACP` or `FULL_CONTROL`.
    pub permission: String,
}

impl AclGrant {
    /// Whether it is in another, too.
    ///
    /// Amazon S3 User Guide, "Access control list (ACL) overview": FULL_CONTROL "allows grantee the READ, WRITE, READ_ACP, and WRITE_ACP
    /// permissions on the bucket".
    fn is_within(&self, other: &Self) -> bool {
        (self.permission == other.permission || other.permission == FULL_CONTROL)
            && self.grantee.is_within(&other.grantee)
    }

    /// Whether grants from before gave it.
    fn was_given(&self, before: &[Self]) -> bool {
        let is_given = |grant: &Self| before.iter().any(|before| grant.is_within(before));
        let part = |permission: &str| Self { grantee: self.grantee.clone(), permission: permission.to_owned() };
        is_given(self)
            || (self.permission == FULL_CONTROL && PARTS.iter().all(|permission| is_given(&part(permission))))
    }

    /// What of it grants from before gave.
    fn what_was_given(&self, before: &[Self]) -> Vec<Self> {
        before.iter().filter(|before| before.is_within(self)).cloned().collect()
    }
}

/// The permission that is all others.
const FULL_CONTROL: &str = "FULL_CONTROL";

/// What it consists of.
const PARTS: [&str; 4] = ["READ", "WRITE", "READ_ACP", "WRITE_ACP"];

impl fmt::Display for AclGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}", self.permission, self.grantee)
    }
}

impl fmt::Display for Acl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let others = self.grants.iter().filter(|grant| !self.is_owner(&grant.grantee));
        let others: Vec<String> = others.map(ToString::to_string).collect();
        if others.is_empty() { f.write_str("for the owner alone") } else { write!(f, "with {}", others.join(", ")) }
    }
}

impl Acl {
    /// Whether somebody beside the owner is let in.
    #[must_use]
    pub fn lets_others_in(&self) -> bool {
        self.grants.iter().any(|grant| !self.is_owner(&grant.grantee))
    }

    /// Whether CloudFront writes its logs by it.
    pub(super) fn takes_logs_of_cloudfront(&self) -> bool {
        self.grants.iter().any(|grant| grant.grantee.writes_logs_of_cloudfront())
    }

    fn is_public(&self) -> bool {
        self.grants.iter().any(|grant| grant.grantee.is_public())
    }

    fn is_owner(&self, grantee: &Grantee) -> bool {
        matches!(grantee, Grantee::Account(id) if *id == self.owner)
    }

    fn granted(&self, is_wrong: impl Fn(&AclGrant) -> bool) -> Option<String> {
        let wrong = self.grants.iter().filter(|grant| is_wrong(grant));
        let wrong: Vec<String> = wrong.map(ToString::to_string).collect();
        (!wrong.is_empty()).then(|| wrong.join(", "))
    }
}

/// Whether access logs come to the subject by its bucket policy. Then the group that writes them needs no list, and with one the bucket
/// could not be its owner's alone: PutBucketOwnershipControls answers InvalidBucketAclWithObjectOwnership.
fn takes_logs_by_policy(subject: &Subject<'_>) -> bool {
    subject.on::<on::Bucket>().is_some_and(|bucket| subject.standard.bucket_needs(&bucket.name).foundation)
}
