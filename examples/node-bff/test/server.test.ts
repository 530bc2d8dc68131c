import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { Onboards } from "../src/onboards";
import { serve } from "../src/server";

const CREATED = "onboard_5fd4371e940df5a34a3888b2";
const OTHER = "onboard_5fd4371e940df5a34a3888b3";
const NOWHERE = "onboard_000000000000000000000000";

const origin = inject("origin");
const url = `${origin}/graphql`;
let server: ReturnType<typeof serve>;

beforeAll(async () => {
  server = serve(new Onboards(url)).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
});

async function start(id: string, key?: string) {
  const { port } = server.address() as AddressInfo;
  const headers: Record<string, string> = key ? { "idempotency-key": key } : {};
  const response = await fetch(`http://127.0.0.1:${port}/onboards/${id}/start`, { method: "POST", headers });
  return { status: response.status, body: await response.json() };
}

// The controls of what is played are for pages of their own origin and for those who say that they are none of another.
const CONTROLS = { "content-type": "application/json", "x-onramp-csrf": "1" };

/** The writes that the played API has seen. */
async function writes() {
  const response = await fetch(`${origin}/sandbox/onboarding/calls`, { headers: CONTROLS });
  const calls: { method: string }[] = await response.json();
  return calls.filter(({ method }) => method !== "GET").length;
}

test("under one key an onboard is started once, however often it is asked for", async () => {
  const started = { status: 200, body: { id: CREATED, status: "IN_PROGRESS" } };
  const twice = await Promise.all([start(CREATED, "one"), start(CREATED, "one")]);
  expect(twice).toEqual([started, started]);
  expect(await start(CREATED, "one")).toEqual(started);
  expect(await writes()).toBe(1);
});

test("what the rules refuse is a conflict, and so is a key that meant something else", async () => {
  const again = await start(CREATED, "two");
  expect(again.status).toBe(409);
  expect(again.body.error).toMatch(/^START is refused: /);
  expect(await start(OTHER, "one")).toEqual({
    status: 409,
    body: { error: "This idempotency key was used with another input." },
  });
});

test("what is not there, is no id or lacks its key is told apart", async () => {
  expect((await start(NOWHERE, "three")).status).toBe(404);
  expect((await start("nonsense", "four")).status).toBe(502);
  expect(await start(CREATED)).toEqual({ status: 400, body: { error: "The header Idempotency-Key is missing." } });
});
