import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { startSandbox } from "../sandbox.mjs";
import { serveSupergraph } from "./hive.mjs";
import { serveNotes } from "./notes.mjs";
import { compose, sdlOf } from "./supergraph.mjs";

const ONBOARD = "onboard_5fd4371e940df5a34a3888b2";
const OTHER = "onboard_5fd4371e940df5a34a3888ec";
const NOWHERE = "onboard_000000000000000000000000";
const NOTES = { [ONBOARD]: ["Called twice."], [OTHER]: ["Waits for its flow."], [NOWHERE]: ["Never came."] };

let onramp, notes, home, ends = [];

before(async () => {
  onramp = await startSandbox({ ONRAMP__GRAPH__FEDERATION: "true" });
  ends.push(onramp.stop);
  notes = await serveNotes(NOTES);
  ends.push(notes.stop);
  home = await mkdtemp(join(tmpdir(), "onramp-federation-"));
  ends.push(() => rm(home, { recursive: true, force: true }));
});

test.after(async () => {
  for (const end of ends.reverse()) await end();
});

test("two subgraphs compose, and a router joins them by the onboard's id", async () => {
  const subgraphs = await Promise.all(
    Object.entries({ onramp, notes }).map(async ([name, { url }]) => ({ name, url, sdl: await sdlOf(url) })),
  );
  const supergraph = compose(subgraphs);
  const router = await serveSupergraph(supergraph, home);
  ends.push(router.stop);
  const ask = async (query) => {
    const response = await fetch(router.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    return response.json();
  };

  // From the notes to the onboards: one that is gone does not take the others along.
  const { data, errors } = await ask(`{ noted { id notes status link { partner { name } } } }`);
  const link = (name) => ({ partner: { name } });
  assert.deepEqual(data, {
    noted: [
      { id: ONBOARD, notes: ["Called twice."], status: "CREATED", link: link("Lakeview Lead Exchange") },
      { id: OTHER, notes: ["Waits for its flow."], status: "IN_PROGRESS", link: link("Bluebird Performance") },
      null,
    ],
  });
  assert.deepEqual(errors.map(({ path }) => path), [["noted", 2, "status"]]);

  // And from the onboards to the notes.
  assert.deepEqual(await ask(`{ onboard(id: "${ONBOARD}") { status notes } account { name } }`), {
    data: { onboard: { status: "CREATED", notes: ["Called twice."] }, account: { name: "Summit Funding Partners" } },
  });
});

test("a subgraph that contradicts the graph does not compose", async () => {
  const contrary = `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Query { mine: Onboard }
    type Onboard @key(fields: "id") { id: ID!, status: Int }
  `;
  const subgraphs = [
    { name: "onramp", url: onramp.url, sdl: await sdlOf(onramp.url) },
    { name: "contrary", url: notes.url, sdl: contrary },
  ];
  assert.throws(() => compose(subgraphs), /Onboard\.status/);
});
