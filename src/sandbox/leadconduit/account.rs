//! `/account`: the caller's own, secrets and all.
//!
//! `PUT` changes the members that are given and leaves the others; but `features` and `subscriptions` it takes as wholes, so
//! that whatever a client leaves out of them is gone.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::LeadConduit;
use super::access::Caller;
use super::record::Record;
use super::refusal::Refusal;
use super::tenant::Tenant;

const WRITABLE: [&str; 4] = ["data_retention_in_days", "data_truncated_at", "subscriptions", "features"];

/// What a subscription has from the server and never from a client.
const SERVERS_OWN: [&str; 2] = ["id", "product_offering_id"];

pub(super) async fn read(State(leadconduit): State<LeadConduit>, Extension(caller): Extension<Caller>) -> Json<Record> {
    Json(leadconduit.on_tenant(caller, |tenant| tenant.account.clone()))
}

/// Members that only the server writes are ignored, as is whatever it does not know.
pub(super) async fn update(
    State(leadconduit): State<LeadConduit>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<Json<Record>, Refusal> {
    let given = Record::parse(&body)?;
    for name in WRITABLE {
        check(name, given.given(name))?;
    }
    leadconduit.on_tenant(caller, |tenant| {
        for name in WRITABLE {
            if let Some(value) = given.given(name) {
                tenant.set_account(name, value);
            }
        }
        Ok(Json(tenant.account.clone()))
    })
}

fn check(name: &str, given: Option<&Value>) -> Result<(), Refusal> {
    let Some(value) = given else {
        return Ok(());
    };
    let fits = match name {
        "data_retention_in_days" => value.is_i64(),
        "data_truncated_at" => value.is_null() || is_time(value),
        "subscriptions" => holds(value, is_subscription),
        _ => holds(value, |_, feature| feature.is_boolean()),
    };
    if fits {
        return Ok(());
    }
    Err(Refusal::bad_request(format!("{name} is invalid")))
}

fn is_time(value: &Value) -> bool {
    let text = value.as_str();
    text.is_some_and(|text| text.parse::<Timestamp>().is_ok())
}

fn holds(value: &Value, fits: impl Fn(&str, &Value) -> bool) -> bool {
    let members = value.as_object();
    members.is_some_and(|members| members.iter().all(|(name, value)| fits(name, value)))
}

fn is_subscription(component: &str, value: &Value) -> bool {
    let state = value.get("state").and_then(Value::as_str);
    matches!(component, "base" | "pro" | "partner")
        && value.is_object()
        && matches!(state, None | Some("active" | "inactive"))
}

impl Tenant {
    fn set_account(&mut self, name: &str, value: &Value) {
        let mut value = value.clone();
        if let (true, Value::Object(subscriptions)) = (name == "subscriptions", &mut value) {
            self.keep_servers_own(subscriptions);
        }
        self.account.set(name, value);
    }

    fn keep_servers_own(&mut self, subscriptions: &mut Map<String, Value>) {
        let before = self.account.given("subscriptions");
        for (component, subscription) in subscriptions {
            let known = before.and_then(|before| before.get(component));
            for name in SERVERS_OWN {
                let kept = known.and_then(|known| known.get(name)).cloned();
                let kept = kept.unwrap_or_else(|| self.mint.id().into());
                if let Some(members) = subscription.as_object_mut() {
                    members.insert(name.to_owned(), kept);
                }
            }
        }
    }
}
