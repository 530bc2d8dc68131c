// What GraphiQL asks through: each run says what it cost, and is kept for the panel Calls.
import type { Fetcher, FetcherOpts, FetcherParams } from "@graphiql/toolkit";
import { keepRun } from "../calls/runs";
import { withoutExplanation } from "./explain";
import { withOwnName } from "./operation";
import { post } from "./post";

const EXPLAIN = { onramp: { explain: true } };

export const fetcher: Fetcher = async (params, options) => {
  try {
    return await run(withOwnName(params), options);
  } catch (failure) {
    // GraphiQL prints an error's stack into the result pane; the message alone is what a reader can use.
    throw { message: (failure as Error).message };
  }
};

async function run(params: FetcherParams, options?: FetcherOpts) {
  const answer = await post({ ...params, extensions: EXPLAIN }, options?.headers as Record<string, string> | undefined);
  // GraphiQL's own look at the schema is no run of the person's.
  if (params.operationName !== "IntrospectionQuery") keepRun(params.operationName ?? null, answer);
  return withoutExplanation(answer);
}
