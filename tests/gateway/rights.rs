//! Every field asks for the right that it needs and for no other: what is missing is null, and the rest is answered.
//!
//! The fields are the schema's. One that is not in the table below fails the test until somebody has decided about it.

use std::collections::BTreeSet;

use onramp::graph;
use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};

use crate::dry_run::{permitted, question};
use crate::gateway::{NO_CALLS, World, settled};
use crate::writes::{lead, onboard, with};

const VERIFIED: &str = "6fde46b5-a931-45d7-8fdd-5920b518f16f";

/// A field of the schema, a query that asks for it, and each place of that query that needs a right.
struct Row {
    field: &'static str,
    query: String,
    needs: Vec<(&'static str, &'static str)>,
}

fn row(field: &'static str, query: impl Into<String>, needs: &[(&'static str, &'static str)]) -> Row {
    Row { field, query: query.into(), needs: needs.to_vec() }
}

const ONBOARD: (&str, &str) = ("onboard", "onboards:read");
const VERIFICATION: (&str, &str) = ("verification", "verifications:read");

fn reads() -> Vec<Row> {
    let (onboard, lead) = (onboard(1), lead(0));
    let one = |inside: &str| format!("{{ onboard(id: \"{onboard}\") {{ {inside} }} }}");
    let check = |inside: &str| format!("{{ verification(id: \"{VERIFIED}\") {{ {inside} }} }}");
    let node = |prefix: &str, id: &str| format!("{{ node(id: \"{prefix}_{id}\") {{ id }} }}");
    let nodes = |prefix: &str, id: &str| format!("{{ nodes(ids: [\"{prefix}_{id}\"]) {{ id }} }}");
    let account = "5fd2c1a8940df5a34a387f01";
    vec![
        row("Query.onboard", one("id"), &[ONBOARD]),
        row("Query.onboards", "{ onboards(first: 1) { totalCount } }", &[("onboards", "onboards:read")]),
        row("Query.account", "{ account { id } }", &[("account", "account:read")]),
        row("Query.verification", check("id"), &[VERIFICATION]),
        row("Query.verifications", "{ verifications { totalCount } }", &[("verifications", "verifications:read")]),
        row(
            "Query.checklistTemplate",
            format!("{{ checklistTemplate(parentId: \"{VERIFIED}\") {{ __typename }} }}"),
            &[("checklistTemplate", "verifications:read")],
        ),
        row("Query.lead", format!("{{ lead(id: \"{lead}\") {{ id }} }}"), &[("lead", "leads:read")]),
        row("Query.leads", format!("{{ leads(ids: [\"{lead}\"]) {{ id }} }}"), &[("leads", "leads:read")]),
        row("Query.node", node("onboard", &onboard), &[("node", "onboards:read")]),
        row("Query.node", node("account", account), &[("node", "account:read")]),
        row("Query.node", node("verification", VERIFIED), &[("node", "verifications:read")]),
        row("Query.node", node("lead", &lead), &[("node", "leads:read")]),
        row("Query.nodes", nodes("onboard", &onboard), &[("nodes", "onboards:read")]),
        row("Query.nodes", nodes("account", account), &[("nodes", "account:read")]),
        row("Query.nodes", nodes("verification", VERIFIED), &[("nodes", "verifications:read")]),
        row("Query.nodes", nodes("lead", &lead), &[("nodes", "leads:read")]),
        row("Query.transitionRules", "{ transitionRules { action } }", &[]),
        row("Query.upstreams", "{ upstreams { name } }", &[]),
        row("Onboard.account", one("account { id }"), &[ONBOARD, ("onboard.account", "account:read")]),
        row("Onboard.link", one("link { objectId }"), &[ONBOARD, ("onboard.link", "onboards:read")]),
        row("Onboard.flow", one("flow { objectId }"), &[ONBOARD, ("onboard.flow", "onboards:read")]),
        row(
            "Account.onboards",
            "{ account { onboards(first: 1) { totalCount } } }",
            &[("account", "account:read"), ("account.onboards", "onboards:read")],
        ),
        row(
            "Verification.checklist",
            check("checklist { __typename }"),
            &[VERIFICATION, ("verification.checklist", "verifications:read")],
        ),
        row(
            "Verification.completionStatus",
            check("completionStatus { isCompleted }"),
            &[VERIFICATION, ("verification.completionStatus", "verifications:read")],
        ),
        row(
            "Verification.rawResponse",
            check("rawResponse"),
            &[VERIFICATION, ("verification.rawResponse", "verifications:sensitive")],
        ),
        row(
            "Verification.errorTraceback",
            check("errorTraceback"),
            &[VERIFICATION, ("verification.errorTraceback", "verifications:sensitive")],
        ),
        row("Verification.availableTransitions", check("availableTransitions { action }"), &[VERIFICATION]),
    ]
}

/// A field that shows a part of what its own parent was read with, and one that goes by the row of `Onboard.flow`: it is
/// to be had of a done set-up alone, which happens once.
const PARTS: [&str; 2] = ["Checklist.completion", "BuyerDeliveryOutcome.flow"];

/// What is listened to, with the right that it needs: that of the query for the same.
pub const SUBSCRIPTIONS: [(&str, &str); 3] =
    [("onboardChanged", "onboards:read"), ("verificationChanged", "verifications:read"), ("leadChanged", "leads:read")];

fn right_of_mutation(name: &str) -> &'static str {
    match name {
        "accountUpdate" => "account:write",
        _ if name.starts_with("verification") => "verifications:write",
        _ if name.starts_with("lead") => "leads:write",
        _ => "onboards:write",
    }
}

/// Every mutation with the right that it needs, as a dry run whose answer shows no more than that.
async fn writes(world: &World) -> Vec<(String, String, &'static str)> {
    let calls = permitted(world, &question(world).await);
    let named = calls.iter().map(|call| (call.split('(').next().unwrap().to_owned(), with(call, "dryRun: true")));
    named
        .map(|(name, call)| (name.clone(), format!("mutation {{ {call} {{ dryRun }} }}"), right_of_mutation(&name)))
        .collect()
}

/// The key of the caller who has every right but this one.
fn key_without(right: &str) -> String {
    format!("all-but-{right}")
}

/// A gateway with a caller for each right, who has every right but that one.
async fn world() -> World {
    let rights: Vec<&str> = graph::rights().into_iter().map(onramp::caller::Right::name).collect();
    let mut settings = vec![("ONRAMP__IDENTITY__MODE".to_owned(), "api_key".to_owned())];
    for (number, missing) in rights.iter().chain([&"nothing"]).enumerate() {
        let others: Vec<&str> = rights.iter().filter(|right| *right != missing).copied().collect();
        settings.push((format!("ONRAMP__PROFILES__BUT_{number}__RIGHTS"), others.join(",")));
        let digest = onramp::identity::digest(key_without(missing).as_bytes());
        settings.push((format!("ONRAMP__PROFILES__BUT_{number}__API_KEYS"), digest));
    }
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    World::start_with(&settings).await
}

async fn ask_without(world: &World, right: &str, query: &str) -> Value {
    let request = world.gateway.client().post(format!("{}/graphql", world.gateway.base_url));
    let request = request.bearer_auth(key_without(right)).json(&json!({ "query": query }));
    request.send().await.unwrap().json().await.unwrap()
}

/// The places that were forbidden, with the rights that they wanted; the numbers of rows are left out.
fn forbidden(answer: &Value) -> BTreeSet<(String, String)> {
    let errors = answer["errors"].as_array().into_iter().flatten();
    let forbidden = errors.filter(|error| error["extensions"]["code"] == "FORBIDDEN");
    let path = |error: &Value| {
        let path = error["path"].as_array().unwrap();
        path.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".")
    };
    forbidden.map(|error| (path(error), error["extensions"]["right"].as_str().unwrap().to_owned())).collect()
}

/// What is forbidden to one who lacks a right: the first place on each way that needs it.
fn expected(needs: &[(&str, &str)], missing: &str) -> BTreeSet<(String, String)> {
    let first = needs.iter().find(|(_, right)| *right == missing);
    first.map(|(place, right)| ((*place).to_owned(), (*right).to_owned())).into_iter().collect()
}

/// A verification that has everything that there is to hide.
fn told() -> Value {
    json!({ "uuid": VERIFIED.replace('-', ""), "status": "expired", "error_traceback": "x", "raw_response": { "a": 1 } })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_is_forbidden_to_those_who_lack_its_right_and_to_nobody_else() {
    let world = world().await;
    let rights: Vec<&str> = graph::rights().into_iter().map(onramp::caller::Right::name).chain(["nothing"]).collect();
    let open = World::start().await;
    let writes = writes(&open).await;
    for missing in &rights {
        for row in reads() {
            if row.field == "Verification.errorTraceback" {
                world.sandbox.waldur().fault(Fault::once(Effect::Status(Answer::json(200, told()))));
            }
            let answer = ask_without(&world, missing, &row.query).await;
            assert_eq!(forbidden(&answer), expected(&row.needs, missing), "{} without {missing}: {answer}", row.field);
            assert!(answer["data"].is_object(), "{} without {missing}: {answer}", row.field);
            world.sandbox.waldur().clear_faults();
        }
        for (name, call, right) in &writes {
            let answer = ask_without(&world, missing, call).await;
            assert_eq!(
                forbidden(&answer),
                expected(&[(name.as_str(), *right)], missing),
                "{name} without {missing}: {answer}"
            );
            let is_let = answer["data"][name].is_object();
            assert_eq!(is_let, right != missing, "{name} without {missing}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_field_of_the_schema_is_without_its_row() {
    let world = World::start().await;
    let data = world
        .data(
            "{ __schema { types { name kind fields(includeDeprecated: true) { name
        type { name kind ofType { name kind ofType { name kind ofType { name kind } } } } } } } }",
        )
        .await;
    let types = data["__schema"]["types"].as_array().unwrap();
    let fields = types.iter().filter(|of| of["kind"] == "OBJECT").flat_map(|of| {
        let fields = of["fields"].as_array().unwrap().iter();
        fields.map(|field| (of["name"].as_str().unwrap(), field["name"].as_str().unwrap(), bare(&field["type"])))
    });
    let fields: Vec<_> = fields.filter(|(of, ..)| !of.starts_with("__")).collect();
    let reads = reads();
    let has_row = |of: &str, name: &str| reads.iter().any(|row| row.field == format!("{of}.{name}"));
    let mutations: BTreeSet<String> = writes(&world).await.into_iter().map(|(name, ..)| name).collect();
    let guarded: BTreeSet<&str> = fields
        .iter()
        .filter(|(of, name, _)| reads.iter().any(|row| row.field == format!("{of}.{name}") && !row.needs.is_empty()))
        .filter_map(|(.., found)| *found)
        .collect();
    assert!(guarded.contains("Onboard") && guarded.contains("Lead") && guarded.contains("Flow"), "{guarded:?}");
    for (of, name, found) in &fields {
        // A row of a page and the record of a payload are what their own field was let have.
        let is_part = of.ends_with("Connection") || of.ends_with("Edge") || of.ends_with("Payload");
        let is_decided = match *of {
            "Query" => has_row(of, name),
            "Mutation" => mutations.contains(*name),
            "Subscription" => SUBSCRIPTIONS.iter().any(|(field, _)| field == name),
            _ => {
                is_part
                    || !found.is_some_and(|found| guarded.contains(found))
                    || has_row(of, name)
                    || PARTS.contains(&format!("{of}.{name}").as_str())
            }
        };
        assert!(is_decided, "{of}.{name} has no row in the table of rights");
    }
}

/// The name of an object or interface behind lists and non-nulls; none of what is a scalar.
fn bare(of: &Value) -> Option<&str> {
    match of["kind"].as_str()? {
        "LIST" | "NON_NULL" => bare(&of["ofType"]),
        "OBJECT" | "INTERFACE" => of["name"].as_str(),
        _ => None,
    }
}

/// The slices' own table says what this one does: nothing is guarded there that nobody asks for here.
#[tokio::test(flavor = "multi_thread")]
async fn the_slices_guard_what_the_table_asks_for() {
    let world = World::start().await;
    let last = |field: &str| field.rsplit('.').next().unwrap().to_owned();
    let read = reads().into_iter().filter(|row| !row.field.starts_with("Query.node"));
    let mut asked: BTreeSet<(String, String)> =
        read.filter_map(|row| Some((last(row.field), row.needs.last()?.1.to_owned()))).collect();
    asked.retain(|(name, _)| name != "availableTransitions");
    asked.extend(writes(&world).await.into_iter().map(|(name, _, right)| (name, right.to_owned())));
    asked.extend(SUBSCRIPTIONS.map(|(name, right)| (name.to_owned(), right.to_owned())));
    let guarded = graph::needs().into_iter().map(|(name, right)| (name.to_owned(), right.name().to_owned())).collect();
    assert_eq!(asked, guarded);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forbidden_costs_no_call_and_its_siblings_stand() {
    let world = world().await;
    let answer = ask_without(
        &world,
        "leads:read",
        &format!("{{\nleads(ids: [\"{}\", \"{}\"]) {{ id }} account {{ name }} }}", lead(0), lead(1)),
    )
    .await;
    let error = |row: usize| {
        json!({
            "message": "The right leads:read is needed here.",
            "locations": [{ "line": 2, "column": 1 }],
            "path": ["leads", row],
            "extensions": { "code": "FORBIDDEN", "right": "leads:read" },
        })
    };
    let mut answer = settled(answer);
    answer["errors"].as_array_mut().unwrap().sort_by_key(|error| error["path"][1].as_u64());
    let data = json!({ "leads": [null, null], "account": { "name": "Summit Funding Partners" } });
    assert_eq!(answer, json!({ "data": data, "errors": [error(0), error(1)] }));
    assert_eq!(world.calls().leads, 0);
    let write = format!("mutation {{ leadReview(id: \"{}\") {{ lead {{ stage }} }} }}", lead(0));
    let answer = settled(ask_without(&world, "leads:write", &write).await);
    assert_eq!((&answer["data"], answer["errors"].as_array().unwrap().len()), (&json!({ "leadReview": null }), 1));
    assert_eq!(world.calls(), NO_CALLS);
}
