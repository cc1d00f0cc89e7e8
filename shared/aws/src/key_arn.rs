use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an alias counts as resolved. Long enough that a burst of events asks once, short enough that a key which was replaced
/// is not enforced for long.
const VALID_FOR: Duration = Duration::from_secs(60);

/// Which key the standard's alias points to, as last seen. Kept by a warm function from one event to the next.
#[derive(Debug, Default)]
pub struct KeyArn(Mutex<Option<(String, Instant)>>);

impl KeyArn {
    /// The ARN, if it was seen not too long ago.
    pub(crate) fn get(&self) -> Option<String> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref().filter(|(_, when)| when.elapsed() < VALID_FOR).map(|(arn, _)| arn.clone())
    }

    /// Remembers what was seen now; none: forgets.
    pub(crate) fn set(&self, arn: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = arn.map(|arn| (arn, Instant::now()));
    }
}
