//! A reading that is followed: what is read is handed on as it stands, and what nobody asks for is noted.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, Expected, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

use super::JsonType;
use crate::scalar::LATER;
use crate::vocabulary::words_of;

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Element(usize),
    Member(String),
}

/// Where a value stands, on the way that led to it.
pub(super) struct Place<'p> {
    above: Option<(&'p Place<'p>, Step)>,
}

impl Place<'_> {
    pub(super) const ROOT: Place<'static> = Place { above: None };

    fn steps(&self) -> Vec<Step> {
        let Some((above, step)) = &self.above else {
            return Vec::new();
        };
        let mut steps = above.steps();
        steps.push(step.clone());
        steps
    }
}

/// What was noted while a record was read, however often that was.
#[derive(Default)]
pub(super) struct Notes {
    unknown: RefCell<BTreeMap<Vec<Step>, JsonType>>,
    words: RefCell<BTreeMap<Vec<Step>, String>>,
    spoilt: RefCell<BTreeSet<Vec<Step>>>,
}

impl Notes {
    /// The members that nobody asked for.
    pub(super) fn unknown(&self) -> BTreeMap<Vec<Step>, JsonType> {
        self.unknown.borrow().clone()
    }

    /// The words that stand in no list where there is one.
    pub(super) fn words(&self) -> BTreeMap<Vec<Step>, String> {
        self.words.borrow().clone()
    }

    /// Marks what could not be read, so that it is read last from now on; false where it was marked before.
    pub(super) fn spoil(&self, place: &[Step]) -> bool {
        self.spoilt.borrow_mut().insert(place.to_vec())
    }

    fn is_spoilt(&self, place: &[Step]) -> bool {
        self.spoilt.borrow().contains(place)
    }
}

/// A value that could not be read, and where it stands.
#[derive(Debug)]
pub(super) struct Misread {
    pub(super) place: Vec<Step>,
    pub(super) wrong: Wrong,
}

/// What is wrong with it.
#[derive(Debug)]
pub(super) enum Wrong {
    Missing(&'static str),
    Type { expected: String, found: JsonType },
}

/// The same as the types say it, who do not know where they stand.
#[derive(Debug)]
pub(super) enum Complaint {
    Missing(&'static str),
    Expected(String),
    At(Misread),
}

impl Display for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("what was read is not of the expected type")
    }
}

impl std::error::Error for Complaint {}

/// What a type may have said of a value is never repeated but for what it expected, which no value is a part of.
impl de::Error for Complaint {
    fn custom<T: Display>(said: T) -> Self {
        let said = said.to_string();
        Self::Expected(said.strip_prefix("expected ").unwrap_or("another value").to_owned())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Expected(expected.to_string())
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Expected(expected.to_string())
    }

    fn missing_field(member: &'static str) -> Self {
        Self::Missing(member)
    }
}

/// A value on its way to whoever reads it.
#[derive(Clone, Copy)]
pub(super) struct Tracked<'v, 'p> {
    value: &'v Value,
    place: &'p Place<'p>,
    notes: &'p Notes,
}

impl<'v, 'p> Tracked<'v, 'p> {
    pub(super) fn new(value: &'v Value, place: &'p Place<'p>, notes: &'p Notes) -> Self {
        Self { value, place, notes }
    }

    /// A complaint with the place that it is about: the innermost that hears of it.
    fn placed(self, complaint: Complaint) -> Complaint {
        let wrong = match complaint {
            Complaint::At(_) => return complaint,
            Complaint::Missing(member) => Wrong::Missing(member),
            Complaint::Expected(expected) => Wrong::Type { expected, found: JsonType::of(self.value) },
        };
        Complaint::At(Misread { place: self.place.steps(), wrong })
    }

    /// What is below, with what could not be read before at the end: so all the rest is seen first.
    fn below<I>(self, steps: impl Iterator<Item = (Step, I)>) -> std::vec::IntoIter<(Step, I)> {
        let above = self.place.steps();
        let is_spoilt = |step: &Step| {
            let mut place = above.clone();
            place.push(step.clone());
            self.notes.is_spoilt(&place)
        };
        let (last, mut all): (Vec<_>, Vec<_>) = steps.partition(|(step, _)| is_spoilt(step));
        all.extend(last);
        all.into_iter()
    }

    fn object<V: Visitor<'v>>(self, members: &'v Map<String, Value>, visitor: V) -> Result<V::Value, Complaint> {
        let steps = members.iter().map(|(name, value)| (Step::Member(name.clone()), (name.as_str(), value)));
        visitor.visit_map(Members { all: self.below(steps), next: None, whole: self })
    }
}

impl<'v> Deserializer<'v> for Tracked<'v, '_> {
    type Error = Complaint;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Complaint> {
        let read = match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(value) => match (value.as_u64(), value.as_i64(), value.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (None, Some(value), _) => visitor.visit_i64(value),
                (None, None, value) => visitor.visit_f64(value.unwrap_or_default()),
            },
            Value::String(value) => visitor.visit_borrowed_str(value),
            Value::Array(elements) => {
                let steps = elements.iter().enumerate().map(|(index, value)| (Step::Element(index), value));
                visitor.visit_seq(Elements { all: self.below(steps), whole: self })
            }
            Value::Object(members) => self.object(members, visitor),
        };
        read.map_err(|complaint| self.placed(complaint))
    }

    fn deserialize_struct<V: Visitor<'v>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Complaint> {
        let Value::Object(members) = self.value else {
            return Err(self.placed(Complaint::Expected("an object".to_owned())));
        };
        for (name, value) in members.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let mut place = self.place.steps();
            place.push(Step::Member(name.clone()));
            self.notes.unknown.borrow_mut().insert(place, JsonType::of(value));
        }
        self.object(members, visitor).map_err(|complaint| self.placed(complaint))
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Complaint> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'v>>(self, name: &'static str, visitor: V) -> Result<V::Value, Complaint> {
        if let (Some(word), Some(mut words)) = (self.value.as_str(), words_of(name)) {
            // A blank one is none.
            if !word.is_empty() && !words.any(|known| known.eq_ignore_ascii_case(word)) {
                self.notes.words.borrow_mut().insert(self.place.steps(), word.to_owned());
            }
        }
        // What is read later is read here, where all of it is looked at.
        if name == LATER { visitor.visit_some(self) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_ignored_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Complaint> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'v>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier
    }
}

struct Elements<'v, 'p> {
    all: std::vec::IntoIter<(Step, &'v Value)>,
    whole: Tracked<'v, 'p>,
}

impl<'v> SeqAccess<'v> for Elements<'v, '_> {
    type Error = Complaint;

    fn next_element_seed<T: DeserializeSeed<'v>>(&mut self, seed: T) -> Result<Option<T::Value>, Complaint> {
        let Some((step, value)) = self.all.next() else {
            return Ok(None);
        };
        let place = Place { above: Some((self.whole.place, step)) };
        let element = Tracked { value, place: &place, notes: self.whole.notes };
        seed.deserialize(element).map(Some).map_err(|complaint| element.placed(complaint))
    }
}

struct Members<'v, 'p> {
    all: std::vec::IntoIter<(Step, (&'v str, &'v Value))>,
    next: Option<(Step, &'v Value)>,
    whole: Tracked<'v, 'p>,
}

impl<'v> MapAccess<'v> for Members<'v, '_> {
    type Error = Complaint;

    fn next_key_seed<K: DeserializeSeed<'v>>(&mut self, seed: K) -> Result<Option<K::Value>, Complaint> {
        let Some((step, (name, value))) = self.all.next() else {
            return Ok(None);
        };
        self.next = Some((step, value));
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'v>>(&mut self, seed: S) -> Result<S::Value, Complaint> {
        let (step, value) = self.next.take().ok_or_else(|| de::Error::custom("expected a name before its value"))?;
        let place = Place { above: Some((self.whole.place, step)) };
        let member = Tracked { value, place: &place, notes: self.whole.notes };
        seed.deserialize(member).map_err(|complaint| member.placed(complaint))
    }
}
