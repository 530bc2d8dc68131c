//! The rules as the graph lists them, all of them and whole, written by hand from the contracts.

use serde_json::{Value, json};

use crate::gateway::World;

const D: &str = "DOCUMENTED";
const P: &str = "POLICY";

/// Lifecycle, action, from, to, needs, mutation, basis, basis of the needs. What no mutation makes, the vendor makes.
type Rule = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
    Option<&'static str>,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const RULES: [Rule; 25] = [
    ("ONBOARD", "CREATE",   &[],                                      &["CREATED"],     &["invitationId"],                 Some("onboardCreate"),   D, D),
    ("ONBOARD", "UPDATE",   &["CREATED", "IN_PROGRESS", "FAILED"],    &[],              &[],                               Some("onboardUpdate"),   P, P),
    ("ONBOARD", "START",    &["CREATED", "FAILED"],                   &["IN_PROGRESS"], &["flowId"],                       Some("onboardStart"),    P, P),
    ("ONBOARD", "COMPLETE", &["IN_PROGRESS"],                         &["COMPLETED"],   &["invitationId", "connectionId"], Some("onboardComplete"), P, D),
    ("ONBOARD", "FAIL",     &["CREATED", "IN_PROGRESS", "COMPLETED"], &["FAILED"],      &[],                               None,                    D, D),
    ("LINK", "SET_UP", &["NOT_SET_UP"], &["SET_UP"], &[], Some("buyerDeliverySetUp"), D, D),
    ("VERIFICATION", "START",           &[],                                    &["PENDING"],               &["country", "legalPersonIdentifier"], Some("verificationStart"),          D, D),
    ("VERIFICATION", "START_MANUAL",    &[],                                    &["ESCALATED"],             &["country"],                          Some("verificationStart"),          D, D),
    ("VERIFICATION", "CREATE",          &[],                                    &["PENDING"],               &["user", "country"],                  Some("verificationCreate"),         D, D),
    ("VERIFICATION", "UPDATE",          &["PENDING", "ESCALATED"],              &[],                        &[],                                   Some("verificationUpdate"),         P, P),
    ("VERIFICATION", "REPLACE",         &["PENDING", "ESCALATED"],              &[],                        &[],                                   Some("verificationReplace"),        P, P),
    ("VERIFICATION", "SUBMIT_ANSWERS",  &["PENDING", "ESCALATED", "VERIFIED"],  &[],                        &["answers"],                          Some("verificationSubmitAnswers"),  P, P),
    ("VERIFICATION", "RUN_VALIDATION",  &["PENDING", "ESCALATED", "EXPIRED"],   &["VERIFIED", "ESCALATED"], &["legalPersonIdentifier"],            Some("verificationRunValidation"),  P, P),
    ("VERIFICATION", "CREATE_CUSTOMER", &["VERIFIED"],                          &["VERIFIED"],              &["checklist"],                        Some("verificationCreateCustomer"), D, D),
    ("VERIFICATION", "DELETE",          &["PENDING", "FAILED", "EXPIRED", "ESCALATED"], &[],                &[],                                   Some("verificationDelete"),         P, P),
    ("VERIFICATION", "APPROVE", &["PENDING", "VERIFIED", "FAILED", "ESCALATED", "EXPIRED"], &["VERIFIED"], &[], None, D, D),
    ("VERIFICATION", "REJECT",  &["PENDING", "VERIFIED", "FAILED", "ESCALATED", "EXPIRED"], &["FAILED"],   &[], None, D, D),
    ("VERIFICATION", "EXPIRE",  &["PENDING", "ESCALATED"],                                  &["EXPIRED"],  &[], None, D, D),
    ("LEAD", "MATCH",      &["UNMATCHED"],                                     &["MATCHED"],      &[],                             None,                   D, D),
    ("LEAD", "REVIEW",     &["MATCHED"],                                       &["REVIEWED"],     &[],                             Some("leadReview"),     P, P),
    ("LEAD", "CONTACT",    &["MATCHED", "REVIEWED"],                           &["CONTACTED"],    &[],                             Some("leadContact"),    P, P),
    ("LEAD", "QUALIFY",    &["MATCHED", "REVIEWED", "CONTACTED"],              &["QUALIFIED"],    &[],                             Some("leadQualify"),    P, P),
    ("LEAD", "FUND",       &["MATCHED", "REVIEWED", "CONTACTED", "QUALIFIED"], &["FUNDED"],       &["fundedDate", "fundedAmount"], Some("leadFund"),       P, P),
    ("LEAD", "DISQUALIFY", &["MATCHED", "REVIEWED", "CONTACTED", "QUALIFIED"], &["DISQUALIFIED"], &["disqualifiedReason"],         Some("leadDisqualify"), P, P),
    ("LEAD", "WITHDRAW",   &["MATCHED", "REVIEWED", "CONTACTED", "QUALIFIED"], &["WITHDRAWN"],    &["withdrawnReason"],            Some("leadWithdraw"),   P, P),
];

/// What a client does with a verification is closed once there is a customer.
const CLOSED_BY_A_CUSTOMER: [&str; 6] = [
    "verificationUpdate",
    "verificationReplace",
    "verificationSubmitAnswers",
    "verificationRunValidation",
    "verificationCreateCustomer",
    "verificationDelete",
];

fn told((lifecycle, action, from, to, needs, mutation, basis, needs_basis): Rule) -> Value {
    json!({
        "lifecycle": lifecycle,
        "action": action,
        "from": from,
        "to": to,
        "removes": mutation == Some("verificationDelete"),
        "needs": needs,
        "closedOnceSettled": mutation.is_some_and(|mutation| CLOSED_BY_A_CUSTOMER.contains(&mutation)),
        "mutation": mutation,
        "by": if mutation.is_some() { "CLIENT" } else { "VENDOR" },
        "basis": basis,
        "needsBasis": needs_basis,
    })
}

const ROW: &str = "{ lifecycle action from to removes needs closedOnceSettled mutation by basis needsBasis }";

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_are_the_contracts_and_no_others() {
    let world = World::start().await;
    let listed = world.data(&format!("{{ transitionRules {ROW} }}")).await;
    let listed = listed["transitionRules"].as_array().unwrap();
    let expected: Vec<Value> = RULES.into_iter().map(told).collect();
    for (rule, expected) in listed.iter().zip(&expected) {
        assert_eq!(rule, expected);
    }
    assert_eq!(listed.len(), expected.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lifecycles_rules_are_listed_alone() {
    let world = World::start().await;
    for lifecycle in ["ONBOARD", "LINK", "VERIFICATION", "LEAD"] {
        let listed = world.data(&format!("{{ transitionRules(lifecycle: {lifecycle}) {ROW} }}")).await;
        let expected: Value = RULES.into_iter().filter(|(name, ..)| *name == lifecycle).map(told).collect();
        assert_eq!(listed["transitionRules"], expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_has_a_rule_but_the_accounts() {
    let world = World::start().await;
    let schema = world.data("{ __schema { mutationType { fields { name } } } }").await;
    let fields = schema["__schema"]["mutationType"]["fields"].as_array().unwrap();
    let mut mutations: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
    let mut ruled: Vec<&str> = RULES.into_iter().filter_map(|(_, _, _, _, _, mutation, ..)| mutation).collect();
    // The account has no lifecycle, and a start comes in two forms.
    ruled.push("accountUpdate");
    ruled.sort_unstable();
    ruled.dedup();
    mutations.sort_unstable();
    assert_eq!(mutations, ruled);
}
