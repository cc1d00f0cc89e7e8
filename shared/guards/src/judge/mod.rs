//! What policy documents are judged by, whichever service they belong to.

pub(crate) mod change;
pub(crate) mod judgement;
pub(crate) mod question;
pub(crate) mod rules;
