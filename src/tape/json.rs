//! JSON that is written anew value by value, with all the rest as it came: the order of members, members that come twice,
//! numbers digit by digit. A recording shows what is odd about a body, and this is where oddities would get lost.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::rules::Place;

/// As deep as any reader of ours follows a body.
const DEEPEST: usize = 120;

/// What decides on each value.
pub(super) trait Leaf {
    /// What a text becomes.
    fn text(&mut self, place: &Place, text: &str) -> String;
    /// What a number becomes, as it is written.
    fn number(&mut self, place: &Place, number: &str) -> String;
    /// What the name of a member becomes.
    fn name(&mut self, place: &Place, name: &str) -> String;
}

/// Writes a body anew, without blanks between its values; none where it is no JSON, or nothing that has members.
pub(super) fn rewritten(body: &str, leaf: &mut impl Leaf) -> Option<String> {
    let value: &RawValue = serde_json::from_str(body).ok()?;
    if !value.get().starts_with(['{', '[']) {
        return None;
    }
    let mut walk = Walk { leaf, place: Place::default(), written: String::with_capacity(body.len()) };
    walk.value(value.get(), 0)?;
    Some(walk.written)
}

struct Walk<'a, L> {
    leaf: &'a mut L,
    place: Place,
    written: String,
}

impl<L: Leaf> Walk<'_, L> {
    fn value(&mut self, value: &str, depth: usize) -> Option<()> {
        match value.as_bytes().first()? {
            _ if depth > DEEPEST => None,
            b'{' => self.object(value, depth),
            b'[' => self.list(value, depth),
            b'"' => {
                let text: Cow<'_, str> = serde_json::from_str(value).ok()?;
                let text = self.leaf.text(&self.place, &text);
                self.push_text(&text)
            }
            b't' | b'f' | b'n' => {
                self.written.push_str(value);
                Some(())
            }
            _ => {
                self.written.push_str(&self.leaf.number(&self.place, value));
                Some(())
            }
        }
    }

    fn object(&mut self, value: &str, depth: usize) -> Option<()> {
        let Members(members) = serde_json::from_str(value).ok()?;
        let was_in_list = std::mem::take(&mut self.place.is_in_list);
        self.written.push('{');
        for (index, (name, value)) in members.into_iter().enumerate() {
            self.written.push_str(if index > 0 { "," } else { "" });
            let written = self.leaf.name(&self.place, &name);
            self.push_text(&written)?;
            self.written.push(':');
            self.place.names.push(name);
            self.value(value.get(), depth + 1)?;
            self.place.names.pop();
        }
        self.written.push('}');
        self.place.is_in_list = was_in_list;
        Some(())
    }

    fn list(&mut self, value: &str, depth: usize) -> Option<()> {
        let items: Vec<&RawValue> = serde_json::from_str(value).ok()?;
        let was_in_list = std::mem::replace(&mut self.place.is_in_list, true);
        self.written.push('[');
        for (index, item) in items.into_iter().enumerate() {
            self.written.push_str(if index > 0 { "," } else { "" });
            self.value(item.get(), depth + 1)?;
        }
        self.written.push(']');
        self.place.is_in_list = was_in_list;
        Some(())
    }

    fn push_text(&mut self, text: &str) -> Option<()> {
        self.written.push_str(&serde_json::to_string(text).ok()?);
        Some(())
    }
}

/// The members of an object as they come, each as it is written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;

        impl<'de> Visitor<'de> for OfObject {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(OfObject).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shout;

    impl Leaf for Shout {
        fn text(&mut self, place: &Place, text: &str) -> String {
            format!("{}={text}", place.names.join("."))
        }

        fn number(&mut self, _: &Place, number: &str) -> String {
            number.to_owned()
        }

        fn name(&mut self, _: &Place, name: &str) -> String {
            name.to_owned()
        }
    }

    #[test]
    fn all_but_the_values_stays_as_it_came() {
        let body = "{ \"b\": 1.10, \"a\": [\"x\", {\"c\\n\": \"y\"}],\n \"b\": 12345678901234567890123, \"n\": null }";
        let expected = "{\"b\":1.10,\"a\":[\"a=x\",{\"c\\n\":\"a.c\\n=y\"}],\"b\":12345678901234567890123,\"n\":null}";
        assert_eq!(rewritten(body, &mut Shout).as_deref(), Some(expected));
    }

    #[test]
    fn what_is_no_json_with_members_is_not_rewritten() {
        let deep = "[".repeat(1_000_000);
        let closed = "[".repeat(200) + &"]".repeat(200);
        for body in ["", "<html>", "\"text\"", "12", "{\"a\":1", "{\"a\":\"\\ud800\"}", "{} {}", &deep, &closed] {
            assert_eq!(rewritten(body, &mut Shout), None);
        }
    }
}
