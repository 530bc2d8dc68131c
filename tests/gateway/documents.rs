//! Documents that are not sent: automatic persisted queries by digest, and trusted documents by id.

use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::gateway::{Gateway, World, command, settled};

const TEXT: &str = "query Name { account { name } }";

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(digest: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": digest } })
}

fn named() -> Value {
    json!({ "data": { "account": { "name": "Summit Funding Partners" } } })
}

fn refused(code: &str, message: &str) -> Value {
    json!({ "errors": [{ "message": message, "extensions": { "code": code } }] })
}

async fn post(gateway: &Gateway, body: Value) -> Value {
    settled(gateway.post(&body).await.json().await.unwrap())
}

/// A folder of this test alone, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("onramp-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).unwrap();
        files.iter().for_each(|(name, content)| std::fs::write(path.join(name), content).unwrap());
        Self(path)
    }

    fn path(&self, file: &str) -> String {
        self.0.join(file).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn trusting(path: &str, only: bool) -> Vec<(String, String)> {
    let only = ("ONRAMP__DOCUMENTS__ONLY_TRUSTED".to_owned(), only.to_string());
    vec![("ONRAMP__DOCUMENTS__TRUSTED".to_owned(), path.to_owned()), only]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_sent_once_and_named_by_its_digest_from_then_on() {
    let gateway = Gateway::start(&[]);
    let hash = digest(TEXT);
    let by_digest = || json!({ "extensions": persisted(&hash) });
    let unknown = refused("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
    assert_eq!(post(&gateway, by_digest()).await, unknown);
    assert_eq!(post(&gateway, json!({ "query": TEXT, "extensions": persisted(&hash) })).await, named());
    assert_eq!(post(&gateway, by_digest()).await, named());
    let url = reqwest::Url::parse_with_params(
        &format!("{}/graphql", gateway.base_url),
        [("extensions", persisted(&hash.to_uppercase()).to_string())],
    );
    let by_url: Value = gateway.client().get(url.unwrap()).send().await.unwrap().json().await.unwrap();
    assert_eq!(by_url, named());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_by_digest_still_takes_a_post() {
    let gateway = Gateway::start(&[]);
    let text = "mutation { onboardStart(id: \"x\", dryRun: true) { dryRun } }";
    post(&gateway, json!({ "query": text, "extensions": persisted(&digest(text)) })).await;
    let url = reqwest::Url::parse_with_params(
        &format!("{}/graphql", gateway.base_url),
        [("extensions", persisted(&digest(text)).to_string())],
    );
    assert_eq!(gateway.client().get(url.unwrap()).send().await.unwrap().status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_its_digest_or_the_schema_is_not_kept() {
    let gateway = Gateway::start(&[]);
    let other = "{ account { id } }";
    let mismatch = post(&gateway, json!({ "query": other, "extensions": persisted(&digest(TEXT)) })).await;
    let argument = "extensions.persistedQuery.sha256Hash";
    let message = format!("Argument \"{argument}\" is not the SHA-256 of the document that it came with.");
    let extensions = json!({ "code": "BAD_USER_INPUT", "argument": argument });
    assert_eq!(mismatch, json!({ "errors": [{ "message": message, "extensions": extensions }] }));
    let unfit = "{ nothing }";
    post(&gateway, json!({ "query": unfit, "extensions": persisted(&digest(unfit)) })).await;
    let unknown = refused("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
    for text in [TEXT, unfit] {
        assert_eq!(post(&gateway, json!({ "extensions": persisted(&digest(text)) })).await, unknown);
    }
    let old = post(&gateway, json!({ "extensions": { "persistedQuery": { "version": 2, "sha256Hash": "x" } } })).await;
    let message = "Argument \"extensions.persistedQuery\" has the version 2, and 1 alone is known.";
    assert_eq!(old["errors"][0]["message"], message);
}

#[tokio::test(flavor = "multi_thread")]
async fn switched_off_it_says_so() {
    let gateway = Gateway::start(&[("ONRAMP__DOCUMENTS__AUTOMATIC".to_owned(), "false".to_owned())]);
    let answer = post(&gateway, json!({ "extensions": persisted(&digest(TEXT)) })).await;
    assert_eq!(answer, refused("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_document_is_named_by_its_id_or_its_digest() {
    let folder = Folder::new(&[
        ("name.graphql", TEXT),
        ("notes.txt", "{ nothing }"),
        ("map.json", &json!({ "name": TEXT }).to_string()),
        (
            "apollo.json",
            &json!({
                "format": "apollo-persisted-query-manifest",
                "version": 1,
                "operations": [{ "id": "name", "name": "Name", "type": "query", "body": TEXT }],
            })
            .to_string(),
        ),
    ]);
    for path in ["", "map.json", "apollo.json"] {
        let gateway = Gateway::start(&trusting(&folder.path(path), false));
        let hash = digest(TEXT);
        for body in [
            json!({ "documentId": "name" }),
            json!({ "documentId": format!("sha256:{hash}") }),
            json!({ "extensions": persisted(&hash) }),
            json!({ "query": "{ account { name } }" }),
        ] {
            assert_eq!(post(&gateway, body.clone()).await, named(), "{path}: {body}");
        }
        let unknown = refused("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
        assert_eq!(post(&gateway, json!({ "documentId": "other" })).await, unknown);
        let both = post(&gateway, json!({ "documentId": "name", "query": TEXT })).await;
        assert_eq!(both["errors"][0]["message"], "Argument \"documentId\" cannot be given together with query.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_trusted_documents_are_executed_where_that_is_set() {
    let folder = Folder::new(&[("name.graphql", TEXT)]);
    let gateway = Gateway::start(&trusting(&folder.path(""), true));
    let untrusted = refused("QUERY_NOT_IN_SAFELIST", "This document is none of those that this gateway executes.");
    let other = "{ account { name } }";
    for body in [
        json!({ "query": other }),
        json!({ "query": "{ __schema { types { name } } }" }),
        json!({ "query": "no graphql" }),
        json!({ "query": other, "extensions": persisted(&digest(other)) }),
    ] {
        assert_eq!(post(&gateway, body).await, untrusted);
    }
    assert_eq!(post(&gateway, json!({ "query": TEXT })).await, named());
    assert_eq!(post(&gateway, json!({ "documentId": "name" })).await, named());
}

#[test]
fn trusted_documents_that_cannot_be_used_stop_the_start() {
    let empty = Folder::new(&[]);
    let unfit = Folder::new(&[("a.graphql", TEXT), ("b.graphql", "{ account { nothing } }")]);
    let no_manifest = Folder::new(&[("m.json", "[1]")]);
    let value = "onramp: setting documents.trusted (ONRAMP__DOCUMENTS__TRUSTED):";
    for (path, complaint) in [
        (empty.path(""), format!("{value} {}: there is no .graphql file in it", empty.path(""))),
        (unfit.path(""), format!("{value} b: Unknown field \"nothing\" on type \"Account\".")),
        (unfit.path("c"), format!("{value} {}: No such file or directory", unfit.path("c"))),
        (no_manifest.path("m.json"), format!("{value} {}: expected an object of ids", no_manifest.path("m.json"))),
    ] {
        let output = command(&trusting(&path, false)).arg("check").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.starts_with(&complaint), "{said}");
    }
    let alone = [("ONRAMP__DOCUMENTS__ONLY_TRUSTED".to_owned(), "true".to_owned())];
    let output = command(&alone).arg("check").output().unwrap();
    let expected = "onramp: setting documents.only_trusted (ONRAMP__DOCUMENTS__ONLY_TRUSTED): is of no use without documents.trusted\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_document_is_held_against_each_requests_variables() {
    let world = World::start().await;
    let query = "query ($rows: Int, $filter: OnboardFilter) { onboards(first: $rows, filter: $filter) { totalCount } }";
    let filter = |status: &str| json!({ "rows": 1, "filter": { "status": [status] } });
    assert!(world.ask_with(query, filter("FAILED")).await["data"]["onboards"]["totalCount"].is_u64());
    for (variables, problem) in [
        (json!({ "rows": 1.5 }), "\"$rows\" of type \"Int\" is no Int."),
        (json!({ "rows": 3_000_000_000_u64 }), "\"$rows\" of type \"Int\" is no Int."),
        (
            filter("GONE"),
            "\"$filter\" of type \"OnboardFilter\" does not fit: at status[0] it is no member of OnboardStatus.",
        ),
        (
            json!({ "filter": { "state": 1 } }),
            "\"$filter\" of type \"OnboardFilter\" has a member \"state\", which OnboardFilter does not know.",
        ),
        (json!({ "filter": 7 }), "\"$filter\" of type \"OnboardFilter\" is no OnboardFilter."),
    ] {
        let answer = settled(world.ask_with(query, variables).await);
        assert_eq!(answer["errors"][0]["message"], format!("Variable {problem}"));
        assert_eq!((&answer["errors"][0]["extensions"]["code"], answer.get("data")), (&json!("BAD_USER_INPUT"), None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_document_answers_as_it_did_when_it_was_new() {
    let world = World::start().await;
    for query in [
        "{ a: account { n: name ...F } } fragment F on Account { id }",
        "query A { account { name } } query B { account { id } }",
        "{ onboards(first: 2) { nodes { id account @skip(if: true) { id } } } onboard(id: \"x\") { id } }",
        "{ account { nothing } }",
        "{ account(",
        "{ leads(ids: [\"x\"]) { id } }",
    ] {
        let first = settled(world.ask(query).await);
        for _ in 0..2 {
            assert_eq!(settled(world.ask(query).await), first, "{query}");
        }
    }
}
