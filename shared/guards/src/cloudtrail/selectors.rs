use crate::Arns;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::aspect::{Aspect, Row};
use crate::cloudtrail::resources::{SERVICE, is_foundation};
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

    fn is_asked_of(trail: &on::Trail, standard: &Standard) -> bool {
        trail.name == standard.names.trail
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

    fn asked_for(objects: &str) -> Self {
        let data = DataResource { kind: S3_OBJECT.to_owned(), arns: vec![objects.to_owned()] };
        Self { read_write: "All".to_owned(), management: true, excluded_sources: Vec::new(), data: vec![data] }
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

/// The nearest selection that holds what is asked for. Selectors that do no harm stay.
fn nearest(subject: &Subject<'_>, seen: &Selectors) -> Selectors {
    let objects = protected_objects(subject);
    match seen {
        Selectors::Basic(selectors) => Selectors::Basic(nearest_basic(selectors, &objects)),
        Selectors::Advanced(selectors) => {
            let mut selectors = selectors.clone();
            if !all_management(&selectors) {
                selectors.retain(|selector| !selector.is_about_management());
                selectors.push(AdvancedSelector::management());
            }
            if !all_objects(&selectors, &objects) {
                selectors.push(AdvancedSelector::objects(&objects));
            }
            Selectors::Advanced(selectors)
        }
    }
}

/// One selector is widened, rather than one added: a trail has five at the most.
fn nearest_basic(selectors: &[BasicSelector], objects: &str) -> Vec<BasicSelector> {
    let mut selectors = selectors.to_vec();
    if !selectors.iter().any(BasicSelector::takes_all_management) {
        let nearest = selectors.iter().position(|selector| selector.management).unwrap_or_default();
        let Some(selector) = selectors.get_mut(nearest) else { return vec![BasicSelector::asked_for(objects)] };
        (selector.read_write, selector.management) = ("All".to_owned(), true);
        selector.excluded_sources.clear();
    }
    let takes_objects = selectors.iter().any(|selector| selector.takes_objects(objects));
    if let Some(selector) = selectors.iter_mut().find(|selector| selector.takes_all_management() && !takes_objects) {
        selector.data.extend(BasicSelector::asked_for(objects).data);
    }
    selectors
}

fn of_the_standard(subject: &Subject<'_>) -> Selectors {
    Selectors::Basic(vec![BasicSelector::asked_for(&protected_objects(subject))])
}
