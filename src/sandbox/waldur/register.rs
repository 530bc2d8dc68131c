//! The company registers that `run_validation` asks, and what it makes of their answers.
//!
//! A code that a register does not list is decided by how it ends, so that every outcome can be had at will:
//!
//! | the code ends in | outcome | `error_message` |
//! |---|---|---|
//! | `404` | escalated | `COMPANY_NOT_FOUND` |
//! | `403` | escalated | `NOT_AUTHORIZED` |
//! | `503` | escalated | `API_ERROR`: the register did not answer in time |
//! | anything else | verified, the caller being its manager | none |
//!
//! Before any register is asked: a country without one, a record without a code, or a caller without a personal
//! code escalates with `NO_BACKEND_AVAILABLE`; letters in an Estonian code with `CONFIGURATION_ERROR`.

use serde_json::{Value, json};

use super::record::Complaint;

/// A country's company register.
#[derive(Clone, Debug)]
pub struct Register {
    /// The country it serves.
    pub country: &'static str,
    /// The word in `validation_method`.
    pub method: &'static str,
    /// The name in `verified_company_data`.
    pub title: &'static str,
    /// The role that may sign alone.
    pub manager: &'static str,
    /// Whether its codes are digits only.
    pub digits_only: bool,
    /// What it lists.
    pub entries: Vec<Entry>,
}

/// What a register says about one code.
#[derive(Clone, Debug)]
pub enum Entry {
    /// There is such a company.
    Company {
        /// Its code.
        code: &'static str,
        /// Its name.
        name: &'static str,
        /// Who is entered for it.
        people: Vec<Person>,
    },
    /// There is none.
    Missing {
        /// The code.
        code: &'static str,
    },
}

/// Somebody entered for a company.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The personal code.
    pub code: &'static str,
    /// The role.
    pub role: &'static str,
    /// Whether the company may be represented by this person alone.
    pub may_sign_alone: bool,
}

/// What a record keeps of a register's answer.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) method: &'static str,
    pub(super) roles: Vec<&'static str>,
    pub(super) company: Value,
    pub(super) raw: Value,
}

impl Default for Finding {
    fn default() -> Self {
        Self { method: "", roles: Vec::new(), company: json!({}), raw: json!({}) }
    }
}

/// How a validation ended: the finding where a register answered, the complaint where it did not end well.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) finding: Option<Finding>,
    pub(super) complaint: Option<Complaint>,
}

/// The company that is asked about, and by whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) country: &'a str,
    pub(super) code: &'a str,
    pub(super) name: &'a str,
    pub(super) personal_code: &'a str,
}

/// Asks the register that is in charge.
pub(super) fn ask(registers: &[Register], question: Question<'_>) -> Verdict {
    let in_charge = registers.iter().find(|register| register.country == question.country);
    match in_charge {
        Some(register) if !question.code.is_empty() && !question.personal_code.is_empty() => register.answer(question),
        _ => {
            unasked("NO_BACKEND_AVAILABLE", format!("No validation backend available for country {}", question.country))
        }
    }
}

impl Register {
    fn answer(&self, question: Question<'_>) -> Verdict {
        let code = question.code;
        if self.digits_only && !code.chars().all(|it| it.is_ascii_digit()) {
            return unasked("CONFIGURATION_ERROR", format!("Invalid legal person identifier format: {code}"));
        }
        match self.entries.iter().find(|entry| entry.code() == code) {
            Some(Entry::Company { name, people, .. }) => self.company(question, name, people),
            Some(Entry::Missing { .. }) => self.missing(code),
            None => self.unlisted(question),
        }
    }

    fn unlisted(&self, question: Question<'_>) -> Verdict {
        let code = question.code;
        let name = if question.name.is_empty() { format!("Company {code}") } else { question.name.to_owned() };
        let other = Person { code: "36712240219", role: self.manager, may_sign_alone: true };
        match code.get(code.len().saturating_sub(3)..) {
            Some("404") => self.missing(code),
            Some("403") => self.company(question, &name, &[other]),
            Some("503") => self.silent(),
            _ => self.verified(
                question,
                &name,
                vec![self.manager],
                &[entered(question.personal_code, self.manager, true)],
            ),
        }
    }

    /// A company verifies who may sign for it alone; others escalate with the roles that they have.
    fn company(&self, question: Question<'_>, name: &str, people: &[Person]) -> Verdict {
        let theirs: Vec<&Person> = people.iter().filter(|it| it.code == question.personal_code).collect();
        let roles = theirs.iter().map(|it| it.role).collect();
        let entries: Vec<Value> = people.iter().map(|it| entered(it.code, it.role, it.may_sign_alone)).collect();
        let mut verdict = self.verified(question, name, roles, &entries);
        if !theirs.iter().any(|it| it.may_sign_alone) {
            let traceback = format!("User {} is not listed as authorized representative", question.personal_code);
            verdict.complaint = Some(Complaint { code: "NOT_AUTHORIZED", traceback });
        }
        verdict
    }

    fn verified(&self, question: Question<'_>, name: &str, roles: Vec<&'static str>, people: &[Value]) -> Verdict {
        let company = json!({
            "name": name,
            "legal_person_identifier": question.code,
            "status": "Entered into the register",
            "registry": self.title,
        });
        let raw = raw_answer(question.code, name, people);
        Verdict { finding: Some(Finding { method: self.method, roles, company, raw }), complaint: None }
    }

    fn missing(&self, code: &str) -> Verdict {
        self.fruitless("COMPANY_NOT_FOUND", format!("Company with registration code {code} not found"))
    }

    /// The trace names an address inside the vendor's network, as the real one does: nobody must pass it on.
    fn silent(&self) -> Verdict {
        let traceback = format!(
            "{} API error: HTTPSConnectionPool(host='{}.register.internal', port=443): Read timed out. (read timeout=30)",
            self.title, self.method,
        );
        self.fruitless("API_ERROR", traceback)
    }

    fn fruitless(&self, code: &'static str, traceback: String) -> Verdict {
        let finding = Finding { method: self.method, ..Finding::default() };
        Verdict { finding: Some(finding), complaint: Some(Complaint { code, traceback }) }
    }
}

impl Entry {
    fn code(&self) -> &'static str {
        match self {
            Self::Company { code, .. } | Self::Missing { code } => code,
        }
    }
}

fn unasked(code: &'static str, traceback: String) -> Verdict {
    Verdict { finding: None, complaint: Some(Complaint { code, traceback }) }
}

fn entered(code: &str, role: &str, may_sign_alone: bool) -> Value {
    json!({
        "fyysilise_isiku_kood": code,
        "fyysilise_isiku_roll": role,
        "ainuesindusoigus_olemas": if may_sign_alone { "JAH" } else { "EI" },
    })
}

/// The Estonian register's own words; the recordings show no other, so all registers speak them here.
fn raw_answer(code: &str, name: &str, people: &[Value]) -> Value {
    let code = code.parse::<u64>().map_or_else(|_| json!(code), |digits| json!(digits));
    json!({ "keha": { "ettevotjad": { "item": [{
        "ariregistri_kood": code,
        "arinimi": name,
        "staatus": "R",
        "staatus_tekstina": "Entered into the register",
        "isikud": { "item": people },
    }] } } })
}
