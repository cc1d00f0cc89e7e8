use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::flaw::Flaws;
use crate::s3::public_access::PublicAccess;
use crate::s3::resources::SERVICE;
use crate::{Subject, on};

control! {
    ACCOUNT_PUBLIC_ACCESS = "S3.AccountPublicAccessBlock", Critical, Enforce, fsbp ["S3.1"], cis ["2.1.4"],
    "Public access is blocked for the whole account, all four settings",
    "It covers every bucket and access point, also those that nobody guards.",
}

/// The public access block of the whole account.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Account;
    type State = PublicAccess;
    whole!();

    const ROW: Row = Row {
        id: "account-public-access",
        name: "public access block of the account",
        service: &SERVICE,
        events: &["PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock"],
        controls: &[ACCOUNT_PUBLIC_ACCESS],
        ..Row::USUAL
    };

    /// Amazon S3 API Reference, PutPublicAccessBlock: S3 "uses the most restrictive combination of the bucket-level and account-level
    /// settings". So this one holds also where a bucket's own is gone.
    fn flaws<'a>(
        _subject: &Subject<'a>,
        _last_known: Option<&PublicAccess>,
        observed: &PublicAccess,
    ) -> Flaws<'a, PublicAccess> {
        let said = |off: &[&str]| format!("of the account, {} off", off.join(", "));
        Ok(observed.flaws(ACCOUNT_PUBLIC_ACCESS, None, said))
    }
}

impl Words for Unit {
    fn words(block: &PublicAccess) -> String {
        format!("PutPublicAccessBlock of the account {block}")
    }
}
