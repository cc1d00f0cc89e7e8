//! The whole stack on a local AWS: the real template, the real binaries, the real rules and roles. See `tests/end_to_end`.
