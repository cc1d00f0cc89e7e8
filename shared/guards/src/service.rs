/// An AWS service whose settings are guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// As CloudTrail writes it in `eventSource`.
    pub source: &'static str,
    /// Whether its resources lie in a region, and its events are of theirs.
    pub is_regional: bool,
}
