//! One process from its start to its end, and what each event took it.

use std::ffi::OsStr;
use std::time::Duration;

use parapet_console::Result;
use parapet_console::trouble::During;

use crate::calls::Documented;
use crate::events::Event;
use crate::function::{ARN, Function, Process};
use crate::server::{Aws, RuntimeApi, Waiting};

/// What the functions are measured with.
#[derive(Debug)]
pub(crate) struct Bench {
    runtime: RuntimeApi,
    aws: Aws,
}

/// What one process took.
#[derive(Debug)]
pub(crate) struct Series {
    /// From its start until it waits for the first event.
    pub(crate) init: Duration,
    /// The first event, a repair.
    pub(crate) first: Duration,
    /// Later ones.
    pub(crate) repairs: Vec<Duration>,
    pub(crate) healthy: Vec<Duration>,
    pub(crate) irrelevant: Vec<Duration>,
    pub(crate) peak_memory_mb: Option<f64>,
}

impl Bench {
    pub(crate) async fn start() -> Result<Self> {
        Ok(Self { runtime: RuntimeApi::start(ARN).await?, aws: Aws::start().await? })
    }

    /// One process: a repair, and then `events` of each kind. A guard is held to what is documented of its calls.
    ///
    /// # Errors
    /// The function fails, or its calls are others.
    pub(crate) async fn series(
        &mut self,
        function: &Function,
        events: u32,
        documented: Option<Documented>,
    ) -> Result<Series> {
        let (process, mut waiting) = self.started(function, &[]).await?;
        let init = waiting.since.duration_since(process.started);
        let mut taken = Vec::new();
        for kind in [Event::Repair, Event::Healthy, Event::Irrelevant] {
            let count = if kind == Event::Repair { events + 1 } else { events };
            let mut times = Vec::new();
            for _ in 0..count {
                let time;
                (waiting, time) =
                    self.play(waiting, kind, documented).await.during(&format!("`{}` fails", function.name))?;
                times.push(time);
            }
            taken.push(times);
        }
        let mut taken = taken.into_iter();
        let mut repairs = taken.next().unwrap_or_default();
        let first = repairs.drain(..repairs.len().min(1)).next().unwrap_or_default();
        let peak_memory_mb = process.peak_memory_mb();
        process.end();
        Ok(Series {
            init,
            first,
            repairs,
            healthy: taken.next().unwrap_or_default(),
            irrelevant: taken.next().unwrap_or_default(),
            peak_memory_mb,
        })
    }

    /// One process under another program, and so many repairs.
    ///
    /// # Errors
    /// The function fails.
    pub(crate) async fn repairs_under(&mut self, under: &[&OsStr], function: &Function, repairs: u32) -> Result<()> {
        let (process, mut waiting) = self.started(function, under).await?;
        for _ in 0..repairs {
            (waiting, _) = self.play(waiting, Event::Repair, None).await?;
        }
        process.end();
        Ok(())
    }

    async fn started(&mut self, function: &Function, under: &[&OsStr]) -> Result<(Process, Waiting)> {
        let process = function.start(under, &self.runtime, &self.aws)?;
        let waiting = self.runtime.next().await.during(&format!("`{}` does not start", function.binary.display()))?;
        Ok((process, waiting))
    }

    /// One event, and how long it took.
    async fn play(
        &mut self,
        waiting: Waiting,
        event: Event,
        documented: Option<Documented>,
    ) -> Result<(Waiting, Duration)> {
        event.prepare(&mut self.aws.storage());
        let (answer, took) = self.runtime.invoke(waiting, &event.payload()).await?;
        let calls = self.aws.storage().take_calls();
        if let Some(documented) = documented {
            documented.check(event, &calls, &answer.text)?;
        }
        Ok((self.runtime.next().await?, took))
    }
}
