//! The bodies that the upstream answers with, of the sizes that such answers have: the same in every run.

use std::fmt::Write;

/// The account: 3 KB, most of it of members that nobody selects.
pub(crate) fn account() -> String {
    let mut buyers = Vec::new();
    for number in 0..18 {
        buyers.push(format!(
            r#"{{"id":"{}","sso_id":"sso-{number:06}","name":"Bluebird Performance {number}","api_key":"masked"}}"#,
            object_id(4, number)
        ));
    }
    format!(
        r#"{{"id":"{}","sso_id":"0e6b5b2e","name":"Summit Funding Partners","time_zone":"America/Chicago","type":"buyer","state":"active","product_id":"base-2021","data_retention_in_days":90,"data_truncated_at":"2023-08-09T00:00:00Z","billing_type":"contracted","financial_state":"paid","financial_state_updated_at":"2023-06-01T08:00:00Z","lead_ping_enabled":true,"features":{{"seller_access":true,"buyer_access":true,"lead_transactions":true,"conversion_feedback":false,"firehose":false,"third_party_add_on_services":true,"real_time_bidding":false}},"subscriptions":{{"base":{{"id":"{}","state":"active","product_offering_id":"base","product_offering_component":"base","created_at":"2022-01-01T00:00:00Z","updated_at":"2023-01-01T00:00:00Z"}}}},"connected_buyers":[{}],"connected_sellers":[],"pending_buyers":[],"pending_sellers":[]}}"#,
        object_id(1, 0),
        object_id(5, 0),
        buyers.join(",")
    )
}

/// As many onboards as asked for, the newest first: 320 bytes each.
pub(crate) fn onboards(rows: usize) -> String {
    let rows: Vec<String> = (0..rows).map(onboard).collect();
    format!("[{}]", rows.join(","))
}

fn onboard(number: usize) -> String {
    let status = ["created", "in_progress", "completed", "failed"].get(number % 4).copied().unwrap_or("created");
    // From the end of a year backwards, a minute a row.
    let (hour, minute) = (23 - number / 60 % 24, 59 - number % 60);
    format!(
        r#"{{"id":"{}","status":"{status}","invitation_id":"{}","account_id":"{}","connection_id":"{}","flow_id":"{}","created_at":"2023-11-07T{hour:02}:{minute:02}:56Z","updated_at":"2023-11-08T{hour:02}:{minute:02}:56Z"}}"#,
        object_id(2, number),
        object_id(3, number),
        object_id(1, 0),
        link_id(number),
        object_id(6, 0),
    )
}

/// What one onboard's `connection_id` points at.
pub(crate) fn link(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","connected_account":{{"id":"{}","sso_id":"0e6b5b2e","name":"Granite State Lending"}},"relationship_type":"seller","external_id":"{}","invitation_id":"{}","created_at":"2023-11-07T05:31:56Z","updated_at":"2023-11-08T05:31:56Z","created_by":"somebody@example.com"}}"#,
        object_id(4, 0),
        object_id(7, 0),
        object_id(3, 0),
    )
}

/// The id that the onboard of this number names as its link.
pub(crate) fn link_id(number: usize) -> String {
    object_id(8, number)
}

fn object_id(kind: u8, number: usize) -> String {
    let mut id = String::with_capacity(24);
    // Writing to a string cannot fail.
    let _ = write!(id, "5fd4371e940df5a{kind}{number:08x}");
    id
}
