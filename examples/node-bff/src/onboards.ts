import { ClientError, GraphQLClient, gql } from "graphql-request";

type UserError = { code: string; message: string };
type Started = { onboardStart: { onboard: { id: string; status: string } | null; userErrors: UserError[] } | null };

const START = gql`
  mutation Start($id: ID!, $key: String!) {
    onboardStart(id: $id, idempotencyKey: $key) { onboard { id status } userErrors { code message } }
  }
`;

/** What became of an attempt, in the terms of HTTP. */
export type Outcome = { status: number; body: unknown };

/** Whoever hears one of these did nothing wrong and may come again. */
const PASSING = new Set(["UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT", "UPSTREAM_RATE_LIMITED", "RATE_LIMITED"]);

/** The graph as this service uses it. */
export class Onboards {
  readonly #graph: GraphQLClient;

  constructor(url: string, key?: string) {
    this.#graph = new GraphQLClient(url, { headers: key ? { authorization: `Bearer ${key}` } : {} });
  }

  /** Starts an onboard. Under one key it is started once, however often this is called. */
  async start(id: string, key: string): Promise<Outcome> {
    try {
      const { onboardStart } = await this.#graph.request<Started>(START, { id, key });
      const refusal = onboardStart?.userErrors[0];
      if (refusal) return { status: statusOf(refusal), body: { error: refusal.message } };
      return { status: 200, body: onboardStart?.onboard };
    } catch (problem) {
      if (!(problem instanceof ClientError)) throw problem;
      const [error] = problem.response.errors ?? [];
      const status = PASSING.has(String(error?.extensions?.code)) ? 503 : 502;
      return { status, body: { error: error?.message, requestId: error?.extensions?.requestId } };
    }
  }
}

function statusOf({ code }: UserError) {
  switch (code) {
    case "NOT_FOUND":
      return 404;
    case "INVALID_INPUT":
      return 422;
    case "OUTCOME_UNKNOWN":
      // Nobody knows what became of it; with the same key it may be asked again.
      return 503;
    default:
      return 409;
  }
}
