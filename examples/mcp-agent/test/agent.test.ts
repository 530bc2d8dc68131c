import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { Graph } from "../src/graph";
import { startOnboards } from "../src/start";

const origin = inject("origin");
let graph: Graph;

beforeAll(async () => {
  graph = await Graph.connect(origin);
});
afterAll(() => graph.close());

// The controls of what is played are for pages of their own origin and for those who say that they are none of another.
const CONTROLS = { "content-type": "application/json", "x-onramp-csrf": "1" };
const PLAYED = `${origin}/sandbox/onboarding`;

beforeEach(async () => {
  const reset = await fetch(`${PLAYED}/reset`, { method: "POST", headers: CONTROLS });
  expect(reset.ok).toBe(true);
});

/** The writes that the played API has seen. */
async function writes() {
  const response = await fetch(`${PLAYED}/calls`, { headers: CONTROLS });
  const calls: { method: string }[] = await response.json();
  return calls.filter(({ method }) => method !== "GET").length;
}

test("the tools are the trusted operations, but for mutations that nobody listed", async () => {
  const { instructions, tools } = await graph.briefing();
  expect(instructions).toContain("dry run");
  expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
    ["FindOnboards", true],
    ["StartOnboard", false],
    ["introspect", true],
    ["search", true],
  ]);
  const [find, start] = tools;
  expect(find?.description).toBe("Onboards by their status, with the moves that are open to each and what those still need.");
  expect(find?.inputSchema.required).toBeUndefined();
  expect(start?.inputSchema.required).toEqual(["id"]);
  expect(Object.keys(start?.inputSchema.properties ?? {}).sort()).toEqual(["dryRun", "id", "idempotencyKey"]);
});

test("a query is answered with what was asked for", async () => {
  const { data, errors } = await graph.call("FindOnboards", { status: ["FAILED"], first: 1 });
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    onboards: {
      totalCount: expect.any(Number),
      nodes: [{ id: expect.stringMatching(/^onboard_/), status: "FAILED", availableTransitions: expect.any(Array) }],
    },
  });
});

test("a mutation is tried first, and done when that is said", async () => {
  const id = "onboard_5fd4371e940df5a34a3888b2";
  const tried = { onboardStart: { onboard: { id, status: "CREATED" }, dryRun: true, userErrors: [] } };
  expect(await graph.call("StartOnboard", { id })).toEqual({ data: tried });
  expect(await writes()).toBe(0);
  const done = { onboardStart: { onboard: { id, status: "IN_PROGRESS" }, dryRun: false, userErrors: [] } };
  for (const again of [false, true]) {
    const answer = await graph.call("StartOnboard", { id, dryRun: false, idempotencyKey: "only-once" });
    expect([again, answer]).toEqual([again, { data: done }]);
  }
  expect(await writes()).toBe(1);
});

test("what would be refused is left alone", async () => {
  const outcomes = await startOnboards(graph, "CREATED", 2);
  expect(outcomes.map(({ foretold, status }) => [foretold, status])).toEqual([
    [[], "IN_PROGRESS"],
    [["START needs flowId."], "CREATED"],
  ]);
  expect(await writes()).toBe(1);
});

test("what a tool does not take is an answer, and a tool that there is not an error", async () => {
  const { errors } = await graph.call("StartOnboard", { onboard: "5fd4371e940df5a34a3888b2" });
  expect(errors?.map(({ message, extensions }) => [message, extensions.code])).toEqual([
    ['Argument "onboard" is unknown to this tool, which takes dryRun, id, idempotencyKey.', "BAD_USER_INPUT"],
  ]);
  await expect(graph.call("CompleteOnboard", { id: "x" })).rejects.toMatchObject({ code: -32602 });
  expect(await writes()).toBe(0);
});
