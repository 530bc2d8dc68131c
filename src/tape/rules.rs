//! Which values of a body may be written down as they are. What nobody has said of is replaced.

use super::Choices;

/// What is done with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// It stays, but for what in it is a credential or an address.
    Keep,
    /// A placeholder of the same form takes its place.
    Replace,
    /// It is a secret by its name: nothing of it stays.
    Remove,
    /// It is an address of the API's own, or else replaced.
    Reference,
    /// It is a sentence about the request, in which what is somebody's is replaced.
    Message,
}

/// Where in a body a value stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The names of the members that it stands in, the outermost first.
    pub(super) names: Vec<String>,
    /// Whether it is an element of a list.
    pub(super) is_in_list: bool,
}

/// What is known of the members of one API.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    plain: Vec<String>,
    redact: Vec<String>,
    keep: Vec<String>,
    /// Whether bodies that have no members are kept.
    pub(super) pages: bool,
}

/// Names by which vendors tell what is wrong.
const MESSAGES: [&str; 5] = ["error", "detail", "title", "message", "errors"];

/// Names of members that hold a word of a list, or a sentence where they hold anything else.
const LISTED: [&str; 3] = ["error_message", "type", "country"];

/// Names by which they refer to other records. In a record of free form anything may have such a name.
const REFERENCES: [&str; 6] = ["user", "customer", "order", "url", "source", "recipient"];

/// Parts of names that nobody gives to anything but a secret.
const SECRETIVE: [&str; 15] = [
    "apikey",
    "accesskey",
    "secret",
    "password",
    "passwd",
    "token",
    "bearer",
    "signature",
    "authorization",
    "credential",
    "cookie",
    "session",
    "privatekey",
    "readkey",
    "writekey",
];

/// Words that are a secret's where they are a whole word of a name, and a part of many another.
const SECRETIVE_WORDS: [&str; 4] = ["key", "jwt", "otp", "pin"];

impl Rules {
    pub(super) fn new(plain: &[&str], choices: &Choices) -> Self {
        let plain = plain.iter().map(|path| (*path).to_owned()).collect();
        Self { plain, redact: choices.redact.clone(), keep: choices.keep.clone(), pages: choices.pages }
    }

    /// What is done with a text of a body; `is_refusal` where the body says what is wrong with a request.
    pub(super) fn of_text(&self, place: &Place, text: &str, is_refusal: bool) -> Treatment {
        match self.of(place) {
            Treatment::Keep if self.is_named(&self.keep, place) => Treatment::Keep,
            Treatment::Keep if is_one_of(&LISTED, place) && !is_word(text) => Treatment::Message,
            Treatment::Keep if is_one_of(&REFERENCES, place) && !text.is_empty() && !is_id(text) => {
                Treatment::Reference
            }
            Treatment::Replace if self.is_named(&self.redact, place) => Treatment::Replace,
            Treatment::Replace if is_refusal && is_message(place) => Treatment::Message,
            Treatment::Replace if text.is_empty() || is_id(text) => Treatment::Keep,
            treatment => treatment,
        }
    }

    /// What is done with a number, or with any other value that has nothing to say of itself.
    pub(super) fn of(&self, place: &Place) -> Treatment {
        // What stands in a secret is secret too, whatever it is called there.
        if place.names.iter().any(|name| is_secretive(name)) {
            return Treatment::Remove;
        }
        let is_kept = self.is_named(&self.plain, place) && !self.is_named(&self.redact, place);
        if is_kept || self.is_named(&self.keep, place) { Treatment::Keep } else { Treatment::Replace }
    }

    fn is_named(&self, paths: &[String], place: &Place) -> bool {
        paths.iter().any(|path| ends_with(&place.names, path))
    }
}

/// Whether the innermost names are those of a path.
fn ends_with(names: &[String], path: &str) -> bool {
    let mut names = names.iter().rev();
    path.rsplit('.').all(|part| names.next().is_some_and(|name| part == "*" || name == part))
}

fn is_one_of(names: &[&str], place: &Place) -> bool {
    place.names.last().is_some_and(|name| names.contains(&name.as_str()))
}

/// Whether a text is one word of a machine's.
fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

fn is_message(place: &Place) -> bool {
    place.is_in_list || place.names.last().is_none_or(|name| MESSAGES.contains(&name.as_str()))
}

fn is_secretive(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    let mut words = name.split(|next: char| !next.is_ascii_alphanumeric());
    let is_word = |word: &str| SECRETIVE_WORDS.iter().any(|secretive| word.eq_ignore_ascii_case(secretive));
    SECRETIVE.iter().any(|part| plain.contains(part)) || words.any(is_word)
}

/// Whether a text is an id that machines make: a UUID with hyphens or without, or 24 hexadecimal digits. It tells of nobody,
/// and without it nothing could be asked for. A row of nothing but decimal digits is an account's at a bank sooner than that.
pub(super) fn is_id(text: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.len() {
        24 | 32 => is_hex(text) && text.bytes().any(|byte| byte.is_ascii_alphabetic()),
        36 => text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.split('-').all(is_hex),
        _ => false,
    }
}

/// Whether the name of a member is one that a vendor gives, rather than somebody's code or name in a record of free form.
/// Where fields are told with their errors they may be written in capitals, after the types of whoever wrote the server.
pub(super) fn is_name(place: &Place, name: &str) -> bool {
    let is_field = place.names.last().is_some_and(|name| name == "errors");
    let is_begun = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_' || first == '@')
        || (is_field && name.starts_with(|first: char| first.is_ascii_uppercase()));
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@');
    is_begun && name.len() <= 40 && digits <= 2 && name.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(names: &str) -> Place {
        Place { names: names.split('.').map(str::to_owned).collect(), is_in_list: false }
    }

    fn treated(names: &str, text: &str) -> Treatment {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let choices =
            Choices { redact: words(&["flow.id", "status.*"]), keep: words(&["nickname", "session"]), pages: true };
        Rules::new(&["status", "questions.description", "error_message", "user"], &choices).of_text(
            &place(names),
            text,
            false,
        )
    }

    #[test]
    fn what_nobody_has_said_of_is_replaced() {
        assert_eq!(treated("first_name", "Mari"), Treatment::Replace);
        assert_eq!(treated("description", "Mari's company"), Treatment::Replace);
        assert_eq!(treated("first_name", ""), Treatment::Keep);
    }

    #[test]
    fn what_is_plain_or_an_id_stays() {
        assert_eq!(treated("status", "Matched"), Treatment::Keep);
        assert_eq!(treated("checklist.questions.description", "How many?"), Treatment::Keep);
        assert_eq!(treated("anything", "9c30a205-a60e-47cb-94b4-6d45cd4c2179"), Treatment::Keep);
        assert_eq!(treated("anything", "5fd4371e940df5a34a3888b2"), Treatment::Keep);
        for account in ["123456789012345678901234", "12345678901234567890123456789012"] {
            assert_eq!(treated("anything", account), Treatment::Replace);
        }
    }

    #[test]
    fn what_may_be_a_word_or_anything_is_kept_as_a_word() {
        assert_eq!(treated("error_message", "PERSON_NOT_FOUND"), Treatment::Keep);
        assert_eq!(treated("error_message", "No record of 38001085718"), Treatment::Message);
        assert_eq!(treated("user", "9c30a205-a60e-47cb-94b4-6d45cd4c2179"), Treatment::Keep);
        assert_eq!(treated("metadata.user", "Mari Maasikas"), Treatment::Reference);
    }

    #[test]
    fn choices_outrank_the_vendors_lists_and_secrets_outrank_both() {
        assert_eq!(treated("flow.id", "5fd4371e940df5a34a3888b2"), Treatment::Replace);
        assert_eq!(treated("status.code", "Matched"), Treatment::Replace);
        assert_eq!(treated("nickname", "Mari"), Treatment::Keep);
        let named = ["session", "keen_read_api_key", "X-Api-Key", "accessToken", "key", "aws_access_key", "otp", "jwt"];
        let nested = ["credentials.value", "access_token.parts.id", "session.status"];
        for name in named.into_iter().chain(nested) {
            assert_eq!(treated(name, "5fd4371e940df5a34a3888b2"), Treatment::Remove, "{name}");
        }
        for name in ["keyboard", "footprint", "shipping"] {
            assert_eq!(treated(name, "5fd4371e940df5a34a3888b2"), Treatment::Keep, "{name}");
        }
    }

    #[test]
    fn codes_and_names_are_no_names_of_members() {
        for name in ["legal_name", "fundedAPR", "address2", "@type"] {
            assert!(is_name(&Place::default(), name), "{name}");
        }
        for name in ["38001085718", "Mari Maasikas", "Mari", "", "a b", "key-12345678", "mari-maasikas"] {
            assert!(!is_name(&Place::default(), name), "{name}");
        }
        assert!(is_name(&place("errors"), "FundedDate"));
    }
}
