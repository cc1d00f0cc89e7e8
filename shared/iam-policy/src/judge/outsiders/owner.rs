//! Whose a resource is, where nobody says.

use crate::arn::Arn;
use crate::judge::holding::Holding;
use crate::statement::{ResourceElement, Statement};
use crate::zone::TrustZone;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The zone. Of an account that is not known, that of the policies' own resources, if all that have an account have the same.
pub(super) fn zone<'a>(holding: &Holding<'_>, zone: &'a TrustZone) -> Cow<'a, TrustZone> {
    if zone.is_known() {
        return Cow::Borrowed(zone);
    }
    let statements = holding.documents.iter().flat_map(|document| document.statements());
    let owners: BTreeSet<(&str, &str)> = statements.flat_map(owners).collect();
    match owners.into_iter().collect::<Vec<_>>().as_slice() {
        [(partition, account)] => {
            Cow::Owned(TrustZone { account: (*account).to_owned(), partition: (*partition).to_owned(), ..zone.clone() })
        }
        _ => Cow::Borrowed(zone),
    }
}

/// The partitions and accounts of a statement's resources.
fn owners(statement: &Statement) -> impl Iterator<Item = (&str, &str)> {
    let patterns = match &statement.resources {
        ResourceElement::Resource(patterns) => patterns.as_slice(),
        ResourceElement::NotResource(_) | ResourceElement::None => &[],
    };
    let arns = patterns.iter().filter_map(|pattern| Arn::parse(pattern));
    arns.filter(|arn| arn.account.len() == 12 && arn.account.bytes().all(|byte| byte.is_ascii_digit()))
        .map(|arn| (arn.partition, arn.account))
}
