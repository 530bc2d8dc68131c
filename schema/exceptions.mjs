// Where the schema does not do as a rule of @graphql-eslint says, and why. An exception that nothing needs any more fails
// the test, so this list is never longer than it has to be.

/** `names`: the types or fields that a rule complains of; one with a star in front stands for all that end so. */
export const EXCEPTIONS = [
  {
    rule: "no-typename-prefix",
    names: ["customerCredit", "customerUnallocatedCredit"],
    reason: "What the customer's own customers have, besides a credit of its own: the prefix is meant.",
  },
  {
    rule: "strict-id-in-types",
    names: ["*Payload", "BuyerDeliveryOutcome"],
    reason: "The outcome of one mutation, which nobody asks for again.",
  },
  {
    rule: "strict-id-in-types",
    names: ["*Connection", "*Edge", "PageInfo"],
    reason: "Pages, as Relay defines them.",
  },
  {
    rule: "strict-id-in-types",
    names: ["InputProblem", "OutcomeUnknown", "RequirementsMissing", "TransitionRefused", "UpstreamRefused"],
    reason: "User errors: they are told once, where they arise.",
  },
  {
    rule: "strict-id-in-types",
    names: ["*Transition", "TransitionRule", "Upstream"],
    reason: "Rows of a short table that is always read whole, each told from the others by what it says.",
  },
  {
    rule: "strict-id-in-types",
    names: [
      "Checklist", "ChecklistCompletion", "ChecklistQuestion", "ChecklistTemplate", "ExistingAnswer", "Features",
      "PaymentProfile", "PaymentProfileAttributes", "PendingAccount", "PriceEstimate", "ProductSubscription",
      "QuestionOption", "Subscriptions", "TemplateQuestion", "UnansweredQuestion",
    ],
    reason: "Parts of a record, which are had with it.",
  },
  {
    rule: "strict-id-in-types",
    names: ["AccountLink", "ConnectedAccount", "Customer", "CustomerProject", "Flow", "OrganizationGroup"],
    reason: "Things that a record points at, with the upstream's own id and no global one: nothing of the graph reads them alone.",
  },
];

/** What a rule is told instead of its defaults. */
export const OPTIONS = {
  // A list that is no page holds values, or what was asked for by ids.
  "relay-edge-types": { listTypeCanWrapOnlyEdgeType: false },
  // Verifications are read forwards alone: the API behind them has no other direction.
  "relay-arguments": { includeBoth: false },
};
