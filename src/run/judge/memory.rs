//! What the judge has seen of a script so far: sightings, captures, variables.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::{ContentDemand, Demands, FieldDemand, Matcher, Template};
use crate::run::suite::Contents;
use crate::wire::{Content, Name, PduType, Value};

use super::matching::Scope;
use super::sighting::Sighting;

/// Sightings in order, which of them are taken, and the names under which cases refer to them.
pub struct Memory {
    pub unix: i64,
    pub vars: BTreeMap<String, String>,
    sightings: Vec<Sighting>,
    taken: Vec<bool>,
    captures: BTreeMap<String, usize>,
    contents: Arc<Contents>,
}

impl Memory {
    pub fn new(contents: Arc<Contents>) -> Self {
        Memory {
            unix: 0,
            vars: BTreeMap::new(),
            sightings: Vec::new(),
            taken: Vec::new(),
            captures: BTreeMap::new(),
            contents,
        }
    }

    /// Remembers a sighting and gives its index.
    pub fn add(&mut self, sighting: Sighting) -> usize {
        self.sightings.push(sighting);
        self.taken.push(false);
        self.sightings.len() - 1
    }

    pub fn at(&self, index: usize) -> &Sighting {
        &self.sightings[index]
    }

    pub fn len(&self) -> usize {
        self.sightings.len()
    }

    pub fn all(&self) -> &[Sighting] {
        &self.sightings
    }

    pub fn is_taken(&self, index: usize) -> bool {
        self.taken[index]
    }

    pub fn take(&mut self, index: usize) {
        self.taken[index] = true;
    }

    pub fn capture(&mut self, name: &str, index: usize) {
        self.captures.insert(name.to_owned(), index);
    }

    pub fn captured(&self, name: &str) -> Option<&Sighting> {
        self.captures.get(name).map(|i| &self.sightings[*i])
    }

    /// The event that a reference such as `retrieved.notification.X-Mms-Transaction-Id` is about.
    pub fn refers_to(&self, reference: &str) -> Option<&Sighting> {
        Some(self.split(reference)?.0)
    }

    /// A capture and the name of a field of it. A capture's name may hold dots: the longest one wins.
    fn split<'a>(&self, reference: &'a str) -> Option<(&Sighting, &'a str)> {
        let mut split = reference.len();
        while let Some(dot) = reference[..split].rfind('.') {
            if let Some(sighting) = self.captured(&reference[..dot]) {
                return Some((sighting, &reference[dot + 1..]));
            }
            split = dot;
        }
        None
    }

    /// Whether the same push was already taken at the same place: the same octets, or a notification in which only the
    /// relative expiry is another, because time has passed (ENC 1.3 §6.2).
    pub fn repeats_a_taken_push(&self, sighting: &Sighting) -> bool {
        self.repeats_a_push_taken_by_others(sighting, &[])
    }

    /// The same, but for what `own` has taken.
    pub fn repeats_a_push_taken_by_others(&self, sighting: &Sighting, own: &[usize]) -> bool {
        sighting.pushed_octets().is_some()
            && self.sightings.iter().enumerate().any(|(index, other)| {
                self.taken[index]
                    && !own.contains(&index)
                    && other.place == sighting.place
                    && is_same_push(other, sighting)
            })
    }
}

fn is_same_push(one: &Sighting, other: &Sighting) -> bool {
    if one.pushed_octets() == other.pushed_octets() {
        return true;
    }
    if one.kind() != Some(PduType::NotificationInd) || other.kind() != one.kind() {
        return false;
    }
    let fields = |s: &Sighting| -> Vec<(Name, Value)> {
        let fields = s.pdu.iter().flat_map(|p| &p.fields);
        fields
            .filter(|f| f.name != "X-Mms-Expiry")
            .map(|f| (f.name.clone(), f.value.clone()))
            .collect()
    };
    fields(one) == fields(other)
}

impl Scope for Memory {
    fn lookup(&self, reference: &str) -> Option<String> {
        if let Some(value) = self.vars.get(reference) {
            return Some(value.clone());
        }
        if reference.starts_with("now") {
            return crate::run::vars::instant(reference, self.unix);
        }
        let (sighting, field) = self.split(reference)?;
        sighting.field(field, self.unix)
    }

    fn content(&self, name: &str) -> Option<Content> {
        match self.captured(name) {
            Some(sighting) => sighting.content().cloned(),
            None => self.contents.get(name).cloned(),
        }
    }

    fn unix(&self) -> i64 {
        self.unix
    }
}

/// The first reference in these demands that has no value: what should have given it did not come.
pub fn unresolved(demands: &[&Demands], narrow: &[FieldDemand], memory: &Memory) -> Option<String> {
    let fields = demands
        .iter()
        .flat_map(|d| d.headers.iter().chain(&d.http).chain(&d.smtp).chain(&d.push));
    let mut templates = Vec::new();
    for field in fields.chain(narrow) {
        templates_of(&field.matcher, &mut templates);
    }
    let unknown = templates
        .into_iter()
        .find_map(|t| t.resolve(&|name| memory.lookup(name)).err());
    unknown.or_else(|| {
        demands.iter().find_map(|d| match &d.content {
            Some(ContentDemand::Same { of, .. }) => {
                let name = of.sole_reference().unwrap_or(&of.raw);
                memory.content(name).is_none().then(|| name.to_owned())
            }
            _ => None,
        })
    })
}

/// What the templates of a matcher refer to.
pub fn references(matcher: &Matcher) -> Vec<String> {
    let mut templates = Vec::new();
    templates_of(matcher, &mut templates);
    templates
        .into_iter()
        .flat_map(|t| t.references())
        .map(str::to_owned)
        .collect()
}

fn templates_of<'a>(matcher: &'a Matcher, found: &mut Vec<&'a Template>) {
    match matcher {
        Matcher::Equals(t) => found.push(t),
        Matcher::Instant { of, .. } if of.raw != "now" => found.push(of),
        Matcher::Not(inner) | Matcher::IfPresent(inner) => templates_of(inner, found),
        Matcher::In(list) | Matcher::Set(list) => found.extend(list),
        Matcher::Range { from, to } => found.extend(from.iter().chain(to)),
        Matcher::All(all) | Matcher::Any(all) => all.iter().for_each(|m| templates_of(m, found)),
        Matcher::Matches(_)
        | Matcher::Present
        | Matcher::Absent
        | Matcher::Octets(_)
        | Matcher::Instant { .. } => {}
    }
}
