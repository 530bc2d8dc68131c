//! The set-up of a link by itself: where no onboard has been completed over it, and only there.

use serde_json::{Value, json};

use crate::gateway::{World, writes};

/// A link that waits, and one over which an onboard has been completed; both with their invitations.
const WAITING: [&str; 2] =
    [r#"connectionId: "5fd5a0c2940df5a34a38a104""#, r#"invitationId: "5fd59f10940df5a34a389904""#];
const SET_UP: [&str; 2] =
    [r#"connectionId: "5fd5a0c2940df5a34a38a100""#, r#"invitationId: "5fd59f10940df5a34a389900""#];

async fn set_up(world: &World, link: &str, dry_run: bool) -> Value {
    let query = format!(
        r#"mutation {{ buyerDeliverySetUp(input: {{ link: {{ {link} }} }}, dryRun: {dry_run}) {{
            delivery {{ redirect flowId }}
            userErrors {{ __typename code path ... on TransitionRefused {{ from action allowed basis }} }}
            dryRun
        }} }}"#
    );
    world.data(&query).await["buyerDeliverySetUp"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_waits_is_set_up_by_either_of_its_ids() {
    let world = World::start().await;
    let api = world.sandbox.leadconduit();
    for link in WAITING {
        api.reset();
        let expected = json!({ "delivery": null, "userErrors": [], "dryRun": true });
        assert_eq!(set_up(&world, link, true).await, expected);
        assert_eq!(writes(api), [""; 0]);
        let delivery = json!({ "redirect": "/flows/5fd43b7a940df5a34a38b304", "flowId": "5fd43b7a940df5a34a38b304" });
        let expected = json!({ "delivery": delivery, "userErrors": [], "dryRun": false });
        assert_eq!(set_up(&world, link, false).await, expected);
        assert_eq!(writes(api), ["POST /onboard/buyer"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_over_which_an_onboard_was_completed_is_not_set_up_again() {
    let world = World::start().await;
    let complete = r#"mutation { onboardComplete(id: "5fd4371e940df5a34a3888b3") { onboard { status } } }"#;
    let expected = json!({ "onboardComplete": { "onboard": { "status": "COMPLETED" } } });
    assert_eq!(world.data(complete).await, expected);
    let api = world.sandbox.leadconduit();
    api.forget_calls();
    for link in SET_UP.into_iter().chain(WAITING) {
        for dry_run in [true, false] {
            let expected = json!({
                "delivery": null,
                "userErrors": [{
                    "__typename": "TransitionRefused", "code": "TRANSITION_REFUSED", "path": null,
                    "from": "SET_UP", "action": "SET_UP", "allowed": [], "basis": "DOCUMENTED",
                }],
                "dryRun": dry_run,
            });
            assert_eq!(set_up(&world, link, dry_run).await, expected, "{link}");
        }
    }
    assert_eq!(writes(api), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_not_there_is_not_set_up() {
    let world = World::start().await;
    // The second leads to an invitation that nobody has accepted yet.
    for link in [r#"connectionId: "5fd5a0c2940df5a34a38ffff""#, r#"invitationId: "695b8d10940df5a34a000002""#] {
        let expected = json!({
            "delivery": null,
            "userErrors": [{ "__typename": "InputProblem", "code": "NOT_FOUND", "path": ["input", "link"] }],
            "dryRun": false,
        });
        assert_eq!(set_up(&world, link, false).await, expected, "{link}");
    }
    assert_eq!(writes(world.sandbox.leadconduit()), [""; 0]);
}
