// One GraphQL request to the gateway, and what to tell a person when no GraphQL answer comes back.
//
// An answer with errors in it is an answer: GraphiQL shows it. Only a missing or foreign answer becomes a notice.
import type { Fetcher, FetcherOpts, FetcherParams } from "@graphiql/toolkit";

type Notify = (problem: string | null) => void;

export function fetcherFor(endpoint: URL, notify: Notify): Fetcher {
  return async (params, options) => {
    try {
      const answer = await post(endpoint, params, options);
      notify(null);
      return answer;
    } catch (problem) {
      // GraphiQL prints an error's stack into the result pane; the message alone is what a reader can use.
      const { message } = problem as Error;
      notify(message);
      throw { message };
    }
  };
}

async function post(endpoint: URL, params: FetcherParams, options?: FetcherOpts) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
      ...options?.headers,
    },
    body: JSON.stringify(params),
  }).catch(() => {
    throw new Error(`Onramp did not answer at ${endpoint}. Check that it is running and that you are connected, then try again.`);
  });
  return response.json().catch(() => {
    throw new Error(
      `${endpoint} answered ${response.status} ${response.statusText}`.trimEnd() +
        ", but not with JSON. Something between this page and Onramp may have answered in its place.",
    );
  });
}
