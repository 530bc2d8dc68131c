//! Making a customer of a verification: the one operation that checks the status, and the body that it answers with.
//!
//! The real server checks and then makes, so that two callers at once make two customers. Here the world is locked
//! from the check to the making, and that race is not played.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::call::Call;
use super::moment;
use super::record::{Record, Status};
use super::respond::{Answer, Outcome, Refusal};
use super::world::World;

/// An organisation, made of a verification.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub(super) pk: u64,
    pub(super) uuid: Uuid,
    pub(super) name: String,
    pub(super) country: String,
    pub(super) code: String,
    /// What the checklist's answers say about it.
    pub(super) answered: Map<String, Value>,
    pub(super) created: Timestamp,
}

/// The body is never read; `field` in the query trims the answer, which no other operation knows.
pub(super) fn create(world: &mut World, call: &Call, id: &str) -> Outcome {
    let mut seen = world.visible(&call.caller, id)?;
    let answered = permitted(&mut seen)?;
    let record = seen.record;
    let customer = Customer {
        pk: seen.customers.iter().map(|it| it.pk).max().unwrap_or(0) + 1,
        uuid: seen.mint.draw(),
        name: name(record, &answered),
        country: record.country.clone(),
        code: record.identifier.clone(),
        answered,
        created: moment::now(),
    };
    record.customer = Some(customer.pk);
    record.modified = moment::now();
    let body = trimmed(customer.shown(&call.site), call);
    seen.customers.push(customer);
    Ok(Answer::created(body))
}

/// The server's checks in its order; what comes of them is what the checklist says about the customer.
fn permitted(seen: &mut super::world::Seen<'_>) -> Result<Map<String, Value>, Refusal> {
    if seen.record.status != Status::Verified {
        return Err(refused("verification status must be 'verified'"));
    }
    if seen.record.customer.is_some() {
        return Err(refused("customer already exists for this verification"));
    }
    let completion = seen.record.completion(seen.checklists, seen.mint);
    if completion.as_ref().is_some_and(|(checklist, completion)| !completion.is_completed(checklist)) {
        return Err(refused(
            "checklist has required fields that are not completed. \
             Please complete all required checklist questions before creating a customer.",
        ));
    }
    let answered = completion.map(|(checklist, completion)| completion.customer_data(checklist));
    let (code, country) = (&seen.record.identifier, &seen.record.country);
    if !code.is_empty() && seen.customers.iter().any(|it| it.code == *code && it.country == *country) {
        return Err(refused(&format!("customer with registration code {code} already exists for country {country}")));
    }
    // Without a checklist the server looks for its answers all the same, and trips over their absence.
    answered.ok_or_else(|| Refusal::Failed("Failed to create customer: 'customer_data'".to_owned()))
}

/// A bare array, unlike every other complaint.
fn refused(reason: &str) -> Refusal {
    Refusal::Invalid(json!([format!("Cannot create customer: {reason}")]))
}

/// The register's name first, then the checklist's, then the record's.
fn name(record: &Record, answered: &Map<String, Value>) -> String {
    let candidates = [
        record.finding.company.get("name").and_then(Value::as_str),
        answered.get("name").and_then(Value::as_str),
        Some(record.name.as_str()),
    ];
    let name = candidates.into_iter().flatten().find(|it| !it.is_empty());
    name.map_or_else(|| format!("Company {}", record.identifier), str::to_owned)
}

fn trimmed(body: Value, call: &Call) -> Value {
    let wanted: Vec<&str> = call.query.iter().filter(|(name, _)| name == "field").map(|(_, it)| it.as_str()).collect();
    match body {
        Value::Object(members) if !wanted.is_empty() => {
            members.into_iter().filter(|(name, _)| wanted.contains(&name.as_str())).collect()
        }
        body => body,
    }
}

impl Customer {
    fn shown(&self, site: &str) -> Value {
        let mut members = self.fixed(site);
        let known =
            self.answered.iter().filter(|(name, _)| !["name", "country", "registration_code"].contains(&name.as_str()));
        for (name, value) in known {
            if let Some(member) = members.get_mut(name) {
                member.clone_from(value);
            }
        }
        members
    }

    /// The Customer of the recorded version, which lacks some of the members of later ones.
    fn fixed(&self, site: &str) -> Value {
        let uuid = self.uuid.simple().to_string();
        json!({
            "url": format!("{site}/api/customers/{uuid}/"),
            "uuid": uuid,
            "created": moment::written(self.created),
            "organization_group": null,
            "display_name": self.name,
            "projects": [],
            "backend_id": "",
            "image": null,
            "blocked": false,
            "archived": false,
            "default_tax_percent": "0.00",
            "accounting_start_date": moment::written(self.created),
            "projects_count": 0,
            "users_count": 0,
            "sponsor_number": null,
            "country_name": country_name(&self.country),
            "name": self.name,
            "slug": slug(&self.name, self.pk),
            "native_name": "",
            "abbreviation": "",
            "contact_details": "",
            "agreement_number": "",
            "email": "",
            "phone_number": "",
            "access_subnets": "",
            "registration_code": self.code,
            "homepage": "",
            "domain": "",
            "vat_code": "",
            "postal": "",
            "address": "",
            "bank_name": "",
            "bank_account": "",
            "latitude": null,
            "longitude": null,
            "country": self.country,
            "payment_profiles": null,
            "is_service_provider": false,
            "call_managing_organization_uuid": null,
        })
    }
}

fn country_name(code: &str) -> &str {
    match code {
        "AT" => "Austria",
        "DK" => "Denmark",
        "EE" => "Estonia",
        "FI" => "Finland",
        "LT" => "Lithuania",
        "LV" => "Latvia",
        "NO" => "Norway",
        "SE" => "Sweden",
        other => other,
    }
}

/// The first eight letters of the name, and a number.
fn slug(name: &str, number: u64) -> String {
    let letters = name.to_lowercase().replace(['ä', 'å'], "a").replace(['ö', 'õ'], "o").replace('ü', "u");
    let words: Vec<&str> = letters.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty()).collect();
    let start: String = words.join("-").chars().take(8).collect();
    format!("{start}-{number}")
}
