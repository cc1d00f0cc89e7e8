//! The IAM policy language: read, decide, relate, judge and narrow policies, exactly and offline.
//!
//! A policy is text that somebody wrote; what it permits is a set of requests. This crate reads the text without
//! losing anything of it ([`Document`]), decides one request ([`decide`], [`evaluate`]), compares what policies permit
//! ([`implies`], [`equivalent`], [`disjoint`], [`new_access`]), finds what they should never permit ([`judge`]), and takes
//! away exactly that ([`narrow`]).
//!
//! ```
//! use iam_policy::{Document, Holding, Judgement, Narrowing, PolicyKind, Rules, TrustZone, ViolationKind, judge, narrow};
//!
//! let policy = Document::parse(
//!     r#"{
//!         "Version": "2012-10-17",
//!         "Statement": [
//!             {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"},
//!             {"Sid": "Oops", "Effect": "Allow", "Action": ["ec2:Describe*", "iam:Put*Policy"], "Resource": "*"}
//!         ]
//!     }"#,
//! )?;
//! let documents = [&policy];
//! let holding = Holding::of(&documents, PolicyKind::Identity);
//! let rules = Rules::all(TrustZone::new("123456789012"));
//!
//! let Judgement::Decided(violations) = judge(&holding, &rules) else { unreachable!() };
//! assert_eq!(violations[0].kind, ViolationKind::Admin);
//! assert_eq!(violations[0].statements[0].statement, 1);
//! assert_eq!(violations[0].witness.action, "iam:PutUserPolicy");
//!
//! let Narrowing::Changed(narrowed) = narrow(&holding, &rules) else { unreachable!() };
//! let narrowed = narrowed[0].as_ref().unwrap();
//! assert_eq!(narrowed.as_value()["Statement"][1]["Action"], serde_json::json!(["ec2:Describe*"]));
//! # Ok::<(), iam_policy::ParseError>(())
//! ```
//!
//! Guarantees:
//! - **Pure and total.** No input panics. The work of a call is bounded by the constants of `budget.rs`, so that one that
//!   would take long is undetermined within some tens of milliseconds: to be treated as a finding, never as a pass.
//! - **A finding comes with a [`Witness`]**, the concrete request that should not be allowed.
//! - **Relations are exact** over all requests, but for policy variables, which take representative values.
//! - **Judgements err towards a finding** where the meaning of a policy is not certain: an Allow is read as broadly as it can
//!   be meant, a Deny as narrowly. What confines a grant are two tables: `keys/table.rs` of condition
//!   keys, `federation/table.rs` of identity providers.
//! - **Narrowing is a projection**: the result violates nothing, allows nothing new, has every piece that it can have, and
//!   narrowing it again changes nothing.
//!
//! The modules, from the ground up. Each uses only those above it in this list; `tests/layers.rs` holds them to that. A file
//! that stands for a folder hands names on and holds no code.
//!
//! | module | what |
//! |---|---|
//! | `budget`, `error`, `federation`, `glob`, `keys`, `kind`, `operator`, `request`, `zone` | what needs nothing else: the work that a call may take, why a document is refused, identity providers and their tokens, patterns of `*` and `?`, the table of condition keys, kinds of policies, condition operators, requests, who belongs to the account |
//! | `statement`, `variables`, `language`, [`catalogue`] | a statement as it was written; policy variables; sets of strings; AWS's actions, a table and its look-ups |
//! | `document`, `principal`, `resource`, `condition` | documents, read, edited and checked; whom, what and when a statement means, and the table of what confines outsiders |
//! | `reading`, `transport` | a statement compiled for matching; bucket policies that ask for TLS |
//! | `decide` | one request, by one document or by all that apply; what a change takes from one that was made |
//! | `solve` | some request of all: formulas over facts, and the search |
//! | `relate` | what one side allows and the other does not |
//! | `judge` | rules: the tables are in `judge/tables`, what a holder can reach in `judge/reach`, one file for each family of rules |
//! | `narrow` | policies taken apart and put back without violations |

mod arn;
mod budget;
pub mod catalogue;
mod condition;
mod decide;
mod document;
mod error;
mod federation;
mod glob;
mod judge;
mod keys;
mod kind;
mod language;
mod narrow;
mod operator;
mod principal;
mod reading;
mod region;
mod relate;
mod request;
mod resource;
mod solve;
mod statement;
mod transport;
mod variables;
mod zone;

pub use arn::Arn;
pub use decide::{
    DecidedBy, Decision, Evaluation, Layer, Loss, Policies, Seen, SeenAction, decide, evaluate, loss, loss_beside,
};
pub use document::{Document, MAX_DOCUMENT_BYTES, parse_json};
pub use error::ParseError;
pub use glob::matches;
pub use judge::{
    Breach, Delivery, Edition, GUARD_TAMPERING, Holding, Judgement, KnownRole, More, OBJECT_TAMPERING, Outsiders,
    Rules, Sealed, Severity, Stronger, TABLES, Target, Violation, ViolationKind, Weakening, could_complete_escalation,
    delivery_of, judge, reads_for_anybody, writes_logs_by_acl,
};
pub use kind::{DocumentKind, PolicyKind};
pub use narrow::{
    Audience, Element, How, Left, Narrowed, Narrowing, Proposal, Settled, Taken, Terms, Way, narrow, narrow_beside,
    propose,
};
pub use operator::{Base, Operator, Order, Quantifier};
pub use relate::{Search, common_access, difference, disjoint, equivalent, implies, new_access, new_access_in};
pub use request::{Context, Request, Witness};
pub use statement::{
    ActionElement, Condition, Effect, PrincipalElement, PrincipalEntry, PrincipalType, Principals, ResourceElement,
    Statement, StatementAt,
};
pub use transport::{denies_insecure_transport, denies_tls_below};
pub use zone::{Family, Known, KnownSubject, ServiceTrust, TrustZone};
