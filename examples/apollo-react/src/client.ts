import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";

/** A client of the graph at `url`: queries and mutations over HTTP, subscriptions over WebSocket at the same address. */
export function makeClient(url: string) {
  const http = new HttpLink({ uri: url });
  const socket = new GraphQLWsLink(createClient({ url: url.replace(/^http/, "ws"), lazy: true }));
  return new ApolloClient({
    link: ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, socket, http),
    cache: new InMemoryCache({
      // Whoever implements these interfaces in a later version of the schema is let in too.
      possibleTypes: {
        Node: ["Account", "Lead", "Onboard", "Verification"],
        UserError: ["InputProblem", "OutcomeUnknown", "RequirementsMissing", "TransitionRefused", "UpstreamRefused"],
      },
      typePolicies: { Query: { fields: { onboards: relayStylePagination(["filter", "orderBy"]) } } },
    }),
  });
}
