//! GraphQL over HTTP: methods, media types, statuses, and the request's id.

use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::gateway::{Gateway, settled};

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

/// A request to the gateway: what it says beside its method and path.
#[derive(Default)]
struct Sent<'a> {
    content_type: &'a str,
    accept: &'a str,
    id: &'a str,
    body: &'a str,
}

async fn send(gateway: &Gateway, method: Method, path: &str, sent: &Sent<'_>) -> Response {
    let mut request = gateway.client().request(method, format!("{}{path}", gateway.base_url));
    let headers = [("content-type", sent.content_type), ("accept", sent.accept), ("x-request-id", sent.id)];
    for (name, value) in headers.into_iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(name, value);
    }
    request.body(sent.body.to_owned()).send().await.unwrap()
}

async fn post(gateway: &Gateway, body: &str) -> Response {
    send(gateway, Method::POST, "/graphql", &Sent { content_type: JSON, body, ..Sent::default() }).await
}

/// The status and the body, which must be JSON.
async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, settled(response.json().await.unwrap()))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn refusal(message: &str) -> Value {
    json!({ "errors": [{ "message": message, "extensions": { "code": "BAD_USER_INPUT" } }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_may_come_by_get_with_its_variables() {
    let gateway = Gateway::start(&[]);
    let url = format!("{}/graphql", gateway.base_url);
    let query = "query A($id: ID!) { lead(id: $id) { stage } } query B { __typename }";
    let ask = async |name: &str, variables: &str| {
        let parameters = [("query", query), ("operationName", name), ("variables", variables)];
        read(gateway.client().get(&url).query(&parameters).send().await.unwrap()).await
    };
    let id = r#"{"id": "9c30a205-a60e-47cb-94b4-6d45cd4c2179"}"#;
    assert_eq!(ask("A", id).await, (200, json!({ "data": { "lead": { "stage": "MATCHED" } } })));
    assert_eq!(ask("B", "{}").await, (200, json!({ "data": { "__typename": "Query" } })));
    let (status, body) = ask("A", "nonsense").await;
    let expected = "The parameter \"variables\" is no JSON object: expected ident at line 1 column 2.";
    assert_eq!((status, body), (400, refusal(expected)));
}

#[tokio::test(flavor = "multi_thread")]
async fn get_is_for_queries() {
    let gateway = Gateway::start(&[]);
    let missing = send(&gateway, Method::GET, "/graphql", &Sent::default()).await;
    assert_eq!(read(missing).await, (400, refusal("The parameter \"query\" is missing.")));
    for change in ["mutation{x}", "query%20A{__typename}%20mutation%20B{x}&operationName=B"] {
        let response = send(&gateway, Method::GET, &format!("/graphql?query={change}"), &Sent::default()).await;
        assert_eq!(header(response.headers(), "allow"), "POST");
        let expected = refusal("GET is for queries; use POST for anything else.");
        assert_eq!(read(response).await, (405, expected), "{change}");
    }
    let twice = send(&gateway, Method::GET, "/graphql?query=a&query=b", &Sent::default()).await;
    let (status, body) = read(twice).await;
    assert_eq!((status, &body["errors"][0]["extensions"]), (400, &json!({ "code": "BAD_USER_INPUT" })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_request_is_refused_in_the_shape_of_graphql() {
    let gateway = Gateway::start(&[]);
    let no_request = "The body is no GraphQL request";
    let cases = [
        ("", format!("{no_request}: EOF while parsing a value at line 1 column 0.")),
        ("{", format!("{no_request}: EOF while parsing an object at line 1 column 1.")),
        ("nonsense", format!("{no_request}: expected ident at line 1 column 2.")),
        ("[]", "The body holds no request.".to_owned()),
        (
            r#"["{ __typename }", null, null, null]"#,
            format!("{no_request}: invalid type: string \"{{ __typename }}\", expected a map at line 1 column 17."),
        ),
        ("{}", "The parameter \"query\" is missing.".to_owned()),
        (r#"{"query": null}"#, "The parameter \"query\" is missing.".to_owned()),
        (r#"{"query": 7}"#, format!("{no_request}: invalid type: integer `7`, expected a string.")),
        (
            r#"{"query": "{ __typename }", "variables": "x"}"#,
            format!("{no_request}: invalid type: string \"x\", expected a map."),
        ),
    ];
    for (body, message) in cases {
        let response = post(&gateway, body).await;
        assert_eq!(header(response.headers(), "content-type"), "application/json; charset=utf-8");
        assert_eq!(read(response).await, (400, refusal(&message)), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_refused_in_the_shape_of_graphql() {
    let gateway = Gateway::start(&[("ONRAMP__SERVER__MAX_BODY_BYTES".to_owned(), "1024".to_owned())]);
    let breach = json!({ "errors": [{
        "message": "The limit \"max_body_bytes\" is 1024, and this request goes over it.",
        "extensions": { "code": "LIMIT_EXCEEDED", "limit": "max_body_bytes", "allowed": 1024 },
    }] });
    assert_eq!(read(post(&gateway, &" ".repeat(1025)).await).await, (413, breach));
    let query = r#"{"query": "{ __typename }"}"#;
    let fitting = format!("{query}{}", " ".repeat(1024 - query.len()));
    assert_eq!(read(post(&gateway, &fitting).await).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_content_type_is_not_read() {
    let gateway = Gateway::start(&[]);
    let body = r#"{"query": "{ __typename }"}"#;
    for content_type in [
        "",
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let response = send(&gateway, Method::POST, "/graphql", &Sent { content_type, body, ..Sent::default() }).await;
        let expected = refusal("The content type of a request is application/json.");
        assert_eq!(read(response).await, (415, expected), "{content_type}");
    }
    for content_type in ["Application/JSON", "application/json; charset=utf-8"] {
        let response = send(&gateway, Method::POST, "/graphql", &Sent { content_type, body, ..Sent::default() }).await;
        assert_eq!(read(response).await, (200, json!({ "data": { "__typename": "Query" } })));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_is_told_which_ones_there_are() {
    let gateway = Gateway::start(&[]);
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let response = send(&gateway, method.clone(), "/graphql", &Sent::default()).await;
        assert_eq!(header(response.headers(), "allow"), "GET, HEAD, POST");
        let expected = refusal("GraphQL comes by POST, and queries by GET too.");
        assert_eq!(read(response).await, (405, expected), "{method}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_accepts_decides_what_the_answer_is_written_as() {
    let gateway = Gateway::start(&[]);
    let body = r#"{"query": "{ __typename }"}"#;
    for (accept, expected) in [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/html, */*;q=0.1", JSON),
        ("application/json, application/graphql-response+json", GRAPHQL),
        ("application/json, application/graphql-response+json;q=0.9", JSON),
        ("application/json;q=0.8, application/graphql-response+json; charset=utf-8; Q=0.85", GRAPHQL),
        ("APPLICATION/GraphQL-Response+JSON", GRAPHQL),
        ("*/*, application/graphql-response+json", GRAPHQL),
        ("*/*, application/graphql-response+json;q=0.5", JSON),
        ("*/*, application/json;q=0", GRAPHQL),
    ] {
        let sent = Sent { content_type: JSON, accept, body, ..Sent::default() };
        let response = send(&gateway, Method::POST, "/graphql", &sent).await;
        let found = header(response.headers(), "content-type").to_owned();
        assert_eq!((response.status().as_u16(), found), (200, format!("{expected}; charset=utf-8")), "{accept}");
    }
    for accept in ["text/html", "application/xml, text/*", "application/json;q=0", "*/*;q=0.000", "nonsense"] {
        for (method, path) in [(Method::POST, "/graphql"), (Method::GET, "/graphql?query={__typename}")] {
            let sent = Sent { content_type: JSON, accept, body, ..Sent::default() };
            let response = send(&gateway, method, path, &sent).await;
            assert_eq!(header(response.headers(), "content-type"), "application/json; charset=utf-8");
            let expected =
                "The answer is application/graphql-response+json or application/json, and Accept names neither.";
            assert_eq!(read(response).await, (406, refusal(expected)), "{accept}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statuses_of_the_newer_draft_come_by_setting_and_to_the_newer_media_type_alone() {
    let gateway = Gateway::start(&[("ONRAMP__SERVER__HTTP_STATUS".to_owned(), "2026".to_owned())]);
    for (query, status) in [
        ("{ __typename }", 200),
        ("{ account {", 400),
        ("{ nonsense }", 422),
        ("query A { __typename } query B { __typename }", 422),
        ("query($id: ID!) { lead(id: $id) { stage } }", 422),
        ("query($n: Int = true) { onboards(first: $n) { totalCount } }", 422),
        (r#"{ lead(id: "x") { stage } __typename }"#, 294),
    ] {
        let body = json!({ "query": query }).to_string();
        for (accept, status) in [(GRAPHQL, status), (JSON, 200)] {
            let sent = Sent { content_type: JSON, accept, body: &body, ..Sent::default() };
            let response = send(&gateway, Method::POST, "/graphql", &sent).await;
            assert_eq!(response.status().as_u16(), status, "{query} {accept}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_in_the_shape_of_graphql() {
    let gateway = Gateway::start(&[]);
    for path in ["/nothing", "/graphql/x", "/_sandbox/calls", "/health", "/.env"] {
        let response = send(&gateway, Method::GET, path, &Sent::default()).await;
        let expected = refusal("There is nothing at this path; GraphQL is at /graphql.");
        assert_eq!(read(response).await, (404, expected), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_health_of_the_gateway_is_a_status() {
    let gateway = Gateway::start(&[]);
    for path in ["/health/live", "/health/ready"] {
        let response = send(&gateway, Method::GET, path, &Sent::default()).await;
        assert_eq!(response.status(), 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_without_its_value_stops_the_whole_request() {
    let gateway = Gateway::start(&[]);
    let query = "query($id: ID!) { __typename lead(id: $id) { stage } }";
    let expected = json!({ "errors": [{
        "message": "Variable \"$id\" of type \"ID!\" has no value.",
        "locations": [{ "line": 1, "column": 7 }],
        "extensions": { "code": "BAD_USER_INPUT" },
    }] });
    for variables in [json!({}), json!({ "id": null }), json!({ "other": "x" })] {
        assert_eq!(settled(gateway.ask(query, variables).await), expected);
    }
    let optional = "query($n: Int, $of: Int! = 1) { onboards(first: $n, last: $of) { totalCount } }";
    let answer = gateway.ask(optional, json!({})).await;
    assert_eq!(answer["data"]["onboards"]["totalCount"].as_u64().map(|count| count > 0), Some(true), "{answer:#}");
}

/// Requests that are never executed, with the code of each.
const UNEXECUTED: [(&str, &str); 4] = [
    ("{ account {", "GRAPHQL_PARSE_FAILED"),
    ("", "GRAPHQL_PARSE_FAILED"),
    ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
    ("query A { __typename } query B { __typename }", "GRAPHQL_VALIDATION_FAILED"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_executed_has_no_data_and_the_newer_media_type_a_400() {
    let gateway = Gateway::start(&[]);
    for (query, code) in UNEXECUTED {
        for (accept, status, content_type) in [
            ("", 200, JSON),
            (JSON, 200, JSON),
            (GRAPHQL, 400, GRAPHQL),
            ("application/graphql-response+json, application/json;q=0.9", 400, GRAPHQL),
        ] {
            let body = json!({ "query": query }).to_string();
            let sent = Sent { content_type: JSON, accept, body: &body, ..Sent::default() };
            let response = send(&gateway, Method::POST, "/graphql", &sent).await;
            let told = header(response.headers(), "content-type").to_owned();
            let (found, body) = read(response).await;
            assert_eq!((found, told), (status, format!("{content_type}; charset=utf-8")), "{query} {accept}");
            assert_eq!(body.get("data"), None, "{query}");
            assert_eq!(body["errors"][0]["extensions"], json!({ "code": code }), "{query}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_executed_is_a_200_whatever_failed() {
    let gateway = Gateway::start(&[]);
    let body = json!({ "query": r#"{ lead(id: "x") { stage } }"# }).to_string();
    let sent = Sent { content_type: JSON, accept: GRAPHQL, body: &body, ..Sent::default() };
    let (status, body) = read(send(&gateway, Method::POST, "/graphql", &sent).await).await;
    assert_eq!((status, &body["data"]), (200, &json!({ "lead": null })));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_says_where_it_is() {
    let gateway = Gateway::start(&[]);
    let (_, body) = read(post(&gateway, r#"{"query": "{\n  account { nonsense }\n}"}"#).await).await;
    let expected = json!({ "errors": [{
        "message": "Unknown field \"nonsense\" on type \"Account\".",
        "locations": [{ "line": 2, "column": 13 }],
        "extensions": { "code": "GRAPHQL_VALIDATION_FAILED" },
    }] });
    assert_eq!(body, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_a_request_is_given_back_in_header_error_and_log() {
    let gateway = Gateway::start(&[]);
    let body = r#"{"query": "{ lead(id: \"x\") { id } }"}"#;
    let sent = Sent { content_type: JSON, id: "my-id_1.2", body, ..Sent::default() };
    let response = send(&gateway, Method::POST, "/graphql", &sent).await;
    assert_eq!(header(response.headers(), "x-request-id"), "my-id_1.2");
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["requestId"], "my-id_1.2");
    while !gateway.log().contains("my-id_1.2") {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_none_is_replaced_and_never_repeated() {
    let gateway = Gateway::start(&[]);
    let long = "x".repeat(65);
    let mut made = Vec::new();
    for id in ["", "a b", "a\"b", "<x>", &long] {
        for path in ["/graphql?query={__typename}", "/", "/nothing", "/health/live"] {
            let response = send(&gateway, Method::GET, path, &Sent { id, ..Sent::default() }).await;
            made.push(header(response.headers(), "x-request-id").parse::<uuid::Uuid>().unwrap());
        }
    }
    let count = made.len();
    made.sort();
    made.dedup();
    assert_eq!(made.len(), count);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_get_may_be_kept_and_is_asked_after() {
    let gateway = Gateway::start(&[]);
    let url = format!("{}/graphql", gateway.base_url);
    let ask = async |query: &str, held: &str| {
        let request = gateway.client().get(&url).query(&[("query", query)]).header("if-none-match", held);
        request.send().await.unwrap()
    };
    let caching =
        |response: &Response| ["cache-control", "vary"].map(|name| header(response.headers(), name).to_owned());
    let kept = ["private, no-cache", "Accept, Authorization, X-Api-Key"];
    let query = "{ account { name } }";
    let first = ask(query, "\"another\"").await;
    let tag = header(first.headers(), "etag").to_owned();
    assert_eq!((first.status().as_u16(), caching(&first)), (200, kept.map(str::to_owned)));
    for held in [tag.clone(), format!("\"another\", W/{tag}"), "*".to_owned()] {
        let again = ask(query, &held).await;
        assert_eq!((again.status().as_u16(), header(again.headers(), "etag")), (304, tag.as_str()), "{held}");
        assert_eq!(caching(&again), kept);
        assert_eq!(again.text().await.unwrap(), "");
    }
    let other = ask("{ account { id } }", &tag).await;
    assert_eq!(other.status(), 200);
    assert_ne!(header(other.headers(), "etag"), tag);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_says_what_went_wrong_is_kept_by_nobody() {
    let gateway = Gateway::start(&[]);
    let url = format!("{}/graphql", gateway.base_url);
    for query in
        ["{ onboard(id: \"x y\") { id } }", "{ nothing }", "{", "mutation { onboardStart(id: \"x\") { dryRun } }"]
    {
        let response = gateway.client().get(&url).query(&[("query", query)]).send().await.unwrap();
        assert_eq!(header(response.headers(), "cache-control"), "no-store", "{query}");
        assert_eq!(header(response.headers(), "etag"), "", "{query}");
    }
}
