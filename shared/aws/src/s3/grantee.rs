//! Whom access control lists let in.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types as s3;
use parapet_guards::Grantee;

/// None: it names nobody.
pub(super) fn of(grantee: s3::Grantee) -> Option<Grantee> {
    let by_id = grantee.id.map(Grantee::Account);
    by_id.or_else(|| grantee.uri.map(Grantee::Group)).or_else(|| grantee.email_address.map(Grantee::Email))
}

pub(super) fn to(grantee: &Grantee) -> Result<s3::Grantee, BuildError> {
    let builder = s3::Grantee::builder();
    match grantee {
        Grantee::Account(id) => builder.r#type(s3::Type::CanonicalUser).id(id),
        Grantee::Group(uri) => builder.r#type(s3::Type::Group).uri(uri),
        Grantee::Email(address) => builder.r#type(s3::Type::AmazonCustomerByEmail).email_address(address),
    }
    .build()
}
