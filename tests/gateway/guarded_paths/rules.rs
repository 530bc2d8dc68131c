//! Which request may be sent to an API about a record that it holds so: written down by hand, from the contracts.

use onramp::sandbox::Call;
use serde_json::Value;

/// Whether this write may be sent about this record. About one that is gone nothing may.
pub fn may(write: &Call, before: &Value) -> bool {
    let body = write.body.as_ref().unwrap_or(&Value::Null);
    let last = write.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    match (write.method.as_str(), last) {
        _ if before.is_null() => false,
        ("PUT", _) if write.path.starts_with("/onboards/") => onboard(body, before),
        ("POST", "leads") => lead(body, before),
        _ if !before["customer"].is_null() => false,
        ("PUT" | "PATCH", _) => stands(before, &["pending", "escalated"]),
        ("DELETE", _) => stands(before, &["pending", "failed", "expired", "escalated"]),
        ("POST", "submit_answers") => stands(before, &["pending", "escalated", "verified"]),
        ("POST", "run_validation") => stands(before, &["pending", "escalated", "expired"]),
        ("POST", "create_customer") => stands(before, &["verified"]),
        _ => false,
    }
}

/// Whether the record is as this write was to make it. What a check by the register comes to is the register's.
pub fn is_carried_out(write: &Call, after: &Value) -> bool {
    let body = write.body.as_ref().unwrap_or(&Value::Null);
    let asked = |member: &str| body.get(member).is_none_or(|asked| *asked == after[member]);
    match write.method.as_str() {
        "DELETE" => after.is_null(),
        _ if write.path.ends_with("/create_customer/") => !after["customer"].is_null(),
        _ => ["status", "connection_id", "flow_id", "legal_name"].into_iter().all(asked),
    }
}

fn stands(record: &Value, statuses: &[&str]) -> bool {
    record["status"].as_str().is_some_and(|status| statuses.contains(&status))
}

fn onboard(body: &Value, before: &Value) -> bool {
    match body["status"].as_str() {
        status if status == before["status"].as_str() => stands(before, &["created", "in_progress", "failed"]),
        Some("in_progress") => stands(before, &["created", "failed"]) && body["flow_id"].is_string(),
        Some("completed") => {
            stands(before, &["in_progress"]) && body["invitation_id"].is_string() && body["connection_id"].is_string()
        }
        _ => false,
    }
}

fn lead(body: &Value, before: &Value) -> bool {
    match body["status"].as_str() {
        Some("Reviewed") => stands(before, &["Matched"]),
        Some("Contacted") => stands(before, &["Matched", "Reviewed"]),
        Some("Qualified") => stands(before, &["Matched", "Reviewed", "Contacted"]),
        Some("Funded") => is_open(before) && body["fundedDate"].is_string() && body["fundedAmount"].is_number(),
        Some("Disqualified") => is_open(before) && body["disqualifiedReason"].is_string(),
        Some("Withdrawn") => is_open(before) && body["withdrawnReason"].is_string(),
        _ => false,
    }
}

fn is_open(lead: &Value) -> bool {
    stands(lead, &["Matched", "Reviewed", "Contacted", "Qualified"])
}
