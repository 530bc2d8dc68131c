//! Mutations as a client sends them, and the writes that they leave at the played APIs.

use onramp::sandbox::{Call, Played};
use serde_json::{Value, json};

use crate::gateway::World;

/// All members of every kind of user error.
pub const USER_ERRORS: &str = "userErrors { __typename code message path
    ... on TransitionRefused { from action allowed basis } ... on RequirementsMissing { missing }
    ... on UpstreamRefused { httpStatus detail } ... on OutcomeUnknown { retryable } }";

/// Asks for one mutation, given by its name with arguments; its payload comes back.
pub async fn mutate(world: &World, call: &str) -> Value {
    let mut response = world.ask(&mutation(call)).await;
    assert!(response.get("errors").is_none(), "{call}: {response:#}");
    response["data"]["result"].take()
}

/// The whole document of a mutation, whose payload is called `result`.
pub fn mutation(call: &str) -> String {
    format!("mutation {{ result: {call} {{ {} {USER_ERRORS} dryRun }} }}", shown(call))
}

/// The same call with one more argument.
pub fn with(call: &str, argument: &str) -> String {
    format!("{}, {argument})", call.strip_suffix(')').unwrap())
}

fn shown(call: &str) -> &'static str {
    let name = call.split('(').next().unwrap();
    match name {
        "accountUpdate" => "account { dataRetentionInDays dataTruncatedAt }",
        "buyerDeliverySetUp" => "delivery { redirect flowId }",
        "verificationDelete" => "deletedVerificationId",
        "verificationCreateCustomer" => "verification { id status hasCustomer } customer { name }",
        _ if name.starts_with("onboard") => "onboard { id status }",
        _ if name.starts_with("lead") => "lead { id stage }",
        _ => "verification { id status hasCustomer }",
    }
}

/// The writes that an API has seen since the last time that this was asked, oldest first.
pub fn writes(played: &Played) -> Vec<Call> {
    let calls = played.calls();
    played.forget_calls();
    calls.into_iter().filter(is_write).collect()
}

/// Whether a call may change something.
pub fn is_write(call: &Call) -> bool {
    !["GET", "HEAD"].contains(&call.method.as_str())
}

/// The writes that the three APIs have seen since the last time that this was asked, by method and path.
pub fn written(world: &World) -> Vec<String> {
    let apis = [world.sandbox.leadconduit(), world.sandbox.waldur(), world.sandbox.connect()];
    apis.into_iter().flat_map(writes).map(|call| format!("{} {}", call.method, call.path)).collect()
}

/// The id of a seeded onboard; of every ten, 0 and 3 are CREATED, 1 and 4 IN_PROGRESS, 2 and 6 COMPLETED, 5 FAILED.
pub fn onboard(number: u32) -> String {
    format!("5fd4371e940df5a34a{:06x}", 0x38_88b2 + number)
}

/// What the sandbox holds of an onboard.
pub fn held_onboard(world: &World, number: u32) -> Value {
    find(&world.sandbox.leadconduit().records()["main"]["onboards"], "id", &onboard(number))
}

/// The id of a seeded link; the first three are set up, the next four wait.
pub fn link(number: u32) -> String {
    format!("5fd5a0c2940df5a34a{:06x}", 0x38_a100 + number)
}

/// The id of the invitation that led to a seeded link.
pub fn invitation(number: u32) -> String {
    format!("5fd59f10940df5a34a{:06x}", 0x38_9900 + number)
}

/// The id of a flow that nobody has yet.
pub const FLOW: &str = "5fd43b7a940df5a34a77aa01";

/// The id of a seeded lead; of every eight they are Matched, Reviewed, Contacted, Qualified, Funded, Disqualified,
/// Withdrawn, Unmatched.
pub fn lead(number: u128) -> String {
    uuid::Uuid::from_u128(0x9c30a205_a60e_47cb_94b4_6d45cd4c2179 + number).to_string()
}

/// What the sandbox holds of a lead.
pub fn held_lead(world: &World, number: u128) -> Value {
    find(&world.sandbox.connect().records()["main"], "id", &lead(number))
}

/// A mutation that funds a lead.
pub fn fund(lead: &str) -> String {
    format!(r#"leadFund(id: "{lead}", input: {{ fundedDate: "2026-01-05T00:00:00Z", fundedAmount: 40000 }})"#)
}

/// What the sandbox holds of the verification of a company.
pub fn held_verification(world: &World, company: &str) -> Value {
    find(&world.sandbox.waldur().records(), "legal_name", company)
}

/// The id of the verification of a seeded company, with its hyphens.
pub fn verification(world: &World, company: &str) -> String {
    let id = held_verification(world, company)["uuid"].as_str().unwrap().to_owned();
    uuid::Uuid::parse_str(&id).unwrap().to_string()
}

fn find(rows: &Value, member: &str, value: &str) -> Value {
    let row = rows.as_array().unwrap().iter().find(|row| row[member] == value);
    row.unwrap_or_else(|| panic!("nothing whose {member} is {value}")).clone()
}

/// The visible questions of a company's checklist, in their order.
pub async fn questions(world: &World, company: &str) -> Vec<Value> {
    let id = verification(world, company);
    let members = "uuid type description options { uuid label } existingAnswer { answerData }";
    let query = format!(r#"{{ verification(id: "{id}") {{ checklist {{ questions {{ {members} }} }} }} }}"#);
    let mut data = world.data(&query).await;
    let Value::Array(questions) = data["verification"]["checklist"]["questions"].take() else { unreachable!() };
    questions
}

/// A mutation that answers one question; the value as it stands in an answer's `value`.
pub fn answer(verification: &str, question: &str, value: &str) -> String {
    let answer = format!(r#"{{ questionId: "{question}", value: {{ {value} }} }}"#);
    format!(r#"verificationSubmitAnswers(id: "{verification}", input: {{ answers: [{answer}] }})"#)
}

/// A user error of those that the input itself causes.
pub fn input_problem(code: &str, path: &[&str], message: &str) -> Value {
    json!({ "__typename": "InputProblem", "code": code, "path": path, "message": message })
}
