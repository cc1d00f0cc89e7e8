//! Made-up resources that stand for every resource of a type.

use super::places::{Home, Place};
use super::scenario::Aim;
use super::tables::ids::{self, Form};
use crate::catalogue;

/// The characters of IAM names: "upper and lowercase alphanumeric characters with no spaces. You can also include any of the
/// following characters: _+=,.@-" (IAM API Reference). There is one probe for each.
const NAME_CHARACTERS: &str = "xabcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-";

/// The first name, which is shown.
const EXAMPLE: &str = "x-example";

/// "Every resource" is most of the probes.
const MOST_PROBES: u32 = 35;

/// The same of letters alone: small ones, capitals, the digits of keys.
const MOST_LETTERS: u32 = 9;
const LETTERS: [Mask; 3] =
    [mask_of(b"abcdefghijklmnopqrstuvwxyz"), mask_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"), mask_of(b"0123456789abcdef")];

/// The probes of these characters.
const fn mask_of(characters: &[u8]) -> Mask {
    let mut mask = 0;
    let mut place = 0;
    let mut names = NAME_CHARACTERS.as_bytes();
    while let Some((name, rest)) = names.split_first() {
        let mut asked = characters;
        while let Some((one, others)) = asked.split_first() {
            if *one == *name {
                mask |= 1 << place;
            }
            asked = others;
        }
        place += 1;
        names = rest;
    }
    mask
}

/// A set of targets, one bit for each.
pub(super) type Mask = u128;

// Each character is one byte, and has a bit.
const _: () = assert!(NAME_CHARACTERS.len() < Mask::BITS as usize && NAME_CHARACTERS.is_ascii());

/// Made-up resources of one type, of which a document can name some but hardly most: each name is one character,
/// repeated. So a grant on `role/app-*` has none of them, a Deny on `role/admin` takes none away, and `role/a*`, `role/b*`,
/// .. in 69 patterns is still every role. Their lengths differ, so that neither does `role/????????` count as everything.
/// What AWS names by an id of its own has ids of that form: `instance/i-*` is every instance.
#[derive(Clone, Debug)]
pub(super) struct Targets {
    pub(super) names: Vec<String>,
    most: u32,
    /// Whether they have names, of which somebody who lists letters lists most.
    is_named: bool,
    /// Whose they are, or of whom the holder is.
    pub(super) home: Home,
    /// The account that they are of, if it is another.
    pub(super) owner: Option<String>,
    /// What they were made of, if they are every one of a type.
    pub(super) template: Option<String>,
    /// Where they are, if their names say so: then a request for them is made there.
    pub(super) region: Option<String>,
}

impl Targets {
    /// One resource, or `*` for an action that has none.
    pub(super) fn only(name: String, home: &Home) -> Self {
        Self {
            names: vec![name],
            most: 1,
            is_named: false,
            home: home.clone(),
            owner: None,
            template: None,
            region: None,
        }
    }

    /// Every resource of a type, by its ARN with `*` for what is to be made up.
    pub(super) fn every(template: &str, home: &Home) -> Self {
        if !template.contains('*') {
            return Self::only(template.to_owned(), home);
        }
        let names = NAME_CHARACTERS.chars().enumerate().map(|number| name((template, number))).collect();
        let template = Some(template.to_owned());
        Self { names, most: MOST_PROBES, is_named: true, home: home.clone(), owner: None, template, region: None }
    }

    /// The same, by each form that their ids have where AWS gives them.
    pub(super) fn every_form(template: &str, home: &Home) -> Vec<Self> {
        let forms = ids::forms(template);
        if forms.is_empty() {
            return vec![Self::every(template, home)];
        }
        let mut all: Vec<Self> = forms.iter().map(|form| Self::of_form(form, home)).collect();
        // What patterns without a family mean is asked once.
        if let Some(first) = all.first_mut() {
            first.template = Some(template.to_owned());
        }
        all
    }

    fn of_form(form: &Form, home: &Home) -> Self {
        let numbered = NAME_CHARACTERS.chars().enumerate();
        let (names, most): (Vec<String>, u32) = match form.size() {
            // Ids are random: patterns for half of them are half of all.
            Some(size) => ((0..size).map(|number| form.filled(number, "")).collect(), size.div_ceil(2) as u32),
            None => (numbered.map(|named| form.filled(named.0, &made_up(named))).collect(), MOST_PROBES),
        };
        let is_named = form.size().is_none();
        Self { names, most, is_named, home: home.clone(), owner: None, template: None, region: None }
    }

    /// The same of several templates, each name by the next of them; `None`: there is none.
    pub(super) fn every_of(templates: &[String], home: &Home) -> Option<Self> {
        let first = Self::every(templates.first()?, home);
        let names = templates.iter().cycle().zip(NAME_CHARACTERS.chars().enumerate()).map(name);
        Some(Self { names: names.collect(), template: None, ..first })
    }

    /// For each type of resource that the action is about, every resource of it, in each of these places: some, all of one home.
    pub(super) fn of_action(action: &str, places: &[Place]) -> Vec<Self> {
        let mut templates: Vec<&str> =
            catalogue::find(action).into_iter().flat_map(|id| id.resource_templates()).collect();
        let has_none = templates.is_empty();
        // What AWS itself keeps for everyone is nobody's: it has no role of the account.
        templates.retain(|template| !template.contains(OF_AWS));
        // The plain resources of a service have the shortest names.
        templates.sort_by_key(|template| template.len());
        let Some(first) = places.first() else { return Vec::new() };
        if has_none {
            return vec![Self::only("*".to_owned(), &first.home)];
        }
        let mut all = Vec::new();
        for template in templates {
            if template.contains(REGION) {
                all.extend(places.iter().flat_map(|place| Self::in_place(template, place)));
            } else {
                all.extend(Self::every_form(&filled(template, first), &first.home));
            }
        }
        all
    }

    /// The same as what somebody of this home asks for.
    pub(super) fn asked_from(self, home: &Home) -> Self {
        let owner = Some(self.home.account.clone()).filter(|owner| *owner != home.account);
        Self { home: home.clone(), owner, ..self }
    }

    /// The same, where their names say that they are in this region.
    pub(super) fn located(self, region: Option<String>) -> Self {
        Self { region, ..self }
    }

    fn in_place(template: &str, place: &Place) -> impl Iterator<Item = Self> {
        let every = Self::every_form(&filled(template, place), &place.home).into_iter();
        every.map(|targets| targets.located(Some(place.region.clone())))
    }

    /// Whether they are of one of these types, by what stands before their names.
    pub(super) fn is_of(&self, kinds: &[&str]) -> bool {
        let first = self.names.first().map(String::as_str).unwrap_or_default();
        kinds.iter().any(|kind| first.contains(kind))
    }

    /// What all names begin with.
    pub(super) fn common_start(&self) -> &str {
        let first = self.names.first().map(String::as_str).unwrap_or_default();
        let with_first =
            |name: &String| first.bytes().zip(name.bytes()).take_while(|(one, other)| one == other).count();
        let length = self.names.iter().skip(1).take(1).map(with_first).min().unwrap_or(first.len());
        first.get(..length).unwrap_or_default()
    }

    pub(super) fn all(&self) -> Mask {
        (1 << self.names.len()) - 1
    }

    /// Whether they are most of these, for this aim.
    pub(super) fn is_most(&self, mask: Mask, aim: Aim) -> bool {
        // Who lists most small letters, and no capitals, means every name all the same: but of data, what he says.
        let is_list = aim != Aim::Plain && self.is_named;
        let is_most_of = |letters: &Mask| is_list && (mask & letters).count_ones() >= MOST_LETTERS;
        mask.count_ones() >= self.most || LETTERS.iter().any(is_most_of)
    }
}

/// One of the names of a template, by its number and its character.
fn name<T: AsRef<str>>((template, (number, character)): (T, (usize, char))) -> String {
    template.as_ref().replace('*', &made_up((number, character)))
}

fn made_up((number, character): (usize, char)) -> String {
    if number == 0 { EXAMPLE.to_owned() } else { character.to_string().repeat(8 + number % 24) }
}

const REGION: &str = "${Region}";

/// The account of what AWS keeps for everyone, in a template.
const OF_AWS: &str = ":aws:";

fn filled(template: &str, place: &Place) -> String {
    template
        .replace("${Partition}", &place.home.partition)
        .replace(REGION, &place.region)
        .replace("${Account}", &place.home.account)
}
