use parapet_core::{Algorithm, Facet};
use parapet_guards::{
    BucketEncryption, EncryptionGuard, EncryptionState as State, ObjectOwnership, PublicAccess, Versioning,
};
use parapet_testkit::fixtures::{DATA_BUCKET, bucket};
use serde_json::Value;

use super::{Account, keys};

fn sse_s3(sse_c_blocked: bool) -> State {
    State::Encryption(BucketEncryption { algorithm: Algorithm::Aes256, key: None, bucket_key: false, sse_c_blocked })
}

pub(crate) fn account() -> Account<EncryptionGuard> {
    let account = Account::empty();
    let nothing = [
        (Facet::BucketPublicAccess, State::PublicAccess(PublicAccess::default())),
        (Facet::BucketEncryption, sse_s3(false)),
        (Facet::BucketOwnership, State::Ownership(None)),
        (Facet::BucketVersioning, State::Versioning(Versioning::Off)),
    ];
    for (facet, state) in nothing {
        account.bootstrapped(&bucket(DATA_BUCKET), facet, &state);
    }
    keys::state_and_rotation(&account);
    account
}

/// What a call leaves behind. Any other is harmless.
pub(crate) fn happens(file: &str, _record: &Value, account: &Account<EncryptionGuard>) {
    let data = |facet, state| account.world.set(&bucket(DATA_BUCKET), facet, state);
    match file {
        // A new bucket: SSE-S3, SSE-C and public access blocked, ACLs off.
        "CreateBucket" => {
            let new = bucket("training-images");
            account.world.set(&new, Facet::BucketPublicAccess, State::PublicAccess(PublicAccess::BLOCKED));
            account.world.set(&new, Facet::BucketEncryption, sse_s3(true));
            account.world.set(
                &new,
                Facet::BucketOwnership,
                State::Ownership(Some(ObjectOwnership::BucketOwnerEnforced)),
            );
            account.world.set(&new, Facet::BucketVersioning, State::Versioning(Versioning::Off));
        }
        "PutBucketEncryption" => data(Facet::BucketEncryption, sse_s3(false)),
        "DeleteBucketEncryption" => data(Facet::BucketEncryption, sse_s3(true)),
        "PutBucketPublicAccessBlock" | "DeleteBucketPublicAccessBlock" => {
            data(Facet::BucketPublicAccess, State::PublicAccess(PublicAccess::default()))
        }
        "PutBucketVersioning" => data(Facet::BucketVersioning, State::Versioning(Versioning::Suspended)),
        "PutBucketOwnershipControls" => {
            data(Facet::BucketOwnership, State::Ownership(Some(ObjectOwnership::ObjectWriter)))
        }
        "DeleteBucketOwnershipControls" => data(Facet::BucketOwnership, State::Ownership(None)),
        of_a_key if keys::happens_to_state(of_a_key, account) => {}
        harmless => assert!(harmless.contains('-'), "{harmless}: what does it do?"),
    }
}
