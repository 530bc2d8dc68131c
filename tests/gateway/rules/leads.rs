//! The life of a lead: forward steps may skip, none goes back, and the last three stages are final.

use onramp::sandbox::connect::{API_KEY, PARTNER_ROUTE};
use onramp::sandbox::{Answer, Effect, Fault};
use serde_json::{Value, json};

use super::Cell::{Open, Shut};
use super::{Cell, End, Matrix, Move, Row, one};
use crate::gateway::{World, settled, writes};

const POST: &str = "POST /api/v1/my-finances/leads";

/// All moves of a lead are the gateway's own policy, and all of them are one request.
const fn moves(
    action: &'static str,
    mutation: &'static str,
    input: &'static str,
    brings: &'static [&'static str],
    to: &'static [&'static str; 1],
) -> Move {
    Move { action, mutation, input, brings, to, end: End::At(to[0]), basis: "POLICY", write: POST }
}

const LEADS: Matrix = Matrix {
    record: "lead",
    state: "stage",
    moves: &[
        moves("REVIEW", "leadReview", "", &[], &["REVIEWED"]),
        moves("CONTACT", "leadContact", "", &[], &["CONTACTED"]),
        moves("QUALIFY", "leadQualify", "", &[], &["QUALIFIED"]),
        moves(
            "FUND",
            "leadFund",
            r#"input: { fundedDate: "2026-01-05T09:00:00Z", fundedAmount: 48000 }"#,
            &["fundedDate", "fundedAmount"],
            &["FUNDED"],
        ),
        moves(
            "DISQUALIFY",
            "leadDisqualify",
            "input: { disqualifiedReason: CREDIT_ISSUE }",
            &["disqualifiedReason"],
            &["DISQUALIFIED"],
        ),
        moves(
            "WITHDRAW",
            "leadWithdraw",
            "input: { withdrawnReason: DUPLICATE }",
            &["withdrawnReason"],
            &["WITHDRAWN"],
        ),
    ],
    to: one,
};

/// A lead of the seed in every stage.
#[rustfmt::skip]
const ROWS: [(&str, &str, [Cell; 6]); 8] = [
    //                                                            REVIEW CONTACT QUALIFY FUND DISQUALIFY WITHDRAW
    ("9c30a205-a60e-47cb-94b4-6d45cd4c2180", "UNMATCHED",    [Shut,  Shut,   Shut,   Shut, Shut,      Shut]),
    ("9c30a205-a60e-47cb-94b4-6d45cd4c2179", "MATCHED",      [Open,  Open,   Open,   Open, Open,      Open]),
    ("9c30a205-a60e-47cb-94b4-6d45cd4c217a", "REVIEWED",     [Shut,  Open,   Open,   Open, Open,      Open]),
    ("9c30a205-a60e-47cb-94b4-6d45cd4c217b", "CONTACTED",    [Shut,  Shut,   Open,   Open, Open,      Open]),
    ("9c30a205-a60e-47cb-94b4-6d45cd4c217c", "QUALIFIED",    [Shut,  Shut,   Shut,   Open, Open,      Open]),
    ("9c30a205-a60e-47cb-94b4-6d45cd4c217d", "FUNDED",       [Shut,  Shut,   Shut,   Shut, Shut,      Shut]),
    ("9c30a205-a60e-47cb-94b4-6d45cd4c217e", "DISQUALIFIED", [Shut,  Shut,   Shut,   Shut, Shut,      Shut]),
    ("9c30a205-a60e-47cb-94b4-6d45cd4c217f", "WITHDRAWN",    [Shut,  Shut,   Shut,   Shut, Shut,      Shut]),
];

const MATCHED: &str = "9c30a205-a60e-47cb-94b4-6d45cd4c2179";

#[tokio::test(flavor = "multi_thread")]
async fn every_stage_of_a_lead_allows_its_own_moves_and_no_other() {
    let world = World::start().await;
    let api = world.sandbox.connect();
    for (id, state, cells) in ROWS {
        let row = Row { id, id_in_path: id, state, cells: &cells };
        LEADS.check(&world, api, &row, async || api.reset()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_that_nobody_knows_allows_nothing() {
    let world = World::start().await;
    let api = world.sandbox.connect();
    let row = Row { id: MATCHED, id_in_path: MATCHED, state: "UNRECOGNIZED", cells: &[Shut; 6] };
    for word in [json!("Abandoned"), json!(""), Value::Null] {
        let told = json!({ "id": MATCHED, "status": word, "requestedAmount": 50000.0 });
        let prepare = async || {
            api.reset();
            api.fault(Fault::once(Effect::Status(Answer::json(200, told.clone()))));
        };
        LEADS.check(&world, api, &row, prepare).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_the_stages_from_which_the_move_is_open() {
    let world = World::start().await;
    let query = r#"mutation {
        leadContact(id: "9c30a205-a60e-47cb-94b4-6d45cd4c217c") { userErrors { message } }
    }"#;
    let message = "CONTACT is refused: CONTACT is open from MATCHED, REVIEWED and the record is QUALIFIED.";
    assert_eq!(world.data(query).await, json!({ "leadContact": { "userErrors": [{ "message": message }] } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stage_needs_besides_its_own_members_is_missing_until_it_is_there() {
    let world = World::start().await;
    let api = world.sandbox.connect();
    let cases = [
        ("leadDisqualify", "disqualifiedReason: OTHER", "additionalInfo"),
        ("leadDisqualify", r#"disqualifiedReason: OTHER, additionalInfo: " ""#, "additionalInfo"),
        ("leadWithdraw", "withdrawnReason: OTHER", "additionalInfo"),
        ("leadReview", "technicalAssistanceOptions: [ACCOUNTING]", "willReceiveTechnicalAssistance"),
        (
            "leadReview",
            "willReceiveTechnicalAssistance: false, technicalAssistanceOptions: [ACCOUNTING]",
            "willReceiveTechnicalAssistance",
        ),
    ];
    for (mutation, input, missing) in cases {
        for dry_run in [true, false] {
            let query = format!(
                r#"mutation {{ {mutation}(id: "{MATCHED}", input: {{ {input} }}, dryRun: {dry_run}) {{
                    lead {{ stage }} userErrors {{ code ... on RequirementsMissing {{ missing }} }} dryRun
                }} }}"#
            );
            let expected = json!({
                "lead": { "stage": "MATCHED" },
                "userErrors": [{ "code": "REQUIREMENTS_MISSING", "missing": [missing] }],
                "dryRun": dry_run,
            });
            assert_eq!(world.data(&query).await[mutation], expected, "{input}");
        }
    }
    assert_eq!(writes(api), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_without_the_members_that_it_needs_does_not_pass_the_schema() {
    let world = World::start().await;
    for (mutation, input) in [
        ("leadFund", "fundedAmount: 48000"),
        ("leadFund", r#"fundedDate: "2026-01-05T09:00:00Z""#),
        ("leadDisqualify", "additionalInfo: \"late\""),
        ("leadWithdraw", "additionalInfo: \"late\""),
        ("leadReview", "disqualifiedReason: CREDIT_ISSUE"),
        ("leadContact", "fundedAmount: 48000"),
        ("leadDisqualify", "disqualifiedReason: CREDIT_ISSUE, withdrawnReason: DUPLICATE"),
    ] {
        let query = format!(r#"mutation {{ {mutation}(id: "{MATCHED}", input: {{ {input} }}) {{ dryRun }} }}"#);
        let response = settled(world.ask(&query).await);
        assert_eq!(response["errors"][0]["extensions"], json!({ "code": "GRAPHQL_VALIDATION_FAILED" }), "{input}");
    }
    assert_eq!(writes(world.sandbox.connect()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_was_moved_elsewhere_is_judged_by_its_present_stage() {
    let world = World::start().await;
    let api = world.sandbox.connect();
    let read = format!(r#"{{ lead(id: "{MATCHED}") {{ stage }} }}"#);
    assert_eq!(world.data(&read).await, json!({ "lead": { "stage": "MATCHED" } }));
    let path = format!("{}/api/v1/{PARTNER_ROUTE}/leads", api.base_url());
    let body = json!({ "id": MATCHED, "status": "Withdrawn", "withdrawnReason": "Duplicate" });
    let moved = world.gateway.client().post(path).header("x-api-key", API_KEY).json(&body).send().await.unwrap();
    assert_eq!(moved.status(), 200);
    api.forget_calls();
    let query = format!(r#"mutation {{ leadReview(id: "{MATCHED}") {{ lead {{ stage }} userErrors {{ code }} }} }}"#);
    let expected = json!({ "lead": { "stage": "WITHDRAWN" }, "userErrors": [{ "code": "TRANSITION_REFUSED" }] });
    assert_eq!(world.data(&query).await["leadReview"], expected);
    assert_eq!(writes(api), [""; 0]);
}
