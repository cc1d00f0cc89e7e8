//! Identity providers: whose tokens they issue, and which claims say whose a token is.

mod issuer;
mod provider;
mod table;
mod tenant;
mod token;

pub(crate) use issuer::{claim_of_key, is_given, is_issuer, is_unknown, issuer_of_key, key_of_claim};
pub(crate) use tenant::{is_shared, is_shared_provider, lets_guests_in, names_a_tenant, session_names_a_tenant};
pub(crate) use token::{forms, strangers};
