//! The IAM policy language: read, decide, judge and narrow policy documents, offline.
//!
//! A policy is text that somebody wrote; what it permits is a set of requests. This crate reads the text without
//! losing anything of it ([`Document`]), decides one request ([`decide`]), finds what a policy should never permit
//! ([`judge`]), and takes away exactly that ([`narrow`]).
//!
//! ```
//! use iam_policy::{Document, Judgement, Narrowing, PolicyKind, TrustZone, judge, narrow};
//!
//! let policy = Document::parse(
//!     r#"{
//!         "Version": "2012-10-17",
//!         "Statement": [
//!             {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"},
//!             {"Sid": "Oops", "Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}
//!         ]
//!     }"#,
//! )?;
//! let zone = TrustZone::new("123456789012");
//!
//! let Judgement::Decided(violations) = judge(&policy, PolicyKind::Identity, &zone) else { unreachable!() };
//! assert_eq!(violations[0].statements, [1]);
//! assert_eq!(violations[0].witness.action, "iam:PutUserPolicy");
//!
//! let Narrowing::Changed(narrowed) = narrow(&policy, PolicyKind::Identity, &zone) else { unreachable!() };
//! assert_eq!(narrowed.statements()[0].sid.as_deref(), Some("Read"));
//! assert_eq!(narrowed.statements().len(), 1);
//! # Ok::<(), iam_policy::ParseError>(())
//! ```
//!
//! Guarantees:
//! - **Pure and total.** No input panics, none takes more than about a second, and one that would is
//!   [undetermined](Judgement::Undetermined): to be treated as a finding, never as a pass.
//! - **It errs towards a finding.** An Allow is read as broadly as it can be meant, a Deny as narrowly. Which conditions
//!   confine a grant is one table, at the top of `condition/confine.rs`.
//! - **A violation comes with a [`Witness`]**, the concrete request that should not be allowed.
//! - **Narrowing is a projection**: the result violates nothing, allows nothing new, keeps every other statement as it
//!   was written, and narrowing it again changes nothing.

mod budget;
mod condition;
mod decide;
mod document;
mod error;
mod glob;
mod judge;
mod narrow;
mod principal;
mod reading;
mod resource;
mod statement;
mod transport;
mod variables;
mod zone;

pub use condition::{Base, Operator, Order, Quantifier};
pub use decide::{Decision, Request, decide};
pub use document::{Document, MAX_DOCUMENT_BYTES};
pub use error::ParseError;
pub use judge::{Judgement, PolicyKind, Violation, ViolationKind, Witness, judge};
pub use narrow::{Narrowing, narrow};
pub use statement::{
    ActionElement, Condition, Effect, PrincipalElement, PrincipalEntry, PrincipalType, Principals, ResourceElement,
    Statement,
};
pub use transport::denies_insecure_transport;
pub use variables::Context;
pub use zone::{ServiceTrust, TrustZone};
