//! What is written by hand, or broken by it: order and likeness of requests, and lines that are none.

use serde_json::{Value, json};

use super::scene::{path, play, refused};
use crate::temporary::TempFolder;
use crate::writes::lead;

const HEAD: &str = r#"{"format": "onramp-recording", "version": 1, "apis": ["leads", "verification"]}"#;

/// A recording of these lines.
fn recording(head: &str, leads: &str, verification: &str) -> TempFolder {
    let folder = TempFolder::new();
    for (file, text) in [("recording.json", head), ("leads.jsonl", leads), ("verification.jsonl", verification)] {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    folder
}

fn read(query: &str, stage: &str) -> String {
    let body = json!({ "id": lead(0), "status": stage });
    let response = json!({ "status": 200, "headers": { "content-type": "application/json" }, "body": body });
    let request = json!({ "method": "GET", "path": "/api/v1/partner/leads", "query": query });
    format!("{}\n", json!({ "request": request, "response": response }))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_gets_its_answers_in_their_order_and_the_last_one_ever_after() {
    let query = format!("leadId={}", lead(0));
    let told = [read(&query, "Matched"), "\n".to_owned(), read(&query, "Reviewed"), read(&query, "Funded")].concat();
    let gateway = play(&recording(HEAD, &told, ""), &[]);
    let mut stages = Vec::new();
    for _ in 0..5 {
        let answer = gateway.ask(&format!("{{ lead(id: \"{}\") {{ stage }} }}", lead(0)), json!({})).await;
        stages.push(answer["data"]["lead"]["stage"].clone());
    }
    assert_eq!(stages, ["MATCHED", "REVIEWED", "FUNDED", "FUNDED", "FUNDED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_the_same_in_any_order() {
    let request = json!({ "method": "GET", "path": "/api/onboarding-verifications/", "query": "page_size=2&page=1" });
    let row = json!({ "uuid": "00000000000000000000000000000001", "status": "pending", "country": "EE" });
    let headers = json!({ "content-type": "application/json", "x-result-count": "1" });
    let line = json!({ "request": request, "response": { "status": 200, "headers": headers, "body": [row] } });
    let gateway = play(&recording(HEAD, "", &line.to_string()), &[]);
    let answer = gateway.ask("{ verifications(first: 2) { totalCount nodes { status } } }", json!({})).await;
    assert_eq!(answer, json!({ "data": { "verifications": { "totalCount": 1, "nodes": [{ "status": "PENDING" }] } } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_line_that_is_not_complete_is_left_out() {
    let query = format!("leadId={}", lead(0));
    let whole = read(&query, "Matched");
    let torn = read(&query, "Reviewed");
    let gateway = play(&recording(HEAD, &format!("{whole}{}", &torn[..torn.len() - 9]), ""), &[]);
    for _ in 0..2 {
        let answer = gateway.ask(&format!("{{ lead(id: \"{}\") {{ stage }} }}", lead(0)), json!({})).await;
        assert_eq!(answer, json!({ "data": { "lead": { "stage": "MATCHED" } } }));
    }
}

#[test]
fn a_line_that_is_none_stops_the_start_with_its_place() {
    let good = read("leadId=x", "Matched");
    let changed = |change: fn(&mut Value)| {
        let mut line: Value = serde_json::from_str(&good).unwrap();
        change(&mut line);
        line.to_string()
    };
    let cases = [
        ("{\"request\": {".to_owned(), "EOF while parsing an object at column 13"),
        ("nothing".to_owned(), "expected ident at column 2"),
        (changed(|line| drop(line.as_object_mut().unwrap().remove("request"))), "missing field `request`"),
        (changed(|line| line["response"] = Value::Null), "has neither response nor lost, expected one of them"),
        (changed(|line| line["lost"] = json!("broken")), "has both response and lost, expected one of them"),
        (
            changed(|line| line["request"]["path"] = json!("leads")),
            "request.path is \"leads\", expected one that begins with a slash",
        ),
        (changed(|line| line["response"]["status"] = json!(20)), "response.status is 20, expected one of three digits"),
        (changed(|line| line["lost"] = json!("gone")), "unknown variant `gone`"),
    ];
    for (line, problem) in cases {
        let folder = recording(HEAD, &format!("{good}{line}\n"), "");
        let complaint = refused(&["serve", "--replay", path(&folder)]);
        let begun = format!("onramp: recording {}/leads.jsonl:2: {problem}", path(&folder));
        assert!(complaint.starts_with(&begun), "{begun}\n{complaint}");
    }
}

#[test]
fn a_folder_that_is_no_recording_is_refused() {
    let other = HEAD.replace("onramp-recording", "har");
    let later = HEAD.replace("\"version\": 1", "\"version\": 2");
    let unknown = HEAD.replace("\"leads\"", "\"loans\"");
    let cases = [
        (other.as_str(), "format is \"har\", expected \"onramp-recording\""),
        (&later, "version is 2, and this gateway reads 1 to 1"),
        (&unknown, "apis names \"loans\", expected some of onboarding, verification, leads"),
        ("{}", "missing field `format` at line 1 column 2"),
    ];
    for (head, problem) in cases {
        let folder = recording(head, "", "");
        let complaint = refused(&["serve", "--replay", path(&folder)]);
        assert_eq!(complaint, format!("onramp: recording {}/recording.json: {problem}\n", path(&folder)));
    }
    let folder = recording(HEAD, "", "");
    std::fs::remove_file(folder.path().join("verification.jsonl")).unwrap();
    assert_eq!(
        refused(&["serve", "--replay", path(&folder)]),
        format!("onramp: recording {}/verification.jsonl: No such file or directory (os error 2)\n", path(&folder))
    );
    assert_eq!(
        refused(&["serve", "--replay", "/nowhere"]),
        "onramp: recording /nowhere/recording.json: No such file or directory (os error 2)\n"
    );
}
