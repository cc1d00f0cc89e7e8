//! `parapet plan`: what enforcement would change in the account of the credentials. Only reads.

use std::fs;
use std::io::{BufWriter, ErrorKind, Write, stdout};
use std::path::Path;

use parapet_aws::{AwsWorld, KeyArn, S3Recorder, SeenLately, roles};
use parapet_cli::plan::history::Past;
use parapet_cli::plan::{Answer, Exit, Options, Progress};
use parapet_cli::standard::Given;
use parapet_console::Result;
use parapet_console::terminal::step;
use parapet_console::trouble::During;
use parapet_reconcile::{Clock, Place, Plan, PlanProgress, Unread, plan, plan_beside};

use crate::account::own_of;
use crate::{history, last_accessed};

/// What stands for the standard in the binary.
const BUILT_IN: &str = "built-in";

/// Plans. What goes wrong is said on standard error.
pub(crate) async fn run(options: &Options) -> Exit {
    planned(options).await.unwrap_or_else(|trouble| {
        eprintln!("{trouble}");
        Exit::BadInput
    })
}

async fn planned(options: &Options) -> Result<Exit> {
    let named = options.standard.as_deref().unwrap_or(BUILT_IN);
    let given = Given::read(named).map_err(|unusable| unusable.trouble())?;
    let (connection, home) = own_of(options.profile.as_deref(), options.region.as_deref()).await?;
    let standard = given.standard(&home).map_err(|unusable| unusable.trouble())?;
    let (key_arn, seen_lately) = (KeyArn::default(), SeenLately::default());
    let world = AwsWorld::new(&connection, &home, &standard.names, &key_arn).recorded_by(standard.trail_name());
    let recorder = S3Recorder::new(&connection, &home, &standard.names.evidence_bucket, &seen_lately);
    let place = Place { home: &home, standard: &standard, world: &world, recorder: &recorder };
    let past = match options.history.as_slice() {
        [] => None,
        paths => Some(history::read(paths, &connection, &home).await),
    };
    let progress = Progress::default();
    let tell = |so_far: PlanProgress<'_>| progress.tell(so_far);
    // Boxed: the type of these futures is too deep for the compiler otherwise.
    let mut found = match &past {
        Some(Past { history, unreadable }) => {
            Box::pin(plan_beside(&place, Clock::system(), (history, *unreadable), tell)).await
        }
        None => Box::pin(plan(&place, Clock::system(), tell)).await,
    };
    if options.last_accessed {
        let told = last_accessed::of_all(&connection, found.asks_accessed(), &progress).await;
        found.weigh_accessed(told, &home);
    }
    progress.end();
    name_permissions(&mut found);

    let answer = Answer { home: &home, standard: &given.name, plan: &found, calls: connection.calls() };
    if let Some(file) = &options.html {
        let mut page = Vec::new();
        answer.html(&mut page)?;
        put(file, &page)?;
    }
    if let Some(file) = &options.proposal {
        put(file, found.proposal.to_yaml().as_bytes())?;
    }
    let mut out = BufWriter::new(stdout().lock());
    let written = if options.json { answer.json(&mut out) } else { answer.text(&mut out) };
    match written.and_then(|()| out.flush()) {
        // Whoever reads the first lines only has them.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).during("the plan cannot be written")?,
        _ => Ok(answer.exit()),
    }
}

fn put(file: &Path, text: &[u8]) -> Result<()> {
    fs::write(file, text).during(&format!("`{}` cannot be written", file.display()))?;
    step(format!("wrote {}", file.display()));
    Ok(())
}

/// Names what a denied call lacks. Where AWS does not say which action it denied, it is one of those that the read takes.
fn name_permissions(plan: &mut Plan) {
    let is_unnamed = |unread: &&mut Unread| unread.is_denied && unread.permissions.is_empty();
    for unread in plan.unread.iter_mut().filter(is_unnamed) {
        let needed = match unread.facet {
            Some(facet) => roles::to_look_at(facet),
            None => roles::to_list(unread.kind),
        };
        unread.permissions = needed.into_iter().map(str::to_owned).collect();
    }
}
