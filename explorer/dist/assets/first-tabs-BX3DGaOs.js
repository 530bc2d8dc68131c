var e=`# Welcome to Onramp. One graph holds four things:
#
#   account        your own account and its partners
#   leads          requests for funding
#   onboards       partners being connected to you
#   verifications  businesses being checked
#
# Ctrl-Enter, or the play button, runs this query.
# The book on the left opens the docs of the graph.
# The tabs above hold more examples.

query Welcome {
  account { name }
  lead(id: "9c30a205-a60e-47cb-94b4-6d45cd4c2179") {
    stage
    requestedAmount
  }
  onboards(
    first: 5
    filter: { status: [IN_PROGRESS] }
  ) {
    totalCount
    nodes {
      id
      status
      link { partner { name } }
      flow { name }
    }
  }
  verifications(first: 3) {
    nodes {
      id
      status
      legalName
    }
  }
}
`,t=`# The onboards that wait to be started, newest first, and
# what each may do next. Where ready is false, missing says
# what is still needed. For the next page, pass endCursor
# as after.

query OnboardsToStart {
  onboards(
    first: 10
    filter: { status: [CREATED] }
    orderBy: { field: CREATED_AT, direction: DESC }
  ) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      status
      createdAt
      link {
        partner {
          name
        }
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
  onboard(id: "5fd4371e940df5a34a3888b2") {
    id
    status
    rawStatus
    updatedAt
  }
}
`,n=`# One verification and its checklist: how far it is, and
# which required questions still wait for an answer.

query VerificationChecklist {
  verifications(first: 1) {
    nodes {
      id
      legalName
      country
      status
      completionStatus {
        isCompleted
        percentage
      }
      checklist {
        uuid
        name
        description
        type
        completion {
          isCompleted
          percentage
          unansweredRequiredQuestions {
            uuid
            description
            type
          }
        }
        questions {
          uuid
          description
          type
          required
          order
          options {
            uuid
            label
          }
          existingAnswer {
            answerData
          }
        }
      }
    }
  }
}
`,r=`# Leads by their ids, in the order asked for.
# The ids are under Variables, at the bottom.

query LeadsByIds($ids: [ID!]!) {
  leads(ids: $ids) {
    id
    stage
    rawStage
    requestedAmount
    availableTransitions {
      action
      to
    }
  }
}
`,i=`# The services behind the graph and how they are doing,
# and the rules that say which move is allowed when.

query UpstreamsAndRules {
  upstreams {
    name
    configured
    sandboxed
    reachable
    latencyMs
  }
  transitionRules {
    lifecycle
    action
    from
    to
    needs
    mutation
    by
    basis
    source
  }
}
`,a=`{
  "ids": [
    "9c30a205-a60e-47cb-94b4-6d45cd4c2179"
  ]
}
`;function o(e,t){return Object.keys(e).sort().map(n=>s(n,e[n]??``,t[n.replace(/\.graphql$/,`.variables.json`)]??null))}function s(e,t,n){let[,r=``]=e.match(/examples\/([\w-]+)\/[^/]+$/)??[],[,i,a=e]=t.match(/^(query|mutation|subscription) (\w+)/m)??[];return{noun:r,name:a,about:c(t),tag:i===void 0||i===`query`?null:i,query:t,variables:n}}function c(e){let t=e.split(`
`),n=t.findIndex(e=>!e.startsWith(`#`)),r=t.slice(0,n).map(e=>e.replace(/^# ?/,``)).join(` `);return r.match(/^.*?[.:](?=\s|$)/)?.[0].replace(/:$/,`.`)??r}var l=o(Object.assign({"../../examples/01-welcome.graphql":e,"../../examples/02-onboards.graphql":t,"../../examples/03-verification.graphql":n,"../../examples/04-leads.graphql":r,"../../examples/05-upstreams-and-rules.graphql":i}),Object.assign({"../../examples/04-leads.variables.json":a}));export{o as n,l as t};