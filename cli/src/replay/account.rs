//! `--against-account`: what is so now at the places that a log leads to, and what the guards would change. Only reads.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::rc::Rc;

use parapet_aws::{AwsWorld, Connection, FirstMemories, KeyArn, S3Recorder, arn_of_account};
use parapet_core::{Facet, Guard, GuardName, Home, Report, Standard, Trigger, World};
use parapet_guards::{EncryptionGuard, Led, LoggingGuard, Look, PolicyGuard, Target};
use parapet_reconcile::{Clock, Run, visit};
use tokio::runtime::Runtime;

use super::homes::Place;
use crate::trouble::During;
use crate::{Result, Trouble};

/// The live account.
pub(super) struct Account {
    runtime: Runtime,
    connection: Connection,
    pub(super) place: Rc<Place>,
}

/// What a log leads to, each once.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeMap<(GuardName, Target), BTreeSet<Facet>>);

impl Places {
    /// Adds what a record leads to.
    pub(super) fn note(&mut self, looks: &[Led]) {
        for led in looks {
            self.0.entry((led.guard, led.target.clone())).or_default().extend(led.facets.iter().copied());
        }
    }

    /// What a guard has to look at, existence first: nothing else can be read of what is not there.
    fn of(&self, guard: GuardName) -> Vec<Look> {
        let own = self.0.iter().filter(|((owner, _), _)| *owner == guard);
        let looks = own.flat_map(|((_, target), facets)| {
            let (existence, rest): (Vec<Facet>, Vec<Facet>) = facets.iter().partition(|facet| facet.is_existence());
            [existence, rest].map(|facets| Look { target: target.clone(), facets })
        });
        looks.filter(|look| !look.facets.is_empty()).collect()
    }
}

impl Account {
    /// The account of the credentials in the environment, under the standard given by text and origin, or the built-in one.
    ///
    /// # Errors
    /// There are no credentials, they are refused, or the standard does not fit.
    pub(super) fn open(given: Option<&(String, String)>) -> Result<Self> {
        const REMEDY: &str = "export the credentials of a role that may read, for example with `aws configure export-credentials --format env`, and AWS_REGION";
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let connection = Connection::from_env().map_err(|error| Trouble::from(error).remedy(REMEDY))?;
        let arn = runtime.block_on(arn_of_account(&connection)).map_err(|error| {
            let remedy = error.remedy();
            Trouble::from(error).remedy(remedy)
        })?;
        let home = home(&arn)?;
        let standard = match given {
            Some((text, origin)) => Standard::parse(text, origin, &home)?,
            None => Standard::built_in(&home)?,
        };
        Ok(Self { runtime, connection, place: Rc::new(Place { home, standard }) })
    }

    /// Looks at the places. One that cannot be read holds no other back: its report says so.
    pub(super) fn look(&self, places: &Places) -> Vec<Report> {
        let mut reports = Vec::new();
        for guard in GuardName::ALL {
            let looks = places.of(guard);
            reports.extend(match guard {
                GuardName::EncryptionGuard => self.look_as::<EncryptionGuard>(looks),
                GuardName::PolicyGuard => self.look_as::<PolicyGuard>(looks),
                GuardName::LoggingGuard => self.look_as::<LoggingGuard>(looks),
            });
        }
        reports
    }

    fn look_as<G: Guard>(&self, looks: Vec<Look>) -> Vec<Report>
    where
        for<'a> AwsWorld<'a>: World<G>,
    {
        let Place { home, standard } = &*self.place;
        let (key_arn, first_memories) = (KeyArn::default(), FirstMemories::default());
        let world = AwsWorld::new(&self.connection, home, &standard.names, &key_arn);
        let recorder = S3Recorder::new(&self.connection, home, &standard.names.evidence_bucket, &first_memories);
        let run = Run { standard, home, clock: Clock::system(), dry: true };
        let cause = Trigger::by_hand("Replay", "replay", home);
        // Boxed: the type of this future is too deep for the compiler otherwise.
        self.runtime.block_on(Box::pin(visit::<G, _, _>(&run, &world, &recorder, &cause, looks)))
    }
}

/// The account of an ARN, in the region of the environment.
fn home(arn: &str) -> Result<Home> {
    let region = env::var("AWS_REGION").unwrap_or_default();
    if region.is_empty() {
        let remedy = "export AWS_REGION, the region whose keys and trails are to be looked at";
        return Err(Trouble::new("the environment variable `AWS_REGION` is not set").remedy(remedy));
    }
    let mut parts = arn.split(':').skip(1);
    let partition = parts.next().unwrap_or_default().to_owned();
    let account = parts.nth(2).unwrap_or_default().to_owned();
    Home::from_arn(&format!("arn:{partition}:iam:{region}:{account}:root"))
        .ok_or_else(|| Trouble::new(format!("`{arn}` names no account")))
        .during("the account of the credentials cannot be told")
}
