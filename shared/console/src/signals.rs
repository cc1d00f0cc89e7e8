//! The ways a user ends a command: Ctrl-C, `kill`, a closed terminal.

use tokio::signal::unix::{SignalKind, signal};

use crate::Result;

/// The exit code of a command that Ctrl-C ended, as shells have it: 128 and the number of SIGINT.
pub const EXIT_INTERRUPTED: u8 = 130;

/// Waits until the user wants to end.
///
/// # Errors
/// The system does not let us listen for signals.
pub async fn interrupted() -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}
