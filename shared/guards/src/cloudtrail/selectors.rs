use crate::Arns;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::cloudtrail::resources::{SERVICE, is_elsewhere, is_foundation, used};
use crate::control::control;
use crate::flaw::{Flaw, Flaws};
use crate::{Standard, Subject, on};

control! {
    TRAIL_SELECTORS = "CloudTrail.Selectors", High, Enforce, fsbp [], cis ["3.1"],
    "The trail records all management events, and the data events of the data bucket",
    "A selector that leaves out writes or KMS is a quiet way to switch the trail off.",
}

/// Which events the trail selects; none where it does not exist.
pub struct Unit;

impl Aspect for Unit {
    type On = on::Trail;
    type State = Option<Selectors>;
    type Action = SelectorsAction;

    const ROW: Row = Row {
        id: "trail-selectors",
        name: "event selectors",
        service: &SERVICE,
        events: &["CreateTrail", "DeleteTrail", "PutEventSelectors"],
        controls: &[TRAIL_SELECTORS],
        ..Row::OF_LOGGING
    };

    fn flaws<'a>(
        subject: &Subject<'a>,
        last_known: Option<&Option<Selectors>>,
        observed: &Option<Selectors>,
    ) -> Flaws<'a, Option<Selectors>> {
        if !is_foundation(subject) {
            return Ok(Vec::new());
        }
        if used(subject).is_some() {
            return Ok(of_the_used(subject, last_known.and_then(Option::as_ref), observed.as_ref()));
        }
        let (detail, desired) = match (observed, last_known) {
            (Some(seen), _) => (
                "the trail leaves out management events, or the data events of the data bucket",
                nearest(subject, seen),
            ),
            (None, Some(Some(last))) => ("the trail does not exist", nearest(subject, last)),
            (None, _) => ("the trail does not exist", of_the_standard(subject)),
        };
        if observed.as_ref() == Some(&desired) {
            return Ok(Vec::new());
        }
        Ok(vec![Flaw::new(TRAIL_SELECTORS, detail, |selectors| *selectors = Some(desired))])
    }

    /// Nothing is ever taken away by us.
    fn diff(_from: &Self::State, to: &Self::State) -> Vec<Self::Action> {
        to.iter().cloned().map(SelectorsAction::PutEventSelectors).collect()
    }

    fn step(_state: &Self::State, action: &Self::Action) -> Self::State {
        match action {
            SelectorsAction::PutEventSelectors(new) => Some(new.clone()),
        }
    }

    fn is_absent(state: &Self::State) -> bool {
        state.is_none()
    }

    /// What a trail of somebody else's recorded of the data bucket, the standard does not ask for.
    fn is_judged_by_memory(subject: &Subject<'_>, _observed: &Self::State) -> bool {
        used(subject).is_some()
    }

    fn is_asked_of(trail: &on::Trail, standard: &Standard) -> bool {
        trail.name == standard.trail_name()
    }
}

/// What is done about event selectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", content = "value", rename_all = "kebab-case")]
pub enum SelectorsAction {
    /// Select these events.
    PutEventSelectors(Selectors),
}

impl fmt::Display for SelectorsAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutEventSelectors(selectors) => write!(f, "PutEventSelectors {selectors}"),
        }
    }
}

/// Which events a trail selects. A trail has selectors of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Selectors {
    /// Basic event selectors.
    Basic(Vec<BasicSelector>),
    /// Advanced event selectors.
    Advanced(Vec<AdvancedSelector>),
}

/// A basic event selector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BasicSelector {
    /// `All`, `ReadOnly` or `WriteOnly`.
    pub read_write: String,
    /// Whether management events are recorded.
    pub management: bool,
    /// Services whose management events are left out.
    pub excluded_sources: Vec<String>,
    /// Whose data events are recorded.
    pub data: Vec<DataResource>,
}

/// Resources whose data events a basic selector records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DataResource {
    /// For example `AWS::S3::Object`.
    pub kind: String,
    /// What their ARNs begin with.
    pub arns: Vec<String>,
}

/// An advanced event selector: every field has to match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AdvancedSelector {
    /// Its name.
    pub name: Option<String>,
    /// Its conditions.
    pub fields: Vec<FieldSelector>,
}

/// One condition of an advanced event selector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct FieldSelector {
    /// For example `eventCategory`.
    pub field: String,
    /// One of these.
    pub equals: Vec<String>,
    /// Begins with one of these.
    pub starts_with: Vec<String>,
    /// Ends with one of these.
    pub ends_with: Vec<String>,
    /// None of these.
    pub not_equals: Vec<String>,
    /// Begins with none of these.
    pub not_starts_with: Vec<String>,
    /// Ends with none of these.
    pub not_ends_with: Vec<String>,
}

impl fmt::Display for Selectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Basic(selectors) => write!(f, "{} basic", selectors.len()),
            Self::Advanced(selectors) => write!(f, "{} advanced", selectors.len()),
        }
    }
}

const S3_OBJECT: &str = "AWS::S3::Object";

/// What the trail of the standard has to select, beyond all management events: everything in the data bucket.
fn protected_objects(subject: &Subject<'_>) -> String {
    format!("{}/", subject.home.bucket_arn(&subject.standard.names.ml_data_bucket))
}

impl BasicSelector {
    fn takes_all_management(&self) -> bool {
        self.read_write == "All" && self.management && self.excluded_sources.is_empty()
    }

    fn takes_objects(&self, objects: &str) -> bool {
        let whole = |data: &DataResource| {
            data.kind == S3_OBJECT && data.arns.iter().any(|arn| objects.starts_with(arn.as_str()))
        };
        self.read_write == "All" && self.data.iter().any(whole)
    }

    fn management() -> Self {
        Self { read_write: "All".to_owned(), management: true, excluded_sources: Vec::new(), data: Vec::new() }
    }
}

impl DataResource {
    fn objects(objects: &str) -> Self {
        Self { kind: S3_OBJECT.to_owned(), arns: vec![objects.to_owned()] }
    }
}

impl FieldSelector {
    fn is(field: &str, value: &str) -> Self {
        Self { field: field.to_owned(), equals: vec![value.to_owned()], ..Self::default() }
    }

    fn begins(field: &str, value: &str) -> Self {
        Self { field: field.to_owned(), starts_with: vec![value.to_owned()], ..Self::default() }
    }

    /// Whether it only asks that a field begins with one of its values, and that of all these objects does.
    fn is_wide(&self, objects: &str) -> bool {
        let only_prefixes =
            Self { starts_with: self.starts_with.clone(), field: "resources.ARN".to_owned(), ..Self::default() };
        *self == only_prefixes && self.starts_with.iter().any(|prefix| objects.starts_with(prefix.as_str()))
    }

    /// Whether it only asks for reads, for writes, or for both. Which of them.
    fn reads_and_writes(&self) -> Option<&[String]> {
        let only_equals = Self { equals: self.equals.clone(), field: "readOnly".to_owned(), ..Self::default() };
        (*self == only_equals).then_some(self.equals.as_slice())
    }
}

impl AdvancedSelector {
    fn is_about_management(&self) -> bool {
        self.fields.contains(&FieldSelector::is("eventCategory", "Management"))
    }

    /// Whether it takes reads and writes, if it has all of `needed` and nothing narrows it down but `harmless` conditions. Every
    /// field of an advanced selector is a condition.
    fn takes(&self, needed: &[FieldSelector], harmless: impl Fn(&FieldSelector) -> bool) -> (bool, bool) {
        if !needed.iter().all(|field| self.fields.contains(field)) {
            return (false, false);
        }
        let mut takes = (true, true);
        for field in self.fields.iter().filter(|field| !needed.contains(field) && !harmless(field)) {
            let asked = field.reads_and_writes().unwrap_or_default();
            let has = |value: &str| asked.iter().any(|other| other == value);
            takes = (takes.0 && has("true"), takes.1 && has("false"));
        }
        takes
    }

    fn management() -> Self {
        Self {
            name: Some("Management events".to_owned()),
            fields: vec![FieldSelector::is("eventCategory", "Management")],
        }
    }

    fn objects(objects: &str) -> Self {
        let fields = vec![
            FieldSelector::is("eventCategory", "Data"),
            FieldSelector::is("resources.type", S3_OBJECT),
            FieldSelector::begins("resources.ARN", objects),
        ];
        Self { name: Some("Data bucket".to_owned()), fields }
    }
}

/// Whether all management events are selected: reads by one selector and writes by the same or another, none left out.
fn all_management(selectors: &[AdvancedSelector]) -> bool {
    let needed = [FieldSelector::is("eventCategory", "Management")];
    reads_and_writes(selectors.iter().map(|selector| selector.takes(&needed, |_| false)))
}

/// Whether all events of these objects are selected, likewise.
fn all_objects(selectors: &[AdvancedSelector], objects: &str) -> bool {
    let needed = [FieldSelector::is("eventCategory", "Data"), FieldSelector::is("resources.type", S3_OBJECT)];
    reads_and_writes(selectors.iter().map(|selector| selector.takes(&needed, |field| field.is_wide(objects))))
}

fn reads_and_writes(taken: impl Iterator<Item = (bool, bool)>) -> bool {
    taken.fold((false, false), |all, one| (all.0 || one.0, all.1 || one.1)) == (true, true)
}

/// What is wrong with the selection of a trail that the standard uses: all management events are asked for, and what it recorded of the data
/// bucket it goes on recording.
fn of_the_used<'a>(
    subject: &Subject<'a>,
    last: Option<&Selectors>,
    seen: Option<&Selectors>,
) -> Vec<Flaw<'a, Option<Selectors>>> {
    let objects = protected_objects(subject);
    let recorded_objects = last.is_some_and(|last| last.takes_objects(&objects));
    let mut lacks = seen.map_or_else(|| vec!["the trail does not exist".to_owned()], Selectors::left_out);
    if seen.is_some_and(|seen| recorded_objects && !seen.takes_objects(&objects)) {
        lacks.push("the trail does not record the data events of the data bucket any more".to_owned());
    }
    let nothing = Selectors::Basic(Vec::new());
    let before = seen.or(last).unwrap_or(&nothing);
    let desired = before.with_all_management();
    let desired = if recorded_objects { desired.with_objects(&objects) } else { desired };
    let flaw = |lack: String| {
        let desired = desired.clone();
        let flaw = Flaw::new(TRAIL_SELECTORS, lack, |selectors: &mut Option<Selectors>| *selectors = Some(desired));
        if is_elsewhere(subject) { flaw.unmendable() } else { flaw }
    };
    lacks.into_iter().map(flaw).collect()
}

/// The nearest selection that holds what is asked for. Selectors that do no harm stay.
fn nearest(subject: &Subject<'_>, seen: &Selectors) -> Selectors {
    seen.with_all_management().with_objects(&protected_objects(subject))
}

impl Selectors {
    /// The nearest selection that holds all management events.
    fn with_all_management(&self) -> Self {
        match self {
            Self::Basic(selectors) => {
                let mut selectors = selectors.clone();
                if !selectors.iter().any(BasicSelector::takes_all_management) {
                    // One selector is widened, rather than one added: a trail has five at the most.
                    let nearest = selectors.iter().position(|selector| selector.management).unwrap_or_default();
                    match selectors.get_mut(nearest) {
                        Some(selector) => {
                            (selector.read_write, selector.management) = ("All".to_owned(), true);
                            selector.excluded_sources.clear();
                        }
                        None => selectors.push(BasicSelector::management()),
                    }
                }
                Self::Basic(selectors)
            }
            Self::Advanced(selectors) => {
                let mut selectors = selectors.clone();
                if !all_management(&selectors) {
                    selectors.retain(|selector| !selector.is_about_management());
                    selectors.push(AdvancedSelector::management());
                }
                Self::Advanced(selectors)
            }
        }
    }

    /// A selection of all management events with these objects.
    fn with_objects(self, objects: &str) -> Self {
        if self.takes_objects(objects) {
            return self;
        }
        match self {
            Self::Basic(mut selectors) => {
                if let Some(selector) = selectors.iter_mut().find(|selector| selector.takes_all_management()) {
                    selector.data.push(DataResource::objects(objects));
                }
                Self::Basic(selectors)
            }
            Self::Advanced(mut selectors) => {
                selectors.push(AdvancedSelector::objects(objects));
                Self::Advanced(selectors)
            }
        }
    }

    fn takes_objects(&self, objects: &str) -> bool {
        match self {
            Self::Basic(selectors) => selectors.iter().any(|selector| selector.takes_objects(objects)),
            Self::Advanced(selectors) => all_objects(selectors, objects),
        }
    }

    /// Which management events are left out, in words.
    fn left_out(&self) -> Vec<String> {
        match self {
            Self::Basic(selectors) => {
                if selectors.iter().any(BasicSelector::takes_all_management) {
                    return Vec::new();
                }
                let Some(nearest) = selectors.iter().find(|selector| selector.management) else {
                    return vec![NO_MANAGEMENT.to_owned()];
                };
                let part = (nearest.read_write != "All")
                    .then(|| format!("of management events the trail records `{}` alone", nearest.read_write));
                let excluded = (!nearest.excluded_sources.is_empty()).then(|| {
                    format!("the trail leaves the management events of `{}` out", nearest.excluded_sources.join("`, `"))
                });
                part.into_iter().chain(excluded).collect()
            }
            Self::Advanced(selectors) if all_management(selectors) => Vec::new(),
            Self::Advanced(selectors) if selectors.iter().any(AdvancedSelector::is_about_management) => {
                vec!["the trail leaves some management events out, by a condition of an advanced selector".to_owned()]
            }
            Self::Advanced(_) => vec![NO_MANAGEMENT.to_owned()],
        }
    }
}

const NO_MANAGEMENT: &str = "the trail records no management events";

fn of_the_standard(subject: &Subject<'_>) -> Selectors {
    Selectors::Basic(vec![BasicSelector::management()]).with_objects(&protected_objects(subject))
}
