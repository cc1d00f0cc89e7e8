//! Roles of the account of which it is known what they have.

use crate::document::Document;
use crate::request::Witness;
use std::fmt;
use std::sync::Arc;

/// A role of the account.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownRole {
    /// Its ARN.
    pub arn: String,
    /// Who may assume it.
    pub trust: Document,
    /// What is attached to it, and what stands in it; `None`: that is not known, and it may have everything.
    pub policies: Option<Vec<Arc<Document>>>,
    /// Its permissions boundary.
    pub boundary: Option<Arc<Document>>,
}

/// A role by which the holder comes by more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stronger {
    /// Its ARN.
    pub arn: String,
    /// What it has more than the holder.
    pub more: More,
}

/// What a role has more than the holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum More {
    /// It may do this, and the holder may not.
    Does(Box<Witness>),
    /// It is not known what it has, or could not be compared: why.
    Unknown(String),
    /// The holder can give it more.
    Given,
}

impl fmt::Display for Stronger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`, ", self.arn)?;
        match &self.more {
            More::Does(witness) if matches!(witness.resource.as_str(), "" | "*") => {
                write!(f, "which can `{}`", witness.action)
            }
            More::Does(witness) => write!(f, "which can `{}` on `{}`", witness.action, witness.resource),
            More::Unknown(why) => write!(f, "which may have more: {why}"),
            More::Given => write!(f, "which the holder can give more"),
        }
    }
}
