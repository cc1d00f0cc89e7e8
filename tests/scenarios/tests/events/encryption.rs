mod buckets;

use parapet_guards::EncryptionGuard;
use serde_json::Value;

use super::Account;

pub(crate) fn account() -> Account<EncryptionGuard> {
    let account = Account::empty();
    buckets::bootstrapped(&account);
    account
}

/// What a call leaves behind. Any other is harmless.
pub(crate) fn happens(file: &str, _record: &Value, account: &Account<EncryptionGuard>) {
    let is_known = buckets::happens(file, account);
    assert!(is_known || file.contains('-'), "{file}: what does it do?");
}
