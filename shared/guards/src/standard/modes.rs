//! What is done about a violation: for all at once, by control, and for a part of the account.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use parapet_core::{Home, Mode, matches};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Refusal, Standard};
use crate::{ControlId, IamEntity, Kind, Resource, on};

/// What is done about violations in all of the account, or in a part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeneralMode {
    /// What the controls say.
    #[default]
    Enforce,
    /// They are reported.
    Observe,
}

impl GeneralMode {
    /// What is done about a violation of a control of which nothing is written.
    fn of(self, control: ControlId) -> Mode {
        match self {
            Self::Enforce => control.default_mode(),
            Self::Observe => at_most_observed(control.default_mode()),
        }
    }
}

impl fmt::Display for GeneralMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enforce => "enforce",
            Self::Observe => "observe",
        })
    }
}

fn at_most_observed(mode: Mode) -> Mode {
    mode.max(Mode::Observe)
}

/// A part of the account, and what is done there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartMode {
    /// Buckets, by name; patterns.
    #[serde(default)]
    pub buckets: Vec<String>,
    /// Users, roles and groups with what they hold, as `user/name`, `role/name`, `group/name`; patterns.
    #[serde(default)]
    pub principals: Vec<String>,
    /// Any resource, by its ARN; patterns.
    #[serde(default)]
    pub resources: Vec<String>,
    /// `observe`: nothing of these is repaired. `enforce`: as if that stood at the top of the standard.
    pub mode: GeneralMode,
}

impl PartMode {
    /// Whether a resource is in this part.
    fn has(&self, resource: &Resource, home: &Home) -> bool {
        let is_among = |patterns: &[String], name: &str| patterns.iter().any(|pattern| matches(pattern, name));
        let bucket = on::Bucket::of(resource).map(|bucket| bucket.name.as_str());
        let holder = (!self.principals.is_empty()).then(|| holder(resource)).flatten();
        bucket.is_some_and(|name| is_among(&self.buckets, name))
            || holder.is_some_and(|entity| is_among(&self.principals, &entity.to_string()))
            || !self.resources.is_empty() && is_among(&self.resources, &resource.arn(home))
    }

    fn check(&self) -> Result<(), Refusal> {
        let refused = |found: String, allowed| Err(Refusal::new("modes", found, allowed));
        let is_principal = |name: &&String| !["user/", "role/", "group/"].iter().any(|kind| name.starts_with(kind));
        if let Some(name) = self.principals.iter().find(is_principal) {
            return refused(format!("`{name}` among the principals"), "it is `user/name`, `role/name` or `group/name`");
        }
        if let Some(arn) = self.resources.iter().find(|arn| !arn.starts_with("arn:")) {
            return refused(format!("`{arn}` among the resources"), "it is an ARN");
        }
        if self.buckets.is_empty() && self.principals.is_empty() && self.resources.is_empty() {
            return refused(
                format!("`{}` for no resource", self.mode),
                "it names `buckets`, `principals` or `resources`",
            );
        }
        Ok(())
    }
}

/// `observe of buckets scratch-*`.
impl fmt::Display for PartMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("buckets", &self.buckets), ("principals", &self.principals), ("resources", &self.resources)];
        let named = parts.into_iter().filter(|(_, patterns)| !patterns.is_empty());
        let named: Vec<String> = named.map(|(kind, patterns)| format!("{kind} {}", patterns.join(", "))).collect();
        write!(f, "{} of {}", self.mode, named.join(" and "))
    }
}

/// The user, role or group that a resource is, or belongs to.
fn holder(resource: &Resource) -> Option<IamEntity> {
    match resource {
        Resource::Role(on::Role { name }) => Some(IamEntity::Role(name.clone())),
        Resource::InlinePolicy(on::InlinePolicy { entity, .. })
        | Resource::Attachment(on::Attachment { entity, .. })
        | Resource::Principal(on::Principal { entity }) => Some(entity.clone()),
        Resource::Membership(on::Membership { user, .. }) => Some(IamEntity::User(user.clone())),
        _ => None,
    }
}

impl Standard {
    /// What is done about a violation of a control, exemptions and parts of the account aside.
    #[must_use]
    pub fn mode(&self, control: ControlId) -> Mode {
        self.controls.get(&control).copied().unwrap_or_else(|| self.mode.of(control))
    }

    /// What is done about a violation of a control by a resource, exemptions aside. Of the parts that have it, the first counts.
    #[must_use]
    pub fn mode_on(&self, control: ControlId, resource: &Resource, home: &Home) -> Mode {
        match self.modes.iter().find(|part| part.has(resource, home)).map(|part| part.mode) {
            None => self.mode(control),
            Some(GeneralMode::Observe) => at_most_observed(self.mode(control)),
            Some(mode) => self.controls.get(&control).copied().unwrap_or_else(|| mode.of(control)),
        }
    }

    /// The same standard, but that nothing at large says `observe`: what bootstrap is asked to make it makes.
    #[must_use]
    pub fn enforced_at_large(mut self) -> Self {
        self.mode = GeneralMode::Enforce;
        self.modes.clear();
        self
    }

    /// The same standard with every control that is not off enforced, everywhere: by it is told what enforcement would change.
    #[must_use]
    pub fn enforced(mut self) -> Self {
        let on = ControlId::all().iter().filter(|control| self.mode(**control) != Mode::Off);
        let on: Vec<ControlId> = on.copied().collect();
        self.controls.extend(on.into_iter().map(|control| (control, Mode::Enforce)));
        self.enforced_at_large()
    }

    /// The same standard as an operator has something mended by it: by these controls and no other, whatever their modes are; of none, as it stands.
    #[must_use]
    pub fn mending(self, controls: &BTreeSet<ControlId>) -> Self {
        if controls.is_empty() {
            return self.enforced_at_large();
        }
        let mode = |control: &ControlId| match self.mode(*control) {
            Mode::Off => Mode::Off,
            _ if controls.contains(control) => Mode::Enforce,
            _ => Mode::Observe,
        };
        let modes = ControlId::all().iter().map(|control| (*control, mode(control))).collect();
        Self { controls: modes, ..self }.enforced_at_large()
    }

    pub(super) fn check_modes(&self) -> Result<(), Refusal> {
        self.modes.iter().try_for_each(PartMode::check)
    }
}

/// Modes by control, written by its id or by a pattern for several: `S3.*`. An id counts for more than a pattern, and of two patterns the one
/// with more letters.
pub(super) fn by_control<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<ControlId, Mode>, D::Error> {
    let written: BTreeMap<Written, Mode> = BTreeMap::deserialize(deserializer)?;
    let mut modes = BTreeMap::new();
    for &control in ControlId::all() {
        let fitting = written.iter().filter(|(written, _)| written.names(control));
        let closest = fitting.clone().map(|(written, _)| written.letters()).max();
        let mut closest = fitting.filter(|(written, _)| Some(written.letters()) == closest);
        let Some((first, mode)) = closest.next() else { continue };
        if let Some((other, _)) = closest.find(|(_, other)| *other != mode) {
            return Err(D::Error::custom(format_args!(
                "`{first}` and `{other}` under `controls` are both about {control}, and say different things; name `{control}` itself"
            )));
        }
        modes.insert(control, *mode);
    }
    Ok(modes)
}

/// A control, or a pattern for several, as it is written.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Written {
    One(ControlId),
    Pattern(String),
}

impl Written {
    fn names(&self, control: ControlId) -> bool {
        match self {
            Self::One(id) => *id == control,
            Self::Pattern(pattern) => matches(pattern, control.as_str()),
        }
    }

    /// How much it says; an id says most.
    fn letters(&self) -> usize {
        match self {
            Self::One(_) => usize::MAX,
            Self::Pattern(pattern) => pattern.chars().filter(|letter| !matches!(letter, '*' | '?')).count(),
        }
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(id) => id.fmt(f),
            Self::Pattern(pattern) => f.write_str(pattern),
        }
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !text.contains(['*', '?']) {
            return ControlId::named_or_refused(&text).map(Self::One);
        }
        match ControlId::all().iter().any(|control| matches(&text, control.as_str())) {
            true => Ok(Self::Pattern(text)),
            false => Err(D::Error::custom(format_args!("`{text}` under `controls` fits no control"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Home {
        Home { partition: "aws".into(), account: "111122223333".into(), region: "us-east-1".into() }
    }

    fn standard(text: &str) -> Standard {
        Standard::parse(text, "test", &home()).unwrap()
    }

    fn mode(text: &str, control: &str) -> Mode {
        standard(text).mode(ControlId::named(control).unwrap())
    }

    fn mode_on(text: &str, control: &str, resource: impl Into<Resource>) -> Mode {
        standard(text).mode_on(ControlId::named(control).unwrap(), &resource.into(), &home())
    }

    #[test]
    fn one_switch_for_all() {
        let defaults = "version: 1";
        assert_eq!(mode(defaults, "S3.Encryption"), Mode::Enforce);
        assert_eq!(mode(defaults, "S3.OwnGrant"), Mode::Observe);
        for control in ControlId::all() {
            assert_eq!(standard("mode: enforce").mode(*control), standard(defaults).mode(*control), "{control}");
            assert_ne!(standard("mode: observe").mode(*control), Mode::Enforce, "{control}");
        }
        assert_eq!(mode("{mode: observe, controls: {S3.Encryption: enforce}}", "S3.Encryption"), Mode::Enforce);
        assert_eq!(mode("{mode: observe, controls: {S3.Encryption: off}}", "S3.Encryption"), Mode::Off);
    }

    #[test]
    fn patterns_of_controls() {
        let text = "controls: {'*': off, 'S3.*': observe, 'S3.E*': enforce, S3.EvidenceWriters: off}";
        assert_eq!(mode(text, "KMS.Grants"), Mode::Off);
        assert_eq!(mode(text, "S3.Versioning"), Mode::Observe);
        assert_eq!(mode(text, "S3.Encryption"), Mode::Enforce);
        assert_eq!(mode(text, "S3.EvidenceWriters"), Mode::Off);
        // Of two that say as much, both have to say the same.
        assert_eq!(mode("controls: {'S3.*': off, '*3.V*': off, '?3.*': observe}", "S3.Versioning"), Mode::Off);
    }

    #[test]
    fn parts_of_the_account() {
        let bucket = |name: &str| on::Bucket { name: name.to_owned() };
        let inline = |name: &str| on::InlinePolicy { entity: IamEntity::Role(name.to_owned()), name: "p".to_owned() };
        let text = "modes: [{buckets: ['scratch-*'], mode: observe}, {principals: ['role/app-*'], mode: observe}]";
        assert_eq!(mode_on(text, "S3.Encryption", bucket("scratch-1")), Mode::Observe);
        assert_eq!(mode_on(text, "S3.Encryption", bucket("data")), Mode::Enforce);
        assert_eq!(mode_on(text, "IAM.AdminPolicy", inline("app-1")), Mode::Observe);
        assert_eq!(mode_on(text, "IAM.AdminPolicy", inline("web-1")), Mode::Enforce);
        // Nothing is repaired there, whatever the controls say.
        let named = format!("{{{text}, controls: {{S3.Encryption: enforce, S3.Versioning: off}}}}");
        assert_eq!(mode_on(&named, "S3.Encryption", bucket("scratch-1")), Mode::Observe);
        assert_eq!(mode_on(&named, "S3.Versioning", bucket("scratch-1")), Mode::Off);
    }

    #[test]
    fn a_part_first() {
        let bucket = |name: &str| on::Bucket { name: name.to_owned() };
        let text = "{mode: observe, modes: [{buckets: [ml-old], mode: observe}, {resources: ['arn:aws:s3:::ml-*'], mode: enforce}]}";
        assert_eq!(mode_on(text, "S3.Encryption", bucket("ml-data")), Mode::Enforce);
        assert_eq!(mode_on(text, "S3.OwnGrant", bucket("ml-data")), Mode::Observe);
        assert_eq!(mode_on(text, "S3.Encryption", bucket("ml-old")), Mode::Observe);
        assert_eq!(mode_on(text, "S3.Encryption", bucket("web")), Mode::Observe);
        let at_large = standard(text).enforced_at_large();
        let encryption = ControlId::named("S3.Encryption").unwrap();
        assert_eq!(at_large.mode_on(encryption, &bucket("ml-old").into(), &home()), Mode::Enforce);
    }
}
