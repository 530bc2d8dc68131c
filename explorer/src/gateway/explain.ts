// What `extensions.onramp` of an answer tells: which calls the answer cost, and where its time went.

export interface Explanation {
  calls: Call[];
  budget: Budget[];
  totalMs: number;
  upstreamMs: number;
  overheadMs: number;
}

/** One call to an API, or one that was spared. */
export interface Call {
  /** The API's role in the graph: `onboarding`, `verification` or `leads`. */
  api: string;
  method: string;
  /** The path with its ids left out, such as `/flows/{id}`. */
  route: string;
  /** Null where there was no answer. */
  status: number | null;
  startMs: number;
  durationMs: number;
  bytes: number;
  /** 1 for the first; more for what was tried again. */
  attempt: number;
  via: Via;
  /** The code of what went wrong, such as `UPSTREAM_TIMEOUT`. */
  error: string | null;
  /** The places in the response that it served, such as `onboards.nodes.0.flow`. */
  paths: string[];
  /** How many keys it was asked for at once. */
  batch: number;
  /** The bodies, in the sandbox alone. */
  request?: unknown;
  response?: unknown;
}

/** Whether the call went out, or was spared by one that did. */
export type Via = "network" | "coalesced" | "cached" | "stale";

/** How many calls to an API a request may make, and has made. */
export interface Budget {
  api: string;
  used: number;
  allowed: number;
}

/** The answer as it would be without being explained: what the panel shows need not fill the result. */
export function withoutExplanation<A extends { extensions?: unknown }>(answer: A): A {
  const { extensions, ...rest } = answer;
  const { onramp, ...others } = (extensions ?? {}) as Record<string, unknown>;
  return (Object.keys(others).length === 0 ? rest : { ...rest, extensions: others }) as A;
}

/** The explanation without what was sent and answered. */
export function withoutBodies(explanation: Explanation): Explanation {
  return { ...explanation, calls: explanation.calls.map(({ request, response, ...call }) => call) };
}

/** The explanation in an answer; null where the gateway gave none. */
export function explanationIn(answer: unknown): Explanation | null {
  const { extensions } = (answer ?? {}) as { extensions?: { onramp?: Partial<Explanation> } };
  const told = extensions?.onramp;
  return told && Array.isArray(told.calls) ? (told as Explanation) : null;
}
