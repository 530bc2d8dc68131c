//! Onboards in pages: filtered, ordered, from either end, with cursors that hold while rows come and go.

use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};

use crate::gateway::{NO_CALLS, World, settled};

const PAGE: &str =
    "query ($first: Int, $after: String, $last: Int, $before: String, $filter: OnboardFilter, $by: OnboardOrder) {
    onboards(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $by) {
        totalCount nodes { objectId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}";

async fn page(world: &World, variables: Value) -> Value {
    let mut answer = world.ask_with(PAGE, variables).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["onboards"].take()
}

fn ids(page: &Value) -> Vec<String> {
    let rows = page["nodes"].as_array().unwrap();
    rows.iter().map(|row| row["objectId"].as_str().unwrap().to_owned()).collect()
}

/// All ids in an order, by the largest page there is.
async fn all(world: &World, by: Value) -> Vec<String> {
    ids(&page(world, json!({ "first": 100, "by": by })).await)
}

/// Makes the upstream list these rows from now on.
fn list(world: &World, rows: &[Value]) {
    world.sandbox.leadconduit().clear_faults();
    let fault = Fault::always(Effect::Status(Answer::json(200, json!(rows))));
    world.sandbox.leadconduit().fault(fault.path("/onboards"));
}

fn row(number: u32, day: u32) -> Value {
    json!({ "id": format!("{number:024x}"), "status": "created", "created_at": format!("2025-01-{day:02}T00:00:00Z") })
}

fn numbers(page: &Value) -> Vec<u32> {
    ids(page).iter().map(|id| u32::from_str_radix(id, 16).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_come_first_and_twenty_five_unless_told() {
    let world = World::start().await;
    let answer = world.data("{ onboards { totalCount nodes { createdAt } } }").await["onboards"].take();
    let dates: Vec<&str> =
        answer["nodes"].as_array().unwrap().iter().map(|row| row["createdAt"].as_str().unwrap()).collect();
    assert_eq!((dates.len(), &answer["totalCount"]), (25, &json!(60)));
    assert!(dates.is_sorted_by(|one, two| one >= two), "{dates:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_walked_from_either_end_give_each_row_once() {
    let world = World::start().await;
    for field in ["CREATED_AT", "UPDATED_AT", "STATUS"] {
        for direction in ["ASC", "DESC"] {
            let by = json!({ "field": field, "direction": direction });
            let expected = all(&world, by.clone()).await;
            assert_eq!(expected.len(), 60);
            let mut forward = Vec::new();
            let mut backward = Vec::new();
            let (mut after, mut before) = (Value::Null, Value::Null);
            for number in 0..9 {
                let next = page(&world, json!({ "first": 7, "after": after, "by": by })).await;
                assert_eq!(next["pageInfo"]["hasNextPage"], json!(number < 8));
                assert_eq!(next["pageInfo"]["hasPreviousPage"], json!(number > 0));
                forward.extend(ids(&next));
                after = next["pageInfo"]["endCursor"].clone();
                let previous = page(&world, json!({ "last": 7, "before": before, "by": by })).await;
                assert_eq!(previous["pageInfo"]["hasPreviousPage"], json!(number < 8));
                backward.extend(ids(&previous).into_iter().rev());
                before = previous["pageInfo"]["startCursor"].clone();
            }
            backward.reverse();
            assert_eq!((&forward, &backward), (&expected, &expected), "{by}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_one_request_are_those_of_several() {
    let world = World::start().await;
    let cursor = page(&world, json!({ "first": 7 })).await["pageInfo"]["endCursor"].to_string();
    let created = "filter: {status: [CREATED]}";
    let oldest = "orderBy: {field: CREATED_AT}";
    let arguments = [
        "first: 3".to_owned(),
        "first: 3".to_owned(),
        "last: 4".to_owned(),
        format!("first: 5, after: {cursor}"),
        format!("last: 2, before: {cursor}"),
        format!("first: 5, {created}"),
        format!("first: 5, {oldest}"),
        "first: 100".to_owned(),
    ];
    let onboards = |arguments: &String| {
        format!(
            "onboards({arguments}) {{ totalCount nodes {{ objectId }} \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}"
        )
    };
    let together: Vec<String> =
        arguments.iter().enumerate().map(|(place, all)| format!("p{place}: {}", onboards(all))).collect();
    let together = world.data(&format!("{{ {} }}", together.join(" "))).await;
    for (place, arguments) in arguments.iter().enumerate() {
        let alone = world.data(&format!("{{ {} }}", onboards(arguments))).await;
        assert_eq!(together[format!("p{place}")], alone["onboards"], "{arguments}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_without_the_value_come_last_in_either_direction() {
    let world = World::start().await;
    let odd = "5fd4371e940df5a34a3888e6";
    for field in ["CREATED_AT", "UPDATED_AT"] {
        for direction in ["ASC", "DESC"] {
            let rows = all(&world, json!({ "field": field, "direction": direction })).await;
            assert_eq!(rows.last().map(String::as_str), Some(odd), "{field} {direction}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_takes_the_rows_that_match_every_member() {
    let world = World::start().await;
    let rows = json!([
        { "id": format!("{:024x}", 1), "status": "created", "flow_id": "5FD43B7A940DF5A34A38B300",
          "created_at": "2025-01-01T00:00:00Z", "account_id": "5fd2c1a8940df5a34a387f01" },
        { "id": format!("{:024x}", 2), "status": "created", "created_at": "2025-01-02T00:00:00+00:00",
          "invitation_id": "5fd59f10940df5a34a389900" },
        { "id": format!("{:024x}", 3), "status": "completed_flows_sync", "updated_at": "2025-01-03T00:00:00Z",
          "connection_id": "5fd5a0c2940df5a34a38a100" },
        { "id": format!("{:024x}", 4), "status": "Created", "flow_id": "5fd43b7a940df5a34a38b300" },
    ]);
    list(&world, rows.as_array().unwrap());
    let cases = [
        (json!({}), vec![2, 1, 3, 4]),
        (json!({ "status": ["CREATED"] }), vec![2, 1, 4]),
        (json!({ "status": ["UNRECOGNIZED", "FAILED"] }), vec![3]),
        (json!({ "status": [] }), vec![]),
        (json!({ "rawStatus": ["created"] }), vec![2, 1]),
        (json!({ "rawStatus": ["completed_flows_sync"] }), vec![3]),
        (json!({ "flowId": "5fd43b7a940df5a34a38b300" }), vec![1, 4]),
        (json!({ "flowId": "5fd43b7a940df5a34a38b300", "rawStatus": ["Created"] }), vec![4]),
        (json!({ "invitationId": "5fd59f10940df5a34a389900" }), vec![2]),
        (json!({ "connectionId": "5fd5a0c2940df5a34a38a100" }), vec![3]),
        (json!({ "accountId": "5fd2c1a8940df5a34a387f01" }), vec![1]),
        (json!({ "createdAt": { "from": "2025-01-02T00:00:00Z" } }), vec![2]),
        (json!({ "createdAt": { "until": "2025-01-02T00:00:00Z" } }), vec![1]),
        (json!({ "createdAt": { "from": "2025-01-01T01:00:00+01:00", "until": "2025-01-03T00:00:00Z" } }), vec![2, 1]),
        (json!({ "updatedAt": {} }), vec![3]),
    ];
    for (filter, expected) in cases {
        let found = page(&world, json!({ "filter": filter })).await;
        assert_eq!((numbers(&found), &found["totalCount"]), (expected.clone(), &json!(expected.len())), "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_holds_while_rows_come_and_go() {
    let world = World::start().await;
    let rows: Vec<Value> = (1..=8).map(|number| row(number, number)).collect();
    list(&world, &rows);
    let first = page(&world, json!({ "first": 3 })).await;
    assert_eq!(numbers(&first), [8, 7, 6]);
    let after = json!({ "first": 3, "after": first["pageInfo"]["endCursor"] });
    let mut with_new = rows.clone();
    with_new.push(row(9, 9));
    list(&world, &with_new);
    assert_eq!(numbers(&page(&world, after.clone()).await), [5, 4, 3]);
    // The row of the cursor itself is gone, and one before it.
    let without: Vec<Value> = rows.iter().filter(|row| **row != rows[5] && **row != rows[7]).cloned().collect();
    list(&world, &without);
    let next = page(&world, after).await;
    assert_eq!((numbers(&next), &next["totalCount"]), (vec![5, 4, 3], &json!(6)));
    list(&world, &[]);
    let empty = page(&world, json!({ "first": 3, "after": first["pageInfo"]["endCursor"] })).await;
    let info = json!({ "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    assert_eq!(empty, json!({ "totalCount": 0, "nodes": [], "pageInfo": info }));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_the_same_moment_are_told_apart_by_their_ids() {
    let world = World::start().await;
    let rows: Vec<Value> = [4, 2, 5, 1, 3].map(|number| row(number, 1)).to_vec();
    list(&world, &rows);
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    for _ in 0..5 {
        let next = page(&world, json!({ "first": 1, "after": after })).await;
        seen.extend(numbers(&next));
        after = next["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn between_two_cursors_only_what_lies_between_is_shown() {
    let world = World::start().await;
    let rows: Vec<Value> = (1..=8).map(|number| row(number, number)).collect();
    list(&world, &rows);
    let data = world.data("{ onboards { edges { cursor node { objectId } } } }").await;
    let cursor = |place: usize| data["onboards"]["edges"][place]["cursor"].clone();
    for (mut window, expected) in [
        (json!({ "first": 2 }), vec![7, 6]),
        (json!({ "last": 2 }), vec![5, 4]),
        (json!({ "first": 100 }), vec![7, 6, 5, 4]),
        (json!({}), vec![7, 6, 5, 4]),
    ] {
        window["after"] = cursor(0);
        window["before"] = cursor(5);
        assert_eq!(numbers(&page(&world, window).await), expected);
    }
    // Turned around, nothing lies between them.
    assert_eq!(numbers(&page(&world, json!({ "after": cursor(5), "before": cursor(0) })).await), Vec::<u32>::new());
}

async fn refused(world: &World, arguments: &str, argument: &str, problem: &str) {
    let response = settled(world.ask(&format!("{{ onboards({arguments}) {{ totalCount }} }}")).await);
    let expected = json!({
        "data": { "onboards": null },
        "errors": [{
            "message": format!("Argument \"{argument}\" {problem}."),
            "locations": [{ "line": 1, "column": 3 }],
            "path": ["onboards"],
            "extensions": { "code": "BAD_USER_INPUT", "argument": argument },
        }],
    });
    assert_eq!(response, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_window_is_refused_by_its_argument() {
    let world = World::start().await;
    for argument in ["first", "last"] {
        for number in [0, -1, 101, i32::MIN, i32::MAX] {
            let problem = format!("is {number}, which is not in 1..=100");
            refused(&world, &format!("{argument}: {number}"), argument, &problem).await;
        }
    }
    refused(&world, "first: 1, last: 1", "last", "cannot be given together with \"first\"").await;
    for argument in ["after", "before"] {
        for cursor in ["", "x", "bm8", "e30", "../account"] {
            let given = format!("{argument}: {cursor:?}");
            refused(&world, &given, argument, "is no cursor that this connection has given").await;
        }
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_order_is_refused() {
    let world = World::start().await;
    let first = page(&world, json!({ "first": 1 })).await;
    let cursor = &first["pageInfo"]["endCursor"];
    for by in ["{field: STATUS}", "{field: CREATED_AT}", "{field: UPDATED_AT, direction: DESC}"] {
        for argument in ["after", "before"] {
            let arguments = format!("{argument}: {cursor}, orderBy: {by}");
            refused(&world, &arguments, argument, "is a cursor of another order than the one asked for").await;
        }
    }
    page(&world, json!({ "after": cursor, "by": { "field": "CREATED_AT", "direction": "DESC" } })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_its_own_onboards_in_the_same_pages() {
    let world = World::start().await;
    let query = "query ($after: String) { account { onboards(first: 50, after: $after) {
        totalCount nodes { objectId accountId } pageInfo { endCursor hasNextPage }
    } } }";
    let mut first = world.ask_with(query, json!({})).await["data"]["account"]["onboards"].take();
    // One of the sixty says nothing of its account.
    assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(59), &json!(true)));
    let after = first["pageInfo"]["endCursor"].take();
    let second = world.ask_with(query, json!({ "after": after })).await["data"]["account"]["onboards"].take();
    assert_eq!((ids(&first).len(), ids(&second).len()), (50, 9));
    let own = |page: &Value| {
        page["nodes"].as_array().unwrap().iter().all(|row| row["accountId"] == "5fd2c1a8940df5a34a387f01")
    };
    assert!(own(&first) && own(&second));
    let filtered = "{ account { onboards(filter: {status: [FAILED]}) { nodes { rawStatus } } } }";
    let expected = json!({ "account": { "onboards": { "nodes": vec![json!({ "rawStatus": "failed" }); 4] } } });
    assert_eq!(world.data(filtered).await, expected);
}
