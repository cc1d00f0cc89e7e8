//! Looking actions up by their name, their service and their number.

use super::data::{FIRST, SERVICES};
use super::table::{Service, folded};

// Each service ends where the next one begins.
const _: () = assert!(FIRST.len() == SERVICES.len() + 1);

/// The number of a known action, from 0 up to [`count`]: in the order of services, then of names in lower case.
///
/// It means the same action only as long as the catalogue is not refreshed: not to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(u32);

/// Known actions whose numbers follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionRange {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// What an action does to what it acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// It shows that something exists.
    List,
    /// It shows what something contains.
    Read,
    /// It changes only tags.
    Tagging,
    /// It creates, changes or deletes.
    Write,
    /// It grants or takes away permissions.
    PermissionsManagement,
}

/// How many actions are known.
pub fn count() -> usize {
    all().len()
}

/// All known actions.
pub fn all() -> ActionRange {
    ActionRange { start: 0, end: first_of(SERVICES.len()) }
}

/// The prefixes of all services, in order: `a2c`, .., `xray`.
pub fn services() -> impl ExactSizeIterator<Item = &'static str> {
    SERVICES.iter().map(|service| service.prefix)
}

/// All actions of a service; none if it is not known.
pub fn actions_of(service: &str) -> ActionRange {
    match service_index(service) {
        Some(index) => ActionRange { start: first_of(index), end: first_of(index + 1) },
        None => ActionRange { start: 0, end: 0 },
    }
}

/// The action of this name, such as `s3:GetObject`. A name, not a pattern.
pub fn find(name: &str) -> Option<ActionId> {
    let (service, action) = name.split_once(':')?;
    let index = service_index(service)?;
    let names = &SERVICES.get(index)?.names;
    let number = names.partition_point(|n| folded(n, action).is_lt());
    let found = number < names.len() && names.get(number).eq_ignore_ascii_case(action);
    found.then(|| ActionId(first_of(index) + number as u32))
}

impl ActionId {
    /// Its place among all actions, for tables of [`count`] places.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The service and the action: `("s3", "GetObject")`.
    pub fn name(self) -> (&'static str, &'static str) {
        self.place().map(|(service, number)| (service.prefix, service.names.get(number))).unwrap_or_default()
    }

    /// Its whole name: `s3:GetObject`.
    pub fn full_name(self) -> String {
        let (service, name) = self.name();
        format!("{service}:{name}")
    }

    /// What kind of access it is.
    pub fn access_level(self) -> AccessLevel {
        let letter = self.place().and_then(|(service, number)| service.levels.as_bytes().get(number));
        match letter {
            Some(b'L') => AccessLevel::List,
            Some(b'R') => AccessLevel::Read,
            Some(b'T') => AccessLevel::Tagging,
            Some(b'P') => AccessLevel::PermissionsManagement,
            _ => AccessLevel::Write,
        }
    }

    /// The ARNs of what it can act on, such as `arn:${Partition}:sqs:${Region}:${Account}:*`.
    ///
    /// The placeholders `${Partition}`, `${Region}` and `${Account}` are left to be filled in, every other one is a
    /// `*`. So an ARN can match the template of a wider type also: `arn:${Partition}:s3:::*`, a bucket, matches every
    /// object. An action that knows no resources has none: it has to be allowed on `*`.
    pub fn resource_templates(self) -> impl Iterator<Item = &'static str> {
        let list = self.place().and_then(|(service, number)| {
            let start = usize::from(*service.sets.get(number)?);
            let (length, rest) = service.members.get(start..)?.split_first()?;
            Some((service, rest.get(..usize::from(*length))?))
        });
        list.into_iter().flat_map(|(service, members)| members.iter().map(|m| service.templates.get(usize::from(*m))))
    }

    /// The same as patterns of ARNs, of any partition, region and account: `arn:*:sqs:*:*:*`.
    pub(crate) fn resource_patterns(self) -> impl Iterator<Item = String> {
        const LEFT_OPEN: [&str; 3] = ["${Partition}", "${Region}", "${Account}"];
        let filled = |template: &str| LEFT_OPEN.iter().fold(template.to_owned(), |text, hole| text.replace(hole, "*"));
        self.resource_templates().map(filled)
    }

    /// Its service, and its number in there.
    fn place(self) -> Option<(&'static Service, usize)> {
        let index = FIRST.partition_point(|first| *first <= self.0).checked_sub(1)?;
        Some((SERVICES.get(index)?, (self.0 - first_of(index)) as usize))
    }
}

impl ActionRange {
    /// How many there are.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether this action is among them.
    pub fn contains(self, id: ActionId) -> bool {
        (self.start..self.end).contains(&id.0)
    }
}

impl IntoIterator for ActionRange {
    type Item = ActionId;
    type IntoIter = std::iter::Map<std::ops::Range<u32>, fn(u32) -> ActionId>;

    fn into_iter(self) -> Self::IntoIter {
        (self.start..self.end).map(ActionId as fn(u32) -> ActionId)
    }
}

fn service_index(prefix: &str) -> Option<usize> {
    SERVICES.binary_search_by(|service| folded(service.prefix, prefix)).ok()
}

/// The number of the first action of a service.
pub(super) fn first_of(service: usize) -> u32 {
    FIRST.get(service).or(FIRST.last()).copied().unwrap_or_default()
}
