import{r as e}from"./rolldown-runtime-XKyaHtl9.js";import{E as t,n,o as r}from"./panel-BJiRFXCy.js";import{t as i}from"./put-BW-nDRre.js";import{n as a,t as o}from"./first-tabs-BX3DGaOs.js";var s=e(t(),1),c=a(Object.assign({"../../examples/account/01-account.graphql":`# The account with its features and the partners that it
# is connected to.

query Account {
  account {
    id
    name
    timeZone
    dataRetentionInDays
    features {
      sellerAccess
      buyerAccess
      realTimeBidding
    }
    connectedBuyers {
      name
    }
    connectedSellers {
      name
    }
  }
}
`,"../../examples/account/11-update.graphql":`# Switches one feature; the others stay as they are. To
# lower dataRetentionInDays deletes data, and needs
# acknowledgeDataLoss.

mutation AccountUpdate($input: AccountUpdateInput!) {
  accountUpdate(input: $input) {
    account {
      name
      features {
        firehose
        realTimeBidding
      }
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/gateway/01-nodes.graphql":`# Anything by its global id: things of different kinds in
# one list, in the order asked for.

query Nodes($ids: [ID!]!) {
  nodes(ids: $ids) {
    id
    ... on Onboard {
      status
    }
    ... on Verification {
      legalName
    }
    ... on Lead {
      stage
    }
  }
}
`,"../../examples/gateway/02-node.graphql":`# One thing by its global id, whatever it is.

query Node($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on Lead {
      stage
      requestedAmount
    }
  }
}
`,"../../examples/gateway/03-rules-of-a-lifecycle.graphql":`# The rules of one lifecycle: what the mutations enforce,
# and what the panel Rules draws.

query RulesOfALifecycle($lifecycle: LifecycleName) {
  transitionRules(lifecycle: $lifecycle) {
    action
    from
    to
    needs
    mutation
    basis
    source
  }
}
`,"../../examples/leads/01-lead.graphql":`# One lead, and the stages that it may go to. Stages may
# be skipped, and none goes back.

query Lead($id: ID!) {
  lead(id: $id) {
    id
    stage
    rawStage
    requestedAmount
    availableTransitions {
      action
      to
      ready
      missing
    }
  }
}
`,"../../examples/leads/11-review.graphql":`# Says that a lead was looked at.

mutation LeadReview($id: ID!) {
  leadReview(id: $id) {
    lead {
      id
      stage
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/leads/12-contact.graphql":`# Says that the applicant was spoken to.

mutation LeadContact($id: ID!, $input: LeadContactInput) {
  leadContact(id: $id, input: $input) {
    lead {
      id
      stage
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/leads/13-qualify.graphql":`# Says that the applicant qualifies.

mutation LeadQualify($id: ID!) {
  leadQualify(id: $id) {
    lead {
      id
      stage
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/leads/14-fund.graphql":`# Says that the applicant got the money: when, and how
# much.

mutation LeadFund($id: ID!, $input: LeadFundInput!) {
  leadFund(id: $id, input: $input) {
    lead {
      id
      stage
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/leads/15-disqualify.graphql":`# Turns the applicant down, with the reason.

mutation LeadDisqualify(
  $id: ID!
  $input: LeadDisqualifyInput!
) {
  leadDisqualify(id: $id, input: $input) {
    lead {
      id
      stage
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/leads/16-withdraw.graphql":`# Says that the applicant left, with the reason.

mutation LeadWithdraw(
  $id: ID!
  $input: LeadWithdrawInput!
) {
  leadWithdraw(id: $id, input: $input) {
    lead {
      id
      stage
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/leads/21-changed.graphql":`# Hears of a lead: its stage now, and each later one.

subscription LeadChanged($id: ID!) {
  leadChanged(id: $id) {
    id
    stage
    rawStage
    availableTransitions {
      action
      ready
    }
  }
}
`,"../../examples/onboards/01-onboards.graphql":`# A page of onboards with the partner and the flow of
# each. The links and flows of a page are fetched
# together, so ten rows cost as many calls as distinct
# partners, and not thirty.

query Onboards($first: Int, $after: String) {
  onboards(first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      status
      updatedAt
      link {
        partner {
          name
        }
        relationship
      }
      flow {
        name
        enabled
      }
    }
  }
}
`,"../../examples/onboards/02-onboard.graphql":`# One onboard with its moves. What is missing stands
# beside each move that is not ready.

query Onboard($id: ID!) {
  onboard(id: $id) {
    id
    status
    rawStatus
    createdAt
    account {
      name
    }
    link {
      partner {
        name
      }
      createdAt
    }
    flow {
      name
    }
    availableTransitions {
      action
      to
      mutation
      ready
      missing
      basis
    }
  }
}
`,"../../examples/onboards/03-onboards-of-account.graphql":`# The account and its onboards that failed, in one
# request.

query FailedOnboards {
  account {
    name
    onboards(first: 5, filter: {status: [FAILED]}) {
      totalCount
      nodes {
        id
        status
        updatedAt
      }
    }
  }
}
`,"../../examples/onboards/11-create.graphql":`# Makes an onboard from an invitation. It begins as
# CREATED.

mutation OnboardCreate($input: OnboardCreateInput!) {
  onboardCreate(input: $input) {
    onboard {
      id
      status
      availableTransitions {
        action
        ready
        missing
      }
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/onboards/12-update.graphql":`# Gives an onboard another flow before it is started. What
# is left out stays as it is.

mutation OnboardUpdate(
  $id: ID!
  $input: OnboardUpdateInput!
) {
  onboardUpdate(id: $id, input: $input) {
    onboard {
      id
      status
      flowId
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/onboards/13-start.graphql":`# Starts an onboard: CREATED or FAILED becomes
# IN_PROGRESS, and the flow is sent.

mutation OnboardStart($id: ID!, $input: OnboardStartInput) {
  onboardStart(id: $id, input: $input) {
    onboard {
      id
      status
      availableTransitions {
        action
        ready
        missing
      }
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/onboards/14-complete.graphql":`# Completes an onboard, once: run it again to see the
# refusal with its reason. The key makes a repeat of the
# same request safe.

mutation OnboardComplete(
  $id: ID!
  $idempotencyKey: String
) {
  onboardComplete(
    id: $id
    idempotencyKey: $idempotencyKey
  ) {
    onboard {
      id
      status
      availableTransitions {
        action
        ready
        missing
      }
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/onboards/15-complete-dry-run.graphql":`# Says what completing would do, and writes nothing.

mutation OnboardCompleteDryRun(
  $id: ID!
  $dryRun: Boolean!
) {
  onboardComplete(id: $id, dryRun: $dryRun) {
    onboard {
      id
      status
    }
    dryRun
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/onboards/16-buyer-delivery-set-up.graphql":`# Sets a link's buyer delivery up without an onboard.

mutation BuyerDeliverySetUp(
  $input: BuyerDeliverySetUpInput!
) {
  buyerDeliverySetUp(input: $input) {
    delivery {
      redirect
      flow {
        name
      }
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/onboards/21-changed.graphql":`# Hears of an onboard: its state now, and each later one.
# Complete it in another tab, and see it come.

subscription OnboardChanged($id: ID!) {
  onboardChanged(id: $id) {
    id
    status
    updatedAt
    availableTransitions {
      action
      ready
    }
  }
}
`,"../../examples/verifications/01-verifications.graphql":`# The verifications that are escalated: staff look at
# them. The API ignores filters, so the gateway reads on
# until the page is full.

query EscalatedVerifications($country: String) {
  verifications(
    first: 5
    filter: { status: [ESCALATED], country: $country }
  ) {
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      legalName
      country
      status
      expiresAt
    }
  }
}
`,"../../examples/verifications/02-verification.graphql":`# One verification and what may be done with it.

query Verification($id: ID!) {
  verification(id: $id) {
    id
    legalName
    legalPersonIdentifier
    country
    status
    hasCustomer
    completionStatus {
      isCompleted
      percentage
    }
    availableTransitions {
      action
      to
      mutation
      ready
      missing
    }
  }
}
`,"../../examples/verifications/11-start.graphql":`# Begins the check of a company for the caller himself.

mutation VerificationStart(
  $input: VerificationStartInput!
) {
  verificationStart(input: $input) {
    verification {
      id
      status
      legalName
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/verifications/12-create.graphql":`# Makes a verification in a user's name.

mutation VerificationCreate(
  $input: VerificationCreateInput!
) {
  verificationCreate(input: $input) {
    verification {
      id
      status
      legalName
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/verifications/13-update.graphql":`# Changes some of what a verification says.

mutation VerificationUpdate(
  $id: ID!
  $input: VerificationUpdateInput!
) {
  verificationUpdate(id: $id, input: $input) {
    verification {
      id
      status
      legalName
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/verifications/14-replace.graphql":`# Says anew all that a verification says.

mutation VerificationReplace(
  $id: ID!
  $input: VerificationReplaceInput!
) {
  verificationReplace(id: $id, input: $input) {
    verification {
      id
      status
      legalName
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/verifications/15-submit-answers.graphql":`# Answers two questions of a checklist, both or none. Each
# value is checked against its question's type first.

mutation VerificationSubmitAnswers(
  $id: ID!
  $input: VerificationSubmitAnswersInput!
) {
  verificationSubmitAnswers(id: $id, input: $input) {
    verification {
      id
      completionStatus {
        percentage
      }
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/verifications/16-run-validation.graphql":`# Checks the company against its register: it becomes
# VERIFIED, or ESCALATED where the register does not
# settle it.

mutation VerificationRunValidation($id: ID!) {
  verificationRunValidation(id: $id) {
    verification {
      id
      status
      legalName
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/verifications/17-create-customer.graphql":`# Makes a verified company a customer, once. The customer
# is shown in this answer alone.

mutation VerificationCreateCustomer($id: ID!) {
  verificationCreateCustomer(id: $id) {
    verification {
      id
      status
      hasCustomer
    }
    customer {
      uuid
      name
      country
    }
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/verifications/18-delete.graphql":`# Does away with a verification that came to nothing.

mutation VerificationDelete($id: ID!) {
  verificationDelete(id: $id) {
    deletedVerificationId
    userErrors {
      code
      message
    }
  }
}
`,"../../examples/verifications/21-changed.graphql":`# Hears of a verification: its state now, and each later
# one, such as the outcome of a check.

subscription VerificationChanged($id: ID!) {
  verificationChanged(id: $id) {
    id
    status
    legalName
    availableTransitions {
      mutation
      ready
    }
  }
}
`}),Object.assign({"../../examples/account/11-update.variables.json":`{
  "input": {
    "features": {
      "firehose": false
    }
  }
}
`,"../../examples/gateway/01-nodes.variables.json":`{
  "ids": [
    "onboard_5fd4371e940df5a34a3888b2",
    "verification_5c587782-b608-4ce6-ad05-548ca1ca4809",
    "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179"
  ]
}
`,"../../examples/gateway/02-node.variables.json":`{
  "id": "lead_9c30a205-a60e-47cb-94b4-6d45cd4c217a"
}
`,"../../examples/gateway/03-rules-of-a-lifecycle.variables.json":`{
  "lifecycle": "LEAD"
}
`,"../../examples/leads/01-lead.variables.json":`{
  "id": "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179"
}
`,"../../examples/leads/11-review.variables.json":`{
  "id": "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179"
}
`,"../../examples/leads/12-contact.variables.json":`{
  "id": "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2181",
  "input": {
    "additionalInfo": "Reached by phone."
  }
}
`,"../../examples/leads/13-qualify.variables.json":`{
  "id": "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2189"
}
`,"../../examples/leads/14-fund.variables.json":`{
  "id": "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2191",
  "input": {
    "fundedDate": "2026-01-05T00:00:00Z",
    "fundedAmount": 40000
  }
}
`,"../../examples/leads/15-disqualify.variables.json":`{
  "id": "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2199",
  "input": {
    "disqualifiedReason": "CREDIT_ISSUE"
  }
}
`,"../../examples/leads/16-withdraw.variables.json":`{
  "id": "lead_9c30a205-a60e-47cb-94b4-6d45cd4c21a1",
  "input": {
    "withdrawnReason": "DUPLICATE"
  }
}
`,"../../examples/leads/21-changed.variables.json":`{
  "id": "lead_9c30a205-a60e-47cb-94b4-6d45cd4c2179"
}
`,"../../examples/onboards/01-onboards.variables.json":`{
  "first": 10,
  "after": null
}
`,"../../examples/onboards/02-onboard.variables.json":`{
  "id": "onboard_5fd4371e940df5a34a3888b3"
}
`,"../../examples/onboards/11-create.variables.json":`{
  "input": {
    "invitationId": "5fd59f10940df5a34a389900"
  }
}
`,"../../examples/onboards/12-update.variables.json":`{
  "id": "onboard_5fd4371e940df5a34a3888b2",
  "input": {
    "flowId": "5fd43b7a940df5a34a77aa01"
  }
}
`,"../../examples/onboards/13-start.variables.json":`{
  "id": "onboard_5fd4371e940df5a34a3888bc",
  "input": {
    "flowId": "5fd43b7a940df5a34a77aa01"
  }
}
`,"../../examples/onboards/14-complete.variables.json":`{
  "id": "onboard_5fd4371e940df5a34a3888b3",
  "idempotencyKey": null
}
`,"../../examples/onboards/15-complete-dry-run.variables.json":`{
  "id": "onboard_5fd4371e940df5a34a3888b3",
  "dryRun": true
}
`,"../../examples/onboards/16-buyer-delivery-set-up.variables.json":`{
  "input": {
    "link": {
      "connectionId": "5fd5a0c2940df5a34a38a105"
    }
  }
}
`,"../../examples/onboards/21-changed.variables.json":`{
  "id": "onboard_5fd4371e940df5a34a3888b3"
}
`,"../../examples/verifications/01-verifications.variables.json":`{
  "country": "EE"
}
`,"../../examples/verifications/02-verification.variables.json":`{
  "id": "verification_5c587782-b608-4ce6-ad05-548ca1ca4809"
}
`,"../../examples/verifications/11-start.variables.json":`{
  "input": {
    "country": "EE",
    "legalPersonIdentifier": "14900001"
  }
}
`,"../../examples/verifications/12-create.variables.json":`{
  "input": {
    "userId": 2,
    "country": "EE",
    "legalName": "OÜ Vahtra"
  }
}
`,"../../examples/verifications/13-update.variables.json":`{
  "id": "verification_5c587782-b608-4ce6-ad05-548ca1ca4809",
  "input": {
    "legalName": "OÜ Valga"
  }
}
`,"../../examples/verifications/14-replace.variables.json":`{
  "id": "verification_5c587782-b608-4ce6-ad05-548ca1ca4809",
  "input": {
    "userId": 2,
    "country": "EE",
    "legalName": "OÜ Valga",
    "legalPersonIdentifier": "14903358"
  }
}
`,"../../examples/verifications/15-submit-answers.variables.json":`{
  "id": "verification_5c587782-b608-4ce6-ad05-548ca1ca4809",
  "input": {
    "answers": [
      {
        "questionId": "ede15539-6e7b-43bd-840b-6f2d9e5dc1b0",
        "value": {
          "text": "info@valga.example"
        }
      },
      {
        "questionId": "906400a1-f321-4227-bddc-82b187472ec3",
        "value": {
          "number": 12
        }
      }
    ]
  }
}
`,"../../examples/verifications/16-run-validation.variables.json":`{
  "id": "verification_5c587782-b608-4ce6-ad05-548ca1ca4809"
}
`,"../../examples/verifications/17-create-customer.variables.json":`{
  "id": "verification_a48cb98b-6c28-4e9c-be46-53a2bf0e93eb"
}
`,"../../examples/verifications/18-delete.variables.json":`{
  "id": "verification_f82623e0-8b61-4642-b582-9c54782ece2b"
}
`,"../../examples/verifications/21-changed.variables.json":`{
  "id": "verification_5c587782-b608-4ce6-ad05-548ca1ca4809"
}
`})),l=[...o,...c],u=r();function d(){let[e,t]=(0,s.useState)(``),r=l.filter(({name:t,about:n})=>`${t} ${n}`.toLowerCase().includes(e.toLowerCase())),i=[...new Set(r.map(({noun:e})=>e))];return(0,u.jsxs)(n,{title:`Examples`,about:`Operations with their variables, for everything that the graph can do. Each opens in a tab of its own.`,children:[(0,u.jsx)(`div`,{className:`onramp-row`,children:(0,u.jsxs)(`label`,{children:[`Find `,(0,u.jsx)(`input`,{type:`search`,value:e,onChange:e=>t(e.target.value)})]})}),i.map(e=>(0,u.jsx)(f,{name:e||`To begin with`,of:r.filter(t=>t.noun===e)},e)),r.length===0&&(0,u.jsx)(`p`,{className:`onramp-empty`,children:`No example says that.`})]})}function f({name:e,of:t}){let n=i();return(0,u.jsxs)(u.Fragment,{children:[(0,u.jsx)(`h3`,{children:e}),(0,u.jsx)(`ul`,{className:`onramp-examples`,children:t.map(e=>(0,u.jsx)(`li`,{children:(0,u.jsxs)(`button`,{type:`button`,onClick:()=>n(e),children:[(0,u.jsx)(`span`,{className:`onramp-example`,children:e.name}),e.tag&&(0,u.jsx)(`span`,{className:`onramp-tag`,children:e.tag}),(0,u.jsx)(`span`,{className:`onramp-example-about`,children:e.about})]})},e.name))})]})}export{d as default};