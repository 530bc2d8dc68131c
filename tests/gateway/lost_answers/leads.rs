//! The mutations of leads: all of them one request whose answer holds nothing, and a read behind it.

use futures_util::FutureExt;
use onramp::sandbox::Answer;
use serde_json::{Value, json};

use super::outcome::READ_SHOWS_NOTHING;
use super::{Side, Subject};
use crate::gateway::World;

const MATCHED: &str = "9c30a205-a60e-47cb-94b4-6d45cd4c2179";

pub fn side(world: &World) -> Side<'_> {
    Side { name: "leads", api: world.sandbox.connect(), subjects: subjects(), held }
}

fn held(world: &World) -> futures_util::future::BoxFuture<'_, Value> {
    async { world.sandbox.connect().records() }.boxed()
}

fn subjects() -> Vec<Subject> {
    let conflict = || {
        let detail = "The lead cannot be moved from Withdrawn to Reviewed.";
        (problem(409, json!({ "title": "Conflict", "detail": detail })), detail)
    };
    let missing = || (problem(404, json!({ "title": "Not Found" })), "Not Found");
    let invalid = || {
        let errors = json!({ "fundedDate": ["Too early."], "fundedAmount": ["Too little."] });
        (problem(400, json!({ "title": "x", "errors": errors })), "fundedAmount: Too little.; fundedDate: Too early.")
    };
    vec![
        moves("leadReview", "", "Reviewed", conflict()),
        moves("leadContact", "", "Contacted", conflict()),
        moves("leadQualify", "", "Qualified", missing()),
        moves(
            "leadFund",
            r#", input: { fundedDate: "2026-01-05T09:00:00Z", fundedAmount: 48000 }"#,
            "Funded",
            invalid(),
        ),
        moves("leadDisqualify", ", input: { disqualifiedReason: CREDIT_ISSUE }", "Disqualified", conflict()),
        moves("leadWithdraw", ", input: { withdrawnReason: DUPLICATE }", "Withdrawn", missing()),
    ]
}

fn moves(mutation: &str, input: &str, to: &str, refusal: (Answer, &'static str)) -> Subject {
    let after = json!({ "lead": { "stage": to.to_uppercase(), "requestedAmount": 50000.0 } });
    Subject {
        call: format!(r#"{mutation}(id: "{MATCHED}"{input})"#),
        shows: "lead { stage requestedAmount }",
        reads: 1,
        write: "POST /api/v1/my-finances/leads",
        before: json!({ "lead": { "stage": "MATCHED", "requestedAmount": 50000.0 } }),
        found: Some(after.clone()),
        unseen: READ_SHOWS_NOTHING,
        after,
        reads_back: true,
        reads_answer: false,
        is_repeatable: true,
        refusal,
        place: "/main/0/status",
        held: [json!("Matched"), json!(to)],
    }
}

fn problem(status: u16, members: Value) -> Answer {
    Answer::json(status, members).header("content-type", "application/problem+json; charset=utf-8")
}
