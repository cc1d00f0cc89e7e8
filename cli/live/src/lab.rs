//! `parapet lab`.

use std::io::{Write, stdout};
use std::time::Duration;

use parapet_console::checkout::Workspace;
use parapet_console::terminal::step;
use parapet_console::{Result, Trouble, signals};
use parapet_lab::{Detached, Lab, Options};

use crate::exports::exports;
use crate::watch::Watch;

/// How a command ends when nothing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everything is as it should be.
    Good,
    /// Something is not, and has been said.
    Bad,
    /// The user ended it early.
    Interrupted,
}

/// Starts a lab, says how to reach it, and shows what happens there until the user ends it; or leaves it running.
///
/// # Errors
/// The lab does not start, or ends by itself.
pub(crate) async fn run(options: Options) -> Result<Ending> {
    let workspace = Workspace::find().await?;
    if options.detached
        && let Some(running) = Detached::running(&workspace.lab()).await
    {
        return Err(running.refusal());
    }
    let mut lab = tokio::select! {
        lab = Lab::start(&workspace, &options) => lab?,
        ended = signals::interrupted() => return ended.map(|()| Ending::Interrupted),
    };
    let mut stream = lab.stream();
    announce(&lab)?;
    if options.detached {
        if let Some(detached) = lab.release() {
            detached.note(&workspace.lab())?;
        }
        step("the lab goes on; `parapet lab --stop` ends it");
        return Ok(Ending::Good);
    }
    step(format!("the lab runs at {}; Ctrl-C ends it", lab.endpoint()));
    let intruder = &lab.intruder;
    step(format!(
        "to attack: AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={}",
        intruder.access_key_id, intruder.secret_access_key
    ));
    let mut watch = Watch::default();
    let mut ended = Box::pin(signals::interrupted());
    loop {
        const LOOK_EVERY: Duration = Duration::from_millis(20);
        tokio::select! {
            ended = &mut ended => {
                ended?;
                break;
            }
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        for line in stream.read()?.into_iter().flat_map(|line| watch.show(line)) {
            eprintln!("{line}");
        }
        if lab.has_ended() {
            return Err(Trouble::new("the local AWS has ended by itself").remedy("start it again with `parapet lab`"));
        }
    }
    step("ending the lab");
    drop(lab);
    Ok(Ending::Good)
}

/// Ends a lab that was left running.
///
/// # Errors
/// The workspace is not found.
pub(crate) async fn stop() -> Result<Ending> {
    let workspace = Workspace::find().await?;
    if Detached::stop(&workspace.lab()).await {
        step("the lab has ended")
    } else {
        step("no lab is running in the background")
    }
    Ok(Ending::Good)
}

/// Everything that other programs read goes to stdout, and `ready` comes last.
fn announce(lab: &Lab) -> Result<()> {
    let mut out = stdout().lock();
    out.write_all(exports(lab).as_bytes())?;
    out.write_all(b"ready\n")?;
    Ok(out.flush()?)
}
