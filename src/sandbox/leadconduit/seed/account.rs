//! The two accounts' own records.

use serde_json::{Value, json};

use super::super::PLANTED_SECRET;
use super::super::record::Record;
use super::{MAIN_ACCOUNT, SECOND_ACCOUNT, ago, links};

/// Every member that the vendor documents is filled in.
pub(super) fn main() -> Record {
    Record::of(json!({
        "id": MAIN_ACCOUNT,
        "sso_id": "5fd2c19f940df5a34a387e77",
        "name": "Summit Funding Partners",
        "time_zone": "America/Chicago",
        "type": "buyer",
        "api_key": format!("{PLANTED_SECRET}-api-key-main"),
        "keen_read_api_key": format!("{PLANTED_SECRET}-keen-read-main"),
        "keen_write_api_key": format!("{PLANTED_SECRET}-keen-write-main"),
        "data_retention_in_days": 90,
        "data_truncated_at": ago(91, 0),
        "subscriptions": {
            "base": subscription("base", 1, true),
            "pro": subscription("pro", 2, true),
            "partner": subscription("partner", 3, false),
        },
        "features": {
            "seller_access": true,
            "buyer_access": true,
            "lead_transactions": true,
            "conversion_feedback": false,
            "firehose": true,
            "third_party_add_on_services": true,
            "real_time_bidding": false,
            "leadconduit_trustedform_decisions": true,
        },
        "pricing_components": [
            {"id": "transactions", "name": "Lead transactions", "unit": "lead", "included": 25_000},
            {"id": "add_ons", "name": "Add-on services", "unit": "call", "included": 5_000},
        ],
        "billing_type": "contracted",
        "financial_state": "paid",
        "financial_state_updated_at": ago(35, 30),
        "lead_ping_enabled": true,
        "product_id": "lcx",
        "state": "active",
        "connected_buyers": links::connected("buyer"),
        "connected_sellers": links::connected("seller"),
        "pending_sellers": [],
        "pending_buyers": [],
    }))
}

/// A self-service account has no financial state, and a small one says little else.
pub(super) fn second() -> Record {
    Record::of(json!({
        "id": SECOND_ACCOUNT,
        "name": "Prairie Home Insurance",
        "time_zone": "America/Denver",
        "api_key": format!("{PLANTED_SECRET}-api-key-second"),
        "keen_read_api_key": format!("{PLANTED_SECRET}-keen-read-second"),
        "keen_write_api_key": format!("{PLANTED_SECRET}-keen-write-second"),
        "data_retention_in_days": 30,
        "data_truncated_at": null,
        "subscriptions": {},
        "features": {"seller_access": true},
        "billing_type": "self_service",
        "product_id": "lcx",
        "state": "active",
        "connected_buyers": [],
        "connected_sellers": [],
        "pending_sellers": [],
        "pending_buyers": [],
    }))
}

fn subscription(component: &str, number: u32, is_active: bool) -> Value {
    let since = ago(400 - number, 0);
    let until = ago(40, 0);
    json!({
        "id": super::id("5fd2c1b0940df5a34a", 0x38_7f10 + number),
        "state": if is_active { "active" } else { "inactive" },
        "product_offering_id": super::id("5e1f0a11940df5a34a", 0x20_0100 + number),
        "product_offering_component": component,
        "created_at": since,
        "updated_at": if is_active { &since } else { &until },
        "active_at": since,
        "inactive_at": (!is_active).then_some(&until),
    })
}
