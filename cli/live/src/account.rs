//! `--against-account`: what is so now at the places that a log leads to, and what the guards would change. Only reads.

use std::rc::Rc;

use parapet_aws::{AwsWorld, Connection, KeyArn, S3Recorder, SeenLately, arn_of_account};
use parapet_cli::replay::{Account, Place, Places};
use parapet_console::trouble::During;
use parapet_console::{Result, Trouble};
use parapet_core::{Arn, ErrorKind, Home, Trigger, WorldError};
use parapet_guards::{GuardName, Report, Standard};
use parapet_reconcile::{Clock, Run, visit};
use tokio::runtime::{Builder, Runtime};

/// The live account of the credentials that every AWS tool takes, under the standard given by text and origin, or the built-in one.
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
        let world = AwsWorld::new(&self.connection, home, &standard.names, &key_arn).recorded_by(standard.trail_name());
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

/// The account of the credentials that every AWS tool would take, and a connection with them.
///
/// # Errors
/// There are none, they are refused, or no region is named.
pub(crate) async fn own() -> Result<(Connection, Home)> {
    own_of(None, None).await
}

/// The same of a profile and in a region, where they are named.
///
/// # Errors
/// Likewise.
pub(crate) async fn own_of(profile: Option<&str>, region: Option<&str>) -> Result<(Connection, Home)> {
    let connection = Connection::of_person(profile, region).await.map_err(|error| {
        let remedy = error.remedy();
        Trouble::from(error).remedy(remedy)
    })?;
    let arn = arn_of_account(&connection).await.map_err(refused)?;
    let home = home(&arn, connection.region())?;
    Ok((connection, home))
}

/// A call that AWS refused, with what a person can do about it.
pub(crate) fn refused(error: WorldError) -> Trouble {
    let remedy = match error.kind {
        _ if error.is_about_credentials() => {
            "sign in again, with `aws sso login` or as your account does it: AWS takes these credentials for none, or for some that have ended"
        }
        ErrorKind::Denied => {
            "allow whoever has these credentials the call that AWS names, or look for a policy that denies it; policies/plan.json is all that it takes to \
             look at an account"
        }
        _ => error.remedy(),
    };
    Trouble::new(error.to_string()).remedy(remedy)
}

/// The account of an ARN, in a region.
fn home(arn: &str, region: &str) -> Result<Home> {
    Arn::parse(arn)
        .and_then(|Arn { partition, account, .. }| {
            Home::from_arn(&format!("arn:{partition}:iam:{region}:{account}:root"))
        })
        .ok_or_else(|| Trouble::new(format!("`{arn}` names no account")))
        .during("the account of the credentials cannot be told")
}
