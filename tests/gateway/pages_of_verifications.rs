//! Verifications in pages, over an upstream that knows numbers of pages alone and whose rows come and go.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onramp::sandbox::{Answer, Effect, Fault, waldur};
use serde_json::{Value, json};

use crate::gateway::{World, requests, settled};

const PAGE: &str = "query ($first: Int, $after: String, $filter: VerificationFilter) {
    verifications(first: $first, after: $after, filter: $filter) {
        totalCount nodes { uuid status country legalName } pageInfo { hasNextPage hasPreviousPage endCursor }
    }
}";

async fn page(world: &World, first: usize, after: &Value, filter: &Value) -> Value {
    let variables = json!({ "first": first, "after": after, "filter": filter });
    let mut answer = world.ask_with(PAGE, variables).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["verifications"].take()
}

fn ids(page: &Value) -> Vec<String> {
    page["nodes"].as_array().unwrap().iter().map(|row| row["uuid"].as_str().unwrap().to_owned()).collect()
}

/// Walks from a cursor to the end; a walk that does not end fails.
async fn walk(world: &World, first: usize, mut after: Value, filter: &Value) -> Vec<String> {
    let mut seen = Vec::new();
    for _ in 0..100 {
        let mut next = page(world, first, &after, filter).await;
        seen.extend(ids(&next));
        after = next["pageInfo"]["endCursor"].take();
        if next["pageInfo"]["hasNextPage"] == json!(false) {
            return seen;
        }
        assert!(after.is_string(), "there is more and no cursor to go on from");
    }
    panic!("this walk does not end: {seen:?}");
}

/// The upstream itself, as its owner uses it beside the gateway.
struct Owner<'a>(&'a World);

impl Owner<'_> {
    async fn send(&self, method: reqwest::Method, path: &str, body: &Value) -> Value {
        let url = format!("{}/api/onboarding-verifications/{path}", self.0.sandbox.waldur().base_url());
        let request = self.0.gateway.client().request(method, url).json(body);
        let request = request.header("authorization", format!("Token {}", waldur::OWNER_TOKEN));
        let response = request.header("accept", "application/json").send().await.unwrap();
        assert!(response.status().is_success(), "{response:?}");
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default()
    }

    async fn create(&self) -> String {
        let body = json!({ "country": "EE", "legal_person_identifier": "12345678" });
        let made = self.send(reqwest::Method::POST, "start_verification/", &body).await;
        made["uuid"].as_str().unwrap().parse::<uuid::Uuid>().unwrap().to_string()
    }

    async fn delete(&self, ids: &[String]) {
        for id in ids {
            let id = id.replace('-', "");
            self.send(reqwest::Method::DELETE, &format!("{id}/"), &Value::Null).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_give_each_row_once_and_the_newest_first() {
    let world = World::start().await;
    let expected = ids(&page(&world, 100, &Value::Null, &Value::Null).await);
    assert_eq!(expected.len(), 36);
    for first in [1, 7, 12, 35, 36, 37] {
        assert_eq!(walk(&world, first, Value::Null, &Value::Null).await, expected, "{first}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_one_call_of_its_own_size() {
    let world = World::start().await;
    let first = page(&world, 7, &Value::Null, &Value::Null).await;
    assert_eq!(first["totalCount"], json!(36));
    let second = page(&world, 7, &first["pageInfo"]["endCursor"], &Value::Null).await;
    assert_eq!(second["pageInfo"]["hasPreviousPage"], json!(true));
    let base = "GET /api/onboarding-verifications/";
    let expected = [format!("{base}?page=1&page_size=7"), format!("{base}?page=2&page_size=7")];
    assert_eq!(requests(world.sandbox.waldur()), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_made_between_two_pages_repeat_none() {
    for made in [1, 3, 7, 40] {
        let world = World::start().await;
        let expected = ids(&page(&world, 100, &Value::Null, &Value::Null).await);
        let first = page(&world, 7, &Value::Null, &Value::Null).await;
        for _ in 0..made {
            Owner(&world).create().await;
        }
        let rest = walk(&world, 7, first["pageInfo"]["endCursor"].clone(), &Value::Null).await;
        assert_eq!(rest, expected[7..], "{made}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_deleted_between_two_pages_lose_none() {
    // Some of those seen, the cursor's own among them or not; some of those to come; both.
    for gone in [vec![0], vec![6], vec![0, 1, 2, 3, 4, 5, 6], vec![7], vec![2, 7, 8, 30], vec![35]] {
        let world = World::start().await;
        let expected = ids(&page(&world, 100, &Value::Null, &Value::Null).await);
        let first = page(&world, 7, &Value::Null, &Value::Null).await;
        let deleted: Vec<String> = gone.iter().map(|index| expected[*index].clone()).collect();
        Owner(&world).delete(&deleted).await;
        let rest = walk(&world, 7, first["pageInfo"]["endCursor"].clone(), &Value::Null).await;
        let expected: Vec<String> = expected[7..].iter().filter(|id| !deleted.contains(id)).cloned().collect();
        assert_eq!(rest, expected, "{gone:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_deletions_pull_off_the_last_page_are_not_lost() {
    let world = World::start().await;
    let expected = ids(&page(&world, 100, &Value::Null, &Value::Null).await);
    let mut after = Value::Null;
    for _ in 0..5 {
        after = page(&world, 7, &after, &Value::Null).await["pageInfo"]["endCursor"].take();
    }
    Owner(&world).delete(&expected[..3]).await;
    assert_eq!(walk(&world, 7, after, &Value::Null).await, expected[35..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_rows_made_as_deleted_lead_to_the_same_rows() {
    let world = World::start().await;
    let expected = ids(&page(&world, 100, &Value::Null, &Value::Null).await);
    for (first, moved) in [(1, 12), (7, 2)] {
        let start = page(&world, first, &Value::Null, &Value::Null).await;
        let start_ids = ids(&start);
        let all = ids(&page(&world, 100, &Value::Null, &Value::Null).await);
        for _ in 0..moved {
            Owner(&world).create().await;
        }
        let deleted: Vec<String> = all[all.len() - moved..].to_vec();
        Owner(&world).delete(&deleted).await;
        let rest = walk(&world, first, start["pageInfo"]["endCursor"].clone(), &Value::Null).await;
        let place = all.iter().position(|id| Some(id) == start_ids.last()).unwrap();
        let expected: Vec<String> = all[place + 1..].iter().filter(|id| !deleted.contains(id)).cloned().collect();
        assert_eq!(rest, expected, "{first}");
    }
    assert_eq!(expected.len(), 36);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_checked_on_every_row_whatever_the_upstream_makes_of_it() {
    let world = World::start().await;
    let rows = page(&world, 100, &Value::Null, &Value::Null).await;
    let rows = rows["nodes"].as_array().unwrap();
    let matching = |matches: &dyn Fn(&Value) -> bool| -> Vec<String> {
        rows.iter().filter(|row| matches(row)).map(|row| row["uuid"].as_str().unwrap().to_owned()).collect()
    };
    let named = |row: &Value, part: &str| row["legalName"].as_str().unwrap().to_lowercase().contains(part);
    let cases: [(Value, Vec<String>); 5] = [
        (json!({ "country": "AT" }), matching(&|row| row["country"] == "AT")),
        (json!({ "status": ["VERIFIED"] }), matching(&|row| row["status"] == "VERIFIED")),
        (
            json!({ "status": ["PENDING", "EXPIRED"], "country": "EE" }),
            matching(&|row| row["country"] == "EE" && (row["status"] == "PENDING" || row["status"] == "EXPIRED")),
        ),
        (json!({ "legalName": "AB" }), matching(&|row| named(row, "ab"))),
        (json!({ "status": [] }), Vec::new()),
    ];
    for (filter, expected) in cases {
        assert_eq!(expected.is_empty(), filter == json!({ "status": [] }));
        assert_eq!(walk(&world, 100, Value::Null, &filter).await, expected, "{filter}");
        assert_eq!(walk(&world, 2, Value::Null, &filter).await, expected, "{filter}");
        assert_eq!(page(&world, 2, &Value::Null, &filter).await["totalCount"], Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_become_a_customer_can_be_asked_for() {
    let world = World::start().await;
    let query = "{ yes: verifications(filter: {hasCustomer: true}) { nodes { hasCustomer } }
                   no: verifications(first: 100, filter: {hasCustomer: false}) { nodes { hasCustomer } } }";
    let data = world.data(query).await;
    let count = |name: &str, value: bool| {
        let rows = data[name]["nodes"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["hasCustomer"] == json!(value)), "{rows:?}");
        rows.len()
    };
    assert_eq!((count("yes", true), count("no", false)), (4, 32));
}

/// A page of the upstream with further ones behind it: rows that have nothing to look for.
fn endless_page() -> Answer {
    let row = |number: u32| {
        let uuid = uuid::Uuid::from_u128(u128::from(number)).simple().to_string();
        json!({ "uuid": uuid, "status": "pending", "country": "EE", "created": "2025-01-01T00:00:00Z" })
    };
    let rows: Vec<Value> = (0..50).map(row).collect();
    let link = "<http://localhost/?page=9>; rel=\"next\"";
    Answer::json(200, json!(rows)).header("link", link).header("x-result-count", "5000")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_finds_too_little_ends_short_and_goes_on_from_there() {
    let world = World::start().await;
    world.sandbox.waldur().fault(Fault::always(Effect::Status(endless_page())));
    let filter = json!({ "country": "NO" });
    let first = page(&world, 5, &Value::Null, &filter).await;
    assert_eq!((&first["nodes"], &first["totalCount"]), (&json!([]), &Value::Null));
    assert_eq!(first["pageInfo"]["hasNextPage"], json!(true));
    let pages = |numbers: std::ops::RangeInclusive<usize>| -> Vec<String> {
        let base = "GET /api/onboarding-verifications/";
        numbers.map(|number| format!("{base}?page={number}&page_size=50&country=NO")).collect()
    };
    assert_eq!(requests(world.sandbox.waldur()), pages(1..=4));
    world.sandbox.waldur().clear_faults();
    let rest = page(&world, 5, &first["pageInfo"]["endCursor"], &filter).await;
    assert_eq!((&rest["nodes"], &rest["pageInfo"]["hasNextPage"]), (&json!([]), &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_window_is_refused_by_its_argument() {
    let world = World::start().await;
    let place = format!(r#"{{"offset":{},"count":0,"created_at":null,"uuid":"{}"}}"#, usize::MAX, uuid::Uuid::nil());
    let far_away = format!("after: {:?}", URL_SAFE_NO_PAD.encode(place));
    let cases = [
        ("first: 0", "first", "is 0, which is not in 1..=100"),
        ("first: -1", "first", "is -1, which is not in 1..=100"),
        ("first: 101", "first", "is 101, which is not in 1..=100"),
        (r#"after: "x""#, "after", "is no cursor that this connection has given"),
        (r#"after: "eyJvZmZzZXQiOi0xfQ""#, "after", "is no cursor that this connection has given"),
        (&far_away, "after", "is no cursor that this connection has given"),
    ];
    for (arguments, argument, problem) in cases {
        let expected = json!({
            "data": { "verifications": null },
            "errors": [{
                "message": format!("Argument \"{argument}\" {problem}."),
                "locations": [{ "line": 1, "column": 3 }],
                "path": ["verifications"],
                "extensions": { "code": "BAD_USER_INPUT", "argument": argument },
            }],
        });
        let query = format!("{{ verifications({arguments}) {{ nodes {{ id }} }} }}");
        assert_eq!(settled(world.ask(&query).await), expected);
    }
    assert_eq!(requests(world.sandbox.waldur()), Vec::<String>::new());
}
