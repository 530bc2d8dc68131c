import { randomUUID } from "node:crypto";
import type { Graph } from "./graph";

type Onboards = { nodes: { id: string; status: string }[] };
type Payload = { onboard: { id: string; status: string } | null; dryRun: boolean; userErrors: { message: string }[] };

/** What the agent did with one onboard. */
export type Outcome = { id: string; foretold: string[]; status: string | undefined };

/**
 * Starts the first onboards of a status. Each is tried first, and only what would be done is done; a model would look at
 * what was foretold here, or ask whoever it works for.
 */
export async function startOnboards(graph: Graph, status: string, first: number): Promise<Outcome[]> {
  const found = await graph.call("FindOnboards", { status: [status], first });
  const { nodes } = found.data?.onboards as Onboards;
  const outcomes: Outcome[] = [];
  for (const { id, status } of nodes) {
    const foretold = await start(graph, { id });
    if (foretold.userErrors.length > 0) {
      outcomes.push({ id, foretold: foretold.userErrors.map(({ message }) => message), status });
      continue;
    }
    // Whoever loses the answer to this calls it again with the same key, and it is done once.
    const done = await start(graph, { id, dryRun: false, idempotencyKey: randomUUID() });
    outcomes.push({ id, foretold: [], status: done.onboard?.status });
  }
  return outcomes;
}

async function start(graph: Graph, args: { id: string; dryRun?: boolean; idempotencyKey?: string }) {
  const { data, errors } = await graph.call("StartOnboard", args);
  if (!data?.onboardStart) throw new Error(errors?.map(({ message }) => message).join(" ") ?? "There was no answer.");
  return data.onboardStart as Payload;
}
