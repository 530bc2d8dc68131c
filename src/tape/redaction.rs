//! How a request is put into the words of a recording: with placeholders when it is written, and with nothing in their place
//! when it is looked for.

use percent_encoding::percent_decode_str;
use url::form_urlencoded::{Serializer, parse};

use super::Asked;
use super::exchange::{self, Request, Response};
use super::json::{self, Leaf};
use super::message;
use super::pseudonym::{NAME, Pseudonyms, SEGMENT};
use super::rules::{Place, Rules, Treatment, is_id, is_name};
use super::secrets::{REMOVED, Secrets};

/// What stands in a path for the part of it that belongs to the credential.
pub(super) const PARTNER: &str = "partner";
/// What stands for whatever was replaced.
const ANY: &str = "*";
/// The header that tells of other pages.
const LINK: &str = "link";
/// Headers of answers that are told: what the gateway reads, and what tells servers and caches apart.
const TOLD: [&str; 16] = [
    "age",
    "allow",
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "date",
    "etag",
    LINK,
    "retry-after",
    "server",
    "transfer-encoding",
    "vary",
    "via",
    "www-authenticate",
    "x-result-count",
];

/// What a path or a query becomes besides what every body's values become.
pub(super) trait Words: Leaf {
    /// What a part of a path becomes that is no id.
    fn segment(&mut self, segment: &str) -> String;
}

/// The address of an API, which a recording does not tell.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) api: &'static str,
    pub(super) authority: String,
}

impl Address {
    pub(super) fn of(api: &'static str, base: &url::Url) -> Self {
        Self { api, authority: base.authority().to_owned() }
    }

    /// Whether a text from which the API's address was taken is one of its own.
    fn is_in(&self, text: &str) -> bool {
        let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        let rest = rest.and_then(|rest| rest.strip_prefix(self.api)).and_then(|rest| rest.strip_prefix(".invalid/"));
        rest.is_some_and(|path| !path.contains(['?', '#', ' ']))
    }

    fn removed_from(&self, text: &str) -> String {
        if self.authority.is_empty() || !text.contains(&self.authority) {
            return text.to_owned();
        }
        text.replace(&self.authority, &format!("{}.invalid", self.api))
    }
}

/// All that is the same throughout a recording.
#[derive(Debug)]
pub(super) struct Redactor {
    pub(super) pseudonyms: Pseudonyms,
    pub(super) secrets: Secrets,
}

impl Redactor {
    pub(super) fn request(&mut self, rules: &Rules, address: &Address, asked: &Asked<'_>) -> Request {
        let mut words = Redacting { redactor: self, rules, address, is_refusal: false, is_lossy: false };
        let (path, query) = asked.target.split_once('?').unwrap_or((asked.target, ""));
        let path = path_of(path, Some(asked), &mut words);
        let query = query_of(query, &mut words, |_| {});
        let body = asked.body.and_then(|body| json::rewritten(&body.to_string(), &mut words));
        let mut headers = std::collections::BTreeMap::from([("accept".to_owned(), "application/json".to_owned())]);
        if asked.body.is_some() {
            headers.insert("content-type".to_owned(), "application/json".to_owned());
        }
        headers.insert(asked.header.to_owned(), REMOVED.to_owned());
        let body = body.and_then(|body| exchange::body(&body, true));
        Request { method: asked.method.to_owned(), path, query, credential: None, headers, body }
    }

    pub(super) fn response(
        &mut self,
        rules: &Rules,
        address: &Address,
        status: u16,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Response {
        let mut told = std::collections::BTreeMap::new();
        for (name, value) in headers {
            let value = self.header(rules, address, name, value);
            told.entry(name.clone()).and_modify(|all: &mut String| *all = format!("{all}, {value}")).or_insert(value);
        }
        let text = String::from_utf8_lossy(body);
        let lossy = matches!(text, std::borrow::Cow::Owned(_));
        let mut words = Redacting { redactor: self, rules, address, is_refusal: status >= 400, is_lossy: lossy };
        let body = match json::rewritten(&text, &mut words) {
            Some(json) => exchange::body(&json, !lossy),
            None => {
                let is_said_to_be_json = told.get("content-type").is_some_and(|kind| kind.contains("json"));
                exchange::body(&self.unread(rules, address, &text, is_said_to_be_json), false)
            }
        };
        Response { status, headers: told, body, lossy }
    }

    /// Headers that nobody has said of are there, and their values are not.
    fn header(&mut self, rules: &Rules, address: &Address, name: &str, value: &str) -> String {
        if !TOLD.contains(&name) {
            return REMOVED.to_owned();
        }
        if name == LINK {
            let mut words = Redacting { redactor: self, rules, address, is_refusal: false, is_lossy: false };
            return links_of(value, &mut words);
        }
        message::plain(&address.removed_from(&self.secrets.removed_from(value)), &mut self.pseudonyms)
    }

    /// A body that has no members, as far as can be seen. What was meant to have some and cannot be read is not told: nobody
    /// knows which of its words are a secret member's.
    fn unread(&mut self, rules: &Rules, address: &Address, text: &str, is_said_to_be_json: bool) -> String {
        if text.is_empty() || (is_said_to_be_json && matches!(text.trim(), "null" | "true" | "false")) {
            return text.to_owned();
        }
        if serde_json::from_str::<String>(text).is_ok() {
            return format!("\"{REMOVED}\"");
        }
        let is_page = rules.pages && !is_said_to_be_json && !is_data(text);
        let told = if is_page { self.page(address, text) } else { REMOVED.to_owned() };
        still_lossy(told, text)
    }

    /// Whether a text cannot be looked through as it must be.
    fn is_too_much(&self, text: &str) -> bool {
        text.len() > LONGEST_PAGE || self.pseudonyms.is_full()
    }

    fn page(&mut self, address: &Address, text: &str) -> String {
        if self.is_too_much(text) {
            return REMOVED.to_owned();
        }
        message::page(&address.removed_from(&self.secrets.removed_from(text)), &mut self.pseudonyms)
    }
}

/// The longest text, in bytes, that is looked through for what is somebody's.
const LONGEST_PAGE: usize = 65_536;

/// Whether a body is JSON that is broken, or holds some; or is in an encoding in which nothing is found.
fn is_data(text: &str) -> bool {
    let is_around = |next: char| next.is_whitespace() || next.is_control() || "\u{feff}\u{fffd}".contains(next);
    let start = text.trim_start_matches(is_around);
    start.starts_with(['{', '[', '"']) || text.contains("{\"") || text.contains('\0')
}

/// What takes the place of a text that was no UTF-8 is none either, so that whoever reads it stumbles in the same place.
fn still_lossy(told: String, text: &str) -> String {
    let is_lossy = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
    if is_lossy(text) && !is_lossy(&told) { told + "\u{fffd}" } else { told }
}

/// Links to other pages. Their addresses repeat the query, with all that was asked for.
fn links_of(links: &str, words: &mut Redacting<'_>) -> String {
    let mut written = String::with_capacity(links.len());
    let mut rest = links;
    while let Some((_, link)) = rest.split_once('<') {
        let (link, after) = link.split_once('>').unwrap_or((link, ""));
        let (path, query) = link.split_once('?').unwrap_or((link, ""));
        let query = query_of(query, words, |_| {});
        let separator = if query.is_empty() { "" } else { "?" };
        let path = words.redactor.page(words.address, path);
        let comma = if written.is_empty() { "" } else { ", " };
        written.push_str(&[comma, "<", &path, separator, &query, ">", relation_in(after)].concat());
        rest = after;
    }
    // What is no link is no word of a server's either.
    if written.is_empty() { REMOVED.to_owned() } else { written }
}

/// What the link before a text is to the page; all else that is said of it may be anybody's word.
fn relation_in(text: &str) -> &'static str {
    let own = text.split('<').next().unwrap_or_default();
    let is_it = |(relation, _): &&(&str, &str)| {
        own.split([';', ',']).any(|part| part.trim().replace('"', "") == format!("rel={relation}"))
    };
    RELATIONS.iter().find(is_it).map_or("", |(_, told)| told)
}

/// The relations of pages to each other, as they are written down.
const RELATIONS: [(&str, &str); 5] = [
    ("first", "; rel=\"first\""),
    ("prev", "; rel=\"prev\""),
    ("next", "; rel=\"next\""),
    ("last", "; rel=\"last\""),
    ("self", "; rel=\"self\""),
];

/// Puts placeholders in the place of what is not to be told.
struct Redacting<'a> {
    redactor: &'a mut Redactor,
    rules: &'a Rules,
    address: &'a Address,
    is_refusal: bool,
    is_lossy: bool,
}

impl Redacting<'_> {
    fn told(&mut self, place: &Place, text: &str) -> String {
        let treatment = self.rules.of_text(place, text, self.is_refusal);
        let text = self.address.removed_from(&self.redactor.secrets.removed_from(text));
        match treatment {
            Treatment::Keep => message::plain(&text, &mut self.redactor.pseudonyms),
            Treatment::Message if self.redactor.is_too_much(&text) => REMOVED.to_owned(),
            Treatment::Message => message::sentence(&text, &mut self.redactor.pseudonyms),
            Treatment::Reference if self.address.is_in(&text) => self.redactor.page(self.address, &text),
            Treatment::Replace | Treatment::Reference => self.redactor.pseudonyms.of_text(&text),
            Treatment::Remove => REMOVED.to_owned(),
        }
    }
}

impl Leaf for Redacting<'_> {
    fn text(&mut self, place: &Place, text: &str) -> String {
        let told = self.told(place, text);
        if self.is_lossy { still_lossy(told, text) } else { told }
    }

    fn number(&mut self, place: &Place, number: &str) -> String {
        match self.rules.of(place) {
            _ if self.redactor.secrets.is_in(number) => "0".to_owned(),
            Treatment::Keep => number.to_owned(),
            Treatment::Replace | Treatment::Reference | Treatment::Message => {
                self.redactor.pseudonyms.of_number(number)
            }
            Treatment::Remove => "0".to_owned(),
        }
    }

    fn name(&mut self, place: &Place, name: &str) -> String {
        if is_name(place, name) && !self.redactor.secrets.is_in(name) {
            return name.to_owned();
        }
        let told = self.redactor.pseudonyms.of_name(name);
        if self.is_lossy { still_lossy(told, name) } else { told }
    }
}

impl Words for Redacting<'_> {
    fn segment(&mut self, segment: &str) -> String {
        self.redactor.pseudonyms.of_segment(segment)
    }
}

/// Puts nothing in particular in the place of what would be replaced, so that a request is found again whose values only
/// its recording does not tell.
pub(super) struct Masking<'a>(pub(super) &'a Rules);

impl Leaf for Masking<'_> {
    fn text(&mut self, place: &Place, text: &str) -> String {
        let is_kept = self.0.of_text(place, text, false) == Treatment::Keep;
        if is_kept { text.to_owned() } else { ANY.to_owned() }
    }

    fn number(&mut self, place: &Place, number: &str) -> String {
        if self.0.of(place) == Treatment::Keep { number.to_owned() } else { "0".to_owned() }
    }

    fn name(&mut self, place: &Place, name: &str) -> String {
        if is_name(place, name) && !name.starts_with(NAME) { name.to_owned() } else { ANY.to_owned() }
    }
}

impl Words for Masking<'_> {
    fn segment(&mut self, _: &str) -> String {
        ANY.to_owned()
    }
}

/// Leaves everything as it is.
pub(super) struct Literal;

impl Leaf for Literal {
    fn text(&mut self, _: &Place, text: &str) -> String {
        text.to_owned()
    }

    fn number(&mut self, _: &Place, number: &str) -> String {
        number.to_owned()
    }

    fn name(&mut self, _: &Place, name: &str) -> String {
        name.to_owned()
    }
}

impl Words for Literal {
    fn segment(&mut self, segment: &str) -> String {
        segment.to_owned()
    }
}

/// A path in the words of a recording. What a call fills into its route may be anybody's word, unless it is an id; of a path
/// that was recorded, it is known by its form.
pub(super) fn path_of(path: &str, asked: Option<&Asked<'_>>, words: &mut impl Words) -> String {
    let mut route = asked.map(|asked| asked.route.split('/'));
    let segments = path.split('/').map(|segment| {
        let is_filled = match &mut route {
            Some(route) => route.next().is_some_and(|template| template.starts_with('{')),
            None => segment.starts_with(SEGMENT),
        };
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        match (is_filled, asked.and_then(|asked| asked.place)) {
            (true, Some(place)) if decoded == place => PARTNER.to_owned(),
            (true, _) if !is_id(&decoded) => words.segment(&decoded),
            _ => segment.to_owned(),
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// A query in the words of a recording, its members in the order that is wanted.
pub(super) fn query_of(query: &str, words: &mut impl Words, order: fn(&mut Vec<(String, String)>)) -> String {
    let members = parse(query.as_bytes()).map(|(name, value)| {
        let place = Place { names: vec![name.to_string()], is_in_list: false };
        let value = words.text(&place, &value);
        (words.name(&Place::default(), &name), value)
    });
    let mut members: Vec<_> = members.collect();
    order(&mut members);
    Serializer::new(String::new()).extend_pairs(members).finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::super::Choices;
    use super::*;

    const SECRET: &str = "s3cret-of-the-vendor";

    fn redactor() -> Redactor {
        let mut secrets = Secrets::default();
        secrets.learn(SECRET);
        Redactor { pseudonyms: Pseudonyms::new(), secrets }
    }

    fn rules() -> Rules {
        Rules::new(&["status", "plain.*"], &Choices { pages: true, ..Choices::default() })
    }

    fn address() -> Address {
        Address::of("leads", &"https://leads.example:8443/x".parse().unwrap())
    }

    /// Bodies with all kinds of members, some of which say what none may.
    fn bodies() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            any::<String>(),
            "[A-Za-z ]{4,20}",
            "[0-9]{1,20}",
            "[0-9]{4}-[0-1][0-9]-[0-3][0-9]",
            "[a-z]{1,8}@[a-z]{1,8}\\.example",
            any::<String>().prop_map(|text| format!("{text}{SECRET}")),
        ];
        let name = prop_oneof![Just("status".to_owned()), Just("plain".to_owned()), "[a-z_]{1,8}", any::<String>()];
        let leaf = prop_oneof![
            text.prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            Just(Value::Null),
        ];
        let nested = leaf.prop_recursive(4, 32, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((name.clone(), inner), 0..5).prop_map(|members| members.into_iter().collect()),
            ]
        });
        prop::collection::vec(nested, 0..4).prop_map(|items| json!({ "items": items }))
    }

    /// A body with nothing in it but its form.
    fn form(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let forms = members.values().map(form);
                let named = forms.enumerate().map(|(index, form)| (index.to_string(), form));
                Value::Object(named.collect::<Map<_, _>>())
            }
            Value::Array(items) => items.iter().map(form).collect(),
            Value::String(_) => json!("text"),
            Value::Number(number) => json!(if number.is_f64() { "float" } else { "integer" }),
            other => other.clone(),
        }
    }

    #[test]
    fn a_link_tells_where_it_leads_and_nothing_besides() {
        let mut redactor = redactor();
        let name = redactor.pseudonyms.of_text("Mari Maasikas");
        let mut words = Redacting {
            redactor: &mut redactor,
            rules: &rules(),
            address: &address(),
            is_refusal: false,
            is_lossy: false,
        };
        let links = "Mari <https://leads.example:8443/of/Mari%20Maasikas?page=2>; rel=\"next\"; title=\"Mari\", Mari \
                     <https://leads.example:8443/x>; rel=last, Mari";
        let page = words.redactor.pseudonyms.of_text("2");
        let expected = format!(
            "<https://leads.invalid/of/{name}?page={page}>; rel=\"next\", <https://leads.invalid/x>; rel=\"last\""
        );
        assert_eq!(links_of(links, &mut words), expected);
    }

    #[test]
    fn a_page_that_is_too_long_to_look_through_is_not_told() {
        let mut redactor = redactor();
        let page = "a ".repeat(LONGEST_PAGE / 2);
        assert_eq!(redactor.page(&address(), &page), page);
        assert_eq!(redactor.page(&address(), &(page + "a")), REMOVED);
    }

    #[test]
    fn a_member_that_refers_to_another_record_says_nothing_else() {
        let rules = Rules::new(&["user", "customer"], &Choices::default());
        let body = json!({
            "user": 7,
            "customer": "https://leads.example:8443/api/customers/9c30a205a60e47cb94b46d45cd4c2179/",
            "metadata": { "user": "Mari Maasikas", "customer": "https://mari.example/leads.example:8443/" },
        });
        let response = redactor().response(&rules, &address(), 200, &[], body.to_string().as_bytes());
        let held: Value = serde_json::from_str(response.body.unwrap().get()).unwrap();
        assert_eq!(held["user"], 7);
        assert_eq!(held["customer"], "https://leads.invalid/api/customers/9c30a205a60e47cb94b46d45cd4c2179/");
        assert!(held["metadata"]["user"].as_str().unwrap().starts_with("text-"));
        assert!(held["metadata"]["customer"].as_str().unwrap().ends_with(".example.invalid/"));
    }

    #[test]
    fn json_that_cannot_be_read_is_no_page() {
        let whole = "{\"api_key\":\"abcdEFgh\",\"name\":\"Mari Maasikas\"}";
        let deep = "[".repeat(130) + whole + &"]".repeat(130);
        let wide: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let latin: &[u8] = b"{\"api_key\":\"abcdEFgh\",\"first\":\"Mari\",\"status\":\"J\xf5gi\"}";
        let replaced: &[u8] = b"{\"api_key\":\"abcdEFgh\",\"first\":\"Mari J\xf5gi\"}";
        let bodies = [
            format!("\u{feff}{whole}").into_bytes(),
            whole.as_bytes()[..whole.len() - 1].to_vec(),
            format!("{whole}x").into_bytes(),
            whole.replace('{', "\u{feff}[{ ").into_bytes(),
            format!("{whole}\n{whole}").into_bytes(),
            whole.replace("Maasikas", "\\ud800").into_bytes(),
            deep.into_bytes(),
            serde_json::to_vec("abcdEFgh of Mari").unwrap(),
            format!("<script>var told = {whole}</script>").into_bytes(),
            wide,
            latin.to_vec(),
            replaced.to_vec(),
        ];
        for body in bodies {
            let response = redactor().response(&rules(), &address(), 200, &[], &body);
            let line = serde_json::to_string(&response).unwrap();
            let held = exchange::bytes(response.body.as_deref(), response.lossy);
            for secret in ["abcdEFgh", "Mari", "Maasikas"] {
                assert!(!line.replace("\\u0000", "").contains(secret), "{line}");
            }
            let is_read = |body: &[u8]| serde_json::from_slice::<Value>(body).is_ok();
            assert_eq!(std::str::from_utf8(&held).is_err(), std::str::from_utf8(&body).is_err(), "{line}");
            assert_eq!(is_read(&held), is_read(&body), "{line}");
        }
        let kind = [("content-type".to_owned(), "application/json".to_owned())];
        let response = redactor().response(&rules(), &address(), 200, &kind, b"api_key=abcdEFgh");
        assert_eq!(exchange::bytes(response.body.as_deref(), response.lossy), REMOVED.as_bytes());
    }

    proptest! {
        #[test]
        fn a_body_keeps_its_form_and_no_secret(body in bodies(), status in prop_oneof![Just(200_u16), Just(422)]) {
            let sent = body.to_string();
            let response = redactor().response(&rules(), &address(), status, &[], sent.as_bytes());
            let line = serde_json::to_string(&response).unwrap();
            prop_assert!(!line.contains(SECRET) && !line.contains("leads.example"), "{line}");
            let held = exchange::bytes(response.body.as_deref(), response.lossy);
            let held: Value = serde_json::from_slice(&held).unwrap();
            // Names that were replaced stand in another order, and so do their members.
            let sorted = |value: &Value| { let mut text: Vec<u8> = form(value).to_string().into_bytes(); text.sort_unstable(); text };
            prop_assert_eq!(sorted(&held), sorted(&body));
        }

        #[test]
        fn any_bytes_are_told_and_played(body in prop::collection::vec(any::<u8>(), 0..60)) {
            let response = redactor().response(&rules(), &address(), 500, &[], &body);
            let line = serde_json::to_string(&response).unwrap();
            let read: Response = serde_json::from_str(&line).unwrap();
            let held = exchange::bytes(read.body.as_deref(), read.lossy);
            prop_assert_eq!(held.is_empty(), body.is_empty());
            prop_assert_eq!(std::str::from_utf8(&held).is_err(), std::str::from_utf8(&body).is_err());
        }
    }
}
