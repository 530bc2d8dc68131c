//! Nothing that is somebody's reaches the disk, and what is nobody's does.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use onramp::sandbox::{Answer, Body, Effect, Fault, Played, connect, leadconduit, waldur};
use serde_json::{Value, json};

use super::scene::{Recording, everything, lines};
use crate::secrets::{encoded, secrets};
use crate::writes::lead;

/// Members of the three APIs' bodies that tell of a person or of a business that may be one's.
const PERSONAL: &[&str] = &[
    "name",
    "created_by",
    "email",
    "legal_name",
    "legal_person_identifier",
    "user_name",
    "arinimi",
    "fyysilise_isiku_kood",
    "ariregistri_kood",
    "registration_code",
    "display_name",
    "native_name",
];

/// What the played APIs tell of people, read past the gateway.
async fn personal(recording: &Recording) -> BTreeSet<String> {
    let basic = ("authorization", format!("Basic {}", encoded(leadconduit::API_KEY)));
    let token = ("authorization", format!("Token {}", waldur::OWNER_TOKEN));
    let mut values = BTreeSet::new();
    let onboards = read(recording.sandbox.leadconduit(), "/onboards", &basic).await;
    let links = onboards.as_array().unwrap().iter().filter_map(|onboard| onboard["connection_id"].as_str());
    let links: BTreeSet<String> = links.map(|id| format!("/connections/{id}")).collect();
    for path in ["/account", "/flows", "/entities"].into_iter().chain(links.iter().map(String::as_str)) {
        collect(&read(recording.sandbox.leadconduit(), path, &basic).await, "", &mut values);
    }
    let all = "/api/onboarding-verifications/";
    let verifications = read(recording.sandbox.waldur(), &format!("{all}?page_size=300"), &token).await;
    collect(&verifications, "", &mut values);
    for verification in verifications.as_array().unwrap() {
        let path = format!("{all}{}/checklist/", verification["uuid"].as_str().unwrap());
        let checklist = read(recording.sandbox.waldur(), &path, &token).await;
        for question in checklist["questions"].as_array().into_iter().flatten() {
            collect(&question["existing_answer"], "", &mut values);
            if ["text_input", "text_area", "date"].contains(&question["question_type"].as_str().unwrap()) {
                values.extend(question["existing_answer"]["answer_data"].as_str().map(str::to_owned));
            }
        }
    }
    values
}

async fn read(played: &Played, path: &str, (header, value): &(&str, String)) -> Value {
    let request = reqwest::Client::new().get(format!("{}{path}", played.base_url()));
    request.header(*header, value).header("accept", "application/json").send().await.unwrap().json().await.unwrap()
}

fn collect(value: &Value, member: &str, into: &mut BTreeSet<String>) {
    match value {
        // What the vendor sells is nobody's.
        Value::Object(_) if member == "pricing_components" => {}
        Value::Object(members) => members.iter().for_each(|(name, value)| collect(value, name, into)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, member, into)),
        Value::String(text) if PERSONAL.contains(&member) && text.len() > 3 => drop(into.insert(text.clone())),
        Value::Number(number) if PERSONAL.contains(&member) => drop(into.insert(number.to_string())),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_somebodys_reaches_the_disk() {
    let recording = Recording::start(&[]).await;
    let values = personal(&recording).await;
    assert!(values.len() > 100, "{values:#?}");
    for wanted in ["dana.whitfield@summitfunding.example", "OÜ Jõgeva Sordiaretus", "48806260018", "Kertu Saar"] {
        assert!(values.contains(wanted), "{wanted} is not among what is looked for");
    }
    let everything_there_is = "{ account { name } onboards(first: 100) { nodes { id flow { name } link { partner { name } } } }
        verifications(first: 100) { nodes { legalName checklist { questions { existingAnswer { answerData userName } } } } } }";
    let answer = recording.ask(everything_there_is).await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    // What callers send, and what a vendor says of it, whatever form it says it in.
    let input = "country: \"EE\", legalPersonIdentifier: \"38001085718\", legalName: \"FIE Mari Maasikas\", firstName: \
                 \"Mari-Liis\", lastName: \"Maasikas\", birthDate: \"1980-01-08\", personIdentifier: \"38001085718\"";
    let start = format!("mutation {{ verificationStart(input: {{ {input} }}) {{ userErrors {{ message }} }} }}");
    let refusals = [
        Body::Json(json!({ "legal_name": ["\"FIE Mari Maasikas\" of 38001085718 is known as mari@example.com."] })),
        Body::Json(
            json!({ "detail": "call +372 5555 1234", "input": { "first_name": "Mari-Liis", "Maasikas": 38001085718_i64 } }),
        ),
        Body::Html("<p>Mari-Liis Maasikas, mari@example.com, +372 5555 1234</p>".to_owned()),
        Body::Text("38001085718: FIE Mari Maasikas".to_owned()),
    ];
    for body in refusals {
        let refusal = Effect::Status(Answer { status: 400, body, headers: BTreeMap::new() });
        recording.sandbox.waldur().fault(Fault::once(refusal).method(Method::POST));
        recording.ask(&start).await;
    }
    // A page's links repeat what was asked for.
    let named = "{ verifications(first: 1, filter: { legalPersonIdentifier: \"38001085718\" }) { nodes { id } } }";
    let headers = [(
        "link",
        format!(
            "<{}/x?legal_person_identifier=38001085718&legal_name=Maasikas>; rel=\"next\"",
            recording.sandbox.waldur().base_url()
        ),
    )];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).into();
    let page = Answer { status: 200, body: Body::Json(json!([])), headers };
    recording.sandbox.waldur().fault(Fault::once(Effect::Status(page)));
    recording.ask(named).await;
    let note = "mutation { leadWithdraw(id: \"LEAD\", input: { withdrawnReason: OTHER, additionalInfo: \"Mari-Liis moved to Elva\" }) { userErrors { message } } }";
    let answer = recording.ask(&note.replace("LEAD", &lead(0))).await;
    assert_eq!(answer["data"]["leadWithdraw"]["userErrors"], json!([]), "{answer}");
    let folder = recording.end().await;
    let held = everything(&folder);
    assert!(lines(&folder, "verification").len() > 40);
    assert!(held.contains("<http://verification.invalid/x?legal_person_identifier="), "no link");
    let sent = ["38001085718", "Mari", "Maasikas", "1980-01-08", "mari@example.com", "5555 1234", "Elva"];
    for value in values.iter().map(String::as_str).chain(sent) {
        let written = serde_json::to_string(value).unwrap();
        let inside = written.trim_matches('"');
        let place = held.lines().find(|line| line.contains(value) || line.contains(inside));
        assert_eq!(place, None, "{value} is in the recording");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_not_written_whoever_says_it_and_in_whatever_form() {
    let recording = Recording::start(&[]).await;
    let keys = [leadconduit::API_KEY, waldur::OWNER_TOKEN, connect::API_KEY, connect::PARTNER_ROUTE];
    let said = format!(
        "{} {} {}",
        keys.join(" and "),
        encoded(leadconduit::API_KEY),
        leadconduit::API_KEY.replace('-', "%2D")
    );
    let bodies = [
        Body::Json(json!({ "error": said, "status": said, (said.clone()): { "id": said } })),
        Body::Html(format!("<p title=\"{said}\">{said}</p>")),
        Body::Text(said.clone()),
        Body::Raw { content_type: "text/plain".to_owned(), bytes: [said.as_bytes(), b"\xff"].concat() },
    ];
    for status in [200, 401, 500] {
        for body in bodies.clone() {
            let answer = Answer { status, body, headers: BTreeMap::new() };
            let answer = answer.header("set-cookie", format!("session={said}")).header("x-echo", &said);
            let answer = answer.header("www-authenticate", format!("Basic realm={said}")).header("link", &said);
            recording.sandbox.connect().fault(Fault::once(Effect::Status(answer)));
            recording.ask(&format!("{{ lead(id: \"{}\") {{ stage }} }}", lead(0))).await;
        }
    }
    let answer = recording.ask("{ account { name } verifications { totalCount } onboards { totalCount } }").await;
    assert_eq!(answer.get("errors"), None);
    let folder = recording.end().await;
    let held = everything(&folder);
    assert_eq!(lines(&folder, "leads").len(), 12);
    for secret in secrets().iter().map(String::as_str).chain(keys) {
        assert!(!held.contains(secret), "{secret} is in the recording");
    }
    let first = &lines(&folder, "leads")[0];
    assert_eq!(first["request"]["headers"]["x-api-key"], "[removed]");
    assert_eq!(first["request"]["path"], "/api/v1/partner/leads");
    assert_eq!(first["response"]["headers"]["set-cookie"], "[removed]");
    assert_eq!(first["response"]["headers"]["x-echo"], "[removed]");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nobodys_stays_as_it_is() {
    let recording = Recording::start(&[]).await;
    recording.ask(&format!("{{ lead(id: \"{}\") {{ stage }} }}", lead(0))).await;
    recording.ask("{ verifications(first: 1) { nodes { id } } }").await;
    let folder = recording.end().await;
    let mut exchange = lines(&folder, "leads").remove(0);
    for volatile in ["at", "ms"] {
        assert!(!exchange.as_object_mut().unwrap().remove(volatile).unwrap().is_null());
    }
    let mut headers = exchange["response"].as_object_mut().unwrap().remove("headers").unwrap();
    assert_eq!(headers["content-type"].take(), "application/json");
    let expected = json!({
        "n": 1,
        "request": {
            "method": "GET",
            "path": "/api/v1/partner/leads",
            "query": format!("leadId={}", lead(0)),
            "as": "credential-1",
            "headers": { "accept": "application/json", "x-api-key": "[removed]" },
            "body": null,
        },
        "response": {
            "status": 200,
            "body": { "id": lead(0), "status": "Matched", "requestedAmount": 50_000.0 },
        },
    });
    assert_eq!(exchange, expected);
    let verification = &lines(&folder, "verification")[0];
    let row = &verification["response"]["body"][0];
    assert_eq!([&row["country"], &row["status"]], ["EE", "pending"]);
    assert_eq!(verification["response"]["headers"]["x-result-count"], "36");
    let link = verification["response"]["headers"]["link"].as_str().unwrap();
    assert!(link.starts_with("<http://verification.invalid/api/onboarding-verifications/"), "{link}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_replace_more_and_keep_more() {
    let settings =
        [("ONRAMP__RECORD__REDACT", "requestedAmount, leadId"), ("ONRAMP__RECORD__KEEP", "legal_name,checklist.*")];
    let recording = Recording::start(&settings).await;
    recording.ask(&format!("{{ lead(id: \"{}\") {{ stage }} }}", lead(0))).await;
    recording.ask("{ verifications(first: 1) { nodes { id } } }").await;
    let folder = recording.end().await;
    let exchange = &lines(&folder, "leads")[0];
    assert_ne!(exchange["response"]["body"]["requestedAmount"], 50_000.0);
    assert!(exchange["response"]["body"]["requestedAmount"].is_f64());
    assert!(!exchange["request"]["query"].as_str().unwrap().contains(&lead(0)));
    let row = &lines(&folder, "verification")[0]["response"]["body"][0];
    assert_eq!(row["legal_name"], "OÜ Kuressaare Laevaehitus");
    assert_ne!(row["legal_person_identifier"], "14218845");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_left_out_where_that_is_wanted() {
    let recording = Recording::start(&[("ONRAMP__RECORD__PAGES", "false")]).await;
    for body in [Body::Html("<p>Kertu Saar</p>".to_owned()), Body::Text(String::new()), Body::Json(json!({ "id": 1 }))]
    {
        let answer = Answer { status: 500, body, headers: BTreeMap::new() };
        recording.sandbox.connect().fault(Fault::once(Effect::Status(answer)));
        recording.ask(&format!("{{ lead(id: \"{}\") {{ stage }} }}", lead(0))).await;
    }
    let lines = lines(&recording.end().await, "leads");
    let bodies: Vec<&Value> = lines.iter().map(|line| &line["response"]["body"]).collect();
    assert_eq!(bodies[..2], [&json!("[removed]"), &Value::Null]);
    assert!(bodies[2]["id"].is_number());
}
