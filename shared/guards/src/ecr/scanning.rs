use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row, Words, whole};
use crate::control::control;
use crate::ecr::resources::SERVICE;
use crate::flaw::{Flaw, Flaws};
use crate::{Subject, on};

control!(
    ECR_SCAN_ON_PUSH = "ECR.ScanOnPush", High, Enforce, fsbp ["ECR.1"], cis [],
    "Container images are scanned when they are pushed",
    "An image with a known hole runs until somebody else finds it.",
);

/// Whether a repository asks for its images to be scanned.
///
/// It is the repository's own setting. Amazon ECR API Reference, PutImageScanningConfiguration: it "is being deprecated, in favor of specifying
/// the image scanning configuration at the registry level". Rules of the registry are not seen here: where they scan more, the setting adds
/// nothing and costs nothing; where enhanced scanning is on and leaves the repository out, it does not help.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Repository;
    type State = Scanning;
    whole!();

    const ROW: Row = Row {
        id: "repository-scanning",
        name: "image scanning",
        service: &SERVICE,
        events: &["CreateRepository", "PutImageScanningConfiguration"],
        controls: &[ECR_SCAN_ON_PUSH],
        ..Row::USUAL
    };

    fn flaws<'a>(_subject: &Subject<'a>, _last_known: Option<&Scanning>, observed: &Scanning) -> Flaws<'a, Scanning> {
        let flaw = (!observed.on_push).then(|| {
            let detail = "images are not scanned when they are pushed, as far as the repository asks for it";
            Flaw::new(ECR_SCAN_ON_PUSH, detail, |scanning: &mut Scanning| scanning.on_push = true)
        });
        Ok(flaw.into_iter().collect())
    }
}

impl Words for Unit {
    fn words(scanning: &Scanning) -> String {
        format!("PutImageScanningConfiguration scanOnPush={}", scanning.on_push)
    }
}

/// What a repository asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scanning {
    /// Whether each image is scanned when it is pushed.
    pub on_push: bool,
}
