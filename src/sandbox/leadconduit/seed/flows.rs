//! The flows: bodies as big as the real ones, of which a client needs five members.

use serde_json::{Value, json};

use super::super::record::Record;
use super::{MAIN_ACCOUNT, ago, id};

const NAMES: [&str; 11] = [
    "Personal Loans - Web",
    "Personal Loans - Call Center",
    "Small Business Loans - Minimal",
    "Auto Insurance - Live Transfers",
    "Auto Insurance - Web Forms",
    "Equipment Financing - Minimal",
    "Mortgage Refinance - Nationwide",
    "Solar Quotes - Southwest",
    "Solar Quotes - Reactivation",
    "Debt Relief - Aged Leads",
    "Merchant Cash Advance - Test",
];

const FIELDS: [&str; 16] = [
    "first_name",
    "last_name",
    "email",
    "phone_1",
    "address_1",
    "city",
    "state",
    "postal_code",
    "ip_address",
    "dob",
    "credit_score",
    "loan_amount",
    "loan_purpose",
    "annual_income",
    "employment_status",
    "trustedform_cert_url",
];

pub(super) fn flow_id(number: u32) -> String {
    id("5fd43b7a940df5a34a", 0x38_b300 + number)
}

pub(super) fn main() -> Vec<Record> {
    (0..).zip(NAMES).map(|(number, name)| flow(number, name)).collect()
}

fn flow(number: u32, name: &str) -> Record {
    Record::of(json!({
        "id": flow_id(number),
        "account_id": MAIN_ACCOUNT,
        "name": name,
        // The last three rest; a flow that is not enabled is a flow all the same.
        "enabled": number < 8,
        "created_at": ago(300 - number, 0),
        "updated_at": ago(60 - number, 20),
        "fields": FIELDS,
        "caps": {"daily": 500, "monthly": 10_000, "time_zone": "America/Chicago"},
        "steps": [
            acceptance(),
            enhancement(number),
            filter("postal_code", "is included in", "Licensed states"),
            filter("credit_score", "is at least", "620"),
            delivery(number, name),
        ],
    }))
}

fn acceptance() -> Value {
    json!({
        "type": "source",
        "acceptance_criteria": {
            "op": "and",
            "rules": FIELDS.map(|field| json!({"lhv": format!("lead.{field}"), "op": "format is valid"})),
            "outcome": "failure",
            "reason": "Missing or invalid contact data",
        },
    })
}

fn enhancement(number: u32) -> Value {
    json!({
        "id": id("5fd43b7c940df5a34a", 0x38_b900 + number),
        "type": "recipient",
        "entity": {"name": "Consent certificate check"},
        "integration": {"module_id": "leadconduit-trustedform.outbound.consent_plus_data"},
        "enabled": true,
    })
}

fn filter(field: &str, op: &str, value: &str) -> Value {
    json!({
        "type": "filter",
        "description": format!("{field} {op} {value}"),
        "enabled": true,
        "rule_set": {"op": "and", "rules": [{"lhv": format!("lead.{field}"), "op": op, "rhv": value}]},
        "outcome": "failure",
    })
}

fn delivery(number: u32, name: &str) -> Value {
    let mappings = FIELDS.map(|field| json!({"property": field, "value": format!("{{{{lead.{field}}}}}")}));
    json!({
        "id": id("5fd43b7e940df5a34a", 0x38_bc00 + number),
        "type": "recipient",
        "entity": {"name": format!("{name} intake")},
        "integration": {"module_id": "leadconduit-custom.outbound.json", "mappings": mappings},
        "enabled": true,
        "schedule": {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "20:00"},
        "pricing": {"price": 12.5, "currency": "USD"},
    })
}
