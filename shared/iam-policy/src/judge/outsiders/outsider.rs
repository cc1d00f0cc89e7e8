//! Somebody from outside.

use crate::arn::{Arn, is_account};
use crate::solve::Caller;
use crate::statement::Condition;

/// Somebody who is looked for.
#[derive(Clone, Debug)]
pub(super) struct Outsider {
    pub(super) caller: Caller,
    /// Of an IAM principal: its account, or one that will do.
    pub(super) account: Option<Account>,
    /// As whom the policy names them; `None`: one of many whom it does not.
    pub(super) named: Option<String>,
    /// By what of them they are let in.
    pub(super) by: By,
    /// The only actions that they are known for; empty: any.
    pub(super) actions: Vec<String>,
    /// What they may do all the same; none: nothing.
    pub(super) meant: &'static [&'static str],
}

/// By what of them somebody is let in.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum By {
    /// Nothing: nobody who is meant is like them.
    Nothing,
    /// A principal that a statement names.
    Entry,
    /// A value that a condition names.
    Value(Condition),
    /// Its own account, or any other, because what is sealed is not for it either.
    NoKeeper,
}

/// An account, and the partition that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) partition: String,
    pub(super) number: String,
}

impl Outsider {
    /// One of many.
    pub(super) fn any(caller: Caller, account: Option<Account>) -> Self {
        Self { caller, account, named: None, by: By::Nothing, actions: Vec::new(), meant: &[] }
    }

    /// Whom a statement names.
    pub(super) fn entry(caller: Caller, account: Option<Account>, name: &str) -> Self {
        Self { named: Some(name.to_owned()), by: By::Entry, ..Self::any(caller, account) }
    }
}

impl Account {
    pub(super) fn new(partition: &str, number: &str) -> Self {
        Self { partition: partition.to_owned(), number: number.to_owned() }
    }

    /// A principal of it.
    pub(super) fn stranger(&self) -> String {
        format!("arn:{}:iam::{}:user/stranger", self.partition, self.number)
    }
}

/// Whether a principal that is named can be of more than one account.
pub(super) fn is_wide(name: &str) -> bool {
    name.contains(['*', '?']) && !is_account(Arn::account_in(name))
}
