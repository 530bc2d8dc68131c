//! The connections, and the entities that stand for them.
//!
//! The first three links of the main account are set up, the other four wait for an onboard to be completed.

use serde_json::{Value, json};

use super::super::record::Record;
use super::super::tenant::Link;
use super::{ago, flows, id};

pub(super) const SET_UP: u32 = 3;
pub(super) const WAITING: u32 = 4;

/// Who is connected, and what they are to the main account.
const CONNECTED: [(&str, &str); 7] = [
    ("Lakeview Lead Exchange", "seller"),
    ("Bluebird Performance", "seller"),
    ("Ironbridge Business Loans", "buyer"),
    ("Maple Street Marketing", "seller"),
    ("Clearpath Comparison", "seller"),
    ("Granite State Lending", "buyer"),
    ("Voyager Media Group", "seller"),
];

pub(super) fn connection_id(number: u32) -> String {
    id("5fd5a0c2940df5a34a", 0x38_a100 + number)
}

pub(super) fn invitation_id(number: u32) -> String {
    id("5fd59f10940df5a34a", 0x38_9900 + number)
}

fn account_id(number: u32) -> String {
    id("5e8f6b30940df5a34a", 0x21_4400 + number)
}

fn sso_id(number: u32) -> String {
    id("5e8f6b2e940df5a34a", 0x21_4300 + number)
}

pub(super) fn main() -> Vec<Link> {
    (0..)
        .zip(CONNECTED)
        .map(|(number, (name, relationship))| Link {
            body: link(number, name, relationship),
            flow_id: flows::flow_id(number),
            set_ups: u32::from(number < SET_UP),
        })
        .collect()
}

pub(super) fn second() -> Vec<Link> {
    let number = 0x80;
    vec![Link { body: link(number, "Big Sky Quotes", "seller"), flow_id: flows::flow_id(number), set_ups: 0 }]
}

fn link(number: u32, name: &str, relationship: &str) -> Record {
    Record::of(json!({
        "id": connection_id(number),
        "connected_account": {"id": account_id(number), "sso_id": sso_id(number), "name": name},
        "external_id": (number % 2 != 1).then(|| format!("PARTNER-{:04}", 1040 + number)),
        "invitation_id": invitation_id(number),
        "relationship_type": relationship,
        "created_at": ago(210 - number, 15),
        "updated_at": ago(180 - number, 45),
        "created_by": "dana.whitfield@summitfunding.example",
    }))
}

/// The connected accounts of one kind, as the account lists them.
pub(super) fn connected(relationship: &str) -> Vec<Value> {
    (0..)
        .zip(CONNECTED)
        .filter(|(_, (_, known))| *known == relationship)
        .map(|(number, (name, _))| json!({"id": account_id(number), "name": name, "sso_id": sso_id(number)}))
        .collect()
}

/// One entity for every connection, one that is connected both ways, and a form that belongs to no account.
pub(super) fn main_entities() -> Vec<Record> {
    let linked = (0..).zip(CONNECTED).map(|(number, (name, relationship))| {
        let is_seller = relationship == "seller";
        let mut entity = entity(number, name);
        entity.set("source", is_seller.then_some("seller"));
        entity.set("recipient", (!is_seller).then_some("buyer"));
        entity.set("connected", if number == 6 { "both" } else { relationship });
        entity.set("connected_account_id", account_id(number));
        entity.set("account", true);
        entity.set("invitation_id", invitation_id(number));
        entity.set("flow_ids", vec![flows::flow_id(number)]);
        entity
    });
    let mut entities = linked.collect::<Vec<_>>();
    let mut form = entity(7, "Website quote form");
    form.set("source", "form");
    form.set("flow_ids", vec![flows::flow_id(7), flows::flow_id(8)]);
    entities.push(form);
    entities
}

fn entity(number: u32, name: &str) -> Record {
    Record::of(json!({
        "id": id("5fd5a0c4940df5a34a", 0x38_c500 + number),
        "name": name,
        "source": null,
        "recipient": null,
        "account": null,
        "pending": false,
        "connected": null,
        "connected_account_id": null,
        "invitation_id": null,
        "invitation_expires_at": null,
        "expired": false,
        "flow_ids": [],
        "created_at": ago(210 - number, 15),
        "updated_at": ago(180 - number, 45),
    }))
}
