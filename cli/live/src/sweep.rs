//! `parapet sweep`: asks the deployed sweep.

use parapet_aws::ask_sweep;
use parapet_cli::sweep::{Exit, Options, has_failed, text};
use parapet_console::terminal::{printable, step};
use parapet_console::{Result, Trouble};

use crate::account::own;

/// Runs it. What goes wrong is said on standard error.
pub(crate) async fn run(options: &Options) -> Exit {
    asked(options).await.unwrap_or_else(|trouble| {
        eprintln!("{trouble}");
        Exit::BadInput
    })
}

async fn asked(options: &Options) -> Result<Exit> {
    let asked = options.asked();
    asked.controls().map_err(Trouble::new)?;
    let (connection, home) = own().await?;
    step(format!("asking parapet-sweep of account {} in {}", home.account, home.region));
    let invoked = ask_sweep(&connection, &home, &asked).await.map_err(|error| Trouble::new(error.story()))?;
    if invoked.is_failed {
        let why =
            invoked.answer.get("errorMessage").and_then(serde_json::Value::as_str).unwrap_or("it does not say why");
        return Err(Trouble::new(format!("the sweep refused: {}", printable(why))));
    }
    if options.json {
        println!("{}", invoked.answer);
    } else {
        println!("{}", text(&invoked.answer).lines().map(printable).collect::<Vec<_>>().join("\n"));
    }
    Ok(if has_failed(&invoked.answer) { Exit::Findings } else { Exit::Clean })
}
