//! `--against-account`: what is so now at the places that a log leads to, and what the guards would change. Only reads.

use std::env;
use std::rc::Rc;

use parapet_aws::{AwsWorld, Connection, KeyArn, S3Recorder, SeenLately, arn_of_account};
use parapet_cli::replay::{Account, Place, Places};
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_core::{Arn, Home, Trigger, WorldError};
use parapet_guards::{GuardName, Report, Standard};
use parapet_reconcile::{Clock, Run, visit};
use tokio::runtime::{Builder, Runtime};

/// The live account of the credentials in the environment, under the standard given by text and origin, or the built-in one.
///
/// # Errors
/// There are no credentials, they are refused, or the standard does not fit.
pub(crate) fn open(given: Option<&(String, String)>) -> Result<Account> {
    let live = Live::open(given)?;
    Ok(Account { place: Rc::clone(&live.place), look: Box::new(move |places| live.look(places)) })
}

/// How it is reached.
struct Live {
    runtime: Runtime,
    connection: Connection,
    place: Rc<Place>,
}

impl Live {
    fn open(given: Option<&(String, String)>) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (connection, home) = runtime.block_on(own())?;
        let standard = match given {
            Some((text, origin)) => Standard::parse(text, origin, &home)?,
            None => Standard::built_in(&home)?,
        };
        Ok(Self { runtime, connection, place: Rc::new(Place { home, standard }) })
    }

    fn look(&self, places: &Places) -> Vec<Report> {
        let Place { home, standard } = &*self.place;
        let (key_arn, seen_lately) = (KeyArn::default(), SeenLately::default());
        let world = AwsWorld::new(&self.connection, home, &standard.names, &key_arn);
        let recorder = S3Recorder::new(&self.connection, home, &standard.names.evidence_bucket, &seen_lately);
        let place = parapet_reconcile::Place { home, standard, world: &world, recorder: &recorder };
        let cause = Trigger::by_hand("Replay", "replay", home);
        let mut reports = Vec::new();
        for &guard in GuardName::ALL {
            let run = Run { guard, clock: Clock::system(), dry: true };
            // Boxed: the type of this future is too deep for the compiler otherwise.
            reports.extend(self.runtime.block_on(Box::pin(visit(&place, run, &cause, places.of(guard)))));
        }
        reports
    }
}

/// The account of the credentials in the environment, and a connection with them.
///
/// # Errors
/// There are none, or they are refused.
pub(crate) async fn own() -> Result<(Connection, Home)> {
    const REMEDY: &str = "export the credentials of a role, for example with `aws configure export-credentials --format env`, and AWS_REGION";
    let connection = Connection::from_env().map_err(|error| Trouble::from(error).remedy(REMEDY))?;
    let arn = arn_of_account(&connection).await.map_err(refused)?;
    let home = home(&arn)?;
    Ok((connection, home))
}

/// A call that AWS refused, with what to do about it.
pub(crate) fn refused(error: WorldError) -> Trouble {
    let remedy = error.remedy();
    Trouble::from(error).remedy(remedy)
}

/// The account of an ARN, in the region of the environment.
fn home(arn: &str) -> Result<Home> {
    let region = env::var("AWS_REGION").unwrap_or_default();
    if region.is_empty() {
        let remedy = "export AWS_REGION, the region whose keys and trails are to be looked at";
        return Err(Trouble::new("the environment variable `AWS_REGION` is not set").remedy(remedy));
    }
    Arn::parse(arn)
        .and_then(|Arn { partition, account, .. }| {
            Home::from_arn(&format!("arn:{partition}:iam:{region}:{account}:root"))
        })
        .ok_or_else(|| Trouble::new(format!("`{arn}` names no account")))
        .during("the account of the credentials cannot be told")
}
