//! The demo's attacks and harmless calls, warm and in order.

use std::collections::BTreeSet;

use parapet_lab::Lab;
use parapet_lab::attacks::{HARMLESS_CALLS, attacks};
use parapet_lab::{Scene, trial};

use crate::report::Report;

/// Adds the controls that were found.
pub(crate) async fn run(lab: &Lab, report: &mut Report, found: &mut BTreeSet<String>) {
    let scene = Scene::new(lab, 0);
    let mut stream = lab.stream();
    for attack in attacks() {
        let case = async {
            trial::prepare(&scene, &mut stream, attack.prepare).await?;
            let repair = trial::attack(&scene, &mut stream, attack).await?;
            found.extend(repair.answer.findings.into_iter().map(|finding| finding.control));
            Ok(())
        };
        report.case(format!("repaired: {} ({})", attack.name, attack.event), case).await;
    }
    for call in HARMLESS_CALLS {
        let case = async {
            trial::prepare(&scene, &mut stream, call.prepare).await?;
            trial::harmless(&scene, &mut stream, call).await.map(drop)
        };
        report.case(format!("left alone: {} ({})", call.name, call.event), case).await;
    }
}
