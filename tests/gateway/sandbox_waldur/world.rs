//! The world of the recorded server before its first exchange.

use onramp::sandbox::waldur::checklist::{Checklist, Choice, Condition, Expected, Feeds, FileLimits, Kind, Question};
use onramp::sandbox::waldur::register::{Entry, Person, Register};
use onramp::sandbox::waldur::{Role, User, World};
use serde_json::json;
use uuid::Uuid;

/// Of two persons the registers know: one may sign alone for every company, the other for none.
const ALICE_CODE: &str = "38001085718";
const CAROL_CODE: &str = "47101010033";

const USERS: [(&str, u64, &str, &str, Role, &str); 5] = [
    ("alice", 2, "Alice Tamm", ALICE_CODE, Role::Owner, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ("bob", 3, "Bob Kask", "", Role::Owner, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"),
    ("carol", 4, "Carol Mets", CAROL_CODE, Role::Owner, "cccccccccccccccccccccccccccccccccccccccc"),
    ("staff", 5, "Sten Staff", "", Role::Staff, "dddddddddddddddddddddddddddddddddddddddd"),
    ("support", 6, "Signe Support", "", Role::Support, "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"),
];

pub(super) fn token(name: &str) -> &'static str {
    USERS.iter().find(|user| user.0 == name).unwrap().5
}

pub(super) fn pk(name: &str) -> u64 {
    USERS.iter().find(|user| user.0 == name).unwrap().1
}

pub(super) fn recorded() -> World {
    let users = USERS.map(|(_, pk, full_name, civil_number, role, token)| User {
        pk,
        uuid: Uuid::from_u128(u128::from(pk)),
        full_name,
        token,
        civil_number,
        role,
    });
    World::new(users.to_vec(), vec![estonian(), austrian()], vec![estonian_register(), austrian_register()])
}

fn estonian_register() -> Register {
    let alice = Person { code: ALICE_CODE, role: "JUHL", may_sign_alone: true };
    let carol = Person { code: CAROL_CODE, role: "OSAN", may_sign_alone: false };
    Register {
        country: "EE",
        method: "ariregister",
        title: "Estonian Business Register",
        manager: "JUHL",
        digits_only: true,
        entries: vec![
            Entry::Company { code: "12345678", name: "OÜ Näidis", people: vec![alice, carol] },
            Entry::Company { code: "87654321", name: "AS Proov", people: vec![alice] },
            Entry::Company { code: "11112222", name: "OÜ Kolmas", people: vec![alice] },
            Entry::Missing { code: "99999999" },
        ],
    }
}

fn austrian_register() -> Register {
    Register {
        country: "AT",
        method: "wirtschaftscompass",
        digits_only: false,
        entries: Vec::new(),
        ..estonian_register()
    }
}

fn estonian() -> Checklist {
    Checklist {
        uuid: ee(0),
        country: "EE",
        name: "Estonian onboarding",
        description: "Questions for Estonian companies",
        questions: vec![
            Question {
                guidance: Some("Use a shared mailbox."),
                required: true,
                feeds: Some(Feeds::Customer("email")),
                ..question(1, "Contact e-mail of the organization", Kind::TextInput)
            },
            Question {
                required: true,
                feeds: Some(Feeds::Intent("intents")),
                ..question(
                    2,
                    "What do you want to do?",
                    Kind::MultiSelect(choices(0, &["Research", "Commercial", "Education"])),
                )
            },
            Question {
                required: true,
                feeds: Some(Feeds::Intent("sector")),
                ..question(3, "Sector", Kind::SingleSelect(choices(3, &["Public", "Private"])))
            },
            question(4, "Do you process personal data?", Kind::Boolean),
            Question {
                shown_when: Some(Condition { question: ee(4), answer: Expected::Equal(json!(true)) }),
                ..question(5, "Describe the personal data", Kind::TextArea)
            },
            question(6, "Number of employees", Kind::Number { min: Some(1), max: Some(100_000) }),
            question(7, "Planned start", Kind::Date),
            question(8, "Articles of association", Kind::File(articles())),
            question(
                9,
                "Other documents",
                Kind::MultipleFiles(FileLimits { max_count: Some(2), ..FileLimits::default() }),
            ),
        ],
    }
}

fn articles() -> FileLimits {
    FileLimits {
        extensions: &[".pdf", ".txt"],
        media_types: &["application/pdf", "text/*"],
        max_megabytes: Some(1),
        max_count: None,
    }
}

fn austrian() -> Checklist {
    let purpose = Question {
        uuid: Uuid::parse_str("0000a701000040008000000000000001").unwrap(),
        required: true,
        ..question(0, "Purpose", Kind::TextArea)
    };
    Checklist {
        uuid: Uuid::parse_str("0000a700000040008000000000000001").unwrap(),
        country: "AT",
        name: "Austrian onboarding",
        description: "Questions for Austrian companies",
        questions: vec![purpose],
    }
}

fn question(number: u32, description: &'static str, kind: Kind) -> Question {
    Question { uuid: ee(number), description, guidance: None, kind, required: false, shown_when: None, feeds: None }
}

fn choices(first: u32, labels: &[&'static str]) -> Vec<Choice> {
    (first..).zip(labels).map(|(order, label)| Choice { uuid: ee(0x40 + order), label, order }).collect()
}

/// The n-th question of the Estonian checklist, which is itself the 0th.
pub(super) fn ee(number: u32) -> Uuid {
    Uuid::parse_str(&format!("0000ee{number:02x}000040008000000000000001")).unwrap()
}
