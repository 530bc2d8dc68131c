import { Client, cacheExchange, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient as createEvents } from "graphql-sse";

/** A client of the graph at `url`: queries and mutations over HTTP, subscriptions as server-sent events at the same address. */
export function makeClient(url: string) {
  const events = createEvents({ url });
  const client = new Client({
    url,
    preferGetMethod: false,
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: events.subscribe<Record<string, unknown>, Record<string, unknown>>({ query: query ?? "", variables }, {
              next: (result) => sink.next({ ...result, errors: result.errors && [...result.errors] }),
              error: (problem) => sink.error(problem),
              complete: () => sink.complete(),
            }),
          }),
        }),
      }),
    ],
  });
  return { client, dispose: () => events.dispose() };
}
