//! A lab that goes on without the program that started it.

use std::fs;
use std::path::{Path, PathBuf};

use parapet_console::process::{end_group, is_alive};
use parapet_console::{Result, Trouble};
use serde::{Deserialize, Serialize};

use super::http;

/// What has to be known to end it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Detached {
    /// Its process id.
    pub id: i32,
    /// Its port.
    pub port: u16,
    /// What it writes.
    pub directory: PathBuf,
}

impl Detached {
    /// The one that runs, if one does.
    pub async fn running(lab: &Path) -> Option<Self> {
        let known: Self = serde_json::from_slice(&fs::read(note(lab)).ok()?).ok()?;
        // Process ids are used again: it is ours only if it also answers.
        let answers = is_alive(known.id) && http::is_ready(known.port).await;
        answers.then_some(known)
    }

    /// Writes down that it runs.
    ///
    /// # Errors
    /// The note cannot be written.
    pub fn note(&self, lab: &Path) -> Result<()> {
        let whole = note(lab).with_extension("new");
        fs::write(&whole, serde_json::to_vec_pretty(self)?)?;
        Ok(fs::rename(whole, note(lab))?)
    }

    /// Ends the one that runs. Answers whether one did.
    pub async fn stop(lab: &Path) -> bool {
        let running = Self::running(lab).await;
        if let Some(running) = &running {
            end_group(running.id);
            let _ = fs::remove_dir_all(&running.directory);
        }
        let _ = fs::remove_file(note(lab));
        running.is_some()
    }

    /// That there already is one.
    #[must_use]
    pub fn refusal(&self) -> Trouble {
        Trouble::new(format!("a lab already runs at http://127.0.0.1:{}", self.port))
            .remedy("end it with `parapet lab --stop`")
    }
}

fn note(lab: &Path) -> PathBuf {
    lab.join("detached.json")
}
