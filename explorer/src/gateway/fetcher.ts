// What GraphiQL asks through: each run says what it cost, and is kept for the panel Calls. A subscription is heard of.
import type { Fetcher, FetcherOpts, FetcherParams } from "@graphiql/toolkit";
import type { ExecutionResult } from "graphql";
import { keepRun } from "../calls/runs";
import { withoutExplanation } from "./explain";
import { isSubscription, withOwnName } from "./operation";
import { post } from "./post";
import { listen } from "./stream";

const EXPLAIN = { onramp: { explain: true } };

export const fetcher: Fetcher = (params, options) => {
  const named = withOwnName(params);
  return isSubscription(named) ? listen(named, headersOf(options)) : answered(named, options);
};

async function answered(params: FetcherParams, options?: FetcherOpts): Promise<ExecutionResult> {
  try {
    return (await run(params, options)) as unknown as ExecutionResult;
  } catch (failure) {
    // GraphiQL prints an error's stack into the result pane; the message alone is what a reader can use.
    throw { message: (failure as Error).message };
  }
}

async function run(params: FetcherParams, options?: FetcherOpts) {
  const answer = await post({ ...params, extensions: EXPLAIN }, headersOf(options));
  // GraphiQL's own look at the schema is no run of the person's.
  if (params.operationName !== "IntrospectionQuery") keepRun(params.operationName ?? null, answer);
  return withoutExplanation(answer);
}

function headersOf(options?: FetcherOpts) {
  return options?.headers as Record<string, string> | undefined;
}
