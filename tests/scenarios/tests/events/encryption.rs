mod buckets;

use serde_json::Value;

use super::{Account, keys};

pub(crate) fn account() -> Account {
    let account = Account::empty();
    buckets::bootstrapped(&account);
    keys::state_and_rotation(&account);
    account
}

/// What a call leaves behind. Any other is harmless.
pub(crate) fn happens(file: &str, record: &Value, account: &Account) {
    let is_known = buckets::happens(file, record, account) || keys::happens_to_state(file, record, account);
    assert!(is_known || file.contains('-'), "{file}: what does it do?");
}
