//! A text that is no id goes nowhere: it is refused by its argument's name before any upstream is asked.

use serde_json::{Value, json};

use crate::gateway::{NO_CALLS, World, settled};

/// Texts that are no id of any kind, with how a message repeats each.
fn nonsense() -> Vec<(String, String)> {
    let shown = [
        ("", r#""""#),
        ("../account", r#""../account""#),
        ("..%2Faccount", r#""..%2Faccount""#),
        ("/api/users/", r#""/api/users/""#),
        ("5fd4371e940df5a34a3888b2\n", r#""5fd4371e940df5a34a3888b2\n""#),
        ("5fd4371e940df5a34a3888b2?x=1", r#""5fd4371e940df5a34a3888b2?x=1""#),
        ("a\u{0}b", r#""a\0b""#),
        ("5fd4371e940df5a34a3888b", r#""5fd4371e940df5a34a3888b""#),
        ("5fd4371e940df5a34a3888b22", r#""5fd4371e940df5a34a3888b22""#),
        ("5fd4371e940df5a34a3888bg", r#""5fd4371e940df5a34a3888bg""#),
        ("{9c30a205-a60e-47cb-94b4-6d45cd4c2179}", r#""{9c30a205-a60e-47cb-94b4-6d45cd4c2179}""#),
        ("9c30a205-a60e-47cb-94b4-6d45cd4c217", r#""9c30a205-a60e-47cb-94b4-6d45cd4c217""#),
        ("<script>", r#""<script>""#),
    ];
    let mut texts: Vec<(String, String)> =
        shown.map(|(text, shown)| (text.to_owned(), shown.to_owned())).into_iter().collect();
    texts.push(("x".repeat(10_000), "a text of 10000 bytes".to_owned()));
    texts
}

/// The whole answer to a field with one id that is none.
fn refused(field: &str, path: &Value, data: &Value, argument: &str, shown: &str, what: &str) -> Value {
    json!({
        "data": { field: data },
        "errors": [{
            "message": format!("Argument \"{argument}\" holds {shown}, which is no {what}."),
            "locations": [{ "line": 1, "column": 20 }],
            "path": path,
            "extensions": { "code": "BAD_USER_INPUT", "argument": argument },
        }],
    })
}

async fn ask_one(world: &World, field: &str, id: &str) -> Value {
    settled(world.ask_with(&format!("query ($id: ID!) {{ {field}(id: $id) {{ id }} }}"), json!({ "id": id })).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_id_is_refused_by_every_field_that_takes_one() {
    let world = World::start().await;
    for (text, shown) in nonsense() {
        for (field, kind) in [("onboard", "onboard"), ("verification", "verification"), ("lead", "lead")] {
            let what = format!("id of this kind ({kind}_…)");
            let expected = refused(field, &json!([field]), &Value::Null, "id", &shown, &what);
            assert_eq!(ask_one(&world, field, &text).await, expected);
        }
        let expected = refused("node", &json!(["node"]), &Value::Null, "id", &shown, "global id");
        assert_eq!(ask_one(&world, "node", &text).await, expected);
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_id_is_refused_in_lists_by_its_place() {
    let world = World::start().await;
    for (text, shown) in nonsense() {
        for (field, what) in [("leads", "id of this kind (lead_…)"), ("nodes", "global id")] {
            let query = format!("query ($x: [ID!]!) {{ {field}(ids: $x) {{ id }} }}");
            let response = settled(world.ask_with(&query, json!({ "x": [text] })).await);
            let mut expected = refused(field, &json!([field, 0]), &json!([null]), "ids", &shown, what);
            expected["errors"][0]["locations"][0]["column"] = json!(query.find(field).unwrap() + 1);
            assert_eq!(response, expected);
        }
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_another_kind_is_no_id_of_this_one() {
    let world = World::start().await;
    let onboard = "onboard_5fd4371e940df5a34a3888b2";
    let account = "account_5fd2c1a8940df5a34a387f01";
    let verification = "verification_6fde46b5-a931-45d7-8fdd-5920b518f16f";
    let lead = "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179";
    let wrong = [
        ("onboard", [account, verification, lead]),
        ("verification", [account, onboard, lead]),
        ("lead", [account, onboard, verification]),
    ];
    for (field, ids) in wrong {
        for id in ids {
            let what = format!("id of this kind ({field}_…)");
            let expected = refused(field, &json!([field]), &Value::Null, "id", &format!("{id:?}"), &what);
            assert_eq!(ask_one(&world, field, id).await, expected);
        }
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_global_id_with_nonsense_behind_its_prefix_goes_nowhere() {
    let world = World::start().await;
    for (kind, rest) in [
        ("onboard", "../account"),
        ("onboard", "onboard_5fd4371e940df5a34a3888b2"),
        ("account", "x"),
        ("verification", "start_verification"),
        ("lead", "9c30a205-a60e-47cb-94b4-6d45cd4c2179&x=1"),
    ] {
        let id = format!("{kind}_{rest}");
        let what = format!("id of this kind ({kind}_…)");
        let expected = refused("node", &json!(["node"]), &Value::Null, "id", &format!("{id:?}"), &what);
        assert_eq!(ask_one(&world, "node", &id).await, expected);
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_the_schema_types_is_refused_before_anything_is_asked() {
    let world = World::start().await;
    for (text, _) in nonsense() {
        for query in [
            "query ($id: UUID!) { checklistTemplate(parentId: $id) { name } }",
            "query ($id: ObjectId!) { onboards(filter: {flowId: $id}) { totalCount } }",
            "query ($id: ObjectId!) { account { onboards(filter: {connectionId: $id}) { totalCount } } }",
        ] {
            let response = world.ask_with(query, json!({ "id": text })).await;
            let code = &response["errors"][0]["extensions"]["code"];
            assert_eq!(code, "BAD_USER_INPUT", "{query} {text:.40}: {response}");
        }
    }
    assert_eq!(world.calls(), NO_CALLS);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_forms_of_an_id_in_either_case_mean_the_same() {
    let world = World::start().await;
    let query = r#"{
        a: onboard(id: "onboard_5FD4371E940DF5A34A3888B2") { id }
        b: onboard(id: "5fd4371e940df5a34a3888b2") { id }
        c: verification(id: "6FDE46B5A93145D78FDD5920B518F16F") { id }
        d: verification(id: "verification_6fde46b5-a931-45d7-8fdd-5920b518f16f") { id }
    }"#;
    let onboard = json!({ "id": "onboard_5fd4371e940df5a34a3888b2" });
    let verification = json!({ "id": "verification_6fde46b5-a931-45d7-8fdd-5920b518f16f" });
    let expected = json!({ "a": onboard, "b": onboard, "c": verification, "d": verification });
    assert_eq!(world.data(query).await, expected);
}
